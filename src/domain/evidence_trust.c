#include "domain/evidence_part.h"

static bool is_alone(struct bytes file)
{
	struct bytes note;
	enum tocsin_err err;
	return card_chain_next(&file, &note, &err) && file.n == 0;
}

/* One card that is not the first of its chain: signed by its own identity; what came before it is not here to be
 * looked at. */
static enum tocsin_err parse_card(struct bytes file, struct arena *a, struct evidence_named *out)
{
	struct note note;
	struct card *card = arena_alloc(a, sizeof *card);
	struct card **cards = arena_alloc(a, sizeof *cards);
	struct bytes *notes = arena_alloc(a, sizeof *notes);
	if (card == NULL || cards == NULL || notes == NULL)
		return fail(TOCSIN_BAD, "the card files are too long to be read here");
	enum tocsin_err err = note_parse(file, LIMIT_NOTE, &note);
	if (err == TOCSIN_OK)
		err = card_parse(note.text, card);
	if (err == TOCSIN_OK && note_verify(&note, &card->identity) != TOCSIN_OK)
		err = fail_within(TOCSIN_REFUSED, "the card of %s", card->name);
	*cards = card;
	*notes = file;
	out->chain = (struct chain){ 1, cards, notes };
	out->whole = err == TOCSIN_OK && card->seq == 1;
	return err;
}

enum tocsin_err evidence_trust_parse(struct bytes file, struct arena *a, struct evidence_named *out)
{
	if (is_alone(file))
		return parse_card(file, a, out);
	out->whole = true;
	return chain_parse(file, a, &out->chain);
}

static enum tocsin_err contradicts(const struct chain *c, const char *how)
{
	return fail(TOCSIN_REFUSED, "the bundle's %s is not the one that you named: %s", chain_last(c)->name, how);
}

/* C gets one more card at its end. */
static enum tocsin_err append(struct arena *a, struct chain *c, struct card *card, struct bytes note)
{
	struct card **cards = arena_alloc(a, (c->n + 1) * sizeof *cards);
	struct bytes *notes = arena_alloc(a, (c->n + 1) * sizeof *notes);
	if (cards == NULL || notes == NULL)
		return fail(TOCSIN_BROKEN, "no memory for the cards of %s", card->name);
	memcpy(cards, c->card, c->n * sizeof *cards);
	memcpy(notes, c->note, c->n * sizeof *notes);
	cards[c->n] = card;
	notes[c->n] = note;
	*c = (struct chain){ c->n + 1, cards, notes };
	return TOCSIN_OK;
}

static enum tocsin_err trust_chain(const struct chain *held, struct chain *c, bool *yes)
{
	switch (chain_compare(held, c, NULL)) {
	case CHAIN_OLDER:
		*c = *held;
		*yes = true;
		return TOCSIN_OK;
	case CHAIN_SAME:
	case CHAIN_EXTENDS:
		*yes = true;
		return TOCSIN_OK;
	case CHAIN_FORKED:
		return contradicts(c,
			"two different cards of it bear the same seq, which proves that its owner, or a thief of its key, shows two histories");
	case CHAIN_STRANGER:
		break;
	}
	return contradicts(c, "another identity stands under the same name");
}

/* One card, of which the cards before it are not here. */
static enum tocsin_err trust_card(const struct chain *held, struct arena *a, struct chain *c, bool *yes)
{
	struct card *card = held->card[0];
	const struct card *last = chain_last(c);
	for (size_t i = 0; i < c->n; i++) {
		if (c->card[i]->seq != card->seq)
			continue;
		*yes = hash_equal(&card->id, &c->card[i]->id);
		return *yes ? TOCSIN_OK : contradicts(c, "its card of the same seq is another one");
	}
	if (card->seq == last->seq + 1 && !hash_equal(&card->prev, &last->id))
		return contradicts(c, "the card that you named does not follow on its last one");
	/* With cards missing in between, only an unchanged identity shows that it is the same node. */
	bool same = vkey_same(&card->identity, &last->identity);
	*yes = *yes || same || card->seq == last->seq + 1;
	if (card->seq < last->seq || !*yes)
		return TOCSIN_OK;
	if (card->at < last->at || card->log_n < last->log_n)
		return contradicts(c, "the card that you named is older than one that comes before it");
	return append(a, c, card, held->note[0]);
}

enum tocsin_err evidence_trust(const struct evidence_named *named, size_t n, struct arena *a, struct chain *c,
	bool *yes)
{
	enum tocsin_err err = TOCSIN_OK;
	*yes = false;
	/* Whole chains first: they can lengthen C, so that a single card finds its place. */
	for (size_t pass = 0; pass < 2; pass++) {
		for (size_t i = 0; i < n && err == TOCSIN_OK; i++) {
			if (named[i].whole != (pass == 0) || strcmp(chain_last(&named[i].chain)->name, chain_last(c)->name) != 0)
				continue;
			err = named[i].whole ? trust_chain(&named[i].chain, c, yes) : trust_card(&named[i].chain, a, c, yes);
		}
	}
	return err;
}

struct key {
	const uint8_t *pub;
	const char *owner;
};

static int by_pub(const void *a, const void *b)
{
	const struct key *x = a, *y = b;
	return memcmp(x->pub, y->pub, 32);
}

enum tocsin_err evidence_trust_keys(const struct chain *const *chains, size_t n)
{
	size_t cards = 0, k = 0;
	enum tocsin_err err = TOCSIN_OK;
	for (size_t i = 0; i < n; i++)
		cards += chains[i]->n;
	struct key *key = malloc((cards + 1) * (3 + CARD_SIGN) * sizeof *key);
	if (key == NULL)
		return fail(TOCSIN_BROKEN, "no memory to compare the keys of the bundle");
	for (size_t i = 0; i < n; i++) {
		for (size_t j = 0; j < chains[i]->n; j++) {
			const struct card *c = chains[i]->card[j];
			key[k++] = (struct key){ c->identity.pub, c->name };
			key[k++] = (struct key){ c->log.pub, c->name };
			if (c->has_witness)
				key[k++] = (struct key){ c->witness.pub, c->name };
			for (size_t m = 0; m < c->sign_n; m++)
				key[k++] = (struct key){ c->sign[m].pub, c->name };
		}
	}
	qsort(key, k, sizeof *key, by_pub);
	for (size_t i = 1; i < k && err == TOCSIN_OK; i++)
		if (by_pub(&key[i - 1], &key[i]) == 0 && strcmp(key[i - 1].owner, key[i].owner) != 0)
			err = fail(TOCSIN_REFUSED, "%s and %s have a key in common, so they are not two organisations",
				key[i - 1].owner, key[i].owner);
	free(key);
	return err;
}
