/*
 * hkdf: HMAC-SHA-256 (RFC 2104) and HKDF-SHA-256 (RFC 5869) of one block, over base/sha256.h.
 *
 * An envelope takes seven HMACs of a few blocks each, so what costs is fetching and setting up, not hashing: each is
 * two calls of sha256_prefixed on the thread's own context, and nothing is allocated.
 */
#ifndef TOCSIN_SEAL_HKDF_H
#define TOCSIN_SEAL_HKDF_H

#include "base/bytes.h"

#define HKDF_SIZE 32

/* KEY is at most 64 bytes. */
void hkdf_hmac(struct bytes key, struct bytes message, uint8_t out[HKDF_SIZE]);
/* The first 32 bytes of HKDF(IKM, SALT, INFO). SALT may be empty and is at most 64 bytes, INFO at most 63. */
void hkdf(struct bytes ikm, struct bytes salt, const char *info, uint8_t out[HKDF_SIZE]);

#endif
