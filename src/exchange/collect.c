/*
 * collect: fetches what waits for this node at its partners, when it takes no calls (exchange/mailbox.h).
 *
 * One thread does everything that waits: the keeper, the intake, the disk.  Requests run beside it and only leave their
 * answers, so that a partner that does not answer keeps nobody else waiting.  Who is asked is looked up in the directory
 * from time to time; one that does not answer is left alone for longer and longer, at most a minute, or the interval.
 */
#include "base/random.h"
#include "desk/cards.h"
#include "exchange/courier.h"
#include "exchange/mailbox.h"

#define LOOK (10 * CLOCK_SECOND)                /* at the directory */
#define CALLS 64                                /* under way to partners that answered last time, and to the others */
#define ANSWER_MAX (LIMIT_BATCH_BYTES + 4096)

struct source {
	char name[LIMIT_NAME + 1];
	bool there;                             /* a partner with an address */
	bool busy, live;
	unsigned fails, url;
	int64_t next_at;                        /* clock_mono */
	uint8_t nonce[FETCH_NONCE];
	bool card_due;                          /* its chain is to be fetched: something needs a card of it that is not held */
	struct buf behind;                      /* the checkpoint with which it said that its log is smaller than we hold */
};

enum step { FETCH, ANSWER, CARD };
struct errand {
	struct collect *c;
	struct source *source;
	enum step step;
	bool live;                              /* of its source, when it was sent */
	enum tocsin_err err;
	unsigned status;
	char sentence[200];
	struct buf body;
	struct errand *next;
};

struct collect {
	struct exchange *x;
	pthread_t thread;
	bool running;
	struct source **source;                 /* sorted by name; the thread's alone */
	size_t n, room;
	unsigned calls[2];                      /* under way, by whether it is live */
	int64_t look_at;

	pthread_mutex_t lock;                   /* what is below */
	pthread_cond_t bell;
	bool stop;
	size_t held;                            /* by the owner and by each request under way */
	struct errand *done;
};

static int64_t interval(const struct collect *c)
{
	return (int64_t)c->x->config.fetch_seconds * CLOCK_SECOND;
}

static void errand_free(struct errand *e)
{
	buf_free(&e->body);
	free(e);
}

static void release(struct collect *c)
{
	pthread_mutex_lock(&c->lock);
	size_t held = --c->held;
	pthread_mutex_unlock(&c->lock);
	if (held > 0)
		return;
	for (struct errand *e = c->done, *next; e != NULL; e = next) {
		next = e->next;
		errand_free(e);
	}
	for (size_t i = 0; i < c->n; i++) {
		buf_free(&c->source[i]->behind);
		free(c->source[i]);
	}
	free(c->source);
	pthread_cond_destroy(&c->bell);
	pthread_mutex_destroy(&c->lock);
	free(c);
}

/* ---- requests ---- */

static void on_answer(void *arg, const struct http_result *r)
{
	struct errand *e = arg;
	struct collect *c = e->c;
	e->err = r->err;
	e->status = r->status;
	if (r->err == TOCSIN_OK)
		buf_add_bytes(&e->body, r->body);
	else
		snprintf(e->sentence, sizeof e->sentence, "%s", r->sentence != NULL ? r->sentence : err_name(r->err));
	pthread_mutex_lock(&c->lock);
	e->next = c->done;
	c->done = e;
	pthread_cond_signal(&c->bell);
	pthread_mutex_unlock(&c->lock);
	release(c);
}

/* BODY may be NULL; it is taken. */
static enum tocsin_err start(struct collect *c, struct source *s, const struct peer *peer, enum step step, const char *path,
	struct buf *body)
{
	char url[1024];
	struct errand *e = calloc(1, sizeof *e);
	if (e == NULL)
		return fail(TOCSIN_BROKEN, "no memory for a request");
	*e = (struct errand){ .c = c, .source = s, .step = step, .live = s->live };
	buf_init(&e->body, ANSWER_MAX);
	snprintf(url, sizeof url, "%s%s", peer->card->url[s->url % peer->card->url_n], path);
	struct http_request r = { .method = body != NULL ? "POST" : "GET", .url = url,
		.type = body != NULL ? "application/octet-stream" : NULL, .body = body, .max_answer = ANSWER_MAX,
		.timeout_ms = COURIER_TIMEOUT_MS };
	pthread_mutex_lock(&c->lock);
	c->held++;
	pthread_mutex_unlock(&c->lock);
	s->busy = true;
	c->calls[s->live]++;
	http_client_send(c->x->client, &r, on_answer, e);
	return TOCSIN_OK;
}

/* Signs F to PEER; the note appended to OUT. */
static enum tocsin_err sign(struct collect *c, const struct peer *peer, struct fetch_note *f, struct buf *out)
{
	const struct desk *d = c->x->desk;
	const struct peer *self = directory_self(d->directory);
	uint8_t sig[1][NOTE_SIGNATURE];
	struct buf text;
	buf_init(&text, LIMIT_STATEMENT_TEXT);
	f->realm = d->realm;
	f->at = clock_now();
	card_party(self->card, &f->from);
	card_party(peer->card, &f->to);
	peer_release(self);
	fetch_note_format(f, &text);
	struct bytes one = buf_bytes(&text);
	enum tocsin_err err = buf_end(&text, "a fetch note");
	if (err == TOCSIN_OK)
		err = keeper_sign(d->keeper, &one, 1, sig);
	if (err == TOCSIN_OK) {
		note_begin(out, one);
		note_add_line(out, &keeper_public(d->keeper)->sign, sig[0], NOTE_SIGNATURE);
		err = buf_end(out, "a fetch note");
	}
	buf_free(&text);
	return err;
}

/* What is held of PEER's log. */
static enum tocsin_err held_of(struct collect *c, const struct peer *peer, struct arena *a, struct peer_log *held)
{
	struct snapshot *read = NULL;
	*held = (struct peer_log){ .size = 0 };
	enum tocsin_err err = snapshot_open(c->x->desk->store, &read);
	if (err == TOCSIN_OK)
		err = peer_log_get(read, peer->card->log.name, a, held);
	snapshot_close(read);
	return err == TOCSIN_MISSING ? TOCSIN_OK : err;
}

static enum tocsin_err fetch(struct collect *c, struct source *s, const struct peer *peer)
{
	struct fetch_note f = { .answers = false };
	struct peer_log held;
	struct buf body;
	struct arena *a = arena_new(64u << 10);
	buf_init(&body, LIMIT_NOTE);
	random_bytes(s->nonce, sizeof s->nonce);
	memcpy(f.nonce, s->nonce, sizeof f.nonce);
	enum tocsin_err err = a != NULL ? held_of(c, peer, a, &held) : fail(TOCSIN_BROKEN, "no memory for a request");
	if (err == TOCSIN_OK) {
		f.have = held.size;
		err = sign(c, peer, &f, &body);
	}
	if (err == TOCSIN_OK)
		err = start(c, s, peer, FETCH, "/exchange/v1/mailbox", &body);
	buf_free(&body);
	arena_free(a);
	return err;
}

/* ---- how it goes ---- */

static void good(struct source *s, int64_t wait)
{
	s->live = true;
	s->fails = 0;
	s->next_at = clock_mono() + wait;
}

static void failed(struct collect *c, struct source *s, const char *what, const char *why)
{
	uint16_t chance;
	random_bytes(&chance, sizeof chance);
	if (s->live || s->fails == 0)
		log_say(LOG_WARN, "mail not fetched", "partner=%s what=\"%s\" why=\"%s\"", s->name, what, why);
	s->live = false;
	s->url++;
	if (s->fails < 1000)
		s->fails++;
	int64_t wait = outbox_delay(s->fails, c->x->config.retry_seconds, true, chance);
	s->next_at = clock_mono() + (wait > interval(c) ? wait : interval(c));
}

static void failed_here(struct collect *c, struct source *s, const char *what)
{
	failed(c, s, what, fail_sentence());
}

static void failed_http(struct collect *c, struct source *s, const struct errand *e)
{
	static const char *const what[] = { [FETCH] = "fetching", [ANSWER] = "answering", [CARD] = "its card" };
	char why[320];
	if (e->err != TOCSIN_OK) {
		failed(c, s, what[e->step], e->sentence);
		return;
	}
	const uint8_t *end = e->body.n > 0 ? memchr(e->body.p, '\n', e->body.n) : NULL;
	size_t n = end != NULL ? (size_t)(end - e->body.p) : 0;
	for (size_t i = 0; i < n; i++)
		if (e->body.p[i] < ' ' || e->body.p[i] > '~' || e->body.p[i] == '"')
			n = 0;
	snprintf(why, sizeof why, "HTTP status %u: %.*s", e->status, n < 200 ? (int)n : 200, n > 0 ? (const char *)e->body.p : "");
	failed(c, s, what[e->step], why);
}

/* ---- a batch ---- */

/* The answer OUT to what was fetched goes back, signed. */
static enum tocsin_err answer_back(struct collect *c, struct source *s, const struct peer *peer, struct bytes out)
{
	struct fetch_note f = { .answers = true, .answer = sha256(out) };
	struct buf body;
	buf_init(&body, LIMIT_ANSWER_BYTES + LIMIT_NOTE);
	memcpy(f.nonce, s->nonce, sizeof f.nonce);
	enum tocsin_err err = sign(c, peer, &f, &body);
	if (err == TOCSIN_OK) {
		buf_add_bytes(&body, out);
		err = buf_end(&body, "an answer");
	}
	if (err == TOCSIN_OK)
		err = start(c, s, peer, ANSWER, "/exchange/v1/mailbox/answer", &body);
	buf_free(&body);
	return err;
}

static bool needs_card(struct bytes out, struct arena *a)
{
	struct answer answer;
	if (answer_parse(out, a, &answer) != TOCSIN_OK)
		return false;
	for (size_t i = 0; i < answer.n; i++)
		if (!answer.item[i].accepted && strcmp(answer.item[i].code, refusal_code(REFUSE_CARD)) == 0)
			return true;
	return false;
}

static enum tocsin_err take_batch(struct collect *c, struct source *s, const struct peer *peer, struct bytes body)
{
	struct buf out;
	struct arena *a = arena_new(8u << 20);
	struct batch *b = a != NULL ? arena_alloc(a, sizeof *b) : NULL;
	buf_init(&out, LIMIT_ANSWER_BYTES);
	enum tocsin_err err = b != NULL ? batch_parse(body, b) : fail(TOCSIN_BROKEN, "no memory for a batch");
	/* Nothing that would have to be answered: asking again at once would go on for ever. */
	bool empty = err == TOCSIN_OK && b->n == 0;
	if (empty)
		good(s, interval(c));
	else if (err == TOCSIN_OK)
		err = intake_batch_wait(c->x, b, &out);
	if (err == TOCSIN_OK && !empty) {
		s->card_due = s->card_due || needs_card(buf_bytes(&out), a);
		err = answer_back(c, s, peer, buf_bytes(&out));
	}
	buf_free(&out);
	arena_free(a);
	return err;
}

/* ---- its card ---- */

/* It says that its log is smaller than what is held, and its card does not explain it: evidence. */
static void judge_behind(struct collect *c, struct source *s, const struct peer *peer)
{
	struct checkpoint cp;
	struct peer_log held;
	struct arena *a = arena_new(64u << 10);
	if (a != NULL && held_of(c, peer, a, &held) == TOCSIN_OK && held.note.n > 0) {
		const struct sent sent = { .realm = c->x->desk->realm, .log = peer->card->log, .have = held.size,
			.have_root = held.root };
		if (receipts_check_behind(&sent, buf_bytes(&s->behind), &cp) == RECEIPTS_SHRUNKEN &&
			exchange_conflict(c->x, s->name, CONFLICT_SHRUNKEN, fail_sentence(), held.note, buf_bytes(&s->behind)) != TOCSIN_OK)
			log_say(LOG_ERROR, "evidence not kept", "partner=%s why=\"%s\"", s->name, fail_sentence());
	}
	arena_free(a);
}

static void take_card(struct collect *c, struct source *s, const struct peer *peer, struct bytes chain)
{
	char name[LIMIT_NAME + 1] = "";
	const char *what = "";
	enum tocsin_err err = cards_take(c->x->desk, chain, false, name, &what);
	if (err == TOCSIN_OK && strcmp(name, s->name) != 0)
		err = fail(TOCSIN_REFUSED, "it shows the card of %s as its own", name);
	bool newer = err == TOCSIN_OK && strcmp(what, "extended") == 0;
	if (err != TOCSIN_OK)
		failed_here(c, s, "its card");
	else
		good(s, newer ? 0 : interval(c));
	if (s->behind.n > 0 && !newer)
		judge_behind(c, s, peer);
	buf_clear(&s->behind);
	if (newer)
		courier_wake(c->x);             /* what waited for this card can go */
}

/* ---- one answer ---- */

static void take(struct collect *c, struct errand *e)
{
	struct source *s = e->source;
	const struct peer *peer = directory_find(c->x->desk->directory, s->name);
	s->busy = false;
	if (peer == NULL || peer->card->url_n == 0 || peer->state == PEER_DISTRUSTED) {
		s->there = false;
	} else if (e->err != TOCSIN_OK || e->body.failed) {
		failed_http(c, s, e);
	} else if (e->step == FETCH && e->status == 200) {
		if (take_batch(c, s, peer, buf_bytes(&e->body)) != TOCSIN_OK)
			failed_here(c, s, "taking in");
	} else if (e->step == FETCH && e->status == 204) {
		good(s, interval(c));
	} else if (e->step == FETCH && e->status == 409) {
		buf_clear(&s->behind);
		buf_add_bytes(&s->behind, buf_bytes(&e->body));
		s->card_due = !s->behind.failed;
		good(s, s->card_due ? 0 : interval(c));
	} else if (e->step == FETCH && e->status == 429) {
		good(s, CLOCK_SECOND);
	} else if (e->step == ANSWER && e->status == 200) {
		good(s, 0);                  /* there may be more */
	} else if (e->step == CARD && e->status == 200) {
		take_card(c, s, peer, buf_bytes(&e->body));
	} else {
		failed_http(c, s, e);
	}
	peer_release(peer);
}

/* ---- whom to ask ---- */

static struct source *source_of(struct collect *c, const char *name)
{
	size_t low = 0, high = c->n;
	while (low < high) {
		size_t mid = (low + high) / 2;
		int order = strcmp(c->source[mid]->name, name);
		if (order == 0)
			return c->source[mid];
		if (order < 0)
			low = mid + 1;
		else
			high = mid;
	}
	if (c->n == c->room) {
		size_t room = c->room == 0 ? 16 : c->room * 2;
		struct source **more = realloc(c->source, room * sizeof(struct source *));
		if (more == NULL)
			return NULL;
		c->source = more;
		c->room = room;
	}
	struct source *s = calloc(1, sizeof *s);
	if (s == NULL)
		return NULL;
	snprintf(s->name, sizeof s->name, "%s", name);
	buf_init(&s->behind, LIMIT_CHECKPOINT_NOTE);
	memmove(c->source + low + 1, c->source + low, (c->n - low) * sizeof(struct source *));
	c->source[low] = s;
	c->n++;
	return s;
}

static void look(struct collect *c, int64_t mono)
{
	const struct peer **peer = calloc(DIRECTORY_MAX, sizeof(struct peer *));
	c->look_at = mono + (interval(c) < LOOK ? interval(c) : LOOK);
	if (peer == NULL)
		return;
	for (size_t i = 0; i < c->n; i++)
		c->source[i]->there = false;
	size_t n = directory_all(c->x->desk->directory, peer, DIRECTORY_MAX);
	for (size_t i = 0; i < n; i++) {
		bool may = peer[i]->state != PEER_DISTRUSTED && peer[i]->card->url_n > 0;
		struct source *s = may ? source_of(c, peer[i]->name) : NULL;
		if (s != NULL)
			s->there = true;
		peer_release(peer[i]);
	}
	free(peer);
}

static void ask(struct collect *c, struct source *s)
{
	const struct peer *peer = directory_find(c->x->desk->directory, s->name);
	enum tocsin_err err = TOCSIN_OK;
	if (peer == NULL || peer->card->url_n == 0) {
		s->there = false;
	} else if (s->card_due) {
		s->card_due = false;
		err = start(c, s, peer, CARD, "/exchange/v1/card", NULL);
	} else {
		err = fetch(c, s, peer);
	}
	if (err != TOCSIN_OK)
		failed_here(c, s, "asking");
	peer_release(peer);
}

/* Asks who is due; until when nothing has to be done (clock_mono). */
static int64_t turn(struct collect *c)
{
	int64_t mono = clock_mono();
	if (!exchange_ready(c->x))
		return mono + CLOCK_SECOND / 5;
	if (c->look_at <= mono)
		look(c, mono);
	int64_t next = c->look_at;
	for (size_t i = 0; i < c->n; i++) {
		struct source *s = c->source[i];
		if (!s->there || s->busy)
			continue;
		if (s->next_at > mono)
			next = s->next_at < next ? s->next_at : next;
		else if (c->calls[s->live] < CALLS)
			ask(c, s);
	}
	return next;
}

/* ---- the thread ---- */

static void *run(void *arg)
{
	struct collect *c = arg;
	pthread_mutex_lock(&c->lock);
	while (!c->stop) {
		struct errand *done = c->done;
		c->done = NULL;
		pthread_mutex_unlock(&c->lock);
		for (struct errand *e = done, *next; e != NULL; e = next) {
			next = e->next;
			c->calls[e->live]--;
			take(c, e);
			errand_free(e);
		}
		int64_t until = turn(c);
		struct timespec ts = { until / CLOCK_SECOND, until % CLOCK_SECOND * 1000 };
		pthread_mutex_lock(&c->lock);
		while (!c->stop && c->done == NULL && pthread_cond_timedwait(&c->bell, &c->lock, &ts) == 0)
			;
	}
	pthread_mutex_unlock(&c->lock);
	return NULL;
}

enum tocsin_err collect_start(struct exchange *x)
{
	if (x->config.fetch_seconds == 0)
		return TOCSIN_OK;
	struct collect *c = x->client != NULL ? calloc(1, sizeof *c) : NULL;
	if (c == NULL)
		return fail(TOCSIN_BROKEN, "no memory to fetch mail");
	pthread_condattr_t mono;
	pthread_condattr_init(&mono);
	pthread_condattr_setclock(&mono, CLOCK_MONOTONIC);
	pthread_cond_init(&c->bell, &mono);
	pthread_condattr_destroy(&mono);
	pthread_mutex_init(&c->lock, NULL);
	c->x = x;
	c->held = 1;
	x->collect = c;
	c->running = pthread_create(&c->thread, NULL, run, c) == 0;
	return c->running ? TOCSIN_OK : fail(TOCSIN_BROKEN, "cannot start the thread that fetches mail");
}

void collect_stop(struct exchange *x)
{
	struct collect *c = x->collect;
	if (c == NULL)
		return;
	x->collect = NULL;
	pthread_mutex_lock(&c->lock);
	c->stop = true;
	pthread_cond_signal(&c->bell);
	pthread_mutex_unlock(&c->lock);
	if (c->running)
		pthread_join(c->thread, NULL);
	release(c);
}
