#include "test.h"

#include "base/clock.h"
#include "exchange/outbox.h"

static void a_delay_doubles_from_the_first_to_an_hour(void **state)
{
	(void)state;
	assert_int_equal(outbox_delay(1, 5, false, 0), 5 * CLOCK_SECOND);
	assert_int_equal(outbox_delay(2, 5, false, 0), 10 * CLOCK_SECOND);
	assert_int_equal(outbox_delay(5, 5, false, 0), 80 * CLOCK_SECOND);
	assert_int_equal(outbox_delay(10, 5, false, 0), 2560 * CLOCK_SECOND);
	assert_int_equal(outbox_delay(11, 5, false, 0), 3600 * CLOCK_SECOND);
	assert_int_equal(outbox_delay(UINT32_MAX, 5, false, 0), 3600 * CLOCK_SECOND);
}

static void what_is_imminent_waits_a_minute_at_most(void **state)
{
	(void)state;
	assert_int_equal(outbox_delay(4, 5, true, 0), 40 * CLOCK_SECOND);
	assert_int_equal(outbox_delay(5, 5, true, 0), 60 * CLOCK_SECOND);
	assert_int_equal(outbox_delay(100000, 5, true, 0), 60 * CLOCK_SECOND);
	assert_int_equal(outbox_delay(1, 600, true, 0), 60 * CLOCK_SECOND);
}

static void a_delay_is_spread_over_its_last_quarter(void **state)
{
	(void)state;
	int64_t last = outbox_delay(3, 5, false, 0);
	assert_int_equal(outbox_delay(3, 5, false, 65535), last - last / 4);
	for (unsigned chance = 0; chance < 65536; chance += 4369) {
		int64_t d = outbox_delay(3, 5, false, (uint16_t)chance);
		assert_true(d >= last - last / 4 && d <= last);
	}
}

static void a_first_delay_of_none_is_a_second_and_no_hot_loop(void **state)
{
	(void)state;
	assert_int_equal(outbox_delay(1, 0, false, 0), CLOCK_SECOND);
	assert_true(outbox_delay(0, 0, false, 65535) > 0);
}

static struct outbox_claim claim(bool live, int urgency, unsigned requests)
{
	return (struct outbox_claim){ .ready = true, .live = live, .urgency = urgency, .requests = requests };
}

static void turns_go_round(void **state)
{
	(void)state;
	struct outbox_claim c[3] = { claim(true, 2, 0), claim(true, 2, 0), claim(true, 2, 0) };
	assert_int_equal(outbox_turn(c, 3, 0, 0, 0), 1);
	assert_int_equal(outbox_turn(c, 3, 1, 0, 0), 2);
	assert_int_equal(outbox_turn(c, 3, 2, 0, 0), 0);
	c[1].ready = false;
	assert_int_equal(outbox_turn(c, 3, 0, 0, 0), 2);
}

static void what_is_imminent_goes_first_wherever_it_stands(void **state)
{
	(void)state;
	struct outbox_claim c[4] = { claim(true, 2, 0), claim(true, 1, 0), claim(true, 2, 0), claim(false, 0, 0) };
	for (size_t last = 0; last < 4; last++)
		assert_int_equal(outbox_turn(c, 4, last, 0, 0), 3);
	c[3].ready = false;
	for (size_t last = 0; last < 4; last++)
		assert_int_equal(outbox_turn(c, 4, last, 0, 0), 1);
}

static void nobodys_turn_is_the_number_of_claims(void **state)
{
	(void)state;
	struct outbox_claim c[2] = { { .ready = false }, { .ready = false } };
	assert_int_equal(outbox_turn(c, 2, 0, 0, 0), 2);
	assert_int_equal(outbox_turn(c, 0, 0, 0, 0), 0);
}

static void a_partner_has_four_requests_and_a_silent_one_has_one(void **state)
{
	(void)state;
	struct outbox_claim c = claim(true, 2, OUTBOX_REQUESTS - 1);
	assert_int_equal(outbox_turn(&c, 1, 0, 3, 0), 0);
	c.requests++;
	assert_int_equal(outbox_turn(&c, 1, 0, 4, 0), 1);
	c = claim(false, 0, 0);
	assert_int_equal(outbox_turn(&c, 1, 0, 0, 0), 0);
	c.requests = 1;
	assert_int_equal(outbox_turn(&c, 1, 0, 0, 1), 1);
}

static void dead_partners_take_no_requests_from_live_ones(void **state)
{
	(void)state;
	struct outbox_claim c[2] = { claim(false, 2, 0), claim(true, 2, 0) };
	assert_int_equal(outbox_turn(c, 2, 1, 0, OUTBOX_DEAD_REQUESTS), 1);
	assert_int_equal(outbox_turn(c, 2, 0, OUTBOX_LIVE_REQUESTS, 0), 0);
	assert_int_equal(outbox_turn(c, 2, 0, OUTBOX_LIVE_REQUESTS, OUTBOX_DEAD_REQUESTS), 2);
}

static void what_is_imminent_may_go_past_the_usual_number(void **state)
{
	(void)state;
	struct outbox_claim c = claim(true, 0, 0);
	assert_int_equal(outbox_turn(&c, 1, 0, OUTBOX_LIVE_REQUESTS, 0), 0);
	assert_int_equal(outbox_turn(&c, 1, 0, 2 * OUTBOX_LIVE_REQUESTS, 0), 1);
}

/* A hundred thousand statements for one partner, one for each of fifty others: the others are all served in the first
 * round. */
static void a_long_queue_starves_nobody(void **state)
{
	(void)state;
	struct outbox_claim c[51];
	unsigned served[51] = { 0 }, live = 0;
	size_t last = 0;
	c[0] = claim(true, 2, 0);
	for (size_t i = 1; i < 51; i++)
		c[i] = claim(true, 2, 0);
	for (size_t k = 0; k < 51; k++) {
		last = outbox_turn(c, 51, last, live, 0);
		assert_true(last < 51);
		served[last]++;
		c[last].requests++;
		live++;
		if (last != 0)
			c[last].ready = false;
	}
	for (size_t i = 0; i < 51; i++)
		assert_int_equal(served[i], 1);
}

static void errors_shrink_a_batch_fast_to_one_and_success_doubles_it(void **state)
{
	(void)state;
	unsigned n = OUTBOX_BATCH_COUNT, steps = 0;
	for (; n > 1; steps++)
		n = outbox_batch_size(n, false);
	assert_in_range(steps, 2, 3);
	assert_int_equal(outbox_batch_size(1, false), 1);
	assert_int_equal(outbox_batch_size(0, false), 1);
	assert_int_equal(outbox_batch_size(1, true), 2);
	assert_int_equal(outbox_batch_size(OUTBOX_BATCH_COUNT - 1, true), OUTBOX_BATCH_COUNT);
	assert_int_equal(outbox_batch_size(OUTBOX_BATCH_COUNT, true), OUTBOX_BATCH_COUNT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_delay_doubles_from_the_first_to_an_hour),
		cmocka_unit_test(what_is_imminent_waits_a_minute_at_most),
		cmocka_unit_test(a_delay_is_spread_over_its_last_quarter),
		cmocka_unit_test(a_first_delay_of_none_is_a_second_and_no_hot_loop),
		cmocka_unit_test(turns_go_round),
		cmocka_unit_test(what_is_imminent_goes_first_wherever_it_stands),
		cmocka_unit_test(nobodys_turn_is_the_number_of_claims),
		cmocka_unit_test(a_partner_has_four_requests_and_a_silent_one_has_one),
		cmocka_unit_test(dead_partners_take_no_requests_from_live_ones),
		cmocka_unit_test(what_is_imminent_may_go_past_the_usual_number),
		cmocka_unit_test(a_long_queue_starves_nobody),
		cmocka_unit_test(errors_shrink_a_batch_fast_to_one_and_success_doubles_it),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
