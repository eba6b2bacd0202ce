/*
 * json_parse: text to jansson's values. Jansson's own reader fetches and appends byte by byte, and was a tenth of what a
 * warning costs its sender; the values are still its. A fuzz target holds the two against each other.
 */
#include <errno.h>
#include <stdlib.h>

#include "base/json.h"
#include "base/text.h"

#define DEEPEST 32
#define NUMBER_MAX 400          /* digits that a double can need; longer ones say nothing more */

/* The text is known to be UTF-8. WHY is what is wrong, once something is; NULL with a failure: no memory. */
struct reader {
	struct text t;
	unsigned depth;
	const char *why;
	struct buf plain;             /* a string without its escapes */
};

static json_t *wrong(struct reader *r, const char *why)
{
	r->why = why;
	return NULL;
}

static int peek(const struct reader *r)
{
	return text_at_end(&r->t) ? -1 : *r->t.p;
}

/* The next byte that is no white space, not taken. */
static int look(struct reader *r)
{
	while (!text_at_end(&r->t) && (*r->t.p == ' ' || *r->t.p == '\n' || *r->t.p == '\r' || *r->t.p == '\t'))
		r->t.p++;
	return peek(r);
}

/* Four hex digits of either case. */
static bool take_unit(struct reader *r, uint32_t *unit)
{
	*unit = 0;
	for (int i = 0; i < 4; i++) {
		int c = peek(r);
		if (c >= '0' && c <= '9')
			*unit = *unit << 4 | (uint32_t)(c - '0');
		else if ((c | 0x20) >= 'a' && (c | 0x20) <= 'f')
			*unit = *unit << 4 | (uint32_t)((c | 0x20) - 'a' + 10);
		else
			return false;
		r->t.p++;
	}
	return true;
}

static void add_character(struct buf *b, uint32_t c)
{
	if (c >= 0x10000)
		buf_add_char(b, (char)(0xf0 | c >> 18));
	if (c >= 0x800)
		buf_add_char(b, (char)(c >= 0x10000 ? 0x80 | (c >> 12 & 0x3f) : 0xe0 | c >> 12));
	if (c >= 0x80)
		buf_add_char(b, (char)(c >= 0x800 ? 0x80 | (c >> 6 & 0x3f) : 0xc0 | c >> 6));
	buf_add_char(b, (char)(c >= 0x80 ? 0x80 | (c & 0x3f) : c));
}

/* What follows a backslash. */
static bool take_escape(struct reader *r)
{
	static const char letters[] = "\"\\/bfnrt", meant[] = "\"\\/\b\f\n\r\t";
	int c = peek(r);
	const char *found = c <= 0 ? NULL : strchr(letters, c);
	uint32_t unit, low;
	if (found != NULL) {
		r->t.p++;
		buf_add_char(&r->plain, meant[found - letters]);
		return true;
	}
	if (!text_literal(&r->t, "u") || !take_unit(r, &unit)) {
		wrong(r, "an escape that JSON does not know");
		return false;
	}
	if (unit >= 0xd800 && unit < 0xdc00 && text_literal(&r->t, "\\u") && take_unit(r, &low) && low >= 0xdc00 && low < 0xe000)
		unit = 0x10000 + ((unit - 0xd800) << 10 | (low - 0xdc00));
	if (unit == 0 || (unit >= 0xd800 && unit < 0xe000)) {
		wrong(r, unit == 0 ? "a NUL in a string" : "half of a surrogate pair");
		return false;
	}
	add_character(&r->plain, unit);
	return true;
}

/* A string into *S: a piece of the text, or of r->plain when it had escapes. */
static bool take_string(struct reader *r, struct bytes *s)
{
	bool escaped = false;
	if (peek(r) != '"') {
		wrong(r, "a string is missing");
		return false;
	}
	const uint8_t *start = ++r->t.p;
	for (;;) {
		while (!text_at_end(&r->t) && *r->t.p >= 0x20 && *r->t.p != '"' && *r->t.p != '\\')
			r->t.p++;
		int c = peek(r);
		if (c < 0x20) {
			wrong(r, c < 0 ? "a string does not end" : "a control character in a string");
			return false;
		}
		r->t.p++;
		if (c == '"')
			break;
		if (!escaped)
			buf_clear(&r->plain);
		escaped = true;
		buf_add(&r->plain, start, (size_t)(r->t.p - 1 - start));
		if (!take_escape(r))
			return false;
		start = r->t.p;
	}
	*s = bytes_of(start, (size_t)(r->t.p - 1 - start));
	if (escaped) {
		buf_add_bytes(&r->plain, *s);
		*s = buf_bytes(&r->plain);
	}
	return !r->plain.failed;
}

static size_t take_digits(struct reader *r)
{
	const uint8_t *start = r->t.p;
	while (peek(r) >= '0' && peek(r) <= '9')
		r->t.p++;
	return (size_t)(r->t.p - start);
}

static json_t *take_number(struct reader *r)
{
	static const char form[] = "neither a value nor a number in JSON's form";
	const uint8_t *start = r->t.p;
	char copy[NUMBER_MAX + 1];
	bool real = false;
	text_literal(&r->t, "-");
	if (!text_literal(&r->t, "0") && take_digits(r) == 0)
		return wrong(r, form);
	if (text_literal(&r->t, ".")) {
		real = true;
		if (take_digits(r) == 0)
			return wrong(r, form);
	}
	if (text_literal(&r->t, "e") || text_literal(&r->t, "E")) {
		real = true;
		(void)(text_literal(&r->t, "+") || text_literal(&r->t, "-"));
		if (take_digits(r) == 0)
			return wrong(r, form);
	}
	size_t n = (size_t)(r->t.p - start);
	if (n > NUMBER_MAX)
		return wrong(r, "a number of more digits than anybody needs");
	memcpy(copy, start, n);
	copy[n] = '\0';
	errno = 0;
	if (!real) {
		long long v = strtoll(copy, NULL, 10);
		return errno == ERANGE ? wrong(r, "an integer of more than 64 bits") : json_integer(v);
	}
	/* No locale is set anywhere here, so the point is a point. */
	double v = strtod(copy, NULL);
	return errno == ERANGE && (v > 1 || v < -1) ? wrong(r, "a number that is too large") : json_real(v);
}

static json_t *take_value(struct reader *r);

static json_t *take_list(struct reader *r)
{
	json_t *list = json_array();
	r->t.p++;
	if (list != NULL && look(r) == ']') {
		r->t.p++;
		return list;
	}
	while (list != NULL) {
		if (json_array_append_new(list, take_value(r)) != 0)
			break;
		int c = look(r);
		if (c == ']' || c == ',')
			r->t.p++;
		else
			wrong(r, "a list does not end");
		if (c == ']')
			return list;
		if (c != ',')
			break;
	}
	json_decref(list);
	return NULL;
}

/* A member and the comma behind it, or the object's end: then *LAST. */
static bool take_member(struct reader *r, json_t *o, bool *last)
{
	struct bytes s;
	if (look(r) != '"') {
		wrong(r, "the name of a member is missing");
		return false;
	}
	if (!take_string(r, &s))
		return false;
	/* An escaped name stands in a buffer that the value may need. */
	char *kept = s.p == r->plain.p ? strndup((const char *)s.p, s.n) : NULL;
	if (s.p == r->plain.p && kept == NULL)
		return false;
	const char *name = kept != NULL ? kept : (const char *)s.p;
	json_t *value = NULL;
	bool twice = json_object_getn(o, name, s.n) != NULL;
	if (twice)
		wrong(r, "a member is given twice");
	else if (look(r) != ':')
		wrong(r, "there is no colon behind the name of a member");
	else
		r->t.p++, value = take_value(r);
	bool ok = value != NULL && json_object_setn_new_nocheck(o, name, s.n, value) == 0;
	free(kept);
	int c = ok ? look(r) : -1;
	if (c == ',' || c == '}')
		r->t.p++;
	else if (ok)
		wrong(r, "an object does not end");
	*last = c == '}';
	return c == ',' || c == '}';
}

static json_t *take_object(struct reader *r)
{
	json_t *o = json_object();
	bool last = false;
	r->t.p++;
	if (o != NULL && look(r) == '}') {
		r->t.p++;
		return o;
	}
	while (o != NULL && !last)
		if (!take_member(r, o, &last)) {
			json_decref(o);
			o = NULL;
		}
	return o;
}

static json_t *take_value(struct reader *r)
{
	struct bytes s;
	json_t *j;
	int c = look(r);
	switch (c) {
	case '"':
		return take_string(r, &s) ? json_stringn_nocheck(s.n == 0 ? "" : (const char *)s.p, s.n) : NULL;
	case '[':
	case '{':
		if (r->depth == DEEPEST)
			return wrong(r, "nested more than 32 deep");
		r->depth++;
		j = c == '[' ? take_list(r) : take_object(r);
		r->depth--;
		return j;
	case -1:
		return wrong(r, "the end where a value is missing");
	default:
		if (text_literal(&r->t, "true"))
			return json_true();
		if (text_literal(&r->t, "false"))
			return json_false();
		if (text_literal(&r->t, "null"))
			return json_null();
		return take_number(r);
	}
}

/* Line and column of P in TEXT, from 1. */
static void place(struct bytes text, const uint8_t *p, size_t *line, size_t *column)
{
	*line = *column = 1;
	for (const uint8_t *c = text.p; c != p; c++) {
		*column = *c == '\n' ? 1 : *column + 1;
		*line += *c == '\n';
	}
}

enum tocsin_err json_parse(struct bytes text, size_t max, const char *what, json_t **out)
{
	if (text.n > max)
		return fail(TOCSIN_BAD, "%s: longer than the %zu bytes that it may have", what, max);
	if (!text_is_utf8(text))
		return fail(TOCSIN_BAD, "%s: not valid JSON: it is not UTF-8", what);
	struct reader r = { .t = text_over(text) };
	buf_init(&r.plain, text.n);
	json_t *j = take_value(&r);
	if (j != NULL && look(&r) != -1) {
		wrong(&r, "something stands behind its end");
		json_decref(j);
		j = NULL;
	}
	buf_free(&r.plain);
	if (j == NULL && r.why == NULL)
		return fail(TOCSIN_BROKEN, "%s: no memory to read it", what);
	if (j == NULL) {
		size_t line, column;
		place(text, r.t.p, &line, &column);
		return fail(TOCSIN_BAD, "%s: not valid JSON: %s (line %zu, column %zu)", what, r.why, line, column);
	}
	*out = j;
	return TOCSIN_OK;
}
