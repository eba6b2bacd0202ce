#include "sample.h"

#define DASH "\xe2\x80\x94 "
#define ROOT "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="
static const char good[] = "north.example/log/1\n4096\n" ROOT "\n";

static struct sample_key logk, w1, w2;

static int make_keys(void **state)
{
	(void)state;
	logk = sample_key("north.example/log/1", NOTE_ED25519, 1);
	w1 = sample_key("east.example/witness", NOTE_COSIGNATURE, 2);
	w2 = sample_key("west.example/witness", NOTE_COSIGNATURE, 3);
	return 0;
}

static bool parses(void *arg, struct bytes b)
{
	(void)arg;
	struct checkpoint c;
	return checkpoint_parse(b, &c) == TOCSIN_OK;
}

static void reads_back(void **state)
{
	(void)state;
	struct checkpoint c;
	struct buf b;
	buf_init(&b, 1024);
	assert_int_equal(checkpoint_parse(BYTES_LIT(good), &c), TOCSIN_OK);
	assert_string_equal(c.origin, "north.example/log/1");
	assert_int_equal(c.size, 4096);
	for (int i = 0; i < 32; i++)
		assert_int_equal(c.root.b[i], i);
	checkpoint_format(&c, &b);
	assert_true(bytes_equal_str(buf_bytes(&b), good));
	buf_free(&b);
}

static void malformed(void **state)
{
	(void)state;
	static const char *const none[] = { NULL };
	sample_cut(parses, NULL, BYTES_LIT(good));
	sample_disorder(parses, NULL, BYTES_LIT(good), none);
	static const struct { const char *from, *to; bool ok; } c[] = {
		{ "4096", "0", true }, { "4096", "9223372036854775807", true }, { "4096", "9223372036854775808", false },
		{ "4096", "04096", false }, { "4096", "-1", false }, { "4096", "+1", false }, { "4096", "", false }, { "4096", "1e3",
			false },
		{ "8=\n", "9=\n", false },                                 /* stray bits */
		{ "8=\n", "8\n", false }, { ROOT, "AAEC", false }, { ROOT, "A" ROOT, false }, { "AAEC", "AA-C", false },
		{ "north.example/log/1", "north example", false }, { "north.example/log/1", "north+example", false },
			{ "north.example/log/1", "", false },
		{ ROOT "\n", ROOT "\next\n", false }, { "north.example/log/1", "sum.golang.org", true },
	};
	for (size_t i = 0; i < sizeof c / sizeof c[0]; i++)
		sample_replace(parses, NULL, BYTES_LIT(good), c[i].from, c[i].to, c[i].ok);
}

static void opens(void **state)
{
	(void)state;
	struct checkpoint c;
	struct buf b;
	buf_init(&b, LIMIT_NOTE);
	sample_note(&b, &logk, BYTES_LIT(good));
	assert_int_equal(checkpoint_open(buf_bytes(&b), &logk.k, &c), TOCSIN_OK);
	assert_int_equal(c.size, 4096);
	/* Another origin's key, another key of the same name, another text under the same signature, no signature of the
	 * log. */
	struct sample_key other = sample_key("north.example/log/2", NOTE_ED25519, 1);
	assert_int_equal(checkpoint_open(buf_bytes(&b), &other.k, &c), TOCSIN_REFUSED);
	other = sample_key("north.example/log/1", NOTE_ED25519, 9);
	assert_int_equal(checkpoint_open(buf_bytes(&b), &other.k, &c), TOCSIN_REFUSED);
	b.p[strlen("north.example/log/1\n")] = '5';
	assert_int_equal(checkpoint_open(buf_bytes(&b), &logk.k, &c), TOCSIN_REFUSED);
	buf_clear(&b);
	note_begin(&b, BYTES_LIT(good));
	sample_cosign(&b, &w1, 1, BYTES_LIT(good));
	assert_int_equal(checkpoint_open(buf_bytes(&b), &logk.k, &c), TOCSIN_REFUSED);
	assert_int_equal(checkpoint_open(BYTES_LIT(good), &logk.k, &c), TOCSIN_BAD);
	buf_clear(&b);
	sample_note(&b, &logk, BYTES_LIT("north.example/log/1\n4096\n" ROOT "\nextension\n"));
	assert_int_equal(checkpoint_open(buf_bytes(&b), &logk.k, &c), TOCSIN_BAD);
	/* A checkpoint over its limit is refused before anything is verified. */
	buf_clear(&b);
	sample_note(&b, &logk, BYTES_LIT(good));
	static const uint8_t large[2000];
	while (b.n <= LIMIT_CHECKPOINT_NOTE) {
		buf_printf(&b, DASH "k%zu ", b.n);
		buf_add_base64(&b, large, sizeof large);
		buf_add_str(&b, "\n");
	}
	assert_int_equal(checkpoint_open(buf_bytes(&b), &logk.k, &c), TOCSIN_BAD);
	buf_free(&b);
}

static void cosignatures(void **state)
{
	(void)state;
	struct buf b, m;
	struct note n;
	uint64_t time = 0;
	buf_init(&b, LIMIT_NOTE);
	buf_init(&m, LIMIT_NOTE);
	cosignature_message(&m, 1700000000, BYTES_LIT("a\nb\n"));
	assert_true(bytes_equal_str(buf_bytes(&m), "cosignature/v1\ntime 1700000000\na\nb\n"));
	sample_note(&b, &logk, BYTES_LIT(good));
	sample_cosign(&b, &w1, 1700000010, BYTES_LIT(good));
	sample_cosign(&b, &w1, 1700000005, BYTES_LIT(good));
	sample_cosign(&b, &w1, 1700000020, BYTES_LIT(good));
	assert_int_equal(note_parse(buf_bytes(&b), LIMIT_NOTE, &n), TOCSIN_OK);
	assert_int_equal(cosignature_verify(&n, &w1.k, &time), TOCSIN_OK);
	assert_int_equal(time, 1700000005);
	assert_int_equal(cosignature_verify(&n, &w2.k, &time), TOCSIN_MISSING);
	/* The log's own key is no witness, and a witness's name under another key neither. */
	assert_int_equal(cosignature_verify(&n, &logk.k, &time), TOCSIN_REFUSED);
	struct sample_key other = sample_key("east.example/witness", NOTE_COSIGNATURE, 9);
	assert_int_equal(cosignature_verify(&n, &other.k, &time), TOCSIN_MISSING);
	/* One line of a known witness that fails refuses it. */
	sample_cosign(&b, &w1, 1700000001, BYTES_LIT("another\n"));
	assert_int_equal(note_parse(buf_bytes(&b), LIMIT_NOTE, &n), TOCSIN_OK);
	assert_int_equal(cosignature_verify(&n, &w1.k, &time), TOCSIN_REFUSED);
	assert_int_equal(time, 1700000005);
	buf_free(&m);
	buf_free(&b);
}

static void cosignature_blobs(void **state)
{
	(void)state;
	struct buf b, m;
	struct note n;
	uint64_t time;
	uint8_t blob[NOTE_COSIGNATURE_BLOB];
	buf_init(&b, LIMIT_NOTE);
	buf_init(&m, LIMIT_NOTE);
	cosignature_message(&m, 1700000000, BYTES_LIT(good));
	be64_put(blob, 1700000000);
	crypto_sign_detached(blob + 8, NULL, m.p, m.n, w1.secret);
	for (size_t size = 1; size <= sizeof blob; size++) {
		buf_clear(&b);
		note_begin(&b, BYTES_LIT(good));
		note_add_line(&b, &w1.k, blob, size);
		assert_int_equal(note_parse(buf_bytes(&b), LIMIT_NOTE, &n), TOCSIN_OK);
		assert_int_equal(cosignature_verify(&n, &w1.k, &time), size == sizeof blob ? TOCSIN_OK : TOCSIN_REFUSED);
	}
	for (size_t i = 0; i < sizeof blob; i++) {
		blob[i] ^= 1;
		buf_clear(&b);
		note_begin(&b, BYTES_LIT(good));
		note_add_line(&b, &w1.k, blob, sizeof blob);
		assert_int_equal(note_parse(buf_bytes(&b), LIMIT_NOTE, &n), TOCSIN_OK);
		assert_int_equal(cosignature_verify(&n, &w1.k, &time), TOCSIN_REFUSED);
		blob[i] ^= 1;
	}
	/* Well signed, but at a time that no clock of ours can show. */
	buf_clear(&b);
	note_begin(&b, BYTES_LIT(good));
	sample_cosign(&b, &w1, UINT64_C(253402300800), BYTES_LIT(good));
	assert_int_equal(note_parse(buf_bytes(&b), LIMIT_NOTE, &n), TOCSIN_OK);
	assert_int_equal(cosignature_verify(&n, &w1.k, &time), TOCSIN_REFUSED);
	/* A signature over the bare text, as of a signing key, is no cosignature. */
	buf_clear(&b);
	note_begin(&b, BYTES_LIT(good));
	crypto_sign_detached(blob + 8, NULL, (const uint8_t *)good, sizeof good - 1, w1.secret);
	note_add_line(&b, &w1.k, blob, sizeof blob);
	assert_int_equal(note_parse(buf_bytes(&b), LIMIT_NOTE, &n), TOCSIN_OK);
	assert_int_equal(cosignature_verify(&n, &w1.k, &time), TOCSIN_REFUSED);
	buf_free(&m);
	buf_free(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		{ "a checkpoint reads and writes alike", reads_back, NULL, NULL, NULL },
		{ "a checkpoint that is cut, goes on or is not canonical is refused", malformed, NULL, NULL, NULL },
		{ "a checkpoint opens with the key of its origin only", opens, NULL, NULL, NULL },
		{ "of a witness's cosignatures the earliest counts, and one that fails spoils all", cosignatures, NULL, NULL, NULL },
		{ "a cosignature that is cut, changed, mistimed or of another message is refused", cosignature_blobs, NULL, NULL,
			NULL },
	};
	return cmocka_run_group_tests(tests, make_keys, NULL);
}
