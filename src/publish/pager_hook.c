#include "base/clock.h"
#include "publish/pager_part.h"

#define BODY_MAX (256u << 10)
#define ANSWER_MAX (64u << 10)          /* it is thrown away */

struct asking {
	pthread_mutex_t lock;
	pthread_cond_t over;
	bool done;
	enum tocsin_err err;
	unsigned status;
	const char *address;
	char sentence[300];
};

/* SENTENCE without the address: some have a password in their path, and the sentence is shown to more than its owner. */
static void hide(const char *sentence, const char *address, char *out, size_t room)
{
	const char *at = strstr(sentence, address);
	if (at == NULL)
		snprintf(out, room, "%s", sentence);
	else
		snprintf(out, room, "%.*sthe webhook%s", (int)(at - sentence), sentence, at + strlen(address));
}

static void answered(void *arg, const struct http_result *r)
{
	struct asking *a = arg;
	pthread_mutex_lock(&a->lock);
	a->err = r->err;
	a->status = r->status;
	if (r->err != TOCSIN_OK)
		hide(r->sentence, a->address, a->sentence, sizeof a->sentence);
	a->done = true;
	pthread_cond_signal(&a->over);
	pthread_mutex_unlock(&a->lock);
}

/* Takes the request's body; not after the pager began to stop, when there may be no client any more. */
static enum tocsin_err send_and_wait(struct pager *p, struct http_request *r, unsigned *status)
{
	struct asking a = { .lock = PTHREAD_MUTEX_INITIALIZER, .over = PTHREAD_COND_INITIALIZER, .address = r->url };
	pthread_mutex_lock(&p->lock);
	bool stops = atomic_load(&p->stop);
	if (!stops)
		http_client_send(p->client, r, answered, &a);
	pthread_mutex_unlock(&p->lock);
	if (stops)
		return fail(TOCSIN_OFFLINE, "the node stops");
	pthread_mutex_lock(&a.lock);
	while (!a.done)
		pthread_cond_wait(&a.over, &a.lock);
	pthread_mutex_unlock(&a.lock);
	pthread_cond_destroy(&a.over);
	pthread_mutex_destroy(&a.lock);
	*status = a.status;
	return a.err == TOCSIN_OK ? TOCSIN_OK : fail(TOCSIN_OFFLINE, "%s", a.sentence);
}

enum tocsin_err pager_hook(struct pager *p, const struct notice *n, const struct channel_row *channel)
{
	char signature[NOTICE_SIGNATURE];
	unsigned status = 0;
	struct buf body;
	buf_init(&body, BODY_MAX);
	notice_json(n, &body);
	enum tocsin_err err = buf_end(&body, "a webhook's body");
	if (err == TOCSIN_OK) {
		/* Receivers refuse what is old: the real time, even in an exercise whose clock is set. */
		notice_signature(channel->secret, clock_real() / CLOCK_SECOND, buf_bytes(&body), signature);
		struct http_request r = { .method = "POST", .url = channel->address, .type = "application/json",
			.signature = signature, .body = &body, .max_answer = ANSWER_MAX, .timeout_ms = PAGER_HOOK_MS };
		err = send_and_wait(p, &r, &status);
	}
	buf_free(&body);
	if (err != TOCSIN_OK || (status >= 200 && status <= 299))
		return err;
	if (status == 410)
		return fail(TOCSIN_REFUSED, "the webhook answers 410: it is gone");
	return fail(TOCSIN_OFFLINE, status >= 300 && status <= 399 ? "the webhook answers %u: redirects are not followed"
								   : "the webhook answers %u", status);
}
