/*
 * follow: what the desk derives from each statement, issued or accepted, off the exchange path: who may see it, what
 * search finds, which clocks start and stop, what rests on it.
 *
 * One thread takes statements in the order of their numbers and asks each follower of the table in follow.c to add its
 * rows to one change; how far it came (meta "followed") is in the same change, compared before it is set, so that each
 * statement is followed exactly once, whatever crashes.  A receipt that comes is followed by its event.
 * What is held at the door (door.h) is followed no further; when it was passed, it is followed from there, once.
 */
#ifndef TOCSIN_DESK_FOLLOW_H
#define TOCSIN_DESK_FOLLOW_H

#include "desk/desk.h"
#include "proof/body.h"

/* A line of the content as this node holds it: what was sent open, and, of our own, what was sent closed. */
struct followed_line {
	struct bytes name, value;               /* value: canonical JSON */
	bool closed;
};
struct followed {
	const struct desk *desk;
	struct snapshot *read;
	struct arena *arena;
	const struct statement_row *row;        /* with body and opened; empty when forgotten */
	const struct statement *statement;
	const struct followed_line *line;
	size_t line_n;
	const char *draft_unit, *draft_compartment, *draft_author;      /* of the draft it was released from; "": none */
	int64_t draft;                          /* draft.num, or 0 */
	int64_t now;
	bool held;                              /* at the door (door.h): nobody is to learn of it */
	bool refused;                           /* there, or about what was: it is kept as long as others, and that is all */
};
/* The value of an open or closed line by name, without quotes when it is a plain string; empty: there is none. */
struct bytes followed_value(const struct followed *f, const char *name);

/* Adds to C what F makes true. A failure stops the following (and is an alarm): nothing is skipped. */
typedef enum tocsin_err follower(const struct followed *f, struct change *c);
extern follower access_follow, search_follow, clocks_follow, ask_follow, broker_follow, reach_follow, forget_follow, test_follow, voucher_follow, lead_follow, unnamed_follow;
extern follower exposure_follow;        /* exposure.c */
extern follower match_follow;           /* match_node.c */
extern follower silence_follow;         /* silence.c */

/* Follows up to MAX statements; *DONE how many. For tests, and for the thread. */
enum tocsin_err follow_some(const struct desk *d, size_t max, size_t *done) MUST_USE;

struct follow;
enum tocsin_err follow_start(const struct desk *d, struct follow **out) MUST_USE;
/* The sentence of what stopped it, "" while it goes on; into OUT. */
void follow_trouble(struct follow *f, char *out, size_t room);
void follow_stop(struct follow *f);             /* safe on NULL */

#endif
