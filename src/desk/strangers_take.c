/*
 * strangers_take: a card chain of a node that is no partner.  What can be known without checking a signature -- length,
 * name, quota -- is asked first: a refusal costs two reads.
 */
#include "desk/cards.h"
#include "desk/directory.h"
#include "desk/policy.h"
#include "desk/strangers.h"
#include "proof/once.h"
#include "store/rows_border.h"

#define DAY (86400 * CLOCK_SECOND)
#define CHAIN_ARENA (4u << 20)
#define BROUGHT_MOST 2000               /* strangers in all, with those whom partners brought */

const char *stranger_way_name(enum stranger_way w)
{
	static const char *const names[] = { "itself", "vouched", "brokered" };
	return names[w];
}

/* ---- vouchers ---- */

struct finding_voucher {
	const struct desk *desk;
	char *by;
};

static bool is_confirmed(void *arg, const char *by)
{
	struct finding_voucher *w = arg;
	const struct peer *p = directory_find(w->desk->directory, by);
	bool yes = p != NULL && p->state == PEER_CONFIRMED;
	peer_release(p);
	if (yes)
		snprintf(w->by, LIMIT_NAME + 1, "%s", by);
	return !yes;
}

enum tocsin_err strangers_voucher(const struct desk *d, struct snapshot *read, const struct party *p, int64_t now,
	char by[LIMIT_NAME + 1])
{
	char fp[2 * STATEMENT_FP + 1];
	struct finding_voucher w = { d, by };
	by[0] = 0;
	hex_encode(p->fp, sizeof p->fp, fp);
	return vouchers(read, p->name, fp, now - policy_int(d, "contact.voucher-for"), is_confirmed, &w);
}

/* ---- before anything is verified ---- */

struct taking {
	const struct desk *desk;
	enum stranger_way way;
	char by[LIMIT_NAME + 1];
	int64_t now, most;                      /* most: in a day, by this way */
	struct party party;                     /* as the last card claims */
};

/* Who the card NOTE says that it is of. */
static enum tocsin_err claimed(struct bytes raw, struct party *p)
{
	struct note note;
	struct card *c = malloc(sizeof *c);
	enum tocsin_err err = c == NULL ? fail(TOCSIN_BROKEN, "no memory for a card") : note_parse(raw, LIMIT_NOTE, &note);
	if (err == TOCSIN_OK)
		err = card_parse(note.text, c);
	if (err == TOCSIN_OK)
		card_party(c, p);
	free(c);
	return err;
}

static enum tocsin_err peek(struct bytes all, struct taking *t)
{
	struct bytes raw, last = { NULL, 0 };
	enum tocsin_err err = TOCSIN_OK;
	size_t n = 0;
	if (all.n > LIMIT_STRANGER_CHAIN)
		return fail(TOCSIN_REFUSED, "the card chain of a node that is no partner has at most %d bytes here: give it to a person",
			LIMIT_STRANGER_CHAIN);
	while (n <= LIMIT_STRANGER_CARDS && card_chain_next(&all, &raw, &err)) {
		last = raw;
		n++;
	}
	if (err == TOCSIN_OK && n > LIMIT_STRANGER_CARDS)
		err = fail(TOCSIN_REFUSED, "the card chain of a node that is no partner has at most %d cards here: give it to a person",
			LIMIT_STRANGER_CARDS);
	if (err == TOCSIN_OK && n == 0)
		err = fail(TOCSIN_BAD, "there is no card");
	return err == TOCSIN_OK ? claimed(last, &t->party) : err;
}

static enum tocsin_err too_many(const struct taking *t)
{
	return fail(TOCSIN_LATER, "this node takes no more cards of nodes that are no partners today: %s",
		t->way == STRANGER_ITSELF ? "ask a partner of it to vouch for you" : "its partner has brought as many as it may");
}

/* By which way it comes, and whether that has room. */
static enum tocsin_err find_way(struct taking *t)
{
	const struct desk *d = t->desk;
	struct snapshot *read;
	char by[LIMIT_NAME + 1];
	int64_t at = 0, n = 0;
	enum tocsin_err err = snapshot_open(d->store, &read);
	if (err != TOCSIN_OK)
		return err;
	err = strangers_voucher(d, read, &t->party, t->now, by);
	if (err == TOCSIN_OK && by[0] != 0) {
		t->way = STRANGER_VOUCHED;
		memcpy(t->by, by, sizeof by);
	}
	if (err == TOCSIN_OK)
		err = stranger_quota(read, t->by, &at, &n);
	snapshot_close(read);
	if (err != TOCSIN_OK)
		return err;
	if (t->way == STRANGER_ITSELF && !policy_flag(d, "contact.strangers"))
		return fail(TOCSIN_MISSING, "%s is not a partner", t->party.name);
	t->most = policy_int(d, t->way == STRANGER_ITSELF ? "contact.a-day" : "contact.brought-a-day");
	size_t most = t->way == STRANGER_ITSELF ? (size_t)policy_int(d, "contact.most") : BROUGHT_MOST;
	if (directory_stranger_count(d->directory) >= most || t->most == 0 || (at > t->now - DAY && n >= t->most))
		return too_many(t);
	return TOCSIN_OK;
}

/* ---- taking ---- */

/* Whether the card of a name for once is here already: of one of ours, or of one that was dropped. That it comes once more is
 * taken as anybody would take it, or the answer would tell whose it is. */
static enum tocsin_err once_held(const struct taking *t, bool *held)
{
	struct snapshot *read;
	struct buf chain;
	*held = false;
	if (!once_is(bytes_str(t->party.name)))
		return TOCSIN_OK;
	enum tocsin_err err = snapshot_open(t->desk->store, &read);
	if (err != TOCSIN_OK)
		return err;
	buf_init(&chain, LIMIT_CHAIN_BYTES);
	err = card_chain(read, t->party.name, &chain);
	*held = err == TOCSIN_OK;
	buf_free(&chain);
	snapshot_close(read);
	return err == TOCSIN_MISSING ? TOCSIN_OK : err;
}

static enum tocsin_err add(const struct taking *t, const struct chain *c)
{
	bool held;
	enum tocsin_err err = once_held(t, &held);
	if (err != TOCSIN_OK)
		return err;
	struct change *ch = change_new();
	char fp[2 * STATEMENT_FP + 1];
	if (ch == NULL)
		return fail(TOCSIN_BROKEN, "no memory for a card");
	hex_encode(t->party.fp, sizeof t->party.fp, fp);
	change_stranger_quota(ch, t->by, t->now, t->now - DAY, t->most);
	change_stranger_add(ch, &(struct stranger_row) { .name = t->party.name, .way = stranger_way_name(t->way), .by = t->by,
		.fp = fp, .since = t->now });
	for (size_t i = 0; i < c->n && !held; i++)
		change_card(ch, c->card[i]->name, c->card[i]->seq, &c->card[i]->id, c->note[i], t->now);
	change_event(ch, "stranger introduced", 0, t->party.name);
	return store_commit(t->desk->store, ch, NULL, NULL);
}

/* Later cards of one that is held; one that contradicts itself or another one is refused, and kept nowhere. */
static enum tocsin_err extend(const struct taking *t, const struct peer *held, const struct chain *c)
{
	switch (chain_compare(&held->chain, c, NULL)) {
	case CHAIN_SAME:
	case CHAIN_OLDER:
		return TOCSIN_OK;
	case CHAIN_EXTENDS:
		break;
	case CHAIN_FORKED:
	case CHAIN_STRANGER:
		return fail(TOCSIN_REFUSED, "another node calls itself %s here", held->name);
	}
	if (held->state != PEER_STRANGER)
		return TOCSIN_OK;               /* a partner's own cards come by themselves */
	struct change *ch = change_new();
	if (ch == NULL)
		return fail(TOCSIN_BROKEN, "no memory for a card");
	for (size_t i = held->chain.n; i < c->n; i++)
		change_card(ch, c->card[i]->name, c->card[i]->seq, &c->card[i]->id, c->note[i], t->now);
	return store_commit(t->desk->store, ch, NULL, NULL);
}

enum tocsin_err strangers_look(const struct desk *d, struct bytes chain, int64_t now, enum stranger_look *look)
{
	struct bytes rest = chain, raw;
	struct taking t = { .now = now };
	struct snapshot *read;
	char by[LIMIT_NAME + 1];
	enum tocsin_err err = TOCSIN_OK;
	size_t n = 0;
	*look = STRANGER_NOT;
	while (n <= LIMIT_CARD_CHAIN && card_chain_next(&rest, &raw, &err))
		n++;
	if (err != TOCSIN_OK || n == 0 || n > LIMIT_CARD_CHAIN || claimed(raw, &t.party) != TOCSIN_OK)
		return err == TOCSIN_BROKEN ? err : TOCSIN_OK;
	const struct peer *held = directory_any(d->directory, t.party.name);
	if (held != NULL) {
		*look = held->state == PEER_STRANGER ? STRANGER_HELD : STRANGER_NOT;
		peer_release(held);
		return TOCSIN_OK;
	}
	err = snapshot_open(d->store, &read);
	if (err != TOCSIN_OK)
		return err;
	err = strangers_voucher(d, read, &t.party, now, by);
	snapshot_close(read);
	*look = by[0] != 0 ? STRANGER_EXPECTED : STRANGER_NEW;
	return err;
}

enum tocsin_err strangers_take(const struct desk *d, struct bytes chain, enum stranger_way way, const char *by, int64_t now)
{
	struct chain c;
	struct taking t = { .desk = d, .way = way, .now = now };
	snprintf(t.by, sizeof t.by, "%s", by);
	enum tocsin_err err = peek(chain, &t);
	/* Every node says so, its author, too. */
	if (err == TOCSIN_OK && way != STRANGER_BROKERED && once_is(bytes_str(t.party.name)))
		return fail(TOCSIN_REFUSED, "%s is a name for once, which comes by way of a broker", t.party.name);
	const struct peer *held = err == TOCSIN_OK ? directory_any(d->directory, t.party.name) : NULL;
	if (err == TOCSIN_OK && held == NULL)
		err = find_way(&t);
	struct arena *a = err == TOCSIN_OK ? arena_new(CHAIN_ARENA) : NULL;
	if (err == TOCSIN_OK && a == NULL)
		err = fail(TOCSIN_BROKEN, "no memory for a card chain");
	if (err == TOCSIN_OK)
		err = chain_parse(chain, a, &c);
	if (err == TOCSIN_OK && chain_last(&c)->realm != d->realm)
		err = fail(TOCSIN_REFUSED, "%s is a node of the %s realm, this one is not", t.party.name,
			d->realm == REALM_LIVE ? "exercise" : "live");
	if (err == TOCSIN_OK)
		err = held == NULL ? add(&t, &c) : extend(&t, held, &c);
	peer_release(held);
	arena_free(a);
	return err == TOCSIN_OK ? directory_reload(d->directory, t.party.name) : err;
}

void strangers_sent(const struct desk *d, struct change *c, const char *name, int64_t now)
{
	change_stranger_sent(c, name, now, now - DAY, policy_int(d, "contact.warnings-a-day"));
}
