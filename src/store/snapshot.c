/*
 * snapshot: readers on one moment of the database, pooled, and cursors over the queries of sql.h.
 */
#include <stdlib.h>

#include "base/banned.h"
#include "store/inside.h"

#define ARGS_MAX 8

struct cursor {
	struct store *store;
	struct engine_cursor *c;
};

/* A reader from the pool, or a new one. */
static enum tocsin_err take(struct store *s, struct snapshot **out)
{
	*out = NULL;
	pthread_mutex_lock(&s->pool_lock);
	struct snapshot *r = s->idle;
	bool may = r != NULL || s->open_n < POOL_MAX;
	if (r != NULL) {
		s->idle = r->next;
		s->idle_n--;
	} else if (may) {
		s->open_n++;
	}
	pthread_mutex_unlock(&s->pool_lock);
	if (!may)
		return fail(TOCSIN_LATER, "%d readers are at work on the database already; try again", POOL_MAX);
	if (r == NULL) {
		enum tocsin_err err = TOCSIN_OK;
		r = calloc(1, sizeof *r);
		if (r == NULL)
			err = fail(TOCSIN_BROKEN, "%s: out of memory", s->path);
		else
			err = s->engine->reader_open(s->db, &r->reader);
		if (err != TOCSIN_OK) {
			free(r);
			pthread_mutex_lock(&s->pool_lock);
			s->open_n--;
			pthread_mutex_unlock(&s->pool_lock);
			return err;
		}
		r->store = s;
	}
	*out = r;
	return TOCSIN_OK;
}

static void give_back(struct snapshot *r)
{
	struct store *s = r->store;
	pthread_mutex_lock(&s->pool_lock);
	bool keep = s->idle_n < POOL_IDLE;
	if (keep) {
		r->next = s->idle;
		s->idle = r;
		s->idle_n++;
	} else {
		s->open_n--;
	}
	pthread_mutex_unlock(&s->pool_lock);
	if (!keep) {
		s->engine->reader_close(r->reader);
		free(r);
	}
}

enum tocsin_err snapshot_open(struct store *s, struct snapshot **out)
{
	struct snapshot *r = NULL;
	enum tocsin_err err = take(s, &r);
	if (err != TOCSIN_OK)
		return err;
	/* The blocks of ids and the moment must fit together; both change rarely at once, so it is tried until they do.
	 */
	for (;;) {
		prefix_view_take(&s->prefix, &r->prefix);
		err = s->engine->begin(r->reader);
		if (err != TOCSIN_OK || prefix_view_valid(&s->prefix, &r->prefix))
			break;
		s->engine->end(r->reader);
		prefix_view_drop(&r->prefix);
	}
	if (err != TOCSIN_OK) {
		prefix_view_drop(&r->prefix);
		give_back(r);
		return err;
	}
	*out = r;
	return TOCSIN_OK;
}

void snapshot_close(struct snapshot *r)
{
	if (r == NULL)
		return;
	r->store->engine->end(r->reader);
	prefix_view_drop(&r->prefix);
	give_back(r);
}

enum tocsin_err cursor_open(struct snapshot *r, struct cursor **out, enum sql_read q, ...)
{
	struct sql_arg args[ARGS_MAX];
	struct cursor *c = calloc(1, sizeof *c);
	*out = NULL;
	if (c == NULL)
		return fail(TOCSIN_BROKEN, "%s: out of memory", r->store->path);
	const char *types = sql_reads[q].types;
	size_t n = strlen(types);
	va_list ap;
	va_start(ap, q);
	sql_args_take(args, types, ap);
	va_end(ap);
	c->store = r->store;
	enum tocsin_err err = c->store->engine->query(r->reader, q, args, n, &c->c);
	if (err != TOCSIN_OK) {
		free(c);
		return err;
	}
	*out = c;
	return TOCSIN_OK;
}

enum tocsin_err cursor_next(struct cursor *c)
{
	return c->store->engine->next(c->c);
}

int64_t cursor_int(const struct cursor *c, int col)
{
	return c->store->engine->col_int(c->c, col);
}

struct bytes cursor_bytes(const struct cursor *c, int col)
{
	return c->store->engine->col_bytes(c->c, col);
}

const char *cursor_text(const struct cursor *c, int col)
{
	return c->store->engine->col_text(c->c, col);
}

void cursor_close(struct cursor *c)
{
	if (c == NULL)
		return;
	c->store->engine->finish(c->c);
	free(c);
}
