/*
 * fold: text as it is compared: by Unicode characters, without what only looks different.
 *
 * Case is folded, compatibility forms (full width, ligatures, superscripts) become what they stand for, combining marks
 * and characters that nobody sees (soft hyphen, zero-width ones) go, decimal digits of every script become 0 to 9.  What
 * NFKC and case folding make equal is equal here.  Each character knows the byte of the text that it came from.
 */
#ifndef TOCSIN_DOMAIN_FOLD_H
#define TOCSIN_DOMAIN_FOLD_H

#include "base/arena.h"
#include "base/buf.h"

struct folded {
	uint32_t *c;
	uint32_t *at;                   /* the byte in the text; at[n] is where the text ends */
	size_t n;
};
/* TEXT (UTF-8, at most LIMIT_ENVELOPE bytes; what is not UTF-8 becomes U+FFFD a byte) into the arena. BROKEN when it is full. */
enum tocsin_err fold(struct bytes text, struct arena *a, struct folded *out) MUST_USE;

/* What a folded character is. */
enum fold_class {
	FOLD_SPACE,                     /* also controls and whatever separates lines */
	FOLD_MARK,                      /* punctuation, signs */
	FOLD_DIGIT,                     /* 0 to 9 */
	FOLD_LETTER,                    /* of words that are written with something between them; other numerals, too */
	FOLD_IDEOGRAPH,                 /* Han, Hiragana, Katakana, Thai, Lao, Khmer, Myanmar: words are written together */
};
enum fold_class fold_class(uint32_t c);
/* Appends C as UTF-8. */
void fold_add(struct buf *out, uint32_t c);

#endif
