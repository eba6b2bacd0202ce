#include "base/text.h"

#include "base/limits.h"

bool text_line(struct text *t, size_t max, struct bytes *line)
{
	size_t left = (size_t)(t->end - t->p);
	if (left == 0)
		return false;
	const uint8_t *nl = memchr(t->p, '\n', left > max ? max + 1 : left);
	if (nl == NULL)
		return false;
	*line = bytes_of(t->p, (size_t)(nl - t->p));
	t->p = nl + 1;
	return true;
}

bool text_literal(struct text *t, const char *lit)
{
	if (!bytes_starts(text_rest(t), lit))
		return false;
	t->p += strlen(lit);
	return true;
}

bool text_field(struct text *t, const char *key, size_t max, struct bytes *value)
{
	struct text from = *t;
	struct bytes v;
	if (!text_literal(&from, key) || !text_literal(&from, " ") || !text_line(&from, max, &v))
		return false;
	if (v.n == 0 || v.p[0] == ' ' || v.p[v.n - 1] == ' ')
		return false;
	*value = v;
	*t = from;
	return true;
}

bool text_word(struct bytes *line, struct bytes *word)
{
	if (line->n == 0)
		return false;
	const uint8_t *space = memchr(line->p, ' ', line->n);
	if (space == NULL) {
		*word = *line;
		*line = bytes_of(line->p + line->n, 0);
		return true;
	}
	size_t n = (size_t)(space - line->p);
	if (n == 0 || n + 1 == line->n || space[1] == ' ')
		return false;
	*word = bytes_of(line->p, n);
	*line = bytes_of(space + 1, line->n - n - 1);
	return true;
}

bool text_u64(struct bytes s, uint64_t max, uint64_t *v)
{
	if (s.n == 0 || (s.n > 1 && s.p[0] == '0'))
		return false;
	uint64_t sum = 0;
	for (size_t i = 0; i < s.n; i++) {
		unsigned digit = (unsigned)s.p[i] - '0';
		if (digit > 9 || sum > (UINT64_MAX - digit) / 10)
			return false;
		sum = sum * 10 + digit;
	}
	if (sum > max)
		return false;
	*v = sum;
	return true;
}

/* The length of the character at P, whose code point goes into *C; 0 when it is not valid (Unicode, table 3-7). */
static size_t character(const uint8_t *p, size_t left, uint32_t *c)
{
	if (p[0] < 0x80) {
		*c = p[0];
		return 1;
	}
	size_t n;
	uint32_t least;
	if (p[0] >= 0xc2 && p[0] <= 0xdf) {
		n = 2, least = 0x80, *c = p[0] & 0x1fu;
	} else if ((p[0] & 0xf0) == 0xe0) {
		n = 3, least = 0x800, *c = p[0] & 0x0fu;
	} else if (p[0] >= 0xf0 && p[0] <= 0xf4) {
		n = 4, least = 0x10000, *c = p[0] & 0x07u;
	} else {
		return 0;
	}
	if (left < n)
		return 0;
	for (size_t i = 1; i < n; i++) {
		if ((p[i] & 0xc0) != 0x80)
			return 0;
		*c = *c << 6 | (p[i] & 0x3fu);
	}
	if (*c < least || *c > 0x10ffff || (*c >= 0xd800 && *c <= 0xdfff))
		return 0;
	return n;
}

/* How many bytes at the start of S are ASCII, in steps of eight: most of what passes is. */
static size_t ascii_run(struct bytes s)
{
	size_t i = 0;
	for (uint64_t v; s.n - i >= sizeof v; i += sizeof v) {
		memcpy(&v, s.p + i, sizeof v);
		if ((v & UINT64_C(0x8080808080808080)) != 0)
			break;
	}
	return i;
}

bool text_is_utf8(struct bytes s)
{
	for (size_t i = ascii_run(s); i < s.n;) {
		uint32_t c;
		size_t n = character(s.p + i, s.n - i, &c);
		if (n == 0)
			return false;
		i += n;
		if (n > 1)
			i += ascii_run(bytes_of(s.p + i, s.n - i));
	}
	return true;
}

bool text_is_clean(struct bytes s)
{
	for (size_t i = 0; i < s.n;) {
		uint32_t c;
		if (s.p[i] >= 0x20 && s.p[i] < 0x7f) {
			i++;
			continue;
		}
		size_t n = character(s.p + i, s.n - i, &c);
		if (n == 0 || c < 0x20 || (c >= 0x7f && c <= 0x9f) || c == 0x2028 || c == 0x2029)
			return false;
		i += n;
	}
	return true;
}

bool text_has_bidi(struct bytes s)
{
	/* U+202A-202E is e2 80 aa-ae, U+2066-2069 is e2 81 a6-a9; in valid UTF-8 e2 only leads. */
	for (size_t i = 0; i + 2 < s.n; i++) {
		const uint8_t *lead = memchr(s.p + i, 0xe2, s.n - 2 - i);
		if (lead == NULL)
			return false;
		if ((lead[1] == 0x80 && lead[2] >= 0xaa && lead[2] <= 0xae) ||
		    (lead[1] == 0x81 && lead[2] >= 0xa6 && lead[2] <= 0xa9))
			return true;
		i = (size_t)(lead - s.p);
	}
	return false;
}

bool text_is_name(struct bytes s)
{
	if (s.n > LIMIT_NAME)
		return false;
	size_t labels = 0, start = 0;
	for (size_t i = 0; i <= s.n; i++) {
		if (i < s.n && s.p[i] != '.') {
			uint8_t c = s.p[i];
			if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-'))
				return false;
			continue;
		}
		size_t n = i - start;
		if (n == 0 || n > 63 || s.p[start] == '-' || s.p[i - 1] == '-')
			return false;
		labels++;
		start = i + 1;
	}
	return labels >= 2;
}

bool text_is_mail(struct bytes s)
{
	const uint8_t *at = s.n > 0 ? memchr(s.p, '@', s.n) : NULL;
	if (at == NULL || s.n > TEXT_MAIL)
		return false;
	size_t local = (size_t)(at - s.p), domain = s.n - local - 1;
	if (local == 0 || local > 64 || domain == 0 || memchr(at + 1, '@', domain) != NULL)
		return false;
	for (size_t i = 0; i < s.n; i++) {
		bool dots = i > 0 && s.p[i] == '.' && s.p[i - 1] == '.';
		if (s.p[i] <= ' ' || s.p[i] > '~' || strchr("<>()[]\\,;:\"", s.p[i]) != NULL || dots)
			return false;
	}
	/* A dash in front would be an option to somebody's program. */
	return s.p[0] != '-' && s.p[0] != '.' && at[1] != '.' && at[1] != '-' && s.p[local - 1] != '.' && s.p[s.n - 1] != '.';
}
