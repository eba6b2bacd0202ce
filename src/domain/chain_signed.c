/* Whether a statement is signed as its sender's cards demand (PROTOCOL, section 4). */
#include "domain/chain.h"

/* The signature lines that count, as bits. */
struct counted {
	uint64_t lines;
};
_Static_assert(LIMIT_SIGNATURES <= 64, "one bit a signature line");

/* A valid signature by K: its first line counts, further ones by K add nothing. */
static void count(struct counted *c, const struct note *note, const struct vkey *k)
{
	for (size_t i = 0; i < note->n; i++) {
		if (note->sig[i].id == k->id && bytes_equal_str(note->sig[i].name, k->name)) {
			c->lines |= UINT64_C(1) << i;
			return;
		}
	}
}

/* What checking one node's signatures needs, and what it found. */
struct check {
	const struct chain *chain;
	const struct note *note;
	int64_t known_by;
	struct counted *counted;
	bool revoked;                          /* some key signed that was revoked by then */
	int64_t revoked_at;
};

/* OK: every sign key of CARD signed and counts. MISSING: one did not sign, or was revoked. REFUSED: a signature
 * fails. */
static enum tocsin_err check_card(struct check *c, const struct card *card)
{
	struct counted here = { 0 };
	bool revoked = false;
	for (size_t i = 0; i < card->sign_n; i++) {
		const struct vkey *k = &card->sign[i];
		enum tocsin_err err = note_verify(c->note, k);
		if (err != TOCSIN_OK)
			return err;
		int64_t at;
		if (chain_revoked(c->chain, k, &at) && c->known_by >= at) {
			revoked = true;
			c->revoked_at = at;
		}
		count(&here, c->note, k);
	}
	c->revoked = c->revoked || revoked;
	if (revoked)
		return TOCSIN_MISSING;
	c->counted->lines |= here.lines;
	return TOCSIN_OK;
}

/* Was card I current at AT? Both are when one gave way to the other in that second. */
static bool was_current(const struct chain *c, size_t i, int64_t at)
{
	return c->card[i]->at <= at && (i + 1 == c->n || at <= c->card[i + 1]->at);
}

/* A line in C's name by a key that none of its cards lists: a newer card may. */
static bool has_unlisted(const struct chain *c, const struct note *note)
{
	for (size_t i = 0; i < note->n; i++) {
		bool listed = !bytes_equal_str(note->sig[i].name, chain_last(c)->name);
		for (size_t j = 0; j < c->n && !listed; j++)
			for (size_t k = 0; k < c->card[j]->sign_n && !listed; k++)
				listed = c->card[j]->sign[k].id == note->sig[i].id;
		if (!listed)
			return true;
	}
	return false;
}

/* One node's signatures: all sign keys of a card that was current at AT, or of the last. */
static enum tocsin_err check_node(const struct chain *c, const struct note *note, int64_t at, int64_t known_by,
	struct counted *out)
{
	struct check check = { .chain = c, .note = note, .known_by = known_by, .counted = out };
	const char *name = chain_last(c)->name;
	bool good = false;
	for (size_t i = c->n; i > 0; i--) {
		if (i < c->n && !was_current(c, i - 1, at))
			continue;
		enum tocsin_err err = check_card(&check, c->card[i - 1]);
		/* A known key whose signature fails spoils the note, whatever else it bears. */
		if (err != TOCSIN_OK && err != TOCSIN_MISSING)
			return err;
		good = good || err == TOCSIN_OK;
	}
	if (good)
		return TOCSIN_OK;
	if (check.revoked) {
		char when[CLOCK_TEXT + 1];
		clock_format(check.revoked_at, when);
		return fail(TOCSIN_REFUSED,
			"it is signed with a key that %s revoked as of %s, and nothing shows that it was there before", name,
			when);
	}
	if (has_unlisted(c, note))
		return fail(TOCSIN_MISSING, "it is signed in the name of %s by a key that the cards held of it do not list",
			name);
	return fail(TOCSIN_REFUSED, "it is not signed by %s with every key that must sign", name);
}

static const struct chain *find_cosigner(const struct chain *c, const struct chain *cosigners, size_t n,
	const char *name)
{
	if (strcmp(chain_last(c)->name, name) == 0)
		return c;
	for (size_t i = 0; i < n; i++)
		if (strcmp(chain_last(&cosigners[i])->name, name) == 0)
			return &cosigners[i];
	return NULL;
}

enum tocsin_err chain_verify_known(const struct chain *c, const struct chain *cosigners, size_t cosigners_n,
	const struct note *note, const struct statement *s,
	int64_t known_by, struct buf *clean)
{
	struct counted counted = { 0 };
	if (!chain_is_party(c, &s->from))
		return fail(TOCSIN_REFUSED, "it is from %s with a fingerprint that the cards of %s do not bear", s->from.name,
			chain_last(c)->name);
	if (chain_last(c)->realm != s->realm)
		return fail(TOCSIN_REFUSED, "it and its sender %s live in different realms", s->from.name);
	enum tocsin_err err = check_node(c, note, s->at, known_by, &counted);
	for (size_t i = 0; i < s->by_n && err == TOCSIN_OK; i++) {
		const struct chain *by = find_cosigner(c, cosigners, cosigners_n, s->by[i]);
		if (by == NULL)
			return fail(TOCSIN_MISSING, "it announces the signature of %s, of whom there is no card here", s->by[i]);
		err = check_node(by, note, s->at, known_by, &counted);
	}
	if (err != TOCSIN_OK)
		return err;
	buf_clear(clean);
	note_begin(clean, note->text);
	for (size_t i = 0; i < note->n; i++) {
		if ((counted.lines >> i & 1) != 0) {
			buf_add_bytes(clean, note->sig[i].line);
			buf_add_char(clean, '\n');
		}
	}
	return buf_end(clean, "the statement's note");
}

enum tocsin_err chain_verify_statement(const struct chain *c, const struct chain *cosigners, size_t cosigners_n,
	const struct note *note, const struct statement *s, struct buf *clean)
{
	return chain_verify_known(c, cosigners, cosigners_n, note, s, s->at, clean);
}
