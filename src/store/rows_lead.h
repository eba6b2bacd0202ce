/*
 * rows_lead: leads as rows; what they mean is in desk/lead.h.
 *
 * A lead's version is compared before anything of it is set, so that of two answers, or two people, one comes first.  Its
 * review clock is the one of kind "lead" about its founding statement in its unit and compartment: there is one lead
 * for these three.  Children are added by the lead's id, which is known before its number is.  Manner as in rows.h.
 */
#ifndef TOCSIN_STORE_ROWS_LEAD_H
#define TOCSIN_STORE_ROWS_LEAD_H

#include "store/rows.h"

#define LEAD_ID 16                              /* hex digits */

struct lead_row {
	int64_t num;
	const char *id, *unit, *compartment, *owner, *state;
	bool open;
	int64_t version, statement, opened_at, changed_at, review_at;
	const char *assessment, *finding;
	int64_t closed_at, record;
	/* beside it */
	struct hash statement_id;
	bool has_statement;
	const char *owner_function;             /* "": of nobody */
	struct hash record_id;
	bool has_record;
};
struct lead_step_row {
	int64_t num, at;
	const char *what;                       /* "opened", "checked", "told", … */
	int64_t done_at;
	const char *person;                     /* with whom, or whom; "" */
	const char *account, *function, *words;
};

/* ---- reading ---- */
/* MISSING without a sentence; all in the arena. */
enum tocsin_err lead_get(struct snapshot *r, const char *id, struct arena *a, struct lead_row *out) MUST_USE;
enum tocsin_err lead_place(struct snapshot *r, const char *id, struct arena *a, const char **unit, const char **compartment) MUST_USE;
typedef bool lead_each(void *arg, const struct lead_row *row);
/* Newest first, num < BEFORE (0: from the newest), OPEN or closed: of a scope, of all inspectors' units, of everybody. */
enum tocsin_err lead_list(struct snapshot *r, int64_t scope, bool open, int64_t before, size_t limit, lead_each *each, void *arg) MUST_USE;
enum tocsin_err lead_list_all(struct snapshot *r, bool open, int64_t before, size_t limit, lead_each *each, void *arg) MUST_USE;
enum tocsin_err lead_list_owner(struct snapshot *r, const char *owner, bool open, int64_t before, size_t limit, lead_each *each,
	void *arg) MUST_USE;
/* All rows of C, which it closes, with the columns that the lists of leads have; for rows_match.c. */
enum tocsin_err lead_rows(struct cursor *c, enum tocsin_err err, lead_each *each, void *arg) MUST_USE;
/* Those that rest on STATEMENT, oldest first. */
enum tocsin_err lead_list_on(struct snapshot *r, int64_t statement, size_t limit, lead_each *each, void *arg) MUST_USE;
/* Open ones that rest on what PARTNER sent, newest first. */
enum tocsin_err lead_list_partner(struct snapshot *r, const char *partner, size_t limit, lead_each *each, void *arg) MUST_USE;
typedef bool lead_statement_each(void *arg, int64_t statement, int64_t at, const char *why);
/* Newest first, behind BEFORE (0: from the newest). */
enum tocsin_err lead_statements(struct snapshot *r, int64_t lead, int64_t before, size_t limit, lead_statement_each *each, void *arg) MUST_USE;
typedef bool lead_step_each(void *arg, const struct lead_step_row *row);
enum tocsin_err lead_steps(struct snapshot *r, int64_t lead, int64_t before, size_t limit, lead_step_each *each, void *arg) MUST_USE;
/* The last hand-over that ACCOUNT started (FROM) or took: the other side, in the arena, and when it was accepted; MISSING
 * without a sentence. */
enum tocsin_err shift_last(struct snapshot *r, const char *account, bool from, struct arena *a, const char **other, int64_t *at) MUST_USE;

/* ---- changes ---- */
/* Of ROW: id, unit, compartment, owner, state, statement, opened_at, review_at. LATER when there is one already. */
void change_lead_add(struct change *c, const struct lead_row *row);
/* Harmless when it rests on STATEMENT already. PARTNER: who sent it; "": ours. */
void change_lead_join(struct change *c, const char *id, int64_t statement, const char *partner, const char *why, int64_t now);
/* Something came for ROW, which was read as open: whoever is closing it has to look again. LATER when it is closed. */
void change_lead_news(struct change *c, const struct lead_row *row, int64_t now);
void change_lead_step(struct change *c, const char *id, const struct lead_step_row *row);
/* ROW as it was read; LATER when somebody was quicker. */
void change_lead_assign(struct change *c, const struct lead_row *row, const char *owner, int64_t now);
void change_lead_assess(struct change *c, const struct lead_row *row, const char *assessment, int64_t review_at, int64_t now);
void change_lead_review(struct change *c, const struct lead_row *row, int64_t review_at, int64_t now);
/* By this change's statement. */
void change_lead_close(struct change *c, const struct lead_row *row, const char *finding, int64_t now);
/* SHIFT: when OWNER last handed a shift over, as far as is known. */
void change_lead_reopen(struct change *c, const struct lead_row *row, const char *owner, int64_t review_at, int64_t shift, int64_t now);
/* Ends the review clock of ROW, "met" or "void", and stops its pages. */
void change_lead_clock_end(struct change *c, const struct lead_row *row, const char *state, int64_t now);

#endif
