#include "commands/command.h"

/* clock: an exercise node's time is set, for re-enactments. */
int command_clock(const struct context *x, int argc, char **argv)
{
	struct words w;
	const struct option options[] = { { NULL } };
	if (!args_take(argc, argv, options, &w, 1, 1))
		return usage("clock");
	json_t *answer = NULL, *send = json_pack("{s:s}", "now", w.word[0]);
	enum tocsin_err err = send == NULL ? fail(TOCSIN_BAD, "the time is not valid UTF-8") : client_json(x, "PUT", "/api/v1/clock", send, &answer);
	json_decref(send);
	if (err != TOCSIN_OK)
		return complain(err);
	if (x->json)
		print_json(answer);
	json_decref(answer);
	return EXIT_DONE;
}
