#include "domain/composition.h"

#include "base/text.h"

static const char *const members[] = { "kind", "fields", "markings", "audiences", "re", "public", "urgency", "unit",
	"compartment", NULL };

static enum tocsin_err no_room(void)
{
	return fail(TOCSIN_BAD, "a draft is too large");
}

static bool is_word(const char *s, size_t max)
{
	struct bytes b = bytes_str(s);
	return b.n > 0 && b.n <= max && text_is_clean(b) && !text_has_bidi(b);
}

/* A member that is one line of text; "" when it is missing. */
static enum tocsin_err take_text(const json_t *o, const char *key, size_t max, struct arena *a, const char **out)
{
	bool ok = true;
	const char *s = json_get_str(o, key, &ok);
	if (!ok || (s != NULL && !is_word(s, max)))
		return fail(TOCSIN_BAD, "%s is a text of 1 to %zu bytes on one line", key, max);
	*out = s == NULL ? "" : arena_str(a, bytes_str(s));
	return *out == NULL ? no_room() : TOCSIN_OK;
}

/* A list of words; none when it is missing. */
static enum tocsin_err take_words(const json_t *o, const char *key, size_t most, struct arena *a, const char ***out,
	size_t *n)
{
	const json_t *list = json_object_get(o, key);
	*n = 0;
	*out = NULL;
	if (list == NULL)
		return TOCSIN_OK;
	if (!json_is_array(list) || json_array_size(list) > most)
		return fail(TOCSIN_BAD, "%s is a list of at most %zu words", key, most);
	size_t count = json_array_size(list);
	*out = arena_alloc(a, (count + 1) * sizeof **out);
	if (*out == NULL)
		return no_room();
	for (size_t i = 0; i < count; i++) {
		const char *s = json_string_value(json_array_get(list, i));
		if (s == NULL || !is_word(s, COMPOSITION_WORD))
			return fail(TOCSIN_BAD, "%s is a list of words of 1 to %d bytes", key, COMPOSITION_WORD);
		(*out)[i] = arena_str(a, bytes_str(s));
		if ((*out)[i] == NULL)
			return no_room();
	}
	*n = count;
	return TOCSIN_OK;
}

static enum tocsin_err take_kind(const json_t *o, struct composition *out)
{
	const char *name = json_string_value(json_object_get(o, "kind"));
	const struct kind *k = name == NULL ? NULL : kind_find(name);
	if (name == NULL)
		return fail(TOCSIN_BAD, "kind is missing: warning, retraction, closure, …");
	if (k == NULL || k->self == KIND_SELF_ONLY)
		return fail(TOCSIN_BAD, "kind cannot be %.40s: what is drafted is sent to somebody", name);
	out->kind = k->name;
	return TOCSIN_OK;
}

static enum tocsin_err take_fields(const json_t *o, struct arena *a, struct composition *out)
{
	const json_t *fields = json_object_get(o, "fields");
	out->fields = arena_zalloc(a, sizeof *out->fields);
	if (out->fields == NULL)
		return no_room();
	return fields == NULL ? TOCSIN_OK : draft_fields(out->kind, fields, a, out->fields);
}

static enum tocsin_err take_markings(const json_t *o, struct arena *a, struct composition *out)
{
	const json_t *all = json_object_get(o, "markings");
	out->marking = arena_zalloc(a, (out->fields->n + 1) * sizeof *out->marking);
	if (out->marking == NULL)
		return no_room();
	if (all != NULL && !json_is_object(all))
		return fail(TOCSIN_BAD, "markings is an object: names of fields, each with tlp and caveat");
	/* Jansson's iterators only read, but take no const. */
	json_t *j = (json_t *)(uintptr_t)all;
	for (void *it = json_object_iter(j); it != NULL; it = json_object_iter_next(j, it)) {
		const char *name = json_object_iter_key(it);
		size_t i = 0;
		while (i < out->fields->n && strcmp(out->fields->field[i].name, name) != 0)
			i++;
		if (i == out->fields->n)
			return fail(TOCSIN_BAD, "markings: there is no field %.70s to mark", name);
		struct marking *m = &out->marking[i];
		enum tocsin_err err = marking_read(json_object_iter_value(it), name, m);
		if (err != TOCSIN_OK)
			return fail_within(err, "markings");
		if (m->caveat != NULL && (m->caveat = arena_str(a, bytes_str(m->caveat))) == NULL)
			return no_room();
	}
	return TOCSIN_OK;
}

static enum tocsin_err take_audience(const json_t *o, struct arena *a, struct composition_audience *out)
{
	static const char *const keys[] = { "to", "open", "close", NULL };
	if (!json_is_object(o))
		return fail(TOCSIN_BAD, "an audience is an object with to, open and close");
	enum tocsin_err err = json_only(o, "an audience", keys);
	if (err == TOCSIN_OK)
		err = take_words(o, "to", COMPOSITION_TO, a, &out->to, &out->to_n);
	if (err == TOCSIN_OK)
		err = take_words(o, "open", COMPOSITION_WORDS, a, &out->open, &out->open_n);
	if (err == TOCSIN_OK)
		err = take_words(o, "close", COMPOSITION_WORDS, a, &out->close, &out->close_n);
	return err;
}

static enum tocsin_err take_audiences(const json_t *o, struct arena *a, struct composition *out)
{
	const json_t *list = json_object_get(o, "audiences");
	if (list != NULL && (!json_is_array(list) || json_array_size(list) > COMPOSITION_AUDIENCES))
		return fail(TOCSIN_BAD, "audiences is a list of at most %d", COMPOSITION_AUDIENCES);
	out->audience_n = json_array_size(list);
	out->audience = arena_zalloc(a, (out->audience_n + 1) * sizeof *out->audience);
	enum tocsin_err err = out->audience == NULL ? no_room() : TOCSIN_OK;
	for (size_t i = 0; err == TOCSIN_OK && i < out->audience_n; i++) {
		err = take_audience(json_array_get(list, i), a, &out->audience[i]);
		if (err != TOCSIN_OK)
			err = fail_within(err, "audience %zu", i + 1);
	}
	return err;
}

static enum tocsin_err take_public(const json_t *o, struct arena *a, struct composition *out)
{
	static const char *const keys[] = { "alert", "reason", NULL };
	const json_t *p = json_object_get(o, "public");
	out->alert = out->no_alert = "";
	if (p == NULL)
		return TOCSIN_OK;
	if (!json_is_object(p))
		return fail(TOCSIN_BAD, "public is an object with alert, or with reason");
	enum tocsin_err err = json_only(p, "public", keys);
	if (err == TOCSIN_OK)
		err = take_text(p, "alert", COMPOSITION_PUBLIC, a, &out->alert);
	if (err == TOCSIN_OK)
		err = take_text(p, "reason", COMPOSITION_PUBLIC, a, &out->no_alert);
	if (err == TOCSIN_OK && (out->alert[0] == 0) == (out->no_alert[0] == 0))
		err = fail(TOCSIN_BAD, "public has either alert, its public twin, or reason, why there is none");
	return err;
}

static enum tocsin_err take_urgency(const json_t *o, int64_t now, struct composition *out)
{
	static const char *const words[] = { "imminent", "urgent", "routine" };
	const json_t *u = json_object_get(o, "urgency");
	out->urgency = draft_urgency(out->fields, now);
	if (u == NULL)
		return TOCSIN_OK;
	for (int i = 0; i < 3; i++)
		if (json_is_string(u) && strcmp(json_string_value(u), words[i]) == 0) {
			if (composition_field(out, "urgency") == NULL)
				out->urgency = i;
			return TOCSIN_OK;
		}
	return fail(TOCSIN_BAD, "urgency is imminent, urgent or routine");
}

static enum tocsin_err take_all(const json_t *o, int64_t now, struct arena *a, struct composition *out)
{
	if (!json_is_object(o))
		return fail(TOCSIN_BAD, "a draft is a JSON object");
	enum tocsin_err err = json_only(o, "a draft", members);
	if (err == TOCSIN_OK)
		err = take_kind(o, out);
	if (err == TOCSIN_OK)
		err = take_fields(o, a, out);
	if (err == TOCSIN_OK)
		err = take_markings(o, a, out);
	if (err == TOCSIN_OK)
		err = take_audiences(o, a, out);
	if (err == TOCSIN_OK)
		err = take_words(o, "re", LIMIT_REFS, a, &out->re, &out->re_n);
	if (err == TOCSIN_OK)
		err = take_public(o, a, out);
	if (err == TOCSIN_OK)
		err = take_text(o, "unit", COMPOSITION_WORD, a, &out->unit);
	if (err == TOCSIN_OK)
		err = take_text(o, "compartment", COMPOSITION_WORD, a, &out->compartment);
	return err == TOCSIN_OK ? take_urgency(o, now, out) : err;
}

enum tocsin_err composition_read(struct bytes json, int64_t now, struct arena *a, struct composition *out)
{
	json_t *o = NULL;
	*out = (struct composition){ .kind = "" };
	enum tocsin_err err = json_parse(json, COMPOSITION_BYTES, "a draft", &o);
	if (err == TOCSIN_OK)
		err = take_all(o, now, a, out);
	json_decref(o);
	return err;
}

const struct body_field *composition_field(const struct composition *c, const char *name)
{
	for (size_t i = 0; i < c->fields->n; i++)
		if (strcmp(c->fields->field[i].name, name) == 0)
			return &c->fields->field[i];
	return NULL;
}

bool composition_says(const struct composition *c, const char *field, const char *word)
{
	const struct body_field *f = composition_field(c, field);
	char quoted[64];
	int n = snprintf(quoted, sizeof quoted, "\"%s\"", word);
	return f != NULL && n > 0 && (size_t)n < sizeof quoted && memmem(f->value.p, f->value.n, quoted, (size_t)n) != NULL;
}

bool composition_is_public_place(const struct composition *c)
{
	static const char *const targets[] = { "crowd", "venue", "place-of-worship", "school", "hospital", "transport",
		"business", NULL };
	if (strcmp(c->kind, "warning") != 0 ||
		(composition_field(c, "where.place") == NULL && composition_field(c, "where.area") == NULL))
		return false;
	for (size_t i = 0; targets[i] != NULL; i++)
		if (composition_says(c, "target.kind", targets[i]))
			return true;
	return false;
}
