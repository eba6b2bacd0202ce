/*
 * sha256: OpenSSL's SHA-256 (six times as fast as libsodium's, which has no SHA-NI).
 */
#ifndef TOCSIN_BASE_SHA256_H
#define TOCSIN_BASE_SHA256_H

#include "base/bytes.h"

#define SHA256_SIZE 32

struct hash {
	uint8_t b[SHA256_SIZE];
};

struct sha256;                                                     /* for streams */

struct hash sha256(struct bytes a);
/* SHA-256(PREFIX || A || B): tree leaves and nodes. B may be empty. */
struct hash sha256_prefixed(uint8_t prefix, struct bytes a, struct bytes b);
struct sha256 *sha256_new(void);                                   /* NULL when out of memory */
void sha256_add(struct sha256 *s, struct bytes a);
struct hash sha256_end(struct sha256 *s);                          /* frees S */
void sha256_free(struct sha256 *s);

static inline bool hash_equal(const struct hash *a, const struct hash *b) { return memcmp(a->b, b->b, SHA256_SIZE) == 0; }
static inline struct bytes hash_bytes(const struct hash *h) { return (struct bytes){ h->b, SHA256_SIZE }; }

#endif
