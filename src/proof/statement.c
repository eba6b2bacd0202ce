#include <stdio.h>

#include "proof/merkle.h"
#include "proof/statement.h"

#define LINES_MIN 16

bool party_same(const struct party *a, const struct party *b)
{
	return memcmp(a->fp, b->fp, STATEMENT_FP) == 0 && strcmp(a->name, b->name) == 0;
}

void party_fp(const uint8_t pub[32], uint8_t fp[STATEMENT_FP])
{
	struct hash h = sha256_prefixed(NOTE_ED25519, bytes_of(pub, 32), (struct bytes){ NULL, 0 });
	memcpy(fp, h.b, STATEMENT_FP);
}

bool statement_kind_ok(struct bytes s)
{
	if (s.n == 0 || s.n > STATEMENT_KIND || s.p[0] == '-')
		return false;
	for (size_t i = 0; i < s.n; i++) {
		if (!((s.p[i] >= 'a' && s.p[i] <= 'z') || s.p[i] == '-'))
			return false;
	}
	return true;
}

/* A node's name of realm R into OUT. */
static bool take_name(struct bytes s, enum realm r, char out[LIMIT_NAME + 1])
{
	if (s.n > LIMIT_NAME || !text_is_name(s) || realm_of_name(s) != r)
		return false;
	memcpy(out, s.p, s.n);
	out[s.n] = '\0';
	return true;
}

static enum tocsin_err party_parse(struct text *t, const char *key, enum realm r, struct party *p)
{
	struct bytes rest, name, fp;
	if (!text_field(t, key, LIMIT_NAME + 1 + 2 * STATEMENT_FP, &rest) || !text_word(&rest, &name) ||
		!text_word(&rest, &fp) ||
	    rest.n != 0 || !hex_decode(fp, p->fp, STATEMENT_FP))
		return fail(TOCSIN_BAD, "The \"%s\" line of a statement must name a node and its fingerprint of 32 hex digits.", key);
	if (!take_name(name, r, p->name))
		return fail(TOCSIN_BAD, "The \"%s\" line of a statement must hold a lower-case DNS name that %s in \".exercise\", as "
			"its realm asks.",
			key, r == REALM_EXERCISE ? "ends" : "does not end");
	return TOCSIN_OK;
}

static enum tocsin_err by_parse(struct text *t, struct statement *s)
{
	struct bytes v;
	s->by_n = 0;
	while (text_field(t, "by", LIMIT_KEY_NAME, &v)) {
		if (s->by_n == LIMIT_COSIGNERS)
			return fail(TOCSIN_BAD, "A statement may announce at most %d co-signers.", LIMIT_COSIGNERS);
		if (!take_name(v, s->realm, s->by[s->by_n]))
			return fail(TOCSIN_BAD, "A \"by\" line of a statement must hold the name of a co-signer's key, which is a node's "
				"name of the same realm.");
		if (s->by_n > 0 && strcmp(s->by[s->by_n - 1], s->by[s->by_n]) >= 0)
			return fail(TOCSIN_BAD, "The \"by\" lines of a statement must be sorted and name nobody twice.");
		s->by_n++;
	}
	return TOCSIN_OK;
}

static enum tocsin_err re_parse(struct text *t, struct statement *s)
{
	struct bytes v;
	s->re_n = 0;
	while (text_field(t, "re", 2 * SHA256_SIZE, &v)) {
		if (s->re_n == LIMIT_REFS)
			return fail(TOCSIN_BAD, "A statement may refer to at most %d others.", LIMIT_REFS);
		if (!hex_decode(v, s->re[s->re_n].b, SHA256_SIZE))
			return fail(TOCSIN_BAD, "A \"re\" line of a statement must hold an id of 64 hex digits.");
		if (s->re_n > 0 && memcmp(s->re[s->re_n - 1].b, s->re[s->re_n].b, SHA256_SIZE) >= 0)
			return fail(TOCSIN_BAD, "The \"re\" lines of a statement must be sorted and name no statement twice.");
		s->re_n++;
	}
	return TOCSIN_OK;
}

static bool lines_ok(uint64_t n)
{
	return n >= LINES_MIN && n <= LIMIT_LINES && (n & (n - 1)) == 0;
}

enum tocsin_err statement_parse(struct bytes text, struct statement *s)
{
	struct text t = text_over(text);
	struct bytes v;
	uint64_t lines = 0;
	if (text.n > LIMIT_STATEMENT_TEXT)
		return fail(TOCSIN_BAD, "A statement of %zu bytes is too long; at most %d are allowed.", text.n,
			LIMIT_STATEMENT_TEXT);
	if (!realm_take(&t, &s->realm))
		return fail(TOCSIN_BAD, "A statement must begin with \"tocsin/v1\" or \"tocsin-exercise/v1\" and its kind.");
	if (!text_line(&t, STATEMENT_KIND, &v) || !statement_kind_ok(v))
		return fail(TOCSIN_BAD, "The kind of a statement must be 1 to %d lower-case letters and hyphens on its first line.",
			STATEMENT_KIND);
	memcpy(s->kind, v.p, v.n);
	s->kind[v.n] = '\0';
	if (!text_field(&t, "nonce", 2 * sizeof s->nonce, &v) || !hex_decode(v, s->nonce, sizeof s->nonce))
		return fail(TOCSIN_BAD, "The \"nonce\" line of a statement must hold 32 hex digits.");
	enum tocsin_err err = party_parse(&t, "from", s->realm, &s->from);
	if (err == TOCSIN_OK)
		err = party_parse(&t, "to", s->realm, &s->to);
	if (err != TOCSIN_OK)
		return err;
	if (!text_field(&t, "at", CLOCK_TEXT, &v) || !clock_parse(v, &s->at))
		return fail(TOCSIN_BAD, "The \"at\" line of a statement must hold a time like 2024-03-06T09:12:00Z.");
	err = by_parse(&t, s);
	if (err == TOCSIN_OK)
		err = re_parse(&t, s);
	if (err != TOCSIN_OK)
		return err;
	if (!text_field(&t, "lines", 4, &v) || !text_u64(v, LIMIT_LINES, &lines) || !lines_ok(lines))
		return fail(TOCSIN_BAD, "The \"lines\" line of a statement must hold 16, 32, 64 and so on up to %d.", LIMIT_LINES);
	s->lines = (uint32_t)lines;
	if (!text_field(&t, "root", 2 * SHA256_SIZE, &v) || !hex_decode(v, s->root.b, SHA256_SIZE))
		return fail(TOCSIN_BAD, "The \"root\" line of a statement must hold 64 hex digits.");
	if (!text_at_end(&t))
		return fail(TOCSIN_BAD, "A statement must end behind its \"root\" line.");
	return TOCSIN_OK;
}

static void sort(struct statement *s)
{
	for (size_t i = 1; i < s->by_n; i++) {
		for (size_t j = i; j > 0 && strcmp(s->by[j - 1], s->by[j]) > 0; j--) {
			char tmp[sizeof s->by[0]];
			memcpy(tmp, s->by[j], sizeof tmp);
			memcpy(s->by[j], s->by[j - 1], sizeof tmp);
			memcpy(s->by[j - 1], tmp, sizeof tmp);
		}
	}
	for (size_t i = 1; i < s->re_n; i++) {
		for (size_t j = i; j > 0 && memcmp(s->re[j - 1].b, s->re[j].b, SHA256_SIZE) > 0; j--) {
			struct hash tmp = s->re[j];
			s->re[j] = s->re[j - 1];
			s->re[j - 1] = tmp;
		}
	}
}

static void party_format(struct buf *text, const char *key, const struct party *p)
{
	buf_add_str(text, key);
	buf_add_char(text, ' ');
	buf_add_str(text, p->name);
	buf_add_char(text, ' ');
	buf_add_hex(text, p->fp, STATEMENT_FP);
	buf_add_char(text, '\n');
}

enum tocsin_err statement_format(struct statement *s, struct buf *text)
{
	char at[CLOCK_TEXT + 1];
	const size_t begin = text->n;
	if (s->by_n > LIMIT_COSIGNERS || s->re_n > LIMIT_REFS)
		return fail(TOCSIN_BAD, "A statement may announce at most %d co-signers and refer to at most %d others.",
			LIMIT_COSIGNERS, LIMIT_REFS);
	sort(s);
	clock_format(s->at, at);
	buf_add_str(text, realm_prefix(s->realm));
	buf_add_char(text, ' ');
	buf_add_str(text, s->kind);
	buf_add_str(text, "\nnonce ");
	buf_add_hex(text, s->nonce, sizeof s->nonce);
	buf_add_char(text, '\n');
	party_format(text, "from", &s->from);
	party_format(text, "to", &s->to);
	buf_add_str(text, "at ");
	buf_add_str(text, at);
	buf_add_char(text, '\n');
	for (size_t i = 0; i < s->by_n; i++) {
		buf_add_str(text, "by ");
		buf_add_str(text, s->by[i]);
		buf_add_char(text, '\n');
	}
	for (size_t i = 0; i < s->re_n; i++) {
		buf_add_str(text, "re ");
		buf_add_hex(text, s->re[i].b, SHA256_SIZE);
		buf_add_char(text, '\n');
	}
	buf_add_str(text, "lines ");
	buf_add_u64(text, s->lines);
	buf_add_str(text, "\nroot ");
	buf_add_hex(text, s->root.b, SHA256_SIZE);
	buf_add_char(text, '\n');
	enum tocsin_err err = buf_end(text, "a statement");
	if (err != TOCSIN_OK)
		return err;
	/* What the parser takes is the grammar; whatever it does not take must not leave. */
	struct statement check;
	err = statement_parse(bytes_of(text->p + begin, text->n - begin), &check);
	if (err != TOCSIN_OK) {
		text->n = begin;
		return err;
	}
	s->at = check.at;
	return TOCSIN_OK;
}

struct hash statement_id(struct bytes text)
{
	return sha256(text);
}

void statement_entry(enum realm r, enum entry_kind kind, const struct hash *id, struct hash *entry)
{
	char m[128], hex[2 * SHA256_SIZE + 1];
	hex_encode(id->b, SHA256_SIZE, hex);
	snprintf(m, sizeof m, "%s %s %s", realm_prefix(r), kind == ENTRY_ISSUED ? "issued" : "accepted", hex);
	*entry = sha256(bytes_str(m));
}

struct hash statement_entry_leaf(const struct hash *entry)
{
	char hex[ENTRY_SIZE + 1];
	hex_encode(entry->b, SHA256_SIZE, hex);
	return merkle_leaf(bytes_of(hex, ENTRY_SIZE));
}
