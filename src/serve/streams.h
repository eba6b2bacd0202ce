/*
 * streams: who listens to the events as they come (server-sent events), kept by one thread that sleeps while nothing
 * happens.  Each event is "id: SEQ", "event: KIND" and "data: " with the same JSON as in GET /api/v1/events; a comment
 * every 20 seconds keeps the way open and finds out who is gone.
 */
#ifndef TOCSIN_SERVE_STREAMS_H
#define TOCSIN_SERVE_STREAMS_H

#include "serve/internal.h"

/* Events behind AFTER that V may see, at most 500 in ITEMS; ends before one about a statement that is not followed yet:
 * nobody knows who may see it. */
struct events {
	json_t *items;
	int64_t last;                   /* behind which to go on */
	bool more;                      /* there are more, now */
	int64_t followed;               /* what stands at the end waits for more than this to be followed; -1: nothing does */
};
enum tocsin_err events_read(const struct serve *s, struct snapshot *read, const struct view *v, int64_t after,
	struct events *e) MUST_USE;

struct streams *streams_start(struct serve *s);                 /* NULL with a sentence */
/* Answers Q with a stream of what comes behind AFTER. LATER: too many listen already. */
enum tocsin_err streams_add(struct streams *t, struct asked *q, int64_t after) MUST_USE;
void streams_end(struct streams *t);                            /* ends all, takes no more */
void streams_stop(struct streams *t);                           /* safe on NULL */

#endif
