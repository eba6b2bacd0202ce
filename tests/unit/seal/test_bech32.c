#include "craft.h"

#include "seal/bech32.h"

static const char recipient[] = "age1zvkyg2lqzraa2lnjvqej32nkuu0ues2s82hzrye869xeexvn73equnujwj";
static const char alice_pub[] = "8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a";
static const char secret[] = "77076d0a7318a57d3c16c17251b2664500112233445566778899aabbccddeeff";

static void a_text_decodes_and_encodes_to_itself(void **state)
{
	(void)state;
	uint8_t data[32];
	char text[80];
	assert_true(bech32_decode(bytes_str(recipient), "age", data, sizeof data));
	bech32_encode("age", data, sizeof data, text);
	assert_string_equal(text, recipient);
	assert_true(hex_decode(bytes_str(alice_pub), data, sizeof data));
	bech32_encode("age", data, sizeof data, text);
	assert_int_equal(strlen(text), BECH32_SIZE(3, 32));
	uint8_t back[32];
	assert_true(bech32_decode(bytes_str(text), "age", back, sizeof back));
	assert_memory_equal(data, back, sizeof back);
	assert_true(hex_decode(bytes_str(secret), data, sizeof data));
	bech32_encode("AGE-SECRET-KEY-", data, sizeof data, text);
	assert_true(bech32_decode(bytes_str(text), "AGE-SECRET-KEY-", back, sizeof back));
	assert_memory_equal(data, back, sizeof back);
}

static void every_length_round_trips(void **state)
{
	(void)state;
	uint8_t data[64], back[64];
	char text[BECH32_SIZE(1, 64) + 1];
	for (size_t n = 0; n <= sizeof data; n++) {
		memset(data, 0xff, sizeof data);
		bech32_encode("x", data, n, text);
		assert_int_equal(strlen(text), BECH32_SIZE(1, n));
		assert_true(bech32_decode(bytes_str(text), "x", back, n));
		assert_memory_equal(data, back, n);
	}
}

static void a_change_of_any_character_is_noticed(void **state)
{
	(void)state;
	uint8_t data[32];
	char text[sizeof recipient];
	for (size_t i = 0; i < sizeof recipient - 1; i++)
		for (int c = 1; c < 256; c++) {
			memcpy(text, recipient, sizeof text);
			if ((uint8_t)text[i] == c)
				continue;
			text[i] = (char)c;
			assert_false(bech32_decode(bytes_of(text, sizeof text - 1), "age", data, sizeof data));
		}
}

static void every_truncation_and_any_trailing_byte_is_refused(void **state)
{
	(void)state;
	uint8_t data[32];
	for (size_t i = 0; i < sizeof recipient - 1; i++)
		assert_false(bech32_decode(bytes_of(recipient, i), "age", data, sizeof data));
	assert_false(bech32_decode(bytes_of(recipient, sizeof recipient), "age", data, sizeof data));
}

static void another_case_is_refused(void **state)
{
	(void)state;
	uint8_t data[32];
	char text[sizeof recipient];
	for (size_t i = 0; i < sizeof recipient; i++)
		text[i] = recipient[i] >= 'a' && recipient[i] <= 'z' ? (char)(recipient[i] - 32) : recipient[i];
	assert_false(bech32_decode(bytes_str(text), "age", data, sizeof data));
	assert_true(bech32_decode(bytes_str(text), "AGE", data, sizeof data));
	memcpy(text, "age1", 4);
	assert_false(bech32_decode(bytes_str(text), "age", data, sizeof data));
}

static void stray_bits_behind_the_last_byte_are_refused(void **state)
{
	(void)state;
	/* Two characters carry one byte and two spare bits; every checksum here fits. */
	uint8_t b;
	assert_true(bech32_decode(BYTES_LIT("x1qqmkfy3s"), "x", &b, 1));
	assert_int_equal(b, 0);
	assert_true(bech32_decode(BYTES_LIT("x1qy5utz72"), "x", &b, 1));
	assert_int_equal(b, 1);
	assert_false(bech32_decode(BYTES_LIT("x1qpxqa3vz"), "x", &b, 1));
	assert_false(bech32_decode(BYTES_LIT("x1qzgng8za"), "x", &b, 1));
	assert_false(bech32_decode(BYTES_LIT("x1qr49ujl0"), "x", &b, 1));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_text_decodes_and_encodes_to_itself),
		cmocka_unit_test(every_length_round_trips),
		cmocka_unit_test(a_change_of_any_character_is_noticed),
		cmocka_unit_test(every_truncation_and_any_trailing_byte_is_refused),
		cmocka_unit_test(another_case_is_refused),
		cmocka_unit_test(stray_bits_behind_the_last_byte_are_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
