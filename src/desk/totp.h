/*
 * totp: codes of one minute's half (RFC 6238 with HMAC-SHA-1, 30 seconds, six digits, as every authenticator has them).
 *
 * Pure: time is given, in microseconds; callers give clock_real(), because the other side's clock is a telephone's.
 */
#ifndef TOCSIN_DESK_TOTP_H
#define TOCSIN_DESK_TOTP_H

#include "base/bytes.h"

#define TOTP_SECRET 20                          /* bytes */
#define TOTP_TEXT 32                            /* of them in base32 */
#define TOTP_DIGITS 6

/* The code of DIGITS digits (6 to 8) for STEP, RFC 4226 section 5.3. */
uint32_t totp_code(struct bytes secret, uint64_t step, unsigned digits);
/* Whether CODE (six digits) is right at NOW, one step early or late, and behind step LAST: *STEP is then its step, which
 * is to be kept: a code is taken once. */
bool totp_check(struct bytes secret, const char *code, int64_t now, int64_t last, int64_t *step);
/* Base32 (RFC 4648) without padding. */
void totp_write(const uint8_t secret[TOTP_SECRET], char text[TOTP_TEXT + 1]);
bool totp_read(const char *text, uint8_t secret[TOTP_SECRET]);  /* exactly TOTP_TEXT capitals and digits */

#endif
