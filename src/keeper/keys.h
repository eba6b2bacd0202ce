/*
 * keys: everything the keeper's process knows: the private keys, and what was last signed and published.
 *
 * Lives in locked memory and is wiped when freed. With an empty folder nothing is ever written (tests of the calls).
 */
#ifndef TOCSIN_KEEPER_KEYS_H
#define TOCSIN_KEEPER_KEYS_H

#include "keeper/keeper.h"
#include "keeper/keyfile.h"

#define KEYS_RECIPIENTS 16               /* the one in use, and older ones that still open */
#define KEYS_ORIGINS 64                  /* remembered as published; the oldest is forgotten first, since it never signs again */
#define KEYS_PASSPHRASE 1024
#define KEYS_PADDING 32

struct keys_signer {
	uint8_t secret[64];                  /* libsodium's form: seed and public key */
	struct vkey pub;
};

struct keys {
	char name[LIMIT_NAME + 1];
	enum realm realm;
	struct party self;
	bool has_identity;                   /* identity.secret is there; identity.pub always is */
	struct keys_signer identity, sign, log, witness;
	uint64_t log_n;
	struct age_identity recipient[KEYS_RECIPIENTS];      /* newest first */
	size_t recipient_n;
	uint8_t padding[KEYS_PADDING];

	bool has_signed;                     /* by the current log key, since the start */
	struct checkpoint last_signed;
	struct checkpoint published[KEYS_ORIGINS];
	size_t published_n;

	char folder[KEYFILE_PATH];           /* "" keeps everything in memory */
	uint8_t passphrase[KEYS_PASSPHRASE]; /* for the keys that are made later */
	size_t passphrase_n;
};

/* What a set of keys is made of; fresh random bytes, or fixed ones in a test. */
struct keys_seeds {
	uint8_t identity[32], sign[32], log[32], witness[32], padding[KEYS_PADDING];
};

struct keys *keys_new(void);                          /* NULL when out of memory */
void keys_free(struct keys *k);
/* Keys of node NAME in memory, log 1. RECIPIENT is an age identity file. */
enum tocsin_err keys_fill(struct keys *k, const char *name, const struct keys_seeds *seeds,
	struct bytes recipient) MUST_USE;

/* Makes FOLDER with fresh keys; REFUSED when it holds something already. */
enum tocsin_err keys_create(const char *folder, const char *name, struct bytes passphrase) MUST_USE;
/* MISSING when there is no FOLDER; REFUSED when others may read it; BROKEN, naming the file, when a file is not as it
 * should be. */
enum tocsin_err keys_load(struct keys *k, const char *folder, struct bytes passphrase) MUST_USE;
bool keys_sealed(const char *folder);

void keys_public(const struct keys *k, struct keeper_public *p);
/* The last published checkpoint of the current log, or NULL. */
const struct checkpoint *keys_published(const struct keys *k);
/* Durable when it returns OK. */
enum tocsin_err keys_publish(struct keys *k, const struct checkpoint *c) MUST_USE;
enum tocsin_err keys_next_log(struct keys *k) MUST_USE;
enum tocsin_err keys_rotate(struct keys *k) MUST_USE;

#endif
