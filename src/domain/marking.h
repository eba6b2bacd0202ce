/*
 * marking: how far a line may go: traffic light protocol 2.0, and a caveat with Europol's handling codes.
 *
 * Unmarked is closed, and therefore the most restrictive of all; merged material takes the most restrictive marking.
 */
#ifndef TOCSIN_DOMAIN_MARKING_H
#define TOCSIN_DOMAIN_MARKING_H

#include "base/json.h"

/* Ascending by how restrictive it is, but for the first, which is what a zeroed marking has. */
enum tlp { TLP_UNMARKED, TLP_CLEAR, TLP_GREEN, TLP_AMBER, TLP_AMBER_STRICT, TLP_RED };
const char *tlp_name(enum tlp t);                       /* "amber-strict"; "unmarked" */
bool tlp_find(const char *word, enum tlp *t);           /* by a word of handling.tlp */
/* Whether A is more restrictive than B. */
bool tlp_above(enum tlp a, enum tlp b);

#define MARKING_H0 1                                    /* prevention and fighting crime only */
#define MARKING_H1 2                                    /* not in court without permission */
#define MARKING_H2 4                                    /* not passed on without permission */
#define MARKING_H3 8                                    /* other, in words */
#define MARKING_CAVEAT 500

struct marking {
	enum tlp tlp;
	unsigned codes;                                 /* MARKING_H*, read from the caveat */
	const char *caveat;                             /* as written; NULL: none */
};
/* {"tlp": word, "caveat": words}, both optional; WHAT names it. The caveat is borrowed from J. */
enum tocsin_err marking_read(const json_t *j, const char *what, struct marking *out) MUST_USE;
/* The codes H0 to H3 that stand as words in TEXT. */
unsigned marking_codes(struct bytes text);
/* The more restrictive level, all the codes of both. The caveat of A. */
struct marking marking_merge(struct marking a, struct marking b);

#endif
