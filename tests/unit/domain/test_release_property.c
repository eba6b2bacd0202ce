/*
 * Random warnings, markings, policies, profiles and audiences, edited by others in between: nothing closed is in what
 * leaves, and what is planted there is caught.  Every value is unique and random, so that finding it by plain search is
 * proof; seeds are fixed, so that what fails once fails always.
 */
#include "rules.h"

#include "base/sha256.h"
#include "base/text.h"
#include "domain/fold.h"

#define ROUNDS 1000
#define LINES 24
#define WORDS 16
#define SHORTEST 12                     /* characters of a random value */

static uint64_t seed;

static uint32_t below(uint32_t n)
{
	uint64_t z = seed += 0x9e3779b97f4a7c15u;
	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
	z = (z ^ z >> 27) * 0x94d049bb133111ebu;
	return (uint32_t)((z ^ z >> 31) >> 11) % n;
}

/* ---- random values ---- */

enum script { LATIN, CYRILLIC, HAN, DIGITS, NAME, SCRIPTS };

static void add_random(struct buf *b, enum script script, unsigned n)
{
	for (unsigned i = 0; i < n; i++) {
		uint32_t c = script == CYRILLIC ? 0x430 + below(32) : 0x4e00 + below(0x5000);
		if (script == LATIN || script == NAME)
			buf_add_char(b, (char)('a' + below(26)));
		else if (script == DIGITS)
			buf_add_char(b, (char)('1' + below(9)));
		else
			fold_add(b, c);
	}
}

/* At least SHORTEST characters; a name is of three words. */
static const char *random_text(enum script script)
{
	struct buf b;
	buf_init(&b, 4096);
	for (unsigned word = 0; script == NAME && word < 3; word++) {
		if (word > 0)
			buf_add_char(&b, ' ');
		buf_add_char(&b, (char)('A' + below(26)));
		add_random(&b, NAME, 4 + below(6));
	}
	if (script != NAME)
		add_random(&b, script, SHORTEST + below(12));
	const char *s = arena_str(arena, buf_bytes(&b));
	buf_free(&b);
	assert_non_null(s);
	return s;
}

static struct bytes value_of(json_t *j)
{
	struct buf b;
	buf_init(&b, LIMIT_LINE);
	assert_non_null(j);
	assert_int_equal(json_write_value(&b, j), TOCSIN_OK);
	struct bytes v = bytes_of(arena_copy(arena, b.p, b.n), b.n);
	buf_free(&b);
	json_decref(j);
	return v;
}

/* ---- random warnings ---- */

/* A line, and what of its value must not be seen while it is closed: texts as they are. */
struct made {
	const char *name, *text[2];
	enum script script[2];
	size_t text_n;
};
static struct body_field field[LINES];
static struct marking marks[LINES];
static struct made made[LINES];
static struct body_file file[2];
static size_t n, file_n;

static struct made *add_line(const char *name)
{
	assert_true(n < LINES);
	made[n] = (struct made){ .name = name };
	field[n].name = name;
	field[n].open = !field_closed("warning", name);
	marks[n] = (struct marking){ 0 };
	if (below(3) == 0)
		marks[n].tlp = (enum tlp)(TLP_CLEAR + below(5));
	return &made[n];
}

/* A value of texts: a string, or one in two languages. */
static void fill(struct made *m, struct body_field *f)
{
	m->text_n = 1 + (below(4) == 0);
	for (size_t i = 0; i < m->text_n; i++) {
		m->script[i] = (enum script)below(SCRIPTS);
		m->text[i] = random_text(m->script[i]);
	}
	f->value = value_of(m->text_n == 1 ? json_string(m->text[0])
		: json_pack("{s:s,s:s,s:s}", "authoritative", "en", "en", m->text[0], "ru", m->text[1]));
}

static void fill_special(struct made *m, struct body_field *f)
{
	char text[100];
	static const uint8_t bytes[64];
	if (strcmp(m->name, "where.area") == 0) {
		snprintf(text, sizeof text, "\"circle %u.%05u,%u.%05u %u\"", 10 + below(50), 11111 + 2 * below(40000), 10 + below(90),
			11111 + 2 * below(40000), 100 + below(5000));
	} else if (strncmp(m->name, "when.", 5) == 0) {
		snprintf(text, sizeof text, "\"20%02u-%02u-%02uT%02u:%02u:%02uZ\"", 10 + below(80), 1 + below(12), 1 + below(28), below(24),
			below(60), below(60));
	} else if (strncmp(m->name, "attachment.", 11) == 0) {
		char hex[65];
		m->text[0] = random_text(LATIN);
		m->script[0] = LATIN;
		m->text_n = 1;
		struct hash h = sha256(bytes_of(bytes, 7));
		hex_encode(h.b, 32, hex);
		hex[64] = '\0';
		f->value = value_of(json_pack("[s,s,i,s]", m->text[0], "image/png", 7, hex));
		return;
	} else {
		/* x.number */
		m->text[0] = random_text(DIGITS);
		m->script[0] = DIGITS;
		m->text_n = 1;
		snprintf(text, sizeof text, "%.17s", m->text[0]);
		if (strlen(m->text[0]) > 17)
			m->text[0] = arena_str(arena, bytes_str(text));
	}
	f->value = bytes_of(arena_copy(arena, text, strlen(text)), strlen(text));
}

static bool is_special(const char *name)
{
	return strcmp(name, "where.area") == 0 || strcmp(name, "when.from") == 0 || strcmp(name, "when.until") == 0 ||
		strcmp(name, "x.number") == 0 || strncmp(name, "attachment.", 11) == 0;
}

static void random_value(size_t i)
{
	(is_special(made[i].name) ? fill_special : fill)(&made[i], &field[i]);
	assert_int_equal(field_check("warning", field[i].name, field[i].value), TOCSIN_OK);
}

static void random_warning(void)
{
	static const char *const names[] = { "threat.summary", "threat.actor", "threat.method", "target.who", "where.place", "where.area",
		"when.from", "when.until", "when.words", "source.origin", "source.method", "source.grader", "source.contact", "advice",
		"ask.what", "purpose", "text", "x.note", "x.number", "attachment.1" };
	n = file_n = 0;
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		if (i > 0 && below(4) == 0)
			continue;
		add_line(names[i]);
		random_value(n);
		n++;
	}
	if (below(8) > 0) {
		struct made *m = add_line("handling.tlp");
		m->text_n = 0;
		char word[30];
		snprintf(word, sizeof word, "\"%s\"", tlp_name((enum tlp)(TLP_CLEAR + below(5))));
		field[n++].value = bytes_of(arena_copy(arena, word, strlen(word)), strlen(word));
	}
	if (below(2) == 0) {
		add_line("handling.caveat");
		random_value(n);
		n++;
	}
}

/* ---- who gets it ---- */

static struct profile profiles[1];
static const char *open_words[WORDS], *close_words[WORDS];
static size_t open_n, close_n, author_close_n;
static struct handling_ask ask;
static struct preview preview;

static const char *random_word(void)
{
	const char *name = field[below((uint32_t)n)].name;
	if (below(4) > 0)
		return name;
	const char *dot = strchr(name, '.');
	return dot == NULL ? name : arena_printf(arena, "%.*s.*", (int)(dot - name), name);
}

static void random_profile(void)
{
	struct profile *p = profiles;
	*p = profile_none;
	p->tlp = (enum tlp)below(6);
	p->community = below(2) == 0;
	for (uint32_t i = below(4); i > 0; i--)
		p->open[p->open_n++] = random_word();
	for (uint32_t i = below(4); i > 0; i--)
		p->close[p->close_n++] = random_word();
}

static void random_ask(void)
{
	open_n = close_n = 0;
	random_profile();
	for (uint32_t i = below(4); i > 0; i--)
		open_words[open_n++] = random_word();
	for (uint32_t i = below(4); i > 0; i--)
		close_words[close_n++] = random_word();
	author_close_n = close_n;
	ask = (struct handling_ask){ .kind = "warning", .field = field, .field_n = n, .marking = marks, .to = "south.example",
		.named = below(2) == 0, .profile = profiles, .deflt = (enum tlp)(TLP_CLEAR + below(5)), .open = open_words,
		.close = close_words };
}

/* Somebody else changes what is said, how it is marked, what is opened, and who gets it. */
static void random_edits(void)
{
	for (uint32_t i = below(6); i > 0; i--) {
		switch (below(5)) {
		case 0: {
			size_t k = below((uint32_t)n);
			if (made[k].text_n > 0)
				random_value(k);
			break;
		}
		case 1:
			marks[below((uint32_t)n)].tlp = (enum tlp)(TLP_CLEAR + below(2));
			break;
		case 2:
			if (open_n < WORDS)
				open_words[open_n++] = below(3) == 0 ? "substance" : random_word();
			break;
		case 3:
			if (close_n < WORDS)
				close_words[close_n++] = random_word();
			break;
		default:
			random_profile();
			profiles->tlp = TLP_RED;
		}
	}
	ask.open_n = open_n;
	ask.close_n = close_n;
}

/* ---- what leaves ---- */

static struct buf plain, body;

static void add_files(void)
{
	static const uint8_t bytes[64];
	file_n = 0;
	for (size_t i = 0; i < preview.field_n; i++)
		if (strncmp(preview.field[i].name, "attachment.", 11) == 0 && preview.field[i].open)
			file[file_n++] = (struct body_file){ preview.field[i].name, bytes_of(bytes, 7) };
}

static const char note[] = "tocsin/v1 warning\nnonce 00112233445566778899aabbccddeeff\nfrom north.example "
	"00112233445566778899aabbccddeeff\nto south.example 00112233445566778899aabbccddeeff\nat 2024-03-06T09:12:00Z\n"
	"lines 32\n\n";

static void seal(void)
{
	struct buf opened;
	struct hash root;
	buf_init(&opened, LIMIT_ENVELOPE);
	buf_clear(&plain);
	buf_clear(&body);
	add_files();
	if (body_make(preview.field, preview.field_n, file, file_n, 32, &body, &opened, &root) != TOCSIN_OK)
		stop("%s", fail_sentence());
	body_wrap(&plain, bytes_str(note), buf_bytes(&body));
	buf_free(&opened);
}

/* TEXT without white space, marks and case, as anybody would compare it who knows nothing of fold. */
static void squeeze(struct bytes text, struct buf *out)
{
	buf_clear(out);
	for (size_t i = 0; i < text.n; i++) {
		uint8_t c = text.p[i];
		if (c >= 0x80 || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z'))
			buf_add_char(out, (char)c);
		else if (c >= 'A' && c <= 'Z')
			buf_add_char(out, (char)(c - 'A' + 'a'));
	}
}

static void is_not_in(const struct made *m, const char *what, struct bytes where, struct bytes squeezed)
{
	struct buf s;
	buf_init(&s, 4096);
	for (size_t i = 0; i < m->text_n; i++) {
		struct bytes t = bytes_str(m->text[i]);
		squeeze(t, &s);
		if (memmem(where.p, where.n, t.p, t.n) != NULL || memmem(squeezed.p, squeezed.n, s.p, s.n) != NULL)
			stop("%s is closed, and %s holds it: %s", m->name, what, m->text[i]);
	}
	buf_free(&s);
}

static bool is_named_by(const char *const *words, size_t count, const char *name)
{
	for (size_t i = 0; i < count; i++) {
		size_t k = strlen(words[i]);
		if (strcmp(words[i], name) == 0 || (k > 2 && words[i][k - 1] == '*' && strncmp(words[i], name, k - 1) == 0))
			return true;
	}
	return false;
}

/* The rules once more, as sentences: what may never be open, whatever else is said. */
static void must_be_closed(size_t i, bool *closed)
{
	const char *name = field[i].name;
	enum tlp whole = TLP_UNMARKED, own = marks[i].tlp;
	for (size_t k = 0; k < n; k++)
		if (strcmp(field[k].name, "handling.tlp") == 0) {
			char word[24];
			snprintf(word, sizeof word, "%.*s", (int)field[k].value.n - 2, (const char *)field[k].value.p + 1);
			assert_true(tlp_find(word, &whole));
		}
	if (own == TLP_UNMARKED)
		own = whole;
	bool about = strncmp(name, "handling.", 9) == 0, source = strcmp(name, "source.origin") == 0 ||
		strcmp(name, "source.method") == 0 || strcmp(name, "source.contact") == 0;
	*closed = is_named_by(close_words, close_n, name) || is_named_by(close_words, author_close_n, name) ||
		(!about && own == TLP_UNMARKED) || (!about && own == TLP_RED && !ask.named) ||
		(source && !is_named_by(open_words, open_n, name));
}

static void prepare(uint64_t round)
{
	seed = round * 7919 + 1;
	arena_reset(arena);
	random_warning();
	random_ask();
	random_edits();
	if (preview_make(&ask, arena, &preview) != TOCSIN_OK)
		stop("round %llu: %s", (unsigned long long)round, fail_sentence());
}

TEST(nothing_closed_is_in_what_leaves)
{
	struct buf squeezed;
	size_t closed_lines = 0, open_lines = 0;
	buf_init(&squeezed, LIMIT_ENVELOPE);
	for (uint64_t round = 0; round < ROUNDS; round++) {
		prepare(round);
		seal();
		json_t *j = preview_json(&preview);
		char *shown = json_dumps(j, JSON_COMPACT);
		squeeze(buf_bytes(&plain), &squeezed);
		for (size_t i = 0; i < n; i++) {
			bool must;
			const struct body_field *f = field_of(preview.field, preview.field_n, field[i].name);
			must_be_closed(i, &must);
			if (must && f->open)
				stop("round %llu: %s must be closed", (unsigned long long)round, f->name);
			open_lines += f->open;
			closed_lines += !f->open;
			if (f->open)
				continue;
			is_not_in(&made[i], "what is sealed", buf_bytes(&plain), buf_bytes(&squeezed));
			is_not_in(&made[i], "the preview", bytes_str(shown), BYTES_LIT(""));
		}
		for (size_t i = 0; i < preview.leaks.n; i++)
			if (preview.leaks.leak[i].exact)
				stop("round %llu: %s is said to be in %s", (unsigned long long)round, preview.leaks.leak[i].closed,
					preview.leaks.leak[i].open);
		if (leak_in_plaintext("warning", preview.field, preview.field_n, NULL, 0, bytes_str(note), buf_bytes(&body), arena) !=
			TOCSIN_OK)
			stop("round %llu: %s", (unsigned long long)round, fail_sentence());
		json_decref(j);
		free(shown);
	}
	/* The rounds were no empty ones. */
	assert_true(open_lines > ROUNDS && closed_lines > ROUNDS);
	buf_free(&squeezed);
}

TEST(what_is_closed_changes_nothing_that_is_open)
{
	static struct body_field before[HANDLING_FIELDS];
	for (uint64_t round = 0; round < ROUNDS; round++) {
		prepare(round);
		size_t before_n = preview.field_n;
		memcpy(before, preview.field, before_n * sizeof *before);
		for (size_t i = 0; i < n; i++)
			if (!field_of(before, before_n, field[i].name)->open && made[i].text_n + is_special(made[i].name) > 0)
				random_value(i);
		assert_int_equal(preview_make(&ask, arena, &preview), TOCSIN_OK);
		assert_int_equal(preview.field_n, before_n);
		for (size_t i = 0; i < before_n; i++) {
			const struct body_field *f = field_of(preview.field, preview.field_n, before[i].name);
			if (f->open != before[i].open || (f->open && !bytes_equal(f->value, before[i].value)))
				stop("round %llu: %s tells of what is closed", (unsigned long long)round, f->name);
		}
	}
}

/* ---- planted ---- */

#include "planted.h"

int main(void)
{
	buf_init(&plain, 2 * LIMIT_ENVELOPE);
	buf_init(&body, LIMIT_ENVELOPE);
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_closed_is_in_what_leaves),
		cmocka_unit_test(what_is_closed_changes_nothing_that_is_open),
		cmocka_unit_test(what_is_planted_in_open_texts_is_caught),
		cmocka_unit_test(what_is_planted_in_the_bytes_is_caught),
	};
	int failed = cmocka_run_group_tests(tests, setup, teardown);
	buf_free(&plain);
	buf_free(&body);
	return failed;
}
