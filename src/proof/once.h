/*
 * once: names for once: under which a node writes one warning without telling whose it is.
 *
 * Such a name is "u-", 24 hex digits at random, and ".unnamed" (and ".exercise" in that realm).  No node is called so:
 * what a name of this form signs, and what a node signs as itself, can never be taken for each other.
 *
 * Authorship is proven by a text that the name's own key signs, and that names the author: nobody else can make it, and
 * its author can make it about nobody else's.
 *
 * Pure.
 */
#ifndef TOCSIN_PROOF_ONCE_H
#define TOCSIN_PROOF_ONCE_H

#include "proof/statement.h"

#define ONCE_DIGITS 24

/* Whether NAME has the form, in either realm. */
bool once_is(struct bytes name);
/* The name of the random bytes RANDOM in REALM; OUT: LIMIT_NAME + 1 bytes. */
void once_make(enum realm realm, const uint8_t random[ONCE_DIGITS / 2], char *out);

struct once_author {
	enum realm realm;
	struct hash statement;                  /* what the name for once wrote */
	struct party author;
};
/* "PREFIX authorship\nstatement <id>\nauthor <name> <fp>\n" */
void once_author_format(const struct once_author *a, struct buf *text);
enum tocsin_err once_author_parse(struct bytes text, struct once_author *a) MUST_USE;

#endif
