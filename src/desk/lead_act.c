/*
 * lead_act: what people do about a lead.
 */
#include "desk/audit.h"
#include "desk/clocks.h"
#include "desk/lead.h"
#include "desk/pages.h"
#include "desk/rules.h"
#include "store/rows_clock.h"

#define ARENA (8u << 20)

/* One decision on its way. */
struct acting {
	const struct desk *desk;
	const struct view *view;
	struct snapshot *read;
	struct arena *arena;
	struct lead_row row;
	struct change *c;
	int64_t now;
};

/* The lead ID as V sees it, which is OPEN; acting_end in any case. */
static enum tocsin_err acting_begin(struct acting *w, const struct desk *d, const struct view *v, const char *id, bool open)
{
	*w = (struct acting) { .desk = d, .view = v, .arena = arena_new(ARENA), .c = change_new(), .now = clock_now() };
	enum tocsin_err err = w->arena == NULL || w->c == NULL ? fail(TOCSIN_BROKEN, "no memory for a lead") : snapshot_open(d->store, &w->read);
	if (err == TOCSIN_OK)
		err = lead_find(w->read, v, id, w->arena, &w->row);
	if (err == TOCSIN_OK && w->row.open != open)
		err = rule_refuse("lead.state", "the lead %s is %s", w->row.id, open ? "closed" : "open");
	return err;
}

/* Commits unless ERR; WHAT: for the audit trail. */
static enum tocsin_err acting_end(struct acting *w, enum tocsin_err err, const char *what)
{
	snapshot_close(w->read);
	if (err == TOCSIN_OK) {
		change_event(w->c, "lead changed", 0, w->row.id);
		audit_add(w->c, w->view, what, w->row.id, "");
		err = store_commit(w->desk->store, w->c, NULL, NULL);
		w->c = NULL;
	}
	change_free(w->c);
	arena_free(w->arena);
	return err;
}

static void move_review(struct acting *w, int64_t review_at)
{
	change_lead_clock_end(w->c, &w->row, "met", w->now);
	lead_clock(w->desk, w->c, &w->row, w->row.owner, review_at, w->now);
}

enum tocsin_err lead_assign(const struct desk *d, const struct view *v, const char *id, const char *to)
{
	struct acting w;
	struct view holder;
	bool has = false;
	enum tocsin_err err = acting_begin(&w, d, v, id, true);
	if (err == TOCSIN_OK)
		err = unit_has(w.read, to, w.row.unit, w.row.compartment, &has);
	if (err == TOCSIN_OK && !has)
		err = rule_refuse("lead.owner", "%.*s is no active account of the lead's unit that may know of it", LIMIT_ACCOUNT, to);
	if (err == TOCSIN_OK)
		err = access_account(d, w.read, to, 0, &holder);
	if (err == TOCSIN_OK && access_may(&holder, RIGHT_LEAD) != TOCSIN_OK)
		err = rule_refuse("lead.owner", "%.*s has no role that works on leads", LIMIT_ACCOUNT, to);
	if (err == TOCSIN_OK) {
		change_lead_assign(w.c, &w.row, to, w.now);
		change_lead_clock_end(w.c, &w.row, "void", w.now);
		lead_clock(d, w.c, &w.row, to, w.row.review_at > w.now ? w.row.review_at : w.now + 1, w.now);
		lead_note(w.c, w.row.id, v, "assigned", w.now, to, "", w.now);
		pages_add(w.c, &(struct page_add) { .what = "a lead was assigned to you", .of_change = true, .statement = w.row.statement,
			.account = to, .now = w.now });
	}
	return acting_end(&w, err, "lead.assign");
}

enum tocsin_err lead_assess(const struct desk *d, const struct view *v, const char *id, const char *words, int64_t review_at)
{
	struct acting w;
	enum tocsin_err err = acting_begin(&w, d, v, id, true);
	if (err == TOCSIN_OK)
		err = lead_review_ok(d, review_at, w.now);
	if (err == TOCSIN_OK) {
		change_lead_assess(w.c, &w.row, words, review_at, w.now);
		move_review(&w, review_at);
		lead_note(w.c, w.row.id, v, "assessed", w.now, "", words, w.now);
	}
	return acting_end(&w, err, "lead.assess");
}

enum tocsin_err lead_step(const struct desk *d, const struct view *v, const char *id, const char *what, int64_t done_at,
	const char *person, const char *words)
{
	static const char *const steps[] = { "checked", "interviewed", "told", "searched", "other" };
	struct acting w;
	bool known = false;
	for (size_t i = 0; i < sizeof steps / sizeof *steps; i++)
		known = known || strcmp(steps[i], what) == 0;
	enum tocsin_err err = acting_begin(&w, d, v, id, true);
	if (err == TOCSIN_OK && !known)
		err = fail(TOCSIN_BAD, "what was done is checked, interviewed, told, searched or other");
	if (err == TOCSIN_OK && done_at > w.now)
		err = fail(TOCSIN_BAD, "a step was done in the past: its time is still to come");
	if (err == TOCSIN_OK) {
		/* Whoever closes it meanwhile looks again. */
		change_lead_news(w.c, &w.row, w.now);
		lead_note(w.c, w.row.id, v, what, done_at == 0 ? w.now : done_at, person, words, w.now);
	}
	return acting_end(&w, err, "lead.step");
}

enum tocsin_err lead_review(const struct desk *d, const struct view *v, const char *id, const char *words, int64_t review_at)
{
	struct acting w;
	enum tocsin_err err = acting_begin(&w, d, v, id, true);
	if (err == TOCSIN_OK)
		err = lead_review_ok(d, review_at, w.now);
	if (err == TOCSIN_OK) {
		change_lead_review(w.c, &w.row, review_at, w.now);
		move_review(&w, review_at);
		lead_note(w.c, w.row.id, v, "reviewed", w.now, "", words, w.now);
	}
	return acting_end(&w, err, "lead.review");
}

enum tocsin_err lead_reopen(const struct desk *d, const struct view *v, const char *id, const char *words, int64_t review_at)
{
	struct acting w;
	enum tocsin_err err = acting_begin(&w, d, v, id, false);
	if (err == TOCSIN_OK)
		err = lead_review_ok(d, review_at, w.now);
	if (err == TOCSIN_OK)
		err = lead_again(d, w.read, w.c, &w.row, v, w.row.statement, review_at, words, w.now);
	/* lead_again has its own row of the trail. */
	snapshot_close(w.read);
	if (err == TOCSIN_OK)
		err = store_commit(d->store, w.c, NULL, NULL);
	else
		change_free(w.c);
	arena_free(w.arena);
	return err;
}
