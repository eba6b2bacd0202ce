/*
 * bech32: how age writes keys as text (BIP 173, without its limit of 90 characters).
 *
 * One case only: the case of the human-readable part is the case of the whole text.
 */
#ifndef TOCSIN_SEAL_BECH32_H
#define TOCSIN_SEAL_BECH32_H

#include "base/bytes.h"

#define BECH32_DATA 1280                                     /* most bytes in one text */
/* Characters for N bytes behind a human-readable part of H characters, without a NUL. */
#define BECH32_SIZE(h, n) ((h) + 1 + ((n) * 8 + 4) / 5 + 6)

/* OUT has room for BECH32_SIZE(strlen(HRP), N) + 1; N is at most BECH32_DATA. */
void bech32_encode(const char *hrp, const uint8_t *data, size_t n, char *out);
/* Exactly HRP, exactly N bytes into OUT; false for any other text: another case, length, checksum, or stray bits. */
bool bech32_decode(struct bytes text, const char *hrp, uint8_t *out, size_t n);

#endif
