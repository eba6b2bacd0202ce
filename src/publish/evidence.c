#include "publish/evidence.h"

#include "base/tar.h"
#include "desk/directory.h"
#include "domain/evidence.h"

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
	struct buf witness_cards[64];
	size_t witness_n;
};

static enum tocsin_err chain_of(struct bundle *b, const char *name, struct buf *out)
{
	enum tocsin_err err = card_chain(b->read, name, out);
	return err == TOCSIN_OK ? buf_end(out, "a card chain") : err;
}

/* The proof of our own entry for the statement under our published checkpoint. MISSING: not published yet. */
static enum tocsin_err prove_own_entry(struct bundle *b, struct buf *out)
{
	struct buf text;
	struct note note;
	struct checkpoint c;
	struct merkle_proof proof;
	buf_init(&text, LIMIT_NOTE);
	enum tocsin_err err = store_log_published(b->desk->store, b->row->log_n, &text);
	if (err == TOCSIN_OK)
		err = note_parse(buf_bytes(&text), LIMIT_NOTE, &note);
	if (err == TOCSIN_OK)
		err = checkpoint_parse(note.text, &c);
	if (err == TOCSIN_OK && b->row->log_index >= c.size)
		err = fail(TOCSIN_MISSING, "the published checkpoint does not cover the entry yet");
	if (err == TOCSIN_OK)
		err = store_log_inclusion(b->desk->store, b->row->log_n, b->row->log_index, c.size, &proof);
	if (err == TOCSIN_OK) {
		tlogproof_format(out, b->row->log_index, &proof, buf_bytes(&text));
		err = buf_end(out, "a proof");
	}
	buf_free(&text);
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
	if (b->row->issued) {
		err = prove_own_entry(b, &b->issued);
		if (err == TOCSIN_MISSING)
			err = TOCSIN_OK;        /* the bundle says that it is not there */
		return err == TOCSIN_OK ? take_receipt(b) : err;
	}
	err = prove_own_entry(b, &b->receipt);
	return err == TOCSIN_MISSING ? fail(TOCSIN_LATER, "our log has not published the entry of this statement yet; try again in some seconds") : err;
}

/* The quorum that applies to the log of the receipt, and the cards of the organisations in it. */
static enum tocsin_err take_quorum(struct bundle *b)
{
	const struct peer *peer = directory_find(b->desk->directory, b->row->peer);
	if (peer == NULL || peer->quorum == 0) {
		buf_add_str(&b->quorum, "quorum none\n");
		peer_release(peer);
		return TOCSIN_OK;
	}
	directory_quorum(b->desk->directory, peer, &b->witnesses);
	buf_printf(&b->quorum, "quorum %u\n", peer->quorum);
	const char *owner = b->row->issued ? b->row->peer : b->desk->name;
	enum tocsin_err err = TOCSIN_OK;
	for (size_t i = 0; err == TOCSIN_OK && i < b->witnesses.n; i++) {
		buf_init(&b->witness_cards[i], LIMIT_CHAIN_BYTES);
		b->witness_n = i + 1;
		if (strcmp(b->witnesses.held[i]->name, owner) == 0)
			continue;
		buf_printf(&b->quorum, "witness %s\n", b->witnesses.held[i]->name);
		err = chain_of(b, b->witnesses.held[i]->name, &b->witness_cards[i]);
	}
	peer_release(peer);
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

static enum tocsin_err gather(struct bundle *b, const char *const *only, const char *const *reveal)
{
	bool received = !b->row->issued;
	enum tocsin_err err = read_statement(b);
	if (err == TOCSIN_OK)
		err = evidence_body(b->row->body, b->statement.lines, b->row->opened, only, reveal, &b->body, &b->opened);
	if (err == TOCSIN_OK)
		err = buf_end(&b->body, "the body");
	if (err == TOCSIN_OK)
		err = prove(b);
	if (err == TOCSIN_OK)
		err = chain_of(b, received ? b->row->peer : b->desk->name, &b->sender);
	if (err == TOCSIN_OK)
		err = chain_of(b, received ? b->desk->name : b->row->peer, &b->recipient);
	if (err == TOCSIN_OK)
		err = take_quorum(b);
	if (err == TOCSIN_OK) {
		evidence_readme(&b->statement, &b->row->id, b->receipt.n > 0, &b->readme);
		err = buf_end(&b->readme, "README.txt");
	}
	return err;
}

static void write_files(const struct bundle *b, struct buf *out)
{
	const struct { const char *name; const struct buf *content; } files[] = {
		{ "body.txt", &b->body }, { "opened.txt", &b->opened }, { "issued.tlog-proof", &b->issued }, { "receipt.tlog-proof", &b->receipt },
		{ "sender.cards", &b->sender }, { "recipient.cards", &b->recipient }, { "quorum.txt", &b->quorum }, { "README.txt", &b->readme },
	};
	int64_t at = b->statement.at;
	tar_add(out, "statement.note", b->row->note, at);
	for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
		bool always = files[i].content == &b->opened;
		if (files[i].content->n > 0 || always)
			tar_add(out, files[i].name, buf_bytes(files[i].content), at);
	}
	for (size_t i = 0; i < b->witness_n; i++) {
		char name[sizeof "witnesses/.cards" + LIMIT_NAME];
		snprintf(name, sizeof name, "witnesses/%s.cards", b->witnesses.held[i]->name);
		if (b->witness_cards[i].n > 0)
			tar_add(out, name, buf_bytes(&b->witness_cards[i]), at);
	}
	tar_add(out, "check.sh", evidence_script(), at);
	tar_end(out);
}

enum tocsin_err evidence_bundle(const struct desk *d, struct snapshot *read, const struct view *v, const struct statement_row *row,
	const char *const *only, const char *const *reveal, struct buf *out)
{
	if (!v->content)
		return fail(TOCSIN_REFUSED, "%s may not see content, so it cannot take evidence of it along", v->who);
	if ((row->marks & STATEMENT_MARK_FORGOTTEN) != 0)
		return fail(TOCSIN_REFUSED, "the content of this statement was deleted; only its stub is left, and nothing to show");
	struct bundle *b = calloc(1, sizeof *b);
	if (b == NULL || (b->arena = arena_new(16u << 20)) == NULL) {
		free(b);
		return fail(TOCSIN_BROKEN, "no memory for a bundle");
	}
	b->desk = d;
	b->read = read;
	b->row = row;
	struct buf *const buffers[] = { &b->body, &b->opened, &b->issued, &b->receipt, &b->quorum, &b->readme, &b->sender, &b->recipient };
	static const size_t most[] = { LIMIT_EVIDENCE_BYTES, LIMIT_EVIDENCE_BYTES, PROOF_MAX, PROOF_MAX, 65536, 65536, LIMIT_CHAIN_BYTES, LIMIT_CHAIN_BYTES };
	for (size_t i = 0; i < sizeof buffers / sizeof *buffers; i++)
		buf_init(buffers[i], most[i]);
	enum tocsin_err err = gather(b, only, reveal);
	if (err == TOCSIN_OK) {
		write_files(b, out);
		err = buf_end(out, "the bundle");
	}
	for (size_t i = 0; i < sizeof buffers / sizeof *buffers; i++)
		buf_free(buffers[i]);
	for (size_t i = 0; i < b->witness_n; i++)
		buf_free(&b->witness_cards[i]);
	directory_quorum_release(&b->witnesses);
	arena_free(b->arena);
	free(b);
	return err;
}
