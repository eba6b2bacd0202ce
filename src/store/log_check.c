/*
 * log_check: whether what is stored gives the roots that were signed: the new part before each publication, everything
 * on demand.
 */
#include <stdlib.h>

#include "base/banned.h"
#include "proof/statement.h"
#include "store/inside.h"

static enum tocsin_err damaged(uint64_t n, uint64_t size)
{
	return fail(TOCSIN_BROKEN,
	        "log %llu: its stored entries do not give its root at size %llu: the database is damaged; publish "
	        "nothing, restore it from a backup",
	        (unsigned long long)n, (unsigned long long)size);
}

/* The checkpoint in log N's row, as of R; size 0 when there is none. */
static enum tocsin_err published_checkpoint(struct snapshot *r, uint64_t n, struct checkpoint *cp)
{
	struct cursor *row;
	enum tocsin_err err = cursor_open(r, &row, READ_LOG, (int64_t)n);
	if (err != TOCSIN_OK)
		return err;
	*cp = (struct checkpoint){ .size = 0 };
	err = cursor_next(row);
	if (err == TOCSIN_MISSING)
		err = fail(TOCSIN_MISSING, "there is no log %llu", (unsigned long long)n);
	struct bytes text = err == TOCSIN_OK ? cursor_bytes(row, 7) : bytes_of(NULL, 0);
	if (text.n > 0) {
		struct note *note = malloc(sizeof *note);
		if (note == NULL)
			err = fail(TOCSIN_BROKEN, "out of memory");
		else if (note_parse(text, LIMIT_CHECKPOINT_NOTE, note) != TOCSIN_OK ||
		        checkpoint_parse(note->text, cp) != TOCSIN_OK || cp->size != (uint64_t)cursor_int(row, 6))
			err = fail(TOCSIN_BROKEN,
			        "log %llu: its published checkpoint is damaged; restore the database from a backup",
			        (unsigned long long)n);
		free(note);
	}
	cursor_close(row);
	return err;
}

enum tocsin_err store_log_reread(struct store *s, uint64_t n, uint64_t size, const struct hash *root)
{
	struct snapshot *r;
	enum tocsin_err err = snapshot_open(s, &r);
	if (err != TOCSIN_OK)
		return err;
	struct checkpoint cp;
	struct merkle_edge edge;
	merkle_edge_init(&edge);
	err = published_checkpoint(r, n, &cp);
	if (err == TOCSIN_OK && size < cp.size)
		err = fail(TOCSIN_BAD, "log %llu: size %llu is behind what is published", (unsigned long long)n,
		        (unsigned long long)size);
	if (err == TOCSIN_OK && cp.size > 0) {
		err = log_edge(s, n, cp.size, &edge);
		struct hash before = err == TOCSIN_OK ? merkle_edge_root(&edge) : cp.root;
		if (err == TOCSIN_OK && !hash_equal(&before, &cp.root))
			err = damaged(n, cp.size);
	}
	struct hash entry[TILE_WIDTH];
	for (uint64_t at = cp.size; err == TOCSIN_OK && at < size; ) {
		/* To the end of a chunk, so that each is read once. */
		size_t k = TILE_WIDTH - (size_t)(at % TILE_WIDTH);
		if (k > size - at)
			k = (size_t)(size - at);
		err = log_entries(r, n, at, k, entry);
		for (size_t i = 0; i < k && err == TOCSIN_OK; i++) {
			struct hash leaf = statement_entry_leaf(&entry[i]);
			merkle_edge_add(&edge, &leaf);
		}
		at += k;
	}
	if (err == TOCSIN_OK) {
		struct hash computed = merkle_edge_root(&edge);
		if (!hash_equal(&computed, root))
			err = damaged(n, size);
	}
	snapshot_close(r);
	return err;
}

/* What log_tree_add hands out is compared with what is stored. */
struct checking {
	struct snapshot *r;
	uint64_t n;
	enum tocsin_err err;
};

static bool same_tile(void *arg, unsigned level, uint64_t index, struct bytes data)
{
	struct checking *g = arg;
	if (level == LOG_LEVEL_ENTRIES)
		return true;                        /* it was just read from there */
	uint8_t stored[LOG_TILE_BYTES];
	g->err = log_tile_bytes(g->r, g->n, level, index, stored);
	if (g->err == TOCSIN_OK && memcmp(stored, data.p, LOG_TILE_BYTES) != 0)
		g->err = fail(TOCSIN_BROKEN,
		        "log %llu: stored tile %u/%llu is not the hash of its entries: the database is damaged; "
		        "restore it from a backup",
		        (unsigned long long)g->n, level, (unsigned long long)index);
	return g->err == TOCSIN_OK;
}

static enum tocsin_err check_all(
        struct snapshot *r, uint64_t n, uint64_t size, const struct hash *root, struct log_tree *tree)
{
	struct checkpoint cp;
	enum tocsin_err err = published_checkpoint(r, n, &cp);
	struct checking g = { .r = r, .n = n };
	struct hash entry[TILE_WIDTH];
	while (err == TOCSIN_OK && tree->size < size) {
		size_t k = size - tree->size < TILE_WIDTH ? (size_t)(size - tree->size) : TILE_WIDTH;
		err = log_entries(r, n, tree->size, k, entry);
		for (size_t i = 0; i < k && err == TOCSIN_OK; i++) {
			if (!log_tree_add(tree, &entry[i], same_tile, &g))
				err = g.err;
			if (err == TOCSIN_OK && tree->size == cp.size) {
				struct hash computed = log_tree_root(tree);
				if (!hash_equal(&computed, &cp.root))
					err = damaged(n, cp.size);
			}
		}
	}
	if (err == TOCSIN_OK && cp.size > size)
		err = fail(TOCSIN_BROKEN,
		        "log %llu: more is published than there is; restore the database from a backup",
		        (unsigned long long)n);
	struct hash computed = log_tree_root(tree);
	if (err == TOCSIN_OK && !hash_equal(&computed, root))
		err = damaged(n, size);
	return err;
}

enum tocsin_err store_log_check(struct store *s, uint64_t n, uint64_t *entries)
{
	*entries = 0;
	struct snapshot *r;
	enum tocsin_err err = snapshot_open(s, &r);
	if (err != TOCSIN_OK)
		return err;
	struct cursor *row = NULL;
	struct log_tree *tree = malloc(sizeof *tree);
	if (tree == NULL)
		err = fail(TOCSIN_BROKEN, "out of memory");
	if (err == TOCSIN_OK)
		err = cursor_open(r, &row, READ_LOG, (int64_t)n);
	if (err == TOCSIN_OK) {
		err = cursor_next(row);
		if (err == TOCSIN_MISSING)
			err = fail(TOCSIN_MISSING, "there is no log %llu", (unsigned long long)n);
	}
	if (err == TOCSIN_OK) {
		uint64_t size = (uint64_t)cursor_int(row, 3);
		struct bytes kept = cursor_bytes(row, 4);
		struct hash root;
		log_tree_init(tree, n, cursor_text(row, 1));
		if (kept.n != sizeof root.b) {
			err = damaged(n, size);
		} else {
			memcpy(root.b, kept.p, sizeof root.b);
			err = check_all(r, n, size, &root, tree);
			*entries = tree->size;
		}
	}
	cursor_close(row);
	snapshot_close(r);
	free(tree);
	return err;
}
