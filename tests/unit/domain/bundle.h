/*
 * bundle: nodes with fixed keys, and evidence made by them in memory, for the tests of domain.
 */
#ifndef TOCSIN_TESTS_DOMAIN_BUNDLE_H
#define TOCSIN_TESTS_DOMAIN_BUNDLE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <sodium.h>

#include "domain/evidence.h"
#include "domain/vocabulary.h"

/* Behind our headers: it defines a macro fail(). */
#include <cmocka.h>
#undef fail

#define HOUR (3600 * CLOCK_SECOND)
#define RECIPIENT "age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p"

struct key {
	struct vkey vkey;
	uint8_t secret[64];
};

struct node {
	char name[LIMIT_NAME + 1];
	struct key identity, sign[2], log, witness;
	size_t sign_n;
	struct card card;                      /* the last */
	struct buf chain, last;                /* all cards; the last one alone */
};

static inline int64_t time_of(const char *text)
{
	int64_t t = 0;
	assert_true(clock_parse(bytes_str(text), &t));
	return t;
}

static inline struct key key_make(const char *name, enum note_type type, const char *seed)
{
	struct key k;
	uint8_t pub[32];
	char all[600];
	snprintf(all, sizeof all, "%s %s", name, seed);
	struct hash h = sha256(bytes_str(all));
	crypto_sign_seed_keypair(pub, k.secret, h.b);
	assert_int_equal(vkey_make(name, type, pub, &k.vkey), TOCSIN_OK);
	return k;
}

static inline void key_sign(const struct key *k, struct bytes text, struct buf *note)
{
	uint8_t sig[64];
	crypto_sign_detached(sig, NULL, text.p, text.n, k->secret);
	note_add_line(note, &k->vkey, sig, sizeof sig);
}

static inline void key_cosign(const struct key *k, struct bytes text, uint64_t time, struct buf *note)
{
	struct buf m;
	uint8_t blob[72];
	buf_init(&m, LIMIT_NOTE);
	cosignature_message(&m, time, text);
	be64_put(blob, time);
	crypto_sign_detached(blob + 8, NULL, m.p, m.n, k->secret);
	note_add_line(note, &k->vkey, blob, sizeof blob);
	buf_free(&m);
}

static inline struct key role_key(const struct node *n, const char *role, enum note_type type, const char *seed)
{
	char name[LIMIT_KEY_NAME + 1];
	snprintf(name, sizeof name, "%s%s", n->name, role);
	return key_make(name, type, seed);
}

/* The card as it stands, made the next of the chain; OLD also signs it when it is given. */
static inline void node_card(struct node *n, const struct key *old)
{
	struct buf text;
	struct card *c = &n->card;
	buf_init(&text, LIMIT_CARD_TEXT);
	c->has_prev = c->seq > 0;
	c->prev = c->id;
	c->seq++;
	c->identity = n->identity.vkey;
	c->sign_n = n->sign_n;
	for (size_t i = 0; i < n->sign_n; i++)
		c->sign[i] = n->sign[i].vkey;
	c->log = n->log.vkey;
	c->witness = n->witness.vkey;
	assert_int_equal(card_format(c, &text), TOCSIN_OK);
	buf_clear(&n->last);
	note_begin(&n->last, buf_bytes(&text));
	key_sign(&n->identity, buf_bytes(&text), &n->last);
	if (old != NULL)
		key_sign(old, buf_bytes(&text), &n->last);
	if (n->chain.n > 0)
		buf_add_char(&n->chain, '\n');
	buf_add_bytes(&n->chain, buf_bytes(&n->last));
	buf_free(&text);
}

static inline void node_make(struct node *n, const char *name, const char *seed)
{
	memset(n, 0, sizeof *n);
	snprintf(n->name, sizeof n->name, "%s", name);
	buf_init(&n->chain, LIMIT_CHAIN_BYTES);
	buf_init(&n->last, LIMIT_NOTE);
	n->identity = role_key(n, "/identity", NOTE_ED25519, seed);
	n->sign[0] = role_key(n, "", NOTE_ED25519, seed);
	n->sign_n = 1;
	n->log = role_key(n, "/log/1", NOTE_ED25519, seed);
	n->witness = role_key(n, "/witness", NOTE_COSIGNATURE, seed);
	struct card *c = &n->card;
	c->realm = realm_of_name(bytes_str(name));
	memcpy(c->name, n->name, sizeof c->name);
	c->at = time_of("2024-01-01T00:00:00Z");
	c->has_witness = true;
	memcpy(c->recipient[0], RECIPIENT, sizeof RECIPIENT);
	c->recipient_n = 1;
	memcpy(c->kind[0], "warning", sizeof "warning");
	c->kind_n = 1;
	node_card(n, NULL);
}

/* The next card with a fresh sign key, the old one revoked as of AT when REVOKE. */
static inline void node_rotate(struct node *n, const char *seed, const char *at, bool revoke)
{
	if (revoke) {
		n->card.revoked[n->card.revoked_n].key = n->sign[0].vkey;
		n->card.revoked[n->card.revoked_n++].at = time_of(at);
	}
	n->sign[0] = role_key(n, "", NOTE_ED25519, seed);
	n->card.at = time_of(at);
	node_card(n, NULL);
}

static inline void node_free(struct node *n)
{
	buf_free(&n->chain);
	buf_free(&n->last);
}

/* A whole bundle and what it was made from. */
struct bundle {
	struct statement s;
	struct hash id;
	struct buf text, note, body, opened, issued, receipt, quorum;
};

static inline void bundle_init(struct bundle *b)
{
	memset(b, 0, sizeof *b);
	struct buf *all[] = { &b->text, &b->note, &b->body, &b->opened, &b->issued, &b->receipt, &b->quorum };
	for (size_t i = 0; i < sizeof all / sizeof all[0]; i++)
		buf_init(all[i], LIMIT_ENVELOPE);
}

static inline void bundle_free(struct bundle *b)
{
	struct buf *all[] = { &b->text, &b->note, &b->body, &b->opened, &b->issued, &b->receipt, &b->quorum };
	for (size_t i = 0; i < sizeof all / sizeof all[0]; i++)
		buf_free(all[i]);
}

#define FIELDS 4
#define VALUE(s) { (const uint8_t *)(s), sizeof(s) - 1 }
static const struct body_field bundle_fields[FIELDS] = {
	{ "threat.summary", VALUE("\"A gun attack on a concert hall\""), true },
	{ "where.place",
		VALUE("{\"en\":\"Crocus City Hall\",\"ru\":\"\xd0\x9a\xd1\x80\xd0\xbe\xd0\xba\xd1\x83\xd1\x81\",\"authoritative\":\"en\"}"), true },
	{ "handling.tlp", VALUE("\"amber-strict\""), true },
	{ "source.origin", VALUE("\"a listener\""), false },
};

/* The statement's text is B->text from B->s: signs it by KEYS. */
static inline void bundle_sign(struct bundle *b, const struct key *keys, size_t n)
{
	buf_clear(&b->note);
	note_begin(&b->note, buf_bytes(&b->text));
	for (size_t i = 0; i < n; i++)
		key_sign(&keys[i], buf_bytes(&b->text), &b->note);
}

static inline void bundle_text(struct bundle *b)
{
	buf_clear(&b->text);
	assert_int_equal(statement_format(&b->s, &b->text), TOCSIN_OK);
	b->id = statement_id(buf_bytes(&b->text));
}

/* A warning of FROM for TO with the fields above, 32 lines, signed. */
static inline void bundle_warn(struct bundle *b, const struct node *from, const struct node *to, const char *at)
{
	struct statement *s = &b->s;
	bundle_init(b);
	memset(s, 0, sizeof *s);
	s->realm = from->card.realm;
	memcpy(s->kind, "warning", 8);
	memset(s->nonce, 7, sizeof s->nonce);
	card_party(&from->card, &s->from);
	card_party(&to->card, &s->to);
	s->at = time_of(at);
	s->lines = 32;
	assert_int_equal(body_make(bundle_fields, FIELDS, NULL, 0, 32, &b->body, &b->opened, &s->root), TOCSIN_OK);
	bundle_text(b);
	bundle_sign(b, from->sign, from->sign_n);
}

/* A tlog-proof of the entry of B in the log of OWNER, among SIZE entries at INDEX, cosigned by the witnesses at T,
 * T+1, … seconds. */
static inline void bundle_prove(const struct bundle *b, enum entry_kind kind, const struct node *owner, size_t size,
	size_t index,
	const struct node *const *witness, size_t witness_n, uint64_t t, struct buf *out)
{
	struct hash leaf[64], entry;
	struct merkle_proof proof;
	struct checkpoint c = { .size = size };
	struct buf text, note;
	buf_init(&text, LIMIT_NOTE);
	buf_init(&note, LIMIT_NOTE);
	for (size_t i = 0; i < size; i++)
		leaf[i] = merkle_leaf(bytes_of(&i, sizeof i));
	statement_entry(b->s.realm, kind, &b->id, &entry);
	leaf[index] = statement_entry_leaf(&entry);
	memcpy(c.origin, owner->log.vkey.name, sizeof c.origin);
	c.root = merkle_root(leaf, size);
	merkle_prove_in(leaf, size, index, &proof);
	checkpoint_format(&c, &text);
	note_begin(&note, buf_bytes(&text));
	key_sign(&owner->log, buf_bytes(&text), &note);
	for (size_t i = 0; i < witness_n; i++)
		key_cosign(&witness[i]->witness, buf_bytes(&text), t + i, &note);
	buf_clear(out);
	tlogproof_format(out, index, &proof, buf_bytes(&note));
	buf_free(&text);
	buf_free(&note);
}

static inline void bundle_quorum(struct bundle *b, unsigned k, const struct node *const *witness, size_t n)
{
	buf_clear(&b->quorum);
	if (k == 0)
		buf_add_str(&b->quorum, "quorum none\n");
	else
		buf_printf(&b->quorum, "quorum %u\n", k);
	for (size_t i = 0; i < n; i++)
		buf_printf(&b->quorum, "witness %s\n", witness[i]->name);
}

static inline bool sentence_has(const char *sentence, const char *part)
{
	if (strstr(sentence, part) != NULL)
		return true;
	print_message("the sentence is: %s\n", sentence);
	return false;
}

#endif
