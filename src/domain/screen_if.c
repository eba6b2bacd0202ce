/* The conditions that rules are made of. Facts name fields and numbers; a name of a person never. */
#include "base/clock.h"
#include "base/text.h"
#include "domain/profile.h"
#include "proof/body.h"
#include "domain/screen_inside.h"

#define DAY (86400 * CLOCK_SECOND)
#define YEAR_MIN 1800
#define AGE_MAX 120

static void add_fact(struct buf *facts, const char *text)
{
	buf_add_str(facts, facts->n > 0 ? ", " : "");
	buf_add_str(facts, text);
}

/* ---- fields ---- */

/* Whether PATTERNS ("a|b", "a.*") names FIELD. */
static bool named(const char *patterns, struct bytes field)
{
	char name[BODY_NAME + 1], one[256];
	if (field.n > BODY_NAME)
		return false;
	memcpy(name, field.p, field.n);
	name[field.n] = 0;
	for (const char *p = patterns; *p != 0; p += *p == '|') {
		size_t n = strcspn(p, "|");
		snprintf(one, sizeof one, "%.*s", (int)n, p);
		if (line_matches(one, name))
			return true;
		p += n;
	}
	return false;
}

static bool any_named(const char *const *patterns, size_t n, struct bytes field)
{
	for (size_t i = 0; i < n; i++)
		if (named(patterns[i], field))
			return true;
	return false;
}

/* Whether one of the fields that PATTERNS names says anything. */
static bool is_there(const struct looked_at *l, const char *patterns)
{
	for (size_t i = 0; i < l->n; i++)
		if (l->field[i].text.n > 0 && named(patterns, l->field[i].name))
			return true;
	return false;
}

static bool if_missing(const struct screen_rule *rule, const struct looked_at *l, struct buf *facts)
{
	for (size_t i = 0; i < rule->field_n; i++)
		if (!is_there(l, rule->field[i])) {
			buf_add_str(facts, facts->n > 0 ? ", no " : "no ");
			for (const char *p = rule->field[i]; *p != 0; p++)
				buf_add_str(facts, *p == '|' ? " or " : (char[]) { *p, 0 });
		}
	return facts->n > 0;
}

static bool if_words(const struct screen_rule *rule, const struct looked_at *l, struct buf *facts)
{
	bool with = rule->with_n == 0;
	for (size_t i = 0; i < rule->with_n; i++)
		with |= is_there(l, rule->with[i]);
	for (size_t i = 0; with && i < l->n; i++) {
		const struct looked *f = &l->field[i];
		if (f->hit[rule->list] == NULL || (rule->field_n > 0 && !any_named(rule->field, rule->field_n, f->name)))
			continue;
		add_fact(facts, "");
		buf_add_bytes(facts, f->name);
		buf_printf(facts, " has \"%s\"", f->hit[rule->list]->text);
	}
	return facts->n > 0;
}

static bool if_short(const struct screen_rule *rule, const struct looked_at *l, struct buf *facts)
{
	for (size_t i = 0; i < l->n; i++) {
		const struct looked *f = &l->field[i];
		if (f->text.n == 0 || f->text.n >= (size_t)rule->over || !any_named(rule->field, rule->field_n, f->name))
			continue;
		add_fact(facts, "");
		buf_add_bytes(facts, f->name);
		buf_printf(facts, " has %zu words", f->text.n);
	}
	return facts->n > 0;
}

static bool same_words(const struct subject_text *a, const struct subject_text *b)
{
	bool same = a->n == b->n;
	for (size_t i = 0; same && i < a->n; i++)
		same = bytes_equal(a->word[i], b->word[i]);
	return same;
}

static bool if_same(const struct screen_rule *rule, const struct looked_at *l, struct buf *facts)
{
	const struct looked *first = look_find(l, rule->field[0]);
	for (size_t i = 1; first != NULL && i < rule->field_n; i++) {
		const struct looked *other = look_find(l, rule->field[i]);
		if (other == NULL || !same_words(&first->text, &other->text))
			continue;
		add_fact(facts, rule->field[0]);
		buf_printf(facts, " says what %s says", rule->field[i]);
	}
	return facts->n > 0;
}

/* ---- what cannot be ---- */

static bool two_digits(const uint8_t *p, unsigned most, unsigned *out)
{
	*out = (unsigned)(p[0] - '0') * 10 + (unsigned)(p[1] - '0');
	return p[0] >= '0' && p[0] <= '9' && p[1] >= '0' && p[1] <= '9' && *out >= 1 && *out <= most;
}

/* A year, a month or a day of birth as the time at which it begins; NULL, or what is wrong with it. */
static const char *born_at(struct bytes s, int64_t *at)
{
	char text[CLOCK_TEXT + 1];
	unsigned month = 1, day = 1;
	uint64_t year;
	bool form = (s.n == 4 || (s.n == 7 && s.p[4] == '-') || (s.n == 10 && s.p[4] == '-' && s.p[7] == '-')) &&
		text_u64(bytes_of(s.p, 4), 9999, &year) && (s.n < 7 || two_digits(s.p + 5, 99, &month)) &&
		(s.n < 10 || two_digits(s.p + 8, 99, &day));
	if (!form || year < YEAR_MIN)
		return "subject.born is no date such as 1986-10-21, 1986-10 or 1986";
	snprintf(text, sizeof text, "%04u-%02u-%02uT00:00:00Z", (unsigned)year, month, day);
	return clock_parse(bytes_str(text), at) ? NULL : "subject.born is a day that there never was";
}

static struct bytes plain(const struct looked *f)
{
	struct bytes v = f == NULL ? bytes_of(NULL, 0) : f->value;
	return v.n >= 2 && v.p[0] == '"' ? bytes_of(v.p + 1, v.n - 2) : bytes_of(NULL, 0);
}

static bool if_inconsistent(const struct screen_request *q, const struct looked_at *l, struct buf *facts)
{
	int64_t born, due;
	const struct looked *f = look_find(l, "subject.born");
	struct bytes kind = plain(look_find(l, "subject.kind"));
	if (f != NULL) {
		const char *wrong = born_at(plain(f), &born);
		if (wrong != NULL)
			add_fact(facts, wrong);
		else if (born > q->at)
			add_fact(facts, "subject.born is in the future");
		else if (q->at - born > (int64_t)AGE_MAX * 366 * DAY)
			add_fact(facts, "subject.born makes an age of more than 120 years");
		if (kind.n > 0 && !bytes_equal_str(kind, "person"))
			add_fact(facts, "subject.kind is no person, and has subject.born");
	}
	if (kind.n > 0 && !bytes_equal_str(kind, "person") && bytes_equal_str(plain(look_find(l, "request.type")), "person"))
		add_fact(facts, "request.type is person, subject.kind is not");
	if (clock_parse(plain(look_find(l, "due")), &due) && due < q->at)
		add_fact(facts, "due is past");
	return facts->n > 0;
}

static bool if_grade(const struct screen_rule *rule, const struct looked_at *l, struct buf *facts)
{
	struct bytes grade = plain(look_find(l, "source.grade"));
	bool europol = bytes_equal_str(plain(look_find(l, "source.scale")), "europol-4x4");
	for (size_t i = 0; grade.n == 2 && i < rule->grade_n; i++) {
		const char *g = rule->grade[i];
		if (g[1] != 0 ? bytes_equal_str(grade, g) : memchr(grade.p, g[0], grade.n) != NULL) {
			buf_printf(facts, "source.grade is %.2s%s", (const char *)grade.p, europol ? " of 4x4" : "");
			return true;
		}
	}
	return false;
}

/* ---- the requester ---- */

static bool if_record(const struct screen_rule *rule, const struct screen_record *r, struct buf *facts)
{
	int64_t share = r->requests > 0 ? 100 * r->person_requests / r->requests : 0;
	int64_t abroad = r->person_requests > 0 ? 100 * r->abroad / r->person_requests : 0;
	if (r->requests < rule->from)
		return false;
	switch (rule->number) {
	case NUMBER_REFUSED:
		buf_printf(facts, "%lld of its %lld requests were refused here", (long long)r->refused, (long long)r->requests);
		return r->refused > rule->over;
	case NUMBER_SHARE:
		buf_printf(facts, "%lld of its %lld requests are about people", (long long)r->person_requests, (long long)r->requests);
		return share > rule->over;
	case NUMBER_ABROAD:
		buf_printf(facts, "%lld of its %lld requests about people are about people abroad", (long long)r->abroad,
			(long long)r->person_requests);
		return abroad > rule->over;
	case NUMBER_QUOTA:
		buf_printf(facts, "%lld requests about people, %lld are its quota", (long long)r->quota_used, (long long)rule->over);
		return r->quota_used > rule->over;
	case NUMBER_SUBJECTS:
		buf_printf(facts, "it asked about %lld people", (long long)r->subjects);
		return r->subjects > rule->over;
	case NUMBER_NEAR:
		buf_printf(facts, "%lld earlier requests of its are nearly this one", (long long)r->near);
		return r->near > rule->over;
	default:
		buf_printf(facts, "%lld requests, and no warning ever", (long long)r->requests);
		return r->warnings == 0 && r->requests > rule->over;
	}
}

static bool if_calendar(const struct screen_rules *r, const struct screen_rule *rule, const struct screen_request *q,
	const struct screen_record *record, struct buf *facts)
{
	for (size_t i = 0; i < r->calendar_n; i++) {
		const struct calendar_row *c = &r->calendar[i];
		/* A country that is not known may be that one. */
		bool there = c->country[0] == 0 || record->country[0] == 0 || strcmp(c->country, record->country) == 0;
		if (!there || q->at < c->from - rule->days * DAY || q->at >= c->until + rule->days * DAY)
			continue;
		add_fact(facts, c->what);
		if (c->place[0] != 0)
			buf_printf(facts, " (%s)", c->place);
	}
	return facts->n > 0;
}

/* ---- the type ---- */

static bool names_a_person(const struct looked_at *l)
{
	struct bytes kind = plain(look_find(l, "subject.kind"));
	return is_there(l, "subject.name|subject.born|subject.nationality|subject.role") &&
		(kind.n == 0 || bytes_equal_str(kind, "person"));
}

static bool if_type(const struct screen_rule *rule, const struct looked_at *l, struct buf *facts)
{
	const struct looked *type = look_find(l, "request.type");
	bool person = type != NULL && bytes_equal_str(plain(type), "person");
	if (person || (rule->on == ON_TYPE_MISSING) != (type == NULL))
		return false;
	if (names_a_person(l))
		add_fact(facts, "it names a person in subject");
	if (rule->on == ON_TYPE_WRONG)
		for (size_t i = 0; i < l->n; i++)
			if (l->field[i].hit[rule->list] != NULL) {
				add_fact(facts, "");
				buf_add_bytes(facts, l->field[i].name);
				buf_printf(facts, " has \"%s\"", l->field[i].hit[rule->list]->text);
			}
	return facts->n > 0;
}

static bool is_left_out(const struct screen_rule *rule, const struct looked_at *l)
{
	for (size_t i = 0; i < rule->unless_n; i++) {
		char name[BODY_NAME + 1];
		const char *is = strchr(rule->unless[i], '=');
		snprintf(name, sizeof name, "%.*s", (int)(is - rule->unless[i]), rule->unless[i]);
		if (bytes_equal_str(plain(look_find(l, name)), is + 1))
			return true;
	}
	return false;
}

bool screen_if(const struct screen_rules *r, const struct screen_rule *rule, const struct screen_request *q,
	const struct screen_record *record, const struct looked_at *l, struct buf *facts)
{
	if (is_left_out(rule, l))
		return false;
	switch (rule->on) {
	case ON_MISSING: return if_missing(rule, l, facts);
	case ON_INCONSISTENT: return if_inconsistent(q, l, facts);
	case ON_WORDS: return if_words(rule, l, facts);
	case ON_SHORT: return if_short(rule, l, facts);
	case ON_SAME: return if_same(rule, l, facts);
	case ON_GRADE: return if_grade(rule, l, facts);
	case ON_PROTECTED:
		buf_add_bytes(facts, l->protected_in);
		return (rule->in_text ? l->protected_text : l->protected_subject) > 0;
	case ON_MIXED:
		buf_add_str(facts, rule->in_text ? "free text" : "subject.name");
		return rule->in_text ? l->text_mixed : l->name_mixed;
	case ON_UNREAD:
		buf_printf(facts, "%zu attachments", l->unread);
		return l->unread > 0;
	case ON_RECORD: return if_record(rule, record, facts);
	case ON_NAMES:
		buf_printf(facts, "%s%zu names", l->names_more ? "more than " : "", l->names);
		return l->names_more || (int64_t)l->names > rule->over;
	case ON_CALENDAR: return if_calendar(r, rule, q, record, facts);
	case ON_TYPE_MISSING:
	case ON_TYPE_WRONG: return if_type(rule, l, facts);
	case ON_STRANGER:
		buf_add_str(facts, "no partner");
		return q->stranger;
	default: return false;
	}
}
