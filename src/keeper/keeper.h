/*
 * keeper: the only holder of private keys: a process that reads and writes one pipe (a socket pair) and nothing else.
 *
 * It is forked before the node opens anything else, reads the key files, and answers calls.  Every call takes an array,
 * so that a batch costs one round trip.  It parses what it signs (proof/) and signs only texts that begin as ours do, in
 * its own realm, naming its own node; it signs no checkpoint that is smaller than, or of the same size and different
 * from, the last it signed for that origin or the last published, which it remembers in a file of its own.
 * It may touch: its keys folder, the pipe.  It dies when the pipe closes; when it dies every call fails with BROKEN.
 *
 * Files in DIR/keys, mode 0600, under a passphrase as age files (scrypt) with ".age" behind the name, which `age -d` opens:
 *   identity.pem  sign.pem  witness.pem  log-<n>.pem     PKCS#8 Ed25519, as openssl writes them
 *   recipient.txt                                        an age identity file
 *   padding.key                                          32 bytes in hex: the log's padding secret
 *   identity.vkey                                        the identity's verifier key; with it the keeper knows the node's name
 *   published                                            the last published checkpoint of each origin: "<origin> <size> <root hex>\n"
 *   own.cards                                            every card that this identity signed, as a chain: no seq is ever signed twice
 * identity.pem may be absent (kept cold): then signing a card is REFUSED with a sentence that says so.
 *
 * The handle is safe from any thread; calls are answered in order.
 */
#ifndef TOCSIN_KEEPER_KEEPER_H
#define TOCSIN_KEEPER_KEEPER_H

#include "base/buf.h"
#include "proof/card.h"
#include "proof/checkpoint.h"
#include "seal/age.h"

struct keeper;

/* The public half of everything the keeper holds. */
struct keeper_public {
	char name[LIMIT_NAME + 1];
	bool has_identity;
	struct vkey identity;                  /* also when cold: from keys/identity.vkey */
	struct vkey sign;
	struct vkey log;                       /* of the highest n */
	uint64_t log_n;
	struct vkey witness;
	char recipient[CARD_RECIPIENT_MAX + 1];
};

/* Makes a fresh key folder DIR/keys for node NAME; with PASSPHRASE (may be empty) the files are sealed. */
enum tocsin_err keeper_init(const char *dir, const char *name, struct bytes passphrase) MUST_USE;
/* True when the files in DIR/keys are under a passphrase. */
bool keeper_wants_passphrase(const char *dir);
/*
 * Forks the keeper over DIR/keys. Call before any thread is started, from the thread that lives longest: the keeper dies
 * with it. PASSPHRASE is used only in the child. MISSING without DIR/keys; REFUSED when others may read it, or for a
 * passphrase that is missing or wrong; BROKEN, naming the file, otherwise.
 */
enum tocsin_err keeper_start(const char *dir, struct bytes passphrase, struct keeper **out) MUST_USE;
void keeper_stop(struct keeper *k);          /* closes the pipe, waits for the child; safe on NULL */
/* As of now; what it points to stays as it is until keeper_stop(), also when keys change. */
const struct keeper_public *keeper_public(const struct keeper *k);
int keeper_pid(const struct keeper *k);
bool keeper_alive(struct keeper *k);

/* Signs N statement (or resume, or fetch) texts with the sign key; SIG gets 64 bytes each. All or none. */
enum tocsin_err keeper_sign(struct keeper *k, const struct bytes *texts, size_t n, uint8_t (*sig)[NOTE_SIGNATURE]) MUST_USE;
/* Signs a card text with the identity key, and keeps it in own.cards. REFUSED unless it follows the last card there, or is that one. */
enum tocsin_err keeper_sign_card(struct keeper *k, struct bytes text, uint8_t sig[NOTE_SIGNATURE]) MUST_USE;
/* Signs the checkpoint C of its current log; its note is appended to NOTE. REFUSED on a smaller or different one. */
enum tocsin_err keeper_checkpoint(struct keeper *k, const struct checkpoint *c, struct buf *note) MUST_USE;
/* Durably remembers C as published, before it is published. */
enum tocsin_err keeper_published(struct keeper *k, const struct checkpoint *c) MUST_USE;
/* The last published checkpoint of the current origin; MISSING when none. */
enum tocsin_err keeper_last_published(struct keeper *k, struct checkpoint *c) MUST_USE;
/* Cosigns checkpoint TEXT as a witness at TIME (seconds): the blob of 72 bytes. The caller has done the witness's checks. */
enum tocsin_err keeper_cosign(struct keeper *k, struct bytes text, uint64_t time, uint8_t blob[NOTE_COSIGNATURE_BLOB]) MUST_USE;

struct keeper_unwrap {
	struct age_wrapped wrapped;
	bool ok;                               /* filled: unwrapped */
	uint8_t key[AGE_FILE_KEY];             /* filled; the caller wipes it */
};
/* Unwraps N file keys; fails only when the keeper is gone. */
enum tocsin_err keeper_unwrap(struct keeper *k, struct keeper_unwrap *u, size_t n) MUST_USE;

/*
 * N padding entries (32 bytes each, PROTOCOL section 7) for indexes FIRST on of log origin n = LOG_N: HMAC-SHA-256(secret,
 * uint64 index), where the secret of a log is HMAC-SHA-256(padding.key, "padding <n>"), so that two logs share no entry.
 * BAD when there is no such log yet.
 */
enum tocsin_err keeper_padding(struct keeper *k, uint64_t log_n, uint64_t first, struct hash *entries, size_t n) MUST_USE;

/* A secret key for LABEL (1 to 64 bytes, such as "protected"), the same for ever and known to this node alone; the caller wipes it. */
#define KEEPER_DERIVED 32
enum tocsin_err keeper_derive(struct keeper *k, const char *label, uint8_t key[KEEPER_DERIVED]) MUST_USE;

/* ---- names for once (proof/once.h): their keys are derived from the keeper's secret and never leave it ---- */
struct keeper_once {
	char name[LIMIT_NAME + 1];
	struct vkey identity, sign, log;
	char recipient[CARD_RECIPIENT_MAX + 1];
};
/* The public half of NAME; REFUSED when it has not the form of such a name, or is of the other realm. */
enum tocsin_err keeper_once(struct keeper *k, const char *name, struct keeper_once *out) MUST_USE;
/* Signs the one card of such a name: REFUSED unless it has its keys alone, and no addresses or duty contacts. */
enum tocsin_err keeper_once_card(struct keeper *k, struct bytes text, uint8_t sig[NOTE_SIGNATURE]) MUST_USE;
/* Signs a warning, retraction or closure from such a name. */
enum tocsin_err keeper_once_sign(struct keeper *k, struct bytes text, uint8_t sig[NOTE_SIGNATURE]) MUST_USE;
/* Signs with NAME's key the TEXT (once_author_format) that says that this node is the author: REFUSED for any other author. */
enum tocsin_err keeper_once_author(struct keeper *k, const char *name, struct bytes text, uint8_t sig[NOTE_SIGNATURE]) MUST_USE;

/* Makes the key of the next log origin (log-<n+1>.pem) and uses it from now on; the old one never signs again. */
enum tocsin_err keeper_next_log(struct keeper *k) MUST_USE;
/* Fresh sign and recipient keys (the old recipient key stays for opening); used from now on. */
enum tocsin_err keeper_rotate(struct keeper *k) MUST_USE;

#endif
