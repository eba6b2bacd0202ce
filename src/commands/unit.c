/*
 * unit: units, compartments, and whom a unit's clocks go to.
 */
#include <stdio.h>

#include "commands/command.h"

static int put(const struct context *x, const char *prefix, const struct words *w)
{
	json_t *answer = NULL, *send = json_pack("{s:s}", "label", w->word[2]);
	if (send == NULL)
		return complain(fail(TOCSIN_BAD, "the label is not valid UTF-8"));
	enum tocsin_err err = client_about(x, "PUT", prefix, w->word[1], "", send, &answer);
	return print_answer(x, err, answer, "done");
}

static int list(const struct context *x, const char *path)
{
	json_t *answer = NULL;
	const json_t *u;
	size_t i;
	enum tocsin_err err = client_json(x, "GET", path, NULL, &answer);
	if (err == TOCSIN_OK && !x->json)
		json_array_foreach(json_object_get(answer, "items"), i, u)
			print_text("%-20s  %s\n", text_of(u, "name"), text_of(u, "label"));
	return print_answer(x, err, answer, NULL);
}

static int escalation(const struct context *x, const struct words *w, bool none)
{
	json_t *answer = NULL, *names = json_array(), *name;
	size_t i;
	enum tocsin_err err;
	for (i = 2; i < w->n; i++)
		json_array_append_new(names, json_string(w->word[i]));
	if (w->n > 2 || none) {
		err = client_about(x, "PUT", "/api/v1/units/", w->word[1], "/escalation", json_pack("{s:o}", "accounts", names), &answer);
	} else {
		json_decref(names);
		err = client_about(x, "GET", "/api/v1/units/", w->word[1], "/escalation", NULL, &answer);
	}
	if (err == TOCSIN_OK && !x->json)
		json_array_foreach(json_object_get(answer, "accounts"), i, name)
			print_text("%zu. %s\n", i + 1, json_string_value(name));
	return print_answer(x, err, answer, NULL);
}

int command_unit(const struct context *x, int argc, char **argv)
{
	bool none = false;
	struct words w;
	const struct option options[] = { { "--none", OPTION_FLAG, &none }, { NULL } };
	if (!args_take(argc, argv, options, &w, 1, 20))
		return usage("unit");
	const char *verb = w.word[0];
	if (strcmp(verb, "list") == 0 && w.n == 1)
		return list(x, "/api/v1/units");
	if (strcmp(verb, "compartments") == 0 && w.n == 1)
		return list(x, "/api/v1/compartments");
	if (strcmp(verb, "add") == 0 && w.n == 3)
		return put(x, "/api/v1/units/", &w);
	if (strcmp(verb, "compartment") == 0 && w.n == 3)
		return put(x, "/api/v1/compartments/", &w);
	if (strcmp(verb, "escalation") == 0 && w.n >= 2 && !(none && w.n > 2))
		return escalation(x, &w, none);
	return usage("unit");
}
