/*
 * jval: the strict scanner for a body line's value (PROTOCOL, "Values").  It allocates nothing.
 *
 * A value is one JSON string, integer (int64), boolean, list of these (at most 256), or an object of languages: 1 to 32
 * members "tag": string, tags in the order given, no tag twice; besides language tags only "authoritative" (a tag that
 * is present; must be there when there are two tags or more) and "by-<tag>" (whose translation that is; of a tag
 * present, so no tag begins with "by-").  No floats, no null, no white space outside strings, only the necessary escapes
 * (\" \\ \b \f \n \r \t and \u00XX in lower case for the other controls below U+0020), valid UTF-8, no NUL, no U+007F to
 * U+009F, no direction overrides, no surrogate escapes.
 */
#ifndef TOCSIN_BASE_JVAL_H
#define TOCSIN_BASE_JVAL_H

#include "base/bytes.h"

enum jval_type { JVAL_STRING = 1, JVAL_INTEGER, JVAL_BOOLEAN, JVAL_LIST, JVAL_LANGUAGES };

/* Checks all of V; its type into *TYPE (which may be NULL). BAD with a sentence otherwise. */
enum tocsin_err jval_check(struct bytes v, enum jval_type *type) MUST_USE;

#endif
