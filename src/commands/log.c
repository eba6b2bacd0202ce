/*
 * log: status, check, account: this node's own log. check and account read the database itself, so that they work whether the node runs or not.
 */
#include <stdio.h>
#include <stdlib.h>

#include "base/file.h"
#include "commands/command.h"
#include "commands/account.h"
#include "node/node.h"
#include "store/log.h"

static int log_status(const struct context *x)
{
	json_t *o = NULL;
	const json_t *item;
	size_t i;
	enum tocsin_err err = client_json(x, "GET", "/api/v1/log", NULL, &o);
	if (err != TOCSIN_OK)
		return complain(err);
	if (x->json) {
		print_json(o);
	} else {
		print_text("%s: ", text_of(o, "origin"));
		/* What is not published yet is told to whoever runs the node. */
		if (json_object_get(o, "size") != NULL)
			print_text("%lld entries, root %s, ", (long long)json_integer_value(json_object_get(o, "size")), text_of(o, "root"));
		print_text("%lld published\n", (long long)json_integer_value(json_object_get(o, "published_size")));
		json_array_foreach(json_object_get(o, "origins"), i, item)
			print_text("  %-40s %-8s %lld published  %s\n", text_of(item, "origin"), text_of(item, "state"), (long long)json_integer_value(json_object_get(item, "published_size")), text_of(item, "reason"));
	}
	json_decref(o);
	return EXIT_DONE;
}

static enum tocsin_err open_store(const struct context *x, struct store **s)
{
	char path[4096];
	enum tocsin_err err = file_join(path, sizeof path, x->dir, NODE_DB);
	if (err == TOCSIN_OK && !file_exists(path))
		err = fail(TOCSIN_MISSING, "%s is no node: it has no %s", x->dir, NODE_DB);
	return err == TOCSIN_OK ? store_open_readonly(path, s) : err;
}

static int log_check(const struct context *x)
{
	struct store *s = NULL;
	struct log_state now;
	json_t *list = json_array();
	enum tocsin_err err = open_store(x, &s);
	if (err == TOCSIN_OK)
		store_log_state(s, &now);
	for (uint64_t n = 1; err == TOCSIN_OK && n <= now.n; n++) {
		uint64_t entries = 0;
		err = store_log_check(s, n, &entries);
		if (err == TOCSIN_MISSING) {
			err = TOCSIN_OK;
			continue;
		}
		if (err == TOCSIN_OK && !x->json)
			print_text("log/%llu: %llu entries, every hash checked from the first one on\n", (unsigned long long)n, (unsigned long long)entries);
		if (err == TOCSIN_OK)
			json_array_append_new(list, json_pack("{s:I, s:I}", "n", (json_int_t)n, "entries", (json_int_t)entries));
	}
	store_close(s);
	if (err == TOCSIN_OK && x->json) {
		json_t *o = json_pack("{s:b, s:O}", "ok", 1, "logs", list);
		print_json(o);
		json_decref(o);
	}
	json_decref(list);
	return err == TOCSIN_OK ? EXIT_DONE : complain(err);
}

static int log_account(const struct context *x)
{
	struct store *s = NULL;
	struct account a = { 0 };
	enum tocsin_err err = open_store(x, &s);
	if (err == TOCSIN_OK)
		err = account_make(s, x->dir, &a);
	store_close(s);
	if (err != TOCSIN_OK)
		return complain(err);
	if (x->json) {
		json_t *o = json_pack("{s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I}", "entries", (json_int_t)a.entries, "statements", (json_int_t)a.statements, "forgotten", (json_int_t)a.forgotten,
			"cards", (json_int_t)a.cards, "anchors", (json_int_t)a.anchors, "labels", (json_int_t)a.labels, "padding", (json_int_t)a.padding, "unaccounted", (json_int_t)a.unaccounted);
		print_json(o);
		json_decref(o);
	} else {
		print_text("%llu entries: %llu statements, %llu forgotten stubs, %llu cards, %llu anchors of the audit trail, %llu labels of brokered envelopes, %llu padding, %llu unaccounted\n",
			(unsigned long long)a.entries, (unsigned long long)a.statements, (unsigned long long)a.forgotten, (unsigned long long)a.cards, (unsigned long long)a.anchors, (unsigned long long)a.labels,
			(unsigned long long)a.padding, (unsigned long long)a.unaccounted);
		if (!a.padding_known)
			print_text("The padding secret cannot be read, so padding counts as unaccounted.\n");
	}
	return a.unaccounted == 0 ? EXIT_DONE : EXIT_REFUSED;
}

int command_log(const struct context *x, int argc, char **argv)
{
	struct words w;
	const struct option options[] = { { NULL } };
	if (!args_take(argc, argv, options, &w, 1, 1))
		return usage("log");
	if (strcmp(w.word[0], "status") == 0)
		return log_status(x);
	if (strcmp(w.word[0], "check") == 0)
		return log_check(x);
	if (strcmp(w.word[0], "account") == 0)
		return log_account(x);
	return usage("log");
}
