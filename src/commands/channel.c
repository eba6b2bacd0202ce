/*
 * channel: the ways by which one is paged; page: what one was paged about.
 */
#include <stdio.h>

#include "commands/command.h"

/* METHOD on PREFIX NAME SUFFIX. */
/* ---- channels ---- */

static int channel_add(const struct context *x, const char *kind, const char *address, const char *quiet, const char *account)
{
	json_t *answer = NULL, *send = json_pack("{s:s, s:s}", "kind", kind, "address", address);
	if (send == NULL)
		return complain(fail(TOCSIN_BAD, "the address is not valid UTF-8"));
	put_text(send, "quiet", quiet);
	put_text(send, "account", account);
	enum tocsin_err err = client_json(x, "POST", "/api/v1/channels", send, &answer);
	json_decref(send);
	if (err == TOCSIN_OK && !x->json) {
		print_text("%s\n", text_of(answer, "id"));
		if (text_of(answer, "secret")[0] != 0)
			print_text("secret: %s\nKeep it with the receiver: it is not shown again.\n", text_of(answer, "secret"));
	}
	return print_answer(x, err, answer, NULL);
}

static int channel_list(const struct context *x, const char *account, bool all)
{
	json_t *answer = NULL;
	const json_t *c;
	size_t i;
	enum tocsin_err err = account == NULL && !all ? client_json(x, "GET", "/api/v1/channels", NULL, &answer)
		: client_about(x, "GET", "/api/v1/channels?account=", all ? "*" : account, "", NULL, &answer);
	if (err == TOCSIN_OK && !x->json)
		json_array_foreach(json_object_get(answer, "items"), i, c) {
			print_text("%s  %-7s  %s", text_of(c, "id"), text_of(c, "kind"), text_of(c, "address"));
			if (all)
				print_text("  of %s", text_of(c, "account"));
			if (text_of(c, "quiet")[0] != 0)
				print_text("  quiet %s", text_of(c, "quiet"));
			if (text_of(c, "troubled_at")[0] != 0)
				print_text("  DOES NOT WORK since %s: %s\n", text_of(c, "troubled_at"), text_of(c, "trouble"));
			else if (text_of(c, "well_at")[0] != 0)
				print_text("  worked %s\n", text_of(c, "well_at"));
			else
				print_text("  never used\n");
		}
	return print_answer(x, err, answer, NULL);
}

int command_channel(const struct context *x, int argc, char **argv)
{
	const char *quiet = NULL, *account = NULL;
	bool all = false;
	struct words w;
	json_t *answer = NULL;
	const struct option options[] = { { "--quiet", OPTION_ONE, &quiet }, { "--account", OPTION_ONE, &account },
		{ "--all", OPTION_FLAG, &all }, { NULL } };
	if (!args_take(argc, argv, options, &w, 1, 3))
		return usage("channel");
	const char *verb = w.word[0];
	if (strcmp(verb, "add") == 0 && w.n == 3 && !all)
		return channel_add(x, w.word[1], w.word[2], quiet, account);
	if (quiet != NULL)
		return usage("channel");
	if (strcmp(verb, "list") == 0 && w.n == 1 && (account == NULL || !all))
		return channel_list(x, account, all);
	if (account != NULL || all || w.n != 2)
		return usage("channel");
	if (strcmp(verb, "remove") == 0) {
		enum tocsin_err err = client_about(x, "DELETE", "/api/v1/channels/", w.word[1], "", NULL, &answer);
		return print_answer(x, err, answer, "removed");
	}
	if (strcmp(verb, "test") == 0) {
		enum tocsin_err err = client_about(x, "POST", "/api/v1/channels/", w.word[1], "/test", NULL, &answer);
		if (err == TOCSIN_OK && !x->json)
			print_text("page %s says that it is a test; tocsin page shows what became of it\n", text_of(answer, "page"));
		return print_answer(x, err, answer, NULL);
	}
	return usage("channel");
}

/* ---- pages ---- */

static void print_page(const json_t *p)
{
	print_text("%s  %s  %-7s  %s", text_of(p, "id"), text_of(p, "at"), text_of(p, "state"), text_of(p, "what"));
	if (text_of(p, "about")[0] != 0)
		print_text("  (%s %.16s)", text_of(p, "kind"), text_of(p, "about"));
	if (text_of(p, "due_at")[0] != 0)
		print_text("  due %s", text_of(p, "due_at"));
	if (text_of(p, "trouble")[0] != 0)
		print_text("  %s", text_of(p, "trouble"));
	print_text("\n");
}

static int page_list(const struct context *x, const char *account, const char *before, long limit)
{
	json_t *answer = NULL;
	const json_t *p;
	size_t i;
	struct buf path;
	buf_init(&path, 4096);
	buf_printf(&path, "/api/v1/pages?limit=%ld", limit);
	if (account != NULL) {
		buf_add_str(&path, "&account=");
		client_quote(&path, account);
	}
	if (before != NULL) {
		buf_add_str(&path, "&before=");
		client_quote(&path, before);
	}
	buf_add_char(&path, 0);
	enum tocsin_err err = buf_end(&path, "a name");
	if (err == TOCSIN_OK)
		err = client_json(x, "GET", (const char *)path.p, NULL, &answer);
	buf_free(&path);
	if (err == TOCSIN_OK && !x->json) {
		json_array_foreach(json_object_get(answer, "items"), i, p)
			print_page(p);
		if (text_of(answer, "next")[0] != 0)
			print_text("more: tocsin page list --before %s\n", text_of(answer, "next"));
	}
	return print_answer(x, err, answer, NULL);
}

int command_page(const struct context *x, int argc, char **argv)
{
	const char *account = NULL, *before = NULL, *limit = NULL;
	struct words w;
	json_t *answer = NULL;
	long n = 50;
	const struct option options[] = { { "--account", OPTION_ONE, &account }, { "--before", OPTION_ONE, &before },
		{ "--limit", OPTION_ONE, &limit }, { NULL } };
	if (!args_take(argc, argv, options, &w, 0, 2))
		return usage("page");
	if (limit != NULL && (!seconds_of(limit, &n) || n < 1))
		return usage("page");
	if (w.n == 0 || (w.n == 1 && strcmp(w.word[0], "list") == 0))
		return page_list(x, account, before, n);
	if (w.n == 2 && strcmp(w.word[0], "ack") == 0 && account == NULL && before == NULL && limit == NULL) {
		enum tocsin_err err = client_about(x, "POST", "/api/v1/pages/", w.word[1], "/acknowledge", NULL, &answer);
		return print_answer(x, err, answer, "acknowledged");
	}
	return usage("page");
}
