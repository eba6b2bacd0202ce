/*
 * draft_file: the files of a draft: another one, one less, one to be looked at.
 */
#include <stdio.h>

#include "base/limits.h"
#include "commands/command.h"

/* "/api/v1/drafts/ID/files?name=NAME", into PATH. */
static void begin_path(struct buf *path, const char *id, const char *name)
{
	buf_init(path, 8192);
	buf_add_str(path, "/api/v1/drafts/");
	client_quote(path, id);
	buf_add_str(path, "/files?name=");
	client_quote(path, name);
}

/* The version that is named, or the newest one: whoever does not say which has not looked at another. */
static enum tocsin_err add_version(const struct context *x, struct buf *path, const char *id, const char *version)
{
	json_t *draft = NULL;
	enum tocsin_err err = TOCSIN_OK;
	buf_add_str(path, "&version=");
	if (version != NULL) {
		client_quote(path, version);
	} else {
		err = ask_draft(x, "GET", id, "", NULL, &draft);
		if (err == TOCSIN_OK)
			buf_add_u64(path, (uint64_t)json_integer_value(json_object_get(draft, "version")));
		json_decref(draft);
	}
	buf_add_char(path, 0);
	return err == TOCSIN_OK ? buf_end(path, "a file's name") : err;
}

static int finish(const struct context *x, enum tocsin_err err, json_t *answer)
{
	const json_t *f;
	size_t i;
	if (err != TOCSIN_OK)
		return complain(err);
	if (x->json) {
		print_json(answer);
	} else {
		print_text("draft %s, version %lld, %s\n", text_of(answer, "id"), (long long)json_integer_value(json_object_get(answer, "version")),
			text_of(answer, "state"));
		json_array_foreach(json_object_get(answer, "files"), i, f)
			print_text("  %s  %s  %s  %lld bytes\n", text_of(f, "line"), text_of(f, "name"), text_of(f, "type"),
				(long long)json_integer_value(json_object_get(f, "size")));
	}
	json_decref(answer);
	return EXIT_DONE;
}

static int attach(const struct context *x, const char *id, const char *word, const char *version)
{
	struct buf path, out;
	struct attached f;
	json_t *answer = NULL;
	enum tocsin_err err = attach_open(word, &f);
	buf_init(&path, 1);
	buf_init(&out, LIMIT_JSON);
	if (err == TOCSIN_OK) {
		begin_path(&path, id, f.name);
		buf_add_str(&path, "&type=");
		client_quote(&path, f.type);
		err = add_version(x, &path, id, version);
	}
	if (err == TOCSIN_OK)
		err = client_ask(x, "POST", (const char *)path.p, "application/octet-stream", &f.content, &out);
	if (err == TOCSIN_OK)
		err = json_parse(buf_bytes(&out), LIMIT_JSON, "the node's answer", &answer);
	buf_free(&path);
	buf_free(&out);
	buf_free(&f.content);
	return finish(x, err, answer);
}

static int detach(const struct context *x, const char *id, const char *name, const char *version)
{
	struct buf path;
	json_t *answer = NULL;
	begin_path(&path, id, name);
	enum tocsin_err err = add_version(x, &path, id, version);
	if (err == TOCSIN_OK)
		err = client_json(x, "DELETE", (const char *)path.p, NULL, &answer);
	buf_free(&path);
	return finish(x, err, answer);
}

static int save(const struct context *x, const char *id, const char *name, const char *out)
{
	struct buf path;
	begin_path(&path, id, name);
	buf_add_char(&path, 0);
	enum tocsin_err err = buf_end(&path, "a file's name");
	int status = err == TOCSIN_OK ? attach_save(x, (const char *)path.p, out) : complain(err);
	buf_free(&path);
	return status;
}

int draft_file(const struct context *x, int argc, char **argv)
{
	const char *out = NULL, *version = NULL;
	struct words w;
	const struct option options[] = { { "--out", OPTION_ONE, &out }, { "--version", OPTION_ONE, &version }, { NULL } };
	bool saves = strcmp(argv[0], "file") == 0;
	if (!args_take(argc, argv, options, &w, 2, 2) || (out != NULL) != saves || (saves && version != NULL))
		return usage("draft");
	if (saves)
		return save(x, w.word[0], w.word[1], out);
	return strcmp(argv[0], "attach") == 0 ? attach(x, w.word[0], w.word[1], version) : detach(x, w.word[0], w.word[1], version);
}
