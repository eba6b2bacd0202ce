/*
 * rows_door: what is held at the door, who decided what about it, what is to be followed again, and answers that leave at
 * a fixed time; what they mean is in desk/door.h and desk/door_answer.h.
 */
#ifndef TOCSIN_STORE_ROWS_DOOR_H
#define TOCSIN_STORE_ROWS_DOOR_H

#include "store/rows.h"

/* ---- what is held ---- */

enum door_open { DOOR_DECIDED = 0, DOOR_OPEN = 1, DOOR_WAITS = 2 };
struct door_row {
	int64_t num, statement, parent;         /* parent: statement.num of what it is about, and waits with; 0: none */
	const char *kind, *peer, *unit, *state; /* unscreened, held, second, passed, refused; waits */
	int64_t urgency;
	enum door_open open;
	bool person;
	const char *verdict;                    /* "": not screened yet */
	struct bytes findings;                  /* JSON */
	int64_t at, due_at, decided_at;
};
/* MISSING without a sentence when it never was at the door. */
enum tocsin_err door_get(struct snapshot *r, int64_t statement, struct arena *a, struct door_row *out) MUST_USE;
typedef bool door_each_row(void *arg, const struct door_row *row);
/* Newest first, num below BEFORE; of UNIT (NULL: of every unit). */
enum tocsin_err door_each(struct snapshot *r, const char *unit, enum door_open open, int64_t before, size_t limit,
	door_each_row *each, void *arg) MUST_USE;
/* What waits with PARENT, by number, at most MAX. */
enum tocsin_err door_with(struct snapshot *r, int64_t parent, int64_t *nums, size_t max, size_t *n) MUST_USE;
/* How many could not be screened, at most MAX. */
enum tocsin_err door_unscreened(struct snapshot *r, size_t max, size_t *n) MUST_USE;
void change_door_add(struct change *c, const struct door_row *row);
/* The change fails with LATER unless it was not screened until now. */
void change_door_screened(struct change *c, const struct door_row *row);
/* From the state WAS; the change fails with LATER when it is another one. */
void change_door_state(struct change *c, int64_t statement, const char *was, const char *state, enum door_open open,
	int64_t now);
void change_door_with(struct change *c, int64_t statement, int64_t parent);

struct door_decision_row {
	const char *what;                       /* pass, refuse */
	const char *account, *function, *ground, *reason;
	int64_t at;
};
typedef bool door_decision_each(void *arg, const struct door_decision_row *row);
/* In order; one a person, its last. */
enum tocsin_err door_decisions(struct snapshot *r, int64_t statement, door_decision_each *each, void *arg) MUST_USE;
void change_door_decision(struct change *c, int64_t statement, const struct door_decision_row *row);

/* ---- to be followed again ---- */

struct door_again {
	int64_t statement;
	char why[16];                           /* passed, with (what it waited for was), screen */
};
/* Those that are due at NOW, at most MAX. */
enum tocsin_err door_again(struct snapshot *r, int64_t now, struct door_again *out, size_t max, size_t *n) MUST_USE;
void change_door_again(struct change *c, int64_t statement, const char *why, int64_t next_at);
/* Everything that waits with STATEMENT. */
void change_door_again_with(struct change *c, int64_t statement);
void change_door_again_later(struct change *c, int64_t statement, int64_t next_at);
/* The change fails with LATER when it is not to be followed again. */
void change_door_again_done(struct change *c, int64_t statement);

/* ---- answers that leave at a fixed time ---- */

struct door_answer_row {
	int64_t num, statement, urgency;
	const char *kind;                       /* answer; response to a warning that was refused */
	struct bytes fields;                    /* JSON: [[name, value, open], ...] */
	const char *reason, *account, *function, *unit, *compartment;
	int64_t at, leaves_at, place;
	const char *state;                      /* waiting, left, withdrawn, dropped */
	int64_t answer;                         /* the statement that left; 0 */
	const char *trouble;
};
typedef bool door_answer_each(void *arg, const struct door_answer_row *row);
/* Of STATEMENT, newest first. */
enum tocsin_err door_answers(struct snapshot *r, int64_t statement, size_t limit, door_answer_each *each, void *arg) MUST_USE;
/* Those that are to leave at NOW, by time and then in the order that was drawn. */
enum tocsin_err door_answers_due(struct snapshot *r, int64_t now, size_t limit, door_answer_each *each, void *arg) MUST_USE;
/* INT64_MAX: never. */
enum tocsin_err door_answer_next(struct snapshot *r, int64_t *at) MUST_USE;
/* The change fails with LATER when one of the same statement waits already. */
void change_door_answer(struct change *c, const struct door_answer_row *row);
/* This change's statement is the answer NUM; the change fails with LATER when that does not wait any more. */
void change_door_answer_left(struct change *c, int64_t num);
void change_door_answer_end(struct change *c, int64_t num, const char *state, const char *trouble);

#endif
