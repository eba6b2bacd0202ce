/*
 * rows_clock: clocks as rows; what they mean is in desk/clocks.h.
 *
 * A clock is open while ended_at is 0: running, or missed and not made good.  What is done about it when its time comes
 * is done by change_clock_fire alone, which compares next_at and level before it sets them: each step once.
 */
#ifndef TOCSIN_STORE_ROWS_CLOCK_H
#define TOCSIN_STORE_ROWS_CLOCK_H

#include "store/rows.h"

struct clock_row {
	int64_t num;
	const char *id, *kind, *state;
	int64_t statement, draft;
	const char *unit, *compartment, *owner;
	int64_t urgency;
	bool life;
	int64_t started_at, due_at, next_at, level, ended_at, acked_at;
	const char *acked_by, *why;
};
/* With what people see beside it. */
struct clock_shown {
	struct clock_row clock;
	bool has_statement;
	struct hash statement_id;
	const char *draft_id;                   /* "": of no draft */
	int64_t scope;                          /* scope.num of its unit and compartment; 0: there is none */
	const char *owner_function, *acked_function;
};
/* With what is said when it fires. */
struct clock_due {
	struct clock_row clock;
	const char *peer;                       /* of its statement; "": of none */
	bool issued;
	struct hash statement_id;
};

/* ---- reading ---- */
/* The next time at which something is due; INT64_MAX: never. */
enum tocsin_err clock_next(struct snapshot *r, int64_t *at) MUST_USE;
/* What is due by NOW, soonest first, at most MAX, in the arena; how many into *n. */
enum tocsin_err clock_list_due(struct snapshot *r, int64_t now, size_t max, struct arena *a, struct clock_due **out,
	size_t *n) MUST_USE;
typedef bool clock_each(void *arg, const struct clock_shown *row);
/* MISSING without a sentence when there is none. */
enum tocsin_err clock_by_id(struct snapshot *r, const char *id, clock_each *each, void *arg) MUST_USE;
/* Whether ACCOUNT was paged about the clock NUM. */
enum tocsin_err clock_paged(struct snapshot *r, int64_t num, const char *account, bool *paged) MUST_USE;
/* All of STATEMENT, ended ones too, in the order in which they were started. */
enum tocsin_err clock_list_statement(struct snapshot *r, int64_t statement, clock_each *each, void *arg) MUST_USE;
enum tocsin_err clock_list_draft(struct snapshot *r, int64_t draft, clock_each *each, void *arg) MUST_USE;
struct clock_filter {
	const char *owner;                      /* of this one; NULL: */
	int64_t scope;                          /* what this scope may see; 0: all */
	bool door;                              /* of a scope: those of the door, too */
	int64_t due_at, num;                    /* only those behind; 0, 0: from the start */
	size_t limit;
};
/* Open ones, soonest due first. */
enum tocsin_err clock_list(struct snapshot *r, const struct clock_filter *f, clock_each *each, void *arg) MUST_USE;
/* Of those that were missed, and that nobody who was paged has acknowledged: how many (at most MAX), and since when the
 * oldest is due. */
enum tocsin_err clock_unanswered(struct snapshot *r, int64_t now, size_t max, size_t *n, int64_t *since) MUST_USE;

/* Whom UNIT's clocks go to, in order; its active accounts with one of ROLES, oldest first, and then those to
 * whom one of them is delegated now. With a COMPARTMENT only those who are read into it. */
enum tocsin_err escalation_each(struct snapshot *r, const char *unit, const char *compartment, name_each *each,
	void *arg) MUST_USE;
enum tocsin_err unit_roles_each(struct snapshot *r, const char *unit, unsigned roles, const char *compartment,
	name_each *each, void *arg) MUST_USE;
/* Who was paged about the clock NUM in the words A or B. */
enum tocsin_err clock_told_each(struct snapshot *r, int64_t num, const char *a, const char *b, name_each *each,
	void *arg) MUST_USE;
/* Whether ACCOUNT is an active one of UNIT, read into COMPARTMENT. */
enum tocsin_err unit_has(struct snapshot *r, const char *account, const char *unit, const char *compartment,
	bool *has) MUST_USE;

/* ---- changes ---- */
/* Of ROW: id, kind, statement, draft, unit, compartment, owner ("": the first of the unit's escalation), urgency, life,
 * started_at, due_at, next_at. OWN: about this change's own statement. */
void change_clock_add(struct change *c, const struct clock_row *row, bool own);
struct clock_periods {
	int64_t due[3], next[3];                /* from the start, by urgency */
};
/* An assessment clock with ID for the open opening clock of STATEMENT, if there is one. */
void change_clock_opened(struct change *c, const char *id, int64_t statement, const struct clock_periods *p, int64_t now);
/* Ends the open ones of KIND about STATEMENT, or, when that is 0, about DRAFT: STATE "void", or "met", which is "missed"
 * when NOW is too late. Stops their pages. */
void change_clock_end(struct change *c, const char *kind, int64_t statement, int64_t draft, const char *state, int64_t now);
/* Ends the receipt clock of STATEMENT at the time of its receipt, if that is here. */
void change_clock_received(struct change *c, int64_t statement, int64_t now);
/* ROW as it was read becomes state, level, next_at, ended_at, acked_at, acked_by and why of TO; the change fails with
 * LATER when somebody else was quicker. */
void change_clock_fire(struct change *c, const struct clock_row *row, const struct clock_row *to);
/* These fail with LATER when it has ended. */
void change_clock_ack(struct change *c, int64_t num, const char *account, int64_t now);
void change_clock_hand(struct change *c, int64_t num, const char *to);
void change_clock_move(struct change *c, const char *from, const char *to);     /* all open ones */
/* What is missed goes on to the next in the chain now. */
void change_clock_hurry(struct change *c, int64_t num, int64_t now);

#endif
