/*
 * release_check: what still stands between a draft and its recipients.
 */
#include "base/text.h"
#include "desk/policy.h"
#include "desk/release_plan.h"
#include "desk/rules.h"
#include "desk/unnamed.h"

static enum tocsin_err no_room(void)
{
	return fail(TOCSIN_BROKEN, "no memory for a release");
}

/* TO and LINE must outlive the plan's scratch arena: they are copied. */
static enum tocsin_err add(struct plan *p, struct plan_obstacles *o, const char *rule, enum plan_need need, const char *to,
	const char *line, const char *words)
{
	for (size_t i = 0; i < o->n; i++)
		if (strcmp(o->one[i].rule, rule) == 0 && strcmp(o->one[i].to, to) == 0 && strcmp(o->one[i].line, line) == 0)
			return TOCSIN_OK;
	if (o->n == o->room) {
		size_t room = o->room * 2 + 16;
		struct plan_obstacle *more = arena_alloc(p->arena, room * sizeof *more);
		if (more == NULL)
			return no_room();
		if (o->n > 0)
			memcpy(more, o->one, o->n * sizeof *more);
		o->one = more;
		o->room = room;
	}
	struct plan_obstacle *one = &o->one[o->n];
	*one = (struct plan_obstacle) { rule, need, arena_str(p->arena, bytes_str(to)), arena_str(p->arena, bytes_str(line)),
		arena_str(p->arena, bytes_str(words)) };
	if (one->to == NULL || one->line == NULL || one->words == NULL)
		return no_room();
	o->n++;
	return TOCSIN_OK;
}

static bool any_matches(const char **list, size_t n, const char *name)
{
	for (size_t i = 0; i < n; i++)
		if (line_matches(list[i], name))
			return true;
	return false;
}

/* ---- what the author closed ---- */

/* As the author left it for R: by name, or by default and not opened. */
static bool closed_to(const struct plan *p, const struct plan_recipient *r, const char *name)
{
	return any_matches(r->close, r->close_n, name) ||
		(field_closed(p->c.kind, name) && !any_matches(r->open, r->open_n, name));
}

/* Whether the author closed NAME to R, by a word, or by how its version was marked (SHUT); whom the author did not name
 * gets nothing that all others do not get. */
static bool author_closed(const struct plan *p, const struct plan_recipient *r, const bool *shut, const char *name)
{
	for (size_t i = 0; i < p->author_field_n; i++)
		if (shut[i] && strcmp(p->author_field[i].name, name) == 0)
			return true;
	for (size_t i = 0; i < p->author_recipient_n; i++)
		if (strcmp(p->author_recipient[i].word, r->word) == 0)
			return closed_to(p, &p->author_recipient[i], name);
	for (size_t i = 0; i < p->author_recipient_n; i++)
		if (!closed_to(p, &p->author_recipient[i], name))
			return false;
	return p->author_recipient_n > 0 || field_closed(p->c.kind, name);
}

static const struct body_field *field_named(const struct preview *v, const char *name)
{
	for (size_t i = 0; i < v->field_n; i++)
		if (strcmp(v->field[i].name, name) == 0)
			return &v->field[i];
	return NULL;
}

/* Whether the author wrote the text of line NAME as it is, and left it open to R: what it gives away is the author's. */
static bool author_wrote(const struct plan *p, const struct plan_recipient *r, const bool *shut, const struct preview *v,
	const char *name)
{
	const struct body_field *was = composition_field(p->author, name), *now = field_named(v, name);
	return was != NULL && now != NULL && bytes_equal(was->value, now->value) && !author_closed(p, r, shut, name);
}

/* The values that the author closed to R: under another name, or in a text of somebody else, they are the same. */
static enum tocsin_err check_moved(struct plan *p, struct plan_obstacles *o, const struct plan_recipient *r, const bool *shut,
	const struct preview *v)
{
	const struct draft *was = p->author->fields;
	struct body_field *field = arena_alloc(p->scratch, (was->n + v->field_n) * sizeof *field);
	struct leaks *leaks = arena_alloc(p->scratch, sizeof *leaks);
	size_t n = 0, closed;
	if (field == NULL || leaks == NULL)
		return no_room();
	for (size_t i = 0; i < was->n; i++) {
		if (author_closed(p, r, shut, was->field[i].name))
			field[n++] = (struct body_field) { was->field[i].name, was->field[i].value, false };
	}
	closed = n;
	for (size_t i = 0; i < v->field_n; i++)
		if (v->field[i].open)
			field[n++] = v->field[i];
	enum tocsin_err err = closed == 0 ? TOCSIN_OK : leak_find(p->c.kind, field, n, p->scratch, leaks);
	for (size_t i = 0; err == TOCSIN_OK && closed > 0 && i < leaks->n; i++) {
		char words[400];
		if (!leaks->leak[i].exact || author_wrote(p, r, shut, v, leaks->leak[i].open))
			continue;
		snprintf(words, sizeof words, "what %.64s closed as %.64s to %.100s stands in %.64s", p->row->author,
			leaks->leak[i].closed, r->word, leaks->leak[i].open);
		err = add(p, o, "release.author-closed", PLAN_FIX, r->word, leaks->leak[i].closed, words);
	}
	return err;
}

static enum tocsin_err check_author(struct plan *p, struct plan_obstacles *o, const struct plan_recipient *r,
	const struct preview *v)
{
	const bool *shut = NULL;
	enum tocsin_err err = plan_author_shut(p, r, &shut);
	for (size_t i = 0; err == TOCSIN_OK && i < v->handling.n; i++) {
		char words[400];
		const char *name = v->handling.line[i].name;
		if (!v->handling.line[i].open || !author_closed(p, r, shut, name))
			continue;
		snprintf(words, sizeof words, "%.64s closed %.64s to %.150s", p->row->author, name, r->word);
		err = add(p, o, "release.author-closed", PLAN_FIX, r->word, name, words);
	}
	return err == TOCSIN_OK ? check_moved(p, o, r, shut, v) : err;
}

/* ---- one recipient ---- */

static enum tocsin_err check_open(struct plan *p, struct plan_obstacles *o, const struct plan_recipient *r,
	const struct preview *v)
{
	char words[400];
	const struct body_field *summary = field_named(v, "threat.summary");
	bool warning = strcmp(p->c.kind, "warning") == 0, any = false;
	for (size_t i = 0; i < v->field_n; i++)
		any = any || v->field[i].open;
	if (warning && strcmp(p->duty.result, "met") == 0 && (summary == NULL || !summary->open)) {
		snprintf(words, sizeof words, "there is a duty to warn, and %.200s would not learn of what", r->word);
		return add(p, o, "release.duty", PLAN_FIX, r->word, "threat.summary", words);
	}
	if (!any) {
		snprintf(words, sizeof words, "nothing is open to %.200s: it would learn nothing", r->word);
		return add(p, o, "release.blocked", PLAN_FIX, r->word, "", words);
	}
	if (v->handling.blocked) {
		snprintf(words, sizeof words, "%.200s would not learn what it is about: its markings, or the profile, close that",
			r->word);
		return add(p, o, "release.blocked", PLAN_FIX, r->word, "", words);
	}
	return TOCSIN_OK;
}

static enum tocsin_err check_recipient(struct plan *p, struct plan_obstacles *o, const struct plan_recipient *r,
	const struct preview *v, bool overrides)
{
	char words[400];
	const struct kind *kind = kind_find(p->c.kind);
	enum tocsin_err err = check_open(p, o, r, v);
	if (err == TOCSIN_OK && kind->needs_re && r->re_n == 0) {
		snprintf(words, sizeof words, "%.200s got nothing of what it is about", r->word);
		err = add(p, o, "release.audience", PLAN_FIX, r->word, "", words);
	}
	if (err == TOCSIN_OK && p->author != NULL)
		err = check_author(p, o, r, v);
	for (size_t i = 0; err == TOCSIN_OK && i < v->leaks.n; i++) {
		const struct leak *l = &v->leaks.leak[i];
		if (!l->exact)
			continue;
		snprintf(words, sizeof words, "the closed line %.64s stands in %.64s, which is open to %.150s", l->closed, l->open,
			r->word);
		err = add(p, o, "leak.closed-value", PLAN_CONFIRM_LINE, r->word, l->closed, words);
	}
	if (err == TOCSIN_OK && r->unnamed && unnamed_rule(p->desk, v->field, v->field_n, p->files->file, p->files->n) == TOCSIN_REFUSED) {
		snprintf(words, sizeof words, "%.200s would be told who wrote it: a line that is open to it, or an attachment, names us", r->word);
		err = add(p, o, "unnamed.name", PLAN_FIX, r->word, "", words);
	}
	if (err == TOCSIN_OK && r->unusual) {
		snprintf(words, sizeof words, "%.200s never got anything of this author, or of this subject", r->word);
		err = add(p, o, "release.audience-unusual", PLAN_CONFIRM_AUDIENCE, r->word, "", words);
	}
	if (err == TOCSIN_OK && overrides) {
		snprintf(words, sizeof words, r->state == PEER_DISTRUSTED ? "%.200s is distrusted"
			: "lines are open to %.200s that its profile, or its level, would close", r->word);
		err = add(p, o, "release.override", PLAN_OVERRIDE, r->word, "", words);
	}
	return err;
}

/* ---- all of it ---- */

bool plan_two_people(const struct desk *d, const char *kind, enum tlp level)
{
	char from[32];
	enum tlp t = TLP_RED;
	if (strcmp(kind, "retraction") == 0)
		return policy_flag(d, "retract.two-people");
	policy_text(d, "release.two-people-from", from, sizeof from);
	if (strcmp(from, "never") == 0)
		return false;
	return strcmp(from, "always") == 0 || !tlp_find(from, &t) || !tlp_above(t, level);
}

static enum tocsin_err check_whole(struct plan *p, struct plan_obstacles *o)
{
	enum tocsin_err err = draft_complete(p->c.kind, p->c.fields);
	if (err == TOCSIN_BAD)
		err = add(p, o, "release.complete", PLAN_FIX, "", "", fail_sentence());
	if (err == TOCSIN_OK && p->recipient_n == 0)
		err = add(p, o, "release.audience", PLAN_FIX, "", "", "nobody is to get it");
	if (err == TOCSIN_OK && composition_is_public_place(&p->c) && p->c.alert[0] == 0 && p->c.no_alert[0] == 0)
		/* When it is imminent, those who can act are told first. */
		err = add(p, o, "release.public-twin", p->c.urgency == 0 ? PLAN_ASK : PLAN_FIX, "", "",
			"it names a place where the public is: say what the public is told, or why it is not");
	bool tests = strcmp(p->c.kind, "warning") == 0 && p->duty.result[0] == 0;
	if (err == TOCSIN_OK && tests)
		err = add(p, o, "duty.tests",
			policy_flag(p->desk, "duty.tests-before-release") && p->c.urgency != 0 ? PLAN_FIX : PLAN_ASK, "", "",
			"is it credible, specific, impending, and one of killing, serious injury or kidnapping?");
	return err;
}

enum tocsin_err plan_look(struct plan *p, plan_each *each, void *arg, struct plan_obstacles *out)
{
	*out = (struct plan_obstacles) { .level = TLP_CLEAR };
	enum tocsin_err err = check_whole(p, out);
	for (size_t i = 0; err == TOCSIN_OK && i < p->recipient_n; i++) {
		struct preview *v;
		bool overrides;
		err = plan_preview(p, i, &v);
		if (err == TOCSIN_OK)
			err = plan_overrides(p, i, v, &overrides);
		if (err == TOCSIN_OK)
			err = check_recipient(p, out, &p->recipient[i], v, overrides);
		if (err != TOCSIN_OK)
			break;
		enum tlp level = v->handling.marking.tlp == TLP_UNMARKED ? TLP_RED : v->handling.marking.tlp;
		if (tlp_above(level, out->level))
			out->level = level;
		if (each != NULL)
			each(arg, i, v, overrides);
	}
	/* Whoever edits what somebody else wrote does not mark it so low that one person is enough. */
	out->strictest = p->recipient_n == 0 ? TLP_RED : out->level;
	if (p->author != NULL && tlp_above(p->author_level, out->strictest))
		out->strictest = p->author_level;
	out->two_people = plan_two_people(p->desk, p->c.kind, out->strictest);
	return err;
}

static bool confirms(const struct release_consent *c, const char *line)
{
	for (size_t i = 0; i < c->line_n; i++)
		if (strcmp(c->line[i], line) == 0)
			return true;
	return false;
}

enum tocsin_err plan_refuse(const struct plan_obstacles *o, const struct release_consent *given, bool releasing)
{
	for (size_t i = 0; i < o->n; i++) {
		const struct plan_obstacle *one = &o->one[i];
		bool met = one->need == PLAN_ASK || (one->need == PLAN_CONFIRM_LINE && confirms(given, one->line)) ||
			(one->need == PLAN_CONFIRM_AUDIENCE && given->audience) ||
			(one->need == PLAN_OVERRIDE && (!releasing || (given->override != NULL && given->override[0] != 0)));
		if (!met)
			return rule_refuse(one->rule, "%s", one->words);
	}
	return TOCSIN_OK;
}
