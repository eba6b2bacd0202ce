/* The fields of a release as they are sealed. */
#include "domain/handling.h"

#include "base/text.h"
#include "domain/specificity.h"

static enum tocsin_err value_of(const json_t *j, struct arena *a, struct bytes *out)
{
	struct buf b;
	buf_init(&b, LIMIT_LINE);
	enum tocsin_err err = json_write_value(&b, j);
	if (err == TOCSIN_OK) {
		*out = bytes_of(arena_copy(a, b.p, b.n), b.n);
		if (out->p == NULL)
			err = fail(TOCSIN_BROKEN, "no memory for a release");
	}
	buf_free(&b);
	return err;
}

static struct body_field *find(struct body_field *field, size_t n, const char *name)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(field[i].name, name) == 0)
			return &field[i];
	return NULL;
}

/* Puts VALUE under NAME, open: in the place of what is there, or behind the others. */
static void put(struct body_field *field, size_t *n, const char *name, struct bytes value)
{
	struct body_field *f = find(field, *n, name);
	if (f == NULL)
		f = &field[(*n)++];
	*f = (struct body_field){ name, value, true };
}

/* TEXT behind each language of J, or behind the string that it is; a new value. */
static json_t *with_words(json_t *j, const char *text)
{
	if (json_is_string(j))
		return json_sprintf("%s; %s", json_string_value(j), text);
	json_t *o = json_object();
	for (void *it = json_object_iter(j); it != NULL; it = json_object_iter_next(j, it)) {
		const char *key = json_object_iter_key(it), *words = json_string_value(json_object_iter_value(it));
		bool language = strcmp(key, "authoritative") != 0 && strncmp(key, "by-", 3) != 0;
		json_object_set_new(o, key, language ? json_sprintf("%s; %s", words, text) : json_string(words));
	}
	return o;
}

/* The caveats that open lines have of their own, "Place: H1 …; …", and that of what others gave. */
static void own_caveats(const struct handling_ask *ask, const struct handling *h, struct buf *out)
{
	for (size_t i = 0; i < h->n; i++) {
		const struct handling_line *l = &h->line[i];
		const struct field *f = field_for(ask->kind, l->name);
		if (l->open && l->marking.caveat != NULL && ask->marking != NULL && ask->marking[i].caveat != NULL)
			buf_printf(out, "%s%s: %s", out->n == 0 ? "" : "; ", f == NULL ? l->name : f->label, l->marking.caveat);
	}
	if (ask->inherited != NULL && ask->inherited->caveat != NULL)
		buf_printf(out, "%sfrom what this rests on: %s", out->n == 0 ? "" : "; ", ask->inherited->caveat);
	buf_add_char(out, '\0');
}

static bool author_closed(const struct handling *h, const char *name)
{
	for (size_t i = 0; i < h->n; i++)
		if (strcmp(h->line[i].name, name) == 0)
			return h->line[i].why == HANDLING_AUTHOR_CLOSED;
	return false;
}

static enum tocsin_err put_caveat(const struct handling_ask *ask, const struct handling *h, struct arena *a,
	struct body_field *field, size_t *n)
{
	struct buf own;
	struct bytes value;
	buf_init(&own, LIMIT_LINE);
	own_caveats(ask, h, &own);
	enum tocsin_err err = buf_end(&own, "a caveat");
	const struct body_field *f = find(field, *n, "handling.caveat");
	bool has = f != NULL && f->open, closed = author_closed(h, "handling.caveat");
	if (err == TOCSIN_OK && own.n > 1 && !closed) {
		json_t *was = has ? json_from_value(f->value) : NULL;
		json_t *j = was == NULL ? json_string((const char *)own.p) : with_words(was, (const char *)own.p);
		err = value_of(j, a, &value);
		if (err == TOCSIN_OK)
			put(field, n, "handling.caveat", value);
		json_decref(j);
		json_decref(was);
	}
	buf_free(&own);
	return err;
}

enum tocsin_err handling_fields(const struct handling_ask *ask, const struct handling *h, struct arena *a,
	struct body_field *field, size_t *n)
{
	bool open = false;
	char quoted[24];
	*n = 0;
	for (size_t i = 0; i < h->n; i++) {
		if (strcmp(h->line[i].name, "specificity") == 0)
			continue;
		field[*n] = ask->field[i];
		field[(*n)++].open = h->line[i].open;
		open |= h->line[i].open;
	}
	if (!open)
		return TOCSIN_OK;
	enum tocsin_err err = put_caveat(ask, h, a, field, n);
	if (err != TOCSIN_OK)
		return err;
	if (!author_closed(h, "handling.tlp")) {
		int len = snprintf(quoted, sizeof quoted, "\"%s\"", tlp_name(h->marking.tlp));
		struct bytes value = bytes_of(arena_copy(a, quoted, (size_t)len), (size_t)len);
		if (value.p == NULL)
			return fail(TOCSIN_BROKEN, "no memory for a release");
		put(field, n, "handling.tlp", value);
	}
	if (strcmp(ask->kind, "warning") != 0)
		return TOCSIN_OK;
	struct bytes value;
	err = specificity_value(field, *n, a, &value);
	if (err == TOCSIN_OK)
		put(field, n, "specificity", value);
	return err;
}
