/*
 * account_show: what one may know of accounts: names stay within the unit, details with oneself and administrators.
 */
#include "desk/account.h"

#include "domain/role.h"
#include "store/rows_people.h"
#include "store/rows_unit.h"

#define ARENA 65536

static json_t *time_json(int64_t t)
{
	char text[CLOCK_TEXT + 1] = "";
	if (t != 0)
		clock_format(t, text);
	return json_string(text);
}

static json_t *roles_json(unsigned roles)
{
	json_t *list = json_array();
	for (unsigned bit = 1; bit <= ROLE_ALL; bit *= 2)
		if ((roles & bit) != 0)
			json_array_append_new(list, json_string(role_name(bit)));
	return list;
}

static bool manages(const struct view *v)
{
	return access_may(v, RIGHT_ADMIN) == TOCSIN_OK;
}

static bool is_self(const struct view *v, const struct account_row *row)
{
	return strcmp(v->account, row->name) == 0;
}

/* Of one's own unit, at work. */
static bool is_colleague(const struct view *v, const struct account_row *row)
{
	return v->unit[0] != 0 && strcmp(v->unit, row->unit) == 0 && strcmp(row->state, "active") == 0;
}

static bool add_name(void *list, const char *name)
{
	json_array_append_new(list, json_string(name));
	return true;
}

static json_t *known_to_all(const struct account_row *row)
{
	json_t *o = json_object();
	json_object_set_new(o, "name", json_string(row->name));
	json_object_set_new(o, "function", json_string(row->function));
	json_object_set_new(o, "unit", json_string(row->unit));
	json_object_set_new(o, "roles", roles_json((unsigned)row->roles));
	return o;
}

static void add_details(json_t *o, const struct account_row *row)
{
	json_object_set_new(o, "state", json_string(row->state));
	json_object_set_new(o, "password", json_boolean(row->password[0] != 0));
	json_object_set_new(o, "totp", json_boolean(row->totp.n > 0));
	json_object_set_new(o, "created_at", time_json(row->created_at));
	json_object_set_new(o, "changed_at", time_json(row->changed_at));
	json_object_set_new(o, "used_at", time_json(row->used_at));
}

enum tocsin_err account_show(
	struct snapshot *read, const struct view *v, const char *name, json_t **out, int64_t *version)
{
	struct account_row row;
	int64_t delegated = 0;
	struct arena *a = arena_new(ARENA);
	*out = NULL;
	*version = 0;
	enum tocsin_err err = a == NULL ? fail(TOCSIN_BROKEN, "no memory for an account") : account_get(read, name, a, &row);
	bool whole = err == TOCSIN_OK && (is_self(v, &row) || manages(v));
	/* What V may not know of is not there. */
	if (err == TOCSIN_OK && !whole && !is_colleague(v, &row))
		err = fail(TOCSIN_MISSING, "there is no account %.64s", name);
	if (err == TOCSIN_OK)
		*out = known_to_all(&row);
	if (err == TOCSIN_OK && whole) {
		json_t *compartments = json_array();
		*version = row.changed_at;
		add_details(*out, &row);
		json_object_set_new(*out, "compartments", compartments);
		err = account_compartments(read, name, add_name, compartments);
		if (err == TOCSIN_OK)
			err = delegated_roles(read, name, clock_now(), &delegated);
		json_object_set_new(*out, "delegated", roles_json((unsigned)(delegated & ~row.roles)));
	}
	if (err != TOCSIN_OK) {
		json_decref(*out);
		*out = NULL;
	}
	arena_free(a);
	return err;
}

struct listing {
	json_t *items;
	const struct view *view;
	bool manages;
	size_t limit, seen;
	char last[LIMIT_ACCOUNT + 1];
};

static bool add_account(void *arg, const struct account_row *row)
{
	struct listing *l = arg;
	if (++l->seen > l->limit)
		return false;
	snprintf(l->last, sizeof l->last, "%s", row->name);
	if (!l->manages && !is_self(l->view, row) && !is_colleague(l->view, row))
		return true;
	json_t *o = known_to_all(row);
	if (l->manages || is_self(l->view, row))
		add_details(o, row);
	json_array_append_new(l->items, o);
	return true;
}

enum tocsin_err account_show_all(
	struct snapshot *read, const struct view *v, const char *after, size_t limit, json_t **out)
{
	struct listing l = { .items = json_array(), .view = v, .manages = manages(v), .limit = limit };
	/* One row more than is shown says whether there is a next page. */
	enum tocsin_err err = account_list(read, l.manages ? NULL : v->unit, after, limit + 1, add_account, &l);
	*out = json_object();
	json_object_set_new(*out, "items", l.items);
	json_object_set_new(*out, "next", json_string(l.seen > l.limit ? l.last : ""));
	return err;
}

const char *account_shown(struct snapshot *read, const struct view *v, const char *account, struct arena *a)
{
	struct account_row row;
	if (v->everything || strcmp(v->account, account) == 0 || (v->roles & (ROLE_ADMIN | ROLE_INSPECTOR)) != 0 ||
		account_get(read, account, a, &row) != TOCSIN_OK || strcmp(row.unit, v->unit) == 0)
		return arena_str(a, bytes_str(account));
	return row.function;
}
