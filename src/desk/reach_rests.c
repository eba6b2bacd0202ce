/*
 * reach_rests: what was said about what, and what rests on something that was withdrawn.
 */
#include "desk/audit.h"
#include "desk/pages.h"
#include "desk/reach_part.h"
#include "desk/standing_part.h"
#include "desk/unnamed.h"
#include "domain/vocabulary.h"
#include "store/rows_access.h"
#include "store/rows_draft.h"

#define RESTS_MAX 1024                          /* looked at, up or down */
#define REFS_AT_A_TIME 256
#define DRAFT_ARENA (8u << 20)
#define PAGED_MAX 64                            /* people, about one retraction */

/* ---- looking up ---- */

static bool first_num(void *arg, const struct derived_row *row)
{
	*(int64_t *)arg = row->num;
	return false;
}

enum tocsin_err reach_retraction(struct snapshot *read, int64_t num, int64_t *retraction)
{
	*retraction = 0;
	return derived_kind(read, num, "retraction", 1, first_num, retraction);
}

struct climb {
	struct snapshot *read;
	const struct view *view;
	int64_t num[RESTS_MAX];
	size_t n;
	json_t *list;
};

static bool climb_seen(const struct climb *c, int64_t num)
{
	for (size_t i = 0; i < c->n; i++)
		if (c->num[i] == num)
			return true;
	return false;
}

static enum tocsin_err add_retracted(struct climb *c, int64_t num, const struct hash *id)
{
	int64_t retraction;
	struct statement s;
	struct hash by;
	bool whole;
	enum tocsin_err err = reach_retraction(c->read, num, &retraction);
	if (err != TOCSIN_OK || retraction == 0)
		return err;
	err = access_sees(c->read, c->view, retraction, "", &whole);
	if (err == TOCSIN_OK)
		err = standing_head_id(c->read, retraction, &s, &by);
	if (err != TOCSIN_OK)
		return err == TOCSIN_MISSING ? TOCSIN_OK : err;
	json_t *o = json_object();
	json_object_set_new(o, "id", standing_hash(id));
	json_object_set_new(o, "retraction", standing_hash(&by));
	json_object_set_new(o, "at", standing_time(s.at));
	if (c->list == NULL)
		c->list = json_array();
	return json_array_append_new(c->list, o) == 0 ? TOCSIN_OK : fail(TOCSIN_BROKEN, "no memory to show a statement");
}

enum tocsin_err reach_rests_on(struct snapshot *read, const struct view *v, int64_t num, json_t **out)
{
	struct climb *c = calloc(1, sizeof *c);
	*out = NULL;
	if (c == NULL)
		return fail(TOCSIN_BROKEN, "no memory to show a statement");
	enum tocsin_err err = TOCSIN_OK;
	c->read = read;
	c->view = v;
	c->num[c->n++] = num;
	for (size_t i = 0; err == TOCSIN_OK && i < c->n; i++) {
		struct hash re[LIMIT_REFS];
		struct statement s, target;
		struct hash id;
		size_t n = 0;
		err = statement_refs(read, c->num[i], re, &n);
		if (err == TOCSIN_OK && n > 0)
			err = standing_head_id(read, c->num[i], &s, &id);
		/* A retraction does not rest on what it withdraws, nor what is said about that. */
		if (err == TOCSIN_OK && n > 0 && strcmp(s.kind, "retraction") == 0)
			continue;
		for (size_t k = 0; err == TOCSIN_OK && k < n; k++) {
			int64_t about = 0;
			err = access_num(read, v, &re[k], &about);
			if (err != TOCSIN_OK || about == 0 || climb_seen(c, about) || c->n == RESTS_MAX)
				continue;
			err = standing_head(read, about, &target);
			if (err != TOCSIN_OK || !standing_effect(&s, &re[k], &target))
				continue;
			c->num[c->n++] = about;
			err = add_retracted(c, about, &re[k]);
		}
	}
	if (err == TOCSIN_OK)
		*out = c->list;
	else
		json_decref(c->list);
	free(c);
	return err;
}

/* ---- following ---- */

/* What S says in one word, as lists show it. */
static const char *word_of(const struct followed *f)
{
	static const struct { const char *kind, *line; } words[] = {
		{ "response", "stage" }, { "closure", "outcome" }, { "answer", "result" },
	};
	for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
		if (strcmp(words[i].kind, f->row->kind) != 0)
			continue;
		const char *s = arena_str(f->arena, followed_value(f, words[i].line));
		return s == NULL ? "" : s;
	}
	return "";
}

/* The reason of a retraction in words, as much of it as a reason may have. */
static const char *reason_of(const struct followed *f)
{
	struct buf out;
	const char *s = NULL;
	buf_init(&out, LIMIT_ENVELOPE);
	for (size_t i = 0; i < f->line_n; i++)
		if (bytes_equal_str(f->line[i].name, "reason"))
			value_words(f->line[i].value, &out);
	size_t n = out.n > REACH_REASON ? REACH_REASON : out.n;
	while (n > 0 && n < out.n && (out.p[n] & 0xc0) == 0x80)
		n--;
	if (!out.failed && n > 0)
		s = arena_str(f->arena, bytes_of(out.p, n));
	buf_free(&out);
	return s == NULL ? "withdrawn" : s;
}

/* Whom to tell: whoever has read what is withdrawn, and whoever wrote what rests on it. */
struct telling {
	struct change *c;
	int64_t retracted, now;
	const char *account[PAGED_MAX];
	size_t n;
	struct arena *arena;
	bool lost;
};

static void tell(struct telling *t, const char *account, const char *what, int64_t statement)
{
	for (size_t i = 0; i < t->n; i++)
		if (strcmp(t->account[i], account) == 0)
			return;
	if (t->n == PAGED_MAX || account[0] == 0 || strcmp(account, "operator") == 0 || strcmp(account, "node") == 0)
		return;
	const char *copy = arena_str(t->arena, bytes_str(account));
	t->lost = t->lost || copy == NULL;
	if (copy == NULL)
		return;
	t->account[t->n++] = copy;
	pages_add(t->c, &(struct page_add) { .what = what, .statement = statement, .account = copy, .now = t->now });
}

static bool tell_reader(void *arg, const struct opened_row *row)
{
	struct telling *t = arg;
	tell(t, row->account, "retracted: you have read it", t->retracted);
	return !t->lost && t->n < PAGED_MAX;
}

struct drafts {
	struct telling *telling;
	struct snapshot *read;
	enum tocsin_err err;
};

/* A draft about it: its row names the author. */
static bool tell_drafter(void *arg, const struct derived_row *row)
{
	struct drafts *g = arg;
	struct draft_row draft;
	struct arena *a = arena_new(DRAFT_ARENA);
	tell(g->telling, row->party, "retracted: a draft of yours rests on it", g->telling->retracted);
	enum tocsin_err err = a == NULL ? fail(TOCSIN_BROKEN, "no memory to follow a retraction")
					: draft_by_num(g->read, row->num, a, &draft);
	if (err == TOCSIN_OK)
		change_event(g->telling->c, "draft rests on retracted", g->telling->retracted, draft.id);
	arena_free(a);
	if (err != TOCSIN_OK && err != TOCSIN_MISSING)
		g->err = err;
	return !g->telling->lost && g->err == TOCSIN_OK;
}

/* What of ours refers to ID, and what to that: an event each, and its author is told. */
static enum tocsin_err tell_authors(const struct followed *f, struct telling *t, int64_t num)
{
	int64_t *queue = arena_alloc(f->arena, RESTS_MAX * sizeof *queue);
	int64_t *nums = arena_alloc(f->arena, REFS_AT_A_TIME * sizeof *nums);
	size_t n = 0;
	enum tocsin_err err = queue == NULL || nums == NULL ? fail(TOCSIN_BROKEN, "no memory to follow a retraction")
							    : TOCSIN_OK;
	if (err == TOCSIN_OK)
		queue[n++] = num;
	for (size_t i = 0; err == TOCSIN_OK && i < n; i++) {
		struct statement about, s;
		struct hash id;
		struct drafts g = { .telling = t, .read = f->read };
		size_t k = 0;
		err = standing_head_id(f->read, queue[i], &about, &id);
		if (err == TOCSIN_OK)
			err = derived_kind(f->read, queue[i], DERIVED_DRAFT, PAGED_MAX, tell_drafter, &g);
		if (err == TOCSIN_OK)
			err = g.err;
		if (err == TOCSIN_OK)
			err = statement_re(f->read, &id, nums, REFS_AT_A_TIME, &k);
		for (size_t j = 0; err == TOCSIN_OK && j < k && n < RESTS_MAX; j++) {
			bool known = false;
			for (size_t q = 0; q < n && !known; q++)
				known = queue[q] == nums[j];
			err = standing_head(f->read, nums[j], &s);
			if (err != TOCSIN_OK || known || strcmp(s.kind, "retraction") == 0 || !standing_effect(&s, &id, &about))
				continue;
			queue[n++] = nums[j];
			if (!unnamed_ours(f->desk, &s))
				continue;
			int64_t draft;
			const char *unit, *compartment, *author;
			change_event(t->c, "rests on retracted", nums[j], s.kind);
			err = followed_draft(f->read, nums[j], f->arena, &draft, &unit, &compartment, &author);
			if (err == TOCSIN_OK && draft != 0)
				tell(t, author, "retracted: what you wrote rests on it", nums[j]);
		}
	}
	return err;
}

/* The retraction F of statement NUM has effect now. */
static enum tocsin_err withdrawn(const struct followed *f, int64_t num, struct change *c)
{
	struct telling t = { .c = c, .retracted = num, .now = f->now, .arena = f->arena };
	enum tocsin_err err = TOCSIN_OK;
	if (f->row->issued) {
		struct reach_set set;
		const char *reason = reason_of(f);
		/* Itself first: it is done with this one; then whoever else it is to reach. */
		change_reach(c, &(struct reach_row) { .retracted = num, .statement = num, .recipient = f->row->peer,
			.why = "itself", .retraction = f->row->num, .asked_at = f->now, .reason = "" });
		change_reach_known(c, num, f->row->num);
		err = reach_set_open(&set);
		if (err == TOCSIN_OK)
			err = reach_gather(f->desk, f->read, num, &set);
		if (err == TOCSIN_OK)
			err = reach_write(f->desk, f->read, c, &set, reason, f->now);
		reach_set_free(&set);
	}
	change_event(c, "statement retracted", num, f->row->peer);
	if (err == TOCSIN_OK)
		err = opened_each(f->read, num, tell_reader, &t);
	if (err == TOCSIN_OK)
		err = tell_authors(f, &t, num);
	return err == TOCSIN_OK && t.lost ? fail(TOCSIN_BROKEN, "no memory to follow a retraction") : err;
}

/* F says something about NUM, which is TARGET with ID. */
static enum tocsin_err said_about(const struct followed *f, const struct hash *id, int64_t num, struct change *c)
{
	struct statement target;
	enum tocsin_err err = standing_head(f->read, num, &target);
	if (err != TOCSIN_OK || !standing_effect(f->statement, id, &target))
		return err;
	change_derived(c, num, &(struct derived_row) { .kind = f->row->kind, .num = f->row->num,
		.party = f->statement->from.name, .word = word_of(f), .at = f->row->at });
	return strcmp(f->row->kind, "retraction") == 0 ? withdrawn(f, num, c) : TOCSIN_OK;
}

/* What came before what it is about has effect from now on. */
static enum tocsin_err said_before(const struct followed *f, struct change *c)
{
	int64_t nums[REFS_AT_A_TIME];
	size_t n = 0;
	struct arena *a = NULL;
	enum tocsin_err err = statement_re(f->read, &f->row->id, nums, REFS_AT_A_TIME, &n);
	for (size_t i = 0; err == TOCSIN_OK && i < n && nums[i] < f->row->num; i++) {
		struct statement_row row;
		struct content content;
		struct followed earlier = *f;
		if (a == NULL && (a = arena_new(64u << 20)) == NULL)
			err = fail(TOCSIN_BROKEN, "no memory to follow a statement");
		if (err == TOCSIN_OK) {
			arena_reset(a);
			err = statement_by_num(f->read, nums[i], a, &row);
		}
		if (err == TOCSIN_OK)
			err = standing_content(&row, true, a, &content);
		if (err != TOCSIN_OK)
			break;
		struct followed_line *line = arena_alloc(a, (content.n + 1) * sizeof *line);
		if (line == NULL)
			err = fail(TOCSIN_BROKEN, "no memory to follow a statement");
		for (size_t k = 0; line != NULL && k < content.n; k++)
			line[k] = (struct followed_line) { content.line[k].line->name, content.line[k].line->value,
				content.line[k].closed };
		earlier.row = &row;
		earlier.statement = &content.s;
		earlier.line = line;
		earlier.line_n = content.n;
		if (err == TOCSIN_OK)
			err = said_about(&earlier, &f->row->id, f->row->num, c);
	}
	arena_free(a);
	return err;
}

enum tocsin_err reach_follow(const struct followed *f, struct change *c)
{
	enum tocsin_err err = TOCSIN_OK;
	for (size_t i = 0; err == TOCSIN_OK && i < f->row->re_n; i++) {
		int64_t num;
		err = statement_num(f->read, &f->row->re[i], &num);
		/* What is not here, or comes behind, is seen to when it is followed itself. */
		if (err == TOCSIN_MISSING)
			err = TOCSIN_OK;
		else if (err == TOCSIN_OK && num < f->row->num)
			err = said_about(f, &f->row->re[i], num, c);
	}
	return err == TOCSIN_OK ? said_before(f, c) : err;
}

/* ---- drafts ---- */

enum tocsin_err reach_draft(struct snapshot *read, struct change *c, int64_t num, const char *author,
	const struct hash *re, size_t n, int64_t now)
{
	enum tocsin_err err = TOCSIN_OK;
	for (size_t i = 0; err == TOCSIN_OK && i < n; i++) {
		int64_t about;
		err = statement_num(read, &re[i], &about);
		if (err == TOCSIN_OK)
			change_derived(c, about, &(struct derived_row) { .kind = DERIVED_DRAFT, .num = num, .party = author,
				.word = "", .at = now });
		else if (err == TOCSIN_MISSING)
			err = TOCSIN_OK;
	}
	return err;
}
