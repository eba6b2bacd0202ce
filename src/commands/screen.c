/*
 * screen: the door's rules: those that are there from the beginning, and a test bench for one's own. It needs no node.
 */
#include "base/clock.h"
#include "commands/command.h"
#include "domain/screen_try.h"

static void print_case(const json_t *item)
{
	size_t i;
	const json_t *f;
	print_text("%s: %s%s\n", text_of(item, "name"), text_of(item, "verdict"), json_is_true(json_object_get(item, "as_expected")) ? "" :
		", which was not expected");
	json_array_foreach(json_object_get(item, "findings"), i, f)
		print_text("    %s: %s (%s): %s\n", text_of(f, "verdict"), text_of(f, "rule"), text_of(f, "facts"), text_of(f, "text"));
}

static int try_file(const struct context *x, const char *file)
{
	json_t *given = NULL, *answer = NULL;
	size_t i;
	const json_t *item;
	enum tocsin_err err = read_json(file, &given);
	if (err == TOCSIN_OK)
		err = screen_try(given, clock_now(), &answer);
	json_decref(given);
	if (err != TOCSIN_OK)
		return complain(err);
	json_int_t wrong = json_integer_value(json_object_get(answer, "not"));
	if (x->json) {
		print_json(answer);
	} else {
		json_array_foreach(json_object_get(answer, "items"), i, item)
			print_case(item);
		print_text("%lld as expected, %lld not\n", (long long)json_integer_value(json_object_get(answer, "as_expected")),
			(long long)wrong);
	}
	json_decref(answer);
	return wrong == 0 ? EXIT_DONE : EXIT_REFUSED;
}

int command_screen(const struct context *x, int argc, char **argv)
{
	struct words w;
	const char *file = NULL;
	const struct option options[] = { { "--try", OPTION_ONE, &file }, { NULL } };
	if (!args_take(argc, argv, options, &w, 0, 1) || (file == NULL) == (w.n == 0))
		return usage("screen");
	if (file != NULL)
		return try_file(x, file);
	if (strcmp(w.word[0], "default") != 0)
		return usage("screen");
	struct bytes rules = screen_rules_default();
	print_text("%.*s", (int)rules.n, (const char *)rules.p);
	return EXIT_DONE;
}
