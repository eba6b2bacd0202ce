#include "serve/request.h"

#include "api/operation.h"
#include "domain/kind.h"

/* The table's row, for the members of each item. */
static const struct api_operation *issue_row(void)
{
	const struct api_operation *op;
	for (size_t i = 0; (op = api_each(i)) != NULL; i++)
		if (op->id == API_ISSUE)
			break;
	return op;
}

static enum tocsin_err take_words(const json_t *o, const char *name, struct arena *a, const char ***words, size_t *n)
{
	const json_t *list = json_object_get(o, name), *item;
	size_t i;
	*n = json_array_size(list);
	*words = arena_alloc(a, (*n + 1) * sizeof **words);
	if (*words == NULL)
		return fail(TOCSIN_BAD, "the statements together are too long");
	json_array_foreach(list, i, item)
		(*words)[i] = json_string_value(item);
	return TOCSIN_OK;
}

/* Opens or closes the fields that member NAME lists. */
static enum tocsin_err set_lines(const json_t *o, const char *name, struct draft *d)
{
	const json_t *item;
	size_t i;
	bool open = strcmp(name, "open") == 0;
	enum tocsin_err err = TOCSIN_OK;
	json_array_foreach(json_object_get(o, name), i, item) {
		err = open ? draft_open(d, json_string_value(item)) : draft_close(d, json_string_value(item));
		if (err != TOCSIN_OK)
			return fail(TOCSIN_BAD, "there is no field %.70s to %s", json_string_value(item), name);
	}
	return err;
}

static enum tocsin_err read_item(
	const json_t *o, int64_t now, struct draft *d, struct arena *a, struct request_item *out)
{
	const char *kind = json_string_value(json_object_get(o, "kind"));
	if (kind == NULL)
		return fail(TOCSIN_BAD, "kind is missing: what sort of statement it is, such as warning or response");
	if (kind_find(kind) == NULL)
		return fail(TOCSIN_BAD, "there is no kind of statement called %.40s", kind);
	out->kind = kind_find(kind)->name;
	const json_t *fields = json_object_get(o, "fields");
	if (fields == NULL)
		return fail(TOCSIN_BAD, "fields is missing: what the statement says");
	enum tocsin_err err = draft_parse(out->kind, fields, a, d);
	if (err == TOCSIN_OK)
		err = set_lines(o, "open", d);
	if (err == TOCSIN_OK)
		err = set_lines(o, "close", d);
	if (err == TOCSIN_OK)
		err = take_words(o, "to", a, &out->to, &out->to_n);
	if (err == TOCSIN_OK)
		err = take_words(o, "re", a, &out->re, &out->re_n);
	if (err != TOCSIN_OK)
		return err;
	out->field = arena_copy(a, d->field, d->n * sizeof *d->field);
	if (out->field == NULL)
		return fail(TOCSIN_BAD, "the statements together are too long");
	out->field_n = d->n;
	out->urgency = draft_urgency(d, now);
	return TOCSIN_OK;
}

enum tocsin_err request_read(const json_t *body, int64_t now, struct arena *a, struct request *out)
{
	const json_t *items = json_object_get(body, "items"), *o;
	size_t i;
	out->many = items != NULL;
	out->n = out->many ? json_array_size(items) : 1;
	if (out->many && json_object_size(body) != 1)
		return fail(TOCSIN_BAD, "items stands alone: kind, to and the rest belong into each of them");
	if (out->n > REQUEST_ITEMS)
		return fail(TOCSIN_BAD, "at most %d statements at a time", REQUEST_ITEMS);
	out->item = arena_zalloc(a, out->n * sizeof *out->item);
	struct draft *d = arena_alloc(a, sizeof *d);
	if (out->item == NULL || d == NULL)
		return fail(TOCSIN_BAD, "the statements together are too long");
	if (!out->many)
		return read_item(body, now, d, a, &out->item[0]);
	const struct api_operation *row = issue_row();
	json_array_foreach(items, i, o) {
		enum tocsin_err err = json_object_get(o, "items") != NULL ? fail(TOCSIN_BAD, "items cannot hold items")
									  : api_check_body(row, o);
		if (err == TOCSIN_OK)
			err = read_item(o, now, d, a, &out->item[i]);
		if (err != TOCSIN_OK)
			return fail_within(err, "item %zu", i + 1);
	}
	return TOCSIN_OK;
}
