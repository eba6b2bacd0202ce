/*
 * forget_do: the deleting itself.
 */
#include "desk/audit.h"
#include "desk/clocks.h"
#include "desk/forget_part.h"
#include "desk/forgotten.h"
#include "desk/standing_part.h"
#include "domain/evidence.h"
#include "store/rows_access.h"
#include "store/rows_draft.h"
#include "store/rows_repeat.h"
#include "store/rows_search.h"

#define BODY_ARENA (16u << 20)
#define STUB_MAX (LIMIT_LINES * 80u)
#define AT_A_TIME 64

/* ---- one statement ---- */

/* The hash of each of its lines: what a copy that somebody else kept is held against. */
static enum tocsin_err add_stub(struct change *c, const struct statement_row *row)
{
	static const char *const none[] = { NULL };
	struct statement s;
	struct buf body, opened;
	buf_init(&body, STUB_MAX);
	buf_init(&opened, 64);
	enum tocsin_err err = standing_text(row->note, &s);
	if (err == TOCSIN_OK)
		err = evidence_body(row->body, s.lines, bytes_of(NULL, 0), none, NULL, &body, &opened);
	if (err == TOCSIN_OK)
		change_stub(c, row->num, buf_bytes(&body));
	buf_free(&body);
	buf_free(&opened);
	return err;
}

/* Its draft, too: what was released from it says the same, and is forgotten with it. */
static enum tocsin_err forget_one(const struct desk *d, struct snapshot *read, int64_t num, struct arena *a, struct change *c)
{
	struct statement_row row;
	int64_t draft;
	const char *recipient;
	char hex[2 * SHA256_SIZE + 1];
	(void)d;
	arena_reset(a);
	enum tocsin_err err = statement_by_num(read, num, a, &row);
	if (err == TOCSIN_OK && (row.marks & STATEMENT_MARK_FORGOTTEN) == 0 && row.body.n > 0)
		err = add_stub(c, &row);
	if (err == TOCSIN_OK)
		err = released_from(read, num, a, &draft, &recipient);
	if (err != TOCSIN_OK)
		return err;
	if (draft != 0)
		change_forget_draft(c, draft);
	change_statement_forget(c, num);
	change_forget_derived(c, num);
	clocks_end(c, CLOCK_FORGET, num, 0, "met", clock_now());
	hex_encode(row.id.b, SHA256_SIZE, hex);
	change_event(c, "content forgotten", num, row.kind);
	audit_add(c, view_node(), "forgotten", hex, "");
	return TOCSIN_OK;
}

enum tocsin_err forget_scrub(const struct desk *d)
{
	struct snapshot *read;
	bool untidy = false;
	enum tocsin_err err = snapshot_open(d->store, &read);
	if (err != TOCSIN_OK)
		return err;
	err = search_untidy(read, &untidy);
	snapshot_close(read);
	struct change *c = err == TOCSIN_OK && untidy ? change_new() : NULL;
	if (c != NULL) {
		change_search_tidy(c);
		err = store_commit(d->store, c, NULL, NULL);
	}
	return err == TOCSIN_OK ? store_scrub(d->store) : err;
}

/* ---- what was agreed on ---- */

static enum tocsin_err end_held(const struct desk *d, const struct forgetting_row *f, const char *why)
{
	struct change *c = change_new();
	if (c == NULL)
		return fail(TOCSIN_BROKEN, "no memory for a change");
	change_forgetting_end(c, f->num, "objected", view_node()->account, clock_now(), why);
	change_event(c, "forgetting objected", f->statement, f->id);
	return store_commit(d->store, c, NULL, NULL);
}

static enum tocsin_err write_ids(const struct desk *d, struct snapshot *read, const struct reach_set *set)
{
	struct hash *ids = malloc(set->n * sizeof *ids);
	struct statement s;
	enum tocsin_err err = ids == NULL ? fail(TOCSIN_BROKEN, "no memory to forget anything") : TOCSIN_OK;
	for (size_t i = 0; err == TOCSIN_OK && i < set->n; i++)
		err = standing_head_id(read, set->num[i], &s, &ids[i]);
	if (err == TOCSIN_OK)
		err = forgotten_add(d->forgotten, ids, set->n);
	free(ids);
	return err;
}

/* Ends F, one way or the other; *ENDED false: something is still on its way, later then. */
static enum tocsin_err forget_agreed(const struct desk *d, const struct forgetting_row *f, bool *ended)
{
	struct snapshot *read = NULL;
	struct reach_set set;
	bool waits = false, untold = false;
	struct change *c = NULL;
	struct arena *a = arena_new(BODY_ARENA);
	enum tocsin_err err = reach_set_open(&set);
	if (err == TOCSIN_OK && a == NULL)
		err = fail(TOCSIN_BROKEN, "no memory to forget anything");
	if (err == TOCSIN_OK)
		err = snapshot_open(d->store, &read);
	if (err == TOCSIN_OK)
		err = reach_same(read, f->statement, &set);
	if (err == TOCSIN_OK)
		err = forget_held(read, &set);
	bool held = err == TOCSIN_REFUSED;
	char why[400];
	snprintf(why, sizeof why, "%s", held ? fail_sentence() : "");
	if (err == TOCSIN_OK)
		err = forget_waits(read, &set, &waits);
	if (err == TOCSIN_OK)
		err = forget_untold(d, read, view_node(), &set, &untold);
	*ended = err == TOCSIN_OK && !waits && !untold;
	if (*ended)
		err = write_ids(d, read, &set);
	if (*ended && err == TOCSIN_OK && (c = change_new()) == NULL)
		err = fail(TOCSIN_BROKEN, "no memory to forget anything");
	for (size_t i = 0; *ended && err == TOCSIN_OK && i < set.n; i++)
		err = forget_one(d, read, set.num[i], a, c);
	snapshot_close(read);
	if (*ended && err == TOCSIN_OK) {
		change_forgetting_end(c, f->num, "done", f->agreed_by, clock_now(), "");
		change_repeat_empty(c);
		forgotten_mark(d->forgotten);
		err = store_commit(d->store, c, NULL, NULL);
		c = NULL;
	}
	change_free(c);
	arena_free(a);
	reach_set_free(&set);
	if (held) {
		*ended = true;
		return end_held(d, f, why);
	}
	return err;
}

/* What is due, copied: what is read of it must not be open while files are overwritten. */
struct due {
	struct arena *arena;
	struct forgetting_row row[AT_A_TIME];
	size_t n;
	bool lost;
};

static bool take_due(void *arg, const struct forgetting_row *row)
{
	struct due *u = arg;
	struct forgetting_row *r = &u->row[u->n++];
	*r = *row;
	r->id = arena_str(u->arena, bytes_str(row->id));
	r->agreed_by = arena_str(u->arena, bytes_str(row->agreed_by));
	r->reason = r->state = r->proposed_by = r->ended_by = r->ended_why = "";
	u->lost = r->id == NULL || r->agreed_by == NULL;
	return !u->lost && u->n < AT_A_TIME;
}

enum tocsin_err forget_due(const struct desk *d, int64_t now, size_t max, size_t *done)
{
	struct snapshot *read = NULL;
	struct due *u = calloc(1, sizeof *u);
	*done = 0;
	if (u == NULL || (u->arena = arena_new(65536)) == NULL) {
		free(u);
		return fail(TOCSIN_BROKEN, "no memory to forget anything");
	}
	enum tocsin_err err = snapshot_open(d->store, &read);
	if (err == TOCSIN_OK)
		err = forgetting_due(read, now, max < AT_A_TIME ? max : AT_A_TIME, take_due, u);
	snapshot_close(read);
	if (err == TOCSIN_OK && u->lost)
		err = fail(TOCSIN_BROKEN, "no memory to forget anything");
	for (size_t i = 0; err == TOCSIN_OK && i < u->n; i++) {
		bool ended = false;
		err = forget_agreed(d, &u->row[i], &ended);
		*done += ended;
	}
	arena_free(u->arena);
	free(u);
	return err;
}

static bool first_due(void *arg, const struct forgetting_row *row)
{
	*(int64_t *)arg = row->due_at;
	return false;
}

enum tocsin_err forget_next(struct snapshot *read, int64_t *at)
{
	*at = INT64_MAX;
	return forgetting_due(read, INT64_MAX, 1, first_due, at);
}

/* ---- again ---- */

struct again {
	const struct desk *desk;
	struct snapshot *read;
	struct arena *arena;
	struct change *change;
	size_t n, all;
	struct hash *ids;
	size_t ids_n;
	enum tocsin_err err;
};

static enum tocsin_err again_commit(struct again *g)
{
	struct change *c = g->change;
	g->change = NULL;
	g->n = 0;
	return c == NULL ? TOCSIN_OK : store_commit(g->desk->store, c, NULL, NULL);
}

struct mark {
	int64_t num;
	bool forgotten;
};

static bool take_mark(void *arg, const struct statement_row *row)
{
	struct mark *m = arg;
	m->forgotten = row->num == m->num && (row->marks & STATEMENT_MARK_FORGOTTEN) != 0;
	return false;
}

static enum tocsin_err is_forgotten(struct snapshot *read, int64_t num, bool *is)
{
	struct mark m = { .num = num };
	struct statement_filter f = { .issued = -1, .before_num = num + 1, .limit = 1 };
	enum tocsin_err err = statement_list(read, &f, take_mark, &m);
	*is = m.forgotten;
	return err;
}

static bool again_one(void *arg, const struct hash *id)
{
	struct again *g = arg;
	int64_t num;
	bool is = false;
	g->err = statement_num(g->read, id, &num);
	if (g->err == TOCSIN_MISSING) {
		g->err = TOCSIN_OK;
		return true;
	}
	if (g->err == TOCSIN_OK)
		g->err = is_forgotten(g->read, num, &is);
	if (g->err != TOCSIN_OK || is)
		return g->err == TOCSIN_OK;
	if (g->change == NULL && (g->change = change_new()) == NULL)
		g->err = fail(TOCSIN_BROKEN, "no memory to forget anything");
	if (g->err == TOCSIN_OK)
		g->err = forget_one(g->desk, g->read, num, g->arena, g->change);
	g->all++;
	if (g->err == TOCSIN_OK && ++g->n == AT_A_TIME)
		g->err = again_commit(g);
	return g->err == TOCSIN_OK;
}

/* A list that was put back from an older copy than the database lacks what the database knows that it forgot. */
static bool take_done(void *arg, const struct forgetting_row *row)
{
	struct again *g = arg;
	struct reach_set set;
	if (strcmp(row->state, "done") != 0)
		return true;
	g->err = reach_set_open(&set);
	if (g->err == TOCSIN_OK)
		g->err = reach_same(g->read, row->statement, &set);
	if (g->err == TOCSIN_OK)
		g->err = write_ids(g->desk, g->read, &set);
	reach_set_free(&set);
	return g->err == TOCSIN_OK;
}

enum tocsin_err forget_again(const struct desk *d, size_t *n)
{
	struct again g = { .desk = d, .arena = arena_new(BODY_ARENA), .err = TOCSIN_OK };
	enum tocsin_err err = g.arena == NULL ? fail(TOCSIN_BROKEN, "no memory to forget anything")
					      : snapshot_open(d->store, &g.read);
	*n = 0;
	if (err == TOCSIN_OK)
		err = forgetting_after(g.read, 0, SIZE_MAX / 2, take_done, &g);
	if (err == TOCSIN_OK && g.err == TOCSIN_OK)
		forgotten_all(d->forgotten, again_one, &g);
	if (err == TOCSIN_OK)
		err = g.err;
	snapshot_close(g.read);
	if (err == TOCSIN_OK && g.change != NULL) {
		change_repeat_empty(g.change);
		err = again_commit(&g);
	}
	change_free(g.change);
	arena_free(g.arena);
	*n = g.all;
	return err;
}

/* ---- what comes again ---- */

enum tocsin_err forget_follow(const struct followed *f, struct change *c)
{
	if ((f->row->marks & STATEMENT_MARK_FORGOTTEN) != 0)
		return TOCSIN_OK;
	if (f->desk->forgotten == NULL || !forgotten_has(f->desk->forgotten, &f->row->id)) {
		retention_class(f, c);
		return TOCSIN_OK;
	}
	forgotten_mark(f->desk->forgotten);
	if (f->row->body.n > 0) {
		enum tocsin_err err = add_stub(c, f->row);
		if (err != TOCSIN_OK)
			return err;
	}
	change_statement_forget(c, f->row->num);
	change_forget_derived(c, f->row->num);
	change_event(c, "content forgotten", f->row->num, f->row->kind);
	return TOCSIN_OK;
}
