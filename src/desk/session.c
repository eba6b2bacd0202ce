#include "desk/session.h"

#include "base/random.h"
#include "desk/audit.h"
#include "desk/password.h"
#include "desk/policy.h"
#include "desk/rules.h"
#include "desk/totp.h"
#include "domain/role.h"

#define ARENA 65536
#define FREE_TRIES 3
#define DELAY_MOST (15 * 60)            /* seconds */
#define FORGOTTEN (3600 * CLOCK_SECOND)
#define TOUCH (60 * CLOCK_SECOND)
#define LABEL 64
#define ALL_SCOPES (TOKEN_READ | TOKEN_ISSUE | TOKEN_ADMIN)

/* ---- tries ---- */

struct hash session_name(const char *name)
{
	return sha256(bytes_str(name));
}

/* Seconds from the last try until the next may be. */
static int64_t delay_of(int64_t wrong)
{
	if (wrong <= FREE_TRIES)
		return 0;
	int64_t doublings = wrong - FREE_TRIES - 1;
	return doublings >= 10 ? DELAY_MOST : (INT64_C(1) << doublings);
}

/* Counts a try under NAME, before anything is looked at. LATER with *WAIT when it must not be made now. */
static enum tocsin_err count_try(const struct desk *d, const struct hash *name, int64_t now, int64_t *wait)
{
	struct snapshot *read = NULL;
	int64_t wrong = 0, at = 0;
	*wait = 0;
	enum tocsin_err err = snapshot_open(d->store, &read);
	if (err == TOCSIN_OK)
		err = attempt_get(read, name, &wrong, &at);
	snapshot_close(read);
	if (err != TOCSIN_OK)
		return err;
	/* A clock that was put back does not make anybody wait longer than the delay itself. */
	int64_t until = (at < now ? at : now) + delay_of(wrong) * CLOCK_SECOND;
	if (until > now) {
		*wait = (until - now + CLOCK_SECOND - 1) / CLOCK_SECOND;
		return fail(TOCSIN_LATER, "too many wrong tries under this name: wait %lld s (an administrator may forget them: "
			"tocsin account unlock)", (long long)*wait);
	}
	struct change *c = change_new();
	if (c == NULL)
		return fail(TOCSIN_BROKEN, "no memory for logging in");
	change_attempt_purge(c, now - FORGOTTEN);
	change_attempt_add(c, name, at < now - FORGOTTEN ? 0 : wrong, now);
	err = store_commit(d->store, c, NULL, NULL);
	if (err == TOCSIN_LATER)
		*wait = 1;
	return err;
}

static enum tocsin_err wrong(void)
{
	return fail(TOCSIN_REFUSED, "the name, the password or the code is wrong (an account with a second factor needs its code, "
		"and each code is taken once)");
}

/* ---- making ---- */

static void make(struct session_made *out, struct hash *id)
{
	uint8_t secret[SESSION_TOKEN / 2];
	random_bytes(secret, sizeof secret);
	hex_encode(secret, sizeof secret, out->token);
	*id = sha256(bytes_of(secret, sizeof secret));
	hex_encode(id->b, SESSION_ID / 2, out->id);
	bytes_wipe(secret, sizeof secret);
}

bool session_key(struct bytes token, struct hash *id)
{
	uint8_t secret[SESSION_TOKEN / 2];
	bool ok = hex_decode(token, secret, sizeof secret);
	*id = sha256(bytes_of(secret, ok ? sizeof secret : 0));
	bytes_wipe(secret, sizeof secret);
	return ok;
}

static enum tocsin_err check_label(const char *label)
{
	return label[0] == 0 ? TOCSIN_OK : role_check_text("the label", label, LABEL);
}

/* ---- logging in ---- */

/* Whoever is right; the audit trail's view of an account that is not asked as one. */
static void view_of(const struct account_row *row, struct view *v)
{
	*v = (struct view) { .roles = (unsigned)row->roles };
	snprintf(v->account, sizeof v->account, "%s", row->name);
	snprintf(v->function, sizeof v->function, "%s", row->function);
	snprintf(v->unit, sizeof v->unit, "%s", row->unit);
}

/* ROW's session, as one change that holds only while the row is as it was checked. */
static enum tocsin_err begin(const struct desk *d, const struct account_row *row, const struct hash *tried,
	const char *label, int64_t step, int64_t now, struct session_made *out)
{
	struct view v;
	struct session_row s = { .account = row->name, .kind = SESSION_KIND, .label = label, .scopes = ALL_SCOPES,
		.created_at = now };
	struct change *c = change_new();
	if (c == NULL)
		return fail(TOCSIN_BROKEN, "no memory for logging in");
	make(out, &s.id);
	out->expires_at = s.expires_at = now + policy_int(d, "session.longest");
	view_of(row, &v);
	change_account_used(c, row->name, row->password, now);
	if (row->totp.n > 0)
		change_account_code(c, row->name, row->totp, step);
	change_attempt_clear(c, tried);
	change_session_purge(c, now);
	change_session_trim(c, row->name, SESSION_KIND, SESSION_MOST - 1);
	change_session_add(c, &s);
	audit_add(c, &v, "login", row->name, label);
	enum tocsin_err err = store_commit(d->store, c, NULL, NULL);
	return err == TOCSIN_LATER ? wrong() : err;
}

static enum tocsin_err note_wrong(const struct desk *d, const char *name)
{
	/* What was typed as a name may be a password: only names that are there are written down. */
	static const struct view nobody = { .account = "nobody", .function = "nobody" };
	enum tocsin_err err = audit_note(d, &nobody, "login.refused", name, "");
	return err == TOCSIN_OK ? wrong() : err;
}

enum tocsin_err session_login(const struct desk *d, const char *account, const char *password, const char *code,
	const char *label, int64_t now, struct session_made *out, int64_t *wait)
{
	struct snapshot *read = NULL;
	struct account_row row = { .name = "", .password = "", .state = "" };
	struct hash tried = session_name(account);
	bool there = false, right = false;
	int64_t step = 0;
	*out = (struct session_made) { .expires_at = 0 };
	struct arena *a = arena_new(ARENA);
	enum tocsin_err err = a == NULL ? fail(TOCSIN_BROKEN, "no memory for logging in") : check_label(label);
	if (err == TOCSIN_OK)
		err = count_try(d, &tried, now, wait);
	if (err == TOCSIN_OK)
		err = snapshot_open(d->store, &read);
	if (err == TOCSIN_OK) {
		err = account_get(read, account, a, &row);
		there = err == TOCSIN_OK;
		if (err == TOCSIN_MISSING)
			err = TOCSIN_OK;
	}
	snapshot_close(read);
	if (err == TOCSIN_OK)
		err = password_check(there ? row.password : "", password, &right);
	if (err == TOCSIN_OK) {
		bool code_right = !there || row.totp.n == 0 || totp_check(row.totp, code, now, row.totp_last, &step);
		right = right && there && code_right && strcmp(row.state, "active") == 0;
		err = right ? begin(d, &row, &tried, label, step, now, out) : note_wrong(d, there ? row.name : "");
	}
	if (err != TOCSIN_OK)
		bytes_wipe(out, sizeof *out);
	arena_free(a);
	return err;
}

enum tocsin_err session_prove(
	const struct desk *d, const struct account_row *row, const char *password, const char *code, int64_t now)
{
	struct hash tried = session_name(row->name);
	int64_t wait, step = 0;
	bool right = false;
	enum tocsin_err err = count_try(d, &tried, now, &wait);
	if (err == TOCSIN_OK && password != NULL)
		err = password_check(row->password, password, &right);
	else if (err == TOCSIN_OK && code != NULL)
		right = totp_check(row->totp, code, now, row->totp_last, &step);
	if (err != TOCSIN_OK)
		return err;
	if (!right)
		return rule_refuse("account.password", "%s", code == NULL ? "the old password is not right" : "the code is not right");
	struct change *c = change_new();
	if (c == NULL)
		return fail(TOCSIN_BROKEN, "no memory for an account");
	change_attempt_clear(c, &tried);
	if (code != NULL)
		change_account_code(c, row->name, row->totp, step);
	return store_commit(d->store, c, NULL, NULL);
}

/* ---- being logged in ---- */

static void touched(void *arg, const struct change_result *results, size_t n, const struct commit_info *info)
{
	(void)arg;
	(void)results;
	(void)n;
	(void)info;
}

/* Not waited for: when it gets lost, the session ends a minute earlier. */
static void touch(const struct desk *d, const struct session_row *row, int64_t idle, int64_t now)
{
	int64_t least = idle / 8 < TOUCH ? idle / 8 : TOUCH;
	struct change *c = now - row->used_at >= least ? change_new() : NULL;
	if (c == NULL)
		return;
	change_session_used(c, &row->id, now);
	store_submit(d->store, &c, 1, touched, NULL);
}

enum tocsin_err session_view(
	const struct desk *d, struct snapshot *read, const struct hash *id, int64_t now, bool used, struct view *out)
{
	int64_t idle = policy_int(d, "session.idle");
	struct session_row row;
	struct arena *a = arena_new(ARENA);
	*out = (struct view) { .token = 0 };
	enum tocsin_err err = a == NULL ? fail(TOCSIN_BROKEN, "no memory for a session") : session_get(read, id, a, &row);
	bool over = err == TOCSIN_OK &&
		(row.expires_at <= now || (strcmp(row.kind, SESSION_KIND) == 0 && row.used_at + idle <= now));
	if (err == TOCSIN_OK && !over)
		err = access_account(d, read, row.account, (unsigned)row.scopes, out);
	if (over || err == TOCSIN_MISSING)
		err = fail(TOCSIN_MISSING, "this token is not valid, or its time is over: log in again (tocsin login)");
	if (err == TOCSIN_OK && used)
		touch(d, &row, idle, now);
	arena_free(a);
	return err;
}

enum tocsin_err session_logout(const struct desk *d, const struct view *v, const struct hash *id)
{
	struct change *c = change_new();
	if (c == NULL)
		return fail(TOCSIN_BROKEN, "no memory for logging out");
	change_session_end(c, id);
	audit_add(c, v, "logout", v->account, "");
	return store_commit(d->store, c, NULL, NULL);
}

/* ---- API tokens ---- */

/* Until when a token that BY makes may last. */
static enum tocsin_err token_end(const struct desk *d, const struct hash *by, int64_t now, int64_t *most)
{
	struct snapshot *read = NULL;
	struct session_row row;
	struct arena *a = arena_new(ARENA);
	*most = now + policy_int(d, "token.longest");
	enum tocsin_err err = a == NULL ? fail(TOCSIN_BROKEN, "no memory for a token") : snapshot_open(d->store, &read);
	if (err == TOCSIN_OK)
		err = session_get(read, by, a, &row);
	if (err == TOCSIN_OK && strcmp(row.kind, TOKEN_KIND) == 0 && row.expires_at < *most)
		*most = row.expires_at;
	snapshot_close(read);
	arena_free(a);
	return err;
}

enum tocsin_err session_token(const struct desk *d, const struct view *v, const struct hash *by, const char *label,
	unsigned scopes, int64_t until, int64_t now, struct session_made *out)
{
	int64_t most = 0;
	struct session_row s = { .account = v->account, .kind = TOKEN_KIND, .label = label, .scopes = scopes,
		.created_at = now, .expires_at = until };
	char words[40];
	*out = (struct session_made) { .expires_at = until };
	if (v->unit[0] == 0)
		return fail(TOCSIN_REFUSED, "tokens belong to accounts: log in first (tocsin login)");
	if (scopes == 0 || (scopes & ~(unsigned)ALL_SCOPES) != 0 || (scopes & ~v->token) != 0)
		return rule_refuse("token.scope", "a new token may be used for no more than the one that makes it");
	enum tocsin_err err = token_end(d, by, now, &most);
	if (err == TOCSIN_OK && (until <= now || until > most))
		err = rule_refuse("token.end", "its end must be ahead, not farther than the policy token.longest says, and not "
			"behind that of the token that makes it");
	if (err == TOCSIN_OK)
		err = role_check_text("the label", label, LABEL);
	struct change *c = err == TOCSIN_OK ? change_new() : NULL;
	if (err == TOCSIN_OK && c == NULL)
		err = fail(TOCSIN_BROKEN, "no memory for a token");
	if (err != TOCSIN_OK)
		return err;
	make(out, &s.id);
	snprintf(words, sizeof words, "%s%s%s", (scopes & TOKEN_READ) != 0 ? "read " : "",
		(scopes & TOKEN_ISSUE) != 0 ? "issue " : "", (scopes & TOKEN_ADMIN) != 0 ? "admin" : "");
	change_session_purge(c, now);
	change_account_room(c, v->account, TOKEN_KIND, SESSION_MOST);
	change_session_add(c, &s);
	audit_add(c, v, "token.create", v->account, words);
	err = store_commit(d->store, c, NULL, NULL);
	if (err != TOCSIN_OK)
		bytes_wipe(out, sizeof *out);
	return err == TOCSIN_LATER ? rule_refuse("token.limit", "%s has %d tokens", v->account, SESSION_MOST) : err;
}

static json_t *time_json(int64_t t)
{
	char text[CLOCK_TEXT + 1] = "";
	if (t != 0)
		clock_format(t, text);
	return json_string(text);
}

struct listing {
	json_t *items;
	const struct hash *current;
	int64_t now, idle;
};

static bool add_session(void *arg, const struct session_row *row)
{
	struct listing *l = arg;
	char id[SESSION_ID + 1];
	bool session = strcmp(row->kind, SESSION_KIND) == 0;
	int64_t ends = row->expires_at;
	if (session && row->used_at + l->idle < ends)
		ends = row->used_at + l->idle;
	if (ends <= l->now)
		return true;
	json_t *scopes = json_array(), *o = json_object();
	for (unsigned bit = TOKEN_READ; bit <= TOKEN_ADMIN; bit *= 2)
		if ((row->scopes & bit) != 0)
			json_array_append_new(scopes, json_string(token_scope_name(bit)));
	hex_encode(row->id.b, SESSION_ID / 2, id);
	json_object_set_new(o, "id", json_string(id));
	json_object_set_new(o, "kind", json_string(row->kind));
	json_object_set_new(o, "label", json_string(row->label));
	json_object_set_new(o, "scopes", scopes);
	json_object_set_new(o, "created_at", time_json(row->created_at));
	json_object_set_new(o, "used_at", time_json(row->used_at));
	json_object_set_new(o, "ends_at", time_json(ends));
	json_object_set_new(o, "this", json_boolean(l->current != NULL && hash_equal(l->current, &row->id)));
	json_array_append_new(l->items, o);
	return true;
}

enum tocsin_err session_show(const struct desk *d, struct snapshot *read, const struct view *v, const char *account,
	const struct hash *current, int64_t now, json_t **out)
{
	struct listing l = { .items = json_array(), .current = current, .now = now, .idle = policy_int(d, "session.idle") };
	enum tocsin_err err = strcmp(v->account, account) == 0 ? TOCSIN_OK : access_may(v, RIGHT_ADMIN);
	if (err == TOCSIN_OK)
		err = session_list(read, account, add_session, &l);
	*out = json_object();
	json_object_set_new(*out, "items", l.items);
	return err;
}

struct search {
	const char *id;
	struct hash found;
	bool is;
};

static bool is_named(void *arg, const struct session_row *row)
{
	struct search *s = arg;
	char id[SESSION_ID + 1];
	hex_encode(row->id.b, SESSION_ID / 2, id);
	s->is = strcmp(id, s->id) == 0;
	s->found = row->id;
	return !s->is;
}

enum tocsin_err session_end(const struct desk *d, const struct view *v, const char *account, const char *id)
{
	struct snapshot *read = NULL;
	struct search s = { .id = id };
	enum tocsin_err err = strcmp(v->account, account) == 0 ? TOCSIN_OK : access_may(v, RIGHT_ADMIN);
	if (err == TOCSIN_OK)
		err = snapshot_open(d->store, &read);
	if (err == TOCSIN_OK)
		err = session_list(read, account, is_named, &s);
	snapshot_close(read);
	if (err == TOCSIN_OK && !s.is)
		err = fail(TOCSIN_MISSING, "%.64s has no session or token %.32s", account, id);
	struct change *c = err == TOCSIN_OK ? change_new() : NULL;
	if (err == TOCSIN_OK && c == NULL)
		err = fail(TOCSIN_BROKEN, "no memory for a change");
	if (err != TOCSIN_OK)
		return err;
	change_session_end(c, &s.found);
	audit_add(c, v, "token.end", account, id);
	return store_commit(d->store, c, NULL, NULL);
}
