/*
 * match_work: what a node does by itself about matches: tags for leads that were there before a key was, pages, and
 * statements of kind "match" to partners, each once with the rows that say so.
 */
#include <stdlib.h>

#include "base/log.h"
#include "base/random.h"
#include "desk/access.h"
#include "desk/directory.h"
#include "desk/issue.h"
#include "desk/lead.h"
#include "desk/match.h"
#include "desk/pages.h"
#include "desk/policy.h"
#include "store/rows_clock.h"

#define BATCH 16                        /* leads that are tagged, pages, and statements to one partner, in one call */
#define ARENA (1u << 20)
#define CONTENT_ARENA (64u << 20)       /* of one statement */
#define DAY (86400 * CLOCK_SECOND)
#define AGAIN (600 * CLOCK_SECOND)      /* after a failure */

static enum tocsin_err commit(const struct desk *d, struct change *c)
{
	enum tocsin_err err = store_commit(d->store, c, NULL, NULL);
	/* Somebody was quicker: it is looked at again. */
	return err == TOCSIN_LATER ? TOCSIN_OK : err;
}

/* ---- leads that were there before the key ---- */

struct tagging {
	const struct desk *desk;
	struct snapshot *read;
	const struct match_key *key;
	struct change *c;
	struct arena *arena;
	int64_t statement[LEAD_STATEMENTS];
	size_t statement_n;
	int64_t last;
	size_t n;
	enum tocsin_err err;
};

static bool note_statement(void *arg, int64_t statement, int64_t at, const char *why)
{
	struct tagging *t = arg;
	(void)at;
	(void)why;
	t->statement[t->statement_n++] = statement;
	return t->statement_n < LEAD_STATEMENTS;
}

static bool tag_lead(void *arg, const struct lead_row *lead)
{
	struct tagging *t = arg;
	const struct match_lead l = { .id = lead->id, .compartment = lead->compartment, .closed = !lead->open };
	t->last = lead->num;
	t->n++;
	t->statement_n = 0;
	if (lead->compartment[0] != 0)
		return true;
	t->err = lead_statements(t->read, lead->num, 0, LEAD_STATEMENTS, note_statement, t);
	for (size_t i = 0; t->err == TOCSIN_OK && i < t->statement_n; i++) {
		struct statement_row row;
		struct match_subject s;
		arena_reset(t->arena);
		t->err = statement_by_num(t->read, t->statement[i], t->arena, &row);
		if (t->err == TOCSIN_OK)
			t->err = match_subject(t->desk, &row, t->arena, &s);
		if (t->err == TOCSIN_OK)
			match_add_partner(t->c, &l, &s, t->key);
	}
	return t->err == TOCSIN_OK;
}

/* *MORE: there may be more of them. */
static enum tocsin_err tag_old(const struct desk *d, struct snapshot *read, const struct match_key *k, bool *more)
{
	struct tagging t = { .desk = d, .read = read, .key = k, .err = TOCSIN_OK };
	t.arena = arena_new(CONTENT_ARENA);
	t.c = change_new();
	enum tocsin_err err = t.arena == NULL || t.c == NULL ? fail(TOCSIN_BROKEN, "no memory for matching")
							     : leads_behind(read, k->row.tagged, BATCH, tag_lead, &t);
	if (err == TOCSIN_OK)
		err = t.err;
	arena_free(t.arena);
	if (err != TOCSIN_OK || t.n == 0) {
		change_free(t.c);
		return err;
	}
	*more = true;
	change_match_tagged(t.c, &k->row, t.last);
	return commit(d, t.c);
}

/* ---- pages ---- */

static bool first_name(void *arg, const char *name)
{
	const char **first = arg;
	*first = strdup(name);
	return false;
}

/* Of the oldest match that nobody was told of. */
static enum tocsin_err tell_one(const struct desk *d, struct snapshot *read, struct arena *a, int64_t now, bool *more)
{
	struct match_untold_row m;
	const char *found = NULL;
	enum tocsin_err err = match_untold(read, a, &m);
	if (err == TOCSIN_MISSING)
		return TOCSIN_OK;
	if (err == TOCSIN_OK && m.owner[0] == 0)
		err = escalation_each(read, m.unit, m.compartment, first_name, &found);
	if (err == TOCSIN_OK && m.owner[0] == 0 && found == NULL)
		err = unit_roles_each(read, m.unit, right_roles(RIGHT_LEAD), m.compartment, first_name, &found);
	struct change *c = err == TOCSIN_OK ? change_new() : NULL;
	if (err == TOCSIN_OK && c == NULL)
		err = fail(TOCSIN_BROKEN, "no memory for matching");
	if (err == TOCSIN_OK) {
		const char *whom = found != NULL ? found : m.owner;
		change_match_told(c, m.lead, m.partner);
		change_event(c, "lead matched", 0, m.id);
		if (whom[0] != 0)
			pages_add(c, &(struct page_add) { .what = "somebody else has a lead about the same subject", .statement = m.statement,
				.account = whom, .now = now });
		err = commit(d, c);
		*more = true;
	}
	free((void *)(uintptr_t)found);
	return err;
}

/* ---- sending ---- */

struct sending {
	const struct desk *desk;
	struct snapshot *read;
	const struct match_key *key;
	int64_t now, most, lead;
	struct hash tag[MATCH_TAGS], sends[MATCH_TAGS];
	size_t n;
};

/* Those of one lead. */
static bool collect(void *arg, int64_t lead, const struct hash *tag, const struct hash *sends)
{
	struct sending *s = arg;
	if (s->n > 0 && lead != s->lead)
		return false;
	s->lead = lead;
	s->tag[s->n] = *tag;
	s->sends[s->n++] = *sends;
	return s->n < MATCH_TAGS;
}

static void with_match(void *arg, size_t i, struct change *c)
{
	struct sending *s = arg;
	(void)i;
	/* Of no unit: it would tell another one that there is a lead. */
	if (access_share_inspectors(s->read, c, 0, "match", s->key->partner) != TOCSIN_OK)
		change_spoil(c, fail_sentence());
	for (size_t k = 0; k < s->n; k++)
		change_match_tag_sent(c, s->lead, s->key->partner, &s->tag[k]);
	change_match_sent(c, s->key->partner, s->key->id, s->now - DAY, s->now, s->most);
}

static int by_bytes(const void *a, const void *b)
{
	return memcmp(a, b, sizeof(struct hash));
}

static enum tocsin_err issue_match(struct sending *s)
{
	char value[MATCH_TAGS * (2 * SHA256_SIZE + 3) + 3], key[MATCH_KEY_ID + 3], hex[2 * SHA256_SIZE + 1];
	struct hash tag[MATCH_TAGS];
	struct issue_result result;
	size_t at = 0;
	memcpy(tag, s->sends, s->n * sizeof *tag);
	random_bytes(&tag[s->n], (MATCH_TAGS - s->n) * sizeof *tag);
	qsort(tag, MATCH_TAGS, sizeof *tag, by_bytes);
	for (size_t i = 0; i < MATCH_TAGS; i++) {
		hex_encode(tag[i].b, SHA256_SIZE, hex);
		at += (size_t)snprintf(value + at, sizeof value - at, "%c\"%s\"", i == 0 ? '[' : ',', hex);
	}
	snprintf(value + at, sizeof value - at, "]");
	snprintf(key, sizeof key, "\"%s\"", s->key->id);
	const struct body_field field[] = { { "match.key", bytes_str(key), true }, { "match.tags", bytes_str(value), true } };
	const struct issue_release release = { .to = s->key->partner, .field = field, .field_n = 2, .urgency = 2 };
	const struct issue one = { .kind = "match", .release = &release, .n = 1, .with = with_match, .arg = s };
	return desk_issue(s->desk, &one, &result);
}

static bool takes_matches(const struct desk *d, const char *name)
{
	bool takes = false;
	const struct peer *p = directory_find(d->directory, name);
	for (size_t i = 0; p != NULL && p->state == PEER_CONFIRMED && i < p->card->kind_n; i++)
		takes = takes || strcmp(p->card->kind[i], "match") == 0;
	peer_release(p);
	return takes;
}

/* One statement to K's partner, if one waits and may go. */
static enum tocsin_err send_one(const struct desk *d, struct snapshot *read, const struct match_key *k, int64_t now, int64_t *next,
	bool *more, bool *issued)
{
	struct sending s = { .desk = d, .read = read, .key = k, .now = now, .most = policy_int(d, "lead.match-a-day") };
	bool today = k->row.day_at > now - DAY && k->row.day_at <= now;
	enum tocsin_err err = match_tags_due(read, k->partner, MATCH_TAGS, collect, &s);
	if (err != TOCSIN_OK || s.n == 0)
		return err;
	int64_t again = s.most == 0 ? now + DAY : today && k->row.day_n >= s.most ? k->row.day_at + DAY : !takes_matches(d, k->partner) ? now + AGAIN : 0;
	if (again == 0) {
		err = issue_match(&s);
		*issued = *issued || err == TOCSIN_OK;
		*more = *more || err == TOCSIN_OK || err == TOCSIN_LATER;
		if (err == TOCSIN_OK || err == TOCSIN_LATER || err == TOCSIN_BROKEN)
			return err == TOCSIN_LATER ? TOCSIN_OK : err;
		log_say(LOG_WARN, "match not sent", "partner=%s why=\"%s\"", k->partner, fail_sentence());
		again = now + AGAIN;
	}
	*next = again < *next ? again : *next;
	return TOCSIN_OK;
}

static enum tocsin_err work_once(const struct desk *d, struct arena *a, int64_t now, int64_t *next, bool *more, bool *issued)
{
	struct snapshot *read;
	struct match_key *keys = NULL;
	size_t n = 0;
	*more = false;
	enum tocsin_err err = snapshot_open(d->store, &read);
	if (err != TOCSIN_OK)
		return err;
	err = tell_one(d, read, a, now, more);
	if (err == TOCSIN_OK)
		err = match_keys_open(d, read, NULL, &keys, &n);
	for (size_t i = 0; err == TOCSIN_OK && i < n; i++) {
		err = tag_old(d, read, &keys[i], more);
		if (err == TOCSIN_OK)
			err = send_one(d, read, &keys[i], now, next, more, issued);
	}
	match_keys_free(keys, n);
	snapshot_close(read);
	return err;
}

enum tocsin_err match_work(const struct desk *d, int64_t now, int64_t *next, bool *issued)
{
	bool more = true;
	struct arena *a = arena_new(ARENA);
	*next = INT64_MAX;
	*issued = false;
	enum tocsin_err err = a == NULL ? fail(TOCSIN_BROKEN, "no memory for matching") : TOCSIN_OK;
	for (int i = 0; err == TOCSIN_OK && more && i < BATCH; i++) {
		arena_reset(a);
		err = work_once(d, a, now, next, &more, issued);
	}
	/* There may be more. */
	if (more)
		*next = now;
	arena_free(a);
	return err;
}
