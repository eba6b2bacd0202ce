/*
 * envelope: the checks of one envelope that arrived, and the change that takes its statement in.
 *
 * The order is that of DESIGN section 4 behind the rate of the connection and the lengths: open, signature, rate of the
 * partner, addressee, time, grammar, root, and last the desk's rules.  Only files of exchange/ include this.
 */
#ifndef TOCSIN_EXCHANGE_ENVELOPE_H
#define TOCSIN_EXCHANGE_ENVELOPE_H

#include "exchange/internal.h"
#include "exchange/rate.h"
#include "proof/body.h"

/* What one thread needs for one job at a time; kept, because making it costs more than using it. */
struct bench {
	struct bench *next;
	struct buf plain, clean;
	struct arena *arena;
	struct keeper_unwrap *unwrap;
	size_t unwrap_room;
	struct age_header header;
};

/* What the checks find out, one after the other. The caller sets the first seven for a batch. */
struct finding {
	struct exchange *x;
	struct snapshot *read;
	struct bench *bench;
	struct rate *rate;
	const struct peer *self;        /* held by the caller */
	int64_t now;
	size_t batch;                   /* how many envelopes came with it */
	const struct peer *peer;        /* held while checking: the sender, or of a statement that comes back the addressee */
	struct note note;
	struct statement s;
	struct body body;
	bool verified;                  /* its signatures are good: S.from may be named */
	bool returned;                  /* it is our own, and comes back */
	int64_t marks;
};

/*
 * Checks ENVELOPE, of which U[0..n) are the stanzas that the keeper tried.  REFUSE_NONE: ID is its statement's and *C
 * the change that takes it in, returned owned.  Otherwise fail_sentence() says why; `busy` is a fault of this node or a
 * partner that sends too much.  Nothing in F but VERIFIED, RETURNED and S is of use afterwards; the plaintext is wiped.
 */
enum refusal envelope_take(struct finding *f, struct bytes envelope, struct keeper_unwrap *u, size_t n, struct hash *id,
	struct change **c);

#endif
