/*
 * leak: what an open text gives away of a closed line.
 *
 * A closed value is found as it is compared (fold.h): in any case, width and marks, broken by white space or punctuation,
 * in any language of a value, in the name of a line or of an attachment; from 4 characters on (an ideograph counts for
 * two).  *Exact* is the whole value, a telephone or other number in another spelling, a place within about 100 metres, a
 * time with its date in any whole-hour zone.  *Partial* is a telling part: a word of at least 4 letters of a name or with
 * a digit in it, four words in a row, a number inside, a place close by, the date alone, a word of the vocabulary.
 * It does not find what is said in other words, or in another alphabet: a person reads the preview.
 */
#ifndef TOCSIN_DOMAIN_LEAK_H
#define TOCSIN_DOMAIN_LEAK_H

#include "proof/body.h"

#define LEAK_MOST 200           /* so many are told; the exact ones first */
struct leak {
	const char *closed, *open;      /* names of the lines */
	struct bytes part;              /* what gives it away, as it stands in the open text */
	struct bytes sentence;          /* the sentence of the open text that it begins in */
	bool exact;
};
struct leaks {
	struct leak leak[LEAK_MOST];    /* one for each closed line, open line and sentence */
	size_t n;
	bool more;                      /* there are more than are told */
};
/* Compares each closed one of FIELDS (of KIND) with each open one. Texts in the arena. BAD when they are too long to be
 * compared. */
enum tocsin_err leak_find(const char *kind, const struct body_field *fields, size_t n, struct arena *a,
	struct leaks *out) MUST_USE;

/* The last look before sealing, at the bytes themselves: NOTE and BODY (without pad) hold no closed one of FIELDS, however
 * the body writes it; but for those of the lines that CONFIRMED names (people saw that flag and let it pass). REFUSED,
 * naming the line; BAD when it is not a body. */
enum tocsin_err leak_in_plaintext(const char *kind, const struct body_field *fields, size_t n,
	const char *const *confirmed, size_t confirmed_n, struct bytes note, struct bytes body, struct arena *a) MUST_USE;

#endif
