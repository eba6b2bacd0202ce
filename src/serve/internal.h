/*
 * internal: what the files of serve/ share. Nobody outside the folder (but its tests) includes it.
 *
 * Threads.  A listener's thread finds the operation, checks the token and queues the call; a worker parses the body,
 * runs the handler and answers.  A handler may leave the call to the waits thread, which queues it again when what it
 * waits for is there or its time is over.  A struct asked lives in the call's arena: it is gone when the call is
 * answered.
 */
#ifndef TOCSIN_SERVE_INTERNAL_H
#define TOCSIN_SERVE_INTERNAL_H

#include <pthread.h>
#include <stdatomic.h>

#include "api/operation.h"
#include "base/log.h"
#include "desk/access.h"
#include "desk/directory.h"
#include "net/http.h"
#include "serve/auth.h"
#include "serve/cursor.h"
#include "serve/serve.h"

#define ANSWER_MAX (64u << 20)

struct queue;
struct rate;
struct waits;
struct streams;

struct serve {
	struct serve_config config;
	const struct desk *desk;
	struct exchange *exchange;
	struct queue *queue;
	struct queue *slow;                           /* one thread, for what takes long (OPERATION_SLOW) */
	struct waits *waits;
	struct streams *streams;
	struct http_server *unix_server;
	/* Of desk_server: it is started and stopped while calls of the other listener are answered. */
	pthread_mutex_t lock;
	struct http_server *desk_server;
	struct auth *auth;
	struct rate *rate;                            /* of each account: policy api.rate */
	char run[33];                                 /* which run of the node this is */
	uint8_t cursor_key[CURSOR_KEY];
	atomic_uint_fast64_t requests, refused;       /* answered; without a valid token */
};

/* How somebody showed who it is; the view is made from it each time anew, so that what has ended is refused at once. */
enum who_kind { WHO_NOBODY, WHO_OPERATOR, WHO_SESSION };
struct who {
	enum who_kind kind;
	struct hash session;
};

/* One call on its way. */
struct asked {
	struct asked *next;                     /* the queue's, or the waits' */
	struct serve *serve;
	struct http_call *call;
	struct arena *arena;                    /* the call's */
	const struct api_operation *op;
	const char *parameter;                  /* what stands for {...} in the path */
	struct who who;
	bool local;                             /* over the node's socket */
	struct view view;                       /* who asks, made by the worker */
	unsigned retry;                         /* of a failure: seconds for Retry-After; 0: as the status has it */
	json_t *body;                           /* parsed and checked, for BODY_JSON; NULL when it was empty */

	const char *key;                        /* of a request that is to be done once (repeat.h); NULL: none */

	unsigned status;                        /* of a failure, where it is not what api_status says; 0: that */
	char etag[72];                          /* the version of what is answered; empty: none */
	bool *streamed;                         /* set by a handler that has answered with a stream (streams.h) */
	json_t *answer;                         /* set by the handler (taken): answered as JSON; or */
	struct buf out;                         /* these bytes of */
	const char *type;                       /* this type; NULL: JSON */

	bool again;                             /* it was kept: what is done once is done */
	bool waited;                            /* it was kept long enough: answer now */
	int64_t deadline;                       /* monotonic, while it is kept */
	int64_t until;                          /* how long it may be kept in all */
	int64_t wait_event, wait_num;           /* for an event behind this one; for the receipt of this statement */
	bool wait_following;                    /* for more to be followed than wait_followed */
	int64_t wait_followed;
};
typedef enum tocsin_err op_handler(struct serve *s, struct asked *q);

/* ---- queue.c ---- */
struct queue *queue_start(unsigned threads, void (*run)(struct asked *q));      /* NULL with a sentence */
bool queue_put(struct queue *k, struct asked *q, bool always);                  /* false: full, and not ALWAYS */
void queue_stop(struct queue *k);                                               /* runs what waits; safe on NULL */

/* ---- waits.c ---- */
struct waits *waits_start(struct serve *s);                                     /* NULL with a sentence */
/* Keeps Q until its deadline or until what it waits for is there; false when too many wait already. */
bool waits_keep(struct waits *w, struct asked *q);
void waits_end(struct waits *w); /* all that is kept is answered now, and from now on at once */
void waits_stop(struct waits *w);                                               /* safe on NULL */
/* Whether the way of statement NUM to its recipient has come to an end: a receipt, a refusal, nothing to deliver. */
enum tocsin_err waits_settled(struct snapshot *r, int64_t num, struct arena *a, bool *settled) MUST_USE;
/* The query's "wait" as a deadline: true when Q is to be kept (it asks for it and was not kept yet). */
enum tocsin_err waits_asked(struct asked *q, bool *keep) MUST_USE;

/* ---- who.c ---- */
/* Who the header of Q's call is (q->who), on the listener's thread. REFUSED, with q->status: nobody who may ask Q's
 * operation. */
enum tocsin_err who_ask(struct asked *q) MUST_USE;
/* The view of W now. REFUSED: its session has ended. USED: it asks something. */
enum tocsin_err who_view(const struct serve *s, struct snapshot *read, const struct who *w, bool used,
	struct view *out) MUST_USE;
/* Makes q->view and decides, in one place, whether Q's operation may be asked: scope of the token, right of the roles.
 * A refusal is in the audit trail. */
enum tocsin_err who_may(struct asked *q) MUST_USE;
/* What Q's handler came to: when a rule of the desk refused it, or what was asked for is not there, or not for Q's asker
 * (these are the same), that is in the audit trail, too. */
enum tocsin_err who_refused(struct asked *q, enum tocsin_err err) MUST_USE;
void who_wrong(struct asked *q);        /* what was shown is not right: its address may try a few times */
bool who_limited(struct asked *q);      /* its address tried too often: to log in, or another token */

/* ---- the handlers ---- */
op_handler op_status, op_operations, op_card, op_card_next, op_partners, op_partner, op_partner_add, op_partner_confirm,
	op_partner_distrust, op_partner_quorum, op_groups, op_group_put, op_group_delete, op_witnesses, op_witness_put,
	op_witness_delete, op_issue, op_statements, op_statement, op_close_delivery, op_evidence, op_log, op_events, op_event_stream,
	op_carry_out, op_carry_in, op_clock, op_page, op_style, op_metrics;
op_handler op_share, op_audit, op_audit_check;
op_handler op_login, op_logout, op_whoami, op_accounts, op_account, op_account_add, op_account_edit, op_account_password,
	op_account_totp, op_tokens, op_token_add, op_token_end, op_delegations, op_delegation_add, op_delegation_end,
	op_units, op_unit_put, op_compartments, op_compartment_put, op_escalation, op_escalation_put, op_handovers,
	op_handover_start, op_handover, op_handover_accept;
op_handler op_doors, op_door, op_door_pass, op_door_refuse, op_door_withdraw;
op_handler op_search;
op_handler op_leads, op_lead, op_lead_open, op_lead_assign, op_lead_assess, op_lead_step, op_lead_review, op_lead_close, op_lead_reopen;
op_handler op_match, op_match_agree, op_match_end;
op_handler op_custody;
op_handler op_custody, op_author;
op_handler op_strangers, op_stranger, op_stranger_adopt, op_stranger_drop, op_partner_vouch;
op_handler op_asks, op_ask;
op_handler op_exposure, op_silence, op_silence_ack;
op_handler op_draft_add, op_drafts, op_draft, op_draft_edit, op_draft_propose, op_draft_release, op_draft_refuse,
	op_draft_withdraw, op_draft_review, op_determine, op_profile, op_profile_put;
op_handler op_correction_open, op_corrections, op_correction, op_correction_held, op_correction_propose,
	op_correction_agree, op_correction_refuse, op_correction_close, op_correction_reply;
op_handler op_screen_rules, op_screen_rules_put, op_protected, op_protected_add, op_protected_remove;
op_handler op_policy, op_policy_set, op_policy_preset;
op_handler op_clocks, op_clock_one, op_clock_ack, op_clock_hand;
op_handler op_channels, op_channel_add, op_channel_remove, op_channel_test, op_pages, op_page_ack;
op_handler op_retract, op_reach, op_forget_propose, op_forgettings, op_forget_agree, op_forget_object, op_hold, op_hold_release,
	op_holds, op_retention, op_keep;
op_handler op_contacts, op_contact, op_contact_put, op_contact_delete, op_file_stage, op_file, op_delivered, op_script, op_sheet;
op_handler op_draft_file_put, op_draft_file_remove, op_draft_file;

/* Names of roles as bits; BAD names the one that there is not. */
enum tocsin_err serve_roles(const json_t *list, unsigned *roles) MUST_USE;
/* The member "until", or FROM and the member "seconds". */
enum tocsin_err serve_until(const struct asked *q, int64_t from, int64_t *until) MUST_USE;
/* Header fields that every answer of the desk has. */
void serve_headers(struct http_call *call, const char *type);
/* What is answered is VERSION of something: a header ETag. */
void etag_set(struct asked *q, int64_t version);
/* If-Match against VERSION, which must be named: 428 without it, 412 when it is another one. */
enum tocsin_err etag_match(struct asked *q, int64_t version) MUST_USE;
/* The query parameter NAME as OP's table has it. */
enum tocsin_err query_int(struct asked *q, const char *name, int64_t deflt, int64_t *v) MUST_USE;
enum tocsin_err query_str(struct asked *q, const char *name, const char **v) MUST_USE; /* NULL when absent or empty */
enum tocsin_err query_kind(struct asked *q, const char **v) MUST_USE;   /* "kind" of a statement, likewise; BAD: there is none such */
/* The statement that the path names by its id or the beginning of it, if Q's asker sees it; in Q's arena. */
enum tocsin_err path_statement(struct asked *q, struct snapshot *r, struct statement_row *row) MUST_USE;
/* Before anything of ROW leaves: that Q's asker was shown LINES (names) of it; that WHAT was made of it. */
enum tocsin_err note_opened(struct asked *q, const struct statement_row *row, const char *lines) MUST_USE;
enum tocsin_err note_export(struct asked *q, const struct statement_row *row, const char *what) MUST_USE;
/* Q's asker decided WHAT about SUBJECT: a row of the audit trail in C, unless nobody can be named. */
void note_decision(const struct asked *q, struct change *c, const char *what, const char *subject, const char *detail);
/* Submits C (NULL: out of memory) and, when it is durable, reads the directory's entry of NAME (NULL: none) again and
 * wakes the courier. */
enum tocsin_err commit_about(struct serve *s, struct change *c, const char *name) MUST_USE;
json_t *json_time(int64_t t);           /* "" for 0 */
json_t *json_hash(const struct hash *h);
/* All of status: shared by the operation, the page and the metrics. */
enum tocsin_err status_make(struct serve *s, json_t **out) MUST_USE;
/* What Q's asker may know of it; whether V is told all: whoever runs the node. */
enum tocsin_err status_for(struct asked *q, json_t **out) MUST_USE;
bool status_all(const struct view *v);

/* A page under construction: text is escaped. */
void html_text(struct buf *out, const char *s);
extern const char page_style[];

#endif
