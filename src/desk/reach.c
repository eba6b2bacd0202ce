#include "desk/reach.h"

#include "desk/broker.h"

#include "base/text.h"
#include "desk/accept.h"
#include "desk/audit.h"
#include "desk/directory.h"
#include "desk/issue.h"
#include "desk/policy.h"
#include "desk/reach_part.h"
#include "desk/rules.h"
#include "desk/standing_part.h"
#include "desk/unnamed.h"
#include "domain/vocabulary.h"
#include "store/rows_access.h"

#define SLOTS (4 * REACH_MAX)                   /* a power of two */
#define LOOKED_AT 4096                          /* of what refers to one statement */
#define SCOPES_MAX 64
#define ISSUE_ARENA (64u << 20)
#define RESUME_MAX 256

/* ---- sets ---- */

enum tocsin_err reach_set_open(struct reach_set *s)
{
	*s = (struct reach_set) { .arena = arena_new(4u << 20) };
	if (s->arena != NULL) {
		s->num = arena_alloc(s->arena, REACH_MAX * sizeof *s->num);
		s->why = arena_alloc(s->arena, REACH_MAX * sizeof *s->why);
		s->slot = arena_zalloc(s->arena, SLOTS * sizeof *s->slot);
	}
	return s->slot == NULL || s->num == NULL || s->why == NULL ? fail(TOCSIN_BROKEN, "no memory for a retraction")
								    : TOCSIN_OK;
}

void reach_set_free(struct reach_set *s)
{
	arena_free(s->arena);
	*s = (struct reach_set) { 0 };
}

enum tocsin_err reach_set_add(struct reach_set *s, int64_t num, const char *why)
{
	size_t i = (size_t)((uint64_t)num * 0x9e3779b97f4a7c15u >> 40) & (SLOTS - 1);
	while (s->slot[i] != 0 && s->slot[i] != num)
		i = (i + 1) & (SLOTS - 1);
	if (s->slot[i] == num)
		return TOCSIN_OK;
	if (s->n == REACH_MAX)
		return fail(TOCSIN_BAD, "more than %d statements say the same or rest on it; retract its updates first",
			REACH_MAX);
	s->slot[i] = num;
	s->num[s->n] = num;
	s->why[s->n++] = why;
	return TOCSIN_OK;
}

/* ---- who got it ---- */

struct adding {
	struct reach_set *set;
	const char *why;
	enum tocsin_err err;
};

static bool add_num(void *arg, int64_t num)
{
	struct adding *a = arg;
	a->err = reach_set_add(a->set, num, a->why);
	return a->err == TOCSIN_OK;
}

struct of_draft {
	struct snapshot *read;
	struct adding *adding;
};

static bool add_draft(void *arg, const struct derived_row *row)
{
	struct of_draft *o = arg;
	enum tocsin_err err = released_of(o->read, row->num, REACH_MAX, add_num, o->adding);
	if (o->adding->err == TOCSIN_OK)
		o->adding->err = err;
	return o->adding->err == TOCSIN_OK;
}

/* Our own warnings that refer to ID, which is the statement ABOUT: what it says, once more. */
static enum tocsin_err add_updates(const struct desk *d, struct snapshot *read, const struct hash *id,
	const struct statement *about, int64_t *nums, struct reach_set *set)
{
	size_t n = 0;
	enum tocsin_err err = statement_re(read, id, nums, LOOKED_AT, &n);
	for (size_t i = 0; err == TOCSIN_OK && i < n; i++) {
		struct statement s;
		err = standing_head(read, nums[i], &s);
		if (err == TOCSIN_OK && unnamed_ours(d, &s) && strcmp(s.kind, "warning") == 0 &&
			standing_effect(&s, id, about))
			err = reach_set_add(set, nums[i], "update");
	}
	return err;
}

/* The releases that were made together with NUM. */
static enum tocsin_err add_same(struct snapshot *read, int64_t num, struct reach_set *s)
{
	struct adding a = { .set = s, .why = "released together", .err = TOCSIN_OK };
	enum tocsin_err err = released_with(read, num, REACH_MAX, add_num, &a);
	a.why = "sent together";
	if (err == TOCSIN_OK && a.err == TOCSIN_OK)
		err = together_each(read, num, REACH_MAX, add_num, &a);
	return err == TOCSIN_OK ? a.err : err;
}

enum tocsin_err reach_same(struct snapshot *read, int64_t num, struct reach_set *s)
{
	enum tocsin_err err = reach_set_add(s, num, "itself");
	for (size_t i = 0; err == TOCSIN_OK && i < s->n; i++)
		err = add_same(read, s->num[i], s);
	return err;
}

enum tocsin_err reach_gather(const struct desk *d, struct snapshot *read, int64_t num, struct reach_set *s)
{
	int64_t *nums = arena_alloc(s->arena, LOOKED_AT * sizeof *nums);
	enum tocsin_err err = nums == NULL ? fail(TOCSIN_BROKEN, "no memory for a retraction")
					   : reach_set_add(s, num, "itself");
	for (size_t i = 0; err == TOCSIN_OK && i < s->n; i++) {
		struct statement about;
		struct hash id;
		struct adding a = { .set = s, .why = "written about it", .err = TOCSIN_OK };
		struct of_draft o = { read, &a };
		err = add_same(read, s->num[i], s);
		if (err == TOCSIN_OK)
			err = derived_kind(read, s->num[i], DERIVED_DRAFT, LOOKED_AT, add_draft, &o);
		if (err == TOCSIN_OK)
			err = a.err;
		if (err == TOCSIN_OK)
			err = standing_head_id(read, s->num[i], &about, &id);
		if (err == TOCSIN_OK)
			err = add_updates(d, read, &id, &about, nums, s);
	}
	return err;
}

/* What is kept for ourselves alone reaches nobody; what somebody without a node was to be told does. */
static bool for_nobody(const struct desk *d, const struct statement *s)
{
	return strcmp(s->to.name, d->name) == 0 && strcmp(s->kind, "warning") != 0;
}

enum tocsin_err reach_write(const struct desk *d, struct snapshot *read, struct change *c, const struct reach_set *s,
	const char *reason, int64_t now)
{
	struct arena *a = arena_new(65536);
	enum tocsin_err err = a == NULL ? fail(TOCSIN_BROKEN, "no memory for a retraction") : TOCSIN_OK;
	for (size_t i = 0; err == TOCSIN_OK && i < s->n; i++) {
		struct statement about;
		struct reach_row known;
		arena_reset(a);
		err = standing_head(read, s->num[i], &about);
		if (err != TOCSIN_OK || for_nobody(d, &about))
			continue;
		struct reach_row row = { .retracted = s->num[0], .statement = s->num[i], .recipient = about.to.name,
			.why = s->why[i], .asked_at = now, .reason = reason };
		err = reach_of(read, s->num[i], a, &known);
		if (err == TOCSIN_OK && known.retraction > 0) {
			row.retraction = known.retraction;
			row.reason = "";
		}
		if (err == TOCSIN_MISSING)
			err = TOCSIN_OK;
		if (err == TOCSIN_OK)
			change_reach(c, &row);
	}
	arena_free(a);
	return err;
}

/* ---- issuing ---- */

struct scope_name {
	char unit[LIMIT_ACCOUNT + 1], compartment[LIMIT_ACCOUNT + 1];
	bool whole;
};
struct issuing {
	const struct desk *desk;
	struct snapshot *read;
	int64_t retracted, statement;
	const char *peer;
	struct scope_name scope[SCOPES_MAX];
	size_t scope_n;
};

static bool take_scope(void *arg, const struct share_row *row)
{
	struct issuing *g = arg;
	struct scope_name *s = &g->scope[g->scope_n++];
	snprintf(s->unit, sizeof s->unit, "%s", row->unit);
	snprintf(s->compartment, sizeof s->compartment, "%s", row->compartment);
	s->whole = row->whole;
	return g->scope_n < SCOPES_MAX;
}

/* With the retraction of one statement: its row is crossed off, and whoever sees the statement sees the retraction. */
static void with_retraction(void *arg, size_t i, struct change *c)
{
	struct issuing *g = arg;
	(void)i;
	change_reach_done(c, g->retracted, g->statement);
	for (size_t k = 0; k < g->scope_n; k++)
		/* A unit that is gone by now sees nothing any more; the others do. */
		if (strcmp(g->scope[k].unit, ACCESS_EVERY_UNIT) != 0 &&
			access_share(g->desk, g->read, c, 0, "retraction", g->peer, g->scope[k].unit, g->scope[k].compartment,
				g->scope[k].whole) == TOCSIN_BROKEN)
			return;
}

static json_t *words_of(struct bytes text)
{
	return json_stringn((const char *)text.p, text.n);
}

/* The fields of the retraction of C: the reason, and who is to be told it when that is somebody without a node. */
static json_t *fields_of(const struct content *c, const char *reason)
{
	static const char *const recipient[] = { "recipient.name", "recipient.contact" };
	json_t *o = json_object();
	json_object_set_new(o, "reason", words_of(bytes_str(reason)));
	for (size_t i = 0; i < sizeof recipient / sizeof *recipient; i++) {
		const struct body_line *l = standing_line(c, recipient[i]);
		if (l != NULL)
			json_object_set_new(o, recipient[i], json_from_value(l->value));
	}
	return o;
}

/* Crossed off by somebody else in the meantime, or given up until its recipient is a partner again. */
static enum tocsin_err settle(const struct desk *d, const struct reach_row *row, enum tocsin_err why)
{
	struct snapshot *read = NULL;
	struct reach_row known = { 0 };
	char sentence[400];
	snprintf(sentence, sizeof sentence, "%s", fail_sentence());
	struct arena *a = arena_new(65536);
	struct change *c = change_new();
	enum tocsin_err err = a == NULL || c == NULL ? fail(TOCSIN_BROKEN, "no memory for a retraction")
						     : snapshot_open(d->store, &read);
	if (err == TOCSIN_OK)
		err = reach_of(read, row->statement, a, &known);
	snapshot_close(read);
	if (err == TOCSIN_OK && known.retraction > 0)
		change_reach_known(c, row->statement, known.retraction);
	else if (err == TOCSIN_OK && why != TOCSIN_LATER)
		change_reach_stuck(c, row->retracted, row->statement);
	else if (err == TOCSIN_OK)
		err = fail(why, "%s", sentence);
	if (err == TOCSIN_OK) {
		err = store_commit(d->store, c, NULL, NULL);
		c = NULL;
	}
	change_free(c);
	arena_free(a);
	return err;
}

/* Issues the retraction that ROW asks for, unless somebody else does, or nobody can. */
static enum tocsin_err issue_one(const struct desk *d, const struct reach_row *row)
{
	struct issuing *g = calloc(1, sizeof *g);
	struct draft *draft = calloc(1, sizeof *draft);
	struct arena *a = arena_new(ISSUE_ARENA);
	struct statement_row about;
	struct content c;
	json_t *fields = NULL;
	struct issue_result result;
	enum tocsin_err err = g == NULL || draft == NULL || a == NULL ? fail(TOCSIN_BROKEN, "no memory for a retraction")
								      : TOCSIN_OK;
	if (err == TOCSIN_OK) {
		*g = (struct issuing) { .desk = d, .retracted = row->retracted, .statement = row->statement };
		err = snapshot_open(d->store, &g->read);
	}
	if (err == TOCSIN_OK)
		err = statement_by_num(g->read, row->statement, a, &about);
	if (err == TOCSIN_OK)
		err = standing_content(&about, true, a, &c);
	if (err == TOCSIN_OK)
		err = share_of(g->read, row->statement, SCOPES_MAX, take_scope, g);
	if (err == TOCSIN_OK) {
		fields = fields_of(&c, row->reason);
		err = draft_parse("retraction", fields, a, draft);
	}
	if (err == TOCSIN_OK) {
		g->peer = about.peer;
		struct issue_release release = { .to = about.peer, .field = draft->field, .field_n = draft->n, .urgency = 1 };
		err = broker_again(d, g->read, row->statement, a, &release.via);
		struct issue issue = { .kind = "retraction", .re = &about.id, .re_n = 1, .release = &release, .n = 1,
			.with = with_retraction, .arg = g };
		if (err == TOCSIN_OK)
			err = desk_issue(d, &issue, &result);
		/* What cannot be said to one must not keep the others from being told. */
		if (err == TOCSIN_LATER || err == TOCSIN_REFUSED || err == TOCSIN_BAD)
			err = settle(d, row, err);
	}
	if (g != NULL)
		snapshot_close(g->read);
	json_decref(fields);
	arena_free(a);
	free(draft);
	free(g);
	return err;
}

/* Rows that wait, in an arena. */
struct waiting {
	struct arena *arena;
	struct reach_row row[RESUME_MAX];
	size_t n;
	bool lost;
};

static bool take_row(void *arg, const struct reach_row *row)
{
	struct waiting *w = arg;
	struct reach_row *r = &w->row[w->n++];
	*r = *row;
	r->reason = arena_str(w->arena, bytes_str(row->reason));
	w->lost = r->reason == NULL;
	return !w->lost && w->n < RESUME_MAX;
}

/* Takes up to RESUME_MAX rows of RETRACTED (0: of any). */
static enum tocsin_err take_waiting(const struct desk *d, int64_t retracted, size_t max, struct waiting *w)
{
	struct snapshot *read;
	enum tocsin_err err = snapshot_open(d->store, &read);
	if (err != TOCSIN_OK)
		return err;
	max = max > RESUME_MAX ? RESUME_MAX : max;
	w->n = 0;
	arena_reset(w->arena);
	err = retracted == 0 ? reach_pending(read, max, take_row, w) : reach_open(read, retracted, max, take_row, w);
	snapshot_close(read);
	return err == TOCSIN_OK && w->lost ? fail(TOCSIN_BROKEN, "no memory for a retraction") : err;
}

static struct waiting *waiting_new(void)
{
	struct waiting *w = calloc(1, sizeof *w);
	if (w != NULL && (w->arena = arena_new(RESUME_MAX * (REACH_REASON + 64))) == NULL) {
		free(w);
		w = NULL;
	}
	if (w == NULL)
		(void)fail(TOCSIN_BROKEN, "no memory for a retraction");
	return w;
}

static void waiting_free(struct waiting *w)
{
	if (w != NULL)
		arena_free(w->arena);
	free(w);
}

enum tocsin_err reach_resume(const struct desk *d, size_t max, size_t *done)
{
	struct waiting *w = waiting_new();
	*done = 0;
	enum tocsin_err err = w == NULL ? TOCSIN_BROKEN : take_waiting(d, 0, max, w);
	for (size_t i = 0; err == TOCSIN_OK && i < w->n; i++) {
		err = issue_one(d, &w->row[i]);
		*done += err == TOCSIN_OK;
	}
	waiting_free(w);
	return err;
}

/* ---- retracting ---- */

/* Only its maker may, and only some kinds: said before anything is written down. */
static enum tocsin_err check(const struct desk *d, struct snapshot *read, const struct statement_row *row, const char *reason)
{
	struct statement about, s = { .realm = d->realm, .kind = "retraction", .lines = 16, .re_n = 1 };
	struct party self;
	bool dangling;
	const struct peer *own = directory_self(d->directory);
	if (own == NULL)
		return fail(TOCSIN_BROKEN, "this node has no card of its own");
	card_party(own->card, &self);
	peer_release(own);
	enum tocsin_err err = standing_text(row->note, &about);
	if (err != TOCSIN_OK)
		return err;
	bool once = unnamed_ours(d, &about) && strcmp(about.from.name, d->name) != 0;
	s.from = once ? about.from : self;
	s.to = strcmp(row->peer, about.to.name) == 0 ? about.to : about.from;
	s.re[0] = row->id;
	err = desk_rule(read, &s, &dangling);
	const struct body_field why = { "reason", bytes_str(reason), true };
	if (err == TOCSIN_OK && once)
		err = unnamed_rule(d, &why, 1, NULL, 0);
	if (err == TOCSIN_OK && for_nobody(d, &about))
		err = fail(TOCSIN_REFUSED, "a %s that one keeps for oneself went to nobody; there is nobody to tell", row->kind);
	return err;
}

static enum tocsin_err add_rows(const struct desk *d, const struct view *v, struct snapshot *read, struct change *c,
	const struct statement_row *row, const char *reason)
{
	struct reach_set set;
	char hex[2 * SHA256_SIZE + 1];
	hex_encode(row->id.b, SHA256_SIZE, hex);
	enum tocsin_err err = reach_set_open(&set);
	if (err == TOCSIN_OK)
		err = reach_gather(d, read, row->num, &set);
	if (err == TOCSIN_OK) {
		change_reach_again(c, row->num, reason);
		err = reach_write(d, read, c, &set, reason, clock_now());
	}
	if (err == TOCSIN_OK)
		audit_add(c, v, "retract", hex, "");
	reach_set_free(&set);
	return err;
}

enum tocsin_err reach_begin(const struct desk *d, const struct view *v, struct snapshot *read, struct change *c,
	const struct statement_row *row, const char *reason)
{
	enum tocsin_err err = check(d, read, row, reason);
	return err == TOCSIN_OK ? add_rows(d, v, read, c, row, reason) : err;
}

static enum tocsin_err write_down(const struct desk *d, const struct view *v, struct snapshot *read,
	const struct statement_row *row, const char *reason)
{
	struct change *c = change_new();
	enum tocsin_err err = c == NULL ? fail(TOCSIN_BROKEN, "no memory for a retraction") : add_rows(d, v, read, c, row, reason);
	if (err == TOCSIN_OK) {
		err = store_commit(d->store, c, NULL, NULL);
		c = NULL;
	}
	change_free(c);
	return err;
}

/* Those that were issued since the statement BEFORE, by this call or by whoever went on with it at the same time. */
struct results {
	struct snapshot *read;
	const struct view *view;
	int64_t before;
	json_t *list;
	enum tocsin_err err;
};

static bool add_result(void *arg, const struct reach_row *row)
{
	struct results *r = arg;
	struct statement s, by;
	struct hash id, by_id;
	bool whole;
	if (row->retraction <= r->before)
		return true;
	r->err = access_sees(r->read, r->view, row->statement, "", &whole);
	if (r->err == TOCSIN_MISSING) {
		r->err = TOCSIN_OK;
		return true;
	}
	if (r->err == TOCSIN_OK)
		r->err = standing_head_id(r->read, row->statement, &s, &id);
	if (r->err == TOCSIN_OK)
		r->err = standing_head_id(r->read, row->retraction, &by, &by_id);
	if (r->err != TOCSIN_OK)
		return false;
	json_t *o = json_pack("{s:o, s:s, s:o}", "id", standing_hash(&by_id), "to", by.to.name, "statement", standing_hash(&id));
	if (json_array_append_new(r->list, o) != 0)
		r->err = fail(TOCSIN_BROKEN, "no memory for a retraction");
	return r->err == TOCSIN_OK;
}

static enum tocsin_err results_of(const struct desk *d, const struct view *v, int64_t retracted, int64_t before, json_t *list)
{
	struct results r = { .view = v, .before = before, .list = list, .err = TOCSIN_OK };
	enum tocsin_err err = snapshot_open(d->store, &r.read);
	if (err == TOCSIN_OK)
		err = reach_each(r.read, retracted, 0, REACH_MAX, add_result, &r);
	snapshot_close(r.read);
	return err == TOCSIN_OK ? r.err : err;
}

enum tocsin_err reach_retract(const struct desk *d, const struct view *v, const struct statement_row *row,
	const char *reason, json_t **out)
{
	struct snapshot *read = NULL;
	json_t *list = json_array();
	int64_t before = 0;
	struct waiting *w = waiting_new();
	if (reason[0] == 0 || strlen(reason) > REACH_REASON || !text_is_clean(bytes_str(reason))) {
		waiting_free(w);
		json_decref(list);
		return fail(TOCSIN_BAD, "a reason has 1 to %d bytes and no control characters", REACH_REASON);
	}
	enum tocsin_err err = w == NULL || list == NULL ? TOCSIN_BROKEN : snapshot_open(d->store, &read);
	if (err == TOCSIN_OK)
		err = check(d, read, row, reason);
	if (err == TOCSIN_OK && policy_flag(d, "retract.two-people") && !v->everything)
		err = rule_refuse("retract.two-people", "%s cannot retract %s alone", v->account, row->kind);
	if (err == TOCSIN_OK)
		err = statement_last(read, &before);
	if (err == TOCSIN_OK)
		err = write_down(d, v, read, row, reason);
	snapshot_close(read);
	while (err == TOCSIN_OK && (err = take_waiting(d, row->num, RESUME_MAX, w)) == TOCSIN_OK && w->n > 0)
		for (size_t i = 0; err == TOCSIN_OK && i < w->n; i++)
			err = issue_one(d, &w->row[i]);
	if (err == TOCSIN_OK)
		err = results_of(d, v, row->num, before, list);
	waiting_free(w);
	if (err != TOCSIN_OK) {
		json_decref(list);
		return err;
	}
	*out = json_pack("{s:o, s:o}", "retracted", standing_hash(&row->id), "results", list);
	return *out == NULL ? fail(TOCSIN_BROKEN, "no memory for a retraction") : TOCSIN_OK;
}
