#include "store/rows_keep.h"

#include "base/banned.h"
#include "store/rows_draft.h"
#include "store/rows_file.h"
#include "store/take.h"

/* Column 0 of each row. */
static enum tocsin_err each_num(struct cursor *c, enum tocsin_err err, num_each *each, void *arg)
{
	while (err == TOCSIN_OK && (err = cursor_next(c)) == TOCSIN_OK)
		if (!each(arg, cursor_int(c, 0)))
			break;
	return take_end(c, err);
}

/* ---- what went out together, and what refers to what ---- */

void change_together(struct change *c, int64_t batch)
{
	change_run(c, WRITE_TOGETHER_ADD, batch);
}

enum tocsin_err together_each(struct snapshot *r, int64_t num, size_t limit, num_each *each, void *arg)
{
	struct cursor *c = NULL;
	enum tocsin_err err = cursor_open(r, &c, READ_TOGETHER, num, (int64_t)limit);
	return each_num(c, err, each, arg);
}

enum tocsin_err released_with(struct snapshot *r, int64_t num, size_t limit, num_each *each, void *arg)
{
	struct cursor *c = NULL;
	enum tocsin_err err = cursor_open(r, &c, READ_RELEASED_WITH, num, (int64_t)limit);
	return each_num(c, err, each, arg);
}

enum tocsin_err released_of(struct snapshot *r, int64_t draft, size_t limit, num_each *each, void *arg)
{
	struct cursor *c = NULL;
	enum tocsin_err err = cursor_open(r, &c, READ_RELEASED_OF, draft, (int64_t)limit);
	return each_num(c, err, each, arg);
}

void change_derived(struct change *c, int64_t source, const struct derived_row *row)
{
	change_run(c, WRITE_DERIVED_ADD, source, row->kind, row->num, row->party, row->word, row->at);
}

static enum tocsin_err each_derived(struct cursor *c, enum tocsin_err err, derived_each_row *each, void *arg)
{
	while (err == TOCSIN_OK && (err = cursor_next(c)) == TOCSIN_OK) {
		struct derived_row row = { .kind = cursor_text(c, 0), .num = cursor_int(c, 1), .party = cursor_text(c, 2),
			.word = cursor_text(c, 3), .at = cursor_int(c, 4) };
		if (!each(arg, &row))
			break;
	}
	return take_end(c, err);
}

enum tocsin_err derived_each(struct snapshot *r, int64_t source, size_t limit, derived_each_row *each, void *arg)
{
	struct cursor *c = NULL;
	enum tocsin_err err = cursor_open(r, &c, READ_DERIVED, source, (int64_t)limit);
	return each_derived(c, err, each, arg);
}

enum tocsin_err derived_kind(
	struct snapshot *r, int64_t source, const char *kind, size_t limit, derived_each_row *each, void *arg)
{
	struct cursor *c = NULL;
	enum tocsin_err err = cursor_open(r, &c, READ_DERIVED_KIND, source, kind, (int64_t)limit);
	return each_derived(c, err, each, arg);
}

enum tocsin_err derived_sources(
	struct snapshot *r, int64_t num, const char *kind, size_t limit, num_each *each, void *arg)
{
	struct cursor *c = NULL;
	enum tocsin_err err = cursor_open(r, &c, READ_DERIVED_SOURCES, num, kind, (int64_t)limit);
	return each_num(c, err, each, arg);
}

/* ---- reach ---- */

void change_reach(struct change *c, const struct reach_row *row)
{
	change_run(c, WRITE_REACH_ADD, row->retracted, row->statement, row->recipient, row->why, row->retraction,
		row->asked_at, row->reason);
}

void change_reach_done(struct change *c, int64_t retracted, int64_t statement)
{
	change_must(c, "it is being retracted already; ask for its reach (tocsin reach)", WRITE_REACH_DONE, retracted,
		statement);
}

void change_reach_known(struct change *c, int64_t statement, int64_t retraction)
{
	change_run(c, WRITE_REACH_KNOWN, retraction, statement);
}

void change_reach_stuck(struct change *c, int64_t retracted, int64_t statement)
{
	change_run(c, WRITE_REACH_STUCK, retracted, statement);
}

void change_reach_again(struct change *c, int64_t retracted, const char *reason)
{
	change_run(c, WRITE_REACH_AGAIN, reason, retracted);
}

/* Borrowed from the cursor. */
static struct reach_row reach_take(const struct cursor *c)
{
	return (struct reach_row) { .retracted = cursor_int(c, 0), .statement = cursor_int(c, 1),
		.recipient = cursor_text(c, 2), .why = cursor_text(c, 3), .retraction = cursor_int(c, 4),
		.asked_at = cursor_int(c, 5), .reason = cursor_text(c, 6) };
}

static enum tocsin_err each_reach(struct cursor *c, enum tocsin_err err, reach_each_row *each, void *arg)
{
	while (err == TOCSIN_OK && (err = cursor_next(c)) == TOCSIN_OK) {
		struct reach_row row = reach_take(c);
		if (!each(arg, &row))
			break;
	}
	return take_end(c, err);
}

enum tocsin_err reach_each(
	struct snapshot *r, int64_t retracted, int64_t after, size_t limit, reach_each_row *each, void *arg)
{
	struct cursor *c = NULL;
	enum tocsin_err err = cursor_open(r, &c, READ_REACH, retracted, after, (int64_t)limit);
	return each_reach(c, err, each, arg);
}

enum tocsin_err reach_open(struct snapshot *r, int64_t retracted, size_t limit, reach_each_row *each, void *arg)
{
	struct cursor *c = NULL;
	enum tocsin_err err = cursor_open(r, &c, READ_REACH_OPEN, retracted, (int64_t)limit);
	return each_reach(c, err, each, arg);
}

enum tocsin_err reach_pending(struct snapshot *r, size_t limit, reach_each_row *each, void *arg)
{
	struct cursor *c = NULL;
	enum tocsin_err err = cursor_open(r, &c, READ_REACH_PENDING, (int64_t)limit);
	return each_reach(c, err, each, arg);
}

enum tocsin_err reach_of(struct snapshot *r, int64_t statement, struct arena *a, struct reach_row *out)
{
	struct cursor *c = NULL;
	bool ok = true;
	enum tocsin_err err = cursor_open(r, &c, READ_REACH_OF, statement);
	if (err == TOCSIN_OK)
		err = cursor_next(c);
	if (err == TOCSIN_OK) {
		*out = reach_take(c);
		out->recipient = take_str(a, c, 2, &ok);
		out->why = take_str(a, c, 3, &ok);
		out->reason = take_str(a, c, 6, &ok);
	}
	cursor_close(c);
	return err == TOCSIN_OK && !ok ? take_no_room() : err;
}

/* ---- how long content is kept ---- */

void change_retention(struct change *c, int64_t statement, const char *class, int64_t since)
{
	change_run(c, WRITE_RETENTION_ADD, statement, class, since);
}

void change_retention_since(struct change *c, int64_t statement, int64_t since)
{
	change_run(c, WRITE_RETENTION_SINCE, since, statement);
}

void change_retention_asked(struct change *c, int64_t statement, int64_t now)
{
	change_must(c, "its review was asked for already", WRITE_RETENTION_ASKED, now, statement);
}

enum tocsin_err retention_get(struct snapshot *r, int64_t statement, struct arena *a, struct retention_row *out)
{
	struct cursor *c = NULL;
	bool ok = true;
	enum tocsin_err err = cursor_open(r, &c, READ_RETENTION, statement);
	if (err == TOCSIN_OK)
		err = cursor_next(c);
	if (err == TOCSIN_OK)
		*out = (struct retention_row) { .statement = cursor_int(c, 0), .class = take_str(a, c, 1, &ok),
			.since = cursor_int(c, 2), .asked_at = cursor_int(c, 3) };
	cursor_close(c);
	return err == TOCSIN_OK && !ok ? take_no_room() : err;
}

static enum tocsin_err each_retention(struct cursor *c, enum tocsin_err err, retention_each_row *each, void *arg)
{
	while (err == TOCSIN_OK && (err = cursor_next(c)) == TOCSIN_OK) {
		struct retention_row row = { .statement = cursor_int(c, 0), .class = cursor_text(c, 1), .since = cursor_int(c, 2),
			.asked_at = cursor_int(c, 3) };
		if (!each(arg, &row))
			break;
	}
	return take_end(c, err);
}

enum tocsin_err retention_due(
	struct snapshot *r, const char *class, int64_t before, size_t limit, retention_each_row *each, void *arg)
{
	struct cursor *c = NULL;
	enum tocsin_err err = cursor_open(r, &c, READ_RETENTION_DUE, class, before, (int64_t)limit);
	return each_retention(c, err, each, arg);
}

enum tocsin_err retention_asked(struct snapshot *r, size_t limit, retention_each_row *each, void *arg)
{
	struct cursor *c = NULL;
	enum tocsin_err err = cursor_open(r, &c, READ_RETENTION_ASKED, (int64_t)limit);
	return each_retention(c, err, each, arg);
}

enum tocsin_err retention_asked_since(struct snapshot *r, int64_t at, int64_t *n)
{
	struct cursor *c = NULL;
	enum tocsin_err err = cursor_open(r, &c, READ_RETENTION_ASKED_SINCE, at);
	if (err == TOCSIN_OK)
		err = cursor_next(c);
	if (err == TOCSIN_OK)
		*n = cursor_int(c, 0);
	cursor_close(c);
	return err;
}

void change_hold(struct change *c, const struct hold_row *row)
{
	change_run(c, WRITE_HOLD_ADD, row->id, row->statement, row->reason, row->account, row->at);
}

void change_hold_end(struct change *c, int64_t num, const char *account, int64_t now)
{
	change_must(c, "this hold has ended already", WRITE_HOLD_END, now, account, num);
}

static struct hold_row hold_take(const struct cursor *c)
{
	return (struct hold_row) { .num = cursor_int(c, 0), .id = cursor_text(c, 1), .statement = cursor_int(c, 2),
		.reason = cursor_text(c, 3), .account = cursor_text(c, 4), .at = cursor_int(c, 5), .ended_at = cursor_int(c, 6),
		.ended_by = cursor_text(c, 7) };
}

enum tocsin_err hold_get(struct snapshot *r, int64_t statement, struct arena *a, struct hold_row *out)
{
	struct cursor *c = NULL;
	bool ok = true;
	enum tocsin_err err = cursor_open(r, &c, READ_HOLD, statement);
	if (err == TOCSIN_OK)
		err = cursor_next(c);
	if (err == TOCSIN_OK) {
		*out = hold_take(c);
		out->id = take_str(a, c, 1, &ok);
		out->reason = take_str(a, c, 3, &ok);
		out->account = take_str(a, c, 4, &ok);
		out->ended_by = take_str(a, c, 7, &ok);
	}
	cursor_close(c);
	return err == TOCSIN_OK && !ok ? take_no_room() : err;
}

enum tocsin_err hold_each(struct snapshot *r, int64_t before, size_t limit, hold_each_row *each, void *arg)
{
	struct cursor *c = NULL;
	enum tocsin_err err = cursor_open(r, &c, READ_HOLDS, before, (int64_t)limit);
	while (err == TOCSIN_OK && (err = cursor_next(c)) == TOCSIN_OK) {
		struct hold_row row = hold_take(c);
		if (!each(arg, &row))
			break;
	}
	return take_end(c, err);
}

/* ---- forgetting ---- */

void change_forgetting(struct change *c, const struct forgetting_row *row)
{
	change_must(c, "forgetting this content is proposed already (tocsin forget list)", WRITE_FORGETTING_ADD, row->id,
		row->statement, row->reason, row->proposed_by, row->proposed_at);
}

void change_forgetting_two(struct change *c, const struct forgetting_row *row)
{
	change_must(c, "forgetting this content is proposed already (tocsin forget list)", WRITE_FORGETTING_TWO, row->id,
		row->statement, row->reason, row->proposed_by, row->proposed_at, row->agreed_by, row->agreed_at, row->due_at);
}

void change_forgetting_agree(struct change *c, int64_t num, const char *account, int64_t now, int64_t due_at)
{
	change_must(c, "this proposal was decided already (tocsin forget list)", WRITE_FORGETTING_AGREE, account, now, due_at,
		num);
}

void change_forgetting_end(
	struct change *c, int64_t num, const char *state, const char *account, int64_t now, const char *why)
{
	change_must(c, "this proposal was decided already (tocsin forget list)", WRITE_FORGETTING_END, state, account, now,
		why, num);
}

static struct forgetting_row forgetting_take(const struct cursor *c)
{
	return (struct forgetting_row) { .num = cursor_int(c, 0), .id = cursor_text(c, 1), .statement = cursor_int(c, 2),
		.reason = cursor_text(c, 3), .state = cursor_text(c, 4), .proposed_by = cursor_text(c, 5),
		.proposed_at = cursor_int(c, 6), .agreed_by = cursor_text(c, 7), .agreed_at = cursor_int(c, 8),
		.due_at = cursor_int(c, 9), .ended_by = cursor_text(c, 10), .ended_at = cursor_int(c, 11),
		.ended_why = cursor_text(c, 12) };
}

/* The one row of C, in the arena. */
static enum tocsin_err forgetting_one(struct cursor *c, enum tocsin_err err, struct arena *a, struct forgetting_row *out)
{
	bool ok = true;
	if (err == TOCSIN_OK)
		err = cursor_next(c);
	if (err == TOCSIN_OK) {
		*out = forgetting_take(c);
		out->id = take_str(a, c, 1, &ok);
		out->reason = take_str(a, c, 3, &ok);
		out->state = take_str(a, c, 4, &ok);
		out->proposed_by = take_str(a, c, 5, &ok);
		out->agreed_by = take_str(a, c, 7, &ok);
		out->ended_by = take_str(a, c, 10, &ok);
		out->ended_why = take_str(a, c, 12, &ok);
	}
	cursor_close(c);
	return err == TOCSIN_OK && !ok ? take_no_room() : err;
}

enum tocsin_err forgetting_get(struct snapshot *r, const char *id, struct arena *a, struct forgetting_row *out)
{
	struct cursor *c = NULL;
	enum tocsin_err err = cursor_open(r, &c, READ_FORGETTING, id);
	err = forgetting_one(c, err, a, out);
	return err == TOCSIN_MISSING ? fail(err, "there is no proposal %.40s to forget anything", id) : err;
}

enum tocsin_err forgetting_of(struct snapshot *r, int64_t statement, struct arena *a, struct forgetting_row *out)
{
	struct cursor *c = NULL;
	enum tocsin_err err = cursor_open(r, &c, READ_FORGETTING_OF, statement);
	return forgetting_one(c, err, a, out);
}

static enum tocsin_err each_forgetting(struct cursor *c, enum tocsin_err err, forgetting_each_row *each, void *arg)
{
	while (err == TOCSIN_OK && (err = cursor_next(c)) == TOCSIN_OK) {
		struct forgetting_row row = forgetting_take(c);
		if (!each(arg, &row))
			break;
	}
	return take_end(c, err);
}

enum tocsin_err forgetting_each(struct snapshot *r, int64_t before, size_t limit, forgetting_each_row *each, void *arg)
{
	struct cursor *c = NULL;
	enum tocsin_err err = cursor_open(r, &c, READ_FORGETTINGS, before, (int64_t)limit);
	return each_forgetting(c, err, each, arg);
}

enum tocsin_err forgetting_due(struct snapshot *r, int64_t now, size_t limit, forgetting_each_row *each, void *arg)
{
	struct cursor *c = NULL;
	enum tocsin_err err = cursor_open(r, &c, READ_FORGETTING_DUE, now, (int64_t)limit);
	return each_forgetting(c, err, each, arg);
}

void change_forget_derived(struct change *c, int64_t statement)
{
	change_run(c, WRITE_DERIVED_DROP, statement);
	change_run(c, WRITE_RETENTION_DROP, statement);
	change_run(c, WRITE_CORRECTION_FORGET, statement);
}

void change_forget_draft(struct change *c, int64_t draft)
{
	change_draft_forget(c, draft);
	change_draft_files_drop(c, draft);
}

void change_stub(struct change *c, int64_t statement, struct bytes lines)
{
	change_run(c, WRITE_STUB_ADD, statement, lines);
}

enum tocsin_err stub_get(struct snapshot *r, int64_t statement, struct buf *out)
{
	struct cursor *c = NULL;
	enum tocsin_err err = cursor_open(r, &c, READ_STUB, statement);
	if (err == TOCSIN_OK)
		err = cursor_next(c);
	if (err == TOCSIN_OK)
		buf_add_bytes(out, cursor_bytes(c, 0));
	cursor_close(c);
	return err;
}

enum tocsin_err forgetting_after(struct snapshot *r, int64_t after, size_t limit, forgetting_each_row *each, void *arg)
{
	struct cursor *c = NULL;
	enum tocsin_err err = cursor_open(r, &c, READ_FORGETTINGS_DONE, after, (int64_t)limit);
	return each_forgetting(c, err, each, arg);
}
