/*
 * kind: the table of kinds of statement: name, lines, required fields, who may issue it, what it may refer to
 * (DESIGN, section 3).
 *
 * A new kind is one row.  The kinds there are: warning, response, retraction, closure, request, answer, record,
 * determination, and those that nodes make and read by themselves: tender, relay, custody, voucher, match, authorship.
 */
#ifndef TOCSIN_DOMAIN_KIND_H
#define TOCSIN_DOMAIN_KIND_H

#include "proof/body.h"
#include "proof/statement.h"

enum kind_issuer { KIND_ANYONE, KIND_TARGET_TO, KIND_TARGET_FROM, KIND_MAKER };
/* May it be addressed to its own maker?  KIND_SELF_CONTACT: only as the record of what somebody without a node is to be
 * told, with the field recipient.name; that is checked where it is issued, since nobody else ever gets it.
 * KIND_SELF_ONLY: to nobody else, so that no card lists it. */
enum kind_self { KIND_SELF_NO = 0, KIND_SELF_YES = 1, KIND_SELF_CONTACT = 2, KIND_SELF_ONLY = 3 };
struct kind {
	const char *name;
	uint32_t lines;                         /* 32 for a warning, 16 for others */
	enum kind_issuer issuer;
	bool needs_re;                          /* at least one target */
	enum kind_self self;
	const char *const *required;            /* open-or-closed fields that the author must give; ends with NULL */
	const char *const *targets;             /* kinds that it may refer to; ends with NULL, empty: any */
};
const struct kind *kind_find(const char *name);          /* NULL: unknown */
const struct kind *kind_each(size_t i);                   /* NULL past the end */

/* What is known of a statement that S refers to. */
struct kind_target {
	bool known;
	const char *kind;
	struct party from, to;
};
/* The rule for S (its grammar is checked already) against its N targets, in the order of s->re. REFUSED with a
 * sentence that names the rule. *DANGLING: some target is unknown:
 * S is accepted, shown as dangling, and has no effect until the target is here and passes. */
enum tocsin_err kind_allows(const struct statement *s, const struct kind_target *targets, size_t n,
	bool *dangling) MUST_USE;

#endif
