/*
 * clocks: what runs out, when, and whose it is; acknowledging, handing over.
 */
#include <stdio.h>

#include "commands/command.h"

static void print_clock(const json_t *c)
{
	const char *owner = text_of(c, "owner"), *about = text_of(c, "about");
	print_text("%s  %-10s  %-7s  due %s (%s %s)  %-8s  %s  %s%.16s%s\n", text_of(c, "id"), text_of(c, "kind"), text_of(c, "state"), text_of(c, "due_at"),
		text_of(c, "due_local"), text_of(c, "zone"), text_of(c, "urgency"), owner[0] != 0 ? owner : "(nobody)", about[0] != 0 ? "" : "draft ",
		about[0] != 0 ? about : text_of(c, "draft"), json_is_true(json_object_get(c, "life")) ? "  life" : "");
	if (text_of(c, "ended_at")[0] != 0)
		print_text("%18sended %s\n", "", text_of(c, "ended_at"));
	if (text_of(c, "why")[0] != 0)
		print_text("%18s%s\n", "", text_of(c, "why"));
	if (text_of(c, "acked_by")[0] != 0)
		print_text("%18sacknowledged by %s, %s\n", "", text_of(c, "acked_by"), text_of(c, "acked_at"));
}

/* Adds "items" of the page at PATH to ALL; NEXT: returned owned, NULL at the end. */
static enum tocsin_err fetch(const struct context *x, const char *path, json_t *all, json_t **next)
{
	json_t *page = NULL;
	enum tocsin_err err = client_json(x, "GET", path, NULL, &page);
	*next = NULL;
	if (err != TOCSIN_OK)
		return err;
	json_array_extend(all, json_object_get(page, "items"));
	if (json_is_string(json_object_get(page, "next")))
		*next = json_incref(json_object_get(page, "next"));
	json_decref(page);
	return TOCSIN_OK;
}

/* The soonest, or with EVERY all of them, into ALL; *MORE: there are others. */
static enum tocsin_err list(const struct context *x, bool mine, bool every, const char *about, const char *draft, json_t *all, bool *more)
{
	struct buf path;
	json_t *next = NULL;
	enum tocsin_err err;
	buf_init(&path, 4096);
	do {
		buf_clear(&path);
		buf_printf(&path, "/api/v1/clocks?limit=%d&mine=%d", every ? 1000 : 100, mine);
		if (about != NULL) {
			buf_add_str(&path, "&about=");
			client_quote(&path, about);
		}
		if (draft != NULL) {
			buf_add_str(&path, "&draft=");
			client_quote(&path, draft);
		}
		if (next != NULL) {
			buf_add_str(&path, "&after=");
			client_quote(&path, json_string_value(next));
		}
		buf_add_char(&path, 0);
		json_decref(next);
		next = NULL;
		err = buf_end(&path, "the question");
		if (err == TOCSIN_OK)
			err = fetch(x, (const char *)path.p, all, &next);
	} while (err == TOCSIN_OK && every && next != NULL);
	*more = next != NULL;
	json_decref(next);
	buf_free(&path);
	return err;
}

int command_clocks(const struct context *x, int argc, char **argv)
{
	bool mine = false, every = false, more = false;
	const char *about = NULL, *draft = NULL;
	struct words plain;
	const struct option options[] = { { "--mine", OPTION_FLAG, &mine }, { "--all", OPTION_FLAG, &every },
		{ "--about", OPTION_ONE, &about }, { "--draft", OPTION_ONE, &draft }, { NULL } };
	if (!args_take(argc, argv, options, &plain, 0, 0) || (about != NULL) + (draft != NULL) + (mine || every) > 1)
		return usage("clocks");
	json_t *all = json_array();
	enum tocsin_err err = list(x, mine, every, about, draft, all, &more);
	const json_t *c;
	size_t i;
	if (err == TOCSIN_OK && x->json)
		print_json(all);
	else if (err == TOCSIN_OK)
		json_array_foreach(all, i, c)
			print_clock(c);
	json_decref(all);
	if (err == TOCSIN_OK && more)
		fprintf(stderr, "tocsin: these are the 100 that are due soonest; --all lists the others, too\n");
	return err == TOCSIN_OK ? EXIT_DONE : complain(err);
}

static int change(const struct context *x, const char *id, const char *what, const json_t *send)
{
	struct buf path;
	json_t *answer = NULL;
	buf_init(&path, 4096);
	buf_add_str(&path, "/api/v1/clocks/");
	client_quote(&path, id);
	buf_add_str(&path, what);
	buf_add_char(&path, 0);
	enum tocsin_err err = buf_end(&path, "an id");
	if (err == TOCSIN_OK)
		err = client_json(x, "POST", (const char *)path.p, send, &answer);
	buf_free(&path);
	if (err != TOCSIN_OK)
		return complain(err);
	if (x->json)
		print_json(answer);
	else
		print_clock(answer);
	json_decref(answer);
	return EXIT_DONE;
}

int command_ack(const struct context *x, int argc, char **argv)
{
	struct words plain;
	const struct option options[] = { { NULL } };
	if (!args_take(argc, argv, options, &plain, 1, 1))
		return usage("ack");
	return change(x, plain.word[0], "/ack", NULL);
}

int command_hand(const struct context *x, int argc, char **argv)
{
	const char *to = NULL;
	struct words plain;
	const struct option options[] = { { "--to", OPTION_ONE, &to }, { NULL } };
	if (!args_take(argc, argv, options, &plain, 1, 1) || to == NULL)
		return usage("hand");
	json_t *send = json_pack("{s:s}", "to", to);
	int status = send == NULL ? complain(fail(TOCSIN_BAD, "the account's name is not valid UTF-8")) : change(x, plain.word[0], "/hand", send);
	json_decref(send);
	return status;
}
