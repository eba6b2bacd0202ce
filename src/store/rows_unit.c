#include "store/rows_unit.h"

#include "base/banned.h"
#include "store/take.h"

/* ---- units and compartments ---- */

static enum tocsin_err names(struct snapshot *r, enum sql_read q, unit_each *each, void *arg)
{
	struct cursor *c = NULL;
	enum tocsin_err err = cursor_open(r, &c, q);
	while (err == TOCSIN_OK && (err = cursor_next(c)) == TOCSIN_OK) {
		struct unit_row row = { .name = cursor_text(c, 0), .label = cursor_text(c, 1) };
		if (!each(arg, &row))
			break;
	}
	return take_end(c, err);
}

enum tocsin_err unit_list(struct snapshot *r, unit_each *each, void *arg)
{
	return names(r, READ_UNITS, each, arg);
}

enum tocsin_err compartment_list(struct snapshot *r, unit_each *each, void *arg)
{
	return names(r, READ_COMPARTMENTS, each, arg);
}

static enum tocsin_err check(struct snapshot *r, enum sql_read q, const char *what, const char *name)
{
	struct cursor *c = NULL;
	enum tocsin_err err = cursor_open(r, &c, q, name);
	if (err == TOCSIN_OK)
		err = cursor_next(c);
	cursor_close(c);
	return err == TOCSIN_MISSING ? fail(TOCSIN_MISSING, "there is no %s %.64s", what, name) : err;
}

enum tocsin_err unit_check(struct snapshot *r, const char *name)
{
	return check(r, READ_UNIT, "unit", name);
}

enum tocsin_err compartment_check(struct snapshot *r, const char *name)
{
	return check(r, READ_COMPARTMENT, "compartment", name);
}

void change_unit_put(struct change *c, const char *name, const char *label, int64_t now)
{
	change_run(c, WRITE_UNIT_PUT, name, label, now);
}

void change_compartment_put(struct change *c, const char *name, const char *label, int64_t now)
{
	change_run(c, WRITE_COMPARTMENT_PUT, name, label, now);
}

enum tocsin_err scopes_of(
	struct snapshot *r, const char *unit, const char *account, int64_t *scope, size_t max, size_t *n)
{
	struct cursor *c = NULL;
	*n = 0;
	enum tocsin_err err = cursor_open(r, &c, READ_SCOPES_OF, unit, account);
	while (err == TOCSIN_OK && *n < max && (err = cursor_next(c)) == TOCSIN_OK)
		scope[(*n)++] = cursor_int(c, 0);
	return take_end(c, err);
}

/* ---- escalation ---- */

enum tocsin_err escalation_list(struct snapshot *r, const char *unit, escalation_name *each, void *arg)
{
	struct cursor *c = NULL;
	enum tocsin_err err = cursor_open(r, &c, READ_ESCALATION_OF, unit);
	while (err == TOCSIN_OK && (err = cursor_next(c)) == TOCSIN_OK)
		if (!each(arg, cursor_text(c, 0)))
			break;
	return take_end(c, err);
}

void change_escalation_clear(struct change *c, const char *unit)
{
	change_run(c, WRITE_ESCALATION_CLEAR, unit);
}

void change_escalation_add(struct change *c, const char *unit, size_t position, const char *account)
{
	change_run(c, WRITE_ESCALATION_ADD, unit, (int64_t)position, account);
}

void change_escalation_leave(struct change *c, const char *unit, const char *account)
{
	change_run(c, WRITE_ESCALATION_LEAVE, unit, account);
}

void change_clocks_leave(struct change *c, const char *account)
{
	change_run(c, WRITE_CLOCKS_LEAVE, account);
	change_run(c, WRITE_LEAD_OWNER_FOLLOWS, account);
}

/* ---- delegations ---- */

enum tocsin_err delegated_roles(struct snapshot *r, const char *account, int64_t now, int64_t *roles)
{
	struct cursor *c = NULL;
	*roles = 0;
	enum tocsin_err err = cursor_open(r, &c, READ_DELEGATED, account, now);
	while (err == TOCSIN_OK && (err = cursor_next(c)) == TOCSIN_OK)
		*roles |= cursor_int(c, 0) & cursor_int(c, 1);
	return take_end(c, err);
}

/* Columns as in DELEGATION_ALL of sql.c, borrowed. */
static struct delegation_row delegation_of(const struct cursor *c)
{
	return (struct delegation_row) { .id = cursor_text(c, 0),
		.from = cursor_text(c, 1),
		.to = cursor_text(c, 2),
		.roles = cursor_int(c, 3),
		.reason = cursor_text(c, 4),
		.begins_at = cursor_int(c, 5),
		.ends_at = cursor_int(c, 6),
		.ended_at = cursor_int(c, 7) };
}

enum tocsin_err delegation_get(struct snapshot *r, const char *id, struct arena *a, struct delegation_row *out)
{
	struct cursor *c = NULL;
	bool ok = true;
	enum tocsin_err err = cursor_open(r, &c, READ_DELEGATION, id);
	if (err == TOCSIN_OK)
		err = cursor_next(c);
	if (err == TOCSIN_OK) {
		*out = delegation_of(c);
		out->id = take_str(a, c, 0, &ok);
		out->from = take_str(a, c, 1, &ok);
		out->to = take_str(a, c, 2, &ok);
		out->reason = take_str(a, c, 4, &ok);
		if (!ok)
			err = take_no_room();
	}
	cursor_close(c);
	return err == TOCSIN_MISSING ? fail(TOCSIN_MISSING, "there is no delegation %.64s", id) : err;
}

enum tocsin_err delegation_list(
	struct snapshot *r, const char *account, bool from, int64_t now, delegation_each *each, void *arg)
{
	struct cursor *c = NULL;
	enum tocsin_err err = cursor_open(r, &c, from ? READ_DELEGATIONS_FROM : READ_DELEGATIONS_TO, account, now);
	while (err == TOCSIN_OK && (err = cursor_next(c)) == TOCSIN_OK) {
		struct delegation_row row = delegation_of(c);
		if (!each(arg, &row))
			break;
	}
	return take_end(c, err);
}

void change_delegation_add(struct change *c, const struct delegation_row *row)
{
	change_run(c, WRITE_DELEGATION_ADD, row->id, row->from, row->to, row->roles, row->reason, row->begins_at,
		row->ends_at);
}

void change_delegation_end(struct change *c, const char *id, int64_t now)
{
	change_must(c, "this delegation has ended already", WRITE_DELEGATION_END, now, id);
}

/* ---- hand-overs ---- */

/* Columns as in HANDOVER_ALL of sql.c, borrowed. */
static struct handover_row handover_of(const struct cursor *c)
{
	return (struct handover_row) { .id = cursor_text(c, 0),
		.from = cursor_text(c, 1),
		.to = cursor_text(c, 2),
		.at = cursor_int(c, 3),
		.content = cursor_bytes(c, 4),
		.from_signed_at = cursor_int(c, 5),
		.to_signed_at = cursor_int(c, 6) };
}

enum tocsin_err handover_get(struct snapshot *r, const char *id, struct arena *a, struct handover_row *out)
{
	struct cursor *c = NULL;
	bool ok = true;
	enum tocsin_err err = cursor_open(r, &c, READ_HANDOVER, id);
	if (err == TOCSIN_OK)
		err = cursor_next(c);
	if (err == TOCSIN_OK) {
		*out = handover_of(c);
		out->id = take_str(a, c, 0, &ok);
		out->from = take_str(a, c, 1, &ok);
		out->to = take_str(a, c, 2, &ok);
		out->content = take_bytes(a, c, 4, &ok);
		if (!ok)
			err = take_no_room();
	}
	cursor_close(c);
	return err == TOCSIN_MISSING ? fail(TOCSIN_MISSING, "there is no hand-over %.64s", id) : err;
}

enum tocsin_err handover_list(
	struct snapshot *r, const char *account, bool from, size_t limit, handover_each *each, void *arg)
{
	struct cursor *c = NULL;
	enum tocsin_err err =
		cursor_open(r, &c, from ? READ_HANDOVERS_FROM : READ_HANDOVERS_TO, account, (int64_t)limit);
	while (err == TOCSIN_OK && (err = cursor_next(c)) == TOCSIN_OK) {
		struct handover_row row = handover_of(c);
		if (!each(arg, &row))
			break;
	}
	return take_end(c, err);
}

void change_handover_add(struct change *c, const struct handover_row *row)
{
	change_run(c, WRITE_HANDOVER_DROP, row->from);
	change_run(c, WRITE_HANDOVER_ADD, row->id, row->from, row->to, row->at, row->content);
}

void change_handover_accept(struct change *c, const struct handover_row *row, int64_t now)
{
	change_must(c, "this hand-over was accepted already, or another one has taken its place", WRITE_HANDOVER_ACCEPT,
		now, row->id);
	change_run(c, WRITE_HANDOVER_CLOCKS, row->to, row->from);
	change_run(c, WRITE_LEAD_OWNER_FOLLOWS, row->from);
}

enum tocsin_err open_clocks(struct snapshot *r, const char *owner, size_t limit, open_clock_each *each, void *arg)
{
	struct cursor *c = NULL;
	enum tocsin_err err =
		cursor_open(r, &c, READ_HANDOVER_CLOCKS, bytes_of(NULL, 0), owner, (int64_t)limit);
	while (err == TOCSIN_OK && (err = cursor_next(c)) == TOCSIN_OK) {
		struct open_clock row = { .id = cursor_text(c, 0),
			.kind = cursor_text(c, 1),
			.compartment = cursor_text(c, 2),
			.due_at = cursor_int(c, 3),
			.urgency = cursor_int(c, 4),
			.acked_at = cursor_int(c, 5),
			.statement = cursor_bytes(c, 6),
			.draft = cursor_text(c, 7) };
		if (!each(arg, &row))
			break;
	}
	return take_end(c, err);
}

enum tocsin_err open_drafts(struct snapshot *r, const char *author, size_t limit, open_draft_each *each, void *arg)
{
	struct cursor *c = NULL;
	enum tocsin_err err = cursor_open(r, &c, READ_HANDOVER_DRAFTS, author, (int64_t)limit);
	while (err == TOCSIN_OK && (err = cursor_next(c)) == TOCSIN_OK) {
		struct open_draft row = { .id = cursor_text(c, 0),
			.kind = cursor_text(c, 1),
			.compartment = cursor_text(c, 2),
			.state = cursor_text(c, 3),
			.version = cursor_int(c, 4),
			.changed_at = cursor_int(c, 5) };
		if (!each(arg, &row))
			break;
	}
	return take_end(c, err);
}

enum tocsin_err open_unread(
	struct snapshot *r, int64_t scope, size_t look, const char *unit, open_unread_each *each, void *arg)
{
	struct cursor *c = NULL;
	enum tocsin_err err = cursor_open(r, &c, READ_HANDOVER_UNREAD, scope, (int64_t)look, unit);
	while (err == TOCSIN_OK && (err = cursor_next(c)) == TOCSIN_OK) {
		struct open_unread row = { .id = cursor_bytes(c, 0),
			.kind = cursor_text(c, 1),
			.peer = cursor_text(c, 2),
			.known_at = cursor_int(c, 3) };
		if (!each(arg, &row))
			break;
	}
	return take_end(c, err);
}
