/* Numbers and places of a closed text in an open one, however they are written. */
#include <stdlib.h>

#include "domain/area.h"
#include "domain/leak_parts.h"

#define DIGITS 40
#define NEAR 1000               /* millionths of a degree: about 100 m */
#define CLOSE 20000             /* about 2 km */
#define GAP 12                  /* characters between the two halves of a place */

static bool is_digit(const struct leak_text *t, size_t i)
{
	return i < t->f.n && t->f.c[i] >= '0' && t->f.c[i] <= '9';
}

static bool is_letter(const struct leak_text *t, size_t i)
{
	return i < t->f.n && fold_class(t->f.c[i]) == FOLD_LETTER;
}

/* What may stand between the digits of one number. */
static bool joins(uint32_t c)
{
	return fold_class(c) == FOLD_SPACE || (c < 0x80 && strchr("-./(),'", (int)c) != NULL) || c == 0x2019 || c == 0x2013 ||
		c == 0x2010 || c == 0x2011;
}

/* The place of the next digit behind I in the same number; n of the text when there is none. */
static size_t next_digit(const struct leak_text *t, size_t i)
{
	for (size_t k = i + 1; k < t->f.n && k <= i + 3; k++) {
		if (is_digit(t, k))
			return k;
		if (!joins(t->f.c[k]))
			break;
	}
	return t->f.n;
}

/* The number that begins at digit I: at most DIGITS of it; *END behind its last digit. */
static size_t take_number(const struct leak_text *t, size_t i, uint8_t digits[DIGITS], size_t *end)
{
	size_t n = 0;
	while (i < t->f.n && n < DIGITS) {
		digits[n++] = (uint8_t)t->f.c[i];
		*end = i + 1;
		i = next_digit(t, i);
	}
	return n;
}

/* Whether the open number that begins at I, at the beginning of a run of digits, is these N digits, or begins with them
 * and the run ends there; *END behind it. */
static bool same_number(const struct leak_text *t, size_t i, const uint8_t *digits, size_t n, size_t *end)
{
	for (size_t k = 0; k < n; k++) {
		if (i >= t->f.n || t->f.c[i] != digits[k])
			return false;
		*end = i + 1;
		i = next_digit(t, i);
	}
	return !is_digit(t, *end);
}

/* A year, or a round number, is everybody's. */
static bool tells(const uint8_t *digits, size_t n)
{
	bool year = n == 4 && ((digits[0] == '1' && digits[1] == '9') || (digits[0] == '2' && digits[1] == '0'));
	size_t zeros = 0;
	while (zeros < n && digits[n - 1 - zeros] == '0')
		zeros++;
	return n >= LEAK_CHARACTERS && !year && n - zeros >= 3;
}

static int by_key(const void *x, const void *y)
{
	const struct leak_number *a = x, *b = y;
	return a->key == b->key ? 0 : a->key < b->key ? -1 : 1;
}

static uint32_t key_of(const uint8_t *digits, size_t n)
{
	uint32_t key = 0;
	for (size_t i = 0; i < 4 && i < n; i++)
		key = key << 8 | digits[i];
	return key;
}

enum tocsin_err leak_numbers_ready(struct leak_text *t, struct arena *a)
{
	size_t runs = 0;
	for (size_t i = 0; i < t->f.n; i++)
		runs += is_digit(t, i) && (i == 0 || !is_digit(t, i - 1));
	t->number = arena_alloc(a, (runs + 1) * sizeof *t->number);
	if (t->number == NULL)
		return fail(TOCSIN_BROKEN, "no memory to compare texts");
	for (size_t i = 0; i < t->f.n; i++) {
		uint8_t digits[DIGITS];
		size_t end;
		if (!is_digit(t, i) || (i > 0 && is_digit(t, i - 1)))
			continue;
		size_t n = take_number(t, i, digits, &end);
		if (n >= LEAK_CHARACTERS)
			t->number[t->number_n++] = (struct leak_number){ (uint32_t)i, key_of(digits, n) };
	}
	if (t->number_n > 0)
		qsort(t->number, t->number_n, sizeof *t->number, by_key);
	return TOCSIN_OK;
}

/* The first of T's numbers with KEY, or where it would be. */
static size_t first_number(const struct leak_text *t, uint32_t key)
{
	size_t low = 0, high = t->number_n;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (t->number[middle].key < key)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

enum tocsin_err leak_match_numbers(struct leak_search *s, const struct leak_text *closed, const struct leak_text *open)
{
	enum tocsin_err err = TOCSIN_OK;
	/* What is marked on the map is compared as a place, a time as a time. */
	if (closed->by_name || (closed->field != NULL && closed->field->type != FIELD_TEXT && closed->field->type != FIELD_INTEGER))
		return TOCSIN_OK;
	for (size_t i = 0; err == TOCSIN_OK && i < closed->f.n; i++) {
		uint8_t digits[DIGITS];
		size_t end = i, from = i, n;
		if (!is_digit(closed, i) || (n = take_number(closed, i, digits, &end)) == 0)
			continue;
		i = end;
		bool all = n == closed->letter_n;
		/* A number within a word is compared with the word. */
		if (!tells(digits, n) || (!all && (is_letter(closed, from - 1) || is_letter(closed, end))))
			continue;
		const uint32_t key = key_of(digits, n);
		err = leak_worked(s, 16);
		for (size_t k = first_number(open, key); err == TOCSIN_OK && k < open->number_n && open->number[k].key == key; k++) {
			size_t at = open->number[k].from, until;
			if (same_number(open, at, digits, n, &until))
				s->found(s->arg, closed, open, open->f.at[at], open->f.at[until], all);
			err = leak_worked(s, n);
		}
	}
	return err;
}

/* ---- places ---- */

struct angle {
	int64_t v;                      /* millionths of a degree */
	size_t from, until;
};

static bool is_sign(uint32_t c, const char *ascii, uint32_t other)
{
	return c == other || (c < 0x80 && c != 0 && strchr(ascii, (int)c) != NULL);
}

static size_t skip_space(const struct leak_text *t, size_t i)
{
	while (i < t->f.n && fold_class(t->f.c[i]) == FOLD_SPACE)
		i++;
	return i;
}

/* A decimal number at *I, at most three digits before the point: in millionths; *FRACTION digits behind it. */
static bool take_decimal(const struct leak_text *t, size_t *i, int64_t *v, size_t *fraction)
{
	size_t k = *i, whole = 0;
	int64_t unit = 100000;
	*v = 0;
	*fraction = 0;
	for (; whole < 4 && is_digit(t, k); k++, whole++)
		*v = *v * 10 + (t->f.c[k] - '0');
	if (whole == 0 || whole > 3)
		return false;
	*v *= 1000000;
	if (k < t->f.n && (t->f.c[k] == '.' || t->f.c[k] == ',') && is_digit(t, k + 1)) {
		for (k++; is_digit(t, k); k++, ++*fraction, unit /= 10)
			*v += unit * (t->f.c[k] - '0');
	}
	*i = k;
	return true;
}

/* Minutes or seconds with their sign: added as a SHARE of a degree. */
static void take_part(const struct leak_text *t, size_t *i, const char *signs, uint32_t other, int64_t share, int64_t *v)
{
	size_t k = skip_space(t, *i), fraction;
	int64_t part;
	if (take_decimal(t, &k, &part, &fraction) && part < 60 * 1000000 && k < t->f.n && is_sign(t->f.c[k], signs, other)) {
		*v += part / share;
		/* Two signs for minutes are one for seconds. */
		*i = k + 1 + (k + 1 < t->f.n && is_sign(t->f.c[k + 1], signs, other));
	}
}

/* An angle that begins at I: at least two digits behind the point, or with signs of degrees. */
static bool take_angle(const struct leak_text *t, size_t i, struct angle *a)
{
	size_t fraction, k = i;
	bool minus = i > 0 && (t->f.c[i - 1] == '-' || t->f.c[i - 1] == 0x2212), degrees = false;
	if (!take_decimal(t, &k, &a->v, &fraction))
		return false;
	size_t sign = skip_space(t, k);
	if (sign < t->f.n && t->f.c[sign] == 0xb0) {
		degrees = true;
		k = sign + 1;
		take_part(t, &k, "'", 0x2032, 60, &a->v);
		take_part(t, &k, "\"'", 0x2032, 3600, &a->v);
	}
	a->from = i;
	a->until = k;
	size_t letter = skip_space(t, k);
	bool ends = letter + 1 >= t->f.n || fold_class(t->f.c[letter + 1]) != FOLD_LETTER;
	if (letter < t->f.n && ends && (t->f.c[letter] == 's' || t->f.c[letter] == 'w'))
		minus = true;
	if (minus)
		a->v = -a->v;
	return degrees || fraction >= 2;
}

/* The next pair of angles from *I on. */
static bool next_place(const struct leak_text *t, size_t *i, struct angle *lat, struct angle *lon)
{
	for (; *i < t->f.n; ++*i) {
		if (!is_digit(t, *i) || (*i > 0 && is_digit(t, *i - 1)) || !take_angle(t, *i, lat))
			continue;
		for (size_t k = lat->until; k < t->f.n && k < lat->until + GAP; k++) {
			if (!is_digit(t, k))
				continue;
			if (!take_angle(t, k, lon))
				break;
			*i = lat->until;
			return true;
		}
		*i = lat->until;
		if (*i >= t->f.n)
			break;
	}
	return false;
}

static int64_t distance(int64_t a, int64_t b)
{
	return a < b ? b - a : a - b;
}

static void compare_place(struct leak_search *s, const struct leak_text *closed, const struct leak_text *open, int64_t lat,
	int64_t lon)
{
	struct angle x, y;
	for (size_t i = 0; next_place(open, &i, &x, &y);) {
		int64_t off = distance(x.v, lat) > distance(y.v, lon) ? distance(x.v, lat) : distance(y.v, lon);
		if (off <= CLOSE)
			s->found(s->arg, closed, open, open->f.at[x.from], open->f.at[y.until], off <= NEAR);
	}
}

enum tocsin_err leak_match_places(struct leak_search *s, const struct leak_text *closed, const struct leak_text *open)
{
	struct angle x, y;
	enum tocsin_err err = TOCSIN_OK;
	struct area area;
	if (closed->by_name || open->by_name)
		return TOCSIN_OK;
	if (closed->field != NULL && closed->field->type == FIELD_AREA) {
		bool is = area_parse(closed->text, &area) == TOCSIN_OK && area.shape != AREA_GEOCODE;
		for (size_t k = 0; is && k < area.n && err == TOCSIN_OK; k++) {
			err = leak_worked(s, open->f.n);
			if (err == TOCSIN_OK)
				compare_place(s, closed, open, area.point[k].lat, area.point[k].lon);
		}
		return err;
	}
	for (size_t i = 0; err == TOCSIN_OK && next_place(closed, &i, &x, &y);) {
		err = leak_worked(s, open->f.n);
		if (err == TOCSIN_OK)
			compare_place(s, closed, open, x.v, y.v);
	}
	return err;
}
