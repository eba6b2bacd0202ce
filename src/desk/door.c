/*
 * door: which of what comes is held, and how what was passed goes on.
 */
#include "desk/door.h"

#include "base/log.h"
#include "base/text.h"
#include "desk/clocks_inside.h"
#include "desk/pages.h"
#include "desk/screening.h"
#include "desk/standing_part.h"

#define AGAIN (60 * CLOCK_SECOND)       /* until what could not be screened is tried again */
#define ARENA 65536
#define DEPTH 16                        /* of what waits with what waits */
#define FINDINGS_BYTES (256u << 10)
#define ANSWERS_MAX 20

/* ---- what is held already ---- */

enum tocsin_err door_holds(struct snapshot *read, int64_t statement, bool *held)
{
	struct door_row row;
	struct arena *a = arena_new(FINDINGS_BYTES + ARENA);
	enum tocsin_err err = a == NULL ? fail(TOCSIN_BROKEN, "no memory for the door") : door_get(read, statement, a, &row);
	*held = err == TOCSIN_OK && strcmp(row.state, "passed") != 0;
	arena_free(a);
	return err == TOCSIN_MISSING ? TOCSIN_OK : err;
}

/* Whether STATEMENT, or what that waits with, was refused. */
static enum tocsin_err was_refused(struct snapshot *read, int64_t statement, bool *refused)
{
	struct door_row row;
	struct arena *a = arena_new(FINDINGS_BYTES + ARENA);
	enum tocsin_err err = a == NULL ? fail(TOCSIN_BROKEN, "no memory for the door") : TOCSIN_OK;
	*refused = false;
	for (int depth = 0; err == TOCSIN_OK && statement != 0 && depth < DEPTH; depth++) {
		arena_reset(a);
		err = door_get(read, statement, a, &row);
		statement = err == TOCSIN_OK && strcmp(row.state, "waits") == 0 ? row.parent : 0;
		*refused = err == TOCSIN_OK && strcmp(row.state, "refused") == 0;
	}
	arena_free(a);
	return err == TOCSIN_MISSING ? TOCSIN_OK : err;
}

/* The first of what F refers to that is held; 0: none. */
static enum tocsin_err find_parent(const struct followed *f, int64_t *parent)
{
	enum tocsin_err err = TOCSIN_OK;
	*parent = 0;
	for (size_t i = 0; err == TOCSIN_OK && *parent == 0 && i < f->row->re_n; i++) {
		int64_t num;
		bool held = false;
		err = statement_num(f->read, &f->row->re[i], &num);
		if (err == TOCSIN_OK)
			err = door_holds(f->read, num, &held);
		if (held)
			*parent = num;
		err = err == TOCSIN_MISSING ? TOCSIN_OK : err;
	}
	return err;
}

/* ---- screening ---- */

struct verdict {
	bool hold, person;
	const char *word;                       /* "": it could not be screened */
	struct buf findings;
};

static enum tocsin_err write_findings(const struct screening *s, struct buf *out)
{
	json_t *list = json_array();
	for (size_t i = 0; i < s->n; i++) {
		const struct screen_finding *f = &s->finding[i];
		json_t *o = json_pack("{s:s, s:s, s:s, s:s%}", "rule", f->rule, "verdict", screen_verdict_name(f->verdict), "text", f->text,
			"facts", f->facts.n > 0 ? (const char *)f->facts.p : "", f->facts.n);
		json_array_append_new(list, o);
	}
	bool whole = json_array_size(list) == s->n;
	if (whole)
		json_write(out, list);
	json_decref(list);
	return whole ? buf_end(out, "the findings of screening") : fail(TOCSIN_BROKEN, "no memory for the findings of screening");
}

/* What cannot be screened has no word: a request then stays closed, and a warning is let in. */
static void screen_one(const struct followed *f, struct change *c, struct verdict *out)
{
	struct screening s;
	bool asks = strcmp(f->row->kind, "request") == 0;
	enum tocsin_err err = screening_of(f, c, &s);
	if (err == TOCSIN_OK)
		err = write_findings(&s, &out->findings);
	if (err != TOCSIN_OK) {
		log_say(LOG_ERROR, "not screened", "kind=%s why=\"%s\"", f->row->kind, fail_sentence());
		out->hold = asks;
		out->person = asks;
		return;
	}
	out->word = screen_verdict_name(s.verdict);
	out->person = s.person;
	out->hold = s.verdict != SCREEN_PASS || (asks && s.person);
}

/* ---- holding ---- */

static int urgency_of(const struct followed *f)
{
	struct bytes word = followed_value(f, "urgency");
	if (strcmp(f->row->kind, "warning") == 0 || bytes_equal_str(word, "imminent"))
		return 0;
	return bytes_equal_str(word, "urgent") ? 1 : 2;
}

/* When an answer is due, as its asker says, or else policy. */
static int64_t due_of(const struct followed *f, int urgency)
{
	int64_t due;
	uint64_t within;
	if (clock_parse(followed_value(f, "due"), &due))
		return due;
	if (text_u64(followed_value(f, "within"), 3650 * 86400, &within) && within > 0)
		return f->row->known_at + (int64_t)within * CLOCK_SECOND;
	return f->row->known_at + clock_period(f->desk, CLOCK_REPLY_BY, urgency);
}

static void route(const struct followed *f, char unit[LIMIT_ACCOUNT + 1])
{
	char intake[LIMIT_ACCOUNT + 1], policy[ACCESS_ROUTE_MAX + 1];
	policy_text(f->desk, "unit.intake", intake, sizeof intake);
	policy_text(f->desk, "unit.route", policy, sizeof policy);
	access_route(policy, f->row->peer, intake, unit);
}

static bool any(void *arg, const struct door_row *row)
{
	bool *found = arg;
	(void)row;
	*found = true;
	return false;
}

/* Whoever may decide is told: at once of what is imminent, otherwise of the first that waits; the clock tells of the rest. */
static enum tocsin_err page_people(const struct followed *f, struct change *c, const char *unit, int urgency)
{
	static const unsigned roles[] = { ROLE_LIAISON, ROLE_DUTY, ROLE_RELEASER };
	const char **account = NULL;
	size_t n = 0;
	bool waits = false;
	enum tocsin_err err = urgency == 0 ? TOCSIN_OK : door_each(f->read, unit, DOOR_OPEN, INT64_MAX, 1, any, &waits);
	for (size_t i = 0; err == TOCSIN_OK && !waits && n == 0 && i < sizeof roles / sizeof *roles; i++)
		err = pages_whom(f->read, unit, roles[i], f->arena, &account, &n);
	for (size_t i = 0; err == TOCSIN_OK && i < n; i++)
		pages_add(c, &(struct page_add) { .what = "held at the door", .of_change = true, .account = account[i],
			.life = urgency == 0, .now = f->now });
	return err;
}

static struct door_row row_of(const struct followed *f, const char *state, enum door_open open, const struct verdict *v)
{
	return (struct door_row) { .statement = f->row->num, .kind = f->row->kind, .peer = f->row->peer, .unit = "",
		.state = state, .open = open, .urgency = urgency_of(f), .person = v != NULL && v->person,
		.verdict = v != NULL ? v->word : "",
		.findings = v != NULL && v->word[0] != 0 ? buf_bytes(&v->findings) : bytes_str("[]"), .at = f->row->known_at };
}

static enum tocsin_err hold(struct followed *f, struct change *c, const struct verdict *v)
{
	char unit[LIMIT_ACCOUNT + 1];
	bool screened = v->word[0] != 0;
	struct door_row row = row_of(f, screened ? "held" : "unscreened", DOOR_OPEN, v);
	route(f, unit);
	row.unit = unit;
	row.due_at = due_of(f, (int)row.urgency);
	f->held = true;
	change_statement_mark(c, row.statement, STATEMENT_MARK_DOOR, 0);
	change_door_add(c, &row);
	clocks_start(f->desk, c, &(struct clock_start) { .kind = CLOCK_DOOR, .statement = row.statement, .unit = unit,
		.compartment = "", .owner = "", .urgency = (int)row.urgency, .now = f->row->known_at });
	change_event(c, "door held", 0, "");
	if (!screened)
		change_door_again(c, row.statement, "screen", f->now + AGAIN);
	return page_people(f, c, unit, (int)row.urgency);
}

/* It is about what is held, and says so in its text: it waits with that. */
static void wait_with(struct followed *f, int64_t parent, struct change *c)
{
	struct door_row row = row_of(f, "waits", DOOR_WAITS, NULL);
	row.parent = parent;
	f->held = true;
	change_statement_mark(c, row.statement, STATEMENT_MARK_DOOR, 0);
	change_door_add(c, &row);
}

static bool take_waiting(void *arg, const struct door_answer_row *row)
{
	int64_t *num = arg;
	if (strcmp(row->state, "waiting") == 0)
		*num = row->num;
	return *num == 0;
}

/* Nobody waits any more for an answer to what was taken back. */
static enum tocsin_err drop_answers(const struct followed *f, struct change *c)
{
	enum tocsin_err err = TOCSIN_OK;
	bool retracts = !f->row->issued && strcmp(f->row->kind, "retraction") == 0;
	for (size_t i = 0; retracts && err == TOCSIN_OK && i < f->row->re_n; i++) {
		int64_t num, waiting = 0;
		struct statement target;
		err = statement_num(f->read, &f->row->re[i], &num);
		if (err == TOCSIN_OK)
			err = standing_head(f->read, num, &target);
		if (err == TOCSIN_OK && standing_effect(f->statement, &f->row->re[i], &target))
			err = door_answers(f->read, num, ANSWERS_MAX, take_waiting, &waiting);
		if (waiting != 0) {
			change_door_answer_end(c, waiting, "dropped", "who asked has taken the request back");
			change_event(c, "door answer dropped", 0, "");
		}
		err = err == TOCSIN_MISSING ? TOCSIN_OK : err;
	}
	return err;
}

static void let_in(const struct followed *f, struct change *c)
{
	if ((f->row->marks & STATEMENT_MARK_DOOR) != 0)
		change_statement_mark(c, f->row->num, 0, STATEMENT_MARK_DOOR);
}

enum tocsin_err door_follow(struct followed *f, struct change *c)
{
	int64_t parent;
	struct verdict v = { .word = "" };
	if ((f->row->marks & STATEMENT_MARK_RETURNED) != 0)
		return TOCSIN_OK;
	enum tocsin_err err = find_parent(f, &parent);
	if (err == TOCSIN_OK)
		err = was_refused(f->read, parent, &f->refused);
	if (err == TOCSIN_OK)
		err = drop_answers(f, c);
	if (err != TOCSIN_OK)
		return err;
	bool asks = !f->row->issued && strcmp(f->row->kind, "request") == 0;
	bool warns = !f->row->issued && strcmp(f->row->kind, "warning") == 0;
	buf_init(&v.findings, FINDINGS_BYTES);
	if (asks || warns)
		screen_one(f, c, &v);
	/* What refers to something held is looked at like that, whatever it is; but no warning waits because of that. */
	if (v.hold || (asks && parent != 0))
		err = hold(f, c, &v);
	else if (parent != 0 && !warns)
		wait_with(f, parent, c);
	else
		let_in(f, c);
	f->refused = f->refused && f->held && !asks;
	buf_free(&v.findings);
	return err;
}

/* ---- again ---- */

static void passed(struct followed *f, struct change *c)
{
	f->held = false;
	change_statement_mark(c, f->row->num, 0, STATEMENT_MARK_DOOR);
	change_door_again_with(c, f->row->num);
	change_event(c, "door passed", f->row->num, "");
}

enum tocsin_err door_follow_again(struct followed *f, const char *why, struct change *c)
{
	int64_t parent = 0;
	struct verdict v = { .word = "" };
	enum tocsin_err err = TOCSIN_OK;
	f->held = true;
	if (strcmp(why, "with") == 0)
		err = find_parent(f, &parent);
	if (err == TOCSIN_OK)
		err = was_refused(f->read, parent, &f->refused);
	if (err == TOCSIN_OK)
		err = drop_answers(f, c);
	if (err != TOCSIN_OK)
		return err;
	change_door_again_done(c, f->row->num);
	if (strcmp(why, "refused") == 0 || f->refused) {
		f->refused = true;
		change_door_again_with(c, f->row->num);
	}
	if (parent != 0) {
		change_door_with(c, f->row->num, parent);
	} else if (f->refused) {
		return TOCSIN_OK;
	} else if (strcmp(why, "screen") != 0) {
		if (strcmp(why, "with") == 0)
			change_door_state(c, f->row->num, "waits", "passed", DOOR_DECIDED, f->now);
		passed(f, c);
	} else {
		buf_init(&v.findings, FINDINGS_BYTES);
		screen_one(f, c, &v);
		struct door_row row = row_of(f, "held", DOOR_OPEN, &v);
		if (v.word[0] != 0)
			change_door_screened(c, &row);
		else
			change_door_again(c, f->row->num, "screen", f->now + AGAIN);
		buf_free(&v.findings);
	}
	return err;
}
