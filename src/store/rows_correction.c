#include "store/rows_correction.h"

#include "store/take.h"

/* ---- cases ---- */

void change_correction(struct change *c, const struct correction_row *row)
{
	change_run(c, WRITE_CORRECTION_ADD, row->id, row->asks, row->opened_by, row->opened_at, row->due_at);
}

void change_correction_close(struct change *c, int64_t num, bool discreet, const char *account, int64_t now)
{
	change_must(c, "this case is closed already (tocsin correction list)", WRITE_CORRECTION_CLOSE, (int64_t)discreet, account,
		now, num);
}

/* Columns from FIRST on, borrowed. */
static struct correction_row take_case(const struct cursor *c, int first)
{
	return (struct correction_row) { .num = cursor_int(c, first), .id = cursor_text(c, first + 1),
		.statement = cursor_int(c, first + 2), .asks = cursor_text(c, first + 3), .state = cursor_text(c, first + 4),
		.discreet = cursor_int(c, first + 5) != 0, .opened_by = cursor_text(c, first + 6),
		.opened_at = cursor_int(c, first + 7), .due_at = cursor_int(c, first + 8), .closed_by = cursor_text(c, first + 9),
		.closed_at = cursor_int(c, first + 10) };
}

/* The same in the arena. */
static struct correction_row keep_case(struct arena *a, const struct cursor *c, int first, bool *ok)
{
	struct correction_row row = take_case(c, first);
	row.id = take_str(a, c, first + 1, ok);
	row.asks = take_str(a, c, first + 3, ok);
	row.state = take_str(a, c, first + 4, ok);
	row.opened_by = take_str(a, c, first + 6, ok);
	row.closed_by = take_str(a, c, first + 9, ok);
	return row;
}

enum tocsin_err correction_get(struct snapshot *r, const char *id, struct arena *a, struct correction_row *out)
{
	struct cursor *c = NULL;
	bool ok = true;
	enum tocsin_err err = cursor_open(r, &c, READ_CORRECTION, id);
	if (err == TOCSIN_OK && (err = cursor_next(c)) == TOCSIN_OK)
		*out = keep_case(a, c, 0, &ok);
	cursor_close(c);
	if (err == TOCSIN_MISSING)
		return fail(err, "there is no case %.40s", id);
	return err == TOCSIN_OK && !ok ? take_no_room() : err;
}

enum tocsin_err correction_each(struct snapshot *r, int64_t before, size_t limit, correction_each_row *each, void *arg)
{
	struct cursor *c = NULL;
	enum tocsin_err err = cursor_open(r, &c, READ_CORRECTIONS, before, (int64_t)limit);
	while (err == TOCSIN_OK && (err = cursor_next(c)) == TOCSIN_OK) {
		struct correction_row row = take_case(c, 0);
		if (!each(arg, &row))
			break;
	}
	return take_end(c, err);
}

/* ---- items ---- */

void change_correction_item(struct change *c, const struct correction_item *row)
{
	change_must(c, "about this statement something is proposed already in this case, or decided", WRITE_CORRECTION_ITEM,
		row->id, row->correction, row->statement, row->what, row->reason, row->ground, row->content, row->proposed_by,
		row->proposed_at);
}

void change_correction_decide(struct change *c, int64_t num, const char *state, const char *account, int64_t now, const char *why)
{
	change_must(c, "this was decided already (tocsin correction show)", WRITE_CORRECTION_DECIDE, state, account, now, why, num);
}

static struct correction_item take_item(const struct cursor *c)
{
	return (struct correction_item) { .num = cursor_int(c, 0), .id = cursor_text(c, 1), .correction = cursor_int(c, 2),
		.statement = cursor_int(c, 3), .what = cursor_text(c, 4), .reason = cursor_text(c, 5), .ground = cursor_text(c, 6),
		.content = cursor_text(c, 7), .state = cursor_text(c, 8), .proposed_by = cursor_text(c, 9),
		.proposed_at = cursor_int(c, 10), .decided_by = cursor_text(c, 11), .decided_at = cursor_int(c, 12),
		.decided_why = cursor_text(c, 13) };
}

static struct correction_item keep_item(struct arena *a, const struct cursor *c, bool *ok)
{
	struct correction_item row = take_item(c);
	row.id = take_str(a, c, 1, ok);
	row.what = take_str(a, c, 4, ok);
	row.reason = take_str(a, c, 5, ok);
	row.ground = take_str(a, c, 6, ok);
	row.content = take_str(a, c, 7, ok);
	row.state = take_str(a, c, 8, ok);
	row.proposed_by = take_str(a, c, 9, ok);
	row.decided_by = take_str(a, c, 11, ok);
	row.decided_why = take_str(a, c, 13, ok);
	return row;
}

#define ITEM_COLUMNS 14

enum tocsin_err correction_item_get(struct snapshot *r, const char *id, struct arena *a, struct correction_item *out,
	struct correction_row *of)
{
	struct cursor *c = NULL;
	bool ok = true;
	enum tocsin_err err = cursor_open(r, &c, READ_CORRECTION_ITEM, id);
	if (err == TOCSIN_OK && (err = cursor_next(c)) == TOCSIN_OK) {
		*out = keep_item(a, c, &ok);
		*of = keep_case(a, c, ITEM_COLUMNS, &ok);
	}
	cursor_close(c);
	if (err == TOCSIN_MISSING)
		return fail(err, "there is no proposal %.40s in any case", id);
	return err == TOCSIN_OK && !ok ? take_no_room() : err;
}

enum tocsin_err correction_item_num(struct snapshot *r, int64_t num, struct arena *a, struct correction_item *out)
{
	struct cursor *c = NULL;
	bool ok = true;
	enum tocsin_err err = cursor_open(r, &c, READ_CORRECTION_ITEM_NUM, num);
	if (err == TOCSIN_OK && (err = cursor_next(c)) == TOCSIN_OK)
		*out = keep_item(a, c, &ok);
	cursor_close(c);
	return err == TOCSIN_OK && !ok ? take_no_room() : err;
}

enum tocsin_err correction_items(struct snapshot *r, int64_t correction, size_t limit, correction_item_each *each, void *arg)
{
	struct cursor *c = NULL;
	enum tocsin_err err = cursor_open(r, &c, READ_CORRECTION_ITEMS, correction, (int64_t)limit);
	while (err == TOCSIN_OK && (err = cursor_next(c)) == TOCSIN_OK) {
		struct correction_item row = take_item(c);
		if (!each(arg, &row))
			break;
	}
	return take_end(c, err);
}

enum tocsin_err correction_undecided(struct snapshot *r, int64_t correction, int64_t *n)
{
	struct cursor *c = NULL;
	enum tocsin_err err = cursor_open(r, &c, READ_CORRECTION_UNDECIDED, correction);
	if (err == TOCSIN_OK)
		err = cursor_next(c);
	if (err == TOCSIN_OK)
		*n = cursor_int(c, 0);
	cursor_close(c);
	return err;
}

/* ---- who is told ---- */

void change_correction_told(struct change *c, const struct correction_told *row)
{
	change_run(c, WRITE_CORRECTION_TOLD, row->item, row->about, row->partner, row->why);
}

void change_correction_said(struct change *c, const struct correction_told *row)
{
	change_must(c, "this was told already", WRITE_CORRECTION_SAID, row->item, row->about, row->partner);
}

void change_correction_stuck(struct change *c, const struct correction_told *row)
{
	change_run(c, WRITE_CORRECTION_STUCK, row->item, row->about, row->partner);
}

static enum tocsin_err each_told(struct cursor *c, enum tocsin_err err, correction_told_each *each, void *arg)
{
	while (err == TOCSIN_OK && (err = cursor_next(c)) == TOCSIN_OK) {
		struct correction_told row = { .item = cursor_int(c, 0), .about = cursor_int(c, 1), .partner = cursor_text(c, 2),
			.why = cursor_text(c, 3), .record = cursor_int(c, 4) };
		if (!each(arg, &row))
			break;
	}
	return take_end(c, err);
}

enum tocsin_err correction_told_of(struct snapshot *r, int64_t item, size_t limit, correction_told_each *each, void *arg)
{
	struct cursor *c = NULL;
	enum tocsin_err err = cursor_open(r, &c, READ_CORRECTION_TOLD, item, (int64_t)limit);
	return each_told(c, err, each, arg);
}

enum tocsin_err correction_pending(struct snapshot *r, size_t limit, correction_told_each *each, void *arg)
{
	struct cursor *c = NULL;
	enum tocsin_err err = cursor_open(r, &c, READ_CORRECTION_PENDING, (int64_t)limit);
	return each_told(c, err, each, arg);
}
