#include "desk/home.h"

#include "serve/cursor.h"

HOME_TEST(a_place_comes_back_as_it_was)
{
	struct home *h = *state;
	uint8_t key[CURSOR_KEY];
	char text[CURSOR_TEXT + 1];
	int64_t a, b;
	static const int64_t numbers[] = { 0, 1, -1, INT64_MAX, INT64_MIN };
	ok(cursor_key(h->desk.store, key));
	for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
		cursor_seal(key, CURSOR_EVENTS, numbers[i], numbers[4 - i], text);
		assert_int_equal(strlen(text), CURSOR_TEXT);
		ok(cursor_unseal(key, CURSOR_EVENTS, text, &a, &b));
		assert_true(a == numbers[i] && b == numbers[4 - i]);
	}
}

HOME_TEST(a_place_tells_nothing_and_two_of_the_same_place_are_not_alike)
{
	struct home *h = *state;
	uint8_t key[CURSOR_KEY];
	char one[CURSOR_TEXT + 1], two[CURSOR_TEXT + 1];
	ok(cursor_key(h->desk.store, key));
	cursor_seal(key, CURSOR_EVENTS, 7, 0, one);
	cursor_seal(key, CURSOR_EVENTS, 7, 0, two);
	for (size_t i = 0; i + 16 <= CURSOR_TEXT; i += 16)
		assert_memory_not_equal(one + i, two + i, 16);
}

HOME_TEST(a_place_of_another_list_or_node_or_with_another_digit_is_none)
{
	struct home *h = *state;
	uint8_t key[CURSOR_KEY], other[CURSOR_KEY];
	char text[CURSOR_TEXT + 2] = "", changed[CURSOR_TEXT + 2];
	int64_t a, b;
	ok(cursor_key(h->desk.store, key));
	random_bytes(other, sizeof other);
	cursor_seal(key, CURSOR_EVENTS, 7, 8, text);
	fails(cursor_unseal(key, CURSOR_STATEMENTS, text, &a, &b), TOCSIN_BAD, "no place in this list");
	fails(cursor_unseal(other, CURSOR_EVENTS, text, &a, &b), TOCSIN_BAD, "no place in this list");
	for (size_t i = 0; i < CURSOR_TEXT; i++) {
		memcpy(changed, text, sizeof text);
		changed[i] = changed[i] == 'a' ? 'b' : 'a';
		assert_int_equal(cursor_unseal(key, CURSOR_EVENTS, changed, &a, &b), TOCSIN_BAD);
	}
	memcpy(changed, text, sizeof text);
	changed[CURSOR_TEXT - 1] = 0;
	assert_int_equal(cursor_unseal(key, CURSOR_EVENTS, changed, &a, &b), TOCSIN_BAD);
	memcpy(changed, text, sizeof text);
	changed[CURSOR_TEXT] = '0';
	assert_int_equal(cursor_unseal(key, CURSOR_EVENTS, changed, &a, &b), TOCSIN_BAD);
	assert_int_equal(cursor_unseal(key, CURSOR_EVENTS, "", &a, &b), TOCSIN_BAD);
}

HOME_TEST(places_hold_over_a_restart)
{
	struct home *h = *state;
	uint8_t key[CURSOR_KEY], again[CURSOR_KEY];
	ok(cursor_key(h->desk.store, key));
	home_again(h);
	ok(cursor_key(h->desk.store, again));
	assert_memory_equal(key, again, sizeof key);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		home_test(a_place_comes_back_as_it_was),
		home_test(a_place_tells_nothing_and_two_of_the_same_place_are_not_alike),
		home_test(a_place_of_another_list_or_node_or_with_another_digit_is_none),
		home_test(places_hold_over_a_restart),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
