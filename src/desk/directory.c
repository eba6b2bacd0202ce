#include "desk/directory.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "base/log.h"
#include "store/rows.h"

/* What a peer is kept in: the public part first, so that a peer's address is its entry's. */
struct entry {
	struct peer peer;
	struct arena *arena;            /* holds the chain and the bytes that it borrows */
	atomic_uint held;
};

struct directory {
	struct store *store;
	pthread_mutex_t reading;        /* from a snapshot until its entry is put: a later one never gives way to an earlier */
	pthread_rwlock_t lock;          /* what follows the name */
	char own_name[LIMIT_NAME + 1];
	struct entry **entry;           /* sorted by name, self among them */
	size_t n, room, strangers;
};

const char *peer_state_name(enum peer_state s)
{
	static const char *const names[] = { "self", "unconfirmed", "confirmed", "distrusted", "stranger" };
	return names[s];
}

static struct entry *entry_of(const struct peer *p)
{
	union { const struct peer *peer; struct entry *entry; } u = { .peer = p };
	return u.entry;
}

static void entry_release(struct entry *e)
{
	if (e != NULL && atomic_fetch_sub(&e->held, 1) == 1) {
		arena_free(e->arena);
		free(e);
	}
}

void peer_release(const struct peer *p)
{
	if (p != NULL)
		entry_release(entry_of(p));
}

static bool is_name(void *arg, const char *name)
{
	struct { const char *name; bool found; } *want = arg;
	want->found = strcmp(want->name, name) == 0;
	return !want->found;
}

static enum tocsin_err read_partner(struct snapshot *read, struct entry *e)
{
	struct partner_row row;
	enum tocsin_err err = partner_get(read, e->peer.name, e->arena, &row);
	if (err != TOCSIN_OK)
		return err;
	if (strcmp(row.state, "confirmed") == 0)
		e->peer.state = PEER_CONFIRMED;
	else if (strcmp(row.state, "unconfirmed") == 0)
		e->peer.state = PEER_UNCONFIRMED;
	else if (strcmp(row.state, "stranger") == 0)
		e->peer.state = PEER_STRANGER;
	else
		e->peer.state = PEER_DISTRUSTED;
	e->peer.quorum = (unsigned)row.quorum;
	e->peer.card_known = (int64_t)row.card_known;
	struct { const char *name; bool found; } want = { e->peer.name, false };
	err = witness_each(read, is_name, &want);
	e->peer.is_witness = want.found;
	return err;
}

/* A card may list recipients of a type that this build does not know.  Its node may then not be sent to at all, because
 * a card that lists a stronger type forbids sealing to a weaker one; it stays a partner like any other. */
static void take_recipients(struct peer *p)
{
	for (size_t i = 0; i < p->card->recipient_n; i++) {
		if (age_recipient_parse(bytes_str(p->card->recipient[i]), &p->recipient[i]) != TOCSIN_OK) {
			log_say(LOG_WARN, "recipient unusable", "partner=%s sentence=\"%s\"", p->name, fail_sentence());
			p->recipient_n = 0;
			return;
		}
	}
	p->recipient_n = p->card->recipient_n;
}

/* The entry of NAME as the store has it. MISSING when it is neither self nor a partner, or has no card. */
static enum tocsin_err entry_load(struct directory *d, struct snapshot *read, const char *name, struct entry **out)
{
	struct buf chain;
	buf_init(&chain, LIMIT_CHAIN_BYTES);
	struct entry *e = calloc(1, sizeof *e);
	struct arena *a = arena_new(64u << 20);
	enum tocsin_err err = TOCSIN_OK;
	if (e == NULL || a == NULL) {
		arena_free(a);
		free(e);
		return fail(TOCSIN_BROKEN, "no memory for the card of %s", name);
	}
	e->arena = a;
	atomic_init(&e->held, 1);
	memcpy(e->peer.name, name, strlen(name) + 1);
	e->peer.state = PEER_SELF;
	if (strcmp(name, d->own_name) != 0)
		err = read_partner(read, e);
	if (err == TOCSIN_OK)
		err = card_chain(read, name, &chain);
	if (err == TOCSIN_OK)
		err = buf_end(&chain, "a card chain");
	if (err == TOCSIN_OK) {
		const void *copy = arena_copy(a, chain.p, chain.n);
		err = copy == NULL ? fail(TOCSIN_BROKEN, "no memory for the card of %s", name)
				   : chain_parse(bytes_of(copy, chain.n), a, &e->peer.chain);
		if (err == TOCSIN_BAD || err == TOCSIN_REFUSED)
			err = fail_within(TOCSIN_BROKEN, "the stored cards of %s", name);
	}
	if (err == TOCSIN_OK) {
		e->peer.card = chain_last(&e->peer.chain);
		take_recipients(&e->peer);
	}
	buf_free(&chain);
	if (err != TOCSIN_OK) {
		entry_release(e);
		return err;
	}
	*out = e;
	return TOCSIN_OK;
}

/* Where NAME is, or belongs. */
static size_t place_of(const struct directory *d, const char *name, bool *found)
{
	size_t low = 0, high = d->n;
	while (low < high) {
		size_t mid = (low + high) / 2;
		int order = strcmp(d->entry[mid]->peer.name, name);
		if (order == 0) {
			*found = true;
			return mid;
		}
		if (order < 0)
			low = mid + 1;
		else
			high = mid;
	}
	*found = false;
	return low;
}

/* Puts E (taken; NULL: none) in the place of NAME. */
static enum tocsin_err entry_put(struct directory *d, const char *name, struct entry *e)
{
	enum tocsin_err err = TOCSIN_OK;
	struct entry *old = NULL;
	pthread_rwlock_wrlock(&d->lock);
	bool found;
	size_t at = place_of(d, name, &found);
	if (found && e != NULL) {
		old = d->entry[at];
		d->entry[at] = e;
	} else if (found) {
		old = d->entry[at];
		memmove(d->entry + at, d->entry + at + 1, (d->n - at - 1) * sizeof *d->entry);
		d->n--;
	} else if (e != NULL) {
		if (d->n == d->room) {
			size_t room = d->room == 0 ? 16 : d->room * 2;
			struct entry **more = realloc(d->entry, room * sizeof(struct entry *));
			if (more == NULL) {
				err = fail(TOCSIN_BROKEN, "no memory for the card of %s", name);
				old = e;
			} else {
				d->entry = more;
				d->room = room;
			}
		}
		if (err == TOCSIN_OK) {
			memmove(d->entry + at + 1, d->entry + at, (d->n - at) * sizeof *d->entry);
			d->entry[at] = e;
			d->n++;
		}
	}
	if (err == TOCSIN_OK) {
		d->strangers -= old != NULL && old->peer.state == PEER_STRANGER;
		d->strangers += e != NULL && e->peer.state == PEER_STRANGER;
	}
	pthread_rwlock_unlock(&d->lock);
	entry_release(old);
	return err;
}

enum tocsin_err directory_reload(struct directory *d, const char *name)
{
	if (strlen(name) > LIMIT_NAME)
		return fail(TOCSIN_BAD, "a node's name has at most %d bytes", LIMIT_NAME);
	struct snapshot *read = NULL;
	struct entry *e = NULL;
	pthread_mutex_lock(&d->reading);
	enum tocsin_err err = snapshot_open(d->store, &read);
	if (err == TOCSIN_OK)
		err = entry_load(d, read, name, &e);
	snapshot_close(read);
	if (err == TOCSIN_OK || err == TOCSIN_MISSING)
		err = entry_put(d, name, e);
	pthread_mutex_unlock(&d->reading);
	return err;
}

/* All names, one behind the other with their NULs: how many partners may be added is cards_take's to say. */
static bool collect_partner(void *arg, const struct partner_row *row)
{
	struct buf *names = arg;
	buf_add(names, row->name, strlen(row->name) + 1);
	return !names->failed;
}

static enum tocsin_err load_all(struct directory *d)
{
	struct buf names;
	struct snapshot *read = NULL;
	buf_init(&names, 3 * DIRECTORY_MAX * (LIMIT_NAME + 1));
	enum tocsin_err err = snapshot_open(d->store, &read);
	if (err == TOCSIN_OK)
		err = partner_each(read, collect_partner, &names);
	snapshot_close(read);
	if (err == TOCSIN_OK)
		err = buf_end(&names, "the names of the partners");
	for (size_t at = 0; err == TOCSIN_OK && at < names.n; at += strlen((const char *)names.p + at) + 1)
		err = directory_reload(d, (const char *)names.p + at);
	if (err == TOCSIN_OK)
		err = directory_reload(d, d->own_name);
	buf_free(&names);
	return err;
}

enum tocsin_err directory_open(struct store *s, const char *own_name, struct directory **out)
{
	if (strlen(own_name) > LIMIT_NAME)
		return fail(TOCSIN_BAD, "a node's name has at most %d bytes", LIMIT_NAME);
	struct directory *d = calloc(1, sizeof *d);
	if (d == NULL)
		return fail(TOCSIN_BROKEN, "no memory for the directory");
	d->store = s;
	memcpy(d->own_name, own_name, strlen(own_name) + 1);
	pthread_mutex_init(&d->reading, NULL);
	pthread_rwlock_init(&d->lock, NULL);
	enum tocsin_err err = load_all(d);
	if (err != TOCSIN_OK) {
		directory_free(d);
		return err;
	}
	*out = d;
	return TOCSIN_OK;
}

void directory_free(struct directory *d)
{
	if (d == NULL)
		return;
	for (size_t i = 0; i < d->n; i++)
		entry_release(d->entry[i]);
	pthread_rwlock_destroy(&d->lock);
	pthread_mutex_destroy(&d->reading);
	free(d->entry);
	free(d);
}

const struct peer *directory_find(struct directory *d, const char *name)
{
	const struct peer *p = directory_any(d, name);
	if (p != NULL && p->state == PEER_STRANGER) {
		peer_release(p);
		return NULL;
	}
	return p;
}

const struct peer *directory_any(struct directory *d, const char *name)
{
	struct entry *e = NULL;
	pthread_rwlock_rdlock(&d->lock);
	bool found;
	size_t at = place_of(d, name, &found);
	if (found) {
		e = d->entry[at];
		atomic_fetch_add(&e->held, 1);
	}
	pthread_rwlock_unlock(&d->lock);
	return e == NULL ? NULL : &e->peer;
}

const struct peer *directory_self(struct directory *d)
{
	return directory_find(d, d->own_name);
}

const struct peer *directory_by_origin(struct directory *d, const char *origin)
{
	/* An origin is NAME/log/<n>: the name finds the node, its chain says whether it is one of its logs. */
	const char *slash = strchr(origin, '/');
	char name[LIMIT_NAME + 1];
	if (slash == NULL || (size_t)(slash - origin) > LIMIT_NAME)
		return NULL;
	memcpy(name, origin, (size_t)(slash - origin));
	name[slash - origin] = 0;
	const struct peer *p = directory_find(d, name);
	if (p != NULL && chain_log(&p->chain, origin) == NULL) {
		peer_release(p);
		return NULL;
	}
	return p;
}

static size_t those(struct directory *d, bool strangers, const struct peer **out, size_t max)
{
	size_t n = 0;
	pthread_rwlock_rdlock(&d->lock);
	for (size_t i = 0; i < d->n && n < max; i++) {
		enum peer_state state = d->entry[i]->peer.state;
		if (state == PEER_SELF || (state == PEER_STRANGER) != strangers)
			continue;
		atomic_fetch_add(&d->entry[i]->held, 1);
		out[n++] = &d->entry[i]->peer;
	}
	pthread_rwlock_unlock(&d->lock);
	return n;
}

size_t directory_all(struct directory *d, const struct peer **out, size_t max)
{
	return those(d, false, out, max);
}

size_t directory_strangers(struct directory *d, const struct peer **out, size_t max)
{
	return those(d, true, out, max);
}

size_t directory_stranger_count(struct directory *d)
{
	pthread_rwlock_rdlock(&d->lock);
	size_t n = d->strangers;
	pthread_rwlock_unlock(&d->lock);
	return n;
}

size_t directory_count(struct directory *d)
{
	pthread_rwlock_rdlock(&d->lock);
	bool found;
	(void)place_of(d, d->own_name, &found);
	size_t n = d->n - d->strangers - (found ? 1 : 0);
	pthread_rwlock_unlock(&d->lock);
	return n;
}

void directory_quorum(struct directory *d, const struct peer *peer, struct directory_quorum *out)
{
	size_t most = sizeof out->held / sizeof *out->held;
	out->n = 0;
	pthread_rwlock_rdlock(&d->lock);
	for (size_t i = 0; i < d->n && out->n < most; i++) {
		struct entry *e = d->entry[i];
		if (!e->peer.is_witness || e->peer.state == PEER_DISTRUSTED || e->peer.state == PEER_STRANGER)
			continue;
		atomic_fetch_add(&e->held, 1);
		out->held[out->n] = &e->peer;
		out->chain[out->n++] = &e->peer.chain;
	}
	pthread_rwlock_unlock(&d->lock);
	out->q = (struct quorum){ .k = peer->quorum, .n = out->n, .witness = out->chain };
}

void directory_quorum_release(struct directory_quorum *q)
{
	for (size_t i = 0; i < q->n; i++)
		peer_release(q->held[i]);
	q->n = 0;
}
