#include "serve/streams.h"

#include <pthread.h>

#define LISTENERS 256
#define STACK ((size_t)512 << 10)
#define BEAT_MS 20000
#define LOOK_MS 1000            /* one that came between two looks is seen after this at the latest */

struct listener {
	struct listener *next;
	struct http_stream *stream;
	struct who who;
	struct view view;
	int64_t last;
};

struct streams {
	struct serve *serve;
	pthread_mutex_t lock;
	pthread_cond_t some;
	struct listener *fresh;         /* not yet the thread's */
	size_t n;
	bool ended, stop;
	pthread_t thread;
};

static bool push_event(struct listener *l, const json_t *event)
{
	struct buf b;
	buf_init(&b, 65536);
	const char *place = json_string_value(json_object_get(event, "cursor"));
	if (place != NULL)
		buf_printf(&b, "id: %s\n", place);
	else
		buf_printf(&b, "id: %lld\n", (long long)json_integer_value(json_object_get(event, "seq")));
	buf_printf(&b, "event: %s\ndata: ", json_string_value(json_object_get(event, "kind")));
	json_write(&b, event);
	buf_add_str(&b, "\n\n");
	bool ok = buf_end(&b, "an event") == TOCSIN_OK && http_stream_push(l->stream, buf_bytes(&b));
	buf_free(&b);
	return ok;
}

/* False: it is over with L. */
static bool push_news(const struct serve *s, struct listener *l, struct snapshot *r)
{
	struct events e = { .more = true };
	while (e.more) {
		json_t *event;
		size_t i;
		e.items = json_array();
		bool ok = events_read(s, r, &l->view, l->last, &e) == TOCSIN_OK;
		json_array_foreach(e.items, i, event)
			ok = ok && push_event(l, event);
		json_decref(e.items);
		if (!ok)
			return false;
		l->last = e.last;
	}
	return true;
}

/* One round over LIST; those who are gone are freed. */
static struct listener *serve_all(struct streams *t, struct listener *list, bool beat)
{
	struct snapshot *r = NULL;
	struct listener *kept = NULL;
	bool readable = snapshot_open(t->serve->desk->store, &r) == TOCSIN_OK;
	while (list != NULL) {
		struct listener *l = list;
		list = l->next;
		/* Roles, units and sessions end while somebody listens. */
		bool may = !readable || (who_view(t->serve, r, &l->who, false, &l->view) == TOCSIN_OK &&
					access_may(&l->view, RIGHT_READ) == TOCSIN_OK);
		if (may && (!beat || http_stream_push(l->stream, BYTES_LIT(": here\n\n"))) && (!readable || push_news(t->serve, l, r))) {
			l->next = kept;
			kept = l;
			continue;
		}
		http_stream_end(l->stream);
		free(l);
		pthread_mutex_lock(&t->lock);
		t->n--;
		pthread_mutex_unlock(&t->lock);
	}
	snapshot_close(r);
	return kept;
}

static void *run(void *arg)
{
	struct streams *t = arg;
	struct listener *mine = NULL;
	int64_t beat = 0, seen = 0;
	pthread_mutex_lock(&t->lock);
	for (;;) {
		while (t->n == 0 && !t->stop)
			pthread_cond_wait(&t->some, &t->lock);
		bool ended = t->ended, stop = t->stop;
		while (t->fresh != NULL) {
			struct listener *l = t->fresh;
			t->fresh = l->next;
			l->next = mine;
			mine = l;
		}
		pthread_mutex_unlock(&t->lock);
		for (struct listener *l; ended && (l = mine) != NULL;) {
			mine = l->next;
			http_stream_end(l->stream);
			free(l);
			pthread_mutex_lock(&t->lock);
			t->n--;
			pthread_mutex_unlock(&t->lock);
		}
		if (stop && mine == NULL)
			return NULL;
		int64_t now = clock_mono();
		bool due = now - beat >= BEAT_MS * (CLOCK_SECOND / 1000);
		if (due)
			beat = now;
		seen = store_event_seq(t->serve->desk->store);
		mine = serve_all(t, mine, due);
		if (mine != NULL)
			store_wait(t->serve->desk->store, seen, LOOK_MS);
		pthread_mutex_lock(&t->lock);
	}
}

struct streams *streams_start(struct serve *s)
{
	struct streams *t = calloc(1, sizeof *t);
	pthread_attr_t attr;
	if (t == NULL || pthread_attr_init(&attr) != 0) {
		free(t);
		(void)fail(TOCSIN_BROKEN, "no memory for the desk's threads");
		return NULL;
	}
	t->serve = s;
	pthread_mutex_init(&t->lock, NULL);
	pthread_cond_init(&t->some, NULL);
	pthread_attr_setstacksize(&attr, STACK);
	int failed = pthread_create(&t->thread, &attr, run, t);
	pthread_attr_destroy(&attr);
	if (failed == 0)
		return t;
	pthread_cond_destroy(&t->some);
	pthread_mutex_destroy(&t->lock);
	free(t);
	(void)fail(TOCSIN_BROKEN, "cannot start the desk's threads");
	return NULL;
}

enum tocsin_err streams_add(struct streams *t, struct asked *q, int64_t after)
{
	struct listener *l = malloc(sizeof *l);
	if (l == NULL)
		return fail(TOCSIN_BROKEN, "no memory for a stream");
	*l = (struct listener) { .who = q->who, .view = q->view, .last = after };
	pthread_mutex_lock(&t->lock);
	bool room = t->n < LISTENERS && !t->ended;
	if (room) {
		/* The call, and Q in it, may be over as soon as its stream has begun. */
		bool *streamed = q->streamed;
		serve_headers(q->call, "text/event-stream");
		l->stream = http_call_stream(q->call, "text/event-stream");
		*streamed = l->stream != NULL;
	}
	if (l->stream != NULL) {
		l->next = t->fresh;
		t->fresh = l;
		t->n++;
		pthread_cond_signal(&t->some);
	}
	bool ok = l->stream != NULL;
	pthread_mutex_unlock(&t->lock);
	if (!ok) {
		free(l);
		return room ? fail(TOCSIN_BROKEN, "no memory for a stream")
			    : fail(TOCSIN_LATER, "%d streams are open already; try again later", LISTENERS);
	}
	store_wake(t->serve->desk->store);
	return TOCSIN_OK;
}

void streams_end(struct streams *t)
{
	pthread_mutex_lock(&t->lock);
	t->ended = true;
	pthread_cond_signal(&t->some);
	pthread_mutex_unlock(&t->lock);
	store_wake(t->serve->desk->store);
}

void streams_stop(struct streams *t)
{
	if (t == NULL)
		return;
	streams_end(t);
	pthread_mutex_lock(&t->lock);
	t->stop = true;
	pthread_cond_signal(&t->some);
	pthread_mutex_unlock(&t->lock);
	pthread_join(t->thread, NULL);
	pthread_cond_destroy(&t->some);
	pthread_mutex_destroy(&t->lock);
	free(t);
}
