/* The heap of tasks. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include "base/random.h"
#include "net/tasks.h"

#include <cmocka.h>      /* after ours: its fail() is a macro */

static void run(void *arg)
{
	(void)arg;
}

static void test_order(void **state)
{
	(void)state;
	struct tasks t = { 0 };
	struct task task;
	int marks[2000];
	assert_int_equal(tasks_next(&t), INT64_MAX);
	assert_false(tasks_take(&t, INT64_MAX, &task));
	for (int i = 0; i < 2000; i++)
		assert_true(tasks_add(&t, random_below(50), run, &marks[i]));
	struct task last = { .due = -1 };
	for (int i = 0; i < 2000; i++) {
		int64_t next = tasks_next(&t);
		assert_false(tasks_take(&t, next - 1, &task));
		assert_true(tasks_take(&t, next, &task));
		assert_int_equal(task.due, next);
		assert_ptr_equal(task.run, run);
		/* First by time, then in the order in which they came. */
		assert_true(task.due > last.due || (task.due == last.due && (int *)task.arg > (int *)last.arg));
		last = task;
	}
	assert_false(tasks_take(&t, INT64_MAX, &task));
	tasks_free(&t);
}

static void test_limit(void **state)
{
	(void)state;
	struct tasks t = { 0 };
	for (size_t i = 0; i < TASKS_MAX; i++)
		if (!tasks_add(&t, (int64_t)i, run, NULL))
			fail_msg("task %zu was not taken", i);
	assert_false(tasks_add(&t, 0, run, NULL));
	struct task task;
	assert_true(tasks_take(&t, INT64_MAX, &task));
	assert_true(tasks_add(&t, 0, run, NULL));
	tasks_free(&t);
	assert_int_equal(tasks_next(&t), INT64_MAX);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		{ "tasks come in the order of their times, then of their coming", test_order, NULL, NULL, NULL },
		{ "so many tasks may wait, one more may not", test_limit, NULL, NULL, NULL },
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
