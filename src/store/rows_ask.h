/*
 * rows_ask: requests as rows: by when an answer is due, and what came of it; what they mean is in desk/ask.h.
 */
#ifndef TOCSIN_STORE_ROWS_ASK_H
#define TOCSIN_STORE_ROWS_ASK_H

#include "store/rows.h"

struct ask_row {
	int64_t statement;
	const char *partner;
	bool ours;                      /* we asked */
	const char *type;               /* request.type; "": it does not say */
	int64_t urgency;
	int64_t within;                 /* microseconds from the receipt; 0: a time was named */
	bool firm;                      /* its time follows from what was signed */
	int64_t received_at, due_at;    /* 0: not received, not known yet */
	int64_t look_at;                /* when it is to be seen whether it was missed; 0: never */
	bool clock;                     /* its clock was started */
	bool held;                      /* at the door: its time runs, and no clock tells of it */
	int64_t extensions, extension;  /* how often more time was asked for; the last answer that was granted it */
	const char *state;              /* "open", "answered", "withdrawn" */
	int64_t answer;                 /* the final one */
	const char *result;
	int64_t closed_at;
	int64_t breach, breach_at;      /* our record that there was no answer in time */
};
typedef bool ask_each(void *arg, const struct ask_row *row);

/* In the arena; MISSING without a sentence: it is not a request that was followed. */
enum tocsin_err ask_get(struct snapshot *r, int64_t statement, struct arena *a, struct ask_row *out) MUST_USE;
/* The one of which the statement RECORD is our breach record. */
enum tocsin_err ask_of_breach(struct snapshot *r, int64_t record, struct arena *a, struct ask_row *out) MUST_USE;
/* Open ones about the statement ABOUT, or about what that is about. */
enum tocsin_err asks_about(struct snapshot *r, int64_t about, int64_t *nums, size_t max, size_t *n) MUST_USE;
/* Received, and without a clock; those to be looked at by NOW, soonest first, and when the next one is (INT64_MAX: never). */
enum tocsin_err asks_start(struct snapshot *r, size_t limit, ask_each *each, void *arg) MUST_USE;
enum tocsin_err asks_look(struct snapshot *r, int64_t now, size_t limit, ask_each *each, void *arg) MUST_USE;
enum tocsin_err asks_next(struct snapshot *r, int64_t *at) MUST_USE;

enum ask_list { ASK_LIST_OPEN, ASK_LIST_THEIRS, ASK_LIST_OURS, ASK_LIST_BREACHED, ASK_LIST_ANSWERED, ASK_LIST_ALL,
	ASK_LIST_PARTNER_OPEN, ASK_LIST_PARTNER };
/* Newest first, below BEFORE; THEIRS: open ones that we owe an answer to, OURS: that we wait for; PARTNER: of the last two only. */
enum tocsin_err asks_list(struct snapshot *r, enum ask_list which, const char *partner, int64_t before, size_t limit, ask_each *each,
	void *arg) MUST_USE;

/* A new one; of our own received_at is that of its receipt, when that is here. */
void change_ask_add(struct change *c, const struct ask_row *row);
/* What was held was passed: its clock is started. */
void change_ask_let_in(struct change *c, int64_t statement);
void change_ask_about(struct change *c, int64_t about, int64_t statement);
/* The receipt of our STATEMENT is here; harmless when it is not a request, or was received already. */
void change_ask_received(struct change *c, int64_t statement, int64_t now);
/* Of ROW: due_at, look_at, firm. The change fails with LATER when somebody else was quicker. */
void change_ask_started(struct change *c, const struct ask_row *row);
/* More time was asked for in EXTENSION: granted until DUE, to be looked at at LOOK; or counted only. */
void change_ask_extended(struct change *c, int64_t statement, int64_t extension, int64_t due, int64_t look);
void change_ask_counted(struct change *c, int64_t statement);
void change_ask_closed(struct change *c, int64_t statement, const char *state, int64_t answer, const char *result, int64_t at);
/* Its answer was withdrawn. Of ROW: due_at, look_at, firm. */
void change_ask_reopened(struct change *c, const struct ask_row *row);
void change_ask_later(struct change *c, int64_t statement, int64_t look);
/* This change's statement is the record that ROW was not answered in time; LATER when it is not open any more. */
void change_ask_breached(struct change *c, const struct ask_row *row, int64_t now);

#endif
