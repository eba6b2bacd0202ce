#include "test.h"

TEST(equality_needs_the_same_length_and_bytes)
{
	assert_true(bytes_equal(BYTES_LIT("abc"), BYTES_LIT("abc")));
	assert_true(bytes_equal(bytes_of(NULL, 0), BYTES_LIT("")));
	assert_false(bytes_equal(BYTES_LIT("abc"), BYTES_LIT("abd")));
	assert_false(bytes_equal(BYTES_LIT("abc"), BYTES_LIT("ab")));
	assert_true(bytes_equal_str(BYTES_LIT("abc"), "abc"));
	assert_false(bytes_equal_str(BYTES_LIT("abc\0"), "abc"));
}

TEST(a_prefix_longer_than_the_bytes_does_not_start_them)
{
	assert_true(bytes_starts(BYTES_LIT("warning"), "warn"));
	assert_true(bytes_starts(bytes_of(NULL, 0), ""));
	assert_false(bytes_starts(BYTES_LIT("war"), "warn"));
	assert_false(bytes_starts(BYTES_LIT("xarn"), "warn"));
}

TEST(order_is_that_of_memcmp_and_a_prefix_comes_first)
{
	assert_true(bytes_compare(BYTES_LIT("a"), BYTES_LIT("b")) < 0);
	assert_true(bytes_compare(BYTES_LIT("\xff"), BYTES_LIT("a")) > 0);
	assert_true(bytes_compare(BYTES_LIT("a"), BYTES_LIT("aa")) < 0);
	assert_true(bytes_compare(BYTES_LIT("b"), BYTES_LIT("aa")) > 0);
	assert_true(bytes_compare(bytes_of(NULL, 0), BYTES_LIT("a")) < 0);
	assert_int_equal(bytes_compare(bytes_of(NULL, 0), BYTES_LIT("")), 0);
}

TEST(secrets_are_the_same_only_when_every_byte_is)
{
	uint8_t a[32] = { 0 }, b[32] = { 0 };
	assert_true(bytes_same_secret(a, b, sizeof a));
	for (size_t i = 0; i < sizeof a; i++) {
		b[i] = 1;
		assert_false(bytes_same_secret(a, b, sizeof a));
		b[i] = 0;
	}
	assert_true(bytes_same_secret(NULL, NULL, 0));
}

TEST(wiping_leaves_zeros)
{
	uint8_t secret[40];
	memset(secret, 7, sizeof secret);
	bytes_wipe(secret, 32);
	for (size_t i = 0; i < 32; i++)
		assert_int_equal(secret[i], 0);
	assert_int_equal(secret[32], 7);
	bytes_wipe(NULL, 0);
}

TEST(hex_comes_back_for_every_byte)
{
	uint8_t all[256], back[256];
	char hex[513];
	for (size_t i = 0; i < 256; i++)
		all[i] = (uint8_t)i;
	hex_encode(all, sizeof all, hex);
	assert_int_equal(strlen(hex), 512);
	assert_memory_equal(hex, "000102", 6);
	assert_string_equal(hex + 508, "feff");
	assert_true(hex_decode(bytes_str(hex), back, sizeof back));
	assert_memory_equal(all, back, sizeof all);
}

TEST(hex_takes_exactly_lower_case_digits_in_the_right_number)
{
	uint8_t out[2];
	assert_true(hex_decode(BYTES_LIT("00ff"), out, 2));
	assert_true(hex_decode(BYTES_LIT(""), out, 0));
	assert_false(hex_decode(BYTES_LIT("00f"), out, 2));
	assert_false(hex_decode(BYTES_LIT("00f"), out, 1));
	assert_false(hex_decode(BYTES_LIT("00ff0"), out, 2));
	assert_false(hex_decode(BYTES_LIT("00ff00"), out, 2));
	for (int c = 0; c < 256; c++) {
		uint8_t text[2] = { (uint8_t)c, '0' };
		bool digit = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
		assert_int_equal(hex_decode(bytes_of(text, 2), out, 1), digit);
		text[0] = '0', text[1] = (uint8_t)c;
		assert_int_equal(hex_decode(bytes_of(text, 2), out, 1), digit);
	}
}

TEST(base64_agrees_with_the_vectors_of_RFC_4648)
{
	static const struct { const char *plain, *padded; } vectors[] = {
		{ "", "" }, { "f", "Zg==" }, { "fo", "Zm8=" }, { "foo", "Zm9v" }, { "foob", "Zm9vYg==" },
		{ "fooba", "Zm9vYmE=" }, { "foobar", "Zm9vYmFy" }, { "\xfb\xff\xfe", "+//+" },
	};
	for (size_t i = 0; i < sizeof vectors / sizeof vectors[0]; i++) {
		char text[16];
		uint8_t back[8];
		size_t n = strlen(vectors[i].plain), len = base64_encode(vectors[i].plain, n, true, text);
		assert_string_equal(text, vectors[i].padded);
		assert_int_equal(len, strlen(text));
		assert_int_equal(len, BASE64_SIZE(n));
		assert_true(base64_decode(bytes_str(text), true, back, sizeof back, &n));
		assert_int_equal(n, strlen(vectors[i].plain));
		assert_memory_equal(back, vectors[i].plain, n);

		len = base64_encode(vectors[i].plain, n, false, text);
		assert_null(strchr(text, '='));
		assert_int_equal(len, strlen(text));
		assert_true(base64_decode(bytes_str(text), false, back, sizeof back, &n));
		assert_int_equal(n, strlen(vectors[i].plain));
		assert_memory_equal(back, vectors[i].plain, n);
	}
}

/* Whatever is decoded is encoded to the same text: no second text names the same bytes. */
TEST(base64_has_one_text_for_each_value)
{
	static const char some[] = "ABQRZaghwz0189+/=-_ \n";
	size_t n, taken = 0;
	uint8_t out[3];
	char text[5] = "", again[5];
	for (size_t a = 0; some[a] != 0; a++)
		for (size_t b = 0; some[b] != 0; b++)
			for (size_t c = 0; some[c] != 0; c++)
				for (size_t d = 0; some[d] != 0; d++) {
					text[0] = some[a], text[1] = some[b], text[2] = some[c], text[3] = some[d];
					for (int padded = 0; padded < 2; padded++) {
						if (!base64_decode(bytes_str(text), padded, out, sizeof out, &n))
							continue;
						base64_encode(out, n, padded, again);
						assert_string_equal(text, again);
						taken++;
					}
				}
	assert_true(taken > 1000);
}

TEST(base64_refuses_what_is_not_canonical)
{
	static const char *const padded[] = {
		"Zg", "Zg=", "Zg===", "Zh==", "Zm9=", "Zm8", "=", "==", "====", "Z===", "Zm9v=", "Zm9v====", "Zg==Zg==", "Zm-v",
		"Zm_v", "Zm9v\n", " Zm9v", "Zm 9v", "Z=9v", "Zm=v",
	};
	static const char *const unpadded[] = { "Z", "Zg==", "Zh", "Zm9", "Zm8=", "Zm9vY", "Zm9v\n", "=" };
	uint8_t out[16];
	size_t n;
	for (size_t i = 0; i < sizeof padded / sizeof padded[0]; i++)
		assert_false(base64_decode(bytes_str(padded[i]), true, out, sizeof out, &n));
	for (size_t i = 0; i < sizeof unpadded / sizeof unpadded[0]; i++)
		assert_false(base64_decode(bytes_str(unpadded[i]), false, out, sizeof out, &n));
}

TEST(base64_writes_no_more_than_the_room_that_it_was_given)
{
	size_t n;
	for (size_t size = 0; size < 20; size++) {
		uint8_t in[20] = { 0 }, *out = malloc(size + 1);
		char text[40];
		base64_encode(in, size, true, text);
		assert_true(base64_decode(bytes_str(text), true, out, size, &n));
		if (size > 0)
			assert_false(base64_decode(bytes_str(text), true, out, size - 1, &n));
		free(out);
	}
}

TEST(big_endian_numbers_come_back)
{
	uint8_t p[8];
	be16_put(p, 0x0102);
	assert_memory_equal(p, "\x01\x02", 2);
	assert_int_equal(be16_get(p), 0x0102);
	be32_put(p, 0xf1020304);
	assert_memory_equal(p, "\xf1\x02\x03\x04", 4);
	assert_int_equal(be32_get(p), 0xf1020304);
	be64_put(p, UINT64_C(0xf102030405060708));
	assert_memory_equal(p, "\xf1\x02\x03\x04\x05\x06\x07\x08", 8);
	assert_true(be64_get(p) == UINT64_C(0xf102030405060708));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(equality_needs_the_same_length_and_bytes),
		cmocka_unit_test(a_prefix_longer_than_the_bytes_does_not_start_them),
		cmocka_unit_test(order_is_that_of_memcmp_and_a_prefix_comes_first),
		cmocka_unit_test(secrets_are_the_same_only_when_every_byte_is),
		cmocka_unit_test(wiping_leaves_zeros),
		cmocka_unit_test(hex_comes_back_for_every_byte),
		cmocka_unit_test(hex_takes_exactly_lower_case_digits_in_the_right_number),
		cmocka_unit_test(base64_agrees_with_the_vectors_of_RFC_4648),
		cmocka_unit_test(base64_has_one_text_for_each_value),
		cmocka_unit_test(base64_refuses_what_is_not_canonical),
		cmocka_unit_test(base64_writes_no_more_than_the_room_that_it_was_given),
		cmocka_unit_test(big_endian_numbers_come_back),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
