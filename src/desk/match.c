#include "desk/match.h"

#include <sodium.h>

#include "desk/policy.h"
#include "desk/standing_part.h"

#define SHOWN 100                       /* of each sort */
#define OF_PART "another part of this organisation"

/* ---- whom a statement is about ---- */

static enum tocsin_err add_names(const struct content *content, const char *line, const uint8_t *secret, struct arena *a,
	struct match_subject *s)
{
	struct subject_keys keys;
	const struct body_line *l = standing_line(content, line);
	if (l == NULL)
		return TOCSIN_OK;
	enum tocsin_err err = subject_keys(l->value, a, &keys);
	for (size_t i = 0; err == TOCSIN_OK && i < keys.n && s->n < MATCH_NAMES; i++) {
		bool there = false;
		subject_tag(secret, keys.key[i], &s->tag[s->n]);
		for (size_t k = 0; k < s->n; k++)
			there = there || hash_equal(&s->tag[k], &s->tag[s->n]);
		if (!there)
			s->key[s->n++] = keys.key[i];
	}
	return err;
}

/* Its place among the levels, which begin with what everybody may read. */
static int level(struct bytes word)
{
	static const char *const levels[] = { "clear", "green", "amber", "amber-strict", "red" };
	for (int i = 0; i < 5; i++)
		if (bytes_equal_str(word, levels[i]))
			return i;
	return 4;
}

static bool may_send(const struct desk *d, const struct content *content)
{
	char most[32];
	const struct body_line *l = standing_line(content, "handling.tlp");
	struct bytes tlp = l != NULL && l->value.n >= 2 ? bytes_of(l->value.p + 1, l->value.n - 2) : BYTES_LIT("red");
	policy_text(d, "lead.match-level", most, sizeof most);
	return level(tlp) <= level(bytes_str(most));
}

enum tocsin_err match_subject(const struct desk *d, const struct statement_row *row, struct arena *a, struct match_subject *out)
{
	struct content content;
	uint8_t secret[KEEPER_DERIVED];
	out->n = 0;
	out->sends = false;
	if ((row->marks & STATEMENT_MARK_FORGOTTEN) != 0 || row->body.n == 0)
		return TOCSIN_OK;
	enum tocsin_err err = standing_content(row, true, a, &content);
	if (err != TOCSIN_OK || (standing_line(&content, "subject.name") == NULL && standing_line(&content, "threat.actor") == NULL))
		return err;
	err = keeper_derive(d->keeper, "matching", secret);
	if (err == TOCSIN_OK)
		err = add_names(&content, "subject.name", secret, a, out);
	if (err == TOCSIN_OK)
		err = add_names(&content, "threat.actor", secret, a, out);
	sodium_memzero(secret, sizeof secret);
	out->sends = may_send(d, &content);
	return err;
}

/* ---- a lead's tags ---- */

void match_add_partner(struct change *c, const struct match_lead *l, const struct match_subject *s, const struct match_key *k)
{
	enum match_due due = !s->sends ? MATCH_NEVER : l->closed ? MATCH_WHEN_NAMED : MATCH_WAITS;
	for (size_t i = 0; i < s->n; i++) {
		struct hash tag, sends;
		subject_tag(k->takes, s->key[i], &tag);
		subject_tag(k->sends, s->key[i], &sends);
		change_match_partner(c, l->id, k->partner, k->id, &tag, &sends, due);
	}
}

enum tocsin_err match_add(const struct desk *d, struct snapshot *read, struct change *c, const struct match_lead *l,
	const struct match_subject *s, int64_t now)
{
	struct match_key *keys = NULL;
	size_t n = 0;
	if (s->n == 0)
		return TOCSIN_OK;
	for (size_t i = 0; i < s->n; i++)
		change_match_tag(c, l->id, &s->tag[i], l->alone, now);
	/* What is in a compartment is nobody's but its own. */
	enum tocsin_err err = l->compartment[0] != 0 ? TOCSIN_OK : match_keys_open(d, read, NULL, &keys, &n);
	for (size_t i = 0; err == TOCSIN_OK && i < n; i++)
		match_add_partner(c, l, s, &keys[i]);
	match_keys_free(keys, n);
	return err;
}

void match_reopened(struct change *c, int64_t lead)
{
	change_match_reopened(c, lead);
}

/* ---- showing ---- */

struct matches {
	json_t *list;
	int64_t part;                           /* since when a part that is not named has one; 0: none has */
};

static void add(struct matches *m, const char *with, int64_t since)
{
	char words[LIMIT_NAME + 120], at[CLOCK_TEXT + 1];
	clock_format(since, at);
	snprintf(words, sizeof words, "%s has a lead about the same subject, since %s", with, at);
	json_array_append_new(m->list, json_pack("{s:s, s:s, s:s}", "with", with, "since", at, "words", words));
}

static bool add_inside(void *arg, const char *unit, const char *compartment, int64_t since)
{
	struct matches *m = arg;
	char with[LIMIT_ACCOUNT + 8];
	/* A compartment is not named, nor how many there are. */
	if (compartment[0] != 0) {
		m->part = m->part == 0 || since < m->part ? since : m->part;
		return true;
	}
	snprintf(with, sizeof with, "unit %.*s", LIMIT_ACCOUNT, unit);
	add(m, with, since);
	return true;
}

static bool add_partner(void *arg, const char *partner, int64_t since)
{
	add(arg, partner, since);
	return true;
}

enum tocsin_err match_show(struct snapshot *read, int64_t num, json_t **out)
{
	struct matches m = { .list = json_array() };
	enum tocsin_err err = matches_inside(read, num, SHOWN, add_inside, &m);
	if (err == TOCSIN_OK && m.part != 0)
		add(&m, OF_PART, m.part);
	if (err == TOCSIN_OK)
		err = matches_of(read, num, SHOWN, add_partner, &m);
	if (err == TOCSIN_OK)
		*out = m.list;
	else
		json_decref(m.list);
	return err;
}
