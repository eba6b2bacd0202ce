/*
 * stream: the payload of an age file (age.md, "Payload"; the STREAM construction): ChaCha20-Poly1305 in chunks of 64
 * KiB.
 *
 * A chunk's nonce is an 11-byte big-endian counter and a byte that is 1 for the last chunk, so chunks cannot be
 * moved, left out or cut off. A last chunk may be empty only when it is the only one.
 */
#ifndef TOCSIN_SEAL_STREAM_H
#define TOCSIN_SEAL_STREAM_H

#include "seal/age.h"

#define STREAM_NONCE 16
#define STREAM_TAG 16
#define STREAM_SEALED (AGE_CHUNK + STREAM_TAG)              /* a full chunk as sealed */

struct stream {
	uint8_t key[32];
	uint64_t counter;
	bool ended;
};

void stream_begin(struct stream *s, const uint8_t file_key[AGE_FILE_KEY], const uint8_t nonce[STREAM_NONCE]);
void stream_wipe(struct stream *s);

/* The sizes of a whole payload behind its nonce; stream_opened_size is REFUSED when no payload is SEALED bytes long. */
size_t stream_sealed_size(size_t plain);
enum tocsin_err stream_opened_size(size_t sealed, size_t *plain) MUST_USE;

/* OUT gets PLAIN.n + STREAM_TAG bytes and may be PLAIN.p. Every chunk but the last has AGE_CHUNK bytes. */
void stream_seal(struct stream *s, struct bytes plain, bool last, uint8_t *out);
/* OUT gets SEALED.n - STREAM_TAG bytes and may be SEALED.p; REFUSED when the chunk was changed, moved, or is not what
 * LAST says. */
enum tocsin_err stream_open(struct stream *s, struct bytes sealed, bool last, uint8_t *out) MUST_USE;

#endif
