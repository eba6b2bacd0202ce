/*
 * forget_part: what the files of forget share.
 */
#ifndef TOCSIN_DESK_FORGET_PART_H
#define TOCSIN_DESK_FORGET_PART_H

#include "desk/forget.h"
#include "desk/reach_part.h"

void forget_new_id(char id[FORGET_ID + 1]);
json_t *forget_hash(const struct hash *h);
json_t *forget_time(int64_t t);                 /* null for 0 */
/* BAD: a reason is 1 to FORGET_REASON bytes without controls. */
enum tocsin_err forget_reason(const char *reason) MUST_USE;
/* Rule forget.hold, when one of S is held. */
enum tocsin_err forget_held(struct snapshot *read, const struct reach_set *s) MUST_USE;
/* Whether one of S waits to be delivered. */
enum tocsin_err forget_waits(struct snapshot *read, const struct reach_set *s, bool *waits) MUST_USE;
/* Whether one of S is still to be told to somebody without a node, as far as V sees that they were. */
enum tocsin_err forget_untold(const struct desk *d, struct snapshot *read, const struct view *v, const struct reach_set *s,
	bool *untold) MUST_USE;
/* The id of statement NUM, if V sees it; *seen false when it does not. */
enum tocsin_err forget_seen(struct snapshot *read, const struct view *v, int64_t num, struct hash *id, bool *seen) MUST_USE;
/* Whom V is shown for ACCOUNT: a name within one's unit, a function beyond it. */
const char *forget_name(struct snapshot *read, const struct view *v, const char *account, struct arena *a);

/* ---- a page of rows about statements, of which V sees some ---- */
struct forget_listing {
	struct snapshot *read;
	const struct view *view;
	struct arena *arena;                    /* for one row */
	json_t *list;
	size_t limit;
	int64_t last;
	bool more;
	enum tocsin_err err;
};
enum tocsin_err forget_list_begin(struct forget_listing *l, struct snapshot *read, const struct view *v, size_t limit) MUST_USE;
/* Whether a row about STATEMENT (its id into *ID) stands on the page; otherwise *GO_ON says whether to look further. */
bool forget_list_takes(struct forget_listing *l, int64_t statement, struct hash *id, bool *go_on);
/* Adds ITEM (taken), row NUM; whether to go on. */
bool forget_list_add(struct forget_listing *l, int64_t num, json_t *item);
/* Its end, after ERR: *BEFORE for the next page, or 0. */
enum tocsin_err forget_list_end(struct forget_listing *l, enum tocsin_err err, int64_t *before, json_t **out) MUST_USE;

#endif
