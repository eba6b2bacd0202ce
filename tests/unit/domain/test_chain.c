/* Card chains, signatures of statements, safety numbers, quorums, and the rules of kinds. */
#include "base/text.h"

#include "bundle.h"

#define AT "2024-03-06T09:12:00Z"

static struct arena *arena;

static int setup(void **state)
{
	(void)state;
	arena = arena_new(256u << 20);
	return arena == NULL;
}

static int teardown(void **state)
{
	(void)state;
	arena_free(arena);
	return 0;
}

static struct chain parsed(const struct node *n)
{
	struct chain c;
	assert_int_equal(chain_parse(buf_bytes(&n->chain), arena, &c), TOCSIN_OK);
	return c;
}

static void refuses(const struct node *n, const char *part)
{
	struct chain c;
	assert_int_not_equal(chain_parse(buf_bytes(&n->chain), arena, &c), TOCSIN_OK);
	assert_true(sentence_has(fail_sentence(), part));
}

/* ---- chains ---- */

static void a_chain_grows_by_signed_cards(void **state)
{
	(void)state;
	struct node n;
	node_make(&n, "north.example", "1");
	node_rotate(&n, "2", "2024-02-01T00:00:00Z", true);
	struct key old = n.identity;
	n.identity = role_key(&n, "/identity", NOTE_ED25519, "2");
	node_card(&n, &old);
	n.log = role_key(&n, "/log/2", NOTE_ED25519, "1");
	node_card(&n, NULL);
	struct chain c = parsed(&n);
	assert_int_equal(c.n, 4);
	assert_int_equal(chain_last(&c)->seq, 4);
	assert_non_null(chain_log(&c, "north.example/log/1"));
	assert_non_null(chain_log(&c, "north.example/log/2"));
	assert_null(chain_log(&c, "north.example/log/3"));
	assert_non_null(chain_witness(&c));
	struct party p;
	card_party(c.card[0], &p);
	assert_true(chain_is_party(&c, &p));
	card_party(c.card[3], &p);
	assert_true(chain_is_party(&c, &p));
	p.fp[0] ^= 1;
	assert_false(chain_is_party(&c, &p));
	node_free(&n);
}

static void a_chain_cut_or_lengthened_anywhere_is_no_chain(void **state)
{
	(void)state;
	struct node n;
	struct chain c;
	node_make(&n, "north.example", "1");
	struct buf one;
	buf_init(&one, LIMIT_NOTE);
	buf_add_bytes(&one, buf_bytes(&n.chain));
	node_rotate(&n, "2", "2024-02-01T00:00:00Z", false);
	for (size_t i = 0; i < n.chain.n; i++) {
		uint8_t *cut = malloc(i + 1);
		memcpy(cut, n.chain.p, i);
		enum tocsin_err err = chain_parse(bytes_of(cut, i), arena, &c);
		assert_int_equal(err == TOCSIN_OK, i == one.n);
		free(cut);
		arena_reset(arena);
	}
	buf_add_char(&n.chain, '\n');
	assert_int_equal(chain_parse(buf_bytes(&n.chain), arena, &c), TOCSIN_BAD);
	buf_free(&one);
	node_free(&n);
}

static void every_changed_byte_of_a_chain_is_noticed(void **state)
{
	(void)state;
	struct node n;
	struct chain c;
	node_make(&n, "north.example", "1");
	node_rotate(&n, "2", "2024-02-01T00:00:00Z", false);
	for (size_t i = 0; i < n.chain.n; i++) {
		n.chain.p[i] ^= 4;
		assert_int_not_equal(chain_parse(buf_bytes(&n.chain), arena, &c), TOCSIN_OK);
		n.chain.p[i] ^= 4;
		arena_reset(arena);
	}
	node_free(&n);
}

static void a_new_identity_needs_the_old_ones_signature(void **state)
{
	(void)state;
	struct node n;
	node_make(&n, "north.example", "1");
	struct key stranger = role_key(&n, "/identity", NOTE_ED25519, "stranger");
	n.identity = role_key(&n, "/identity", NOTE_ED25519, "2");
	node_card(&n, NULL);
	refuses(&n, "card 2 of north.example");
	node_free(&n);
	node_make(&n, "north.example", "1");
	n.identity = role_key(&n, "/identity", NOTE_ED25519, "2");
	node_card(&n, &stranger);
	refuses(&n, "card 2 of north.example");
	node_free(&n);
}

static void cards_that_do_not_follow_are_refused(void **state)
{
	(void)state;
	struct node n;
	node_make(&n, "north.example", "1");
	n.card.seq = 2;
	node_card(&n, NULL);
	refuses(&n, "seq that does not follow");
	node_free(&n);
	node_make(&n, "north.example", "1");
	n.card.id.b[0] ^= 1;
	node_card(&n, NULL);
	refuses(&n, "does not name the card before");
	node_free(&n);
	node_make(&n, "north.example", "1");
	n.card.at -= CLOCK_SECOND;
	node_card(&n, NULL);
	refuses(&n, "older than the card before");
	node_free(&n);
	node_make(&n, "north.example", "1");
	n.log = role_key(&n, "/log/1", NOTE_ED25519, "other");
	node_card(&n, NULL);
	refuses(&n, "without a new log");
	node_free(&n);
	node_make(&n, "north.example", "1");
	n.log = role_key(&n, "/log/2", NOTE_ED25519, "1");
	node_card(&n, NULL);
	n.log = role_key(&n, "/log/1", NOTE_ED25519, "1");
	node_card(&n, NULL);
	refuses(&n, "earlier log");
	node_free(&n);
	node_make(&n, "north.example", "1");
	buf_clear(&n.chain);
	node_card(&n, NULL);
	refuses(&n, "begins with card 2");
	node_free(&n);
}

static void a_chain_of_another_name_or_realm_does_not_follow(void **state)
{
	(void)state;
	struct node n, other;
	node_make(&n, "north.example", "1");
	node_make(&other, "north.exercise", "1");
	other.card.id = n.card.id;
	buf_clear(&other.chain);
	node_card(&other, NULL);
	buf_add_char(&n.chain, '\n');
	buf_add_bytes(&n.chain, buf_bytes(&other.chain));
	refuses(&n, "is for another name");
	node_free(&n);
	node_free(&other);
}

static void a_revoked_key_does_not_come_back(void **state)
{
	(void)state;
	struct node n;
	node_make(&n, "north.example", "1");
	node_rotate(&n, "2", "2024-02-01T00:00:00Z", true);
	n.card.revoked_n = 0;
	node_rotate(&n, "1", "2024-02-02T00:00:00Z", false);
	refuses(&n, "brings back");
	node_free(&n);
}

static void a_key_keeps_its_role_in_the_whole_chain(void **state)
{
	(void)state;
	struct node n;
	node_make(&n, "north.example", "1");
	struct key old = n.sign[0];
	n.sign[0] = role_key(&n, "", NOTE_ED25519, "2");
	n.witness = old;
	assert_int_equal(vkey_make("north.example/witness", NOTE_COSIGNATURE, old.vkey.pub, &n.witness.vkey), TOCSIN_OK);
	node_card(&n, NULL);
	refuses(&n, "one public key both as");
	node_free(&n);
	node_make(&n, "north.example", "1");
	struct key log = n.log;
	n.log = log;
	assert_int_equal(vkey_make("north.example/log/2", NOTE_ED25519, log.vkey.pub, &n.log.vkey), TOCSIN_OK);
	node_card(&n, NULL);
	refuses(&n, "one public key both as");
	node_free(&n);
}

static void a_key_of_low_order_cannot_be_carded(void **state)
{
	(void)state;
	/* Identity, order 2, order 4 (twice), a non-canonical zero and one, all of which verify something for anybody in
	 * a lax verifier. */
	static const char *const low[] = { "0100000000000000000000000000000000000000000000000000000000000000",
		"ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
		"0000000000000000000000000000000000000000000000000000000000000000",
			"0000000000000000000000000000000000000000000000000000000000000080",
		"edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
			"eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
		"26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
			"c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a" };
	struct node n;
	node_make(&n, "north.example", "1");
	char was[NOTE_VKEY_MAX];
	vkey_format(&n.sign[0].vkey, was);
	for (size_t i = 0; i < sizeof low / sizeof low[0]; i++) {
		struct vkey k = n.sign[0].vkey;
		uint8_t m[64];
		char text[NOTE_VKEY_MAX];
		struct chain c;
		/* A well-made verifier key, so that only the point is at fault. */
		assert_true(hex_decode(bytes_str(low[i]), k.pub, 32));
		memcpy(m, "north.example\n\x01", 15);
		memcpy(m + 15, k.pub, 32);
		k.id = be32_get(sha256(bytes_of(m, 47)).b);
		vkey_format(&k, text);
		assert_int_equal(strlen(text), strlen(was));
		uint8_t *at = memmem(n.chain.p, n.chain.n, was, strlen(was));
		assert_non_null(at);
		memcpy(at, text, strlen(text));
		assert_int_equal(chain_parse(buf_bytes(&n.chain), arena, &c), TOCSIN_BAD);
		assert_true(sentence_has(fail_sentence(), "not a sound Ed25519 key"));
		memcpy(at, was, strlen(was));
	}
	(void)parsed(&n);
	node_free(&n);
}

static void chains_are_compared_card_by_card(void **state)
{
	(void)state;
	struct node a, b, fork, twin;
	size_t seq = 0;
	node_make(&a, "north.example", "1");
	node_make(&b, "north.example", "1");
	node_make(&fork, "north.example", "1");
	node_make(&twin, "north.example", "twin");
	node_rotate(&b, "2", "2024-02-01T00:00:00Z", false);
	node_rotate(&fork, "fork", "2024-02-01T00:00:00Z", false);
	struct chain ca = parsed(&a), cb = parsed(&b), cf = parsed(&fork), ct = parsed(&twin);
	assert_int_equal(chain_compare(&ca, &ca, &seq), CHAIN_SAME);
	assert_int_equal(chain_compare(&ca, &cb, &seq), CHAIN_EXTENDS);
	assert_int_equal(chain_compare(&cb, &ca, &seq), CHAIN_OLDER);
	assert_int_equal(chain_compare(&cb, &cf, &seq), CHAIN_FORKED);
	assert_int_equal(seq, 2);
	assert_int_equal(chain_compare(&ca, &ct, NULL), CHAIN_STRANGER);
	/* The first card differs, the identity does not. */
	buf_clear(&fork.chain);
	fork.card.seq = 0;
	fork.card.at += CLOCK_SECOND;
	node_card(&fork, NULL);
	cf = parsed(&fork);
	assert_int_equal(chain_compare(&ca, &cf, &seq), CHAIN_FORKED);
	assert_int_equal(seq, 1);
	node_free(&a);
	node_free(&b);
	node_free(&fork);
	node_free(&twin);
}

static void too_many_cards_are_refused(void **state)
{
	(void)state;
	struct node n;
	struct chain c;
	node_make(&n, "north.example", "1");
	n.chain.max = LIMIT_CHAIN_BYTES + 1;
	struct bytes one = bytes_of(arena_copy(arena, n.chain.p, n.chain.n), n.chain.n);
	for (int i = 0; i < LIMIT_CARD_CHAIN; i++) {
		buf_add_char(&n.chain, '\n');
		buf_add_bytes(&n.chain, one);
	}
	assert_false(n.chain.failed);
	assert_int_equal(chain_parse(buf_bytes(&n.chain), arena, &c), TOCSIN_BAD);
	assert_true(sentence_has(fail_sentence(), "1 to 1024 cards"));
	uint8_t *large = calloc(1, LIMIT_CHAIN_BYTES + 1);
	assert_int_equal(chain_parse(bytes_of(large, LIMIT_CHAIN_BYTES + 1), arena, &c), TOCSIN_BAD);
	assert_true(sentence_has(fail_sentence(), "at most"));
	free(large);
	assert_int_equal(chain_parse((struct bytes){ 0 }, arena, &c), TOCSIN_BAD);
	node_free(&n);
}

/* ---- statements ---- */

static enum tocsin_err verify(const struct node *from, const struct node *by, const struct bundle *b, struct buf *clean)
{
	struct chain c = parsed(from), cosigner;
	struct note note;
	if (by != NULL)
		cosigner = parsed(by);
	assert_int_equal(note_parse(buf_bytes(&b->note), LIMIT_NOTE, &note), TOCSIN_OK);
	return chain_verify_statement(&c, by == NULL ? NULL : &cosigner, by != NULL, &note, &b->s, clean);
}

static void a_statement_is_signed_by_the_card_of_its_time_or_the_last(void **state)
{
	(void)state;
	struct node n, s;
	struct bundle before, after;
	struct buf clean;
	buf_init(&clean, LIMIT_NOTE);
	node_make(&n, "north.example", "1");
	node_make(&s, "south.example", "1");
	bundle_warn(&before, &n, &s, AT);
	struct key old = n.sign[0];
	node_rotate(&n, "2", "2024-04-01T00:00:00Z", false);
	assert_int_equal(verify(&n, NULL, &before, &clean), TOCSIN_OK);
	assert_true(bytes_equal(buf_bytes(&clean), buf_bytes(&before.note)));
	/* In the second of the change both are good. */
	bundle_warn(&after, &n, &s, "2024-04-01T00:00:00Z");
	assert_int_equal(verify(&n, NULL, &after, &clean), TOCSIN_OK);
	bundle_sign(&after, &old, 1);
	assert_int_equal(verify(&n, NULL, &after, &clean), TOCSIN_OK);
	bundle_free(&after);
	/* A second later the old one is not. */
	bundle_warn(&after, &n, &s, "2024-04-01T00:00:01Z");
	bundle_sign(&after, &old, 1);
	assert_int_equal(verify(&n, NULL, &after, &clean), TOCSIN_REFUSED);
	/* The last card's keys are good for any time: what was written long ago may be signed today. */
	bundle_free(&after);
	bundle_warn(&after, &n, &s, "2020-01-01T00:00:00Z");
	assert_int_equal(verify(&n, NULL, &after, &clean), TOCSIN_OK);
	bundle_free(&before);
	bundle_free(&after);
	buf_free(&clean);
	node_free(&n);
	node_free(&s);
}

static void every_sign_key_must_have_signed(void **state)
{
	(void)state;
	struct node n, s;
	struct bundle b;
	struct buf clean;
	buf_init(&clean, LIMIT_NOTE);
	node_make(&n, "north.example", "1");
	node_make(&s, "south.example", "1");
	buf_clear(&n.chain);
	n.card.seq = 0;
	n.sign[1] = role_key(&n, "", NOTE_ED25519, "second");
	n.sign_n = 2;
	node_card(&n, NULL);
	bundle_warn(&b, &n, &s, AT);
	assert_int_equal(verify(&n, NULL, &b, &clean), TOCSIN_OK);
	for (size_t i = 0; i < 2; i++) {
		bundle_sign(&b, &n.sign[i], 1);
		assert_int_equal(verify(&n, NULL, &b, &clean), TOCSIN_REFUSED);
	}
	bundle_free(&b);
	buf_free(&clean);
	node_free(&n);
	node_free(&s);
}

static void a_key_that_no_held_card_lists_asks_for_the_chain(void **state)
{
	(void)state;
	struct node n, old, s;
	struct bundle b;
	struct buf clean;
	buf_init(&clean, LIMIT_NOTE);
	node_make(&n, "north.example", "1");
	node_make(&old, "north.example", "1");
	node_make(&s, "south.example", "1");
	node_rotate(&n, "2", "2024-02-01T00:00:00Z", false);
	bundle_warn(&b, &n, &s, AT);
	assert_int_equal(verify(&old, NULL, &b, &clean), TOCSIN_MISSING);
	assert_int_equal(verify(&n, NULL, &b, &clean), TOCSIN_OK);
	/* Signed by somebody else altogether: no newer card would help. */
	bundle_sign(&b, s.sign, 1);
	assert_int_equal(verify(&old, NULL, &b, &clean), TOCSIN_REFUSED);
	bundle_free(&b);
	buf_free(&clean);
	node_free(&n);
	node_free(&old);
	node_free(&s);
}

static void lines_of_others_are_dropped_and_failing_ones_of_known_keys_are_not_forgiven(void **state)
{
	(void)state;
	struct node n, s;
	struct bundle b;
	struct buf clean, was;
	buf_init(&clean, LIMIT_NOTE);
	buf_init(&was, LIMIT_NOTE);
	node_make(&n, "north.example", "1");
	node_make(&s, "south.example", "1");
	bundle_warn(&b, &n, &s, AT);
	buf_add_bytes(&was, buf_bytes(&b.note));
	key_sign(&s.sign[0], buf_bytes(&b.text), &b.note);
	assert_int_equal(verify(&n, NULL, &b, &clean), TOCSIN_OK);
	assert_true(bytes_equal(buf_bytes(&clean), buf_bytes(&was)));
	uint8_t zero[64] = { 0 };
	note_add_line(&b.note, &n.sign[0].vkey, zero, sizeof zero);
	assert_int_equal(verify(&n, NULL, &b, &clean), TOCSIN_REFUSED);
	bundle_free(&b);
	buf_free(&clean);
	buf_free(&was);
	node_free(&n);
	node_free(&s);
}

static void an_announced_cosigner_is_held_to_it(void **state)
{
	(void)state;
	struct node n, s, e;
	struct bundle b;
	struct buf clean;
	buf_init(&clean, LIMIT_NOTE);
	node_make(&n, "north.example", "1");
	node_make(&s, "south.example", "1");
	node_make(&e, "east.example", "1");
	bundle_warn(&b, &n, &s, AT);
	memcpy(b.s.by[0], "east.example", 13);
	b.s.by_n = 1;
	bundle_text(&b);
	const struct key both[] = { n.sign[0], e.sign[0] };
	bundle_sign(&b, both, 2);
	assert_int_equal(verify(&n, &e, &b, &clean), TOCSIN_OK);
	assert_true(bytes_equal(buf_bytes(&clean), buf_bytes(&b.note)));
	assert_int_equal(verify(&n, NULL, &b, &clean), TOCSIN_MISSING);
	bundle_sign(&b, both, 1);
	assert_int_equal(verify(&n, &e, &b, &clean), TOCSIN_REFUSED);
	bundle_free(&b);
	buf_free(&clean);
	node_free(&n);
	node_free(&s);
	node_free(&e);
}

static void a_revoked_key_counts_only_for_what_was_there_before(void **state)
{
	(void)state;
	struct node n, s;
	struct bundle b;
	struct buf clean;
	struct note note;
	buf_init(&clean, LIMIT_NOTE);
	node_make(&n, "north.example", "1");
	node_make(&s, "south.example", "1");
	struct key old = n.sign[0];
	node_rotate(&n, "2", "2024-04-01T00:00:00Z", true);
	/* On its way when the key was changed. */
	bundle_warn(&b, &n, &s, AT);
	bundle_sign(&b, &old, 1);
	assert_int_equal(verify(&n, NULL, &b, &clean), TOCSIN_OK);
	/* When it is known not to have been there before, its claim does not help. */
	struct chain c = parsed(&n);
	assert_int_equal(note_parse(buf_bytes(&b.note), LIMIT_NOTE, &note), TOCSIN_OK);
	assert_int_equal(chain_verify_known(&c, NULL, 0, &note, &b.s, time_of("2024-03-31T23:59:59Z"), &clean), TOCSIN_OK);
	assert_int_equal(chain_verify_known(&c, NULL, 0, &note, &b.s, time_of("2024-04-01T00:00:00Z"), &clean),
		TOCSIN_REFUSED);
	assert_true(sentence_has(fail_sentence(), "revoked as of 2024-04-01T00:00:00Z"));
	bundle_free(&b);
	/* In the second of the change both cards are current, but the old key is gone. */
	bundle_warn(&b, &n, &s, "2024-04-01T00:00:00Z");
	bundle_sign(&b, &old, 1);
	assert_int_equal(verify(&n, NULL, &b, &clean), TOCSIN_REFUSED);
	bundle_free(&b);
	buf_free(&clean);
	node_free(&n);
	node_free(&s);
}

static void the_fingerprint_of_the_sender_is_checked(void **state)
{
	(void)state;
	struct node n, twin, s;
	struct bundle b;
	struct buf clean;
	buf_init(&clean, LIMIT_NOTE);
	node_make(&n, "north.example", "1");
	node_make(&twin, "north.example", "twin");
	node_make(&s, "south.example", "1");
	bundle_warn(&b, &n, &s, AT);
	assert_int_equal(verify(&twin, NULL, &b, &clean), TOCSIN_REFUSED);
	assert_true(sentence_has(fail_sentence(), "fingerprint"));
	bundle_free(&b);
	buf_free(&clean);
	node_free(&n);
	node_free(&twin);
	node_free(&s);
}

/* ---- safety numbers and quorums ---- */

static void a_safety_number_is_the_same_on_both_sides_and_for_nobody_else(void **state)
{
	(void)state;
	struct node n, s, twin;
	char a[72], b[72], c[72], e[72];
	node_make(&n, "north.example", "1");
	node_make(&s, "south.example", "1");
	node_make(&twin, "south.example", "twin");
	safety_number(REALM_LIVE, n.name, n.identity.vkey.pub, s.name, s.identity.vkey.pub, a);
	safety_number(REALM_LIVE, s.name, s.identity.vkey.pub, n.name, n.identity.vkey.pub, b);
	safety_number(REALM_LIVE, n.name, n.identity.vkey.pub, twin.name, twin.identity.vkey.pub, c);
	safety_number(REALM_EXERCISE, n.name, n.identity.vkey.pub, s.name, s.identity.vkey.pub, e);
	assert_string_equal(a, b);
	assert_string_not_equal(a, c);
	assert_string_not_equal(a, e);
	assert_int_equal(strlen(a), 71);
	for (size_t i = 0; i < 71; i++)
		assert_true(i % 6 == 5 ? a[i] == ' ' : a[i] >= '0' && a[i] <= '9');
	/* The sum of PROTOCOL section 2, made by hand for the first group. */
	char text[600], hex_n[65], hex_s[65];
	hex_encode(n.identity.vkey.pub, 32, hex_n);
	hex_encode(s.identity.vkey.pub, 32, hex_s);
	snprintf(text, sizeof text, "tocsin/v1 safety\nnorth.example %s\nsouth.example %s\n", hex_n, hex_s);
	struct hash h = sha256(bytes_str(text));
	uint64_t v = (uint64_t)h.b[0] << 32 | (uint64_t)h.b[1] << 24 | (uint64_t)h.b[2] << 16 | (uint64_t)h.b[3] << 8 | h.b[4];
	char group[8];
	snprintf(group, sizeof group, "%05u", (unsigned)(v % 100000));
	assert_memory_equal(a, group, 5);
	node_free(&n);
	node_free(&s);
	node_free(&twin);
}

struct cosigned {
	struct buf text, note;
};

static void checkpoint_of(const struct node *owner, struct cosigned *c)
{
	struct checkpoint p = { .size = 16 };
	buf_init(&c->text, LIMIT_NOTE);
	buf_init(&c->note, LIMIT_NOTE);
	memcpy(p.origin, owner->log.vkey.name, sizeof p.origin);
	checkpoint_format(&p, &c->text);
	note_begin(&c->note, buf_bytes(&c->text));
	key_sign(&owner->log, buf_bytes(&c->text), &c->note);
}

static void a_quorum_counts_organisations_by_their_earliest_times(void **state)
{
	(void)state;
	struct node owner, w[4];
	struct chain chain[5];
	const struct chain *witness[6];
	struct cosigned c;
	struct note note;
	size_t count;
	bool met;
	uint64_t time;
	static const char *const names[] = { "a.example", "b.example", "c.example", "d.example" };
	node_make(&owner, "owner.example", "1");
	checkpoint_of(&owner, &c);
	for (size_t i = 0; i < 4; i++) {
		node_make(&w[i], names[i], "1");
		chain[i] = parsed(&w[i]);
		witness[i] = &chain[i];
	}
	chain[4] = parsed(&owner);
	witness[4] = &chain[4];
	witness[5] = &chain[0];
	/* b at 300 and 100, a at 200, the owner itself at 1; c and d not. */
	key_cosign(&w[1].witness, buf_bytes(&c.text), 300, &c.note);
	key_cosign(&w[0].witness, buf_bytes(&c.text), 200, &c.note);
	key_cosign(&w[1].witness, buf_bytes(&c.text), 100, &c.note);
	key_cosign(&owner.witness, buf_bytes(&c.text), 1, &c.note);
	assert_int_equal(note_parse(buf_bytes(&c.note), LIMIT_NOTE, &note), TOCSIN_OK);
	static const struct { unsigned k; bool met; uint64_t time; } cases[] = { { 0, false, 0 }, { 1, true, 100 },
		{ 2, true, 200 }, { 3, false, 0 } };
	for (size_t i = 0; i < 4; i++) {
		struct quorum q = { cases[i].k, 6, witness };
		assert_int_equal(quorum_check(&q, "owner.example", &note, &count, &met, &time), TOCSIN_OK);
		assert_int_equal(count, 2);
		assert_int_equal(met, cases[i].met);
		assert_int_equal(time, cases[i].time);
	}
	/* One that fails spoils it; one by a key that nobody listed does not. */
	uint8_t zero[72] = { 0 };
	struct key stranger = key_make("e.example/witness", NOTE_COSIGNATURE, "e");
	key_cosign(&stranger, buf_bytes(&c.text), 5, &c.note);
	assert_int_equal(note_parse(buf_bytes(&c.note), LIMIT_NOTE, &note), TOCSIN_OK);
	struct quorum q = { 2, 6, witness };
	assert_int_equal(quorum_check(&q, "owner.example", &note, &count, &met, &time), TOCSIN_OK);
	note_add_line(&c.note, &w[2].witness.vkey, zero, sizeof zero);
	assert_int_equal(note_parse(buf_bytes(&c.note), LIMIT_NOTE, &note), TOCSIN_OK);
	assert_int_equal(quorum_check(&q, "owner.example", &note, &count, &met, &time), TOCSIN_REFUSED);
	for (size_t i = 0; i < 4; i++)
		node_free(&w[i]);
	node_free(&owner);
	buf_free(&c.text);
	buf_free(&c.note);
}

static void one_key_under_two_names_counts_once(void **state)
{
	(void)state;
	struct node owner, a, b;
	struct cosigned c;
	struct note note;
	size_t count;
	bool met;
	uint64_t time;
	node_make(&owner, "owner.example", "1");
	node_make(&a, "a.example", "1");
	node_make(&b, "b.example", "1");
	b.witness = a.witness;
	assert_int_equal(vkey_make("b.example/witness", NOTE_COSIGNATURE, a.witness.vkey.pub, &b.witness.vkey), TOCSIN_OK);
	b.card.seq = 0;
	buf_clear(&b.chain);
	node_card(&b, NULL);
	struct chain ca = parsed(&a), cb = parsed(&b);
	const struct chain *witness[] = { &ca, &cb };
	checkpoint_of(&owner, &c);
	key_cosign(&a.witness, buf_bytes(&c.text), 200, &c.note);
	key_cosign(&b.witness, buf_bytes(&c.text), 100, &c.note);
	assert_int_equal(note_parse(buf_bytes(&c.note), LIMIT_NOTE, &note), TOCSIN_OK);
	struct quorum q = { 2, 2, witness };
	assert_int_equal(quorum_check(&q, "owner.example", &note, &count, &met, &time), TOCSIN_OK);
	assert_int_equal(count, 1);
	assert_false(met);
	q.k = 1;
	assert_int_equal(quorum_check(&q, "owner.example", &note, &count, &met, &time), TOCSIN_OK);
	assert_int_equal(time, 100);
	buf_free(&c.text);
	buf_free(&c.note);
	node_free(&owner);
	node_free(&a);
	node_free(&b);
}

static void a_revoked_witness_key_counts_up_to_its_revocation(void **state)
{
	(void)state;
	struct node owner, a;
	size_t count;
	bool met;
	uint64_t time;
	node_make(&owner, "owner.example", "1");
	node_make(&a, "a.example", "1");
	struct key old = a.witness;
	a.card.revoked[0].key = old.vkey;
	a.card.revoked[0].at = time_of("2024-04-01T00:00:00Z");
	a.card.revoked_n = 1;
	a.card.at = time_of("2024-04-01T00:00:00Z");
	a.witness = role_key(&a, "/witness", NOTE_COSIGNATURE, "2");
	node_card(&a, NULL);
	struct chain ca = parsed(&a);
	const struct chain *witness[] = { &ca };
	struct quorum q = { 1, 1, witness };
	const uint64_t at = (uint64_t)(time_of("2024-04-01T00:00:00Z") / CLOCK_SECOND);
	for (uint64_t t = at - 1; t <= at; t++) {
		struct cosigned c;
		struct note note;
		checkpoint_of(&owner, &c);
		key_cosign(&old, buf_bytes(&c.text), t, &c.note);
		assert_int_equal(note_parse(buf_bytes(&c.note), LIMIT_NOTE, &note), TOCSIN_OK);
		assert_int_equal(quorum_check(&q, "owner.example", &note, &count, &met, &time), TOCSIN_OK);
		assert_int_equal(met, t < at);
		buf_free(&c.text);
		buf_free(&c.note);
	}
	node_free(&owner);
	node_free(&a);
}

/* ---- kinds ---- */

static struct party party(const char *name)
{
	struct party p = { .fp = { 0 } };
	snprintf(p.name, sizeof p.name, "%s", name);
	p.fp[0] = (uint8_t)name[0];
	return p;
}

static enum tocsin_err allows(const char *kind, const char *from, const char *to, const struct kind_target *t,
	size_t n, bool *dangling)
{
	struct statement s = { .lines = strcmp(kind, "warning") == 0 ? 32 : 16, .re_n = n };
	snprintf(s.kind, sizeof s.kind, "%s", kind);
	s.from = party(from);
	s.to = party(to);
	return kind_allows(&s, t, n, dangling);
}

static void each_kind_has_its_rule(void **state)
{
	(void)state;
	bool dangling;
	const struct kind_target warning = { true, "warning", party("n.example"), party("s.example") };
	const struct kind_target retraction = { true, "retraction", party("n.example"), party("s.example") };
	const struct kind_target request = { true, "request", party("n.example"), party("s.example") };
	const struct kind_target response = { true, "response", party("s.example"), party("n.example") };
	const struct kind_target unknown = { .known = false };
	const struct { const char *kind, *from, *to; const struct kind_target *t; size_t n; bool ok, dangling; } cases[] = {
		{ "warning", "n.example", "s.example", NULL, 0, true, false },
		{ "warning", "n.example", "n.example", NULL, 0, true, false },
		{ "warning", "n.example", "s.example", &warning, 1, true, false },
		{ "warning", "n.example", "e.example", &warning, 1, false, false },
		{ "warning", "e.example", "s.example", &warning, 1, false, false },
		{ "warning", "n.example", "s.example", &unknown, 1, true, true },
		{ "response", "s.example", "n.example", &warning, 1, true, false },
		{ "response", "s.example", "n.example", &retraction, 1, true, false },
		{ "response", "s.example", "n.example", NULL, 0, false, false },
		{ "response", "n.example", "s.example", &warning, 1, false, false },
		{ "response", "e.example", "n.example", &warning, 1, false, false },
		{ "response", "s.example", "n.example", &unknown, 1, true, true },
		{ "retraction", "n.example", "s.example", &warning, 1, true, false },
		{ "retraction", "s.example", "n.example", &warning, 1, false, false },
		{ "retraction", "n.example", "s.example", &retraction, 1, false, false },
		{ "retraction", "n.example", "s.example", NULL, 0, false, false },
		{ "closure", "n.example", "s.example", &warning, 1, true, false },
		{ "closure", "s.example", "n.example", &warning, 1, false, false },
		{ "closure", "n.example", "s.example", &retraction, 1, false, false },
		{ "record", "n.example", "n.example", NULL, 0, true, false },
		{ "record", "e.example", "e.example", &warning, 1, true, false },
		{ "record", "s.example", "n.example", &warning, 1, true, false },
		{ "record", "s.example", "e.example", &warning, 1, false, false },
		{ "request", "n.example", "s.example", NULL, 0, true, false },
		{ "request", "n.example", "s.example", &warning, 1, true, false },
		{ "request", "n.example", "n.example", NULL, 0, false, false },
		{ "request", "e.example", "s.example", &warning, 1, false, false },
		{ "answer", "s.example", "n.example", &request, 1, true, false },
		{ "answer", "n.example", "s.example", &request, 1, false, false },
		{ "answer", "s.example", "n.example", &warning, 1, false, false },
		{ "answer", "s.example", "n.example", NULL, 0, false, false },
		{ "answer", "n.example", "s.example", &response, 1, true, false },
		{ "answer", "s.example", "n.example", &response, 1, false, false },
		{ "retraction", "n.example", "s.example", &request, 1, true, false },
		{ "determination", "n.example", "n.example", NULL, 0, true, false },
		{ "determination", "n.example", "n.example", &warning, 1, true, false },
		{ "determination", "n.example", "s.example", NULL, 0, false, false },
		{ "rumour", "n.example", "s.example", NULL, 0, false, false },
	};
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		enum tocsin_err err = allows(cases[i].kind, cases[i].from, cases[i].to, cases[i].t, cases[i].n, &dangling);
		if ((err == TOCSIN_OK) != cases[i].ok)
			print_message("case %zu: %s\n", i, cases[i].kind);
		assert_int_equal(err, cases[i].ok ? TOCSIN_OK : TOCSIN_REFUSED);
		if (cases[i].ok)
			assert_int_equal(dangling, cases[i].dangling);
	}
}

static void one_bad_target_among_good_and_unknown_ones_is_refused(void **state)
{
	(void)state;
	bool dangling;
	const struct kind_target t[] = { { .known = false }, { true, "warning", party("n.example"), party("s.example") },
		{ true, "warning", party("s.example"), party("n.example") } };
	assert_int_equal(allows("response", "s.example", "n.example", t, 2, &dangling), TOCSIN_OK);
	assert_true(dangling);
	assert_int_equal(allows("response", "s.example", "n.example", t, 3, &dangling), TOCSIN_REFUSED);
}

static void names_alone_do_not_make_a_party(void **state)
{
	(void)state;
	bool dangling;
	struct kind_target t = { true, "warning", party("n.example"), party("s.example") };
	t.to.fp[5] = 1;
	assert_int_equal(allows("response", "s.example", "n.example", &t, 1, &dangling), TOCSIN_REFUSED);
}

static void the_number_of_lines_is_fixed_by_kind(void **state)
{
	(void)state;
	bool dangling;
	for (uint32_t lines = 16; lines <= 2048; lines *= 2) {
		struct statement s = { .lines = lines, .kind = "warning", .from = party("n.example"),
			.to = party("s.example") };
		assert_int_equal(kind_allows(&s, NULL, 0, &dangling) == TOCSIN_OK, lines == 32 || lines == 128 ||
			lines == 512 || lines == 2048);
		memcpy(s.kind, "record", 7);
		assert_int_equal(kind_allows(&s, NULL, 0, &dangling) == TOCSIN_OK, lines == 16 || lines == 64 ||
			lines == 256 || lines == 1024);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_chain_grows_by_signed_cards),
		cmocka_unit_test(a_chain_cut_or_lengthened_anywhere_is_no_chain),
		cmocka_unit_test(every_changed_byte_of_a_chain_is_noticed),
		cmocka_unit_test(a_new_identity_needs_the_old_ones_signature),
		cmocka_unit_test(cards_that_do_not_follow_are_refused),
		cmocka_unit_test(a_chain_of_another_name_or_realm_does_not_follow),
		cmocka_unit_test(a_revoked_key_does_not_come_back),
		cmocka_unit_test(a_key_keeps_its_role_in_the_whole_chain),
		cmocka_unit_test(a_key_of_low_order_cannot_be_carded),
		cmocka_unit_test(chains_are_compared_card_by_card),
		cmocka_unit_test(too_many_cards_are_refused),
		cmocka_unit_test(a_statement_is_signed_by_the_card_of_its_time_or_the_last),
		cmocka_unit_test(every_sign_key_must_have_signed),
		cmocka_unit_test(a_key_that_no_held_card_lists_asks_for_the_chain),
		cmocka_unit_test(lines_of_others_are_dropped_and_failing_ones_of_known_keys_are_not_forgiven),
		cmocka_unit_test(an_announced_cosigner_is_held_to_it),
		cmocka_unit_test(a_revoked_key_counts_only_for_what_was_there_before),
		cmocka_unit_test(the_fingerprint_of_the_sender_is_checked),
		cmocka_unit_test(a_safety_number_is_the_same_on_both_sides_and_for_nobody_else),
		cmocka_unit_test(a_quorum_counts_organisations_by_their_earliest_times),
		cmocka_unit_test(one_key_under_two_names_counts_once),
		cmocka_unit_test(a_revoked_witness_key_counts_up_to_its_revocation),
		cmocka_unit_test(each_kind_has_its_rule),
		cmocka_unit_test(one_bad_target_among_good_and_unknown_ones_is_refused),
		cmocka_unit_test(names_alone_do_not_make_a_party),
		cmocka_unit_test(the_number_of_lines_is_fixed_by_kind),
	};
	return cmocka_run_group_tests_name("chain", tests, setup, teardown);
}
