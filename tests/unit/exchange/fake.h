/*
 * fake: a partner that a test can make lie: its own keys, its own log in memory, a listener, and a way of answering
 * that can be changed at any time.
 */
#ifndef TOCSIN_TESTS_EXCHANGE_FAKE_H
#define TOCSIN_TESTS_EXCHANGE_FAKE_H

#include "world.h"

#include <pthread.h>
#include <sodium.h>

#define FAKE_LOG 8192

enum fake_way {
	FAKE_HONEST, FAKE_SLOW, FAKE_500, FAKE_503, FAKE_GARBAGE, FAKE_EMPTY, FAKE_TRUNCATED, FAKE_EXTRA,
	FAKE_ONE_LESS, FAKE_SOMEBODY_ELSES, FAKE_WRONG_PROOF,
	FAKE_WRONG_KEY, FAKE_SHRUNKEN, FAKE_FORKED, FAKE_UNPROVEN, FAKE_409, FAKE_409_GARBAGE, FAKE_REFUSES, FAKE_REORDER
};

struct fake {
	char name[64], url[64];
	struct http_server *server;
	uint8_t identity_secret[64], sign_secret[64], witness_secret[64], log_secret[64];
	struct card card;
	struct age_identity age;
	struct buf chain;

	pthread_mutex_t lock;           /* what follows */
	enum fake_way way;
	const char *code;               /* of FAKE_REFUSES */
	struct hash poison;             /* a batch with it is answered 500, when not zero */
	bool needs_card;                /* refuses with `card` until our chain came */
	struct hash leaf[FAKE_LOG], id[FAKE_LOG];
	_Atomic size_t size, published;
	struct fake *watcher;           /* cosigns what is published */
	struct hash came[FAKE_LOG];     /* ids in the order in which they came */
	_Atomic size_t came_n, batch_n;         /* of the last batch */
	_Atomic unsigned posts, cards, receipts, taken_back;     /* tests wait for these without the lock */
	struct http_call *kept;         /* FAKE_REORDER: answered after the next one */
	struct buf kept_answer;
};

static inline void fake_key(const char *name, enum note_type type, uint8_t *secret, struct vkey *k)
{
	uint8_t pub[32];
	crypto_sign_keypair(pub, secret);
	ok(vkey_make(name, type, pub, k));
}

/* A new log with a new key, as after being put back: an empty one. */
static inline void fake_log(struct fake *f)
{
	char name[LIMIT_KEY_NAME + 1];
	f->card.log_n++;
	snprintf(name, sizeof name, "%s/log/%u", f->name, (unsigned)f->card.log_n);
	fake_key(name, NOTE_ED25519, f->log_secret, &f->card.log);
	f->size = f->published = 0;
}

/* The next card of the chain. */
static inline void fake_card(struct fake *f)
{
	struct buf text;
	uint8_t sig[64];
	f->card.seq++;
	f->card.at = clock_now() / CLOCK_SECOND * CLOCK_SECOND;
	buf_init(&text, LIMIT_CARD_TEXT);
	ok(card_format(&f->card, &text));
	crypto_sign_detached(sig, NULL, text.p, text.n, f->identity_secret);
	if (f->chain.n > 0)
		buf_add_char(&f->chain, '\n');
	note_begin(&f->chain, buf_bytes(&text));
	note_add_line(&f->chain, &f->card.identity, sig, 64);
	f->card.prev = statement_id(buf_bytes(&text));
	f->card.has_prev = true;
	buf_free(&text);
}

/* A signed checkpoint of the first SIZE entries, or of another history of that size. */
static inline void fake_note(struct fake *f, size_t size, bool fork, bool wrong_key, bool cosigned, struct buf *out)
{
	struct checkpoint c = { .size = size, .root = merkle_root(f->leaf, size) };
	struct buf text, message;
	uint8_t sig[64], blob[72];
	memcpy(c.origin, f->card.log.name, sizeof c.origin);
	if (fork)
		c.root.b[0] ^= 1;
	buf_init(&text, LIMIT_CHECKPOINT_NOTE);
	checkpoint_format(&c, &text);
	crypto_sign_detached(sig, NULL, text.p, text.n, wrong_key ? f->sign_secret : f->log_secret);
	note_begin(out, buf_bytes(&text));
	note_add_line(out, &f->card.log, sig, 64);
	if (cosigned && f->watcher != NULL) {
		uint64_t time = (uint64_t)(clock_now() / CLOCK_SECOND);
		buf_init(&message, LIMIT_CHECKPOINT_NOTE);
		cosignature_message(&message, time, buf_bytes(&text));
		crypto_sign_detached(sig, NULL, message.p, message.n, f->watcher->witness_secret);
		be64_put(blob, time);
		memcpy(blob + 8, sig, 64);
		note_add_line(out, &f->watcher->card.witness, blob, 72);
		buf_free(&message);
	}
	buf_free(&text);
}

static inline bool fake_read(void *arg, unsigned level, uint64_t index, struct hash *out)
{
	struct fake *f = arg;
	*out = merkle_root(f->leaf + (index << level), (size_t)1 << level);
	return true;
}

/* Opens an envelope: its id, and the place of its entry in the log, which it gets unless it has one. */
static inline size_t fake_take(struct fake *f, struct bytes envelope, struct hash *id)
{
	struct buf plain;
	struct bytes note, body;
	struct note n;
	struct statement s;
	struct hash entry;
	buf_init(&plain, LIMIT_ENVELOPE + 4096);
	ok(age_open(&f->age, 1, envelope, &plain));
	ok(body_unwrap(buf_bytes(&plain), &note, &body));
	ok(note_parse(note, LIMIT_NOTE, &n));
	ok(statement_parse(n.text, &s));
	*id = statement_id(n.text);
	bool own = strcmp(s.from.name, f->name) == 0;
	assert_string_equal(own ? s.from.name : s.to.name, f->name);
	f->taken_back += own;
	buf_free(&plain);
	f->came[f->came_n++ % FAKE_LOG] = *id;
	for (size_t i = 0; i < f->size; i++)
		if (hash_equal(&f->id[i], id))
			return i;
	assert_true(f->size < FAKE_LOG);
	statement_entry(REALM_LIVE, own ? ENTRY_ISSUED : ENTRY_ACCEPTED, id, &entry);
	f->id[f->size] = *id;
	f->leaf[f->size] = statement_entry_leaf(&entry);
	return f->size++;
}

static inline void fake_answer(struct fake *f, const struct batch *b, struct buf *out)
{
	struct hash *id = calloc(b->n + 1, sizeof *id);
	size_t *at = calloc(b->n + 1, sizeof *at), size;
	struct merkle_proof p = { .n = 0 };
	struct buf note;
	const char *code = f->way == FAKE_REFUSES ? f->code : f->needs_card ? "card" : NULL;
	buf_init(&note, LIMIT_CHECKPOINT_NOTE);
	size_t before = f->size, came = f->came_n;
	for (size_t i = 0; i < b->n; i++)
		at[i] = fake_take(f, b->envelope[i], &id[i]);
	if (code != NULL) {
		f->size = before;
		f->came_n = came;
	}
	size = f->size;
	if (f->way == FAKE_SHRUNKEN)
		size = (size_t)b->have - 1;
	if (f->way == FAKE_FORKED)
		size = (size_t)b->have;
	if (b->have > 0 && size > b->have)
		ok(merkle_prove_consistency(fake_read, f, b->have, size, &p));
	if (f->way == FAKE_UNPROVEN)
		p.h[0].b[0] ^= 1;
	answer_begin(out, &p);
	size_t n = b->n - (f->way == FAKE_ONE_LESS);
	for (size_t i = 0; i < n; i++) {
		if (code != NULL) {
			answer_refused(out, code, "for the test");
			continue;
		}
		/* Somebody else's: the first entry of the log, which is there since before. */
		if (f->way == FAKE_SOMEBODY_ELSES) {
			id[i] = f->id[0];
			at[i] = 0;
		}
		merkle_prove_in(f->leaf, f->size, at[i], &p);
		if (f->way == FAKE_WRONG_PROOF)
			p.h[0].b[3] ^= 1;
		answer_accepted(out, &id[i], at[i], &p);
	}
	fake_note(f, size, f->way == FAKE_FORKED, f->way == FAKE_WRONG_KEY, false, &note);
	answer_end(out, buf_bytes(&note));
	if (f->way == FAKE_EXTRA)
		buf_add_str(out, "extra\n");
	if (f->way == FAKE_TRUNCATED)
		out->n = out->n / 2;
	assert_false(out->failed);
	buf_free(&note);
	free(id);
	free(at);
}

static inline bool fake_poisoned(struct fake *f, const struct batch *b)
{
	static const struct hash none;
	if (hash_equal(&f->poison, &none))
		return false;
	for (size_t i = 0; i < b->n; i++) {
		struct hash id;
		size_t size = f->size, came = f->came_n;
		(void)fake_take(f, b->envelope[i], &id);
		f->size = size;
		f->came_n = came;
		if (hash_equal(&id, &f->poison))
			return true;
	}
	return false;
}

static inline void fake_envelopes(struct fake *f, struct http_call *call)
{
	struct batch *b = calloc(1, sizeof *b);
	struct buf out;
	buf_init(&out, LIMIT_ANSWER_BYTES);
	ok(batch_parse(http_call_body(call), b));
	f->posts++;
	f->batch_n = b->n;
	if (f->way == FAKE_SLOW)
		usleep(3000000);
	if (f->way == FAKE_500 || fake_poisoned(f, b)) {
		http_call_answer(call, 500, "text/plain", BYTES_LIT("out of order"));
	} else if (f->way == FAKE_503) {
		http_call_answer(call, 503, "text/plain", BYTES_LIT("later"));
	} else if (f->way == FAKE_GARBAGE || f->way == FAKE_409_GARBAGE) {
		http_call_answer(call, f->way == FAKE_GARBAGE ? 200 : 409, "application/octet-stream",
			BYTES_LIT("\0\1garbage that is no answer\n"));
	} else if (f->way == FAKE_EMPTY) {
		http_call_answer(call, 200, NULL, BYTES_LIT(""));
	} else if (f->way == FAKE_409 || b->have > f->size) {
		fake_note(f, f->way == FAKE_409 && b->have > 0 ? (size_t)b->have - 1 : f->size, false, false, false, &out);
		http_call_answer_buf(call, 409, "text/plain", &out);
	} else if (f->way == FAKE_REORDER && f->kept == NULL) {
		f->kept = call;
		buf_init(&f->kept_answer, LIMIT_ANSWER_BYTES);
		fake_answer(f, b, &f->kept_answer);
	} else {
		fake_answer(f, b, &out);
		http_call_answer_buf(call, 200, "application/octet-stream", &out);
		if (f->kept != NULL)
			http_call_answer_buf(f->kept, 200, "application/octet-stream", &f->kept_answer);
		f->kept = NULL;
	}
	buf_free(&out);
	free(b);
}

static inline void fake_receipt(struct fake *f, struct http_call *call, const char *hex)
{
	struct hash id;
	struct merkle_proof p;
	struct buf note, out;
	f->receipts++;
	assert_true(hex_decode(bytes_str(hex), id.b, sizeof id.b));
	for (size_t i = 0; i < f->published; i++) {
		if (!hash_equal(&f->id[i], &id))
			continue;
		buf_init(&note, LIMIT_CHECKPOINT_NOTE);
		buf_init(&out, LIMIT_CHECKPOINT_NOTE);
		fake_note(f, f->published, false, false, true, &note);
		merkle_prove_in(f->leaf, f->published, i, &p);
		if (f->way == FAKE_WRONG_PROOF)
			p.h[0].b[3] ^= 1;
		tlogproof_format(&out, i, &p, buf_bytes(&note));
		http_call_answer_buf(call, 200, "text/plain", &out);
		buf_free(&note);
		return;
	}
	http_call_answer(call, 404, NULL, BYTES_LIT(""));
}

static inline void fake_handle(void *arg, struct http_call *call)
{
	struct fake *f = arg;
	const char *path = http_call_path(call);
	pthread_mutex_lock(&f->lock);
	if (strcmp(path, "/exchange/v1/envelopes") == 0) {
		fake_envelopes(f, call);
	} else if (strcmp(path, "/exchange/v1/card") == 0 && strcmp(http_call_method(call), "GET") == 0) {
		http_call_answer(call, 200, "application/octet-stream", buf_bytes(&f->chain));
	} else if (strcmp(path, "/exchange/v1/card") == 0) {
		f->cards++;
		f->needs_card = false;
		http_call_answer(call, 200, NULL, BYTES_LIT(""));
	} else if (strcmp(path, "/log/checkpoint") == 0 && f->published > 0) {
		struct buf note;
		buf_init(&note, LIMIT_CHECKPOINT_NOTE);
		fake_note(f, f->published, false, false, true, &note);
		http_call_answer_buf(call, 200, "text/plain", &note);
	} else if (strncmp(path, "/exchange/v1/receipts/", 22) == 0) {
		fake_receipt(f, call, path + 22);
	} else {
		http_call_answer(call, 404, NULL, BYTES_LIT(""));
	}
	pthread_mutex_unlock(&f->lock);
}

/* Calls to keep several of one fake's numbers steady while they are read. */
static inline void fake_set(struct fake *f, enum fake_way way)
{
	pthread_mutex_lock(&f->lock);
	f->way = way;
	pthread_mutex_unlock(&f->lock);
}

static inline struct fake *fake_new(const char *name)
{
	struct fake *f = calloc(1, sizeof *f);
	struct buf file;
	char text[AGE_RECIPIENT_TEXT], key[LIMIT_KEY_NAME + 1];
	struct age_recipient r;
	assert_non_null(f);
	assert_true(sodium_init() >= 0);
	pthread_mutex_init(&f->lock, NULL);
	buf_init(&f->chain, LIMIT_CHAIN_BYTES);
	snprintf(f->name, sizeof f->name, "%s", name);
	struct http_server_config sc = { .listen = "127.0.0.1:0", .max_body = LIMIT_BATCH_BYTES, .max_connections = 64,
		.max_per_address = 64, .idle_seconds = 30 };
	ok(http_server_start(&sc, fake_handle, f, &f->server));
	snprintf(f->url, sizeof f->url, "http://127.0.0.1:%u", http_server_port(f->server));

	struct card *c = &f->card;
	c->realm = REALM_LIVE;
	snprintf(c->name, sizeof c->name, "%s", name);
	snprintf(key, sizeof key, "%s/identity", name);
	fake_key(key, NOTE_ED25519, f->identity_secret, &c->identity);
	fake_key(name, NOTE_ED25519, f->sign_secret, &c->sign[0]);
	c->sign_n = 1;
	snprintf(key, sizeof key, "%s/witness", name);
	fake_key(key, NOTE_COSIGNATURE, f->witness_secret, &c->witness);
	c->has_witness = true;
	buf_init_secret(&file, 4096);
	ok(age_identity_make(&f->age, &file));
	buf_free(&file);
	age_identity_recipient(&f->age, &r);
	age_recipient_format(&r, text);
	snprintf(c->recipient[0], sizeof c->recipient[0], "%s", text);
	c->recipient_n = 1;
	snprintf(c->url[0], sizeof c->url[0], "%s", f->url);
	c->url_n = 1;
	snprintf(c->kind[0], sizeof c->kind[0], "warning");
	c->kind_n = 1;
	fake_log(f);
	fake_card(f);
	return f;
}

static inline void fake_free(struct fake *f)
{
	if (f->kept != NULL)
		http_call_answer_buf(f->kept, 200, NULL, &f->kept_answer);
	http_server_stop(f->server);
	buf_free(&f->chain);
	pthread_mutex_destroy(&f->lock);
	free(f);
}

static inline void fake_meets(struct node *n, struct fake *f)
{
	char name[LIMIT_NAME + 1];
	const char *what;
	ok(cards_take(&n->desk, buf_bytes(&f->chain), true, name, &what));
}

#endif
