/*
 * engine: what differs between databases, as a small table of operations.  Everything else in store is the same text
 * and code for all of them.
 *
 * An open database has one writer (used by one thread only: migrations, apply, look_up) and any number of readers, each
 * for one thread at a time.
 */
#ifndef TOCSIN_STORE_ENGINE_H
#define TOCSIN_STORE_ENGINE_H

#include <stdarg.h>

#include "base/buf.h"
#include "base/sha256.h"
#include "store/sql.h"

struct sql_arg {
	char type;                          /* a letter of sql.h; what the writer fills in is a number */
	int64_t i;
	struct bytes b;                     /* for t the text without its NUL, which is there */
};

/* One SQL statement with its arguments, of one change. */
struct store_op {
	struct store_op *next;              /* of the same change */
	enum sql_write q;
	unsigned arg_n;
	const char *must; /* not NULL: exactly one row must be touched, or the change fails with this sentence */
	struct sql_arg arg[];
};

struct search_ask;                      /* rows_search.h */
struct engine_db;
struct engine_reader;
struct engine_cursor;

struct engine_key {                     /* a statement to look up, and what was found */
	int64_t at;
	struct hash id;
	bool found;
	int64_t num;
	uint64_t log_n, log_index;          /* where it was logged first */
	bool again;                         /* in the log that was asked for, at: */
	uint64_t again_index;
};

struct store_engine {
	const char *name;
	const char *bytes, *bigint;         /* the types for BYTES and BIGINT in schema-*.sql */

	/* Makes an empty database, which must not exist. */
	enum tocsin_err (*create)(const char *path) MUST_USE;
	/* Opens it. A writer takes the lead: one process at a time, BROKEN for a second one, until close. READONLY:
	 * readers only. */
	enum tocsin_err (*open)(const char *path, bool readonly, struct engine_db **out) MUST_USE;
	void (*close)(struct engine_db *db);
	/* Looks for damage in the tables that a start reads, and in everything when it is small enough to do at every
	 * start. */
	enum tocsin_err (*check)(struct engine_db *db) MUST_USE;
	/* Several statements in one transaction, with OPS behind them: for migrations. */
	enum tocsin_err (*script)(
	        struct engine_db *db, const char *sql, struct store_op *const *ops, size_t n) MUST_USE;

	/* Applies OPS in order in one durable transaction. LATER: the must of ops[*failed] did not touch one row,
	 * nothing was applied. BROKEN: nothing was applied. */
	enum tocsin_err (*apply)(struct engine_db *db, struct store_op *const *ops, size_t n, size_t *failed) MUST_USE;
	/* Finds statements by (at, id), and whether log LOG_N holds an entry for them; seen by the writer. */
	enum tocsin_err (*look_up)(struct engine_db *db, struct engine_key *keys, size_t n, uint64_t log_n) MUST_USE;

	enum tocsin_err (*reader_open)(struct engine_db *db, struct engine_reader **out) MUST_USE;
	void (*reader_close)(struct engine_reader *r);
	enum tocsin_err (*begin)(struct engine_reader *r) MUST_USE;       /* from here on it sees one moment */
	void (*end)(struct engine_reader *r);

	enum tocsin_err (*query)(struct engine_reader *r, enum sql_read q, const struct sql_arg *args, size_t n,
	        struct engine_cursor **out) MUST_USE;
	enum tocsin_err (*next)(struct engine_cursor *c) MUST_USE;        /* OK a row, MISSING no more, BROKEN */
	int64_t (*col_int)(const struct engine_cursor *c, int col);
	struct bytes (*col_bytes)(const struct engine_cursor *c, int col);
	const char *(*col_text)(const struct engine_cursor *c, int col);
	void (*finish)(struct engine_cursor *c);

	/* Full text, whose SQL is this engine's own: a script that runs behind schema-2.sql, the texts of the rows of
	 * sql.h (search's, and for all others those of the tables), and what is asked as READ_SEARCH takes it. */
	const char *search_schema;
	const char *(*write_text)(enum sql_write q);
	const char *(*read_text)(enum sql_read q);
	void (*search_asked)(const struct search_ask *ask, struct buf *out);

	/* A consistent copy of the whole database as of one moment into PATH, which must not exist; while the node
	 * runs. */
	enum tocsin_err (*back_up)(struct engine_db *db, const char *path) MUST_USE;
	/* What was deleted and is durable leaves the files; from any thread. LATER: a reader is in the way. */
	enum tocsin_err (*scrub)(struct engine_db *db) MUST_USE;
};

extern const struct store_engine store_engine_sqlite;

#endif
