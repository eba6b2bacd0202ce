#include "domain/vocabulary.h"

/* S without controls: each run of them becomes one space. S is valid UTF-8. */
static void add_clean(struct buf *out, const char *s, size_t n)
{
	bool gap = false;
	for (size_t i = 0; i < n; i++) {
		uint8_t c = (uint8_t)s[i];
		/* C1 controls are two bytes; line and paragraph separators three. */
		size_t width = c < 0x20 || c == 0x7f ? 1 : c == 0xc2 && i + 1 < n && (uint8_t)s[i + 1] < 0xa0 ? 2 : 0;
		if (c == 0xe2 && i + 2 < n && (uint8_t)s[i + 1] == 0x80 &&
			((uint8_t)s[i + 2] == 0xa8 || (uint8_t)s[i + 2] == 0xa9))
			width = 3;
		if (width > 0) {
			i += width - 1;
			gap = true;
			continue;
		}
		if (gap)
			buf_add_char(out, ' ');
		gap = false;
		buf_add_char(out, s[i]);
	}
}

static void add_plain(struct buf *out, const json_t *j)
{
	if (json_is_string(j))
		add_clean(out, json_string_value(j), json_string_length(j));
	else if (json_is_integer(j))
		buf_printf(out, "%" JSON_INTEGER_FORMAT, json_integer_value(j));
	else
		buf_add_str(out, json_is_true(j) ? "yes" : "no");
}

static void add_language(struct buf *out, json_t *o, const char *tag)
{
	char key[48];
	snprintf(key, sizeof key, "by-%s", tag);
	add_plain(out, json_object_get(o, tag));
	const json_t *by = json_object_get(o, key);
	buf_printf(out, " (%s", tag);
	if (by != NULL) {
		buf_add_str(out, ", translated by ");
		add_plain(out, by);
	}
	buf_add_char(out, ')');
}

static void add_languages(struct buf *out, json_t *o)
{
	const char *first = json_string_value(json_object_get(o, "authoritative"));
	if (first == NULL && json_object_size(o) == 1) {
		add_plain(out, json_object_iter_value(json_object_iter(o)));
		return;
	}
	if (first != NULL)
		add_language(out, o, first);
	const char *separator = first == NULL ? "" : " / ";
	for (void *it = json_object_iter(o); it != NULL; it = json_object_iter_next(o, it)) {
		const char *key = json_object_iter_key(it);
		if (strcmp(key, "authoritative") == 0 || strncmp(key, "by-", 3) == 0 ||
			(first != NULL && strcmp(key, first) == 0))
			continue;
		buf_add_str(out, separator);
		add_language(out, o, key);
		separator = " / ";
	}
}

void value_words(struct bytes value, struct buf *out)
{
	json_t *j = json_from_value(value);
	if (j == NULL) {
		/* Not a value after all: shown as it stands. */
		add_clean(out, (const char *)value.p, value.n);
	} else if (json_is_object(j)) {
		add_languages(out, j);
	} else if (json_is_array(j)) {
		for (size_t i = 0; i < json_array_size(j); i++) {
			if (i > 0)
				buf_add_str(out, ", ");
			add_plain(out, json_array_get(j, i));
		}
	} else {
		add_plain(out, j);
	}
	json_decref(j);
}
