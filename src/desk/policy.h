/*
 * policy: what an organisation has decided, as named values in one table (policy.c): name, type, range, default, help.
 * Kept in the database, changed by an administrator, every change in the audit trail.  Reading is from memory, from any
 * thread.
 */
#ifndef TOCSIN_DESK_POLICY_H
#define TOCSIN_DESK_POLICY_H

#include "base/json.h"
#include "desk/audit.h"
#include "desk/desk.h"

struct policy;
enum policy_type { POLICY_INTEGER, POLICY_SECONDS, POLICY_FLAG, POLICY_WORD, POLICY_TEXT };
struct policy_row {
	const char *name;                       /* "release.two-people-from" */
	enum policy_type type;
	int64_t min, max;                       /* of an integer; of seconds, written as 90s, 15m, 8h or 7d; bytes of a text */
	const char *const *words;               /* of a word; ends with NULL */
	const char *deflt;
	const char *help;
	enum tocsin_err (*check)(const char *value);    /* more than the type says; NULL: nothing */
};
/* policy_table.c: the rows by area, NULL past the end; and the named sets of values. */
const struct policy_row *policy_each(size_t i);
struct policy_preset {
	const char *name, *help;
	const char *const (*values)[2];         /* name and value, ends with NULL */
};
const struct policy_preset *policy_preset_each(size_t i);

/* Loads what is set; opened by node/ (and tests), lent by struct desk. */
enum tocsin_err policy_open(struct store *s, struct policy **out) MUST_USE;
/* VALUE against ROW: BAD with what is allowed. NUMBER (may be NULL): an integer, seconds as microseconds, a flag as 0 or 1. */
enum tocsin_err policy_check(const struct policy_row *row, const char *value, int64_t *number) MUST_USE;
void policy_free(struct policy *p);             /* safe on NULL */

/* Names that are not in the table, or of another type, are a mistake of the program: these abort. */
int64_t policy_int(const struct desk *d, const char *name);     /* integers; seconds as microseconds */
bool policy_flag(const struct desk *d, const char *name);
/* Words and texts, copied into OUT (cut never: MAX of the row fits). */
void policy_text(const struct desk *d, const char *name, char *out, size_t room);

/* BAD with what is allowed, MISSING when there is no such name. In the audit trail. */
enum tocsin_err policy_set(const struct desk *d, const struct view *v, const char *name, const char *value) MUST_USE;
/* A named set of values, all at once: "default", "three" (a desk of three people). Rows that it does not name keep what they have; "default" names
 * all. */
enum tocsin_err policy_preset(const struct desk *d, const struct view *v, const char *preset) MUST_USE;
/* [{name, value, default, type, help, allowed}], returned owned. */
json_t *policy_json(const struct desk *d);
json_t *policy_presets_json(void);              /* [{name, help}], returned owned */

#endif
