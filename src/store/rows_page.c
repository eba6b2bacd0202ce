#include "store/rows_page.h"

#include "store/take.h"

/* ---- pages ---- */

void change_page_add(struct change *c, const struct page_row *row, bool of_clock)
{
	if (of_clock)
		change_run(c, WRITE_PAGE_ADD_CLOCK, row->id, row->at, row->what, row->statement, row->account,
			(int64_t)row->life, row->channel);
	else
		change_run(c, WRITE_PAGE_ADD, row->id, row->at, row->what, row->clock, row->statement, row->account,
			(int64_t)row->life, row->channel);
	change_event(c, "page waiting", 0, "");
}

void change_page_stop(struct change *c, int64_t clock, int64_t now)
{
	if (clock == 0)
		return;
	change_run(c, WRITE_PAGE_STOP_TRIES, clock);
	change_run(c, WRITE_PAGE_STOP, now, clock);
}

void change_page_ack(struct change *c, int64_t num, int64_t now)
{
	change_run(c, WRITE_TRY_STOP, num);
	change_run(c, WRITE_PAGE_ACK, now, num);
}

void change_page_taken(struct change *c, int64_t num, int64_t deadline)
{
	change_must(c, "the page is not waiting any more", WRITE_PAGE_TAKEN, deadline, num);
}

void change_page_failed(struct change *c, int64_t num, const char *trouble)
{
	change_must(c, "the page is not on its way any more", WRITE_PAGE_FAILED, trouble, num);
	change_event(c, "page failed", 0, "");
}

/* Borrowed from the cursor. */
static struct page_row page_of(const struct cursor *c)
{
	return (struct page_row){ .num = cursor_int(c, 0),
		.id = cursor_text(c, 1),
		.at = cursor_int(c, 2),
		.what = cursor_text(c, 3),
		.clock = cursor_int(c, 4),
		.statement = cursor_int(c, 5),
		.account = cursor_text(c, 6),
		.life = cursor_int(c, 7) != 0,
		.channel = cursor_int(c, 8),
		.state = cursor_text(c, 9),
		.next_at = cursor_int(c, 10),
		.sent_at = cursor_int(c, 11),
		.acked_at = cursor_int(c, 12),
		.trouble = cursor_text(c, 13) };
}

static enum tocsin_err page_one(struct cursor *c, struct arena *a, struct page_row *out)
{
	bool ok = true;
	enum tocsin_err err = cursor_next(c);
	if (err == TOCSIN_OK) {
		*out = page_of(c);
		out->id = take_str(a, c, 1, &ok);
		out->what = take_str(a, c, 3, &ok);
		out->account = take_str(a, c, 6, &ok);
		out->state = take_str(a, c, 9, &ok);
		out->trouble = take_str(a, c, 13, &ok);
		if (!ok)
			err = take_no_room();
	}
	cursor_close(c);
	return err == TOCSIN_MISSING ? fail(TOCSIN_MISSING, "there is no such page") : err;
}

enum tocsin_err page_get(struct snapshot *r, int64_t num, struct arena *a, struct page_row *out)
{
	struct cursor *c;
	enum tocsin_err err = cursor_open(r, &c, READ_PAGE, num);
	return err == TOCSIN_OK ? page_one(c, a, out) : err;
}

enum tocsin_err page_by_id(struct snapshot *r, const char *id, struct arena *a, struct page_row *out)
{
	struct cursor *c;
	enum tocsin_err err = cursor_open(r, &c, READ_PAGE_ID, id);
	return err == TOCSIN_OK ? page_one(c, a, out) : err;
}

enum tocsin_err page_facts_get(struct snapshot *r, int64_t num, struct arena *a, struct page_facts *out)
{
	struct cursor *c;
	bool ok = true;
	*out = (struct page_facts){ 0 };
	enum tocsin_err err = cursor_open(r, &c, READ_PAGE_FACTS, num);
	if (err != TOCSIN_OK)
		return err;
	err = cursor_next(c);
	if (err == TOCSIN_OK) {
		*out = (struct page_facts){ .due_at = cursor_int(c, 2) };
		out->clock_id = take_str(a, c, 0, &ok);
		out->clock_kind = take_str(a, c, 1, &ok);
		out->unit = take_str(a, c, 3, &ok);
		out->whose = take_str(a, c, 4, &ok);
		out->account_state = take_str(a, c, 5, &ok);
		out->has_statement = take_hash(c, 6, &out->statement);
		out->statement_kind = take_str(a, c, 7, &ok);
		out->why = take_str(a, c, 8, &ok);
		if (!ok)
			err = take_no_room();
	}
	cursor_close(c);
	return err == TOCSIN_MISSING ? fail(TOCSIN_MISSING, "there is no such page") : err;
}

enum tocsin_err page_account_active(struct snapshot *r, const char *name, bool *active)
{
	struct cursor *c;
	*active = false;
	enum tocsin_err err = cursor_open(r, &c, READ_PAGE_ACCOUNT, name);
	if (err != TOCSIN_OK)
		return err;
	err = cursor_next(c);
	if (err == TOCSIN_OK)
		*active = strcmp(cursor_text(c, 0), "active") == 0;
	return take_end(c, err);
}

static enum tocsin_err page_rows(struct cursor *c, page_each *each, void *arg)
{
	enum tocsin_err err;
	while ((err = cursor_next(c)) == TOCSIN_OK) {
		struct page_row row = page_of(c);
		if (!each(arg, &row))
			break;
	}
	return take_end(c, err);
}

enum tocsin_err pages_due(struct snapshot *r, int64_t now, size_t limit, page_each *each, void *arg)
{
	struct cursor *c;
	enum tocsin_err err = cursor_open(r, &c, READ_PAGES_DUE, now, (int64_t)limit);
	return err == TOCSIN_OK ? page_rows(c, each, arg) : err;
}

enum tocsin_err pages_of(struct snapshot *r, const char *account, int64_t before, size_t limit, page_each *each,
	void *arg)
{
	struct cursor *c;
	enum tocsin_err err =
		cursor_open(r, &c, READ_PAGES_OF, account, before != 0 ? before : INT64_MAX, (int64_t)limit);
	return err == TOCSIN_OK ? page_rows(c, each, arg) : err;
}

enum tocsin_err pages_failed(struct snapshot *r, size_t limit, page_each *each, void *arg)
{
	struct cursor *c;
	enum tocsin_err err = cursor_open(r, &c, READ_PAGES_FAILED, (int64_t)limit);
	return err == TOCSIN_OK ? page_rows(c, each, arg) : err;
}

/* ---- tries ---- */

void change_try_add(struct change *c, int64_t page, int64_t channel, const char *kind, bool life, int64_t at)
{
	change_run(c, WRITE_TRY_ADD, page, channel, kind, (int64_t)life, at);
}

void change_try_sent(struct change *c, int64_t page, int64_t channel, int64_t now)
{
	change_run(c, WRITE_TRY_SENT, now, page, channel);
	change_run(c, WRITE_PAGE_SENT, now, page);
	change_run(c, WRITE_CHANNEL_WELL, now, channel);
}

void change_try_later(struct change *c, const struct try_row *row, int64_t next_at, const char *trouble, int64_t now)
{
	change_run(c, WRITE_TRY_LATER, next_at, trouble, row->page, row->channel);
	change_run(c, WRITE_TRY_HOLD, next_at, row->channel, (int64_t)row->life);
	change_run(c, WRITE_CHANNEL_TROUBLE, trouble, now, row->channel);
}

void change_try_end(struct change *c, int64_t page, int64_t channel, const char *trouble, int64_t now)
{
	change_run(c, WRITE_TRY_END, trouble, page, channel);
	change_run(c, WRITE_CHANNEL_TROUBLE, trouble, now, channel);
}

void change_tries_now(struct change *c, int64_t now)
{
	change_run(c, WRITE_TRY_NOW, now);
	change_run(c, WRITE_CHANNEL_TESTS_FROM, now);
}

static enum tocsin_err try_rows(struct cursor *c, try_each *each, void *arg)
{
	enum tocsin_err err;
	while ((err = cursor_next(c)) == TOCSIN_OK) {
		struct try_row row = { .page = cursor_int(c, 0),
			.channel = cursor_int(c, 1),
			.kind = cursor_text(c, 2),
			.life = cursor_int(c, 3) != 0,
			.state = cursor_text(c, 4),
			.attempts = cursor_int(c, 5),
			.next_at = cursor_int(c, 6),
			.at = cursor_int(c, 7),
			.sent_at = cursor_int(c, 8),
			.trouble = cursor_text(c, 9) };
		if (!each(arg, &row))
			break;
	}
	return take_end(c, err);
}

enum tocsin_err tries_due(struct snapshot *r, const char *kind, bool life, int64_t now, size_t limit, try_each *each,
	void *arg)
{
	struct cursor *c;
	enum tocsin_err err = cursor_open(r, &c, READ_TRIES_DUE, kind, (int64_t)life, now, (int64_t)limit);
	return err == TOCSIN_OK ? try_rows(c, each, arg) : err;
}

enum tocsin_err tries_of(struct snapshot *r, int64_t page, try_each *each, void *arg)
{
	struct cursor *c;
	enum tocsin_err err = cursor_open(r, &c, READ_TRIES_OF, page);
	return err == TOCSIN_OK ? try_rows(c, each, arg) : err;
}

/* The smaller one of *AT and what Q finds. */
static enum tocsin_err sooner(struct snapshot *r, enum sql_read q, int64_t *at)
{
	struct cursor *c;
	enum tocsin_err err = cursor_open(r, &c, q);
	if (err != TOCSIN_OK)
		return err;
	err = cursor_next(c);
	if (err == TOCSIN_OK && cursor_int(c, 0) < *at)
		*at = cursor_int(c, 0);
	return take_end(c, err);
}

enum tocsin_err pages_next(struct snapshot *r, int64_t *at)
{
	*at = INT64_MAX;
	enum tocsin_err err = sooner(r, READ_PAGE_NEXT, at);
	return err == TOCSIN_OK ? sooner(r, READ_TRY_NEXT, at) : err;
}

/* ---- channels ---- */

void change_channel_add(struct change *c, const struct channel_row *row)
{
	change_must(c, "this account has that channel already", WRITE_CHANNEL_ADD, row->id, row->account, row->kind,
		row->address, row->secret, row->quiet_from, row->quiet_until, row->added_at);
}

void change_channel_remove(struct change *c, int64_t num)
{
	change_run(c, WRITE_CHANNEL_TRIES_STOP, num);
	change_must(c, "there is no such channel any more", WRITE_CHANNEL_REMOVE, num);
}

void change_channel_tested(struct change *c, int64_t num, int64_t before, int64_t now)
{
	change_must(c, "the channel is being tested already", WRITE_CHANNEL_TESTED, now, num, before);
}

static struct channel_row channel_of(const struct cursor *c)
{
	return (struct channel_row){ .num = cursor_int(c, 0),
		.id = cursor_text(c, 1),
		.account = cursor_text(c, 2),
		.kind = cursor_text(c, 3),
		.address = cursor_text(c, 4),
		.secret = cursor_bytes(c, 5),
		.quiet_from = cursor_int(c, 6),
		.quiet_until = cursor_int(c, 7),
		.added_at = cursor_int(c, 8),
		.tested_at = cursor_int(c, 9),
		.well_at = cursor_int(c, 10),
		.troubled_at = cursor_int(c, 11),
		.trouble = cursor_text(c, 12) };
}

static enum tocsin_err channel_one(struct cursor *c, struct arena *a, struct channel_row *out)
{
	bool ok = true;
	enum tocsin_err err = cursor_next(c);
	if (err == TOCSIN_OK) {
		*out = channel_of(c);
		out->id = take_str(a, c, 1, &ok);
		out->account = take_str(a, c, 2, &ok);
		out->kind = take_str(a, c, 3, &ok);
		out->address = take_str(a, c, 4, &ok);
		out->secret = take_bytes(a, c, 5, &ok);
		out->trouble = take_str(a, c, 12, &ok);
		if (!ok)
			err = take_no_room();
	}
	cursor_close(c);
	return err == TOCSIN_MISSING ? fail(TOCSIN_MISSING, "there is no such channel") : err;
}

enum tocsin_err channel_get(struct snapshot *r, int64_t num, struct arena *a, struct channel_row *out)
{
	struct cursor *c;
	enum tocsin_err err = cursor_open(r, &c, READ_CHANNEL, num);
	return err == TOCSIN_OK ? channel_one(c, a, out) : err;
}

enum tocsin_err channel_by_id(struct snapshot *r, const char *id, struct arena *a, struct channel_row *out)
{
	struct cursor *c;
	enum tocsin_err err = cursor_open(r, &c, READ_CHANNEL_ID, id);
	return err == TOCSIN_OK ? channel_one(c, a, out) : err;
}

static enum tocsin_err channel_rows(struct cursor *c, channel_each *each, void *arg)
{
	enum tocsin_err err;
	while ((err = cursor_next(c)) == TOCSIN_OK) {
		struct channel_row row = channel_of(c);
		if (!each(arg, &row))
			break;
	}
	return take_end(c, err);
}

enum tocsin_err channels_of(struct snapshot *r, const char *account, channel_each *each, void *arg)
{
	struct cursor *c;
	enum tocsin_err err = cursor_open(r, &c, READ_CHANNELS_OF, account);
	return err == TOCSIN_OK ? channel_rows(c, each, arg) : err;
}

enum tocsin_err channels_all(struct snapshot *r, int64_t after, size_t limit, channel_each *each, void *arg)
{
	struct cursor *c;
	enum tocsin_err err = cursor_open(r, &c, READ_CHANNELS, after, (int64_t)limit);
	return err == TOCSIN_OK ? channel_rows(c, each, arg) : err;
}

enum tocsin_err channels_troubled(struct snapshot *r, size_t limit, channel_each *each, void *arg)
{
	struct cursor *c;
	enum tocsin_err err = cursor_open(r, &c, READ_CHANNELS_TROUBLED, (int64_t)limit);
	return err == TOCSIN_OK ? channel_rows(c, each, arg) : err;
}

enum tocsin_err channels_untested(struct snapshot *r, int64_t before, size_t limit, channel_each *each, void *arg)
{
	struct cursor *c;
	enum tocsin_err err = cursor_open(r, &c, READ_CHANNELS_UNTESTED, before, (int64_t)limit);
	return err == TOCSIN_OK ? channel_rows(c, each, arg) : err;
}
