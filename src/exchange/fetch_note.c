/*
 * fetch_note: the texts of a fetch note and of the note in front of its answer (PROTOCOL, section 8). Pure.
 */
#include "exchange/mailbox.h"

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

static bool take_end(struct text *t, struct fetch_note *f)
{
	struct bytes v;
	if (f->answers)
		return text_field(t, "answer", 2 * SHA256_SIZE, &v) && hex_decode(v, f->answer.b, SHA256_SIZE) && text_at_end(t);
	return text_field(t, "have", 20, &v) && text_u64(v, INT64_MAX, &f->have) && text_at_end(t);
}

enum tocsin_err fetch_note_parse(struct bytes text, struct fetch_note *f)
{
	struct text t = text_over(text);
	struct bytes at, nonce;
	memset(f, 0, sizeof *f);
	bool begun = realm_take(&t, &f->realm);
	f->answers = begun && text_literal(&t, "fetched\n");
	if (!begun || (!f->answers && !text_literal(&t, "fetch\n")) || !take_party(&t, "from", &f->from) ||
		!take_party(&t, "to", &f->to) || !text_field(&t, "at", CLOCK_TEXT, &at) || !clock_parse(at, &f->at) ||
		!text_field(&t, "nonce", 2 * FETCH_NONCE, &nonce) || !hex_decode(nonce, f->nonce, FETCH_NONCE) ||
		!take_end(&t, f))
		return fail(TOCSIN_BAD, "the fetch note does not follow its grammar");
	return TOCSIN_OK;
}

void fetch_note_format(const struct fetch_note *f, struct buf *text)
{
	char at[CLOCK_TEXT + 1], from[2 * STATEMENT_FP + 1], to[2 * STATEMENT_FP + 1], nonce[2 * FETCH_NONCE + 1],
		answer[2 * SHA256_SIZE + 1];
	clock_format(f->at, at);
	hex_encode(f->from.fp, STATEMENT_FP, from);
	hex_encode(f->to.fp, STATEMENT_FP, to);
	hex_encode(f->nonce, FETCH_NONCE, nonce);
	hex_encode(f->answer.b, SHA256_SIZE, answer);
	buf_printf(text, "%s %s\nfrom %s %s\nto %s %s\nat %s\nnonce %s\n", realm_prefix(f->realm),
		f->answers ? "fetched" : "fetch", f->from.name, from, f->to.name, to, at, nonce);
	if (f->answers)
		buf_printf(text, "answer %s\n", answer);
	else
		buf_printf(text, "have %llu\n", (unsigned long long)f->have);
}
