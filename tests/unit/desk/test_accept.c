#include "home.h"

#define MINUTE (60 * CLOCK_SECOND)

/* What the desk says to S of the guest that is held as NAME. */
static enum tocsin_err asked(struct home *h, const char *name, const struct statement *s, int64_t now, int64_t *marks)
{
	struct snapshot *read;
	const struct peer *p = directory_find(h->desk.directory, name);
	assert_non_null(p);
	ok(snapshot_open(h->desk.store, &read));
	enum tocsin_err err = desk_accepts(read, p, s, now, marks);
	snapshot_close(read);
	peer_release(p);
	return err;
}

static enum tocsin_err ruled(struct home *h, const struct statement *s, bool *dangling)
{
	struct snapshot *read;
	ok(snapshot_open(h->desk.store, &read));
	enum tocsin_err err = desk_rule(read, s, dangling);
	snapshot_close(read);
	return err;
}

HOME_TEST(a_warning_of_a_confirmed_partner_is_accepted_without_a_mark)
{
	struct home *h = *state;
	struct guest g;
	struct statement s;
	int64_t marks = -1;
	guest_meets(h, &g, "south.example");
	guest_says(h, &g, "warning", NULL, 0, &s);
	ok(asked(h, "south.example", &s, clock_now(), &marks));
	assert_int_equal(marks, 0);
	guest_free(&g);
}

HOME_TEST(a_partner_that_nobody_has_confirmed_leaves_a_mark)
{
	struct home *h = *state;
	struct guest g;
	struct statement s;
	int64_t marks = 0;
	guest_meets(h, &g, "south.example");
	home_state(h, "south.example", "unconfirmed");
	guest_says(h, &g, "warning", NULL, 0, &s);
	ok(asked(h, "south.example", &s, clock_now(), &marks));
	assert_int_equal(marks, STATEMENT_MARK_UNCONFIRMED);
	guest_free(&g);
}

HOME_TEST(more_than_five_minutes_ahead_leaves_a_mark_and_the_past_never_does)
{
	struct home *h = *state;
	struct guest g;
	struct statement s;
	int64_t marks = 0;
	guest_meets(h, &g, "south.example");
	guest_says(h, &g, "warning", NULL, 0, &s);
	static const struct { int64_t ahead, marks; } cases[] = { { 0, 0 }, { 5 * MINUTE, 0 }, { 5 * MINUTE + 1,
		STATEMENT_MARK_AHEAD },
		{ 24 * 60 * MINUTE, STATEMENT_MARK_AHEAD }, { -1, 0 }, { -100 * 365 * 24 * 60 * MINUTE, 0 } };
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		ok(asked(h, "south.example", &s, s.at - cases[i].ahead, &marks));
		assert_int_equal(marks, cases[i].marks);
	}
	home_state(h, "south.example", "unconfirmed");
	ok(asked(h, "south.example", &s, s.at - 6 * MINUTE, &marks));
	assert_int_equal(marks, STATEMENT_MARK_AHEAD | STATEMENT_MARK_UNCONFIRMED);
	guest_free(&g);
}

HOME_TEST(what_refers_to_nothing_that_is_here_is_accepted_and_dangling)
{
	struct home *h = *state;
	struct guest g;
	struct statement s;
	int64_t marks;
	bool dangling = false;
	struct hash nowhere = { .b = { 7 } };
	guest_meets(h, &g, "south.example");
	static const char *const kinds[] = { "warning", "response", "retraction", "closure" };
	for (size_t i = 0; i < 4; i++) {
		guest_says(h, &g, kinds[i], &nowhere, 1, &s);
		ok(asked(h, "south.example", &s, clock_now(), &marks));
		ok(ruled(h, &s, &dangling));
		assert_true(dangling);
	}
	guest_says(h, &g, "warning", NULL, 0, &s);
	ok(ruled(h, &s, &dangling));
	assert_false(dangling);
	guest_free(&g);
}

HOME_TEST(who_may_say_what_about_which_statement_is_looked_up_in_the_store)
{
	struct home *h = *state;
	struct guest south, east;
	struct statement s;
	struct issue_result ours, theirs, others;
	int64_t marks;
	bool dangling = true;
	guest_meets(h, &south, "south.example");
	guest_meets(h, &east, "east.example");
	issue_warning(h, "south.example", &ours);
	guest_writes(h, &south, "warning", NULL, &warning_fields[0], &theirs);
	guest_writes(h, &east, "warning", NULL, &warning_fields[0], &others);
	static const struct { const char *kind; int about; const char *words; } cases[] = {
		{ "response", 0, NULL },
		{ "retraction", 1, NULL },
		{ "closure", 1, NULL },
		{ "warning", 0, NULL },
		{ "warning", 1, NULL },
		{ "response", 1, "only " HOME },
		{ "retraction", 0, "only " HOME },
		{ "closure", 0, "only " HOME },
		{ "response", 2, "not both parties" },
		{ "warning", 2, "not both parties" },
		{ "closure", 2, "not both parties" },
	};
	const struct hash *about[] = { &ours.id, &theirs.id, &others.id };
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		guest_says(h, &south, cases[i].kind, about[cases[i].about], 1, &s);
		if (cases[i].words == NULL) {
			ok(asked(h, "south.example", &s, clock_now(), &marks));
			ok(ruled(h, &s, &dangling));
			assert_false(dangling);
		} else {
			fails(asked(h, "south.example", &s, clock_now(), &marks), TOCSIN_REFUSED, cases[i].words);
		}
	}
	guest_free(&south);
	guest_free(&east);
}

HOME_TEST(one_reference_that_is_not_allowed_spoils_the_others)
{
	struct home *h = *state;
	struct guest south, east;
	struct statement s;
	struct issue_result ours, others;
	int64_t marks;
	bool dangling = false;
	guest_meets(h, &south, "south.example");
	guest_meets(h, &east, "east.example");
	issue_warning(h, "south.example", &ours);
	guest_writes(h, &east, "warning", NULL, &warning_fields[0], &others);
	struct hash nowhere = { .b = { 7 } }, re[3] = { nowhere, ours.id, others.id };
	guest_says(h, &south, "warning", re, 3, &s);
	fails(asked(h, "south.example", &s, clock_now(), &marks), TOCSIN_REFUSED, "not both parties");
	/* Known and unknown together: accepted, and dangling. */
	guest_says(h, &south, "warning", re, 2, &s);
	ok(ruled(h, &s, &dangling));
	assert_true(dangling);
	guest_free(&south);
	guest_free(&east);
}

HOME_TEST(the_form_of_a_kind_is_its_rule_too)
{
	struct home *h = *state;
	struct guest g;
	struct statement s;
	int64_t marks;
	guest_meets(h, &g, "south.example");
	guest_says(h, &g, "response", NULL, 0, &s);
	fails(asked(h, "south.example", &s, clock_now(), &marks), TOCSIN_REFUSED, "must say which statement");
	guest_says(h, &g, "warning", NULL, 0, &s);
	s.lines = 16;
	fails(asked(h, "south.example", &s, clock_now(), &marks), TOCSIN_REFUSED, "32 lines");
	s.lines = 64;
	fails(asked(h, "south.example", &s, clock_now(), &marks), TOCSIN_REFUSED, "32 lines");
	s.lines = 128;
	ok(asked(h, "south.example", &s, clock_now(), &marks));
	snprintf(s.kind, sizeof s.kind, "rumour");
	fails(asked(h, "south.example", &s, clock_now(), &marks), TOCSIN_REFUSED, "rumour");
	guest_free(&g);
}

/* A statement of a kind that this build has no row for, as one finds after going back to an older version. */
HOME_TEST(a_stored_statement_of_a_forgotten_kind_can_be_warned_about_and_not_closed)
{
	struct home *h = *state;
	struct guest g;
	struct statement s;
	struct issue_result odd;
	int64_t marks;
	guest_meets(h, &g, "south.example");
	guest_writes(h, &g, "prophecy", NULL, &warning_fields[0], &odd);
	guest_says(h, &g, "warning", &odd.id, 1, &s);
	ok(asked(h, "south.example", &s, clock_now(), &marks));
	guest_says(h, &g, "closure", &odd.id, 1, &s);
	fails(asked(h, "south.example", &s, clock_now(), &marks), TOCSIN_REFUSED, "does not know any more");
	guest_free(&g);
}

/* Each row is read with its body; all of them at once were more than the desk holds. */
HOME_TEST(sixteen_references_to_the_largest_statements_are_looked_up)
{
	struct home *h = *state;
	struct guest g;
	struct statement s;
	struct hash re[LIMIT_REFS];
	int64_t marks;
	size_t n = 64;
	struct body_field *field = calloc(n, sizeof *field);
	char (*name)[16] = calloc(n, sizeof *name), *value = malloc(50000);
	memset(value, 'v', 50000);
	value[0] = value[49999] = '"';
	for (size_t i = 0; i < n; i++) {
		snprintf(name[i], sizeof name[i], "x.f%zu", i);
		field[i] = (struct body_field){ name[i], bytes_of(value, 50000), true };
	}
	guest_meets(h, &g, "south.example");
	for (size_t i = 0; i < LIMIT_REFS; i++) {
		struct issue_result r;
		guest_says(h, &g, "warning", NULL, 0, &s);
		s.lines = 128;
		guest_stored(h, &g, &s, field, n, 0, &r);
		re[i] = r.id;
	}
	guest_says(h, &g, "warning", re, LIMIT_REFS, &s);
	ok(asked(h, "south.example", &s, clock_now(), &marks));
	guest_says(h, &g, "closure", re, LIMIT_REFS, &s);
	ok(asked(h, "south.example", &s, clock_now(), &marks));
	free(field);
	free(name);
	free(value);
	guest_free(&g);
}

HOME_TEST(a_target_that_is_damaged_is_this_nodes_fault_and_not_the_senders)
{
	struct home *h = *state;
	struct guest g;
	struct statement s;
	struct hash id = { .b = { 9 } }, entry;
	int64_t marks;
	guest_meets(h, &g, "south.example");
	struct change *c = change_new();
	change_statement(c, &(struct statement_row){ .id = id, .at = clock_now(), .kind = "warning", .peer = "south.example",
		.note = BYTES_LIT("no note"), .body = BYTES_LIT(""), .opened = BYTES_LIT(""), .known_at = clock_now() });
	statement_entry(h->desk.realm, ENTRY_ACCEPTED, &id, &entry);
	change_entry(c, &entry, "statement", &id);
	ok(store_commit(h->desk.store, c, NULL, NULL));
	guest_says(h, &g, "warning", &id, 1, &s);
	fails(asked(h, "south.example", &s, clock_now(), &marks), TOCSIN_BROKEN, "a stored statement");
	guest_free(&g);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		home_test(a_warning_of_a_confirmed_partner_is_accepted_without_a_mark),
		home_test(a_partner_that_nobody_has_confirmed_leaves_a_mark),
		home_test(more_than_five_minutes_ahead_leaves_a_mark_and_the_past_never_does),
		home_test(what_refers_to_nothing_that_is_here_is_accepted_and_dangling),
		home_test(who_may_say_what_about_which_statement_is_looked_up_in_the_store),
		home_test(one_reference_that_is_not_allowed_spoils_the_others),
		home_test(the_form_of_a_kind_is_its_rule_too),
		home_test(a_stored_statement_of_a_forgotten_kind_can_be_warned_about_and_not_closed),
		home_test(sixteen_references_to_the_largest_statements_are_looked_up),
		home_test(a_target_that_is_damaged_is_this_nodes_fault_and_not_the_senders),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
