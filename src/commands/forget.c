/*
 * forget, hold, retention: content that goes, that must not go, and whose time is over.
 */
#include <stdio.h>

#include "commands/command.h"

#define PAGES_MAX 1000

static enum tocsin_err post(const struct context *x, const char *before, const char *id, const char *behind, const json_t *send,
	json_t **out)
{
	struct buf path;
	buf_init(&path, 4096);
	buf_printf(&path, "/api/v1/%s/", before);
	client_quote(&path, id);
	buf_printf(&path, "/%s", behind);
	buf_add_char(&path, 0);
	enum tocsin_err err = buf_end(&path, "an id");
	if (err == TOCSIN_OK)
		err = client_json(x, "POST", (const char *)path.p, send, out);
	buf_free(&path);
	return err;
}

/* All pages of a list whose answer has items and next. */
static enum tocsin_err all_items(const struct context *x, const char *what, json_t **out)
{
	json_t *all = json_array(), *page = NULL;
	struct buf path;
	enum tocsin_err err = TOCSIN_OK;
	buf_init(&path, 4096);
	buf_printf(&path, "/api/v1/%s?limit=1000", what);
	for (unsigned i = 0; err == TOCSIN_OK && i < PAGES_MAX; i++) {
		buf_add_char(&path, 0);
		err = client_json(x, "GET", (const char *)path.p, NULL, &page);
		if (err != TOCSIN_OK)
			break;
		json_array_extend(all, json_object_get(page, "items"));
		const json_t *next = json_object_get(page, "next");
		bool more = !json_is_null(next);
		buf_clear(&path);
		buf_printf(&path, "/api/v1/%s?limit=1000&before=", what);
		if (json_is_integer(next))
			buf_printf(&path, "%" JSON_INTEGER_FORMAT, json_integer_value(next));
		else
			client_quote(&path, text_of(page, "next"));
		json_decref(page);
		if (!more)
			break;
	}
	buf_free(&path);
	*out = all;
	return err;
}

/* Prints ANSWER (taken) as JSON, or by PRINT. */
static int finish(const struct context *x, enum tocsin_err err, json_t *answer, void (*print)(const json_t *o))
{
	if (err != TOCSIN_OK) {
		json_decref(answer);
		return complain(err);
	}
	if (x->json)
		print_json(answer);
	else
		print(answer);
	json_decref(answer);
	return EXIT_DONE;
}

static int finish_list(const struct context *x, const char *what, void (*print)(const json_t *o))
{
	json_t *items, *item;
	size_t i;
	enum tocsin_err err = all_items(x, what, &items);
	if (err == TOCSIN_OK && x->json) {
		json_t *o = json_pack("{s:O}", "items", items);
		print_json(o);
		json_decref(o);
	} else if (err == TOCSIN_OK) {
		json_array_foreach(items, i, item) print(item);
	}
	json_decref(items);
	return err == TOCSIN_OK ? EXIT_DONE : complain(err);
}

/* ---- forget ---- */

static void print_forgetting(const json_t *o)
{
	const char *state = text_of(o, "state");
	print_text("%s  %-9s  %.16s  proposed by %s", text_of(o, "id"), state, text_of(o, "statement"), text_of(o, "proposed_by"));
	if (text_of(o, "agreed_by")[0] != 0)
		print_text(", agreed by %s", text_of(o, "agreed_by"));
	if (strcmp(state, "agreed") == 0)
		print_text(", due %s", text_of(o, "due_at"));
	if (strcmp(state, "objected") == 0)
		print_text(", objected by %s: %s", text_of(o, "ended_by"), text_of(o, "ended_why"));
	if (strcmp(state, "done") == 0)
		print_text(", done %s", text_of(o, "ended_at"));
	print_text("  (%s)\n", text_of(o, "reason"));
}

int command_forget(const struct context *x, int argc, char **argv)
{
	const char *reason = NULL;
	const struct option options[] = { { "--reason", OPTION_ONE, &reason }, { NULL } };
	struct words w;
	json_t *answer = NULL, *send = NULL;
	enum tocsin_err err;
	if (!args_take(argc, argv, options, &w, 1, 2))
		return usage("forget");
	if (strcmp(w.word[0], "list") == 0 && w.n == 1 && reason == NULL)
		return finish_list(x, "forgetting", print_forgetting);
	bool propose = strcmp(w.word[0], "propose") == 0, object = strcmp(w.word[0], "object") == 0;
	if (w.n != 2 || (propose || object) != (reason != NULL))
		return usage("forget");
	if (reason != NULL && (send = json_pack("{s:s}", "reason", reason)) == NULL)
		return complain(fail(TOCSIN_BAD, "a reason must be UTF-8"));
	if (propose)
		err = post(x, "statements", w.word[1], "forget", send, &answer);
	else if (object)
		err = post(x, "forgetting", w.word[1], "object", send, &answer);
	else if (strcmp(w.word[0], "agree") == 0)
		err = post(x, "forgetting", w.word[1], "agree", NULL, &answer);
	else
		return usage("forget");
	json_decref(send);
	return finish(x, err, answer, print_forgetting);
}

/* ---- hold ---- */

static void print_hold(const json_t *o)
{
	print_text("%.16s  held by %s since %s", text_of(o, "statement"), text_of(o, "by"), text_of(o, "at"));
	if (text_of(o, "ended_by")[0] != 0)
		print_text(", released by %s at %s", text_of(o, "ended_by"), text_of(o, "ended_at"));
	print_text("  (%s)\n", text_of(o, "reason"));
}

int command_hold(const struct context *x, int argc, char **argv)
{
	const char *reason = NULL;
	bool release = false;
	const struct option options[] = { { "--reason", OPTION_ONE, &reason }, { "--release", OPTION_FLAG, &release }, { NULL } };
	struct words w;
	json_t *answer = NULL, *send = NULL;
	if (!args_take(argc, argv, options, &w, 1, 1))
		return usage("hold");
	if (strcmp(w.word[0], "list") == 0 && reason == NULL && !release)
		return finish_list(x, "holds", print_hold);
	if ((reason != NULL) == release)
		return usage("hold");
	if (reason != NULL && (send = json_pack("{s:s}", "reason", reason)) == NULL)
		return complain(fail(TOCSIN_BAD, "a reason must be UTF-8"));
	enum tocsin_err err = post(x, "statements", w.word[0], release ? "release-hold" : "hold", send, &answer);
	json_decref(send);
	return finish(x, err, answer, print_hold);
}

/* ---- retention ---- */

static void print_retention(const json_t *o)
{
	const json_t *item;
	size_t i;
	json_array_foreach(json_object_get(o, "classes"), i, item)
		print_text("%-10s %6lld d  %-22s %s\n", text_of(item, "class"),
			(long long)json_integer_value(json_object_get(item, "seconds")) / 86400, text_of(item, "policy"),
			text_of(item, "help"));
	json_array_foreach(json_object_get(o, "over"), i, item)
		print_text("%.16s  %-10s since %s, over %s%s\n", text_of(item, "statement"), text_of(item, "class"),
			text_of(item, "since"), text_of(item, "over_at"),
			json_is_true(json_object_get(item, "held")) ? ", held" : "");
}

static void print_kept(const json_t *o)
{
	print_text("%.16s is kept until %s\n", text_of(o, "id"), text_of(o, "until"));
}

int command_retention(const struct context *x, int argc, char **argv)
{
	const char *until = NULL, *reason = NULL;
	const struct option options[] = { { "--until", OPTION_ONE, &until }, { "--reason", OPTION_ONE, &reason }, { NULL } };
	struct words w;
	json_t *answer = NULL;
	if (!args_take(argc, argv, options, &w, 0, 2))
		return usage("retention");
	if ((w.n == 0 || (w.n == 1 && strcmp(w.word[0], "list") == 0)) && until == NULL && reason == NULL) {
		enum tocsin_err err = client_json(x, "GET", "/api/v1/retention?limit=1000", NULL, &answer);
		return finish(x, err, answer, print_retention);
	}
	if (w.n != 2 || strcmp(w.word[0], "keep") != 0 || until == NULL || reason == NULL)
		return usage("retention");
	json_t *send = json_pack("{s:s, s:s}", "until", until, "reason", reason);
	if (send == NULL)
		return complain(fail(TOCSIN_BAD, "a reason must be UTF-8"));
	enum tocsin_err err = post(x, "statements", w.word[1], "keep", send, &answer);
	json_decref(send);
	return finish(x, err, answer, print_kept);
}
