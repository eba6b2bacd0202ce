/*
 * media: which types of file may be attached, by one table, and what a file's name may be.
 *
 * A file is what its sender says that it is: nothing here, or anywhere else in the node, looks into one.  The table
 * decides what may be typed in at our own desk and as which type a file is handed out again; whatever a partner calls a
 * file that is not in it, it is handed out as application/octet-stream.
 */
#ifndef TOCSIN_DOMAIN_MEDIA_H
#define TOCSIN_DOMAIN_MEDIA_H

#include "base/buf.h"

#define MEDIA_UNKNOWN "application/octet-stream"
#define MEDIA_NAME 200                          /* bytes of a file's name */

struct media {
	const char *type;                       /* "image/jpeg" */
	const char *endings;                    /* of names, separated by spaces: "jpg jpeg" */
};
const struct media *media_each(size_t i);       /* NULL past the end */
/* TYPE in the table; NULL: it is not allowed. */
const struct media *media_find(const char *type);
/* By the ending of a file's name, for who names no type; never NULL: at last MEDIA_UNKNOWN. */
const struct media *media_of_name(const char *name);

/* A name that is one on every system: 1 to 200 bytes of clean UTF-8, no / \ : * ? " < > |, no direction overrides, no dot,
 * space or hyphen in front, no dot or space at the end. BAD with what is wrong. */
enum tocsin_err media_name_check(const char *name) MUST_USE;
/* NAME, which somebody else chose, as one that media_name_check takes: what it does not allow becomes "_". */
void media_name_safe(struct bytes name, struct buf *out);

#endif
