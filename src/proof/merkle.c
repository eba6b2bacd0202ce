#include "proof/merkle.h"

struct hash merkle_leaf(struct bytes entry)
{
	return sha256_prefixed(0x00, entry, (struct bytes){ NULL, 0 });
}

struct hash merkle_node(const struct hash *left, const struct hash *right)
{
	return sha256_prefixed(0x01, hash_bytes(left), hash_bytes(right));
}

void merkle_edge_init(struct merkle_edge *e)
{
	e->size = 0;
	e->n = 0;
}

void merkle_edge_add(struct merkle_edge *e, const struct hash *leaf)
{
	e->h[e->n++] = *leaf;
	e->size++;
	/* Each trailing zero bit of the new size is a pair of equal subtrees that has just become whole. */
	for (uint64_t s = e->size; (s & 1) == 0; s >>= 1) {
		e->h[e->n - 2] = merkle_node(&e->h[e->n - 2], &e->h[e->n - 1]);
		e->n--;
	}
}

struct hash merkle_edge_root(const struct merkle_edge *e)
{
	if (e->n == 0)
		return sha256((struct bytes){ NULL, 0 });
	struct hash root = e->h[e->n - 1];
	for (size_t i = e->n - 1; i-- > 0;)
		root = merkle_node(&e->h[i], &root);
	return root;
}

struct hash merkle_root(const struct hash *leaves, size_t n)
{
	struct merkle_edge e;
	merkle_edge_init(&e);
	for (size_t i = 0; i < n; i++)
		merkle_edge_add(&e, &leaves[i]);
	return merkle_edge_root(&e);
}

/* The largest power of two below N; N > 1. */
static uint64_t split_of(uint64_t n)
{
	return UINT64_C(1) << (63 - __builtin_clzll(n - 1));
}

/* Proofs are collected from the root down and handed out from the leaf up. */
static void reverse(struct merkle_proof *p)
{
	for (size_t i = 0, j = p->n; i + 1 < j; i++) {
		struct hash h = p->h[i];
		p->h[i] = p->h[--j];
		p->h[j] = h;
	}
}

void merkle_prove_in(const struct hash *leaves, size_t n, size_t index, struct merkle_proof *p)
{
	p->n = 0;
	if (index >= n)
		return;
	while (n > 1) {
		size_t k = (size_t)split_of(n);
		if (index < k) {
			p->h[p->n++] = merkle_root(leaves + k, n - k);
			n = k;
		} else {
			p->h[p->n++] = merkle_root(leaves, k);
			leaves += k;
			index -= k;
			n -= k;
		}
	}
	reverse(p);
}

static enum tocsin_err read_at(merkle_read *read, void *arg, unsigned level, uint64_t index, struct hash *out)
{
	if (!read(arg, level, index, out))
		return fail_within(TOCSIN_BROKEN, "Subtree %llu at level %u of the log cannot be read", (unsigned long long)index,
			level);
	return TOCSIN_OK;
}

/* The root of the SIZE (> 0) leaves from BEGIN on, where BEGIN is a multiple of a power of two that is at least SIZE:
 * each set bit of SIZE is one full subtree, folded from the smallest, rightmost one up. */
static enum tocsin_err range_root(merkle_read *read, void *arg, uint64_t begin, uint64_t size, struct hash *root)
{
	uint64_t end = begin + size;
	bool first = true;
	while (size > 0) {
		unsigned level = (unsigned)__builtin_ctzll(size);
		struct hash h;
		end -= UINT64_C(1) << level;
		size &= size - 1;
		enum tocsin_err err = read_at(read, arg, level, end >> level, &h);
		if (err != TOCSIN_OK)
			return err;
		*root = first ? h : merkle_node(&h, root);
		first = false;
	}
	return TOCSIN_OK;
}

static enum tocsin_err add_range(merkle_read *read, void *arg, uint64_t begin, uint64_t size, struct merkle_proof *p)
{
	if (p->n == LIMIT_PROOF_HASHES)
		return fail(TOCSIN_BAD, "A proof of more than %d hashes was asked for; no log of ours is that large.",
			LIMIT_PROOF_HASHES);
	return range_root(read, arg, begin, size, &p->h[p->n++]);
}

enum tocsin_err merkle_prove_inclusion(merkle_read *read, void *arg, uint64_t index, uint64_t size,
	struct merkle_proof *p)
{
	p->n = 0;
	if (index >= size || size > MERKLE_SIZE_MAX)
		return fail(TOCSIN_BAD, "There is no entry %llu in a log of %llu entries; ask for a smaller index or a later "
			"checkpoint.",
			(unsigned long long)index, (unsigned long long)size);
	uint64_t begin = 0;
	while (size > 1) {
		uint64_t k = split_of(size);
		enum tocsin_err err;
		if (index < k) {
			err = add_range(read, arg, begin + k, size - k, p);
			size = k;
		} else {
			err = add_range(read, arg, begin, k, p);
			begin += k;
			index -= k;
			size -= k;
		}
		if (err != TOCSIN_OK)
			return err;
	}
	reverse(p);
	return TOCSIN_OK;
}

/* RFC 6962, section 2.1.2, SUBPROOF unrolled: the last range is known to the asker when the way down never went
 * right. */
enum tocsin_err merkle_prove_consistency(merkle_read *read, void *arg, uint64_t old, uint64_t size,
	struct merkle_proof *p)
{
	p->n = 0;
	if (old == 0 || old > size || size > MERKLE_SIZE_MAX)
		return fail(TOCSIN_BAD, "No log can grow from %llu to %llu entries; the first must be at least 1 and at most the "
			"second.",
			(unsigned long long)old, (unsigned long long)size);
	uint64_t begin = 0;
	enum tocsin_err err;
	while (old != size) {
		uint64_t k = split_of(size);
		if (old <= k) {
			err = add_range(read, arg, begin + k, size - k, p);
			size = k;
		} else {
			err = add_range(read, arg, begin, k, p);
			begin += k;
			old -= k;
			size -= k;
		}
		if (err != TOCSIN_OK)
			return err;
	}
	if (begin != 0) {
		err = add_range(read, arg, begin, size, p);
		if (err != TOCSIN_OK)
			return err;
	}
	reverse(p);
	return TOCSIN_OK;
}

enum tocsin_err merkle_root_at(merkle_read *read, void *arg, uint64_t size, struct hash *root)
{
	struct merkle_edge e;
	enum tocsin_err err = merkle_edge_load(&e, read, arg, size);
	if (err == TOCSIN_OK)
		*root = merkle_edge_root(&e);
	return err;
}

enum tocsin_err merkle_edge_load(struct merkle_edge *e, merkle_read *read, void *arg, uint64_t size)
{
	merkle_edge_init(e);
	if (size > MERKLE_SIZE_MAX)
		return fail(TOCSIN_BAD, "A log of %llu entries is larger than any log can be.", (unsigned long long)size);
	uint64_t begin = 0;
	for (uint64_t rest = size; rest > 0;) {
		unsigned level = 63 - (unsigned)__builtin_clzll(rest);
		enum tocsin_err err = read_at(read, arg, level, begin >> level, &e->h[e->n]);
		if (err != TOCSIN_OK) {
			merkle_edge_init(e);
			return err;
		}
		e->n++;
		begin += UINT64_C(1) << level;
		rest -= UINT64_C(1) << level;
	}
	e->size = size;
	return TOCSIN_OK;
}

/* RFC 9162, section 2.1.3.2. */
enum tocsin_err merkle_check_inclusion(const struct hash *leaf, uint64_t index, uint64_t size,
	const struct merkle_proof *p,
	const struct hash *root)
{
	if (index >= size || size > MERKLE_SIZE_MAX || p->n > LIMIT_PROOF_HASHES)
		return fail(TOCSIN_REFUSED, "The inclusion proof is for entry %llu of a log of %llu entries, which cannot be; ask "
			"for another proof.",
			(unsigned long long)index, (unsigned long long)size);
	uint64_t fn = index, sn = size - 1;
	struct hash r = *leaf;
	for (size_t i = 0; i < p->n; i++) {
		if (sn == 0)
			return fail(TOCSIN_REFUSED, "The inclusion proof has %zu hashes, more than entry %llu of %llu needs; ask for "
				"another proof.",
				p->n, (unsigned long long)index, (unsigned long long)size);
		if ((fn & 1) != 0 || fn == sn) {
			r = merkle_node(&p->h[i], &r);
			while ((fn & 1) == 0 && fn != 0) {
				fn >>= 1;
				sn >>= 1;
			}
		} else {
			r = merkle_node(&r, &p->h[i]);
		}
		fn >>= 1;
		sn >>= 1;
	}
	if (sn != 0)
		return fail(TOCSIN_REFUSED, "The inclusion proof has %zu hashes, fewer than entry %llu of %llu needs; ask for "
			"another proof.",
			p->n, (unsigned long long)index, (unsigned long long)size);
	if (!hash_equal(&r, root))
		return fail(TOCSIN_REFUSED, "The inclusion proof of entry %llu does not lead to the root of %llu entries; the entry "
			"is not proven to be in that log.",
			(unsigned long long)index, (unsigned long long)size);
	return TOCSIN_OK;
}

/* RFC 9162, section 2.1.4.2. */
enum tocsin_err merkle_check_consistency(uint64_t old, const struct hash *old_root, uint64_t size,
	const struct hash *root,
	const struct merkle_proof *p)
{
	const unsigned long long from = old, to = size;
	if (old == 0 || old > size || size > MERKLE_SIZE_MAX || p->n > LIMIT_PROOF_HASHES)
		return fail(TOCSIN_REFUSED, "No log can grow from %llu to %llu entries; keep both checkpoints and ask the log's "
			"owner.", from, to);
	if (old == size) {
		if (p->n != 0)
			return fail(TOCSIN_REFUSED, "A consistency proof between checkpoints of the same size %llu must be empty; ask for "
				"another proof.", to);
		if (!hash_equal(old_root, root))
			return fail(TOCSIN_REFUSED, "The log has shown two different roots for %llu entries; keep both checkpoints, they "
				"are evidence.", to);
		return TOCSIN_OK;
	}

	size_t next = 0;
	struct hash fr, sr;
	if ((old & (old - 1)) == 0) {
		fr = *old_root;
	} else {
		if (p->n == 0)
			return fail(TOCSIN_REFUSED, "The consistency proof from %llu to %llu entries is empty; ask for another proof.", from,
				to);
		fr = p->h[next++];
	}
	sr = fr;
	uint64_t fn = old - 1, sn = size - 1;
	while ((fn & 1) != 0) {
		fn >>= 1;
		sn >>= 1;
	}
	for (; next < p->n; next++) {
		if (sn == 0)
			return fail(TOCSIN_REFUSED, "The consistency proof from %llu to %llu entries has too many hashes; ask for another "
				"proof.", from, to);
		if ((fn & 1) != 0 || fn == sn) {
			fr = merkle_node(&p->h[next], &fr);
			sr = merkle_node(&p->h[next], &sr);
			while ((fn & 1) == 0 && fn != 0) {
				fn >>= 1;
				sn >>= 1;
			}
		} else {
			sr = merkle_node(&sr, &p->h[next]);
		}
		fn >>= 1;
		sn >>= 1;
	}
	if (sn != 0)
		return fail(TOCSIN_REFUSED, "The consistency proof from %llu to %llu entries has too few hashes; ask for another "
			"proof.", from, to);
	if (!hash_equal(&fr, old_root) || !hash_equal(&sr, root))
		return fail(TOCSIN_REFUSED,
			"The log is not shown to have only grown from %llu to %llu entries; keep both checkpoints, they may be evidence.",
			from, to);
	return TOCSIN_OK;
}
