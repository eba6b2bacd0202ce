/* draft: what is taken from an author fits into a body, and every value becomes clean words. */
#include <stdlib.h>

#include "base/text.h"
#include "domain/vocabulary.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool ok)
{
	if (!ok)
		abort();
}

static void check(const char *kind, const struct draft *d)
{
	struct buf text, opened, words;
	struct hash root;
	const uint32_t lines = body_lines_for(kind_find(kind)->lines, d->n);
	buf_init(&text, LIMIT_ENVELOPE);
	buf_init(&opened, LIMIT_ENVELOPE);
	buf_init(&words, LIMIT_ENVELOPE);
	for (size_t i = 0; i < d->n; i++) {
		require(field_check(kind, d->field[i].name, d->field[i].value) == TOCSIN_OK);
		buf_clear(&words);
		value_words(d->field[i].value, &words);
		require(text_is_clean(buf_bytes(&words)) && !text_has_bidi(buf_bytes(&words)));
	}
	int urgency = draft_urgency(d, 0);
	require(urgency >= 0 && urgency <= 2);
	/* The names of attachments are the body's own: their files come with them. */
	bool attached = false;
	for (size_t i = 0; i < d->n; i++)
		attached = attached || strncmp(d->field[i].name, "attachment.", 11) == 0;
	if (!attached && lines != 0)
		require(body_make(d->field, d->n, NULL, 0, lines, &text, &opened, &root) == TOCSIN_OK);
	buf_free(&text);
	buf_free(&opened);
	buf_free(&words);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct draft d;
	const struct kind *k;
	struct arena *a = arena_new(4u << 20);
	if (a == NULL)
		return 0;
	for (size_t i = 0; (k = kind_each(i)) != NULL; i++) {
		arena_reset(a);
		if (draft_read(k->name, bytes_of(data, size), a, &d) == TOCSIN_OK)
			check(k->name, &d);
	}
	arena_free(a);
	return 0;
}
