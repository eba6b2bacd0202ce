#include "store/rows_door.h"

#include "store/take.h"

/* ---- what is held ---- */

static struct door_row door_row_of(const struct cursor *c)
{
	return (struct door_row) { .num = cursor_int(c, 0),
		.statement = cursor_int(c, 1),
		.parent = cursor_int(c, 2),
		.kind = cursor_text(c, 3),
		.peer = cursor_text(c, 4),
		.unit = cursor_text(c, 5),
		.urgency = cursor_int(c, 6),
		.state = cursor_text(c, 7),
		.open = (enum door_open)cursor_int(c, 8),
		.person = cursor_int(c, 9) != 0,
		.verdict = cursor_text(c, 10),
		.findings = cursor_bytes(c, 11),
		.at = cursor_int(c, 12),
		.due_at = cursor_int(c, 13),
		.decided_at = cursor_int(c, 14) };
}

enum tocsin_err door_get(struct snapshot *r, int64_t statement, struct arena *a, struct door_row *out)
{
	struct cursor *c;
	bool ok = true;
	enum tocsin_err err = cursor_open(r, &c, READ_DOOR, statement);
	if (err != TOCSIN_OK)
		return err;
	err = cursor_next(c);
	if (err == TOCSIN_OK) {
		*out = door_row_of(c);
		out->kind = take_str(a, c, 3, &ok);
		out->peer = take_str(a, c, 4, &ok);
		out->unit = take_str(a, c, 5, &ok);
		out->state = take_str(a, c, 7, &ok);
		out->verdict = take_str(a, c, 10, &ok);
		out->findings = take_bytes(a, c, 11, &ok);
	}
	cursor_close(c);
	return ok ? err : take_no_room();
}

enum tocsin_err door_each(struct snapshot *r, const char *unit, enum door_open open, int64_t before, size_t limit,
	door_each_row *each, void *arg)
{
	struct cursor *c;
	enum tocsin_err err = unit == NULL ? cursor_open(r, &c, READ_DOORS, (int64_t)open, before, (int64_t)limit)
					   : cursor_open(r, &c, READ_DOORS_UNIT, unit, (int64_t)open, before, (int64_t)limit);
	if (err != TOCSIN_OK)
		return err;
	while ((err = cursor_next(c)) == TOCSIN_OK) {
		struct door_row row = door_row_of(c);
		if (!each(arg, &row))
			break;
	}
	return take_end(c, err);
}

enum tocsin_err door_with(struct snapshot *r, int64_t parent, int64_t *nums, size_t max, size_t *n)
{
	struct cursor *c;
	*n = 0;
	enum tocsin_err err = cursor_open(r, &c, READ_DOOR_WITH, parent, (int64_t)max);
	if (err != TOCSIN_OK)
		return err;
	while (*n < max && (err = cursor_next(c)) == TOCSIN_OK)
		nums[(*n)++] = cursor_int(c, 0);
	return take_end(c, err);
}

enum tocsin_err door_unscreened(struct snapshot *r, size_t max, size_t *n)
{
	struct cursor *c;
	*n = 0;
	enum tocsin_err err = cursor_open(r, &c, READ_DOOR_UNSCREENED, (int64_t)max);
	if (err != TOCSIN_OK)
		return err;
	while ((err = cursor_next(c)) == TOCSIN_OK)
		(*n)++;
	return take_end(c, err);
}

void change_door_add(struct change *c, const struct door_row *row)
{
	change_run(c, WRITE_DOOR_ADD, row->statement, row->parent, row->kind, row->peer, row->unit, row->urgency, row->state,
		(int64_t)row->open, (int64_t)row->person, row->verdict, row->findings, row->at, row->due_at);
}

void change_door_screened(struct change *c, const struct door_row *row)
{
	change_must(c, "it was screened meanwhile", WRITE_DOOR_SCREENED, row->state, (int64_t)row->open, (int64_t)row->person,
		row->verdict, row->findings, row->statement);
}

void change_door_state(struct change *c, int64_t statement, const char *was, const char *state, enum door_open open,
	int64_t now)
{
	change_must(c, "somebody else decided about it meanwhile; look at it again (tocsin door show)", WRITE_DOOR_STATE, state,
		(int64_t)open, now, statement, was);
}

void change_door_with(struct change *c, int64_t statement, int64_t parent)
{
	change_run(c, WRITE_DOOR_WITH, parent, statement);
}

enum tocsin_err door_decisions(struct snapshot *r, int64_t statement, door_decision_each *each, void *arg)
{
	struct cursor *c;
	enum tocsin_err err = cursor_open(r, &c, READ_DOOR_DECISIONS, statement);
	if (err != TOCSIN_OK)
		return err;
	while ((err = cursor_next(c)) == TOCSIN_OK) {
		struct door_decision_row row = { .what = cursor_text(c, 0),
			.account = cursor_text(c, 1),
			.function = cursor_text(c, 2),
			.at = cursor_int(c, 3),
			.ground = cursor_text(c, 4),
			.reason = cursor_text(c, 5) };
		if (!each(arg, &row))
			break;
	}
	return take_end(c, err);
}

void change_door_decision(struct change *c, int64_t statement, const struct door_decision_row *row)
{
	change_run(c, WRITE_DOOR_DECISION, statement, row->what, row->account, row->function, row->at, row->ground, row->reason);
}

/* ---- to be followed again ---- */

enum tocsin_err door_again(struct snapshot *r, int64_t now, struct door_again *out, size_t max, size_t *n)
{
	struct cursor *c;
	*n = 0;
	enum tocsin_err err = cursor_open(r, &c, READ_DOOR_AGAIN, now, (int64_t)max);
	if (err != TOCSIN_OK)
		return err;
	for (; *n < max && (err = cursor_next(c)) == TOCSIN_OK; (*n)++) {
		out[*n].statement = cursor_int(c, 0);
		snprintf(out[*n].why, sizeof out->why, "%s", cursor_text(c, 1));
	}
	return take_end(c, err);
}

void change_door_again(struct change *c, int64_t statement, const char *why, int64_t next_at)
{
	change_run(c, WRITE_DOOR_AGAIN, statement, why, next_at);
}

void change_door_again_with(struct change *c, int64_t statement)
{
	change_run(c, WRITE_DOOR_AGAIN_WITH, statement);
}

void change_door_again_later(struct change *c, int64_t statement, int64_t next_at)
{
	change_run(c, WRITE_DOOR_AGAIN_LATER, next_at, statement);
}

void change_door_again_done(struct change *c, int64_t statement)
{
	change_must(c, "it was followed meanwhile", WRITE_DOOR_AGAIN_DONE, statement);
}

/* ---- answers that leave at a fixed time ---- */

/* Takes C. */
static enum tocsin_err answers(struct cursor *c, door_answer_each *each, void *arg)
{
	enum tocsin_err err;
	while ((err = cursor_next(c)) == TOCSIN_OK) {
		struct door_answer_row row = { .num = cursor_int(c, 0),
			.statement = cursor_int(c, 1),
			.kind = cursor_text(c, 2),
			.urgency = cursor_int(c, 3),
			.fields = cursor_bytes(c, 4),
			.reason = cursor_text(c, 5),
			.account = cursor_text(c, 6),
			.function = cursor_text(c, 7),
			.unit = cursor_text(c, 8),
			.compartment = cursor_text(c, 9),
			.at = cursor_int(c, 10),
			.leaves_at = cursor_int(c, 11),
			.state = cursor_text(c, 12),
			.answer = cursor_int(c, 13),
			.trouble = cursor_text(c, 14) };
		if (!each(arg, &row))
			break;
	}
	return take_end(c, err);
}

enum tocsin_err door_answers(struct snapshot *r, int64_t statement, size_t limit, door_answer_each *each, void *arg)
{
	struct cursor *c;
	enum tocsin_err err = cursor_open(r, &c, READ_DOOR_ANSWERS, statement, (int64_t)limit);
	return err == TOCSIN_OK ? answers(c, each, arg) : err;
}

enum tocsin_err door_answers_due(struct snapshot *r, int64_t now, size_t limit, door_answer_each *each, void *arg)
{
	struct cursor *c;
	enum tocsin_err err = cursor_open(r, &c, READ_DOOR_ANSWERS_DUE, now, (int64_t)limit);
	return err == TOCSIN_OK ? answers(c, each, arg) : err;
}

enum tocsin_err door_answer_next(struct snapshot *r, int64_t *at)
{
	struct cursor *c;
	*at = INT64_MAX;
	enum tocsin_err err = cursor_open(r, &c, READ_DOOR_ANSWER_NEXT);
	if (err != TOCSIN_OK)
		return err;
	err = cursor_next(c);
	if (err == TOCSIN_OK)
		*at = cursor_int(c, 0);
	return take_end(c, err);
}

void change_door_answer(struct change *c, const struct door_answer_row *row)
{
	change_must(c, "an answer to it waits to leave already (tocsin door withdraw takes it back)", WRITE_DOOR_ANSWER_ADD,
		row->statement, row->kind, row->urgency, row->fields, row->reason, row->account, row->function, row->unit, row->compartment,
		row->at, row->leaves_at, row->place);
}

void change_door_answer_left(struct change *c, int64_t num)
{
	change_must(c, "the answer has left, or was taken back", WRITE_DOOR_ANSWER_LEFT, num);
}

void change_door_answer_end(struct change *c, int64_t num, const char *state, const char *trouble)
{
	change_must(c, "the answer has left, or was taken back", WRITE_DOOR_ANSWER_END, state, trouble, num);
}
