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

static enum auth_form read_basic(const char *plain, char token[AUTH_TOKEN + 1])
{
	char text[1000] = "Basic ";
	base64_encode(plain, strlen(plain), true, text + 6);
	return auth_read(text, token);
}

TEST(a_token_is_read_from_bearer_and_from_any_users_password)
{
	char token[AUTH_TOKEN + 1];
	assert_int_equal(auth_read("Bearer " TOKEN, token), AUTH_BEARER);
	assert_string_equal(token, TOKEN);
	assert_int_equal(auth_read("bearer " TOKEN, token), AUTH_BEARER);
	assert_int_equal(read_basic("x:" TOKEN, token), AUTH_BASIC);
	assert_string_equal(token, TOKEN);
	assert_int_equal(read_basic(":" TOKEN, token), AUTH_BASIC);
	assert_int_equal(auth_read(NULL, token), AUTH_ABSENT);
	assert_string_equal(token, "");
}

TEST(nothing_but_a_whole_token_is_read)
{
	static const char *const wrong[] = { "", "Bearer", "Bearer ", "Bearer  " TOKEN, "Bearer " TOKEN " ",
		"Bearer " TOKEN "0", "Digest " TOKEN, TOKEN, "Basic " TOKEN, "Basic !!!!",
		"Basic eA==", "Bearer 00112233445566778899AABBCCDDEEFF00112233445566778899AABBCCDDEEFF" };
	char token[AUTH_TOKEN + 1], part[80] = "Bearer " TOKEN;
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
		assert_int_equal(auth_read(wrong[i], token), AUTH_RUBBISH);
		assert_string_equal(token, "");
	}
	for (size_t n = strlen(part) - 1; n > 7; n--) {
		part[n] = 0;
		assert_int_equal(auth_read(part, token), AUTH_RUBBISH);
	}
	assert_int_equal(read_basic(TOKEN, token), AUTH_RUBBISH);
	assert_int_equal(read_basic(TOKEN ":", token), AUTH_RUBBISH);
	assert_int_equal(read_basic("a:b:" TOKEN, token), AUTH_RUBBISH);
}

TEST(only_the_desks_own_token_is_the_desks)
{
	assert_true(auth_is_desk(a, TOKEN));
	assert_false(auth_is_desk(a, ""));
	assert_false(auth_is_desk(a, TOKEN "0"));
	assert_false(auth_is_desk(a, "10112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"));
}

TEST(an_address_that_guesses_must_wait_a_minute_and_others_need_not)
{
	for (int i = 0; i < AUTH_TRIES; i++) {
		assert_false(auth_limited(a, AUTH_TRY_TOKEN, "192.0.2.1", i));
		auth_wrong(a, AUTH_TRY_TOKEN, "192.0.2.1", i);
	}
	assert_true(auth_limited(a, AUTH_TRY_TOKEN, "192.0.2.1", 100));
	assert_false(auth_limited(a, AUTH_TRY_TOKEN, "192.0.2.2", 100));
	assert_true(auth_limited(a, AUTH_TRY_TOKEN, "192.0.2.1", 60 * CLOCK_SECOND - 1));
	assert_false(auth_limited(a, AUTH_TRY_TOKEN, "192.0.2.1", 60 * CLOCK_SECOND));
}

TEST(wrong_tokens_keep_nobody_from_logging_in)
{
	for (int i = 0; i < AUTH_TRIES; i++)
		auth_wrong(a, AUTH_TRY_TOKEN, "192.0.2.1", i);
	assert_false(auth_limited(a, AUTH_TRY_LOGIN, "192.0.2.1", 100));
	for (int i = 0; i < AUTH_LOGINS; i++) {
		assert_false(auth_limited(a, AUTH_TRY_LOGIN, "192.0.2.1", 100));
		auth_wrong(a, AUTH_TRY_LOGIN, "192.0.2.1", 100);
	}
	assert_true(auth_limited(a, AUTH_TRY_LOGIN, "192.0.2.1", 100));
	assert_false(auth_limited(a, AUTH_TRY_LOGIN, "192.0.2.2", 100));
}

TEST(many_addresses_that_guess_only_push_out_the_oldest)
{
	for (int i = 0; i < AUTH_TRIES; i++)
		auth_wrong(a, AUTH_TRY_TOKEN, "192.0.2.1", 1000);
	for (int i = 0; i < 255; i++) {
		char peer[32];
		snprintf(peer, sizeof peer, "198.51.100.%d", i);
		auth_wrong(a, AUTH_TRY_TOKEN, peer, 2000 + i);
	}
	assert_true(auth_limited(a, AUTH_TRY_TOKEN, "192.0.2.1", 3000));
	auth_wrong(a, AUTH_TRY_TOKEN, "203.0.113.1", 3000);
	assert_false(auth_limited(a, AUTH_TRY_TOKEN, "192.0.2.1", 3000));
	assert_false(auth_limited(a, AUTH_TRY_TOKEN, "203.0.113.1", 3000));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_token_is_read_from_bearer_and_from_any_users_password, up, down),
		cmocka_unit_test_setup_teardown(nothing_but_a_whole_token_is_read, up, down),
		cmocka_unit_test_setup_teardown(only_the_desks_own_token_is_the_desks, up, down),
		cmocka_unit_test_setup_teardown(an_address_that_guesses_must_wait_a_minute_and_others_need_not, up, down),
		cmocka_unit_test_setup_teardown(wrong_tokens_keep_nobody_from_logging_in, up, down),
		cmocka_unit_test_setup_teardown(many_addresses_that_guess_only_push_out_the_oldest, up, down),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
