/*
 * planted: leaks that the property test plants itself, each way of writing what is closed. Part of
 * test_release_property.c.
 */
#ifndef TOCSIN_TESTS_DOMAIN_PLANTED_H
#define TOCSIN_TESTS_DOMAIN_PLANTED_H

enum planting { PLANT_PLAIN, PLANT_CASE, PLANT_WIDE, PLANT_SPACES, PLANT_BREAKS, PLANT_MARKS, PLANT_INVISIBLE, PLANT_QUOTES, PLANT_ACCENTS,
	PLANT_SHAPES };

/* C as PLANTING writes it, the I-th of its text. */
static void add_planted(struct buf *b, enum planting p, uint32_t c, size_t i)
{
	static const char *const spaces[] = { " ", "\t", "  ", "\xc2\xa0", "\xe3\x80\x80" }, *const marks_between[] = { "-", ".", "_", "/", "·" };
	static const char *const invisible[] = { "\xe2\x80\x8b", "\xc2\xad", "\xe2\x81\xa0" };
	if (i > 0 && p == PLANT_SPACES && below(3) == 0)
		buf_add_str(b, spaces[below(5)]);
	if (i > 0 && p == PLANT_BREAKS && below(4) == 0)
		buf_add_str(b, below(2) == 0 ? "\n" : "\r\n\n");
	if (i > 0 && p == PLANT_MARKS && below(3) == 0)
		buf_add_str(b, marks_between[below(5)]);
	if (i > 0 && p == PLANT_INVISIBLE && below(3) == 0)
		buf_add_str(b, invisible[below(3)]);
	if (i > 0 && p == PLANT_QUOTES && below(3) == 0)
		buf_add_str(b, below(2) == 0 ? "\"" : "\\");
	bool latin = c >= 'a' && c <= 'z';
	if (p == PLANT_CASE && latin && below(2) == 0)
		c -= 'a' - 'A';
	if (p == PLANT_CASE && c >= 0x430 && c <= 0x44f && below(2) == 0)
		c -= 0x20;
	if (p == PLANT_WIDE && c > 0x20 && c < 0x7f)
		c += 0xff01 - 0x21;
	fold_add(b, c);
	/* What is no letter of a word has no accents. */
	if (p == PLANT_ACCENTS && latin && below(2) == 0)
		fold_add(b, 0x300 + below(5));
}

/* TEXT (UTF-8) as P writes it, within a sentence. */
static const char *planted(const char *text, enum planting p)
{
	struct buf b;
	struct folded f;
	buf_init(&b, 8192);
	buf_add_str(&b, "We were told of this: ");
	assert_int_equal(fold(bytes_str(text), arena, &f), TOCSIN_OK);
	for (size_t i = 0; i < f.n; i++)
		add_planted(&b, p, f.c[i], i);
	buf_add_str(&b, " and of nothing else.");
	const char *s = arena_str(arena, buf_bytes(&b));
	buf_free(&b);
	return s;
}

/* A number of the lines of the release that is OPEN or not, and has a text; HANDLING_FIELDS: there is none. */
static size_t pick(bool open)
{
	size_t found = HANDLING_FIELDS;
	uint32_t seen = 0;
	for (size_t i = 0; i < n; i++) {
		const struct body_field *f = field_of(preview.field, preview.field_n, field[i].name);
		if (f->open == open && made[i].text_n > 0 && (!open || !is_special(f->name)) && below(++seen) == 0)
			found = i;
	}
	return found;
}

static struct body_field *in_release(size_t i)
{
	return &preview.field[field_of(preview.field, preview.field_n, field[i].name) - preview.field];
}

static const struct leak *told(const char *closed, const char *open)
{
	static struct leaks leaks;
	if (leak_find("warning", preview.field, preview.field_n, arena, &leaks) != TOCSIN_OK)
		stop("%s", fail_sentence());
	for (size_t i = 0; i < leaks.n; i++)
		if (leaks.leak[i].exact && strcmp(leaks.leak[i].closed, closed) == 0 && strcmp(leaks.leak[i].open, open) == 0)
			return &leaks.leak[i];
	return NULL;
}

static enum tocsin_err last_look(const char *const *confirmed, size_t count)
{
	return leak_in_plaintext("warning", preview.field, preview.field_n, confirmed, count, bytes_str(note), buf_bytes(&body), arena);
}

/* WHERE now holds what is closed: both looks must say so, and the second one lets pass what was confirmed. */
static void must_be_caught(uint64_t round, const struct made *closed, const char *where, const char *how)
{
	const struct leak *l = told(closed->name, where);
	if (l == NULL)
		stop("round %llu: %s (%s) in %s is not told: %s", (unsigned long long)round, closed->name, closed->text[0], where, how);
	assert_true(l->sentence.n > 0);
	seal();
	if (last_look(NULL, 0) != TOCSIN_REFUSED || strstr(fail_sentence(), closed->name) == NULL)
		stop("round %llu: %s in %s would be sealed: %s", (unsigned long long)round, closed->name, where, how);
	assert_int_equal(last_look(&closed->name, 1), TOCSIN_OK);
}

/* In another notation: a number, a time, a place. */
static void plant_notation(uint64_t round)
{
	static const char *const months[] = { "January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
		"November", "December" };
	size_t open = pick(true);
	for (size_t i = 0; i < n && open < HANDLING_FIELDS; i++) {
		struct body_field *f = in_release(i), *to = in_release(open);
		char text[200] = "", v[40];
		if (f->open || f->value.n > 45)
			continue;
		snprintf(v, sizeof v, "%.*s", (int)f->value.n, (const char *)f->value.p);
		unsigned a, b, c, d, m, day, hour, minute;
		if (strcmp(f->name, "x.number") == 0)
			snprintf(text, sizeof text, "Call +%.3s (%.3s) %.3s-%s", v, v + 3, v + 6, v + 9);
		else if (sscanf(v, "\"circle %u.%u,%u.%u", &a, &b, &c, &d) == 4)
			snprintf(text, sizeof text, "Look at %u,%05u N; %u,%05u E first", a, b, c, d);
		else if (sscanf(v, "\"20%2u-%2u-%2uT%2u:%2u", &a, &m, &day, &hour, &minute) == 5)
			snprintf(text, sizeof text, "It is on %u %s 20%02u, at %02u:%02u", day, months[m - 1], a, hour, minute);
		else
			continue;
		struct bytes was = to->value;
		to->value = value_of(json_string(text));
		must_be_caught(round, &made[i], to->name, text);
		to->value = was;
	}
}

TEST(what_is_planted_in_open_texts_is_caught)
{
	size_t rounds = 0;
	for (uint64_t round = 0; round < ROUNDS; round++) {
		prepare(round + 100000);
		size_t closed = pick(false), open = pick(true);
		plant_notation(round);
		if (closed == HANDLING_FIELDS || open == HANDLING_FIELDS)
			continue;
		rounds++;
		const struct made *m = &made[closed];
		size_t which = below((uint32_t)m->text_n);
		enum planting how = (enum planting)below(PLANT_SHAPES);
		const char *text = planted(m->text[which], how);
		struct body_field *to = in_release(open);
		/* In another language than the one that everybody reads. */
		to->value = value_of(below(3) > 0 ? json_string(text)
			: json_pack("{s:s,s:s,s:s}", "authoritative", "en", "en", "Nothing", "ru", text));
		must_be_caught(round, m, to->name, text);
	}
	assert_true(rounds > ROUNDS / 4);
}

/* Where no value is: the name of a line, the name of a file, a file, the bytes. */
TEST(what_is_planted_in_the_bytes_is_caught)
{
	size_t rounds = 0;
	for (uint64_t round = 0; round < ROUNDS; round++) {
		prepare(round + 200000);
		size_t closed = pick(false);
		if (closed == HANDLING_FIELDS || preview.field_n + 1 >= HANDLING_FIELDS)
			continue;
		rounds++;
		const struct made *m = &made[closed];
		char name[80];
		struct body_field *more = &preview.field[preview.field_n];
		if (below(2) == 0 && m->script[0] == LATIN) {
			snprintf(name, sizeof name, "x.%.60s", m->text[0]);
			*more = (struct body_field){ name, BYTES_LIT("true"), true };
			preview.field_n++;
			must_be_caught(round, m, name, "the name of a line");
		} else if (below(2) == 0) {
			char hex[65];
			static const uint8_t bytes[7];
			struct hash h = sha256(bytes_of(bytes, 7));
			hex_encode(h.b, 32, hex);
			hex[64] = '\0';
			*more = (struct body_field){ "attachment.9", value_of(json_pack("[s,s,i,s]", planted(m->text[0], PLANT_CASE), "image/png", 7, hex)), true };
			preview.field_n++;
			must_be_caught(round, m, "attachment.9", "the name of a file");
		} else {
			/* A line that is no line, a file, and bytes that are no text. */
			seal();
			size_t was = body.n;
			bool in_file = below(2) == 0, binary = in_file && below(2) == 0;
			const char *text = binary ? m->text[0] : planted(m->text[0], PLANT_CASE);
			if (in_file)
				buf_printf(&body, "attachment attachment.9 %zu\n", strlen(text) + 4);
			buf_add(&body, binary ? "\xff\0\xfe\0" : in_file ? "abc\n" : "", in_file ? 4 : 0);
			buf_add_str(&body, text);
			buf_add_char(&body, '\n');
			if (last_look(NULL, 0) != TOCSIN_REFUSED)
				stop("round %llu: %s would be sealed in %s", (unsigned long long)round, m->name, in_file ? "a file" : "a line");
			body.n = was;
			assert_int_equal(last_look(NULL, 0), TOCSIN_OK);
		}
	}
	assert_true(rounds > ROUNDS / 2);
}

#endif
