/*
 * pool: a few threads behind one bounded queue. What was taken in is always run, also at the end.
 */
#include "exchange/internal.h"

#define POOL_WAITING 256               /* pieces of work that wait; one more is refused */
#define POOL_THREADS 16

struct piece {
	struct piece *next;
	pool_work *work;
	void *arg;
};
struct line {
	struct piece *head, **tail;
};
struct pool {
	pthread_mutex_t lock;
	pthread_cond_t some;
	struct line first, rest;
	size_t waiting;
	bool ending;
	unsigned n;
	pthread_t thread[POOL_THREADS];
};

static void line_init(struct line *l)
{
	l->head = NULL;
	l->tail = &l->head;
}

static void line_put(struct line *l, struct piece *p)
{
	p->next = NULL;
	*l->tail = p;
	l->tail = &p->next;
}

static struct piece *line_take(struct line *l)
{
	struct piece *p = l->head;
	if (p != NULL) {
		l->head = p->next;
		if (l->head == NULL)
			l->tail = &l->head;
	}
	return p;
}

static void *pool_run(void *arg)
{
	struct pool *p = arg;
	pthread_mutex_lock(&p->lock);
	for (;;) {
		struct piece *piece = line_take(&p->first);
		if (piece == NULL && (piece = line_take(&p->rest)) != NULL)
			p->waiting--;
		if (piece == NULL) {
			if (p->ending)
				break;
			pthread_cond_wait(&p->some, &p->lock);
			continue;
		}
		pthread_mutex_unlock(&p->lock);
		piece->work(piece->arg);
		free(piece);
		pthread_mutex_lock(&p->lock);
	}
	pthread_mutex_unlock(&p->lock);
	return NULL;
}

struct pool *pool_start(unsigned threads)
{
	struct pool *p = calloc(1, sizeof *p);
	if (p == NULL) {
		(void)fail(TOCSIN_BROKEN, "no memory for the exchange's threads");
		return NULL;
	}
	pthread_mutex_init(&p->lock, NULL);
	pthread_cond_init(&p->some, NULL);
	line_init(&p->first);
	line_init(&p->rest);
	if (threads > POOL_THREADS)
		threads = POOL_THREADS;
	while (p->n < threads && pthread_create(&p->thread[p->n], NULL, pool_run, p) == 0)
		p->n++;
	if (p->n < threads) {
		pool_stop(p);
		(void)fail(TOCSIN_BROKEN, "cannot start %u threads for the exchange; see the system's limit of threads",
			threads);
		return NULL;
	}
	return p;
}

void pool_stop(struct pool *p)
{
	if (p == NULL)
		return;
	pthread_mutex_lock(&p->lock);
	p->ending = true;
	pthread_cond_broadcast(&p->some);
	pthread_mutex_unlock(&p->lock);
	for (unsigned i = 0; i < p->n; i++)
		pthread_join(p->thread[i], NULL);
	pthread_cond_destroy(&p->some);
	pthread_mutex_destroy(&p->lock);
	free(p);
}

bool exchange_work(struct exchange *x, bool first, pool_work *work, void *arg)
{
	struct pool *p = x->pool;
	struct piece *piece = malloc(sizeof *piece);
	if (piece == NULL)
		return false;
	piece->work = work;
	piece->arg = arg;
	pthread_mutex_lock(&p->lock);
	bool taken = !p->ending && (first || (p->waiting < POOL_WAITING && !atomic_load(&x->stopping)));
	if (taken) {
		line_put(first ? &p->first : &p->rest, piece);
		p->waiting += !first;
		pthread_cond_signal(&p->some);
	}
	pthread_mutex_unlock(&p->lock);
	if (!taken)
		free(piece);
	return taken;
}
