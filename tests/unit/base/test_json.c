#include "test.h"

#include "base/json.h"
#include "base/jval.h"

static json_t *parsed(const char *s)
{
	json_t *j = NULL;
	assert_int_equal(json_parse(bytes_str(s), 100000, "it", &j), TOCSIN_OK);
	return j;
}

TEST(what_is_parsed_is_written_compactly_in_the_same_order)
{
	static const char text[] = "{\"z\":1,\"a\":[true,null,-2,\"\xd0\x9a\\n\"],\"m\":{\"b\":0,\"a\":0}}";
	json_t *j = parsed(" {\"z\": 1 , \"a\":[true, null, -2, \"\xd0\x9a\\n\"],\n\"m\":{\"b\":0,\"a\":0} } ");
	struct buf b;
	buf_init(&b, 1000);
	json_write(&b, j);
	assert_int_equal(buf_end(&b, "it"), TOCSIN_OK);
	assert_true(bytes_equal_str(buf_bytes(&b), text));
	buf_clear(&b);
	json_write_pretty(&b, j);
	assert_true(bytes_starts(buf_bytes(&b), "{\n  \"z\": 1,\n  \"a\": [\n    true,"));
	assert_int_equal(b.p[b.n - 1], '\n');
	buf_free(&b);
	buf_init(&b, sizeof text - 2);
	json_write(&b, j);
	assert_int_equal(buf_end(&b, "it"), TOCSIN_BROKEN);
	buf_free(&b);
	json_decref(j);
}

TEST(texts_that_break_our_rules_are_bad_and_named)
{
	static const char *const wrong[] = {
		"", " ", "{", "{\"a\":1,\"a\":1}", "{\"a\":{\"b\":1,\"b\":2}}", "{} x", "{}{}", "1 2", "\"a\\u0000b\"", "{\"a\\u0000\":1}",
		"\"\xff\"", "[1,]", "{'a':1}", "nul", "\xef\xbb\xbf{}", "\"\\ud800\"", "99999999999999999999", "1e999", "01", "\"\n\"",
	};
	for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
		struct bytes b = exact(bytes_str(wrong[i]));
		json_t *j = NULL;
		assert_int_equal(json_parse(b, 1000, "the warning file", &j), TOCSIN_BAD);
		assert_null(j);
		assert_non_null(strstr(fail_sentence(), "the warning file"));
		exact_free(b);
	}
	json_t *j;
	assert_int_equal(json_parse(BYTES_LIT("\"a\0b\""), 1000, "it", &j), TOCSIN_BAD);
	assert_int_equal(json_parse(BYTES_LIT("{}\0"), 1000, "it", &j), TOCSIN_BAD);
	assert_int_equal(json_parse(bytes_of(NULL, 0), 1000, "it", &j), TOCSIN_BAD);
}

TEST(a_text_over_its_maximum_is_bad)
{
	json_t *j;
	assert_int_equal(json_parse(BYTES_LIT("[1]"), 2, "it", &j), TOCSIN_BAD);
	assert_int_equal(json_parse(BYTES_LIT("[1]"), 3, "it", &j), TOCSIN_OK);
	json_decref(j);
}

TEST(nesting_ends_at_32)
{
	char text[200];
	for (size_t depth = 31; depth <= 33; depth++) {
		memset(text, '[', depth);
		memset(text + depth, ']', depth);
		json_t *j = NULL;
		assert_int_equal(json_parse(bytes_of(text, 2 * depth), 1000, "it", &j), depth <= 32 ? TOCSIN_OK : TOCSIN_BAD);
		json_decref(j);
	}
	json_decref(parsed("[\"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[\\\"[[[[\"]"));
	/* Brackets in a string count nothing, so a bracket behind a closed one still does. */
	json_t *j = NULL;
	assert_int_equal(json_parse(BYTES_LIT("[\"\\\\\",[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]"),
	                            1000, "it", &j), TOCSIN_BAD);
}

TEST(values_are_written_canonically_and_come_back)
{
	static const struct { const char *json, *value; } values[] = {
		{ "\"a\\/\\u0041\\u00e4\\u0001\\u001F\\u000a\\b\\\"\\\\\"", "\"a/A\xc3\xa4\\u0001\\u001f\\n\\b\\\"\\\\\"" },
		{ "-9223372036854775808", "-9223372036854775808" }, { "true", "true" }, { " [ 1 , \"x\" , false ] ", "[1,\"x\",false]" },
		{ "[]", "[]" }, { "{\"ru\": \"x\", \"en\": \"y\", \"authoritative\": \"ru\"}",
		                  "{\"ru\":\"x\",\"en\":\"y\",\"authoritative\":\"ru\"}" },
		{ "\"\\ud83d\\udd14\"", "\"\xf0\x9f\x94\x94\"" },
	};
	for (size_t i = 0; i < sizeof values / sizeof values[0]; i++) {
		json_t *j = parsed(values[i].json);
		struct buf b;
		buf_init(&b, 1000);
		buf_add_str(&b, "name ");
		assert_int_equal(json_write_value(&b, j), TOCSIN_OK);
		assert_true(bytes_equal_str(bytes_of(b.p + 5, b.n - 5), values[i].value));
		assert_int_equal(jval_check(bytes_str(values[i].value), NULL), TOCSIN_OK);
		json_t *back = json_from_value(bytes_str(values[i].value));
		assert_true(json_equal(j, back));
		json_decref(back);
		json_decref(j);
		buf_free(&b);
	}
}

TEST(what_is_no_value_is_bad_and_appends_nothing)
{
	static const char *const wrong[] = {
		"null", "1.5", "[null]", "[[1]]", "[{\"en\":\"x\"}]", "{}", "{\"en\":1}", "{\"en\":{}}", "{\"en\":\"x\",\"ru\":\"y\"}",
		"{\"English\":\"x\"}", "\"\\u202e\"", "\"\\u007f\"", "\"\\u0085\"", "{\"e\\nn\":\"x\"}",
	};
	for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
		json_t *j = parsed(wrong[i]);
		struct buf b;
		buf_init(&b, 1000);
		buf_add_str(&b, "name ");
		assert_int_equal(json_write_value(&b, j), TOCSIN_BAD);
		assert_true(bytes_equal_str(buf_bytes(&b), "name "));
		buf_free(&b);
		buf_init(&b, 3);
		assert_int_not_equal(json_write_value(&b, j), TOCSIN_OK);
		buf_free(&b);
		json_decref(j);
	}
}

TEST(members_are_got_with_their_type_or_the_default)
{
	json_t *j = parsed("{\"s\":\"x\",\"i\":7,\"b\":false,\"n\":null,\"r\":1.0}");
	bool ok = true;
	assert_string_equal(json_get_str(j, "s", &ok), "x");
	assert_int_equal(json_get_int(j, "i", 3, &ok), 7);
	assert_false(json_get_bool(j, "b", true, &ok));
	assert_null(json_get_str(j, "absent", &ok));
	assert_int_equal(json_get_int(j, "absent", 3, &ok), 3);
	assert_true(json_get_bool(j, "absent", true, &ok));
	assert_true(ok);
	static const char *const not_str[] = { "i", "b", "n", "r" }, *const not_int[] = { "s", "b", "n", "r" },
	                  *const not_bool[] = { "s", "i", "n", "r" };
	for (size_t i = 0; i < 4; i++) {
		ok = true;
		assert_null(json_get_str(j, not_str[i], &ok));
		assert_false(ok);
		ok = true;
		assert_int_equal(json_get_int(j, not_int[i], 3, &ok), 3);
		assert_false(ok);
		ok = true;
		assert_true(json_get_bool(j, not_bool[i], true, &ok));
		assert_false(ok);
	}
	json_decref(j);
}

TEST(a_member_that_is_not_listed_is_bad_and_named)
{
	static const char *const keys[] = { "a", "b", NULL };
	json_t *j = parsed("{\"b\":1}");
	assert_int_equal(json_only(j, "it", keys), TOCSIN_OK);
	json_decref(j);
	j = parsed("{\"a\":1,\"surprise\":2}");
	assert_int_equal(json_only(j, "the filter", keys), TOCSIN_BAD);
	assert_non_null(strstr(fail_sentence(), "the filter"));
	assert_non_null(strstr(fail_sentence(), "surprise"));
	json_decref(j);
	j = parsed("[1]");
	assert_int_equal(json_only(j, "it", keys), TOCSIN_BAD);
	json_decref(j);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_parsed_is_written_compactly_in_the_same_order),
		cmocka_unit_test(texts_that_break_our_rules_are_bad_and_named),
		cmocka_unit_test(a_text_over_its_maximum_is_bad),
		cmocka_unit_test(nesting_ends_at_32),
		cmocka_unit_test(values_are_written_canonically_and_come_back),
		cmocka_unit_test(what_is_no_value_is_bad_and_appends_nothing),
		cmocka_unit_test(members_are_got_with_their_type_or_the_default),
		cmocka_unit_test(a_member_that_is_not_listed_is_bad_and_named),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
