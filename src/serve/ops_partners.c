/*
 * ops_partners: cards, partners, groups, witnesses: whom this node knows and trusts.
 */
#include "base/text.h"
#include "desk/cards.h"
#include "desk/audit.h"
#include "serve/internal.h"
#include "store/rows.h"

/* The strings of member NAME of Q's body, in the arena; NULL and 0 when it is absent. */
static enum tocsin_err body_words(struct asked *q, const char *name, const char ***words, size_t *n)
{
	const json_t *list = json_object_get(q->body, name), *item;
	size_t i;
	*words = NULL;
	*n = 0;
	if (list == NULL)
		return TOCSIN_OK;
	const char **w = arena_alloc(q->arena, (json_array_size(list) + 1) * sizeof *w);
	if (w == NULL)
		return fail(TOCSIN_BROKEN, "no memory for the request");
	json_array_foreach(list, i, item)
		w[i] = json_string_value(item);
	*words = w;
	*n = json_array_size(list);
	return TOCSIN_OK;
}

/* ---- our card ---- */

enum tocsin_err op_card(struct serve *s, struct asked *q)
{
	struct snapshot *r;
	enum tocsin_err err = snapshot_open(s->desk->store, &r);
	if (err != TOCSIN_OK)
		return err;
	err = card_chain(r, s->desk->name, &q->out);
	snapshot_close(r);
	q->type = "text/plain; charset=utf-8";
	return err;
}

enum tocsin_err op_card_next(struct serve *s, struct asked *q)
{
	struct card_fill fill = { NULL };
	const char **url, **duty;
	uint64_t seq = 0;
	enum tocsin_err err = body_words(q, "url", &url, &fill.url_n);
	if (err == TOCSIN_OK)
		err = body_words(q, "duty", &duty, &fill.duty_n);
	if (err == TOCSIN_OK) {
		fill.url = url;
		fill.duty = duty;
	}
	for (size_t i = 0; err == TOCSIN_OK && i < fill.url_n; i++)
		if (!card_url_ok(bytes_str(fill.url[i])))
			err = fail(TOCSIN_BAD,
				"%.100s is no address for a card: https://HOST or http://HOST, without a slash at its "
				"end",
				fill.url[i]);
	for (size_t i = 0; err == TOCSIN_OK && i < fill.duty_n; i++)
		if (fill.duty[i][0] == 0 || strlen(fill.duty[i]) > 500 || !text_is_clean(bytes_str(fill.duty[i])))
			err = fail(TOCSIN_BAD, "a duty line has 1 to 500 bytes and no control characters");
	/* Without the identity no card can be signed, and keys that no card lists would be of no use. */
	if (err == TOCSIN_OK && !keeper_public(s->desk->keeper)->has_identity)
		err = fail(TOCSIN_REFUSED,
			"the identity key is kept cold: put identity.pem back into the keys folder, restart, and try "
			"again");
	if (err == TOCSIN_OK && json_is_true(json_object_get(q->body, "rotate")))
		err = keeper_rotate(s->desk->keeper);
	if (err == TOCSIN_OK)
		err = cards_next(s->desk, &fill, &seq);
	if (err != TOCSIN_OK)
		return err;
	exchange_wake(s->exchange);
	q->answer = json_object();
	json_object_set_new(q->answer, "seq", json_integer((json_int_t)seq));
	return q->view.everything ? TOCSIN_OK
				  : audit_note(s->desk, &q->view, "card.next", "",
					    json_is_true(json_object_get(q->body, "rotate")) ? "with fresh keys" : "");
}

/* ---- partners ---- */

static json_t *json_quorum(unsigned k)
{
	return k == 0 ? json_string("none") : json_integer(k);
}

static void add_safety(const struct serve *s, const struct peer *p, json_t *o)
{
	char safety[72];
	const struct peer *self = directory_self(s->desk->directory);
	if (self == NULL)
		return;
	safety_number(s->desk->realm, self->name, self->card->identity.pub, p->name, p->card->identity.pub, safety);
	json_object_set_new(o, "safety", json_string(safety));
	peer_release(self);
}

static json_t *partner_json(const struct serve *s, const struct peer *p)
{
	json_t *o = json_object();
	json_object_set_new(o, "name", json_string(p->name));
	json_object_set_new(o, "state", json_string(peer_state_name(p->state)));
	add_safety(s, p, o);
	json_object_set_new(o, "quorum", json_quorum(p->quorum));
	json_object_set_new(o, "seq", json_integer((json_int_t)p->card->seq));
	json_object_set_new(o, "knows_our_card", json_integer(p->card_known));
	json_object_set_new(o, "witness", json_boolean(p->is_witness));
	return o;
}

enum tocsin_err op_partners(struct serve *s, struct asked *q)
{
	const struct peer **peer = calloc(DIRECTORY_MAX, sizeof *peer);
	if (peer == NULL)
		return fail(TOCSIN_BROKEN, "no memory for the partners");
	size_t n = directory_all(s->desk->directory, peer, DIRECTORY_MAX);
	json_t *list = json_array();
	for (size_t i = 0; i < n; i++) {
		json_array_append_new(list, partner_json(s, peer[i]));
		peer_release(peer[i]);
	}
	free(peer);
	q->answer = json_object();
	json_object_set_new(q->answer, "items", list);
	return TOCSIN_OK;
}

static const struct peer *partner_named(struct serve *s, const char *name)
{
	const struct peer *p = directory_find(s->desk->directory, name);
	if (p != NULL && p->state == PEER_SELF) {
		peer_release(p);
		p = NULL;
	}
	if (p == NULL)
		(void)fail(TOCSIN_MISSING, "%.200s is not a partner", name);
	return p;
}

static json_t *json_vkey(const struct vkey *k)
{
	char text[NOTE_VKEY_MAX];
	vkey_format(k, text);
	return json_string(text);
}

static json_t *card_json(const struct card *c)
{
	json_t *o = json_object(), *sign = json_array(), *recipient = json_array(), *kinds = json_array(),
	       *revoked = json_array();
	char fp[2 * STATEMENT_FP + 1];
	struct party party;
	card_party(c, &party);
	hex_encode(party.fp, sizeof party.fp, fp);
	for (size_t i = 0; i < c->sign_n; i++)
		json_array_append_new(sign, json_vkey(&c->sign[i]));
	for (size_t i = 0; i < c->recipient_n; i++)
		json_array_append_new(recipient, json_string(c->recipient[i]));
	for (size_t i = 0; i < c->kind_n; i++)
		json_array_append_new(kinds, json_string(c->kind[i]));
	for (size_t i = 0; i < c->revoked_n; i++) {
		json_t *r = json_object();
		json_object_set_new(r, "key", json_vkey(&c->revoked[i].key));
		json_object_set_new(r, "at", json_time(c->revoked[i].at));
		json_array_append_new(revoked, r);
	}
	json_object_set_new(o, "id", json_hash(&c->id));
	json_object_set_new(o, "at", json_time(c->at));
	json_object_set_new(o, "fingerprint", json_string(fp));
	json_object_set_new(o, "identity", json_vkey(&c->identity));
	json_object_set_new(o, "sign", sign);
	json_object_set_new(o, "log", json_vkey(&c->log));
	if (c->has_witness)
		json_object_set_new(o, "witness", json_vkey(&c->witness));
	json_object_set_new(o, "recipient", recipient);
	json_object_set_new(o, "kinds", kinds);
	json_object_set_new(o, "revoked", revoked);
	return o;
}

enum tocsin_err op_partner(struct serve *s, struct asked *q)
{
	struct snapshot *r = NULL;
	struct partner_row row;
	const struct peer *p = partner_named(s, q->parameter);
	if (p == NULL)
		return TOCSIN_MISSING;
	enum tocsin_err err = snapshot_open(s->desk->store, &r);
	if (err == TOCSIN_OK)
		err = partner_get(r, p->name, q->arena, &row);
	snapshot_close(r);
	if (err == TOCSIN_OK) {
		json_t *o = q->answer = partner_json(s, p), *url = json_array(), *duty = json_array();
		json_object_set_new(o, "reason", json_string(row.reason));
		json_object_set_new(o, "added_at", json_time(row.added_at));
		json_object_set_new(o, "changed_at", json_time(row.changed_at));
		for (size_t i = 0; i < p->card->url_n; i++)
			json_array_append_new(url, json_string(p->card->url[i]));
		for (size_t i = 0; i < p->card->duty_n; i++)
			json_array_append_new(duty, json_string(p->card->duty[i]));
		json_object_set_new(o, "url", url);
		json_object_set_new(o, "duty", duty);
		json_object_set_new(o, "card", card_json(p->card));
	}
	peer_release(p);
	return err;
}

enum tocsin_err op_partner_add(struct serve *s, struct asked *q)
{
	char name[LIMIT_NAME + 1];
	const char *what = "";
	enum tocsin_err err = cards_take(s->desk, http_call_body(q->call), true, name, &what);
	if (err != TOCSIN_OK)
		return err;
	exchange_wake(s->exchange);
	const struct peer *p = directory_find(s->desk->directory, name);
	if (p == NULL)
		return fail(TOCSIN_BROKEN, "%s was taken and is not there", name);
	q->answer = partner_json(s, p);
	json_object_set_new(q->answer, "what", json_string(what));
	peer_release(p);
	return q->view.everything ? TOCSIN_OK : audit_note(s->desk, &q->view, "partner.card", name, what);
}

/* The same digits, whatever stands between them? */
static bool same_digits(const char *a, const char *b)
{
	for (;;) {
		while (*a != 0 && strchr(" -\t", *a) != NULL)
			a++;
		while (*b != 0 && strchr(" -\t", *b) != NULL)
			b++;
		if (*a != *b)
			return false;
		if (*a == 0)
			return true;
		a++;
		b++;
	}
}

/* Answers with what the partner is after a change. */
static enum tocsin_err answer_partner(struct serve *s, struct asked *q, struct change *c, const char *name)
{
	enum tocsin_err err = commit_about(s, c, name);
	if (err != TOCSIN_OK)
		return err;
	const struct peer *p = partner_named(s, name);
	if (p == NULL)
		return TOCSIN_MISSING;
	q->answer = partner_json(s, p);
	peer_release(p);
	return TOCSIN_OK;
}

enum tocsin_err op_partner_confirm(struct serve *s, struct asked *q)
{
	const struct peer *p = partner_named(s, q->parameter);
	if (p == NULL)
		return TOCSIN_MISSING;
	const char *given = json_string_value(json_object_get(q->body, "safety"));
	json_t *o = partner_json(s, p);
	const char *right = json_string_value(json_object_get(o, "safety"));
	bool same = right != NULL && (given == NULL || same_digits(given, right));
	json_decref(o);
	peer_release(p);
	if (!same)
		return fail(TOCSIN_REFUSED,
			"that is not the safety number of %s: somebody may stand between; compare it again by another "
			"way",
			q->parameter);
	struct change *c = change_new();
	if (c != NULL) {
		change_partner_state(c, q->parameter, "confirmed", "", clock_now());
		change_event(c, "partner confirmed", 0, q->parameter);
		note_decision(q, c, "partner.confirmed", q->parameter, given != NULL ? "by its safety number" : "without its safety number");
	}
	return answer_partner(s, q, c, q->parameter);
}

enum tocsin_err op_partner_distrust(struct serve *s, struct asked *q)
{
	const struct peer *p = partner_named(s, q->parameter);
	if (p == NULL)
		return TOCSIN_MISSING;
	peer_release(p);
	const char *reason = json_string_value(json_object_get(q->body, "reason"));
	if (!text_is_clean(bytes_str(reason)))
		return fail(TOCSIN_BAD, "a reason has no control characters");
	struct change *c = change_new();
	if (c != NULL) {
		change_partner_state(c, q->parameter, "distrusted", reason, clock_now());
		change_event(c, "partner distrusted", 0, q->parameter);
		note_decision(q, c, "partner.distrusted", q->parameter, reason);
	}
	return answer_partner(s, q, c, q->parameter);
}

enum tocsin_err op_partner_quorum(struct serve *s, struct asked *q)
{
	const struct peer *p = partner_named(s, q->parameter);
	if (p == NULL)
		return TOCSIN_MISSING;
	struct directory_quorum quorum;
	json_int_t k = json_integer_value(json_object_get(q->body, "k")), others = 0;
	directory_quorum(s->desk->directory, p, &quorum);
	for (size_t i = 0; i < quorum.n; i++)
		others += strcmp(quorum.held[i]->name, p->name) != 0;
	directory_quorum_release(&quorum);
	peer_release(p);
	struct change *c = change_new();
	if (c != NULL) {
		change_partner_quorum(c, q->parameter, k, clock_now());
		char words[32];
		snprintf(words, sizeof words, "%lld", (long long)k);
		change_event(c, "quorum changed", 0, q->parameter);
		note_decision(q, c, "partner.quorum", q->parameter, words);
	}
	enum tocsin_err err = answer_partner(s, q, c, q->parameter);
	if (err == TOCSIN_OK && k > others)
		json_object_set_new(q->answer, "note",
			json_string("there are fewer witnesses than that: until more are added, no receipt can be "
				    "witnessed"));
	return err;
}

/* ---- groups ---- */

struct group_list {
	json_t *list, *members;
	const char *name;
};

static bool add_member(void *arg, const char *group, const char *member)
{
	struct group_list *l = arg;
	if (l->name == NULL || strcmp(l->name, group) != 0) {
		json_t *o = json_object();
		l->members = json_array();
		json_object_set_new(o, "name", json_string(group));
		json_object_set_new(o, "members", l->members);
		json_array_append_new(l->list, o);
		l->name = json_string_value(json_object_get(o, "name"));
	}
	json_array_append_new(l->members, json_string(member));
	return true;
}

enum tocsin_err op_groups(struct serve *s, struct asked *q)
{
	struct snapshot *r;
	struct group_list l = { .list = json_array() };
	q->answer = json_object();
	json_object_set_new(q->answer, "items", l.list);
	enum tocsin_err err = snapshot_open(s->desk->store, &r);
	if (err != TOCSIN_OK)
		return err;
	err = group_each(r, add_member, &l);
	snapshot_close(r);
	return err;
}

static bool is_group_name(const char *name)
{
	size_t n = strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-");
	return n > 0 && n <= 64 && name[n] == 0 && name[0] != '-';
}

struct removal {
	struct change *c;
	const char *group;
	size_t n;
};

static bool remove_member(void *arg, const char *name)
{
	struct removal *m = arg;
	change_group_remove(m->c, m->group, name);
	m->n++;
	return true;
}

/* A change that takes all members out of GROUP; how many into *N. NULL with a sentence. */
static struct change *empty_group(struct serve *s, const char *group, size_t *n)
{
	struct snapshot *r = NULL;
	struct removal m = { change_new(), group, 0 };
	enum tocsin_err err =
		m.c == NULL ? fail(TOCSIN_BROKEN, "no memory for a change") : snapshot_open(s->desk->store, &r);
	if (err == TOCSIN_OK)
		err = group_members(r, group, remove_member, &m);
	snapshot_close(r);
	*n = m.n;
	if (err == TOCSIN_OK)
		return m.c;
	change_free(m.c);
	return NULL;
}

enum tocsin_err op_group_put(struct serve *s, struct asked *q)
{
	const char **word;
	size_t n, old;
	enum tocsin_err err = body_words(q, "members", &word, &n);
	if (err == TOCSIN_OK && !is_group_name(q->parameter))
		err = fail(TOCSIN_BAD, "a group's name has 1 to 64 of a-z, 0-9 and hyphens");
	if (err == TOCSIN_OK && n == 0)
		err = fail(TOCSIN_BAD, "a group without members reaches nobody: delete it instead");
	for (size_t i = 0; err == TOCSIN_OK && i < n; i++) {
		const struct peer *p = partner_named(s, word[i]);
		if (p == NULL)
			err = TOCSIN_MISSING;
		peer_release(p);
	}
	if (err != TOCSIN_OK)
		return err;
	struct change *c = empty_group(s, q->parameter, &old);
	if (c == NULL)
		return TOCSIN_BROKEN;
	for (size_t i = 0; i < n; i++)
		change_group_put(c, q->parameter, word[i]);
	change_event(c, "group changed", 0, q->parameter);
	note_decision(q, c, "group.put", q->parameter, "");
	err = commit_about(s, c, NULL);
	if (err == TOCSIN_OK) {
		q->answer = json_object();
		json_object_set_new(q->answer, "name", json_string(q->parameter));
		json_object_set(q->answer, "members", json_object_get(q->body, "members"));
	}
	return err;
}

enum tocsin_err op_group_delete(struct serve *s, struct asked *q)
{
	size_t n;
	struct change *c = empty_group(s, q->parameter, &n);
	if (c == NULL)
		return TOCSIN_BROKEN;
	if (n == 0) {
		change_free(c);
		return fail(TOCSIN_MISSING, "there is no group %s", q->parameter);
	}
	change_event(c, "group changed", 0, q->parameter);
	note_decision(q, c, "group.removed", q->parameter, "");
	enum tocsin_err err = commit_about(s, c, NULL);
	q->answer = json_object();
	json_object_set_new(q->answer, "name", json_string(q->parameter));
	return err;
}

/* ---- witnesses ---- */

enum tocsin_err op_witnesses(struct serve *s, struct asked *q)
{
	json_t *status = NULL;
	enum tocsin_err err = status_make(s, &status);
	if (err != TOCSIN_OK)
		return err;
	q->answer = json_object();
	json_object_set(q->answer, "items", json_object_get(status, "witnesses"));
	json_decref(status);
	return TOCSIN_OK;
}

enum tocsin_err op_witness_put(struct serve *s, struct asked *q)
{
	const struct peer *p = partner_named(s, q->parameter);
	if (p == NULL)
		return TOCSIN_MISSING;
	bool can = p->card->has_witness, reachable = p->card->url_n > 0, there = p->is_witness,
	     trusted = p->state != PEER_DISTRUSTED;
	peer_release(p);
	if (!can)
		return fail(TOCSIN_REFUSED, "the card of %s lists no witness key", q->parameter);
	if (!trusted)
		return fail(TOCSIN_REFUSED, "%s is distrusted: its cosignatures do not count", q->parameter);
	if (!there) {
		struct change *c = change_new();
		if (c != NULL) {
			change_witness_add(c, q->parameter, clock_now());
			change_event(c, "witness added", 0, q->parameter);
			note_decision(q, c, "witness.added", q->parameter, "");
		}
		enum tocsin_err err = commit_about(s, c, q->parameter);
		if (err != TOCSIN_OK)
			return err;
	}
	q->answer = json_object();
	json_object_set_new(q->answer, "name", json_string(q->parameter));
	json_object_set_new(q->answer, "reachable", json_boolean(reachable));
	return TOCSIN_OK;
}

enum tocsin_err op_witness_delete(struct serve *s, struct asked *q)
{
	const struct peer *p = partner_named(s, q->parameter);
	bool there = p != NULL && p->is_witness;
	peer_release(p);
	if (!there)
		return fail(TOCSIN_MISSING, "%.200s is not a witness of ours", q->parameter);
	struct change *c = change_new();
	if (c != NULL) {
		change_witness_remove(c, q->parameter);
		change_event(c, "witness removed", 0, q->parameter);
		note_decision(q, c, "witness.removed", q->parameter, "");
	}
	enum tocsin_err err = commit_about(s, c, q->parameter);
	q->answer = json_object();
	json_object_set_new(q->answer, "name", json_string(q->parameter));
	return err;
}
