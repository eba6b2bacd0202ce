/*
 * door_decide: people's decisions about what the door holds.
 *
 * What decides is one change with a record that this node addresses to itself, so that the log commits to it: pass and
 * refuse look alike from outside.  The record of what was passed belongs to the unit of who decided; that of what was
 * refused is seen by the inspectors alone.
 */
#include "base/text.h"
#include "desk/audit.h"
#include "desk/clocks.h"
#include "desk/door.h"
#include "desk/door_answer.h"
#include "desk/issue.h"
#include "desk/rules.h"
#include "desk/screening.h"
#include "domain/vocabulary.h"

#define ARENA (64u << 20)
#define VALUE_MAX (2 * 6 * DOOR_REASON + 200)

struct deciding {
	const struct desk *desk;
	const struct view *view;
	const struct door_word *word;
	struct snapshot *read;
	struct arena *arena;
	struct statement_row row;
	struct door_row door;
	char hex[2 * SHA256_SIZE + 1];
	const char *state;                      /* what it becomes */
	int64_t now;
	bool another;                           /* somebody else wants to pass it */
};

static bool take_decision(void *arg, const struct door_decision_row *row)
{
	struct deciding *g = arg;
	if (strcmp(row->what, "pass") == 0 && strcmp(row->account, g->view->account) != 0)
		g->another = true;
	return true;
}

/* What V decides about, which is still open. */
static enum tocsin_err begin(struct deciding *g, const char *hex)
{
	g->now = clock_now();
	g->arena = arena_new(ARENA);
	enum tocsin_err err = g->arena == NULL ? fail(TOCSIN_BROKEN, "no memory for a decision")
					       : snapshot_open(g->desk->store, &g->read);
	if (err == TOCSIN_OK)
		err = access_may(g->view, RIGHT_DOOR);
	if (err == TOCSIN_OK)
		err = door_find(g->read, g->view, hex, g->arena, &g->row, &g->door);
	if (err != TOCSIN_OK)
		return err;
	hex_encode(g->row.id.b, SHA256_SIZE, g->hex);
	if (!text_is_clean(bytes_str(g->word->reason)) || strlen(g->word->reason) > DOOR_REASON)
		return fail(TOCSIN_BAD, "a reason has at most %d bytes, and no control characters", DOOR_REASON);
	if (g->door.open != DOOR_OPEN)
		return rule_refuse("door.decided", "%.16s is %s", g->hex, g->door.state);
	return door_decisions(g->read, g->row.num, take_decision, g);
}

static enum tocsin_err end(struct deciding *g, enum tocsin_err err)
{
	snapshot_close(g->read);
	arena_free(g->arena);
	return err;
}

/* The row, the trail, and who is told. */
static void add(const struct deciding *g, const char *what, struct change *c)
{
	bool over = strcmp(g->state, "second") != 0;
	change_door_state(c, g->row.num, g->door.state, g->state, over ? DOOR_DECIDED : DOOR_OPEN, over ? g->now : 0);
	change_door_decision(c, g->row.num, &(struct door_decision_row) { .what = what, .account = g->view->account,
		.function = g->view->function, .at = g->now, .ground = g->word->ground, .reason = g->word->reason });
	if (!g->view->everything)
		audit_add(c, g->view, strcmp(what, "pass") == 0 ? "door.pass" : "door.refuse", g->hex, g->word->reason);
	change_event(c, "door decided", 0, "");
	if (over)
		clocks_end(c, CLOCK_DOOR, g->row.num, 0, "met", g->now);
}

/* ---- the record ---- */

static void with_record(void *arg, size_t i, struct change *c)
{
	struct deciding *g = arg;
	bool pass = strcmp(g->state, "passed") == 0;
	enum tocsin_err err = TOCSIN_OK;
	(void)i;
	add(g, pass ? "pass" : "refuse", c);
	change_door_again(c, g->row.num, pass ? "passed" : "refused", 0);
	screening_decided(c, g->row.num, !pass);
	if (!pass)
		err = door_answer_refused(g->desk, c, &g->door, g->view, g->word->ground, g->now);
	if (err == TOCSIN_OK && !g->view->everything)
		err = pass ? access_share(g->desk, g->read, c, 0, "record", g->desk->name, g->view->unit, "", true)
			   : access_share_inspectors(g->read, c, 0, "record", g->desk->name);
	if (err != TOCSIN_OK)
		change_spoil(c, fail_sentence());
}

static enum tocsin_err issue_record(struct deciding *g)
{
	bool pass = strcmp(g->state, "passed") == 0;
	json_t *text = json_sprintf("%s at the door by the %s%s%s%s%s", pass ? "passed" : "refused", g->view->function,
		pass ? "" : ", ground: ", pass ? "" : g->word->ground, g->word->reason[0] != 0 ? "; " : "", g->word->reason);
	struct buf value;
	buf_init(&value, VALUE_MAX);
	enum tocsin_err err = text == NULL ? fail(TOCSIN_BAD, "a reason is UTF-8") : json_write_value(&value, text);
	json_decref(text);
	if (err == TOCSIN_OK)
		err = buf_end(&value, "a reason");
	const struct body_field field[] = { { "record.type", BYTES_LIT("\"door\""), true }, { "text", buf_bytes(&value), true } };
	const struct issue_release release = { .to = g->desk->name, .field = field, .field_n = 2, .urgency = 2 };
	const struct issue issue = { .kind = "record", .re = &g->row.id, .re_n = 1, .release = &release, .n = 1,
		.with = with_record, .arg = g };
	struct issue_result result;
	if (err == TOCSIN_OK)
		err = desk_issue(g->desk, &issue, &result);
	buf_free(&value);
	if (err == TOCSIN_LATER)
		err = rule_refuse("door.decided", "somebody else decided about %.16s meanwhile", g->hex);
	return err;
}

/* ---- passing ---- */

/* The first of two. */
static enum tocsin_err second(struct deciding *g)
{
	struct change *c = change_new();
	if (c == NULL)
		return fail(TOCSIN_BROKEN, "no memory for a decision");
	add(g, "pass", c);
	enum tocsin_err err = store_commit(g->desk->store, c, NULL, NULL);
	return err == TOCSIN_LATER ? rule_refuse("door.decided", "somebody else decided about %.16s meanwhile", g->hex) : err;
}

static enum tocsin_err may_pass(struct deciding *g, bool *two)
{
	const char *v = g->door.verdict;
	*two = strcmp(v, "hold") == 0 || strcmp(v, "refuse") == 0;
	if (v[0] == 0)
		return rule_refuse("door.screened", "%.16s could not be screened", g->hex);
	if (strcmp(v, "pass") != 0 && !g->word->read)
		return rule_refuse("door.read", "screening found something about %.16s", g->hex);
	if (strcmp(v, "refuse") == 0 && g->word->reason[0] == 0)
		return rule_refuse("door.reason", "by its rules %.16s is refused", g->hex);
	for (size_t i = 0; i < g->row.re_n; i++) {
		struct door_row parent;
		int64_t num;
		enum tocsin_err err = statement_num(g->read, &g->row.re[i], &num);
		if (err == TOCSIN_OK)
			err = door_get(g->read, num, g->arena, &parent);
		if (err == TOCSIN_OK && parent.open == DOOR_OPEN)
			return rule_refuse("door.first", "%.16s refers to what is still held", g->hex);
		if (err != TOCSIN_OK && err != TOCSIN_MISSING)
			return err;
	}
	/* Without accounts one person is the whole desk. */
	*two = *two && !g->view->everything && !g->another;
	if (*two && strcmp(g->door.state, "second") == 0)
		return rule_refuse("door.two-people", "you have passed %.16s already", g->hex);
	return TOCSIN_OK;
}

enum tocsin_err door_pass(const struct desk *d, const struct view *v, const char *hex, const struct door_word *w,
	json_t **out)
{
	struct deciding g = { .desk = d, .view = v, .word = w };
	bool two = false;
	enum tocsin_err err = begin(&g, hex);
	if (err == TOCSIN_OK)
		err = may_pass(&g, &two);
	if (err == TOCSIN_OK) {
		g.state = two ? "second" : "passed";
		err = two ? second(&g) : issue_record(&g);
	}
	err = end(&g, err);
	return err == TOCSIN_OK ? door_show(d, v, hex, out) : err;
}

enum tocsin_err door_refuse(const struct desk *d, const struct view *v, const char *hex, const struct door_word *w,
	json_t **out)
{
	char word[64];
	struct deciding g = { .desk = d, .view = v, .word = w, .state = "refused" };
	enum tocsin_err err = begin(&g, hex);
	if (err == TOCSIN_OK && w->reason[0] == 0)
		err = fail(TOCSIN_BAD, "who refuses says why, in words that stay here: give a reason");
	if (err == TOCSIN_OK && (strlen(w->ground) > 40 || strchr(w->ground, '"') != NULL || strchr(w->ground, '\\') != NULL))
		err = fail(TOCSIN_BAD, "that is no ground");
	if (err == TOCSIN_OK) {
		snprintf(word, sizeof word, "\"%s\"", w->ground);
		err = field_check("answer", "decline.ground", bytes_str(word));
	}
	if (err == TOCSIN_OK)
		err = issue_record(&g);
	err = end(&g, err);
	return err == TOCSIN_OK ? door_show(d, v, hex, out) : err;
}
