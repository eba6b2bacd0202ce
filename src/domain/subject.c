#include "domain/subject.h"

#include <stdlib.h>
#include <utf8proc.h>

#include "base/json.h"
#include "domain/fold.h"

#define ARENA (256u << 10)              /* for one name of SUBJECT_BYTES, folded */
#define SUBJECT_BYTES 1024              /* of a name as it is written: marks and signs may be most of it */

/* ---- what a character is ---- */

static bool is_apostrophe(uint32_t c)
{
	/* Also the letters that transliterations use for one, and the Arabic stroke that only fills a line. */
	return c == '\'' || c == '`' || c == 0x2018 || c == 0x2019 || c == 0x2032 || (c >= 0x02b9 && c <= 0x02bf) || c == 0x0640;
}

/* Written without spaces, and each of them a word. */
static bool is_han(uint32_t c)
{
	return (c >= 0x3005 && c <= 0x3007) || (c >= 0x3400 && c <= 0x4dbf) || (c >= 0x4e00 && c <= 0x9fff) ||
		(c >= 0xf900 && c <= 0xfaff) || (c >= 0x20000 && c <= 0x3ffff);
}

static bool is_written(uint32_t c)
{
	enum fold_class k = fold_class(c);
	return k == FOLD_LETTER || k == FOLD_DIGIT || k == FOLD_IDEOGRAPH;
}

enum script { LATIN = 1, GREEK = 2, CYRILLIC = 4, ARMENIAN = 8, CHEROKEE = 16, LISU = 32, OTHER = 64 };

static unsigned script_of(uint32_t c)
{
	static const struct { uint32_t from, to; enum script script; } ranges[] = {
		{ 0x0061, 0x02af, LATIN }, { 0x0370, 0x03ff, GREEK }, { 0x0400, 0x052f, CYRILLIC }, { 0x0530, 0x058f, ARMENIAN },
		{ 0x13a0, 0x13ff, CHEROKEE }, { 0x1c80, 0x1c8f, CYRILLIC }, { 0x1d00, 0x1dbf, LATIN }, { 0x1e00, 0x1eff, LATIN },
		{ 0x1f00, 0x1fff, GREEK }, { 0x2c60, 0x2c7f, LATIN }, { 0xa4d0, 0xa4ff, LISU }, { 0xa640, 0xa69f, CYRILLIC },
		{ 0xa720, 0xa7ff, LATIN }, { 0xab30, 0xab6f, LATIN },
	};
	if (fold_class(c) != FOLD_LETTER)
		return 0;
	for (size_t i = 0; i < sizeof ranges / sizeof *ranges; i++)
		if (c >= ranges[i].from && c <= ranges[i].to)
			return ranges[i].script;
	return OTHER;
}

/* ---- a name as words ---- */

struct word {
	size_t from, until;             /* characters of the folded name */
	unsigned scripts;
	bool looks_latin;               /* each of its letters does */
	bool digit_in;                  /* a digit where a letter would be */
};
struct name {
	struct bytes text;
	struct folded f;
	struct word *word;
	size_t n;
};

static bool capital_at(const struct name *m, size_t i)
{
	utf8proc_int32_t c = 0;
	size_t at = m->f.at[i];
	if (utf8proc_iterate(m->text.p + at, (utf8proc_ssize_t)(m->text.n - at), &c) <= 0)
		return false;
	utf8proc_category_t k = utf8proc_category(c);
	return k == UTF8PROC_CATEGORY_LU || k == UTF8PROC_CATEGORY_LT;
}

/* Whether W is read as a word of Latin letters, some of which are not. */
static bool read_as_latin(const struct word *w)
{
	return (w->scripts & LATIN) != 0 && w->looks_latin;
}

static char look_at(const struct name *m, const struct word *w, size_t i)
{
	return subject_look(m->f.c[i], capital_at(m, i), !read_as_latin(w));
}

static void look_over(const struct name *m, struct word *w)
{
	size_t letters = 0;
	bool digit = false;
	w->looks_latin = true;
	for (size_t i = w->from; i < w->until; i++) {
		uint32_t c = m->f.c[i];
		if (fold_class(c) == FOLD_DIGIT) {
			bool first = i == w->from && (c == '0' || c == '1');
			digit |= (c == '0' || c == '1' || c == '3' || c == '5') && i + 1 < w->until &&
				fold_class(m->f.c[i + 1]) == FOLD_LETTER && (first || letters > 0);
			continue;
		}
		if (is_apostrophe(c))
			continue;
		letters++;
		w->scripts |= script_of(c);
		w->looks_latin &= subject_look(c, capital_at(m, i), false) != 0;
	}
	/* Latin letters that are like no plain one ("ae", "thorn") do not make a word foreign. */
	w->looks_latin |= w->scripts == LATIN;
	w->digit_in = digit && letters >= 3;
}

/* The words of the folded text into WORD, which may be NULL: then they are only counted. */
static size_t split(const struct name *m, struct word *word)
{
	size_t n = 0;
	for (size_t i = 0; i < m->f.n;) {
		size_t from = i++;
		if (!is_written(m->f.c[from]) || is_apostrophe(m->f.c[from]))
			continue;
		bool han = is_han(m->f.c[from]);
		while (!han && i < m->f.n && (is_written(m->f.c[i]) || is_apostrophe(m->f.c[i])) && !is_han(m->f.c[i]))
			i++;
		if (word != NULL) {
			/* Of "Ivanov's" the name is Ivanov. */
			size_t until = i > from + 2 && m->f.c[i - 1] == 's' && is_apostrophe(m->f.c[i - 2]) ? i - 2 : i;
			word[n] = (struct word) { .from = from, .until = until };
			look_over(m, &word[n]);
		}
		n++;
	}
	return n;
}

static enum tocsin_err text_words(struct bytes text, struct arena *a, struct name *m)
{
	*m = (struct name) { .text = text };
	enum tocsin_err err = fold(text, a, &m->f);
	if (err != TOCSIN_OK)
		return err;
	m->n = split(m, NULL);
	m->word = arena_alloc(a, (m->n + 1) * sizeof *m->word);
	if (m->word == NULL)
		return fail(TOCSIN_BROKEN, "no memory to compare names");
	split(m, m->word);
	return TOCSIN_OK;
}

static enum tocsin_err words_of(struct bytes text, struct arena *a, struct name *m)
{
	*m = (struct name) { .n = 0 };
	if (text.n > SUBJECT_BYTES)
		return fail(TOCSIN_BAD, "a name has at most %d bytes", SUBJECT_BYTES);
	enum tocsin_err err = text_words(text, a, m);
	if (err == TOCSIN_OK && m->n > SUBJECT_WORDS)
		return fail(TOCSIN_BAD, "a name has at most %d words", SUBJECT_WORDS);
	return err;
}

/* ---- its key ---- */

static void add_word(const struct name *m, const struct word *w, struct buf *out)
{
	for (size_t i = w->from; i < w->until; i++) {
		char look = look_at(m, w, i);
		if (look != 0)
			buf_add_char(out, look);
		else if (!is_apostrophe(m->f.c[i]))
			fold_add(out, m->f.c[i]);
	}
}

static int by_bytes(const void *a, const void *b)
{
	return bytes_compare(*(const struct bytes *)a, *(const struct bytes *)b);
}

static enum tocsin_err add_key(const struct name *m, struct buf *out)
{
	struct buf all;
	struct bytes word[SUBJECT_WORDS];
	size_t at[SUBJECT_WORDS + 1] = { 0 };
	buf_init(&all, SUBJECT_KEY);
	for (size_t i = 0; i < m->n; i++) {
		add_word(m, &m->word[i], &all);
		at[i + 1] = all.n;
	}
	bool fits = !all.failed && all.n + m->n <= SUBJECT_KEY;
	for (size_t i = 0; fits && i < m->n; i++)
		word[i] = bytes_of(all.p + at[i], at[i + 1] - at[i]);
	if (fits && m->n > 1)
		qsort(word, m->n, sizeof *word, by_bytes);
	for (size_t i = 0; fits && i < m->n; i++) {
		if (i > 0)
			buf_add_char(out, ' ');
		buf_add_bytes(out, word[i]);
	}
	buf_free(&all);
	return fits ? buf_end(out, "a name") : fail(TOCSIN_BAD, "a name has at most %d bytes as it is compared", SUBJECT_KEY);
}

size_t subject_join(const struct bytes *word, size_t n, uint8_t out[SUBJECT_KEY])
{
	struct bytes sorted[SUBJECT_WORDS];
	size_t at = 0, all = n;
	if (n == 0 || n > SUBJECT_WORDS)
		return 0;
	for (size_t i = 0; i < n; i++) {
		size_t k = i;
		for (; k > 0 && bytes_compare(sorted[k - 1], word[i]) > 0; k--)
			sorted[k] = sorted[k - 1];
		sorted[k] = word[i];
		all += word[i].n;
	}
	for (size_t i = 0; all <= SUBJECT_KEY && i < n; i++) {
		if (i > 0)
			out[at++] = ' ';
		memcpy(out + at, sorted[i].p, sorted[i].n);
		at += sorted[i].n;
	}
	return at;
}

enum tocsin_err subject_key(struct bytes name, struct buf *out)
{
	struct name m;
	struct arena *a = arena_new(ARENA);
	enum tocsin_err err = a == NULL ? fail(TOCSIN_BROKEN, "no memory to compare names") : words_of(name, a, &m);
	if (err == TOCSIN_OK)
		err = add_key(&m, out);
	arena_free(a);
	return err;
}

/* A word that mixes scripts, or has a digit for a letter. */
static bool is_disguised(const struct word *w)
{
	return (w->scripts & (w->scripts - 1)) != 0 || w->digit_in;
}

static bool is_mixed(const struct name *m)
{
	bool latin = false, disguised = false;
	for (size_t i = 0; i < m->n; i++) {
		const struct word *w = &m->word[i];
		if (is_disguised(w))
			return true;
		latin |= w->scripts == LATIN;
		/* One letter is an initial. */
		disguised |= w->scripts != LATIN && w->scripts != 0 && w->looks_latin && w->until - w->from > 1;
	}
	return latin && disguised;
}

bool subject_mixed(struct bytes name)
{
	struct name m;
	struct arena *a = arena_new(ARENA);
	bool mixed = a != NULL && words_of(name, a, &m) == TOCSIN_OK && is_mixed(&m);
	arena_free(a);
	return mixed;
}

/* ---- the names of a field ---- */

static enum tocsin_err add_one(struct bytes name, struct arena *scratch, struct arena *a, struct subject_keys *out)
{
	struct name m;
	struct buf key;
	arena_reset(scratch);
	buf_init(&key, SUBJECT_KEY);
	enum tocsin_err err = words_of(name, scratch, &m);
	if (err == TOCSIN_OK)
		err = add_key(&m, &key);
	if (err == TOCSIN_BAD || (err == TOCSIN_OK && key.n > 0 && out->n == SUBJECT_NAMES)) {
		out->more = true;
		err = TOCSIN_OK;
	} else if (err == TOCSIN_OK && key.n > 0) {
		out->mixed |= is_mixed(&m);
		const void *p = arena_copy(a, key.p, key.n);
		out->key[out->n++] = bytes_of(p, key.n);
		err = p == NULL ? fail(TOCSIN_BROKEN, "no memory to compare names") : TOCSIN_OK;
	}
	buf_free(&key);
	return err;
}

static enum tocsin_err add_text(const json_t *j, struct arena *scratch, struct arena *a, struct subject_keys *out)
{
	enum tocsin_err err = TOCSIN_OK;
	const char *p = json_string_value(j), *end = p + json_string_length(j);
	for (const char *from = p; err == TOCSIN_OK && p != NULL && p <= end; p++) {
		if (p < end && strchr(";|/\r\n", *p) == NULL)
			continue;
		err = add_one(bytes_of(from, (size_t)(p - from)), scratch, a, out);
		from = p + 1;
	}
	return err;
}

static enum tocsin_err add_all(json_t *j, struct arena *scratch, struct arena *a, struct subject_keys *out)
{
	enum tocsin_err err = add_text(j, scratch, a, out);
	for (size_t i = 0; err == TOCSIN_OK && i < json_array_size(j); i++)
		err = add_text(json_array_get(j, i), scratch, a, out);
	for (void *it = json_object_iter(j); err == TOCSIN_OK && it != NULL; it = json_object_iter_next(j, it)) {
		const char *tag = json_object_iter_key(it);
		if (strcmp(tag, "authoritative") != 0 && strncmp(tag, "by-", 3) != 0)
			err = add_text(json_object_iter_value(it), scratch, a, out);
	}
	return err;
}

enum tocsin_err subject_keys(struct bytes value, struct arena *a, struct subject_keys *out)
{
	*out = (struct subject_keys) { .n = 0 };
	json_t *j = json_from_value(value);
	struct arena *scratch = arena_new(ARENA);
	enum tocsin_err err = j == NULL || scratch == NULL ? fail(TOCSIN_BROKEN, "no memory to compare names")
		: add_all(j, scratch, a, out);
	json_decref(j);
	arena_free(scratch);
	if (err != TOCSIN_OK || out->n == 0)
		return err;
	qsort(out->key, out->n, sizeof *out->key, by_bytes);
	size_t n = 1;
	for (size_t i = 1; i < out->n; i++)
		if (!bytes_equal(out->key[i], out->key[n - 1]))
			out->key[n++] = out->key[i];
	out->n = n;
	return TOCSIN_OK;
}

/* ---- the words of a text ---- */

enum tocsin_err subject_words(struct bytes text, struct arena *a, struct subject_text *out)
{
	struct name m;
	struct buf all;
	*out = (struct subject_text) { .n = 0 };
	enum tocsin_err err = text_words(text, a, &m);
	if (err != TOCSIN_OK)
		return err;
	out->word = arena_alloc(a, (m.n + 1) * sizeof *out->word);
	/* No character takes more than four bytes. */
	buf_init(&all, 4 * m.f.n + 1);
	for (size_t i = 0; i < m.n && out->word != NULL; i++) {
		size_t at = all.n;
		add_word(&m, &m.word[i], &all);
		out->word[i] = bytes_of(NULL, all.n - at);
		out->mixed |= is_disguised(&m.word[i]);
	}
	const uint8_t *p = arena_copy(a, all.p, all.n);
	err = buf_end(&all, "a text");
	if (err == TOCSIN_OK && (p == NULL || out->word == NULL))
		err = fail(TOCSIN_BROKEN, "no memory to compare names");
	for (size_t i = 0; err == TOCSIN_OK && i < m.n; p += out->word[i++].n)
		out->word[i].p = p;
	out->n = err == TOCSIN_OK ? m.n : 0;
	buf_free(&all);
	return err;
}

/* ---- tags ---- */

void subject_tag(const uint8_t secret[32], struct bytes key, struct hash *tag)
{
	static const char label[] = "subject ";
	uint8_t in[64 + sizeof label - 1 + SUBJECT_KEY], outer[64 + SHA256_SIZE];
	/* HMAC (RFC 2104), with keys of 32 bytes. A key is never longer than SUBJECT_KEY; what is, is hashed first. */
	struct hash whole = { { 0 } };
	if (key.n > SUBJECT_KEY) {
		whole = sha256(key);
		key = hash_bytes(&whole);
	}
	for (size_t i = 0; i < 64; i++) {
		in[i] = (i < 32 ? secret[i] : 0) ^ 0x36;
		outer[i] = (i < 32 ? secret[i] : 0) ^ 0x5c;
	}
	memcpy(in + 64, label, sizeof label - 1);
	if (key.n > 0)
		memcpy(in + 64 + sizeof label - 1, key.p, key.n);
	struct hash inner = sha256(bytes_of(in, 64 + sizeof label - 1 + key.n));
	memcpy(outer + 64, inner.b, SHA256_SIZE);
	*tag = sha256(bytes_of(outer, sizeof outer));
	bytes_wipe(in, sizeof in);
	bytes_wipe(outer, sizeof outer);
}
