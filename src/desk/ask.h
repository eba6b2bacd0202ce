/*
 * ask: questions that cannot be forgotten: who owes whom an answer, by when, and what is recorded when none came.
 *
 * Both nodes run the same clock.  A request says "due", or "within", which is added at sending by urgency and by what is
 * at hand; its recipient counts from when it accepted it, its author from when the receipt came, which is never
 * earlier.  "needs-time" is counted, and grants more time as often as policy says.  What is missed is recorded by each
 * side for itself, exactly once: a record "breach", which with the request's receipt is evidence (domain/breach.h).  An
 * answer that comes later is late; it takes nothing back.
 */
#ifndef TOCSIN_DESK_ASK_H
#define TOCSIN_DESK_ASK_H

#include "base/json.h"
#include "desk/follow.h"
#include "desk/issue.h"
#include "domain/view.h"
#include "store/rows_ask.h"

/* Requests about statement NUM, or NUM itself, that have no final answer yet: ours and theirs. */
enum tocsin_err ask_open_about(struct snapshot *read, int64_t num, int64_t *nums, size_t max, size_t *n) MUST_USE;
/* Whether NUM is a response whose own question is without an answer. */
enum tocsin_err ask_question_open(struct snapshot *read, int64_t num, bool *open) MUST_USE;
/* Open requests with PARTNER. */
enum tocsin_err ask_open_with(struct snapshot *read, const char *partner, int64_t *nums, size_t max, size_t *n) MUST_USE;

/* The period from the receipt that policy gives. */
int64_t ask_period(const struct desk *d, int urgency, bool at_hand);
/* Of a request that is issued as R at NOW without due and within: its field "within" into OUT (value in TEXT of 24
 * bytes), *ADDED. BAD: due is in the past. */
enum tocsin_err ask_complete(const struct desk *d, const struct issue_release *r, int64_t now, char *text, struct body_field *out,
	bool *added) MUST_USE;
/* What ends a case (a closure, a response that states the outcome) about the N statements RE while a request about it, or
 * in its thread, is open says why: rule close.open-request. */
enum tocsin_err ask_closing(struct snapshot *read, const char *kind, const struct hash *re, size_t n, const struct issue_release *r)
	MUST_USE;

/* The row of each request, and what answers make of it; a follower. */
follower ask_follow;
/* The same of what is held at the door: its time runs, but nothing tells of it until it is passed. */
follower ask_follow_held;

/* Starts the clocks of what was received, and records what was missed. *NEXT: when it is to be called again, without an
 * event before. */
enum tocsin_err ask_work(const struct desk *d, int64_t now, int64_t *next) MUST_USE;

/* ---- ask_show.c ---- */
#define ASK_STATES "open, owed-by-us, owed-to-us, breached, answered, all"
/* Requests that V sees, newest first, of PARTNER or about the statement ABOUT (NULL, 0: any), in STATE, behind *BEFORE (0: the
 * first), which becomes that of the last one, or 0. Returned owned. */
enum tocsin_err ask_list(const struct desk *d, struct snapshot *read, const struct view *v, const char *state, const char *partner,
	int64_t about, size_t limit, int64_t *before, json_t **out) MUST_USE;
/* The thread of the request, answer or breach record ROW, which V sees, as a tree. */
enum tocsin_err ask_thread(const struct desk *d, struct snapshot *read, const struct view *v, const struct statement_row *row,
	json_t **out) MUST_USE;

#endif
