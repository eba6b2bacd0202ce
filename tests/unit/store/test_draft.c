/*
 * Drafts, decisions and what was released, as rows.
 */
#include "fixture.h"

#include "store/rows_draft.h"

static int64_t draft(struct fixture *f, const char *id, const char *unit, const char *compartment)
{
	struct change_result result;
	struct change *c = change_new();
	change_draft_add(c, &(struct draft_row){ .id = id, .kind = "warning", .unit = unit, .compartment = compartment,
		.author = "anna", .content = BYTES_LIT("{\"kind\":\"warning\"}"), .created_at = AT(1) });
	assert_ok(store_commit(f->s, c, &result, NULL));
	return result.desk_num;
}

static enum tocsin_err edit(struct fixture *f, int64_t num, const char *state, int64_t old, const char *text, const char *who)
{
	struct change *c = change_new();
	change_draft_edit(c, num, state, old, bytes_str(text), who, who, AT(2));
	return store_commit(f->s, c, NULL, NULL);
}

static enum tocsin_err move(struct fixture *f, int64_t num, const char *from, int64_t version, const char *to)
{
	struct change *c = change_new();
	change_draft_state(c, "too late", num, from, version, to, AT(3));
	return store_commit(f->s, c, NULL, NULL);
}

static struct draft_row get(struct fixture *f, const char *id)
{
	static struct arena *a;
	struct draft_row row;
	struct snapshot *r = look(f);
	if (a == NULL)
		a = arena_new(1u << 20);
	assert_ok(draft_get(r, id, a, &row));
	snapshot_close(r);
	return row;
}

static bool listed(void *arg, const struct draft_row *row)
{
	struct buf *b = arg;
	buf_printf(b, "%s ", row->id);
	return true;
}

#define lists(f, unit, compartment, state, before, limit, want) \
	do { \
		struct buf b_; \
		struct snapshot *r_ = look(f); \
		buf_init(&b_, 1000); \
		assert_ok(draft_list(r_, unit, compartment, state, before, limit, listed, &b_)); \
		buf_add_char(&b_, 0); \
		assert_string_equal((const char *)b_.p, want); \
		buf_free(&b_); \
		snapshot_close(r_); \
	} while (0)

static bool writer(void *arg, const struct draft_version_row *row)
{
	struct buf *b = arg;
	buf_printf(b, "%lld:%s ", (long long)row->version, row->account);
	return true;
}

static void every_version_stays_as_it_was_written(void **state)
{
	struct fixture *f = *state;
	struct arena *a = arena_new(1u << 20);
	struct draft_version_row v;
	struct buf b;
	int64_t num = draft(f, "00000000000000aa", "desk", "");
	assert_ok(edit(f, num, "draft", 1, "two", "bert"));
	assert_ok(edit(f, num, "draft", 2, "three", "anna"));
	struct draft_row row = get(f, "00000000000000aa");
	assert_int_equal(row.version, 3);
	assert_int_equal(row.num, num);
	assert_string_equal(row.author, "anna");
	assert_string_equal(row.changed_by, "anna");
	assert_string_equal(row.state, "draft");
	assert_int_equal(row.created_at, AT(1));
	assert_int_equal(row.changed_at, AT(2));
	assert_true(bytes_equal_str(row.content, "three"));
	struct snapshot *r = look(f);
	assert_ok(draft_version_get(r, num, 1, a, &v));
	assert_true(bytes_equal_str(v.content, "{\"kind\":\"warning\"}"));
	assert_string_equal(v.account, "anna");
	assert_ok(draft_version_get(r, num, 2, a, &v));
	assert_true(bytes_equal_str(v.content, "two"));
	assert_err(TOCSIN_MISSING, draft_version_get(r, num, 4, a, &v));
	buf_init(&b, 1000);
	assert_ok(draft_version_each(r, num, writer, &b));
	buf_add_char(&b, 0);
	assert_string_equal((const char *)b.p, "1:anna 2:bert 3:anna ");
	buf_free(&b);
	snapshot_close(r);
	arena_free(a);
}

static void who_has_seen_an_older_version_or_state_changes_nothing(void **state)
{
	struct fixture *f = *state;
	int64_t num = draft(f, "00000000000000aa", "desk", "");
	assert_ok(edit(f, num, "draft", 1, "two", "bert"));
	assert_err(TOCSIN_LATER, edit(f, num, "draft", 1, "other", "carl"));
	assert_err(TOCSIN_LATER, edit(f, num, "proposed", 2, "other", "carl"));
	assert_err(TOCSIN_LATER, move(f, num, "draft", 1, "proposed"));
	assert_ok(move(f, num, "draft", 2, "proposed"));
	assert_err(TOCSIN_LATER, move(f, num, "draft", 2, "withdrawn"));
	assert_true(bytes_equal_str(get(f, "00000000000000aa").content, "two"));
	assert_string_equal(get(f, "00000000000000aa").state, "proposed");
	assert_ok(edit(f, num, "proposed", 2, "three", "anna"));
	assert_string_equal(get(f, "00000000000000aa").state, "draft");
	struct snapshot *r = look(f);
	struct draft_row row;
	struct arena *a = arena_new(1u << 16);
	assert_err(TOCSIN_MISSING, draft_get(r, "00000000000000ab", a, &row));
	assert_err(TOCSIN_MISSING, draft_by_num(r, num + 1, a, &row));
	assert_ok(draft_by_num(r, num, a, &row));
	arena_free(a);
	snapshot_close(r);
}

static void lists_are_by_unit_and_compartment_and_state_newest_first(void **state)
{
	struct fixture *f = *state;
	draft(f, "a1", "desk", "");
	int64_t second = draft(f, "a2", "desk", "");
	draft(f, "s1", "desk", "secret");
	draft(f, "b1", "border", "");
	int64_t third = draft(f, "a3", "desk", "");
	assert_ok(move(f, second, "draft", 1, "releasing"));
	lists(f, "desk", "", NULL, 0, 10, "a3 a2 a1 ");
	lists(f, "desk", "", NULL, 0, 2, "a3 a2 ");
	lists(f, "desk", "", NULL, third, 10, "a2 a1 ");
	lists(f, "desk", "", "draft", 0, 10, "a3 a1 ");
	lists(f, "desk", "secret", NULL, 0, 10, "s1 ");
	lists(f, "border", "", NULL, 0, 10, "b1 ");
	lists(f, "border", "secret", NULL, 0, 10, "");
	lists(f, NULL, "", NULL, 0, 10, "a3 b1 a2 a1 ");
	lists(f, NULL, "", "releasing", 0, 10, "a2 ");
	lists(f, NULL, "secret", "draft", 0, 10, "s1 ");
	struct buf b;
	struct snapshot *r = look(f);
	buf_init(&b, 1000);
	assert_ok(draft_releasing(r, listed, &b));
	buf_add_char(&b, 0);
	assert_string_equal((const char *)b.p, "a2 ");
	buf_free(&b);
	snapshot_close(r);
}

static bool decided(void *arg, const struct approval_row *row)
{
	struct buf *b = arg;
	buf_printf(b, "%s/%s/%s/%.*s ", row->what, row->account, row->reason, (int)row->detail.n, (const char *)row->detail.p);
	return true;
}

static bool sent(void *arg, const char *recipient, int64_t statement)
{
	struct buf *b = arg;
	buf_printf(b, "%s=%lld ", recipient, (long long)statement);
	return true;
}

static void a_recipient_gets_a_draft_once(void **state)
{
	struct fixture *f = *state;
	struct arena *a = arena_new(1u << 16);
	int64_t num = draft(f, "a1", "desk", ""), found;
	const char *to;
	for (int i = 0; i < 3; i++) {
		struct change *c = statement_change((uint64_t)i);
		change_released(c, num, i == 1 ? "west.example" : "east.example");
		if (i < 2)
			assert_ok(store_commit(f->s, c, NULL, NULL));
		else
			assert_err(TOCSIN_LATER, store_commit(f->s, c, NULL, NULL));
	}
	struct snapshot *r = look(f);
	struct buf b;
	int64_t last;
	assert_ok(statement_last(r, &last));
	assert_int_equal(last, 2);
	buf_init(&b, 1000);
	assert_ok(released_each(r, num, sent, &b));
	buf_add_char(&b, 0);
	assert_string_equal((const char *)b.p, "east.example=1 west.example=2 ");
	assert_ok(released_from(r, 2, a, &found, &to));
	assert_int_equal(found, num);
	assert_string_equal(to, "west.example");
	assert_ok(released_from(r, 9, a, &found, NULL));
	assert_int_equal(found, 0);
	buf_free(&b);
	snapshot_close(r);
	arena_free(a);
}

static void decisions_are_kept_in_their_order_and_what_they_hold_can_be_forgotten(void **state)
{
	struct fixture *f = *state;
	static const char *const want[] = { "proposed/anna//{} refused/bert/no/{} ", "proposed/anna// refused/bert/no/ " };
	int64_t num = draft(f, "a1", "desk", "");
	struct hash digest = id_of(1);
	struct change *c = change_new();
	change_approval_add(c, &(struct approval_row){ .draft = num, .version = 1, .what = "proposed", .account = "anna",
		.function = "analyst", .reason = "", .at = AT(1), .digest = digest, .detail = BYTES_LIT("{}") });
	change_approval_add(c, &(struct approval_row){ .draft = num, .version = 1, .what = "refused", .account = "bert",
		.function = "officer", .reason = "no", .at = AT(2), .digest = digest, .detail = BYTES_LIT("{}") });
	assert_ok(store_commit(f->s, c, NULL, NULL));
	for (int i = 0; i < 2; i++) {
		struct snapshot *r = look(f);
		struct buf b;
		buf_init(&b, 1000);
		assert_ok(approval_each(r, num, decided, &b));
		buf_add_char(&b, 0);
		assert_string_equal((const char *)b.p, want[i]);
		buf_free(&b);
		snapshot_close(r);
		c = change_new();
		change_draft_forget(c, num);
		assert_ok(store_commit(f->s, c, NULL, NULL));
	}
	assert_int_equal(get(f, "a1").content.n, 0);
}

static void the_last_determination_counts_and_audiences_are_counted(void **state)
{
	struct fixture *f = *state;
	struct arena *a = arena_new(1u << 16);
	struct determined_row row;
	int64_t num = draft(f, "a1", "desk", ""), times, late;
	struct snapshot *r = look(f);
	assert_int_equal(determined_last(r, num, a, &row), TOCSIN_MISSING);
	snapshot_close(r);
	for (uint64_t i = 0; i < 2; i++) {
		struct change *c = statement_change(i);
		change_determined(c, &(struct determined_row){ .draft = num, .version = 1, .result = i == 0 ? "met" : "waived",
			.ground = i == 0 ? "" : "already-aware", .account = "bert", .function = "officer", .at = AT(i) });
		change_audience_count(c, "author anna", "east.example", AT(i));
		change_draft_review_by(c, num, AT(5));
		assert_ok(store_commit(f->s, c, NULL, NULL));
	}
	r = look(f);
	assert_ok(determined_last(r, num, a, &row));
	assert_string_equal(row.result, "waived");
	assert_string_equal(row.ground, "already-aware");
	assert_int_equal(row.statement, 2);
	assert_ok(audience_times(r, "author anna", "east.example", &times));
	assert_int_equal(times, 2);
	assert_ok(audience_times(r, "author bert", "east.example", &times));
	assert_int_equal(times, 0);
	assert_ok(draft_reviews_late(r, AT(5), &late));
	assert_int_equal(late, 0);
	assert_ok(draft_reviews_late(r, AT(6), &late));
	assert_int_equal(late, 1);
	snapshot_close(r);
	arena_free(a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(every_version_stays_as_it_was_written, fixture_open, fixture_close),
		cmocka_unit_test_setup_teardown(
			who_has_seen_an_older_version_or_state_changes_nothing, fixture_open, fixture_close),
		cmocka_unit_test_setup_teardown(
			lists_are_by_unit_and_compartment_and_state_newest_first, fixture_open, fixture_close),
		cmocka_unit_test_setup_teardown(a_recipient_gets_a_draft_once, fixture_open, fixture_close),
		cmocka_unit_test_setup_teardown(
			decisions_are_kept_in_their_order_and_what_they_hold_can_be_forgotten, fixture_open, fixture_close),
		cmocka_unit_test_setup_teardown(
			the_last_determination_counts_and_audiences_are_counted, fixture_open, fixture_close),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
