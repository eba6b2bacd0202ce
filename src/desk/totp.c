#include "desk/totp.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "base/clock.h"
#include "base/text.h"

#define STEP (30 * CLOCK_SECOND)
#define SHA1_SIZE 20

static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

uint32_t totp_code(struct bytes secret, uint64_t step, unsigned digits)
{
	static const uint32_t power[] = { 1000000, 10000000, 100000000 };
	uint8_t message[8], mac[EVP_MAX_MD_SIZE] = { 0 };
	unsigned n = 0;
	be64_put(message, step);
	if (HMAC(EVP_sha1(), secret.p, (int)secret.n, message, sizeof message, mac, &n) == NULL || n != SHA1_SIZE)
		abort();                        /* out of memory: no code is better than a wrong one */
	uint32_t v = be32_get(mac + (mac[SHA1_SIZE - 1] & 15)) & 0x7fffffff;
	bytes_wipe(mac, sizeof mac);
	return v % power[digits - TOTP_DIGITS];
}

bool totp_check(struct bytes secret, const char *code, int64_t now, int64_t last, int64_t *step)
{
	uint64_t given = 0;
	int64_t at = now / STEP;
	bool right = false;
	if (strlen(code) != TOTP_DIGITS)
		return false;
	for (const char *c = code; *c != 0; c++) {
		if (*c < '0' || *c > '9')
			return false;
		given = given * 10 + (uint64_t)(*c - '0');
	}
	/* All three are computed whichever is right. */
	for (int64_t s = at - 1; s <= at + 1; s++)
		if (totp_code(secret, (uint64_t)s, TOTP_DIGITS) == given && s > last && !right) {
			right = true;
			*step = s;
		}
	return right;
}

void totp_write(const uint8_t secret[TOTP_SECRET], char text[TOTP_TEXT + 1])
{
	for (size_t i = 0; i < TOTP_TEXT; i++) {
		unsigned v = 0;
		for (size_t bit = 5 * i; bit < 5 * i + 5; bit++)
			v = v << 1 | ((secret[bit / 8] >> (7 - bit % 8)) & 1u);
		text[i] = alphabet[v];
	}
	text[TOTP_TEXT] = 0;
}

bool totp_read(const char *text, uint8_t secret[TOTP_SECRET])
{
	if (strlen(text) != TOTP_TEXT)
		return false;
	memset(secret, 0, TOTP_SECRET);
	for (size_t i = 0; i < TOTP_TEXT; i++) {
		const char *at = strchr(alphabet, text[i]);
		if (at == NULL)
			return false;
		unsigned v = (unsigned)(at - alphabet);
		for (size_t k = 0; k < 5; k++)
			secret[(5 * i + k) / 8] |= (uint8_t)(((v >> (4 - k)) & 1u) << (7 - (5 * i + k) % 8));
	}
	return true;
}
