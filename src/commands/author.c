/*
 * author: proving that one wrote what was sent without a name.
 */
#include "commands/command.h"

int command_author(const struct context *x, int argc, char **argv)
{
	const char *to = NULL;
	struct words plain;
	json_t *answer = NULL;
	const struct option options[] = { { "--to", OPTION_ONE, &to }, { NULL } };
	if (!args_take(argc, argv, options, &plain, 1, 1) || to == NULL)
		return usage("author");
	json_t *send = json_pack("{s:s}", "to", to);
	enum tocsin_err err = send == NULL ? fail(TOCSIN_BAD, "the name is not valid UTF-8")
					   : client_about(x, "POST", "/api/v1/statements/", plain.word[0], "/author", send, &answer);
	if (err == TOCSIN_OK && !x->json)
		print_text("%s %s\n", text_of(answer, "id"), text_of(answer, "to"));
	return print_answer(x, err, answer, NULL);
}
