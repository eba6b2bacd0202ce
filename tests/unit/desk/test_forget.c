#include "home.h"

#include "desk/follow.h"
#include "desk/forget.h"
#include "desk/keep.h"
#include "desk/reach.h"
#include "desk/rules.h"
#include "desk/told.h"
#include "store/rows_draft.h"
#include "store/rows_file.h"
#include "store/rows_keep.h"
#include "store/rows_repeat.h"

#define HOUR (INT64_C(3600) * CLOCK_SECOND)

static const struct view dora = { .account = "dora", .roles = ROLE_PROTECTION, .everything = true };
static const struct view rita = { .account = "rita", .roles = ROLE_RELEASER, .everything = true };
static const struct view blind = { .account = "blind", .roles = ROLE_PROTECTION };

static void follow_all(struct home *h)
{
	size_t done;
	do
		ok(follow_some(&h->desk, 1000, &done));
	while (done > 0);
}

/* The warning R, delivered. */
static void warned(struct home *h, struct guest *g, struct issue_result *r)
{
	guest_meets(h, g, "south.example");
	issue_warning(h, "south.example", r);
	struct change *c = change_new();
	change_outbox_done(c, r->num);
	ok(store_commit(h->desk.store, c, NULL, NULL));
	follow_all(h);
}

static void row_of(struct home *h, int64_t num, struct arena *a, struct statement_row *row)
{
	struct snapshot *r;
	ok(snapshot_open(h->desk.store, &r));
	ok(statement_by_num(r, num, a, row));
	snapshot_close(r);
}

static enum tocsin_err propose(struct home *h, const struct view *v, int64_t num, char id[FORGET_ID + 1])
{
	struct statement_row row;
	json_t *o = NULL;
	struct arena *a = arena_new(16u << 20);
	row_of(h, num, a, &row);
	enum tocsin_err err = forget_propose(&h->desk, v, &row, "no longer needed", &o);
	if (err == TOCSIN_OK)
		snprintf(id, FORGET_ID + 1, "%s", json_string_value(json_object_get(o, "id")));
	json_decref(o);
	arena_free(a);
	return err;
}

static enum tocsin_err agree(struct home *h, const struct view *v, const char *id)
{
	json_t *o = NULL;
	enum tocsin_err err = forget_agree(&h->desk, v, id, &o);
	json_decref(o);
	return err;
}

static enum tocsin_err hold(struct home *h, int64_t num, bool put)
{
	struct statement_row row;
	json_t *o = NULL;
	struct arena *a = arena_new(16u << 20);
	row_of(h, num, a, &row);
	enum tocsin_err err = put ? hold_put(&h->desk, &dora, &row, "court order 12", &o)
				  : hold_release(&h->desk, &dora, &row, &o);
	json_decref(o);
	arena_free(a);
	return err;
}

static void keep_all(struct home *h)
{
	int64_t next;
	bool more;
	do
		ok(keep_work(&h->desk, clock_now(), &next, &more));
	while (more);
}

static bool is_forgotten(struct home *h, int64_t num)
{
	struct statement_row row;
	struct arena *a = arena_new(16u << 20);
	row_of(h, num, a, &row);
	bool is = (row.marks & STATEMENT_MARK_FORGOTTEN) != 0;
	if (is)
		assert_int_equal(row.body.n + row.opened.n, 0);
	arena_free(a);
	return is;
}

static const char *state_of_proposal(struct home *h, const char *id)
{
	static char state[32];
	struct snapshot *r;
	struct forgetting_row row;
	struct arena *a = arena_new(65536);
	ok(snapshot_open(h->desk.store, &r));
	ok(forgetting_get(r, id, a, &row));
	snapshot_close(r);
	snprintf(state, sizeof state, "%s", row.state);
	arena_free(a);
	return state;
}

static int forget_setup(void **state)
{
	int64_t now;
	assert_true(clock_parse(BYTES_LIT("2024-03-06T09:12:00Z"), &now));
	clock_set(now);
	return home_setup(state);
}
#define forget_test(f) cmocka_unit_test_setup_teardown(f, forget_setup, home_teardown)

/* ---- deciding ---- */

HOME_TEST(content_goes_when_two_people_have_agreed_and_the_time_to_object_is_over)
{
	struct home *h = *state;
	struct guest g;
	struct issue_result r;
	char id[FORGET_ID + 1];
	warned(h, &g, &r);
	ok(propose(h, &dora, r.num, id));
	fails(agree(h, &dora, id), TOCSIN_REFUSED, "rule forget.two-people");
	ok(agree(h, &rita, id));
	assert_string_equal(state_of_proposal(h, id), "agreed");
	keep_all(h);
	assert_false(is_forgotten(h, r.num));
	clock_set(clock_now() + policy_int(&h->desk, "forget.wait") - HOUR);
	keep_all(h);
	assert_false(is_forgotten(h, r.num));
	clock_set(clock_now() + HOUR);
	keep_all(h);
	assert_true(is_forgotten(h, r.num));
	assert_string_equal(state_of_proposal(h, id), "done");
	assert_true(forgotten_has(h->desk.forgotten, &r.id));
	fails(propose(h, &dora, r.num, id), TOCSIN_REFUSED, "forgotten already");
	guest_free(&g);
}

HOME_TEST(whoever_objects_in_time_stops_it_and_it_can_be_proposed_again)
{
	struct home *h = *state;
	struct guest g;
	struct issue_result r;
	char id[FORGET_ID + 1], again[FORGET_ID + 1];
	json_t *o = NULL;
	warned(h, &g, &r);
	ok(propose(h, &dora, r.num, id));
	fails(propose(h, &dora, r.num, again), TOCSIN_REFUSED, "proposed already");
	ok(agree(h, &rita, id));
	fails(forget_object(&h->desk, &blind, id, "no", &o), TOCSIN_MISSING, "there is no proposal");
	ok(forget_object(&h->desk, &rita, id, "the trial is in May", &o));
	json_decref(o);
	assert_string_equal(state_of_proposal(h, id), "objected");
	clock_set(clock_now() + 365 * INT64_C(86400) * CLOCK_SECOND);
	keep_all(h);
	assert_false(is_forgotten(h, r.num));
	fails(agree(h, &rita, id), TOCSIN_REFUSED, "decided already");
	ok(propose(h, &dora, r.num, again));
	ok(forget_object(&h->desk, &dora, again, "a mistake", &o));
	json_decref(o);
	assert_string_equal(state_of_proposal(h, again), "withdrawn");
	guest_free(&g);
}

HOME_TEST(a_hold_stops_what_is_under_way_and_what_is_proposed_until_it_is_released)
{
	struct home *h = *state;
	struct guest g;
	struct issue_result r;
	char id[FORGET_ID + 1];
	warned(h, &g, &r);
	ok(propose(h, &dora, r.num, id));
	ok(agree(h, &rita, id));
	ok(hold(h, r.num, true));
	assert_string_equal(state_of_proposal(h, id), "objected");
	fails(hold(h, r.num, true), TOCSIN_REFUSED, "held already: court order 12");
	fails(propose(h, &dora, r.num, id), TOCSIN_REFUSED, "rule forget.hold");
	clock_set(clock_now() + 365 * INT64_C(86400) * CLOCK_SECOND);
	keep_all(h);
	assert_false(is_forgotten(h, r.num));
	ok(hold(h, r.num, false));
	fails(hold(h, r.num, false), TOCSIN_REFUSED, "no hold runs");
	ok(propose(h, &dora, r.num, id));
	guest_free(&g);
}

HOME_TEST(releases_that_were_made_together_say_the_same_and_go_together_and_a_hold_on_one_keeps_all)
{
	struct home *h = *state;
	struct guest g, k;
	struct issue_result r[2];
	char id[FORGET_ID + 1];
	guest_meets(h, &g, "south.example");
	guest_meets(h, &k, "west.example");
	struct issue_release release[2] = { release_to("south.example"), release_to("west.example") };
	ok(desk_issue(&h->desk, &(struct issue) { .kind = "warning", .release = release, .n = 2 }, r));
	fails(propose(h, &dora, r[0].num, id), TOCSIN_REFUSED, "rule forget.undelivered");
	struct change *c = change_new();
	change_outbox_done(c, r[0].num);
	change_outbox_done(c, r[1].num);
	ok(store_commit(h->desk.store, c, NULL, NULL));
	ok(hold(h, r[1].num, true));
	fails(propose(h, &dora, r[0].num, id), TOCSIN_REFUSED, "rule forget.hold");
	ok(hold(h, r[1].num, false));
	ok(propose(h, &dora, r[0].num, id));
	ok(agree(h, &rita, id));
	/* A hold that comes to the other one later stops it as well. */
	ok(hold(h, r[1].num, true));
	clock_set(clock_now() + 2 * INT64_C(86400) * CLOCK_SECOND);
	keep_all(h);
	assert_string_equal(state_of_proposal(h, id), "objected");
	ok(hold(h, r[1].num, false));
	ok(propose(h, &dora, r[0].num, id));
	ok(agree(h, &rita, id));
	clock_set(clock_now() + 2 * INT64_C(86400) * CLOCK_SECOND);
	keep_all(h);
	assert_true(is_forgotten(h, r[0].num));
	assert_true(is_forgotten(h, r[1].num));
	guest_free(&g);
	guest_free(&k);
}

/* A warning to somebody without a node. */
static void for_school(struct home *h, struct issue_result *r)
{
	static const struct body_field said[] = { { "threat.summary", VALUE("\"x\""), true }, { "handling.tlp", VALUE("\"red\""), true },
		{ "recipient.name", VALUE("\"the school\""), true } };
	struct issue_release release = { .to = HOME, .field = said, .field_n = 3 };
	ok(desk_issue(&h->desk, &(struct issue) { .kind = "warning", .release = &release, .n = 1 }, r));
	follow_all(h);
}

static void told(struct home *h, int64_t num)
{
	struct statement_row row;
	struct issue_result kept;
	struct snapshot *r;
	struct arena *a = arena_new(16u << 20);
	row_of(h, num, a, &row);
	ok(snapshot_open(h->desk.store, &r));
	ok(told_keep(&h->desk, r, view_node(), &row, &(struct told) { .by = "telephone", .person = "the porter", .at = clock_now() }, &kept));
	snapshot_close(r);
	arena_free(a);
	follow_all(h);
}

static void retracted(struct home *h, int64_t num)
{
	struct statement_row row;
	json_t *o = NULL;
	struct arena *a = arena_new(16u << 20);
	row_of(h, num, a, &row);
	ok(reach_retract(&h->desk, view_node(), &row, "a mistake", &o));
	json_decref(o);
	arena_free(a);
	follow_all(h);
}

HOME_TEST(what_somebody_without_a_node_is_still_to_be_told_is_not_forgotten_and_not_missed_when_it_is_withdrawn)
{
	struct home *h = *state;
	struct issue_result r;
	char id[FORGET_ID + 1];
	for_school(h, &r);
	fails(propose(h, &dora, r.num, id), TOCSIN_REFUSED, "rule forget.untold");
	told(h, r.num);
	ok(propose(h, &dora, r.num, id));
	/* Withdrawn before anybody was told: there is nothing to tell any more. */
	for_school(h, &r);
	fails(propose(h, &dora, r.num, id), TOCSIN_REFUSED, "rule forget.untold");
	retracted(h, r.num);
	ok(propose(h, &dora, r.num, id));
}

HOME_TEST(whom_to_tell_that_it_is_withdrawn_is_not_known_any_more_when_it_was_forgotten)
{
	struct home *h = *state;
	struct issue_result r;
	struct statement_row row;
	struct snapshot *read;
	json_t *o;
	char id[FORGET_ID + 1];
	for_school(h, &r);
	told(h, r.num);
	ok(propose(h, &dora, r.num, id));
	ok(agree(h, &rita, id));
	clock_set(clock_now() + 2 * INT64_C(86400) * CLOCK_SECOND);
	keep_all(h);
	assert_true(is_forgotten(h, r.num));
	retracted(h, r.num);
	struct arena *a = arena_new(16u << 20);
	row_of(h, r.num, a, &row);
	ok(snapshot_open(h->desk.store, &read));
	ok(reach_show(&h->desk, read, view_node(), &row, NULL, 10, &o));
	snapshot_close(read);
	const json_t *item = json_array_get(json_object_get(o, "items"), 0);
	assert_string_equal(json_string_value(json_object_get(item, "state")), "unreachable");
	assert_non_null(strstr(json_string_value(json_object_get(item, "trouble")), "what it said was forgotten"));
	assert_null(json_object_get(item, "ring_up"));
	json_decref(o);
	arena_free(a);
}

HOME_TEST(releases_of_one_call_that_say_different_things_do_not_go_together)
{
	struct home *h = *state;
	struct guest g;
	struct issue_result r[2];
	char id[FORGET_ID + 1];
	guest_meets(h, &g, "south.example");
	struct issue_release release[2] = { release_to("south.example"), release_to("south.example") };
	release[1].group = 1;
	ok(desk_issue(&h->desk, &(struct issue) { .kind = "warning", .release = release, .n = 2 }, r));
	struct change *c = change_new();
	change_outbox_done(c, r[0].num);
	change_outbox_done(c, r[1].num);
	ok(store_commit(h->desk.store, c, NULL, NULL));
	ok(propose(h, &dora, r[0].num, id));
	ok(agree(h, &rita, id));
	clock_set(clock_now() + 2 * INT64_C(86400) * CLOCK_SECOND);
	keep_all(h);
	assert_true(is_forgotten(h, r[0].num));
	assert_false(is_forgotten(h, r[1].num));
	guest_free(&g);
}

/* ---- bytes ---- */

static bool on_disk(struct home *h, const char *what)
{
	static const char *const ends[] = { "", "-wal" };
	bool found = false;
	for (size_t i = 0; i < 2; i++) {
		char path[256];
		struct buf b;
		snprintf(path, sizeof path, "%s%s", h->db, ends[i]);
		buf_init(&b, 64u << 20);
		if (file_read(path, &b) == TOCSIN_OK && b.n > 0)
			found = found || memmem(b.p, b.n, what, strlen(what)) != NULL;
		buf_free(&b);
	}
	return found;
}

/* A draft with a file, and what was released from it. */
struct drafted {
	int64_t num;
};

static void with_draft(void *arg, size_t i, struct change *c)
{
	struct drafted *d = arg;
	(void)i;
	change_released(c, d->num, "south.example");
}

static int64_t released(struct home *h, struct issue_result *r)
{
	struct change_result result;
	struct drafted d;
	struct hash digest = sha256(BYTES_LIT("a picture of the car"));
	struct change *c = change_new();
	change_draft_add(c, &(struct draft_row) { .id = "0123456789abcdef", .kind = "warning", .unit = "desk", .compartment = "",
		.author = "ann", .content = BYTES_LIT("{\"text\":\"a car with a bomb, drafted\"}"), .created_at = clock_now() });
	ok(store_commit(h->desk.store, c, &result, NULL));
	d.num = result.desk_num;
	c = change_new();
	change_draft_file_put(c, d.num, &(struct file_row) { .name = "car.jpg", .type = "image/jpeg", .sha256 = digest,
		.data = BYTES_LIT("a picture of the car") });
	change_approval_add(c, &(struct approval_row) { .draft = d.num, .version = 1, .at = clock_now(), .what = "released",
		.account = "rita", .function = "", .reason = "", .detail = BYTES_LIT("{\"leaves\":\"a car with a bomb, as released\"}") });
	ok(store_commit(h->desk.store, c, NULL, NULL));
	struct issue_release release = release_to("south.example");
	ok(desk_issue(&h->desk, &(struct issue) { .kind = "warning", .release = &release, .n = 1, .with = with_draft, .arg = &d }, r));
	return d.num;
}

HOME_TEST(no_byte_of_it_stays_in_the_files_nor_in_drafts_nor_in_kept_answers)
{
	struct home *h = *state;
	struct guest g;
	struct issue_result r;
	char id[FORGET_ID + 1];
	struct hash digest = sha256(BYTES_LIT("a request"));
	struct repeat_row kept;
	struct snapshot *read;
	struct draft_row draft;
	struct arena *a = arena_new(65536);
	guest_meets(h, &g, "south.example");
	int64_t num = released(h, &r);
	struct change *c = change_new();
	change_outbox_done(c, r.num);
	ok(store_commit(h->desk.store, c, NULL, NULL));
	follow_all(h);
	assert_true(on_disk(h, "a picture of the car"));
	c = change_new();
	change_repeat_begin(c, "rita", "k-1", &digest, "run", clock_now());
	change_repeat_end(c, "rita", "k-1", 200, "application/json", BYTES_LIT("{\"kept\":\"a car with a bomb, answered\"}"));
	change_repeat_begin(c, "rita", "k-2", &digest, "run", clock_now());
	ok(store_commit(h->desk.store, c, NULL, NULL));
	assert_true(on_disk(h, "a car with a bomb"));
	assert_true(on_disk(h, "somebody who must not be named"));
	ok(policy_set(&h->desk, view_node(), "forget.wait", "0s"));
	ok(propose(h, &dora, r.num, id));
	ok(agree(h, &rita, id));
	keep_all(h);
	assert_true(is_forgotten(h, r.num));
	assert_false(on_disk(h, "a car with a bomb"));
	assert_false(on_disk(h, "somebody who must not be named"));
	assert_false(on_disk(h, "a picture of the car"));
	ok(snapshot_open(h->desk.store, &read));
	ok(draft_by_num(read, num, a, &draft));
	assert_int_equal(draft.content.n, 0);
	snapshot_close(read);
	/* What was done is not done again; what is under way goes on. */
	ok(snapshot_open(h->desk.store, &read));
	ok(repeat_get(read, "rita", "k-1", a, &kept));
	assert_int_equal(kept.answer.n, 0);
	assert_int_equal(kept.status, 1);
	ok(repeat_get(read, "rita", "k-2", a, &kept));
	assert_int_equal(kept.status, 0);
	snapshot_close(read);
	arena_free(a);
	guest_free(&g);
}

/* ---- again ---- */

HOME_TEST(a_crash_behind_the_list_ends_in_content_that_is_forgotten)
{
	struct home *h = *state;
	struct guest g;
	struct issue_result r;
	size_t n;
	warned(h, &g, &r);
	ok(forgotten_add(h->desk.forgotten, &r.id, 1));
	assert_false(is_forgotten(h, r.num));
	ok(forget_again(&h->desk, &n));
	assert_int_equal(n, 1);
	assert_true(is_forgotten(h, r.num));
	ok(forget_again(&h->desk, &n));
	assert_int_equal(n, 0);
	guest_free(&g);
}

HOME_TEST(what_is_on_the_list_and_comes_once_more_is_forgotten_when_it_comes)
{
	struct home *h = *state;
	struct guest g;
	struct letter l;
	struct statement s;
	struct issue_result r;
	guest_meets(h, &g, "south.example");
	guest_says(h, &g, "warning", NULL, 0, &s);
	letter_make(&l, &g, &s, warning_fields, WARNING_FIELDS);
	ok(forgotten_add(h->desk.forgotten, &l.id, 1));
	letter_stored(h, &l, &s, 0, &r);
	assert_false(is_forgotten(h, r.num));
	follow_all(h);
	assert_true(is_forgotten(h, r.num));
	keep_all(h);
	assert_false(on_disk(h, "a car with a bomb"));
	guest_free(&g);
}

HOME_TEST(a_list_from_an_older_copy_than_the_database_is_filled_again)
{
	struct home *h = *state;
	struct guest g;
	struct issue_result r;
	char id[FORGET_ID + 1], path[128];
	size_t n;
	warned(h, &g, &r);
	ok(policy_set(&h->desk, view_node(), "forget.wait", "0s"));
	ok(propose(h, &dora, r.num, id));
	ok(agree(h, &rita, id));
	keep_all(h);
	forgotten_close(h->desk.forgotten);
	snprintf(path, sizeof path, "%s/forgotten", h->dir);
	assert_int_equal(unlink(path), 0);
	ok(forgotten_create(h->dir));
	ok(forgotten_open(h->dir, &h->desk.forgotten));
	assert_false(forgotten_has(h->desk.forgotten, &r.id));
	ok(forget_again(&h->desk, &n));
	assert_true(forgotten_has(h->desk.forgotten, &r.id));
	guest_free(&g);
}

/* ---- the list ---- */

static void list_is(struct home *h, const char *text, enum tocsin_err want, const char *words)
{
	char path[128];
	struct forgotten *f = NULL;
	snprintf(path, sizeof path, "%s/forgotten", h->dir);
	unlink(path);
	ok(file_create(path, bytes_str(text), 0600));
	enum tocsin_err err = forgotten_open(h->dir, &f);
	assert_int_equal(err, want);
	if (err != TOCSIN_OK)
		assert_non_null(strstr(fail_sentence(), words));
	else
		assert_int_equal(forgotten_count(f), (int)(words[0] - '0'));
	forgotten_close(f);
}

#define ID_A "ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb"
#define ID_B "3e23e8160039594a33894f6564e1b1348bbd7a0088d42c4acb73eeaed59c009d"

HOME_TEST(a_damaged_list_is_refused_with_the_line_and_only_a_cut_end_is_cut_off)
{
	struct home *h = *state;
	struct buf b;
	char path[128];
	list_is(h, "tocsin/v1 forgotten\n", TOCSIN_OK, "0");
	list_is(h, "tocsin/v1 forgotten\n" ID_A "\n" ID_B "\n", TOCSIN_OK, "2");
	list_is(h, "", TOCSIN_REFUSED, "line 1");
	list_is(h, "tocsin/v2 forgotten\n", TOCSIN_REFUSED, "line 1");
	list_is(h, "tocsin/v1 forgotten\n" ID_A "\n" ID_A "\n", TOCSIN_REFUSED, "line 3 is there twice");
	list_is(h, "tocsin/v1 forgotten\nX" ID_A "\n", TOCSIN_REFUSED, "line 2");
	list_is(h, "tocsin/v1 forgotten\n" ID_A "\nnot hex", TOCSIN_REFUSED, "line 3");
	list_is(h, "tocsin/v1 forgotten\n" ID_A "\n3e23", TOCSIN_OK, "1");
	snprintf(path, sizeof path, "%s/forgotten", h->dir);
	buf_init(&b, 4096);
	ok(file_read(path, &b));
	assert_true(bytes_equal_str(buf_bytes(&b), "tocsin/v1 forgotten\n" ID_A "\n"));
	buf_free(&b);
	unlink(path);
	struct forgotten *f = NULL;
	assert_int_equal(forgotten_open(h->dir, &f), TOCSIN_MISSING);
}

HOME_TEST(a_thousand_ids_are_found_again_after_a_restart_and_none_is_written_twice)
{
	struct home *h = *state;
	struct hash ids[1000];
	for (size_t i = 0; i < 1000; i++)
		random_bytes(ids[i].b, SHA256_SIZE);
	ok(forgotten_add(h->desk.forgotten, ids, 600));
	ok(forgotten_add(h->desk.forgotten, ids, 1000));
	ok(forgotten_add(h->desk.forgotten, ids, 1000));
	forgotten_close(h->desk.forgotten);
	ok(forgotten_open(h->dir, &h->desk.forgotten));
	assert_int_equal(forgotten_count(h->desk.forgotten), 1000);
	for (size_t i = 0; i < 1000; i++)
		assert_true(forgotten_has(h->desk.forgotten, &ids[i]));
	struct hash other = sha256(BYTES_LIT("none of them"));
	assert_false(forgotten_has(h->desk.forgotten, &other));
}

/* ---- retention ---- */

struct asked {
	char class[32];
	int64_t asked_at, until;
};

static struct asked asked_of(struct home *h, int64_t num)
{
	struct snapshot *r;
	struct retention_row row;
	struct asked out = { .class = "" };
	struct arena *a = arena_new(65536);
	ok(snapshot_open(h->desk.store, &r));
	if (retention_get(r, num, a, &row) == TOCSIN_OK) {
		snprintf(out.class, sizeof out.class, "%s", row.class);
		out.asked_at = row.asked_at;
	}
	ok(retention_until(&h->desk, r, num, &out.until));
	snapshot_close(r);
	arena_free(a);
	return out;
}

HOME_TEST(content_is_asked_about_once_when_its_period_is_over_and_again_when_it_was_kept_until_a_date)
{
	struct home *h = *state;
	struct guest g;
	struct issue_result r;
	struct statement_row row;
	int64_t until;
	struct arena *a = arena_new(16u << 20);
	warned(h, &g, &r);
	assert_string_equal(asked_of(h, r.num).class, "warning");
	row_of(h, r.num, a, &row);
	assert_int_equal(asked_of(h, r.num).until, row.known_at + policy_int(&h->desk, "retention.warning"));
	keep_all(h);
	assert_int_equal(asked_of(h, r.num).asked_at, 0);
	clock_set(asked_of(h, r.num).until);
	size_t before = events_of(h, "clocks changed");
	keep_all(h);
	assert_true(asked_of(h, r.num).asked_at > 0);
	assert_int_equal(events_of(h, "clocks changed"), before + 1);
	clock_set(clock_now() + INT64_C(86400) * CLOCK_SECOND);
	keep_all(h);
	assert_int_equal(events_of(h, "clocks changed"), before + 1);
	until = clock_now() + 10 * INT64_C(86400) * CLOCK_SECOND;
	fails(retention_keep(&h->desk, &dora, &row, clock_now(), "the trial"), TOCSIN_BAD, "a time to come");
	ok(retention_keep(&h->desk, &dora, &row, until, "the trial"));
	assert_int_equal(asked_of(h, r.num).until, until);
	keep_all(h);
	assert_int_equal(asked_of(h, r.num).asked_at, 0);
	clock_set(until);
	keep_all(h);
	assert_true(asked_of(h, r.num).asked_at >= until);
	arena_free(a);
	guest_free(&g);
}

HOME_TEST(what_is_held_is_asked_about_when_the_hold_ends)
{
	struct home *h = *state;
	struct guest g;
	struct issue_result r;
	warned(h, &g, &r);
	ok(hold(h, r.num, true));
	clock_set(asked_of(h, r.num).until);
	size_t before = events_of(h, "clocks changed");
	keep_all(h);
	assert_int_equal(events_of(h, "clocks changed"), before);
	ok(hold(h, r.num, false));
	keep_all(h);
	assert_int_equal(events_of(h, "clocks changed"), before + 1);
	guest_free(&g);
}

HOME_TEST(what_names_a_person_is_of_its_own_class_and_so_are_records_and_requests)
{
	struct home *h = *state;
	struct guest g;
	struct issue_result r;
	static const struct body_field person = { "record.person", VALUE("\"A. B.\""), true };
	static const struct body_field target = { "target.kind", VALUE("[\"crowd\",\"person\"]"), true };
	static const struct body_field crowd = { "target.kind", VALUE("\"crowd\""), true };
	static const struct body_field text = { "text", VALUE("\"a person\""), true };
	static const struct { const char *kind; const struct body_field *field; const char *class; } rows[] = {
		{ "record", &person, "person" }, { "warning", &target, "person" }, { "warning", &crowd, "warning" },
		{ "record", &text, "record" }, { "request", &text, "request" },
	};
	guest_meets(h, &g, "south.example");
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		guest_writes(h, &g, rows[i].kind, NULL, rows[i].field, &r);
		follow_all(h);
		assert_string_equal(asked_of(h, r.num).class, rows[i].class);
	}
	guest_free(&g);
}

HOME_TEST(no_more_than_policy_says_is_asked_about_in_a_day)
{
	struct home *h = *state;
	struct guest g;
	struct issue_result r[7];
	size_t asked = 0;
	guest_meets(h, &g, "south.example");
	ok(policy_set(&h->desk, view_node(), "retention.a-day", "3"));
	for (size_t i = 0; i < 7; i++)
		guest_writes(h, &g, "warning", NULL, NULL, &r[i]);
	follow_all(h);
	clock_set(asked_of(h, r[6].num).until);
	for (int day = 0; day < 3; day++) {
		keep_all(h);
		asked = 0;
		for (size_t i = 0; i < 7; i++)
			asked += asked_of(h, r[i].num).asked_at != 0;
		assert_int_equal(asked, day == 2 ? 7 : 3 * (day + 1));
		clock_set(clock_now() + INT64_C(86401) * CLOCK_SECOND);
	}
	guest_free(&g);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		forget_test(content_goes_when_two_people_have_agreed_and_the_time_to_object_is_over),
		forget_test(whoever_objects_in_time_stops_it_and_it_can_be_proposed_again),
		forget_test(a_hold_stops_what_is_under_way_and_what_is_proposed_until_it_is_released),
		forget_test(releases_that_were_made_together_say_the_same_and_go_together_and_a_hold_on_one_keeps_all),
		forget_test(what_somebody_without_a_node_is_still_to_be_told_is_not_forgotten_and_not_missed_when_it_is_withdrawn),
		forget_test(whom_to_tell_that_it_is_withdrawn_is_not_known_any_more_when_it_was_forgotten),
		forget_test(releases_of_one_call_that_say_different_things_do_not_go_together),
		forget_test(no_byte_of_it_stays_in_the_files_nor_in_drafts_nor_in_kept_answers),
		forget_test(a_crash_behind_the_list_ends_in_content_that_is_forgotten),
		forget_test(what_is_on_the_list_and_comes_once_more_is_forgotten_when_it_comes),
		forget_test(a_list_from_an_older_copy_than_the_database_is_filled_again),
		forget_test(a_damaged_list_is_refused_with_the_line_and_only_a_cut_end_is_cut_off),
		forget_test(a_thousand_ids_are_found_again_after_a_restart_and_none_is_written_twice),
		forget_test(content_is_asked_about_once_when_its_period_is_over_and_again_when_it_was_kept_until_a_date),
		forget_test(what_is_held_is_asked_about_when_the_hold_ends),
		forget_test(what_names_a_person_is_of_its_own_class_and_so_are_records_and_requests),
		forget_test(no_more_than_policy_says_is_asked_about_in_a_day),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
