#include "publish/evidence.h"

#include "base/tar.h"
#include "desk/access.h"
#include "desk/directory.h"
#include "domain/evidence.h"
#include "proof/once.h"
#include "store/rows_keep.h"

#define PROOF_MAX (LIMIT_NOTE + 8192)

/* What is put together before it is written: the archive names are fixed, contents are in buffers of their own. */
struct bundle {
	const struct desk *desk;
	struct snapshot *read;
	const struct statement_row *row;
	struct arena *arena;
	struct statement statement;
	struct buf body, opened, issued, receipt, quorum, readme, sender, recipient;
	struct directory_quorum witnesses;
	struct {
		const char *name;
		struct buf chain;
	} card[64 + LIMIT_COSIGNERS]; /* of witnesses and of announced co-signers */
	size_t card_n;
};

static enum tocsin_err chain_of(struct bundle *b, const char *name, struct buf *out)
{
	enum tocsin_err err = card_chain(b->read, name, out);
	return err == TOCSIN_OK ? buf_end(out, "a card chain") : err;
}

/* The published checkpoint to prove an entry by: the earliest that meets the quorum, otherwise the last one seen. */
struct chosen {
	const struct quorum *quorum;
	const char *owner;
	struct buf note;
	enum tocsin_err err;
};

static bool choose(void *arg, struct bytes text)
{
	struct chosen *ch = arg;
	struct note note;
	size_t count;
	bool met = false;
	uint64_t time;
	buf_clear(&ch->note);
	buf_add_bytes(&ch->note, text);
	ch->err = buf_end(&ch->note, "a published checkpoint");
	if (ch->err == TOCSIN_OK)
		ch->err = note_parse(text, LIMIT_NOTE, &note);
	if (ch->err == TOCSIN_OK)
		ch->err = quorum_check(ch->quorum, ch->owner, &note, &count, &met, &time);
	return ch->err == TOCSIN_OK && !met;
}

/* The proof of our own entry for the statement. MISSING: not published yet. */
static enum tocsin_err prove_own_entry(struct bundle *b, struct buf *out)
{
	struct chosen ch = { .quorum = &b->witnesses.q, .owner = b->desk->name };
	struct note note;
	struct checkpoint c;
	struct merkle_proof proof;
	buf_init(&ch.note, LIMIT_NOTE);
	enum tocsin_err err = store_log_published_from(b->read, b->row->log_n, b->row->log_index, choose, &ch);
	if (err == TOCSIN_OK)
		err = ch.err;
	if (err == TOCSIN_OK && ch.note.n == 0)
		err = fail(TOCSIN_MISSING, "no published checkpoint covers the entry yet");
	if (err == TOCSIN_OK)
		err = note_parse(buf_bytes(&ch.note), LIMIT_NOTE, &note);
	if (err == TOCSIN_OK)
		err = checkpoint_parse(note.text, &c);
	if (err == TOCSIN_OK)
		err = store_log_inclusion(b->desk->store, b->row->log_n, b->row->log_index, c.size, &proof);
	if (err == TOCSIN_OK) {
		tlogproof_format(out, b->row->log_index, &proof, buf_bytes(&ch.note));
		err = buf_end(out, "a proof");
	}
	buf_free(&ch.note);
	return err;
}

/* The recipient's receipt for what we issued: the witnessed one, or as it came. */
static enum tocsin_err take_receipt(struct bundle *b)
{
	struct receipt_row receipt;
	enum tocsin_err err = receipt_get(b->read, b->row->num, b->arena, &receipt);
	if (err == TOCSIN_MISSING)
		return TOCSIN_OK;
	if (err != TOCSIN_OK)
		return err;
	if (receipt.proof.n > 0)
		buf_add_bytes(&b->receipt, receipt.proof);
	else
		tlogproof_format(&b->receipt, receipt.index, &receipt.hashes, receipt.checkpoint);
	return buf_end(&b->receipt, "a receipt");
}

static enum tocsin_err prove(struct bundle *b)
{
	enum tocsin_err err;
	/* Our log's entry would say whose it is. */
	if (b->row->issued && once_is(bytes_str(b->statement.from.name)))
		return take_receipt(b);
	if (b->row->issued) {
		err = prove_own_entry(b, &b->issued);
		if (err == TOCSIN_MISSING)
			err = TOCSIN_OK;        /* the bundle says that it is not there */
		return err == TOCSIN_OK ? take_receipt(b) : err;
	}
	err = prove_own_entry(b, &b->receipt);
	return err == TOCSIN_MISSING
		? fail(TOCSIN_LATER,
			  "our log has not published the entry of this statement yet; try again in some seconds")
		: err;
}

/* The chain of NAME among the further cards, once. */
static enum tocsin_err add_card(struct bundle *b, const char *name)
{
	for (size_t i = 0; i < b->card_n; i++)
		if (strcmp(b->card[i].name, name) == 0)
			return TOCSIN_OK;
	b->card[b->card_n].name = name;
	buf_init(&b->card[b->card_n].chain, LIMIT_CHAIN_BYTES);
	return chain_of(b, name, &b->card[b->card_n++].chain);
}

static enum tocsin_err take_cosigners(struct bundle *b)
{
	enum tocsin_err err = TOCSIN_OK;
	for (size_t i = 0; err == TOCSIN_OK && i < b->statement.by_n; i++)
		err = add_card(b, b->statement.by[i]);
	return err;
}

/* The quorum that applies to the log of the receipt, and the cards of the organisations in it. A record has no receipt:
 * of its maker's own witnesses more than half. */
static enum tocsin_err take_quorum(struct bundle *b)
{
	const struct peer *peer = directory_any(b->desk->directory, b->row->peer);
	bool record = strcmp(b->row->peer, b->desk->name) == 0;
	if (peer != NULL)
		directory_quorum(b->desk->directory, peer, &b->witnesses);
	peer_release(peer);
	if (record && b->witnesses.n > 0)
		b->witnesses.q.k = (unsigned)(b->witnesses.n / 2 + 1);
	if (b->witnesses.q.k == 0) {
		buf_add_str(&b->quorum, "quorum none\n");
		return TOCSIN_OK;
	}
	buf_printf(&b->quorum, "quorum %u\n", b->witnesses.q.k);
	const char *owner = b->row->issued ? b->row->peer : b->desk->name;
	enum tocsin_err err = TOCSIN_OK;
	for (size_t i = 0; err == TOCSIN_OK && i < b->witnesses.n; i++) {
		if (strcmp(b->witnesses.held[i]->name, owner) == 0)
			continue;
		buf_printf(&b->quorum, "witness %s\n", b->witnesses.held[i]->name);
		err = add_card(b, b->witnesses.held[i]->name);
	}
	return err == TOCSIN_OK ? buf_end(&b->quorum, "a quorum") : err;
}

static enum tocsin_err read_statement(struct bundle *b)
{
	struct note note;
	enum tocsin_err err = note_parse(b->row->note, LIMIT_NOTE, &note);
	if (err == TOCSIN_OK)
		err = statement_parse(note.text, &b->statement);
	return err == TOCSIN_OK ? TOCSIN_OK : fail_within(TOCSIN_BROKEN, "a stored statement");
}

/* Of what was forgotten the hash of each line is left: it proves that a statement was made, and what a copy that somebody
 * else kept must be to be it. */
static enum tocsin_err take_stub(struct bundle *b, const char *const *only, const char *const *reveal)
{
	if (only != NULL || reveal != NULL)
		return fail(TOCSIN_REFUSED, "the content of this statement was forgotten: there are no lines to show or to reveal");
	enum tocsin_err err = stub_get(b->read, b->row->num, &b->body);
	return err != TOCSIN_MISSING ? err
		: fail(TOCSIN_REFUSED, "the content of this statement was deleted, with the hashes of its lines: only its note is left");
}

static enum tocsin_err gather(struct bundle *b, bool closed, const char *const *only, const char *const *reveal)
{
	bool received = !b->row->issued, forgotten = (b->row->marks & STATEMENT_MARK_FORGOTTEN) != 0;
	enum tocsin_err err = read_statement(b);
	if (err == TOCSIN_OK && forgotten)
		err = take_stub(b, only, reveal);
	if (err == TOCSIN_OK && !forgotten)
		err = evidence_body(
			b->row->body, b->statement.lines, closed ? b->row->opened : bytes_of(NULL, 0), only, reveal, &b->body, &b->opened);
	if (err == TOCSIN_OK)
		err = buf_end(&b->body, "the body");
	if (err == TOCSIN_OK)
		err = take_quorum(b);
	if (err == TOCSIN_OK)
		err = take_cosigners(b);
	if (err == TOCSIN_OK)
		err = prove(b);
	if (err == TOCSIN_OK)
		err = chain_of(b, b->statement.from.name, &b->sender);
	if (err == TOCSIN_OK)
		err = chain_of(b, received ? b->desk->name : b->row->peer, &b->recipient);
	if (err == TOCSIN_OK) {
		evidence_readme(&b->statement, &b->row->id, b->receipt.n > 0, &b->readme);
		if (forgotten)
			buf_printf(&b->readme, "\nThe content was forgotten by %s: body.txt holds the hash of each line and nothing else.\n"
				"A copy of the lines that somebody else kept is the content if its root is the one that was signed.\n",
				b->desk->name);
		err = buf_end(&b->readme, "README.txt");
	}
	return err;
}

static void write_files(const struct bundle *b, struct buf *out)
{
	const struct { const char *name; const struct buf *content;
	} files[] = {
		{ "body.txt", &b->body },
		{ "opened.txt", &b->opened },
		{ "issued.tlog-proof", &b->issued },
		{ "receipt.tlog-proof", &b->receipt },
		{ "sender.cards", &b->sender },
		{ "recipient.cards", &b->recipient },
		{ "quorum.txt", &b->quorum },
		{ "README.txt", &b->readme },
	};
	int64_t at = b->statement.at;
	tar_add(out, "statement.note", b->row->note, at);
	for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
		bool always = files[i].content == &b->opened;
		if (files[i].content->n > 0 || always)
			tar_add(out, files[i].name, buf_bytes(files[i].content), at);
	}
	for (size_t i = 0; i < b->card_n; i++) {
		char name[sizeof "witnesses/.cards" + LIMIT_NAME];
		snprintf(name, sizeof name, "witnesses/%s.cards", b->card[i].name);
		tar_add(out, name, buf_bytes(&b->card[i].chain), at);
	}
	tar_add(out, "check.sh", evidence_script(), at);
	tar_end(out);
}

enum tocsin_err evidence_bundle(const struct desk *d, struct snapshot *read, const struct view *v,
	const struct statement_row *row, const char *const *only, const char *const *reveal, struct buf *out)
{
	char what[2 * SHA256_SIZE + 1];
	bool closed;
	hex_encode(row->id.b, SHA256_SIZE, what);
	enum tocsin_err err = access_sees(read, v, row->num, what, &closed);
	if (err != TOCSIN_OK)
		return err;
	struct bundle *b = calloc(1, sizeof *b);
	if (b == NULL || (b->arena = arena_new(16u << 20)) == NULL) {
		free(b);
		return fail(TOCSIN_BROKEN, "no memory for a bundle");
	}
	b->desk = d;
	b->read = read;
	b->row = row;
	struct buf *const buffers[] = { &b->body, &b->opened, &b->issued, &b->receipt, &b->quorum, &b->readme,
		&b->sender, &b->recipient };
	static const size_t most[] = { LIMIT_EVIDENCE_BYTES, LIMIT_EVIDENCE_BYTES, PROOF_MAX, PROOF_MAX, 65536, 65536,
		LIMIT_CHAIN_BYTES, LIMIT_CHAIN_BYTES };
	for (size_t i = 0; i < sizeof buffers / sizeof *buffers; i++)
		buf_init(buffers[i], most[i]);
	err = gather(b, closed, only, reveal);
	if (err == TOCSIN_OK) {
		write_files(b, out);
		err = buf_end(out, "the bundle");
	}
	for (size_t i = 0; i < sizeof buffers / sizeof *buffers; i++)
		buf_free(buffers[i]);
	for (size_t i = 0; i < b->card_n; i++)
		buf_free(&b->card[i].chain);
	directory_quorum_release(&b->witnesses);
	arena_free(b->arena);
	free(b);
	return err;
}
