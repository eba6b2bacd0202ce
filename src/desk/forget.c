#include "desk/forget.h"

#include "base/random.h"
#include "base/text.h"
#include "desk/account.h"
#include "desk/audit.h"
#include "desk/forget_part.h"
#include "desk/policy.h"
#include "desk/rules.h"
#include "desk/standing_part.h"

#define ONE_ARENA 65536

void forget_new_id(char id[FORGET_ID + 1])
{
	uint8_t b[FORGET_ID / 2];
	random_bytes(b, sizeof b);
	hex_encode(b, sizeof b, id);
}

json_t *forget_time(int64_t t)
{
	return t == 0 ? json_null() : standing_time(t);
}

json_t *forget_hash(const struct hash *h)
{
	return standing_hash(h);
}

enum tocsin_err forget_reason(const char *reason)
{
	if (reason == NULL || reason[0] == 0 || strlen(reason) > FORGET_REASON || !text_is_clean(bytes_str(reason)))
		return fail(TOCSIN_BAD, "a reason has 1 to %d bytes and no control characters", FORGET_REASON);
	return TOCSIN_OK;
}

enum tocsin_err forget_held(struct snapshot *read, const struct reach_set *s)
{
	struct hold_row hold;
	enum tocsin_err err = TOCSIN_MISSING;
	struct arena *a = arena_new(ONE_ARENA);
	if (a == NULL)
		return fail(TOCSIN_BROKEN, "no memory to look for holds");
	for (size_t i = 0; err == TOCSIN_MISSING && i < s->n; i++) {
		arena_reset(a);
		err = hold_get(read, s->num[i], a, &hold);
	}
	if (err == TOCSIN_OK)
		err = rule_refuse("forget.hold", "it is under a legal hold: %.200s", hold.reason);
	arena_free(a);
	return err == TOCSIN_MISSING ? TOCSIN_OK : err;
}

enum tocsin_err forget_waits(struct snapshot *read, const struct reach_set *s, bool *waits)
{
	struct outbox_row row;
	enum tocsin_err err = TOCSIN_MISSING;
	struct arena *a = arena_new(ONE_ARENA);
	*waits = false;
	if (a == NULL)
		return fail(TOCSIN_BROKEN, "no memory to look for deliveries");
	for (size_t i = 0; err == TOCSIN_MISSING && i < s->n; i++) {
		arena_reset(a);
		err = outbox_get(read, s->num[i], a, &row);
		if (err == TOCSIN_OK && strcmp(row.state, "waiting") != 0)
			err = TOCSIN_MISSING;
	}
	*waits = err == TOCSIN_OK;
	arena_free(a);
	return err == TOCSIN_MISSING ? TOCSIN_OK : err;
}

enum tocsin_err forget_seen(struct snapshot *read, const struct view *v, int64_t num, struct hash *id, bool *seen)
{
	struct statement s;
	bool whole;
	enum tocsin_err err = access_sees(read, v, num, "", &whole);
	*seen = err == TOCSIN_OK;
	if (err == TOCSIN_MISSING)
		return TOCSIN_OK;
	return err == TOCSIN_OK ? standing_head_id(read, num, &s, id) : err;
}

const char *forget_name(struct snapshot *read, const struct view *v, const char *account, struct arena *a)
{
	const char *shown = account[0] == 0 ? "" : account_shown(read, v, account, a);
	return shown == NULL ? "" : shown;
}

/* ---- showing ---- */

static json_t *row_json(const struct forgetting_row *row, const struct hash *id)
{
	return json_pack("{s:s, s:o, s:s, s:s, s:s, s:o, s:s, s:o, s:o, s:s, s:o, s:s}", "id", row->id, "statement",
		standing_hash(id), "reason", row->reason, "state", row->state, "proposed_by", row->proposed_by, "proposed_at",
		forget_time(row->proposed_at), "agreed_by", row->agreed_by, "agreed_at", forget_time(row->agreed_at), "due_at",
		forget_time(row->due_at), "ended_by", row->ended_by, "ended_at", forget_time(row->ended_at), "ended_why",
		row->ended_why);
}

enum tocsin_err forget_list_begin(struct forget_listing *l, struct snapshot *read, const struct view *v, size_t limit)
{
	*l = (struct forget_listing) { .read = read, .view = v, .arena = arena_new(ONE_ARENA), .list = json_array(), .limit = limit,
		.err = TOCSIN_OK };
	return l->list == NULL || l->arena == NULL ? fail(TOCSIN_BROKEN, "no memory for a list") : TOCSIN_OK;
}

bool forget_list_takes(struct forget_listing *l, int64_t statement, struct hash *id, bool *go_on)
{
	bool seen;
	arena_reset(l->arena);
	l->err = forget_seen(l->read, l->view, statement, id, &seen);
	*go_on = l->err == TOCSIN_OK;
	if (!*go_on || !seen)
		return false;
	l->more = json_array_size(l->list) == l->limit;
	*go_on = !l->more;
	return *go_on;
}

bool forget_list_add(struct forget_listing *l, int64_t num, json_t *item)
{
	if (json_array_append_new(l->list, item) != 0)
		l->err = fail(TOCSIN_BROKEN, "no memory for a list");
	l->last = num;
	return l->err == TOCSIN_OK;
}

enum tocsin_err forget_list_end(struct forget_listing *l, enum tocsin_err err, int64_t *before, json_t **out)
{
	if (err == TOCSIN_OK)
		err = l->err;
	arena_free(l->arena);
	*before = l->more ? l->last : 0;
	if (err != TOCSIN_OK)
		json_decref(l->list);
	else
		*out = l->list;
	return err;
}

static bool list_one(void *arg, const struct forgetting_row *row)
{
	struct forget_listing *l = arg;
	struct hash id;
	bool go_on;
	if (!forget_list_takes(l, row->statement, &id, &go_on))
		return go_on;
	struct forgetting_row shown = *row;
	shown.proposed_by = forget_name(l->read, l->view, row->proposed_by, l->arena);
	shown.agreed_by = forget_name(l->read, l->view, row->agreed_by, l->arena);
	shown.ended_by = forget_name(l->read, l->view, row->ended_by, l->arena);
	return forget_list_add(l, row->num, row_json(&shown, &id));
}

enum tocsin_err forget_list(struct snapshot *read, const struct view *v, size_t limit, int64_t *before, json_t **out)
{
	struct forget_listing l;
	enum tocsin_err err = forget_list_begin(&l, read, v, limit);
	if (err == TOCSIN_OK)
		err = forgetting_each(read, *before == 0 ? INT64_MAX : *before, SIZE_MAX / 2, list_one, &l);
	return forget_list_end(&l, err, before, out);
}

enum tocsin_err forget_show(const struct desk *d, struct snapshot *read, int64_t num, json_t *o)
{
	struct forgetting_row f;
	struct hold_row h;
	int64_t until = 0;
	struct arena *a = arena_new(ONE_ARENA);
	enum tocsin_err err = a == NULL ? fail(TOCSIN_BROKEN, "no memory to show a statement")
					: forgetting_of(read, num, a, &f);
	if (err == TOCSIN_OK)
		json_object_set_new(o, "forgetting", json_pack("{s:s, s:s, s:s, s:o, s:o}", "id", f.id, "state", f.state, "reason",
			f.reason, "due_at", forget_time(f.due_at), "ended_at", forget_time(f.ended_at)));
	if (err == TOCSIN_OK || err == TOCSIN_MISSING)
		err = hold_get(read, num, a, &h);
	if (err == TOCSIN_OK)
		json_object_set_new(o, "hold", json_pack("{s:s, s:s, s:o}", "id", h.id, "reason", h.reason, "at", forget_time(h.at)));
	if (err == TOCSIN_OK || err == TOCSIN_MISSING)
		err = retention_until(d, read, num, &until);
	if (err == TOCSIN_OK && until != 0)
		json_object_set_new(o, "keep_until", standing_time(until));
	arena_free(a);
	return err;
}

/* ---- deciding ---- */

/* What PROPOSAL is about, seen by V. */
struct deciding {
	struct snapshot *read;
	struct arena *arena;
	struct forgetting_row row;
	struct hash id;
	char hex[2 * SHA256_SIZE + 1];
};

static void deciding_close(struct deciding *g)
{
	snapshot_close(g->read);
	arena_free(g->arena);
}

static enum tocsin_err deciding_open(const struct desk *d, const struct view *v, const char *id, struct deciding *g)
{
	bool seen = false;
	*g = (struct deciding) { .arena = arena_new(ONE_ARENA) };
	enum tocsin_err err = g->arena == NULL ? fail(TOCSIN_BROKEN, "no memory for a proposal")
					       : snapshot_open(d->store, &g->read);
	if (err == TOCSIN_OK)
		err = forgetting_get(g->read, id, g->arena, &g->row);
	if (err == TOCSIN_OK)
		err = forget_seen(g->read, v, g->row.statement, &g->id, &seen);
	if (err == TOCSIN_OK && !seen)
		err = fail(TOCSIN_MISSING, "there is no proposal %.40s to forget anything", id);
	hex_encode(g->id.b, SHA256_SIZE, g->hex);
	return err;
}

/* As it is now. */
static enum tocsin_err answer(const struct desk *d, const char *id, const struct hash *statement, json_t **out)
{
	struct snapshot *read = NULL;
	struct forgetting_row row;
	struct arena *a = arena_new(ONE_ARENA);
	enum tocsin_err err = a == NULL ? fail(TOCSIN_BROKEN, "no memory for a proposal") : snapshot_open(d->store, &read);
	if (err == TOCSIN_OK)
		err = forgetting_get(read, id, a, &row);
	if (err == TOCSIN_OK && (*out = row_json(&row, statement)) == NULL)
		err = fail(TOCSIN_BROKEN, "no memory for a proposal");
	snapshot_close(read);
	arena_free(a);
	return err;
}

/* Nothing that is held, and nothing on its way. */
static enum tocsin_err may(const struct desk *d, struct snapshot *read, const struct view *v, int64_t num, const char *hex)
{
	struct reach_set set;
	bool waits = false, untold = false;
	enum tocsin_err err = reach_set_open(&set);
	if (err == TOCSIN_OK)
		err = reach_same(read, num, &set);
	if (err == TOCSIN_OK)
		err = forget_held(read, &set);
	if (err == TOCSIN_OK)
		err = forget_waits(read, &set, &waits);
	if (err == TOCSIN_OK && waits)
		err = rule_refuse("forget.undelivered", "%.16s, or what was sent together with it, is still to be delivered", hex);
	if (err == TOCSIN_OK)
		err = forget_untold(d, read, v, &set, &untold);
	if (err == TOCSIN_OK && untold)
		err = rule_refuse("forget.untold", "%.16s, or what was sent together with it, is still to be told to somebody without a node",
			hex);
	reach_set_free(&set);
	return err;
}

static enum tocsin_err commit(const struct desk *d, struct change *c, enum tocsin_err err)
{
	if (err != TOCSIN_OK) {
		change_free(c);
		return err;
	}
	err = store_commit(d->store, c, NULL, NULL);
	/* Somebody else was first: asking again does not help. */
	return err == TOCSIN_LATER ? TOCSIN_REFUSED : err;
}

enum tocsin_err forget_propose(const struct desk *d, const struct view *v, const struct statement_row *row,
	const char *reason, json_t **out)
{
	char id[FORGET_ID + 1], hex[2 * SHA256_SIZE + 1];
	struct snapshot *read = NULL;
	struct change *c = NULL;
	hex_encode(row->id.b, SHA256_SIZE, hex);
	enum tocsin_err err = forget_reason(reason);
	if (err == TOCSIN_OK && d->forgotten == NULL)
		err = fail(TOCSIN_REFUSED, "this node has no list of what it forgot");
	if (err == TOCSIN_OK && (row->marks & STATEMENT_MARK_FORGOTTEN) != 0)
		err = fail(TOCSIN_REFUSED, "the content of %.16s is forgotten already", hex);
	if (err == TOCSIN_OK)
		err = snapshot_open(d->store, &read);
	if (err == TOCSIN_OK)
		err = may(d, read, v, row->num, hex);
	snapshot_close(read);
	if (err == TOCSIN_OK && (c = change_new()) == NULL)
		err = fail(TOCSIN_BROKEN, "no memory for a proposal");
	if (err == TOCSIN_OK) {
		forget_new_id(id);
		change_forgetting(c, &(struct forgetting_row) { .id = id, .statement = row->num, .reason = reason,
			.proposed_by = v->account, .proposed_at = clock_now() });
		change_event(c, "forgetting proposed", row->num, id);
		audit_add(c, v, "forget.propose", hex, id);
	}
	err = commit(d, c, err);
	return err == TOCSIN_OK ? answer(d, id, &row->id, out) : err;
}

enum tocsin_err forget_two(const struct desk *d, const struct view *v, struct snapshot *read, struct change *c,
	const struct statement_row *row, const char *proposed_by, int64_t proposed_at, const char *reason)
{
	char id[FORGET_ID + 1], hex[2 * SHA256_SIZE + 1];
	struct reach_set set;
	int64_t now = clock_now();
	hex_encode(row->id.b, SHA256_SIZE, hex);
	if (d->forgotten == NULL)
		return fail(TOCSIN_REFUSED, "this node has no list of what it forgot");
	if ((row->marks & STATEMENT_MARK_FORGOTTEN) != 0)
		return fail(TOCSIN_REFUSED, "the content of %.16s is forgotten already", hex);
	enum tocsin_err err = reach_set_open(&set);
	if (err == TOCSIN_OK)
		err = reach_same(read, row->num, &set);
	if (err == TOCSIN_OK)
		err = forget_held(read, &set);
	reach_set_free(&set);
	if (err == TOCSIN_OK && strcmp(proposed_by, v->account) == 0)
		err = rule_refuse("forget.two-people", "%s proposed it", v->account);
	if (err != TOCSIN_OK)
		return err;
	forget_new_id(id);
	change_forgetting_two(c, &(struct forgetting_row) { .id = id, .statement = row->num, .reason = reason,
		.proposed_by = proposed_by, .proposed_at = proposed_at, .agreed_by = v->account, .agreed_at = now,
		.due_at = now + policy_int(d, "forget.wait") });
	change_event(c, "forgetting agreed", row->num, id);
	audit_add(c, v, "forget.agree", hex, id);
	return TOCSIN_OK;
}

enum tocsin_err forget_agree(const struct desk *d, const struct view *v, const char *id, json_t **out)
{
	struct deciding g;
	struct change *c = NULL;
	int64_t now = clock_now();
	enum tocsin_err err = deciding_open(d, v, id, &g);
	if (err == TOCSIN_OK && strcmp(g.row.proposed_by, v->account) == 0)
		err = rule_refuse("forget.two-people", "%s proposed it", v->account);
	if (err == TOCSIN_OK)
		err = may(d, g.read, v, g.row.statement, g.hex);
	if (err == TOCSIN_OK && (c = change_new()) == NULL)
		err = fail(TOCSIN_BROKEN, "no memory for a proposal");
	if (err == TOCSIN_OK) {
		change_forgetting_agree(c, g.row.num, v->account, now, now + policy_int(d, "forget.wait"));
		change_event(c, "forgetting agreed", g.row.statement, id);
		audit_add(c, v, "forget.agree", g.hex, id);
	}
	err = commit(d, c, err);
	if (err == TOCSIN_OK)
		err = answer(d, id, &g.id, out);
	deciding_close(&g);
	return err;
}

enum tocsin_err forget_object(const struct desk *d, const struct view *v, const char *id, const char *why, json_t **out)
{
	struct deciding g;
	struct change *c = NULL;
	enum tocsin_err err = forget_reason(why);
	if (err != TOCSIN_OK)
		return err;
	err = deciding_open(d, v, id, &g);
	bool own = err == TOCSIN_OK && strcmp(g.row.proposed_by, v->account) == 0;
	if (err == TOCSIN_OK && access_may(v, RIGHT_RECORD) != TOCSIN_OK && access_may(v, RIGHT_FORGET_PROPOSE) != TOCSIN_OK &&
		access_may(v, RIGHT_HOLD) != TOCSIN_OK)
		err = rule_refuse("forget.object", "%s has none of these roles", v->account);
	if (err == TOCSIN_OK && (c = change_new()) == NULL)
		err = fail(TOCSIN_BROKEN, "no memory for a proposal");
	if (err == TOCSIN_OK) {
		change_forgetting_end(c, g.row.num, own ? "withdrawn" : "objected", v->account, clock_now(), why);
		change_event(c, own ? "forgetting withdrawn" : "forgetting objected", g.row.statement, id);
		audit_add(c, v, own ? "forget.withdraw" : "forget.object", g.hex, id);
	}
	err = commit(d, c, err);
	if (err == TOCSIN_OK)
		err = answer(d, id, &g.id, out);
	deciding_close(&g);
	return err;
}
