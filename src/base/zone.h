/*
 * zone: the time of day in one place, from the system's zone files (RFC 8536), without the process's own TZ.
 *
 * A zone is read once and does not change; it is safe from any thread.  Behind the last transition that the file lists
 * its footer's rule goes on for ever.  "UTC" needs no file.
 */
#ifndef TOCSIN_BASE_ZONE_H
#define TOCSIN_BASE_ZONE_H

#include "base/bytes.h"
#include "base/err.h"

#define ZONE_NAME 64                            /* "America/Argentina/Buenos_Aires" */
#define ZONE_TEXT 26                            /* "2024-03-06 12:12:00 +03:00" */

struct zone;
/* The zone that IANA calls NAME. BAD: no such name, or a file that is none. */
enum tocsin_err zone_open(const char *name, struct zone **out) MUST_USE;
/* A zone file's bytes (version 2 or later); BAD with what is wrong. */
enum tocsin_err zone_parse(struct bytes file, struct zone **out) MUST_USE;
void zone_free(struct zone *z);                 /* safe on NULL */

/* Seconds east of UTC at T (microseconds, as clock.h). */
int32_t zone_offset(const struct zone *z, int64_t t);
/* The time of day there, with its distance from UTC; whole seconds, rounded down. */
void zone_format(const struct zone *z, int64_t t, char out[ZONE_TEXT + 1]);

#endif
