/*
 * inside: what the files of store share and nobody else sees.
 *
 * Threads.  The writer's thread owns everything marked (writer).  log_lock guards the durable tree, the list of retired
 * ones and the tile cache; prefix.lock the block pointers; event_lock the sequence; queue_lock the queue; pool_lock the
 * idle readers.  No two of them are ever held together.
 */
#ifndef TOCSIN_STORE_INSIDE_H
#define TOCSIN_STORE_INSIDE_H

#include <pthread.h>
#include <stdatomic.h>

#include "store/engine.h"
#include "store/log_tree.h"
#include "store/prefix.h"
#include "store/rows.h"
#include "store/log.h"

#define CHANGE_BYTES (64u << 20)                /* of one change */
#define BATCH_CHANGES 1024                      /* in one transaction */
#define BATCH_BYTES (32u << 20)
#define QUEUE_CHANGES 16384                     /* waiting; store_submit waits beyond that */
#define POOL_IDLE 8                             /* readers kept open */
#define POOL_MAX 64                             /* snapshots at one time */
#define DESK_NUMBER "desk number"               /* in meta: the last one handed out of the desk's sequence */
#define AUDIT_HEAD "audit head"                 /* in meta: number and hash of the last row of the audit trail */
#define TILE_CACHE 32                           /* older tiles with their inner nodes, 16 kB each */

/* ---- a change ---- */
struct change_entry {
	struct change_entry *next;
	struct hash entry;
	struct store_op *position;                  /* the log_position row to fill in; NULL: none */
};

struct change {
	struct arena *a;
	bool failed;                                /* out of memory, or more than it may hold: said in sentence */
	char sentence[128];
	size_t bytes;

	struct store_op *first, **end;
	bool has_statement, has_checkpoint, has_conflict;      /* each at most once */
	struct engine_key key;
	struct hash *re;
	size_t re_n;
	struct change_entry *entry, **entry_end;

	unsigned pad_multiple;                      /* 0: no padding */
	log_padding *pad;
	void *pad_arg;

	uint64_t published_n, published_size;       /* n 0: not published */
	uint64_t begin_n;                           /* 0: no new log */
	const char *begin_origin, *begin_reason;
};

/* Adds a statement of the table; NULL when the change has failed. Arguments are copied. */
struct store_op *change_op(struct change *c, const char *must, enum sql_write q, ...);
/* Takes the arguments of TYPES from AP; what no argument stands for is left 0. */
void sql_args_take(struct sql_arg *args, const char *types, va_list ap);
/* An op in an arena, for the writer's own rows; NULL when out of memory. */
struct store_op *store_op_make(struct arena *a, const char *must, enum sql_write q, ...);

/* ---- the store ---- */
struct submission {
	struct submission *next;
	struct change **change;
	struct change_result *result;
	size_t n;
	store_done *done;
	void *arg;
};

struct tile_slot {
	uint64_t key;                               /* as in log_tile, of a hash tile; 0 with used 0: empty */
	uint64_t used;                              /* when, by a counter */
	struct log_tile *tile;
};

struct retired_log {
	struct retired_log *next;
	struct log_tree tree;
};

struct store {
	const struct store_engine *engine;
	struct engine_db *db;
	char *path;
	bool readonly;

	pthread_t thread;
	bool running;
	pthread_mutex_t queue_lock;
	pthread_cond_t work, room;
	struct submission *queue, **queue_end;
	size_t queued;
	bool stop;

	/* (writer) */
	int64_t next_num, next_checkpoint, next_conflict, next_event, next_tail, next_desk, next_audit;
	struct hash audit_head;                     /* of row next_audit */
	struct log_tree *draft;
	struct batch *batch;

	pthread_mutex_t log_lock;
	struct log_tree *durable;
	struct retired_log *retired;
	struct tile_slot cache[TILE_CACHE];
	uint64_t cache_clock;

	struct prefix prefix;

	pthread_mutex_t event_lock;
	pthread_cond_t event_cond;
	int64_t event_seq;
	uint64_t wakes;
	uint64_t commits, changes;
	int64_t statements;

	pthread_mutex_t pool_lock;
	struct snapshot *idle;
	size_t idle_n, open_n;
};

struct snapshot {
	struct store *store;
	struct snapshot *next;                      /* in the pool */
	struct engine_reader *reader;
	struct prefix_view prefix;
};

/* writer.c */
enum tocsin_err writer_start(struct store *s) MUST_USE;
void writer_stop(struct store *s);
/* log.c: loads the current log and its edge; frees what it keeps. */
enum tocsin_err log_load(struct store *s) MUST_USE;
void log_unload(struct store *s);
/* Reads a full tile as it is stored; BROKEN when it is not there. */
enum tocsin_err log_tile_bytes(
        struct snapshot *r, uint64_t n, unsigned level, uint64_t index, uint8_t out[LOG_TILE_BYTES]) MUST_USE;
/* The same, and makes its inner nodes. */
enum tocsin_err log_tile_read(
        struct snapshot *r, uint64_t n, unsigned level, uint64_t index, struct log_tile *tile) MUST_USE;
enum tocsin_err log_entries(struct snapshot *r, uint64_t log_n, uint64_t first, size_t n, struct hash *out) MUST_USE;
/* The edge of log N at SIZE, which it has. */
enum tocsin_err log_edge(struct store *s, uint64_t n, uint64_t size, struct merkle_edge *e) MUST_USE;
/* The durable state becomes the draft's. */
void log_commit(struct store *s, bool published, uint64_t published_size);
/* migrate.c: a new database gets the newest schema and OPS; an old one is brought up to date. */
enum tocsin_err migrate_new(
        const struct store_engine *e, struct engine_db *db, struct store_op *const *ops, size_t n) MUST_USE;
enum tocsin_err migrate(const struct store_engine *e, struct engine_db *db, const char *path, bool readonly) MUST_USE;

#endif
