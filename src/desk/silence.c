#include "desk/silence.h"

#include <math.h>
#include <stdlib.h>

#include "base/text.h"
#include "desk/directory.h"
#include "desk/follow.h"
#include "desk/pages.h"
#include "desk/policy.h"
#include "desk/silence_part.h"
#include "domain/vocabulary.h"

#define BATCH 64
#define ARENA (4u << 20)
#define TOPIC_MAX 64
#define LONGEST (100 * 365.25)          /* days */
#define PAGED_MAX 1024                  /* accounts in one call */
#define LOOKED "silence"                /* meta: when the node was last seen to be there, and from when on there are notices */
#define EVERY (3600 * CLOCK_SECOND)     /* so often that is written down */
#define AWAY (2 * SILENCE_DAY)
#define BACK (60 * CLOCK_SECOND)

/* ---- what comes ---- */

/* The first word of VALUE, "a" or ["a","b"], if it is one of the vocabulary: topics are as few as that. */
static const char *target_of(struct bytes value)
{
	const struct field *f = field_find("target.kind");
	struct bytes v = value;
	if (v.n > 1 && v.p[0] == '[')
		v = bytes_of(v.p + 1, v.n - 1);
	if (v.n > 1 && v.p[0] == '"')
		v = bytes_of(v.p + 1, v.n - 1);
	for (const char *const *w = f == NULL ? NULL : f->words; w != NULL && *w != NULL; w++) {
		size_t n = strlen(*w);
		if (v.n >= n && memcmp(v.p, *w, n) == 0 && (v.n == n || v.p[n] == '"'))
			return *w;
	}
	return "";
}

enum tocsin_err silence_follow(const struct followed *f, struct change *c)
{
	char topic[TOPIC_MAX];
	struct bytes type = followed_value(f, "record.type");
	if (f->row->issued || strcmp(f->row->peer, f->desk->name) == 0 ||
		(f->row->marks & (STATEMENT_MARK_TEST | STATEMENT_MARK_STRANGER | STATEMENT_MARK_RETURNED)) != 0)
		return TOCSIN_OK;
	if (strcmp(f->row->kind, "record") == 0 && (bytes_equal_str(type, "test") || bytes_equal_str(type, "test-answer")))
		return TOCSIN_OK;
	const char *target = strcmp(f->row->kind, "warning") == 0 ? target_of(followed_value(f, "target.kind")) : "";
	snprintf(topic, sizeof topic, "%s%s%s", f->row->kind, target[0] != 0 ? " " : "", target);
	change_silence_heard(c, f->row->peer, topic, f->row->num, f->row->known_at, SILENCE_DAY);
	return TOCSIN_OK;
}

/* ---- what is usual ---- */

enum tocsin_err silence_usual(struct snapshot *read, const struct silence_row *row, int64_t per_year, struct silence *out)
{
	int64_t at[SILENCE_TIMES + 1], topics;
	size_t n;
	enum tocsin_err err = silence_times(read, row, at, SILENCE_TIMES + 1, &n);
	if (err == TOCSIN_OK)
		err = silence_topics(read, row, SILENCE_LEAST, &topics);
	if (err != TOCSIN_OK)
		return err;
	/* It has not been counted itself yet. */
	if (n > SILENCE_LEAST && row->contacts <= SILENCE_LEAST)
		topics++;
	silence_of(at, n, (double)per_year / (double)(topics > 0 ? topics : 1), out);
	return TOCSIN_OK;
}

int64_t silence_unusual_at(const struct silence_row *row, const struct silence *s)
{
	return s->known ? row->last_at + (int64_t)(fmin(s->threshold, LONGEST) * (double)SILENCE_DAY) : INT64_MAX;
}

bool silence_copy(struct arena *a, const struct silence_row *row, struct silence_row *out)
{
	*out = *row;
	out->unit = arena_str(a, bytes_str(row->unit));
	out->compartment = arena_str(a, bytes_str(row->compartment));
	out->partner = arena_str(a, bytes_str(row->partner));
	out->topic = arena_str(a, bytes_str(row->topic));
	out->acked_by = arena_str(a, bytes_str(row->acked_by));
	out->reason = arena_str(a, bytes_str(row->reason));
	return out->unit != NULL && out->compartment != NULL && out->partner != NULL && out->topic != NULL && out->acked_by != NULL &&
		out->reason != NULL;
}

/* ---- one pass ---- */

struct pass {
	const struct desk *desk;
	int64_t now, per_year, looked, from;
	struct arena *arena;                    /* of a batch */
	struct arena *names;                    /* of the pass: who was paged */
	const char *paged[PAGED_MAX];
	size_t paged_n;
	struct silence_row row[BATCH];
	size_t n;
	bool full;
};

static enum tocsin_err no_room(void)
{
	return fail(TOCSIN_BROKEN, "no memory to look for silence");
}

static bool take(void *arg, const struct silence_row *row)
{
	struct pass *p = arg;
	p->full = !silence_copy(p->arena, row, &p->row[p->n]);
	p->n += !p->full;
	return !p->full && p->n < BATCH;
}

static enum tocsin_err commit(const struct desk *d, struct change *c)
{
	enum tocsin_err err = store_commit(d->store, c, NULL, NULL);
	return err == TOCSIN_LATER ? TOCSIN_OK : err;
}

static bool was_paged(const struct pass *p, const char *account)
{
	for (size_t i = 0; i < p->paged_n; i++)
		if (strcmp(p->paged[i], account) == 0)
			return true;
	return false;
}

/* Those of the unit who see what came last: liaison officers, or who else there is; one page each, however many have gone
 * silent. */
static enum tocsin_err page(struct pass *p, struct snapshot *read, const struct silence_row *row, struct change *c)
{
	static const unsigned roles[] = { ROLE_LIAISON, ROLE_DUTY, ROLE_RELEASER };
	enum tocsin_err err = TOCSIN_OK;
	size_t found = 0;
	for (size_t i = 0; err == TOCSIN_OK && found == 0 && i < sizeof roles / sizeof *roles; i++) {
		const char **account;
		size_t n = 0;
		err = pages_whom(read, row->unit, roles[i], p->arena, &account, &n);
		for (size_t k = 0; err == TOCSIN_OK && k < n; k++) {
			struct view v;
			bool whole;
			err = access_account(p->desk, read, account[k], TOKEN_READ, &v);
			if (err == TOCSIN_OK)
				err = access_sees(read, &v, row->statement, "", &whole);
			if (err == TOCSIN_MISSING) {
				err = TOCSIN_OK;
				continue;
			}
			if (err != TOCSIN_OK)
				break;
			found++;
			if (was_paged(p, account[k]) || p->paged_n == PAGED_MAX)
				continue;
			if ((p->paged[p->paged_n++] = arena_str(p->names, bytes_str(account[k]))) == NULL)
				return no_room();
			pages_add(c, &(struct page_add) { .what = "a partner is silent for unusually long", .statement = row->statement,
				.account = account[k], .now = p->now });
		}
	}
	return err;
}

static enum tocsin_err notice(struct pass *p, struct snapshot *read, const struct silence_row *row, int64_t contacts)
{
	size_t paged = p->paged_n;
	struct change *c = change_new();
	if (c == NULL)
		return no_room();
	change_silence_notice(c, row, contacts, p->now);
	change_event(c, "silence", row->statement, row->partner);
	enum tocsin_err err = page(p, read, row, c);
	if (err != TOCSIN_OK) {
		change_free(c);
		return err;
	}
	err = store_commit(p->desk->store, c, NULL, NULL);
	/* Somebody was heard meanwhile: nobody was paged. */
	if (err == TOCSIN_LATER)
		p->paged_n = paged;
	return err == TOCSIN_LATER ? TOCSIN_OK : err;
}

/* What comes of ROW; when it is looked at again goes into C. */
static enum tocsin_err judge(struct pass *p, struct snapshot *read, const struct silence_row *row, struct change *c)
{
	struct silence s;
	int64_t at[SILENCE_TIMES + 1];
	size_t n;
	enum tocsin_err err = silence_usual(read, row, p->per_year, &s);
	if (err == TOCSIN_OK)
		err = silence_times(read, row, at, SILENCE_TIMES + 1, &n);
	if (err != TOCSIN_OK)
		return err;
	if (n > SILENCE_TIMES)
		change_silence_trim(c, row, at[1]);
	const struct peer *peer = directory_find(p->desk->directory, row->partner);
	bool partner = peer != NULL && peer->state == PEER_CONFIRMED;
	peer_release(peer);
	int64_t unusual = silence_unusual_at(row, &s), tomorrow = p->now + SILENCE_DAY;
	/* The inspectors read it, but nobody is told of it there: its unit is. */
	if (strcmp(row->unit, ACCESS_EVERY_UNIT) == 0 || row->noticed_at != 0 || !s.known)
		change_silence_look(c, row, (int64_t)n, 0);
	else if (partner && unusual <= p->now)
		return notice(p, read, row, (int64_t)n);
	/* Once a day at least: what is allowed, and how many topics there are, may change. */
	else
		change_silence_look(c, row, (int64_t)n, partner && unusual < tomorrow ? unusual : tomorrow);
	return TOCSIN_OK;
}

static enum tocsin_err look(struct pass *p)
{
	struct snapshot *read = NULL;
	struct change *c = change_new();
	arena_reset(p->arena);
	p->n = 0;
	enum tocsin_err err = c == NULL ? no_room() : snapshot_open(p->desk->store, &read);
	if (err == TOCSIN_OK)
		err = silence_due(read, p->now, BATCH, take, p);
	if (err == TOCSIN_OK && p->full)
		err = no_room();
	for (size_t i = 0; err == TOCSIN_OK && i < p->n; i++)
		err = judge(p, read, &p->row[i], c);
	snapshot_close(read);
	if (err == TOCSIN_OK && p->n > 0)
		return commit(p->desk, c);
	change_free(c);
	return err;
}

/* ---- whether the node was there ---- */

static enum tocsin_err read_looked(struct pass *p)
{
	struct snapshot *read;
	struct buf value;
	struct bytes first, second;
	uint64_t looked = 0, from = 0;
	buf_init(&value, 64);
	enum tocsin_err err = snapshot_open(p->desk->store, &read);
	if (err == TOCSIN_OK) {
		err = meta_get(read, LOOKED, &value);
		snapshot_close(read);
	}
	struct bytes rest = buf_bytes(&value);
	if (err == TOCSIN_OK && (!text_word(&rest, &first) || !text_word(&rest, &second) || !text_u64(first, INT64_MAX, &looked) ||
		!text_u64(second, INT64_MAX, &from)))
		err = fail(TOCSIN_BROKEN, "when silence was last looked for cannot be read; restore the database from a backup");
	buf_free(&value);
	p->looked = (int64_t)looked;
	p->from = (int64_t)from;
	return err == TOCSIN_MISSING ? TOCSIN_OK : err;
}

static enum tocsin_err was_there(struct pass *p)
{
	char text[64];
	enum tocsin_err err = read_looked(p);
	bool back = p->looked > p->now + BACK;
	if (err != TOCSIN_OK || (!back && p->looked != 0 && p->now - p->looked < EVERY))
		return err;
	if (back)
		p->from = 0;
	else if (p->looked != 0 && p->now - p->looked > AWAY)
		p->from = p->now + SILENCE_DAY;
	p->looked = p->now;
	struct change *c = change_new();
	if (c == NULL)
		return no_room();
	if (back)
		change_silence_back(c, p->now);
	snprintf(text, sizeof text, "%lld %lld", (long long)p->looked, (long long)p->from);
	change_meta(c, LOOKED, bytes_str(text));
	return commit(p->desk, c);
}

enum tocsin_err silence_work(const struct desk *d, int64_t now, int64_t *next)
{
	struct pass *p = calloc(1, sizeof *p);
	struct snapshot *read;
	*next = INT64_MAX;
	if (p == NULL)
		return no_room();
	*p = (struct pass) { .desk = d, .now = now, .per_year = policy_int(d, "silence.false-alarms"), .arena = arena_new(ARENA),
		.names = arena_new(ARENA) };
	enum tocsin_err err = p->arena == NULL || p->names == NULL ? no_room() : was_there(p);
	bool looks = err == TOCSIN_OK && p->per_year > 0 && now >= p->from;
	do {
		if (looks)
			err = look(p);
	} while (err == TOCSIN_OK && p->n == BATCH);
	if (err == TOCSIN_OK && looks && (err = snapshot_open(d->store, &read)) == TOCSIN_OK) {
		err = silence_next(read, next);
		snapshot_close(read);
	}
	if (p->looked + EVERY < *next)
		*next = p->looked + EVERY;
	arena_free(p->arena);
	arena_free(p->names);
	free(p);
	return err;
}
