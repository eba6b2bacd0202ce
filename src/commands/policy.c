/*
 * policy: what this organisation has decided.
 */
#include "commands/command.h"

static void print_policies(const json_t *answer)
{
	size_t i;
	const json_t *p;
	json_array_foreach(json_object_get(answer, "items"), i, p) {
		bool set = strcmp(text_of(p, "value"), text_of(p, "default")) != 0;
		print_text("%s = %s%s%s%s\n    %s; %s\n", text_of(p, "name"), text_of(p, "value"), set ? " (by default " : "",
			set ? text_of(p, "default") : "", set ? ")" : "", text_of(p, "help"), text_of(p, "allowed"));
	}
	json_array_foreach(json_object_get(answer, "presets"), i, p)
		print_text("preset %s: %s\n", text_of(p, "name"), text_of(p, "help"));
}

static enum tocsin_err set(const struct context *x, const char *name, const char *value, json_t **out)
{
	struct buf path;
	json_t *send = json_pack("{s:s}", "value", value);
	if (send == NULL)
		return fail(TOCSIN_BAD, "the value is not valid UTF-8");
	buf_init(&path, 4096);
	buf_add_str(&path, "/api/v1/policy/");
	client_quote(&path, name);
	enum tocsin_err err = buf_end(&path, "a name");
	buf_add_char(&path, 0);
	if (err == TOCSIN_OK)
		err = client_json(x, "PUT", (const char *)path.p, send, out);
	buf_free(&path);
	json_decref(send);
	return err;
}

static enum tocsin_err preset(const struct context *x, const char *name, json_t **out)
{
	json_t *send = json_pack("{s:s}", "preset", name);
	if (send == NULL)
		return fail(TOCSIN_BAD, "the name is not valid UTF-8");
	enum tocsin_err err = client_json(x, "POST", "/api/v1/policy", send, out);
	json_decref(send);
	return err;
}

int command_policy(const struct context *x, int argc, char **argv)
{
	struct words w;
	const struct option options[] = { { NULL } };
	json_t *answer = NULL;
	enum tocsin_err err;
	if (!args_take(argc, argv, options, &w, 0, 3))
		return usage("policy");
	bool list = w.n == 0 || (w.n == 1 && strcmp(w.word[0], "list") == 0);
	if (list)
		err = client_json(x, "GET", "/api/v1/policy", NULL, &answer);
	else if (w.n == 3 && strcmp(w.word[0], "set") == 0)
		err = set(x, w.word[1], w.word[2], &answer);
	else if (w.n == 2 && strcmp(w.word[0], "preset") == 0)
		err = preset(x, w.word[1], &answer);
	else
		return usage("policy");
	if (err != TOCSIN_OK)
		return complain(err);
	if (x->json)
		print_json(answer);
	else if (list)
		print_policies(answer);
	else if (w.n == 2)
		print_text("preset %s is set; tocsin policy lists what holds now\n", w.word[1]);
	else
		print_text("%s = %s\n", text_of(answer, "name"), text_of(answer, "value"));
	json_decref(answer);
	return EXIT_DONE;
}
