/*
 * broker_show: where what goes by a broker stands, in words that say whose word each is.
 */
#include <stdlib.h>

#include "desk/broker_part.h"
#include "desk/standing_part.h"

static void put_id(struct snapshot *read, json_t *o, const char *key, int64_t num)
{
	struct statement s;
	struct hash id;
	if (num > 0 && standing_head_id(read, num, &s, &id) == TOCSIN_OK)
		json_object_set_new(o, key, standing_hash(&id));
}

/* One sentence. HANDED: when the broker's receipt for the tender came; 0: it has not. */
static void sentence_of(const struct tendered_row *t, int64_t handed, int64_t now, char *out, size_t room)
{
	char when[CLOCK_TEXT + 1], until[CLOCK_TEXT + 1];
	clock_format(t->said_when, when);
	clock_format(t->until, until);
	if (t->proven)
		snprintf(out, room, "brought by %s: the receipt of %s is here", t->broker, t->recipient);
	else if (t->tender < 0)
		snprintf(out, room, "not tendered: it cannot be sealed for %s", t->recipient);
	else if (t->tender == 0)
		snprintf(out, room, "to be tendered to %s", t->broker);
	else if (strcmp(t->said, "refused") == 0)
		snprintf(out, room, "tendered, refused (%s), says %s", t->code, t->broker);
	else if (strcmp(t->said, "not-fetched") == 0)
		snprintf(out, room, "tendered, never fetched until %s, says %s", until, t->broker);
	else if (strcmp(t->said, "delivered") == 0)
		snprintf(out, room, "tendered, delivered, says %s alone: there is no receipt of %s", t->broker, t->recipient);
	else if (handed == 0)
		snprintf(out, room, "tendered to %s, which has not confirmed it", t->broker);
	else if (t->until <= now)
		snprintf(out, room, "tendered, and %s is silent since %s", t->broker, until);
	else if (strcmp(t->said, "held") == 0)
		snprintf(out, room, "held since %s, says %s", when, t->broker);
	else
		snprintf(out, room, "handed to %s, which has said nothing yet", t->broker);
}

static enum tocsin_err show_ours(struct snapshot *read, const struct tendered_row *t, json_t **out)
{
	char words[3 * LIMIT_NAME];
	struct receipt_row receipt;
	int64_t handed = 0, witnessed = 0;
	struct statement s;
	struct arena *a = arena_new(1u << 20);
	json_t *o = json_object();
	enum tocsin_err err = a == NULL || o == NULL ? fail(TOCSIN_BROKEN, "no memory to show a tender") : TOCSIN_OK;
	if (err == TOCSIN_OK && t->tender > 0) {
		err = receipt_get(read, t->tender, a, &receipt);
		if (err == TOCSIN_OK) {
			handed = receipt.received_at;
			witnessed = receipt.witnessed_at;
		}
		err = err == TOCSIN_MISSING ? TOCSIN_OK : err;
	}
	if (err == TOCSIN_OK) {
		sentence_of(t, handed, clock_now(), words, sizeof words);
		json_object_set_new(o, "by", json_string(t->broker));
		json_object_set_new(o, "words", json_string(words));
		if (t->until != 0)
			json_object_set_new(o, "until", standing_time(t->until));
		put_id(read, o, "tender", t->tender);
		if (handed != 0)
			json_object_set_new(o, "handed_at", standing_time(handed));
		if (witnessed != 0)
			json_object_set_new(o, "handed_not_later_than", standing_time(witnessed));
		if (t->said[0] != 0) {
			json_object_set_new(o, "says", json_string(t->said));
			json_object_set_new(o, "said_at", standing_time(t->said_at));
		}
		if (t->code[0] != 0)
			json_object_set_new(o, "code", json_string(t->code));
		if (t->said_when != 0)
			json_object_set_new(o, "says_when", standing_time(t->said_when));
		put_id(read, o, "custody", t->custody);
		/* Its clock is its own: what it says was before it was handed over, or is yet to come, cannot be. */
		if (t->said_when != 0 && (t->said_when > t->said_at + 300 * CLOCK_SECOND ||
				(t->tender > 0 && standing_head(read, t->tender, &s) == TOCSIN_OK && t->said_when < s.at - 300 * CLOCK_SECOND)))
			json_object_set_new(o, "doubtful", json_string("the time that it names cannot be: it is before the tender, or ahead"));
		json_object_set_new(o, "proven", json_boolean(t->proven));
	}
	arena_free(a);
	if (err != TOCSIN_OK) {
		json_decref(o);
		return err;
	}
	*out = o;
	return TOCSIN_OK;
}

enum tocsin_err broker_show(const struct desk *d, struct snapshot *read, const struct view *v, const struct statement_row *row,
	json_t **out)
{
	struct tendered_row t;
	struct relayed_row brought;
	char words[LIMIT_NAME + 64];
	(void)d;
	(void)v;
	*out = NULL;
	if (row->issued) {
		enum tocsin_err err = tendered_of(read, row->num, &t);
		return err == TOCSIN_OK ? show_ours(read, &t, out) : err == TOCSIN_MISSING ? TOCSIN_OK : err;
	}
	enum tocsin_err err = relayed_inner(read, &row->id, &brought);
	if (err != TOCSIN_OK)
		return err == TOCSIN_MISSING ? TOCSIN_OK : err;
	snprintf(words, sizeof words, "brought by %s", brought.broker);
	*out = json_pack("{s:s, s:s, s:b}", "by", brought.broker, "words", words, "proven", 1);
	if (*out == NULL)
		return fail(TOCSIN_BROKEN, "no memory to show a tender");
	put_id(read, *out, "relay", brought.relay);
	return TOCSIN_OK;
}

static enum tocsin_err add_item(struct snapshot *read, const struct view *v, const struct custody_row *row, json_t *items)
{
	bool whole;
	enum tocsin_err err = access_sees(read, v, row->tender, "a tender", &whole);
	if (err != TOCSIN_OK)
		return err == TOCSIN_MISSING ? TOCSIN_OK : err;
	json_t *o = json_pack("{s:s, s:s, s:s, s:I, s:o, s:o}", "from", row->tenderer, "to", row->recipient, "state", row->state,
		"bytes", (json_int_t)row->size, "at", standing_time(row->at), "until", standing_time(row->until));
	if (o == NULL || json_array_append(items, o) != 0) {
		json_decref(o);
		return fail(TOCSIN_BROKEN, "no memory for a list");
	}
	put_id(read, o, "tender", row->tender);
	if (row->code[0] != 0)
		json_object_set_new(o, "code", json_string(row->code));
	json_decref(o);
	return TOCSIN_OK;
}

enum tocsin_err broker_list(const struct desk *d, struct snapshot *read, const struct view *v, int64_t until, int64_t tender,
	size_t limit, json_t **out)
{
	struct custody_row *row = calloc(limit + 1, sizeof *row);
	json_t *items = json_array();
	size_t n = 0;
	(void)d;
	enum tocsin_err err = row == NULL || items == NULL ? fail(TOCSIN_BROKEN, "no memory for a list")
							   : custody_held(read, until, tender, row, limit + 1, &n);
	for (size_t i = 0; err == TOCSIN_OK && i < n && i < limit; i++)
		err = add_item(read, v, &row[i], items);
	json_t *o = err == TOCSIN_OK ? json_pack("{s:O}", "items", items) : NULL;
	if (o != NULL && n > limit)
		put_id(read, o, "next", row[limit - 1].tender);
	if (o != NULL && n <= limit)
		json_object_set_new(o, "next", json_null());
	json_decref(items);
	free(row);
	*out = o;
	return err == TOCSIN_OK && o == NULL ? fail(TOCSIN_BROKEN, "no memory for a list") : err;
}
