#include "publish/notify.h"

#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>

#include "base/log.h"
#include "base/text.h"
#include "desk/channel_test.h"
#include "publish/runner.h"

#define KEY "notified until"
#define PAGE 256
#define AGAIN_MS 1000
#define IDLE_MS (600 * 1000)
#define STACK ((size_t)512 << 10)

struct notify {
	const struct desk *desk;
	char *command;
	int64_t until;                  /* events up to here were told */
	atomic_bool stop;
	atomic_uint_fast64_t run, failed;
	pthread_t thread;
};

/* Events that somebody has to know of now. "... accepted" (a statement came in) is one for every kind. */
static bool is_news(const char *kind)
{
	static const char *const news[] = { "statement returned", "delivery refused", "answer rejected",
		"conflict found", "equivocation", "log retired", "receipt overdue", "partner restoring" };
	size_t n = strlen(kind);
	if (n > 9 && strcmp(kind + n - 9, " accepted") == 0)
		return true;
	for (size_t i = 0; i < sizeof news / sizeof *news; i++)
		if (strcmp(kind, news[i]) == 0)
			return true;
	return false;
}

/* ---- where it stands ---- */

static enum tocsin_err position_read(struct store *s, bool *there, int64_t *seq)
{
	struct snapshot *r;
	struct buf value;
	uint64_t v = 0;
	buf_init(&value, 64);
	enum tocsin_err err = snapshot_open(s, &r);
	if (err != TOCSIN_OK)
		return err;
	err = meta_get(r, KEY, &value);
	snapshot_close(r);
	*there = err == TOCSIN_OK;
	if (err == TOCSIN_OK && !text_u64(buf_bytes(&value), INT64_MAX, &v))
		err = fail(TOCSIN_BROKEN, "the database holds a position of notifications that cannot be one");
	*seq = (int64_t)v;
	buf_free(&value);
	return err == TOCSIN_MISSING ? TOCSIN_OK : err;
}

static enum tocsin_err position_write(struct store *s, int64_t seq)
{
	char text[32];
	int n = snprintf(text, sizeof text, "%lld", (long long)seq);
	struct change *c = change_new();
	if (c == NULL)
		return fail(TOCSIN_BROKEN, "no memory for a change");
	change_meta(c, KEY, bytes_of(text, (size_t)n));
	return store_commit(s, c, NULL, NULL);
}

/* ---- one run ---- */

struct news {
	int64_t seq;
	char kind[64], subject[LIMIT_KEY_NAME + 1];
	int64_t num;
	bool test;                      /* a test of a partner's, which rings nobody */
	char id[2 * SHA256_SIZE + 1], statement_kind[STATEMENT_KIND + 1], from[LIMIT_NAME + 1];
};

/* Runs the command for NEWS; true when it ended with 0. */
static bool run_once(struct notify *n, const struct news *news)
{
	struct runner_setting settings[4] = { { "TOCSIN_EVENT", news->kind } };
	size_t k = 1;
	if (news->num != 0) {
		settings[k++] = (struct runner_setting){ "TOCSIN_ID", news->id };
		settings[k++] = (struct runner_setting){ "TOCSIN_KIND", news->statement_kind };
		settings[k++] = (struct runner_setting){ "TOCSIN_FROM", news->from };
	} else {
		settings[k++] = (struct runner_setting){ "TOCSIN_SUBJECT", news->subject };
	}
	if (runner_run(n->command, settings, k, &n->stop) == TOCSIN_OK)
		return true;
	log_say(LOG_ERROR, "notification failed", "event=\"%s\" why=\"%s\"", news->kind, fail_sentence());
	return false;
}

static void sleep_unless_stopped(struct notify *n, int ms)
{
	for (; ms > 0 && !atomic_load(&n->stop); ms -= 50)
		poll(NULL, 0, 50);
}

/* False: the node stops before the second try, which is for the next start. */
static bool tell(struct notify *n, const struct news *news)
{
	bool ok = run_once(n, news);
	if (!ok) {
		sleep_unless_stopped(n, AGAIN_MS);
		if (atomic_load(&n->stop))
			return false;
		ok = run_once(n, news);
	}
	atomic_fetch_add(ok ? &n->run : &n->failed, 1);
	return true;
}

/* ---- the events ---- */

struct page {
	struct news *item;
	size_t n;
	int64_t last;                   /* of all events that were read, news or not */
};

static bool take_event(void *arg, const struct event_row *row)
{
	struct page *p = arg;
	p->last = row->seq;
	if (is_news(row->kind)) {
		struct news *news = &p->item[p->n++];
		news->seq = row->seq;
		news->num = row->num;
		news->test = false;
		snprintf(news->kind, sizeof news->kind, "%s", row->kind);
		snprintf(news->subject, sizeof news->subject, "%s", row->subject);
	}
	return p->n < PAGE;
}

static enum tocsin_err take_statement(struct notify *n, struct snapshot *r, struct arena *a, struct news *news)
{
	struct statement_row row;
	arena_reset(a);
	enum tocsin_err err = statement_by_num(r, news->num, a, &row);
	if (err == TOCSIN_MISSING)
		news->num = 0;
	if (err != TOCSIN_OK)
		return err == TOCSIN_MISSING ? TOCSIN_OK : err;
	news->test = !row.issued && channel_test_word(&row) != TEST_NONE;
	hex_encode(row.id.b, SHA256_SIZE, news->id);
	snprintf(news->statement_kind, sizeof news->statement_kind, "%s", row.kind);
	snprintf(news->from, sizeof news->from, "%s", row.issued ? n->desk->name : row.peer);
	return TOCSIN_OK;
}

/* The next events behind n->until. */
static enum tocsin_err read_page(struct notify *n, struct page *p)
{
	struct snapshot *r = NULL;
	p->n = 0;
	p->last = n->until;
	struct arena *a = arena_new(16u << 20);
	enum tocsin_err err =
		a == NULL ? fail(TOCSIN_BROKEN, "no memory for the events") : snapshot_open(n->desk->store, &r);
	if (err == TOCSIN_OK)
		err = event_each(r, n->until, 4 * PAGE, take_event, p);
	for (size_t i = 0; err == TOCSIN_OK && i < p->n; i++)
		if (p->item[i].num != 0)
			err = take_statement(n, r, a, &p->item[i]);
	snapshot_close(r);
	arena_free(a);
	return err;
}

/* How far it came is written behind each command: only a crash in between can make one run twice. Events that are no
 * news are passed over without a write. */
static enum tocsin_err tell_page(struct notify *n, const struct page *p)
{
	enum tocsin_err err = TOCSIN_OK;
	for (size_t i = 0; err == TOCSIN_OK && i < p->n && !atomic_load(&n->stop); i++) {
		if (!p->item[i].test && !tell(n, &p->item[i]))
			break;
		n->until = p->item[i].seq;
		err = position_write(n->desk->store, n->until);
	}
	if (err == TOCSIN_OK && !atomic_load(&n->stop))
		n->until = p->last;
	return err;
}

static void *watch(void *arg)
{
	struct notify *n = arg;
	struct page p = { .item = calloc(PAGE, sizeof *p.item) };
	if (p.item == NULL)
		log_say(LOG_ERROR, "notifications stopped", "why=\"out of memory\"");
	while (p.item != NULL && !atomic_load(&n->stop)) {
		if (store_wait(n->desk->store, n->until, IDLE_MS) <= n->until)
			continue;
		enum tocsin_err err = read_page(n, &p);
		if (err == TOCSIN_OK)
			err = tell_page(n, &p);
		if (err != TOCSIN_OK) {
			log_say(LOG_ERROR, "notifications wait", "why=\"%s\"", fail_sentence());
			sleep_unless_stopped(n, 10 * AGAIN_MS);
		}
	}
	free(p.item);
	return NULL;
}

/* ---- start and stop ---- */

static enum tocsin_err begin(struct notify *n)
{
	bool there;
	enum tocsin_err err = position_read(n->desk->store, &there, &n->until);
	if (err == TOCSIN_OK && !there) {
		n->until = store_event_seq(n->desk->store);
		err = position_write(n->desk->store, n->until);
	}
	/* A database that was put back knows fewer events than were told. */
	if (n->until > store_event_seq(n->desk->store))
		n->until = store_event_seq(n->desk->store);
	return err;
}

static enum tocsin_err forget_position(struct store *s)
{
	bool there;
	int64_t seq;
	enum tocsin_err err = position_read(s, &there, &seq);
	if (err != TOCSIN_OK || !there)
		return err;
	struct change *c = change_new();
	if (c == NULL)
		return fail(TOCSIN_BROKEN, "no memory for a change");
	change_meta_delete(c, KEY);
	return store_commit(s, c, NULL, NULL);
}

enum tocsin_err notify_start(const struct desk *d, const char *command, struct notify **out)
{
	*out = NULL;
	if (command[0] == 0)
		return forget_position(d->store);
	if (command[0] != '/' || access(command, X_OK) != 0)
		return fail(TOCSIN_REFUSED,
			"[notify] command: %s is not a program that this user may run, named by its whole path",
			command);
	struct notify *n = calloc(1, sizeof *n);
	pthread_attr_t attr;
	if (n == NULL || (n->command = strdup(command)) == NULL || pthread_attr_init(&attr) != 0) {
		if (n != NULL)
			free(n->command);
		free(n);
		return fail(TOCSIN_BROKEN, "no memory for notifications");
	}
	n->desk = d;
	pthread_attr_setstacksize(&attr, STACK);
	enum tocsin_err err = begin(n);
	if (err == TOCSIN_OK && pthread_create(&n->thread, &attr, watch, n) != 0)
		err = fail(TOCSIN_BROKEN, "cannot start the thread of notifications");
	pthread_attr_destroy(&attr);
	if (err != TOCSIN_OK) {
		free(n->command);
		free(n);
		return err;
	}
	*out = n;
	return TOCSIN_OK;
}

void notify_counts_get(struct notify *n, struct notify_counts *c)
{
	*c = (struct notify_counts){ 0 };
	if (n != NULL)
		*c = (struct notify_counts){ .run = atomic_load(&n->run), .failed = atomic_load(&n->failed) };
}

void notify_stop(struct notify *n)
{
	if (n == NULL)
		return;
	atomic_store(&n->stop, true);
	/* It may be just about to wait: it is woken until it is gone. */
	struct timespec t;
	do {
		store_wake(n->desk->store);
		clock_gettime(CLOCK_REALTIME, &t);
		t.tv_nsec += 20 * 1000 * 1000;
		if (t.tv_nsec >= 1000000000) {
			t.tv_sec++;
			t.tv_nsec -= 1000000000;
		}
	} while (pthread_timedjoin_np(n->thread, NULL, &t) != 0);
	free(n->command);
	free(n);
}
