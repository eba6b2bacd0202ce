/*
 * ops_files: attachments come in, and go out to be saved.
 *
 * What goes out was written by somebody else: it is never shown inline, never sniffed, never run, whatever it is.
 */
#include "desk/files.h"
#include "serve/internal.h"

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
