/*
 * who: who asks, and whether they may: the one check before every handler.
 *
 * The header is read on the listener's thread, the view is made on the worker's, for each run of the call anew: a call
 * that waited an hour is answered as its holder is then.
 */
#include "serve/internal.h"

#include "desk/audit.h"
#include "desk/policy.h"
#include "desk/rules.h"
#include "desk/session.h"
#include "domain/role.h"
#include "exchange/rate.h"

enum tocsin_err who_ask(struct asked *q)
{
	char token[AUTH_TOKEN + 1];
	const bool open = q->op != NULL && (q->op->flags & OPERATION_OPEN) != 0;
	enum auth_form form = auth_read(http_call_header(q->call, "Authorization"), token);
	enum tocsin_err err = TOCSIN_OK;
	q->who = (struct who) { .kind = WHO_NOBODY };
	if (open)
		; /* whatever is in the header */
	else if (form == AUTH_ABSENT && q->local)
		q->who.kind = WHO_OPERATOR;
	else if (form == AUTH_ABSENT)
		err = fail(TOCSIN_REFUSED, "this needs a token: log in (tocsin login), or, without accounts, use the one in "
			"desk.token in the node's folder");
	else if (form != AUTH_RUBBISH && auth_is_desk(q->serve->auth, token))
		q->who.kind = WHO_OPERATOR;
	else if (form == AUTH_BEARER && session_key(bytes_str(token), &q->who.session))
		q->who.kind = WHO_SESSION;
	else {
		who_wrong(q);
		err = fail(TOCSIN_REFUSED, "this is not a token of this desk: log in (tocsin login)");
	}
	bytes_wipe(token, sizeof token);
	if (err != TOCSIN_OK && q->status == 0)
		q->status = 401;
	return err;
}

static enum auth_try what_is_tried(const struct asked *q)
{
	return q->op != NULL && (q->op->flags & OPERATION_OPEN) != 0 ? AUTH_TRY_LOGIN : AUTH_TRY_TOKEN;
}

bool who_limited(struct asked *q)
{
	return !q->local && auth_limited(q->serve->auth, what_is_tried(q), http_call_peer(q->call), clock_mono());
}

void who_wrong(struct asked *q)
{
	struct serve *s = q->serve;
	bool limited = who_limited(q);
	atomic_fetch_add(&s->refused, 1);
	q->status = limited ? 429 : 401;
	if (limited)
		return;
	if (!q->local)
		auth_wrong(s->auth, what_is_tried(q), http_call_peer(q->call), clock_mono());
	log_say(LOG_WARN, what_is_tried(q) == AUTH_TRY_LOGIN ? "login refused" : "token refused", "address=%s",
		http_call_peer(q->call));
}

enum tocsin_err who_view(
	const struct serve *s, struct snapshot *read, const struct who *w, bool used, struct view *out)
{
	static const struct view nobody = { .account = "nobody", .function = "nobody" };
	enum tocsin_err err;
	switch (w->kind) {
	case WHO_OPERATOR:
		return access_operator(s->desk, out);
	case WHO_SESSION:
		err = session_view(s->desk, read, &w->session, clock_real(), used, out);
		return err == TOCSIN_MISSING ? fail(TOCSIN_REFUSED, "%s", fail_sentence()) : err;
	case WHO_NOBODY:
		break;
	}
	*out = nobody;
	return TOCSIN_OK;
}

/* "POST /api/v1/statements, token.scope": for the audit trail. */
static enum tocsin_err refused(struct asked *q, enum tocsin_err err)
{
	char sentence[512], what[400];
	snprintf(sentence, sizeof sentence, "%s", fail_sentence());
	const bool by_rule = strncmp(sentence, "rule ", 5) == 0;
	snprintf(what, sizeof what, "%s %s%s%.*s", q->op->method, q->op->path, by_rule ? ", " : "",
		by_rule ? (int)strcspn(sentence + 5, ":") : 0, sentence + (by_rule ? 5 : 0));
	/* What was asked for is the row's subject, unless it was in the body. */
	if (err == TOCSIN_MISSING && q->parameter[0] == 0)
		snprintf(what, sizeof what, "%s %s, %.200s", q->op->method, q->op->path, sentence);
	enum tocsin_err noted = audit_note(q->serve->desk, &q->view, "refused", q->parameter, what);
	return noted == TOCSIN_OK ? fail(err, "%s", sentence) : noted;
}

enum tocsin_err who_refused(struct asked *q, enum tocsin_err err)
{
	const bool attempt = (err == TOCSIN_REFUSED && strncmp(fail_sentence(), "rule ", 5) == 0) || err == TOCSIN_MISSING;
	return attempt && !q->view.everything && (q->op->flags & OPERATION_OPEN) == 0 ? refused(q, err) : err;
}

/* One account's programs may not keep the desk from the others. A call that waits is one request. */
static enum tocsin_err within_rate(struct asked *q)
{
	const unsigned rate = (unsigned)policy_int(q->serve->desk, "api.rate");
	rate_set(q->serve->rate, rate);
	if (q->who.kind != WHO_SESSION || q->again || rate_take(q->serve->rate, q->view.account, clock_mono()))
		return TOCSIN_OK;
	q->status = 429;
	q->retry = 1;
	enum tocsin_err err = rule_refuse("api.rate", "this account asks more often than %u times a second, ten times as many at once", rate);
	/* The same request may be sent again in a moment. */
	return err == TOCSIN_REFUSED ? TOCSIN_LATER : err;
}

enum tocsin_err who_may(struct asked *q)
{
	struct snapshot *read = NULL;
	enum tocsin_err err = TOCSIN_OK;
	if (q->who.kind == WHO_SESSION)
		err = snapshot_open(q->serve->desk->store, &read);
	if (err == TOCSIN_OK)
		err = who_view(q->serve, read, &q->who, true, &q->view);
	snapshot_close(read);
	if (err == TOCSIN_REFUSED)
		who_wrong(q);
	if (err == TOCSIN_OK)
		err = within_rate(q);
	if (err != TOCSIN_OK || (q->op->flags & OPERATION_OPEN) != 0)
		return err;
	q->status = 403;                        /* and not 409: it contradicts nothing that is there */
	err = (q->view.token & q->op->token) != 0
		? access_may(&q->view, q->op->right)
		: rule_refuse("token.scope", "this token was not made for operations of the kind \"%s\"",
			  token_scope_name(q->op->token));
	if (err == TOCSIN_REFUSED)
		err = refused(q, err);
	if (err != TOCSIN_REFUSED)
		q->status = 0;
	return err;
}
