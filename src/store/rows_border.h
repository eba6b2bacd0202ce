/*
 * rows_border: strangers, what they and those who bring them have used up, and vouchers; what they mean is in
 * desk/strangers.h.
 */
#ifndef TOCSIN_STORE_ROWS_BORDER_H
#define TOCSIN_STORE_ROWS_BORDER_H

#include "store/rows.h"

struct stranger_row {
	const char *name, *way, *by;            /* by: the partner that vouched for it or brought it; "": none */
	const char *fp;                         /* of its first identity, in hex */
	int64_t since, last_at;
};
enum tocsin_err stranger_get(struct snapshot *r, const char *name, struct arena *a, struct stranger_row *out) MUST_USE;
typedef bool stranger_each(void *arg, const struct stranger_row *row);
/* Those of whom no statement is held, the longest silent first. */
enum tocsin_err strangers_silent(struct snapshot *r, size_t limit, stranger_each *each, void *arg) MUST_USE;
/* With its row in partner; fails with LATER when that is there already. */
void change_stranger_add(struct change *c, const struct stranger_row *row);
/* It is no stranger any more, whether it stays in partner or not; fails with LATER when it was none. */
void change_stranger_remove(struct change *c, const char *name);
/* Its row in partner becomes STATE; LATER when it is no stranger's. */
void change_stranger_state(struct change *c, const char *name, const char *state, int64_t now);
/* One more warning of it, one more that BY ("": nobody) brought: LATER when there were MOST since SINCE already. */
void change_stranger_sent(struct change *c, const char *name, int64_t now, int64_t since, int64_t most);
void change_stranger_quota(struct change *c, const char *by, int64_t now, int64_t since, int64_t most);
enum tocsin_err stranger_quota(struct snapshot *r, const char *by, int64_t *window_at, int64_t *window_n) MUST_USE;
void change_cards_remove(struct change *c, const char *name);

/* This change's statement, or STATEMENT, by BY vouches for NAME with identity FP (hex). */
void change_voucher(struct change *c, const char *name, const char *fp, const char *by, int64_t statement, int64_t at);
void change_vouchers_purge(struct change *c, int64_t before);
/* Who vouched for NAME with FP since SINCE: at most 64. */
enum tocsin_err vouchers(struct snapshot *r, const char *name, const char *fp, int64_t since, name_each *each,
	void *arg) MUST_USE;
/* How many there are by BY, at most MOST; when the oldest of all was given, 0: there is none. */
enum tocsin_err voucher_count(struct snapshot *r, const char *by, int64_t most, int64_t *n) MUST_USE;
enum tocsin_err voucher_oldest(struct snapshot *r, int64_t *at) MUST_USE;

#endif
