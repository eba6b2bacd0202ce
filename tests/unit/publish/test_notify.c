/*
 * Notifications: a real database, real commands.
 */
#include "../node/house.h"

#include "publish/notify.h"
#include "store/rows.h"

static struct house h;
static struct desk desk;
static char script[HOUSE_PATH + 64], told[HOUSE_PATH + 64];

static int up(void **state)
{
	char path[HOUSE_PATH + 64];
	(void)state;
	house_make(&h, "north.exercise");
	house_path(&h, NODE_DB, path);
	memset(&desk, 0, sizeof desk);
	snprintf(desk.name, sizeof desk.name, "north.exercise");
	ok(store_open(path, &desk.store));
	house_path(&h, "script", script);
	house_path(&h, "told", told);
	log_level_set(0);
	return 0;
}

static int down(void **state)
{
	(void)state;
	store_close(desk.store);
	house_free(&h);
	return 0;
}

/* A command that does what TEXT (of a shell script) says; %s in it is the file in which it may leave something. */
static void command(const char *text)
{
	struct buf b;
	buf_init(&b, 65536);
	buf_printf(&b, "#!/bin/sh\nOUT=%s\n%s\n", told, text);
	unlink(script);
	ok(file_create(script, buf_bytes(&b), 0700));
	buf_free(&b);
}

/* A statement comes in, with an event as intake's. */
static int64_t arrives(uint8_t id, const char *event)
{
	struct change *c = change_new();
	struct change_result r;
	struct hash entry = { { id, 1 } };
	struct statement_row row = { .id = { { id } },
		.at = id * CLOCK_SECOND,
		.kind = "warning",
		.peer = "south.exercise",
		.note = BYTES_LIT("note"),
		.body = BYTES_LIT("secret body"),
		.opened = BYTES_LIT(""),
		.known_at = id };
	change_statement(c, &row);
	change_entry(c, &entry, "statement", &row.id);
	change_event(c, event, 0, "south.exercise");
	ok(store_commit(desk.store, c, &r, NULL));
	return r.num;
}

static void happens(const char *event, const char *subject)
{
	struct change *c = change_new();
	change_event(c, event, 0, subject);
	ok(store_commit(desk.store, c, NULL, NULL));
}

/* Waits until the file has N lines; all of it. */
static void lines(size_t n, char *out, size_t room)
{
	for (int i = 0; i < 1500; i++) {
		struct buf text;
		size_t count = 0;
		buf_init(&text, 1u << 20);
		if (file_read(told, &text) != TOCSIN_OK)
			buf_clear(&text);
		for (size_t k = 0; k < text.n; k++)
			count += text.p[k] == '\n';
		snprintf(out, room, "%.*s", (int)text.n, text.n > 0 ? (const char *)text.p : "");
		buf_free(&text);
		if (count >= n)
			return;
		house_nap(10);
	}
	broken("the command did not leave %zu lines, but: %s", n, out);
}

static struct notify_counts counts(struct notify *n, uint64_t done)
{
	struct notify_counts c;
	for (int i = 0; i < 1500; i++) {
		notify_counts_get(n, &c);
		if (c.run + c.failed >= done)
			break;
		house_nap(10);
	}
	return c;
}

TEST(a_command_gets_the_event_and_no_content_and_nothing_else_of_the_environment)
{
	struct notify *n;
	char text[4096];
	setenv("TOCSIN_PASSPHRASE_FILE", "/secret", 1);
	command("/usr/bin/env | grep -v -e ^PWD= -e ^SHLVL= -e ^_= | sort > $OUT.new; mv $OUT.new $OUT");
	ok(notify_start(&desk, script, &n));
	arrives(7, "warning accepted");
	lines(6, text, sizeof text);
	assert_string_equal(text,
		"LANG=C.UTF-8\nPATH=/usr/local/bin:/usr/bin:/bin\nTOCSIN_EVENT=warning "
		"accepted\nTOCSIN_FROM=south.exercise\n"
		"TOCSIN_ID=0700000000000000000000000000000000000000000000000000000000000000\nTOCSIN_KIND=warning\n");
	notify_stop(n);
	unsetenv("TOCSIN_PASSPHRASE_FILE");
}

TEST(a_command_starts_soon_after_the_commit)
{
	struct notify *n;
	char text[64];
	command("date +%s%N > $OUT.new; mv $OUT.new $OUT");
	ok(notify_start(&desk, script, &n));
	house_nap(200);
	arrives(1, "warning accepted");
	int64_t committed = clock_now();
	lines(1, text, sizeof text);
	int64_t started = strtoll(text, NULL, 10) / 1000;
	/* 50 ms is the aim; sanitizers and a busy machine get more. */
	assert_true(started - committed < 1000000);
	notify_stop(n);
}

TEST(events_are_told_in_order_one_at_a_time_and_only_what_is_news)
{
	struct notify *n;
	char text[4096];
	command("if ! mkdir $OUT.busy; then echo two at once >> $OUT; fi; sleep 0.05; echo \"$TOCSIN_EVENT "
		"$TOCSIN_ID$TOCSIN_SUBJECT\" | cut -c 1-30 >> $OUT; rmdir $OUT.busy");
	ok(notify_start(&desk, script, &n));
	arrives(1, "warning accepted");
	happens("card issued", "north.exercise");
	happens("conflict found", "west.exercise");
	arrives(2, "response accepted");
	happens("partner confirmed", "west.exercise");
	happens("receipt overdue", "west.exercise");
	lines(4, text, sizeof text);
	assert_string_equal(text,
		"warning accepted 0100000000000\nconflict found west.exercise\nresponse accepted 020000000000\nreceipt "
		"overdue west.exercise\n");
	assert_int_equal(counts(n, 4).run, 4);
	notify_stop(n);
}

TEST(what_fails_is_tried_once_more_and_then_counted)
{
	struct notify *n;
	char text[4096];
	command("echo try >> $OUT; exit 3");
	ok(notify_start(&desk, script, &n));
	arrives(1, "warning accepted");
	lines(2, text, sizeof text);
	struct notify_counts c = counts(n, 1);
	assert_int_equal(c.failed, 1);
	assert_int_equal(c.run, 0);
	house_nap(1500);
	lines(2, text, sizeof text);
	assert_string_equal(text, "try\ntry\n");
	/* It does not stand in the way of the next. */
	command("echo good >> $OUT");
	arrives(2, "warning accepted");
	lines(3, text, sizeof text);
	assert_int_equal(counts(n, 2).run, 1);
	notify_stop(n);
}

TEST(nothing_is_missed_and_nothing_told_twice_over_a_restart)
{
	struct notify *n;
	char text[4096];
	command("echo $TOCSIN_ID | cut -c 1-2 >> $OUT");
	/* Not what happened before a command was configured for the first time. */
	arrives(1, "warning accepted");
	ok(notify_start(&desk, script, &n));
	arrives(2, "warning accepted");
	lines(1, text, sizeof text);
	assert_int_equal(counts(n, 1).run, 1);
	notify_stop(n);
	arrives(3, "warning accepted");
	happens("card issued", "north.exercise");
	ok(notify_start(&desk, script, &n));
	lines(2, text, sizeof text);
	assert_int_equal(counts(n, 1).run, 1);
	notify_stop(n);
	ok(notify_start(&desk, script, &n));
	house_nap(300);
	notify_stop(n);
	lines(2, text, sizeof text);
	assert_string_equal(text, "02\n03\n");
	/* Taken out of the configuration and put back: what came in between is not news any more. */
	ok(notify_start(&desk, "", &n));
	assert_null(n);
	arrives(4, "warning accepted");
	ok(notify_start(&desk, script, &n));
	arrives(5, "warning accepted");
	lines(3, text, sizeof text);
	assert_string_equal(text, "02\n03\n05\n");
	notify_stop(n);
}

TEST(a_stop_does_not_wait_for_a_command_that_hangs_and_the_next_start_tells_again)
{
	struct notify *n;
	char text[4096];
	command("echo started >> $OUT; sleep 60");
	ok(notify_start(&desk, script, &n));
	arrives(1, "warning accepted");
	lines(1, text, sizeof text);
	int64_t start = clock_mono();
	notify_stop(n);
	assert_true(clock_mono() - start < 15 * CLOCK_SECOND);
	command("echo again >> $OUT");
	ok(notify_start(&desk, script, &n));
	lines(2, text, sizeof text);
	assert_string_equal(text, "started\nagain\n");
	notify_stop(n);
}

TEST(a_command_that_cannot_be_run_is_refused_at_the_start)
{
	struct notify *n;
	char path[HOUSE_PATH + 64];
	assert_int_equal(notify_start(&desk, "relative", &n), TOCSIN_REFUSED);
	house_path(&h, "not-there", path);
	assert_int_equal(notify_start(&desk, path, &n), TOCSIN_REFUSED);
	assert_null(n);
	notify_stop(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			a_command_gets_the_event_and_no_content_and_nothing_else_of_the_environment, up, down),
		cmocka_unit_test_setup_teardown(a_command_starts_soon_after_the_commit, up, down),
		cmocka_unit_test_setup_teardown(events_are_told_in_order_one_at_a_time_and_only_what_is_news, up, down),
		cmocka_unit_test_setup_teardown(what_fails_is_tried_once_more_and_then_counted, up, down),
		cmocka_unit_test_setup_teardown(nothing_is_missed_and_nothing_told_twice_over_a_restart, up, down),
		cmocka_unit_test_setup_teardown(
			a_stop_does_not_wait_for_a_command_that_hangs_and_the_next_start_tells_again, up, down),
		cmocka_unit_test_setup_teardown(a_command_that_cannot_be_run_is_refused_at_the_start, up, down),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
