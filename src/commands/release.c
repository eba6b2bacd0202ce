/*
 * release: propose, release, refuse, review, determine: what is decided about a draft.
 */
#include <stdio.h>
#include <stdlib.h>

#include "commands/command.h"

/* Sends SEND (taken). */
static int decide(const struct context *x, const char *id, const char *verb, json_t *send)
{
	json_t *answer = NULL;
	enum tocsin_err err = send == NULL ? fail(TOCSIN_BAD, "what is sent is not valid UTF-8") : ask_draft(x, "POST", id, verb, send, &answer);
	json_decref(send);
	return finish_draft(x, err, answer);
}

int command_propose(const struct context *x, int argc, char **argv)
{
	struct words w, confirm = { 0 };
	const char *version = NULL, *reason = NULL;
	bool audience = false;
	const struct option options[] = { { "--version", OPTION_ONE, &version }, { "--confirm", OPTION_MANY, &confirm },
		{ "--confirm-audience", OPTION_FLAG, &audience }, { "--reason", OPTION_ONE, &reason }, { NULL } };
	if (!args_take(argc, argv, options, &w, 1, 1))
		return usage("propose");
	json_t *send = json_pack("{s:o, s:b}", "confirm", json_words(&confirm), "confirm_audience", audience);
	put_text(send, "reason", reason);
	if (!put_version(send, version)) {
		json_decref(send);
		return usage("propose");
	}
	return decide(x, w.word[0], "/propose", send);
}

/* "FIELD,…" to everybody, or "NAME=FIELD,…" to one. */
static bool put_close(json_t *close, const char *word)
{
	struct words lines = { 0 };
	const char *equals = strchr(word, '=');
	char *list = strdup(equals == NULL ? word : equals + 1), *name = equals == NULL ? strdup("*") : strndup(word, (size_t)(equals - word));
	bool ok = list != NULL && name != NULL && args_commas(list, &lines);
	if (ok && json_object_get(close, name) == NULL)
		json_object_set_new(close, name, json_array());
	for (size_t i = 0; ok && i < lines.n; i++)
		json_array_append_new(json_object_get(close, name), json_string(lines.word[i]));
	free(list);
	free(name);
	return ok;
}

int command_release(const struct context *x, int argc, char **argv)
{
	struct words w, confirm = { 0 }, close = { 0 };
	const char *version = NULL, *reason = NULL, *override = NULL;
	bool audience = false, ok = true;
	const struct option options[] = { { "--version", OPTION_ONE, &version }, { "--confirm", OPTION_MANY, &confirm },
		{ "--confirm-audience", OPTION_FLAG, &audience }, { "--close", OPTION_MANY, &close }, { "--override", OPTION_ONE, &override },
		{ "--reason", OPTION_ONE, &reason }, { NULL } };
	if (!args_take(argc, argv, options, &w, 1, 1) || version == NULL)
		return usage("release");
	json_t *send = json_pack("{s:o, s:b, s:{}}", "confirm", json_words(&confirm), "confirm_audience", audience, "close");
	for (size_t i = 0; ok && i < close.n; i++)
		ok = put_close(json_object_get(send, "close"), close.word[i]);
	put_text(send, "override", override);
	put_text(send, "reason", reason);
	if (!ok || !put_version(send, version)) {
		json_decref(send);
		return usage("release");
	}
	return decide(x, w.word[0], "/release", send);
}

int command_refuse(const struct context *x, int argc, char **argv)
{
	struct words w;
	const char *version = NULL, *reason = NULL;
	const struct option options[] = { { "--version", OPTION_ONE, &version }, { "--reason", OPTION_ONE, &reason }, { NULL } };
	if (!args_take(argc, argv, options, &w, 1, 1) || version == NULL || reason == NULL)
		return usage("refuse");
	json_t *send = json_pack("{s:s}", "reason", reason);
	if (!put_version(send, version)) {
		json_decref(send);
		return usage("refuse");
	}
	return decide(x, w.word[0], "/refuse", send);
}

int command_review(const struct context *x, int argc, char **argv)
{
	struct words w;
	const char *reason = NULL;
	bool approves = false, objects = false;
	const struct option options[] = { { "--approve", OPTION_FLAG, &approves }, { "--object", OPTION_FLAG, &objects }, { "--reason", OPTION_ONE, &reason }, { NULL } };
	if (!args_take(argc, argv, options, &w, 1, 1) || approves == objects || reason == NULL)
		return usage("review");
	return decide(x, w.word[0], "/review", json_pack("{s:b, s:s}", "approves", approves, "reason", reason));
}

int command_determine(const struct context *x, int argc, char **argv)
{
	struct words w;
	const char *credible = NULL, *specific = NULL, *impending = NULL, *harm = NULL, *words = NULL, *result = NULL, *ground = NULL, *reason = NULL;
	const struct option options[] = { { "--credible", OPTION_ONE, &credible }, { "--specific", OPTION_ONE, &specific }, { "--impending", OPTION_ONE, &impending },
		{ "--harm", OPTION_ONE, &harm }, { "--words", OPTION_ONE, &words }, { "--result", OPTION_ONE, &result }, { "--ground", OPTION_ONE, &ground },
		{ "--reason", OPTION_ONE, &reason }, { NULL } };
	if (!args_take(argc, argv, options, &w, 1, 1) || credible == NULL || specific == NULL || impending == NULL || harm == NULL)
		return usage("determine");
	json_t *answer = NULL, *send = json_pack("{s:s, s:s, s:s, s:s}", "credible", credible, "specific", specific, "impending", impending, "harm", harm);
	put_text(send, "words", words);
	put_text(send, "result", result);
	put_text(send, "ground", ground);
	put_text(send, "reason", reason);
	enum tocsin_err err = send == NULL ? fail(TOCSIN_BAD, "what is sent is not valid UTF-8") : ask_draft(x, "POST", w.word[0], "/determination", send, &answer);
	json_decref(send);
	if (err != TOCSIN_OK)
		return complain(err);
	if (x->json)
		print_json(answer);
	else
		print_text("%s duty to warn: %s\n", text_of(answer, "id"), text_of(answer, "result"));
	json_decref(answer);
	return EXIT_DONE;
}
