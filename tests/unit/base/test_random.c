#include "test.h"

#include <pthread.h>
#include <sys/wait.h>

#include "base/random.h"

TEST(every_length_is_filled_and_nothing_behind_it)
{
	for (size_t n = 0; n < 5000; n = n * 3 / 2 + 1) {
		uint8_t *p = calloc(n + 1, 1);
		/* A byte that stays zero in 20 fillings was not filled (chance 2^-160 each). */
		uint8_t *seen = calloc(n + 1, 1);
		for (int round = 0; round < 20; round++) {
			random_bytes(p, n);
			for (size_t i = 0; i <= n; i++)
				seen[i] |= p[i];
		}
		for (size_t i = 0; i < n; i++)
			assert_int_not_equal(seen[i], 0);
		assert_int_equal(seen[n], 0);
		free(seen);
		free(p);
	}
}

static void *take_16(void *out)
{
	random_bytes(out, 16);
	return NULL;
}

static int compare_16(const void *a, const void *b)
{
	return memcmp(a, b, 16);
}

TEST(no_two_calls_threads_or_processes_get_the_same_bytes)
{
	static uint8_t all[64][16];
	size_t n = 0;
	for (; n < 30; n++)
		random_bytes(all[n], 16);
	pthread_t threads[10];
	for (size_t i = 0; i < 10; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, take_16, all[n + i]), 0);
	for (size_t i = 0; i < 10; i++)
		pthread_join(threads[i], NULL);
	n += 10;
	/* The parent's block is half used when it forks: a shared one would give both the same bytes next. */
	for (size_t i = 0; i < 10; i++) {
		int ends[2];
		assert_int_equal(pipe(ends), 0);
		pid_t child = fork();
		assert_true(child >= 0);
		if (child == 0) {
			uint8_t mine[16];
			random_bytes(mine, 16);
			_exit(write(ends[1], mine, 16) == 16 ? 0 : 1);
		}
		random_bytes(all[n++], 16);
		assert_int_equal(read(ends[0], all[n++], 16), 16);
		close(ends[0]);
		close(ends[1]);
		int status;
		assert_int_equal(waitpid(child, &status, 0), child);
		assert_int_equal(status, 0);
	}
	qsort(all, n, 16, compare_16);
	for (size_t i = 1; i < n; i++)
		assert_memory_not_equal(all[i - 1], all[i], 16);
}

TEST(numbers_below_n_are_all_met_and_none_above)
{
	for (uint32_t n = 1; n < 40; n++) {
		uint64_t met = 0;
		for (int i = 0; i < 4000; i++) {
			uint32_t v = random_below(n);
			assert_true(v < n);
			met |= UINT64_C(1) << v;
		}
		assert_true(met == (UINT64_C(1) << n) - 1);
	}
	/* Over half of 2^32, a plain remainder would take values under 2^30 twice as often. */
	int low = 0;
	for (int i = 0; i < 4000; i++)
		low += random_below(UINT32_C(3) << 30) < UINT32_C(1) << 30;
	assert_in_range(low, 1100, 1570);
}

TEST(a_shuffle_keeps_all_items_and_every_order_happens)
{
	unsigned met = 0;
	for (int i = 0; i < 2000; i++) {
		uint32_t items[3] = { 0, 1, 2 };
		random_shuffle(items, 3);
		assert_int_equal(1u << items[0] | 1u << items[1] | 1u << items[2], 7);
		met |= 1u << (items[0] * 3 + items[1]);
	}
	/* 01 02 10 12 20 21 */
	assert_int_equal(met, 1u << 1 | 1u << 2 | 1u << 3 | 1u << 5 | 1u << 6 | 1u << 7);
	random_shuffle(NULL, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_length_is_filled_and_nothing_behind_it),
		cmocka_unit_test(no_two_calls_threads_or_processes_get_the_same_bytes),
		cmocka_unit_test(numbers_below_n_are_all_met_and_none_above),
		cmocka_unit_test(a_shuffle_keeps_all_items_and_every_order_happens),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
