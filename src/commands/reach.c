/*
 * reach: retract, reach: withdrawing something from everyone who got it, and how far that got.
 */
#include <stdio.h>

#include "commands/command.h"

static enum tocsin_err about(const struct context *x, const char *method, const char *id, const char *what,
	const json_t *send, json_t **out)
{
	struct buf path;
	buf_init(&path, 4096);
	buf_add_str(&path, "/api/v1/statements/");
	client_quote(&path, id);
	buf_add_str(&path, what);
	buf_add_char(&path, 0);
	enum tocsin_err err = buf_end(&path, "an id");
	if (err == TOCSIN_OK)
		err = client_json(x, method, (const char *)path.p, send, out);
	buf_free(&path);
	return err;
}

int command_retract(const struct context *x, int argc, char **argv)
{
	const char *reason = NULL, *wait = NULL;
	long seconds;
	struct words plain;
	json_t *answer = NULL;
	const struct option options[] = { { "--reason", OPTION_ONE, &reason }, { "--wait", OPTION_ONE, &wait }, { NULL } };
	if (!args_take(argc, argv, options, &plain, 1, 1) || reason == NULL || !seconds_of(wait, &seconds))
		return usage("retract");
	json_t *send = json_pack("{s:s}", "reason", reason);
	enum tocsin_err err = send == NULL ? fail(TOCSIN_BAD, "a reason must be UTF-8")
					   : about(x, "POST", plain.word[0], "/retract", send, &answer);
	json_decref(send);
	if (err != TOCSIN_OK)
		return complain(err);
	if (!x->json && json_array_size(json_object_get(answer, "results")) == 0)
		print_text("nothing more was issued; tocsin reach %s tells how far it got\n", plain.word[0]);
	return issued(x, answer, seconds);
}

static void print_item(const json_t *o)
{
	const json_t *phone;
	size_t i;
	print_text("%-28s  %-14s  %.16s  %s", text_of(o, "recipient"), text_of(o, "state"), text_of(o, "statement"),
		text_of(o, "why"));
	if (text_of(o, "received_at")[0] != 0)
		print_text("  received %s", text_of(o, "received_at"));
	if (text_of(o, "response_at")[0] != 0)
		print_text("  answered %s", text_of(o, "response_at"));
	if (json_object_get(o, "reason") != NULL) {
		struct buf words;
		buf_init(&words, 65536);
		print_value(json_object_get(o, "reason"), &words);
		print_text("  \"%.*s\"", (int)words.n, (const char *)words.p);
		buf_free(&words);
	}
	if (text_of(o, "trouble")[0] != 0)
		print_text("  %s", text_of(o, "trouble"));
	json_array_foreach(json_object_get(o, "ring_up"), i, phone)
		print_text("%s%s", i == 0 ? "  ring up: " : "; ", json_string_value(phone));
	print_text("\n");
}

int command_reach(const struct context *x, int argc, char **argv)
{
	static const struct option options[] = { { NULL } };
	struct words plain;
	char what[128] = "/reach?limit=1000";
	json_t *all = json_array(), *page = NULL, *item;
	json_int_t open = 0;
	size_t i;
	enum tocsin_err err = TOCSIN_OK;
	if (!args_take(argc, argv, options, &plain, 1, 1))
		return usage("reach");
	for (bool more = true; err == TOCSIN_OK && more;) {
		json_decref(page);
		page = NULL;
		err = about(x, "GET", plain.word[0], what, NULL, &page);
		if (err != TOCSIN_OK)
			break;
		json_array_extend(all, json_object_get(page, "items"));
		open += json_integer_value(json_object_get(page, "open"));
		more = text_of(page, "next")[0] != 0;
		snprintf(what, sizeof what, "/reach?limit=1000&after=%.64s", text_of(page, "next"));
	}
	if (err == TOCSIN_OK && x->json) {
		json_object_set(page, "items", all);
		json_object_set_new(page, "open", json_integer(open));
		print_json(page);
	} else if (err == TOCSIN_OK) {
		json_array_foreach(all, i, item) print_item(item);
		print_text("%lld of %zu have neither confirmed it nor been told\n", (long long)open, json_array_size(all));
	}
	json_decref(page);
	json_decref(all);
	return err == TOCSIN_OK ? EXIT_DONE : complain(err);
}
