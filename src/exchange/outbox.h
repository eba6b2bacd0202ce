/*
 * outbox: when a delivery is tried again, and whose turn it is. Pure: numbers in, numbers out.
 *
 * Back-off belongs to a partner (it does not answer, or answers wrongly) or to one statement (it refused that one for
 * now); the two do not mix, so that a dead partner changes nothing in the database. Turns go round the partners,
 * imminent statements first. Partners that answered last time and partners that did not each have requests of their
 * own, so that a thousand dead ones, waiting for their time-outs, take nothing from those that live.
 */
#ifndef TOCSIN_EXCHANGE_OUTBOX_H
#define TOCSIN_EXCHANGE_OUTBOX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define OUTBOX_IMMINENT 0
#define OUTBOX_ROUTINE 2

#define OUTBOX_BATCH_COUNT 256          /* statements in one request */
#define OUTBOX_BATCH_BYTES (1u << 20)   /* of notes and bodies in one request; one larger statement goes alone */
#define OUTBOX_REQUESTS 6               /* batches under way to one partner */
#define OUTBOX_LIVE_REQUESTS 64         /* to all partners that answered last time */
#define OUTBOX_DEAD_REQUESTS 64         /* to all that did not, or were never asked: one each */
#define OUTBOX_RETRY_MAX 3600           /* seconds */
#define OUTBOX_RETRY_IMMINENT 60

/* Microseconds until the next attempt after FAILS (1, 2, ...) in a row: FIRST seconds, doubling, at most an hour (a
 * minute for what is IMMINENT), and of that between three quarters and all, by CHANCE (0 to 65535): partners that
 * failed together do not come back together. */
int64_t outbox_delay(unsigned fails, unsigned first, bool imminent, uint16_t chance);

struct outbox_claim {
	bool ready;                     /* has something due, and is not to be left alone for now */
	bool live;                      /* answered the last time */
	int urgency;                    /* of the first that is due, when known; otherwise OUTBOX_IMMINENT */
	unsigned requests;              /* batches under way */
};
/* Whose turn it is among N claims: the most urgent, and among equals the next one behind LAST. LIVE and DEAD: batches
 * under way in each group; what is imminent may take twice the usual number. N when nobody's. */
size_t outbox_turn(const struct outbox_claim *claim, size_t n, size_t last, unsigned live, unsigned dead);

/* How many statements the next batch takes, after one with LAST of them that went well, or was answered with an error:
 * an eighth after an error, down to one, so that one statement that a partner chokes on is soon found and set aside;
 * twice as many after success. */
unsigned outbox_batch_size(unsigned last, bool good);

#endif
