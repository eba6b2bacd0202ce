#include "domain/chain.h"

/* Every key that a chain uses or revokes, for the rules that hold between cards. */
struct use {
	const struct vkey *key;
	size_t card;
	bool revoked;
};

#define USES_A_CARD (3 + CARD_SIGN + CARD_REVOKED)

static int by_key(const void *a, const void *b)
{
	const struct use *x = a, *y = b;
	int c = memcmp(x->key->pub, y->key->pub, sizeof x->key->pub);
	return c != 0 ? c : (x->card > y->card) - (x->card < y->card);
}

static void add_use(struct use *u, size_t *n, const struct vkey *k, size_t card, bool revoked)
{
	u[(*n)++] = (struct use){ k, card, revoked };
}

/* No public key changes its role in the course of a chain, and none comes back after it was revoked. */
static enum tocsin_err check_keys(const struct chain *c)
{
	size_t n = 0;
	struct use *u = malloc(c->n * USES_A_CARD * sizeof *u);
	enum tocsin_err err = TOCSIN_OK;
	if (u == NULL)
		return fail(TOCSIN_BROKEN, "no memory to check the cards of %s", c->card[0]->name);
	for (size_t i = 0; i < c->n; i++) {
		const struct card *k = c->card[i];
		add_use(u, &n, &k->identity, i, false);
		add_use(u, &n, &k->log, i, false);
		if (k->has_witness)
			add_use(u, &n, &k->witness, i, false);
		for (size_t j = 0; j < k->sign_n; j++)
			add_use(u, &n, &k->sign[j], i, false);
		for (size_t j = 0; j < k->revoked_n; j++)
			add_use(u, &n, &k->revoked[j].key, i, true);
	}
	qsort(u, n, sizeof *u, by_key);
	for (size_t i = 1; i < n && err == TOCSIN_OK; i++) {
		const struct use *a = &u[i - 1], *b = &u[i];
		if (memcmp(a->key->pub, b->key->pub, sizeof a->key->pub) != 0)
			continue;
		if (!vkey_same(a->key, b->key))
			err = fail(TOCSIN_REFUSED, "the cards of %s use one public key both as %s and as %s", c->card[0]->name,
				a->key->name, b->key->name);
		else if (a->revoked && !b->revoked)
			err = fail(TOCSIN_REFUSED, "card %zu of %s brings back the key %s, which was revoked", b->card + 1,
				c->card[0]->name, b->key->name);
	}
	free(u);
	return err;
}

/* The rules between a card and the one before it (PROTOCOL, section 3). */
static enum tocsin_err check_step(const struct card *old, const struct card *new)
{
	const char *what = NULL;
	if (strcmp(old->name, new->name) != 0 || old->realm != new->realm)
		what = "is for another name";
	else if (new->seq != old->seq + 1)
		what = "has a seq that does not follow";
	else if (!new->has_prev || !hash_equal(&new->prev, &old->id))
		what = "does not name the card before it";
	else if (new->at < old->at)
		what = "is older than the card before it";
	else if (new->log_n < old->log_n)
		what = "goes back to an earlier log";
	else if (new->log_n == old->log_n && !vkey_same(&new->log, &old->log))
		what = "changes the log's key without a new log";
	return what == NULL ? TOCSIN_OK : fail(TOCSIN_REFUSED, "card %llu of %s %s", (unsigned long long)old->seq + 1,
		old->name, what);
}

static enum tocsin_err check_signed(const struct note *note, const struct vkey *k, const struct card *card)
{
	enum tocsin_err err = note_verify(note, k);
	if (err == TOCSIN_OK)
		return err;
	return fail_within(TOCSIN_REFUSED, "card %llu of %s", (unsigned long long)card->seq, card->name);
}

static enum tocsin_err take_card(struct chain *c, struct bytes raw, struct arena *a)
{
	struct note note;
	const struct card *old = c->n > 0 ? chain_last(c) : NULL;
	struct card *card = arena_alloc(a, sizeof *card);
	if (card == NULL)
		return fail(TOCSIN_BAD, "the card chain is too long to be read here");
	enum tocsin_err err = note_parse(raw, LIMIT_NOTE, &note);
	if (err == TOCSIN_OK)
		err = card_parse(note.text, card);
	if (err != TOCSIN_OK)
		return fail_within(err, "card %zu", c->n + 1);
	if (old == NULL && card->seq != 1)
		return fail(TOCSIN_REFUSED, "the card chain of %s begins with card %llu: a chain begins with card 1",
			card->name, (unsigned long long)card->seq);
	if (old != NULL)
		err = check_step(old, card);
	if (err == TOCSIN_OK)
		err = check_signed(&note, &card->identity, card);
	if (err == TOCSIN_OK && old != NULL && !vkey_same(&old->identity, &card->identity))
		err = check_signed(&note, &old->identity, card);
	c->card[c->n] = card;
	c->note[c->n] = raw;
	c->n += err == TOCSIN_OK;
	return err;
}

enum tocsin_err chain_parse(struct bytes all, struct arena *a, struct chain *c)
{
	enum tocsin_err err = TOCSIN_OK;
	struct bytes rest = all, raw;
	size_t n = 0;
	memset(c, 0, sizeof *c);
	if (all.n > LIMIT_CHAIN_BYTES)
		return fail(TOCSIN_BAD, "a card chain has at most %u bytes", LIMIT_CHAIN_BYTES);
	while (n <= LIMIT_CARD_CHAIN && card_chain_next(&rest, &raw, &err))
		n++;
	if (err != TOCSIN_OK)
		return err;
	if (n == 0 || n > LIMIT_CARD_CHAIN)
		return fail(TOCSIN_BAD, "a card chain has 1 to %d cards", LIMIT_CARD_CHAIN);
	c->card = arena_alloc(a, n * sizeof *c->card);
	c->note = arena_alloc(a, n * sizeof *c->note);
	if (c->card == NULL || c->note == NULL)
		return fail(TOCSIN_BAD, "the card chain is too long to be read here");
	for (rest = all; err == TOCSIN_OK && card_chain_next(&rest, &raw, &err);)
		err = take_card(c, raw, a);
	return err != TOCSIN_OK ? err : check_keys(c);
}

enum chain_order chain_compare(const struct chain *held, const struct chain *other, size_t *seq_at_fork)
{
	const struct card *a = held->card[0], *b = other->card[0];
	size_t i = 0, n = held->n < other->n ? held->n : other->n;
	while (i < n && hash_equal(&held->card[i]->id, &other->card[i]->id))
		i++;
	if (i == 0 && (strcmp(a->name, b->name) != 0 || !vkey_same(&a->identity, &b->identity)))
		return CHAIN_STRANGER;
	if (i < n) {
		if (seq_at_fork != NULL)
			*seq_at_fork = i + 1;
		return CHAIN_FORKED;
	}
	return held->n == other->n ? CHAIN_SAME : held->n < other->n ? CHAIN_EXTENDS : CHAIN_OLDER;
}

bool chain_is_party(const struct chain *c, const struct party *p)
{
	for (size_t i = 0; i < c->n; i++) {
		struct party is;
		card_party(c->card[i], &is);
		if (party_same(&is, p))
			return true;
	}
	return false;
}

const struct vkey *chain_log(const struct chain *c, const char *origin)
{
	for (size_t i = c->n; i > 0; i--)
		if (strcmp(c->card[i - 1]->log.name, origin) == 0)
			return &c->card[i - 1]->log;
	return NULL;
}

const struct vkey *chain_witness(const struct chain *c)
{
	return chain_last(c)->has_witness ? &chain_last(c)->witness : NULL;
}

bool chain_revoked(const struct chain *c, const struct vkey *k, int64_t *at)
{
	bool found = false;
	for (size_t i = 0; i < c->n; i++) {
		for (size_t j = 0; j < c->card[i]->revoked_n; j++) {
			int64_t when = c->card[i]->revoked[j].at;
			/* A revocation works from its card on: otherwise a back-dated one would undo what was witnessed before. */
			if (when < c->card[i]->at)
				when = c->card[i]->at;
			if (memcmp(c->card[i]->revoked[j].key.pub, k->pub, sizeof k->pub) == 0 && (!found || when < *at)) {
				*at = when;
				found = true;
			}
		}
	}
	return found;
}
