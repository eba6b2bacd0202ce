#include "api/table.h"

#include "base/limits.h"

#define NAME 64
#define TEXT 200
#define REASON 400
#define SECRET 1024                     /* what is said to be a password */
#define YEARS (3 * 366 * INT64_C(86400))

/* ---- logging in ---- */

static const struct api_field login_fields[] = {
	{ "account", API_STRING, true, 0, SECRET, "its name" },
	{ "password", API_STRING, true, 0, SECRET, "its password" },
	{ "code", API_STRING, false, 0, 16, "of its second factor, when it has one" },
	{ "label", API_STRING, false, 0, NAME, "what it is for, as its holder will see it in the list" },
	{ NULL },
};
static const struct api_field login_answer[] = {
	HAS("token", API_STRING, "for Authorization: Bearer; nobody can be told it again"),
	HAS("id", API_STRING, "by which it is ended"),
	HAS("ends_at", API_STRING, "in any case; without requests earlier"),
	{ NULL },
};
static const struct api_field done_answer[] = {
	HAS("done", API_BOOLEAN, "true"),
	{ NULL },
};
static const struct api_field whoami_answer[] = {
	HAS("account", API_STRING, "a name, or operator: whoever holds the node's socket"),
	HAS("function", API_STRING, "what others are shown instead"),
	HAS("unit", API_STRING, "empty for the operator"),
	HAS("roles", API_STRINGS, "that hold now, delegated ones, too"),
	HAS("scopes", API_STRINGS, "what this token may be used for: read, issue, admin"),
	HAS("rights", API_STRINGS, "what the roles allow"),
	HAS("accounts", API_BOOLEAN, "whether this desk has accounts; without, the operator may do everything"),
	{ NULL },
};

/* ---- accounts ---- */

static const struct api_field page_query[] = {
	{ "after", API_STRING, false, 0, NAME, "names behind this one" },
	{ "limit", API_INTEGER, false, 1, 1000, "at most so many; 100" },
	{ NULL },
};
#define ACCOUNT \
	HAS("name", API_STRING, "its name"), \
	HAS("function", API_STRING, "what others are shown instead"), \
	HAS("unit", API_STRING, "where it belongs"), \
	HAS("roles", API_STRINGS, "its own")
#define DETAILS \
	MAY_HAVE("state", API_STRING, "active, locked, removed"), \
	MAY_HAVE("password", API_BOOLEAN, "whether it has one"), \
	MAY_HAVE("totp", API_BOOLEAN, "whether it has a second factor"), \
	MAY_HAVE("created_at", API_STRING, "a time"), \
	MAY_HAVE("changed_at", API_STRING, "a time"), \
	MAY_HAVE("used_at", API_STRING, "the last time somebody logged in")
static const struct api_field account_item[] = {
	ACCOUNT,
	DETAILS,
	{ NULL },
};
static const struct api_field account_answer[] = {
	ACCOUNT,
	DETAILS,
	MAY_HAVE("compartments", API_STRINGS, "into which it is read"),
	MAY_HAVE("delegated", API_STRINGS, "roles that others have lent it, now"),
	{ NULL },
};
static const struct api_field accounts_answer[] = {
	HAS_OF("items", API_OBJECTS, account_item, "one's own with details, those of one's unit without; administrators see all"),
	HAS("next", API_STRING, "after=next gives the following page; empty at the end"),
	{ NULL },
};
#define ROLES_HELP "analyst, releasing-officer, duty-officer, liaison, inspector, data-protection-officer, administrator"
static const struct api_field add_fields[] = {
	{ "name", API_STRING, true, 1, NAME, "never used twice" },
	{ "roles", API_STRINGS, true, 0, 7, ROLES_HELP },
	{ "unit", API_STRING, false, 1, NAME, "desk when absent" },
	{ "function", API_STRING, false, 1, NAME, "what others are shown instead of the name; that of its roles when absent" },
	{ "compartments", API_STRINGS, false, 0, 63, "into which it is read" },
	{ "password", API_STRING, false, 0, SECRET, "at least 12 characters; without one it cannot log in until it has one" },
	{ NULL },
};
static const struct api_field edit_fields[] = {
	{ "roles", API_STRINGS, false, 0, 7, ROLES_HELP },
	{ "unit", API_STRING, false, 1, NAME, "where it belongs" },
	{ "function", API_STRING, false, 1, NAME, "what others are shown instead of the name" },
	{ "compartments", API_STRINGS, false, 0, 63, "all into which it is read from now on" },
	{ "state", API_STRING, false, 1, 16, "active (forgets wrong tries), locked, removed (for ever)" },
	{ NULL },
};
static const struct api_field password_fields[] = {
	{ "password", API_STRING, true, 0, SECRET, "at least 12 characters" },
	{ "old", API_STRING, false, 0, SECRET, "the one before: for one's own account" },
	{ NULL },
};
static const struct api_field totp_fields[] = {
	{ "secret", API_STRING, false, 0, 64, "as it was answered, together with a code of it: the second factor holds from now on" },
	{ "code", API_STRING, false, 0, 16, "six digits, now" },
	{ "off", API_BOOLEAN, false, 0, 0, "takes it away: one's own with a code" },
	{ NULL },
};
static const struct api_field totp_answer[] = {
	HAS("totp", API_BOOLEAN, "whether the account has a second factor"),
	MAY_HAVE("secret", API_STRING, "a new one, base32, not kept until it comes back with a code"),
	MAY_HAVE("uri", API_STRING, "the same for a device that reads otpauth"),
	{ NULL },
};

/* ---- tokens and delegations ---- */

static const struct api_field whose_query[] = {
	{ "account", API_STRING, false, 0, NAME, "whose; one's own when absent" },
	{ NULL },
};
static const struct api_field token_item[] = {
	HAS("id", API_STRING, "by which it is ended"),
	HAS("kind", API_STRING, "session or token"),
	HAS("label", API_STRING, "what it is for"),
	HAS("scopes", API_STRINGS, "read, issue, admin"),
	HAS("created_at", API_STRING, "a time"),
	HAS("used_at", API_STRING, "to the minute"),
	HAS("ends_at", API_STRING, "a time"),
	HAS("this", API_BOOLEAN, "it is the one that asks"),
	{ NULL },
};
static const struct api_field tokens_answer[] = {
	HAS_OF("items", API_OBJECTS, token_item, "oldest first"),
	{ NULL },
};
static const struct api_field token_fields[] = {
	{ "label", API_STRING, true, 1, NAME, "what it is for" },
	{ "scopes", API_STRINGS, true, 1, 3, "read, issue, admin; none that the asking token does not have" },
	{ "until", API_STRING, false, 20, 20, "its end; or" },
	{ "seconds", API_INTEGER, false, 1, YEARS, "for how long" },
	{ NULL },
};
static const struct api_field delegation_item[] = {
	HAS("id", API_STRING, "by which it is ended"),
	HAS("from", API_STRING, "whose roles"),
	HAS("to", API_STRING, "who has them meanwhile"),
	HAS("roles", API_STRINGS, "which"),
	HAS("reason", API_STRING, "why"),
	HAS("begins_at", API_STRING, "a time"),
	HAS("ends_at", API_STRING, "a time"),
	HAS("runs", API_BOOLEAN, "now"),
	{ NULL },
};
static const struct api_field delegations_answer[] = {
	HAS_OF("items", API_OBJECTS, delegation_item, "given, then received"),
	{ NULL },
};
static const struct api_field delegation_fields[] = {
	{ "to", API_STRING, true, 1, NAME, "an account of the same unit" },
	{ "roles", API_STRINGS, true, 1, 7, "one's own, not those that were delegated to one" },
	{ "reason", API_STRING, true, 1, REASON, "why" },
	{ "from", API_STRING, false, 1, NAME, "whose; one's own when absent, another's by an administrator" },
	{ "begins", API_STRING, false, 20, 20, "now when absent" },
	{ "until", API_STRING, false, 20, 20, "its end; or" },
	{ "seconds", API_INTEGER, false, 1, YEARS, "for how long, from its beginning" },
	{ NULL },
};
static const struct api_field id_answer[] = {
	HAS("id", API_STRING, "16 hex digits"),
	{ NULL },
};

/* ---- units ---- */

static const struct api_field unit_item[] = {
	HAS("name", API_STRING, "its name"),
	HAS("label", API_STRING, "in words"),
	{ NULL },
};
static const struct api_field units_answer[] = {
	HAS_OF("items", API_OBJECTS, unit_item, "by name"),
	{ NULL },
};
static const struct api_field unit_fields[] = {
	{ "label", API_STRING, true, 1, TEXT, "in words" },
	{ NULL },
};
static const struct api_field escalation_fields[] = {
	{ "accounts", API_STRINGS, true, 0, 16, "active ones of the unit, in the order in which they are paged" },
	{ NULL },
};
static const struct api_field escalation_answer[] = {
	HAS("unit", API_STRING, "whose clocks"),
	HAS("accounts", API_STRINGS, "in the order in which they are paged"),
	{ NULL },
};

/* ---- hand-over ---- */

#define HANDOVER \
	HAS("id", API_STRING, "16 hex digits"), \
	HAS("from", API_STRING, "who goes"), \
	HAS("to", API_STRING, "who comes"), \
	HAS("at", API_STRING, "when it was listed"), \
	HAS("from_signed_at", API_STRING, "a time"), \
	HAS("to_signed_at", API_STRING, "a time, empty until it is accepted")
static const struct api_field open_clock_answer[] = {
	HAS("id", API_STRING, "of the clock"),
	HAS("kind", API_STRING, "what runs out"),
	HAS("due_at", API_STRING, "a time"),
	HAS("urgency", API_STRING, "imminent, urgent, routine"),
	HAS("acked_at", API_STRING, "a time, empty when nobody has acknowledged it"),
	HAS("statement", API_STRING, "its id, or empty"),
	HAS("draft", API_STRING, "its id, or empty"),
	{ NULL },
};
static const struct api_field open_unread_answer[] = {
	HAS("id", API_STRING, "of the statement"),
	HAS("kind", API_STRING, "of statement"),
	HAS("from", API_STRING, "a partner"),
	HAS("known_at", API_STRING, "a time"),
	{ NULL },
};
static const struct api_field open_draft_answer[] = {
	HAS("id", API_STRING, "of the draft"),
	HAS("kind", API_STRING, "of statement"),
	HAS("state", API_STRING, "draft or proposed"),
	HAS("version", API_INTEGER, "its last"),
	HAS("changed_at", API_STRING, "a time"),
	{ NULL },
};
static const struct api_field content_answer[] = {
	HAS_OF("clocks", API_OBJECTS, open_clock_answer, "that run and belong to who goes"),
	HAS_OF("unread", API_OBJECTS, open_unread_answer, "that nobody of the unit has opened"),
	HAS_OF("drafts", API_OBJECTS, open_draft_answer, "of who goes"),
	{ NULL },
};
static const struct api_field handover_item[] = {
	HANDOVER,
	{ NULL },
};
static const struct api_field handovers_answer[] = {
	HAS_OF("items", API_OBJECTS, handover_item, "to oneself, then from oneself; newest first"),
	{ NULL },
};
static const struct api_field handover_answer[] = {
	HANDOVER,
	HAS_OF("content", API_OBJECT, content_answer, "what is open"),
	MAY_HAVE("stays", API_ANY, "clocks and drafts that the successor may not know of: only at the start, only for who goes"),
	{ NULL },
};
static const struct api_field handover_fields[] = {
	{ "to", API_STRING, true, 1, NAME, "who comes: an account of the same unit" },
	{ NULL },
};

#define SECRETS .flags = OPERATION_SECRET

/* accounts, sessions, units, delegations, hand-over */
const struct api_operation api_table_account[] = {
	{ API_LOGIN, "POST", V1 "login", RIGHT_NONE, TOKEN_READ, BODY_JSON, LIMIT_JSON, login_fields, api_nothing,
		"a token for an account", login_answer, .flags = OPERATION_OPEN | OPERATION_SECRET | OPERATION_SLOW },
	{ API_LOGOUT, "POST", V1 "logout", RIGHT_NONE, TOKEN_READ, BODY_JSON, LIMIT_JSON, api_nothing, api_nothing,
		"end the session or token that asks", done_answer },
	{ API_WHOAMI, "GET", V1 "whoami", RIGHT_NONE, TOKEN_READ, BODY_NONE, 0, api_nothing, api_nothing,
		"who asks, and what may be done", whoami_answer },
	{ API_ACCOUNTS, "GET", V1 "accounts", RIGHT_NONE, TOKEN_READ, BODY_NONE, 0, api_nothing, page_query,
		"people that one may know of", accounts_answer },
	{ API_ACCOUNT_ADD, "POST", V1 "accounts", RIGHT_ADMIN, TOKEN_ADMIN, BODY_JSON, LIMIT_JSON, add_fields, api_nothing,
		"a new account", account_answer, .flags = OPERATION_SECRET | OPERATION_SLOW },
	{ API_ACCOUNT, "GET", V1 "accounts/{name}", RIGHT_NONE, TOKEN_READ, BODY_NONE, 0, api_nothing, api_nothing,
		"one of them", account_answer },
	{ API_ACCOUNT_EDIT, "POST", V1 "accounts/{name}", RIGHT_ADMIN, TOKEN_ADMIN, BODY_JSON, LIMIT_JSON, edit_fields,
		api_nothing, "change it, lock it, remove it", account_answer },
	{ API_ACCOUNT_PASSWORD, "POST", V1 "accounts/{name}/password", RIGHT_NONE, TOKEN_ADMIN, BODY_JSON, LIMIT_JSON,
		password_fields, api_nothing, "a new password; its other sessions end", done_answer,
		.flags = OPERATION_SECRET | OPERATION_SLOW },
	{ API_ACCOUNT_TOTP, "POST", V1 "accounts/{name}/totp", RIGHT_NONE, TOKEN_ADMIN, BODY_JSON, LIMIT_JSON, totp_fields,
		api_nothing, "a second factor: a new secret, or on, or off", totp_answer, SECRETS },
	{ API_TOKENS, "GET", V1 "tokens", RIGHT_NONE, TOKEN_READ, BODY_NONE, 0, api_nothing, whose_query,
		"sessions and API tokens", tokens_answer },
	{ API_TOKEN_ADD, "POST", V1 "tokens", RIGHT_NONE, TOKEN_ADMIN, BODY_JSON, LIMIT_JSON, token_fields, api_nothing,
		"an API token for one's own account", login_answer, SECRETS },
	{ API_TOKEN_END, "DELETE", V1 "tokens/{id}", RIGHT_NONE, TOKEN_ADMIN, BODY_NONE, 0, api_nothing, whose_query,
		"end a session or token", done_answer },
	{ API_DELEGATIONS, "GET", V1 "delegations", RIGHT_NONE, TOKEN_READ, BODY_NONE, 0, api_nothing, whose_query,
		"roles that are lent", delegations_answer },
	{ API_DELEGATION_ADD, "POST", V1 "delegations", RIGHT_NONE, TOKEN_ADMIN, BODY_JSON, LIMIT_JSON, delegation_fields,
		api_nothing, "lend roles to a deputy, with an end", id_answer },
	{ API_DELEGATION_END, "DELETE", V1 "delegations/{id}", RIGHT_NONE, TOKEN_ADMIN, BODY_NONE, 0, api_nothing, api_nothing,
		"end it now", done_answer },
	{ API_UNITS, "GET", V1 "units", RIGHT_NONE, TOKEN_READ, BODY_NONE, 0, api_nothing, api_nothing,
		"units of this organisation", units_answer },
	{ API_UNIT_PUT, "PUT", V1 "units/{name}", RIGHT_ADMIN, TOKEN_ADMIN, BODY_JSON, LIMIT_JSON, unit_fields, api_nothing,
		"a new unit, or another label", done_answer },
	{ API_ESCALATION, "GET", V1 "units/{name}/escalation", RIGHT_NONE, TOKEN_READ, BODY_NONE, 0, api_nothing, api_nothing,
		"whom the unit's clocks go to", escalation_answer },
	{ API_ESCALATION_PUT, "PUT", V1 "units/{name}/escalation", RIGHT_ADMIN, TOKEN_ADMIN, BODY_JSON, LIMIT_JSON,
		escalation_fields, api_nothing, "set it", escalation_answer },
	{ API_COMPARTMENTS, "GET", V1 "compartments", RIGHT_NONE, TOKEN_READ, BODY_NONE, 0, api_nothing, api_nothing,
		"compartments that one is read into; administrators see all", units_answer },
	{ API_COMPARTMENT_PUT, "PUT", V1 "compartments/{name}", RIGHT_ADMIN, TOKEN_ADMIN, BODY_JSON, LIMIT_JSON, unit_fields,
		api_nothing, "a new compartment, or another label", done_answer },
	{ API_HANDOVERS, "GET", V1 "handovers", RIGHT_NONE, TOKEN_READ, BODY_NONE, 0, api_nothing, api_nothing,
		"hand-overs of one's shifts", handovers_answer },
	{ API_HANDOVER_START, "POST", V1 "handovers", RIGHT_CLOCK, TOKEN_ISSUE, BODY_JSON, LIMIT_JSON, handover_fields,
		api_nothing, "list what is open and sign it", handover_answer },
	{ API_HANDOVER, "GET", V1 "handovers/{id}", RIGHT_NONE, TOKEN_READ, BODY_NONE, 0, api_nothing, api_nothing,
		"one of them, with what was open", handover_answer },
	{ API_HANDOVER_ACCEPT, "POST", V1 "handovers/{id}/accept", RIGHT_CLOCK, TOKEN_ISSUE, BODY_JSON, LIMIT_JSON, api_nothing,
		api_nothing, "sign it: the running clocks are one's own from now on", handover_answer },
	{ .path = NULL },
};
