#include "test.h"

#include <pthread.h>
#include <sodium.h>

#include "base/sha256.h"

static void assert_hex(struct hash h, const char *hex)
{
	char text[2 * SHA256_SIZE + 1];
	hex_encode(h.b, sizeof h.b, text);
	assert_string_equal(text, hex);
}

TEST(the_vectors_of_FIPS_180_hold)
{
	assert_hex(sha256(bytes_of(NULL, 0)), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
	assert_hex(sha256(BYTES_LIT("abc")), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
	assert_hex(sha256(BYTES_LIT("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq")),
	           "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
}

/* Another implementation, every length around the block sizes, whole and in pieces. */
TEST(every_way_of_hashing_agrees_with_libsodium)
{
	uint8_t data[700];
	for (size_t i = 0; i < sizeof data; i++)
		data[i] = (uint8_t)(i * 7 + i / 256);
	for (size_t n = 1; n <= sizeof data; n++) {
		uint8_t expected[32];
		crypto_hash_sha256(expected, data, n);
		struct hash h = sha256(bytes_of(data, n));
		assert_memory_equal(h.b, expected, 32);
		size_t cut = 1 + n / 3;
		h = sha256_prefixed(data[0], bytes_of(data + 1, cut - 1), bytes_of(data + cut, n - cut));
		assert_memory_equal(h.b, expected, 32);
		h = sha256_prefixed(data[0], bytes_of(data + 1, n - 1), bytes_of(NULL, 0));
		assert_memory_equal(h.b, expected, 32);
		struct sha256 *s = sha256_new();
		assert_non_null(s);
		sha256_add(s, bytes_of(data, cut));
		/* A hash in between must not disturb the stream. */
		(void)sha256(BYTES_LIT("x"));
		sha256_add(s, bytes_of(NULL, 0));
		sha256_add(s, bytes_of(data + cut, n - cut));
		h = sha256_end(s);
		assert_memory_equal(h.b, expected, 32);
		assert_true(bytes_equal(hash_bytes(&h), bytes_of(expected, 32)));
	}
}

TEST(a_stream_can_be_left_unfinished)
{
	struct sha256 *s = sha256_new();
	sha256_add(s, BYTES_LIT("abc"));
	sha256_free(s);
	sha256_free(NULL);
}

static void *hash_many(void *arg)
{
	struct hash *out = arg;
	for (int i = 0; i < 2000; i++)
		*out = sha256_prefixed(1, hash_bytes(out), hash_bytes(out));
	return NULL;
}

TEST(threads_do_not_disturb_each_other)
{
	struct hash chains[4] = { 0 };
	pthread_t threads[4];
	for (size_t i = 0; i < 4; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, hash_many, &chains[i]), 0);
	for (size_t i = 0; i < 4; i++)
		pthread_join(threads[i], NULL);
	struct hash alone = { 0 };
	hash_many(&alone);
	for (size_t i = 0; i < 4; i++)
		assert_true(hash_equal(&chains[i], &alone));
	alone.b[31] ^= 1;
	assert_false(hash_equal(&chains[0], &alone));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_vectors_of_FIPS_180_hold),
		cmocka_unit_test(every_way_of_hashing_agrees_with_libsodium),
		cmocka_unit_test(a_stream_can_be_left_unfinished),
		cmocka_unit_test(threads_do_not_disturb_each_other),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
