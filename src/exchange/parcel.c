#include "exchange/courier.h"

#include "proof/body.h"

enum tocsin_err parcel_new(const struct desk *d, const struct peer *peer, struct snapshot *read, struct parcel **out)
{
	struct arena *a = arena_new(64u << 10);
	struct parcel *p = calloc(1, sizeof *p);
	enum tocsin_err err = TOCSIN_BROKEN;
	if (a == NULL || p == NULL) {
		(void)fail(err, "no memory for a batch");
		goto out;
	}
	p->sent.realm = d->realm;
	p->sent.log = peer->card->log;
	p->sent.item = p->item;
	memcpy(p->partner, peer->name, sizeof p->partner);
	buf_init(&p->have_note, LIMIT_CHECKPOINT_NOTE);
	buf_init(&p->body, LIMIT_BATCH_BYTES);
	struct peer_log log;
	err = peer_log_get(read, peer->card->log.name, a, &log);
	if (err == TOCSIN_MISSING) {
		err = TOCSIN_OK;
	} else if (err == TOCSIN_OK) {
		p->sent.have = log.size;
		p->sent.have_root = log.root;
		buf_add_bytes(&p->have_note, log.note);
		err = buf_end(&p->have_note, "a checkpoint");
	}
	batch_begin(&p->body, p->sent.have);
out:
	arena_free(a);
	if (err != TOCSIN_OK) {
		parcel_free(p);
		return err;
	}
	*out = p;
	return TOCSIN_OK;
}

enum tocsin_err parcel_add(struct parcel *p, const struct peer *peer, const struct sent_item *item, struct bytes note,
	struct bytes body, struct buf *plain)
{
	if (p->sent.n == LIMIT_BATCH_COUNT)
		return TOCSIN_LATER;
	buf_clear(plain);
	body_wrap(plain, note, body);
	if (plain->failed || plain->n >= LIMIT_ENVELOPE)
		return fail(TOCSIN_BAD, "note and body are larger than the %u bytes that an envelope may have; attach less",
			LIMIT_ENVELOPE);
	size_t place = batch_envelope_begin(&p->body), before = place;
	enum tocsin_err err = age_seal(peer->recipient, peer->recipient_n, buf_bytes(plain), &p->body);
	size_t sealed = p->body.n - place - 4;
	if (err == TOCSIN_OK && sealed > LIMIT_ENVELOPE)
		err = fail(TOCSIN_BAD, "sealed it has %zu bytes, more than the %u that an envelope may have; attach less", sealed,
			LIMIT_ENVELOPE);
	else if (err == TOCSIN_BAD)
		err = TOCSIN_LATER;             /* the batch is full, not the envelope too large: that was seen above */
	if (err != TOCSIN_OK) {
		p->body.n = before;
		p->body.failed = false;
		return err;
	}
	batch_envelope_end(&p->body, place);
	p->item[p->sent.n++] = *item;
	return TOCSIN_OK;
}

enum tocsin_err parcel_fill(struct parcel *p, const struct peer *peer, struct snapshot *read, int64_t now, size_t count,
	size_t bytes, struct arena *a)
{
	struct outbox_item *item;
	struct buf plain;
	size_t n;
	buf_init_secret(&plain, LIMIT_ENVELOPE + 4096);
	enum tocsin_err err = outbox_due(read, peer->name, now, count, bytes, NULL, NULL, a, &item, &n);
	for (size_t i = 0; err == TOCSIN_OK && i < n; i++) {
		const struct statement_row *s = &item[i].statement;
		struct sent_item it = { .num = s->num, .id = s->id, .attempts = item[i].row.attempts,
			.urgency = item[i].row.urgency };
		err = parcel_add(p, peer, &it, s->note, s->body, &plain);
		/* One that is too large for an envelope is refused by the courier, with its reason; the others go without it. */
		if (err == TOCSIN_BAD)
			err = TOCSIN_OK;
	}
	buf_free(&plain);
	return err == TOCSIN_LATER ? TOCSIN_OK : err;
}

void parcel_free(struct parcel *p)
{
	if (p == NULL)
		return;
	buf_free(&p->have_note);
	buf_free(&p->body);
	free(p);
}
