/*
 * ops_access: sharing with another unit; the audit trail.
 */
#include "desk/audit.h"
#include "desk/rules.h"
#include "serve/internal.h"
#include "store/rows_access.h"

/* ---- sharing ---- */

static enum tocsin_err may_share(
	struct asked *q, struct snapshot *r, const struct statement_row *row, const char *compartment, bool whole)
{
	bool closed;
	char in[LIMIT_ACCOUNT + 1];
	enum tocsin_err err = access_sees(r, &q->view, row->num, q->parameter, &closed);
	if (err == TOCSIN_OK && whole && !closed)
		err = rule_refuse("access.share-closed", "you see only what was sent open of %.16s", q->parameter);
	if (err == TOCSIN_OK)
		err = access_compartment(r, &q->view, &row->id, 1, in);
	if (err == TOCSIN_OK && in[0] != 0 && strcmp(in, compartment) != 0)
		err = rule_refuse("access.share-compartment", "%.16s is in the compartment %s", q->parameter, in);
	return err;
}

static enum tocsin_err share(struct asked *q, struct snapshot *r, const struct statement_row *row, const char *unit,
	const char *compartment, bool whole)
{
	const struct desk *d = q->serve->desk;
	struct change *c = change_new();
	char id[2 * SHA256_SIZE + 1], what[3 * LIMIT_ACCOUNT];
	hex_encode(row->id.b, SHA256_SIZE, id);
	snprintf(what, sizeof what, "with %s%s%s%s", unit, compartment[0] != 0 ? " in " : "", compartment,
		whole ? ", closed lines too" : "");
	enum tocsin_err err = c == NULL ? fail(TOCSIN_BROKEN, "no memory for a change")
					: access_share(d, r, c, row->num, row->kind, row->peer, unit, compartment, whole);
	if (err == TOCSIN_OK) {
		change_event(c, "statement shared", row->num, unit);
		audit_add(c, &q->view, "shared", id, what);
		err = store_commit(d->store, c, NULL, NULL);
		c = NULL;
	}
	change_free(c);
	return err;
}

enum tocsin_err op_share(struct serve *s, struct asked *q)
{
	struct statement_row row;
	struct snapshot *r = NULL;
	const char *unit = json_string_value(json_object_get(q->body, "unit")),
		   *compartment = json_string_value(json_object_get(q->body, "compartment"));
	bool whole = json_is_true(json_object_get(q->body, "whole"));
	compartment = compartment == NULL ? "" : compartment;
	enum tocsin_err err = snapshot_open(s->desk->store, &r);
	if (err == TOCSIN_OK)
		err = path_statement(q, r, &row);
	if (err == TOCSIN_OK)
		err = may_share(q, r, &row, compartment, whole);
	if (err == TOCSIN_OK)
		err = share(q, r, &row, unit, compartment, whole);
	snapshot_close(r);
	if (err != TOCSIN_OK)
		return err;
	q->answer = json_pack("{s:o, s:s, s:s, s:b}", "id", json_hash(&row.id), "unit", unit, "compartment", compartment,
		"whole", whole);
	return q->answer == NULL ? fail(TOCSIN_BROKEN, "no memory for the answer") : TOCSIN_OK;
}

/* ---- the audit trail ---- */

#define LOOKED_AT 2000                  /* rows that are read for one page */

struct trail {
	const struct view *view;
	struct snapshot *read;
	json_t *items;
	size_t limit, looked_at;
	int64_t since, last;
	const char *who, *subject;
	bool more;
	enum tocsin_err err;
};

static bool add_row(void *arg, const struct audit_row *row)
{
	struct trail *t = arg;
	bool told, detail;
	if (row->at < t->since)
		return false;
	t->more = json_array_size(t->items) == t->limit || t->looked_at == LOOKED_AT;
	if (t->more)
		return false;
	t->looked_at++;
	t->last = row->seq;
	if ((t->who != NULL && strcmp(t->who, row->who) != 0) || (t->subject != NULL && strcmp(t->subject, row->subject) != 0))
		return true;
	t->err = audit_told(t->read, t->view, row, &told, &detail);
	if (t->err != TOCSIN_OK || !told)
		return t->err == TOCSIN_OK;
	json_t *o = json_pack("{s:o, s:s, s:s, s:s, s:s, s:s}", "at", json_time(row->at), "who", row->who, "function",
		row->function, "what", row->what, "subject", row->subject, "detail", detail ? row->detail : "");
	if (t->view->everything)
		json_object_set_new(o, "seq", json_integer(row->seq));
	json_array_append_new(t->items, o);
	return true;
}

/* The beginning of the id of a statement that the asker sees stands for all of it. */
static enum tocsin_err find_subject(struct asked *q, struct snapshot *r, const char **subject)
{
	struct statement_row row;
	size_t n = *subject == NULL ? 0 : strlen(*subject);
	if (n < 8 || n >= 2 * SHA256_SIZE || strspn(*subject, "0123456789abcdef") != n)
		return TOCSIN_OK;
	enum tocsin_err err = access_statement(r, &q->view, *subject, q->arena, &row, NULL);
	if (err == TOCSIN_MISSING)
		return TOCSIN_OK;
	char *id = err == TOCSIN_OK ? arena_alloc(q->arena, 2 * SHA256_SIZE + 1) : NULL;
	if (err == TOCSIN_OK && id == NULL)
		err = fail(TOCSIN_BROKEN, "no memory for the audit trail");
	if (err == TOCSIN_OK) {
		hex_encode(row.id.b, SHA256_SIZE, id);
		*subject = id;
	}
	return err;
}

static enum tocsin_err ask_trail(struct asked *q, struct trail *t, int64_t *before)
{
	const char *since;
	int64_t limit;
	enum tocsin_err err = query_str(q, "who", &t->who);
	if (err == TOCSIN_OK)
		err = query_str(q, "subject", &t->subject);
	if (err == TOCSIN_OK)
		err = query_str(q, "since", &since);
	if (err == TOCSIN_OK && since != NULL && !clock_parse(bytes_str(since), &t->since))
		err = fail(TOCSIN_BAD, "%.40s is not a time as 2024-03-06T09:12:00Z", since);
	if (err == TOCSIN_OK)
		err = place_take(q, "before", CURSOR_AUDIT, 0, before);
	if (err == TOCSIN_OK)
		err = query_int(q, "limit", 100, &limit);
	t->limit = err == TOCSIN_OK ? (size_t)limit : 0;
	return err;
}

/* Reading the trail is in the trail. */
static enum tocsin_err note_reading(struct asked *q, const struct trail *t)
{
	char what[200];
	if (q->view.everything)
		return TOCSIN_OK;
	snprintf(what, sizeof what, "who: %.64s, subject: %.64s", t->who == NULL ? "anybody" : t->who,
		t->subject == NULL ? "anything" : t->subject);
	return audit_note(q->serve->desk, &q->view, "audit", "", what);
}

enum tocsin_err op_audit(struct serve *s, struct asked *q)
{
	int64_t before;
	struct trail t = { .view = &q->view };
	enum tocsin_err err = ask_trail(q, &t, &before);
	if (err == TOCSIN_OK)
		err = snapshot_open(s->desk->store, &t.read);
	if (err != TOCSIN_OK)
		return err;
	t.items = json_array();
	err = find_subject(q, t.read, &t.subject);
	if (err == TOCSIN_OK)
		err = audit_before(t.read, before, t.who, t.subject, LOOKED_AT + 1, add_row, &t);
	if (err == TOCSIN_OK)
		err = t.err;
	snapshot_close(t.read);
	q->answer = json_object();
	json_object_set_new(q->answer, "items", t.items);
	json_object_set_new(q->answer, "next", t.more ? place_json(q, CURSOR_AUDIT, t.last) : json_null());
	return err == TOCSIN_OK ? note_reading(q, &t) : err;
}

enum tocsin_err op_audit_check(struct serve *s, struct asked *q)
{
	int64_t rows, anchored;
	enum tocsin_err err = audit_check(s->desk->store, s->desk->realm, &rows, &anchored);
	if (err != TOCSIN_OK && err != TOCSIN_BROKEN)
		return err;
	q->answer = json_pack("{s:b, s:s}", "whole", err == TOCSIN_OK, "sentence", err == TOCSIN_OK ? "" : fail_sentence());
	if (q->answer != NULL && q->view.everything) {
		json_object_set_new(q->answer, "rows", json_integer(rows));
		json_object_set_new(q->answer, "anchored", json_integer(anchored));
	}
	return q->answer == NULL ? fail(TOCSIN_BROKEN, "no memory for the answer") : TOCSIN_OK;
}
