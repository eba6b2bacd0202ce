/*
 * eml_signed: the part of a mail that a PGP signature covers.
 */
#include "base/buf.h"
#include "publish/eml_part.h"

#define TYPE_MAX 100                            /* bytes of a type, or of a parameter that matters */
#define BOUNDARY_MAX 70                         /* RFC 2046 */

/* ---- Content-Type ---- */

struct type {
	char name[TYPE_MAX + 1];                /* "multipart/signed", lower case */
	char protocol[TYPE_MAX + 1];            /* lower case; "" */
	char boundary[BOUNDARY_MAX + 1];
};

static void skip_space(struct bytes *s)
{
	while (s->n > 0 && memchr(" \t\r\n", s->p[0], 4) != NULL)
		*s = bytes_of(s->p + 1, s->n - 1);
}

static bool is_token(uint8_t c)
{
	return c > ' ' && c < 127 && strchr("()<>@,;:\\\"[]?=", c) == NULL;
}

/* A token ('/' is part of one), or a quoted string without its quotes; at most ROOM - 1 bytes into OUT. */
static bool take_value(struct bytes *s, char *out, size_t room)
{
	size_t n = 0, i = 0;
	bool quoted = s->n > 0 && s->p[0] == '"', closed = !quoted;
	for (i = quoted; i < s->n; i++) {
		uint8_t c = s->p[i];
		if (quoted && c == '"') {
			closed = true;
			i++;
			break;
		}
		if (!quoted && !is_token(c))
			break;
		if (quoted && c == '\\' && ++i < s->n)
			c = s->p[i];
		if (n + 1 >= room || i >= s->n || c < ' ' || c == 127)
			return false;
		out[n++] = (char)c;
	}
	out[n] = 0;
	*s = bytes_of(s->p + i, s->n - i);
	return closed && n > 0;
}

static void lower(char *s)
{
	for (; *s != 0; s++)
		if (*s >= 'A' && *s <= 'Z')
			*s = (char)(*s - 'A' + 'a');
}

static bool take_parameter(struct bytes *s, struct type *t)
{
	char name[TYPE_MAX + 1], value[1024];
	skip_space(s);
	if (!take_value(s, name, sizeof name))
		return false;
	skip_space(s);
	if (s->n == 0 || s->p[0] != '=')
		return false;
	*s = bytes_of(s->p + 1, s->n - 1);
	skip_space(s);
	if (!take_value(s, value, sizeof value))
		return false;
	lower(name);
	if (strcmp(name, "boundary") == 0) {
		if (t->boundary[0] != 0 || strlen(value) > BOUNDARY_MAX)
			return false;
		memcpy(t->boundary, value, strlen(value) + 1);
	} else if (strcmp(name, "protocol") == 0) {
		if (t->protocol[0] != 0 || strlen(value) > TYPE_MAX)
			return false;
		memcpy(t->protocol, value, strlen(value) + 1);
		lower(t->protocol);
	}
	return true;
}

static enum tocsin_err read_type(const struct eml_head *h, struct type *t)
{
	struct bytes s;
	enum tocsin_err err = eml_find(h, "Content-Type", &s);
	*t = (struct type){ .name = "text/plain" };
	if (err != TOCSIN_OK || s.n == 0)
		return err;
	skip_space(&s);
	bool ok = s.n > 0 && s.p[0] != '"' && take_value(&s, t->name, sizeof t->name);
	lower(t->name);
	for (skip_space(&s); ok && s.n > 0; skip_space(&s)) {
		ok = s.p[0] == ';';
		s = bytes_of(s.p + 1, s.n - 1);
		skip_space(&s);
		/* One at the very end is common. */
		if (ok && s.n > 0)
			ok = take_parameter(&s, t);
	}
	if (ok && strncmp(t->name, "multipart/", 10) == 0 && t->boundary[0] == 0)
		ok = false;
	return ok ? TOCSIN_OK : fail(TOCSIN_BAD, "one of its Content-Type fields cannot be read");
}

/* ---- parts ---- */

struct parts {
	struct bytes part[EML_PARTS];
	size_t n;
	struct bytes before, after;             /* what no reader shows */
};

/* Whether LINE is "--BOUNDARY" or, at the END, "--BOUNDARY--"; white space may follow. */
static bool is_delimiter(struct bytes line, const char *boundary, bool *end)
{
	size_t n = strlen(boundary);
	if (line.n < n + 2 || memcmp(line.p, "--", 2) != 0 || memcmp(line.p + 2, boundary, n) != 0)
		return false;
	struct bytes rest = bytes_of(line.p + 2 + n, line.n - 2 - n);
	*end = bytes_starts(rest, "--");
	if (*end)
		rest = bytes_of(rest.p + 2, rest.n - 2);
	skip_space(&rest);
	return rest.n == 0;
}

/* From START to END without the end of its last line, which belongs to the delimiter. */
static struct bytes between(const uint8_t *start, const uint8_t *end)
{
	if (end > start && end[-1] == '\n')
		end--;
	if (end > start && end[-1] == '\r')
		end--;
	return bytes_of(start, (size_t)(end - start));
}

static enum tocsin_err split(struct bytes body, const char *boundary, struct parts *out)
{
	struct bytes rest = body, line;
	const uint8_t *start = body.p;
	bool end = false, begun = false;
	*out = (struct parts){ 0 };
	while (!end && eml_line(&rest, &line)) {
		if (!is_delimiter(line, boundary, &end))
			continue;
		if (begun && out->n == EML_PARTS)
			return fail(TOCSIN_BAD, "a part of it has more than %d parts", EML_PARTS);
		if (begun)
			out->part[out->n++] = between(start, line.p);
		else
			out->before = between(start, line.p);
		begun = true;
		start = rest.p;
	}
	if (!end || out->n == 0)
		return fail(TOCSIN_BAD, "a part of it has no end: the boundary that its header names is not there");
	out->after = rest;
	return TOCSIN_OK;
}

/* ---- what is signed ---- */

#define BEGIN_SIGNED "-----BEGIN PGP SIGNED MESSAGE-----"
#define BEGIN_SIGNATURE "-----BEGIN PGP SIGNATURE-----"
#define END_SIGNATURE "-----END PGP SIGNATURE-----"
#define BEGIN_SECRET "-----BEGIN PGP MESSAGE-----"

static bool is_blank(struct bytes s)
{
	skip_space(&s);
	return s.n == 0;
}

static bool is_armor(struct bytes line, const char *armor)
{
	return bytes_starts(line, armor) && is_blank(bytes_of(line.p + strlen(armor), line.n - strlen(armor)));
}

/* Beside a signed part only what readers of mail put there themselves, and do not show. */
static bool is_no_text(struct bytes s)
{
	static const char *const usual[] = { "This is an OpenPGP/MIME signed message (RFC 4880 and 3156)",
		"This is a multi-part message in MIME format." };
	for (size_t i = 0; i < sizeof usual / sizeof *usual; i++)
		if (bytes_starts(s, usual[i]) && is_blank(bytes_of(s.p + strlen(usual[i]), s.n - strlen(usual[i]))))
			return true;
	return is_blank(s);
}

/* With CRLF at the end of each line, as it was when it was signed (RFC 3156, section 5). */
static enum tocsin_err canonical(struct bytes s, struct arena *a, struct bytes *out)
{
	struct buf b;
	buf_init(&b, 2 * s.n + 1);
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == '\n' && (i == 0 || s.p[i - 1] != '\r'))
			buf_add_char(&b, '\r');
		buf_add_char(&b, (char)s.p[i]);
	}
	enum tocsin_err err = buf_end(&b, "the signed part");
	if (err == TOCSIN_OK) {
		*out = bytes_of(arena_copy(a, b.p, b.n), b.n);
		if (out->p == NULL)
			err = fail(TOCSIN_BROKEN, "no memory for a mail");
	}
	buf_free(&b);
	return err;
}

/* The second part of a multipart/signed: one armoured signature and nothing else. */
static enum tocsin_err read_signature(struct bytes part, struct arena *a, struct bytes *out)
{
	struct eml_head head;
	struct type type;
	struct bytes encoding, line, rest;
	enum tocsin_err err = eml_head_read(&part, a, &head);
	if (err == TOCSIN_OK)
		err = read_type(&head, &type);
	if (err == TOCSIN_OK)
		err = eml_find(&head, "Content-Transfer-Encoding", &encoding);
	if (err == TOCSIN_OK)
		err = eml_decode(encoding, part, a, out);
	if (err != TOCSIN_OK)
		return err;
	rest = *out;
	bool armor = false;
	while (!armor && eml_line(&rest, &line) && (is_blank(line) || (armor = is_armor(line, BEGIN_SIGNATURE))))
		;
	if (strcmp(type.name, "application/pgp-signature") != 0 || !armor)
		return fail(TOCSIN_BAD, "what it calls its PGP signature is none");
	return TOCSIN_OK;
}

static enum tocsin_err detached(const struct type *type, struct bytes body, struct arena *a, struct eml *out)
{
	struct parts *parts = arena_alloc(a, sizeof *parts);
	enum tocsin_err err = parts == NULL ? fail(TOCSIN_BROKEN, "no memory for a mail") : split(body, type->boundary, parts);
	if (err == TOCSIN_OK && parts->n != 2)
		err = fail(TOCSIN_BAD, "a signed part of it does not consist of a text and its signature");
	if (err == TOCSIN_OK)
		err = read_signature(parts->part[1], a, &out->signature);
	if (err == TOCSIN_OK)
		err = canonical(parts->part[0], a, &out->content);
	if (err != TOCSIN_OK)
		return err;
	out->form = EML_DETACHED;
	out->whole = is_no_text(parts->before) && is_no_text(parts->after);
	return TOCSIN_OK;
}

/* A clear-signed text in TEXT. Between its first line and the empty one only "Hash:" may stand. */
static void clear(struct bytes text, struct eml *out)
{
	struct bytes rest = text, line;
	const uint8_t *start = NULL;
	bool head = false, signature = false, odd = false;
	while (eml_line(&rest, &line)) {
		if (start == NULL && is_armor(line, BEGIN_SECRET))
			out->form = EML_SECRET;
		if (start == NULL && is_armor(line, BEGIN_SIGNED)) {
			start = line.p;
			head = true;
			continue;
		}
		if (head && is_blank(line))
			head = false;
		else if (head && !bytes_starts(line, "Hash: "))
			odd = true;
		signature = signature || (start != NULL && is_armor(line, BEGIN_SIGNATURE));
		if (signature && is_armor(line, END_SIGNATURE))
			break;
	}
	if (!signature || !is_armor(line, END_SIGNATURE))
		return;
	out->form = EML_CLEAR;
	out->content = bytes_of(start, (size_t)(rest.p - start));
	out->whole = !odd && is_blank(bytes_of(text.p, (size_t)(start - text.p))) && is_blank(rest);
}

static enum tocsin_err look(const struct eml_head *head, struct bytes body, int depth, struct arena *a, struct eml *out);

/* The first part that is signed; the others are text beside it. */
static enum tocsin_err look_into(const struct type *type, struct bytes body, int depth, struct arena *a, struct eml *out)
{
	struct parts *parts = arena_alloc(a, sizeof *parts);
	enum tocsin_err err = parts == NULL ? fail(TOCSIN_BROKEN, "no memory for a mail") : split(body, type->boundary, parts);
	for (size_t i = 0; err == TOCSIN_OK && i < parts->n && out->form < EML_DETACHED; i++) {
		struct eml_head head;
		struct bytes rest = parts->part[i];
		err = eml_head_read(&rest, a, &head);
		if (err == TOCSIN_OK)
			err = look(&head, rest, depth + 1, a, out);
	}
	out->whole = false;
	return err;
}

static enum tocsin_err look(const struct eml_head *head, struct bytes body, int depth, struct arena *a, struct eml *out)
{
	struct type type;
	struct bytes encoding, text;
	enum tocsin_err err = read_type(head, &type);
	if (err != TOCSIN_OK)
		return err;
	if (strcmp(type.name, "multipart/signed") == 0 && strcmp(type.protocol, "application/pgp-signature") == 0)
		return detached(&type, body, a, out);
	if (strcmp(type.name, "multipart/encrypted") == 0 && strcmp(type.protocol, "application/pgp-encrypted") == 0)
		out->form = EML_SECRET;
	else if (strncmp(type.name, "multipart/", 10) == 0)
		return depth < EML_DEPTH ? look_into(&type, body, depth, a, out)
					 : fail(TOCSIN_BAD, "it has parts within parts, more than %d deep", EML_DEPTH);
	if (strcmp(type.name, "text/plain") != 0)
		return TOCSIN_OK;
	err = eml_find(head, "Content-Transfer-Encoding", &encoding);
	if (err == TOCSIN_OK)
		err = eml_decode(encoding, body, a, &text);
	if (err == TOCSIN_OK)
		clear(text, out);
	return err;
}

enum tocsin_err eml_signed(const struct eml_head *head, struct bytes body, struct arena *a, struct eml *out)
{
	return look(head, body, 0, a, out);
}
