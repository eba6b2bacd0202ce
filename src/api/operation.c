#include "api/table.h"

#include "base/clock.h"
#include "base/limits.h"
#include "base/text.h"

const struct api_field api_nothing[] = { { NULL } };

static const struct api_operation *const tables[] = {
	api_table_node,
	api_table_partner,
	api_table_statement,
	api_table_account,
	api_table_policy,
	api_table_draft,
	api_table_clock,
	api_table_page,
	api_table_keep,
	api_table_door,
	api_table_contact,
	api_table_search,
	api_table_access,
	api_table_lead,
	api_table_broker,
	api_table_border,
	api_table_ask,
	api_table_exposure,
	api_table_correction,
	api_table_screen,
};

const struct api_operation *api_each(size_t i)
{
	for (size_t t = 0; t < sizeof tables / sizeof *tables; t++)
		for (const struct api_operation *op = tables[t]; op->path != NULL; op++)
			if (i-- == 0)
				return op;
	return NULL;
}

/* PATH against PATTERN; "{...}" takes everything up to the next slash, but not nothing. */
static bool path_matches(const char *pattern, const char *path, struct api_match *m)
{
	m->parameter[0] = 0;
	while (*pattern != 0 && *pattern != '{')
		if (*pattern++ != *path++)
			return false;
	if (*pattern == 0)
		return *path == 0;
	size_t n = strcspn(path, "/");
	if (n == 0 || n >= sizeof m->parameter)
		return false;
	memcpy(m->parameter, path, n);
	m->parameter[n] = 0;
	return strcmp(strchr(pattern, '}') + 1, path + n) == 0;
}

enum tocsin_err api_find(const char *method, const char *path, const struct api_operation **out, struct api_match *m)
{
	bool known = false;
	const struct api_operation *op;
	for (size_t i = 0; (op = api_each(i)) != NULL; i++) {
		if (!path_matches(op->path, path, m))
			continue;
		known = true;
		if (strcmp(op->method, method) == 0) {
			*out = op;
			return TOCSIN_OK;
		}
	}
	return known ? fail(TOCSIN_BAD, "%.20s cannot be done to %.200s", method, path)
		     : fail(TOCSIN_MISSING, "there is nothing at %.200s", path);
}

static enum tocsin_err check_strings(const struct api_field *f, const json_t *v)
{
	size_t i;
	json_t *s;
	if (!json_is_array(v))
		return fail(TOCSIN_BAD, "%s must be a list of strings", f->name);
	if (json_array_size(v) > (size_t)f->max)
		return fail(TOCSIN_BAD, "%s may have at most %lld members", f->name, (long long)f->max);
	json_array_foreach(v, i, s)
		if (!json_is_string(s))
			return fail(TOCSIN_BAD, "%s must be a list of strings", f->name);
	return TOCSIN_OK;
}

static enum tocsin_err check_objects(const struct api_field *f, const json_t *v)
{
	size_t i;
	json_t *o;
	if (!json_is_array(v) || json_array_size(v) < (size_t)f->min || json_array_size(v) > (size_t)f->max)
		return fail(TOCSIN_BAD, "%s must be a list of %lld to %lld objects", f->name, (long long)f->min,
			(long long)f->max);
	json_array_foreach(v, i, o)
		if (!json_is_object(o))
			return fail(TOCSIN_BAD, "%s must be a list of objects", f->name);
	return TOCSIN_OK;
}

static enum tocsin_err check_member(const struct api_field *f, const json_t *v)
{
	size_t n;
	switch (f->type) {
	case API_STRING:
		if (!json_is_string(v))
			return fail(TOCSIN_BAD, "%s must be a string", f->name);
		n = json_string_length(v);
		/* Times are the only strings of one length. */
		if (n != CLOCK_TEXT && f->min == CLOCK_TEXT && f->max == CLOCK_TEXT)
			return fail(TOCSIN_BAD, "%s must be a time as 2024-03-06T09:12:00Z", f->name);
		if (n < (size_t)f->min || n > (size_t)f->max)
			return fail(TOCSIN_BAD, "%s must have %lld to %lld bytes", f->name, (long long)f->min,
				(long long)f->max);
		return TOCSIN_OK;
	case API_INTEGER:
		if (!json_is_integer(v) || json_integer_value(v) < f->min || json_integer_value(v) > f->max)
			return fail(TOCSIN_BAD, "%s must be a whole number from %lld to %lld", f->name,
				(long long)f->min, (long long)f->max);
		return TOCSIN_OK;
	case API_BOOLEAN:
		return json_is_boolean(v) ? TOCSIN_OK : fail(TOCSIN_BAD, "%s must be true or false", f->name);
	case API_STRINGS:
		return check_strings(f, v);
	case API_OBJECT:
		return json_is_object(v) ? TOCSIN_OK : fail(TOCSIN_BAD, "%s must be an object", f->name);
	case API_OBJECTS:
		return check_objects(f, v);
	case API_MAYBE:
	case API_ANY:
		break;
	}
	return fail(TOCSIN_BROKEN, "%s has no type", f->name);
}

static const struct api_field *field_named(const struct api_field *f, const char *name)
{
	for (; f->name != NULL; f++)
		if (strcmp(f->name, name) == 0)
			return f;
	return NULL;
}

enum tocsin_err api_check_body(const struct api_operation *op, const json_t *body)
{
	const char *name;
	json_t *v;
	if (!json_is_object(body))
		return fail(TOCSIN_BAD, "the body must be a JSON object");
	/* Jansson's iterators only read, but take no const. */
	json_object_foreach((json_t *)(uintptr_t)body, name, v) {
		const struct api_field *f = field_named(op->fields, name);
		enum tocsin_err err =
			f == NULL ? fail(TOCSIN_BAD, "there is no member called %.64s here", name) : check_member(f, v);
		if (err != TOCSIN_OK)
			return err;
	}
	for (const struct api_field *f = op->fields; f->name != NULL; f++)
		if (f->required && json_object_get(body, f->name) == NULL)
			return fail(TOCSIN_BAD, "%s is missing: %s", f->name, f->help);
	return TOCSIN_OK;
}

enum tocsin_err api_check_query(const struct api_field *f, const char *value, int64_t deflt, int64_t *number)
{
	uint64_t v;
	*number = deflt;
	if (value == NULL)
		return TOCSIN_OK;
	if (f->type == API_INTEGER) {
		if (!text_u64(bytes_str(value), (uint64_t)f->max, &v) || v < (uint64_t)f->min)
			return fail(TOCSIN_BAD, "%s must be a whole number from %lld to %lld", f->name,
				(long long)f->min, (long long)f->max);
		*number = (int64_t)v;
	} else if (strlen(value) > (size_t)f->max) {
		return fail(TOCSIN_BAD, "%s may have at most %lld bytes", f->name, (long long)f->max);
	}
	return TOCSIN_OK;
}
