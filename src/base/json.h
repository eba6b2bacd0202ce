/*
 * json: jansson with our rules, for the API, the CLI and configuration-like files; never on the exchange path.
 *
 * Duplicate keys, trailing bytes, NUL in strings, nesting over 32 and texts over the given maximum are errors.
 */
#ifndef TOCSIN_BASE_JSON_H
#define TOCSIN_BASE_JSON_H

#include <jansson.h>

#include "base/buf.h"

/* Parses all of TEXT (at most MAX bytes) into *OUT, returned owned (json_decref). WHAT names it in the sentence. */
enum tocsin_err json_parse(struct bytes text, size_t max, const char *what, json_t **out) MUST_USE;
/* Appends J without white space, keys in the order they were put in, non-ASCII as UTF-8. */
void json_write(struct buf *out, const json_t *j);
/* Appends J for people: two spaces a level, a final newline. */
void json_write_pretty(struct buf *out, const json_t *j);
/* Appends J as the canonical value of a body line (jval.h); BAD when J is not a value. */
enum tocsin_err json_write_value(struct buf *out, const json_t *j) MUST_USE;
/* Parses a canonical body value (already checked by jval_check). NULL when out of memory. */
json_t *json_from_value(struct bytes value);

/* Members: NULL or the default when absent; *ok becomes false when present with another type. */
const char *json_get_str(const json_t *o, const char *key, bool *ok);
int64_t json_get_int(const json_t *o, const char *key, int64_t absent, bool *ok);
bool json_get_bool(const json_t *o, const char *key, bool absent, bool *ok);
/* BAD, naming it, when O has a member that is not in the NULL-terminated list KEYS. */
enum tocsin_err json_only(const json_t *o, const char *what, const char *const *keys) MUST_USE;

#endif
