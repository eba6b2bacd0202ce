/*
 * standing_answers: what was said about a statement, and whether its window is over.
 */
#include "desk/access.h"
#include "desk/clocks.h"
#include "desk/standing_part.h"

#define STANDING_ANSWERS 256            /* shown */
#define STANDING_LOOKED_AT 4096         /* among which the newest closure is looked for */

/* What an answer makes of the statement that it is about. */
struct thread {
	json_t *answers;
	json_t *questions;                      /* that are open */
	bool closed;                            /* by its author */
	json_t *outcome;                        /* of that closure; borrowed from answers; NULL when it is not to be seen */
};

void standing_gist(struct showing *w, const struct content *c, json_t *item)
{
	static const char *const names[] = { "stage", "result", "outcome", "copy", "reason", "record.type", "record.claims",
		"assessment.specific", "question", "due", "threat.summary", "text" };
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		const struct body_line *l = standing_line(c, names[i]);
		if (l != NULL)
			standing_put(w, item, names[i], json_from_value(l->value));
	}
}

static bool closes(const struct statement *s, const struct statement *about)
{
	return strcmp(s->kind, "closure") == 0 && party_same(&s->from, &about->from);
}

/* The question of the answer ITEM, as long as its clock is open: it stays so when its warning is closed. */
static enum tocsin_err add_question(struct showing *w, int64_t num, const json_t *item, struct thread *t)
{
	static const char *const names[] = { "id", "from", "at", "question" };
	json_t *clock = NULL;
	if (json_object_get(item, "question") == NULL)
		return TOCSIN_OK;
	enum tocsin_err err = clocks_question(w->desk, w->read, w->view, num, &clock);
	if (err != TOCSIN_OK || clock == NULL)
		return err;
	json_t *q = json_object();
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		standing_put(w, q, names[i], json_incref(json_object_get(item, names[i])));
	standing_put(w, q, "clock", clock);
	standing_append(w, t->questions, q);
	return TOCSIN_OK;
}

static enum tocsin_err add_answer(
	struct showing *w, const struct statement *about, const struct hash *about_id, int64_t num, struct thread *t)
{
	struct statement_row row;
	struct content c;
	bool closed;
	arena_reset(w->other);
	enum tocsin_err err = access_sees(w->read, w->view, num, "", &closed);
	if (err == TOCSIN_OK)
		err = statement_by_num(w->read, num, w->other, &row);
	if (err == TOCSIN_OK)
		err = standing_content(&row, closed, w->other, &c);
	if (err != TOCSIN_OK || !standing_effect(&c.s, about_id, about))
		return err;
	json_t *item = json_object();
	standing_put(w, item, "id", standing_hash(&row.id));
	standing_put(w, item, "kind", json_string(row.kind));
	standing_put(w, item, "from", json_string(c.s.from.name));
	standing_put(w, item, "to", json_string(c.s.to.name));
	standing_put(w, item, "at", standing_time(row.at));
	standing_gist(w, &c, item);
	standing_append(w, t->answers, item);
	if (closes(&c.s, about)) {
		t->closed = true;
		t->outcome = json_object_get(item, "outcome");
	}
	return add_question(w, num, item, t);
}

/* The newest closure among NUMS, of which there are more than a page shows: whoever sends many answers hides no end. */
static enum tocsin_err add_late_closure(struct showing *w, const struct statement *about, const struct hash *about_id,
	const int64_t *nums, size_t n, struct thread *t)
{
	while (n > 0) {
		struct statement s;
		enum tocsin_err err = standing_head(w->read, nums[--n], &s);
		if (err != TOCSIN_OK)
			return err;
		if (closes(&s, about) && standing_effect(&s, about_id, about))
			return add_answer(w, about, about_id, nums[n], t);
	}
	return TOCSIN_OK;
}

/* A window that has passed is not an all-clear: only its author ends it. */
static void add_window(struct showing *w, const struct content *c, const struct thread *t, json_t *out)
{
	const struct body_line *l = standing_line(c, "when.until");
	json_t *until = l == NULL ? NULL : json_from_value(l->value);
	int64_t end;
	if (json_is_string(until) && clock_parse(bytes_str(json_string_value(until)), &end)) {
		json_t *window = json_object();
		standing_put(w, window, "until", json_incref(until));
		standing_put(w, window, "state", json_string(t->closed ? "closed" : clock_now() < end ? "open" : "lapsed, unresolved"));
		if (t->outcome != NULL)
			standing_put(w, window, "outcome", json_incref(t->outcome));
		standing_put(w, out, "window", window);
	}
	json_decref(until);
}

/* Leaves of NUMS those that the view sees: of the others not even their number is told. */
static enum tocsin_err keep_seen(struct showing *w, int64_t *nums, size_t *n)
{
	size_t kept = 0;
	enum tocsin_err err = TOCSIN_OK;
	for (size_t i = 0; err == TOCSIN_OK && i < *n; i++) {
		bool closed;
		err = access_sees(w->read, w->view, nums[i], "", &closed);
		if (err == TOCSIN_OK)
			nums[kept++] = nums[i];
		else if (err == TOCSIN_MISSING)
			err = TOCSIN_OK;
	}
	*n = kept;
	return err;
}

enum tocsin_err standing_thread(
	struct showing *w, const struct statement_row *row, const struct content *c, json_t *out)
{
	size_t n = 0, shown;
	struct thread t = { .answers = json_array(), .questions = json_array() };
	int64_t *nums = arena_alloc(w->arena, STANDING_LOOKED_AT * sizeof *nums);
	enum tocsin_err err = nums == NULL ? fail(TOCSIN_BROKEN, "no memory to show a statement")
					   : statement_re(w->read, &row->id, nums, STANDING_LOOKED_AT, &n);
	if (err == TOCSIN_OK)
		err = keep_seen(w, nums, &n);
	for (shown = 0; err == TOCSIN_OK && shown < n && shown < STANDING_ANSWERS; shown++)
		err = add_answer(w, &c->s, &row->id, nums[shown], &t);
	if (err == TOCSIN_OK && n > shown) {
		size_t before = json_array_size(t.answers);
		err = add_late_closure(w, &c->s, &row->id, nums + shown, n - shown, &t);
		size_t left_out = n - shown - (json_array_size(t.answers) - before);
		standing_put(w, out, "answers_left_out", json_integer((json_int_t)left_out));
	}
	if (err == TOCSIN_OK)
		add_window(w, c, &t, out);
	if (err == TOCSIN_OK)
		standing_said(w, row, c, t.answers, out);
	standing_put(w, out, "answers", t.answers);
	standing_put(w, out, "open_questions", t.questions);
	return err;
}
