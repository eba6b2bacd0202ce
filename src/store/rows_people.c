#include "store/rows_people.h"

#include "base/banned.h"
#include "store/take.h"

#define CHANGED "somebody has changed this account meanwhile, or it is the last active administrator: look again"

/* ---- accounts ---- */

enum tocsin_err account_any(struct snapshot *r, bool *any)
{
	struct cursor *c = NULL;
	*any = false;
	enum tocsin_err err = cursor_open(r, &c, READ_ACCOUNTS_ANY);
	if (err == TOCSIN_OK)
		err = cursor_next(c);
	*any = err == TOCSIN_OK;
	return take_end(c, err);
}

/* Columns as in ACCOUNT_ALL of sql.c, borrowed. */
static struct account_row row_of(const struct cursor *c)
{
	return (struct account_row) { .name = cursor_text(c, 0),
		.unit = cursor_text(c, 1),
		.roles = cursor_int(c, 2),
		.function = cursor_text(c, 3),
		.state = cursor_text(c, 4),
		.password = cursor_text(c, 5),
		.totp = cursor_bytes(c, 6),
		.totp_last = cursor_int(c, 7),
		.created_at = cursor_int(c, 8),
		.changed_at = cursor_int(c, 9),
		.used_at = cursor_int(c, 10) };
}

enum tocsin_err account_get(struct snapshot *r, const char *name, struct arena *a, struct account_row *out)
{
	struct cursor *c = NULL;
	bool ok = true;
	enum tocsin_err err = cursor_open(r, &c, READ_ACCOUNT, name);
	if (err == TOCSIN_OK)
		err = cursor_next(c);
	if (err == TOCSIN_OK) {
		*out = row_of(c);
		out->name = take_str(a, c, 0, &ok);
		out->unit = take_str(a, c, 1, &ok);
		out->function = take_str(a, c, 3, &ok);
		out->state = take_str(a, c, 4, &ok);
		out->password = take_str(a, c, 5, &ok);
		out->totp = take_bytes(a, c, 6, &ok);
		if (!ok)
			err = take_no_room();
	}
	cursor_close(c);
	return err == TOCSIN_MISSING ? fail(TOCSIN_MISSING, "there is no account %.64s", name) : err;
}

enum tocsin_err account_list(struct snapshot *r, const char *unit, const char *after, size_t limit, account_each *each,
	void *arg)
{
	struct cursor *c = NULL;
	enum tocsin_err err = unit == NULL ? cursor_open(r, &c, READ_ACCOUNTS, after, (int64_t)limit)
					   : cursor_open(r, &c, READ_ACCOUNTS_UNIT, unit, after, (int64_t)limit);
	while (err == TOCSIN_OK && (err = cursor_next(c)) == TOCSIN_OK) {
		struct account_row row = row_of(c);
		if (!each(arg, &row))
			break;
	}
	return take_end(c, err);
}

enum tocsin_err account_admin_other(struct snapshot *r, const char *name)
{
	struct cursor *c = NULL;
	enum tocsin_err err = cursor_open(r, &c, READ_ADMINS_OTHER, name);
	if (err == TOCSIN_OK)
		err = cursor_next(c);
	cursor_close(c);
	return err == TOCSIN_MISSING ? fail(TOCSIN_MISSING, "there is no other active administrator") : err;
}

void change_account_add(struct change *c, const struct account_row *row)
{
	change_must(c, "there is an account of this name already, or there was one: names are not used twice",
		WRITE_ACCOUNT_ADD, row->name, row->unit, row->roles, row->function, row->password, row->totp,
		row->created_at);
}

void change_account(struct change *c, const struct account_row *row, int64_t before)
{
	change_must(c, CHANGED, WRITE_ACCOUNT_CHANGE, row->unit, row->roles, row->function, row->state, row->changed_at,
		row->name, before);
}

void change_account_password(struct change *c, const struct account_row *row, int64_t before)
{
	change_must(c, CHANGED, WRITE_ACCOUNT_PASSWORD, row->password, row->changed_at, row->name, before);
}

void change_account_totp(struct change *c, const struct account_row *row, int64_t before)
{
	change_must(c, CHANGED, WRITE_ACCOUNT_TOTP, row->totp, row->totp_last, row->changed_at, row->name, before);
}

void change_account_code(struct change *c, const char *name, struct bytes secret, int64_t step)
{
	change_must(c, "this code was used already: wait for the next one", WRITE_ACCOUNT_CODE, step, name, secret);
}

void change_account_used(struct change *c, const char *name, const char *password, int64_t now)
{
	change_must(c, CHANGED, WRITE_ACCOUNT_USED, now, name, password);
}

void change_account_room(struct change *c, const char *name, const char *kind, size_t most)
{
	change_must(c, "this account has as many of these as it may have: end one first", WRITE_ACCOUNT_ROOM, name, kind,
		(int64_t)most);
}

enum tocsin_err account_compartments(struct snapshot *r, const char *account, compartment_name *each, void *arg)
{
	struct cursor *c = NULL;
	enum tocsin_err err = cursor_open(r, &c, READ_ACCOUNT_COMPARTMENTS, account);
	while (err == TOCSIN_OK && (err = cursor_next(c)) == TOCSIN_OK)
		if (!each(arg, cursor_text(c, 0)))
			break;
	return take_end(c, err);
}

void change_account_compartments_clear(struct change *c, const char *account)
{
	change_run(c, WRITE_ACCOUNT_COMPARTMENTS_CLEAR, account);
}

void change_account_compartment_add(struct change *c, const char *account, const char *compartment)
{
	change_run(c, WRITE_ACCOUNT_COMPARTMENT_ADD, account, compartment);
}

/* ---- tries ---- */

enum tocsin_err attempt_get(struct snapshot *r, const struct hash *name, int64_t *wrong, int64_t *wrong_at)
{
	struct cursor *c = NULL;
	*wrong = *wrong_at = 0;
	enum tocsin_err err = cursor_open(r, &c, READ_ATTEMPT, name);
	if (err == TOCSIN_OK)
		err = cursor_next(c);
	if (err == TOCSIN_OK) {
		*wrong = cursor_int(c, 0);
		*wrong_at = cursor_int(c, 1);
	}
	return take_end(c, err);
}

void change_attempt_add(struct change *c, const struct hash *name, int64_t wrong, int64_t now)
{
	change_must(c, "somebody else tries to log in under this name at this moment; try again", WRITE_ATTEMPT_ADD, name,
		now, wrong);
}

void change_attempt_clear(struct change *c, const struct hash *name)
{
	change_run(c, WRITE_ATTEMPT_CLEAR, name);
}

void change_attempt_purge(struct change *c, int64_t before)
{
	change_run(c, WRITE_ATTEMPT_PURGE, before);
}

/* ---- sessions and tokens ---- */

/* Columns as in SESSION_ALL of sql.c, borrowed; false: damaged. */
static bool session_of(const struct cursor *c, struct session_row *out)
{
	*out = (struct session_row) { .account = cursor_text(c, 1),
		.kind = cursor_text(c, 2),
		.label = cursor_text(c, 3),
		.scopes = cursor_int(c, 4),
		.created_at = cursor_int(c, 5),
		.used_at = cursor_int(c, 6),
		.expires_at = cursor_int(c, 7) };
	return take_hash(c, 0, &out->id);
}

enum tocsin_err session_get(struct snapshot *r, const struct hash *id, struct arena *a, struct session_row *out)
{
	struct cursor *c = NULL;
	bool ok = true;
	enum tocsin_err err = cursor_open(r, &c, READ_SESSION, id);
	if (err == TOCSIN_OK)
		err = cursor_next(c);
	if (err == TOCSIN_OK && !session_of(c, out))
		err = take_damaged("session");
	if (err == TOCSIN_OK) {
		out->account = take_str(a, c, 1, &ok);
		out->kind = take_str(a, c, 2, &ok);
		out->label = take_str(a, c, 3, &ok);
		if (!ok)
			err = take_no_room();
	}
	cursor_close(c);
	return err == TOCSIN_MISSING ? fail(TOCSIN_MISSING, "there is no such session or token") : err;
}

enum tocsin_err session_list(struct snapshot *r, const char *account, session_each *each, void *arg)
{
	struct cursor *c = NULL;
	enum tocsin_err err = cursor_open(r, &c, READ_SESSIONS, account);
	while (err == TOCSIN_OK && (err = cursor_next(c)) == TOCSIN_OK) {
		struct session_row row;
		if (!session_of(c, &row))
			err = take_damaged("session");
		else if (!each(arg, &row))
			break;
	}
	return take_end(c, err);
}

void change_session_add(struct change *c, const struct session_row *row)
{
	change_run(c, WRITE_SESSION_ADD, &row->id, row->account, row->kind, row->label, row->scopes, row->created_at,
		row->expires_at);
}

void change_session_trim(struct change *c, const char *account, const char *kind, size_t keep)
{
	change_run(c, WRITE_SESSION_TRIM, account, kind, (int64_t)keep);
}

void change_session_used(struct change *c, const struct hash *id, int64_t now)
{
	change_run(c, WRITE_SESSION_USED, now, id);
}

void change_session_end(struct change *c, const struct hash *id)
{
	change_run(c, WRITE_SESSION_END, id);
}

void change_session_end_all(struct change *c, const char *account)
{
	change_run(c, WRITE_SESSION_END_ALL, account);
}

void change_session_end_others(struct change *c, const char *account, const struct hash *keep)
{
	change_run(c, WRITE_SESSION_END_OTHERS, account, keep);
}

void change_session_purge(struct change *c, int64_t before)
{
	change_run(c, WRITE_SESSION_PURGE, before);
}
