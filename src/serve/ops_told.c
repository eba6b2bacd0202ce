/*
 * ops_told: telling somebody by voice or on paper, and writing down that it was done.
 */
#include "base/text.h"
#include "desk/files.h"
#include "desk/told.h"
#include "publish/sheet.h"
#include "serve/internal.h"

static enum tocsin_err answer_sheet(struct serve *s, struct asked *q, enum sheet_form form)
{
	const char *language;
	struct statement_row row;
	struct snapshot *r = NULL;
	int64_t html = 0;
	enum tocsin_err err = query_str(q, "language", &language);
	if (err == TOCSIN_OK)
		err = query_int(q, "html", 0, &html);
	if (err == TOCSIN_OK)
		err = snapshot_open(s->desk->store, &r);
	if (err == TOCSIN_OK)
		err = path_statement(q, r, &row);
	if (err == TOCSIN_OK)
		err = sheet_make(s->desk, r, &row, language, html != 0 ? SHEET_HTML : form, &q->out);
	snapshot_close(r);
	if (err == TOCSIN_OK)
		err = note_export(q, &row, form == SHEET_SCRIPT ? "script" : "sheet");
	q->type = "text/plain; charset=utf-8";
	if (err == TOCSIN_OK && html != 0) {
		/* A page of its own, with its own style: to be saved and printed, not to be shown within the desk's. */
		q->type = "text/html; charset=utf-8";
		http_call_add_header(q->call, "Content-Disposition", "attachment; filename=\"sheet.html\"");
	}
	return err;
}

enum tocsin_err op_script(struct serve *s, struct asked *q)
{
	return answer_sheet(s, q, SHEET_SCRIPT);
}

enum tocsin_err op_sheet(struct serve *s, struct asked *q)
{
	return answer_sheet(s, q, SHEET_TEXT);
}

static enum tocsin_err read_told(const struct asked *q, struct told *t)
{
	const json_t *given = json_object_get(q->body, "read_back_given"), *code = json_object_get(q->body, "code_ok");
	const char *at = json_string_value(json_object_get(q->body, "at"));
	*t = (struct told){ .by = json_string_value(json_object_get(q->body, "by")),
		.person = json_string_value(json_object_get(q->body, "person")),
		.words = json_string_value(json_object_get(q->body, "words")),
		.read_back = json_string_value(json_object_get(q->body, "read_back")),
		.read_back_known = given != NULL,
		.read_back_given = json_is_true(given),
		.code_known = code != NULL,
		.code_ok = json_is_true(code) };
	if (t->read_back != NULL && given != NULL && !t->read_back_given)
		return fail(TOCSIN_BAD, "read_back has words, and read_back_given says that there were none");
	return clock_parse(bytes_str(at), &t->at) ? TOCSIN_OK
						  : fail(TOCSIN_BAD, "%.40s is not a time as 2024-03-06T09:12:00Z", at);
}

enum tocsin_err op_delivered(struct serve *s, struct asked *q)
{
	struct told t;
	struct statement_row row;
	struct issue_result result;
	struct snapshot *r = NULL;
	const char *scan = json_string_value(json_object_get(q->body, "scan"));
	struct files *files = arena_zalloc(q->arena, sizeof *files);
	enum tocsin_err err = files == NULL ? fail(TOCSIN_BROKEN, "no memory for a record") : read_told(q, &t);
	if (err == TOCSIN_OK)
		err = snapshot_open(s->desk->store, &r);
	if (err == TOCSIN_OK)
		err = path_statement(q, r, &row);
	if (err == TOCSIN_OK && scan != NULL)
		err = files_staged(r, &q->view, &scan, 1, q->arena, files);
	if (err == TOCSIN_OK) {
		t.scan = files;
		err = told_keep(s->desk, r, &q->view, &row, &t, &result);
	}
	snapshot_close(r);
	if (err == TOCSIN_OK && scan != NULL)
		err = files_attached(s->desk, &scan, 1);
	if (err != TOCSIN_OK)
		return err;
	q->answer = json_object();
	json_object_set_new(q->answer, "id", json_hash(&result.id));
	return TOCSIN_OK;
}
