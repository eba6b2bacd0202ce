/*
 * release_go: from a decision to statements, and to the records of who decided.
 */
#include <stdlib.h>

#include "desk/clocks.h"
#include "desk/contact.h"
#include "desk/policy.h"
#include "desk/release_plan.h"

#define TOGETHER 256                            /* recipients in one call of desk_issue */
#define DETAIL_MAX (16u << 20)

static enum tocsin_err no_room(void)
{
	return fail(TOCSIN_BROKEN, "no memory for a release");
}

/* ---- what was decided ---- */

struct decision {
	bool found, alone;
	int64_t version, proposed_version;
	struct hash digest;
	char account[LIMIT_ACCOUNT + 1], function[LIMIT_FUNCTION + 1];
	char proposed_by[LIMIT_ACCOUNT + 1], proposed_function[LIMIT_FUNCTION + 1];
	struct buf detail;
};

static bool take_decision(void *arg, const struct approval_row *row)
{
	struct decision *k = arg;
	if (strcmp(row->what, "proposed") == 0) {
		snprintf(k->proposed_by, sizeof k->proposed_by, "%s", row->account);
		snprintf(k->proposed_function, sizeof k->proposed_function, "%s", row->function);
		k->proposed_version = row->version;
	}
	if (strncmp(row->what, "released", 8) != 0)
		return true;
	k->found = true;
	k->alone = strcmp(row->what, "released-alone") == 0;
	k->version = row->version;
	k->digest = row->digest;
	snprintf(k->account, sizeof k->account, "%s", row->account);
	snprintf(k->function, sizeof k->function, "%s", row->function);
	buf_clear(&k->detail);
	buf_add_bytes(&k->detail, row->detail);
	return true;
}

struct going {
	const struct desk *desk;
	struct snapshot *read;
	struct arena *arena, *scratch, *check;
	struct draft_row row;
	struct plan plan;
	struct decision decision;
	json_t *detail;
	const char **confirmed;
	size_t confirmed_n;
	bool *done;                             /* which recipients of the detail have theirs */
	size_t n, gone;
	int64_t now;
	/* of the call of desk_issue that is being made */
	struct issue_release release[TOGETHER];
	size_t which[TOGETHER], together;
};

/* ---- one recipient ---- */

static bool has_word(const json_t *list, const char *word)
{
	for (size_t i = 0; i < json_array_size(list); i++) {
		const char *s = json_string_value(json_array_get(list, i));
		if (s != NULL && strcmp(s, word) == 0)
			return true;
	}
	return false;
}

/* The lines as they were decided, even when profiles have changed since: all closed, and those of OPEN opened. */
static enum tocsin_err as_decided(const struct going *g, struct handling_ask *ask, const json_t *open, struct handling *h)
{
	size_t n = 0;
	const char **names = arena_alloc(g->scratch, (ask->field_n + 1) * sizeof *names);
	if (names == NULL)
		return no_room();
	for (size_t i = 0; i < ask->field_n; i++)
		names[i] = ask->field[i].name;
	ask->open_n = 0;
	ask->close = names;
	ask->close_n = ask->field_n;
	enum tocsin_err err = handling_propose(ask, h);
	for (size_t i = 0; err == TOCSIN_OK && i < h->n; i++) {
		struct handling_line *l = &h->line[i];
		if (!has_word(open, l->name))
			continue;
		l->open = true;
		l->why = HANDLING_AUTHOR_OPENED;
		if (strcmp(l->name, "handling.tlp") == 0 || strcmp(l->name, "handling.caveat") == 0)
			continue;
		h->marking = n++ == 0 && h->marking.tlp == TLP_UNMARKED ? l->marking : marking_merge(h->marking, l->marking);
	}
	return err;
}

static struct plan_recipient *recipient_of(struct plan *p, const char *word)
{
	for (size_t i = 0; word != NULL && i < p->recipient_n; i++)
		if (strcmp(p->recipient[i].word, word) == 0)
			return &p->recipient[i];
	return NULL;
}

static enum tocsin_err make_release(struct going *g, const json_t *one, struct issue_release *out)
{
	struct handling_ask ask;
	const char *word = json_string_value(json_object_get(one, "to"));
	struct plan_recipient *r = recipient_of(&g->plan, word);
	struct handling *h = arena_alloc(g->scratch, sizeof *h);
	struct body_field *field = arena_alloc(g->scratch, HANDLING_FIELDS * sizeof *field);
	size_t n;
	if (r == NULL)
		return fail(TOCSIN_BROKEN, "%.200s is not in the draft any more", word == NULL ? "somebody" : word);
	if (h == NULL || field == NULL)
		return no_room();
	plan_ask(&g->plan, r, &ask);
	enum tocsin_err err = as_decided(g, &ask, json_object_get(one, "open"), h);
	if (err == TOCSIN_OK)
		err = handling_fields(&ask, h, g->scratch, field, &n);
	if (err != TOCSIN_OK)
		return err;
	*out = (struct issue_release) { .to = r->to, .via = r->via, .unnamed = r->unnamed, .field = field, .field_n = n, .file = g->plan.files->file,
		.file_n = g->plan.files->n, .urgency = g->plan.c.urgency };
	return r->contact ? contact_release(g->desk, g->read, r->word, g->scratch, out) : TOCSIN_OK;
}

static enum tocsin_err last_look(void *arg, size_t i, struct bytes note, struct bytes body)
{
	struct going *g = arg;
	const struct issue_release *r = &g->release[i];
	arena_reset(g->check);
	return leak_in_plaintext(g->plan.c.kind, r->field, r->field_n, g->confirmed, g->confirmed_n, note, body, g->check);
}

static void with_statement(void *arg, size_t i, struct change *c)
{
	struct going *g = arg;
	const char *word = json_string_value(json_object_get(json_array_get(json_object_get(g->detail, "recipients"), g->which[i]), "to"));
	const struct plan_recipient *r = recipient_of(&g->plan, word);
	change_released(c, g->row.num, word);
	plan_count(&g->plan, r, c, g->now);
}

/* ---- all recipients ---- */

/* The next ones that refer to the same. */
static enum tocsin_err gather(struct going *g, const json_t *all)
{
	const json_t *re = NULL;
	enum tocsin_err err = TOCSIN_OK;
	arena_reset(g->scratch);
	g->together = 0;
	for (size_t i = 0; err == TOCSIN_OK && i < g->n && g->together < TOGETHER; i++) {
		const json_t *one = json_array_get(all, i), *its = json_object_get(one, "re");
		if (g->done[i] || (re != NULL && !json_equal((json_t *)(uintptr_t)re, (json_t *)(uintptr_t)its)))
			continue;
		re = its;
		err = make_release(g, one, &g->release[g->together]);
		g->which[g->together++] = i;
	}
	return err;
}

static enum tocsin_err issue_next(struct going *g, const json_t *all)
{
	struct hash re[LIMIT_REFS];
	struct issue_result *results = calloc(TOGETHER, sizeof *results);
	enum tocsin_err err = results == NULL ? no_room() : gather(g, all);
	const json_t *ids = json_object_get(json_array_get(all, g->which[0]), "re");
	size_t n = json_array_size(ids);
	for (size_t i = 0; err == TOCSIN_OK && i < n; i++)
		if (n > LIMIT_REFS || !hex_decode(bytes_str(json_string_value(json_array_get(ids, i))), re[i].b, SHA256_SIZE))
			err = fail(TOCSIN_BROKEN, "a stored decision is damaged");
	const struct issue issue = { .kind = g->plan.c.kind, .re = re, .re_n = n, .release = g->release, .n = g->together,
		.with = with_statement, .check = last_look, .arg = g };
	if (err == TOCSIN_OK)
		err = desk_issue(g->desk, &issue, results);
	for (size_t i = 0; err == TOCSIN_OK && i < g->together; i++) {
		g->done[g->which[i]] = true;
		g->gone++;
	}
	free(results);
	return err;
}

static bool see_gone(void *arg, const char *recipient, int64_t statement)
{
	struct going *g = arg;
	const json_t *all = json_object_get(g->detail, "recipients");
	(void)statement;
	for (size_t i = 0; i < g->n; i++)
		if (!g->done[i] && strcmp(json_string_value(json_object_get(json_array_get(all, i), "to")), recipient) == 0) {
			g->done[i] = true;
			g->gone++;
		}
	return true;
}

static enum tocsin_err take_detail(struct going *g)
{
	enum tocsin_err err = json_parse(buf_bytes(&g->decision.detail), DETAIL_MAX, "a stored decision", &g->detail);
	const json_t *all = json_object_get(g->detail, "recipients"), *lines = json_object_get(g->detail, "confirmed");
	g->n = json_array_size(all);
	for (size_t i = 0; err == TOCSIN_OK && i < g->n; i++)
		if (!json_is_string(json_object_get(json_array_get(all, i), "to")))
			err = fail(TOCSIN_BROKEN, "a stored decision is damaged");
	g->done = arena_zalloc(g->arena, g->n + 1);
	g->confirmed = arena_alloc(g->arena, (json_array_size(lines) + 1) * sizeof *g->confirmed);
	if (err == TOCSIN_OK && (g->done == NULL || g->confirmed == NULL))
		err = no_room();
	for (size_t i = 0; err == TOCSIN_OK && i < json_array_size(lines); i++) {
		const char *line = json_string_value(json_array_get(lines, i));
		if (line != NULL)
			g->confirmed[g->confirmed_n++] = line;
	}
	return err == TOCSIN_OK ? released_each(g->read, g->row.num, see_gone, g) : err;
}

/* ---- records ---- */

struct recording {
	const struct desk *desk;
	struct snapshot *read;
	const struct draft_row *row;
	void (*last)(void *arg, struct change *c);
	void *arg;
	enum tocsin_err err;
};

static void with_record(void *arg, size_t i, struct change *c)
{
	struct recording *r = arg;
	(void)i;
	enum tocsin_err err = access_share(r->desk, r->read, c, 0, "record", r->desk->name, r->row->unit, r->row->compartment,
		true);
	if (r->err == TOCSIN_OK)
		r->err = err;
	if (r->last != NULL)
		r->last(r->arg, c);
}

static void put(json_t *o, const char *name, const char *text)
{
	if (text != NULL && text[0] != 0)
		json_object_set_new(o, name, json_string(text));
}

enum tocsin_err release_record(const struct desk *d, struct snapshot *read, const struct draft_row *row,
	const struct hash *digest, const struct release_who *who, const struct hash *re, size_t n,
	void (*last)(void *arg, struct change *c), void *arg)
{
	char hex[2 * SHA256_SIZE + 1];
	struct arena *a = arena_new(8u << 20);
	struct draft *draft = a == NULL ? NULL : arena_alloc(a, sizeof *draft);
	json_t *o = json_pack("{s:s, s:s}", "record.type", "release", "text", who->text);
	hex_encode(digest->b, SHA256_SIZE, hex);
	put(o, "approval.written-by", who->written_by);
	put(o, "approval.proposed-by", who->proposed_by);
	put(o, "approval.released-by", who->released_by);
	put(o, "approval.functions", who->functions);
	put(o, "approval.draft-sha256", hex);
	enum tocsin_err err = draft == NULL || o == NULL ? no_room() : draft_parse("record", o, a, draft);
	json_decref(o);
	for (size_t first = 0; err == TOCSIN_OK && (first < n || first == 0); first += LIMIT_REFS) {
		size_t some = n - first < LIMIT_REFS ? n - first : LIMIT_REFS;
		bool is_last = first + some >= n;
		struct recording r = { d, read, row, is_last ? last : NULL, arg, TOCSIN_OK };
		struct issue_result result;
		const struct issue_release release = { .to = d->name, .field = draft->field, .field_n = draft->n, .urgency = 2 };
		const struct issue issue = { .kind = "record", .re = re + first, .re_n = some, .release = &release, .n = 1,
			.with = with_record, .arg = &r };
		err = desk_issue(d, &issue, &result);
		if (err == TOCSIN_OK)
			err = r.err;
	}
	arena_free(a);
	return err;
}

struct collecting {
	struct snapshot *read;
	struct arena *scratch;
	struct hash *ids;
	size_t n, room;
	enum tocsin_err err;
};

static bool collect(void *arg, const char *recipient, int64_t statement)
{
	struct collecting *k = arg;
	struct statement_row row;
	(void)recipient;
	arena_reset(k->scratch);
	k->err = k->n == k->room ? fail(TOCSIN_BROKEN, "a draft was released to too many")
				 : statement_by_num(k->read, statement, k->scratch, &row);
	if (k->err == TOCSIN_OK)
		k->ids[k->n++] = row.id;
	return k->err == TOCSIN_OK;
}

static int by_hash(const void *a, const void *b)
{
	return memcmp(a, b, sizeof(struct hash));
}

enum tocsin_err release_ids(struct snapshot *read, const struct draft_row *row, struct arena *a, struct arena *scratch,
	struct hash **ids, size_t *n)
{
	struct collecting k = { read, scratch, arena_alloc(a, PLAN_RECIPIENTS * sizeof(struct hash)), 0, PLAN_RECIPIENTS,
		TOCSIN_OK };
	enum tocsin_err err = k.ids == NULL ? no_room() : released_each(read, row->num, collect, &k);
	if (k.n > 1)
		qsort(k.ids, k.n, sizeof *k.ids, by_hash);
	*ids = k.ids;
	*n = k.n;
	return err == TOCSIN_OK ? k.err : err;
}

struct writers {
	struct buf names;
};

static bool add_writer(void *arg, const struct draft_version_row *row)
{
	struct writers *w = arg;
	size_t n = strlen(row->account);
	/* Names have no commas. */
	for (size_t i = 0; i + n <= w->names.n; i++)
		if (memcmp(w->names.p + i, row->account, n) == 0 && (i == 0 || w->names.p[i - 1] == ' ') &&
			(i + n == w->names.n || w->names.p[i + n] == ','))
			return true;
	buf_printf(&w->names, "%s%s", w->names.n == 0 ? "" : ", ", row->account);
	return true;
}

/* In the change of the last record. */
static void released(void *arg, struct change *c)
{
	struct going *g = arg;
	change_draft_state(c, "somebody else has gone on with this release", g->row.num, "releasing", g->row.version,
		"released", g->now);
	clocks_end(c, CLOCK_DUTY, 0, g->row.num, "met", g->now);
	if (!g->decision.alone)
		return;
	char policy[64];
	static const char *const urgencies[] = { "imminent", "urgent", "routine" };
	snprintf(policy, sizeof policy, "clock.review.%s", urgencies[g->plan.c.urgency]);
	int64_t due = g->now + policy_int(g->desk, policy);
	change_draft_review_by(c, g->row.num, due);
	clocks_start(g->desk, c, &(struct clock_start) { .kind = CLOCK_REVIEW, .draft = g->row.num, .unit = g->row.unit,
		.compartment = g->row.compartment, .urgency = g->plan.c.urgency, .due_at = due, .now = g->now });
}

static enum tocsin_err record_all(struct going *g)
{
	struct writers w;
	struct buf functions, text;
	struct hash *ids;
	size_t n;
	struct snapshot *read = NULL;
	const struct decision *k = &g->decision;
	buf_init(&w.names, LIMIT_LINE / 2);
	buf_init(&functions, LIMIT_LINE / 2);
	buf_init(&text, LIMIT_LINE / 2);
	/* What was issued is to be seen. */
	enum tocsin_err err = snapshot_open(g->desk->store, &read);
	if (err == TOCSIN_OK)
		err = draft_version_each(read, g->row.num, add_writer, &w);
	if (err == TOCSIN_OK)
		err = release_ids(read, &g->row, g->arena, g->scratch, &ids, &n);
	if (err == TOCSIN_OK) {
		buf_add_char(&w.names, 0);
		if (k->proposed_function[0] != 0)
			buf_printf(&functions, "proposed by %s, ", k->proposed_function);
		buf_printf(&functions, "released by %s", k->function);
		buf_add_char(&functions, 0);
		buf_printf(&text, "A %s was released to %zu recipients%s.", g->row.kind, g->n, k->alone
			? " by one person, because it was imminent; a second person reviews it" : "");
		if (k->alone && g->plan.duty.result[0] == 0 && strcmp(g->row.kind, "warning") == 0)
			buf_add_str(&text, " Whether there was a duty to warn is still to be written.");
		buf_add_char(&text, 0);
		if (w.names.failed || functions.failed || text.failed)
			err = no_room();
	}
	if (err == TOCSIN_OK) {
		const struct release_who who = { (const char *)w.names.p, k->proposed_by, k->account, (const char *)functions.p,
			(const char *)text.p };
		err = release_record(g->desk, read, &g->row, &k->digest, &who, ids, n, released, g);
	}
	snapshot_close(read);
	buf_free(&w.names);
	buf_free(&functions);
	buf_free(&text);
	return err;
}

/* ---- going ---- */

/* It cannot leave as it is, and nothing of it has: whoever asked is told why, and it waits as before. */
static enum tocsin_err back(struct going *g, enum tocsin_err why)
{
	char sentence[512];
	snprintf(sentence, sizeof sentence, "%s", fail_sentence());
	struct change *c = change_new();
	if (c == NULL)
		return no_room();
	const char *state = g->decision.proposed_by[0] != 0 ? "proposed" : "draft";
	change_draft_state(c, "somebody else has gone on with this release", g->row.num, "releasing", g->row.version, state, g->now);
	if (strcmp(state, "proposed") == 0)
		clocks_start(g->desk, c, &(struct clock_start) { .kind = CLOCK_RELEASE, .draft = g->row.num, .unit = g->row.unit,
			.compartment = g->row.compartment, .urgency = g->plan.c.urgency, .now = g->now });
	struct view by = { .roles = 0 };
	memcpy(by.account, g->decision.account, sizeof by.account);
	memcpy(by.function, g->decision.function, sizeof by.function);
	drafts_decide(c, &g->row, &by, "failed", sentence, bytes_of(NULL, 0), g->now);
	enum tocsin_err err = store_commit(g->desk->store, c, NULL, NULL);
	return err == TOCSIN_OK ? fail(why, "%s", sentence) : err;
}

static enum tocsin_err go(struct going *g, int64_t num)
{
	enum tocsin_err err = snapshot_open(g->desk->store, &g->read);
	if (err == TOCSIN_OK)
		err = draft_by_num(g->read, num, g->arena, &g->row);
	if (err != TOCSIN_OK || strcmp(g->row.state, "releasing") != 0)
		return err;
	err = approval_each(g->read, num, take_decision, &g->decision);
	if (err == TOCSIN_OK && (!g->decision.found || g->decision.version != g->row.version))
		err = fail(TOCSIN_BROKEN, "draft %s is being released, and nobody decided that", g->row.id);
	if (g->decision.proposed_version != g->row.version)
		g->decision.proposed_by[0] = g->decision.proposed_function[0] = 0;
	if (err == TOCSIN_OK)
		err = take_detail(g);
	if (err != TOCSIN_OK)
		return err;
	const json_t *all = json_object_get(g->detail, "recipients");
	err = plan_make(g->desk, g->read, &g->row, NULL, all, g->arena, g->scratch, &g->plan);
	while (err == TOCSIN_OK && g->gone < g->n)
		err = issue_next(g, all);
	if ((err == TOCSIN_BAD || err == TOCSIN_REFUSED) && g->gone == 0)
		return back(g, err);
	return err == TOCSIN_OK ? record_all(g) : err;
}

enum tocsin_err release_go(const struct desk *d, int64_t num)
{
	struct going *g = calloc(1, sizeof *g);
	if (g == NULL)
		return no_room();
	*g = (struct going) { .desk = d, .arena = arena_new(PLAN_ARENA), .scratch = arena_new(PLAN_ARENA),
		.check = arena_new(PLAN_SCRATCH), .now = clock_now() };
	buf_init(&g->decision.detail, DETAIL_MAX);
	enum tocsin_err err = g->arena == NULL || g->scratch == NULL || g->check == NULL ? no_room() : go(g, num);
	snapshot_close(g->read);
	json_decref(g->detail);
	buf_free(&g->decision.detail);
	arena_free(g->arena);
	arena_free(g->scratch);
	arena_free(g->check);
	free(g);
	return err;
}

struct begun {
	int64_t num[256];
	size_t n;
};

static bool add_begun(void *arg, const struct draft_row *row)
{
	struct begun *b = arg;
	b->num[b->n++] = row->num;
	return b->n < sizeof b->num / sizeof *b->num;
}

enum tocsin_err release_resume(const struct desk *d)
{
	struct begun b = { .n = 0 };
	struct snapshot *read = NULL;
	enum tocsin_err err = snapshot_open(d->store, &read);
	if (err == TOCSIN_OK)
		err = draft_releasing(read, add_begun, &b);
	snapshot_close(read);
	enum tocsin_err first = err;
	for (size_t i = 0; err == TOCSIN_OK && i < b.n; i++) {
		enum tocsin_err one = release_go(d, b.num[i]);
		if (first == TOCSIN_OK)
			first = one;
	}
	return first;
}
