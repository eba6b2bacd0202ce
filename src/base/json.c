#include "base/json.h"

#include "base/jval.h"
#include "base/text.h"

#define DEEPEST 32

/* How deep TEXT nests; jansson's own limit is 2048 and fixed when it is built. Brackets inside strings do not count. */
static size_t depth_of(struct bytes text)
{
	size_t depth = 0, deepest = 0;
	bool inside = false;
	for (size_t i = 0; i < text.n; i++) {
		uint8_t c = text.p[i];
		if (inside && c == '\\')
			i++;
		else if (c == '"')
			inside = !inside;
		else if (!inside && (c == '[' || c == '{') && ++depth > deepest)
			deepest = depth;
		else if (!inside && (c == ']' || c == '}') && depth > 0)
			depth--;
	}
	return deepest;
}

enum tocsin_err json_parse(struct bytes text, size_t max, const char *what, json_t **out)
{
	if (text.n > max)
		return fail(TOCSIN_BAD, "%s: longer than the %zu bytes that it may have", what, max);
	if (depth_of(text) > DEEPEST)
		return fail(TOCSIN_BAD, "%s: nested more than %d deep", what, DEEPEST);
	json_error_t e;
	const char *p = text.n == 0 ? "" : (const char *)text.p;
	json_t *j = json_loadb(p, text.n, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &e);
	if (j == NULL && json_error_code(&e) == json_error_out_of_memory)
		return fail(TOCSIN_BROKEN, "%s: no memory to read it", what);
	if (j == NULL)
		return fail(TOCSIN_BAD, "%s: not valid JSON: %s (line %d, column %d)", what, e.text, e.line, e.column);
	*out = j;
	return TOCSIN_OK;
}

static int append(const char *p, size_t n, void *user)
{
	struct buf *b = user;
	buf_add(b, p, n);
	return b->failed ? -1 : 0;
}

static void dump(struct buf *out, const json_t *j, size_t flags)
{
	if (json_dump_callback(j, append, out, flags | JSON_ENCODE_ANY) != 0)
		out->failed = true;
}

void json_write(struct buf *out, const json_t *j)
{
	dump(out, j, JSON_COMPACT);
}

void json_write_pretty(struct buf *out, const json_t *j)
{
	dump(out, j, JSON_INDENT(2));
	buf_add_char(out, '\n');
}

/* Jansson writes its escapes in upper case, so strings are written here. */
static void write_string(struct buf *out, const char *p, size_t n)
{
	static const char shorts[] = "\"\\\b\f\n\r\t", letters[] = "\"\\bfnrt";
	size_t written = 0;
	buf_add_char(out, '"');
	for (size_t i = 0; i < n; i++) {
		uint8_t c = (uint8_t)p[i];
		if (c >= 0x20 && c != '"' && c != '\\')
			continue;
		const char *found = c == 0 ? NULL : strchr(shorts, c);
		buf_add(out, p + written, i - written);
		written = i + 1;
		if (found != NULL) {
			buf_add_char(out, '\\');
			buf_add_char(out, letters[found - shorts]);
		} else {
			buf_printf(out, "\\u00%02x", c);
		}
	}
	buf_add(out, p + written, n - written);
	buf_add_char(out, '"');
}

/* Jansson's iterators only read, but take no const. */
static json_t *readable(const json_t *j)
{
	return (json_t *)(uintptr_t)j;
}

static void write_plain(struct buf *out, const json_t *j)
{
	if (json_is_string(j))
		write_string(out, json_string_value(j), json_string_length(j));
	else if (json_is_integer(j))
		buf_printf(out, "%" JSON_INTEGER_FORMAT, json_integer_value(j));
	else if (json_is_boolean(j))
		buf_add_str(out, json_is_true(j) ? "true" : "false");
	else
		buf_add_str(out, "null");     /* no value: the check finds it */
}

static void write_value(struct buf *out, const json_t *j)
{
	if (json_is_array(j)) {
		buf_add_char(out, '[');
		for (size_t i = 0; i < json_array_size(j); i++) {
			if (i > 0)
				buf_add_char(out, ',');
			write_plain(out, json_array_get(j, i));
		}
		buf_add_char(out, ']');
	} else if (json_is_object(j)) {
		const char *separator = "";
		buf_add_char(out, '{');
		json_t *o = readable(j);
		for (void *it = json_object_iter(o); it != NULL; it = json_object_iter_next(o, it)) {
			const char *key = json_object_iter_key(it);
			buf_add_str(out, separator);
			separator = ",";
			write_string(out, key, strlen(key));
			buf_add_char(out, ':');
			write_plain(out, json_object_iter_value(it));
		}
		buf_add_char(out, '}');
	} else {
		write_plain(out, j);
	}
}

enum tocsin_err json_write_value(struct buf *out, const json_t *j)
{
	size_t before = out->n;
	write_value(out, j);
	enum tocsin_err err = buf_end(out, "the value");
	if (err == TOCSIN_OK)
		err = jval_check(bytes_of(out->p + before, out->n - before), NULL);
	if (err == TOCSIN_BAD)
		out->n = before;
	return err;
}

json_t *json_from_value(struct bytes value)
{
	return json_loadb((const char *)value.p, value.n, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, NULL);
}

const char *json_get_str(const json_t *o, const char *key, bool *ok)
{
	const json_t *j = json_object_get(o, key);
	if (j != NULL && !json_is_string(j))
		*ok = false;
	return j == NULL ? NULL : json_string_value(j);
}

int64_t json_get_int(const json_t *o, const char *key, int64_t absent, bool *ok)
{
	const json_t *j = json_object_get(o, key);
	if (j != NULL && json_is_integer(j))
		return json_integer_value(j);
	if (j != NULL)
		*ok = false;
	return absent;
}

bool json_get_bool(const json_t *o, const char *key, bool absent, bool *ok)
{
	const json_t *j = json_object_get(o, key);
	if (j != NULL && json_is_boolean(j))
		return json_is_true(j);
	if (j != NULL)
		*ok = false;
	return absent;
}

enum tocsin_err json_only(const json_t *o, const char *what, const char *const *keys)
{
	if (!json_is_object(o))
		return fail(TOCSIN_BAD, "%s: must be an object", what);
	json_t *held = readable(o);
	enum tocsin_err err = TOCSIN_OK;
	for (void *it = json_object_iter(held); it != NULL && err == TOCSIN_OK; it = json_object_iter_next(held, it)) {
		size_t i = 0;
		while (keys[i] != NULL && strcmp(keys[i], json_object_iter_key(it)) != 0)
			i++;
		if (keys[i] == NULL)
			err = fail(TOCSIN_BAD, "%s: there is no member \"%.80s\" here: leave it out", what,
			           json_object_iter_key(it));
	}
	return err;
}
