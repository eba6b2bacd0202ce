/*
 * ops_correction: a subject's way to be corrected or deleted.
 */
#include "desk/correction.h"
#include "serve/cursor.h"
#include "serve/internal.h"

static const char *member(const struct asked *q, const char *name)
{
	return json_string_value(json_object_get(q->body, name));
}

enum tocsin_err op_correction_open(struct serve *s, struct asked *q)
{
	return correction_open(s->desk, &q->view, &(struct correction_ask) { .who = member(q, "who"), .checked = member(q, "checked"),
		.asks = member(q, "asks"), .names = json_object_get(q->body, "names") }, &q->answer);
}

static enum tocsin_err answer_page(struct asked *q, json_t *items, int64_t before)
{
	q->answer = json_pack("{s:o, s:o}", "items", items, "next", before == 0 ? json_null() : place_json(q, CURSOR_OTHER, before));
	return q->answer == NULL ? fail(TOCSIN_BROKEN, "no memory for the answer") : TOCSIN_OK;
}

enum tocsin_err op_corrections(struct serve *s, struct asked *q)
{
	struct snapshot *r = NULL;
	int64_t before, limit;
	json_t *items = NULL;
	enum tocsin_err err = query_int(q, "limit", 100, &limit);
	if (err == TOCSIN_OK)
		err = place_take(q, "before", CURSOR_OTHER, 0, &before);
	if (err == TOCSIN_OK)
		err = snapshot_open(s->desk->store, &r);
	if (err == TOCSIN_OK)
		err = correction_list(r, &q->view, (size_t)limit, &before, &items);
	snapshot_close(r);
	return err == TOCSIN_OK ? answer_page(q, items, before) : err;
}

enum tocsin_err op_correction(struct serve *s, struct asked *q)
{
	return correction_show(s->desk, &q->view, q->parameter, &q->answer);
}

enum tocsin_err op_correction_held(struct serve *s, struct asked *q)
{
	int64_t before;
	json_t *items = NULL;
	enum tocsin_err err = place_take(q, "before", CURSOR_OTHER, 0, &before);
	if (err == TOCSIN_OK)
		err = correction_find(s->desk, &q->view, q->parameter, &before, &items);
	return err == TOCSIN_OK ? answer_page(q, items, before) : err;
}

enum tocsin_err op_correction_propose(struct serve *s, struct asked *q)
{
	return correction_propose(s->desk, &q->view, q->parameter, &(struct correction_proposal) { .statement = member(q, "statement"),
		.what = member(q, "what"), .reason = member(q, "reason"), .ground = member(q, "ground"),
		.fields = json_object_get(q->body, "fields") }, &q->answer);
}

enum tocsin_err op_correction_agree(struct serve *s, struct asked *q)
{
	enum tocsin_err err = correction_agree(s->desk, &q->view, q->parameter, &q->answer);
	if (err == TOCSIN_OK)
		exchange_wake(s->exchange);
	return err;
}

enum tocsin_err op_correction_refuse(struct serve *s, struct asked *q)
{
	return correction_refuse(s->desk, &q->view, q->parameter, member(q, "reason"), &q->answer);
}

enum tocsin_err op_correction_close(struct serve *s, struct asked *q)
{
	return correction_close(s->desk, &q->view, q->parameter, json_is_true(json_object_get(q->body, "discreet")), &q->answer);
}

enum tocsin_err op_correction_reply(struct serve *s, struct asked *q)
{
	return correction_reply(s->desk, &q->view, q->parameter, &q->answer);
}
