/*
 * home: one node's desk for tests, with a real keeper, store and directory in a temporary folder; and guests: partners
 * whose private keys the test holds, so that they can sign anything.
 */
#ifndef TOCSIN_TESTS_DESK_HOME_H
#define TOCSIN_TESTS_DESK_HOME_H

#include "test.h"

#include <dirent.h>
#include <sodium.h>
#include <sys/stat.h>

#include "base/file.h"
#include "base/log.h"
#include "base/random.h"
#include "desk/access.h"
#include "desk/accept.h"
#include "desk/cards.h"
#include "desk/directory.h"
#include "desk/forgotten.h"
#include "desk/issue.h"
#include "desk/policy.h"
#include "desk/screening.h"
#include "desk/standing.h"
#include "desk/unit.h"
#include "proof/body.h"

#define HOME "north.example"

#define ok(call) do { \
		enum tocsin_err ok_err = (call); \
		if (ok_err != TOCSIN_OK) \
			print_error("%s: %s: %s\n", #call, err_name(ok_err), fail_sentence()); \
		assert_int_equal(ok_err, TOCSIN_OK); \
	} while (0)

/* CALL fails with CODE, and the sentence says WORDS. */
#define fails(call, code, words) do { \
		enum tocsin_err fails_err = (call); \
		if (fails_err != (code) || strstr(fail_sentence(), words) == NULL) \
			print_error("%s: %s: %s\n", #call, err_name(fails_err), fail_sentence()); \
		assert_int_equal(fails_err, code); \
		assert_non_null(strstr(fail_sentence(), words)); \
	} while (0)

/* ---- a node ---- */

struct home {
	char dir[64], db[128];
	struct desk desk;
};

/* Keeper first: it is forked, and that should happen before there are threads. */
static inline void home_open(struct home *h, const char *name)
{
	uint64_t seq;
	log_level_set(getenv("TOCSIN_LOG") != NULL ? LOG_TRACE : 0);
	*h = (struct home){ .dir = "/tmp/tocsin-desk-XXXXXX" };
	assert_non_null(mkdtemp(h->dir));
	snprintf(h->db, sizeof h->db, "%s/db", h->dir);
	snprintf(h->desk.name, sizeof h->desk.name, "%s", name);
	h->desk.realm = realm_of_name(bytes_str(name));
	ok(keeper_init(h->dir, name, BYTES_LIT("")));
	ok(keeper_start(h->dir, BYTES_LIT(""), &h->desk.keeper));
	const struct keeper_public *k = keeper_public(h->desk.keeper);
	ok(store_create(h->db, k->log.name, k->log_n));
	ok(store_open(h->db, &h->desk.store));
	ok(cards_next(&h->desk, NULL, &seq));
	assert_int_equal(seq, 1);
	ok(directory_open(h->desk.store, name, &h->desk.directory));
	ok(policy_open(h->desk.store, &h->desk.policy));
	ok(screener_open(h->desk.store, h->desk.keeper, &h->desk.screener));
	ok(forgotten_create(h->dir));
	ok(forgotten_open(h->dir, &h->desk.forgotten));
}

/* The store and the directory, closed and opened again as by a restart. */
static inline void home_again(struct home *h)
{
	policy_free(h->desk.policy);
	directory_free(h->desk.directory);
	store_close(h->desk.store);
	ok(store_open(h->db, &h->desk.store));
	ok(directory_open(h->desk.store, h->desk.name, &h->desk.directory));
	ok(policy_open(h->desk.store, &h->desk.policy));
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

static inline void home_close(struct home *h)
{
	screener_free(h->desk.screener);
	policy_free(h->desk.policy);
	directory_free(h->desk.directory);
	store_close(h->desk.store);
	keeper_stop(h->desk.keeper);
	forgotten_close(h->desk.forgotten);
	remove_folder(h->dir);
}

static inline int home_setup(void **state)
{
	struct home *h = calloc(1, sizeof *h);
	assert_non_null(h);
	home_open(h, HOME);
	*state = h;
	return 0;
}

static inline int home_teardown(void **state)
{
	home_close(*state);
	free(*state);
	clock_unset();
	return 0;
}

/* A test that has a home. */
#define home_test(f) cmocka_unit_test_setup_teardown(f, home_setup, home_teardown)
#define HOME_TEST(name) static void name(void **state)

static inline void home_change(struct home *h, struct change *c, const char *reload)
{
	ok(store_commit(h->desk.store, c, NULL, NULL));
	ok(directory_reload(h->desk.directory, reload));
}

static inline void home_state(struct home *h, const char *partner, const char *state)
{
	struct change *c = change_new();
	change_partner_state(c, partner, state, "for a test", clock_now());
	home_change(h, c, partner);
}

static inline enum peer_state state_of(struct home *h, const char *name)
{
	const struct peer *p = directory_find(h->desk.directory, name);
	assert_non_null(p);
	enum peer_state s = p->state;
	peer_release(p);
	return s;
}

static inline void home_party(struct home *h, struct party *p)
{
	const struct peer *self = directory_self(h->desk.directory);
	card_party(self->card, p);
	peer_release(self);
}

/* Our own chain as a file. */
static inline void home_chain(struct home *h, struct buf *out)
{
	struct snapshot *r;
	buf_init(out, LIMIT_CHAIN_BYTES);
	ok(snapshot_open(h->desk.store, &r));
	ok(card_chain(r, h->desk.name, out));
	snapshot_close(r);
}

struct event_count {
	const char *kind;
	size_t n;
};

static inline bool event_counted(void *arg, const struct event_row *row)
{
	struct event_count *c = arg;
	c->n += strcmp(row->kind, c->kind) == 0;
	return true;
}

static inline size_t events_of(struct home *h, const char *kind)
{
	struct event_count c = { .kind = kind };
	struct snapshot *r;
	ok(snapshot_open(h->desk.store, &r));
	ok(event_each(r, 0, 100000, event_counted, &c));
	snapshot_close(r);
	return c.n;
}

static inline uint64_t log_size(struct home *h)
{
	struct log_state st;
	store_log_state(h->desk.store, &st);
	return st.size;
}

/* ---- guests ---- */

struct guest {
	uint8_t identity[64], sign[64], log[64], witness[64];
	struct card card;               /* what the next card will say */
	struct buf chain;
};

static inline void guest_key(const char *name, enum note_type type, uint8_t *secret, struct vkey *k)
{
	uint8_t pub[32];
	crypto_sign_keypair(pub, secret);
	ok(vkey_make(name, type, pub, k));
}

/* A new log, as after being put back. */
static inline void guest_log(struct guest *g)
{
	char name[LIMIT_KEY_NAME + 1];
	g->card.log_n++;
	snprintf(name, sizeof name, "%s/log/%u", g->card.name, (unsigned)g->card.log_n);
	guest_key(name, NOTE_ED25519, g->log, &g->card.log);
}

static inline void guest_card(struct guest *g)
{
	struct buf text;
	uint8_t sig[64];
	g->card.seq++;
	g->card.at = clock_now() / CLOCK_SECOND * CLOCK_SECOND;
	buf_init(&text, LIMIT_CARD_TEXT);
	ok(card_format(&g->card, &text));
	crypto_sign_detached(sig, NULL, text.p, text.n, g->identity);
	if (g->chain.n > 0)
		buf_add_char(&g->chain, '\n');
	note_begin(&g->chain, buf_bytes(&text));
	note_add_line(&g->chain, &g->card.identity, sig, 64);
	assert_false(g->chain.failed);
	g->card.prev = statement_id(buf_bytes(&text));
	g->card.has_prev = true;
	buf_free(&text);
}

/* With its first card. */
static inline void guest_new(struct guest *g, const char *name)
{
	char key[LIMIT_KEY_NAME + 1], recipient[AGE_RECIPIENT_TEXT];
	struct age_identity age;
	struct age_recipient r;
	struct buf file;
	memset(g, 0, sizeof *g);
	buf_init(&g->chain, LIMIT_CHAIN_BYTES);
	g->card.realm = realm_of_name(bytes_str(name));
	snprintf(g->card.name, sizeof g->card.name, "%s", name);
	snprintf(key, sizeof key, "%s/identity", name);
	guest_key(key, NOTE_ED25519, g->identity, &g->card.identity);
	guest_key(name, NOTE_ED25519, g->sign, &g->card.sign[0]);
	g->card.sign_n = 1;
	guest_log(g);
	snprintf(key, sizeof key, "%s/witness", name);
	guest_key(key, NOTE_COSIGNATURE, g->witness, &g->card.witness);
	g->card.has_witness = true;
	buf_init_secret(&file, 4096);
	ok(age_identity_make(&age, &file));
	buf_free(&file);
	age_identity_recipient(&age, &r);
	age_recipient_format(&r, recipient);
	snprintf(g->card.recipient[0], sizeof g->card.recipient[0], "%s", recipient);
	g->card.recipient_n = 1;
	snprintf(g->card.kind[g->card.kind_n++], sizeof g->card.kind[0], "warning");
	guest_card(g);
}

/* The same keys and cards so far: what each goes on with is a fork of the other. */
static inline void guest_twin(struct guest *twin, const struct guest *g)
{
	*twin = *g;
	buf_init(&twin->chain, LIMIT_CHAIN_BYTES);
	buf_add_bytes(&twin->chain, buf_bytes(&g->chain));
}

static inline void guest_free(struct guest *g)
{
	buf_free(&g->chain);
}

static inline enum tocsin_err guest_shown(struct home *h, struct guest *g, bool may_add, const char **what)
{
	char name[LIMIT_NAME + 1] = "";
	*what = "";
	enum tocsin_err err = cards_take(&h->desk, buf_bytes(&g->chain), may_add, name, what);
	if (err == TOCSIN_OK)
		assert_string_equal(name, g->card.name);
	return err;
}

/* A guest that is a partner, confirmed. */
static inline void guest_meets(struct home *h, struct guest *g, const char *name)
{
	const char *what;
	guest_new(g, name);
	ok(guest_shown(h, g, true, &what));
	assert_string_equal(what, "added");
	home_state(h, name, "confirmed");
}

/* ---- statements ---- */

#define VALUE(s) { (const uint8_t *)(s), sizeof(s) - 1 }

static const struct body_field warning_fields[] = {
	{ "threat.summary", VALUE("\"a car with a bomb\""), true },
	{ "handling.tlp", VALUE("\"amber\""), true },
	{ "when.until", VALUE("\"2024-03-08T23:59:59Z\""), true },
	{ "source.name", VALUE("\"somebody who must not be named\""), false },
};
#define WARNING_FIELDS (sizeof warning_fields / sizeof *warning_fields)

/* What a test does not say otherwise. */
static inline struct issue_release release_to(const char *to)
{
	return (struct issue_release){ .to = to, .field = warning_fields, .field_n = WARNING_FIELDS, .urgency = 1 };
}

/* Issues a warning to TO. */
static inline void issue_warning(struct home *h, const char *to, struct issue_result *r)
{
	struct issue_release release = release_to(to);
	struct issue issue = { .kind = "warning", .release = &release, .n = 1 };
	ok(desk_issue(&h->desk, &issue, r));
}

/* Issues a KIND with one field, about ABOUT (NULL: nothing). */
static inline enum tocsin_err issue_about(struct home *h, const char *kind, const char *to, const struct hash *about,
	const struct body_field *field, struct issue_result *r)
{
	struct issue_release release = { .to = to, .field = field, .field_n = field != NULL, .urgency = 2 };
	struct issue issue = { .kind = kind, .re = about, .re_n = about != NULL, .release = &release, .n = 1 };
	return desk_issue(&h->desk, &issue, r);
}

/* The text of a statement of G to the home, about RE. */
static inline void guest_says(struct home *h, struct guest *g, const char *kind, const struct hash *re, size_t re_n,
	struct statement *s)
{
	*s = (struct statement){ .realm = h->desk.realm, .at = clock_now() / CLOCK_SECOND * CLOCK_SECOND,
		.lines = strcmp(kind, "warning") == 0 ? 32 : 16, .re_n = re_n };
	snprintf(s->kind, sizeof s->kind, "%s", kind);
	random_bytes(s->nonce, sizeof s->nonce);
	card_party(&g->card, &s->from);
	home_party(h, &s->to);
	if (re_n > 0)
		memcpy(s->re, re, re_n * sizeof *re);
}

/* S with FIELDS, signed as G does. */
struct letter {
	struct buf note, body;
	struct hash id;
};

static inline void letter_make(struct letter *l, struct guest *g, struct statement *s, const struct body_field *fields,
	size_t n)
{
	struct buf text, opened;
	uint8_t sig[64];
	buf_init(&text, LIMIT_STATEMENT_TEXT);
	buf_init(&opened, LIMIT_ENVELOPE);
	buf_init(&l->note, LIMIT_NOTE);
	buf_init(&l->body, LIMIT_ENVELOPE);
	ok(body_make(fields, n, NULL, 0, s->lines, &l->body, &opened, &s->root));
	ok(statement_format(s, &text));
	crypto_sign_detached(sig, NULL, text.p, text.n, g->sign);
	note_begin(&l->note, buf_bytes(&text));
	note_add_line(&l->note, &g->card.sign[0], sig, 64);
	l->id = statement_id(buf_bytes(&text));
	buf_free(&text);
	buf_free(&opened);
}

/* Stores L, whose statement is S, as accepted, whatever the rules say, and frees it. */
static inline void letter_stored(struct home *h, struct letter *l, const struct statement *s, int64_t marks,
	struct issue_result *r)
{
	struct hash entry;
	struct change_result result;
	struct change *c = change_new();
	assert_non_null(c);
	r->id = l->id;
	change_statement(c, &(struct statement_row){ .id = l->id, .at = s->at, .kind = s->kind, .peer = s->from.name,
		.note = buf_bytes(&l->note), .body = buf_bytes(&l->body), .opened = BYTES_LIT(""), .known_at = clock_now(),
		.marks = marks, .re = s->re, .re_n = s->re_n });
	statement_entry(h->desk.realm, ENTRY_ACCEPTED, &l->id, &entry);
	change_entry(c, &entry, "statement", &l->id);
	ok(store_commit(h->desk.store, c, &result, NULL));
	r->num = result.num;
	buf_free(&l->note);
	buf_free(&l->body);
}

static inline void guest_stored(struct home *h, struct guest *g, struct statement *s, const struct body_field *fields,
	size_t n, int64_t marks, struct issue_result *r)
{
	struct letter l;
	letter_make(&l, g, s, fields, n);
	letter_stored(h, &l, s, marks, r);
}

static inline void guest_writes(struct home *h, struct guest *g, const char *kind, const struct hash *about,
	const struct body_field *field, struct issue_result *r)
{
	struct statement s;
	guest_says(h, g, kind, about, about != NULL, &s);
	guest_stored(h, g, &s, field, field != NULL, 0, r);
}

/* The statement NUM with its text and body as stored; the caller frees the arena. */
struct stored {
	struct arena *arena;
	struct statement_row row;
	struct note note;
	struct statement s;
	struct body body;
};

static inline void stored_read(struct home *h, int64_t num, struct stored *st)
{
	struct snapshot *r;
	st->arena = arena_new(64u << 20);
	assert_non_null(st->arena);
	ok(snapshot_open(h->desk.store, &r));
	ok(statement_by_num(r, num, st->arena, &st->row));
	snapshot_close(r);
	ok(note_parse(st->row.note, LIMIT_NOTE, &st->note));
	ok(statement_parse(st->note.text, &st->s));
	ok(body_parse(st->row.body, st->s.lines, false, st->arena, &st->body));
}

static inline int64_t last_num(struct home *h)
{
	struct snapshot *r;
	int64_t num;
	ok(snapshot_open(h->desk.store, &r));
	ok(statement_last(r, &num));
	snapshot_close(r);
	return num;
}

/* A unit, so that policy can name it. */
static inline void home_unit(struct home *h, const char *name)
{
	ok(unit_put(&h->desk, view_node(), name, name));
}

#endif
