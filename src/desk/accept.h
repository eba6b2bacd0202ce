/*
 * accept: the desk's word on a statement that arrived: may it be taken, and with which marks.  Asked by
 * exchange/envelope when everything cryptographic has passed.
 */
#ifndef TOCSIN_DESK_ACCEPT_H
#define TOCSIN_DESK_ACCEPT_H

#include "desk/desk.h"
#include "desk/directory.h"

/* Applies the rule of S's kind (desk_rule). OK, and the marks to keep with it; REFUSED: code "rule"; BROKEN. */
enum tocsin_err desk_accepts(struct snapshot *read, const struct peer *from, const struct statement *s, int64_t now,
	int64_t *marks) MUST_USE;

/* The rule of S's kind against what it refers to, looked up in READ: REFUSED with the rule's sentence. *DANGLING: some
 * target is unknown (kind_allows). */
enum tocsin_err desk_rule(struct snapshot *read, const struct statement *s, bool *dangling) MUST_USE;

#endif
