/*
 * merkle: the RFC 6962 tree, over a body's lines and over a log's entries.
 *
 * leaf = SHA-256(0x00 || entry), node = SHA-256(0x01 || left || right), empty root = SHA-256("").  A proof has at most 63 hashes, leaf to root.
 * Proofs are made from a reader of *full* subtrees, so that the caller decides where hashes are kept.
 */
#ifndef TOCSIN_PROOF_MERKLE_H
#define TOCSIN_PROOF_MERKLE_H

#include "base/limits.h"
#include "base/sha256.h"

#define MERKLE_SIZE_MAX ((uint64_t)INT64_MAX)      /* leaves in a tree: a size is stored as int64, a path in it is at most 63 hashes */

struct merkle_proof {
	struct hash h[LIMIT_PROOF_HASHES];
	size_t n;
};

struct hash merkle_leaf(struct bytes entry);
struct hash merkle_node(const struct hash *left, const struct hash *right);

/* The root over N leaf hashes in memory. */
struct hash merkle_root(const struct hash *leaves, size_t n);
/* Inclusion of leaf INDEX among N leaf hashes in memory (INDEX < N). */
void merkle_prove_in(const struct hash *leaves, size_t n, size_t index, struct merkle_proof *p);

/* The right edge of a growing tree: one hash for each set bit of size, largest subtree first. */
struct merkle_edge {
	uint64_t size;
	struct hash h[64];
	size_t n;
};

void merkle_edge_init(struct merkle_edge *e);
void merkle_edge_add(struct merkle_edge *e, const struct hash *leaf);
struct hash merkle_edge_root(const struct merkle_edge *e);

/* The hash of the full subtree of 2^LEVEL leaves that begins at leaf INDEX << LEVEL. False: cannot be had (said by fail()). */
typedef bool merkle_read(void *arg, unsigned level, uint64_t index, struct hash *out);

/* Proofs in a tree of SIZE leaves; BAD when INDEX >= SIZE, OLD > SIZE or a size is 0, BROKEN when READ fails. */
enum tocsin_err merkle_prove_inclusion(merkle_read *read, void *arg, uint64_t index, uint64_t size, struct merkle_proof *p) MUST_USE;
enum tocsin_err merkle_prove_consistency(merkle_read *read, void *arg, uint64_t old, uint64_t size, struct merkle_proof *p) MUST_USE;
/* The root of the first SIZE leaves. */
enum tocsin_err merkle_root_at(merkle_read *read, void *arg, uint64_t size, struct hash *root) MUST_USE;
/* Loads the edge of the first SIZE leaves. */
enum tocsin_err merkle_edge_load(struct merkle_edge *e, merkle_read *read, void *arg, uint64_t size) MUST_USE;

/* REFUSED with a sentence when the proof does not lead from LEAF at INDEX to ROOT of SIZE. Exact number of hashes required. */
enum tocsin_err merkle_check_inclusion(const struct hash *leaf, uint64_t index, uint64_t size, const struct merkle_proof *p, const struct hash *root) MUST_USE;
/* 1 <= OLD <= SIZE; for OLD == SIZE the proof is empty and the roots are equal. */
enum tocsin_err merkle_check_consistency(uint64_t old, const struct hash *old_root, uint64_t size, const struct hash *root, const struct merkle_proof *p) MUST_USE;

#endif
