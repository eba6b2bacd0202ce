/*
 * Pages, their tries and the channels, as rows.
 */
#include "fixture.h"

#include "store/rows_page.h"

static struct page_row a_page(const char *id, const char *account, int64_t clock)
{
	return (struct page_row){ .id = id, .at = AT(1), .what = "clock missed: reply-by", .clock = clock,
		.account = account };
}

static void page(struct fixture *f, const char *id, const char *account, int64_t clock)
{
	struct page_row row = a_page(id, account, clock);
	struct change *c = change_new();
	change_page_add(c, &row, false);
	assert_ok(store_commit(f->s, c, NULL, NULL));
}

static int64_t channel(struct fixture *f, const char *id, const char *account, const char *kind)
{
	struct change_result result;
	struct change *c = change_new();
	change_channel_add(c, &(struct channel_row){ .id = id, .account = account, .kind = kind, .address = id,
		.secret = BYTES_LIT("s"), .quiet_from = 1320, .quiet_until = 360, .added_at = AT(0) });
	assert_ok(store_commit(f->s, c, &result, NULL));
	return result.desk_num;
}

/* The page with this id; strings in a static arena. */
static struct page_row page_of_id(struct fixture *f, const char *id)
{
	static struct arena *a;
	struct page_row row;
	struct snapshot *r;
	if (a == NULL)
		a = arena_new(1u << 20);
	assert_ok(snapshot_open(f->s, &r));
	assert_ok(page_by_id(r, id, a, &row));
	snapshot_close(r);
	return row;
}

static bool counted(void *arg, const struct try_row *row)
{
	assert_string_equal(row->state, "waiting");
	++*(size_t *)arg;
	return true;
}

static size_t due(struct fixture *f, const char *kind, bool life, int64_t now)
{
	size_t n = 0;
	struct snapshot *r;
	assert_ok(snapshot_open(f->s, &r));
	assert_ok(tries_due(r, kind, life, now, 100, counted, &n));
	snapshot_close(r);
	return n;
}

static int64_t next(struct fixture *f)
{
	int64_t at;
	struct snapshot *r;
	assert_ok(snapshot_open(f->s, &r));
	assert_ok(pages_next(r, &at));
	snapshot_close(r);
	return at;
}

static void a_page_goes_from_waiting_over_trying_to_sent_and_stopped(void **state)
{
	struct fixture *f = *state;
	int64_t mail = channel(f, "m@north.example", "anna", "email"), hook = channel(f, "https://x", "anna", "webhook");
	assert_true(next(f) == INT64_MAX);
	page(f, "00000000000000aa", "anna", 77);
	assert_true(next(f) == AT(1));
	struct page_row p = page_of_id(f, "00000000000000aa");
	assert_string_equal(p.state, "waiting");
	struct change *c = change_new();
	change_page_taken(c, p.num, AT(60));
	change_try_add(c, p.num, mail, "email", false, AT(1));
	change_try_add(c, p.num, hook, "webhook", false, AT(5));
	assert_ok(store_commit(f->s, c, NULL, NULL));
	assert_true(next(f) == AT(1));
	assert_int_equal(due(f, "email", false, AT(1)), 1);
	assert_int_equal(due(f, "email", true, AT(1)), 0);
	assert_int_equal(due(f, "webhook", false, AT(4)), 0);
	/* Taken once only. */
	c = change_new();
	change_page_taken(c, p.num, AT(60));
	assert_err(TOCSIN_LATER, store_commit(f->s, c, NULL, NULL));
	c = change_new();
	change_try_sent(c, p.num, hook, AT(6));
	assert_ok(store_commit(f->s, c, NULL, NULL));
	p = page_of_id(f, "00000000000000aa");
	assert_string_equal(p.state, "sent");
	assert_true(p.sent_at == AT(6));
	/* The other channel's try goes on, until somebody acknowledges. */
	assert_int_equal(due(f, "email", false, AT(6)), 1);
	c = change_new();
	change_page_stop(c, 77, AT(9));
	assert_ok(store_commit(f->s, c, NULL, NULL));
	assert_string_equal(page_of_id(f, "00000000000000aa").state, "stopped");
	assert_int_equal(due(f, "email", false, AT(99)), 0);
	assert_true(next(f) == INT64_MAX);
}

static void what_fails_holds_back_the_others_of_its_channel_and_a_late_success_counts(void **state)
{
	struct fixture *f = *state;
	int64_t mail = channel(f, "m@north.example", "anna", "email");
	page(f, "00000000000000aa", "anna", 0);
	page(f, "00000000000000bb", "anna", 0);
	struct page_row a = page_of_id(f, "00000000000000aa"), b = page_of_id(f, "00000000000000bb");
	struct change *c = change_new();
	change_page_taken(c, a.num, AT(60));
	change_page_taken(c, b.num, AT(60));
	change_try_add(c, a.num, mail, "email", false, AT(1));
	change_try_add(c, b.num, mail, "email", false, AT(1));
	change_try_later(c, &(struct try_row){ .page = a.num, .channel = mail }, AT(30), "no answer", AT(2));
	assert_ok(store_commit(f->s, c, NULL, NULL));
	assert_int_equal(due(f, "email", false, AT(29)), 0);
	assert_int_equal(due(f, "email", false, AT(30)), 2);
	c = change_new();
	change_page_failed(c, a.num, "nobody took it");
	assert_ok(store_commit(f->s, c, NULL, NULL));
	assert_string_equal(page_of_id(f, "00000000000000aa").state, "failed");
	/* Pages of no clock are not stopped by the clock that is none. */
	c = change_new();
	change_page_stop(c, 0, AT(31));
	change_try_sent(c, a.num, mail, AT(31));
	assert_ok(store_commit(f->s, c, NULL, NULL));
	assert_string_equal(page_of_id(f, "00000000000000aa").state, "sent");
	assert_string_equal(page_of_id(f, "00000000000000bb").state, "trying");
	c = change_new();
	change_channel_remove(c, mail);
	assert_ok(store_commit(f->s, c, NULL, NULL));
	assert_int_equal(due(f, "email", false, AT(99)), 0);
}

static void a_clocks_pages_take_the_number_that_its_change_was_given(void **state)
{
	struct fixture *f = *state;
	struct change_result result;
	struct page_row one = a_page("00000000000000aa", "anna", 0), two = a_page("00000000000000bb", "bert", 0);
	struct change *c = change_new();
	change_channel_add(c, &(struct channel_row){ .id = "x", .account = "anna", .kind = "email", .address = "x",
		.secret = BYTES_LIT("s"), .added_at = AT(0) });        /* any row that is given a number */
	change_page_add(c, &one, true);
	change_page_add(c, &two, true);
	assert_ok(store_commit(f->s, c, &result, NULL));
	struct page_row a = page_of_id(f, "00000000000000aa"), b = page_of_id(f, "00000000000000bb");
	assert_true(a.clock == result.desk_num && b.clock == result.desk_num);
	assert_true(a.num != b.num && a.num != a.clock && b.num != b.clock);
	reopen(f);
	page(f, "00000000000000cc", "anna", 0);
	assert_true(page_of_id(f, "00000000000000cc").num > b.num);
}

static void an_account_has_a_channel_once(void **state)
{
	struct fixture *f = *state;
	channel(f, "m@north.example", "anna", "email");
	struct change *c = change_new();
	change_channel_add(c, &(struct channel_row){ .id = "y", .account = "anna", .kind = "email",
		.address = "m@north.example", .secret = BYTES_LIT("s"), .added_at = AT(0) });
	assert_err(TOCSIN_LATER, store_commit(f->s, c, NULL, NULL));
	channel(f, "https://x", "bert", "webhook");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			a_page_goes_from_waiting_over_trying_to_sent_and_stopped, fixture_open, fixture_close),
		cmocka_unit_test_setup_teardown(
			what_fails_holds_back_the_others_of_its_channel_and_a_late_success_counts, fixture_open, fixture_close),
		cmocka_unit_test_setup_teardown(
			a_clocks_pages_take_the_number_that_its_change_was_given, fixture_open, fixture_close),
		cmocka_unit_test_setup_teardown(an_account_has_a_channel_once, fixture_open, fixture_close),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
