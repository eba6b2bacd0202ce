#include "home.h"

#include "desk/follow.h"
#include "desk/keep.h"
#include "desk/reach.h"
#include "store/rows_access.h"
#include "store/rows_keep.h"
#include "store/rows_page.h"

static const struct view rita = { .account = "rita", .roles = ROLE_RELEASER, .everything = true };

static void follow_all(struct home *h)
{
	size_t done;
	do
		ok(follow_some(&h->desk, 1000, &done));
	while (done > 0);
}

static enum tocsin_err retract_as(struct home *h, const struct view *v, int64_t num, json_t **out)
{
	struct statement_row row;
	struct snapshot *r;
	struct arena *a = arena_new(16u << 20);
	*out = NULL;
	ok(snapshot_open(h->desk.store, &r));
	ok(statement_by_num(r, num, a, &row));
	snapshot_close(r);
	enum tocsin_err err = reach_retract(&h->desk, v, &row, "the source made it up", out);
	arena_free(a);
	return err;
}

/* How many retractions it issued. */
static size_t retract(struct home *h, int64_t num)
{
	json_t *o;
	ok(retract_as(h, &rita, num, &o));
	size_t n = json_array_size(json_object_get(o, "results"));
	json_decref(o);
	return n;
}

static json_t *reach_as(struct home *h, const struct view *v, int64_t num, enum tocsin_err want)
{
	struct statement_row row;
	struct snapshot *r;
	json_t *o = NULL;
	struct arena *a = arena_new(16u << 20);
	ok(snapshot_open(h->desk.store, &r));
	ok(statement_by_num(r, num, a, &row));
	struct hash re[LIMIT_REFS];
	ok(statement_refs(r, num, re, &row.re_n));
	row.re = re;
	assert_int_equal(reach_show(&h->desk, r, v, &row, NULL, 100, &o), want);
	snapshot_close(r);
	arena_free(a);
	return o;
}

/* The state with RECIPIENT of what WHY tells. */
static void state_is(struct home *h, int64_t num, const char *recipient, const char *why, const char *want)
{
	json_t *o = reach_as(h, view_node(), num, TOCSIN_OK), *item;
	const char *state = "not in it";
	size_t i;
	json_array_foreach(json_object_get(o, "items"), i, item)
		if (strcmp(json_string_value(json_object_get(item, "recipient")), recipient) == 0 &&
			strcmp(json_string_value(json_object_get(item, "why")), why) == 0)
			state = json_string_value(json_object_get(item, "state"));
	assert_string_equal(state, want);
	json_decref(o);
}

static void share_with(struct home *h, int64_t num, const char *unit)
{
	struct change *c = change_new();
	change_scope_add(c, unit, "");
	change_share(c, unit, "", "", num, false);
	ok(store_commit(h->desk.store, c, NULL, NULL));
}

static void view_of(struct home *h, const char *unit, struct view *v)
{
	struct snapshot *r;
	*v = (struct view) { .account = "somebody", .roles = ROLE_RELEASER, .scope_n = 1 };
	ok(snapshot_open(h->desk.store, &r));
	ok(scope_find(r, unit, "", &v->scope[0]));
	snapshot_close(r);
}

/* What only this node says and nobody received yet. */
static int64_t retraction_of(struct home *h, int64_t num)
{
	struct snapshot *r;
	int64_t retraction;
	ok(snapshot_open(h->desk.store, &r));
	ok(reach_retraction(r, num, &retraction));
	snapshot_close(r);
	return retraction;
}

static void id_of(struct home *h, int64_t num, struct hash *id)
{
	struct stored st;
	stored_read(h, num, &st);
	*id = st.row.id;
	arena_free(st.arena);
}

static void two_guests(struct home *h, struct guest *g, struct guest *k, struct issue_result r[2])
{
	guest_meets(h, g, "south.example");
	guest_meets(h, k, "west.example");
	struct issue_release release[2] = { release_to("south.example"), release_to("west.example") };
	ok(desk_issue(&h->desk, &(struct issue) { .kind = "warning", .release = release, .n = 2 }, r));
}

/* ---- who is reached ---- */

HOME_TEST(a_retraction_goes_to_all_who_were_sent_it_together_and_to_who_got_an_update_and_to_nobody_else)
{
	struct home *h = *state;
	struct guest g, k;
	struct issue_result r[2], up, upup, other;
	two_guests(h, &g, &k, r);
	struct issue_release release = release_to("south.example");
	ok(desk_issue(&h->desk, &(struct issue) { .kind = "warning", .re = &r[0].id, .re_n = 1, .release = &release, .n = 1 }, &up));
	ok(desk_issue(&h->desk, &(struct issue) { .kind = "warning", .re = &up.id, .re_n = 1, .release = &release, .n = 1 }, &upup));
	issue_warning(h, "west.example", &other);
	assert_int_equal(retract(h, r[0].num), 4);
	follow_all(h);
	state_is(h, r[0].num, "south.example", "itself", "not delivered");
	state_is(h, r[0].num, "west.example", "sent together", "not delivered");
	state_is(h, r[0].num, "south.example", "update", "not delivered");
	json_t *o = reach_as(h, view_node(), r[0].num, TOCSIN_OK);
	assert_int_equal(json_array_size(json_object_get(o, "items")), 4);
	assert_int_equal(json_integer_value(json_object_get(o, "open")), 4);
	json_decref(o);
	assert_null(reach_as(h, view_node(), other.num, TOCSIN_MISSING));
	assert_true(retraction_of(h, upup.num) > 0);
	assert_int_equal(retraction_of(h, other.num), 0);
	guest_free(&g);
	guest_free(&k);
}

HOME_TEST(again_nothing_is_issued_twice_and_a_member_s_reach_is_the_same)
{
	struct home *h = *state;
	struct guest g, k;
	struct issue_result r[2];
	two_guests(h, &g, &k, r);
	assert_int_equal(retract(h, r[0].num), 2);
	int64_t last = last_num(h);
	assert_int_equal(retract(h, r[0].num), 0);
	assert_int_equal(retract(h, r[1].num), 0);
	assert_int_equal(last_num(h), last);
	follow_all(h);
	int64_t next;
	bool more;
	ok(keep_work(&h->desk, clock_now(), &next, &more));
	assert_int_equal(last_num(h), last);
	json_t *o = reach_as(h, view_node(), r[1].num, TOCSIN_OK), *by = reach_as(h, view_node(), last, TOCSIN_OK);
	assert_int_equal(json_array_size(json_object_get(o, "items")), 2);
	assert_int_equal(json_array_size(json_object_get(by, "items")), 2);
	json_decref(o);
	json_decref(by);
	guest_free(&g);
	guest_free(&k);
}

HOME_TEST(what_was_written_down_and_not_issued_goes_on_once)
{
	struct home *h = *state;
	struct guest g, k;
	struct issue_result r[2];
	size_t done;
	two_guests(h, &g, &k, r);
	struct change *c = change_new();
	for (size_t i = 0; i < 2; i++)
		change_reach(c, &(struct reach_row) { .retracted = r[0].num, .statement = r[i].num, .recipient = r[i].to,
			.why = "itself", .asked_at = clock_now(), .reason = "before the crash" });
	ok(store_commit(h->desk.store, c, NULL, NULL));
	int64_t last = last_num(h);
	state_is(h, r[0].num, "west.example", "itself", "not issued");
	ok(reach_resume(&h->desk, 1, &done));
	assert_int_equal(done, 1);
	assert_int_equal(last_num(h), last + 1);
	ok(reach_resume(&h->desk, 100, &done));
	ok(reach_resume(&h->desk, 100, &done));
	assert_int_equal(done, 0);
	assert_int_equal(last_num(h), last + 2);
	struct stored st;
	stored_read(h, last + 2, &st);
	assert_string_equal(st.row.kind, "retraction");
	bool said = false;
	for (uint32_t i = 0; i < st.body.n; i++)
		said = said || (st.body.line[i].open && bytes_equal_str(st.body.line[i].value, "\"before the crash\""));
	assert_true(said);
	arena_free(st.arena);
	guest_free(&g);
	guest_free(&k);
}

HOME_TEST(a_retraction_that_was_issued_in_another_way_reaches_as_far)
{
	struct home *h = *state;
	struct guest g, k;
	struct issue_result r[2], by;
	struct body_field reason = { "reason", VALUE("\"it was planted\""), true };
	size_t done;
	two_guests(h, &g, &k, r);
	follow_all(h);
	ok(issue_about(h, "retraction", "south.example", &r[0].id, &reason, &by));
	follow_all(h);
	state_is(h, r[0].num, "south.example", "itself", "not delivered");
	state_is(h, r[0].num, "west.example", "sent together", "not issued");
	ok(reach_resume(&h->desk, 100, &done));
	state_is(h, r[0].num, "west.example", "sent together", "not delivered");
	follow_all(h);
	assert_int_equal(last_num(h), by.num + 1);
	guest_free(&g);
	guest_free(&k);
}

HOME_TEST(who_is_no_partner_any_more_is_unreachable_and_told_when_it_is_one_again)
{
	struct home *h = *state;
	struct guest g, k;
	struct issue_result r[2];
	two_guests(h, &g, &k, r);
	struct change *c = change_new();
	change_partner_remove(c, "west.example");
	home_change(h, c, "west.example");
	assert_int_equal(retract(h, r[0].num), 1);
	state_is(h, r[0].num, "west.example", "sent together", "unreachable");
	c = change_new();
	change_partner_put(c, &(struct partner_row) { .name = "west.example", .state = "confirmed", .reason = "" });
	home_change(h, c, "west.example");
	assert_int_equal(retract(h, r[0].num), 1);
	state_is(h, r[0].num, "west.example", "sent together", "not delivered");
	guest_free(&g);
	guest_free(&k);
}

/* ---- who may ---- */

HOME_TEST(only_what_is_ours_and_went_to_somebody_is_retracted_and_nothing_is_written_down_otherwise)
{
	struct home *h = *state;
	struct guest g;
	struct issue_result theirs, note, by;
	json_t *o = NULL;
	static const struct body_field fields[] = { { "record.type", VALUE("\"call\""), true }, { "text", VALUE("\"x\""), true } };
	struct issue_release release = { .to = HOME, .field = fields, .field_n = 2 };
	guest_meets(h, &g, "south.example");
	guest_writes(h, &g, "warning", NULL, warning_fields, &theirs);
	fails(retract_as(h, &rita, theirs.num, &o), TOCSIN_REFUSED, "only south.example, who made");
	ok(desk_issue(&h->desk, &(struct issue) { .kind = "record", .release = &release, .n = 1 }, &note));
	fails(retract_as(h, &rita, note.num, &o), TOCSIN_REFUSED, "for oneself");
	struct issue_result mine;
	issue_warning(h, "south.example", &mine);
	assert_int_equal(retract(h, mine.num), 1);
	follow_all(h);
	by.num = retraction_of(h, mine.num);
	fails(retract_as(h, &rita, by.num, &o), TOCSIN_REFUSED, "cannot refer to");
	assert_null(reach_as(h, view_node(), theirs.num, TOCSIN_MISSING));
	guest_free(&g);
}

HOME_TEST(where_policy_wants_two_people_nobody_retracts_alone)
{
	struct home *h = *state;
	struct guest g;
	struct issue_result r;
	struct view v = { .account = "rita", .roles = ROLE_RELEASER };
	json_t *o = NULL;
	guest_meets(h, &g, "south.example");
	issue_warning(h, "south.example", &r);
	ok(policy_set(&h->desk, view_node(), "retract.two-people", "yes"));
	fails(retract_as(h, &v, r.num, &o), TOCSIN_REFUSED, "rule retract.two-people");
	assert_null(reach_as(h, view_node(), r.num, TOCSIN_MISSING));
	guest_free(&g);
}

HOME_TEST(a_view_is_shown_the_reach_of_what_it_sees_and_whoever_sees_the_statement_sees_its_retraction)
{
	struct home *h = *state;
	struct guest g, k;
	struct issue_result r[2];
	struct view v;
	json_t *o;
	two_guests(h, &g, &k, r);
	home_unit(h, "elsewhere");
	ok(policy_set(&h->desk, view_node(), "unit.intake", "elsewhere"));
	share_with(h, r[0].num, "desk");
	share_with(h, r[1].num, "border");
	view_of(h, "desk", &v);
	ok(retract_as(h, &v, r[0].num, &o));
	assert_int_equal(json_array_size(json_object_get(o, "results")), 1);
	json_decref(o);
	follow_all(h);
	assert_true(retraction_of(h, r[1].num) > 0);
	o = reach_as(h, &v, r[0].num, TOCSIN_OK);
	assert_int_equal(json_array_size(json_object_get(o, "items")), 1);
	assert_int_equal(json_integer_value(json_object_get(o, "open")), 1);
	json_decref(o);
	struct snapshot *read;
	bool whole;
	ok(snapshot_open(h->desk.store, &read));
	ok(access_sees(read, &v, retraction_of(h, r[0].num), "", &whole));
	assert_int_equal(access_sees(read, &v, retraction_of(h, r[1].num), "", &whole), TOCSIN_MISSING);
	snapshot_close(read);
	guest_free(&g);
	guest_free(&k);
}

/* ---- what they say to it ---- */

HOME_TEST(what_each_said_last_of_its_copy_decides)
{
	struct home *h = *state;
	struct guest g;
	struct issue_result r, said;
	struct hash retraction;
	static const struct body_field opened = { "stage", VALUE("\"opened\""), true };
	static const struct body_field acted = { "stage", VALUE("\"acted\""), true };
	static const struct body_field declined = { "stage", VALUE("\"declined\""), true };
	static const struct body_field held = { "copy", VALUE("\"held\""), true };
	static const struct body_field cannot = { "copy", VALUE("\"cannot-tell\""), true };
	static const struct { const struct body_field *field; const char *state; } steps[] = {
		{ &opened, "not delivered" }, { &declined, "refused" }, { &held, "holds a copy" }, { &cannot, "cannot tell" },
		{ &acted, "confirmed" }, { &opened, "confirmed" },
	};
	guest_meets(h, &g, "south.example");
	issue_warning(h, "south.example", &r);
	assert_int_equal(retract(h, r.num), 1);
	follow_all(h);
	id_of(h, retraction_of(h, r.num), &retraction);
	for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
		guest_writes(h, &g, "response", &retraction, steps[i].field, &said);
		follow_all(h);
		state_is(h, r.num, "south.example", "itself", steps[i].state);
	}
	guest_free(&g);
}

HOME_TEST(without_a_receipt_in_time_it_is_unreachable)
{
	struct home *h = *state;
	struct guest g;
	struct issue_result r;
	guest_meets(h, &g, "south.example");
	issue_warning(h, "south.example", &r);
	assert_int_equal(retract(h, r.num), 1);
	follow_all(h);
	state_is(h, r.num, "south.example", "itself", "not delivered");
	clock_set(clock_now() + policy_int(&h->desk, "reach.unreachable") + CLOCK_SECOND);
	state_is(h, r.num, "south.example", "itself", "unreachable");
	struct merkle_proof p = { .n = 0 };
	struct change *c = change_new();
	change_receipt_checkpoint(c, BYTES_LIT("a checkpoint"));
	change_receipt(c, retraction_of(h, r.num), "south.example/log/1", 41, &p, clock_now());
	ok(store_commit(h->desk.store, c, NULL, NULL));
	state_is(h, r.num, "south.example", "itself", "received");
	guest_free(&g);
}

/* ---- what rests on it ---- */

static size_t rests(struct home *h, int64_t num)
{
	struct snapshot *r;
	json_t *o;
	ok(snapshot_open(h->desk.store, &r));
	ok(reach_rests_on(r, view_node(), num, &o));
	snapshot_close(r);
	size_t n = json_array_size(o);
	json_decref(o);
	return n;
}

static bool page_one(void *arg, const struct page_row *row)
{
	struct buf *out = arg;
	buf_printf(out, "%s; ", row->what);
	return true;
}

static void paged(struct home *h, const char *account, const char *want)
{
	struct snapshot *r;
	struct buf out;
	buf_init(&out, 4096);
	ok(snapshot_open(h->desk.store, &r));
	ok(pages_of(r, account, 0, 100, page_one, &out));
	snapshot_close(r);
	buf_add_char(&out, 0);
	assert_string_equal((char *)out.p, want);
	buf_free(&out);
}

HOME_TEST(what_rests_on_what_a_partner_withdraws_is_marked_and_its_readers_and_writers_are_told)
{
	struct home *h = *state;
	struct guest g;
	struct issue_result theirs, ours, next, by, elsewhere;
	struct hash draft_about;
	static const struct body_field fields[] = { { "record.type", VALUE("\"call\""), true }, { "text", VALUE("\"x\""), true } };
	struct issue_release release = { .to = HOME, .field = fields, .field_n = 2 };
	static const struct body_field reason = { "reason", VALUE("\"planted\""), true };
	guest_meets(h, &g, "south.example");
	guest_writes(h, &g, "warning", NULL, warning_fields, &theirs);
	ok(desk_issue(&h->desk, &(struct issue) { .kind = "record", .re = &theirs.id, .re_n = 1, .release = &release, .n = 1 }, &ours));
	ok(desk_issue(&h->desk, &(struct issue) { .kind = "record", .re = &ours.id, .re_n = 1, .release = &release, .n = 1 }, &next));
	issue_warning(h, "south.example", &elsewhere);
	follow_all(h);
	draft_about = theirs.id;
	struct snapshot *read;
	struct change *c = change_new();
	ok(snapshot_open(h->desk.store, &read));
	ok(reach_draft(read, c, 77, "dan", &draft_about, 1, clock_now()));
	snapshot_close(read);
	change_opened(c, theirs.num, "ann", "analyst", clock_now(), "threat.summary");
	ok(store_commit(h->desk.store, c, NULL, NULL));
	assert_int_equal(rests(h, ours.num), 0);
	guest_writes(h, &g, "retraction", &theirs.id, &reason, &by);
	follow_all(h);
	assert_int_equal(rests(h, ours.num), 1);
	assert_int_equal(rests(h, next.num), 1);
	assert_int_equal(rests(h, elsewhere.num), 0);
	assert_int_equal(rests(h, by.num), 0);
	assert_int_equal(events_of(h, "rests on retracted"), 2);
	assert_int_equal(events_of(h, "statement retracted"), 1);
	paged(h, "ann", "retracted: you have read it; ");
	paged(h, "dan", "retracted: a draft of yours rests on it; ");
	/* It is theirs: we have nothing to tell to anybody. */
	assert_null(reach_as(h, view_node(), theirs.num, TOCSIN_MISSING));
	guest_free(&g);
}

HOME_TEST(a_retraction_that_came_before_what_it_withdraws_has_effect_when_that_comes)
{
	struct home *h = *state;
	struct guest g;
	struct issue_result by, theirs;
	struct statement s;
	struct letter l;
	static const struct body_field reason = { "reason", VALUE("\"planted\""), true };
	guest_meets(h, &g, "south.example");
	guest_says(h, &g, "warning", NULL, 0, &s);
	letter_make(&l, &g, &s, warning_fields, WARNING_FIELDS);
	guest_writes(h, &g, "retraction", &l.id, &reason, &by);
	follow_all(h);
	letter_stored(h, &l, &s, 0, &theirs);
	follow_all(h);
	assert_int_equal(retraction_of(h, theirs.num), by.num);
	assert_int_equal(events_of(h, "statement retracted"), 1);
	guest_free(&g);
}

HOME_TEST(somebody_else_s_retraction_has_no_effect)
{
	struct home *h = *state;
	struct guest g, k;
	struct issue_result theirs, by;
	static const struct body_field reason = { "reason", VALUE("\"planted\""), true };
	guest_meets(h, &g, "south.example");
	guest_meets(h, &k, "west.example");
	guest_writes(h, &g, "warning", NULL, warning_fields, &theirs);
	guest_writes(h, &k, "retraction", &theirs.id, &reason, &by);
	follow_all(h);
	assert_int_equal(retraction_of(h, theirs.num), 0);
	assert_int_equal(events_of(h, "statement retracted"), 0);
	guest_free(&g);
	guest_free(&k);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		home_test(a_retraction_goes_to_all_who_were_sent_it_together_and_to_who_got_an_update_and_to_nobody_else),
		home_test(again_nothing_is_issued_twice_and_a_member_s_reach_is_the_same),
		home_test(what_was_written_down_and_not_issued_goes_on_once),
		home_test(a_retraction_that_was_issued_in_another_way_reaches_as_far),
		home_test(who_is_no_partner_any_more_is_unreachable_and_told_when_it_is_one_again),
		home_test(only_what_is_ours_and_went_to_somebody_is_retracted_and_nothing_is_written_down_otherwise),
		home_test(where_policy_wants_two_people_nobody_retracts_alone),
		home_test(a_view_is_shown_the_reach_of_what_it_sees_and_whoever_sees_the_statement_sees_its_retraction),
		home_test(what_each_said_last_of_its_copy_decides),
		home_test(without_a_receipt_in_time_it_is_unreachable),
		home_test(what_rests_on_what_a_partner_withdraws_is_marked_and_its_readers_and_writers_are_told),
		home_test(a_retraction_that_came_before_what_it_withdraws_has_effect_when_that_comes),
		home_test(somebody_else_s_retraction_has_no_effect),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
