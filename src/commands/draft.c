/*
 * draft: what is being written, and what each recipient of it would see.
 */
#include <stdio.h>
#include <stdlib.h>

#include "commands/command.h"

/* ---- asking ---- */

enum tocsin_err ask_draft(const struct context *x, const char *method, const char *id, const char *verb, const json_t *send, json_t **out)
{
	struct buf path;
	buf_init(&path, 4096);
	buf_add_str(&path, "/api/v1/drafts");
	if (id != NULL) {
		buf_add_char(&path, '/');
		client_quote(&path, id);
	}
	buf_add_str(&path, verb);
	buf_add_char(&path, 0);
	enum tocsin_err err = buf_end(&path, "an id");
	if (err == TOCSIN_OK)
		err = client_json(x, method, (const char *)path.p, send, out);
	buf_free(&path);
	return err;
}

bool put_version(json_t *send, const char *version)
{
	char *end = NULL;
	long long v = version == NULL ? 0 : strtoll(version, &end, 10);
	if (version != NULL && (end == version || *end != 0 || v < 1)) {
		fprintf(stderr, "tocsin: \"%s\" is no version of a draft\n", version);
		return false;
	}
	if (version != NULL)
		json_object_set_new(send, "version", json_integer(v));
	return true;
}

/* ---- printing ---- */

static void print_lines(const json_t *list, bool open)
{
	const json_t *l;
	size_t i;
	json_array_foreach(list, i, l) {
		if (open)
			print_text("    %-14s %s\n", text_of(l, "label"), text_of(l, "words"));
		else
			print_text("    closed: %s (%s)\n", text_of(l, "label"), text_of(l, "because"));
	}
}

static void print_recipient(const json_t *r)
{
	const json_t *l, *s = json_object_get(r, "specificity");
	size_t i;
	print_text("\nto %s%s%s%s, TLP:%s\n", text_of(r, "to"), strcmp(text_of(r, "state"), "confirmed") == 0 ? "" : ", ",
		strcmp(text_of(r, "state"), "confirmed") == 0 ? "" : text_of(r, "state"), json_is_true(json_object_get(r, "unusual")) ? ", unusual" : "",
		text_of(r, "tlp"));
	print_lines(json_object_get(r, "open"), true);
	print_lines(json_object_get(r, "closed"), false);
	if (json_is_object(s))
		print_text("    %s\n", text_of(s, "words"));
	json_array_foreach(json_object_get(r, "leaks"), i, l)
		print_text("    ! %s is closed, and %s in %s gives %s away: \"%s\"\n", text_of(l, "closed"), text_of(l, "part"), text_of(l, "open"),
			json_is_true(json_object_get(l, "exact")) ? "it" : "a part of it", text_of(l, "sentence"));
	print_text("    %s\n", text_of(r, "says"));
}

/* Prints DRAFT for people. */
static void print_draft(const json_t *draft)
{
	const json_t *o;
	size_t i;
	print_text("draft %s, version %lld of a %s: %s\n", text_of(draft, "id"), (long long)json_integer_value(json_object_get(draft, "version")),
		text_of(draft, "kind"), text_of(draft, "state"));
	print_text("by %s, changed %s by %s; %s\n", text_of(draft, "author"), text_of(draft, "changed_at"), text_of(draft, "changed_by"),
		json_is_true(json_object_get(draft, "two_people")) ? "two people release it" : "one person may release it");
	if (text_of(draft, "review_by")[0] != 0)
		print_text("released by one person: a second one reviews it until %s (tocsin review %s)\n", text_of(draft, "review_by"), text_of(draft, "id"));
	const json_t *duty = json_object_get(draft, "determination");
	if (json_is_object(duty))
		print_text("duty to warn: %s, %s by %s\n", text_of(duty, "result"), text_of(duty, "at"), text_of(duty, "function"));
	json_array_foreach(json_object_get(draft, "recipients"), i, o)
		print_recipient(o);
	bool any = false;
	json_array_foreach(json_object_get(draft, "missing"), i, o) {
		if (!any)
			print_text("\n");
		any = true;
		const char *need = text_of(o, "need");
		print_text("%s %s (rule %s%s%s)\n", strcmp(need, "ask") == 0 ? "?" : "-", text_of(o, "words"), text_of(o, "rule"),
			strcmp(need, "confirm-line") == 0 ? ": --confirm " : strcmp(need, "confirm-audience") == 0 ? ": --confirm-audience" :
			strcmp(need, "override") == 0 ? ": --override WHY at its release" : "",
			strcmp(need, "confirm-line") == 0 ? text_of(o, "line") : "");
	}
	json_array_foreach(json_object_get(draft, "decisions"), i, o)
		print_text("%s %s version %lld by %s (%s)%s%s\n", text_of(o, "at"), text_of(o, "what"), (long long)json_integer_value(json_object_get(o, "version")),
			text_of(o, "account"), text_of(o, "function"), text_of(o, "reason")[0] != 0 ? ": " : "", text_of(o, "reason"));
	json_array_foreach(json_object_get(draft, "released"), i, o)
		print_text("%s %s\n", text_of(o, "id"), text_of(o, "to"));
}

int finish_draft(const struct context *x, enum tocsin_err err, json_t *answer)
{
	if (err != TOCSIN_OK)
		return complain(err);
	if (x->json)
		print_json(answer);
	else
		print_draft(answer);
	const char *refused = text_of(answer, "refused");
	int status = refused[0] == 0 ? EXIT_DONE : complain(fail(TOCSIN_REFUSED, "%s", refused));
	json_decref(answer);
	return status;
}

/* ---- a warning, or a closure, in one go ---- */

bool has_account(const struct context *x)
{
	json_t *who = NULL;
	if (client_json(x, "GET", "/api/v1/whoami", NULL, &who) != TOCSIN_OK)
		return false;
	bool is = json_is_true(json_object_get(who, "accounts")) && strcmp(text_of(who, "account"), "operator") != 0;
	json_decref(who);
	return is;
}

/* Whether whoever asks may release, and policy lets one person do it. */
static bool alone(const struct context *x, const json_t *draft)
{
	json_t *who = NULL;
	const json_t *right;
	size_t i;
	bool may = false;
	if (json_is_true(json_object_get(draft, "two_people")) || client_json(x, "GET", "/api/v1/whoami", NULL, &who) != TOCSIN_OK)
		return false;
	json_array_foreach(json_object_get(who, "rights"), i, right)
		may = may || strcmp(json_string_value(right), "release") == 0;
	json_decref(who);
	return may;
}

/* What the release of DRAFT (taken) issued, as POST /statements tells it. */
static int release_alone(const struct context *x, json_t *draft, const json_t *consent, long seconds)
{
	json_t *answer = NULL, *send = json_pack("{s:O, s:O, s:O}", "version", json_object_get(draft, "version"), "confirm",
		json_object_get(consent, "confirm"), "confirm_audience", json_object_get(consent, "confirm_audience"));
	enum tocsin_err err = ask_draft(x, "POST", text_of(draft, "id"), "/release", send, &answer);
	json_decref(send);
	json_decref(draft);
	if (err != TOCSIN_OK)
		return complain(err);
	json_t *results = json_pack("{s:O}", "results", json_object_get(answer, "released"));
	json_decref(answer);
	return issued(x, results, seconds);
}

int send_by_draft(const struct context *x, json_t *send, const struct words *attach, long seconds)
{
	json_t *answer = NULL, *none = json_array();
	const json_t *open = json_object_get(send, "open"), *close = json_object_get(send, "close");
	json_t *audience = json_pack("{s:O, s:O, s:O}", "to", json_object_get(send, "to"), "open", open == NULL ? none : open, "close",
		close == NULL ? none : close);
	json_decref(none);
	json_object_del(send, "to");
	json_object_del(send, "open");
	json_object_del(send, "close");
	json_object_set_new(send, "audiences", json_pack("[o]", audience));
	json_object_set_new(send, "propose", json_true());
	if (json_object_get(send, "confirm") == NULL)
		json_object_set_new(send, "confirm", json_array());
	if (json_object_get(send, "confirm_audience") == NULL)
		json_object_set_new(send, "confirm_audience", json_false());
	enum tocsin_err err = attach == NULL ? TOCSIN_OK : attach_files(x, attach, send);
	if (err == TOCSIN_OK)
		err = ask_draft(x, "POST", NULL, "", send, &answer);
	int status;
	if (err != TOCSIN_OK || text_of(answer, "refused")[0] != 0) {
		status = finish_draft(x, err, answer);
	} else if (alone(x, answer)) {
		status = release_alone(x, answer, send, seconds);
	} else {
		if (x->json)
			print_json(answer);
		else
			print_text("draft %s is proposed; somebody else looks at it and releases it: tocsin release %s --version %lld\n", text_of(answer, "id"),
				text_of(answer, "id"), (long long)json_integer_value(json_object_get(answer, "version")));
		json_decref(answer);
		status = EXIT_LATER;
	}
	json_decref(send);
	return status;
}

/* ---- writing ---- */

json_t *draft_of(json_t *given, const struct words *to, const struct words *open, const struct words *close)
{
	json_t *o = given;
	if (json_object_get(given, "fields") == NULL && json_object_get(given, "kind") == NULL)
		o = json_pack("{s:s, s:o}", "kind", "warning", "fields", given);
	if (to->n > 0) {
		json_t *audience = json_pack("{s:o, s:o, s:o}", "to", json_words(to), "open", json_words(open), "close", json_words(close));
		json_t *all = json_object_get(o, "audiences");
		if (all == NULL)
			json_object_set_new(o, "audiences", json_pack("[o]", audience));
		else
			json_array_append_new(all, audience);
	}
	return o;
}

static int add(const struct context *x, int argc, char **argv)
{
	struct words to = { 0 }, open = { 0 }, close = { 0 }, confirm = { 0 }, re = { 0 }, attach = { 0 }, plain;
	char *open_list = NULL, *close_list = NULL;
	const char *alert = NULL, *no_alert = NULL, *reason = NULL;
	bool propose = false, audience = false;
	json_t *given = NULL, *answer = NULL;
	const struct option options[] = { { "--to", OPTION_MANY, &to }, { "--open", OPTION_ONE, &open_list }, { "--close", OPTION_ONE, &close_list },
		{ "--re", OPTION_MANY, &re }, { "--attach", OPTION_MANY, &attach }, { "--public", OPTION_ONE, &alert }, { "--not-public", OPTION_ONE, &no_alert },
		{ "--propose", OPTION_FLAG, &propose }, { "--confirm", OPTION_MANY, &confirm }, { "--confirm-audience", OPTION_FLAG, &audience },
		{ "--reason", OPTION_ONE, &reason }, { NULL } };
	if (!args_take(argc, argv, options, &plain, 1, 1) || (open_list != NULL && !args_commas(open_list, &open)) ||
		(close_list != NULL && !args_commas(close_list, &close)) || (alert != NULL && no_alert != NULL))
		return usage("draft");
	enum tocsin_err err = read_json(plain.word[0], &given);
	if (err != TOCSIN_OK)
		return complain(err);
	json_t *send = draft_of(given, &to, &open, &close);
	if (re.n > 0)
		json_object_set_new(send, "re", json_words(&re));
	if (alert != NULL || no_alert != NULL)
		json_object_set_new(send, "public", json_pack("{s:s}", alert != NULL ? "alert" : "reason", alert != NULL ? alert : no_alert));
	/* What is not said here stays as the file has it. */
	if (propose)
		json_object_set_new(send, "propose", json_true());
	if (confirm.n > 0)
		json_object_set_new(send, "confirm", json_words(&confirm));
	if (audience)
		json_object_set_new(send, "confirm_audience", json_true());
	put_text(send, "reason", reason);
	err = attach_files(x, &attach, send);
	if (err == TOCSIN_OK)
		err = ask_draft(x, "POST", NULL, "", send, &answer);
	json_decref(send);
	return finish_draft(x, err, answer);
}

static int edit(const struct context *x, const struct words *w, const char *version)
{
	struct words none = { 0 };
	json_t *given = NULL, *answer = NULL;
	enum tocsin_err err = read_json(w->word[2], &given);
	if (err != TOCSIN_OK)
		return complain(err);
	json_t *send = draft_of(given, &none, &none, &none);
	if (!put_version(send, version)) {
		json_decref(send);
		return usage("draft");
	}
	err = ask_draft(x, "PUT", w->word[1], "", send, &answer);
	json_decref(send);
	return finish_draft(x, err, answer);
}

static int list(const struct context *x, const char *state)
{
	json_t *page = NULL, *all = json_array();
	char query[200] = "?limit=1000";
	enum tocsin_err err = TOCSIN_OK;
	for (bool more = true; err == TOCSIN_OK && more;) {
		size_t n = strlen(query);
		if (state != NULL)
			snprintf(query + n, sizeof query - n, "&state=%.16s", state);
		err = ask_draft(x, "GET", NULL, query, NULL, &page);
		if (err != TOCSIN_OK)
			break;
		json_array_extend(all, json_object_get(page, "items"));
		more = text_of(page, "next")[0] != 0;
		snprintf(query, sizeof query, "?limit=1000&before=%.16s", text_of(page, "next"));
		json_decref(page);
	}
	const json_t *d;
	size_t i;
	if (err == TOCSIN_OK && !x->json) {
		json_array_foreach(all, i, d)
			print_text("%s  %-9s  version %lld  %s  %s  %s\n", text_of(d, "id"), text_of(d, "state"),
				(long long)json_integer_value(json_object_get(d, "version")), text_of(d, "kind"), text_of(d, "changed_at"), text_of(d, "author"));
	}
	json_t *o = json_pack("{s:o}", "items", all);
	if (err == TOCSIN_OK && x->json)
		print_json(o);
	json_decref(o);
	return err == TOCSIN_OK ? EXIT_DONE : complain(err);
}

int command_draft(const struct context *x, int argc, char **argv)
{
	const char *state = NULL, *version = NULL, *reason = NULL;
	struct words w;
	json_t *answer = NULL;
	if (argc > 1 && strcmp(argv[1], "add") == 0)
		return add(x, argc - 1, argv + 1);
	if (argc > 1 && (strcmp(argv[1], "attach") == 0 || strcmp(argv[1], "detach") == 0 || strcmp(argv[1], "file") == 0))
		return draft_file(x, argc - 1, argv + 1);
	const struct option options[] = { { "--state", OPTION_ONE, &state }, { "--version", OPTION_ONE, &version }, { "--reason", OPTION_ONE, &reason }, { NULL } };
	if (!args_take(argc, argv, options, &w, 1, 3))
		return usage("draft");
	if (strcmp(w.word[0], "edit") == 0 && w.n == 3 && version != NULL)
		return edit(x, &w, version);
	if (strcmp(w.word[0], "list") == 0 && w.n == 1)
		return list(x, state);
	if (strcmp(w.word[0], "show") == 0 && w.n == 2) {
		enum tocsin_err err = ask_draft(x, "GET", w.word[1], "", NULL, &answer);
		return finish_draft(x, err, answer);
	}
	if (strcmp(w.word[0], "withdraw") == 0 && w.n == 2 && reason != NULL) {
		json_t *send = json_pack("{s:s}", "reason", reason);
		enum tocsin_err err = ask_draft(x, "POST", w.word[1], "/withdraw", send, &answer);
		json_decref(send);
		return finish_draft(x, err, answer);
	}
	return usage("draft");
}
