#include "sample.h"

#include "proof/merkle.h"

/* The eight entries and roots with which Certificate Transparency's implementations test their trees. */
static const char *const entries[8] = {
	"", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f",
};
static const char *const roots[9] = {
	"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
	"6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
	"fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
	"aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
	"d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
	"4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
	"76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
	"ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
	"5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
};

#define MANY 130
static struct hash leaves[MANY];

static int make_leaves(void **state)
{
	(void)state;
	for (int i = 0; i < MANY; i++) {
		uint8_t entry[16];
		size_t n = 2;
		if (i < 8) {
			n = strlen(entries[i]) / 2;
			assert_true(hex_decode(bytes_str(entries[i]), entry, n));
		} else {
			be16_put(entry, (uint16_t)i);
		}
		leaves[i] = merkle_leaf(bytes_of(entry, n));
	}
	return 0;
}

static void assert_hash(const struct hash *h, const char *hex)
{
	struct hash want;
	assert_true(hex_decode(bytes_str(hex), want.b, SHA256_SIZE));
	assert_memory_equal(h->b, want.b, SHA256_SIZE);
}

/* The definition of RFC 6962, section 2.1, word for word. */
static struct hash by_definition(const struct hash *l, size_t n)
{
	if (n == 0)
		return sha256(bytes_of(NULL, 0));
	if (n == 1)
		return l[0];
	size_t k = 1;
	while (k * 2 < n)
		k *= 2;
	struct hash left = by_definition(l, k), right = by_definition(l + k, n - k);
	return merkle_node(&left, &right);
}

struct reader {
	uint64_t size;              /* leaves that may be read */
	bool broken;
};

static bool read_full(void *arg, unsigned level, uint64_t index, struct hash *out)
{
	const struct reader *r = arg;
	if (r->broken) {
		(void)!fail(TOCSIN_BROKEN, "The disk is gone.");
		return false;
	}
	uint64_t first = index << level, n = UINT64_C(1) << level;
	assert_true(first + n <= r->size);
	*out = by_definition(leaves + first, n);
	return true;
}

static void known_roots(void **state)
{
	(void)state;
	for (size_t n = 0; n <= 8; n++) {
		struct hash r = merkle_root(leaves, n);
		assert_hash(&r, roots[n]);
	}
}

static void known_proofs(void **state)
{
	(void)state;
	/* From the tests of certificate-transparency: leaf 6 (0-based 5) of 8, and the growth from 6 to 8. */
	struct merkle_proof p;
	merkle_prove_in(leaves, 8, 5, &p);
	assert_int_equal(p.n, 3);
	assert_hash(&p.h[0], "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b");
	assert_hash(&p.h[1], "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0");
	assert_hash(&p.h[2], "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7");
	struct reader r = { 8, false };
	assert_int_equal(merkle_prove_consistency(read_full, &r, 6, 8, &p), TOCSIN_OK);
	assert_int_equal(p.n, 3);
	assert_hash(&p.h[0], "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a");
	assert_hash(&p.h[1], "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0");
	assert_hash(&p.h[2], "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7");
}

static void edge_and_reader_agree(void **state)
{
	(void)state;
	struct merkle_edge e, loaded;
	merkle_edge_init(&e);
	for (uint64_t n = 0; n <= MANY; n++) {
		struct reader r = { n, false };
		struct hash want = by_definition(leaves, n), got = merkle_edge_root(&e), at;
		assert_true(hash_equal(&want, &got));
		assert_int_equal(merkle_root_at(read_full, &r, n, &at), TOCSIN_OK);
		assert_true(hash_equal(&want, &at));
		assert_int_equal(merkle_edge_load(&loaded, read_full, &r, n), TOCSIN_OK);
		assert_int_equal(loaded.size, n);
		assert_int_equal(loaded.n, e.n);
		assert_memory_equal(loaded.h, e.h, e.n * sizeof e.h[0]);
		if (n < MANY)
			merkle_edge_add(&e, &leaves[n]);
	}
}

static void inclusion_of_every_leaf(void **state)
{
	(void)state;
	for (size_t n = 1; n <= MANY; n++) {
		struct reader r = { n, false };
		struct hash root = merkle_root(leaves, n);
		for (size_t i = 0; i < n; i++) {
			struct merkle_proof p, q;
			merkle_prove_in(leaves, n, i, &p);
			assert_int_equal(merkle_prove_inclusion(read_full, &r, i, n, &q), TOCSIN_OK);
			assert_int_equal(p.n, q.n);
			assert_memory_equal(p.h, q.h, p.n * sizeof p.h[0]);
			assert_int_equal(merkle_check_inclusion(&leaves[i], i, n, &p, &root), TOCSIN_OK);
		}
	}
}

static void inclusion_spoiled(void **state)
{
	(void)state;
	for (size_t n = 1; n <= 20; n++) {
		struct hash root = merkle_root(leaves, n);
		for (size_t i = 0; i < n; i++) {
			struct merkle_proof p, q;
			merkle_prove_in(leaves, n, i, &p);
			for (size_t j = 0; j < n + 2; j++) {
				if (j != i)
					assert_int_equal(merkle_check_inclusion(&leaves[i], j, n, &p, &root), TOCSIN_REFUSED);
			}
			for (size_t k = 0; k < p.n; k++) {
				q = p;
				q.h[k].b[31] ^= 1;
				assert_int_equal(merkle_check_inclusion(&leaves[i], i, n, &q, &root), TOCSIN_REFUSED);
			}
			q = p;
			q.h[q.n++] = root;
			assert_int_equal(merkle_check_inclusion(&leaves[i], i, n, &q, &root), TOCSIN_REFUSED);
			if (p.n > 0) {
				q = p;
				q.n--;
				assert_int_equal(merkle_check_inclusion(&leaves[i], i, n, &q, &root), TOCSIN_REFUSED);
			}
			assert_int_equal(merkle_check_inclusion(&leaves[(i + 1) % MANY], i, n, &p, &root), TOCSIN_REFUSED);
			struct hash other = root;
			other.b[0] ^= 0x80;
			assert_int_equal(merkle_check_inclusion(&leaves[i], i, n, &p, &other), TOCSIN_REFUSED);
		}
	}
}

static void consistency_of_every_pair(void **state)
{
	(void)state;
	for (size_t n = 1; n <= MANY; n++) {
		struct reader r = { n, false };
		struct hash root = merkle_root(leaves, n);
		for (size_t old = 1; old <= n; old++) {
			struct merkle_proof p;
			struct hash old_root = merkle_root(leaves, old);
			assert_int_equal(merkle_prove_consistency(read_full, &r, old, n, &p), TOCSIN_OK);
			assert_int_equal(merkle_check_consistency(old, &old_root, n, &root, &p), TOCSIN_OK);
			if (old == n)
				assert_int_equal(p.n, 0);
		}
	}
}

static void consistency_spoiled(void **state)
{
	(void)state;
	for (size_t n = 1; n <= 20; n++) {
		struct reader r = { n, false };
		struct hash root = merkle_root(leaves, n);
		for (size_t old = 1; old <= n; old++) {
			struct merkle_proof p, q;
			struct hash old_root = merkle_root(leaves, old), other = old_root;
			assert_int_equal(merkle_prove_consistency(read_full, &r, old, n, &p), TOCSIN_OK);
			other.b[7] ^= 4;
			assert_int_equal(merkle_check_consistency(old, &other, n, &root, &p), TOCSIN_REFUSED);
			other = root;
			other.b[7] ^= 4;
			assert_int_equal(merkle_check_consistency(old, &old_root, n, &other, &p), TOCSIN_REFUSED);
			for (size_t k = 0; k < p.n; k++) {
				q = p;
				q.h[k].b[0] ^= 1;
				assert_int_equal(merkle_check_consistency(old, &old_root, n, &root, &q), TOCSIN_REFUSED);
			}
			q = p;
			q.h[q.n++] = root;
			assert_int_equal(merkle_check_consistency(old, &old_root, n, &root, &q), TOCSIN_REFUSED);
			for (q = p; q.n > 0;) {
				q.n--;
				assert_int_equal(merkle_check_consistency(old, &old_root, n, &root, &q), TOCSIN_REFUSED);
			}
			assert_int_equal(merkle_check_consistency(n + 1, &old_root, n, &root, &p), TOCSIN_REFUSED);
			assert_int_equal(merkle_check_consistency(0, &old_root, n, &root, &p), TOCSIN_REFUSED);
		}
	}
}

static void impossible_sizes(void **state)
{
	(void)state;
	struct reader r = { MANY, false };
	struct merkle_proof p = { .n = 0 };
	struct merkle_edge e;
	struct hash h = leaves[0];
	assert_int_equal(merkle_prove_inclusion(read_full, &r, 0, 0, &p), TOCSIN_BAD);
	assert_int_equal(merkle_prove_inclusion(read_full, &r, 8, 8, &p), TOCSIN_BAD);
	assert_int_equal(merkle_prove_inclusion(read_full, &r, 0, MERKLE_SIZE_MAX + 1, &p), TOCSIN_BAD);
	assert_int_equal(merkle_prove_consistency(read_full, &r, 0, 8, &p), TOCSIN_BAD);
	assert_int_equal(merkle_prove_consistency(read_full, &r, 9, 8, &p), TOCSIN_BAD);
	assert_int_equal(merkle_prove_consistency(read_full, &r, 0, 0, &p), TOCSIN_BAD);
	assert_int_equal(merkle_prove_consistency(read_full, &r, 1, UINT64_MAX, &p), TOCSIN_BAD);
	assert_int_equal(merkle_edge_load(&e, read_full, &r, UINT64_MAX), TOCSIN_BAD);
	assert_int_equal(merkle_check_inclusion(&h, 0, 0, &p, &h), TOCSIN_REFUSED);
	assert_int_equal(merkle_check_inclusion(&h, 0, UINT64_MAX, &p, &h), TOCSIN_REFUSED);
	assert_int_equal(merkle_check_consistency(1, &h, UINT64_MAX, &h, &p), TOCSIN_REFUSED);
	merkle_prove_in(leaves, 4, 4, &p);
	assert_int_equal(p.n, 0);
}

static bool read_zero(void *arg, unsigned level, uint64_t index, struct hash *out)
{
	(void)arg;
	uint8_t m[16] = { 0 };
	be64_put(m, level);
	be64_put(m + 8, index);
	*out = sha256(bytes_of(m, sizeof m));
	return true;
}

static void largest_tree(void **state)
{
	(void)state;
	struct merkle_proof p;
	assert_int_equal(merkle_prove_inclusion(read_zero, NULL, 0, MERKLE_SIZE_MAX, &p), TOCSIN_OK);
	assert_int_equal(p.n, 63);
	assert_int_equal(merkle_prove_inclusion(read_zero, NULL, MERKLE_SIZE_MAX - 1, MERKLE_SIZE_MAX, &p), TOCSIN_OK);
	assert_true(p.n <= 63);
	/* One hash more than a proof may have must be an error, not a write past its end. */
	assert_int_equal(merkle_prove_consistency(read_zero, NULL, 1, MERKLE_SIZE_MAX, &p), TOCSIN_OK);
	assert_int_equal(p.n, 63);
	assert_int_equal(merkle_prove_consistency(read_zero, NULL, 3, MERKLE_SIZE_MAX, &p), TOCSIN_BAD);
}

static void reader_fails(void **state)
{
	(void)state;
	struct reader r = { 8, true };
	struct merkle_proof p;
	struct merkle_edge e;
	struct hash h;
	assert_int_equal(merkle_prove_inclusion(read_full, &r, 1, 8, &p), TOCSIN_BROKEN);
	assert_non_null(strstr(fail_sentence(), "The disk is gone."));
	assert_int_equal(merkle_prove_consistency(read_full, &r, 3, 8, &p), TOCSIN_BROKEN);
	assert_int_equal(merkle_root_at(read_full, &r, 8, &h), TOCSIN_BROKEN);
	assert_int_equal(merkle_edge_load(&e, read_full, &r, 8), TOCSIN_BROKEN);
	assert_int_equal(e.size, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		{ "the roots of the eight CT entries are those of RFC 6962's implementations", known_roots, NULL, NULL, NULL },
		{ "a known inclusion and a known consistency proof come out hash by hash", known_proofs, NULL, NULL, NULL },
		{ "the edge, the reader and the definition agree at every size", edge_and_reader_agree, NULL, NULL, NULL },
		{ "every leaf of every size up to 130 is proven included, from memory and from a reader alike",
			inclusion_of_every_leaf, NULL, NULL, NULL },
		{ "an inclusion proof with another index, leaf, root or hash, or one hash more or less, is refused",
			inclusion_spoiled, NULL, NULL, NULL },
		{ "every size grows provably to every later size", consistency_of_every_pair, NULL, NULL, NULL },
		{ "a consistency proof with another root or hash, or one hash more or less, is refused", consistency_spoiled, NULL,
			NULL, NULL },
		{ "sizes and indexes that cannot be are errors", impossible_sizes, NULL, NULL, NULL },
		{ "the largest tree has proofs of 63 hashes and never more", largest_tree, NULL, NULL, NULL },
		{ "a reader that fails breaks the proof and says why", reader_fails, NULL, NULL, NULL },
	};
	return cmocka_run_group_tests(tests, make_leaves, NULL);
}
