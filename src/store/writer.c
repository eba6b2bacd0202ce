/*
 * writer: the one thread that writes.
 *
 * It takes what has gathered, and for at most 1,024 changes at a time: looks up which statements are there already,
 * gives out numbers and log positions, and hands the engine one list of ops.  Nothing of it is kept in memory before
 * the engine has said that it is durable: the log grows in a draft, numbers in copies.  When a precondition fails, its
 * change is left out and the list is built again from the durable state; after a few rounds the rest is applied one by
 * one, so that the work stays linear.
 */
#include <stdlib.h>

#include "base/banned.h"
#include "base/log.h"
#include "store/inside.h"
#include "store/rows_access.h"

#define ROUNDS 4

/* What the writer builds a transaction in; kept between batches. */
struct batch {
	struct arena *a;
	struct store_op **op;
	uint32_t *op_change;                        /* whose op it is; UINT32_MAX: the batch's own */
	size_t op_n, op_room;
	uint32_t current;

	struct engine_key *key;                     /* of the changes with a statement, in order */
	bool *dropped;
	size_t room;                                /* changes */
	uint32_t *map; /* open addressing over ids: index + 1 of the first change with that id in this batch */
	size_t map_room;                            /* a power of two, at least twice ROOM */

	int64_t num, checkpoint, conflict, event, desk, audit; /* the numbers as they will be */
	struct hash audit_head;
	bool grown;                                 /* the draft's log has new entries */
	bool published;
	uint64_t published_size;
	bool no_memory;
};

static bool push(void *arg, struct store_op *op)
{
	struct batch *b = arg;
	if (b->op_n == b->op_room && op != NULL) {
		size_t room = b->op_room * 2 + 256;
		struct store_op **ops = realloc(b->op, room * sizeof *ops);
		if (ops != NULL)
			b->op = ops;
		uint32_t *whose = realloc(b->op_change, room * sizeof *whose);
		if (whose != NULL)
			b->op_change = whose;
		if (ops == NULL || whose == NULL)
			op = NULL;
		else
			b->op_room = room;
	}
	if (op == NULL) {
		b->no_memory = true;
		return false;
	}
	b->op[b->op_n] = op;
	b->op_change[b->op_n++] = b->current;
	return true;
}

static bool reserve(struct batch *b, size_t n)
{
	if (n <= b->room)
		return true;
	struct engine_key *key = realloc(b->key, n * sizeof *key);
	if (key != NULL)
		b->key = key;
	bool *dropped = realloc(b->dropped, n * sizeof *dropped);
	if (dropped != NULL)
		b->dropped = dropped;
	size_t map_room = 64;
	while (map_room < 2 * n)
		map_room *= 2;
	uint32_t *map = realloc(b->map, map_room * sizeof *map);
	if (map != NULL)
		b->map = map;
	if (key == NULL || dropped == NULL || map == NULL)
		return false;
	b->room = n;
	b->map_room = map_room;
	return true;
}

static bool tile_full(void *arg, unsigned level, uint64_t index, struct bytes data)
{
	struct store *s = arg;
	struct batch *b = s->batch;
	/* The tree goes on with its tile, so the bytes are copied. */
	void *copy = arena_copy(b->a, data.p, data.n);
	if (copy == NULL) {
		b->no_memory = true;
		return false;
	}
	return push(b,
	        store_op_make(b->a, NULL, WRITE_LOG_TILE_ADD, log_tile_key(s->draft->n, level, index),
	                bytes_of(copy, data.n)));
}

static bool append(struct store *s, const struct hash *entry, uint64_t *index)
{
	*index = s->draft->size;
	s->batch->grown = true;
	return log_tree_add(s->draft, entry, tile_full, s);
}

/* The op that keeps the draft's size, root and tail. */
static bool push_grow(struct store *s)
{
	struct batch *b = s->batch;
	if (!b->grown)
		return true;
	b->grown = false;
	struct hash root = log_tree_root(s->draft);
	struct bytes tail = log_tree_tail(s->draft);
	void *copy = arena_copy(b->a, tail.p, tail.n);
	struct hash *kept = arena_copy(b->a, &root, sizeof root);
	if (copy == NULL || kept == NULL) {
		b->no_memory = true;
		return false;
	}
	return push(b,
	        store_op_make(b->a, NULL, WRITE_LOG_GROW, (int64_t)s->draft->size, kept, bytes_of(copy, tail.n),
	                (int64_t)s->draft->n));
}

/* The op that keeps the last number of the desk's sequence. */
static bool push_desk(struct store *s)
{
	struct batch *b = s->batch;
	if (b->desk == s->next_desk)
		return true;
	const char *text = arena_printf(b->a, "%lld", (long long)b->desk);
	return text != NULL && push(b, store_op_make(b->a, NULL, WRITE_META_PUT, DESK_NUMBER, bytes_str(text)));
}

/* The op that keeps the end of the audit trail. */
static bool push_audit(struct store *s)
{
	struct batch *b = s->batch;
	char hex[2 * SHA256_SIZE + 1];
	if (b->audit == s->next_audit)
		return true;
	hex_encode(b->audit_head.b, SHA256_SIZE, hex);
	const char *text = arena_printf(b->a, "%lld %s", (long long)b->audit, hex);
	return text != NULL && push(b, store_op_make(b->a, NULL, WRITE_META_PUT, AUDIT_HEAD, bytes_str(text)));
}

/* The hash of the audit row that OP adds, whose other arguments are there, into its last one. */
static bool chain_audit(struct batch *b, struct store_op *op)
{
	const struct sql_arg *a = op->arg;
	const struct audit_row row = { .seq = a[0].i, .at = a[1].i, .who = (const char *)a[2].b.p,
		.function = (const char *)a[3].b.p, .what = (const char *)a[4].b.p, .subject = (const char *)a[5].b.p,
		.detail = (const char *)a[6].b.p };
	const struct hash prev = b->audit_head;
	if (!audit_row_hash(&row, &prev, &b->audit_head))
		return false;
	const void *copy = arena_copy(b->a, &b->audit_head, sizeof b->audit_head);
	op->arg[7].b = bytes_of(copy, SHA256_SIZE);
	return copy != NULL;
}

static bool begin_log(struct store *s, const struct change *c, int64_t now)
{
	struct batch *b = s->batch;
	if (!push_grow(s) ||
	        !push(b, store_op_make(b->a, NULL, WRITE_LOG_RETIRE, c->begin_reason, (int64_t)s->draft->n)))
		return false;
	log_tree_init(s->draft, c->begin_n, c->begin_origin);
	struct hash empty = log_tree_root(s->draft);
	struct hash *kept = arena_copy(b->a, &empty, sizeof empty);
	b->published = false;
	return kept != NULL &&
	        push(b,
	                store_op_make(b->a, NULL, WRITE_LOG_BEGIN, (int64_t)c->begin_n, c->begin_origin, kept,
	                        bytes_of(NULL, 0), now));
}

/* The place of ID in the map. */
static uint32_t *map_find(struct batch *b, struct change *const *c, const struct hash *id)
{
	size_t mask = b->map_room - 1;
	for (size_t i = be32_get(id->b) & mask;; i = (i + 1) & mask)
		if (b->map[i] == 0 || hash_equal(&c[b->map[i] - 1]->key.id, id))
			return &b->map[i];
}

/* A statement that is there already: tells where, and gives it an entry in the current log when it has none. */
static bool duplicate(struct store *s, const struct change *c, struct change_result *r)
{
	struct batch *b = s->batch;
	const struct engine_key *k = &c->key;
	r->duplicate = true;
	r->num = k->num;
	r->log_n = s->draft->n;
	if (k->log_n == s->draft->n) {
		r->log_index = k->log_index;
	} else if (k->again) {
		r->log_index = k->again_index;
	} else if (c->entry != NULL) {
		return append(s, &c->entry->entry, &r->log_index) &&
		        push(b,
		                store_op_make(b->a, NULL, WRITE_LOG_POSITION_ADD, (int64_t)r->log_n,
		                        (int64_t)r->log_index, "statement", &k->id));
	} else {
		r->log_n = k->log_n;
		r->log_index = k->log_index;
	}
	return true;
}

/* Fills in what the writer hands out, and appends the change's ops and entries. */
static bool place(struct store *s, struct change *c, struct change_result *r, int64_t now)
{
	struct batch *b = s->batch;
	int64_t num = 0, checkpoint = 0, conflict = 0;
	uint64_t index = 0;
	if (c->begin_n != 0 && !begin_log(s, c, now))
		return false;
	for (const struct change_entry *e = c->entry; e != NULL; e = e->next) {
		if (!append(s, &e->entry, &index))
			return false;
		if (e->position != NULL) {
			e->position->arg[0].i = (int64_t)s->draft->n;
			e->position->arg[1].i = (int64_t)index;
		}
	}
	if (c->pad_multiple != 0)
		while (s->draft->size == 0 || s->draft->size % c->pad_multiple != 0) {
			struct hash entry;
			c->pad(c->pad_arg, s->draft->size, &entry);
			if (!append(s, &entry, &index))
				return false;
		}
	if (c->has_statement) {
		num = ++b->num;
		if (!prefix_stage(&s->prefix, PREFIX_STATEMENT, &c->key.id, num))
			return false;
		for (size_t i = 0; i < c->re_n; i++)
			if (!prefix_stage(&s->prefix, PREFIX_REFERENCE, &c->re[i], num))
				return false;
	}
	bool logged = c->entry != NULL || (c->pad_multiple != 0 && s->draft->size > 0);
	for (struct store_op *op = c->first; op != NULL; op = op->next) {
		for (unsigned i = 0; i < op->arg_n; i++) {
			struct sql_arg *a = &op->arg[i];
			switch (a->type) {
			case 'n':
				a->i = num;
				break;
			case 'm':
				if (num != 0)
					a->i = num;
				break;
			case 'k':
				a->i = checkpoint != 0 ? checkpoint : (checkpoint = ++b->checkpoint);
				break;
			case 'c':
				a->i = conflict != 0 ? conflict : (conflict = ++b->conflict);
				break;
			case 'e':
				a->i = ++b->event;
				break;
			case 'd':
				a->i = r->desk_num = ++b->desk;
				break;
			case 'D':
				a->i = r->desk_num;
				break;
			case 's':
				a->i = ++b->audit;
				break;
			case 'S':
				if (!chain_audit(b, op)) {
					b->no_memory = true;
					return false;
				}
				break;
			case 'f':
				a->i = ++b->desk;
				break;
			case 'w':
				a->i = now;
				break;
			case 'l':
				a->i = c->entry != NULL ? (int64_t)s->draft->n : 0;
				break;
			case 'x':
				a->i = (int64_t)index;
				break;
			default:
				break;
			}
		}
		if (!push(b, op))
			return false;
	}
	if (c->published_n != 0) {
		b->published = true;
		b->published_size = c->published_size;
	}
	r->num = num;
	r->log_n = logged ? s->draft->n : 0;
	r->log_index = logged ? (c->entry != NULL ? index : s->draft->size - 1) : 0;
	return true;
}

static void result_fail(struct change_result *r, enum tocsin_err err, const char *sentence)
{
	*r = (struct change_result){ .err = err };
	snprintf(r->sentence, sizeof r->sentence, "%s", sentence);
}

/* A change that may not begin a log now, and why; NULL when it may. */
static const char *begin_refused(const struct store *s, const struct change *c)
{
	if (c->begin_n != 0 && c->begin_n <= s->draft->n)
		return "a log with this number, or a later one, was begun already; look at the log again";
	if (c->published_n != 0 && c->published_n != s->draft->n)
		return "the log was retired in the meantime; look at the log again";
	return NULL;
}

/* Builds the transaction of all changes that are not dropped. False: out of memory. */
static bool build(struct store *s, struct change *const *c, struct change_result *r, size_t n, int64_t now)
{
	struct batch *b = s->batch;
	arena_reset(b->a);
	b->op_n = 0;
	b->num = s->next_num;
	b->checkpoint = s->next_checkpoint;
	b->conflict = s->next_conflict;
	b->event = s->next_event;
	b->desk = s->next_desk;
	b->audit = s->next_audit;
	b->audit_head = s->audit_head;
	b->grown = b->published = b->no_memory = false;
	memset(b->map, 0, b->map_room * sizeof *b->map);
	prefix_clear(&s->prefix);
	log_tree_copy(s->draft, s->durable);
	for (size_t i = 0; i < n; i++) {
		if (b->dropped[i])
			continue;
		b->current = (uint32_t)i;
		const char *refused = begin_refused(s, c[i]);
		if (refused != NULL) {
			b->dropped[i] = true;
			result_fail(&r[i], TOCSIN_LATER, refused);
			continue;
		}
		r[i] = (struct change_result){ .err = TOCSIN_OK };
		uint32_t *first = c[i]->has_statement ? map_find(b, c, &c[i]->key.id) : NULL;
		if (first != NULL && *first != 0 && c[*first - 1]->key.at == c[i]->key.at) {
			r[i] = r[*first - 1];
			r[i].duplicate = true;
		} else {
			if (first != NULL)
				*first = (uint32_t)i + 1;
			if (!(c[i]->has_statement && c[i]->key.found ? duplicate(s, c[i], &r[i])
			                                             : place(s, c[i], &r[i], now)))
				return false;
		}
		r[i].log_size = s->draft->size;
	}
	b->current = UINT32_MAX;
	return push_grow(s) && push_desk(s) && push_audit(s) && prefix_write(&s->prefix, b->a, &s->next_tail, push, b);
}

static enum tocsin_err look_up(struct store *s, struct change *const *c, size_t n)
{
	struct batch *b = s->batch;
	size_t k = 0;
	for (size_t i = 0; i < n; i++)
		if (c[i]->has_statement)
			b->key[k++] = c[i]->key;
	if (k == 0)
		return TOCSIN_OK;
	enum tocsin_err err = s->engine->look_up(s->db, b->key, k, s->durable->n);
	for (size_t i = 0, j = 0; i < n && err == TOCSIN_OK; i++)
		if (c[i]->has_statement)
			c[i]->key = b->key[j++];
	return err;
}

/* The transaction is durable: memory follows. */
static void follow(struct store *s)
{
	struct batch *b = s->batch;
	s->next_num = b->num;
	s->next_checkpoint = b->checkpoint;
	s->next_conflict = b->conflict;
	s->next_event = b->event;
	s->next_desk = b->desk;
	s->next_audit = b->audit;
	s->audit_head = b->audit_head;
	prefix_committed(&s->prefix);
	log_commit(s, b->published, b->published_size);
}

/* Applies N changes in one transaction; those whose precondition fails are left out. BROKEN when nothing could be
 * applied. */
static enum tocsin_err commit(struct store *s, struct change *const *c, struct change_result *r, size_t n)
{
	struct batch *b = s->batch;
	if (!reserve(b, n))
		return fail(TOCSIN_BROKEN, "%s: out of memory", s->path);
	for (size_t i = 0; i < n; i++) {
		b->dropped[i] = c[i]->failed;
		if (c[i]->failed)
			result_fail(&r[i], TOCSIN_BROKEN, c[i]->sentence);
	}
	enum tocsin_err err = look_up(s, c, n);
	int64_t now = clock_now();
	for (unsigned round = 0; err == TOCSIN_OK && round < ROUNDS; round++) {
		if (!build(s, c, r, n, now))
			return b->no_memory
			        ? fail(TOCSIN_BROKEN, "%s: out of memory", s->path)
			        : fail(TOCSIN_BROKEN, "%s: the log or the numbers of statements are used up", s->path);
		if (b->op_n == 0)
			return TOCSIN_OK;
		size_t failed = 0;
		err = s->engine->apply(s->db, b->op, b->op_n, &failed);
		if (err == TOCSIN_OK) {
			follow(s);
			return TOCSIN_OK;
		}
		if (err != TOCSIN_LATER)
			return err;
		uint32_t whose = b->op_change[failed];
		result_fail(&r[whose], TOCSIN_LATER, b->op[failed]->must);
		b->dropped[whose] = true;
		err = TOCSIN_OK;
	}
	if (err != TOCSIN_OK)
		return err;
	for (size_t i = 0; i < n; i++) {
		/* commit() uses the batch again, so what was dropped is told by the result. */
		if (n > 1 && r[i].err == TOCSIN_OK) {
			enum tocsin_err one = commit(s, &c[i], &r[i], 1);
			if (one != TOCSIN_OK)
				result_fail(&r[i], one, fail_sentence());
		}
	}
	return TOCSIN_OK;
}

static void tell(struct store *s, uint64_t changes)
{
	pthread_mutex_lock(&s->event_lock);
	s->event_seq = s->next_event;
	s->commits++;
	s->changes += changes;
	s->statements = s->next_num;
	pthread_cond_broadcast(&s->event_cond);
	pthread_mutex_unlock(&s->event_lock);
}

/* Applies the N changes of the submissions in LIST, as many at a time as one transaction takes; results into R. */
static void apply_all(struct store *s, struct change *const *c, struct change_result *r, size_t n)
{
	for (size_t from = 0, to; from < n; from = to) {
		size_t bytes = 0;
		for (to = from;
		        to < n && to - from < BATCH_CHANGES && (to == from || bytes + c[to]->bytes <= BATCH_BYTES);
		        to++)
			bytes += c[to]->bytes;
		enum tocsin_err err = commit(s, c + from, r + from, to - from);
		if (err != TOCSIN_OK) {
			log_say(LOG_ERROR, "store broken", "changes=%zu sentence=\"%s\"", to - from, fail_sentence());
			for (size_t i = from; i < to; i++)
				result_fail(&r[i], err, fail_sentence());
		}
		tell(s, to - from);
	}
}

static void work(struct store *s, struct submission *list, size_t n)
{
	struct change **c = malloc(n * sizeof *c);
	struct change_result *r = calloc(n, sizeof *r);
	size_t k = 0;
	if (c != NULL && r != NULL) {
		for (const struct submission *sub = list; sub != NULL; sub = sub->next)
			for (size_t i = 0; i < sub->n; i++)
				c[k++] = sub->change[i];
		apply_all(s, c, r, n);
	}
	struct commit_info info = { .log_n = s->durable->n,
		.size = s->durable->size,
		.root = log_tree_root(s->durable),
		.event_seq = s->next_event };
	for (k = 0; list != NULL; ) {
		struct submission *sub = list;
		list = sub->next;
		for (size_t i = 0; i < sub->n; i++, k++) {
			if (c != NULL && r != NULL)
				sub->result[i] = r[k];
			else
				result_fail(&sub->result[i], TOCSIN_BROKEN, "out of memory");
			change_free(sub->change[i]);
		}
		sub->done(sub->arg, sub->result, sub->n, &info);
		free(sub->result);
		free(sub);
	}
	free(c);
	free(r);
}

static void *writer_run(void *arg)
{
	struct store *s = arg;
	pthread_mutex_lock(&s->queue_lock);
	for (;;) {
		while (s->queue == NULL && !s->stop)
			pthread_cond_wait(&s->work, &s->queue_lock);
		if (s->queue == NULL)
			break;
		struct submission *list = s->queue;
		size_t n = s->queued;
		s->queue = NULL;
		s->queue_end = &s->queue;
		s->queued = 0;
		pthread_cond_broadcast(&s->room);
		pthread_mutex_unlock(&s->queue_lock);
		work(s, list, n);
		pthread_mutex_lock(&s->queue_lock);
	}
	pthread_mutex_unlock(&s->queue_lock);
	return NULL;
}

enum tocsin_err writer_start(struct store *s)
{
	s->batch = calloc(1, sizeof *s->batch);
	s->draft = calloc(1, sizeof *s->draft);
	if (s->batch == NULL || s->draft == NULL || (s->batch->a = arena_new(SIZE_MAX / 2)) == NULL)
		return fail(TOCSIN_BROKEN, "%s: out of memory", s->path);
	s->draft->dirty = s->durable->dirty = (1u << LOG_LEVELS) - 1;
	if (pthread_create(&s->thread, NULL, writer_run, s) != 0)
		return fail(TOCSIN_BROKEN, "%s: cannot start the writer's thread", s->path);
	s->running = true;
	return TOCSIN_OK;
}

void writer_stop(struct store *s)
{
	if (s->running) {
		pthread_mutex_lock(&s->queue_lock);
		s->stop = true;
		pthread_cond_broadcast(&s->work);
		pthread_mutex_unlock(&s->queue_lock);
		pthread_join(s->thread, NULL);
	}
	if (s->batch != NULL) {
		arena_free(s->batch->a);
		free(s->batch->op);
		free(s->batch->op_change);
		free(s->batch->key);
		free(s->batch->dropped);
		free(s->batch->map);
		free(s->batch);
	}
	free(s->draft);
}

/* ---- for callers ---- */

void store_submit(struct store *s, struct change **changes, size_t n, store_done *done, void *arg)
{
	struct submission *sub;
	/* Without memory for its results DONE could not be told anything; so this waits until there is some. */
	while ((sub = malloc(sizeof *sub + n * sizeof *changes)) == NULL ||
	        (sub->result = calloc(n + 1, sizeof *sub->result)) == NULL) {
		free(sub);
		usleep(10000);
	}
	sub->next = NULL;
	sub->change = (struct change **)(sub + 1);
	sub->n = n;
	sub->done = done;
	sub->arg = arg;
	if (n > 0)
		memcpy(sub->change, changes, n * sizeof *changes);
	if (s->readonly || n == 0) {
		for (size_t i = 0; i < n; i++) {
			change_free(sub->change[i]);
			result_fail(&sub->result[i], TOCSIN_BROKEN, "the database was opened for reading only");
		}
		struct commit_info info = { 0 };
		done(arg, sub->result, n, &info);
		free(sub->result);
		free(sub);
		return;
	}
	pthread_mutex_lock(&s->queue_lock);
	/* Whoever is ahead of the disk waits here; the writer's own thread must not. */
	while (s->queued >= QUEUE_CHANGES && !pthread_equal(pthread_self(), s->thread))
		pthread_cond_wait(&s->room, &s->queue_lock);
	*s->queue_end = sub;
	s->queue_end = &sub->next;
	s->queued += n;
	pthread_cond_signal(&s->work);
	pthread_mutex_unlock(&s->queue_lock);
}

struct wait {
	pthread_mutex_t lock;
	pthread_cond_t cond;
	bool done;
	struct change_result *result;
	struct commit_info info;
};

static void waited(void *arg, const struct change_result *results, size_t n, const struct commit_info *info)
{
	struct wait *w = arg;
	pthread_mutex_lock(&w->lock);
	memcpy(w->result, results, n * sizeof *results);
	w->info = *info;
	w->done = true;
	pthread_cond_signal(&w->cond);
	pthread_mutex_unlock(&w->lock);
}

void store_commit_each(
	struct store *s, struct change **changes, size_t n, struct change_result *result, struct commit_info *info)
{
	struct wait w = { .lock = PTHREAD_MUTEX_INITIALIZER, .cond = PTHREAD_COND_INITIALIZER, .result = result };
	store_submit(s, changes, n, waited, &w);
	pthread_mutex_lock(&w.lock);
	while (!w.done)
		pthread_cond_wait(&w.cond, &w.lock);
	pthread_mutex_unlock(&w.lock);
	pthread_cond_destroy(&w.cond);
	pthread_mutex_destroy(&w.lock);
	if (info != NULL)
		*info = w.info;
}

enum tocsin_err store_commit_still(struct store *s, struct change **changes, size_t n)
{
	struct change_result *r = calloc(n + 1, sizeof *r);
	enum tocsin_err err = r == NULL ? fail(TOCSIN_BROKEN, "%s: out of memory", s->path) : TOCSIN_OK;
	if (err == TOCSIN_OK)
		store_commit_each(s, changes, n, r, NULL);
	for (size_t i = 0; i < n; i++)
		if (r == NULL)
			change_free(changes[i]);
		else if (err == TOCSIN_OK && r[i].err != TOCSIN_OK && r[i].err != TOCSIN_LATER)
			err = fail(r[i].err, "%s", r[i].sentence);
	free(r);
	return err;
}

enum tocsin_err store_commit(struct store *s, struct change *c, struct change_result *result, struct commit_info *info)
{
	struct change_result r;
	if (c == NULL)
		return fail(TOCSIN_BROKEN, "%s: out of memory", s->path);
	store_commit_each(s, &c, 1, &r, info);
	if (result != NULL)
		*result = r;
	return r.err == TOCSIN_OK ? TOCSIN_OK : fail(r.err, "%s", r.sentence);
}
