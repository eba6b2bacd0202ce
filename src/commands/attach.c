/*
 * attach: files on their way to the node and back.
 */
#include <stdio.h>

#include "base/file.h"
#include "base/limits.h"
#include "commands/command.h"
#include "domain/media.h"

#define FILE_MAX LIMIT_ENVELOPE

/* LINES (NULL: nobody asks) gets the name of the line that it will be. */
static enum tocsin_err stage(const struct context *x, const char *name, const char *type, struct bytes content, json_t *send,
	json_t *lines)
{
	struct buf path, body, out;
	json_t *answer = NULL, *list = json_object_get(send, "attach");
	buf_init(&path, 4096);
	buf_init(&body, FILE_MAX);
	buf_init(&out, LIMIT_JSON);
	buf_add_str(&path, "/api/v1/files?name=");
	client_quote(&path, name);
	buf_add_str(&path, "&type=");
	client_quote(&path, type);
	buf_add_char(&path, 0);
	buf_add_bytes(&body, content);
	enum tocsin_err err = buf_end(&path, "a file's name");
	if (err == TOCSIN_OK)
		err = buf_end(&body, name);
	if (err == TOCSIN_OK)
		err = client_ask(x, "POST", (const char *)path.p, "application/octet-stream", &body, &out);
	if (err == TOCSIN_OK)
		err = json_parse(buf_bytes(&out), LIMIT_JSON, "the node's answer", &answer);
	if (err == TOCSIN_OK && list == NULL) {
		list = json_array();
		json_object_set_new(send, "attach", list);
	}
	if (err == TOCSIN_OK)
		json_array_append_new(list, json_string(text_of(answer, "id")));
	if (err == TOCSIN_OK && lines != NULL)
		json_array_append_new(lines, json_string(text_of(answer, "line")));
	json_decref(answer);
	buf_free(&path);
	buf_free(&body);
	buf_free(&out);
	return err;
}

enum tocsin_err attach_bytes(const struct context *x, const char *name, const char *type, struct bytes content, json_t *send)
{
	return stage(x, name, type, content, send, NULL);
}

enum tocsin_err attach_open(const char *word, struct attached *out)
{
	const char *colon = strrchr(word, ':');
	const struct media *type = colon == NULL ? NULL : media_find(colon + 1);
	int n = type == NULL ? (int)strlen(word) : (int)(colon - word);
	*out = (struct attached){ .type = NULL };
	if ((size_t)snprintf(out->path, sizeof out->path, "%.*s", n, word) >= sizeof out->path)
		return fail(TOCSIN_BAD, "%.100s…: the path is too long", word);
	const char *slash = strrchr(out->path, '/');
	out->name = slash == NULL ? out->path : slash + 1;
	out->type = type == NULL ? media_of_name(out->name)->type : type->type;
	if (type == NULL && colon != NULL && strchr(colon, '/') != NULL && !file_exists(out->path))
		return fail(TOCSIN_BAD, "files of type %.60s cannot be attached; if nothing fits, say " MEDIA_UNKNOWN, colon + 1);
	enum tocsin_err err = media_name_check(out->name);
	buf_init(&out->content, FILE_MAX);
	return err == TOCSIN_OK ? file_read(out->path, &out->content) : err;
}

static enum tocsin_err attach_one(const struct context *x, const char *word, json_t *send, json_t *lines)
{
	struct attached f;
	enum tocsin_err err = attach_open(word, &f);
	if (err == TOCSIN_OK)
		err = stage(x, f.name, f.type, buf_bytes(&f.content), send, lines);
	buf_free(&f.content);
	return err;
}

/* "attachment.2" is the second file of the command; the node has drawn another number for it. */
static void name_lines(json_t *list, const json_t *lines)
{
	json_t *word;
	size_t i, k;
	json_array_foreach(list, i, word)
		for (k = 0; k < json_array_size(lines); k++) {
			char name[32];
			snprintf(name, sizeof name, "attachment.%zu", k + 1);
			if (json_is_string(word) && strcmp(json_string_value(word), name) == 0) {
				json_array_set(list, i, json_array_get(lines, k));
				break;
			}
		}
}

static void name_all(json_t *send, const json_t *lines)
{
	json_t *audience;
	size_t i;
	name_lines(json_object_get(send, "open"), lines);
	name_lines(json_object_get(send, "close"), lines);
	json_array_foreach(json_object_get(send, "audiences"), i, audience) {
		name_lines(json_object_get(audience, "open"), lines);
		name_lines(json_object_get(audience, "close"), lines);
	}
}

enum tocsin_err attach_files(const struct context *x, const struct words *files, json_t *send)
{
	enum tocsin_err err = TOCSIN_OK;
	json_t *lines = json_array();
	for (size_t i = 0; err == TOCSIN_OK && files != NULL && i < files->n; i++)
		err = attach_one(x, files->word[i], send, lines);
	if (err == TOCSIN_OK)
		name_all(send, lines);
	json_decref(lines);
	return err;
}

int issue_with_files(const struct context *x, json_t *send, const struct words *files, long wait_seconds)
{
	enum tocsin_err err = attach_files(x, files, send);
	if (err == TOCSIN_OK)
		return issue_statement(x, send, wait_seconds);
	json_decref(send);
	return complain(err);
}

int attach_save(const struct context *x, const char *path, const char *out)
{
	struct buf content;
	buf_init(&content, FILE_MAX);
	enum tocsin_err err = client_ask(x, "GET", path, NULL, NULL, &content);
	/* Never over a file that is there, whoever chose the name; only its user may read it. */
	if (err == TOCSIN_OK)
		err = file_create(out, buf_bytes(&content), 0600);
	if (err == TOCSIN_OK && !x->json)
		print_text("%s: %zu bytes; nobody has looked into it, so open it with care\n", out, content.n);
	if (err == TOCSIN_OK && x->json) {
		json_t *o = json_pack("{s:s, s:I}", "out", out, "size", (json_int_t)content.n);
		print_json(o);
		json_decref(o);
	}
	buf_free(&content);
	return err == TOCSIN_OK ? EXIT_DONE : complain(err);
}

int command_attachment(const struct context *x, int argc, char **argv)
{
	const char *out = NULL;
	struct words plain;
	struct buf path;
	const struct option options[] = { { "--out", OPTION_ONE, &out }, { NULL } };
	if (!args_take(argc, argv, options, &plain, 2, 2) || out == NULL)
		return usage("attachment");
	buf_init(&path, 8192);
	buf_add_str(&path, "/api/v1/statements/");
	client_quote(&path, plain.word[0]);
	buf_add_str(&path, "/files?name=");
	client_quote(&path, plain.word[1]);
	buf_add_char(&path, 0);
	enum tocsin_err err = buf_end(&path, "a name");
	int status = err == TOCSIN_OK ? attach_save(x, (const char *)path.p, out) : complain(err);
	buf_free(&path);
	return status;
}
