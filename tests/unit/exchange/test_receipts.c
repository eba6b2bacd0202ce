#include "test.h"

#include <sodium.h>

#include "exchange/internal.h"
#include "exchange/receipts.h"

#define ORIGIN "south.example/log/1"
#define HAVE 5
#define SENT 3
#define SIZE 11

/* A partner's log in memory, and a batch that was sent when it had HAVE entries. */
struct world {
	uint8_t secret[crypto_sign_SECRETKEYBYTES], other_secret[crypto_sign_SECRETKEYBYTES];
	struct vkey log, other;
	struct hash leaf[SIZE];
	struct sent sent;
	struct sent_item item[SENT];
	uint64_t index[SENT];
	struct buf body;
	struct arena *arena;
	struct answer answer;
	struct checkpoint c;
};

static void key(const char *name, uint8_t *secret, struct vkey *k)
{
	uint8_t pub[32];
	crypto_sign_keypair(pub, secret);
	assert_int_equal(vkey_make(name, NOTE_ED25519, pub, k), TOCSIN_OK);
}

static struct hash entry_leaf(const struct hash *id, bool returned)
{
	struct hash e;
	statement_entry(REALM_LIVE, returned ? ENTRY_ISSUED : ENTRY_ACCEPTED, id, &e);
	return statement_entry_leaf(&e);
}

static int setup(void **state)
{
	struct world *w = calloc(1, sizeof *w);
	assert_true(sodium_init() >= 0);
	key(ORIGIN, w->secret, &w->log);
	key("south.example/log/2", w->other_secret, &w->other);
	for (size_t i = 0; i < SIZE; i++) {
		struct hash id = sha256(bytes_of(&i, sizeof i));
		w->leaf[i] = entry_leaf(&id, false);
		/* What was sent came to stand at 5, 8 and 10; somebody else's is between. */
		static const int place[SIZE] = { [5] = 1, [8] = 2, [10] = 3 };
		if (place[i] > 0) {
			w->item[place[i] - 1] = (struct sent_item){ .num = 100 + place[i], .id = id };
			w->index[place[i] - 1] = i;
		}
	}
	w->sent = (struct sent){ .realm = REALM_LIVE, .log = w->log, .have = HAVE, .have_root = merkle_root(w->leaf, HAVE),
		.n = SENT, .item = w->item };
	buf_init(&w->body, LIMIT_ANSWER_BYTES);
	w->arena = arena_new(8u << 20);
	*state = w;
	return 0;
}

static int teardown(void **state)
{
	struct world *w = *state;
	buf_free(&w->body);
	arena_free(w->arena);
	free(w);
	return 0;
}

static bool read_leaf(void *arg, unsigned level, uint64_t index, struct hash *out)
{
	const struct hash *leaf = arg;
	*out = merkle_root(leaf + (index << level), (size_t)1 << level);
	return true;
}

static void add_note(struct world *w, const uint8_t *secret, const struct vkey *k, const char *origin, uint64_t size,
	const struct hash *root, struct buf *out)
{
	struct checkpoint c = { .size = size, .root = *root };
	struct buf text;
	uint8_t sig[64];
	(void)w;
	snprintf(c.origin, sizeof c.origin, "%s", origin);
	buf_init(&text, LIMIT_CHECKPOINT_NOTE);
	checkpoint_format(&c, &text);
	crypto_sign_detached(sig, NULL, text.p, text.n, secret);
	note_begin(out, buf_bytes(&text));
	note_add_line(out, k, sig, 64);
	buf_free(&text);
}

/* The parts of an answer, each of which a test may spoil. */
struct parts {
	struct merkle_proof consistency;
	size_t n;
	struct hash id[SENT + 1];
	uint64_t index[SENT + 1];
	struct merkle_proof proof[SENT + 1];
	const char *refused[SENT + 1];
	uint64_t size;
	struct hash root;
	const char *origin;
	const uint8_t *secret;
	const struct vkey *key;
};

static void honest(struct world *w, struct parts *p)
{
	*p = (struct parts){ .n = SENT, .size = SIZE, .root = merkle_root(w->leaf, SIZE), .origin = ORIGIN,
		.secret = w->secret, .key = &w->log };
	assert_int_equal(merkle_prove_consistency(read_leaf, w->leaf, HAVE, SIZE, &p->consistency), TOCSIN_OK);
	for (size_t i = 0; i < SENT; i++) {
		p->id[i] = w->item[i].id;
		p->index[i] = w->index[i];
		merkle_prove_in(w->leaf, SIZE, (size_t)w->index[i], &p->proof[i]);
	}
}

static enum receipts_verdict check(struct world *w)
{
	arena_reset(w->arena);
	return receipts_check(&w->sent, buf_bytes(&w->body), w->arena, &w->answer, &w->c);
}

static void make(struct world *w, const struct parts *p)
{
	struct buf note;
	buf_init(&note, LIMIT_CHECKPOINT_NOTE);
	buf_clear(&w->body);
	answer_begin(&w->body, &p->consistency);
	for (size_t i = 0; i < p->n; i++) {
		if (p->refused[i] != NULL)
			answer_refused(&w->body, p->refused[i], "for a reason");
		else
			answer_accepted(&w->body, &p->id[i], p->index[i], &p->proof[i]);
	}
	add_note(w, p->secret, p->key, p->origin, p->size, &p->root, &note);
	answer_end(&w->body, buf_bytes(&note));
	assert_false(w->body.failed);
	buf_free(&note);
}

static enum receipts_verdict made(struct world *w, const struct parts *p)
{
	make(w, p);
	return check(w);
}

static void an_honest_answer_counts(void **state)
{
	struct world *w = *state;
	struct parts p;
	honest(w, &p);
	assert_int_equal(made(w, &p), RECEIPTS_GOOD);
	assert_int_equal(w->answer.n, SENT);
	assert_int_equal(w->c.size, SIZE);
	p.refused[1] = "busy";
	assert_int_equal(made(w, &p), RECEIPTS_GOOD);
	assert_false(w->answer.item[1].accepted);
}

static void a_first_answer_has_nothing_to_grow_from(void **state)
{
	struct world *w = *state;
	struct parts p;
	honest(w, &p);
	w->sent.have = 0;
	assert_int_equal(made(w, &p), RECEIPTS_WRONG);
	p.consistency.n = 0;
	assert_int_equal(made(w, &p), RECEIPTS_GOOD);
}

static void an_answer_cut_anywhere_counts_for_nothing(void **state)
{
	struct world *w = *state;
	struct parts p;
	honest(w, &p);
	make(w, &p);
	for (size_t n = 0; n < w->body.n; n++) {
		uint8_t *cut = malloc(n + 1);
		assert_non_null(cut);
		memcpy(cut, w->body.p, n);
		arena_reset(w->arena);
		assert_int_equal(receipts_check(&w->sent, bytes_of(cut, n), w->arena, &w->answer, &w->c), RECEIPTS_WRONG);
		assert_true(strlen(fail_sentence()) > 0);
		free(cut);
	}
}

static void no_byte_can_be_changed_without_notice(void **state)
{
	struct world *w = *state;
	struct parts p;
	honest(w, &p);
	make(w, &p);
	for (size_t i = 0; i < w->body.n; i++) {
		w->body.p[i] ^= 1;
		assert_int_not_equal(check(w), RECEIPTS_GOOD);
		w->body.p[i] ^= 1;
	}
	assert_int_equal(check(w), RECEIPTS_GOOD);
}

static void bytes_behind_it_make_it_count_for_nothing(void **state)
{
	struct world *w = *state;
	struct parts p;
	honest(w, &p);
	make(w, &p);
	buf_add_str(&w->body, "x");
	assert_int_equal(check(w), RECEIPTS_WRONG);
	buf_add_str(&w->body, "\n");
	assert_int_equal(check(w), RECEIPTS_WRONG);
}

static void too_few_and_too_many_count_for_nothing(void **state)
{
	struct world *w = *state;
	struct parts p;
	honest(w, &p);
	p.n = SENT - 1;
	assert_int_equal(made(w, &p), RECEIPTS_WRONG);
	assert_non_null(strstr(fail_sentence(), "for 2 statements where 3 were sent"));
	p.n = SENT + 1;
	p.id[SENT] = p.id[0];
	p.index[SENT] = p.index[0];
	p.proof[SENT] = p.proof[0];
	assert_int_equal(made(w, &p), RECEIPTS_WRONG);
	p.n = 0;
	assert_int_equal(made(w, &p), RECEIPTS_WRONG);
}

static void ids_in_another_order_count_for_nothing(void **state)
{
	struct world *w = *state;
	struct parts p, q;
	honest(w, &p);
	q = p;
	q.id[0] = p.id[1];
	q.index[0] = p.index[1];
	q.proof[0] = p.proof[1];
	q.id[1] = p.id[0];
	q.index[1] = p.index[0];
	q.proof[1] = p.proof[0];
	assert_int_equal(made(w, &q), RECEIPTS_WRONG);
	assert_non_null(strstr(fail_sentence(), "another statement"));
}

static void somebody_elses_receipt_counts_for_nothing(void **state)
{
	struct world *w = *state;
	struct parts p;
	honest(w, &p);
	/* Entry 6 is in the log, but it is not ours: neither under its own id, nor under ours. */
	size_t six = 6;
	p.id[1] = sha256(bytes_of(&six, sizeof six));
	p.index[1] = 6;
	merkle_prove_in(w->leaf, SIZE, 6, &p.proof[1]);
	assert_int_equal(made(w, &p), RECEIPTS_WRONG);
	p.id[1] = w->item[1].id;
	assert_int_equal(made(w, &p), RECEIPTS_WRONG);
	assert_non_null(strstr(fail_sentence(), "number 2"));
}

static void a_wrong_proof_spoils_the_whole_answer(void **state)
{
	struct world *w = *state;
	struct parts p;
	honest(w, &p);
	p.index[2]--;
	assert_int_equal(made(w, &p), RECEIPTS_WRONG);
	honest(w, &p);
	p.proof[2].h[0].b[0] ^= 1;
	assert_int_equal(made(w, &p), RECEIPTS_WRONG);
	honest(w, &p);
	p.proof[0].n--;
	assert_int_equal(made(w, &p), RECEIPTS_WRONG);
	honest(w, &p);
	p.index[0] = SIZE;
	assert_int_equal(made(w, &p), RECEIPTS_WRONG);
}

static void an_issued_entry_is_no_receipt_and_an_accepted_one_no_return(void **state)
{
	struct world *w = *state;
	struct parts p;
	honest(w, &p);
	w->item[1].returned = true;
	assert_int_equal(made(w, &p), RECEIPTS_WRONG);
	w->leaf[w->index[1]] = entry_leaf(&w->item[1].id, true);
	honest(w, &p);
	assert_int_equal(made(w, &p), RECEIPTS_GOOD);
	w->item[1].returned = false;
	assert_int_equal(made(w, &p), RECEIPTS_WRONG);
}

static void a_receipt_of_the_other_realm_counts_for_nothing(void **state)
{
	struct world *w = *state;
	struct parts p;
	honest(w, &p);
	w->sent.realm = REALM_EXERCISE;
	assert_int_equal(made(w, &p), RECEIPTS_WRONG);
}

static void another_log_asks_for_the_card(void **state)
{
	struct world *w = *state;
	struct parts p;
	honest(w, &p);
	p.origin = "south.example/log/2";
	p.secret = w->other_secret;
	p.key = &w->other;
	assert_int_equal(made(w, &p), RECEIPTS_OTHER_LOG);
	assert_non_null(strstr(fail_sentence(), "log/2"));
}

static void the_right_origin_signed_by_another_key_is_nobodys_word(void **state)
{
	struct world *w = *state;
	struct parts p;
	struct vkey forged;
	honest(w, &p);
	assert_int_equal(vkey_make(ORIGIN, NOTE_ED25519, w->other.pub, &forged), TOCSIN_OK);
	p.secret = w->other_secret;
	p.key = &forged;
	/* A shrunken one too: what is not signed is no evidence. */
	assert_int_equal(made(w, &p), RECEIPTS_WRONG);
	p.size = 2;
	assert_int_equal(made(w, &p), RECEIPTS_WRONG);
	p.key = &w->log;
	assert_int_equal(made(w, &p), RECEIPTS_WRONG);
}

static void a_signed_log_that_shrank_is_evidence(void **state)
{
	struct world *w = *state;
	struct parts p;
	honest(w, &p);
	p.size = HAVE - 1;
	p.root = merkle_root(w->leaf, HAVE - 1);
	assert_int_equal(made(w, &p), RECEIPTS_SHRUNKEN);
	assert_non_null(strstr(fail_sentence(), "from 5 to 4"));
}

static void a_signed_second_history_of_one_size_is_evidence_whatever_else_it_says(void **state)
{
	struct world *w = *state;
	struct parts p;
	honest(w, &p);
	p.size = HAVE;
	p.root = merkle_root(w->leaf + 1, HAVE);
	p.n = 0;
	p.consistency.n = 0;
	assert_int_equal(made(w, &p), RECEIPTS_FORKED);
	p.root = merkle_root(w->leaf, HAVE);
	assert_int_equal(made(w, &p), RECEIPTS_WRONG);          /* the same history, but none of the answers */
}

static void growth_without_proof_is_kept_apart(void **state)
{
	struct world *w = *state;
	struct parts p;
	honest(w, &p);
	p.consistency.h[0].b[7] ^= 1;
	assert_int_equal(made(w, &p), RECEIPTS_UNPROVEN);
	p.consistency.n = 0;
	assert_int_equal(made(w, &p), RECEIPTS_UNPROVEN);
	/* Another history that happens to be longer. */
	w->leaf[0].b[0] ^= 1;
	honest(w, &p);
	assert_int_equal(made(w, &p), RECEIPTS_UNPROVEN);
}

static void an_empty_log_answers_refusals_only(void **state)
{
	struct world *w = *state;
	struct parts p;
	honest(w, &p);
	w->sent.have = 0;
	p.consistency.n = 0;
	p.size = 0;
	p.root = merkle_root(w->leaf, 0);
	for (size_t i = 0; i < SENT; i++)
		p.refused[i] = "stranger";
	assert_int_equal(made(w, &p), RECEIPTS_GOOD);
	p.refused[1] = NULL;
	assert_int_equal(made(w, &p), RECEIPTS_WRONG);
}

static void behind(struct world *w, uint64_t size, enum receipts_verdict want)
{
	struct buf note;
	struct hash root = merkle_root(w->leaf, (size_t)size);
	buf_init(&note, LIMIT_CHECKPOINT_NOTE);
	add_note(w, w->secret, &w->log, ORIGIN, size, &root, &note);
	assert_int_equal(receipts_check_behind(&w->sent, buf_bytes(&note), &w->c), want);
	for (size_t n = 0; n < note.n; n++)
		assert_int_equal(receipts_check_behind(&w->sent, bytes_of(note.p, n), &w->c), RECEIPTS_WRONG);
	buf_free(&note);
}

static void a_409_is_evidence_only_with_a_smaller_signed_checkpoint(void **state)
{
	struct world *w = *state;
	behind(w, HAVE - 1, RECEIPTS_SHRUNKEN);
	behind(w, 0, RECEIPTS_SHRUNKEN);
	behind(w, HAVE, RECEIPTS_WRONG);
	behind(w, SIZE, RECEIPTS_WRONG);
	assert_int_equal(receipts_check_behind(&w->sent, BYTES_LIT("sorry"), &w->c), RECEIPTS_WRONG);
	w->sent.have = 0;
	behind(w, 0, RECEIPTS_WRONG);
}

static void random_answers_are_taken_apart_without_harm(void **state)
{
	struct world *w = *state;
	struct parts p;
	honest(w, &p);
	make(w, &p);
	for (unsigned i = 0; i < 3000; i++) {
		struct buf b;
		buf_init(&b, LIMIT_ANSWER_BYTES);
		uint32_t from = randombytes_uniform((uint32_t)w->body.n), n = randombytes_uniform(40),
			to = randombytes_uniform((uint32_t)w->body.n);
		buf_add(&b, w->body.p, from);
		buf_add(&b, w->body.p + to, n < w->body.n - to ? n : w->body.n - to);
		buf_add(&b, w->body.p + from, w->body.n - from);
		arena_reset(w->arena);
		enum receipts_verdict v = receipts_check(&w->sent, buf_bytes(&b), w->arena, &w->answer, &w->c);
		/* Only what changes nothing may still count. */
		if (v == RECEIPTS_GOOD)
			assert_true(bytes_equal(buf_bytes(&b), buf_bytes(&w->body)));
		buf_free(&b);
	}
}

static void a_published_proof_is_for_one_id_one_realm_one_log(void **state)
{
	struct world *w = *state;
	struct buf note, proof;
	struct merkle_proof m;
	struct tlogproof t;
	struct hash root = merkle_root(w->leaf, SIZE);
	buf_init(&note, LIMIT_CHECKPOINT_NOTE);
	buf_init(&proof, LIMIT_CHECKPOINT_NOTE);
	add_note(w, w->secret, &w->log, ORIGIN, SIZE, &root, &note);
	merkle_prove_in(w->leaf, SIZE, 8, &m);
	tlogproof_format(&proof, 8, &m, buf_bytes(&note));
	assert_int_equal(receipts_check_proof(buf_bytes(&proof), REALM_LIVE, &w->item[1].id, &w->log, &t, &w->c), TOCSIN_OK);
	assert_int_equal(w->c.size, SIZE);
	assert_int_not_equal(receipts_check_proof(buf_bytes(&proof), REALM_LIVE, &w->item[0].id, &w->log, &t, &w->c),
		TOCSIN_OK);
	assert_int_not_equal(receipts_check_proof(buf_bytes(&proof), REALM_EXERCISE, &w->item[1].id, &w->log, &t, &w->c),
		TOCSIN_OK);
	assert_int_not_equal(receipts_check_proof(buf_bytes(&proof), REALM_LIVE, &w->item[1].id, &w->other, &t, &w->c),
		TOCSIN_OK);
	buf_free(&note);
	buf_free(&proof);
}

int main(void)
{
#define WITH_WORLD(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		WITH_WORLD(an_honest_answer_counts),
		WITH_WORLD(a_first_answer_has_nothing_to_grow_from),
		WITH_WORLD(an_answer_cut_anywhere_counts_for_nothing),
		WITH_WORLD(no_byte_can_be_changed_without_notice),
		WITH_WORLD(bytes_behind_it_make_it_count_for_nothing),
		WITH_WORLD(too_few_and_too_many_count_for_nothing),
		WITH_WORLD(ids_in_another_order_count_for_nothing),
		WITH_WORLD(somebody_elses_receipt_counts_for_nothing),
		WITH_WORLD(a_wrong_proof_spoils_the_whole_answer),
		WITH_WORLD(an_issued_entry_is_no_receipt_and_an_accepted_one_no_return),
		WITH_WORLD(a_receipt_of_the_other_realm_counts_for_nothing),
		WITH_WORLD(another_log_asks_for_the_card),
		WITH_WORLD(the_right_origin_signed_by_another_key_is_nobodys_word),
		WITH_WORLD(a_signed_log_that_shrank_is_evidence),
		WITH_WORLD(a_signed_second_history_of_one_size_is_evidence_whatever_else_it_says),
		WITH_WORLD(growth_without_proof_is_kept_apart),
		WITH_WORLD(an_empty_log_answers_refusals_only),
		WITH_WORLD(a_409_is_evidence_only_with_a_smaller_signed_checkpoint),
		WITH_WORLD(random_answers_are_taken_apart_without_harm),
		WITH_WORLD(a_published_proof_is_for_one_id_one_realm_one_log),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
