/*
 * ops_border: nodes that are no partners, and our word for partners of ours.
 */
#include "desk/strangers.h"
#include "serve/internal.h"
#include "store/rows_border.h"

#define SENT_MOST 100
#define NOTE "Nobody has confirmed who this is: compare safety numbers by another way before you believe it."

/* MISSING when P was adopted or dropped meanwhile. */
static enum tocsin_err describe(struct serve *s, struct asked *q, struct snapshot *r, const struct peer *p, json_t **out)
{
	struct stranger_row row;
	struct party party;
	char fp[2 * STATEMENT_FP + 1], safety[72], by[LIMIT_NAME + 1];
	const struct peer *self = directory_self(s->desk->directory);
	card_party(p->card, &party);
	hex_encode(party.fp, sizeof party.fp, fp);
	safety_number(s->desk->realm, self->name, self->card->identity.pub, p->name, p->card->identity.pub, safety);
	peer_release(self);
	enum tocsin_err err = stranger_get(r, p->name, q->arena, &row);
	if (err == TOCSIN_OK)
		err = strangers_voucher(s->desk, r, &party, clock_now(), by);
	if (err == TOCSIN_OK)
		*out = json_pack("{s:s, s:s, s:s, s:o, s:o, s:s, s:s, s:s, s:s}", "name", p->name, "fingerprint", fp, "safety", safety,
			"since", json_time(row.since), "last_at", json_time(row.last_at), "way", row.way, "by", row.by, "vouched", by,
			"note", NOTE);
	return err;
}

enum tocsin_err op_strangers(struct serve *s, struct asked *q)
{
	struct snapshot *r = NULL;
	size_t max = directory_stranger_count(s->desk->directory) + 16, n = 0;
	const struct peer **peer = calloc(max, sizeof *peer);
	json_t *list = json_array();
	enum tocsin_err err = peer == NULL ? fail(TOCSIN_BROKEN, "no memory for the strangers") : snapshot_open(s->desk->store, &r);
	if (err == TOCSIN_OK)
		n = directory_strangers(s->desk->directory, peer, max);
	for (size_t i = 0; i < n; i++) {
		json_t *one = NULL;
		if (err == TOCSIN_OK && (err = describe(s, q, r, peer[i], &one)) == TOCSIN_OK)
			json_array_append_new(list, one);
		else if (err == TOCSIN_MISSING)
			err = TOCSIN_OK;
		peer_release(peer[i]);
	}
	snapshot_close(r);
	free(peer);
	if (err != TOCSIN_OK) {
		json_decref(list);
		return err;
	}
	q->answer = json_pack("{s:o}", "items", list);
	return TOCSIN_OK;
}

static enum tocsin_err add_sent(struct asked *q, struct snapshot *r, const char *name, json_t *list)
{
	int64_t num[SENT_MOST];
	struct statement_row row;
	size_t n = 0;
	struct arena *a = arena_new(16u << 20);
	enum tocsin_err err = a == NULL ? fail(TOCSIN_BROKEN, "no memory for what a stranger sent")
					: access_list(r, &q->view, NULL, name, 0, num, SENT_MOST, &n);
	for (size_t i = 0; err == TOCSIN_OK && i < n; i++) {
		arena_reset(a);
		err = statement_by_num(r, num[i], a, &row);
		if (err == TOCSIN_OK)
			json_array_append_new(list, json_pack("{s:o, s:s, s:o, s:o}", "id", json_hash(&row.id), "kind", row.kind, "at",
				json_time(row.at), "known_at", json_time(row.known_at)));
	}
	arena_free(a);
	return err;
}

enum tocsin_err op_stranger(struct serve *s, struct asked *q)
{
	struct snapshot *r = NULL;
	const struct peer *p = directory_any(s->desk->directory, q->parameter);
	if (p == NULL || p->state != PEER_STRANGER) {
		peer_release(p);
		return fail(TOCSIN_MISSING, "there is no stranger %.200s", q->parameter);
	}
	json_t *o = NULL, *duty = json_array(), *sent = json_array();
	enum tocsin_err err = snapshot_open(s->desk->store, &r);
	if (err == TOCSIN_OK)
		err = describe(s, q, r, p, &o);
	if (err == TOCSIN_OK)
		err = add_sent(q, r, p->name, sent);
	snapshot_close(r);
	for (size_t i = 0; i < p->card->duty_n; i++)
		json_array_append_new(duty, json_string(p->card->duty[i]));
	peer_release(p);
	if (err != TOCSIN_OK) {
		json_decref(o);
		json_decref(duty);
		json_decref(sent);
		return err;
	}
	json_object_set_new(o, "duty", duty);
	json_object_set_new(o, "sent", sent);
	q->answer = o;
	return TOCSIN_OK;
}

static enum tocsin_err answer_name(struct serve *s, struct asked *q, enum tocsin_err err)
{
	if (err != TOCSIN_OK)
		return err;
	exchange_wake(s->exchange);
	q->answer = json_pack("{s:s}", "name", q->parameter);
	return TOCSIN_OK;
}

enum tocsin_err op_stranger_adopt(struct serve *s, struct asked *q)
{
	return answer_name(s, q, strangers_adopt(s->desk, &q->view, q->parameter));
}

enum tocsin_err op_stranger_drop(struct serve *s, struct asked *q)
{
	const char *reason = json_string_value(json_object_get(q->body, "reason"));
	return answer_name(s, q, strangers_drop(s->desk, &q->view, q->parameter, reason));
}

enum tocsin_err op_partner_vouch(struct serve *s, struct asked *q)
{
	struct hash id;
	const char *to = json_string_value(json_object_get(q->body, "to"));
	enum tocsin_err err = strangers_vouch(s->desk, &q->view, q->parameter, to, &id);
	if (err != TOCSIN_OK)
		return err;
	exchange_wake(s->exchange);
	q->answer = json_pack("{s:s, s:s, s:o}", "name", q->parameter, "to", to, "id", json_hash(&id));
	return TOCSIN_OK;
}
