/*
 * channels: the ways by which an account is paged: e-mail, a webhook, a command; each with hours in which it is quiet.
 *
 * Everybody keeps their own; administrators everybody's.  A webhook's secret is shown once, when it is made.  A command
 * is a program of the operator's folder, and only an administrator may choose it.
 */
#ifndef TOCSIN_DESK_CHANNELS_H
#define TOCSIN_DESK_CHANNELS_H

#include "base/json.h"
#include "base/zone.h"
#include "desk/desk.h"
#include "domain/view.h"
#include "store/rows_page.h"

#define CHANNELS_MAX 8                  /* of one account */
#define CHANNEL_ADDRESS 1000
#define CHANNEL_TEST "test of this channel"             /* a page's "what" */
#define CHANNEL_TEST_ASKED "test of this channel, asked for"    /* in quiet hours, too: somebody waits for it */

/* "22:00-06:00" as minutes of the day; "" is no quiet hours (0, 0). False when malformed, or both are the same. */
bool quiet_parse(const char *s, int64_t *from, int64_t *until);
void quiet_format(int64_t from, int64_t until, char out[12]);
/* NOW, or, when the hours FROM to UNTIL of zone Z have begun, their end. FROM is in, UNTIL is not; equal: never quiet. */
int64_t quiet_end(const struct zone *z, int64_t from, int64_t until, int64_t now);
/* The desk's zone by policy, UTC when its file is gone; free with zone_free. */
enum tocsin_err desk_zone(const struct desk *d, struct zone **out) MUST_USE;

/* An address of KIND by its form and the rules: https (http to this machine in an exercise), an address for mail, the
 * name of a program without a slash. */
enum tocsin_err channel_check(const struct desk *d, const char *kind, const char *address) MUST_USE;
/* A channel for ACCOUNT, as channels_list shows it; of a webhook also its "secret", here alone. */
enum tocsin_err channels_add(const struct desk *d, const struct view *v, const char *account, const char *kind,
	const char *address, const char *quiet, json_t **out) MUST_USE;
/* Of ACCOUNT (NULL: everybody's, for administrators): [{id, account, kind, address, quiet, added_at, tested_at, well_at,
 * troubled_at, trouble}]; returned owned. */
enum tocsin_err channels_list(const struct desk *d, struct snapshot *read, const struct view *v, const char *account,
	json_t **out) MUST_USE;
enum tocsin_err channels_remove(const struct desk *d, const struct view *v, const char *id) MUST_USE;
/* Sends a page that says that it is a test through this channel alone; *PAGE its id. */
enum tocsin_err channels_test(const struct desk *d, const struct view *v, const char *id, char page[PAGE_ID + 1]) MUST_USE;

bool channel_says_test(const char *what);       /* a page's "what" is one of these two */
/* Tests the channels whose last test is older than policy says, at most MAX; *NEXT when the next one is due. */
enum tocsin_err channels_test_due(const struct desk *d, int64_t now, size_t max, int64_t *next) MUST_USE;
/* A page reached nobody: C gets what follows from that: the next in its clock's chain, or, when it was the test of one
 * channel, a page through the account's others. */
void page_unreached(struct change *c, const struct page_row *page, int64_t now);

/* Appends to OUT what the threat of PAGE's statement is, when policy lets that through and its account may see it; in the
 * audit trail. Nothing otherwise. */
enum tocsin_err page_summary(const struct desk *d, const struct page_row *page, struct buf *out) MUST_USE;

/* ---- what was sent to V's own account ---- */
/* Newest first, behind the page BEFORE (NULL: the newest), at most LIMIT and 200: [{id, at, what, about, kind, clock,
 * due_at, life, state, sent_at, acked_at, trouble}]; returned owned. NEXT: the id to go on behind, or "". ACCOUNT: V's
 * own, or, for administrators, anybody's. */
enum tocsin_err pages_list(struct snapshot *read, const struct view *v, const char *account, size_t limit,
	const char *before, char next[PAGE_ID + 1], json_t **out) MUST_USE;
/* V has seen the page ID, which is its own: it ends everywhere, and its clock is acknowledged. */
enum tocsin_err pages_ack(const struct desk *d, const struct view *v, const char *id) MUST_USE;

#endif
