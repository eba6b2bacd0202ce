/*
 * breach: a request without an answer in time, as evidence: what its record must say, and what follows from it.
 *
 * The record is its maker's word: "no answer reached NAME until T".  What others can check is that the request was
 * received not later than its receipt was witnessed, and that the answer was due when the record says: so long after
 * that as the request asks for (within), or when it names (due), or when an answer that asked for more time names.
 *
 * Pure.
 */
#ifndef TOCSIN_DOMAIN_BREACH_H
#define TOCSIN_DOMAIN_BREACH_H

#include "base/clock.h"
#include "domain/evidence.h"

#define ASK_WITHIN_MIN 60               /* seconds that a request may leave for its answer */
#define ASK_WITHIN_MAX 31622400
/* WITHIN (the field's value) in microseconds; false: it is not there, or not to be taken seriously. */
bool ask_within(struct bytes value, int64_t *within);

struct breach {                         /* what was verified of each bundle; NULL: is not there */
	const struct evidence_verdict *request, *record, *extension, *answer;
};
struct breach_verdict {
	bool ok;                        /* nothing contradicts it, and it is proven as far as such a thing can be */
	bool contradicted;              /* by the answer */
	char sentence[400];             /* the verdict */
	char maker[LIMIT_NAME + 1], asked[LIMIT_NAME + 1], debtor[LIMIT_NAME + 1];
	bool ours;                      /* the maker admits that it did not answer */
	int64_t received, due, until;   /* as the record says; until: when it was recorded */
	int64_t witnessed;              /* not later than this the request was in the log; 0: nobody witnessed it */
};
void breach_check(const struct breach *b, struct breach_verdict *v);
void breach_print(const struct breach_verdict *v, struct buf *out);
json_t *breach_json(const struct breach_verdict *v);
/* README.txt of the folder. */
void breach_readme(struct buf *out);

#endif
