/*
 * clock: the only source of time.  Times are microseconds since 1970 in UTC, as int64_t.
 *
 * A set clock runs on from the time it was set to, at the pace of the monotonic clock; only a node of the exercise
 * realm may set it (node/ sees to that).  Waiting and ticking always use the monotonic clock.
 */
#ifndef TOCSIN_BASE_CLOCK_H
#define TOCSIN_BASE_CLOCK_H

#include "base/bytes.h"

#define CLOCK_SECOND INT64_C(1000000)
#define CLOCK_TEXT 20                    /* "2024-03-06T09:12:00Z" */

int64_t clock_now(void);                 /* wall clock, or the set clock */
int64_t clock_mono(void);                /* monotonic, for intervals only */
int64_t clock_real(void);                /* wall clock, even while another is set: to keep a set clock over restarts */
void clock_set(int64_t now);             /* from here on clock_now() starts at NOW */
void clock_unset(void);
bool clock_is_set(void);

/* Exactly 20 bytes and a NUL; whole seconds, rounded down. Years 0001 to 9999. */
void clock_format(int64_t t, char out[CLOCK_TEXT + 1]);
/* Exactly 20 bytes that name a real time (no second 60, no 30 February); false otherwise. */
bool clock_parse(struct bytes s, int64_t *t);

#endif
