#include "desk/delegation.h"

#include "base/random.h"
#include "desk/account.h"
#include "desk/audit.h"
#include "desk/policy.h"
#include "desk/rules.h"
#include "domain/role.h"
#include "store/rows_people.h"
#include "store/rows_repeat.h"
#include "store/rows_unit.h"

#define ARENA 65536
#define REASON 400
#define MOST 64                         /* of one account, at a time */

static enum tocsin_err active(struct snapshot *read, const char *name, struct arena *a, struct account_row *row)
{
	enum tocsin_err err = account_get(read, name, a, row);
	return err == TOCSIN_OK && strcmp(row->state, "active") != 0 ? fail(TOCSIN_MISSING, "there is no account %.64s", name)
								     : err;
}

static bool count(void *arg, const struct delegation_row *row)
{
	(void)row;
	return ++*(size_t *)arg < MOST;
}

static enum tocsin_err check_accounts(const struct desk *d, struct snapshot *read, const struct view *v,
	const struct delegation_row *row, struct arena *a)
{
	struct account_row from, to;
	size_t n = 0;
	enum tocsin_err err = active(read, row->from, a, &from);
	if (err == TOCSIN_OK)
		err = active(read, row->to, a, &to);
	if (err != TOCSIN_OK)
		return err;
	if (strcmp(from.unit, to.unit) != 0)
		/* Who is of another unit is not there for V, unless V manages accounts. */
		return access_may(v, RIGHT_ADMIN) == TOCSIN_OK
			? rule_refuse("delegation.same-unit", "%s is of another unit", row->to)
			: fail(TOCSIN_MISSING, "there is no account %.64s", row->to);
	if (strcmp(row->from, row->to) == 0)
		return fail(TOCSIN_BAD, "a deputy is somebody else");
	if ((row->roles & ~from.roles) != 0)
		return rule_refuse("delegation.own-roles", "%s does not have all of these roles itself", row->from);
	if (((row->roles | to.roles) & ROLE_INSPECTOR) != 0)
		return rule_refuse("account.inspector-alone", "an inspector's role is not lent, and an inspector is lent none");
	err = account_roles_allowed(d, row->to, (unsigned)(row->roles | to.roles));
	if (err != TOCSIN_OK)
		return err;
	err = delegation_list(read, row->from, true, clock_now(), count, &n);
	return err == TOCSIN_OK && n >= MOST ? fail(TOCSIN_REFUSED, "%s has %d delegations: end one first", row->from, MOST)
					     : err;
}

enum tocsin_err delegation_add(
	const struct desk *d, const struct view *v, const struct delegation_new *n, char id[DELEGATION_ID + 1])
{
	uint8_t raw[DELEGATION_ID / 2];
	int64_t now = clock_now();
	struct snapshot *read = NULL;
	struct delegation_row row = { .id = id, .from = n->from == NULL ? v->account : n->from, .to = n->to,
		.roles = n->roles, .reason = n->reason, .begins_at = n->begins_at == 0 ? now : n->begins_at,
		.ends_at = n->ends_at };
	random_bytes(raw, sizeof raw);
	hex_encode(raw, sizeof raw, id);
	enum tocsin_err err = strcmp(row.from, v->account) == 0 ? TOCSIN_OK : access_may(v, RIGHT_ADMIN);
	if (err == TOCSIN_OK)
		err = role_check_text("the reason", n->reason, REASON);
	if (err == TOCSIN_OK && (n->roles == 0 || (n->roles & ~(unsigned)ROLE_ALL) != 0))
		err = fail(TOCSIN_BAD, "say which roles are delegated");
	if (err == TOCSIN_OK && (row.ends_at <= now || row.ends_at <= row.begins_at ||
					row.ends_at > now + policy_int(d, "delegation.longest")))
		err = rule_refuse("delegation.end",
			"its end must be ahead, behind its beginning, and not farther than the policy delegation.longest says");
	struct arena *a = err == TOCSIN_OK ? arena_new(ARENA) : NULL;
	struct change *c = a != NULL ? change_new() : NULL;
	if (err == TOCSIN_OK && c == NULL)
		err = fail(TOCSIN_BROKEN, "no memory for a delegation");
	if (err == TOCSIN_OK)
		err = snapshot_open(d->store, &read);
	if (err == TOCSIN_OK)
		err = check_accounts(d, read, v, &row, a);
	snapshot_close(read);
	if (err == TOCSIN_OK) {
		struct buf what;
		char begins[CLOCK_TEXT + 1], ends[CLOCK_TEXT + 1];
		clock_format(row.begins_at, begins);
		clock_format(row.ends_at, ends);
		buf_init(&what, 1000);
		buf_printf(&what, "%s to %s, %s to %s: ", row.from, row.to, begins, ends);
		role_names(n->roles, " ", &what);
		buf_add_char(&what, 0);
		change_delegation_add(c, &row);
		audit_add(c, v, "delegation.create", row.from, what.failed ? "" : (const char *)what.p);
		buf_free(&what);
		err = store_commit(d->store, c, NULL, NULL);
	} else {
		change_free(c);
	}
	arena_free(a);
	return err;
}

enum tocsin_err delegation_end(const struct desk *d, const struct view *v, const char *id)
{
	struct snapshot *read = NULL;
	struct delegation_row row;
	struct change *c = NULL;
	struct arena *a = arena_new(ARENA);
	enum tocsin_err err = a == NULL ? fail(TOCSIN_BROKEN, "no memory for a delegation") : snapshot_open(d->store, &read);
	if (err == TOCSIN_OK)
		err = delegation_get(read, id, a, &row);
	snapshot_close(read);
	if (err == TOCSIN_OK && strcmp(row.from, v->account) != 0 && strcmp(row.to, v->account) != 0 &&
		access_may(v, RIGHT_ADMIN) != TOCSIN_OK)
		err = fail(TOCSIN_MISSING, "there is no delegation %.64s", id);
	if (err == TOCSIN_OK && (c = change_new()) == NULL)
		err = fail(TOCSIN_BROKEN, "no memory for a delegation");
	if (err == TOCSIN_OK) {
		change_delegation_end(c, id, clock_now());
		change_repeat_empty_of(c, row.to);
		audit_add(c, v, "delegation.end", row.from, row.to);
		err = store_commit(d->store, c, NULL, NULL);
	}
	arena_free(a);
	return err == TOCSIN_LATER ? fail(TOCSIN_REFUSED, "%s", fail_sentence()) : err;
}

static json_t *time_json(int64_t t)
{
	char text[CLOCK_TEXT + 1] = "";
	if (t != 0)
		clock_format(t, text);
	return json_string(text);
}

static bool add_row(void *arg, const struct delegation_row *row)
{
	json_t *o = json_object(), *roles = json_array();
	int64_t now = clock_now();
	for (unsigned bit = 1; bit <= ROLE_ALL; bit *= 2)
		if ((row->roles & bit) != 0)
			json_array_append_new(roles, json_string(role_name(bit)));
	json_object_set_new(o, "id", json_string(row->id));
	json_object_set_new(o, "from", json_string(row->from));
	json_object_set_new(o, "to", json_string(row->to));
	json_object_set_new(o, "roles", roles);
	json_object_set_new(o, "reason", json_string(row->reason));
	json_object_set_new(o, "begins_at", time_json(row->begins_at));
	json_object_set_new(o, "ends_at", time_json(row->ends_at));
	json_object_set_new(o, "runs", json_boolean(row->begins_at <= now && now < row->ends_at));
	json_array_append_new(arg, o);
	return true;
}

enum tocsin_err delegation_show(struct snapshot *read, const struct view *v, const char *account, json_t **out)
{
	json_t *items = json_array();
	enum tocsin_err err = strcmp(v->account, account) == 0 ? TOCSIN_OK : access_may(v, RIGHT_ADMIN);
	if (err == TOCSIN_OK)
		err = delegation_list(read, account, true, clock_now(), add_row, items);
	if (err == TOCSIN_OK)
		err = delegation_list(read, account, false, clock_now(), add_row, items);
	*out = json_object();
	json_object_set_new(*out, "items", items);
	return err;
}
