/*
 * broker: what is held here for others.
 */
#include "commands/command.h"

int command_broker(const struct context *x, int argc, char **argv)
{
	const char *after = NULL;
	struct words plain;
	const struct option options[] = { { "--after", OPTION_ONE, &after }, { NULL } };
	if (!args_take(argc, argv, options, &plain, 1, 1) || strcmp(plain.word[0], "list") != 0)
		return usage("broker");
	struct buf path;
	json_t *answer = NULL;
	const json_t *o;
	size_t i;
	buf_init(&path, 4096);
	buf_add_str(&path, "/api/v1/custody");
	if (after != NULL) {
		buf_add_str(&path, "?after=");
		client_quote(&path, after);
	}
	buf_add_char(&path, 0);
	enum tocsin_err err = buf_end(&path, "the question");
	if (err == TOCSIN_OK)
		err = client_json(x, "GET", (const char *)path.p, NULL, &answer);
	buf_free(&path);
	if (err != TOCSIN_OK)
		return complain(err);
	if (x->json) {
		print_json(answer);
	} else {
		const json_t *items = json_object_get(answer, "items");
		json_array_foreach(items, i, o)
			print_text("%.16s  %s -> %s  since %s  until %s  %lld bytes\n", text_of(o, "tender"), text_of(o, "from"), text_of(o, "to"), text_of(o, "at"),
				text_of(o, "until"), (long long)json_integer_value(json_object_get(o, "bytes")));
		if (json_array_size(items) == 0)
			print_text("nothing is in custody here\n");
		if (text_of(answer, "next")[0] != 0)
			print_text("more: tocsin broker list --after %.16s\n", text_of(answer, "next"));
	}
	json_decref(answer);
	return EXIT_DONE;
}
