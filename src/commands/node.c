/*
 * node: init and serve.
 */
#include <stdio.h>
#include <stdlib.h>

#include "base/file.h"
#include "base/log.h"
#include "commands/command.h"
#include "node/node.h"

#define PASSPHRASE_MAX 1024

/* The first line of FILE. */
static enum tocsin_err read_passphrase(const char *file, struct buf *out)
{
	enum tocsin_err err = file_read_private(file, out);
	if (err != TOCSIN_OK)
		return err;
	const uint8_t *end = out->n == 0 ? NULL : memchr(out->p, '\n', out->n);
	if (end != NULL)
		out->n = (size_t)(end - out->p);
	return out->n > 0 ? TOCSIN_OK : fail(TOCSIN_BAD, "%s holds no passphrase in its first line", file);
}

#define FETCH_WITHOUT_ADDRESS 30                /* seconds */

int command_init(const struct context *x, int argc, char **argv)
{
	char *name = NULL, *exchange = NULL, *desk = NULL;
	const char *url = NULL, *passphrase_file = NULL;
	struct words plain;
	const struct option options[] = {
		{ "--name", OPTION_ONE, &name }, { "--exchange", OPTION_ONE, &exchange }, { "--desk", OPTION_ONE, &desk }, { "--url", OPTION_ONE, &url },
		{ "--passphrase-file", OPTION_ONE, &passphrase_file }, { NULL },
	};
	if (!args_take(argc, argv, options, &plain, 1, 1) || name == NULL)
		return usage("init");
	struct config c = { .name = name, .exchange_listen = exchange, .desk_listen = desk,
		.fetch = url == NULL ? FETCH_WITHOUT_ADDRESS : 0 };
	struct buf passphrase;
	enum tocsin_err err = TOCSIN_OK;
	buf_init_secret(&passphrase, PASSPHRASE_MAX);
	log_level_set(LOG_WARN);
	if (passphrase_file != NULL)
		err = read_passphrase(passphrase_file, &passphrase);
	if (err == TOCSIN_OK)
		err = node_init(plain.word[0], &c, url, buf_bytes(&passphrase));
	buf_free(&passphrase);
	if (err != TOCSIN_OK)
		return complain(err);
	if (x->json) {
		json_t *o = json_pack("{s:s, s:s}", "dir", plain.word[0], "name", name);
		print_json(o);
		json_decref(o);
	} else {
		print_text("%s is made in %s. Next: tocsin -d %s serve\n", name, plain.word[0], plain.word[0]);
		if (url == NULL)
			print_text("Without --url nobody can call it: it calls its partners, and asks each one that has an address every %d seconds "
				"for what waits for it ([exchange] fetch). Two nodes without an address need carry files, or a broker.\n",
				FETCH_WITHOUT_ADDRESS);
	}
	return EXIT_DONE;
}

int command_serve(const struct context *x, int argc, char **argv)
{
	struct words plain;
	const struct option options[] = { { NULL } };
	if (!args_take(argc, argv, options, &plain, 0, 0))
		return usage("serve");
	enum tocsin_err err = node_run(x->dir);
	return err == TOCSIN_OK ? EXIT_DONE : complain(err);
}
