/*
 * resume_note: the text of a resume note (PROTOCOL, section 8). Pure.
 */
#include "exchange/internal.h"

#include "base/text.h"

static bool take_party(struct text *t, const char *key, struct party *p)
{
	struct bytes rest, name, fp;
	if (!text_field(t, key, LIMIT_NAME + 1 + 2 * STATEMENT_FP, &rest) || !text_word(&rest, &name) ||
		!text_word(&rest, &fp) || rest.n != 0)
		return false;
	if (!text_is_name(name) || !hex_decode(fp, p->fp, STATEMENT_FP))
		return false;
	memcpy(p->name, name.p, name.n);
	p->name[name.n] = '\0';
	return true;
}

enum tocsin_err resume_note_parse(struct bytes text, struct resume_note *r)
{
	struct text t = text_over(text);
	struct bytes at, origin, size, since;
	if (!realm_take(&t, &r->realm) || !text_literal(&t, "resume\n") || !take_party(&t, "from", &r->from) ||
		!take_party(&t, "to", &r->to) || !text_field(&t, "at", CLOCK_TEXT, &at) || !clock_parse(at, &r->at) ||
		!text_field(&t, "origin", LIMIT_KEY_NAME, &origin) || !text_is_clean(origin) ||
		memchr(origin.p, ' ', origin.n) != NULL || !text_field(&t, "size", 20, &size) ||
		!text_u64(size, INT64_MAX, &r->size) || !text_field(&t, "since", CLOCK_TEXT, &since) ||
		!clock_parse(since, &r->since) || !text_at_end(&t))
		return fail(TOCSIN_BAD, "the resume note does not follow its grammar");
	memcpy(r->origin, origin.p, origin.n);
	r->origin[origin.n] = '\0';
	return TOCSIN_OK;
}

void resume_note_format(const struct resume_note *r, struct buf *text)
{
	char at[CLOCK_TEXT + 1], since[CLOCK_TEXT + 1], from[2 * STATEMENT_FP + 1], to[2 * STATEMENT_FP + 1];
	clock_format(r->at, at);
	clock_format(r->since, since);
	hex_encode(r->from.fp, STATEMENT_FP, from);
	hex_encode(r->to.fp, STATEMENT_FP, to);
	buf_printf(text, "%s resume\nfrom %s %s\nto %s %s\nat %s\norigin %s\nsize %llu\nsince %s\n",
		realm_prefix(r->realm), r->from.name, from, r->to.name, to, at, r->origin, (unsigned long long)r->size,
		since);
}
