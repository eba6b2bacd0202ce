#include "base/bytes.h"

#include <sodium.h>

bool bytes_equal(struct bytes a, struct bytes b)
{
	return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}

bool bytes_equal_str(struct bytes a, const char *s)
{
	return bytes_equal(a, bytes_str(s));
}

bool bytes_starts(struct bytes a, const char *prefix)
{
	size_t n = strlen(prefix);
	return a.n >= n && (n == 0 || memcmp(a.p, prefix, n) == 0);
}

int bytes_compare(struct bytes a, struct bytes b)
{
	size_t n = a.n < b.n ? a.n : b.n;
	int order = n == 0 ? 0 : memcmp(a.p, b.p, n);
	if (order != 0)
		return order;
	return (a.n > b.n) - (a.n < b.n);
}

bool bytes_same_secret(const void *a, const void *b, size_t n)
{
	return n == 0 || sodium_memcmp(a, b, n) == 0;
}

void bytes_wipe(void *p, size_t n)
{
	if (n > 0)
		explicit_bzero(p, n);
}

void hex_encode(const void *p, size_t n, char *hex)
{
	static const char digits[] = "0123456789abcdef";
	const uint8_t *from = p;
	for (size_t i = 0; i < n; i++) {
		*hex++ = digits[from[i] >> 4];
		*hex++ = digits[from[i] & 15];
	}
	*hex = '\0';
}

/* One more than a lower-case digit's value; 0 for what is no digit. A table, for half of what a partner sends is hex. */
static const uint8_t hex_values[256] = {
	['0'] = 1, ['1'] = 2, ['2'] = 3, ['3'] = 4, ['4'] = 5, ['5'] = 6, ['6'] = 7, ['7'] = 8, ['8'] = 9, ['9'] = 10,
	['a'] = 11, ['b'] = 12, ['c'] = 13, ['d'] = 14, ['e'] = 15, ['f'] = 16,
};

bool hex_decode(struct bytes hex, void *out, size_t n)
{
	if (hex.n % 2 != 0 || hex.n / 2 != n)
		return false;
	uint8_t *to = out;
	for (size_t i = 0; i < n; i++) {
		unsigned high = hex_values[hex.p[2 * i]], low = hex_values[hex.p[2 * i + 1]];
		if (high == 0 || low == 0)
			return false;
		to[i] = (uint8_t)((high - 1) << 4 | (low - 1));
	}
	return true;
}

size_t base64_encode(const void *p, size_t n, bool padded, char *out)
{
	static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	const uint8_t *from = p;
	char *to = out;
	while (n >= 3) {
		uint32_t v = (uint32_t)from[0] << 16 | (uint32_t)from[1] << 8 | from[2];
		*to++ = alphabet[v >> 18];
		*to++ = alphabet[v >> 12 & 63];
		*to++ = alphabet[v >> 6 & 63];
		*to++ = alphabet[v & 63];
		from += 3;
		n -= 3;
	}
	if (n > 0) {
		uint32_t v = (uint32_t)from[0] << 16 | (n == 2 ? (uint32_t)from[1] << 8 : 0);
		*to++ = alphabet[v >> 18];
		*to++ = alphabet[v >> 12 & 63];
		if (n == 2)
			*to++ = alphabet[v >> 6 & 63];
		for (size_t pad = 3 - n; padded && pad > 0; pad--)
			*to++ = '=';
	}
	*to = '\0';
	return (size_t)(to - out);
}

/* One more than a digit's value; 0 for what is not in the alphabet. */
static const uint8_t base64_values[256] = {
	['A'] = 1, ['B'] = 2, ['C'] = 3, ['D'] = 4, ['E'] = 5, ['F'] = 6, ['G'] = 7, ['H'] = 8, ['I'] = 9, ['J'] = 10,
	['K'] = 11, ['L'] = 12, ['M'] = 13, ['N'] = 14, ['O'] = 15, ['P'] = 16, ['Q'] = 17, ['R'] = 18, ['S'] = 19,
	['T'] = 20, ['U'] = 21, ['V'] = 22, ['W'] = 23, ['X'] = 24, ['Y'] = 25, ['Z'] = 26, ['a'] = 27, ['b'] = 28,
	['c'] = 29, ['d'] = 30, ['e'] = 31, ['f'] = 32, ['g'] = 33, ['h'] = 34, ['i'] = 35, ['j'] = 36, ['k'] = 37,
	['l'] = 38, ['m'] = 39, ['n'] = 40, ['o'] = 41, ['p'] = 42, ['q'] = 43, ['r'] = 44, ['s'] = 45, ['t'] = 46,
	['u'] = 47, ['v'] = 48, ['w'] = 49, ['x'] = 50, ['y'] = 51, ['z'] = 52, ['0'] = 53, ['1'] = 54, ['2'] = 55,
	['3'] = 56, ['4'] = 57, ['5'] = 58, ['6'] = 59, ['7'] = 60, ['8'] = 61, ['9'] = 62, ['+'] = 63, ['/'] = 64,
};

/* 0 to 63, or more for what is not in the alphabet. */
static uint32_t base64_value(uint8_t c)
{
	return base64_values[c] - 1u;
}

bool base64_decode(struct bytes text, bool padded, void *out, size_t max, size_t *n)
{
	size_t len = text.n;
	if (padded) {
		if (len % 4 != 0)
			return false;
		for (int pad = 0; pad < 2 && len > 0 && text.p[len - 1] == '='; pad++)
			len--;
	}
	size_t tail = len % 4;
	if (tail == 1)
		return false;
	size_t size = len / 4 * 3 + (tail > 0 ? tail - 1 : 0);
	if (size > max)
		return false;
	uint8_t *to = out;
	const uint8_t *from = text.p;
	for (size_t group = len / 4; group > 0; group--, from += 4) {
		uint32_t a = base64_value(from[0]), b = base64_value(from[1]);
		uint32_t c = base64_value(from[2]), d = base64_value(from[3]);
		if ((a | b | c | d) > 63)
			return false;
		uint32_t v = a << 18 | b << 12 | c << 6 | d;
		*to++ = (uint8_t)(v >> 16);
		*to++ = (uint8_t)(v >> 8);
		*to++ = (uint8_t)v;
	}
	if (tail > 0) {
		uint32_t a = base64_value(from[0]), b = base64_value(from[1]);
		uint32_t c = tail == 3 ? base64_value(from[2]) : 0;
		/* Bits that no byte holds must be zero, or two texts would name one value. */
		if ((a | b | c) > 63 || (tail == 2 ? (b & 15) : (c & 3)) != 0)
			return false;
		*to++ = (uint8_t)(a << 2 | b >> 4);
		if (tail == 3)
			*to++ = (uint8_t)(b << 4 | c >> 2);
	}
	*n = size;
	return true;
}

void be16_put(uint8_t *p, uint16_t v)
{
	p[0] = (uint8_t)(v >> 8);
	p[1] = (uint8_t)v;
}

void be32_put(uint8_t *p, uint32_t v)
{
	be16_put(p, (uint16_t)(v >> 16));
	be16_put(p + 2, (uint16_t)v);
}

void be64_put(uint8_t *p, uint64_t v)
{
	be32_put(p, (uint32_t)(v >> 32));
	be32_put(p + 4, (uint32_t)v);
}

uint16_t be16_get(const uint8_t *p)
{
	return (uint16_t)(p[0] << 8 | p[1]);
}

uint32_t be32_get(const uint8_t *p)
{
	return (uint32_t)be16_get(p) << 16 | be16_get(p + 2);
}

uint64_t be64_get(const uint8_t *p)
{
	return (uint64_t)be32_get(p) << 32 | be32_get(p + 4);
}
