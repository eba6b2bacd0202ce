#include "publish/pager.h"

#include <stdlib.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/log.h"
#include "base/text.h"
#include "desk/channel_test.h"
#include "desk/channels.h"
#include "desk/policy.h"
#include "publish/pager_part.h"

#define SPREAD_MAX 256                  /* pages of one transaction */
#define TESTS_MAX 16                    /* of channels, begun in one look */
#define LONGEST_MS (60 * 1000)
#define BUSY_MS 1000                    /* what is due is being worked on */
#define PAUSE_US (50 * 1000)            /* between two looks, however many events come */
#define TROUBLE_MS (10 * 1000)
#define BACKWARDS (60 * CLOCK_SECOND)
#define TESTS_EVERY CLOCK_SECOND        /* looking for tests at most so often */
#define SPREAD_ARENA (4u << 20)
#define STACK ((size_t)512 << 10)
#define PASSWORD_MAX 1024

static const struct {
	const char *kind;
	size_t each;                    /* for threats to life, and as many for the rest */
} crews[] = { { "email", 2 }, { "webhook", 4 }, { "command", 2 } };

void pager_say(struct pager *p, const char *sentence)
{
	pthread_mutex_lock(&p->lock);
	snprintf(p->trouble, sizeof p->trouble, "%s", sentence);
	pthread_mutex_unlock(&p->lock);
}

/* ---- spreading ---- */

struct spreading {
	struct pager *p;
	struct snapshot *read;
	struct arena *arena;
	struct zone *zone;
	int64_t now;
	struct page_row page[SPREAD_MAX];
	size_t n;
	bool full;
};

static bool take_page(void *arg, const struct page_row *row)
{
	struct spreading *s = arg;
	struct page_row *p = &s->page[s->n];
	*p = *row;
	p->id = arena_str(s->arena, bytes_str(row->id));
	p->what = arena_str(s->arena, bytes_str(row->what));
	p->account = arena_str(s->arena, bytes_str(row->account));
	p->state = arena_str(s->arena, bytes_str(row->state));
	p->trouble = "";
	s->full = p->id == NULL || p->what == NULL || p->account == NULL || p->state == NULL;
	/* What did not fit comes next time. */
	if (!s->full)
		s->n++;
	return !s->full && s->n < SPREAD_MAX;
}

struct routes {
	struct spreading *s;
	const struct page_row *page;
	struct change *c;
	size_t n;
	int64_t first;                  /* when the first one is tried */
};

static bool add_route(void *arg, const struct channel_row *channel)
{
	struct routes *r = arg;
	int64_t only = r->page->channel, at = r->s->now;
	if ((only > 0 && channel->num != only) || (only < 0 && channel->num == -only))
		return true;
	if (!r->page->life && strcmp(r->page->what, CHANNEL_TEST_ASKED) != 0)
		at = quiet_end(r->s->zone, channel->quiet_from, channel->quiet_until, at);
	change_try_add(r->c, r->page->num, channel->num, channel->kind, r->page->life, at);
	if (r->n++ == 0 || at < r->first)
		r->first = at;
	return true;
}

static int64_t patience(const struct spreading *s, const struct page_row *page)
{
	return policy_int(s->p->desk, page->life ? "notify.unreached.life" : "notify.unreached");
}

static void give_up(struct change *c, const struct page_row *page, const char *why, int64_t now)
{
	change_page_failed(c, page->num, why);
	page_unreached(c, page, now);
	log_say(LOG_WARN, "page reached nobody", "page=%s why=\"%s\"", page->id, why);
}

/* Into C: one waiting page on its way, or one whose time is over as failed. */
static enum tocsin_err spread_one(struct spreading *s, const struct page_row *page, struct change *c)
{
	if (strcmp(page->state, "waiting") != 0) {
		give_up(c, page, "no channel took it in time", s->now);
		return TOCSIN_OK;
	}
	struct routes r = { .s = s, .page = page, .c = c };
	bool active = true;
	enum tocsin_err err = TOCSIN_OK;
	if (strcmp(page->account, "operator") != 0)
		err = page_account_active(s->read, page->account, &active);
	if (err == TOCSIN_OK && active)
		err = channels_of(s->read, page->account, add_route, &r);
	if (err != TOCSIN_OK)
		return err;
	if (r.n == 0)
		give_up(c, page, active ? "the account has no channel (tocsin channel add)" : "the account is not active", s->now);
	else
		change_page_taken(c, page->num, r.first + patience(s, page));
	return TOCSIN_OK;
}

/* What is due of the pages themselves, at most SPREAD_MAX; *DONE how many. */
static enum tocsin_err spread(struct pager *p, struct spreading *s, size_t *done)
{
	struct change *changes[SPREAD_MAX];
	size_t made = 0;
	s->p = p;
	s->n = 0;
	s->full = false;
	s->now = clock_now();
	arena_reset(s->arena);
	enum tocsin_err err = snapshot_open(p->desk->store, &s->read);
	if (err != TOCSIN_OK)
		return err;
	err = pages_due(s->read, s->now, SPREAD_MAX, take_page, s);
	if (err == TOCSIN_OK && s->n > 0)
		err = desk_zone(p->desk, &s->zone);
	for (; err == TOCSIN_OK && made < s->n; made++) {
		changes[made] = change_new();
		err = changes[made] == NULL ? fail(TOCSIN_BROKEN, "no memory for pages")
					    : spread_one(s, &s->page[made], changes[made]);
	}
	snapshot_close(s->read);
	zone_free(s->zone);
	s->zone = NULL;
	*done = s->n;
	if (err == TOCSIN_OK && s->n > 0)
		return store_commit_still(s->p->desk->store, changes, s->n);
	for (size_t i = 0; i < made; i++)
		change_free(changes[i]);
	return err;
}

/* ---- the thread ---- */

/* After a clock that was put back, what waits would wait too long. */
static enum tocsin_err put_forward(struct pager *p, int64_t *last)
{
	int64_t now = clock_now(), was = *last;
	*last = now;
	if (now >= was - BACKWARDS)
		return TOCSIN_OK;
	struct change *c = change_new();
	if (c == NULL)
		return fail(TOCSIN_BROKEN, "no memory for pages");
	change_tries_now(c, now);
	return store_commit(p->desk->store, c, NULL, NULL);
}

/* The tests of our own channels and of partners'; *NEXT when the next is due. */
static enum tocsin_err look_tests(struct pager *p, int64_t *next)
{
	bool issued = false;
	int64_t mono = clock_mono(), now = clock_now(), partners = INT64_MAX;
	if (mono < p->tests_at) {
		*next = now + p->tests_at - mono;
		return TOCSIN_OK;
	}
	p->tests_at = mono + TESTS_EVERY;
	enum tocsin_err err = channels_test_due(p->desk, now, TESTS_MAX, next);
	if (err == TOCSIN_OK)
		err = channel_tests(p->desk, now, &partners, &issued);
	if (issued)
		exchange_wake(p->exchange);
	if (partners < *next)
		*next = partners;
	return err;
}

/* Does what is due; how long to sleep then, unless an event comes. */
static enum tocsin_err look(struct pager *p, struct spreading *s, int64_t *last, int *wait_ms)
{
	struct snapshot *r;
	int64_t at = INT64_MAX, test = INT64_MAX;
	size_t done = SPREAD_MAX;
	enum tocsin_err err = put_forward(p, last);
	while (err == TOCSIN_OK && done == SPREAD_MAX && !atomic_load(&p->stop))
		err = spread(p, s, &done);
	if (err == TOCSIN_OK)
		err = look_tests(p, &test);
	if (err == TOCSIN_OK)
		err = snapshot_open(p->desk->store, &r);
	if (err != TOCSIN_OK)
		return err;
	err = pages_next(r, &at);
	snapshot_close(r);
	if (test < at)
		at = test;
	int64_t now = clock_now(), left = at == INT64_MAX ? LONGEST_MS : (at - now) / 1000 + 1;
	*wait_ms = at <= now ? BUSY_MS : left > LONGEST_MS ? LONGEST_MS : (int)left;
	return err;
}

static void *run(void *arg)
{
	struct pager *p = arg;
	int64_t last = clock_now();
	struct spreading *s = calloc(1, sizeof *s);
	if (s != NULL)
		s->arena = arena_new(SPREAD_ARENA);
	if (s == NULL || s->arena == NULL) {
		log_say(LOG_ERROR, "pages stopped", "why=\"out of memory\"");
		pager_say(p, "out of memory");
	}
	while (s != NULL && s->arena != NULL && !atomic_load(&p->stop)) {
		/* Before it looks: what comes while it does wakes it again. */
		int64_t seq = store_event_seq(p->desk->store);
		int wait_ms = TROUBLE_MS;
		bool well = look(p, s, &last, &wait_ms) == TOCSIN_OK;
		if (!well)
			log_say(LOG_ERROR, "pages wait", "why=\"%s\"", fail_sentence());
		pager_say(p, well ? "" : fail_sentence());
		pthread_mutex_lock(&p->lock);
		p->round++;
		pthread_cond_broadcast(&p->wake);
		pthread_mutex_unlock(&p->lock);
		if (store_wait(p->desk->store, seq, wait_ms) > seq && !atomic_load(&p->stop))
			usleep(PAUSE_US);
	}
	if (s != NULL)
		arena_free(s->arena);
	free(s);
	return NULL;
}

/* ---- the configuration ---- */

static bool keep(char **out, const char *s)
{
	*out = s[0] != 0 ? strdup(s) : NULL;
	return s[0] == 0 || *out != NULL;
}

static enum tocsin_err read_password(struct pager *p, const char *path)
{
	enum tocsin_err err = file_read_private(path, &p->password);
	if (err != TOCSIN_OK)
		return fail_within(err, "[mail] password-file");
	if (p->password.n > 0 && p->password.p[p->password.n - 1] == '\n')
		p->password.n--;
	if (p->password.n == 0 || !text_is_clean(buf_bytes(&p->password)))
		return fail(TOCSIN_BAD, "[mail] password-file: %s holds no password, which is one line of text", path);
	buf_add_char(&p->password, 0);
	return buf_end(&p->password, "the password of mail");
}

static enum tocsin_err take_mail(struct pager *p, const struct pager_config *c)
{
	struct mail_server *m = &p->mail;
	enum tocsin_err err = TOCSIN_OK;
	if (p->host_port == NULL)
		return TOCSIN_OK;
	if (p->from == NULL || !text_is_mail(bytes_str(p->from)))
		return fail(TOCSIN_BAD, "[mail] from must be an address for mail: NAME@HOST, in ASCII");
	if ((p->user == NULL) != (c->mail_password_file[0] == 0))
		return fail(TOCSIN_BAD, "[mail] user and password-file go together: give both or neither");
	m->tls = strcmp(c->mail_tls, "none") == 0 ? MAIL_PLAIN : strcmp(c->mail_tls, "tls") == 0 ? MAIL_IMPLICIT : MAIL_STARTTLS;
	m->host_port = p->host_port;
	m->ca_file = p->ca_file;
	m->timeout_ms = PAGER_MAIL_MS;
	if (p->user != NULL)
		err = read_password(p, c->mail_password_file);
	m->user = p->user;
	m->password = p->user != NULL ? (const char *)p->password.p : NULL;
	if (err == TOCSIN_OK && (err = mail_server_check(m)) != TOCSIN_OK)
		err = fail_within(err, "[mail] server");
	return err;
}

static enum tocsin_err take_config(struct pager *p, const struct pager_config *c)
{
	if (!keep(&p->host_port, c->mail_server) || !keep(&p->from, c->mail_from) || !keep(&p->user, c->mail_user) ||
		!keep(&p->folder, c->folder) || !keep(&p->ca_file, c->ca_file))
		return fail(TOCSIN_BROKEN, "no memory for the pager");
	if (p->folder != NULL && (p->folder[0] != '/' || access(p->folder, X_OK) != 0))
		return fail(TOCSIN_REFUSED, "[notify] folder: %s is not a folder that this user may use, named by its whole path",
			p->folder);
	enum tocsin_err err = take_mail(p, c);
	const struct http_client_config client = { .ca_file = p->ca_file, .max_per_host = 4 };
	return err == TOCSIN_OK ? http_client_start(&client, &p->client) : err;
}

const char *pager_missing(const struct pager *p, const char *kind)
{
	if (strcmp(kind, "email") == 0 && p->host_port == NULL)
		return "no mail server is configured ([mail] server)";
	if (strcmp(kind, "command") == 0 && p->folder == NULL)
		return "no folder of programs is configured ([notify] folder)";
	return "";
}

/* ---- start and stop ---- */

static enum tocsin_err start_threads(struct pager *p)
{
	pthread_attr_t attr;
	if (pthread_attr_init(&attr) != 0)
		return fail(TOCSIN_BROKEN, "no memory for the pager");
	pthread_attr_setstacksize(&attr, STACK);
	int failed = pthread_create(&p->thread, &attr, run, p);
	p->has_thread = failed == 0;
	for (size_t i = 0; i < sizeof crews / sizeof *crews; i++)
		for (size_t k = 0; failed == 0 && k < 2 * crews[i].each && p->worker_n < PAGER_WORKERS; k++) {
			struct pager_worker *w = &p->worker[p->worker_n];
			/* Counted first, as the others look at all that are counted. */
			pthread_mutex_lock(&p->lock);
			*w = (struct pager_worker) { .pager = p, .kind = crews[i].kind, .life = k % 2 == 0 };
			p->worker_n++;
			pthread_mutex_unlock(&p->lock);
			failed = pthread_create(&w->thread, &attr, pager_work, w);
			if (failed != 0) {
				pthread_mutex_lock(&p->lock);
				p->worker_n--;
				pthread_mutex_unlock(&p->lock);
			}
		}
	pthread_attr_destroy(&attr);
	return failed == 0 ? TOCSIN_OK : fail(TOCSIN_BROKEN, "cannot start the threads of the pager");
}

enum tocsin_err pager_start(const struct pager_config *config, struct pager **out)
{
	struct pager *p = calloc(1, sizeof *p);
	*out = NULL;
	if (p == NULL)
		return fail(TOCSIN_BROKEN, "no memory for the pager");
	p->desk = config->desk;
	p->exchange = config->exchange;
	buf_init_secret(&p->password, PASSWORD_MAX);
	pthread_mutex_init(&p->lock, NULL);
	pthread_cond_init(&p->wake, NULL);
	enum tocsin_err err = take_config(p, config);
	if (err == TOCSIN_OK)
		err = start_threads(p);
	if (err != TOCSIN_OK) {
		char sentence[512];
		snprintf(sentence, sizeof sentence, "%s", fail_sentence());
		pager_stop(p);
		return fail(err, "%s", sentence);
	}
	*out = p;
	return TOCSIN_OK;
}

void pager_trouble(struct pager *p, char *out, size_t room)
{
	pthread_mutex_lock(&p->lock);
	snprintf(out, room, "%s", p->trouble);
	pthread_mutex_unlock(&p->lock);
}

/* It may be just about to wait: it is woken until it is gone. */
static void join(struct pager *p, pthread_t thread)
{
	struct timespec at;
	do {
		store_wake(p->desk->store);
		clock_gettime(CLOCK_REALTIME, &at);
		at.tv_nsec += 20 * 1000 * 1000;
		if (at.tv_nsec >= 1000000000) {
			at.tv_sec++;
			at.tv_nsec -= 1000000000;
		}
	} while (pthread_timedjoin_np(thread, NULL, &at) != 0);
}

void pager_stop(struct pager *p)
{
	if (p == NULL)
		return;
	pthread_mutex_lock(&p->lock);
	atomic_store(&p->stop, true);
	pthread_cond_broadcast(&p->wake);
	pthread_mutex_unlock(&p->lock);
	/* Ends what the webhooks' workers wait for. */
	http_client_stop(p->client);
	if (p->has_thread)
		join(p, p->thread);
	for (size_t i = 0; i < p->worker_n; i++)
		join(p, p->worker[i].thread);
	pthread_cond_destroy(&p->wake);
	pthread_mutex_destroy(&p->lock);
	buf_free(&p->password);
	free(p->host_port);
	free(p->from);
	free(p->user);
	free(p->folder);
	free(p->ca_file);
	free(p);
}
