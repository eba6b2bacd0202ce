#include "home.h"

#include "desk/broker_part.h"
#include "desk/follow.h"
#include "domain/tendered.h"
#include "proof/checkpoint.h"
#include "proof/merkle.h"

/* north, which warns south by way of bridge; and what bridge says of it. */
struct way {
	struct guest bridge, south;
	struct issue_result sent;
	struct hash tender;
};

static void follow_all(struct home *h)
{
	size_t done;
	do
		ok(follow_some(&h->desk, 1000, &done));
	while (done > 0);
}

static void read_row(struct home *h, const struct way *w, struct tendered_row *row)
{
	struct snapshot *r;
	ok(snapshot_open(h->desk.store, &r));
	ok(tendered_of(r, w->sent.num, row));
	snapshot_close(r);
}

static void hand_over(struct home *h, struct way *w)
{
	const char *what;
	struct tendered_row row;
	struct stored st;
	int64_t next;
	bool issued;
	struct issue_release release = release_to("south.example");
	struct issue issue = { .kind = "warning", .release = &release, .n = 1 };
	release.via = "bridge.example";
	guest_meets(h, &w->south, "south.example");
	guest_new(&w->bridge, "bridge.example");
	snprintf(w->bridge.card.kind[0], sizeof w->bridge.card.kind[0], "tender");
	snprintf(w->bridge.card.kind[w->bridge.card.kind_n++], sizeof w->bridge.card.kind[0], "warning");
	guest_card(&w->bridge);
	ok(guest_shown(h, &w->bridge, true, &what));
	home_state(h, "bridge.example", "confirmed");
	ok(desk_issue(&h->desk, &issue, &w->sent));
	follow_all(h);
	ok(broker_work(&h->desk, clock_now(), &next, &issued));
	assert_true(issued);
	read_row(h, w, &row);
	assert_true(row.tender > 0);
	stored_read(h, row.tender, &st);
	w->tender = st.row.id;
	arena_free(st.arena);
	follow_all(h);
}

static void leave(struct way *w)
{
	guest_free(&w->bridge);
	guest_free(&w->south);
}

/* G says that it became STATE, with the file PROOF unless that is empty. */
static void says(struct home *h, struct guest *g, const struct hash *about, const char *state, struct bytes proof)
{
	struct statement s;
	struct letter l;
	struct buf text, opened;
	struct issue_result r;
	uint8_t sig[64];
	char word[64], line[256], hex[2 * SHA256_SIZE + 1];
	struct hash sum = sha256(proof);
	hex_encode(sum.b, SHA256_SIZE, hex);
	snprintf(word, sizeof word, "\"%s\"", state);
	snprintf(line, sizeof line, "[\"receipt.tlog-proof\",\"application/octet-stream\",%zu,\"%s\"]", proof.n, hex);
	const struct body_field field[] = { { "custody.state", bytes_str(word), true }, { "attachment.1", bytes_str(line), true } };
	const struct body_file file = { "attachment.1", proof };
	size_t with = proof.n > 0;
	guest_says(h, g, "custody", about, 1, &s);
	buf_init(&text, LIMIT_STATEMENT_TEXT);
	buf_init(&opened, LIMIT_ENVELOPE);
	buf_init(&l.note, LIMIT_NOTE);
	buf_init(&l.body, LIMIT_ENVELOPE);
	ok(body_make(field, 1 + with, &file, with, s.lines, &l.body, &opened, &s.root));
	ok(statement_format(&s, &text));
	crypto_sign_detached(sig, NULL, text.p, text.n, g->sign);
	note_begin(&l.note, buf_bytes(&text));
	note_add_line(&l.note, &g->card.sign[0], sig, 64);
	l.id = statement_id(buf_bytes(&text));
	buf_free(&text);
	buf_free(&opened);
	letter_stored(h, &l, &s, 0, &r);
	follow_all(h);
}

/* The proof that the entry KIND of ID is all that is in ORIGIN's log, signed by SIGNER's log key under the name of NAMED's. */
static void receipt(struct buf *out, enum entry_kind kind, const struct hash *id, const struct guest *signer, const struct guest *named)
{
	struct hash entry;
	struct merkle_proof none = { .n = 0 };
	struct checkpoint c = { .size = 1 };
	struct buf text, note;
	uint8_t sig[64];
	statement_entry(REALM_LIVE, kind, id, &entry);
	c.root = statement_entry_leaf(&entry);
	snprintf(c.origin, sizeof c.origin, "%s", named->card.log.name);
	buf_init(&text, LIMIT_CHECKPOINT_NOTE);
	buf_init(&note, LIMIT_CHECKPOINT_NOTE);
	buf_init(out, LIMIT_CHECKPOINT_NOTE);
	checkpoint_format(&c, &text);
	crypto_sign_detached(sig, NULL, text.p, text.n, signer->log);
	note_begin(&note, buf_bytes(&text));
	note_add_line(&note, &named->card.log, sig, 64);
	tlogproof_format(out, 0, &none, buf_bytes(&note));
	assert_false(out->failed);
	buf_free(&text);
	buf_free(&note);
}

/* Bridge says "delivered" with such a receipt: whether that is taken for one. */
static bool taken(struct home *h, struct way *w, enum entry_kind kind, const struct hash *id, const struct guest *signer,
	const struct guest *named)
{
	struct buf proof;
	struct tendered_row row;
	receipt(&proof, kind, id, signer, named);
	says(h, &w->bridge, &w->tender, "delivered", buf_bytes(&proof));
	buf_free(&proof);
	read_row(h, w, &row);
	assert_string_equal(row.said, "delivered");
	struct snapshot *r;
	struct receipt_row got;
	struct arena *a = arena_new(1u << 20);
	ok(snapshot_open(h->desk.store, &r));
	enum tocsin_err here = receipt_get(r, w->sent.num, a, &got);
	snapshot_close(r);
	arena_free(a);
	assert_int_equal(here == TOCSIN_OK, row.proven);
	return row.proven;
}

static void only_the_recipients_receipt_for_this_statement_proves_it(void **state)
{
	struct home *h = *state;
	struct way w;
	hand_over(h, &w);
	struct hash other = sha256(BYTES_LIT("another"));
	assert_false(taken(h, &w, ENTRY_ACCEPTED, &w.sent.id, &w.bridge, &w.bridge));   /* the broker's own log */
	assert_false(taken(h, &w, ENTRY_ACCEPTED, &w.sent.id, &w.bridge, &w.south));    /* the recipient's name, another key */
	assert_false(taken(h, &w, ENTRY_ACCEPTED, &other, &w.south, &w.south));         /* another statement */
	assert_false(taken(h, &w, ENTRY_ACCEPTED, &w.tender, &w.south, &w.south));
	assert_false(taken(h, &w, ENTRY_ISSUED, &w.sent.id, &w.south, &w.south));       /* not as accepted */
	says(h, &w.bridge, &w.tender, "delivered", BYTES_LIT("c2sp.org/tlog-proof@v1\nindex 0\n\nno note\n"));
	assert_true(taken(h, &w, ENTRY_ACCEPTED, &w.sent.id, &w.south, &w.south));
	leave(&w);
}

static void what_the_broker_says_after_a_receipt_does_not_count(void **state)
{
	struct home *h = *state;
	struct way w;
	struct tendered_row row;
	hand_over(h, &w);
	assert_true(taken(h, &w, ENTRY_ACCEPTED, &w.sent.id, &w.south, &w.south));
	says(h, &w.bridge, &w.tender, "not-fetched", BYTES_LIT(""));
	read_row(h, &w, &row);
	assert_string_equal(row.said, "delivered");
	assert_true(row.proven);
	leave(&w);
}

static void only_its_broker_says_what_became_of_a_tender(void **state)
{
	struct home *h = *state;
	struct way w;
	struct tendered_row row;
	struct buf proof;
	hand_over(h, &w);
	says(h, &w.south, &w.tender, "refused", BYTES_LIT(""));
	receipt(&proof, ENTRY_ACCEPTED, &w.sent.id, &w.south, &w.south);
	says(h, &w.south, &w.tender, "delivered", buf_bytes(&proof));
	buf_free(&proof);
	says(h, &w.bridge, &w.sent.id, "refused", BYTES_LIT(""));       /* about the statement, which it cannot know */
	says(h, &w.bridge, &w.tender, "eaten", BYTES_LIT(""));
	read_row(h, &w, &row);
	assert_string_equal(row.said, "");
	says(h, &w.bridge, &w.tender, "refused", BYTES_LIT(""));
	says(h, &w.bridge, &w.tender, "held", BYTES_LIT(""));           /* a first word that comes late */
	read_row(h, &w, &row);
	assert_string_equal(row.said, "refused");
	leave(&w);
}

static void a_tender_shows_nothing_but_label_recipient_and_end(void **state)
{
	struct home *h = *state;
	struct way w;
	struct tendered_row row;
	struct stored st;
	struct hash label, said;
	hand_over(h, &w);
	read_row(h, &w, &row);
	stored_read(h, row.tender, &st);
	tendered_label(REALM_LIVE, &w.sent.id, &label);
	assert_true(hex_decode(broker_value(&st.body, "envelope.label"), said.b, SHA256_SIZE));
	assert_true(hash_equal(&label, &said));
	assert_int_equal(st.s.re_n, 0);
	for (uint32_t i = 0; i < st.body.n; i++) {
		const struct body_line *l = &st.body.line[i];
		assert_true(!l->open || bytes_equal_str(l->name, "envelope.label") || bytes_equal_str(l->name, "envelope.to") ||
			bytes_equal_str(l->name, "envelope.until") || (l->name.n > 11 && memcmp(l->name.p, "attachment.", 11) == 0));
	}
	arena_free(st.arena);
	leave(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		home_test(only_the_recipients_receipt_for_this_statement_proves_it),
		home_test(what_the_broker_says_after_a_receipt_does_not_count),
		home_test(only_its_broker_says_what_became_of_a_tender),
		home_test(a_tender_shows_nothing_but_label_recipient_and_end),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
