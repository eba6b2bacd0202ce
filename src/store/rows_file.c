#include "store/rows_file.h"

#include "base/banned.h"
#include "store/take.h"

/* Columns line, name, type, sha256, data; in the arena. */
static enum tocsin_err take_file(const struct cursor *c, struct arena *a, struct file_row *out)
{
	bool ok = true;
	*out = (struct file_row){ .line = cursor_int(c, 0), .name = take_str(a, c, 1, &ok), .type = take_str(a, c, 2, &ok),
		.data = take_bytes(a, c, 4, &ok) };
	if (!take_hash(c, 3, &out->sha256))
		return take_damaged("file");
	return ok ? TOCSIN_OK : take_no_room();
}

enum tocsin_err staged_get(struct snapshot *r, const char *id, const char *account, struct arena *a,
	struct file_row *out, int64_t *at)
{
	struct cursor *c = NULL;
	enum tocsin_err err = cursor_open(r, &c, READ_STAGED, id);
	if (err == TOCSIN_OK)
		err = cursor_next(c);
	if (err == TOCSIN_OK && strcmp(cursor_text(c, 5), account) != 0)
		err = TOCSIN_MISSING;
	if (err == TOCSIN_OK) {
		*at = cursor_int(c, 6);
		err = take_file(c, a, out);
	}
	cursor_close(c);
	return err == TOCSIN_MISSING ? fail(TOCSIN_MISSING, "there is no staged file %.16s: send it (again) first", id) : err;
}

enum tocsin_err staged_sum(struct snapshot *r, const char *account, int64_t *count, int64_t *bytes)
{
	struct cursor *c = NULL;
	enum tocsin_err err = cursor_open(r, &c, READ_STAGED_SUM, account);
	if (err == TOCSIN_OK)
		err = cursor_next(c);
	if (err == TOCSIN_OK) {
		*count = cursor_int(c, 0);
		*bytes = cursor_int(c, 1);
	}
	cursor_close(c);
	return err == TOCSIN_MISSING ? take_damaged("sum of staged files") : err;
}

enum tocsin_err staged_oldest(struct snapshot *r, int64_t *at)
{
	struct cursor *c = NULL;
	*at = INT64_MAX;
	enum tocsin_err err = cursor_open(r, &c, READ_STAGED_OLDEST);
	if (err == TOCSIN_OK && (err = cursor_next(c)) == TOCSIN_OK)
		*at = cursor_int(c, 0);
	return take_end(c, err);
}

void change_staged_add(struct change *c, const char *id, const char *account, const struct file_row *row, int64_t now)
{
	change_run(c, WRITE_STAGED_ADD, id, account, row->line, row->name, row->type, &row->sha256, (int64_t)row->data.n, row->data, now);
}

void change_staged_drop(struct change *c, const char *id)
{
	change_run(c, WRITE_STAGED_DROP, id);
}

void change_staged_purge(struct change *c, int64_t before)
{
	change_run(c, WRITE_STAGED_PURGE, before);
}

enum tocsin_err draft_file_each(struct snapshot *r, int64_t draft, file_each_row *each, void *arg)
{
	struct cursor *c = NULL;
	enum tocsin_err err = cursor_open(r, &c, READ_DRAFT_FILES, draft);
	while (err == TOCSIN_OK && (err = cursor_next(c)) == TOCSIN_OK) {
		struct file_row row = { .line = cursor_int(c, 0), .name = cursor_text(c, 1), .type = cursor_text(c, 2),
			.data = cursor_bytes(c, 4) };
		if (!take_hash(c, 3, &row.sha256)) {
			err = take_damaged("file of a draft");
			break;
		}
		if (!each(arg, &row))
			break;
	}
	return take_end(c, err);
}

void change_draft_file_put(struct change *c, int64_t draft, const struct file_row *row)
{
	change_run(c, WRITE_DRAFT_FILE_PUT, draft, row->line, row->name, row->type, &row->sha256, row->data);
}

void change_draft_file_remove(struct change *c, int64_t draft, const char *name)
{
	change_must(c, "this draft has no file of that name", WRITE_DRAFT_FILE_REMOVE, draft, name);
}

void change_draft_files_drop(struct change *c, int64_t draft)
{
	change_run(c, WRITE_DRAFT_FILES_DROP, draft);
}
