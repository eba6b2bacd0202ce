/*
 * ops_door: what the door holds, and what people decide about it.
 */
#include "desk/door.h"
#include "desk/door_answer.h"
#include "serve/internal.h"

enum tocsin_err op_doors(struct serve *s, struct asked *q)
{
	struct snapshot *r = NULL;
	const char *state;
	int64_t before, limit;
	json_t *items = NULL;
	enum tocsin_err err = query_str(q, "state", &state);
	if (err == TOCSIN_OK && state != NULL && strcmp(state, "open") != 0 && strcmp(state, "decided") != 0)
		err = fail(TOCSIN_BAD, "state is open or decided");
	if (err == TOCSIN_OK)
		err = query_int(q, "limit", 100, &limit);
	if (err == TOCSIN_OK)
		err = place_take(q, "before", CURSOR_OTHER, 0, &before);
	if (err == TOCSIN_OK)
		err = snapshot_open(s->desk->store, &r);
	if (err == TOCSIN_OK)
		err = door_list(r, &q->view, state != NULL && strcmp(state, "decided") == 0, (size_t)limit, &before, &items);
	snapshot_close(r);
	if (err != TOCSIN_OK)
		return err;
	q->answer = json_pack("{s:o, s:o}", "items", items, "next", before == 0 ? json_null() : place_json(q, CURSOR_OTHER, before));
	return q->answer == NULL ? fail(TOCSIN_BROKEN, "no memory for the answer") : TOCSIN_OK;
}

enum tocsin_err op_door(struct serve *s, struct asked *q)
{
	return door_show(s->desk, &q->view, q->parameter, &q->answer);
}

static const char *member(const struct asked *q, const char *name)
{
	const char *text = json_string_value(json_object_get(q->body, name));
	return text == NULL ? "" : text;
}

enum tocsin_err op_door_pass(struct serve *s, struct asked *q)
{
	const struct door_word w = { .read = json_is_true(json_object_get(q->body, "read")), .ground = "",
		.reason = member(q, "reason") };
	return door_pass(s->desk, &q->view, q->parameter, &w, &q->answer);
}

enum tocsin_err op_door_refuse(struct serve *s, struct asked *q)
{
	const struct door_word w = { .ground = member(q, "ground"), .reason = member(q, "reason") };
	return door_refuse(s->desk, &q->view, q->parameter, &w, &q->answer);
}

enum tocsin_err op_door_withdraw(struct serve *s, struct asked *q)
{
	enum tocsin_err err = door_answer_withdraw(s->desk, &q->view, q->parameter);
	if (err == TOCSIN_OK)
		q->answer = json_pack("{s:b}", "withdrawn", 1);
	return err;
}
