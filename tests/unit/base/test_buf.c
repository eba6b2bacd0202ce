#include "test.h"

#include "base/buf.h"

TEST(every_writer_appends_its_form)
{
	struct buf b;
	buf_init(&b, 1000);
	buf_add(&b, "ab", 2);
	buf_add(&b, NULL, 0);
	buf_add_bytes(&b, BYTES_LIT("c"));
	buf_add_str(&b, "d ");
	buf_add_char(&b, '|');
	buf_add_hex(&b, "\x00\xff", 2);
	buf_add_char(&b, '|');
	buf_add_base64(&b, "f", 1);
	buf_add_char(&b, '|');
	buf_add_u64(&b, 0);
	buf_add_char(&b, '|');
	buf_add_u64(&b, UINT64_MAX);
	buf_printf(&b, "|%s=%d|", "x", -3);
	buf_add_be16(&b, 0x4142);
	buf_add_be32(&b, 0x43444546);
	memcpy(buf_grow(&b, 2), "yz", 2);
	assert_int_equal(buf_end(&b, "it"), TOCSIN_OK);
	assert_true(bytes_equal_str(buf_bytes(&b), "abcd |00ff|Zg==|0|18446744073709551615|x=-3|ABCDEFyz"));
	buf_free(&b);
	assert_int_equal(b.max, 0);
	buf_free(&b);
}

TEST(exactly_the_maximum_fits_and_one_byte_more_fails_whole)
{
	for (int secret = 0; secret < 2; secret++)
		for (size_t max = 0; max < 300; max += 7) {
			struct buf b;
			secret ? buf_init_secret(&b, max) : buf_init(&b, max);
			for (size_t i = 0; i < max; i++)
				buf_add_char(&b, 'x');
			assert_int_equal(buf_end(&b, "it"), TOCSIN_OK);
			assert_int_equal(b.n, max);
			buf_add_char(&b, 'y');
			assert_true(b.failed);
			assert_int_equal(b.n, max);
			assert_null(buf_grow(&b, 0));
			assert_null(buf_detach(&b, NULL));
			buf_free(&b);
		}
}

TEST(a_failed_buffer_stays_as_it_was_and_says_what_failed)
{
	struct buf b;
	buf_init(&b, 4);
	buf_add_str(&b, "abc");
	buf_add_str(&b, "de");
	buf_add_char(&b, 'f');
	buf_printf(&b, "%s", "");
	buf_add_hex(&b, "", 0);
	buf_add_u64(&b, 1);
	assert_true(bytes_equal_str(buf_bytes(&b), "abc"));
	assert_int_equal(buf_end(&b, "the card"), TOCSIN_BROKEN);
	assert_non_null(strstr(fail_sentence(), "the card"));
	buf_clear(&b);
	buf_add_str(&b, "abcd");
	assert_int_equal(buf_end(&b, "the card"), TOCSIN_OK);
	buf_free(&b);
}

TEST(each_writer_fails_at_the_maximum)
{
	static const char three[] = "abc";
	for (int writer = 0; writer < 7; writer++) {
		struct buf b;
		buf_init(&b, 1);
		switch (writer) {
		case 0: buf_add_hex(&b, three, 1); break;
		case 1: buf_add_base64(&b, three, 1); break;
		case 2: buf_add_be16(&b, 1); break;
		case 3: buf_add_be32(&b, 1); break;
		case 4: buf_add_u64(&b, 10); break;
		case 5: buf_printf(&b, "%s", "ab"); break;
		case 6: assert_null(buf_grow(&b, SIZE_MAX)); break;
		}
		assert_true(b.failed);
		assert_int_equal(b.n, 0);
		buf_free(&b);
	}
	struct buf b;
	buf_init(&b, SIZE_MAX);
	buf_add_str(&b, "abc");
	assert_null(buf_grow(&b, SIZE_MAX - 2));
	assert_true(b.failed);
	buf_clear(&b);
	buf_add_hex(&b, three, SIZE_MAX / 2 + 1);
	assert_true(b.failed);
	buf_free(&b);
}

TEST(detached_memory_ends_in_NUL_and_leaves_an_empty_buffer)
{
	struct buf b;
	size_t n;
	buf_init(&b, 64);
	for (size_t i = 0; i < 64; i++)
		buf_add_char(&b, 'x');
	char *p = buf_detach(&b, &n);
	assert_int_equal(n, 64);
	assert_int_equal(strlen(p), 64);
	assert_int_equal(b.n, 0);
	free(p);
	buf_add_str(&b, "again");
	p = buf_detach(&b, NULL);
	assert_string_equal(p, "again");
	free(p);
	p = buf_detach(&b, &n);
	assert_string_equal(p, "");
	assert_int_equal(n, 0);
	free(p);
	buf_free(&b);
}

TEST(a_secret_buffer_keeps_its_content_while_it_grows_and_wipes_it_when_cleared)
{
	struct buf b;
	buf_init_secret(&b, 100000);
	for (uint32_t i = 0; i < 25000; i++)
		buf_add_be32(&b, i);
	for (uint32_t i = 0; i < 25000; i++)
		assert_int_equal(be32_get(b.p + (size_t)4 * i), i);
	buf_clear(&b);
	for (size_t i = 0; i < 100000; i++)
		assert_int_equal(b.p[i], 0);
	buf_free(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_writer_appends_its_form),
		cmocka_unit_test(exactly_the_maximum_fits_and_one_byte_more_fails_whole),
		cmocka_unit_test(a_failed_buffer_stays_as_it_was_and_says_what_failed),
		cmocka_unit_test(each_writer_fails_at_the_maximum),
		cmocka_unit_test(detached_memory_ends_in_NUL_and_leaves_an_empty_buffer),
		cmocka_unit_test(a_secret_buffer_keeps_its_content_while_it_grows_and_wipes_it_when_cleared),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
