#include "store/rows_broker.h"

#include "store/take.h"

#define STEP_SENTENCE "this step was made already"

static void copy(char *out, size_t room, const struct cursor *c, int col)
{
	snprintf(out, room, "%s", cursor_text(c, col));
}

static bool tendered_take(const struct cursor *c, struct tendered_row *t)
{
	*t = (struct tendered_row){ .statement = cursor_int(c, 0), .until = cursor_int(c, 3), .tender = cursor_int(c, 4),
		.said_when = cursor_int(c, 7), .said_at = cursor_int(c, 8), .custody = cursor_int(c, 9),
		.proven = cursor_int(c, 10) != 0 };
	copy(t->broker, sizeof t->broker, c, 1);
	copy(t->recipient, sizeof t->recipient, c, 2);
	copy(t->said, sizeof t->said, c, 5);
	copy(t->code, sizeof t->code, c, 6);
	return true;
}

static bool custody_take(const struct cursor *c, struct custody_row *t)
{
	*t = (struct custody_row){ .tender = cursor_int(c, 0), .size = cursor_int(c, 4), .at = cursor_int(c, 5),
		.until = cursor_int(c, 6), .relay = cursor_int(c, 9), .heard = cursor_int(c, 10), .told = cursor_int(c, 11) };
	copy(t->tenderer, sizeof t->tenderer, c, 2);
	copy(t->recipient, sizeof t->recipient, c, 3);
	copy(t->state, sizeof t->state, c, 7);
	copy(t->code, sizeof t->code, c, 8);
	return take_hash(c, 1, &t->label);
}

static bool relayed_take(const struct cursor *c, struct relayed_row *t)
{
	*t = (struct relayed_row){ .relay = cursor_int(c, 0), .until = cursor_int(c, 3), .has_inner = cursor_bytes(c, 6).n > 0,
		.next_at = cursor_int(c, 7), .attempts = cursor_int(c, 8) };
	copy(t->broker, sizeof t->broker, c, 2);
	copy(t->state, sizeof t->state, c, 4);
	copy(t->code, sizeof t->code, c, 5);
	return take_hash(c, 1, &t->label) && (!t->has_inner || take_hash(c, 6, &t->inner));
}

/* All rows of C (taken), or the one: MISSING when there is none. */
#define TAKE_ALL(c, take, out, max, n) \
	do { \
		*(n) = 0; \
		while (*(n) < (max) && (err = cursor_next(c)) == TOCSIN_OK) { \
			if (!take(c, &(out)[*(n)])) { \
				err = take_damaged("a row of what a broker carries"); \
				break; \
			} \
			(*(n))++; \
		} \
		return take_end(c, err); \
	} while (0)
#define TAKE_ONE(c, take, out) \
	do { \
		err = cursor_next(c); \
		if (err == TOCSIN_OK && !take(c, out)) \
			err = take_damaged("a row of what a broker carries"); \
		cursor_close(c); \
		return err; \
	} while (0)

enum tocsin_err tendered_of(struct snapshot *r, int64_t statement, struct tendered_row *out)
{
	struct cursor *c;
	enum tocsin_err err = cursor_open(r, &c, READ_TENDERED, statement);
	if (err != TOCSIN_OK)
		return err;
	TAKE_ONE(c, tendered_take, out);
}

enum tocsin_err tendered_by(struct snapshot *r, int64_t tender, struct tendered_row *out)
{
	struct cursor *c;
	enum tocsin_err err = cursor_open(r, &c, READ_TENDERED_BY, tender);
	if (err != TOCSIN_OK)
		return err;
	TAKE_ONE(c, tendered_take, out);
}

enum tocsin_err tendered_open(struct snapshot *r, int64_t last, struct tendered_row *out, size_t max, size_t *n)
{
	struct cursor *c;
	enum tocsin_err err = cursor_open(r, &c, READ_TENDERED_OPEN, last, (int64_t)max);
	if (err != TOCSIN_OK)
		return err;
	TAKE_ALL(c, tendered_take, out, max, n);
}

void change_tendered(struct change *c, const char *broker, const char *recipient, int64_t until)
{
	change_run(c, WRITE_OUTBOX_BROKERED);
	change_run(c, WRITE_TENDERED_ADD, broker, recipient, until);
}

void change_tendered_sent(struct change *c, int64_t statement, int64_t until)
{
	change_must(c, STEP_SENTENCE, WRITE_TENDERED_SENT, until, statement);
}

void change_tendered_stuck(struct change *c, int64_t statement, const char *code, int64_t now)
{
	change_must(c, STEP_SENTENCE, WRITE_TENDERED_STUCK, code, now, statement);
}

void change_tendered_said(struct change *c, const struct tendered_row *row)
{
	change_run(c, WRITE_TENDERED_SAID, row->said, row->code, row->said_when, row->said_at, row->custody,
		(int64_t)row->proven, row->statement);
}

enum tocsin_err custody_of(struct snapshot *r, int64_t tender, struct custody_row *out)
{
	struct cursor *c;
	enum tocsin_err err = cursor_open(r, &c, READ_CUSTODY_OF, tender);
	if (err != TOCSIN_OK)
		return err;
	TAKE_ONE(c, custody_take, out);
}

enum tocsin_err custody_todo(struct snapshot *r, struct custody_row *out, size_t max, size_t *n)
{
	struct cursor *c;
	enum tocsin_err err = cursor_open(r, &c, READ_CUSTODY_TODO, (int64_t)max);
	if (err != TOCSIN_OK)
		return err;
	TAKE_ALL(c, custody_take, out, max, n);
}

enum tocsin_err custody_held(struct snapshot *r, int64_t until, int64_t tender, struct custody_row *out, size_t max,
	size_t *n)
{
	struct cursor *c;
	enum tocsin_err err = cursor_open(r, &c, READ_CUSTODY_HELD, until, tender, (int64_t)max);
	if (err != TOCSIN_OK)
		return err;
	TAKE_ALL(c, custody_take, out, max, n);
}

enum tocsin_err custody_sum(struct snapshot *r, int64_t *count, int64_t *bytes)
{
	struct cursor *c;
	enum tocsin_err err = cursor_open(r, &c, READ_CUSTODY_BYTES);
	if (err != TOCSIN_OK)
		return err;
	if ((err = cursor_next(c)) == TOCSIN_OK) {
		*count = cursor_int(c, 0);
		*bytes = cursor_int(c, 1);
	}
	cursor_close(c);
	return err;
}

enum tocsin_err custody_since(struct snapshot *r, const char *tenderer, int64_t since, int64_t *count)
{
	struct cursor *c;
	enum tocsin_err err = cursor_open(r, &c, READ_CUSTODY_SINCE, tenderer, since);
	if (err != TOCSIN_OK)
		return err;
	if ((err = cursor_next(c)) == TOCSIN_OK)
		*count = cursor_int(c, 0);
	cursor_close(c);
	return err;
}

void change_custody_add(struct change *c, const struct custody_row *row)
{
	change_run(c, WRITE_CUSTODY_ADD, row->tender, &row->label, row->tenderer, row->recipient, row->size, row->at,
		row->until, row->code);
}

void change_custody_step(struct change *c, const struct custody_row *row, const char *state, const char *code, bool todo)
{
	change_must(c, STEP_SENTENCE, WRITE_CUSTODY_STEP, state, code, (int64_t)todo, row->tender, row->state);
}

void change_custody_relayed(struct change *c, const struct custody_row *row)
{
	change_must(c, STEP_SENTENCE, WRITE_CUSTODY_RELAYED, row->tender);
}

void change_custody_heard(struct change *c, int64_t relay, int64_t num)
{
	change_run(c, WRITE_CUSTODY_HEARD, num, relay);
}

void change_custody_told(struct change *c, const struct custody_row *row, const char *state, const char *code, int64_t told)
{
	change_must(c, STEP_SENTENCE, WRITE_CUSTODY_TOLD, state, code, told, row->tender, row->told, row->state);
}

enum tocsin_err relayed_of(struct snapshot *r, int64_t relay, struct relayed_row *out)
{
	struct cursor *c;
	enum tocsin_err err = cursor_open(r, &c, READ_RELAYED_OF, relay);
	if (err != TOCSIN_OK)
		return err;
	TAKE_ONE(c, relayed_take, out);
}

enum tocsin_err relayed_inner(struct snapshot *r, const struct hash *id, struct relayed_row *out)
{
	struct cursor *c;
	enum tocsin_err err = cursor_open(r, &c, READ_RELAYED_INNER, id);
	if (err != TOCSIN_OK)
		return err;
	TAKE_ONE(c, relayed_take, out);
}

enum tocsin_err relayed_due(struct snapshot *r, struct relayed_row *out, size_t max, size_t *n)
{
	struct cursor *c;
	enum tocsin_err err = cursor_open(r, &c, READ_RELAYED_DUE, (int64_t)max);
	if (err != TOCSIN_OK)
		return err;
	TAKE_ALL(c, relayed_take, out, max, n);
}

void change_relayed_add(struct change *c, int64_t relay, const struct hash *label, const char *broker, int64_t until,
	int64_t now)
{
	change_run(c, WRITE_RELAYED_ADD, relay, label, broker, until, BYTES_LIT(""), now > 0 ? now : 1);
}

void change_relayed_logged(struct change *c, int64_t relay)
{
	change_must(c, STEP_SENTENCE, WRITE_RELAYED_LOGGED, relay);
}

void change_relayed_later(struct change *c, int64_t relay, int64_t next_at, const char *code)
{
	change_must(c, STEP_SENTENCE, WRITE_RELAYED_LATER, next_at, code, relay);
}

void change_relayed_done(struct change *c, int64_t relay, const char *state, const char *code, const struct hash *inner)
{
	change_must(c, STEP_SENTENCE, WRITE_RELAYED_DONE, state, code,
		inner != NULL ? bytes_of(inner->b, SHA256_SIZE) : BYTES_LIT(""), relay);
}

enum tocsin_err labels_each(struct snapshot *r, label_each *each, void *arg)
{
	struct cursor *c;
	struct hash label;
	enum tocsin_err err = cursor_open(r, &c, READ_LABELS);
	if (err != TOCSIN_OK)
		return err;
	while ((err = cursor_next(c)) == TOCSIN_OK)
		if (take_hash(c, 0, &label) && !each(arg, &label))
			break;
	return take_end(c, err);
}
