/*
 * log: proofs, tiles and roots of our own logs.
 *
 * A node of the tree is on the edge in memory, or in a full tile in the database; full tiles never change, so what was
 * read once may be kept.
 */
#include <stdlib.h>

#include "base/banned.h"
#include "store/inside.h"

/* ---- finding a tree and its nodes ---- */

/* Fills TREE from log N's row and the tiles below its edge, read from R; BROKEN when its root is not the row's. */
static enum tocsin_err tree_load(struct snapshot *r, struct cursor *row, struct log_tree *tree)
{
	log_tree_init(tree, (uint64_t)cursor_int(row, 0), cursor_text(row, 1));
	uint64_t size = (uint64_t)cursor_int(row, 3);
	struct bytes root = cursor_bytes(row, 4), tail = cursor_bytes(row, 5);
	if (size >= LOG_SIZE_MAX || tail.n != size % TILE_WIDTH * SHA256_SIZE || root.n != SHA256_SIZE)
		return fail(TOCSIN_BROKEN,
		        "log %s: its row does not fit its size %llu; restore the database from a backup", tree->origin,
		        (unsigned long long)size);
	for (unsigned level = 1; level < LOG_LEVELS; level++) {
		/* The leaves of the last tile of a level are the roots of full tiles below. */
		uint64_t leaves = size >> (TILE_HEIGHT * level);
		for (uint64_t i = leaves - leaves % TILE_WIDTH; i < leaves; i++) {
			struct log_tile below;
			enum tocsin_err err = log_tile_read(r, tree->n, level - 1, i, &below);
			if (err != TOCSIN_OK)
				return err;
			log_tile_add(&tree->level[level], log_tile_node(&below, TILE_HEIGHT, 0));
		}
	}
	tree->size = size - size % TILE_WIDTH;
	for (size_t i = 0; i < tail.n; i += SHA256_SIZE) {
		struct hash entry;
		memcpy(entry.b, tail.p + i, SHA256_SIZE);
		/* Less than a tile, so none becomes full. */
		log_tree_add(tree, &entry, NULL, NULL);
	}
	tree->published_size = (uint64_t)cursor_int(row, 6);
	struct hash computed = log_tree_root(tree);
	if (memcmp(computed.b, root.p, SHA256_SIZE) != 0)
		return fail(TOCSIN_BROKEN,
		        "log %s: its stored entries do not give its root at size %llu; restore the database from a "
		        "backup",
		        tree->origin, (unsigned long long)size);
	if (tree->published_size > size)
		return fail(TOCSIN_BROKEN,
		        "log %s: more is published than there is; restore the database from a backup", tree->origin);
	return TOCSIN_OK;
}

enum tocsin_err log_tile_bytes(struct snapshot *r, uint64_t n, unsigned level, uint64_t index, uint8_t out[LOG_TILE_BYTES])
{
	struct cursor *c;
	enum tocsin_err err = cursor_open(r, &c, READ_LOG_TILE, log_tile_key(n, level, index));
	if (err != TOCSIN_OK)
		return err;
	err = cursor_next(c);
	if (err == TOCSIN_OK) {
		struct bytes data = cursor_bytes(c, 0);
		if (data.n != LOG_TILE_BYTES) {
			err = fail(TOCSIN_BROKEN,
			        "log %llu: tile %u/%llu has %zu bytes instead of %u; restore the database from a "
			        "backup",
			        (unsigned long long)n, level, (unsigned long long)index, data.n, LOG_TILE_BYTES);
		} else {
			memcpy(out, data.p, LOG_TILE_BYTES);
		}
	} else if (err == TOCSIN_MISSING) {
		err = fail(TOCSIN_BROKEN, "log %llu: tile %u/%llu is missing; restore the database from a backup",
		        (unsigned long long)n, level, (unsigned long long)index);
	}
	cursor_close(c);
	return err;
}

enum tocsin_err log_tile_read(struct snapshot *r, uint64_t n, unsigned level, uint64_t index, struct log_tile *tile)
{
	uint8_t data[LOG_TILE_BYTES];
	enum tocsin_err err = log_tile_bytes(r, n, level, index, data);
	tile->n = 0;
	for (size_t i = 0; err == TOCSIN_OK && i < TILE_WIDTH; i++) {
		struct hash leaf;
		memcpy(leaf.b, data + i * SHA256_SIZE, SHA256_SIZE);
		log_tile_add(tile, &leaf);
	}
	return err;
}

/* The tree of log N; log_lock is held. NULL: not loaded. Retired trees stay where they are until the store is closed.
 */
static struct log_tree *tree_find(struct store *s, uint64_t n)
{
	if (s->durable->n == n)
		return s->durable;
	for (struct retired_log *l = s->retired; l != NULL; l = l->next)
		if (l->tree.n == n)
			return &l->tree;
	return NULL;
}

/* Makes log N's tree be there. */
static enum tocsin_err tree_need(struct store *s, uint64_t n)
{
	pthread_mutex_lock(&s->log_lock);
	bool there = tree_find(s, n) != NULL;
	pthread_mutex_unlock(&s->log_lock);
	if (there)
		return TOCSIN_OK;
	if (n == 0 || n > LOG_N_MAX)
		return fail(TOCSIN_MISSING, "there is no log %llu", (unsigned long long)n);
	struct snapshot *r;
	enum tocsin_err err = snapshot_open(s, &r);
	if (err != TOCSIN_OK)
		return err;
	struct cursor *row = NULL;
	struct retired_log *l = calloc(1, sizeof *l);
	if (l == NULL)
		err = fail(TOCSIN_BROKEN, "%s: out of memory", s->path);
	if (err == TOCSIN_OK)
		err = cursor_open(r, &row, READ_LOG, (int64_t)n);
	if (err == TOCSIN_OK) {
		err = cursor_next(row);
		if (err == TOCSIN_MISSING)
			fail(err, "there is no log %llu", (unsigned long long)n);
	}
	if (err == TOCSIN_OK)
		err = tree_load(r, row, &l->tree);
	cursor_close(row);
	snapshot_close(r);
	pthread_mutex_lock(&s->log_lock);
	if (err == TOCSIN_OK && tree_find(s, n) == NULL) {
		l->next = s->retired;
		s->retired = l;
		l = NULL;
	}
	pthread_mutex_unlock(&s->log_lock);
	free(l);
	return err;
}

/* Reads nodes for the functions of merkle.h. */
struct reading {
	struct store *s;
	uint64_t n;
	struct snapshot *r;                         /* opened when first needed */
};

/* From the edge or the cache. */
static bool node_in_memory(struct reading *g, unsigned level, uint64_t index, struct hash *out)
{
	struct store *s = g->s;
	unsigned l = level / TILE_HEIGHT, h = level % TILE_HEIGHT;
	bool found = false;
	pthread_mutex_lock(&s->log_lock);
	const struct log_tree *tree = tree_find(s, g->n);
	const struct hash *node = tree == NULL ? NULL : log_tree_node(tree, level, index);
	uint64_t key = (uint64_t)log_tile_key(g->n, l, index >> (TILE_HEIGHT - h));
	for (size_t i = 0; i < TILE_CACHE && node == NULL; i++)
		if (s->cache[i].tile != NULL && s->cache[i].key == key) {
			s->cache[i].used = ++s->cache_clock;
			node = log_tile_node(s->cache[i].tile, h, (unsigned)(index & ((1u << (TILE_HEIGHT - h)) - 1)));
		}
	if (node != NULL) {
		*out = *node;
		found = true;
	}
	pthread_mutex_unlock(&s->log_lock);
	return found;
}

static void cache_put(struct store *s, uint64_t key, const struct log_tile *tile)
{
	pthread_mutex_lock(&s->log_lock);
	struct tile_slot *oldest = &s->cache[0];
	for (size_t i = 1; i < TILE_CACHE; i++)
		if (s->cache[i].used < oldest->used)
			oldest = &s->cache[i];
	if (oldest->tile == NULL)
		oldest->tile = malloc(sizeof *oldest->tile);
	if (oldest->tile != NULL) {
		*oldest->tile = *tile;
		oldest->key = key;
		oldest->used = ++s->cache_clock;
	}
	pthread_mutex_unlock(&s->log_lock);
}

static bool read_node(void *arg, unsigned level, uint64_t index, struct hash *out)
{
	struct reading *g = arg;
	if (node_in_memory(g, level, index, out))
		return true;
	/* The current log may have been retired in between; then its edge is loaded again. */
	if (tree_need(g->s, g->n) != TOCSIN_OK)
		return false;
	if (node_in_memory(g, level, index, out))
		return true;
	unsigned l = level / TILE_HEIGHT, h = level % TILE_HEIGHT;
	struct log_tile tile;
	enum tocsin_err err = TOCSIN_OK;
	/* A snapshot that was opened before the tile became full does not have it: the second try has a new one. */
	for (int i = 0; i < 2; i++) {
		bool fresh = g->r == NULL;
		if (fresh && (err = snapshot_open(g->s, &g->r)) != TOCSIN_OK)
			return false;
		err = log_tile_read(g->r, g->n, l, index >> (TILE_HEIGHT - h), &tile);
		if (err == TOCSIN_OK || fresh)
			break;
		snapshot_close(g->r);
		g->r = NULL;
	}
	if (err != TOCSIN_OK)
		return false;
	*out = *log_tile_node(&tile, h, (unsigned)(index & ((1u << (TILE_HEIGHT - h)) - 1)));
	cache_put(g->s, (uint64_t)log_tile_key(g->n, l, index >> (TILE_HEIGHT - h)), &tile);
	return true;
}

/* Loads log N and checks that it has SIZE entries. */
static enum tocsin_err reading_begin(struct reading *g, struct store *s, uint64_t n, uint64_t size)
{
	*g = (struct reading){ .s = s, .n = n };
	enum tocsin_err err = tree_need(s, n);
	if (err != TOCSIN_OK)
		return err;
	pthread_mutex_lock(&s->log_lock);
	const struct log_tree *tree = tree_find(s, n);
	uint64_t durable = tree == NULL ? 0 : tree->size;
	pthread_mutex_unlock(&s->log_lock);
	/* Retired since tree_need: it is loaded again as such. */
	if (tree == NULL)
		return reading_begin(g, s, n, size);
	if (size > durable)
		return fail(TOCSIN_BAD, "log %llu has %llu entries, not %llu", (unsigned long long)n,
		        (unsigned long long)durable, (unsigned long long)size);
	return TOCSIN_OK;
}

/* ---- the functions of log.h ---- */

void store_log_state(struct store *s, struct log_state *out)
{
	pthread_mutex_lock(&s->log_lock);
	const struct log_tree *t = s->durable;
	*out = (struct log_state){
		.n = t->n, .size = t->size, .root = log_tree_root(t), .published_size = t->published_size
	};
	memcpy(out->origin, t->origin, sizeof out->origin);
	pthread_mutex_unlock(&s->log_lock);
}

enum tocsin_err store_log_inclusion(struct store *s, uint64_t n, uint64_t index, uint64_t size, struct merkle_proof *p)
{
	struct reading g;
	enum tocsin_err err = reading_begin(&g, s, n, size);
	if (err == TOCSIN_OK)
		err = merkle_prove_inclusion(read_node, &g, index, size, p);
	snapshot_close(g.r);
	return err;
}

enum tocsin_err store_log_consistency(struct store *s, uint64_t n, uint64_t old, uint64_t size, struct merkle_proof *p)
{
	struct reading g;
	enum tocsin_err err = reading_begin(&g, s, n, size);
	if (err == TOCSIN_OK)
		err = merkle_prove_consistency(read_node, &g, old, size, p);
	snapshot_close(g.r);
	return err;
}

enum tocsin_err store_log_root(struct store *s, uint64_t n, uint64_t size, struct hash *root)
{
	struct reading g;
	enum tocsin_err err = reading_begin(&g, s, n, size);
	if (err == TOCSIN_OK)
		err = merkle_root_at(read_node, &g, size, root);
	snapshot_close(g.r);
	return err;
}

enum tocsin_err log_edge(struct store *s, uint64_t n, uint64_t size, struct merkle_edge *e)
{
	struct reading g;
	enum tocsin_err err = reading_begin(&g, s, n, size);
	if (err == TOCSIN_OK)
		err = merkle_edge_load(e, read_node, &g, size);
	snapshot_close(g.r);
	return err;
}

enum tocsin_err log_entries(struct snapshot *r, uint64_t log_n, uint64_t first, size_t n, struct hash *out)
{
	/* One snapshot: an entry is in a chunk or in the tail of the same moment. */
	while (n > 0) {
		uint64_t chunk = first / TILE_WIDTH;
		size_t at = (size_t)(first % TILE_WIDTH), k = TILE_WIDTH - at < n ? TILE_WIDTH - at : n;
		struct cursor *c;
		enum tocsin_err err = cursor_open(r, &c, READ_LOG_TILE, log_tile_key(log_n, LOG_LEVEL_ENTRIES, chunk));
		if (err != TOCSIN_OK)
			return err;
		err = cursor_next(c);
		struct bytes data = err == TOCSIN_OK ? cursor_bytes(c, 0) : bytes_of(NULL, 0);
		if (err == TOCSIN_MISSING) {
			cursor_close(c);
			if ((err = cursor_open(r, &c, READ_LOG, (int64_t)log_n)) != TOCSIN_OK)
				return err;
			err = cursor_next(c);
			if (err == TOCSIN_OK && (uint64_t)cursor_int(c, 3) / TILE_WIDTH == chunk)
				data = cursor_bytes(c, 5);
		}
		if (err == TOCSIN_OK && data.n >= (at + k) * SHA256_SIZE)
			memcpy(out, data.p + at * SHA256_SIZE, k * SHA256_SIZE);
		else if (err != TOCSIN_BROKEN)
			err = fail(TOCSIN_BROKEN,
			        "log %llu: entries from %llu on are missing; restore the database from a backup",
			        (unsigned long long)log_n, (unsigned long long)first);
		cursor_close(c);
		if (err != TOCSIN_OK)
			return err;
		out += k;
		first += k;
		n -= k;
	}
	return TOCSIN_OK;
}

enum tocsin_err store_log_entries(struct store *s, uint64_t log_n, uint64_t first, size_t n, struct hash *out)
{
	struct reading g;
	if (n > LOG_SIZE_MAX || first > LOG_SIZE_MAX)
		return fail(TOCSIN_BAD, "no log has so many entries");
	enum tocsin_err err = reading_begin(&g, s, log_n, first + n);
	if (err == TOCSIN_OK)
		err = snapshot_open(s, &g.r);
	if (err == TOCSIN_OK)
		err = log_entries(g.r, log_n, first, n, out);
	snapshot_close(g.r);
	return err;
}

enum tocsin_err store_log_tile(struct store *s, uint64_t n, const struct tile_path *t, struct buf *out)
{
	struct reading g;
	enum tocsin_err err = reading_begin(&g, s, n, 0);
	if (err != TOCSIN_OK)
		return err;
	pthread_mutex_lock(&s->log_lock);
	const struct log_tree *tree = tree_find(s, n);
	uint64_t published = tree == NULL ? 0 : tree->published_size;
	pthread_mutex_unlock(&s->log_lock);
	uint64_t leaves = t->level >= LOG_LEVELS ? 0 : published >> (TILE_HEIGHT * t->level);
	if (t->width == 0 || t->width > TILE_WIDTH || t->n > leaves / TILE_WIDTH ||
	        t->width > leaves - t->n * TILE_WIDTH)
		return fail(TOCSIN_MISSING, "the published log does not reach that far");
	uint64_t first = t->n * TILE_WIDTH;
	if (t->entries) {
		struct hash entry[TILE_WIDTH];
		err = store_log_entries(s, n, first, t->width, entry);
		for (unsigned i = 0; i < t->width && err == TOCSIN_OK; i++) {
			buf_add_be16(out, ENTRY_SIZE);
			buf_add_hex(out, entry[i].b, SHA256_SIZE);
		}
	} else {
		for (unsigned i = 0; i < t->width && err == TOCSIN_OK; i++) {
			struct hash node;
			if (!read_node(&g, t->level * TILE_HEIGHT, first + i, &node))
				err = TOCSIN_BROKEN;
			buf_add(out, node.b, SHA256_SIZE);
		}
	}
	snapshot_close(g.r);
	return err == TOCSIN_OK ? buf_end(out, "a tile") : err;
}

static enum tocsin_err published(struct snapshot *r, uint64_t n, struct buf *note)
{
	struct cursor *c;
	enum tocsin_err err = cursor_open(r, &c, READ_LOG, (int64_t)n);
	if (err != TOCSIN_OK)
		return err;
	err = cursor_next(c);
	if (err == TOCSIN_MISSING || (err == TOCSIN_OK && cursor_bytes(c, 7).n == 0))
		err = fail(TOCSIN_MISSING, "log %llu has no published checkpoint yet", (unsigned long long)n);
	if (err == TOCSIN_OK) {
		buf_add_bytes(note, cursor_bytes(c, 7));
		err = buf_end(note, "a published checkpoint");
	}
	cursor_close(c);
	return err;
}

enum tocsin_err store_log_published(struct store *s, uint64_t n, struct buf *note)
{
	struct snapshot *r;
	enum tocsin_err err = snapshot_open(s, &r);
	if (err == TOCSIN_OK)
		err = published(r, n, note);
	snapshot_close(r);
	return err;
}

enum tocsin_err store_log_published_from(struct snapshot *r, uint64_t n, uint64_t index, log_published_each *each,
        void *arg)
{
	struct cursor *c;
	enum tocsin_err err = cursor_open(r, &c, READ_LOG_PUBLISHED, (int64_t)n, (int64_t)index);
	if (err != TOCSIN_OK)
		return err;
	bool more = true;
	while (more && (err = cursor_next(c)) == TOCSIN_OK)
		more = each(arg, cursor_bytes(c, 0));
	cursor_close(c);
	return err == TOCSIN_MISSING ? TOCSIN_OK : err;
}

enum tocsin_err store_log_each(struct snapshot *r, log_each_row *each, void *arg)
{
	struct cursor *c;
	enum tocsin_err err = cursor_open(r, &c, READ_LOGS);
	if (err != TOCSIN_OK)
		return err;
	bool more = true;
	while (more && (err = cursor_next(c)) == TOCSIN_OK) {
		struct log_row row = {
			.n = (uint64_t)cursor_int(c, 0),
			.origin = cursor_text(c, 1),
			.state = cursor_text(c, 2),
			.reason = cursor_text(c, 3),
			.size = (uint64_t)cursor_int(c, 4),
			.published_size = (uint64_t)cursor_int(c, 5),
			.started_at = cursor_int(c, 6),
		};
		more = each(arg, &row);
	}
	cursor_close(c);
	return err == TOCSIN_MISSING ? TOCSIN_OK : err;
}

enum tocsin_err store_log_position(struct snapshot *r, const struct hash *id, uint64_t n, uint64_t *index)
{
	struct cursor *c;
	enum tocsin_err err = cursor_open(r, &c, READ_LOG_POSITION, id, (int64_t)n);
	if (err != TOCSIN_OK)
		return err;
	err = cursor_next(c);
	if (err == TOCSIN_OK)
		*index = (uint64_t)cursor_int(c, 0);
	else if (err == TOCSIN_MISSING)
		err = fail(err, "there is no entry of that id in log %llu", (unsigned long long)n);
	cursor_close(c);
	return err;
}

/* ---- the writer's and store.c's ---- */

enum tocsin_err log_load(struct store *s)
{
	struct snapshot *r;
	enum tocsin_err err = snapshot_open(s, &r);
	if (err != TOCSIN_OK)
		return err;
	struct cursor *row;
	s->durable = calloc(1, sizeof *s->durable);
	if (s->durable == NULL)
		err = fail(TOCSIN_BROKEN, "%s: out of memory", s->path);
	if (err == TOCSIN_OK && (err = cursor_open(r, &row, READ_LOG_CURRENT)) == TOCSIN_OK) {
		err = cursor_next(row);
		if (err == TOCSIN_OK)
			err = tree_load(r, row, s->durable);
		else if (err == TOCSIN_MISSING)
			err = fail(
			        TOCSIN_BROKEN, "%s: there is no current log in it; restore it from a backup", s->path);
		if (err == TOCSIN_OK && (err = cursor_next(row)) == TOCSIN_OK)
			err = fail(TOCSIN_BROKEN, "%s: there are two current logs in it; restore it from a backup",
			        s->path);
		else if (err == TOCSIN_MISSING)
			err = TOCSIN_OK;
		cursor_close(row);
	}
	snapshot_close(r);
	return err;
}

void log_unload(struct store *s)
{
	while (s->retired != NULL) {
		struct retired_log *l = s->retired;
		s->retired = l->next;
		free(l);
	}
	for (size_t i = 0; i < TILE_CACHE; i++)
		free(s->cache[i].tile);
	free(s->durable);
}

void log_commit(struct store *s, bool newly_published, uint64_t published_size)
{
	if (newly_published)
		s->draft->published_size = published_size;
	pthread_mutex_lock(&s->log_lock);
	log_tree_copy(s->durable, s->draft);
	pthread_mutex_unlock(&s->log_lock);
}
