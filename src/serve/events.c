/*
 * events: what happened, in order: as pages that may wait, and as a stream of server-sent events.
 */
#include "serve/streams.h"
#include "store/rows.h"

#define EVENTS_MAX 500

struct event_list {
	json_t *items;
	struct snapshot *read;
	struct arena *arena;
	int64_t last;
	enum tocsin_err err;
};

static bool list_event(void *arg, const struct event_row *row)
{
	struct event_list *l = arg;
	json_t *o = json_object();
	json_object_set_new(o, "seq", json_integer(row->seq));
	json_object_set_new(o, "at", json_time(row->at));
	json_object_set_new(o, "kind", json_string(row->kind));
	json_object_set_new(o, "subject", json_string(row->subject));
	if (row->num != 0) {
		struct statement_row st;
		arena_reset(l->arena);
		l->err = statement_by_num(l->read, row->num, l->arena, &st);
		if (l->err == TOCSIN_OK)
			json_object_set_new(o, "id", json_hash(&st.id));
		else if (l->err == TOCSIN_MISSING)
			l->err = TOCSIN_OK;
	}
	json_array_append_new(l->items, o);
	l->last = row->seq;
	return l->err == TOCSIN_OK;
}

enum tocsin_err events_read(struct snapshot *read, const struct view *v, int64_t after, json_t *items, int64_t *last)
{
	(void)v;
	struct event_list l = { .items = items, .read = read, .last = after, .arena = arena_new(16u << 20) };
	enum tocsin_err err = l.arena == NULL ? fail(TOCSIN_BROKEN, "no memory for the events")
					      : event_each(read, after, EVENTS_MAX, list_event, &l);
	arena_free(l.arena);
	*last = l.last;
	return err != TOCSIN_OK ? err : l.err;
}

enum tocsin_err op_events(struct serve *s, struct asked *q)
{
	int64_t after, last = 0;
	bool keep = false;
	struct snapshot *read = NULL;
	enum tocsin_err err = query_int(q, "after", 0, &after);
	if (err == TOCSIN_OK)
		err = waits_asked(q, &keep);
	if (err != TOCSIN_OK)
		return err;
	if (keep && store_event_seq(s->desk->store) <= after) {
		q->wait_event = after;
		return TOCSIN_OK;
	}
	q->deadline = 0;
	json_t *items = json_array();
	err = snapshot_open(s->desk->store, &read);
	if (err == TOCSIN_OK)
		err = events_read(read, &q->view, after, items, &last);
	snapshot_close(read);
	q->answer = json_object();
	json_object_set_new(q->answer, "items", items);
	json_object_set_new(q->answer, "last", json_integer(last));
	return err;
}

/* A browser that comes back says what it has seen in Last-Event-ID. */
enum tocsin_err op_event_stream(struct serve *s, struct asked *q)
{
	int64_t after;
	const struct api_field *f = q->op->query;
	const char *seen = http_call_header(q->call, "Last-Event-ID");
	enum tocsin_err err = seen != NULL ? api_check_query(f, seen, 0, &after) : query_int(q, "after", -1, &after);
	if (err != TOCSIN_OK)
		return err;
	return streams_add(s->streams, q, after >= 0 ? after : store_event_seq(s->desk->store));
}
