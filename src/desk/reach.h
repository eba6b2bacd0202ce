/*
 * reach: who must learn that something is withdrawn, what each of them said to it, and what rests on it here.
 *
 * A retraction goes to everyone who got the statement (released or sent together with it) or an update of it.  Whom it
 * is to reach is written down first, in one change; then each retraction is issued in a change that crosses its row off,
 * so that none is issued twice and none is lost, whatever crashes: reach_resume goes on where it stood.  A retraction
 * that was issued in another way (a released draft, the general operation) is followed, and reaches as far.
 *
 * Records of what somebody said stay true when a warning was not; they are marked as resting on it, and left to people.
 */
#ifndef TOCSIN_DESK_REACH_H
#define TOCSIN_DESK_REACH_H

#include "base/json.h"
#include "desk/access.h"
#include "desk/follow.h"

#define REACH_REASON 1000                       /* bytes of a reason */

/* Retracts ROW, a statement of our own that V sees, for REASON (plain text). Again is harmless: what is retracted stays
 * so, those that could not be reached are tried once more. REFUSED: not ours, of a kind that cannot be retracted, or rule
 * retract.two-people. {retracted, results: [{id, to, statement, why}]}: the retractions that were issued, as far as V
 * sees what they are about. Returned owned. */
enum tocsin_err reach_retract(const struct desk *d, const struct view *v, const struct statement_row *row,
	const char *reason, json_t **out) MUST_USE;
/* The same written down in C, for who decides it together with something else and has the second person already;
 * reach_resume issues it. */
enum tocsin_err reach_begin(const struct desk *d, const struct view *v, struct snapshot *read, struct change *c,
	const struct statement_row *row, const char *reason) MUST_USE;
/* Issues up to MAX retractions that are written down and not issued; *DONE how many rows were taken. */
enum tocsin_err reach_resume(const struct desk *d, size_t max, size_t *done) MUST_USE;

/* The reach of the retraction of ROW (or that ROW is, or that reaches ROW), at most LIMIT behind the statement AFTER
 * (NULL: from the first), as far as V sees it: {retracted, items: [{statement, recipient, why, state, retraction,
 * retracted_at, ...}], open, next}. state: not issued, not delivered, unreachable, received, confirmed, holds a copy,
 * cannot tell, refused, to be called, told. MISSING when it is not retracted. Returned owned. */
enum tocsin_err reach_show(const struct desk *d, struct snapshot *read, const struct view *v,
	const struct statement_row *row, const struct hash *after, size_t limit, json_t **out) MUST_USE;

/* ---- reach_rests.c ---- */
/* The retraction of statement NUM that has effect; 0: there is none, or it is not followed yet. */
enum tocsin_err reach_retraction(struct snapshot *read, int64_t num, int64_t *retraction) MUST_USE;
/* Which retracted statements NUM rests on, through what it refers to, as far as V sees them: [{id, retraction, at}]. NULL
 * when none. Returned owned. */
enum tocsin_err reach_rests_on(struct snapshot *read, const struct view *v, int64_t num, json_t **out) MUST_USE;
/* Draft NUM of AUTHOR is about the N statements RE: when one is withdrawn, its author is told. For every saving of it. */
enum tocsin_err reach_draft(struct snapshot *read, struct change *c, int64_t num, const char *author,
	const struct hash *re, size_t n, int64_t now) MUST_USE;

#endif
