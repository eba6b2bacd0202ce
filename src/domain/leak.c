#include "domain/leak.h"

#include <stdlib.h>

#include "domain/leak_parts.h"

/* The one that is told already of the same lines and sentence. */
static struct leak *same(struct leaks *out, const char *closed, const char *open, struct bytes sentence)
{
	for (size_t i = 0; i < out->n; i++) {
		struct leak *l = &out->leak[i];
		if (strcmp(l->closed, closed) == 0 && strcmp(l->open, open) == 0 && l->sentence.p == sentence.p)
			return l;
	}
	return NULL;
}

/* Room for one more; an exact one may take the place of a partial one. */
static struct leak *room(struct leaks *out, bool exact)
{
	if (out->n < LEAK_MOST)
		return &out->leak[out->n++];
	out->more = true;
	for (size_t i = LEAK_MOST; exact && i-- > 0;)
		if (!out->leak[i].exact)
			return &out->leak[i];
	return NULL;
}

static void tell(void *arg, const struct leak_text *closed, const struct leak_text *open, size_t from, size_t until,
	bool exact)
{
	struct leaks *out = arg;
	struct bytes sentence = leak_sentence(open->text, from), part = bytes_of(open->text.p + from, until - from);
	struct leak *l = same(out, closed->name, open->name, sentence);
	/* The whole tells more than a part, and a long part more than a short one. */
	if (l != NULL && (l->exact > exact || (l->exact == exact && l->part.n >= part.n)))
		return;
	if (l == NULL)
		l = room(out, exact);
	if (l != NULL)
		*l = (struct leak){ closed->name, open->name, part, sentence, exact };
}

static int exact_first(const void *x, const void *y)
{
	const struct leak *a = x, *b = y;
	int c;
	if (a->exact != b->exact)
		return a->exact ? -1 : 1;
	if ((c = strcmp(a->closed, b->closed)) != 0 || (c = strcmp(a->open, b->open)) != 0)
		return c;
	return bytes_compare(a->sentence, b->sentence);
}

enum tocsin_err leak_match(struct leak_search *s, const struct leak_text *closed, const struct leak_text *open)
{
	enum tocsin_err err = leak_match_text(s, closed, open);
	if (err == TOCSIN_OK)
		err = leak_match_numbers(s, closed, open);
	if (err == TOCSIN_OK)
		err = leak_match_places(s, closed, open);
	return err == TOCSIN_OK ? leak_match_times(s, closed, open) : err;
}

/* All texts of the lines that are open, or closed, as OPEN says. */
static enum tocsin_err texts_of(const char *kind, const struct body_field *fields, size_t n, bool open, struct arena *a,
	struct leak_texts *out)
{
	size_t most = 0;
	for (size_t i = 0; i < n; i++)
		most += fields[i].open == open ? leak_texts_room(fields[i].value) : 0;
	out->n = 0;
	out->text = arena_alloc(a, (most + 1) * sizeof *out->text);
	if (out->text == NULL)
		return fail(TOCSIN_BROKEN, "no memory to compare texts");
	enum tocsin_err err = TOCSIN_OK;
	for (size_t i = 0; err == TOCSIN_OK && i < n; i++)
		if (fields[i].open == open)
			err = leak_texts_add(kind, fields[i].name, fields[i].value, a, out, most);
	return err;
}

enum tocsin_err leak_find(const char *kind, const struct body_field *fields, size_t n, struct arena *a, struct leaks *out)
{
	struct leak_texts closed, open;
	struct leak_search s = { a, LEAK_WORK, tell, out };
	out->n = 0;
	out->more = false;
	enum tocsin_err err = texts_of(kind, fields, n, false, a, &closed);
	if (err == TOCSIN_OK)
		err = texts_of(kind, fields, n, true, a, &open);
	for (size_t i = 0; err == TOCSIN_OK && i < closed.n; i++)
		/* The name of a closed line is not sent; what it is called is no secret of its value. */
		for (size_t k = 0; err == TOCSIN_OK && k < open.n && !closed.text[i].by_name; k++)
			err = leak_match(&s, &closed.text[i], &open.text[k]);
	qsort(out->leak, out->n, sizeof *out->leak, exact_first);
	return err;
}
