#include "domain/fold.h"

#include <utf8proc.h>

#include "base/limits.h"

#define OPTIONS (UTF8PROC_COMPAT | UTF8PROC_DECOMPOSE | UTF8PROC_CASEFOLD | UTF8PROC_IGNORE | UTF8PROC_STRIPMARK)
#define MOST 32                 /* characters that one can become: 18 in Unicode */

/* The zeros of the decimal digits: what follows each is one to nine. */
static const uint32_t zeros[] = { 0x0660, 0x06f0, 0x07c0, 0x0966, 0x09e6, 0x0a66, 0x0ae6, 0x0b66, 0x0be6, 0x0c66, 0x0ce6,
	0x0d66, 0x0de6, 0x0e50, 0x0ed0, 0x0f20, 0x1040, 0x1090, 0x17e0, 0x1810, 0x1946, 0x19d0, 0x1a80, 0x1a90, 0x1b50,
	0x1bb0, 0x1c40, 0x1c50, 0xa620, 0xa8d0, 0xa900, 0xa9d0, 0xa9f0, 0xaa50, 0xabf0 };

static uint32_t plain_digit(uint32_t c)
{
	if (c < zeros[0])
		return c;
	for (size_t i = 0; i < sizeof zeros / sizeof *zeros; i++)
		if (c >= zeros[i] && c < zeros[i] + 10)
			return '0' + c - zeros[i];
	return c;
}

/* What one character of the text becomes; *N characters of INTO. */
static void fold_one(uint32_t c, utf8proc_int32_t into[MOST], size_t *n)
{
	int boundary = 0;
	if (c < 0x80) {
		into[0] = (utf8proc_int32_t)(c >= 'A' && c <= 'Z' ? c + 32 : c);
		*n = 1;
		return;
	}
	utf8proc_ssize_t got = utf8proc_decompose_char((utf8proc_int32_t)c, into, MOST, OPTIONS, &boundary);
	if (got < 0 || got > MOST) {
		into[0] = (utf8proc_int32_t)c;
		got = 1;
	}
	*n = (size_t)got;
}

enum tocsin_err fold(struct bytes text, struct arena *a, struct folded *out)
{
	*out = (struct folded){ 0 };
	if (text.n > LIMIT_ENVELOPE)
		return fail(TOCSIN_BAD, "a text of %zu bytes is too long to be compared", text.n);
	/* Counted first: what a character becomes can be longer than its bytes. */
	for (int pass = 0; pass < 2; pass++) {
		size_t n = 0;
		for (size_t i = 0; i < text.n;) {
			utf8proc_int32_t c = 0, into[MOST];
			size_t many = 0;
			utf8proc_ssize_t took = utf8proc_iterate(text.p + i, (utf8proc_ssize_t)(text.n - i), &c);
			if (took <= 0) {
				took = 1;
				c = 0xfffd;
			}
			fold_one((uint32_t)c, into, &many);
			for (size_t k = 0; k < many && pass == 1; k++) {
				out->c[n + k] = plain_digit((uint32_t)into[k]);
				out->at[n + k] = (uint32_t)i;
			}
			n += many;
			i += (size_t)took;
		}
		if (pass == 1)
			break;
		out->c = arena_alloc(a, (n + 1) * sizeof *out->c);
		out->at = arena_alloc(a, (n + 1) * sizeof *out->at);
		if (out->c == NULL || out->at == NULL)
			return fail(TOCSIN_BROKEN, "no memory to compare texts");
		out->n = n;
		out->c[n] = 0;
		out->at[n] = (uint32_t)text.n;
	}
	return TOCSIN_OK;
}

static bool within(uint32_t c, uint32_t from, uint32_t to)
{
	return c >= from && c <= to;
}

enum fold_class fold_class(uint32_t c)
{
	if (c < 0x80)
		return c <= 0x20 || c == 0x7f ? FOLD_SPACE : within(c, '0', '9') ? FOLD_DIGIT :
			within(c, 'a', 'z') || within(c, 'A', 'Z') ? FOLD_LETTER : FOLD_MARK;
	if (within(c, 0x0e00, 0x0eff) || within(c, 0x1000, 0x109f) || within(c, 0x1780, 0x17ff) || within(c, 0x3005, 0x3007) ||
		within(c, 0x3041, 0x30ff) || within(c, 0x31f0, 0x31ff) || within(c, 0x3400, 0x4dbf) || within(c, 0x4e00, 0x9fff) ||
		within(c, 0xf900, 0xfaff) || within(c, 0x20000, 0x3ffff))
		return FOLD_IDEOGRAPH;
	switch (utf8proc_category((utf8proc_int32_t)c)) {
	case UTF8PROC_CATEGORY_LU:
	case UTF8PROC_CATEGORY_LL:
	case UTF8PROC_CATEGORY_LT:
	case UTF8PROC_CATEGORY_LM:
	case UTF8PROC_CATEGORY_LO:
	case UTF8PROC_CATEGORY_MN:
	case UTF8PROC_CATEGORY_MC:
	case UTF8PROC_CATEGORY_ND:
	case UTF8PROC_CATEGORY_NL:
	case UTF8PROC_CATEGORY_NO:
		return FOLD_LETTER;
	case UTF8PROC_CATEGORY_ZS:
	case UTF8PROC_CATEGORY_ZL:
	case UTF8PROC_CATEGORY_ZP:
	case UTF8PROC_CATEGORY_CC:
		return FOLD_SPACE;
	default:
		return FOLD_MARK;
	}
}

void fold_add(struct buf *out, uint32_t c)
{
	uint8_t b[4];
	utf8proc_ssize_t n = utf8proc_encode_char((utf8proc_int32_t)c, b);
	if (n > 0)
		buf_add(out, b, (size_t)n);
}
