#include <stdio.h>

#include "base/limits.h"
#include "commands/command.h"

/* card: our own chain, and its next card. */

static int card_next(const struct context *x, const struct words *url, const struct words *duty, bool rotate)
{
	json_t *answer = NULL, *send = json_object();
	if (url->n > 0)
		json_object_set_new(send, "url", json_words(url));
	if (duty->n > 0)
		json_object_set_new(send, "duty", json_words(duty));
	json_object_set_new(send, "rotate", json_boolean(rotate));
	enum tocsin_err err = client_json(x, "POST", "/api/v1/card/next", send, &answer);
	json_decref(send);
	if (err != TOCSIN_OK)
		return complain(err);
	if (x->json)
		print_json(answer);
	else
		print_text("card %lld is issued; partners get it with the next envelopes\n", (long long)json_integer_value(json_object_get(answer, "seq")));
	json_decref(answer);
	return EXIT_DONE;
}

int command_card(const struct context *x, int argc, char **argv)
{
	struct words url = { 0 }, duty = { 0 }, plain;
	const struct option options[] = { { "--url", OPTION_MANY, &url }, { "--duty", OPTION_MANY, &duty }, { NULL } };
	if (!args_take(argc, argv, options, &plain, 0, 1) || (plain.n == 1 && strcmp(plain.word[0], "rotate") != 0))
		return usage("card");
	if (plain.n == 1 || url.n > 0 || duty.n > 0)
		return card_next(x, &url, &duty, plain.n == 1);
	struct buf chain;
	buf_init(&chain, LIMIT_CHAIN_BYTES);
	enum tocsin_err err = client_ask(x, "GET", "/api/v1/card", NULL, NULL, &chain);
	int status = EXIT_DONE;
	if (err != TOCSIN_OK) {
		status = complain(err);
	} else if (x->json) {
		json_t *o = json_pack("{s:s%}", "chain", (const char *)chain.p, chain.n);
		print_json(o);
		json_decref(o);
	} else {
		/* As it is: a card chain is verified byte by byte. */
		fwrite(chain.p, 1, chain.n, stdout);
	}
	buf_free(&chain);
	return status;
}
