/*
 * pager_work: the workers: each takes the next try of its kind, delivers it, and writes down what came of it.
 *
 * Two never work on one channel at a time, so that a receiver that is slow takes up one of them.  What is taken is read
 * under the pager's lock from a snapshot that is opened under it, and a worker's channel is free only when what came of
 * the try is durable: none is delivered by two.
 */
#include <stdlib.h>

#include "base/clock.h"
#include "base/log.h"
#include "desk/channels.h"
#include "publish/pager_part.h"

#define TRY_ARENA (256u << 10)
#define TROUBLE_TEXT 300
#define SUMMARY_MAX 8192
#define LOOKED_AT 1000000               /* rows passed over, whose channels others are at */
#define AGAIN_LEAST (5 * CLOCK_SECOND)
#define AGAIN_MOST (600 * CLOCK_SECOND)
#define AGAIN_MOST_LIFE (30 * CLOCK_SECOND)
#define TRIED_FOR (86400 * CLOCK_SECOND)

/* One try with all that belongs to it, in the arena. */
struct errand {
	struct arena *arena;
	struct try_row row;
	struct page_row page;
	struct page_facts facts;
	struct channel_row channel;
	bool found;
};

/* ---- what is next ---- */

struct picking {
	struct pager_worker *worker;
	struct errand *errand;
};

static bool pick(void *arg, const struct try_row *row)
{
	struct picking *k = arg;
	const struct pager *p = k->worker->pager;
	for (size_t i = 0; i < p->worker_n; i++)
		if (p->worker[i].busy == row->channel && p->worker[i].life == row->life)
			return true;
	k->errand->row = *row;
	k->errand->row.state = k->errand->row.trouble = "";
	k->errand->row.kind = k->worker->kind;
	k->errand->found = true;
	return false;
}

static enum tocsin_err read_errand(struct snapshot *r, struct errand *e)
{
	enum tocsin_err err = page_get(r, e->row.page, e->arena, &e->page);
	if (err == TOCSIN_OK)
		err = page_facts_get(r, e->row.page, e->arena, &e->facts);
	if (err == TOCSIN_OK)
		err = channel_get(r, e->row.channel, e->arena, &e->channel);
	return err == TOCSIN_MISSING ? fail(TOCSIN_BROKEN, "a page's try is about what is not there") : err;
}

/* Takes the next try for W, whose channel is W's then. */
static enum tocsin_err take(struct pager_worker *w, struct errand *e)
{
	struct pager *p = w->pager;
	struct snapshot *r = NULL;
	struct picking k = { w, e };
	e->found = false;
	pthread_mutex_lock(&p->lock);
	enum tocsin_err err = snapshot_open(p->desk->store, &r);
	if (err == TOCSIN_OK)
		err = tries_due(r, w->kind, w->life, clock_now(), LOOKED_AT, pick, &k);
	if (err == TOCSIN_OK && e->found)
		w->busy = e->row.channel;
	pthread_mutex_unlock(&p->lock);
	if (err == TOCSIN_OK && e->found)
		err = read_errand(r, e);
	snapshot_close(r);
	return err;
}

static void let_go(struct pager_worker *w)
{
	pthread_mutex_lock(&w->pager->lock);
	w->busy = 0;
	pthread_mutex_unlock(&w->pager->lock);
}

/* ---- saying it ---- */

static enum tocsin_err deliver(struct pager_worker *w, const struct errand *e)
{
	static const struct {
		const char *kind;
		enum tocsin_err (*deliver)(struct pager *p, const struct notice *n, const struct channel_row *channel);
	} ways[] = { { "email", pager_mail }, { "webhook", pager_hook }, { "command", pager_command } };
	char about[17] = "";
	struct zone *zone = NULL;
	struct buf summary;
	const struct desk *d = w->pager->desk;
	const struct page_facts *f = &e->facts;
	if (f->has_statement)
		hex_encode(f->statement.b, 8, about);
	buf_init(&summary, SUMMARY_MAX);
	enum tocsin_err err = desk_zone(d, &zone);
	if (err == TOCSIN_OK && strcmp(w->kind, "command") != 0)
		err = page_summary(d, &e->page, &summary);
	buf_add_char(&summary, 0);
	if (err == TOCSIN_OK)
		err = buf_end(&summary, "a summary");
	if (err != TOCSIN_OK)
		goto end;
	const struct notice n = { .node = d->name, .exercise = d->realm == REALM_EXERCISE,
		.test = channel_says_test(e->page.what), .life = e->page.life, .page = e->page.id,
		.account = e->page.account, .at = e->page.at, .what = e->page.what, .about = about,
		.kind = f->statement_kind, .clock = f->clock_id, .due_at = f->due_at,
		.whose = f->whose[0] != 0 ? f->whose : f->unit, .why = f->why, .summary = (const char *)summary.p, .zone = zone };
	for (size_t i = 0; err == TOCSIN_OK && i < sizeof ways / sizeof *ways; i++)
		if (strcmp(ways[i].kind, w->kind) == 0)
			err = ways[i].deliver(w->pager, &n, &e->channel);
end:
	zone_free(zone);
	buf_free(&summary);
	return err;
}

/* ---- what came of it ---- */

/* Longer and longer, by how long the channel has been in trouble. */
static int64_t next_try(const struct errand *e, int64_t now)
{
	int64_t most = e->row.life ? AGAIN_MOST_LIFE : AGAIN_MOST;
	int64_t delay = e->channel.troubled_at != 0 && now > e->channel.troubled_at ? (now - e->channel.troubled_at) / 2 : 0;
	return now + (delay < AGAIN_LEAST ? AGAIN_LEAST : delay > most ? most : delay);
}

struct outlook {
	bool hope;                      /* a try waits, or went through */
};

static bool hopeful(void *arg, const struct try_row *row)
{
	struct outlook *o = arg;
	o->hope = o->hope || strcmp(row->state, "waiting") == 0 || strcmp(row->state, "sent") == 0;
	return !o->hope;
}

/* The last try of a page has failed for good: it reached nobody. */
static enum tocsin_err end_page(const struct desk *d, const struct errand *e, const char *trouble, int64_t now)
{
	struct snapshot *r;
	struct outlook o = { 0 };
	enum tocsin_err err = snapshot_open(d->store, &r);
	if (err != TOCSIN_OK)
		return err;
	err = tries_of(r, e->row.page, hopeful, &o);
	snapshot_close(r);
	if (err != TOCSIN_OK || o.hope)
		return err;
	struct change *c = change_new();
	if (c == NULL)
		return fail(TOCSIN_BROKEN, "no memory for a page");
	change_page_failed(c, e->row.page, trouble);
	page_unreached(c, &e->page, now);
	err = store_commit(d->store, c, NULL, NULL);
	/* It failed before, or somebody acknowledged it. */
	return err == TOCSIN_LATER ? TOCSIN_OK : err;
}

static enum tocsin_err write_down(const struct desk *d, const struct errand *e, enum tocsin_err sent)
{
	char trouble[TROUBLE_TEXT] = "";
	int64_t now = clock_now();
	bool never = sent == TOCSIN_REFUSED || now - e->row.at > TRIED_FOR;
	if (sent != TOCSIN_OK)
		snprintf(trouble, sizeof trouble, "%s", fail_sentence());
	struct change *c = change_new();
	if (c == NULL)
		return fail(TOCSIN_BROKEN, "no memory for a page");
	if (sent == TOCSIN_OK)
		change_try_sent(c, e->row.page, e->row.channel, now);
	else if (never)
		change_try_end(c, e->row.page, e->row.channel, trouble, now);
	else
		change_try_later(c, &e->row, next_try(e, now), trouble, now);
	enum tocsin_err err = store_commit(d->store, c, NULL, NULL);
	if (sent != TOCSIN_OK)
		log_say(LOG_WARN, "page not taken", "page=%s channel=%s kind=%s again=%s why=\"%s\"", e->page.id, e->channel.id,
			e->channel.kind, never ? "no" : "yes", trouble);
	if (err == TOCSIN_OK && sent != TOCSIN_OK && never)
		err = end_page(d, e, trouble, now);
	/* The thread waits for the next try from now on. */
	store_wake(d->store);
	return err;
}

/* ---- the thread ---- */

/* One try; *DID: there was one. */
static enum tocsin_err work_once(struct pager_worker *w, struct arena *a, bool *did)
{
	struct pager *p = w->pager;
	struct errand e = { .arena = a };
	arena_reset(a);
	enum tocsin_err err = take(w, &e);
	*did = err == TOCSIN_OK && e.found;
	if (*did) {
		enum tocsin_err sent = deliver(w, &e);
		/* What failed because the node stops is tried again after its start. */
		if (sent == TOCSIN_OK || !atomic_load(&p->stop))
			err = write_down(p->desk, &e, sent);
	}
	let_go(w);
	return err;
}

void *pager_work(void *worker)
{
	struct pager_worker *w = worker;
	struct pager *p = w->pager;
	struct arena *a = arena_new(TRY_ARENA);
	if (a == NULL)
		log_say(LOG_ERROR, "pages stopped", "why=\"out of memory\"");
	pthread_mutex_lock(&p->lock);
	while (a != NULL && !atomic_load(&p->stop)) {
		uint64_t round = p->round;
		bool did = false;
		pthread_mutex_unlock(&p->lock);
		enum tocsin_err err = work_once(w, a, &did);
		if (err != TOCSIN_OK) {
			log_say(LOG_ERROR, "pages wait", "kind=%s why=\"%s\"", w->kind, fail_sentence());
			pager_say(p, fail_sentence());
		}
		pthread_mutex_lock(&p->lock);
		/* Another look of the thread's, which looks at least once a minute, is another try of this one. */
		while ((err != TOCSIN_OK || !did) && round == p->round && !atomic_load(&p->stop))
			pthread_cond_wait(&p->wake, &p->lock);
	}
	pthread_mutex_unlock(&p->lock);
	arena_free(a);
	return NULL;
}
