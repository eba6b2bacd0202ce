/*
 * receipts: what a partner's answer proves. Pure, but for the rows that it adds to a change.
 *
 * An answer counts whole or not at all: number, order and ids as sent, one signature, a log that only grew from what
 * was held when the batch was sent, and each statement in it.
 */
#ifndef TOCSIN_EXCHANGE_RECEIPTS_H
#define TOCSIN_EXCHANGE_RECEIPTS_H

#include "exchange/batch.h"
#include "proof/realm.h"
#include "store/rows.h"

struct sent_item {
	int64_t num;
	struct hash id;
	int64_t attempts;
	int urgency;
	/* the addressee's own statement, given back: its issued entry is proven, and no receipt made */
	bool returned;
};
/* What was sent, and what was known then. */
struct sent {
	enum realm realm;
	struct vkey log;                /* of the recipient's card */
	uint64_t have;
	struct hash have_root;          /* when have is not 0 */
	size_t n;
	struct sent_item *item;
};

enum receipts_verdict {
	RECEIPTS_GOOD,
	RECEIPTS_OTHER_LOG,             /* of a log that the held card does not name: the card may be old */
	RECEIPTS_WRONG,                 /* malformed, not signed, or about something else */
	/* Signed by the log's key, and contradicting what was held: */
	RECEIPTS_FORKED,                /* another root of the same size */
	RECEIPTS_SHRUNKEN,              /* smaller than it was */
	RECEIPTS_UNPROVEN,              /* larger, without proof that it grew from what was held */
};
/* Checks the answer BODY; what it holds into *A (parts in ARENA, note borrowed from BODY) and *C. Anything but GOOD has
 * a sentence (fail_sentence). */
enum receipts_verdict receipts_check(const struct sent *s, struct bytes body, struct arena *arena, struct answer *a,
	struct checkpoint *c);
/* The body of an answer 409: SHRUNKEN when it is a checkpoint smaller than S->have, OTHER_LOG or WRONG otherwise. */
enum receipts_verdict receipts_check_behind(const struct sent *s, struct bytes note, struct checkpoint *c);

/* How the rows are to look. */
struct receipts_rules {
	const char *partner;
	int64_t now;
	unsigned retry_seconds;
};
/* The rows for a GOOD answer: receipts, outbox, the partner's log, events. *ACCEPTED: how many receipts; *CARD: some
 * were refused for want of our card. NULL when out of memory. */
struct change *receipts_change(const struct sent *s, const struct answer *a, const struct checkpoint *c,
	const struct receipts_rules *rules, size_t *accepted, bool *card);
/* The same for one answered item: a refusal. */
void receipts_refused(struct change *c, const struct sent_item *item, const char *code, const char *sentence,
	const struct receipts_rules *rules);

/* A tlog-proof that GET /exchange/v1/receipts/<id> brought: its note verified by LOG, ID accepted in it. */
enum tocsin_err receipts_check_proof(struct bytes proof, enum realm realm, const struct hash *id,
	const struct vkey *log, struct tlogproof *p, struct checkpoint *c) MUST_USE;

#endif
