#include "seal/hkdf.h"

#include "base/sha256.h"

#define BLOCK 64

void hkdf_hmac(struct bytes key, struct bytes message, uint8_t out[HKDF_SIZE])
{
	/* sha256_prefixed(block[0], rest of the block, message) is the hash of block || message, without a copy of the
	 * message. */
	uint8_t block[BLOCK] = { 0 };
	if (key.n > 0)
		memcpy(block, key.p, key.n < BLOCK ? key.n : BLOCK);
	for (size_t i = 0; i < BLOCK; i++)
		block[i] ^= 0x36;
	struct hash inner = sha256_prefixed(block[0], bytes_of(block + 1, BLOCK - 1), message);
	for (size_t i = 0; i < BLOCK; i++)
		block[i] ^= 0x36 ^ 0x5c;
	struct hash outer = sha256_prefixed(block[0], bytes_of(block + 1, BLOCK - 1), hash_bytes(&inner));
	memcpy(out, outer.b, HKDF_SIZE);
	bytes_wipe(block, sizeof block);
	bytes_wipe(&inner, sizeof inner);
	bytes_wipe(&outer, sizeof outer);
}

void hkdf(struct bytes ikm, struct bytes salt, const char *info, uint8_t out[HKDF_SIZE])
{
	uint8_t prk[HKDF_SIZE], message[BLOCK];
	size_t n = strlen(info);
	if (n > BLOCK - 1)
		n = BLOCK - 1;
	memcpy(message, info, n);
	message[n] = 1;
	hkdf_hmac(salt, ikm, prk);
	hkdf_hmac(bytes_of(prk, sizeof prk), bytes_of(message, n + 1), out);
	bytes_wipe(prk, sizeof prk);
}
