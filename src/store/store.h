/*
 * store: statements, log, events and outbox in one database, behind one interface for two engines.
 *
 * Invariants.
 *  - One writer thread.  A caller submits *changes*, fixed beforehand; the writer takes what has gathered (never waiting for more), looks up duplicates in one
 *    read, gives out numbers and log positions, and applies everything in one transaction, with the log's entries, new full tiles, and size and root.  Only when that is
 *    durable do results go out.  Nothing inside a transaction depends on its own results.
 *  - A change whose precondition fails is returned alone; the others of its batch are applied.
 *  - A failure of the database (full, corrupt, gone) fails the whole batch with BROKEN and leaves store and in-memory log as they were.
 *  - Readers work on snapshots and never wait for the writer.
 *
 * SQL is one text for both engines (sql.h): $n numbered by first appearance, integers, TEXT and BYTES only.  What differs is struct store_engine (engine.h).
 */
#ifndef TOCSIN_STORE_STORE_H
#define TOCSIN_STORE_STORE_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "proof/statement.h"
#include "store/sql.h"

struct store;
struct snapshot;                        /* a reader's view at one moment */
struct change;

/* Makes the database file PATH (mode 0600) with the newest schema; fails when it exists. ORIGIN is the log's first origin, n its number. */
enum tocsin_err store_create(const char *path, const char *origin, uint64_t n) MUST_USE;
/* Opens PATH, migrates it, checks integrity of what it needs (quick_check; the log's edge against its root), loads the log, starts the writer. BROKEN with
 * a sentence on a corrupt or locked file: two processes never write one database. */
enum tocsin_err store_open(const char *path, struct store **out) MUST_USE;
/* Readers only, no writer, no lock: for commands that work on a node that is not running, e.g. log check. */
enum tocsin_err store_open_readonly(const char *path, struct store **out) MUST_USE;
void store_close(struct store *s);      /* finishes what was submitted; safe on NULL */

/* ---- changes (change.c) ---- */
struct change *change_new(void);        /* NULL when out of memory */
void change_free(struct change *c);     /* safe on NULL */
/* The change cannot be applied, and why; the first reason stays. */
void change_spoil(struct change *c, const char *sentence);

struct statement_row {
	int64_t num;                        /* given out by the writer */
	struct hash id;
	int64_t at;
	bool issued;
	const char *kind, *peer;
	struct bytes note, body, opened;
	int64_t known_at;
	int64_t marks;
	uint64_t log_n, log_index;          /* given out by the writer */
	const struct hash *re;
	size_t re_n;
};
#define STATEMENT_MARK_UNCONFIRMED 1    /* its partner was unconfirmed when it came */
#define STATEMENT_MARK_AHEAD       2    /* at was more than 5 minutes ahead of our clock */
#define STATEMENT_MARK_RETURNED    4    /* our own statement, given back by a partner */
#define STATEMENT_MARK_FORGOTTEN   8    /* content deleted, stub kept */
#define STATEMENT_MARK_TEST       16    /* a test of the channel, or the answer to one */
#define STATEMENT_MARK_DOOR       64    /* at the door: shared with nobody until people have decided */
#define STATEMENT_MARK_STRANGER   32    /* it came from a node that is no partner: nobody has confirmed who that is */

/* At most one a change. Copied. A statement that is there already (by at and id) makes the change a *duplicate*: nothing of it is applied, its result tells
 * num and log position of the one that is there; when that one has no entry in the current log, the entry alone is appended (log_position) and its position told. */
void change_statement(struct change *c, const struct statement_row *row);
/* Appends ENTRY to the current log. In a change with a statement it is that statement's entry (one); otherwise WHAT ("card", …) and ID say what it is and are kept
 * in log_position, unless ID is NULL. */
void change_entry(struct change *c, const struct hash *entry, const char *what, const struct hash *id);
/* Outbox row for this change's statement. */
void change_outbox(struct change *c, const char *partner, int urgency, int64_t now);
/* Any statement of the table in sql.h, by its types string (see there). */
void change_run(struct change *c, enum sql_write q, ...);
/* The same, but exactly one row must be touched; otherwise the change fails with LATER and SENTENCE and is not applied at all. */
void change_must(struct change *c, const char *sentence, enum sql_write q, ...);
/* An event in the same transaction; num is this change's statement when there is one, otherwise NUM. */
void change_event(struct change *c, const char *kind, int64_t num, const char *subject);

struct change_result {
	enum tocsin_err err;                /* OK, LATER (a precondition), BROKEN */
	char sentence[256];
	bool duplicate;
	int64_t num;                        /* the statement's, or 0 */
	int64_t desk_num;                   /* the last of the desk's sequence that this change was given, or 0 */
	uint64_t log_n, log_index;          /* of its entry in the current log; without a statement, of its last one */
	uint64_t log_size;                  /* the log's size right behind this change */
};
struct commit_info {                    /* the log as it was made durable by this commit */
	uint64_t log_n, size;
	struct hash root;
	int64_t event_seq;
};
typedef void store_done(void *arg, const struct change_result *results, size_t n, const struct commit_info *info);
/* Takes the changes (not the array). DONE is called once on the writer's thread when all N are durable or failed; it must be quick. */
void store_submit(struct store *s, struct change **changes, size_t n, store_done *done, void *arg);
/* Submits N changes and waits; RESULT has room for N. Takes the changes (not the array). Never call it on the writer's thread. */
void store_commit_each(struct store *s, struct change **changes, size_t n, struct change_result *result, struct commit_info *info);
/* The same for changes that each stand alone: one whose precondition failed (LATER) is left out without a word; the first other failure is told. */
enum tocsin_err store_commit_still(struct store *s, struct change **changes, size_t n) MUST_USE;
/* Submits one change and waits. Takes C. RESULT and INFO may be NULL. Never call it on the writer's thread. */
enum tocsin_err store_commit(struct store *s, struct change *c, struct change_result *result, struct commit_info *info) MUST_USE;

/* ---- reading ---- */
enum tocsin_err snapshot_open(struct store *s, struct snapshot **out) MUST_USE;   /* pooled; one thread at a time */
void snapshot_close(struct snapshot *r);                                          /* safe on NULL */
struct cursor;
/* Runs a query of sql.h with its arguments; what they point to is borrowed until cursor_close. */
enum tocsin_err cursor_open(struct snapshot *r, struct cursor **out, enum sql_read q, ...) MUST_USE;
/* OK: a row; MISSING: no more (no sentence is made); BROKEN. */
enum tocsin_err cursor_next(struct cursor *c) MUST_USE;
int64_t cursor_int(const struct cursor *c, int col);
struct bytes cursor_bytes(const struct cursor *c, int col);                       /* borrowed until the next cursor_next */
const char *cursor_text(const struct cursor *c, int col);                         /* the same */
void cursor_close(struct cursor *c);                                              /* safe on NULL */

/* ---- events ---- */
int64_t store_event_seq(struct store *s);                                         /* the last durable one */
/* Waits until an event after SEQ is durable, TIMEOUT_MS has passed, or store_wake was called; returns the last one. */
int64_t store_wait(struct store *s, int64_t seq, int timeout_ms);
void store_wake(struct store *s);

/* A consistent copy of the whole database, as of one moment, into PATH, which must not exist. The writer goes on meanwhile. */
enum tocsin_err store_backup(struct store *s, const char *path) MUST_USE;
/* Of what was deleted so far no byte stays in the database's files. LATER: somebody is still reading what was there
 * before; try again. Never on the writer's thread. */
enum tocsin_err store_scrub(struct store *s) MUST_USE;

/* Counters for status. */
struct store_counts { uint64_t commits, changes; int64_t statements; };
void store_counts_get(struct store *s, struct store_counts *c);

#endif
