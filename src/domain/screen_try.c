#include "domain/screen_try.h"

#include <stdlib.h>

#include "base/clock.h"
#include "base/limits.h"
#include "proof/body.h"

#define ARENA (64u << 20)               /* for one case */
#define FIELDS 512
#define WHAT "a case of the test bench"

struct bench {
	struct screen_rules *rules;
	json_t *records;
	struct hash *tag;               /* sorted */
	size_t tag_n;
	uint8_t secret[32];             /* of a test: zeros */
	int64_t now;
};

/* ---- the protected list ---- */

static int by_tag(const void *a, const void *b)
{
	return memcmp(a, b, sizeof(struct hash));
}

static bool is_protected(void *arg, const struct hash *tag)
{
	const struct bench *b = arg;
	return bsearch(tag, b->tag, b->tag_n, sizeof *b->tag, by_tag) != NULL;
}

static enum tocsin_err read_protected(struct bench *b, const json_t *names)
{
	if (names != NULL && (!json_is_array(names) || json_array_size(names) > TRY_PROTECTED))
		return fail(TOCSIN_BAD, "protected is a list of at most %d names", TRY_PROTECTED);
	b->tag = calloc(SCREEN_TAGS * json_array_size(names) + 1, sizeof *b->tag);
	if (b->tag == NULL)
		return fail(TOCSIN_BROKEN, "no memory for the test bench");
	for (size_t i = 0; i < json_array_size(names); i++) {
		const json_t *j = json_array_get(names, i);
		size_t n = 0;
		if (!json_is_string(j))
			return fail(TOCSIN_BAD, "protected is a list of names");
		enum tocsin_err err = screen_tags(b->secret, bytes_of(json_string_value(j), json_string_length(j)), &b->tag[b->tag_n], &n);
		if (err != TOCSIN_OK)
			return err;
		b->tag_n += n;
	}
	qsort(b->tag, b->tag_n, sizeof *b->tag, by_tag);
	return TOCSIN_OK;
}

/* ---- one case ---- */

static enum tocsin_err read_record(const struct bench *b, const char *from, struct screen_record *r)
{
	const json_t *o = from == NULL ? NULL : json_object_get(b->records, from);
	struct { const char *name; int64_t *into; } number[] = { { "requests", &r->requests }, { "person", &r->person_requests },
		{ "refused", &r->refused }, { "warnings", &r->warnings }, { "abroad", &r->abroad }, { "quota", &r->quota_used },
		{ "subjects", &r->subjects }, { "near", &r->near } };
	static const char *const keys[] = { "requests", "person", "refused", "warnings", "abroad", "quota", "subjects", "near", "country",
		NULL };
	bool ok = true;
	*r = (struct screen_record) { .requests = 0 };
	if (o == NULL)
		return TOCSIN_OK;
	enum tocsin_err err = json_only(o, "a record of the test bench", keys);
	if (err != TOCSIN_OK)
		return err;
	for (size_t i = 0; i < sizeof number / sizeof *number; i++)
		*number[i].into = json_get_int(o, number[i].name, 0, &ok);
	const char *country = json_get_str(o, "country", &ok);
	if (!ok || (country != NULL && strlen(country) != 2))
		return fail(TOCSIN_BAD, "the record of %.60s has numbers, and country of two letters", from);
	if (country != NULL)
		memcpy(r->country, country, 3);
	return TOCSIN_OK;
}

static enum tocsin_err read_fields(json_t *o, struct arena *a, struct screen_field *field, size_t *n)
{
	for (void *it = json_object_iter(o); it != NULL; it = json_object_iter_next(o, it)) {
		struct buf value;
		const char *name = json_object_iter_key(it);
		if (*n == FIELDS || !body_name_ok(bytes_str(name)))
			return fail(TOCSIN_BAD, "%.60s is no name of a field, or there are more than %d", name, FIELDS);
		buf_init(&value, LIMIT_LINE);
		enum tocsin_err err = json_write_value(&value, json_object_iter_value(it));
		const void *p = arena_copy(a, value.p, value.n);
		field[(*n)++] = (struct screen_field) { bytes_str(name), bytes_of(p, value.n) };
		buf_free(&value);
		if (err != TOCSIN_OK)
			return fail_within(err, "%.60s", name);
		if (p == NULL)
			return fail(TOCSIN_BROKEN, "no memory for the test bench");
	}
	return TOCSIN_OK;
}

static enum tocsin_err read_files(const json_t *l, struct screen_file *file, size_t *n)
{
	if (l != NULL && (!json_is_array(l) || json_array_size(l) > LIMIT_ATTACHMENTS))
		return fail(TOCSIN_BAD, "files is a list of at most %d", LIMIT_ATTACHMENTS);
	for (size_t i = 0; i < json_array_size(l); i++) {
		const json_t *o = json_array_get(l, i), *text = json_object_get(o, "text");
		const char *name = json_string_value(json_object_get(o, "name"));
		if (name == NULL || (text != NULL && !json_is_string(text)))
			return fail(TOCSIN_BAD, "a file has a name, and text, unless it is no text");
		/* Without text it is one byte that no text has. */
		file[(*n)++] = (struct screen_file) { bytes_str(name), BYTES_LIT("text/plain"), text != NULL
			? bytes_of(json_string_value(text), json_string_length(text)) : BYTES_LIT("\xff") };
	}
	return TOCSIN_OK;
}

static bool in_list(const json_t *list, const char *name)
{
	for (size_t i = 0; i < json_array_size(list); i++) {
		const char *s = json_string_value(json_array_get(list, i));
		if (s != NULL && strcmp(s, name) == 0)
			return true;
	}
	return false;
}

static bool found(const struct screening *s, const char *rule)
{
	for (size_t i = 0; i < s->n; i++)
		if (rule != NULL && strcmp(s->finding[i].rule, rule) == 0)
			return true;
	return false;
}

static enum tocsin_err compare(const json_t *expect, const struct screening *s, bool *as)
{
	static const char *const keys[] = { "verdict", "rules", "with", "without", NULL };
	*as = true;
	if (expect == NULL)
		return TOCSIN_OK;
	enum tocsin_err err = json_only(expect, "expect", keys);
	if (err != TOCSIN_OK)
		return err;
	const json_t *rules = json_object_get(expect, "rules"), *with = json_object_get(expect, "with"),
		*without = json_object_get(expect, "without"), *verdict = json_object_get(expect, "verdict");
	*as = verdict == NULL || (json_is_string(verdict) && strcmp(json_string_value(verdict), screen_verdict_name(s->verdict)) == 0);
	for (size_t i = 0; i < s->n; i++)
		*as &= (rules == NULL || in_list(rules, s->finding[i].rule)) && !in_list(without, s->finding[i].rule);
	for (size_t i = 0; i < json_array_size(rules); i++)
		*as &= found(s, json_string_value(json_array_get(rules, i)));
	for (size_t i = 0; i < json_array_size(with); i++)
		*as &= found(s, json_string_value(json_array_get(with, i)));
	return TOCSIN_OK;
}

static json_t *findings_json(const struct screening *s)
{
	json_t *l = json_array();
	for (size_t i = 0; l != NULL && i < s->n; i++) {
		const struct screen_finding *f = &s->finding[i];
		json_array_append_new(l, json_pack("{s:s, s:s, s:s%, s:s}", "rule", f->rule, "verdict", screen_verdict_name(f->verdict),
			"facts", (const char *)f->facts.p, f->facts.n, "text", f->text));
	}
	return l;
}

static enum tocsin_err try_one(struct bench *b, json_t *o, struct arena *a, json_t *items, bool *as)
{
	static const char *const keys[] = { "name", "kind", "from", "at", "stranger", "fields", "files", "expect", NULL };
	struct screen_field *field = arena_alloc(a, FIELDS * sizeof *field);
	struct screen_file file[LIMIT_ATTACHMENTS];
	struct screen_request q = { .kind = "request", .field = field, .file = file, .at = b->now };
	struct screen_record record;
	struct screening *s = arena_alloc(a, sizeof *s);
	bool ok = true;
	enum tocsin_err err = field == NULL || s == NULL ? fail(TOCSIN_BROKEN, "no memory for the test bench") : json_only(o, WHAT, keys);
	if (err != TOCSIN_OK)
		return err;
	const char *name = json_get_str(o, "name", &ok), *kind = json_get_str(o, "kind", &ok), *at = json_get_str(o, "at", &ok),
		*from = json_get_str(o, "from", &ok);
	q.stranger = json_get_bool(o, "stranger", false, &ok);
	q.kind = kind == NULL ? "request" : kind;
	if (!ok || name == NULL || !json_is_object(json_object_get(o, "fields")))
		return fail(TOCSIN_BAD, WHAT " has a name, and fields");
	if (strcmp(q.kind, "request") != 0 && strcmp(q.kind, "warning") != 0)
		return fail(TOCSIN_BAD, "case %.100s: kind is request or warning", name);
	if (at != NULL && !clock_parse(bytes_str(at), &q.at))
		return fail(TOCSIN_BAD, "case %.100s: at is a time such as 2026-03-06T09:12:00Z", name);
	err = read_record(b, from, &record);
	if (err == TOCSIN_OK)
		err = read_fields(json_object_get(o, "fields"), a, field, &q.field_n);
	if (err == TOCSIN_OK)
		err = read_files(json_object_get(o, "files"), file, &q.file_n);
	if (err == TOCSIN_OK)
		err = screen(b->rules, &q, &record, b->secret, is_protected, b, a, s);
	if (err == TOCSIN_OK)
		err = compare(json_object_get(o, "expect"), s, as);
	if (err != TOCSIN_OK)
		return fail_within(err, "case %.100s", name);
	json_t *item = json_pack("{s:s, s:s, s:b, s:o, s:b}", "name", name, "verdict", screen_verdict_name(s->verdict), "person", s->person,
		"findings", findings_json(s), "as_expected", *as);
	return json_array_append_new(items, item) != 0 ? fail(TOCSIN_BROKEN, "no memory for the test bench") : TOCSIN_OK;
}

static enum tocsin_err try_all(struct bench *b, const json_t *cases, json_t *items, json_int_t *as_expected, json_int_t *not_so)
{
	struct arena *a = arena_new(ARENA);
	enum tocsin_err err = a == NULL ? fail(TOCSIN_BROKEN, "no memory for the test bench") : TOCSIN_OK;
	for (size_t i = 0; err == TOCSIN_OK && i < json_array_size(cases); i++) {
		bool as = false;
		arena_reset(a);
		err = try_one(b, json_array_get(cases, i), a, items, &as);
		*as_expected += as;
		*not_so += !as;
	}
	arena_free(a);
	return err;
}

static enum tocsin_err read_bench(struct bench *b, json_t *given)
{
	static const char *const keys[] = { "rules", "protected", "records", "cases", NULL };
	struct buf rules;
	const json_t *own = json_object_get(given, "rules"), *cases = json_object_get(given, "cases");
	if (!json_is_object(given) || !json_is_array(cases) || json_array_size(cases) > TRY_CASES)
		return fail(TOCSIN_BAD, "the test bench takes an object with cases, a list of at most %d", TRY_CASES);
	enum tocsin_err err = json_only(given, "the test bench", keys);
	if (err != TOCSIN_OK)
		return err;
	buf_init(&rules, LIMIT_JSON);
	if (own != NULL)
		json_write(&rules, own);
	else
		buf_add_bytes(&rules, screen_rules_default());
	err = buf_end(&rules, "the rules");
	if (err == TOCSIN_OK)
		err = screen_rules_read(buf_bytes(&rules), &b->rules);
	buf_free(&rules);
	b->records = json_object_get(given, "records");
	return err == TOCSIN_OK ? read_protected(b, json_object_get(given, "protected")) : err;
}

enum tocsin_err screen_try(json_t *given, int64_t now, json_t **out)
{
	struct bench b = { .now = now };
	json_int_t as_expected = 0, not_so = 0;
	json_t *items = json_array();
	*out = NULL;
	enum tocsin_err err = items == NULL ? fail(TOCSIN_BROKEN, "no memory for the test bench") : read_bench(&b, given);
	if (err == TOCSIN_OK)
		err = try_all(&b, json_object_get(given, "cases"), items, &as_expected, &not_so);
	if (err == TOCSIN_OK) {
		*out = json_pack("{s:O, s:I, s:I}", "items", items, "as_expected", as_expected, "not", not_so);
		if (*out == NULL)
			err = fail(TOCSIN_BROKEN, "no memory for the test bench");
	}
	json_decref(items);
	screen_rules_free(b.rules);
	free(b.tag);
	return err;
}
