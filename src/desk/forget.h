/*
 * forget: content that goes, by two people's decision; the statement, its receipt and its place in the log stay.
 *
 * A data-protection officer proposes, a second person agrees, others have time to object (policy forget.wait); then the
 * body, what was kept closed, files, drafts, what search finds and answers kept for the API are deleted, of the statement
 * and of the releases that were made together with it: they say the same.  What stays is the note, the receipt, and the
 * hash of each line, with which a copy that somebody else kept can still be told from a forgery.
 *
 * In this order: the ids are in DIR/forgotten (forgotten.h) before anything is deleted, so that a crash, or a database
 * that is put back from a copy, ends in content that is forgotten; and the database's files are overwritten before it is
 * said to be done.
 *
 * A legal hold stops it.  Content is of a class, which has a period (policy retention.*); when that is over, somebody is
 * asked by a clock: forget it, or keep it until a date.
 */
#ifndef TOCSIN_DESK_FORGET_H
#define TOCSIN_DESK_FORGET_H

#include "base/json.h"
#include "desk/access.h"
#include "desk/follow.h"

#define FORGET_REASON 1000
#define FORGET_ID 16                            /* hex digits: of a proposal, of a hold */

/* Proposes to forget ROW, which V sees. REFUSED: forgotten already, proposed already, rules forget.hold,
 * forget.undelivered. The proposal as forget_list shows it, returned owned. */
enum tocsin_err forget_propose(const struct desk *d, const struct view *v, const struct statement_row *row,
	const char *reason, json_t **out) MUST_USE;
/* Somebody else agrees (rule forget.two-people): it is done after forget.wait. MISSING: V sees no such proposal. */
enum tocsin_err forget_agree(const struct desk *d, const struct view *v, const char *id, json_t **out) MUST_USE;
/* What PROPOSED_BY proposed elsewhere V agrees to, in C, with the same wait and the same rules: but what is still on its
 * way is waited for. */
enum tocsin_err forget_two(const struct desk *d, const struct view *v, struct snapshot *read, struct change *c,
	const struct statement_row *row, const char *proposed_by, int64_t proposed_at, const char *reason) MUST_USE;
/* Ends it, with WHY; by its proposer it is withdrawn. Rule forget.object. */
enum tocsin_err forget_object(
	const struct desk *d, const struct view *v, const char *id, const char *why, json_t **out) MUST_USE;
/* [{id, statement, reason, state, proposed_by, proposed_at, agreed_by, agreed_at, due_at, ended_by, ended_at,
 * ended_why}]: those about what V sees, newest first, numbers below *BEFORE (0: from the newest), which becomes that of
 * the last one, or 0 when there are no more. Returned owned. */
enum tocsin_err forget_list(struct snapshot *read, const struct view *v, size_t limit, int64_t *before, json_t **out) MUST_USE;
/* What is decided, or to be decided, about statement NUM, which V sees, into O: "forgetting", "hold", "keep_until". */
enum tocsin_err forget_show(const struct desk *d, struct snapshot *read, int64_t num, json_t *o) MUST_USE;

/* ---- forget_do.c ---- */
/* Forgets what was agreed on and is due at NOW, at most MAX; *DONE how many were ended. */
enum tocsin_err forget_due(const struct desk *d, int64_t now, size_t max, size_t *done) MUST_USE;
/* When the next is due; INT64_MAX: none. */
enum tocsin_err forget_next(struct snapshot *read, int64_t *at) MUST_USE;
/* At a start: forgets again what DIR/forgotten names, *N of them, and writes there what it should name. */
enum tocsin_err forget_again(const struct desk *d, size_t *n) MUST_USE;
/* No deleted byte stays in the database's files, search's either. LATER: a reader is in the way. */
enum tocsin_err forget_scrub(const struct desk *d) MUST_USE;

/* ---- hold.c ---- */
/* A legal hold on ROW: nothing of it is forgotten until it is released. What was under way about it is ended. */
enum tocsin_err hold_put(const struct desk *d, const struct view *v, const struct statement_row *row, const char *reason,
	json_t **out) MUST_USE;
/* REFUSED: none runs. */
enum tocsin_err hold_release(const struct desk *d, const struct view *v, const struct statement_row *row, json_t **out) MUST_USE;
/* [{id, statement, reason, by, at, ended_by, ended_at}], as forget_list. */
enum tocsin_err hold_list(struct snapshot *read, const struct view *v, size_t limit, int64_t *before, json_t **out) MUST_USE;

/* ---- retention.c ---- */
/* [{class, policy, seconds, help, over: [{statement, since, over_since}]}]: what of each class V is to decide about, at
 * most LIMIT each. Returned owned. */
enum tocsin_err retention_json(const struct desk *d, struct snapshot *read, const struct view *v, size_t limit,
	json_t **out) MUST_USE;
/* ROW is kept until UNTIL, and asked about then. */
enum tocsin_err retention_keep(const struct desk *d, const struct view *v, const struct statement_row *row, int64_t until,
	const char *reason) MUST_USE;
/* Asks, by a clock, about what is over at NOW, at most MAX; *DONE how many. */
enum tocsin_err retention_ask(const struct desk *d, int64_t now, size_t max, size_t *done) MUST_USE;
/* When its period is over; 0: it has none. */
enum tocsin_err retention_until(const struct desk *d, struct snapshot *read, int64_t num, int64_t *until) MUST_USE;
/* The class of what is followed, added to C. */
void retention_class(const struct followed *f, struct change *c);

#endif
