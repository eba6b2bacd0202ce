/*
 * internal: what the files of exchange/ share. Nobody outside the folder includes it.
 *
 * Threads.  The listener's thread runs door.c and only reads (tiles, notes, cards) or hands work to the *pool*: a few
 * threads behind a bounded queue, which open batches, take cards, answer resume notes and witness.  The writer's thread
 * of the store only passes a committed batch back to the pool.  The *log thread* (tick.c) runs resume once, then the
 * tick.  The courier lives on the HTTP client's thread.
 *
 * Locks, in the order in which they may be taken: sign_lock, then lock. Never hold one while waiting for the pool; never
 * wait for sign_lock on the writer's thread.
 */
#ifndef TOCSIN_EXCHANGE_INTERNAL_H
#define TOCSIN_EXCHANGE_INTERNAL_H

#include <pthread.h>
#include <stdatomic.h>

#include "base/json.h"
#include "base/log.h"
#include "desk/desk.h"
#include "desk/directory.h"
#include "exchange/batch.h"
#include "exchange/exchange.h"
#include "net/http.h"

/* The codes of a refusal, as PROTOCOL section 8 lists them; REFUSE_NONE counts what was accepted, REFUSE_AGAIN the
 * duplicates among it. */
enum refusal {
	REFUSE_NONE, REFUSE_AGAIN, REFUSE_SIZE, REFUSE_OPEN, REFUSE_REALM, REFUSE_NOTE, REFUSE_STATEMENT, REFUSE_ADDRESSEE,
	REFUSE_STRANGER, REFUSE_CARD, REFUSE_SIGNATURE, REFUSE_TIME, REFUSE_KIND, REFUSE_BODY, REFUSE_RULE, REFUSE_BUSY,
	REFUSE_DISTRUSTED, REFUSE_CODES
};
const char *refusal_code(enum refusal r);              /* "size", ...; "accepted" and "again" for the first two */
/* Whether a refusal with CODE is tried again by itself (busy, card, kind, stranger). */
bool refusal_is_passing(const char *code);

struct pool;
struct intake;
struct logthread;
struct courier;
struct relay;
struct contacts;
struct mailbox;
struct collect;

struct exchange {
	const struct desk *desk;
	struct http_client *client;                        /* lent */
	struct exchange_config config;
	struct pool *pool;
	struct intake *intake;
	struct logthread *logthread;
	struct relay *relay;                               /* made by relay_start */
	struct courier *courier;                           /* made by courier_start */
	struct contacts *contacts;
	struct mailbox *mailbox;
	struct collect *collect;                           /* made by collect_start; NULL: it does not fetch */
	atomic_bool ready, stopping;

	pthread_mutex_t lock;                              /* the rest of this struct */
	char note[256];                                    /* the sentence of exchange_ready */
	uint64_t count[REFUSE_CODES];
	bool asked;                                        /* somebody has told what it has seen of our log */
	char resumed[256];                                 /* what resume found, in words; "" while it runs */

	/* Who signs a checkpoint; held by the tick from before its padding until that is signed. */
	pthread_mutex_t sign_lock;
	/* The last checkpoint that was signed: origin's n, what it says, its note; 0: none yet. */
	uint64_t signed_n;
	struct checkpoint signed_checkpoint;
	struct buf signed_note;
};

/* ---- exchange.c ---- */
void exchange_count(struct exchange *x, enum refusal r);
/* Whether it is ready, and the sentence about it in status. */
void exchange_say(struct exchange *x, bool ready, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
/* Signs a checkpoint of our current log as it is durable now, at least AT_LEAST entries of log N (or gives the last
 * signed one when that is enough): its note appended to NOTE, what it says into C. Keepers refuse a smaller one than
 * the last, so that everybody signs through here. LATER: log N is not the current one any more. */
enum tocsin_err exchange_checkpoint(
	struct exchange *x, uint64_t n, uint64_t at_least, struct checkpoint *c, struct buf *note) MUST_USE;
/* Keeps two signed notes of NAME, once for the same pair, at most a hundred pairs of one WHAT. FORKED and SHRUNKEN
 * contradict each other: an event "conflict found" about NAME tells it. UNPROVEN is evidence that accuses nobody yet.
 * Waits until durable; not on the writer's or the client's thread (use exchange_work). */
#define CONFLICT_FORKED "forked log"
#define CONFLICT_SHRUNKEN "shrunken log"
#define CONFLICT_UNPROVEN "unproven log"
enum tocsin_err exchange_conflict(struct exchange *x, const char *name, const char *what, const char *sentence,
	struct bytes a, struct bytes b) MUST_USE;
/* Our own card chain as a file. */
enum tocsin_err exchange_own_chain(struct exchange *x, struct buf *out) MUST_USE;

/* ---- pool.c ---- */
/* Pool: runs WORK(arg) on one of its threads. False: the queue is full or the exchange stops; WORK is then never
 * called. FIRST: before everything that waits, and never refused but when it stops (for who was accepted already). */
typedef void pool_work(void *arg);
bool exchange_work(struct exchange *x, bool first, pool_work *work, void *arg);
struct pool *pool_start(unsigned threads);             /* NULL with a sentence */
void pool_stop(struct pool *p);                        /* runs what waits; safe on NULL */

/* ---- asks.c ---- */
/* Asks: some requests at once, and waiting for them with a deadline; an answer after that is dropped. Not on the
 * client's thread. */
struct asks;
struct ask_result {
	bool done;
	enum tocsin_err err;
	unsigned status;
	struct bytes body;                                 /* owned by the asks */
};
struct asks *asks_new(size_t n);                       /* NULL when out of memory */
void asks_send(struct asks *a, size_t i, struct http_client *client, const struct http_request *r);
/* Until all that were sent are done, DEADLINE (clock_mono) or *STOP. */
void asks_wait(struct asks *a, int64_t deadline, const atomic_bool *stop);
void asks_result(struct asks *a, size_t i, struct ask_result *out);
void asks_free(struct asks *a);                        /* safe on NULL and while requests are under way */

/* ---- intake.c ---- */
enum tocsin_err intake_start(struct exchange *x) MUST_USE;
void intake_stop(struct exchange *x);
/* STATUS as HTTP: 200 with the answer in BODY, 409 with our checkpoint note in BODY (have is larger than our log), 503
 * with SENTENCE. BODY may be taken. On any thread of ours. */
typedef void intake_done(void *arg, unsigned status, struct buf *body, const char *sentence);
/* Takes a batch in. B is copied, the envelopes' bytes are borrowed until DONE, which is called exactly once (at once
 * when the queue is full: everything `busy`). */
void intake_batch(struct exchange *x, const struct batch *b, intake_done *done, void *arg);
/* The same, and waits: for carry files. OK: the answer is in OUT; LATER: try again; REFUSED: `have` is larger than our
 * log, OUT gets our checkpoint note. */
enum tocsin_err intake_batch_wait(struct exchange *x, const struct batch *b, struct buf *out) MUST_USE;

/* ---- door.c, witness.c, tick.c, resume.c ---- */
void witness_add_checkpoint(struct exchange *x, struct http_call *call);           /* on the pool */
enum tocsin_err tick_start(struct exchange *x) MUST_USE; /* the log thread: resume, then ticks */
void tick_stop(struct exchange *x);
json_t *tick_status(struct exchange *x);                                            /* witnesses: last sight, trouble */
/* The witness NAME told that it has seen our log N at SIZE. On the log thread. */
void tick_witness_seen(struct exchange *x, const char *name, uint64_t log_n, uint64_t size);
/* The body of a 409 of a witness: "<size>\n". */
bool witness_size_parse(struct bytes body, uint64_t *size);
/* Somebody has told what it has seen of our log: status need not warn any more. */
void resume_asked(struct exchange *x);
/* Settles whether our log is what others have seen; on the log thread, before the first signature. LATER: must be tried
 * again (sentence). */
enum tocsin_err resume_settle(struct exchange *x) MUST_USE;
/* Tells partners of `resuming` rows that our log was put back: first our card chain, then a resume note; removes the
 * row when it was answered. On the log thread, now and then. */
void resume_tell(struct exchange *x);
void resume_answer(struct exchange *x, struct http_call *call); /* POST /exchange/v1/resume; on the pool */

/*
 * Giving back (returns.c).  When a partner's resume note names an origin that its card chain has retired, resume_answer
 * writes a row
 *
 *     restoring (partner, since, next_num, until_num)
 *
 * and calls courier_restoring.  It means: of the statements with peer = PARTNER and next_num <= num <= until_num
 * (statement_list_from), both those that we issued to it and those that we accepted from it are to be sent to it, in
 * order of num; next_num moves on (change_restoring_advance) with each batch that was answered, and the row goes when it
 * passes until_num.
 *
 * next_num is already the first statement known an hour before the time that the partner named (clocks differ),
 * until_num the last one when the note came: later ones go the usual way.  A refusal does not stop it (a node that never
 * lost anything answers with duplicates).  A second note for the same partner replaces the row.
 *
 * A statement that we accepted goes back with its `from` the addressee's own: the answer's inclusion proof is then that
 * of its *issued* entry, and no receipt row is made for it.  What was ours goes as ever; a receipt that is there already
 * stays (change_receipt).  The node that gets its own statement back stores it as issued, marked RETURNED, with an
 * outbox row: it is sent once more, and so gets its receipt.
 */

/* The text of a resume note (PROTOCOL, section 8). */
struct resume_note {
	enum realm realm;
	struct party from, to;
	int64_t at, since;
	char origin[LIMIT_KEY_NAME + 1];
	uint64_t size;
};
enum tocsin_err resume_note_parse(struct bytes text, struct resume_note *r) MUST_USE;
void resume_note_format(const struct resume_note *r, struct buf *text);

/* ---- caller.c ---- */
/* A signed note that asks for something; WHAT: "resume note". */
struct caller {
	const char *what;
	enum realm realm;
	const struct party *from, *to;
	int64_t at;
};
/* REFUSED unless N is signed with all the keys of the card of FROM (NULL: not known), a partner that is trusted, to this
 * node, within five minutes. */
enum tocsin_err caller_check(struct exchange *x, const struct note *n, const struct caller *c, const struct peer *from) MUST_USE;

/* ---- contact.c ---- */
/* A card chain that somebody at ADDRESS brought. *STRANGER: it is of a node that is no partner, and was taken (OK), or
 * not: LATER when this would be too many, otherwise as strangers_take. False: it is a partner's, and nothing was done. */
enum tocsin_err contact_take(struct exchange *x, struct bytes chain, const char *address, bool *stranger) MUST_USE;
struct contacts *contacts_new(void);                   /* NULL when out of memory */
void contacts_free(struct contacts *c);                /* safe on NULL */

/* ---- courier.c ---- */
enum tocsin_err courier_start(struct exchange *x) MUST_USE;
void courier_stop(struct exchange *x);
void courier_wake(struct exchange *x);                                              /* from any thread */
void courier_restoring(struct exchange *x, const char *partner);                    /* from any thread */
json_t *courier_status(struct exchange *x);                                         /* the array of partners */

#endif
