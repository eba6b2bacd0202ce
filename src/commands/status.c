#include "commands/command.h"

/* status: what the node is doing, what is wrong, and what is not proven. */

static void print_alarms(const json_t *s)
{
	const json_t *alarm;
	size_t i;
	json_array_foreach(json_object_get(s, "alarms"), i, alarm)
		print_text("ALARM      %s\n", json_is_string(alarm) ? json_string_value(alarm) : text_of(alarm, "sentence"));
}

static void print_partner(const json_t *p)
{
	long long quorum = json_integer_value(json_object_get(p, "quorum"));
	print_text("partner    %-28s %-11s ", text_of(p, "name"), text_of(p, "state"));
	if (quorum == 0)
		print_text("quorum none");
	else
		print_text("quorum %lld", quorum);
	/* How much passes is told to whoever runs the node. */
	if (json_object_get(p, "waiting") != NULL)
		print_text(", %lld waiting, %lld refused", (long long)json_integer_value(json_object_get(p, "waiting")), (long long)json_integer_value(json_object_get(p, "refused")));
	if (text_of(p, "last_answer")[0] != 0)
		print_text(", last answer %s", text_of(p, "last_answer"));
	print_text("\n");
	if (text_of(p, "trouble")[0] != 0)
		print_text("           trouble: %s\n", text_of(p, "trouble"));
	if (text_of(p, "next_attempt")[0] != 0)
		print_text("           next attempt %s\n", text_of(p, "next_attempt"));
}

int command_status(const struct context *x, int argc, char **argv)
{
	struct words plain;
	const struct option options[] = { { NULL } };
	if (!args_take(argc, argv, options, &plain, 0, 0))
		return usage("status");
	json_t *s = NULL;
	enum tocsin_err err = client_json(x, "GET", "/api/v1/status", NULL, &s);
	if (err != TOCSIN_OK)
		return complain(err);
	if (x->json) {
		print_json(s);
		json_decref(s);
		return EXIT_DONE;
	}
	const json_t *log = json_object_get(s, "log"), *item;
	size_t i;
	print_text("%s%s  tocsin %s  %s\n", text_of(s, "name"), strcmp(text_of(s, "realm"), "exercise") == 0 ? "  EXERCISE" : "", text_of(s, "version"),
		json_is_true(json_object_get(s, "ready")) ? "ready" : "NOT READY");
	if (text_of(s, "note")[0] != 0)
		print_text("note       %s\n", text_of(s, "note"));
	print_text("clock      %s%s\n", text_of(s, "clock"), json_is_true(json_object_get(s, "clock_set")) ? " (set by hand: exercise)" : "");
	print_alarms(s);
	print_text("log        %s: ", text_of(log, "origin"));
	if (json_object_get(log, "size") != NULL)
		print_text("%lld entries, ", (long long)json_integer_value(json_object_get(log, "size")));
	print_text("%lld published\n", (long long)json_integer_value(json_object_get(log, "published_size")));
	json_array_foreach(json_object_get(s, "witnesses"), i, item)
		print_text("witness    %-28s last seen %s%s%s\n", text_of(item, "name"), text_of(item, "last_seen")[0] != 0 ? text_of(item, "last_seen") : "never",
			text_of(item, "trouble")[0] != 0 ? "; " : "", text_of(item, "trouble"));
	if (json_array_size(json_object_get(s, "witnesses")) == 0)
		print_text("witness    none: nobody outside vouches for this log\n");
	json_array_foreach(json_object_get(s, "partners"), i, item)
		print_partner(item);
	json_decref(s);
	return EXIT_DONE;
}
