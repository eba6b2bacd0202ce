/*
 * A request as words: each field and the attachments once, for phrases of the lists and for protected names.
 *
 * Every name and every window of words is asked about, whatever was found before: how long it takes depends on the
 * request alone.
 */
#include <stdlib.h>

#include "base/limits.h"
#include "base/text.h"
#include "domain/screen_inside.h"

#define WINDOW 5                        /* words of a name in a text */
#define SPACED 24                       /* letters with spaces between that may be a name */
#define PART 6                          /* words of a name of which each part is asked about */

struct looking {
	const struct screen_rules *r;
	const uint8_t *secret;
	screen_protected *is_protected;
	void *arg;
	struct arena *a;
	struct looked_at *out;
	struct buf found_in;
};

/* ---- texts ---- */

static void add_text(const json_t *j, struct buf *out)
{
	if (json_is_string(j)) {
		/* A mark between texts, so that no phrase or name goes over from one to the next. */
		if (out->n > 0)
			buf_add_str(out, "\n");
		buf_add(out, json_string_value(j), json_string_length(j));
	}
}

static void add_texts(json_t *j, struct buf *out)
{
	add_text(j, out);
	for (size_t i = 0; i < json_array_size(j); i++)
		add_text(json_array_get(j, i), out);
	for (void *it = json_object_iter(j); it != NULL; it = json_object_iter_next(j, it))
		if (strcmp(json_object_iter_key(it), "authoritative") != 0)
			add_text(json_object_iter_value(it), out);
}

/* ---- phrases ---- */

static bool begins(struct bytes word, struct bytes with)
{
	return word.n >= with.n && memcmp(word.p, with.p, with.n) == 0;
}

static bool stands_at(const struct phrase_row *p, const struct subject_text *t, size_t i)
{
	if (i + p->n > t->n)
		return false;
	for (size_t k = 0; k < p->n; k++)
		if (!(p->open && k + 1 == p->n ? begins(t->word[i + k], p->word[k]) : bytes_equal(t->word[i + k], p->word[k])))
			return false;
	return true;
}

/* The first phrase whose first word is not before WORD. */
static size_t first_from(const struct screen_rules *r, struct bytes word)
{
	size_t low = 0, high = r->phrase_n;
	while (low < high) {
		size_t mid = (low + high) / 2;
		if (bytes_compare(r->phrase[mid].word[0], word) < 0)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

static void find_phrases(const struct screen_rules *r, const struct subject_text *t, const struct phrase_row **hit)
{
	for (size_t i = 0; i < t->n; i++) {
		struct bytes w = t->word[i];
		/* A phrase may begin with a part of this word, when it is a single open one. */
		for (size_t n = w.n < 3 ? w.n : 1; n <= w.n && n <= RULES_PHRASE; n++) {
			struct bytes part = bytes_of(w.p, n);
			for (size_t k = first_from(r, part); k < r->phrase_n && bytes_equal(r->phrase[k].word[0], part); k++)
				if (hit[r->phrase[k].list] == NULL && stands_at(&r->phrase[k], t, i))
					hit[r->phrase[k].list] = &r->phrase[k];
		}
	}
}

/* ---- protected names ---- */

/* N words written together, in their order or from the last; 0: too long. */
static size_t join(const struct bytes *word, size_t n, bool backwards, uint8_t key[SUBJECT_KEY])
{
	size_t at = 0;
	for (size_t i = 0; i < n; i++) {
		struct bytes w = word[backwards ? n - 1 - i : i];
		if (at + w.n > SUBJECT_KEY)
			return 0;
		memcpy(key + at, w.p, w.n);
		at += w.n;
	}
	return at;
}

enum tocsin_err screen_tags(const uint8_t secret[32], struct bytes name, struct hash tag[SCREEN_TAGS], size_t *n)
{
	struct subject_text words;
	struct buf key;
	uint8_t together[SUBJECT_KEY];
	struct arena *a = arena_new(1u << 20);
	*n = 0;
	buf_init_secret(&key, SUBJECT_KEY);
	enum tocsin_err err = a == NULL ? fail(TOCSIN_BROKEN, "no memory to compare names") : subject_key(name, &key);
	if (err == TOCSIN_OK && key.n == 0)
		err = fail(TOCSIN_BAD, "a name has letters");
	if (err == TOCSIN_OK)
		err = subject_words(name, a, &words);
	if (err == TOCSIN_OK)
		subject_tag(secret, buf_bytes(&key), &tag[(*n)++]);
	for (int backwards = 0; err == TOCSIN_OK && words.n > 1 && backwards < 2; backwards++) {
		size_t bytes = join(words.word, words.n, backwards == 1, together);
		if (bytes > 0)
			subject_tag(secret, bytes_of(together, bytes), &tag[(*n)++]);
	}
	bytes_wipe(together, sizeof together);
	buf_free(&key);
	arena_free(a);
	return err;
}

static bool ask(struct looking *g, const struct bytes *word, size_t n)
{
	uint8_t key[SUBJECT_KEY];
	struct hash tag;
	size_t bytes = subject_join(word, n, key);
	if (bytes == 0)
		return false;
	subject_tag(g->secret, bytes_of(key, bytes), &tag);
	return g->is_protected(g->arg, &tag);
}

static bool ask_joined(struct looking *g, const struct bytes *word, size_t n)
{
	uint8_t key[SUBJECT_KEY];
	struct hash tag;
	size_t bytes = join(word, n, false, key);
	if (bytes == 0)
		return false;
	subject_tag(g->secret, bytes_of(key, bytes), &tag);
	return g->is_protected(g->arg, &tag);
}

/* Each window of 1 to WINDOW words, also written together, and its first and last word; letters with spaces between are
 * one word. */
static bool ask_windows(struct looking *g, const struct subject_text *t)
{
	bool found = false;
	for (size_t i = 0; i < t->n; i++) {
		size_t spaced = 0;
		for (size_t n = 1; n <= WINDOW && i + n <= t->n; n++) {
			struct bytes ends[2] = { t->word[i], t->word[i + n - 1] };
			found |= ask(g, &t->word[i], n);
			if (n > 1)
				found |= ask_joined(g, &t->word[i], n);
			if (n == 3 || n == 4)
				found |= ask(g, ends, 2);
		}
		while (i + spaced < t->n && spaced < SPACED && t->word[i + spaced].n == 1)
			spaced++;
		for (size_t n = WINDOW + 1; n <= spaced; n++)
			found |= ask_joined(g, &t->word[i], n);
	}
	return found;
}

/* Each choice of the words of one name: a list that knows no patronymic finds who is asked for with one. */
static bool ask_parts(struct looking *g, const struct bytes *word, size_t n)
{
	bool found = false;
	for (unsigned set = 1; set < 1u << n; set++) {
		struct bytes some[PART];
		size_t k = 0;
		for (size_t i = 0; i < n; i++)
			if ((set >> i & 1) != 0)
				some[k++] = word[i];
		found |= ask(g, some, k);
	}
	return found;
}

static enum tocsin_err ask_names(struct looking *g, struct bytes value, bool *found)
{
	struct subject_keys keys;
	enum tocsin_err err = subject_keys(value, g->a, &keys);
	*found = false;
	for (size_t i = 0; err == TOCSIN_OK && i < keys.n; i++) {
		struct bytes word[SUBJECT_WORDS], rest = keys.key[i];
		size_t n = 0;
		while (n < SUBJECT_WORDS && text_word(&rest, &word[n]))
			n++;
		*found |= n <= PART ? ask_parts(g, word, n) : ask(g, word, n);
	}
	g->out->names = keys.n;
	g->out->names_more = keys.more;
	g->out->name_mixed = keys.mixed;
	return err;
}

static void tell_found(struct looking *g, struct bytes field)
{
	buf_add_str(&g->found_in, g->found_in.n > 0 ? ", " : "");
	buf_add_bytes(&g->found_in, field);
}

/* ---- fields ---- */

/* Where words are written, and not numbers of documents or times. */
static bool is_prose(struct bytes name)
{
	static const char *const prose[] = { "question", "purpose", "text", "link", "offence", "evidence" };
	for (size_t i = 0; i < sizeof prose / sizeof *prose; i++)
		if (bytes_equal_str(name, prose[i]))
			return true;
	return false;
}

/* TEXT (texts, a line each) as words of FIELD. */
static enum tocsin_err take_text(struct looking *g, struct looked *field, struct bytes text)
{
	field->hit = arena_zalloc(g->a, (g->r->list_n + 1) * sizeof *field->hit);
	if (field->hit == NULL)
		return fail(TOCSIN_BROKEN, "no memory to screen a request");
	enum tocsin_err err = subject_words(text, g->a, &field->text);
	if (err == TOCSIN_OK)
		find_phrases(g->r, &field->text, field->hit);
	return err;
}

static enum tocsin_err take_field(struct looking *g, const struct screen_field *f, struct looked *out)
{
	struct buf text;
	bool found = false;
	*out = (struct looked) { .name = f->name, .value = f->value };
	json_t *j = json_from_value(f->value);
	if (j == NULL)
		return fail(TOCSIN_BROKEN, "no memory to screen a request");
	buf_init(&text, 2 * LIMIT_LINE);
	add_texts(j, &text);
	json_decref(j);
	const void *p = arena_copy(g->a, text.p, text.n);
	size_t n = text.n;
	enum tocsin_err err = buf_end(&text, "a field");
	buf_free(&text);
	if (err == TOCSIN_OK)
		err = p == NULL ? fail(TOCSIN_BROKEN, "no memory to screen a request") : take_text(g, out, bytes_of(p, n));
	bool subject = bytes_equal_str(f->name, "subject.name");
	if (err == TOCSIN_OK && subject)
		err = ask_names(g, f->value, &found);
	if (err != TOCSIN_OK)
		return err;
	found |= ask_windows(g, &out->text);
	g->out->protected_subject += found && subject;
	g->out->protected_text += found && !subject;
	g->out->text_mixed |= out->text.mixed && is_prose(f->name);
	if (found)
		tell_found(g, f->name);
	return TOCSIN_OK;
}

/* What all attachments say, as far as they can be read and are not too long. */
static enum tocsin_err take_files(struct looking *g, const struct screen_request *q, struct looked *out)
{
	struct buf text;
	size_t room = SCREEN_TEXT;
	*out = (struct looked) { .name = BYTES_LIT("attachment") };
	buf_init(&text, SCREEN_TEXT + LIMIT_ATTACHMENTS * (LIMIT_LINE + 2));
	for (size_t i = 0; i < q->file_n; i++) {
		struct bytes data = q->file[i].data;
		bool readable = text_is_utf8(data) && (data.n == 0 || memchr(data.p, 0, data.n) == NULL);
		buf_add_str(&text, "\n");
		buf_add_bytes(&text, q->file[i].name);
		g->out->unread += !readable || data.n > room;
		if (!readable || data.n > room)
			continue;
		buf_add_str(&text, "\n");
		buf_add_bytes(&text, data);
		room -= data.n;
	}
	const void *p = arena_copy(g->a, text.p, text.n);
	size_t n = text.n;
	enum tocsin_err err = buf_end(&text, "the attachments");
	buf_free(&text);
	if (err == TOCSIN_OK)
		err = p == NULL ? fail(TOCSIN_BROKEN, "no memory to screen a request") : take_text(g, out, bytes_of(p, n));
	if (err == TOCSIN_OK && ask_windows(g, &out->text)) {
		g->out->protected_text++;
		tell_found(g, out->name);
	}
	return err;
}

enum tocsin_err look_at(const struct screen_rules *r, const struct screen_request *q, const uint8_t secret[32],
	screen_protected *is_protected, void *arg, struct arena *a, struct looked_at *out)
{
	struct looking g = { .r = r, .secret = secret, .is_protected = is_protected, .arg = arg, .a = a, .out = out };
	*out = (struct looked_at) { .field = arena_alloc(a, (q->field_n + 1) * sizeof *out->field) };
	if (out->field == NULL)
		return fail(TOCSIN_BROKEN, "no memory to screen a request");
	buf_init(&g.found_in, 1u << 20);
	enum tocsin_err err = TOCSIN_OK;
	for (size_t i = 0; err == TOCSIN_OK && i < q->field_n; i++)
		err = take_field(&g, &q->field[i], &out->field[out->n++]);
	if (err == TOCSIN_OK && q->file_n > 0)
		err = take_files(&g, q, &out->field[out->n++]);
	if (err == TOCSIN_OK)
		out->protected_in = bytes_of(arena_copy(a, g.found_in.p, g.found_in.n), g.found_in.n);
	if (err == TOCSIN_OK && out->protected_in.p == NULL)
		err = fail(TOCSIN_BROKEN, "no memory to screen a request");
	buf_free(&g.found_in);
	return err;
}

const struct looked *look_find(const struct looked_at *l, const char *name)
{
	for (size_t i = 0; i < l->n; i++)
		if (bytes_equal_str(l->field[i].name, name) && l->field[i].text.n > 0)
			return &l->field[i];
	return NULL;
}
