/* After how long a gap a series is unusually silent. */
#include "test.h"

#include "domain/silence.h"

#define START (INT64_C(1700000000) * 1000000)

static int64_t at[20000];
static size_t n;
static struct silence s;

/* A contact DAYS after the last one. */
static void after(double days)
{
	int64_t last = n == 0 ? START : at[n - 1];
	at[n++] = last + (int64_t)(days * (double)SILENCE_DAY);
}

/* COUNT gaps of a week, give or take a day. */
static void weeks(size_t count)
{
	for (size_t i = 0; i < count; i++)
		after(6 + 2 * (double)(i * 7 % 11) / 10);
}

static double limit(double per_year)
{
	silence_of(at, n, per_year, &s);
	return s.threshold;
}

TEST(a_history_that_is_too_short_says_so)
{
	n = 0;
	silence_of(at, 0, 1, &s);
	assert_false(s.known);
	weeks(SILENCE_LEAST);
	silence_of(at, n, 1, &s);
	assert_int_equal(s.gaps, SILENCE_LEAST - 1);
	assert_false(s.known);
	assert_true(s.threshold == 0 && s.usual > 6 && s.usual < 8);
	weeks(1);
	silence_of(at, n, 1, &s);
	assert_true(s.known);
}

TEST(a_weekly_channel_that_stops_is_noticed_within_three_weeks)
{
	n = 0;
	weeks(60);
	assert_true(limit(1) > 8 && s.threshold < 21);
	assert_int_equal(s.passed, 0);
	assert_true(s.usual > 6.5 && s.usual < 7.5);
}

TEST(fewer_false_alarms_cost_more_days)
{
	n = 0;
	weeks(60);
	double often = limit(4), once = limit(1), seldom = limit(0.25);
	assert_true(often < once && once < seldom);
}

TEST(one_outage_in_the_past_does_not_make_it_deaf)
{
	n = 0;
	weeks(60);
	double before = limit(1);
	after(120);
	weeks(20);
	assert_true(limit(1) < before * 1.3);
	assert_int_equal(s.outages, 1);
	assert_true(s.longest > 119);
}

TEST(who_slows_down_is_followed)
{
	n = 0;
	weeks(60);
	double fast = limit(1);
	for (double gap = 7; gap < 30; gap *= 1.01)
		after(gap);
	assert_true(limit(1) > 2.5 * fast && s.threshold > 30);
	assert_int_equal(s.outages, 0);
}

TEST(a_flood_counts_as_one_contact)
{
	n = 0;
	weeks(60);
	double before = limit(1);
	for (int i = 0; i < 10000; i++)
		after(1e-6);
	assert_true(limit(1) == before);
	assert_int_equal(s.gaps, 59);
}

TEST(a_clock_that_was_put_back_makes_no_gap)
{
	n = 0;
	weeks(60);
	double before = limit(1);
	at[n] = at[n - 1] - 400 * SILENCE_DAY;
	n++;
	assert_true(limit(1) == before);
	at[n - 1] = INT64_MIN;
	assert_true(limit(1) == before);
}

TEST(only_the_last_gaps_are_looked_at)
{
	n = 0;
	for (size_t i = 0; i < 5000; i++)
		after(2);
	silence_of(at, n, 1, &s);
	assert_int_equal(s.gaps, SILENCE_TIMES);
	assert_true(s.usual == 2);
}

TEST(the_rate_on_its_own_past_is_what_was_passed)
{
	n = 0;
	for (size_t i = 0; i < 200; i++)
		after(i % 20 == 0 ? 12 : 3);
	silence_of(at, n, 20, &s);
	assert_true(s.passed > 0);
	double years = (double)(at[n - 1] - at[0]) / (double)SILENCE_DAY / 365.25;
	assert_true(s.passed_year > 0.99 * (double)s.passed / years && s.passed_year < 1.01 * (double)s.passed / years);
}

TEST(waits_are_judged_by_how_long_they_took)
{
	int64_t took[40];
	for (size_t i = 0; i < 40; i++)
		took[i] = (int64_t)((1 + (double)(i % 5) / 4) * 3600e6);
	silence_of_waits(took, 40, 50, 1, &s);
	assert_true(s.known && s.threshold * 24 > 2 && s.threshold * 24 < 8);
	took[3] = -5;
	silence_of_waits(took, 40, 50, 1, &s);
	assert_true(s.known);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_history_that_is_too_short_says_so),
		cmocka_unit_test(a_weekly_channel_that_stops_is_noticed_within_three_weeks),
		cmocka_unit_test(fewer_false_alarms_cost_more_days),
		cmocka_unit_test(one_outage_in_the_past_does_not_make_it_deaf),
		cmocka_unit_test(who_slows_down_is_followed),
		cmocka_unit_test(a_flood_counts_as_one_contact),
		cmocka_unit_test(a_clock_that_was_put_back_makes_no_gap),
		cmocka_unit_test(only_the_last_gaps_are_looked_at),
		cmocka_unit_test(the_rate_on_its_own_past_is_what_was_passed),
		cmocka_unit_test(waits_are_judged_by_how_long_they_took),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
