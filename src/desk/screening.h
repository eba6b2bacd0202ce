/*
 * screening: the door's rules at work: what a request that came in looks like by them, with its requester's record.
 *
 * Rules, the tags of protected people and the keys for both are in memory (struct screener, lent by struct desk), from
 * where any thread reads them; they follow the database.  It looks at what was asked and by whom, never at what is held
 * about anybody.  What a partner has asked is kept as sums a day and as keyed tags (store/rows_screen.h), so that a
 * record costs the same however long it is.
 */
#ifndef TOCSIN_DESK_SCREENING_H
#define TOCSIN_DESK_SCREENING_H

#include "desk/follow.h"
#include "domain/screen.h"
#include "domain/view.h"

/* Reads rules and tags of S; K makes the keys. Borrows neither. */
enum tocsin_err screener_open(struct store *s, struct keeper *k, struct screener **out) MUST_USE;
void screener_free(struct screener *s);         /* safe on NULL */

/* Screens the request or the warning that F has accepted, by its open lines and attachments, and counts it in C in its
 * sender's record. Findings are in F's arena. Everything else passes and counts nothing. The same work is done whatever
 * is held. What comes in one batch of the follower does not yet count for what is behind it. */
enum tocsin_err screening_of(const struct followed *f, struct change *c, struct screening *out) MUST_USE;
/* A person here decided about the request STATEMENT: refused or not; the last decision counts. */
void screening_decided(struct change *c, int64_t statement, bool refused);

/* What partners' requests are counted as, of PEER, over the window of the rules: {requests, person, refused, abroad, subjects,
 * warnings, country}; returned owned. */
enum tocsin_err screening_record(const struct desk *d, struct snapshot *read, const char *peer, struct arena *a, json_t **out) MUST_USE;

/* {version, changed_at, changed_by, rules}, returned owned; version 0: those that are there from the beginning. */
enum tocsin_err screening_rules_json(const struct desk *d, json_t **out) MUST_USE;
/* Takes RULES (borrowed) from now on. BAD, naming the rule; LATER when BEFORE is not the version that holds. In the audit
 * trail. */
enum tocsin_err screening_rules_put(const struct desk *d, const struct view *v, const json_t *rules, int64_t before) MUST_USE;

#endif
