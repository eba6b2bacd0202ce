/* terms: every term lies in the text, holds nothing that separates, and what is asked is found in itself. */
#include <stdlib.h>

#include "domain/terms.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool ok)
{
	if (!ok)
		abort();
}

static void check(const struct terms *t, size_t size)
{
	struct buf b;
	buf_init(&b, 4096);
	for (size_t i = 0; i < t->n; i++) {
		const struct term *m = &t->term[i];
		require(m->n > 0 && m->n <= TERM_CHARACTERS && m->at < m->until && m->until <= size);
		require(i == 0 || t->term[i - 1].at <= m->at);
		buf_clear(&b);
		terms_add(t, i, &b);
		require(b.n > 0);
		for (size_t k = 0; k < b.n; k++)
			require(b.p[k] >= 0x80 || (b.p[k] >= '0' && b.p[k] <= '9') || (b.p[k] >= 'a' && b.p[k] <= 'z'));
	}
	buf_free(&b);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct terms t;
	struct asked_words w;
	struct arena *a = arena_new(64u << 20);
	if (a == NULL)
		return 0;
	if (terms_make(bytes_of(data, size), a, &t) == TOCSIN_OK)
		check(&t, size);
	if (asked_parse(bytes_of(data, size), a, &w) == TOCSIN_OK) {
		size_t terms = 0;
		for (size_t p = 0; p < w.n; p++) {
			require(asked_at(&w, p, &w.terms, w.phrase[p].first));
			terms += w.phrase[p].n;
		}
		require(w.n > 0 && terms == w.terms.n);
	}
	arena_free(a);
	return 0;
}
