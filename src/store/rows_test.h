/*
 * rows_test: the scheduled tests of the channels to partners: one row for each confirmed partner, and the tests of theirs
 * that are to be answered.
 */
#ifndef TOCSIN_STORE_ROWS_TEST_H
#define TOCSIN_STORE_ROWS_TEST_H

#include "store/rows.h"

struct test_row {
	const char *partner;
	int64_t since;                  /* when the last test was sent, or, before the first, the partner confirmed */
	int64_t statement;              /* the last test; 0: none was sent */
	int64_t answered_at;            /* 0: was not */
	bool open;                      /* it is not known yet how it went */
	int64_t missed_at;              /* since when none went well; 0: the last one did */
	int64_t told_at;                /* when we last answered one of theirs */
};

/* Confirmed partners without a row, by name. */
enum tocsin_err tests_new(struct snapshot *r, size_t limit, name_each *each, void *arg) MUST_USE;
typedef bool test_each(void *arg, const struct test_row *row);
/* The longest ago first: all; those that are open. By partner: those that were missed. */
enum tocsin_err tests_oldest(struct snapshot *r, size_t limit, test_each *each, void *arg) MUST_USE;
enum tocsin_err tests_open(struct snapshot *r, size_t limit, test_each *each, void *arg) MUST_USE;
enum tocsin_err tests_missed(struct snapshot *r, size_t limit, test_each *each, void *arg) MUST_USE;
/* Nothing is called when PARTNER has none. */
enum tocsin_err test_of(struct snapshot *r, const char *partner, test_each *each, void *arg) MUST_USE;

/* From NOW on PARTNER is tested; harmless when it is already. */
void change_test_watch(struct change *c, const char *partner, int64_t now);
/* This change's statement is the test of ROW's partner at NOW; LATER when another one was sent since ROW was read. */
void change_test_sent(struct change *c, const struct test_row *row, int64_t now);
void change_test_later(struct change *c, const char *partner, int64_t since);
/* When the newest row begins; 0: there is none. All that begin behind NOW begin at NOW. */
enum tocsin_err tests_newest(struct snapshot *r, int64_t *since) MUST_USE;
void change_tests_from(struct change *c, int64_t now);
void change_test_drop(struct change *c, const char *partner);
/* STATEMENT was a test of PARTNER, whose answer is here; nothing when it was not, or is an earlier one. */
void change_test_answered(struct change *c, const char *partner, int64_t statement, int64_t now);
/* How the test of ROW went. */
void change_test_missed(struct change *c, const struct test_row *row, int64_t now);
void change_test_well(struct change *c, const struct test_row *row);

/* The accepted STATEMENT is a test that asks for an answer; it was answered, or will not be. */
void change_test_asked(struct change *c, int64_t statement);
void change_test_done(struct change *c, int64_t statement);
void change_test_told(struct change *c, const char *partner, int64_t now);
typedef bool asked_each(void *arg, int64_t statement, const struct hash *id, const char *peer);
/* Oldest first. */
enum tocsin_err tests_asked(struct snapshot *r, size_t limit, asked_each *each, void *arg) MUST_USE;

#endif
