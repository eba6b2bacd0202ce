#include "home.h"

#include "store/rows_access.h"

#define UNTIL "2024-03-08T23:59:59Z"    /* of warning_fields */

static const struct view nothing = { .account = "somebody" };
static const struct body_field stage[] = { { "stage", VALUE("\"acting\""), true } };
static const struct body_field outcome[] = { { "outcome", VALUE("\"stood-down\""), true } };
static const struct body_field reason[] = { { "reason", VALUE("\"it was planted\""), true } };

/* As the API gets it; the caller gives it back. */
static json_t *shown_to(struct home *h, const struct view *v, int64_t num, bool whole)
{
	struct snapshot *read;
	struct statement_row row;
	json_t *o = NULL;
	struct arena *a = arena_new(64u << 20);
	ok(snapshot_open(h->desk.store, &read));
	ok(statement_by_num(read, num, a, &row));
	ok(desk_show(&h->desk, read, v, &row, whole, &o));
	snapshot_close(read);
	arena_free(a);
	assert_non_null(o);
	return o;
}

static json_t *shown(struct home *h, int64_t num)
{
	return shown_to(h, view_node(), num, true);
}

static const char *text(const json_t *o, const char *key)
{
	const char *s = json_string_value(json_object_get(o, key));
	return s != NULL ? s : "-";
}

static void delivery_is(struct home *h, int64_t num, const char *want)
{
	json_t *o = shown(h, num);
	assert_string_equal(text(o, "delivery"), want);
	json_decref(o);
}

static void window_is(struct home *h, int64_t num, const char *state, const char *how)
{
	json_t *o = shown(h, num), *w = json_object_get(o, "window");
	assert_string_equal(text(w, "state"), state);
	assert_string_equal(text(w, "outcome"), how);
	assert_string_equal(text(w, "until"), UNTIL);
	json_decref(o);
}

static bool has_word(const json_t *list, const char *word)
{
	size_t i;
	json_t *item;
	json_array_foreach((json_t *)(uintptr_t)list, i, item)
		if (strcmp(json_string_value(item), word) == 0)
			return true;
	return false;
}

static json_t *field_of(const json_t *o, const char *name)
{
	size_t i;
	json_t *item;
	json_array_foreach(json_object_get(o, "fields"), i, item)
		if (strcmp(text(item, "name"), name) == 0)
			return item;
	return NULL;
}

static int64_t at_time(const char *s)
{
	int64_t t = 0;
	assert_true(clock_parse(bytes_str(s), &t));
	return t;
}

/* The tests tell their own time, as of before the window ends. */
static int standing_setup(void **state)
{
	clock_set(at_time("2024-03-06T09:12:00Z"));
	return home_setup(state);
}
#define standing_test(f) cmocka_unit_test_setup_teardown(f, standing_setup, home_teardown)

/* ---- delivery ---- */

HOME_TEST(what_waits_says_so_and_when_it_is_tried_again_and_what_the_trouble_was)
{
	struct home *h = *state;
	struct guest g;
	struct issue_result r;
	guest_meets(h, &g, "south.example");
	issue_warning(h, "south.example", &r);
	json_t *o = shown(h, r.num);
	assert_string_equal(text(o, "delivery"), "waiting");
	assert_string_equal(text(o, "direction"), "out");
	assert_string_equal(text(o, "from"), HOME);
	assert_string_equal(text(o, "to"), "south.example");
	assert_string_equal(text(o, "quorum"), "none");
	assert_string_equal(text(o, "at"), "2024-03-06T09:12:00Z");
	assert_int_equal(json_integer_value(json_object_get(o, "attempts")), 0);
	assert_null(json_object_get(o, "trouble"));
	assert_null(json_object_get(o, "next_attempt"));
	assert_null(json_object_get(o, "receipt"));
	json_decref(o);
	struct change *c = change_new();
	change_outbox_later(c, r.num, 3, clock_now() + 60 * CLOCK_SECOND, "busy", "south.example is busy");
	ok(store_commit(h->desk.store, c, NULL, NULL));
	c = change_new();
	change_partner_quorum(c, "south.example", 2, clock_now());
	home_change(h, c, "south.example");
	o = shown(h, r.num);
	assert_string_equal(text(o, "delivery"), "waiting");
	assert_int_equal(json_integer_value(json_object_get(o, "attempts")), 3);
	assert_string_equal(text(o, "trouble"), "south.example is busy");
	assert_true(at_time(text(o, "next_attempt")) > clock_now());
	assert_int_equal(json_integer_value(json_object_get(o, "quorum")), 2);
	json_decref(o);
	guest_free(&g);
}

HOME_TEST(refused_and_closed_are_states_of_their_own)
{
	struct home *h = *state;
	struct guest g;
	struct issue_result r;
	guest_meets(h, &g, "south.example");
	issue_warning(h, "south.example", &r);
	struct change *c = change_new();
	change_outbox_refused(c, r.num, "kind", "this node does not know the kind");
	ok(store_commit(h->desk.store, c, NULL, NULL));
	json_t *o = shown(h, r.num);
	assert_string_equal(text(o, "delivery"), "refused");
	assert_string_equal(text(o, "trouble"), "this node does not know the kind");
	assert_null(json_object_get(o, "next_attempt"));
	json_decref(o);
	c = change_new();
	change_outbox_close(c, r.num, "given by telephone");
	ok(store_commit(h->desk.store, c, NULL, NULL));
	delivery_is(h, r.num, "closed");
	guest_free(&g);
}

static void receive(struct home *h, int64_t num, bool last)
{
	struct merkle_proof p = { .n = 0 };
	struct change *c = change_new();
	change_receipt_checkpoint(c, BYTES_LIT("a checkpoint"));
	change_receipt(c, num, "south.example/log/1", 41, &p, clock_now());
	if (last)
		change_outbox_done(c, num);
	ok(store_commit(h->desk.store, c, NULL, NULL));
}

HOME_TEST(a_receipt_is_received_then_overdue_then_witnessed)
{
	struct home *h = *state;
	struct guest g;
	struct issue_result r;
	guest_meets(h, &g, "south.example");
	issue_warning(h, "south.example", &r);
	receive(h, r.num, true);
	json_t *o = shown(h, r.num), *receipt = json_object_get(o, "receipt");
	assert_string_equal(text(o, "delivery"), "received");
	assert_string_equal(text(receipt, "origin"), "south.example/log/1");
	assert_int_equal(json_integer_value(json_object_get(receipt, "index")), 41);
	assert_string_equal(text(receipt, "received_at"), "2024-03-06T09:12:00Z");
	assert_null(json_object_get(receipt, "witnessed_not_later_than"));
	assert_true(json_is_false(json_object_get(receipt, "overdue")));
	json_decref(o);
	struct change *c = change_new();
	change_receipt_overdue(c, r.num);
	ok(store_commit(h->desk.store, c, NULL, NULL));
	o = shown(h, r.num);
	assert_string_equal(text(o, "delivery"), "received");
	assert_true(json_is_true(json_object_get(json_object_get(o, "receipt"), "overdue")));
	json_decref(o);
	c = change_new();
	change_receipt_witnessed(c, r.num, BYTES_LIT("a proof"), at_time("2024-03-06T09:15:30Z"));
	ok(store_commit(h->desk.store, c, NULL, NULL));
	o = shown(h, r.num);
	assert_string_equal(text(o, "delivery"), "witnessed");
	assert_string_equal(text(json_object_get(o, "receipt"), "witnessed_not_later_than"), "2024-03-06T09:15:30Z");
	json_decref(o);
	guest_free(&g);
}

HOME_TEST(a_receipt_counts_more_than_a_row_that_still_waits)
{
	struct home *h = *state;
	struct guest g;
	struct issue_result r;
	guest_meets(h, &g, "south.example");
	issue_warning(h, "south.example", &r);
	receive(h, r.num, false);
	delivery_is(h, r.num, "received");
	guest_free(&g);
}

HOME_TEST(without_a_receipt_and_without_a_way_to_go_it_is_one_sided)
{
	struct home *h = *state;
	struct guest g;
	struct issue_result r;
	guest_meets(h, &g, "south.example");
	issue_warning(h, "south.example", &r);
	struct change *c = change_new();
	change_outbox_done(c, r.num);
	ok(store_commit(h->desk.store, c, NULL, NULL));
	json_t *o = shown(h, r.num);
	assert_string_equal(text(o, "delivery"), "one-sided");
	assert_null(json_object_get(o, "receipt"));
	json_decref(o);
	/* Also when its partner is gone. */
	c = change_new();
	change_partner_remove(c, "south.example");
	home_change(h, c, "south.example");
	o = shown(h, r.num);
	assert_string_equal(text(o, "delivery"), "one-sided");
	assert_string_equal(text(o, "quorum"), "none");
	json_decref(o);
	guest_free(&g);
}

HOME_TEST(what_came_is_accepted_and_what_is_for_oneself_is_an_own_record)
{
	struct home *h = *state;
	struct guest g;
	struct issue_result r;
	static const struct body_field fields[] = { { "record.type", VALUE("\"call\""), true }, { "text",
		VALUE("\"we called\""), true } };
	guest_meets(h, &g, "south.example");
	guest_writes(h, &g, "warning", NULL, &warning_fields[0], &r);
	json_t *o = shown(h, r.num);
	assert_string_equal(text(o, "delivery"), "accepted");
	assert_string_equal(text(o, "direction"), "in");
	assert_string_equal(text(o, "from"), "south.example");
	assert_string_equal(text(o, "threat.summary"), "a car with a bomb");
	assert_null(json_object_get(o, "quorum"));
	json_decref(o);
	struct issue_release release = { .to = HOME, .field = fields, .field_n = 2 };
	ok(desk_issue(&h->desk, &(struct issue){ .kind = "record", .release = &release, .n = 1 }, &r));
	o = shown(h, r.num);
	assert_string_equal(text(o, "delivery"), "own record");
	assert_string_equal(text(o, "record.type"), "call");
	json_decref(o);
	guest_free(&g);
}

/* ---- content ---- */

HOME_TEST(our_own_closed_lines_are_shown_marked_and_those_of_others_are_only_counted)
{
	struct home *h = *state;
	struct guest g;
	struct issue_result ours, theirs;
	struct statement s;
	guest_meets(h, &g, "south.example");
	issue_warning(h, "south.example", &ours);
	json_t *o = shown(h, ours.num);
	assert_int_equal(json_array_size(json_object_get(o, "fields")), WARNING_FIELDS);
	assert_int_equal(json_integer_value(json_object_get(o, "lines")), 32);
	assert_int_equal(json_integer_value(json_object_get(o, "closed_lines")), 32 - 3);
	assert_true(json_is_true(json_object_get(field_of(o, "source.name"), "closed")));
	assert_string_equal(text(field_of(o, "source.name"), "value"), "somebody who must not be named");
	assert_true(json_is_false(json_object_get(field_of(o, "threat.summary"), "closed")));
	/* By name, as their order in the body is random. */
	for (size_t i = 1; i < WARNING_FIELDS; i++)
		assert_true(strcmp(text(json_array_get(json_object_get(o, "fields"), i - 1), "name"),
				    text(json_array_get(json_object_get(o, "fields"), i), "name")) < 0);
	json_decref(o);
	guest_says(h, &g, "warning", NULL, 0, &s);
	guest_stored(h, &g, &s, warning_fields, WARNING_FIELDS, 0, &theirs);
	o = shown(h, theirs.num);
	assert_int_equal(json_array_size(json_object_get(o, "fields")), 3);
	assert_null(field_of(o, "source.name"));
	assert_int_equal(json_integer_value(json_object_get(o, "closed_lines")), 32 - 3);
	json_decref(o);
	guest_free(&g);
}

/* Every value that is anywhere in what a view without content gets. */
static void holds_none_of(const json_t *o, const char *const *words)
{
	struct buf b;
	buf_init(&b, 1u << 20);
	json_write(&b, o);
	buf_add_char(&b, 0);
	assert_false(b.failed);
	for (; *words != NULL; words++) {
		if (strstr((const char *)b.p, *words) != NULL)
			print_error("%s is in %s\n", *words, (const char *)b.p);
		assert_null(strstr((const char *)b.p, *words));
	}
	buf_free(&b);
}

HOME_TEST(a_view_that_does_not_see_it_is_told_that_it_is_not_there)
{
	struct home *h = *state;
	struct guest g;
	struct issue_result r;
	guest_meets(h, &g, "south.example");
	issue_warning(h, "south.example", &r);
	for (int whole = 0; whole < 2; whole++) {
		struct snapshot *read;
		struct statement_row row;
		json_t *o = NULL;
		struct arena *a = arena_new(64u << 20);
		ok(snapshot_open(h->desk.store, &read));
		ok(statement_by_num(read, r.num, a, &row));
		fails(desk_show(&h->desk, read, &nothing, &row, whole, &o), TOCSIN_MISSING, "there is no statement");
		assert_null(o);
		snapshot_close(read);
		arena_free(a);
	}
	json_t *o = shown_to(h, view_node(), r.num, false);
	assert_string_equal(text(o, "threat.summary"), "a car with a bomb");
	assert_null(json_object_get(o, "fields"));
	assert_null(json_object_get(o, "answers"));
	json_decref(o);
	guest_free(&g);
}

static struct view reader(struct home *h, const char *unit, const char *compartment)
{
	struct view v = { .account = "reader", .function = "analyst", .roles = ROLE_ANALYST };
	struct snapshot *read;
	ok(snapshot_open(h->desk.store, &read));
	ok(scope_find(read, unit, compartment, &v.scope[0]));
	v.scope_n = v.scope[0] != 0;
	snapshot_close(read);
	return v;
}

static void share_with(struct home *h, int64_t num, const char *unit, bool whole)
{
	struct change *c = change_new();
	change_scope_add(c, unit, "");
	change_share(c, unit, "", "", num, whole);
	ok(store_commit(h->desk.store, c, NULL, NULL));
}

HOME_TEST(closed_lines_are_shown_only_where_it_was_shared_whole)
{
	struct home *h = *state;
	struct guest g;
	struct issue_result r;
	guest_meets(h, &g, "south.example");
	issue_warning(h, "south.example", &r);
	share_with(h, r.num, "a", true);
	share_with(h, r.num, "b", false);
	struct view a = reader(h, "a", ""), b = reader(h, "b", "");
	json_t *o = shown_to(h, &a, r.num, true);
	char *dump = json_dumps(o, 0);
	assert_non_null(strstr(dump, "must not be named"));
	free(dump);
	json_decref(o);
	o = shown_to(h, &b, r.num, true);
	dump = json_dumps(o, 0);
	assert_null(strstr(dump, "must not be named"));
	assert_null(strstr(dump, "source.name"));
	assert_non_null(strstr(dump, "a car with a bomb"));
	/* Numbers of the node stay inside. */
	assert_null(json_object_get(o, "num"));
	assert_null(json_object_get(o, "log_index"));
	free(dump);
	json_decref(o);
	guest_free(&g);
}

HOME_TEST(answers_that_the_view_does_not_see_are_left_out_and_their_targets_look_like_what_is_not_here)
{
	struct home *h = *state;
	struct guest g;
	struct issue_result r, seen, unseen;
	guest_meets(h, &g, "south.example");
	issue_warning(h, "south.example", &r);
	guest_writes(h, &g, "response", &r.id, stage, &seen);
	guest_writes(h, &g, "response", &r.id, stage, &unseen);
	share_with(h, r.num, "a", true);
	share_with(h, seen.num, "a", true);
	share_with(h, unseen.num, "b", true);
	struct view a = reader(h, "a", ""), b = reader(h, "b", "");
	json_t *o = shown_to(h, &a, r.num, true);
	assert_int_equal(json_array_size(json_object_get(o, "answers")), 1);
	assert_null(json_object_get(o, "answers_left_out"));
	json_decref(o);
	o = shown_to(h, &b, unseen.num, true);
	json_t *re = json_array_get(json_object_get(o, "re"), 0);
	assert_true(json_is_true(json_object_get(re, "dangling")));
	assert_null(json_object_get(re, "rule"));
	assert_int_equal(json_object_size(re), 2);
	json_decref(o);
	guest_free(&g);
}

HOME_TEST(known_has_three_levels_and_names_only_for_who_holds_the_audit_trail)
{
	struct home *h = *state;
	struct guest g;
	struct issue_result r;
	guest_meets(h, &g, "south.example");
	guest_writes(h, &g, "warning", NULL, NULL, &r);
	share_with(h, r.num, "a", true);
	struct view a = reader(h, "a", "");
	json_t *o = shown_to(h, &a, r.num, true), *known = json_object_get(o, "known");
	assert_true(json_string_value(json_object_get(known, "accepted_at"))[0] != 0);
	assert_int_equal(json_array_size(json_object_get(known, "opened")), 0);
	json_decref(o);
	ok(access_opened(&h->desk, &a, r.num, "x", "threat.summary when.until"));
	ok(access_opened(&h->desk, &a, r.num, "x", "handling.tlp threat.summary"));
	o = shown_to(h, &a, r.num, true);
	json_t *opened = json_object_get(json_object_get(o, "known"), "opened"), *one = json_array_get(opened, 0);
	assert_int_equal(json_array_size(opened), 1);
	assert_string_equal(json_string_value(json_object_get(one, "function")), "analyst");
	assert_null(json_object_get(one, "account"));
	assert_int_equal(json_array_size(json_object_get(one, "lines")), 3);
	json_decref(o);
	struct view inspector = a;
	inspector.roles = ROLE_INSPECTOR;
	o = shown_to(h, &inspector, r.num, true);
	opened = json_object_get(json_object_get(o, "known"), "opened");
	assert_string_equal(json_string_value(json_object_get(json_array_get(opened, 0), "account")), "reader");
	json_decref(o);
	assert_int_equal(events_of(h, "statement opened"), 1);
	guest_free(&g);
}

HOME_TEST(what_was_forgotten_keeps_its_stub_and_says_so)
{
	struct home *h = *state;
	struct guest g;
	struct issue_result r;
	static const char *const words[] = { "bomb", "amber", "named", NULL };
	guest_meets(h, &g, "south.example");
	issue_warning(h, "south.example", &r);
	struct change *c = change_new();
	change_statement_forget(c, r.num);
	ok(store_commit(h->desk.store, c, NULL, NULL));
	json_t *o = shown(h, r.num);
	assert_true(has_word(json_object_get(o, "marks"), "content forgotten"));
	assert_int_equal(json_array_size(json_object_get(o, "fields")), 0);
	assert_int_equal(json_integer_value(json_object_get(o, "lines")), 32);
	assert_null(json_object_get(o, "window"));
	assert_string_equal(text(o, "to"), "south.example");
	holds_none_of(o, words);
	json_decref(o);
	guest_free(&g);
}

HOME_TEST(marks_are_told_in_words)
{
	struct home *h = *state;
	struct guest g;
	struct statement s;
	struct issue_result r;
	static const struct { int64_t bit; const char *word; } marks[] = {
		{ STATEMENT_MARK_UNCONFIRMED, "partner was unconfirmed" },
		{ STATEMENT_MARK_AHEAD, "dated ahead of our clock" },
		{ STATEMENT_MARK_RETURNED, "given back by a partner" },
	};
	guest_meets(h, &g, "south.example");
	for (int64_t set = 0; set < 8; set++) {
		guest_says(h, &g, "warning", NULL, 0, &s);
		guest_stored(h, &g, &s, warning_fields, 1, set, &r);
		json_t *o = shown_to(h, view_node(), r.num, false);
		for (size_t i = 0; i < 3; i++)
			assert_int_equal(has_word(json_object_get(o, "marks"), marks[i].word), (set & marks[i].bit) != 0);
		assert_false(has_word(json_object_get(o, "marks"), "partner is distrusted"));
		json_decref(o);
	}
	/* What is thought of a partner now is shown with everything that it ever sent. */
	home_state(h, "south.example", "distrusted");
	json_t *o = shown(h, r.num);
	assert_true(has_word(json_object_get(o, "marks"), "partner is distrusted"));
	json_decref(o);
	guest_free(&g);
}

/* ---- the window ---- */

HOME_TEST(a_window_is_open_until_it_passes_and_then_lapsed_but_only_its_author_ends_it)
{
	struct home *h = *state;
	struct guest g;
	struct issue_result r, answer;
	guest_meets(h, &g, "south.example");
	issue_warning(h, "south.example", &r);
	window_is(h, r.num, "open", "-");
	clock_set(at_time(UNTIL) - CLOCK_SECOND);
	window_is(h, r.num, "open", "-");
	clock_set(at_time(UNTIL));
	window_is(h, r.num, "lapsed, unresolved", "-");
	/* An answer of its recipient is no end, nor is a retraction. */
	guest_writes(h, &g, "response", &r.id, outcome, &answer);
	window_is(h, r.num, "lapsed, unresolved", "-");
	ok(issue_about(h, "retraction", "south.example", &r.id, reason, &answer));
	window_is(h, r.num, "lapsed, unresolved", "-");
	ok(issue_about(h, "closure", "south.example", &r.id, outcome, &answer));
	window_is(h, r.num, "closed", "stood-down");
	clock_set(at_time(UNTIL) - 3600 * CLOCK_SECOND);
	window_is(h, r.num, "closed", "stood-down");
	guest_free(&g);
}

HOME_TEST(a_closure_whose_content_was_forgotten_is_still_the_end)
{
	struct home *h = *state;
	struct guest g;
	struct issue_result r, answer;
	guest_meets(h, &g, "south.example");
	issue_warning(h, "south.example", &r);
	ok(issue_about(h, "closure", "south.example", &r.id, outcome, &answer));
	struct change *c = change_new();
	change_statement_forget(c, answer.num);
	ok(store_commit(h->desk.store, c, NULL, NULL));
	clock_set(at_time(UNTIL) + CLOCK_SECOND);
	window_is(h, r.num, "closed", "-");
	guest_free(&g);
}

HOME_TEST(a_warning_without_a_time_or_with_one_that_is_none_has_no_window)
{
	struct home *h = *state;
	struct guest g;
	struct issue_result r;
	static const struct body_field odd[] = { { "when.until", VALUE("\"tomorrow\""), true }, { "when.until", VALUE("17"),
		true },
		{ "when.until", VALUE("\"2024-02-30T00:00:00Z\""), true }, { "x.other", VALUE("1"), true } };
	guest_meets(h, &g, "south.example");
	for (size_t i = 0; i < 4; i++) {
		guest_writes(h, &g, "warning", NULL, &odd[i], &r);
		json_t *o = shown(h, r.num);
		assert_null(json_object_get(o, "window"));
		json_decref(o);
	}
	guest_free(&g);
}

/* ---- references and answers ---- */

HOME_TEST(a_target_that_is_not_here_dangles_until_it_comes)
{
	struct home *h = *state;
	struct guest g;
	struct issue_result first, update;
	struct statement s;
	struct letter late;
	guest_meets(h, &g, "south.example");
	guest_says(h, &g, "warning", NULL, 0, &s);
	letter_make(&late, &g, &s, warning_fields, 1);
	/* The update comes first. */
	guest_writes(h, &g, "warning", &late.id, &warning_fields[0], &update);
	json_t *o = shown(h, update.num), *re = json_array_get(json_object_get(o, "re"), 0);
	assert_true(json_is_true(json_object_get(re, "dangling")));
	assert_null(json_object_get(re, "rule"));
	assert_int_equal(strlen(text(re, "id")), 64);
	json_decref(o);
	letter_stored(h, &late, &s, 0, &first);
	o = shown(h, update.num);
	re = json_array_get(json_object_get(o, "re"), 0);
	assert_true(json_is_false(json_object_get(re, "dangling")));
	assert_null(json_object_get(re, "rule"));
	json_decref(o);
	o = shown(h, first.num);
	assert_int_equal(json_array_size(json_object_get(o, "answers")), 1);
	assert_string_equal(text(json_array_get(json_object_get(o, "answers"), 0), "threat.summary"), "a car with a bomb");
	json_decref(o);
	guest_free(&g);
}

/* What came before its target was taken in unseen; who used that to speak about what is not its own gains nothing. */
HOME_TEST(what_may_not_refer_to_a_statement_has_no_effect_on_it_when_both_are_here)
{
	struct home *h = *state;
	struct guest south, east;
	struct issue_result ours, theirs, r[4];
	guest_meets(h, &south, "south.example");
	guest_meets(h, &east, "east.example");
	issue_warning(h, "south.example", &ours);
	guest_writes(h, &south, "warning", NULL, &warning_fields[2], &theirs);
	guest_writes(h, &south, "closure", &ours.id, outcome, &r[0]);
	guest_writes(h, &east, "closure", &theirs.id, outcome, &r[1]);
	guest_writes(h, &east, "response", &ours.id, stage, &r[2]);
	guest_writes(h, &south, "retraction", &ours.id, reason, &r[3]);
	for (size_t i = 0; i < 4; i++) {
		json_t *o = shown(h, r[i].num), *re = json_array_get(json_object_get(o, "re"), 0);
		assert_true(json_is_true(json_object_get(re, "dangling")));
		assert_string_not_equal(text(re, "rule"), "-");
		json_decref(o);
	}
	json_t *o = shown(h, ours.num);
	assert_int_equal(json_array_size(json_object_get(o, "answers")), 0);
	json_decref(o);
	o = shown(h, theirs.num);
	assert_int_equal(json_array_size(json_object_get(o, "answers")), 0);
	json_decref(o);
	window_is(h, ours.num, "open", "-");
	window_is(h, theirs.num, "open", "-");
	guest_free(&south);
	guest_free(&east);
}

HOME_TEST(answers_are_shown_in_the_order_in_which_they_came)
{
	struct home *h = *state;
	struct guest g;
	struct issue_result r, answer;
	static const struct body_field stages[] = { { "stage", VALUE("\"opened\""), true }, { "stage", VALUE("\"assessed\""),
		true },
		{ "stage", VALUE("\"acted\""), true } };
	static const char *const words[] = { "opened", "assessed", "acted" };
	guest_meets(h, &g, "south.example");
	issue_warning(h, "south.example", &r);
	for (size_t i = 0; i < 3; i++)
		guest_writes(h, &g, "response", &r.id, &stages[i], &answer);
	json_t *o = shown(h, r.num), *answers = json_object_get(o, "answers");
	assert_int_equal(json_array_size(answers), 3);
	assert_null(json_object_get(o, "answers_left_out"));
	for (size_t i = 0; i < 3; i++) {
		assert_string_equal(text(json_array_get(answers, i), "stage"), words[i]);
		assert_string_equal(text(json_array_get(answers, i), "from"), "south.example");
		assert_string_equal(text(json_array_get(answers, i), "kind"), "response");
	}
	json_decref(o);
	guest_free(&g);
}

HOME_TEST(many_answers_are_cut_at_a_limit_and_hide_no_closure)
{
	struct home *h = *state;
	struct guest g;
	struct issue_result r, answer;
	guest_meets(h, &g, "south.example");
	issue_warning(h, "south.example", &r);
	for (int i = 0; i < 256; i++)
		guest_writes(h, &g, "response", &r.id, stage, &answer);
	json_t *o = shown(h, r.num);
	assert_int_equal(json_array_size(json_object_get(o, "answers")), 256);
	assert_null(json_object_get(o, "answers_left_out"));
	json_decref(o);
	guest_writes(h, &g, "response", &r.id, stage, &answer);
	ok(issue_about(h, "closure", "south.example", &r.id, outcome, &answer));
	for (int i = 0; i < 20; i++)
		guest_writes(h, &g, "response", &r.id, stage, &answer);
	guest_writes(h, &g, "closure", &r.id, stage, &answer);
	o = shown(h, r.num);
	assert_int_equal(json_array_size(json_object_get(o, "answers")), 257);
	assert_int_equal(json_integer_value(json_object_get(o, "answers_left_out")), 22);
	json_decref(o);
	window_is(h, r.num, "closed", "stood-down");
	guest_free(&g);
}

HOME_TEST(large_answers_do_not_keep_a_statement_from_being_shown)
{
	struct home *h = *state;
	struct guest g;
	struct issue_result r, answer;
	struct statement s;
	size_t n = 60;
	struct body_field *field = calloc(n, sizeof *field);
	char (*name)[16] = calloc(n, sizeof *name), *value = malloc(65000);
	memset(value, 'v', 65000);
	value[0] = value[64999] = '"';
	for (size_t i = 0; i < n; i++) {
		snprintf(name[i], sizeof name[i], "x.f%zu", i);
		field[i] = (struct body_field){ name[i], bytes_of(value, 65000), true };
	}
	guest_meets(h, &g, "south.example");
	issue_warning(h, "south.example", &r);
	for (int i = 0; i < 20; i++) {
		guest_says(h, &g, "response", &r.id, 1, &s);
		s.lines = 64;
		guest_stored(h, &g, &s, field, n, 0, &answer);
	}
	json_t *o = shown(h, r.num);
	assert_int_equal(json_array_size(json_object_get(o, "answers")), 20);
	json_decref(o);
	free(field);
	free(name);
	free(value);
	guest_free(&g);
}

HOME_TEST(a_stored_statement_that_is_damaged_is_an_error_and_never_half_a_picture)
{
	struct home *h = *state;
	struct guest g;
	struct issue_result r;
	struct snapshot *read;
	struct statement_row row;
	struct arena *a = arena_new(1u << 20);
	guest_meets(h, &g, "south.example");
	issue_warning(h, "south.example", &r);
	ok(snapshot_open(h->desk.store, &read));
	ok(statement_by_num(read, r.num, a, &row));
	static const struct { int which; const char *words; } cases[] = { { 0, "a stored statement" }, { 1,
		"a stored body" }, { 2, "opening" } };
	for (size_t i = 0; i < 3; i++) {
		struct bytes *part[] = { &row.note, &row.body, &row.opened };
		struct bytes whole = *part[cases[i].which];
		json_t *o = (json_t *)&r;
		/* Cut anywhere: the last piece of a line is no line. */
		for (size_t n = 1; n < whole.n; n += whole.n / 37 + 1) {
			struct bytes cut = exact(bytes_of(whole.p, n));
			*part[cases[i].which] = cut;
			fails(desk_show(&h->desk, read, view_node(), &row, true, &o), TOCSIN_BROKEN, cases[i].words);
			exact_free(cut);
		}
		assert_ptr_equal(o, &r);
		*part[cases[i].which] = whole;
	}
	snapshot_close(read);
	arena_free(a);
	guest_free(&g);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		standing_test(what_waits_says_so_and_when_it_is_tried_again_and_what_the_trouble_was),
		standing_test(refused_and_closed_are_states_of_their_own),
		standing_test(a_receipt_is_received_then_overdue_then_witnessed),
		standing_test(a_receipt_counts_more_than_a_row_that_still_waits),
		standing_test(without_a_receipt_and_without_a_way_to_go_it_is_one_sided),
		standing_test(what_came_is_accepted_and_what_is_for_oneself_is_an_own_record),
		standing_test(our_own_closed_lines_are_shown_marked_and_those_of_others_are_only_counted),
		standing_test(a_view_that_does_not_see_it_is_told_that_it_is_not_there),
		standing_test(closed_lines_are_shown_only_where_it_was_shared_whole),
		standing_test(answers_that_the_view_does_not_see_are_left_out_and_their_targets_look_like_what_is_not_here),
		standing_test(known_has_three_levels_and_names_only_for_who_holds_the_audit_trail),
		standing_test(what_was_forgotten_keeps_its_stub_and_says_so),
		standing_test(marks_are_told_in_words),
		standing_test(a_window_is_open_until_it_passes_and_then_lapsed_but_only_its_author_ends_it),
		standing_test(a_closure_whose_content_was_forgotten_is_still_the_end),
		standing_test(a_warning_without_a_time_or_with_one_that_is_none_has_no_window),
		standing_test(a_target_that_is_not_here_dangles_until_it_comes),
		standing_test(what_may_not_refer_to_a_statement_has_no_effect_on_it_when_both_are_here),
		standing_test(answers_are_shown_in_the_order_in_which_they_came),
		standing_test(many_answers_are_cut_at_a_limit_and_hide_no_closure),
		standing_test(large_answers_do_not_keep_a_statement_from_being_shown),
		standing_test(a_stored_statement_that_is_damaged_is_an_error_and_never_half_a_picture),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
