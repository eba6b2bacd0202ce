#include "domain/vocabulary.h"

#include "base/clock.h"
#include "base/text.h"
#include "domain/breach.h"

#define DEEPEST 8

/* Jansson's iterators only read, but take no const. */
static json_t *readable(const json_t *j)
{
	return (json_t *)(uintptr_t)j;
}

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

/* Could KEY be a member of an object of languages? The value's own check (jval) is stricter. */
static bool looks_like_language(const char *key)
{
	if (strcmp(key, "authoritative") == 0 || strncmp(key, "by-", 3) == 0)
		return true;
	size_t n = strspn(key, "abcdefghijklmnopqrstuvwxyz");
	if (n < 2 || n > 3)
		return false;
	for (key += n; *key != '\0'; key++)
		if (*key != '-' && !is_letter(*key))
			return false;
	return key[-1] != '-';
}

static const char *join(struct arena *a, const char *prefix, const char *key)
{
	return prefix[0] == '\0' ? arena_str(a, bytes_str(key)) : arena_printf(a, "%s.%s", prefix, key);
}

/* An object of languages, or an object of fields below PREFIX?  "who" and "tlp" look like languages, so a name that
 * the table has wins. */
static bool is_languages(struct arena *a, const char *prefix, const json_t *o)
{
	json_t *j = readable(o);
	if (prefix[0] == '\0' || json_object_size(j) == 0)
		return false;
	if (field_find(prefix) != NULL)
		return true;
	for (void *it = json_object_iter(j); it != NULL; it = json_object_iter_next(j, it)) {
		const char *name = join(a, prefix, json_object_iter_key(it));
		if (!json_is_string(json_object_iter_value(it)) || !looks_like_language(json_object_iter_key(it)) ||
			name == NULL || field_find(name) != NULL)
			return false;
	}
	return true;
}

static const struct body_field *find(const struct draft *d, const char *name)
{
	for (size_t i = 0; i < d->n; i++)
		if (strcmp(d->field[i].name, name) == 0)
			return &d->field[i];
	return NULL;
}

static enum tocsin_err add(struct draft *d, const char *kind, const char *name, struct bytes value)
{
	enum tocsin_err err = field_check(kind, name, value);
	if (err != TOCSIN_OK)
		return err;
	if (find(d, name) != NULL)
		return fail(TOCSIN_BAD, "the field %s is given twice", name);
	if (d->n == DRAFT_FIELDS)
		return fail(TOCSIN_BAD, "more than %d fields", DRAFT_FIELDS);
	d->field[d->n++] = (struct body_field){ name, value, !field_closed(kind, name) };
	return TOCSIN_OK;
}

static enum tocsin_err add_value(struct draft *d, const char *kind, const char *name, const json_t *j, struct arena *a)
{
	struct buf b;
	buf_init(&b, LIMIT_LINE);
	enum tocsin_err err = json_write_value(&b, j);
	if (b.failed)
		err = fail(TOCSIN_BAD, "longer than a line may be: send it as an attachment");
	if (err != TOCSIN_OK) {
		err = fail_within(err, "%s", name);
	} else {
		struct bytes value = bytes_of(arena_copy(a, b.p, b.n), b.n);
		err = value.p == NULL ? fail(TOCSIN_BAD, "the fields together are too long") : add(d, kind, name, value);
	}
	buf_free(&b);
	return err;
}

static enum tocsin_err add_all(struct draft *d, const char *kind, const char *prefix, const json_t *o,
	struct arena *a, int depth)
{
	enum tocsin_err err = TOCSIN_OK;
	json_t *j = readable(o);
	if (depth == DEEPEST)
		return fail(TOCSIN_BAD, "%s is nested too deep", prefix);
	for (void *it = json_object_iter(j); it != NULL && err == TOCSIN_OK; it = json_object_iter_next(j, it)) {
		const json_t *v = json_object_iter_value(it);
		const char *name = join(a, prefix, json_object_iter_key(it));
		if (name == NULL)
			err = fail(TOCSIN_BAD, "the fields together are too long");
		else if (json_is_null(v))
			err = fail(TOCSIN_BAD, "%s is null: leave it out", name);
		else if (json_is_object(v) && !is_languages(a, name, v))
			err = add_all(d, kind, name, v, a, depth + 1);
		else
			err = add_value(d, kind, name, v, a);
	}
	return err;
}

static bool has(const struct draft *d, const char *name)
{
	return find(d, name) != NULL;
}

/* Whether the field's value is, or its list holds, "WORD". */
static bool says(const struct draft *d, const char *name, const char *word)
{
	const struct body_field *f = find(d, name);
	char quoted[64];
	snprintf(quoted, sizeof quoted, "\"%s\"", word);
	return f != NULL && memmem(f->value.p, f->value.n, quoted, strlen(quoted)) != NULL;
}

static bool time_of(const struct draft *d, const char *name, int64_t *t)
{
	const struct body_field *f = find(d, name);
	return f != NULL && f->value.n == CLOCK_TEXT + 2 && clock_parse(bytes_of(f->value.p + 1, CLOCK_TEXT), t);
}

/* A grade without its scale cannot be read: A1 is on both. */
static enum tocsin_err check_grade(const struct draft *d)
{
	const struct body_field *f = find(d, "source.grade");
	if (f == NULL)
		return TOCSIN_OK;
	if (!has(d, "source.scale"))
		return fail(TOCSIN_BAD, "source.grade needs source.scale: admiralty or europol-4x4");
	char letter = (char)f->value.p[1], digit = (char)f->value.p[2];
	bool fits = says(d, "source.scale", "admiralty") ? letter != 'X' : strchr("ABCX", letter) != NULL && digit <= '4';
	return fits ? TOCSIN_OK : fail(TOCSIN_BAD, "source.grade %c%c is not on the scale that source.scale names",
		letter, digit);
}

/* Doubt favours warning: only a test that was answered with no speaks against the duty. */
static enum tocsin_err check_duty(const struct draft *d)
{
	static const char *const tests[] = { "test.credible", "test.specific", "test.impending", "test.harm" };
	bool no = false, doubt = false, waived = says(d, "duty", "waived");
	for (size_t i = 0; i < sizeof tests / sizeof *tests; i++) {
		no = no || says(d, tests[i], "no");
		doubt = doubt || says(d, tests[i], "doubt");
	}
	if (waived && !has(d, "duty.ground"))
		return fail(TOCSIN_BAD, "a duty is waived on a named ground: give the field duty.ground");
	if (!waived && has(d, "duty.ground"))
		return fail(TOCSIN_BAD, "duty.ground is for a duty that is waived");
	if (waived && !has(d, "reason"))
		return fail(TOCSIN_BAD, "a duty is waived with a reason in words: give the field reason");
	if (says(d, "duty", "not-met") && !no)
		return fail(TOCSIN_BAD, "no test is answered with no, and doubt favours warning: the duty is met, or is waived");
	if ((doubt || says(d, "duty", "not-met")) && !has(d, "test.words"))
		return fail(TOCSIN_BAD, "a test that is in doubt or not passed is told in words: give the field test.words");
	return TOCSIN_OK;
}

/* Whoever asks says why, and about whom. */
static enum tocsin_err check_request(const struct draft *d)
{
	bool about = says(d, "request.type", "person") || says(d, "request.type", "organisation");
	uint64_t within = 0;
	const struct body_field *f = find(d, "within");
	if (!says(d, "urgency", "routine") && !has(d, "urgency.grounds"))
		return fail(TOCSIN_BAD, "a request that is not routine says why: give the field urgency.grounds");
	if (about && !has(d, "link"))
		return fail(TOCSIN_BAD, "a request about a person or an organisation says what connects it with its purpose: give the field link");
	if (about && !has(d, "subject.name"))
		return fail(TOCSIN_BAD, "a request about a person or an organisation says about whom: give the field subject.name");
	if (f != NULL && has(d, "due"))
		return fail(TOCSIN_BAD, "a request has due or within, not both");
	if (f != NULL && (!text_u64(f->value, ASK_WITHIN_MAX, &within) || within < ASK_WITHIN_MIN))
		return fail(TOCSIN_BAD, "within is %d to %d seconds", ASK_WITHIN_MIN, ASK_WITHIN_MAX);
	return TOCSIN_OK;
}

static enum tocsin_err check_rules(const char *kind, const struct draft *d)
{
	int64_t from, until;
	if (time_of(d, "when.from", &from) && time_of(d, "when.until", &until) && until < from)
		return fail(TOCSIN_BAD, "when.until is before when.from");
	if (strcmp(kind, "response") == 0) {
		if (says(d, "stage", "declined") && !has(d, "reason"))
			return fail(TOCSIN_BAD, "a response that declines needs a reason: give the field reason");
		if (says(d, "stage", "outcome") && !has(d, "outcome"))
			return fail(TOCSIN_BAD, "a response at the stage outcome needs the field outcome");
		if (says(d, "assessment.specific", "too-general") && !has(d, "question"))
			return fail(TOCSIN_BAD, "who says too-general says what is missing: give the field question");
		if (says(d, "copy", "removed") && !says(d, "stage", "acted"))
			return fail(TOCSIN_BAD, "who has removed its copy has acted: give the stage acted with copy removed");
	}
	if (strcmp(kind, "request") == 0) {
		enum tocsin_err err = check_request(d);
		if (err != TOCSIN_OK)
			return err;
	}
	if (strcmp(kind, "answer") == 0) {
		if (says(d, "result", "declined") && !has(d, "decline.ground"))
			return fail(TOCSIN_BAD, "an answer that declines names its ground: give the field decline.ground");
		if (says(d, "result", "declined") && !has(d, "reason"))
			return fail(TOCSIN_BAD, "an answer that declines needs a reason: give the field reason");
		if (says(d, "result", "needs-time") != has(d, "due"))
			return fail(TOCSIN_BAD, has(d, "due") ? "only an answer that needs time has the field due"
							      : "an answer that needs time says until when: give the field due");
	}
	if (strcmp(kind, "determination") == 0) {
		enum tocsin_err err = check_duty(d);
		if (err != TOCSIN_OK)
			return err;
	}
	return check_grade(d);
}

enum tocsin_err draft_fields(const char *kind, const json_t *o, struct arena *a, struct draft *d)
{
	d->n = 0;
	if (kind_find(kind) == NULL)
		return fail(TOCSIN_BAD, "there is no kind of statement called %.40s", kind);
	if (!json_is_object(o))
		return fail(TOCSIN_BAD, "a %s is written as a JSON object of fields", kind);
	enum tocsin_err err = add_all(d, kind, "", o, a, 0);
	/* Where lives are at stake, affected people may be told unless the author says otherwise. */
	bool life = says(d, "threat.harm", "death") || says(d, "threat.harm", "injury") ||
		says(d, "threat.harm", "kidnapping");
	if (err == TOCSIN_OK && life && !has(d, "handling.tell-affected"))
		err = add(d, kind, "handling.tell-affected", BYTES_LIT("true"));
	return err;
}

enum tocsin_err draft_complete(const char *kind, const struct draft *d)
{
	const struct kind *k = kind_find(kind);
	for (size_t i = 0; k != NULL && k->required[i] != NULL; i++)
		if (!has(d, k->required[i]))
			return fail(TOCSIN_BAD, "a %s needs the field %s", kind, k->required[i]);
	return check_rules(kind, d);
}

enum tocsin_err draft_parse(const char *kind, const json_t *o, struct arena *a, struct draft *d)
{
	enum tocsin_err err = draft_fields(kind, o, a, d);
	return err == TOCSIN_OK ? draft_complete(kind, d) : err;
}

enum tocsin_err draft_read(const char *kind, struct bytes json, struct arena *a, struct draft *d)
{
	json_t *o = NULL;
	d->n = 0;
	enum tocsin_err err = json_parse(json, LIMIT_JSON, kind, &o);
	if (err == TOCSIN_OK)
		err = draft_parse(kind, o, a, d);
	json_decref(o);
	return err;
}

/* NAME, or all below it when it ends in ".*". */
static enum tocsin_err set_open(struct draft *d, const char *name, bool open)
{
	size_t n = strlen(name), found = 0;
	bool below = n > 2 && strcmp(name + n - 2, ".*") == 0;
	for (size_t i = 0; i < d->n; i++) {
		const char *field = d->field[i].name;
		if (below ? strncmp(field, name, n - 1) == 0 : strcmp(field, name) == 0) {
			d->field[i].open = open;
			found++;
		}
	}
	return found > 0 ? TOCSIN_OK : fail(TOCSIN_MISSING, "there is no field %.70s to %s", name, open ? "open" : "close");
}

enum tocsin_err draft_close(struct draft *d, const char *name)
{
	return set_open(d, name, false);
}

enum tocsin_err draft_open(struct draft *d, const char *name)
{
	return set_open(d, name, true);
}

int draft_urgency(const struct draft *d, int64_t now)
{
	const int64_t hour = 3600 * CLOCK_SECOND;
	int64_t from, until;
	if (has(d, "urgency"))
		return says(d, "urgency", "imminent") ? 0 : says(d, "urgency", "urgent") ? 1 : 2;
	if (time_of(d, "when.until", &until) && until < now)
		return 2;
	if (time_of(d, "when.from", &from))
		return from - now <= 48 * hour ? 0 : from - now <= 7 * 24 * hour ? 1 : 2;
	/* A threat of which nobody knows the time may be close. */
	return has(d, "threat.summary") ? 1 : 2;
}
