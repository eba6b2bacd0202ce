#include "test.h"

#include "base/jval.h"

static enum tocsin_err check(struct bytes b, enum jval_type *type)
{
	struct bytes e = exact(b);
	enum tocsin_err err = jval_check(e, type);
	exact_free(e);
	return err;
}

static const struct { const char *text; enum jval_type type; } right[] = {
	{ "\"\"", JVAL_STRING }, { "\"a\"", JVAL_STRING }, { "\"\\\"\\\\\\b\\f\\n\\r\\t\"", JVAL_STRING },
	{ "\"\\u0001\\u001f\\u000b\"", JVAL_STRING }, { "\"/ \xc3\xa4 \xf0\x9f\x94\x94 \xe2\x80\xa8\"", JVAL_STRING },
	{ "\"\xef\xbf\xbf\xc2\xa0\"", JVAL_STRING },
	{ "0", JVAL_INTEGER }, { "-1", JVAL_INTEGER }, { "9223372036854775807", JVAL_INTEGER },
	{ "-9223372036854775808", JVAL_INTEGER }, { "true", JVAL_BOOLEAN }, { "false", JVAL_BOOLEAN },
	{ "[]", JVAL_LIST }, { "[\"a\",1,true]", JVAL_LIST }, { "[0]", JVAL_LIST },
	{ "{\"en\":\"x\"}", JVAL_LANGUAGES }, { "{\"en\":\"\"}", JVAL_LANGUAGES },
	{ "{\"en\":\"x\",\"authoritative\":\"en\"}", JVAL_LANGUAGES },
	{ "{\"authoritative\":\"ru\",\"ru\":\"x\",\"en\":\"y\",\"by-en\":\"the sender's desk\"}", JVAL_LANGUAGES },
	{ "{\"zh-Hant-TW\":\"x\"}", JVAL_LANGUAGES }, { "{\"de-1996\":\"x\"}", JVAL_LANGUAGES },
	{ "{\"tgk\":\"x\",\"by-tgk\":\"\"}", JVAL_LANGUAGES }, { "{\"zh-Hant\":\"x\",\"by-zh-Hant\":\"y\"}", JVAL_LANGUAGES },
};

static const char *const wrong[] = {
	"", " ", "\"", "\"a", "a", "\"a\"b", "\"a\" ", " \"a\"", "\"a\"\"b\"", "\"\\", "\"\\\"", "'a'",
	/* escapes */
	"\"\\/\"", "\"\\u0041\"", "\"\\u000a\"", "\"\\u0008\"", "\"\\u000c\"", "\"\\u000d\"", "\"\\u0009\"", "\"\\u0022\"",
	"\"\\u005c\"", "\"\\u001F\"", "\"\\u0000\"", "\"\\u007f\"", "\"\\u0080\"", "\"\\u00e4\"", "\"\\u0100\"", "\"\\u202e\"",
	"\"\\ud83d\\udd14\"", "\"\\ud800\"", "\"\\U0001\"", "\"\\x01\"", "\"\\a\"", "\"\\u001\"", "\"\\u00\"", "\"\\u\"", "\"\\u00",
	"\"\\u001",
	/* raw controls and directions */
	"\"\n\"", "\"\t\"", "\"\x01\"", "\"\x1f\"", "\"\x7f\"", "\"\xc2\x80\"", "\"\xc2\x9f\"", "\"\xe2\x80\xae\"", "\"\xe2\x81\xa6\"",
	"\"\xe2\x80\xaa\"", "\"\xe2\x81\xa9\"", "{\"en\":\"\xe2\x80\xab\"}",
	/* UTF-8 */
	"\"\x80\"", "\"\xc3\"", "\"\xc0\xaf\"", "\"\xed\xa0\x80\"", "\"\xf4\x90\x80\x80\"", "\"\xff\"", "\xef\xbb\xbf\"a\"",
	/* numbers */
	"-0", "00", "01", "-01", "+1", "1.0", "1e3", "1E3", "0x1", ".5", "-", "--1", "9223372036854775808", "-9223372036854775809",
	"99999999999999999999", "NaN", "Infinity", "1 ", "1,",
	/* words */
	"null", "True", "TRUE", "tru", "truee", "falsey", "nul",
	/* lists */
	"[", "]", "[1", "[1,", "[1,]", "[,1]", "[,]", "[1 ,2]", "[1, 2]", "[ ]", "[[1]]", "[[]]", "[{\"en\":\"x\"}]", "[null]",
	"[1.5]", "[1]]", "[1}", "[1;2]", "[1][2]",
	/* languages */
	"{}", "{", "}", "{\"en\"}", "{\"en\":}", "{\"en\":1}", "{\"en\":true}", "{\"en\":null}", "{\"en\":[\"x\"]}",
	"{\"en\":{\"en\":\"x\"}}", "{\"en\":\"x\",}", "{,\"en\":\"x\"}", "{\"en\":\"x\"", "{\"en\" :\"x\"}", "{\"en\": \"x\"}",
	"{ \"en\":\"x\"}", "{\"en\":\"x\" }", "{en:\"x\"}", "{\"en\":\"x\"}}", "{\"en\":\"x\"]",
	"{\"en\":\"x\",\"en\":\"x\"}", "{\"en\":\"x\",\"en\":\"y\",\"authoritative\":\"en\"}",
	"{\"authoritative\":\"en\",\"en\":\"x\",\"authoritative\":\"en\"}",
	"{\"en\":\"x\",\"by-en\":\"a\",\"by-en\":\"b\"}",
	"{\"authoritative\":\"en\"}", "{\"en\":\"x\",\"authoritative\":\"ru\"}", "{\"en\":\"x\",\"authoritative\":\"\"}",
	"{\"en\":\"x\",\"authoritative\":\"by-en\",\"by-en\":\"y\"}", "{\"en\":\"x\",\"authoritative\":\"authoritative\"}",
	"{\"en\":\"x\",\"ru\":\"y\"}", "{\"by-en\":\"x\"}", "{\"en\":\"x\",\"by-ru\":\"y\"}", "{\"en\":\"x\",\"by-\":\"y\"}",
	"{\"en\":\"x\",\"by-en\":\"y\",\"by-by-en\":\"z\"}",
	"{\"\":\"x\"}", "{\"e\":\"x\"}", "{\"engl\":\"x\"}", "{\"EN\":\"x\"}", "{\"En\":\"x\"}", "{\"e1\":\"x\"}", "{\"en-\":\"x\"}",
	"{\"-en\":\"x\"}", "{\"en--a\":\"x\"}", "{\"en-123456789\":\"x\"}", "{\"en_GB\":\"x\"}", "{\"note\":\"x\"}",
	"{\"\\u0065n\":\"x\"}", "{\"en\\n\":\"x\"}", "{\"en \":\"x\"}", "{\"authoritative \":\"en\",\"en\":\"x\"}",
};

TEST(canonical_values_are_taken_with_their_type)
{
	for (size_t i = 0; i < sizeof right / sizeof right[0]; i++) {
		enum jval_type type = 0;
		assert_int_equal(check(bytes_str(right[i].text), &type), TOCSIN_OK);
		assert_int_equal(type, right[i].type);
		assert_int_equal(check(bytes_str(right[i].text), NULL), TOCSIN_OK);
	}
}

TEST(everything_else_is_refused_and_leaves_the_type_alone)
{
	for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
		enum jval_type type = 77;
		enum tocsin_err err = check(bytes_str(wrong[i]), &type);
		if (err != TOCSIN_BAD)
			print_error("taken: %s\n", wrong[i]);
		assert_int_equal(err, TOCSIN_BAD);
		assert_int_equal(type, 77);
		assert_non_null(strstr(fail_sentence(), "canonical"));
	}
	assert_int_equal(check(BYTES_LIT("\"a\0b\""), NULL), TOCSIN_BAD);
	assert_int_equal(check(BYTES_LIT("\"a\"\0"), NULL), TOCSIN_BAD);
	assert_int_equal(check(bytes_of(NULL, 0), NULL), TOCSIN_BAD);
}

TEST(no_value_but_a_number_is_whole_when_cut_anywhere)
{
	for (size_t i = 0; i < sizeof right / sizeof right[0]; i++) {
		if (right[i].type == JVAL_INTEGER)
			continue;
		for (size_t n = 0; n < strlen(right[i].text); n++)
			assert_int_equal(check(bytes_of(right[i].text, n), NULL), TOCSIN_BAD);
	}
}

TEST(trailing_bytes_are_refused_behind_every_value)
{
	for (size_t i = 0; i < sizeof right / sizeof right[0]; i++)
		for (int c = 0; c < 256; c++) {
			char text[256];
			size_t n = strlen(right[i].text);
			memcpy(text, right[i].text, n);
			text[n] = (char)c;
			bool longer_number = right[i].type == JVAL_INTEGER && c >= '0' && c <= '9' && n == 2;
			assert_int_equal(check(bytes_of(text, n + 1), NULL), longer_number ? TOCSIN_OK : TOCSIN_BAD);
		}
}

TEST(a_list_has_at_most_256_items)
{
	char text[2 * 257 + 2];
	for (size_t items = 255; items <= 257; items++) {
		for (size_t i = 0; i < items; i++)
			memcpy(text + 2 * i, i == 0 ? "[1" : ",1", 2);
		text[2 * items] = ']';
		assert_int_equal(check(bytes_of(text, 2 * items + 1), NULL), items <= 256 ? TOCSIN_OK : TOCSIN_BAD);
	}
}

TEST(an_object_of_languages_has_at_most_32_members)
{
	for (int members = 31; members <= 33; members++) {
		char text[1024];
		int n = snprintf(text, sizeof text, "{\"authoritative\":\"aa\"");
		for (int i = 0; i < members - 1; i++)
			n += snprintf(text + n, sizeof text - (size_t)n, ",\"%c%c\":\"\"", 'a' + i / 26, 'a' + i % 26);
		snprintf(text + n, sizeof text - (size_t)n, "}");
		assert_int_equal(check(bytes_str(text), NULL), members <= 32 ? TOCSIN_OK : TOCSIN_BAD);
	}
}

TEST(deep_nesting_is_refused_at_its_second_bracket)
{
	char deep[100000];
	memset(deep, '[', sizeof deep);
	assert_int_equal(check(bytes_of(deep, sizeof deep), NULL), TOCSIN_BAD);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(canonical_values_are_taken_with_their_type),
		cmocka_unit_test(everything_else_is_refused_and_leaves_the_type_alone),
		cmocka_unit_test(no_value_but_a_number_is_whole_when_cut_anywhere),
		cmocka_unit_test(trailing_bytes_are_refused_behind_every_value),
		cmocka_unit_test(a_list_has_at_most_256_items),
		cmocka_unit_test(an_object_of_languages_has_at_most_32_members),
		cmocka_unit_test(deep_nesting_is_refused_at_its_second_bracket),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
