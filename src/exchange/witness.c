/*
 * witness: cosigning the checkpoints of partners' logs, as C2SP tlog-witness says (POST /witness/add-checkpoint).
 *
 * Comparing with what was cosigned last and replacing it is one change with a precondition, durable before the
 * cosignature is made: two requests that race can never both win.  A checkpoint that is validly signed but not shown to
 * continue what this node has seen is kept, as evidence.
 */
#include "exchange/internal.h"

#define TEXT_PLAIN "text/plain; charset=utf-8"

static void say(struct http_call *call, unsigned status, const char *sentence)
{
	char *line = arena_printf(http_call_arena(call), "%s\n", sentence);
	http_call_answer(call, status, TEXT_PLAIN, line != NULL ? bytes_str(line) : BYTES_LIT(""));
}

/* 409: what this node cosigned last is of SIZE. */
static void say_size(struct http_call *call, uint64_t size)
{
	char line[24];
	int n = snprintf(line, sizeof line, "%llu\n", (unsigned long long)size);
	http_call_answer(call, 409, "text/x.tlog.size", bytes_of(line, (size_t)n));
}

bool witness_size_parse(struct bytes body, uint64_t *size)
{
	return body.n > 1 && body.p[body.n - 1] == '\n' && text_u64(bytes_of(body.p, body.n - 1), INT64_MAX, size);
}

static void say_failed(struct http_call *call)
{
	log_say(LOG_ERROR, "witness failed", "sentence=\"%s\"", fail_sentence());
	http_call_add_header(call, "Retry-After", "5");
	say(call, 503, "this witness cannot answer now; try again later");
}

/* The key that the log of C is verified with: MISSING for an origin that this node does not witness, REFUSED for one
 * that is not to be trusted (any more). */
static enum tocsin_err find_key(
	struct exchange *x, const struct checkpoint *c, char name[LIMIT_NAME + 1], struct vkey *key)
{
	const struct peer *p = directory_by_origin(x->desk->directory, c->origin);
	const struct vkey *k = p != NULL && p->state != PEER_SELF ? chain_log(&p->chain, c->origin) : NULL;
	enum tocsin_err err = TOCSIN_OK;
	if (k == NULL) {
		err = fail(TOCSIN_MISSING, "this witness holds no card with the log %s", c->origin);
	} else if (p->state == PEER_DISTRUSTED) {
		err = fail(TOCSIN_REFUSED, "this witness does not trust %s", p->name);
	} else {
		for (size_t i = 0; i < p->card->revoked_n; i++)
			if (vkey_same(&p->card->revoked[i].key, k))
				err = fail(TOCSIN_REFUSED, "the key of the log %s was revoked by its owner", c->origin);
	}
	if (err == TOCSIN_OK) {
		memcpy(name, p->name, sizeof p->name);
		*key = *k;
	}
	peer_release(p);
	return err;
}

/* Two signed roots of one size prove a fork. A proof that fails proves nothing by itself, and may come from anybody who
 * saw the note: it is kept, but accuses nobody. */
static void keep(struct exchange *x, const char *name, bool forked, const struct peer_log *held, struct bytes note)
{
	enum tocsin_err err = forked
		? exchange_conflict(x, name, CONFLICT_FORKED,
			  "two checkpoints of one size with different roots, both signed by the log", held->note, note)
		: exchange_conflict(x, name, CONFLICT_UNPROVEN,
			  "somebody sent a signed checkpoint without a valid proof that it continues the one held before",
			  held->note, note);
	if (err != TOCSIN_OK)
		log_say(LOG_ERROR, "conflict not kept", "partner=%s sentence=\"%s\"", name, fail_sentence());
}

/* Durable: NOTE is the last that this node cosigns for its origin, instead of one of OLD entries. LATER: somebody was
 * faster. */
static enum tocsin_err replace(
	struct exchange *x, uint64_t old, const struct checkpoint *c, const char *name, struct bytes note)
{
	struct change *ch = change_new();
	if (ch == NULL)
		return fail(TOCSIN_BROKEN, "no memory to witness a checkpoint");
	struct peer_log row = { .size = c->size, .root = c->root, .note = note, .at = clock_now() };
	memcpy(row.origin, c->origin, sizeof row.origin);
	snprintf(row.name, sizeof row.name, "%s", name);
	change_witnessed(ch, old, &row);
	change_peer_log(ch, &row);
	return store_commit(x->desk->store, ch, NULL, NULL);
}

static void cosign(struct exchange *x, struct http_call *call, const struct note *n)
{
	uint8_t blob[NOTE_COSIGNATURE_BLOB];
	uint64_t time = (uint64_t)(clock_now() / CLOCK_SECOND);
	if (keeper_cosign(x->desk->keeper, n->text, time, blob) != TOCSIN_OK) {
		say_failed(call);
		return;
	}
	struct buf line;
	buf_init(&line, 1024);
	note_add_line(&line, &keeper_public(x->desk->keeper)->witness, blob, sizeof blob);
	if (buf_end(&line, "a cosignature") == TOCSIN_OK)
		http_call_answer_buf(call, 200, TEXT_PLAIN, &line);
	else
		say_failed(call);
	buf_free(&line);
}

/* What is held of C's origin; all zero when nothing was cosigned yet. */
static enum tocsin_err held_get(struct exchange *x, const char *origin, struct arena *a, struct peer_log *held)
{
	struct snapshot *r;
	enum tocsin_err err = snapshot_open(x->desk->store, &r);
	if (err != TOCSIN_OK)
		return err;
	err = witnessed_get(r, origin, a, held);
	snapshot_close(r);
	if (err != TOCSIN_MISSING)
		return err;
	*held = (struct peer_log){ .size = 0 };
	return TOCSIN_OK;
}

void witness_add_checkpoint(struct exchange *x, struct http_call *call)
{
	struct witness_request q;
	struct note n;
	struct checkpoint c;
	struct vkey key;
	struct peer_log held;
	char name[LIMIT_NAME + 1];
	if (witness_request_parse(http_call_body(call), &q) != TOCSIN_OK ||
		note_parse(q.note, LIMIT_CHECKPOINT_NOTE, &n) != TOCSIN_OK ||
		checkpoint_parse(n.text, &c) != TOCSIN_OK) {
		say(call, 400, fail_sentence());
		return;
	}
	enum tocsin_err err = find_key(x, &c, name, &key);
	if (err != TOCSIN_OK) {
		say(call, err == TOCSIN_MISSING ? 404 : 403, fail_sentence());
		return;
	}
	if (checkpoint_open(q.note, &key, &c) != TOCSIN_OK) {
		say(call, 403, fail_sentence());
		return;
	}
	if (q.old > c.size || c.size == 0 || (q.old == 0 && q.proof.n > 0)) {
		const char *why = "old is larger than the checkpoint";
		if (c.size == 0)
			why = "an empty log has nothing to cosign";
		else if (q.old == 0)
			why = "there is no consistency proof from an empty log";
		say(call, 400, why);
		return;
	}
	if (held_get(x, c.origin, http_call_arena(call), &held) != TOCSIN_OK) {
		say_failed(call);
		return;
	}
	bool same_size = held.size == c.size, forked = same_size && !hash_equal(&held.root, &c.root);
	if (forked)
		keep(x, name, true, &held, q.note);
	if (q.old != held.size || forked) {
		say_size(call, held.size);
		return;
	}
	if (held.size > 0 && merkle_check_consistency(held.size, &held.root, c.size, &c.root, &q.proof) != TOCSIN_OK) {
		log_say(LOG_WARN, "witness refused", "origin=%s old=%llu size=%llu", c.origin,
			(unsigned long long)q.old, (unsigned long long)c.size);
		keep(x, name, false, &held, q.note);
		say(call, 422, fail_sentence());
		return;
	}
	if (!same_size && (err = replace(x, held.size, &c, name, q.note)) != TOCSIN_OK) {
		if (err == TOCSIN_LATER && held_get(x, c.origin, http_call_arena(call), &held) == TOCSIN_OK)
			say_size(call, held.size);
		else
			say_failed(call);
		return;
	}
	cosign(x, call, &n);
}
