/*
 * tick: the log thread. It settles resume first, then moves the published checkpoint on a fixed beat.
 *
 * A tick pads the log to a multiple of 16, reads back what it is about to sign, has it signed and remembered by the
 * keeper (durable before anybody sees it), asks the witnesses to cosign it, and publishes the note with what came back.
 * Cosignatures that come late or not at all are asked for again at the next tick, for the same checkpoint, unless the
 * log has grown.  Between ticks the thread sleeps.
 */
#include "desk/audit.h"
#include "exchange/internal.h"

#define MULTIPLE 16
#define WITNESSES 40
#define WITNESS_WAIT (4 * CLOCK_SECOND)         /* for all witnesses together */
#define WITNESS_TIMEOUT_MS 10000
#define TELL_EVERY (30 * CLOCK_SECOND)          /* partners that must hear of a log that was put back */
#define SETTLE_EVERY (30 * CLOCK_SECOND)        /* when nobody could be asked, or resume failed */
#define PADDING_AHEAD 256

/* What this node knows of a witness; kept while it runs. */
struct witness_memory {
	char name[LIMIT_NAME + 1];
	uint64_t log_n, hint;                   /* the size that it has seen of our log n, as far as we know */
	bool cosigned;                          /* the published checkpoint */
	int64_t at;                             /* of its last cosignature; 0: never */
	uint64_t size;                          /* that it covers */
	char trouble[200];
};

struct logthread {
	pthread_t thread;
	bool running;
	pthread_mutex_t lock;                   /* what is below */
	pthread_cond_t wake;
	bool stop;
	struct witness_memory witness[WITNESSES];
	size_t witness_n;
};

/* ---- padding and signing ---- */

struct padding {
	struct keeper *keeper;
	uint64_t n, first;
	struct hash entry[PADDING_AHEAD];
	bool failed;
};

/* On the writer's thread: from what was fetched ahead, or, when much was written meanwhile, from the keeper. */
static void padding_make(void *arg, uint64_t index, struct hash *entry)
{
	struct padding *p = arg;
	if (index < p->first || index - p->first >= PADDING_AHEAD) {
		p->first = index;
		if (keeper_padding(p->keeper, p->n, index, p->entry, PADDING_AHEAD) != TOCSIN_OK) {
			p->failed = true;
			memset(p->entry, 0, sizeof p->entry);
		}
	}
	*entry = p->entry[index - p->first];
}

/* The smallest multiple of 16 that SIZE is no multiple of: padding to it adds at least one entry. */
static unsigned moving_multiple(uint64_t size)
{
	unsigned m = MULTIPLE;
	while (m < 256 && size % m == 0)
		m += MULTIPLE;
	return m;
}

/* Pads log ST->n; its size afterwards into *SIZE. */
static enum tocsin_err pad(struct exchange *x, const struct log_state *st, uint64_t *size)
{
	struct change_result result;
	struct padding *p = calloc(1, sizeof *p);
	struct change *c = change_new();
	enum tocsin_err err = p != NULL && c != NULL ? TOCSIN_OK : fail(TOCSIN_BROKEN, "no memory for padding");
	if (err == TOCSIN_OK) {
		*p = (struct padding){ .keeper = x->desk->keeper, .n = st->n, .first = st->size };
		err = keeper_padding(p->keeper, p->n, p->first, p->entry, PADDING_AHEAD);
	}
	if (err == TOCSIN_OK) {
		bool still = x->config.cover && st->size == st->published_size;
		change_log_padding(c, still ? moving_multiple(st->size) : MULTIPLE, padding_make, p);
		err = store_commit(x->desk->store, c, &result, NULL);
		c = NULL;
	}
	if (err == TOCSIN_OK && p->failed)
		err = fail(TOCSIN_BROKEN, "the keeper gave no padding");
	if (err == TOCSIN_OK && result.log_n != st->n)
		err = fail(TOCSIN_LATER, "the log moved on meanwhile");
	if (err == TOCSIN_OK)
		*size = result.log_size;
	change_free(c);
	free(p);
	return err;
}

/* Pads, rereads, signs and remembers, in this order and with nobody signing in between (a keeper refuses what is
 * smaller than its last). NOTE gets the checkpoint note. */
static enum tocsin_err make_checkpoint(
	struct exchange *x, const struct log_state *st, struct checkpoint *c, struct buf *note)
{
	const struct desk *d = x->desk;
	struct buf fresh;
	buf_init(&fresh, LIMIT_CHECKPOINT_NOTE);
	memcpy(c->origin, st->origin, sizeof c->origin);
	pthread_mutex_lock(&x->sign_lock);
	enum tocsin_err err = pad(x, st, &c->size);
	if (err == TOCSIN_OK)
		err = store_log_root(d->store, st->n, c->size, &c->root);
	if (err == TOCSIN_OK)
		err = store_log_reread(d->store, st->n, c->size, &c->root);
	if (err == TOCSIN_OK)
		err = keeper_checkpoint(d->keeper, c, &fresh);
	if (err == TOCSIN_OK)
		err = buf_end(&fresh, "a checkpoint");
	if (err == TOCSIN_OK) {
		buf_add_bytes(note, buf_bytes(&fresh));
		buf_free(&x->signed_note);
		x->signed_note = fresh;
		x->signed_checkpoint = *c;
		x->signed_n = st->n;
		err = buf_end(note, "a checkpoint");
	} else {
		buf_free(&fresh);
	}
	/* Durable before anybody sees it: a log that is put back behind this is noticed at the next start. */
	if (err == TOCSIN_OK)
		err = keeper_published(d->keeper, c);
	pthread_mutex_unlock(&x->sign_lock);
	return err;
}

static enum tocsin_err publish(struct exchange *x, uint64_t n, const struct checkpoint *c, struct bytes note)
{
	struct change *ch = change_new();
	if (ch == NULL)
		return fail(TOCSIN_BROKEN, "no memory to publish a checkpoint");
	change_log_published(ch, n, c->size, note);
	return store_commit(x->desk->store, ch, NULL, NULL);
}

/* ---- witnesses ---- */

/* The memory of NAME; made when it is new. NULL: more than can be. With lt->lock held. */
static struct witness_memory *memory_of(struct logthread *lt, const char *name)
{
	for (size_t i = 0; i < lt->witness_n; i++)
		if (strcmp(lt->witness[i].name, name) == 0)
			return &lt->witness[i];
	if (lt->witness_n == WITNESSES)
		return NULL;
	struct witness_memory *m = &lt->witness[lt->witness_n++];
	*m = (struct witness_memory){ .log_n = 0 };
	memcpy(m->name, name, strlen(name) + 1);
	return m;
}

/* The partners that we ask to cosign, held; forgets those that are no witnesses any more. */
static size_t witnesses(struct exchange *x, const struct peer **out)
{
	const struct peer **all = calloc(DIRECTORY_MAX, sizeof *all);
	struct logthread *lt = x->logthread;
	size_t k = 0;
	if (all == NULL)
		return 0;
	size_t n = directory_all(x->desk->directory, all, DIRECTORY_MAX);
	for (size_t i = 0; i < n; i++)
		if (k < WITNESSES && all[i]->is_witness && all[i]->state != PEER_DISTRUSTED)
			out[k++] = all[i];
		else
			peer_release(all[i]);
	free(all);
	pthread_mutex_lock(&lt->lock);
	for (size_t i = 0; i < lt->witness_n;) {
		size_t j = 0;
		while (j < k && strcmp(out[j]->name, lt->witness[i].name) != 0)
			j++;
		if (j == k)
			lt->witness[i] = lt->witness[--lt->witness_n];
		else
			i++;
	}
	pthread_mutex_unlock(&lt->lock);
	return k;
}

/* One round: what is asked of whom. */
struct round {
	struct exchange *x;
	uint64_t n;
	const struct checkpoint *c;
	struct buf *note;                       /* cosignatures are added */
	const struct peer *witness[WITNESSES];
	struct witness_memory *memory[WITNESSES];       /* only the log thread moves and removes them */
	uint64_t old[WITNESSES];
	struct asks *asks;
	bool behind;                            /* a witness has seen more than we have, or something else */
	size_t more;                            /* cosignatures that are new */
};

static void trouble(struct round *r, size_t i, const char *sentence)
{
	struct logthread *lt = r->x->logthread;
	pthread_mutex_lock(&lt->lock);
	if (strcmp(r->memory[i]->trouble, sentence) != 0 && sentence[0] != '\0')
		log_say(LOG_WARN, "witness trouble", "witness=%s sentence=\"%s\"", r->memory[i]->name, sentence);
	snprintf(r->memory[i]->trouble, sizeof r->memory[i]->trouble, "%s", sentence);
	pthread_mutex_unlock(&lt->lock);
}

static void ask(struct round *r, size_t i)
{
	struct exchange *x = r->x;
	struct witness_memory *m = r->memory[i];
	struct merkle_proof p = { .n = 0 };
	struct buf body;
	uint64_t old = m->log_n == r->n && m->hint <= r->c->size ? m->hint : 0;
	r->old[i] = old;
	if (old != 0 && old != r->c->size &&
		store_log_consistency(x->desk->store, r->n, old, r->c->size, &p) != TOCSIN_OK) {
		trouble(r, i, fail_sentence());
		return;
	}
	buf_init(&body, LIMIT_CHECKPOINT_NOTE + 8192);
	/* Without the cosignatures that are there already: a witness needs only the log's own. */
	pthread_mutex_lock(&x->sign_lock);
	if (x->signed_n == r->n && x->signed_checkpoint.size == r->c->size)
		witness_request_format(&body, old, &p, buf_bytes(&x->signed_note));
	else
		witness_request_format(&body, old, &p, buf_bytes(r->note));
	pthread_mutex_unlock(&x->sign_lock);
	char url[600];
	snprintf(url, sizeof url, "%s/witness/add-checkpoint", r->witness[i]->card->url[0]);
	if (buf_end(&body, "a request to a witness") == TOCSIN_OK)
		asks_send(r->asks, i, x->client,
			&(struct http_request){ .method = "POST",
				.url = url,
				.type = "text/plain; charset=utf-8",
				.body = &body,
				.max_answer = LIMIT_CHECKPOINT_NOTE,
				.timeout_ms = WITNESS_TIMEOUT_MS });
	buf_free(&body);
}

/* The lines that the witness sent, behind the checkpoint's note: those by its own key that verify are added to the
 * published note. */
static void take_lines(struct round *r, size_t i, struct bytes lines)
{
	const struct vkey *key = chain_witness(&r->witness[i]->chain);
	struct buf all;
	struct note n;
	uint64_t time = 0;
	buf_init(&all, LIMIT_NOTE);
	buf_add_bytes(&all, buf_bytes(r->note));
	buf_add_bytes(&all, lines);
	enum tocsin_err err = buf_end(&all, "a cosigned checkpoint");
	if (err == TOCSIN_OK && key == NULL)
		err = fail(TOCSIN_REFUSED, "its card names no witness key");
	if (err == TOCSIN_OK)
		err = note_parse(buf_bytes(&all), LIMIT_NOTE, &n);
	if (err == TOCSIN_OK)
		err = cosignature_verify(&n, key, &time);
	if (err == TOCSIN_OK) {
		for (size_t k = 0; k < n.n; k++)
			if (n.sig[k].id == key->id && bytes_equal_str(n.sig[k].name, key->name)) {
				buf_add_bytes(r->note, n.sig[k].line);
				buf_add_char(r->note, '\n');
				break;
			}
		struct witness_memory *m = r->memory[i];
		pthread_mutex_lock(&r->x->logthread->lock);
		m->log_n = r->n;
		m->hint = m->size = r->c->size;
		m->cosigned = true;
		m->at = clock_now();
		pthread_mutex_unlock(&r->x->logthread->lock);
		r->more++;
		trouble(r, i, "");
		resume_asked(r->x);
	} else {
		trouble(r, i, fail_sentence());
	}
	buf_free(&all);
}

static void set_hint(struct round *r, size_t i, uint64_t size)
{
	pthread_mutex_lock(&r->x->logthread->lock);
	r->memory[i]->log_n = r->n;
	r->memory[i]->hint = size;
	pthread_mutex_unlock(&r->x->logthread->lock);
}

/* The witness has cosigned our log at SIZE. True when it has to be asked again, from there. */
static bool take_size(struct round *r, size_t i, uint64_t size)
{
	char line[160];
	struct log_state st;
	store_log_state(r->x->desk->store, &st);
	if (size <= r->c->size && size != r->old[i]) {
		set_hint(r, i, size);
		return true;
	}
	/* Somebody may have shown it a checkpoint that came with an answer of ours, larger than the published one. */
	if (size > r->c->size && size <= st.size) {
		trouble(r, i, "it has seen a later checkpoint already and waits for the next one");
		return false;
	}
	r->behind = true;
	snprintf(line, sizeof line, "it has seen this log at %llu entries, which this node does not have so",
		(unsigned long long)size);
	trouble(r, i, line);
	return false;
}

/* True when it has to be asked once more. */
static bool take_answer(struct round *r, size_t i, const struct ask_result *a)
{
	char line[160];
	uint64_t size;
	if (!a->done && atomic_load(&r->x->stopping))
		return false;
	if (!a->done || a->err != TOCSIN_OK) {
		trouble(r, i, a->done ? "it cannot be reached" : "it has not answered in time");
		return false;
	}
	if (a->status == 200) {
		take_lines(r, i, a->body);
		return false;
	}
	if (a->status == 409 && witness_size_parse(a->body, &size))
		return take_size(r, i, size);
	snprintf(line, sizeof line, "it answered with HTTP status %u%s", a->status,
		a->status == 404	   ? ": it does not hold our card"
			: a->status == 403 ? ": it does not accept our log's key; our card may be new"
					   : "");
	trouble(r, i, line);
	return false;
}

/* The witness has cosigned what is published, as the note itself shows: after a start nothing else remembers it. With
 * the log thread's lock held. */
static void recall(struct round *r, size_t i, const struct note *n)
{
	const struct vkey *key = chain_witness(&r->witness[i]->chain);
	struct witness_memory *m = r->memory[i];
	uint64_t time;
	if (m->cosigned || key == NULL || cosignature_verify(n, key, &time) != TOCSIN_OK)
		return;
	m->cosigned = true;
	m->log_n = r->n;
	m->hint = m->size = r->c->size;
	m->at = (int64_t)time * CLOCK_SECOND;
}

/* Asks the witnesses that have not cosigned C yet, those that know another size a second time. */
static void cosign_round(struct exchange *x, uint64_t n, const struct checkpoint *c, struct buf *note, bool fresh,
	size_t *more, bool *behind)
{
	struct logthread *lt = x->logthread;
	struct round *r = calloc(1, sizeof *r);
	if (r == NULL)
		return;
	*r = (struct round){ .x = x, .n = n, .c = c, .note = note };
	size_t k = witnesses(x, r->witness);
	bool todo[WITNESSES];
	struct note n_now;
	bool parsed = !fresh && note_parse(buf_bytes(note), LIMIT_NOTE, &n_now) == TOCSIN_OK;
	pthread_mutex_lock(&lt->lock);
	for (size_t i = 0; i < k; i++) {
		r->memory[i] = memory_of(lt, r->witness[i]->name);
		if (fresh)
			r->memory[i]->cosigned = false;
		if (parsed)
			recall(r, i, &n_now);
		todo[i] = !r->memory[i]->cosigned;
	}
	pthread_mutex_unlock(&lt->lock);
	for (size_t i = 0; i < k; i++)
		if (todo[i] && r->witness[i]->card->url_n == 0) {
			trouble(r, i, "its card names no address");
			todo[i] = false;
		}
	int64_t deadline = clock_mono() + WITNESS_WAIT;
	for (int attempt = 0; attempt < 2; attempt++) {
		bool any = false;
		r->asks = asks_new(k != 0 ? k : 1);
		if (r->asks == NULL)
			break;
		for (size_t i = 0; i < k; i++)
			if (todo[i]) {
				ask(r, i);
				any = true;
			}
		if (any)
			asks_wait(r->asks, deadline, &x->stopping);
		for (size_t i = 0; i < k && any; i++) {
			struct ask_result a;
			asks_result(r->asks, i, &a);
			todo[i] = todo[i] && take_answer(r, i, &a);
		}
		asks_free(r->asks);
		if (!any)
			break;
	}
	for (size_t i = 0; i < k; i++)
		peer_release(r->witness[i]);
	*more = r->more;
	*behind = r->behind;
	free(r);
}

void tick_witness_seen(struct exchange *x, const char *name, uint64_t log_n, uint64_t size)
{
	struct logthread *lt = x->logthread;
	pthread_mutex_lock(&lt->lock);
	struct witness_memory *m = memory_of(lt, name);
	if (m != NULL) {
		m->log_n = log_n;
		m->hint = size;
	}
	pthread_mutex_unlock(&lt->lock);
}

/* ---- a tick ---- */

static enum tocsin_err tick_new(struct exchange *x, const struct log_state *st, bool *behind)
{
	struct checkpoint c;
	struct buf note;
	size_t more;
	buf_init(&note, LIMIT_NOTE);
	enum tocsin_err err = make_checkpoint(x, st, &c, &note);
	if (err == TOCSIN_OK) {
		cosign_round(x, st->n, &c, &note, true, &more, behind);
		if (!*behind)
			err = publish(x, st->n, &c, buf_bytes(&note));
	}
	buf_free(&note);
	return err;
}

/* The log has not grown: witnesses that have not cosigned what is published are asked again. */
static enum tocsin_err tick_again(struct exchange *x, const struct log_state *st, bool *behind)
{
	struct checkpoint c;
	struct note n;
	struct buf note;
	size_t more = 0;
	buf_init(&note, LIMIT_NOTE);
	enum tocsin_err err = store_log_published(x->desk->store, st->n, &note);
	if (err == TOCSIN_OK && (err = note_parse(buf_bytes(&note), LIMIT_NOTE, &n)) == TOCSIN_OK &&
		(err = checkpoint_parse(n.text, &c)) == TOCSIN_OK) {
		cosign_round(x, st->n, &c, &note, false, &more, behind);
		if (more > 0 && !*behind)
			err = publish(x, st->n, &c, buf_bytes(&note));
	}
	buf_free(&note);
	return err == TOCSIN_MISSING ? TOCSIN_OK : err;
}

static void tick(struct exchange *x)
{
	struct log_state st;
	bool behind = false;
	if (audit_anchor(x->desk) != TOCSIN_OK)
		log_say(LOG_ERROR, "audit trail not anchored", "sentence=\"%s\"", fail_sentence());
	store_log_state(x->desk->store, &st);
	enum tocsin_err err = st.size > st.published_size || (x->config.cover && st.size > 0)
		? tick_new(x, &st, &behind)
		: tick_again(x, &st, &behind);
	if (err != TOCSIN_OK && err != TOCSIN_LATER)
		log_say(LOG_ERROR, "tick failed", "err=%s sentence=\"%s\"", err_name(err), fail_sentence());
	if (behind && !atomic_load(&x->stopping)) {
		exchange_say(x, false, "a witness has seen more of our log than we have: comparing");
		log_say(LOG_ERROR, "log doubted", "origin=%s size=%llu", st.origin, (unsigned long long)st.size);
	}
}

/* Until UNTIL (clock_mono) or the stop; false at the stop. */
static bool sleep_until(struct logthread *lt, int64_t until)
{
	struct timespec ts = { .tv_sec = until / CLOCK_SECOND, .tv_nsec = until % CLOCK_SECOND * 1000 };
	pthread_mutex_lock(&lt->lock);
	while (!lt->stop && pthread_cond_timedwait(&lt->wake, &lt->lock, &ts) == 0)
		;
	bool go = !lt->stop;
	pthread_mutex_unlock(&lt->lock);
	return go;
}

static bool was_asked(struct exchange *x)
{
	pthread_mutex_lock(&x->lock);
	bool asked = x->asked;
	pthread_mutex_unlock(&x->lock);
	return asked;
}

static void *tick_run(void *arg)
{
	struct exchange *x = arg;
	struct logthread *lt = x->logthread;
	int64_t beat = (int64_t)x->config.tick_seconds * CLOCK_SECOND, next = clock_mono(), settle = next, tell = next;
	for (;;) {
		int64_t now = clock_mono();
		if (now >= settle && (!exchange_ready(x) || !was_asked(x))) {
			enum tocsin_err err = resume_settle(x);
			if (err != TOCSIN_OK)
				log_say(LOG_ERROR, "resume failed", "err=%s sentence=\"%s\"", err_name(err),
					fail_sentence());
			settle = clock_mono() + SETTLE_EVERY;
			tell = 0;
		}
		if (exchange_ready(x)) {
			tick(x);
			if (!exchange_ready(x))
				settle = clock_mono();
			if (exchange_ready(x) && clock_mono() >= tell) {
				resume_tell(x);
				tell = clock_mono() + TELL_EVERY;
			}
		}
		now = clock_mono();
		next = next + beat > now ? next + beat : now + beat;
		if (!sleep_until(lt, next))
			return NULL;
	}
}

json_t *tick_status(struct exchange *x)
{
	struct logthread *lt = x->logthread;
	json_t *a = json_array();
	char at[CLOCK_TEXT + 1];
	pthread_mutex_lock(&lt->lock);
	for (size_t i = 0; i < lt->witness_n; i++) {
		const struct witness_memory *m = &lt->witness[i];
		at[0] = '\0';
		if (m->at != 0)
			clock_format(m->at, at);
		json_array_append_new(a,
			json_pack("{s:s, s:s, s:I, s:s}", "name", m->name, "at", at, "size", (json_int_t)m->size,
				"trouble", m->trouble));
	}
	pthread_mutex_unlock(&lt->lock);
	return a;
}

enum tocsin_err tick_start(struct exchange *x)
{
	struct logthread *lt = calloc(1, sizeof *lt);
	if (lt == NULL)
		return fail(TOCSIN_BROKEN, "no memory for the log's thread");
	pthread_condattr_t mono;
	pthread_condattr_init(&mono);
	pthread_condattr_setclock(&mono, CLOCK_MONOTONIC);
	pthread_cond_init(&lt->wake, &mono);
	pthread_condattr_destroy(&mono);
	pthread_mutex_init(&lt->lock, NULL);
	x->logthread = lt;
	lt->running = pthread_create(&lt->thread, NULL, tick_run, x) == 0;
	return lt->running ? TOCSIN_OK : fail(TOCSIN_BROKEN, "cannot start the log's thread");
}

void tick_stop(struct exchange *x)
{
	struct logthread *lt = x->logthread;
	if (lt == NULL)
		return;
	pthread_mutex_lock(&lt->lock);
	lt->stop = true;
	pthread_cond_signal(&lt->wake);
	pthread_mutex_unlock(&lt->lock);
	if (lt->running)
		pthread_join(lt->thread, NULL);
	/* What was read since the last tick; it is published with the first one of the next run. */
	if (lt->running && exchange_ready(x) && audit_anchor(x->desk) != TOCSIN_OK)
		log_say(LOG_ERROR, "audit trail not anchored", "sentence=\"%s\"", fail_sentence());
	pthread_cond_destroy(&lt->wake);
	pthread_mutex_destroy(&lt->lock);
	free(lt);
	x->logthread = NULL;
}
