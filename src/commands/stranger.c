/*
 * stranger: nodes that are no partners and have introduced themselves.
 */
#include "commands/command.h"

static void print_stranger(const json_t *s)
{
	const char *by = text_of(s, "by"), *vouched = text_of(s, "vouched");
	print_text("%-32s  since %s  %s%s%s%s%s\n", text_of(s, "name"), text_of(s, "since"), text_of(s, "way"),
		by[0] != 0 ? " by " : "", by, vouched[0] != 0 ? ", now vouched for by " : "", vouched);
}

static int list(const struct context *x)
{
	json_t *answer = NULL;
	const json_t *s;
	size_t i;
	enum tocsin_err err = client_json(x, "GET", "/api/v1/strangers", NULL, &answer);
	if (err == TOCSIN_OK && !x->json)
		json_array_foreach(json_object_get(answer, "items"), i, s)
			print_stranger(s);
	return print_answer(x, err, answer, NULL);
}

static int show(const struct context *x, const char *name)
{
	json_t *answer = NULL;
	const json_t *s;
	size_t i;
	enum tocsin_err err = client_about(x, "GET", "/api/v1/strangers/", name, "", NULL, &answer);
	if (err == TOCSIN_OK && !x->json) {
		print_stranger(answer);
		print_text("%s\nsafety number: %s\nfingerprint:   %s\nlast heard of: %s\n", text_of(answer, "note"), text_of(answer, "safety"),
			text_of(answer, "fingerprint"), text_of(answer, "last_at"));
		json_array_foreach(json_object_get(answer, "duty"), i, s)
			print_text("its card says: %s\n", json_string_value(s));
		json_array_foreach(json_object_get(answer, "sent"), i, s)
			print_text("sent %s  %s  %s\n", text_of(s, "known_at"), text_of(s, "kind"), text_of(s, "id"));
	}
	return print_answer(x, err, answer, NULL);
}

int command_stranger(const struct context *x, int argc, char **argv)
{
	const char *reason = NULL;
	struct words w;
	json_t *answer = NULL;
	const struct option options[] = { { "--reason", OPTION_ONE, &reason }, { NULL } };
	if (!args_take(argc, argv, options, &w, 1, 2))
		return usage("stranger");
	const char *verb = w.word[0];
	if (strcmp(verb, "list") == 0 && w.n == 1 && reason == NULL)
		return list(x);
	if (strcmp(verb, "show") == 0 && w.n == 2 && reason == NULL)
		return show(x, w.word[1]);
	if (strcmp(verb, "adopt") == 0 && w.n == 2 && reason == NULL) {
		enum tocsin_err err = client_about(x, "POST", "/api/v1/strangers/", w.word[1], "/adopt", NULL, &answer);
		return print_answer(x, err, answer, "a partner now, unconfirmed: compare safety numbers, then tocsin partner confirm");
	}
	if (strcmp(verb, "drop") == 0 && w.n == 2 && reason != NULL) {
		json_t *send = json_pack("{s:s}", "reason", reason);
		enum tocsin_err err = send == NULL ? fail(TOCSIN_BAD, "the reason is not valid UTF-8")
						   : client_about(x, "POST", "/api/v1/strangers/", w.word[1], "/drop", send, &answer);
		return print_answer(x, err, answer, "dropped: its cards are gone, what it sent stays, marked");
	}
	return usage("stranger");
}
