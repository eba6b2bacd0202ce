/*
 * share: lets another unit see a statement.
 */
#include <stdio.h>

#include "commands/command.h"

int command_share(const struct context *x, int argc, char **argv)
{
	bool whole = false;
	const char *compartment = NULL;
	struct words w;
	const struct option options[] = { { "--compartment", OPTION_ONE, &compartment }, { "--whole", OPTION_FLAG, &whole }, { NULL } };
	if (!args_take(argc, argv, options, &w, 2, 2))
		return usage("share");
	json_t *answer = NULL, *send = json_pack("{s:s, s:s*, s:b}", "unit", w.word[1], "compartment", compartment, "whole", whole);
	if (send == NULL)
		return complain(fail(TOCSIN_BAD, "the name of the unit or of the compartment is not valid UTF-8"));
	enum tocsin_err err = client_about(x, "POST", "/api/v1/statements/", w.word[0], "/share", send, &answer);
	if (err != TOCSIN_OK)
		return complain(err);
	if (x->json)
		print_json(answer);
	else
		print_text("%s sees %s\n", text_of(answer, "unit"), text_of(answer, "id"));
	json_decref(answer);
	return EXIT_DONE;
}
