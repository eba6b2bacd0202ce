/*
 * protected: the people whom no request may reach.
 */
#include "commands/command.h"

#define PROTECTED "/api/v1/protected"

static int add(const struct context *x, const struct words *w, const char *kind, const char *note)
{
	json_t *answer = NULL, *names = json_array();
	for (size_t i = 1; i < w->n; i++)
		json_array_append_new(names, json_string(w->word[i]));
	json_t *send = json_pack("{s:o, s:s, s:s}", "names", names, "kind", kind, "note", note == NULL ? "" : note);
	if (send == NULL || json_array_size(json_object_get(send, "names")) != w->n - 1) {
		json_decref(send);
		return complain(fail(TOCSIN_BAD, "the names, or the note, are not valid UTF-8"));
	}
	enum tocsin_err err = client_json(x, "POST", PROTECTED, send, &answer);
	json_decref(send);
	if (err == TOCSIN_OK && !x->json)
		print_text("%s: protected\n", text_of(answer, "id"));
	return print_answer(x, err, answer, NULL);
}

static int list(const struct context *x)
{
	json_t *page = NULL, *all = json_array();
	char path[100] = PROTECTED "?limit=1000";
	size_t i;
	const json_t *one;
	enum tocsin_err err = TOCSIN_OK;
	for (bool more = true; err == TOCSIN_OK && more;) {
		err = client_json(x, "GET", path, NULL, &page);
		if (err != TOCSIN_OK)
			break;
		json_array_extend(all, json_object_get(page, "items"));
		more = text_of(page, "next")[0] != 0;
		snprintf(path, sizeof path, PROTECTED "?limit=1000&before=%.32s", text_of(page, "next"));
		json_decref(page);
	}
	if (err == TOCSIN_OK && !x->json)
		json_array_foreach(all, i, one) {
			struct buf names;
			buf_init(&names, 65536);
			print_value(json_object_get(one, "names"), &names);
			print_text("%s %s: %.*s%s%s\n", text_of(one, "id"), text_of(one, "kind"), (int)names.n, (const char *)names.p,
				text_of(one, "note")[0] == 0 ? "" : "; ", text_of(one, "note"));
			buf_free(&names);
		}
	return print_answer(x, err, all, NULL);
}

/* FILE: {"people": [{"names": [...], "kind", "note"}]}. What is wrong stops it; what came before is kept. */
static int import(const struct context *x, const char *file)
{
	json_t *given = NULL, *one, *answer;
	size_t i, done = 0;
	enum tocsin_err err = read_json(file, &given);
	if (err == TOCSIN_OK && !json_is_array(json_object_get(given, "people")))
		err = fail(TOCSIN_BAD, "%s must be {\"people\": [{\"names\": [...], \"kind\": ..., \"note\": ...}]}", file);
	json_array_foreach(json_object_get(given, "people"), i, one) {
		if (err != TOCSIN_OK)
			break;
		err = client_json(x, "POST", PROTECTED, one, &answer);
		if (err != TOCSIN_OK) {
			err = fail_within(err, "person %zu, after %zu were added", i + 1, done);
			break;
		}
		json_decref(answer);
		done++;
	}
	json_decref(given);
	if (err == TOCSIN_OK)
		print_text("%zu added\n", done);
	return err == TOCSIN_OK ? EXIT_DONE : complain(err);
}

int command_protected(const struct context *x, int argc, char **argv)
{
	struct words w;
	const char *kind = NULL, *note = NULL;
	json_t *answer = NULL;
	const struct option options[] = { { "--kind", OPTION_ONE, &kind }, { "--note", OPTION_ONE, &note }, { NULL } };
	if (!args_take(argc, argv, options, &w, 1, OPTION_MAX))
		return usage("protected");
	bool plain = kind == NULL && note == NULL;
	if (strcmp(w.word[0], "add") == 0 && w.n >= 2 && kind != NULL)
		return add(x, &w, kind, note);
	if (strcmp(w.word[0], "list") == 0 && w.n == 1 && plain)
		return list(x);
	if (strcmp(w.word[0], "import") == 0 && w.n == 2 && plain)
		return import(x, w.word[1]);
	if (strcmp(w.word[0], "remove") != 0 || w.n != 2 || !plain)
		return usage("protected");
	enum tocsin_err err = client_about(x, "DELETE", PROTECTED "/", w.word[1], "", NULL, &answer);
	return print_answer(x, err, answer, "no longer protected");
}
