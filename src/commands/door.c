/*
 * door: what is held at the door: looking, passing, refusing; taking back an answer that has not left.
 */
#include <stdio.h>

#include "commands/command.h"

static void print_head(const json_t *o)
{
	const char *verdict = text_of(o, "verdict");
	print_text("%.16s  %-7s  %-10s  verdict %-7s  from %s, %s, due %s%s\n", text_of(o, "id"), text_of(o, "kind"),
		text_of(o, "state"), verdict[0] != 0 ? verdict : "(not screened)", text_of(o, "from"), text_of(o, "at"),
		text_of(o, "due_at"), json_is_true(json_object_get(o, "person")) ? ", about a person" : "");
}

static long long number_of(const json_t *o, const char *name)
{
	return (long long)json_integer_value(json_object_get(o, name));
}

static void print_one(const json_t *o)
{
	const json_t *item;
	size_t i;
	struct buf value;
	print_head(o);
	json_array_foreach(json_object_get(o, "findings"), i, item)
		print_text("  finding  %s: %s (%s): %s\n", text_of(item, "verdict"), text_of(item, "rule"), text_of(item, "facts"),
			text_of(item, "text"));
	item = json_object_get(o, "record");
	print_text("  record   of %s: %lld requests, %lld about people (%lld abroad, %lld subjects), %lld refused here; %lld warnings ever\n",
		text_of(o, "from"), number_of(item, "requests"), number_of(item, "person"), number_of(item, "abroad"),
		number_of(item, "subjects"), number_of(item, "refused"), number_of(item, "warnings"));
	json_array_foreach(json_object_get(o, "decisions"), i, item)
		print_text("  decision %s by %s, %s%s%s%s%s\n", text_of(item, "what"), text_of(item, "by"), text_of(item, "at"),
			text_of(item, "ground")[0] != 0 ? ", ground " : "", text_of(item, "ground"),
			text_of(item, "reason")[0] != 0 ? ": " : "", text_of(item, "reason"));
	json_array_foreach(json_object_get(o, "answers"), i, item)
		print_text("  answer   %s, decided by %s, leaves %s%s%s\n", text_of(item, "state"), text_of(item, "by"),
			text_of(item, "leaves_at"), text_of(item, "trouble")[0] != 0 ? ": " : "", text_of(item, "trouble"));
	json_array_foreach(json_object_get(o, "with"), i, item)
		print_text("  with it  %.16s %s from %s\n", text_of(item, "id"), text_of(item, "kind"), text_of(item, "from"));
	json_array_foreach(json_object_get(o, "fields"), i, item) {
		buf_init(&value, 4u << 20);
		print_value(json_object_get(item, "value"), &value);
		print_text("  %s: %.*s\n", text_of(item, "name"), (int)value.n, (const char *)value.p);
		buf_free(&value);
	}
}

static int list(const struct context *x, bool decided)
{
	json_t *page = NULL;
	const json_t *item;
	size_t i;
	enum tocsin_err err = client_json(x, "GET", decided ? "/api/v1/door?limit=1000&state=decided" : "/api/v1/door?limit=1000", NULL,
		&page);
	if (err != TOCSIN_OK)
		return complain(err);
	if (x->json)
		print_json(json_object_get(page, "items"));
	else
		json_array_foreach(json_object_get(page, "items"), i, item)
			print_head(item);
	if (!json_is_null(json_object_get(page, "next")))
		fprintf(stderr, "tocsin: these are the newest 1000\n");
	json_decref(page);
	return EXIT_DONE;
}

static int show(const struct context *x, enum tocsin_err err, json_t *answer)
{
	if (err == TOCSIN_OK && !x->json)
		print_one(answer);
	return print_answer(x, err, answer, NULL);
}

int command_door(const struct context *x, int argc, char **argv)
{
	bool decided = false, has_read = false;
	const char *ground = NULL, *reason = NULL;
	struct words plain;
	json_t *answer = NULL;
	enum tocsin_err err;
	const struct option options[] = { { "--decided", OPTION_FLAG, &decided }, { "--read", OPTION_FLAG, &has_read },
		{ "--ground", OPTION_ONE, &ground }, { "--reason", OPTION_ONE, &reason }, { NULL } };
	if (!args_take(argc, argv, options, &plain, 1, 2))
		return usage("door");
	const char *what = plain.word[0];
	if (strcmp(what, "list") == 0 && plain.n == 1 && !has_read && ground == NULL && reason == NULL)
		return list(x, decided);
	if (plain.n != 2 || decided)
		return usage("door");
	if (strcmp(what, "show") == 0 && !has_read && ground == NULL && reason == NULL) {
		err = client_about(x, "GET", "/api/v1/door/", plain.word[1], "", NULL, &answer);
		return show(x, err, answer);
	}
	if (strcmp(what, "pass") == 0 && ground == NULL) {
		json_t *send = json_pack("{s:b, s:s}", "read", has_read, "reason", reason != NULL ? reason : "");
		err = client_about(x, "POST", "/api/v1/door/", plain.word[1], "/pass", send, &answer);
		return show(x, err, answer);
	}
	if (strcmp(what, "refuse") == 0 && ground != NULL && reason != NULL && !has_read) {
		json_t *send = json_pack("{s:s, s:s}", "ground", ground, "reason", reason);
		err = client_about(x, "POST", "/api/v1/door/", plain.word[1], "/refuse", send, &answer);
		return show(x, err, answer);
	}
	if (strcmp(what, "withdraw") == 0 && !has_read && ground == NULL && reason == NULL) {
		err = client_about(x, "POST", "/api/v1/door/", plain.word[1], "/withdraw", NULL, &answer);
		return print_answer(x, err, answer, "taken back");
	}
	return usage("door");
}
