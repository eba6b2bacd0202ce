/*
 * Tests of the door: what it holds, who decides, and answers that cannot be told apart.
 */
#include "desk/clocked.h"

#include "desk/door.h"
#include "desk/door_answer.h"
#include "store/rows_access.h"

#define SOUTH "south.example"

static void follow_all(struct home *h)
{
	size_t done;
	do
		ok(follow_some(&h->desk, 100, &done));
	while (done > 0);
}

static const struct body_field about_somebody[] = { { "request.type", VALUE("\"person\""), true },
	{ "question", VALUE("\"Where is he?\""), true }, { "purpose", VALUE("\"to find him\""), true },
	{ "subject.name", VALUE("\"Ivan Ivanov\""), true } };
static const struct body_field about_a_thing[] = { { "request.type", VALUE("\"clarify\""), true },
	{ "question", VALUE("\"Which gate?\""), true }, { "purpose", VALUE("\"to close it\""), true } };

static void asks(struct home *h, struct guest *g, const struct body_field *fields, size_t n, const struct hash *re,
	struct issue_result *r)
{
	struct statement s;
	guest_says(h, g, "request", re, re != NULL, &s);
	guest_stored(h, g, &s, fields, n, STATEMENT_MARK_DOOR, r);
	follow_all(h);
}

static bool sees(struct home *h, const struct view *v, int64_t num)
{
	struct snapshot *r;
	bool whole;
	ok(snapshot_open(h->desk.store, &r));
	enum tocsin_err err = access_sees(r, v, num, "", &whole);
	snapshot_close(r);
	return err == TOCSIN_OK;
}

static const char *hex_of(const struct hash *id)
{
	static char hex[4][65];
	static unsigned at;
	char *out = hex[at++ % 4];
	hex_encode(id->b, SHA256_SIZE, out);
	return out;
}

/* Sets what screening said. */
static void verdict(struct home *h, int64_t num, const char *word)
{
	char text[200];
	snprintf(text, sizeof text, "UPDATE door SET verdict = '%s' WHERE statement = %lld;", word, (long long)num);
	sql(h, text);
}

struct cast {
	struct guest south;
	struct view anna, carl, dora, rita, omar, ines, operator_;
};

static void cast(struct home *h, struct cast *k)
{
	clock_set(T0);
	guest_meets(h, &k->south, SOUTH);
	people(h);
	k->anna = view_of("anna", "desk", ROLE_ANALYST, 1);
	k->carl = view_of("carl", "desk", ROLE_DUTY, 1);
	k->dora = view_of("dora", "desk", ROLE_DUTY, 1);
	k->rita = view_of("rita", "desk", ROLE_RELEASER, 1);
	k->omar = view_of("omar", "other", ROLE_DUTY, 3);
	k->ines = view_of("ines", "desk", ROLE_INSPECTOR, 4);
	k->operator_ = *view_node();
	snprintf(k->operator_.account, sizeof k->operator_.account, "operator");
}

static enum tocsin_err passes(struct home *h, const struct view *v, const struct hash *id, bool has_read, const char *reason)
{
	json_t *out = NULL;
	const struct door_word w = { .read = has_read, .ground = "", .reason = reason };
	enum tocsin_err err = door_pass(&h->desk, v, hex_of(id), &w, &out);
	json_decref(out);
	if (err == TOCSIN_OK)
		follow_all(h);
	return err;
}

static enum tocsin_err refuses(struct home *h, const struct view *v, const struct hash *id, const char *ground)
{
	json_t *out = NULL;
	const struct door_word w = { .ground = ground, .reason = "for a test" };
	enum tocsin_err err = door_refuse(&h->desk, v, hex_of(id), &w, &out);
	json_decref(out);
	if (err == TOCSIN_OK)
		follow_all(h);
	return err;
}

HOME_TEST(a_request_about_a_person_is_seen_by_nobody_until_it_is_passed)
{
	struct home *h = *state;
	struct cast k;
	struct issue_result r;
	cast(h, &k);
	asks(h, &k.south, about_somebody, 4, NULL, &r);
	assert_false(sees(h, &k.anna, r.num));
	assert_false(sees(h, &k.carl, r.num));
	assert_false(sees(h, &k.ines, r.num));
	assert_false(sees(h, &k.operator_, r.num));
	says(h, r.num, "door", "state", "running");
	says(h, r.num, "opening", "state", "-");
	says(h, r.num, "reply-by", "state", "-");
	assert_int_equal(events_of(h, "door held"), 1);
	ok(passes(h, &k.carl, &r.id, false, ""));
	assert_true(sees(h, &k.anna, r.num));
	assert_true(sees(h, &k.operator_, r.num));
	assert_false(sees(h, &k.omar, r.num));
	says(h, r.num, "door", "state", "met");
	says(h, r.num, "reply-by", "state", "running");
	/* Once. */
	follow_all(h);
	assert_int_equal(events_of(h, "door passed"), 1);
	fails(passes(h, &k.carl, &r.id, false, ""), TOCSIN_REFUSED, "door.decided");
	guest_free(&k.south);
}

HOME_TEST(a_request_about_no_person_is_shared_at_once)
{
	struct home *h = *state;
	struct cast k;
	struct issue_result r;
	cast(h, &k);
	asks(h, &k.south, about_a_thing, 3, NULL, &r);
	assert_true(sees(h, &k.anna, r.num));
	assert_true(sees(h, &k.operator_, r.num));
	says(h, r.num, "door", "state", "-");
	guest_free(&k.south);
}

HOME_TEST(only_who_has_the_right_in_the_unit_looks_at_the_door)
{
	struct home *h = *state;
	struct cast k;
	struct issue_result r;
	json_t *out = NULL;
	cast(h, &k);
	asks(h, &k.south, about_somebody, 4, NULL, &r);
	fails(door_show(&h->desk, &k.anna, hex_of(&r.id), &out), TOCSIN_MISSING, "nothing at the door");
	fails(door_show(&h->desk, &k.omar, hex_of(&r.id), &out), TOCSIN_MISSING, "nothing at the door");
	fails(door_show(&h->desk, &k.carl, "00000000", &out), TOCSIN_MISSING, "nothing at the door");
	fails(passes(h, &k.omar, &r.id, true, ""), TOCSIN_MISSING, "nothing at the door");
	ok(door_show(&h->desk, &k.carl, hex_of(&r.id), &out));
	assert_int_equal(json_array_size(json_object_get(out, "fields")), 4);
	json_decref(out);
	/* Who inspects reads what it says when it is decided, and decides nothing. */
	ok(door_show(&h->desk, &k.ines, hex_of(&r.id), &out));
	assert_null(json_object_get(out, "fields"));
	json_decref(out);
	fails(passes(h, &k.ines, &r.id, true, ""), TOCSIN_REFUSED, "role.right");
	ok(refuses(h, &k.carl, &r.id, "law"));
	ok(door_show(&h->desk, &k.ines, hex_of(&r.id), &out));
	assert_int_equal(json_array_size(json_object_get(out, "fields")), 4);
	json_decref(out);
	guest_free(&k.south);
}

HOME_TEST(what_was_not_screened_shows_no_content_and_is_not_passed)
{
	struct home *h = *state;
	struct cast k;
	struct issue_result r;
	json_t *out = NULL;
	cast(h, &k);
	asks(h, &k.south, about_somebody, 4, NULL, &r);
	verdict(h, r.num, "");
	ok(door_show(&h->desk, &k.carl, hex_of(&r.id), &out));
	assert_null(json_object_get(out, "fields"));
	json_decref(out);
	fails(passes(h, &k.carl, &r.id, true, "yes"), TOCSIN_REFUSED, "door.screened");
	guest_free(&k.south);
}

HOME_TEST(caution_is_read_and_hold_and_refuse_take_two_people)
{
	struct home *h = *state;
	struct cast k;
	struct issue_result r[3];
	cast(h, &k);
	for (size_t i = 0; i < 3; i++)
		asks(h, &k.south, about_somebody, 4, NULL, &r[i]);
	verdict(h, r[0].num, "caution");
	verdict(h, r[1].num, "hold");
	verdict(h, r[2].num, "refuse");
	fails(passes(h, &k.carl, &r[0].id, false, ""), TOCSIN_REFUSED, "door.read");
	ok(passes(h, &k.carl, &r[0].id, true, ""));
	assert_true(sees(h, &k.anna, r[0].num));
	ok(passes(h, &k.carl, &r[1].id, true, ""));
	assert_false(sees(h, &k.anna, r[1].num));
	fails(passes(h, &k.carl, &r[1].id, true, ""), TOCSIN_REFUSED, "door.two-people");
	ok(passes(h, &k.dora, &r[1].id, true, ""));
	assert_true(sees(h, &k.anna, r[1].num));
	fails(passes(h, &k.carl, &r[2].id, true, ""), TOCSIN_REFUSED, "door.reason");
	ok(passes(h, &k.carl, &r[2].id, true, "his lawyer asks for it"));
	assert_false(sees(h, &k.anna, r[2].num));
	ok(refuses(h, &k.dora, &r[2].id, "rights"));
	fails(passes(h, &k.rita, &r[2].id, true, "after all"), TOCSIN_REFUSED, "door.decided");
	assert_false(sees(h, &k.anna, r[2].num));
	guest_free(&k.south);
}

HOME_TEST(what_refers_to_something_held_waits_with_it)
{
	struct home *h = *state;
	struct cast k;
	struct issue_result held, retraction, second;
	const struct body_field reason = { "reason", VALUE("\"Ivan Ivanov was found\""), true };
	cast(h, &k);
	asks(h, &k.south, about_somebody, 4, NULL, &held);
	guest_writes(h, &k.south, "retraction", &held.id, &reason, &retraction);
	asks(h, &k.south, about_a_thing, 3, &held.id, &second);
	assert_false(sees(h, &k.anna, retraction.num));
	assert_false(sees(h, &k.operator_, retraction.num));
	assert_false(sees(h, &k.ines, retraction.num));
	assert_false(sees(h, &k.anna, second.num));
	fails(passes(h, &k.carl, &second.id, true, ""), TOCSIN_REFUSED, "door.first");
	ok(passes(h, &k.carl, &held.id, true, ""));
	assert_true(sees(h, &k.anna, retraction.num));
	assert_false(sees(h, &k.anna, second.num));
	ok(passes(h, &k.carl, &second.id, true, ""));
	assert_true(sees(h, &k.anna, second.num));
	guest_free(&k.south);
}

HOME_TEST(what_was_refused_stays_hidden_with_what_is_said_about_it)
{
	struct home *h = *state;
	struct cast k;
	struct issue_result r;
	int64_t next;
	bool issued = false;
	cast(h, &k);
	asks(h, &k.south, about_somebody, 4, NULL, &r);
	ok(refuses(h, &k.carl, &r.id, "rights"));
	int64_t record = last_num(h);
	assert_int_equal(record, r.num + 1);
	assert_false(sees(h, &k.anna, record));
	assert_true(sees(h, &k.ines, record));
	clock_set(T0 + 8 * DAY);
	ok(door_answers_leave(&h->desk, clock_now(), &next, &issued));
	assert_true(issued);
	follow_all(h);
	assert_int_equal(last_num(h), record + 1);
	assert_false(sees(h, &k.anna, record + 1));
	struct stored st;
	stored_read(h, record + 1, &st);
	assert_string_equal(st.row.kind, "answer");
	assert_string_equal(st.row.peer, SOUTH);
	arena_free(st.arena);
	/* Once. */
	ok(door_answers_leave(&h->desk, clock_now(), &next, &issued));
	assert_int_equal(last_num(h), record + 1);
	guest_free(&k.south);
}

static enum tocsin_err answers(struct home *h, const struct view *v, int64_t num, const char *withheld, int64_t *at)
{
	struct stored st;
	const struct body_field fields[] = { { "result", VALUE("\"nothing-held\""), true },
		{ "reason", VALUE("\"he is a source of ours\""), true }, { "answer.withheld", bytes_str(withheld), false } };
	stored_read(h, num, &st);
	enum tocsin_err err = door_answer(&h->desk, v, &st.row, fields, 3, at);
	arena_free(st.arena);
	return err;
}

HOME_TEST(held_and_not_held_are_the_same_answer)
{
	struct home *h = *state;
	struct cast k;
	struct issue_result r[2];
	int64_t at[2], next;
	bool issued = false;
	cast(h, &k);
	for (size_t i = 0; i < 2; i++) {
		asks(h, &k.south, about_somebody, 4, NULL, &r[i]);
		ok(passes(h, &k.carl, &r[i].id, true, ""));
	}
	ok(answers(h, &k.anna, r[0].num, "true", &at[0]));
	clock_set(T0 + 3 * HOUR);
	ok(answers(h, &k.anna, r[1].num, "false", &at[1]));
	assert_int_equal(at[0], at[1]);
	fails(answers(h, &k.anna, r[1].num, "true", &at[1]), TOCSIN_REFUSED, "door.one-answer");
	fails(door_answer_withdraw(&h->desk, &k.carl, hex_of(&r[1].id)), TOCSIN_REFUSED, "door.own-answer");
	ok(door_answer_withdraw(&h->desk, &k.anna, hex_of(&r[1].id)));
	ok(answers(h, &k.anna, r[1].num, "false", &at[1]));
	assert_int_equal(at[0], at[1]);
	int64_t before = last_num(h);
	clock_set(at[0] - MINUTE);
	ok(door_answers_leave(&h->desk, clock_now(), &next, &issued));
	assert_int_equal(next, at[0]);
	assert_int_equal(last_num(h), before);
	clock_set(at[0]);
	ok(door_answers_leave(&h->desk, clock_now(), &next, &issued));
	assert_int_equal(last_num(h), before + 2);
	struct stored one, two;
	stored_read(h, before + 1, &one);
	stored_read(h, before + 2, &two);
	assert_int_equal(one.row.note.n, two.row.note.n);
	assert_int_equal(one.row.body.n, two.row.body.n);
	assert_int_equal(one.body.n, two.body.n);
	size_t open[2] = { 0, 0 };
	for (uint32_t i = 0; i < one.body.n; i++) {
		open[0] += one.body.line[i].open;
		open[1] += two.body.line[i].open;
		if (!one.body.line[i].open)
			continue;
		bool same = false;
		for (uint32_t j = 0; j < two.body.n; j++)
			same = same || (two.body.line[j].open && bytes_equal(one.body.line[i].name, two.body.line[j].name) &&
				bytes_equal(one.body.line[i].value, two.body.line[j].value));
		assert_true(same);
	}
	assert_int_equal(open[0], 2);
	assert_int_equal(open[1], 2);
	/* An inspector can be shown which it was. */
	assert_non_null(memmem(one.row.opened.p, one.row.opened.n, "answer.withheld", 15));
	assert_non_null(memmem(two.row.opened.p, two.row.opened.n, "answer.withheld", 15));
	assert_null(memmem(one.row.opened.p, one.row.opened.n, "source of ours", 14));
	arena_free(one.arena);
	arena_free(two.arena);
	guest_free(&k.south);
}

HOME_TEST(an_answer_leaves_at_a_time_that_its_receipt_alone_decides)
{
	struct home *h = *state;
	const int64_t slot = 10 * MINUTE;
	struct door_row row = { .urgency = 2, .at = T0 + 7 * MINUTE, .due_at = T0 + 7 * DAY };
	int64_t at = door_answer_time(&h->desk, &row, T0 + 8 * MINUTE);
	assert_int_equal(at, T0 + DAY + slot);
	assert_int_equal(door_answer_time(&h->desk, &row, T0 + 23 * HOUR), at);
	assert_int_equal(door_answer_time(&h->desk, &row, at - 1), at);
	assert_int_equal(door_answer_time(&h->desk, &row, at), at + slot);
	assert_int_equal(door_answer_time(&h->desk, &row, at + 15 * MINUTE), at + 2 * slot);
	row.due_at = T0 + 2 * HOUR;
	at = door_answer_time(&h->desk, &row, T0 + 8 * MINUTE);
	assert_true(at <= row.due_at);
	row.due_at = T0;
	assert_int_equal(door_answer_time(&h->desk, &row, T0 + 8 * MINUTE), T0 + slot);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		home_test(a_request_about_a_person_is_seen_by_nobody_until_it_is_passed),
		home_test(a_request_about_no_person_is_shared_at_once),
		home_test(only_who_has_the_right_in_the_unit_looks_at_the_door),
		home_test(what_was_not_screened_shows_no_content_and_is_not_passed),
		home_test(caution_is_read_and_hold_and_refuse_take_two_people),
		home_test(what_refers_to_something_held_waits_with_it),
		home_test(what_was_refused_stays_hidden_with_what_is_said_about_it),
		home_test(held_and_not_held_are_the_same_answer),
		home_test(an_answer_leaves_at_a_time_that_its_receipt_alone_decides),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
