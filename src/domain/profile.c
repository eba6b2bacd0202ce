#include "domain/profile.h"

#include "base/text.h"
#include "domain/vocabulary.h"

const struct profile profile_none = { .language = "", .owes = "" };

bool line_pattern_ok(const char *pattern)
{
	char name[BODY_NAME + 1];
	size_t n = strlen(pattern);
	bool below = n > 2 && strcmp(pattern + n - 2, ".*") == 0;
	n -= below ? 2 : 0;
	if (n == 0 || n > BODY_NAME)
		return false;
	memcpy(name, pattern, n);
	name[n] = '\0';
	return body_name_ok(bytes_str(name));
}

bool line_matches(const char *pattern, const char *name)
{
	size_t n = strlen(pattern);
	bool below = n > 2 && strcmp(pattern + n - 2, ".*") == 0;
	return below ? strncmp(name, pattern, n - 1) == 0 : strcmp(name, pattern) == 0;
}

/* Whether PATTERN names a line that stays closed unless the author opens it. */
static bool names_closed(const char *pattern)
{
	const struct field *f;
	if (strncmp(pattern, "source.", 7) == 0 && (field_find(pattern) == NULL || field_find(pattern)->closed))
		return true;
	for (size_t i = 0; (f = field_each(i)) != NULL; i++)
		if (f->closed && line_matches(pattern, f->name))
			return true;
	return false;
}

static enum tocsin_err read_lines(const json_t *o, const char *key, struct arena *a, const char **lines, size_t *n)
{
	const json_t *list = json_object_get(o, key);
	*n = 0;
	if (list == NULL)
		return TOCSIN_OK;
	if (!json_is_array(list) || json_array_size(list) > PROFILE_NAMES)
		return fail(TOCSIN_BAD, "a profile's %s is a list of at most %d names of lines", key, PROFILE_NAMES);
	for (size_t i = 0; i < json_array_size(list); i++) {
		const char *s = json_string_value(json_array_get(list, i));
		if (s == NULL || !line_pattern_ok(s))
			return fail(TOCSIN_BAD, "a profile's %s names lines such as where.place, or where.* for all below it", key);
		if (strcmp(key, "open") == 0 && names_closed(s))
			return fail(TOCSIN_BAD, "a profile does not open %s: the author does, warning by warning", s);
		lines[*n] = arena_str(a, bytes_str(s));
		if (lines[(*n)++] == NULL)
			return fail(TOCSIN_BROKEN, "no memory for a profile");
	}
	return TOCSIN_OK;
}

/* A line of text, "" when it is not there. */
static enum tocsin_err read_words(const json_t *o, const char *key, size_t most, struct arena *a, const char **out)
{
	bool ok = true;
	const char *s = json_get_str(o, key, &ok);
	*out = "";
	if (ok && s == NULL)
		return TOCSIN_OK;
	if (!ok || strlen(s) > most || !text_is_clean(bytes_str(s)) || text_has_bidi(bytes_str(s)))
		return fail(TOCSIN_BAD, "a profile's %s is one line of at most %zu bytes", key, most);
	*out = arena_str(a, bytes_str(s));
	return *out == NULL ? fail(TOCSIN_BROKEN, "no memory for a profile") : TOCSIN_OK;
}

static bool is_tag(const char *s)
{
	size_t n = strspn(s, "abcdefghijklmnopqrstuvwxyz");
	if (n < 2 || n > 3)
		return false;
	for (s += n; *s == '-'; s += n) {
		s++;
		n = strspn(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789");
		if (n < 1 || n > 8)
			return false;
	}
	return *s == '\0';
}

static enum tocsin_err read_all(const json_t *o, struct arena *a, struct profile *out)
{
	static const char *const keys[] = { "tlp", "open", "close", "language", "community", "country", "owes", NULL };
	bool ok = true;
	if (!json_is_object(o))
		return fail(TOCSIN_BAD, "a profile is a JSON object");
	enum tocsin_err err = json_only(o, "a profile", keys);
	if (err != TOCSIN_OK)
		return err;
	const char *tlp = json_get_str(o, "tlp", &ok);
	if (!ok || (tlp != NULL && !tlp_find(tlp, &out->tlp)))
		return fail(TOCSIN_BAD, "a profile's tlp is one of red, amber-strict, amber, green, clear");
	out->community = json_get_bool(o, "community", false, &ok);
	if (!ok)
		return fail(TOCSIN_BAD, "a profile's community is true or false");
	const char *country = json_get_str(o, "country", &ok);
	if (!ok || (country != NULL && (strlen(country) != 2 || strspn(country, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") != 2)))
		return fail(TOCSIN_BAD, "a profile's country is two capitals (ISO 3166), such as NO");
	if (country != NULL)
		memcpy(out->country, country, 3);
	err = read_lines(o, "open", a, out->open, &out->open_n);
	if (err == TOCSIN_OK)
		err = read_lines(o, "close", a, out->close, &out->close_n);
	if (err == TOCSIN_OK)
		err = read_words(o, "language", PROFILE_LANGUAGE, a, &out->language);
	if (err == TOCSIN_OK && out->language[0] != '\0' && !is_tag(out->language))
		err = fail(TOCSIN_BAD, "a profile's language is a tag such as ru or pt-BR");
	if (err == TOCSIN_OK)
		err = read_words(o, "owes", PROFILE_OWES, a, &out->owes);
	return err;
}

enum tocsin_err profile_parse(struct bytes json, struct arena *a, struct profile *out)
{
	json_t *o = NULL;
	*out = profile_none;
	enum tocsin_err err = json_parse(json, PROFILE_BYTES, "a profile", &o);
	if (err == TOCSIN_OK)
		err = read_all(o, a, out);
	json_decref(o);
	return err;
}
