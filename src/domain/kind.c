#include "domain/kind.h"

#include "base/text.h"

static const char *const needs_warning[] = { "threat.summary", "handling.tlp", NULL };
static const char *const needs_response[] = { "stage", NULL };
static const char *const needs_reason[] = { "reason", NULL };
static const char *const needs_outcome[] = { "outcome", NULL };
static const char *const needs_request[] = { "question", "purpose", "urgency", "request.type", "legal-basis", NULL };
static const char *const needs_result[] = { "result", NULL };
static const char *const needs_duty[] = { "duty", "test.credible", "test.specific", "test.impending", "test.harm", NULL };
static const char *const needs_record[] = { "record.type", "text", NULL };

static const char *const needs_tender[] = { "envelope.to", "envelope.label", "envelope.until", NULL };
static const char *const needs_relay[] = { "envelope.label", NULL };
static const char *const needs_custody[] = { "custody.state", NULL };
static const char *const needs_voucher[] = { "voucher.name", "voucher.fp", NULL };
static const char *const needs_match[] = { "match.key", "match.tags", NULL };
static const char *const needs_authorship[] = { "authorship.statement", "authorship.name", "authorship.signature", NULL };

static const char *const any_target[] = { NULL };
static const char *const to_respond_to[] = { "warning", "retraction", "closure", NULL };
static const char *const to_retract[] = { "warning", "response", "closure", "record", "request", "answer", NULL };
static const char *const to_close[] = { "warning", NULL };
/* A response may ask a question, too: "too general" comes with one. */
static const char *const to_answer[] = { "request", "response", NULL };

static const char *const to_keep[] = { "tender", "relay", NULL };

/* A response may answer a retraction or a closure, so that their author learns whom they reached. */
static const struct kind kinds[] = {
	{ "warning", 32, KIND_ANYONE, false, KIND_SELF_CONTACT, needs_warning, any_target },
	{ "response", 16, KIND_TARGET_TO, true, KIND_SELF_NO, needs_response, to_respond_to },
	{ "retraction", 16, KIND_TARGET_FROM, true, KIND_SELF_CONTACT, needs_reason, to_retract },
	{ "closure", 16, KIND_TARGET_FROM, true, KIND_SELF_CONTACT, needs_outcome, to_close },
	{ "request", 16, KIND_ANYONE, false, KIND_SELF_NO, needs_request, any_target },
	{ "answer", 16, KIND_TARGET_TO, true, KIND_SELF_NO, needs_result, to_answer },
	{ "record", 16, KIND_MAKER, false, KIND_SELF_YES, needs_record, any_target },
	{ "determination", 16, KIND_MAKER, false, KIND_SELF_ONLY, needs_duty, any_target },
	/* Made and read by the nodes themselves. */
	{ "tender", 16, KIND_ANYONE, false, KIND_SELF_NO, needs_tender, any_target },
	{ "relay", 16, KIND_ANYONE, false, KIND_SELF_NO, needs_relay, any_target },
	{ "custody", 16, KIND_TARGET_TO, true, KIND_SELF_NO, needs_custody, to_keep },
	{ "voucher", 16, KIND_ANYONE, false, KIND_SELF_NO, needs_voucher, any_target },
	{ "match", 16, KIND_ANYONE, false, KIND_SELF_NO, needs_match, any_target },
	{ "authorship", 16, KIND_ANYONE, false, KIND_SELF_NO, needs_authorship, any_target },
};

/* The kinds of this build. A test builds a node that is older than others by leaving some out. */
#ifndef TOCSIN_KINDS
#define TOCSIN_KINDS "warning response retraction closure request answer record determination tender relay custody voucher match " \
	"authorship"
#endif

static bool is_built(const struct kind *k)
{
	struct bytes rest = bytes_str(TOCSIN_KINDS), word;
	while (text_word(&rest, &word))
		if (bytes_equal_str(word, k->name))
			return true;
	return false;
}

const struct kind *kind_each(size_t i)
{
	for (size_t k = 0; k < sizeof kinds / sizeof kinds[0]; k++)
		if (is_built(&kinds[k]) && i-- == 0)
			return &kinds[k];
	return NULL;
}

const struct kind *kind_find(const char *name)
{
	const struct kind *k;
	for (size_t i = 0; (k = kind_each(i)) != NULL; i++)
		if (strcmp(k->name, name) == 0)
			return k;
	return NULL;
}

static bool is_one_of(const struct party *p, const struct kind_target *t)
{
	return party_same(p, &t->from) || party_same(p, &t->to);
}

static bool may_refer(const struct kind *k, const char *target)
{
	if (k->targets[0] == NULL)
		return true;
	for (size_t i = 0; k->targets[i] != NULL; i++)
		if (strcmp(k->targets[i], target) == 0)
			return true;
	return false;
}

static const char *article(const char *kind)
{
	return strchr("aeiou", kind[0]) != NULL ? "an" : "a";
}

/* The rule for one target that is here. */
static enum tocsin_err check_target(const struct kind *k, const struct statement *s, const struct hash *id,
	const struct kind_target *t)
{
	char hex[2 * SHA256_SIZE + 1];
	hex_encode(id->b, SHA256_SIZE, hex);
	bool self = party_same(&s->from, &s->to);
	if (!may_refer(k, t->kind))
		return fail(TOCSIN_REFUSED, "%s %s cannot refer to %.16s, which is %s %s", article(k->name), k->name, hex,
			article(t->kind), t->kind);
	/* What one notes for oneself may be about anything that one holds; what is sent only about what both know. */
	if (!self && (!is_one_of(&s->from, t) || !is_one_of(&s->to, t)))
		return fail(TOCSIN_REFUSED, "it refers to %.16s, to which %s and %s are not both parties", hex, s->from.name,
			s->to.name);
	if (k->issuer == KIND_TARGET_TO && !party_same(&s->from, &t->to))
		return fail(TOCSIN_REFUSED, "only %s, to whom %.16s was addressed, may send %s %s to it", t->to.name, hex,
			article(k->name), k->name);
	if (k->issuer == KIND_TARGET_FROM && !party_same(&s->from, &t->from))
		return fail(TOCSIN_REFUSED, "only %s, who made %.16s, may send %s %s of it", t->from.name, hex,
			article(k->name), k->name);
	return TOCSIN_OK;
}

enum tocsin_err kind_allows(const struct statement *s, const struct kind_target *targets, size_t n, bool *dangling)
{
	const struct kind *k = kind_find(s->kind);
	*dangling = false;
	if (k == NULL)
		return fail(TOCSIN_REFUSED, "there is no kind of statement called %s here", s->kind);
	if (s->lines % k->lines != 0)
		return fail(TOCSIN_REFUSED, "a %s has %u lines, or four times as many, not %u", k->name, k->lines, s->lines);
	for (uint32_t lines = k->lines; lines != s->lines; lines *= 4)
		if (lines > s->lines)
			return fail(TOCSIN_REFUSED, "a %s has %u lines, or four times as many, not %u", k->name, k->lines,
				s->lines);
	if (party_same(&s->from, &s->to) && k->self == KIND_SELF_NO)
		return fail(TOCSIN_REFUSED, "a %s cannot be addressed to its own maker", k->name);
	if (k->self == KIND_SELF_ONLY && !party_same(&s->from, &s->to))
		return fail(TOCSIN_REFUSED, "a %s is addressed to its own maker and nobody else", k->name);
	if (k->needs_re && s->re_n == 0)
		return fail(TOCSIN_REFUSED, "a %s must say which statement it is about", k->name);
	if (n != s->re_n)
		return fail(TOCSIN_BROKEN, "%zu targets were looked up for %zu references", n, s->re_n);
	for (size_t i = 0; i < n; i++) {
		if (!targets[i].known) {
			*dangling = true;
			continue;
		}
		enum tocsin_err err = check_target(k, s, &s->re[i], &targets[i]);
		if (err != TOCSIN_OK)
			return err;
	}
	return TOCSIN_OK;
}
