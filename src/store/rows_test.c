#include "store/rows_test.h"

#include "store/take.h"

/* Takes C. */
static enum tocsin_err rows(struct cursor *c, test_each *each, void *arg)
{
	enum tocsin_err err;
	while ((err = cursor_next(c)) == TOCSIN_OK) {
		struct test_row row = { .partner = cursor_text(c, 0),
			.since = cursor_int(c, 1),
			.statement = cursor_int(c, 2),
			.answered_at = cursor_int(c, 3),
			.open = cursor_int(c, 4) != 0,
			.missed_at = cursor_int(c, 5),
			.told_at = cursor_int(c, 6) };
		if (!each(arg, &row))
			break;
	}
	return take_end(c, err);
}

enum tocsin_err tests_new(struct snapshot *r, size_t limit, name_each *each, void *arg)
{
	struct cursor *c;
	enum tocsin_err err = cursor_open(r, &c, READ_TESTS_NEW, (int64_t)limit);
	if (err != TOCSIN_OK)
		return err;
	while ((err = cursor_next(c)) == TOCSIN_OK)
		if (!each(arg, cursor_text(c, 0)))
			break;
	return take_end(c, err);
}

enum tocsin_err tests_oldest(struct snapshot *r, size_t limit, test_each *each, void *arg)
{
	struct cursor *c;
	enum tocsin_err err = cursor_open(r, &c, READ_TESTS_OLDEST, (int64_t)limit);
	return err == TOCSIN_OK ? rows(c, each, arg) : err;
}

enum tocsin_err tests_open(struct snapshot *r, size_t limit, test_each *each, void *arg)
{
	struct cursor *c;
	enum tocsin_err err = cursor_open(r, &c, READ_TESTS_OPEN, (int64_t)limit);
	return err == TOCSIN_OK ? rows(c, each, arg) : err;
}

enum tocsin_err tests_missed(struct snapshot *r, size_t limit, test_each *each, void *arg)
{
	struct cursor *c;
	enum tocsin_err err = cursor_open(r, &c, READ_TESTS_MISSED, (int64_t)limit);
	return err == TOCSIN_OK ? rows(c, each, arg) : err;
}

enum tocsin_err test_of(struct snapshot *r, const char *partner, test_each *each, void *arg)
{
	struct cursor *c;
	enum tocsin_err err = cursor_open(r, &c, READ_TEST_OF, partner);
	return err == TOCSIN_OK ? rows(c, each, arg) : err;
}

void change_test_watch(struct change *c, const char *partner, int64_t now)
{
	change_run(c, WRITE_TEST_WATCH, partner, now);
}

void change_test_sent(struct change *c, const struct test_row *row, int64_t now)
{
	change_must(c, "the partner is being tested already", WRITE_TEST_SENT, now, row->partner, row->since);
}

void change_test_later(struct change *c, const char *partner, int64_t since)
{
	change_run(c, WRITE_TEST_LATER, since, partner);
}

enum tocsin_err tests_newest(struct snapshot *r, int64_t *since)
{
	struct cursor *c;
	*since = 0;
	enum tocsin_err err = cursor_open(r, &c, READ_TESTS_NEWEST);
	if (err != TOCSIN_OK)
		return err;
	err = cursor_next(c);
	if (err == TOCSIN_OK)
		*since = cursor_int(c, 0);
	return take_end(c, err);
}

void change_tests_from(struct change *c, int64_t now)
{
	change_run(c, WRITE_TESTS_FROM, now);
}

void change_test_drop(struct change *c, const char *partner)
{
	change_run(c, WRITE_TEST_DROP, partner);
}

void change_test_answered(struct change *c, const char *partner, int64_t statement, int64_t now)
{
	change_run(c, WRITE_TEST_ANSWERED, now, partner, statement);
}

void change_test_missed(struct change *c, const struct test_row *row, int64_t now)
{
	change_must(c, "the test is over", WRITE_TEST_MISSED, now, row->partner, row->statement);
}

void change_test_well(struct change *c, const struct test_row *row)
{
	change_run(c, WRITE_TEST_WELL, row->partner, row->statement);
}

void change_test_asked(struct change *c, int64_t statement)
{
	change_run(c, WRITE_TEST_ASKED, statement);
}

void change_test_done(struct change *c, int64_t statement)
{
	change_run(c, WRITE_TEST_DONE, statement);
}

void change_test_told(struct change *c, const char *partner, int64_t now)
{
	change_run(c, WRITE_TEST_TOLD, now, partner);
}

enum tocsin_err tests_asked(struct snapshot *r, size_t limit, asked_each *each, void *arg)
{
	struct cursor *c;
	struct hash id;
	enum tocsin_err err = cursor_open(r, &c, READ_TESTS_ASKED, (int64_t)limit);
	if (err != TOCSIN_OK)
		return err;
	while ((err = cursor_next(c)) == TOCSIN_OK)
		if (take_hash(c, 1, &id) && !each(arg, cursor_int(c, 0), &id, cursor_text(c, 2)))
			break;
	return take_end(c, err);
}
