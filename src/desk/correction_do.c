/*
 * correction_do: what follows from an agreed proposal: withdrawing, forgetting, and telling who has it.
 */
#include <stdlib.h>

#include "base/log.h"
#include "base/text.h"
#include "desk/audit.h"
#include "desk/correction.h"
#include "desk/forget.h"
#include "desk/issue.h"
#include "desk/reach_part.h"
#include "desk/rules.h"
#include "desk/standing_part.h"
#include "desk/unnamed.h"
#include "store/rows_access.h"

#define AT_A_TIME 64
#define SCOPES_MAX 64
#define ARENA (64u << 20)
#define TEXT_MAX 16384

/* ---- deciding ---- */

struct deciding {
	const struct desk *desk;
	const struct view *view;
	struct correction_case k;
	struct statement_row row;
	struct change *c;
};

static void tell(struct deciding *g, int64_t about, const char *partner, const char *why)
{
	if (strcmp(partner, g->desk->name) != 0)
		change_correction_told(g->c, &(struct correction_told) { .item = g->k.item.num, .about = about, .partner = partner, .why = why });
}

/* Who has it: of ours its recipients, of what we got its author and whom we told of it. */
static enum tocsin_err tell_all(struct deciding *g)
{
	struct reach_set set;
	bool own = g->row.issued;
	enum tocsin_err err = reach_set_open(&set);
	if (err == TOCSIN_OK)
		err = reach_gather(g->desk, g->k.read, g->row.num, &set);
	for (size_t i = 0; err == TOCSIN_OK && i < set.n; i++) {
		struct statement s;
		err = standing_head(g->k.read, set.num[i], &s);
		if (err == TOCSIN_OK && i == 0 && !own)
			tell(g, set.num[i], g->row.peer, "wrote it");
		else if (err == TOCSIN_OK && unnamed_ours(g->desk, &s))
			tell(g, set.num[i], s.to.name, own ? "got it" : "was told of it");
	}
	reach_set_free(&set);
	return err;
}

/* Our own word that went to somebody is withdrawn; a note to ourselves reached nobody. */
static bool is_withdrawn(const struct deciding *g)
{
	return g->row.issued && (strcmp(g->row.peer, g->desk->name) != 0 || strcmp(g->row.kind, "warning") == 0);
}

static enum tocsin_err follow_up(struct deciding *g)
{
	const char *what = g->k.item.what;
	bool gone = strcmp(what, "delete") == 0, right = strcmp(what, "correct") == 0;
	char reason[CORRECTION_WORDS + 64];
	enum tocsin_err err = TOCSIN_OK;
	snprintf(reason, sizeof reason, "%s", g->k.item.reason);
	if ((gone || right) && is_withdrawn(g))
		err = reach_begin(g->desk, g->view, g->k.read, g->c, &g->row, reason);
	/* A deletion of ours is told by its retraction: it says the same, and asks for an answer. */
	if (err == TOCSIN_OK && (right || strcmp(what, "restrict") == 0 || (gone && !g->row.issued)))
		err = tell_all(g);
	if (err == TOCSIN_OK && gone)
		err = forget_two(g->desk, g->view, g->k.read, g->c, &g->row, g->k.item.proposed_by, g->k.item.proposed_at,
			g->k.item.reason);
	return err;
}

/* At once, so that they leave at once; what this call does not come to do the timer does. */
static enum tocsin_err issue_now(const struct desk *d)
{
	size_t withdrawn, told;
	enum tocsin_err err = reach_resume(d, AT_A_TIME, &withdrawn);
	if (err == TOCSIN_OK)
		err = correction_resume(d, AT_A_TIME, &told);
	/* It is decided, whatever cannot be said now. */
	if (err != TOCSIN_OK)
		log_say(LOG_WARN, "correction waits", "error=%s", fail_sentence());
	return TOCSIN_OK;
}

enum tocsin_err correction_agree(const struct desk *d, const struct view *v, const char *item, json_t **out)
{
	struct deciding g = { .desk = d, .view = v, .c = change_new() };
	char id[CORRECTION_ID + 1] = "", hex[2 * SHA256_SIZE + 1] = "";
	bool whole;
	enum tocsin_err err = correction_case_open(d, v, item, true, &g.k);
	if (err == TOCSIN_OK && g.c == NULL)
		err = fail(TOCSIN_BROKEN, "no memory for a proposal");
	if (err == TOCSIN_OK && strcmp(g.k.item.proposed_by, v->account) == 0)
		err = rule_refuse("correction.two-people", "%s proposed it", v->account);
	if (err == TOCSIN_OK && strcmp(g.k.item.state, "proposed") != 0)
		err = fail(TOCSIN_REFUSED, "this was decided already (tocsin correction show)");
	if (err == TOCSIN_OK)
		err = access_sees(g.k.read, v, g.k.item.statement, item, &whole);
	if (err == TOCSIN_OK)
		err = statement_by_num(g.k.read, g.k.item.statement, g.k.arena, &g.row);
	if (err == TOCSIN_OK)
		err = follow_up(&g);
	if (err == TOCSIN_OK) {
		snprintf(id, sizeof id, "%s", g.k.row.id);
		hex_encode(g.row.id.b, SHA256_SIZE, hex);
		change_correction_decide(g.c, g.k.item.num, "agreed", v->account, clock_now(), "");
		change_event(g.c, "correction agreed", g.row.num, id);
		audit_add(g.c, v, "correction.agree", hex, g.k.item.what);
		err = store_commit(d->store, g.c, NULL, NULL);
		g.c = NULL;
		err = err == TOCSIN_LATER ? TOCSIN_REFUSED : err;
	}
	change_free(g.c);
	correction_case_close(&g.k);
	if (err == TOCSIN_OK)
		err = issue_now(d);
	return err == TOCSIN_OK ? correction_show(d, v, id, out) : err;
}

/* ---- telling ---- */

struct saying {
	const struct desk *desk;
	struct snapshot *read;
	const struct correction_told *told;
	struct { char unit[LIMIT_ACCOUNT + 1], compartment[LIMIT_ACCOUNT + 1]; bool whole; } scope[SCOPES_MAX];
	size_t scope_n;
};

static bool take_scope(void *arg, const struct share_row *row)
{
	struct saying *s = arg;
	snprintf(s->scope[s->scope_n].unit, sizeof s->scope[0].unit, "%s", row->unit);
	snprintf(s->scope[s->scope_n].compartment, sizeof s->scope[0].compartment, "%s", row->compartment);
	s->scope[s->scope_n++].whole = row->whole;
	return s->scope_n < SCOPES_MAX;
}

/* Whoever sees what it is about sees the record. */
static void with_record(void *arg, size_t i, struct change *c)
{
	struct saying *s = arg;
	(void)i;
	change_correction_said(c, s->told);
	for (size_t k = 0; k < s->scope_n; k++)
		if (strcmp(s->scope[k].unit, ACCESS_EVERY_UNIT) != 0 &&
			access_share(s->desk, s->read, c, 0, "record", s->told->partner, s->scope[k].unit, s->scope[k].compartment,
				s->scope[k].whole) == TOCSIN_BROKEN)
			return;
}

/* What is said: never more about the subject than what is right now. */
static enum tocsin_err text_of_item(const struct correction_item *item, struct buf *b)
{
	bool right = strcmp(item->what, "correct") == 0;
	const char *name;
	json_t *value, *fields = item->content[0] == 0 ? NULL : json_from_value(bytes_str(item->content));
	buf_printf(b, "%s: %s", right ? "Corrected here" : strcmp(item->what, "delete") == 0 ? "Deleted here" : "Restricted here: it stays as evidence alone",
		item->reason);
	json_object_foreach(fields, name, value) {
		struct buf v;
		buf_init(&v, TEXT_MAX);
		enum tocsin_err err = json_write_value(&v, value);
		buf_printf(b, "; %s is ", name);
		if (err == TOCSIN_OK)
			value_words(buf_bytes(&v), b);
		buf_free(&v);
		if (err != TOCSIN_OK) {
			json_decref(fields);
			return err;
		}
	}
	json_decref(fields);
	return buf_end(b, "what is right");
}

static enum tocsin_err give_up(const struct desk *d, const struct correction_told *told)
{
	struct change *c = change_new();
	if (c == NULL)
		return fail(TOCSIN_BROKEN, "no memory for a correction");
	change_correction_stuck(c, told);
	return store_commit(d->store, c, NULL, NULL);
}

static enum tocsin_err say(const struct desk *d, const struct correction_told *told)
{
	struct saying *s = calloc(1, sizeof *s);
	struct draft *draft = calloc(1, sizeof *draft);
	struct arena *a = arena_new(ARENA);
	struct correction_item item;
	struct statement head;
	struct hash about;
	struct buf text;
	json_t *fields = NULL;
	struct issue_result result;
	buf_init(&text, TEXT_MAX);
	enum tocsin_err err = s == NULL || draft == NULL || a == NULL ? fail(TOCSIN_BROKEN, "no memory for a correction") : TOCSIN_OK;
	if (err == TOCSIN_OK) {
		s->desk = d;
		s->told = told;
		err = snapshot_open(d->store, &s->read);
	}
	if (err == TOCSIN_OK)
		err = correction_item_num(s->read, told->item, a, &item);
	if (err == TOCSIN_OK)
		err = standing_head_id(s->read, told->about, &head, &about);
	if (err == TOCSIN_OK)
		err = share_of(s->read, told->about, SCOPES_MAX, take_scope, s);
	if (err == TOCSIN_OK)
		err = text_of_item(&item, &text);
	if (err == TOCSIN_OK && (fields = json_pack("{s:s, s:o}", "record.type", "correction", "text",
		json_stringn((const char *)text.p, text.n))) == NULL)
		err = fail(TOCSIN_BROKEN, "no memory for a correction");
	if (err == TOCSIN_OK)
		err = draft_parse("record", fields, a, draft);
	if (err == TOCSIN_OK) {
		struct issue_release release = { .to = told->partner, .field = draft->field, .field_n = draft->n, .urgency = 1 };
		struct issue issue = { .kind = "record", .re = &about, .re_n = 1, .release = &release, .n = 1, .with = with_record, .arg = s };
		err = desk_issue(d, &issue, &result);
		/* Somebody else told it meanwhile, or one cannot be told: the others are. */
		if (err == TOCSIN_LATER)
			err = TOCSIN_OK;
		else if (err == TOCSIN_REFUSED || err == TOCSIN_BAD)
			err = give_up(d, told);
	}
	if (s != NULL)
		snapshot_close(s->read);
	json_decref(fields);
	buf_free(&text);
	arena_free(a);
	free(draft);
	free(s);
	return err;
}

struct waiting {
	struct correction_told row[AT_A_TIME];
	char partner[AT_A_TIME][LIMIT_NAME + 1];
	size_t n;
};

static bool take_row(void *arg, const struct correction_told *row)
{
	struct waiting *w = arg;
	w->row[w->n] = *row;
	snprintf(w->partner[w->n], sizeof w->partner[0], "%s", row->partner);
	w->row[w->n].partner = w->partner[w->n];
	w->row[w->n].why = "";
	return ++w->n < AT_A_TIME;
}

enum tocsin_err correction_resume(const struct desk *d, size_t max, size_t *done)
{
	struct snapshot *read;
	struct waiting *w = calloc(1, sizeof *w);
	*done = 0;
	enum tocsin_err err = w == NULL ? fail(TOCSIN_BROKEN, "no memory for corrections") : snapshot_open(d->store, &read);
	if (err == TOCSIN_OK) {
		err = correction_pending(read, max < AT_A_TIME ? max : AT_A_TIME, take_row, w);
		snapshot_close(read);
	}
	for (size_t i = 0; err == TOCSIN_OK && i < w->n; i++) {
		err = say(d, &w->row[i]);
		*done += err == TOCSIN_OK;
	}
	free(w);
	return err;
}
