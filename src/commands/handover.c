/*
 * handover: the end of one shift and the beginning of the next.
 */
#include <stdio.h>

#include "commands/command.h"

static void print_head(const json_t *h)
{
	print_text("%s  %s  %s to %s, %s\n", text_of(h, "id"), text_of(h, "at"), text_of(h, "from"), text_of(h, "to"),
		text_of(h, "to_signed_at")[0] != 0 ? text_of(h, "to_signed_at") : "not accepted yet");
}

static void print_content(const json_t *h)
{
	const json_t *content = json_object_get(h, "content"), *o;
	size_t i;
	json_array_foreach(json_object_get(content, "clocks"), i, o)
		print_text("clock   %s  due %s  %-10s  %s  %.16s%s%s\n", text_of(o, "id"), text_of(o, "due_at"), text_of(o, "kind"), text_of(o, "urgency"), text_of(o, "statement"),
			text_of(o, "draft"), text_of(o, "acked_at")[0] != 0 ? "  acknowledged" : "");
	json_array_foreach(json_object_get(content, "unread"), i, o)
		print_text("unread  %.16s  %s from %s  %s\n", text_of(o, "id"), text_of(o, "kind"), text_of(o, "from"), text_of(o, "known_at"));
	json_array_foreach(json_object_get(content, "drafts"), i, o)
		print_text("draft   %s  %s, %s, version %lld  %s\n", text_of(o, "id"), text_of(o, "kind"), text_of(o, "state"),
			(long long)json_integer_value(json_object_get(o, "version")), text_of(o, "changed_at"));
	size_t stays = json_array_size(json_object_get(h, "stays"));
	if (stays > 0)
		print_text("%zu stay yours: your successor is not read into their compartments (--json lists them)\n", stays);
}

int command_handover(const struct context *x, int argc, char **argv)
{
	const struct option options[] = { { NULL } };
	struct words w;
	json_t *answer = NULL;
	const json_t *h;
	size_t i;
	enum tocsin_err err;
	if (!args_take(argc, argv, options, &w, 1, 2))
		return usage("handover");
	if (strcmp(w.word[0], "list") == 0 && w.n == 1)
		err = client_json(x, "GET", "/api/v1/handovers", NULL, &answer);
	else if (strcmp(w.word[0], "start") == 0 && w.n == 2)
		err = client_about(x, "POST", "/api/v1/handovers", "", "", json_pack("{s:s}", "to", w.word[1]), &answer);
	else if (strcmp(w.word[0], "show") == 0 && w.n == 2)
		err = client_about(x, "GET", "/api/v1/handovers/", w.word[1], "", NULL, &answer);
	else if (strcmp(w.word[0], "accept") == 0 && w.n == 2)
		err = client_about(x, "POST", "/api/v1/handovers/", w.word[1], "/accept", NULL, &answer);
	else
		return usage("handover");
	if (err != TOCSIN_OK)
		return complain(err);
	if (x->json) {
		print_json(answer);
	} else if (json_object_get(answer, "items") != NULL) {
		json_array_foreach(json_object_get(answer, "items"), i, h)
			print_head(h);
	} else {
		print_head(answer);
		print_content(answer);
	}
	json_decref(answer);
	return EXIT_DONE;
}
