#include "test.h"

#include "base/arena.h"

TEST(pieces_are_aligned_and_do_not_overlap)
{
	struct arena *a = arena_new(1 << 20);
	uint8_t *pieces[200];
	for (size_t i = 0; i < 200; i++) {
		pieces[i] = arena_alloc(a, i * 7);
		assert_non_null(pieces[i]);
		assert_int_equal((uintptr_t)pieces[i] % _Alignof(max_align_t), 0);
		memset(pieces[i], (int)i, i * 7);
	}
	for (size_t i = 0; i < 200; i++)
		for (size_t k = 0; k < i * 7; k++)
			assert_int_equal(pieces[i][k], (uint8_t)i);
	arena_free(a);
}

TEST(past_its_maximum_an_arena_gives_nothing)
{
	struct arena *a = arena_new(1000);
	assert_null(arena_alloc(a, 1001));
	assert_null(arena_alloc(a, SIZE_MAX));
	assert_null(arena_alloc(a, SIZE_MAX - 3));
	assert_null(arena_copy(a, "x", SIZE_MAX));
	assert_non_null(arena_alloc(a, 512));
	assert_null(arena_alloc(a, 512));
	assert_non_null(arena_alloc(a, 400));
	assert_null(arena_printf(a, "%200s", "x"));
	assert_null(arena_zalloc(a, 200));
	arena_free(a);
	a = arena_new(0);
	assert_null(arena_alloc(a, 0));
	arena_free(a);
}

TEST(a_piece_larger_than_a_block_is_given_whole)
{
	struct arena *a = arena_new(8 << 20);
	uint8_t *p = arena_zalloc(a, 5 << 20);
	assert_non_null(p);
	assert_int_equal(p[0] | p[(5 << 20) - 1], 0);
	assert_null(arena_alloc(a, 4 << 20));
	arena_free(a);
}

TEST(after_a_reset_all_of_the_maximum_is_there_again)
{
	struct arena *a = arena_new(100000);
	for (int round = 0; round < 3; round++) {
		for (int i = 0; i < 10; i++)
			assert_non_null(arena_alloc(a, 10000));
		assert_null(arena_alloc(a, 10000));
		arena_reset(a);
	}
	arena_free(a);
}

TEST(copies_and_strings_end_in_NUL)
{
	struct arena *a = arena_new(1000);
	const char *p = arena_copy(a, "a\0b", 3);
	assert_memory_equal(p, "a\0b", 4);
	assert_string_equal(arena_str(a, BYTES_LIT("north")), "north");
	assert_string_equal(arena_str(a, bytes_of(NULL, 0)), "");
	assert_string_equal(arena_printf(a, "%s/log/%d", "n.example", 7), "n.example/log/7");
	arena_free(a);
	arena_free(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pieces_are_aligned_and_do_not_overlap),
		cmocka_unit_test(past_its_maximum_an_arena_gives_nothing),
		cmocka_unit_test(a_piece_larger_than_a_block_is_given_whole),
		cmocka_unit_test(after_a_reset_all_of_the_maximum_is_there_again),
		cmocka_unit_test(copies_and_strings_end_in_NUL),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
