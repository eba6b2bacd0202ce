#include "sample.h"

#include "base/arena.h"
#include "proof/body.h"

#define S "00112233445566778899aabbccddeeff"
#define H S S
#define DASH "\xe2\x80\x94 "

/* SHA-256("hello"), and of nothing. */
#define HELLO "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824"
#define NOTHING "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

static const char four[] =
	S " what \"A bomb\"\n"
	"= " H "\n"
	S " when.from 7\n"
	S " where.place {\"authoritative\":\"en\",\"en\":\"Hall\",\"ru\":\"\xd0\xb7\xd0\xb0\xd0\xbb\"}\n";

static const char files[] =
	"= " H "\n"
	S " attachment.2 [\"a.txt\",\"text/plain\",5,\"" HELLO "\"]\n"
	S " what true\n"
	S " attachment.1 [\"b \\\"q\\\".bin\",\"application/octet-stream\",0,\"" NOTHING "\"]\n"
	"attachment attachment.2 5\nhello\n"
	"attachment attachment.1 0\n\n";

struct as {
	uint32_t lines;
	bool padded;
};

static bool parses(void *arg, struct bytes b)
{
	const struct as *as = arg;
	struct body out;
	struct arena *a = arena_new(1 << 20);
	assert_non_null(a);
	bool ok = body_parse(b, as->lines, as->padded, a, &out) == TOCSIN_OK;
	arena_free(a);
	return ok;
}

static struct as plain4 = { 4, false }, padded4 = { 4, true };

static void reads_lines(void **state)
{
	(void)state;
	struct arena *a = arena_new(1 << 20);
	struct body b;
	struct hash leaf[4], root;
	assert_int_equal(body_parse(BYTES_LIT(four), 4, false, a, &b), TOCSIN_OK);
	assert_int_equal(b.n, 4);
	assert_true(bytes_equal_str(b.text, four));
	assert_true(b.line[0].open);
	assert_false(b.line[1].open);
	assert_int_equal(b.line[1].closed.b[15], 0xff);
	assert_true(bytes_equal_str(b.line[2].name, "when.from"));
	assert_true(bytes_equal_str(b.line[2].value, "7"));
	for (int i = 0; i < 4; i++)
		leaf[i] = merkle_leaf(b.line[i].raw);
	root = merkle_root(leaf, 4);
	assert_true(hash_equal(&root, &b.root));
	assert_ptr_equal(body_find(&b, "what"), &b.line[0]);
	assert_null(body_find(&b, "wha"));
	/* The closed form of an open line is the leaf that the open line would have: a shown line proves either way. */
	struct hash closed = body_close(b.line[0].raw);
	assert_true(hash_equal(&closed, &leaf[0]));
	arena_free(a);
}

static void reads_attachments(void **state)
{
	(void)state;
	struct arena *a = arena_new(1 << 20);
	struct body b;
	assert_int_equal(body_parse(BYTES_LIT(files), 4, false, a, &b), TOCSIN_OK);
	assert_int_equal(b.attachment_n, 2);
	assert_true(bytes_equal_str(b.attachment[0].line_name, "attachment.2"));
	assert_true(bytes_equal_str(b.attachment[0].content, "hello"));
	assert_int_equal(b.attachment[1].content.n, 0);
	assert_true(bytes_equal_str(b.text, files));
	arena_free(a);
	sample_cut(parses, &plain4, BYTES_LIT(files));
	static const struct { const char *from, *to; bool ok; } c[] = {
		{ "5\nhello", "5\nhellp", false }, { "attachment.2 5\n", "attachment.2 4\n", false }, { "attachment.2 5\n",
			"attachment.2 05\n", false },
		{ "attachment.2 5\nhello\n", "", false }, { "attachment attachment.2", "attachment attachment.1", false },
		{ "text/plain\",5", "text/plain\",6", false }, { "text/plain\",5", "text/plain\",-5", false }, { "text/plain\",5",
			"text/plain\",\"5\"", false },
		{ "\"a.txt\",", "", false }, { "\"a.txt\"", "\"\"", false }, { "2cf24dba", "2CF24DBA", false }, { "2cf24dba",
			"2cf24db", false },
		{ HELLO "\"]", HELLO "\",1]", false }, { "hello\n", "hello", false }, { "attachment attachment.2 5",
			"attachment attachment.2 5 ", false },
		{ "attachment.1 0\n\n", "attachment.1 0\n\n\n", false },
		{ "attachment.1 0\n\n", "attachment.1 0\n\nattachment attachment.3 0\n\n", false },
		{ "[\"a.txt\",\"text/plain\",5,\"" HELLO "\"]", "\"a.txt\"", false },
	};
	for (size_t i = 0; i < sizeof c / sizeof c[0]; i++)
		sample_replace(parses, &plain4, BYTES_LIT(files), c[i].from, c[i].to, c[i].ok);
	/* A closed attachment is not sent, and a name that only looks like one announces nothing. */
	assert_true(sample_try_str(parses, &plain4, "= " H "\n= " H "\n= " H "\n" S " attachment.x 1\n"));
	assert_true(sample_try_str(parses, &plain4, "= " H "\n= " H "\n= " H "\n" S " attachment.01 1\n"));
	assert_false(sample_try_str(parses, &plain4, "= " H "\n= " H "\n= " H "\n= " H "\nattachment attachment.1 0\n\n"));
}

static void attachment_limit(void **state)
{
	(void)state;
	struct buf b;
	buf_init(&b, 1 << 16);
	for (int n = LIMIT_ATTACHMENTS; n <= LIMIT_ATTACHMENTS + 1; n++) {
		struct as as = { (uint32_t)n, false };
		buf_clear(&b);
		for (int i = 0; i < n; i++)
			buf_printf(&b, S " attachment.%d [\"a\",\"b\",0,\"" NOTHING "\"]\n", i);
		for (int i = 0; i < n; i++)
			buf_printf(&b, "attachment attachment.%d 0\n\n", i);
		assert_int_equal(parses(&as, buf_bytes(&b)), n == LIMIT_ATTACHMENTS);
	}
	buf_free(&b);
}

static void malformed_lines(void **state)
{
	(void)state;
	sample_cut(parses, &plain4, BYTES_LIT(four));
	static const struct { const char *from, *to; bool ok; } c[] = {
		{ "what", "when.from", false },                         /* a name twice */
		{ "what", "What", false }, { "what", "1what", false }, { "what", ".what", false }, { "what", "wh_at", false },
			{ "what", "w", true },
		{ "what", "w-1.x", true }, { "what ", "what  ", false }, { "what ", "what", false }, { "what \"A bomb\"", "what ",
			false },
		{ "what \"A bomb\"", "what", false },
		{ "what", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", true },
		{ "what", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", false },
		{ "0011", "001", false }, { "0011", "00111", false }, { "aabb", "AABB", false }, { "= 0011", "=  0011", false },
			{ "= 0011", "=0011", false },
		{ "= 0011", "= 001", false }, { "= 0011", "= 00111", false }, { "= 0011", "= 001g", false }, { "= 0011", " = 0011",
			false },
		{ "\"A bomb\"", "\"A bomb\" ", false }, { "\"A bomb\"", "A bomb", false }, { "\"A bomb\"", "\"A\tbomb\"", false },
			{ "\"A bomb\"", "null", false },
		{ "\"A bomb\"", "1.5", false }, { "from 7", "from 07", false }, { "from 7", "from -0", false }, { "from 7",
			"from [1,2]", true }, { "from 7", "from [1, 2]", false }, { "from 7", "from [[1]]", false },
		{ "\"authoritative\":\"en\",", "", false }, { "\n", "\r\n", false }, { "A bomb", "\xe2\x80\xae", false }, { "A bomb",
			"\xff", false },
	};
	for (size_t i = 0; i < sizeof c / sizeof c[0]; i++)
		sample_replace(parses, &plain4, BYTES_LIT(four), c[i].from, c[i].to, c[i].ok);
	/* The number of lines is the statement's. */
	struct as as = { 3, false };
	assert_false(parses(&as, BYTES_LIT(four)));
	as.lines = 5;
	assert_false(parses(&as, BYTES_LIT(four)));
	as.lines = 0;
	assert_false(parses(&as, BYTES_LIT("")));
	as.lines = LIMIT_LINES + 1;
	assert_false(parses(&as, BYTES_LIT(four)));
}

static void line_limit(void **state)
{
	(void)state;
	struct buf b;
	struct body_line l;
	buf_init(&b, LIMIT_LINE + 16);
	buf_add_str(&b, S " a \"");
	while (b.n < LIMIT_LINE - 1)
		buf_add_char(&b, 'x');
	buf_add_char(&b, '"');
	assert_int_equal(body_line_parse(buf_bytes(&b), &l), TOCSIN_OK);
	buf_add_char(&b, '\n');
	struct as one = { 1, false };
	assert_true(parses(&one, buf_bytes(&b)));
	b.n -= 2;
	buf_add_str(&b, "x\"");
	assert_int_equal(body_line_parse(buf_bytes(&b), &l), TOCSIN_BAD);
	buf_add_char(&b, '\n');
	assert_false(parses(&one, buf_bytes(&b)));
	assert_int_equal(body_line_parse(BYTES_LIT("= " H), &l), TOCSIN_BAD);
	assert_int_equal(body_line_parse(BYTES_LIT(S " a 1\n"), &l), TOCSIN_BAD);
	assert_int_equal(body_line_parse(BYTES_LIT(""), &l), TOCSIN_BAD);
	buf_free(&b);
}

static void largest_body(void **state)
{
	(void)state;
	struct buf b;
	struct as as = { LIMIT_LINES, false };
	buf_init(&b, 1 << 20);
	for (int i = 0; i < LIMIT_LINES; i++)
		buf_printf(&b, S " n%d %d\n", i, i);
	assert_true(parses(&as, buf_bytes(&b)));
	/* The last name once more in the place of the first. */
	struct bytes first = sample_line(buf_bytes(&b), 0);
	struct buf twice;
	buf_init(&twice, 1 << 20);
	buf_printf(&twice, S " n%d 0\n", LIMIT_LINES - 1);
	buf_add(&twice, b.p + first.n, b.n - first.n);
	assert_false(parses(&as, buf_bytes(&twice)));
	assert_non_null(strstr(fail_sentence(), "two lines of the name"));
	/* An arena that is too small is this machine's failure, not the sender's. */
	struct arena *a = arena_new(1024);
	struct body out;
	assert_int_equal(body_parse(buf_bytes(&b), LIMIT_LINES, false, a, &out), TOCSIN_BROKEN);
	arena_free(a);
	buf_free(&b);
	buf_free(&twice);
}

static void pads(void **state)
{
	(void)state;
	static const struct { const char *pad; bool ok; } c[] = {
		{ "pad 0\n", true }, { "pad 00000\n", true }, { "", false }, { "pad \n", false }, { "pad 0", false }, { "pad 01\n",
			false }, { "pad 1\n", false },
		{ "pad 0 \n", false }, { "pad  0\n", false }, { "pad 0\n\n", false }, { "pad 0\npad 0\n", false }, { "Pad 0\n",
			false }, { "pad 0\n0\n", false },
		{ "pad\n", false },
	};
	struct buf b;
	buf_init(&b, 4096);
	for (size_t i = 0; i < sizeof c / sizeof c[0]; i++) {
		buf_clear(&b);
		buf_add_str(&b, four);
		buf_add_str(&b, c[i].pad);
		if (sample_try(parses, &padded4, buf_bytes(&b)) != c[i].ok)
			fail_msg("pad: %s", c[i].pad);
		if (c[i].pad[0] != '\0')
			assert_false(sample_try(parses, &plain4, buf_bytes(&b)));
	}
	buf_free(&b);
}

static const char note[] = "tocsin/v1 warning\n\n" DASH "k AAAAAAA=\n";

static bool unwraps(void *arg, struct bytes b)
{
	(void)arg;
	struct bytes n, body;
	return body_unwrap(b, &n, &body) == TOCSIN_OK;
}

static void wraps_every_size(void **state)
{
	(void)state;
	static char content[9000];
	struct buf b;
	buf_init(&b, LIMIT_ENVELOPE);
	memset(content, '0', sizeof content);           /* zeros before the pad must not be taken for it */
	for (size_t n = 1; n < 8300; n += n > 3900 && n < 4110 ? 1 : 61) {
		struct bytes got_note, got_body;
		buf_clear(&b);
		content[n - 1] = '\n';
		body_wrap(&b, BYTES_LIT(note), bytes_of(content, n));
		content[n - 1] = '0';
		size_t least = sizeof note + n + 6, want = 4096;
		while (want < least)
			want *= 2;
		assert_int_equal(b.n, want);
		assert_int_equal(body_unwrap(buf_bytes(&b), &got_note, &got_body), TOCSIN_OK);
		assert_true(bytes_equal_str(got_note, note));
		assert_int_equal(got_body.n, want - sizeof note);
		assert_memory_equal(got_body.p, content, n - 1);
	}
	buf_free(&b);
}

static void unwrap_refuses(void **state)
{
	(void)state;
	struct buf b, more;
	buf_init(&b, LIMIT_ENVELOPE);
	buf_init(&more, LIMIT_ENVELOPE * 2 + 2);
	body_wrap(&b, BYTES_LIT(note), BYTES_LIT(four));
	assert_int_equal(b.n, 4096);
	assert_true(unwraps(NULL, buf_bytes(&b)));
	for (size_t n = 0; n < b.n; n += 1 + n / 64)
		assert_false(sample_try(unwraps, NULL, bytes_of(b.p, n)));
	/* A pad to twice the size needed is longer than it must be. */
	buf_add(&more, b.p, b.n - 1);
	while (more.n < 8191)
		buf_add_char(&more, '0');
	buf_add_char(&more, '\n');
	assert_false(unwraps(NULL, buf_bytes(&more)));
	b.p[b.n - 2] = '1';
	assert_false(unwraps(NULL, buf_bytes(&b)));
	b.p[b.n - 2] = '0';
	/* No empty line, no body, no signature. */
	b.p[sizeof note - 1] = 'x';
	assert_false(unwraps(NULL, buf_bytes(&b)));
	buf_clear(&b);
	body_wrap(&b, BYTES_LIT("no note\n"), BYTES_LIT(four));
	assert_false(unwraps(NULL, buf_bytes(&b)));
	buf_clear(&more);
	uint8_t *z = buf_grow(&more, 2 * LIMIT_ENVELOPE);
	assert_non_null(z);
	memset(z, '0', 2 * LIMIT_ENVELOPE);
	assert_false(unwraps(NULL, buf_bytes(&more)));
	buf_free(&b);
	buf_init(&b, 4095);
	body_wrap(&b, BYTES_LIT(note), BYTES_LIT(four));
	assert_true(b.failed);
	buf_free(&b);
	buf_free(&more);
}

static void numbers_of_lines(void **state)
{
	(void)state;
	assert_int_equal(body_lines_for(32, 0), 32);
	assert_int_equal(body_lines_for(32, 32), 32);
	assert_int_equal(body_lines_for(32, 33), 128);
	assert_int_equal(body_lines_for(32, 2048), 2048);
	assert_int_equal(body_lines_for(32, 2049), 0);
	assert_int_equal(body_lines_for(16, 17), 64);
	assert_int_equal(body_lines_for(16, 1024), 1024);
	assert_int_equal(body_lines_for(16, 1025), 0);
	assert_int_equal(body_lines_for(16, SIZE_MAX), 0);
	assert_int_equal(body_lines_for(0, 5), 0);
}

static const struct body_field fields[] = {
	{ "what", BYTES_LIT("\"A bomb\""), true },
	{ "source.origin", BYTES_LIT("\"an intercept\""), false },
	{ "attachment.1", BYTES_LIT("[\"a.txt\",\"text/plain\",5,\"" HELLO "\"]"), true },
	{ "attachment.2", BYTES_LIT("[\"b.txt\",\"text/plain\",5,\"" HELLO "\"]"), false },
	{ "when.from", BYTES_LIT("7"), true },
};
static const struct body_file both[] = { { "attachment.2", BYTES_LIT("hello") }, { "attachment.1",
	BYTES_LIT("hello") } };

static void makes_releases(void **state)
{
	(void)state;
	struct buf text, opened, last;
	struct hash root, last_root = { { 0 } };
	struct arena *a = arena_new(1 << 20);
	buf_init(&text, 1 << 16);
	buf_init(&opened, 1 << 16);
	buf_init(&last, 1 << 16);
	for (int round = 0; round < 20; round++) {
		struct body b;
		arena_reset(a);
		buf_clear(&text);
		buf_clear(&opened);
		assert_int_equal(body_make(fields, 5, both, 2, 16, &text, &opened, &root), TOCSIN_OK);
		assert_int_equal(body_parse(buf_bytes(&text), 16, false, a, &b), TOCSIN_OK);
		assert_true(hash_equal(&root, &b.root));
		assert_true(bytes_equal(body_find(&b, "what")->value, fields[0].value));
		assert_non_null(body_find(&b, "when.from"));
		assert_null(body_find(&b, "source.origin"));
		assert_null(body_find(&b, "attachment.2"));
		assert_int_equal(b.attachment_n, 1);
		/* Each opening belongs to the closed line at its position, in order. */
		struct text t = text_over(buf_bytes(&opened));
		struct bytes line, at;
		uint64_t before = 0, n = 0;
		while (text_line(&t, LIMIT_LINE, &line)) {
			uint64_t pos;
			struct body_line l;
			assert_true(text_word(&line, &at));
			assert_true(text_u64(at, 15, &pos));
			assert_true(n == 0 || pos > before);
			assert_int_equal(body_line_parse(line, &l), TOCSIN_OK);
			struct hash h = body_close(line);
			assert_false(b.line[pos].open);
			assert_true(hash_equal(&h, &b.line[pos].closed));
			before = pos;
			n++;
		}
		assert_true(text_at_end(&t));
		assert_int_equal(n, 2);
		/* Salts, order and the lines that hold nothing are fresh: no line is ever the same again. */
		assert_false(hash_equal(&root, &last_root));
		for (uint32_t i = 0; i < b.n && last.n > 0; i++)
			assert_null(memmem(last.p, last.n, b.line[i].raw.p, 40));
		last_root = root;
		buf_clear(&last);
		buf_add_bytes(&last, buf_bytes(&text));
	}
	/* A body of decoys only, and one without any. */
	buf_clear(&text);
	buf_clear(&opened);
	assert_int_equal(body_make(NULL, 0, NULL, 0, 16, &text, &opened, &root), TOCSIN_OK);
	struct as as = { 16, false };
	assert_true(parses(&as, buf_bytes(&text)));
	buf_clear(&text);
	assert_int_equal(body_make(fields, 2, NULL, 0, 2, &text, &opened, &root), TOCSIN_OK);
	as.lines = 2;
	assert_true(parses(&as, buf_bytes(&text)));
	arena_free(a);
	buf_free(&text);
	buf_free(&opened);
	buf_free(&last);
}

static void make_refuses(void **state)
{
	(void)state;
	struct buf text, opened;
	struct hash root;
	struct body_field f[5];
	struct body_file file[3];
	buf_init(&text, 1 << 16);
	buf_init(&opened, 1 << 16);
#define REFUSED(field_count, file_count, line_count, change) do { \
		memcpy(f, fields, sizeof f); \
		memcpy(file, both, sizeof both); \
		file[2] = both[0]; \
		change; \
		assert_int_equal(body_make(f, field_count, file, file_count, line_count, &text, &opened, &root), TOCSIN_BAD); \
		assert_int_equal(text.n + opened.n, 0); \
	} while (0)
	REFUSED(5, 2, 4, (void)0);
	REFUSED(5, 2, 0, (void)0);
	REFUSED(5, 2, LIMIT_LINES + 1, (void)0);
	REFUSED(5, 2, 16, f[4].name = "what");
	REFUSED(5, 2, 16, f[0].name = "What");
	REFUSED(5, 2, 16, f[0].name = "");
	REFUSED(5, 2, 16, f[0].value = BYTES_LIT("A bomb"));
	REFUSED(5, 2, 16, f[1].value = BYTES_LIT("1.5"));
	REFUSED(5, 2, 16, f[0].value = BYTES_LIT("\"a\nb\""));
	REFUSED(5, 0, 16, (void)0);                                    /* an open attachment without its file */
	REFUSED(5, 3, 16, (void)0);                                    /* a file twice */
	REFUSED(5, 3, 16, file[2].line_name = "attachment.9");         /* a file that nothing announces */
	REFUSED(5, 3, 16, file[2].line_name = "what");
	REFUSED(5, 2, 16, file[1].content = BYTES_LIT("hellp"));
	REFUSED(5, 2, 16, file[1].content = BYTES_LIT("hell"));
	REFUSED(5, 2, 16, f[2].value = BYTES_LIT("\"a.txt\""));
#undef REFUSED
	/* A value that fits a line exactly, and one byte more. */
	struct buf value;
	buf_init(&value, LIMIT_LINE);
	buf_add_char(&value, '"');
	while (value.n < LIMIT_LINE - 36)
		buf_add_char(&value, 'x');
	buf_add_char(&value, '"');
	struct body_field one = { "a", buf_bytes(&value), false };
	buf_free(&text);
	buf_free(&opened);
	buf_init(&text, 1 << 20);
	buf_init(&opened, 1 << 20);
	assert_int_equal(body_make(&one, 1, NULL, 0, 16, &text, &opened, &root), TOCSIN_OK);
	one.name = "ab";
	assert_int_equal(body_make(&one, 1, NULL, 0, 16, &text, &opened, &root), TOCSIN_BAD);
	buf_free(&text);
	buf_free(&opened);
	/* Buffers that are too small are this machine's failure. */
	one.name = "a";
	buf_init(&text, 100);
	buf_init(&opened, 100);
	assert_int_equal(body_make(&one, 1, NULL, 0, 16, &text, &opened, &root), TOCSIN_BROKEN);
	buf_free(&text);
	buf_init(&text, 1 << 20);
	assert_int_equal(body_make(&one, 1, NULL, 0, 16, &text, &opened, &root), TOCSIN_BROKEN);
	buf_free(&text);
	buf_free(&opened);
	buf_free(&value);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		{ "open and closed lines are read, and the root is the tree over them as sent", reads_lines, NULL, NULL, NULL },
		{ "attachments are read in the order of their lines, and refused when anything about them differs", reads_attachments,
			NULL, NULL, NULL },
		{ "sixteen attachments are read, one more is refused", attachment_limit, NULL, NULL, NULL },
		{ "a body that is cut, goes on, or has a malformed line or a name twice is refused", malformed_lines, NULL, NULL,
			NULL },
		{ "a line of 64 KiB is read, one byte more is refused", line_limit, NULL, NULL, NULL },
		{ "2,048 open lines are read and a name twice among them is found", largest_body, NULL, NULL, NULL },
		{ "a pad is one word and zeros, once, at the end", pads, NULL, NULL, NULL },
		{ "a plaintext of every size is a power of two and unwraps to its note and body", wraps_every_size, NULL, NULL,
			NULL },
		{ "a plaintext that is cut, padded too far, or without note or body is refused", unwrap_refuses, NULL, NULL, NULL },
		{ "the number of lines grows by four until it fits", numbers_of_lines, NULL, NULL, NULL },
		{ "a release opens what it may, closes the rest, and shares no line with the one before", makes_releases, NULL, NULL,
			NULL },
		{ "what breaks the grammar or does not fit is not made", make_refuses, NULL, NULL, NULL },
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
