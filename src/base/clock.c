#include "base/clock.h"

#include <stdatomic.h>

#define UNSET INT64_MIN
#define SECONDS_A_DAY 86400
#define FIRST_SECOND INT64_C(-62135596800)     /* 0001-01-01T00:00:00Z */
#define LAST_SECOND INT64_C(253402300799)      /* 9999-12-31T23:59:59Z */

/* What is added to the monotonic clock while a clock is set: one word, so that a reader never sees half a change. */
static _Atomic int64_t set_offset = UNSET;

static int64_t read_clock(clockid_t which)
{
	struct timespec t;
	clock_gettime(which, &t);
	return (int64_t)t.tv_sec * CLOCK_SECOND + t.tv_nsec / 1000;
}

int64_t clock_now(void)
{
	int64_t offset = atomic_load_explicit(&set_offset, memory_order_relaxed);
	return offset == UNSET ? read_clock(CLOCK_REALTIME) : clock_mono() + offset;
}

int64_t clock_real(void)
{
	return read_clock(CLOCK_REALTIME);
}

int64_t clock_mono(void)
{
	return read_clock(CLOCK_MONOTONIC);
}

void clock_set(int64_t now)
{
	atomic_store(&set_offset, now - clock_mono());
}

void clock_unset(void)
{
	atomic_store(&set_offset, UNSET);
}

bool clock_is_set(void)
{
	return atomic_load(&set_offset) != UNSET;
}

static bool is_leap(int64_t year)
{
	return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

static int64_t days_in_month(int64_t year, int64_t month)
{
	static const uint8_t days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	return days[month - 1] + (month == 2 && is_leap(year));
}

/* Days from 1970-01-01 to the first of January of YEAR (1 to 10000), in the Gregorian calendar. */
static int64_t days_before_year(int64_t year)
{
	int64_t y = year - 1;
	return y * 365 + y / 4 - y / 100 + y / 400 - 719162;
}

static void put_digits(char *to, int n, int64_t v)
{
	while (n > 0) {
		to[--n] = (char)('0' + v % 10);
		v /= 10;
	}
}

void clock_format(int64_t t, char out[CLOCK_TEXT + 1])
{
	int64_t s = t / CLOCK_SECOND - (t % CLOCK_SECOND < 0);
	s = s < FIRST_SECOND ? FIRST_SECOND : s > LAST_SECOND ? LAST_SECOND : s;
	int64_t day = s / SECONDS_A_DAY - (s % SECONDS_A_DAY < 0);
	int64_t second = s - day * SECONDS_A_DAY;
	/* A guess that is never too late, and at most seven years too early. */
	int64_t year = 1 + (day + 719162) / 366;
	while (days_before_year(year + 1) <= day)
		year++;
	day -= days_before_year(year);
	int64_t month = 1;
	while (day >= days_in_month(year, month))
		day -= days_in_month(year, month++);
	memcpy(out, "0000-00-00T00:00:00Z", CLOCK_TEXT + 1);
	put_digits(out, 4, year);
	put_digits(out + 5, 2, month);
	put_digits(out + 8, 2, day + 1);
	put_digits(out + 11, 2, second / 3600);
	put_digits(out + 14, 2, second / 60 % 60);
	put_digits(out + 17, 2, second % 60);
}

/* N digits at P as a number; -1 when one is none. */
static int64_t digits(const uint8_t *p, int n)
{
	int64_t v = 0;
	for (; n > 0; n--, p++) {
		if (*p < '0' || *p > '9')
			return -1;
		v = v * 10 + (*p - '0');
	}
	return v;
}

bool clock_parse(struct bytes s, int64_t *t)
{
	if (s.n != CLOCK_TEXT || s.p[4] != '-' || s.p[7] != '-' || s.p[10] != 'T' || s.p[13] != ':' || s.p[16] != ':' ||
	    s.p[19] != 'Z')
		return false;
	int64_t year = digits(s.p, 4), month = digits(s.p + 5, 2), day = digits(s.p + 8, 2);
	int64_t hour = digits(s.p + 11, 2), minute = digits(s.p + 14, 2), second = digits(s.p + 17, 2);
	if (year < 1 || month < 1 || month > 12 || day < 1 || day > days_in_month(year, month) || hour < 0 ||
	    hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 59)
		return false;
	int64_t days = days_before_year(year) + day - 1;
	for (int64_t m = 1; m < month; m++)
		days += days_in_month(year, m);
	*t = ((days * SECONDS_A_DAY) + hour * 3600 + minute * 60 + second) * CLOCK_SECOND;
	return true;
}
