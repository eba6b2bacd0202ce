/*
 * release_show: a draft for people: what is written, what each recipient will see, what is missing, who decided.
 */
#include "desk/release_plan.h"

static json_t *time_json(int64_t t)
{
	char text[CLOCK_TEXT + 1] = "";
	if (t != 0)
		clock_format(t, text);
	return json_string(text);
}

static json_t *hash_json(const struct hash *h)
{
	char hex[2 * SHA256_SIZE + 1];
	hex_encode(h->b, SHA256_SIZE, hex);
	return json_string(hex);
}

static json_t *words_json(struct bytes text)
{
	json_t *j = json_stringn((const char *)text.p, text.n);
	return j == NULL ? json_string("") : j;
}

json_t *plan_obstacles_json(const struct plan_obstacles *o)
{
	static const char *const needs[] = { "fix", "confirm-line", "confirm-audience", "override", "ask" };
	json_t *list = json_array();
	for (size_t i = 0; i < o->n; i++)
		json_array_append_new(list, json_pack("{s:s, s:s, s:s, s:s, s:o}", "rule", o->one[i].rule, "need",
			needs[o->one[i].need], "to", o->one[i].to, "line", o->one[i].line, "words",
			words_json(bytes_str(o->one[i].words))));
	return list;
}

/* ---- each recipient ---- */

struct showing {
	struct plan *p;
	json_t *recipients;
	json_t *fields;                 /* who sees which field: name -> {label, open, closed} in their order */
};

static void count_field(struct showing *w, const struct preview *v, const char *to)
{
	for (size_t i = 0; i < w->p->field_n; i++) {
		const char *name = w->p->field[i].name;
		const struct field *f = field_for(w->p->c.kind, name);
		bool open = false;
		for (size_t k = 0; k < v->field_n && !open; k++)
			open = v->field[k].open && strcmp(v->field[k].name, name) == 0;
		json_t *o = json_array_get(w->fields, i);
		if (o == NULL) {
			o = json_pack("{s:s, s:s, s:[], s:[]}", "name", name, "label", f == NULL ? name : f->label, "open", "closed");
			json_array_append_new(w->fields, o);
		}
		json_array_append_new(json_object_get(o, open ? "open" : "closed"), json_string(to));
	}
}

static void show_recipient(void *arg, size_t i, const struct preview *v, bool overrides)
{
	struct showing *w = arg;
	const struct plan_recipient *r = &w->p->recipient[i];
	json_t *o = preview_json(v), *re = json_array();
	for (size_t k = 0; k < r->re_n; k++)
		json_array_append_new(re, hash_json(&r->re[k]));
	json_object_set_new(o, "state", json_string(r->contact ? "contact" : peer_state_name(r->state)));
	json_object_set_new(o, "unusual", json_boolean(r->unusual));
	json_object_set_new(o, "overrides", json_boolean(overrides));
	json_object_set_new(o, "re", re);
	json_array_append_new(w->recipients, o);
	count_field(w, v, r->word);
}

/* ---- who decided, and what left ---- */

static bool add_decision(void *arg, const struct approval_row *row)
{
	json_array_append_new(arg, json_pack("{s:s, s:I, s:s, s:s, s:o, s:o, s:o}", "what", row->what, "version",
		(json_int_t)row->version, "account", row->account, "function", row->function, "at", time_json(row->at), "reason",
		words_json(bytes_str(row->reason)), "sha256", hash_json(&row->digest)));
	return true;
}

static bool add_version(void *arg, const struct draft_version_row *row)
{
	json_array_append_new(arg, json_pack("{s:I, s:s, s:o}", "version", (json_int_t)row->version, "account", row->account,
		"at", time_json(row->at)));
	return true;
}

struct leaving {
	struct snapshot *read;
	struct arena *arena;
	json_t *list;
	enum tocsin_err err;
};

static bool add_released(void *arg, const char *recipient, int64_t statement)
{
	struct leaving *l = arg;
	struct statement_row row;
	arena_reset(l->arena);
	l->err = statement_by_num(l->read, statement, l->arena, &row);
	if (l->err == TOCSIN_OK)
		json_array_append_new(l->list, json_pack("{s:s, s:o}", "to", recipient, "id", hash_json(&row.id)));
	return l->err == TOCSIN_OK;
}

static enum tocsin_err show_duty(const struct plan *p, json_t *o)
{
	struct statement_row row;
	if (p->duty.result[0] == 0) {
		json_object_set_new(o, "determination", json_null());
		return TOCSIN_OK;
	}
	arena_reset(p->scratch);
	enum tocsin_err err = statement_by_num(p->read, p->duty.statement, p->scratch, &row);
	if (err == TOCSIN_OK)
		json_object_set_new(o, "determination", json_pack("{s:s, s:s, s:s, s:s, s:o, s:I, s:o}", "result", p->duty.result,
			"ground", p->duty.ground, "account", p->duty.account, "function", p->duty.function, "at",
			time_json(p->duty.at), "version", (json_int_t)p->duty.version, "id", hash_json(&row.id)));
	return err;
}

static enum tocsin_err show_history(struct plan *p, json_t *o)
{
	json_t *decisions = json_array(), *versions = json_array();
	struct leaving l = { p->read, p->scratch, json_array(), TOCSIN_OK };
	json_object_set_new(o, "decisions", decisions);
	json_object_set_new(o, "versions", versions);
	json_object_set_new(o, "released", l.list);
	enum tocsin_err err = approval_each(p->read, p->row->num, add_decision, decisions);
	if (err == TOCSIN_OK)
		err = draft_version_each(p->read, p->row->num, add_version, versions);
	if (err == TOCSIN_OK)
		err = released_each(p->read, p->row->num, add_released, &l);
	return err == TOCSIN_OK ? l.err : err;
}

/* What is attached, whoever gets it: each value as its line has it. */
static enum tocsin_err show_files(struct snapshot *read, const struct draft_row *row, struct arena *a, json_t *o)
{
	json_t *list = json_array();
	struct files *files = arena_alloc(a, sizeof *files);
	enum tocsin_err err = files == NULL || list == NULL ? fail(TOCSIN_BROKEN, "no memory for a draft")
							    : files_of_draft(read, row->num, a, files);
	for (size_t i = 0; err == TOCSIN_OK && i < files->n; i++) {
		json_t *v = json_from_value(files->field[i].value);
		json_array_append_new(list, json_pack("{s:s, s:O, s:O, s:O, s:O}", "line", files->field[i].name, "name", json_array_get(v, 0),
			"type", json_array_get(v, 1), "size", json_array_get(v, 2), "sha256", json_array_get(v, 3)));
		json_decref(v);
	}
	json_object_set_new(o, "files", list);
	return err;
}

static void show_head(const struct draft_row *row, json_t *o)
{
	json_object_set_new(o, "id", json_string(row->id));
	json_object_set_new(o, "version", json_integer(row->version));
	json_object_set_new(o, "state", json_string(row->state));
	json_object_set_new(o, "kind", json_string(row->kind));
	json_object_set_new(o, "unit", json_string(row->unit));
	json_object_set_new(o, "compartment", json_string(row->compartment));
	json_object_set_new(o, "author", json_string(row->author));
	json_object_set_new(o, "created_at", time_json(row->created_at));
	json_object_set_new(o, "changed_at", time_json(row->changed_at));
	json_object_set_new(o, "changed_by", json_string(row->changed_by));
	json_object_set_new(o, "review_by", time_json(row->review_by));
}

/* What can be said of the plan; a draft that cannot be planned says why. */
static enum tocsin_err show_plan(struct plan *p, enum tocsin_err made, json_t *o)
{
	static const char *const urgencies[] = { "imminent", "urgent", "routine" };
	struct showing w = { p, json_array(), json_array() };
	struct plan_obstacles missing = { .level = TLP_RED, .two_people = true };
	enum tocsin_err err = made == TOCSIN_OK ? plan_look(p, show_recipient, &w, &missing) : made;
	json_object_set_new(o, "recipients", w.recipients);
	json_object_set_new(o, "audiences", w.fields);
	json_t *list = plan_obstacles_json(&missing);
	if (err == TOCSIN_BAD || err == TOCSIN_REFUSED || err == TOCSIN_MISSING) {
		json_array_append_new(list, json_pack("{s:s, s:s, s:s, s:s, s:o}", "rule", "release.complete", "need", "fix", "to",
			"", "line", "", "words", words_json(bytes_str(fail_sentence()))));
		missing.level = TLP_RED;
		missing.two_people = true;
		err = TOCSIN_OK;
	}
	json_object_set_new(o, "missing", list);
	json_object_set_new(o, "level", json_string(tlp_name(missing.level)));
	json_object_set_new(o, "two_people", json_boolean(missing.two_people));
	json_object_set_new(o, "urgency", json_string(urgencies[p->c.kind == NULL || p->c.kind[0] == 0 ? 2 : p->c.urgency]));
	return err;
}

enum tocsin_err release_show(const struct desk *d, struct snapshot *read, const struct view *v, const char *id,
	json_t **out)
{
	struct draft_row row;
	struct plan *p = NULL;
	json_t *o = json_object(), *content = NULL;
	struct arena *a = arena_new(PLAN_ARENA), *scratch = arena_new(PLAN_SCRATCH);
	enum tocsin_err err = a == NULL || scratch == NULL || (p = arena_zalloc(a, sizeof *p)) == NULL
		? fail(TOCSIN_BROKEN, "no memory for a draft")
		: drafts_find(read, v, id, a, &row);
	if (err == TOCSIN_OK) {
		show_head(&row, o);
		enum tocsin_err made = plan_make(d, read, &row, NULL, NULL, a, scratch, p);
		err = show_plan(p, made, o);
	}
	if (err == TOCSIN_OK)
		err = show_files(read, &row, a, o);
	if (err == TOCSIN_OK && p->duty.result == NULL)
		p->duty.result = "";
	if (err == TOCSIN_OK)
		err = show_duty(p, o);
	if (err == TOCSIN_OK)
		err = show_history(p, o);
	if (err == TOCSIN_OK && row.content.n > 0)
		err = json_parse(row.content, COMPOSITION_BYTES, "a stored draft", &content);
	if (err == TOCSIN_OK)
		json_object_set_new(o, "composition", content != NULL ? content : json_null());
	arena_free(a);
	arena_free(scratch);
	if (err == TOCSIN_OK)
		*out = o;
	else
		json_decref(o);
	return err;
}
