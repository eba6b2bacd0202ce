/* Targets are decoded strictly. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "net/url.h"

#include <cmocka.h>      /* after ours: its fail() is a macro */

static enum tocsin_err read_target(const char *target, char *out, size_t n)
{
	struct arena *a = arena_new(1 << 20);
	struct url u;
	enum tocsin_err e = url_read(a, bytes_str(target), &u);
	size_t used = 0;
	if (e == TOCSIN_OK) {
		used = (size_t)snprintf(out, n, "%s", u.path);
		for (size_t i = 0; i < u.n; i++)
			used += (size_t)snprintf(out + used, n - used, "|%s=%s", u.query[i].name, u.query[i].value);
	}
	arena_free(a);
	return e;
}

static void test_good(void **state)
{
	(void)state;
	static const char *const cases[][2] = {
		{ "/", "/" },
		{ "/a/b.c/..d/e..", "/a/b.c/..d/e.." },
		{ "/a+b", "/a+b" },
		{ "/%41%c3%a4", "/A\xc3\xa4" },
		{ "/?", "/" },
		{ "/a?b", "/a|b=" },
		{ "/?a=1&b=%26%3D&c=x+y", "/|a=1|b=&=|c=x y" },
		{ "/?a==?&&/=..", "/|a==?|/=.." },
		{ "/?p=%2F..%2f", "/|p=/../" },
		{ "/%25zz", "/%zz" },
	};
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		char out[256];
		assert_int_equal(read_target(cases[i][0], out, sizeof out), TOCSIN_OK);
		assert_string_equal(out, cases[i][1]);
	}
}

static void test_bad(void **state)
{
	(void)state;
	static const char *const cases[] = {
		"",        "a",      "*",          "?a",      "http://a/", "/%",
		"/%4",     "/%4g",   "/%g4",       "/%%41",   "/% 41",     "/a%2fb",
		"/a%5Cb",  "/%00",   "/%09",       "/%0a",    "/%7f",      "/%c2%80",
		"/%80",    "/%c3",   "/%ed%a0%80", "/.",      "/..",       "/./",
		"/../",    "/a/..",  "/a/./b",     "/%2e",    "/%2e%2E/a", "/.%2e",
		"/?%",     "/?a=%4", "/?a=%00",    "/?a=%ff", "/?a&a",     "/?a=1&b=2&a=1",
		"/?a&%61",
	};
	char out[256];
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
		if (read_target(cases[i], out, sizeof out) != TOCSIN_BAD)
			fail_msg("\"%s\" was taken", cases[i]);
}

static void test_limits(void **state)
{
	(void)state;
	for (int over = 0; over < 2; over++) {
		char target[1024] = "/?a", out[2048];
		size_t n = 3;
		for (int i = 1; i < URL_PARAMETERS + over; i++)
			n += (size_t)snprintf(target + n, sizeof target - n, "&p%d", i);
		assert_int_equal(read_target(target, out, sizeof out), over ? TOCSIN_BAD : TOCSIN_OK);
	}
	struct arena *a = arena_new(64);
	struct url u;
	char longer[200];
	memset(longer, 'a', sizeof longer);
	longer[0] = '/';
	assert_int_equal(url_read(a, bytes_of(longer, sizeof longer), &u), TOCSIN_BROKEN);
	arena_free(a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		{ "paths and parameters are decoded once", test_good, NULL, NULL, NULL },
		{ "what hides something or is said twice is refused", test_bad, NULL, NULL, NULL },
		{ "parameters and memory have their limits", test_limits, NULL, NULL, NULL },
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
