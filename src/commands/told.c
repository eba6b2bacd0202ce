/*
 * told: script, sheet, delivered: telling somebody by voice or on paper, and writing it down.
 */
#include <stdio.h>

#include "commands/command.h"

#define PAGE_MAX (4u << 20)

static int print_sheet(const struct context *x, const char *what, const char *id, const char *language, bool html)
{
	struct buf path, page;
	buf_init(&path, 4096);
	buf_init(&page, PAGE_MAX);
	buf_add_str(&path, "/api/v1/statements/");
	client_quote(&path, id);
	buf_printf(&path, "/%s%s", what, html ? "?html=1" : "?html=0");
	if (language != NULL) {
		buf_add_str(&path, "&language=");
		client_quote(&path, language);
	}
	buf_add_char(&path, 0);
	enum tocsin_err err = buf_end(&path, "an id");
	if (err == TOCSIN_OK)
		err = client_ask(x, "GET", (const char *)path.p, NULL, NULL, &page);
	buf_add_char(&page, 0);
	if (err == TOCSIN_OK)
		err = buf_end(&page, "a sheet");
	if (err == TOCSIN_OK && x->json) {
		json_t *o = json_pack("{s:s}", what, (const char *)page.p);
		print_json(o);
		json_decref(o);
	} else if (err == TOCSIN_OK) {
		print_text("%s", (const char *)page.p);
	}
	buf_free(&path);
	buf_free(&page);
	return err == TOCSIN_OK ? EXIT_DONE : complain(err);
}

int command_script(const struct context *x, int argc, char **argv)
{
	const char *language = NULL;
	struct words plain;
	const struct option options[] = { { "--language", OPTION_ONE, &language }, { NULL } };
	if (!args_take(argc, argv, options, &plain, 1, 1))
		return usage("script");
	return print_sheet(x, "script", plain.word[0], language, false);
}

int command_sheet(const struct context *x, int argc, char **argv)
{
	const char *language = NULL;
	bool html = false;
	struct words plain;
	const struct option options[] = { { "--language", OPTION_ONE, &language }, { "--html", OPTION_FLAG, &html }, { NULL } };
	if (!args_take(argc, argv, options, &plain, 1, 1))
		return usage("sheet");
	return print_sheet(x, "sheet", plain.word[0], language, html);
}

/* The staged file's id, under "scan". */
static enum tocsin_err attach_scan(const struct context *x, const char *file, json_t *send)
{
	struct words one = { .n = file != NULL };
	one.word[0] = file;
	enum tocsin_err err = attach_files(x, &one, send);
	if (err == TOCSIN_OK && file != NULL) {
		json_object_set(send, "scan", json_array_get(json_object_get(send, "attach"), 0));
		json_object_del(send, "attach");
	}
	return err;
}

int command_delivered(const struct context *x, int argc, char **argv)
{
	const char *by = NULL, *person = NULL, *at = NULL, *words = NULL, *back = NULL, *scan = NULL;
	bool no_back = false, code = false;
	struct words plain;
	struct buf path;
	json_t *answer = NULL;
	const struct option options[] = {
		{ "--by", OPTION_ONE, &by }, { "--person", OPTION_ONE, &person }, { "--at", OPTION_ONE, &at },
		{ "--words", OPTION_ONE, &words }, { "--read-back", OPTION_ONE, &back }, { "--no-read-back", OPTION_FLAG, &no_back },
		{ "--code-ok", OPTION_FLAG, &code }, { "--scan", OPTION_ONE, &scan }, { NULL },
	};
	if (!args_take(argc, argv, options, &plain, 1, 1) || by == NULL || person == NULL || at == NULL ||
		(back != NULL && no_back))
		return usage("delivered");
	json_t *send = json_pack("{s:s, s:s, s:s, s:s*, s:s*}", "by", by, "person", person, "at", at, "words", words, "read_back", back);
	if (no_back)
		json_object_set_new(send, "read_back_given", json_false());
	if (code)
		json_object_set_new(send, "code_ok", json_true());
	buf_init(&path, 4096);
	buf_add_str(&path, "/api/v1/statements/");
	client_quote(&path, plain.word[0]);
	buf_add_str(&path, "/delivered");
	buf_add_char(&path, 0);
	enum tocsin_err err = send == NULL ? fail(TOCSIN_BAD, "what is written down must be UTF-8") : buf_end(&path, "an id");
	if (err == TOCSIN_OK)
		err = attach_scan(x, scan, send);
	if (err == TOCSIN_OK)
		err = client_json(x, "POST", (const char *)path.p, send, &answer);
	json_decref(send);
	buf_free(&path);
	if (err != TOCSIN_OK)
		return complain(err);
	if (x->json)
		print_json(answer);
	else
		print_text("%s\n", text_of(answer, "id"));
	json_decref(answer);
	return EXIT_DONE;
}
