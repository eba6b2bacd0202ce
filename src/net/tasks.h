/*
 * tasks: what is to be run later: a heap ordered by time, first come first served at equal times.  One thread, or the
 * caller's lock.
 */
#ifndef TOCSIN_NET_TASKS_H
#define TOCSIN_NET_TASKS_H

#include "base/bytes.h"

#define TASKS_MAX ((size_t)1 << 20)

typedef void tasks_run(void *arg);

struct task {
	int64_t due;             /* monotonic, microseconds */
	uint64_t order;
	tasks_run *run;
	void *arg;
};

struct tasks {
	struct task *heap;
	size_t n, room;
	uint64_t order;
};

void tasks_free(struct tasks *t);                                             /* forgets all */
/* False: TASKS_MAX, or out of memory. */
bool tasks_add(struct tasks *t, int64_t due, tasks_run *run, void *arg) MUST_USE;
bool tasks_take(struct tasks *t, int64_t now, struct task *out);     /* the next one that is due; false: none */
int64_t tasks_next(const struct tasks *t);                           /* when that is; INT64_MAX: none */

#endif
