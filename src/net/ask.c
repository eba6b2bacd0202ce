/* http_ask: one request that is waited for, with a client of its own. */
#include <pthread.h>

#include "net/client.h"

struct asked {
	pthread_mutex_t lock;
	pthread_cond_t over;
	bool done;
	enum tocsin_err err;
	unsigned status;
	struct buf *body;
};

static void answered(void *arg, const struct http_result *r)
{
	struct asked *a = arg;
	pthread_mutex_lock(&a->lock);
	a->err = r->err;
	a->status = r->status;
	if (r->err == TOCSIN_OK)
		buf_add_bytes(a->body, r->body);
	else
		buf_add_str(a->body, r->sentence);
	a->done = true;
	pthread_cond_signal(&a->over);
	pthread_mutex_unlock(&a->lock);
}

enum tocsin_err http_ask(const struct http_client_config *config, const struct http_request *r, unsigned *status,
			 struct buf *body_out)
{
	struct http_client *c;
	struct buf got;
	*status = 0;
	enum tocsin_err e = http_client_start(config, &c);
	if (e != TOCSIN_OK)
		return e;
	/* Room for a sentence, too, which has to come from the client's thread to this one. */
	buf_init(&got, r->max_answer < 1024 ? 1024 : r->max_answer);
	struct asked a = { .body = &got };
	pthread_mutex_init(&a.lock, NULL);
	pthread_cond_init(&a.over, NULL);
	http_client_send(c, r, answered, &a);
	pthread_mutex_lock(&a.lock);
	while (!a.done)
		pthread_cond_wait(&a.over, &a.lock);
	pthread_mutex_unlock(&a.lock);
	http_client_stop(c);
	if (a.err != TOCSIN_OK) {
		e = fail(a.err, "%.*s", (int)got.n, (const char *)got.p);
	} else {
		*status = a.status;
		e = buf_end(&got, "the answer");
		buf_add_bytes(body_out, buf_bytes(&got));
		if (e == TOCSIN_OK)
			e = buf_end(body_out, "the answer");
	}
	buf_free(&got);
	pthread_cond_destroy(&a.over);
	pthread_mutex_destroy(&a.lock);
	return e;
}
