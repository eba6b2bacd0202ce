/*
 * exchange: statements between nodes: intake, outbox and courier, receipts, witnessing, recovery, carry files.
 *
 *   door.c       routes of the exchange listener: envelopes, receipts, card, resume, /log/, /witness/
 *   intake.c     a batch: open, commit, answer                              (worker threads)
 *   envelope.c   the checks of one envelope, and what the desk says to it
 *   witness.c    the witness service: compare-and-swap, cosign, keep forks
 *   tick.c       every tick: padding, published checkpoint, asking witnesses to cosign
 *   courier.c    outbox to partners, on the HTTP client's thread
 *   receipts.c   checking answers and witnessed receipts
 *   resume.c     before the first signature: is our log what others have seen; recovery and giving back
 *   carry.c      the same batch and answer in files
 *   mailbox.c    the same over HTTP for who takes no calls and fetches them; collect.c fetches
 *
 * A struct exchange is made by node/ and stopped by it.
 */
#ifndef TOCSIN_EXCHANGE_EXCHANGE_H
#define TOCSIN_EXCHANGE_EXCHANGE_H

#include "base/json.h"
#include "desk/desk.h"
#include "net/http.h"

struct exchange_config {
	unsigned workers;                /* intake threads; 0: as many as processors, at most 4 */
	unsigned tick_seconds;           /* 10 */
	unsigned partner_rate;           /* envelopes a second of one partner; burst ten times as many; 0: none */
	unsigned overdue_seconds;        /* 600: a receipt not witnessed for so long is an alarm */
	unsigned resume_seconds;         /* 3: how long the start waits for witnesses and partners to tell what they saw;
	                                    0: they are not asked */
	unsigned retry_seconds;          /* 5: first delay of a failed delivery; doubles to one hour, with jitter;
	                                    imminent ones at most a minute */
	unsigned fetch_seconds;          /* 0: what waits for this node at its partners is never fetched */
	bool cover;                      /* padding at a steady pace even on quiet days */
};

struct exchange;

/* Starts workers, tick and courier; nothing is signed for the log until resume has been settled (exchange_ready).
 * CLIENT is lent. */
enum tocsin_err exchange_start(const struct desk *d, struct http_client *client, const struct exchange_config *config,
	struct exchange **out) MUST_USE;
void exchange_stop(struct exchange *x);
/* The handler of the exchange listener. */
void exchange_handle(void *arg, struct http_call *call);             /* ARG is the struct exchange */

/* Wakes the courier: something new is in the outbox. Cheap, from any thread. */
void exchange_wake(struct exchange *x);
/* False until the log was compared with what others have seen (or they could not be asked in time). Status has a
 * sentence about it: nobody asked yet, or what was found. */
bool exchange_ready(struct exchange *x);

/*
 * State for `tocsin status`, returned owned:
 *   ready, note            whether the log was compared with what others have seen, and the sentence about it
 *   asked                  whether anybody could be asked
 *   log                    origin, n, size, published (size), resumed (what the comparison found, in words)
 *   intake                 counters: accepted, again (duplicates), and one for each refusal code
 *   witnesses              array: name, at (last cosignature, "" for never), size (covered by it),
 *                          trouble (one sentence, "" for none)
 *   partners               array: name, last answer, trouble, waiting, refused, next attempt (courier.c)
 */
json_t *exchange_status(struct exchange *x);

/* Fetches the published proof of the receipt for statement NUM (its checkpoint with whatever cosignatures it has),
 * unless it is witnessed already: for evidence on a receipt for which no quorum is set. OK: the receipt has a proof.
 * LATER: not published yet; OFFLINE: the partner does not answer; MISSING: there is no receipt; REFUSED: what came does
 * not verify. Waits up to ten seconds for each of its addresses. */
enum tocsin_err exchange_fetch_receipt(struct exchange *x, int64_t num) MUST_USE;

/* ---- carry files ---- */
/* All that waits for PARTNER as a carry file (MISSING: nothing), and what an incoming carry file yields: for a batch
 * the answer file in OUT, for an answer nothing (OUT stays empty). Waits until durable. */
enum tocsin_err exchange_carry_out(struct exchange *x, const char *partner, struct buf *out) MUST_USE;
enum tocsin_err exchange_carry_in(struct exchange *x, struct bytes file, struct buf *out, json_t **summary) MUST_USE;

#endif
