#include "desk/clocked.h"

#include "desk/ask.h"
#include "desk/follow.h"
#include "store/rows_access.h"

static void follows(struct home *h)
{
	size_t done;
	do
		ok(follow_some(&h->desk, 64, &done));
	while (done > 0);
}

#define FIELD(name, value) { name, VALUE(value), true }

/* A warning to TO (about ABOUT), issued now. */
static void warns(struct home *h, const char *to, const char *until, const struct hash *about, struct issue_result *r)
{
	char value[64];
	snprintf(value, sizeof value, "\"%s\"", until);
	struct body_field fields[] = { FIELD("threat.summary", "\"a car with a bomb\""), FIELD("handling.tlp", "\"amber\""),
		FIELD("urgency", "\"imminent\""), FIELD("ask.reply-by", "\"2026-01-01T06:00:00Z\""),
		{ "when.until", { (const uint8_t *)value, strlen(value) }, true } };
	struct issue_release release = { .to = to, .field = fields, .field_n = until[0] != 0 ? 5 : 4, .urgency = 0 };
	struct issue issue = { .kind = "warning", .re = about, .re_n = about != NULL, .release = &release, .n = 1 };
	ok(desk_issue(&h->desk, &issue, r));
}

static void receipt(struct home *h, int64_t num, int64_t at)
{
	struct change *c = change_new();
	change_receipt_checkpoint(c, BYTES_LIT("note"));
	change_receipt(c, num, "south.example/log/1", 0, &(struct merkle_proof) { 0 }, at);
	clocks_received(c, num, at);
	ok(store_commit(h->desk.store, c, NULL, NULL));
}

static void guest_responds(struct home *h, struct guest *g, const struct hash *about, const struct body_field *fields,
	size_t n, struct issue_result *r)
{
	struct statement s;
	guest_says(h, g, "response", about, 1, &s);
	guest_stored(h, g, &s, fields, n, 0, r);
	follows(h);
}

HOME_TEST(a_receipt_ends_its_clock_at_its_own_time_before_or_after_the_clock_was_started)
{
	struct home *h = *state;
	struct guest g;
	struct issue_result a, b;
	clock_set(T0);
	guest_meets(h, &g, "south.example");
	warns(h, "south.example", "", NULL, &a);
	warns(h, "south.example", "", NULL, &b);
	receipt(h, a.num, T0 + MINUTE);
	follows(h);
	says(h, a.num, "receipt", "state", "met");
	says(h, a.num, "receipt", "ended_at", "2026-01-01T00:01:00Z");
	says(h, b.num, "receipt", "state", "running");
	says(h, b.num, "receipt", "due_at", "2026-01-01T00:05:00Z");
	fires(h, T0 + 6 * MINUTE);
	says(h, b.num, "receipt", "state", "missed");
	assert_non_null(strstr(clock_says(h, b.num, "receipt", "why"), "south.example names no duty contact in its card; "));
	/* It was here in time, only written down late. */
	receipt(h, b.num, T0 + 5 * MINUTE);
	says(h, b.num, "receipt", "state", "met");
	guest_free(&g);
	clock_unset();
}

HOME_TEST(their_answer_ends_what_we_wait_for_and_a_question_stays_open_until_an_update)
{
	struct home *h = *state;
	struct guest g;
	struct issue_result w, opened, vague, again, update;
	static const struct body_field just_opened[] = { FIELD("stage", "\"opened\"") };
	static const struct body_field asks[] = { FIELD("stage", "\"assessed\""), FIELD("assessment.specific", "\"too-general\""),
		FIELD("question", "\"Which gate?\"") };
	clock_set(T0);
	guest_meets(h, &g, "south.example");
	warns(h, "south.example", "2026-01-03T00:00:00Z", NULL, &w);
	follows(h);
	says(h, w.num, "reply-by", "due_at", "2026-01-01T06:00:00Z");
	says(h, w.num, "window", "due_at", "2026-01-03T00:00:00Z");
	guest_responds(h, &g, &w.id, just_opened, 1, &opened);
	says(h, w.num, "reply-by", "state", "running");
	clock_set(T0 + HOUR);
	guest_responds(h, &g, &w.id, asks, 3, &vague);
	says(h, w.num, "reply-by", "state", "met");
	says(h, vague.num, "reply-by", "state", "running");
	says(h, vague.num, "reply-by", "due_at", "2026-01-01T09:00:00Z");
	guest_responds(h, &g, &w.id, asks, 3, &again);
	/* The author sees which questions are open. */
	struct stored st;
	struct snapshot *r;
	json_t *shown;
	stored_read(h, w.num, &st);
	ok(snapshot_open(h->desk.store, &r));
	ok(desk_show(&h->desk, r, view_node(), &st.row, true, &shown));
	snapshot_close(r);
	const json_t *open = json_object_get(shown, "open_questions");
	assert_int_equal(json_array_size(open), 2);
	assert_string_equal(json_string_value(json_object_get(json_array_get(open, 0), "question")), "Which gate?");
	json_decref(shown);
	arena_free(st.arena);
	clock_set(T0 + 2 * HOUR);
	warns(h, "south.example", "2026-01-05T00:00:00Z", &w.id, &update);
	follows(h);
	says(h, vague.num, "reply-by", "state", "met");
	says(h, vague.num, "reply-by", "ended_at", "2026-01-01T02:00:00Z");
	says(h, again.num, "reply-by", "state", "met");
	says(h, w.num, "window", "state", "void");
	says(h, update.num, "window", "due_at", "2026-01-05T00:00:00Z");
	guest_free(&g);
	clock_unset();
}

HOME_TEST(a_window_that_lapses_is_followed_up_by_its_author_until_a_closure)
{
	struct home *h = *state;
	struct guest g;
	struct issue_result ours, theirs, closure;
	static const struct body_field warned[] = { FIELD("threat.summary", "\"x\""), FIELD("handling.tlp", "\"red\""),
		FIELD("when.until", "\"2026-01-02T00:00:00Z\"") };
	static const struct body_field outcome = FIELD("outcome", "\"did-not-occur\"");
	struct statement s;
	people(h);
	clock_set(T0);
	guest_meets(h, &g, "south.example");
	warns(h, "south.example", "2026-01-02T00:00:00Z", NULL, &ours);
	guest_says(h, &g, "warning", NULL, 0, &s);
	guest_stored(h, &g, &s, warned, 3, 0, &theirs);
	follows(h);
	says(h, theirs.num, "opening", "due_at", "2026-01-01T01:00:00Z");
	clock_set(T0 + DAY);
	fires(h, T0 + DAY);
	says(h, ours.num, "window", "state", "missed");
	says(h, ours.num, "window", "ended_at", "2026-01-02T00:00:00Z");
	says(h, ours.num, "window", "why", "lapsed, unresolved: its window is over, and that is no all-clear");
	says(h, ours.num, "follow-up", "due_at", "2026-01-02T02:00:00Z");
	says(h, theirs.num, "window", "state", "missed");
	says(h, theirs.num, "follow-up", "state", "-");
	says(h, theirs.num, "window", "owner", "carl");
	/* Whoever was warned is told what this is not. */
	assert_string_equal(pages_to(h, "carl").what, "clock missed: window, and there was no all-clear");
	clock_set(T0 + DAY + HOUR);
	ok(issue_about(h, "closure", "south.example", &ours.id, &outcome, &closure));
	follows(h);
	says(h, ours.num, "follow-up", "state", "met");
	says(h, ours.num, "window", "state", "missed");
	says(h, ours.num, "receipt", "ended_at", "2026-01-02T01:00:00Z");
	/* That it is over has to arrive, too, but not at night. */
	says(h, closure.num, "receipt", "due_at", "2026-01-02T05:00:00Z");
	says(h, closure.num, "receipt", "urgency", "routine");
	guest_free(&g);
	clock_unset();
}

HOME_TEST(a_warning_that_came_is_opened_assessed_and_answered_in_turn)
{
	struct home *h = *state;
	struct guest g;
	struct issue_result w, r, back;
	static const struct body_field fields[] = { FIELD("threat.summary", "\"x\""), FIELD("handling.tlp", "\"red\""),
		FIELD("urgency", "\"urgent\""), FIELD("ask.reply-by", "\"2026-01-02T00:00:00Z\"") };
	static const struct body_field opened = FIELD("stage", "\"opened\""), acted = FIELD("stage", "\"acted\""),
		reason = FIELD("reason", "\"planted\"");
	struct statement s;
	clock_set(T0);
	guest_meets(h, &g, "south.example");
	guest_says(h, &g, "warning", NULL, 0, &s);
	guest_stored(h, &g, &s, fields, 4, 0, &w);
	follows(h);
	says(h, w.num, "opening", "state", "running");
	says(h, w.num, "assessment", "state", "-");
	clock_set(T0 + 20 * MINUTE);
	/* Who inspects has opened nothing. */
	struct view inspector = view_of("ines", "", ROLE_INSPECTOR, 4), anna = view_of("anna", "desk", ROLE_ANALYST, 1);
	ok(access_opened(&h->desk, &inspector, w.num, "x", "threat.summary"));
	says(h, w.num, "opening", "state", "running");
	clock_set(T0 + 30 * MINUTE);
	ok(access_opened(&h->desk, &anna, w.num, "x", "threat.summary"));
	says(h, w.num, "opening", "state", "met");
	says(h, w.num, "assessment", "due_at", "2026-01-01T08:30:00Z");
	clock_set(T0 + 40 * MINUTE);
	ok(issue_about(h, "response", "south.example", &w.id, &opened, &r));
	follows(h);
	says(h, w.num, "opening", "state", "met");
	says(h, w.num, "assessment", "due_at", "2026-01-01T08:30:00Z");
	/* A person opens it, too: it was opened already. */
	struct change *c = change_new();
	clocks_opened(&h->desk, c, w.num, T0 + HOUR);
	ok(store_commit(h->desk.store, c, NULL, NULL));
	json_t *list = clocks(h, w.num);
	assert_int_equal(json_array_size(list), 3);
	json_decref(list);
	clock_set(T0 + 2 * HOUR);
	ok(issue_about(h, "response", "south.example", &w.id, &acted, &r));
	follows(h);
	says(h, w.num, "assessment", "state", "met");
	says(h, w.num, "reply-by", "state", "met");
	/* What is withdrawn waits for nobody, but its retraction is to be opened. */
	guest_writes(h, &g, "retraction", &w.id, &reason, &back);
	follows(h);
	says(h, back.num, "opening", "state", "running");
	c = change_new();
	clocks_opened(&h->desk, c, back.num, T0 + 4 * HOUR);
	ok(store_commit(h->desk.store, c, NULL, NULL));
	says(h, back.num, "opening", "state", "missed");
	says(h, back.num, "assessment", "state", "-");
	guest_free(&g);
	clock_unset();
}

HOME_TEST(a_closure_that_came_before_its_warning_counts_when_that_arrives)
{
	struct home *h = *state;
	struct guest g;
	struct issue_result closure, w;
	static const struct body_field fields[] = { FIELD("threat.summary", "\"x\""), FIELD("handling.tlp", "\"red\""),
		FIELD("when.until", "\"2026-01-02T00:00:00Z\"") };
	static const struct body_field outcome = FIELD("outcome", "\"stood-down\"");
	struct statement s, end;
	struct letter l;
	clock_set(T0);
	guest_meets(h, &g, "south.example");
	guest_says(h, &g, "warning", NULL, 0, &s);
	letter_make(&l, &g, &s, fields, 3);
	guest_says(h, &g, "closure", &l.id, 1, &end);
	guest_stored(h, &g, &end, &outcome, 1, 0, &closure);
	follows(h);
	letter_stored(h, &l, &s, 0, &w);
	follows(h);
	says(h, w.num, "opening", "state", "void");
	says(h, w.num, "window", "state", "met");
	guest_free(&g);
	clock_unset();
}

/* The receipt of NUM comes now. */
static void received(struct home *h, int64_t num)
{
	int64_t next;
	struct change *c = change_new();
	change_ask_received(c, num, clock_now());
	ok(store_commit(h->desk.store, c, NULL, NULL));
	ok(ask_work(&h->desk, clock_now(), &next));
}

HOME_TEST(a_request_runs_until_its_answer_and_needs_time_names_the_next_time)
{
	struct home *h = *state;
	struct guest g;
	struct issue_result q, a;
	static const struct body_field asks[] = { FIELD("question", "\"Who?\""), FIELD("purpose", "\"x\""),
		FIELD("urgency", "\"imminent\"") };
	static const struct body_field later[] = { FIELD("result", "\"needs-time\""), FIELD("due", "\"2026-01-04T00:00:00Z\"") };
	static const struct body_field given[] = { FIELD("result", "\"provided\"") };
	struct statement s;
	clock_set(T0);
	guest_meets(h, &g, "south.example");
	struct issue_release release = { .to = "south.example", .field = asks, .field_n = 3, .urgency = 0 };
	struct issue issue = { .kind = "request", .release = &release, .n = 1 };
	ok(desk_issue(&h->desk, &issue, &q));
	follows(h);
	/* Its time begins with the receipt. */
	says(h, q.num, "reply-by", "state", "-");
	received(h, q.num);
	says(h, q.num, "reply-by", "due_at", "2026-01-01T01:00:00Z");
	guest_says(h, &g, "answer", &q.id, 1, &s);
	guest_stored(h, &g, &s, later, 2, 0, &a);
	follows(h);
	says(h, q.num, "reply-by", "due_at", "2026-01-04T00:00:00Z");
	says(h, q.num, "reply-by", "state", "running");
	guest_says(h, &g, "answer", &q.id, 1, &s);
	guest_stored(h, &g, &s, given, 1, 0, &a);
	follows(h);
	says(h, q.num, "reply-by", "state", "met");
	guest_free(&g);
	clock_unset();
}

HOME_TEST(what_was_missed_while_nobody_followed_is_told_and_what_is_long_past_is_not)
{
	struct home *h = *state;
	struct guest g;
	struct issue_result old, late;
	static const struct body_field fields[] = { FIELD("threat.summary", "\"x\""), FIELD("handling.tlp", "\"red\""),
		FIELD("ask.reply-by", "\"2026-02-01T00:00:00Z\"") };
	struct statement s;
	people(h);
	clock_set(T0);
	guest_meets(h, &g, "south.example");
	guest_says(h, &g, "warning", NULL, 0, &s);
	guest_stored(h, &g, &s, fields, 3, 0, &old);
	clock_set(T0 + 5 * DAY);
	guest_says(h, &g, "warning", NULL, 0, &s);
	guest_stored(h, &g, &s, fields, 3, 0, &late);
	clock_set(T0 + 8 * DAY);
	follows(h);
	says(h, old.num, "opening", "state", "-");
	says(h, old.num, "reply-by", "state", "running");
	fires(h, T0 + 8 * DAY);
	says(h, late.num, "opening", "state", "missed");
	says(h, late.num, "opening", "due_at", "2026-01-06T01:00:00Z");
	assert_string_equal(pages_to(h, "carl").what, "clock missed: opening");
	guest_free(&g);
	clock_unset();
}

/* Whether V sees clocks that are about the statement ID. */
static bool sees_clocks(struct home *h, const struct view *v, const struct hash *id)
{
	struct snapshot *r;
	json_t *list, *o;
	size_t i;
	int64_t due = 0, num = 0;
	bool seen = false;
	char hex[2 * SHA256_SIZE + 1];
	hex_encode(id->b, SHA256_SIZE, hex);
	ok(snapshot_open(h->desk.store, &r));
	ok(clocks_list(&h->desk, r, v, false, 1000, &due, &num, &list));
	snapshot_close(r);
	json_array_foreach(list, i, o)
		seen = seen || strcmp(json_string_value(json_object_get(o, "about")), hex) == 0;
	json_decref(list);
	return seen;
}

static void shared_with(struct home *h, int64_t num, const char *unit)
{
	struct change *c = change_new();
	change_share(c, unit, "", "", num, true);
	ok(store_commit(h->desk.store, c, NULL, NULL));
}

HOME_TEST(a_clock_is_seen_by_no_unit_that_does_not_see_what_it_is_about)
{
	struct home *h = *state;
	struct guest g;
	struct issue_result q, note, asked;
	struct statement s;
	struct view desk = view_of("dan", "desk", ROLE_DUTY, 1), other = view_of("olga", "other", ROLE_DUTY, 3);
	static const struct body_field asks[] = { FIELD("question", "\"Who?\""), FIELD("purpose", "\"x\""),
		FIELD("urgency", "\"urgent\"") };
	static const struct body_field call[] = { FIELD("record.type", "\"call\""), FIELD("text", "\"They rang.\"") };
	people(h);
	clock_set(T0);
	guest_meets(h, &g, "south.example");
	struct issue_release release = { .to = "south.example", .field = asks, .field_n = 3, .urgency = 1 };
	struct issue issue = { .kind = "request", .release = &release, .n = 1 };
	/* What an account of another unit asks is that unit's. */
	ok(desk_issue(&h->desk, &issue, &q));
	shared_with(h, q.num, "other");
	struct issue_release words = { .to = "south.example", .field = call, .field_n = 2, .urgency = 1 };
	struct issue record = { .kind = "record", .release = &words, .n = 1 };
	ok(desk_issue(&h->desk, &record, &note));
	shared_with(h, note.num, "other");
	follows(h);
	assert_true(sees_clocks(h, &other, &q.id));
	assert_false(sees_clocks(h, &desk, &q.id));
	/* So is what is asked about something that only it knows, and that has no clocks. */
	guest_says(h, &g, "request", &note.id, 1, &s);
	guest_stored(h, &g, &s, asks, 3, 0, &asked);
	follows(h);
	assert_true(sees_clocks(h, &other, &asked.id));
	assert_false(sees_clocks(h, &desk, &asked.id));
	/* What comes unasked is the unit's that the policy names. */
	guest_says(h, &g, "request", NULL, 0, &s);
	guest_stored(h, &g, &s, asks, 3, 0, &asked);
	follows(h);
	assert_false(sees_clocks(h, &other, &asked.id));
	assert_true(sees_clocks(h, &desk, &asked.id));
	guest_free(&g);
	clock_unset();
}

static void issues(struct home *h, const char *kind, const struct body_field *fields, size_t n, const struct hash *about,
	struct issue_result *r)
{
	struct issue_release release = { .to = h->desk.name, .field = fields, .field_n = n, .urgency = 0 };
	struct issue issue = { .kind = kind, .re = about, .re_n = about != NULL, .release = &release, .n = 1 };
	ok(desk_issue(&h->desk, &issue, r));
	follows(h);
}

HOME_TEST(who_has_no_node_is_to_be_told_until_we_wrote_down_that_they_were)
{
	struct home *h = *state;
	const struct body_field warning[] = { FIELD("threat.summary", "\"a car with a bomb\""), FIELD("handling.tlp", "\"amber\""),
		FIELD("urgency", "\"imminent\""), FIELD("recipient.name", "\"the market\"") },
		call[] = { FIELD("record.type", "\"call\""), FIELD("text", "\"They do not answer.\"") },
		told[] = { FIELD("record.type", "\"voice-delivery\""), FIELD("text", "\"Told.\""),
			FIELD("record.when", "\"2026-01-01T00:10:00Z\"") },
		back[] = { FIELD("reason", "\"an error\""), FIELD("recipient.name", "\"the market\"") };
	struct issue_result a, b, r;
	clock_set(T0);
	issues(h, "warning", warning, 4, NULL, &a);
	issues(h, "warning", warning, 4, NULL, &b);
	says(h, a.num, "delivery", "state", "running");
	says(h, a.num, "receipt", "state", "-");
	issues(h, "record", call, 2, &a.id, &r);
	says(h, a.num, "delivery", "state", "running");
	/* In time, and written down an hour later, when it was missed. */
	fires(h, T0 + HOUR);
	says(h, a.num, "delivery", "state", "missed");
	clock_set(T0 + HOUR);
	issues(h, "record", told, 3, &a.id, &r);
	says(h, a.num, "delivery", "state", "met");
	says(h, a.num, "delivery", "ended_at", "2026-01-01T00:10:00Z");
	says(h, b.num, "delivery", "state", "missed");
	/* What is withdrawn need not be told any more, but its withdrawal must. */
	issues(h, "retraction", back, 2, &b.id, &r);
	assert_string_not_equal(clock_says(h, b.num, "delivery", "ended_at"), "");
	says(h, r.num, "delivery", "state", "running");
	clock_unset();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		home_test(a_receipt_ends_its_clock_at_its_own_time_before_or_after_the_clock_was_started),
		home_test(their_answer_ends_what_we_wait_for_and_a_question_stays_open_until_an_update),
		home_test(a_window_that_lapses_is_followed_up_by_its_author_until_a_closure),
		home_test(a_warning_that_came_is_opened_assessed_and_answered_in_turn),
		home_test(a_closure_that_came_before_its_warning_counts_when_that_arrives),
		home_test(a_request_runs_until_its_answer_and_needs_time_names_the_next_time),
		home_test(what_was_missed_while_nobody_followed_is_told_and_what_is_long_past_is_not),
		home_test(a_clock_is_seen_by_no_unit_that_does_not_see_what_it_is_about),
		home_test(who_has_no_node_is_to_be_told_until_we_wrote_down_that_they_were),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
