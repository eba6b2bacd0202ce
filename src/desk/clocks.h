/*
 * clocks: what runs out, when, and whose it is.
 *
 * A clock is a row: kind, what it is about (a statement or a draft), owner, unit, absolute times.  It is running until
 * it is met, missed or void, and frozen then.  A running clock has next_at: when something is to be done about it (a
 * reminder before it is due, the miss, then each step of the escalation).  Doing it is one change with the precondition
 * that next_at is still the same, so that nothing fires twice and nothing is lost over a crash; the timer (node's
 * thread) only asks for what is due.  A set clock that jumps makes everything due that is, once.
 */
#ifndef TOCSIN_DESK_CLOCKS_H
#define TOCSIN_DESK_CLOCKS_H

#include "base/json.h"
#include "desk/access.h"
#include "desk/desk.h"

/* One row each in clocks.c: name, policy names of its periods by urgency (imminent, urgent, routine), what its miss
 * means in words, to which function it goes first. */
enum clock_kind {
	CLOCK_RECEIPT,          /* sent; met by the receipt */
	CLOCK_OPENING,          /* accepted; met when a person of ours opens it */
	CLOCK_ASSESSMENT,       /* opened; met by our response of stage assessed or later */
	CLOCK_REPLY_BY,         /* an answer is asked for (ask.reply-by, a question, a request), by us or of us */
	CLOCK_DUTY,             /* a duty to warn was found; met by the release or a waiver */
	CLOCK_RELEASE,          /* proposed; met by release or refusal */
	CLOCK_REVIEW,           /* released alone when imminent; met by the second person's review */
	CLOCK_WINDOW,           /* the window's end; met by a closure, otherwise lapsed, unresolved */
	CLOCK_FOLLOW_UP,        /* a lapsed window: extend, stand down or state an outcome */
	CLOCK_DELIVERY,         /* by voice or paper; met by the record of it */
	CLOCK_FORGET,           /* retention ran out, or a review date has come */
	CLOCK_KINDS
};
const char *clock_kind_name(enum clock_kind k);         /* "reply-by" */

struct clock_start {
	enum clock_kind kind;
	int64_t statement;              /* statement.num; 0 with OF_CHANGE: this change's own; or 0 */
	bool of_change;
	int64_t draft;                  /* draft.num; or 0 */
	const char *unit, *compartment; /* whose it is; "" compartment: none */
	const char *owner;              /* account; "": the first of the unit's escalation */
	int urgency;                    /* 0 imminent, 1 urgent, 2 routine */
	int64_t due_at;                 /* 0: NOW and the policy's period for kind and urgency */
	int64_t now;
};
/* Adds a running clock to C. */
void clocks_start(const struct desk *d, struct change *c, const struct clock_start *s);
/* Ends the running clocks of KIND about STATEMENT (or DRAFT), in C: "met" or "void"; harmless when there is none. Late is
 * met, too, but stays in state missed when its miss was told: then only ended_at is set. Stops their pages. */
void clocks_end(struct change *c, enum clock_kind kind, int64_t statement, int64_t draft, const char *state, int64_t now);

/* The next time at which something is due, INT64_MAX for never. */
enum tocsin_err clocks_next(struct snapshot *read, int64_t *at) MUST_USE;
/* Does what is due by NOW, at most MAX clocks; *DONE how many. The timer calls it again until it is 0. */
enum tocsin_err clocks_fire(const struct desk *d, int64_t now, size_t max, size_t *done) MUST_USE;

/* One acknowledges: pages stop, whoever they went to; the clock runs on. MISSING when V does not see it. */
enum tocsin_err clocks_ack(const struct desk *d, const struct view *v, const char *id) MUST_USE;
/* Gives it to another account of the unit. */
enum tocsin_err clocks_hand(const struct desk *d, const struct view *v, const char *id, const char *to) MUST_USE;
/* Clocks that V sees: of a statement (num), or running ones (mine: owned by V), soonest first, at most LIMIT behind cursor
 * AFTER (due_at, num of the last one; both 0: from the start). [{id, kind, state, about, due_at, started_at, ended_at,
 * owner, acked_by, acked_at, level, why}]; owner as function for whoever is not of the unit. Returned owned. */
enum tocsin_err clocks_of(const struct desk *d, struct snapshot *read, const struct view *v, int64_t statement,
	json_t **out) MUST_USE;

#endif
