#include "store/log_tree.h"

#include "base/banned.h"
#include "proof/statement.h"

/* Where HEIGHT begins in node[]: 0, 256, 384, … 510. */
static unsigned offset(unsigned height)
{
	return 2 * TILE_WIDTH - (2 * TILE_WIDTH >> height);
}

int64_t log_tile_key(uint64_t n, unsigned level, uint64_t index)
{
	return (int64_t)(n << 48 | (uint64_t)level << 40 | index);
}

void log_tile_add(struct log_tile *t, const struct hash *leaf)
{
	unsigned i = t->n++;
	t->node[i] = *leaf;
	for (unsigned h = 0; h < TILE_HEIGHT && (i & 1) != 0; h++, i /= 2)
		t->node[offset(h + 1) + i / 2] = merkle_node(&t->node[offset(h) + i - 1], &t->node[offset(h) + i]);
}

const struct hash *log_tile_node(const struct log_tile *t, unsigned height, unsigned index)
{
	return &t->node[offset(height) + index];
}

void log_tree_init(struct log_tree *t, uint64_t n, const char *origin)
{
	memset(t, 0, sizeof *t);
	t->n = n;
	snprintf(t->origin, sizeof t->origin, "%s", origin);
	t->dirty = (1u << LOG_LEVELS) - 1;
}

bool log_tree_add(struct log_tree *t, const struct hash *entry, log_tile_full *full, void *arg)
{
	if (t->size >= LOG_SIZE_MAX - 1)
		return false;
	struct hash leaf = statement_entry_leaf(entry);
	memcpy(t->tail + (size_t)(t->size % TILE_WIDTH) * SHA256_SIZE, entry->b, SHA256_SIZE);
	uint64_t index = t->size++ / TILE_WIDTH;
	for (unsigned level = 0; level < LOG_LEVELS; level++, index /= TILE_WIDTH) {
		struct log_tile *tile = &t->level[level];
		t->dirty |= 1u << level;
		log_tile_add(tile, &leaf);
		if (tile->n < TILE_WIDTH)
			return true;
		if (level == 0 && !full(arg, LOG_LEVEL_ENTRIES, index, bytes_of(t->tail, LOG_TILE_BYTES)))
			return false;
		if (!full(arg, level, index, bytes_of(tile->node, LOG_TILE_BYTES)))
			return false;
		leaf = *log_tile_node(tile, TILE_HEIGHT, 0);
		tile->n = 0;
	}
	return true;
}

struct hash log_tree_root(const struct log_tree *t)
{
	struct hash root;
	bool begun = false;
	/* From the smallest full subtree to the largest: each is the left brother of all that is to its right. */
	for (unsigned level = 0; level < LOG_LEVELS; level++) {
		const struct log_tile *tile = &t->level[level];
		for (unsigned h = 0; h < TILE_HEIGHT; h++) {
			unsigned count = tile->n >> h;
			if ((count & 1) == 0)
				continue;
			const struct hash *left = log_tile_node(tile, h, count - 1);
			root = begun ? merkle_node(left, &root) : *left;
			begun = true;
		}
	}
	return begun ? root : sha256(bytes_of(NULL, 0));
}

const struct hash *log_tree_node(const struct log_tree *t, unsigned level, uint64_t index)
{
	unsigned l = level / TILE_HEIGHT, h = level % TILE_HEIGHT;
	if (l >= LOG_LEVELS)
		return NULL;
	uint64_t tile = index >> (TILE_HEIGHT - h);
	unsigned within = (unsigned)(index & ((1u << (TILE_HEIGHT - h)) - 1));
	if (tile != t->size >> (TILE_HEIGHT * (l + 1)) || within + 1 > t->level[l].n >> h)
		return NULL;
	return log_tile_node(&t->level[l], h, within);
}

void log_tree_copy(struct log_tree *to, struct log_tree *from)
{
	unsigned dirty = to->dirty | from->dirty;
	to->n = from->n;
	memcpy(to->origin, from->origin, sizeof to->origin);
	to->size = from->size;
	to->published_size = from->published_size;
	memcpy(to->tail, from->tail, sizeof to->tail);
	for (unsigned level = 0; level < LOG_LEVELS; level++)
		if (dirty >> level & 1)
			to->level[level] = from->level[level];
	to->dirty = from->dirty = 0;
}
