/*
 * courier: the outbox to partners, on the HTTP client's thread: its mail, its threads, its requests. What it sends is
 * in delivery.c.
 *
 * It may touch: the store (outbox, receipts, partners' logs), partners' addresses through the HTTP client. It holds no
 * key: what it sends is sealed here with public keys.
 */
#include "exchange/courier.h"

#include <time.h>

static void courier_task(void *arg);

/* ---- mail ---- */

static void post_locked(struct courier *c)
{
	if (c->task_posted || c->orphan)
		return;
	c->task_posted = true;
	http_client_post(c->x->client, 0, courier_task, c);
}

void courier_post(struct courier *c)
{
	pthread_mutex_lock(&c->mail);
	post_locked(c);
	pthread_mutex_unlock(&c->mail);
}

void courier_wake(struct exchange *x)
{
	pthread_mutex_lock(&x->lock);
	struct courier *c = x->courier;
	if (c != NULL) {
		pthread_mutex_lock(&c->mail);
		c->woken = true;
		post_locked(c);
		pthread_mutex_unlock(&c->mail);
	}
	pthread_mutex_unlock(&x->lock);
}

void courier_restoring(struct exchange *x, const char *partner)
{
	/* The row is there; looking finds it, whoever it is for. */
	log_say(LOG_NOTE, "giving back", "partner=%s", partner);
	courier_wake(x);
}

/* Waits for chores and for the alarm. */
static void *side_main(void *arg)
{
	struct courier *c = arg;
	pthread_mutex_lock(&c->mail);
	while (!c->side_stop) {
		struct chore *ch = c->chore;
		if (ch != NULL) {
			c->chore = ch->next;
			pthread_mutex_unlock(&c->mail);
			ch->work(ch);
			pthread_mutex_lock(&c->mail);
			ch->next = c->chore_done;
			c->chore_done = ch;
			post_locked(c);
		} else if (c->alarm_at == INT64_MAX) {
			pthread_cond_wait(&c->bell, &c->mail);
		} else if (c->alarm_at <= clock_mono()) {
			c->alarm_at = INT64_MAX;
			post_locked(c);
		} else {
			struct timespec ts = { c->alarm_at / CLOCK_SECOND, c->alarm_at % CLOCK_SECOND * 1000 };
			pthread_cond_timedwait(&c->bell, &c->mail, &ts);
		}
	}
	pthread_mutex_unlock(&c->mail);
	return NULL;
}

void courier_alarm(struct courier *c, int64_t at)
{
	pthread_mutex_lock(&c->mail);
	bool sooner = at < c->alarm_at;
	c->alarm_at = at;
	if (sooner)
		pthread_cond_signal(&c->bell);
	pthread_mutex_unlock(&c->mail);
}

/* ---- chores and trips ---- */

struct chore *chore_new(struct courier *c, struct link *l)
{
	struct chore *ch = calloc(1, sizeof *ch);
	if (ch == NULL)
		return NULL;
	ch->c = c;
	ch->link = l;
	memcpy(ch->name, l->name, sizeof ch->name);
	buf_init(&ch->a, LIMIT_CHAIN_BYTES);
	buf_init(&ch->b, LIMIT_CHAIN_BYTES);
	return ch;
}

static void chore_free(struct chore *ch)
{
	buf_free(&ch->a);
	buf_free(&ch->b);
	free(ch);
}

bool courier_chore(struct courier *c, struct chore *ch)
{
	if (ch->a.failed || ch->b.failed || c->stopping) {
		chore_free(ch);
		return false;
	}
	pthread_mutex_lock(&c->mail);
	struct chore **at = &c->chore;
	while (*at != NULL)
		at = &(*at)->next;
	*at = ch;
	pthread_cond_signal(&c->bell);
	pthread_mutex_unlock(&c->mail);
	return true;
}

struct trip *trip_new(struct courier *c, struct link *l)
{
	struct trip *t = calloc(1, sizeof *t);
	if (t == NULL)
		return NULL;
	t->c = c;
	t->link = l;
	t->epoch = l->epoch;
	return t;
}

void trip_free(struct trip *t)
{
	if (t == NULL)
		return;
	parcel_free(t->parcel);
	free(t);
}

static void courier_free(struct courier *c)
{
	for (size_t i = 0; i < c->link_n; i++) {
		struct link *l = c->link[i];
		watch_free(l->watch);
		buf_free(&l->suspect_a);
		buf_free(&l->suspect_b);
		free(l->under_way.v);
		free(l);
	}
	for (struct chore *ch = c->chore, *next; ch != NULL; ch = next) {
		next = ch->next;
		chore_free(ch);
	}
	for (struct chore *ch = c->chore_done, *next; ch != NULL; ch = next) {
		next = ch->next;
		chore_free(ch);
	}
	for (struct trip *t = c->landed, *next; t != NULL; t = next) {
		next = t->next;
		trip_free(t);
	}
	free(c->link);
	free(c->claim);
	arena_free(c->arena);
	buf_free(&c->plain);
	pthread_mutex_destroy(&c->lock);
	pthread_mutex_destroy(&c->mail);
	pthread_cond_destroy(&c->bell);
	pthread_cond_destroy(&c->calm);
	free(c);
}

/* The last call of a courier that was stopped meanwhile clears up. LOCK is held, and let go. */
static void leave(struct courier *c)
{
	pthread_mutex_lock(&c->mail);
	bool last = c->orphan && c->calls == 0 && !c->task_posted;
	pthread_mutex_unlock(&c->mail);
	pthread_mutex_unlock(&c->lock);
	if (last)
		courier_free(c);
}

static void on_answer(void *arg, const struct http_result *r)
{
	struct trip *t = arg;
	struct courier *c = t->c;
	pthread_mutex_lock(&c->lock);
	c->calls--;
	if (!c->stopping) {
		t->answered(t, r);
		delivery_round(c);
	} else {
		trip_free(t);
	}
	leave(c);
}

bool courier_send(struct courier *c, struct trip *t, const struct peer *peer, const char *method, const char *path,
	const char *type, struct buf *body, size_t max)
{
	char url[1024];
	struct link *l = t->link;
	if (peer->card->url_n == 0) {
		link_fail(c, l, t->epoch, "the card of %s names no address: it fetches what waits, or a carry file brings it", l->name);
		trip_free(t);
		return false;
	}
	snprintf(url, sizeof url, "%s%s", peer->card->url[l->url % peer->card->url_n], path);
	struct http_request r = { .method = method, .url = url, .type = type, .body = body, .max_answer = max,
		.timeout_ms = COURIER_TIMEOUT_MS };
	c->calls++;
	http_client_send(c->x->client, &r, on_answer, t);
	return true;
}

static void on_commit(void *arg, const struct change_result *results, size_t n, const struct commit_info *info)
{
	struct trip *t = arg;
	struct courier *c = t->c;
	(void)n;
	(void)info;
	t->err = results[0].err;
	memcpy(t->sentence, results[0].sentence, sizeof t->sentence);
	pthread_mutex_lock(&c->mail);
	t->next = c->landed;
	c->landed = t;
	c->commits--;
	post_locked(c);
	pthread_cond_broadcast(&c->calm);
	pthread_mutex_unlock(&c->mail);
}

void courier_commit(struct courier *c, struct trip *t, struct change *ch)
{
	pthread_mutex_lock(&c->mail);
	c->commits++;
	pthread_mutex_unlock(&c->mail);
	store_submit(c->x->desk->store, &ch, 1, on_commit, t);
}

/* ---- links ---- */

static size_t link_place(const struct courier *c, const char *name, bool *found)
{
	size_t low = 0, high = c->link_n;
	*found = false;
	while (low < high && !*found) {
		size_t mid = (low + high) / 2;
		int order = strcmp(c->link[mid]->name, name);
		if (order == 0) {
			*found = true;
			return mid;
		}
		if (order < 0)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

static bool more_links(struct courier *c)
{
	if (c->link_n < c->link_room)
		return true;
	size_t room = c->link_room == 0 ? 16 : c->link_room * 2;
	struct link **link = realloc(c->link, room * sizeof(struct link *));
	if (link != NULL)
		c->link = link;
	struct outbox_claim *claim = realloc(c->claim, room * sizeof *claim);
	if (claim != NULL)
		c->claim = claim;
	if (link == NULL || claim == NULL)
		return false;
	c->link_room = room;
	return true;
}

struct link *courier_link(struct courier *c, const char *name)
{
	bool found;
	size_t at = link_place(c, name, &found);
	if (found)
		return c->link[at];
	struct link *l = strlen(name) <= LIMIT_NAME && more_links(c) ? calloc(1, sizeof *l) : NULL;
	if (l == NULL)
		return NULL;
	memcpy(l->name, name, strlen(name) + 1);
	l->batch = OUTBOX_BATCH_COUNT;
	memmove(c->link + at + 1, c->link + at, (c->link_n - at) * sizeof(struct link *));
	c->link[at] = l;
	c->link_n++;
	return l;
}

static void courier_task(void *arg)
{
	struct courier *c = arg;
	pthread_mutex_lock(&c->lock);
	pthread_mutex_lock(&c->mail);
	c->task_posted = false;
	struct trip *landed = c->landed;
	struct chore *done = c->chore_done;
	if (!c->stopping) {
		c->landed = NULL;
		c->chore_done = NULL;
		c->look = c->look || c->woken;
		c->woken = false;
	}
	pthread_cond_broadcast(&c->calm);
	pthread_mutex_unlock(&c->mail);
	if (!c->stopping) {
		for (struct trip *t = landed, *next; t != NULL; t = next) {
			next = t->next;
			t->landed(t);
			trip_free(t);
		}
		for (struct chore *ch = done, *next; ch != NULL; ch = next) {
			next = ch->next;
			if (ch->done != NULL)
				ch->done(ch);
			chore_free(ch);
		}
		delivery_round(c);
	}
	leave(c);
}

/* ---- start and stop ---- */

enum tocsin_err courier_start(struct exchange *x)
{
	struct courier *c = calloc(1, sizeof *c);
	struct arena *a = arena_new(64u << 20);
	if (c == NULL || a == NULL || x->client == NULL) {
		free(c);
		arena_free(a);
		return fail(TOCSIN_BROKEN, "no memory for the courier");
	}
	pthread_condattr_t attr;
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&c->bell, &attr);
	pthread_cond_init(&c->calm, &attr);
	pthread_condattr_destroy(&attr);
	pthread_mutex_init(&c->lock, NULL);
	pthread_mutex_init(&c->mail, NULL);
	c->x = x;
	c->arena = a;
	c->alarm_at = INT64_MAX;
	buf_init_secret(&c->plain, LIMIT_ENVELOPE + 4096);
	if (pthread_create(&c->side, NULL, side_main, c) != 0) {
		courier_free(c);
		return fail(TOCSIN_BROKEN, "no thread for the courier");
	}
	c->side_started = true;
	x->courier = c;
	courier_wake(x);
	return TOCSIN_OK;
}

void courier_stop(struct exchange *x)
{
	/* From here on nobody else can wake it. */
	pthread_mutex_lock(&x->lock);
	struct courier *c = x->courier;
	x->courier = NULL;
	pthread_mutex_unlock(&x->lock);
	if (c == NULL)
		return;
	pthread_mutex_lock(&c->lock);
	c->stopping = true;
	pthread_mutex_unlock(&c->lock);

	pthread_mutex_lock(&c->mail);
	c->side_stop = true;
	pthread_cond_signal(&c->bell);
	pthread_mutex_unlock(&c->mail);
	if (c->side_started)
		pthread_join(c->side, NULL);

	/* Commits end soon; a posted task runs at once unless the client was stopped before us, which then never runs
	 * it. Requests may take a minute: the last one clears up. */
	pthread_mutex_lock(&c->mail);
	while (c->commits > 0)
		pthread_cond_wait(&c->calm, &c->mail);
	int64_t most = clock_mono() + CLOCK_SECOND;
	struct timespec ts = { most / CLOCK_SECOND, most % CLOCK_SECOND * 1000 };
	while (c->task_posted && pthread_cond_timedwait(&c->calm, &c->mail, &ts) == 0)
		;
	bool busy = c->task_posted;
	pthread_mutex_unlock(&c->mail);

	pthread_mutex_lock(&c->lock);
	pthread_mutex_lock(&c->mail);
	busy = busy || c->calls > 0;
	c->orphan = true;
	pthread_mutex_unlock(&c->mail);
	pthread_mutex_unlock(&c->lock);
	if (!busy)
		courier_free(c);
}
