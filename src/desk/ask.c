/*
 * ask: what a request is when it is sent, and what follows from each that is here, and from its answers.
 */
#include "desk/ask.h"

#include "desk/clocks_inside.h"
#include "desk/rules.h"
#include "desk/standing_part.h"
#include "domain/breach.h"

#define ABOUT_MAX 64                    /* statements that one request is about, in all */
#define EARLIER_MAX 64
#define GRACE (60 * CLOCK_SECOND)       /* what was accepted in time is here by then */
#define LONG_AGO (7 * 86400 * CLOCK_SECOND)

enum tocsin_err ask_open_about(struct snapshot *read, int64_t num, int64_t *nums, size_t max, size_t *n)
{
	struct ask_row own;
	*n = 0;
	struct arena *a = arena_new(8192);
	enum tocsin_err err = a == NULL ? fail(TOCSIN_BROKEN, "no memory to look for open requests") : ask_get(read, num, a, &own);
	size_t first = err == TOCSIN_OK && max > 0 && strcmp(own.state, "open") == 0;
	arena_free(a);
	if (err != TOCSIN_OK && err != TOCSIN_MISSING)
		return err;
	if (first > 0)
		nums[0] = num;
	err = asks_about(read, num, nums + first, max - first, n);
	*n += first;
	return err;
}

static bool is_question(void *arg, const struct clock_shown *row)
{
	bool *open = arg;
	*open = row->clock.ended_at == 0 && strcmp(row->clock.kind, clock_kind_name(CLOCK_REPLY_BY)) == 0;
	return !*open;
}

enum tocsin_err ask_question_open(struct snapshot *read, int64_t num, bool *open)
{
	struct statement s;
	*open = false;
	enum tocsin_err err = standing_head(read, num, &s);
	if (err == TOCSIN_OK && strcmp(s.kind, "response") == 0)
		err = clock_list_statement(read, num, is_question, open);
	return err;
}

struct nums {
	int64_t *num;
	size_t n, max;
};

static bool take_num(void *arg, const struct ask_row *row)
{
	struct nums *t = arg;
	t->num[t->n++] = row->statement;
	return t->n < t->max;
}

enum tocsin_err ask_open_with(struct snapshot *read, const char *partner, int64_t *nums, size_t max, size_t *n)
{
	struct nums t = { nums, 0, max };
	enum tocsin_err err = max == 0 ? TOCSIN_OK
		: asks_list(read, ASK_LIST_PARTNER_OPEN, partner, INT64_MAX, max, take_num, &t);
	*n = t.n;
	return err;
}

/* ---- sending ---- */

int64_t ask_period(const struct desk *d, int urgency, bool at_hand)
{
	return policy_int(d, urgency == 0 ? "ask.due.imminent" : urgency == 2 ? "ask.due.routine" : at_hand ? "ask.due.urgent-at-hand"
		: "ask.due.urgent");
}

static const struct body_field *field_of(const struct issue_release *r, const char *name)
{
	for (size_t i = 0; i < r->field_n; i++)
		if (strcmp(r->field[i].name, name) == 0)
			return &r->field[i];
	return NULL;
}

static bool time_in(struct bytes value, int64_t *t)
{
	return value.n == CLOCK_TEXT + 2 && clock_parse(bytes_of(value.p + 1, CLOCK_TEXT), t);
}

enum tocsin_err ask_complete(const struct desk *d, const struct issue_release *r, int64_t now, char *text, struct body_field *out,
	bool *added)
{
	const struct body_field *due = field_of(r, "due"), *hand = field_of(r, "at-hand"), *urgency = field_of(r, "urgency");
	int64_t t;
	*added = false;
	if (due != NULL && time_in(due->value, &t) && t <= now)
		return fail(TOCSIN_BAD, "due is in the past: a request leaves time for its answer");
	if (due != NULL || field_of(r, "within") != NULL)
		return TOCSIN_OK;
	int level = urgency == NULL || bytes_equal_str(urgency->value, "\"routine\"") ? 2
		: bytes_equal_str(urgency->value, "\"imminent\"") ? 0 : 1;
	bool at_hand = hand != NULL && bytes_equal_str(hand->value, "true");
	snprintf(text, 24, "%lld", (long long)(ask_period(d, level, at_hand) / CLOCK_SECOND));
	*out = (struct body_field){ "within", bytes_str(text), true };
	*added = true;
	return TOCSIN_OK;
}

enum tocsin_err ask_closing(struct snapshot *read, const char *kind, const struct hash *re, size_t n, const struct issue_release *r)
{
	const struct body_field *stage = field_of(r, "stage");
	bool ends = strcmp(kind, "closure") == 0 ||
		(strcmp(kind, "response") == 0 && stage != NULL && bytes_equal_str(stage->value, "\"outcome\""));
	const struct body_field *why = field_of(r, "open-request");
	for (size_t i = 0; ends && why == NULL && i < n; i++) {
		int64_t num, open;
		size_t found = 0;
		enum tocsin_err err = statement_num(read, &re[i], &num);
		if (err == TOCSIN_MISSING)
			continue;
		if (err == TOCSIN_OK)
			err = ask_open_about(read, num, &open, 1, &found);
		if (err != TOCSIN_OK)
			return err;
		if (found > 0)
			return rule_refuse("close.open-request",
				"a request about this, or in its thread, is still without an answer; what is closed with one says why in the field open-request");
	}
	return TOCSIN_OK;
}

/* ---- following ---- */

struct following {
	const struct followed *f;
	struct change *c;
	int64_t at;
	bool ours;
	struct clock_home home;
	bool held;
};

static enum tocsin_err find_home(struct following *w, int64_t target)
{
	return clock_home_find(w->f, &target, target != 0, &w->home);
}

static void start_clock(struct following *w, int64_t num, int64_t due)
{
	const struct clock_home *h = &w->home;
	if (w->held)
		return;
	if (w->f->now - w->at > LONG_AGO && due < w->f->now)
		return;
	clocks_start(w->f->desk, w->c, &(struct clock_start){ .kind = CLOCK_REPLY_BY, .statement = num, .unit = h->unit,
		.compartment = h->compartment, .owner = h->owner, .urgency = h->urgency, .life = h->life, .due_at = due, .now = w->at });
}

/* All that the statement NUM refers to, and that those refer to, at most ABOUT_MAX. */
static enum tocsin_err ancestors(struct following *w, int64_t num, int64_t *all, size_t *n)
{
	enum tocsin_err err = TOCSIN_OK;
	int64_t next = num;
	for (size_t at = 0; err == TOCSIN_OK && at <= *n; next = at < *n ? all[at] : 0, at++) {
		struct hash re[LIMIT_REFS];
		size_t re_n = 0;
		if (next == 0)
			break;
		err = statement_refs(w->f->read, next, re, &re_n);
		for (size_t i = 0; err == TOCSIN_OK && i < re_n && *n < ABOUT_MAX; i++) {
			int64_t found;
			bool known = false;
			err = statement_num(w->f->read, &re[i], &found);
			if (err == TOCSIN_MISSING) {
				err = TOCSIN_OK;
				continue;
			}
			for (size_t k = 0; k < *n; k++)
				known = known || all[k] == found;
			if (err == TOCSIN_OK && !known && found != num)
				all[(*n)++] = found;
		}
	}
	return err;
}

/* Fills A as far as it follows from the request of F, received at RECEIVED. */
static void terms(const struct followed *f, int urgency, int64_t received, struct ask_row *a)
{
	int64_t due;
	a->firm = true;
	a->within = 0;
	if (clock_parse(followed_value(f, "due"), &due) && due > received) {
		a->due_at = due;
	} else if (ask_within(followed_value(f, "within"), &a->within)) {
		a->due_at = received + a->within;
	} else {
		/* An older peer says nothing, a hostile one nonsense: somebody looks at it all the same, but nobody can be held to it. */
		a->firm = false;
		a->within = ask_period(f->desk, urgency, bytes_equal_str(followed_value(f, "at-hand"), "true"));
		a->due_at = received + a->within;
	}
}

static enum tocsin_err request(struct following *w)
{
	const struct followed *f = w->f;
	int64_t about[ABOUT_MAX];
	size_t n = 0;
	char type[32];
	struct bytes t = followed_value(f, "request.type");
	enum tocsin_err err = ancestors(w, f->row->num, about, &n);
	if (err == TOCSIN_OK)
		err = clock_home_find(f, about, n, &w->home);
	if (err != TOCSIN_OK)
		return err;
	snprintf(type, sizeof type, "%.*s", (int)(t.n < sizeof type ? t.n : 0), t.n > 0 ? (const char *)t.p : "");
	struct ask_row a = { .statement = f->row->num, .partner = f->row->peer, .ours = w->ours, .type = type,
		.urgency = w->home.urgency, .clock = !w->ours, .held = w->held };
	terms(f, w->home.urgency, w->at, &a);
	if (w->ours) {
		/* Its time begins with the receipt. */
		a.due_at = a.within != 0 ? 0 : a.due_at;
	} else {
		a.received_at = w->at;
		a.look_at = a.firm ? a.due_at + GRACE : 0;
	}
	change_ask_add(w->c, &a);
	if (w->held)
		return TOCSIN_OK;
	change_ask_let_in(w->c, a.statement);
	for (size_t i = 0; i < n; i++)
		change_ask_about(w->c, about[i], f->row->num);
	if (!w->ours)
		start_clock(w, f->row->num, a.due_at);
	return TOCSIN_OK;
}

/* More time is granted as often, and for as long, as policy says, to whoever asks before the time is over. */
static bool granted(const struct following *w, const struct ask_row *a, int64_t due)
{
	return a->extensions < policy_int(w->f->desk, "ask.extensions") && due > a->due_at && due > w->at &&
		due - w->at <= policy_int(w->f->desk, "ask.extension-longest") && (a->due_at == 0 || w->at <= a->due_at);
}

static enum tocsin_err answer(struct following *w, const struct ask_row *a)
{
	char result[32];
	int64_t due;
	struct bytes word = followed_value(w->f, "result");
	if (strcmp(a->state, "open") != 0)
		return TOCSIN_OK;
	if (!bytes_equal_str(word, "needs-time")) {
		snprintf(result, sizeof result, "%.*s", (int)(word.n < sizeof result ? word.n : 0), word.n > 0 ? (const char *)word.p : "");
		change_ask_closed(w->c, a->statement, "answered", w->f->row->num, result, w->at);
		clocks_end(w->c, CLOCK_REPLY_BY, a->statement, 0, "met", w->at);
		return TOCSIN_OK;
	}
	if (!clock_parse(followed_value(w->f, "due"), &due) || !granted(w, a, due)) {
		change_ask_counted(w->c, a->statement);
		return TOCSIN_OK;
	}
	change_ask_extended(w->c, a->statement, w->f->row->num, due, due + GRACE);
	if (!a->clock)
		return TOCSIN_OK;
	enum tocsin_err err = find_home(w, a->statement);
	if (err == TOCSIN_OK) {
		clocks_end(w->c, CLOCK_REPLY_BY, a->statement, 0, "void", w->at);
		start_clock(w, a->statement, due);
	}
	return err;
}

/* An answer that is withdrawn is none: the question is open again, until the time that it had, or for that long again. */
static enum tocsin_err reopen(struct following *w, struct ask_row *a)
{
	enum tocsin_err err = find_home(w, a->statement);
	if (err != TOCSIN_OK)
		return err;
	if (a->due_at <= w->at) {
		a->due_at = w->at + (a->within != 0 ? a->within : ask_period(w->f->desk, (int)a->urgency, false));
		a->firm = false;
	}
	a->look_at = a->firm && a->breach_at == 0 ? a->due_at + GRACE : 0;
	change_ask_reopened(w->c, a);
	start_clock(w, a->statement, a->due_at);
	return TOCSIN_OK;
}

static enum tocsin_err retraction(struct following *w, int64_t num, const struct statement *target, struct arena *arena)
{
	struct hash re[LIMIT_REFS];
	struct ask_row a;
	size_t n = 0;
	if (strcmp(target->kind, "request") == 0) {
		change_ask_closed(w->c, num, "withdrawn", 0, "", w->at);
		return TOCSIN_OK;
	}
	enum tocsin_err err = strcmp(target->kind, "answer") == 0 ? statement_refs(w->f->read, num, re, &n) : TOCSIN_OK;
	for (size_t i = 0; err == TOCSIN_OK && i < n; i++) {
		int64_t asked;
		err = statement_num(w->f->read, &re[i], &asked);
		if (err == TOCSIN_OK)
			err = ask_get(w->f->read, asked, arena, &a);
		if (err == TOCSIN_OK && a.answer == num)
			err = reopen(w, &a);
		else if (err == TOCSIN_MISSING)
			err = TOCSIN_OK;
	}
	return err;
}

static enum tocsin_err follow(const struct followed *f, struct change *c, bool held)
{
	const struct statement *s = f->statement;
	struct following w = { .f = f, .c = c, .at = f->row->known_at, .ours = f->row->issued, .held = held };
	enum tocsin_err err = TOCSIN_OK;
	bool answers = strcmp(s->kind, "answer") == 0;
	if ((f->row->marks & STATEMENT_MARK_RETURNED) != 0)
		return TOCSIN_OK;
	if (strcmp(s->kind, "request") == 0)
		return request(&w);
	for (size_t i = 0; (answers || strcmp(s->kind, "retraction") == 0) && err == TOCSIN_OK && i < s->re_n; i++) {
		int64_t num;
		struct statement target;
		struct ask_row a;
		err = statement_num(f->read, &s->re[i], &num);
		if (err == TOCSIN_OK)
			err = standing_head(f->read, num, &target);
		if (err == TOCSIN_OK && !standing_effect(s, &s->re[i], &target))
			continue;
		if (err == TOCSIN_OK && !answers)
			err = retraction(&w, num, &target, f->arena);
		else if (err == TOCSIN_OK && strcmp(target.kind, "request") == 0 &&
			(err = ask_get(f->read, num, f->arena, &a)) == TOCSIN_OK)
			err = answer(&w, &a);
		if (err == TOCSIN_MISSING)
			err = TOCSIN_OK;
	}
	return err;
}

enum tocsin_err ask_follow(const struct followed *f, struct change *c)
{
	return follow(f, c, false);
}

enum tocsin_err ask_follow_held(const struct followed *f, struct change *c)
{
	return follow(f, c, true);
}
