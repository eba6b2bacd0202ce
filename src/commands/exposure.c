/*
 * exposure: what partners have learnt from us.
 */
#include <stdio.h>

#include "commands/command.h"

static void print_one(const json_t *o)
{
	size_t i;
	const json_t *field;
	const char *subject = text_of(o, "subject"), *source = text_of(o, "source");
	print_text("%s  about %s  from %s\n", text_of(o, "partner"), subject[0] != 0 ? subject : "(nobody named)",
		source[0] != 0 ? source : "(no source named)");
	print_text("    %lld facts in %lld statements, %s to %s:", (long long)json_integer_value(json_object_get(o, "lines")),
		(long long)json_integer_value(json_object_get(o, "statements")), text_of(o, "first_at"), text_of(o, "last_at"));
	json_array_foreach(json_object_get(o, "fields"), i, field)
		print_text(" %s", json_string_value(field));
	print_text("\n");
}

static void add(struct buf *path, const char *name, const char *value)
{
	if (value == NULL)
		return;
	buf_printf(path, "%c%s=", memchr(path->p, '?', path->n) == NULL ? '?' : '&', name);
	client_quote(path, value);
}

int command_exposure(const struct context *x, int argc, char **argv)
{
	const char *partner = NULL, *subject = NULL, *source = NULL;
	struct words plain;
	struct buf path;
	json_t *answer = NULL;
	const struct option options[] = { { "--partner", OPTION_ONE, &partner }, { "--subject", OPTION_ONE, &subject },
		{ "--source", OPTION_ONE, &source }, { NULL } };
	if (!args_take(argc, argv, options, &plain, 0, 0) || (partner == NULL && subject == NULL && source == NULL))
		return usage("exposure");
	buf_init(&path, 16384);
	buf_add_str(&path, "/api/v1/exposure");
	add(&path, "partner", partner);
	add(&path, "subject", subject);
	add(&path, "source", source);
	buf_add_char(&path, 0);
	enum tocsin_err err = buf_end(&path, "the question");
	if (err == TOCSIN_OK)
		err = client_json(x, "GET", (const char *)path.p, NULL, &answer);
	const json_t *items = json_object_get(answer, "items"), *o;
	size_t i;
	if (err == TOCSIN_OK && x->json)
		print_json(answer);
	else if (err == TOCSIN_OK) {
		json_array_foreach(items, i, o)
			print_one(o);
		if (json_array_size(items) == 0)
			print_text("nothing that you see\n");
		if (json_is_true(json_object_get(answer, "cut")))
			print_text("(there may be more: ask with --subject or --source)\n");
	}
	json_decref(answer);
	buf_free(&path);
	return err == TOCSIN_OK ? EXIT_DONE : complain(err);
}
