/*
 * resume: is our log what others have seen of it?  Asked before the first signature after a start.
 *
 * A log that was put back to an earlier state (a restored disk, a copied machine) would sign a second history under the
 * same key.  So it is compared with what the keeper remembers, with the witnesses, and with partners; when one of them
 * has seen more, or something else, the origin is retired: the keeper makes the next log's key, the store begins that
 * log, a new card tells everybody, and partners are asked to send again what was lost.  The steps are in an order in
 * which a crash between any two of them is found, and finished, at the next start.  What counts as having seen more: a
 * note signed with our own log's key, or the word of a witness that we chose.
 */
#include "exchange/internal.h"

#include "base/random.h"
#include "desk/cards.h"

#define ASKED 16                                /* partners that are asked, witnesses among them */
#define NOTE_MAX 4096
#define CLOCKS_DIFFER (3600 * CLOCK_SECOND)

/* The signed note for PEER about our log ORIGIN. */
static enum tocsin_err make_note(
	struct exchange *x, const struct peer *peer, const char *origin, uint64_t size, int64_t since, struct buf *note)
{
	struct resume_note r = { .realm = x->desk->realm, .at = clock_now(), .since = since, .size = size };
	const struct peer *self = directory_self(x->desk->directory);
	uint8_t sig[1][NOTE_SIGNATURE];
	struct buf text;
	buf_init(&text, NOTE_MAX);
	card_party(self->card, &r.from);
	card_party(peer->card, &r.to);
	snprintf(r.origin, sizeof r.origin, "%s", origin);
	resume_note_format(&r, &text);
	struct bytes one = buf_bytes(&text);
	enum tocsin_err err = buf_end(&text, "a resume note");
	if (err == TOCSIN_OK)
		err = keeper_sign(x->desk->keeper, &one, 1, sig);
	if (err == TOCSIN_OK) {
		note_begin(note, one);
		note_add_line(note, &keeper_public(x->desk->keeper)->sign, sig[0], NOTE_SIGNATURE);
		err = buf_end(note, "a resume note");
	}
	buf_free(&text);
	peer_release(self);
	return err;
}

static void post(struct exchange *x, struct asks *a, size_t i, const struct peer *p, const char *path, struct buf *body)
{
	char url[600];
	snprintf(url, sizeof url, "%s%s", p->card->url[0], path);
	asks_send(a, i, x->client,
		&(struct http_request){ .method = "POST",
			.url = url,
			.type = "text/plain; charset=utf-8",
			.body = body,
			.max_answer = LIMIT_CHAIN_BYTES,
			.timeout_ms = 10000 });
}

/* ---- comparing ---- */

/* What is found out; REASON "" while nothing speaks against our log. */
struct finding {
	struct exchange *x;
	struct log_state st;
	char reason[160];
	size_t asked;                           /* who told what it has seen */
};

static void doubt(struct finding *f, const char *who, uint64_t size, const char *what)
{
	if (f->reason[0] == '\0')
		snprintf(f->reason, sizeof f->reason, "%.80s has seen %s (%llu entries)", who, what,
			(unsigned long long)size);
}

/* C was signed by our log. */
static void compare(struct finding *f, const char *who, const struct checkpoint *c)
{
	struct hash root;
	if (c->size > f->st.size)
		doubt(f, who, c->size, "more of this log than this node has");
	else if (c->size > 0 &&
		(store_log_root(f->x->desk->store, f->st.n, c->size, &root) != TOCSIN_OK ||
			!hash_equal(&root, &c->root)))
		doubt(f, who, c->size, "another log than this node has");
}

static void compare_keeper(struct finding *f)
{
	struct checkpoint c;
	enum tocsin_err err = keeper_last_published(f->x->desk->keeper, &c);
	if (err == TOCSIN_OK && strcmp(c.origin, f->st.origin) == 0)
		compare(f, "the keeper", &c);
	else if (err == TOCSIN_BROKEN)
		log_say(LOG_ERROR, "resume failed", "sentence=\"%s\"", fail_sentence());
}

struct asking {
	const struct peer *peer[ASKED];
	size_t n;
	/* 3 i: its resume answer, 3 i + 1: its word as a witness, 3 i + 2: our card chain as it holds it. */
	struct asks *asks;
	uint64_t published;                     /* the size that the witnesses were shown; 0: none */
};

#define RANKS 3

static int rank_of(const struct peer *p)
{
	if (p->state == PEER_DISTRUSTED || p->card->url_n == 0)
		return RANKS;
	return p->is_witness ? 0 : p->state == PEER_CONFIRMED ? 1 : 2;
}

/* Witnesses first, then who is confirmed, then the rest; only who has an address. */
static void choose(struct exchange *x, struct asking *q)
{
	const struct peer **all = calloc(DIRECTORY_MAX, sizeof *all);
	size_t n = all != NULL ? directory_all(x->desk->directory, all, DIRECTORY_MAX) : 0;
	size_t start = n > 0 ? random_below((uint32_t)n) : 0;
	for (int rank = 0; rank < RANKS; rank++)
		for (size_t k = 0; k < n; k++) {
			const struct peer *p = all[(start + k) % n];
			int of = p == NULL ? RANKS : rank_of(p);
			if (of == rank && q->n < ASKED) {
				q->peer[q->n++] = p;
				all[(start + k) % n] = NULL;
			}
		}
	for (size_t k = 0; k < n; k++)
		peer_release(all[k]);
	free(all);
}

static void send_all(struct finding *f, struct asking *q)
{
	struct exchange *x = f->x;
	struct buf published, chain, body;
	struct checkpoint c;
	struct note n;
	struct merkle_proof none = { .n = 0 };
	buf_init(&published, LIMIT_NOTE);
	buf_init(&chain, LIMIT_CHAIN_BYTES);
	bool has_chain = exchange_own_chain(x, &chain) == TOCSIN_OK;
	bool shown = store_log_published(x->desk->store, f->st.n, &published) == TOCSIN_OK &&
		note_parse(buf_bytes(&published), LIMIT_NOTE, &n) == TOCSIN_OK &&
		checkpoint_parse(n.text, &c) == TOCSIN_OK;
	q->published = shown ? c.size : 0;
	for (size_t i = 0; i < q->n; i++) {
		buf_init(&body, LIMIT_NOTE);
		if (make_note(x, q->peer[i], f->st.origin, f->st.size, clock_now(), &body) == TOCSIN_OK)
			post(x, q->asks, 3 * i, q->peer[i], "/exchange/v1/resume", &body);
		buf_free(&body);
		if (shown && q->peer[i]->is_witness) {
			buf_init(&body, LIMIT_NOTE + 64);
			witness_request_format(&body, c.size, &none, buf_bytes(&published));
			if (buf_end(&body, "a request to a witness") == TOCSIN_OK)
				post(x, q->asks, 3 * i + 1, q->peer[i], "/witness/add-checkpoint", &body);
			buf_free(&body);
		}
		if (has_chain) {
			buf_init(&body, LIMIT_CHAIN_BYTES);
			buf_add_bytes(&body, buf_bytes(&chain));
			post(x, q->asks, 3 * i + 2, q->peer[i], "/exchange/v1/card", &body);
			buf_free(&body);
		}
	}
	buf_free(&published);
	buf_free(&chain);
}

static void take_note(struct finding *f, const struct peer *p, const struct ask_result *a)
{
	struct checkpoint c;
	const struct peer *self = directory_self(f->x->desk->directory);
	const struct vkey *key = chain_log(&self->chain, f->st.origin);
	if (!a->done || a->err != TOCSIN_OK || (a->status != 200 && a->status != 404)) {
		peer_release(self);
		return;
	}
	if (a->status == 404) {
		f->asked++;
	} else if (key != NULL && checkpoint_open(a->body, key, &c) == TOCSIN_OK &&
		strcmp(c.origin, f->st.origin) == 0) {
		f->asked++;
		compare(f, p->name, &c);
	}
	peer_release(self);
}

static void take_witness(struct finding *f, const struct asking *q, const struct peer *p, const struct ask_result *a)
{
	uint64_t size;
	if (!a->done || a->err != TOCSIN_OK)
		return;
	if (a->status == 200) {
		f->asked++;
		tick_witness_seen(f->x, p->name, f->st.n, q->published);
	} else if (a->status == 409 && witness_size_parse(a->body, &size)) {
		f->asked++;
		tick_witness_seen(f->x, p->name, f->st.n, size);
		if (size > f->st.size)
			doubt(f, p->name, size, "more of this log than this node has");
		else if (size == q->published)
			doubt(f, p->name, size, "another log than this node has");
	}
}

/* A partner that holds a longer chain of ours answers with it: cards that this node issued and has lost. Without them
 * the next card would be a second one with their seq. */
static void take_card(struct finding *f, const struct peer *p, const struct ask_result *a)
{
	char name[LIMIT_NAME + 1];
	const char *what = "";
	if (!a->done || a->err != TOCSIN_OK || a->status != 200 ||
		!bytes_starts(a->body, realm_prefix(f->x->desk->realm)))
		return;
	if (cards_take(f->x->desk, a->body, false, name, &what) != TOCSIN_OK)
		log_say(LOG_WARN, "card not taken", "from=%s sentence=\"%s\"", p->name, fail_sentence());
	else if (strcmp(what, "extended") == 0)
		log_say(LOG_WARN, "card recovered", "from=%s name=%s", p->name, name);
}

static enum tocsin_err compare_others(struct finding *f)
{
	struct exchange *x = f->x;
	struct asking q = { .n = 0 };
	struct ask_result a;
	if (x->config.resume_seconds == 0)
		return TOCSIN_OK;
	choose(x, &q);
	q.asks = asks_new(3 * ASKED);
	if (q.asks != NULL) {
		send_all(f, &q);
		asks_wait(q.asks, clock_mono() + (int64_t)x->config.resume_seconds * CLOCK_SECOND, &x->stopping);
	}
	for (size_t i = 0; i < q.n; i++) {
		if (q.asks != NULL) {
			asks_result(q.asks, 3 * i, &a);
			take_note(f, q.peer[i], &a);
			asks_result(q.asks, 3 * i + 1, &a);
			take_witness(f, &q, q.peer[i], &a);
			asks_result(q.asks, 3 * i + 2, &a);
			take_card(f, q.peer[i], &a);
		}
		peer_release(q.peer[i]);
	}
	enum tocsin_err err = q.asks != NULL ? TOCSIN_OK : fail(TOCSIN_BROKEN, "no memory to ask the partners");
	asks_free(q.asks);
	return err;
}

/* ---- retiring ---- */

/* When this node last wrote a statement down: from there on it may have lost some. */
static enum tocsin_err last_known(struct exchange *x, int64_t *since)
{
	struct snapshot *r = NULL;
	struct statement_row row;
	int64_t num = 0;
	struct arena *a = arena_new(2 * LIMIT_ENVELOPE);
	*since = 0;
	enum tocsin_err err = a != NULL ? snapshot_open(x->desk->store, &r)
					: fail(TOCSIN_BROKEN, "no memory to look at the last statement");
	if (err == TOCSIN_OK)
		err = statement_last(r, &num);
	if (err == TOCSIN_OK && num > 0 && (err = statement_by_num(r, num, a, &row)) == TOCSIN_OK)
		*since = row.known_at;
	snapshot_close(r);
	arena_free(a);
	return err;
}

/* First of all, so that no crash forgets it: whom to tell. Telling about an origin that is not retired after all does
 * no harm. */
static enum tocsin_err note_resuming(struct finding *f)
{
	struct exchange *x = f->x;
	int64_t since = 0;
	const struct peer **all = calloc(DIRECTORY_MAX, sizeof *all);
	struct change *c = change_new();
	enum tocsin_err err = all != NULL && c != NULL ? last_known(x, &since)
						       : fail(TOCSIN_BROKEN, "no memory for the list of partners");
	size_t n = err == TOCSIN_OK ? directory_all(x->desk->directory, all, DIRECTORY_MAX) : 0;
	for (size_t i = 0; i < n; i++) {
		change_resuming_put(c,
			&(struct resuming_row){
				.partner = all[i]->name, .origin = f->st.origin, .size = f->st.size, .since = since });
		peer_release(all[i]);
	}
	if (n > 0) {
		err = store_commit(x->desk->store, c, NULL, NULL);
		c = NULL;
	}
	change_free(c);
	free(all);
	return err;
}

static enum tocsin_err begin_next_log(struct finding *f)
{
	const struct desk *d = f->x->desk;
	const struct peer *self = directory_self(d->directory);
	uint64_t last = self->card->log_n > f->st.n ? self->card->log_n : f->st.n;
	peer_release(self);
	enum tocsin_err err;
	/* Always a key that was never used: the one that the keeper has may have signed for the part of the log that
	 * was lost. */
	do {
		if ((err = keeper_next_log(d->keeper)) != TOCSIN_OK)
			return err;
	} while (keeper_public(d->keeper)->log_n <= last);
	struct change *c = change_new();
	if (c == NULL)
		return fail(TOCSIN_BROKEN, "no memory for the next log");
	const struct keeper_public *k = keeper_public(d->keeper);
	change_log_next(c, k->log_n, k->log.name, f->reason);
	change_event(c, "log retired", 0, f->st.origin);
	return store_commit(d->store, c, NULL, NULL);
}

static enum tocsin_err need_identity(struct finding *f)
{
	if (keeper_public(f->x->desk->keeper)->has_identity)
		return TOCSIN_OK;
	exchange_say(f->x, false, "%s; a new log needs a new card: put the identity key into keys/ and start again",
		f->reason);
	return fail(TOCSIN_LATER,
		"the log must be retired, and a new log needs a new card: put the identity key into keys/ and start again");
}

static enum tocsin_err retire(struct finding *f)
{
	struct exchange *x = f->x;
	uint64_t seq;
	exchange_say(x, false, "%s: the log %s is retired", f->reason, f->st.origin);
	enum tocsin_err err = need_identity(f);
	if (err != TOCSIN_OK)
		return err;
	log_say(LOG_ERROR, "log retired", "origin=%s size=%llu reason=\"%s\"", f->st.origin,
		(unsigned long long)f->st.size, f->reason);
	if ((err = note_resuming(f)) != TOCSIN_OK || (err = begin_next_log(f)) != TOCSIN_OK)
		return err;
	return cards_next(x->desk, &(struct card_fill){ .url = NULL }, &seq);
}

/* The keys, the database and our card are of one time: what was put back, and a crash within retire(), leave them
 * apart. */
static enum tocsin_err mend(struct finding *f)
{
	struct exchange *x = f->x;
	const struct keeper_public *k = keeper_public(x->desk->keeper);
	const struct peer *self = directory_self(x->desk->directory);
	bool same = vkey_same(&self->card->log, &k->log);
	uint64_t card_n = self->card->log_n;
	peer_release(self);
	if (k->log_n != f->st.n || card_n > f->st.n) {
		snprintf(f->reason, sizeof f->reason,
			"the keys (log %llu), the database (log %llu) and our card (log %llu) are of different times",
			(unsigned long long)k->log_n, (unsigned long long)f->st.n, (unsigned long long)card_n);
		return TOCSIN_OK;
	}
	if (same)
		return TOCSIN_OK;
	snprintf(f->reason, sizeof f->reason, "our card does not name the log %.100s yet", k->log.name);
	enum tocsin_err err = need_identity(f);
	uint64_t seq;
	if (err == TOCSIN_OK)
		err = cards_next(x->desk, &(struct card_fill){ .url = NULL }, &seq);
	if (err == TOCSIN_OK)
		f->reason[0] = '\0';
	return err;
}

void resume_asked(struct exchange *x)
{
	pthread_mutex_lock(&x->lock);
	bool first = !x->asked;
	x->asked = true;
	pthread_mutex_unlock(&x->lock);
	if (first && exchange_ready(x))
		exchange_say(x, true, "our log was compared with what others have seen of it");
}

static void settled(struct finding *f, bool retired)
{
	struct exchange *x = f->x;
	pthread_mutex_lock(&x->lock);
	if (retired)
		snprintf(x->resumed, sizeof x->resumed, "%s; the log was retired, and partners are asked to send again",
			f->reason);
	else
		snprintf(x->resumed, sizeof x->resumed, "%s",
			f->asked > 0 ? "nobody has seen more of our log, or something else"
				     : "nobody could be asked yet");
	x->asked = x->asked || f->asked > 0;
	bool asked = x->asked;
	pthread_mutex_unlock(&x->lock);
	if (retired)
		exchange_say(x, true, "%s; the log %s was retired, and partners are asked to send again what was lost",
			f->reason, f->st.origin);
	else if (asked)
		exchange_say(x, true, "our log was compared with what others have seen of it");
	else
		exchange_say(x, true, "nobody could be asked yet what it has seen of our log");
}

enum tocsin_err resume_settle(struct exchange *x)
{
	struct finding f = { .x = x };
	store_log_state(x->desk->store, &f.st);
	/* Others first: they may hold cards of ours that were lost, and every later step looks at our last card. */
	enum tocsin_err err = compare_others(&f);
	if (err == TOCSIN_OK && f.reason[0] == '\0')
		compare_keeper(&f);
	if (err == TOCSIN_OK && f.reason[0] == '\0')
		err = mend(&f);
	if (err != TOCSIN_OK || atomic_load(&x->stopping))
		return err;
	bool doubted = f.reason[0] != '\0';
	if (doubted && (err = retire(&f)) != TOCSIN_OK)
		return err;
	settled(&f, doubted);
	courier_wake(x);
	return TOCSIN_OK;
}

/* ---- telling ---- */

struct telling {
	size_t n, seen, skip;
	struct told {
		char partner[LIMIT_NAME + 1], origin[LIMIT_KEY_NAME + 1];
		uint64_t size;
		int64_t since;
		const struct peer *peer;
		bool card_taken, done;
	} to[ASKED];
};

static bool telling_count(void *arg, const struct resuming_row *row)
{
	(void)row;
	((struct telling *)arg)->seen++;
	return true;
}

static bool telling_take(void *arg, const struct resuming_row *row)
{
	struct telling *t = arg;
	if (t->skip > 0) {
		t->skip--;
		return true;
	}
	struct told *to = &t->to[t->n];
	snprintf(to->partner, sizeof to->partner, "%s", row->partner);
	snprintf(to->origin, sizeof to->origin, "%s", row->origin);
	to->size = row->size;
	to->since = row->since;
	return ++t->n < ASKED;
}

/* Some of the rows, from a random one on, so that partners that do not answer never keep the others waiting. */
static enum tocsin_err telling_read(struct exchange *x, struct telling *t)
{
	struct snapshot *r;
	enum tocsin_err err = snapshot_open(x->desk->store, &r);
	if (err != TOCSIN_OK)
		return err;
	err = resuming_each(r, telling_count, t);
	if (err == TOCSIN_OK && t->seen > 0) {
		t->skip = t->seen > ASKED ? random_below((uint32_t)t->seen) : 0;
		err = resuming_each(r, telling_take, t);
	}
	snapshot_close(r);
	return err;
}

static void tell_cards(struct exchange *x, struct telling *t)
{
	struct asks *a = asks_new(ASKED);
	struct buf chain, body;
	struct ask_result r;
	buf_init(&chain, LIMIT_CHAIN_BYTES);
	if (a != NULL && exchange_own_chain(x, &chain) == TOCSIN_OK) {
		for (size_t i = 0; i < t->n; i++)
			if (!t->to[i].done) {
				buf_init(&body, LIMIT_CHAIN_BYTES);
				buf_add_bytes(&body, buf_bytes(&chain));
				post(x, a, i, t->to[i].peer, "/exchange/v1/card", &body);
				buf_free(&body);
			}
		asks_wait(a, clock_mono() + 5 * CLOCK_SECOND, &x->stopping);
		for (size_t i = 0; i < t->n; i++) {
			asks_result(a, i, &r);
			t->to[i].card_taken = r.done && r.err == TOCSIN_OK && r.status == 200;
		}
	}
	buf_free(&chain);
	asks_free(a);
}

static void tell_notes(struct exchange *x, struct telling *t)
{
	struct asks *a = asks_new(ASKED);
	struct buf body;
	struct ask_result r;
	for (size_t i = 0; a != NULL && i < t->n; i++)
		if (t->to[i].card_taken) {
			buf_init(&body, LIMIT_NOTE);
			if (make_note(x, t->to[i].peer, t->to[i].origin, t->to[i].size, t->to[i].since, &body) ==
				TOCSIN_OK)
				post(x, a, i, t->to[i].peer, "/exchange/v1/resume", &body);
			buf_free(&body);
		}
	if (a != NULL)
		asks_wait(a, clock_mono() + 5 * CLOCK_SECOND, &x->stopping);
	for (size_t i = 0; a != NULL && i < t->n; i++) {
		asks_result(a, i, &r);
		if (r.done && r.err == TOCSIN_OK && (r.status == 200 || r.status == 404))
			t->to[i].done = true;
	}
	asks_free(a);
}

void resume_tell(struct exchange *x)
{
	struct telling *t = calloc(1, sizeof *t);
	struct change *c = NULL;
	if (t == NULL || telling_read(x, t) != TOCSIN_OK || t->n == 0) {
		free(t);
		return;
	}
	size_t reachable = 0, done = 0;
	for (size_t i = 0; i < t->n; i++) {
		t->to[i].peer = directory_find(x->desk->directory, t->to[i].partner);
		/* Nobody to tell: the partner is gone. Without an address the row stays, until its card has one. */
		t->to[i].done = t->to[i].peer == NULL;
		if (t->to[i].peer != NULL && t->to[i].peer->card->url_n == 0) {
			peer_release(t->to[i].peer);
			t->to[i--] = t->to[--t->n];
		} else {
			reachable += !t->to[i].done;
		}
	}
	if (reachable > 0) {
		tell_cards(x, t);
		tell_notes(x, t);
	}
	for (size_t i = 0; i < t->n; i++) {
		if (t->to[i].done && (c != NULL || (c = change_new()) != NULL)) {
			change_resuming_delete(c, t->to[i].partner, t->to[i].origin);
			done++;
		}
		peer_release(t->to[i].peer);
	}
	if (done > 0 && store_commit(x->desk->store, c, NULL, NULL) != TOCSIN_OK)
		log_say(LOG_ERROR, "resume failed", "sentence=\"%s\"", fail_sentence());
	free(t);
}

/* ---- answering ---- */

static void say(struct http_call *call, unsigned status, const char *sentence)
{
	char *line = arena_printf(http_call_arena(call), "%s\n", sentence);
	http_call_answer(call, status, "text/plain; charset=utf-8", line != NULL ? bytes_str(line) : BYTES_LIT(""));
}

/* What PEER may have lost is to be sent again (internal.h, "Giving back"). */
static enum tocsin_err begin_restoring(
	struct exchange *x, struct snapshot *read, const struct peer *peer, int64_t since)
{
	int64_t first = 0, last = 0;
	enum tocsin_err err =
		statement_since(read, peer->name, since > CLOCKS_DIFFER ? since - CLOCKS_DIFFER : 0, &first);
	if (err == TOCSIN_OK)
		err = statement_last(read, &last);
	if (err != TOCSIN_OK || first == 0)
		return err;
	struct change *c = change_new();
	if (c == NULL)
		return fail(TOCSIN_BROKEN, "no memory to give back");
	change_restoring_put(c,
		&(struct restoring_row){ .partner = peer->name, .since = since, .next_num = first, .until_num = last });
	change_event(c, "partner restoring", 0, peer->name);
	err = store_commit(x->desk->store, c, NULL, NULL);
	if (err == TOCSIN_OK)
		courier_restoring(x, peer->name);
	return err;
}

void resume_answer(struct exchange *x, struct http_call *call)
{
	struct note n;
	struct resume_note r;
	struct peer_log held;
	struct snapshot *read = NULL;
	struct bytes body = http_call_body(call);
	n.text = BYTES_LIT("");
	if (note_parse(body, LIMIT_NOTE, &n) != TOCSIN_OK || n.text.n > NOTE_MAX ||
		resume_note_parse(n.text, &r) != TOCSIN_OK) {
		say(call, 400, n.text.n > NOTE_MAX ? "a resume note has at most 4096 bytes" : fail_sentence());
		return;
	}
	const struct peer *from = directory_find(x->desk->directory, r.from.name);
	const struct caller caller = { .what = "resume note", .realm = r.realm, .from = &r.from, .to = &r.to, .at = r.at };
	if (caller_check(x, &n, &caller, from) != TOCSIN_OK) {
		say(call, 403, fail_sentence());
		peer_release(from);
		return;
	}
	enum tocsin_err err = chain_log(&from->chain, r.origin) != NULL
		? TOCSIN_OK
		: fail(TOCSIN_MISSING, "%s has no log %s by the card that this node holds", r.from.name, r.origin);
	if (err == TOCSIN_OK)
		err = snapshot_open(x->desk->store, &read);
	if (err == TOCSIN_OK && strcmp(r.origin, from->card->log.name) != 0)
		err = begin_restoring(x, read, from, r.since);
	if (err == TOCSIN_OK)
		err = peer_log_get(read, r.origin, http_call_arena(call), &held);
	snapshot_close(read);
	peer_release(from);
	if (err == TOCSIN_OK) {
		http_call_answer(call, 200, "text/plain; charset=utf-8", held.note);
	} else if (err == TOCSIN_MISSING) {
		say(call, 404, fail_sentence());
	} else {
		log_say(LOG_ERROR, "resume failed", "sentence=\"%s\"", fail_sentence());
		http_call_add_header(call, "Retry-After", "5");
		say(call, 503, "this node cannot answer now; try again later");
	}
}
