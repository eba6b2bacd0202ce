/*
 * ops_lead: leads.
 */
#include "desk/audit.h"
#include "desk/lead.h"
#include "desk/match.h"
#include "serve/cursor.h"
#include "serve/internal.h"

static const char *member(const struct asked *q, const char *name)
{
	return json_string_value(json_object_get(q->body, name));
}

/* The lead ID and its steps behind BEFORE. */
static enum tocsin_err answer(struct serve *s, struct asked *q, const char *id, int64_t limit, int64_t before)
{
	struct snapshot *r = NULL;
	enum tocsin_err err = snapshot_open(s->desk->store, &r);
	if (err == TOCSIN_OK)
		err = lead_show(s->desk, r, &q->view, id, (size_t)limit, &before, &q->answer);
	snapshot_close(r);
	if (err == TOCSIN_OK)
		err = audit_note(s->desk, &q->view, "lead.read", id, "");
	if (err == TOCSIN_OK)
		json_object_set_new(q->answer, "next", before == 0 ? json_null() : place_json(q, CURSOR_OTHER, before));
	return err;
}

enum tocsin_err op_leads(struct serve *s, struct asked *q)
{
	struct snapshot *r = NULL;
	int64_t closed, mine, limit, before;
	json_t *items = NULL;
	enum tocsin_err err = query_int(q, "closed", 0, &closed);
	if (err == TOCSIN_OK)
		err = query_int(q, "mine", 0, &mine);
	if (err == TOCSIN_OK)
		err = query_int(q, "limit", 100, &limit);
	if (err == TOCSIN_OK)
		err = place_take(q, "before", CURSOR_OTHER, 0, &before);
	if (err == TOCSIN_OK)
		err = snapshot_open(s->desk->store, &r);
	if (err == TOCSIN_OK)
		err = leads_list(r, &q->view, closed == 0, mine != 0, (size_t)limit, &before, &items);
	snapshot_close(r);
	if (err != TOCSIN_OK)
		return err;
	q->answer = json_pack("{s:o, s:o}", "items", items, "next", before == 0 ? json_null() : place_json(q, CURSOR_OTHER, before));
	return q->answer == NULL ? fail(TOCSIN_BROKEN, "no memory for the leads") : TOCSIN_OK;
}

enum tocsin_err op_lead(struct serve *s, struct asked *q)
{
	int64_t limit, before;
	enum tocsin_err err = query_int(q, "limit", 100, &limit);
	if (err == TOCSIN_OK)
		err = place_take(q, "before", CURSOR_OTHER, 0, &before);
	return err == TOCSIN_OK ? answer(s, q, q->parameter, limit, before) : err;
}

/* What DONE came to, and the lead as it is then. */
static enum tocsin_err done(struct serve *s, struct asked *q, const char *id, enum tocsin_err err)
{
	return err == TOCSIN_OK ? answer(s, q, id, 100, 0) : err;
}

enum tocsin_err op_lead_open(struct serve *s, struct asked *q)
{
	char id[LEAD_ID + 1];
	struct statement_row row;
	struct snapshot *r = NULL;
	int64_t review_at;
	const char *compartment = member(q, "compartment"), *words = member(q, "words");
	enum tocsin_err err = serve_until(q, clock_now(), &review_at);
	if (err == TOCSIN_OK)
		err = snapshot_open(s->desk->store, &r);
	if (err == TOCSIN_OK)
		err = access_statement(r, &q->view, member(q, "statement"), q->arena, &row, NULL);
	snapshot_close(r);
	if (err == TOCSIN_OK)
		err = lead_open(s->desk, &q->view, &row, compartment == NULL ? "" : compartment, words == NULL ? "" : words, review_at, id);
	return done(s, q, id, err);
}

enum tocsin_err op_lead_assign(struct serve *s, struct asked *q)
{
	return done(s, q, q->parameter, lead_assign(s->desk, &q->view, q->parameter, member(q, "to")));
}

typedef enum tocsin_err dated(const struct desk *d, const struct view *v, const char *id, const char *words, int64_t review_at);

static enum tocsin_err with_date(struct serve *s, struct asked *q, dated *act)
{
	int64_t review_at;
	enum tocsin_err err = serve_until(q, clock_now(), &review_at);
	if (err == TOCSIN_OK)
		err = act(s->desk, &q->view, q->parameter, member(q, "words"), review_at);
	return done(s, q, q->parameter, err);
}

enum tocsin_err op_lead_assess(struct serve *s, struct asked *q)
{
	return with_date(s, q, lead_assess);
}

enum tocsin_err op_lead_review(struct serve *s, struct asked *q)
{
	return with_date(s, q, lead_review);
}

enum tocsin_err op_lead_reopen(struct serve *s, struct asked *q)
{
	return with_date(s, q, lead_reopen);
}

enum tocsin_err op_lead_step(struct serve *s, struct asked *q)
{
	int64_t when = 0;
	const char *text = member(q, "when"), *person = member(q, "person");
	if (text != NULL && !clock_parse(bytes_str(text), &when))
		return fail(TOCSIN_BAD, "when must be a time as in 2026-11-22T08:00:00Z");
	return done(s, q, q->parameter, lead_step(s->desk, &q->view, q->parameter, member(q, "what"), when, person == NULL ? "" : person,
		member(q, "words")));
}

enum tocsin_err op_lead_close(struct serve *s, struct asked *q)
{
	struct issue_result record;
	return done(s, q, q->parameter, lead_close(s->desk, &q->view, q->parameter, member(q, "finding"), member(q, "words"),
		member(q, "open_request"), &record));
}

/* ---- matching ---- */

static enum tocsin_err agreed(struct serve *s, struct asked *q, enum tocsin_err err)
{
	return err == TOCSIN_OK ? match_about(s->desk, q->parameter, &q->answer) : err;
}

enum tocsin_err op_match(struct serve *s, struct asked *q)
{
	return agreed(s, q, TOCSIN_OK);
}

enum tocsin_err op_match_agree(struct serve *s, struct asked *q)
{
	return agreed(s, q, match_agree(s->desk, &q->view, q->parameter, member(q, "key")));
}

enum tocsin_err op_match_end(struct serve *s, struct asked *q)
{
	return agreed(s, q, match_end(s->desk, &q->view, q->parameter));
}
