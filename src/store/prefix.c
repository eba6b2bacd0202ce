#include "store/prefix.h"

#include <stdlib.h>

#include "base/banned.h"
#include "store/inside.h"

#define FOLD_FACTOR 4 /* keys folded for each pair that comes: a block is done after a quarter of the next */
#define FOLD_LEAST 64

struct prefix_block {
	atomic_uint refs;
	atomic_size_t n;                            /* pairs below it never change */
	size_t room;
	int64_t last_seq;                           /* (writer) of the last tail row with a pair of this block */
	uint64_t *sorted;                           /* (writer) keys, once frozen */
	size_t folded;                              /* (writer) how many of them are in the table */
	uint32_t *prefix, *num;
};

uint32_t prefix_of(const struct hash *h)
{
	return be32_get(h->b);
}

static struct prefix_block *block_new(size_t room)
{
	struct prefix_block *b = calloc(1, sizeof *b);
	if (b == NULL)
		return NULL;
	b->refs = 1;
	b->room = room;
	/* Big enough to come from mmap: pages that are not used yet cost nothing. */
	b->prefix = malloc(room * sizeof *b->prefix);
	b->num = malloc(room * sizeof *b->num);
	if (b->prefix == NULL || b->num == NULL) {
		free(b->prefix);
		free(b->num);
		free(b);
		return NULL;
	}
	return b;
}

static void block_release(struct prefix_block *b)
{
	if (b == NULL || atomic_fetch_sub(&b->refs, 1) != 1)
		return;
	free(b->sorted);
	free(b->prefix);
	free(b->num);
	free(b);
}

static void block_add(struct prefix_block *b, const struct prefix_pair *pair, size_t n)
{
	size_t at = atomic_load_explicit(&b->n, memory_order_relaxed);
	for (size_t i = 0; i < n; i++) {
		b->prefix[at + i] = pair[i].prefix;
		b->num[at + i] = pair[i].num;
	}
	atomic_store_explicit(&b->n, at + n, memory_order_release);
}

static int compare_keys(const void *a, const void *b)
{
	const uint64_t *x = a, *y = b;
	return *x < *y ? -1 : *x > *y;
}

static bool block_sort(struct prefix_block *b)
{
	size_t n = b->n;
	b->sorted = malloc((n + 1) * sizeof *b->sorted);
	if (b->sorted == NULL)
		return false;
	for (size_t i = 0; i < n; i++)
		b->sorted[i] = (uint64_t)b->prefix[i] << 31 | b->num[i];
	qsort(b->sorted, n, sizeof *b->sorted, compare_keys);
	return true;
}

enum tocsin_err prefix_init(struct prefix *p, size_t block_room)
{
	memset(p, 0, sizeof *p);
	pthread_mutex_init(&p->lock, NULL);
	p->block_room = block_room;
	for (int k = 0; k < PREFIX_KINDS; k++)
		if ((p->now.active[k] = block_new(p->block_room)) == NULL)
			return fail(TOCSIN_BROKEN, "out of memory for the index of ids");
	return TOCSIN_OK;
}

void prefix_free(struct prefix *p)
{
	for (int k = 0; k < PREFIX_KINDS; k++) {
		block_release(p->now.active[k]);
		block_release(p->now.frozen[k]);
		free(p->pair[k]);
	}
	pthread_mutex_destroy(&p->lock);
}

/* Makes room for N more staged pairs. */
static bool stage_room(struct prefix *p, enum prefix_kind kind, size_t n)
{
	if (n <= p->room[kind] - p->n[kind])
		return true;
	size_t room = p->room[kind] * 2 + n + 64;
	struct prefix_pair *pair = realloc(p->pair[kind], room * sizeof *pair);
	if (pair == NULL)
		return false;
	p->pair[kind] = pair;
	p->room[kind] = room;
	return true;
}

enum tocsin_err prefix_load(struct prefix *p, int64_t seq, enum prefix_kind kind, struct bytes pairs)
{
	if (pairs.n % 8 != 0)
		return fail(TOCSIN_BROKEN,
		        "row %lld of prefix_tail has %zu bytes, not a multiple of 8; restore the database from a "
		        "backup",
		        (long long)seq, pairs.n);
	if (!stage_room(p, kind, pairs.n / 8))
		return fail(TOCSIN_BROKEN, "out of memory for the index of ids");
	for (size_t i = 0; i < pairs.n; i += 8)
		p->pair[kind][p->n[kind]++] = (struct prefix_pair){ be32_get(pairs.p + i), be32_get(pairs.p + i + 4) };
	p->now.active[kind]->last_seq = seq;
	return TOCSIN_OK;
}

enum tocsin_err prefix_loaded(struct prefix *p)
{
	for (int k = 0; k < PREFIX_KINDS; k++) {
		struct prefix_block *b = p->now.active[k];
		if (p->n[k] > b->room / 2) {
			/* Frozen at once: a fold that a stop interrupted begins again, which is harmless. */
			struct prefix_block *frozen = block_new(p->n[k]);
			if (frozen == NULL)
				return fail(TOCSIN_BROKEN, "out of memory for the index of ids");
			p->now.frozen[k] = frozen;
			frozen->last_seq = b->last_seq;
			block_add(frozen, p->pair[k], p->n[k]);
			if (!block_sort(frozen))
				return fail(TOCSIN_BROKEN, "out of memory for the index of ids");
		} else {
			block_add(b, p->pair[k], p->n[k]);
		}
	}
	prefix_clear(p);
	return TOCSIN_OK;
}

/* ---- the writer ---- */

void prefix_clear(struct prefix *p)
{
	for (int k = 0; k < PREFIX_KINDS; k++) {
		p->n[k] = 0;
		p->fold_ends[k] = false;
		p->folded_to[k] = 0;
	}
}

bool prefix_stage(struct prefix *p, enum prefix_kind kind, const struct hash *h, int64_t num)
{
	if (num < 0 || num > PREFIX_NUM_MAX || !stage_room(p, kind, 1))
		return false;
	p->pair[kind][p->n[kind]++] = (struct prefix_pair){ prefix_of(h), (uint32_t)num };
	return true;
}

static bool fold(struct prefix *p, enum prefix_kind kind, size_t most, struct arena *a, prefix_add *add, void *arg)
{
	struct prefix_block *b = p->now.frozen[kind];
	enum sql_write q = kind == PREFIX_STATEMENT ? WRITE_PREFIX_STATEMENT : WRITE_PREFIX_REFERENCE;
	size_t to = most < b->n - b->folded ? b->folded + most : b->n;
	for (size_t i = b->folded; i < to; i++)
		if (!add(arg, store_op_make(a, NULL, q, (int64_t)b->sorted[i])))
			return false;
	p->folded_to[kind] = to;
	p->fold_ends[kind] = to == b->n;
	return !p->fold_ends[kind] ||
	        add(arg, store_op_make(a, NULL, WRITE_PREFIX_TAIL_DROP, b->last_seq, (int64_t)kind));
}

/* The active block becomes the frozen one; there is none. */
static bool freeze(struct prefix *p, enum prefix_kind kind)
{
	struct prefix_block *fresh = block_new(p->block_room);
	if (fresh == NULL || !block_sort(p->now.active[kind])) {
		block_release(fresh);
		return false;
	}
	pthread_mutex_lock(&p->lock);
	p->now.frozen[kind] = p->now.active[kind];
	p->now.active[kind] = fresh;
	p->now.generation++;
	pthread_mutex_unlock(&p->lock);
	return true;
}

bool prefix_write(struct prefix *p, struct arena *a, int64_t *seq, prefix_add *add, void *arg)
{
	for (int k = 0; k < PREFIX_KINDS; k++) {
		size_t n = p->n[k];
		struct prefix_block *active = p->now.active[k], *frozen = p->now.frozen[k];
		bool full = n > active->room - active->n;
		if (n == 0 && frozen == NULL)
			continue;
		if (full && frozen == NULL) {
			if (!freeze(p, k))
				return false;
			frozen = p->now.frozen[k];
			active = p->now.active[k];
			full = n > active->room;
		}
		if (full) {
			/* More than the fold keeps up with: a bigger block, and all that is frozen is folded now. */
			struct prefix_block *bigger = block_new((active->n + n) * 2);
			if (bigger == NULL)
				return false;
			for (size_t i = 0; i < active->n; i++)
				block_add(bigger, &(struct prefix_pair){ active->prefix[i], active->num[i] }, 1);
			bigger->last_seq = active->last_seq;
			pthread_mutex_lock(&p->lock);
			p->now.active[k] = bigger;
			p->now.generation++;
			pthread_mutex_unlock(&p->lock);
			block_release(active);
			active = bigger;
		}
		if (frozen != NULL && !fold(p, k, full ? frozen->n : n * FOLD_FACTOR + FOLD_LEAST, a, add, arg))
			return false;
		if (n == 0)
			continue;
		/* Before the commit: a snapshot that sees the statement finds its pair. If the commit fails the pair
		 * stays, and leads nowhere. */
		block_add(active, p->pair[k], n);
		uint8_t *bytes = arena_alloc(a, n * 8);
		if (bytes == NULL)
			return false;
		for (size_t i = 0; i < n; i++) {
			be32_put(bytes + 8 * i, p->pair[k][i].prefix);
			be32_put(bytes + 8 * i + 4, p->pair[k][i].num);
		}
		active->last_seq = ++*seq;
		if (!add(arg, store_op_make(a, NULL, WRITE_PREFIX_TAIL_ADD, *seq, (int64_t)k, bytes_of(bytes, n * 8))))
			return false;
	}
	return true;
}

void prefix_committed(struct prefix *p)
{
	for (int k = 0; k < PREFIX_KINDS; k++) {
		struct prefix_block *b = p->now.frozen[k];
		if (b == NULL || p->folded_to[k] == 0)
			continue;
		b->folded = p->folded_to[k];
		if (!p->fold_ends[k])
			continue;
		pthread_mutex_lock(&p->lock);
		p->now.frozen[k] = NULL;
		p->now.generation++;
		pthread_mutex_unlock(&p->lock);
		block_release(b);
	}
	prefix_clear(p);
}

/* ---- readers ---- */

void prefix_view_take(struct prefix *p, struct prefix_view *v)
{
	pthread_mutex_lock(&p->lock);
	*v = p->now;
	for (int k = 0; k < PREFIX_KINDS; k++) {
		atomic_fetch_add(&v->active[k]->refs, 1);
		if (v->frozen[k] != NULL)
			atomic_fetch_add(&v->frozen[k]->refs, 1);
	}
	pthread_mutex_unlock(&p->lock);
}

void prefix_view_drop(struct prefix_view *v)
{
	for (int k = 0; k < PREFIX_KINDS; k++) {
		block_release(v->active[k]);
		block_release(v->frozen[k]);
	}
	memset(v, 0, sizeof *v);
}

bool prefix_view_valid(struct prefix *p, const struct prefix_view *v)
{
	pthread_mutex_lock(&p->lock);
	bool valid = p->now.generation == v->generation;
	pthread_mutex_unlock(&p->lock);
	return valid;
}

/* The first place from AT on where PREFIX stands; N when nowhere. Sixteen at a time, which compilers turn into vector
 * compares. */
static size_t scan(const uint32_t *p, size_t at, size_t n, uint32_t prefix)
{
	for (; at + 16 <= n; at += 16) {
		uint32_t hit = 0;
		for (size_t i = 0; i < 16; i++)
			hit |= p[at + i] == prefix ? UINT32_MAX : 0;
		if (hit != 0)
			break;
	}
	while (at < n && p[at] != prefix)
		at++;
	return at;
}

int64_t prefix_view_next(const struct prefix_view *v, enum prefix_kind kind, uint32_t prefix, size_t *at)
{
	size_t before = 0;
	const struct prefix_block *blocks[] = { v->frozen[kind], v->active[kind] };
	for (size_t i = 0; i < 2; i++) {
		const struct prefix_block *b = blocks[i];
		if (b == NULL)
			continue;
		/* What a block held when it was frozen stays, so places in the active one begin behind a fixed number.
		 */
		size_t n = atomic_load_explicit(&b->n, memory_order_acquire);
		if (*at < before + n) {
			size_t found = scan(b->prefix, *at - before, n, prefix);
			*at = before + found + 1;
			if (found < n)
				return b->num[found];
			*at = before + n;
		}
		before += n;
	}
	return -1;
}
