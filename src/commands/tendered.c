/*
 * tendered: the evidence that a statement was handed to a broker: its own bundle, that of its tender, and what the broker said.
 */
#include <stdlib.h>

#include "base/file.h"
#include "base/limits.h"
#include "base/tar.h"
#include "commands/command.h"
#include "domain/tendered.h"

struct parts {
	char broker[LIMIT_NAME + 1];
	char name[TENDERED_WORDS + 2][32];
	char id[TENDERED_WORDS + 2][2 * SHA256_SIZE + 1];
	struct buf archive[TENDERED_WORDS + 2];
	size_t n;
};

static void add_part(struct parts *p, const char *name, const char *id)
{
	snprintf(p->name[p->n], sizeof p->name[0], "%s", name);
	snprintf(p->id[p->n], sizeof p->id[0], "%s", id);
	p->n++;
}

/* What the broker said of the tender ANSWERED, in its order: of very much the newest. */
static void add_custody(struct parts *p, const json_t *answered)
{
	const json_t *answers = json_object_get(answered, "answers"), *item;
	size_t i, n = 0, skip = 0;
	json_array_foreach(answers, i, item)
		n += strcmp(text_of(item, "kind"), "custody") == 0;
	skip = n > TENDERED_WORDS ? n - TENDERED_WORDS : 0;
	n = 0;
	json_array_foreach(answers, i, item) {
		char name[32];
		if (strcmp(text_of(item, "kind"), "custody") != 0 || n++ < skip)
			continue;
		snprintf(name, sizeof name, "custody-%zu", n - skip);
		add_part(p, name, text_of(item, "id"));
	}
}

static enum tocsin_err find_parts(const struct context *x, const char *id, struct parts *p)
{
	json_t *statement = NULL, *tender = NULL;
	enum tocsin_err err = client_about(x, "GET", "/api/v1/statements/", id, "", NULL, &statement);
	const char *by = err != TOCSIN_OK ? "" : text_of(json_object_get(statement, "broker"), "tender");
	if (err == TOCSIN_OK && json_object_get(statement, "unnamed") != NULL)
		err = fail(TOCSIN_REFUSED, "the tender of %.16s says whose it is, and it was written without our name: tocsin evidence %.16s has what does not", id, id);
	if (err == TOCSIN_OK && by[0] == 0)
		err = fail(TOCSIN_MISSING, "%.16s was not tendered to a broker by this node: tocsin show %.16s tells where it stands", id, id);
	if (err == TOCSIN_OK && text_of(json_object_get(statement, "broker"), "handed_at")[0] == 0)
		err = fail(TOCSIN_LATER, "%s has not confirmed the tender: nothing proves yet that it was handed over",
			text_of(json_object_get(statement, "broker"), "by"));
	if (err == TOCSIN_OK)
		err = client_about(x, "GET", "/api/v1/statements/", by, "", NULL, &tender);
	if (err == TOCSIN_OK) {
		snprintf(p->broker, sizeof p->broker, "%s", text_of(json_object_get(statement, "broker"), "by"));
		add_part(p, "statement", text_of(statement, "id"));
		add_part(p, "tender", by);
		add_custody(p, tender);
	}
	json_decref(statement);
	json_decref(tender);
	return err;
}

/* The receipt for the tender, fetched again for its bundle, is witnessed now, or by nobody ever. */
static enum tocsin_err look_witnessed(const struct context *x, const struct parts *p)
{
	json_t *statement = NULL;
	size_t n = 0;
	bool none = false;
	struct tar_file *file = calloc(TAR_FILES, sizeof *file);
	enum tocsin_err err = file == NULL ? fail(TOCSIN_BROKEN, "no memory for the bundles")
		: tar_read(buf_bytes(&p->archive[1]), file, &n);
	for (size_t i = 0; err == TOCSIN_OK && i < n; i++)
		none = none || (strcmp(file[i].name, "quorum.txt") == 0 && bytes_equal_str(file[i].content, "quorum none\n"));
	free(file);
	if (err == TOCSIN_OK && !none)
		err = client_about(x, "GET", "/api/v1/statements/", p->id[0], "", NULL, &statement);
	if (err == TOCSIN_OK && !none && text_of(json_object_get(statement, "broker"), "handed_not_later_than")[0] == 0)
		err = fail(TOCSIN_LATER, "the receipt of %s for the tender is not witnessed yet: try again; tocsin evidence %.16s writes what there is",
			p->broker, p->id[1]);
	json_decref(statement);
	return err;
}

static enum tocsin_err write_readme(const char *out)
{
	char path[4096];
	struct buf text;
	buf_init(&text, 8192);
	tendered_readme(&text);
	enum tocsin_err err = buf_end(&text, "a README");
	if (err == TOCSIN_OK)
		err = file_join(path, sizeof path, out, "README.txt");
	if (err == TOCSIN_OK)
		err = file_create(path, buf_bytes(&text), 0644);
	buf_free(&text);
	return err;
}

enum tocsin_err evidence_tender(const struct context *x, const char *id, const char *out, const char *only, const char *reveal)
{
	char path[4096];
	struct parts *p = calloc(1, sizeof *p);
	enum tocsin_err err = p == NULL ? fail(TOCSIN_BROKEN, "no memory for the bundles")
		: file_exists(out) ? fail(TOCSIN_REFUSED, "%s is there already: name a folder that is not", out) : find_parts(x, id, p);
	/* All of it is here before anything is written. */
	for (size_t i = 0; err == TOCSIN_OK && i < p->n; i++) {
		buf_init(&p->archive[i], LIMIT_EVIDENCE_BYTES);
		err = evidence_fetch(x, p->id[i], i == 0 ? only : NULL, i == 0 ? reveal : NULL, &p->archive[i]);
	}
	if (err == TOCSIN_OK)
		err = look_witnessed(x, p);
	if (err == TOCSIN_OK)
		err = file_mkdir(out, 0755);
	for (size_t i = 0; err == TOCSIN_OK && i < p->n; i++) {
		err = file_join(path, sizeof path, out, p->name[i]);
		if (err == TOCSIN_OK)
			err = evidence_unpack(path, buf_bytes(&p->archive[i]));
	}
	if (err == TOCSIN_OK)
		err = write_readme(out);
	for (size_t i = 0; p != NULL && i < p->n; i++)
		buf_free(&p->archive[i]);
	free(p);
	return err;
}
