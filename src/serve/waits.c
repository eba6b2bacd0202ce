/*
 * waits: calls that wait for an event or for a receipt, kept by one thread. It sleeps without a timer while nothing is
 * kept.
 */
#include <pthread.h>

#include "serve/internal.h"
#include "store/rows_access.h"

#define KEPT_MAX 256
#define STACK ((size_t)512 << 10)
#define LOOK_MS 1000            /* a call that came between two looks is seen after this at the latest */

struct waits {
	struct serve *serve;
	pthread_mutex_t lock;
	pthread_cond_t some;
	struct asked *kept;
	size_t n;
	size_t following;               /* of them, at the last look, for what no event tells */
	bool ended, stop;
	pthread_t thread;
};

enum tocsin_err waits_settled(struct snapshot *r, int64_t num, struct arena *a, bool *settled)
{
	struct outbox_row row;
	enum tocsin_err err = outbox_get(r, num, a, &row);
	*settled = err == TOCSIN_MISSING || (err == TOCSIN_OK && strcmp(row.state, "waiting") != 0);
	return err == TOCSIN_MISSING ? TOCSIN_OK : err;
}

enum tocsin_err waits_asked(struct asked *q, bool *keep)
{
	int64_t seconds;
	enum tocsin_err err = query_int(q, "wait", 0, &seconds);
	*keep = err == TOCSIN_OK && seconds > 0 && !q->waited;
	if (*keep && q->until == 0)
		q->until = clock_mono() + seconds * CLOCK_SECOND;
	if (*keep)
		q->deadline = q->until;
	return err;
}

/* Whether Q is to be answered now. A database that cannot be read is a reason, too: the handler will tell. */
static bool is_due(const struct waits *w, struct snapshot *r, struct arena *a, const struct asked *q, int64_t last)
{
	bool settled = false;
	int64_t followed;
	if (w->ended || clock_mono() >= q->deadline)
		return true;
	if (q->wait_following)
		return r == NULL || followed_last(r, &followed) != TOCSIN_OK || followed != q->wait_followed;
	if (q->wait_num == 0)
		return last > q->wait_event;
	return r == NULL || waits_settled(r, q->wait_num, a, &settled) != TOCSIN_OK || settled;
}

/* Gives everything that is due to the workers; the time until the next deadline. */
static int look(struct waits *w, int64_t last, bool news)
{
	struct snapshot *r = NULL;
	struct arena *a = arena_new(4u << 20);
	if (news && (a == NULL || snapshot_open(w->serve->desk->store, &r) != TOCSIN_OK))
		r = NULL;
	w->following = 0;
	int64_t now = clock_mono(), next = now + LOOK_MS * (CLOCK_SECOND / 1000);
	for (struct asked **at = &w->kept; *at != NULL;) {
		struct asked *q = *at;
		w->following += q->wait_following;
		if (news ? is_due(w, r, a, q, last) : w->ended || now >= q->deadline) {
			*at = q->next;
			w->n--;
			q->again = true;
			q->waited = q->wait_num != 0 || w->ended || now >= q->deadline;
			queue_put(w->serve->queue, q, true);
			continue;
		}
		if (q->deadline < next)
			next = q->deadline;
		at = &q->next;
	}
	snapshot_close(r);
	arena_free(a);
	int64_t ms = (next - now) / (CLOCK_SECOND / 1000) + 1;
	return (int)ms;
}

static void *keep_watch(void *arg)
{
	struct waits *w = arg;
	int64_t seen = 0;
	bool fresh = true;
	pthread_mutex_lock(&w->lock);
	for (;;) {
		while (w->kept == NULL && !w->stop) {
			pthread_cond_wait(&w->some, &w->lock);
			fresh = true;
		}
		if (w->kept == NULL)
			break;
		int64_t last = store_event_seq(w->serve->desk->store);
		int ms = look(w, last, fresh || last != seen || w->following > 0);
		seen = last;
		size_t n = w->n;
		pthread_mutex_unlock(&w->lock);
		if (n > 0)
			store_wait(w->serve->desk->store, last, ms);
		pthread_mutex_lock(&w->lock);
		/* One that came meanwhile may wait for something that was there already. */
		fresh = w->n != n;
	}
	pthread_mutex_unlock(&w->lock);
	return NULL;
}

struct waits *waits_start(struct serve *s)
{
	struct waits *w = calloc(1, sizeof *w);
	pthread_attr_t attr;
	if (w == NULL || pthread_attr_init(&attr) != 0) {
		free(w);
		(void)fail(TOCSIN_BROKEN, "no memory for the desk's threads");
		return NULL;
	}
	w->serve = s;
	pthread_mutex_init(&w->lock, NULL);
	pthread_cond_init(&w->some, NULL);
	pthread_attr_setstacksize(&attr, STACK);
	int failed = pthread_create(&w->thread, &attr, keep_watch, w);
	pthread_attr_destroy(&attr);
	if (failed != 0) {
		pthread_cond_destroy(&w->some);
		pthread_mutex_destroy(&w->lock);
		free(w);
		(void)fail(TOCSIN_BROKEN, "cannot start the desk's threads");
		return NULL;
	}
	return w;
}

bool waits_keep(struct waits *w, struct asked *q)
{
	pthread_mutex_lock(&w->lock);
	bool ok = w->n < KEPT_MAX && !w->ended;
	if (ok) {
		q->next = w->kept;
		w->kept = q;
		w->n++;
		pthread_cond_signal(&w->some);
	}
	pthread_mutex_unlock(&w->lock);
	if (ok)
		store_wake(w->serve->desk->store);
	return ok;
}

void waits_end(struct waits *w)
{
	pthread_mutex_lock(&w->lock);
	w->ended = true;
	pthread_cond_signal(&w->some);
	pthread_mutex_unlock(&w->lock);
	store_wake(w->serve->desk->store);
}

void waits_stop(struct waits *w)
{
	if (w == NULL)
		return;
	waits_end(w);
	pthread_mutex_lock(&w->lock);
	w->stop = true;
	pthread_cond_signal(&w->some);
	pthread_mutex_unlock(&w->lock);
	pthread_join(w->thread, NULL);
	pthread_cond_destroy(&w->some);
	pthread_mutex_destroy(&w->lock);
	free(w);
}
