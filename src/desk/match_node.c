/*
 * match_node: keys that this node shares with partners, and the tags that come from them.
 *
 * A key is sealed (XChaCha20-Poly1305, the partner's name beside it) under a key that the keeper derives.  What tags are
 * made with is HMAC-SHA-256(key, "match FROM TO").
 */
#include <sodium.h>
#include <stdlib.h>

#include "base/random.h"
#include "base/text.h"
#include "desk/audit.h"
#include "desk/directory.h"
#include "desk/match.h"
#include "desk/rules.h"

#define NONCE crypto_aead_xchacha20poly1305_ietf_NPUBBYTES
#define SEALED (NONCE + MATCH_KEY + crypto_aead_xchacha20poly1305_ietf_ABYTES)
#define KEYS_MOST DIRECTORY_MAX

/* ---- keys ---- */

static void direct(const uint8_t key[MATCH_KEY], const char *from, const char *to, uint8_t out[MATCH_KEY])
{
	char text[2 * LIMIT_NAME + 16];
	int n = snprintf(text, sizeof text, "match %s %s", from, to);
	crypto_auth_hmacsha256(out, (const unsigned char *)text, (size_t)n, key);
}

struct opening {
	const struct desk *desk;
	uint8_t sealing[KEEPER_DERIVED];
	bool derived;
	struct match_key *key;
	size_t n, room;
	enum tocsin_err err;
};

static enum tocsin_err unseal(struct opening *o, const struct match_key_row *row, struct match_key *k)
{
	uint8_t key[MATCH_KEY];
	enum tocsin_err err = o->derived ? TOCSIN_OK : keeper_derive(o->desk->keeper, "matching keys", o->sealing);
	if (err != TOCSIN_OK)
		return err;
	o->derived = true;
	if (row->sealed.n != SEALED || crypto_aead_xchacha20poly1305_ietf_decrypt(key, NULL, NULL, row->sealed.p + NONCE, SEALED - NONCE,
		(const uint8_t *)row->partner, strlen(row->partner), row->sealed.p, o->sealing) != 0)
		return fail(TOCSIN_BROKEN, "the matching key with %.200s does not open: it was changed, or the keys of this node are others", row->partner);
	*k = (struct match_key) { .row = *row };
	snprintf(k->partner, sizeof k->partner, "%s", row->partner);
	snprintf(k->id, sizeof k->id, "%s", row->id);
	k->row.sealed = bytes_of(NULL, 0);
	direct(key, o->desk->name, row->partner, k->sends);
	direct(key, row->partner, o->desk->name, k->takes);
	sodium_memzero(key, sizeof key);
	return TOCSIN_OK;
}

static bool open_one(void *arg, const struct match_key_row *row)
{
	struct opening *o = arg;
	if (o->n == o->room) {
		size_t room = o->room * 2 + 8;
		struct match_key *more = calloc(room, sizeof *more);
		if (more == NULL) {
			o->err = fail(TOCSIN_BROKEN, "no memory for the matching keys");
			return false;
		}
		if (o->n > 0)
			memcpy(more, o->key, o->n * sizeof *more);
		match_keys_free(o->key, o->n);
		o->key = more;
		o->room = room;
	}
	o->err = unseal(o, row, &o->key[o->n]);
	o->n += o->err == TOCSIN_OK;
	return o->err == TOCSIN_OK;
}

enum tocsin_err match_keys_open(const struct desk *d, struct snapshot *read, const char *partner, struct match_key **keys, size_t *n)
{
	struct opening o = { .desk = d, .err = TOCSIN_OK };
	enum tocsin_err err = partner != NULL ? match_key_of(read, partner, open_one, &o) : match_keys(read, KEYS_MOST, open_one, &o);
	if (err == TOCSIN_OK)
		err = o.err;
	sodium_memzero(o.sealing, sizeof o.sealing);
	if (err != TOCSIN_OK) {
		match_keys_free(o.key, o.n);
		return err;
	}
	for (size_t i = 0; i < o.n; i++) {
		o.key[i].row.partner = o.key[i].partner;
		o.key[i].row.id = o.key[i].id;
	}
	*keys = o.key;
	*n = o.n;
	return TOCSIN_OK;
}

void match_keys_free(struct match_key *keys, size_t n)
{
	if (keys == NULL)
		return;
	sodium_memzero(keys, n * sizeof *keys);
	free(keys);
}

/* ---- agreeing on one ---- */

struct there {
	char id[MATCH_KEY_ID + 1];
	int64_t since, sent;
};

static bool note_there(void *arg, const struct match_key_row *row)
{
	struct there *t = arg;
	snprintf(t->id, sizeof t->id, "%s", row->id);
	t->since = row->since;
	t->sent = row->sent;
	return true;
}

/* What is there with NAME, and on how many leads it was matched. */
static enum tocsin_err look(const struct desk *d, const char *name, struct there *t, int64_t *matched)
{
	struct snapshot *read;
	*t = (struct there) { .since = 0 };
	enum tocsin_err err = snapshot_open(d->store, &read);
	if (err != TOCSIN_OK)
		return err;
	err = match_key_of(read, name, note_there, t);
	if (err == TOCSIN_OK)
		err = match_count(read, name, matched);
	snapshot_close(read);
	return err;
}

static enum tocsin_err must_be_partner(const struct desk *d, const char *name, bool confirmed)
{
	const struct peer *p = directory_find(d->directory, name);
	enum peer_state state = p == NULL ? PEER_SELF : p->state;
	peer_release(p);
	if (state == PEER_SELF)
		return fail(TOCSIN_MISSING, "%.200s is not a partner", name);
	return !confirmed || state == PEER_CONFIRMED ? TOCSIN_OK
						     : rule_refuse("match.confirmed", "%.200s is %s", name, peer_state_name(state));
}

static enum tocsin_err put(const struct desk *d, const struct view *v, const char *name, const char *id, const uint8_t key[MATCH_KEY])
{
	uint8_t sealing[KEEPER_DERIVED], sealed[SEALED];
	enum tocsin_err err = keeper_derive(d->keeper, "matching keys", sealing);
	if (err != TOCSIN_OK)
		return err;
	random_bytes(sealed, NONCE);
	crypto_aead_xchacha20poly1305_ietf_encrypt(sealed + NONCE, NULL, key, MATCH_KEY, (const uint8_t *)name, strlen(name), NULL, sealed,
		sealing);
	sodium_memzero(sealing, sizeof sealing);
	struct change *c = change_new();
	if (c == NULL)
		return fail(TOCSIN_BROKEN, "no memory for a matching key");
	change_match_key(c, &(struct match_key_row) { .partner = name, .id = id, .sealed = bytes_of(sealed, sizeof sealed), .since = clock_now() });
	change_event(c, "matching agreed", 0, name);
	audit_add(c, v, "partner.match", name, id);
	return store_commit(d->store, c, NULL, NULL);
}

enum tocsin_err match_agree(const struct desk *d, const struct view *v, const char *name, const char *hex)
{
	uint8_t key[MATCH_KEY];
	char id[2 * SHA256_SIZE + 1];
	struct there t;
	int64_t matched;
	enum tocsin_err err = must_be_partner(d, name, true);
	if (err == TOCSIN_OK && (strlen(hex) != 2 * MATCH_KEY || !hex_decode(bytes_str(hex), key, sizeof key)))
		err = fail(TOCSIN_BAD, "a matching key is %d hex digits, in lower case", 2 * MATCH_KEY);
	if (err != TOCSIN_OK)
		return err;
	struct hash h = sha256(bytes_of(key, sizeof key));
	hex_encode(h.b, SHA256_SIZE, id);
	id[MATCH_KEY_ID] = 0;
	err = look(d, name, &t, &matched);
	/* The same one again changes nothing: what was sent is not sent again. */
	if (err == TOCSIN_OK && strcmp(t.id, id) != 0)
		err = put(d, v, name, id, key);
	sodium_memzero(key, sizeof key);
	return err;
}

enum tocsin_err match_end(const struct desk *d, const struct view *v, const char *name)
{
	struct there t;
	int64_t matched;
	struct change *c = NULL;
	enum tocsin_err err = must_be_partner(d, name, false);
	if (err == TOCSIN_OK)
		err = look(d, name, &t, &matched);
	if (err == TOCSIN_OK && t.id[0] == 0)
		err = fail(TOCSIN_MISSING, "there is no matching key with %.200s", name);
	if (err == TOCSIN_OK && (c = change_new()) == NULL)
		err = fail(TOCSIN_BROKEN, "no memory for a matching key");
	if (err != TOCSIN_OK)
		return err;
	change_match_end(c, name);
	change_event(c, "matching ended", 0, name);
	audit_add(c, v, "partner.match-end", name, t.id);
	return store_commit(d->store, c, NULL, NULL);
}

enum tocsin_err match_about(const struct desk *d, const char *name, json_t **out)
{
	struct there t;
	int64_t matched = 0;
	char since[CLOCK_TEXT + 1] = "";
	enum tocsin_err err = must_be_partner(d, name, false);
	if (err == TOCSIN_OK)
		err = look(d, name, &t, &matched);
	if (err != TOCSIN_OK)
		return err;
	if (t.since != 0)
		clock_format(t.since, since);
	*out = json_pack("{s:s, s:s, s:s, s:I, s:I}", "name", name, "key", t.id, "since", since, "sent", (json_int_t)t.sent, "matched",
		(json_int_t)matched);
	return *out == NULL ? fail(TOCSIN_BROKEN, "no memory for a matching key") : TOCSIN_OK;
}

/* ---- what comes ---- */

/* The tags of VALUE, which is exactly MATCH_TAGS of them. */
static bool read_tags(struct bytes value, struct hash tag[MATCH_TAGS])
{
	json_t *list = json_from_value(value);
	bool good = json_is_array(list) && json_array_size(list) == MATCH_TAGS;
	for (size_t i = 0; good && i < MATCH_TAGS; i++) {
		const json_t *one = json_array_get(list, i);
		good = json_is_string(one) && json_string_length(one) == 2 * SHA256_SIZE &&
			hex_decode(bytes_str(json_string_value(one)), tag[i].b, SHA256_SIZE);
	}
	json_decref(list);
	return good;
}

enum tocsin_err match_follow(const struct followed *f, struct change *c)
{
	struct hash tag[MATCH_TAGS];
	uint8_t raw[MATCH_KEY_ID / 2];
	char id[MATCH_KEY_ID + 1];
	if (strcmp(f->row->kind, "match") != 0 || f->row->issued ||
		(f->row->marks & (STATEMENT_MARK_STRANGER | STATEMENT_MARK_UNCONFIRMED | STATEMENT_MARK_FORGOTTEN)) != 0)
		return TOCSIN_OK;
	struct bytes key = followed_value(f, "match.key");
	/* What has another form means nothing: its sender has its receipt all the same. */
	if (key.n != MATCH_KEY_ID || !hex_decode(key, raw, sizeof raw) || !read_tags(followed_value(f, "match.tags"), tag))
		return TOCSIN_OK;
	hex_encode(raw, sizeof raw, id);
	for (size_t i = 0; i < MATCH_TAGS; i++)
		change_match_seen(c, f->row->peer, id, &tag[i], f->row->at);
	return TOCSIN_OK;
}
