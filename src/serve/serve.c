#include "serve/internal.h"

#include "base/limits.h"
#include "base/random.h"
#include "domain/kind.h"
#include "desk/audit.h"
#include "exchange/rate.h"
#include "serve/repeat.h"
#include "serve/streams.h"

#define WORKERS 3
#define CONNECTIONS 512
#define RATE 0                  /* the desk's people are not strangers; only wrong tokens are slowed down */
#define IDLE_SECONDS 120
#define BODY_MAX (LIMIT_BATCH_BYTES + (64u << 10))

static op_handler *const handlers[API_COUNT] = {
	[API_STATUS] = op_status,
	[API_OPERATIONS] = op_operations,
	[API_CARD] = op_card,
	[API_CARD_NEXT] = op_card_next,
	[API_PARTNERS] = op_partners,
	[API_PARTNER] = op_partner,
	[API_PARTNER_ADD] = op_partner_add,
	[API_PARTNER_CONFIRM] = op_partner_confirm,
	[API_PARTNER_DISTRUST] = op_partner_distrust,
	[API_PARTNER_QUORUM] = op_partner_quorum,
	[API_GROUPS] = op_groups,
	[API_GROUP_PUT] = op_group_put,
	[API_GROUP_DELETE] = op_group_delete,
	[API_WITNESSES] = op_witnesses,
	[API_WITNESS_PUT] = op_witness_put,
	[API_WITNESS_DELETE] = op_witness_delete,
	[API_ISSUE] = op_issue,
	[API_STATEMENTS] = op_statements,
	[API_STATEMENT] = op_statement,
	[API_CLOSE_DELIVERY] = op_close_delivery,
	[API_EVIDENCE] = op_evidence,
	[API_LOG] = op_log,
	[API_EVENTS] = op_events,
	[API_EVENT_STREAM] = op_event_stream,
	[API_CARRY_OUT] = op_carry_out,
	[API_CARRY_IN] = op_carry_in,
	[API_CLOCK] = op_clock,
	[API_PAGE] = op_page,
	[API_STYLE] = op_style,
	[API_METRICS] = op_metrics,
	[API_SHARE] = op_share,
	[API_AUDIT] = op_audit,
	[API_AUDIT_CHECK] = op_audit_check,
	[API_LOGIN] = op_login,
	[API_LOGOUT] = op_logout,
	[API_WHOAMI] = op_whoami,
	[API_ACCOUNTS] = op_accounts,
	[API_ACCOUNT] = op_account,
	[API_ACCOUNT_ADD] = op_account_add,
	[API_ACCOUNT_EDIT] = op_account_edit,
	[API_ACCOUNT_PASSWORD] = op_account_password,
	[API_ACCOUNT_TOTP] = op_account_totp,
	[API_TOKENS] = op_tokens,
	[API_TOKEN_ADD] = op_token_add,
	[API_TOKEN_END] = op_token_end,
	[API_DELEGATIONS] = op_delegations,
	[API_DELEGATION_ADD] = op_delegation_add,
	[API_DELEGATION_END] = op_delegation_end,
	[API_UNITS] = op_units,
	[API_UNIT_PUT] = op_unit_put,
	[API_COMPARTMENTS] = op_compartments,
	[API_COMPARTMENT_PUT] = op_compartment_put,
	[API_ESCALATION] = op_escalation,
	[API_ESCALATION_PUT] = op_escalation_put,
	[API_HANDOVERS] = op_handovers,
	[API_HANDOVER_START] = op_handover_start,
	[API_HANDOVER] = op_handover,
	[API_HANDOVER_ACCEPT] = op_handover_accept,
	[API_SCREEN_RULES] = op_screen_rules,
	[API_SCREEN_RULES_PUT] = op_screen_rules_put,
	[API_PROTECTED] = op_protected,
	[API_PROTECTED_ADD] = op_protected_add,
	[API_PROTECTED_REMOVE] = op_protected_remove,
	[API_POLICY] = op_policy,
	[API_POLICY_SET] = op_policy_set,
	[API_POLICY_PRESET] = op_policy_preset,
	[API_LEADS] = op_leads,
	[API_LEAD] = op_lead,
	[API_LEAD_OPEN] = op_lead_open,
	[API_LEAD_ASSIGN] = op_lead_assign,
	[API_LEAD_ASSESS] = op_lead_assess,
	[API_LEAD_STEP] = op_lead_step,
	[API_LEAD_REVIEW] = op_lead_review,
	[API_LEAD_CLOSE] = op_lead_close,
	[API_LEAD_REOPEN] = op_lead_reopen,
	[API_EXPOSURE] = op_exposure,
	[API_MATCH] = op_match,
	[API_MATCH_AGREE] = op_match_agree,
	[API_MATCH_END] = op_match_end,
	[API_SILENCE] = op_silence,
	[API_SILENCE_ACK] = op_silence_ack,
	[API_CLOCKS] = op_clocks,
	[API_CLOCK_ONE] = op_clock_one,
	[API_CLOCK_ACK] = op_clock_ack,
	[API_CLOCK_HAND] = op_clock_hand,
	[API_CUSTODY] = op_custody,
	[API_CHANNELS] = op_channels,
	[API_CHANNEL_ADD] = op_channel_add,
	[API_CHANNEL_REMOVE] = op_channel_remove,
	[API_CHANNEL_TEST] = op_channel_test,
	[API_PAGES] = op_pages,
	[API_PAGE_ACK] = op_page_ack,
	[API_RETRACT] = op_retract,
	[API_REACH] = op_reach,
	[API_DRAFT_ADD] = op_draft_add,
	[API_DRAFTS] = op_drafts,
	[API_DRAFT] = op_draft,
	[API_DRAFT_EDIT] = op_draft_edit,
	[API_DRAFT_PROPOSE] = op_draft_propose,
	[API_DRAFT_RELEASE] = op_draft_release,
	[API_DRAFT_REFUSE] = op_draft_refuse,
	[API_DRAFT_WITHDRAW] = op_draft_withdraw,
	[API_DRAFT_REVIEW] = op_draft_review,
	[API_DETERMINE] = op_determine,
	[API_PROFILE] = op_profile,
	[API_PROFILE_PUT] = op_profile_put,
	[API_FORGET_PROPOSE] = op_forget_propose,
	[API_FORGETTINGS] = op_forgettings,
	[API_FORGET_AGREE] = op_forget_agree,
	[API_FORGET_OBJECT] = op_forget_object,
	[API_HOLD] = op_hold,
	[API_HOLD_RELEASE] = op_hold_release,
	[API_HOLDS] = op_holds,
	[API_RETENTION] = op_retention,
	[API_CORRECTION_OPEN] = op_correction_open,
	[API_CORRECTIONS] = op_corrections,
	[API_CORRECTION] = op_correction,
	[API_CORRECTION_HELD] = op_correction_held,
	[API_CORRECTION_PROPOSE] = op_correction_propose,
	[API_CORRECTION_AGREE] = op_correction_agree,
	[API_CORRECTION_REFUSE] = op_correction_refuse,
	[API_CORRECTION_CLOSE] = op_correction_close,
	[API_CORRECTION_REPLY] = op_correction_reply,
	[API_KEEP] = op_keep,
	[API_DOORS] = op_doors,
	[API_DOOR] = op_door,
	[API_DOOR_PASS] = op_door_pass,
	[API_DOOR_REFUSE] = op_door_refuse,
	[API_DOOR_WITHDRAW] = op_door_withdraw,
	[API_CONTACTS] = op_contacts,
	[API_CONTACT] = op_contact,
	[API_CONTACT_PUT] = op_contact_put,
	[API_CONTACT_DELETE] = op_contact_delete,
	[API_FILE_STAGE] = op_file_stage,
	[API_FILE] = op_file,
	[API_DELIVERED] = op_delivered,
	[API_SCRIPT] = op_script,
	[API_SHEET] = op_sheet,
	[API_DRAFT_FILE_PUT] = op_draft_file_put,
	[API_DRAFT_FILE_REMOVE] = op_draft_file_remove,
	[API_DRAFT_FILE] = op_draft_file,
	[API_SEARCH] = op_search,
	[API_STRANGERS] = op_strangers,
	[API_STRANGER] = op_stranger,
	[API_STRANGER_ADOPT] = op_stranger_adopt,
	[API_STRANGER_DROP] = op_stranger_drop,
	[API_PARTNER_VOUCH] = op_partner_vouch,
	[API_AUTHOR] = op_author,
	[API_ASKS] = op_asks,
	[API_ASK] = op_ask,
};

/* ---- answers ---- */

/* Nothing of the desk may be kept by a browser, run as a script, or be shown inside another page. */
void serve_headers(struct http_call *call, const char *type)
{
	http_call_add_header(call, "Cache-Control", "no-store");
	http_call_add_header(call, "X-Content-Type-Options", "nosniff");
	http_call_add_header(call, "Referrer-Policy", "no-referrer");
	if (strncmp(type, "text/html", 9) == 0)
		http_call_add_header(call, "Content-Security-Policy",
			"default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors "
			"'none'");
}

static void answer_problem(
	struct http_call *call, unsigned status, enum tocsin_err err, unsigned retry, const char *detail)
{
	struct buf out;
	char seconds[16];
	buf_init(&out, 65536);
	api_problem(&out, status, err, detail);
	serve_headers(call, API_PROBLEM_TYPE);
	if (status == 503 || status == 429) {
		snprintf(seconds, sizeof seconds, "%u", retry != 0 ? retry : status == 429 ? 60 : 2);
		http_call_add_header(call, "Retry-After", seconds);
	}
	if (status == 401)
		http_call_add_header(call, "WWW-Authenticate", "Basic realm=\"tocsin desk\", charset=\"UTF-8\"");
	http_call_answer_buf(call, status, API_PROBLEM_TYPE, &out);
}

static void forget_strings(json_t *o)
{
	const char *name;
	json_t *v;
	json_object_foreach(o, name, v)
		if (json_is_string(v))
			bytes_wipe((void *)(uintptr_t)json_string_value(v), json_string_length(v));
}

/* Passwords, codes and tokens do not stay in memory that is given back. */
static void forget(struct asked *q)
{
	struct bytes raw = http_call_body(q->call);
	bytes_wipe((void *)(uintptr_t)raw.p, raw.n);
	forget_strings(q->body);
	forget_strings(q->answer);
}

static void answer(struct asked *q, enum tocsin_err err)
{
	if (err == TOCSIN_OK && q->answer != NULL) {
		json_write(&q->out, q->answer);
		buf_add_char(&q->out, '\n');
	}
	if ((q->op->flags & OPERATION_SECRET) != 0)
		forget(q);
	json_decref(q->answer);
	json_decref(q->body);
	if (err == TOCSIN_OK)
		err = buf_end(&q->out, "the answer");
	char sentence[512];
	snprintf(sentence, sizeof sentence, "%s", err == TOCSIN_OK ? "" : fail_sentence());
	if (repeat_end(q->serve, q, err) != TOCSIN_OK && err == TOCSIN_OK) {
		err = TOCSIN_BROKEN;
		snprintf(sentence, sizeof sentence, "%s", fail_sentence());
	}
	if (err == TOCSIN_BROKEN)
		log_say(LOG_ERROR, "operation failed", "method=%s path=%s sentence=\"%s\"", q->op->method, q->op->path,
			sentence);
	atomic_fetch_add(&q->serve->requests, 1);
	if (err != TOCSIN_OK) {
		buf_free(&q->out);
		answer_problem(q->call, q->status != 0 ? q->status : api_status(q->op, err), err, q->retry, sentence);
		return;
	}
	if (q->etag[0] != 0)
		http_call_add_header(q->call, "ETag", q->etag);
	const char *type = q->type != NULL ? q->type : "application/json";
	struct buf out = q->out;                /* the call takes q with it */
	serve_headers(q->call, type);
	http_call_answer_buf(q->call, 200, type, &out);
}

/* ---- on a worker ---- */

static enum tocsin_err read_body(struct asked *q)
{
	struct bytes b = http_call_body(q->call);
	if (b.n > q->op->body_max)
		return fail(
			TOCSIN_BAD, "the body has %zu bytes; this operation takes at most %zu", b.n, q->op->body_max);
	if (q->op->body != BODY_JSON)
		return TOCSIN_OK;
	/* A form of another page cannot have this type. */
	const char *type = http_call_header(q->call, "Content-Type");
	if (b.n > 0 && (type == NULL || strncasecmp(type, "application/json", 16) != 0))
		return fail(TOCSIN_BAD, "the body must be of the type application/json");
	enum tocsin_err err = json_parse(b.n > 0 ? b : BYTES_LIT("{}"), LIMIT_JSON, "the body", &q->body);
	return err == TOCSIN_OK ? api_check_body(q->op, q->body) : err;
}

static void run(struct asked *q)
{
	struct serve *s = q->serve;
	bool first = !q->again;
	enum tocsin_err err = who_may(q);
	if (err == TOCSIN_OK && first)
		err = read_body(q);
	bool done = false, streamed = false;
	q->deadline = 0;
	q->streamed = &streamed;
	if (err == TOCSIN_OK && first && (q->op->flags & OPERATION_SECRET) == 0)
		err = repeat_begin(s, q, &done);
	if (err == TOCSIN_OK && !done)
		err = who_refused(q, handlers[q->op->id](s, q));
	if (streamed)
		return;
	if (err == TOCSIN_OK && q->deadline != 0) {
		if (waits_keep(s->waits, q))
			return;
		q->again = q->waited = true;
		q->deadline = 0;
		err = who_refused(q, handlers[q->op->id](s, q));
	}
	answer(q, err);
}

/* ---- on a listener's thread ---- */

/* Browsers say which page makes them ask; what changes something must not come from another one. */
static bool is_cross_site(const struct http_call *call)
{
	const char *site = http_call_header(call, "Sec-Fetch-Site"), *origin = http_call_header(call, "Origin"),
		   *host = http_call_header(call, "Host");
	if (strcmp(http_call_method(call), "GET") == 0 || strcmp(http_call_method(call), "HEAD") == 0)
		return false;
	if (site != NULL && strcmp(site, "same-origin") != 0 && strcmp(site, "none") != 0)
		return true;
	if (origin == NULL)
		return false;
	const char *slashes = strstr(origin, "://");
	return slashes == NULL || host == NULL || strcasecmp(slashes + 3, host) != 0;
}

/* Which operation it is, and who asks: both are known before anything is said about what is there. */
static void hand_on(struct serve *s, struct http_call *call, bool local)
{
	struct api_match m;
	const char *method = http_call_method(call);
	struct arena *a = http_call_arena(call);
	struct asked *q = arena_zalloc(a, sizeof *q);
	if (q == NULL) {
		answer_problem(call, 503, TOCSIN_LATER, 0, "this node has more to do than it can; try again later");
		return;
	}
	*q = (struct asked) { .serve = s, .call = call, .arena = a, .local = local };
	buf_init(&q->out, ANSWER_MAX);
	enum tocsin_err found = api_find(strcmp(method, "HEAD") == 0 ? "GET" : method, http_call_path(call), &q->op, &m);
	char sentence[512];
	snprintf(sentence, sizeof sentence, "%s", found == TOCSIN_OK ? "" : fail_sentence());
	enum tocsin_err err = who_ask(q);
	if (err != TOCSIN_OK) {
		answer_problem(call, q->status, err, 0, fail_sentence());
		return;
	}
	if (found != TOCSIN_OK) {
		answer_problem(call, found == TOCSIN_BAD ? 405 : api_status(NULL, found), found, 0, sentence);
		return;
	}
	if (!local && is_cross_site(call)) {
		answer_problem(
			call, 403, TOCSIN_REFUSED, 0, "another web page asked for this; only the desk's own may");
		return;
	}
	q->parameter = arena_str(a, bytes_str(m.parameter));
	q->out.secret = (q->op->flags & OPERATION_SECRET) != 0;
	struct queue *queue = (q->op->flags & OPERATION_SLOW) != 0 ? s->slow : s->queue;
	if (q->parameter == NULL || !queue_put(queue, q, false))
		answer_problem(call, 503, TOCSIN_LATER, 0, "this node has more to do than it can; try again later");
}

static void from_socket(void *arg, struct http_call *call)
{
	hand_on(arg, call, true);
}

static void from_listener(void *arg, struct http_call *call)
{
	hand_on(arg, call, false);
}

/* ---- start and stop ---- */

static enum tocsin_err start_listeners(struct serve *s)
{
	const struct serve_config *c = &s->config;
	char *where = NULL;
	if (asprintf(&where, "unix:%s", c->socket) < 0)
		return fail(TOCSIN_BROKEN, "no memory for the desk's listeners");
	struct http_server_config h = { .listen = where,
		.max_body = BODY_MAX,
		.max_connections = CONNECTIONS,
		.max_per_address = CONNECTIONS,
		.rate_per_address = RATE,
		.idle_seconds = IDLE_SECONDS };
	enum tocsin_err err = http_server_start(&h, from_socket, s, &s->unix_server);
	free(where);
	if (err == TOCSIN_OK && c->listen[0] != 0) {
		h.listen = c->listen;
		h.cert = c->cert[0] != 0 ? c->cert : NULL;
		h.key = c->key[0] != 0 ? c->key : NULL;
		h.plain_anywhere = c->plain;
		struct http_server *desk_server = NULL;
		err = http_server_start(&h, from_listener, s, &desk_server);
		if (err != TOCSIN_OK)
			err = fail_within(err, "[desk] listen");
		pthread_mutex_lock(&s->lock);
		s->desk_server = desk_server;
		pthread_mutex_unlock(&s->lock);
	}
	return err;
}

enum tocsin_err serve_start(const struct serve_config *config, struct serve **out)
{
	struct serve *s = calloc(1, sizeof *s);
	*out = NULL;
	if (s == NULL)
		return fail(TOCSIN_BROKEN, "no memory for the desk");
	pthread_mutex_init(&s->lock, NULL);
	s->config = *config;
	s->desk = config->desk;
	s->exchange = config->exchange;
	uint8_t run_id[16];
	random_bytes(run_id, sizeof run_id);
	hex_encode(run_id, sizeof run_id, s->run);
	s->auth = auth_new(config->token);
	s->rate = rate_new(0);
	enum tocsin_err err = s->auth == NULL || s->rate == NULL ? fail(TOCSIN_BROKEN, "no memory for the desk") : TOCSIN_OK;
	if (err == TOCSIN_OK)
		err = cursor_key(s->desk->store, s->cursor_key);
	if (err == TOCSIN_OK && ((s->queue = queue_start(WORKERS, run)) == NULL || (s->slow = queue_start(1, run)) == NULL || (s->waits = waits_start(s)) == NULL ||
			(s->streams = streams_start(s)) == NULL))
		err = TOCSIN_BROKEN;
	if (err == TOCSIN_OK)
		err = start_listeners(s);
	if (err != TOCSIN_OK) {
		serve_stop(s);
		return err;
	}
	*out = s;
	return TOCSIN_OK;
}

unsigned serve_port(const struct serve *s)
{
	return s->desk_server == NULL ? 0 : http_server_port(s->desk_server);
}

enum tocsin_err serve_renew(struct serve *s, const char *cert, const char *key)
{
	return s->desk_server == NULL ? TOCSIN_OK : http_server_renew(s->desk_server, cert, key);
}

void serve_drain(struct serve *s)
{
	if (s->desk_server != NULL)
		http_server_drain(s->desk_server);
	http_server_drain(s->unix_server);
	waits_end(s->waits);
	streams_end(s->streams);
}

void serve_stop(struct serve *s)
{
	if (s == NULL)
		return;
	if (s->waits != NULL)
		waits_end(s->waits);
	if (s->streams != NULL)
		streams_end(s->streams);
	/* Each waits for its calls, which the workers still answer. */
	pthread_mutex_lock(&s->lock);
	struct http_server *desk_server = s->desk_server;
	s->desk_server = NULL;
	pthread_mutex_unlock(&s->lock);
	http_server_stop(desk_server);
	http_server_stop(s->unix_server);
	waits_stop(s->waits);
	streams_stop(s->streams);
	queue_stop(s->queue);
	queue_stop(s->slow);
	auth_free(s->auth);
	rate_free(s->rate);
	pthread_mutex_destroy(&s->lock);
	free(s);
}

/* ---- what handlers share ---- */

static const struct api_field *query_field(const struct asked *q, const char *name)
{
	const struct api_field *f = q->op->query;
	while (f->name != NULL && strcmp(f->name, name) != 0)
		f++;
	return f;
}

enum tocsin_err query_int(struct asked *q, const char *name, int64_t deflt, int64_t *v)
{
	return api_check_query(query_field(q, name), http_call_query(q->call, name), deflt, v);
}

enum tocsin_err query_str(struct asked *q, const char *name, const char **v)
{
	int64_t unused;
	const char *s = http_call_query(q->call, name);
	*v = s != NULL && s[0] != 0 ? s : NULL;
	return api_check_query(query_field(q, name), s, 0, &unused);
}

enum tocsin_err query_kind(struct asked *q, const char **v)
{
	enum tocsin_err err = query_str(q, "kind", v);
	if (err == TOCSIN_OK && *v != NULL && kind_find(*v) == NULL)
		err = fail(TOCSIN_BAD, "there is no kind of statement called %.64s", *v);
	return err;
}

void etag_set(struct asked *q, int64_t version)
{
	snprintf(q->etag, sizeof q->etag, "\"%lld\"", (long long)version);
}

enum tocsin_err etag_match(struct asked *q, int64_t version)
{
	char now[72];
	const char *given = http_call_header(q->call, "If-Match");
	snprintf(now, sizeof now, "\"%lld\"", (long long)version);
	if (given == NULL) {
		q->status = 428;
		return fail(TOCSIN_REFUSED, "say which version you have seen: If-Match with the ETag of what you read");
	}
	if (strcmp(given, now) == 0)
		return TOCSIN_OK;
	q->status = 412;
	return fail(TOCSIN_REFUSED, "somebody has changed it meanwhile: read it again (version %lld)", (long long)version);
}

void note_decision(const struct asked *q, struct change *c, const char *what, const char *subject, const char *detail)
{
	if (!q->view.everything)
		audit_add(c, &q->view, what, subject, detail);
}

enum tocsin_err commit_about(struct serve *s, struct change *c, const char *name)
{
	if (c == NULL)
		return fail(TOCSIN_BROKEN, "no memory for a change");
	enum tocsin_err err = store_commit(s->desk->store, c, NULL, NULL);
	if (err == TOCSIN_OK && name != NULL)
		err = directory_reload(s->desk->directory, name);
	if (err == TOCSIN_OK)
		exchange_wake(s->exchange);
	return err;
}

json_t *json_time(int64_t t)
{
	char text[CLOCK_TEXT + 1] = "";
	if (t != 0)
		clock_format(t, text);
	return json_string(text);
}

json_t *json_hash(const struct hash *h)
{
	char hex[2 * SHA256_SIZE + 1];
	hex_encode(h->b, SHA256_SIZE, hex);
	return json_string(hex);
}

enum tocsin_err op_operations(struct serve *s, struct asked *q)
{
	(void)s;
	q->answer = api_describe();
	return TOCSIN_OK;
}
