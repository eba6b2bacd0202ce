/*
 * age: seal and unseal, streaming from standard input to standard output.
 */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/file.h"
#include "commands/command.h"
#include "seal/age.h"

#define BLOCK 65536
#define MOST 64

static enum tocsin_err write_out(void *arg, struct bytes b)
{
	(void)arg;
	return fwrite(b.p, 1, b.n, stdout) == b.n ? TOCSIN_OK : fail(TOCSIN_BROKEN, "standard output cannot be written");
}

/* Gives all of standard input, block by block, to ADD. */
static enum tocsin_err pump(enum tocsin_err (*add)(void *to, struct bytes b), void *to)
{
	static uint8_t block[BLOCK];
	enum tocsin_err err = TOCSIN_OK;
	size_t n;
	while (err == TOCSIN_OK && (n = fread(block, 1, sizeof block, stdin)) > 0)
		err = add(to, bytes_of(block, n));
	bytes_wipe(block, sizeof block);
	if (err == TOCSIN_OK && ferror(stdin))
		err = fail(TOCSIN_BROKEN, "standard input cannot be read");
	return err;
}

static enum tocsin_err add_to_writer(void *to, struct bytes b)
{
	return age_writer_add(to, b);
}

static enum tocsin_err add_to_reader(void *to, struct bytes b)
{
	return age_reader_add(to, b);
}

int command_seal(const struct context *x, int argc, char **argv)
{
	(void)x;
	struct words to = { 0 }, plain;
	const struct option options[] = { { "-r", OPTION_MANY, &to }, { NULL } };
	if (!args_take(argc, argv, options, &plain, 0, 0) || to.n == 0 || to.n > MOST)
		return usage("seal");
	struct age_recipient recipient[MOST];
	struct age_writer *w = NULL;
	enum tocsin_err err = TOCSIN_OK;
	for (size_t i = 0; err == TOCSIN_OK && i < to.n; i++)
		err = age_recipient_parse(bytes_str(to.word[i]), &recipient[i]);
	if (err == TOCSIN_OK)
		err = age_writer_new(recipient, to.n, write_out, NULL, &w);
	if (err == TOCSIN_OK)
		err = pump(add_to_writer, w);
	if (err == TOCSIN_OK)
		err = age_writer_end(w);
	age_writer_free(w);
	return err == TOCSIN_OK ? EXIT_DONE : complain(err);
}

int command_unseal(const struct context *x, int argc, char **argv)
{
	(void)x;
	const char *file = NULL;
	struct words plain;
	const struct option options[] = { { "-i", OPTION_ONE, &file }, { NULL } };
	if (!args_take(argc, argv, options, &plain, 0, 0) || file == NULL)
		return usage("unseal");
	struct age_identity id[MOST];
	struct age_reader *r = NULL;
	struct buf text;
	size_t n = 0;
	buf_init_secret(&text, 65536);
	enum tocsin_err err = file_read_private(file, &text);
	if (err == TOCSIN_OK)
		err = age_identities_parse(buf_bytes(&text), id, MOST, &n);
	if (err == TOCSIN_OK)
		err = age_reader_new(id, n, write_out, NULL, &r);
	if (err == TOCSIN_OK)
		err = pump(add_to_reader, r);
	if (err == TOCSIN_OK)
		err = age_reader_end(r);
	age_reader_free(r);
	bytes_wipe(id, sizeof id);
	buf_free(&text);
	return err == TOCSIN_OK ? EXIT_DONE : complain(err);
}
