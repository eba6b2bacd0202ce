/*
 * lead: a tip about a person or a plot, followed until somebody has found something out about it.
 *
 * A lead belongs to one unit and compartment, and only they (and their inspectors) see it; to all others it is not there.
 * It has a review date at any time while it is open (a clock of kind "lead"), and is closed by a signed record only: a
 * finding, words, and a reason when a request about it is still open.  What refers to one of its statements joins it; what
 * comes from a partner as a warning, a request, an answer or a retraction reopens a closed one, to its owner or whoever
 * has the owner's shift.  What is done is a step, which is only added.
 *
 * Every change of a lead compares its version, so that of two people, or of somebody who closes it and an answer that
 * comes, the second one looks again.
 */
#ifndef TOCSIN_DESK_LEAD_H
#define TOCSIN_DESK_LEAD_H

#include "base/json.h"
#include "desk/access.h"
#include "desk/follow.h"
#include "desk/issue.h"
#include "store/rows_lead.h"

#define LEAD_WORDS 4000                         /* bytes of what somebody writes */
#define LEAD_PERSON 200
#define LEAD_STATEMENTS 200                     /* that are looked at, newest first, and shown at a time */

/* ---- opening ---- */
struct lead_begin {
	int64_t statement;
	const char *unit, *compartment;         /* whose it is to be; "" compartment: none */
	const char *why;                        /* "a warning about a person" */
	struct bytes subject;                   /* JSON value of subject.name, or empty */
};
/* Adds a lead about STATEMENT to C, or the statement to the lead of that unit and compartment that there is about it, or
 * about what it refers to; reopens a closed one. */
enum tocsin_err lead_begin(const struct desk *d, struct snapshot *read, struct change *c, const struct lead_begin *b) MUST_USE;
/* By V, about ROW, which it sees: *ID of the lead. REVIEW_AT: rule lead.review. REFUSED: one of its unit rests on it. */
enum tocsin_err lead_open(const struct desk *d, const struct view *v, const struct statement_row *row, const char *compartment,
	const char *why, int64_t review_at, char id[LEAD_ID + 1]) MUST_USE;

/* ---- looking ---- */
/* MISSING with the same sentence for what V does not see and what is not there; row in the arena. */
enum tocsin_err lead_find(struct snapshot *read, const struct view *v, const char *id, struct arena *a, struct lead_row *out) MUST_USE;
/* The lead, the statements of it that V sees, and its newest steps, behind the place *BEFORE (0: the newest), at most LIMIT;
 * *BEFORE: where they go on, or 0. Returned owned. */
enum tocsin_err lead_show(const struct desk *d, struct snapshot *read, const struct view *v, const char *id, size_t limit,
	int64_t *before, json_t **out) MUST_USE;
/* Those that V sees, newest first; OPEN, or closed; V's own alone with MINE. */
enum tocsin_err leads_list(struct snapshot *read, const struct view *v, bool open, bool mine, size_t limit, int64_t *before,
	json_t **out) MUST_USE;
/* Open leads that rest on what PARTNER sent, newest first, at most LIMIT. */
enum tocsin_err lead_open_with(struct snapshot *read, const char *partner, size_t limit, lead_each *each, void *arg) MUST_USE;

/* ---- working on it; rule lead.state: it is closed ---- */
enum tocsin_err lead_assign(const struct desk *d, const struct view *v, const char *id, const char *to) MUST_USE;
enum tocsin_err lead_assess(const struct desk *d, const struct view *v, const char *id, const char *words, int64_t review_at) MUST_USE;
/* WHAT: checked, interviewed, told, searched, other. DONE_AT: 0 now. PERSON: with whom, or "". */
enum tocsin_err lead_step(const struct desk *d, const struct view *v, const char *id, const char *what, int64_t done_at,
	const char *person, const char *words) MUST_USE;
enum tocsin_err lead_review(const struct desk *d, const struct view *v, const char *id, const char *words, int64_t review_at) MUST_USE;
/* OPEN_REQUEST: why, although a request is open; NULL. */
enum tocsin_err lead_close(const struct desk *d, const struct view *v, const char *id, const char *finding, const char *words,
	const char *open_request, struct issue_result *record) MUST_USE;
enum tocsin_err lead_reopen(const struct desk *d, const struct view *v, const char *id, const char *words, int64_t review_at) MUST_USE;

/* ---- what the files of lead share ---- */
void lead_id_make(char id[LEAD_ID + 1]);
/* Rule lead.review. */
enum tocsin_err lead_review_ok(const struct desk *d, int64_t review_at, int64_t now) MUST_USE;
/* A step of V at NOW. */
void lead_note(struct change *c, const char *id, const struct view *v, const char *what, int64_t done_at, const char *person,
	const char *words, int64_t now);
/* The running review clock of ROW, whose owner is OWNER, until REVIEW_AT. */
void lead_clock(const struct desk *d, struct change *c, const struct lead_row *row, const char *owner, int64_t review_at, int64_t now);
/* Something came for ROW, which is open (STATEMENT of PARTNER; "": ours). */
void lead_join(struct change *c, const struct lead_row *row, int64_t statement, const char *partner, const char *why, int64_t now);
/* ROW, which is closed, goes on with whoever has its owner's shift, who is paged; V reopened it (the node itself: NULL). */
enum tocsin_err lead_again(const struct desk *d, struct snapshot *read, struct change *c, const struct lead_row *row,
	const struct view *v, int64_t statement, int64_t review_at, const char *words, int64_t now) MUST_USE;
/* A new one; ROW with id, unit, compartment, owner, statement, review_at. */
void lead_new(const struct desk *d, struct change *c, const struct lead_row *row, const struct view *v, const char *partner,
	const char *why, int64_t now);

#endif
