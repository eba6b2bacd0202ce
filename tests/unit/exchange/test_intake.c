#include "world.h"

#include "desk/access.h"
#include "desk/strangers.h"

#include <pthread.h>

static struct node south, north, east, sham;     /* south takes in; north and east are its partners; sham is unknown to it */

static int make_world(void **state)
{
	(void)state;
	node_keys(&south, "south.example");
	node_keys(&north, "north.example");
	node_keys(&east, "east.example");
	node_keys(&sham, "sham.example");
	south.config.partner_rate = 0;
	node_made(&south, true);
	node_made(&north, false);
	node_made(&east, false);
	node_made(&sham, false);
	node_meets(&south, &north);
	node_meets(&south, &east);
	node_start(&south);
	node_ready(&south);
	return 0;
}

static int end_world(void **state)
{
	(void)state;
	node_end(&south);
	node_end(&north);
	node_end(&east);
	node_end(&sham);
	return 0;
}

TEST(a_warning_is_accepted_with_a_proof_and_kept_as_it_was_signed)
{
	struct letter l, *one = &l;
	struct reply r;
	struct snapshot *read;
	struct statement_row row;
	struct arena *a = arena_new(1u << 20);
	letter_make(&l, &north, &south, "warning");
	post_letters(&south, 0, &one, 1, &r);
	reply_open(&south, &r);
	assert_int_equal(r.answer.n, 1);
	assert_int_equal(r.answer.consistency.n, 0);
	reply_accepts(&south, &r, 0, &l, ENTRY_ACCEPTED);
	ok(snapshot_open(south.desk.store, &read));
	ok(statement_by_id(read, &l.id, a, &row));
	assert_false(row.issued);
	assert_string_equal(row.peer, "north.example");
	assert_string_equal(row.kind, "warning");
	assert_true(bytes_equal(row.note, buf_bytes(&l.note)));
	assert_true(bytes_equal(row.body, buf_bytes(&l.body)));
	assert_int_equal(row.opened.n, 0);
	assert_int_equal(row.marks, STATEMENT_MARK_UNCONFIRMED);
	assert_int_equal(row.at, l.s.at);
	assert_int_equal(row.log_index, r.answer.item[0].index);
	snapshot_close(read);
	reply_free(&r);
	letter_free(&l);
	arena_free(a);
}

TEST(the_same_again_keeps_its_index_and_the_log_is_shown_to_have_only_grown)
{
	struct letter l[3], *some[] = { &l[0], &l[1], &l[0] }, *other = &l[2];
	struct reply first, second, third;
	for (int i = 0; i < 3; i++)
		letter_make(&l[i], &north, &south, "warning");
	/* Twice in one batch. */
	post_letters(&south, 0, some, 3, &first);
	reply_open(&south, &first);
	assert_int_equal(first.answer.n, 3);
	for (size_t i = 0; i < 3; i++)
		reply_accepts(&south, &first, i, some[i], ENTRY_ACCEPTED);
	assert_int_equal(first.answer.item[0].index, first.answer.item[2].index);
	assert_int_not_equal(first.answer.item[0].index, first.answer.item[1].index);
	/* The log grows, then again with what is held of it. */
	post_letters(&south, first.checkpoint.size, &other, 1, &second);
	reply_open(&south, &second);
	ok(merkle_check_consistency(first.checkpoint.size, &first.checkpoint.root, second.checkpoint.size, &second.checkpoint.root, &second.answer.consistency));
	post_letters(&south, second.checkpoint.size, some, 2, &third);
	reply_open(&south, &third);
	assert_int_equal(third.checkpoint.size, second.checkpoint.size);
	assert_int_equal(third.answer.consistency.n, 0);
	for (size_t i = 0; i < 2; i++) {
		reply_accepts(&south, &third, i, some[i], ENTRY_ACCEPTED);
		assert_int_equal(third.answer.item[i].index, first.answer.item[i].index);
	}
	for (int i = 0; i < 3; i++)
		letter_free(&l[i]);
	reply_free(&first);
	reply_free(&second);
	reply_free(&third);
}

TEST(an_empty_batch_is_answered_with_the_log_as_it_is)
{
	struct reply r;
	struct log_state st;
	post_letters(&south, 0, NULL, 0, &r);
	reply_open(&south, &r);
	store_log_state(south.desk.store, &st);
	assert_int_equal(r.answer.n, 0);
	assert_int_equal(r.checkpoint.size, st.size);
	assert_true(hash_equal(&r.checkpoint.root, &st.root));
	reply_free(&r);
}

TEST(who_holds_a_larger_log_than_there_is_gets_409_and_the_checkpoint)
{
	struct reply r;
	struct log_state st;
	struct vkey key;
	struct checkpoint c;
	struct letter l, *one = &l;
	struct snapshot *read;
	int64_t num;
	letter_make(&l, &north, &south, "warning");
	store_log_state(south.desk.store, &st);
	post_letters(&south, st.size + 1, &one, 1, &r);
	assert_int_equal(r.status, 409);
	node_log(&south, &key);
	ok(checkpoint_open(buf_bytes(&r.body), &key, &c));
	assert_int_equal(c.size, st.size);
	ok(snapshot_open(south.desk.store, &read));
	assert_int_equal(statement_num(read, &l.id, &num), TOCSIN_MISSING);
	snapshot_close(read);
	reply_free(&r);
	letter_free(&l);
}

/* ---- what is refused ---- */

TEST(an_envelope_without_bytes_or_over_4_MiB_is_refused_by_its_size)
{
	struct letter l;
	letter_make(&l, &north, &south, "warning");
	l.envelope.n = 0;
	refused_as(&south, &l, "size");
	letter_free(&l);
	struct buf b;
	struct reply r;
	buf_init(&b, LIMIT_BATCH_BYTES);
	batch_begin(&b, 0);
	buf_add_be32(&b, LIMIT_ENVELOPE + 1);
	memset(buf_grow(&b, LIMIT_ENVELOPE + 1), 'a', LIMIT_ENVELOPE + 1);
	http(&south, "POST", "/exchange/v1/envelopes", buf_bytes(&b), &r);
	reply_open(&south, &r);
	assert_string_equal(r.answer.item[0].code, "size");
	reply_free(&r);
	buf_free(&b);
}

TEST(what_is_not_sealed_to_this_node_cannot_be_opened)
{
	struct letter l;
	letter_begin(&l, &north, &south, "warning");
	letter_sign(&l, &north);
	letter_seal(&l, &east);
	refused_as(&south, &l, "open");
	/* Garbage, a cut file, a changed payload, a changed header. */
	letter_seal(&l, &south);
	size_t n = l.envelope.n;
	l.envelope.n = n - 1;
	refused_as(&south, &l, "open");
	l.envelope.n = 10;
	refused_as(&south, &l, "open");
	l.envelope.n = n;
	l.envelope.p[n - 1] ^= 1;
	refused_as(&south, &l, "open");
	l.envelope.p[n - 1] ^= 1;
	l.envelope.p[0] ^= 1;
	refused_as(&south, &l, "open");
	letter_free(&l);
}

TEST(a_plaintext_that_is_no_note_and_body_is_refused)
{
	struct letter l;
	letter_begin(&l, &north, &south, "warning");
	letter_sign(&l, &north);
	letter_seal_plain(&l, &south, BYTES_LIT("nothing of the kind"));
	refused_as(&south, &l, "note");
	letter_seal_plain(&l, &south, BYTES_LIT("text\n\nno signature\n\nbody\n"));
	refused_as(&south, &l, "note");
	letter_seal_plain(&l, &south, BYTES_LIT(""));
	refused_as(&south, &l, "note");
	letter_free(&l);
}

TEST(a_statement_of_the_other_realm_is_refused)
{
	struct node exercise;
	struct letter l;
	node_keys(&exercise, "north.exercise");
	node_made(&exercise, false);
	letter_begin(&l, &exercise, &exercise, "warning");
	letter_sign(&l, &exercise);
	letter_seal(&l, &south);
	refused_as(&south, &l, "realm");
	letter_free(&l);
	node_end(&exercise);
}

/* Signs TEXT as a note of NORTH's sign key although it is no statement: with a key line that only looks right, because the keeper signs no such text. */
static void note_of(struct letter *l, struct bytes text)
{
	uint8_t sig[NOTE_SIGNATURE] = { 1 };
	buf_clear(&l->note);
	note_begin(&l->note, text);
	note_add_line(&l->note, &keeper_public(north.desk.keeper)->sign, sig, sizeof sig);
}

TEST(a_note_that_is_no_statement_is_refused)
{
	struct letter l;
	letter_begin(&l, &north, &south, "warning");
	letter_sign(&l, &north);
	struct buf text;
	buf_init(&text, 8192);
	ok(statement_format(&l.s, &text));
	buf_add_str(&text, "more 1\n");
	note_of(&l, buf_bytes(&text));
	letter_seal(&l, &south);
	refused_as(&south, &l, "statement");
	note_of(&l, BYTES_LIT("hello\n"));
	letter_seal(&l, &south);
	refused_as(&south, &l, "statement");
	note_of(&l, BYTES_LIT("tocsin/v2 warning\n"));
	letter_seal(&l, &south);
	refused_as(&south, &l, "statement");
	/* Longer than any statement: its length is refused before its grammar is looked at. */
	buf_clear(&text);
	buf_add_str(&text, "tocsin/v1 warning\n");
	while (text.n <= LIMIT_STATEMENT_TEXT)
		buf_add_str(&text, "re 00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff\n");
	note_of(&l, buf_bytes(&text));
	letter_seal(&l, &south);
	refused_as(&south, &l, "size");
	buf_free(&text);
	letter_free(&l);
}

TEST(a_statement_addressed_to_somebody_else_cannot_be_passed_on)
{
	struct letter l;
	/* North wrote to east; east seals it again, to south. */
	letter_begin(&l, &north, &east, "warning");
	letter_sign(&l, &north);
	letter_seal(&l, &south);
	refused_as(&south, &l, "addressee");
	/* The name alone is not the addressee: the fingerprint is checked too. */
	letter_free(&l);
	letter_begin(&l, &north, &south, "warning");
	l.s.to.fp[0] ^= 1;
	letter_sign(&l, &north);
	letter_seal(&l, &south);
	refused_as(&south, &l, "addressee");
	letter_free(&l);
}

TEST(our_own_statement_does_not_come_back_to_a_node_that_has_lost_nothing)
{
	struct letter l;
	letter_begin(&l, &south, &north, "warning");
	letter_sign(&l, &south);
	letter_seal(&l, &south);
	refused_as(&south, &l, "addressee");
	letter_free(&l);
}

TEST(a_stranger_is_told_that_its_card_is_not_here)
{
	struct letter l;
	letter_make(&l, &sham, &south, "warning");
	refused_as(&south, &l, "stranger");
	letter_free(&l);
	/* A partner's name with another identity's fingerprint is a stranger too. */
	letter_begin(&l, &north, &south, "warning");
	l.s.from.fp[15] ^= 1;
	struct buf text;
	buf_init(&text, LIMIT_STATEMENT_TEXT);
	ok(statement_format(&l.s, &text));
	note_of(&l, buf_bytes(&text));
	letter_seal(&l, &south);
	refused_as(&south, &l, "stranger");
	buf_free(&text);
	letter_free(&l);
}

TEST(a_signature_that_does_not_fit_is_refused)
{
	struct letter l;
	struct buf text;
	buf_init(&text, LIMIT_STATEMENT_TEXT);
	letter_begin(&l, &north, &south, "warning");
	ok(statement_format(&l.s, &text));
	note_of(&l, buf_bytes(&text));
	letter_seal(&l, &south);
	refused_as(&south, &l, "signature");
	/* The text is changed after it was signed. */
	letter_sign(&l, &north);
	l.s.at -= CLOCK_SECOND;
	struct buf other, note;
	buf_init(&other, LIMIT_STATEMENT_TEXT);
	buf_init(&note, LIMIT_NOTE);
	ok(statement_format(&l.s, &other));
	note_begin(&note, buf_bytes(&other));
	buf_add(&note, l.note.p + text.n + 1, l.note.n - text.n - 1);
	buf_free(&l.note);
	l.note = note;
	letter_seal(&l, &south);
	refused_as(&south, &l, "signature");
	buf_free(&other);
	buf_free(&text);
	letter_free(&l);
}

TEST(an_announced_cosigner_whose_signature_was_taken_off_or_made_up_is_missed)
{
	struct letter l;
	uint8_t sig[NOTE_SIGNATURE] = { 1 };
	letter_begin(&l, &north, &south, "warning");
	snprintf(l.s.by[l.s.by_n++], sizeof l.s.by[0], "east.example");
	letter_sign(&l, &north);
	letter_seal(&l, &south);
	refused_as(&south, &l, "signature");
	note_add_line(&l.note, &keeper_public(east.desk.keeper)->sign, sig, sizeof sig);
	letter_seal(&l, &south);
	refused_as(&south, &l, "signature");
	letter_free(&l);
	/* A co-signer that nobody here knows: its card is needed. */
	letter_begin(&l, &north, &south, "warning");
	snprintf(l.s.by[l.s.by_n++], sizeof l.s.by[0], "sham.example");
	letter_sign(&l, &north);
	letter_seal(&l, &south);
	refused_as(&south, &l, "card");
	letter_free(&l);
}

TEST(a_time_far_ahead_is_refused_and_a_little_ahead_is_marked)
{
	struct letter l;
	int64_t now = clock_now() / CLOCK_SECOND * CLOCK_SECOND;
	letter_begin(&l, &north, &south, "warning");
	l.s.at = now + (24 * 3600 + 60) * CLOCK_SECOND;
	letter_sign(&l, &north);
	letter_seal(&l, &south);
	refused_as(&south, &l, "time");
	letter_free(&l);
	const int64_t taken[] = { now + 600 * CLOCK_SECOND, now - INT64_C(20) * 365 * 86400 * CLOCK_SECOND };
	for (int i = 0; i < 2; i++) {
		struct snapshot *read;
		struct statement_row row;
		struct arena *a = arena_new(1u << 20);
		letter_begin(&l, &north, &south, "warning");
		l.s.at = taken[i];
		letter_sign(&l, &north);
		letter_seal(&l, &south);
		accepted_alone(&south, &l, NULL);
		ok(snapshot_open(south.desk.store, &read));
		ok(statement_by_id(read, &l.id, a, &row));
		assert_int_equal(row.marks & STATEMENT_MARK_AHEAD, i == 0 ? STATEMENT_MARK_AHEAD : 0);
		snapshot_close(read);
		arena_free(a);
		letter_free(&l);
	}
}

TEST(an_unknown_kind_is_refused)
{
	struct letter l;
	letter_make(&l, &north, &south, "prophecy");
	refused_as(&south, &l, "kind");
	letter_free(&l);
}

TEST(a_body_that_is_not_the_signed_one_is_refused)
{
	struct letter l, other;
	letter_begin(&l, &north, &south, "warning");
	letter_begin(&other, &north, &south, "warning");
	letter_sign(&l, &north);
	/* Another body of the same form. */
	struct buf keep = l.body;
	l.body = other.body;
	letter_seal(&l, &south);
	refused_as(&south, &l, "body");
	other.body = l.body;
	l.body = keep;
	/* A closed line in place of an open one has the same length of body, but another root. */
	uint8_t *space = memchr(l.body.p, '\n', l.body.n);
	space[-1] ^= 1;
	letter_seal(&l, &south);
	refused_as(&south, &l, "body");
	space[-1] ^= 1;
	/* A line too few. */
	l.body.n = (size_t)(space - l.body.p);
	letter_seal(&l, &south);
	refused_as(&south, &l, "body");
	l.body = keep;
	letter_seal(&l, &south);
	accepted_alone(&south, &l, NULL);
	letter_free(&l);
	letter_free(&other);
}

TEST(an_envelope_that_is_not_padded_to_a_power_of_two_is_refused)
{
	struct letter l;
	struct buf plain;
	letter_begin(&l, &north, &south, "warning");
	letter_sign(&l, &north);
	buf_init(&plain, 1u << 20);
	buf_add_bytes(&plain, buf_bytes(&l.note));
	buf_add_char(&plain, '\n');
	buf_add_bytes(&plain, buf_bytes(&l.body));
	size_t bare = plain.n;
	buf_add_str(&plain, "pad 0\n");
	letter_seal_plain(&l, &south, buf_bytes(&plain));
	refused_as(&south, &l, "note");
	/* A power of two, but not the next one. */
	plain.n = bare;
	buf_add_str(&plain, "pad ");
	while (plain.n < 16383)
		buf_add_char(&plain, '0');
	buf_add_char(&plain, '\n');
	letter_seal_plain(&l, &south, buf_bytes(&plain));
	refused_as(&south, &l, "note");
	buf_free(&plain);
	letter_free(&l);
}

TEST(a_retraction_of_somebody_elses_warning_breaks_the_rule)
{
	struct letter l, lie;
	letter_make(&l, &north, &south, "warning");
	accepted_alone(&south, &l, NULL);
	letter_begin(&lie, &east, &south, "retraction");
	lie.s.re[lie.s.re_n++] = l.id;
	letter_sign(&lie, &east);
	letter_seal(&lie, &south);
	refused_as(&south, &lie, "rule");
	letter_free(&lie);
	letter_begin(&lie, &north, &south, "retraction");
	lie.s.re[lie.s.re_n++] = l.id;
	letter_sign(&lie, &north);
	letter_seal(&lie, &south);
	accepted_alone(&south, &lie, NULL);
	letter_free(&lie);
	letter_free(&l);
}

TEST(a_distrusted_partner_is_refused_until_it_is_trusted_again)
{
	struct letter l;
	letter_make(&l, &east, &south, "warning");
	node_state(&south, "east.example", "distrusted");
	refused_as(&south, &l, "distrusted");
	/* Who only claims to be it is not told that it is distrusted. */
	l.note.p[l.note.n - 10] = l.note.p[l.note.n - 10] == 'A' ? 'B' : 'A';
	letter_seal(&l, &south);
	refused_as(&south, &l, "signature");
	node_state(&south, "east.example", "confirmed");
	letter_sign(&l, &east);
	letter_seal(&l, &south);
	accepted_alone(&south, &l, NULL);
	letter_free(&l);
}

TEST(a_key_that_the_held_card_does_not_list_asks_for_the_card)
{
	struct letter l;
	uint64_t seq;
	ok(keeper_rotate(east.desk.keeper));
	letter_make(&l, &east, &south, "warning");
	refused_as(&south, &l, "card");
	/* With the new card it is taken; what was sealed to the old recipient key still opens. */
	ok(cards_next(&east.desk, &(struct card_fill){ .url = NULL }, &seq));
	assert_int_equal(seq, 2);
	node_meets(&south, &east);
	accepted_alone(&south, &l, NULL);
	letter_free(&l);
}

/* ---- many ---- */

TEST(the_good_of_a_mixed_batch_are_accepted_and_the_rest_refused_in_order)
{
	struct letter l[6], *p[6];
	struct reply r;
	const char *const code[6] = { NULL, "open", NULL, "stranger", "addressee", NULL };
	for (int i = 0; i < 6; i++) {
		p[i] = &l[i];
		letter_make(&l[i], i == 3 ? &sham : &north, i == 4 ? &east : &south, i == 5 ? "record" : "warning");
	}
	l[1].envelope.p[l[1].envelope.n - 3] ^= 4;
	letter_seal(&l[4], &south);
	post_letters(&south, 0, p, 6, &r);
	reply_open(&south, &r);
	assert_int_equal(r.answer.n, 6);
	for (size_t i = 0; i < 6; i++) {
		if (code[i] == NULL) {
			reply_accepts(&south, &r, i, p[i], ENTRY_ACCEPTED);
		} else {
			assert_false(r.answer.item[i].accepted);
			assert_string_equal(r.answer.item[i].code, code[i]);
		}
		letter_free(&l[i]);
	}
	reply_free(&r);
}

TEST(a_batch_of_1024_is_accepted_whole_and_one_more_is_too_many)
{
	enum { N = LIMIT_BATCH_COUNT };
	struct letter *l = calloc(N, sizeof *l), **p = calloc(N + 1, sizeof *p);
	struct reply r;
	bool *used = calloc(1u << 20, 1);
	for (int i = 0; i < N; i++) {
		letter_make(&l[i], &north, &south, "record");
		p[i] = &l[i];
	}
	p[N] = p[0];
	post_letters(&south, 0, p, N + 1, &r);
	assert_int_equal(r.status, 400);
	reply_free(&r);
	post_letters(&south, 0, p, N, &r);
	reply_open(&south, &r);
	assert_int_equal(r.answer.n, N);
	for (size_t i = 0; i < N; i++) {
		reply_accepts(&south, &r, i, p[i], ENTRY_ACCEPTED);
		assert_true(r.answer.item[i].index < 1u << 20);
		assert_false(used[r.answer.item[i].index]);
		used[r.answer.item[i].index] = true;
		letter_free(&l[i]);
	}
	reply_free(&r);
	free(used);
	free(l);
	free(p);
}

/* Each of several senders at once: some letters of its own, and one that all send. */
enum { SENDERS = 6, EACH = 12 };
struct sender {
	pthread_t thread;
	struct letter l[EACH], *p[EACH + 1];
	struct reply r;
};

static void *send_some(void *arg)
{
	struct sender *s = arg;
	post_letters(&south, 0, s->p, EACH + 1, &s->r);
	return NULL;
}

TEST(batches_at_the_same_time_never_share_an_index_and_agree_on_what_they_share)
{
	struct sender *s = calloc(SENDERS, sizeof *s);
	struct letter all;
	letter_make(&all, &north, &south, "warning");
	for (int i = 0; i < SENDERS; i++) {
		for (int k = 0; k < EACH; k++) {
			letter_make(&s[i].l[k], i % 2 ? &north : &east, &south, "warning");
			s[i].p[k] = &s[i].l[k];
		}
		s[i].p[EACH] = &all;
	}
	for (int i = 0; i < SENDERS; i++)
		assert_int_equal(pthread_create(&s[i].thread, NULL, send_some, &s[i]), 0);
	for (int i = 0; i < SENDERS; i++)
		pthread_join(s[i].thread, NULL);
	uint64_t index[SENDERS * EACH], shared = 0;
	size_t n = 0;
	for (int i = 0; i < SENDERS; i++) {
		reply_open(&south, &s[i].r);
		for (size_t k = 0; k <= EACH; k++)
			reply_accepts(&south, &s[i].r, k, s[i].p[k], ENTRY_ACCEPTED);
		if (i == 0)
			shared = s[i].r.answer.item[EACH].index;
		assert_int_equal(s[i].r.answer.item[EACH].index, shared);
		for (size_t k = 0; k < EACH; k++) {
			for (size_t m = 0; m < n; m++)
				assert_int_not_equal(index[m], s[i].r.answer.item[k].index);
			index[n++] = s[i].r.answer.item[k].index;
			letter_free(&s[i].l[k]);
		}
		reply_free(&s[i].r);
	}
	letter_free(&all);
	free(s);
}

TEST(a_batch_that_breaks_its_frame_is_400_and_a_node_that_is_not_ready_503)
{
	struct reply r;
	struct letter l, *one = &l;
	http(&south, "POST", "/exchange/v1/envelopes", BYTES_LIT("tocsin-batch/v1\nhave 0\n\1\1\1\1"), &r);
	assert_int_equal(r.status, 400);
	reply_free(&r);
	letter_make(&l, &north, &south, "warning");
	exchange_say(south.x, false, "for a test");
	post_letters(&south, 0, &one, 1, &r);
	assert_int_equal(r.status, 503);
	reply_free(&r);
	http(&south, "GET", "/log/checkpoint", BYTES_LIT(""), &r);
	assert_int_equal(r.status, 503);
	reply_free(&r);
	http(&south, "GET", "/exchange/v1/card", BYTES_LIT(""), &r);
	assert_int_equal(r.status, 200);
	reply_free(&r);
	exchange_say(south.x, true, "for a test");
	accepted_alone(&south, &l, NULL);
	letter_free(&l);
}

TEST(a_partner_past_its_rate_is_told_to_come_later)
{
	struct letter l[12], *p[12];
	struct reply r;
	node_stop(&south);
	south.config.partner_rate = 1;
	node_start(&south);
	node_ready(&south);
	for (int i = 0; i < 12; i++) {
		letter_make(&l[i], &north, &south, "warning");
		p[i] = &l[i];
	}
	int64_t began = clock_mono();
	post_letters(&south, 0, p, 12, &r);
	reply_open(&south, &r);
	size_t busy = 0;
	for (size_t i = 0; i < 12; i++) {
		busy += !r.answer.item[i].accepted;
		if (!r.answer.item[i].accepted)
			assert_string_equal(r.answer.item[i].code, "busy");
		else
			reply_accepts(&south, &r, i, p[i], ENTRY_ACCEPTED);
		letter_free(&l[i]);
	}
	assert_true(busy <= 2);
	if (clock_mono() - began < CLOCK_SECOND)
		assert_int_equal(busy, 2);
	reply_free(&r);
	node_stop(&south);
	south.config.partner_rate = 0;
	node_start(&south);
	node_ready(&south);
}

/* ---- the other routes ---- */

TEST(routes_that_are_not_there_are_404_and_wrong_methods_405)
{
	struct reply r;
	const char *const missing[] = { "/exchange", "/exchange/v1/", "/exchange/v1/envelopes/", "/log", "/log/", "/log/7/checkpoint", "/log/0/checkpoint", "/log/tile/0/x000",
		"/log/tile/0/000.p/256", "/log/tile/entries/000.p/0", "/witness", "/api/v1/status", "/exchange/v1/receipts/", "/exchange/v1/receipts/xyz",
		"/exchange/v1/receipts/00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff" };
	for (size_t i = 0; i < sizeof missing / sizeof *missing; i++) {
		http(&south, "GET", missing[i], BYTES_LIT(""), &r);
		if (r.status != 404)
			print_error("%s: %u\n", missing[i], r.status);
		assert_int_equal(r.status, 404);
		reply_free(&r);
	}
	const char *const posted[] = { "/", "/log/checkpoint", "/exchange/v1/receipts/x" };
	for (size_t i = 0; i < sizeof posted / sizeof *posted; i++) {
		http(&south, "POST", posted[i], BYTES_LIT("x"), &r);
		assert_int_equal(r.status, 405);
		reply_free(&r);
	}
	const char *const got[] = { "/exchange/v1/envelopes", "/exchange/v1/resume", "/witness/add-checkpoint" };
	for (size_t i = 0; i < sizeof got / sizeof *got; i++) {
		http(&south, "GET", got[i], BYTES_LIT(""), &r);
		assert_int_equal(r.status, 405);
		reply_free(&r);
	}
	http(&south, "GET", "/", BYTES_LIT(""), &r);
	assert_int_equal(r.status, 200);
	assert_true(bytes_starts(buf_bytes(&r.body), "south.example is a Tocsin node"));
	reply_free(&r);
}

static struct buf chain_of(struct node *n)
{
	struct buf b;
	struct snapshot *read;
	buf_init(&b, LIMIT_CHAIN_BYTES);
	ok(snapshot_open(n->desk.store, &read));
	ok(card_chain(read, n->desk.name, &b));
	snapshot_close(read);
	return b;
}

TEST(cards_are_given_and_taken_but_not_from_strangers_where_policy_does_not_let_them)
{
	struct reply r;
	uint64_t seq;
	struct buf own = chain_of(&south), known = chain_of(&north), strange = chain_of(&sham);
	ok(policy_set(&south.desk, view_node(), "contact.strangers", "no"));
	http(&south, "GET", "/exchange/v1/card", BYTES_LIT(""), &r);
	assert_int_equal(r.status, 200);
	assert_true(bytes_equal(buf_bytes(&r.body), buf_bytes(&own)));
	reply_free(&r);
	http(&south, "POST", "/exchange/v1/card", buf_bytes(&known), &r);
	assert_int_equal(r.status, 200);
	reply_free(&r);
	http(&south, "POST", "/exchange/v1/card", buf_bytes(&strange), &r);
	assert_int_equal(r.status, 404);
	reply_free(&r);
	http(&south, "POST", "/exchange/v1/card", BYTES_LIT("no card"), &r);
	assert_int_equal(r.status, 400);
	reply_free(&r);
	ok(cards_next(&north.desk, &(struct card_fill){ .url = NULL }, &seq));
	struct buf more = chain_of(&north);
	http(&south, "POST", "/exchange/v1/card", buf_bytes(&more), &r);
	assert_int_equal(r.status, 200);
	assert_true(bytes_starts(buf_bytes(&r.body), "extended"));
	reply_free(&r);
	const struct peer *p = directory_find(south.desk.directory, "north.example");
	assert_int_equal(p->card->seq, seq);
	peer_release(p);
	buf_free(&own);
	buf_free(&known);
	buf_free(&strange);
	buf_free(&more);
}

TEST(counters_tell_what_was_refused_and_why)
{
	json_t *o = exchange_status(south.x);
	json_t *count = json_object_get(o, "intake");
	assert_true(json_is_true(json_object_get(o, "ready")));
	assert_string_equal(json_string_value(json_object_get(json_object_get(o, "log"), "origin")), "south.example/log/1");
	for (int i = 0; i < REFUSE_CODES; i++)
		assert_true(json_is_integer(json_object_get(count, refusal_code(i))));
	json_decref(o);
}

/* Last: from here on sham is no longer unknown. */
TEST(of_a_stranger_a_few_small_warnings_are_taken_one_at_a_time_marked_and_nothing_else)
{
	struct letter l[4], request;
	struct letter *two[2] = { &l[0], &l[1] };
	struct reply r;
	struct snapshot *read;
	struct statement_row row;
	struct arena *a = arena_new(1u << 20);
	struct buf strange = chain_of(&sham);
	ok(policy_set(&south.desk, view_node(), "contact.strangers", "yes"));
	ok(policy_set(&south.desk, view_node(), "contact.warnings-a-day", "2"));
	http(&south, "POST", "/exchange/v1/card", buf_bytes(&strange), &r);
	assert_int_equal(r.status, 200);
	reply_free(&r);
	letter_make(&request, &sham, &south, "request");
	refused_as(&south, &request, "stranger");
	for (size_t i = 0; i < 4; i++)
		letter_make(&l[i], &sham, &south, "warning");
	post_letters(&south, 0, two, 2, &r);
	reply_open(&south, &r);
	assert_int_equal(r.answer.n, 2);
	assert_string_equal(r.answer.item[0].code, "stranger");
	assert_string_equal(r.answer.item[1].code, "stranger");
	reply_free(&r);
	accepted_alone(&south, &l[0], NULL);
	accepted_alone(&south, &l[1], NULL);
	refused_as(&south, &l[2], "busy");
	/* What was taken is taken again; it costs nothing. */
	accepted_alone(&south, &l[0], NULL);
	ok(snapshot_open(south.desk.store, &read));
	ok(statement_by_id(read, &l[1].id, a, &row));
	assert_int_equal(row.marks, STATEMENT_MARK_STRANGER);
	snapshot_close(read);
	ok(policy_set(&south.desk, view_node(), "contact.warnings-a-day", "3"));
	struct buf plain;
	buf_init(&plain, LIMIT_ENVELOPE);
	body_wrap(&plain, buf_bytes(&l[3].note), buf_bytes(&l[3].body));
	while (plain.n < LIMIT_STRANGER_ENVELOPE)
		buf_add_char(&plain, 0);
	letter_seal_plain(&l[3], &south, buf_bytes(&plain));
	post_letters(&south, 0, (struct letter *[]) { &l[3] }, 1, &r);
	reply_open(&south, &r);
	assert_false(r.answer.item[0].accepted);
	reply_free(&r);
	buf_free(&plain);
	/* Distrusted or adopted, other rules apply. */
	ok(strangers_adopt(&south.desk, view_node(), "sham.example"));
	accepted_alone(&south, &request, NULL);
	for (size_t i = 0; i < 4; i++)
		letter_free(&l[i]);
	letter_free(&request);
	buf_free(&strange);
	arena_free(a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_warning_is_accepted_with_a_proof_and_kept_as_it_was_signed),
		cmocka_unit_test(the_same_again_keeps_its_index_and_the_log_is_shown_to_have_only_grown),
		cmocka_unit_test(an_empty_batch_is_answered_with_the_log_as_it_is),
		cmocka_unit_test(who_holds_a_larger_log_than_there_is_gets_409_and_the_checkpoint),
		cmocka_unit_test(an_envelope_without_bytes_or_over_4_MiB_is_refused_by_its_size),
		cmocka_unit_test(what_is_not_sealed_to_this_node_cannot_be_opened),
		cmocka_unit_test(a_plaintext_that_is_no_note_and_body_is_refused),
		cmocka_unit_test(a_statement_of_the_other_realm_is_refused),
		cmocka_unit_test(a_note_that_is_no_statement_is_refused),
		cmocka_unit_test(a_statement_addressed_to_somebody_else_cannot_be_passed_on),
		cmocka_unit_test(our_own_statement_does_not_come_back_to_a_node_that_has_lost_nothing),
		cmocka_unit_test(a_stranger_is_told_that_its_card_is_not_here),
		cmocka_unit_test(a_signature_that_does_not_fit_is_refused),
		cmocka_unit_test(an_announced_cosigner_whose_signature_was_taken_off_or_made_up_is_missed),
		cmocka_unit_test(a_time_far_ahead_is_refused_and_a_little_ahead_is_marked),
		cmocka_unit_test(an_unknown_kind_is_refused),
		cmocka_unit_test(a_body_that_is_not_the_signed_one_is_refused),
		cmocka_unit_test(an_envelope_that_is_not_padded_to_a_power_of_two_is_refused),
		cmocka_unit_test(a_retraction_of_somebody_elses_warning_breaks_the_rule),
		cmocka_unit_test(a_distrusted_partner_is_refused_until_it_is_trusted_again),
		cmocka_unit_test(a_key_that_the_held_card_does_not_list_asks_for_the_card),
		cmocka_unit_test(the_good_of_a_mixed_batch_are_accepted_and_the_rest_refused_in_order),
		cmocka_unit_test(a_batch_of_1024_is_accepted_whole_and_one_more_is_too_many),
		cmocka_unit_test(batches_at_the_same_time_never_share_an_index_and_agree_on_what_they_share),
		cmocka_unit_test(a_batch_that_breaks_its_frame_is_400_and_a_node_that_is_not_ready_503),
		cmocka_unit_test(a_partner_past_its_rate_is_told_to_come_later),
		cmocka_unit_test(routes_that_are_not_there_are_404_and_wrong_methods_405),
		cmocka_unit_test(cards_are_given_and_taken_but_not_from_strangers_where_policy_does_not_let_them),
		cmocka_unit_test(counters_tell_what_was_refused_and_why),
		cmocka_unit_test(of_a_stranger_a_few_small_warnings_are_taken_one_at_a_time_marked_and_nothing_else),
	};
	return cmocka_run_group_tests(tests, make_world, end_world);
}
