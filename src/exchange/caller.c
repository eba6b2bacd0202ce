/*
 * caller: who signed a note that asks this node for something.
 */
#include "exchange/internal.h"

#define NOTE_CLOCK (5 * 60 * CLOCK_SECOND)

enum tocsin_err caller_check(struct exchange *x, const struct note *n, const struct caller *c, const struct peer *from)
{
	int64_t now = clock_now();
	const struct peer *self = directory_self(x->desk->directory);
	bool ours = chain_is_party(&self->chain, c->to);
	peer_release(self);
	if (c->realm != x->desk->realm || from == NULL || from->state == PEER_SELF ||
		!chain_is_party(&from->chain, c->from))
		return fail(TOCSIN_REFUSED, "this node holds no card of %s with that fingerprint", c->from->name);
	for (size_t i = 0; i < from->card->sign_n; i++)
		if (note_verify(n, &from->card->sign[i]) != TOCSIN_OK)
			return fail(TOCSIN_REFUSED, "the %s is not signed with the keys of %s's card", c->what, c->from->name);
	if (!ours)
		return fail(TOCSIN_REFUSED, "the %s of %s is addressed to somebody else", c->what, c->from->name);
	if (from->state == PEER_DISTRUSTED)
		return fail(TOCSIN_REFUSED, "this node does not trust %s", c->from->name);
	if (c->at < now - NOTE_CLOCK || c->at > now + NOTE_CLOCK)
		return fail(TOCSIN_REFUSED, "the %s's time is more than 5 minutes off this node's clock", c->what);
	return TOCSIN_OK;
}
