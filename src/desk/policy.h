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
};
const struct policy_row *policy_each(size_t i);
/* Loads what is set; opened by node/ (and tests), lent by struct desk. */
enum tocsin_err policy_open(struct store *s, struct policy **out) MUST_USE;
void policy_free(struct policy *p);             /* safe on NULL */

/* Names that are not in the table, or of another type, are a mistake of the program: these abort. */
int64_t policy_int(const struct desk *d, const char *name);     /* integers; seconds as microseconds */
bool policy_flag(const struct desk *d, const char *name);
/* Words and texts, copied into OUT (cut never: MAX of the row fits). */
void policy_text(const struct desk *d, const char *name, char *out, size_t room);

/* BAD with what is allowed. In the audit trail. */
enum tocsin_err policy_set(const struct desk *d, const struct view *v, const char *name, const char *value) MUST_USE;
/* A named set of values: "default", "three" (a desk of three people). */
enum tocsin_err policy_preset(const struct desk *d, const struct view *v, const char *preset) MUST_USE;
/* [{name, value, default, type, help}], returned owned. */
json_t *policy_json(const struct desk *d);

#endif
