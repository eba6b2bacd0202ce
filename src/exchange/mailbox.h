/*
 * mailbox: what waits for a node that takes no calls, which fetches it: the carry file over HTTP, begun by its
 * recipient.
 *
 *   mailbox.c     here it waits: hands out what is due, and takes the answer to it       (the pool)
 *   collect.c     there it is fetched: asks each partner that has an address             (a thread of its own)
 *   fetch_note.c  the texts that are signed for both
 *
 * What was handed out is known in memory only, under the nonce of the note that asked for it, until it is answered, once.
 * So an answer is held to exactly what was sent, and neither an old one nor somebody else's does anything; after a crash
 * of either side the same is fetched again, which is harmless (the same id keeps its index).  Nothing leaves the outbox
 * without a receipt or a refusal.  A refusal in an answer proves itself by nothing, as over the wire: therefore the
 * answer is signed by who fetched.
 *
 * Only a partner's note, verified, takes memory: its nonces of ten minutes, and two batches.
 */
#ifndef TOCSIN_EXCHANGE_MAILBOX_H
#define TOCSIN_EXCHANGE_MAILBOX_H

#include "exchange/internal.h"

#define FETCH_NONCE 16

struct fetch_note {
	enum realm realm;
	bool answers;                   /* "fetched": in front of an answer */
	struct party from, to;
	int64_t at;
	uint8_t nonce[FETCH_NONCE];
	uint64_t have;                  /* of the log of TO, for a fetch */
	struct hash answer;             /* SHA-256 of the answer, when it answers */
};
enum tocsin_err fetch_note_parse(struct bytes text, struct fetch_note *f) MUST_USE;
void fetch_note_format(const struct fetch_note *f, struct buf *text);

struct mailbox *mailbox_new(void);                              /* NULL when out of memory */
void mailbox_free(struct mailbox *m);                           /* safe on NULL */
void mailbox_fetch(struct exchange *x, struct http_call *call);  /* POST /exchange/v1/mailbox */
void mailbox_answer(struct exchange *x, struct http_call *call); /* POST /exchange/v1/mailbox/answer */
/* When PARTNER last fetched something or found that nothing waits (clock_now); 0: not since the start. */
int64_t mailbox_seen(struct mailbox *m, const char *partner);

/* Nothing is started when config.fetch_seconds is 0. */
enum tocsin_err collect_start(struct exchange *x) MUST_USE;
void collect_stop(struct exchange *x);                          /* before the intake stops */

#endif
