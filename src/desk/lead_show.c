/*
 * lead_show: leads as those see them whose they are.
 */
#include <stdlib.h>

#include "desk/lead.h"
#include "desk/match.h"
#include "store/rows_access.h"

#define ARENA (16u << 20)

enum tocsin_err lead_find(struct snapshot *read, const struct view *v, const char *id, struct arena *a, struct lead_row *out)
{
	bool is;
	const char *unit = "-", *compartment = "-";
	enum tocsin_err err = lead_place(read, id, a, &unit, &compartment);
	bool there = err == TOCSIN_OK;
	if (err != TOCSIN_OK && err != TOCSIN_MISSING)
		return err;
	/* What it says is read only when it may be seen. */
	err = access_belongs(read, v, unit, compartment, &is);
	if (err == TOCSIN_OK && (!is || !there))
		return fail(TOCSIN_MISSING, "there is no lead %.40s here", id);
	return err == TOCSIN_OK ? lead_get(read, id, a, out) : err;
}

static json_t *time_json(int64_t t)
{
	char text[CLOCK_TEXT + 1] = "";
	if (t != 0)
		clock_format(t, text);
	return json_string(text);
}

static json_t *id_json(const struct hash *h, bool has)
{
	char text[2 * SHA256_SIZE + 1] = "";
	if (has)
		hex_encode(h->b, SHA256_SIZE, text);
	return json_string(text);
}

static json_t *row_json(const struct lead_row *row)
{
	return json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:o, s:o, s:o, s:o, s:o, s:s, s:o}", "id", row->id, "unit", row->unit,
		"compartment", row->compartment, "owner", row->owner, "function", row->owner_function, "state", row->state,
		"statement", id_json(&row->statement_id, row->has_statement), "opened_at", time_json(row->opened_at),
		"changed_at", time_json(row->changed_at), "review_at", time_json(row->open ? row->review_at : 0),
		"closed_at", time_json(row->open ? 0 : row->closed_at), "finding", row->finding,
		"record", id_json(&row->record_id, row->has_record));
}

/* ---- one ---- */

struct showing {
	struct snapshot *read;
	const struct view *view;
	json_t *list;
	int64_t last;
	size_t n;
	enum tocsin_err err;
};

static bool show_statement(void *arg, int64_t statement, int64_t at, const char *why)
{
	struct showing *w = arg;
	struct hash id;
	bool whole;
	w->err = access_sees(w->read, w->view, statement, "", &whole);
	if (w->err == TOCSIN_OK)
		w->err = statement_id_of(w->read, statement, &id);
	if (w->err == TOCSIN_OK)
		json_array_append_new(w->list, json_pack("{s:o, s:o, s:s}", "id", id_json(&id, true), "at", time_json(at), "why", why));
	/* What is not seen is not there. */
	if (w->err == TOCSIN_MISSING)
		w->err = TOCSIN_OK;
	return w->err == TOCSIN_OK;
}

static bool show_step(void *arg, const struct lead_step_row *s)
{
	struct showing *w = arg;
	json_array_append_new(w->list, json_pack("{s:o, s:s, s:o, s:s, s:s, s:s, s:s}", "at", time_json(s->at), "what", s->what,
		"done_at", time_json(s->done_at), "person", s->person, "by", s->account, "function", s->function, "words", s->words));
	w->last = s->num;
	w->n++;
	return true;
}

enum tocsin_err lead_show(const struct desk *d, struct snapshot *read, const struct view *v, const char *id, size_t limit,
	int64_t *before, json_t **out)
{
	struct lead_row row;
	struct showing w = { .read = read, .view = v, .list = json_array(), .err = TOCSIN_OK };
	struct showing steps = { .read = read, .view = v, .list = json_array(), .err = TOCSIN_OK };
	json_t *matches = NULL;
	struct arena *a = arena_new(ARENA);
	(void)d;
	enum tocsin_err err = a == NULL ? fail(TOCSIN_BROKEN, "no memory for a lead") : lead_find(read, v, id, a, &row);
	if (err == TOCSIN_OK)
		err = lead_statements(read, row.num, 0, LEAD_STATEMENTS, show_statement, &w);
	if (err == TOCSIN_OK)
		err = w.err;
	if (err == TOCSIN_OK)
		err = lead_steps(read, row.num, *before, limit, show_step, &steps);
	if (err == TOCSIN_OK)
		err = match_show(read, row.num, &matches);
	if (err == TOCSIN_OK) {
		*before = steps.n == limit ? steps.last : 0;
		*out = row_json(&row);
		json_object_set_new(*out, "assessment", json_string(row.assessment));
		json_object_set(*out, "statements", w.list);
		json_object_set(*out, "steps", steps.list);
		json_object_set(*out, "matches", matches);
	}
	json_decref(w.list);
	json_decref(steps.list);
	json_decref(matches);
	arena_free(a);
	return err;
}

/* ---- all ---- */

struct listing {
	struct listed {
		int64_t num;
		json_t *item;
	} *row;
	size_t n, room;
	bool failed, seen;
	const struct view *view;
	struct snapshot *read;
	enum tocsin_err err;
};

static bool list_one(void *arg, const struct lead_row *row)
{
	struct listing *l = arg;
	bool is = true;
	for (size_t i = 0; i < l->n; i++)
		if (l->row[i].num == row->num)
			return true;
	/* One's own are found by the account, which may have left a unit or a compartment since. */
	if (!l->seen)
		l->err = access_belongs(l->read, l->view, row->unit, row->compartment, &is);
	if (l->err != TOCSIN_OK || !is)
		return l->err == TOCSIN_OK;
	if (l->n == l->room) {
		l->room = l->room * 2 + 64;
		struct listed *more = realloc(l->row, l->room * sizeof *more);
		l->failed = more == NULL;
		if (l->failed)
			return false;
		l->row = more;
	}
	l->row[l->n++] = (struct listed) { row->num, row_json(row) };
	return true;
}

static int newest_first(const void *a, const void *b)
{
	int64_t x = ((const struct listed *)a)->num, y = ((const struct listed *)b)->num;
	return x < y ? 1 : x > y ? -1 : 0;
}

enum tocsin_err leads_list(struct snapshot *read, const struct view *v, bool open, bool mine, size_t limit, int64_t *before,
	json_t **out)
{
	struct listing l = { .view = v, .read = read, .seen = !mine, .err = TOCSIN_OK };
	int64_t last = 0;
	enum tocsin_err err = TOCSIN_OK;
	if (mine)
		err = lead_list_owner(read, v->account, open, *before, limit + 1, list_one, &l);
	else if (v->everything)
		err = lead_list_all(read, open, *before, limit + 1, list_one, &l);
	for (size_t i = 0; err == TOCSIN_OK && !mine && !v->everything && i < v->scope_n; i++)
		err = lead_list(read, v->scope[i], open, *before, limit + 1, list_one, &l);
	if (err == TOCSIN_OK)
		err = l.failed ? fail(TOCSIN_BROKEN, "no memory for the leads") : l.err;
	if (l.n > 1)
		qsort(l.row, l.n, sizeof *l.row, newest_first);
	json_t *items = json_array();
	for (size_t i = 0; i < l.n; i++)
		if (i < limit) {
			json_array_append_new(items, l.row[i].item);
			last = l.row[i].num;
		} else {
			json_decref(l.row[i].item);
		}
	*before = l.n > limit ? last : 0;
	free(l.row);
	if (err == TOCSIN_OK)
		*out = items;
	else
		json_decref(items);
	return err;
}
