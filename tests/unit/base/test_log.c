#include "test.h"

#include "base/log.h"

/* What log_say writes with standard error turned into a pipe, as a string. */
static char written[8192];

#define WRITTEN(call) do { int saved = begin(), from = pipe_end; call; finish(saved, from); } while (0)

static int pipe_end;

static int begin(void)
{
	int ends[2];
	assert_int_equal(pipe(ends), 0);
	int saved = dup(STDERR_FILENO);
	assert_int_equal(dup2(ends[1], STDERR_FILENO), STDERR_FILENO);
	close(ends[1]);
	pipe_end = ends[0];
	return saved;
}

static void finish(int saved, int from)
{
	assert_int_equal(dup2(saved, STDERR_FILENO), STDERR_FILENO);
	close(saved);
	ssize_t n = read(from, written, sizeof written - 1);
	assert_true(n >= 0);
	written[n] = '\0';
	close(from);
}

TEST(an_event_is_one_line)
{
	unsetenv("JOURNAL_STREAM");
	WRITTEN(log_say(LOG_NOTE, "intake refused", "partner=%s code=%d", "n.example", 4));
	assert_string_equal(written, "intake refused partner=n.example code=4\n");
	WRITTEN(log_say(LOG_ERROR, "node started", "%s", ""));
	assert_string_equal(written, "node started\n");
}

TEST(controls_become_question_marks)
{
	WRITTEN(log_say(LOG_WARN, "peer said", "text=%s", "a\nb\r\x1b[2J\x7f\xc2\x9b\xc3\xa4\t."));
	assert_string_equal(written, "peer said text=a?b??[2J???\xc3\xa4?.\n");
}

TEST(a_level_below_the_set_one_is_silent)
{
	WRITTEN(log_say(LOG_TRACE, "quiet", "%s", ""));
	assert_string_equal(written, "");
	log_level_set(LOG_TRACE);
	WRITTEN(log_say(LOG_TRACE, "loud", "%s", ""));
	assert_string_equal(written, "loud\n");
	log_level_set(LOG_ERROR);
	WRITTEN(log_say(LOG_WARN, "quiet", "%s", ""));
	assert_string_equal(written, "");
	log_level_set(LOG_NOTE);
}

TEST(the_journal_gets_its_priority)
{
	setenv("JOURNAL_STREAM", "8:1", 1);
	WRITTEN(log_say(LOG_WARN, "disk slow", "ms=%d", 9));
	assert_string_equal(written, "<4>disk slow ms=9\n");
	unsetenv("JOURNAL_STREAM");
}

TEST(a_long_event_is_cut_and_still_ends_its_line)
{
	char big[5000];
	memset(big, 'x', sizeof big);
	big[sizeof big - 1] = '\0';
	WRITTEN(log_say(LOG_NOTE, "long", "v=%s", big));
	size_t n = strlen(written);
	assert_true(n > 1000 && n <= 2048);
	assert_int_equal(written[n - 1], '\n');
	WRITTEN(log_say(LOG_NOTE, big, "v=%s", big));
	n = strlen(written);
	assert_true(n <= 2048);
	assert_int_equal(written[n - 1], '\n');
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_event_is_one_line),
		cmocka_unit_test(controls_become_question_marks),
		cmocka_unit_test(a_level_below_the_set_one_is_silent),
		cmocka_unit_test(the_journal_gets_its_priority),
		cmocka_unit_test(a_long_event_is_cut_and_still_ends_its_line),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
