/*
 * issue: warn, respond, close, record: what this node says.
 */
#include <stdio.h>
#include <stdlib.h>

#include "commands/command.h"
#include "base/clock.h"

json_t *json_words(const struct words *w)
{
	json_t *list = json_array();
	for (size_t i = 0; i < w->n; i++)
		json_array_append_new(list, json_string(w->word[i]));
	return list;
}

/* Waits until the statement ID has its receipt or END (monotonic) has passed; *HERE tells which, and so does a sentence when
 * it is not here: the statement stands all the same. */
static enum tocsin_err wait_receipt(const struct context *x, const char *id, int64_t end, bool *here)
{
	int64_t left = (end - clock_mono()) / CLOCK_SECOND;
	struct buf path;
	buf_init(&path, 4096);
	buf_printf(&path, "/api/v1/statements/%s?wait=%lld", id, left < 0 ? 0 : (long long)left);
	buf_add_char(&path, 0);
	json_t *shown = NULL;
	enum tocsin_err err = buf_end(&path, "an id");
	if (err == TOCSIN_OK)
		err = client_json(x, "GET", (const char *)path.p, NULL, &shown);
	if (err == TOCSIN_OK) {
		const char *state = text_of(shown, "delivery");
		*here = strcmp(state, "received") == 0 || strcmp(state, "witnessed") == 0 || strcmp(state, "own record") == 0 ||
			strncmp(state, "delivered", 9) == 0;
		if (strcmp(state, "refused") == 0)
			err = fail(TOCSIN_REFUSED, "%s refused %.16s: %s", text_of(shown, "to"), id, text_of(shown, "trouble"));
		else if (!*here && strcmp(state, "to be delivered") == 0)
			fprintf(stderr, "tocsin: signed and kept, and still to be told to the contact: tocsin show %.16s tells\n", id);
		else if (!*here)
			fprintf(stderr, "tocsin: signed and kept, and no receipt of %s yet: tocsin show %.16s tells\n", text_of(shown, "to"), id);
	}
	json_decref(shown);
	buf_free(&path);
	return err;
}

int issue_statement(const struct context *x, json_t *send, long wait_seconds)
{
	json_t *answer = NULL;
	enum tocsin_err err = client_json(x, "POST", "/api/v1/statements", send, &answer);
	json_decref(send);
	return err == TOCSIN_OK ? issued(x, answer, wait_seconds) : complain(err);
}

int issued(const struct context *x, json_t *answer, long wait_seconds)
{
	int64_t end = clock_mono() + (wait_seconds < 0 ? 0 : wait_seconds) * CLOCK_SECOND;
	bool all_here = true;
	size_t i;
	json_t *item;
	if (x->json)
		print_json(answer);
	json_array_foreach(json_object_get(answer, "results"), i, item) {
		if (!x->json)
			print_text("%s %s\n", text_of(item, "id"), text_of(item, "to"));
	}
	/* Not yet issued: it leaves at its time. */
	if (!x->json && text_of(answer, "leaves_at")[0] != 0)
		print_text("decided; it leaves %s\n", text_of(answer, "leaves_at"));
	fflush(stdout);
	int status = EXIT_DONE;
	json_array_foreach(json_object_get(answer, "results"), i, item) {
		bool here = false;
		enum tocsin_err err = wait_receipt(x, text_of(item, "id"), end, &here);
		if (err != TOCSIN_OK) {
			status = complain(err);
			break;
		}
		all_here = all_here && here;
	}
	json_decref(answer);
	if (status == EXIT_DONE && !all_here)
		return EXIT_LATER;
	return status;
}

int command_warn(const struct context *x, int argc, char **argv)
{
	struct words to = { 0 }, close = { 0 }, open = { 0 }, re = { 0 }, plain;
	char *close_list = NULL, *open_list = NULL;
	const char *wait = NULL;
	long seconds;
	struct words attach = { 0 }, confirm = { 0 };
	const char *alert = NULL, *no_alert = NULL;
	bool audience = false;
	const struct option options[] = {
		{ "--attach", OPTION_MANY, &attach }, { "--to", OPTION_MANY, &to }, { "--close", OPTION_ONE, &close_list }, { "--open", OPTION_ONE, &open_list }, { "--re", OPTION_MANY, &re },
		{ "--wait", OPTION_ONE, &wait }, { "--public", OPTION_ONE, &alert }, { "--not-public", OPTION_ONE, &no_alert }, { "--confirm", OPTION_MANY, &confirm },
		{ "--confirm-audience", OPTION_FLAG, &audience }, { NULL },
	};
	if (!args_take(argc, argv, options, &plain, 1, 1) || to.n == 0 || !seconds_of(wait, &seconds))
		return usage("warn");
	if ((close_list != NULL && !args_commas(close_list, &close)) || (open_list != NULL && !args_commas(open_list, &open)))
		return usage("warn");
	json_t *fields;
	enum tocsin_err err = read_json(plain.word[0], &fields);
	if (err != TOCSIN_OK)
		return complain(err);
	json_t *send = json_pack("{s:s, s:o, s:o, s:o, s:o, s:o}", "kind", "warning", "to", json_words(&to), "fields", fields, "close", json_words(&close),
		"open", json_words(&open), "re", json_words(&re));
	if (!has_account(x))
		return issue_with_files(x, send, &attach, seconds);
	/* On a desk of several people two see it. */
	if (alert != NULL || no_alert != NULL)
		json_object_set_new(send, "public", json_pack("{s:s}", alert != NULL ? "alert" : "reason", alert != NULL ? alert : no_alert));
	json_object_set_new(send, "confirm", json_words(&confirm));
	json_object_set_new(send, "confirm_audience", json_boolean(audience));
	return send_by_draft(x, send, &attach, seconds);
}

void put_text(json_t *fields, const char *name, const char *text)
{
	if (text != NULL)
		json_object_set_new(fields, name, json_string(text));
}

static void take_recipient(const json_t *target, json_t *fields)
{
	size_t i;
	json_t *f;
	json_array_foreach(json_object_get(target, "fields"), i, f) {
		const char *name = text_of(f, "name");
		if (strcmp(name, "recipient.name") == 0 || strcmp(name, "recipient.contact") == 0)
			json_object_set(fields, name, json_object_get(f, "value"));
	}
}

/* Sends KIND with FIELDS (taken) about the statement ID: to its author, or, as its author, to everyone who got it. */
static int issue_about_with(const struct context *x, const char *kind, const char *id, json_t *fields, const struct words *attach, long seconds)
{
	json_t *target = NULL;
	enum tocsin_err err = fetch_statement(x, id, &target);
	if (err != TOCSIN_OK) {
		json_decref(fields);
		return complain(err);
	}
	/* What somebody without a node was to be told: they are to be told this, too. */
	if (strcmp(text_of(target, "from"), text_of(target, "to")) == 0)
		take_recipient(target, fields);
	const char *other = strcmp(text_of(target, "direction"), "out") == 0 ? "to" : "from";
	json_t *send = json_pack("{s:s, s:[s], s:o, s:[s]}", "kind", kind, "to", text_of(target, other), "fields", fields, "re", text_of(target, "id"));
	bool contact = strcmp(text_of(target, "from"), text_of(target, "to")) == 0;
	json_decref(target);
	if (strcmp(kind, "closure") != 0 || !has_account(x))
		return issue_with_files(x, send, attach, seconds);
	json_t *name = contact ? json_incref(json_object_get(fields, "recipient.contact")) : NULL;
	if (name != NULL) {
		json_object_set_new(send, "to", json_pack("[o]", json_sprintf("contact:%s", json_string_value(name))));
		json_object_del(fields, "recipient.name");
		json_object_del(fields, "recipient.contact");
	}
	json_decref(name);
	return send_by_draft(x, send, attach, seconds);
}

int issue_about(const struct context *x, const char *kind, const char *id, json_t *fields, long seconds)
{
	return issue_about_with(x, kind, id, fields, NULL, seconds);
}

int command_respond(const struct context *x, int argc, char **argv)
{
	const char *stage = NULL, *text = NULL, *reason = NULL, *question = NULL, *outcome = NULL, *specific = NULL, *copy = NULL, *open = NULL, *wait = NULL;
	long seconds;
	struct words plain, attach = { 0 };
	const struct option options[] = {
		{ "--attach", OPTION_MANY, &attach },
		{ "--stage", OPTION_ONE, &stage }, { "--text", OPTION_ONE, &text }, { "--reason", OPTION_ONE, &reason }, { "--question", OPTION_ONE, &question },
		{ "--outcome", OPTION_ONE, &outcome }, { "--specific", OPTION_ONE, &specific }, { "--copy", OPTION_ONE, &copy }, { "--open-request", OPTION_ONE, &open }, { "--wait", OPTION_ONE, &wait }, { NULL },
	};
	if (!args_take(argc, argv, options, &plain, 1, 1) || stage == NULL || !seconds_of(wait, &seconds))
		return usage("respond");
	json_t *fields = json_object();
	put_text(fields, "stage", stage);
	put_text(fields, "text", text);
	put_text(fields, "reason", reason);
	put_text(fields, "question", question);
	put_text(fields, "outcome", outcome);
	put_text(fields, "assessment.specific", specific);
	put_text(fields, "copy", copy);
	put_text(fields, "open-request", open);
	return issue_about_with(x, "response", plain.word[0], fields, &attach, seconds);
}

int command_close(const struct context *x, int argc, char **argv)
{
	const char *outcome = NULL, *reason = NULL, *open = NULL, *wait = NULL;
	long seconds;
	struct words plain;
	const struct option options[] = { { "--outcome", OPTION_ONE, &outcome }, { "--reason", OPTION_ONE, &reason }, { "--open-request", OPTION_ONE, &open }, { "--wait", OPTION_ONE, &wait }, { NULL } };
	if (!args_take(argc, argv, options, &plain, 1, 1) || outcome == NULL || !seconds_of(wait, &seconds))
		return usage("close");
	json_t *fields = json_object();
	put_text(fields, "outcome", outcome);
	put_text(fields, "reason", reason);
	put_text(fields, "open-request", open);
	return issue_about(x, "closure", plain.word[0], fields, seconds);
}
