/*
 * standing_part: what the files of standing share.
 */
#ifndef TOCSIN_DESK_STANDING_PART_H
#define TOCSIN_DESK_STANDING_PART_H

#include "base/json.h"
#include "desk/desk.h"
#include "domain/view.h"
#include "proof/body.h"
#include "proof/statement.h"
#include "store/rows.h"

/* What one call works with. */
struct showing {
	const struct desk *desk;
	struct snapshot *read;
	const struct view *view;
	bool closed;                            /* the view sees closed lines of the statement that is shown, too */
	struct arena *arena;                    /* of the statement that is shown */
	struct arena *other;                    /* of one other statement at a time: an answer, a target */
	bool lost;                              /* memory ran out while JSON was made */
};

/* Puts V (taken; NULL: memory ran out) into O. */
void standing_put(struct showing *w, json_t *o, const char *key, json_t *v);
void standing_append(struct showing *w, json_t *list, json_t *v);
json_t *standing_time(int64_t t);
json_t *standing_hash(const struct hash *h);

/* ---- standing_content.c: a statement's content, in an arena ---- */
struct shown_line {
	const struct body_line *line;
	bool closed;
};

struct content {
	struct statement s;
	struct shown_line *line;                /* open ones, then, for our own, the openings of closed ones */
	size_t n;
	size_t closed_n;                        /* lines that were sent closed */
};

/* The statement of a stored note. */
enum tocsin_err standing_text(struct bytes text, struct statement *s) MUST_USE;
/* The lines of ROW, of which C borrows; CLOSED: the openings of those that were sent closed, too. None when they are
 * forgotten. */
enum tocsin_err standing_content(const struct statement_row *row, bool closed, struct arena *a, struct content *c) MUST_USE;
const struct body_line *standing_line(const struct content *c, const char *name);      /* NULL: not there */
/* All fields, sorted by name. */
json_t *standing_fields(struct showing *w, struct content *c);
/* Whether S, which names ID, may refer to ABOUT, which has that id: what came before its target was taken in without
 * this, and has no effect unless it passes now. */
bool standing_effect(const struct statement *s, const struct hash *id, const struct statement *about);
/* The text of statement NUM, without reading its content. */
enum tocsin_err standing_head(struct snapshot *read, int64_t num, struct statement *s) MUST_USE;
enum tocsin_err standing_head_id(struct snapshot *read, int64_t num, struct statement *s, struct hash *id) MUST_USE;

/* ---- standing_known.c ---- */
/* What is known of it, in three levels that are never merged: when it was accepted, who opened it, and which lines that
 * person was shown. */
enum tocsin_err standing_known(struct showing *w, const struct statement_row *row, json_t *out) MUST_USE;

/* ---- standing_answers.c ---- */
/* The words of a statement that a list shows: its stage, outcome, reason or type. */
void standing_gist(struct showing *w, const struct content *c, json_t *item);
/* Answers, and the window. */
enum tocsin_err standing_thread(
	struct showing *w, const struct statement_row *row, const struct content *c, json_t *out) MUST_USE;

/* ---- standing_told.c ---- */
enum told_state { TOLD_NOT, TOLD_ONE_SIDED, TOLD_COUNTERSIGNED };
/* Our own records of having told it by voice or on paper; each is added to LIST unless that is NULL. */
enum tocsin_err standing_told(
	struct showing *w, const struct statement_row *row, enum told_state *state, json_t *list) MUST_USE;

/* ---- standing_state.c ---- */
/* "state" in words, as a list shows it, from the rows that were followed; OUT has the delivery. */
enum tocsin_err standing_state(struct showing *w, const struct statement_row *row, json_t *out) MUST_USE;
/* The same from ANSWERS, which have been shown, with "stages", "outcomes", "outcomes_differ" and "contradictions". */
void standing_said(struct showing *w, const struct statement_row *row, const struct content *c, const json_t *answers,
	json_t *out);

#endif
