#include "../test.h"

#include "base/clock.h"
#include "serve/auth.h"

#define TOKEN "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"

static struct auth *a;

static int up(void **state)
{
	(void)state;
	a = auth_new(TOKEN);
	return a == NULL;
}

static int down(void **state)
{
	(void)state;
	auth_free(a);
	return 0;
}

static enum auth_verdict basic(const char *plain)
{
	char text[400] = "Basic ";
	base64_encode(plain, strlen(plain), true, text + 6);
	return auth_check(a, text, "192.0.2.7", 0);
}

TEST(the_token_is_taken_as_bearer_and_as_any_users_password)
{
	assert_int_equal(auth_check(a, "Bearer " TOKEN, "p", 0), AUTH_OK);
	assert_int_equal(auth_check(a, "bearer " TOKEN, "p", 0), AUTH_OK);
	assert_int_equal(basic("x:" TOKEN), AUTH_OK);
	assert_int_equal(basic(":" TOKEN), AUTH_OK);
}

TEST(no_header_is_no_try)
{
	for (int i = 0; i < 3 * AUTH_TRIES; i++)
		assert_int_equal(auth_check(a, NULL, "p", 0), AUTH_NONE);
	assert_int_equal(auth_check(a, "Bearer " TOKEN, "p", 0), AUTH_OK);
}

TEST(nothing_but_the_whole_token_is_taken)
{
	static const char *const wrong[] = { "", "Bearer", "Bearer ", "Bearer  " TOKEN, "Bearer " TOKEN " ",
		"Bearer " TOKEN "0", "Digest " TOKEN, TOKEN, "Basic " TOKEN, "Basic !!!!",
		"Basic eA==", "Bearer 00112233445566778899AABBCCDDEEFF00112233445566778899AABBCCDDEEFF" };
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
		char peer[8];
		snprintf(peer, sizeof peer, "%zu", i);
		assert_int_equal(auth_check(a, wrong[i], peer, 0), AUTH_WRONG);
	}
	char part[80] = "Bearer " TOKEN;
	for (size_t n = strlen(part) - 1; n > 7; n--) {
		char peer[8];
		snprintf(peer, sizeof peer, "c%zu", n);
		part[n] = 0;
		assert_int_equal(auth_check(a, part, peer, 0), AUTH_WRONG);
	}
	assert_int_equal(basic(TOKEN), AUTH_WRONG);
	assert_int_equal(basic(TOKEN ":"), AUTH_WRONG);
	assert_int_equal(basic("a:b:" TOKEN), AUTH_WRONG);
}

TEST(an_address_that_guesses_must_wait_a_minute_and_others_need_not)
{
	for (int i = 0; i < AUTH_TRIES; i++)
		assert_int_equal(auth_check(a, "Bearer guess", "192.0.2.1", i), AUTH_WRONG);
	assert_int_equal(auth_check(a, "Bearer guess", "192.0.2.1", 100), AUTH_LIMITED);
	/* Otherwise a guess that is right would still be told from one that is not. */
	assert_int_equal(auth_check(a, "Bearer " TOKEN, "192.0.2.1", 100), AUTH_LIMITED);
	assert_int_equal(auth_check(a, "Bearer " TOKEN, "192.0.2.2", 100), AUTH_OK);
	assert_int_equal(auth_check(a, "Bearer " TOKEN, "192.0.2.1", 60 * CLOCK_SECOND - 1), AUTH_LIMITED);
	assert_int_equal(auth_check(a, "Bearer " TOKEN, "192.0.2.1", 60 * CLOCK_SECOND), AUTH_OK);
}

TEST(many_addresses_that_guess_only_push_out_the_oldest)
{
	for (int i = 0; i < 1000; i++) {
		char peer[32];
		snprintf(peer, sizeof peer, "198.51.100.%d", i);
		assert_int_equal(auth_check(a, "Bearer guess", peer, i), AUTH_WRONG);
	}
	assert_int_equal(auth_check(a, "Bearer " TOKEN, "198.51.100.0", 1000), AUTH_OK);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(the_token_is_taken_as_bearer_and_as_any_users_password, up, down),
		cmocka_unit_test_setup_teardown(no_header_is_no_try, up, down),
		cmocka_unit_test_setup_teardown(nothing_but_the_whole_token_is_taken, up, down),
		cmocka_unit_test_setup_teardown(
			an_address_that_guesses_must_wait_a_minute_and_others_need_not, up, down),
		cmocka_unit_test_setup_teardown(many_addresses_that_guess_only_push_out_the_oldest, up, down),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
