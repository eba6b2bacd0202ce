#include "domain/terms.h"

static bool in_run(uint32_t c)
{
	enum fold_class k = fold_class(c);
	return k == FOLD_LETTER || k == FOLD_DIGIT;
}

enum tocsin_err terms_make(struct bytes text, struct arena *a, struct terms *out)
{
	*out = (struct terms){ 0 };
	enum tocsin_err err = fold(text, a, &out->f);
	if (err != TOCSIN_OK)
		return err;
	const struct folded *f = &out->f;
	/* Counted first: a text is mostly fewer terms than characters. */
	for (int pass = 0; pass < 2; pass++) {
		size_t n = 0;
		for (size_t i = 0; i < f->n;) {
			size_t from = i++;
			bool run = in_run(f->c[from]);
			if (!run && fold_class(f->c[from]) != FOLD_IDEOGRAPH)
				continue;
			while (run && i < f->n && in_run(f->c[i]))
				i++;
			if (pass == 1) {
				size_t end = i;
				/* What one character became belongs to it whole. */
				while (end < f->n && f->at[end] == f->at[i - 1])
					end++;
				size_t most = i - from > TERM_CHARACTERS ? TERM_CHARACTERS : i - from;
				out->term[n] = (struct term){ (uint32_t)from, (uint32_t)most, f->at[from], f->at[end] };
			}
			n++;
		}
		if (pass == 1)
			break;
		out->n = n;
		out->term = arena_alloc(a, (n + 1) * sizeof *out->term);
		if (out->term == NULL)
			return fail(TOCSIN_BROKEN, "no memory to find words");
	}
	return TOCSIN_OK;
}

void terms_add(const struct terms *t, size_t i, struct buf *out)
{
	const struct term *m = &t->term[i];
	for (uint32_t k = 0; k < m->n; k++)
		fold_add(out, t->f.c[m->from + k]);
}

/* ---- what is asked ---- */

static bool is_quote(uint32_t c)
{
	return c == '"' || c == 0x201c || c == 0x201d || c == 0x201e || c == 0xab || c == 0xbb;
}

enum tocsin_err asked_parse(struct bytes text, struct arena *a, struct asked_words *out)
{
	out->n = 0;
	if (text.n > ASKED_BYTES)
		return fail(TOCSIN_BAD, "at most %d bytes of words can be looked for at once", ASKED_BYTES);
	enum tocsin_err err = terms_make(text, a, &out->terms);
	if (err != TOCSIN_OK)
		return err;
	const struct terms *t = &out->terms;
	if (t->n == 0)
		return fail(TOCSIN_BAD, "there is no word to look for");
	if (t->n > ASKED_TERMS)
		return fail(TOCSIN_BAD, "at most %d words or characters can be looked for at once", ASKED_TERMS);
	bool quoted = false, apart = true;
	size_t next = 0;
	for (size_t i = 0; i < t->f.n; i++) {
		if (is_quote(t->f.c[i])) {
			quoted = !quoted;
			apart = true;
		} else if (!quoted && fold_class(t->f.c[i]) == FOLD_SPACE) {
			apart = true;
		}
		if (next == t->n || t->term[next].from != i)
			continue;
		if (apart && out->n == ASKED_PHRASES)
			return fail(TOCSIN_BAD, "at most %d words or phrases can be looked for at once", ASKED_PHRASES);
		if (apart)
			out->phrase[out->n++] = (struct phrase){ next, 0 };
		out->phrase[out->n - 1].n++;
		apart = false;
		next++;
	}
	return TOCSIN_OK;
}

static bool same(const struct terms *a, size_t i, const struct terms *b, size_t k)
{
	const struct term *x = &a->term[i], *y = &b->term[k];
	return x->n == y->n && memcmp(a->f.c + x->from, b->f.c + y->from, x->n * sizeof *a->f.c) == 0;
}

bool asked_at(const struct asked_words *w, size_t p, const struct terms *t, size_t i)
{
	const struct phrase *phrase = &w->phrase[p];
	size_t k = 0;
	if (i + phrase->n > t->n)
		return false;
	while (k < phrase->n && same(&w->terms, phrase->first + k, t, i + k))
		k++;
	return k == phrase->n;
}
