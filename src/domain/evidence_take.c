#include "domain/evidence.h"

#include "base/text.h"

#define WITNESSES "witnesses/"
#define CARDS ".cards"

/* "witnesses/<name>.cards": the name into OUT. */
static bool witness_name(const char *file, char out[LIMIT_NAME + 1])
{
	size_t n = strlen(file), before = sizeof WITNESSES - 1, after = sizeof CARDS - 1;
	if (n <= before + after || strncmp(file, WITNESSES, before) != 0 || strcmp(file + n - after, CARDS) != 0)
		return false;
	struct bytes name = bytes_of(file + before, n - before - after);
	if (!text_is_name(name))
		return false;
	memcpy(out, name.p, name.n);
	out[name.n] = '\0';
	return true;
}

static enum tocsin_err take_witness(const struct evidence_file *f, struct evidence *e)
{
	char name[LIMIT_NAME + 1];
	if (!witness_name(f->name, name))
		return fail(TOCSIN_BAD, "%.120s does not belong into a bundle of evidence", f->name);
	for (size_t i = 0; i < e->witness_n; i++)
		if (strcmp(e->witness[i].name, name) == 0)
			return fail(TOCSIN_BAD, "%.120s is in the bundle twice", f->name);
	if (e->witness_n == sizeof e->witness / sizeof e->witness[0])
		return fail(TOCSIN_BAD, "the bundle has more than %zu files of witnesses", e->witness_n);
	memcpy(e->witness[e->witness_n].name, name, sizeof name);
	e->witness[e->witness_n++].cards = f->content;
	return TOCSIN_OK;
}

enum tocsin_err evidence_take(const struct evidence_file *files, size_t n, struct evidence *e)
{
	struct bytes readme = { 0 }, script = { 0 };
	memset(e, 0, sizeof *e);
	const struct { const char *name; struct bytes *at; bool needed; } part[] = {
		{ "statement.note", &e->statement, true }, { "body.txt", &e->body, true },
			{ "opened.txt", &e->opened, false }, { "issued.tlog-proof", &e->issued, false },
		{ "receipt.tlog-proof", &e->receipt, false }, { "sender.cards", &e->sender, true },
			{ "recipient.cards", &e->recipient, false }, { "quorum.txt", &e->quorum, false },
		{ "README.txt", &readme, false }, { "check.sh", &script, false },
	};
	const size_t parts = sizeof part / sizeof part[0];
	size_t total = 0;
	if (n > LIMIT_EVIDENCE_FILES)
		return fail(TOCSIN_BAD, "the bundle has more than %d files", LIMIT_EVIDENCE_FILES);
	for (size_t i = 0; i < n; i++) {
		size_t j = 0;
		if (files[i].content.n > LIMIT_EVIDENCE_BYTES - total)
			return fail(TOCSIN_BAD, "the bundle is larger than %u bytes", LIMIT_EVIDENCE_BYTES);
		total += files[i].content.n;
		while (j < parts && strcmp(part[j].name, files[i].name) != 0)
			j++;
		if (j == parts) {
			enum tocsin_err err = take_witness(&files[i], e);
			if (err != TOCSIN_OK)
				return err;
			continue;
		}
		if (part[j].at->p != NULL)
			return fail(TOCSIN_BAD, "%s is in the bundle twice", part[j].name);
		/* An empty file is there, too: absent is p == NULL. */
		*part[j].at = files[i].content.n > 0 ? files[i].content : BYTES_LIT("");
	}
	for (size_t j = 0; j < parts; j++)
		if (part[j].needed && part[j].at->p == NULL)
			return fail(TOCSIN_BAD, "the bundle has no %s", part[j].name);
	return TOCSIN_OK;
}
