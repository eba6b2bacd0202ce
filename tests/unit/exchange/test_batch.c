#include "exchange/internal.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static struct batch batch;

static struct arena *arena(void)
{
	struct arena *a = arena_new(16u << 20);
	assert_non_null(a);
	return a;
}

static void hash_of(unsigned i, struct hash *h)
{
	*h = sha256(bytes_of(&i, sizeof i));
}

static void proof_of(size_t n, struct merkle_proof *p)
{
	p->n = n;
	for (size_t i = 0; i < n; i++)
		hash_of((unsigned)(n * 100 + i), &p->h[i]);
}

static void add_envelope(struct buf *b, const void *p, size_t n)
{
	size_t place = batch_envelope_begin(b);
	buf_add(b, p, n);
	batch_envelope_end(b, place);
}

static void a_batch_is_read_as_it_was_written(void **state)
{
	(void)state;
	struct buf b;
	buf_init(&b, LIMIT_BATCH_BYTES);
	batch_begin(&b, 4711);
	add_envelope(&b, "one", 3);
	add_envelope(&b, "\0\n\0", 3);
	add_envelope(&b, "three", 5);
	assert_false(b.failed);
	assert_int_equal(batch_parse(buf_bytes(&b), &batch), TOCSIN_OK);
	assert_int_equal(batch.have, 4711);
	assert_int_equal(batch.n, 3);
	assert_true(bytes_equal_str(batch.envelope[0], "one"));
	assert_true(bytes_equal(batch.envelope[1], BYTES_LIT("\0\n\0")));
	assert_true(bytes_equal_str(batch.envelope[2], "three"));
	buf_free(&b);
}

static void a_batch_cut_anywhere_but_between_envelopes_is_refused(void **state)
{
	(void)state;
	struct buf b;
	size_t head, second;
	buf_init(&b, LIMIT_BATCH_BYTES);
	batch_begin(&b, 12);
	head = b.n;
	add_envelope(&b, "first envelope", 14);
	second = b.n;
	add_envelope(&b, "second", 6);
	for (size_t n = 0; n < b.n; n++) {
		uint8_t *exact = malloc(n ? n : 1);
		memcpy(exact, b.p, n);
		enum tocsin_err err = batch_parse(bytes_of(exact, n), &batch);
		assert_int_equal(err, n == head || n == second ? TOCSIN_OK : TOCSIN_BAD);
		free(exact);
	}
	buf_free(&b);
}

static void a_batch_of_1024_is_taken_and_one_more_refused(void **state)
{
	(void)state;
	struct buf b;
	buf_init(&b, LIMIT_BATCH_BYTES);
	batch_begin(&b, 0);
	for (int i = 0; i < LIMIT_BATCH_COUNT; i++)
		add_envelope(&b, "x", 1);
	assert_int_equal(batch_parse(buf_bytes(&b), &batch), TOCSIN_OK);
	assert_int_equal(batch.n, LIMIT_BATCH_COUNT);
	add_envelope(&b, "x", 1);
	assert_int_equal(batch_parse(buf_bytes(&b), &batch), TOCSIN_BAD);
	buf_free(&b);
}

static void a_batch_of_8_MiB_is_taken_and_one_byte_more_refused(void **state)
{
	(void)state;
	struct buf b;
	buf_init(&b, LIMIT_BATCH_BYTES + 1);
	batch_begin(&b, 0);
	uint8_t *p = calloc(1, LIMIT_ENVELOPE);
	assert_non_null(p);
	add_envelope(&b, p, LIMIT_ENVELOPE);
	size_t left = LIMIT_BATCH_BYTES - b.n - 4;
	add_envelope(&b, p, left);
	assert_int_equal(b.n, LIMIT_BATCH_BYTES);
	assert_int_equal(batch_parse(buf_bytes(&b), &batch), TOCSIN_OK);
	b.n -= left + 4;
	add_envelope(&b, p, left + 1);
	assert_int_equal(batch_parse(buf_bytes(&b), &batch), TOCSIN_BAD);
	free(p);
	buf_free(&b);
}

static void an_envelope_over_4_MiB_is_never_written(void **state)
{
	(void)state;
	struct buf b;
	buf_init(&b, LIMIT_BATCH_BYTES);
	uint8_t *p = calloc(1, LIMIT_ENVELOPE + 1);
	assert_non_null(p);
	batch_begin(&b, 0);
	add_envelope(&b, p, LIMIT_ENVELOPE + 1);
	assert_true(b.failed);
	free(p);
	buf_free(&b);
}

static void a_have_that_is_no_plain_number_is_refused(void **state)
{
	(void)state;
	static const char *const bad[] = { "", "-1", "+1", "01", "1 ", " 1", "1x", "9223372036854775808", "99999999999999999999" };
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		char text[80];
		snprintf(text, sizeof text, "tocsin-batch/v1\nhave %s\n", bad[i]);
		assert_int_equal(batch_parse(bytes_str(text), &batch), TOCSIN_BAD);
	}
	assert_int_equal(batch_parse(BYTES_LIT("tocsin-batch/v1\nhave 9223372036854775807\n"), &batch), TOCSIN_OK);
	assert_int_equal(batch.n, 0);
}

/* ---- answers ---- */

static void write_answer(struct buf *b)
{
	struct merkle_proof p;
	struct hash id;
	proof_of(3, &p);
	answer_begin(b, &p);
	hash_of(1, &id);
	proof_of(5, &p);
	answer_accepted(b, &id, 42, &p);
	answer_refused(b, "busy", "send it again later");
	hash_of(2, &id);
	proof_of(0, &p);
	answer_accepted(b, &id, 0, &p);
	answer_end(b, BYTES_LIT("the note\n"));
}

static void an_answer_is_read_as_it_was_written(void **state)
{
	(void)state;
	struct arena *a = arena();
	struct answer out;
	struct merkle_proof p;
	struct hash id;
	struct buf b;
	buf_init(&b, LIMIT_ANSWER_BYTES);
	write_answer(&b);
	assert_int_equal(answer_parse(buf_bytes(&b), a, &out), TOCSIN_OK);
	assert_int_equal(out.consistency.n, 3);
	assert_int_equal(out.n, 3);
	assert_true(out.item[0].accepted);
	assert_int_equal(out.item[0].index, 42);
	hash_of(1, &id);
	assert_true(hash_equal(&out.item[0].id, &id));
	proof_of(5, &p);
	assert_int_equal(out.item[0].proof.n, 5);
	assert_memory_equal(out.item[0].proof.h, p.h, 5 * sizeof p.h[0]);
	assert_false(out.item[1].accepted);
	assert_string_equal(out.item[1].code, "busy");
	assert_string_equal(out.item[1].sentence, "send it again later");
	assert_int_equal(out.item[2].proof.n, 0);
	assert_true(bytes_equal_str(out.note, "the note\n"));
	buf_free(&b);
	arena_free(a);
}

static void an_answer_cut_before_its_note_is_refused(void **state)
{
	(void)state;
	struct answer out;
	struct buf b;
	buf_init(&b, LIMIT_ANSWER_BYTES);
	write_answer(&b);
	size_t whole = b.n - strlen("the note\n");
	for (size_t n = 0; n <= whole; n++) {
		struct arena *a = arena();
		uint8_t *exact = malloc(n ? n : 1);
		memcpy(exact, b.p, n);
		assert_int_equal(answer_parse(bytes_of(exact, n), a, &out), TOCSIN_BAD);
		free(exact);
		arena_free(a);
	}
	buf_free(&b);
}

static void a_line_of_an_answer_that_is_not_canonical_is_refused(void **state)
{
	(void)state;
	static const char id[] = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff";
	static const char *const good[] = { "accepted %s 0 0\n", "accepted %s 7 1\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n", "refused size x\n" };
	static const char *const bad[] = { "accepted %s 0\n", "accepted %s 0 0 0\n", "accepted %s 00 0\n", "accepted %s 0 1\n", "accepted  %s 0 0\n", "accepted %s 0 64\n",
		"accepted x%s 0 0\n", "accepted %s 0 1\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAB=\n", "accepted %s 9223372036854775808 0\n", "Accepted %s 0 0\n",
		"refused size\n", "refused size \n", "refused  size x\n", "refused Size x\n", "refused si-ze x\n", "refused abcdefghijklmnopq x\n", "refused size  x\n", "refused size x \n",
		"refused size a\tb\n", "refused\n", "something\n" };
	for (size_t i = 0; i < sizeof good / sizeof *good + sizeof bad / sizeof *bad; i++) {
		bool is_good = i < sizeof good / sizeof *good;
		const char *line = is_good ? good[i] : bad[i - sizeof good / sizeof *good];
		struct arena *a = arena();
		struct answer out;
		struct buf b;
		buf_init(&b, 4096);
		buf_add_str(&b, "tocsin-answer/v1\nconsistency 0\n");
		const char *s = strstr(line, "%s");
		buf_add(&b, line, s != NULL ? (size_t)(s - line) : strlen(line));
		if (s != NULL) {
			buf_add_str(&b, id);
			buf_add_str(&b, s + 2);
		}
		buf_add_str(&b, "\nnote\n");
		assert_int_equal(answer_parse(buf_bytes(&b), a, &out), is_good ? TOCSIN_OK : TOCSIN_BAD);
		buf_free(&b);
		arena_free(a);
	}
}

static void an_answer_about_1025_envelopes_is_refused(void **state)
{
	(void)state;
	for (int n = LIMIT_BATCH_COUNT; n <= LIMIT_BATCH_COUNT + 1; n++) {
		struct arena *a = arena();
		struct answer out;
		struct merkle_proof none = { .n = 0 };
		struct buf b;
		buf_init(&b, LIMIT_ANSWER_BYTES);
		answer_begin(&b, &none);
		for (int i = 0; i < n; i++)
			answer_refused(&b, "busy", "later");
		answer_end(&b, BYTES_LIT("note\n"));
		assert_int_equal(answer_parse(buf_bytes(&b), a, &out), n == LIMIT_BATCH_COUNT ? TOCSIN_OK : TOCSIN_BAD);
		buf_free(&b);
		arena_free(a);
	}
}

static void a_sentence_never_breaks_its_line(void **state)
{
	(void)state;
	char longer[600];
	memset(longer, 'a', sizeof longer);
	longer[sizeof longer - 1] = '\0';
	/* A character of three bytes sits across the 200th byte. */
	memcpy(longer + 198, "\xe2\x82\xac", 3);
	const char *const sentences[] = { "two\nlines", "ends with \n", "\x80\xff", "", "   ", "\xe2\x80\xae reversed", "accepted\n\n", longer, " x " };
	for (size_t i = 0; i < sizeof sentences / sizeof *sentences; i++) {
		struct arena *a = arena();
		struct answer out;
		struct merkle_proof none = { .n = 0 };
		struct buf b;
		buf_init(&b, 4096);
		answer_begin(&b, &none);
		answer_refused(&b, "note", sentences[i]);
		answer_end(&b, BYTES_LIT("note\n"));
		assert_int_equal(answer_parse(buf_bytes(&b), a, &out), TOCSIN_OK);
		assert_int_equal(out.n, 1);
		assert_true(strlen(out.item[0].sentence) > 0);
		buf_free(&b);
		arena_free(a);
	}
}

/* ---- carry files ---- */

static void a_carry_file_names_both_nodes_and_holds_a_batch_or_an_answer(void **state)
{
	(void)state;
	char from[LIMIT_NAME + 1], to[LIMIT_NAME + 1];
	struct bytes rest;
	struct buf b;
	buf_init(&b, 4096);
	carry_begin(&b, "north.example", "south.example");
	assert_int_equal(carry_parse(buf_bytes(&b), from, to, &rest), TOCSIN_BAD);
	batch_begin(&b, 3);
	size_t n = b.n;
	assert_int_equal(carry_parse(buf_bytes(&b), from, to, &rest), TOCSIN_OK);
	assert_string_equal(from, "north.example");
	assert_string_equal(to, "south.example");
	assert_int_equal(batch_parse(rest, &batch), TOCSIN_OK);
	assert_int_equal(batch.have, 3);
	for (size_t i = 0; i < n - strlen("have 3\n"); i++) {
		uint8_t *exact = malloc(i ? i : 1);
		memcpy(exact, b.p, i);
		assert_int_equal(carry_parse(bytes_of(exact, i), from, to, &rest), TOCSIN_BAD);
		free(exact);
	}
	buf_clear(&b);
	carry_begin(&b, "north.example", "south.example");
	write_answer(&b);
	assert_int_equal(carry_parse(buf_bytes(&b), from, to, &rest), TOCSIN_OK);
	buf_free(&b);
}

static void a_resume_text_is_read_as_it_was_written_and_nothing_else_is(void **state)
{
	(void)state;
	struct resume_note r = { .realm = REALM_LIVE, .from = { .name = "north.example", .fp = { 1, 2 } }, .to = { .name = "south.example", .fp = { 3 } },
		.at = 1709716320 * CLOCK_SECOND, .since = 0, .origin = "north.example/log/1", .size = 77 }, out;
	struct buf b;
	buf_init(&b, 4096);
	resume_note_format(&r, &b);
	assert_int_equal(resume_note_parse(buf_bytes(&b), &out), TOCSIN_OK);
	assert_true(party_same(&r.from, &out.from) && party_same(&r.to, &out.to));
	assert_int_equal(out.at, r.at);
	assert_int_equal(out.since, 0);
	assert_int_equal(out.size, 77);
	assert_string_equal(out.origin, r.origin);
	for (size_t n = 0; n < b.n; n++) {
		uint8_t *exact = malloc(n ? n : 1);
		memcpy(exact, b.p, n);
		assert_int_equal(resume_note_parse(bytes_of(exact, n), &out), TOCSIN_BAD);
		free(exact);
	}
	buf_add_char(&b, '\n');
	assert_int_equal(resume_note_parse(buf_bytes(&b), &out), TOCSIN_BAD);
	buf_free(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_batch_is_read_as_it_was_written),
		cmocka_unit_test(a_batch_cut_anywhere_but_between_envelopes_is_refused),
		cmocka_unit_test(a_batch_of_1024_is_taken_and_one_more_refused),
		cmocka_unit_test(a_batch_of_8_MiB_is_taken_and_one_byte_more_refused),
		cmocka_unit_test(an_envelope_over_4_MiB_is_never_written),
		cmocka_unit_test(a_have_that_is_no_plain_number_is_refused),
		cmocka_unit_test(an_answer_is_read_as_it_was_written),
		cmocka_unit_test(an_answer_cut_before_its_note_is_refused),
		cmocka_unit_test(a_line_of_an_answer_that_is_not_canonical_is_refused),
		cmocka_unit_test(an_answer_about_1025_envelopes_is_refused),
		cmocka_unit_test(a_sentence_never_breaks_its_line),
		cmocka_unit_test(a_carry_file_names_both_nodes_and_holds_a_batch_or_an_answer),
		cmocka_unit_test(a_resume_text_is_read_as_it_was_written_and_nothing_else_is),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
