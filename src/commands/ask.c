/*
 * ask, answer, breach: a question to a partner with a purpose and a time, what came of it, and the evidence that nothing did.
 */
#include <stdio.h>
#include <stdlib.h>

#include "base/file.h"
#include "base/limits.h"
#include "commands/command.h"
#include "domain/breach.h"

/* ---- asking ---- */

/* Options of "ask PARTNER", and the fields that they are. */
static const struct { const char *option, *field; } texts[] = {
	{ "--type", "request.type" }, { "--question", "question" }, { "--purpose", "purpose" }, { "--legal-basis", "legal-basis" },
	{ "--urgency", "urgency" }, { "--grounds", "urgency.grounds" }, { "--due", "due" }, { "--link", "link" }, { "--offence", "offence" },
	{ "--evidence", "evidence" }, { "--subject", "subject.name" }, { "--subject-role", "subject.role" }, { "--tlp", "handling.tlp" },
};
#define TEXTS (sizeof texts / sizeof *texts)

static int ask_partner(const struct context *x, int argc, char **argv)
{
	struct words about = { 0 }, attach = { 0 }, confirm = { 0 }, plain;
	const char *value[TEXTS] = { NULL }, *wait = NULL, *file = NULL;
	bool at_hand = false, audience = false;
	long seconds;
	struct option options[TEXTS + 8];
	size_t n = 0;
	for (; n < TEXTS; n++)
		options[n] = (struct option){ texts[n].option, OPTION_ONE, &value[n] };
	options[n++] = (struct option){ "--about", OPTION_MANY, &about };
	options[n++] = (struct option){ "--attach", OPTION_MANY, &attach };
	options[n++] = (struct option){ "--file", OPTION_ONE, &file };
	options[n++] = (struct option){ "--at-hand", OPTION_FLAG, &at_hand };
	options[n++] = (struct option){ "--wait", OPTION_ONE, &wait };
	options[n++] = (struct option){ "--confirm", OPTION_MANY, &confirm };
	options[n++] = (struct option){ "--confirm-audience", OPTION_FLAG, &audience };
	options[n] = (struct option){ NULL };
	if (!args_take(argc, argv, options, &plain, 1, 1) || !seconds_of(wait, &seconds))
		return usage("ask");
	json_t *fields = json_object();
	enum tocsin_err err = TOCSIN_OK;
	if (file != NULL) {
		json_decref(fields);
		err = read_json(file, &fields);
	}
	if (err != TOCSIN_OK)
		return complain(err);
	for (size_t i = 0; i < TEXTS; i++)
		put_text(fields, texts[i].field, value[i]);
	if (at_hand)
		json_object_set_new(fields, "at-hand", json_true());
	if (json_object_get(fields, "urgency") == NULL)
		put_text(fields, "urgency", "routine");
	const char *type = json_string_value(json_object_get(fields, "request.type"));
	bool person = type != NULL && strcmp(type, "person") == 0;
	json_t *send = json_pack("{s:s, s:[s], s:o, s:o}", "kind", "request", "to", plain.word[0], "fields", fields, "re", json_words(&about));
	/* On a desk of several people two look at what is asked about a person. */
	if (!person || !has_account(x))
		return issue_with_files(x, send, &attach, seconds);
	json_object_set_new(send, "confirm", json_words(&confirm));
	json_object_set_new(send, "confirm_audience", json_boolean(audience));
	return send_by_draft(x, send, &attach, seconds);
}

/* ---- looking ---- */

static void print_ask(const json_t *item, int depth)
{
	const json_t *a = json_object_get(item, "ask");
	if (a == NULL) {
		print_text("%*s%.16s  %s of %s  %s  %s\n", 2 * depth, "", text_of(item, "id"), text_of(item, "kind"), text_of(item, "from"), text_of(item, "at"),
			text_of(item, "result")[0] != 0 ? text_of(item, "result") : text_of(item, "record.type")[0] != 0 ? text_of(item, "record.type")
													    : text_of(item, "reason"));
		return;
	}
	print_text("%*s%.16s  %s asks %s%s%s  %s\n", 2 * depth, "", text_of(item, "id"), text_of(item, "from"), text_of(item, "to"),
		text_of(a, "type")[0] != 0 ? ", " : "", text_of(a, "type"), text_of(a, "words"));
	struct buf question;
	buf_init(&question, LIMIT_LINE);
	print_value(json_object_get(item, "question"), &question);
	print_text("%*s  %.*s\n", 2 * depth, "", (int)question.n, (const char *)question.p);
	buf_free(&question);
	print_text("%*s  owed by %s", 2 * depth, "", text_of(a, "owed_by"));
	if (text_of(a, "due_at")[0] != 0)
		print_text(", due %s (%s %s)", text_of(a, "due_at"), text_of(a, "due_local"), text_of(a, "zone"));
	if (json_integer_value(json_object_get(a, "extensions")) > 0)
		print_text(", more time asked for %lld times", (long long)json_integer_value(json_object_get(a, "extensions")));
	if (text_of(a, "breach")[0] != 0)
		print_text(", breach %.16s", text_of(a, "breach"));
	print_text("\n");
}

static void print_tree(const json_t *node, int depth)
{
	size_t i;
	json_t *child;
	print_ask(node, depth);
	json_array_foreach(json_object_get(node, "below"), i, child)
		print_tree(child, depth + 1);
}

static int ask_list_command(const struct context *x, int argc, char **argv)
{
	const char *state = NULL, *partner = NULL, *about = NULL, *before = NULL;
	struct words plain;
	struct buf path;
	json_t *answer = NULL, *item;
	size_t i;
	const struct option options[] = { { "--state", OPTION_ONE, &state }, { "--partner", OPTION_ONE, &partner }, { "--about", OPTION_ONE, &about },
		{ "--before", OPTION_ONE, &before }, { NULL } };
	if (!args_take(argc, argv, options, &plain, 0, 0))
		return usage("ask");
	buf_init(&path, 8192);
	buf_printf(&path, "/api/v1/asks?state=");
	client_quote(&path, state == NULL ? "open" : state);
	const struct { const char *name, *value; } more[] = { { "partner", partner }, { "about", about }, { "before", before } };
	for (i = 0; i < sizeof more / sizeof *more; i++)
		if (more[i].value != NULL) {
			buf_printf(&path, "&%s=", more[i].name);
			client_quote(&path, more[i].value);
		}
	buf_add_char(&path, 0);
	enum tocsin_err err = buf_end(&path, "what is asked for");
	if (err == TOCSIN_OK)
		err = client_json(x, "GET", (const char *)path.p, NULL, &answer);
	buf_free(&path);
	if (err != TOCSIN_OK)
		return complain(err);
	if (x->json)
		print_json(answer);
	else
		json_array_foreach(json_object_get(answer, "items"), i, item)
			print_ask(item, 0);
	const json_t *next = json_object_get(answer, "next");
	if (!x->json && json_is_string(next))
		print_text("there are more: --before %s\n", json_string_value(next));
	else if (!x->json && json_is_integer(next))
		print_text("there are more: --before %lld\n", (long long)json_integer_value(next));
	json_decref(answer);
	return EXIT_DONE;
}

static int ask_show_command(const struct context *x, int argc, char **argv)
{
	struct words plain;
	json_t *answer = NULL;
	const struct option options[] = { { NULL } };
	if (!args_take(argc, argv, options, &plain, 1, 1))
		return usage("ask");
	enum tocsin_err err = client_about(x, "GET", "/api/v1/asks/", plain.word[0], "", NULL, &answer);
	if (err != TOCSIN_OK)
		return complain(err);
	if (x->json)
		print_json(answer);
	else
		print_tree(json_object_get(answer, "thread"), 0);
	json_decref(answer);
	return EXIT_DONE;
}

int command_ask(const struct context *x, int argc, char **argv)
{
	if (argc > 1 && strcmp(argv[1], "list") == 0)
		return ask_list_command(x, argc - 1, argv + 1);
	if (argc > 1 && strcmp(argv[1], "show") == 0)
		return ask_show_command(x, argc - 1, argv + 1);
	return ask_partner(x, argc, argv);
}

/* ---- answering ---- */

int command_answer(const struct context *x, int argc, char **argv)
{
	const char *result = NULL, *text = NULL, *reason = NULL, *ground = NULL, *due = NULL, *wait = NULL;
	long seconds;
	bool withheld = false;
	struct words plain;
	const struct option options[] = {
		{ "--withheld", OPTION_FLAG, &withheld }, { "--ground", OPTION_ONE, &ground },
		{ "--result", OPTION_ONE, &result }, { "--text", OPTION_ONE, &text }, { "--reason", OPTION_ONE, &reason }, { "--due", OPTION_ONE, &due },
		{ "--wait", OPTION_ONE, &wait }, { NULL },
	};
	if (!args_take(argc, argv, options, &plain, 1, 1) || (result == NULL) != withheld || !seconds_of(wait, &seconds))
		return usage("answer");
	json_t *fields = json_object();
	/* Said as if nothing were held; that it was kept is in a closed line. */
	put_text(fields, "result", withheld ? "nothing-held" : result);
	if (withheld)
		json_object_set_new(fields, "answer.withheld", json_true());
	put_text(fields, "decline.ground", ground);
	put_text(fields, "text", text);
	put_text(fields, "reason", reason);
	put_text(fields, "due", due);
	return issue_about(x, "answer", plain.word[0], fields, seconds);
}

/* ---- evidence of a breach ---- */

/* The request in NODE, and below it, that ID names by itself or by its breach record; NULL: there is none. */
static const json_t *find_ask(const json_t *node, const char *id)
{
	const json_t *a = json_object_get(node, "ask"), *found = NULL;
	size_t i;
	json_t *child;
	if (a != NULL && (strncmp(text_of(node, "id"), id, strlen(id)) == 0 || strncmp(text_of(a, "breach"), id, strlen(id)) == 0))
		return node;
	json_array_foreach(json_object_get(node, "below"), i, child)
		if (found == NULL)
			found = find_ask(child, id);
	return found;
}

static enum tocsin_err write_readme(const char *out)
{
	char path[4096];
	struct buf text;
	buf_init(&text, 8192);
	breach_readme(&text);
	enum tocsin_err err = buf_end(&text, "a README");
	if (err == TOCSIN_OK)
		err = file_join(path, sizeof path, out, "README.txt");
	if (err == TOCSIN_OK)
		err = file_create(path, buf_bytes(&text), 0644);
	buf_free(&text);
	return err;
}

/* The bundles of the parts of a breach; all are there before anything is written. */
static enum tocsin_err write_breach(const struct context *x, const char *out, const json_t *node)
{
	const json_t *a = json_object_get(node, "ask");
	const struct { const char *name, *id; } part[] = { { "request", text_of(node, "id") }, { "record", text_of(a, "breach") },
		{ "extension", text_of(a, "extended_by") } };
	struct buf archive[3];
	char path[4096];
	enum tocsin_err err = file_exists(out) ? fail(TOCSIN_REFUSED, "%s is there already: name a folder that is not", out) : TOCSIN_OK;
	for (size_t i = 0; i < 3; i++) {
		buf_init(&archive[i], LIMIT_EVIDENCE_BYTES);
		if (err == TOCSIN_OK && part[i].id[0] != 0)
			err = evidence_fetch(x, part[i].id, NULL, NULL, &archive[i]);
	}
	if (err == TOCSIN_OK)
		err = file_mkdir(out, 0755);
	for (size_t i = 0; i < 3; i++) {
		if (err == TOCSIN_OK && archive[i].n > 0)
			err = file_join(path, sizeof path, out, part[i].name);
		if (err == TOCSIN_OK && archive[i].n > 0)
			err = evidence_unpack(path, buf_bytes(&archive[i]));
		buf_free(&archive[i]);
	}
	return err == TOCSIN_OK ? write_readme(out) : err;
}

int command_breach(const struct context *x, int argc, char **argv)
{
	const char *out = NULL;
	struct words plain;
	json_t *answer = NULL;
	const struct option options[] = { { "--out", OPTION_ONE, &out }, { NULL } };
	if (!args_take(argc, argv, options, &plain, 1, 1) || out == NULL)
		return usage("breach");
	enum tocsin_err err = client_about(x, "GET", "/api/v1/asks/", plain.word[0], "", NULL, &answer);
	if (err != TOCSIN_OK)
		return complain(err);
	const json_t *node = find_ask(json_object_get(answer, "thread"), plain.word[0]), *a = json_object_get(node, "ask");
	if (node == NULL || text_of(a, "breach")[0] == 0)
		err = fail(TOCSIN_MISSING, "no breach is recorded of %.16s: tocsin ask show %.16s tells what is known", plain.word[0], plain.word[0]);
	if (err == TOCSIN_OK)
		err = write_breach(x, out, node);
	json_decref(answer);
	if (err != TOCSIN_OK)
		return complain(err);
	print_text("%s: whoever has this can show every open line in it to anybody\n", out);
	return EXIT_DONE;
}
