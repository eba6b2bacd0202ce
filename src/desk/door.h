/*
 * door: what came and is shared with nobody until people have decided: requests about a person, and whatever the rules
 * of screening stop.
 *
 * A held statement is in no list, search or event, starts no clocks but the door's, and opens no lead; to whoever may
 * not look at the door it does not exist.  What refers to it waits with it.  Requests are marked so when they are
 * accepted, so nothing of one is shown before it was screened; one that cannot be screened stays closed, and is an alarm.
 * A warning that cannot be screened is shared: lives hang on it.
 *
 * A person always decides.  Passing takes one person; what screening wants a second person for, or would refuse, takes
 * two different ones; refusing takes one.  What is passed is followed again, as if it came now (table door_again).
 */
#ifndef TOCSIN_DESK_DOOR_H
#define TOCSIN_DESK_DOOR_H

#include "base/json.h"
#include "desk/access.h"
#include "desk/follow.h"
#include "store/rows_door.h"

#define DOOR_REASON 1000                /* bytes of a reason */

/* ---- holding (door.c) ---- */
/* Decides whether F, which came just now, is held: sets f->held, and adds to C what is to be known about it. */
enum tocsin_err door_follow(struct followed *f, struct change *c) MUST_USE;
/* F is followed again, because WHY (struct door_again): the same, where nothing that it waited for is held any more. */
enum tocsin_err door_follow_again(struct followed *f, const char *why, struct change *c) MUST_USE;
/* Whether STATEMENT is held, or was refused. */
enum tocsin_err door_holds(struct snapshot *read, int64_t statement, bool *held) MUST_USE;

/* ---- looking (door_show.c) ---- */
/* What is to be decided about (or was: DECIDED), newest first, num below *BEFORE (0: from the newest), of V's unit, or of
 * every unit for who inspects: [{id, kind, from, at, due_at, state, verdict, person, urgency, unit}]; *BEFORE becomes the place of the
 * last, or 0. */
enum tocsin_err door_list(struct snapshot *read, const struct view *v, bool decided, size_t limit, int64_t *before,
	json_t **out) MUST_USE;
/* The one that HEX names, and its row; MISSING with one sentence when it is not there, or not for V. */
enum tocsin_err door_find(struct snapshot *read, const struct view *v, const char *hex, struct arena *a,
	struct statement_row *row, struct door_row *door) MUST_USE;
/* All about it: findings, decisions, what waits with it, answers that wait; and its fields, unless it was not screened
 * or V only inspects and nobody has decided. Being shown fields is in the audit trail, durable before this returns. */
enum tocsin_err door_show(const struct desk *d, const struct view *v, const char *hex, json_t **out) MUST_USE;

/* ---- deciding (door_decide.c) ---- */
struct door_word {
	bool read;                              /* who passes says that the findings were read */
	const char *ground;                     /* of refusing: one of decline.ground */
	const char *reason;                     /* "" where none is needed */
};
/* REFUSED by the rules door.*; *OUT as door_show, without fields. */
enum tocsin_err door_pass(const struct desk *d, const struct view *v, const char *hex, const struct door_word *w,
	json_t **out) MUST_USE;
enum tocsin_err door_refuse(const struct desk *d, const struct view *v, const char *hex, const struct door_word *w,
	json_t **out) MUST_USE;

#endif
