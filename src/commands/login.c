/*
 * login: login, logout, whoami.
 */
#include <stdio.h>

#include "commands/command.h"

int command_login(const struct context *x, int argc, char **argv)
{
	const char *file = NULL, *code = NULL, *label = NULL, *save = NULL;
	const struct option options[] = { { "--password-file", OPTION_ONE, &file }, { "--code", OPTION_ONE, &code }, { "--label", OPTION_ONE, &label },
		{ "--save", OPTION_ONE, &save }, { NULL } };
	struct words w;
	struct buf password;
	json_t *answer = NULL;
	if (!args_take(argc, argv, options, &w, 1, 1))
		return usage("login");
	/* Whoever logs in is nobody yet: an old token is of no use here. */
	const struct context nobody = { .dir = x->dir, .json = x->json, .anonymous = true };
	enum tocsin_err err = secret_ask(file, "password", false, &password);
	json_t *send = err != TOCSIN_OK ? NULL
					: json_pack("{s:s, s:s, s:s*, s:s*}", "account", w.word[0], "password", (const char *)password.p, "code", code, "label", label);
	if (err == TOCSIN_OK && send == NULL)
		err = fail(TOCSIN_BAD, "the name, the password or the label is not valid UTF-8");
	buf_free(&password);
	if (err == TOCSIN_OK)
		err = client_json(&nobody, "POST", "/api/v1/login", send, &answer);
	json_decref(send);
	if (err == TOCSIN_OK && x->json && save == NULL)
		print_json(answer);
	else if (err == TOCSIN_OK)
		err = secret_give(save, text_of(answer, "token"));
	json_decref(answer);
	return err == TOCSIN_OK ? EXIT_DONE : complain(err);
}

int command_logout(const struct context *x, int argc, char **argv)
{
	const struct option options[] = { { NULL } };
	struct words w;
	json_t *answer = NULL;
	if (!args_take(argc, argv, options, &w, 0, 0))
		return usage("logout");
	enum tocsin_err err = client_json(x, "POST", "/api/v1/logout", NULL, &answer);
	json_decref(answer);
	if (err != TOCSIN_OK)
		return complain(err);
	print_text("logged out\n");
	return EXIT_DONE;
}

static void print_words(const char *what, const json_t *list)
{
	const json_t *item;
	size_t i;
	print_text("%-10s", what);
	json_array_foreach(list, i, item)
		print_text(" %s", json_string_value(item));
	print_text("\n");
}

int command_whoami(const struct context *x, int argc, char **argv)
{
	const struct option options[] = { { NULL } };
	struct words w;
	json_t *answer = NULL;
	if (!args_take(argc, argv, options, &w, 0, 0))
		return usage("whoami");
	enum tocsin_err err = client_json(x, "GET", "/api/v1/whoami", NULL, &answer);
	if (err != TOCSIN_OK)
		return complain(err);
	if (x->json) {
		print_json(answer);
	} else {
		print_text("%s, %s%s%s\n", text_of(answer, "account"), text_of(answer, "function"), text_of(answer, "unit")[0] != 0 ? ", unit " : "", text_of(answer, "unit"));
		print_words("roles", json_object_get(answer, "roles"));
		print_words("token for", json_object_get(answer, "scopes"));
		print_words("may", json_object_get(answer, "rights"));
		if (!json_is_true(json_object_get(answer, "accounts")))
			print_text("this desk has no accounts: whoever holds the node's socket may do everything\n");
	}
	json_decref(answer);
	return EXIT_DONE;
}
