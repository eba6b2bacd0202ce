#include "sample.h"

#include "proof/card.h"

#define HEX64 "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"
#define DASH "\xe2\x80\x94 "

static struct card sample;
static struct buf text;

static int make_card(void **state)
{
	(void)state;
	struct card *c = &sample;
	memset(c, 0, sizeof *c);
	memcpy(c->name, "north.example", 14);
	c->seq = 7;
	c->has_prev = true;
	c->prev = sample_hash(1);
	assert_true(clock_parse(BYTES_LIT("2026-11-22T08:00:00Z"), &c->at));
	c->identity = sample_key("north.example/identity", NOTE_ED25519, 1).k;
	c->sign[0] = sample_key("north.example", NOTE_ED25519, 2).k;
	c->sign[1] = sample_key("north.example", NOTE_ED25519, 3).k;
	c->sign_n = 2;
	c->log = sample_key("north.example/log/2", NOTE_ED25519, 4).k;
	c->log_n = 2;
	c->has_witness = true;
	c->witness = sample_key("north.example/witness", NOTE_COSIGNATURE, 5).k;
	memcpy(c->recipient[0], "age1zzzz", 9);
	memcpy(c->recipient[1], "age1qqqq", 9);
	c->recipient_n = 2;
	memcpy(c->url[0], "https://tocsin.north.example:8443/x", 36);
	memcpy(c->url[1], "http://[2001:db8::1]", 21);
	c->url_n = 2;
	memcpy(c->duty[0], "Day and night: +1 555 0100, en, fr", 35);
	memcpy(c->duty[1], "B\xc3\xbcro: radio, channel 7", 24);
	c->duty_n = 2;
	memcpy(c->kind[0], "warning", 8);
	memcpy(c->kind[1], "response", 9);
	c->kind_n = 2;
	c->revoked[0].key = sample_key("north.example/log/1", NOTE_ED25519, 6).k;
	c->revoked[0].at = c->at;
	c->revoked[1].key = sample_key("north.example", NOTE_ED25519, 7).k;
	c->revoked[1].at = 0;
	c->revoked_n = 2;
	buf_init(&text, LIMIT_CARD_TEXT + 1);
	assert_int_equal(card_format(c, &text), TOCSIN_OK);
	return 0;
}

static int drop_card(void **state)
{
	(void)state;
	buf_free(&text);
	return 0;
}

static bool parses(void *arg, struct bytes b)
{
	static struct card c;
	(void)arg;
	return card_parse(b, &c) == TOCSIN_OK;
}

static void reads_back(void **state)
{
	(void)state;
	static struct card c;
	struct hash id = sha256(buf_bytes(&text));
	assert_int_equal(card_parse(buf_bytes(&text), &c), TOCSIN_OK);
	assert_true(hash_equal(&c.id, &id));
	assert_true(hash_equal(&sample.id, &id));
	assert_int_equal(c.seq, 7);
	assert_true(hash_equal(&c.prev, &sample.prev));
	assert_int_equal(c.at, sample.at);
	assert_int_equal(c.log_n, 2);
	assert_true(vkey_same(&c.witness, &sample.witness));
	assert_string_equal(c.recipient[0], "age1qqqq");
	assert_string_equal(c.kind[0], "response");
	assert_string_equal(c.url[1], "http://[2001:db8::1]");
	assert_string_equal(c.duty[0], "Day and night: +1 555 0100, en, fr");
	assert_int_equal(c.revoked_n, 2);
	assert_memory_equal(&c, &sample, sizeof c);
	assert_true(card_lists_kind(&c, "warning"));
	assert_false(card_lists_kind(&c, "warn"));
	struct party p;
	uint8_t fp[STATEMENT_FP];
	card_party(&c, &p);
	party_fp(c.identity.pub, fp);
	assert_string_equal(p.name, "north.example");
	assert_memory_equal(p.fp, fp, STATEMENT_FP);
}

static void cut_and_disordered(void **state)
{
	(void)state;
	static const char *const optional[] = { "witness ", "url ", "duty ", "revoked ", "sign ", "recipient ", NULL };
	/* Cut between two "revoked" lines a card is another, well-formed card; anywhere else it is none. */
	const uint8_t *revoked = memmem(text.p, text.n, "revoked ", 8);
	assert_non_null(revoked);
	sample_cut(parses, NULL, bytes_of(text.p, (size_t)(revoked - text.p)));
	for (size_t n = (size_t)(revoked - text.p) + 1; n < text.n; n++)
		assert_int_equal(sample_try(parses, NULL, bytes_of(text.p, n)), text.p[n - 1] == '\n');
	/* The order of url and of duty lines is the node's own, so that one of each is left for the swaps. */
	struct card c = sample;
	c.url_n = c.duty_n = 1;
	struct buf b;
	buf_init(&b, LIMIT_CARD_TEXT);
	assert_int_equal(card_format(&c, &b), TOCSIN_OK);
	sample_disorder(parses, NULL, buf_bytes(&b), optional);
	/* The last sign and the last recipient line cannot be left out. */
	static const char *const fewer[] = { "witness ", "url ", "duty ", "revoked ", NULL };
	c.sign_n = c.recipient_n = 1;
	buf_clear(&b);
	assert_int_equal(card_format(&c, &b), TOCSIN_OK);
	sample_disorder(parses, NULL, buf_bytes(&b), fewer);
	buf_free(&b);
}

static void field_values(void **state)
{
	(void)state;
	static const struct { const char *from, *to; bool ok; } c[] = {
		{ "tocsin/v1 card", "tocsin/v1 warning", false },
		{ "tocsin/v1 card", "tocsin-exercise/v1 card", false },
		{ "name north.example", "name south.example", false },
		{ "seq 7", "seq 1", false },
		{ "seq 7", "seq 0", false },
		{ "seq 7", "seq 07", false },
		{ "seq 7", "seq 9223372036854775807", true },
		{ "seq 7", "seq 9223372036854775808", false },
		{ "prev 4", "prev -", false },
		{ "prev 4", "prev A", false },
		{ "at 2026-", "at 26-", false },
		{ "identity north.example/identity", "identity north.example", false },
		{ "sign north.example+", "sign north.example/sign+", false },
		{ "witness north", "log north", false },
		{ "recipient age1", "recipient AGE1", false },
		{ "recipient age1", "recipient age2", false },
		{ "recipient age1qqqq", "recipient age1qq-q", false },
		{ "recipient age1qqqq", "recipient age1zzzz", false },
		{ "recipient age1qqqq", "recipient age1zzzzz", false },
		{ "url https://", "url ftp://", false },
		{ "duty Day and", "duty Day  and", false },
		{ "duty Day and", "duty Day\tand", false },
		{ "duty Day and", "duty Day \xe2\x80\xae" "and", false },
		{ "duty Day and", "duty Day \xe2\x81\xa7" "and", false },
		{ "duty Day and", "duty Day \xc2\x85" "and", false },
		{ "duty Day and", "duty Day \xe2\x80\xa8", false },
		{ "duty Day and", "duty \xff", false },
		{ "kinds response warning", "kinds warning response", false },
		{ "kinds response warning", "kinds response response", false },
		{ "kinds response warning", "kinds response  warning", false },
		{ "kinds response warning", "kinds Response", false },
		{ "kinds response warning", "kinds response", true },
		{ "kinds response warning", "kinds ", false },
		{ "kinds response warning", "kinds", false },
		{ "1970-01-01T00:00:00Z", "1970-01-01", false },
		{ "1970-01-01T00:00:00Z", "1970-01-01T00:00:00Z x", false },
		{ " 1970-01-01T00:00:00Z", "", false },
	};
	for (size_t i = 0; i < sizeof c / sizeof c[0]; i++)
		sample_replace(parses, NULL, buf_bytes(&text), c[i].from, c[i].to, c[i].ok);
}

/* A copy of the sample with one change; formatting it must end with WANT. */
#define FORMAT(want, change) do { \
		struct card c = sample; \
		struct buf b; \
		buf_init(&b, LIMIT_CARD_TEXT + 1); \
		buf_add_str(&b, "x"); \
		change; \
		assert_int_equal(card_format(&c, &b), want); \
		if (want == TOCSIN_OK) \
			assert_int_equal(c.log_n > 0, 1); \
		else \
			assert_int_equal(b.n, 1); \
		buf_free(&b); \
	} while (0)

static void keys_and_roles(void **state)
{
	(void)state;
	FORMAT(TOCSIN_OK, c.has_witness = false);
	FORMAT(TOCSIN_OK, (c.seq = 1, c.has_prev = false));
	FORMAT(TOCSIN_BAD, c.has_prev = false);
	FORMAT(TOCSIN_BAD, c.seq = 1);
	/* One public key in two roles, or one both in use and revoked. */
	FORMAT(TOCSIN_BAD, c.sign[0] = sample_key("north.example", NOTE_ED25519, 1).k);
	FORMAT(TOCSIN_BAD, c.log = sample_key("north.example/log/2", NOTE_ED25519, 2).k);
	FORMAT(TOCSIN_BAD, c.witness = sample_key("north.example/witness", NOTE_COSIGNATURE, 1).k);
	FORMAT(TOCSIN_BAD, c.sign[0] = c.sign[1]);
	FORMAT(TOCSIN_BAD, c.revoked[0].key = c.sign[0]);
	FORMAT(TOCSIN_BAD, (c.revoked[1].key = c.revoked[0].key));
	/* Names and types that are not of their roles, and keys of other nodes. */
	FORMAT(TOCSIN_BAD, c.identity = sample_key("north.example", NOTE_ED25519, 9).k);
	FORMAT(TOCSIN_BAD, c.identity = sample_key("south.example/identity", NOTE_ED25519, 9).k);
	FORMAT(TOCSIN_BAD, c.identity = sample_key("north.example/identity", NOTE_COSIGNATURE, 9).k);
	FORMAT(TOCSIN_BAD, c.sign[0] = sample_key("north.example2", NOTE_ED25519, 9).k);
	FORMAT(TOCSIN_BAD, c.sign[0] = sample_key("north.example", NOTE_COSIGNATURE, 9).k);
	FORMAT(TOCSIN_BAD, c.witness = sample_key("north.example/witness", NOTE_ED25519, 9).k);
	FORMAT(TOCSIN_BAD, c.log = sample_key("north.example/log/0", NOTE_ED25519, 9).k);
	FORMAT(TOCSIN_BAD, c.log = sample_key("north.example/log/", NOTE_ED25519, 9).k);
	FORMAT(TOCSIN_BAD, c.log = sample_key("north.example/log/01", NOTE_ED25519, 9).k);
	FORMAT(TOCSIN_BAD, c.log = sample_key("north.example/log/1x", NOTE_ED25519, 9).k);
	FORMAT(TOCSIN_OK, c.log = sample_key("north.example/log/12", NOTE_ED25519, 9).k);
	FORMAT(TOCSIN_OK, c.revoked[0].key = sample_key("north.example/witness", NOTE_COSIGNATURE, 9).k);
	FORMAT(TOCSIN_OK, c.revoked[0].key = sample_key("north.example/identity", NOTE_ED25519, 9).k);
	FORMAT(TOCSIN_BAD, c.revoked[0].key = sample_key("south.example", NOTE_ED25519, 9).k);
	FORMAT(TOCSIN_BAD, c.revoked[0].key = sample_key("north.example/other", NOTE_ED25519, 9).k);
	FORMAT(TOCSIN_BAD, c.sign_n = 0);
	FORMAT(TOCSIN_BAD, c.recipient_n = 0);
	FORMAT(TOCSIN_BAD, c.kind_n = 0);
	FORMAT(TOCSIN_BAD, memcpy(c.duty[1], c.duty[0], sizeof c.duty[0]));
	FORMAT(TOCSIN_BAD, memcpy(c.url[1], c.url[0], sizeof c.url[0]));
}

static void limits(void **state)
{
	(void)state;
	FORMAT(TOCSIN_BAD, c.sign_n = CARD_SIGN + 1);
	FORMAT(TOCSIN_BAD, c.recipient_n = CARD_RECIPIENTS + 1);
	FORMAT(TOCSIN_BAD, c.url_n = CARD_URLS + 1);
	FORMAT(TOCSIN_BAD, c.duty_n = CARD_DUTY + 1);
	FORMAT(TOCSIN_BAD, c.kind_n = CARD_KINDS + 1);
	FORMAT(TOCSIN_BAD, c.revoked_n = CARD_REVOKED + 1);

	/* Every list full, within the limit of the text, and each with one more line. */
	struct card c = sample;
	c.sign_n = CARD_SIGN;
	for (size_t i = 0; i < CARD_SIGN; i++)
		c.sign[i] = sample_key("north.example", NOTE_ED25519, (uint8_t)(20 + i)).k;
	c.recipient_n = CARD_RECIPIENTS;
	c.url_n = CARD_URLS;
	for (size_t i = 0; i < CARD_RECIPIENTS; i++) {
		snprintf(c.recipient[i], sizeof c.recipient[i], "age1aaa%zu", i);
		snprintf(c.url[i], sizeof c.url[i], "https://a%zu.example", i);
	}
	c.duty_n = CARD_DUTY;
	for (size_t i = 0; i < CARD_DUTY; i++)
		snprintf(c.duty[i], sizeof c.duty[i], "line %zu", i);
	c.kind_n = CARD_KINDS;
	for (size_t i = 0; i < CARD_KINDS; i++)
		snprintf(c.kind[i], sizeof c.kind[i], "k%c%c", (char)('a' + i / 26), (char)('a' + i % 26));
	c.revoked_n = CARD_REVOKED;
	for (size_t i = 0; i < CARD_REVOKED; i++)
		c.revoked[i].key = sample_key("north.example", NOTE_ED25519, (uint8_t)(100 + i)).k;
	struct buf b;
	buf_init(&b, LIMIT_CARD_TEXT * 2);
	assert_int_equal(card_format(&c, &b), TOCSIN_OK);
	assert_true(parses(NULL, buf_bytes(&b)));
	char key[NOTE_VKEY_MAX], line[NOTE_VKEY_MAX + 64];
	vkey_format(&sample.sign[0], key);
	snprintf(line, sizeof line, "sign %s\nlog ", key);
	sample_replace(parses, NULL, buf_bytes(&b), "log ", line, false);
	sample_replace(parses, NULL, buf_bytes(&b), "url ", "recipient age1zzzz\nurl ", false);
	sample_replace(parses, NULL, buf_bytes(&b), "duty ", "url https://more.example\nduty ", false);
	sample_replace(parses, NULL, buf_bytes(&b), "kinds ", "duty more\nkinds ", false);
	sample_replace(parses, NULL, buf_bytes(&b), "kinds ", "kinds aaa ", false);
	snprintf(line, sizeof line, "revoked %s 2020-01-01T00:00:00Z\n", key);
	buf_add_str(&b, line);
	assert_false(parses(NULL, buf_bytes(&b)));

	/* Long lines: the longest, and one byte more. */
	memset(c.duty[0], 'a', 500);
	c.duty[0][500] = '\0';
	buf_clear(&b);
	assert_int_equal(card_format(&c, &b), TOCSIN_OK);
	sample_replace(parses, NULL, buf_bytes(&b), "duty ", "duty a", false);
	memset(c.recipient[0] + 4, 'q', CARD_RECIPIENT_MAX - 4);
	c.recipient[0][CARD_RECIPIENT_MAX] = '\0';
	c.revoked_n = 0;
	buf_clear(&b);
	assert_int_equal(card_format(&c, &b), TOCSIN_OK);
	sample_replace(parses, NULL, buf_bytes(&b), "recipient age1qqqq", "recipient age1qqqqq", false);
	uint8_t *large = calloc(1, LIMIT_CARD_TEXT + 1);
	assert_non_null(large);
	assert_false(parses(NULL, bytes_of(large, LIMIT_CARD_TEXT + 1)));
	free(large);
	buf_free(&b);
}

static void urls(void **state)
{
	(void)state;
	static const char *const good[] = {
		"https://a.example", "http://a.example", "http://localhost:8080", "http://127.0.0.1:1", "https://[::1]:65535/a",
			"https://a.example/a/b-c_~.d",
		"https://a.example/%2f%2F",
	};
	static const char *const bad[] = {
		"", "https://", "https:///", "https://a.example/", "https://a.example/a/", "https://a.example//a",
			"https://a.example/./a", "https://a.example/..",
		"https://a.example?x", "https://a.example/a?x", "https://a.example/a#x", "https://u@a.example",
		"https://u:p@a.example/a", "https://A.example",
		"HTTPS://a.example", "https://a..example", "https://-a.example", "https://a.example-", "https://a.example.",
		"https://.a", "https://a.example:",
		"https://a.example:0", "https://a.example:65536", "https://a.example:01", "https://a.example:80a",
		"https://a_b.example", "https://a b.example",
		"https://a.example/a b", "https://a.example/%2", "https://a.example/%zz", "https://a.example/\xc3\xa9", "https://[]",
		"https://[::1", "https://[::g]",
		"https://[::1]x", "ftp://a.example", "https:/a.example", "//a.example", "https://a.example\\a",
		"https://a.example/\"",
	};
	for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
		if (!card_url_ok(bytes_str(good[i])))
			fail_msg("refused: %s", good[i]);
	}
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		if (card_url_ok(bytes_str(bad[i])))
			fail_msg("accepted: %s", bad[i]);
	}
	char url[514] = "https://a.example/";
	memset(url + 18, 'a', 495);
	url[513] = '\0';
	assert_false(card_url_ok(bytes_str(url)));
	url[512] = '\0';
	assert_true(card_url_ok(bytes_str(url)));
	static const char nul[] = "https://a.example/a\0b";
	assert_false(card_url_ok(bytes_of(nul, sizeof nul - 1)));
}

static int count(struct bytes all, enum tocsin_err *err)
{
	struct bytes note;
	int n = 0;
	while (card_chain_next(&all, &note, err)) {
		struct note parsed;
		assert_int_equal(note_parse(note, LIMIT_NOTE, &parsed), TOCSIN_OK);
		n++;
	}
	return n;
}

static void chains(void **state)
{
	(void)state;
	enum tocsin_err err;
	assert_int_equal(count(BYTES_LIT(""), &err), 0);
	assert_int_equal(err, TOCSIN_OK);
#define CARD "a\nb\n\n" DASH "k AAAAAAA=\n"
#define TWICE "c\n\n" DASH "k AAAAAAA=\n" DASH "l AAAAAAA=\n"
	assert_int_equal(count(BYTES_LIT(CARD), &err), 1);
	assert_int_equal(err, TOCSIN_OK);
	assert_int_equal(count(BYTES_LIT(CARD "\n" TWICE "\n" CARD), &err), 3);
	assert_int_equal(err, TOCSIN_OK);
	static const struct { const char *chain; int n; } bad[] = {
		{ CARD "\n", 0 }, { CARD "\n\n" CARD, 1 }, { CARD CARD, 0 }, { CARD "x\n", 0 }, { "\n" CARD, 0 },
			{ CARD "\n" CARD "\n", 1 },
		{ CARD "\n" "c\n", 1 }, { CARD "\n" "c\n\n", 1 }, { "a\n\n\n" DASH "k AAAAAAA=\n", 0 }, { "a\n\n" DASH "k AAAAAAA=",
			0 },
	};
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		assert_int_equal(count(bytes_str(bad[i].chain), &err), bad[i].n);
		if (err != TOCSIN_BAD)
			fail_msg("accepted: %s", bad[i].chain);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		{ "a card is written sorted and read back as it was", reads_back, NULL, NULL, NULL },
		{ "a card that is cut, goes on, or has a line missing, twice or swapped is refused", cut_and_disordered, NULL, NULL,
			NULL },
		{ "each field takes its canonical form only", field_values, NULL, NULL, NULL },
		{ "every key has the name, type and owner of its role, and no key has two", keys_and_roles, NULL, NULL, NULL },
		{ "one line or byte more than the limit is refused", limits, NULL, NULL, NULL },
		{ "a url is a scheme, a host, a port and a plain path", urls, NULL, NULL, NULL },
		{ "a chain falls into its cards, and nothing may stand between or behind them", chains, NULL, NULL, NULL },
	};
	return cmocka_run_group_tests(tests, make_card, drop_card);
}
