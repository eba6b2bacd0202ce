#include "net/client.h"

#include <errno.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>

#include "base/clock.h"
#include "base/log.h"
#include "net/tasks.h"
#include "net/transfer.h"
#include "base/banned.h"

#define STACK ((size_t)1 << 20)          /* tasks and http_done run there */
#define SPARE_HANDLES 8
#define KEPT_CONNECTIONS 64L

struct http_client {
	CURLM *multi;
	struct transfer_anchors *anchors;
	bool plain_anywhere;
	pthread_t thread;
	pthread_mutex_t lock;            /* over the next four */
	struct transfer *first, *last;   /* wait to be begun */
	struct tasks tasks;
	bool stopping;
	/* The thread's own. */
	struct transfer *open;
	CURL *spare[SPARE_HANDLES];
	size_t n_spare;
};

/* A lost request or timer would be a silent failure for ever; a process that ends is started again and picks up from
 * what is stored. */
static void out_of_memory(void)
{
	log_say(LOG_ERROR, "client ends", "reason=\"out of memory, or too many tasks\"");
	abort();
}

static void end_transfer(struct transfer *t, const struct http_result *r)
{
	t->done(t->arg, r);
	transfer_free(t);
}

static void fail_transfer(struct transfer *t, enum tocsin_err e)
{
	struct http_result r = { .err = e, .sentence = fail_sentence() };
	end_transfer(t, &r);
}

static void keep_handle(struct http_client *c, CURL *easy)
{
	if (easy == NULL)
		return;
	curl_easy_reset(easy);
	if (c->n_spare < SPARE_HANDLES)
		c->spare[c->n_spare++] = easy;
	else
		curl_easy_cleanup(easy);
}

static void begin(struct http_client *c, struct transfer *t)
{
	CURL *easy = c->n_spare > 0 ? c->spare[--c->n_spare] : curl_easy_init();
	enum tocsin_err e = easy != NULL ? transfer_prepare(t, easy, c->plain_anywhere, c->anchors)
					 : fail(TOCSIN_BROKEN, "no memory to send to %s", t->url);
	if (e == TOCSIN_OK && curl_multi_add_handle(c->multi, easy) != CURLM_OK)
		e = fail(TOCSIN_BROKEN, "no memory to send to %s", t->url);
	if (e != TOCSIN_OK) {
		keep_handle(c, easy);
		fail_transfer(t, e);
		return;
	}
	t->easy = easy;
	t->next_open = c->open;
	if (c->open != NULL)
		c->open->prev_open = t;
	c->open = t;
}

/* Takes T out of what is under way. */
static CURL *take_out(struct http_client *c, struct transfer *t)
{
	CURL *easy = t->easy;
	*(t->prev_open != NULL ? &t->prev_open->next_open : &c->open) = t->next_open;
	if (t->next_open != NULL)
		t->next_open->prev_open = t->prev_open;
	curl_multi_remove_handle(c->multi, easy);
	return easy;
}

static void finish(struct http_client *c)
{
	int left;
	for (CURLMsg *m; (m = curl_multi_info_read(c->multi, &left)) != NULL;) {
		if (m->msg != CURLMSG_DONE)
			continue;
		CURLcode code = m->data.result;
		struct transfer *t = NULL;
		curl_easy_getinfo(m->easy_handle, CURLINFO_PRIVATE, (char **)&t);
		struct http_result r = transfer_result(t, m->easy_handle, code);
		keep_handle(c, take_out(c, t));
		end_transfer(t, &r);
	}
}

/* The first request that waits, or NULL. */
static struct transfer *next_waiting(struct http_client *c)
{
	pthread_mutex_lock(&c->lock);
	struct transfer *t = c->first;
	if (t != NULL && (c->first = t->next) == NULL)
		c->last = NULL;
	pthread_mutex_unlock(&c->lock);
	return t;
}

static bool next_task(struct http_client *c, int64_t now, struct task *task)
{
	pthread_mutex_lock(&c->lock);
	bool found = tasks_take(&c->tasks, now, task);
	pthread_mutex_unlock(&c->lock);
	return found;
}

/* Milliseconds to sleep at most; -1: it is to stop. */
static int sleep_ms(struct http_client *c)
{
	pthread_mutex_lock(&c->lock);
	int64_t next = tasks_next(&c->tasks);
	bool waiting = c->first != NULL, stopping = c->stopping;
	pthread_mutex_unlock(&c->lock);
	if (stopping)
		return -1;
	int64_t now = clock_mono();
	if (waiting || next <= now)
		return 0;
	return next - now > 3600 * CLOCK_SECOND ? 3600 * 1000 : (int)((next - now) / 1000 + 1);
}

static void *run(void *arg)
{
	struct http_client *c = arg;
	for (int ms; (ms = sleep_ms(c)) >= 0;) {
		if (ms > 0 && curl_multi_poll(c->multi, NULL, 0, ms, NULL) != CURLM_OK)
			out_of_memory();
		/* Tasks that were due when this turn began; those they post for now run in the next one, so that
		 * transfers get theirs. */
		struct task task;
		for (int64_t now = clock_mono(); next_task(c, now, &task);)
			task.run(task.arg);
		for (struct transfer *t; (t = next_waiting(c)) != NULL;)
			begin(c, t);
		int running;
		if (curl_multi_perform(c->multi, &running) != CURLM_OK)
			out_of_memory();
		finish(c);
	}
	while (c->open != NULL) {
		struct transfer *t = c->open;
		keep_handle(c, take_out(c, t));
		fail_transfer(t, fail(TOCSIN_OFFLINE, "no answer from %s: this side is stopping", t->url));
	}
	for (struct transfer *t; (t = next_waiting(c)) != NULL;)
		fail_transfer(t, fail(TOCSIN_OFFLINE, "nothing sent to %s: this side is stopping", t->url));
	return NULL;
}

static void client_free(struct http_client *c)
{
	while (c->n_spare > 0)
		curl_easy_cleanup(c->spare[--c->n_spare]);
	if (c->multi != NULL)
		curl_multi_cleanup(c->multi);
	transfer_anchors_free(c->anchors);
	tasks_free(&c->tasks);
	pthread_mutex_destroy(&c->lock);
	free(c);
	curl_global_cleanup();
}

static int start_thread(struct http_client *c)
{
	sigset_t all, before;
	pthread_attr_t attr;
	sigfillset(&all);
	int why = pthread_attr_init(&attr);
	if (why != 0)
		return why;
	why = pthread_attr_setstacksize(&attr, STACK);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	if (why == 0)
		why = pthread_create(&c->thread, &attr, run, c);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	pthread_attr_destroy(&attr);
	return why;
}

enum tocsin_err http_client_start(const struct http_client_config *config, struct http_client **out)
{
	*out = NULL;
	if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
		return fail(TOCSIN_BROKEN, "cannot start the HTTP client: libcurl does not start");
	struct http_client *c = calloc(1, sizeof *c);
	if (c == NULL) {
		curl_global_cleanup();
		return fail(TOCSIN_BROKEN, "cannot start the HTTP client: out of memory");
	}
	pthread_mutex_init(&c->lock, NULL);
	c->plain_anywhere = config->plain_anywhere;
	enum tocsin_err e = config->ca_file != NULL ? transfer_anchors_read(config->ca_file, &c->anchors) : TOCSIN_OK;
	if (e != TOCSIN_OK)
		goto err;
	c->multi = curl_multi_init();
	if (c->multi == NULL ||
	    curl_multi_setopt(c->multi, CURLMOPT_MAX_HOST_CONNECTIONS, (long)config->max_per_host) != CURLM_OK ||
	    curl_multi_setopt(c->multi, CURLMOPT_MAXCONNECTS, KEPT_CONNECTIONS) != CURLM_OK ||
	    curl_multi_setopt(c->multi, CURLMOPT_PIPELINING, (long)CURLPIPE_NOTHING) != CURLM_OK) {
		e = fail(TOCSIN_BROKEN, "cannot start the HTTP client: out of memory");
		goto err;
	}
	int why = start_thread(c);
	if (why != 0) {
		e = fail(TOCSIN_BROKEN, "cannot start the HTTP client: %s", strerror(why));
		goto err;
	}
	*out = c;
	return TOCSIN_OK;
err:
	client_free(c);
	return e;
}

void http_client_stop(struct http_client *c)
{
	if (c == NULL)
		return;
	pthread_mutex_lock(&c->lock);
	c->stopping = true;
	pthread_mutex_unlock(&c->lock);
	curl_multi_wakeup(c->multi);
	pthread_join(c->thread, NULL);
	client_free(c);
}

/* The thread looks at the queues before it sleeps, so it needs no waking by itself. */
static void wake(struct http_client *c)
{
	if (!pthread_equal(pthread_self(), c->thread))
		curl_multi_wakeup(c->multi);
}

void http_client_send(struct http_client *c, const struct http_request *r, http_done *done, void *arg)
{
	struct transfer *t = transfer_new(r, done, arg);
	if (t == NULL)
		out_of_memory();
	pthread_mutex_lock(&c->lock);
	*(c->last != NULL ? &c->last->next : &c->first) = t;
	c->last = t;
	pthread_mutex_unlock(&c->lock);
	wake(c);
}

void http_client_post(struct http_client *c, unsigned delay_ms, http_task *task, void *arg)
{
	int64_t due = clock_mono() + (int64_t)delay_ms * 1000;
	pthread_mutex_lock(&c->lock);
	bool ok = tasks_add(&c->tasks, due, task, arg);
	pthread_mutex_unlock(&c->lock);
	if (!ok)
		out_of_memory();
	wake(c);
}
