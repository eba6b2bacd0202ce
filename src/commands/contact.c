/*
 * contact: people without a node, and those who protect them.
 */
#include <stdio.h>

#include "commands/command.h"

#define CONTACTS "/api/v1/contacts/"

/* Prints ANSWER (taken) as JSON, or LINE. */
static int finish(const struct context *x, enum tocsin_err err, json_t *answer, const char *line)
{
	if (err != TOCSIN_OK) {
		json_decref(answer);
		return complain(err);
	}
	if (x->json)
		print_json(answer);
	else if (line != NULL)
		print_text("%s: %s\n", text_of(answer, "name"), line);
	json_decref(answer);
	return EXIT_DONE;
}

static int add(const struct context *x, const char *name, const char *file)
{
	json_t *send = NULL, *answer = NULL;
	enum tocsin_err err = read_json(file, &send);
	if (err == TOCSIN_OK)
		err = client_about(x, "PUT", CONTACTS, name, "", send, &answer);
	return finish(x, err, answer, "kept");
}

static void print_phones(const json_t *contact)
{
	const json_t *phone;
	size_t i;
	json_array_foreach(json_object_get(contact, "telephones"), i, phone)
		print_text("%s%s", i == 0 ? "" : ", ", json_string_value(phone));
}

static int list(const struct context *x)
{
	json_t *page = NULL, *all = json_array();
	struct buf path;
	enum tocsin_err err = TOCSIN_OK;
	buf_init(&path, 4096);
	buf_add_str(&path, "/api/v1/contacts?limit=1000");
	for (bool more = true; err == TOCSIN_OK && more;) {
		buf_add_char(&path, 0);
		err = client_json(x, "GET", (const char *)path.p, NULL, &page);
		if (err != TOCSIN_OK)
			break;
		json_array_extend(all, json_object_get(page, "items"));
		buf_clear(&path);
		buf_add_str(&path, "/api/v1/contacts?limit=1000&after=");
		more = text_of(page, "next")[0] != 0;
		client_quote(&path, text_of(page, "next"));
		json_decref(page);
	}
	buf_free(&path);
	const json_t *c;
	size_t i;
	if (err == TOCSIN_OK && !x->json) {
		json_array_foreach(all, i, c) {
			print_text("%-20s  %-32s  ", text_of(c, "name"), text_of(c, "label"));
			print_phones(c);
			print_text("\n");
		}
	}
	json_t *o = json_pack("{s:o}", "items", all);
	return finish(x, err, o, NULL);
}

static int show(const struct context *x, const char *name)
{
	static const char *const lines[] = { "label", "address", "language", "tell", "note" };
	json_t *c = NULL;
	enum tocsin_err err = client_about(x, "GET", CONTACTS, name, "", NULL, &c);
	if (err == TOCSIN_OK && !x->json) {
		print_text("%-12s %s\n%-12s ", "name", text_of(c, "name"), "telephones");
		print_phones(c);
		print_text("\n");
		for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
			if (text_of(c, lines[i])[0] != 0)
				print_text("%-12s %s\n", lines[i], text_of(c, lines[i]));
	}
	return finish(x, err, c, NULL);
}

int command_contact(const struct context *x, int argc, char **argv)
{
	static const struct option options[] = { { NULL } };
	struct words w;
	json_t *answer = NULL;
	if (!args_take(argc, argv, options, &w, 1, 3))
		return usage("contact");
	if (strcmp(w.word[0], "add") == 0 && w.n == 3)
		return add(x, w.word[1], w.word[2]);
	if (strcmp(w.word[0], "list") == 0 && w.n == 1)
		return list(x);
	if (strcmp(w.word[0], "show") == 0 && w.n == 2)
		return show(x, w.word[1]);
	if (strcmp(w.word[0], "remove") == 0 && w.n == 2) {
		enum tocsin_err err = client_about(x, "DELETE", CONTACTS, w.word[1], "", NULL, &answer);
		return finish(x, err, answer, "removed");
	}
	return usage("contact");
}
