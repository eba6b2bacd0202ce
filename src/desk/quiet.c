/*
 * quiet: hours of the day in which a channel is not used.
 */
#include "desk/channels.h"
#include "desk/policy.h"

#define DAY_MINUTES (24 * 60)
#define MINUTE (60 * CLOCK_SECOND)

/* "HH:MM" at S. */
static bool hour(const char *s, int64_t *minutes)
{
	for (int i = 0; i < 5; i++)
		if (i == 2 ? s[i] != ':' : s[i] < '0' || s[i] > '9')
			return false;
	int h = (s[0] - '0') * 10 + s[1] - '0', m = (s[3] - '0') * 10 + s[4] - '0';
	*minutes = h * 60 + m;
	return h < 24 && m < 60;
}

bool quiet_parse(const char *s, int64_t *from, int64_t *until)
{
	*from = *until = 0;
	if (s[0] == 0)
		return true;
	return strlen(s) == 11 && s[5] == '-' && hour(s, from) && hour(s + 6, until) && *from != *until;
}

void quiet_format(int64_t from, int64_t until, char out[12])
{
	int64_t two[2] = { from % DAY_MINUTES, until % DAY_MINUTES };
	out[0] = 0;
	if (from == until)
		return;
	for (int i = 0; i < 2; i++) {
		char *p = &out[6 * i];
		p[0] = (char)('0' + two[i] / 600);
		p[1] = (char)('0' + two[i] / 60 % 10);
		p[2] = ':';
		p[3] = (char)('0' + two[i] % 60 / 10);
		p[4] = (char)('0' + two[i] % 10);
		p[5] = i == 0 ? '-' : 0;
	}
}

/* Microseconds since the last midnight at T. */
static int64_t of_day(const struct zone *z, int64_t t)
{
	int64_t day = DAY_MINUTES * MINUTE, local = (t + zone_offset(z, t) * CLOCK_SECOND) % day;
	return local < 0 ? local + day : local;
}

int64_t quiet_end(const struct zone *z, int64_t from, int64_t until, int64_t now)
{
	int64_t t = now;
	/* More than once only where the zone's own clock is put back in the night. */
	for (int i = 0; i < 4; i++) {
		int64_t local = of_day(z, t), minute = local / MINUTE;
		bool quiet = from < until ? minute >= from && minute < until
					  : from != until && (minute >= from || minute < until);
		if (!quiet)
			return t;
		int64_t left = until * MINUTE - local;
		if (left <= 0)
			left += DAY_MINUTES * MINUTE;
		int64_t end = t + left;
		end -= ((int64_t)zone_offset(z, end) - zone_offset(z, t)) * CLOCK_SECOND;
		t = end > t ? end : t + left;
	}
	return t;
}

enum tocsin_err desk_zone(const struct desk *d, struct zone **out)
{
	char name[ZONE_NAME + 1];
	policy_text(d, "zone", name, sizeof name);
	return zone_open(name, out) == TOCSIN_OK ? TOCSIN_OK : zone_open("UTC", out);
}
