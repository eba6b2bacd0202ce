/*
 * ops_screen: the door's rules, and whom no request may reach.
 */
#include "desk/protected.h"
#include "desk/screening.h"
#include "serve/internal.h"

enum tocsin_err op_screen_rules(struct serve *s, struct asked *q)
{
	return screening_rules_json(s->desk, &q->answer);
}

enum tocsin_err op_screen_rules_put(struct serve *s, struct asked *q)
{
	enum tocsin_err err = screening_rules_put(s->desk, &q->view, json_object_get(q->body, "rules"),
		json_integer_value(json_object_get(q->body, "version")));
	/* Somebody was quicker: to be read again, not to be sent again. */
	if (err == TOCSIN_LATER)
		q->status = 409;
	return err == TOCSIN_OK ? op_screen_rules(s, q) : err;
}

static enum tocsin_err answer_id(struct asked *q, const char *id)
{
	q->answer = json_pack("{s:s}", "id", id);
	return q->answer == NULL ? fail(TOCSIN_BROKEN, "no memory for the answer") : TOCSIN_OK;
}

enum tocsin_err op_protected(struct serve *s, struct asked *q)
{
	int64_t limit;
	const char *before = NULL;
	enum tocsin_err err = query_int(q, "limit", 100, &limit);
	if (err == TOCSIN_OK)
		err = query_str(q, "before", &before);
	if (err == TOCSIN_OK)
		err = protected_list(s->desk, &q->view, (size_t)limit, before, &q->answer);
	return err;
}

enum tocsin_err op_protected_add(struct serve *s, struct asked *q)
{
	char id[PROTECTED_ID + 1];
	const char *note = json_string_value(json_object_get(q->body, "note"));
	enum tocsin_err err = protected_add(s->desk, &q->view, json_object_get(q->body, "names"),
		json_string_value(json_object_get(q->body, "kind")), note == NULL ? "" : note, id);
	return err == TOCSIN_OK ? answer_id(q, id) : err;
}

enum tocsin_err op_protected_remove(struct serve *s, struct asked *q)
{
	enum tocsin_err err = protected_remove(s->desk, &q->view, q->parameter);
	return err == TOCSIN_OK ? answer_id(q, q->parameter) : err;
}
