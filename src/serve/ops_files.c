/*
 * ops_files: attachments come in, and go out to be saved.
 *
 * What goes out was written by somebody else: it is never shown inline, never sniffed, never run, whatever it is.
 */
#include "desk/audit.h"
#include "desk/drafts.h"
#include "desk/files.h"
#include "serve/drafts.h"
#include "store/rows_file.h"

enum tocsin_err op_file_stage(struct serve *s, struct asked *q)
{
	const char *name, *type;
	char id[FILES_ID + 1], line[FILES_LINE + 1];
	enum tocsin_err err = query_str(q, "name", &name);
	if (err == TOCSIN_OK)
		err = query_str(q, "type", &type);
	if (err == TOCSIN_OK && (name == NULL || type == NULL))
		err = fail(TOCSIN_BAD, "name and type of the file are missing in the query");
	struct bytes data = http_call_body(q->call);
	if (err == TOCSIN_OK)
		err = files_stage(s->desk, &q->view, name, type, data, id, line);
	if (err != TOCSIN_OK)
		return err;
	struct hash h = sha256(data);
	q->answer = json_pack("{s:s, s:s, s:s, s:s, s:I, s:o, s:o}", "id", id, "line", line, "name", name, "type", type, "size",
		(json_int_t)data.n, "sha256", json_hash(&h), "until", json_time(clock_now() + FILES_STAGED_FOR));
	return q->answer == NULL ? fail(TOCSIN_BROKEN, "no memory for the answer") : TOCSIN_OK;
}

/* NAME as RFC 6266 and 8187 have it: UTF-8, percent-encoded, and nothing else. */
static enum tocsin_err disposition(struct asked *q, const char *name)
{
	struct buf b;
	buf_init(&b, 4096);
	buf_add_str(&b, "attachment; filename*=UTF-8''");
	for (const char *p = name; *p != 0; p++) {
		if ((*p >= 'a' && *p <= 'z') || (*p >= 'A' && *p <= 'Z') || (*p >= '0' && *p <= '9') || strchr("-._", *p) != NULL)
			buf_add_char(&b, *p);
		else
			buf_printf(&b, "%%%02X", (unsigned char)*p);
	}
	buf_add_char(&b, 0);
	enum tocsin_err err = buf_end(&b, "a file's name");
	if (err == TOCSIN_OK) {
		http_call_add_header(q->call, "Content-Disposition", (const char *)b.p);
		http_call_add_header(q->call, "Content-Security-Policy", "sandbox; default-src 'none'");
	}
	buf_free(&b);
	return err;
}

enum tocsin_err op_file(struct serve *s, struct asked *q)
{
	const char *name;
	struct statement_row row;
	struct file_out file;
	struct snapshot *r = NULL;
	enum tocsin_err err = query_str(q, "name", &name);
	if (err == TOCSIN_OK && name == NULL)
		err = fail(TOCSIN_BAD, "name is missing in the query: which attachment");
	if (err == TOCSIN_OK)
		err = snapshot_open(s->desk->store, &r);
	if (err == TOCSIN_OK)
		err = path_statement(q, r, &row);
	if (err == TOCSIN_OK)
		err = files_find(&row, name, q->arena, &file);
	snapshot_close(r);
	if (err == TOCSIN_OK)
		err = note_opened(q, &row, file.line);
	if (err == TOCSIN_OK)
		err = disposition(q, file.name);
	if (err != TOCSIN_OK)
		return err;
	buf_add_bytes(&q->out, file.content);
	q->type = file.type;
	return TOCSIN_OK;
}

/* ---- of a draft ---- */

/* The version that the asker has seen is the newest one. */
static enum tocsin_err seen_version(struct serve *s, struct asked *q, int64_t *version)
{
	int64_t seen = 0;
	enum tocsin_err err = draft_version(s, q, q->parameter, version);
	if (err == TOCSIN_OK)
		err = query_int(q, "version", 0, &seen);
	if (err == TOCSIN_OK && seen == 0)
		return etag_match(q, *version);
	if (err == TOCSIN_OK && seen != *version) {
		q->status = 412;
		err = fail(TOCSIN_REFUSED, "somebody has changed it meanwhile: read it again (version %lld)", (long long)*version);
	}
	return err;
}

/* What of the draft is about its files. */
static enum tocsin_err answer_files(struct serve *s, struct asked *q)
{
	enum tocsin_err err = answer_draft(s, q, q->parameter);
	if (err != TOCSIN_OK)
		return err;
	json_t *o = q->answer;
	q->answer = json_pack("{s:O, s:O, s:O, s:O}", "id", json_object_get(o, "id"), "version", json_object_get(o, "version"),
		"state", json_object_get(o, "state"), "files", json_object_get(o, "files"));
	json_decref(o);
	return q->answer == NULL ? fail(TOCSIN_BROKEN, "no memory for the answer") : TOCSIN_OK;
}

static enum tocsin_err changed(struct serve *s, struct asked *q, enum tocsin_err err)
{
	if (err == TOCSIN_LATER)
		q->status = 412;
	return err == TOCSIN_OK ? answer_files(s, q) : err;
}

enum tocsin_err op_draft_file_put(struct serve *s, struct asked *q)
{
	const char *name, *type;
	int64_t version = 0;
	enum tocsin_err err = seen_version(s, q, &version);
	if (err == TOCSIN_OK)
		err = query_str(q, "name", &name);
	if (err == TOCSIN_OK)
		err = query_str(q, "type", &type);
	if (err == TOCSIN_OK && (name == NULL || type == NULL))
		err = fail(TOCSIN_BAD, "name and type of the file are missing in the query");
	return err != TOCSIN_OK ? err : changed(s, q, drafts_put_file(s->desk, &q->view, q->parameter, version, name, type,
		http_call_body(q->call)));
}

enum tocsin_err op_draft_file_remove(struct serve *s, struct asked *q)
{
	const char *name;
	int64_t version = 0;
	enum tocsin_err err = seen_version(s, q, &version);
	if (err == TOCSIN_OK)
		err = query_str(q, "name", &name);
	if (err == TOCSIN_OK && name == NULL)
		err = fail(TOCSIN_BAD, "name is missing in the query: which file");
	return err != TOCSIN_OK ? err : changed(s, q, drafts_remove_file(s->desk, &q->view, q->parameter, version, name));
}

struct wanted {
	const char *name;               /* asked for: its own, or its line's */
	const char *file, *type;
	struct arena *arena;
	struct buf *out;
	bool found;
};

static bool want(void *arg, const struct file_row *row)
{
	struct wanted *w = arg;
	char line[FILES_LINE + 1];
	snprintf(line, sizeof line, "attachment.%lld", (long long)row->line);
	if (strcmp(row->name, w->name) != 0 && strcmp(line, w->name) != 0)
		return true;
	w->found = true;
	w->file = arena_str(w->arena, bytes_str(row->name));
	w->type = arena_str(w->arena, bytes_str(row->type));
	buf_add_bytes(w->out, row->data);
	return false;
}

/* Whoever is to release it looks at what is attached, too. */
enum tocsin_err op_draft_file(struct serve *s, struct asked *q)
{
	struct draft_row row;
	struct snapshot *r = NULL;
	struct wanted w = { .arena = q->arena, .out = &q->out };
	enum tocsin_err err = query_str(q, "name", &w.name);
	if (err == TOCSIN_OK && w.name == NULL)
		err = fail(TOCSIN_BAD, "name is missing in the query: which file");
	if (err == TOCSIN_OK)
		err = snapshot_open(s->desk->store, &r);
	if (err == TOCSIN_OK)
		err = drafts_find(r, &q->view, q->parameter, q->arena, &row);
	if (err == TOCSIN_OK)
		err = draft_file_each(r, row.num, want, &w);
	snapshot_close(r);
	if (err == TOCSIN_OK && !w.found)
		err = fail(TOCSIN_MISSING, "this draft has no file %.200s", w.name);
	if (err == TOCSIN_OK && (w.file == NULL || w.type == NULL))
		err = fail(TOCSIN_BROKEN, "no memory for a file");
	if (err == TOCSIN_OK)
		err = audit_note(s->desk, &q->view, "draft.read", q->parameter, "a file");
	if (err == TOCSIN_OK)
		err = disposition(q, w.file);
	if (err != TOCSIN_OK)
		buf_clear(&q->out);
	else
		q->type = w.type;
	return err;
}
