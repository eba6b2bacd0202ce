#include "domain/screen.h"

#include "domain/screen_inside.h"

#define FACTS 600

static bool says(const struct looked_at *l, const char *field, const char *value)
{
	const struct looked *f = look_find(l, field);
	return f != NULL && f->value.n == strlen(value) + 2 && memcmp(f->value.p + 1, value, strlen(value)) == 0;
}

/* Facts, cut at a character where they are too long. */
static enum tocsin_err keep_facts(struct buf *facts, struct arena *a, struct bytes *out)
{
	size_t n = facts->n;
	if (n > FACTS)
		for (n = FACTS; n > 0 && (facts->p[n] & 0xc0) == 0x80; n--)
			;
	const void *p = arena_copy(a, facts->p, n);
	*out = bytes_of(p, n);
	return p == NULL ? fail(TOCSIN_BROKEN, "no memory to screen a request") : buf_end(facts, "the facts of a rule");
}

static bool applies(const struct screen_rule *rule, const struct screen_request *q, const struct screening *s)
{
	bool request = strcmp(q->kind, "request") == 0;
	switch (rule->when) {
	case WHEN_REQUEST: return request;
	case WHEN_WARNING: return !request;
	default: return request && s->person;
	}
}

static bool is_type_rule(const struct screen_rule *rule)
{
	return rule->on == ON_TYPE_MISSING || rule->on == ON_TYPE_WRONG;
}

/* The rule's finding, when there is one. */
static enum tocsin_err try_rule(const struct screen_rules *r, const struct screen_rule *rule, const struct screen_request *q,
	const struct screen_record *record, const struct looked_at *l, struct arena *a, struct screening *s)
{
	struct buf facts;
	enum tocsin_err err = TOCSIN_OK;
	buf_init(&facts, 1u << 20);
	if (screen_if(r, rule, q, record, l, &facts)) {
		/* Which are many is told by the worst of them; what does not fit still counts. */
		s->verdict = rule->verdict > s->verdict ? rule->verdict : s->verdict;
		s->person |= is_type_rule(rule) || rule->when == WHEN_WARNING;
		if (s->n < SCREEN_FINDINGS) {
			struct screen_finding *f = &s->finding[s->n++];
			*f = (struct screen_finding) { .rule = rule->name, .verdict = rule->verdict, .text = rule->text };
			err = keep_facts(&facts, a, &f->facts);
		}
	}
	buf_free(&facts);
	return err;
}

enum tocsin_err screen(const struct screen_rules *rules, const struct screen_request *q, const struct screen_record *record,
	const uint8_t secret[32], screen_protected *is_protected, void *arg, struct arena *a, struct screening *out)
{
	struct looked_at l;
	*out = (struct screening) { .verdict = SCREEN_PASS };
	enum tocsin_err err = look_at(rules, q, secret, is_protected, arg, a, &l);
	if (err != TOCSIN_OK)
		return err;
	out->person = strcmp(q->kind, "request") == 0 && (says(&l, "request.type", "person") || says(&l, "subject.kind", "person") ||
		look_find(&l, "subject.name") != NULL || look_find(&l, "subject.born") != NULL);
	/* Whether it is about a person is settled first: most rules are about such requests only. */
	for (int pass = 0; pass < 2; pass++)
		for (size_t i = 0; err == TOCSIN_OK && i < rules->rule_n; i++) {
			const struct screen_rule *rule = &rules->rule[i];
			if (!rule->off && is_type_rule(rule) == (pass == 0) && applies(rule, q, out))
				err = try_rule(rules, rule, q, record, &l, a, out);
		}
	return err;
}
