#include "test.h"

#include <pthread.h>

static void *sentence_of_a_new_thread(void *out)
{
	*(bool *)out = fail_sentence()[0] == '\0';
	(void)fail(TOCSIN_BAD, "of the other thread");
	return NULL;
}

TEST(the_sentence_is_kept_and_the_code_returned)
{
	assert_int_equal(fail(TOCSIN_REFUSED, "card %d of %s", 7, "north.example"), TOCSIN_REFUSED);
	assert_string_equal(fail_sentence(), "card 7 of north.example");
	assert_int_equal(fail_within(TOCSIN_BAD, "chain %s", "c.txt"), TOCSIN_BAD);
	assert_string_equal(fail_sentence(), "chain c.txt: card 7 of north.example");
	assert_int_equal(fail(TOCSIN_BAD, "again: %s", fail_sentence()), TOCSIN_BAD);
	assert_string_equal(fail_sentence(), "again: chain c.txt: card 7 of north.example");
}

TEST(the_sentence_belongs_to_its_thread)
{
	pthread_t t;
	bool empty = false;
	(void)fail(TOCSIN_BAD, "mine");
	assert_int_equal(pthread_create(&t, NULL, sentence_of_a_new_thread, &empty), 0);
	pthread_join(t, NULL);
	assert_true(empty);
	assert_string_equal(fail_sentence(), "mine");
}

TEST(a_long_sentence_is_cut_at_511_bytes_and_not_inside_a_character)
{
	char a[600];
	memset(a, 'a', sizeof a);
	a[511] = '\0';
	(void)fail(TOCSIN_BAD, "%s", a);
	assert_int_equal(strlen(fail_sentence()), 511);
	a[511] = 'a';
	a[599] = '\0';
	(void)fail(TOCSIN_BAD, "%s", a);
	assert_int_equal(strlen(fail_sentence()), 511);
	for (size_t before = 505; before < 512; before++) {
		memset(a, 'a', sizeof a);
		memcpy(a + before, "\xf0\x9f\x94\x94", 4);
		a[599] = '\0';
		(void)fail(TOCSIN_BAD, "%s", a);
		assert_int_equal(strlen(fail_sentence()), before + 4 <= 511 ? 511 : before < 511 ? before : 511);
		(void)fail_within(TOCSIN_BAD, "x");
		assert_true(strlen(fail_sentence()) <= 511);
		assert_memory_equal(fail_sentence(), "x: aaa", 6);
	}
	(void)fail(TOCSIN_BAD, "\xc3\xa4");
	assert_string_equal(fail_sentence(), "\xc3\xa4");
}

TEST(each_code_has_its_name_and_exit_status)
{
	static const struct { enum tocsin_err code; const char *name; int status; } all[] = {
		{ TOCSIN_OK, "ok", 0 }, { TOCSIN_BAD, "bad", 1 }, { TOCSIN_REFUSED, "refused", 1 }, { TOCSIN_MISSING, "missing", 1 },
		{ TOCSIN_LATER, "later", 3 }, { TOCSIN_OFFLINE, "offline", 4 }, { TOCSIN_BROKEN, "broken", 5 },
	};
	for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
		assert_string_equal(err_name(all[i].code), all[i].name);
		assert_int_equal(err_exit(all[i].code), all[i].status);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_sentence_is_kept_and_the_code_returned),
		cmocka_unit_test(the_sentence_belongs_to_its_thread),
		cmocka_unit_test(a_long_sentence_is_cut_at_511_bytes_and_not_inside_a_character),
		cmocka_unit_test(each_code_has_its_name_and_exit_status),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
