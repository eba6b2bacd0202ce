#include "craft.h"

#include <stdio.h>

#include "seal/bech32.h"

#define A43 "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
#define A64 "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
#define SHARE "CQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
#define SALT "AAAAAAAAAAAAAAAAAAAAAA"
#define V "age-encryption.org/v1\n"
#define MAC "--- " A43 "\n"
#define X "-> X25519 " SHARE "\n" A43 "\n"
#define S(work) "-> scrypt " SALT " " work "\n" A43 "\n"

static enum tocsin_err parse(const char *text)
{
	struct age_header h;
	return age_header_parse(bytes_str(text), &h);
}

static void a_header_is_taken_apart(void **state)
{
	(void)state;
	struct age_header h;
	static const char text[] = V X "-> other a b c d e f\n" A64 "\n" A64 "\nAA\n-> empty\n\n" MAC "payload";
	assert_int_equal(age_header_parse(bytes_str(text), &h), TOCSIN_OK);
	assert_int_equal(h.n, 3);
	assert_true(bytes_equal_str(h.stanza[0].type, "X25519"));
	assert_int_equal(h.stanza[0].arg_n, 1);
	assert_true(bytes_equal_str(h.stanza[0].arg[0], SHARE));
	assert_int_equal(h.stanza[0].body_n, 32);
	assert_true(bytes_equal_str(h.stanza[1].type, "other"));
	assert_int_equal(h.stanza[1].arg_n, 6);
	assert_true(bytes_equal_str(h.stanza[1].arg[3], "d"));
	assert_int_equal(h.stanza[1].body_n, 97);
	assert_int_equal(h.stanza[2].arg_n, 0);
	assert_int_equal(h.stanza[2].body_n, 0);
	assert_int_equal(h.size, sizeof text - 1 - 7);
	assert_int_equal(h.mac_input.n, h.size - 45);
	struct age_wrapped w[2];
	assert_int_equal(age_header_wrapped(&h, w, 2), 1);
	assert_int_equal(w[0].share[0], 9);
	assert_int_equal(age_header_wrapped(&h, w, 0), 0);
}

static void what_is_well_formed_is_accepted(void **state)
{
	(void)state;
	static const char *const good[] = {
		V X MAC, V X X MAC, V S("1") MAC, V S("22") MAC,
		V "-> x25519 a\n\n" MAC,                                    /* another type: names are in their case */
		V "-> SCRYPT\n\n" X MAC,
		V "-> !\"#$%&'()*+,-./:;<=>?@[]^_`{|}~\n\n" MAC,
		V "-> full\n" A64 "\n\n" MAC,
	};
	for (size_t i = 0; i < sizeof good / sizeof good[0]; i++)
		craft_check(parse(good[i]) == TOCSIN_OK, "%s: %s", good[i], fail_sentence());
}

static void what_is_malformed_is_refused(void **state)
{
	(void)state;
	static const struct { const char *what, *text; } bad[] = {
		{ "nothing", "" },
		{ "no version", X MAC },
		{ "another version", "age-encryption.org/v2\n" X MAC },
		{ "a version with a space", "age-encryption.org/v1 \n" X MAC },
		{ "a version with CR", "age-encryption.org/v1\r\n" X MAC },
		{ "an empty line in front", "\n" V X MAC },
		{ "armor", "-----BEGIN AGE ENCRYPTED FILE-----\n" },
		{ "no stanza", V MAC },
		{ "CR behind a stanza", V "-> X25519 " SHARE "\r\n" A43 "\n" MAC },
		{ "CR behind a body", V "-> X25519 " SHARE "\n" A43 "\r\n" MAC },
		{ "CR behind the MAC", V X "--- " A43 "\r\n" },
		{ "no type", V "-> \n\n" MAC },
		{ "no space behind the arrow", V "->X25519 " SHARE "\n" A43 "\n" MAC },
		{ "two spaces", V "-> other  a\n\n" MAC },
		{ "a space at the end", V "-> other a \n\n" MAC },
		{ "a tab", V "-> other\ta\n\n" MAC },
		{ "not ASCII", V "-> \xc3\xa9t\xc3\xa9\n\n" MAC },
		{ "a control", V "-> a\x7f\n\n" MAC },
		{ "no body", V "-> other a\n" MAC },
		{ "no short line behind full lines", V "-> other a\n" A64 "\n" MAC },
		{ "a line of 65", V "-> other a\n" A64 "A\n\n" MAC },
		{ "a short line in the middle", V "-> other a\nAAAA\nAAAA\n" MAC },
		{ "padding", V "-> other a\nAA==\n" MAC },
		{ "stray bits", V "-> other a\nAB\n" MAC },
		{ "a length that is none", V "-> other a\nAAAAA\n" MAC },
		{ "the URL alphabet", V "-> other a\n__--\n" MAC },
		{ "a space in a body", V "-> other a\nAA AA\n" MAC },
		{ "no MAC", V X },
		{ "an empty MAC", V X "---\n" },
		{ "a MAC without space", V X "---" A43 "\n" },
		{ "a short MAC", V X "--- " SALT "\n" },
		{ "a long MAC", V X "--- " A43 "A\n" },
		{ "a MAC with stray bits", V X "--- AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAB\n" },
		{ "a padded MAC", V X "--- " A43 "=\n" },
		{ "a space behind the MAC", V X "--- " A43 " \n" },
		{ "a line that is neither", V X "hello\n" MAC },
		{ "X25519 without a share", V "-> X25519\n" A43 "\n" MAC },
		{ "X25519 with two arguments", V "-> X25519 " SHARE " " SHARE "\n" A43 "\n" MAC },
		{ "a short share", V "-> X25519 " SALT "\n" A43 "\n" MAC },
		{ "a long share", V "-> X25519 " SHARE "AAA\n" A43 "\n" MAC },
		{ "a share with stray bits", V "-> X25519 CQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAB\n" A43 "\n" MAC },
		{ "a padded share", V "-> X25519 " SHARE "=\n" A43 "\n" MAC },
		{ "a short wrapped key", V "-> X25519 " SHARE "\n" SALT "\n" MAC },
		{ "a long wrapped key", V "-> X25519 " SHARE "\n" A43 "AAA\n" MAC },
		{ "one bad X25519 stanza beside a good one", V X "-> X25519 " SALT "\n" A43 "\n" MAC },
		{ "scrypt beside X25519", V S("10") X MAC },
		{ "X25519 beside scrypt", V X S("10") MAC },
		{ "scrypt twice", V S("10") S("10") MAC },
		{ "scrypt beside something unknown", V S("10") "-> other\n\n" MAC },
		{ "work 23", V S("23") MAC },
		{ "work 0", V S("0") MAC },
		{ "work with a leading zero", V S("010") MAC },
		{ "work with a plus", V S("+10") MAC },
		{ "negative work", V S("-10") MAC },
		{ "hex work", V S("0xa") MAC },
		{ "work with something behind", V S("10a") MAC },
		{ "work that overflows", V S("18446744073709551626") MAC },
		{ "scrypt without work", V "-> scrypt " SALT "\n" A43 "\n" MAC },
		{ "scrypt with three arguments", V "-> scrypt " SALT " 10 10\n" A43 "\n" MAC },
		{ "a short salt", V "-> scrypt AAAA 10\n" A43 "\n" MAC },
		{ "a long salt", V "-> scrypt " SALT "AA 10\n" A43 "\n" MAC },
		{ "a short scrypt body", V "-> scrypt " SALT " 10\n" SALT "\n" MAC },
	};
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		craft_check(parse(bad[i].text) == TOCSIN_BAD, "%s was not refused", bad[i].what);
}

static void a_header_cut_anywhere_is_refused(void **state)
{
	(void)state;
	static const char text[] = V X "-> other a b\n" A64 "\nAA\n" MAC;
	struct age_header h;
	for (size_t i = 0; i < sizeof text - 1; i++) {
		uint8_t *exact = malloc(i + 1);
		assert_non_null(exact);
		memcpy(exact, text, i);
		assert_int_equal(age_header_parse(bytes_of(exact, i), &h), TOCSIN_BAD);
		free(exact);
	}
	assert_int_equal(parse(text), TOCSIN_OK);
}

static void a_share_of_low_order_is_refused_and_the_list_agrees_with_libsodium(void **state)
{
	(void)state;
	static const char *const low[] = {
		"0000000000000000000000000000000000000000000000000000000000000000",
		"0100000000000000000000000000000000000000000000000000000000000000",
		"e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
		"5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
		"ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
		"edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
		"eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
	};
	struct age_identity id = craft_identity();
	for (size_t i = 0; i < sizeof low / sizeof low[0]; i++)
		for (int high = 0; high < 2; high++) {
			uint8_t p[32], q[32];
			char b64[BASE64_SIZE(32) + 1], text[512], r[80];
			assert_true(hex_decode(bytes_str(low[i]), p, sizeof p));
			p[31] |= high ? 0x80 : 0;
			assert_int_not_equal(crypto_scalarmult(q, id.secret, p), 0);
			base64_encode(p, sizeof p, false, b64);
			snprintf(text, sizeof text, V "-> X25519 %s\n" A43 "\n" MAC, b64);
			assert_int_equal(parse(text), TOCSIN_BAD);
			snprintf(text, sizeof text, V X "-> X25519 %s\n" A43 "\n" MAC, b64);
			assert_int_equal(parse(text), TOCSIN_BAD);
			struct age_recipient rec;
			bech32_encode("age", p, sizeof p, r);
			assert_int_equal(age_recipient_parse(bytes_str(r), &rec), TOCSIN_REFUSED);
			struct age_wrapped w = { 0 };
			uint8_t key[AGE_FILE_KEY];
			memcpy(w.share, p, sizeof p);
			assert_int_equal(age_x25519_unwrap(&id, &w, key), TOCSIN_REFUSED);
		}
	/* Neighbours are points like any other. */
	uint8_t p[32] = { 2 }, q[32];
	assert_int_equal(crypto_scalarmult(q, id.secret, p), 0);
	assert_int_equal(parse(V "-> X25519 AgAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\n" A43 "\n" MAC), TOCSIN_OK);
}

static void the_limits_of_stanzas_and_bytes_hold(void **state)
{
	(void)state;
	struct age_header h;
	struct buf b;
	buf_init(&b, 1 << 20);
	for (size_t n = LIMIT_AGE_STANZAS; n <= LIMIT_AGE_STANZAS + 1; n++) {
		buf_clear(&b);
		buf_add_str(&b, V);
		for (size_t i = 0; i < n; i++)
			buf_add_str(&b, X);
		buf_add_str(&b, MAC);
		assert_int_equal(age_header_parse(buf_bytes(&b), &h), n == LIMIT_AGE_STANZAS ? TOCSIN_OK : TOCSIN_BAD);
	}
	for (size_t more = 0; more < 2; more++) {
		buf_clear(&b);
		buf_add_str(&b, V "-> ");
		while (b.n < LIMIT_AGE_HEADER - sizeof MAC + 1 - 2 + more)
			buf_add_char(&b, 'a');
		buf_add_str(&b, "\n\n" MAC "payload");
		assert_int_equal(age_header_parse(buf_bytes(&b), &h), more == 0 ? TOCSIN_OK : TOCSIN_BAD);
		assert_true(more != 0 || h.size == LIMIT_AGE_HEADER);
	}
	buf_free(&b);
}

static void a_stanza_as_written_is_read_again_at_every_length(void **state)
{
	(void)state;
	struct buf b;
	struct age_header h;
	uint8_t body[200];
	memset(body, 0x77, sizeof body);
	buf_init(&b, 4096);
	for (size_t n = 0; n <= sizeof body; n++) {
		buf_clear(&b);
		struct bytes args[2] = { BYTES_LIT("one"), BYTES_LIT("two") };
		header_begin(&b);
		header_stanza(&b, "thing", args, 2, bytes_of(body, n));
		header_end(&b, 0, craft_key);
		assert_int_equal(age_header_parse(buf_bytes(&b), &h), TOCSIN_OK);
		assert_int_equal(h.stanza[0].body_n, n);
		assert_memory_equal(h.stanza[0].body, body, n < 64 ? n : 64);
		assert_int_equal(age_header_check(&h, craft_key), TOCSIN_OK);
	}
	uint8_t other[AGE_FILE_KEY] = { 1 };
	assert_int_equal(age_header_check(&h, other), TOCSIN_REFUSED);
	buf_free(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_header_is_taken_apart),
		cmocka_unit_test(what_is_well_formed_is_accepted),
		cmocka_unit_test(what_is_malformed_is_refused),
		cmocka_unit_test(a_header_cut_anywhere_is_refused),
		cmocka_unit_test(a_share_of_low_order_is_refused_and_the_list_agrees_with_libsodium),
		cmocka_unit_test(the_limits_of_stanzas_and_bytes_hold),
		cmocka_unit_test(a_stanza_as_written_is_read_again_at_every_length),
	};
	return sodium_init() < 0 ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
