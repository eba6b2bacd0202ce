/*
 * Channels, their quiet hours, and one's own pages.
 */
#include "desk/home.h"

#include "desk/channels.h"
#include "desk/pages.h"

#define MINUTE (60 * CLOCK_SECOND)
#define HOUR (60 * MINUTE)

static int64_t at(const char *text)
{
	int64_t t;
	assert_true(clock_parse(bytes_str(text), &t));
	return t;
}

/* The end of the hours QUIET of ZONE at NOW. */
static void ends(const char *zone, const char *quiet, const char *now, const char *wanted)
{
	struct zone *z;
	int64_t from, until;
	char got[CLOCK_TEXT + 1];
	ok(zone_open(zone, &z));
	assert_true(quiet_parse(quiet, &from, &until));
	clock_format(quiet_end(z, from, until, at(now)), got);
	assert_string_equal(got, wanted);
	zone_free(z);
}

TEST(quiet_hours_within_a_day_and_over_midnight_end_when_they_say)
{
	ends("UTC", "13:00-15:00", "2024-03-06T12:59:59Z", "2024-03-06T12:59:59Z");
	ends("UTC", "13:00-15:00", "2024-03-06T13:00:00Z", "2024-03-06T15:00:00Z");
	ends("UTC", "13:00-15:00", "2024-03-06T14:59:59Z", "2024-03-06T15:00:00Z");
	ends("UTC", "13:00-15:00", "2024-03-06T15:00:00Z", "2024-03-06T15:00:00Z");
	ends("UTC", "22:00-06:00", "2024-03-06T21:59:59Z", "2024-03-06T21:59:59Z");
	ends("UTC", "22:00-06:00", "2024-03-06T22:00:00Z", "2024-03-07T06:00:00Z");
	ends("UTC", "22:00-06:00", "2024-03-07T00:00:00Z", "2024-03-07T06:00:00Z");
	ends("UTC", "22:00-06:00", "2024-03-07T05:59:59Z", "2024-03-07T06:00:00Z");
	ends("UTC", "22:00-06:00", "2024-03-07T06:00:00Z", "2024-03-07T06:00:00Z");
	ends("UTC", "", "2024-03-07T03:00:00Z", "2024-03-07T03:00:00Z");
}

TEST(quiet_hours_are_those_of_the_zone_also_where_its_clock_changes_in_the_night)
{
	ends("Europe/Moscow", "22:00-06:00", "2024-03-06T18:59:59Z", "2024-03-06T18:59:59Z");
	ends("Europe/Moscow", "22:00-06:00", "2024-03-06T19:00:00Z", "2024-03-07T03:00:00Z");
	ends("Asia/Kolkata", "22:00-06:00", "2024-03-06T16:30:00Z", "2024-03-07T00:30:00Z");
	/* Put forward at 01:00 UTC on 31 March: the night is an hour shorter; put back on 27 October: an hour longer. */
	ends("Europe/Berlin", "22:00-06:00", "2024-03-30T21:00:00Z", "2024-03-31T04:00:00Z");
	ends("Europe/Berlin", "22:00-06:00", "2024-10-26T20:00:00Z", "2024-10-27T05:00:00Z");
}

TEST(quiet_hours_are_two_different_times_of_the_day)
{
	static const char *const bad[] = { "22:00", "22:00-", "22:00-24:00", "22:60-06:00", "22:00-22:00", "22.00-06.00",
		"2:00-06:00", "22:00-06:00 ", "22:00 06:00", "aa:00-06:00" };
	int64_t from, until;
	char text[12];
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		assert_false(quiet_parse(bad[i], &from, &until));
	assert_true(quiet_parse("23:59-00:07", &from, &until));
	quiet_format(from, until, text);
	assert_string_equal(text, "23:59-00:07");
	quiet_format(0, 0, text);
	assert_string_equal(text, "");
}

static json_t *listed(struct home *h)
{
	struct snapshot *r;
	json_t *list;
	ok(snapshot_open(h->desk.store, &r));
	ok(channels_list(&h->desk, r, view_node(), "operator", &list));
	snapshot_close(r);
	return list;
}

static struct view holder(const char *account, unsigned roles)
{
	struct view v = { .roles = roles };
	snprintf(v.account, sizeof v.account, "%s", account);
	return v;
}

static void operators_channel(struct home *h, const char *kind, const char *address, json_t **out)
{
	ok(channels_add(&h->desk, view_node(), "operator", kind, address, "", out));
}

HOME_TEST(a_webhook_tells_its_secret_once_and_nothing_else_has_one)
{
	struct home *h = *state;
	json_t *hook, *mail, *list;
	operators_channel(h, "webhook", "https://pager.example/in", &hook);
	operators_channel(h, "email", "duty@north.example", &mail);
	assert_int_equal(strlen(json_string_value(json_object_get(hook, "secret"))), 64);
	assert_null(json_object_get(mail, "secret"));
	list = listed(h);
	assert_int_equal(json_array_size(list), 2);
	assert_null(json_object_get(json_array_get(list, 0), "secret"));
	json_decref(list);
	json_decref(hook);
	json_decref(mail);
}

HOME_TEST(an_address_that_leads_elsewhere_is_refused_in_words)
{
	struct home *h = *state;
	static const char *const hooks[] = { "http://pager.example/", "http://127.0.0.1:80/", "https://", "https:///x",
		"https://user:secret@pager.example/", "file:///etc/passwd", "https://pager.example/a b", "https://pager.example/\n" };
	static const char *const programs[] = { "", "../sh", "/bin/sh", ".hidden", "-x", "a b", "a;b", "a/b" };
	json_t *out = NULL;
	for (size_t i = 0; i < sizeof hooks / sizeof *hooks; i++)
		fails(channels_add(&h->desk, view_node(), "operator", "webhook", hooks[i], "", &out), TOCSIN_REFUSED, "rule channel.https");
	for (size_t i = 0; i < sizeof programs / sizeof *programs; i++)
		fails(channels_add(&h->desk, view_node(), "operator", "command", programs[i], "", &out), TOCSIN_BAD, "no name of a program");
	fails(channels_add(&h->desk, view_node(), "operator", "email", "a@b\r\nBcc: c@d", "", &out), TOCSIN_BAD, "no address for mail");
	fails(channels_add(&h->desk, view_node(), "operator", "pigeon", "x", "", &out), TOCSIN_BAD, "an email, a webhook or a command");
	fails(channels_add(&h->desk, view_node(), "operator", "email", "a@b", "10pm", &out), TOCSIN_BAD, "quiet hours are");
	json_t *list = listed(h);
	assert_int_equal(json_array_size(list), 0);
	json_decref(list);
	/* An exercise may call this machine. */
	struct desk exercise = h->desk;
	exercise.realm = REALM_EXERCISE;
	ok(channel_check(&exercise, "webhook", "http://127.0.0.1:8080/in"));
	fails(channel_check(&exercise, "webhook", "http://127.0.0.1.evil.example/"), TOCSIN_REFUSED, "rule channel.https");
}

HOME_TEST(channels_are_ones_own_and_a_command_is_the_administrators)
{
	struct home *h = *state;
	struct view one = holder("duty.1", ROLE_DUTY), other = holder("duty.2", ROLE_DUTY);
	struct snapshot *r;
	json_t *out = NULL;
	fails(channels_add(&h->desk, &one, "duty.2", "email", "a@b", "", &out), TOCSIN_REFUSED, "rule channel.own");
	fails(channels_add(&h->desk, &one, "duty.1", "command", "ring", "", &out), TOCSIN_REFUSED, "rule channel.command");
	fails(channels_add(&h->desk, &one, "duty.1", "email", "a@b", "", &out), TOCSIN_MISSING, "no active account duty.1");
	operators_channel(h, "email", "duty@north.example", &out);
	const char *id = json_string_value(json_object_get(out, "id"));
	/* What is somebody else's is as what is not there. */
	fails(channels_remove(&h->desk, &other, id), TOCSIN_MISSING, "there is no channel");
	fails(channels_remove(&h->desk, &other, "0123456789abcdef"), TOCSIN_MISSING, "there is no channel 0123456789abcdef");
	ok(snapshot_open(h->desk.store, &r));
	fails(channels_list(&h->desk, r, &other, "operator", &out), TOCSIN_REFUSED, "rule channel.own");
	fails(channels_list(&h->desk, r, &other, NULL, &out), TOCSIN_REFUSED, "rule channel.own");
	snapshot_close(r);
	ok(channels_remove(&h->desk, view_node(), id));
	json_decref(out);
	out = listed(h);
	assert_int_equal(json_array_size(out), 0);
	json_decref(out);
}

HOME_TEST(an_account_has_one_channel_to_an_address_and_only_a_few)
{
	struct home *h = *state;
	json_t *out;
	char address[64];
	operators_channel(h, "email", "duty@north.example", &out);
	json_decref(out);
	fails(channels_add(&h->desk, view_node(), "operator", "email", "duty@north.example", "", &out), TOCSIN_REFUSED, "has this channel already");
	for (int i = 1; i < CHANNELS_MAX; i++) {
		snprintf(address, sizeof address, "duty%d@north.example", i);
		operators_channel(h, "email", address, &out);
		json_decref(out);
	}
	fails(channels_add(&h->desk, view_node(), "operator", "email", "more@north.example", "", &out), TOCSIN_REFUSED, "rule channel.limit");
}

HOME_TEST(a_channel_is_tested_when_its_last_test_is_old_and_once_at_a_time)
{
	struct home *h = *state;
	json_t *out;
	int64_t next, now = clock_now();
	char more[PAGE_ID + 1];
	struct snapshot *r;
	operators_channel(h, "email", "duty@north.example", &out);
	json_decref(out);
	ok(channels_test_due(&h->desk, now, 10, &next));
	assert_true(next > now + 6 * 24 * HOUR);
	now += 8 * 24 * HOUR;
	ok(channels_test_due(&h->desk, now, 10, &next));
	ok(channels_test_due(&h->desk, now, 10, &next));
	assert_true(next > now);
	ok(snapshot_open(h->desk.store, &r));
	ok(pages_list(r, view_node(), "operator", 10, NULL, more, &out));
	snapshot_close(r);
	assert_int_equal(json_array_size(out), 1);
	assert_string_equal(json_string_value(json_object_get(json_array_get(out, 0), "what")), CHANNEL_TEST);
	json_decref(out);
	ok(policy_set(&h->desk, view_node(), "test.pager-every", "0s"));
	ok(channels_test_due(&h->desk, now + 100 * 24 * HOUR, 10, &next));
	assert_true(next == INT64_MAX);
}

HOME_TEST(pages_are_listed_newest_first_and_acknowledged_by_whom_they_went_to)
{
	struct home *h = *state;
	struct view one = holder("duty.1", ROLE_DUTY), other = holder("duty.2", ROLE_DUTY);
	json_t *out;
	struct snapshot *r;
	char id[PAGE_ID + 1], next[PAGE_ID + 1], last[PAGE_ID + 1];
	for (int i = 0; i < 5; i++) {
		struct change *c = change_new();
		char what[32];
		snprintf(what, sizeof what, "number %d", i);
		pages_add(c, &(struct page_add) { .what = what, .account = i == 4 ? "duty.2" : "duty.1", .now = clock_now() });
		ok(store_commit(h->desk.store, c, NULL, NULL));
	}
	ok(snapshot_open(h->desk.store, &r));
	ok(pages_list(r, &one, "duty.1", 3, NULL, next, &out));
	assert_int_equal(json_array_size(out), 3);
	assert_string_equal(json_string_value(json_object_get(json_array_get(out, 0), "what")), "number 3");
	snprintf(id, sizeof id, "%s", json_string_value(json_object_get(json_array_get(out, 0), "id")));
	json_decref(out);
	memcpy(last, next, sizeof last);
	assert_int_equal(strlen(last), PAGE_ID);
	ok(pages_list(r, &one, "duty.1", 3, last, next, &out));
	assert_int_equal(json_array_size(out), 1);
	assert_string_equal(next, "");
	json_decref(out);
	fails(pages_list(r, &other, "duty.2", 3, last, next, &out), TOCSIN_BAD, "no page");
	fails(pages_list(r, &one, "duty.2", 3, NULL, next, &out), TOCSIN_REFUSED, "rule channel.own");
	snapshot_close(r);

	fails(pages_ack(&h->desk, &other, id), TOCSIN_MISSING, "there is no page");
	fails(pages_ack(&h->desk, &other, "0123456789abcdef"), TOCSIN_MISSING, "there is no page");
	ok(pages_ack(&h->desk, &one, id));
	ok(snapshot_open(h->desk.store, &r));
	ok(pages_list(r, &one, "duty.1", 1, NULL, next, &out));
	snapshot_close(r);
	assert_string_equal(json_string_value(json_object_get(json_array_get(out, 0), "state")), "stopped");
	json_decref(out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(quiet_hours_within_a_day_and_over_midnight_end_when_they_say),
		cmocka_unit_test(quiet_hours_are_those_of_the_zone_also_where_its_clock_changes_in_the_night),
		cmocka_unit_test(quiet_hours_are_two_different_times_of_the_day),
		home_test(a_webhook_tells_its_secret_once_and_nothing_else_has_one),
		home_test(an_address_that_leads_elsewhere_is_refused_in_words),
		home_test(channels_are_ones_own_and_a_command_is_the_administrators),
		home_test(an_account_has_one_channel_to_an_address_and_only_a_few),
		home_test(a_channel_is_tested_when_its_last_test_is_old_and_once_at_a_time),
		home_test(pages_are_listed_newest_first_and_acknowledged_by_whom_they_went_to),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
