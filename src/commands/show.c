/*
 * show: list and show: statements as this node has them.
 */
#include <stdio.h>

#include "commands/command.h"

static void print_labelled(const char *label, const json_t *value)
{
	struct buf words;
	buf_init(&words, 1u << 20);
	print_value(value, &words);
	print_text("%-22s %.*s\n", label, (int)words.n, words.n == 0 ? "" : (const char *)words.p);
	buf_free(&words);
}

/* The gist of a statement or answer in one line. */
static void print_gist(const json_t *o, struct buf *out)
{
	static const char *const names[] = { "threat.summary", "stage", "assessment.specific", "result", "outcome", "copy", "record.type", "record.claims", "reason", "question", "due", "text" };
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		const json_t *v = json_object_get(o, names[i]);
		if (v == NULL)
			continue;
		if (out->n > 0)
			buf_add_str(out, "; ");
		print_value(v, out);
	}
}

static void print_row(const json_t *o)
{
	struct buf gist;
	buf_init(&gist, 1u << 20);
	print_gist(o, &gist);
	print_text("%.16s  %s  %-3s  %-11s  %-28s  %-10s  %.*s\n", text_of(o, "id"), text_of(o, "at"), text_of(o, "direction"), text_of(o, "kind"),
		strcmp(text_of(o, "direction"), "out") == 0 ? text_of(o, "to") : text_of(o, "from"), text_of(o, "delivery"),
		gist.n > 80 ? 80 : (int)gist.n, gist.n == 0 ? "" : (const char *)gist.p);
	const json_t *mark;
	size_t i;
	json_array_foreach(json_object_get(o, "marks"), i, mark)
		print_text("%18s! %s\n", "", json_string_value(mark));
	buf_free(&gist);
}

int command_list(const struct context *x, int argc, char **argv)
{
	bool in = false, out = false;
	const char *peer = NULL, *kind = NULL, *limit = NULL;
	struct words plain;
	const struct option options[] = {
		{ "--in", OPTION_FLAG, &in }, { "--out", OPTION_FLAG, &out }, { "--peer", OPTION_ONE, &peer }, { "--kind", OPTION_ONE, &kind },
		{ "--limit", OPTION_ONE, &limit }, { NULL },
	};
	if (!args_take(argc, argv, options, &plain, 0, 0) || (in && out))
		return usage("list");
	struct buf path;
	buf_init(&path, 4096);
	buf_add_str(&path, "/api/v1/statements?limit=");
	client_quote(&path, limit == NULL ? "100" : limit);
	if (in || out)
		buf_add_str(&path, in ? "&direction=in" : "&direction=out");
	if (peer != NULL) {
		buf_add_str(&path, "&peer=");
		client_quote(&path, peer);
	}
	if (kind != NULL) {
		buf_add_str(&path, "&kind=");
		client_quote(&path, kind);
	}
	buf_add_char(&path, 0);
	json_t *answer = NULL;
	enum tocsin_err err = buf_end(&path, "the question");
	if (err == TOCSIN_OK)
		err = client_json(x, "GET", (const char *)path.p, NULL, &answer);
	buf_free(&path);
	if (err != TOCSIN_OK)
		return complain(err);
	const json_t *row;
	size_t i;
	const json_t *items = json_object_get(answer, "items");
	if (x->json) {
		print_json(answer);
	} else {
		json_array_foreach(items, i, row)
			print_row(row);
		if (json_array_size(items) == 0)
			print_text("nothing\n");
	}
	json_decref(answer);
	return EXIT_DONE;
}

static void print_receipt(const json_t *o)
{
	const json_t *r = json_object_get(o, "receipt");
	print_text("%-22s %s\n", "delivery", text_of(o, "delivery"));
	if (text_of(o, "trouble")[0] != 0)
		print_text("%-22s %s\n", "trouble", text_of(o, "trouble"));
	const json_t *broker = json_object_get(o, "broker"), *once = json_object_get(o, "unnamed"), *author;
	size_t i;
	if (once != NULL)
		print_text("%-22s %s\n", "name", text_of(once, "words"));
	json_array_foreach(json_object_get(once, "authors"), i, author)
		print_text("%-22s %s\n", "author", text_of(author, "words"));
	if (broker != NULL) {
		print_text("%-22s %s\n", "by way of a broker", text_of(broker, "words"));
		if (text_of(broker, "handed_not_later_than")[0] != 0)
			print_text("%-22s to %s not later than %s, witnessed\n", "handed", text_of(broker, "by"), text_of(broker, "handed_not_later_than"));
		else if (text_of(broker, "handed_at")[0] != 0)
			print_text("%-22s to %s, its receipt came %s\n", "handed", text_of(broker, "by"), text_of(broker, "handed_at"));
		if (text_of(broker, "doubtful")[0] != 0)
			print_text("%-22s %s\n", "doubtful", text_of(broker, "doubtful"));
		if (text_of(broker, "tender")[0] != 0)
			print_text("%-22s %.16s: tocsin evidence has it\n", "tender", text_of(broker, "tender"));
		if (text_of(broker, "custody")[0] != 0)
			print_text("%-22s %.16s: tocsin evidence has it\n", "custody", text_of(broker, "custody"));
	}
	if (text_of(o, "next_attempt")[0] != 0)
		print_text("%-22s %s\n", "next attempt", text_of(o, "next_attempt"));
	if (r != NULL) {
		print_text("%-22s entry %lld of %s, received %s\n", "receipt", (long long)json_integer_value(json_object_get(r, "index")), text_of(r, "origin"), text_of(r, "received_at"));
		print_text("%-22s %s\n", "witnessed", text_of(r, "witnessed_not_later_than")[0] != 0 ? text_of(r, "witnessed_not_later_than") : "not yet");
	}
	const json_t *quorum = json_object_get(o, "quorum");
	if (json_is_string(quorum))
		print_text("%-22s %s\n", "quorum", json_string_value(quorum));
	else if (json_is_integer(quorum))
		print_text("%-22s %lld\n", "quorum", (long long)json_integer_value(quorum));
}

/* What a statement refers to; one that has no effect says why. */
static void print_about(const json_t *item)
{
	const char *rule = text_of(item, "rule");
	if (rule[0] != 0)
		print_text("%-22s %s (without effect: %s)\n", "about", text_of(item, "id"), rule);
	else
		print_text("%-22s %s%s\n", "about", text_of(item, "id"), json_is_true(json_object_get(item, "dangling")) ? " (not here: dangling)" : "");
}

static void print_threads(const json_t *o)
{
	const json_t *item;
	size_t i;
	const json_t *w = json_object_get(o, "window");
	if (w != NULL)
		print_text("%-22s %s, until %s%s%s\n", "window", text_of(w, "state"), text_of(w, "until"), text_of(w, "outcome")[0] != 0 ? ", " : "", text_of(w, "outcome"));
	json_array_foreach(json_object_get(o, "deliveries"), i, item) {
		struct buf who;
		buf_init(&who, 1u << 20);
		print_value(json_object_get(item, "person"), &who);
		print_text("%-22s %s, %s: %.*s%s%s (we wrote this down)\n", i == 0 ? "told" : "", text_of(item, "at"), text_of(item, "by"), (int)who.n,
			who.n == 0 ? "" : (const char *)who.p, json_is_true(json_object_get(item, "code_ok")) ? ", code agreed" : "",
			json_is_true(json_object_get(item, "countersigned")) ? ", with a scanned countersignature" : "");
		buf_free(&who);
	}
	json_array_foreach(json_object_get(o, "re"), i, item)
		print_about(item);
	json_array_foreach(json_object_get(o, "answers"), i, item) {
		struct buf gist;
		buf_init(&gist, 1u << 20);
		print_gist(item, &gist);
		print_text("%-22s %.16s %s %s from %s: %.*s\n", i == 0 ? "answers and updates" : "", text_of(item, "id"), text_of(item, "at"), text_of(item, "kind"), text_of(item, "from"),
			(int)gist.n, gist.n == 0 ? "" : (const char *)gist.p);
		buf_free(&gist);
	}
	json_array_foreach(json_object_get(o, "open_questions"), i, item) {
		struct buf words;
		buf_init(&words, 1u << 20);
		print_value(json_object_get(item, "question"), &words);
		print_text("%-22s %.16s %s asks: %.*s (due %s)\n", "open question", text_of(item, "id"), text_of(item, "from"), (int)words.n,
			words.n == 0 ? "" : (const char *)words.p, text_of(json_object_get(item, "clock"), "due_at"));
		buf_free(&words);
	}
}

int command_show(const struct context *x, int argc, char **argv)
{
	struct words plain;
	const struct option options[] = { { NULL } };
	if (!args_take(argc, argv, options, &plain, 1, 1))
		return usage("show");
	json_t *o = NULL;
	enum tocsin_err err = fetch_statement(x, plain.word[0], &o);
	if (err != TOCSIN_OK)
		return complain(err);
	if (x->json) {
		print_json(o);
		json_decref(o);
		return EXIT_DONE;
	}
	print_text("%s %s\n%-22s %s\n%-22s %s\n%-22s %s (the sender's claim), known here since %s\n", text_of(o, "kind"), text_of(o, "id"), "from", text_of(o, "from"), "to", text_of(o, "to"),
		"at", text_of(o, "at"), text_of(o, "known_at"));
	print_receipt(o);
	const json_t *item;
	size_t i;
	json_array_foreach(json_object_get(o, "marks"), i, item)
		print_text("%-22s %s\n", "mark", json_string_value(item));
	print_threads(o);
	print_text("\n");
	json_array_foreach(json_object_get(o, "fields"), i, item) {
		char label[100];
		snprintf(label, sizeof label, "%s%s", text_of(item, "name"), json_is_true(json_object_get(item, "closed")) ? " [closed]" : "");
		print_labelled(label, json_object_get(item, "value"));
	}
	print_text("\n%lld lines, of which %lld are closed to %s\n", (long long)json_integer_value(json_object_get(o, "lines")),
		(long long)json_integer_value(json_object_get(o, "closed_lines")), strcmp(text_of(o, "direction"), "out") == 0 ? "its recipient" : "this node");
	json_decref(o);
	return EXIT_DONE;
}
