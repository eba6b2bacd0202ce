/*
 * bytes: a borrowed stretch of memory, and the few ways of writing it as text.
 *
 * struct bytes never owns what it points to.  Decoders accept the canonical form only: lower-case hex, base64 without
 * stray bits, and with (or, where said, without) padding.
 */
#ifndef TOCSIN_BASE_BYTES_H
#define TOCSIN_BASE_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/err.h"

struct bytes {
	const uint8_t *p;
	size_t n;
};

#define BYTES_LIT(s) ((struct bytes){ (const uint8_t *)(s), sizeof(s) - 1 })

static inline struct bytes bytes_of(const void *p, size_t n) { return (struct bytes){ p, n }; }
static inline struct bytes bytes_str(const char *s) { return (struct bytes){ (const uint8_t *)s, strlen(s) }; }

bool bytes_equal(struct bytes a, struct bytes b);             /* not for secrets */
bool bytes_equal_str(struct bytes a, const char *s);
bool bytes_starts(struct bytes a, const char *prefix);
int bytes_compare(struct bytes a, struct bytes b);            /* memcmp order, shorter first */

/* For secrets: N bytes compared in constant time; wiped so that the compiler cannot leave it out. */
bool bytes_same_secret(const void *a, const void *b, size_t n);
void bytes_wipe(void *p, size_t n);

/* HEX gets 2 * n characters and a NUL. */
void hex_encode(const void *p, size_t n, char *hex);
/* Exactly 2 * n lower-case hex digits into OUT; false otherwise. */
bool hex_decode(struct bytes hex, void *out, size_t n);

/* The sizes of N bytes in base64, without a NUL. */
#define BASE64_SIZE(n) (((n) + 2) / 3 * 4)
/* OUT gets the padded (or, when PADDED is false, unpadded) standard alphabet and a NUL; returns the length without it. */
size_t base64_encode(const void *p, size_t n, bool padded, char *out);
/* Canonical base64 only. At most MAX bytes into OUT, their number into *N; false when malformed or longer than MAX. */
bool base64_decode(struct bytes text, bool padded, void *out, size_t max, size_t *n);

void be16_put(uint8_t *p, uint16_t v);
void be32_put(uint8_t *p, uint32_t v);
void be64_put(uint8_t *p, uint64_t v);
uint16_t be16_get(const uint8_t *p);
uint32_t be32_get(const uint8_t *p);
uint64_t be64_get(const uint8_t *p);

#endif
