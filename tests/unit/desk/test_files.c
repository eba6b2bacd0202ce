#include "desk/home.h"

#include "desk/files.h"
#include "store/rows_file.h"

static struct view account(const char *name)
{
	struct view v = *view_node();
	snprintf(v.account, sizeof v.account, "%s", name);
	return v;
}

static enum tocsin_err stages(struct home *h, const struct view *v, const char *name, struct bytes data, char id[FILES_ID + 1])
{
	char line[FILES_LINE + 1];
	return files_stage(&h->desk, v, name, "text/plain", data, id, line);
}

static enum tocsin_err staged(struct home *h, const struct view *v, const char *const *ids, size_t n, struct arena *a, struct files *f)
{
	struct snapshot *r;
	ok(snapshot_open(h->desk.store, &r));
	enum tocsin_err err = files_staged(r, v, ids, n, a, f);
	snapshot_close(r);
	return err;
}

HOME_TEST(a_staged_file_is_a_line_with_its_hash_for_who_sent_it_for_an_hour)
{
	struct home *h = *state;
	struct view anna = account("anna"), carl = account("carl");
	struct files f;
	struct arena *a = arena_new(8u << 20);
	char one[FILES_ID + 1], two[FILES_ID + 1], line[FILES_LINE + 1];
	clock_set(1700000000 * CLOCK_SECOND);
	ok(files_stage(&h->desk, &anna, "a.txt", "text/plain", BYTES_LIT("hello"), one, line));
	ok(stages(h, &anna, "b.txt", BYTES_LIT("world"), two));
	const char *const both[] = { two, one }, *const twice[] = { one, one };
	ok(staged(h, &anna, both, 2, a, &f));
	assert_int_equal(f.n, 2);
	assert_string_equal(f.field[1].name, line);
	assert_string_not_equal(f.field[0].name, line);
	assert_true(bytes_equal_str(f.field[1].value,
		"[\"a.txt\",\"text/plain\",5,\"2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824\"]"));
	assert_true(bytes_equal_str(f.file[0].content, "world"));
	fails(staged(h, &anna, twice, 2, a, &f), TOCSIN_BAD, "two attachments");
	fails(staged(h, &carl, both, 1, a, &f), TOCSIN_MISSING, "send it");
	clock_set((1700000000 + 3601) * CLOCK_SECOND);
	fails(staged(h, &anna, both, 1, a, &f), TOCSIN_MISSING, "too old");
	clock_set(1700000001 * CLOCK_SECOND);
	ok(files_attached(&h->desk, both, 2));
	fails(staged(h, &anna, both, 1, a, &f), TOCSIN_MISSING, "no staged file");
	arena_free(a);
}

HOME_TEST(names_types_and_sizes_that_are_none_are_refused)
{
	struct home *h = *state;
	struct view v = account("anna");
	char id[FILES_ID + 1], line[FILES_LINE + 1];
	fails(stages(h, &v, "../a", BYTES_LIT("x"), id), TOCSIN_BAD, "no name");
	fails(stages(h, &v, "a", BYTES_LIT(""), id), TOCSIN_BAD, "0 bytes");
	fails(files_stage(&h->desk, &v, "a", "text/html", BYTES_LIT("x"), id, line), TOCSIN_BAD, "text/html");
	uint8_t *large = calloc(1, FILES_MAX + 1);
	fails(stages(h, &v, "a", bytes_of(large, FILES_MAX + 1), id), TOCSIN_BAD, "1 to");
	ok(stages(h, &v, "a", bytes_of(large, FILES_MAX), id));
	free(large);
}

HOME_TEST(one_account_cannot_fill_the_stage_and_what_is_old_goes)
{
	struct home *h = *state;
	struct view v = account("anna"), other = account("carl");
	char id[FILES_ID + 1], name[32];
	clock_set(1700000000 * CLOCK_SECOND);
	for (int i = 0; i < FILES_STAGED; i++) {
		snprintf(name, sizeof name, "%d.txt", i);
		ok(stages(h, &v, name, BYTES_LIT("x"), id));
	}
	fails(stages(h, &v, "more.txt", BYTES_LIT("x"), id), TOCSIN_REFUSED, "rule files.staged");
	ok(stages(h, &other, "more.txt", BYTES_LIT("x"), id));
	/* Somebody else's file makes room: what came an hour ago is gone. */
	clock_set((1700000000 + 3601) * CLOCK_SECOND);
	ok(stages(h, &other, "again.txt", BYTES_LIT("x"), id));
	ok(stages(h, &v, "more.txt", BYTES_LIT("x"), id));
}

HOME_TEST(what_nobody_attached_is_dropped_when_its_hour_is_over)
{
	struct home *h = *state;
	struct view v = account("anna");
	struct files f;
	struct arena *a = arena_new(8u << 20);
	char one[FILES_ID + 1], two[FILES_ID + 1];
	int64_t next, hour = FILES_STAGED_FOR + CLOCK_SECOND, t0 = 1700000000 * CLOCK_SECOND;
	clock_set(t0);
	ok(files_expire(&h->desk, t0, &next));
	assert_int_equal(next, INT64_MAX);
	ok(stages(h, &v, "a.txt", BYTES_LIT("x"), one));
	ok(files_expire(&h->desk, t0, &next));
	assert_in_range(next, t0 + hour, t0 + hour + 10 * CLOCK_SECOND);
	clock_set(t0 + 60 * CLOCK_SECOND);
	ok(stages(h, &v, "b.txt", BYTES_LIT("x"), two));
	ok(files_expire(&h->desk, next - 1, &next));
	assert_in_range(next, t0 + hour, t0 + hour + 10 * CLOCK_SECOND);
	ok(files_expire(&h->desk, next, &next));
	assert_in_range(next, t0 + hour + 60 * CLOCK_SECOND, t0 + hour + 70 * CLOCK_SECOND);
	const char *const first[] = { one }, *const second[] = { two };
	fails(staged(h, &v, first, 1, a, &f), TOCSIN_MISSING, "no staged file");
	ok(staged(h, &v, second, 1, a, &f));
	ok(files_expire(&h->desk, next, &next));
	assert_int_equal(next, INT64_MAX);
	arena_free(a);
}

HOME_TEST(a_draft_holds_as_much_as_an_envelope_and_a_name_once)
{
	struct home *h = *state;
	struct files *f = calloc(1, sizeof *f);
	struct arena *a = arena_new(16u << 20);
	struct snapshot *r;
	uint8_t *large = calloc(1, FILES_MAX);
	struct change *c = change_new();
	ok(snapshot_open(h->desk.store, &r));
	ok(files_to_draft(r, c, 5, "a.txt", "text/plain", BYTES_LIT("first")));
	ok(files_to_draft(r, c, 5, "a.txt", "text/plain", BYTES_LIT("second")));
	ok(files_to_draft(r, c, 6, "b.txt", "text/plain", BYTES_LIT("another draft's")));
	snapshot_close(r);
	ok(store_commit(h->desk.store, c, NULL, NULL));
	ok(snapshot_open(h->desk.store, &r));
	ok(files_of_draft(r, 5, a, f));
	assert_int_equal(f->n, 1);
	assert_true(bytes_equal_str(f->file[0].content, "second"));
	c = change_new();
	fails(files_to_draft(r, c, 5, "c.bin", "application/octet-stream", bytes_of(large, FILES_MAX)), TOCSIN_BAD, "together");
	ok(files_to_draft(r, c, 5, "a.txt", "text/plain", bytes_of(large, FILES_MAX)));
	change_free(c);
	snapshot_close(r);
	for (int i = 0; i < LIMIT_ATTACHMENTS - 1; i++) {
		char name[32];
		snprintf(name, sizeof name, "%d.txt", i);
		c = change_new();
		ok(snapshot_open(h->desk.store, &r));
		ok(files_to_draft(r, c, 5, name, "text/plain", BYTES_LIT("x")));
		snapshot_close(r);
		ok(store_commit(h->desk.store, c, NULL, NULL));
	}
	c = change_new();
	ok(snapshot_open(h->desk.store, &r));
	fails(files_to_draft(r, c, 5, "more.txt", "text/plain", BYTES_LIT("x")), TOCSIN_BAD, "at most 16");
	ok(files_to_draft(r, c, 5, "a.txt", "text/plain", BYTES_LIT("third")));
	snapshot_close(r);
	change_draft_file_remove(c, 5, "none.txt");
	assert_int_equal(store_commit(h->desk.store, c, NULL, NULL), TOCSIN_LATER);
	free(large);
	free(f);
	arena_free(a);
}

HOME_TEST(what_was_said_of_one_file_never_comes_to_mean_another)
{
	struct home *h = *state;
	struct files *f = calloc(2, sizeof *f);
	struct arena *a = arena_new(16u << 20);
	struct snapshot *r;
	for (int round = 0; round < 2; round++) {
		struct change *c = change_new();
		ok(snapshot_open(h->desk.store, &r));
		/* In front of the others by its name; and one that is replaced. */
		if (round == 1)
			ok(files_to_draft(r, c, 5, "a.txt", "text/plain", BYTES_LIT("new")));
		ok(files_to_draft(r, c, 5, "b.txt", "text/plain", BYTES_LIT("x")));
		if (round == 0)
			ok(files_to_draft(r, c, 5, "c.txt", "text/plain", BYTES_LIT("x")));
		snapshot_close(r);
		ok(store_commit(h->desk.store, c, NULL, NULL));
		ok(snapshot_open(h->desk.store, &r));
		ok(files_of_draft(r, 5, a, &f[round]));
		snapshot_close(r);
	}
	assert_int_equal(f[1].n, 3);
	assert_string_equal(f[0].field[1].name, f[1].field[2].name);
	for (size_t i = 0; i < 2; i++)
		for (size_t k = 0; k < 2; k++)
			assert_string_not_equal(f[1].field[i].name, f[0].field[k].name);
	free(f);
	arena_free(a);
}

HOME_TEST(staged_files_become_a_drafts_with_their_lines_or_none_of_them)
{
	struct home *h = *state;
	struct view v = account("anna");
	struct files *f = calloc(1, sizeof *f);
	struct arena *a = arena_new(16u << 20);
	struct snapshot *r;
	char id[3][FILES_ID + 1], line[3][FILES_LINE + 1];
	uint8_t *large = calloc(1, FILES_MAX);
	ok(files_stage(&h->desk, &v, "a.txt", "text/plain", BYTES_LIT("a"), id[0], line[0]));
	ok(files_stage(&h->desk, &v, "b.txt", "text/plain", BYTES_LIT("b"), id[1], line[1]));
	ok(files_stage(&h->desk, &v, "c.bin", "application/octet-stream", bytes_of(large, FILES_MAX), id[2], line[2]));
	const char *const ids[] = { id[1], id[0], id[2] }, *const twice[] = { id[0], id[0] };
	struct change *c = change_new();
	ok(snapshot_open(h->desk.store, &r));
	fails(files_staged_to_draft(r, &v, c, 5, ids, 3, a), TOCSIN_BAD, "together");
	fails(files_staged_to_draft(r, &v, c, 5, twice, 2, a), TOCSIN_BAD, "two attachments");
	change_free(c);
	c = change_new();
	ok(files_staged_to_draft(r, &v, c, 5, ids, 2, a));
	snapshot_close(r);
	ok(store_commit(h->desk.store, c, NULL, NULL));
	ok(snapshot_open(h->desk.store, &r));
	ok(files_of_draft(r, 5, a, f));
	assert_int_equal(f->n, 2);
	assert_string_equal(f->field[0].name, line[0]);
	assert_string_equal(f->field[1].name, line[1]);
	fails(files_staged(r, &v, ids, 1, a, f), TOCSIN_MISSING, "staged");
	snapshot_close(r);
	free(large);
	free(f);
	arena_free(a);
}

/* ---- out of a statement ---- */

#define FILE_LINE(line, name, type, content, open) { line, VALUE("[\"" name "\",\"" type "\",5,\"" content "\"]"), open }
#define HELLO "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824"

HOME_TEST(an_attachment_goes_out_under_a_safe_name_as_a_type_of_the_table_and_never_a_closed_one)
{
	struct home *h = *state;
	struct arena *a = arena_new(16u << 20);
	struct issue_result result;
	struct statement_row row;
	struct file_out out;
	struct snapshot *r;
	struct guest g;
	const struct body_field fields[] = { { "threat.summary", VALUE("\"x\""), true }, { "handling.tlp", VALUE("\"red\""), true },
		FILE_LINE("attachment.1", "../../.bashrc", "text/html", HELLO, true), FILE_LINE("attachment.2", "same", "image/png", HELLO, true),
		FILE_LINE("attachment.3", "same", "text/plain", HELLO, true), FILE_LINE("attachment.4", "secret", "text/plain", HELLO, false) };
	const struct body_file files[] = { { "attachment.1", BYTES_LIT("hello") }, { "attachment.2", BYTES_LIT("hello") },
		{ "attachment.3", BYTES_LIT("hello") }, { "attachment.4", BYTES_LIT("hello") } };
	guest_meets(h, &g, "south.example");
	struct issue_release release = { .to = "south.example", .field = fields, .field_n = 6, .file = files, .file_n = 4 };
	struct issue issue = { .kind = "warning", .release = &release, .n = 1 };
	ok(desk_issue(&h->desk, &issue, &result));
	ok(snapshot_open(h->desk.store, &r));
	ok(statement_by_num(r, result.num, a, &row));
	snapshot_close(r);
	ok(files_find(&row, "attachment.1", a, &out));
	assert_string_equal(out.name, "_._.._.bashrc");
	assert_string_equal(out.type, "application/octet-stream");
	assert_true(bytes_equal_str(out.content, "hello"));
	ok(files_find(&row, "../../.bashrc", a, &out));
	ok(files_find(&row, "attachment.2", a, &out));
	assert_string_equal(out.type, "image/png");
	fails(files_find(&row, "same", a, &out), TOCSIN_REFUSED, "2 attachments are called same");
	fails(files_find(&row, "secret", a, &out), TOCSIN_MISSING, "no attachment secret");
	fails(files_find(&row, "attachment.4", a, &out), TOCSIN_MISSING, "no attachment attachment.4");
	fails(files_find(&row, "threat.summary", a, &out), TOCSIN_MISSING, "no attachment");
	assert_null(memmem(row.body.p, row.body.n, "secret", 6));
	guest_free(&g);
	arena_free(a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		home_test(a_staged_file_is_a_line_with_its_hash_for_who_sent_it_for_an_hour),
		home_test(names_types_and_sizes_that_are_none_are_refused),
		home_test(one_account_cannot_fill_the_stage_and_what_is_old_goes),
		home_test(what_nobody_attached_is_dropped_when_its_hour_is_over),
		home_test(a_draft_holds_as_much_as_an_envelope_and_a_name_once),
		home_test(what_was_said_of_one_file_never_comes_to_mean_another),
		home_test(staged_files_become_a_drafts_with_their_lines_or_none_of_them),
		home_test(an_attachment_goes_out_under_a_safe_name_as_a_type_of_the_table_and_never_a_closed_one),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
