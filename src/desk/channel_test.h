/*
 * channel_test: the channel to each confirmed partner is tested by a record that says that it is a test.
 *
 * It starts no clock and pages nobody on the other side; that node answers by itself with a record "test-answer" that
 * refers to it.  Within the time that policy gives, the receipt must be here, and the answer unless policy or an address
 * that we do not have say otherwise; what is missed is an alarm until a test goes well, and a page to the liaison
 * officers.  A test is marked as one wherever a statement is listed or shown.
 *
 * Sending, and answering, is one change with the row that says so: each is done once, whatever crashes.
 */
#ifndef TOCSIN_DESK_CHANNEL_TEST_H
#define TOCSIN_DESK_CHANNEL_TEST_H

#include "desk/desk.h"
#include "desk/follow.h"
#include "store/rows_test.h"

enum test_word { TEST_NONE, TEST_ASKS, TEST_ANSWERS };
/* What ROW is, whose body was read: a record that is a test, or the answer to one. */
enum test_word channel_test_word(const struct statement_row *row);

/* Begins to test new partners, sends what is due, answers what came, and judges what is over. *NEXT: when it is to be
 * called again, without an event before. *ISSUED: something waits for the courier, also after a failure. A partner that
 * cannot be sent to is tried again later and holds up no other. */
enum tocsin_err channel_tests(const struct desk *d, int64_t now, int64_t *next, bool *issued) MUST_USE;

#endif
