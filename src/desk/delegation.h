/*
 * delegation: roles lent to a deputy of the same unit, from a time to a time.
 *
 * The deputy has them then, not before and not after, and only as long as the one who lent them has them and is active.
 * What was lent cannot be lent on.  Both times are the desk's own (an exercise's, too).
 */
#ifndef TOCSIN_DESK_DELEGATION_H
#define TOCSIN_DESK_DELEGATION_H

#include "base/json.h"
#include "desk/access.h"

#define DELEGATION_ID 16                /* hex digits */

struct delegation_new {
	const char *from, *to;                  /* NULL from: V's own account */
	unsigned roles;
	const char *reason;
	int64_t begins_at, ends_at;             /* 0 begins_at: now */
};
/* One's own roles, or another's by RIGHT_ADMIN. ID: DELEGATION_ID hex digits. */
enum tocsin_err delegation_add(const struct desk *d, const struct view *v, const struct delegation_new *n,
	char id[DELEGATION_ID + 1]) MUST_USE;
/* Ends it now: either side, or RIGHT_ADMIN. */
enum tocsin_err delegation_end(const struct desk *d, const struct view *v, const char *id) MUST_USE;
/* Those from and to ACCOUNT that have not ended: one's own, or by RIGHT_ADMIN. {items}, returned owned. */
enum tocsin_err delegation_show(struct snapshot *read, const struct view *v, const char *account, json_t **out) MUST_USE;

#endif
