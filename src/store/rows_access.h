/*
 * rows_access: who may see which statement, who opened it, and the audit trail.
 *
 * A row of the trail is numbered and chained by the writer, inside the transaction; what it is chained to is kept in
 * meta, too, so that a trail whose end was cut goes on where it was and shows the gap.
 */
#ifndef TOCSIN_STORE_ROWS_ACCESS_H
#define TOCSIN_STORE_ROWS_ACCESS_H

#include "store/rows.h"

/* ---- scopes and shares ---- */

/* The number of the scope of UNIT ("" compartment: none); 0 when there is none yet. */
enum tocsin_err scope_find(struct snapshot *r, const char *unit, const char *compartment, int64_t *num) MUST_USE;
/* Harmless when it is there. */
void change_scope_add(struct change *c, const char *unit, const char *compartment);
/* Shares statement NUM (0: this change's own) under FACET with a scope that is there, or is added before in C. Only
 * grows: what was shared whole stays so. */
void change_share(struct change *c, const char *unit, const char *compartment, const char *facet, int64_t num,
	bool whole);
/* Whether one of the N scopes SCOPE (ascending) may see NUM: *whole as well. One look-up, whether there is such a statement
 * or not, and however many scopes. */
enum tocsin_err share_seen(struct snapshot *r, int64_t num, const int64_t *scope, size_t n, bool *seen, bool *whole) MUST_USE;
/* Whether there is such a unit, such a compartment. */
enum tocsin_err scope_unit_known(struct snapshot *r, const char *unit, bool *known) MUST_USE;
enum tocsin_err scope_compartment_known(struct snapshot *r, const char *compartment, bool *known) MUST_USE;
/* Whether NUM is shared with a compartment. */
enum tocsin_err share_in_compartment(struct snapshot *r, int64_t num, bool *is) MUST_USE;
struct share_row {
	int64_t scope;
	const char *unit, *compartment;
	bool whole;
};
typedef bool share_each(void *arg, const struct share_row *row);
/* The scopes that see NUM, by number; at most LIMIT. */
enum tocsin_err share_of(struct snapshot *r, int64_t num, size_t limit, share_each *each, void *arg) MUST_USE;
/* The numbers below BEFORE that SCOPE may see under FACET, newest first, at most MAX; how many into *n. */
enum tocsin_err share_list(struct snapshot *r, int64_t scope, const char *facet, int64_t before, int64_t *nums,
	size_t max, size_t *n) MUST_USE;

/* The numbers of the statements whose ids may begin like ID (32 bits of it are compared), at most MAX; no statement is
 * read. */
enum tocsin_err statement_candidates(struct snapshot *r, const struct hash *id, int64_t *nums, size_t max,
	size_t *n) MUST_USE;
/* The id of statement NUM alone; MISSING without a sentence when there is none. */
enum tocsin_err statement_id_of(struct snapshot *r, int64_t num, struct hash *id) MUST_USE;
/* Whether the id of statement NUM begins with the first DIGITS hex digits of ID. */
enum tocsin_err statement_begins(struct snapshot *r, int64_t num, const struct hash *id, size_t digits, bool *is) MUST_USE;

/* ---- who opened it ---- */

struct opened_row {
	const char *account, *function, *lines;
	int64_t first_at, last_at;
};
typedef bool opened_each_row(void *arg, const struct opened_row *row);
/* In the order of the first opening. */
enum tocsin_err opened_each(struct snapshot *r, int64_t statement, opened_each_row *each, void *arg) MUST_USE;
/* MISSING without a sentence when ACCOUNT has not opened it. */
enum tocsin_err opened_get(struct snapshot *r, int64_t statement, const char *account, struct arena *a,
	struct opened_row *out) MUST_USE;
/* The first opening, or, by the same account, the last one: LINES are all that it was shown so far. */
void change_opened(struct change *c, int64_t statement, const char *account, const char *function, int64_t now,
	const char *lines);

/* ---- following ---- */

/* The last statement that was followed; 0 when none was. */
enum tocsin_err followed_last(struct snapshot *r, int64_t *num) MUST_USE;
/* From WAS to NUM; the change fails with LATER when it is not at WAS. */
void change_followed(struct change *c, int64_t was, int64_t num);
/* The draft that statement NUM was released from, in the arena; 0 and "" when it was not. */
enum tocsin_err followed_draft(struct snapshot *r, int64_t num, struct arena *a, int64_t *draft, const char **unit,
	const char **compartment, const char **author) MUST_USE;

/* ---- the audit trail ---- */

struct audit_row {
	int64_t seq, at;
	const char *who, *function, *what, *subject, *detail;
	struct hash hash;
};
/* What the row's hash is, PREV being that of the row before (zeros for the first). False: out of memory. */
bool audit_row_hash(const struct audit_row *row, const struct hash *prev, struct hash *out) MUST_USE;
/* seq, at and hash are given by the writer; control characters become spaces. */
void change_audit(struct change *c, const char *who, const char *function, const char *what, const char *subject,
	const char *detail);
/* The last row's number and hash as the writer left them; 0 and zeros when there is none. */
enum tocsin_err audit_head(struct snapshot *r, int64_t *seq, struct hash *hash) MUST_USE;
typedef bool audit_each_row(void *arg, const struct audit_row *row);
/* Rows behind SEQ, oldest first. */
enum tocsin_err audit_from(struct snapshot *r, int64_t seq, size_t limit, audit_each_row *each, void *arg) MUST_USE;
/* Rows before SEQ (0: from the newest), newest first; of WHO, or about SUBJECT (one of them; NULL: any). */
enum tocsin_err audit_before(struct snapshot *r, int64_t seq, const char *who, const char *subject, size_t limit,
	audit_each_row *each, void *arg) MUST_USE;

struct anchor_row {
	int64_t seq, at;
	struct hash hash;
	uint64_t log_n, log_index;
};
/* The entry of this change in the log anchors row SEQ with HASH. */
void change_audit_anchor(struct change *c, int64_t seq, const struct hash *hash);
typedef bool anchor_each_row(void *arg, const struct anchor_row *row);
/* By log and row. */
enum tocsin_err anchor_each(struct snapshot *r, anchor_each_row *each, void *arg) MUST_USE;
/* The last one in log N: *seq 0 when there is none. */
enum tocsin_err anchor_last(struct snapshot *r, uint64_t n, int64_t *seq) MUST_USE;

#endif
