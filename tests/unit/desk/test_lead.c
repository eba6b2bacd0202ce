#include "clocked.h"

#include "desk/lead.h"

static const struct body_field person[] = {
	{ "threat.summary", VALUE("\"he plans an attack\""), true },
	{ "subject.name", VALUE("\"Ivan Petrov\""), true },
};
static const struct body_field result_field = { "result", VALUE("\"provided\""), true };

/* One that went on meanwhile is followed again. */
static void follow(struct home *h)
{
	size_t done;
	enum tocsin_err err;
	do {
		err = follow_some(&h->desk, 1000, &done);
		assert_true(err == TOCSIN_OK || err == TOCSIN_LATER);
	} while (done > 0 || err == TOCSIN_LATER);
}

static void tip(struct home *h, struct guest *g, const struct hash *about, struct issue_result *r)
{
	struct statement s;
	guest_says(h, g, "warning", about, about != NULL, &s);
	guest_stored(h, g, &s, person, 2, 0, r);
}

static json_t *leads(struct home *h, const struct view *v, bool open, size_t limit, int64_t before)
{
	struct snapshot *r;
	json_t *items = NULL;
	ok(snapshot_open(h->desk.store, &r));
	ok(leads_list(r, v, open, false, limit, &before, &items));
	snapshot_close(r);
	return items;
}

static size_t count(struct home *h, const struct view *v, bool open)
{
	json_t *items = leads(h, v, open, 1000, 0);
	size_t n = json_array_size(items);
	json_decref(items);
	return n;
}

/* The one lead there is, as V sees it; the caller frees it. */
static json_t *the_lead(struct home *h, const struct view *v, bool open)
{
	struct snapshot *r;
	int64_t before = 0;
	json_t *items = leads(h, v, open, 10, 0), *out = NULL;
	assert_int_equal(json_array_size(items), 1);
	ok(snapshot_open(h->desk.store, &r));
	ok(lead_show(&h->desk, r, v, json_string_value(json_object_get(json_array_get(items, 0), "id")), 1000, &before, &out));
	snapshot_close(r);
	json_decref(items);
	return out;
}

static const char *member(const json_t *o, const char *name)
{
	return json_string_value(json_object_get(o, name));
}

static size_t steps(const json_t *lead, const char *what)
{
	size_t i, n = 0;
	json_t *s;
	json_array_foreach(json_object_get(lead, "steps"), i, s)
		n += strcmp(member(s, "what"), what) == 0;
	return n;
}

static void id_of(const json_t *lead, char id[LEAD_ID + 1])
{
	snprintf(id, LEAD_ID + 1, "%s", member(lead, "id"));
}

/* A desk with people, and the lead about the tip FIRST. */
static void begin(struct home *h, struct guest *g, struct issue_result *first, char id[LEAD_ID + 1])
{
	clock_set(T0);
	people(h);
	guest_meets(h, g, "south.example");
	tip(h, g, NULL, first);
	follow(h);
	json_t *lead = the_lead(h, view_node(), true);
	id_of(lead, id);
	json_decref(lead);
}

static enum tocsin_err close_it(struct home *h, const struct view *v, const char *id)
{
	struct issue_result record;
	return lead_close(&h->desk, v, id, "resolved", "found", NULL, &record);
}

HOME_TEST(a_tip_about_a_person_is_one_lead_however_often_the_node_starts)
{
	struct home *h = *state;
	struct guest g;
	struct issue_result r;
	char id[LEAD_ID + 1];
	begin(h, &g, &r, id);
	home_again(h);
	follow(h);
	json_t *lead = the_lead(h, view_node(), true);
	assert_int_equal(json_array_size(json_object_get(lead, "statements")), 1);
	assert_int_equal(steps(lead, "opened"), 1);
	assert_string_equal(member(lead, "state"), "new");
	json_decref(lead);
	guest_free(&g);
}

HOME_TEST(two_answers_that_come_together_reopen_a_closed_lead_once_and_both_join_it)
{
	struct home *h = *state;
	struct guest g;
	struct issue_result first, r;
	char id[LEAD_ID + 1];
	begin(h, &g, &first, id);
	ok(close_it(h, view_node(), id));
	follow(h);
	guest_writes(h, &g, "answer", &first.id, &result_field, &r);
	guest_writes(h, &g, "answer", &first.id, &result_field, &r);
	follow(h);
	json_t *lead = the_lead(h, view_node(), true);
	assert_int_equal(steps(lead, "reopened"), 1);
	/* The tip, the record of closing, and both answers. */
	assert_int_equal(json_array_size(json_object_get(lead, "statements")), 4);
	json_decref(lead);
	guest_free(&g);
}

HOME_TEST(who_closes_a_lead_for_which_something_came_looks_again)
{
	struct home *h = *state;
	struct guest g;
	struct issue_result first, r;
	struct lead_row row;
	struct snapshot *read;
	char id[LEAD_ID + 1];
	struct arena *a = arena_new(1u << 20);
	begin(h, &g, &first, id);
	ok(snapshot_open(h->desk.store, &read));
	ok(lead_get(read, id, a, &row));
	snapshot_close(read);
	guest_writes(h, &g, "answer", &first.id, &result_field, &r);
	follow(h);
	struct change *c = change_new();
	change_lead_close(c, &row, "resolved", clock_now());
	fails(store_commit(h->desk.store, c, NULL, NULL), TOCSIN_LATER, "look at it again");
	arena_free(a);
	guest_free(&g);
}

HOME_TEST(a_lead_that_is_closed_and_reopened_a_hundred_times_has_one_running_clock)
{
	struct home *h = *state;
	struct guest g;
	struct issue_result first, r;
	char id[LEAD_ID + 1];
	json_t *list, *k;
	size_t i, running = 0;
	struct snapshot *read;
	begin(h, &g, &first, id);
	for (int n = 0; n < 100; n++) {
		ok(close_it(h, view_node(), id));
		follow(h);
		tip(h, &g, &first.id, &r);
		follow(h);
	}
	json_t *lead = the_lead(h, view_node(), true);
	assert_int_equal(steps(lead, "reopened"), 100);
	assert_int_equal(count(h, view_node(), false), 0);
	json_decref(lead);
	ok(snapshot_open(h->desk.store, &read));
	ok(clocks_of(&h->desk, read, view_node(), first.num, &list));
	snapshot_close(read);
	json_array_foreach(list, i, k)
		running += strcmp(member(k, "kind"), "lead") == 0 && strcmp(member(k, "state"), "running") == 0;
	assert_int_equal(running, 1);
	json_decref(list);
	guest_free(&g);
}

HOME_TEST(a_reopened_lead_goes_to_its_owner_or_who_has_the_shift_or_the_escalation)
{
	struct home *h = *state;
	struct guest g;
	struct issue_result first, r;
	char id[LEAD_ID + 1];
	struct view anna = view_of("anna", "desk", ROLE_ANALYST, 1);
	begin(h, &g, &first, id);
	ok(lead_assign(&h->desk, &anna, id, "anna"));
	ok(close_it(h, &anna, id));
	follow(h);
	tip(h, &g, &first.id, &r);
	follow(h);
	json_t *lead = the_lead(h, &anna, true);
	assert_string_equal(member(lead, "owner"), "anna");
	json_decref(lead);

	ok(close_it(h, &anna, id));
	follow(h);
	sql(h, "INSERT INTO handover VALUES (100,'0123456789abcdef','anna','rita',1,x'',1,2);");
	tip(h, &g, &first.id, &r);
	follow(h);
	lead = the_lead(h, &anna, true);
	assert_string_equal(member(lead, "owner"), "rita");
	json_decref(lead);

	ok(close_it(h, &anna, id));
	follow(h);
	sql(h, "UPDATE account SET state = 'removed' WHERE name = 'rita';");
	tip(h, &g, &first.id, &r);
	follow(h);
	lead = the_lead(h, &anna, true);
	assert_string_equal(member(lead, "owner"), "carl");
	assert_int_equal(count(h, &anna, false), 0);
	json_decref(lead);
	guest_free(&g);
}

HOME_TEST(a_shift_that_is_handed_over_while_a_lead_reopens_is_noticed)
{
	struct home *h = *state;
	struct guest g;
	struct issue_result first;
	struct snapshot *read;
	struct lead_row row;
	char id[LEAD_ID + 1];
	struct arena *a = arena_new(1u << 20);
	struct view anna = view_of("anna", "desk", ROLE_ANALYST, 1);
	begin(h, &g, &first, id);
	ok(lead_assign(&h->desk, &anna, id, "anna"));
	ok(close_it(h, &anna, id));
	ok(snapshot_open(h->desk.store, &read));
	ok(lead_get(read, id, a, &row));
	struct change *c = change_new();
	ok(lead_again(&h->desk, read, c, &row, NULL, first.num, T0 + DAY, "", T0));
	snapshot_close(read);
	sql(h, "INSERT INTO handover VALUES (100,'0123456789abcdef','anna','rita',1,x'',1,2);");
	fails(store_commit(h->desk.store, c, NULL, NULL), TOCSIN_LATER, "look at it again");
	arena_free(a);
	guest_free(&g);
}

HOME_TEST(another_unit_and_who_is_not_read_in_see_no_lead_and_no_event_of_it)
{
	struct home *h = *state;
	struct guest g;
	struct issue_result first;
	char id[LEAD_ID + 1], sentence[200];
	bool told;
	struct lead_row row;
	struct snapshot *read;
	struct arena *a = arena_new(1u << 20);
	struct view anna = view_of("anna", "desk", ROLE_ANALYST, 1), omar = view_of("omar", "other", ROLE_DUTY, 3);
	begin(h, &g, &first, id);
	assert_int_equal(count(h, &anna, true), 1);
	assert_int_equal(count(h, &omar, true), 0);
	ok(snapshot_open(h->desk.store, &read));
	ok(access_event(read, &anna, "lead opened", 0, id, &told));
	assert_true(told);
	ok(access_event(read, &omar, "lead opened", 0, id, &told));
	assert_false(told);
	assert_int_equal(lead_find(read, &omar, id, a, &row), TOCSIN_MISSING);
	snprintf(sentence, sizeof sentence, "%s", fail_sentence());
	assert_int_equal(lead_find(read, &omar, "0123456789abcdef", a, &row), TOCSIN_MISSING);
	assert_memory_equal(sentence, fail_sentence(), strlen("there is no lead "));
	snapshot_close(read);
	fails(close_it(h, &omar, id), TOCSIN_MISSING, "there is no lead");
	fails(lead_assign(&h->desk, &anna, id, "omar"), TOCSIN_REFUSED, "lead.owner");
	arena_free(a);
	guest_free(&g);
}

HOME_TEST(a_review_date_is_to_come_and_not_too_far_off)
{
	struct home *h = *state;
	struct guest g;
	struct issue_result first;
	char id[LEAD_ID + 1];
	begin(h, &g, &first, id);
	fails(lead_review(&h->desk, view_node(), id, "", T0), TOCSIN_REFUSED, "is not to come");
	fails(lead_review(&h->desk, view_node(), id, "", T0 + 366 * DAY), TOCSIN_REFUSED, "365 days off");
	fails(lead_assess(&h->desk, view_node(), id, "", INT64_MAX), TOCSIN_REFUSED, "lead.review");
	ok(lead_review(&h->desk, view_node(), id, "", T0 + 365 * DAY));
	guest_free(&g);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		home_test(a_tip_about_a_person_is_one_lead_however_often_the_node_starts),
		home_test(two_answers_that_come_together_reopen_a_closed_lead_once_and_both_join_it),
		home_test(who_closes_a_lead_for_which_something_came_looks_again),
		home_test(a_lead_that_is_closed_and_reopened_a_hundred_times_has_one_running_clock),
		home_test(a_reopened_lead_goes_to_its_owner_or_who_has_the_shift_or_the_escalation),
		home_test(a_shift_that_is_handed_over_while_a_lead_reopens_is_noticed),
		home_test(another_unit_and_who_is_not_read_in_see_no_lead_and_no_event_of_it),
		home_test(a_review_date_is_to_come_and_not_too_far_off),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
