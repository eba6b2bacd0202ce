#include "exchange/mailbox.h"

#include "exchange/courier.h"
#include "exchange/rate.h"

#define KEPT (10 * 60 * CLOCK_SECOND)           /* a nonce: a note is good for five minutes before and behind its time */
#define NONCES 640                              /* of one partner: more than its rate allows in that time */
#define OUT 2                                   /* batches handed out to one partner and not answered */
#define OUT_ALL 1024
#define PER_SECOND 1                            /* fetches of one partner; ten at once */
#define SLOTS 256
#define TEXT_PLAIN "text/plain; charset=utf-8"

struct nonce {
	uint8_t b[FETCH_NONCE];
	int64_t at;                             /* clock_mono */
};

struct handed {
	struct nonce nonce;
	struct parcel *parcel;                  /* NULL: nothing */
};

struct box {
	struct box *next;
	char name[LIMIT_NAME + 1];
	struct nonce *seen;
	size_t n, room;
	struct handed out[OUT];
	int64_t fetched_at;                     /* clock_now */
};

struct mailbox {
	struct rate *rate;
	pthread_mutex_t lock;                   /* what is below */
	size_t out_n;
	struct box *slot[SLOTS];
};

struct mailbox *mailbox_new(void)
{
	struct mailbox *m = calloc(1, sizeof *m);
	if (m == NULL)
		return NULL;
	m->rate = rate_new(PER_SECOND);
	if (m->rate == NULL) {
		free(m);
		return NULL;
	}
	pthread_mutex_init(&m->lock, NULL);
	return m;
}

void mailbox_free(struct mailbox *m)
{
	if (m == NULL)
		return;
	for (size_t i = 0; i < SLOTS; i++)
		for (struct box *b = m->slot[i], *next; b != NULL; b = next) {
			next = b->next;
			for (size_t k = 0; k < OUT; k++)
				parcel_free(b->out[k].parcel);
			free(b->seen);
			free(b);
		}
	rate_free(m->rate);
	pthread_mutex_destroy(&m->lock);
	free(m);
}

/* ---- boxes; with the lock held ---- */

/* The box of the partner NAME; MAKE it when there is none. */
static struct box *find(struct mailbox *m, const char *name, bool make)
{
	uint32_t h = 2166136261u;
	for (const char *p = name; *p != 0; p++)
		h = (h ^ (uint8_t)*p) * 16777619u;
	struct box **slot = &m->slot[h % SLOTS];
	for (struct box *b = *slot; b != NULL; b = b->next)
		if (strcmp(b->name, name) == 0)
			return b;
	struct box *b = make ? calloc(1, sizeof *b) : NULL;
	if (b == NULL)
		return NULL;
	snprintf(b->name, sizeof b->name, "%s", name);
	b->next = *slot;
	*slot = b;
	return b;
}

/* Forgets what is older than a note can be, and notes NONCE: REFUSED when it was seen, LATER when there is no room. */
static enum tocsin_err note_nonce(struct box *b, const uint8_t nonce[FETCH_NONCE], int64_t mono)
{
	size_t kept = 0;
	for (size_t i = 0; i < b->n; i++) {
		if (memcmp(b->seen[i].b, nonce, FETCH_NONCE) == 0)
			return fail(TOCSIN_REFUSED, "this fetch note was used already: each is good for once");
		if (mono - b->seen[i].at < KEPT)
			b->seen[kept++] = b->seen[i];
	}
	b->n = kept;
	if (b->n == b->room && b->room < NONCES) {
		size_t room = b->room == 0 ? 16 : b->room * 2 < NONCES ? b->room * 2 : NONCES;
		struct nonce *seen = realloc(b->seen, room * sizeof *seen);
		if (seen != NULL) {
			b->seen = seen;
			b->room = room;
		}
	}
	if (b->n == b->room)
		return fail(TOCSIN_LATER, "too many fetch notes in ten minutes; try again later");
	memcpy(b->seen[b->n].b, nonce, FETCH_NONCE);
	b->seen[b->n++].at = mono;
	return TOCSIN_OK;
}

static void drop(struct mailbox *m, struct handed *h)
{
	if (h->parcel == NULL)
		return;
	parcel_free(h->parcel);
	h->parcel = NULL;
	m->out_n--;
}

/* Keeps P (taken when OK) as handed out under NONCE, in the place of the older one. */
static enum tocsin_err keep(struct mailbox *m, struct box *b, const uint8_t nonce[FETCH_NONCE], struct parcel *p,
	int64_t mono)
{
	struct handed *h = &b->out[0];
	for (size_t k = 1; k < OUT && h->parcel != NULL; k++)
		if (b->out[k].parcel == NULL || b->out[k].nonce.at < h->nonce.at)
			h = &b->out[k];
	drop(m, h);
	if (m->out_n == OUT_ALL) {
		/* Somebody's that is too old to be answered any more makes room. */
		for (size_t i = 0; i < SLOTS; i++)
			for (struct box *o = m->slot[i]; o != NULL; o = o->next)
				for (size_t k = 0; k < OUT; k++)
					if (o->out[k].parcel != NULL && mono - o->out[k].nonce.at > KEPT / 2)
						drop(m, &o->out[k]);
		if (m->out_n == OUT_ALL)
			return fail(TOCSIN_LATER, "this node has more handed out than it can remember; try again later");
	}
	memcpy(h->nonce.b, nonce, FETCH_NONCE);
	h->nonce.at = mono;
	h->parcel = p;
	m->out_n++;
	return TOCSIN_OK;
}

/* What was handed out to NAME under NONCE, once; NULL: nothing. */
static struct parcel *take_back(struct mailbox *m, const char *name, const uint8_t nonce[FETCH_NONCE])
{
	struct parcel *p = NULL;
	pthread_mutex_lock(&m->lock);
	struct box *b = find(m, name, false);
	for (size_t k = 0; b != NULL && k < OUT && p == NULL; k++)
		if (b->out[k].parcel != NULL && memcmp(b->out[k].nonce.b, nonce, FETCH_NONCE) == 0) {
			p = b->out[k].parcel;
			b->out[k].parcel = NULL;
			m->out_n--;
		}
	pthread_mutex_unlock(&m->lock);
	return p;
}

int64_t mailbox_seen(struct mailbox *m, const char *partner)
{
	pthread_mutex_lock(&m->lock);
	const struct box *b = find(m, partner, false);
	int64_t at = b != NULL ? b->fetched_at : 0;
	pthread_mutex_unlock(&m->lock);
	return at;
}

/* ---- answers ---- */

static void say(struct http_call *call, unsigned status, const char *sentence)
{
	char *line = arena_printf(http_call_arena(call), "%s\n", sentence);
	http_call_answer(call, status, TEXT_PLAIN, line != NULL ? bytes_str(line) : BYTES_LIT(""));
}

static void say_failed(struct http_call *call, enum tocsin_err err)
{
	if (err == TOCSIN_BAD) {
		say(call, 400, fail_sentence());
	} else if (err == TOCSIN_REFUSED) {
		say(call, 403, fail_sentence());
	} else if (err == TOCSIN_MISSING) {
		say(call, 404, fail_sentence());
	} else {
		if (err != TOCSIN_LATER)
			log_say(LOG_ERROR, "mailbox failed", "sentence=\"%s\"", fail_sentence());
		http_call_add_header(call, "Retry-After", err == TOCSIN_LATER ? "1" : "5");
		say(call, err == TOCSIN_LATER ? 429 : 503,
			err == TOCSIN_LATER ? fail_sentence() : "this node cannot answer now; try again later");
	}
}

/* The note in BODY into F, and who sent it, a partner that may: held. */
static enum tocsin_err open_note(struct exchange *x, struct bytes body, bool answers, struct fetch_note *f,
	const struct peer **from)
{
	struct note n;
	*from = NULL;
	enum tocsin_err err = note_parse(body, LIMIT_NOTE, &n);
	if (err == TOCSIN_OK && n.text.n > LIMIT_STATEMENT_TEXT)
		err = fail(TOCSIN_BAD, "a fetch note has at most %u bytes", LIMIT_STATEMENT_TEXT);
	if (err == TOCSIN_OK)
		err = fetch_note_parse(n.text, f);
	if (err == TOCSIN_OK && f->answers != answers)
		err = fail(TOCSIN_BAD, "this is the note for the other one of the mailbox's two requests");
	if (err != TOCSIN_OK)
		return err;
	const struct caller caller = { .what = "fetch note", .realm = f->realm, .from = &f->from, .to = &f->to, .at = f->at };
	*from = directory_find(x->desk->directory, f->from.name);
	return caller_check(x, &n, &caller, *from);
}

/* ---- fetching ---- */

static enum tocsin_err admit(struct mailbox *m, const struct peer *from, const struct fetch_note *f)
{
	int64_t mono = clock_mono();
	if (!rate_take(m->rate, from->name, mono))
		return fail(TOCSIN_LATER, "a partner may fetch once a second");
	pthread_mutex_lock(&m->lock);
	struct box *b = find(m, from->name, true);
	enum tocsin_err err = b != NULL ? note_nonce(b, f->nonce, mono) : fail(TOCSIN_BROKEN, "no memory for a mailbox");
	if (err == TOCSIN_OK)
		b->fetched_at = clock_now();
	pthread_mutex_unlock(&m->lock);
	return err;
}

/* What is due for PEER, sealed; an empty parcel: nothing. */
static enum tocsin_err pack(struct exchange *x, const struct peer *peer, struct parcel **out)
{
	struct snapshot *read = NULL;
	struct parcel *p = NULL;
	struct arena *a = arena_new(64u << 20);
	enum tocsin_err err = a != NULL ? snapshot_open(x->desk->store, &read) : fail(TOCSIN_BROKEN, "no memory for a mailbox");
	if (err == TOCSIN_OK && peer->recipient_n == 0)
		err = fail(TOCSIN_BROKEN, "the card of %s names no recipient that this node can seal to", peer->name);
	if (err == TOCSIN_OK)
		err = parcel_new(x->desk, peer, read, &p);
	if (err == TOCSIN_OK)
		err = parcel_fill(p, peer, read, clock_now(), OUTBOX_BATCH_COUNT, OUTBOX_BATCH_BYTES, a);
	snapshot_close(read);
	arena_free(a);
	if (err != TOCSIN_OK) {
		parcel_free(p);
		return err;
	}
	*out = p;
	return TOCSIN_OK;
}

static enum tocsin_err hand_out(struct exchange *x, const struct peer *peer, const struct fetch_note *f,
	struct http_call *call)
{
	struct mailbox *m = x->mailbox;
	struct parcel *p;
	struct buf body;
	enum tocsin_err err = pack(x, peer, &p);
	if (err != TOCSIN_OK)
		return err;
	if (p->sent.n == 0) {
		parcel_free(p);
		http_call_answer(call, 204, TEXT_PLAIN, BYTES_LIT(""));
		return TOCSIN_OK;
	}
	/* From when it is kept on the parcel may be answered, and gone. */
	body = p->body;
	buf_init(&p->body, 0);
	pthread_mutex_lock(&m->lock);
	struct box *b = find(m, peer->name, true);
	err = b != NULL ? keep(m, b, f->nonce, p, clock_mono()) : fail(TOCSIN_BROKEN, "no memory for a mailbox");
	pthread_mutex_unlock(&m->lock);
	if (err == TOCSIN_OK)
		http_call_answer_buf(call, 200, "application/octet-stream", &body);
	else
		parcel_free(p);
	buf_free(&body);
	return err;
}

/* Our checkpoint for who holds a larger one than our log is. */
static enum tocsin_err tell_behind(struct exchange *x, const struct log_state *st, struct http_call *call)
{
	struct checkpoint c;
	struct buf note;
	buf_init(&note, LIMIT_CHECKPOINT_NOTE);
	enum tocsin_err err = exchange_checkpoint(x, st->n, st->size, &c, &note);
	if (err == TOCSIN_OK)
		http_call_answer_buf(call, 409, TEXT_PLAIN, &note);
	buf_free(&note);
	return err;
}

void mailbox_fetch(struct exchange *x, struct http_call *call)
{
	struct fetch_note f;
	struct log_state st;
	const struct peer *from;
	enum tocsin_err err = open_note(x, http_call_body(call), false, &f, &from);
	if (err == TOCSIN_OK)
		err = admit(x->mailbox, from, &f);
	store_log_state(x->desk->store, &st);
	if (err == TOCSIN_OK)
		err = f.have > st.size ? tell_behind(x, &st, call) : hand_out(x, from, &f, call);
	peer_release(from);
	if (err != TOCSIN_OK)
		say_failed(call, err);
}

/* ---- what was answered ---- */

static enum tocsin_err take_answer(struct exchange *x, const struct peer *from, const struct fetch_note *f,
	struct bytes body)
{
	struct answer answer;
	struct hash h = sha256(body);
	struct arena *a = arena_new(64u << 20);
	struct parcel *p = NULL;
	enum tocsin_err err = a == NULL ? fail(TOCSIN_BROKEN, "no memory for an answer")
		: !hash_equal(&h, &f->answer)
		? fail(TOCSIN_REFUSED, "this is not the answer that %s has signed", from->name)
		: answer_parse(body, a, &answer);
	if (err == TOCSIN_OK && (p = take_back(x->mailbox, from->name, f->nonce)) == NULL)
		err = fail(TOCSIN_MISSING, "nothing that was handed out to %s under this nonce waits for an answer: fetch it again",
			from->name);
	if (err == TOCSIN_OK)
		err = carry_answer(x, from, &p->sent, body, &answer, a);
	parcel_free(p);
	arena_free(a);
	return err;
}

void mailbox_answer(struct exchange *x, struct http_call *call)
{
	struct fetch_note f;
	struct bytes note, body;
	const struct peer *from = NULL;
	enum tocsin_err err = note_split(http_call_body(call), &note, &body);
	if (err == TOCSIN_OK)
		err = open_note(x, note, true, &f, &from);
	if (err == TOCSIN_OK)
		err = take_answer(x, from, &f, body);
	peer_release(from);
	if (err != TOCSIN_OK) {
		say_failed(call, err);
		return;
	}
	say(call, 200, "taken");
	exchange_wake(x);
}
