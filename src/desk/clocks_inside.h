/*
 * clocks_inside: what the files of clocks share.
 */
#ifndef TOCSIN_DESK_CLOCKS_INSIDE_H
#define TOCSIN_DESK_CLOCKS_INSIDE_H

#include "desk/clocks.h"
#include "desk/policy.h"
#include "store/rows_clock.h"

struct clock_rule {
	const char *name;                       /* "reply-by" */
	bool period;                            /* policy has one for each urgency: clock.NAME.URGENCY */
	bool life;                              /* always about life */
	bool ends;                              /* is over when it is missed: another clock, or nobody, goes on */
	const char *missed;                     /* what its miss means, in words */
};
const struct clock_rule *clock_rule(enum clock_kind k);
const struct clock_rule *clock_rule_named(const char *name, enum clock_kind *k);        /* NULL: there is none */

/* The policy's period for KIND and URGENCY. */
int64_t clock_period(const struct desk *d, enum clock_kind k, int urgency);
/* When a clock from START to DUE is to be looked at first: its reminder, or its end. */
int64_t clock_first(const struct desk *d, int64_t start, int64_t due);
void clock_id_make(char out[17]);

#endif
