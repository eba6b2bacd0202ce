#include "home.h"

#include <sqlite3.h>

#include "desk/audit.h"
#include "store/rows_access.h"

static void note(struct home *h, const char *what, const char *subject)
{
	ok(audit_note(&h->desk, view_node(), what, subject, "for a test"));
}

static enum tocsin_err check(struct home *h, int64_t *rows, int64_t *anchored)
{
	return audit_check(h->desk.store, h->desk.realm, rows, anchored);
}

/* Runs SQL on the database behind the node's back, while it is stopped. */
static void tamper(struct home *h, const char *sql)
{
	sqlite3 *db;
	directory_free(h->desk.directory);
	h->desk.directory = NULL;
	policy_free(h->desk.policy);
	h->desk.policy = NULL;
	store_close(h->desk.store);
	assert_int_equal(sqlite3_open(h->db, &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
	sqlite3_close(db);
	ok(store_open(h->db, &h->desk.store));
	ok(policy_open(h->desk.store, &h->desk.policy));
	ok(directory_open(h->desk.store, h->desk.name, &h->desk.directory));
}

static void three_rows(struct home *h, bool anchored)
{
	note(h, "read", "a");
	note(h, "read", "b");
	note(h, "refused", "c");
	if (anchored)
		ok(audit_anchor(&h->desk));
}

HOME_TEST(rows_are_numbered_and_chained_over_a_restart)
{
	struct home *h = *state;
	int64_t rows, anchored;
	ok(check(h, &rows, &anchored));
	assert_int_equal(rows, 0);
	three_rows(h, true);
	home_again(h);
	note(h, "read", "d");
	ok(check(h, &rows, &anchored));
	assert_int_equal(rows, 4);
	assert_int_equal(anchored, 3);
}

HOME_TEST(an_anchor_is_one_entry_in_the_log_and_only_when_something_was_added)
{
	struct home *h = *state;
	uint64_t size = log_size(h);
	ok(audit_anchor(&h->desk));
	assert_int_equal(log_size(h), size);
	three_rows(h, true);
	assert_int_equal(log_size(h), size + 1);
	ok(audit_anchor(&h->desk));
	assert_int_equal(log_size(h), size + 1);
}

HOME_TEST(a_line_break_in_a_row_does_not_make_two)
{
	struct home *h = *state;
	int64_t rows, anchored;
	note(h, "read\n1\n2", "sub\nject");
	ok(check(h, &rows, &anchored));
	assert_int_equal(rows, 1);
}

HOME_TEST(a_row_that_was_changed_is_found)
{
	struct home *h = *state;
	int64_t rows, anchored;
	three_rows(h, false);
	tamper(h, "UPDATE audit SET who = 'somebody else' WHERE seq = 2");
	fails(check(h, &rows, &anchored), TOCSIN_BROKEN, "row 2 is not what its hash says");
}

HOME_TEST(a_row_that_was_deleted_is_found)
{
	struct home *h = *state;
	int64_t rows, anchored;
	three_rows(h, false);
	tamper(h, "DELETE FROM audit WHERE seq = 2");
	fails(check(h, &rows, &anchored), TOCSIN_BROKEN, "row 2 is missing");
}

HOME_TEST(a_trail_that_was_cut_at_its_end_is_found)
{
	struct home *h = *state;
	int64_t rows, anchored;
	three_rows(h, false);
	tamper(h, "DELETE FROM audit WHERE seq = 3");
	fails(check(h, &rows, &anchored), TOCSIN_BROKEN, "ends at row 2, but row 3 was written");
	/* It goes on where it was, so the gap stays. */
	note(h, "read", "d");
	fails(check(h, &rows, &anchored), TOCSIN_BROKEN, "row 3 is missing");
}

HOME_TEST(a_trail_that_was_cut_together_with_what_the_database_says_of_its_end_is_found_by_its_anchor)
{
	struct home *h = *state;
	int64_t rows, anchored;
	three_rows(h, true);
	tamper(h, "DELETE FROM audit; DELETE FROM meta WHERE key = 'audit head'");
	fails(check(h, &rows, &anchored), TOCSIN_BROKEN, "row 3 is anchored in the log");
}

HOME_TEST(an_anchor_that_was_changed_with_its_row_does_not_fit_the_log)
{
	struct home *h = *state;
	int64_t rows, anchored;
	three_rows(h, true);
	struct audit_row row = { .seq = 1, .at = 7, .who = "x", .function = "x", .what = "x", .subject = "x", .detail = "x" };
	struct hash none = { { 0 } }, hash;
	char hex[65], sql[2000];
	assert_true(audit_row_hash(&row, &none, &hash));
	hex_encode(hash.b, 32, hex);
	snprintf(sql, sizeof sql,
		"DELETE FROM audit; INSERT INTO audit VALUES (1, 7, 'x', 'x', 'x', 'x', 'x', x'%s');"
		"UPDATE audit_anchor SET seq = 1, hash = x'%s'; UPDATE meta SET value = CAST('1 %s' AS BLOB) WHERE key = 'audit head'",
		hex, hex, hex);
	tamper(h, sql);
	fails(check(h, &rows, &anchored), TOCSIN_BROKEN, "is not the anchor of row 1");
}

HOME_TEST(what_is_anchored_is_the_documented_text)
{
	(void)state;
	struct hash h, entry, want;
	memset(&h, 0xab, sizeof h);
	const char *text = "tocsin/v1 audit 7 abababababababababababababababababababababababababababababababab\n";
	want = sha256(bytes_str(text));
	audit_anchor_entry(REALM_LIVE, 7, &h, &entry);
	assert_memory_equal(&want, &entry, 32);
	const char *exercise = "tocsin-exercise/v1 audit 7 abababababababababababababababababababababababababababababababab\n";
	want = sha256(bytes_str(exercise));
	audit_anchor_entry(REALM_EXERCISE, 7, &h, &entry);
	assert_memory_equal(&want, &entry, 32);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		home_test(rows_are_numbered_and_chained_over_a_restart),
		home_test(an_anchor_is_one_entry_in_the_log_and_only_when_something_was_added),
		home_test(a_line_break_in_a_row_does_not_make_two),
		home_test(a_row_that_was_changed_is_found),
		home_test(a_row_that_was_deleted_is_found),
		home_test(a_trail_that_was_cut_at_its_end_is_found),
		home_test(a_trail_that_was_cut_together_with_what_the_database_says_of_its_end_is_found_by_its_anchor),
		home_test(an_anchor_that_was_changed_with_its_row_does_not_fit_the_log),
		home_test(what_is_anchored_is_the_documented_text),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
