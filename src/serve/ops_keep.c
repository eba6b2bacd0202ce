/*
 * ops_keep: withdrawing with reach; holds, and forgetting content.
 */
#include "desk/audit.h"
#include "desk/forget.h"
#include "desk/reach.h"
#include "serve/cursor.h"
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
	if (err != TOCSIN_OK)
		return err;
	/* It tells what others answered. */
	char id[2 * SHA256_SIZE + 1];
	hex_encode(row.id.b, SHA256_SIZE, id);
	return audit_note(s->desk, &q->view, "read", id, "reach");
}

/* ---- forgetting ---- */

/* The statement of Q's path, for what is done about it. */
static enum tocsin_err find(struct asked *q, struct statement_row *row)
{
	struct snapshot *r = NULL;
	enum tocsin_err err = snapshot_open(q->serve->desk->store, &r);
	if (err == TOCSIN_OK)
		err = path_statement(q, r, row);
	snapshot_close(r);
	return err;
}

static const char *member(const struct asked *q, const char *name)
{
	return json_string_value(json_object_get(q->body, name));
}

typedef enum tocsin_err lister(struct snapshot *read, const struct view *v, size_t limit, int64_t *before, json_t **out);

static enum tocsin_err list(struct asked *q, lister *of)
{
	struct snapshot *r = NULL;
	int64_t before, limit;
	json_t *items = NULL;
	enum tocsin_err err = query_int(q, "limit", 100, &limit);
	if (err == TOCSIN_OK)
		err = place_take(q, "before", CURSOR_OTHER, 0, &before);
	if (err == TOCSIN_OK)
		err = snapshot_open(q->serve->desk->store, &r);
	if (err == TOCSIN_OK)
		err = of(r, &q->view, (size_t)limit, &before, &items);
	snapshot_close(r);
	if (err != TOCSIN_OK)
		return err;
	q->answer = json_pack("{s:o, s:o}", "items", items, "next", before == 0 ? json_null() : place_json(q, CURSOR_OTHER, before));
	return q->answer == NULL ? fail(TOCSIN_BROKEN, "no memory for the answer") : TOCSIN_OK;
}

enum tocsin_err op_forget_propose(struct serve *s, struct asked *q)
{
	struct statement_row row;
	enum tocsin_err err = find(q, &row);
	return err == TOCSIN_OK ? forget_propose(s->desk, &q->view, &row, member(q, "reason"), &q->answer) : err;
}

enum tocsin_err op_forget_agree(struct serve *s, struct asked *q)
{
	return forget_agree(s->desk, &q->view, q->parameter, &q->answer);
}

enum tocsin_err op_forget_object(struct serve *s, struct asked *q)
{
	return forget_object(s->desk, &q->view, q->parameter, member(q, "reason"), &q->answer);
}

enum tocsin_err op_forgettings(struct serve *s, struct asked *q)
{
	(void)s;
	return list(q, forget_list);
}

/* ---- holds ---- */

enum tocsin_err op_hold(struct serve *s, struct asked *q)
{
	struct statement_row row;
	enum tocsin_err err = find(q, &row);
	return err == TOCSIN_OK ? hold_put(s->desk, &q->view, &row, member(q, "reason"), &q->answer) : err;
}

enum tocsin_err op_hold_release(struct serve *s, struct asked *q)
{
	struct statement_row row;
	enum tocsin_err err = find(q, &row);
	return err == TOCSIN_OK ? hold_release(s->desk, &q->view, &row, &q->answer) : err;
}

enum tocsin_err op_holds(struct serve *s, struct asked *q)
{
	(void)s;
	return list(q, hold_list);
}

/* ---- retention ---- */

enum tocsin_err op_retention(struct serve *s, struct asked *q)
{
	struct snapshot *r = NULL;
	int64_t limit;
	enum tocsin_err err = query_int(q, "limit", 100, &limit);
	if (err == TOCSIN_OK)
		err = snapshot_open(s->desk->store, &r);
	if (err == TOCSIN_OK)
		err = retention_json(s->desk, r, &q->view, (size_t)limit, &q->answer);
	snapshot_close(r);
	return err;
}

enum tocsin_err op_keep(struct serve *s, struct asked *q)
{
	struct statement_row row;
	int64_t until;
	const char *text = member(q, "until");
	if (!clock_parse(bytes_str(text), &until))
		return fail(TOCSIN_BAD, "%.40s is not a time as 2024-03-06T09:12:00Z", text);
	enum tocsin_err err = find(q, &row);
	if (err == TOCSIN_OK)
		err = retention_keep(s->desk, &q->view, &row, until, member(q, "reason"));
	if (err == TOCSIN_OK)
		q->answer = json_pack("{s:o, s:o}", "id", json_hash(&row.id), "until", json_time(until));
	return err == TOCSIN_OK && q->answer == NULL ? fail(TOCSIN_BROKEN, "no memory for the answer") : err;
}
