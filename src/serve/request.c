#include "serve/request.h"

#include "api/operation.h"
#include "domain/kind.h"
#include "proof/attachment.h"

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

/* The item's files become fields, which can then be closed like others. */
static enum tocsin_err attach(const json_t *o, request_files *find, void *arg, struct draft *d, struct arena *a,
	struct request_item *out)
{
	size_t n;
	for (size_t i = 0; i < d->n; i++)
		if (attachment_name_ok(bytes_str(d->field[i].name)))
			return fail(TOCSIN_BAD, "%s is no field to write: send the file, and name it in attach", d->field[i].name);
	enum tocsin_err err = take_words(o, "attach", a, &out->attach, &n);
	if (err != TOCSIN_OK || n == 0)
		return err;
	out->files = arena_zalloc(a, sizeof *out->files);
	if (out->files == NULL)
		return fail(TOCSIN_BAD, "the statements together are too long");
	if (n > LIMIT_ATTACHMENTS)
		return fail(TOCSIN_BAD, "at most %d attachments at a time", LIMIT_ATTACHMENTS);
	err = find(arg, out->attach, n, a, out->files);
	for (size_t i = 0; err == TOCSIN_OK && i < out->files->n; i++) {
		if (d->n == DRAFT_FIELDS)
			return fail(TOCSIN_BAD, "more than %d fields", DRAFT_FIELDS);
		d->field[d->n++] = out->files->field[i];
	}
	return err;
}

static enum tocsin_err read_item(const json_t *o, int64_t now, request_files *find, void *arg, struct draft *d,
	struct arena *a, struct request_item *out)
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
		err = attach(o, find, arg, d, a, out);
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

enum tocsin_err request_read(const json_t *body, int64_t now, request_files *find, void *arg, struct arena *a,
	struct request *out)
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
		return read_item(body, now, find, arg, d, a, &out->item[0]);
	const struct api_operation *row = issue_row();
	json_array_foreach(items, i, o) {
		enum tocsin_err err = json_object_get(o, "items") != NULL ? fail(TOCSIN_BAD, "items cannot hold items")
									  : api_check_body(row, o);
		if (err == TOCSIN_OK)
			err = read_item(o, now, find, arg, d, a, &out->item[i]);
		if (err != TOCSIN_OK)
			return fail_within(err, "item %zu", i + 1);
	}
	return TOCSIN_OK;
}
