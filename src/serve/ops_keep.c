/*
 * ops_keep: withdrawing with reach; holds, and forgetting content.
 */
#include "desk/reach.h"
#include "serve/internal.h"

/* ---- retractions ---- */

enum tocsin_err op_retract(struct serve *s, struct asked *q)
{
	struct statement_row row;
	struct snapshot *r = NULL;
	enum tocsin_err err = snapshot_open(s->desk->store, &r);
	if (err == TOCSIN_OK)
		err = path_statement(q, r, &row);
	snapshot_close(r);
	if (err == TOCSIN_OK)
		err = reach_retract(
			s->desk, &q->view, &row, json_string_value(json_object_get(q->body, "reason")), &q->answer);
	if (err == TOCSIN_OK)
		exchange_wake(s->exchange);
	return err;
}

enum tocsin_err op_reach(struct serve *s, struct asked *q)
{
	struct statement_row row;
	struct snapshot *r = NULL;
	struct hash after;
	const char *after_text;
	int64_t limit;
	enum tocsin_err err = query_int(q, "limit", 100, &limit);
	if (err == TOCSIN_OK)
		err = query_str(q, "after", &after_text);
	if (err == TOCSIN_OK && after_text != NULL && !hex_decode(bytes_str(after_text), after.b, SHA256_SIZE))
		err = fail(TOCSIN_BAD, "after must be next of the page before");
	if (err == TOCSIN_OK)
		err = snapshot_open(s->desk->store, &r);
	if (err == TOCSIN_OK)
		err = path_statement(q, r, &row);
	if (err == TOCSIN_OK)
		err = reach_show(s->desk, r, &q->view, &row, after_text == NULL ? NULL : &after, (size_t)limit, &q->answer);
	snapshot_close(r);
	return err;
}
