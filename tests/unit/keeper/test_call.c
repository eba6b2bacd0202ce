/* What the keeper's child answers, in this process and with keys that are in no folder. */
#include "kit.h"

#include "seal/hkdf.h"

static struct keys *keys;
static struct buf answer, request;

static int setup(void **state)
{
	(void)state;
	struct keys_seeds seeds;
	struct age_identity id;
	struct buf file;
	for (size_t i = 0; i < sizeof seeds; i++)
		((uint8_t *)&seeds)[i] = (uint8_t)(i / 32 + 1);
	buf_init_secret(&file, 4096);
	keys = keys_new();
	if (keys == NULL || age_identity_make(&id, &file) != TOCSIN_OK || keys_fill(keys, KIT_NAME, &seeds,
		buf_bytes(&file)) != TOCSIN_OK)
		return -1;
	buf_free(&file);
	buf_init(&answer, CALL_MAX);
	buf_init(&request, CALL_MAX);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	keys_free(keys);
	buf_free(&answer);
	buf_free(&request);
	return 0;
}

static enum tocsin_err ask(enum call_op op, struct bytes payload)
{
	buf_clear(&request);
	buf_add_char(&request, (char)op);
	buf_add_bytes(&request, payload);
	uint8_t *exact = malloc(request.n);
	assert_non_null(exact);
	memcpy(exact, request.p, request.n);
	call_answer(keys, bytes_of(exact, request.n), &answer);
	free(exact);
	assert_true(answer.n >= 1);
	/* A failure always says why. */
	assert_true(answer.p[0] == TOCSIN_OK || answer.n > 10);
	return (enum tocsin_err)answer.p[0];
}

static void says(const char *part)
{
	if (memmem(answer.p, answer.n, part, strlen(part)) == NULL)
		print_error("%.*s\n", (int)answer.n - 1, answer.p + 1);
	assert_non_null(memmem(answer.p, answer.n, part, strlen(part)));
}

static enum tocsin_err sign_text(struct bytes text)
{
	struct buf b;
	buf_init(&b, CALL_MAX);
	buf_add_be32(&b, (uint32_t)text.n);
	buf_add_bytes(&b, text);
	enum tocsin_err err = ask(CALL_SIGN, buf_bytes(&b));
	buf_free(&b);
	return err;
}

static void unknown_calls_and_empty_ones_are_refused(void **state)
{
	(void)state;
	call_answer(keys, bytes_of(NULL, 0), &answer);
	assert_int_equal(answer.p[0], TOCSIN_BAD);
	for (int op = 0; op < 256; op++)
		if (op < CALL_HELLO || op > CALL_ONCE_AUTHOR)
			assert_int_equal(ask((enum call_op)op, BYTES_LIT("x")), TOCSIN_BAD);
	static const enum call_op bare[] = { CALL_HELLO, CALL_LAST_PUBLISHED, CALL_NEXT_LOG, CALL_ROTATE };
	for (size_t i = 0; i < sizeof bare / sizeof bare[0]; i++)
		assert_int_equal(ask(bare[i], BYTES_LIT("x")), TOCSIN_BAD);
	assert_int_equal(keys->log_n, 1);
}

static void own_statements_are_signed_in_their_order(void **state)
{
	(void)state;
	struct buf list, text;
	buf_init(&list, CALL_MAX);
	buf_init(&text, 4096);
	for (unsigned i = 0; i < 3; i++) {
		buf_clear(&text);
		kit_statement(&text, "tocsin/v1", KIT_NAME, keys->identity.pub.pub, i);
		buf_add_be32(&list, (uint32_t)text.n);
		buf_add_bytes(&list, buf_bytes(&text));
	}
	assert_int_equal(ask(CALL_SIGN, buf_bytes(&list)), TOCSIN_OK);
	assert_int_equal(answer.n, 1 + 3 * NOTE_SIGNATURE);
	for (unsigned i = 0; i < 3; i++) {
		buf_clear(&text);
		kit_statement(&text, "tocsin/v1", KIT_NAME, keys->identity.pub.pub, i);
		assert_true(note_ed25519_ok(keys->sign.pub.pub, buf_bytes(&text), answer.p + 1 + i * NOTE_SIGNATURE));
	}
	/* One foreign text among them, and none is signed. */
	buf_clear(&text);
	kit_statement(&text, "tocsin/v1", "south.example", keys->identity.pub.pub, 9);
	buf_add_be32(&list, (uint32_t)text.n);
	buf_add_bytes(&list, buf_bytes(&text));
	assert_int_equal(ask(CALL_SIGN, buf_bytes(&list)), TOCSIN_REFUSED);
	says("text 4 of 4");
	/* A list cut anywhere is no list, except between its texts. */
	size_t one = list.n, whole = 0;
	for (size_t n = 1; n < one; n++)
		whole += ask(CALL_SIGN, bytes_of(list.p, n)) == TOCSIN_OK;
	assert_int_equal(whole, 3);
	assert_int_equal(ask(CALL_SIGN, bytes_of(list.p, 0)), TOCSIN_OK);
	assert_int_equal(answer.n, 1);
	buf_free(&list);
	buf_free(&text);
}

static void the_limit_of_texts_in_one_call_holds(void **state)
{
	(void)state;
	struct buf list, text;
	buf_init(&list, CALL_MAX);
	buf_init(&text, 4096);
	kit_statement(&text, "tocsin/v1", KIT_NAME, keys->identity.pub.pub, 1);
	for (unsigned i = 0; i < CALL_TEXTS; i++) {
		buf_add_be32(&list, (uint32_t)text.n);
		buf_add_bytes(&list, buf_bytes(&text));
	}
	assert_int_equal(ask(CALL_SIGN, buf_bytes(&list)), TOCSIN_OK);
	buf_add_be32(&list, (uint32_t)text.n);
	buf_add_bytes(&list, buf_bytes(&text));
	assert_int_equal(ask(CALL_SIGN, buf_bytes(&list)), TOCSIN_BAD);
	buf_free(&list);
	buf_free(&text);
}

static void nothing_but_an_own_statement_is_signed_by_the_sign_key(void **state)
{
	(void)state;
	struct buf text;
	uint8_t other[32] = { 1 };
	buf_init(&text, 8192);
	kit_statement(&text, "tocsin/v1", KIT_NAME, other, 1);
	assert_int_equal(sign_text(buf_bytes(&text)), TOCSIN_REFUSED);
	says("not from this node");
	buf_clear(&text);
	kit_statement(&text, "tocsin-exercise/v1", "north.exercise", keys->identity.pub.pub, 1);
	assert_int_equal(sign_text(buf_bytes(&text)), TOCSIN_REFUSED);
	says("realm");
	buf_clear(&text);
	kit_statement(&text, "tocsin/v1", KIT_NAME, keys->identity.pub.pub, 1);
	assert_int_equal(sign_text(buf_bytes(&text)), TOCSIN_OK);
	for (size_t i = 0; i < text.n; i++)
		assert_int_not_equal(sign_text(bytes_of(text.p, i)), TOCSIN_OK);
	buf_add_char(&text, '\n');
	assert_int_equal(sign_text(buf_bytes(&text)), TOCSIN_BAD);
	static const char *const foreign[] = {
		"", "\n", "hello\n", "north.example/log/1\n0\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n",
		"cosignature/v1\ntime 1\nnorth.example/log/1\n", "tocsin/v1 card\nname north.example\n",
	};
	for (size_t i = 0; i < sizeof foreign / sizeof foreign[0]; i++)
		assert_int_equal(sign_text(bytes_str(foreign[i])), TOCSIN_BAD);
	buf_free(&text);
}

static void a_fetch_text_is_signed_only_as_protocol_has_it(void **state)
{
	(void)state;
	char fp[2 * STATEMENT_FP + 1], text[1024];
	hex_encode(keys->self.fp, STATEMENT_FP, fp);
#define FP "00112233445566778899aabbccddeeff"
#define HASH FP FP
	static const char good[] = "%s %s\nfrom %s %s\nto %s " FP "\nat %s\nnonce %s\n%s";
#define FETCH(prefix, what, from, to, at, nonce, end) \
	(snprintf(text, sizeof text, good, prefix, what, from, fp, to, at, nonce, end), sign_text(bytes_str(text)))
#define AT "2024-03-06T09:12:00Z"
	static const struct { const char *what, *end, *other; } both[] = {
		{ "fetch", "have 17\n", "answer " HASH "\n" },
		{ "fetched", "answer " HASH "\n", "have 17\n" },
	};
	for (size_t k = 0; k < 2; k++) {
		const char *w = both[k].what, *end = both[k].end;
		assert_int_equal(FETCH("tocsin/v1", w, KIT_NAME, "south.example", AT, FP, end), TOCSIN_OK);
		assert_true(note_ed25519_ok(keys->sign.pub.pub, bytes_str(text), answer.p + 1));
		size_t n = strlen(text);
		for (size_t i = 0; i < n; i++)
			assert_int_not_equal(sign_text(bytes_of(text, i)), TOCSIN_OK);
		assert_int_equal(FETCH("tocsin-exercise/v1", w, KIT_NAME, "south.example", AT, FP, end), TOCSIN_BAD);
		assert_int_equal(FETCH("tocsin/v1", w, "south.example", "south.example", AT, FP, end), TOCSIN_REFUSED);
		assert_int_equal(FETCH("tocsin/v1", w, KIT_NAME, "south.exercise", AT, FP, end), TOCSIN_REFUSED);
		assert_int_equal(FETCH("tocsin/v1", w, KIT_NAME, "South.example", AT, FP, end), TOCSIN_BAD);
		assert_int_equal(FETCH("tocsin/v1", w, KIT_NAME, "south.example", "2024-02-30T09:12:00Z", FP, end), TOCSIN_BAD);
		assert_int_equal(FETCH("tocsin/v1", w, KIT_NAME, "south.example", AT, HASH, end), TOCSIN_BAD);
		assert_int_equal(FETCH("tocsin/v1", w, KIT_NAME, "south.example", AT, FP, both[k].other), TOCSIN_BAD);
		fp[0] = fp[0] == '0' ? '1' : '0';
		assert_int_equal(FETCH("tocsin/v1", w, KIT_NAME, "south.example", AT, FP, end), TOCSIN_REFUSED);
		hex_encode(keys->self.fp, STATEMENT_FP, fp);
	}
	assert_int_equal(FETCH("tocsin/v1", "fetch", KIT_NAME, "south.example", AT, FP, "have 017\n"), TOCSIN_BAD);
	assert_int_equal(FETCH("tocsin/v1", "fetch", KIT_NAME, "south.example", AT, FP, "have 17\nmore\n"), TOCSIN_BAD);
	assert_int_equal(FETCH("tocsin/v1", "fetching", KIT_NAME, "south.example", AT, FP, "have 17\n"), TOCSIN_BAD);
#undef FETCH
#undef AT
#undef HASH
#undef FP
}

static void a_resume_text_is_signed_only_as_protocol_has_it(void **state)
{
	(void)state;
	char fp[2 * STATEMENT_FP + 1], text[1024];
	hex_encode(keys->self.fp, STATEMENT_FP, fp);
	static const char good[] = "%s resume\nfrom %s %s\nto %s 00112233445566778899aabbccddeeff\nat %s\norigin %s\nsize %s\nsince %s%s";
#define RESUME(prefix, from, to, at, origin, size, since, end) \
	(snprintf(text, sizeof text, good, prefix, from, fp, to, at, origin, size, since, end), sign_text(bytes_str(text)))
#define T "2024-03-06T09:12:00Z"
	assert_int_equal(RESUME("tocsin/v1", KIT_NAME, "south.example", T, KIT_NAME "/log/2", "17", T, "\n"), TOCSIN_OK);
	assert_true(note_ed25519_ok(keys->sign.pub.pub, bytes_str(text), answer.p + 1));
	size_t n = strlen(text);
	for (size_t i = 0; i < n; i++)
		assert_int_not_equal(sign_text(bytes_of(text, i)), TOCSIN_OK);
	assert_int_equal(RESUME("tocsin-exercise/v1", KIT_NAME, "south.example", T, KIT_NAME "/log/2", "17", T, "\n"),
		TOCSIN_BAD);
	assert_int_equal(RESUME("tocsin/v1", "south.example", "south.example", T, KIT_NAME "/log/2", "17", T, "\n"),
		TOCSIN_REFUSED);
	assert_int_equal(RESUME("tocsin/v1", KIT_NAME, "south.exercise", T, KIT_NAME "/log/2", "17", T, "\n"),
		TOCSIN_REFUSED);
	assert_int_equal(RESUME("tocsin/v1", KIT_NAME, "South.example", T, KIT_NAME "/log/2", "17", T, "\n"), TOCSIN_BAD);
	assert_int_equal(RESUME("tocsin/v1", KIT_NAME, "south.example", "2024-02-30T09:12:00Z", KIT_NAME "/log/2", "17", T,
		"\n"), TOCSIN_BAD);
	assert_int_equal(RESUME("tocsin/v1", KIT_NAME, "south.example", T, "south.example/log/2", "17", T, "\n"),
		TOCSIN_REFUSED);
	assert_int_equal(RESUME("tocsin/v1", KIT_NAME, "south.example", T, KIT_NAME, "17", T, "\n"), TOCSIN_REFUSED);
	assert_int_equal(RESUME("tocsin/v1", KIT_NAME, "south.example", T, KIT_NAME "/log/2", "017", T, "\n"), TOCSIN_BAD);
	assert_int_equal(RESUME("tocsin/v1", KIT_NAME, "south.example", T, KIT_NAME "/log/2", "17", "yesterday", "\n"),
		TOCSIN_BAD);
	assert_int_equal(RESUME("tocsin/v1", KIT_NAME, "south.example", T, KIT_NAME "/log/2", "17", T, "\nmore\n"),
		TOCSIN_BAD);
}

/* A card of the keys, or of another node or identity. */
static void make_card(struct buf *text, const char *name, const struct vkey *identity, const struct vkey *sign)
{
	static struct card c;
	struct age_recipient r;
	memset(&c, 0, sizeof c);
	snprintf(c.name, sizeof c.name, "%s", name);
	c.seq = 1;
	c.at = 1700000000 * CLOCK_SECOND;
	c.identity = *identity;
	c.sign[0] = *sign;
	c.sign_n = 1;
	c.log = keys->log.pub;
	if (strcmp(name, KIT_NAME) != 0) {
		char log[64];
		snprintf(log, sizeof log, "%s/log/1", name);
		assert_int_equal(vkey_make(log, NOTE_ED25519, keys->log.pub.pub, &c.log), TOCSIN_OK);
	}
	c.log_n = 1;
	age_identity_recipient(&keys->recipient[0], &r);
	char text_of[AGE_RECIPIENT_TEXT];
	age_recipient_format(&r, text_of);
	snprintf(c.recipient[0], sizeof c.recipient[0], "%s", text_of);
	c.recipient_n = 1;
	snprintf(c.kind[0], sizeof c.kind[0], "warning");
	c.kind_n = 1;
	buf_clear(text);
	enum tocsin_err err = card_format(&c, text);
	if (err != TOCSIN_OK)
		print_error("%s\n", fail_sentence());
	assert_int_equal(err, TOCSIN_OK);
}

static void the_identity_key_signs_own_cards_alone(void **state)
{
	(void)state;
	struct buf text;
	struct vkey other, name, sign;
	buf_init(&text, LIMIT_CARD_TEXT + 1);
	make_card(&text, KIT_NAME, &keys->identity.pub, &keys->sign.pub);
	assert_int_equal(ask(CALL_CARD, buf_bytes(&text)), TOCSIN_OK);
	assert_int_equal(answer.n, 1 + NOTE_SIGNATURE);
	assert_true(note_ed25519_ok(keys->identity.pub.pub, buf_bytes(&text), answer.p + 1));
	for (size_t i = 0; i < text.n; i++)
		assert_int_not_equal(ask(CALL_CARD, bytes_of(text.p, i)), TOCSIN_OK);
	/* Another identity, another name. */
	uint8_t pub[32], secret[64], seed[32] = { 77 };
	crypto_sign_seed_keypair(pub, secret, seed);
	assert_int_equal(vkey_make(KIT_NAME "/identity", NOTE_ED25519, pub, &other), TOCSIN_OK);
	make_card(&text, KIT_NAME, &other, &keys->sign.pub);
	assert_int_equal(ask(CALL_CARD, buf_bytes(&text)), TOCSIN_REFUSED);
	says("identity");
	assert_int_equal(vkey_make("south.example/identity", NOTE_ED25519, keys->identity.pub.pub, &name), TOCSIN_OK);
	assert_int_equal(vkey_make("south.example", NOTE_ED25519, keys->sign.pub.pub, &sign), TOCSIN_OK);
	make_card(&text, "south.example", &name, &sign);
	assert_int_equal(ask(CALL_CARD, buf_bytes(&text)), TOCSIN_REFUSED);
	says("south.example");
	buf_clear(&text);
	kit_statement(&text, "tocsin/v1", KIT_NAME, keys->identity.pub.pub, 1);
	assert_int_equal(ask(CALL_CARD, buf_bytes(&text)), TOCSIN_BAD);
	buf_clear(&text);
	while (text.n <= LIMIT_CARD_TEXT)
		buf_add_char(&text, 'a');
	assert_int_equal(ask(CALL_CARD, buf_bytes(&text)), TOCSIN_BAD);
	keys->has_identity = false;
	make_card(&text, KIT_NAME, &keys->identity.pub, &keys->sign.pub);
	assert_int_equal(ask(CALL_CARD, buf_bytes(&text)), TOCSIN_REFUSED);
	says("cold");
	buf_free(&text);
}

static enum tocsin_err ask_checkpoint(enum call_op op, const char *origin, uint64_t size, uint8_t root)
{
	struct checkpoint c = kit_checkpoint(origin, size, root);
	struct buf text;
	buf_init(&text, 4096);
	checkpoint_format(&c, &text);
	enum tocsin_err err = ask(op, buf_bytes(&text));
	buf_free(&text);
	return err;
}

static void a_checkpoint_only_grows(void **state)
{
	(void)state;
	struct checkpoint c;
	assert_int_equal(ask_checkpoint(CALL_CHECKPOINT, KIT_NAME "/log/1", 10, 1), TOCSIN_OK);
	assert_int_equal(checkpoint_open(bytes_of(answer.p + 1, answer.n - 1), &keys->log.pub, &c), TOCSIN_OK);
	assert_int_equal(c.size, 10);
	assert_int_equal(ask_checkpoint(CALL_CHECKPOINT, KIT_NAME "/log/1", 10, 1), TOCSIN_OK);
	assert_int_equal(ask_checkpoint(CALL_CHECKPOINT, KIT_NAME "/log/1", 10, 2), TOCSIN_REFUSED);
	says("another root");
	assert_int_equal(ask_checkpoint(CALL_CHECKPOINT, KIT_NAME "/log/1", 9, 1), TOCSIN_REFUSED);
	says("behind");
	assert_int_equal(ask_checkpoint(CALL_CHECKPOINT, KIT_NAME "/log/1", 11, 2), TOCSIN_OK);
	assert_int_equal(ask_checkpoint(CALL_CHECKPOINT, KIT_NAME "/log/1", 10, 1), TOCSIN_REFUSED);
}

static void no_other_origin_is_signed(void **state)
{
	(void)state;
	static const char *const bad[] = { KIT_NAME "/log/2", KIT_NAME "/log/01", KIT_NAME, "south.example/log/1",
		KIT_NAME "/log/1x" };
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		assert_int_equal(ask_checkpoint(CALL_CHECKPOINT, bad[i], 10, 1), TOCSIN_REFUSED);
	assert_int_equal(ask(CALL_CHECKPOINT, BYTES_LIT("hello")), TOCSIN_BAD);
	assert_int_equal(ask(CALL_CHECKPOINT, BYTES_LIT("")), TOCSIN_BAD);
}

static void an_empty_tree_has_one_root(void **state)
{
	(void)state;
	assert_int_equal(ask_checkpoint(CALL_CHECKPOINT, KIT_NAME "/log/1", 0, 1), TOCSIN_REFUSED);
	assert_int_equal(ask(CALL_CHECKPOINT,
		BYTES_LIT(KIT_NAME "/log/1\n0\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n")), TOCSIN_OK);
}

static void what_was_published_binds_what_is_signed(void **state)
{
	(void)state;
	assert_int_equal(ask(CALL_LAST_PUBLISHED, BYTES_LIT("")), TOCSIN_MISSING);
	assert_int_equal(ask_checkpoint(CALL_PUBLISHED, KIT_NAME "/log/1", 32, 1), TOCSIN_OK);
	assert_int_equal(ask(CALL_LAST_PUBLISHED, BYTES_LIT("")), TOCSIN_OK);
	says("\n32\n");
	assert_int_equal(ask_checkpoint(CALL_CHECKPOINT, KIT_NAME "/log/1", 31, 1), TOCSIN_REFUSED);
	assert_int_equal(ask_checkpoint(CALL_CHECKPOINT, KIT_NAME "/log/1", 32, 2), TOCSIN_REFUSED);
	assert_int_equal(ask_checkpoint(CALL_CHECKPOINT, KIT_NAME "/log/1", 32, 1), TOCSIN_OK);
	/* Published again is harmless; smaller, different, or never signed is not. */
	assert_int_equal(ask_checkpoint(CALL_PUBLISHED, KIT_NAME "/log/1", 32, 1), TOCSIN_OK);
	assert_int_equal(ask_checkpoint(CALL_PUBLISHED, KIT_NAME "/log/1", 32, 2), TOCSIN_REFUSED);
	assert_int_equal(ask_checkpoint(CALL_PUBLISHED, KIT_NAME "/log/1", 16, 1), TOCSIN_REFUSED);
	assert_int_equal(ask_checkpoint(CALL_PUBLISHED, KIT_NAME "/log/1", 48, 1), TOCSIN_REFUSED);
	assert_int_equal(ask_checkpoint(CALL_CHECKPOINT, KIT_NAME "/log/1", 48, 3), TOCSIN_OK);
	assert_int_equal(ask_checkpoint(CALL_PUBLISHED, KIT_NAME "/log/1", 48, 4), TOCSIN_REFUSED);
	assert_int_equal(ask_checkpoint(CALL_PUBLISHED, KIT_NAME "/log/1", 48, 3), TOCSIN_OK);
	assert_int_equal(ask_checkpoint(CALL_PUBLISHED, KIT_NAME "/log/2", 64, 1), TOCSIN_REFUSED);
}

static void the_next_log_begins_anew_and_the_old_one_never_signs_again(void **state)
{
	(void)state;
	uint8_t before[32];
	memcpy(before, keys->log.pub.pub, sizeof before);
	assert_int_equal(ask_checkpoint(CALL_CHECKPOINT, KIT_NAME "/log/1", 100, 1), TOCSIN_OK);
	assert_int_equal(ask_checkpoint(CALL_PUBLISHED, KIT_NAME "/log/1", 100, 1), TOCSIN_OK);
	assert_int_equal(ask(CALL_NEXT_LOG, BYTES_LIT("")), TOCSIN_OK);
	assert_int_equal(answer.n, 1 + sizeof(struct keeper_public));
	assert_string_equal(keys->log.pub.name, KIT_NAME "/log/2");
	assert_memory_not_equal(before, keys->log.pub.pub, sizeof before);
	assert_int_equal(ask(CALL_LAST_PUBLISHED, BYTES_LIT("")), TOCSIN_MISSING);
	assert_int_equal(ask_checkpoint(CALL_CHECKPOINT, KIT_NAME "/log/1", 200, 1), TOCSIN_REFUSED);
	assert_int_equal(ask_checkpoint(CALL_PUBLISHED, KIT_NAME "/log/1", 200, 1), TOCSIN_REFUSED);
	assert_int_equal(ask_checkpoint(CALL_CHECKPOINT, KIT_NAME "/log/2", 1, 2), TOCSIN_OK);
	/* The oldest origins are forgotten, the newest never. */
	for (unsigned n = 2; n < KEYS_ORIGINS + 5; n++) {
		char origin[64];
		snprintf(origin, sizeof origin, KIT_NAME "/log/%u", n);
		assert_int_equal(ask_checkpoint(CALL_CHECKPOINT, origin, 16 * n, 1), TOCSIN_OK);
		assert_int_equal(ask_checkpoint(CALL_PUBLISHED, origin, 16 * n, 1), TOCSIN_OK);
		assert_int_equal(ask_checkpoint(CALL_CHECKPOINT, origin, 16 * n - 1, 1), TOCSIN_REFUSED);
		assert_int_equal(ask(CALL_NEXT_LOG, BYTES_LIT("")), TOCSIN_OK);
	}
	assert_int_equal(keys->published_n, KEYS_ORIGINS);
}

static enum tocsin_err ask_cosign(uint64_t time, const char *text)
{
	struct buf b;
	uint8_t at[8];
	be64_put(at, time);
	buf_init(&b, 1 << 16);
	buf_add(&b, at, sizeof at);
	buf_add_str(&b, text);
	enum tocsin_err err = ask(CALL_COSIGN, buf_bytes(&b));
	buf_free(&b);
	return err;
}

#define ROOT "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="

static void the_checkpoints_of_others_are_cosigned(void **state)
{
	(void)state;
	static const char text[] = "south.example/log/1\n7\n" ROOT "\n";
	assert_int_equal(ask_cosign(1700000000, text), TOCSIN_OK);
	assert_int_equal(answer.n, 1 + NOTE_COSIGNATURE_BLOB);
	assert_int_equal(be64_get(answer.p + 1), 1700000000);
	static const char message[] = "cosignature/v1\ntime 1700000000\nsouth.example/log/1\n7\n" ROOT "\n";
	assert_true(note_ed25519_ok(keys->witness.pub.pub, bytes_str(message), answer.p + 9));
	assert_int_equal(ask_cosign(1, "example.org/some-other-log\n7\n" ROOT "\n"), TOCSIN_OK);
}

static void own_and_malformed_checkpoints_are_not_cosigned(void **state)
{
	(void)state;
	assert_int_equal(ask_cosign(1, KIT_NAME "/log/1\n7\n" ROOT "\n"), TOCSIN_REFUSED);
	assert_int_equal(ask_cosign(1, KIT_NAME "/log/2\n7\n" ROOT "\n"), TOCSIN_REFUSED);
	assert_int_equal(ask_cosign(1, KIT_NAME "\n7\n" ROOT "\n"), TOCSIN_REFUSED);
	assert_int_equal(ask_cosign(1, "south.exercise/log/1\n7\n" ROOT "\n"), TOCSIN_REFUSED);
	assert_int_equal(ask_cosign(1, "south.example/log/1\n07\n" ROOT "\n"), TOCSIN_BAD);
	assert_int_equal(ask_cosign(1, "south.example/log/1\n7\n" ROOT "\nmore\n"), TOCSIN_BAD);
	assert_int_equal(ask_cosign(1, ""), TOCSIN_BAD);
	assert_int_equal(ask_cosign(0, "south.example/log/1\n7\n" ROOT "\n"), TOCSIN_BAD);
	assert_int_equal(ask_cosign(UINT64_MAX, "south.example/log/1\n7\n" ROOT "\n"), TOCSIN_BAD);
	assert_int_equal(ask(CALL_COSIGN, BYTES_LIT("1234567")), TOCSIN_BAD);
}

static void file_keys_are_unwrapped_by_new_and_old_recipient_keys(void **state)
{
	(void)state;
	struct age_recipient r[2];
	struct age_identity stranger;
	struct buf file, list, unused;
	struct age_header h;
	struct age_wrapped w[3];
	uint8_t key[AGE_FILE_KEY];
	buf_init_secret(&unused, 4096);
	assert_int_equal(age_identity_make(&stranger, &unused), TOCSIN_OK);
	age_identity_recipient(&keys->recipient[0], &r[0]);
	age_identity_recipient(&stranger, &r[1]);
	buf_init(&file, 4096);
	buf_init(&list, 4096);
	assert_int_equal(age_seal(r, 2, BYTES_LIT("x"), &file), TOCSIN_OK);
	assert_int_equal(age_header_parse(buf_bytes(&file), &h), TOCSIN_OK);
	assert_int_equal(age_header_wrapped(&h, w, 2), 2);
	memset(&w[2], 0, sizeof w[2]);
	buf_add(&list, w, sizeof w);
	for (int rotated = 0; rotated < 2; rotated++) {
		assert_int_equal(ask(CALL_UNWRAP, buf_bytes(&list)), TOCSIN_OK);
		assert_int_equal(answer.n, 1 + 3 * CALL_UNWRAPPED);
		assert_int_equal(answer.p[1], 1);
		memcpy(key, answer.p + 2, sizeof key);
		assert_int_equal(age_header_check(&h, key), TOCSIN_OK);
		assert_int_equal(answer.p[1 + CALL_UNWRAPPED], 0);
		assert_int_equal(answer.p[1 + 2 * CALL_UNWRAPPED], 0);
		assert_int_equal(ask(CALL_ROTATE, BYTES_LIT("")), TOCSIN_OK);
	}
	assert_int_equal(keys->recipient_n, 3);
	for (size_t n = 0; n < list.n; n++)
		assert_int_equal(ask(CALL_UNWRAP, bytes_of(list.p, n)), n % sizeof w[0] == 0 ? TOCSIN_OK : TOCSIN_BAD);
	/* The number of recipient keys is limited, and reaching the limit loses none. */
	while (keys->recipient_n < KEYS_RECIPIENTS)
		assert_int_equal(ask(CALL_ROTATE, BYTES_LIT("")), TOCSIN_OK);
	assert_int_equal(ask(CALL_ROTATE, BYTES_LIT("")), TOCSIN_REFUSED);
	assert_int_equal(ask(CALL_UNWRAP, buf_bytes(&list)), TOCSIN_OK);
	assert_int_equal(answer.p[1], 1);
	buf_free(&file);
	buf_free(&list);
	buf_free(&unused);
}

static enum tocsin_err ask_padding(uint64_t log_n, uint64_t first, uint32_t n)
{
	struct buf b;
	uint8_t at[16];
	be64_put(at, log_n);
	be64_put(at + 8, first);
	buf_init(&b, 64);
	buf_add(&b, at, sizeof at);
	buf_add_be32(&b, n);
	enum tocsin_err err = ask(CALL_PADDING, buf_bytes(&b));
	buf_free(&b);
	return err;
}

static void padding_is_the_hmac_of_the_index_under_the_secret_of_its_log(void **state)
{
	(void)state;
	uint8_t secret[HKDF_SIZE], entry[HKDF_SIZE], index[8];
	assert_int_equal(ask(CALL_NEXT_LOG, BYTES_LIT("")), TOCSIN_OK);
	hkdf_hmac(bytes_of(keys->padding, KEYS_PADDING), BYTES_LIT("padding 2"), secret);
	assert_int_equal(ask_padding(2, 1000, 5), TOCSIN_OK);
	assert_int_equal(answer.n, 1 + 5 * sizeof entry);
	for (uint64_t i = 0; i < 5; i++) {
		be64_put(index, 1000 + i);
		hkdf_hmac(bytes_of(secret, sizeof secret), bytes_of(index, sizeof index), entry);
		assert_memory_equal(answer.p + 1 + i * sizeof entry, entry, sizeof entry);
	}
	assert_int_equal(ask_padding(1, 1004, 1), TOCSIN_OK);
	assert_memory_not_equal(answer.p + 1, entry, sizeof entry);
	assert_int_equal(ask_padding(2, 0, 0), TOCSIN_OK);
	assert_int_equal(ask_padding(2, 0, CALL_ENTRIES), TOCSIN_OK);
	assert_int_equal(ask_padding(2, 0, CALL_ENTRIES + 1), TOCSIN_BAD);
	assert_int_equal(ask_padding(0, 0, 1), TOCSIN_BAD);
	assert_int_equal(ask_padding(3, 0, 1), TOCSIN_BAD);
	assert_int_equal(ask_padding(1, UINT64_MAX, 1), TOCSIN_BAD);
	assert_int_equal(ask(CALL_PADDING, BYTES_LIT("1234567890123456789")), TOCSIN_BAD);
	assert_int_equal(ask(CALL_PADDING, BYTES_LIT("123456789012345678901")), TOCSIN_BAD);
}

#define T_(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

static void each_label_has_a_key_of_its_own(void **state)
{
	(void)state;
	uint8_t a[HKDF_SIZE], b[HKDF_SIZE], expected[HKDF_SIZE];
	assert_int_equal(ask(CALL_DERIVE, BYTES_LIT("protected")), TOCSIN_OK);
	assert_int_equal(answer.n, 1 + HKDF_SIZE);
	memcpy(a, answer.p + 1, sizeof a);
	hkdf_hmac(bytes_of(keys->padding, sizeof keys->padding), BYTES_LIT("derive protected"), expected);
	assert_memory_equal(a, expected, sizeof a);
	assert_int_equal(ask(CALL_DERIVE, BYTES_LIT("matching")), TOCSIN_OK);
	memcpy(b, answer.p + 1, sizeof b);
	assert_memory_not_equal(a, b, sizeof a);
	static const uint8_t long_label[CALL_LABEL + 1] = { 'x' };
	assert_int_equal(ask(CALL_DERIVE, bytes_of(long_label, sizeof long_label)), TOCSIN_BAD);
	assert_int_equal(ask(CALL_DERIVE, BYTES_LIT("")), TOCSIN_BAD);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		T_(unknown_calls_and_empty_ones_are_refused),
		T_(own_statements_are_signed_in_their_order),
		T_(the_limit_of_texts_in_one_call_holds),
		T_(nothing_but_an_own_statement_is_signed_by_the_sign_key),
		T_(a_fetch_text_is_signed_only_as_protocol_has_it),
		T_(a_resume_text_is_signed_only_as_protocol_has_it),
		T_(the_identity_key_signs_own_cards_alone),
		T_(a_checkpoint_only_grows),
		T_(no_other_origin_is_signed),
		T_(an_empty_tree_has_one_root),
		T_(what_was_published_binds_what_is_signed),
		T_(the_next_log_begins_anew_and_the_old_one_never_signs_again),
		T_(the_checkpoints_of_others_are_cosigned),
		T_(own_and_malformed_checkpoints_are_not_cosigned),
		T_(file_keys_are_unwrapped_by_new_and_old_recipient_keys),
		T_(padding_is_the_hmac_of_the_index_under_the_secret_of_its_log),
		T_(each_label_has_a_key_of_its_own),
	};
	return sodium_init() < 0 ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
