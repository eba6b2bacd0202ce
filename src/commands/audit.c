/*
 * audit: list, check: who did what, and whether anything of that record is missing.
 *
 * check asks the node when somebody is logged in, as an inspector does from afar; otherwise it reads the database itself, so that it works whether the node runs or not.
 */
#include <stdio.h>
#include <stdlib.h>

#include "base/file.h"
#include "commands/command.h"
#include "desk/audit.h"
#include "node/node.h"
#include "store/log.h"

static void add_parameter(struct buf *path, const char *name, const char *value)
{
	if (value == NULL)
		return;
	buf_printf(path, "&%s=", name);
	client_quote(path, value);
}

static int audit_list(const struct context *x, const char *who, const char *subject, const char *after, const char *limit)
{
	struct buf path;
	json_t *answer = NULL;
	const json_t *row;
	size_t i;
	buf_init(&path, 8192);
	buf_add_str(&path, "/api/v1/audit?limit=");
	client_quote(&path, limit == NULL ? "100" : limit);
	add_parameter(&path, "who", who);
	add_parameter(&path, "subject", subject);
	add_parameter(&path, "since", after);
	buf_add_char(&path, 0);
	enum tocsin_err err = buf_end(&path, "the question");
	if (err == TOCSIN_OK)
		err = client_json(x, "GET", (const char *)path.p, NULL, &answer);
	buf_free(&path);
	if (err != TOCSIN_OK)
		return complain(err);
	if (x->json)
		print_json(answer);
	else
		json_array_foreach(json_object_get(answer, "items"), i, row)
			print_text("%s  %-16s  %-20s  %-16s  %.16s  %s\n", text_of(row, "at"), text_of(row, "who"), text_of(row, "function"), text_of(row, "what"),
				text_of(row, "subject"), text_of(row, "detail"));
	json_decref(answer);
	return EXIT_DONE;
}

static int check_node(const struct context *x)
{
	json_t *answer = NULL;
	enum tocsin_err err = client_json(x, "GET", "/api/v1/audit/check", NULL, &answer);
	if (err != TOCSIN_OK)
		return complain(err);
	bool whole = json_is_true(json_object_get(answer, "whole"));
	if (x->json)
		print_json(answer);
	else
		print_text("%s\n", whole ? "the audit trail is whole, and fits the log" : text_of(answer, "sentence"));
	json_decref(answer);
	return whole ? EXIT_DONE : EXIT_REFUSED;
}

static enum tocsin_err check_file(const struct context *x, int64_t *rows, int64_t *anchored)
{
	char path[4096], name[LIMIT_KEY_NAME + 1];
	struct store *s = NULL;
	struct log_state state;
	enum tocsin_err err = file_join(path, sizeof path, x->dir, NODE_DB);
	if (err == TOCSIN_OK && !file_exists(path))
		err = fail(TOCSIN_MISSING, "%s is no node: it has no %s", x->dir, NODE_DB);
	if (err == TOCSIN_OK)
		err = store_open_readonly(path, &s);
	if (err != TOCSIN_OK)
		return err;
	store_log_state(s, &state);
	memcpy(name, state.origin, sizeof name);
	*strchrnul(name, '/') = 0;
	err = audit_check(s, realm_of_name(bytes_str(name)), rows, anchored);
	store_close(s);
	return err;
}

static int audit_check_here(const struct context *x)
{
	int64_t rows = 0, anchored = 0;
	enum tocsin_err err = check_file(x, &rows, &anchored);
	if (err != TOCSIN_OK)
		return complain(err);
	if (x->json) {
		json_t *o = json_pack("{s:b, s:I, s:I}", "whole", 1, "rows", (json_int_t)rows, "anchored", (json_int_t)anchored);
		print_json(o);
		json_decref(o);
	} else {
		print_text("%lld rows, every hash checked from the first one on; anchored in the log up to row %lld\n", (long long)rows, (long long)anchored);
	}
	return EXIT_DONE;
}

int command_audit(const struct context *x, int argc, char **argv)
{
	const char *who = NULL, *subject = NULL, *after = NULL, *limit = NULL;
	struct words w;
	const struct option options[] = { { "--who", OPTION_ONE, &who }, { "--subject", OPTION_ONE, &subject }, { "--after", OPTION_ONE, &after },
		{ "--limit", OPTION_ONE, &limit }, { NULL } };
	if (!args_take(argc, argv, options, &w, 1, 1))
		return usage("audit");
	if (strcmp(w.word[0], "list") == 0)
		return audit_list(x, who, subject, after, limit);
	if (strcmp(w.word[0], "check") != 0 || who != NULL || subject != NULL || after != NULL || limit != NULL)
		return usage("audit");
	bool logged_in = x->token_file != NULL || getenv("TOCSIN_TOKEN_FILE") != NULL || getenv("TOCSIN_TOKEN") != NULL;
	return logged_in ? check_node(x) : audit_check_here(x);
}
