#include "test.h"

#include "base/text.h"
#include "domain/media.h"

static void name_is(const char *name, enum tocsin_err wanted)
{
	assert_int_equal(media_name_check(name), wanted);
}

static void safe_is(struct bytes name, const char *wanted)
{
	struct buf b;
	struct bytes copy = exact(name);
	buf_init(&b, 4 * MEDIA_NAME);
	buf_add_str(&b, "before");
	media_name_safe(copy, &b);
	buf_add_char(&b, 0);
	assert_false(b.failed);
	assert_string_equal((const char *)b.p + 6, wanted);
	name_is((const char *)b.p + 6, TOCSIN_OK);
	buf_free(&b);
	exact_free(copy);
}

TEST(a_name_is_one_on_every_system_and_leads_nowhere)
{
	static const char *const good[] = { "map.png", "карта.txt", "a b.txt", "x", "a..b" };
	static const char *const wrong[] = { "", ".", "..", ".profile", "../x", "/etc/passwd", "a/b", "a\\b", "C:a", "a*b", "a?b", "a\"b", "a<b",
		"a>b", "a|b", "-rf", " a", "a ", "a.", "a\nb", "a\tb", "a\x1B[2J", "a\x7F", "a\xFF", "a\xE2\x80\xAEgpj.exe", "a\xE2\x80\xA8" };
	for (size_t i = 0; i < sizeof good / sizeof *good; i++)
		name_is(good[i], TOCSIN_OK);
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
		name_is(wrong[i], TOCSIN_BAD);
	char longest[MEDIA_NAME + 2];
	memset(longest, 'x', sizeof longest);
	longest[MEDIA_NAME] = 0;
	name_is(longest, TOCSIN_OK);
	longest[MEDIA_NAME] = 'x';
	longest[MEDIA_NAME + 1] = 0;
	name_is(longest, TOCSIN_BAD);
}

TEST(a_name_that_somebody_else_chose_becomes_one)
{
	safe_is(BYTES_LIT("map.png"), "map.png");
	safe_is(BYTES_LIT("../../etc/passwd"), "_._.._etc_passwd");
	safe_is(BYTES_LIT(".profile"), "_profile");
	safe_is(BYTES_LIT("-rf"), "_rf");
	safe_is(BYTES_LIT("a. "), "a._");
	safe_is(BYTES_LIT("a\0b"), "a_b");
	safe_is(BYTES_LIT(""), "attachment");
	safe_is(BYTES_LIT("..."), "_._");
	safe_is(BYTES_LIT("\xFF\xFE"), "__");
	char text[300];
	memset(text, '.', sizeof text);
	text[0] = 'a';
	struct buf b;
	buf_init(&b, 1000);
	media_name_safe(bytes_of(text, sizeof text), &b);
	assert_int_equal(b.n, MEDIA_NAME);
	buf_add_char(&b, 0);
	name_is((const char *)b.p, TOCSIN_OK);
	buf_free(&b);
}

TEST(nothing_that_a_browser_would_run_is_in_the_table)
{
	static const char *const never[] = { "text/html", "image/svg+xml", "application/xhtml+xml", "text/xml", "application/xml",
		"application/javascript", "text/javascript", "application/x-shockwave-flash", "", "image/png; x=y" };
	for (size_t i = 0; i < sizeof never / sizeof *never; i++)
		assert_null(media_find(never[i]));
	assert_string_equal(media_of_name("a.JPG")->type, "image/jpeg");
	assert_string_equal(media_of_name("a.tar.png")->type, "image/png");
	assert_string_equal(media_of_name("a.html")->type, MEDIA_UNKNOWN);
	assert_string_equal(media_of_name("png")->type, MEDIA_UNKNOWN);
	assert_string_equal(media_of_name("a.")->type, MEDIA_UNKNOWN);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_name_is_one_on_every_system_and_leads_nowhere),
		cmocka_unit_test(a_name_that_somebody_else_chose_becomes_one),
		cmocka_unit_test(nothing_that_a_browser_would_run_is_in_the_table),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
