/*
 * log (store's): this node's own transparency log as it is kept: entries, tiles, edge, what is published.
 *
 * The rightmost tile of each level is in memory with all its inner nodes, so that proofs for new entries cost copies, not hashes; older tiles are read from the
 * database and kept in a small cache.  All functions are safe from any thread; each works on the durable state only.
 */
#ifndef TOCSIN_STORE_LOG_H
#define TOCSIN_STORE_LOG_H

#include "proof/checkpoint.h"
#include "proof/merkle.h"
#include "store/store.h"

struct log_state {
	uint64_t n;
	char origin[LIMIT_KEY_NAME + 1];
	uint64_t size;
	struct hash root;
	uint64_t published_size;
};
/* The current log. */
void store_log_state(struct store *s, struct log_state *out);
/* Every log of this node, the retired ones too, by number. */
struct log_row {
	uint64_t n, size, published_size;
	const char *origin, *state, *reason;      /* "current" or "retired", and why */
	int64_t started_at;
};
typedef bool log_each_row(void *arg, const struct log_row *row);
enum tocsin_err store_log_each(struct snapshot *r, log_each_row *each, void *arg) MUST_USE;
/* Where the entry of ID (a card's, or a statement's that was logged again: not the first one, which its row tells) is in log N; MISSING when it has none there. */
enum tocsin_err store_log_position(struct snapshot *r, const struct hash *id, uint64_t n, uint64_t *index) MUST_USE;
/* Proofs in log N at SIZE (<= its durable size). */
enum tocsin_err store_log_inclusion(struct store *s, uint64_t n, uint64_t index, uint64_t size, struct merkle_proof *p) MUST_USE;
enum tocsin_err store_log_consistency(struct store *s, uint64_t n, uint64_t old, uint64_t size, struct merkle_proof *p) MUST_USE;
enum tocsin_err store_log_root(struct store *s, uint64_t n, uint64_t size, struct hash *root) MUST_USE;
/* The bytes of a tile or entry bundle as tlog-tiles serves it; MISSING unless log N's published checkpoint covers it. */
enum tocsin_err store_log_tile(struct store *s, uint64_t n, const struct tile_path *t, struct buf *out) MUST_USE;
/* The published note (with cosignatures) of log N; MISSING when there is none. */
enum tocsin_err store_log_published(struct store *s, uint64_t n, struct buf *note) MUST_USE;
/* The checkpoints of log N that were published and cover entry INDEX, with their cosignatures, smallest first, at
 * most 256 of them: the earliest tells best when the entry was there. */
typedef bool log_published_each(void *arg, struct bytes note);
enum tocsin_err store_log_published_from(struct snapshot *r, uint64_t n, uint64_t index, log_published_each *each,
        void *arg) MUST_USE;
/* Recomputes from what is stored, read back from the database, the root of log N at SIZE: entries since the last published checkpoint on top of its edge. BROKEN when it is not ROOT:
 * called before a checkpoint is published (logs have died of one flipped bit). */
enum tocsin_err store_log_reread(struct store *s, uint64_t n, uint64_t size, const struct hash *root) MUST_USE;
/* Entries FIRST .. FIRST+N-1 of log LOG_N, 32 bytes each. */
enum tocsin_err store_log_entries(struct store *s, uint64_t log_n, uint64_t first, size_t n, struct hash *out) MUST_USE;

/* Changes of the log itself; each is a change_* on C. */
void change_log_published(struct change *c, uint64_t n, uint64_t size, struct bytes note);      /* must still be the current origin, size not smaller */
/* Appends padding until the log's size, right behind this change, is a multiple of MULTIPLE (1 to 256) and not 0; change_result.log_size tells it. An entry depends on its
 * own index, which only the writer knows: MAKE(ARG, index, &entry) is called on its thread, perhaps more than once for an index; it must be quick and pure, and ARG must
 * live until the change is done. Nothing else may be in the change but events. */
typedef void log_padding(void *arg, uint64_t index, struct hash *entry);
void change_log_padding(struct change *c, unsigned multiple, log_padding *make, void *arg);
/* Retires the current log (for REASON) and begins log N with ORIGIN; nothing else may be in the change but events and cards run by change_run. */
void change_log_next(struct change *c, uint64_t n, const char *origin, const char *reason);

/* Checks log N from its first entry: every entry chunk hashed, every stored tile compared, the root at its size and at the published size. OUT: entries checked. Works on a read-only store. */
enum tocsin_err store_log_check(struct store *s, uint64_t n, uint64_t *entries) MUST_USE;

#endif
