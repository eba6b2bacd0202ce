/*
 * prefix: finding statements by id alone, and what refers to an id.
 *
 * A pair is the first 32 bits of a hash and a statement's number; candidates are found by the former and then compared
 * in full by the caller, so a wrong or double pair does no harm.  An index over hashes in the database would dirty a
 * page for each insert.  So new pairs gather in a block in memory, and durably in prefix_tail, as they come; when the
 * block is full it is frozen, sorted, and folded into its table in slices that ride on the following commits, each
 * slice a neighbourhood of pages.
 *
 * A view holds the blocks that belong to a snapshot: whatever the snapshot sees is in its tables or in its view.
 */
#ifndef TOCSIN_STORE_PREFIX_H
#define TOCSIN_STORE_PREFIX_H

#include <pthread.h>
#include <stdatomic.h>

#include "base/arena.h"
#include "base/sha256.h"
#include "store/engine.h"

enum prefix_kind { PREFIX_STATEMENT, PREFIX_REFERENCE, PREFIX_KINDS };

#define PREFIX_BLOCK 65536                      /* pairs */
#define PREFIX_NUM_MAX INT64_C(0x7fffffff)

struct prefix_block;

struct prefix_view {
	struct prefix_block *active[PREFIX_KINDS], *frozen[PREFIX_KINDS];
	unsigned generation;
};

struct prefix_pair {
	uint32_t prefix, num;
};

struct prefix {
	pthread_mutex_t lock;
	struct prefix_view now;                     /* frozen may be NULL */
	size_t block_room;

	/* (writer) what this batch adds */
	struct prefix_pair *pair[PREFIX_KINDS];
	size_t n[PREFIX_KINDS], room[PREFIX_KINDS];
	bool fold_ends[PREFIX_KINDS];
	size_t folded_to[PREFIX_KINDS];
};

uint32_t prefix_of(const struct hash *h);

enum tocsin_err prefix_init(struct prefix *p, size_t block_room) MUST_USE;      /* PREFIX_BLOCK; less in tests */
void prefix_free(struct prefix *p);
/* A row of prefix_tail, in order of seq; then prefix_loaded. */
enum tocsin_err prefix_load(struct prefix *p, int64_t seq, enum prefix_kind kind, struct bytes pairs) MUST_USE;
enum tocsin_err prefix_loaded(struct prefix *p) MUST_USE;

/* ---- the writer ---- */
void prefix_clear(struct prefix *p);            /* a batch begins, or is built again */
bool prefix_stage(
        struct prefix *p, enum prefix_kind kind, const struct hash *h, int64_t num); /* false: out of memory */
/* Puts what was staged into memory and calls ADD with the ops that keep it and fold a slice; takes numbers for tail
 * rows from *SEQ. */
typedef bool prefix_add(void *arg, struct store_op *op);
bool prefix_write(struct prefix *p, struct arena *a, int64_t *seq, prefix_add *add, void *arg);
void prefix_committed(struct prefix *p);        /* the transaction with those ops is durable */

/* ---- readers ---- */
void prefix_view_take(struct prefix *p, struct prefix_view *v);
void prefix_view_drop(struct prefix_view *v);
bool prefix_view_valid(struct prefix *p, const struct prefix_view *v);    /* still the blocks of now */
/* The numbers of the pairs with PREFIX in the view's blocks, oldest first, from *AT on (start with 0); -1 at the end.
 */
int64_t prefix_view_next(const struct prefix_view *v, enum prefix_kind kind, uint32_t prefix, size_t *at);

#endif
