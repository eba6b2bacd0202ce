#include "desk/standing.h"

#include "desk/access.h"
#include "desk/broker.h"
#include "desk/directory.h"
#include "desk/forget.h"
#include "desk/reach.h"
#include "desk/standing_part.h"
#include "desk/unnamed.h"
#include "domain/kind.h"

#define STANDING_ARENA (64u << 20)

/* ---- delivery ---- */

static void add_receipt(struct showing *w, const struct receipt_row *receipt, json_t *out)
{
	json_t *r = json_object();
	standing_put(w, out, "delivery", json_string(receipt->witnessed_at != 0 ? "witnessed" : "received"));
	standing_put(w, r, "origin", json_string(receipt->origin));
	standing_put(w, r, "index", json_integer((json_int_t)receipt->index));
	standing_put(w, r, "received_at", standing_time(receipt->received_at));
	if (receipt->witnessed_at != 0)
		standing_put(w, r, "witnessed_not_later_than", standing_time(receipt->witnessed_at));
	standing_put(w, r, "overdue", json_boolean(receipt->overdue));
	standing_put(w, out, "receipt", r);
}

/* What is known of the way of one of our statements to its recipient. */
static enum tocsin_err add_delivery(struct showing *w, const struct statement_row *row, json_t *out)
{
	struct receipt_row receipt;
	struct outbox_row waiting;
	const struct peer *peer = directory_find(w->desk->directory, row->peer);
	standing_put(w, out, "quorum", peer == NULL || peer->quorum == 0 ? json_string("none") : json_integer(peer->quorum));
	peer_release(peer);
	enum tocsin_err err = receipt_get(w->read, row->num, w->arena, &receipt);
	if (err == TOCSIN_OK)
		add_receipt(w, &receipt, out);
	if (err != TOCSIN_MISSING)
		return err;
	err = outbox_get(w->read, row->num, w->arena, &waiting);
	if (err == TOCSIN_MISSING) {
		standing_put(w, out, "delivery", json_string("one-sided"));
		return TOCSIN_OK;
	}
	if (err != TOCSIN_OK)
		return err;
	standing_put(w, out, "delivery", json_string(waiting.state));
	standing_put(w, out, "attempts", json_integer(waiting.attempts));
	if (waiting.sentence[0] != 0)
		standing_put(w, out, "trouble", json_string(waiting.sentence));
	if (waiting.next_at > clock_now() && strcmp(waiting.state, "waiting") == 0)
		standing_put(w, out, "next_attempt", standing_time(waiting.next_at));
	return TOCSIN_OK;
}

/* What somebody without a node was to be told; and, of anything that we sent, who was told it by voice or on paper. */
static enum tocsin_err add_told(struct showing *w, const struct statement_row *row, bool contact, bool whole, json_t *out)
{
	static const char *const words[] = { [TOLD_NOT] = "to be delivered", [TOLD_ONE_SIDED] = "delivered, one-sided",
		[TOLD_COUNTERSIGNED] = "delivered, with a scanned countersignature" };
	enum told_state state;
	json_t *list = whole ? json_array() : NULL;
	enum tocsin_err err = standing_told(w, row, &state, list);
	if (err == TOCSIN_OK && contact)
		standing_put(w, out, "delivery", json_string(words[state]));
	if (json_array_size(list) > 0)
		standing_put(w, out, "deliveries", json_incref(list));
	json_decref(list);
	return err;
}

/* What S refers to; a target that is not here, or that S may not refer to, is shown as dangling. */
static enum tocsin_err add_references(struct showing *w, const struct statement *s, json_t *out)
{
	json_t *list = json_array();
	enum tocsin_err err = TOCSIN_OK;
	for (size_t i = 0; err == TOCSIN_OK && i < s->re_n; i++) {
		int64_t num;
		struct statement target;
		json_t *item = json_object();
		standing_put(w, item, "id", standing_hash(&s->re[i]));
		/* What the view does not see is shown as what is not here: the id is in the statement's text. */
		err = access_num(w->read, w->view, &s->re[i], &num);
		bool here = err == TOCSIN_OK && num != 0;
		if (here)
			err = standing_head(w->read, num, &target);
		bool passes = err == TOCSIN_OK && here && standing_effect(s, &s->re[i], &target);
		standing_put(w, item, "dangling", json_boolean(!passes));
		if (err == TOCSIN_OK && here && !passes)
			standing_put(w, item, "rule", json_string(fail_sentence()));
		standing_append(w, list, item);
	}
	standing_put(w, out, "re", list);
	return err;
}

/* ---- all of it ---- */

static json_t *marks_json(struct showing *w, const struct statement_row *row)
{
	static const struct { int64_t bit; const char *word; } words[] = {
		{ STATEMENT_MARK_UNCONFIRMED, "partner was unconfirmed" },
		{ STATEMENT_MARK_AHEAD, "dated ahead of our clock" },
		{ STATEMENT_MARK_RETURNED, "given back by a partner" },
		{ STATEMENT_MARK_FORGOTTEN, "content forgotten" },
		{ STATEMENT_MARK_TEST, "a test" },
		{ STATEMENT_MARK_STRANGER, "from a node that is no partner: nobody has confirmed who it is" },
	};
	json_t *list = json_array();
	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if ((row->marks & words[i].bit) != 0)
			standing_append(w, list, json_string(words[i].word));
	const struct peer *peer = directory_find(w->desk->directory, row->peer);
	if (peer != NULL && peer->state == PEER_DISTRUSTED)
		standing_append(w, list, json_string("partner is distrusted"));
	peer_release(peer);
	return list;
}

/* Whether it was withdrawn, and what that it rests on was. */
static enum tocsin_err add_withdrawn(struct showing *w, const struct statement_row *row, json_t *o)
{
	int64_t retraction;
	bool whole;
	json_t *list;
	json_t *marks = json_object_get(o, "marks");
	enum tocsin_err err = reach_retraction(w->read, row->num, &retraction);
	if (err == TOCSIN_OK && retraction != 0) {
		err = access_sees(w->read, w->view, retraction, "", &whole);
		if (err == TOCSIN_OK)
			standing_append(w, marks, json_string("retracted"));
		else if (err == TOCSIN_MISSING)
			err = TOCSIN_OK;
	}
	if (err == TOCSIN_OK)
		err = reach_rests_on(w->read, w->view, row->num, &list);
	if (err == TOCSIN_OK && list != NULL) {
		standing_append(w, marks, json_string("rests on what is retracted"));
		standing_put(w, o, "rests_on_retracted", list);
	}
	return err;
}

static enum tocsin_err add_all(
	struct showing *w, const struct statement_row *row, struct content *c, bool whole, json_t *o)
{
	enum tocsin_err err = TOCSIN_OK;
	standing_put(w, o, "id", standing_hash(&row->id));
	if (w->view->everything)
		standing_put(w, o, "num", json_integer(row->num));
	standing_put(w, o, "kind", json_string(row->kind));
	standing_put(w, o, "direction", json_string(row->issued ? "out" : "in"));
	standing_put(w, o, "from", json_string(c->s.from.name));
	standing_put(w, o, "to", json_string(c->s.to.name));
	standing_put(w, o, "at", standing_time(row->at));
	standing_put(w, o, "known_at", standing_time(row->known_at));
	if (w->view->everything)
		standing_put(w, o, "log_index", json_integer((json_int_t)row->log_index));
	standing_put(w, o, "marks", marks_json(w, row));
	err = add_withdrawn(w, row, o);
	if (err != TOCSIN_OK)
		return err;
	bool self = strcmp(row->peer, w->desk->name) == 0;
	const struct kind *kind = kind_find(row->kind);
	bool contact = self && kind != NULL && kind->self == KIND_SELF_CONTACT;
	if (!row->issued)
		standing_put(w, o, "delivery", json_string("accepted"));
	else if (self && !contact)
		standing_put(w, o, "delivery", json_string("own record"));
	else if (!self)
		err = add_delivery(w, row, o);
	if (err == TOCSIN_OK && (!row->issued || !self)) {
		json_t *broker = NULL;
		err = broker_show(w->desk, w->read, w->view, row, &broker);
		if (broker != NULL)
			standing_put(w, o, "broker", broker);
		json_t *once = NULL;
		if (err == TOCSIN_OK)
			err = unnamed_show(w->desk, w->read, w->view, row, &c->s, &once);
		if (once != NULL)
			standing_put(w, o, "unnamed", once);
	}
	if (err == TOCSIN_OK && row->issued && (contact || (whole && !self)))
		err = add_told(w, row, contact, whole, o);
	if (err == TOCSIN_OK)
		standing_gist(w, c, o);
	if (err == TOCSIN_OK && !whole)
		err = standing_state(w, row, o);
	if (err != TOCSIN_OK || !whole)
		return err;
	standing_put(w, o, "lines", json_integer(c->s.lines));
	standing_put(w, o, "closed_lines", json_integer((json_int_t)c->closed_n));
	standing_put(w, o, "fields", standing_fields(w, c));
	err = add_references(w, &c->s, o);
	if (err == TOCSIN_OK)
		err = forget_show(w->desk, w->read, row->num, o);
	if (err == TOCSIN_OK)
		err = standing_known(w, row, o);
	return err == TOCSIN_OK ? standing_thread(w, row, c, o) : err;
}

enum tocsin_err desk_show(const struct desk *d, struct snapshot *read, const struct view *v,
	const struct statement_row *row, bool whole, json_t **out)
{
	struct content c;
	struct showing w = { .desk = d, .read = read, .view = v, .arena = arena_new(STANDING_ARENA) };
	if (whole)
		w.other = arena_new(STANDING_ARENA);
	json_t *o = json_object();
	enum tocsin_err err = TOCSIN_OK;
	if (w.arena == NULL || (whole && w.other == NULL) || o == NULL)
		err = fail(TOCSIN_BROKEN, "no memory to show a statement");
	char what[2 * SHA256_SIZE + 1];
	hex_encode(row->id.b, SHA256_SIZE, what);
	if (err == TOCSIN_OK)
		err = access_sees(read, v, row->num, what, &w.closed);
	if (err == TOCSIN_OK)
		err = standing_content(row, w.closed, w.arena, &c);
	if (err == TOCSIN_OK)
		err = add_all(&w, row, &c, whole, o);
	if (err == TOCSIN_OK && w.lost)
		err = fail(TOCSIN_BROKEN, "no memory to show a statement");
	arena_free(w.arena);
	arena_free(w.other);
	if (err != TOCSIN_OK) {
		json_decref(o);
		return err;
	}
	*out = o;
	return TOCSIN_OK;
}
