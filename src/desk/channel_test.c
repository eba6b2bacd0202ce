#include "desk/channel_test.h"

#include "base/log.h"
#include "desk/access.h"
#include "desk/directory.h"
#include "desk/issue.h"
#include "desk/pages.h"
#include "desk/policy.h"
#include "desk/standing_part.h"

#define BATCH 16                        /* of each sort, in one call */
#define WORD_ARENA (16u << 20)
#define WORK_ARENA (1u << 20)
#define AHEAD (60 * CLOCK_SECOND)      /* of what was written down just now by another thread's clock */
#define AGAIN (600 * CLOCK_SECOND)      /* after a failure */
#define TELL_EVERY (60 * CLOCK_SECOND)  /* a partner is answered at most so often */

#define TEST_TEXT "This is a test of the channel between us. Nothing has happened, and nothing is asked of anybody."
#define ANSWER_TEXT "This answers a test of the channel between us, by itself. No person was involved."

/* ---- what is a test ---- */

enum test_word channel_test_word(const struct statement_row *row)
{
	struct content c;
	enum test_word word = TEST_NONE;
	struct arena *a = strcmp(row->kind, "record") == 0 ? arena_new(WORD_ARENA) : NULL;
	if (a != NULL && standing_content(row, false, a, &c) == TOCSIN_OK) {
		const struct body_line *type = standing_line(&c, "record.type");
		if (type != NULL && bytes_equal_str(type->value, "\"test\""))
			word = TEST_ASKS;
		else if (type != NULL && bytes_equal_str(type->value, "\"test-answer\""))
			word = TEST_ANSWERS;
	}
	arena_free(a);
	return word;
}

enum tocsin_err test_follow(const struct followed *f, struct change *c)
{
	if (strcmp(f->row->kind, "record") != 0)
		return TOCSIN_OK;
	struct bytes type = followed_value(f, "record.type");
	bool asks = bytes_equal_str(type, "test"), answers = bytes_equal_str(type, "test-answer");
	if (!asks && !answers)
		return TOCSIN_OK;
	change_statement_mark(c, f->row->num, STATEMENT_MARK_TEST, 0);
	if (f->row->issued)
		return TOCSIN_OK;
	if (asks) {
		change_test_asked(c, f->row->num);
		/* Whoever answers waits for this. */
		change_event(c, "test asked", f->row->num, "");
	}
	enum tocsin_err err = TOCSIN_OK;
	for (size_t i = 0; answers && err == TOCSIN_OK && i < f->row->re_n; i++) {
		int64_t num;
		err = statement_num(f->read, &f->row->re[i], &num);
		if (err == TOCSIN_OK)
			change_test_answered(c, f->row->peer, num, f->row->known_at);
		else if (err == TOCSIN_MISSING)
			err = TOCSIN_OK;
	}
	return err;
}

/* ---- rows, copied ---- */

struct tests {
	struct arena *arena;
	struct test_row row[BATCH];
	size_t n;
	bool full;
};

static bool take(void *arg, const struct test_row *row)
{
	struct tests *t = arg;
	const char *partner = arena_str(t->arena, bytes_str(row->partner));
	t->full = partner == NULL;
	if (!t->full) {
		t->row[t->n] = *row;
		t->row[t->n++].partner = partner;
	}
	return !t->full && t->n < BATCH;
}

static enum tocsin_err commit(const struct desk *d, struct change *c)
{
	if (c == NULL)
		return fail(TOCSIN_BROKEN, "no memory for a test");
	enum tocsin_err err = store_commit(d->store, c, NULL, NULL);
	return err == TOCSIN_LATER ? TOCSIN_OK : err;
}

/* ---- sending ---- */

struct sending {
	const struct test_row *row;
	int64_t now;
};

static void with_sent(void *arg, size_t i, struct change *c)
{
	const struct sending *s = arg;
	(void)i;
	change_test_sent(c, s->row, s->now);
}

static enum tocsin_err issue_record(const struct desk *d, const char *to, const struct hash *re, const char *type,
	const char *text, void (*with)(void *arg, size_t i, struct change *c), void *arg)
{
	char value[300], word[40];
	snprintf(value, sizeof value, "\"%s\"", text);
	snprintf(word, sizeof word, "\"%s\"", type);
	const struct body_field field[] = { { "record.type", bytes_str(word), true }, { "text", bytes_str(value), true } };
	const struct issue_release release = { .to = to, .field = field, .field_n = 2, .urgency = 2 };
	const struct issue issue = { .kind = "record", .re = re, .re_n = re != NULL, .release = &release, .n = 1,
		.with = with, .arg = arg };
	struct issue_result result;
	enum tocsin_err err = desk_issue(d, &issue, &result);
	return err == TOCSIN_LATER ? TOCSIN_OK : err;
}

/* Whether NAME is to be tested: confirmed, and with an address. *KNOWN: it is confirmed at all. */
static bool can_test(const struct desk *d, const char *name, bool *known)
{
	const struct peer *p = directory_find(d->directory, name);
	*known = p != NULL && p->state == PEER_CONFIRMED;
	bool can = *known && p->card->url_n > 0;
	peer_release(p);
	return can;
}

static enum tocsin_err send_one(const struct desk *d, const struct test_row *row, int64_t now, bool *issued)
{
	bool known;
	struct change *c = NULL;
	if (can_test(d, row->partner, &known)) {
		struct sending s = { row, now };
		enum tocsin_err err = issue_record(d, row->partner, NULL, "test", TEST_TEXT, with_sent, &s);
		*issued = *issued || err == TOCSIN_OK;
		if (err == TOCSIN_OK || err == TOCSIN_BROKEN)
			return err;
		log_say(LOG_WARN, "test not sent", "partner=%s why=\"%s\"", row->partner, fail_sentence());
		known = true;
	}
	if ((c = change_new()) != NULL) {
		/* Without an address there is nothing to test until its card has one. */
		if (known)
			change_test_later(c, row->partner, now - policy_int(d, "test.partner-every") + AGAIN);
		else
			change_test_drop(c, row->partner);
	}
	return commit(d, c);
}

static enum tocsin_err send_due(const struct desk *d, struct tests *t, int64_t now, int64_t *next, bool *issued)
{
	struct snapshot *read;
	int64_t every = policy_int(d, "test.partner-every");
	if (every == 0)
		return TOCSIN_OK;
	t->n = 0;
	enum tocsin_err err = snapshot_open(d->store, &read);
	if (err != TOCSIN_OK)
		return err;
	err = tests_oldest(read, BATCH, take, t);
	snapshot_close(read);
	for (size_t i = 0; err == TOCSIN_OK && i < t->n; i++) {
		int64_t due = t->row[i].since + every;
		if (due > now) {
			*next = due < *next ? due : *next;
			break;
		}
		err = send_one(d, &t->row[i], now, issued);
	}
	/* There may be more. */
	if (err == TOCSIN_OK && t->n == BATCH)
		*next = now;
	return err;
}

/* ---- partners that are not tested yet ---- */

struct names {
	struct change *c;
	int64_t now;
	size_t n;
};

static bool watch(void *arg, const char *name)
{
	struct names *w = arg;
	change_test_watch(w->c, name, w->now);
	w->n++;
	return true;
}

static enum tocsin_err watch_new(const struct desk *d, int64_t now)
{
	struct snapshot *read;
	struct names w = { .c = change_new(), .now = now };
	if (w.c == NULL)
		return fail(TOCSIN_BROKEN, "no memory for a test");
	enum tocsin_err err = snapshot_open(d->store, &read);
	if (err == TOCSIN_OK) {
		err = tests_new(read, 1000, watch, &w);
		snapshot_close(read);
	}
	if (err == TOCSIN_OK && w.n > 0)
		return commit(d, w.c);
	change_free(w.c);
	return err;
}

/* After a clock that was put back the next tests would be far away: everybody begins anew. */
static enum tocsin_err put_back(const struct desk *d, int64_t now)
{
	struct snapshot *read;
	int64_t newest;
	enum tocsin_err err = snapshot_open(d->store, &read);
	if (err != TOCSIN_OK)
		return err;
	err = tests_newest(read, &newest);
	snapshot_close(read);
	if (err != TOCSIN_OK || newest <= now + AHEAD)
		return err;
	struct change *c = change_new();
	if (c != NULL)
		change_tests_from(c, now);
	return commit(d, c);
}

/* ---- answering ---- */

struct asked {
	int64_t num[BATCH];
	struct hash id[BATCH];
	char peer[BATCH][LIMIT_NAME + 1];
	size_t n;
};

static bool take_asked(void *arg, int64_t statement, const struct hash *id, const char *peer)
{
	struct asked *q = arg;
	q->num[q->n] = statement;
	q->id[q->n] = *id;
	snprintf(q->peer[q->n++], sizeof q->peer[0], "%s", peer);
	return q->n < BATCH;
}

struct telling {
	int64_t num, now;
	const char *peer;
};

static void with_told(void *arg, size_t i, struct change *c)
{
	const struct telling *t = arg;
	(void)i;
	change_test_done(c, t->num);
	change_test_told(c, t->peer, t->now);
}

/* Whether PEER may be answered now. */
static enum tocsin_err may_tell(const struct desk *d, struct tests *t, const char *peer, int64_t now, bool *may)
{
	struct snapshot *read;
	bool known;
	(void)can_test(d, peer, &known);
	t->n = 0;
	*may = false;
	enum tocsin_err err = snapshot_open(d->store, &read);
	if (err != TOCSIN_OK)
		return err;
	err = test_of(read, peer, take, t);
	snapshot_close(read);
	int64_t told = t->n > 0 ? t->row[0].told_at : 0;
	*may = known && policy_flag(d, "test.answer") && (told == 0 || told > now || now - told >= TELL_EVERY);
	return err;
}

static enum tocsin_err answer_asked(const struct desk *d, struct tests *t, int64_t now, int64_t *next, bool *issued)
{
	struct snapshot *read;
	struct asked q = { .n = 0 };
	enum tocsin_err err = snapshot_open(d->store, &read);
	if (err != TOCSIN_OK)
		return err;
	err = tests_asked(read, BATCH, take_asked, &q);
	snapshot_close(read);
	for (size_t i = 0; err == TOCSIN_OK && i < q.n; i++) {
		bool may;
		struct telling w = { q.num[i], now, q.peer[i] };
		err = may_tell(d, t, q.peer[i], now, &may);
		if (err == TOCSIN_OK && may) {
			err = issue_record(d, q.peer[i], &q.id[i], "test-answer", ANSWER_TEXT, with_told, &w);
			*issued = *issued || err == TOCSIN_OK;
			if (err == TOCSIN_OK || err == TOCSIN_BROKEN)
				continue;
			log_say(LOG_WARN, "test not answered", "partner=%s why=\"%s\"", q.peer[i], fail_sentence());
			err = TOCSIN_OK;
		}
		/* It stays without an answer, which its sender will notice. */
		struct change *c = err == TOCSIN_OK ? change_new() : NULL;
		if (c != NULL)
			change_test_done(c, q.num[i]);
		if (err == TOCSIN_OK)
			err = commit(d, c);
	}
	if (err == TOCSIN_OK && q.n == BATCH)
		*next = now;
	return err;
}

/* ---- judging ---- */

/* Whether we can be answered at all: somebody without an address gets nothing but receipts. */
static bool expects_answer(const struct desk *d)
{
	char word[32];
	policy_text(d, "test.expect", word, sizeof word);
	const struct peer *self = directory_self(d->directory);
	bool reachable = self != NULL && self->card->url_n > 0;
	peer_release(self);
	return reachable && strcmp(word, "answer") == 0;
}

/* Who is paged about PARTNER: the liaison officers of the unit that its mail goes to, or who else there is. */
static enum tocsin_err page_liaison(const struct desk *d, struct snapshot *read, const struct test_row *row, int64_t now,
	struct arena *a, struct change *c)
{
	static const unsigned roles[] = { ROLE_LIAISON, ROLE_DUTY, ROLE_RELEASER, ROLE_ADMIN };
	char intake[LIMIT_ACCOUNT + 1], unit[LIMIT_ACCOUNT + 1], route[ACCESS_ROUTE_MAX + 1];
	const char **account = NULL;
	size_t n = 0;
	policy_text(d, "unit.intake", intake, sizeof intake);
	policy_text(d, "unit.route", route, sizeof route);
	access_route(route, row->partner, intake, unit);
	enum tocsin_err err = TOCSIN_OK;
	for (size_t i = 0; err == TOCSIN_OK && n == 0 && i < sizeof roles / sizeof *roles; i++)
		err = pages_whom(read, unit, roles[i], a, &account, &n);
	for (size_t i = 0; err == TOCSIN_OK && i < n; i++)
		pages_add(c, &(struct page_add) { .what = "a test of a partner's channel was missed", .statement = row->statement,
			.account = account[i], .now = now });
	return err;
}

static enum tocsin_err judge(const struct desk *d, struct snapshot *read, const struct test_row *row, int64_t now,
	struct arena *a)
{
	struct receipt_row receipt;
	enum tocsin_err err = receipt_get(read, row->statement, a, &receipt);
	bool received = err == TOCSIN_OK, answered = row->answered_at != 0 || !expects_answer(d);
	if (err != TOCSIN_OK && err != TOCSIN_MISSING)
		return err;
	struct change *c = change_new();
	if (c == NULL)
		return fail(TOCSIN_BROKEN, "no memory for a test");
	err = TOCSIN_OK;
	if (received && answered) {
		change_test_well(c, row);
	} else {
		change_test_missed(c, row, now);
		change_event(c, "test missed", row->statement, row->partner);
		err = page_liaison(d, read, row, now, a, c);
	}
	if (err == TOCSIN_OK)
		return commit(d, c);
	change_free(c);
	return err;
}

static enum tocsin_err judge_due(const struct desk *d, struct tests *t, int64_t now, int64_t *next)
{
	struct snapshot *read;
	int64_t within = policy_int(d, "test.within");
	t->n = 0;
	struct arena *a = arena_new(WORK_ARENA);
	enum tocsin_err err = a == NULL ? fail(TOCSIN_BROKEN, "no memory for a test") : snapshot_open(d->store, &read);
	if (err != TOCSIN_OK) {
		arena_free(a);
		return err;
	}
	err = tests_open(read, BATCH, take, t);
	for (size_t i = 0; err == TOCSIN_OK && i < t->n; i++) {
		int64_t due = t->row[i].since + within;
		if (due > now) {
			*next = due < *next ? due : *next;
			break;
		}
		arena_reset(a);
		err = judge(d, read, &t->row[i], now, a);
		if (i + 1 == BATCH)
			*next = now;
	}
	snapshot_close(read);
	arena_free(a);
	return err;
}

enum tocsin_err channel_tests(const struct desk *d, int64_t now, int64_t *next, bool *issued)
{
	struct tests t = { .arena = arena_new(WORK_ARENA) };
	*next = INT64_MAX;
	*issued = false;
	if (t.arena == NULL)
		return fail(TOCSIN_BROKEN, "no memory for the tests of partners");
	enum tocsin_err err = watch_new(d, now);
	if (err == TOCSIN_OK)
		err = put_back(d, now);
	if (err == TOCSIN_OK)
		err = judge_due(d, &t, now, next);
	if (err == TOCSIN_OK)
		err = send_due(d, &t, now, next, issued);
	if (err == TOCSIN_OK)
		err = answer_asked(d, &t, now, next, issued);
	if (err == TOCSIN_OK && t.full)
		err = fail(TOCSIN_BROKEN, "no memory for the tests of partners");
	arena_free(t.arena);
	return err;
}
