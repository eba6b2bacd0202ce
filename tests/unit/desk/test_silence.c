/* Partners of whom nothing comes: noticed once, with what the view sees alone. */
#include "home.h"

#include "desk/follow.h"
#include "desk/silence.h"

#define DAY (86400 * CLOCK_SECOND)

static struct guest south;
static json_t *answer;
static int64_t start;

static void follow_all(struct home *h)
{
	size_t done;
	do
		ok(follow_some(&h->desk, 1000, &done));
	while (done > 0);
}

static void at_day(double day)
{
	clock_set(start + (int64_t)(day * (double)DAY));
}

static void comes(struct home *h, int64_t marks)
{
	struct statement s;
	struct issue_result r;
	guest_says(h, &south, "warning", NULL, 0, &s);
	guest_stored(h, &south, &s, warning_fields, 1, marks, &r);
	follow_all(h);
}

static void works(struct home *h)
{
	int64_t next, now = clock_now();
	ok(silence_work(&h->desk, now, &next));
	assert_true(next > now);
}

/* Every week until DAY, and the node is there. */
static void weekly(struct home *h, int weeks)
{
	for (int i = 0; i < weeks; i++) {
		at_day(7.0 * i + (i % 3) * 0.3);
		works(h);
		comes(h, 0);
		works(h);
	}
}

/* The node is there until DAY. */
static void waits(struct home *h, double from, double day)
{
	for (double at = from; at <= day; at += 1) {
		at_day(at);
		works(h);
	}
}

static int64_t events(struct home *h)
{
	struct snapshot *r;
	struct cursor *c;
	int64_t n = 0;
	ok(snapshot_open(h->desk.store, &r));
	ok(cursor_open(r, &c, READ_EVENTS, (int64_t)0, (int64_t)100000));
	while (cursor_next(c) == TOCSIN_OK)
		n += strcmp(cursor_text(c, 2), "silence") == 0;
	cursor_close(c);
	snapshot_close(r);
	return n;
}

static const json_t *one(struct home *h, const struct view *v)
{
	json_decref(answer);
	answer = NULL;
	ok(silence_show(&h->desk, v, "south.example", &answer));
	return json_array_get(json_object_get(answer, "items"), 0);
}

static const char *heard_state(struct home *h)
{
	struct view v;
	ok(access_operator(&h->desk, &v));
	return json_string_value(json_object_get(one(h, &v), "state"));
}

static int setup(void **state)
{
	home_setup(state);
	start = clock_now();
	guest_meets(*state, &south, "south.example");
	return 0;
}

static int teardown(void **state)
{
	clock_unset();
	json_decref(answer);
	answer = NULL;
	guest_free(&south);
	return home_teardown(state);
}

TEST(a_partner_that_stops_is_noticed_once_and_what_comes_next_ends_it)
{
	struct home *h = *state;
	weekly(h, 30);
	assert_string_equal(heard_state(h), "heard");
	waits(h, 204, 204 + 21);
	assert_string_equal(heard_state(h), "silent");
	assert_int_equal(events(h), 1);
	waits(h, 226, 260);
	assert_int_equal(events(h), 1);
	comes(h, 0);
	works(h);
	assert_string_equal(heard_state(h), "heard");
}

TEST(while_a_partner_keeps_its_rhythm_there_is_no_notice)
{
	struct home *h = *state;
	weekly(h, 40);
	assert_int_equal(events(h), 0);
}

TEST(of_whom_too_little_is_known_nothing_is_said)
{
	struct home *h = *state;
	weekly(h, 4);
	assert_string_equal(heard_state(h), "unknown");
	waits(h, 22, 200);
	assert_int_equal(events(h), 0);
	assert_string_equal(heard_state(h), "unknown");
}

TEST(tests_of_the_channel_and_strangers_are_no_signs_of_life)
{
	struct home *h = *state;
	weekly(h, 30);
	for (double day = 204; day < 230; day++) {
		at_day(day);
		works(h);
		comes(h, STATEMENT_MARK_TEST);
		comes(h, STATEMENT_MARK_STRANGER);
	}
	assert_string_equal(heard_state(h), "silent");
}

TEST(a_clock_that_jumps_by_years_makes_no_notice_at_once)
{
	struct home *h = *state;
	weekly(h, 30);
	at_day(3000);
	works(h);
	assert_int_equal(events(h), 0);
	comes(h, 0);
	waits(h, 3000.5, 3002);
	assert_int_equal(events(h), 0);
	assert_string_equal(heard_state(h), "heard");
}

TEST(after_a_clock_was_put_back_a_stop_is_noticed_nevertheless)
{
	struct home *h = *state;
	at_day(4000);
	works(h);
	comes(h, 0);
	works(h);
	weekly(h, 30);
	waits(h, 204, 204 + 21);
	assert_int_equal(events(h), 1);
	/* Back again, while it is silent: what comes ends that, too. */
	at_day(100);
	works(h);
	assert_string_equal(heard_state(h), "silent");
	comes(h, 0);
	works(h);
	assert_string_equal(json_string_value(json_object_get(one(h, view_node()), "noticed_at")), "");
}

TEST(an_acknowledgement_needs_a_silence_and_a_reason)
{
	struct home *h = *state;
	struct view v;
	char id[32];
	ok(access_operator(&h->desk, &v));
	weekly(h, 30);
	snprintf(id, sizeof id, "%s", json_string_value(json_object_get(one(h, &v), "id")));
	fails(silence_ack(&h->desk, &v, id, "holidays"), TOCSIN_BAD, "not silent");
	waits(h, 204, 204 + 21);
	fails(silence_ack(&h->desk, &v, id, "  "), TOCSIN_BAD, "say why");
	fails(silence_ack(&h->desk, &v, "0123456789ab", "holidays"), TOCSIN_MISSING, "no silence");
	ok(silence_ack(&h->desk, &v, id, "holidays"));
	fails(silence_ack(&h->desk, &v, id, "holidays"), TOCSIN_BAD, "somebody else");
	assert_string_equal(json_string_value(json_object_get(one(h, &v), "reason")), "holidays");
}

TEST(who_does_not_see_what_came_sees_no_rhythm_and_cannot_acknowledge)
{
	struct home *h = *state;
	struct view v;
	char id[32];
	ok(access_operator(&h->desk, &v));
	weekly(h, 30);
	waits(h, 204, 204 + 21);
	snprintf(id, sizeof id, "%s", json_string_value(json_object_get(one(h, &v), "id")));
	const struct view other = { .account = "otto", .function = "liaison", .unit = "harbour", .roles = ROLE_LIAISON,
		.token = TOKEN_READ | TOKEN_ISSUE, .scope = { 77 }, .scope_n = 1 };
	assert_null(one(h, &other));
	fails(silence_ack(&h->desk, &other, id, "holidays"), TOCSIN_MISSING, "no silence");
	const struct view inspector = { .account = "ines", .function = "inspector", .unit = "*", .roles = ROLE_INSPECTOR,
		.token = TOKEN_READ | TOKEN_ISSUE, .scope = { -2 }, .scope_n = 1 };
	assert_string_equal(json_string_value(json_object_get(one(h, &inspector), "state")), "silent");
	fails(silence_ack(&h->desk, &inspector, id, "holidays"), TOCSIN_REFUSED, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define ONE(t) cmocka_unit_test_setup_teardown(t, setup, teardown)
		ONE(a_partner_that_stops_is_noticed_once_and_what_comes_next_ends_it),
		ONE(while_a_partner_keeps_its_rhythm_there_is_no_notice),
		ONE(of_whom_too_little_is_known_nothing_is_said),
		ONE(tests_of_the_channel_and_strangers_are_no_signs_of_life),
		ONE(a_clock_that_jumps_by_years_makes_no_notice_at_once),
		ONE(after_a_clock_was_put_back_a_stop_is_noticed_nevertheless),
		ONE(an_acknowledgement_needs_a_silence_and_a_reason),
		ONE(who_does_not_see_what_came_sees_no_rhythm_and_cannot_acknowledge),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
