#include <stdlib.h>

#include "proof/card.h"

#define URL_MAX 512
#define DUTY_MAX 500
#define KEYS_MAX (3 + CARD_SIGN + CARD_REVOKED)

static bool is_lower_or_digit(uint8_t c)
{
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

/* Copies S, which is known to fit, with a NUL behind it. */
static void keep(char *out, struct bytes s)
{
	memcpy(out, s.p, s.n);
	out[s.n] = '\0';
}

/* What a key of node NAME may be called, and with which type (PROTOCOL, section 2). */
enum role { ROLE_NONE, ROLE_IDENTITY, ROLE_SIGN, ROLE_LOG, ROLE_WITNESS };

static enum role role_of(const char *name, const struct vkey *k, uint64_t *log_n)
{
	static const char log[] = "/log/";
	size_t n = strlen(name);
	enum role r = ROLE_NONE;
	if (strncmp(k->name, name, n) != 0)
		return ROLE_NONE;
	const char *rest = k->name + n;
	if (*rest == '\0')
		r = ROLE_SIGN;
	else if (strcmp(rest, "/identity") == 0)
		r = ROLE_IDENTITY;
	else if (strcmp(rest, "/witness") == 0)
		r = ROLE_WITNESS;
	else if (strncmp(rest, log, sizeof log - 1) == 0 && text_u64(bytes_str(rest + sizeof log - 1), INT64_MAX, log_n) &&
		*log_n > 0)
		r = ROLE_LOG;
	return k->type == (r == ROLE_WITNESS ? NOTE_COSIGNATURE : NOTE_ED25519) ? r : ROLE_NONE;
}

static enum tocsin_err key_parse(struct bytes text, const struct card *c, const char *line, enum role role,
	struct vkey *k, uint64_t *log_n)
{
	enum tocsin_err err = vkey_parse(text, k);
	if (err != TOCSIN_OK)
		return fail_within(err, "The \"%s\" line of the card of %s", line, c->name);
	enum role is = role_of(c->name, k, log_n);
	if (is == ROLE_NONE || (role != ROLE_NONE && is != role))
		return fail(TOCSIN_BAD, "The \"%s\" line of the card of %s names the key %s of type 0x%02x, which is not a key of "
			"that role.",
			line, c->name, k->name, k->type);
	return TOCSIN_OK;
}

static enum tocsin_err malformed(const struct card *c, const char *what)
{
	return fail(TOCSIN_BAD, "The card of %s %s.", c->name, what);
}

static enum tocsin_err head_parse(struct text *t, struct card *c)
{
	struct bytes v;
	if (!realm_take(t, &c->realm) || !text_literal(t, "card\n"))
		return fail(TOCSIN_BAD, "A card must begin with \"tocsin/v1 card\" or \"tocsin-exercise/v1 card\".");
	if (!text_field(t, "name", LIMIT_NAME, &v) || !text_is_name(v) || realm_of_name(v) != c->realm)
		return fail(TOCSIN_BAD, "The \"name\" line of a card must hold a lower-case DNS name that %s in \".exercise\", as "
			"its realm asks.",
			c->realm == REALM_EXERCISE ? "ends" : "does not end");
	keep(c->name, v);
	if (!text_field(t, "seq", 20, &v) || !text_u64(v, INT64_MAX, &c->seq) || c->seq == 0)
		return malformed(c, "must have a \"seq\" line with a number from 1");
	if (!text_field(t, "prev", 2 * SHA256_SIZE, &v))
		return malformed(c, "must have a \"prev\" line with the id of the card before, or -");
	c->has_prev = !bytes_equal_str(v, "-");
	if (c->has_prev != (c->seq != 1) || (c->has_prev && !hex_decode(v, c->prev.b, SHA256_SIZE)))
		return malformed(c, "must have a \"prev\" line with the id of the card before, or - when its seq is 1");
	if (!text_field(t, "at", CLOCK_TEXT, &v) || !clock_parse(v, &c->at))
		return malformed(c, "must have an \"at\" line with a time like 2026-11-22T08:00:00Z");
	return TOCSIN_OK;
}

static enum tocsin_err keys_parse(struct text *t, struct card *c)
{
	struct bytes v, last = { NULL, 0 };
	uint64_t n = 0;
	if (!text_field(t, "identity", NOTE_VKEY_MAX, &v))
		return malformed(c, "must have an \"identity\" line with a verifier key");
	enum tocsin_err err = key_parse(v, c, "identity", ROLE_IDENTITY, &c->identity, &n);
	if (err != TOCSIN_OK)
		return err;
	while (text_field(t, "sign", NOTE_VKEY_MAX, &v)) {
		if (c->sign_n == CARD_SIGN || (c->sign_n > 0 && bytes_compare(last, v) >= 0))
			return malformed(c, "must have 1 to 4 \"sign\" lines, sorted, none twice");
		err = key_parse(v, c, "sign", ROLE_SIGN, &c->sign[c->sign_n++], &n);
		if (err != TOCSIN_OK)
			return err;
		last = v;
	}
	if (c->sign_n == 0)
		return malformed(c, "must have 1 to 4 \"sign\" lines");
	if (!text_field(t, "log", NOTE_VKEY_MAX, &v))
		return malformed(c, "must have a \"log\" line with a verifier key");
	err = key_parse(v, c, "log", ROLE_LOG, &c->log, &c->log_n);
	if (err == TOCSIN_OK && text_field(t, "witness", NOTE_VKEY_MAX, &v)) {
		c->has_witness = true;
		err = key_parse(v, c, "witness", ROLE_WITNESS, &c->witness, &n);
	}
	return err;
}

static bool recipient_ok(struct bytes s)
{
	if (s.n < 8 || s.n > CARD_RECIPIENT_MAX || !bytes_starts(s, "age1"))
		return false;
	for (size_t i = 0; i < s.n; i++) {
		if (!is_lower_or_digit(s.p[i]))
			return false;
	}
	return true;
}

/* A host: a DNS name or an address in lower case, or an IPv6 address in brackets; an optional port from 1 to 65535. */
static bool host_ok(struct bytes s)
{
	uint64_t port;
	size_t n = 0;
	if (s.n > 0 && s.p[0] == '[') {
		const uint8_t *close = memchr(s.p, ']', s.n);
		if (close == NULL || close - s.p < 3)
			return false;
		for (const uint8_t *p = s.p + 1; p < close; p++) {
			if (!((*p >= '0' && *p <= '9') || (*p >= 'a' && *p <= 'f') || *p == ':' || *p == '.'))
				return false;
		}
		n = (size_t)(close - s.p) + 1;
	} else {
		while (n < s.n && (is_lower_or_digit(s.p[n]) || ((s.p[n] == '-' || s.p[n] == '.') && n > 0 && s.p[n - 1] != '.')))
			n++;
		if (n == 0 || n > 253 || !is_lower_or_digit(s.p[n - 1]))
			return false;
	}
	if (n == s.n)
		return true;
	return s.p[n] == ':' && text_u64(bytes_of(s.p + n + 1, s.n - n - 1), 65535, &port) && port > 0;
}

static bool is_hex_digit(uint8_t c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

/* A path: segments of RFC 3986 path characters, none empty, none "." or "..". S begins with its slash. */
static bool path_ok(struct bytes s)
{
	size_t i = 0;
	while (i < s.n) {
		size_t begin = ++i;                                          /* past the slash */
		for (; i < s.n && s.p[i] != '/'; i++) {
			uint8_t c = s.p[i];
			if (c == '%') {
				if (s.n - i < 3 || !is_hex_digit(s.p[i + 1]) || !is_hex_digit(s.p[i + 2]))
					return false;
			} else if (!is_lower_or_digit(c) && !(c >= 'A' && c <= 'Z') && (c == '\0' ||
				strchr("-._~!$&'()*+,;=:@", c) == NULL)) {
				return false;
			}
		}
		struct bytes segment = bytes_of(s.p + begin, i - begin);
		if (segment.n == 0 || bytes_equal_str(segment, ".") || bytes_equal_str(segment, ".."))
			return false;
	}
	return true;
}

bool card_url_ok(struct bytes url)
{
	if (url.n > URL_MAX)
		return false;
	size_t scheme = bytes_starts(url, "https://") ? 8 : bytes_starts(url, "http://") ? 7 : 0;
	if (scheme == 0)
		return false;
	struct bytes rest = bytes_of(url.p + scheme, url.n - scheme);
	const uint8_t *slash = memchr(rest.p, '/', rest.n);
	size_t host = slash == NULL ? rest.n : (size_t)(slash - rest.p);
	return host_ok(bytes_of(rest.p, host)) && path_ok(bytes_of(rest.p + host, rest.n - host));
}

/* Clean text whose words are one space apart; nothing in it may make it read otherwise than it is written. */
static bool duty_ok(struct bytes s)
{
	return s.n <= DUTY_MAX && text_is_clean(s) && !text_has_bidi(s) && memmem(s.p, s.n, "  ", 2) == NULL;
}

static enum tocsin_err contacts_parse(struct text *t, struct card *c)
{
	struct bytes v;
	while (text_field(t, "recipient", CARD_RECIPIENT_MAX, &v)) {
		if (c->recipient_n == CARD_RECIPIENTS || !recipient_ok(v))
			return malformed(c, "must have 1 to 4 \"recipient\" lines, each with an age recipient");
		keep(c->recipient[c->recipient_n], v);
		if (c->recipient_n > 0 && strcmp(c->recipient[c->recipient_n - 1], c->recipient[c->recipient_n]) >= 0)
			return malformed(c, "must have its \"recipient\" lines sorted and none twice");
		c->recipient_n++;
	}
	if (c->recipient_n == 0)
		return malformed(c, "must have 1 to 4 \"recipient\" lines, each with an age recipient");
	while (text_field(t, "url", URL_MAX, &v)) {
		if (c->url_n == CARD_URLS || !card_url_ok(v))
			return malformed(c, "may have up to 4 \"url\" lines, each https://host or http://host with an optional port and "
				"path");
		for (size_t i = 0; i < c->url_n; i++) {
			if (bytes_equal_str(v, c->url[i]))
				return malformed(c, "names the same url twice");
		}
		keep(c->url[c->url_n++], v);
	}
	while (text_field(t, "duty", DUTY_MAX, &v)) {
		if (c->duty_n == CARD_DUTY || !duty_ok(v))
			return malformed(c, "may have up to 8 \"duty\" lines of up to 500 bytes of plain text");
		for (size_t i = 0; i < c->duty_n; i++) {
			if (bytes_equal_str(v, c->duty[i]))
				return malformed(c, "has the same \"duty\" line twice");
		}
		keep(c->duty[c->duty_n++], v);
	}
	return TOCSIN_OK;
}

static enum tocsin_err kinds_parse(struct text *t, struct card *c)
{
	struct bytes v, kind;
	if (!text_field(t, "kinds", CARD_KINDS * (STATEMENT_KIND + 1), &v))
		return malformed(c, "must have a \"kinds\" line behind its contacts");
	while (v.n > 0) {
		if (c->kind_n == CARD_KINDS || !text_word(&v, &kind) || !statement_kind_ok(kind))
			return malformed(c, "must have a \"kinds\" line of 1 to 32 kinds, one space between");
		keep(c->kind[c->kind_n], kind);
		if (c->kind_n > 0 && strcmp(c->kind[c->kind_n - 1], c->kind[c->kind_n]) >= 0)
			return malformed(c, "must have its kinds sorted and none twice");
		c->kind_n++;
	}
	return TOCSIN_OK;
}

static enum tocsin_err revoked_parse(struct text *t, struct card *c)
{
	struct bytes v, last = { NULL, 0 }, rest, key, at;
	uint64_t n = 0;
	while (text_field(t, "revoked", NOTE_VKEY_MAX + 1 + CLOCK_TEXT, &v)) {
		if (c->revoked_n == CARD_REVOKED || (c->revoked_n > 0 && bytes_compare(last, v) >= 0))
			return malformed(c, "may have up to 64 \"revoked\" lines, sorted, none twice");
		rest = v;
		if (!text_word(&rest, &key) || !text_word(&rest, &at) || rest.n != 0 ||
			!clock_parse(at, &c->revoked[c->revoked_n].at))
			return malformed(c, "has a \"revoked\" line that is not a verifier key and a time");
		enum tocsin_err err = key_parse(key, c, "revoked", ROLE_NONE, &c->revoked[c->revoked_n].key, &n);
		if (err != TOCSIN_OK)
			return err;
		c->revoked_n++;
		last = v;
	}
	return TOCSIN_OK;
}

/* No public key has two roles, and none that is in use is revoked. */
static enum tocsin_err keys_differ(const struct card *c)
{
	const struct vkey *all[KEYS_MAX];
	size_t n = 0;
	all[n++] = &c->identity;
	all[n++] = &c->log;
	if (c->has_witness)
		all[n++] = &c->witness;
	for (size_t i = 0; i < c->sign_n; i++)
		all[n++] = &c->sign[i];
	for (size_t i = 0; i < c->revoked_n; i++)
		all[n++] = &c->revoked[i].key;
	for (size_t i = 1; i < n; i++) {
		for (size_t j = 0; j < i; j++) {
			if (memcmp(all[i]->pub, all[j]->pub, sizeof all[i]->pub) == 0)
				return fail(TOCSIN_BAD, "The card of %s uses one public key both as %s and as %s; every role needs its own.",
					c->name, all[j]->name, all[i]->name);
		}
	}
	return TOCSIN_OK;
}

enum tocsin_err card_parse(struct bytes text, struct card *c)
{
	struct text t = text_over(text);
	memset(c, 0, sizeof *c);
	if (text.n > LIMIT_CARD_TEXT)
		return fail(TOCSIN_BAD, "A card of %zu bytes is too long; at most %d are allowed.", text.n, LIMIT_CARD_TEXT);
	enum tocsin_err err = head_parse(&t, c);
	if (err == TOCSIN_OK)
		err = keys_parse(&t, c);
	if (err == TOCSIN_OK)
		err = contacts_parse(&t, c);
	if (err == TOCSIN_OK)
		err = kinds_parse(&t, c);
	if (err == TOCSIN_OK)
		err = revoked_parse(&t, c);
	if (err == TOCSIN_OK && !text_at_end(&t))
		err = malformed(c, "has a line that is unknown, malformed or out of place, or bytes behind its end");
	if (err == TOCSIN_OK)
		err = keys_differ(c);
	if (err == TOCSIN_OK)
		c->id = sha256(text);
	return err;
}

static int by_vkey(const void *a, const void *b)
{
	char x[NOTE_VKEY_MAX], y[NOTE_VKEY_MAX];
	vkey_format(a, x);
	vkey_format(b, y);
	return strcmp(x, y);
}

static int by_text(const void *a, const void *b)
{
	return strcmp(a, b);
}

/* The key is the first member of an entry of revoked; two entries of one key are refused anyway. */
static void sort(struct card *c)
{
	qsort(c->sign, c->sign_n, sizeof c->sign[0], by_vkey);
	qsort(c->revoked, c->revoked_n, sizeof c->revoked[0], by_vkey);
	qsort(c->recipient, c->recipient_n, sizeof c->recipient[0], by_text);
	qsort(c->kind, c->kind_n, sizeof c->kind[0], by_text);
}

static void add_line(struct buf *text, const char *key, const char *value)
{
	buf_add_str(text, key);
	buf_add_char(text, ' ');
	buf_add_str(text, value);
	buf_add_char(text, '\n');
}

static void add_key(struct buf *text, const char *key, const struct vkey *k)
{
	char v[NOTE_VKEY_MAX];
	vkey_format(k, v);
	add_line(text, key, v);
}

static void write_card(const struct card *c, struct buf *text)
{
	char word[2 * SHA256_SIZE + 1], key[NOTE_VKEY_MAX];
	buf_add_str(text, realm_prefix(c->realm));
	buf_add_str(text, " card\n");
	add_line(text, "name", c->name);
	buf_add_str(text, "seq ");
	buf_add_u64(text, c->seq);
	buf_add_char(text, '\n');
	hex_encode(c->prev.b, SHA256_SIZE, word);
	add_line(text, "prev", c->has_prev ? word : "-");
	clock_format(c->at, word);
	add_line(text, "at", word);
	add_key(text, "identity", &c->identity);
	for (size_t i = 0; i < c->sign_n; i++)
		add_key(text, "sign", &c->sign[i]);
	add_key(text, "log", &c->log);
	if (c->has_witness)
		add_key(text, "witness", &c->witness);
	for (size_t i = 0; i < c->recipient_n; i++)
		add_line(text, "recipient", c->recipient[i]);
	for (size_t i = 0; i < c->url_n; i++)
		add_line(text, "url", c->url[i]);
	for (size_t i = 0; i < c->duty_n; i++)
		add_line(text, "duty", c->duty[i]);
	buf_add_str(text, "kinds");
	for (size_t i = 0; i < c->kind_n; i++) {
		buf_add_char(text, ' ');
		buf_add_str(text, c->kind[i]);
	}
	buf_add_char(text, '\n');
	for (size_t i = 0; i < c->revoked_n; i++) {
		vkey_format(&c->revoked[i].key, key);
		clock_format(c->revoked[i].at, word);
		buf_add_str(text, "revoked ");
		buf_add_str(text, key);
		buf_add_char(text, ' ');
		buf_add_str(text, word);
		buf_add_char(text, '\n');
	}
}

enum tocsin_err card_format(struct card *c, struct buf *text)
{
	const size_t begin = text->n;
	if (c->sign_n > CARD_SIGN || c->recipient_n > CARD_RECIPIENTS || c->url_n > CARD_URLS || c->duty_n > CARD_DUTY ||
	    c->kind_n > CARD_KINDS || c->revoked_n > CARD_REVOKED)
		return malformed(c, "has more lines of one sort than a card may have");
	sort(c);
	write_card(c, text);
	enum tocsin_err err = buf_end(text, "a card");
	if (err != TOCSIN_OK)
		return err;
	struct card *check = malloc(sizeof *check);
	if (check == NULL)
		err = fail(TOCSIN_BROKEN, "There is no memory left to check the card of %s.", c->name);
	/* What the parser takes is the grammar; whatever it does not take must not leave. */
	else
		err = card_parse(bytes_of(text->p + begin, text->n - begin), check);
	if (err == TOCSIN_OK) {
		c->at = check->at;
		c->log_n = check->log_n;
		c->id = check->id;
	} else {
		text->n = begin;
	}
	free(check);
	return err;
}

void card_party(const struct card *c, struct party *p)
{
	memset(p, 0, sizeof *p);
	memcpy(p->name, c->name, sizeof p->name);
	party_fp(c->identity.pub, p->fp);
}

bool card_lists_kind(const struct card *c, const char *kind)
{
	for (size_t i = 0; i < c->kind_n; i++) {
		if (strcmp(c->kind[i], kind) == 0)
			return true;
	}
	return false;
}

bool card_chain_next(struct bytes *all, struct bytes *note, enum tocsin_err *err)
{
	struct bytes rest;
	*err = TOCSIN_OK;
	if (all->n == 0)
		return false;
	*err = note_split(*all, note, &rest);
	if (*err != TOCSIN_OK)
		return false;
	/* One empty line, and a card behind it; nothing else may follow a card. */
	if (rest.n == 1 || (rest.n > 0 && rest.p[0] != '\n')) {
		*err = fail(TOCSIN_BAD, "A card of a chain must be followed by an empty line and the next card, or by nothing.");
		return false;
	}
	*all = rest.n == 0 ? rest : bytes_of(rest.p + 1, rest.n - 1);
	return true;
}
