#include "publish/eml.h"

#include "base/clock.h"
#include "publish/eml_part.h"

/* ---- the header ---- */

bool eml_line(struct bytes *rest, struct bytes *line)
{
	if (rest->n == 0)
		return false;
	const uint8_t *end = memchr(rest->p, '\n', rest->n);
	size_t n = end == NULL ? rest->n : (size_t)(end - rest->p), took = end == NULL ? n : n + 1;
	*line = bytes_of(rest->p, n > 0 && end != NULL && rest->p[n - 1] == '\r' ? n - 1 : n);
	*rest = bytes_of(rest->p + took, rest->n - took);
	return true;
}

static bool name_ends(uint8_t c)
{
	return c <= ' ' || c >= 127 || c == ':';
}

static enum tocsin_err read_field(struct bytes line, size_t number, struct eml_field *out)
{
	size_t n = 0;
	while (n < line.n && !name_ends(line.p[n]))
		n++;
	if (n == 0 || n == line.n || line.p[n] != ':')
		return fail(TOCSIN_BAD, "line %zu is no field of a header, such as \"Subject: …\"", number);
	*out = (struct eml_field){ bytes_of(line.p, n), bytes_of(line.p + n + 1, line.n - n - 1) };
	return TOCSIN_OK;
}

enum tocsin_err eml_head_read(struct bytes *rest, struct arena *a, struct eml_head *out)
{
	const uint8_t *start = rest->p;
	struct bytes line;
	size_t room = 0, number = 0;
	*out = (struct eml_head){ 0 };
	while (eml_line(rest, &line) && line.n > 0) {
		number++;
		if (memchr(line.p, 0, line.n) != NULL)
			return fail(TOCSIN_BAD, "line %zu of a header holds a NUL", number);
		if ((size_t)(rest->p - start) > EML_HEADER || out->n == EML_FIELDS)
			return fail(TOCSIN_BAD, "a header is longer than %u KiB or %d fields", EML_HEADER >> 10, EML_FIELDS);
		if (line.p[0] == ' ' || line.p[0] == '\t') {
			if (out->n == 0)
				return fail(TOCSIN_BAD, "a header begins with a space");
			struct bytes *value = &out->field[out->n - 1].value;
			value->n = (size_t)(line.p + line.n - value->p);
			continue;
		}
		if (out->n == room) {
			size_t more = room == 0 ? 32 : room * 2;
			struct eml_field *field = arena_alloc(a, more * sizeof *field);
			if (field == NULL)
				return fail(TOCSIN_BROKEN, "no memory for a mail");
			if (room > 0)
				memcpy(field, out->field, room * sizeof *field);
			out->field = field;
			room = more;
		}
		enum tocsin_err err = read_field(line, number, &out->field[out->n]);
		if (err != TOCSIN_OK)
			return err;
		out->n++;
	}
	return TOCSIN_OK;
}

enum tocsin_err eml_find(const struct eml_head *h, const char *name, struct bytes *value)
{
	bool found = false;
	*value = bytes_of(NULL, 0);
	for (size_t i = 0; i < h->n; i++) {
		if (h->field[i].name.n != strlen(name) || strncasecmp((const char *)h->field[i].name.p, name, h->field[i].name.n) != 0)
			continue;
		if (found)
			return fail(TOCSIN_BAD, "it has the field %s twice", name);
		found = true;
		*value = h->field[i].value;
	}
	return TOCSIN_OK;
}

/* ---- the date ---- */

/* A cursor over a date: takes what it names or nothing. */
static void skip_space(struct bytes *s)
{
	while (s->n > 0 && memchr(" \t\r\n", s->p[0], 4) != NULL)
		*s = bytes_of(s->p + 1, s->n - 1);
}

/* MIN to MAX digits. */
static bool take_number(struct bytes *s, size_t min, size_t max, int *v)
{
	size_t n = 0;
	*v = 0;
	while (n < s->n && n < max && s->p[n] >= '0' && s->p[n] <= '9')
		*v = *v * 10 + (s->p[n++] - '0');
	*s = bytes_of(s->p + n, s->n - n);
	return n >= min;
}

static bool take_char(struct bytes *s, char c)
{
	if (s->n == 0 || s->p[0] != (uint8_t)c)
		return false;
	*s = bytes_of(s->p + 1, s->n - 1);
	return true;
}

/* One of the three-letter WORDS ("MonTue…"), from 0. */
static bool take_word(struct bytes *s, const char *words, int *which)
{
	for (*which = 0; words[3 * *which] != 0; (*which)++)
		if (s->n >= 3 && strncasecmp((const char *)s->p, words + 3 * *which, 3) == 0) {
			*s = bytes_of(s->p + 3, s->n - 3);
			return true;
		}
	return false;
}

/* Seconds east of Greenwich: "+0130", or "GMT" and the like, which older mails have. */
static bool take_zone(struct bytes *s, int *east)
{
	static const char *const utc[] = { "GMT", "UTC", "UT", "Z" };
	int n = 0, sign = take_char(s, '-') ? -1 : take_char(s, '+') ? 1 : 0;
	if (sign != 0) {
		bool ok = take_number(s, 4, 4, &n) && n % 100 < 60;
		*east = sign * (n / 100 * 3600 + n % 100 * 60);
		return ok;
	}
	*east = 0;
	for (size_t i = 0; i < sizeof utc / sizeof *utc; i++)
		if (s->n >= strlen(utc[i]) && strncasecmp((const char *)s->p, utc[i], strlen(utc[i])) == 0) {
			*s = bytes_of(s->p + strlen(utc[i]), s->n - strlen(utc[i]));
			return true;
		}
	return false;
}

/* "(CET)" at the end: what the sender calls the zone. */
static bool take_comment(struct bytes *s)
{
	if (!take_char(s, '('))
		return true;
	const uint8_t *end = memchr(s->p, ')', s->n);
	if (end == NULL)
		return false;
	*s = bytes_of(end + 1, s->n - (size_t)(end + 1 - s->p));
	return true;
}

/* RFC 5322, 3.3: "Wed, 6 Mar 2024 10:12:00 +0100". */
static bool parse_date(struct bytes s, int64_t *t)
{
	int day = 0, month = 0, year = 0, hour = 0, minute = 0, second = 0, east = 0, weekday;
	char text[64];
	skip_space(&s);
	if (take_word(&s, "MonTueWedThuFriSatSun", &weekday) && !take_char(&s, ','))
		return false;
	skip_space(&s);
	bool ok = take_number(&s, 1, 2, &day);
	skip_space(&s);
	ok = ok && take_word(&s, "JanFebMarAprMayJunJulAugSepOctNovDec", &month);
	skip_space(&s);
	ok = ok && take_number(&s, 4, 4, &year);
	skip_space(&s);
	ok = ok && take_number(&s, 2, 2, &hour) && take_char(&s, ':') && take_number(&s, 2, 2, &minute);
	if (ok && take_char(&s, ':'))
		ok = take_number(&s, 2, 2, &second);
	skip_space(&s);
	ok = ok && take_zone(&s, &east);
	skip_space(&s);
	ok = ok && take_comment(&s);
	skip_space(&s);
	if (!ok || s.n > 0)
		return false;
	/* A leap second is the second after it. */
	snprintf(text, sizeof text, "%04d-%02d-%02dT%02d:%02d:%02dZ", year, month + 1, day, hour, minute, second == 60 ? 59 : second);
	if (!clock_parse(bytes_str(text), t))
		return false;
	*t += ((second == 60) - east) * CLOCK_SECOND;
	/* The zone may lead out of the years that can be written down. */
	clock_format(*t, text);
	int64_t again;
	return clock_parse(bytes_str(text), &again) && again == *t;
}

static enum tocsin_err read_date(const struct eml_head *h, int64_t *out)
{
	struct bytes value;
	enum tocsin_err err = eml_find(h, "Date", &value);
	*out = 0;
	if (err != TOCSIN_OK || value.n == 0)
		return err;
	if (!parse_date(value, out))
		return fail(TOCSIN_BAD, "its Date is no date such as \"Wed, 6 Mar 2024 10:12:00 +0100\"");
	return TOCSIN_OK;
}

/* ---- the mail ---- */

static enum tocsin_err read_text(const struct eml_head *h, const char *name, struct arena *a, const char **out)
{
	struct bytes value;
	enum tocsin_err err = eml_find(h, name, &value);
	if (err != TOCSIN_OK)
		return err;
	*out = eml_text(value, a);
	return *out == NULL ? fail(TOCSIN_BROKEN, "no memory for a mail") : TOCSIN_OK;
}

enum tocsin_err eml_parse(struct bytes file, struct arena *a, struct eml *out)
{
	struct eml_head head;
	struct bytes body = file;
	*out = (struct eml){ 0 };
	enum tocsin_err err = eml_head_read(&body, a, &head);
	if (err == TOCSIN_OK)
		err = read_text(&head, "From", a, &out->from);
	if (err == TOCSIN_OK && out->from[0] == 0)
		err = fail(TOCSIN_BAD, "it does not say whom it is from");
	if (err == TOCSIN_OK)
		err = read_text(&head, "To", a, &out->to);
	if (err == TOCSIN_OK)
		err = read_text(&head, "Subject", a, &out->subject);
	if (err == TOCSIN_OK)
		err = read_text(&head, "Message-ID", a, &out->message_id);
	if (err == TOCSIN_OK)
		err = read_date(&head, &out->date);
	return err == TOCSIN_OK ? eml_signed(&head, body, a, out) : err;
}
