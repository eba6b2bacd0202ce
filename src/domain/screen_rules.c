/* Rules as data: read strictly, so that a slip of the pen is told and does not open the door. */
#include <stdlib.h>

#include "base/clock.h"
#include "base/text.h"
#include "domain/profile.h"
#include "domain/screen_inside.h"
#include "proof/body.h"
#include "screen_default.h"

#define ARENA (8u << 20)
#define DAY (86400 * CLOCK_SECOND)

static const char *const verdicts[] = { "pass", "caution", "hold", "refuse", NULL };
static const char *const ons[] = { "missing", "inconsistent", "words", "short", "same", "grade", "protected", "mixed", "unread",
	"record", "names", "calendar", "type-missing", "type-wrong", "stranger", NULL };
static const char *const whens[] = { "person", "request", "warning", NULL };
static const char *const numbers[] = { "refused", "share", "abroad", "quota", "subjects", "near", "nothing-given", NULL };
_Static_assert(sizeof ons / sizeof *ons == ON_COUNT + 1, "a word for each condition");
_Static_assert(sizeof numbers / sizeof *numbers == NUMBER_COUNT + 1, "a word for each number");

const char *screen_verdict_name(enum screen_verdict v)
{
	return verdicts[v];
}

static enum tocsin_err no_memory(void)
{
	return fail(TOCSIN_BROKEN, "no memory for the door's rules");
}

static bool find_word(const char *const *words, const char *s, unsigned *out)
{
	for (unsigned i = 0; s != NULL && words[i] != NULL; i++)
		if (strcmp(words[i], s) == 0) {
			*out = i;
			return true;
		}
	return false;
}

/* One line, at most MOST bytes, into the arena. */
static const char *line_of(const json_t *j, size_t most, struct arena *a)
{
	struct bytes s = bytes_of(json_string_value(j), json_string_length(j));
	if (s.p == NULL || s.n == 0 || s.n > most || !text_is_clean(s) || text_has_bidi(s))
		return NULL;
	return arena_str(a, s);
}

static bool name_ok(const char *s)
{
	size_t n = s == NULL ? 0 : strlen(s);
	return n > 0 && n <= RULES_NAME && s[0] >= 'a' && s[0] <= 'z' && strspn(s, "abcdefghijklmnopqrstuvwxyz0123456789.-") == n;
}

/* ---- lists ---- */

static enum tocsin_err read_phrase(struct screen_rules *r, const char *list, const json_t *j)
{
	struct phrase_row *p = &r->phrase[r->phrase_n];
	struct subject_text words;
	*p = (struct phrase_row) { .text = line_of(j, RULES_PHRASE, r->arena), .list = (unsigned)r->list_n };
	if (p->text == NULL)
		return fail(TOCSIN_BAD, "list %s: each of its members is one line of at most %d bytes", list, RULES_PHRASE);
	p->open = p->text[strlen(p->text) - 1] == '*';
	enum tocsin_err err = subject_words(bytes_str(p->text), r->arena, &words);
	if (err != TOCSIN_OK)
		return err;
	const char *star = strchr(p->text, '*');
	if (star != NULL && star[1] != 0)
		return fail(TOCSIN_BAD, "list %s: \"%s\" may have a * at its end only", list, p->text);
	if (words.n == 0 || words.n > RULES_PHRASE_WORDS || (p->open && words.word[words.n - 1].n < 3))
		return fail(TOCSIN_BAD, "list %s: \"%s\" must have 1 to %d words, and 3 letters before a *", list, p->text,
			RULES_PHRASE_WORDS);
	p->n = words.n;
	memcpy(p->word, words.word, words.n * sizeof *words.word);
	r->phrase_n++;
	return TOCSIN_OK;
}

static int by_first(const void *a, const void *b)
{
	return bytes_compare(((const struct phrase_row *)a)->word[0], ((const struct phrase_row *)b)->word[0]);
}

static enum tocsin_err read_lists(struct screen_rules *r, json_t *o)
{
	size_t all = 0;
	if (o != NULL && !json_is_object(o))
		return fail(TOCSIN_BAD, "the rules' lists are an object of lists");
	if (json_object_size(o) > RULES_LISTS)
		return fail(TOCSIN_BAD, "there can be %d lists", RULES_LISTS);
	for (void *it = json_object_iter(o); it != NULL; it = json_object_iter_next(o, it)) {
		const json_t *l = json_object_iter_value(it);
		if (!name_ok(json_object_iter_key(it)) || !json_is_array(l) || json_array_size(l) > RULES_PHRASES)
			return fail(TOCSIN_BAD, "list %.60s: a list has a name of small letters, and at most %d members",
				json_object_iter_key(it), RULES_PHRASES);
		all += json_array_size(l);
	}
	r->phrase = arena_alloc(r->arena, (all + 1) * sizeof *r->phrase);
	if (r->phrase == NULL)
		return no_memory();
	for (void *it = json_object_iter(o); it != NULL; it = json_object_iter_next(o, it)) {
		const char *name = arena_str(r->arena, bytes_str(json_object_iter_key(it)));
		const json_t *l = json_object_iter_value(it);
		if (name == NULL)
			return no_memory();
		for (size_t i = 0; i < json_array_size(l); i++) {
			enum tocsin_err err = read_phrase(r, name, json_array_get(l, i));
			if (err != TOCSIN_OK)
				return err;
		}
		r->list[r->list_n++] = name;
	}
	if (r->phrase_n > 1)
		qsort(r->phrase, r->phrase_n, sizeof *r->phrase, by_first);
	return TOCSIN_OK;
}

/* ---- one rule ---- */

/* "a" or "a|b", each the name of a line or a pattern of names; NULL otherwise. */
static const char *fields_of(const json_t *j, struct arena *a)
{
	const char *s = line_of(j, 200, a);
	for (const char *p = s; p != NULL; p = *p == '|' ? p + 1 : NULL) {
		char one[201];
		size_t n = strcspn(p, "|");
		memcpy(one, p, n);
		one[n] = 0;
		if (!line_pattern_ok(one))
			return NULL;
		p += n;
	}
	return s;
}

static enum tocsin_err read_fields(struct screen_rules *r, const char *rule, const json_t *o, const char *key, const char **out,
	size_t *n)
{
	const json_t *l = json_object_get(o, key);
	if (l != NULL && (!json_is_array(l) || json_array_size(l) == 0 || json_array_size(l) > RULES_FIELDS))
		return fail(TOCSIN_BAD, "rule %s: %s is a list of 1 to %d names of fields", rule, key, RULES_FIELDS);
	for (*n = 0; *n < json_array_size(l); (*n)++)
		if ((out[*n] = fields_of(json_array_get(l, *n), r->arena)) == NULL)
			return fail(TOCSIN_BAD, "rule %s: %s names fields such as offence, subject.*, or a|b for one of two", rule, key);
	return TOCSIN_OK;
}

static enum tocsin_err read_number(const struct screen_rule *rule, const json_t *o, const char *key, int64_t least, int64_t most,
	int64_t absent, int64_t *out)
{
	bool ok = true;
	*out = json_get_int(o, key, absent, &ok);
	if (!ok || *out < least || *out > most)
		return fail(TOCSIN_BAD, "rule %s: %s is a number from %lld to %lld", rule->name, key, (long long)least, (long long)most);
	return TOCSIN_OK;
}

static enum tocsin_err read_list_name(const struct screen_rules *r, struct screen_rule *rule, const json_t *o)
{
	const char *s = json_string_value(json_object_get(o, "list"));
	for (size_t i = 0; s != NULL && i < r->list_n; i++)
		if (strcmp(r->list[i], s) == 0) {
			rule->list = (unsigned)i;
			return TOCSIN_OK;
		}
	return fail(TOCSIN_BAD, "rule %s: list must name one of the lists", rule->name);
}

static enum tocsin_err read_grades(struct screen_rules *r, struct screen_rule *rule, const json_t *o)
{
	const json_t *l = json_object_get(o, "grades");
	if (json_array_size(l) == 0 || json_array_size(l) > 8)
		return fail(TOCSIN_BAD, "rule %s: grades is a list such as [\"F6\"], [\"F\", \"6\"]", rule->name);
	for (size_t i = 0; i < json_array_size(l); i++) {
		const char *s = line_of(json_array_get(l, i), 2, r->arena);
		if (s == NULL)
			return fail(TOCSIN_BAD, "rule %s: a grade is a letter, a digit, or both, such as F6", rule->name);
		rule->grade[rule->grade_n++] = s;
	}
	return TOCSIN_OK;
}

/* What a condition takes beside name, verdict, on, when, off and text. */
static const char *const parameters[ON_COUNT] = {
	[ON_MISSING] = "fields", [ON_INCONSISTENT] = "", [ON_WORDS] = "list fields with", [ON_SHORT] = "fields words",
	[ON_SAME] = "fields", [ON_GRADE] = "grades", [ON_PROTECTED] = "in", [ON_MIXED] = "in", [ON_UNREAD] = "",
	[ON_RECORD] = "number over from", [ON_NAMES] = "over", [ON_CALENDAR] = "days", [ON_TYPE_MISSING] = "",
	[ON_TYPE_WRONG] = "list", [ON_STRANGER] = "",
};

static enum tocsin_err only_parameters(const struct screen_rule *rule, json_t *o)
{
	static const char *const always = "name verdict on when off text unless";
	for (void *it = json_object_iter(o); it != NULL; it = json_object_iter_next(o, it)) {
		struct bytes all[2] = { bytes_str(always), bytes_str(parameters[rule->on]) }, word;
		bool known = false;
		for (size_t i = 0; i < 2; i++)
			while (text_word(&all[i], &word))
				known |= bytes_equal_str(word, json_object_iter_key(it));
		if (!known)
			return fail(TOCSIN_BAD, "rule %s: on \"%s\" does not take %.60s", rule->name, ons[rule->on], json_object_iter_key(it));
	}
	return TOCSIN_OK;
}

static enum tocsin_err read_parameters(struct screen_rules *r, struct screen_rule *rule, const json_t *o)
{
	enum tocsin_err err = read_fields(r, rule->name, o, "fields", rule->field, &rule->field_n);
	unsigned found;
	if (err == TOCSIN_OK)
		err = read_fields(r, rule->name, o, "with", rule->with, &rule->with_n);
	if (err != TOCSIN_OK)
		return err;
	switch (rule->on) {
	case ON_MISSING:
		return rule->field_n > 0 ? TOCSIN_OK : fail(TOCSIN_BAD, "rule %s: fields must name what may be missing", rule->name);
	case ON_SAME:
		return rule->field_n > 1 ? TOCSIN_OK : fail(TOCSIN_BAD, "rule %s: fields names what is compared, and with what",
			rule->name);
	case ON_SHORT:
		if (rule->field_n == 0)
			return fail(TOCSIN_BAD, "rule %s: fields must name what may be too short", rule->name);
		return read_number(rule, o, "words", 1, 100, 0, &rule->over);
	case ON_WORDS:
	case ON_TYPE_WRONG:
		return read_list_name(r, rule, o);
	case ON_GRADE:
		return read_grades(r, rule, o);
	case ON_PROTECTED:
	case ON_MIXED:
		if (!find_word((const char *const[]) { "subject", "text", NULL }, json_string_value(json_object_get(o, "in")), &found))
			return fail(TOCSIN_BAD, "rule %s: in is subject or text", rule->name);
		rule->in_text = found == 1;
		return TOCSIN_OK;
	case ON_RECORD:
		if (!find_word(numbers, json_string_value(json_object_get(o, "number")), &found))
			return fail(TOCSIN_BAD, "rule %s: number is one of refused, share, abroad, quota, subjects, near, nothing-given",
				rule->name);
		rule->number = (enum screen_number)found;
		err = read_number(rule, o, "from", 0, 1000000, 0, &rule->from);
		return err != TOCSIN_OK ? err : read_number(rule, o, "over", 0, 1000000, -1, &rule->over);
	case ON_NAMES:
		return read_number(rule, o, "over", 0, SUBJECT_NAMES, -1, &rule->over);
	case ON_CALENDAR:
		return read_number(rule, o, "days", 0, 1000, -1, &rule->days);
	default:
		return TOCSIN_OK;
	}
}

static enum tocsin_err read_unless(struct screen_rules *r, struct screen_rule *rule, const json_t *l)
{
	if (l != NULL && (!json_is_array(l) || json_array_size(l) == 0 || json_array_size(l) > RULES_FIELDS))
		return fail(TOCSIN_BAD, "rule %s: unless is a list of 1 to %d such as subject.role=missing", rule->name, RULES_FIELDS);
	for (size_t i = 0; i < json_array_size(l); i++) {
		const char *s = line_of(json_array_get(l, i), 100, r->arena), *is = s == NULL ? NULL : strchr(s, '=');
		char name[101];
		if (is == NULL || is[1] == 0)
			return fail(TOCSIN_BAD, "rule %s: unless names a field and its value, such as subject.role=missing", rule->name);
		snprintf(name, sizeof name, "%.*s", (int)(is - s), s);
		if (!body_name_ok(bytes_str(name)))
			return fail(TOCSIN_BAD, "rule %s: %s is no name of a field", rule->name, name);
		rule->unless[rule->unless_n++] = s;
	}
	return TOCSIN_OK;
}

static enum tocsin_err read_rule(struct screen_rules *r, json_t *o)
{
	struct screen_rule *rule = &r->rule[r->rule_n];
	unsigned verdict, on, when = WHEN_PERSON;
	bool ok = true;
	*rule = (struct screen_rule) { .name = line_of(json_object_get(o, "name"), RULES_NAME, r->arena) };
	if (!name_ok(rule->name))
		return fail(TOCSIN_BAD, "rule %zu: its name has small letters, digits, dots and hyphens, at most %d", r->rule_n + 1,
			RULES_NAME);
	for (size_t i = 0; i < r->rule_n; i++)
		if (strcmp(r->rule[i].name, rule->name) == 0)
			return fail(TOCSIN_BAD, "rule %s is there twice", rule->name);
	if (!find_word(verdicts, json_string_value(json_object_get(o, "verdict")), &verdict) || verdict == SCREEN_PASS)
		return fail(TOCSIN_BAD, "rule %s: verdict is caution, hold or refuse", rule->name);
	if (!find_word(ons, json_string_value(json_object_get(o, "on")), &on))
		return fail(TOCSIN_BAD, "rule %s: there is no such condition; on is one of missing, inconsistent, words, short, same, "
			"grade, protected, mixed, unread, record, names, calendar, type-missing, type-wrong, stranger", rule->name);
	if (json_object_get(o, "when") != NULL && !find_word(whens, json_string_value(json_object_get(o, "when")), &when))
		return fail(TOCSIN_BAD, "rule %s: when is person, request or warning", rule->name);
	rule->verdict = (enum screen_verdict)verdict;
	rule->on = (enum screen_on)on;
	rule->when = (enum screen_when)when;
	rule->off = json_get_bool(o, "off", false, &ok);
	rule->text = line_of(json_object_get(o, "text"), RULES_TEXT, r->arena);
	if (!ok || rule->text == NULL)
		return fail(TOCSIN_BAD, "rule %s: text is one line of at most %d bytes, off is true or false", rule->name, RULES_TEXT);
	enum tocsin_err err = only_parameters(rule, o);
	if (err == TOCSIN_OK)
		err = read_unless(r, rule, json_object_get(o, "unless"));
	if (err == TOCSIN_OK)
		err = read_parameters(r, rule, o);
	if (err == TOCSIN_OK)
		r->rule_n++;
	return err;
}

/* ---- calendar, windows ---- */

static bool read_day(const json_t *o, const char *key, int64_t *at)
{
	char text[CLOCK_TEXT + 1];
	const char *s = json_string_value(json_object_get(o, key));
	if (s == NULL || strlen(s) != 10)
		return false;
	snprintf(text, sizeof text, "%sT00:00:00Z", s);
	return clock_parse(bytes_str(text), at);
}

static enum tocsin_err read_calendar_row(struct screen_rules *r, const json_t *o)
{
	static const char *const keys[] = { "what", "country", "place", "from", "until", NULL };
	struct calendar_row *row = &r->calendar[r->calendar_n];
	*row = (struct calendar_row) { .what = line_of(json_object_get(o, "what"), 100, r->arena), .place = "" };
	if (row->what == NULL)
		return fail(TOCSIN_BAD, "calendar entry %zu: what is one line of at most 100 bytes, such as an election",
			r->calendar_n + 1);
	enum tocsin_err err = json_only(o, "a calendar entry", keys);
	if (err != TOCSIN_OK)
		return err;
	if (json_object_get(o, "place") != NULL && (row->place = line_of(json_object_get(o, "place"), 100, r->arena)) == NULL)
		return fail(TOCSIN_BAD, "calendar entry %s: place is one line of at most 100 bytes", row->what);
	const json_t *country = json_object_get(o, "country");
	const char *c = json_string_value(country);
	if (country != NULL && (c == NULL || strlen(c) != 2 || strspn(c, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") != 2))
		return fail(TOCSIN_BAD, "calendar entry %s: country is two capitals (ISO 3166), such as DE", row->what);
	if (c != NULL)
		memcpy(row->country, c, 3);
	if (!read_day(o, "from", &row->from) || !read_day(o, "until", &row->until) || row->until < row->from)
		return fail(TOCSIN_BAD, "calendar entry %s: from and until are days such as 2026-09-20, in their order", row->what);
	row->until += DAY;
	r->calendar_n++;
	return TOCSIN_OK;
}

static enum tocsin_err read_windows(struct screen_rules *r, const json_t *o)
{
	static const char *const keys[] = { "record-days", "quota-days", "fishing-days", NULL };
	int64_t *const out[] = { &r->windows.record, &r->windows.quota, &r->windows.fishing };
	static const int64_t absent[] = { 365, 30, 30 };
	if (o != NULL && !json_is_object(o))
		return fail(TOCSIN_BAD, "windows is an object such as {\"record-days\": 365}");
	enum tocsin_err err = o == NULL ? TOCSIN_OK : json_only(o, "windows", keys);
	for (size_t i = 0; err == TOCSIN_OK && i < 3; i++) {
		bool ok = true;
		int64_t days = json_get_int(o, keys[i], absent[i], &ok);
		if (!ok || days < 1 || days > 3660)
			return fail(TOCSIN_BAD, "windows: %s is a number from 1 to 3660", keys[i]);
		*out[i] = days * DAY;
	}
	return err;
}

/* ---- all of it ---- */

static enum tocsin_err read_rules(struct screen_rules *r, json_t *o)
{
	static const char *const keys[] = { "version", "windows", "lists", "calendar", "rules", NULL };
	if (!json_is_object(o))
		return fail(TOCSIN_BAD, "the door's rules are a JSON object");
	enum tocsin_err err = json_only(o, "the door's rules", keys);
	if (err != TOCSIN_OK)
		return err;
	json_t *rules = json_object_get(o, "rules"), *calendar = json_object_get(o, "calendar");
	if (json_integer_value(json_object_get(o, "version")) != 1)
		return fail(TOCSIN_BAD, "the door's rules begin with \"version\": 1");
	if (!json_is_array(rules) || json_array_size(rules) > RULES_MAX)
		return fail(TOCSIN_BAD, "rules is a list of at most %d rules", RULES_MAX);
	if (calendar != NULL && (!json_is_array(calendar) || json_array_size(calendar) > RULES_CALENDAR))
		return fail(TOCSIN_BAD, "calendar is a list of at most %d entries", RULES_CALENDAR);
	err = read_windows(r, json_object_get(o, "windows"));
	if (err == TOCSIN_OK)
		err = read_lists(r, json_object_get(o, "lists"));
	for (size_t i = 0; err == TOCSIN_OK && i < json_array_size(rules); i++)
		err = read_rule(r, json_array_get(rules, i));
	for (size_t i = 0; err == TOCSIN_OK && i < json_array_size(calendar); i++)
		err = read_calendar_row(r, json_array_get(calendar, i));
	return err;
}

enum tocsin_err screen_rules_read(struct bytes json, struct screen_rules **out)
{
	json_t *o = NULL;
	struct screen_rules *r = calloc(1, sizeof *r);
	*out = NULL;
	enum tocsin_err err = r == NULL || (r->arena = arena_new(ARENA)) == NULL ? no_memory()
		: json_parse(json, RULES_BYTES, "the door's rules", &o);
	if (err == TOCSIN_OK)
		err = read_rules(r, o);
	json_decref(o);
	if (err != TOCSIN_OK) {
		screen_rules_free(r);
		return err;
	}
	*out = r;
	return TOCSIN_OK;
}

void screen_rules_free(struct screen_rules *r)
{
	if (r != NULL)
		arena_free(r->arena);
	free(r);
}

struct bytes screen_rules_default(void)
{
	return bytes_of(screen_default, sizeof screen_default - 1);
}

void screen_windows(const struct screen_rules *r, struct screen_windows *out)
{
	*out = r->windows;
}
