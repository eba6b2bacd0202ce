#include "store/rows_clock.h"

#include "base/banned.h"
#include "store/take.h"

#define OF_STATEMENT 256                /* clocks of one statement, or draft */
#define COLUMNS 19                      /* of a clock */

/* A clock's columns, borrowed. */
static struct clock_row clock_of(const struct cursor *c)
{
	return (struct clock_row) { .num = cursor_int(c, 0), .id = cursor_text(c, 1), .kind = cursor_text(c, 2),
		.state = cursor_text(c, 3), .statement = cursor_int(c, 4), .draft = cursor_int(c, 5),
		.unit = cursor_text(c, 6), .compartment = cursor_text(c, 7), .owner = cursor_text(c, 8),
		.urgency = cursor_int(c, 9), .life = cursor_int(c, 10) != 0, .started_at = cursor_int(c, 11),
		.due_at = cursor_int(c, 12), .next_at = cursor_int(c, 13), .level = cursor_int(c, 14),
		.ended_at = cursor_int(c, 15), .acked_at = cursor_int(c, 16), .acked_by = cursor_text(c, 17),
		.why = cursor_text(c, 18) };
}

/* A text that may be absent because nothing was joined. */
static const char *text_or_none(const struct cursor *c, int col)
{
	const char *s = cursor_text(c, col);
	return s == NULL ? "" : s;
}

static struct clock_shown shown_of(const struct cursor *c)
{
	struct clock_shown s = { .clock = clock_of(c), .draft_id = text_or_none(c, COLUMNS + 1),
		.scope = cursor_int(c, COLUMNS + 2), .owner_function = text_or_none(c, COLUMNS + 3),
		.acked_function = text_or_none(c, COLUMNS + 4) };
	s.has_statement = take_hash(c, COLUMNS, &s.statement_id);
	return s;
}

/* Every row of C to EACH, and closes it. */
static enum tocsin_err show_each(struct cursor *c, clock_each *each, void *arg)
{
	enum tocsin_err err;
	while ((err = cursor_next(c)) == TOCSIN_OK) {
		struct clock_shown s = shown_of(c);
		if (!each(arg, &s))
			break;
	}
	return take_end(c, err);
}

enum tocsin_err clock_next(struct snapshot *r, int64_t *at)
{
	struct cursor *c;
	enum tocsin_err err = cursor_open(r, &c, READ_CLOCK_NEXT);
	if (err != TOCSIN_OK)
		return err;
	*at = INT64_MAX;
	err = cursor_next(c);
	if (err == TOCSIN_OK)
		*at = cursor_int(c, 0);
	return take_end(c, err);
}

static bool take_due(struct arena *a, const struct cursor *c, struct clock_due *out)
{
	bool ok = true;
	struct clock_row *k = &out->clock;
	*k = clock_of(c);
	k->id = take_str(a, c, 1, &ok);
	k->kind = take_str(a, c, 2, &ok);
	k->state = take_str(a, c, 3, &ok);
	k->unit = take_str(a, c, 6, &ok);
	k->compartment = take_str(a, c, 7, &ok);
	k->owner = take_str(a, c, 8, &ok);
	k->acked_by = take_str(a, c, 17, &ok);
	k->why = take_str(a, c, 18, &ok);
	out->peer = take_str(a, c, COLUMNS, &ok);
	out->issued = cursor_int(c, COLUMNS + 1) != 0;
	if (!take_hash(c, COLUMNS + 2, &out->statement_id))
		out->statement_id = (struct hash) { { 0 } };
	return ok;
}

enum tocsin_err clock_list_due(struct snapshot *r, int64_t now, size_t max, struct arena *a, struct clock_due **out,
	size_t *n)
{
	struct cursor *c;
	*n = 0;
	*out = arena_alloc(a, max * sizeof **out);
	if (*out == NULL)
		return take_no_room();
	enum tocsin_err err = cursor_open(r, &c, READ_CLOCKS_DUE, now, (int64_t)max);
	if (err != TOCSIN_OK)
		return err;
	while (*n < max && (err = cursor_next(c)) == TOCSIN_OK) {
		if (!take_due(a, c, &(*out)[*n])) {
			err = take_no_room();
			break;
		}
		(*n)++;
	}
	return take_end(c, err);
}

enum tocsin_err clock_by_id(struct snapshot *r, const char *id, clock_each *each, void *arg)
{
	struct cursor *c;
	enum tocsin_err err = cursor_open(r, &c, READ_CLOCK_ID, id);
	if (err != TOCSIN_OK)
		return err;
	err = cursor_next(c);
	if (err == TOCSIN_OK) {
		struct clock_shown s = shown_of(c);
		(void)each(arg, &s);
	}
	cursor_close(c);
	return err;
}

enum tocsin_err clock_paged(struct snapshot *r, int64_t num, const char *account, bool *paged)
{
	struct cursor *c;
	enum tocsin_err err = cursor_open(r, &c, READ_CLOCK_PAGED, num, account);
	if (err != TOCSIN_OK)
		return err;
	err = cursor_next(c);
	*paged = err == TOCSIN_OK;
	return take_end(c, err);
}

enum tocsin_err clock_list_statement(struct snapshot *r, int64_t statement, clock_each *each, void *arg)
{
	struct cursor *c;
	enum tocsin_err err = cursor_open(r, &c, READ_CLOCKS_STATEMENT, statement, (int64_t)OF_STATEMENT);
	return err == TOCSIN_OK ? show_each(c, each, arg) : err;
}

enum tocsin_err clock_list_draft(struct snapshot *r, int64_t draft, clock_each *each, void *arg)
{
	struct cursor *c;
	enum tocsin_err err = cursor_open(r, &c, READ_CLOCKS_DRAFT, draft, (int64_t)OF_STATEMENT);
	return err == TOCSIN_OK ? show_each(c, each, arg) : err;
}

enum tocsin_err clock_list(struct snapshot *r, const struct clock_filter *f, clock_each *each, void *arg)
{
	struct cursor *c;
	int64_t limit = (int64_t)f->limit;
	enum tocsin_err err;
	if (f->owner != NULL)
		err = cursor_open(r, &c, READ_CLOCKS_OWNER, f->owner, f->due_at, f->num, limit);
	else if (f->scope == 0)
		err = cursor_open(r, &c, READ_CLOCKS_ALL, f->due_at, f->num, limit);
	else
		err = cursor_open(r, &c, READ_CLOCKS_SCOPE, f->scope, f->due_at, f->num, (int64_t)f->door, limit);
	if (err == TOCSIN_OK)
		err = show_each(c, each, arg);
	/* One of these two finds nothing: a scope is a unit's, or the inspectors'. */
	if (err == TOCSIN_OK && f->owner == NULL && f->scope != 0) {
		err = cursor_open(r, &c, READ_CLOCKS_COMPARTMENT, f->scope, f->due_at, f->num, limit);
		if (err == TOCSIN_OK)
			err = show_each(c, each, arg);
	}
	return err;
}

enum tocsin_err clock_unanswered(struct snapshot *r, int64_t now, size_t max, size_t *n, int64_t *since)
{
	struct cursor *c;
	*n = 0;
	*since = 0;
	enum tocsin_err err = cursor_open(r, &c, READ_CLOCKS_UNANSWERED, now, (int64_t)max);
	if (err != TOCSIN_OK)
		return err;
	while ((err = cursor_next(c)) == TOCSIN_OK)
		if ((*n)++ == 0)
			*since = cursor_int(c, 0);
	return take_end(c, err);
}

/* ---- people ---- */

static enum tocsin_err names_each(struct cursor *c, name_each *each, void *arg)
{
	enum tocsin_err err;
	while ((err = cursor_next(c)) == TOCSIN_OK)
		if (!each(arg, cursor_text(c, 0)))
			break;
	return take_end(c, err);
}

enum tocsin_err escalation_each(struct snapshot *r, const char *unit, const char *compartment, name_each *each, void *arg)
{
	struct cursor *c;
	enum tocsin_err err = cursor_open(r, &c, READ_ESCALATION, unit, compartment);
	return err == TOCSIN_OK ? names_each(c, each, arg) : err;
}

enum tocsin_err unit_roles_each(struct snapshot *r, const char *unit, unsigned roles, const char *compartment,
	name_each *each, void *arg)
{
	struct cursor *c;
	enum tocsin_err err = cursor_open(r, &c, READ_UNIT_ROLES, unit, (int64_t)roles, clock_now(), compartment);
	return err == TOCSIN_OK ? names_each(c, each, arg) : err;
}

enum tocsin_err clock_told_each(struct snapshot *r, int64_t num, const char *a, const char *b, name_each *each, void *arg)
{
	struct cursor *c;
	enum tocsin_err err = cursor_open(r, &c, READ_CLOCK_TOLD, num, a, b);
	return err == TOCSIN_OK ? names_each(c, each, arg) : err;
}

enum tocsin_err unit_has(struct snapshot *r, const char *account, const char *unit, const char *compartment, bool *has)
{
	struct cursor *c;
	enum tocsin_err err = cursor_open(r, &c, READ_UNIT_ACCOUNT, account, unit, compartment);
	if (err != TOCSIN_OK)
		return err;
	err = cursor_next(c);
	*has = err == TOCSIN_OK;
	return take_end(c, err);
}

/* ---- changes ---- */

void change_clock_add(struct change *c, const struct clock_row *k, bool own)
{
	if (own)
		change_run(c, WRITE_CLOCK_ADD_OWN, k->id, k->kind, k->draft, k->unit, k->compartment, k->owner, k->urgency,
			(int64_t)k->life, k->started_at, k->due_at, k->next_at);
	else
		change_run(c, WRITE_CLOCK_ADD, k->id, k->kind, k->statement, k->draft, k->unit, k->compartment, k->owner,
			k->urgency, (int64_t)k->life, k->started_at, k->due_at, k->next_at);
}

void change_clock_opened(struct change *c, const char *id, int64_t statement, const struct clock_periods *p, int64_t now)
{
	change_run(c, WRITE_CLOCK_OPENED, id, now, p->due[0], p->due[1], p->due[2], p->next[0], p->next[1], p->next[2],
		statement);
}

void change_clock_end(struct change *c, const char *kind, int64_t statement, int64_t draft, const char *state, int64_t now)
{
	/* Pages first: they are found by the clocks that are still open. */
	if (statement != 0) {
		change_run(c, WRITE_TRY_STOP_STATEMENT, statement, kind);
		change_run(c, WRITE_PAGE_STOP_STATEMENT, now, statement, kind);
		change_run(c, WRITE_CLOCK_END, state, now, statement, kind);
	} else {
		change_run(c, WRITE_TRY_STOP_DRAFT, draft, kind);
		change_run(c, WRITE_PAGE_STOP_DRAFT, now, draft, kind);
		change_run(c, WRITE_CLOCK_END_DRAFT, state, now, draft, kind);
	}
}

void change_clock_received(struct change *c, int64_t statement, int64_t now)
{
	change_run(c, WRITE_TRY_STOP_STATEMENT, statement, "receipt");
	change_run(c, WRITE_PAGE_STOP_STATEMENT, now, statement, "receipt");
	change_run(c, WRITE_CLOCK_RECEIVED, statement);
}

void change_clock_fire(struct change *c, const struct clock_row *row, const struct clock_row *to)
{
	change_must(c, "this clock went on in the meantime", WRITE_CLOCK_FIRE, to->state, to->level, to->next_at, to->ended_at,
		to->acked_at, to->acked_by, to->why, row->num, row->next_at, row->level);
}

void change_clock_ack(struct change *c, int64_t num, const char *account, int64_t now)
{
	change_must(c, "this clock has ended in the meantime", WRITE_CLOCK_ACK, now, account, num);
}

void change_clock_hand(struct change *c, int64_t num, const char *to)
{
	change_must(c, "this clock has ended in the meantime", WRITE_CLOCK_HAND, to, num);
	/* Whose review clock it is, that is whose lead it is. */
	change_run(c, WRITE_LEAD_HANDED, to, num);
}

void change_clock_move(struct change *c, const char *from, const char *to)
{
	change_run(c, WRITE_CLOCK_MOVE, to, from);
	change_run(c, WRITE_LEAD_OWNER_FOLLOWS, from);
}

void change_clock_hurry(struct change *c, int64_t num, int64_t now)
{
	change_run(c, WRITE_CLOCK_HURRY, now, num);
}
