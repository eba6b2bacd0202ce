/*
 * eml_words: text that was made to fit into seven bits, as text again.
 */
#include <iconv.h>
#include <stdlib.h>

#include "base/buf.h"
#include "base/text.h"
#include "publish/eml_part.h"

#define WORD_MAX 998                            /* bytes of one encoded word: no line is longer */
#define REPLACEMENT "\xEF\xBF\xBD"
#define ELLIPSIS "\xE2\x80\xA6"

/* Character sets of one byte a character, and UTF-8: what is in another one stays as it was written. Sets with states
 * and shifts are left out on purpose: their decoders are large, and have had holes. */
static bool known_set(struct bytes name)
{
	static const char *const sets[] = { "us-ascii", "utf-8", "iso-8859-1", "iso-8859-2", "iso-8859-3", "iso-8859-4",
		"iso-8859-5", "iso-8859-6", "iso-8859-7", "iso-8859-8", "iso-8859-9", "iso-8859-10", "iso-8859-13",
		"iso-8859-14", "iso-8859-15", "iso-8859-16", "windows-1250", "windows-1251", "windows-1252", "windows-1253",
		"windows-1254", "windows-1255", "windows-1256", "windows-1257", "windows-1258", "koi8-r", "koi8-u" };
	for (size_t i = 0; i < sizeof sets / sizeof *sets; i++)
		if (strlen(sets[i]) == name.n && strncasecmp(sets[i], (const char *)name.p, name.n) == 0)
			return true;
	return false;
}

static bool is_set(struct bytes name, const char *set)
{
	return name.n == strlen(set) && strncasecmp((const char *)name.p, set, name.n) == 0;
}

/* RAW in character set SET as UTF-8; false when this machine does not know the set. */
static bool convert(struct bytes set, struct bytes raw, struct buf *out)
{
	char name[32], piece[1024];
	if (is_set(set, "utf-8") || is_set(set, "us-ascii")) {
		buf_add_bytes(out, raw);
		return true;
	}
	snprintf(name, sizeof name, "%.*s", (int)set.n, (const char *)set.p);
	iconv_t c = iconv_open("UTF-8", name);
	if (c == (iconv_t)-1)
		return false;
	char *in = (char *)(uintptr_t)raw.p;
	size_t left = raw.n;
	while (left > 0) {
		char *to = piece;
		size_t room = sizeof piece, before = left;
		size_t made = iconv(c, &in, &left, &to, &room);
		buf_add(out, piece, sizeof piece - room);
		if (made == (size_t)-1 && left == before && left > 0) {
			/* No such character. */
			buf_add_str(out, REPLACEMENT);
			in++;
			left--;
		}
	}
	iconv_close(c);
	return true;
}

/* ---- encodings ---- */

static int hex_digit(uint8_t c)
{
	return c >= '0' && c <= '9' ? c - '0' : c >= 'A' && c <= 'F' ? c - 'A' + 10 : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Base64 with white space anywhere. */
static bool add_base64(struct bytes s, struct buf *out)
{
	struct buf packed;
	size_t n = 0;
	buf_init(&packed, s.n + 1);
	for (size_t i = 0; i < s.n; i++)
		if (memchr(" \t\r\n", s.p[i], 4) == NULL)
			buf_add_char(&packed, (char)s.p[i]);
	uint8_t *raw = malloc(packed.n / 4 * 3 + 3);
	bool ok = raw != NULL && base64_decode(buf_bytes(&packed), true, raw, packed.n / 4 * 3 + 3, &n);
	if (ok)
		buf_add(out, raw, n);
	free(raw);
	buf_free(&packed);
	return ok;
}

/* "Q" of RFC 2047. */
static bool add_q(struct bytes s, struct buf *out)
{
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] != '=') {
			buf_add_char(out, s.p[i] == '_' ? ' ' : (char)s.p[i]);
			continue;
		}
		int high = i + 2 < s.n ? hex_digit(s.p[i + 1]) : -1, low = i + 2 < s.n ? hex_digit(s.p[i + 2]) : -1;
		if (high < 0 || low < 0)
			return false;
		buf_add_char(out, (char)(high * 16 + low));
		i += 2;
	}
	return true;
}

/* Quoted-printable (RFC 2045, 6.7). */
static bool add_quoted(struct bytes s, struct buf *out)
{
	struct bytes line;
	while (eml_line(&s, &line)) {
		/* White space at the end of a line came on the way. */
		while (line.n > 0 && memchr(" \t", line.p[line.n - 1], 2) != NULL)
			line.n--;
		bool soft = line.n > 0 && line.p[line.n - 1] == '=';
		line.n -= soft;
		for (size_t i = 0; i < line.n; i++) {
			if (line.p[i] != '=') {
				buf_add_char(out, (char)line.p[i]);
				continue;
			}
			int high = i + 2 < line.n ? hex_digit(line.p[i + 1]) : -1, low = i + 2 < line.n ? hex_digit(line.p[i + 2]) : -1;
			if (high < 0 || low < 0)
				return false;
			buf_add_char(out, (char)(high * 16 + low));
			i += 2;
		}
		if (!soft)
			buf_add_char(out, '\n');
	}
	return true;
}

static bool is_word(struct bytes s, const char *word)
{
	while (s.n > 0 && memchr(" \t\r\n", s.p[0], 4) != NULL)
		s = bytes_of(s.p + 1, s.n - 1);
	while (s.n > 0 && memchr(" \t\r\n", s.p[s.n - 1], 4) != NULL)
		s.n--;
	return s.n == strlen(word) && strncasecmp((const char *)s.p, word, s.n) == 0;
}

enum tocsin_err eml_decode(struct bytes encoding, struct bytes content, struct arena *a, struct bytes *out)
{
	struct buf b;
	bool base64 = is_word(encoding, "base64");
	*out = content;
	if (!base64 && !is_word(encoding, "quoted-printable"))
		return TOCSIN_OK;
	buf_init(&b, 2 * content.n + 16);
	bool ok = base64 ? add_base64(content, &b) : add_quoted(content, &b);
	enum tocsin_err err = ok ? buf_end(&b, "a part of a mail") : fail(TOCSIN_BAD, "a part of it is not %s, as its header says",
		base64 ? "base64" : "quoted-printable");
	if (err == TOCSIN_OK) {
		*out = bytes_of(arena_copy(a, b.p, b.n), b.n);
		if (out->p == NULL)
			err = fail(TOCSIN_BROKEN, "no memory for a mail");
	}
	buf_free(&b);
	return err;
}

/* ---- encoded words ---- */

/* Takes "CHAR" terminated text off S: everything up to END. */
static bool take_until(struct bytes *s, char end, struct bytes *out)
{
	const uint8_t *p = memchr(s->p, end, s->n);
	if (p == NULL)
		return false;
	*out = bytes_of(s->p, (size_t)(p - s->p));
	*s = bytes_of(p + 1, s->n - out->n - 1);
	return true;
}

/* "=?utf-8?Q?caf=C3=A9?=" at the start of S: decoded into OUT, and how long it is; 0 when there is none that can be. */
static size_t add_encoded(struct bytes s, struct buf *out)
{
	struct bytes rest = s, set, how, text;
	struct buf raw;
	if (!bytes_starts(s, "=?"))
		return 0;
	rest = bytes_of(s.p + 2, s.n - 2 > WORD_MAX ? WORD_MAX : s.n - 2);
	if (!take_until(&rest, '?', &set) || !take_until(&rest, '?', &how) || !take_until(&rest, '?', &text) || rest.n == 0 ||
		rest.p[0] != '=' || how.n != 1 || memchr(text.p, ' ', text.n) != NULL)
		return 0;
	/* "utf-8*en": the language is of no use here. */
	const uint8_t *star = memchr(set.p, '*', set.n);
	if (star != NULL)
		set.n = (size_t)(star - set.p);
	if (!known_set(set))
		return 0;
	buf_init(&raw, WORD_MAX);
	bool ok = strchr("Bb", how.p[0]) != NULL ? add_base64(text, &raw) : strchr("Qq", how.p[0]) != NULL && add_q(text, &raw);
	ok = ok && convert(set, buf_bytes(&raw), out);
	buf_free(&raw);
	return ok ? (size_t)(rest.p + 1 - s.p) : 0;
}

static bool is_space(uint8_t c)
{
	return memchr(" \t\r\n", c, 4) != NULL;
}

/* White space between two encoded words is none. */
static void add_value(struct bytes s, struct buf *out)
{
	bool start = true, after = false;       /* where a word may begin; right behind an encoded one */
	size_t space = 0;
	while (s.n > 0) {
		size_t n = 0, before = out->n;
		if (is_space(s.p[0])) {
			space++;
			start = true;
			s = bytes_of(s.p + 1, s.n - 1);
			continue;
		}
		if (start) {
			struct buf word;
			buf_init(&word, 8 * WORD_MAX);
			n = add_encoded(s, &word);
			if (n > 0 && space > 0 && !after && before > 0)
				buf_add_char(out, ' ');
			if (n > 0)
				buf_add_bytes(out, buf_bytes(&word));
			buf_free(&word);
		}
		after = n > 0;
		if (n == 0) {
			if (space > 0 && before > 0)
				buf_add_char(out, ' ');
			buf_add_char(out, (char)s.p[0]);
			n = 1;
		}
		/* In a comment, too, one may begin. */
		start = after || s.p[n - 1] == '(';
		space = 0;
		s = bytes_of(s.p + n, s.n - n);
	}
}

/* How many bytes the character in front of S has when text may hold it; 0: it may not. */
static size_t good(struct bytes s)
{
	size_t n = s.p[0] < 0x80 ? 1 : s.p[0] < 0xE0 ? 2 : s.p[0] < 0xF0 ? 3 : 4;
	struct bytes one = bytes_of(s.p, n <= s.n ? n : s.n);
	return text_is_clean(one) && !text_has_bidi(one) ? one.n : 0;
}

/* RAW as clean text of at most EML_TEXT bytes, its end marked where it is cut. */
static void add_clean(struct bytes raw, struct buf *out)
{
	for (size_t i = 0; i < raw.n;) {
		size_t n = good(bytes_of(raw.p + i, raw.n - i)), space = is_space(raw.p[i]);
		if (out->n + 4 + strlen(ELLIPSIS) > EML_TEXT) {
			buf_add_str(out, ELLIPSIS);
			return;
		}
		if (n > 0)
			buf_add(out, raw.p + i, n);
		else
			buf_add_str(out, space ? " " : REPLACEMENT);
		i += n > 0 ? n : 1;
	}
}

const char *eml_text(struct bytes value, struct arena *a)
{
	struct buf raw, text;
	const char *out = NULL;
	/* No character set has characters that are more than four times as long in UTF-8. */
	buf_init(&raw, 4 * value.n + 64);
	buf_init(&text, EML_TEXT);
	add_value(value, &raw);
	add_clean(buf_bytes(&raw), &text);
	if (!raw.failed && !text.failed)
		out = arena_str(a, buf_bytes(&text));
	buf_free(&raw);
	buf_free(&text);
	return out;
}
