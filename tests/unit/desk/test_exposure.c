/* What partners have learnt from us, for who may see it. */
#include "home.h"

#include "desk/exposure.h"
#include "desk/follow.h"
#include "domain/view.h"
#include "store/rows_access.h"

static struct guest south, east;
static json_t *answer;

static void follow_all(struct home *h)
{
	size_t done;
	do
		ok(follow_some(&h->desk, 1000, &done));
	while (done > 0);
}

#define TEXT(name, s, open) { name, { (const uint8_t *)("\"" s "\""), sizeof(s) + 1 }, open }

static void sends(struct home *h, const char *to, const struct body_field *field, size_t n)
{
	struct issue_result r;
	const struct issue_release release = { .to = to, .field = field, .field_n = n, .urgency = 2 };
	ok(desk_issue(&h->desk, &(struct issue) { .kind = "warning", .release = &release, .n = 1 }, &r));
	follow_all(h);
}

static void warn(struct home *h, const char *to, const char *who, const char *origin)
{
	char about[200], from[200];
	snprintf(about, sizeof about, "\"%s\"", who);
	snprintf(from, sizeof from, "\"%s\"", origin);
	const struct body_field f[] = { TEXT("threat.summary", "a plan", true), TEXT("handling.tlp", "red", true),
		{ "threat.actor", bytes_str(about), true }, { "source.origin", bytes_str(from), false } };
	sends(h, to, f, 4);
}

/* Statements of nobody in particular belong to the unit of intake; an account of that sees what its scope does. */
static struct view reader(int64_t scope)
{
	return (struct view) { .account = "anna", .function = "liaison", .unit = "desk", .roles = ROLE_LIAISON, .token = TOKEN_READ,
		.scope = { scope }, .scope_n = 1 };
}

static size_t asks(struct home *h, const struct view *v, const char *partner, const char *subject, const char *source)
{
	json_decref(answer);
	answer = NULL;
	ok(exposure_show(&h->desk, v, &(struct exposure_ask) { partner, subject, source }, &answer));
	assert_false(json_is_true(json_object_get(answer, "cut")));
	return json_array_size(json_object_get(answer, "items"));
}

static const char *says(size_t i, const char *name)
{
	return json_string_value(json_object_get(json_array_get(json_object_get(answer, "items"), i), name));
}

static int64_t counts(size_t i, const char *name)
{
	return json_integer_value(json_object_get(json_array_get(json_object_get(answer, "items"), i), name));
}

static int setup(void **state)
{
	home_setup(state);
	guest_meets(*state, &south, "south.example");
	guest_meets(*state, &east, "east.example");
	return 0;
}

static int teardown(void **state)
{
	json_decref(answer);
	answer = NULL;
	guest_free(&south);
	guest_free(&east);
	return home_teardown(state);
}

TEST(what_was_told_is_listed_by_subject_and_source)
{
	struct home *h = *state;
	const struct view v = reader(-1);
	warn(h, "south.example", "Ivan Petrov", "a fisherman");
	warn(h, "south.example", "Anna Berg", "a fisherman");
	assert_int_equal(asks(h, &v, "south.example", NULL, NULL), 2);
	assert_string_equal(says(0, "subject"), "Anna Berg");
	assert_string_equal(says(0, "source"), "a fisherman");
	/* What is said about handling is not a fact, and what stayed closed was not told. */
	assert_int_equal(counts(0, "lines"), 2);
	assert_int_equal(json_array_size(json_object_get(json_array_get(json_object_get(answer, "items"), 0), "fields")), 2);
	assert_int_equal(asks(h, &v, "east.example", NULL, NULL), 0);
}

TEST(the_same_fact_told_again_counts_nothing_new)
{
	struct home *h = *state;
	const struct view v = reader(-1);
	warn(h, "south.example", "Ivan Petrov", "a fisherman");
	warn(h, "south.example", "Ivan Petrov", "a fisherman");
	assert_int_equal(asks(h, &v, "south.example", NULL, NULL), 1);
	assert_int_equal(counts(0, "lines"), 2);
	assert_int_equal(counts(0, "statements"), 2);
}

TEST(a_subject_or_a_source_written_a_little_otherwise_is_the_same)
{
	struct home *h = *state;
	const struct view v = reader(-1);
	warn(h, "south.example", "Ivan Petrov", "a fisherman");
	warn(h, "east.example", "PETROV, Ivan", "A Fisherman");
	assert_int_equal(asks(h, &v, NULL, "petrov ivan", NULL), 2);
	assert_int_equal(asks(h, &v, NULL, NULL, "a fisherman"), 2);
	assert_int_equal(asks(h, &v, "east.example", "ivan petrov", "fisherman a"), 1);
	assert_int_equal(asks(h, &v, NULL, "Ivan Sidorov", NULL), 0);
}

TEST(who_does_not_see_a_statement_learns_nothing_of_it)
{
	struct home *h = *state;
	const struct view other = reader(-77);
	warn(h, "south.example", "Ivan Petrov", "a fisherman");
	assert_int_equal(asks(h, &other, "south.example", NULL, NULL), 0);
	assert_int_equal(asks(h, &other, NULL, "Ivan Petrov", NULL), 0);
}

static enum tocsin_err share_open_only(struct home *h, int64_t num)
{
	struct snapshot *r;
	struct change *c = change_new();
	ok(snapshot_open(h->desk.store, &r));
	ok(access_share(&h->desk, r, c, num, "warning", "south.example", "harbour", "", false));
	snapshot_close(r);
	return store_commit(h->desk.store, c, NULL, NULL);
}

TEST(who_sees_only_the_open_lines_is_not_told_the_source_nor_a_closed_name)
{
	struct home *h = *state;
	struct snapshot *r;
	int64_t scope;
	const struct body_field f[] = { TEXT("threat.summary", "a plan", true), TEXT("handling.tlp", "red", true),
		TEXT("threat.actor", "Ivan Petrov", false), TEXT("source.origin", "a fisherman", false) };
	home_unit(h, "harbour");
	sends(h, "south.example", f, 4);
	ok(share_open_only(h, last_num(h)));
	ok(snapshot_open(h->desk.store, &r));
	ok(scope_find(r, "harbour", "", &scope));
	snapshot_close(r);
	const struct view outside = reader(scope), inside = reader(-1);
	assert_int_equal(asks(h, &inside, NULL, "Ivan Petrov", NULL), 1);
	assert_string_equal(says(0, "subject"), "Ivan Petrov");
	assert_int_equal(asks(h, &outside, "south.example", NULL, NULL), 1);
	assert_string_equal(says(0, "subject"), "");
	assert_string_equal(says(0, "source"), "");
	assert_int_equal(asks(h, &outside, NULL, "Ivan Petrov", NULL), 0);
	assert_int_equal(asks(h, &outside, NULL, NULL, "a fisherman"), 0);
}

TEST(a_note_to_oneself_is_told_to_nobody)
{
	struct home *h = *state;
	struct issue_result result;
	const struct view v = reader(-1);
	const struct body_field f[] = { TEXT("record.type", "call", true), TEXT("text", "They rang", true) };
	const struct issue_release release = { .to = h->desk.name, .field = f, .field_n = 2, .urgency = 2 };
	ok(desk_issue(&h->desk, &(struct issue) { .kind = "record", .release = &release, .n = 1 }, &result));
	follow_all(h);
	assert_int_equal(asks(h, &v, h->desk.name, NULL, NULL), 0);
}

TEST(a_question_must_ask_something)
{
	struct home *h = *state;
	const struct view v = reader(-1);
	fails(exposure_show(&h->desk, &v, &(struct exposure_ask) { NULL }, &answer), TOCSIN_BAD, "say of whom");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define ONE(t) cmocka_unit_test_setup_teardown(t, setup, teardown)
		ONE(what_was_told_is_listed_by_subject_and_source),
		ONE(the_same_fact_told_again_counts_nothing_new),
		ONE(a_subject_or_a_source_written_a_little_otherwise_is_the_same),
		ONE(who_does_not_see_a_statement_learns_nothing_of_it),
		ONE(who_sees_only_the_open_lines_is_not_told_the_source_nor_a_closed_name),
		ONE(a_note_to_oneself_is_told_to_nobody),
		ONE(a_question_must_ask_something),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
