#include "desk/cards.h"

#include "base/log.h"
#include "domain/kind.h"
#include "store/rows_border.h"

/* ---- taking a partner's chain ---- */

#define CONFLICTS_LOOKED_AT 10000
#define CONFLICTS_OF_ONE 100            /* so many pairs prove the point; more would only fill the disk */
#define TRIES 4                         /* when others bring the same node's card at the same time */

/* Adds the cards of C from position FROM on to CH. */
static void add_cards(struct change *ch, const struct chain *c, size_t from, int64_t now)
{
	for (size_t i = from; i < c->n; i++)
		change_card(ch, c->card[i]->name, c->card[i]->seq, &c->card[i]->id, c->note[i], now);
}

/* What a person brings goes before what a stranger of that name has shown; when it is the same node, it is adopted. */
static void take_over(struct change *ch, const struct peer *stranger, const struct chain *c, int64_t now)
{
	enum chain_order order = chain_compare(&stranger->chain, c, NULL);
	change_stranger_remove(ch, stranger->name);
	change_stranger_state(ch, stranger->name, "unconfirmed", now);
	if (order == CHAIN_EXTENDS) {
		add_cards(ch, c, stranger->chain.n, now);
	} else if (order != CHAIN_SAME && order != CHAIN_OLDER) {
		change_cards_remove(ch, stranger->name);
		add_cards(ch, c, 0, now);
	}
}

static enum tocsin_err take_new(const struct desk *d, const struct chain *c)
{
	const char *name = chain_last(c)->name;
	if (directory_count(d->directory) >= DIRECTORY_MAX)
		return fail(TOCSIN_REFUSED, "%s is one too many: a node has at most %d partners", name, DIRECTORY_MAX);
	struct change *ch = change_new();
	if (ch == NULL)
		return fail(TOCSIN_BROKEN, "no memory for a card");
	int64_t now = clock_now();
	struct partner_row row = {
		.name = name, .state = "unconfirmed", .reason = "", .added_at = now, .changed_at = now };
	const struct peer *stranger = directory_any(d->directory, name);
	if (stranger != NULL && stranger->state == PEER_STRANGER) {
		take_over(ch, stranger, c, now);
	} else {
		change_partner_put(ch, &row);
		add_cards(ch, c, 0, now);
	}
	peer_release(stranger);
	change_event(ch, "partner added", 0, name);
	return store_commit(d->store, ch, NULL, NULL);
}

/* Our own cards are logged as issued, also those that a database that was put back learns of again. */
static enum tocsin_err take_more(const struct desk *d, const struct chain *c, size_t from)
{
	struct change *ch = change_new();
	if (ch == NULL)
		return fail(TOCSIN_BROKEN, "no memory for a card");
	for (size_t i = from; i < c->n && strcmp(c->card[i]->name, d->name) == 0; i++) {
		struct hash entry;
		statement_entry(d->realm, ENTRY_ISSUED, &c->card[i]->id, &entry);
		change_entry(ch, &entry, "card", &c->card[i]->id);
	}
	add_cards(ch, c, from, clock_now());
	change_event(ch, "card extended", 0, chain_last(c)->name);
	return store_commit(d->store, ch, NULL, NULL);
}

/* ---- two cards with one seq ---- */

struct conflict_seen {
	const struct conflict_row *row;
	size_t n;
	bool found;
};

static bool conflict_look(void *arg, const struct conflict_row *row)
{
	struct conflict_seen *seen = arg;
	if (strcmp(row->name, seen->row->name) != 0 || strcmp(row->what, seen->row->what) != 0)
		return true;
	seen->n++;
	seen->found = bytes_equal(row->a, seen->row->a) && bytes_equal(row->b, seen->row->b);
	return !seen->found;
}

/*
 * Both cards are kept, and nobody trusts their owner until a person has looked.  Cards are public, so that anybody can
 * bring the pair again: it is kept once, and once a person has looked at it it changes nothing any more.  A second card
 * under our own name and key is evidence too: somebody has our identity key, or a copy of this node runs elsewhere.
 */
static enum tocsin_err take_fork(const struct desk *d, const struct peer *held, const struct chain *c, size_t seq)
{
	bool own = held->state == PEER_SELF;
	int64_t now = clock_now();
	struct conflict_row row = { .at = now, .name = held->name, .what = "card",
		.sentence = own ? "a card with the identity of this node that this node did not make"
				: "two cards with one seq, both signed by its identity",
		.a = held->chain.note[seq - 1], .b = c->note[seq - 1] };
	struct conflict_seen seen = { .row = &row };
	struct snapshot *read = NULL;
	enum tocsin_err err = snapshot_open(d->store, &read);
	if (err == TOCSIN_OK)
		err = conflict_each(read, 0, CONFLICTS_LOOKED_AT, conflict_look, &seen);
	snapshot_close(read);
	if (err == TOCSIN_OK && !seen.found && seen.n < CONFLICTS_OF_ONE) {
		struct change *ch = change_new();
		if (ch == NULL)
			return fail(TOCSIN_BROKEN, "no memory for a card");
		change_conflict(ch, &row);
		if (!own)
			change_partner_state(ch, held->name, "distrusted", row.sentence, now);
		change_event(ch, "equivocation", 0, held->name);
		log_say(LOG_ERROR, "card conflict", "partner=%s seq=%zu", held->name, seq);
		err = store_commit(d->store, ch, NULL, NULL);
		if (err == TOCSIN_OK)
			err = directory_reload(d->directory, held->name);
	}
	if (err != TOCSIN_OK)
		return err;
	if (own)
		return fail(TOCSIN_REFUSED,
			"this is another card %zu of this node, under its own identity: whoever signed it has the key of %s", seq,
			held->name);
	return fail(TOCSIN_REFUSED,
		"%s has signed two cards with seq %zu: both are kept as evidence, and it is not trusted until a person has looked",
		held->name, seq);
}

/* ---- taking ---- */

/* LATER: somebody else has brought a card of this node meanwhile; it must be compared again. */
static enum tocsin_err take_once(const struct desk *d, const struct chain *c, bool may_add, const char **what)
{
	const char *name = chain_last(c)->name;
	const struct peer *held = directory_find(d->directory, name);
	if (held == NULL) {
		if (!may_add)
			return fail(TOCSIN_MISSING, "%s is not a partner", name);
		*what = "added";
		return take_new(d, c);
	}
	size_t seq = 0;
	enum tocsin_err err = TOCSIN_OK;
	switch (chain_compare(&held->chain, c, &seq)) {
	case CHAIN_EXTENDS:
		/* Also for our own chain: a database that was put back takes in what its own identity signed since. */
		*what = "extended";
		err = take_more(d, c, held->chain.n);
		break;
	case CHAIN_FORKED:
		err = take_fork(d, held, c, seq);
		break;
	case CHAIN_STRANGER:
		err = fail(TOCSIN_REFUSED, "another node calls itself %s: its identity is not the one that is pinned", name);
		break;
	case CHAIN_SAME:
	case CHAIN_OLDER:
		*what = "known";
		break;
	}
	peer_release(held);
	return err;
}

static enum tocsin_err take_chain(const struct desk *d, const struct chain *c, bool may_add, const char **what)
{
	const struct card *last = chain_last(c);
	if (last->realm != d->realm)
		return fail(TOCSIN_REFUSED, "%s is a node of the %s realm, this one is not", last->name,
			d->realm == REALM_LIVE ? "exercise" : "live");
	const char *did = "known";
	enum tocsin_err err = TOCSIN_LATER, again = TOCSIN_OK;
	for (int i = 0; err == TOCSIN_LATER && again == TOCSIN_OK && i < TRIES; i++) {
		err = take_once(d, c, may_add, &did);
		if (err == TOCSIN_LATER || (err == TOCSIN_OK && strcmp(did, "known") != 0))
			again = directory_reload(d->directory, last->name);
	}
	if (again != TOCSIN_OK)
		return again;
	*what = did;
	return err;
}

enum tocsin_err cards_take(
	const struct desk *d, struct bytes chain, bool may_add, char name[LIMIT_NAME + 1], const char **what)
{
	struct chain c;
	struct arena *a = arena_new(64u << 20);
	if (a == NULL)
		return fail(TOCSIN_BROKEN, "no memory for a card chain");
	enum tocsin_err err = chain_parse(chain, a, &c);
	if (err == TOCSIN_OK) {
		memcpy(name, chain_last(&c)->name, LIMIT_NAME + 1);
		err = take_chain(d, &c, may_add, what);
	}
	arena_free(a);
	return err;
}

/* ---- our own next card ---- */

static enum tocsin_err copy_words(
	const char *const *word, size_t n, void *out, size_t width, size_t most, const char *what)
{
	if (n > most)
		return fail(TOCSIN_BAD, "a card has room for %zu lines \"%s\", not %zu", most, what, n);
	for (size_t i = 0; i < n; i++) {
		if (strlen(word[i]) >= width)
			return fail(TOCSIN_BAD, "the words behind \"%s\" in a card have at most %zu bytes", what, width - 1);
		memcpy((char *)out + i * width, word[i], strlen(word[i]) + 1);
	}
	return TOCSIN_OK;
}

static void add_revoked(struct card *c, const struct vkey *key, int64_t now)
{
	/* What must go is in an earlier card of the chain, where it counts as well. */
	if (c->revoked_n == CARD_REVOKED) {
		memmove(&c->revoked[0], &c->revoked[1], (CARD_REVOKED - 1) * sizeof c->revoked[0]);
		c->revoked_n--;
	}
	c->revoked[c->revoked_n].key = *key;
	c->revoked[c->revoked_n++].at = now;
}

/* Puts the keeper's keys into C, which is a copy of the last card; keys that go are revoked as of now. */
static void fill_keys(struct card *c, const struct keeper_public *k, bool first, int64_t now)
{
	if (!first) {
		for (size_t i = 0; i < c->sign_n; i++)
			if (!vkey_same(&c->sign[i], &k->sign))
				add_revoked(c, &c->sign[i], now);
		if (!vkey_same(&c->log, &k->log))
			add_revoked(c, &c->log, now);
	}
	c->identity = k->identity;
	c->sign[0] = k->sign;
	c->sign_n = 1;
	c->log = k->log;
	c->log_n = k->log_n;
	c->witness = k->witness;
	c->has_witness = true;
	memcpy(c->recipient[0], k->recipient, sizeof c->recipient[0]);
	c->recipient_n = 1;
	c->kind_n = 0;
	for (size_t i = 0; kind_each(i) != NULL && i < CARD_KINDS; i++)
		if (kind_each(i)->self != KIND_SELF_ONLY)
			memcpy(c->kind[c->kind_n++], kind_each(i)->name, strlen(kind_each(i)->name) + 1);
}

static enum tocsin_err commit_card(const struct desk *d, struct card *c, int64_t now)
{
	struct buf text, note;
	uint8_t sig[NOTE_SIGNATURE];
	buf_init(&text, LIMIT_CARD_TEXT);
	buf_init(&note, LIMIT_NOTE);
	enum tocsin_err err = card_format(c, &text);
	if (err == TOCSIN_OK)
		err = buf_end(&text, "the card");
	if (err == TOCSIN_OK)
		err = keeper_sign_card(d->keeper, buf_bytes(&text), sig);
	if (err == TOCSIN_OK) {
		note_begin(&note, buf_bytes(&text));
		note_add_line(&note, &c->identity, sig, sizeof sig);
		err = buf_end(&note, "the card");
	}
	if (err == TOCSIN_OK) {
		struct change *ch = change_new();
		struct hash entry, id = statement_id(buf_bytes(&text));
		if (ch == NULL) {
			err = fail(TOCSIN_BROKEN, "no memory for a card");
		} else {
			statement_entry(d->realm, ENTRY_ISSUED, &id, &entry);
			change_card(ch, c->name, c->seq, &id, buf_bytes(&note), now);
			change_entry(ch, &entry, "card", &id);
			change_event(ch, "card issued", 0, c->name);
			err = store_commit(d->store, ch, NULL, NULL);
		}
	}
	buf_free(&text);
	buf_free(&note);
	return err;
}

enum tocsin_err cards_next(const struct desk *d, const struct card_fill *fill, uint64_t *seq)
{
	const struct keeper_public *k = keeper_public(d->keeper);
	const struct peer *self = d->directory == NULL ? NULL : directory_self(d->directory);
	struct arena *a = arena_new(4u << 20);
	struct card *c = a == NULL ? NULL : arena_zalloc(a, sizeof *c);
	enum tocsin_err err = c == NULL ? fail(TOCSIN_BROKEN, "no memory for a card") : TOCSIN_OK;
	int64_t now = clock_now();
	if (err == TOCSIN_OK) {
		if (self != NULL) {
			*c = *self->card;
			c->has_prev = true;
			c->prev = self->card->id;
		}
		c->realm = d->realm;
		c->seq = self == NULL ? 1 : self->card->seq + 1;
		memcpy(c->name, d->name, sizeof c->name);
		now -= now % CLOCK_SECOND;
		c->at = self != NULL && self->card->at > now ? self->card->at : now;
		fill_keys(c, k, self == NULL, c->at);
	}
	if (err == TOCSIN_OK && fill != NULL && fill->url != NULL) {
		err = copy_words(fill->url, fill->url_n, c->url, sizeof c->url[0], CARD_URLS, "url");
		c->url_n = fill->url_n;
	}
	if (err == TOCSIN_OK && fill != NULL && fill->duty != NULL) {
		err = copy_words(fill->duty, fill->duty_n, c->duty, sizeof c->duty[0], CARD_DUTY, "duty");
		c->duty_n = fill->duty_n;
	}
	if (err == TOCSIN_OK)
		err = commit_card(d, c, clock_now());
	if (err == TOCSIN_OK) {
		*seq = c->seq;
		log_say(LOG_NOTE, "card issued", "seq=%llu", (unsigned long long)c->seq);
		if (d->directory != NULL)
			err = directory_reload(d->directory, d->name);
	}
	peer_release(self);
	arena_free(a);
	return err;
}
