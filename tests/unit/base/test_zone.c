#include "test.h"

#include <time.h>

#include "base/clock.h"
#include "base/random.h"
#include "base/zone.h"

#define zone_is(z, utc, text) do { \
		int64_t zone_t; \
		char zone_got[ZONE_TEXT + 1]; \
		assert_true(clock_parse(bytes_str(utc), &zone_t)); \
		zone_format(z, zone_t, zone_got); \
		assert_string_equal(zone_got, text); \
	} while (0)

static struct zone *opened(const char *name)
{
	struct zone *z = NULL;
	assert_int_equal(zone_open(name, &z), TOCSIN_OK);
	return z;
}

static void times_are_told_with_their_distance_from_utc(void **state)
{
	(void)state;
	struct zone *z = opened("UTC");
	zone_is(z, "2024-03-06T09:12:00Z", "2024-03-06 09:12:00 +00:00");
	zone_free(z);
	z = opened("Europe/Moscow");
	zone_is(z, "2024-03-06T21:12:00Z", "2024-03-07 00:12:00 +03:00");
	zone_is(z, "2012-03-06T21:12:00Z", "2012-03-07 01:12:00 +04:00");
	zone_free(z);
	z = opened("America/New_York");
	zone_is(z, "2026-03-08T06:59:59Z", "2026-03-08 01:59:59 -05:00");
	zone_is(z, "2026-03-08T07:00:00Z", "2026-03-08 03:00:00 -04:00");
	zone_is(z, "2199-07-01T12:00:00Z", "2199-07-01 08:00:00 -04:00");
	zone_free(z);
	z = opened("Asia/Kathmandu");
	zone_is(z, "2026-01-01T00:00:00Z", "2026-01-01 05:45:00 +05:45");
	zone_free(z);
}

/* The C library reads the same files with other code. */
static void the_c_library_says_the_same_for_every_kind_of_zone(void **state)
{
	(void)state;
	static const char *const names[] = { "Europe/Moscow", "Europe/Paris", "America/New_York", "America/Nuuk",
		"Australia/Lord_Howe", "Australia/Sydney", "Africa/Casablanca", "Asia/Gaza", "Asia/Jerusalem", "Asia/Tehran",
		"Pacific/Chatham", "Europe/Dublin", "America/Santiago", "Asia/Pyongyang", "Antarctica/Troll", "Etc/GMT+12" };
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		struct zone *z = opened(names[i]);
		setenv("TZ", names[i], 1);
		tzset();
		for (int k = 0; k < 4000; k++) {
			/* 1970 to 2106; minutes, so that hours around a change are hit. */
			time_t t = (time_t)random_below(UINT32_MAX);
			struct tm tm;
			assert_non_null(localtime_r(&t, &tm));
			if (zone_offset(z, t * CLOCK_SECOND) != tm.tm_gmtoff)
				print_error("%s at %lld\n", names[i], (long long)t);
			assert_int_equal(zone_offset(z, t * CLOCK_SECOND), tm.tm_gmtoff);
		}
		zone_free(z);
	}
	unsetenv("TZ");
}

static void what_names_no_zone_is_refused(void **state)
{
	(void)state;
	static const char *const bad[] = { "", "/etc/passwd", "../zone", "Europe/../Europe/Paris", "Europe", "Nowhere",
		"Europe//Paris", "tzdata.zi", "Europe/Paris ", "Europe/Paris\n" };
	struct zone *z;
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		assert_int_equal(zone_open(bad[i], &z), TOCSIN_BAD);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(times_are_told_with_their_distance_from_utc),
		cmocka_unit_test(the_c_library_says_the_same_for_every_kind_of_zone),
		cmocka_unit_test(what_names_no_zone_is_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
