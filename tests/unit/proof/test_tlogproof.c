#include "sample.h"

#define HASH "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="

static struct sample_key logk;
static struct hash leaf[11];
static struct buf proof, request, note;

static int make_proof(void **state)
{
	(void)state;
	logk = sample_key("south.example/log/1", NOTE_ED25519, 1);
	for (int i = 0; i < 11; i++)
		leaf[i] = sample_hash((uint8_t)i);
	struct checkpoint c = { .size = 11, .root = merkle_root(leaf, 11) };
	memcpy(c.origin, "south.example/log/1", 20);
	struct buf text;
	struct merkle_proof p;
	buf_init(&text, 1024);
	buf_init(&note, LIMIT_NOTE);
	buf_init(&proof, LIMIT_NOTE);
	buf_init(&request, LIMIT_NOTE);
	checkpoint_format(&c, &text);
	sample_note(&note, &logk, buf_bytes(&text));
	merkle_prove_in(leaf, 11, 6, &p);
	tlogproof_format(&proof, 6, &p, buf_bytes(&note));
	witness_request_format(&request, 8, &p, buf_bytes(&note));
	buf_free(&text);
	return 0;
}

static int drop_proof(void **state)
{
	(void)state;
	buf_free(&proof);
	buf_free(&request);
	buf_free(&note);
	return 0;
}

static bool verifies(void *arg, struct bytes b)
{
	struct tlogproof p;
	struct checkpoint c;
	return tlogproof_parse(b, &p) == TOCSIN_OK && tlogproof_verify(&p, &leaf[6], arg, &c) == TOCSIN_OK;
}

static bool parses(void *arg, struct bytes b)
{
	(void)arg;
	struct tlogproof p;
	return tlogproof_parse(b, &p) == TOCSIN_OK;
}

static bool request_parses(void *arg, struct bytes b)
{
	(void)arg;
	struct witness_request r;
	struct checkpoint c;
	return witness_request_parse(b, &r) == TOCSIN_OK && checkpoint_open(r.note, &logk.k, &c) == TOCSIN_OK;
}

static void proves(void **state)
{
	(void)state;
	struct tlogproof p;
	struct checkpoint c;
	assert_int_equal(tlogproof_parse(buf_bytes(&proof), &p), TOCSIN_OK);
	assert_int_equal(p.index, 6);
	assert_int_equal(p.proof.n, 4);
	assert_int_equal(p.extra.n, 0);
	assert_true(bytes_equal(p.note, buf_bytes(&note)));
	assert_int_equal(tlogproof_verify(&p, &leaf[6], &logk.k, &c), TOCSIN_OK);
	assert_int_equal(c.size, 11);
	assert_int_equal(tlogproof_verify(&p, &leaf[7], &logk.k, &c), TOCSIN_REFUSED);
	p.index = 11;
	assert_int_equal(tlogproof_verify(&p, &leaf[6], &logk.k, &c), TOCSIN_REFUSED);
	p.index = 6;
	struct sample_key other = sample_key("south.example/log/1", NOTE_ED25519, 2);
	assert_int_equal(tlogproof_verify(&p, &leaf[6], &other.k, &c), TOCSIN_REFUSED);
}

static void spoiled(void **state)
{
	(void)state;
	sample_cut(verifies, &logk.k, buf_bytes(&proof));
	/* Leaving out or doubling any line spoils it; so does any swap. */
	static const char *const none[] = { NULL };
	sample_disorder(verifies, &logk.k, buf_bytes(&proof), none);
	for (size_t i = 0; i < proof.n; i++) {
		proof.p[i] ^= 1;
		if (sample_try(verifies, &logk.k, buf_bytes(&proof)))
			fail_msg("accepted with byte %zu changed", i);
		proof.p[i] ^= 1;
	}
}

static void head_lines(void **state)
{
	(void)state;
	static const struct { const char *from, *to; bool ok; } c[] = {
		{ "index 6", "extra aGVsbG8=\nindex 6", true },
		{ "index 6", "extra aGVsbG9=\nindex 6", false }, { "index 6", "extra aGVsbG8\nindex 6", false }, { "index 6",
			"extra \nindex 6", false },
		{ "index 6", "extra aGVsbG8=\nextra aGVsbG8=\nindex 6", false }, { "index 6", "index 6\nextra aGVsbG8=", false },
		{ "index 6", "index 06", false }, { "index 6", "index -6", false }, { "index 6", "index 9223372036854775807", false },
		{ "index 6", "index 9223372036854775806", true }, { "@v1", "@v2", false }, { "c2sp", "C2SP", false },
	};
	for (size_t i = 0; i < sizeof c / sizeof c[0]; i++)
		sample_replace(parses, NULL, buf_bytes(&proof), c[i].from, c[i].to, c[i].ok);
	struct tlogproof p;
	struct buf b;
	buf_init(&b, LIMIT_NOTE);
	buf_add_str(&b, "c2sp.org/tlog-proof@v1\nextra aGVsbG8=\nindex 0\n\nnote");
	assert_int_equal(tlogproof_parse(buf_bytes(&b), &p), TOCSIN_OK);
	assert_true(bytes_equal_str(p.extra, "aGVsbG8="));
	static const uint8_t extra[4097];
	for (size_t n = 4096; n <= sizeof extra; n++) {
		buf_clear(&b);
		buf_add_str(&b, "c2sp.org/tlog-proof@v1\nextra ");
		buf_add_base64(&b, extra, n);
		buf_add_str(&b, "\nindex 0\n\nnote");
		assert_int_equal(tlogproof_parse(buf_bytes(&b), &p), n == 4096 ? TOCSIN_OK : TOCSIN_BAD);
	}
	buf_free(&b);
}

static void hash_limits(void **state)
{
	(void)state;
	struct buf b;
	struct tlogproof p;
	struct witness_request r;
	buf_init(&b, LIMIT_NOTE);
	for (int n = LIMIT_PROOF_HASHES; n <= LIMIT_PROOF_HASHES + 1; n++) {
		enum tocsin_err want = n > LIMIT_PROOF_HASHES ? TOCSIN_BAD : TOCSIN_OK;
		buf_clear(&b);
		buf_add_str(&b, "c2sp.org/tlog-proof@v1\nindex 0\n");
		for (int i = 0; i < n; i++)
			buf_add_str(&b, HASH "\n");
		buf_add_str(&b, "\nnote");
		assert_int_equal(tlogproof_parse(buf_bytes(&b), &p), want);
		buf_clear(&b);
		buf_add_str(&b, "old 5\n");
		for (int i = 0; i < n; i++)
			buf_add_str(&b, HASH "\n");
		buf_add_str(&b, "\nnote");
		assert_int_equal(witness_request_parse(buf_bytes(&b), &r), want);
	}
	for (size_t n = LIMIT_CHECKPOINT_NOTE; n <= LIMIT_CHECKPOINT_NOTE + 1; n++) {
		enum tocsin_err want = n > LIMIT_CHECKPOINT_NOTE ? TOCSIN_BAD : TOCSIN_OK;
		buf_clear(&b);
		buf_add_str(&b, "old 5\n\n");
		uint8_t *z = buf_grow(&b, n);
		assert_non_null(z);
		memset(z, 'a', n);
		assert_int_equal(witness_request_parse(buf_bytes(&b), &r), want);
		buf_clear(&b);
		buf_add_str(&b, "c2sp.org/tlog-proof@v1\nindex 0\n\n");
		z = buf_grow(&b, n);
		assert_non_null(z);
		memset(z, 'a', n);
		assert_int_equal(tlogproof_parse(buf_bytes(&b), &p), want);
	}
	buf_free(&b);
	struct hash h;
	assert_true(proof_hash_line(BYTES_LIT(HASH), &h));
	assert_false(proof_hash_line(BYTES_LIT("AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh9="), &h));
	assert_false(proof_hash_line(BYTES_LIT("AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHg=="), &h));
	assert_false(proof_hash_line(BYTES_LIT("AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8"), &h));
	assert_false(proof_hash_line(BYTES_LIT(""), &h));
}

static void witness_requests(void **state)
{
	(void)state;
	struct witness_request r;
	assert_int_equal(witness_request_parse(buf_bytes(&request), &r), TOCSIN_OK);
	assert_int_equal(r.old, 8);
	assert_int_equal(r.proof.n, 4);
	assert_true(bytes_equal(r.note, buf_bytes(&note)));
	sample_cut(request_parses, NULL, buf_bytes(&request));
	static const struct { const char *from, *to; bool ok; } c[] = {
		{ "old 8", "old 0", true }, { "old 8", "old 08", false }, { "old 8", "old", false }, { "old 8", "Old 8", false },
			{ "old 8", "old 9223372036854775808", false },
		{ "old 8\n", "old 8\n\n", false }, { "old 8\n", "old 8\nold 8\n", false }, { "old 8\n", "old 8\n" HASH "\n", true },
			{ "old 8\n", "old 8\n" HASH " \n", false },
		{ "\n\n", "\n", false },
	};
	for (size_t i = 0; i < sizeof c / sizeof c[0]; i++)
		sample_replace(request_parses, NULL, buf_bytes(&request), c[i].from, c[i].to, c[i].ok);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		{ "a tlog-proof shows its leaf to be in the log that signed, and no other leaf", proves, NULL, NULL, NULL },
		{ "a tlog-proof that is cut, goes on, or is changed anywhere is refused", spoiled, NULL, NULL, NULL },
		{ "extra and index take their canonical form only", head_lines, NULL, NULL, NULL },
		{ "63 hashes and a checkpoint of 16 KiB are read, one more is refused", hash_limits, NULL, NULL, NULL },
		{ "a request to a witness reads back, and is refused when malformed", witness_requests, NULL, NULL, NULL },
	};
	return cmocka_run_group_tests(tests, make_proof, drop_proof);
}
