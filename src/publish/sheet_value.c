#include "publish/sheet_value.h"

#include "base/clock.h"
#include "base/json.h"

/* S as value_words has it: without controls. */
static void add_text(const char *s, struct buf *out)
{
	struct buf b;
	json_t *j = json_string(s);
	buf_init(&b, LIMIT_LINE * 6);
	if (j == NULL || json_write_value(&b, j) != TOCSIN_OK)
		out->failed = true;
	else
		value_words(buf_bytes(&b), out);
	json_decref(j);
	buf_free(&b);
}

/* The member of TAG, or of its first part ("ru" for "ru-RU"); NULL: not there. */
static const char *in_language(const json_t *o, const char *tag)
{
	char first[8];
	const char *s = json_string_value(json_object_get(o, tag));
	if (s != NULL)
		return s;
	snprintf(first, sizeof first, "%.*s", (int)strcspn(tag, "-"), tag);
	return json_string_value(json_object_get(o, first));
}

static void add_languages(const json_t *o, const char *tag, struct buf *out)
{
	const char *s = in_language(o, tag), *first = json_string_value(json_object_get(o, "authoritative"));
	if (s != NULL) {
		add_text(s, out);
		return;
	}
	/* One tag alone need not say that it is the authoritative one. */
	const char *key = first;
	void *it = json_object_iter((json_t *)(uintptr_t)o);
	if (key == NULL && it != NULL)
		key = json_object_iter_key(it);
	if (key == NULL)
		return;
	add_text(json_string_value(json_object_get(o, key)), out);
	buf_printf(out, " (%s)", key);
}

static void add_time(const struct zone *zone, const char *text, struct buf *out)
{
	int64_t t;
	char local[ZONE_TEXT + 1];
	if (!clock_parse(bytes_str(text), &t)) {
		add_text(text, out);
		return;
	}
	buf_printf(out, "%.10s %.5s UTC", text, text + 11);
	if (zone == NULL || zone_offset(zone, t) == 0)
		return;
	zone_format(zone, t, local);
	buf_printf(out, " (%.16s %s)", local, local + 20);
}

static void add_one(const struct sheet_language *l, const struct zone *zone, const struct field *f, const json_t *j,
	struct buf *out)
{
	const char *s = json_string_value(j), *word;
	if (s == NULL && json_is_integer(j))
		buf_printf(out, "%" JSON_INTEGER_FORMAT, json_integer_value(j));
	else if (s == NULL)
		buf_add_str(out, json_is_true(j) ? "+" : "-");
	else if (f != NULL && f->type == FIELD_TIME)
		add_time(zone, s, out);
	else if (f != NULL && f->words != NULL && (word = sheet_word(l, s)) != NULL)
		buf_add_str(out, word);
	else
		add_text(s, out);
}

void sheet_value(const struct sheet_language *l, const char *tag, const struct zone *zone, const struct field *f,
	struct bytes value, struct buf *out)
{
	json_t *j = json_from_value(value);
	const json_t *item;
	size_t i;
	if (j == NULL)
		out->failed = true;
	else if (json_is_object(j))
		add_languages(j, tag, out);
	else if (json_is_array(j))
		json_array_foreach(j, i, item) {
			buf_add_str(out, i == 0 ? "" : ", ");
			add_one(l, zone, f, item, out);
		}
	else
		add_one(l, zone, f, j, out);
	json_decref(j);
}
