/*
 * pages: notices to people: one row for each account that is to be told something, delivered by publish/pager through
 * the account's channels.  A page has no content, but what policy lets through: what happened, to which id, by when.
 */
#ifndef TOCSIN_DESK_PAGES_H
#define TOCSIN_DESK_PAGES_H

#include "desk/desk.h"

struct page_add {
	const char *what;               /* "clock missed: reply-by", "retracted", "release asked for" */
	int64_t clock;                  /* clock.num; 0 with OF_CHANGE: the clock that this change has just started; or 0 */
	bool of_change;
	int64_t statement;              /* or 0 */
	const char *account;
	bool life;                      /* a threat to life: quiet hours do not apply */
	int64_t now;
};
void pages_add(struct change *c, const struct page_add *p);
/* Stops the pages of CLOCK that wait or were sent: somebody has acknowledged it, or it ended. */
void pages_stop(struct change *c, int64_t clock, int64_t now);
/* Active accounts of UNIT with one of ROLES, in the arena: whom to tell when nobody is named. */
enum tocsin_err pages_whom(struct snapshot *read, const char *unit, unsigned roles, struct arena *a,
	const char ***accounts, size_t *n) MUST_USE;

#endif
