/*
 * terms: a text as the terms by which it is found, the same for what is indexed and for what is asked, whatever keeps
 * the index.
 *
 * Text is folded (fold.h).  Of scripts that are written without spaces (Han, Hiragana, Katakana, Thai, Lao, Khmer,
 * Myanmar) each character is a term; of all others each run of letters and digits.  A term holds neither spaces nor
 * ASCII punctuation, so that whoever keeps the index can use these for terms of its own.
 */
#ifndef TOCSIN_DOMAIN_TERMS_H
#define TOCSIN_DOMAIN_TERMS_H

#include "domain/fold.h"

#define TERM_CHARACTERS 64              /* a longer run is cut to these */

struct term {
	uint32_t from, n;               /* characters of the folded text; at most TERM_CHARACTERS */
	uint32_t at, until;             /* bytes of the text */
};
struct terms {
	struct folded f;
	struct term *term;
	size_t n;
};
/* Of TEXT, into the arena. Errors as fold. */
enum tocsin_err terms_make(struct bytes text, struct arena *a, struct terms *out) MUST_USE;
/* Appends term I as UTF-8. */
void terms_add(const struct terms *t, size_t i, struct buf *out);

/* ---- what is asked ---- */

#define ASKED_BYTES 500
#define ASKED_PHRASES 16
#define ASKED_TERMS 64
struct phrase { size_t first, n; };     /* terms that follow each other */
struct asked_words {
	struct terms terms;
	struct phrase phrase[ASKED_PHRASES];
	size_t n;                       /* at least one: each of them must be found */
};
/* Words with spaces between; what is written together, or stands between quotation marks, is a phrase. BAD when there
 * is nothing to look for, or too much. */
enum tocsin_err asked_parse(struct bytes text, struct arena *a, struct asked_words *out) MUST_USE;
/* Whether phrase P of W stands at term I of T. */
bool asked_at(const struct asked_words *w, size_t p, const struct terms *t, size_t i);

#endif
