/*
 * rows_correction: cases of people who ask to be corrected or deleted, what is decided about each statement, and whom
 * that is told.  As rows.h.
 */
#ifndef TOCSIN_STORE_ROWS_CORRECTION_H
#define TOCSIN_STORE_ROWS_CORRECTION_H

#include "store/rows.h"

struct correction_row {
	int64_t num;
	const char *id;
	int64_t statement;                  /* the record that says who asked */
	const char *asks, *state;           /* "correct", "delete", "restrict"; "open", "closed" */
	bool discreet;                      /* the reply neither confirms nor denies */
	const char *opened_by;
	int64_t opened_at, due_at;
	const char *closed_by;
	int64_t closed_at;
};
/* About this change's own statement; num is handed out. */
void change_correction(struct change *c, const struct correction_row *row);
/* LATER: it is closed already. */
void change_correction_close(struct change *c, int64_t num, bool discreet, const char *account, int64_t now);
enum tocsin_err correction_get(struct snapshot *r, const char *id, struct arena *a, struct correction_row *out) MUST_USE;
typedef bool correction_each_row(void *arg, const struct correction_row *row);
/* Newest first, below BEFORE. */
enum tocsin_err correction_each(struct snapshot *r, int64_t before, size_t limit, correction_each_row *each, void *arg) MUST_USE;

struct correction_item {
	int64_t num;
	const char *id;
	int64_t correction, statement;
	const char *what, *reason, *ground;
	const char *content;                /* the corrected fields as JSON; "": none */
	const char *state;                  /* "proposed", "agreed", "refused" */
	const char *proposed_by;
	int64_t proposed_at;
	const char *decided_by;
	int64_t decided_at;
	const char *decided_why;
};
/* LATER: about this statement something is proposed in this case, or decided. */
void change_correction_item(struct change *c, const struct correction_item *row);
/* LATER: it was decided already. */
void change_correction_decide(struct change *c, int64_t num, const char *state, const char *account, int64_t now, const char *why);
enum tocsin_err correction_item_get(struct snapshot *r, const char *id, struct arena *a, struct correction_item *out,
	struct correction_row *of) MUST_USE;
typedef bool correction_item_each(void *arg, const struct correction_item *row);
enum tocsin_err correction_items(struct snapshot *r, int64_t correction, size_t limit, correction_item_each *each, void *arg) MUST_USE;
/* How many of CORRECTION nobody has decided about. */
enum tocsin_err correction_undecided(struct snapshot *r, int64_t correction, int64_t *n) MUST_USE;

struct correction_told {
	int64_t item, about;                /* which of our statements, or of PARTNER's, it is about */
	const char *partner, *why;
	int64_t record;                     /* statement.num; 0: not issued yet; -1: it cannot be, its recipient is no partner */
};
void change_correction_told(struct change *c, const struct correction_told *row);      /* harmless when it is there */
/* This change's statement is the record of it; LATER when there is one. */
void change_correction_said(struct change *c, const struct correction_told *row);
void change_correction_stuck(struct change *c, const struct correction_told *row);
typedef bool correction_told_each(void *arg, const struct correction_told *row);
enum tocsin_err correction_told_of(struct snapshot *r, int64_t item, size_t limit, correction_told_each *each, void *arg) MUST_USE;
enum tocsin_err correction_pending(struct snapshot *r, size_t limit, correction_told_each *each, void *arg) MUST_USE;
/* What is decided about the item NUM, in the arena. */
enum tocsin_err correction_item_num(struct snapshot *r, int64_t num, struct arena *a, struct correction_item *out) MUST_USE;

#endif
