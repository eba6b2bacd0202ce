/*
 * courier: what courier.c, delivery.c, links.c, parcel.c, returns.c and watch.c share. Nobody else includes it.
 *
 * Everything about partners is touched on the HTTP client's thread alone, with `lock` held (courier_status reads under
 * it). Three others only leave mail: the store's writer (a commit is durable), the side thread (a chore that had to
 * wait is done), and whoever wakes the courier. The side thread also is the alarm clock, so that a courier with nothing
 * to do sleeps without a timer.
 *
 * Crash safety: a statement leaves the outbox only in the transaction that stores its receipt or its refusal; what is
 * under way is known in memory only, so that after a crash it is sent again, which is harmless (the same id keeps its
 * index).
 */
#ifndef TOCSIN_EXCHANGE_COURIER_H
#define TOCSIN_EXCHANGE_COURIER_H

#include "exchange/internal.h"
#include "exchange/outbox.h"
#include "exchange/receipts.h"

#define COURIER_TIMEOUT_MS 60000
#define COURIER_UNDER_WAY 1536          /* statements to one partner, sent or being committed */
#define COURIER_TROUBLE 700
#define COURIER_SCAN (10 * CLOCK_SECOND) /* the directory is looked through at most so often */

/* The numbers that are under way, sorted. */
struct numbers {
	int64_t *v;
	size_t n, room;
};

struct watch;                           /* watch.c: what is known of a partner's published checkpoint */

/* A partner that something is to be done for. */
struct link {
	char name[LIMIT_NAME + 1];
	bool due;                       /* something waits in the outbox */
	bool drained;                   /* and all that is due is under way */
	int64_t due_at;                 /* when the first of it is due (clock_now) */
	int urgency;
	unsigned requests, landing;     /* batches sent; answers being committed */
	struct numbers under_way;
	unsigned batch;                 /* statements in the next one */

	bool live;                      /* answered last time */
	unsigned fails;
	unsigned epoch;                 /* grows with each failure: what was sent before it does not count as another */
	int64_t until;                  /* left alone until then (clock_mono) */
	unsigned url, url_tried;        /* which of its addresses; how many failed in a row */

	bool card_due, card_busy;       /* our chain is to be sent, is being sent */
	uint64_t card_told;             /* the last seq of ours that it was sent and answered, in whatever way */
	bool fetching;                  /* its own chain is being fetched */
	bool suspect;                   /* a contradiction to keep, unless its new card explains it */
	char suspect_what[32], suspect_why[COURIER_TROUBLE];
	struct buf suspect_a, suspect_b;

	bool restoring, restoring_busy;
	unsigned restoring_fails;
	int64_t restoring_at;           /* clock_mono */
	bool watching;
	int64_t poll_at;                /* clock_mono */
	struct watch *watch;

	int64_t last_answer;            /* clock_now; 0: none since the start */
	char trouble[COURIER_TROUBLE];
};

/* A batch: what it holds and what is known of it. */
struct parcel {
	struct sent sent;
	struct sent_item item[LIMIT_BATCH_COUNT];
	char partner[LIMIT_NAME + 1];
	struct buf have_note;           /* the checkpoint behind sent.have */
	struct buf body;                /* the request */
	int64_t from_num, next_num;     /* of what is given back: where it began, and where it goes on after this */
	size_t accepted;
	bool card;
};

/* A request under way, or its answer being committed. */
struct trip;
typedef void trip_answered(struct trip *t, const struct http_result *r);
typedef void trip_landed(struct trip *t);
struct trip {
	struct courier *c;
	struct link *link;
	trip_answered *answered;
	trip_landed *landed;
	struct parcel *parcel;
	unsigned epoch;
	uint64_t seq;                   /* of a card that is sent */
	size_t item;                    /* of a watch's list */
	enum tocsin_err err;            /* of the commit */
	char sentence[256];
	struct trip *next;
};

/* Something that has to wait for the disk or the keeper: WORK on the side thread without locks, DONE on the client's
 * thread. */
struct chore {
	struct courier *c;
	struct link *link;
	void (*work)(struct chore *ch);
	void (*done)(struct chore *ch);
	char name[LIMIT_NAME + 1], what[32];
	struct buf a, b;
	uint64_t seq;
	enum tocsin_err err;
	const char *result;
	char sentence[COURIER_TROUBLE];
	struct chore *next;
};

struct courier {
	struct exchange *x;
	pthread_mutex_t lock;           /* held during each callback */
	bool stopping;
	struct link **link;             /* sorted by name */
	struct outbox_claim *claim;     /* room for as many */
	size_t link_n, link_room;
	size_t last;                    /* whose turn it was */
	unsigned calls;                 /* HTTP requests under way */
	unsigned polls;                 /* of them, asking for witnessed receipts */
	bool look;                      /* the outbox is to be looked through */
	int64_t look_after;             /* not before that (clock_mono): looking takes at most a tenth of the time */
	uint64_t own_seq;
	int64_t scan_after;
	struct arena *arena;            /* of one callback */
	struct buf plain;

	pthread_mutex_t mail;           /* what follows; taken inside of lock, never the other way */
	pthread_cond_t bell;            /* for the side thread */
	pthread_cond_t calm;            /* for courier_stop: posted or commits went down */
	bool task_posted, woken, side_stop, orphan;
	unsigned commits;
	struct trip *landed;
	struct chore *chore, *chore_done;
	int64_t alarm_at;               /* clock_mono; INT64_MAX: none */
	pthread_t side;
	bool side_started;
};

/* ---- courier.c ---- */
/* The link of partner NAME, made when it is new; NULL when out of memory. */
struct link *courier_link(struct courier *c, const char *name);
void courier_post(struct courier *c);                                          /* runs the courier soon */
/* The next round begins at AT (clock_mono) at the latest; INT64_MAX: nothing is to be waited for. */
void courier_alarm(struct courier *c, int64_t at);
/* Sends a request for T (taken) to PATH under its link's current address of PEER; BODY may be NULL. False, T freed: it
 * has no address. */
bool courier_send(struct courier *c, struct trip *t, const struct peer *peer, const char *method, const char *path,
	const char *type, struct buf *body, size_t max);
/* Commits CH (taken) for T (taken); its landed is called when that is durable or failed. */
void courier_commit(struct courier *c, struct trip *t, struct change *ch);
struct trip *trip_new(struct courier *c, struct link *l);                      /* NULL when out of memory */
void trip_free(struct trip *t);                                                /* its parcel too */
bool courier_chore(struct courier *c, struct chore *ch);                       /* CH taken */
struct chore *chore_new(struct courier *c, struct link *l);

/* ---- delivery.c ---- */
/* One round: looks, tells cards, polls, sends what is due, sets the alarm. At the end of each callback. */
void delivery_round(struct courier *c);

/* ---- links.c ---- */
/* It answered well. */
void link_good(struct link *l);
/* An attempt that began in EPOCH failed for the reason WHY: next address, or back-off. BATCH: it carried statements. */
void link_fail(struct courier *c, struct link *l, unsigned epoch, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));
/* The same for an HTTP result that is not what was asked for; OFFLINE or a status. */
void link_fail_http(struct courier *c, struct link *l, unsigned epoch, const struct http_result *r);
/* What a bad verdict (fail_sentence) on T's answer means: evidence, fetching its card, back-off. NOTE: the signed
 * checkpoint. */
void link_judge(struct courier *c, struct trip *t, enum receipts_verdict v, struct bytes note);
void link_push_card(struct courier *c, struct link *l);
bool numbers_add(struct numbers *s, int64_t num);
void numbers_drop(struct numbers *s, int64_t num);
bool numbers_has(const struct numbers *s, int64_t num);

/* ---- parcel.c ---- */
/* An empty batch for PEER, with what is held of its log in READ. */
enum tocsin_err parcel_new(const struct desk *d, const struct peer *peer, struct snapshot *read,
	struct parcel **out) MUST_USE;
/* Seals NOTE and BODY to PEER and adds it. BAD: larger than an envelope may be (nothing is added); LATER: no room in
 * this batch. */
enum tocsin_err parcel_add(struct parcel *p, const struct peer *peer, const struct sent_item *item, struct bytes note,
	struct bytes body, struct buf *plain) MUST_USE;
/* Adds to P what is due for PEER by NOW, at most COUNT statements and BYTES of them. One that is too large for an envelope
 * stays out. */
enum tocsin_err parcel_fill(struct parcel *p, const struct peer *peer, struct snapshot *read, int64_t now, size_t count,
	size_t bytes, struct arena *a) MUST_USE;
void parcel_free(struct parcel *p);

/* ---- carry.c ---- */
/* The answer BODY of PEER, parsed as ANSWER, to what S says was sent: checked like one from the wire, and its receipts
 * stored. REFUSED: it does not count; what contradicts what is held is kept as evidence. Waits until durable. */
enum tocsin_err carry_answer(struct exchange *x, const struct peer *peer, struct sent *s, struct bytes body,
	const struct answer *answer, struct arena *a) MUST_USE;

/* ---- returns.c ---- */
void returns_next(struct courier *c, struct link *l);
/* ---- watch.c ---- */
void watch_poll(struct courier *c, struct link *l);
void watch_free(struct watch *w);

#endif
