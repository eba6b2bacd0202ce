#include "craft.h"

#include "seal/hkdf.h"

static void check(struct bytes got, const char *hex)
{
	uint8_t want[HKDF_SIZE];
	assert_true(hex_decode(bytes_str(hex), want, sizeof want));
	assert_int_equal(got.n, sizeof want);
	assert_memory_equal(got.p, want, sizeof want);
}

static void hmac_gives_the_vectors_of_rfc_4231(void **state)
{
	(void)state;
	uint8_t key[25], message[50], out[HKDF_SIZE];
	memset(key, 0x0b, 20);
	hkdf_hmac(bytes_of(key, 20), BYTES_LIT("Hi There"), out);
	check(bytes_of(out, sizeof out), "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
	hkdf_hmac(BYTES_LIT("Jefe"), BYTES_LIT("what do ya want for nothing?"), out);
	check(bytes_of(out, sizeof out), "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
	memset(key, 0xaa, 20);
	memset(message, 0xdd, 50);
	hkdf_hmac(bytes_of(key, 20), bytes_of(message, 50), out);
	check(bytes_of(out, sizeof out), "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe");
}

static void hmac_agrees_with_libsodium_for_every_length_around_a_block(void **state)
{
	(void)state;
	uint8_t key[64], message[400], ours[HKDF_SIZE], theirs[HKDF_SIZE];
	memset(key, 0x5a, sizeof key);
	memset(message, 0xc3, sizeof message);
	for (size_t k = 0; k <= sizeof key; k += 16)
		for (size_t n = 0; n <= sizeof message; n++) {
			crypto_auth_hmacsha256_state s;
			hkdf_hmac(bytes_of(key, k), bytes_of(message, n), ours);
			crypto_auth_hmacsha256_init(&s, key, k);
			crypto_auth_hmacsha256_update(&s, message, n);
			crypto_auth_hmacsha256_final(&s, theirs);
			assert_memory_equal(ours, theirs, sizeof ours);
		}
}

static void hkdf_gives_the_vector_of_rfc_5869_without_salt(void **state)
{
	(void)state;
	uint8_t ikm[22], out[HKDF_SIZE];
	memset(ikm, 0x0b, sizeof ikm);
	hkdf(bytes_of(ikm, sizeof ikm), bytes_of(NULL, 0), "", out);
	check(bytes_of(out, sizeof out), "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d");
}

static void the_salt_and_the_info_matter(void **state)
{
	(void)state;
	uint8_t a[HKDF_SIZE], b[HKDF_SIZE], c[HKDF_SIZE];
	hkdf(BYTES_LIT("key"), BYTES_LIT("salt"), "header", a);
	hkdf(BYTES_LIT("key"), BYTES_LIT("salt"), "payload", b);
	hkdf(BYTES_LIT("key"), BYTES_LIT("tlas"), "header", c);
	assert_memory_not_equal(a, b, sizeof a);
	assert_memory_not_equal(a, c, sizeof a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(hmac_gives_the_vectors_of_rfc_4231),
		cmocka_unit_test(hmac_agrees_with_libsodium_for_every_length_around_a_block),
		cmocka_unit_test(hkdf_gives_the_vector_of_rfc_5869_without_salt),
		cmocka_unit_test(the_salt_and_the_info_matter),
	};
	return sodium_init() < 0 ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
