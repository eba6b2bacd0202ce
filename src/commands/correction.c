/*
 * correction: somebody asks to be corrected or deleted: the case, what is held, what is proposed and decided, the reply.
 */
#include "commands/command.h"

#define CASES "/api/v1/corrections/"
#define PROPOSALS "/api/v1/correction-proposals/"

static void print_case_line(const json_t *o)
{
	print_text("%s  %-8s %-6s opened %s by %s, due %s\n", text_of(o, "id"), text_of(o, "asks"), text_of(o, "state"),
		text_of(o, "opened_at"), text_of(o, "opened_by"), text_of(o, "due_at"));
}

static void print_list(const json_t *list, const char *who, const char *about)
{
	size_t i;
	const json_t *o;
	json_array_foreach(list, i, o) print_text("    %s (%s %.16s): %s\n", text_of(o, who), text_of(o, "why"), text_of(o, about),
		text_of(o, "state"));
}

static void print_case(const json_t *o)
{
	size_t i;
	const json_t *item;
	print_case_line(o);
	json_array_foreach(json_object_get(o, "items"), i, item) {
		print_text("  %s  %-8s %.16s  %s by %s (%s)", text_of(item, "id"), text_of(item, "what"), text_of(item, "statement"),
			text_of(item, "state"), text_of(item, text_of(item, "decided_by")[0] != 0 ? "decided_by" : "proposed_by"),
			text_of(item, "reason"));
		print_text("%s%s\n", text_of(item, "decided_why")[0] != 0 ? ": " : "", text_of(item, "decided_why"));
		print_list(json_object_get(item, "told"), "partner", "about");
		print_list(json_object_get(item, "reach"), "recipient", "statement");
	}
}

static void print_held(const json_t *o)
{
	size_t i, k;
	const json_t *item, *line;
	json_array_foreach(json_object_get(o, "items"), i, item) {
		print_text("%.16s  %s %s %s  %s\n", text_of(item, "id"), text_of(item, "kind"),
			strcmp(text_of(item, "direction"), "in") == 0 ? "from" : "to", text_of(item, "peer"), text_of(item, "at"));
		json_array_foreach(json_object_get(item, "lines"), k, line) {
			struct buf b;
			buf_init(&b, 1u << 20);
			print_value(json_object_get(line, "value"), &b);
			buf_add_char(&b, 0);
			if (!b.failed)
				print_text("    %s: %s\n", text_of(line, "name"), (const char *)b.p);
			buf_free(&b);
		}
	}
}

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

static void print_cases(const json_t *o)
{
	size_t i;
	const json_t *item;
	json_array_foreach(json_object_get(o, "items"), i, item) print_case_line(item);
}

static void print_reply(const json_t *o)
{
	print_text("%s", text_of(o, "text"));
}

/* All pages of PATH. */
static enum tocsin_err all_pages(const struct context *x, const char *path, json_t **out)
{
	json_t *all = json_array(), *page = NULL;
	struct buf b;
	bool more = true;
	enum tocsin_err err = TOCSIN_OK;
	buf_init(&b, 4096);
	buf_add_str(&b, path);
	while (err == TOCSIN_OK && more) {
		buf_add_char(&b, 0);
		if ((err = buf_end(&b, "a path")) == TOCSIN_OK)
			err = client_json(x, "GET", (const char *)b.p, NULL, &page);
		if (err != TOCSIN_OK)
			break;
		json_array_extend(all, json_object_get(page, "items"));
		const json_t *next = json_object_get(page, "next");
		more = !json_is_null(next);
		buf_clear(&b);
		buf_printf(&b, "%s?before=", path);
		if (json_is_integer(next))
			buf_printf(&b, "%" JSON_INTEGER_FORMAT, json_integer_value(next));
		else
			client_quote(&b, text_of(page, "next"));
		json_decref(page);
	}
	buf_free(&b);
	*out = json_pack("{s:o}", "items", all);
	return err;
}

static int find(const struct context *x, const char *id)
{
	struct buf path;
	json_t *answer = NULL;
	buf_init(&path, 4096);
	buf_add_str(&path, CASES);
	client_quote(&path, id);
	buf_add_str(&path, "/held");
	buf_add_char(&path, 0);
	enum tocsin_err err = buf_end(&path, "an id");
	if (err == TOCSIN_OK)
		err = all_pages(x, (const char *)path.p, &answer);
	buf_free(&path);
	return finish(x, err, answer, print_held);
}

/* "NAME=TEXT" words as an object; NULL: one of them is not that. */
static json_t *settings(const struct words *set)
{
	json_t *o = json_object();
	for (size_t i = 0; i < set->n; i++) {
		const char *eq = strchr(set->word[i], '=');
		json_t *name = eq == NULL ? NULL : json_stringn(set->word[i], (size_t)(eq - set->word[i]));
		if (name == NULL || json_object_set_new(o, json_string_value(name), json_string(eq + 1)) != 0) {
			json_decref(name);
			json_decref(o);
			return NULL;
		}
		json_decref(name);
	}
	return o;
}

static int propose(const struct context *x, const struct words *w, const char *what, const char *reason, const char *ground,
	const struct words *set)
{
	json_t *answer = NULL, *fields = settings(set);
	if (fields == NULL)
		return complain(fail(TOCSIN_BAD, "--set takes FIELD=TEXT, as in --set \"target.who=Jan Kowalski\""));
	json_t *send = json_pack("{s:s, s:s, s:s, s:s*, s:o}", "statement", w->word[2], "what", what, "reason", reason, "ground", ground,
		"fields", fields);
	if (send == NULL)
		return complain(fail(TOCSIN_BAD, "what is proposed must be UTF-8"));
	enum tocsin_err err = client_about(x, "POST", CASES, w->word[1], "/propose", send, &answer);
	return finish(x, err, answer, print_case);
}

static int open_case(const struct context *x, const char *who, const char *checked, const char *asks, const struct words *names)
{
	json_t *answer = NULL, *list = json_array();
	for (size_t i = 0; i < names->n; i++)
		json_array_append_new(list, json_string(names->word[i]));
	json_t *send = json_pack("{s:s, s:s, s:s, s:o}", "who", who, "checked", checked, "asks", asks, "names", list);
	if (send == NULL)
		return complain(fail(TOCSIN_BAD, "who asks, and how that was checked, must be UTF-8"));
	enum tocsin_err err = client_json(x, "POST", "/api/v1/corrections", send, &answer);
	json_decref(send);
	return finish(x, err, answer, print_case);
}

int command_correction(const struct context *x, int argc, char **argv)
{
	const char *who = NULL, *checked = NULL, *asks = NULL, *reason = NULL, *ground = NULL, *what = NULL;
	struct words names = { .n = 0 }, set = { .n = 0 };
	bool discreet = false;
	const struct option options[] = { { "--who", OPTION_ONE, &who }, { "--checked", OPTION_ONE, &checked },
		{ "--asks", OPTION_ONE, &asks }, { "--name", OPTION_MANY, &names }, { "--what", OPTION_ONE, &what },
		{ "--reason", OPTION_ONE, &reason }, { "--ground", OPTION_ONE, &ground }, { "--set", OPTION_MANY, &set },
		{ "--discreet", OPTION_FLAG, &discreet }, { NULL } };
	struct words w;
	json_t *answer = NULL;
	if (!args_take(argc, argv, options, &w, 1, 3))
		return usage("correction");
	const char *verb = w.word[0];
	if (strcmp(verb, "list") == 0 && w.n == 1) {
		enum tocsin_err err = all_pages(x, "/api/v1/corrections", &answer);
		return finish(x, err, answer, print_cases);
	}
	if (strcmp(verb, "open") == 0 && w.n == 1 && who != NULL && checked != NULL && asks != NULL && names.n > 0)
		return open_case(x, who, checked, asks, &names);
	if (strcmp(verb, "propose") == 0 && w.n == 3 && what != NULL && reason != NULL)
		return propose(x, &w, what, reason, ground, &set);
	if (w.n != 2)
		return usage("correction");
	if (strcmp(verb, "find") == 0)
		return find(x, w.word[1]);
	enum tocsin_err err;
	if (strcmp(verb, "show") == 0)
		err = client_about(x, "GET", CASES, w.word[1], "", NULL, &answer);
	else if (strcmp(verb, "agree") == 0)
		err = client_about(x, "POST", PROPOSALS, w.word[1], "/agree", NULL, &answer);
	else if (strcmp(verb, "refuse") == 0 && reason != NULL)
		err = client_about(x, "POST", PROPOSALS, w.word[1], "/refuse", json_pack("{s:s}", "reason", reason), &answer);
	else if (strcmp(verb, "close") == 0)
		err = client_about(x, "POST", CASES, w.word[1], "/close", json_pack("{s:b}", "discreet", discreet), &answer);
	else if (strcmp(verb, "reply") == 0) {
		err = client_about(x, "GET", CASES, w.word[1], "/reply", NULL, &answer);
		return finish(x, err, answer, print_reply);
	} else
		return usage("correction");
	return finish(x, err, answer, print_case);
}
