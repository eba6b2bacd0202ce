/*
 * ask: request, answer: a question to a partner with a purpose and a time, and what came of it.
 */
#include "commands/command.h"

int command_request(const struct context *x, int argc, char **argv)
{
	struct words to = { 0 }, re = { 0 }, plain;
	const char *wait = NULL;
	long seconds;
	const struct option options[] = { { "--to", OPTION_MANY, &to }, { "--re", OPTION_MANY, &re }, { "--wait", OPTION_ONE, &wait }, { NULL } };
	if (!args_take(argc, argv, options, &plain, 1, 1) || to.n == 0 || !seconds_of(wait, &seconds))
		return usage("request");
	json_t *fields;
	enum tocsin_err err = read_json(plain.word[0], &fields);
	if (err != TOCSIN_OK)
		return complain(err);
	json_t *send = json_pack("{s:s, s:o, s:o, s:o}", "kind", "request", "to", json_words(&to), "fields", fields, "re", json_words(&re));
	return issue_statement(x, send, seconds);
}

int command_answer(const struct context *x, int argc, char **argv)
{
	const char *result = NULL, *text = NULL, *reason = NULL, *due = NULL, *wait = NULL, *ground = NULL;
	long seconds;
	bool withheld = false;
	struct words plain;
	const struct option options[] = {
		{ "--withheld", OPTION_FLAG, &withheld }, { "--ground", OPTION_ONE, &ground },
		{ "--result", OPTION_ONE, &result }, { "--text", OPTION_ONE, &text }, { "--reason", OPTION_ONE, &reason }, { "--due", OPTION_ONE, &due },
		{ "--wait", OPTION_ONE, &wait }, { NULL },
	};
	if (!args_take(argc, argv, options, &plain, 1, 1) || (result == NULL) != withheld || !seconds_of(wait, &seconds))
		return usage("answer");
	json_t *fields = json_object();
	/* Said as if nothing were held; that it was kept is in a closed line. */
	put_text(fields, "result", withheld ? "nothing-held" : result);
	if (withheld)
		json_object_set_new(fields, "answer.withheld", json_true());
	put_text(fields, "decline.ground", ground);
	put_text(fields, "text", text);
	put_text(fields, "reason", reason);
	put_text(fields, "due", due);
	return issue_about(x, "answer", plain.word[0], fields, seconds);
}
