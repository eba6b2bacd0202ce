/*
 * audit: who read, exported, decided or was refused what.  Rows are chained: hash = SHA-256 of
 *   "tocsin/v1 audit\n" seq, at, who, function, what, subject, detail, and the hash before, a line each;
 * the writer gives out seq and hash inside the transaction.  Every tick in which something was added, and at every
 * stop, the last hash is appended to the node's log (an entry of its own kind, table audit_anchor), so a trail that was
 * shortened or changed does not fit the log that others have seen.
 */
#ifndef TOCSIN_DESK_AUDIT_H
#define TOCSIN_DESK_AUDIT_H

#include "desk/desk.h"
#include "domain/view.h"

/* Adds a row to C. WHAT: "read", "export", "refused", "released", "account.create", …; SUBJECT: the id of a statement or
 * draft, an account, or ""; DETAIL: words without content. */
void audit_add(struct change *c, const struct view *v, const char *what, const char *subject, const char *detail);
/* The same as a change of its own, waiting until it is durable. */
enum tocsin_err audit_note(const struct desk *d, const struct view *v, const char *what, const char *subject,
	const char *detail) MUST_USE;
/* The log entry that anchors row SEQ, whose hash is HASH. */
void audit_anchor_entry(enum realm realm, int64_t seq, const struct hash *hash, struct hash *entry);
/* Appends the last row's hash to the current log, unless it is there. */
enum tocsin_err audit_anchor(const struct desk *d) MUST_USE;

struct audit_row;
/* Whether V is shown ROW (store/rows_access.h), and its detail. */
enum tocsin_err audit_told(struct snapshot *read, const struct view *v, const struct audit_row *row, bool *told,
	bool *detail) MUST_USE;

/* Every row, every hash, and every anchor against the log: BROKEN names the first that does not fit. *ROWS, *ANCHORED:
 * the last row's number, and up to where they are anchored. Works on a database that is open for reading only. */
enum tocsin_err audit_check(struct store *s, enum realm realm, int64_t *rows, int64_t *anchored) MUST_USE;

#endif
