/*
 * checkpoint: C2SP tlog-checkpoint texts (no extension lines), cosignatures, witness requests, tlog-proofs and tile paths.
 */
#ifndef TOCSIN_PROOF_CHECKPOINT_H
#define TOCSIN_PROOF_CHECKPOINT_H

#include "proof/merkle.h"
#include "proof/note.h"

struct checkpoint {
	char origin[LIMIT_KEY_NAME + 1];
	uint64_t size;
	struct hash root;
};

enum tocsin_err checkpoint_parse(struct bytes text, struct checkpoint *c) MUST_USE;
void checkpoint_format(const struct checkpoint *c, struct buf *text);
/* Parses a checkpoint note and verifies it by LOG, whose name must be the origin. */
enum tocsin_err checkpoint_open(struct bytes note, const struct vkey *log, struct checkpoint *c) MUST_USE;

/* ---- cosignature.c (tlog-cosignature v1, Ed25519) ---- */
/* The message a witness signs for checkpoint text TEXT at TIME (seconds since 1970). */
void cosignature_message(struct buf *out, uint64_t time, struct bytes text);
/* OK and the *earliest* time in seconds at which witness K cosigned; MISSING; REFUSED when a line of K fails. */
enum tocsin_err cosignature_verify(const struct note *n, const struct vkey *k, uint64_t *time) MUST_USE;

/* ---- witness_request.c (tlog-witness add-checkpoint) ---- */
struct witness_request {
	uint64_t old;
	struct merkle_proof proof;
	struct bytes note;
};
enum tocsin_err witness_request_parse(struct bytes body, struct witness_request *r) MUST_USE;
void witness_request_format(struct buf *out, uint64_t old, const struct merkle_proof *proof, struct bytes note);

/* ---- tlogproof.c ---- */
struct tlogproof {
	uint64_t index;
	struct merkle_proof proof;
	struct bytes extra;               /* as base64, unauthenticated; empty when absent */
	struct bytes note;                /* the checkpoint with its cosignatures */
};
enum tocsin_err tlogproof_parse(struct bytes b, struct tlogproof *p) MUST_USE;
void tlogproof_format(struct buf *out, uint64_t index, const struct merkle_proof *proof, struct bytes note);
/* Verifies that LEAF is included in the checkpoint, which LOG signed; the checkpoint into *C. */
enum tocsin_err tlogproof_verify(const struct tlogproof *p, const struct hash *leaf, const struct vkey *log, struct checkpoint *c) MUST_USE;

/* Hash lines in base64, shared by the formats above and by the exchange's answer. */
void proof_hashes_format(struct buf *out, const struct merkle_proof *p);
bool proof_hash_line(struct bytes line, struct hash *h);

/* ---- tile.c (tlog-tiles) ---- */
#define TILE_HEIGHT 8
#define TILE_WIDTH 256
#define TILE_PATH 64
struct tile_path {
	bool entries;
	unsigned level;                   /* 0 to 63; 0 for entries */
	uint64_t n;
	unsigned width;                   /* 1 to 255 for a partial tile, 256 for a full one */
};
/* "tile/<L>/<N>[.p/<W>]", "tile/entries/<N>[.p/<W>]", canonical only. */
bool tile_path_parse(struct bytes path, struct tile_path *t);
void tile_path_format(const struct tile_path *t, char out[TILE_PATH]);

#endif
