/*
 * account: the people of a desk: a name, a unit, roles, the function that others see instead of the name.
 *
 * Invariants.  A name is never used twice: who is removed stays as a row, so that what was signed off keeps its meaning.
 * The last active administrator stays one.  Nobody changes one's own roles, unit or compartments.  An inspector has no
 * other role, and an administrator neither, unless policy says so.  Who is locked or removed has no sessions and no tokens.
 * Whoever leaves a unit or a compartment leaves its open clocks there.  Every change is in the audit trail, in the same transaction.
 */
#ifndef TOCSIN_DESK_ACCOUNT_H
#define TOCSIN_DESK_ACCOUNT_H

#include "base/json.h"
#include "desk/access.h"

struct account_new {
	const char *name, *unit;                /* NULL unit: "desk" */
	const char *function;                   /* NULL: that of its roles */
	unsigned roles;
	const char *const *compartment;
	size_t compartment_n;
	const char *password;                   /* NULL: cannot log in with one until it is set */
};
/* BAD (a name, a password), MISSING (no such unit or compartment), REFUSED (rules). Takes a tenth of a second for the
 * password. */
enum tocsin_err account_add(const struct desk *d, const struct view *v, const struct account_new *n) MUST_USE;

/* Whether one account may have all of ROLES at once. REFUSED (rules) or BAD. */
enum tocsin_err account_roles_allowed(const struct desk *d, const char *name, unsigned roles) MUST_USE;

struct account_edit {
	const char *unit, *function, *state;    /* NULL: stays; states "active", "locked", "removed" (for ever) */
	bool roles_given, compartments_given;
	unsigned roles;
	const char *const *compartment;
	size_t compartment_n;
	int64_t seen;                           /* the version (changed_at) that it is an edit of; 0: whichever */
};
/* RIGHT_ADMIN. LATER: somebody was quicker. What is locked or removed is logged out at once; becoming active forgets wrong tries. */
enum tocsin_err account_edit(const struct desk *d, const struct view *v, const char *name,
	const struct account_edit *e) MUST_USE;

/* One's own with OLD, or another's by RIGHT_ADMIN. Every session of the account ends but KEEP (may be NULL); tokens stay.
 * NOW: real time, for wrong tries. */
enum tocsin_err account_set_password(const struct desk *d, const struct view *v, const struct hash *keep, const char *name,
	const char *old, const char *password, int64_t now) MUST_USE;
/* A second factor for one's own account: SECRET (base32, from totp_write) proves itself by CODE. */
enum tocsin_err account_set_totp(const struct desk *d, const struct view *v, const char *secret, const char *code,
	int64_t now) MUST_USE;
/* Takes it away: one's own with a CODE, another's by RIGHT_ADMIN (CODE is not looked at). */
enum tocsin_err account_drop_totp(const struct desk *d, const struct view *v, const char *name, const char *code,
	int64_t now) MUST_USE;

/* ---- account_show.c ---- */
/* What V may know of NAME: all for oneself and for administrators, and *VERSION (of an edit) for these; name, function,
 * unit and roles within the unit, *VERSION 0; otherwise MISSING. Returned owned. */
enum tocsin_err account_show(struct snapshot *read, const struct view *v, const char *name, json_t **out,
	int64_t *version) MUST_USE;
/* {items, next}: those that V may know of, by name behind AFTER, at most LIMIT; next is "" at the end. */
enum tocsin_err account_show_all(struct snapshot *read, const struct view *v, const char *after, size_t limit,
	json_t **out) MUST_USE;
/* How V is told of ACCOUNT: by name within the unit and for administrators and inspectors, otherwise by its function; in
 * A, never NULL but when A is full. An account that is not there is shown as it is written. */
const char *account_shown(struct snapshot *read, const struct view *v, const char *account, struct arena *a);

#endif
