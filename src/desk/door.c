/*
 * door: which of what comes is held, and how what was passed goes on.
 */
#include "desk/door.h"

#include "base/log.h"
#include "base/text.h"
#include "desk/clocks_inside.h"
#include "desk/pages.h"

#define AGAIN (60 * CLOCK_SECOND)       /* until what could not be screened is tried again */
#define ARENA 65536
#define FINDINGS_BYTES (256u << 10)

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

/* Whoever names somebody, or says so, asks about a person: somebody looks at that. */
static void screen_one(const struct followed *f, struct verdict *out)
{
	out->person = bytes_equal_str(followed_value(f, "request.type"), "person") || followed_value(f, "subject.name").n > 0;
	out->hold = out->person;
	out->word = "pass";
	buf_add_str(&out->findings, "[]");
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
	if (err != TOCSIN_OK)
		return err;
	bool asks = !f->row->issued && strcmp(f->row->kind, "request") == 0;
	buf_init(&v.findings, FINDINGS_BYTES);
	if (asks)
		screen_one(f, &v);
	/* What refers to something held is looked at like that, whatever it is. */
	if (asks && (v.hold || parent != 0))
		err = hold(f, c, &v);
	else if (parent != 0)
		wait_with(f, parent, c);
	else
		let_in(f, c);
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
	if (err != TOCSIN_OK)
		return err;
	change_door_again_done(c, f->row->num);
	if (parent != 0) {
		change_door_with(c, f->row->num, parent);
	} else if (strcmp(why, "screen") != 0) {
		if (strcmp(why, "with") == 0)
			change_door_state(c, f->row->num, "waits", "passed", DOOR_DECIDED, f->now);
		passed(f, c);
	} else {
		buf_init(&v.findings, FINDINGS_BYTES);
		screen_one(f, &v);
		struct door_row row = row_of(f, "held", DOOR_OPEN, &v);
		if (v.word[0] != 0)
			change_door_screened(c, &row);
		else
			change_door_again(c, f->row->num, "screen", f->now + AGAIN);
		buf_free(&v.findings);
	}
	return err;
}
