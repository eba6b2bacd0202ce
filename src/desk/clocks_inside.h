/*
 * clocks_inside: what the files of clocks share.
 */
#ifndef TOCSIN_DESK_CLOCKS_INSIDE_H
#define TOCSIN_DESK_CLOCKS_INSIDE_H

#include "desk/clocks.h"
#include "desk/follow.h"
#include "desk/policy.h"
#include "store/rows_clock.h"

struct clock_rule {
	const char *name;                       /* "reply-by" */
	bool period;                            /* policy has one for each urgency: clock.NAME.URGENCY */
	bool life;                              /* always about life */
	bool ends;                              /* is over when it is missed: another clock, or nobody, goes on */
	bool own;                               /* shown to its own unit and compartment alone, whoever sees what it is about */
	const char *missed;                     /* what its miss means, in words */
};
const struct clock_rule *clock_rule(enum clock_kind k);
const struct clock_rule *clock_rule_named(const char *name, enum clock_kind *k);        /* NULL: there is none */

/* The policy's period for KIND and URGENCY. */
int64_t clock_period(const struct desk *d, enum clock_kind k, int urgency);
/* When a clock from START to DUE is to be looked at first: its reminder, or its end. */
int64_t clock_first(const struct desk *d, int64_t start, int64_t due);
void clock_id_make(char out[17]);

/* ---- clocks_home.c ---- */
struct clock_home {
	bool known;
	char unit[LIMIT_ACCOUNT + 1], compartment[LIMIT_ACCOUNT + 1], owner[LIMIT_ACCOUNT + 1];
	int urgency;
	bool life;
};
/* Of the clocks that F starts; TARGET: the N statements that it is about. */
enum tocsin_err clock_home_find(const struct followed *f, const int64_t *target, size_t n, struct clock_home *h) MUST_USE;

#endif
