/*
 * queue: a few threads that run handlers.
 */
#include <pthread.h>

#include "serve/internal.h"

#define QUEUE_MAX 512
#define THREADS_MAX 8
#define STACK ((size_t)1 << 20)

struct queue {
	pthread_mutex_t lock;
	pthread_cond_t work;
	struct asked *first, **last;
	size_t n;
	bool stop;
	void (*run)(struct asked *q);
	pthread_t thread[THREADS_MAX];
	unsigned threads;
};

static void *work(void *arg)
{
	struct queue *k = arg;
	pthread_mutex_lock(&k->lock);
	for (;;) {
		while (k->first == NULL && !k->stop)
			pthread_cond_wait(&k->work, &k->lock);
		struct asked *q = k->first;
		if (q == NULL)
			break;
		k->first = q->next;
		if (k->first == NULL)
			k->last = &k->first;
		k->n--;
		pthread_mutex_unlock(&k->lock);
		k->run(q);
		pthread_mutex_lock(&k->lock);
	}
	pthread_mutex_unlock(&k->lock);
	return NULL;
}

struct queue *queue_start(unsigned threads, void (*run)(struct asked *q))
{
	struct queue *k = calloc(1, sizeof *k);
	pthread_attr_t attr;
	if (k == NULL || pthread_attr_init(&attr) != 0) {
		free(k);
		(void)fail(TOCSIN_BROKEN, "no memory for the desk's threads");
		return NULL;
	}
	pthread_attr_setstacksize(&attr, STACK);
	pthread_mutex_init(&k->lock, NULL);
	pthread_cond_init(&k->work, NULL);
	k->last = &k->first;
	k->run = run;
	while (k->threads < threads && k->threads < THREADS_MAX &&
		pthread_create(&k->thread[k->threads], &attr, work, k) == 0)
		k->threads++;
	pthread_attr_destroy(&attr);
	if (k->threads < threads) {
		queue_stop(k);
		(void)fail(TOCSIN_BROKEN, "cannot start the desk's threads");
		return NULL;
	}
	return k;
}

bool queue_put(struct queue *k, struct asked *q, bool always)
{
	pthread_mutex_lock(&k->lock);
	bool ok = always || (k->n < QUEUE_MAX && !k->stop);
	if (ok) {
		q->next = NULL;
		*k->last = q;
		k->last = &q->next;
		k->n++;
		pthread_cond_signal(&k->work);
	}
	pthread_mutex_unlock(&k->lock);
	return ok;
}

void queue_stop(struct queue *k)
{
	if (k == NULL)
		return;
	pthread_mutex_lock(&k->lock);
	k->stop = true;
	pthread_cond_broadcast(&k->work);
	pthread_mutex_unlock(&k->lock);
	for (unsigned i = 0; i < k->threads; i++)
		pthread_join(k->thread[i], NULL);
	pthread_cond_destroy(&k->work);
	pthread_mutex_destroy(&k->lock);
	free(k);
}
