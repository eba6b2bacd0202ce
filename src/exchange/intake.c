/*
 * intake: a batch of envelopes, from bytes to durable statements and an answer.
 *
 * A batch is a job.  A thread of the pool opens all of it (one call of the keeper for every file key), has each
 * envelope checked (envelope.c) and submits one change an envelope; the writer merges what several jobs submit.  When
 * that is durable a thread of the pool signs a checkpoint (or finds it signed for another job of the same commit), adds
 * the proofs and gives the answer out.
 *
 * A refusal leaves a counter and a line in the log: the code, and the partner's name once a signature has verified;
 * never content.  Keys and plaintext are wiped.
 */
#include "exchange/envelope.h"

#define INTAKE_JOBS 64                          /* batches in flight */
#define INTAKE_BYTES (64u << 20)                /* their envelopes together */
#define INTAKE_ARENA (8u << 20)
#define UNWRAPS 4 /* stanzas of one envelope that are tried: as many recipients as a card has */

struct item {
	struct hash id;
	bool taken;                             /* it has a change */
	size_t change;                          /* which */
	enum refusal code;
	char sentence[ANSWER_SENTENCE + 1];
};

struct job {
	struct exchange *x;
	struct batch b;
	size_t bytes;
	intake_done *done;
	void *arg;
	struct item *item;                      /* b.n */
	struct change **change;                 /* n of b.n; taken by the store */
	struct change_result *result;
	size_t n;
	bool returned;                          /* something of our own came back, and is to be sent once more */
	uint64_t log_n, size;                   /* the log when the job began, then as its commit left it */
};

struct intake {
	pthread_mutex_t lock;
	pthread_cond_t idle;
	size_t jobs, bytes;
	struct bench *bench;
	struct rate *rate;
};

/* ---- benches ---- */

static void bench_free(struct bench *b)
{
	if (b == NULL)
		return;
	buf_free(&b->plain);
	buf_free(&b->clean);
	arena_free(b->arena);
	free(b->unwrap);
	free(b);
}

static struct bench *bench_take(struct intake *in, size_t envelopes)
{
	pthread_mutex_lock(&in->lock);
	struct bench *b = in->bench;
	if (b != NULL)
		in->bench = b->next;
	pthread_mutex_unlock(&in->lock);
	if (b == NULL) {
		b = calloc(1, sizeof *b);
		if (b == NULL)
			return NULL;
		buf_init_secret(&b->plain, LIMIT_ENVELOPE);
		buf_init(&b->clean, LIMIT_NOTE);
		b->arena = arena_new(INTAKE_ARENA);
	}
	if (b->unwrap_room < envelopes * UNWRAPS) {
		free(b->unwrap);
		b->unwrap = calloc(envelopes * UNWRAPS, sizeof *b->unwrap);
		b->unwrap_room = b->unwrap != NULL ? envelopes * UNWRAPS : 0;
	}
	if (b->arena == NULL || b->unwrap == NULL) {
		bench_free(b);
		return NULL;
	}
	return b;
}

static void bench_give(struct intake *in, struct bench *b)
{
	pthread_mutex_lock(&in->lock);
	b->next = in->bench;
	in->bench = b;
	pthread_mutex_unlock(&in->lock);
}

/* ---- jobs ---- */

static struct job *job_new(struct exchange *x, const struct batch *b, intake_done *done, void *arg)
{
	struct job *j = calloc(1, sizeof *j);
	if (j == NULL)
		return NULL;
	j->x = x;
	j->done = done;
	j->arg = arg;
	j->b.have = b->have;
	j->b.n = b->n;
	memcpy(j->b.envelope, b->envelope, b->n * sizeof b->envelope[0]);
	size_t room = b->n != 0 ? b->n : 1;
	j->item = calloc(room, sizeof *j->item);
	j->change = calloc(room, sizeof(struct change *));
	j->result = calloc(room, sizeof *j->result);
	for (size_t i = 0; i < b->n; i++)
		j->bytes += b->envelope[i].n;
	if (j->item != NULL && j->change != NULL && j->result != NULL)
		return j;
	free(j->item);
	free(j->change);
	free(j->result);
	free(j);
	return NULL;
}

/* Gives the answer out and forgets the job. */
static void job_end(struct job *j, unsigned status, struct buf *body, const char *sentence)
{
	struct intake *in = j->x->intake;
	j->done(j->arg, status, body, sentence);
	pthread_mutex_lock(&in->lock);
	in->jobs--;
	in->bytes -= j->bytes;
	pthread_cond_broadcast(&in->idle);
	pthread_mutex_unlock(&in->lock);
	free(j->item);
	free(j->change);
	free(j->result);
	free(j);
}

static void refuse(struct item *it, enum refusal code, const char *sentence)
{
	it->taken = false;
	it->code = code;
	snprintf(it->sentence, sizeof it->sentence, "%.*s", ANSWER_SENTENCE, sentence);
}

/* ---- the answer ---- */

static void count_items(struct job *j)
{
	struct exchange *x = j->x;
	pthread_mutex_lock(&x->lock);
	for (size_t i = 0; i < j->b.n; i++) {
		const struct item *it = &j->item[i];
		x->count[it->taken ? (j->result[it->change].duplicate ? REFUSE_AGAIN : REFUSE_NONE) : it->code]++;
	}
	pthread_mutex_unlock(&x->lock);
}

static enum tocsin_err answer_write(struct job *j, const struct checkpoint *c, struct bytes note, struct buf *out)
{
	struct store *s = j->x->desk->store;
	struct merkle_proof p = { .n = 0 };
	enum tocsin_err err;
	if (j->b.have != 0 && j->b.have != c->size &&
		(err = store_log_consistency(s, j->log_n, j->b.have, c->size, &p)) != TOCSIN_OK)
		return err;
	answer_begin(out, &p);
	for (size_t i = 0; i < j->b.n; i++) {
		const struct item *it = &j->item[i];
		if (!it->taken) {
			answer_refused(out, refusal_code(it->code), it->sentence);
			continue;
		}
		uint64_t index = j->result[it->change].log_index;
		if ((err = store_log_inclusion(s, j->log_n, index, c->size, &p)) != TOCSIN_OK)
			return err;
		answer_accepted(out, &it->id, index, &p);
	}
	answer_end(out, note);
	return buf_end(out, "the answer to a batch");
}

static void job_answer(struct job *j)
{
	struct exchange *x = j->x;
	struct checkpoint c;
	struct buf note, out;
	buf_init(&note, LIMIT_CHECKPOINT_NOTE);
	buf_init(&out, LIMIT_ANSWER_BYTES);
	unsigned status = 200;
	enum tocsin_err err;
	if (j->b.have > j->size) {
		status = 409;
		err = exchange_checkpoint(x, j->log_n, j->size, &c, &out);
	} else {
		err = exchange_checkpoint(x, j->log_n, j->size, &c, &note);
		if (err == TOCSIN_OK)
			err = answer_write(j, &c, buf_bytes(&note), &out);
	}
	if (err == TOCSIN_OK) {
		if (status == 200)
			count_items(j);
		job_end(j, status, &out, NULL);
	} else {
		log_say(LOG_ERROR, "intake failed", "err=%s sentence=\"%s\"", err_name(err), fail_sentence());
		job_end(j, 503, NULL, "this node cannot answer now; send the batch again later");
	}
	buf_free(&note);
	buf_free(&out);
}

/* On a thread of the pool, behind the commit. */
static void job_finish(void *arg)
{
	struct job *j = arg;
	for (size_t i = 0; i < j->b.n; i++) {
		struct item *it = &j->item[i];
		if (!it->taken)
			continue;
		const struct change_result *r = &j->result[it->change];
		if (r->err != TOCSIN_OK)
			refuse(it, REFUSE_BUSY, r->err == TOCSIN_LATER ? r->sentence : "this node cannot store it now");
		else if (r->log_n != j->log_n)
			refuse(it, REFUSE_BUSY, "the log moved on meanwhile");
	}
	if (j->returned)
		courier_wake(j->x);
	job_answer(j);
}

/* On the writer's thread: nothing but copies. */
static void job_committed(void *arg, const struct change_result *results, size_t n, const struct commit_info *info)
{
	struct job *j = arg;
	memcpy(j->result, results, n * sizeof *results);
	j->log_n = info->log_n;
	j->size = info->size;
	if (!exchange_work(j->x, true, job_finish, j))
		job_end(j, 503, NULL, "this node is stopping; send the batch again later");
}

static void take_envelope(struct job *j, size_t i, struct finding *f, struct keeper_unwrap *u, size_t n)
{
	struct item *it = &j->item[i];
	struct change *c = NULL;
	f->verified = false;
	enum refusal r = it->code;
	if (r == REFUSE_NONE) {
		r = envelope_take(f, j->b.envelope[i], u, n, &it->id, &c);
		if (r != REFUSE_NONE)
			refuse(it, r, fail_sentence());
	}
	if (r == REFUSE_NONE) {
		it->taken = true;
		it->change = j->n;
		j->change[j->n++] = c;
		j->returned = j->returned || f->returned;
	} else {
		log_say(LOG_NOTE, "intake refused", "code=%s partner=%s", refusal_code(r),
			f->verified ? f->s.from.name : "-");
	}
}

/* ---- a batch ---- */

/* Lengths and headers; the wrapped keys of envelope i go to UNWRAP[first[i]] to UNWRAP[first[i + 1]]. */
static size_t gather(struct job *j, struct bench *b, size_t *first)
{
	size_t n = 0;
	struct age_wrapped w[UNWRAPS];
	for (size_t i = 0; i < j->b.n; i++) {
		struct bytes e = j->b.envelope[i];
		first[i] = n;
		if (e.n == 0 || e.n > LIMIT_ENVELOPE) {
			refuse(&j->item[i], REFUSE_SIZE, "an envelope has 1 to 4194304 bytes");
		} else if (age_header_parse(e, &b->header) != TOCSIN_OK) {
			refuse(&j->item[i], REFUSE_OPEN, fail_sentence());
		} else {
			size_t k = age_header_wrapped(&b->header, w, UNWRAPS);
			for (size_t m = 0; m < k && m < UNWRAPS; m++)
				b->unwrap[n++] = (struct keeper_unwrap){ .wrapped = w[m] };
		}
	}
	first[j->b.n] = n;
	return n;
}

static enum tocsin_err open_all(struct job *j, struct bench *b, struct snapshot *read)
{
	struct exchange *x = j->x;
	size_t first[LIMIT_BATCH_COUNT + 1];
	size_t n = gather(j, b, first);
	enum tocsin_err err = n > 0 ? keeper_unwrap(x->desk->keeper, b->unwrap, n) : TOCSIN_OK;
	if (err == TOCSIN_OK) {
		struct finding *f = calloc(1, sizeof *f);
		if (f == NULL) {
			err = fail(TOCSIN_BROKEN, "no memory for a batch");
		} else {
			*f = (struct finding){ .x = x,
				.read = read,
				.bench = b,
				.rate = x->intake->rate,
				.self = directory_self(x->desk->directory),
				.now = clock_now(),
				.batch = j->b.n };
			for (size_t i = 0; i < j->b.n; i++)
				take_envelope(j, i, f, b->unwrap + first[i], first[i + 1] - first[i]);
			peer_release(f->self);
			free(f);
		}
	}
	if (n > 0)
		bytes_wipe(b->unwrap, n * sizeof *b->unwrap);
	return err;
}

static void job_run(void *arg)
{
	struct job *j = arg;
	struct exchange *x = j->x;
	struct log_state st;
	store_log_state(x->desk->store, &st);
	j->log_n = st.n;
	j->size = st.size;
	if (j->b.have > st.size) {
		job_answer(j);
		return;
	}
	struct snapshot *read = NULL;
	struct bench *b = j->b.n > 0 ? bench_take(x->intake, j->b.n) : NULL;
	enum tocsin_err err = TOCSIN_OK;
	if (j->b.n > 0 && b == NULL)
		err = fail(TOCSIN_BROKEN, "no memory for a batch");
	if (err == TOCSIN_OK && j->b.n > 0 && (err = snapshot_open(x->desk->store, &read)) == TOCSIN_OK)
		err = open_all(j, b, read);
	snapshot_close(read);
	if (b != NULL)
		bench_give(x->intake, b);
	if (err != TOCSIN_OK) {
		log_say(LOG_ERROR, "intake failed", "err=%s sentence=\"%s\"", err_name(err), fail_sentence());
		job_end(j, 503, NULL, "this node cannot take anything in now; send the batch again later");
	} else if (j->n > 0) {
		store_submit(x->desk->store, j->change, j->n, job_committed, j);
	} else {
		job_answer(j);
	}
}

/* The queue is full: everything is refused at once, `busy`, under the last checkpoint; nothing is signed for it. */
static void refuse_all(struct exchange *x, const struct batch *b, intake_done *done, void *arg)
{
	struct buf out, note;
	struct checkpoint c = { .size = 0 };
	struct merkle_proof p = { .n = 0 };
	struct log_state st;
	store_log_state(x->desk->store, &st);
	buf_init(&out, LIMIT_ANSWER_BYTES);
	buf_init(&note, LIMIT_CHECKPOINT_NOTE);
	bool ok = false;
	if (pthread_mutex_trylock(&x->sign_lock) == 0) {
		ok = x->signed_n == st.n;
		c = x->signed_checkpoint;
		buf_add_bytes(&note, buf_bytes(&x->signed_note));
		pthread_mutex_unlock(&x->sign_lock);
	}
	ok = ok && b->have <= c.size;
	if (ok && b->have != 0 && b->have != c.size)
		ok = store_log_consistency(x->desk->store, st.n, b->have, c.size, &p) == TOCSIN_OK;
	if (ok) {
		answer_begin(&out, &p);
		for (size_t i = 0; i < b->n; i++)
			answer_refused(&out, refusal_code(REFUSE_BUSY),
				"this node has more to do than it can; send it again later");
		answer_end(&out, buf_bytes(&note));
		ok = buf_end(&out, "an answer") == TOCSIN_OK;
	}
	pthread_mutex_lock(&x->lock);
	x->count[REFUSE_BUSY] += b->n;
	pthread_mutex_unlock(&x->lock);
	log_say(LOG_WARN, "intake full", "envelopes=%zu", b->n);
	if (ok)
		done(arg, 200, &out, NULL);
	else
		done(arg, 503, NULL, "this node has more to do than it can; send the batch again later");
	buf_free(&out);
	buf_free(&note);
}

void intake_batch(struct exchange *x, const struct batch *b, intake_done *done, void *arg)
{
	struct intake *in = x->intake;
	if (!exchange_ready(x)) {
		done(arg, 503, NULL, "this node is not ready yet; send the batch again later");
		return;
	}
	struct job *j = job_new(x, b, done, arg);
	bool room = false;
	if (j != NULL) {
		pthread_mutex_lock(&in->lock);
		room = in->jobs < INTAKE_JOBS && in->bytes + j->bytes <= INTAKE_BYTES;
		if (room) {
			in->jobs++;
			in->bytes += j->bytes;
		}
		pthread_mutex_unlock(&in->lock);
	}
	if (room && exchange_work(x, false, job_run, j))
		return;
	if (j != NULL) {
		if (room) {
			pthread_mutex_lock(&in->lock);
			in->jobs--;
			in->bytes -= j->bytes;
			pthread_cond_broadcast(&in->idle);
			pthread_mutex_unlock(&in->lock);
		}
		free(j->item);
		free(j->change);
		free(j->result);
		free(j);
	}
	refuse_all(x, b, done, arg);
}

struct waiting {
	pthread_mutex_t lock;
	pthread_cond_t done;
	bool over;
	unsigned status;
	struct buf *out;
	char sentence[256];
};

static void wait_done(void *arg, unsigned status, struct buf *body, const char *sentence)
{
	struct waiting *w = arg;
	pthread_mutex_lock(&w->lock);
	w->status = status;
	if (body != NULL)
		buf_add_bytes(w->out, buf_bytes(body));
	snprintf(w->sentence, sizeof w->sentence, "%s", sentence != NULL ? sentence : "");
	w->over = true;
	pthread_cond_signal(&w->done);
	pthread_mutex_unlock(&w->lock);
}

enum tocsin_err intake_batch_wait(struct exchange *x, const struct batch *b, struct buf *out)
{
	struct waiting w = { .lock = PTHREAD_MUTEX_INITIALIZER, .done = PTHREAD_COND_INITIALIZER, .out = out };
	intake_batch(x, b, wait_done, &w);
	pthread_mutex_lock(&w.lock);
	while (!w.over)
		pthread_cond_wait(&w.done, &w.lock);
	pthread_mutex_unlock(&w.lock);
	pthread_cond_destroy(&w.done);
	pthread_mutex_destroy(&w.lock);
	if (w.status == 200)
		return buf_end(out, "the answer");
	if (w.status == 409)
		return fail(TOCSIN_REFUSED, "the batch was made for a larger log than this node has");
	return fail(TOCSIN_LATER, "%s", w.sentence);
}

enum tocsin_err intake_start(struct exchange *x)
{
	struct intake *in = calloc(1, sizeof *in);
	if (in == NULL)
		return fail(TOCSIN_BROKEN, "no memory for the intake");
	pthread_mutex_init(&in->lock, NULL);
	pthread_cond_init(&in->idle, NULL);
	x->intake = in;
	in->rate = rate_new(x->config.partner_rate);
	return in->rate != NULL ? TOCSIN_OK : fail(TOCSIN_BROKEN, "no memory for the intake");
}

void intake_stop(struct exchange *x)
{
	struct intake *in = x->intake;
	if (in == NULL)
		return;
	pthread_mutex_lock(&in->lock);
	while (in->jobs > 0)
		pthread_cond_wait(&in->idle, &in->lock);
	pthread_mutex_unlock(&in->lock);
	while (in->bench != NULL) {
		struct bench *b = in->bench;
		in->bench = b->next;
		bench_free(b);
	}
	rate_free(in->rate);
	pthread_cond_destroy(&in->idle);
	pthread_mutex_destroy(&in->lock);
	free(in);
	x->intake = NULL;
}
