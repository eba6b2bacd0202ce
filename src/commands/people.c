/*
 * people: tocsin account: people, their roles, secrets, tokens and deputies.
 */
#include <stdio.h>
#include <stdlib.h>

#include "commands/command.h"

#define ACCOUNTS "/api/v1/accounts/"

struct given {
	const char *roles, *unit, *function, *compartments, *password, *old, *scope, *duration, *until, *save, *account, *reason, *from, *begins, *secret, *code;
	bool no_password, off;
};
typedef int verb_run(const struct context *x, const struct words *w, const struct given *g);

/* ---- what they share ---- */

/* "a,b" as a JSON list; NULL for NULL. */
static json_t *list_of(const char *commas)
{
	if (commas == NULL)
		return NULL;
	json_t *list = json_array();
	for (const char *p = commas; *p != 0;) {
		size_t n = strcspn(p, ",");
		json_array_append_new(list, json_stringn(p, n));
		p += n + (p[n] == ',');
	}
	return list;
}

/* Sets NAME to VALUE (taken) unless it is NULL. */
static void set(json_t *o, const char *name, json_t *value)
{
	if (value != NULL)
		json_object_set_new(o, name, value);
}

static void set_text(json_t *o, const char *name, const char *text)
{
	set(o, name, text == NULL ? NULL : json_string(text));
}

static int edit(const struct context *x, const char *name, json_t *send, const char *line)
{
	json_t *answer = NULL;
	enum tocsin_err err = client_about(x, "POST", ACCOUNTS, name, "", send, &answer);
	return print_answer(x, err, answer, line);
}

static void print_list(const json_t *list, const char *before)
{
	const json_t *item;
	size_t i;
	json_array_foreach(list, i, item)
		print_text("%s%s", i == 0 ? before : ",", json_string_value(item));
}

/* ---- accounts ---- */

static int account_add(const struct context *x, const struct words *w, const struct given *g)
{
	struct buf password = { .n = 0 };
	json_t *answer = NULL, *send = json_object();
	if (w->n != 2 || g->roles == NULL) {
		json_decref(send);
		return usage("account");
	}
	set_text(send, "name", w->word[1]);
	set(send, "roles", list_of(g->roles));
	set_text(send, "unit", g->unit);
	set_text(send, "function", g->function);
	set(send, "compartments", list_of(g->compartments));
	enum tocsin_err err = g->no_password ? TOCSIN_OK : secret_ask(g->password, "password", true, &password);
	if (err == TOCSIN_OK && !g->no_password)
		set_text(send, "password", (const char *)password.p);
	buf_free(&password);
	if (err == TOCSIN_OK)
		err = client_json(x, "POST", "/api/v1/accounts", send, &answer);
	json_decref(send);
	return print_answer(x, err, answer, "added");
}

static int account_list(const struct context *x, const struct words *w, const struct given *g)
{
	json_t *answer = NULL, *all = json_array();
	const json_t *a;
	size_t i;
	char next[80] = "";
	enum tocsin_err err = TOCSIN_OK;
	(void)g;
	if (w->n != 1) {
		json_decref(all);
		return usage("account");
	}
	do {
		char path[200];
		snprintf(path, sizeof path, "/api/v1/accounts?limit=1000&after=%s", next);
		err = client_json(x, "GET", path, NULL, &answer);
		if (err == TOCSIN_OK) {
			json_array_extend(all, json_object_get(answer, "items"));
			snprintf(next, sizeof next, "%s", text_of(answer, "next"));
			json_decref(answer);
		}
	} while (err == TOCSIN_OK && next[0] != 0);
	if (err == TOCSIN_OK && !x->json)
		json_array_foreach(all, i, a) {
			print_text("%-20s  %-12s  %-8s  %s", text_of(a, "name"), text_of(a, "unit"), text_of(a, "state"), text_of(a, "function"));
			print_list(json_object_get(a, "roles"), ": ");
			print_text("\n");
		}
	return print_answer(x, err, json_pack("{s:o}", "items", all), NULL);
}

static int account_show(const struct context *x, const struct words *w, const struct given *g)
{
	json_t *a = NULL;
	(void)g;
	if (w->n != 2)
		return usage("account");
	enum tocsin_err err = client_about(x, "GET", ACCOUNTS, w->word[1], "", NULL, &a);
	if (err == TOCSIN_OK && !x->json) {
		const char *key;
		json_t *value;
		json_object_foreach(a, key, value) {
			print_text("%-13s", key);
			if (json_is_array(value))
				print_list(value, " ");
			else
				print_text(" %s", json_is_string(value) ? json_string_value(value) : json_is_true(value) ? "yes" : "no");
			print_text("\n");
		}
	}
	return print_answer(x, err, a, NULL);
}

static int account_role(const struct context *x, const struct words *w, const struct given *g)
{
	(void)g;
	return w->n != 3 ? usage("account") : edit(x, w->word[1], json_pack("{s:o}", "roles", list_of(w->word[2])), "changed");
}

static int account_unit(const struct context *x, const struct words *w, const struct given *g)
{
	(void)g;
	return w->n != 3 ? usage("account") : edit(x, w->word[1], json_pack("{s:s}", "unit", w->word[2]), "changed");
}

static int account_compartments(const struct context *x, const struct words *w, const struct given *g)
{
	(void)g;
	return w->n != 3 ? usage("account") : edit(x, w->word[1], json_pack("{s:o}", "compartments", list_of(w->word[2])), "changed");
}

static int account_function(const struct context *x, const struct words *w, const struct given *g)
{
	(void)g;
	return w->n != 3 ? usage("account") : edit(x, w->word[1], json_pack("{s:s}", "function", w->word[2]), "changed");
}

static int account_state(const struct context *x, const struct words *w, const struct given *g)
{
	static const char *const states[][2] = { { "lock", "locked" }, { "unlock", "active" }, { "remove", "removed" } };
	(void)g;
	for (size_t i = 0; w->n == 2 && i < sizeof states / sizeof *states; i++)
		if (strcmp(w->word[0], states[i][0]) == 0)
			return edit(x, w->word[1], json_pack("{s:s}", "state", states[i][1]), states[i][1]);
	return usage("account");
}

/* ---- secrets ---- */

/* Whether NAME is the account that asks. */
static enum tocsin_err is_own(const struct context *x, const char *name, bool *own)
{
	json_t *me = NULL;
	enum tocsin_err err = client_json(x, "GET", "/api/v1/whoami", NULL, &me);
	*own = err == TOCSIN_OK && strcmp(text_of(me, "account"), name) == 0;
	json_decref(me);
	return err;
}

static int account_password(const struct context *x, const struct words *w, const struct given *g)
{
	struct buf old = { .n = 0 }, password = { .n = 0 };
	json_t *answer = NULL, *send = json_object();
	bool own = false;
	enum tocsin_err err = TOCSIN_OK;
	if (w->n != 2) {
		json_decref(send);
		return usage("account");
	}
	err = is_own(x, w->word[1], &own);
	if (err == TOCSIN_OK && own)
		err = secret_ask(g->old, "old password", false, &old);
	if (err == TOCSIN_OK)
		err = secret_ask(g->password, "new password", true, &password);
	if (err == TOCSIN_OK && own)
		set_text(send, "old", (const char *)old.p);
	if (err == TOCSIN_OK)
		set_text(send, "password", (const char *)password.p);
	buf_free(&old);
	buf_free(&password);
	if (err == TOCSIN_OK)
		err = client_about(x, "POST", ACCOUNTS, w->word[1], "/password", json_incref(send), &answer);
	json_decref(send);
	return print_answer(x, err, answer, "changed: other sessions of this account have ended");
}

static int account_totp(const struct context *x, const struct words *w, const struct given *g)
{
	json_t *answer = NULL, *send = json_object();
	if (w->n != 2 || (g->secret != NULL && g->code == NULL)) {
		json_decref(send);
		return usage("account");
	}
	set_text(send, "secret", g->secret);
	set_text(send, "code", g->code);
	set(send, "off", g->off ? json_true() : NULL);
	enum tocsin_err err = client_about(x, "POST", ACCOUNTS, w->word[1], "/totp", send, &answer);
	if (err == TOCSIN_OK && !x->json && text_of(answer, "secret")[0] != 0)
		print_text("secret  %s\nuri     %s\nPut it into your device, then: tocsin account totp %s --secret %s --code CODE\n", text_of(answer, "secret"), text_of(answer, "uri"),
			w->word[1], text_of(answer, "secret"));
	else if (err == TOCSIN_OK && !x->json)
		print_text("%s\n", json_is_true(json_object_get(answer, "totp")) ? "on: logging in takes a code from now on" : "off");
	return print_answer(x, err, answer, NULL);
}

/* "?account=NAME" behind PATH when --account is given. */
static enum tocsin_err ask_whose(const struct context *x, const char *method, const char *prefix, const char *name, const char *account, json_t **answer)
{
	struct buf suffix;
	buf_init(&suffix, 4096);
	if (account != NULL) {
		buf_add_str(&suffix, "?account=");
		client_quote(&suffix, account);
	}
	buf_add_char(&suffix, 0);
	enum tocsin_err err = buf_end(&suffix, "a name");
	if (err == TOCSIN_OK)
		err = client_about(x, method, prefix, name, (const char *)suffix.p, NULL, answer);
	buf_free(&suffix);
	return err;
}

static int token_add(const struct context *x, const struct words *w, const struct given *g)
{
	json_t *answer = NULL, *send = json_object();
	set_text(send, "label", w->word[2]);
	set(send, "scopes", list_of(g->scope));
	set_text(send, "until", g->until);
	if (!set_duration(send, g->duration)) {
		json_decref(send);
		return EXIT_USAGE;
	}
	enum tocsin_err err = client_json(x, "POST", "/api/v1/tokens", send, &answer);
	json_decref(send);
	if (err == TOCSIN_OK && (!x->json || g->save != NULL)) {
		err = secret_give(g->save, text_of(answer, "token"));
		json_decref(answer);
		return err == TOCSIN_OK ? EXIT_DONE : complain(err);
	}
	return print_answer(x, err, answer, NULL);
}

static int account_token(const struct context *x, const struct words *w, const struct given *g)
{
	json_t *answer = NULL;
	const json_t *t;
	size_t i;
	if (w->n == 3 && strcmp(w->word[1], "add") == 0 && g->scope != NULL && g->account == NULL)
		return token_add(x, w, g);
	if (w->n == 3 && strcmp(w->word[1], "end") == 0) {
		enum tocsin_err err = ask_whose(x, "DELETE", "/api/v1/tokens/", w->word[2], g->account, &answer);
		return print_answer(x, err, answer, "ended");
	}
	if (w->n > 1)
		return usage("account");
	enum tocsin_err err = ask_whose(x, "GET", "/api/v1/tokens", "", g->account, &answer);
	if (err == TOCSIN_OK && !x->json)
		json_array_foreach(json_object_get(answer, "items"), i, t) {
			print_text("%s  %-7s  ends %s  used %s  %s", text_of(t, "id"), text_of(t, "kind"), text_of(t, "ends_at"), text_of(t, "used_at"), text_of(t, "label"));
			print_list(json_object_get(t, "scopes"), "  ");
			print_text("%s\n", json_is_true(json_object_get(t, "this")) ? "  (this one)" : "");
		}
	return print_answer(x, err, answer, NULL);
}

/* ---- deputies ---- */

static int account_delegate(const struct context *x, const struct words *w, const struct given *g)
{
	json_t *answer = NULL, *send = json_object();
	if (w->n != 2 || g->roles == NULL || g->reason == NULL || !set_duration(send, g->duration)) {
		json_decref(send);
		return usage("account");
	}
	set_text(send, "to", w->word[1]);
	set(send, "roles", list_of(g->roles));
	set_text(send, "reason", g->reason);
	set_text(send, "from", g->from);
	set_text(send, "begins", g->begins);
	set_text(send, "until", g->until);
	enum tocsin_err err = client_json(x, "POST", "/api/v1/delegations", send, &answer);
	json_decref(send);
	if (err == TOCSIN_OK && !x->json)
		print_text("%s\n", text_of(answer, "id"));
	return print_answer(x, err, answer, NULL);
}

static int account_delegations(const struct context *x, const struct words *w, const struct given *g)
{
	json_t *answer = NULL;
	const json_t *d;
	size_t i;
	(void)g;
	if (w->n > 2)
		return usage("account");
	enum tocsin_err err = ask_whose(x, "GET", "/api/v1/delegations", "", w->n == 2 ? w->word[1] : NULL, &answer);
	if (err == TOCSIN_OK && !x->json)
		json_array_foreach(json_object_get(answer, "items"), i, d) {
			print_text("%s  %s to %s, %s to %s", text_of(d, "id"), text_of(d, "from"), text_of(d, "to"), text_of(d, "begins_at"), text_of(d, "ends_at"));
			print_list(json_object_get(d, "roles"), ": ");
			print_text(" (%s)%s\n", text_of(d, "reason"), json_is_true(json_object_get(d, "runs")) ? "" : ", not yet");
		}
	return print_answer(x, err, answer, NULL);
}

static int account_undelegate(const struct context *x, const struct words *w, const struct given *g)
{
	json_t *answer = NULL;
	(void)g;
	if (w->n != 2)
		return usage("account");
	enum tocsin_err err = client_about(x, "DELETE", "/api/v1/delegations/", w->word[1], "", NULL, &answer);
	return print_answer(x, err, answer, "ended");
}

static const struct {
	const char *name;
	verb_run *run;
} verbs[] = { { "add", account_add }, { "list", account_list }, { "show", account_show }, { "role", account_role }, { "unit", account_unit },
	{ "compartments", account_compartments }, { "function", account_function }, { "password", account_password }, { "lock", account_state },
	{ "unlock", account_state }, { "remove", account_state }, { "totp", account_totp }, { "token", account_token }, { "delegate", account_delegate },
	{ "delegations", account_delegations }, { "undelegate", account_undelegate } };

int command_account(const struct context *x, int argc, char **argv)
{
	struct given g = { NULL };
	struct words w;
	const struct option options[] = { { "--role", OPTION_ONE, &g.roles }, { "--unit", OPTION_ONE, &g.unit }, { "--function", OPTION_ONE, &g.function },
		{ "--compartment", OPTION_ONE, &g.compartments }, { "--password-file", OPTION_ONE, &g.password }, { "--old-file", OPTION_ONE, &g.old },
		{ "--no-password", OPTION_FLAG, &g.no_password }, { "--scope", OPTION_ONE, &g.scope }, { "--for", OPTION_ONE, &g.duration },
		{ "--until", OPTION_ONE, &g.until }, { "--save", OPTION_ONE, &g.save }, { "--account", OPTION_ONE, &g.account }, { "--reason", OPTION_ONE, &g.reason },
		{ "--from", OPTION_ONE, &g.from }, { "--begins", OPTION_ONE, &g.begins }, { "--secret", OPTION_ONE, &g.secret }, { "--code", OPTION_ONE, &g.code },
		{ "--off", OPTION_FLAG, &g.off }, { NULL } };
	if (!args_take(argc, argv, options, &w, 1, 3))
		return usage("account");
	for (size_t i = 0; i < sizeof verbs / sizeof *verbs; i++)
		if (strcmp(w.word[0], verbs[i].name) == 0)
			return verbs[i].run(x, &w, &g);
	return usage("account");
}
