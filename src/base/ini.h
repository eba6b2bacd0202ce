/*
 * ini: the configuration file, read by libinih against a table of known keys.
 *
 * A line has at most 198 bytes; "; " behind a value begins a comment.  A boolean is yes, no, true or false.
 * An unknown section or key, a value out of range, or a key given twice is an error that names file, line and key.
 */
#ifndef TOCSIN_BASE_INI_H
#define TOCSIN_BASE_INI_H

#include "base/bytes.h"

enum ini_type { INI_STR, INI_INT, INI_BOOL };       /* char *, int64_t, bool */

struct ini_key {
	const char *section;
	const char *key;
	enum ini_type type;
	size_t offset;                              /* into the structure that is filled */
	const char *deflt;                          /* as it would be written; NULL: stays NULL, 0, false */
	int64_t min, max;                           /* for INI_INT; for INI_STR max is the longest length */
	const char *help;
};

/* Fills INTO (zeroed by the caller) from PATH by KEYS (ends with section NULL); strings are owned by INTO. A missing
 * file means all defaults. */
enum tocsin_err ini_load(const char *path, const struct ini_key *keys, void *into) MUST_USE;
void ini_free(const struct ini_key *keys, void *into);

#endif
