/*
 * evidence: a bundle, as a folder or as the archive itself.
 */
#include <stdio.h>
#include <stdlib.h>

#include "base/file.h"
#include "base/limits.h"
#include "base/tar.h"
#include "commands/command.h"

static void add_fields(struct buf *path, const char *key, const char *list, bool *first)
{
	if (list == NULL)
		return;
	buf_printf(path, "%c%s=", *first ? '?' : '&', key);
	client_quote(path, list);
	*first = false;
}

/* Makes the folder PATH, which must not be there, and puts the archive's files into it. */
static enum tocsin_err unpack(const char *path, struct bytes archive, size_t *n)
{
	struct tar_file *files = calloc(TAR_FILES, sizeof *files);
	char inner[4096];
	if (files == NULL)
		return fail(TOCSIN_BROKEN, "no memory for the bundle");
	enum tocsin_err err = tar_read(archive, files, n);
	if (err == TOCSIN_OK && file_exists(path))
		err = fail(TOCSIN_REFUSED, "%s is there already: name a folder that is not", path);
	if (err == TOCSIN_OK)
		err = file_mkdir(path, 0755);
	for (size_t i = 0; err == TOCSIN_OK && i < *n; i++) {
		const char *slash = strchr(files[i].name, '/');
		if (slash != NULL) {
			char folder[sizeof files[i].name];
			snprintf(folder, sizeof folder, "%.*s", (int)(slash - files[i].name), files[i].name);
			err = file_join(inner, sizeof inner, path, folder);
			if (err == TOCSIN_OK)
				err = file_mkdir(inner, 0755);
		}
		if (err == TOCSIN_OK)
			err = file_join(inner, sizeof inner, path, files[i].name);
		if (err == TOCSIN_OK)
			err = file_create(inner, files[i].content, 0644);
	}
	free(files);
	return err;
}

enum tocsin_err evidence_fetch(const struct context *x, const char *id, const char *only, const char *reveal, struct buf *archive)
{
	struct buf path;
	bool first = true;
	buf_init(&path, 65536);
	buf_add_str(&path, "/api/v1/statements/");
	client_quote(&path, id);
	buf_add_str(&path, "/evidence");
	add_fields(&path, "only", only, &first);
	add_fields(&path, "reveal", reveal, &first);
	buf_add_char(&path, 0);
	enum tocsin_err err = buf_end(&path, "the names of the fields");
	if (err == TOCSIN_OK)
		err = client_ask(x, "GET", (const char *)path.p, NULL, NULL, archive);
	buf_free(&path);
	return err;
}

enum tocsin_err evidence_unpack(const char *out, struct bytes archive)
{
	size_t n;
	return unpack(out, archive, &n);
}

int command_evidence(const struct context *x, int argc, char **argv)
{
	const char *out = NULL, *only = NULL, *reveal = NULL;
	bool tender = false;
	struct words plain;
	const struct option options[] = { { "--out", OPTION_ONE, &out }, { "--only", OPTION_ONE, &only }, { "--reveal", OPTION_ONE, &reveal },
		{ "--tender", OPTION_FLAG, &tender }, { NULL } };
	if (!args_take(argc, argv, options, &plain, 1, 1) || out == NULL)
		return usage("evidence");
	struct buf archive;
	buf_init(&archive, LIMIT_EVIDENCE_BYTES);
	size_t len = strlen(out);
	bool tar = len > 4 && strcmp(out + len - 4, ".tar") == 0;
	enum tocsin_err err;
	if (tender) {
		err = tar ? fail(TOCSIN_BAD, "a tender is a folder of bundles: name one, no archive")
			: evidence_tender(x, plain.word[0], out, only, reveal);
	} else {
		err = evidence_fetch(x, plain.word[0], only, reveal, &archive);
		if (err == TOCSIN_OK)
			err = tar ? file_create(out, buf_bytes(&archive), 0644) : evidence_unpack(out, buf_bytes(&archive));
	}
	buf_free(&archive);
	if (err != TOCSIN_OK)
		return complain(err);
	if (x->json) {
		json_t *o = json_pack("{s:s}", "out", out);
		print_json(o);
		json_decref(o);
	} else {
		print_text("%s: whoever has this can show every open line in it to anybody\n", out);
	}
	return EXIT_DONE;
}
