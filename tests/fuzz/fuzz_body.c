/* body: the first byte is the number of lines. The lines that were parsed cover the text and hash to its root. */
#include <stdlib.h>

#include "base/arena.h"
#include "proof/body.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool ok)
{
	if (!ok)
		abort();
}

static void check(const struct body *b, struct bytes all, uint32_t lines, bool padded)
{
	struct hash leaf[256] = { 0 };
	size_t n = 0;
	require(b->n == lines && b->text.p == all.p && (padded ? b->text.n < all.n : b->text.n == all.n));
	for (uint32_t i = 0; i < b->n; i++) {
		const struct body_line *l = &b->line[i];
		require(l->raw.p == all.p + n);
		n += l->raw.n + 1;
		leaf[i] = merkle_leaf(l->raw);
		if (!l->open)
			continue;
		char name[BODY_NAME + 1];
		require(l->name.n <= BODY_NAME);
		memcpy(name, l->name.p, l->name.n);
		name[l->name.n] = '\0';
		require(body_find(b, name) == l);
	}
	struct hash root = merkle_root(leaf, lines);
	require(hash_equal(&root, &b->root) && n <= b->text.n && b->attachment_n <= LIMIT_ATTACHMENTS);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *a = arena_new(1 << 20);
	struct bytes note, rest;
	struct body b;
	require(a != NULL);
	if (size > 0) {
		struct bytes all = bytes_of(data + 1, size - 1);
		for (int padded = 0; padded < 2; padded++) {
			if (body_parse(all, data[0], padded, a, &b) == TOCSIN_OK)
				check(&b, all, data[0], padded);
		}
		if (body_unwrap(all, &note, &rest) == TOCSIN_OK)
			require(note.p == all.p && note.n + 1 + rest.n == all.n && (all.n & (all.n - 1)) == 0);
	}
	arena_free(a);
	return 0;
}
