#include "store/rows_ask.h"

#include "store/take.h"

static struct ask_row row_of(const struct cursor *c)
{
	return (struct ask_row){ .statement = cursor_int(c, 0), .partner = cursor_text(c, 1), .ours = cursor_int(c, 2) != 0,
		.type = cursor_text(c, 3), .urgency = cursor_int(c, 4), .within = cursor_int(c, 5), .firm = cursor_int(c, 6) != 0,
		.received_at = cursor_int(c, 7), .due_at = cursor_int(c, 8), .look_at = cursor_int(c, 9), .clock = cursor_int(c, 10) == 1, .held = cursor_int(c, 10) == 2,
		.extensions = cursor_int(c, 11), .extension = cursor_int(c, 12), .state = cursor_text(c, 13), .answer = cursor_int(c, 14),
		.result = cursor_text(c, 15), .closed_at = cursor_int(c, 16), .breach = cursor_int(c, 17), .breach_at = cursor_int(c, 18) };
}

/* Takes C. */
static enum tocsin_err rows(struct cursor *c, ask_each *each, void *arg)
{
	enum tocsin_err err;
	while ((err = cursor_next(c)) == TOCSIN_OK) {
		struct ask_row row = row_of(c);
		if (!each(arg, &row))
			break;
	}
	return take_end(c, err);
}

/* Takes C. */
static enum tocsin_err one(struct cursor *c, struct arena *a, struct ask_row *out)
{
	enum tocsin_err err = cursor_next(c);
	bool ok = true;
	if (err == TOCSIN_OK) {
		*out = row_of(c);
		out->partner = take_str(a, c, 1, &ok);
		out->type = take_str(a, c, 3, &ok);
		out->state = take_str(a, c, 13, &ok);
		out->result = take_str(a, c, 15, &ok);
	}
	cursor_close(c);
	return ok ? err : take_no_room();
}

enum tocsin_err ask_get(struct snapshot *r, int64_t statement, struct arena *a, struct ask_row *out)
{
	struct cursor *c;
	enum tocsin_err err = cursor_open(r, &c, READ_ASK, statement);
	return err == TOCSIN_OK ? one(c, a, out) : err;
}

enum tocsin_err ask_of_breach(struct snapshot *r, int64_t record, struct arena *a, struct ask_row *out)
{
	struct cursor *c;
	enum tocsin_err err = cursor_open(r, &c, READ_ASK_BREACH, record);
	return err == TOCSIN_OK ? one(c, a, out) : err;
}

enum tocsin_err asks_about(struct snapshot *r, int64_t about, int64_t *nums, size_t max, size_t *n)
{
	struct cursor *c;
	*n = 0;
	enum tocsin_err err = cursor_open(r, &c, READ_ASKS_ABOUT, about, (int64_t)max);
	if (err != TOCSIN_OK)
		return err;
	while (*n < max && (err = cursor_next(c)) == TOCSIN_OK)
		nums[(*n)++] = cursor_int(c, 0);
	return take_end(c, err);
}

enum tocsin_err asks_start(struct snapshot *r, size_t limit, ask_each *each, void *arg)
{
	struct cursor *c;
	enum tocsin_err err = cursor_open(r, &c, READ_ASKS_START, (int64_t)limit);
	return err == TOCSIN_OK ? rows(c, each, arg) : err;
}

enum tocsin_err asks_look(struct snapshot *r, int64_t now, size_t limit, ask_each *each, void *arg)
{
	struct cursor *c;
	enum tocsin_err err = cursor_open(r, &c, READ_ASKS_LOOK, now, (int64_t)limit);
	return err == TOCSIN_OK ? rows(c, each, arg) : err;
}

enum tocsin_err asks_next(struct snapshot *r, int64_t *at)
{
	struct cursor *c;
	*at = INT64_MAX;
	enum tocsin_err err = cursor_open(r, &c, READ_ASKS_NEXT);
	if (err != TOCSIN_OK)
		return err;
	err = cursor_next(c);
	if (err == TOCSIN_OK)
		*at = cursor_int(c, 0);
	return take_end(c, err);
}

enum tocsin_err asks_list(struct snapshot *r, enum ask_list which, const char *partner, int64_t before, size_t limit, ask_each *each,
	void *arg)
{
	struct cursor *c;
	enum tocsin_err err;
	if (which == ASK_LIST_OPEN)
		err = cursor_open(r, &c, READ_ASKS_OPEN, before, (int64_t)limit);
	else if (which == ASK_LIST_THEIRS || which == ASK_LIST_OURS)
		err = cursor_open(r, &c, READ_ASKS_OWED, (int64_t)(which == ASK_LIST_OURS), before, (int64_t)limit);
	else if (which == ASK_LIST_BREACHED || which == ASK_LIST_ANSWERED || which == ASK_LIST_ALL)
		err = cursor_open(r, &c, which == ASK_LIST_BREACHED ? READ_ASKS_BREACHED : which == ASK_LIST_ALL ? READ_ASKS_ALL
				: READ_ASKS_ANSWERED, before, (int64_t)limit);
	else
		err = cursor_open(r, &c, which == ASK_LIST_PARTNER ? READ_ASKS_OF : READ_ASKS_PARTNER, partner, before, (int64_t)limit);
	return err == TOCSIN_OK ? rows(c, each, arg) : err;
}

void change_ask_add(struct change *c, const struct ask_row *row)
{
	change_run(c, WRITE_ASK_ADD, row->statement, row->partner, (int64_t)row->ours, row->type, row->urgency, row->within,
		(int64_t)row->firm, row->received_at, row->due_at, row->look_at, row->held ? INT64_C(2) : (int64_t)row->clock);
}

void change_ask_let_in(struct change *c, int64_t statement)
{
	change_run(c, WRITE_ASK_LET_IN, statement);
}

void change_ask_about(struct change *c, int64_t about, int64_t statement)
{
	change_run(c, WRITE_ASK_ABOUT, about, statement);
}

void change_ask_received(struct change *c, int64_t statement, int64_t now)
{
	change_run(c, WRITE_ASK_RECEIVED, now, statement);
}

void change_ask_started(struct change *c, const struct ask_row *row)
{
	change_must(c, "the clock of this request runs already", WRITE_ASK_STARTED, row->due_at, row->look_at, (int64_t)row->firm,
		row->statement);
}

void change_ask_extended(struct change *c, int64_t statement, int64_t extension, int64_t due, int64_t look)
{
	change_run(c, WRITE_ASK_EXTENDED, extension, due, look, statement);
}

void change_ask_counted(struct change *c, int64_t statement)
{
	change_run(c, WRITE_ASK_COUNTED, statement);
}

void change_ask_closed(struct change *c, int64_t statement, const char *state, int64_t answer, const char *result, int64_t at)
{
	change_run(c, WRITE_ASK_CLOSED, state, answer, result, at, statement);
	change_run(c, WRITE_ASK_ABOUT_OPEN, (int64_t)0, statement);
}

void change_ask_reopened(struct change *c, const struct ask_row *row)
{
	change_run(c, WRITE_ASK_REOPENED, (int64_t)row->firm, row->due_at, row->look_at, row->statement);
	change_run(c, WRITE_ASK_ABOUT_OPEN, (int64_t)1, row->statement);
}

void change_ask_later(struct change *c, int64_t statement, int64_t look)
{
	change_run(c, WRITE_ASK_LATER, look, statement);
}

void change_ask_breached(struct change *c, const struct ask_row *row, int64_t now)
{
	change_must(c, "this request is not open any more", WRITE_ASK_BREACHED, now, row->statement, row->due_at);
}
