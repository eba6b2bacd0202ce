/*
 * ops_ask: requests and their threads.
 */
#include "desk/ask.h"
#include "desk/audit.h"
#include "serve/cursor.h"
#include "serve/internal.h"

enum tocsin_err op_asks(struct serve *s, struct asked *q)
{
	const char *state, *partner, *about;
	int64_t before = 0, limit, num = 0;
	struct snapshot *r = NULL;
	json_t *items = NULL;
	enum tocsin_err err = query_str(q, "state", &state);
	if (err == TOCSIN_OK)
		err = query_str(q, "partner", &partner);
	if (err == TOCSIN_OK)
		err = query_str(q, "about", &about);
	if (err == TOCSIN_OK)
		err = place_take(q, "before", CURSOR_OTHER, 0, &before);
	if (err == TOCSIN_OK)
		err = query_int(q, "limit", 50, &limit);
	if (err == TOCSIN_OK)
		err = snapshot_open(s->desk->store, &r);
	if (err == TOCSIN_OK && about != NULL) {
		struct statement_row row;
		err = access_statement(r, &q->view, about, q->arena, &row, NULL);
		num = err == TOCSIN_OK ? row.num : 0;
	}
	if (err == TOCSIN_OK)
		err = ask_list(s->desk, r, &q->view, state == NULL ? "open" : state, partner, num, (size_t)limit, &before, &items);
	snapshot_close(r);
	if (err != TOCSIN_OK)
		return err;
	char what[64];
	snprintf(what, sizeof what, "the gist of %zu requests", json_array_size(items));
	if (json_array_size(items) > 0 && !q->view.everything)
		err = audit_note(s->desk, &q->view, "list", "", what);
	q->answer = json_object();
	json_object_set_new(q->answer, "items", items);
	json_object_set_new(q->answer, "next", before != 0 ? place_json(q, CURSOR_OTHER, before) : json_null());
	return err;
}

enum tocsin_err op_ask(struct serve *s, struct asked *q)
{
	struct statement_row row;
	struct snapshot *r = NULL;
	enum tocsin_err err = snapshot_open(s->desk->store, &r);
	if (err == TOCSIN_OK)
		err = path_statement(q, r, &row);
	if (err == TOCSIN_OK)
		err = ask_thread(s->desk, r, &q->view, &row, &q->answer);
	snapshot_close(r);
	if (err != TOCSIN_OK)
		return err;
	char id[2 * SHA256_SIZE + 1];
	hex_encode(row.id.b, SHA256_SIZE, id);
	return audit_note(s->desk, &q->view, "read", id, "thread");
}
