#include "seal/stream.h"

#include <sodium.h>

#include "seal/hkdf.h"

void stream_begin(struct stream *s, const uint8_t file_key[AGE_FILE_KEY], const uint8_t nonce[STREAM_NONCE])
{
	hkdf(bytes_of(file_key, AGE_FILE_KEY), bytes_of(nonce, STREAM_NONCE), "payload", s->key);
	s->counter = 0;
	s->ended = false;
}

void stream_wipe(struct stream *s)
{
	bytes_wipe(s, sizeof *s);
}

size_t stream_sealed_size(size_t plain)
{
	size_t chunks = plain == 0 ? 1 : (plain - 1) / AGE_CHUNK + 1;
	return plain + chunks * STREAM_TAG;
}

enum tocsin_err stream_opened_size(size_t sealed, size_t *plain)
{
	size_t full = sealed / STREAM_SEALED, rest = sealed % STREAM_SEALED;
	if (rest < STREAM_TAG && !(rest == 0 && full > 0))
		return fail(TOCSIN_REFUSED, "the age file is cut short in its payload: get it again");
	if (rest == STREAM_TAG && full > 0)
		return fail(TOCSIN_REFUSED, "the age file ends in an empty chunk, which only an empty file may");
	*plain = full * AGE_CHUNK + (rest > 0 ? rest - STREAM_TAG : 0);
	return TOCSIN_OK;
}

static void chunk_nonce(const struct stream *s, bool last, uint8_t nonce[12])
{
	/* The counter has 11 bytes; 64 bits of them outlast any file. */
	memset(nonce, 0, 12);
	be64_put(nonce + 3, s->counter);
	nonce[11] = last;
}

void stream_seal(struct stream *s, struct bytes plain, bool last, uint8_t *out)
{
	uint8_t nonce[12];
	chunk_nonce(s, last, nonce);
	crypto_aead_chacha20poly1305_ietf_encrypt(out, NULL, plain.p, plain.n, NULL, 0, NULL, nonce, s->key);
	s->counter++;
	s->ended = last;
}

enum tocsin_err stream_open(struct stream *s, struct bytes sealed, bool last, uint8_t *out)
{
	uint8_t nonce[12];
	if (s->ended || sealed.n < STREAM_TAG || sealed.n > STREAM_SEALED || (!last && sealed.n != STREAM_SEALED))
		return fail(TOCSIN_REFUSED, "the age file is cut short in its payload: get it again");
	if (last && sealed.n == STREAM_TAG && s->counter > 0)
		return fail(TOCSIN_REFUSED, "the age file ends in an empty chunk, which only an empty file may");
	chunk_nonce(s, last, nonce);
	if (crypto_aead_chacha20poly1305_ietf_decrypt(out, NULL, NULL, sealed.p, sealed.n, NULL, 0, nonce, s->key) != 0)
		return fail(TOCSIN_REFUSED, "the age file was changed or cut in chunk %llu of its payload: get it again",
			(unsigned long long)s->counter + 1);
	s->counter++;
	s->ended = last;
	return TOCSIN_OK;
}
