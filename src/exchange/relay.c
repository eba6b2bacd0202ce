/*
 * relay: what a broker brings: opened, checked against its label, and taken in through the same checks as what comes over
 * the wire; and the thread that does this, and what desk/broker has to do.
 *
 * The statement inside is durable before its broker is told; when this node is killed in between, it is taken in
 * again, which gives the same entry of the log, and so a receipt for it.
 */
#include "exchange/relay.h"

#include <sodium.h>
#include <time.h>

#include "desk/broker_part.h"
#include "desk/cards.h"
#include "desk/strangers.h"

#define BATCH 16
#define UNWRAPS 4
#define AGAIN (10 * CLOCK_SECOND)
#define AGAIN_MOST (3600 * CLOCK_SECOND)
#define LONGEST_MS (60 * 1000)
#define TROUBLE_MS (5 * 1000)
#define PAUSE_US (20 * 1000)

struct relay {
	struct exchange *x;
	atomic_bool stop;
	pthread_t thread;
};

/* ---- opening ---- */

static enum tocsin_err open_sealed(struct exchange *x, struct bytes file, struct buf *plain)
{
	struct age_header *h = calloc(1, sizeof *h);
	struct age_wrapped w[UNWRAPS];
	struct keeper_unwrap u[UNWRAPS] = { 0 };
	enum tocsin_err err = h == NULL ? fail(TOCSIN_BROKEN, "no memory for an envelope") : age_header_parse(file, h);
	size_t n = err == TOCSIN_OK ? age_header_wrapped(h, w, UNWRAPS) : 0, i = 0;
	for (size_t k = 0; k < n && k < UNWRAPS; k++)
		u[k].wrapped = w[k];
	n = n < UNWRAPS ? n : UNWRAPS;
	if (err == TOCSIN_OK && n > 0)
		err = keeper_unwrap(x->desk->keeper, u, n);
	while (i < n && !u[i].ok)
		i++;
	if (err == TOCSIN_OK && i == n)
		err = fail(TOCSIN_REFUSED, "it is not sealed to a key of this node");
	if (err == TOCSIN_OK)
		err = age_payload_open(h, u[i].key, file, plain);
	bytes_wipe(u, sizeof u);
	free(h);
	return err;
}

/* The chain in front of its pad; BAD when there is no such pad. */
static enum tocsin_err unpad(struct bytes plain, struct bytes *chain)
{
	size_t n = plain.n;
	if (n == 0 || plain.p[--n] != '\n')
		return fail(TOCSIN_BAD, "a card chain without its pad");
	while (n > 0 && plain.p[n - 1] == '0')
		n--;
	if (n < 5 || memcmp(plain.p + n - 5, "\npad ", 5) != 0)
		return fail(TOCSIN_BAD, "a card chain without its pad");
	*chain = bytes_of(plain.p, n - 5);
	return TOCSIN_OK;
}

/* Later cards of whom this node knows, or those of a stranger that BROKER brings. Nothing of it is needed to go on. */
static void take_cards(struct exchange *x, const char *author, const char *broker, struct bytes sealed)
{
	struct buf plain;
	struct bytes chain;
	char name[LIMIT_NAME + 1] = "", first[LIMIT_NAME + 64];
	const char *what;
	buf_init(&plain, 2 * LIMIT_CHAIN_BYTES);
	int n = snprintf(first, sizeof first, "%s card\nname %s\n", realm_prefix(x->desk->realm), author);
	if (open_sealed(x, sealed, &plain) == TOCSIN_OK && unpad(buf_bytes(&plain), &chain) == TOCSIN_OK &&
		chain.n > (size_t)n && memcmp(chain.p, first, (size_t)n) == 0 &&
		cards_take(x->desk, chain, false, name, &what) != TOCSIN_OK &&
		strangers_take(x->desk, chain, STRANGER_BROKERED, broker, clock_now()) != TOCSIN_OK)
		log_say(LOG_NOTE, "cards not taken", "name=%s why=\"%s\"", author, fail_sentence());
	buf_free(&plain);
}

/* ---- one relay ---- */

struct outcome {
	bool known;                             /* what was in it */
	struct hash inner;
	char code[ANSWER_CODE + 1];             /* "": it was taken */
	struct buf proof;
};

static void refused(struct outcome *o, const char *code)
{
	snprintf(o->code, sizeof o->code, "%s", code);
}

static enum tocsin_err take_in(struct exchange *x, struct bytes envelope, struct arena *a, struct outcome *o)
{
	struct batch *b = arena_zalloc(a, sizeof *b);
	struct answer answer;
	struct buf out;
	if (b == NULL)
		return fail(TOCSIN_BROKEN, "no memory for an envelope");
	buf_init(&out, LIMIT_ANSWER_BYTES);
	b->n = 1;
	b->envelope[0] = envelope;
	enum tocsin_err err = intake_batch_wait(x, b, &out);
	if (err == TOCSIN_OK)
		err = answer_parse(buf_bytes(&out), a, &answer);
	if (err == TOCSIN_OK && answer.n != 1)
		err = fail(TOCSIN_BROKEN, "the intake answered for something else");
	if (err == TOCSIN_OK && answer.item[0].accepted) {
		tlogproof_format(&o->proof, answer.item[0].index, &answer.item[0].proof, answer.note);
		err = buf_end(&o->proof, "a receipt");
	} else if (err == TOCSIN_OK) {
		refused(o, answer.item[0].code);
	}
	buf_free(&out);
	return err;
}

/* OK: O tells; LATER: it is to be tried again. */
static enum tocsin_err open_relay(struct exchange *x, const struct relayed_row *row, const struct broker_read *relay,
	struct arena *a, struct outcome *o)
{
	struct buf plain;
	struct bytes envelope = broker_file(&relay->body, BROKER_ENVELOPE), text, body;
	struct note note;
	struct statement *s = arena_alloc(a, sizeof *s);
	struct hash label;
	if (s == NULL)
		return fail(TOCSIN_BROKEN, "no memory for an envelope");
	buf_init_secret(&plain, LIMIT_ENVELOPE);
	enum tocsin_err err = envelope.n == 0 ? fail(TOCSIN_BAD, "no envelope") : open_sealed(x, envelope, &plain);
	if (err == TOCSIN_BAD || err == TOCSIN_REFUSED) {
		refused(o, "open");
		err = TOCSIN_OK;
	} else if (err == TOCSIN_OK && (body_unwrap(buf_bytes(&plain), &text, &body) != TOCSIN_OK ||
			note_parse(text, LIMIT_NOTE, &note) != TOCSIN_OK || statement_parse(note.text, s) != TOCSIN_OK)) {
		refused(o, "note");
	} else if (err == TOCSIN_OK) {
		o->inner = statement_id(note.text);
		broker_label(x->desk->realm, &o->inner, &label);
		o->known = true;
		/* Who swaps two envelopes would have one receipt stand for the other. */
		if (!hash_equal(&label, &row->label))
			refused(o, "label");
	}
	buf_free(&plain);
	if (err == TOCSIN_OK && o->code[0] == 0) {
		take_cards(x, s->from.name, row->broker, broker_file(&relay->body, BROKER_CARDS));
		err = take_in(x, envelope, a, o);
	}
	return err;
}

struct telling {
	const struct relayed_row *row;
	const struct outcome *o;
};

static void with_custody(void *arg, size_t i, struct change *c)
{
	const struct telling *t = arg;
	(void)i;
	change_relayed_done(c, t->row->relay, t->o->code[0] != 0 ? "refused" : "delivered", t->o->code,
		t->o->code[0] == 0 && t->o->known ? &t->o->inner : NULL);
}

static enum tocsin_err tell(struct exchange *x, const struct relayed_row *row, const struct broker_read *relay,
	struct arena *a, const struct outcome *o, int64_t now, bool *issued)
{
	struct telling t = { row, o };
	struct broker_issue b = { .desk = x->desk, .kind = "custody", .to = row->broker, .re = &relay->row.id, .arena = a,
		.urgency = 1, .with = with_custody, .arg = &t };
	broker_field(&b, "custody.state", o->code[0] != 0 ? "refused" : "delivered");
	broker_time(&b, "custody.when", now);
	if (o->code[0] != 0)
		broker_field(&b, "custody.code", o->code);
	broker_hash(&b, "envelope.label", &row->label);
	if (o->code[0] == 0)
		broker_attach(&b, BROKER_RECEIPT, buf_bytes(&o->proof));
	return broker_issue_now(&b, issued);
}

static enum tocsin_err commit(struct exchange *x, struct change *c)
{
	enum tocsin_err err = store_commit(x->desk->store, c, NULL, NULL);
	return err == TOCSIN_LATER ? TOCSIN_OK : err;
}

static enum tocsin_err log_label(struct exchange *x, struct snapshot *read, const struct relayed_row *row)
{
	struct change *c = change_new();
	if (c == NULL)
		return fail(TOCSIN_BROKEN, "no memory for a relay");
	change_relayed_logged(c, row->relay);
	enum tocsin_err err = broker_log(x->desk, read, c, &row->label);
	if (err == TOCSIN_OK)
		return commit(x, c);
	change_free(c);
	return err;
}

static enum tocsin_err put_off(struct exchange *x, const struct relayed_row *row, const char *code, int64_t now)
{
	int64_t wait = AGAIN;
	for (int64_t i = 0; i < row->attempts && wait < AGAIN_MOST; i++)
		wait *= 2;
	struct change *c = change_new();
	if (c == NULL)
		return fail(TOCSIN_BROKEN, "no memory for a relay");
	change_relayed_later(c, row->relay, now + (wait < AGAIN_MOST ? wait : AGAIN_MOST), code);
	return commit(x, c);
}

static enum tocsin_err relay_one(struct exchange *x, const struct relayed_row *row, int64_t now, bool *issued)
{
	struct snapshot *read = NULL;
	struct outcome *o = NULL;
	struct arena *a = arena_new(BROKER_ARENA);
	struct broker_read *relay = a == NULL ? NULL : arena_alloc(a, sizeof *relay);
	enum tocsin_err err = relay == NULL || (o = arena_zalloc(a, sizeof *o)) == NULL
		? fail(TOCSIN_BROKEN, "no memory for a relay") : snapshot_open(x->desk->store, &read);
	if (o != NULL)
		buf_init(&o->proof, LIMIT_CHECKPOINT_NOTE + 8192);
	if (err == TOCSIN_OK && strcmp(row->state, "new") == 0) {
		err = log_label(x, read, row);
		goto out;
	}
	if (err == TOCSIN_OK)
		err = broker_read(read, row->relay, a, relay);
	if (err == TOCSIN_REFUSED) {
		/* Forgotten before it was opened: nothing can be said about it any more. */
		struct change *c = change_new();
		if (c != NULL)
			change_relayed_done(c, row->relay, "refused", "forgotten", NULL);
		err = c == NULL ? fail(TOCSIN_BROKEN, "no memory for a relay") : commit(x, c);
		goto out;
	}
	if (err == TOCSIN_OK)
		err = open_relay(x, row, relay, a, o);
	/* What passes by itself is tried again while its broker would keep it. */
	bool passes = err == TOCSIN_LATER ||
		(err == TOCSIN_OK && (strcmp(o->code, "busy") == 0 || strcmp(o->code, "card") == 0) && now < row->until);
	if (passes)
		err = put_off(x, row, o->code[0] != 0 ? o->code : "busy", now);
	else if (err == TOCSIN_OK)
		err = tell(x, row, relay, a, o, now, issued);
out:
	if (o != NULL)
		buf_free(&o->proof);
	snapshot_close(read);
	arena_free(a);
	return err;
}

static enum tocsin_err relay_some(struct exchange *x, int64_t now, int64_t *next, bool *issued)
{
	struct relayed_row row[BATCH];
	struct snapshot *read;
	size_t n = 0;
	enum tocsin_err err = snapshot_open(x->desk->store, &read);
	if (err != TOCSIN_OK)
		return err;
	err = relayed_due(read, row, BATCH, &n);
	snapshot_close(read);
	for (size_t i = 0; err == TOCSIN_OK && i < n; i++) {
		if (row[i].next_at > now) {
			*next = row[i].next_at < *next ? row[i].next_at : *next;
			break;
		}
		err = relay_one(x, &row[i], now, issued);
		*next = now;
	}
	return err;
}

/* ---- the thread ---- */

static enum tocsin_err look(struct exchange *x, int *wait_ms)
{
	int64_t now = clock_now(), next = INT64_MAX, mine = INT64_MAX;
	bool issued = false, more = false;
	enum tocsin_err err = broker_work(x->desk, now, &next, &issued);
	enum tocsin_err theirs = relay_some(x, now, &mine, &more);
	if (issued || more)
		courier_wake(x);
	next = mine < next ? mine : next;
	int64_t left = next == INT64_MAX ? LONGEST_MS : (next - clock_now()) / 1000 + 1;
	*wait_ms = left < 1 ? 1 : left > LONGEST_MS ? LONGEST_MS : (int)left;
	return err == TOCSIN_OK ? theirs : err;
}

static void *run(void *arg)
{
	struct relay *r = arg;
	while (!atomic_load(&r->stop)) {
		int64_t seq = store_event_seq(r->x->desk->store);
		int wait_ms = TROUBLE_MS;
		/* Nothing is signed before the log was compared with what others have seen. */
		if (!exchange_ready(r->x))
			wait_ms = 200;
		else if (look(r->x, &wait_ms) != TOCSIN_OK) {
			log_say(LOG_ERROR, "brokered mail waits", "why=\"%s\"", fail_sentence());
			wait_ms = TROUBLE_MS;
			seq = INT64_MAX;
		}
		if (store_wait(r->x->desk->store, seq, wait_ms) > seq && !atomic_load(&r->stop))
			nanosleep(&(struct timespec){ .tv_nsec = PAUSE_US * 1000 }, NULL);
	}
	return NULL;
}

enum tocsin_err relay_start(struct exchange *x)
{
	struct relay *r = calloc(1, sizeof *r);
	if (r == NULL)
		return fail(TOCSIN_BROKEN, "no memory for brokered mail");
	r->x = x;
	if (pthread_create(&r->thread, NULL, run, r) != 0) {
		free(r);
		return fail(TOCSIN_BROKEN, "cannot start the thread of brokered mail");
	}
	x->relay = r;
	return TOCSIN_OK;
}

void relay_stop(struct exchange *x)
{
	struct relay *r = x->relay;
	if (r == NULL)
		return;
	atomic_store(&r->stop, true);
	struct timespec at;
	do {
		store_wake(x->desk->store);
		clock_gettime(CLOCK_REALTIME, &at);
		at.tv_nsec += 20 * 1000 * 1000;
		if (at.tv_nsec >= 1000000000) {
			at.tv_sec++;
			at.tv_nsec -= 1000000000;
		}
	} while (pthread_timedjoin_np(r->thread, NULL, &at) != 0);
	free(r);
	x->relay = NULL;
}
