/*
 * carry: the same batch and answer in files, for a node without a line. What waits stays waiting until an answer comes
 * back.
 *
 * Of each file that went out, its checkpoint and the numbers in it are remembered (the last few for each partner), so
 * that an answer is held to the same checks as one from the wire.
 */
#include "exchange/courier.h"

#define REMEMBERED 8
#define REMEMBERED_HEAD (8 + SHA256_SIZE + 4)
#define REMEMBERED_MAX (REMEMBERED * (REMEMBERED_HEAD + 8 * LIMIT_BATCH_COUNT))

static void remember_key(char key[LIMIT_NAME + 16], const char *partner)
{
	snprintf(key, LIMIT_NAME + 16, "carried %s", partner);
}

/* The size of the first remembered file in B; 0 when there is none. */
static size_t remembered_size(struct bytes b)
{
	if (b.n < REMEMBERED_HEAD)
		return 0;
	size_t n = be32_get(b.p + 8 + SHA256_SIZE);
	return n > LIMIT_BATCH_COUNT || b.n - REMEMBERED_HEAD < 8 * n ? 0 : REMEMBERED_HEAD + 8 * n;
}

/* P in front of what was remembered before. */
static enum tocsin_err remember(struct exchange *x, const struct parcel *p, struct bytes before)
{
	char key[LIMIT_NAME + 16];
	uint8_t n8[8];
	struct buf b;
	struct change *ch = change_new();
	if (ch == NULL)
		return fail(TOCSIN_BROKEN, "no memory for a carry file");
	buf_init(&b, REMEMBERED_MAX);
	be64_put(n8, p->sent.have);
	buf_add(&b, n8, 8);
	buf_add_bytes(&b, hash_bytes(&p->sent.have_root));
	buf_add_be32(&b, (uint32_t)p->sent.n);
	for (size_t i = 0; i < p->sent.n; i++) {
		be64_put(n8, (uint64_t)p->item[i].num);
		buf_add(&b, n8, 8);
	}
	for (size_t i = 1, size; i < REMEMBERED && (size = remembered_size(before)) > 0; i++) {
		buf_add(&b, before.p, size);
		before = bytes_of(before.p + size, before.n - size);
	}
	enum tocsin_err err = buf_end(&b, "a carry file's memory");
	if (err == TOCSIN_OK) {
		remember_key(key, p->partner);
		change_meta(ch, key, buf_bytes(&b));
		err = store_commit(x->desk->store, ch, NULL, NULL);
	} else {
		change_free(ch);
	}
	buf_free(&b);
	return err;
}

static enum tocsin_err recall(struct snapshot *read, const char *partner, struct buf *out)
{
	char key[LIMIT_NAME + 16];
	remember_key(key, partner);
	enum tocsin_err err = meta_get(read, key, out);
	return err == TOCSIN_MISSING ? TOCSIN_OK : err;
}

/* ---- out ---- */

enum tocsin_err exchange_carry_out(struct exchange *x, const char *partner, struct buf *out)
{
	const struct peer *peer = directory_find(x->desk->directory, partner);
	struct arena *a = arena_new(64u << 20);
	struct snapshot *read = NULL;
	struct parcel *p = NULL;
	struct buf before;
	buf_init(&before, REMEMBERED_MAX);
	enum tocsin_err err = TOCSIN_OK;
	if (peer == NULL || peer->state == PEER_SELF)
		err = fail(TOCSIN_MISSING, "%s is not a partner", partner);
	else if (a == NULL)
		err = fail(TOCSIN_BROKEN, "no memory for a carry file");
	if (err == TOCSIN_OK)
		err = snapshot_open(x->desk->store, &read);
	if (err == TOCSIN_OK)
		err = parcel_new(x->desk, peer, read, &p);
	if (err == TOCSIN_OK)
		err = parcel_fill(p, peer, read, INT64_MAX, LIMIT_BATCH_COUNT, LIMIT_BATCH_BYTES, a);
	if (err == TOCSIN_OK && p->sent.n == 0)
		err = fail(TOCSIN_MISSING, "nothing waits for %s", partner);
	if (err == TOCSIN_OK)
		err = recall(read, partner, &before);
	snapshot_close(read);
	if (err == TOCSIN_OK)
		err = remember(x, p, buf_bytes(&before));
	if (err == TOCSIN_OK) {
		carry_begin(out, x->desk->name, partner);
		buf_add_bytes(out, buf_bytes(&p->body));
		err = buf_end(out, "the carry file");
	}
	buf_free(&before);
	parcel_free(p);
	arena_free(a);
	peer_release(peer);
	return err;
}

/* ---- in: a batch ---- */

static json_t *answer_summary(const struct answer *a, const char *from, const char *what)
{
	size_t accepted = 0;
	json_t *refused = json_array();
	for (size_t i = 0; i < a->n; i++) {
		accepted += a->item[i].accepted;
		if (!a->item[i].accepted)
			json_array_append_new(refused, json_pack("{s:I, s:s, s:s}", "position", (json_int_t)i, "code", a->item[i].code,
				"sentence", a->item[i].sentence));
	}
	return json_pack("{s:s, s:s, s:I, s:o}", "from", from, "what", what, "accepted", (json_int_t)accepted, "refused",
		refused);
}

static enum tocsin_err batch_in(struct exchange *x, const char *from, struct bytes rest, struct arena *a,
	struct buf *out, json_t **summary)
{
	struct batch *b = arena_alloc(a, sizeof *b);
	struct answer answer;
	struct buf body;
	if (b == NULL)
		return fail(TOCSIN_BROKEN, "no memory for a batch");
	enum tocsin_err err = batch_parse(rest, b);
	if (err != TOCSIN_OK)
		return err;
	buf_init(&body, LIMIT_ANSWER_BYTES);
	err = intake_batch_wait(x, b, &body);
	if (err == TOCSIN_REFUSED)
		err = fail(TOCSIN_REFUSED, "%s holds a larger checkpoint of our log than our log is: this node's log was put back",
			from);
	if (err == TOCSIN_OK)
		err = answer_parse(buf_bytes(&body), a, &answer);
	if (err == TOCSIN_OK) {
		carry_begin(out, x->desk->name, from);
		buf_add_bytes(out, buf_bytes(&body));
		err = buf_end(out, "the answer file");
	}
	if (err == TOCSIN_OK)
		*summary = answer_summary(&answer, from, "batch");
	buf_free(&body);
	return err;
}

/* ---- in: an answer ---- */

/* Fills S from the remembered file FIRST when ANSWER can be about it: as many items, and what it accepts is what was
 * sent there. */
static enum tocsin_err match(struct snapshot *read, struct bytes first, const struct answer *answer, struct sent *s)
{
	s->have = be64_get(first.p);
	memcpy(s->have_root.b, first.p + 8, SHA256_SIZE);
	s->n = be32_get(first.p + 8 + SHA256_SIZE);
	if (s->n != answer->n)
		return TOCSIN_MISSING;
	for (size_t i = 0; i < s->n; i++) {
		const struct answer_item *it = &answer->item[i];
		int64_t num = (int64_t)be64_get(first.p + REMEMBERED_HEAD + 8 * i), known = 0;
		enum tocsin_err err = it->accepted ? statement_num(read, &it->id, &known) : TOCSIN_OK;
		if (err == TOCSIN_MISSING || (err == TOCSIN_OK && it->accepted && known != num))
			return TOCSIN_MISSING;
		if (err != TOCSIN_OK)
			return err;
		s->item[i] = (struct sent_item){ .num = num, .id = it->id };
	}
	return TOCSIN_OK;
}

/* Which remembered file ANSWER is about; MISSING: none. */
static enum tocsin_err find_sent(struct snapshot *read, const char *from, const struct answer *answer, struct sent *s)
{
	struct buf memory;
	buf_init(&memory, REMEMBERED_MAX);
	enum tocsin_err err = recall(read, from, &memory);
	struct bytes b = buf_bytes(&memory);
	bool found = false;
	for (size_t size; err == TOCSIN_OK && !found && (size = remembered_size(b)) > 0;) {
		err = match(read, b, answer, s);
		found = err == TOCSIN_OK;
		b = bytes_of(b.p + size, b.n - size);
		if (err == TOCSIN_MISSING)
			err = TOCSIN_OK;
	}
	buf_free(&memory);
	if (err == TOCSIN_OK && !found)
		err = fail(TOCSIN_MISSING,
			"this answer of %s is about none of the last %d carry files for it: carry what waits to it again", from, REMEMBERED);
	return err;
}

static enum tocsin_err judge(struct exchange *x, const char *from, enum receipts_verdict v,
	const struct peer_log *held, struct bytes note)
{
	static const char *const what[] = { [RECEIPTS_FORKED] = CONFLICT_FORKED, [RECEIPTS_SHRUNKEN] = CONFLICT_SHRUNKEN,
		[RECEIPTS_UNPROVEN] = CONFLICT_UNPROVEN };
	char why[COURIER_TROUBLE];
	snprintf(why, sizeof why, "the answer of %s does not count: %.400s", from, fail_sentence());
	if (v >= RECEIPTS_FORKED && held->note.n > 0) {
		enum tocsin_err err = exchange_conflict(x, from, what[v], why, held->note, note);
		if (err != TOCSIN_OK)
			return err;
	}
	return fail(TOCSIN_REFUSED, "%s", why);
}

/* How each of S stands by now: what it accepts, or refuses, may have arrived in another way meanwhile. */
static enum tocsin_err look_again(struct snapshot *read, struct sent *s, const struct answer *answer, struct arena *a)
{
	struct outbox_row row;
	for (size_t i = 0; i < s->n && i < answer->n; i++) {
		struct sent_item *it = &s->item[i];
		enum tocsin_err err = outbox_get(read, it->num, a, &row);
		if (err != TOCSIN_OK && err != TOCSIN_MISSING)
			return err;
		bool waiting = err == TOCSIN_OK && strcmp(row.state, "waiting") == 0;
		it->attempts = waiting ? row.attempts : 0;
		it->urgency = waiting ? row.urgency : OUTBOX_ROUTINE;
		/* A refusal of what has arrived in another way meanwhile says nothing. */
		it->returned = !waiting && !answer->item[i].accepted;
	}
	return TOCSIN_OK;
}

enum tocsin_err carry_answer(struct exchange *x, const struct peer *peer, struct sent *s, struct bytes body,
	const struct answer *answer, struct arena *a)
{
	struct snapshot *read = NULL;
	struct answer checked;
	struct checkpoint cp;
	struct peer_log held = { .size = 0 };
	size_t accepted;
	bool card;
	enum tocsin_err err = snapshot_open(x->desk->store, &read);
	if (err != TOCSIN_OK)
		return err;
	err = look_again(read, s, answer, a);
	if (err == TOCSIN_OK) {
		err = peer_log_get(read, s->log.name, a, &held);
		err = err == TOCSIN_MISSING ? TOCSIN_OK : err;
	}
	snapshot_close(read);
	if (err != TOCSIN_OK)
		return err;
	enum receipts_verdict v = receipts_check(s, body, a, &checked, &cp);
	/* What came over the wire meanwhile may be the other half of a fork. */
	if (v == RECEIPTS_GOOD && held.size == cp.size && held.note.n > 0 && !hash_equal(&held.root, &cp.root)) {
		(void)fail(TOCSIN_REFUSED, "its log %s shows two histories of %llu entries; both signed checkpoints are kept",
			cp.origin, (unsigned long long)cp.size);
		v = RECEIPTS_FORKED;
	}
	if (v != RECEIPTS_GOOD)
		return judge(x, peer->name, v, &held, answer->note);
	struct receipts_rules rules = { .partner = peer->name, .now = clock_now(), .retry_seconds = x->config.retry_seconds };
	struct change *ch = receipts_change(s, &checked, &cp, &rules, &accepted, &card);
	if (ch == NULL)
		return fail(TOCSIN_BROKEN, "no memory for receipts");
	return store_commit(x->desk->store, ch, NULL, NULL);
}

static enum tocsin_err answer_in(struct exchange *x, const struct peer *peer, struct bytes rest, struct arena *a,
	json_t **summary)
{
	struct snapshot *read = NULL;
	struct answer answer;
	struct sent s = { .realm = x->desk->realm, .log = peer->card->log };
	s.item = arena_zalloc(a, LIMIT_BATCH_COUNT * sizeof *s.item);
	if (s.item == NULL)
		return fail(TOCSIN_BROKEN, "no memory for an answer");
	enum tocsin_err err = answer_parse(rest, a, &answer);
	if (err == TOCSIN_OK)
		err = snapshot_open(x->desk->store, &read);
	if (err == TOCSIN_OK)
		err = find_sent(read, peer->name, &answer, &s);
	snapshot_close(read);
	if (err == TOCSIN_OK)
		err = carry_answer(x, peer, &s, rest, &answer, a);
	if (err == TOCSIN_OK)
		*summary = answer_summary(&answer, peer->name, "answer");
	return err;
}

enum tocsin_err exchange_carry_in(struct exchange *x, struct bytes file, struct buf *out, json_t **summary)
{
	char from[LIMIT_NAME + 1], to[LIMIT_NAME + 1];
	struct bytes rest;
	*summary = NULL;
	enum tocsin_err err = carry_parse(file, from, to, &rest);
	if (err != TOCSIN_OK)
		return err;
	if (strcmp(to, x->desk->name) != 0)
		return fail(TOCSIN_REFUSED, "this carry file is for %s, not for %s", to, x->desk->name);
	struct arena *a = arena_new(64u << 20);
	if (a == NULL)
		return fail(TOCSIN_BROKEN, "no memory for a carry file");
	const struct peer *peer = directory_find(x->desk->directory, from);
	if (peer == NULL || peer->state == PEER_SELF)
		err = fail(TOCSIN_MISSING, "this carry file is from %s, which is not a partner", from);
	else if (bytes_starts(rest, "tocsin-batch/v1\n"))
		err = batch_in(x, from, rest, a, out, summary);
	else
		err = answer_in(x, peer, rest, a, summary);
	peer_release(peer);
	arena_free(a);
	if (err == TOCSIN_OK)
		exchange_wake(x);
	return err;
}
