/*
 * reach_show: how far a retraction got, with each of those who are to learn of it.
 */
#include "desk/contact.h"
#include "desk/directory.h"
#include "desk/policy.h"
#include "desk/reach_part.h"
#include "desk/standing_part.h"

#define RESPONSES_MAX 64                        /* to one retraction */

struct reaching {
	struct showing w;
	const struct hash *after;
	int64_t after_num;
	size_t limit;
	json_t *items;
	size_t open;
	bool more;
	struct hash last;
	enum tocsin_err err;
};

static const char *plain(struct arena *a, const struct content *c, const char *name)
{
	const struct body_line *l = standing_line(c, name);
	const char *s = l == NULL || l->value.n < 2 || l->value.p[0] != '"' ? NULL
		: arena_str(a, bytes_of(l->value.p + 1, l->value.n - 2));
	return s == NULL ? "" : s;
}

/* ---- what its recipient said to it ---- */

struct replies {
	int64_t num[RESPONSES_MAX];
	size_t n;
};

static bool take_reply(void *arg, const struct derived_row *row)
{
	struct replies *r = arg;
	r->num[r->n++] = row->num;
	return r->n < RESPONSES_MAX;
}

/* Newest first: the first that says what was done decides. NULL: none says it. */
static enum tocsin_err add_reply(struct reaching *r, int64_t retraction, json_t *o, const char **state)
{
	struct replies replies = { .n = 0 };
	enum tocsin_err err = derived_kind(r->w.read, retraction, "response", RESPONSES_MAX, take_reply, &replies);
	*state = NULL;
	for (size_t i = 0; err == TOCSIN_OK && i < replies.n && *state == NULL; i++) {
		struct statement_row row;
		struct content c;
		bool whole;
		arena_reset(r->w.arena);
		err = access_sees(r->w.read, r->w.view, replies.num[i], "", &whole);
		if (err == TOCSIN_MISSING) {
			err = TOCSIN_OK;
			continue;
		}
		if (err == TOCSIN_OK)
			err = statement_by_num(r->w.read, replies.num[i], r->w.arena, &row);
		if (err == TOCSIN_OK)
			err = standing_content(&row, whole, r->w.arena, &c);
		if (err != TOCSIN_OK)
			break;
		const char *stage = plain(r->w.arena, &c, "stage"), *copy = plain(r->w.arena, &c, "copy");
		if (strcmp(copy, "held") == 0)
			*state = "holds a copy";
		else if (strcmp(stage, "declined") == 0)
			*state = "refused";
		else if (strcmp(copy, "cannot-tell") == 0)
			*state = "cannot tell";
		else if (strcmp(copy, "removed") == 0 || strcmp(stage, "acted") == 0)
			*state = "confirmed";
		if (*state == NULL)
			continue;
		standing_put(&r->w, o, "response", standing_hash(&row.id));
		standing_put(&r->w, o, "response_at", standing_time(row.at));
		if (copy[0] != 0)
			standing_put(&r->w, o, "copy", json_string(copy));
		const struct body_line *why = standing_line(&c, "reason");
		if (why != NULL)
			standing_put(&r->w, o, "reason", json_from_value(why->value));
	}
	return err;
}

/* ---- how far the retraction itself is ---- */

/* Whom to ring up instead. */
static void add_duty(struct reaching *r, const char *recipient, json_t *o)
{
	const struct peer *p = directory_find(r->w.desk->directory, recipient);
	json_t *list = json_array();
	for (size_t i = 0; p != NULL && i < p->card->duty_n; i++)
		standing_append(&r->w, list, json_string(p->card->duty[i]));
	peer_release(p);
	standing_put(&r->w, o, "ring_up", list);
}

static enum tocsin_err add_told(struct reaching *r, int64_t retraction, json_t *o, const char **state)
{
	struct statement_row row;
	enum told_state told;
	arena_reset(r->w.arena);
	enum tocsin_err err = statement_by_num(r->w.read, retraction, r->w.arena, &row);
	if (err == TOCSIN_OK)
		err = standing_told(&r->w, &row, &told, NULL);
	*state = err == TOCSIN_OK && told != TOLD_NOT ? "told" : "to be called";
	(void)o;
	return err;
}

static enum tocsin_err add_way(struct reaching *r, const struct reach_row *row, int64_t issued_at, json_t *o,
	const char **state)
{
	struct receipt_row receipt;
	struct outbox_row waiting;
	arena_reset(r->w.arena);
	enum tocsin_err err = receipt_get(r->w.read, row->retraction, r->w.arena, &receipt);
	if (err == TOCSIN_OK) {
		standing_put(&r->w, o, "received_at", standing_time(receipt.received_at));
		*state = "received";
		return err;
	}
	if (err != TOCSIN_MISSING)
		return err;
	bool late = clock_now() - issued_at >= policy_int(r->w.desk, "reach.unreachable");
	*state = late ? "unreachable" : "not delivered";
	err = outbox_get(r->w.read, row->retraction, r->w.arena, &waiting);
	if (err == TOCSIN_OK && waiting.sentence[0] != 0)
		standing_put(&r->w, o, "trouble", json_string(waiting.sentence));
	if (err == TOCSIN_OK && strcmp(waiting.state, "waiting") != 0)
		*state = "unreachable";
	return err == TOCSIN_MISSING ? TOCSIN_OK : err;
}

static enum tocsin_err add_state(struct reaching *r, const struct reach_row *row, const struct statement *s, json_t *o)
{
	const char *state = NULL;
	struct statement by;
	struct hash id;
	enum tocsin_err err = TOCSIN_OK;
	/* Somebody without a node. */
	bool contact = strcmp(s->to.name, r->w.desk->name) == 0;
	if (row->retraction <= 0) {
		state = row->retraction == 0 ? "not issued" : "unreachable";
		if (row->retraction < 0)
			standing_put(&r->w, o, "trouble", json_string(contact
				? "whom to tell is not known any more: what it said was forgotten"
				: "it is no partner any more"));
	} else {
		err = standing_head_id(r->w.read, row->retraction, &by, &id);
		if (err != TOCSIN_OK)
			return err;
		standing_put(&r->w, o, "retraction", standing_hash(&id));
		standing_put(&r->w, o, "retracted_at", standing_time(by.at));
		if (contact)
			err = add_told(r, row->retraction, o, &state);
		else
			err = add_reply(r, row->retraction, o, &state);
		if (err == TOCSIN_OK && !contact) {
			const char *way = NULL;
			err = add_way(r, row, by.at, o, &way);
			state = state == NULL ? way : state;
		}
	}
	if (err != TOCSIN_OK)
		return err;
	standing_put(&r->w, o, "state", json_string(state));
	if (strcmp(state, "unreachable") == 0 && !contact)
		add_duty(r, row->recipient, o);
	r->open += strcmp(state, "confirmed") != 0 && strcmp(state, "told") != 0;
	return TOCSIN_OK;
}

/* "contact:NAME" of somebody without a node; otherwise who it went to. */
static enum tocsin_err add_recipient(struct reaching *r, const struct reach_row *row, const struct statement *s, json_t *o)
{
	struct statement_row whole;
	struct content c;
	if (strcmp(s->to.name, r->w.desk->name) != 0) {
		standing_put(&r->w, o, "recipient", json_string(row->recipient));
		return TOCSIN_OK;
	}
	arena_reset(r->w.arena);
	enum tocsin_err err = statement_by_num(r->w.read, row->statement, r->w.arena, &whole);
	if (err == TOCSIN_OK)
		err = standing_content(&whole, true, r->w.arena, &c);
	if (err == TOCSIN_OK) {
		const char *name = plain(r->w.arena, &c, "recipient.contact");
		standing_put(&r->w, o, "recipient", name[0] == 0 ? json_string("somebody without a node")
								  : json_sprintf(CONTACT_PREFIX "%s", name));
	}
	return err;
}

static bool show_one(void *arg, const struct reach_row *row)
{
	struct reaching *r = arg;
	struct statement s;
	struct hash id;
	bool whole;
	r->err = access_sees(r->w.read, r->w.view, row->statement, "", &whole);
	if (r->err == TOCSIN_MISSING) {
		r->err = TOCSIN_OK;
		return true;
	}
	if (r->err != TOCSIN_OK)
		return false;
	if (json_array_size(r->items) == r->limit) {
		r->more = true;
		return false;
	}
	json_t *o = json_object();
	r->err = standing_head_id(r->w.read, row->statement, &s, &id);
	if (r->err == TOCSIN_OK) {
		standing_put(&r->w, o, "statement", standing_hash(&id));
		standing_put(&r->w, o, "why", json_string(row->why));
		r->err = add_recipient(r, row, &s, o);
	}
	if (r->err == TOCSIN_OK)
		r->err = add_state(r, row, &s, o);
	r->last = id;
	standing_append(&r->w, r->items, o);
	return r->err == TOCSIN_OK;
}

/* ---- which retraction ---- */

static bool any(void *arg, const struct reach_row *row)
{
	*(int64_t *)arg = row->retracted;
	return false;
}

/* The number of the statement whose retraction ROW is about; 0: it is not retracted. */
static enum tocsin_err find(struct reaching *r, const struct statement_row *row, int64_t *retracted)
{
	struct reach_row of;
	int64_t num = row->num;
	*retracted = 0;
	enum tocsin_err err = TOCSIN_OK;
	if (strcmp(row->kind, "retraction") == 0 && row->re_n > 0) {
		err = access_num(r->w.read, r->w.view, &row->re[0], &num);
		if (err != TOCSIN_OK || num == 0)
			return err;
	}
	err = reach_each(r->w.read, num, 0, 1, any, retracted);
	if (err == TOCSIN_OK && *retracted == 0) {
		err = reach_of(r->w.read, num, r->w.arena, &of);
		if (err == TOCSIN_OK)
			*retracted = of.retracted;
	}
	return err == TOCSIN_MISSING ? TOCSIN_OK : err;
}

static enum tocsin_err list(struct reaching *r, int64_t retracted, json_t **out)
{
	struct statement s;
	struct hash id;
	bool whole;
	int64_t after = 0;
	enum tocsin_err err = r->after == NULL ? TOCSIN_OK : access_num(r->w.read, r->w.view, r->after, &after);
	if (err == TOCSIN_OK)
		err = reach_each(r->w.read, retracted, after, REACH_MAX, show_one, r);
	if (err == TOCSIN_OK)
		err = r->err;
	/* What was retracted first may be of another unit than what the view sees of its reach. */
	bool seen = err == TOCSIN_OK && (err = access_sees(r->w.read, r->w.view, retracted, "", &whole)) == TOCSIN_OK;
	if (err == TOCSIN_MISSING)
		err = TOCSIN_OK;
	if (err == TOCSIN_OK)
		err = standing_head_id(r->w.read, retracted, &s, &id);
	if (err != TOCSIN_OK)
		return err;
	json_t *o = json_object();
	standing_put(&r->w, o, "retracted", seen ? standing_hash(&id) : json_null());
	standing_put(&r->w, o, "items", json_incref(r->items));
	standing_put(&r->w, o, "open", json_integer((json_int_t)r->open));
	standing_put(&r->w, o, "next", r->more ? standing_hash(&r->last) : json_null());
	*out = o;
	return r->w.lost ? fail(TOCSIN_BROKEN, "no memory to show a reach") : TOCSIN_OK;
}

enum tocsin_err reach_show(const struct desk *d, struct snapshot *read, const struct view *v,
	const struct statement_row *row, const struct hash *after, size_t limit, json_t **out)
{
	struct reaching r = { .w = { .desk = d, .read = read, .view = v, .arena = arena_new(64u << 20) }, .after = after,
		.limit = limit, .items = json_array(), .err = TOCSIN_OK };
	int64_t retracted = 0;
	char hex[2 * SHA256_SIZE + 1];
	*out = NULL;
	enum tocsin_err err = r.w.arena == NULL || r.items == NULL ? fail(TOCSIN_BROKEN, "no memory to show a reach")
								   : find(&r, row, &retracted);
	hex_encode(row->id.b, SHA256_SIZE, hex);
	if (err == TOCSIN_OK && retracted == 0)
		err = fail(TOCSIN_MISSING, "%.16s is not retracted by this node", hex);
	if (err == TOCSIN_OK)
		err = list(&r, retracted, out);
	if (err != TOCSIN_OK) {
		json_decref(*out);
		*out = NULL;
	}
	json_decref(r.items);
	arena_free(r.w.arena);
	return err;
}
