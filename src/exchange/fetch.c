/*
 * fetch: the published proof of one receipt, when somebody asks for evidence.
 */
#include "exchange/internal.h"
#include "exchange/receipts.h"

#define FETCH_SECONDS 10
#define FETCH_MAX 32768

/* Asks PEER's addresses in order; what the first of them answers with 200 is appended to PROOF. */
static enum tocsin_err ask(struct exchange *x, const struct peer *peer, const struct hash *id, struct buf *proof)
{
	char hex[65];
	enum tocsin_err err = fail(TOCSIN_OFFLINE, "the card of %s names no address", peer->name);
	hex_encode(id->b, sizeof id->b, hex);
	for (size_t i = 0; i < peer->card->url_n && proof->n == 0; i++) {
		char url[1024];
		struct asks *asks = asks_new(1);
		if (asks == NULL)
			return fail(TOCSIN_BROKEN, "no memory to ask %s", peer->name);
		snprintf(url, sizeof url, "%s/exchange/v1/receipts/%s", peer->card->url[i], hex);
		asks_send(asks, 0, x->client, &(struct http_request){ .method = "GET", .url = url, .max_answer = FETCH_MAX,
			.timeout_ms = FETCH_SECONDS * 1000 });
		asks_wait(asks, clock_mono() + FETCH_SECONDS * CLOCK_SECOND, &x->stopping);
		struct ask_result r;
		asks_result(asks, 0, &r);
		if (!r.done || r.err != TOCSIN_OK)
			err = fail(TOCSIN_OFFLINE, "%s does not answer", peer->name);
		else if (r.status == 404)
			err = fail(TOCSIN_LATER, "%s has not published this receipt yet; try again in a minute", peer->name);
		else if (r.status != 200)
			err = fail(TOCSIN_OFFLINE, "%s answered with HTTP status %u", peer->name, r.status);
		else
			buf_add_bytes(proof, r.body);
		asks_free(asks);
	}
	return proof->n > 0 ? buf_end(proof, "a proof") : err;
}

/* Verifies PROOF and keeps it; witnessed when PEER's quorum is met. */
static enum tocsin_err keep(struct exchange *x, const struct peer *peer, int64_t num, const struct hash *id,
	struct bytes proof)
{
	struct tlogproof p;
	struct checkpoint c;
	struct note n;
	struct directory_quorum q;
	size_t count;
	bool met;
	uint64_t time;
	enum tocsin_err err = receipts_check_proof(proof, x->desk->realm, id, &peer->card->log, &p, &c);
	if (err == TOCSIN_OK)
		err = note_parse(p.note, LIMIT_CHECKPOINT_NOTE, &n);
	if (err != TOCSIN_OK)
		return fail_within(TOCSIN_REFUSED, "the receipt that %s shows does not count", peer->name);
	directory_quorum(x->desk->directory, peer, &q);
	err = quorum_check(&q.q, peer->name, &n, &count, &met, &time);
	directory_quorum_release(&q);
	if (err != TOCSIN_OK)
		return err;
	struct change *ch = change_new();
	if (ch == NULL)
		return fail(TOCSIN_BROKEN, "no memory for a receipt");
	change_receipt_witnessed(ch, num, proof, met ? (int64_t)time * CLOCK_SECOND : 0);
	return store_commit(x->desk->store, ch, NULL, NULL);
}

enum tocsin_err exchange_fetch_receipt(struct exchange *x, int64_t num)
{
	struct arena *a = arena_new(16u << 20);
	struct snapshot *read = NULL;
	struct receipt_row receipt;
	struct statement_row statement;
	const struct peer *peer = NULL;
	struct buf proof;
	buf_init(&proof, FETCH_MAX);
	enum tocsin_err err = TOCSIN_OK;
	if (a == NULL)
		err = fail(TOCSIN_BROKEN, "no memory for a receipt");
	else
		err = snapshot_open(x->desk->store, &read);
	if (err == TOCSIN_OK)
		err = receipt_get(read, num, a, &receipt);
	bool held = err == TOCSIN_OK && receipt.proof.n > 0;
	if (err == TOCSIN_OK)
		err = statement_by_num(read, num, a, &statement);
	snapshot_close(read);
	if (err != TOCSIN_OK || receipt.witnessed_at != 0)
		goto out;
	peer = directory_find(x->desk->directory, statement.peer);
	if (peer == NULL)
		err = fail(TOCSIN_MISSING, "%s is not a partner any more", statement.peer);
	else
		err = ask(x, peer, &statement.id, &proof);
	if (err == TOCSIN_OK)
		err = keep(x, peer, num, &statement.id, buf_bytes(&proof));
	/* One that was fetched before, with fewer cosignatures, is better than none. */
	if (held && err != TOCSIN_BROKEN)
		err = TOCSIN_OK;
out:
	peer_release(peer);
	buf_free(&proof);
	arena_free(a);
	return err;
}
