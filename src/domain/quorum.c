#include "domain/chain.h"

#define MOST 64

/* An organisation that cosigned. */
struct seen {
	const struct chain *who;
	const struct vkey *key;
	uint64_t time;
};

/* OK: the earliest time at which a witness key of C, not revoked by then, cosigned NOTE; MISSING: none did; REFUSED:
 * a line of one fails. */
static enum tocsin_err earliest(const struct chain *c, const struct note *note, struct seen *out)
{
	bool found = false;
	*out = (struct seen){ .time = 0 };
	for (size_t i = 0; i < c->n; i++) {
		const struct vkey *k = &c->card[i]->witness;
		uint64_t time = 0;
		int64_t revoked;
		if (!c->card[i]->has_witness || (i > 0 && c->card[i - 1]->has_witness &&
			vkey_same(k, &c->card[i - 1]->witness)))
			continue;
		enum tocsin_err err = cosignature_verify(note, k, &time);
		if (err == TOCSIN_MISSING)
			continue;
		if (err != TOCSIN_OK)
			return err;
		if (chain_revoked(c, k, &revoked) && (int64_t)time >= revoked / CLOCK_SECOND)
			continue;
		if (!found || time < out->time)
			*out = (struct seen){ c, k, time };
		found = true;
	}
	return found ? TOCSIN_OK : TOCSIN_MISSING;
}

/* A cosignature does not bind its witness's name, so one key, or one identity, under two names is one organisation. */
static bool same_organisation(const struct seen *a, const struct seen *b)
{
	return strcmp(chain_last(a->who)->name, chain_last(b->who)->name) == 0 ||
		memcmp(a->key->pub, b->key->pub, sizeof a->key->pub) == 0 ||
		memcmp(chain_last(a->who)->identity.pub, chain_last(b->who)->identity.pub, sizeof a->key->pub) == 0;
}

/* Adds S, or lets it lend its time when its organisation is there already; kept sorted by time. */
static void add(struct seen *all, size_t *n, const struct seen *s)
{
	struct seen one = *s;
	for (size_t i = 0; i < *n; i++) {
		if (same_organisation(&all[i], &one)) {
			if (all[i].time <= one.time)
				return;
			memmove(&all[i], &all[i + 1], (*n - i - 1) * sizeof *all);
			(*n)--;
			break;
		}
	}
	size_t at = *n;
	for (; at > 0 && all[at - 1].time > one.time; at--)
		all[at] = all[at - 1];
	all[at] = one;
	(*n)++;
}

enum tocsin_err quorum_check(const struct quorum *q, const char *owner, const struct note *note, size_t *count,
	bool *met, uint64_t *time)
{
	struct seen all[MOST];
	size_t n = 0;
	*count = 0;
	*met = false;
	*time = 0;
	if (q->n > MOST)
		return fail(TOCSIN_BAD, "a quorum names at most %d witnesses", MOST);
	for (size_t i = 0; i < q->n; i++) {
		struct seen s;
		if (strcmp(chain_last(q->witness[i])->name, owner) == 0)
			continue;
		enum tocsin_err err = earliest(q->witness[i], note, &s);
		if (err == TOCSIN_MISSING)
			continue;
		if (err != TOCSIN_OK)
			return err;
		add(all, &n, &s);
	}
	*count = n;
	if (q->k > 0 && n >= q->k) {
		*met = true;
		*time = all[q->k - 1].time;
	}
	return TOCSIN_OK;
}
