#include "base/jval.h"

#include "base/text.h"

#define MOST_ITEMS 256
#define MOST_MEMBERS 32

/* The scanner: a cursor over the whole value. WHY is what is wrong, once something is. */
struct scan {
	struct text t;
	const char *why;
};

static bool wrong(struct scan *s, const char *why)
{
	if (s->why == NULL)
		s->why = why;
	return false;
}

static int peek(const struct scan *s)
{
	return text_at_end(&s->t) ? -1 : *s->t.p;
}

static bool take(struct scan *s, char c)
{
	if (peek(s) != c)
		return false;
	s->t.p++;
	return true;
}

static int hex_digit(uint8_t c)
{
	return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* What follows a backslash. */
static bool scan_escape(struct scan *s)
{
	struct bytes rest = text_rest(&s->t);
	if (rest.n == 0)
		return wrong(s, "a string does not end");
	if (memchr("\"\\bfnrt", rest.p[0], 7) != NULL) {
		s->t.p++;
		return true;
	}
	if (!bytes_starts(rest, "u00") || rest.n < 5 || hex_digit(rest.p[3]) < 0 || hex_digit(rest.p[4]) < 0)
		return wrong(s, "an escape that is not necessary or not known");
	int c = hex_digit(rest.p[3]) << 4 | hex_digit(rest.p[4]);
	if (c == 0)
		return wrong(s, "a NUL in a string");
	if (c >= 0x20 || c == '\b' || c == '\f' || c == '\n' || c == '\r' || c == '\t')
		return wrong(s, "an escape that is not necessary or has a shorter form");
	s->t.p += 5;
	return true;
}

/* A string; what is between its quotes, as written, into *INNER. The value as a whole is known to be UTF-8. */
static bool scan_string(struct scan *s, struct bytes *inner)
{
	if (!take(s, '"'))
		return wrong(s, "a string is missing");
	const uint8_t *start = s->t.p;
	for (;;) {
		if (text_at_end(&s->t))
			return wrong(s, "a string does not end");
		uint8_t c = *s->t.p++;
		if (c >= 0x20 && c < 0x7f && c != '"' && c != '\\')
			continue;
		if (c == '"')
			break;
		if (c == '\\' && !scan_escape(s))
			return false;
		if (c < 0x20)
			return wrong(s, "a control character that is not escaped");
		/* These have no escape here, and own formats hold no controls: they may not occur. */
		if (c == 0x7f || (c == 0xc2 && !text_at_end(&s->t) && *s->t.p <= 0x9f))
			return wrong(s, "a control character from U+007F to U+009F");
	}
	*inner = bytes_of(start, (size_t)(s->t.p - 1 - start));
	return true;
}

/* An integer from -2^63 to 2^63 - 1, in its one decimal form. */
static bool scan_integer(struct scan *s)
{
	bool minus = take(s, '-');
	const uint8_t *start = s->t.p;
	while (peek(s) >= '0' && peek(s) <= '9')
		s->t.p++;
	struct bytes number = bytes_of(start, (size_t)(s->t.p - start));
	uint64_t v;
	if (!text_u64(number, (uint64_t)INT64_MAX + minus, &v) || (minus && v == 0))
		return wrong(s, "a number that is no integer of 64 bits in its shortest form");
	return true;
}

/* A string, an integer or a boolean. */
static bool scan_plain(struct scan *s, enum jval_type *type)
{
	struct bytes inner;
	int c = peek(s);
	if (c == '"') {
		*type = JVAL_STRING;
		return scan_string(s, &inner);
	}
	if (c == '-' || (c >= '0' && c <= '9')) {
		*type = JVAL_INTEGER;
		return scan_integer(s);
	}
	if (text_literal(&s->t, "true") || text_literal(&s->t, "false")) {
		*type = JVAL_BOOLEAN;
		return true;
	}
	return wrong(s, "neither a string, nor an integer, nor true or false");
}

static bool scan_list(struct scan *s)
{
	if (!take(s, '['))
		return wrong(s, "a list is missing");
	if (take(s, ']'))
		return true;
	enum jval_type type;
	for (size_t items = 1;; items++) {
		if (items > MOST_ITEMS)
			return wrong(s, "a list of more than 256");
		if (!scan_plain(s, &type))
			return false;
		if (take(s, ']'))
			return true;
		if (!take(s, ','))
			return wrong(s, "a list does not end");
	}
}

/*
 * PROTOCOL, "Values": [a-z]{2,3}(-[A-Za-z0-9]{1,8})*.  What begins with "by-" is no tag: it says who translated.
 */
static bool is_tag(struct bytes s)
{
	size_t part = 0, parts = 0;
	if (bytes_starts(s, "by-"))
		return false;
	for (size_t i = 0; i <= s.n; i++) {
		uint8_t c = i < s.n ? s.p[i] : '-';
		bool first = parts == 0, lower = c >= 'a' && c <= 'z';
		if (c == '-') {
			if (part < (first ? 2 : 1) || part > (first ? 3 : 8))
				return false;
			part = 0;
			parts++;
		} else if (lower || (!first && ((c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9')))) {
			part++;
		} else {
			return false;
		}
	}
	return true;
}

static bool has_name(const struct bytes *names, size_t n, struct bytes name)
{
	for (size_t i = 0; i < n; i++)
		if (bytes_equal(names[i], name))
			return true;
	return false;
}

static bool scan_languages(struct scan *s)
{
	struct bytes names[MOST_MEMBERS], authoritative = { 0 };
	size_t n = 0, tags = 0;
	if (!take(s, '{'))
		return wrong(s, "an object is missing");
	do {
		struct bytes name, text;
		if (!scan_string(s, &name))
			return false;
		if (!take(s, ':'))
			return wrong(s, "a member without a value");
		if (!scan_string(s, &text))
			return false;
		if (n == MOST_MEMBERS)
			return wrong(s, "more than 32 members");
		if (has_name(names, n, name))
			return wrong(s, "a language twice");
		if (bytes_equal_str(name, "authoritative"))
			authoritative = text;
		else if (is_tag(name))
			tags++;
		else if (!bytes_starts(name, "by-"))
			return wrong(s, "a member that is no language tag");
		names[n++] = name;
	} while (take(s, ','));
	if (!take(s, '}'))
		return wrong(s, "an object does not end");
	if (tags == 0)
		return wrong(s, "an object without a language");
	for (size_t i = 0; i < n; i++) {
		if (!bytes_starts(names[i], "by-"))
			continue;
		struct bytes tag = bytes_of(names[i].p + 3, names[i].n - 3);
		if (!is_tag(tag) || !has_name(names, n, tag))
			return wrong(s, "a translator of a language that is not there");
	}
	if (authoritative.p == NULL && tags > 1)
		return wrong(s, "several languages, and none of them authoritative");
	if (authoritative.p != NULL && (!is_tag(authoritative) || !has_name(names, n, authoritative)))
		return wrong(s, "the authoritative language is not there");
	return true;
}

enum tocsin_err jval_check(struct bytes v, enum jval_type *type)
{
	struct scan s = { .t = text_over(v) };
	enum jval_type found = JVAL_STRING;
	bool ok;
	if (!text_is_utf8(v)) {
		ok = wrong(&s, "not valid UTF-8");
	} else if (text_has_bidi(v)) {
		ok = wrong(&s, "a character that changes the direction of writing");
	} else if (peek(&s) == '[') {
		found = JVAL_LIST;
		ok = scan_list(&s);
	} else if (peek(&s) == '{') {
		found = JVAL_LANGUAGES;
		ok = scan_languages(&s);
	} else {
		ok = scan_plain(&s, &found);
	}
	if (ok && !text_at_end(&s.t))
		ok = wrong(&s, "something behind the value");
	if (!ok)
		return fail(TOCSIN_BAD, "the value is not in its canonical form: %s (byte %zu)", s.why,
		            (size_t)(s.t.p - v.p));
	if (type != NULL)
		*type = found;
	return TOCSIN_OK;
}
