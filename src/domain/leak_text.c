/* Texts made ready to be compared. */
#include <stdlib.h>

#include "base/text.h"
#include "domain/leak_parts.h"
#include "proof/attachment.h"

size_t leak_texts_room(struct bytes value)
{
	/* A string takes two quotation marks; a number, and the line's name, are one each. */
	size_t quotes = 0;
	for (size_t i = 0; i < value.n; i++)
		quotes += value.p[i] == '"';
	return quotes / 2 + 2;
}

static enum tocsin_err add(struct leak_texts *out, size_t room, const char *name, const struct field *field, const char *s,
	size_t n, bool by_name, struct arena *a)
{
	if (out->n == room)
		return fail(TOCSIN_BROKEN, "a value with more texts than it can have");
	struct leak_text *t = &out->text[out->n++];
	*t = (struct leak_text){ .name = name, .field = field, .by_name = by_name };
	t->text = bytes_of(arena_copy(a, s, n), n);
	return t->text.p == NULL ? fail(TOCSIN_BROKEN, "no memory to compare texts") : leak_text_ready(t, a);
}

/* What says how a value is written, and not what it says. */
static bool is_form(const char *name, const json_t *j, size_t i, const char *key)
{
	if (key != NULL)
		return strcmp(key, "authoritative") == 0;
	/* Of an attachment only the name of the file is somebody's words. */
	return json_is_array(j) && attachment_name_ok(bytes_str(name)) && i > 0;
}

static enum tocsin_err add_value(const json_t *v, const char *name, const struct field *field, struct arena *a,
	struct leak_texts *out, size_t room)
{
	char number[32];
	if (json_is_string(v))
		return add(out, room, name, field, json_string_value(v), json_string_length(v), false, a);
	if (!json_is_integer(v))
		return TOCSIN_OK;
	int n = snprintf(number, sizeof number, "%" JSON_INTEGER_FORMAT, json_integer_value(v));
	return add(out, room, name, field, number, (size_t)n, false, a);
}

enum tocsin_err leak_texts_add(const char *kind, const char *name, struct bytes value, struct arena *a,
	struct leak_texts *out, size_t room)
{
	const struct field *field = field_for(kind, name);
	enum tocsin_err err = TOCSIN_OK;
	json_t *j = json_from_value(value);
	if (j == NULL)
		return fail(TOCSIN_BAD, "%s: a value that cannot be read", name);
	if (json_is_array(j)) {
		for (size_t i = 0; err == TOCSIN_OK && i < json_array_size(j); i++)
			if (!is_form(name, j, i, NULL))
				err = add_value(json_array_get(j, i), name, field, a, out, room);
	} else if (json_is_object(j)) {
		for (void *it = json_object_iter(j); it != NULL && err == TOCSIN_OK; it = json_object_iter_next(j, it))
			if (!is_form(name, j, 0, json_object_iter_key(it)))
				err = add_value(json_object_iter_value(it), name, field, a, out, room);
	} else {
		err = add_value(j, name, field, a, out, room);
	}
	json_decref(j);
	if (err == TOCSIN_OK && field == NULL && !attachment_name_ok(bytes_str(name)))
		err = add(out, room, name, field, name, strlen(name), true, a);
	return err;
}

static bool is_letter(uint32_t c)
{
	enum fold_class k = fold_class(c);
	return k == FOLD_LETTER || k == FOLD_DIGIT || k == FOLD_IDEOGRAPH;
}

/* Sorting without a global needs what is sorted to know its text. */
static int compare_words(const void *x, const void *y, void *arg)
{
	const struct leak_text *t = arg;
	const struct leak_word *a = &t->word[*(const uint32_t *)x], *b = &t->word[*(const uint32_t *)y];
	uint32_t n = a->n < b->n ? a->n : b->n;
	for (uint32_t i = 0; i < n; i++)
		if (t->f.c[a->from + i] != t->f.c[b->from + i])
			return t->f.c[a->from + i] < t->f.c[b->from + i] ? -1 : 1;
	return a->n == b->n ? 0 : a->n < b->n ? -1 : 1;
}

static int compare_rows(const void *x, const void *y)
{
	const uint64_t *a = x, *b = y;
	return *a == *b ? 0 : *a < *b ? -1 : 1;
}

static uint64_t hash_row(const struct leak_text *t, size_t first)
{
	uint64_t h = 0xcbf29ce484222325u;
	for (size_t w = first; w < first + 4; w++) {
		for (uint32_t i = 0; i < t->word[w].n; i++)
			h = (h ^ t->f.c[t->word[w].from + i]) * 0x100000001b3u;
		h = (h ^ 0x110000) * 0x100000001b3u;
	}
	return h;
}

/* Letters, words and rows of the folded text. */
static void find_parts(struct leak_text *t)
{
	for (size_t i = 0; i < t->f.n; i++) {
		enum fold_class k = fold_class(t->f.c[i]);
		if (!is_letter(t->f.c[i]))
			continue;
		t->weight += k == FOLD_IDEOGRAPH ? 2 : 1;
		t->letter[t->letter_n++] = (uint32_t)i;
		if (k == FOLD_IDEOGRAPH)
			continue;
		struct leak_word *last = t->word_n == 0 ? NULL : &t->word[t->word_n - 1];
		if (last != NULL && last->from + last->n == i)
			last->n++;
		else
			t->word[t->word_n++] = (struct leak_word){ (uint32_t)i, 1 };
	}
	for (size_t i = 0; i < t->word_n; i++)
		t->sorted[i] = (uint32_t)i;
	qsort_r(t->sorted, t->word_n, sizeof *t->sorted, compare_words, t);
	for (size_t i = 0; i + 4 <= t->word_n; i++)
		t->row[t->row_n++] = (hash_row(t, i) & ~(uint64_t)0xffffff) | (i & 0xffffff);
	qsort(t->row, t->row_n, sizeof *t->row, compare_rows);
}

enum tocsin_err leak_text_ready(struct leak_text *t, struct arena *a)
{
	enum tocsin_err err = fold(t->text, a, &t->f);
	if (err != TOCSIN_OK)
		return err;
	const size_t n = t->f.n + 1;
	t->letter = arena_alloc(a, n * sizeof *t->letter);
	t->word = arena_alloc(a, n * sizeof *t->word);
	t->sorted = arena_alloc(a, n * sizeof *t->sorted);
	t->row = arena_alloc(a, n * sizeof *t->row);
	if (t->letter == NULL || t->word == NULL || t->sorted == NULL || t->row == NULL)
		return fail(TOCSIN_BROKEN, "no memory to compare texts");
	find_parts(t);
	return leak_numbers_ready(t, a);
}

/* Whether a sentence ends behind byte I of TEXT: a mark with white space behind it, a full stop of its own, a line. */
static bool ends_at(struct bytes text, size_t i)
{
	static const char *const stops[] = { "\xe3\x80\x82", "\xef\xbc\x81", "\xef\xbc\x9f", NULL };
	uint8_t c = text.p[i];
	if (c == '\n')
		return true;
	if (c == '.' || c == '!' || c == '?')
		return i + 1 == text.n || text.p[i + 1] == ' ' || text.p[i + 1] == '\n' || text.p[i + 1] == '"';
	for (size_t k = 0; i >= 2 && stops[k] != NULL; k++)
		if (memcmp(text.p + i - 2, stops[k], 3) == 0)
			return true;
	return false;
}

struct bytes leak_sentence(struct bytes text, size_t at)
{
	size_t from = at, until = at;
	while (from > 0 && at - from < LEAK_SENTENCE && !ends_at(text, from - 1))
		from--;
	while (until < text.n && until - at < LEAK_SENTENCE && !ends_at(text, until))
		until++;
	until += until < text.n && text.p[until] != '\n';
	/* Not within a character. */
	while (from < at && (text.p[from] & 0xc0) == 0x80)
		from++;
	while (until < text.n && (text.p[until] & 0xc0) == 0x80)
		until++;
	while (from < until && (text.p[from] == ' ' || text.p[from] == '\t' || text.p[from] == '"'))
		from++;
	return bytes_of(text.p + from, until - from);
}
