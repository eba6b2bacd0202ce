/* One closed text in one open one: whole, or a telling part of it. */
#include <utf8proc.h>

#include "domain/leak_parts.h"

#define NAME_WORDS 6            /* a text of so many words at most is a name, and each of its words tells */
#define WORD_LETTERS 4
#define WORD_MOST 64

enum tocsin_err leak_worked(struct leak_search *s, size_t steps)
{
	if (steps > s->work)
		return fail(TOCSIN_BAD, "the lines are too long to be compared with each other: send what is long as an attachment");
	s->work -= steps;
	return TOCSIN_OK;
}

/* Folded characters FROM to UNTIL (exclusive) of OPEN were found. */
static void found(struct leak_search *s, const struct leak_text *closed, const struct leak_text *open, size_t from,
	size_t until, bool exact)
{
	/* A character that became several ends where the next one begins. */
	size_t end = until;
	while (end < open->f.n && open->f.at[end] == open->f.at[until - 1])
		end++;
	s->found(s->arg, closed, open, open->f.at[from], open->f.at[end], exact);
}

/* The whole value, wherever its letters follow each other. */
static enum tocsin_err match_whole(struct leak_search *s, const struct leak_text *closed, const struct leak_text *open,
	bool exact)
{
	const size_t n = closed->letter_n;
	const uint32_t *c = closed->f.c, *o = open->f.c;
	enum tocsin_err err = leak_worked(s, open->letter_n);
	for (size_t i = 0; err == TOCSIN_OK && i + n <= open->letter_n; i++) {
		size_t k = 0;
		while (k < n && c[closed->letter[k]] == o[open->letter[i + k]])
			k++;
		if (k > 1)
			err = leak_worked(s, k);
		if (k == n) {
			found(s, closed, open, open->letter[i], open->letter[i + n - 1] + 1, exact);
			i += n - 1;
		}
	}
	return err;
}

static bool same_word(const struct leak_text *a, const struct leak_word *x, const struct leak_text *b,
	const struct leak_word *y)
{
	return x->n == y->n && memcmp(a->f.c + x->from, b->f.c + y->from, x->n * sizeof *a->f.c) == 0;
}

/* A short value: its words, one behind the other. */
static enum tocsin_err match_words(struct leak_search *s, const struct leak_text *closed, const struct leak_text *open,
	bool exact)
{
	const size_t n = closed->word_n;
	enum tocsin_err err = leak_worked(s, open->word_n);
	for (size_t i = 0; err == TOCSIN_OK && n > 0 && i + n <= open->word_n; i++) {
		size_t k = 0;
		while (k < n && same_word(closed, &closed->word[k], open, &open->word[i + k]))
			k++;
		if (k == n)
			found(s, closed, open, open->word[i].from, open->word[i + n - 1].from + open->word[i + n - 1].n, exact);
	}
	return err;
}

static bool has_ideographs(const struct leak_text *t)
{
	return t->weight > t->letter_n;
}

/* ---- telling parts ---- */

static bool is_common(const struct leak_text *t, const struct leak_word *w)
{
	static const char *const common[] = { "about", "after", "before", "between", "from", "have", "into", "over", "that",
		"their", "there", "they", "this", "were", "which", "will", "with", "would", "near", "some", "other", "threat", "none",
		"attack", "city", "group", "person", "people", "source", "place", "street", NULL };
	for (size_t i = 0; common[i] != NULL; i++) {
		size_t n = strlen(common[i]), k = 0;
		while (k < n && k < w->n && t->f.c[w->from + k] == (uint8_t)common[i][k])
			k++;
		if (k == n && w->n == n)
			return true;
	}
	return false;
}

static bool is_capital(const struct leak_text *t, const struct leak_word *w)
{
	utf8proc_int32_t c = 0;
	size_t at = t->f.at[w->from];
	return utf8proc_iterate(t->text.p + at, (utf8proc_ssize_t)(t->text.n - at), &c) > 0 &&
		utf8proc_category(c) == UTF8PROC_CATEGORY_LU;
}

/* Whether word I of the closed text tells by itself who, what or where. */
static bool is_telling(const struct leak_text *t, size_t i)
{
	const struct leak_word *w = &t->word[i];
	size_t digits = 0;
	if (w->n < WORD_LETTERS || w->n > WORD_MOST)
		return false;
	for (uint32_t k = 0; k < w->n; k++)
		digits += fold_class(t->f.c[w->from + k]) == FOLD_DIGIT;
	/* Numbers are compared as numbers. */
	if (digits > 0)
		return digits < w->n;
	if (is_common(t, w))
		return false;
	if (t->word_n <= NAME_WORDS)
		return true;
	size_t at = t->f.at[w->from];
	struct bytes sentence = leak_sentence(t->text, at);
	return sentence.p < t->text.p + at && is_capital(t, w);
}

/* The first of OPEN's sorted words that is not before the N characters at C. */
static size_t first_word(const struct leak_text *open, const uint32_t *c, size_t n)
{
	size_t low = 0, high = open->word_n;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		const struct leak_word *w = &open->word[open->sorted[middle]];
		size_t k = 0;
		while (k < n && k < w->n && open->f.c[w->from + k] == c[k])
			k++;
		bool before = k < n && (k == w->n || open->f.c[w->from + k] < c[k]);
		if (before)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* Word W of the closed text, or a form of it: all but its last two letters, and at most three others behind. */
static enum tocsin_err match_word(struct leak_search *s, const struct leak_text *closed, const struct leak_word *w,
	const struct leak_text *open)
{
	size_t stem = w->n < 6 ? w->n > 4 ? w->n - 1 : w->n : w->n - 2;
	const uint32_t *c = closed->f.c + w->from;
	enum tocsin_err err = leak_worked(s, 16);
	for (size_t i = first_word(open, c, stem); err == TOCSIN_OK && i < open->word_n; i++) {
		const struct leak_word *o = &open->word[open->sorted[i]];
		if (o->n < stem || memcmp(open->f.c + o->from, c, stem * sizeof *c) != 0)
			break;
		if (o->n <= stem + 3)
			found(s, closed, open, o->from, o->from + o->n, false);
		err = leak_worked(s, 1);
	}
	return err;
}

/* Four words in a row, whatever they are. */
static enum tocsin_err match_rows(struct leak_search *s, const struct leak_text *closed, const struct leak_text *open)
{
	size_t i = 0, k = 0;
	enum tocsin_err err = leak_worked(s, closed->row_n + open->row_n);
	while (err == TOCSIN_OK && i < closed->row_n && k < open->row_n) {
		uint64_t a = closed->row[i] >> 24, b = open->row[k] >> 24;
		if (a == b) {
			const struct leak_word *first = &open->word[open->row[k] & 0xffffff], *last = first + 3;
			found(s, closed, open, first->from, last->from + last->n, false);
		}
		if (a < b)
			i++;
		else
			k++;
	}
	return err;
}

/* Four ideographs in a row of those that Chinese and Japanese are written in, or six letters of a script without spaces. */
static enum tocsin_err match_ideographs(struct leak_search *s, const struct leak_text *closed, const struct leak_text *open)
{
	enum tocsin_err err = TOCSIN_OK;
	for (size_t i = 0; err == TOCSIN_OK && i < closed->letter_n; i++) {
		uint32_t c = closed->f.c[closed->letter[i]];
		size_t n = c >= 0x3400 ? 4 : 6, k = 0;
		while (k < n && i + k < closed->letter_n && fold_class(closed->f.c[closed->letter[i + k]]) == FOLD_IDEOGRAPH)
			k++;
		if (k < n)
			continue;
		err = leak_worked(s, open->letter_n);
		for (size_t o = 0; err == TOCSIN_OK && o + n <= open->letter_n; o++) {
			for (k = 0; k < n && closed->f.c[closed->letter[i + k]] == open->f.c[open->letter[o + k]];)
				k++;
			if (k == n)
				found(s, closed, open, open->letter[o], open->letter[o + n - 1] + 1, false);
		}
	}
	return err;
}

enum tocsin_err leak_match_text(struct leak_search *s, const struct leak_text *closed, const struct leak_text *open)
{
	/* A word of the vocabulary is a word of everybody's, too. */
	bool word = closed->field != NULL && (closed->field->type == FIELD_WORD || closed->field->type == FIELD_WORDS);
	if (closed->weight < LEAK_CHARACTERS)
		return TOCSIN_OK;
	if (word)
		return closed->word_n == 1 && is_common(closed, &closed->word[0]) ? TOCSIN_OK :
			match_words(s, closed, open, false);
	enum tocsin_err err = closed->weight >= LEAK_WHOLE || has_ideographs(closed) ? match_whole(s, closed, open, true)
										    : match_words(s, closed, open, true);
	if (err == TOCSIN_OK && has_ideographs(closed))
		err = match_ideographs(s, closed, open);
	for (size_t i = 0; err == TOCSIN_OK && i < closed->word_n; i++)
		if (is_telling(closed, i))
			err = match_word(s, closed, &closed->word[i], open);
	return err == TOCSIN_OK ? match_rows(s, closed, open) : err;
}
