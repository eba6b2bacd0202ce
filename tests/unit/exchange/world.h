/*
 * world: whole nodes on loopback for tests of the exchange: keeper, store, directory, listener, client, exchange; and letters between them that can be spoiled at every stage.
 */
#ifndef TOCSIN_TESTS_EXCHANGE_WORLD_H
#define TOCSIN_TESTS_EXCHANGE_WORLD_H

#include "test.h"

#include <dirent.h>
#include <sys/stat.h>

#include "base/file.h"
#include "base/log.h"
#include "base/random.h"
#include "desk/cards.h"
#include "desk/policy.h"
#include "exchange/internal.h"
#include "proof/body.h"

struct node {
	char dir[64], db[96], url[64];
	struct desk desk;
	struct http_server *server;
	struct http_client *client;
	_Atomic(struct exchange *) x;
	struct exchange_config config;
};

#define ok(call) do { \
		enum tocsin_err ok_err = (call); \
		if (ok_err != TOCSIN_OK) \
			print_error("%s: %s: %s\n", #call, err_name(ok_err), fail_sentence()); \
		assert_int_equal(ok_err, TOCSIN_OK); \
	} while (0)

static inline void node_handle(void *arg, struct http_call *call)
{
	struct node *n = arg;
	struct exchange *x = atomic_load(&n->x);
	if (x != NULL)
		exchange_handle(x, call);
	else
		http_call_answer(call, 503, NULL, BYTES_LIT(""));
}

/* Keeper first: it is forked, and that should happen before there are threads. */
static inline void node_keys(struct node *n, const char *name)
{
	log_level_set(getenv("TOCSIN_LOG") != NULL ? LOG_TRACE : 0);
	*n = (struct node){ .config = { .workers = 2, .tick_seconds = 3600, .overdue_seconds = 600, .resume_seconds = 1, .retry_seconds = 5 } };
	snprintf(n->dir, sizeof n->dir, "/tmp/tocsin-exchange-XXXXXX");
	assert_non_null(mkdtemp(n->dir));
	snprintf(n->desk.name, sizeof n->desk.name, "%s", name);
	n->desk.realm = realm_of_name(bytes_str(name));
	ok(keeper_init(n->dir, name, BYTES_LIT("")));
	ok(keeper_start(n->dir, BYTES_LIT(""), &n->desk.keeper));
}

static inline void node_open(struct node *n)
{
	ok(store_open(n->db, &n->desk.store));
	ok(directory_open(n->desk.store, n->desk.name, &n->desk.directory));
	ok(policy_open(n->desk.store, &n->desk.policy));
}

/* With its first card, which names its address when SERVED. */
static inline void node_made(struct node *n, bool served)
{
	uint64_t seq;
	snprintf(n->db, sizeof n->db, "%s/db", n->dir);
	if (served) {
		struct http_server_config sc = { .listen = "127.0.0.1:0", .max_body = LIMIT_BATCH_BYTES, .max_connections = 64, .max_per_address = 64, .idle_seconds = 30 };
		struct http_client_config cc = { .max_per_host = 8 };
		ok(http_server_start(&sc, node_handle, n, &n->server));
		ok(http_client_start(&cc, &n->client));
		snprintf(n->url, sizeof n->url, "http://127.0.0.1:%u", http_server_port(n->server));
	}
	const struct keeper_public *k = keeper_public(n->desk.keeper);
	ok(store_create(n->db, k->log.name, k->log_n));
	ok(store_open(n->db, &n->desk.store));
	const char *urls[] = { n->url };
	ok(cards_next(&n->desk, &(struct card_fill){ .url = served ? urls : NULL, .url_n = served ? 1 : 0 }, &seq));
	ok(directory_open(n->desk.store, n->desk.name, &n->desk.directory));
	ok(policy_open(n->desk.store, &n->desk.policy));
}

static inline void node_start(struct node *n)
{
	struct exchange *x;
	ok(exchange_start(&n->desk, n->client, &n->config, &x));
	atomic_store(&n->x, x);
}

static inline void node_ready(struct node *n)
{
	for (int i = 0; i < 1000 && !exchange_ready(n->x); i++)
		usleep(10000);
	assert_true(exchange_ready(n->x));
}

static inline void node_stop(struct node *n)
{
	exchange_stop(atomic_exchange(&n->x, NULL));
}

static inline void node_close(struct node *n)
{
	policy_free(n->desk.policy);
	directory_free(n->desk.directory);
	store_close(n->desk.store);
	n->desk.policy = NULL;
	n->desk.directory = NULL;
	n->desk.store = NULL;
}

static inline void remove_folder(const char *dir)
{
	DIR *d = opendir(dir);
	if (d == NULL)
		return;
	for (struct dirent *e; (e = readdir(d)) != NULL;) {
		char path[1024];
		struct stat st;
		if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0)
			continue;
		if (file_join(path, sizeof path, dir, e->d_name) != TOCSIN_OK)
			continue;
		if (lstat(path, &st) == 0 && S_ISDIR(st.st_mode))
			remove_folder(path);
		else
			unlink(path);
	}
	closedir(d);
	rmdir(dir);
}

static inline void node_end(struct node *n)
{
	node_stop(n);
	http_server_stop(n->server);
	http_client_stop(n->client);
	node_close(n);
	keeper_stop(n->desk.keeper);
	remove_folder(n->dir);
}

/* A takes B's card in. */
static inline void node_meets(struct node *a, struct node *b)
{
	struct buf chain;
	struct snapshot *r;
	char name[LIMIT_NAME + 1];
	const char *what;
	buf_init(&chain, LIMIT_CHAIN_BYTES);
	ok(snapshot_open(b->desk.store, &r));
	ok(card_chain(r, b->desk.name, &chain));
	snapshot_close(r);
	ok(cards_take(&a->desk, buf_bytes(&chain), true, name, &what));
	buf_free(&chain);
}

static inline void node_change(struct node *n, struct change *c, const char *reload)
{
	ok(store_commit(n->desk.store, c, NULL, NULL));
	ok(directory_reload(n->desk.directory, reload));
}

static inline void node_state(struct node *n, const char *partner, const char *state)
{
	struct change *c = change_new();
	change_partner_state(c, partner, state, "for a test", clock_now());
	node_change(n, c, partner);
}

static inline void node_witness(struct node *n, const char *partner)
{
	struct change *c = change_new();
	change_witness_add(c, partner, clock_now());
	node_change(n, c, partner);
}

static inline void node_log(struct node *n, struct vkey *key)
{
	const struct peer *self = directory_self(n->desk.directory);
	*key = self->card->log;
	peer_release(self);
}

/* ---- letters ---- */

struct letter {
	struct statement s;
	struct buf body, note, envelope;
	struct hash id;
};

static inline void letter_begin(struct letter *l, struct node *from, struct node *to, const char *kind)
{
	static const struct body_field fields[] = {
		{ "threat.summary", { (const uint8_t *)"\"a car with a bomb\"", 19 }, true },
		{ "handling.tlp", { (const uint8_t *)"\"amber\"", 7 }, true },
		{ "source.name", { (const uint8_t *)"\"somebody\"", 10 }, false },
	};
	struct buf opened;
	const struct peer *a = directory_self(from->desk.directory), *b = directory_self(to->desk.directory);
	*l = (struct letter){ .s = { .realm = from->desk.realm, .at = clock_now() / CLOCK_SECOND * CLOCK_SECOND, .lines = strcmp(kind, "warning") == 0 ? 32 : 16 } };
	snprintf(l->s.kind, sizeof l->s.kind, "%s", kind);
	random_bytes(l->s.nonce, sizeof l->s.nonce);
	card_party(a->card, &l->s.from);
	card_party(b->card, &l->s.to);
	buf_init(&l->body, LIMIT_ENVELOPE);
	buf_init(&l->note, LIMIT_NOTE);
	buf_init(&l->envelope, LIMIT_ENVELOPE);
	buf_init(&opened, LIMIT_ENVELOPE);
	ok(body_make(fields, 3, NULL, 0, l->s.lines, &l->body, &opened, &l->s.root));
	buf_free(&opened);
	peer_release(a);
	peer_release(b);
}

/* A signature line of SIGNER under L's statement. */
static inline void letter_add_signature(struct letter *l, struct node *signer, struct bytes text)
{
	uint8_t sig[1][NOTE_SIGNATURE];
	ok(keeper_sign(signer->desk.keeper, &text, 1, sig));
	note_add_line(&l->note, &keeper_public(signer->desk.keeper)->sign, sig[0], NOTE_SIGNATURE);
}

static inline void letter_sign(struct letter *l, struct node *signer)
{
	struct buf text;
	buf_init(&text, LIMIT_STATEMENT_TEXT);
	ok(statement_format(&l->s, &text));
	l->id = statement_id(buf_bytes(&text));
	buf_clear(&l->note);
	note_begin(&l->note, buf_bytes(&text));
	letter_add_signature(l, signer, buf_bytes(&text));
	buf_free(&text);
}

static inline void letter_seal_plain(struct letter *l, struct node *to, struct bytes plain)
{
	const struct peer *p = directory_self(to->desk.directory);
	buf_clear(&l->envelope);
	ok(age_seal(p->recipient, p->recipient_n, plain, &l->envelope));
	peer_release(p);
}

static inline void letter_seal(struct letter *l, struct node *to)
{
	struct buf plain;
	buf_init(&plain, LIMIT_ENVELOPE);
	body_wrap(&plain, buf_bytes(&l->note), buf_bytes(&l->body));
	assert_false(plain.failed);
	letter_seal_plain(l, to, buf_bytes(&plain));
	buf_free(&plain);
}

static inline void letter_make(struct letter *l, struct node *from, struct node *to, const char *kind)
{
	letter_begin(l, from, to, kind);
	letter_sign(l, from);
	letter_seal(l, to);
}

static inline void letter_free(struct letter *l)
{
	buf_free(&l->body);
	buf_free(&l->note);
	buf_free(&l->envelope);
}

/* ---- asking ---- */

struct reply {
	unsigned status;
	struct buf body;
	struct arena *arena;
	struct answer answer;
	struct checkpoint checkpoint;
};

static inline void reply_free(struct reply *r)
{
	buf_free(&r->body);
	arena_free(r->arena);
}

static inline void http(struct node *n, const char *method, const char *path, struct bytes body, struct reply *r)
{
	struct http_client_config cc = { .max_per_host = 1 };
	char url[256];
	struct buf b;
	buf_init(&b, 2 * LIMIT_BATCH_BYTES);
	buf_add_bytes(&b, body);
	snprintf(url, sizeof url, "%s%s", n->url, path);
	*r = (struct reply){ .status = 0 };
	buf_init(&r->body, LIMIT_ANSWER_BYTES);
	r->arena = arena_new(32u << 20);
	assert_non_null(r->arena);
	ok(http_ask(&cc, &(struct http_request){ .method = method, .url = url, .type = "application/octet-stream", .body = body.n > 0 ? &b : NULL, .max_answer = LIMIT_ANSWER_BYTES,
		.timeout_ms = 120000 }, &r->status, &r->body));
	buf_free(&b);
}

static inline void post_letters(struct node *to, uint64_t have, struct letter *const *l, size_t n, struct reply *r)
{
	struct buf b;
	buf_init(&b, LIMIT_BATCH_BYTES);
	batch_begin(&b, have);
	for (size_t i = 0; i < n; i++) {
		size_t place = batch_envelope_begin(&b);
		buf_add_bytes(&b, buf_bytes(&l[i]->envelope));
		batch_envelope_end(&b, place);
	}
	assert_false(b.failed);
	http(to, "POST", "/exchange/v1/envelopes", buf_bytes(&b), r);
	buf_free(&b);
}

/* The answer is well-formed and its checkpoint is TO's. */
static inline void reply_open(struct node *to, struct reply *r)
{
	struct vkey key;
	assert_int_equal(r->status, 200);
	ok(answer_parse(buf_bytes(&r->body), r->arena, &r->answer));
	node_log(to, &key);
	ok(checkpoint_open(r->answer.note, &key, &r->checkpoint));
}

/* Item I accepts L, and the checkpoint covers its entry. */
static inline void reply_accepts(struct node *to, const struct reply *r, size_t i, const struct letter *l, enum entry_kind kind)
{
	const struct answer_item *it = &r->answer.item[i];
	struct hash entry, leaf;
	if (!it->accepted)
		print_error("refused %s: %s\n", it->code, it->sentence);
	assert_true(it->accepted);
	assert_true(hash_equal(&it->id, &l->id));
	statement_entry(to->desk.realm, kind, &l->id, &entry);
	leaf = statement_entry_leaf(&entry);
	ok(merkle_check_inclusion(&leaf, it->index, r->checkpoint.size, &it->proof, &r->checkpoint.root));
}

/* Posts L alone: it is refused with CODE, and nothing is kept. */
static inline void refused_as(struct node *to, struct letter *l, const char *code)
{
	struct reply r;
	struct snapshot *read;
	int64_t num;
	post_letters(to, 0, &l, 1, &r);
	reply_open(to, &r);
	assert_int_equal(r.answer.n, 1);
	assert_false(r.answer.item[0].accepted);
	assert_string_equal(r.answer.item[0].code, code);
	ok(snapshot_open(to->desk.store, &read));
	assert_int_equal(statement_num(read, &l->id, &num), TOCSIN_MISSING);
	snapshot_close(read);
	reply_free(&r);
}

static inline void accepted_alone(struct node *to, struct letter *l, uint64_t *index)
{
	struct reply r;
	post_letters(to, 0, &l, 1, &r);
	reply_open(to, &r);
	assert_int_equal(r.answer.n, 1);
	reply_accepts(to, &r, 0, l, ENTRY_ACCEPTED);
	if (index != NULL)
		*index = r.answer.item[0].index;
	reply_free(&r);
}

#endif
