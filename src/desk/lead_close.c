/*
 * lead_close: the end of a lead, as a record that this node signs and keeps.
 *
 * The record is about the lead's statements (as many as a statement may refer to, the first and the newest) and says the
 * finding, the words, and why it ends although a request is open.  What closes the lead is in the change of the record, so
 * that neither is there without the other; of two who close it, one is told to look again.
 */
#include <stdlib.h>

#include "desk/ask.h"
#include "desk/audit.h"
#include "desk/lead.h"
#include "desk/rules.h"
#include "domain/vocabulary.h"
#include "store/rows_access.h"

#define ARENA (16u << 20)
#define ASKS 64                                 /* open requests about one statement that are looked at */

struct closing {
	const struct desk *desk;
	const struct view *view;
	struct snapshot *read;
	struct arena *arena;
	struct lead_row row;
	const char *finding, *words, *open_request;
	int64_t now;
	int64_t num[LEAD_STATEMENTS];
	size_t n;
	struct hash re[LIMIT_REFS];
	size_t re_n;
};

static bool take_num(void *arg, int64_t statement, int64_t at, const char *why)
{
	struct closing *w = arg;
	(void)at;
	(void)why;
	w->num[w->n++] = statement;
	return w->n < LEAD_STATEMENTS;
}

/* Whether a request about one of the lead's statements, or the question of a response among them, has no answer yet, as far
 * as its closer sees it. */
static enum tocsin_err has_open_request(struct closing *w, bool *open)
{
	enum tocsin_err err = TOCSIN_OK;
	int64_t ask[ASKS];
	size_t n = 0;
	*open = false;
	for (size_t i = 0; err == TOCSIN_OK && !*open && i < w->n; i++) {
		err = ask_question_open(w->read, w->num[i], open);
		if (err == TOCSIN_OK && !*open)
			err = ask_open_about(w->read, w->num[i], ask, ASKS, &n);
		for (size_t k = 0; err == TOCSIN_OK && !*open && k < n; k++) {
			bool whole;
			err = access_sees(w->read, w->view, ask[k], "", &whole);
			*open = err == TOCSIN_OK;
			if (err == TOCSIN_MISSING)
				err = TOCSIN_OK;
		}
	}
	return err;
}

static int by_bytes(const void *a, const void *b)
{
	return memcmp(a, b, sizeof(struct hash));
}

/* What the record refers to: only what its maker sees. */
static enum tocsin_err refer(struct closing *w)
{
	enum tocsin_err err = TOCSIN_OK;
	for (size_t i = 0; err == TOCSIN_OK && i <= w->n && w->re_n < LIMIT_REFS; i++) {
		/* The one that it was opened about, and then the newest. */
		int64_t num = i == 0 ? w->row.statement : w->num[i - 1];
		bool whole;
		if (i > 0 && num == w->row.statement)
			continue;
		err = access_sees(w->read, w->view, num, "", &whole);
		if (err == TOCSIN_OK)
			err = statement_id_of(w->read, num, &w->re[w->re_n]);
		if (err == TOCSIN_OK)
			w->re_n++;
		else if (err == TOCSIN_MISSING)
			err = TOCSIN_OK;
	}
	if (w->re_n > 1)
		qsort(w->re, w->re_n, sizeof *w->re, by_bytes);
	return err;
}

static void with_record(void *arg, size_t i, struct change *c)
{
	struct closing *w = arg;
	(void)i;
	if (access_share(w->desk, w->read, c, 0, "record", w->desk->name, w->row.unit, w->row.compartment, true) != TOCSIN_OK)
		change_spoil(c, fail_sentence());
	change_lead_close(c, &w->row, w->finding, w->now);
	change_lead_clock_end(c, &w->row, "met", w->now);
	lead_note(c, w->row.id, w->view, "closed", w->now, w->finding, w->words, w->now);
	change_event(c, "lead closed", 0, w->row.id);
	audit_add(c, w->view, "lead.close", w->row.id, w->finding);
}

static enum tocsin_err issue(struct closing *w, struct issue_result *record)
{
	struct draft *draft = arena_alloc(w->arena, sizeof *draft);
	json_t *o = json_pack("{s:s, s:s, s:s}", "record.type", "lead", "lead.finding", w->finding, "text", w->words);
	if (o != NULL && w->open_request != NULL)
		json_object_set_new(o, "open-request", json_string(w->open_request));
	enum tocsin_err err = draft == NULL || o == NULL ? fail(TOCSIN_BROKEN, "no memory for a lead") : draft_parse("record", o, w->arena, draft);
	json_decref(o);
	if (err != TOCSIN_OK)
		return err;
	const struct issue_release release = { .to = w->desk->name, .field = draft->field, .field_n = draft->n, .urgency = 2 };
	const struct issue one = { .kind = "record", .re = w->re, .re_n = w->re_n, .release = &release, .n = 1, .with = with_record, .arg = w };
	return desk_issue(w->desk, &one, record);
}

enum tocsin_err lead_close(const struct desk *d, const struct view *v, const char *id, const char *finding, const char *words,
	const char *open_request, struct issue_result *record)
{
	bool open = false;
	struct closing w = { .desk = d, .view = v, .arena = arena_new(ARENA), .finding = finding, .words = words,
		.open_request = open_request, .now = clock_now() };
	enum tocsin_err err = w.arena == NULL ? fail(TOCSIN_BROKEN, "no memory for a lead") : snapshot_open(d->store, &w.read);
	if (err == TOCSIN_OK)
		err = lead_find(w.read, v, id, w.arena, &w.row);
	if (err == TOCSIN_OK && !w.row.open)
		err = rule_refuse("lead.state", "the lead %s is closed", w.row.id);
	if (err == TOCSIN_OK)
		err = lead_statements(w.read, w.row.num, 0, LEAD_STATEMENTS, take_num, &w);
	if (err == TOCSIN_OK)
		err = has_open_request(&w, &open);
	if (err == TOCSIN_OK && open && open_request == NULL)
		err = rule_refuse("lead.open-request", "a request about the lead %s has no answer yet", w.row.id);
	if (err == TOCSIN_OK && !open && open_request != NULL)
		err = fail(TOCSIN_BAD, "no request about the lead %s is open: there is nothing to give a reason for", w.row.id);
	if (err == TOCSIN_OK)
		err = refer(&w);
	if (err == TOCSIN_OK)
		err = issue(&w, record);
	snapshot_close(w.read);
	arena_free(w.arena);
	return err;
}
