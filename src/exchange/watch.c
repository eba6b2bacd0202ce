/*
 * watch: from received to witnessed. Asks a partner for its published checkpoint once a tick; when enough organisations
 * have cosigned it, for the proof of each receipt that it covers. Receipts that wait too long raise an alarm, once
 * each.
 */
#include "base/random.h"
#include "exchange/courier.h"

#define LIST 1024                       /* receipts read in one round */
#define GETS 32                         /* under way to one partner */
#define GETS_BUSY 4                     /* the same while statements wait for it */
#define POLLS 256                       /* under way to all */
#define COMMIT 128                      /* proofs in one change */
#define PROOF_MAX 32768
#define POLL_MAX (60 * CLOCK_SECOND)

struct watched {
	int64_t num;
	uint64_t index;
	struct hash id;
};

struct watch {
	struct buf note;                /* the published checkpoint that was verified last */
	struct checkpoint checkpoint;
	struct vkey log;
	bool met;                       /* the quorum */
	uint64_t time;                  /* when, in seconds */

	bool busy;                      /* a round is under way */
	bool stopped;                   /* it goes no further: the partner failed */
	struct watched *list;
	size_t n, next;                 /* next to be asked for */
	unsigned under_way, landing;
	bool more;                      /* the list was cut, or something is not covered yet */
	struct change *change;
	size_t change_n, got;
	unsigned quiet;                 /* rounds in a row without anything new */
};

void watch_free(struct watch *w)
{
	if (w == NULL)
		return;
	buf_free(&w->note);
	change_free(w->change);
	free(w->list);
	free(w);
}

static int64_t tick(const struct courier *c)
{
	return (int64_t)(c->x->config.tick_seconds > 0 ? c->x->config.tick_seconds : 1) * CLOCK_SECOND;
}

/* The round is over: the next one is due a tick later, or later still while nothing moves. */
static void round_end(struct courier *c, struct link *l)
{
	struct watch *w = l->watch;
	if (w->got > 0)
		w->quiet = 0;
	else if (w->quiet < 16)
		w->quiet++;
	int64_t wait = tick(c);
	for (unsigned i = 1; i < w->quiet && wait < POLL_MAX; i++)
		wait *= 2;
	if (wait > POLL_MAX && wait > tick(c))
		wait = POLL_MAX;
	w->busy = false;
	free(w->list);
	w->list = NULL;
	w->n = w->next = 0;
	l->poll_at = clock_mono() + (w->more && w->got > 0 && !w->stopped ? 0 : wait);
}

static void proofs_landed(struct trip *t)
{
	struct watch *w = t->link->watch;
	w->landing--;
	if (t->err != TOCSIN_OK)
		log_say(LOG_ERROR, "receipts not noted", "partner=%s why=\"%s\"", t->link->name, t->sentence);
	if (w->landing == 0 && w->under_way == 0 && (w->next == w->n || w->stopped))
		round_end(t->c, t->link);
}

static void flush(struct courier *c, struct link *l)
{
	struct watch *w = l->watch;
	struct trip *t = w->change_n > 0 ? trip_new(c, l) : NULL;
	if (t != NULL) {
		change_event(w->change, "receipts witnessed", 0, l->name);
		t->landed = proofs_landed;
		w->landing++;
		courier_commit(c, t, w->change);
	} else {
		change_free(w->change);
	}
	w->change = NULL;
	w->change_n = 0;
}

/* Verifies NOTE as a published checkpoint of PEER: signature of its log, and how far its quorum is met. */
static enum tocsin_err take_note(struct courier *c, struct watch *w, const struct peer *peer, struct bytes note)
{
	if (w->note.n > 0 && bytes_equal(note, buf_bytes(&w->note)) && vkey_same(&w->log, &peer->card->log) && w->met)
		return TOCSIN_OK;
	struct note n;
	struct checkpoint cp;
	struct directory_quorum q;
	size_t count;
	enum tocsin_err err = checkpoint_open(note, &peer->card->log, &cp);
	if (err == TOCSIN_OK)
		err = note_parse(note, LIMIT_CHECKPOINT_NOTE, &n);
	if (err != TOCSIN_OK)
		return err;
	directory_quorum(c->x->desk->directory, peer, &q);
	err = quorum_check(&q.q, peer->name, &n, &count, &w->met, &w->time);
	directory_quorum_release(&q);
	if (err != TOCSIN_OK)
		return err;
	buf_clear(&w->note);
	buf_add_bytes(&w->note, note);
	w->checkpoint = cp;
	w->log = peer->card->log;
	return buf_end(&w->note, "a checkpoint");
}

static void ask_more(struct courier *c, struct link *l);

/* The proof R for number T->item of the list. */
static enum tocsin_err take_proof(struct courier *c, struct link *l, const struct watched *it, struct bytes body)
{
	struct watch *w = l->watch;
	const struct peer *peer = directory_find(c->x->desk->directory, l->name);
	if (peer == NULL)
		return fail(TOCSIN_MISSING, "%s is not a partner any more", l->name);
	struct tlogproof p;
	enum tocsin_err err = tlogproof_parse(body, &p);
	if (err == TOCSIN_OK)
		err = take_note(c, w, peer, p.note);
	peer_release(peer);
	if (err != TOCSIN_OK)
		return err;
	struct hash entry, leaf;
	statement_entry(c->x->desk->realm, ENTRY_ACCEPTED, &it->id, &entry);
	leaf = statement_entry_leaf(&entry);
	err = merkle_check_inclusion(&leaf, p.index, w->checkpoint.size, &p.proof, &w->checkpoint.root);
	if (err != TOCSIN_OK || !w->met)
		return err;
	if (w->change == NULL)
		w->change = change_new();
	if (w->change == NULL)
		return fail(TOCSIN_BROKEN, "no memory for receipts");
	change_receipt_witnessed(w->change, it->num, body, (int64_t)w->time * CLOCK_SECOND);
	w->change_n++;
	w->got++;
	if (w->change_n == COMMIT)
		flush(c, l);
	return TOCSIN_OK;
}

static void proof_answered(struct trip *t, const struct http_result *r)
{
	struct courier *c = t->c;
	struct link *l = t->link;
	struct watch *w = l->watch;
	w->under_way--;
	c->polls--;
	if (r->err != TOCSIN_OK || (r->status != 200 && r->status != 404)) {
		w->stopped = true;
	} else if (r->status == 404) {
		w->more = true;
	} else if (take_proof(c, l, &w->list[t->item], r->body) != TOCSIN_OK) {
		snprintf(l->trouble, sizeof l->trouble, "a witnessed receipt of %s does not count: %.400s", l->name, fail_sentence());
		w->stopped = true;
	}
	trip_free(t);
	ask_more(c, l);
}

/* Asks for the next receipts of the list; ends the round when there is nothing more. */
static void ask_more(struct courier *c, struct link *l)
{
	struct watch *w = l->watch;
	const struct peer *peer = directory_find(c->x->desk->directory, l->name);
	unsigned most = l->due && !l->drained ? GETS_BUSY : GETS;
	if (peer == NULL)
		w->stopped = true;
	/* One at least, so that the round goes on by itself. */
	while (!w->stopped && w->next < w->n && w->under_way < most && (c->polls < POLLS || w->under_way == 0)) {
		struct trip *t = trip_new(c, l);
		char path[128], hex[65];
		if (t == NULL) {
			w->stopped = true;
			break;
		}
		hex_encode(w->list[w->next].id.b, sizeof w->list[w->next].id.b, hex);
		snprintf(path, sizeof path, "/exchange/v1/receipts/%s", hex);
		t->item = w->next++;
		t->answered = proof_answered;
		if (!courier_send(c, t, peer, "GET", path, NULL, NULL, PROOF_MAX)) {
			w->stopped = true;
			break;
		}
		w->under_way++;
		c->polls++;
	}
	peer_release(peer);
	if (w->under_way > 0 || (w->next < w->n && !w->stopped))
		return;
	flush(c, l);
	if (w->landing == 0)
		round_end(c, l);
}

struct gather {
	struct watch *w;
	struct change *late;
	const char *partner;
	int64_t overdue_before;
	size_t seen, late_n;
};

static bool gather_late(void *arg, const struct receipt_row *row, const struct hash *id)
{
	struct gather *g = arg;
	(void)id;
	g->seen++;
	if (!row->overdue && row->received_at < g->overdue_before && g->late != NULL) {
		change_receipt_overdue(g->late, row->num);
		change_event(g->late, "receipt overdue", row->num, g->partner);
		g->late_n++;
	}
	return true;
}

static bool gather_covered(void *arg, const struct receipt_row *row, const struct hash *id)
{
	struct gather *g = arg;
	struct watch *w = g->w;
	g->seen++;
	/* What an earlier log of it took in was sent to this one again, and has another index here. */
	bool covered = strcmp(row->origin, w->checkpoint.origin) != 0 || row->index < w->checkpoint.size;
	if (covered && w->n < LIST)
		w->list[w->n++] = (struct watched){ .num = row->num, .index = row->index, .id = *id };
	else
		w->more = true;
	return true;
}

/* Receipts of all logs that PEER has had, the newest log first. */
static enum tocsin_err each_origin(struct snapshot *read, const struct peer *peer, receipt_each *each, struct gather *g)
{
	const char *last = "";
	enum tocsin_err err = TOCSIN_OK;
	for (size_t i = peer->chain.n; i-- > 0 && err == TOCSIN_OK;) {
		const char *origin = peer->chain.card[i]->log.name;
		if (strcmp(origin, last) != 0)
			err = receipts_unwitnessed(read, origin, LIST, each, g);
		last = origin;
	}
	return err;
}

static void late_landed(struct trip *t)
{
	if (t->err != TOCSIN_OK)
		log_say(LOG_ERROR, "alarm not noted", "partner=%s why=\"%s\"", t->link->name, t->sentence);
}

/* Raises the alarm for what waits too long; *SEEN: how many wait at all. */
static enum tocsin_err check_late(struct courier *c, struct link *l, struct snapshot *read, const struct peer *peer,
	size_t *seen)
{
	struct trip *t = trip_new(c, l);
	struct gather g = { .late = change_new(), .partner = l->name,
		.overdue_before = clock_now() - (int64_t)c->x->config.overdue_seconds * CLOCK_SECOND };
	enum tocsin_err err = each_origin(read, peer, gather_late, &g);
	*seen = g.seen;
	if (err == TOCSIN_OK && g.late_n > 0 && t != NULL) {
		t->landed = late_landed;
		log_say(LOG_WARN, "receipts overdue", "partner=%s n=%zu", l->name, g.late_n);
		courier_commit(c, t, g.late);
		return TOCSIN_OK;
	}
	change_free(g.late);
	trip_free(t);
	return err;
}

/* Makes the list of what the published checkpoint covers. */
static enum tocsin_err make_list(struct courier *c, const struct peer *peer, struct watch *w)
{
	struct snapshot *read = NULL;
	struct gather g = { .w = w };
	w->list = calloc(LIST, sizeof *w->list);
	w->n = w->next = 0;
	w->more = false;
	if (w->list == NULL)
		return fail(TOCSIN_BROKEN, "no memory for receipts");
	enum tocsin_err err = snapshot_open(c->x->desk->store, &read);
	if (err == TOCSIN_OK)
		err = each_origin(read, peer, gather_covered, &g);
	snapshot_close(read);
	w->more = w->more || w->n == LIST;
	return err;
}

static void checkpoint_answered(struct trip *t, const struct http_result *r)
{
	struct courier *c = t->c;
	struct link *l = t->link;
	struct watch *w = l->watch;
	trip_free(t);
	c->polls--;
	w->under_way--;
	const struct peer *peer = directory_find(c->x->desk->directory, l->name);
	enum tocsin_err err = peer == NULL ? TOCSIN_MISSING : TOCSIN_OK;
	if (err == TOCSIN_OK && (r->err != TOCSIN_OK || r->status != 200))
		err = TOCSIN_OFFLINE;
	else if (err == TOCSIN_OK && (err = take_note(c, w, peer, r->body)) != TOCSIN_OK)
		snprintf(l->trouble, sizeof l->trouble, "the published checkpoint of %s does not count: %.400s", l->name,
			fail_sentence());
	if (err == TOCSIN_OK && w->met)
		err = make_list(c, peer, w);
	peer_release(peer);
	w->stopped = err != TOCSIN_OK;
	ask_more(c, l);
}

void watch_poll(struct courier *c, struct link *l)
{
	const struct peer *peer = directory_find(c->x->desk->directory, l->name);
	struct snapshot *read = NULL;
	size_t seen = 0;
	if (l->watch == NULL && (l->watch = calloc(1, sizeof *l->watch)) != NULL)
		buf_init(&l->watch->note, LIMIT_CHECKPOINT_NOTE);
	struct watch *w = l->watch;
	if (peer == NULL || peer->quorum == 0 || w == NULL || w->busy) {
		l->watching = w != NULL && w->busy;
		l->poll_at = INT64_MAX;
		peer_release(peer);
		return;
	}
	l->poll_at = clock_mono() + tick(c);
	enum tocsin_err err = snapshot_open(c->x->desk->store, &read);
	if (err == TOCSIN_OK)
		err = check_late(c, l, read, peer, &seen);
	snapshot_close(read);
	if (err != TOCSIN_OK)
		log_say(LOG_ERROR, "receipts not read", "partner=%s why=\"%s\"", l->name, fail_sentence());
	if (err == TOCSIN_OK && seen == 0) {
		l->watching = false;
		w->quiet = 0;
	}
	/* Late is late, also while the partner is left alone. */
	struct trip *t = seen > 0 && l->until <= clock_mono() && c->polls < POLLS ? trip_new(c, l) : NULL;
	if (t != NULL) {
		t->answered = checkpoint_answered;
		w->got = 0;
		w->stopped = false;
		if (courier_send(c, t, peer, "GET", "/log/checkpoint", NULL, NULL, LIMIT_CHECKPOINT_NOTE)) {
			w->busy = true;
			w->under_way++;
			c->polls++;
			l->poll_at = INT64_MAX;
		}
	}
	peer_release(peer);
}
