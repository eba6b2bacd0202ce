/*
 * age: age v1 files (C2SP age.md), streaming, both directions, byte-compatible with the stock tool.
 *
 * Recipient types are a table (age_types in recipient.c): X25519, and scrypt for key files under a passphrase; the
 * hybrid becomes one more row. Nothing here holds a long-term secret longer than a call; file keys and secrets are
 * wiped.  Opening with an identity is meant for the keeper and the command line (sodium_init() comes first in every
 * process, or X25519 and ChaCha20 run at a third of their speed); the exchange parses the header here, has the file
 * key unwrapped by the keeper, and opens the payload here.
 */
#ifndef TOCSIN_SEAL_AGE_H
#define TOCSIN_SEAL_AGE_H

#include "base/buf.h"
#include "base/limits.h"

#define AGE_FILE_KEY 16
#define AGE_STANZA_ARGS 4
#define AGE_CHUNK 65536
#define AGE_RECIPIENT_TEXT 2048

enum age_type { AGE_X25519 = 1, AGE_SCRYPT };

struct age_recipient {
	enum age_type type;
	uint8_t pub[32];                     /* X25519 */
	struct bytes passphrase;             /* scrypt: borrowed */
	unsigned work;                       /* scrypt: log2 N */
};

struct age_identity {
	enum age_type type;
	uint8_t secret[32], pub[32];         /* X25519 */
	struct bytes passphrase;             /* scrypt: borrowed */
};

/* "age1…" (lower-case bech32 only); REFUSED for a low-order point. */
enum tocsin_err age_recipient_parse(struct bytes text, struct age_recipient *r) MUST_USE;
void age_recipient_format(const struct age_recipient *r, char out[AGE_RECIPIENT_TEXT]);
/* An age identity file: comment lines, one "AGE-SECRET-KEY-1…" a line; the first up to MAX of them. */
enum tocsin_err age_identities_parse(struct bytes file, struct age_identity *id, size_t max, size_t *n) MUST_USE;
/* A fresh X25519 identity; FILE gets an identity file as age-keygen writes it, but for the date (secret buffer). */
enum tocsin_err age_identity_make(struct age_identity *id, struct buf *file) MUST_USE;
void age_identity_recipient(const struct age_identity *id, struct age_recipient *r);

/* ---- whole files in memory ---- */
/* Seals PLAIN to N recipients; a scrypt recipient stands alone. */
enum tocsin_err age_seal(const struct age_recipient *r, size_t n, struct bytes plain, struct buf *out) MUST_USE;
/* Opens with any of N identities. REFUSED when none fits or the file was changed; BAD when it is not an age file. OUT
 * is emptied on failure. */
enum tocsin_err age_open(const struct age_identity *id, size_t n, struct bytes file, struct buf *out) MUST_USE;

/* ---- the header, for who unwraps elsewhere ---- */
struct age_stanza {
	struct bytes type;
	struct bytes arg[AGE_STANZA_ARGS];
	size_t arg_n;                        /* the whole number, which may be more than is kept */
	uint8_t body[64];                    /* X25519 and scrypt bodies are 32 bytes; longer bodies of unknown types are only checked */
	size_t body_n;                       /* the whole length, which may be more than is kept */
};
struct age_header {
	struct age_stanza stanza[LIMIT_AGE_STANZAS];
	size_t n;
	struct bytes mac_input;              /* up to and with "---" */
	uint8_t mac[32];
	size_t size;                         /* bytes of FILE up to the payload's nonce */
};
enum tocsin_err age_header_parse(struct bytes file, struct age_header *h) MUST_USE;

/* What the keeper needs of one X25519 stanza. */
struct age_wrapped {
	uint8_t share[32];
	uint8_t body[32];
};
/* The X25519 stanzas of H into W (at most MAX); their number. */
size_t age_header_wrapped(const struct age_header *h, struct age_wrapped *w, size_t max);
/* REFUSED when W was not made for ID, or the shared secret is all zero. */
enum tocsin_err age_x25519_unwrap(const struct age_identity *id, const struct age_wrapped *w,
	uint8_t key[AGE_FILE_KEY]) MUST_USE;
/* REFUSED when the header's MAC does not fit KEY. */
enum tocsin_err age_header_check(const struct age_header *h, const uint8_t key[AGE_FILE_KEY]) MUST_USE;
/* Decrypts the payload of FILE (from h->size on) into OUT, which is emptied on failure. Checks the MAC first. */
enum tocsin_err age_payload_open(const struct age_header *h, const uint8_t key[AGE_FILE_KEY], struct bytes file,
	struct buf *out) MUST_USE;

/* ---- streams: memory does not grow with the file ---- */
typedef enum tocsin_err age_sink(void *arg, struct bytes b);
struct age_writer;
struct age_reader;
enum tocsin_err age_writer_new(const struct age_recipient *r, size_t n, age_sink *sink, void *arg,
	struct age_writer **out) MUST_USE;
enum tocsin_err age_writer_add(struct age_writer *w, struct bytes b) MUST_USE;
enum tocsin_err age_writer_end(struct age_writer *w) MUST_USE;              /* the last chunk; W still must be freed */
void age_writer_free(struct age_writer *w);
/* ID is borrowed until the reader is freed. What the sink gets before age_reader_end() is authentic, but may be only
 * the file's beginning. */
enum tocsin_err age_reader_new(const struct age_identity *id, size_t n, age_sink *sink, void *arg,
	struct age_reader **out) MUST_USE;
enum tocsin_err age_reader_add(struct age_reader *r, struct bytes b) MUST_USE;
enum tocsin_err age_reader_end(struct age_reader *r) MUST_USE;              /* REFUSED when the file was cut short */
void age_reader_free(struct age_reader *r);

#endif
