/*
 * ops_account: logging in and out, accounts, their secrets.
 */
#include "base/random.h"
#include "desk/account.h"
#include "desk/session.h"
#include "desk/totp.h"
#include "domain/role.h"
#include "serve/internal.h"
#include "store/rows_people.h"

#define PAGE 100

static const char *member(const struct asked *q, const char *name)
{
	return json_string_value(json_object_get(q->body, name));
}

static void done(struct asked *q)
{
	q->answer = json_object();
	json_object_set_new(q->answer, "done", json_true());
}

/* The list NAME of the body in Q's arena; NULL with *N 0 when it is absent. */
static enum tocsin_err take_list(struct asked *q, const char *name, const char *const **out, size_t *n)
{
	const json_t *list = json_object_get(q->body, name), *item;
	size_t i;
	*n = json_array_size(list);
	const char **words = list == NULL ? NULL : arena_alloc(q->arena, (*n + 1) * sizeof *words);
	*out = words;
	if (list != NULL && words == NULL)
		return fail(TOCSIN_BROKEN, "no memory for the request");
	json_array_foreach(list, i, item)
		words[i] = json_string_value(item);
	return TOCSIN_OK;
}

enum tocsin_err serve_roles(const json_t *list, unsigned *roles)
{
	const json_t *item;
	size_t i;
	unsigned role;
	*roles = 0;
	json_array_foreach(list, i, item) {
		if (!role_find(json_string_value(item), &role))
			return fail(TOCSIN_BAD, "there is no role called %.40s", json_string_value(item));
		*roles |= role;
	}
	return TOCSIN_OK;
}

/* ---- in and out ---- */

static void answer_token(struct asked *q, struct session_made *made)
{
	q->answer = json_object();
	json_object_set_new(q->answer, "token", json_string(made->token));
	json_object_set_new(q->answer, "id", json_string(made->id));
	json_object_set_new(q->answer, "ends_at", json_time(made->expires_at));
	bytes_wipe(made, sizeof *made);
}

enum tocsin_err op_login(struct serve *s, struct asked *q)
{
	struct session_made made;
	int64_t wait = 0;
	const char *code = member(q, "code"), *label = member(q, "label");
	if (who_limited(q)) {
		q->status = 429;
		return fail(TOCSIN_LATER, "too many wrong tries from this address; wait a minute");
	}
	enum tocsin_err err = session_login(s->desk, member(q, "account"), member(q, "password"), code == NULL ? "" : code,
		label == NULL ? "" : label, clock_real(), &made, &wait);
	if (err == TOCSIN_OK) {
		answer_token(q, &made);
	} else if (err == TOCSIN_LATER) {
		q->status = 429;
		q->retry = (unsigned)wait;
	} else if (err == TOCSIN_REFUSED) {
		char sentence[512];
		snprintf(sentence, sizeof sentence, "%s", fail_sentence());
		who_wrong(q);
		q->status = 401;
		return fail(err, "%s", sentence);
	}
	return err;
}

enum tocsin_err op_logout(struct serve *s, struct asked *q)
{
	if (q->who.kind != WHO_SESSION)
		return fail(TOCSIN_REFUSED, "nobody is logged in here: the operator has no session");
	enum tocsin_err err = session_logout(s->desk, &q->view, &q->who.session);
	if (err == TOCSIN_OK)
		done(q);
	return err;
}

enum tocsin_err op_whoami(struct serve *s, struct asked *q)
{
	struct snapshot *read = NULL;
	bool accounts = false;
	json_t *roles = json_array(), *scopes = json_array(), *rights = json_array();
	for (unsigned bit = 1; bit <= ROLE_ALL; bit *= 2)
		if ((q->view.roles & bit) != 0)
			json_array_append_new(roles, json_string(role_name(bit)));
	for (unsigned bit = TOKEN_READ; bit <= TOKEN_ADMIN; bit *= 2)
		if ((q->view.token & bit) != 0)
			json_array_append_new(scopes, json_string(token_scope_name(bit)));
	for (enum right r = RIGHT_NONE + 1; r < RIGHT_COUNT; r++)
		if ((q->view.roles & right_roles(r)) != 0)
			json_array_append_new(rights, json_string(right_name(r)));
	enum tocsin_err err = snapshot_open(s->desk->store, &read);
	if (err == TOCSIN_OK)
		err = account_any(read, &accounts);
	snapshot_close(read);
	q->answer = json_object();
	json_object_set_new(q->answer, "account", json_string(q->view.account));
	json_object_set_new(q->answer, "function", json_string(q->view.function));
	json_object_set_new(q->answer, "unit", json_string(q->view.unit));
	json_object_set_new(q->answer, "roles", roles);
	json_object_set_new(q->answer, "scopes", scopes);
	json_object_set_new(q->answer, "rights", rights);
	json_object_set_new(q->answer, "accounts", json_boolean(accounts));
	return err;
}

/* ---- accounts ---- */

static enum tocsin_err show(struct serve *s, struct asked *q, const char *name)
{
	struct snapshot *read = NULL;
	int64_t version = 0;
	enum tocsin_err err = snapshot_open(s->desk->store, &read);
	if (err == TOCSIN_OK)
		err = account_show(read, &q->view, name, &q->answer, &version);
	snapshot_close(read);
	if (err == TOCSIN_OK && version != 0)
		etag_set(q, version);
	return err;
}

enum tocsin_err op_accounts(struct serve *s, struct asked *q)
{
	struct snapshot *read = NULL;
	const char *after = NULL;
	int64_t limit = PAGE;
	enum tocsin_err err = query_str(q, "after", &after);
	if (err == TOCSIN_OK)
		err = query_int(q, "limit", PAGE, &limit);
	if (err == TOCSIN_OK)
		err = snapshot_open(s->desk->store, &read);
	if (err == TOCSIN_OK)
		err = account_show_all(read, &q->view, after == NULL ? "" : after, (size_t)limit, &q->answer);
	snapshot_close(read);
	return err;
}

enum tocsin_err op_account(struct serve *s, struct asked *q)
{
	return show(s, q, q->parameter);
}

enum tocsin_err op_account_add(struct serve *s, struct asked *q)
{
	struct account_new n = { .name = member(q, "name"), .unit = member(q, "unit"), .function = member(q, "function"),
		.password = member(q, "password") };
	enum tocsin_err err = serve_roles(json_object_get(q->body, "roles"), &n.roles);
	if (err == TOCSIN_OK)
		err = take_list(q, "compartments", &n.compartment, &n.compartment_n);
	if (err == TOCSIN_OK)
		err = account_add(s->desk, &q->view, &n);
	if (err != TOCSIN_OK)
		return err;
	/* The first account takes the operator's right to everything away; managing stays. */
	struct view now = q->view;
	err = who_view(s, NULL, &(struct who) { .kind = WHO_OPERATOR }, false, &now);
	q->view = q->who.kind == WHO_OPERATOR ? now : q->view;
	return err == TOCSIN_OK ? show(s, q, n.name) : err;
}

/* If-Match, where it is given: commands change one thing at a time and need none. */
static enum tocsin_err seen(struct serve *s, struct asked *q, int64_t *version)
{
	struct snapshot *read = NULL;
	json_t *now = NULL;
	*version = 0;
	if (http_call_header(q->call, "If-Match") == NULL)
		return TOCSIN_OK;
	enum tocsin_err err = snapshot_open(s->desk->store, &read);
	if (err == TOCSIN_OK)
		err = account_show(read, &q->view, q->parameter, &now, version);
	snapshot_close(read);
	json_decref(now);
	return err == TOCSIN_OK ? etag_match(q, *version) : err;
}

enum tocsin_err op_account_edit(struct serve *s, struct asked *q)
{
	struct account_edit e = { .unit = member(q, "unit"), .function = member(q, "function"), .state = member(q, "state"),
		.roles_given = json_object_get(q->body, "roles") != NULL,
		.compartments_given = json_object_get(q->body, "compartments") != NULL };
	enum tocsin_err err = serve_roles(json_object_get(q->body, "roles"), &e.roles);
	if (err == TOCSIN_OK)
		err = take_list(q, "compartments", &e.compartment, &e.compartment_n);
	if (err == TOCSIN_OK)
		err = seen(s, q, &e.seen);
	if (err == TOCSIN_OK)
		err = account_edit(s->desk, &q->view, q->parameter, &e);
	return err == TOCSIN_OK ? show(s, q, q->parameter) : err;
}

/* ---- secrets ---- */

enum tocsin_err op_account_password(struct serve *s, struct asked *q)
{
	const struct hash *keep = q->who.kind == WHO_SESSION ? &q->who.session : NULL;
	enum tocsin_err err = account_set_password(
		s->desk, &q->view, keep, q->parameter, member(q, "old"), member(q, "password"), clock_real());
	if (err == TOCSIN_OK)
		done(q);
	return err;
}

static void answer_secret(struct serve *s, struct asked *q)
{
	uint8_t secret[TOTP_SECRET];
	char text[TOTP_TEXT + 1];
	random_bytes(secret, sizeof secret);
	totp_write(secret, text);
	json_object_set_new(q->answer, "secret", json_string(text));
	json_object_set_new(q->answer, "uri",
		json_sprintf("otpauth://totp/%s:%s?secret=%s&issuer=%s", s->desk->name, q->view.account, text, s->desk->name));
	bytes_wipe(secret, sizeof secret);
	bytes_wipe(text, sizeof text);
}

enum tocsin_err op_account_totp(struct serve *s, struct asked *q)
{
	const char *secret = member(q, "secret"), *code = member(q, "code");
	bool off = json_is_true(json_object_get(q->body, "off")), own = strcmp(q->view.account, q->parameter) == 0;
	enum tocsin_err err = TOCSIN_OK;
	if (off)
		err = account_drop_totp(s->desk, &q->view, q->parameter, code, clock_real());
	else if (!own || q->view.unit[0] == 0)
		err = fail(TOCSIN_REFUSED, "a second factor is set up by its holder; others can only take it away");
	else if (secret != NULL)
		err = account_set_totp(s->desk, &q->view, secret, code == NULL ? "" : code, clock_real());
	if (err != TOCSIN_OK)
		return err;
	q->answer = json_object();
	json_object_set_new(q->answer, "totp", json_boolean(!off && secret != NULL));
	if (!off && secret == NULL)
		answer_secret(s, q);
	return TOCSIN_OK;
}

/* ---- tokens ---- */

static enum tocsin_err whose(struct asked *q, const char **account)
{
	*account = NULL;
	enum tocsin_err err = query_str(q, "account", account);
	if (*account == NULL)
		*account = q->view.account;
	return err;
}

enum tocsin_err op_tokens(struct serve *s, struct asked *q)
{
	struct snapshot *read = NULL;
	const char *account;
	enum tocsin_err err = whose(q, &account);
	if (err == TOCSIN_OK)
		err = snapshot_open(s->desk->store, &read);
	if (err == TOCSIN_OK)
		err = session_show(s->desk, read, &q->view, account, q->who.kind == WHO_SESSION ? &q->who.session : NULL,
			clock_real(), &q->answer);
	snapshot_close(read);
	return err;
}

enum tocsin_err serve_until(const struct asked *q, int64_t from, int64_t *until)
{
	const char *at = member(q, "until");
	const json_t *seconds = json_object_get(q->body, "seconds");
	if ((at == NULL) == (seconds == NULL))
		return fail(TOCSIN_BAD, "give either until or seconds: it must have an end");
	*until = seconds != NULL ? from + json_integer_value(seconds) * CLOCK_SECOND : 0;
	return at != NULL && !clock_parse(bytes_str(at), until)
		? fail(TOCSIN_BAD, "until must be a time like 2024-03-06T09:12:00Z")
		: TOCSIN_OK;
}

enum tocsin_err op_token_add(struct serve *s, struct asked *q)
{
	struct session_made made;
	unsigned scopes = 0, scope;
	int64_t until = 0, now = clock_real();
	const json_t *item;
	size_t i;
	enum tocsin_err err = serve_until(q, now, &until);
	json_array_foreach(json_object_get(q->body, "scopes"), i, item) {
		if (err == TOCSIN_OK && !token_scope_find(json_string_value(item), &scope))
			err = fail(TOCSIN_BAD, "there is no scope called %.40s: read, issue, admin", json_string_value(item));
		scopes |= err == TOCSIN_OK ? scope : 0;
	}
	if (err == TOCSIN_OK)
		err = session_token(s->desk, &q->view, &q->who.session, member(q, "label"), scopes, until, now, &made);
	if (err == TOCSIN_OK)
		answer_token(q, &made);
	return err;
}

enum tocsin_err op_token_end(struct serve *s, struct asked *q)
{
	const char *account;
	enum tocsin_err err = whose(q, &account);
	if (err == TOCSIN_OK)
		err = session_end(s->desk, &q->view, account, q->parameter);
	if (err == TOCSIN_OK)
		done(q);
	return err;
}
