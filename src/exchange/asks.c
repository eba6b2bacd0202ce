/*
 * asks: some requests at once. Counted, because an answer may come after nobody waits any more: what is under way holds
 * the asks.
 */
#include "exchange/internal.h"

struct ask {
	struct asks *asks;
	bool sent;
	struct ask_result r;
};
struct asks {
	pthread_mutex_t lock;
	pthread_cond_t some;
	size_t held;                       /* by the owner and by each request under way */
	size_t under_way;
	size_t n;
	struct ask ask[];
};

struct asks *asks_new(size_t n)
{
	struct asks *a = calloc(1, sizeof *a + n * sizeof a->ask[0]);
	if (a == NULL)
		return NULL;
	pthread_condattr_t mono;
	pthread_condattr_init(&mono);
	pthread_condattr_setclock(&mono, CLOCK_MONOTONIC);
	pthread_cond_init(&a->some, &mono);
	pthread_condattr_destroy(&mono);
	pthread_mutex_init(&a->lock, NULL);
	a->held = 1;
	a->n = n;
	for (size_t i = 0; i < n; i++)
		a->ask[i].asks = a;
	return a;
}

static void asks_release(struct asks *a)
{
	pthread_mutex_lock(&a->lock);
	size_t held = --a->held;
	pthread_mutex_unlock(&a->lock);
	if (held > 0)
		return;
	for (size_t i = 0; i < a->n; i++)
		free((void *)(uintptr_t)a->ask[i].r.body.p);
	pthread_cond_destroy(&a->some);
	pthread_mutex_destroy(&a->lock);
	free(a);
}

void asks_free(struct asks *a)
{
	if (a != NULL)
		asks_release(a);
}

static void ask_done(void *arg, const struct http_result *r)
{
	struct ask *ask = arg;
	struct asks *a = ask->asks;
	uint8_t *body = NULL;
	enum tocsin_err err = r->err;
	if (err == TOCSIN_OK && r->body.n > 0) {
		body = malloc(r->body.n);
		if (body == NULL)
			err = TOCSIN_BROKEN;
		else
			memcpy(body, r->body.p, r->body.n);
	}
	pthread_mutex_lock(&a->lock);
	ask->r = (struct ask_result){
		.done = true, .err = err, .status = r->status, .body = bytes_of(body, body != NULL ? r->body.n : 0)
	};
	a->under_way--;
	pthread_cond_broadcast(&a->some);
	pthread_mutex_unlock(&a->lock);
	asks_release(a);
}

void asks_send(struct asks *a, size_t i, struct http_client *client, const struct http_request *r)
{
	pthread_mutex_lock(&a->lock);
	a->held++;
	a->under_way++;
	a->ask[i].sent = true;
	pthread_mutex_unlock(&a->lock);
	http_client_send(client, r, ask_done, &a->ask[i]);
}

void asks_wait(struct asks *a, int64_t deadline, const atomic_bool *stop)
{
	pthread_mutex_lock(&a->lock);
	while (a->under_way > 0 && !atomic_load(stop)) {
		int64_t now = clock_mono();
		if (now >= deadline)
			break;
		/* In steps, so that a stop is noticed without anybody knowing which asks to wake. */
		int64_t until = deadline - now > CLOCK_SECOND / 5 ? now + CLOCK_SECOND / 5 : deadline;
		struct timespec ts = { .tv_sec = until / CLOCK_SECOND, .tv_nsec = until % CLOCK_SECOND * 1000 };
		pthread_cond_timedwait(&a->some, &a->lock, &ts);
	}
	pthread_mutex_unlock(&a->lock);
}

void asks_result(struct asks *a, size_t i, struct ask_result *out)
{
	pthread_mutex_lock(&a->lock);
	*out = a->ask[i].r;
	pthread_mutex_unlock(&a->lock);
}
