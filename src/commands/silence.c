/*
 * silence: what usually comes from partners, and of whom nothing has come for unusually long.
 */
#include "commands/command.h"

#define SILENCE "/api/v1/silence"

static void print_ids(const json_t *o, const char *name, const char *label)
{
	const json_t *id;
	size_t i;
	json_array_foreach(json_object_get(o, name), i, id)
		print_text("    %s %.16s\n", label, json_string_value(id));
}

static void print_one(const json_t *o)
{
	const char *in = text_of(o, "compartment");
	print_text("%s  %s  %s  (%s%s%s)  %s\n    %s\n", text_of(o, "id"), text_of(o, "partner"), text_of(o, "topic"), text_of(o, "unit"),
		in[0] != 0 ? "/" : "", in, text_of(o, "state"), text_of(o, "words"));
	if (text_of(o, "last_at")[0] != 0)
		print_text("    last %s", text_of(o, "last_at"));
	if (text_of(o, "unusual_at")[0] != 0)
		print_text(", unusual from %s; %s false alarms a year are allowed, its past had %s", text_of(o, "unusual_at"),
			text_of(o, "false_alarms"), text_of(o, "passed_year"));
	print_text("\n");
	print_ids(o, "requests", "open request");
	print_ids(o, "leads", "open lead");
	if (text_of(o, "noticed_at")[0] != 0)
		print_text("    noticed %s\n", text_of(o, "noticed_at"));
	if (text_of(o, "acked_at")[0] != 0)
		print_text("    acknowledged %s by %s: %s\n", text_of(o, "acked_at"), text_of(o, "acked_by"), text_of(o, "reason"));
	if (text_of(o, "ended_at")[0] != 0)
		print_text("    the silence before ended %s\n", text_of(o, "ended_at"));
}

static int list(const struct context *x, const char *partner)
{
	struct buf path;
	json_t *answer = NULL;
	const json_t *o;
	size_t i;
	buf_init(&path, 4096);
	buf_add_str(&path, SILENCE);
	if (partner != NULL) {
		buf_add_str(&path, "?partner=");
		client_quote(&path, partner);
	}
	buf_add_char(&path, 0);
	enum tocsin_err err = buf_end(&path, "the question");
	if (err == TOCSIN_OK)
		err = client_json(x, "GET", (const char *)path.p, NULL, &answer);
	buf_free(&path);
	if (err == TOCSIN_OK && x->json)
		print_json(answer);
	else if (err == TOCSIN_OK) {
		json_array_foreach(json_object_get(answer, "items"), i, o)
			print_one(o);
		if (json_array_size(json_object_get(answer, "items")) == 0)
			print_text("nothing has come that you see\n");
		if (json_is_true(json_object_get(answer, "cut")))
			print_text("(there is more: ask with --partner)\n");
	}
	json_decref(answer);
	return err == TOCSIN_OK ? EXIT_DONE : complain(err);
}

int command_silence(const struct context *x, int argc, char **argv)
{
	const char *partner = NULL, *reason = NULL;
	struct words w;
	json_t *answer = NULL;
	const struct option options[] = { { "--partner", OPTION_ONE, &partner }, { "--reason", OPTION_ONE, &reason }, { NULL } };
	if (!args_take(argc, argv, options, &w, 0, 2))
		return usage("silence");
	if (w.n == 0 && reason == NULL)
		return list(x, partner);
	if (w.n != 2 || strcmp(w.word[0], "ack") != 0 || reason == NULL || partner != NULL)
		return usage("silence");
	json_t *send = json_pack("{s:s}", "reason", reason);
	enum tocsin_err err = send == NULL ? fail(TOCSIN_BAD, "the reason is not valid UTF-8")
		: client_about(x, "POST", SILENCE "/", w.word[1], "/ack", send, &answer);
	return print_answer(x, err, answer, "acknowledged");
}
