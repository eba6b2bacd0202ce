#include "../test.h"

#include "serve/internal.h"

TEST(text_cannot_become_markup)
{
	struct buf out;
	buf_init(&out, 4096);
	html_text(&out, "a<b>&\"'c\xc3\xa9");
	buf_add_char(&out, 0);
	assert_string_equal((const char *)out.p, "a&lt;b&gt;&amp;&quot;&#39;c\xc3\xa9");
	buf_clear(&out);
	html_text(&out, NULL);
	assert_int_equal(out.n, 0);
	buf_free(&out);
}

TEST(the_style_sheet_fetches_nothing_and_tells_an_exercise_apart_in_both_lights)
{
	assert_null(strstr(page_style, "url("));
	assert_null(strstr(page_style, "@import"));
	assert_null(strstr(page_style, "http"));
	const char *dark = strstr(page_style, "prefers-color-scheme:dark");
	assert_non_null(dark);
	assert_non_null(strstr(dark, ".exercise{"));
	assert_non_null(strstr(page_style, ".exercise{"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(text_cannot_become_markup),
		cmocka_unit_test(the_style_sheet_fetches_nothing_and_tells_an_exercise_apart_in_both_lights),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
