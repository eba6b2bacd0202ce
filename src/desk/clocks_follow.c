/*
 * clocks_follow: which clocks a statement starts, moves and ends.
 *
 *   warning, ours        RECEIPT; REPLY_BY when it asks for an answer by a time; WINDOW when it has an end
 *   warning, theirs      OPENING; REPLY_BY; WINDOW
 *   update               moves the WINDOW of what it updates; answers the questions about that
 *   response, ours       ends OPENING; "opened" starts ASSESSMENT, anything later ends it, and REPLY_BY
 *   response, theirs     ends our REPLY_BY, unless it only says that it was opened
 *   ... with a question  starts REPLY_BY about itself, on both sides: the question is open until an update or an answer
 *   request              RECEIPT, or OPENING; its REPLY_BY, which begins with the receipt, is in desk/ask.c
 *   answer               ends OPENING; answers the question of a response
 *   closure              meets WINDOW and FOLLOW_UP; all else of its warning is void, but open questions stay open; RECEIPT
 *   to a contact         a warning, retraction or closure for somebody without a node: DELIVERY, until a record of ours says
 *                        that they were told
 *   retraction           all of what it withdraws is void, questions too; itself has RECEIPT or OPENING
 *
 * Times are those at which this node issued or accepted the statement, not those at which it was followed; so nothing
 * depends on how quick the following is, and a node that was down finds what was missed meanwhile.  What was known a week
 * before the desk followed it (a database of an earlier version) starts no clocks whose time is over.
 */
#include "desk/clocks_inside.h"
#include "desk/follow.h"
#include "desk/standing_part.h"
#include "desk/told.h"

#define QUESTIONS_MAX 1024              /* about one statement */
#define LONG_AGO (7 * 86400 * CLOCK_SECOND)

struct target {
	int64_t num;
	const struct hash *id;
	struct statement s;
};

struct following {
	const struct followed *f;
	struct change *c;
	int64_t at;                             /* when it was issued or accepted */
	bool ours;
	struct target *target;                  /* those that it may refer to */
	size_t target_n;
	struct clock_home home;
};

/* ---- what it is about ---- */

static bool is(const struct statement *s, const char *kind)
{
	return strcmp(s->kind, kind) == 0;
}

static enum tocsin_err read_targets(struct following *w)
{
	const struct statement *s = w->f->statement;
	enum tocsin_err err = TOCSIN_OK;
	w->target = arena_alloc(w->f->arena, LIMIT_REFS * sizeof *w->target);
	if (w->target == NULL)
		return fail(TOCSIN_BROKEN, "no memory to follow a statement");
	for (size_t i = 0; err == TOCSIN_OK && i < s->re_n; i++) {
		struct target *t = &w->target[w->target_n];
		t->id = &s->re[i];
		err = statement_num(w->f->read, t->id, &t->num);
		if (err == TOCSIN_OK)
			err = standing_head(w->f->read, t->num, &t->s);
		else if (err == TOCSIN_MISSING) {
			/* Dangling. */
			err = TOCSIN_OK;
			continue;
		}
		if (err == TOCSIN_OK && standing_effect(s, t->id, &t->s))
			w->target_n++;
	}
	return err;
}

/* ---- starting and ending ---- */

/* A clock about statement NUM; DUE 0: the policy's. */
static void start_about(struct following *w, enum clock_kind kind, int64_t num, int64_t due)
{
	const struct clock_home *h = &w->home;
	int64_t end = due != 0 ? due : w->at + clock_period(w->f->desk, kind, h->urgency);
	if (w->f->now - w->at > LONG_AGO && end < w->f->now)
		return;
	clocks_start(w->f->desk, w->c, &(struct clock_start) { .kind = kind, .statement = num, .unit = h->unit,
		.compartment = h->compartment, .owner = h->owner, .urgency = h->urgency, .life = h->life, .due_at = end,
		.now = w->at });
}

static void start(struct following *w, enum clock_kind kind, int64_t due)
{
	start_about(w, kind, w->f->row->num, due);
}

static void end(struct following *w, enum clock_kind kind, int64_t num, const char *state)
{
	clocks_end(w->c, kind, num, 0, state, w->at);
}

static void start_receipt(struct following *w)
{
	start(w, CLOCK_RECEIPT, 0);
	/* It may be here already. */
	clocks_received(w->c, w->f->row->num, w->at);
}

/* Open questions about the statement ID: those of its responses. */
static enum tocsin_err end_questions(struct following *w, const struct hash *id, const char *state)
{
	size_t n = 0;
	int64_t *nums = arena_alloc(w->f->arena, QUESTIONS_MAX * sizeof *nums);
	enum tocsin_err err = nums == NULL ? fail(TOCSIN_BROKEN, "no memory to follow a statement")
					   : statement_re(w->f->read, id, nums, QUESTIONS_MAX, &n);
	for (size_t i = 0; err == TOCSIN_OK && i < n && nums[i] < w->f->row->num; i++) {
		struct statement s;
		err = standing_head(w->f->read, nums[i], &s);
		if (err == TOCSIN_OK && is(&s, "response"))
			end(w, CLOCK_REPLY_BY, nums[i], state);
	}
	return err;
}

/* ---- by kind ---- */

static void closed(struct following *w, int64_t num)
{
	end(w, CLOCK_WINDOW, num, "met");
	end(w, CLOCK_FOLLOW_UP, num, "met");
	end(w, CLOCK_RECEIPT, num, "void");
	end(w, CLOCK_OPENING, num, "void");
	end(w, CLOCK_ASSESSMENT, num, "void");
	end(w, CLOCK_REPLY_BY, num, "void");
	end(w, CLOCK_DELIVERY, num, "void");
}

static enum tocsin_err withdrawn(struct following *w, int64_t num, const struct hash *id)
{
	static const enum clock_kind kinds[] = { CLOCK_RECEIPT, CLOCK_OPENING, CLOCK_ASSESSMENT, CLOCK_REPLY_BY, CLOCK_WINDOW,
		CLOCK_FOLLOW_UP, CLOCK_DELIVERY };
	/* A review that is owed stays owed, and content whose time is over has to go all the same. */
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
		end(w, kinds[i], num, "void");
	return end_questions(w, id, "void");
}

/* What came before the warning that it is about, and had no effect until now. */
static enum tocsin_err end_by_earlier(struct following *w)
{
	size_t n = 0;
	int64_t nums[64];
	enum tocsin_err err = statement_re(w->f->read, &w->f->row->id, nums, 64, &n);
	for (size_t i = 0; err == TOCSIN_OK && i < n && nums[i] < w->f->row->num; i++) {
		struct statement s;
		err = standing_head(w->f->read, nums[i], &s);
		if (err != TOCSIN_OK || !standing_effect(&s, &w->f->row->id, w->f->statement))
			continue;
		if (is(&s, "closure"))
			closed(w, w->f->row->num);
		else if (is(&s, "retraction"))
			err = withdrawn(w, w->f->row->num, &w->f->row->id);
	}
	return err;
}

/* Later news about an earlier warning of the same author, or an answer to a question about one. */
static enum tocsin_err update(struct following *w, bool window)
{
	enum tocsin_err err = TOCSIN_OK;
	for (size_t i = 0; err == TOCSIN_OK && i < w->target_n; i++) {
		const struct target *t = &w->target[i];
		if (is(&t->s, "response"))
			end(w, CLOCK_REPLY_BY, t->num, "met");
		if (!is(&t->s, "warning") || !party_same(&t->s.from, &w->f->statement->from))
			continue;
		if (window) {
			end(w, CLOCK_WINDOW, t->num, "void");
			end(w, CLOCK_FOLLOW_UP, t->num, "met");
		}
		err = end_questions(w, t->id, "met");
	}
	return err;
}

static enum tocsin_err warning(struct following *w, bool alone)
{
	int64_t until, reply;
	bool window = clock_parse(followed_value(w->f, "when.until"), &until);
	enum tocsin_err err = update(w, window);
	if (w->ours && !alone)
		start_receipt(w);
	if (!w->ours)
		start(w, CLOCK_OPENING, 0);
	/* Of a stranger nothing runs but the time until somebody has looked at it. */
	if ((w->f->row->marks & STATEMENT_MARK_STRANGER) != 0)
		return err == TOCSIN_OK ? end_by_earlier(w) : err;
	if (!alone && clock_parse(followed_value(w->f, "ask.reply-by"), &reply))
		start(w, CLOCK_REPLY_BY, reply);
	if (window)
		start(w, CLOCK_WINDOW, until);
	return err == TOCSIN_OK ? end_by_earlier(w) : err;
}

static void response(struct following *w)
{
	struct bytes stage = followed_value(w->f, "stage");
	bool opened = bytes_equal_str(stage, "opened");
	for (size_t i = 0; i < w->target_n; i++) {
		const struct target *t = &w->target[i];
		if (w->ours && opened) {
			clocks_opened(w->f->desk, w->c, t->num, w->at);
		} else if (w->ours) {
			end(w, CLOCK_OPENING, t->num, "met");
			end(w, CLOCK_ASSESSMENT, t->num, "met");
		}
		if (!opened)
			end(w, CLOCK_REPLY_BY, t->num, "met");
	}
	if (followed_value(w->f, "question").n > 0 && w->target_n > 0)
		start(w, CLOCK_REPLY_BY, 0);
}

static void request(struct following *w, bool alone)
{
	if (alone)
		return;
	if (w->ours)
		start_receipt(w);
	else
		start(w, CLOCK_OPENING, 0);
}

/* Whoever needs more time says how much; until then the question stays open. Of a request desk/ask.c knows more. */
static void answer(struct following *w)
{
	int64_t due = 0;
	bool more = bytes_equal_str(followed_value(w->f, "result"), "needs-time") &&
		clock_parse(followed_value(w->f, "due"), &due);
	for (size_t i = 0; i < w->target_n; i++) {
		const struct target *t = &w->target[i];
		if (w->ours)
			end(w, CLOCK_OPENING, t->num, "met");
		if (is(&t->s, "request"))
			continue;
		end(w, CLOCK_REPLY_BY, t->num, more ? "void" : "met");
		if (more)
			start_about(w, CLOCK_REPLY_BY, t->num, due);
	}
}

static enum tocsin_err retraction(struct following *w, bool alone)
{
	enum tocsin_err err = TOCSIN_OK;
	for (size_t i = 0; err == TOCSIN_OK && i < w->target_n; i++)
		err = withdrawn(w, w->target[i].num, w->target[i].id);
	if (w->ours && !alone)
		start_receipt(w);
	if (!w->ours)
		start(w, CLOCK_OPENING, 0);
	return err;
}

/* Somebody without a node is to be told. */
static void start_delivery(struct following *w)
{
	if (w->ours && followed_value(w->f, "recipient.name").n > 0)
		start(w, CLOCK_DELIVERY, 0);
}

/* They were told, at the time that the record says, which may be long before it was written down. */
static void told(struct following *w)
{
	int64_t when;
	if (!w->ours || !told_type(followed_value(w->f, "record.type")))
		return;
	if (!clock_parse(followed_value(w->f, "record.when"), &when) || when > w->at)
		when = w->at;
	for (size_t i = 0; i < w->target_n; i++)
		clocks_end(w->c, CLOCK_DELIVERY, w->target[i].num, 0, "met", when);
}

/* Its recipient goes on protecting until it knows; but nobody is woken for that. */
static void closure(struct following *w, bool alone)
{
	for (size_t i = 0; i < w->target_n; i++)
		closed(w, w->target[i].num);
	w->home.urgency = 2;
	w->home.life = false;
	if (w->ours && !alone)
		start_receipt(w);
}

enum tocsin_err clocks_follow(const struct followed *f, struct change *c)
{
	struct following w = { .f = f, .c = c, .at = f->row->known_at, .ours = f->row->issued };
	const struct statement *s = f->statement;
	bool alone = party_same(&s->from, &s->to);
	/* Ours, given back to a database that was put back: its clocks ran long ago. */
	if ((f->row->marks & STATEMENT_MARK_RETURNED) != 0)
		return TOCSIN_OK;
	enum tocsin_err err = read_targets(&w);
	int64_t target[LIMIT_REFS];
	for (size_t i = 0; i < w.target_n; i++)
		target[i] = w.target[i].num;
	if (err == TOCSIN_OK)
		err = clock_home_find(f, target, w.target_n, &w.home);
	if (err != TOCSIN_OK)
		return err;
	if (alone)
		start_delivery(&w);
	if (is(s, "warning"))
		return warning(&w, alone);
	if (is(s, "retraction"))
		return retraction(&w, alone);
	if (is(s, "response"))
		response(&w);
	else if (is(s, "request"))
		request(&w, alone);
	else if (is(s, "answer"))
		answer(&w);
	else if (is(s, "record"))
		told(&w);
	else if (is(s, "closure"))
		closure(&w, alone);
	return TOCSIN_OK;
}
