#include "store/rows_lead.h"

#include "store/take.h"

#define SOMEBODY_CHANGED "somebody has changed this lead meanwhile: look at it again"

/* Columns as in LEAD_ALL; without A all is borrowed from the cursor. */
static bool take_lead(const struct cursor *c, struct arena *a, struct lead_row *out)
{
	bool ok = true;
	*out = (struct lead_row) { .num = cursor_int(c, 0), .open = cursor_int(c, 6) != 0, .version = cursor_int(c, 7),
		.statement = cursor_int(c, 8), .opened_at = cursor_int(c, 9), .changed_at = cursor_int(c, 10), .review_at = cursor_int(c, 11),
		.closed_at = cursor_int(c, 14), .record = cursor_int(c, 15) };
	const char **text[] = { &out->id, &out->unit, &out->compartment, &out->owner, &out->state, &out->assessment, &out->finding,
		&out->owner_function };
	static const int column[] = { 1, 2, 3, 4, 5, 12, 13, 17 };
	for (int i = 0; i < 8; i++)
		*text[i] = a == NULL ? cursor_text(c, column[i]) : take_str(a, c, column[i], &ok);
	out->has_statement = take_hash(c, 16, &out->statement_id);
	out->has_record = take_hash(c, 18, &out->record_id);
	return ok;
}

static enum tocsin_err one(struct cursor *c, enum tocsin_err err, struct arena *a, struct lead_row *out)
{
	if (err == TOCSIN_OK && (err = cursor_next(c)) == TOCSIN_OK && !take_lead(c, a, out))
		err = take_no_room();
	cursor_close(c);
	return err;
}

enum tocsin_err lead_rows(struct cursor *c, enum tocsin_err err, lead_each *each, void *arg)
{
	struct lead_row row;
	while (err == TOCSIN_OK && (err = cursor_next(c)) == TOCSIN_OK) {
		(void)take_lead(c, NULL, &row);
		if (!each(arg, &row))
			break;
	}
	return take_end(c, err);
}

enum tocsin_err lead_get(struct snapshot *r, const char *id, struct arena *a, struct lead_row *out)
{
	struct cursor *c = NULL;
	enum tocsin_err err = cursor_open(r, &c, READ_LEAD, id);
	return one(c, err, a, out);
}

enum tocsin_err lead_place(struct snapshot *r, const char *id, struct arena *a, const char **unit, const char **compartment)
{
	struct cursor *c = NULL;
	bool ok = true;
	enum tocsin_err err = cursor_open(r, &c, READ_LEAD_PLACE, id);
	if (err == TOCSIN_OK && (err = cursor_next(c)) == TOCSIN_OK) {
		*unit = take_str(a, c, 0, &ok);
		*compartment = take_str(a, c, 1, &ok);
		if (!ok)
			err = take_no_room();
	}
	cursor_close(c);
	return err;
}

static int64_t from(int64_t before)
{
	return before == 0 ? INT64_MAX : before;
}

enum tocsin_err lead_list(struct snapshot *r, int64_t scope, bool open, int64_t before, size_t limit, lead_each *each, void *arg)
{
	struct cursor *c = NULL;
	enum tocsin_err err = cursor_open(r, &c, READ_LEADS, scope, (int64_t)open, from(before), (int64_t)limit);
	err = lead_rows(c, err, each, arg);
	c = NULL;
	if (err == TOCSIN_OK) {
		err = cursor_open(r, &c, READ_LEADS_COMPARTMENT, scope, (int64_t)open, from(before), (int64_t)limit);
		err = lead_rows(c, err, each, arg);
	}
	return err;
}

enum tocsin_err lead_list_all(struct snapshot *r, bool open, int64_t before, size_t limit, lead_each *each, void *arg)
{
	struct cursor *c = NULL;
	enum tocsin_err err = cursor_open(r, &c, READ_LEADS_ALL, (int64_t)open, from(before), (int64_t)limit);
	return lead_rows(c, err, each, arg);
}

enum tocsin_err lead_list_owner(struct snapshot *r, const char *owner, bool open, int64_t before, size_t limit, lead_each *each, void *arg)
{
	struct cursor *c = NULL;
	enum tocsin_err err = cursor_open(r, &c, READ_LEADS_OWNER, owner, (int64_t)open, from(before), (int64_t)limit);
	return lead_rows(c, err, each, arg);
}

enum tocsin_err lead_list_on(struct snapshot *r, int64_t statement, size_t limit, lead_each *each, void *arg)
{
	struct cursor *c = NULL;
	enum tocsin_err err = cursor_open(r, &c, READ_LEADS_ON, statement, (int64_t)limit);
	return lead_rows(c, err, each, arg);
}

enum tocsin_err lead_list_partner(struct snapshot *r, const char *partner, size_t limit, lead_each *each, void *arg)
{
	struct cursor *c = NULL;
	enum tocsin_err err = cursor_open(r, &c, READ_LEADS_PARTNER, partner, (int64_t)limit);
	return lead_rows(c, err, each, arg);
}

enum tocsin_err lead_statements(struct snapshot *r, int64_t lead, int64_t before, size_t limit, lead_statement_each *each, void *arg)
{
	struct cursor *c = NULL;
	enum tocsin_err err = cursor_open(r, &c, READ_LEAD_STATEMENTS, lead, from(before), (int64_t)limit);
	while (err == TOCSIN_OK && (err = cursor_next(c)) == TOCSIN_OK)
		if (!each(arg, cursor_int(c, 0), cursor_int(c, 1), cursor_text(c, 2)))
			break;
	return take_end(c, err);
}

enum tocsin_err lead_steps(struct snapshot *r, int64_t lead, int64_t before, size_t limit, lead_step_each *each, void *arg)
{
	struct cursor *c = NULL;
	enum tocsin_err err = cursor_open(r, &c, READ_LEAD_STEPS, lead, from(before), (int64_t)limit);
	while (err == TOCSIN_OK && (err = cursor_next(c)) == TOCSIN_OK) {
		const struct lead_step_row row = { .num = cursor_int(c, 0), .at = cursor_int(c, 1), .what = cursor_text(c, 2),
			.done_at = cursor_int(c, 3), .person = cursor_text(c, 4), .account = cursor_text(c, 5), .function = cursor_text(c, 6),
			.words = cursor_text(c, 7) };
		if (!each(arg, &row))
			break;
	}
	return take_end(c, err);
}

enum tocsin_err shift_last(struct snapshot *r, const char *account, bool is_from, struct arena *a, const char **other, int64_t *at)
{
	struct cursor *c = NULL;
	bool ok = true;
	enum tocsin_err err = cursor_open(r, &c, is_from ? READ_SHIFT_FROM : READ_SHIFT_TO, account);
	if (err == TOCSIN_OK && (err = cursor_next(c)) == TOCSIN_OK) {
		*other = take_str(a, c, 0, &ok);
		*at = cursor_int(c, 1);
		if (!ok)
			err = take_no_room();
	}
	cursor_close(c);
	return err;
}

/* ---- changes ---- */

void change_lead_add(struct change *c, const struct lead_row *row)
{
	change_must(c, "there is a lead about this statement already", WRITE_LEAD_ADD, row->id, row->unit, row->compartment, row->owner,
		row->state, row->statement, row->opened_at, row->review_at);
}

void change_lead_join(struct change *c, const char *id, int64_t statement, const char *partner, const char *why, int64_t now)
{
	change_run(c, WRITE_LEAD_JOIN, statement, now, why, id);
	if (partner[0] != 0)
		change_run(c, WRITE_LEAD_PARTNER, partner, id);
}

void change_lead_news(struct change *c, const struct lead_row *row, int64_t now)
{
	change_must(c, SOMEBODY_CHANGED, WRITE_LEAD_NEWS, now, row->num);
}

void change_lead_step(struct change *c, const char *id, const struct lead_step_row *row)
{
	change_run(c, WRITE_LEAD_STEP, row->at, row->what, row->done_at, row->person, row->account, row->function, row->words, id);
}

void change_lead_assign(struct change *c, const struct lead_row *row, const char *owner, int64_t now)
{
	change_must(c, SOMEBODY_CHANGED, WRITE_LEAD_ASSIGN, owner, now, row->num, row->version);
}

void change_lead_assess(struct change *c, const struct lead_row *row, const char *assessment, int64_t review_at, int64_t now)
{
	change_must(c, SOMEBODY_CHANGED, WRITE_LEAD_ASSESS, assessment, review_at, now, row->num, row->version);
}

void change_lead_review(struct change *c, const struct lead_row *row, int64_t review_at, int64_t now)
{
	change_must(c, SOMEBODY_CHANGED, WRITE_LEAD_REVIEW, review_at, now, row->num, row->version);
}

void change_lead_close(struct change *c, const struct lead_row *row, const char *finding, int64_t now)
{
	change_must(c, SOMEBODY_CHANGED, WRITE_LEAD_CLOSE, finding, now, row->num, row->version);
	change_run(c, WRITE_LEAD_PARTNER_OPEN, (int64_t)0, row->id);
}

void change_lead_reopen(struct change *c, const struct lead_row *row, const char *owner, int64_t review_at, int64_t shift, int64_t now)
{
	change_must(c, SOMEBODY_CHANGED, WRITE_LEAD_REOPEN, owner, owner[0] != 0 ? "assigned" : "new", review_at, now, row->num,
		row->version, shift);
	change_run(c, WRITE_LEAD_PARTNER_OPEN, (int64_t)1, row->id);
}

void change_lead_clock_end(struct change *c, const struct lead_row *row, const char *state, int64_t now)
{
	/* Pages first: they are found by the clock that is still open. */
	change_run(c, WRITE_LEAD_CLOCK_TRIES, row->statement, row->unit, row->compartment);
	change_run(c, WRITE_LEAD_CLOCK_PAGES, now, row->statement, row->unit, row->compartment);
	change_run(c, WRITE_LEAD_CLOCK_END, state, now, row->statement, row->unit, row->compartment);
}
