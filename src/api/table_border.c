#include "api/table.h"

#include "base/limits.h"

static const struct api_field drop_fields[] = {
	{ "reason", API_STRING, true, 1, 1000, "why, in words; it is in the audit trail" },
	{ NULL },
};
static const struct api_field vouch_fields[] = {
	{ "to", API_STRING, true, 1, LIMIT_NAME, "the partner that is told" },
	{ NULL },
};
static const struct api_field stranger_answer[] = {
	HAS("name", API_STRING, "what the node calls itself"),
	HAS("fingerprint", API_STRING, "of its identity"),
	HAS("safety", API_STRING, "the safety number, to be compared by another way"),
	HAS("since", API_STRING, "when it introduced itself"),
	HAS("last_at", API_STRING, "when it was last heard of"),
	HAS("way", API_STRING, "itself, vouched or brokered"),
	HAS("by", API_STRING, "the partner that vouched for it then, or brought it; empty: none"),
	HAS("vouched", API_STRING, "a confirmed partner that vouches for it now; empty: none"),
	HAS("note", API_STRING, "how far to trust it: not at all"),
	{ NULL },
};
static const struct api_field sent_answer[] = {
	HAS("id", API_STRING, "of the statement"),
	HAS("kind", API_STRING, "warning or authorship"),
	HAS("at", API_STRING, "when it was written, it says"),
	HAS("known_at", API_STRING, "when it came"),
	{ NULL },
};
static const struct api_field stranger_whole[] = {
	HAS("name", API_STRING, "what the node calls itself"),
	HAS("fingerprint", API_STRING, "of its identity"),
	HAS("safety", API_STRING, "the safety number, to be compared by another way"),
	HAS("since", API_STRING, "when it introduced itself"),
	HAS("last_at", API_STRING, "when it was last heard of"),
	HAS("way", API_STRING, "itself, vouched or brokered"),
	HAS("by", API_STRING, "the partner that vouched for it then, or brought it; empty: none"),
	HAS("vouched", API_STRING, "a confirmed partner that vouches for it now; empty: none"),
	HAS("note", API_STRING, "how far to trust it: not at all"),
	HAS("duty", API_STRINGS, "who answers by day and night, as its card says"),
	HAS_OF("sent", API_OBJECTS, sent_answer, "what it sent and the asker sees, newest first, at most 100"),
	{ NULL },
};
static const struct api_field strangers_answer[] = {
	HAS_OF("items", API_OBJECTS, stranger_answer, "all of them, by name"),
	{ NULL },
};
static const struct api_field name_answer[] = {
	HAS("name", API_STRING, "what was named"),
	{ NULL },
};
static const struct api_field vouch_answer[] = {
	HAS("name", API_STRING, "the partner that we vouch for"),
	HAS("to", API_STRING, "who is told"),
	HAS("id", API_STRING, "the voucher's"),
	{ NULL },
};

/* nodes that are no partners */
const struct api_operation api_table_border[] = {
	{ .id = API_STRANGERS, .method = "GET", .path = V1 "strangers", .right = RIGHT_STRANGER, .token = TOKEN_READ,
		.fields = api_nothing, .query = api_nothing, .help = "nodes that are no partners and have introduced themselves",
		.answer = strangers_answer },
	{ .id = API_STRANGER, .method = "GET", .path = V1 "strangers/{name}", .right = RIGHT_STRANGER, .token = TOKEN_READ,
		.fields = api_nothing, .query = api_nothing, .help = "one of them, and what it sent", .answer = stranger_whole },
	{ .id = API_STRANGER_ADOPT, .method = "POST", .path = V1 "strangers/{name}/adopt", .right = RIGHT_PARTNER,
		.token = TOKEN_ADMIN, .fields = api_nothing, .query = api_nothing, .help = "it becomes a partner, unconfirmed",
		.answer = name_answer },
	{ .id = API_STRANGER_DROP, .method = "POST", .path = V1 "strangers/{name}/drop", .right = RIGHT_PARTNER,
		.token = TOKEN_ADMIN, .body = BODY_JSON, .body_max = LIMIT_JSON, .fields = drop_fields, .query = api_nothing,
		.help = "forget its cards; what it sent stays, marked", .answer = name_answer },
	{ .id = API_PARTNER_VOUCH, .method = "POST", .path = V1 "partners/{name}/vouch", .right = RIGHT_PARTNER,
		.token = TOKEN_ADMIN, .body = BODY_JSON, .body_max = LIMIT_JSON, .fields = vouch_fields, .query = api_nothing,
		.help = "tell another partner that we know this one", .answer = vouch_answer },
	{ .path = NULL },
};
