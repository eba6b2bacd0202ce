#include "exchange/outbox.h"

#include "base/clock.h"

int64_t outbox_delay(unsigned fails, unsigned first, bool imminent, uint16_t chance)
{
	const int64_t most = (imminent ? OUTBOX_RETRY_IMMINENT : OUTBOX_RETRY_MAX) * CLOCK_SECOND;
	int64_t d = (first > 0 ? (int64_t)first : 1) * CLOCK_SECOND;
	for (unsigned i = 1; i < fails && d < most; i++)
		d *= 2;
	if (d > most)
		d = most;
	return d - d / 4 * chance / 65535;
}

/* Whether C may have one more request. */
static bool has_room(const struct outbox_claim *c, unsigned live, unsigned dead)
{
	if (!c->ready || c->requests >= (c->live ? OUTBOX_REQUESTS : 1))
		return false;
	unsigned more = c->urgency == OUTBOX_IMMINENT ? 2 : 1;
	return c->live ? live < more * OUTBOX_LIVE_REQUESTS : dead < more * OUTBOX_DEAD_REQUESTS;
}

size_t outbox_turn(const struct outbox_claim *claim, size_t n, size_t last, unsigned live, unsigned dead)
{
	size_t best = n;
	for (size_t k = 1; k <= n; k++) {
		size_t i = (last + k) % n;
		if (!has_room(&claim[i], live, dead))
			continue;
		if (best == n || claim[i].urgency < claim[best].urgency)
			best = i;
		if (claim[best].urgency == OUTBOX_IMMINENT)
			break;
	}
	return best;
}

unsigned outbox_batch_size(unsigned last, bool good)
{
	if (!good)
		return last >= 16 ? last / 8 : 1;
	return last < OUTBOX_BATCH_COUNT / 2 ? last * 2 : OUTBOX_BATCH_COUNT;
}
