#include "desk/unit.h"

#include "desk/audit.h"
#include "domain/role.h"
#include "store/rows_access.h"
#include "store/rows_people.h"
#include "store/rows_unit.h"

#define ARENA 65536
#define LABEL 200
#define EVERY_INSPECTOR "*"

/* ---- adding ---- */

struct adding {
	struct change *change;
	const char *name;                       /* of the new one */
	bool unit;                              /* it is a unit, the others are compartments; or the other way round */
	size_t n;
	bool there;
};

static bool add_scope(void *arg, const struct unit_row *row)
{
	struct adding *g = arg;
	g->n++;
	if (g->unit)
		change_scope_add(g->change, g->name, row->name);
	else
		change_scope_add(g->change, row->name, g->name);
	return true;
}

static bool count(void *arg, const struct unit_row *row)
{
	struct adding *g = arg;
	g->n++;
	g->there = g->there || strcmp(row->name, g->name) == 0;
	return true;
}

static enum tocsin_err put(const struct desk *d, const struct view *v, bool unit, const char *name, const char *label)
{
	struct snapshot *read = NULL;
	struct adding g = { .name = name, .unit = unit };
	const char *what = unit ? "a unit" : "a compartment";
	const size_t most = unit ? UNITS_MAX : COMPARTMENTS_MAX;
	enum tocsin_err err = access_may(v, RIGHT_ADMIN);
	if (err == TOCSIN_OK)
		err = role_check_name(what, name);
	if (err == TOCSIN_OK)
		err = role_check_text("the label", label, LABEL);
	if (err == TOCSIN_OK && (g.change = change_new()) == NULL)
		err = fail(TOCSIN_BROKEN, "no memory for %s", what);
	if (err == TOCSIN_OK)
		err = snapshot_open(d->store, &read);
	if (err == TOCSIN_OK)
		err = unit ? unit_list(read, count, &g) : compartment_list(read, count, &g);
	if (err == TOCSIN_OK && !g.there && g.n >= most)
		err = fail(TOCSIN_REFUSED, "there are %zu of these already: more than an organisation has", most);
	if (err == TOCSIN_OK && unit) {
		change_unit_put(g.change, name, label, clock_now());
		change_scope_add(g.change, name, "");
		err = compartment_list(read, add_scope, &g);
	} else if (err == TOCSIN_OK) {
		change_compartment_put(g.change, name, label, clock_now());
		change_scope_add(g.change, EVERY_INSPECTOR, name);
		err = unit_list(read, add_scope, &g);
	}
	snapshot_close(read);
	if (err != TOCSIN_OK) {
		change_free(g.change);
		return err;
	}
	audit_add(g.change, v, unit ? "unit" : "compartment", name, label);
	return store_commit(d->store, g.change, NULL, NULL);
}

enum tocsin_err unit_put(const struct desk *d, const struct view *v, const char *name, const char *label)
{
	return put(d, v, true, name, label);
}

enum tocsin_err compartment_put(const struct desk *d, const struct view *v, const char *name, const char *label)
{
	return put(d, v, false, name, label);
}

/* ---- showing ---- */

static bool add_row(void *items, const struct unit_row *row)
{
	json_t *o = json_object();
	json_object_set_new(o, "name", json_string(row->name));
	json_object_set_new(o, "label", json_string(row->label));
	json_array_append_new(items, o);
	return true;
}

enum tocsin_err unit_show(struct snapshot *read, json_t **out)
{
	json_t *items = json_array();
	*out = json_object();
	json_object_set_new(*out, "items", items);
	return unit_list(read, add_row, items);
}

static bool add_name(void *names, const char *name)
{
	json_object_set_new(names, name, json_true());
	return true;
}

enum tocsin_err compartment_show(struct snapshot *read, const struct view *v, json_t **out)
{
	json_t *all = json_array(), *mine = json_object(), *items = json_array(), *row;
	size_t i;
	bool manages = access_may(v, RIGHT_ADMIN) == TOCSIN_OK;
	enum tocsin_err err = compartment_list(read, add_row, all);
	if (err == TOCSIN_OK)
		err = account_compartments(read, v->account, add_name, mine);
	json_array_foreach(all, i, row)
		if (manages || json_object_get(mine, json_string_value(json_object_get(row, "name"))) != NULL)
			json_array_append(items, row);
	json_decref(all);
	json_decref(mine);
	*out = json_object();
	json_object_set_new(*out, "items", items);
	return err;
}

/* ---- escalation ---- */

static enum tocsin_err check_member(struct snapshot *read, const char *unit, const char *const *account, size_t i)
{
	struct account_row row;
	struct arena *a = arena_new(ARENA);
	enum tocsin_err err = a == NULL ? fail(TOCSIN_BROKEN, "no memory for an account")
					: account_get(read, account[i], a, &row);
	if (err == TOCSIN_OK && (strcmp(row.unit, unit) != 0 || strcmp(row.state, "active") != 0))
		err = fail(TOCSIN_MISSING, "%s is no active account of the unit %s", account[i], unit);
	for (size_t j = 0; err == TOCSIN_OK && j < i; j++)
		if (strcmp(account[i], account[j]) == 0)
			err = fail(TOCSIN_BAD, "%s is named twice", account[i]);
	arena_free(a);
	return err;
}

enum tocsin_err escalation_put(
	const struct desk *d, const struct view *v, const char *unit, const char *const *account, size_t n)
{
	struct snapshot *read = NULL;
	struct buf words;
	struct change *c = NULL;
	buf_init(&words, 2000);
	enum tocsin_err err = access_may(v, RIGHT_ADMIN);
	if (err == TOCSIN_OK && n > ESCALATION_MAX)
		err = fail(TOCSIN_BAD, "at most %d accounts stand in a unit's escalation", ESCALATION_MAX);
	if (err == TOCSIN_OK)
		err = snapshot_open(d->store, &read);
	if (err == TOCSIN_OK)
		err = unit_check(read, unit);
	for (size_t i = 0; err == TOCSIN_OK && i < n; i++)
		err = check_member(read, unit, account, i);
	snapshot_close(read);
	if (err == TOCSIN_OK && (c = change_new()) == NULL)
		err = fail(TOCSIN_BROKEN, "no memory for a change");
	if (err == TOCSIN_OK) {
		change_escalation_clear(c, unit);
		for (size_t i = 0; i < n; i++) {
			change_escalation_add(c, unit, i + 1, account[i]);
			buf_printf(&words, i == 0 ? "%s" : " %s", account[i]);
		}
		buf_add_char(&words, 0);
		audit_add(c, v, "escalation", unit, words.failed ? "" : (const char *)words.p);
		err = store_commit(d->store, c, NULL, NULL);
	}
	buf_free(&words);
	return err;
}

static bool add_account(void *items, const char *account)
{
	json_array_append_new(items, json_string(account));
	return true;
}

enum tocsin_err escalation_show(struct snapshot *read, const struct view *v, const char *unit, json_t **out)
{
	json_t *accounts = json_array();
	*out = json_object();
	json_object_set_new(*out, "unit", json_string(unit));
	json_object_set_new(*out, "accounts", accounts);
	enum tocsin_err err = unit_check(read, unit);
	if (err == TOCSIN_OK && strcmp(v->unit, unit) != 0)
		err = access_may(v, RIGHT_ADMIN);
	return err == TOCSIN_OK ? escalation_list(read, unit, add_account, accounts) : err;
}
