/*
 * carry: batches and answers as files, for a node that has no network.
 */
#include <stdio.h>

#include "base/file.h"
#include "base/limits.h"
#include "commands/command.h"

static int carry_out(const struct context *x, const char *partner, const char *file)
{
	struct buf path, carry;
	buf_init(&path, 4096);
	buf_init(&carry, LIMIT_BATCH_BYTES + 4096);
	buf_add_str(&path, "/api/v1/carry/out/");
	client_quote(&path, partner);
	buf_add_char(&path, 0);
	enum tocsin_err err = buf_end(&path, "a name");
	if (err == TOCSIN_OK)
		err = client_ask(x, "POST", (const char *)path.p, NULL, NULL, &carry);
	if (err == TOCSIN_OK)
		err = file_create(file, buf_bytes(&carry), 0600);
	if (err == TOCSIN_OK && !x->json)
		print_text("%s: %zu bytes for %s; what is in it stays in the outbox until its answer is here\n", file, carry.n, partner);
	buf_free(&path);
	buf_free(&carry);
	return err == TOCSIN_OK ? EXIT_DONE : complain(err);
}

static int carry_in(const struct context *x, const char *file, const char *answer_file)
{
	struct buf carry, answer;
	buf_init(&carry, LIMIT_BATCH_BYTES + 4096);
	buf_init(&answer, LIMIT_ANSWER_BYTES + 4096);
	enum tocsin_err err = file_read(file, &carry);
	if (err == TOCSIN_OK)
		err = client_ask(x, "POST", "/api/v1/carry/in", "application/octet-stream", &carry, &answer);
	if (err == TOCSIN_OK && answer.n > 0 && answer_file == NULL)
		err = fail(TOCSIN_REFUSED, "it was taken, and its answer must go back: say where to write it with --answer FILE, and carry the same file in again");
	else if (err == TOCSIN_OK && answer.n > 0)
		err = file_create(answer_file, buf_bytes(&answer), 0600);
	if (err == TOCSIN_OK && !x->json && answer.n > 0)
		print_text("taken; carry %s back\n", answer_file);
	else if (err == TOCSIN_OK && !x->json)
		print_text("taken\n");
	buf_free(&carry);
	buf_free(&answer);
	return err == TOCSIN_OK ? EXIT_DONE : complain(err);
}

int command_carry(const struct context *x, int argc, char **argv)
{
	const char *out = NULL, *answer = NULL;
	struct words w;
	const struct option options[] = { { "--out", OPTION_ONE, &out }, { "--answer", OPTION_ONE, &answer }, { NULL } };
	if (!args_take(argc, argv, options, &w, 2, 2))
		return usage("carry");
	if (strcmp(w.word[0], "out") == 0 && out != NULL)
		return carry_out(x, w.word[1], out);
	if (strcmp(w.word[0], "in") == 0)
		return carry_in(x, w.word[1], answer);
	return usage("carry");
}
