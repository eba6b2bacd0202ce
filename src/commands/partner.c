/*
 * partner: partner, group, witness: the nodes that this one talks to.
 */
#include <stdio.h>
#include <stdlib.h>

#include "base/file.h"
#include "base/limits.h"
#include "base/random.h"
#include "commands/command.h"

static const struct option no_options[] = { { NULL } };

static void print_quorum(const json_t *p)
{
	long long k = json_integer_value(json_object_get(p, "quorum"));
	if (k == 0)
		print_text("quorum none");
	else
		print_text("quorum %lld", k);
}

static int partner_add(const struct context *x, const char *file)
{
	struct buf chain, out;
	json_t *answer = NULL;
	buf_init(&chain, LIMIT_CHAIN_BYTES);
	buf_init(&out, LIMIT_JSON);
	enum tocsin_err err = file_read(file, &chain);
	if (err == TOCSIN_OK)
		err = client_ask(x, "POST", "/api/v1/partners", "text/plain; charset=utf-8", &chain, &out);
	if (err == TOCSIN_OK)
		err = json_parse(buf_bytes(&out), LIMIT_JSON, "the node's answer", &answer);
	if (err == TOCSIN_OK && !x->json) {
		print_text("%s: %s\nsafety number: %s\n", text_of(answer, "name"), text_of(answer, "what"), text_of(answer, "safety"));
		if (strcmp(text_of(answer, "state"), "unconfirmed") == 0)
			print_text("Compare the safety number with them by another way, then: tocsin partner confirm %s\n", text_of(answer, "name"));
	}
	buf_free(&chain);
	buf_free(&out);
	return print_answer(x, err, answer, NULL);
}

/* Shows the number and waits for a person to say that both sides read the same. */
static enum tocsin_err person_confirms(const struct context *x, const char *name)
{
	json_t *p = NULL;
	enum tocsin_err err = client_about(x, "GET", "/api/v1/partners/", name, "", NULL, &p);
	if (err != TOCSIN_OK)
		return err;
	fprintf(stderr, "The safety number of this node and %s:\n\n  %s\n\nDid you compare it with them, by another way than this network, and is it the same? Type yes: ", name, text_of(p, "safety"));
	json_decref(p);
	char answer[8] = "";
	if (fgets(answer, sizeof answer, stdin) != NULL && strcmp(answer, "yes\n") == 0)
		return TOCSIN_OK;
	return fail(TOCSIN_REFUSED, "%s stays unconfirmed", name);
}

static int partner_confirm(const struct context *x, const char *name, const char *safety)
{
	json_t *answer = NULL, *send = NULL;
	enum tocsin_err err = safety == NULL ? person_confirms(x, name) : TOCSIN_OK;
	if (err != TOCSIN_OK)
		return complain(err);
	send = json_object();
	if (safety != NULL)
		json_object_set_new(send, "safety", json_string(safety));
	err = client_about(x, "POST", "/api/v1/partners/", name, "/confirm", send, &answer);
	return print_answer(x, err, answer, "confirmed");
}

static int partner_list(const struct context *x)
{
	json_t *answer = NULL;
	const json_t *p;
	size_t i;
	enum tocsin_err err = client_json(x, "GET", "/api/v1/partners", NULL, &answer);
	if (err == TOCSIN_OK && !x->json) {
		json_array_foreach(json_object_get(answer, "items"), i, p) {
			print_text("%-32s  %-11s  ", text_of(p, "name"), text_of(p, "state"));
			print_quorum(p);
			print_text("  %s\n", text_of(p, "safety"));
		}
	}
	return print_answer(x, err, answer, NULL);
}

static int partner_show(const struct context *x, const char *name)
{
	json_t *p = NULL;
	enum tocsin_err err = client_about(x, "GET", "/api/v1/partners/", name, "", NULL, &p);
	if (err == TOCSIN_OK && !x->json) {
		const char *key;
		json_t *value;
		json_object_foreach(p, key, value) {
			if (json_is_object(value))
				continue;
			struct buf words;
			buf_init(&words, 1u << 20);
			if (strcmp(key, "quorum") == 0 && json_integer_value(value) == 0)
				buf_add_str(&words, "none");
			else
				print_value(value, &words);
			print_text("%-12s %.*s\n", key, (int)words.n, words.n == 0 ? "" : (const char *)words.p);
			buf_free(&words);
		}
	}
	return print_answer(x, err, p, NULL);
}

/* What is settled with it: FILE anew, or, without one, as it is. */
static int partner_profile(const struct context *x, const char *name, const char *file)
{
	json_t *answer = NULL, *send = NULL;
	enum tocsin_err err = file == NULL ? TOCSIN_OK : read_json(file, &send);
	if (err == TOCSIN_OK)
		err = client_about(x, file == NULL ? "GET" : "PUT", "/api/v1/partners/", name, "/profile", send, &answer);
	if (err != TOCSIN_OK)
		return complain(err);
	print_json(answer);
	json_decref(answer);
	return EXIT_DONE;
}

#define MATCH_DIGITS 64

/* The key of FILE, or a new one, as hex digits. */
static enum tocsin_err match_key(const char *file, char hex[MATCH_DIGITS + 1])
{
	uint8_t key[MATCH_DIGITS / 2];
	struct buf text;
	if (file == NULL) {
		random_bytes(key, sizeof key);
		hex_encode(key, sizeof key, hex);
		return TOCSIN_OK;
	}
	buf_init_secret(&text, 4096);
	enum tocsin_err err = file_read(file, &text);
	while (err == TOCSIN_OK && text.n > 0 && (text.p[text.n - 1] == '\n' || text.p[text.n - 1] == '\r'))
		text.n--;
	if (err == TOCSIN_OK && (text.n != MATCH_DIGITS || !hex_decode(buf_bytes(&text), key, sizeof key)))
		err = fail(TOCSIN_BAD, "%s must hold a matching key: %d hex digits, in lower case, on one line", file, MATCH_DIGITS);
	if (err == TOCSIN_OK)
		hex_encode(key, sizeof key, hex);
	buf_free(&text);
	return err;
}

/* With neither FILE nor NEW nor END it is shown what there is. */
static int partner_match(const struct context *x, const char *name, const char *file, bool new, bool end)
{
	char hex[MATCH_DIGITS + 1] = "";
	json_t *answer = NULL;
	bool key = file != NULL || new;
	if (key + end > 1 || (file != NULL && new))
		return usage("partner");
	enum tocsin_err err = key ? match_key(file, hex) : TOCSIN_OK;
	if (err == TOCSIN_OK)
		err = client_about(x, key ? "PUT" : end ? "DELETE" : "GET", "/api/v1/partners/", name, "/match",
			key ? json_pack("{s:s}", "key", hex) : NULL, &answer);
	if (err == TOCSIN_OK && new && x->json)
		json_object_set_new(answer, "new_key", json_string(hex));
	else if (err == TOCSIN_OK && new)
		print_text("%s\nThis is the key, shown once. Bring it to them by another way than this network: tocsin partner match NAME --key-file FILE\n", hex);
	if (err == TOCSIN_OK && !x->json && text_of(answer, "key")[0] == 0)
		print_text("no matching key with %s\n", name);
	else if (err == TOCSIN_OK && !x->json)
		print_text("matching key %s since %s: %lld statements sent, %lld leads matched\n", text_of(answer, "key"), text_of(answer, "since"),
			(long long)json_integer_value(json_object_get(answer, "sent")), (long long)json_integer_value(json_object_get(answer, "matched")));
	return print_answer(x, err, answer, NULL);
}

int command_partner(const struct context *x, int argc, char **argv)
{
	const char *key_file = NULL;
	bool new = false, end = false;
	const char *safety = NULL, *reason = NULL, *to = NULL;
	struct words w;
	json_t *answer = NULL;
	const struct option options[] = { { "--safety", OPTION_ONE, &safety }, { "--reason", OPTION_ONE, &reason }, { "--to", OPTION_ONE, &to },
		{ "--key-file", OPTION_ONE, &key_file }, { "--new", OPTION_FLAG, &new }, { "--end", OPTION_FLAG, &end }, { NULL } };
	if (!args_take(argc, argv, options, &w, 1, 3))
		return usage("partner");
	const char *verb = w.word[0];
	if (strcmp(verb, "add") == 0 && w.n == 2)
		return partner_add(x, w.word[1]);
	if (strcmp(verb, "confirm") == 0 && w.n == 2)
		return partner_confirm(x, w.word[1], safety);
	if (strcmp(verb, "list") == 0 && w.n == 1)
		return partner_list(x);
	if (strcmp(verb, "show") == 0 && w.n == 2)
		return partner_show(x, w.word[1]);
	if (strcmp(verb, "distrust") == 0 && w.n == 2 && reason != NULL) {
		json_t *send = json_pack("{s:s}", "reason", reason);
		enum tocsin_err err = send == NULL ? fail(TOCSIN_BAD, "the reason is not valid UTF-8") : client_about(x, "POST", "/api/v1/partners/", w.word[1], "/distrust", send, &answer);
		return print_answer(x, err, answer, "distrusted: it can still be warned, but nothing of what it sends is taken");
	}
	if (strcmp(verb, "quorum") == 0 && w.n == 3) {
		char *rest;
		long k = strcmp(w.word[2], "none") == 0 ? 0 : strtol(w.word[2], &rest, 10);
		if (k < 0 || k > 64 || (strcmp(w.word[2], "none") != 0 && (*rest != 0 || rest == w.word[2])))
			return usage("partner");
		enum tocsin_err err = client_about(x, "POST", "/api/v1/partners/", w.word[1], "/quorum", json_pack("{s:i}", "k", (int)k), &answer);
		if (err == TOCSIN_OK && !x->json && text_of(answer, "note")[0] != 0)
			print_text("%s\n", text_of(answer, "note"));
		return print_answer(x, err, answer, k == 0 ? "quorum none: receipts of this partner will never be witnessed" : "set");
	}
	if (strcmp(verb, "vouch") == 0 && w.n == 2 && to != NULL) {
		json_t *send = json_pack("{s:s}", "to", to);
		enum tocsin_err err = send == NULL ? fail(TOCSIN_BAD, "the name is not valid UTF-8") : client_about(x, "POST", "/api/v1/partners/", w.word[1], "/vouch", send, &answer);
		return print_answer(x, err, answer, "the voucher is on its way");
	}
	if (strcmp(verb, "match") == 0 && w.n == 2)
		return partner_match(x, w.word[1], key_file, new, end);
	if (strcmp(verb, "profile") == 0 && (w.n == 2 || w.n == 3))
		return partner_profile(x, w.word[1], w.n == 3 ? w.word[2] : NULL);
	return usage("partner");
}

/* ---- groups ---- */

static json_t *find_group(json_t *answer, const char *name)
{
	json_t *g;
	size_t i;
	json_array_foreach(json_object_get(answer, "items"), i, g)
		if (strcmp(text_of(g, "name"), name) == 0)
			return json_object_get(g, "members");
	return NULL;
}

static bool has_member(const json_t *members, const char *name)
{
	const json_t *m;
	size_t i;
	json_array_foreach(members, i, m)
		if (strcmp(json_string_value(m), name) == 0)
			return true;
	return false;
}

/* The group's members with those of W (from 2 on) added or taken out. */
static json_t *changed_members(const json_t *members, const struct words *w, bool add)
{
	json_t *next = json_array();
	const json_t *m;
	size_t i;
	json_array_foreach(members, i, m) {
		bool named = false;
		for (size_t j = 2; j < w->n; j++)
			named = named || strcmp(json_string_value(m), w->word[j]) == 0;
		if (add || !named)
			json_array_append_new(next, json_string(json_string_value(m)));
	}
	for (size_t j = 2; add && j < w->n; j++)
		if (!has_member(next, w->word[j]))
			json_array_append_new(next, json_string(w->word[j]));
	return next;
}

int command_group(const struct context *x, int argc, char **argv)
{
	struct words w;
	json_t *answer = NULL, *done = NULL;
	if (!args_take(argc, argv, no_options, &w, 1, OPTION_MAX))
		return usage("group");
	bool add = strcmp(w.word[0], "add") == 0 && w.n >= 3, remove = strcmp(w.word[0], "remove") == 0 && w.n >= 2, list = strcmp(w.word[0], "list") == 0 && w.n == 1;
	if (!add && !remove && !list)
		return usage("group");
	enum tocsin_err err = client_json(x, "GET", "/api/v1/groups", NULL, &answer);
	if (err != TOCSIN_OK)
		return complain(err);
	if (list) {
		json_t *g, *m;
		size_t i, j;
		if (!x->json)
			json_array_foreach(json_object_get(answer, "items"), i, g) {
				print_text("@%s", text_of(g, "name"));
				json_array_foreach(json_object_get(g, "members"), j, m)
					print_text(" %s", json_string_value(m));
				print_text("\n");
			}
		return print_answer(x, TOCSIN_OK, answer, NULL);
	}
	json_t *members = find_group(answer, w.word[1]);
	if (remove && members == NULL) {
		json_decref(answer);
		return complain(fail(TOCSIN_MISSING, "there is no group %s", w.word[1]));
	}
	json_t *next = w.n == 2 ? json_array() : changed_members(members, &w, add);
	json_decref(answer);
	if (json_array_size(next) == 0) {
		json_decref(next);
		err = client_about(x, "DELETE", "/api/v1/groups/", w.word[1], "", NULL, &done);
	} else {
		err = client_about(x, "PUT", "/api/v1/groups/", w.word[1], "", json_pack("{s:o}", "members", next), &done);
	}
	return print_answer(x, err, done, "done");
}

/* ---- witnesses ---- */

int command_witness(const struct context *x, int argc, char **argv)
{
	struct words w;
	json_t *answer = NULL;
	if (!args_take(argc, argv, no_options, &w, 1, 2))
		return usage("witness");
	if (strcmp(w.word[0], "list") == 0 && w.n == 1) {
		const json_t *item;
		size_t i;
		enum tocsin_err err = client_json(x, "GET", "/api/v1/witnesses", NULL, &answer);
		if (err == TOCSIN_OK && !x->json)
			json_array_foreach(json_object_get(answer, "items"), i, item)
				print_text("%-32s  last seen %s\n", text_of(item, "name"), text_of(item, "last_seen")[0] != 0 ? text_of(item, "last_seen") : "never");
		return print_answer(x, err, answer, NULL);
	}
	bool add = strcmp(w.word[0], "add") == 0;
	if (w.n != 2 || (!add && strcmp(w.word[0], "remove") != 0))
		return usage("witness");
	enum tocsin_err err = client_about(x, add ? "PUT" : "DELETE", "/api/v1/witnesses/", w.word[1], "", NULL, &answer);
	return print_answer(x, err, answer, add ? "added: it is asked to cosign our log, and counts for receipts" : "removed");
}
