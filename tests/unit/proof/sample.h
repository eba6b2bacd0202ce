/*
 * sample: keys from fixed seeds, notes signed by them, and the ways to spoil a text that every grammar must withstand.
 */
#ifndef TOCSIN_TESTS_PROOF_SAMPLE_H
#define TOCSIN_TESTS_PROOF_SAMPLE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>
#include <sodium.h>

/* cmocka's own fail() would hide ours. */
#undef fail
#undef fail_msg
#define fail_msg(...) do { print_error(__VA_ARGS__); print_error("\n"); _fail(__FILE__, __LINE__); } while (0)

#include "base/buf.h"
#include "base/text.h"
#include "proof/checkpoint.h"

struct sample_key {
	struct vkey k;
	uint8_t secret[64];
};

static inline struct sample_key sample_key(const char *name, enum note_type type, uint8_t seed_byte)
{
	struct sample_key s;
	uint8_t seed[32], pub[32];
	memset(seed, seed_byte, sizeof seed);
	assert_int_equal(crypto_sign_seed_keypair(pub, s.secret, seed), 0);
	assert_int_equal(vkey_make(name, type, pub, &s.k), TOCSIN_OK);
	return s;
}

static inline void sample_sign(struct buf *note, const struct sample_key *s, struct bytes text)
{
	uint8_t sig[NOTE_SIGNATURE];
	crypto_sign_detached(sig, NULL, text.p, text.n, s->secret);
	note_add_line(note, &s->k, sig, sizeof sig);
}

static inline void sample_cosign(struct buf *note, const struct sample_key *s, uint64_t time, struct bytes text)
{
	uint8_t blob[NOTE_COSIGNATURE_BLOB];
	struct buf m;
	buf_init(&m, LIMIT_NOTE);
	cosignature_message(&m, time, text);
	be64_put(blob, time);
	crypto_sign_detached(blob + 8, NULL, m.p, m.n, s->secret);
	note_add_line(note, &s->k, blob, sizeof blob);
	buf_free(&m);
}

/* The note of TEXT with one signature by S. */
static inline void sample_note(struct buf *note, const struct sample_key *s, struct bytes text)
{
	note_begin(note, text);
	sample_sign(note, s, text);
}

/* A hash that anyone can make again: SHA-256 of one byte. */
static inline struct hash sample_hash(uint8_t b)
{
	return sha256(bytes_of(&b, 1));
}

typedef bool sample_accepts(void *arg, struct bytes b);

/* ACCEPTS over a copy of exactly B's size, so that the sanitizer sees a read past the end. */
static inline bool sample_try(sample_accepts *accepts, void *arg, struct bytes b)
{
	uint8_t *copy = malloc(b.n ? b.n : 1);
	assert_non_null(copy);
	memcpy(copy, b.p, b.n);
	bool ok = accepts(arg, bytes_of(copy, b.n));
	free(copy);
	return ok;
}

static inline bool sample_try_str(sample_accepts *accepts, void *arg, const char *s)
{
	return sample_try(accepts, arg, bytes_str(s));
}

/* Every proper prefix of B is refused, and so is B with any one byte behind it. */
static inline void sample_cut(sample_accepts *accepts, void *arg, struct bytes b)
{
	assert_true(sample_try(accepts, arg, b));
	for (size_t n = 0; n < b.n; n++) {
		if (sample_try(accepts, arg, bytes_of(b.p, n)))
			fail_msg("accepted when cut to %zu of %zu bytes", n, b.n);
	}
	uint8_t *more = malloc(b.n + 1);
	assert_non_null(more);
	memcpy(more, b.p, b.n);
	static const uint8_t tail[] = { '\n', ' ', 'x', 0 };
	for (size_t i = 0; i < sizeof tail; i++) {
		more[b.n] = tail[i];
		if (sample_try(accepts, arg, bytes_of(more, b.n + 1)))
			fail_msg("accepted with the byte %d behind its end", tail[i]);
	}
	free(more);
}

/* The line of B that begins at AT, with its \n. */
static inline struct bytes sample_line(struct bytes b, size_t at)
{
	const uint8_t *nl = memchr(b.p + at, '\n', b.n - at);
	return bytes_of(b.p + at, nl == NULL ? b.n - at : (size_t)(nl - b.p) + 1 - at);
}

/* B is refused with any line given twice, with any two neighbouring lines swapped, with any line left out unless it
 * begins with one of the words in OPTIONAL (ends with NULL), and with a space or a carriage return at any
 * line's end. */
static inline void sample_disorder(sample_accepts *accepts, void *arg, struct bytes b, const char *const *optional)
{
	for (size_t at = 0; at < b.n;) {
		struct bytes line = sample_line(b, at);
		struct bytes next = at + line.n < b.n ? sample_line(b, at + line.n) : bytes_of(b.p, 0);
		struct buf t;
		buf_init(&t, b.n * 2 + 8);

		buf_add(&t, b.p, at + line.n);
		buf_add(&t, b.p + at, b.n - at);
		if (sample_try(accepts, arg, buf_bytes(&t)))
			fail_msg("accepted twice: %.*s", (int)line.n, (const char *)line.p);

		if (next.n > 0) {
			buf_clear(&t);
			buf_add(&t, b.p, at);
			buf_add_bytes(&t, next);
			buf_add_bytes(&t, line);
			buf_add(&t, b.p + at + line.n + next.n, b.n - at - line.n - next.n);
			if (sample_try(accepts, arg, buf_bytes(&t)))
				fail_msg("accepted swapped: %.*s", (int)line.n, (const char *)line.p);
		}

		bool may = false;
		for (size_t i = 0; optional[i] != NULL; i++)
			may = may || bytes_starts(line, optional[i]);
		buf_clear(&t);
		buf_add(&t, b.p, at);
		buf_add(&t, b.p + at + line.n, b.n - at - line.n);
		if (sample_try(accepts, arg, buf_bytes(&t)) != may)
			fail_msg("%s without: %.*s", may ? "refused" : "accepted", (int)line.n, (const char *)line.p);

		static const char *const ends[] = { " \n", "\r\n", "\t\n", "\n\n" };
		for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++) {
			buf_clear(&t);
			buf_add(&t, b.p, at + line.n - 1);
			buf_add_str(&t, ends[i]);
			buf_add(&t, b.p + at + line.n, b.n - at - line.n);
			if (sample_try(accepts, arg, buf_bytes(&t)))
				fail_msg("accepted with another end: %.*s", (int)line.n, (const char *)line.p);
		}
		buf_free(&t);
		at += line.n;
	}
}

/* B with the first FROM replaced by TO, which must be refused (or, when OK, accepted). */
static inline void sample_replace(sample_accepts *accepts, void *arg, struct bytes b, const char *from, const char *to,
	bool ok)
{
	const uint8_t *at = memmem(b.p, b.n, from, strlen(from));
	assert_non_null(at);
	struct buf t;
	buf_init(&t, b.n + strlen(to));
	buf_add(&t, b.p, (size_t)(at - b.p));
	buf_add_str(&t, to);
	buf_add(&t, at + strlen(from), b.n - (size_t)(at - b.p) - strlen(from));
	if (sample_try(accepts, arg, buf_bytes(&t)) != ok)
		fail_msg("%s with \"%s\" for \"%s\": %s", ok ? "refused" : "accepted", to, from, fail_sentence());
	buf_free(&t);
}

#endif
