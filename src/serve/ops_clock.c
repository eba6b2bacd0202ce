/*
 * ops_clock: what runs out, when, and whose it is.
 */
#include "desk/clocks.h"
#include "desk/drafts.h"
#include "serve/internal.h"

/* Of the statement that ABOUT names, if the asker sees it. */
static enum tocsin_err of_statement(struct serve *s, struct asked *q, struct snapshot *r, const char *about, json_t **items)
{
	struct statement_row row;
	enum tocsin_err err = access_statement(r, &q->view, about, q->arena, &row, NULL);
	return err == TOCSIN_OK ? clocks_of(s->desk, r, &q->view, row.num, items) : err;
}

static enum tocsin_err of_draft(struct serve *s, struct asked *q, struct snapshot *r, const char *draft, json_t **items)
{
	struct draft_row row;
	enum tocsin_err err = drafts_find(r, &q->view, draft, q->arena, &row);
	return err == TOCSIN_OK ? clocks_of_draft(s->desk, r, &q->view, row.num, items) : err;
}

/* A page of open ones behind AFTER (NULL: the first). NEXT: the last one's id, NULL when there are no more. */
static enum tocsin_err page(struct serve *s, struct asked *q, struct snapshot *r, const char *after, json_t **items,
	json_t **next)
{
	int64_t mine, limit, due = 0, num = 0;
	enum tocsin_err err = query_int(q, "mine", 0, &mine);
	if (err == TOCSIN_OK)
		err = query_int(q, "limit", 100, &limit);
	if (err == TOCSIN_OK && after != NULL)
		err = clocks_behind(s->desk, r, &q->view, after, &due, &num);
	if (err == TOCSIN_OK)
		err = clocks_list(s->desk, r, &q->view, mine != 0, (size_t)limit, &due, &num, items);
	if (err == TOCSIN_OK && num != 0)
		*next = json_incref(json_object_get(json_array_get(*items, json_array_size(*items) - 1), "id"));
	return err;
}

enum tocsin_err op_clocks(struct serve *s, struct asked *q)
{
	const char *about, *draft, *after;
	struct snapshot *r = NULL;
	json_t *items = NULL, *next = NULL;
	enum tocsin_err err = query_str(q, "about", &about);
	if (err == TOCSIN_OK)
		err = query_str(q, "draft", &draft);
	if (err == TOCSIN_OK)
		err = query_str(q, "after", &after);
	if (err == TOCSIN_OK && (about != NULL) + (draft != NULL) + (after != NULL) > 1)
		err = fail(TOCSIN_BAD, "about, draft and after are three different questions");
	if (err == TOCSIN_OK)
		err = snapshot_open(s->desk->store, &r);
	if (err == TOCSIN_OK)
		err = about != NULL ? of_statement(s, q, r, about, &items)
			: draft != NULL ? of_draft(s, q, r, draft, &items) : page(s, q, r, after, &items, &next);
	snapshot_close(r);
	if (err != TOCSIN_OK)
		return err;
	q->answer = json_object();
	json_object_set_new(q->answer, "items", items);
	json_object_set_new(q->answer, "next", next != NULL ? next : json_null());
	return TOCSIN_OK;
}

enum tocsin_err op_clock_one(struct serve *s, struct asked *q)
{
	struct snapshot *r;
	enum tocsin_err err = snapshot_open(s->desk->store, &r);
	if (err != TOCSIN_OK)
		return err;
	err = clocks_one(s->desk, r, &q->view, q->parameter, &q->answer);
	snapshot_close(r);
	return err;
}

enum tocsin_err op_clock_ack(struct serve *s, struct asked *q)
{
	enum tocsin_err err = clocks_ack(s->desk, &q->view, q->parameter);
	return err == TOCSIN_OK ? op_clock_one(s, q) : err;
}

enum tocsin_err op_clock_hand(struct serve *s, struct asked *q)
{
	const char *to = json_string_value(json_object_get(q->body, "to"));
	enum tocsin_err err = clocks_hand(s->desk, &q->view, q->parameter, to);
	return err == TOCSIN_OK ? op_clock_one(s, q) : err;
}
