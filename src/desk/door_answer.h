/*
 * door_answer: answers to requests about a person, which leave at a time that tells nothing.
 *
 * "We hold nothing" and "we hold something and keep it" are one answer: the same open lines with the same fixed words, the same
 * closed line answer.withheld (true or false, so that an inspector can be shown later which it was), no reason.  Every
 * answer, whatever it says, leaves at a time that follows from the receipt of the request and policy alone (door.answer-after
 * by urgency, on the grid of door.answer-slot, before it is due); what was decided later than that leaves at the next
 * place of the grid.  Those that leave together do so in an order that was drawn.  Until then a decision is a row, and
 * its maker may take it back.  What this node writes down for itself meanwhile is the same in both cases.
 */
#ifndef TOCSIN_DESK_DOOR_ANSWER_H
#define TOCSIN_DESK_DOOR_ANSWER_H

#include "desk/access.h"
#include "proof/body.h"
#include "store/rows_door.h"

/* Whether answers to STATEMENT leave so: it came through the door, and is about a person. */
enum tocsin_err door_answer_takes(struct snapshot *read, int64_t statement, bool *takes) MUST_USE;
/* Takes the answer of V to ROW, with FIELDS as for issuing, to leave at *LEAVES_AT, and to stay in COMPARTMENT. REFUSED: one waits already; it is still held. */
enum tocsin_err door_answer(const struct desk *d, const struct view *v, const struct statement_row *row,
	const char *compartment, const struct body_field *fields, size_t n, int64_t *leaves_at) MUST_USE;
/* The same for what was refused at the door on GROUND, with C that decides it. */
enum tocsin_err door_answer_refused(const struct desk *d, struct change *c, const struct door_row *row, const struct view *v,
	const char *ground, int64_t now) MUST_USE;
/* Whoever decided on the answer to HEX that waits takes it back. */
enum tocsin_err door_answer_withdraw(const struct desk *d, const struct view *v, const char *hex) MUST_USE;
/* When an answer that is decided NOW about ROW leaves. */
int64_t door_answer_time(const struct desk *d, const struct door_row *row, int64_t now);

/* Issues what is to leave by NOW, each once whatever crashes; *NEXT: when the next is due, INT64_MAX for never. */
enum tocsin_err door_answers_leave(const struct desk *d, int64_t now, int64_t *next, bool *issued) MUST_USE;

#endif
