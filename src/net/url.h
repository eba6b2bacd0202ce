/*
 * url: strict reading of a request's target (RFC 3986).  What decodes to something that is not clean UTF-8 text is an
 * error.
 */
#ifndef TOCSIN_NET_URL_H
#define TOCSIN_NET_URL_H

#include "base/arena.h"

#define URL_PARAMETERS 64

struct url {
	const char *path;                                    /* decoded, begins with '/' */
	size_t n;
	struct {
		const char *name, *value;
	} query[URL_PARAMETERS]; /* decoded, '+' as a space; no name twice; "a" is "a=" */
};

/* Reads TARGET ("/path?query"); strings come from A. BAD: an escape is malformed, hides a control, a slash or a
 * backslash in the path, or there is a "." or ".." segment, a parameter twice, more than URL_PARAMETERS. BROKEN: no
 * memory. */
enum tocsin_err url_read(struct arena *a, struct bytes target, struct url *out) MUST_USE;

#endif
