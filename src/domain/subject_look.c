/*
 * Letters that look like Latin ones: after Unicode Technical Standard 39, confusables.txt, the letters of scripts that are
 * written left to right and that occur in names: Latin itself (with strokes, small capitals), Greek, Cyrillic, Armenian,
 * Cherokee, Lisu.  As folded (fold.h), sorted.
 */
#include <stdlib.h>

#include "domain/subject.h"

struct look {
	uint32_t c;
	char small, capital;            /* as which it is read, by its case in the text; 0: as none */
};

static const struct look looks[] = {
	{ 0x00f8, 'o', 'o' }, { 0x0111, 'd', 'd' }, { 0x0127, 'h', 'h' }, { 0x0131, 'i', 'i' }, { 0x0138, 'k', 'k' }, { 0x0142, 'l', 'l' },
	{ 0x0167, 't', 't' }, { 0x0180, 'b', 'b' }, { 0x0188, 'c', 'c' }, { 0x018d, 'g', 'g' }, { 0x0192, 'f', 'f' },
	{ 0x0199, 'k', 'k' }, { 0x019a, 'l', 'l' }, { 0x019e, 'n', 'n' }, { 0x01a5, 'p', 'p' }, { 0x01ad, 't', 't' },
	{ 0x01b4, 'y', 'y' }, { 0x01b6, 'z', 'z' }, { 0x01e5, 'g', 'g' }, { 0x0225, 'z', 'z' }, { 0x0237, 'j', 'j' },
	{ 0x023c, 'c', 'c' }, { 0x0247, 'e', 'e' }, { 0x0249, 'j', 'j' }, { 0x024d, 'r', 'r' }, { 0x024f, 'y', 'y' },
	{ 0x0251, 'a', 'a' }, { 0x0253, 'b', 'b' }, { 0x0257, 'd', 'd' }, { 0x025b, 'e', 'e' }, { 0x0260, 'g', 'g' },
	{ 0x0261, 'g', 'g' }, { 0x0262, 'g', 'g' }, { 0x0266, 'h', 'h' }, { 0x0268, 'i', 'i' }, { 0x0269, 'i', 'i' },
	{ 0x026a, 'i', 'i' }, { 0x026b, 'l', 'l' }, { 0x026f, 'w', 'w' }, { 0x0271, 'm', 'm' }, { 0x0272, 'n', 'n' },
	{ 0x0274, 'n', 'n' }, { 0x0275, 'o', 'o' }, { 0x0280, 'r', 'r' }, { 0x0288, 't', 't' }, { 0x028b, 'u', 'u' },
	{ 0x028f, 'y', 'y' }, { 0x0290, 'z', 'z' }, { 0x0299, 'b', 'b' }, { 0x029c, 'h', 'h' }, { 0x029f, 'l', 'l' },
	/* Greek */
	{ 0x03b1, 'a', 'a' }, { 0x03b2, 'b', 'b' }, { 0x03b3, 'y', 0 }, { 0x03b5, 'e', 'e' }, { 0x03b6, 0, 'z' },
	{ 0x03b7, 'n', 'h' }, { 0x03b9, 'i', 'i' }, { 0x03ba, 'k', 'k' }, { 0x03bc, 'u', 'm' }, { 0x03bd, 'v', 'n' },
	{ 0x03bf, 'o', 'o' }, { 0x03c1, 'p', 'p' }, { 0x03c4, 't', 't' }, { 0x03c5, 'u', 'y' },
	{ 0x03c7, 'x', 'x' }, { 0x03c9, 'w', 0 }, { 0x03f2, 'c', 'c' }, { 0x03f3, 'j', 'j' },
	/* Cyrillic */
	{ 0x0430, 'a', 'a' }, { 0x0432, 'b', 'b' }, { 0x0433, 'r', 0 }, { 0x0435, 'e', 'e' }, { 0x043a, 'k', 'k' },
	{ 0x043c, 'm', 'm' }, { 0x043d, 'h', 'h' }, { 0x043e, 'o', 'o' }, { 0x043f, 'n', 0 }, { 0x0440, 'p', 'p' },
	{ 0x0441, 'c', 'c' }, { 0x0442, 't', 't' }, { 0x0443, 'y', 'y' }, { 0x0445, 'x', 'x' }, { 0x044c, 'b', 'b' },
	{ 0x0455, 's', 's' }, { 0x0456, 'i', 'i' }, { 0x0458, 'j', 'j' }, { 0x0461, 'w', 'w' }, { 0x0475, 'v', 'v' },
	{ 0x04af, 'y', 'y' }, { 0x04bb, 'h', 'h' }, { 0x04bd, 'e', 'e' }, { 0x04cf, 'l', 'l' }, { 0x0501, 'd', 'd' },
	{ 0x050d, 'g', 'g' }, { 0x051b, 'q', 'q' }, { 0x051d, 'w', 'w' },
	/* Armenian */
	{ 0x0566, 'q', 0 }, { 0x0570, 'h', 0 }, { 0x0578, 'n', 0 }, { 0x057d, 'u', 'u' }, { 0x057f, 0, 's' },
	{ 0x0581, 'g', 0 }, { 0x0585, 'o', 'o' },
	/* Cherokee */
	{ 0x13a0, 'd', 'd' }, { 0x13a1, 'r', 'r' }, { 0x13a2, 't', 't' }, { 0x13a5, 'i', 'i' }, { 0x13aa, 'a', 'a' },
	{ 0x13ab, 'j', 'j' }, { 0x13ac, 'e', 'e' }, { 0x13b3, 'w', 'w' }, { 0x13b7, 'm', 'm' }, { 0x13bb, 'h', 'h' },
	{ 0x13bd, 'y', 'y' }, { 0x13c0, 'g', 'g' }, { 0x13c2, 'h', 'h' }, { 0x13c3, 'z', 'z' }, { 0x13cf, 'b', 'b' },
	{ 0x13d2, 'r', 'r' }, { 0x13d4, 'w', 'w' }, { 0x13d5, 's', 's' }, { 0x13d9, 'v', 'v' }, { 0x13da, 's', 's' },
	{ 0x13de, 'l', 'l' }, { 0x13df, 'c', 'c' }, { 0x13e2, 'p', 'p' }, { 0x13e6, 'k', 'k' }, { 0x13f3, 'g', 'g' },
	{ 0x13f4, 'b', 'b' },
	/* Latin small capitals */
	{ 0x1d00, 'a', 'a' }, { 0x1d04, 'c', 'c' }, { 0x1d05, 'd', 'd' }, { 0x1d07, 'e', 'e' }, { 0x1d0a, 'j', 'j' },
	{ 0x1d0b, 'k', 'k' }, { 0x1d0d, 'm', 'm' }, { 0x1d0f, 'o', 'o' }, { 0x1d18, 'p', 'p' }, { 0x1d1b, 't', 't' },
	{ 0x1d1c, 'u', 'u' }, { 0x1d20, 'v', 'v' }, { 0x1d21, 'w', 'w' }, { 0x1d22, 'z', 'z' },
	/* Lisu */
	{ 0xa4d0, 'b', 'b' }, { 0xa4d1, 'p', 'p' }, { 0xa4d3, 'd', 'd' }, { 0xa4d4, 't', 't' }, { 0xa4d6, 'g', 'g' },
	{ 0xa4d7, 'k', 'k' }, { 0xa4d9, 'j', 'j' }, { 0xa4da, 'c', 'c' }, { 0xa4dc, 'z', 'z' }, { 0xa4dd, 'f', 'f' },
	{ 0xa4df, 'm', 'm' }, { 0xa4e0, 'n', 'n' }, { 0xa4e1, 'l', 'l' }, { 0xa4e2, 's', 's' }, { 0xa4e3, 'r', 'r' },
	{ 0xa4e6, 'v', 'v' }, { 0xa4e7, 'h', 'h' }, { 0xa4ea, 'w', 'w' }, { 0xa4eb, 'x', 'x' }, { 0xa4ec, 'y', 'y' },
	{ 0xa4ee, 'a', 'a' }, { 0xa4f0, 'e', 'e' }, { 0xa4f2, 'i', 'i' }, { 0xa4f3, 'o', 'o' }, { 0xa4f4, 'u', 'u' },
	/* Latin small capitals of phonetics */
	{ 0xa730, 'f', 'f' }, { 0xa731, 's', 's' },
};

static int compare(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = ((const struct look *)b)->c;
	return (x > y) - (x < y);
}

char subject_look(uint32_t c, bool capital, bool alone)
{
	if (c < 0x80)
		return (char)(c >= 'a' && c <= 'z' ? c : 0);
	const struct look *l = bsearch(&c, looks, sizeof looks / sizeof *looks, sizeof *looks, compare);
	/* Alone a letter is read by its capital, so that a word is the same in both cases. */
	return l == NULL ? 0 : alone || capital ? l->capital : l->small;
}
