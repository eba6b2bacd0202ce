/*
 * rows_broker: what goes by way of a broker, at the three nodes that it concerns: tendered (its author's), custody (the
 * broker's), relayed (its recipient's).
 *
 * Each step of a row is one change that names the state in which it was found, and fails with LATER in any other: so it
 * is made once, whatever is killed.
 */
#ifndef TOCSIN_STORE_ROWS_BROKER_H
#define TOCSIN_STORE_ROWS_BROKER_H

#include "store/rows.h"

/* ---- at its author ---- */
struct tendered_row {
	int64_t statement;
	char broker[LIMIT_NAME + 1], recipient[LIMIT_NAME + 1];
	int64_t until;                          /* 0: policy, when it is tendered */
	int64_t tender;                         /* 0: not yet; -1: it cannot be */
	char said[16], code[17];
	int64_t said_when, said_at, custody;    /* when by the broker's word, and when that came; the statement that says it */
	bool proven;
};
/* MISSING without a sentence: it goes by no broker; it is not tendered with TENDER. */
enum tocsin_err tendered_of(struct snapshot *r, int64_t statement, struct tendered_row *out) MUST_USE;
enum tocsin_err tendered_by(struct snapshot *r, int64_t tender, struct tendered_row *out) MUST_USE;
/* Not tendered yet, up to the statement LAST, oldest first, at most MAX. */
enum tocsin_err tendered_open(struct snapshot *r, int64_t last, struct tendered_row *out, size_t max, size_t *n) MUST_USE;
/* This change's own statement, which has an outbox row: it is not the courier's any more. */
void change_tendered(struct change *c, const char *broker, const char *recipient, int64_t until);
/* This change's own statement is the tender of STATEMENT. */
void change_tendered_sent(struct change *c, int64_t statement, int64_t until);
void change_tendered_stuck(struct change *c, int64_t statement, const char *code, int64_t now);
/* ROW's said, code, said_when, said_at, custody and proven; nothing when the receipt is here already. */
void change_tendered_said(struct change *c, const struct tendered_row *row);

/* ---- at the broker ---- */
struct custody_row {
	int64_t tender;
	struct hash label;
	char tenderer[LIMIT_NAME + 1], recipient[LIMIT_NAME + 1];
	int64_t size, at, until;
	char state[16], code[17];
	int64_t relay, heard, told;
};
enum tocsin_err custody_of(struct snapshot *r, int64_t tender, struct custody_row *out) MUST_USE;
enum tocsin_err custody_todo(struct snapshot *r, struct custody_row *out, size_t max, size_t *n) MUST_USE;
/* Held, by their end, behind (UNTIL, TENDER). */
enum tocsin_err custody_held(struct snapshot *r, int64_t until, int64_t tender, struct custody_row *out, size_t max,
	size_t *n) MUST_USE;
/* How many are held, of how many bytes together; how many TENDERER has handed over since. */
enum tocsin_err custody_sum(struct snapshot *r, int64_t *count, int64_t *bytes) MUST_USE;
enum tocsin_err custody_since(struct snapshot *r, const char *tenderer, int64_t since, int64_t *count) MUST_USE;
/* Of ROW: tender, label, tenderer, recipient, size, at, until; code: it is to be refused for that. */
void change_custody_add(struct change *c, const struct custody_row *row);
/* ROW, as it was read, is in STATE now; MORE: another step follows. */
void change_custody_step(struct change *c, const struct custody_row *row, const char *state, const char *code, bool more);
/* This change's own statement is its relay. */
void change_custody_relayed(struct change *c, const struct custody_row *row);
/* The recipient of RELAY has said something of it in statement NUM. */
void change_custody_heard(struct change *c, int64_t relay, int64_t num);
/* ROW's tenderer is told STATE, on the word of statement TOLD. */
void change_custody_told(struct change *c, const struct custody_row *row, const char *state, const char *code, int64_t told);

/* ---- at its recipient ---- */
struct relayed_row {
	int64_t relay;
	struct hash label;
	char broker[LIMIT_NAME + 1];
	int64_t until;
	char state[16], code[17];
	bool has_inner;
	struct hash inner;                      /* the id of the statement that was in it */
	int64_t next_at, attempts;
};
enum tocsin_err relayed_of(struct snapshot *r, int64_t relay, struct relayed_row *out) MUST_USE;
/* The first that brought the statement ID. */
enum tocsin_err relayed_inner(struct snapshot *r, const struct hash *id, struct relayed_row *out) MUST_USE;
/* To be tried, the soonest first. */
enum tocsin_err relayed_due(struct snapshot *r, struct relayed_row *out, size_t max, size_t *n) MUST_USE;
void change_relayed_add(struct change *c, int64_t relay, const struct hash *label, const char *broker, int64_t until,
	int64_t now);
void change_relayed_logged(struct change *c, int64_t relay);
void change_relayed_later(struct change *c, int64_t relay, int64_t next_at, const char *code);
/* INNER: NULL when it is not known what was in it. */
void change_relayed_done(struct change *c, int64_t relay, const char *state, const char *code, const struct hash *inner);

/* Every label of others that is here, for whoever accounts for the log. */
typedef bool label_each(void *arg, const struct hash *label);
enum tocsin_err labels_each(struct snapshot *r, label_each *each, void *arg) MUST_USE;

#endif
