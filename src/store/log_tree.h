/*
 * log_tree: the right edge of a growing log in memory: the last, partial tile of each level with all its inner nodes.
 *
 * Adding an entry makes the nodes above it; a tile that becomes full is handed out to be stored, its root becomes a
 * leaf of the level above, and it starts empty again. Nodes are hashed once.  Nothing here touches the database.
 */
#ifndef TOCSIN_STORE_LOG_TREE_H
#define TOCSIN_STORE_LOG_TREE_H

#include "proof/checkpoint.h"
#include "proof/merkle.h"

#define LOG_LEVELS 5                            /* 2^40 entries */
#define LOG_SIZE_MAX (UINT64_C(1) << 40)
#define LOG_N_MAX 32767
#define LOG_LEVEL_ENTRIES 255                   /* "level" of an entry chunk in a key */
#define LOG_TILE_BYTES (TILE_WIDTH * SHA256_SIZE)

struct log_tile {
	unsigned n;                                 /* leaves, 0 to 256 */
	struct hash node[2 * TILE_WIDTH - 1];       /* 256 leaves, 128 parents, … 1 root */
};

struct log_tree {
	uint64_t n;
	char origin[LIMIT_KEY_NAME + 1];
	uint64_t size;
	uint64_t published_size;
	uint8_t tail[LOG_TILE_BYTES];               /* entries behind the last full tile */
	unsigned dirty;                             /* bit L: level L was changed since the last log_tree_copy */
	struct log_tile level[LOG_LEVELS];
};

/* The key of a tile in log_tile. */
int64_t log_tile_key(uint64_t n, unsigned level, uint64_t index);

void log_tile_add(struct log_tile *t, const struct hash *leaf);
/* Node INDEX at HEIGHT (0 leaves … 8 root) of a tile; it must be complete. */
const struct hash *log_tile_node(const struct log_tile *t, unsigned height, unsigned index);

void log_tree_init(struct log_tree *t, uint64_t n, const char *origin);
/* A tile became full: its bytes, borrowed until it returns. False: could not be taken. */
typedef bool log_tile_full(void *arg, unsigned level, uint64_t index, struct bytes data);
/* Adds an entry (the 32 bytes behind the hex). False when FULL said so or the log is full; the tree is of no use then.
 */
bool log_tree_add(struct log_tree *t, const struct hash *entry, log_tile_full *full, void *arg);
struct hash log_tree_root(const struct log_tree *t);
static inline struct bytes log_tree_tail(const struct log_tree *t)
{
	return (struct bytes){ t->tail, (size_t)(t->size % TILE_WIDTH) * SHA256_SIZE };
}
/* The node of the full subtree of 2^LEVEL leaves at INDEX, when it is on the edge; NULL when it lies in a full tile, or
 * is not complete. */
const struct hash *log_tree_node(const struct log_tree *t, unsigned level, uint64_t index);
/* Makes TO the same as FROM, copying what is dirty in either; both clean then. */
void log_tree_copy(struct log_tree *to, struct log_tree *from);

#endif
