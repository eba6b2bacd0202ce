#include "node/timer.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "base/log.h"
#include "desk/ask.h"
#include "desk/clocks.h"
#include "desk/door_answer.h"
#include "desk/files.h"
#include "desk/keep.h"
#include "desk/match.h"
#include "desk/silence.h"
#include "desk/strangers.h"

#define FIRE_MAX 512                    /* clocks of one call */
#define IDLE_MS (600 * 1000)            /* nothing is to come */
#define LONGEST_MS (60 * 1000)          /* something is, and the machine's clock may be put forward */
#define PAUSE_US (50 * 1000)            /* between two looks, however many events come */
#define TROUBLE_MS (10 * 1000)
#define STACK ((size_t)512 << 10)

struct timer {
	const struct desk *desk;
	struct exchange *exchange;
	atomic_bool stop;
	pthread_t thread;
	pthread_mutex_t lock;                   /* of the sentence */
	char trouble[400];
};

static void say(struct timer *t, const char *sentence)
{
	pthread_mutex_lock(&t->lock);
	snprintf(t->trouble, sizeof t->trouble, "%s", sentence);
	pthread_mutex_unlock(&t->lock);
	if (sentence[0] != 0)
		log_say(LOG_ERROR, "clocks wait", "why=\"%s\"", sentence);
}

void timer_trouble(void *arg, char *out, size_t room)
{
	struct timer *t = arg;
	pthread_mutex_lock(&t->lock);
	snprintf(out, room, "%s", t->trouble);
	pthread_mutex_unlock(&t->lock);
}

static enum tocsin_err next(const struct desk *d, int64_t *at)
{
	struct snapshot *r;
	enum tocsin_err err = snapshot_open(d->store, &r);
	if (err != TOCSIN_OK)
		return err;
	err = clocks_next(r, at);
	snapshot_close(r);
	return err;
}

/* Does what is due; how long to sleep then, unless an event comes. */
static enum tocsin_err look(struct timer *t, int *wait_ms)
{
	int64_t at = INT64_MAX;
	enum tocsin_err err;
	while ((err = next(t->desk, &at)) == TOCSIN_OK && at <= clock_now() && !atomic_load(&t->stop)) {
		size_t done = 0;
		err = clocks_fire(t->desk, clock_now(), FIRE_MAX, &done);
		if (err != TOCSIN_OK)
			return err;
		if (done > 0)
			log_say(LOG_NOTE, "clocks due", "n=%zu", done);
	}
	int64_t leaves = INT64_MAX;
	do {
		bool issued = false;
		if (err == TOCSIN_OK)
			err = door_answers_leave(t->desk, clock_now(), &leaves, &issued);
		if (issued)
			exchange_wake(t->exchange);
	} while (err == TOCSIN_OK && leaves <= clock_now() && !atomic_load(&t->stop));
	at = leaves < at ? leaves : at;
	int64_t kept = INT64_MAX;
	bool more = err == TOCSIN_OK;
	while (err == TOCSIN_OK && more && !atomic_load(&t->stop))
		err = keep_work(t->desk, clock_now(), &kept, &more);
	at = kept < at ? kept : at;
	int64_t asked = INT64_MAX;
	if (err == TOCSIN_OK)
		err = ask_work(t->desk, clock_now(), &asked);
	at = asked < at ? asked : at;
	int64_t staged = INT64_MAX;
	if (err == TOCSIN_OK)
		err = files_expire(t->desk, clock_now(), &staged);
	at = staged < at ? staged : at;
	int64_t silent = INT64_MAX;
	if (err == TOCSIN_OK)
		err = strangers_expire(t->desk, clock_now(), &silent);
	at = silent < at ? silent : at;
	int64_t unheard = INT64_MAX;
	if (err == TOCSIN_OK)
		err = silence_work(t->desk, clock_now(), &unheard);
	at = unheard < at ? unheard : at;
	int64_t matched = INT64_MAX;
	bool issued = false;
	if (err == TOCSIN_OK)
		err = match_work(t->desk, clock_now(), &matched, &issued);
	if (issued)
		exchange_wake(t->exchange);
	at = matched < at ? matched : at;
	/* What failed is tried again soon, not when the next thing is due. */
	if (err != TOCSIN_OK)
		return err;
	int64_t left = (at - clock_now()) / 1000 + 1;
	*wait_ms = at == INT64_MAX ? IDLE_MS : left < 1 ? 1 : left > LONGEST_MS ? LONGEST_MS : (int)left;
	return err;
}

static void *run(void *arg)
{
	struct timer *t = arg;
	while (!atomic_load(&t->stop)) {
		/* Before it looks: what comes while it does wakes it again. */
		int64_t seq = store_event_seq(t->desk->store);
		int wait_ms = TROUBLE_MS;
		say(t, look(t, &wait_ms) == TOCSIN_OK ? "" : fail_sentence());
		if (store_wait(t->desk->store, seq, wait_ms) > seq && !atomic_load(&t->stop))
			usleep(PAUSE_US);
	}
	return NULL;
}

enum tocsin_err timer_start(const struct desk *d, struct exchange *x, struct timer **out)
{
	struct timer *t = calloc(1, sizeof *t);
	pthread_attr_t attr;
	if (t == NULL || pthread_attr_init(&attr) != 0) {
		free(t);
		return fail(TOCSIN_BROKEN, "no memory for the clocks");
	}
	t->desk = d;
	t->exchange = x;
	pthread_mutex_init(&t->lock, NULL);
	pthread_attr_setstacksize(&attr, STACK);
	int failed = pthread_create(&t->thread, &attr, run, t);
	pthread_attr_destroy(&attr);
	if (failed != 0) {
		pthread_mutex_destroy(&t->lock);
		free(t);
		return fail(TOCSIN_BROKEN, "cannot start the thread of the clocks");
	}
	*out = t;
	return TOCSIN_OK;
}

void timer_stop(struct timer *t)
{
	if (t == NULL)
		return;
	atomic_store(&t->stop, true);
	/* It may be just about to wait: it is woken until it is gone. */
	struct timespec at;
	do {
		store_wake(t->desk->store);
		clock_gettime(CLOCK_REALTIME, &at);
		at.tv_nsec += 20 * 1000 * 1000;
		if (at.tv_nsec >= 1000000000) {
			at.tv_sec++;
			at.tv_nsec -= 1000000000;
		}
	} while (pthread_timedjoin_np(t->thread, NULL, &at) != 0);
	pthread_mutex_destroy(&t->lock);
	free(t);
}
