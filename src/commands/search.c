/*
 * search: statements by words of the lines that one may read.
 */
#include <stdio.h>
#include <unistd.h>

#include "base/text.h"
#include "commands/command.h"

#define PAGE 50                         /* at most, in one answer */
#define LIMIT_MOST 10000

/* What was found is bold on a terminal, between brackets elsewhere. */
static void print_line(const json_t *line)
{
	size_t i;
	const json_t *part;
	bool bold = isatty(STDOUT_FILENO) == 1;
	print_text("    %s%s: ", text_of(line, "label"), json_is_true(json_object_get(line, "closed")) ? " (closed)" : "");
	json_array_foreach(json_object_get(line, "parts"), i, part) {
		const char *s = json_string_value(part);
		if (i % 2 == 1)
			fputs(bold ? "\033[1m" : "[", stdout);
		print_text("%s", s == NULL ? "" : s);
		if (i % 2 == 1)
			fputs(bold ? "\033[0m" : "]", stdout);
	}
	print_text("\n");
}

static void print_hit(const json_t *o)
{
	size_t i;
	const json_t *line;
	print_text("%.16s  %s  %-3s  %-11s  %s\n", text_of(o, "id"), text_of(o, "at"), text_of(o, "direction"), text_of(o, "kind"),
		text_of(o, "peer"));
	json_array_foreach(json_object_get(o, "lines"), i, line)
		print_line(line);
}

struct question {
	const char *words, *kind, *peer;
	size_t limit;
};

static void add(struct buf *path, const char *name, const char *value)
{
	if (value == NULL)
		return;
	buf_printf(path, "&%s=", name);
	client_quote(path, value);
}

/* One page of at most LIMIT; NEXT: of the page before, or NULL. */
static enum tocsin_err ask_page(const struct context *x, const struct question *q, const json_t *next, size_t limit, json_t **answer)
{
	struct buf path;
	char number[32];
	buf_init(&path, 16384);
	buf_printf(&path, "/api/v1/search?limit=%zu", limit > PAGE ? (size_t)PAGE : limit);
	add(&path, "q", q->words);
	add(&path, "kind", q->kind);
	add(&path, "peer", q->peer);
	snprintf(number, sizeof number, "%" JSON_INTEGER_FORMAT, json_integer_value(next));
	if (next != NULL)
		add(&path, "after", json_is_integer(next) ? number : json_string_value(next));
	buf_add_char(&path, 0);
	enum tocsin_err err = buf_end(&path, "the question");
	if (err == TOCSIN_OK)
		err = client_json(x, "GET", (const char *)path.p, NULL, answer);
	buf_free(&path);
	return err;
}

/* Pages, of which any may be empty, until there is enough or no more; *NEXT then. */
static enum tocsin_err ask(const struct context *x, const struct question *q, json_t *items, json_t **next)
{
	enum tocsin_err err = TOCSIN_OK;
	do {
		json_t *answer = NULL;
		err = ask_page(x, q, *next, q->limit - json_array_size(items), &answer);
		json_decref(*next);
		*next = NULL;
		if (err == TOCSIN_OK && json_array_extend(items, json_object_get(answer, "items")) != 0)
			err = fail(TOCSIN_BROKEN, "no memory for what was found");
		const json_t *on = json_object_get(answer, "next");
		if (err == TOCSIN_OK && (json_is_integer(on) || json_is_string(on)))
			*next = json_incref(json_object_get(answer, "next"));
		json_decref(answer);
	} while (err == TOCSIN_OK && *next != NULL && json_array_size(items) < q->limit);
	return err;
}

static int search(const struct context *x, const struct question *q)
{
	size_t i;
	const json_t *o;
	json_t *items = json_array(), *next = NULL;
	enum tocsin_err err = ask(x, q, items, &next);
	if (err == TOCSIN_OK && x->json) {
		json_t *all = json_pack("{s:O,s:b}", "items", items, "more", next != NULL);
		print_json(all);
		json_decref(all);
	} else if (err == TOCSIN_OK) {
		json_array_foreach(items, i, o)
			print_hit(o);
		if (json_array_size(items) == 0)
			print_text("nothing found\n");
		if (next != NULL)
			print_text("there is more: --limit %zu, or more words\n", 2 * q->limit);
	}
	json_decref(next);
	json_decref(items);
	return err == TOCSIN_OK ? EXIT_DONE : complain(err);
}

int command_search(const struct context *x, int argc, char **argv)
{
	struct question q = { .limit = 20 };
	struct words plain;
	struct buf words;
	const char *limit = NULL;
	uint64_t n;
	const struct option options[] = { { "--kind", OPTION_ONE, &q.kind }, { "--peer", OPTION_ONE, &q.peer },
		{ "--limit", OPTION_ONE, &limit }, { NULL } };
	if (!args_take(argc, argv, options, &plain, 1, OPTION_MAX))
		return usage("search");
	if (limit != NULL) {
		if (!text_u64(bytes_str(limit), LIMIT_MOST, &n) || n == 0)
			return complain(fail(TOCSIN_BAD, "--limit is a number from 1 to %d", LIMIT_MOST));
		q.limit = (size_t)n;
	}
	buf_init(&words, 65536);
	for (size_t i = 0; i < plain.n; i++) {
		/* What the shell took as one word is one. */
		bool phrase = strchr(plain.word[i], ' ') != NULL && strchr(plain.word[i], '"') == NULL;
		buf_printf(&words, "%s%s%s%s", i > 0 ? " " : "", phrase ? "\"" : "", plain.word[i], phrase ? "\"" : "");
	}
	buf_add_char(&words, 0);
	enum tocsin_err err = buf_end(&words, "what is looked for");
	q.words = (const char *)words.p;
	int status = err == TOCSIN_OK ? search(x, &q) : complain(err);
	buf_free(&words);
	return status;
}
