/*
 * clocks: what runs out, when, and whose it is.
 *
 * A clock is a row: kind, what it is about (a statement or a draft), owner, unit, absolute times.  It is running until
 * it is met, missed or void, and frozen then.  A running clock has next_at: when something is to be done about it (a
 * reminder before it is due, the miss, then each step of the escalation).  Doing it is one change with the precondition
 * that next_at is still the same, so that nothing fires twice and nothing is lost over a crash; the timer (node's
 * thread) only asks for what is due.  A set clock that jumps makes everything due that is, once; one that jumps back
 * makes nothing happen again.
 *
 * Who is paged: the owner is reminded, and told when it is missed; then, one after the other, the unit's escalation, its
 * releasing officers, its administrators.  Whoever acknowledges ends that; nobody at all is an alarm.
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
	CLOCK_LEAD,             /* a lead's review date; always named */
	CLOCK_DOOR,             /* held at the door; met by the decision */
	CLOCK_CUSTODY,          /* tendered to a broker; met by the broker's last word about it; always named */
	CLOCK_CORRECTION,       /* somebody asks to be corrected or deleted; met by the reply; always named */
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
	bool life;                      /* a threat to life: pages ignore quiet hours; imminent ones, duties and deliveries always */
	int64_t due_at;                 /* 0: NOW and the policy's period for kind and urgency; a window's must be named */
	int64_t now;
};
/* Adds a running clock to C. */
void clocks_start(const struct desk *d, struct change *c, const struct clock_start *s);
/* Ends the open clocks of KIND about STATEMENT (or, when that is 0, DRAFT), in C: "void" or "met"; harmless when there is
 * none. What ends after it was due is "missed", whether its miss was told already or not, with ended_at; what ends in
 * time is "met", however late that is written down. Stops their pages. */
void clocks_end(struct change *c, enum clock_kind kind, int64_t statement, int64_t draft, const char *state, int64_t now);
/* The receipt of STATEMENT is here, or in C before this: ends its receipt clock at the time of the receipt. */
void clocks_received(struct change *c, int64_t statement, int64_t now);
/* A person of ours has opened the accepted warning STATEMENT: ends its opening clock, and starts the assessment, once. */
void clocks_opened(const struct desk *d, struct change *c, int64_t statement, int64_t now);
/* Whether STATEMENT waits to be opened. */
enum tocsin_err clocks_unopened(struct snapshot *read, int64_t statement, bool *unopened) MUST_USE;
/* All open clocks of FROM go to TO: the end of a shift. */
void clocks_move(struct change *c, const char *from, const char *to);
/* A page about the missed clock NUM reached nobody: the next in the chain is paged now. */
void clocks_hurry(struct change *c, int64_t num, int64_t now);

/* The next time at which something is due, INT64_MAX for never. */
enum tocsin_err clocks_next(struct snapshot *read, int64_t *at) MUST_USE;
/* Does what is due by NOW, at most MAX clocks; *DONE how many were looked at. The timer calls it again until it is 0.
 * A clock that is due for more than one thing gets one of them each time: the reminder is left out when it is missed
 * already, and everybody in the chain has the whole time that policy gives, counted from the page before. */
enum tocsin_err clocks_fire(const struct desk *d, int64_t now, size_t max, size_t *done) MUST_USE;

/* One acknowledges: pages stop, whoever they went to; the clock runs on. MISSING when V does not see it. */
enum tocsin_err clocks_ack(const struct desk *d, const struct view *v, const char *id) MUST_USE;
/* Gives it to another account of the unit. */
enum tocsin_err clocks_hand(const struct desk *d, const struct view *v, const char *id, const char *to) MUST_USE;
/* Clocks of STATEMENT, which V sees, ended ones too: [{id, kind, state, about, draft, urgency, started_at, due_at,
 * due_local, zone, ended_at, owner, acked_by, acked_at, level, why}]; owner as function for whoever is not of the unit.
 * Returned owned. */
enum tocsin_err clocks_of(const struct desk *d, struct snapshot *read, const struct view *v, int64_t statement,
	json_t **out) MUST_USE;
/* One that V sees (its unit's, its own, one that it was paged about); MISSING with the same sentence when it does not, or there is none. */
enum tocsin_err clocks_one(const struct desk *d, struct snapshot *read, const struct view *v, const char *id,
	json_t **out) MUST_USE;
/* The same of DRAFT, which V sees. */
enum tocsin_err clocks_of_draft(const struct desk *d, struct snapshot *read, const struct view *v, int64_t draft,
	json_t **out) MUST_USE;
/* Where a list goes on behind the clock ID, for clocks_list; MISSING when V does not see it. */
enum tocsin_err clocks_behind(const struct desk *d, struct snapshot *read, const struct view *v, const char *id,
	int64_t *due_at, int64_t *num) MUST_USE;
/* Open ones, soonest due first: V's own, or these and all of its scopes; behind (*DUE_AT, *NUM), which become those of the last one,
 * or 0 and 0 when there are no more. */
enum tocsin_err clocks_list(const struct desk *d, struct snapshot *read, const struct view *v, bool mine, size_t limit,
	int64_t *due_at, int64_t *num, json_t **out) MUST_USE;
/* The question in RESPONSE (a response, or a request) is open: its clock as in clocks_of; NULL: it is not. */
enum tocsin_err clocks_question(const struct desk *d, struct snapshot *read, const struct view *v, int64_t response,
	json_t **out) MUST_USE;
/* How many that were missed nobody has acknowledged, at most so many, for the alarm; since when. */
#define CLOCKS_UNANSWERED_MAX 100
enum tocsin_err clocks_unanswered(struct snapshot *read, size_t *n, int64_t *since) MUST_USE;

#endif
