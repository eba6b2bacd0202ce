#include "desk/account.h"

#include "desk/audit.h"
#include "desk/password.h"
#include "desk/policy.h"
#include "desk/rules.h"
#include "desk/session.h"
#include "desk/totp.h"
#include "domain/role.h"
#include "store/rows_people.h"
#include "store/rows_repeat.h"
#include "store/rows_unit.h"

#define ARENA 65536
#define FIRST_UNIT "desk"

/* ---- what holds for every account ---- */

enum tocsin_err account_roles_allowed(const struct desk *d, const char *name, unsigned roles)
{
	if ((roles & ~(unsigned)ROLE_ALL) != 0)
		return fail(TOCSIN_BAD, "there are no such roles");
	if ((roles & ROLE_INSPECTOR) != 0 && roles != ROLE_INSPECTOR)
		return rule_refuse("account.inspector-alone", "%s cannot be inspector and something else", name);
	if ((roles & ROLE_ADMIN) != 0 && roles != ROLE_ADMIN && policy_flag(d, "account.administrator-alone"))
		return rule_refuse("account.administrator-alone", "%s cannot be administrator and something else", name);
	return TOCSIN_OK;
}

static enum tocsin_err check_places(
	struct snapshot *read, const char *unit, const char *const *compartment, size_t compartment_n)
{
	enum tocsin_err err = unit_check(read, unit);
	for (size_t i = 0; err == TOCSIN_OK && i < compartment_n; i++)
		err = compartment_check(read, compartment[i]);
	if (err == TOCSIN_OK && compartment_n >= VIEW_SCOPES)
		err = fail(TOCSIN_BAD, "an account may be read into at most %d compartments", VIEW_SCOPES - 1);
	return err;
}

static void add_compartments(struct change *c, const char *name, const char *const *compartment, size_t n)
{
	for (size_t i = 0; i < n; i++)
		change_account_compartment_add(c, name, compartment[i]);
}

/* "unit north, roles analyst liaison, …": for the audit trail. */
static void describe(const struct account_row *row, char out[400])
{
	struct buf b;
	buf_init(&b, 399);
	buf_printf(&b, "state %s, unit %s, function %s, roles ", row->state, row->unit, row->function);
	role_names((unsigned)row->roles, " ", &b);
	snprintf(out, 400, "%.*s", (int)b.n, b.n == 0 ? "" : (const char *)b.p);
	buf_free(&b);
}

/* ---- adding ---- */

static enum tocsin_err add(
	const struct desk *d, const struct view *v, const struct account_new *n, const struct account_row *row)
{
	char what[400];
	struct change *c = change_new();
	if (c == NULL)
		return fail(TOCSIN_BROKEN, "no memory for an account");
	change_account_add(c, row);
	add_compartments(c, n->name, n->compartment, n->compartment_n);
	describe(row, what);
	audit_add(c, v, "account.create", n->name, what);
	enum tocsin_err err = store_commit(d->store, c, NULL, NULL);
	return err == TOCSIN_LATER ? fail(TOCSIN_REFUSED, "%s: %s", n->name, fail_sentence()) : err;
}

enum tocsin_err account_add(const struct desk *d, const struct view *v, const struct account_new *n)
{
	struct snapshot *read = NULL;
	char hash[PASSWORD_HASH] = "";
	const char *unit = n->unit == NULL ? FIRST_UNIT : n->unit,
		   *function = n->function == NULL ? role_function(n->roles) : n->function;
	enum tocsin_err err = access_may(v, RIGHT_ADMIN);
	if (err == TOCSIN_OK)
		err = role_check_name("an account", n->name);
	if (err == TOCSIN_OK)
		err = role_check_text("the function", function, LIMIT_FUNCTION);
	if (err == TOCSIN_OK)
		err = account_roles_allowed(d, n->name, n->roles);
	if (err == TOCSIN_OK && n->password != NULL)
		err = password_allowed(n->password, n->name);
	if (err == TOCSIN_OK)
		err = snapshot_open(d->store, &read);
	if (err == TOCSIN_OK)
		err = check_places(read, unit, n->compartment, n->compartment_n);
	snapshot_close(read);
	if (err == TOCSIN_OK && n->password != NULL)
		err = password_hash(n->password, hash);
	int64_t now = clock_now();
	const struct account_row row = { .name = n->name, .unit = unit, .roles = n->roles, .function = function,
		.state = "active", .password = hash, .created_at = now, .changed_at = now };
	return err == TOCSIN_OK ? add(d, v, n, &row) : err;
}

/* ---- changing ---- */

/* The row of NAME as it is now, in A. */
static enum tocsin_err look(const struct desk *d, const char *name, struct arena *a, struct account_row *row)
{
	struct snapshot *read = NULL;
	enum tocsin_err err = snapshot_open(d->store, &read);
	if (err == TOCSIN_OK)
		err = account_get(read, name, a, row);
	snapshot_close(read);
	if (err == TOCSIN_OK && strcmp(row->state, "removed") == 0)
		err = fail(TOCSIN_MISSING, "there is no account %.64s", name);
	return err;
}

static int64_t later_than(int64_t before)
{
	int64_t now = clock_now();
	return now > before ? now : before + 1;
}

/* What is lent to NAME now must go with ROLES, too. */
static enum tocsin_err lent_allowed(const struct desk *d, struct snapshot *read, const char *name, unsigned roles)
{
	int64_t lent = 0;
	enum tocsin_err err = delegated_roles(read, name, clock_now(), &lent);
	if (err != TOCSIN_OK || account_roles_allowed(d, name, roles | (unsigned)lent) == TOCSIN_OK)
		return err;
	return rule_refuse(((roles | (unsigned)lent) & ROLE_INSPECTOR) != 0 ? "account.inspector-alone" : "account.administrator-alone",
		"%s has roles lent to it that do not go with these: end that delegation first", name);
}

/* What E makes of ROW, and whether it may be. */
static enum tocsin_err apply(
	const struct desk *d, const struct view *v, const struct account_edit *e, struct account_row *row)
{
	struct snapshot *read = NULL;
	bool was_admin = strcmp(row->state, "active") == 0 && (row->roles & ROLE_ADMIN) != 0;
	if (strcmp(v->account, row->name) == 0 && (e->roles_given || e->unit != NULL || e->compartments_given))
		return rule_refuse("account.own-roles", "%s is your own account", row->name);
	row->unit = e->unit != NULL ? e->unit : row->unit;
	row->function = e->function != NULL ? e->function : row->function;
	row->state = e->state != NULL ? e->state : row->state;
	row->roles = e->roles_given ? (int64_t)e->roles : row->roles;
	if (strcmp(row->state, "active") != 0 && strcmp(row->state, "locked") != 0 && strcmp(row->state, "removed") != 0)
		return fail(TOCSIN_BAD, "the state of an account is active, locked or removed");
	enum tocsin_err err = role_check_text("the function", row->function, LIMIT_FUNCTION);
	if (err == TOCSIN_OK && e->roles_given)
		err = account_roles_allowed(d, row->name, (unsigned)row->roles);
	if (err == TOCSIN_OK)
		err = snapshot_open(d->store, &read);
	if (err == TOCSIN_OK && e->roles_given)
		err = lent_allowed(d, read, row->name, (unsigned)row->roles);
	if (err == TOCSIN_OK)
		err = check_places(read, row->unit, e->compartment, e->compartment_n);
	if (err == TOCSIN_OK && was_admin && (strcmp(row->state, "active") != 0 || (row->roles & ROLE_ADMIN) == 0)) {
		err = account_admin_other(read, row->name);
		if (err == TOCSIN_MISSING)
			err = rule_refuse("account.last-administrator", "%s is the last active administrator", row->name);
	}
	snapshot_close(read);
	return err;
}

static enum tocsin_err commit_edit(const struct desk *d, const struct view *v, const struct account_edit *e,
	const struct account_row *row, int64_t before, const char *unit_before)
{
	char what[400];
	struct change *c = change_new();
	if (c == NULL)
		return fail(TOCSIN_BROKEN, "no memory for an account");
	bool removed = strcmp(row->state, "removed") == 0;
	change_account(c, row, before);
	if (e->compartments_given || removed)
		change_account_compartments_clear(c, row->name);
	if (!removed)
		add_compartments(c, row->name, e->compartment, e->compartment_n);
	if (removed || strcmp(unit_before, row->unit) != 0)
		change_escalation_leave(c, unit_before, row->name);
	/* What it may not know of any more goes to whom that unit's clocks go to. */
	if (removed || e->unit != NULL || e->compartments_given)
		change_clocks_leave(c, row->name);
	/* And what it was answered before is not answered again. */
	if (removed || e->unit != NULL || e->compartments_given || e->roles_given)
		change_repeat_empty_of(c, row->name);
	if (strcmp(row->state, "active") != 0) {
		change_session_end_all(c, row->name);
	} else if (e->state != NULL) {
		struct hash name = session_name(row->name);
		change_attempt_clear(c, &name);
	}
	describe(row, what);
	audit_add(c, v, removed ? "account.remove" : "account.change", row->name, what);
	return store_commit(d->store, c, NULL, NULL);
}

enum tocsin_err account_edit(
	const struct desk *d, const struct view *v, const char *name, const struct account_edit *e)
{
	struct account_row row;
	enum tocsin_err err = access_may(v, RIGHT_ADMIN);
	struct arena *a = err == TOCSIN_OK ? arena_new(ARENA) : NULL;
	if (err == TOCSIN_OK && a == NULL)
		err = fail(TOCSIN_BROKEN, "no memory for an account");
	if (err == TOCSIN_OK)
		err = look(d, name, a, &row);
	if (err == TOCSIN_OK) {
		const int64_t before = row.changed_at;
		const char *unit_before = row.unit;
		if (e->seen != 0 && e->seen != before)
			err = fail(TOCSIN_LATER, "somebody has changed %s meanwhile: read it again", row.name);
		if (err == TOCSIN_OK)
			err = apply(d, v, e, &row);
		row.changed_at = later_than(before);
		if (err == TOCSIN_OK)
			err = commit_edit(d, v, e, &row, before, unit_before);
	}
	arena_free(a);
	return err;
}

/* ---- passwords and second factors ---- */

/* Whether V may, and the row. OWN: it is one's own account. */
static enum tocsin_err secret_of(const struct desk *d, const struct view *v, const char *name, struct arena *a,
	struct account_row *row, bool *own)
{
	*own = strcmp(v->account, name) == 0;
	enum tocsin_err err = *own ? TOCSIN_OK : access_may(v, RIGHT_ADMIN);
	if (err == TOCSIN_OK && a == NULL)
		err = fail(TOCSIN_BROKEN, "no memory for an account");
	return err == TOCSIN_OK ? look(d, name, a, row) : err;
}

enum tocsin_err account_set_password(const struct desk *d, const struct view *v, const struct hash *keep,
	const char *name, const char *old, const char *password, int64_t now)
{
	static const struct hash none = { { 0 } };
	struct account_row row;
	bool own = false;
	char hash[PASSWORD_HASH];
	struct arena *a = arena_new(ARENA);
	struct change *c = NULL;
	enum tocsin_err err = secret_of(d, v, name, a, &row, &own);
	if (err == TOCSIN_OK)
		err = password_allowed(password, name);
	if (err == TOCSIN_OK && own)
		err = session_prove(d, &row, old, NULL, now);
	if (err == TOCSIN_OK)
		err = password_hash(password, hash);
	if (err == TOCSIN_OK && (c = change_new()) == NULL)
		err = fail(TOCSIN_BROKEN, "no memory for an account");
	if (err == TOCSIN_OK) {
		const int64_t before = row.changed_at;
		struct hash tried = session_name(name);
		row.password = hash;
		row.changed_at = later_than(before);
		change_account_password(c, &row, before);
		change_session_end_others(c, name, keep == NULL ? &none : keep);
		change_attempt_clear(c, &tried);
		audit_add(c, v, "account.password", name, "");
		err = store_commit(d->store, c, NULL, NULL);
	}
	arena_free(a);
	return err;
}

static enum tocsin_err commit_totp(const struct desk *d, const struct view *v, struct account_row *row, struct bytes secret,
	int64_t step, const char *what)
{
	struct change *c = change_new();
	const int64_t before = row->changed_at;
	if (c == NULL)
		return fail(TOCSIN_BROKEN, "no memory for an account");
	row->totp = secret;
	row->totp_last = step;
	row->changed_at = later_than(before);
	change_account_totp(c, row, before);
	audit_add(c, v, "account.totp", row->name, what);
	return store_commit(d->store, c, NULL, NULL);
}

enum tocsin_err account_set_totp(
	const struct desk *d, const struct view *v, const char *secret, const char *code, int64_t now)
{
	struct account_row row;
	bool own = false;
	uint8_t key[TOTP_SECRET];
	int64_t step = 0;
	struct arena *a = arena_new(ARENA);
	enum tocsin_err err = secret_of(d, v, v->account, a, &row, &own);
	if (err == TOCSIN_OK && row.totp.n > 0)
		err = rule_refuse("account.password", "%s has a second factor already: take it away with a code of it first",
			row.name);
	if (err == TOCSIN_OK && !totp_read(secret, key))
		err = fail(TOCSIN_BAD, "the secret must be %d characters of base32, as this node gave it", TOTP_TEXT);
	if (err == TOCSIN_OK && !totp_check(bytes_of(key, sizeof key), code, now, 0, &step))
		err = fail(TOCSIN_REFUSED,
			"this is not the code of that secret now: is the clock of the device right? Nothing was changed");
	if (err == TOCSIN_OK)
		err = commit_totp(d, v, &row, bytes_of(key, sizeof key), step, "on");
	bytes_wipe(key, sizeof key);
	arena_free(a);
	return err;
}

enum tocsin_err account_drop_totp(
	const struct desk *d, const struct view *v, const char *name, const char *code, int64_t now)
{
	struct account_row row;
	bool own = false;
	struct arena *a = arena_new(ARENA);
	enum tocsin_err err = secret_of(d, v, name, a, &row, &own);
	if (err == TOCSIN_OK && row.totp.n == 0)
		err = fail(TOCSIN_MISSING, "%s has no second factor", name);
	if (err == TOCSIN_OK && own)
		err = session_prove(d, &row, NULL, code, now);
	if (err == TOCSIN_OK)
		err = commit_totp(d, v, &row, bytes_of(NULL, 0), 0, "off");
	arena_free(a);
	return err;
}
