/*
 * events: what happened, in order: as pages that may wait, and as a stream of server-sent events.
 */
#include "serve/streams.h"
#include "store/rows_access.h"

#define EVENTS_MAX 500
#define LOOKED_AT 5000          /* among which they are found */

struct event_list {
	const struct serve *serve;
	const struct view *view;
	struct events *e;
	struct snapshot *read;
	int64_t followed;
	size_t looked_at;
	enum tocsin_err err;
};

static json_t *event_json(struct event_list *l, const struct event_row *row)
{
	char place[CURSOR_TEXT + 1];
	json_t *o = json_object();
	if (l->view->everything) {
		json_object_set_new(o, "seq", json_integer(row->seq));
	} else {
		cursor_seal(l->serve->cursor_key, CURSOR_EVENTS, row->seq, 0, place);
		json_object_set_new(o, "cursor", json_string(place));
	}
	json_object_set_new(o, "at", json_time(row->at));
	json_object_set_new(o, "kind", json_string(row->kind));
	json_object_set_new(o, "subject", json_string(row->subject));
	if (row->num != 0) {
		struct hash id;
		l->err = statement_id_of(l->read, row->num, &id);
		if (l->err == TOCSIN_OK)
			json_object_set_new(o, "id", json_hash(&id));
		else if (l->err == TOCSIN_MISSING)
			l->err = TOCSIN_OK;
	}
	return o;
}

static bool list_event(void *arg, const struct event_row *row)
{
	struct event_list *l = arg;
	bool told;
	l->e->more = l->looked_at == LOOKED_AT || json_array_size(l->e->items) == EVENTS_MAX;
	if (l->e->more)
		return false;
	if (!l->view->everything && row->num > l->followed) {
		l->e->followed = l->followed;
		return false;
	}
	l->looked_at++;
	l->err = access_event(l->read, l->view, row->kind, row->num, row->subject, &told);
	if (l->err == TOCSIN_OK && told)
		json_array_append_new(l->e->items, event_json(l, row));
	l->e->last = row->seq;
	return l->err == TOCSIN_OK;
}

enum tocsin_err events_read(
	const struct serve *s, struct snapshot *read, const struct view *v, int64_t after, struct events *e)
{
	struct event_list l = { .serve = s, .view = v, .e = e, .read = read };
	e->last = after;
	e->more = false;
	e->followed = -1;
	enum tocsin_err err = TOCSIN_OK;
	if (!v->everything)
		err = followed_last(read, &l.followed);
	if (err == TOCSIN_OK)
		err = event_each(read, after, LOOKED_AT + 1, list_event, &l);
	return err != TOCSIN_OK ? err : l.err;
}

/* What is not to be seen wakes nobody: an answer that comes early would tell of it. */
static void keep_on(struct asked *q, const struct events *e)
{
	q->wait_event = e->last;
	q->wait_following = e->followed >= 0;
	q->wait_followed = e->followed;
}

enum tocsin_err op_events(struct serve *s, struct asked *q)
{
	int64_t after;
	bool keep = false;
	struct events e = { .items = NULL };
	struct snapshot *read = NULL;
	enum tocsin_err err = place_take(q, "after", CURSOR_EVENTS, 0, &after);
	if (err == TOCSIN_OK)
		err = waits_asked(q, &keep);
	if (err != TOCSIN_OK)
		return err;
	if (q->again)
		after = q->wait_event;
	e.items = json_array();
	err = snapshot_open(s->desk->store, &read);
	if (err == TOCSIN_OK)
		err = events_read(s, read, &q->view, after, &e);
	snapshot_close(read);
	if (err == TOCSIN_OK && keep && json_array_size(e.items) == 0) {
		keep_on(q, &e);
		json_decref(e.items);
		return TOCSIN_OK;
	}
	q->deadline = 0;
	q->answer = json_object();
	json_object_set_new(q->answer, "items", e.items);
	json_object_set_new(q->answer, "last", place_json(q, CURSOR_EVENTS, e.last));
	return err;
}

/* A browser that comes back says what it has seen in Last-Event-ID. */
enum tocsin_err op_event_stream(struct serve *s, struct asked *q)
{
	int64_t after = -1;
	const char *seen = http_call_header(q->call, "Last-Event-ID");
	enum tocsin_err err = seen != NULL ? place_read(q, seen, CURSOR_EVENTS, &after)
					   : place_take(q, "after", CURSOR_EVENTS, -1, &after);
	if (err != TOCSIN_OK)
		return err;
	return streams_add(s->streams, q, after >= 0 ? after : store_event_seq(s->desk->store));
}
