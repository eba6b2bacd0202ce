/* A closed time in an open text: its date in the usual spellings, with or without its time of day. */
#include "base/clock.h"
#include "domain/leak_parts.h"

#define MINUTE (60 * CLOCK_SECOND)
#define ZONES_FROM (-12)        /* hours of the zones there are */
#define ZONES_UNTIL 14

struct number { int64_t v; size_t digits, until; };
struct date { int year, month, day; size_t from, until; };      /* year 0: not said */

static bool take_digits(const struct leak_text *t, size_t i, struct number *n)
{
	*n = (struct number){ .until = i };
	while (n->until < t->f.n && n->digits < 9 && t->f.c[n->until] >= '0' && t->f.c[n->until] <= '9') {
		n->v = n->v * 10 + (t->f.c[n->until++] - '0');
		n->digits++;
	}
	return n->digits > 0;
}

static size_t skip(const struct leak_text *t, size_t i, const char *signs)
{
	while (i < t->f.n && (fold_class(t->f.c[i]) == FOLD_SPACE || (t->f.c[i] < 0x80 && strchr(signs, (int)t->f.c[i]) != NULL)))
		i++;
	return i;
}

/* Whether the word at I begins with STEM (UTF-8, folded). */
static bool has_stem(const struct leak_text *t, size_t i, const char *stem)
{
	const uint8_t *p = (const uint8_t *)stem;
	for (; *p != '\0'; i++) {
		/* Of the alphabets of the table, two bytes at most. */
		uint32_t c = *p < 0x80 ? *p : ((uint32_t)(*p & 0x1f) << 6 | (p[1] & 0x3f));
		p += *p < 0x80 ? 1 : 2;
		if (i >= t->f.n || t->f.c[i] != c)
			return false;
	}
	return true;
}

/* The month whose name the word at I is, in English, Russian, Ukrainian, German, French or Spanish; 0: none. */
static int month_at(const struct leak_text *t, size_t i, size_t *until)
{
	static const struct { const char *stem; int month; } names[] = { { "jan", 1 }, { "ene", 1 }, { "янв", 1 }, { "січ", 1 }, { "feb", 2 },
		{ "fev", 2 }, { "фев", 2 }, { "лют", 2 }, { "march", 3 }, { "mars", 3 }, { "marz", 3 }, { "март", 3 }, { "берез", 3 },
		{ "apr", 4 }, { "avr", 4 }, { "abr", 4 }, { "апр", 4 }, { "квіт", 4 }, { "квит", 4 }, { "may", 5 }, { "mai", 5 }, { "маи", 5 },
		{ "мая", 5 }, { "трав", 5 }, { "jun", 6 }, { "juin", 6 }, { "июн", 6 }, { "черв", 6 }, { "jul", 7 }, { "juil", 7 },
		{ "июл", 7 }, { "лип", 7 }, { "aug", 8 }, { "aout", 8 }, { "ago", 8 }, { "авг", 8 }, { "серп", 8 }, { "sep", 9 },
		{ "сен", 9 }, { "верес", 9 }, { "oct", 10 }, { "okt", 10 }, { "окт", 10 }, { "жовт", 10 }, { "nov", 11 }, { "ноя", 11 },
		{ "лист", 11 }, { "dec", 12 }, { "dez", 12 }, { "dic", 12 }, { "дек", 12 }, { "груд", 12 } };
	size_t end = i;
	while (end < t->f.n && fold_class(t->f.c[end]) == FOLD_LETTER)
		end++;
	*until = end;
	for (size_t k = 0; end - i <= 10 && k < sizeof names / sizeof *names; k++)
		if (has_stem(t, i, names[k].stem))
			return names[k].month;
	return 0;
}

static bool date_ok(const struct date *d)
{
	return d->month >= 1 && d->month <= 12 && d->day >= 1 && d->day <= 31 && (d->year == 0 || (d->year >= 1900 && d->year <= 2199));
}

static int year_of(const struct number *n)
{
	return n->digits == 4 ? (int)n->v : n->digits == 2 ? 2000 + (int)n->v : -1;
}

/* A year behind I, if there is one. */
static void take_year(const struct leak_text *t, size_t i, struct date *d)
{
	struct number y;
	if (take_digits(t, skip(t, i, ",."), &y) && y.digits == 4 && y.v >= 1900 && y.v <= 2199) {
		d->year = (int)y.v;
		d->until = y.until;
	}
}

/* Three numbers with the same sign between them, of which the first is A. SWAP: month before day. */
static bool take_numbers(const struct leak_text *t, const struct number *a, bool swap, struct date *d)
{
	struct number b, c;
	uint32_t sign = a->until < t->f.n ? t->f.c[a->until] : 0;
	if ((sign != '-' && sign != '.' && sign != '/') || !take_digits(t, a->until + 1, &b) || b.digits > 2 ||
		b.until >= t->f.n || t->f.c[b.until] != sign || !take_digits(t, b.until + 1, &c))
		return false;
	if (a->digits == 4)
		*d = (struct date){ (int)a->v, (int)b.v, (int)c.v, d->from, c.until };
	else
		*d = (struct date){ year_of(&c), (int)(swap ? a->v : b.v), (int)(swap ? b.v : a->v), d->from, c.until };
	return date_ok(d);
}

/* The date that begins at character I, in form FORM of four. */
static bool take_date(const struct leak_text *t, size_t i, int form, struct date *d)
{
	struct number n;
	size_t until;
	*d = (struct date){ .from = i };
	if (i > 0 && (fold_class(t->f.c[i - 1]) == FOLD_DIGIT || fold_class(t->f.c[i - 1]) == FOLD_LETTER))
		return false;
	if (form == 3) {
		/* March 7, 2024 */
		d->month = month_at(t, i, &until);
		if (d->month == 0 || !take_digits(t, skip(t, until, "."), &n) || n.digits > 2)
			return false;
		d->day = (int)n.v;
		d->until = n.until;
		take_year(t, n.until, d);
		return date_ok(d);
	}
	if (!take_digits(t, i, &n))
		return false;
	if (form < 2)
		return n.digits <= 4 && take_numbers(t, &n, form == 1, d);
	/* 7 March 2024, 7th of March, 7. März, 7 de marzo */
	d->day = (int)n.v;
	size_t k = n.until;
	if (k + 1 < t->f.n && (has_stem(t, k, "th") || has_stem(t, k, "st") || has_stem(t, k, "nd") || has_stem(t, k, "rd")))
		k += 2;
	k = skip(t, k, ".-");
	if (has_stem(t, k, "of ") || has_stem(t, k, "de "))
		k = skip(t, k + 3, "");
	d->month = n.digits > 2 ? 0 : month_at(t, k, &d->until);
	if (d->month == 0)
		return false;
	take_year(t, d->until, d);
	return date_ok(d);
}

/* Date and time of T as a zone HOURS from UTC writes it. */
static void civil(int64_t t, int hours, struct date *d, int *minute)
{
	char text[CLOCK_TEXT + 1];
	clock_format(t + hours * 60 * MINUTE, text);
	*d = (struct date){ (text[0] - '0') * 1000 + (text[1] - '0') * 100 + (text[2] - '0') * 10 + (text[3] - '0'),
		(text[5] - '0') * 10 + (text[6] - '0'), (text[8] - '0') * 10 + (text[9] - '0'), 0, 0 };
	*minute = ((text[11] - '0') * 10 + (text[12] - '0')) * 60 + (text[14] - '0') * 10 + (text[15] - '0');
}

/* A time of day near D: in the two dozen characters behind it or before it. In minutes, -1: none. */
static int time_near(const struct leak_text *t, const struct date *d)
{
	size_t from = d->from > 24 ? d->from - 24 : 0, until = d->until + 24 < t->f.n ? d->until + 24 : t->f.n;
	for (size_t i = from; i < until; i++) {
		struct number h, m;
		if ((i >= d->from && i < d->until) || (i > 0 && fold_class(t->f.c[i - 1]) == FOLD_DIGIT))
			continue;
		if (take_digits(t, i, &h) && h.digits <= 2 && h.v < 24 && h.until < t->f.n && t->f.c[h.until] == ':' &&
			take_digits(t, h.until + 1, &m) && m.digits == 2 && m.v < 60)
			return (int)(h.v * 60 + m.v);
	}
	return -1;
}

/* 0: another date; 1: the date; 2: the time, too. */
static int compare(const struct leak_text *t, int64_t time, const struct date *d)
{
	int best = 0, told = time_near(t, d);
	for (int zone = ZONES_FROM; zone <= ZONES_UNTIL; zone++) {
		struct date is;
		int minute;
		civil(time, zone, &is, &minute);
		if (is.month != d->month || is.day != d->day || (d->year != 0 && d->year != is.year))
			continue;
		if (told == minute)
			return 2;
		best = 1;
	}
	return best;
}

enum tocsin_err leak_match_times(struct leak_search *s, const struct leak_text *closed, const struct leak_text *open)
{
	int64_t time;
	if (closed->by_name || open->by_name || closed->text.n != CLOCK_TEXT || !clock_parse(closed->text, &time))
		return TOCSIN_OK;
	/* Two times of the same day are two times. */
	if (open->field != NULL && open->field->type == FIELD_TIME) {
		if (bytes_equal(open->text, closed->text))
			s->found(s->arg, closed, open, 0, open->text.n, false);
		return TOCSIN_OK;
	}
	enum tocsin_err err = leak_worked(s, open->f.n);
	for (size_t i = 0; err == TOCSIN_OK && i < open->f.n; i++) {
		struct date d;
		int found = 0;
		for (int form = 0; form < 4 && found == 0; form++)
			found = take_date(open, i, form, &d) ? compare(open, time, &d) : 0;
		if (found > 0) {
			s->found(s->arg, closed, open, open->f.at[d.from], open->f.at[d.until], found == 2);
			i = d.until - 1;
		}
	}
	return err;
}
