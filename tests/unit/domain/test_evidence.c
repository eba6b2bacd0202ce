/* Evidence: what is proven, and every forging that must not be. */
#include "base/text.h"

#include "bundle.h"

#define AT "2024-03-06T09:12:00Z"
#define WITNESSED 1709716400u                  /* 2024-03-06T09:13:20Z */

/* North warns south; east and west witness; all in one bundle. */
struct world {
	struct node north, south, east, west;
	const struct node *witness[2];
	struct bundle b;
	struct evidence_file file[16];
	char name[16][LIMIT_NAME + 32];
	size_t file_n;
	struct bytes trusted[8];
	size_t trusted_n;
	struct arena *arena;
	struct evidence_verdict v;
};

static void add_file(struct world *w, const char *name, struct bytes content)
{
	snprintf(w->name[w->file_n], sizeof w->name[0], "%s", name);
	w->file[w->file_n] = (struct evidence_file){ w->name[w->file_n], content };
	w->file_n++;
}

static struct evidence_file *find_file(struct world *w, const char *name)
{
	size_t i = 0;
	while (i < w->file_n && strcmp(w->file[i].name, name) != 0)
		i++;
	assert_true(i < w->file_n);
	return &w->file[i];
}

static void drop_file(struct world *w, const char *name)
{
	struct evidence_file *f = find_file(w, name);
	size_t at = (size_t)(f - w->file), last = --w->file_n;
	memcpy(w->name[at], w->name[last], sizeof w->name[0]);
	f->content = w->file[last].content;
}

static void trust(struct world *w, const struct node *n)
{
	w->trusted[w->trusted_n++] = buf_bytes(&n->chain);
}

/* Proofs, quorum, files and the verifier's cards anew from the nodes and the statement as they are. */
static void make_files(struct world *w)
{
	w->trusted_n = 0;
	trust(w, &w->north);
	trust(w, &w->south);
	trust(w, &w->east);
	trust(w, &w->west);
	w->file_n = 0;
	bundle_prove(&w->b, ENTRY_ISSUED, &w->north, 16, 3, w->witness, 2, WITNESSED, &w->b.issued);
	bundle_prove(&w->b, ENTRY_ACCEPTED, &w->south, 48, 37, w->witness, 2, WITNESSED + 10, &w->b.receipt);
	bundle_quorum(&w->b, 2, w->witness, 2);
	add_file(w, "statement.note", buf_bytes(&w->b.note));
	add_file(w, "body.txt", buf_bytes(&w->b.body));
	add_file(w, "opened.txt", buf_bytes(&w->b.opened));
	add_file(w, "issued.tlog-proof", buf_bytes(&w->b.issued));
	add_file(w, "receipt.tlog-proof", buf_bytes(&w->b.receipt));
	add_file(w, "sender.cards", buf_bytes(&w->north.chain));
	add_file(w, "recipient.cards", buf_bytes(&w->south.chain));
	add_file(w, "quorum.txt", buf_bytes(&w->b.quorum));
	add_file(w, "witnesses/east.example.cards", buf_bytes(&w->east.chain));
	add_file(w, "witnesses/west.example.cards", buf_bytes(&w->west.chain));
	add_file(w, "README.txt", BYTES_LIT("read me\n"));
	add_file(w, "check.sh", evidence_script());
}

static int setup(void **state)
{
	struct world *w = calloc(1, sizeof *w);
	node_make(&w->north, "north.example", "1");
	node_make(&w->south, "south.example", "1");
	node_make(&w->east, "east.example", "1");
	node_make(&w->west, "west.example", "1");
	w->witness[0] = &w->east;
	w->witness[1] = &w->west;
	bundle_warn(&w->b, &w->north, &w->south, AT);
	make_files(w);
	w->arena = arena_new(64u << 20);
	*state = w;
	return 0;
}

static int teardown(void **state)
{
	struct world *w = *state;
	bundle_free(&w->b);
	node_free(&w->north);
	node_free(&w->south);
	node_free(&w->east);
	node_free(&w->west);
	arena_free(w->arena);
	free(w);
	return 0;
}

static enum tocsin_err check(struct world *w)
{
	struct evidence e;
	enum tocsin_err err = evidence_take(w->file, w->file_n, &e);
	if (err == TOCSIN_OK)
		err = evidence_check(&e, w->trusted, w->trusted_n, w->arena, &w->v);
	return err;
}

/* Refused or malformed, with a sentence that names the PART; and nothing of it counts. */
static void refuses(struct world *w, const char *part)
{
	enum tocsin_err err = check(w);
	assert_true(err == TOCSIN_REFUSED || err == TOCSIN_BAD);
	assert_true(sentence_has(fail_sentence(), part));
	assert_false(w->v.ok);
	assert_int_equal(w->v.level, EVIDENCE_NONE);
}

/* Consistent, but it proves less than it says, for a reason that names the PART. */
static void distrusts(struct world *w, enum evidence_level level, const char *part)
{
	assert_int_equal(check(w), TOCSIN_OK);
	assert_false(w->v.ok);
	assert_int_equal(w->v.level, level);
	assert_true(sentence_has(w->v.sentence, part));
	assert_string_equal(evidence_shown(&w->v, "south.example", "where.place"), "not shown");
	assert_string_equal(evidence_shown(&w->v, "south.example", "source.origin"), "not shown");
}

static struct bytes changed(struct world *w, struct bytes is, const char *from, const char *to)
{
	uint8_t *copy = arena_copy(w->arena, is.p, is.n);
	uint8_t *at = memmem(copy, is.n, from, strlen(from));
	assert_non_null(at);
	assert_int_equal(strlen(from), strlen(to));
	memcpy(at, to, strlen(to));
	return bytes_of(copy, is.n);
}

/* ---- what is proven ---- */

static void a_whole_bundle_is_proven_witnessed(void **state)
{
	struct world *w = *state;
	assert_int_equal(check(w), TOCSIN_OK);
	assert_true(w->v.ok);
	assert_int_equal(w->v.level, EVIDENCE_WITNESSED);
	assert_true(w->v.issued);
	assert_int_equal(w->v.issued_witnessed, WITNESSED + 1);
	assert_int_equal(w->v.receipt_witnessed, WITNESSED + 11);
	assert_int_equal(w->v.receipt_index, 37);
	assert_int_equal(w->v.receipt_size, 48);
	assert_int_equal(w->v.quorum_k, 2);
	assert_int_equal(w->v.quorum_count, 2);
	assert_int_equal(w->v.line_n, 4);
	assert_int_equal(w->v.closed_n, 28);
	assert_true(sentence_has(w->v.sentence, "not later than 2024-03-06T09:13:31Z"));
	assert_string_equal(evidence_shown(&w->v, "south.example", "where.place"), "told");
	assert_string_equal(evidence_shown(&w->v, "south.example", "source.origin"), "withheld");
	assert_string_equal(evidence_shown(&w->v, "south.example", "source.method"), "not shown");
	assert_string_equal(evidence_shown(&w->v, "east.example", "where.place"), "not shown");
}

static void a_bundle_with_its_own_cards_only_is_signed_by_nobody(void **state)
{
	struct world *w = *state;
	w->trusted_n = 0;
	assert_int_equal(check(w), TOCSIN_OK);
	assert_false(w->v.ok);
	assert_int_equal(w->v.level, EVIDENCE_NONE);
	assert_true(sentence_has(w->v.sentence, "consistent, but signed by nobody you named"));
	assert_string_equal(evidence_shown(&w->v, "south.example", "where.place"), "not shown");
}

static void naming_somebody_else_proves_nothing(void **state)
{
	struct world *w = *state;
	w->trusted_n = 0;
	trust(w, &w->south);
	trust(w, &w->east);
	trust(w, &w->west);
	assert_int_equal(check(w), TOCSIN_OK);
	assert_false(w->v.ok);
	assert_int_equal(w->v.level, EVIDENCE_NONE);
}

static void a_receipt_of_a_recipient_that_nobody_named_proves_no_arrival(void **state)
{
	struct world *w = *state;
	w->trusted_n = 0;
	trust(w, &w->north);
	assert_int_equal(check(w), TOCSIN_OK);
	assert_false(w->v.ok);
	assert_int_equal(w->v.level, EVIDENCE_ONE_SIDED);
	assert_true(sentence_has(w->v.sentence, "you did not name south.example"));
	assert_string_equal(evidence_shown(&w->v, "south.example", "where.place"), "not shown");
	assert_string_equal(evidence_shown(&w->v, "south.example", "source.origin"), "not shown");
}

static void witnesses_that_nobody_named_do_not_count(void **state)
{
	struct world *w = *state;
	w->trusted_n = 3;
	assert_int_equal(check(w), TOCSIN_OK);
	assert_true(w->v.ok);
	assert_int_equal(w->v.level, EVIDENCE_RECEIVED);
	assert_int_equal(w->v.quorum_count, 1);
	assert_int_equal(w->v.receipt_witnessed, 0);
	assert_false(w->v.witnesses_trusted);
	assert_true(sentence_has(w->v.sentence, "(1 of 2); you did not name west.example"));
	assert_string_equal(evidence_shown(&w->v, "south.example", "where.place"), "told");
}

static void without_a_receipt_it_is_one_sided(void **state)
{
	struct world *w = *state;
	drop_file(w, "receipt.tlog-proof");
	assert_int_equal(check(w), TOCSIN_OK);
	assert_true(w->v.ok);
	assert_int_equal(w->v.level, EVIDENCE_ONE_SIDED);
	assert_true(sentence_has(w->v.sentence, "one-sided"));
	assert_string_equal(evidence_shown(&w->v, "south.example", "where.place"), "not shown");
	assert_string_equal(evidence_shown(&w->v, "south.example", "source.origin"), "withheld");
}

static void a_record_for_oneself_is_signed_by_nobody_else(void **state)
{
	struct world *w = *state;
	bundle_free(&w->b);
	bundle_warn(&w->b, &w->north, &w->north, AT);
	memcpy(w->b.s.kind, "record", 7);
	bundle_text(&w->b);
	bundle_sign(&w->b, w->north.sign, 1);
	make_files(w);
	find_file(w, "recipient.cards")->content = buf_bytes(&w->north.chain);
	refuses(w, "receipt.tlog-proof");
	drop_file(w, "receipt.tlog-proof");
	assert_int_equal(check(w), TOCSIN_OK);
	assert_true(w->v.ok);
	assert_int_equal(w->v.level, EVIDENCE_ONE_SIDED);
	assert_true(sentence_has(w->v.sentence, "north.example's own record"));
	assert_true(sentence_has(w->v.sentence, "nobody else signed"));
	assert_string_equal(evidence_shown(&w->v, "north.example", "where.place"), "not shown");
	drop_file(w, "recipient.cards");
	assert_int_equal(check(w), TOCSIN_OK);
	add_file(w, "recipient.cards", buf_bytes(&w->south.chain));
	refuses(w, "recipient.cards");
}

static void one_card_of_a_chain_is_enough_to_name_it(void **state)
{
	struct world *w = *state;
	node_rotate(&w->south, "2", "2024-02-01T00:00:00Z", false);
	make_files(w);
	w->trusted[1] = buf_bytes(&w->south.last);
	assert_int_equal(check(w), TOCSIN_OK);
	assert_int_equal(w->v.level, EVIDENCE_WITNESSED);
}

static void an_older_and_a_newer_chain_of_the_same_node_name_it(void **state)
{
	struct world *w = *state;
	struct bytes old = bytes_of(arena_copy(w->arena, w->south.chain.p, w->south.chain.n), w->south.chain.n);
	node_rotate(&w->south, "2", "2024-02-01T00:00:00Z", false);
	node_rotate(&w->south, "3", "2024-04-01T00:00:00Z", false);
	make_files(w);
	w->trusted[1] = old;
	assert_int_equal(check(w), TOCSIN_OK);
	assert_int_equal(w->v.level, EVIDENCE_WITNESSED);
	find_file(w, "recipient.cards")->content = old;
	w->trusted[1] = buf_bytes(&w->south.chain);
	assert_int_equal(check(w), TOCSIN_OK);
	assert_int_equal(w->v.level, EVIDENCE_WITNESSED);
	w->trusted[1] = buf_bytes(&w->south.last);
	assert_int_equal(check(w), TOCSIN_OK);
	assert_int_equal(w->v.level, EVIDENCE_WITNESSED);
}

static void the_owner_of_a_log_does_not_witness_it(void **state)
{
	struct world *w = *state;
	const struct node *witness[] = { &w->east, &w->south };
	bundle_prove(&w->b, ENTRY_ACCEPTED, &w->south, 48, 37, witness, 2, WITNESSED, &w->b.receipt);
	bundle_quorum(&w->b, 2, witness, 2);
	find_file(w, "receipt.tlog-proof")->content = buf_bytes(&w->b.receipt);
	find_file(w, "quorum.txt")->content = buf_bytes(&w->b.quorum);
	drop_file(w, "witnesses/west.example.cards");
	assert_int_equal(check(w), TOCSIN_OK);
	assert_int_equal(w->v.level, EVIDENCE_RECEIVED);
	assert_int_equal(w->v.quorum_count, 1);
}

static void quorum_none_proves_no_time(void **state)
{
	struct world *w = *state;
	bundle_quorum(&w->b, 0, w->witness, 2);
	find_file(w, "quorum.txt")->content = buf_bytes(&w->b.quorum);
	assert_int_equal(check(w), TOCSIN_OK);
	assert_int_equal(w->v.level, EVIDENCE_RECEIVED);
	assert_true(sentence_has(w->v.sentence, "no quorum"));
}

static void two_names_of_one_organisation_are_one_witness(void **state)
{
	struct world *w = *state;
	struct buf note;
	/* West is east under another name: the same keys, renamed. */
	w->west.witness = w->east.witness;
	snprintf(w->west.witness.vkey.name, sizeof w->west.witness.vkey.name, "west.example/witness");
	assert_int_equal(vkey_make("west.example/witness", NOTE_COSIGNATURE, w->east.witness.vkey.pub,
		&w->west.witness.vkey), TOCSIN_OK);
	buf_clear(&w->west.chain);
	w->west.card.seq = 0;
	node_card(&w->west, NULL);
	buf_init(&note, LIMIT_NOTE);
	make_files(w);
	w->trusted[3] = buf_bytes(&w->west.chain);
	refuses(w, "key in common");
	buf_free(&note);
}

/* ---- what is forged ---- */

static void a_statement_that_was_readdressed_is_refused(void **state)
{
	struct world *w = *state;
	/* East takes what it got from north, and says it was for it. */
	card_party(&w->east.card, &w->b.s.to);
	buf_clear(&w->b.text);
	assert_int_equal(statement_format(&w->b.s, &w->b.text), TOCSIN_OK);
	struct bytes old = buf_bytes(&w->b.note);
	const uint8_t *sig = memmem(old.p, old.n, "\n\n", 2);
	uint8_t *forged = arena_alloc(w->arena, 8192);
	memcpy(forged, w->b.text.p, w->b.text.n);
	memcpy(forged + w->b.text.n, sig + 1, old.n - (size_t)(sig + 1 - old.p));
	find_file(w, "statement.note")->content = bytes_of(forged, w->b.text.n + old.n - (size_t)(sig + 1 - old.p));
	find_file(w, "recipient.cards")->content = buf_bytes(&w->east.chain);
	drop_file(w, "receipt.tlog-proof");
	drop_file(w, "issued.tlog-proof");
	refuses(w, "statement.note");
}

static void the_cards_of_another_recipient_are_refused(void **state)
{
	struct world *w = *state;
	find_file(w, "recipient.cards")->content = buf_bytes(&w->east.chain);
	refuses(w, "recipient.cards");
}

static void the_cards_of_another_sender_are_refused(void **state)
{
	struct world *w = *state;
	find_file(w, "sender.cards")->content = buf_bytes(&w->east.chain);
	refuses(w, "sender.cards");
}

static void the_receipt_of_another_statement_is_refused(void **state)
{
	struct world *w = *state;
	struct bundle other;
	bundle_warn(&other, &w->north, &w->south, AT);
	bundle_prove(&other, ENTRY_ACCEPTED, &w->south, 48, 37, w->witness, 2, WITNESSED, &w->b.receipt);
	find_file(w, "receipt.tlog-proof")->content = buf_bytes(&w->b.receipt);
	refuses(w, "receipt.tlog-proof");
	bundle_free(&other);
}

static void an_issued_entry_is_no_receipt(void **state)
{
	struct world *w = *state;
	bundle_prove(&w->b, ENTRY_ISSUED, &w->south, 48, 37, w->witness, 2, WITNESSED, &w->b.receipt);
	find_file(w, "receipt.tlog-proof")->content = buf_bytes(&w->b.receipt);
	refuses(w, "receipt.tlog-proof");
}

static void a_receipt_in_somebody_elses_log_is_refused(void **state)
{
	struct world *w = *state;
	bundle_prove(&w->b, ENTRY_ACCEPTED, &w->north, 48, 37, w->witness, 2, WITNESSED, &w->b.receipt);
	find_file(w, "receipt.tlog-proof")->content = buf_bytes(&w->b.receipt);
	refuses(w, "is not a log of south.example");
}

static void a_receipt_with_a_failing_cosignature_is_refused(void **state)
{
	struct world *w = *state;
	struct node liar;
	node_make(&liar, "west.example", "another");
	const struct node *witness[] = { &w->east, &liar };
	liar.witness.vkey = w->west.witness.vkey;
	bundle_prove(&w->b, ENTRY_ACCEPTED, &w->south, 48, 37, witness, 2, WITNESSED, &w->b.receipt);
	find_file(w, "receipt.tlog-proof")->content = buf_bytes(&w->b.receipt);
	refuses(w, "receipt.tlog-proof");
	/* Also when nobody named that witness. */
	w->trusted_n = 3;
	refuses(w, "receipt.tlog-proof");
	node_free(&liar);
}

static void a_changed_line_is_refused(void **state)
{
	struct world *w = *state;
	struct evidence_file *f = find_file(w, "body.txt");
	struct bytes was = f->content;
	f->content = changed(w, was, "concert hall", "football box");
	refuses(w, "body.txt");
	f->content = changed(w, was, "handling.tlp \"amber-strict\"", "handling.tlx \"amber-strict\"");
	refuses(w, "body.txt");
}

static void every_changed_byte_of_the_body_is_refused(void **state)
{
	struct world *w = *state;
	struct evidence_file *f = find_file(w, "body.txt");
	uint8_t *copy = arena_copy(w->arena, f->content.p, f->content.n);
	f->content.p = copy;
	w->trusted_n = 0;
	for (size_t i = 0; i < f->content.n; i++) {
		copy[i] ^= 1;
		assert_true(check(w) != TOCSIN_OK);
		copy[i] ^= 1;
		arena_reset(w->arena);
		/* The copy was in the arena: the reset keeps its first block, and this allocation comes first again. */
		uint8_t *again = arena_alloc(w->arena, f->content.n + 1);
		assert_ptr_equal(again, copy);
	}
	assert_int_equal(check(w), TOCSIN_OK);
}

static void the_body_of_another_statement_is_refused(void **state)
{
	struct world *w = *state;
	struct bundle other;
	bundle_warn(&other, &w->north, &w->south, AT);
	find_file(w, "body.txt")->content = buf_bytes(&other.body);
	refuses(w, "body.txt is not the body of this statement");
	bundle_free(&other);
}

static void a_body_with_a_line_more_or_less_is_refused(void **state)
{
	struct world *w = *state;
	struct evidence_file *f = find_file(w, "body.txt");
	struct bytes was = f->content;
	const uint8_t *second = memchr(was.p, '\n', was.n);
	f->content = bytes_of(second + 1, was.n - (size_t)(second + 1 - was.p));
	refuses(w, "body.txt ends");
	f->content = bytes_of(was.p, was.n - 1);
	refuses(w, "body.txt ends");
	uint8_t *more = arena_alloc(w->arena, was.n + 80);
	memcpy(more, was.p, was.n);
	memcpy(more + was.n, "# 0000000000000000000000000000000000000000000000000000000000000000\n", 67);
	f->content = bytes_of(more, was.n + 67);
	refuses(w, "more than the 32 lines");
}

static void an_opening_of_another_line_is_refused(void **state)
{
	struct world *w = *state;
	struct evidence_file *f = find_file(w, "opened.txt");
	struct bytes was = f->content;
	f->content = changed(w, was, "a listener", "a defector");
	refuses(w, "opened.txt");
	struct buf b;
	buf_init(&b, 65536);
	buf_add_bytes(&b, was);
	buf_add_bytes(&b, was);
	f->content = buf_bytes(&b);
	refuses(w, "out of order, or opens a line twice");
	/* An open line cannot be passed off as one that was withheld. */
	buf_clear(&b);
	struct text t = text_over(buf_bytes(&w->b.body));
	struct bytes line;
	for (size_t i = 0; text_line(&t, LIMIT_LINE, &line); i++) {
		if (bytes_starts(line, "= "))
			continue;
		buf_printf(&b, "%zu %.*s\n", i, (int)line.n, (const char *)line.p);
		break;
	}
	f->content = buf_bytes(&b);
	refuses(w, "which is not closed");
	f->content = BYTES_LIT("32 00000000000000000000000000000000 a true\n");
	refuses(w, "opened.txt");
	f->content = BYTES_LIT("1");
	refuses(w, "opened.txt");
	buf_free(&b);
}

static void an_announced_cosigner_must_have_signed(void **state)
{
	struct world *w = *state;
	const struct key both[] = { w->north.sign[0], w->east.sign[0] };
	memcpy(w->b.s.by[0], "east.example", 13);
	w->b.s.by_n = 1;
	bundle_text(&w->b);
	bundle_sign(&w->b, both, 2);
	make_files(w);
	assert_int_equal(check(w), TOCSIN_OK);
	assert_int_equal(w->v.level, EVIDENCE_WITNESSED);
	assert_true(w->v.by_trusted[0]);
	/* Stripped. */
	bundle_sign(&w->b, both, 1);
	find_file(w, "statement.note")->content = buf_bytes(&w->b.note);
	refuses(w, "statement.note");
	/* Only the co-signer. */
	bundle_sign(&w->b, both + 1, 1);
	find_file(w, "statement.note")->content = buf_bytes(&w->b.note);
	refuses(w, "statement.note");
	/* Its cards left out. */
	bundle_sign(&w->b, both, 2);
	find_file(w, "statement.note")->content = buf_bytes(&w->b.note);
	bundle_quorum(&w->b, 1, w->witness + 1, 1);
	find_file(w, "quorum.txt")->content = buf_bytes(&w->b.quorum);
	drop_file(w, "witnesses/east.example.cards");
	refuses(w, "announces the signature of east.example");
}

static void a_signature_that_nobody_can_check_is_refused(void **state)
{
	struct world *w = *state;
	const struct key both[] = { w->north.sign[0], w->east.sign[0] };
	bundle_sign(&w->b, both, 2);
	find_file(w, "statement.note")->content = buf_bytes(&w->b.note);
	refuses(w, "statement.note");
}

static void every_flipped_bit_of_the_signature_is_refused(void **state)
{
	struct world *w = *state;
	for (size_t bit = 0; bit < 512; bit += 3) {
		uint8_t sig[64];
		struct buf note;
		buf_init(&note, LIMIT_NOTE);
		crypto_sign_detached(sig, NULL, w->b.text.p, w->b.text.n, w->north.sign[0].secret);
		sig[bit / 8] ^= (uint8_t)(1u << bit % 8);
		note_begin(&note, buf_bytes(&w->b.text));
		note_add_line(&note, &w->north.sign[0].vkey, sig, sizeof sig);
		find_file(w, "statement.note")->content = buf_bytes(&note);
		refuses(w, "statement.note");
		buf_free(&note);
	}
}

static void a_signature_with_s_plus_l_is_refused(void **state)
{
	struct world *w = *state;
	static const uint8_t l[32] = { 0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9,
		0xde, 0x14, [31] = 0x10 };
	uint8_t sig[64];
	unsigned carry = 0;
	struct buf note;
	buf_init(&note, LIMIT_NOTE);
	crypto_sign_detached(sig, NULL, w->b.text.p, w->b.text.n, w->north.sign[0].secret);
	for (size_t i = 0; i < 32; i++) {
		carry += sig[32 + i] + l[i];
		sig[32 + i] = (uint8_t)carry;
		carry >>= 8;
	}
	note_begin(&note, buf_bytes(&w->b.text));
	note_add_line(&note, &w->north.sign[0].vkey, sig, sizeof sig);
	find_file(w, "statement.note")->content = buf_bytes(&note);
	refuses(w, "statement.note");
	buf_free(&note);
}

static void two_nodes_of_one_name_are_not_taken_for_each_other(void **state)
{
	struct world *w = *state;
	struct node twin;
	node_make(&twin, "south.example", "twin");
	/* The bundle's south is not the verifier's. */
	w->trusted[1] = buf_bytes(&twin.chain);
	refuses(w, "another identity stands under the same name");
	/* The verifier's south is right, the bundle brings the twin. */
	w->trusted[1] = buf_bytes(&w->south.chain);
	find_file(w, "recipient.cards")->content = buf_bytes(&twin.chain);
	refuses(w, "recipient.cards");
	/* Without anybody named, the fingerprint still tells them apart. */
	w->trusted_n = 0;
	refuses(w, "another node of that name");
	node_free(&twin);
}

static void sender_and_recipient_of_one_name_are_refused(void **state)
{
	struct world *w = *state;
	struct node twin;
	node_make(&twin, "north.example", "twin");
	card_party(&twin.card, &w->b.s.to);
	bundle_text(&w->b);
	bundle_sign(&w->b, w->north.sign, 1);
	make_files(w);
	find_file(w, "recipient.cards")->content = buf_bytes(&twin.chain);
	refuses(w, "two nodes of one name");
	node_free(&twin);
}

static void two_cards_of_one_seq_are_refused(void **state)
{
	struct world *w = *state;
	struct node fork;
	node_make(&fork, "south.example", "1");
	node_rotate(&fork, "fork", "2024-02-01T00:00:00Z", false);
	node_rotate(&w->south, "2", "2024-02-01T00:00:00Z", false);
	make_files(w);
	w->trusted[1] = buf_bytes(&fork.chain);
	refuses(w, "two different cards of it bear the same seq");
	w->trusted[1] = buf_bytes(&fork.last);
	refuses(w, "its card of the same seq is another one");
	node_free(&fork);
}

static void a_card_that_does_not_follow_is_refused(void **state)
{
	struct world *w = *state;
	struct node fork;
	node_make(&fork, "south.example", "1");
	node_rotate(&fork, "fork", "2024-02-01T00:00:00Z", false);
	node_rotate(&fork, "fork 2", "2024-03-01T00:00:00Z", false);
	node_rotate(&w->south, "2", "2024-02-01T00:00:00Z", false);
	make_files(w);
	w->trusted[1] = buf_bytes(&fork.last);
	refuses(w, "does not follow");
	node_free(&fork);
}

static void an_exercise_proves_nothing_about_the_live_world(void **state)
{
	struct world *w = *state;
	struct node drill;
	node_make(&drill, "drill.example.exercise", "1");
	/* An exercise statement whose sender's cards are live, and the reverse. */
	find_file(w, "sender.cards")->content = buf_bytes(&drill.chain);
	refuses(w, "different realms");
	find_file(w, "sender.cards")->content = buf_bytes(&w->north.chain);
	find_file(w, "statement.note")->content = changed(w, buf_bytes(&w->b.note), "tocsin/v1 warning",
		"tocsin/v2 warning");
	refuses(w, "statement.note");
	struct bundle b;
	bundle_warn(&b, &drill, &drill, AT);
	find_file(w, "statement.note")->content = buf_bytes(&b.note);
	refuses(w, "different realms");
	/* A witness from an exercise. */
	find_file(w, "statement.note")->content = buf_bytes(&w->b.note);
	find_file(w, "witnesses/east.example.cards")->content = buf_bytes(&drill.chain);
	refuses(w, "different realms");
	bundle_free(&b);
	node_free(&drill);
}

static void an_exercise_entry_is_no_receipt_of_a_live_statement(void **state)
{
	struct world *w = *state;
	w->b.s.realm = REALM_EXERCISE;
	bundle_prove(&w->b, ENTRY_ACCEPTED, &w->south, 48, 37, w->witness, 2, WITNESSED, &w->b.receipt);
	find_file(w, "receipt.tlog-proof")->content = buf_bytes(&w->b.receipt);
	refuses(w, "receipt.tlog-proof");
}

static void a_whole_exercise_is_proven_as_one(void **state)
{
	struct world *w = *state;
	struct node a, b;
	node_make(&a, "a.exercise", "1");
	node_make(&b, "b.exercise", "1");
	bundle_free(&w->b);
	bundle_warn(&w->b, &a, &b, AT);
	w->file_n = 0;
	bundle_prove(&w->b, ENTRY_ACCEPTED, &b, 16, 0, NULL, 0, 0, &w->b.receipt);
	add_file(w, "statement.note", buf_bytes(&w->b.note));
	add_file(w, "body.txt", buf_bytes(&w->b.body));
	add_file(w, "receipt.tlog-proof", buf_bytes(&w->b.receipt));
	add_file(w, "sender.cards", buf_bytes(&a.chain));
	add_file(w, "recipient.cards", buf_bytes(&b.chain));
	add_file(w, "quorum.txt", BYTES_LIT("quorum none\n"));
	w->trusted_n = 0;
	trust(w, &a);
	trust(w, &b);
	assert_int_equal(check(w), TOCSIN_OK);
	assert_int_equal(w->v.level, EVIDENCE_RECEIVED);
	struct buf out;
	buf_init(&out, 65536);
	evidence_print(&w->v, &out);
	assert_non_null(memmem(out.p, out.n, "(EXERCISE)", 10));
	buf_free(&out);
	node_free(&a);
	node_free(&b);
}

static void a_revoked_key_counts_only_for_what_was_witnessed_before(void **state)
{
	struct world *w = *state;
	node_rotate(&w->north, "2", "2024-03-06T10:00:00Z", true);
	make_files(w);
	assert_int_equal(check(w), TOCSIN_OK);
	assert_int_equal(w->v.level, EVIDENCE_WITNESSED);
	/* Nobody whom the verifier named saw it before. */
	w->trusted_n = 2;
	distrusts(w, EVIDENCE_NONE, "revoked as of");
	/* Witnessed after it was revoked: back-dated by whoever stole the key. */
	w->trusted_n = 4;
	drop_file(w, "issued.tlog-proof");
	bundle_prove(&w->b, ENTRY_ACCEPTED, &w->south, 48, 37, w->witness, 2, WITNESSED + 7200, &w->b.receipt);
	find_file(w, "receipt.tlog-proof")->content = buf_bytes(&w->b.receipt);
	distrusts(w, EVIDENCE_NONE, "revoked as of");
}

static void a_backdated_revocation_does_not_undo_what_was_witnessed_before_it(void **state)
{
	struct world *w = *state;
	struct card *c = &w->north.card;
	c->revoked[c->revoked_n].key = w->north.sign[0].vkey;
	c->revoked[c->revoked_n++].at = time_of("2024-02-01T00:00:00Z");
	node_rotate(&w->north, "2", "2024-03-06T10:00:00Z", false);
	make_files(w);
	assert_int_equal(check(w), TOCSIN_OK);
	assert_int_equal(w->v.level, EVIDENCE_WITNESSED);
	drop_file(w, "receipt.tlog-proof");
	drop_file(w, "issued.tlog-proof");
	distrusts(w, EVIDENCE_NONE, "revoked as of");
}

static void a_change_of_keys_that_the_bundle_leaves_out_counts_when_the_verifier_has_it(void **state)
{
	struct world *w = *state;
	struct bytes old = bytes_of(arena_copy(w->arena, w->north.chain.p, w->north.chain.n), w->north.chain.n);
	node_rotate(&w->north, "2", "2024-03-06T09:00:00Z", true);
	find_file(w, "sender.cards")->content = old;
	w->trusted[0] = old;
	assert_int_equal(check(w), TOCSIN_OK);
	w->trusted[0] = buf_bytes(&w->north.chain);
	refuses(w, "statement.note");
	w->trusted[0] = buf_bytes(&w->north.last);
	refuses(w, "statement.note");
}

static void a_revocation_that_the_bundle_leaves_out_counts_when_the_verifier_has_it(void **state)
{
	struct world *w = *state;
	struct bytes old = bytes_of(arena_copy(w->arena, w->north.chain.p, w->north.chain.n), w->north.chain.n);
	node_rotate(&w->north, "2", "2024-03-06T10:00:00Z", true);
	find_file(w, "sender.cards")->content = old;
	drop_file(w, "issued.tlog-proof");
	drop_file(w, "receipt.tlog-proof");
	w->trusted[0] = old;
	assert_int_equal(check(w), TOCSIN_OK);
	assert_true(w->v.ok);
	w->trusted[0] = buf_bytes(&w->north.chain);
	distrusts(w, EVIDENCE_NONE, "revoked as of 2024-03-06T10:00:00Z");
	w->trusted[0] = buf_bytes(&w->north.last);
	distrusts(w, EVIDENCE_NONE, "revoked as of 2024-03-06T10:00:00Z");
}

static void a_receipt_by_a_revoked_log_key_needs_witnesses(void **state)
{
	struct world *w = *state;
	struct card *c = &w->south.card;
	c->revoked[c->revoked_n].key = w->south.log.vkey;
	c->revoked[c->revoked_n++].at = time_of("2024-03-06T10:00:00Z");
	struct key old = w->south.log;
	w->south.log = role_key(&w->south, "/log/2", NOTE_ED25519, "2");
	c->at = time_of("2024-03-06T10:00:00Z");
	node_card(&w->south, NULL);
	struct key new = w->south.log;
	w->south.log = old;
	make_files(w);
	assert_int_equal(check(w), TOCSIN_OK);
	assert_int_equal(w->v.level, EVIDENCE_WITNESSED);
	w->trusted_n = 2;
	distrusts(w, EVIDENCE_ONE_SIDED, "the key of the log that the receipt is from was revoked");
	w->trusted_n = 4;
	bundle_prove(&w->b, ENTRY_ACCEPTED, &w->south, 48, 37, w->witness, 2, WITNESSED + 7200, &w->b.receipt);
	find_file(w, "receipt.tlog-proof")->content = buf_bytes(&w->b.receipt);
	distrusts(w, EVIDENCE_ONE_SIDED, "the key of the log that the receipt is from was revoked");
	w->south.log = new;
	make_files(w);
	assert_int_equal(check(w), TOCSIN_OK);
}

static void a_quorum_that_is_malformed_is_refused(void **state)
{
	struct world *w = *state;
	static const char *const bad[] = { "", "quorum 0\n", "quorum 01\n", "quorum\n", "quorum 2",
		"quorum 2\nwitness east.example\nwitness east.example\n", "quorum 65\n",
		"quorum 2\nwitness East.example\n", "quorum 2\n\nwitness east.example\n", "witness east.example\n",
			"quorum none\nquorum 1\n", "quorum 1\nwitness east.example\nx\n" };
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		find_file(w, "quorum.txt")->content = bytes_str(bad[i]);
		refuses(w, "quorum.txt");
	}
	find_file(w, "quorum.txt")->content = BYTES_LIT("quorum 1\nwitness west.example\n");
	refuses(w, "witnesses/east.example.cards: quorum.txt does not name this witness");
	drop_file(w, "quorum.txt");
	refuses(w, "no quorum.txt");
}

static void the_cards_of_a_witness_must_bear_its_name(void **state)
{
	struct world *w = *state;
	find_file(w, "witnesses/east.example.cards")->content = buf_bytes(&w->west.chain);
	refuses(w, "witnesses/east.example.cards");
}

static void every_truncated_file_is_refused(void **state)
{
	struct world *w = *state;
	for (size_t i = 0; i < w->file_n; i++) {
		struct bytes was = w->file[i].content;
		if (strcmp(w->file[i].name, "README.txt") == 0 || strcmp(w->file[i].name, "check.sh") == 0)
			continue;
		size_t step = was.n > 400 ? was.n / 200 : 1;
		for (size_t n = 0; n < was.n; n += step) {
			/* An opened.txt that opens nothing is a whole one. */
			if (n == 0 && strcmp(w->file[i].name, "opened.txt") == 0)
				continue;
			uint8_t *cut = malloc(n + 1);
			memcpy(cut, was.p, n);
			w->file[i].content = bytes_of(cut, n);
			enum tocsin_err err = check(w);
			/* A proof without its last cosignatures is a whole one, too: it proves less. */
			if (err == TOCSIN_OK) {
				assert_non_null(strstr(w->file[i].name, ".tlog-proof"));
				assert_int_equal(was.p[n - 1], '\n');
				assert_true(w->v.issued_witnessed == 0 || w->v.level == EVIDENCE_RECEIVED);
			} else {
				assert_true(err == TOCSIN_BAD || err == TOCSIN_REFUSED);
			}
			free(cut);
			arena_reset(w->arena);
		}
		w->file[i].content = was;
	}
	assert_int_equal(check(w), TOCSIN_OK);
}

static void files_that_do_not_belong_are_refused(void **state)
{
	struct world *w = *state;
	static const char *const bad[] = { "note.txt", "witnesses/.cards", "witnesses/a.example",
		"witnesses/../x.example.cards", "witnesses/A.example.cards", "Statement.note" };
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		add_file(w, bad[i], BYTES_LIT("x"));
		refuses(w, "does not belong");
		w->file_n--;
	}
	add_file(w, "body.txt", buf_bytes(&w->b.body));
	refuses(w, "twice");
	w->file_n--;
	add_file(w, "witnesses/east.example.cards", buf_bytes(&w->east.chain));
	refuses(w, "twice");
	w->file_n--;
	drop_file(w, "sender.cards");
	refuses(w, "no sender.cards");
}

static void a_bad_card_of_the_verifier_is_named(void **state)
{
	struct world *w = *state;
	w->trusted[2] = BYTES_LIT("tocsin/v1 card\n");
	refuses(w, "card file 3");
}

/* ---- making and showing ---- */

static void a_line_kept_back_stays_closed_and_the_root_holds(void **state)
{
	struct world *w = *state;
	struct buf body, opened;
	static const char *const only[] = { "where.place", NULL };
	static const char *const none[] = { NULL };
	buf_init(&body, LIMIT_ENVELOPE);
	buf_init(&opened, LIMIT_ENVELOPE);
	assert_int_equal(evidence_body(buf_bytes(&w->b.body), 32, buf_bytes(&w->b.opened), only, none, &body, &opened),
		TOCSIN_OK);
	assert_int_equal(opened.n, 0);
	assert_null(memmem(body.p, body.n, "concert hall", 12));
	find_file(w, "body.txt")->content = buf_bytes(&body);
	find_file(w, "opened.txt")->content = buf_bytes(&opened);
	assert_int_equal(check(w), TOCSIN_OK);
	assert_int_equal(w->v.kept_back_n, 2);
	assert_int_equal(w->v.closed_n, 29);
	assert_string_equal(evidence_shown(&w->v, "south.example", "where.place"), "told");
	assert_string_equal(evidence_shown(&w->v, "south.example", "threat.summary"), "not shown");
	assert_string_equal(evidence_shown(&w->v, "south.example", "source.origin"), "not shown");
	buf_free(&body);
	buf_free(&opened);
}

static void a_revealed_line_is_opened(void **state)
{
	struct world *w = *state;
	struct buf body, opened;
	static const char *const reveal[] = { "source.origin", NULL };
	static const char *const wrong[] = { "where.place", NULL };
	static const char *const closed[] = { "source.origin", NULL };
	buf_init(&body, LIMIT_ENVELOPE);
	buf_init(&opened, LIMIT_ENVELOPE);
	assert_int_equal(evidence_body(buf_bytes(&w->b.body), 32, buf_bytes(&w->b.opened), NULL, reveal, &body, &opened),
		TOCSIN_OK);
	assert_true(bytes_equal(buf_bytes(&body), buf_bytes(&w->b.body)));
	assert_true(bytes_equal(buf_bytes(&opened), buf_bytes(&w->b.opened)));
	buf_clear(&body);
	assert_int_equal(evidence_body(buf_bytes(&w->b.body), 32, buf_bytes(&w->b.opened), NULL, wrong, &body, &opened),
		TOCSIN_MISSING);
	assert_int_equal(evidence_body(buf_bytes(&w->b.body), 32, buf_bytes(&w->b.opened), closed, NULL, &body, &opened),
		TOCSIN_MISSING);
	buf_free(&body);
	buf_free(&opened);
}

static void the_json_tells_what_the_text_tells(void **state)
{
	struct world *w = *state;
	static const char *const keys[] = { "verdict", "ok", "level", "sentence", "id", "kind", "from", "to", "at",
		"exercise", "issued", "issued_not_later_than", "received",
		"witnessed_not_later_than", "quorum", "told", "withheld", "stated", "closed", "kept_back", "not_proven",
			"shown_to", NULL };
	struct buf out;
	buf_init(&out, 65536);
	for (int pass = 0; pass < 2; pass++) {
		assert_int_equal(check(w), pass == 0 ? TOCSIN_OK : TOCSIN_REFUSED);
		json_t *j = evidence_json(&w->v);
		for (size_t i = 0; keys[i] != NULL; i++)
			assert_non_null(json_object_get(j, keys[i]));
		assert_int_equal(json_object_size(j), 22);
		assert_string_equal(json_string_value(json_object_get(j, "verdict")), pass == 0 ? "proven" : "refused");
		assert_int_equal(json_array_size(json_object_get(j, "told")), pass == 0 ? 3 : 0);
		assert_int_equal(json_array_size(json_object_get(j, "withheld")), pass == 0 ? 1 : 0);
		assert_int_equal(json_array_size(json_object_get(j, "not_proven")), 4);
		json_decref(j);
		buf_clear(&out);
		evidence_print(&w->v, &out);
		assert_non_null(memmem(out.p, out.n, "What this does not prove", 24));
		if (pass == 0) {
			assert_non_null(memmem(out.p, out.n, "told to south.example", 21));
			assert_non_null(memmem(out.p, out.n, "known and withheld from south.example", 37));
		}
		find_file(w, "body.txt")->content = changed(w, buf_bytes(&w->b.body), "concert hall", "football box");
	}
	buf_free(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
		T(a_whole_bundle_is_proven_witnessed),
		T(a_bundle_with_its_own_cards_only_is_signed_by_nobody),
		T(naming_somebody_else_proves_nothing),
		T(a_receipt_of_a_recipient_that_nobody_named_proves_no_arrival),
		T(witnesses_that_nobody_named_do_not_count),
		T(without_a_receipt_it_is_one_sided),
		T(a_record_for_oneself_is_signed_by_nobody_else),
		T(one_card_of_a_chain_is_enough_to_name_it),
		T(an_older_and_a_newer_chain_of_the_same_node_name_it),
		T(the_owner_of_a_log_does_not_witness_it),
		T(quorum_none_proves_no_time),
		T(two_names_of_one_organisation_are_one_witness),
		T(a_statement_that_was_readdressed_is_refused),
		T(the_cards_of_another_recipient_are_refused),
		T(the_cards_of_another_sender_are_refused),
		T(the_receipt_of_another_statement_is_refused),
		T(an_issued_entry_is_no_receipt),
		T(a_receipt_in_somebody_elses_log_is_refused),
		T(a_receipt_with_a_failing_cosignature_is_refused),
		T(a_changed_line_is_refused),
		T(every_changed_byte_of_the_body_is_refused),
		T(the_body_of_another_statement_is_refused),
		T(a_body_with_a_line_more_or_less_is_refused),
		T(an_opening_of_another_line_is_refused),
		T(an_announced_cosigner_must_have_signed),
		T(a_signature_that_nobody_can_check_is_refused),
		T(every_flipped_bit_of_the_signature_is_refused),
		T(a_signature_with_s_plus_l_is_refused),
		T(two_nodes_of_one_name_are_not_taken_for_each_other),
		T(sender_and_recipient_of_one_name_are_refused),
		T(two_cards_of_one_seq_are_refused),
		T(a_card_that_does_not_follow_is_refused),
		T(an_exercise_proves_nothing_about_the_live_world),
		T(an_exercise_entry_is_no_receipt_of_a_live_statement),
		T(a_whole_exercise_is_proven_as_one),
		T(a_revoked_key_counts_only_for_what_was_witnessed_before),
		T(a_backdated_revocation_does_not_undo_what_was_witnessed_before_it),
		T(a_change_of_keys_that_the_bundle_leaves_out_counts_when_the_verifier_has_it),
		T(a_revocation_that_the_bundle_leaves_out_counts_when_the_verifier_has_it),
		T(a_receipt_by_a_revoked_log_key_needs_witnesses),
		T(a_quorum_that_is_malformed_is_refused),
		T(the_cards_of_a_witness_must_bear_its_name),
		T(every_truncated_file_is_refused),
		T(files_that_do_not_belong_are_refused),
		T(a_bad_card_of_the_verifier_is_named),
		T(a_line_kept_back_stays_closed_and_the_root_holds),
		T(a_revealed_line_is_opened),
		T(the_json_tells_what_the_text_tells),
	};
	return cmocka_run_group_tests_name("evidence", tests, NULL, NULL);
}
