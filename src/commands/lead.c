/*
 * lead: tips about people and plots, until somebody has found something out about them.
 */
#include <stdio.h>
#include <stdlib.h>

#include "commands/command.h"

#define LEADS "/api/v1/leads"

struct given {
	const char *words, *person, *at, *duration, *until, *finding, *open_request, *compartment, *limit;
	bool closed, mine;
};

static void set(json_t *o, const char *name, const char *text)
{
	if (text != NULL)
		json_object_set_new(o, name, json_string(text));
}

static void print_row(const json_t *l)
{
	bool closed = strcmp(text_of(l, "state"), "closed") == 0;
	print_text("%s  %-9s  %s %s  %s%s%s  %s\n", text_of(l, "id"), text_of(l, "state"), closed ? "closed" : "review",
		text_of(l, closed ? "closed_at" : "review_at"), text_of(l, "unit"), text_of(l, "compartment")[0] != 0 ? "/" : "",
		text_of(l, "compartment"), closed ? text_of(l, "finding") : text_of(l, "owner")[0] != 0 ? text_of(l, "owner") : "(nobody)");
}

static void print_lead(const json_t *l)
{
	const json_t *s;
	size_t i;
	print_row(l);
	print_text("  opened %s about %.16s\n", text_of(l, "opened_at"), text_of(l, "statement"));
	if (text_of(l, "assessment")[0] != 0)
		print_text("  assessment: %s\n", text_of(l, "assessment"));
	if (text_of(l, "record")[0] != 0)
		print_text("  closed last by the record %.16s\n", text_of(l, "record"));
	json_array_foreach(json_object_get(l, "matches"), i, s)
		print_text("  match: %s\n", text_of(s, "words"));
	json_array_foreach(json_object_get(l, "statements"), i, s)
		print_text("  statement %.16s  %s  %s\n", text_of(s, "id"), text_of(s, "at"), text_of(s, "why"));
	json_array_foreach(json_object_get(l, "steps"), i, s)
		print_text("  %s  %-11s  %s%s%s%s%s\n", text_of(s, "done_at"), text_of(s, "what"), text_of(s, "by"), text_of(s, "person")[0] != 0 ? ", " : "",
			text_of(s, "person"), text_of(s, "words")[0] != 0 ? ": " : "", text_of(s, "words"));
	if (json_is_string(json_object_get(l, "next")))
		print_text("  (there are older steps)\n");
}

static int finish(const struct context *x, enum tocsin_err err, json_t *answer)
{
	if (err != TOCSIN_OK)
		return complain(err);
	if (x->json)
		print_json(answer);
	else
		print_lead(answer);
	json_decref(answer);
	return EXIT_DONE;
}

static int list(const struct context *x, const struct given *g)
{
	struct buf path;
	json_t *answer = NULL;
	const json_t *l;
	size_t i;
	buf_init(&path, 4096);
	buf_printf(&path, LEADS "?closed=%d&mine=%d", g->closed, g->mine);
	if (g->limit != NULL) {
		buf_add_str(&path, "&limit=");
		client_quote(&path, g->limit);
	}
	buf_add_char(&path, 0);
	enum tocsin_err err = buf_end(&path, "the question");
	if (err == TOCSIN_OK)
		err = client_json(x, "GET", (const char *)path.p, NULL, &answer);
	buf_free(&path);
	if (err == TOCSIN_OK && !x->json)
		json_array_foreach(json_object_get(answer, "items"), i, l)
			print_row(l);
	return print_answer(x, err, answer, NULL);
}

static int act(const struct context *x, const struct words *w, const struct given *g)
{
	const char *verb = w->word[0], *suffix = NULL;
	json_t *answer = NULL, *send = json_object();
	bool dated = strcmp(verb, "assess") == 0 || strcmp(verb, "review") == 0 || strcmp(verb, "reopen") == 0;
	if (dated && w->n == 2 && g->words != NULL && (g->duration == NULL) != (g->until == NULL)) {
		suffix = strcmp(verb, "assess") == 0 ? "/assess" : strcmp(verb, "review") == 0 ? "/review" : "/reopen";
	} else if (strcmp(verb, "assign") == 0 && w->n == 3) {
		suffix = "/assign";
		set(send, "to", w->word[2]);
	} else if (strcmp(verb, "step") == 0 && w->n == 3 && g->words != NULL) {
		suffix = "/steps";
		set(send, "what", w->word[2]);
		set(send, "person", g->person);
		set(send, "when", g->at);
	} else if (strcmp(verb, "close") == 0 && w->n == 2 && g->words != NULL && g->finding != NULL) {
		suffix = "/close";
		set(send, "finding", g->finding);
		set(send, "open_request", g->open_request);
	}
	set(send, "words", g->words);
	set(send, "until", g->until);
	if (suffix == NULL || !set_duration(send, g->duration)) {
		json_decref(send);
		return suffix == NULL ? usage("lead") : EXIT_USAGE;
	}
	enum tocsin_err err = client_about(x, "POST", LEADS "/", w->word[1], suffix, send, &answer);
	return finish(x, err, answer);
}

static int open_lead(const struct context *x, const char *statement, const struct given *g)
{
	json_t *answer = NULL, *send = json_object();
	set(send, "statement", statement);
	set(send, "compartment", g->compartment);
	set(send, "words", g->words);
	set(send, "until", g->until);
	if (!set_duration(send, g->duration)) {
		json_decref(send);
		return EXIT_USAGE;
	}
	enum tocsin_err err = client_json(x, "POST", LEADS, send, &answer);
	json_decref(send);
	return finish(x, err, answer);
}

int command_lead(const struct context *x, int argc, char **argv)
{
	struct given g = { NULL };
	struct words w;
	json_t *answer = NULL;
	const struct option options[] = { { "--words", OPTION_ONE, &g.words }, { "--person", OPTION_ONE, &g.person }, { "--at", OPTION_ONE, &g.at },
		{ "--for", OPTION_ONE, &g.duration }, { "--until", OPTION_ONE, &g.until }, { "--finding", OPTION_ONE, &g.finding },
		{ "--open-request", OPTION_ONE, &g.open_request }, { "--compartment", OPTION_ONE, &g.compartment }, { "--limit", OPTION_ONE, &g.limit },
		{ "--closed", OPTION_FLAG, &g.closed }, { "--mine", OPTION_FLAG, &g.mine }, { NULL } };
	if (!args_take(argc, argv, options, &w, 1, 3))
		return usage("lead");
	if (strcmp(w.word[0], "list") == 0 && w.n == 1)
		return list(x, &g);
	if (strcmp(w.word[0], "show") == 0 && w.n == 2) {
		enum tocsin_err err = client_about(x, "GET", LEADS "/", w.word[1], "", NULL, &answer);
		return finish(x, err, answer);
	}
	if (strcmp(w.word[0], "open") == 0 && w.n == 2 && (g.duration == NULL) != (g.until == NULL))
		return open_lead(x, w.word[1], &g);
	return w.n >= 2 ? act(x, &w, &g) : usage("lead");
}
