#include "test.h"

#include "base/clock.h"

static int64_t parsed(const char *s)
{
	int64_t t;
	assert_true(clock_parse(bytes_str(s), &t));
	return t;
}

TEST(known_times_have_known_numbers)
{
	assert_true(parsed("1970-01-01T00:00:00Z") == 0);
	assert_true(parsed("2024-03-06T09:12:00Z") == INT64_C(1709716320) * CLOCK_SECOND);
	assert_true(parsed("2000-02-29T23:59:59Z") == INT64_C(951868799) * CLOCK_SECOND);
	assert_true(parsed("1969-12-31T23:59:59Z") == -CLOCK_SECOND);
	assert_true(parsed("0001-01-01T00:00:00Z") == INT64_C(-62135596800) * CLOCK_SECOND);
	assert_true(parsed("9999-12-31T23:59:59Z") == INT64_C(253402300799) * CLOCK_SECOND);
}

/* Against the C library, over every year and both sides of each day. */
TEST(formatting_agrees_with_the_C_library_and_comes_back)
{
	for (int64_t s = INT64_C(-62135596800); s <= INT64_C(253402300799); s += 86400 * 37 + 12345) {
		char ours[CLOCK_TEXT + 1], theirs[64];
		struct tm tm;
		time_t t = (time_t)s;
		assert_non_null(gmtime_r(&t, &tm));
		snprintf(theirs, sizeof theirs, "%04d-%02d-%02dT%02d:%02d:%02dZ", tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday,
		         tm.tm_hour, tm.tm_min, tm.tm_sec);
		clock_format(s * CLOCK_SECOND, ours);
		assert_string_equal(ours, theirs);
		assert_true(parsed(ours) == s * CLOCK_SECOND);
	}
}

TEST(every_day_of_four_centuries_follows_the_day_before)
{
	char text[CLOCK_TEXT + 1];
	int64_t day = 86400 * CLOCK_SECOND;
	for (int64_t t = parsed("1899-12-31T00:00:00Z"); t < parsed("2300-01-02T00:00:00Z"); t += day) {
		clock_format(t + day - 1, text);
		assert_string_equal(text + 10, "T23:59:59Z");
		memcpy(text + 10, "T00:00:00Z", 11);
		assert_true(parsed(text) == t);
	}
}

TEST(parts_of_a_second_are_rounded_down_and_far_times_are_kept_in_range)
{
	char text[CLOCK_TEXT + 1];
	clock_format(999999, text);
	assert_string_equal(text, "1970-01-01T00:00:00Z");
	clock_format(-1, text);
	assert_string_equal(text, "1969-12-31T23:59:59Z");
	clock_format(INT64_MIN, text);
	assert_string_equal(text, "0001-01-01T00:00:00Z");
	clock_format(INT64_MAX, text);
	assert_string_equal(text, "9999-12-31T23:59:59Z");
}

TEST(only_real_times_of_twenty_bytes_are_parsed)
{
	static const char *const wrong[] = {
		"", "2024-03-06T09:12:00", "2024-03-06T09:12:00Z ", "2024-03-06t09:12:00Z", "2024-03-06T09:12:00z",
		"2024-03-06 09:12:00Z", "2024-00-06T09:12:00Z", "2024-13-06T09:12:00Z", "2024-03-00T09:12:00Z",
		"2024-03-32T09:12:00Z", "2024-04-31T09:12:00Z", "2024-02-30T09:12:00Z", "2023-02-29T09:12:00Z",
		"1900-02-29T00:00:00Z", "2100-02-29T00:00:00Z", "2024-03-06T24:00:00Z", "2024-03-06T09:60:00Z",
		"2024-03-06T09:12:60Z", "0000-01-01T00:00:00Z", "2024-3-006T09:12:00Z", "+024-03-06T09:12:00Z",
		"2024-03-06T09:12:-1Z", "2024-03-06T09:12: 1Z", "2024/03/06T09:12:00Z", "2024-03-06T09.12.00Z",
	};
	int64_t t;
	for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
		struct bytes b = exact(bytes_str(wrong[i]));
		assert_false(clock_parse(b, &t));
		exact_free(b);
	}
	/* Each byte replaced by one that may not stand there. */
	for (size_t i = 0; i < CLOCK_TEXT; i++) {
		char s[] = "2024-03-06T09:12:00Z";
		s[i] = 'x';
		assert_false(clock_parse(bytes_str(s), &t));
	}
}

TEST(a_set_clock_runs_on_from_where_it_was_set)
{
	int64_t then = parsed("2024-03-22T16:58:00Z");
	assert_false(clock_is_set());
	int64_t before = clock_now();
	clock_set(then);
	assert_true(clock_is_set());
	int64_t a = clock_now(), m = clock_mono();
	assert_true(a >= then && a < then + 60 * CLOCK_SECOND);
	while (clock_mono() < m + 2000)
		;
	assert_true(clock_now() >= a + 1000);
	clock_set(-CLOCK_SECOND);
	assert_true(clock_now() >= -CLOCK_SECOND && clock_now() < 60 * CLOCK_SECOND);
	clock_unset();
	assert_false(clock_is_set());
	assert_true(clock_now() >= before);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(known_times_have_known_numbers),
		cmocka_unit_test(formatting_agrees_with_the_C_library_and_comes_back),
		cmocka_unit_test(every_day_of_four_centuries_follows_the_day_before),
		cmocka_unit_test(parts_of_a_second_are_rounded_down_and_far_times_are_kept_in_range),
		cmocka_unit_test(only_real_times_of_twenty_bytes_are_parsed),
		cmocka_unit_test(a_set_clock_runs_on_from_where_it_was_set),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
