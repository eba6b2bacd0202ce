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
/* Every hash, and every anchor against the log: BROKEN names the first row that does not fit. *ROWS, *ANCHORED: the
 * last seq, and up to where it is anchored. */
enum tocsin_err audit_check(struct snapshot *read, int64_t *rows, int64_t *anchored) MUST_USE;

#endif
