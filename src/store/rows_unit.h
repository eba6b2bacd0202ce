/*
 * rows_unit: units, compartments and the scopes made of them; whom a unit's clocks go to; delegations and hand-overs.
 * Manner as in rows.h.
 */
#ifndef TOCSIN_STORE_ROWS_UNIT_H
#define TOCSIN_STORE_ROWS_UNIT_H

#include "store/store.h"

/* ---- units and compartments ---- */
struct unit_row {
	const char *name, *label;
};
typedef bool unit_each(void *arg, const struct unit_row *row);
enum tocsin_err unit_list(struct snapshot *r, unit_each *each, void *arg) MUST_USE;             /* by name */
enum tocsin_err compartment_list(struct snapshot *r, unit_each *each, void *arg) MUST_USE;
enum tocsin_err unit_check(struct snapshot *r, const char *name) MUST_USE;                      /* MISSING: there is none */
enum tocsin_err compartment_check(struct snapshot *r, const char *name) MUST_USE;
/* New, or another label. */
void change_unit_put(struct change *c, const char *name, const char *label, int64_t now);
void change_compartment_put(struct change *c, const char *name, const char *label, int64_t now);
/* Numbers of the scopes of UNIT that ACCOUNT is read into, ascending: the first MAX. */
enum tocsin_err scopes_of(struct snapshot *r, const char *unit, const char *account, int64_t *scope, size_t max,
	size_t *n) MUST_USE;

/* ---- escalation ---- */
typedef bool escalation_name(void *arg, const char *account);
enum tocsin_err escalation_list(struct snapshot *r, const char *unit, escalation_name *each, void *arg) MUST_USE;
void change_escalation_clear(struct change *c, const char *unit);
void change_escalation_add(struct change *c, const char *unit, size_t position, const char *account);
void change_escalation_leave(struct change *c, const char *unit, const char *account);
/* The open clocks that ACCOUNT, as it is in C by now, may not hold any more go to the first of their unit's escalation who
 * may. */
void change_clocks_leave(struct change *c, const char *account);

/* ---- delegations ---- */
struct delegation_row {
	const char *id, *from, *to;
	int64_t roles;
	const char *reason;
	int64_t begins_at, ends_at, ended_at;
};
/* The roles that others have given to ACCOUNT for NOW and still have themselves. */
enum tocsin_err delegated_roles(struct snapshot *r, const char *account, int64_t now, int64_t *roles) MUST_USE;
enum tocsin_err delegation_get(struct snapshot *r, const char *id, struct arena *a, struct delegation_row *out) MUST_USE;
/* Those that have not ended at NOW: FROM the account, or (false) to it. ROW is borrowed. */
typedef bool delegation_each(void *arg, const struct delegation_row *row);
enum tocsin_err delegation_list(struct snapshot *r, const char *account, bool from, int64_t now, delegation_each *each,
	void *arg) MUST_USE;
void change_delegation_add(struct change *c, const struct delegation_row *row);
void change_delegation_end(struct change *c, const char *id, int64_t now);      /* LATER when it had ended */

/* ---- hand-overs ---- */
struct handover_row {
	const char *id, *from, *to;
	int64_t at;
	struct bytes content;                   /* JSON, desk/handover.h */
	int64_t from_signed_at, to_signed_at;
};
enum tocsin_err handover_get(struct snapshot *r, const char *id, struct arena *a, struct handover_row *out) MUST_USE;
/* FROM the account, or (false) to it, newest first. ROW is borrowed. */
typedef bool handover_each(void *arg, const struct handover_row *row);
enum tocsin_err handover_list(struct snapshot *r, const char *account, bool from, size_t limit, handover_each *each,
	void *arg) MUST_USE;
/* Takes the place of what FROM has started and nobody has accepted. */
void change_handover_add(struct change *c, const struct handover_row *row);
/* Signed by its successor, to whom the running clocks go; LATER when it is not open any more. */
void change_handover_accept(struct change *c, const struct handover_row *row, int64_t now);

/* What is open for the one who goes; borrowed. */
struct open_clock {
	const char *id, *kind, *compartment;
	int64_t due_at, urgency, acked_at;
	struct bytes statement;                 /* its id, 32 bytes; empty: none */
	const char *draft;                      /* its id; empty: none */
};
typedef bool open_clock_each(void *arg, const struct open_clock *row);
enum tocsin_err open_clocks(struct snapshot *r, const char *owner, size_t limit, open_clock_each *each, void *arg) MUST_USE;
struct open_draft {
	const char *id, *kind, *compartment, *state;
	int64_t version, changed_at;
};
typedef bool open_draft_each(void *arg, const struct open_draft *row);
enum tocsin_err open_drafts(struct snapshot *r, const char *author, size_t limit, open_draft_each *each, void *arg) MUST_USE;
struct open_unread {
	struct bytes id;
	const char *kind, *peer;
	int64_t known_at;
};
/* Of the newest LOOK statements of SCOPE, those from others that nobody of UNIT has opened. */
typedef bool open_unread_each(void *arg, const struct open_unread *row);
enum tocsin_err open_unread(struct snapshot *r, int64_t scope, size_t look, const char *unit, open_unread_each *each,
	void *arg) MUST_USE;

#endif
