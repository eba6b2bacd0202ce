#include "desk/drafts.h"

#include <stdlib.h>

#include "base/random.h"
#include "base/sha256.h"
#include "desk/clocks.h"
#include "desk/door_answer.h"
#include "desk/files.h"
#include "desk/policy.h"
#include "desk/reach.h"
#include "desk/rules.h"
#include "store/rows_access.h"
#include "store/rows_file.h"

#define ARENA (32u << 20)
#define ROW_ARENA (16u << 20)                   /* one statement with its content */

/* ---- sight ---- */

enum tocsin_err drafts_find(struct snapshot *read, const struct view *v, const char *id, struct arena *a,
	struct draft_row *out)
{
	bool is;
	const char *unit = "-", *compartment = "-";
	enum tocsin_err err = draft_place(read, id, a, &unit, &compartment);
	bool there = err == TOCSIN_OK;
	if (err != TOCSIN_OK && err != TOCSIN_MISSING)
		return err;
	/* What it says is read only when it may be seen. */
	err = access_belongs(read, v, unit, compartment, &is);
	if (err == TOCSIN_OK && (!is || !there))
		return fail(TOCSIN_MISSING, "there is no draft %.40s here", id);
	return err == TOCSIN_OK ? draft_get(read, id, a, out) : err;
}

/* ---- what is written ---- */

/* Copies O with whole ids in re, which V must see; HASHES gets them. */
static enum tocsin_err whole_ids(struct snapshot *read, const struct view *v, const struct composition *c, json_t *o,
	struct hash *hashes)
{
	json_t *list = json_array();
	struct arena *a = arena_new(ROW_ARENA);
	enum tocsin_err err = list == NULL || a == NULL ? fail(TOCSIN_BROKEN, "no memory for a draft") : TOCSIN_OK;
	for (size_t i = 0; err == TOCSIN_OK && i < c->re_n; i++) {
		struct statement_row row;
		char hex[2 * SHA256_SIZE + 1];
		arena_reset(a);
		err = access_statement(read, v, c->re[i], a, &row, NULL);
		if (err != TOCSIN_OK)
			break;
		hashes[i] = row.id;
		hex_encode(row.id.b, SHA256_SIZE, hex);
		json_array_append_new(list, json_string(hex));
		for (size_t k = 0; err == TOCSIN_OK && k < i; k++)
			if (hash_equal(&hashes[k], &hashes[i]))
				err = fail(TOCSIN_BAD, "re names %.16s twice", hex);
	}
	if (err == TOCSIN_OK && c->re_n > 0)
		json_object_set(o, "re", list);
	json_decref(list);
	arena_free(a);
	return err;
}

static bool has_scope(const struct view *v, int64_t scope)
{
	for (size_t i = 0; i < v->scope_n; i++)
		if (v->scope[i] == scope)
			return true;
	return v->everything;
}

/* Where a new draft belongs: LIMIT_ACCOUNT + 1 bytes each. What is about something in a compartment stays in it. */
static enum tocsin_err place(const struct desk *d, struct snapshot *read, const struct view *v,
	const struct composition *c, const struct hash *re, char *unit, char *compartment)
{
	int64_t scope;
	enum tocsin_err err = access_compartment(read, v, re, c->re_n, compartment);
	if (err != TOCSIN_OK)
		return err;
	if (strlen(c->unit) > LIMIT_ACCOUNT || strlen(c->compartment) > LIMIT_ACCOUNT || strcmp(c->unit, ACCESS_EVERY_UNIT) == 0)
		return fail(TOCSIN_BAD, "unit and compartment are names of at most %d bytes", LIMIT_ACCOUNT);
	if (c->compartment[0] != 0 && compartment[0] != 0 && strcmp(c->compartment, compartment) != 0)
		return rule_refuse("access.one-compartment", "what it is about is in %s, and it would be in %s", compartment,
			c->compartment);
	if (c->compartment[0] != 0)
		snprintf(compartment, LIMIT_ACCOUNT + 1, "%s", c->compartment);
	if (c->unit[0] != 0)
		snprintf(unit, LIMIT_ACCOUNT + 1, "%s", c->unit);
	else if (v->unit[0] != 0)
		snprintf(unit, LIMIT_ACCOUNT + 1, "%s", v->unit);
	else
		policy_text(d, "unit.intake", unit, LIMIT_ACCOUNT + 1);
	err = scope_find(read, unit, compartment, &scope);
	if (err == TOCSIN_OK && !v->everything && (scope == 0 || !has_scope(v, scope)))
		return compartment[0] == 0 ? fail(TOCSIN_MISSING, "there is no unit %s that is yours", unit)
					   : fail(TOCSIN_MISSING, "there is no compartment %s that is yours", compartment);
	return err;
}

/* An answer about a person leaves at a time that tells nothing, which a draft's release would not (desk/door_answer.h). */
static enum tocsin_err not_at_its_time(struct snapshot *read, const struct composition *c, const struct hash *re)
{
	enum tocsin_err err = TOCSIN_OK;
	bool takes = false;
	for (size_t i = 0; strcmp(c->kind, "answer") == 0 && err == TOCSIN_OK && !takes && i < c->re_n; i++) {
		int64_t num;
		err = statement_num(read, &re[i], &num);
		if (err == TOCSIN_OK)
			err = door_answer_takes(read, num, &takes);
		err = err == TOCSIN_MISSING ? TOCSIN_OK : err;
	}
	return err == TOCSIN_OK && takes
		? fail(TOCSIN_REFUSED, "an answer about a person leaves at its time, and is given without a draft: tocsin answer") : err;
}

/* GIVEN, checked, as it is kept. OF: the draft that it is a version of; NULL: of none yet. RE: room for LIMIT_REFS. */
static enum tocsin_err read_given(const struct desk *d, struct snapshot *read, const struct view *v, const json_t *given,
	const struct draft_row *of, struct arena *a, struct buf *content, struct composition *c,
	struct hash *re, char *unit, char *compartment)
{
	struct buf raw;
	json_t *o = json_deep_copy(given);
	buf_init(&raw, COMPOSITION_BYTES);
	json_write(&raw, given);
	enum tocsin_err err = o == NULL ? fail(TOCSIN_BROKEN, "no memory for a draft")
		: raw.failed ? fail(TOCSIN_BAD, "a draft has at most %u bytes", COMPOSITION_BYTES)
			     : composition_read(buf_bytes(&raw), clock_now(), a, c);
	if (err == TOCSIN_OK)
		err = whole_ids(read, v, c, o, re);
	if (err == TOCSIN_OK)
		err = not_at_its_time(read, c, re);
	if (err == TOCSIN_OK && of == NULL)
		err = place(d, read, v, c, re, unit, compartment);
	if (err == TOCSIN_OK && of != NULL && strcmp(c->kind, of->kind) != 0)
		err = fail(TOCSIN_BAD, "this is a draft of a %s: write another one for a %s", of->kind, c->kind);
	if (err == TOCSIN_OK && of != NULL && ((c->unit[0] != 0 && strcmp(c->unit, of->unit) != 0) ||
		(c->compartment[0] != 0 && strcmp(c->compartment, of->compartment) != 0)))
		err = fail(TOCSIN_BAD, "a draft stays in its unit and its compartment");
	if (err == TOCSIN_OK) {
		json_write(content, o);
		if (content->failed)
			err = fail(TOCSIN_BAD, "a draft has at most %u bytes", COMPOSITION_BYTES);
	}
	buf_free(&raw);
	json_decref(o);
	return err;
}

/* When one of what draft ID is about is withdrawn, its author is told. */
static enum tocsin_err rests_on(const struct desk *d, const struct view *v, const char *id, const struct hash *re, size_t n)
{
	struct draft_row row;
	struct snapshot *read = NULL;
	struct arena *a = arena_new(ARENA);
	struct change *c = change_new();
	enum tocsin_err err = a == NULL || c == NULL ? fail(TOCSIN_BROKEN, "no memory for a draft")
						     : snapshot_open(d->store, &read);
	if (err == TOCSIN_OK)
		err = drafts_find(read, v, id, a, &row);
	if (err == TOCSIN_OK)
		err = reach_draft(read, c, row.num, row.author, re, n, clock_now());
	snapshot_close(read);
	if (err == TOCSIN_OK)
		err = store_commit(d->store, c, NULL, NULL);
	else
		change_free(c);
	arena_free(a);
	return err;
}

enum tocsin_err drafts_add(const struct desk *d, const struct view *v, const json_t *given, char id[DRAFT_ID + 1])
{
	char unit[LIMIT_ACCOUNT + 1] = "", compartment[LIMIT_ACCOUNT + 1] = "";
	uint8_t bytes[DRAFT_ID / 2];
	struct composition c;
	struct hash re[LIMIT_REFS];
	struct snapshot *read = NULL;
	struct buf content;
	struct arena *a = arena_new(ARENA);
	buf_init(&content, COMPOSITION_BYTES);
	enum tocsin_err err = a == NULL ? fail(TOCSIN_BROKEN, "no memory for a draft") : access_may(v, RIGHT_DRAFT);
	if (err == TOCSIN_OK)
		err = snapshot_open(d->store, &read);
	if (err == TOCSIN_OK)
		err = read_given(d, read, v, given, NULL, a, &content, &c, re, unit, compartment);
	snapshot_close(read);
	struct change *change = err == TOCSIN_OK ? change_new() : NULL;
	if (err == TOCSIN_OK && change == NULL)
		err = fail(TOCSIN_BROKEN, "no memory for a draft");
	if (err == TOCSIN_OK) {
		random_bytes(bytes, sizeof bytes);
		hex_encode(bytes, sizeof bytes, id);
		change_scope_add(change, unit, compartment);
		change_scope_add(change, ACCESS_EVERY_UNIT, compartment);
		change_draft_add(change, &(struct draft_row) { .id = id, .kind = c.kind, .unit = unit,
			.compartment = compartment, .author = v->account, .content = buf_bytes(&content),
			.created_at = clock_now() });
		audit_add(change, v, "draft.add", id, c.kind);
		err = store_commit(d->store, change, NULL, NULL);
	}
	if (err == TOCSIN_OK && c.re_n > 0)
		err = rests_on(d, v, id, re, c.re_n);
	buf_free(&content);
	arena_free(a);
	return err;
}

/* ---- deciding ---- */

void drafts_decide(struct change *c, const struct draft_row *row, const struct view *v, const char *what,
	const char *reason, struct bytes detail, int64_t now)
{
	struct hash digest = sha256(row->content);
	drafts_decide_on(c, row, &digest, v, what, reason, detail, now);
}

void drafts_decide_on(struct change *c, const struct draft_row *row, const struct hash *digest, const struct view *v,
	const char *what, const char *reason, struct bytes detail, int64_t now)
{
	char words[64];
	change_approval_add(c, &(struct approval_row) { .draft = row->num, .version = row->version, .at = now, .what = what,
		.account = v->account, .function = v->function, .reason = reason, .digest = *digest,
		.detail = detail });
	snprintf(words, sizeof words, "version %lld", (long long)row->version);
	char name[64];
	snprintf(name, sizeof name, "draft.%s", what);
	audit_add(c, v, name, row->id, words);
}

static bool is_open(const char *state)
{
	return strcmp(state, "draft") == 0 || strcmp(state, "proposed") == 0 || strcmp(state, "refused") == 0;
}

/* The draft ID, which can still be changed, as V sees it. */
static enum tocsin_err find_open(const struct desk *d, struct snapshot *read, const struct view *v, const char *id,
	struct arena *a, struct draft_row *row)
{
	(void)d;
	enum tocsin_err err = access_may(v, RIGHT_DRAFT);
	if (err == TOCSIN_OK)
		err = drafts_find(read, v, id, a, row);
	if (err == TOCSIN_OK && !is_open(row->state))
		return rule_refuse("release.state", "draft %s is %s", id, row->state);
	return err;
}

/* What the author of ROW says it is about closes as a marking does: another editor adds to it, and takes nothing away. */
static enum tocsin_err keeps_all(struct snapshot *read, const struct draft_row *row, const struct hash *re, size_t n,
	struct arena *a)
{
	struct draft_version_row last;
	struct composition c;
	enum tocsin_err err = draft_version_by(read, row->num, row->author, a, &last);
	if (err == TOCSIN_OK)
		err = composition_read(last.content, clock_now(), a, &c);
	for (size_t i = 0; err == TOCSIN_OK && i < c.re_n; i++) {
		struct hash was;
		bool kept = false;
		if (!hex_decode(bytes_str(c.re[i]), was.b, SHA256_SIZE))
			return fail(TOCSIN_BROKEN, "a stored draft has no whole ids");
		for (size_t k = 0; k < n && !kept; k++)
			kept = hash_equal(&re[k], &was);
		if (!kept)
			return rule_refuse("release.author-closed", "%s wrote that it is about %.16s: keep that in re", row->author,
				c.re[i]);
	}
	return err;
}

enum tocsin_err drafts_edit(const struct desk *d, const struct view *v, const char *id, int64_t version,
	const json_t *given)
{
	struct draft_row row;
	struct composition c;
	struct hash re[LIMIT_REFS];
	struct snapshot *read = NULL;
	struct buf content;
	int64_t now = clock_now();
	struct arena *a = arena_new(ARENA);
	buf_init(&content, COMPOSITION_BYTES);
	enum tocsin_err err = a == NULL ? fail(TOCSIN_BROKEN, "no memory for a draft") : snapshot_open(d->store, &read);
	if (err == TOCSIN_OK)
		err = find_open(d, read, v, id, a, &row);
	if (err == TOCSIN_OK)
		err = read_given(d, read, v, given, &row, a, &content, &c, re, NULL, NULL);
	if (err == TOCSIN_OK && !v->everything && strcmp(v->account, row.author) != 0)
		err = keeps_all(read, &row, re, c.re_n, a);
	struct change *change = err == TOCSIN_OK ? change_new() : NULL;
	if (err == TOCSIN_OK && change == NULL)
		err = fail(TOCSIN_BROKEN, "no memory for a draft");
	if (err == TOCSIN_OK) {
		change_draft_edit(change, row.num, row.state, version, buf_bytes(&content), v->account, v->account, now);
		/* What was proposed is not any more. */
		clocks_end(change, CLOCK_RELEASE, 0, row.num, "void", now);
		audit_add(change, v, "draft.edit", id, "");
		err = reach_draft(read, change, row.num, row.author, re, c.re_n, now);
		if (err == TOCSIN_OK)
			err = store_commit(d->store, change, NULL, NULL);
		else
			change_free(change);
	}
	snapshot_close(read);
	buf_free(&content);
	arena_free(a);
	return err;
}

enum tocsin_err drafts_withdraw(const struct desk *d, const struct view *v, const char *id, int64_t version,
	const char *reason)
{
	struct draft_row row;
	struct snapshot *read = NULL;
	int64_t now = clock_now();
	struct arena *a = arena_new(ARENA);
	enum tocsin_err err = a == NULL ? fail(TOCSIN_BROKEN, "no memory for a draft") : snapshot_open(d->store, &read);
	if (err == TOCSIN_OK)
		err = find_open(d, read, v, id, a, &row);
	snapshot_close(read);
	struct change *change = err == TOCSIN_OK ? change_new() : NULL;
	if (err == TOCSIN_OK && change == NULL)
		err = fail(TOCSIN_BROKEN, "no memory for a draft");
	if (err == TOCSIN_OK) {
		change_draft_state(change, "somebody has changed this draft meanwhile: read it again", row.num, row.state, version,
			"withdrawn", now);
		drafts_decide(change, &row, v, "withdrawn", reason, bytes_of(NULL, 0), now);
		clocks_end(change, CLOCK_RELEASE, 0, row.num, "void", now);
		err = store_commit(d->store, change, NULL, NULL);
	}
	arena_free(a);
	return err;
}

/* ---- files ---- */

struct looking {
	const char *name;
	bool found;
};

static bool look(void *arg, const struct file_row *row)
{
	struct looking *l = arg;
	l->found = l->found || strcmp(row->name, l->name) == 0;
	return !l->found;
}

static enum tocsin_err remove_file(struct snapshot *read, struct change *c, int64_t num, const char *name)
{
	struct looking l = { .name = name };
	enum tocsin_err err = draft_file_each(read, num, look, &l);
	if (err == TOCSIN_OK && !l.found)
		return fail(TOCSIN_MISSING, "this draft has no file %.200s", name);
	if (err == TOCSIN_OK)
		change_draft_file_remove(c, num, name);
	return err;
}

/* A file that the author of ROW closed must not come back under another line: where one is closed, they come and go by
 * the author alone. */
static enum tocsin_err closes_none(struct snapshot *read, const struct draft_row *row, struct arena *a)
{
	struct draft_version_row last;
	struct composition c;
	enum tocsin_err err = draft_version_by(read, row->num, row->author, a, &last);
	if (err == TOCSIN_OK)
		err = composition_read(last.content, clock_now(), a, &c);
	for (size_t i = 0; err == TOCSIN_OK && i < c.audience_n; i++)
		for (size_t k = 0; k < c.audience[i].close_n; k++)
			if (strncmp(c.audience[i].close[k], "attachment", 10) == 0)
				return rule_refuse("release.author-closed", "%s closed %s: files of this draft come and go by its author",
					row->author, c.audience[i].close[k]);
	return err;
}

/* TYPE NULL: removes it. */
static enum tocsin_err change_file(const struct desk *d, const struct view *v, const char *id, int64_t version,
	const char *name, const char *type, struct bytes data)
{
	struct draft_row row;
	struct draft_version_row last;
	struct snapshot *read = NULL;
	int64_t now = clock_now();
	struct arena *a = arena_new(ARENA);
	struct change *c = change_new();
	enum tocsin_err err = a == NULL || c == NULL ? fail(TOCSIN_BROKEN, "no memory for a draft")
						     : snapshot_open(d->store, &read);
	if (err == TOCSIN_OK)
		err = find_open(d, read, v, id, a, &row);
	if (err == TOCSIN_OK && !v->everything && strcmp(v->account, row.author) != 0)
		err = closes_none(read, &row, a);
	if (err == TOCSIN_OK)
		err = draft_version_get(read, row.num, row.version, a, &last);
	if (err == TOCSIN_OK) {
		/* The words stay whose they are: an author who only attaches a file has not taken over what others opened. */
		const char *wrote = strcmp(v->account, row.author) == 0 ? last.account : v->account;
		change_draft_edit(c, row.num, row.state, version, row.content, v->account, wrote, now);
		err = type != NULL ? files_to_draft(read, c, row.num, name, type, data) : remove_file(read, c, row.num, name);
	}
	snapshot_close(read);
	if (err == TOCSIN_OK) {
		clocks_end(c, CLOCK_RELEASE, 0, row.num, "void", now);
		audit_add(c, v, "draft.edit", id, type != NULL ? "a file came" : "a file went");
		err = store_commit(d->store, c, NULL, NULL);
	} else {
		change_free(c);
	}
	arena_free(a);
	return err;
}

enum tocsin_err drafts_put_file(const struct desk *d, const struct view *v, const char *id, int64_t version,
	const char *name, const char *type, struct bytes data)
{
	return change_file(d, v, id, version, name, type, data);
}

enum tocsin_err drafts_remove_file(const struct desk *d, const struct view *v, const char *id, int64_t version,
	const char *name)
{
	return change_file(d, v, id, version, name, NULL, bytes_of(NULL, 0));
}

/* ---- lists ---- */

/* The newest LIMIT of all scopes, as they come. */
struct listing {
	struct listed {
		int64_t num;
		json_t *item;
	} *row;
	size_t n, room, limit;
	bool failed;
};

static json_t *time_json(int64_t t)
{
	char text[CLOCK_TEXT + 1] = "";
	if (t != 0)
		clock_format(t, text);
	return json_string(text);
}

static bool list_one(void *arg, const struct draft_row *row)
{
	struct listing *l = arg;
	for (size_t i = 0; i < l->n; i++)
		if (l->row[i].num == row->num)
			return true;
	if (l->n == l->room) {
		l->room = l->room * 2 + 64;
		struct listed *more = realloc(l->row, l->room * sizeof *more);
		if (more == NULL) {
			l->failed = true;
			return false;
		}
		l->row = more;
	}
	json_t *item = json_pack("{s:s, s:s, s:s, s:I, s:s, s:s, s:s, s:o, s:o, s:s, s:o}", "id", row->id, "kind", row->kind,
		"state", row->state, "version", (json_int_t)row->version, "unit", row->unit, "compartment", row->compartment,
		"author", row->author, "created_at", time_json(row->created_at), "changed_at", time_json(row->changed_at),
		"changed_by", row->changed_by, "review_by", time_json(row->review_by));
	l->row[l->n++] = (struct listed) { row->num, item };
	return true;
}

static int newest_first(const void *a, const void *b)
{
	int64_t x = ((const struct listed *)a)->num, y = ((const struct listed *)b)->num;
	return x < y ? 1 : x > y ? -1 : 0;
}

static enum tocsin_err list_scopes(struct snapshot *read, const struct view *v, const char *state, int64_t before,
	struct listing *l)
{
	enum tocsin_err err = TOCSIN_OK;
	struct arena *a = arena_new(1u << 20);
	if (a == NULL)
		return fail(TOCSIN_BROKEN, "no memory for the drafts");
	if (v->everything)
		err = draft_newest(read, state, before, l->limit + 1, list_one, l);
	for (size_t i = 0; err == TOCSIN_OK && i < v->scope_n && !v->everything; i++) {
		const char *unit, *compartment;
		arena_reset(a);
		err = draft_scope(read, v->scope[i], a, &unit, &compartment);
		if (err == TOCSIN_OK)
			err = draft_list(read, strcmp(unit, ACCESS_EVERY_UNIT) == 0 ? NULL : unit, compartment, state, before,
				l->limit + 1, list_one, l);
	}
	arena_free(a);
	return err == TOCSIN_OK && l->failed ? fail(TOCSIN_BROKEN, "no memory for the drafts") : err;
}

enum tocsin_err drafts_list(struct snapshot *read, const struct view *v, const char *state, const char *before,
	size_t limit, json_t **out)
{
	struct listing l = { .limit = limit };
	struct draft_row row = { .num = 0 };
	struct arena *a = arena_new(ARENA);
	enum tocsin_err err = a == NULL ? fail(TOCSIN_BROKEN, "no memory for the drafts") : TOCSIN_OK;
	if (err == TOCSIN_OK && before != NULL)
		err = drafts_find(read, v, before, a, &row);
	arena_free(a);
	if (err == TOCSIN_OK)
		err = list_scopes(read, v, state, row.num, &l);
	json_t *items = json_array(), *next = json_null();
	if (l.n > 0)
		qsort(l.row, l.n, sizeof *l.row, newest_first);
	for (size_t i = 0; i < l.n; i++) {
		if (i < limit)
			json_array_append(items, l.row[i].item);
		if (i + 1 == limit && l.n > limit)
			next = json_incref(json_object_get(l.row[i].item, "id"));
		json_decref(l.row[i].item);
	}
	free(l.row);
	*out = json_pack("{s:o, s:o}", "items", items, "next", next);
	if (err == TOCSIN_OK && *out == NULL)
		err = fail(TOCSIN_BROKEN, "no memory for the drafts");
	if (err != TOCSIN_OK) {
		json_decref(*out);
		*out = NULL;
	}
	return err;
}
