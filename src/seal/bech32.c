#include "seal/bech32.h"

static const char lower[] = "qpzry9x8gf2tvdw0s3jn54khce6mua7l";
static const char upper[] = "QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L";

static uint32_t polymod(uint32_t c, uint8_t v)
{
	static const uint32_t gen[5] = { 0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3 };
	uint32_t top = c >> 25;
	c = (c & 0x1ffffff) << 5 ^ v;
	for (int i = 0; i < 5; i++)
		if (top >> i & 1)
			c ^= gen[i];
	return c;
}

static bool is_upper(char c) { return c >= 'A' && c <= 'Z'; }

/* The checksum's state behind HRP, which counts in lower case; *UP tells in which case the text is written. */
static uint32_t begin(const char *hrp, bool *up)
{
	uint32_t c = 1;
	*up = false;
	for (const char *p = hrp; *p != 0; p++) {
		*up = *up || is_upper(*p);
		c = polymod(c, (uint8_t)(is_upper(*p) ? *p + 32 : *p) >> 5);
	}
	c = polymod(c, 0);
	for (const char *p = hrp; *p != 0; p++)
		c = polymod(c, (uint8_t)(is_upper(*p) ? *p + 32 : *p) & 31);
	return c;
}

void bech32_encode(const char *hrp, const uint8_t *data, size_t n, char *out)
{
	bool up;
	uint32_t c = begin(hrp, &up), acc = 0;
	const char *set = up ? upper : lower;
	unsigned bits = 0;

	size_t h = strlen(hrp);
	memcpy(out, hrp, h);
	out += h;
	*out++ = '1';
	for (size_t i = 0; i < n; i++) {
		acc = (acc << 8 | data[i]) & 0xfff;
		for (bits += 8; bits >= 5; bits -= 5) {
			uint8_t v = acc >> (bits - 5) & 31;
			c = polymod(c, v);
			*out++ = set[v];
		}
	}
	if (bits > 0) {
		uint8_t v = acc << (5 - bits) & 31;
		c = polymod(c, v);
		*out++ = set[v];
	}
	for (int i = 0; i < 6; i++)
		c = polymod(c, 0);
	c ^= 1;
	for (int i = 0; i < 6; i++)
		*out++ = set[c >> (5 * (5 - i)) & 31];
	*out = 0;
}

bool bech32_decode(struct bytes text, const char *hrp, uint8_t *out, size_t n)
{
	size_t h = strlen(hrp);
	if (n > BECH32_DATA || text.n != BECH32_SIZE(h, n) || memcmp(text.p, hrp, h) != 0 || text.p[h] != '1')
		return false;

	bool up;
	uint32_t c = begin(hrp, &up), acc = 0;
	const char *set = up ? upper : lower;
	unsigned bits = 0;
	size_t got = 0;
	for (size_t i = h + 1; i < text.n; i++) {
		const char *at = text.p[i] == 0 ? NULL : memchr(set, text.p[i], 32);
		if (at == NULL)
			return false;
		uint8_t v = (uint8_t)(at - set);
		c = polymod(c, v);
		if (i >= text.n - 6)
			continue;
		acc = (acc << 5 | v) & 0xfff;
		bits += 5;
		if (bits >= 8) {
			bits -= 8;
			out[got++] = (uint8_t)(acc >> bits);
		}
	}
	return c == 1 && got == n && bits < 5 && (acc & ((1u << bits) - 1)) == 0;
}
