#include "world.h"

#include "desk/issue.h"
#include "domain/kind.h"

/* Two nodes without a line between them: their cards name no address. */
static struct node north, south;

static void make_node(struct node *n)
{
	struct http_client_config cc = { .max_per_host = 1 };
	node_made(n, false);
	ok(http_client_start(&cc, &n->client));
	n->config.resume_seconds = 0;
}

static int make_world(void **state)
{
	(void)state;
	node_keys(&north, "north.example");
	node_keys(&south, "south.example");
	make_node(&north);
	make_node(&south);
	node_meets(&north, &south);
	node_meets(&south, &north);
	node_start(&north);
	node_start(&south);
	node_ready(&north);
	node_ready(&south);
	return 0;
}

static int end_world(void **state)
{
	(void)state;
	node_end(&north);
	node_end(&south);
	return 0;
}

static int64_t issue(void)
{
	static const struct body_field fields[] = {
		{ "threat.summary", { (const uint8_t *)"\"a car with a bomb\"", 19 }, true },
		{ "handling.tlp", { (const uint8_t *)"\"amber\"", 7 }, true },
	};
	struct issue_release release = { .to = "south.example", .field = fields, .field_n = 2, .urgency = 1 };
	struct issue_result r;
	ok(desk_issue(&north.desk, &(struct issue){ .kind = "warning", .release = &release, .n = 1 }, &r));
	return r.num;
}

static bool has_receipt(int64_t num)
{
	struct snapshot *read;
	struct receipt_row row;
	struct arena *a = arena_new(1u << 20);
	ok(snapshot_open(north.desk.store, &read));
	enum tocsin_err err = receipt_get(read, num, a, &row);
	snapshot_close(read);
	arena_free(a);
	return err == TOCSIN_OK;
}

static bool state_is(int64_t num, const char *state, const char *code)
{
	struct snapshot *read;
	struct outbox_row row = { .state = "", .code = "" };
	struct arena *a = arena_new(1u << 20);
	ok(snapshot_open(north.desk.store, &read));
	enum tocsin_err err = outbox_get(read, num, a, &row);
	bool is = strcmp(err == TOCSIN_OK ? row.state : "", state) == 0 && strcmp(err == TOCSIN_OK ? row.code : "", code) == 0;
	snapshot_close(read);
	arena_free(a);
	return is;
}

static void carry_out(struct buf *file)
{
	buf_init(file, 2 * LIMIT_BATCH_BYTES);
	ok(exchange_carry_out(north.x, "south.example", file));
}

/* The file into TO, what comes of it into OUT. */
static enum tocsin_err carry_in(struct node *to, const struct buf *file, struct buf *out)
{
	json_t *summary = NULL;
	buf_init(out, 2 * LIMIT_BATCH_BYTES);
	enum tocsin_err err = exchange_carry_in(to->x, buf_bytes(file), out, &summary);
	assert_true((err == TOCSIN_OK) == (summary != NULL));
	json_decref(summary);
	return err;
}

static void there(const struct buf *file, struct buf *answer)
{
	ok(carry_in(&south, file, answer));
	assert_true(answer->n > 0);
}

static void back(const struct buf *answer)
{
	struct buf none;
	ok(carry_in(&north, answer, &none));
	assert_int_equal(none.n, 0);
	buf_free(&none);
}

TEST(a_file_there_and_an_answer_back_make_receipts)
{
	struct buf file, answer;
	int64_t num[3];
	for (size_t i = 0; i < 3; i++)
		num[i] = issue();
	carry_out(&file);
	for (size_t i = 0; i < 3; i++)
		assert_true(state_is(num[i], "waiting", ""));
	there(&file, &answer);
	for (size_t i = 0; i < 3; i++)
		assert_false(has_receipt(num[i]));
	back(&answer);
	for (size_t i = 0; i < 3; i++) {
		assert_true(has_receipt(num[i]));
		assert_true(state_is(num[i], "", ""));
	}
	/* The same again, on both sides: harmless. */
	struct buf again;
	there(&file, &again);
	back(&again);
	back(&answer);
	buf_free(&file);
	buf_free(&answer);
	buf_free(&again);
}

TEST(the_second_file_holds_the_log_to_what_the_first_brought)
{
	struct buf file, answer;
	for (int i = 0; i < 3; i++) {
		int64_t num = issue();
		carry_out(&file);
		assert_non_null(memmem(file.p, file.n, i == 0 ? "have 0\n" : "have ", i == 0 ? 7 : 5));
		if (i > 0)
			assert_null(memmem(file.p, file.n, "have 0\n", 7));
		there(&file, &answer);
		back(&answer);
		assert_true(has_receipt(num));
		buf_free(&file);
		buf_free(&answer);
	}
}

TEST(nothing_to_carry_is_said)
{
	struct buf out;
	buf_init(&out, LIMIT_BATCH_BYTES);
	assert_int_equal(exchange_carry_out(north.x, "south.example", &out), TOCSIN_MISSING);
	assert_non_null(strstr(fail_sentence(), "nothing waits"));
	assert_int_equal(exchange_carry_out(north.x, "nobody.example", &out), TOCSIN_MISSING);
	assert_non_null(strstr(fail_sentence(), "not a partner"));
	assert_int_equal(exchange_carry_out(north.x, "north.example", &out), TOCSIN_MISSING);
	assert_int_equal(out.n, 0);
	buf_free(&out);
}

TEST(an_answer_that_comes_after_the_next_file_went_out_still_counts)
{
	struct buf first, second, answer, late;
	int64_t a = issue();
	carry_out(&first);
	int64_t b = issue();
	carry_out(&second);
	there(&first, &answer);
	there(&second, &late);
	back(&late);
	assert_true(has_receipt(a) && has_receipt(b));
	/* The first answer is of a smaller log; it was signed then, and it fits what was held when its file went out. */
	back(&answer);
	assert_true(has_receipt(a));
	buf_free(&first);
	buf_free(&second);
	buf_free(&answer);
	buf_free(&late);
}

TEST(an_answer_to_a_file_that_is_long_gone_is_refused_in_words)
{
	struct buf first, other, answer, out;
	int64_t a = issue();
	carry_out(&first);
	for (int i = 0; i < 8; i++) {
		issue();
		carry_out(&other);
		buf_free(&other);
	}
	there(&first, &answer);
	assert_int_equal(carry_in(&north, &answer, &out), TOCSIN_MISSING);
	assert_non_null(strstr(fail_sentence(), "carry what waits"));
	assert_false(has_receipt(a));
	buf_free(&out);
	buf_free(&first);
	buf_free(&answer);
}

TEST(an_answer_cut_anywhere_counts_for_nothing)
{
	struct buf file, answer, out;
	int64_t num = issue();
	issue();
	carry_out(&file);
	there(&file, &answer);
	for (size_t n = 0; n < answer.n; n++) {
		struct buf cut;
		buf_init(&cut, LIMIT_ANSWER_BYTES);
		buf_add(&cut, answer.p, n);
		assert_int_not_equal(carry_in(&north, &cut, &out), TOCSIN_OK);
		assert_false(has_receipt(num));
		buf_free(&cut);
		buf_free(&out);
	}
	back(&answer);
	assert_true(has_receipt(num));
	buf_free(&file);
	buf_free(&answer);
}

TEST(an_answer_with_any_bit_changed_counts_for_nothing)
{
	struct buf file, answer, out;
	int64_t num = issue();
	carry_out(&file);
	there(&file, &answer);
	for (size_t i = 0; i < answer.n; i++) {
		answer.p[i] ^= 1;
		assert_int_not_equal(carry_in(&north, &answer, &out), TOCSIN_OK);
		assert_false(has_receipt(num));
		answer.p[i] ^= 1;
		buf_free(&out);
	}
	buf_free(&file);
	buf_free(&answer);
}

TEST(a_file_for_somebody_else_or_from_a_stranger_is_refused)
{
	struct buf file, out, other;
	issue();
	carry_out(&file);
	assert_int_equal(carry_in(&north, &file, &out), TOCSIN_REFUSED);
	assert_non_null(strstr(fail_sentence(), "is for south.example"));
	buf_free(&out);
	buf_init(&other, LIMIT_BATCH_BYTES);
	buf_add_str(&other, "tocsin-carry/v1\nfrom nobody.example\nto south.example\ntocsin-batch/v1\nhave 0\n");
	assert_int_equal(carry_in(&south, &other, &out), TOCSIN_MISSING);
	assert_int_equal(out.n, 0);
	buf_free(&other);
	buf_free(&out);
	buf_free(&file);
}

TEST(what_is_refused_in_a_file_stays_with_its_author)
{
	struct buf file, answer;
	node_state(&south, "north.example", "distrusted");
	int64_t num = issue();
	carry_out(&file);
	there(&file, &answer);
	back(&answer);
	assert_false(has_receipt(num));
	assert_true(state_is(num, "refused", "distrusted"));
	buf_free(&file);
	buf_free(&answer);
}

TEST(a_file_takes_what_fits_and_the_next_one_the_rest)
{
	struct buf file, answer;
	int64_t first = 0, last = 0;
	for (int i = 0; i < 1030; i++) {
		last = issue();
		if (i == 0)
			first = last;
	}
	carry_out(&file);
	assert_true(file.n <= LIMIT_BATCH_BYTES + 512);
	there(&file, &answer);
	back(&answer);
	assert_true(has_receipt(first));
	assert_false(has_receipt(last));
	buf_free(&file);
	buf_free(&answer);
	carry_out(&file);
	there(&file, &answer);
	back(&answer);
	assert_true(has_receipt(last));
	buf_free(&file);
	buf_free(&answer);
}

int main(void)
{
#define IN_WORLD(f) cmocka_unit_test_setup_teardown(f, make_world, end_world)
	const struct CMUnitTest tests[] = {
		IN_WORLD(a_file_there_and_an_answer_back_make_receipts),
		IN_WORLD(the_second_file_holds_the_log_to_what_the_first_brought),
		IN_WORLD(nothing_to_carry_is_said),
		IN_WORLD(an_answer_that_comes_after_the_next_file_went_out_still_counts),
		IN_WORLD(an_answer_to_a_file_that_is_long_gone_is_refused_in_words),
		IN_WORLD(an_answer_cut_anywhere_counts_for_nothing),
		IN_WORLD(an_answer_with_any_bit_changed_counts_for_nothing),
		IN_WORLD(a_file_for_somebody_else_or_from_a_stranger_is_refused),
		IN_WORLD(what_is_refused_in_a_file_stays_with_its_author),
		IN_WORLD(a_file_takes_what_fits_and_the_next_one_the_rest),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
