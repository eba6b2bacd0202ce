#include "store/rows_draft.h"

#include "base/banned.h"
#include "store/take.h"

/* Columns as in DRAFT_ALL; without the content when A is NULL: then all is borrowed from the cursor. */
static bool take_draft(const struct cursor *c, struct arena *a, struct draft_row *out)
{
	bool ok = true;
	*out = (struct draft_row) { .num = cursor_int(c, 0), .version = cursor_int(c, 6), .created_at = cursor_int(c, 7),
		.changed_at = cursor_int(c, 8), .review_by = cursor_int(c, 10) };
	const char **text[] = { &out->id, &out->kind, &out->unit, &out->compartment, &out->author };
	for (int i = 0; i < 5; i++)
		*text[i] = a == NULL ? cursor_text(c, i + 1) : take_str(a, c, i + 1, &ok);
	out->state = a == NULL ? cursor_text(c, 11) : take_str(a, c, 11, &ok);
	out->changed_by = a == NULL ? cursor_text(c, 9) : take_str(a, c, 9, &ok);
	if (a != NULL)
		out->content = take_bytes(a, c, 12, &ok);
	return ok;
}

static enum tocsin_err one_draft(struct cursor *c, enum tocsin_err err, struct arena *a, struct draft_row *out)
{
	if (err == TOCSIN_OK && (err = cursor_next(c)) == TOCSIN_OK && !take_draft(c, a, out))
		err = take_no_room();
	cursor_close(c);
	return err;
}

enum tocsin_err draft_get(struct snapshot *r, const char *id, struct arena *a, struct draft_row *out)
{
	struct cursor *c = NULL;
	enum tocsin_err err = cursor_open(r, &c, READ_DRAFT, id);
	err = one_draft(c, err, a, out);
	return err == TOCSIN_MISSING ? fail(TOCSIN_MISSING, "there is no draft %.40s", id) : err;
}

enum tocsin_err draft_place(
	struct snapshot *r, const char *id, struct arena *a, const char **unit, const char **compartment)
{
	struct cursor *c = NULL;
	bool ok = true;
	enum tocsin_err err = cursor_open(r, &c, READ_DRAFT_PLACE, id);
	if (err == TOCSIN_OK && (err = cursor_next(c)) == TOCSIN_OK) {
		*unit = take_str(a, c, 0, &ok);
		*compartment = take_str(a, c, 1, &ok);
		if (!ok)
			err = take_no_room();
	}
	cursor_close(c);
	return err;
}

enum tocsin_err draft_by_num(struct snapshot *r, int64_t num, struct arena *a, struct draft_row *out)
{
	struct cursor *c = NULL;
	enum tocsin_err err = cursor_open(r, &c, READ_DRAFT_NUM, num);
	err = one_draft(c, err, a, out);
	return err == TOCSIN_MISSING ? fail(TOCSIN_MISSING, "there is no such draft") : err;
}

/* Calls EACH for the rows of C (which is closed). */
static enum tocsin_err all_drafts(struct cursor *c, enum tocsin_err err, draft_each_row *each, void *arg)
{
	struct draft_row row;
	while (err == TOCSIN_OK && (err = cursor_next(c)) == TOCSIN_OK) {
		(void)take_draft(c, NULL, &row);
		if (!each(arg, &row))
			break;
	}
	return take_end(c, err);
}

enum tocsin_err draft_list(struct snapshot *r, const char *unit, const char *compartment, const char *state,
	int64_t before, size_t limit, draft_each_row *each, void *arg)
{
	struct cursor *c = NULL;
	enum tocsin_err err;
	int64_t n = (int64_t)limit;
	if (before == 0)
		before = INT64_MAX;
	if (unit == NULL && state == NULL)
		err = cursor_open(r, &c, READ_DRAFTS_ALL, compartment, before, n);
	else if (unit == NULL)
		err = cursor_open(r, &c, READ_DRAFTS_ALL_STATE, compartment, state, before, n);
	else if (state == NULL)
		err = cursor_open(r, &c, READ_DRAFTS, unit, compartment, before, n);
	else
		err = cursor_open(r, &c, READ_DRAFTS_STATE, unit, compartment, state, before, n);
	return all_drafts(c, err, each, arg);
}

enum tocsin_err draft_newest(
	struct snapshot *r, const char *state, int64_t before, size_t limit, draft_each_row *each, void *arg)
{
	struct cursor *c = NULL;
	int64_t n = (int64_t)limit;
	if (before == 0)
		before = INT64_MAX;
	enum tocsin_err err = state == NULL ? cursor_open(r, &c, READ_DRAFTS_NEWEST, before, n)
					    : cursor_open(r, &c, READ_DRAFTS_NEWEST_STATE, state, before, n);
	return all_drafts(c, err, each, arg);
}

enum tocsin_err draft_scope(
	struct snapshot *r, int64_t num, struct arena *a, const char **unit, const char **compartment)
{
	struct cursor *c = NULL;
	bool ok = true;
	enum tocsin_err err = cursor_open(r, &c, READ_DRAFT_SCOPE, num);
	if (err == TOCSIN_OK && (err = cursor_next(c)) == TOCSIN_OK) {
		*unit = take_str(a, c, 0, &ok);
		*compartment = take_str(a, c, 1, &ok);
		if (!ok)
			err = take_no_room();
	}
	cursor_close(c);
	return err == TOCSIN_MISSING ? fail(TOCSIN_MISSING, "there is no such scope") : err;
}

enum tocsin_err draft_releasing(struct snapshot *r, draft_each_row *each, void *arg)
{
	struct cursor *c = NULL;
	enum tocsin_err err = cursor_open(r, &c, READ_DRAFTS_RELEASING);
	return all_drafts(c, err, each, arg);
}

enum tocsin_err draft_reviews_late(struct snapshot *r, int64_t now, int64_t *n)
{
	struct cursor *c = NULL;
	*n = 0;
	enum tocsin_err err = cursor_open(r, &c, READ_DRAFT_REVIEWS_LATE, now);
	if (err == TOCSIN_OK && (err = cursor_next(c)) == TOCSIN_OK)
		*n = cursor_int(c, 0);
	return take_end(c, err);
}

enum tocsin_err draft_version_get(
	struct snapshot *r, int64_t draft, int64_t version, struct arena *a, struct draft_version_row *out)
{
	struct cursor *c = NULL;
	bool ok = true;
	enum tocsin_err err = cursor_open(r, &c, READ_DRAFT_VERSION, draft, version);
	if (err == TOCSIN_OK && (err = cursor_next(c)) == TOCSIN_OK) {
		*out = (struct draft_version_row) { .version = version, .at = cursor_int(c, 1),
			.account = take_str(a, c, 2, &ok), .content = take_bytes(a, c, 3, &ok) };
		if (!ok)
			err = take_no_room();
	}
	cursor_close(c);
	return err == TOCSIN_MISSING ? fail(TOCSIN_MISSING, "the draft has no version %lld", (long long)version) : err;
}

enum tocsin_err draft_version_each(struct snapshot *r, int64_t draft, draft_version_each_row *each, void *arg)
{
	struct cursor *c = NULL;
	enum tocsin_err err = cursor_open(r, &c, READ_DRAFT_VERSIONS, draft);
	while (err == TOCSIN_OK && (err = cursor_next(c)) == TOCSIN_OK) {
		const struct draft_version_row row = { .version = cursor_int(c, 0), .at = cursor_int(c, 1),
			.account = cursor_text(c, 2) };
		if (!each(arg, &row))
			break;
	}
	return take_end(c, err);
}

struct newest_by {
	const char *account;
	int64_t version;
};

static bool newest_by(void *arg, const struct draft_version_row *row)
{
	struct newest_by *n = arg;
	if (strcmp(row->account, n->account) == 0)
		n->version = row->version;
	return true;
}

enum tocsin_err draft_version_by(
	struct snapshot *r, int64_t draft, const char *account, struct arena *a, struct draft_version_row *out)
{
	struct newest_by n = { account, 0 };
	enum tocsin_err err = draft_version_each(r, draft, newest_by, &n);
	return err == TOCSIN_OK ? draft_version_get(r, draft, n.version, a, out) : err;
}

/* ---- changes ---- */

void change_draft_add(struct change *c, const struct draft_row *row)
{
	change_run(c, WRITE_DRAFT_ADD, row->id, row->kind, row->unit, row->compartment, row->author, row->content,
		row->created_at);
	change_run(c, WRITE_DRAFT_FIRST, row->created_at, row->author, row->content);
}

void change_draft_edit(struct change *c, int64_t num, const char *state, int64_t old, struct bytes content,
	const char *account, const char *wrote, int64_t now)
{
	change_must(c, "somebody has changed this draft meanwhile: read it again", WRITE_DRAFT_EDIT, content, now, account,
		num, state, old);
	change_run(c, WRITE_DRAFT_VERSION_ADD, num, old + 1, now, wrote, content);
}

void change_draft_state(struct change *c, const char *sentence, int64_t num, const char *from, int64_t version,
	const char *to, int64_t now)
{
	change_must(c, sentence, WRITE_DRAFT_STATE, to, now, num, from, version);
}

void change_draft_review_by(struct change *c, int64_t num, int64_t at)
{
	change_run(c, WRITE_DRAFT_REVIEW_BY, at, num);
}

void change_draft_reviewed(struct change *c, const char *sentence, int64_t num)
{
	change_must(c, sentence, WRITE_DRAFT_REVIEWED, num);
}

void change_draft_forget(struct change *c, int64_t num)
{
	change_run(c, WRITE_DRAFT_FORGET, bytes_of(NULL, 0), num);
	change_run(c, WRITE_DRAFT_FORGET_VERSIONS, bytes_of(NULL, 0), num);
	change_run(c, WRITE_DRAFT_FORGET_APPROVALS, bytes_of(NULL, 0), num);
	change_run(c, WRITE_DRAFT_FILES_DROP, num);
}

/* ---- decisions ---- */

enum tocsin_err approval_each(struct snapshot *r, int64_t draft, approval_each_row *each, void *arg)
{
	struct cursor *c = NULL;
	enum tocsin_err err = cursor_open(r, &c, READ_APPROVALS, draft);
	while (err == TOCSIN_OK && (err = cursor_next(c)) == TOCSIN_OK) {
		struct approval_row row = { .draft = draft, .version = cursor_int(c, 0), .what = cursor_text(c, 1),
			.account = cursor_text(c, 2), .function = cursor_text(c, 3), .at = cursor_int(c, 4),
			.reason = cursor_text(c, 5), .detail = cursor_bytes(c, 7) };
		if (!take_hash(c, 6, &row.digest))
			err = take_damaged("approval");
		else if (!each(arg, &row))
			break;
	}
	return take_end(c, err);
}

void change_approval_add(struct change *c, const struct approval_row *row)
{
	change_run(c, WRITE_APPROVAL_ADD, row->draft, row->version, row->what, row->account, row->function, row->at,
		row->reason, &row->digest, row->detail);
}

/* ---- what was released ---- */

enum tocsin_err released_each(struct snapshot *r, int64_t draft, released_each_row *each, void *arg)
{
	struct cursor *c = NULL;
	enum tocsin_err err = cursor_open(r, &c, READ_RELEASED, draft);
	while (err == TOCSIN_OK && (err = cursor_next(c)) == TOCSIN_OK)
		if (!each(arg, cursor_text(c, 0), cursor_int(c, 1)))
			break;
	return take_end(c, err);
}

enum tocsin_err released_from(
	struct snapshot *r, int64_t statement, struct arena *a, int64_t *draft, const char **recipient)
{
	struct cursor *c = NULL;
	bool ok = true;
	*draft = 0;
	enum tocsin_err err = cursor_open(r, &c, READ_RELEASED_FROM, statement);
	if (err == TOCSIN_OK && (err = cursor_next(c)) == TOCSIN_OK) {
		*draft = cursor_int(c, 0);
		if (recipient != NULL)
			*recipient = take_str(a, c, 1, &ok);
		if (!ok)
			err = take_no_room();
	}
	return take_end(c, err);
}

void change_released(struct change *c, int64_t draft, const char *recipient)
{
	change_must(c, "this draft was released to this recipient already", WRITE_RELEASED_ADD, draft, recipient);
}

/* ---- determinations ---- */

enum tocsin_err determined_last(struct snapshot *r, int64_t draft, struct arena *a, struct determined_row *out)
{
	struct cursor *c = NULL;
	bool ok = true;
	enum tocsin_err err = cursor_open(r, &c, READ_DETERMINED, draft);
	if (err == TOCSIN_OK && (err = cursor_next(c)) == TOCSIN_OK) {
		*out = (struct determined_row) { .draft = draft, .version = cursor_int(c, 0), .statement = cursor_int(c, 1),
			.result = take_str(a, c, 2, &ok), .ground = take_str(a, c, 3, &ok), .account = take_str(a, c, 4, &ok),
			.function = take_str(a, c, 5, &ok), .at = cursor_int(c, 6) };
		if (!ok)
			err = take_no_room();
	}
	cursor_close(c);
	return err;
}

void change_determined(struct change *c, const struct determined_row *row)
{
	change_run(c, WRITE_DETERMINED_ADD, row->draft, row->version, row->result, row->ground, row->account, row->function,
		row->at);
}

/* ---- audiences ---- */

enum tocsin_err audience_times(struct snapshot *r, const char *key, const char *recipient, int64_t *times)
{
	struct cursor *c = NULL;
	*times = 0;
	enum tocsin_err err = cursor_open(r, &c, READ_AUDIENCE, key, recipient);
	if (err == TOCSIN_OK && (err = cursor_next(c)) == TOCSIN_OK)
		*times = cursor_int(c, 0);
	return take_end(c, err);
}

void change_audience_count(struct change *c, const char *key, const char *recipient, int64_t now)
{
	change_run(c, WRITE_AUDIENCE_COUNT, key, recipient, now);
}
