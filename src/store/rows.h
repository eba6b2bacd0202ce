/*
 * rows: the rows of the database, read and changed by typed functions; the only way in for desk, exchange and publish.
 *
 * Reads take a snapshot.  One thing: OK, MISSING with a sentence, BROKEN.  Many: a callback for each row, which returns false to stop; what it gets is borrowed until
 * it returns.  What is put into an arena lives as long as the arena; an arena that is full gives BROKEN.  Changes are added to a change and take effect when the
 * writer commits it; strings are copied, none may be NULL.
 */
#ifndef TOCSIN_STORE_ROWS_H
#define TOCSIN_STORE_ROWS_H

#include "proof/merkle.h"
#include "store/store.h"

/* ---- meta: the few facts about the node itself, by key ---- */
enum tocsin_err meta_get(struct snapshot *r, const char *key, struct buf *value) MUST_USE;      /* appended to VALUE */
void change_meta(struct change *c, const char *key, struct bytes value);
void change_meta_delete(struct change *c, const char *key);

/* ---- statements ---- */
enum tocsin_err statement_by_num(struct snapshot *r, int64_t num, struct arena *a, struct statement_row *out) MUST_USE;
enum tocsin_err statement_by_id(struct snapshot *r, const struct hash *id, struct arena *a, struct statement_row *out) MUST_USE;
/* HEX: 8 to 64 lower-case hex digits of an id. BAD when it is not that, REFUSED when more than one statement begins with it. */
enum tocsin_err statement_by_prefix(struct snapshot *r, const char *hex, struct arena *a, struct statement_row *out) MUST_USE;
/* The number alone, without reading the row's content: *num. */
enum tocsin_err statement_num(struct snapshot *r, const struct hash *id, int64_t *num) MUST_USE;

struct statement_filter {
	int issued;                         /* -1 either, 0 accepted, 1 issued */
	const char *peer, *kind;            /* NULL: any */
	int64_t before_num;                 /* only smaller numbers; 0: from the newest */
	size_t limit;                       /* at most so many; 0: 100 */
	bool body;                          /* body and opened too; otherwise they are empty */
	int64_t without;                    /* only those that have none of these marks */
};
typedef bool statement_each(void *arg, const struct statement_row *row);
/* The marks of statement NUM; 0 when there is none. */
enum tocsin_err statement_marks(struct snapshot *r, int64_t num, int64_t *marks) MUST_USE;
/* Newest first. re is not filled in (statement_refs). */
enum tocsin_err statement_list(struct snapshot *r, const struct statement_filter *f, statement_each *each, void *arg) MUST_USE;
/* Statements with PEER, oldest first, FROM_NUM <= num <= UNTIL_NUM, at most LIMIT, with bodies: sending again to a partner whose log was put back. */
enum tocsin_err statement_list_from(struct snapshot *r, const char *peer, int64_t from_num, int64_t until_num, size_t limit, statement_each *each, void *arg) MUST_USE;
/* The smallest number of a statement with PEER that this node has known since SINCE; 0 when there is none. */
enum tocsin_err statement_since(struct snapshot *r, const char *peer, int64_t since, int64_t *num) MUST_USE;
/* The largest number given out; 0 when none. */
enum tocsin_err statement_last(struct snapshot *r, int64_t *num) MUST_USE;
/* Numbers of the statements that refer to ID (known or not), ascending, the first MAX; how many into *n. */
enum tocsin_err statement_re(struct snapshot *r, const struct hash *id, int64_t *nums, size_t max, size_t *n) MUST_USE;
/* What statement NUM refers to, sorted; none is no error. */
enum tocsin_err statement_refs(struct snapshot *r, int64_t num, struct hash re[LIMIT_REFS], size_t *n) MUST_USE;
/* Sets the bits of SET, clears those of CLEAR. */
void change_statement_mark(struct change *c, int64_t num, int64_t set, int64_t clear);
/* Deletes body, opened and what search finds of them, keeps the note, sets STATEMENT_MARK_FORGOTTEN. */
void change_statement_forget(struct change *c, int64_t num);

/* ---- cards ---- */
/* Appended to OUT in the form of a chain file: notes with one empty line between. MISSING when there is no card of NAME. */
enum tocsin_err card_chain(struct snapshot *r, const char *name, struct buf *out) MUST_USE;
enum tocsin_err card_latest(struct snapshot *r, const char *name, struct buf *note) MUST_USE;
enum tocsin_err card_at(struct snapshot *r, const char *name, uint64_t seq, struct buf *note) MUST_USE;
/* The change fails with LATER when a card of this name and seq is there already (compare, then decide: the same, or equivocation). */
void change_card(struct change *c, const char *name, uint64_t seq, const struct hash *id, struct bytes note, int64_t at);

/* ---- partners, groups, witnesses ---- */
struct partner_row {
	const char *name;
	const char *state;                  /* "unconfirmed", "confirmed", "distrusted", "stranger" */
	const char *reason;
	int64_t quorum;                     /* organisations; 0: none */
	int64_t added_at, changed_at;
	uint64_t card_known;                /* seq of our own card that it has confirmed to hold; 0: none */
};
enum tocsin_err partner_get(struct snapshot *r, const char *name, struct arena *a, struct partner_row *out) MUST_USE;
typedef bool partner_each_row(void *arg, const struct partner_row *row);
enum tocsin_err partner_each(struct snapshot *r, partner_each_row *each, void *arg) MUST_USE;     /* by name */
/* A new partner; the change fails with LATER when it is there already. */
void change_partner_put(struct change *c, const struct partner_row *row);
/* These fail with LATER when there is no such partner. */
void change_partner_state(struct change *c, const char *name, const char *state, const char *reason, int64_t now);
void change_partner_quorum(struct change *c, const char *name, int64_t quorum, int64_t now);
void change_partner_card_known(struct change *c, const char *name, uint64_t seq);               /* only grows; no failure when it would not */
void change_partner_card_forgotten(struct change *c, const char *name);                         /* back to 0: it is to be told again */
void change_partner_remove(struct change *c, const char *name);                                 /* from its groups too; cards and statements stay */

typedef bool name_each(void *arg, const char *name);
typedef bool member_each(void *arg, const char *group, const char *member);
enum tocsin_err group_each(struct snapshot *r, member_each *each, void *arg) MUST_USE;          /* every member of every group, by group, member */
enum tocsin_err group_members(struct snapshot *r, const char *group, name_each *each, void *arg) MUST_USE;
void change_group_put(struct change *c, const char *group, const char *member);                 /* harmless when there already */
void change_group_remove(struct change *c, const char *group, const char *member);

enum tocsin_err witness_each(struct snapshot *r, name_each *each, void *arg) MUST_USE;          /* by name */
void change_witness_add(struct change *c, const char *name, int64_t now);
void change_witness_remove(struct change *c, const char *name);

/* ---- logs of others ---- */
struct peer_log {
	char origin[LIMIT_KEY_NAME + 1];
	char name[LIMIT_NAME + 1];          /* whose log; empty in a witnessed row */
	uint64_t size;
	struct hash root;
	struct bytes note;
	int64_t at;
};
/* The largest checkpoint held of ORIGIN; note in the arena. */
enum tocsin_err peer_log_get(struct snapshot *r, const char *origin, struct arena *a, struct peer_log *out) MUST_USE;
typedef bool peer_log_each_row(void *arg, const struct peer_log *row);
enum tocsin_err peer_log_each(struct snapshot *r, peer_log_each_row *each, void *arg) MUST_USE;
/* Kept when its size is larger than what is held (or the same size and root, with another note, as cosignatures come); otherwise nothing happens. */
void change_peer_log(struct change *c, const struct peer_log *row);
/* The last checkpoint that this node cosigned for ORIGIN. */
enum tocsin_err witnessed_get(struct snapshot *r, const char *origin, struct arena *a, struct peer_log *out) MUST_USE;
/* Compare and swap: LATER unless the row's size is OLD (0: there is no row, or its size is 0) and the new size is larger, or the same with the same root. */
void change_witnessed(struct change *c, uint64_t old, const struct peer_log *row);

struct conflict_row {
	int64_t num, at;
	const char *name, *what, *sentence; /* whose; "card", "log", "statement", …; in words */
	struct bytes a, b;                  /* the two signed things */
};
void change_conflict(struct change *c, const struct conflict_row *row);                         /* num is handed out; at most one a change */
typedef bool conflict_each_row(void *arg, const struct conflict_row *row);
enum tocsin_err conflict_each(struct snapshot *r, int64_t after_num, size_t limit, conflict_each_row *each, void *arg) MUST_USE;

/* ---- outbox ---- */
struct outbox_row {
	int64_t num;
	const char *partner, *state;        /* "waiting", "refused" (stays with the author), "closed" (kept, never sent again) */
	int urgency;                        /* 0 imminent, 1 urgent, 2 routine */
	int64_t attempts, next_at;
	const char *code, *sentence;        /* of the last refusal or failure; empty: none */
	int64_t since;
};
struct outbox_item {
	struct outbox_row row;
	struct statement_row statement;     /* id, at, kind, peer, note, body, known_at, marks, log position; no opened, no re */
};
/* What is waiting for PARTNER and due at NOW, by urgency and number, without what SKIP (may be NULL) says of its number, whose content is then not even read: at most LIMIT (up
 * to 1,024), and no more once notes and bodies together pass MAX_BYTES (at least one). All in the arena. */
typedef bool outbox_skip(void *arg, int64_t num);
enum tocsin_err outbox_due(struct snapshot *r, const char *partner, int64_t now, size_t limit, size_t max_bytes, outbox_skip *skip, void *skip_arg, struct arena *a,
	struct outbox_item **items, size_t *n) MUST_USE;
/* Every partner that has something waiting, and when the first of it is due. */
typedef bool outbox_partner_each(void *arg, const char *partner, int64_t next_at);
enum tocsin_err outbox_partners(struct snapshot *r, outbox_partner_each *each, void *arg) MUST_USE;
typedef bool outbox_count_each(void *arg, const char *partner, const char *state, int64_t count, int64_t oldest_since);
enum tocsin_err outbox_counts(struct snapshot *r, outbox_count_each *each, void *arg) MUST_USE;
enum tocsin_err outbox_get(struct snapshot *r, int64_t num, struct arena *a, struct outbox_row *out) MUST_USE;
typedef bool outbox_each_row(void *arg, const struct outbox_row *row);
/* Rows in STATE ("refused", …) with num > AFTER_NUM, by number. */
enum tocsin_err outbox_list(struct snapshot *r, const char *state, int64_t after_num, size_t limit, outbox_each_row *each, void *arg) MUST_USE;
void change_outbox_done(struct change *c, int64_t num);                                         /* the receipt is here: the row goes */
void change_outbox_later(struct change *c, int64_t num, int64_t attempts, int64_t next_at, const char *code, const char *sentence);
void change_outbox_refused(struct change *c, int64_t num, const char *code, const char *sentence);
void change_outbox_close(struct change *c, int64_t num, const char *sentence);
void change_outbox_retry(struct change *c, int64_t num, int64_t now);                           /* refused or closed: waiting again, due now */
/* A row for the statement NUM that has none (sending again to a partner whose log was put back); harmless when it has one. */
void change_outbox_again(struct change *c, int64_t num, const char *partner, int urgency, int64_t now);

/* ---- receipts ---- */
struct receipt_row {
	int64_t num;
	char origin[LIMIT_KEY_NAME + 1];
	uint64_t index;
	struct merkle_proof hashes;         /* of the checkpoint below */
	struct bytes checkpoint;            /* the note that came with it */
	int64_t received_at;
	struct bytes proof;                 /* the witnessed tlog-proof; empty until then */
	int64_t witnessed_at;               /* 0 until then */
	bool overdue;
};
/* The checkpoint note that the receipts of this change stand on. At most one a change; before the receipts. */
void change_receipt_checkpoint(struct change *c, struct bytes note);
/* A receipt for NUM under this change's checkpoint. It takes the place of one that is not witnessed (whose log may be gone); a witnessed one stays. */
void change_receipt(struct change *c, int64_t num, const char *origin, uint64_t index, const struct merkle_proof *hashes, int64_t now);
void change_receipt_witnessed(struct change *c, int64_t num, struct bytes proof, int64_t at);
void change_receipt_overdue(struct change *c, int64_t num);
enum tocsin_err receipt_get(struct snapshot *r, int64_t num, struct arena *a, struct receipt_row *out) MUST_USE;
typedef bool receipt_each(void *arg, const struct receipt_row *row, const struct hash *id);
/* Received, not yet witnessed, under ORIGIN, oldest first; ID is the statement's. checkpoint is empty. */
enum tocsin_err receipts_unwitnessed(struct snapshot *r, const char *origin, size_t limit, receipt_each *each, void *arg) MUST_USE;
/* The same over all origins, received before BEFORE and not yet marked overdue. */
enum tocsin_err receipts_late(struct snapshot *r, int64_t before, size_t limit, receipt_each *each, void *arg) MUST_USE;
/* Origins with unwitnessed receipts, how many, the oldest's time, and how many of them are overdue. */
typedef bool receipt_count_each(void *arg, const char *origin, int64_t count, int64_t oldest, int64_t overdue);
enum tocsin_err receipt_counts(struct snapshot *r, receipt_count_each *each, void *arg) MUST_USE;

/* ---- a log that was put back: theirs (restoring), ours (resuming) ---- */
struct restoring_row {
	const char *partner;
	int64_t since, next_num, until_num;
};
enum tocsin_err restoring_get(struct snapshot *r, const char *partner, struct arena *a, struct restoring_row *out) MUST_USE;
typedef bool restoring_each_row(void *arg, const struct restoring_row *row);
enum tocsin_err restoring_each(struct snapshot *r, restoring_each_row *each, void *arg) MUST_USE;
void change_restoring_put(struct change *c, const struct restoring_row *row);                   /* replaces */
void change_restoring_advance(struct change *c, const char *partner, int64_t next_num);         /* only forward */
void change_restoring_delete(struct change *c, const char *partner);
struct resuming_row {
	const char *partner, *origin;
	uint64_t size;
	int64_t since;
};
typedef bool resuming_each_row(void *arg, const struct resuming_row *row);
enum tocsin_err resuming_each(struct snapshot *r, resuming_each_row *each, void *arg) MUST_USE;
void change_resuming_put(struct change *c, const struct resuming_row *row);                     /* replaces */
void change_resuming_delete(struct change *c, const char *partner, const char *origin);

/* ---- events ---- */
struct event_row {
	int64_t seq, at;
	const char *kind;
	int64_t num;                        /* the statement it is about; 0: none */
	const char *subject;
};
typedef bool event_each_row(void *arg, const struct event_row *row);
enum tocsin_err event_each(struct snapshot *r, int64_t after_seq, size_t limit, event_each_row *each, void *arg) MUST_USE;

#endif
