/* Names for once: what the keeper signs with their keys, and what it never does. */
#include "kit.h"

#include "base/random.h"
#include "domain/chain.h"
#include "proof/once.h"

static struct keeper *keeper;

static void once_name(char out[LIMIT_NAME + 1])
{
	uint8_t random[ONCE_DIGITS / 2];
	random_bytes(random, sizeof random);
	once_make(REALM_LIVE, random, out);
}

static void ok(enum tocsin_err err)
{
	if (err != TOCSIN_OK)
		print_error("%s\n", fail_sentence());
	assert_int_equal(err, TOCSIN_OK);
}

static void refused(enum tocsin_err err, const char *why)
{
	if (err != TOCSIN_REFUSED || strstr(fail_sentence(), why) == NULL)
		print_error("%s: %s\n", err_name(err), fail_sentence());
	assert_int_equal(err, TOCSIN_REFUSED);
	assert_non_null(strstr(fail_sentence(), why));
}

static void card_of(const struct keeper_once *o, struct card *c)
{
	memset(c, 0, sizeof *c);
	snprintf(c->name, sizeof c->name, "%s", o->name);
	c->seq = 1;
	c->at = INT64_C(1709716320) * CLOCK_SECOND;
	c->identity = o->identity;
	c->sign[c->sign_n++] = o->sign;
	c->log = o->log;
	c->log_n = 1;
	snprintf(c->recipient[c->recipient_n++], sizeof c->recipient[0], "%s", o->recipient);
	snprintf(c->kind[c->kind_n++], sizeof c->kind[0], "response");
}

static enum tocsin_err sign_card(struct card *c, struct buf *note)
{
	struct buf text;
	uint8_t sig[NOTE_SIGNATURE];
	buf_init(&text, LIMIT_CARD_TEXT);
	ok(card_format(c, &text));
	enum tocsin_err err = keeper_once_card(keeper, buf_bytes(&text), sig);
	if (err == TOCSIN_OK && note != NULL) {
		note_begin(note, buf_bytes(&text));
		note_add_line(note, &c->identity, sig, sizeof sig);
	}
	buf_free(&text);
	return err;
}

static enum tocsin_err sign_warning(const char *name, const struct keeper_once *keys)
{
	struct buf text;
	uint8_t sig[NOTE_SIGNATURE];
	buf_init(&text, 4096);
	kit_statement(&text, "tocsin/v1", name, keys->identity.pub, 1);
	enum tocsin_err err = keeper_once_sign(keeper, buf_bytes(&text), sig);
	if (err == TOCSIN_OK)
		assert_true(note_ed25519_ok(keys->sign.pub, buf_bytes(&text), sig));
	buf_free(&text);
	return err;
}

static void only_names_of_the_form_are_names_for_once(void **state)
{
	(void)state;
	static const char *const no[] = { "", "north.example", "u-.unnamed", "u-00112233445566778899aab.unnamed",
		"u-00112233445566778899AABB.unnamed", "u-00112233445566778899aabb.unnamed.example", "x-00112233445566778899aabb.unnamed",
		"a.u-00112233445566778899aabb.unnamed", "u-00112233445566778899aabb.unnamedexercise",
		"u-00112233445566778899aabb.unnamed.exercise.exercise" };
	for (size_t i = 0; i < sizeof no / sizeof *no; i++)
		assert_false(once_is(bytes_str(no[i])));
	assert_true(once_is(BYTES_LIT("u-00112233445566778899aabb.unnamed")));
	assert_true(once_is(BYTES_LIT("u-00112233445566778899aabb.unnamed.exercise")));
}

static void two_names_share_no_key_and_one_name_has_the_same_keys_each_time(void **state)
{
	struct kit *k = *state;
	char one[LIMIT_NAME + 1], two[LIMIT_NAME + 1];
	struct keeper_once a, b, again;
	struct buf first, second;
	struct card c;
	kit_make(k);
	keeper = kit_start(k);
	once_name(one);
	once_name(two);
	assert_string_not_equal(one, two);
	ok(keeper_once(keeper, one, &a));
	ok(keeper_once(keeper, two, &b));
	assert_memory_not_equal(a.identity.pub, b.identity.pub, 32);
	assert_memory_not_equal(a.sign.pub, b.sign.pub, 32);
	assert_memory_not_equal(a.log.pub, b.log.pub, 32);
	assert_string_not_equal(a.recipient, b.recipient);
	assert_memory_not_equal(a.identity.pub, a.sign.pub, 32);
	const struct keeper_public *own = keeper_public(keeper);
	assert_memory_not_equal(a.identity.pub, own->identity.pub, 32);
	assert_memory_not_equal(a.sign.pub, own->sign.pub, 32);
	assert_string_not_equal(a.recipient, own->recipient);
	buf_init(&first, LIMIT_CHAIN_BYTES);
	buf_init(&second, LIMIT_CHAIN_BYTES);
	card_of(&a, &c);
	ok(sign_card(&c, &first));
	/* Other keys come, a restart, and the old name still works. */
	ok(keeper_rotate(keeper));
	ok(keeper_next_log(keeper));
	keeper_stop(keeper);
	keeper = kit_start(k);
	ok(keeper_once(keeper, one, &again));
	assert_memory_equal(&a, &again, sizeof a);
	card_of(&again, &c);
	ok(sign_card(&c, &second));
	assert_int_equal(first.n, second.n);
	assert_memory_equal(first.p, second.p, first.n);
	ok(sign_warning(one, &a));
	/* And its card stands as a chain that anybody can check. */
	struct chain chain;
	struct arena *arena = arena_new(1u << 20);
	ok(chain_parse(buf_bytes(&first), arena, &chain));
	arena_free(arena);
	buf_free(&first);
	buf_free(&second);
	keeper_stop(keeper);
}

static void a_name_for_once_signs_nothing_that_tells_whose_it_is(void **state)
{
	struct kit *k = *state;
	char name[LIMIT_NAME + 1];
	struct keeper_once a, none;
	struct card c;
	kit_make(k);
	keeper = kit_start(k);
	once_name(name);
	ok(keeper_once(keeper, name, &a));
	refused(keeper_once(keeper, KIT_NAME, &none), "is no name for once");
	refused(keeper_once(keeper, "u-00112233445566778899aabb.unnamed.exercise", &none), "other realm");
	card_of(&a, &c);
	snprintf(c.url[c.url_n++], sizeof c.url[0], "https://north.example");
	refused(sign_card(&c, NULL), "without addresses");
	card_of(&a, &c);
	snprintf(c.duty[c.duty_n++], sizeof c.duty[0], "duty officer, +1 555");
	refused(sign_card(&c, NULL), "without addresses");
	card_of(&a, &c);
	c.seq = 2;
	c.has_prev = true;
	refused(sign_card(&c, NULL), "one card");
	card_of(&a, &c);
	snprintf(c.recipient[0], sizeof c.recipient[0], "%s", keeper_public(keeper)->recipient);
	refused(sign_card(&c, NULL), "other keys");
	keeper_stop(keeper);
}

static void neither_signs_as_the_other(void **state)
{
	struct kit *k = *state;
	char name[LIMIT_NAME + 1], other[LIMIT_NAME + 1];
	struct keeper_once a, b;
	struct buf text;
	uint8_t sig[1][NOTE_SIGNATURE];
	kit_make(k);
	keeper = kit_start(k);
	once_name(name);
	once_name(other);
	ok(keeper_once(keeper, name, &a));
	ok(keeper_once(keeper, other, &b));
	ok(sign_warning(name, &a));
	/* With the fingerprint of another name, or as the node itself. */
	refused(sign_warning(name, &b), "is not a name of this node");
	struct keeper_once self = { .identity = keeper_public(keeper)->identity };
	refused(sign_warning(KIT_NAME, &self), "is no name for once");
	/* The node's own key does not sign for such a name. */
	buf_init(&text, 4096);
	kit_statement(&text, "tocsin/v1", name, a.identity.pub, 1);
	refused(keeper_sign(keeper, (struct bytes[]) { buf_bytes(&text) }, 1, sig), "not from this node");
	/* Nor does such a name answer or ask. */
	buf_clear(&text);
	kit_statement(&text, "tocsin/v1", name, a.identity.pub, 1);
	memcpy(memmem(text.p, text.n, "warning", 7), "request", 7);
	refused(keeper_once_sign(keeper, buf_bytes(&text), sig[0]), "signs warnings");
	buf_free(&text);
	keeper_stop(keeper);
	assert_int_equal(keeper_init(k->dir, name, BYTES_LIT("")), TOCSIN_BAD);
}

static void authorship_is_proven_of_this_node_alone(void **state)
{
	struct kit *k = *state;
	char name[LIMIT_NAME + 1];
	struct keeper_once a;
	struct buf text;
	uint8_t sig[NOTE_SIGNATURE];
	struct once_author own = { .realm = REALM_LIVE, .author = { .name = KIT_NAME } }, back;
	kit_make(k);
	keeper = kit_start(k);
	once_name(name);
	ok(keeper_once(keeper, name, &a));
	random_bytes(own.statement.b, sizeof own.statement.b);
	party_fp(keeper_public(keeper)->identity.pub, own.author.fp);
	buf_init(&text, 4096);
	once_author_format(&own, &text);
	ok(once_author_parse(buf_bytes(&text), &back));
	assert_true(party_same(&own.author, &back.author));
	assert_memory_equal(&own.statement, &back.statement, sizeof own.statement);
	ok(keeper_once_author(keeper, name, buf_bytes(&text), sig));
	assert_true(note_ed25519_ok(a.sign.pub, buf_bytes(&text), sig));
	refused(keeper_once_author(keeper, KIT_NAME, buf_bytes(&text), sig), "is no name for once");
	buf_add_str(&text, "more\n");
	assert_int_equal(keeper_once_author(keeper, name, buf_bytes(&text), sig), TOCSIN_BAD);
	/* Another's fingerprint, another's name. */
	buf_clear(&text);
	own.author.fp[0] ^= 1;
	once_author_format(&own, &text);
	refused(keeper_once_author(keeper, name, buf_bytes(&text), sig), "not this node");
	own.author.fp[0] ^= 1;
	snprintf(own.author.name, sizeof own.author.name, "south.example");
	buf_clear(&text);
	once_author_format(&own, &text);
	refused(keeper_once_author(keeper, name, buf_bytes(&text), sig), "not this node");
	buf_free(&text);
	keeper_stop(keeper);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, kit_setup, kit_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_names_of_the_form_are_names_for_once),
		TEST(two_names_share_no_key_and_one_name_has_the_same_keys_each_time),
		TEST(a_name_for_once_signs_nothing_that_tells_whose_it_is),
		TEST(neither_signs_as_the_other),
		TEST(authorship_is_proven_of_this_node_alone),
	};
	return sodium_init() < 0 ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
