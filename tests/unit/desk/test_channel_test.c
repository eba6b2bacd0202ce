/*
 * Tests of the channels to partners.
 */
#include "desk/home.h"

#include "desk/channel_test.h"

#define MINUTE (60 * CLOCK_SECOND)
#define DAY (24 * 60 * MINUTE)
#define SOUTH "south.example"

static const char test_text[] = "\"This is a test.\"";

/* A partner that has an address, and an address of our own. */
static void partner(struct home *h, struct guest *g)
{
	const char *what, *url = "https://north.example";
	uint64_t seq;
	const struct card_fill fill = { .url = &url, .url_n = 1 };
	ok(cards_next(&h->desk, &fill, &seq));
	ok(directory_reload(h->desk.directory, h->desk.name));
	guest_meets(h, g, SOUTH);
	snprintf(g->card.url[0], sizeof g->card.url[0], "https://south.example");
	g->card.url_n = 1;
	guest_card(g);
	ok(guest_shown(h, g, true, &what));
	assert_string_equal(what, "extended");
}

static int64_t look(struct home *h)
{
	int64_t next;
	size_t done = 0;
	bool issued;
	do
		ok(follow_some(&h->desk, 100, &done));
	while (done > 0);
	ok(channel_tests(&h->desk, clock_now(), &next, &issued));
	do
		ok(follow_some(&h->desk, 100, &done));
	while (done > 0);
	return next;
}

/* Records of ours with RECORD.TYPE type; the last one's id into *ID, what it refers to into *RE. */
static size_t records(struct home *h, const char *type, struct hash *id, struct hash *re)
{
	size_t n = 0;
	char value[64];
	snprintf(value, sizeof value, "\"%s\"", type);
	int64_t last = last_num(h);
	for (int64_t num = 1; num <= last; num++) {
		struct stored st;
		stored_read(h, num, &st);
		for (uint32_t i = 0; st.row.issued && i < st.body.n; i++)
			if (st.body.line[i].open && bytes_equal_str(st.body.line[i].name, "record.type") &&
				bytes_equal_str(st.body.line[i].value, value)) {
				n++;
				assert_true((st.row.marks & STATEMENT_MARK_TEST) != 0);
				assert_string_equal(st.row.peer, SOUTH);
				if (id != NULL)
					*id = st.row.id;
				if (re != NULL && st.s.re_n == 1)
					*re = st.s.re[0];
			}
		arena_free(st.arena);
	}
	return n;
}

/* G writes a record of TYPE to us, about ABOUT. */
static void guest_record(struct home *h, struct guest *g, const char *type, const struct hash *about,
	struct issue_result *r)
{
	char value[64];
	struct statement s;
	snprintf(value, sizeof value, "\"%s\"", type);
	const struct body_field fields[] = { { "record.type", bytes_str(value), true },
		{ "text", bytes_str(test_text), true } };
	guest_says(h, g, "record", about, about != NULL, &s);
	guest_stored(h, g, &s, fields, 2, 0, r);
}

/* A receipt of G's for statement NUM. */
static void receipt(struct home *h, int64_t num)
{
	struct change *c = change_new();
	change_receipt_checkpoint(c, BYTES_LIT("checkpoint"));
	change_receipt(c, num, SOUTH "/log/1", 0, &(struct merkle_proof) { 0 }, clock_now());
	ok(store_commit(h->desk.store, c, NULL, NULL));
}

struct missed {
	size_t n;
};

static bool count_missed(void *arg, const struct test_row *row)
{
	struct missed *m = arg;
	assert_string_equal(row->partner, SOUTH);
	m->n++;
	return true;
}

static size_t missed(struct home *h)
{
	struct missed m = { 0 };
	struct snapshot *r;
	ok(snapshot_open(h->desk.store, &r));
	ok(tests_missed(r, 10, count_missed, &m));
	snapshot_close(r);
	return m.n;
}

static void later(int64_t by)
{
	clock_set(clock_now() + by);
}

HOME_TEST(a_confirmed_partner_is_tested_when_its_time_has_come_and_once)
{
	struct home *h = *state;
	struct guest g;
	clock_set(clock_now());
	partner(h, &g);
	int64_t next = look(h);
	assert_int_equal(records(h, "test", NULL, NULL), 0);
	assert_true(next > clock_now() + 6 * DAY && next <= clock_now() + 7 * DAY);
	later(7 * DAY + MINUTE);
	next = look(h);
	look(h);
	assert_int_equal(records(h, "test", NULL, NULL), 1);
	later(7 * DAY + MINUTE);
	look(h);
	assert_int_equal(records(h, "test", NULL, NULL), 2);
	/* Whom we distrust is not tested, and is again when that is over. */
	home_state(h, SOUTH, "distrusted");
	later(7 * DAY + MINUTE);
	look(h);
	assert_int_equal(records(h, "test", NULL, NULL), 2);
	home_state(h, SOUTH, "confirmed");
	look(h);
	later(7 * DAY + MINUTE);
	look(h);
	assert_int_equal(records(h, "test", NULL, NULL), 3);
	ok(policy_set(&h->desk, view_node(), "test.partner-every", "0s"));
	later(70 * DAY);
	look(h);
	assert_int_equal(records(h, "test", NULL, NULL), 3);
	guest_free(&g);
}

HOME_TEST(a_clock_that_is_put_back_neither_tests_at_once_nor_never_again)
{
	struct home *h = *state;
	struct guest g;
	clock_set(clock_now());
	partner(h, &g);
	look(h);
	later(-400 * DAY);
	look(h);
	assert_int_equal(records(h, "test", NULL, NULL), 0);
	later(7 * DAY + MINUTE);
	look(h);
	assert_int_equal(records(h, "test", NULL, NULL), 1);
	guest_free(&g);
}

HOME_TEST(a_test_of_theirs_is_answered_once_and_not_more_often_than_once_a_minute)
{
	struct home *h = *state;
	struct guest g;
	struct issue_result first, second;
	struct hash re;
	clock_set(clock_now());
	partner(h, &g);
	look(h);
	guest_record(h, &g, "test", NULL, &first);
	look(h);
	look(h);
	assert_int_equal(records(h, "test-answer", NULL, &re), 1);
	assert_true(hash_equal(&re, &first.id));
	guest_record(h, &g, "test", NULL, &second);
	look(h);
	assert_int_equal(records(h, "test-answer", NULL, NULL), 1);
	later(2 * MINUTE);
	look(h);
	assert_int_equal(records(h, "test-answer", NULL, NULL), 1);
	guest_record(h, &g, "test", NULL, &second);
	look(h);
	assert_int_equal(records(h, "test-answer", NULL, &re), 2);
	assert_true(hash_equal(&re, &second.id));
	/* An answer, and any other record, is no test. */
	later(2 * MINUTE);
	guest_record(h, &g, "test-answer", &re, &second);
	guest_record(h, &g, "call", NULL, &second);
	look(h);
	assert_int_equal(records(h, "test-answer", NULL, NULL), 2);
	guest_free(&g);
}

HOME_TEST(nobody_is_answered_whom_policy_or_confirmation_excludes)
{
	struct home *h = *state;
	struct guest g;
	struct issue_result r;
	clock_set(clock_now());
	partner(h, &g);
	look(h);
	ok(policy_set(&h->desk, view_node(), "test.answer", "no"));
	guest_record(h, &g, "test", NULL, &r);
	look(h);
	ok(policy_set(&h->desk, view_node(), "test.answer", "yes"));
	look(h);
	assert_int_equal(records(h, "test-answer", NULL, NULL), 0);
	home_state(h, SOUTH, "unconfirmed");
	guest_record(h, &g, "test", NULL, &r);
	look(h);
	assert_int_equal(records(h, "test-answer", NULL, NULL), 0);
	guest_free(&g);
}

HOME_TEST(a_test_goes_well_with_receipt_and_answer_and_is_missed_without_either)
{
	struct home *h = *state;
	struct guest g;
	struct hash id;
	struct issue_result r;
	clock_set(clock_now());
	partner(h, &g);
	look(h);

	/* Nothing comes. */
	later(7 * DAY + MINUTE);
	look(h);
	later(59 * MINUTE);
	look(h);
	assert_int_equal(missed(h), 0);
	later(2 * MINUTE);
	look(h);
	look(h);
	assert_int_equal(missed(h), 1);
	assert_int_equal(events_of(h, "test missed"), 1);

	/* A receipt alone is not enough, unless policy says so. */
	later(7 * DAY);
	look(h);
	assert_int_equal(records(h, "test", &id, NULL), 2);
	receipt(h, last_num(h));
	later(61 * MINUTE);
	look(h);
	assert_int_equal(missed(h), 1);
	assert_int_equal(events_of(h, "test missed"), 2);

	/* An answer to another test changes nothing; one to this, though late, ends the alarm. */
	guest_record(h, &g, "test-answer", NULL, &r);
	look(h);
	assert_int_equal(missed(h), 1);
	guest_record(h, &g, "test-answer", &id, &r);
	look(h);
	assert_int_equal(missed(h), 0);

	/* Both in time. */
	later(7 * DAY);
	look(h);
	assert_int_equal(records(h, "test", &id, NULL), 3);
	receipt(h, last_num(h));
	guest_record(h, &g, "test-answer", &id, &r);
	look(h);
	later(61 * MINUTE);
	look(h);
	assert_int_equal(missed(h), 0);
	assert_int_equal(events_of(h, "test missed"), 2);

	ok(policy_set(&h->desk, view_node(), "test.expect", "receipt"));
	later(7 * DAY);
	look(h);
	receipt(h, last_num(h));
	later(61 * MINUTE);
	look(h);
	assert_int_equal(missed(h), 0);
	guest_free(&g);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		home_test(a_confirmed_partner_is_tested_when_its_time_has_come_and_once),
		home_test(a_clock_that_is_put_back_neither_tests_at_once_nor_never_again),
		home_test(a_test_of_theirs_is_answered_once_and_not_more_often_than_once_a_minute),
		home_test(nobody_is_answered_whom_policy_or_confirmation_excludes),
		home_test(a_test_goes_well_with_receipt_and_answer_and_is_missed_without_either),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
