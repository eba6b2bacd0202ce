/*
 * broker_tender: at its author: sealing and handing over, and what the broker says afterwards.
 */
#include "base/log.h"
#include "desk/broker_part.h"
#include "desk/clocks.h"
#include "desk/directory.h"
#include "desk/policy.h"
#include "seal/age.h"
#include "store/rows_access.h"

#define SHARES 64

struct tendering {
	const struct desk *desk;
	struct snapshot *read;
	const struct tendered_row *row;
	struct change *c;
	int64_t until;
};

static bool share_too(void *arg, const struct share_row *s)
{
	struct tendering *t = arg;
	if (strcmp(s->unit, ACCESS_EVERY_UNIT) != 0 &&
		access_share(t->desk, t->read, t->c, 0, "tender", t->row->broker, s->unit, s->compartment, s->whole) != TOCSIN_OK)
		change_spoil(t->c, fail_sentence());
	return true;
}

static void with_tender(void *arg, size_t i, struct change *c)
{
	struct tendering *t = arg;
	(void)i;
	t->c = c;
	change_tendered_sent(c, t->row->statement, t->until);
	if (share_of(t->read, t->row->statement, SHARES, share_too, t) != TOCSIN_OK)
		change_spoil(c, fail_sentence());
}

/* The card chain of NAME, as long as every other of about its size. */
static enum tocsin_err pad_chain(struct snapshot *read, const char *name, struct buf *out)
{
	enum tocsin_err err = card_chain(read, name, out);
	size_t whole = BROKER_CARDS_LEAST;
	while (err == TOCSIN_OK && whole < out->n + 7)
		whole *= 2;
	if (err == TOCSIN_OK) {
		buf_add_str(out, "\npad ");
		while (out->n + 1 < whole && !out->failed)
			buf_add_char(out, '0');
		buf_add_char(out, '\n');
		err = buf_end(out, "a card chain");
	}
	return err;
}

static enum tocsin_err seal(const struct tendered_row *row, struct snapshot *read, const struct peer *peer,
	const struct broker_read *s, struct buf *envelope, struct buf *cards)
{
	struct buf plain;
	buf_init_secret(&plain, 2 * LIMIT_CHAIN_BYTES);
	body_wrap(&plain, s->row.note, s->row.body);
	enum tocsin_err err = buf_end(&plain, "an envelope");
	if (err == TOCSIN_OK)
		err = age_seal(peer->recipient, peer->recipient_n, buf_bytes(&plain), envelope);
	buf_clear(&plain);
	if (err == TOCSIN_OK)
		err = pad_chain(read, s->s.from.name, &plain);
	if (err == TOCSIN_OK)
		err = age_seal(peer->recipient, peer->recipient_n, buf_bytes(&plain), cards);
	buf_free(&plain);
	if (err == TOCSIN_OK && envelope->n + cards->n > BROKER_MOST)
		err = fail(TOCSIN_BAD, "what goes to %s by way of %s is too large to be sealed twice", row->recipient, row->broker);
	return err;
}

/* It can never be handed over as it is: its author is told. */
static enum tocsin_err stuck(const struct desk *d, const struct tendered_row *row, int64_t now)
{
	struct change *c = change_new();
	log_say(LOG_WARN, "not tendered", "broker=%s why=\"%s\"", row->broker, fail_sentence());
	if (c == NULL)
		return fail(TOCSIN_BROKEN, "no memory for a tender");
	change_tendered_stuck(c, row->statement, "unsent", now);
	change_event(c, "delivery refused", row->statement, row->recipient);
	enum tocsin_err err = store_commit(d->store, c, NULL, NULL);
	return err == TOCSIN_LATER ? TOCSIN_OK : err;
}

enum tocsin_err broker_tender(const struct desk *d, const struct tendered_row *row, int64_t now, bool *issued)
{
	struct buf envelope, cards;
	struct snapshot *read = NULL;
	struct hash label;
	struct broker_read *s = NULL;
	char fp[2 * STATEMENT_FP + 1], to[LIMIT_NAME + 64];
	struct arena *a = arena_new(BROKER_ARENA);
	const struct peer *peer = directory_find(d->directory, row->recipient);
	buf_init(&envelope, LIMIT_ENVELOPE);
	buf_init(&cards, LIMIT_ENVELOPE);
	enum tocsin_err err = TOCSIN_OK;
	if (a == NULL || (s = arena_alloc(a, sizeof *s)) == NULL)
		err = fail(TOCSIN_BROKEN, "no memory for a tender");
	else if (peer == NULL || peer->recipient_n == 0)
		err = fail(TOCSIN_REFUSED, "there is no key of %s to seal to", row->recipient);
	if (err == TOCSIN_OK)
		err = snapshot_open(d->store, &read);
	if (err == TOCSIN_OK)
		err = broker_read(read, row->statement, a, s);
	if (err == TOCSIN_OK)
		err = seal(row, read, peer, s, &envelope, &cards);
	if (err == TOCSIN_OK) {
		struct tendering t = { .desk = d, .read = read, .row = row,
			.until = row->until != 0 ? row->until : now + policy_int(d, "broker.until") };
		struct broker_issue b = { .desk = d, .kind = "tender", .to = row->broker, .arena = a, .urgency = 1, .with = with_tender,
			.arg = &t };
		broker_label(d->realm, &s->row.id, &label);
		hex_encode(s->s.to.fp, STATEMENT_FP, fp);
		snprintf(to, sizeof to, "%s %s", row->recipient, fp);
		t.until -= t.until % CLOCK_SECOND;
		broker_field(&b, "envelope.to", to);
		broker_hash(&b, "envelope.label", &label);
		broker_time(&b, "envelope.until", t.until);
		broker_attach(&b, BROKER_ENVELOPE, buf_bytes(&envelope));
		broker_attach(&b, BROKER_CARDS, buf_bytes(&cards));
		err = broker_issue_now(&b, issued);
	}
	snapshot_close(read);
	if (err != TOCSIN_OK && err != TOCSIN_BROKEN)
		err = stuck(d, row, now);
	peer_release(peer);
	buf_free(&envelope);
	buf_free(&cards);
	arena_free(a);
	return err;
}

/* ---- what its broker says ---- */

/* Whether PROOF shows the statement ROW accepted in a log of its recipient, and the rows for that. */
static bool take_receipt(const struct followed *f, struct change *c, const struct tendered_row *row, struct bytes proof)
{
	struct tlogproof p;
	struct note n;
	struct checkpoint cp;
	struct statement_row head;
	struct hash entry;
	bool good = false;
	const struct peer *peer = directory_find(f->desk->directory, row->recipient);
	if (peer != NULL && tlogproof_parse(proof, &p) == TOCSIN_OK && note_parse(p.note, LIMIT_CHECKPOINT_NOTE, &n) == TOCSIN_OK &&
		checkpoint_parse(n.text, &cp) == TOCSIN_OK && statement_by_num(f->read, row->statement, f->arena, &head) == TOCSIN_OK) {
		const struct vkey *log = chain_log(&peer->chain, cp.origin);
		int64_t at;
		statement_entry(f->desk->realm, ENTRY_ACCEPTED, &head.id, &entry);
		struct hash leaf = statement_entry_leaf(&entry);
		good = log != NULL && !chain_revoked(&peer->chain, log, &at) && tlogproof_verify(&p, &leaf, log, &cp) == TOCSIN_OK;
	}
	peer_release(peer);
	if (!good)
		return false;
	change_receipt_checkpoint(c, p.note);
	change_receipt(c, row->statement, cp.origin, p.index, &p.proof, f->row->known_at);
	change_outbox_done(c, row->statement);
	clocks_received(c, row->statement, f->row->known_at);
	change_event(c, "receipts received", 0, row->recipient);
	return true;
}

static bool is_state(struct bytes s)
{
	return bytes_equal_str(s, "held") || bytes_equal_str(s, "delivered") || bytes_equal_str(s, "refused") ||
		bytes_equal_str(s, "not-fetched");
}

enum tocsin_err broker_told(const struct followed *f, struct change *c, const struct tendered_row *row)
{
	struct tendered_row now = *row;
	struct body body;
	struct bytes state = followed_value(f, "custody.state"), code = followed_value(f, "custody.code");
	/* What proves itself stands, whatever is said later. */
	if (row->proven || !is_state(state) || f->row->body.n == 0)
		return TOCSIN_OK;
	enum tocsin_err err = body_parse(f->row->body, f->statement->lines, false, f->arena, &body);
	if (err != TOCSIN_OK)
		return fail_within(TOCSIN_BROKEN, "a stored body");
	/* Its last word, and "held" is the first. */
	if (bytes_equal_str(state, "held") && row->said[0] != 0)
		return TOCSIN_OK;
	snprintf(now.said, sizeof now.said, "%.*s", (int)state.n, (const char *)state.p);
	snprintf(now.code, sizeof now.code, "%.*s", code.n > 16 ? 16 : (int)code.n, code.n > 0 ? (const char *)code.p : "");
	if (!clock_parse(followed_value(f, "custody.when"), &now.said_when))
		now.said_when = 0;
	now.said_at = f->row->known_at;
	now.custody = f->row->num;
	struct bytes proof = broker_file(&body, BROKER_RECEIPT);
	now.proven = proof.n > 0 && take_receipt(f, c, row, proof);
	change_tendered_said(c, &now);
	if (strcmp(now.said, "held") != 0)
		clocks_end(c, CLOCK_CUSTODY, row->statement, 0, "met", f->row->known_at);
	if (strcmp(now.said, "refused") == 0 || strcmp(now.said, "not-fetched") == 0)
		change_event(c, "delivery refused", row->statement, row->recipient);
	return TOCSIN_OK;
}
