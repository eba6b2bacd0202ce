#include "base/zone.h"

#include <stdlib.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/text.h"

#define FOLDER "/usr/share/zoneinfo"
#define FILE_MAX 65536
#define TIMES_MAX 4096
#define TYPES_MAX 256
#define OFFSET_MAX 93600                        /* RFC 8536: -25 to 26 hours */
#define HEAD 44
#define DAY 86400

/* When one half of the year begins: Mm.w.d, Jn or n, and the time of day in seconds, which may be past midnight. */
struct rule {
	char form;                              /* 'M', 'J' or '0' */
	int month, week, day;                   /* of M; the others use day */
	int64_t time;
};

struct zone {
	size_t n;
	int64_t *at;                            /* seconds, ascending */
	int32_t *to;                            /* the offset from there on */
	int32_t first;                          /* before all of them */
	bool ruled, summer;                     /* there is a footer; it has two halves */
	int32_t standard, daylight;
	struct rule begin, end;                 /* of summer time */
};

/* ---- days ---- */

/* Days since 1970 of a date in the proleptic Gregorian calendar. */
static int64_t days_of(int64_t y, int m, int d)
{
	y -= m <= 2;
	int64_t era = (y >= 0 ? y : y - 399) / 400, of_era = y - era * 400;
	int64_t of_year = (153 * (m + (m > 2 ? -3 : 9)) + 2) / 5 + d - 1;
	return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

static void date_of(int64_t days, int64_t *y, int *m, int *d)
{
	days += 719468;
	int64_t era = (days >= 0 ? days : days - 146096) / 146097, of_era = days - era * 146097;
	int64_t year = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
	int64_t of_year = of_era - (365 * year + year / 4 - year / 100), month = (5 * of_year + 2) / 153;
	*d = (int)(of_year - (153 * month + 2) / 5 + 1);
	*m = (int)(month < 10 ? month + 3 : month - 9);
	*y = year + era * 400 + (*m <= 2);
}

static int64_t floor_div(int64_t a, int64_t b)
{
	return a / b - (a % b < 0);
}

static bool is_leap(int64_t y)
{
	return y % 4 == 0 && (y % 100 != 0 || y % 400 == 0);
}

/* When R comes in year Y, in seconds of the local time that runs until then. */
static int64_t rule_time(const struct rule *r, int64_t y)
{
	int64_t day;
	if (r->form == 'J') {
		day = days_of(y, 1, 1) + r->day - 1 + (is_leap(y) && r->day >= 60);
	} else if (r->form == '0') {
		day = days_of(y, 1, 1) + r->day;
	} else {
		int64_t first = days_of(y, r->month, 1);
		int64_t next = r->month == 12 ? days_of(y + 1, 1, 1) : days_of(y, r->month + 1, 1);
		int64_t weekday = (first + 4) % 7;      /* 1970 began on a Thursday */
		weekday += weekday < 0 ? 7 : 0;
		day = first + (r->day - weekday + 7) % 7 + 7 * (r->week - 1);
		while (day >= next)
			day -= 7;
	}
	return day * DAY + r->time;
}

/* ---- the footer: "EST5EDT,M3.2.0,M11.1.0" ---- */

static bool take_char(struct text *t, char c)
{
	if (text_at_end(t) || *t->p != c)
		return false;
	t->p++;
	return true;
}

static bool take_number(struct text *t, int max, int *v)
{
	size_t digits = 0;
	int n = 0;
	while (!text_at_end(t) && *t->p >= '0' && *t->p <= '9' && digits++ < 4)
		n = n * 10 + (*t->p++ - '0');
	*v = n;
	return digits > 0 && n <= max;
}

/* [+-]hh[:mm[:ss]] */
static bool take_time(struct text *t, int hours_max, int64_t *seconds)
{
	int h, m = 0, s = 0;
	bool minus = take_char(t, '-');
	if (!minus)
		(void)take_char(t, '+');
	if (!take_number(t, hours_max, &h) || (take_char(t, ':') && (!take_number(t, 59, &m) ||
		(take_char(t, ':') && !take_number(t, 59, &s)))))
		return false;
	*seconds = (int64_t)h * 3600 + m * 60 + s;
	if (minus)
		*seconds = -*seconds;
	return true;
}

/* Three letters or more, or anything in angle brackets. */
static bool take_name(struct text *t)
{
	size_t n = 0;
	if (take_char(t, '<')) {
		while (!text_at_end(t) && *t->p != '>' && n++ < 64)
			t->p++;
		return n >= 3 && take_char(t, '>');
	}
	while (!text_at_end(t) && ((*t->p | 0x20) >= 'a' && (*t->p | 0x20) <= 'z') && n++ < 64)
		t->p++;
	return n >= 3;
}

static bool take_rule(struct text *t, struct rule *r)
{
	*r = (struct rule) { .form = '0', .time = 2 * 3600 };
	if (!take_char(t, ','))
		return false;
	if (take_char(t, 'M')) {
		r->form = 'M';
		if (!take_number(t, 12, &r->month) || r->month < 1 || !take_char(t, '.') || !take_number(t, 5, &r->week) ||
			r->week < 1 || !take_char(t, '.') || !take_number(t, 6, &r->day))
			return false;
	} else {
		if (take_char(t, 'J'))
			r->form = 'J';
		if (!take_number(t, 365, &r->day) || (r->form == 'J' && r->day == 0))
			return false;
	}
	return !take_char(t, '/') || take_time(t, 167, &r->time);
}

static bool parse_footer(struct bytes footer, struct zone *z)
{
	struct text t = text_over(footer);
	int64_t west;
	if (footer.n == 0)
		return true;
	if (!take_name(&t) || !take_time(&t, 25, &west))
		return false;
	z->ruled = true;
	z->standard = (int32_t)-west;
	if (text_at_end(&t))
		return true;
	z->summer = true;
	z->daylight = z->standard + 3600;
	if (!take_name(&t))
		return false;
	if (!text_at_end(&t) && *t.p != ',') {
		if (!take_time(&t, 25, &west))
			return false;
		z->daylight = (int32_t)-west;
	}
	return take_rule(&t, &z->begin) && take_rule(&t, &z->end) && text_at_end(&t);
}

/* ---- the file ---- */

struct counts {
	uint32_t isut, isstd, leap, time, type, chars;
};

static bool take_head(struct bytes b, struct counts *c)
{
	if (b.n < HEAD || memcmp(b.p, "TZif", 4) != 0 || b.p[4] < '2')
		return false;
	*c = (struct counts) { be32_get(b.p + 20), be32_get(b.p + 24), be32_get(b.p + 28), be32_get(b.p + 32),
		be32_get(b.p + 36), be32_get(b.p + 40) };
	return c->time <= TIMES_MAX && c->type >= 1 && c->type <= TYPES_MAX && c->leap <= TIMES_MAX &&
		c->chars <= FILE_MAX && c->isut <= TYPES_MAX && c->isstd <= TYPES_MAX;
}

static size_t block_bytes(const struct counts *c, size_t width)
{
	return c->time * width + c->time + c->type * 6 + c->chars + c->leap * (width + 4) + c->isstd + c->isut;
}

static int64_t be64_signed(const uint8_t *p)
{
	return (int64_t)((uint64_t)be32_get(p) << 32 | be32_get(p + 4));
}

static bool take_block(const uint8_t *p, const struct counts *c, struct zone *z)
{
	const uint8_t *which = p + c->time * 8, *type = which + c->time;
	int32_t offset[TYPES_MAX];
	for (uint32_t i = 0; i < c->type; i++) {
		offset[i] = (int32_t)be32_get(type + i * 6);
		if (offset[i] < -OFFSET_MAX || offset[i] > OFFSET_MAX)
			return false;
	}
	z->first = offset[0];
	for (uint32_t i = 0; i < c->time; i++) {
		z->at[i] = be64_signed(p + i * 8);
		if (which[i] >= c->type || (i > 0 && z->at[i] <= z->at[i - 1]))
			return false;
		z->to[i] = offset[which[i]];
	}
	z->n = c->time;
	return true;
}

static bool take_file(struct bytes b, struct zone **out)
{
	struct counts c;
	if (b.n > FILE_MAX || !take_head(b, &c))
		return false;
	/* The first block has times of 32 bits, for readers of long ago. */
	size_t skip = HEAD + block_bytes(&c, 4);
	if (skip > b.n)
		return false;
	b = bytes_of(b.p + skip, b.n - skip);
	if (!take_head(b, &c) || HEAD + block_bytes(&c, 8) > b.n)
		return false;
	struct bytes footer = bytes_of(b.p + HEAD + block_bytes(&c, 8), b.n - HEAD - block_bytes(&c, 8));
	if (footer.n < 2 || footer.p[0] != '\n' || footer.p[footer.n - 1] != '\n')
		return false;
	struct zone *z = calloc(1, sizeof *z);
	if (z != NULL) {
		z->at = calloc(c.time + 1, sizeof *z->at);
		z->to = calloc(c.time + 1, sizeof *z->to);
	}
	bool ok = z != NULL && z->at != NULL && z->to != NULL && take_block(b.p + HEAD, &c, z) &&
		parse_footer(bytes_of(footer.p + 1, footer.n - 2), z);
	if (!ok) {
		zone_free(z);
		return false;
	}
	*out = z;
	return true;
}

enum tocsin_err zone_parse(struct bytes file, struct zone **out)
{
	return take_file(file, out) ? TOCSIN_OK
		: fail(TOCSIN_BAD, "this is no time zone file of version 2 or later (RFC 8536)");
}

static bool name_ok(const char *name)
{
	size_t n = strlen(name);
	for (size_t i = 0; i < n; i++) {
		char c = name[i];
		bool word = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
			c == '+' || c == '-';
		if (!word && (c != '/' || i == 0 || name[i - 1] == '/'))
			return false;
	}
	return n >= 1 && n <= ZONE_NAME;
}

enum tocsin_err zone_open(const char *name, struct zone **out)
{
	char path[sizeof FOLDER + 1 + ZONE_NAME + 1];
	struct buf file;
	if (strcmp(name, "UTC") == 0) {
		*out = calloc(1, sizeof **out);
		return *out == NULL ? fail(TOCSIN_BROKEN, "no memory for a time zone") : TOCSIN_OK;
	}
	if (!name_ok(name))
		return fail(TOCSIN_BAD, "\"%.64s\" is no name of a time zone, as Europe/Moscow is", name);
	snprintf(path, sizeof path, "%s/%s", FOLDER, name);
	buf_init(&file, FILE_MAX);
	enum tocsin_err err = file_read(path, &file);
	if (err == TOCSIN_OK)
		err = zone_parse(buf_bytes(&file), out);
	buf_free(&file);
	return err == TOCSIN_OK ? TOCSIN_OK
		: fail(TOCSIN_BAD, "there is no time zone %s on this machine (package tzdata: %s)", name, path);
}

void zone_free(struct zone *z)
{
	if (z == NULL)
		return;
	free(z->at);
	free(z->to);
	free(z);
}

/* ---- use ---- */

static int32_t by_rule(const struct zone *z, int64_t s)
{
	int64_t y;
	int m, d;
	if (!z->summer)
		return z->standard;
	date_of(floor_div(s + z->standard, DAY), &y, &m, &d);
	int64_t begin = rule_time(&z->begin, y) - z->standard, end = rule_time(&z->end, y) - z->daylight;
	bool in = begin < end ? s >= begin && s < end : s >= begin || s < end;
	return in ? z->daylight : z->standard;
}

int32_t zone_offset(const struct zone *z, int64_t t)
{
	int64_t s = floor_div(t, CLOCK_SECOND);
	size_t low = 0, high = z->n;                    /* the first transition behind S */
	while (low < high) {
		size_t mid = low + (high - low) / 2;
		if (z->at[mid] <= s)
			low = mid + 1;
		else
			high = mid;
	}
	if (low == z->n && z->ruled)
		return by_rule(z, s);
	return low == 0 ? z->first : z->to[low - 1];
}

void zone_format(const struct zone *z, int64_t t, char out[ZONE_TEXT + 1])
{
	char text[CLOCK_TEXT + 1];
	int32_t offset = zone_offset(z, t), minutes = (offset < 0 ? -offset : offset) / 60;
	clock_format(t + offset * CLOCK_SECOND, text);
	snprintf(out, ZONE_TEXT + 1, "%.10s %.8s %c%02d:%02d", text, text + 11, offset < 0 ? '-' : '+',
		(int)(minutes / 60 % 100), (int)(minutes % 60));
}
