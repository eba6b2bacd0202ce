/*
 * store: making, opening and closing the database; the event sequence.
 */
#include "store/store.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "base/banned.h"
#include "base/text.h"
#include "store/inside.h"
#include "store/rows_access.h"

enum tocsin_err store_create(const char *path, const char *origin, uint64_t n)
{
	const struct store_engine *e = &store_engine_sqlite;
	if (n == 0 || n > LOG_N_MAX || strlen(origin) > LIMIT_KEY_NAME)
		return fail(TOCSIN_BAD, "a log has a number of 1 to 32767 and an origin of at most 232 bytes");
	enum tocsin_err err = e->create(path);
	if (err != TOCSIN_OK)
		return err;
	struct engine_db *db = NULL;
	struct arena *a = arena_new(65536);
	struct hash empty = sha256(bytes_of(NULL, 0));
	if (a == NULL)
		err = fail(TOCSIN_BROKEN, "%s: out of memory", path);
	if (err == TOCSIN_OK)
		err = e->open(path, false, &db);
	if (err == TOCSIN_OK) {
		struct store_op *begin = store_op_make(
		        a, NULL, WRITE_LOG_BEGIN, (int64_t)n, origin, &empty, bytes_of(NULL, 0), clock_now());
		err = begin == NULL ? fail(TOCSIN_BROKEN, "%s: out of memory", path) : migrate_new(e, db, &begin, 1);
	}
	e->close(db);
	arena_free(a);
	return err;
}

static enum tocsin_err load_desk_number(struct store *s, struct snapshot *r)
{
	struct buf value;
	uint64_t n = 0;
	buf_init(&value, 32);
	enum tocsin_err err = meta_get(r, DESK_NUMBER, &value);
	if (err == TOCSIN_OK && !text_u64(buf_bytes(&value), INT64_MAX, &n))
		err = fail(TOCSIN_BROKEN, "%s: the desk's number cannot be read; restore the database from a backup", s->path);
	buf_free(&value);
	s->next_desk = (int64_t)n;
	return err == TOCSIN_MISSING ? TOCSIN_OK : err;
}

static enum tocsin_err load_numbers(struct store *s)
{
	struct snapshot *r;
	enum tocsin_err err = snapshot_open(s, &r);
	if (err != TOCSIN_OK)
		return err;
	struct cursor *c = NULL;
	err = cursor_open(r, &c, READ_NUMBERS);
	if (err == TOCSIN_OK)
		err = cursor_next(c);
	if (err == TOCSIN_OK) {
		s->next_num = s->statements = cursor_int(c, 0);
		s->next_checkpoint = cursor_int(c, 1);
		s->next_conflict = cursor_int(c, 2);
		s->next_event = s->event_seq = cursor_int(c, 3);
		s->next_tail = cursor_int(c, 4);
	}
	cursor_close(c);
	c = NULL;
	if (err == TOCSIN_OK)
		err = load_desk_number(s, r);
	if (err == TOCSIN_OK)
		err = audit_head(r, &s->next_audit, &s->audit_head);
	if (err == TOCSIN_OK)
		err = cursor_open(r, &c, READ_PREFIX_TAIL);
	while (err == TOCSIN_OK && (err = cursor_next(c)) == TOCSIN_OK) {
		int64_t kind = cursor_int(c, 1);
		if (kind < 0 || kind >= PREFIX_KINDS)
			err = fail(TOCSIN_BROKEN,
			        "%s: a row of prefix_tail is damaged; restore the database from a backup", s->path);
		else
			err = prefix_load(&s->prefix, cursor_int(c, 0), (enum prefix_kind)kind, cursor_bytes(c, 2));
	}
	cursor_close(c);
	snapshot_close(r);
	return err == TOCSIN_MISSING ? prefix_loaded(&s->prefix) : err;
}

static enum tocsin_err open_store(const char *path, bool readonly, struct store **out)
{
	struct store *s = calloc(1, sizeof *s);
	if (s == NULL)
		return fail(TOCSIN_BROKEN, "%s: out of memory", path);
	s->engine = &store_engine_sqlite;
	s->readonly = readonly;
	s->queue_end = &s->queue;
	pthread_mutex_init(&s->queue_lock, NULL);
	pthread_mutex_init(&s->log_lock, NULL);
	pthread_mutex_init(&s->event_lock, NULL);
	pthread_mutex_init(&s->pool_lock, NULL);
	pthread_cond_init(&s->work, NULL);
	pthread_cond_init(&s->room, NULL);
	pthread_condattr_t mono;
	pthread_condattr_init(&mono);
	pthread_condattr_setclock(&mono, CLOCK_MONOTONIC);
	pthread_cond_init(&s->event_cond, &mono);
	pthread_condattr_destroy(&mono);

	enum tocsin_err err = prefix_init(&s->prefix, PREFIX_BLOCK);
	if (err == TOCSIN_OK && (s->path = strdup(path)) == NULL)
		err = fail(TOCSIN_BROKEN, "%s: out of memory", path);
	if (err == TOCSIN_OK)
		err = s->engine->open(path, readonly, &s->db);
	if (err == TOCSIN_OK)
		err = migrate(s->engine, s->db, path, readonly);
	if (err == TOCSIN_OK && !readonly)
		err = s->engine->check(s->db);
	if (err == TOCSIN_OK)
		err = load_numbers(s);
	if (err == TOCSIN_OK)
		err = log_load(s);
	if (err == TOCSIN_OK && !readonly)
		err = writer_start(s);
	if (err != TOCSIN_OK) {
		store_close(s);
		return err;
	}
	*out = s;
	return TOCSIN_OK;
}

enum tocsin_err store_open(const char *path, struct store **out)
{
	return open_store(path, false, out);
}

enum tocsin_err store_open_readonly(const char *path, struct store **out)
{
	return open_store(path, true, out);
}

void store_close(struct store *s)
{
	if (s == NULL)
		return;
	writer_stop(s);
	while (s->idle != NULL) {
		struct snapshot *r = s->idle;
		s->idle = r->next;
		s->engine->reader_close(r->reader);
		free(r);
	}
	log_unload(s);
	s->engine->close(s->db);
	prefix_free(&s->prefix);
	pthread_mutex_destroy(&s->queue_lock);
	pthread_mutex_destroy(&s->log_lock);
	pthread_mutex_destroy(&s->event_lock);
	pthread_mutex_destroy(&s->pool_lock);
	pthread_cond_destroy(&s->work);
	pthread_cond_destroy(&s->room);
	pthread_cond_destroy(&s->event_cond);
	free(s->path);
	free(s);
}

enum tocsin_err store_backup(struct store *s, const char *path)
{
	return s->engine->back_up(s->db, path);
}

enum tocsin_err store_scrub(struct store *s)
{
	return s->engine->scrub(s->db);
}

/* ---- events ---- */

int64_t store_event_seq(struct store *s)
{
	pthread_mutex_lock(&s->event_lock);
	int64_t seq = s->event_seq;
	pthread_mutex_unlock(&s->event_lock);
	return seq;
}

int64_t store_wait(struct store *s, int64_t seq, int timeout_ms)
{
	struct timespec until;
	clock_gettime(CLOCK_MONOTONIC, &until);
	if (timeout_ms > 0) {
		until.tv_sec += timeout_ms / 1000;
		until.tv_nsec += timeout_ms % 1000 * 1000000L;
		if (until.tv_nsec >= 1000000000L) {
			until.tv_sec++;
			until.tv_nsec -= 1000000000L;
		}
	}
	pthread_mutex_lock(&s->event_lock);
	uint64_t wakes = s->wakes;
	while (s->event_seq <= seq && s->wakes == wakes)
		if (pthread_cond_timedwait(&s->event_cond, &s->event_lock, &until) == ETIMEDOUT)
			break;
	int64_t last = s->event_seq;
	pthread_mutex_unlock(&s->event_lock);
	return last;
}

void store_wake(struct store *s)
{
	pthread_mutex_lock(&s->event_lock);
	s->wakes++;
	pthread_cond_broadcast(&s->event_cond);
	pthread_mutex_unlock(&s->event_lock);
}

void store_counts_get(struct store *s, struct store_counts *c)
{
	pthread_mutex_lock(&s->event_lock);
	*c = (struct store_counts){ .commits = s->commits, .changes = s->changes, .statements = s->statements };
	pthread_mutex_unlock(&s->event_lock);
}
