/*
 * ops_people: delegations, units, compartments, escalation, hand-overs.
 */
#include "desk/delegation.h"
#include "desk/handover.h"
#include "desk/unit.h"
#include "serve/internal.h"

static const char *member(const struct asked *q, const char *name)
{
	return json_string_value(json_object_get(q->body, name));
}

static enum tocsin_err done(struct asked *q, enum tocsin_err err)
{
	if (err == TOCSIN_OK) {
		q->answer = json_object();
		json_object_set_new(q->answer, "done", json_true());
	}
	return err;
}

/* ---- delegations ---- */

enum tocsin_err op_delegations(struct serve *s, struct asked *q)
{
	struct snapshot *read = NULL;
	const char *account = NULL;
	enum tocsin_err err = query_str(q, "account", &account);
	if (err == TOCSIN_OK)
		err = snapshot_open(s->desk->store, &read);
	if (err == TOCSIN_OK)
		err = delegation_show(read, &q->view, account == NULL ? q->view.account : account, &q->answer);
	snapshot_close(read);
	return err;
}

enum tocsin_err op_delegation_add(struct serve *s, struct asked *q)
{
	char id[DELEGATION_ID + 1];
	const char *begins = member(q, "begins");
	struct delegation_new n = { .from = member(q, "from"), .to = member(q, "to"), .reason = member(q, "reason") };
	enum tocsin_err err = serve_roles(json_object_get(q->body, "roles"), &n.roles);
	if (err == TOCSIN_OK && begins != NULL && !clock_parse(bytes_str(begins), &n.begins_at))
		err = fail(TOCSIN_BAD, "begins must be a time like 2024-03-06T09:12:00Z");
	if (err == TOCSIN_OK)
		err = serve_until(q, n.begins_at == 0 ? clock_now() : n.begins_at, &n.ends_at);
	if (err == TOCSIN_OK)
		err = delegation_add(s->desk, &q->view, &n, id);
	if (err == TOCSIN_OK) {
		q->answer = json_object();
		json_object_set_new(q->answer, "id", json_string(id));
	}
	return err;
}

enum tocsin_err op_delegation_end(struct serve *s, struct asked *q)
{
	return done(q, delegation_end(s->desk, &q->view, q->parameter));
}

/* ---- units ---- */

enum tocsin_err op_units(struct serve *s, struct asked *q)
{
	struct snapshot *read = NULL;
	enum tocsin_err err = snapshot_open(s->desk->store, &read);
	if (err == TOCSIN_OK)
		err = unit_show(read, &q->answer);
	snapshot_close(read);
	return err;
}

enum tocsin_err op_unit_put(struct serve *s, struct asked *q)
{
	return done(q, unit_put(s->desk, &q->view, q->parameter, member(q, "label")));
}

enum tocsin_err op_compartments(struct serve *s, struct asked *q)
{
	struct snapshot *read = NULL;
	enum tocsin_err err = snapshot_open(s->desk->store, &read);
	if (err == TOCSIN_OK)
		err = compartment_show(read, &q->view, &q->answer);
	snapshot_close(read);
	return err;
}

enum tocsin_err op_compartment_put(struct serve *s, struct asked *q)
{
	return done(q, compartment_put(s->desk, &q->view, q->parameter, member(q, "label")));
}

enum tocsin_err op_escalation(struct serve *s, struct asked *q)
{
	struct snapshot *read = NULL;
	enum tocsin_err err = snapshot_open(s->desk->store, &read);
	if (err == TOCSIN_OK)
		err = escalation_show(read, &q->view, q->parameter, &q->answer);
	snapshot_close(read);
	return err;
}

enum tocsin_err op_escalation_put(struct serve *s, struct asked *q)
{
	const json_t *list = json_object_get(q->body, "accounts"), *item;
	size_t i;
	const char **account = arena_alloc(q->arena, (json_array_size(list) + 1) * sizeof *account);
	if (account == NULL)
		return fail(TOCSIN_BROKEN, "no memory for the request");
	json_array_foreach(list, i, item)
		account[i] = json_string_value(item);
	enum tocsin_err err = escalation_put(s->desk, &q->view, q->parameter, account, json_array_size(list));
	return err == TOCSIN_OK ? op_escalation(s, q) : err;
}

/* ---- hand-overs ---- */

enum tocsin_err op_handovers(struct serve *s, struct asked *q)
{
	struct snapshot *read = NULL;
	enum tocsin_err err = snapshot_open(s->desk->store, &read);
	if (err == TOCSIN_OK)
		err = handover_show_all(read, &q->view, &q->answer);
	snapshot_close(read);
	return err;
}

enum tocsin_err op_handover_start(struct serve *s, struct asked *q)
{
	return handover_start(s->desk, &q->view, member(q, "to"), &q->answer);
}

enum tocsin_err op_handover(struct serve *s, struct asked *q)
{
	struct snapshot *read = NULL;
	enum tocsin_err err = snapshot_open(s->desk->store, &read);
	if (err == TOCSIN_OK)
		err = handover_show(read, &q->view, q->parameter, &q->answer);
	snapshot_close(read);
	return err;
}

enum tocsin_err op_handover_accept(struct serve *s, struct asked *q)
{
	enum tocsin_err err = handover_accept(s->desk, &q->view, q->parameter);
	return err == TOCSIN_OK ? op_handover(s, q) : err;
}
