#include "desk/files.h"

#include <inttypes.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/random.h"
#include "base/text.h"
#include "desk/rules.h"
#include "domain/media.h"
#include "proof/attachment.h"
#include "store/rows_file.h"

static enum tocsin_err check(const char *name, const char *type, struct bytes data)
{
	enum tocsin_err err = media_name_check(name);
	if (err == TOCSIN_OK && media_find(type) == NULL)
		err = fail(TOCSIN_BAD, "files of type %.60s cannot be attached; if nothing fits, say " MEDIA_UNKNOWN, type);
	if (err == TOCSIN_OK && (data.n == 0 || data.n > FILES_MAX))
		err = fail(TOCSIN_BAD, "%.100s has %zu bytes; an attachment has 1 to %u", name, data.n, FILES_MAX);
	return err;
}

/* ---- staged ---- */

static enum tocsin_err room_for(const struct desk *d, const struct view *v, size_t bytes)
{
	struct snapshot *read = NULL;
	int64_t count = 0, sum = 0;
	enum tocsin_err err = snapshot_open(d->store, &read);
	if (err == TOCSIN_OK)
		err = staged_sum(read, v->account, &count, &sum);
	snapshot_close(read);
	if (err == TOCSIN_OK && (count >= FILES_STAGED || sum + (int64_t)bytes > FILES_STAGED_BYTES))
		err = rule_refuse("files.staged",
			"at most %d files and %u MiB wait to be attached at a time, and %lld are there", FILES_STAGED,
			FILES_STAGED_BYTES >> 20, (long long)count);
	return err;
}

static int64_t draw_line(void)
{
	uint32_t r;
	random_bytes(&r, sizeof r);
	return 100000 + r % 900000;
}

enum tocsin_err files_stage(const struct desk *d, const struct view *v, const char *name, const char *type,
	struct bytes data, char id[FILES_ID + 1], char line[FILES_LINE + 1])
{
	uint8_t bytes[FILES_ID / 2];
	int64_t now = clock_now();
	enum tocsin_err err = check(name, type, data);
	if (err == TOCSIN_OK)
		err = room_for(d, v, data.n);
	if (err != TOCSIN_OK)
		return err;
	struct change *c = change_new();
	if (c == NULL)
		return fail(TOCSIN_BROKEN, "no memory for a file");
	random_bytes(bytes, sizeof bytes);
	hex_encode(bytes, sizeof bytes, id);
	const struct file_row row = { .line = draw_line(), .name = name, .type = type, .sha256 = sha256(data), .data = data };
	snprintf(line, FILES_LINE + 1, "attachment.%" PRId64, row.line);
	change_staged_purge(c, now - FILES_STAGED_FOR);
	change_staged_add(c, id, v->account, &row, now);
	return store_commit(d->store, c, NULL, NULL);
}

/* ---- as fields ---- */

static enum tocsin_err add(struct files *f, const struct file_row *row, struct arena *a)
{
	struct buf b;
	char hex[2 * SHA256_SIZE + 1];
	if (f->n == LIMIT_ATTACHMENTS)
		return fail(TOCSIN_BAD, "at most %d attachments at a time", LIMIT_ATTACHMENTS);
	hex_encode(row->sha256.b, SHA256_SIZE, hex);
	buf_init(&b, LIMIT_LINE);
	json_t *value = json_pack("[s, s, I, s]", row->name, row->type, (json_int_t)row->data.n, hex);
	enum tocsin_err err = value == NULL ? fail(TOCSIN_BROKEN, "no memory for an attachment") : json_write_value(&b, value);
	const char *line = arena_printf(a, "attachment.%" PRId64, row->line);
	struct bytes copy = bytes_of(arena_copy(a, b.p, b.n), b.n);
	if (err == TOCSIN_OK && (line == NULL || copy.p == NULL))
		err = fail(TOCSIN_BROKEN, "no memory for an attachment");
	for (size_t i = 0; err == TOCSIN_OK && i < f->n; i++) {
		/* A name is the beginning of the list. */
		size_t n = strlen(row->name) + 3;
		if (f->field[i].value.n > n && memcmp(f->field[i].value.p, copy.p, n) == 0)
			err = fail(TOCSIN_BAD, "two attachments are called %.100s: give one another name", row->name);
		else if (strcmp(f->field[i].name, line) == 0)
			err = fail(TOCSIN_BAD, "two attachments have drawn one number: send %.100s again", row->name);
	}
	if (err == TOCSIN_OK) {
		f->field[f->n] = (struct body_field){ line, copy, true };
		f->file[f->n++] = (struct body_file){ line, row->data };
	}
	json_decref(value);
	buf_free(&b);
	return err;
}

enum tocsin_err files_staged(struct snapshot *read, const struct view *v, const char *const *ids, size_t n, struct arena *a,
	struct files *out)
{
	enum tocsin_err err = TOCSIN_OK;
	out->n = 0;
	for (size_t i = 0; err == TOCSIN_OK && i < n; i++) {
		struct file_row row;
		int64_t at = 0;
		err = staged_get(read, ids[i], v->account, a, &row, &at);
		if (err == TOCSIN_OK && at < clock_now() - FILES_STAGED_FOR)
			err = fail(TOCSIN_MISSING, "the staged file %.16s is too old: send it again", ids[i]);
		if (err == TOCSIN_OK)
			err = add(out, &row, a);
	}
	return err;
}

enum tocsin_err files_attached(const struct desk *d, const char *const *ids, size_t n)
{
	struct change *c = n == 0 ? NULL : change_new();
	if (c == NULL)
		return n == 0 ? TOCSIN_OK : fail(TOCSIN_BROKEN, "no memory for a change");
	for (size_t i = 0; i < n; i++)
		change_staged_drop(c, ids[i]);
	return store_commit(d->store, c, NULL, NULL);
}

static enum tocsin_err next_expiry(const struct desk *d, int64_t *next)
{
	struct snapshot *read = NULL;
	int64_t at = INT64_MAX;
	enum tocsin_err err = snapshot_open(d->store, &read);
	if (err == TOCSIN_OK)
		err = staged_oldest(read, &at);
	snapshot_close(read);
	/* One second more: what is exactly an hour old may still be attached. */
	*next = at == INT64_MAX ? INT64_MAX : at + FILES_STAGED_FOR + CLOCK_SECOND;
	return err;
}

enum tocsin_err files_expire(const struct desk *d, int64_t now, int64_t *next)
{
	enum tocsin_err err = next_expiry(d, next);
	if (err != TOCSIN_OK || *next > now)
		return err;
	struct change *c = change_new();
	if (c == NULL)
		return fail(TOCSIN_BROKEN, "no memory for a change");
	change_staged_purge(c, now - FILES_STAGED_FOR);
	err = store_commit(d->store, c, NULL, NULL);
	return err == TOCSIN_OK ? next_expiry(d, next) : err;
}

/* ---- of a draft ---- */

enum tocsin_err files_staged_to_draft(struct snapshot *read, const struct view *v, struct change *c, int64_t num,
	const char *const *ids, size_t n, struct arena *a)
{
	size_t bytes = 0;
	struct files *all = arena_alloc(a, sizeof *all);
	enum tocsin_err err = all == NULL ? fail(TOCSIN_BROKEN, "no memory for attachments") : files_staged(read, v, ids, n, a, all);
	for (size_t i = 0; err == TOCSIN_OK && i < n; i++) {
		struct file_row row;
		int64_t at;
		bytes += all->file[i].content.n;
		if (bytes > FILES_MAX)
			return fail(TOCSIN_BAD, "all attachments of a draft have %u bytes together", FILES_MAX);
		err = staged_get(read, ids[i], v->account, a, &row, &at);
		if (err != TOCSIN_OK)
			break;
		change_draft_file_put(c, num, &row);
		change_staged_drop(c, ids[i]);
	}
	return err;
}

struct adding {
	struct files *files;
	struct arena *arena;
	enum tocsin_err err;
};

static bool add_row(void *arg, const struct file_row *row)
{
	struct adding *g = arg;
	struct file_row copy = *row;
	copy.name = arena_str(g->arena, bytes_str(row->name));
	copy.type = arena_str(g->arena, bytes_str(row->type));
	copy.data.p = arena_copy(g->arena, row->data.p, row->data.n);
	g->err = copy.name == NULL || copy.type == NULL || copy.data.p == NULL
		? fail(TOCSIN_BROKEN, "no memory for a draft's attachments")
		: add(g->files, &copy, g->arena);
	return g->err == TOCSIN_OK;
}

enum tocsin_err files_of_draft(struct snapshot *read, int64_t num, struct arena *a, struct files *out)
{
	struct adding g = { .files = out, .arena = a };
	out->n = 0;
	enum tocsin_err err = draft_file_each(read, num, add_row, &g);
	return err == TOCSIN_OK ? g.err : err;
}

struct counting {
	const char *name;
	size_t others, bytes;
	int64_t line;                           /* drawn; 0: somebody has it */
};

static bool count_row(void *arg, const struct file_row *row)
{
	struct counting *n = arg;
	if (row->line == n->line)
		n->line = 0;
	if (strcmp(row->name, n->name) != 0) {
		n->others++;
		n->bytes += row->data.n;
	}
	return true;
}

enum tocsin_err files_to_draft(struct snapshot *read, struct change *c, int64_t num, const char *name, const char *type,
	struct bytes data)
{
	struct counting n = { .name = name };
	enum tocsin_err err = check(name, type, data);
	while (err == TOCSIN_OK && n.line == 0) {
		n = (struct counting){ .name = name, .line = draw_line() };
		err = draft_file_each(read, num, count_row, &n);
	}
	if (err == TOCSIN_OK && n.others >= LIMIT_ATTACHMENTS)
		err = fail(TOCSIN_BAD, "a draft has at most %d attachments", LIMIT_ATTACHMENTS);
	if (err == TOCSIN_OK && n.bytes + data.n > FILES_MAX)
		err = fail(TOCSIN_BAD, "all attachments of a draft have %u bytes together; this one would make it %zu", FILES_MAX,
			n.bytes + data.n);
	const struct file_row row = { .line = n.line, .name = name, .type = type, .sha256 = sha256(data), .data = data };
	if (err == TOCSIN_OK)
		change_draft_file_put(c, num, &row);
	return err;
}

/* ---- out of a statement ---- */

/* What LINE says of its file, decoded; the safe name and the type to hand it out as. */
static enum tocsin_err describe(const struct body_line *line, struct arena *a, struct file_out *out, const char **raw_name)
{
	struct buf safe;
	json_t *value = json_from_value(line->value);
	const char *name = json_string_value(json_array_get(value, 0)), *type = json_string_value(json_array_get(value, 1));
	enum tocsin_err err = TOCSIN_OK;
	if (name == NULL || type == NULL) {
		json_decref(value);
		return fail(TOCSIN_BROKEN, "an attachment's line cannot be read");
	}
	buf_init(&safe, 4 * MEDIA_NAME);
	media_name_safe(bytes_str(name), &safe);
	const struct media *m = media_find(type);
	*out = (struct file_out){ .line = arena_str(a, line->name), .name = arena_str(a, buf_bytes(&safe)),
		.type = m == NULL ? MEDIA_UNKNOWN : m->type };
	*raw_name = arena_str(a, bytes_str(name));
	if (safe.failed || out->line == NULL || out->name == NULL || *raw_name == NULL)
		err = fail(TOCSIN_BROKEN, "no memory for an attachment");
	buf_free(&safe);
	json_decref(value);
	return err;
}

enum tocsin_err files_find(const struct statement_row *row, const char *name, struct arena *a, struct file_out *out)
{
	struct note note;
	struct statement s;
	struct body body;
	size_t found = 0;
	if (row->body.n == 0)
		return fail(TOCSIN_MISSING, "there is no attachment %.100s to see", name);
	enum tocsin_err err = note_parse(row->note, LIMIT_NOTE, &note);
	if (err == TOCSIN_OK)
		err = statement_parse(note.text, &s);
	if (err == TOCSIN_OK)
		err = body_parse(row->body, s.lines, false, a, &body);
	if (err != TOCSIN_OK)
		return fail_within(TOCSIN_BROKEN, "a stored statement");
	for (size_t i = 0; i < body.attachment_n; i++) {
		struct file_out one;
		const char *raw = "";
		char line[BODY_NAME + 1];
		snprintf(line, sizeof line, "%.*s", (int)body.attachment[i].line_name.n, (const char *)body.attachment[i].line_name.p);
		err = describe(body_find(&body, line), a, &one, &raw);
		if (err != TOCSIN_OK)
			return err;
		one.content = body.attachment[i].content;
		bool by_line = strcmp(line, name) == 0;
		if (!by_line && strcmp(raw, name) != 0)
			continue;
		*out = one;
		if (by_line)
			return TOCSIN_OK;
		found++;
	}
	if (found == 0)
		return fail(TOCSIN_MISSING, "there is no attachment %.100s to see", name);
	return found == 1 ? TOCSIN_OK
			  : fail(TOCSIN_REFUSED, "%zu attachments are called %.100s: name the line, such as %s", found, name, out->line);
}
