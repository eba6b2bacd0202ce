/*
 * rate: a token bucket for each partner, or for each account of the desk. Only names that have proven who they are are
 * ever put in, so that strangers cannot fill it.
 */
#ifndef TOCSIN_EXCHANGE_RATE_H
#define TOCSIN_EXCHANGE_RATE_H

#include "base/clock.h"

struct rate;
struct rate *rate_new(unsigned per_second); /* burst ten times as many; 0: no limit. NULL when out of memory */
void rate_free(struct rate *r);                        /* safe on NULL */
void rate_set(struct rate *r, unsigned per_second);    /* from any thread */
/* Takes one token of NAME at NOW (monotonic microseconds); false when there is none. From any thread. */
bool rate_take(struct rate *r, const char *name, int64_t now);

#endif
