/*
 * evidence_part: what the files of evidence share with each other; nobody else includes this.
 */
#ifndef TOCSIN_DOMAIN_EVIDENCE_PART_H
#define TOCSIN_DOMAIN_EVIDENCE_PART_H

#include "domain/evidence.h"

/* ---- evidence_trust.c ---- */
/* What the verifier gave: a whole chain, or one card (then chain holds that card alone). */
struct evidence_named {
	struct chain chain;
	bool whole;
};
enum tocsin_err evidence_trust_parse(struct bytes file, struct arena *a, struct evidence_named *out) MUST_USE;
/* Compares C, a chain of the bundle, with the N that the verifier gave. *YES: one of them names it. C gets the later
 * cards that the verifier has, so that their revocations count.
 * REFUSED when one of its name contradicts it. */
enum tocsin_err evidence_trust(const struct evidence_named *named, size_t n, struct arena *a, struct chain *c,
	bool *yes) MUST_USE;
/* REFUSED when one public key is in chains of two names. */
enum tocsin_err evidence_trust_keys(const struct chain *const *chains, size_t n) MUST_USE;

/* ---- evidence_lines.c ---- */
/* Reads body.txt and opened.txt against the statement S: its root, every opening. Fills line, closed_n, kept_back_n
 * of V. */
enum tocsin_err evidence_lines(const struct evidence *e, const struct statement *s, struct arena *a,
	struct evidence_verdict *v) MUST_USE;

#endif
