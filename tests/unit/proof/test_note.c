#include "sample.h"

#include "proof/note.h"

#define DASH "\xe2\x80\x94 "

static struct sample_key alice, bob;

static int make_keys(void **state)
{
	(void)state;
	alice = sample_key("north.example", NOTE_ED25519, 1);
	bob = sample_key("south.example", NOTE_ED25519, 2);
	return 0;
}

static bool parses(void *arg, struct bytes b)
{
	(void)arg;
	struct note n;
	return note_parse(b, LIMIT_NOTE, &n) == TOCSIN_OK;
}

static bool verifies(void *arg, struct bytes b)
{
	struct note n;
	return note_parse(b, LIMIT_NOTE, &n) == TOCSIN_OK && note_verify(&n, arg) == TOCSIN_OK;
}

static bool key_parses(void *arg, struct bytes b)
{
	struct vkey k;
	(void)arg;
	return vkey_parse(b, &k) == TOCSIN_OK;
}

static void known_vkey(void **state)
{
	(void)state;
	/* The key and the note of the example in Go's golang.org/x/mod/sumdb/note. */
	static const char vkey[] = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
	static const char msg[] =
		"If you think cryptography is the answer to your problem,\n"
		"then you don't know what your problem is.\n"
		"\n"
		DASH "PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n";
	struct vkey k;
	struct note n;
	char text[NOTE_VKEY_MAX];
	assert_int_equal(vkey_parse(BYTES_LIT(vkey), &k), TOCSIN_OK);
	assert_string_equal(k.name, "PeterNeumann");
	assert_int_equal(k.id, 0xc74f20a3);
	assert_int_equal(k.type, NOTE_ED25519);
	vkey_format(&k, text);
	assert_string_equal(text, vkey);
	assert_int_equal(note_parse(BYTES_LIT(msg), LIMIT_NOTE, &n), TOCSIN_OK);
	assert_int_equal(n.n, 1);
	assert_int_equal(note_verify(&n, &k), TOCSIN_OK);
}

static void vkey_roundtrip(void **state)
{
	(void)state;
	/* Enough keys that some base64 holds a "+", where only the first two divide. */
	bool plus = false;
	for (int i = 0; i < 64; i++) {
		struct sample_key s = sample_key("a.example/log/1", i % 2 ? NOTE_ED25519 : NOTE_COSIGNATURE, (uint8_t)i);
		char text[NOTE_VKEY_MAX];
		struct vkey k;
		vkey_format(&s.k, text);
		plus = plus || strchr(strchr(strchr(text, '+') + 1, '+') + 1, '+') != NULL;
		assert_int_equal(vkey_parse(bytes_str(text), &k), TOCSIN_OK);
		assert_true(vkey_same(&k, &s.k));
		assert_int_equal(k.id, s.k.id);
	}
	assert_true(plus);
}

static void vkey_cut(void **state)
{
	(void)state;
	char text[NOTE_VKEY_MAX];
	vkey_format(&alice.k, text);
	sample_cut(key_parses, NULL, bytes_str(text));
	for (size_t i = 0; text[i] != '\0'; i++) {
		char was = text[i];
		text[i] = was == 'x' ? 'y' : 'x';
		if (key_parses(NULL, bytes_str(text)))
			fail_msg("accepted with byte %zu changed", i);
		text[i] = was;
	}
}

static void vkey_types_and_names(void **state)
{
	(void)state;
	struct vkey k;
	char name[LIMIT_KEY_NAME + 2];
	memset(name, 'a', sizeof name);
	name[LIMIT_KEY_NAME + 1] = '\0';
	assert_int_equal(vkey_make(name, NOTE_ED25519, alice.k.pub, &k), TOCSIN_BAD);
	name[LIMIT_KEY_NAME] = '\0';
	assert_int_equal(vkey_make(name, NOTE_ED25519, alice.k.pub, &k), TOCSIN_OK);
	static const char *const bad[] = { "", "a b", "a+b", "a\xc2\xa0" "b", "a\xe2\x80\x83" "b", "a\xe3\x80\x80" "b",
		"a\xe1\x9a\x80",
		"a\xe2\x81\x9f", "a\xe2\x80\xa8", "a\xe2\x80\xaf", "a\nb", "a\tb", "a\x7f", "\xff", "a\xc2\x85" };
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		assert_int_equal(vkey_make(bad[i], NOTE_ED25519, alice.k.pub, &k), TOCSIN_BAD);
	assert_int_equal(vkey_make("a", NOTE_MLDSA44, alice.k.pub, &k), TOCSIN_BAD);
	assert_int_equal(vkey_make("a", (enum note_type)2, alice.k.pub, &k), TOCSIN_BAD);
}

static void unsound_keys(void **state)
{
	(void)state;
	/* Low order (0, 1, order 8), a non-canonical encoding of 1, a point off the curve, one with a torsion part (order 8
	 * L). */
	static const char *const bad[] = {
		"0000000000000000000000000000000000000000000000000000000000000000",
		"0100000000000000000000000000000000000000000000000000000000000000",
		"ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
		"c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
		"c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
		"26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
		"eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
		"0200000000000000000000000000000000000000000000000000000000000000",
	};
	struct vkey k;
	uint8_t pub[32];
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		assert_true(hex_decode(bytes_str(bad[i]), pub, 32));
		assert_int_equal(vkey_make("a.example", NOTE_ED25519, pub, &k), TOCSIN_BAD);
	}
	/* A sound key plus a point of order two: on the curve, of mixed order. */
	uint8_t two[32] = { 0xec, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
		0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f };
	if (crypto_core_ed25519_add(pub, alice.k.pub, two) == 0)
		assert_int_equal(vkey_make("a.example", NOTE_ED25519, pub, &k), TOCSIN_BAD);
}

static void note_roundtrip(void **state)
{
	(void)state;
	struct bytes text = BYTES_LIT("one\n\n\xe2\x80\x94 two\n");
	struct buf b;
	struct note n;
	buf_init(&b, LIMIT_NOTE);
	sample_note(&b, &alice, text);
	sample_sign(&b, &bob, text);
	assert_int_equal(note_parse(buf_bytes(&b), LIMIT_NOTE, &n), TOCSIN_OK);
	/* The split is at the last empty line, so the text keeps its own. */
	assert_true(bytes_equal(n.text, text));
	assert_true(bytes_equal(n.all, buf_bytes(&b)));
	assert_int_equal(n.n, 2);
	assert_true(bytes_equal_str(n.sig[1].name, "south.example"));
	assert_int_equal(n.sig[1].id, bob.k.id);
	assert_int_equal(note_verify(&n, &alice.k), TOCSIN_OK);
	assert_int_equal(note_verify(&n, &bob.k), TOCSIN_OK);
	struct sample_key carol = sample_key("west.example", NOTE_ED25519, 3);
	assert_int_equal(note_verify(&n, &carol.k), TOCSIN_MISSING);
	uint8_t blob[64];
	size_t got = 0;
	assert_true(note_blob(&n.sig[0], blob, sizeof blob, &got));
	assert_int_equal(got, 64);
	assert_false(note_blob(&n.sig[0], blob, 63, &got));
	buf_free(&b);
}

static void note_cut(void **state)
{
	(void)state;
	struct buf b;
	buf_init(&b, LIMIT_NOTE);
	sample_note(&b, &alice, BYTES_LIT("one\ntwo\n"));
	sample_cut(parses, NULL, buf_bytes(&b));
	/* Every single changed bit is refused: by the grammar, by the signature, or because no line of the key is left. */
	for (size_t i = 0; i < b.n; i++) {
		for (int bit = 0; bit < 8; bit++) {
			b.p[i] ^= (uint8_t)(1 << bit);
			if (sample_try(verifies, &alice.k, buf_bytes(&b)))
				fail_msg("accepted with bit %d of byte %zu changed", bit, i);
			b.p[i] ^= (uint8_t)(1 << bit);
		}
	}
	buf_free(&b);
}

static void malformed_notes(void **state)
{
	(void)state;
	static const char *const bad[] = {
		"", "\n", "\n\n", "a\n", "a\n\n", "a\n\n\n", "\n\n" DASH "a AAAAAAAA\n\n",
		"a\n\n" DASH "a AAAAAAA=",                      /* no newline at the end */
		"a\n" DASH "a AAAAAAA=\n",                      /* no empty line */
		"a\n\n- a AAAAAAA=\n",                          /* not the em dash */
		"a\n\n" DASH " AAAAAAA=\n",                     /* no name */
		"a\n\n" DASH "a  AAAAAAA=\n", "a\n\n" DASH "a AAAAAAA= \n", "a\n\n " DASH "a AAAAAAA=\n",
		"a\n\n" DASH "a\n", "a\n\n" DASH "a \n",
		"a\n\n" DASH "a AAAAAA==\n",                    /* a key id and nothing behind it */
		"a\n\n" DASH "a AAAAAAB=\n",                    /* stray bits */
		"a\n\n" DASH "a AAAAAAA\n",                     /* no padding */
		"a\n\n" DASH "a+b AAAAAAA=\n", "a\n\n" DASH "a\xc2\xa0" "b AAAAAAA=\n", "a\n\n" DASH "\xff AAAAAAA=\n",
		"a\tb\n\n" DASH "a AAAAAAA=\n", "a\r\n\n" DASH "a AAAAAAA=\n", "\xc0\x80\n\n" DASH "a AAAAAAA=\n",
		"\x7f\n\n" DASH "a AAAAAAA=\n",
		"a\n\n" DASH "a AAAAAAA=\n" DASH "a AAAAAAA=\n",      /* the same line twice */
		"a\n\n" DASH "a AAAAAAA=\nb\n",
	};
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		if (sample_try_str(parses, NULL, bad[i]))
			fail_msg("accepted: %s", bad[i]);
	}
	assert_true(sample_try_str(parses, NULL, "a\n\n" DASH "a AAAAAAA=\n"));
	assert_true(sample_try_str(parses, NULL, "a\n\n" DASH "a AAAAAAA=\n" DASH "b AAAAAAA=\n"));
	static const char nul[] = "a\0b\n\n" DASH "a AAAAAAA=\n";
	assert_false(sample_try(parses, NULL, bytes_of(nul, sizeof nul - 1)));
}

static void note_limits(void **state)
{
	(void)state;
	struct buf b;
	struct note n;
	buf_init(&b, LIMIT_NOTE * 2);
	note_begin(&b, BYTES_LIT("a\n"));
	for (int i = 0; i < LIMIT_SIGNATURES; i++)
		buf_printf(&b, DASH "k%d AAAAAAA=\n", i);
	assert_int_equal(note_parse(buf_bytes(&b), LIMIT_NOTE, &n), TOCSIN_OK);
	assert_int_equal(n.n, LIMIT_SIGNATURES);
	assert_int_equal(note_parse(buf_bytes(&b), b.n, &n), TOCSIN_OK);
	assert_int_equal(note_parse(buf_bytes(&b), b.n - 1, &n), TOCSIN_BAD);
	buf_add_str(&b, DASH "more AAAAAAA=\n");
	assert_int_equal(note_parse(buf_bytes(&b), LIMIT_NOTE, &n), TOCSIN_BAD);
	/* A post-quantum cosignature (3.3 kB in base64) is kept and ignored. */
	static const uint8_t large[4 + 8 + 2420] = { 6 };
	buf_clear(&b);
	sample_note(&b, &alice, BYTES_LIT("a\n"));
	buf_add_str(&b, DASH "pq.example/witness ");
	buf_add_base64(&b, large, sizeof large);
	buf_add_str(&b, "\n");
	assert_int_equal(note_parse(buf_bytes(&b), LIMIT_NOTE, &n), TOCSIN_OK);
	assert_int_equal(note_verify(&n, &alice.k), TOCSIN_OK);
	buf_free(&b);
}

static void known_key_that_fails(void **state)
{
	(void)state;
	struct bytes text = BYTES_LIT("a\n");
	struct buf b;
	struct note n;
	uint8_t sig[80] = { 0 };
	buf_init(&b, LIMIT_NOTE);
	sample_note(&b, &alice, text);
	sample_sign(&b, &bob, BYTES_LIT("b\n"));
	assert_int_equal(note_parse(buf_bytes(&b), LIMIT_NOTE, &n), TOCSIN_OK);
	assert_int_equal(note_verify(&n, &alice.k), TOCSIN_OK);
	assert_int_equal(note_verify(&n, &bob.k), TOCSIN_REFUSED);
	/* A second line of the same key that fails spoils the good first one. */
	note_add_line(&b, &alice.k, sig, 64);
	assert_int_equal(note_parse(buf_bytes(&b), LIMIT_NOTE, &n), TOCSIN_OK);
	assert_int_equal(note_verify(&n, &alice.k), TOCSIN_REFUSED);
	/* A good signature with bytes behind it, or cut. */
	for (size_t size = 1; size <= 72; size++) {
		crypto_sign_detached(sig, NULL, text.p, text.n, alice.secret);
		buf_clear(&b);
		note_begin(&b, text);
		note_add_line(&b, &alice.k, sig, size);
		assert_int_equal(note_parse(buf_bytes(&b), LIMIT_NOTE, &n), TOCSIN_OK);
		assert_int_equal(note_verify(&n, &alice.k), size == 64 ? TOCSIN_OK : TOCSIN_REFUSED);
	}
	/* S + L is the same number: libsodium, and so we, take the canonical one only. */
	static const uint8_t l[32] = { 0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9,
		0xde, 0x14,
		0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x10 };
	unsigned carry = 0;
	for (int i = 0; i < 32; i++) {
		carry += sig[32 + i] + l[i];
		sig[32 + i] = (uint8_t)carry;
		carry >>= 8;
	}
	assert_false(note_ed25519_ok(alice.k.pub, text, sig));
	/* A cosigning key is no signing key, even where its signature would fit. */
	struct sample_key w = sample_key("north.example", NOTE_COSIGNATURE, 1);
	assert_int_equal(note_verify(&n, &w.k), TOCSIN_REFUSED);
	buf_clear(&b);
	note_add_line(&b, &alice.k, sig, 73);
	assert_true(b.failed);
	buf_free(&b);
}

static void note_split_takes_one(void **state)
{
	(void)state;
	struct bytes note, rest;
	static const char two[] = "a\nb\n\n" DASH "k AAAAAAA=\n" DASH "l AAAAAAA=\n\nc\n\n" DASH "k AAAAAAA=\n";
	assert_int_equal(note_split(BYTES_LIT(two), &note, &rest), TOCSIN_OK);
	assert_true(bytes_equal_str(note, "a\nb\n\n" DASH "k AAAAAAA=\n" DASH "l AAAAAAA=\n"));
	assert_true(bytes_equal_str(rest, "\nc\n\n" DASH "k AAAAAAA=\n"));
	static const char *const bad[] = { "", "a", "a\n", "a\n\n", "\na\n\n" DASH "k A\n", "a\n\nb\n\n" DASH "k A\n",
		"a\n\n" DASH "k AAAAAAA=", "\n\n" DASH "k A\n" };
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		assert_int_equal(note_split(bytes_str(bad[i]), &note, &rest), TOCSIN_BAD);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		{ "the verifier key and note of Go's implementation verify", known_vkey, NULL, NULL, NULL },
		{ "a verifier key with a plus sign in its base64 reads back", vkey_roundtrip, NULL, NULL, NULL },
		{ "a verifier key that is cut or changed anywhere is refused", vkey_cut, NULL, NULL, NULL },
		{ "unknown types, long names and names with spaces or plus signs are refused", vkey_types_and_names, NULL, NULL,
			NULL },
		{ "keys of low or mixed order, off the curve or not canonical are refused", unsound_keys, NULL, NULL, NULL },
		{ "a note splits at its last empty line and each of its signatures verifies", note_roundtrip, NULL, NULL, NULL },
		{ "a note that is cut, goes on, or has any bit changed is refused", note_cut, NULL, NULL, NULL },
		{ "malformed notes are refused", malformed_notes, NULL, NULL, NULL },
		{ "a note with one signature or one byte over the limit is refused", note_limits, NULL, NULL, NULL },
		{ "a known key's line that fails refuses the note, whatever else it bears", known_key_that_fails, NULL, NULL, NULL },
		{ "one note is split from what follows it", note_split_takes_one, NULL, NULL, NULL },
	};
	return cmocka_run_group_tests(tests, make_keys, NULL);
}
