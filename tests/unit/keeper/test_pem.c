#include "kit.h"

#include "keeper/pem.h"

#define LINE "MC4CAQAwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdVhC"
#define BEGIN "-----BEGIN PRIVATE KEY-----\n"
#define END "-----END PRIVATE KEY-----\n"

static void the_key_of_rfc_8410_is_read_and_written(void **state)
{
	(void)state;
	static const char file[] = BEGIN LINE "\n" END;
	uint8_t seed[PEM_SEED], want[PEM_SEED];
	assert_true(hex_decode(BYTES_LIT("d4ee72dbf913584ad5b6d8f1f769f8ad3afe7c28cbf1d4fbe097a88f44755842"), want,
		sizeof want));
	assert_int_equal(pem_parse(bytes_str(file), seed), TOCSIN_OK);
	assert_memory_equal(seed, want, sizeof want);
	struct buf out;
	buf_init(&out, 1024);
	pem_format(seed, &out);
	assert_true(bytes_equal_str(buf_bytes(&out), file));
	buf_free(&out);
}

static void every_other_form_is_refused(void **state)
{
	(void)state;
	static const char *const bad[] = {
		"",
		BEGIN END,
		BEGIN LINE END,
		"\n" BEGIN LINE "\n" END,
		BEGIN LINE "\n" END "\n",
		BEGIN LINE "\n\n" END,
		BEGIN LINE "\r\n" END,
		BEGIN LINE LINE "\n" END,
		"-----BEGIN ENCRYPTED PRIVATE KEY-----\n" LINE "\n-----END ENCRYPTED PRIVATE KEY-----\n",
		/* X25519 */
		BEGIN "MC4CAQAwBQYDK2VuBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdVhC\n" END,
		/* another version */
		BEGIN "MC4CAQEwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdVhC\n" END,
		/* short */
		BEGIN "MC4CAQAwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdVg=\n" END,
	};
	uint8_t seed[PEM_SEED];
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		assert_int_equal(pem_parse(bytes_str(bad[i]), seed), TOCSIN_BAD);
	static const char file[] = BEGIN LINE "\n" END;
	for (size_t i = 0; i < sizeof file - 1; i++)
		assert_int_equal(pem_parse(bytes_of(file, i), seed), TOCSIN_BAD);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_key_of_rfc_8410_is_read_and_written),
		cmocka_unit_test(every_other_form_is_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
