/*
 * screen: the door's rules: those that hold, other ones, their calendar; and a test bench for them, which needs no node.
 */
#include "base/clock.h"
#include "base/limits.h"
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

#define RULES "/api/v1/screen/rules"

/* RULES (borrowed) in the place of version VERSION. */
static int put(const struct context *x, json_t *rules, json_int_t version)
{
	json_t *answer = NULL, *send = json_pack("{s:O, s:I}", "rules", rules, "version", version);
	enum tocsin_err err = send == NULL ? fail(TOCSIN_BROKEN, "no memory for the rules") : client_json(x, "PUT", RULES, send, &answer);
	json_decref(send);
	if (err == TOCSIN_OK && !x->json)
		print_text("version %lld holds from now on\n", (long long)json_integer_value(json_object_get(answer, "version")));
	return print_answer(x, err, answer, NULL);
}

/* The rules that hold, or FILE in their place. */
static int rules(const struct context *x, const char *file)
{
	json_t *now = NULL, *given = NULL;
	enum tocsin_err err = client_json(x, "GET", RULES, NULL, &now);
	if (err == TOCSIN_OK && file != NULL)
		err = read_json(file, &given);
	int status = EXIT_DONE;
	if (err != TOCSIN_OK)
		status = complain(err);
	else if (file != NULL)
		status = put(x, given, json_integer_value(json_object_get(now, "version")));
	else
		print_json(x->json ? now : json_object_get(now, "rules"));
	json_decref(now);
	json_decref(given);
	return status;
}

static int calendar(const struct context *x, const struct words *w, const char *country, const char *place)
{
	json_t *now = NULL, *row;
	size_t i;
	bool adds = w->n == 5 && strcmp(w->word[1], "add") == 0, removes = w->n == 3 && strcmp(w->word[1], "remove") == 0;
	if (!adds && !removes && w->n != 1)
		return usage("screen");
	enum tocsin_err err = client_json(x, "GET", RULES, NULL, &now);
	if (err != TOCSIN_OK)
		return complain(err);
	json_t *all = json_object_get(now, "rules"), *list = json_object_get(all, "calendar");
	if (list == NULL) {
		json_object_set_new(all, "calendar", json_array());
		list = json_object_get(all, "calendar");
	}
	size_t before = json_array_size(list);
	if (w->n == 1) {
		json_array_foreach(list, i, row)
			print_text("%s: %s to %s%s%s%s%s\n", text_of(row, "what"), text_of(row, "from"), text_of(row, "until"),
				json_object_get(row, "country") == NULL ? "" : ", ", text_of(row, "country"),
				json_object_get(row, "place") == NULL ? "" : ", ", text_of(row, "place"));
	} else if (adds) {
		row = json_pack("{s:s, s:s, s:s, s:s*, s:s*}", "what", w->word[2], "from", w->word[3], "until", w->word[4], "country", country,
			"place", place);
		if (json_array_append_new(list, row) != 0)
			err = fail(TOCSIN_BAD, "the words are not valid UTF-8");
	} else {
		for (i = json_array_size(list); i-- > 0;)
			if (strcmp(text_of(json_array_get(list, i), "what"), w->word[2]) == 0)
				json_array_remove(list, i);
		if (json_array_size(list) == before)
			err = fail(TOCSIN_MISSING, "there is no %s in the calendar", w->word[2]);
	}
	int status = err != TOCSIN_OK ? complain(err) : w->n == 1 ? EXIT_DONE : put(x, all,
		json_integer_value(json_object_get(now, "version")));
	json_decref(now);
	return status;
}

int command_screen(const struct context *x, int argc, char **argv)
{
	struct words w;
	const char *file = NULL, *country = NULL, *place = NULL;
	const struct option options[] = { { "--try", OPTION_ONE, &file }, { "--country", OPTION_ONE, &country },
		{ "--place", OPTION_ONE, &place }, { NULL } };
	if (!args_take(argc, argv, options, &w, 0, 5) || (file == NULL) == (w.n == 0))
		return usage("screen");
	if (file != NULL)
		return try_file(x, file);
	if (strcmp(w.word[0], "rules") == 0 && w.n <= 2)
		return rules(x, w.n == 2 ? w.word[1] : NULL);
	if (strcmp(w.word[0], "calendar") == 0)
		return calendar(x, &w, country, place);
	if (strcmp(w.word[0], "default") != 0 || w.n != 1)
		return usage("screen");
	json_t *all = NULL;
	enum tocsin_err err = json_parse(screen_rules_default(), LIMIT_JSON, "the rules", &all);
	if (err == TOCSIN_OK)
		print_json(all);
	json_decref(all);
	return err == TOCSIN_OK ? EXIT_DONE : complain(err);
}
