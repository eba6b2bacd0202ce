/*
 * rows_page: pages to people, each page's way through each channel, and the channels.
 *
 * A page is added waiting; the pager (publish/pager) takes it: one try for each channel.  It is sent when one channel
 * took it, failed when none did by a deadline (its tries go on: what is late is better than lost), stopped when somebody
 * acknowledged it or its clock ended.
 */
#ifndef TOCSIN_STORE_ROWS_PAGE_H
#define TOCSIN_STORE_ROWS_PAGE_H

#include "store/store.h"

#define PAGE_ID 16                      /* hex digits */

struct page_row {
	int64_t num;
	const char *id;
	int64_t at;
	const char *what;
	int64_t clock, statement;       /* numbers, or 0 */
	const char *account;
	bool life;
	int64_t channel;                /* 0: all of the account's; this one alone; or, negative, all but this one */
	const char *state;              /* "waiting", "trying", "sent", "failed", "stopped" */
	int64_t next_at, sent_at, acked_at;
	const char *trouble;
};
/* ID, AT, WHAT, CLOCK (or, OF_CLOCK, the number that this change gave out last: its clock's), STATEMENT, ACCOUNT, LIFE and
 * CHANNEL of ROW; an event "page waiting" wakes the pager. */
void change_page_add(struct change *c, const struct page_row *row, bool of_clock);
/* All pages of CLOCK and their tries; harmless when there are none, or CLOCK is 0. */
void change_page_stop(struct change *c, int64_t clock, int64_t now);
/* One page and its tries. */
void change_page_ack(struct change *c, int64_t num, int64_t now);
/* From waiting to trying, until DEADLINE; LATER when it is not waiting any more. */
void change_page_taken(struct change *c, int64_t num, int64_t deadline);
void change_page_failed(struct change *c, int64_t num, const char *trouble);

enum tocsin_err page_get(struct snapshot *r, int64_t num, struct arena *a, struct page_row *out) MUST_USE;
/* MISSING: no page has this id. */
enum tocsin_err page_by_id(struct snapshot *r, const char *id, struct arena *a, struct page_row *out) MUST_USE;
/* What a page is about, and whether its account may be told. */
struct page_facts {
	const char *clock_id, *clock_kind;      /* "": of no clock */
	int64_t due_at;
	const char *unit;
	const char *whose;              /* the function of the clock's owner */
	const char *account_state;      /* "active", …; "": there is no such account */
	bool has_statement;
	struct hash statement;
	const char *statement_kind;
	const char *why;                /* what the clock's miss means, in words; "" */
};
enum tocsin_err page_facts_get(struct snapshot *r, int64_t num, struct arena *a, struct page_facts *out) MUST_USE;
/* Whether NAME is an active account. */
enum tocsin_err page_account_active(struct snapshot *r, const char *name, bool *active) MUST_USE;
typedef bool page_each(void *arg, const struct page_row *row);
/* Whose next_at has come: to be taken, or whose deadline is over. */
enum tocsin_err pages_due(struct snapshot *r, int64_t now, size_t limit, page_each *each, void *arg) MUST_USE;
/* Of ACCOUNT, newest first, numbers below BEFORE (0: from the newest). */
enum tocsin_err pages_of(struct snapshot *r, const char *account, int64_t before, size_t limit, page_each *each,
	void *arg) MUST_USE;
/* That reached nobody, oldest first. */
enum tocsin_err pages_failed(struct snapshot *r, size_t limit, page_each *each, void *arg) MUST_USE;

struct try_row {
	int64_t page, channel;
	const char *kind;               /* the channel's */
	bool life;
	const char *state;              /* "waiting", "sent", "failed" (for good), "stopped" */
	int64_t attempts, next_at, at, sent_at;
	const char *trouble;
};
/* Not before AT. */
void change_try_add(struct change *c, int64_t page, int64_t channel, const char *kind, bool life, int64_t at);
/* The channel took it: it works, and the page is sent. */
void change_try_sent(struct change *c, int64_t page, int64_t channel, int64_t now);
/* It did not: again at NEXT_AT, and no other through this channel earlier; but a threat to life is not held back by what
 * is none. */
void change_try_later(struct change *c, const struct try_row *row, int64_t next_at, const char *trouble, int64_t now);
/* It never will. */
void change_try_end(struct change *c, int64_t page, int64_t channel, const char *trouble, int64_t now);
/* The clock was put back: all tries that wait beyond NOW are due at NOW, and no channel was tested later. */
void change_tries_now(struct change *c, int64_t now);
typedef bool try_each(void *arg, const struct try_row *row);
/* Waiting through channels of KIND and due at NOW, soonest first. */
enum tocsin_err tries_due(struct snapshot *r, const char *kind, bool life, int64_t now, size_t limit, try_each *each,
	void *arg) MUST_USE;
enum tocsin_err tries_of(struct snapshot *r, int64_t page, try_each *each, void *arg) MUST_USE;
/* When the next page or try is due; INT64_MAX: none is. */
enum tocsin_err pages_next(struct snapshot *r, int64_t *at) MUST_USE;

struct channel_row {
	int64_t num;
	const char *id, *account;
	const char *kind;               /* "email", "webhook", "command" */
	const char *address;
	struct bytes secret;            /* of a webhook */
	int64_t quiet_from, quiet_until;        /* minutes of the desk's day; equal: none */
	int64_t added_at, tested_at, well_at, troubled_at;      /* 0: has not come; is not in trouble */
	const char *trouble;
};
/* LATER when the account has this channel already. */
void change_channel_add(struct change *c, const struct channel_row *row);
/* With the tries that wait for it. */
void change_channel_remove(struct change *c, int64_t num);
/* Its test begins at NOW; LATER unless the last one was at BEFORE. */
void change_channel_tested(struct change *c, int64_t num, int64_t before, int64_t now);
enum tocsin_err channel_get(struct snapshot *r, int64_t num, struct arena *a, struct channel_row *out) MUST_USE;
enum tocsin_err channel_by_id(struct snapshot *r, const char *id, struct arena *a, struct channel_row *out) MUST_USE;
typedef bool channel_each(void *arg, const struct channel_row *row);
enum tocsin_err channels_of(struct snapshot *r, const char *account, channel_each *each, void *arg) MUST_USE;
/* All, by number, behind AFTER. */
enum tocsin_err channels_all(struct snapshot *r, int64_t after, size_t limit, channel_each *each, void *arg) MUST_USE;
enum tocsin_err channels_troubled(struct snapshot *r, size_t limit, channel_each *each, void *arg) MUST_USE;
/* Whose last test (or beginning) was at BEFORE or earlier, the oldest first. */
enum tocsin_err channels_untested(struct snapshot *r, int64_t before, size_t limit, channel_each *each,
	void *arg) MUST_USE;

#endif
