/*
 * contradiction: what does not go together in what was said about one statement: between responses of one side, between
 * the sides' outcomes, between a response and a record, and against what is proven (a receipt, the lines that were sent).
 *
 * Each rule is a row: a name, a test, one sentence.  Nothing is decided here about who is right: both are named with
 * their ids.  A record is its maker's word about what somebody else claimed, and every sentence says so.
 */
#ifndef TOCSIN_DESK_CONTRADICTION_H
#define TOCSIN_DESK_CONTRADICTION_H

#include "base/buf.h"
#include "base/err.h"
#include "proof/statement.h"

/* One thing that was said about it; strings are borrowed, none is NULL. */
struct said {
	struct hash id;
	const char *kind;                       /* response, closure, answer, record */
	const char *by;                         /* who signed it: of a record, its maker */
	int64_t at;
	const char *stage, *specific, *outcome, *copy, *result;
	const char *claims;                     /* of a record: words with a space before and behind each; "": none */
};
/* What it is about. */
struct told {
	struct hash id;
	const char *from, *to;
	int64_t arrived_at;                     /* accepted by its recipient's node, as its log proves; 0: not, or not yet */
	const char *specificity;                /* the vector that was fixed at sending; "": none */
};

struct contradiction_rule;
struct contradiction {
	const struct contradiction_rule *rule;
	size_t a;                               /* of the array: the earlier one */
	size_t b;                               /* the later one; A itself when it stands against what it is about */
};
const char *contradiction_name(const struct contradiction_rule *r);     /* "acted-after-declined" */
const struct contradiction_rule *contradiction_each(size_t i);          /* NULL past the end */
/* Whether S tells what came of it: not a record, and not "unknown", which contradicts nobody. */
bool contradiction_outcome(const struct said *s);
/* Those among SAID (in order of time), at most MAX; how many. */
size_t contradiction_find(const struct told *t, const struct said *said, size_t n, struct contradiction *out, size_t max);
/* In one sentence. */
void contradiction_sentence(const struct contradiction *c, const struct told *t, const struct said *said, struct buf *out);

#endif
