#include "store/rows_silence.h"

#include "store/take.h"

void change_silence_heard(struct change *c, const char *partner, const char *topic, int64_t statement, int64_t at, int64_t day)
{
	change_run(c, WRITE_SILENCE_TIME, partner, topic, at, statement, at - day);
	change_run(c, WRITE_SILENCE_HEARD, partner, topic, statement, at, at - day);
}

static enum tocsin_err each_row(struct cursor *c, silence_each *each, void *arg)
{
	enum tocsin_err err;
	while ((err = cursor_next(c)) == TOCSIN_OK) {
		const struct silence_row row = { .scope = cursor_int(c, 0), .unit = cursor_text(c, 1), .compartment = cursor_text(c, 2),
			.partner = cursor_text(c, 3), .topic = cursor_text(c, 4), .statement = cursor_int(c, 5), .last_at = cursor_int(c, 6),
			.look_at = cursor_int(c, 7), .contacts = cursor_int(c, 8), .noticed_at = cursor_int(c, 9),
			.notices = cursor_int(c, 10), .acked_at = cursor_int(c, 11), .acked_by = cursor_text(c, 12),
			.reason = cursor_text(c, 13), .ended_at = cursor_int(c, 14) };
		if (!each(arg, &row))
			break;
	}
	return take_end(c, err);
}

enum tocsin_err silence_due(struct snapshot *r, int64_t now, size_t limit, silence_each *each, void *arg)
{
	struct cursor *c;
	enum tocsin_err err = cursor_open(r, &c, READ_SILENCE_DUE, now, (int64_t)limit);
	return err == TOCSIN_OK ? each_row(c, each, arg) : err;
}

enum tocsin_err silence_next(struct snapshot *r, int64_t *at)
{
	struct cursor *c;
	*at = INT64_MAX;
	enum tocsin_err err = cursor_open(r, &c, READ_SILENCE_NEXT);
	if (err != TOCSIN_OK)
		return err;
	if ((err = cursor_next(c)) == TOCSIN_OK)
		*at = cursor_int(c, 0);
	return take_end(c, err);
}

enum tocsin_err silence_list(struct snapshot *r, int64_t scope, const char *partner, size_t limit, silence_each *each, void *arg)
{
	struct cursor *c;
	enum tocsin_err err = partner == NULL ? cursor_open(r, &c, READ_SILENCE_SCOPE, scope, (int64_t)limit)
		: cursor_open(r, &c, READ_SILENCE_PARTNER, scope, partner, (int64_t)limit);
	return err == TOCSIN_OK ? each_row(c, each, arg) : err;
}

enum tocsin_err silence_scopes(struct snapshot *r, int64_t *scope, size_t max, size_t *n)
{
	struct cursor *c;
	*n = 0;
	enum tocsin_err err = cursor_open(r, &c, READ_SILENCE_SCOPES, (int64_t)max);
	if (err != TOCSIN_OK)
		return err;
	while (*n < max && (err = cursor_next(c)) == TOCSIN_OK)
		scope[(*n)++] = cursor_int(c, 0);
	return take_end(c, err);
}

enum tocsin_err silence_times(struct snapshot *r, const struct silence_row *row, int64_t *at, size_t max, size_t *n)
{
	struct cursor *c;
	*n = 0;
	enum tocsin_err err = cursor_open(r, &c, READ_SILENCE_TIMES, row->scope, row->partner, row->topic, (int64_t)max);
	if (err != TOCSIN_OK)
		return err;
	while (*n < max && (err = cursor_next(c)) == TOCSIN_OK)
		at[(*n)++] = cursor_int(c, 0);
	for (size_t i = 0; i < *n / 2; i++) {
		int64_t t = at[i];
		at[i] = at[*n - 1 - i];
		at[*n - 1 - i] = t;
	}
	return take_end(c, err);
}

enum tocsin_err silence_topics(struct snapshot *r, const struct silence_row *row, int64_t contacts, int64_t *n)
{
	struct cursor *c;
	*n = 0;
	enum tocsin_err err = cursor_open(r, &c, READ_SILENCE_TOPICS, row->scope, row->partner, contacts);
	if (err != TOCSIN_OK)
		return err;
	if ((err = cursor_next(c)) == TOCSIN_OK)
		*n = cursor_int(c, 0);
	return take_end(c, err);
}

void change_silence_look(struct change *c, const struct silence_row *row, int64_t contacts, int64_t look_at)
{
	change_run(c, WRITE_SILENCE_LOOK, look_at, contacts, row->scope, row->partner, row->topic, row->last_at);
}

void change_silence_notice(struct change *c, const struct silence_row *row, int64_t contacts, int64_t now)
{
	change_must(c, "something has come from this partner meanwhile", WRITE_SILENCE_NOTICE, now, contacts, row->scope, row->partner,
		row->topic, row->last_at);
}

void change_silence_ack(struct change *c, const struct silence_row *row, int64_t now, const char *by, const char *reason)
{
	change_must(c, "this silence was acknowledged by somebody else, or has ended", WRITE_SILENCE_ACK, now, by, reason, row->scope,
		row->partner, row->topic, row->noticed_at);
}

void change_silence_trim(struct change *c, const struct silence_row *row, int64_t oldest)
{
	change_run(c, WRITE_SILENCE_TRIM, row->scope, row->partner, row->topic, oldest);
}

void change_silence_back(struct change *c, int64_t now)
{
	change_run(c, WRITE_SILENCE_TIMES_BACK, now);
	change_run(c, WRITE_SILENCE_BACK, now);
}
