/*
 * rows_keep: what was said about what, whom a retraction is to reach, how long content is kept, and what is forgotten.
 * As rows.h.
 */
#ifndef TOCSIN_STORE_ROWS_KEEP_H
#define TOCSIN_STORE_ROWS_KEEP_H

#include "store/rows.h"

typedef bool num_each(void *arg, int64_t num);

/* ---- what went out together, and what refers to what ---- */
/* This change's statement is one of BATCH, a number at random. */
void change_together(struct change *c, int64_t batch);
/* The statements of NUM's batch; of the draft that NUM was released from; of DRAFT: NUM itself among them, at most LIMIT. */
enum tocsin_err together_each(struct snapshot *r, int64_t num, size_t limit, num_each *each, void *arg) MUST_USE;
enum tocsin_err released_with(struct snapshot *r, int64_t num, size_t limit, num_each *each, void *arg) MUST_USE;
enum tocsin_err released_of(struct snapshot *r, int64_t draft, size_t limit, num_each *each, void *arg) MUST_USE;

#define DERIVED_DRAFT "draft"
struct derived_row {
	const char *kind;                   /* of the statement; DERIVED_DRAFT: num is a draft's */
	int64_t num;
	const char *party, *word;           /* who says it; its stage, outcome or result */
	int64_t at;
};
/* ROW rests on SOURCE; harmless when it is there already. */
void change_derived(struct change *c, int64_t source, const struct derived_row *row);
typedef bool derived_each_row(void *arg, const struct derived_row *row);
enum tocsin_err derived_each(struct snapshot *r, int64_t source, size_t limit, derived_each_row *each, void *arg) MUST_USE;
/* Newest first. */
enum tocsin_err derived_kind(
	struct snapshot *r, int64_t source, const char *kind, size_t limit, derived_each_row *each, void *arg) MUST_USE;
/* What NUM of KIND rests on. */
enum tocsin_err derived_sources(
	struct snapshot *r, int64_t num, const char *kind, size_t limit, num_each *each, void *arg) MUST_USE;

/* ---- reach ---- */
struct reach_row {
	int64_t retracted, statement;
	const char *recipient, *why;        /* "itself", "sent together", "update", … */
	int64_t retraction;                 /* statement.num; 0: not issued yet; -1: it cannot be, as long as its recipient is no partner */
	int64_t asked_at;
	const char *reason;                 /* of one that is not issued yet */
};
void change_reach(struct change *c, const struct reach_row *row);       /* harmless when it is there already */
/* This change's statement is the retraction of STATEMENT; the change fails with LATER when there is one already. */
void change_reach_done(struct change *c, int64_t retracted, int64_t statement);
void change_reach_known(struct change *c, int64_t statement, int64_t retraction);
void change_reach_stuck(struct change *c, int64_t retracted, int64_t statement);        /* -1 */
void change_reach_again(struct change *c, int64_t retracted, const char *reason);       /* those that were stuck */
typedef bool reach_each_row(void *arg, const struct reach_row *row);
enum tocsin_err reach_each(
	struct snapshot *r, int64_t retracted, int64_t after, size_t limit, reach_each_row *each, void *arg) MUST_USE;
/* Those without a retraction. */
enum tocsin_err reach_open(struct snapshot *r, int64_t retracted, size_t limit, reach_each_row *each, void *arg) MUST_USE;
/* Those of every retraction, at most LIMIT. */
enum tocsin_err reach_pending(struct snapshot *r, size_t limit, reach_each_row *each, void *arg) MUST_USE;
/* By which retraction STATEMENT was reached, if by one. MISSING without a sentence. */
enum tocsin_err reach_of(struct snapshot *r, int64_t statement, struct arena *a, struct reach_row *out) MUST_USE;

/* ---- how long content is kept ---- */
struct retention_row {
	int64_t statement;
	const char *class;
	int64_t since, asked_at;
};
void change_retention(struct change *c, int64_t statement, const char *class, int64_t since);   /* the first one stays */
void change_retention_since(struct change *c, int64_t statement, int64_t since);                /* and asks again then */
void change_retention_asked(struct change *c, int64_t statement, int64_t now);                  /* LATER: was asked before */
enum tocsin_err retention_get(struct snapshot *r, int64_t statement, struct arena *a, struct retention_row *out) MUST_USE;
typedef bool retention_each_row(void *arg, const struct retention_row *row);
/* Of CLASS, since BEFORE at the latest and not asked for, oldest first. */
enum tocsin_err retention_due(
	struct snapshot *r, const char *class, int64_t before, size_t limit, retention_each_row *each, void *arg) MUST_USE;

/* Those that were asked for and are not decided about, the oldest first. */
enum tocsin_err retention_asked(struct snapshot *r, size_t limit, retention_each_row *each, void *arg) MUST_USE;
/* How many of them were asked for since AT. */
enum tocsin_err retention_asked_since(struct snapshot *r, int64_t at, int64_t *n) MUST_USE;

struct hold_row {
	int64_t num;
	const char *id;
	int64_t statement;
	const char *reason, *account;
	int64_t at, ended_at;
	const char *ended_by;
};
void change_hold(struct change *c, const struct hold_row *row);                                 /* num is handed out */
void change_hold_end(struct change *c, int64_t num, const char *account, int64_t now);          /* LATER: ended already */
/* The hold that runs on STATEMENT; MISSING without a sentence. */
enum tocsin_err hold_get(struct snapshot *r, int64_t statement, struct arena *a, struct hold_row *out) MUST_USE;
typedef bool hold_each_row(void *arg, const struct hold_row *row);
enum tocsin_err hold_each(struct snapshot *r, int64_t before, size_t limit, hold_each_row *each, void *arg) MUST_USE;

/* ---- forgetting ---- */
struct forgetting_row {
	int64_t num;
	const char *id;
	int64_t statement;
	const char *reason, *state;
	const char *proposed_by;
	int64_t proposed_at;
	const char *agreed_by;
	int64_t agreed_at, due_at;
	const char *ended_by;
	int64_t ended_at;
	const char *ended_why;
};
/* The change fails with LATER when one of this statement runs already. */
void change_forgetting(struct change *c, const struct forgetting_row *row);                     /* num is handed out */
/* The same of one that a second person has agreed on already. */
void change_forgetting_two(struct change *c, const struct forgetting_row *row);
void change_forgetting_agree(struct change *c, int64_t num, const char *account, int64_t now, int64_t due_at);
void change_forgetting_end(
	struct change *c, int64_t num, const char *state, const char *account, int64_t now, const char *why);
enum tocsin_err forgetting_get(struct snapshot *r, const char *id, struct arena *a, struct forgetting_row *out) MUST_USE;
/* The newest of STATEMENT; MISSING without a sentence. */
enum tocsin_err forgetting_of(struct snapshot *r, int64_t statement, struct arena *a, struct forgetting_row *out) MUST_USE;
typedef bool forgetting_each_row(void *arg, const struct forgetting_row *row);
enum tocsin_err forgetting_each(
	struct snapshot *r, int64_t before, size_t limit, forgetting_each_row *each, void *arg) MUST_USE;     /* newest first */
enum tocsin_err forgetting_due(
	struct snapshot *r, int64_t now, size_t limit, forgetting_each_row *each, void *arg) MUST_USE;
/* Deletes what is derived from the content of STATEMENT: the words of its answers' rows, its retention. */
void change_forget_derived(struct change *c, int64_t statement);
/* Deletes the content of a draft, of its versions and decisions, and its files. */
void change_forget_draft(struct change *c, int64_t draft);
/* The lines' hashes, as body.txt of a bundle has them when all are kept back. */
void change_stub(struct change *c, int64_t statement, struct bytes lines);
/* Appended to OUT; MISSING without a sentence. */
enum tocsin_err stub_get(struct snapshot *r, int64_t statement, struct buf *out) MUST_USE;
/* Behind number AFTER, oldest first, in any state. */
enum tocsin_err forgetting_after(
	struct snapshot *r, int64_t after, size_t limit, forgetting_each_row *each, void *arg) MUST_USE;

#endif
