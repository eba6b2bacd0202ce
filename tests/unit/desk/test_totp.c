#include "../test.h"

#include "base/clock.h"
#include "desk/totp.h"

#define SECRET BYTES_LIT("12345678901234567890")

TEST(codes_are_those_of_rfc_4226_appendix_d)
{
	static const uint32_t want[] = { 755224, 287082, 359152, 969429, 338314, 254676, 287922, 162583, 399871, 520489 };
	for (uint64_t i = 0; i < 10; i++)
		assert_int_equal(totp_code(SECRET, i, 6), want[i]);
}

TEST(codes_are_those_of_rfc_6238_appendix_b)
{
	static const struct {
		uint64_t seconds;
		uint32_t code;
	} want[] = { { 59, 94287082 }, { 1111111109, 7081804 }, { 1111111111, 14050471 }, { 1234567890, 89005924 },
		{ 2000000000, 69279037 }, { 20000000000, 65353130 } };
	for (size_t i = 0; i < sizeof want / sizeof *want; i++)
		assert_int_equal(totp_code(SECRET, want[i].seconds / 30, 8), want[i].code);
}

/* 287082 is the code of step 1, seconds 30 to 59. */
TEST(a_code_is_taken_one_step_early_or_late_and_no_more)
{
	int64_t step = -1;
	static const struct {
		int64_t seconds;
		bool right;
	} at[] = { { 0, true }, { 29, true }, { 30, true }, { 59, true }, { 89, true }, { 90, false }, { 1000, false } };
	for (size_t i = 0; i < sizeof at / sizeof *at; i++) {
		step = -1;
		assert_int_equal(totp_check(SECRET, "287082", at[i].seconds * CLOCK_SECOND, -1, &step), at[i].right);
		assert_int_equal(step, at[i].right ? 1 : -1);
	}
}

TEST(a_code_is_taken_once)
{
	int64_t step = -1;
	assert_true(totp_check(SECRET, "287082", 40 * CLOCK_SECOND, 0, &step));
	assert_false(totp_check(SECRET, "287082", 40 * CLOCK_SECOND, step, &step));
	/* Nor one from before the last. */
	assert_false(totp_check(SECRET, "755224", 40 * CLOCK_SECOND, 1, &step));
	assert_true(totp_check(SECRET, "359152", 40 * CLOCK_SECOND, 1, &step));
}

TEST(nothing_but_six_digits_is_a_code)
{
	static const char *const bad[] = { "", "28708", "2870820", " 287082", "287082 ", "28708a", "+87082", ("\xd9\xa2" "8708") };
	int64_t step;
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		assert_false(totp_check(SECRET, bad[i], 40 * CLOCK_SECOND, -1, &step));
}

TEST(secrets_are_written_in_base32_and_read_back)
{
	char text[TOTP_TEXT + 1];
	uint8_t back[TOTP_SECRET];
	totp_write(SECRET.p, text);
	assert_string_equal(text, "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
	assert_true(totp_read(text, back));
	assert_memory_equal(back, SECRET.p, TOTP_SECRET);
	text[5] = '1';
	assert_false(totp_read(text, back));
	text[5] = 'g';
	assert_false(totp_read(text, back));
	assert_false(totp_read("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJ", back));
	assert_false(totp_read("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQA", back));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(codes_are_those_of_rfc_4226_appendix_d),
		cmocka_unit_test(codes_are_those_of_rfc_6238_appendix_b),
		cmocka_unit_test(a_code_is_taken_one_step_early_or_late_and_no_more),
		cmocka_unit_test(a_code_is_taken_once),
		cmocka_unit_test(nothing_but_six_digits_is_a_code),
		cmocka_unit_test(secrets_are_written_in_base32_and_read_back),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
