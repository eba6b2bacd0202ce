/*
 * standing: where a statement stands, in words that people use: its delivery, its answers, whether its window lapsed,
 * what contradicts it.  Computed when asked, from rows and bodies.
 */
#ifndef TOCSIN_DESK_STANDING_H
#define TOCSIN_DESK_STANDING_H

#include "base/json.h"
#include "desk/desk.h"
#include "domain/view.h"

/* One statement as JSON for API and CLI: id, kind, direction, from, to, at, known_at, delivery (waiting, refused,
 * closed, received, witnessed, one-sided, accepted, own record), receipt, quorum, marks, its gist, its state in words
 * ("delivered, no answer for 3 h", "opened", …); when WHOLE also its fields (for our own also the closed ones, marked
 * "closed"), re, answers, the stages that were reached, each with its signer and time, the outcomes as each side says,
 * what contradicts what, and the window ("open", "lapsed, unresolved", "closed").  What refers to something that it may
 * not refer to has no effect: it is dangling there, and no answer here.  MISSING when V does not see it; its closed
 * lines are there when V sees them.  Statements that V does not see are no answers, and, where they are referred to,
 * shown as what is not here.  What was retracted, and what rests on that ("rests_on_retracted"), is marked.  Numbers of
 * this node only for who sees everything.  *OUT is returned owned. */
enum tocsin_err desk_show(const struct desk *d, struct snapshot *read, const struct view *v,
	const struct statement_row *row, bool whole, json_t **out) MUST_USE;

#endif
