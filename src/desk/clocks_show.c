/*
 * clocks_show: clocks for people: lists, acknowledging, handing over.
 */
#include <stdlib.h>

#include "base/zone.h"
#include "desk/clocks_inside.h"
#include "desk/pages.h"
#include "desk/rules.h"
#include "store/rows_access.h"

/* ---- as JSON ---- */

struct showing {
	const struct view *view;
	struct zone *zone;
	char zone_name[ZONE_NAME + 1];
};

static enum tocsin_err showing_open(const struct desk *d, const struct view *v, struct showing *s)
{
	*s = (struct showing) { .view = v };
	policy_text(d, "zone", s->zone_name, sizeof s->zone_name);
	if (zone_open(s->zone_name, &s->zone) == TOCSIN_OK)
		return TOCSIN_OK;
	/* The machine's zone files are gone: the times are right all the same. */
	memcpy(s->zone_name, "UTC", 4);
	return zone_open("UTC", &s->zone);
}

static json_t *time_json(int64_t t)
{
	char text[CLOCK_TEXT + 1] = "";
	if (t != 0)
		clock_format(t, text);
	return json_string(text);
}

/* NAME to those of its own unit and to inspectors, to others its function. */
static const char *person(const struct view *v, const char *unit, const char *name, const char *function)
{
	bool own = v->everything || strcmp(v->unit, unit) == 0 || (v->roles & ROLE_INSPECTOR) != 0 ||
		strcmp(v->account, name) == 0;
	return own ? name : function;
}

static json_t *clock_json(const struct showing *w, const struct clock_shown *s)
{
	static const char *const urgencies[] = { "imminent", "urgent", "routine" };
	const struct clock_row *k = &s->clock;
	char about[2 * SHA256_SIZE + 1] = "", local[ZONE_TEXT + 1];
	json_t *o = json_object();
	if (s->has_statement)
		hex_encode(s->statement_id.b, SHA256_SIZE, about);
	zone_format(w->zone, k->due_at, local);
	json_object_set_new(o, "id", json_string(k->id));
	json_object_set_new(o, "kind", json_string(k->kind));
	json_object_set_new(o, "state", json_string(k->state));
	json_object_set_new(o, "about", json_string(about));
	json_object_set_new(o, "draft", json_string(s->draft_id));
	json_object_set_new(o, "urgency", json_string(urgencies[k->urgency < 0 || k->urgency > 2 ? 2 : k->urgency]));
	json_object_set_new(o, "life", json_boolean(k->life));
	json_object_set_new(o, "started_at", time_json(k->started_at));
	json_object_set_new(o, "due_at", time_json(k->due_at));
	json_object_set_new(o, "due_local", json_string(local));
	json_object_set_new(o, "zone", json_string(w->zone_name));
	json_object_set_new(o, "ended_at", time_json(k->ended_at));
	json_object_set_new(o, "owner", json_string(person(w->view, k->unit, k->owner, s->owner_function)));
	json_object_set_new(o, "acked_by", json_string(person(w->view, k->unit, k->acked_by, s->acked_function)));
	json_object_set_new(o, "acked_at", time_json(k->acked_at));
	json_object_set_new(o, "level", json_integer((json_int_t)k->level));
	json_object_set_new(o, "why", json_string(k->why));
	return o;
}

/* ---- who sees it ---- */

static bool has_scope(const struct view *v, int64_t scope)
{
	for (size_t i = 0; i < v->scope_n; i++)
		if (v->scope[i] == scope && scope != 0)
			return true;
	return false;
}

static bool is_own(const char *kind)
{
	enum clock_kind k;
	const struct clock_rule *rule = clock_rule_named(kind, &k);
	return rule != NULL && rule->own;
}

/* A clock that one was asked for by its id, copied. */
struct wanted {
	struct showing *showing;
	bool found, seen, mine;
	int64_t num, statement, scope, due_at;
	int64_t event;                          /* what an event about it is about */
	bool ended, life;
	char kind[32], unit[LIMIT_ACCOUNT + 1], compartment[LIMIT_ACCOUNT + 1], owner[LIMIT_ACCOUNT + 1];
	json_t *json;
};

static bool take_wanted(void *arg, const struct clock_shown *s)
{
	struct wanted *w = arg;
	const struct clock_row *k = &s->clock;
	w->found = true;
	w->num = k->num;
	w->statement = k->statement;
	w->event = is_own(k->kind) ? 0 : k->statement;
	w->scope = s->scope;
	w->due_at = k->due_at;
	w->ended = k->ended_at != 0;
	w->life = k->life;
	snprintf(w->kind, sizeof w->kind, "%s", k->kind);
	snprintf(w->unit, sizeof w->unit, "%s", k->unit);
	snprintf(w->compartment, sizeof w->compartment, "%s", k->compartment);
	snprintf(w->owner, sizeof w->owner, "%s", k->owner);
	w->json = clock_json(w->showing, s);
	return false;
}

/* The clock ID, if V sees it: its unit's, or its own, or every unit's, or one that it was paged about. The same reads and
 * the same sentence when it is not there. */
static enum tocsin_err find(const struct desk *d, struct snapshot *read, const struct view *v, const char *id,
	struct wanted *w)
{
	struct showing s;
	int64_t everywhere = 0;
	bool paged = false;
	*w = (struct wanted) { .showing = &s };
	enum tocsin_err err = showing_open(d, v, &s);
	if (err != TOCSIN_OK)
		return err;
	err = clock_by_id(read, id, take_wanted, w);
	if (err == TOCSIN_OK || err == TOCSIN_MISSING)
		err = scope_find(read, "*", w->compartment, &everywhere);
	if (err == TOCSIN_OK)
		err = clock_paged(read, w->num, v->account, &paged);
	w->showing = NULL;
	zone_free(s.zone);
	/* Of what is held at the door, who may not look at that learns nothing. */
	bool sight = strcmp(w->kind, clock_kind_name(CLOCK_DOOR)) != 0 || access_may(v, RIGHT_DOOR_READ) == TOCSIN_OK;
	w->seen = w->found && (v->everything || (sight && (has_scope(v, w->scope) || has_scope(v, everywhere))) ||
		strcmp(w->owner, v->account) == 0 || paged);
	if (err == TOCSIN_OK && !w->seen)
		err = fail(TOCSIN_MISSING, "there is no clock %.40s", id);
	if (err != TOCSIN_OK) {
		json_decref(w->json);
		w->json = NULL;
	}
	return err;
}

enum tocsin_err clocks_one(
	const struct desk *d, struct snapshot *read, const struct view *v, const char *id, json_t **out)
{
	struct wanted w;
	enum tocsin_err err = find(d, read, v, id, &w);
	if (err == TOCSIN_OK)
		*out = w.json;
	return err;
}

enum tocsin_err clocks_behind(
	const struct desk *d, struct snapshot *read, const struct view *v, const char *id, int64_t *due_at, int64_t *num)
{
	struct wanted w;
	enum tocsin_err err = find(d, read, v, id, &w);
	if (err != TOCSIN_OK)
		return err;
	json_decref(w.json);
	*due_at = w.due_at;
	*num = w.num;
	return TOCSIN_OK;
}

/* ---- lists ---- */

struct item {
	int64_t due_at, num;
	json_t *json;
};

struct listing {
	struct showing showing;
	struct item *item;
	size_t n, room;
	bool full;
	const char *kind;                       /* only open ones of this kind; NULL: all */
	struct snapshot *read;                  /* of one statement: what belongs to others alone is left out; NULL: nothing is */
	enum tocsin_err err;
};

static bool add(void *arg, const struct clock_shown *s)
{
	struct listing *l = arg;
	if (l->kind != NULL && (strcmp(s->clock.kind, l->kind) != 0 || s->clock.ended_at != 0))
		return true;
	bool belongs = true;
	if (l->read != NULL && is_own(s->clock.kind))
		l->err = access_belongs(l->read, l->showing.view, s->clock.unit, s->clock.compartment, &belongs);
	if (l->err != TOCSIN_OK || !belongs)
		return l->err == TOCSIN_OK;
	if (l->n == l->room) {
		size_t room = l->room == 0 ? 64 : 2 * l->room;
		struct item *item = realloc(l->item, room * sizeof *item);
		l->full = item == NULL;
		if (l->full)
			return false;
		l->item = item;
		l->room = room;
	}
	l->item[l->n++] = (struct item) { s->clock.due_at, s->clock.num, clock_json(&l->showing, s) };
	return true;
}

static int soonest(const void *a, const void *b)
{
	const struct item *x = a, *y = b;
	if (x->due_at != y->due_at)
		return x->due_at < y->due_at ? -1 : 1;
	return x->num < y->num ? -1 : x->num > y->num;
}

/* The first LIMIT of L, each once, as a list (returned owned); how many into *TOOK. Frees the rest. */
static json_t *listed(struct listing *l, size_t limit, size_t *took, struct item *last)
{
	json_t *list = json_array();
	*took = 0;
	for (size_t i = 0; i < l->n; i++) {
		if (*took < limit && (i == 0 || l->item[i].num != l->item[i - 1].num)) {
			json_array_append_new(list, l->item[i].json);
			*last = l->item[i];
			(*took)++;
		} else {
			json_decref(l->item[i].json);
		}
	}
	free(l->item);
	zone_free(l->showing.zone);
	return list;
}

enum tocsin_err clocks_list(const struct desk *d, struct snapshot *read, const struct view *v, bool mine, size_t limit,
	int64_t *due_at, int64_t *num, json_t **out)
{
	struct listing l = { .n = 0 };
	struct item last = { 0 };
	size_t took;
	struct clock_filter f = { .due_at = *due_at, .num = *num, .limit = limit };
	enum tocsin_err err = showing_open(d, v, &l.showing);
	if (err != TOCSIN_OK)
		return err;
	/* One's own are one's own, whatever one's scopes. */
	if (mine || !v->everything)
		f.owner = v->account;
	err = clock_list(read, &f, add, &l);
	f.owner = NULL;
	f.door = access_may(v, RIGHT_DOOR) == TOCSIN_OK;
	for (size_t i = 0; err == TOCSIN_OK && !mine && !v->everything && i < v->scope_n; i++) {
		f.scope = v->scope[i];
		err = clock_list(read, &f, add, &l);
	}
	if (err == TOCSIN_OK && l.full)
		err = fail(TOCSIN_BROKEN, "no memory for the clocks");
	if (l.n > 1)
		qsort(l.item, l.n, sizeof *l.item, soonest);
	json_t *list = listed(&l, limit, &took, &last);
	*due_at = took == limit ? last.due_at : 0;
	*num = took == limit ? last.num : 0;
	if (err == TOCSIN_OK)
		*out = list;
	else
		json_decref(list);
	return err;
}

typedef enum tocsin_err of_something(struct snapshot *read, int64_t num, clock_each *each, void *arg);

/* Those that LIST has about NUM, in the order in which they began; of KIND, open ones only. */
static enum tocsin_err list_of(const struct desk *d, struct snapshot *read, const struct view *v, of_something *list_num,
	int64_t num, const char *kind, json_t **out)
{
	struct listing l = { .kind = kind, .read = read };
	struct item last = { 0 };
	size_t took;
	enum tocsin_err err = showing_open(d, v, &l.showing);
	if (err != TOCSIN_OK)
		return err;
	err = list_num(read, num, add, &l);
	if (err == TOCSIN_OK)
		err = l.err;
	if (err == TOCSIN_OK && l.full)
		err = fail(TOCSIN_BROKEN, "no memory for the clocks");
	json_t *list = listed(&l, SIZE_MAX, &took, &last);
	if (err == TOCSIN_OK)
		*out = list;
	else
		json_decref(list);
	return err;
}

enum tocsin_err clocks_of(
	const struct desk *d, struct snapshot *read, const struct view *v, int64_t statement, json_t **out)
{
	return list_of(d, read, v, clock_list_statement, statement, NULL, out);
}

enum tocsin_err clocks_of_draft(
	const struct desk *d, struct snapshot *read, const struct view *v, int64_t draft, json_t **out)
{
	return list_of(d, read, v, clock_list_draft, draft, NULL, out);
}

enum tocsin_err clocks_question(
	const struct desk *d, struct snapshot *read, const struct view *v, int64_t response, json_t **out)
{
	json_t *list = NULL;
	enum tocsin_err err = list_of(d, read, v, clock_list_statement, response, clock_kind_name(CLOCK_REPLY_BY), &list);
	if (err == TOCSIN_OK)
		*out = json_incref(json_array_get(list, 0));
	json_decref(list);
	return err;
}

enum tocsin_err clocks_unanswered(struct snapshot *read, size_t *n, int64_t *since)
{
	return clock_unanswered(read, clock_now(), CLOCKS_UNANSWERED_MAX, n, since);
}

/* ---- what people do about them ---- */

/* The open clock ID that V sees. */
static enum tocsin_err open_clock(const struct desk *d, struct snapshot *read, const struct view *v, const char *id,
	struct wanted *w)
{
	enum tocsin_err err = find(d, read, v, id, w);
	if (err != TOCSIN_OK)
		return err;
	json_decref(w->json);
	w->json = NULL;
	return w->ended ? rule_refuse("clock.ended", "the clock %.40s has ended already", id) : TOCSIN_OK;
}

enum tocsin_err clocks_ack(const struct desk *d, const struct view *v, const char *id)
{
	struct wanted w;
	struct snapshot *read;
	int64_t now = clock_now();
	enum tocsin_err err = snapshot_open(d->store, &read);
	if (err != TOCSIN_OK)
		return err;
	err = open_clock(d, read, v, id, &w);
	snapshot_close(read);
	if (err != TOCSIN_OK)
		return err;
	struct change *c = change_new();
	if (c != NULL) {
		change_clock_ack(c, w.num, v->account, now);
		pages_stop(c, w.num, now);
		change_event(c, "clocks changed", w.event, w.kind);
		audit_add(c, v, "clock.acknowledge", id, w.kind);
	}
	return store_commit(d->store, c, NULL, NULL);
}

enum tocsin_err clocks_hand(const struct desk *d, const struct view *v, const char *id, const char *to)
{
	struct wanted w;
	struct view holder;
	struct snapshot *read;
	bool has = false;
	int64_t now = clock_now();
	enum tocsin_err err = snapshot_open(d->store, &read);
	if (err != TOCSIN_OK)
		return err;
	err = open_clock(d, read, v, id, &w);
	if (err == TOCSIN_OK)
		err = unit_has(read, to, w.unit, w.compartment, &has);
	if (err == TOCSIN_OK && has)
		err = access_account(d, read, to, 0, &holder);
	snapshot_close(read);
	if (err == TOCSIN_OK && !has)
		err = rule_refuse("clock.unit", "%.*s is no active account of the clock's own unit that may know of it",
			LIMIT_ACCOUNT, to);
	/* Who can neither acknowledge it nor do what it asks for would let it run out. */
	if (err == TOCSIN_OK && access_may(&holder, RIGHT_CLOCK) != TOCSIN_OK)
		err = rule_refuse("clock.unit", "%.*s has no role that holds clocks", LIMIT_ACCOUNT, to);
	if (err != TOCSIN_OK)
		return err;
	char detail[64 + LIMIT_ACCOUNT + 1];
	snprintf(detail, sizeof detail, "%s, to %s", w.kind, to);
	struct change *c = change_new();
	if (c != NULL) {
		change_clock_hand(c, w.num, to);
		pages_stop(c, w.num, now);
		char what[64];
		snprintf(what, sizeof what, "clock handed over: %s", w.kind);
		pages_add(c, &(struct page_add) { .what = what, .clock = w.num, .statement = w.statement, .account = to,
			.life = w.life, .now = now });
		change_event(c, "clocks changed", w.event, w.kind);
		audit_add(c, v, "clock.hand-over", id, detail);
	}
	return store_commit(d->store, c, NULL, NULL);
}
