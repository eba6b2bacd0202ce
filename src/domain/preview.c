#include "domain/preview.h"

#include "domain/specificity.h"

enum tocsin_err preview_make(const struct handling_ask *ask, struct arena *a, struct preview *out)
{
	out->ask = ask;
	out->field_n = 0;
	enum tocsin_err err = handling_propose(ask, &out->handling);
	if (err == TOCSIN_OK)
		err = handling_fields(ask, &out->handling, a, out->field, &out->field_n);
	return err == TOCSIN_OK ? leak_find(ask->kind, out->field, out->field_n, a, &out->leaks) : err;
}

static json_t *text(struct bytes s)
{
	json_t *j = json_stringn((const char *)s.p, s.n);
	/* A part of a text may end within what was one character. */
	return j == NULL ? json_string("") : j;
}

static json_t *words(struct bytes value)
{
	struct buf b;
	buf_init(&b, 4 * LIMIT_LINE);
	value_words(value, &b);
	json_t *j = text(buf_bytes(&b));
	buf_free(&b);
	return j;
}

static const char *label(const char *kind, const char *name)
{
	const struct field *f = field_for(kind, name);
	return f == NULL ? name : f->label;
}

/* The line of the proposal behind a field of the release; n of them when the release adds it itself. */
static size_t line_of(const struct preview *p, const char *name)
{
	size_t i = 0;
	while (i < p->handling.n && strcmp(p->handling.line[i].name, name) != 0)
		i++;
	return i;
}

static json_t *line_json(const struct preview *p, const struct body_field *f)
{
	json_t *o = json_object();
	size_t i = line_of(p, f->name);
	json_object_set_new(o, "name", json_string(f->name));
	json_object_set_new(o, "label", json_string(label(p->ask->kind, f->name)));
	if (f->open) {
		json_object_set_new(o, "value", json_from_value(f->value));
		json_object_set_new(o, "words", words(f->value));
	}
	if (i == p->handling.n) {
		json_object_set_new(o, "tlp", json_string(tlp_name(p->handling.marking.tlp)));
		json_object_set_new(o, "why", json_string("computed"));
		json_object_set_new(o, "because", json_string("computed from what is open"));
		return o;
	}
	struct buf b;
	buf_init(&b, 4096);
	handling_words(p->ask, &p->handling, i, &b);
	json_object_set_new(o, "tlp", json_string(tlp_name(p->handling.line[i].marking.tlp)));
	json_object_set_new(o, "why", json_string(handling_why_name(p->handling.line[i].why)));
	json_object_set_new(o, "because", text(buf_bytes(&b)));
	buf_free(&b);
	return o;
}

/* In the order of the vocabulary, and what is not in it behind. */
static json_t *lines_json(const struct preview *p, bool open)
{
	json_t *list = json_array();
	const struct field *f;
	for (size_t k = 0; (f = field_each(k)) != NULL; k++)
		for (size_t i = 0; i < p->field_n; i++)
			if (p->field[i].open == open && strcmp(p->field[i].name, f->name) == 0 &&
				field_for(p->ask->kind, f->name) == f)
				json_array_append_new(list, line_json(p, &p->field[i]));
	for (size_t i = 0; i < p->field_n; i++)
		if (p->field[i].open == open && field_for(p->ask->kind, p->field[i].name) == NULL)
			json_array_append_new(list, line_json(p, &p->field[i]));
	return list;
}

static const struct body_field *open_field(const struct preview *p, const char *name)
{
	for (size_t i = 0; i < p->field_n; i++)
		if (p->field[i].open && strcmp(p->field[i].name, name) == 0)
			return &p->field[i];
	return NULL;
}

static json_t *specificity_json(const struct preview *p)
{
	const struct body_field *f = open_field(p, "specificity");
	struct buf b;
	if (f == NULL || f->value.n < 2)
		return json_null();
	struct bytes vector = bytes_of(f->value.p + 1, f->value.n - 2);
	json_t *o = json_object();
	buf_init(&b, 4096);
	specificity_words(vector, &b);
	json_object_set_new(o, "vector", text(vector));
	json_object_set_new(o, "words", text(buf_bytes(&b)));
	buf_free(&b);
	return o;
}

static json_t *leaks_json(const struct preview *p)
{
	json_t *list = json_array();
	for (size_t i = 0; i < p->leaks.n; i++) {
		const struct leak *l = &p->leaks.leak[i];
		json_t *o = json_object();
		json_object_set_new(o, "closed", json_string(l->closed));
		json_object_set_new(o, "open", json_string(l->open));
		json_object_set_new(o, "exact", json_boolean(l->exact));
		json_object_set_new(o, "part", text(l->part));
		json_object_set_new(o, "sentence", text(l->sentence));
		json_array_append_new(list, o);
	}
	return list;
}

/* Open texts that are not in the language which the recipient reads. A plain string does not say its language. */
static json_t *language_json(const struct preview *p)
{
	const char *wanted = p->ask->profile->language;
	json_t *o = json_object(), *missing = json_array();
	for (size_t i = 0; wanted[0] != '\0' && i < p->field_n; i++) {
		const struct field *f = field_for(p->ask->kind, p->field[i].name);
		json_t *v = p->field[i].open && (f == NULL || f->type == FIELD_TEXT) ? json_from_value(p->field[i].value) : NULL;
		if ((json_is_object(v) && json_object_get(v, wanted) == NULL) || (json_is_string(v) && f != NULL))
			json_array_append_new(missing, json_string(p->field[i].name));
		json_decref(v);
	}
	json_object_set_new(o, "wanted", json_string(wanted));
	json_object_set_new(o, "missing", missing);
	return o;
}

static json_t *codes_json(unsigned codes)
{
	json_t *list = json_array();
	char code[3] = "H0";
	for (int i = 0; i < 4; i++) {
		code[1] = (char)('0' + i);
		if (codes & 1u << i)
			json_array_append_new(list, json_string(code));
	}
	return list;
}

json_t *preview_json(const struct preview *p)
{
	json_t *o = json_object(), *open = lines_json(p, true);
	bool any = json_array_size(open) > 0;
	json_object_set_new(o, "to", json_string(p->ask->to));
	json_object_set_new(o, "named", json_boolean(p->ask->named));
	json_object_set_new(o, "tlp", json_string(tlp_name(p->handling.marking.tlp)));
	json_object_set_new(o, "codes", codes_json(p->handling.marking.codes));
	json_object_set_new(o, "level", json_string(tlp_name(p->handling.level)));
	json_object_set_new(o, "blocked", json_boolean(p->handling.blocked));
	json_object_set_new(o, "says", json_sprintf(any ?
		"%s can show every open line to anybody, and prove that it came from here and when. Closed lines stay sealed, but that "
		"they were known can be proven later by whoever opens them." : "Nothing is open to %s: it would learn nothing.", p->ask->to));
	json_object_set_new(o, "open", open);
	json_object_set_new(o, "closed", lines_json(p, false));
	json_object_set_new(o, "specificity", specificity_json(p));
	json_object_set_new(o, "leaks", leaks_json(p));
	json_object_set_new(o, "more_leaks", json_boolean(p->leaks.more));
	json_object_set_new(o, "language", language_json(p));
	json_object_set_new(o, "owes", json_string(p->ask->profile->owes));
	return o;
}

/* ---- differences ---- */

static const struct body_field *any_field(const struct preview *p, const char *name)
{
	for (size_t i = 0; i < p->field_n; i++)
		if (strcmp(p->field[i].name, name) == 0)
			return &p->field[i];
	return NULL;
}

static const char *state(const struct body_field *f)
{
	return f == NULL ? "absent" : f->open ? "open" : "closed";
}

static void add_difference(json_t *list, const struct preview *a, const struct preview *b, const char *name)
{
	const struct body_field *x = any_field(a, name), *y = any_field(b, name);
	bool both = x != NULL && y != NULL && x->open && y->open;
	/* What one of them is not told and the other has not at all is the same to both. */
	if ((!both && (x == NULL || !x->open) && (y == NULL || !y->open)) || (both && bytes_equal(x->value, y->value)))
		return;
	json_t *o = json_object(), *states = json_object(), *said = json_object();
	json_object_set_new(o, "name", json_string(name));
	json_object_set_new(o, "label", json_string(label(a->ask->kind, name)));
	json_object_set_new(states, a->ask->to, json_string(state(x)));
	json_object_set_new(states, b->ask->to, json_string(state(y)));
	json_object_set_new(o, "states", states);
	if (x != NULL && x->open)
		json_object_set_new(said, a->ask->to, words(x->value));
	if (y != NULL && y->open)
		json_object_set_new(said, b->ask->to, words(y->value));
	json_object_set_new(o, "words", said);
	json_array_append_new(list, o);
}

json_t *preview_differences(const struct preview *a, const struct preview *b)
{
	json_t *list = json_array();
	for (size_t i = 0; i < a->field_n; i++)
		add_difference(list, a, b, a->field[i].name);
	for (size_t i = 0; i < b->field_n; i++)
		if (any_field(a, b->field[i].name) == NULL)
			add_difference(list, a, b, b->field[i].name);
	return list;
}

json_t *preview_audiences(const struct preview *const *p, size_t n)
{
	json_t *list = json_array();
	for (size_t i = 0; n > 0 && i < p[0]->ask->field_n; i++) {
		const char *name = p[0]->ask->field[i].name;
		json_t *o = json_object(), *open = json_array(), *closed = json_array();
		for (size_t k = 0; k < n; k++) {
			const struct body_field *f = any_field(p[k], name);
			json_array_append_new(f != NULL && f->open ? open : closed, json_string(p[k]->ask->to));
		}
		json_object_set_new(o, "name", json_string(name));
		json_object_set_new(o, "label", json_string(label(p[0]->ask->kind, name)));
		json_object_set_new(o, "open", open);
		json_object_set_new(o, "closed", closed);
		json_array_append_new(list, o);
	}
	return list;
}
