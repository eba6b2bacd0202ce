/*
 * reach_part: what the files of reach share.
 */
#ifndef TOCSIN_DESK_REACH_PART_H
#define TOCSIN_DESK_REACH_PART_H

#include "desk/reach.h"
#include "store/rows_keep.h"

#define REACH_MAX 16384                         /* statements of one reach */

/* Numbers, each once, in the order in which they were added. */
struct reach_set {
	struct arena *arena;
	int64_t *num;
	const char **why;                       /* static */
	size_t n;
	int64_t *slot;                          /* by hash; 0: free */
};
enum tocsin_err reach_set_open(struct reach_set *s) MUST_USE;
void reach_set_free(struct reach_set *s);       /* safe after a failed open */
/* BAD when it is full. */
enum tocsin_err reach_set_add(struct reach_set *s, int64_t num, const char *why) MUST_USE;

/* NUM and the releases that were made together with it: they say the same. */
enum tocsin_err reach_same(struct snapshot *read, int64_t num, struct reach_set *s) MUST_USE;
/* Everything of ours that says what NUM says: itself first. */
enum tocsin_err reach_gather(const struct desk *d, struct snapshot *read, int64_t num, struct reach_set *s) MUST_USE;
/* Rows for S, the reach of a retraction of S->num[0] with REASON; those that are retracted already are so. */
enum tocsin_err reach_write(const struct desk *d, struct snapshot *read, struct change *c, const struct reach_set *s,
	const char *reason, int64_t now) MUST_USE;

#endif
