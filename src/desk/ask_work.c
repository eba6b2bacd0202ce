/*
 * ask_work: what the node does by itself about requests: the clock of what was received begins, and what was missed is
 * recorded, each once, in one change with the row that says so.
 */
#include <stdlib.h>

#include "base/log.h"
#include "desk/ask.h"
#include "desk/clocks_inside.h"
#include "desk/directory.h"
#include "desk/standing_part.h"

#define BATCH 32
#define GRACE (60 * CLOCK_SECOND)       /* what was accepted in time is here by then */
#define AGAIN (600 * CLOCK_SECOND)      /* the receipt is not witnessed yet, or it failed */
#define PATIENCE (86400 * CLOCK_SECOND) /* and no longer than this */
#define WORK_ARENA (1u << 20)
#define ANSWERS_MAX 256

struct rows {
	struct arena *arena;
	struct ask_row row[BATCH];
	size_t n;
	bool full;
};

static bool take(void *arg, const struct ask_row *row)
{
	struct rows *t = arg;
	const char *partner = arena_str(t->arena, bytes_str(row->partner)), *state = arena_str(t->arena, bytes_str(row->state));
	t->full = partner == NULL || state == NULL;
	if (t->full)
		return false;
	t->row[t->n] = *row;
	t->row[t->n].partner = partner;
	t->row[t->n].state = state;
	t->row[t->n].type = t->row[t->n].result = "";
	return ++t->n < BATCH;
}

static enum tocsin_err commit(const struct desk *d, struct change *c)
{
	if (c == NULL)
		return fail(TOCSIN_BROKEN, "no memory for a request");
	enum tocsin_err err = store_commit(d->store, c, NULL, NULL);
	return err == TOCSIN_LATER ? TOCSIN_OK : err;
}

/* ---- clocks that begin with the receipt ---- */

struct home {
	bool known;
	char unit[LIMIT_ACCOUNT + 1], compartment[LIMIT_ACCOUNT + 1], owner[LIMIT_ACCOUNT + 1];
	bool life;
};

static bool take_home(void *arg, const struct clock_shown *row)
{
	struct home *h = arg;
	h->known = true;
	snprintf(h->unit, sizeof h->unit, "%s", row->clock.unit);
	snprintf(h->compartment, sizeof h->compartment, "%s", row->clock.compartment);
	snprintf(h->owner, sizeof h->owner, "%s", row->clock.owner);
	h->life = row->clock.life;
	return false;
}

/* It is whose the clock of its receipt is. */
static enum tocsin_err start_one(const struct desk *d, struct snapshot *read, struct ask_row *a)
{
	struct home h = { .known = false };
	enum tocsin_err err = clock_list_statement(read, a->statement, take_home, &h);
	if (err != TOCSIN_OK)
		return err;
	if (!h.known)
		policy_text(d, "unit.intake", h.unit, sizeof h.unit);
	int64_t due = a->within != 0 ? a->received_at + a->within : a->due_at;
	a->due_at = due > a->due_at ? due : a->due_at;
	/* What is received when its time is over already was missed by nobody. */
	a->firm = a->firm && a->due_at > a->received_at;
	a->look_at = a->firm ? a->due_at + GRACE : 0;
	struct change *c = change_new();
	if (c != NULL) {
		change_ask_started(c, a);
		clocks_start(d, c, &(struct clock_start){ .kind = CLOCK_REPLY_BY, .statement = a->statement, .unit = h.unit,
			.compartment = h.compartment, .owner = h.owner, .urgency = (int)a->urgency, .life = h.life, .due_at = a->due_at,
			.now = a->received_at });
	}
	return commit(d, c);
}

/* ---- what was missed ---- */

/* Whether an answer that ends the request ID came not later than DUE, followed or not. */
static enum tocsin_err answered(struct snapshot *read, const struct hash *id, int64_t due, struct arena *a, bool *yes)
{
	int64_t nums[ANSWERS_MAX];
	size_t n = 0;
	*yes = false;
	enum tocsin_err err = statement_re(read, id, nums, ANSWERS_MAX, &n);
	for (size_t i = 0; err == TOCSIN_OK && !*yes && i < n; i++) {
		struct statement_row row;
		struct content c;
		arena_reset(a);
		err = statement_by_num(read, nums[i], a, &row);
		if (err != TOCSIN_OK || strcmp(row.kind, "answer") != 0 || row.known_at > due)
			continue;
		err = standing_content(&row, true, a, &c);
		const struct body_line *result = err == TOCSIN_OK ? standing_line(&c, "result") : NULL;
		*yes = err == TOCSIN_OK && (result == NULL || !bytes_equal_str(result->value, "\"needs-time\""));
	}
	return err;
}

/* When its receipt was witnessed, or when it came. *WAIT: it is to be witnessed still. */
static enum tocsin_err received(const struct desk *d, struct snapshot *read, const struct ask_row *a, struct arena *arena, int64_t *at,
	bool *wait)
{
	struct receipt_row receipt;
	*at = a->received_at;
	*wait = false;
	if (!a->ours)
		return TOCSIN_OK;
	arena_reset(arena);
	enum tocsin_err err = receipt_get(read, a->statement, arena, &receipt);
	if (err != TOCSIN_OK)
		return err == TOCSIN_MISSING ? TOCSIN_OK : err;
	*at = receipt.witnessed_at != 0 ? receipt.witnessed_at : receipt.received_at;
	const struct peer *peer = directory_find(d->directory, a->partner);
	*wait = receipt.witnessed_at == 0 && peer != NULL && peer->quorum > 0;
	peer_release(peer);
	return TOCSIN_OK;
}

struct recording {
	const struct ask_row *row;
	int64_t now;
};

static void with_breach(void *arg, size_t i, struct change *c)
{
	const struct recording *r = arg;
	(void)i;
	change_ask_breached(c, r->row, r->now);
	change_event(c, "breach", r->row->statement, r->row->partner);
}

static enum tocsin_err record(const struct desk *d, const struct ask_row *a, const struct hash *id, int64_t received_at, int64_t due,
	int64_t now)
{
	char from[CLOCK_TEXT + 1], until[CLOCK_TEXT + 1], at[CLOCK_TEXT + 1], from_value[CLOCK_TEXT + 3], until_value[CLOCK_TEXT + 3];
	char elapsed[24], text[LIMIT_NAME * 2 + 200];
	clock_format(received_at, from);
	clock_format(due, until);
	clock_format(now, at);
	snprintf(from_value, sizeof from_value, "\"%s\"", from);
	snprintf(until_value, sizeof until_value, "\"%s\"", until);
	snprintf(elapsed, sizeof elapsed, "%lld", (long long)((now - received_at) / CLOCK_SECOND));
	if (a->ours)
		snprintf(text, sizeof text, "\"No answer of %s to this request reached %s until %s; it was due at %s.\"", a->partner, d->name, at,
			until);
	else
		snprintf(text, sizeof text, "\"%s did not answer this request of %s until %s; it was due at %s.\"", d->name, a->partner, at, until);
	const struct body_field field[] = {
		{ "record.type", BYTES_LIT("\"breach\""), true },
		{ "text", bytes_str(text), true },
		{ "breach.by", bytes_str(a->ours ? "\"theirs\"" : "\"ours\""), true },
		{ "breach.received", bytes_str(from_value), true },
		{ "breach.due", bytes_str(until_value), true },
		{ "breach.elapsed", bytes_str(elapsed), true },
	};
	struct recording r = { a, now };
	const struct issue_release release = { .to = d->name, .field = field, .field_n = sizeof field / sizeof *field, .urgency = 2 };
	const struct issue issue = { .kind = "record", .re = id, .re_n = 1, .release = &release, .n = 1, .with = with_breach, .arg = &r };
	struct issue_result result;
	return desk_issue(d, &issue, &result);
}

static enum tocsin_err later(const struct desk *d, int64_t statement, int64_t look)
{
	struct change *c = change_new();
	if (c != NULL)
		change_ask_later(c, statement, look);
	return commit(d, c);
}

static enum tocsin_err judge(const struct desk *d, struct snapshot *read, const struct ask_row *a, int64_t now, struct arena *arena)
{
	struct statement s;
	struct hash id;
	int64_t from, due = a->due_at;
	bool wait = false, done = false;
	enum tocsin_err err = standing_head_id(read, a->statement, &s, &id);
	if (err == TOCSIN_OK)
		err = received(d, read, a, arena, &from, &wait);
	/* Witnessed times are later than the receipt, so that nobody is held to less time than is proven. */
	if (err == TOCSIN_OK && a->within != 0 && a->extension == 0)
		due = from + a->within;
	if (err == TOCSIN_OK)
		err = answered(read, &id, due, arena, &done);
	if (err != TOCSIN_OK)
		return err;
	/* It was answered, and will be followed soon. */
	if (done)
		return later(d, a->statement, 0);
	if (due + GRACE > now)
		return later(d, a->statement, due + GRACE);
	if (wait && now < due + PATIENCE)
		return later(d, a->statement, now + AGAIN);
	if (due <= from)
		return later(d, a->statement, 0);
	err = record(d, a, &id, from, due, now);
	if (err == TOCSIN_OK || err == TOCSIN_BROKEN)
		return err;
	if (err == TOCSIN_LATER)
		return TOCSIN_OK;
	log_say(LOG_WARN, "breach not recorded", "partner=%s why=\"%s\"", a->partner, fail_sentence());
	return later(d, a->statement, now + AGAIN);
}

/* ---- both ---- */

typedef enum tocsin_err gather(struct snapshot *read, int64_t now, struct rows *t);

static enum tocsin_err gather_start(struct snapshot *read, int64_t now, struct rows *t)
{
	(void)now;
	return asks_start(read, BATCH, take, t);
}

static enum tocsin_err gather_look(struct snapshot *read, int64_t now, struct rows *t)
{
	return asks_look(read, now, BATCH, take, t);
}

/* What GATHER finds, until there is no more of it. */
static enum tocsin_err all(const struct desk *d, int64_t now, gather *find, bool start, struct rows *t, struct arena *a)
{
	enum tocsin_err err = TOCSIN_OK;
	do {
		struct snapshot *read;
		t->n = 0;
		arena_reset(t->arena);
		err = snapshot_open(d->store, &read);
		if (err != TOCSIN_OK)
			return err;
		err = find(read, now, t);
		for (size_t i = 0; err == TOCSIN_OK && i < t->n; i++)
			err = start ? start_one(d, read, &t->row[i]) : judge(d, read, &t->row[i], now, a);
		snapshot_close(read);
		if (err == TOCSIN_OK && t->full)
			err = fail(TOCSIN_BROKEN, "no memory for the requests");
	} while (err == TOCSIN_OK && t->n == BATCH);
	return err;
}

enum tocsin_err ask_work(const struct desk *d, int64_t now, int64_t *next)
{
	struct snapshot *read;
	struct rows *t = calloc(1, sizeof *t);
	struct arena *a = arena_new(64u << 20);
	*next = INT64_MAX;
	if (t != NULL)
		t->arena = arena_new(WORK_ARENA);
	enum tocsin_err err = t == NULL || t->arena == NULL || a == NULL ? fail(TOCSIN_BROKEN, "no memory for the requests") : TOCSIN_OK;
	if (err == TOCSIN_OK)
		err = all(d, now, gather_start, true, t, a);
	if (err == TOCSIN_OK)
		err = all(d, now, gather_look, false, t, a);
	if (err == TOCSIN_OK && (err = snapshot_open(d->store, &read)) == TOCSIN_OK) {
		err = asks_next(read, next);
		snapshot_close(read);
	}
	if (t != NULL)
		arena_free(t->arena);
	free(t);
	arena_free(a);
	return err;
}
