#include "store/rows_border.h"

#include "store/take.h"

enum tocsin_err stranger_get(struct snapshot *r, const char *name, struct arena *a, struct stranger_row *out)
{
	struct cursor *c;
	enum tocsin_err err = cursor_open(r, &c, READ_STRANGER, name);
	if (err != TOCSIN_OK)
		return err;
	err = cursor_next(c);
	if (err == TOCSIN_OK) {
		bool ok = true;
		*out = (struct stranger_row) { .name = take_str(a, c, 0, &ok), .way = take_str(a, c, 1, &ok),
			.by = take_str(a, c, 2, &ok), .fp = take_str(a, c, 3, &ok), .since = cursor_int(c, 4),
			.last_at = cursor_int(c, 5) };
		err = ok ? TOCSIN_OK : take_no_room();
	} else if (err == TOCSIN_MISSING) {
		(void)fail(err, "there is no stranger %.200s", name);
	}
	cursor_close(c);
	return err;
}

enum tocsin_err strangers_silent(struct snapshot *r, size_t limit, stranger_each *each, void *arg)
{
	struct cursor *c;
	enum tocsin_err err = cursor_open(r, &c, READ_STRANGERS_SILENT, (int64_t)limit);
	if (err != TOCSIN_OK)
		return err;
	while ((err = cursor_next(c)) == TOCSIN_OK) {
		const struct stranger_row row = { .name = cursor_text(c, 0), .way = cursor_text(c, 1), .by = cursor_text(c, 2),
			.fp = cursor_text(c, 3), .since = cursor_int(c, 4), .last_at = cursor_int(c, 5) };
		if (!each(arg, &row))
			break;
	}
	return take_end(c, err);
}

void change_stranger_add(struct change *c, const struct stranger_row *row)
{
	change_partner_put(c, &(struct partner_row) { .name = row->name, .state = "stranger", .reason = "",
		.added_at = row->since, .changed_at = row->since });
	change_run(c, WRITE_STRANGER_ADD, row->name, row->way, row->by, row->fp, row->since);
}

void change_stranger_remove(struct change *c, const char *name)
{
	change_must(c, "it is no stranger any more", WRITE_STRANGER_REMOVE, name);
}

void change_stranger_state(struct change *c, const char *name, const char *state, int64_t now)
{
	change_must(c, "it is no stranger any more", WRITE_STRANGER_STATE, state, now, name);
}

void change_stranger_sent(struct change *c, const char *name, int64_t now, int64_t since, int64_t most)
{
	change_must(c, "this node takes no more warnings from a node that is no partner today; send it again later",
		WRITE_STRANGER_SENT, now, since, name, most);
}

void change_stranger_quota(struct change *c, const char *by, int64_t now, int64_t since, int64_t most)
{
	change_must(c, "this node takes no more cards of nodes that are no partners today; try again later",
		WRITE_STRANGER_QUOTA, by, now, since, most);
}

/* The two numbers of the row of CUR (taken), 0 when there is none. */
static enum tocsin_err numbers(struct cursor *cur, int64_t *a, int64_t *b)
{
	enum tocsin_err err = cursor_next(cur);
	*a = err == TOCSIN_OK ? cursor_int(cur, 0) : 0;
	if (b != NULL)
		*b = err == TOCSIN_OK ? cursor_int(cur, 1) : 0;
	return take_end(cur, err);
}

enum tocsin_err stranger_quota(struct snapshot *r, const char *by, int64_t *window_at, int64_t *window_n)
{
	struct cursor *c;
	enum tocsin_err err = cursor_open(r, &c, READ_STRANGER_QUOTA, by);
	return err == TOCSIN_OK ? numbers(c, window_at, window_n) : err;
}

void change_cards_remove(struct change *c, const char *name)
{
	change_run(c, WRITE_CARDS_REMOVE, name);
}

void change_voucher(struct change *c, const char *name, const char *fp, const char *by, int64_t statement, int64_t at)
{
	change_run(c, WRITE_VOUCHER_PUT, name, fp, by, statement, at);
}

void change_vouchers_purge(struct change *c, int64_t before)
{
	change_run(c, WRITE_VOUCHERS_PURGE, before);
}

enum tocsin_err vouchers(struct snapshot *r, const char *name, const char *fp, int64_t since, name_each *each, void *arg)
{
	struct cursor *c;
	enum tocsin_err err = cursor_open(r, &c, READ_VOUCHERS, name, fp, since);
	if (err != TOCSIN_OK)
		return err;
	while ((err = cursor_next(c)) == TOCSIN_OK)
		if (!each(arg, cursor_text(c, 0)))
			break;
	return take_end(c, err);
}

enum tocsin_err voucher_count(struct snapshot *r, const char *by, int64_t most, int64_t *n)
{
	struct cursor *c;
	enum tocsin_err err = cursor_open(r, &c, READ_VOUCHER_COUNT, by, most);
	return err == TOCSIN_OK ? numbers(c, n, NULL) : err;
}

enum tocsin_err voucher_oldest(struct snapshot *r, int64_t *at)
{
	struct cursor *c;
	enum tocsin_err err = cursor_open(r, &c, READ_VOUCHER_OLDEST);
	return err == TOCSIN_OK ? numbers(c, at, NULL) : err;
}
