#include "api/table.h"

#include "base/limits.h"
#include "desk/forget.h"
#include "desk/reach.h"

static const struct api_field retract_fields[] = {
	{ "reason", API_STRING, true, 1, REACH_REASON, "why, in words" },
	{ NULL },
};
static const struct api_field reach_query[] = {
	{ "after", API_STRING, false, 0, 64, "next of the page before" },
	{ "limit", API_INTEGER, false, 1, 1000, "at most so many; 100" },
	{ NULL },
};

static const struct api_field retracted_item[] = {
	HAS("id", API_STRING, "of the retraction"),
	HAS("to", API_STRING, "its recipient"),
	HAS("statement", API_STRING, "what it withdraws"),
	{ NULL },
};
static const struct api_field retract_answer[] = {
	HAS("retracted", API_STRING, "what was withdrawn"),
	HAS_OF("results", API_OBJECTS, retracted_item, "the retractions that were issued now"),
	{ NULL },
};
static const struct api_field reach_item[] = {
	HAS("statement", API_STRING, "what its recipient got"),
	HAS("recipient", API_STRING, "who got it"),
	HAS("why", API_STRING, "itself, released together, sent together, update, written about it"),
	HAS("state", API_STRING, "not issued, not delivered, unreachable, received, confirmed, holds a copy, cannot tell, "
		"refused, to be called, told"),
	MAY_HAVE("retraction", API_STRING, "the retraction of it"),
	MAY_HAVE("retracted_at", API_STRING, "when that was issued"),
	MAY_HAVE("received_at", API_STRING, "when its recipient's node accepted that"),
	MAY_HAVE("response", API_STRING, "what its recipient said to it"),
	MAY_HAVE("response_at", API_STRING, "when"),
	MAY_HAVE("copy", API_STRING, "removed, held or cannot-tell, as its recipient says"),
	MAY_HAVE("reason", API_ANY, "the recipient's"),
	MAY_HAVE("trouble", API_STRING, "why it is not delivered"),
	MAY_HAVE("ring_up", API_STRINGS, "the duty contacts of who cannot be reached"),
	{ NULL },
};
static const struct api_field reach_answer[] = {
	HAS("retracted", API_MAYBE, "what was withdrawn; null: not for you"),
	HAS_OF("items", API_OBJECTS, reach_item, "everyone who got it, or something that rests on it"),
	HAS("open", API_INTEGER, "how many of these have neither confirmed nor been told"),
	HAS("next", API_MAYBE, "after, for the next page; null at the end"),
	{ NULL },
};

static const struct api_field reason_fields[] = {
	{ "reason", API_STRING, true, 1, FORGET_REASON, "why, in words" },
	{ NULL },
};
static const struct api_field keep_fields[] = {
	{ "until", API_STRING, true, 20, 20, "when it is asked again" },
	{ "reason", API_STRING, true, 1, FORGET_REASON, "why, in words" },
	{ NULL },
};
static const struct api_field page_query[] = {
	{ "before", API_STRING, false, 0, 200, "next of the page before" },
	{ "limit", API_INTEGER, false, 1, 1000, "at most so many; 100" },
	{ NULL },
};
static const struct api_field retention_query[] = {
	{ "limit", API_INTEGER, false, 1, 1000, "at most so much content whose time is over; 100" },
	{ NULL },
};

static const struct api_field forgetting_answer[] = {
	HAS("id", API_STRING, "of the proposal"),
	HAS("statement", API_STRING, "whose content is to be forgotten, and that of the releases made together with it"),
	HAS("reason", API_STRING, "why"),
	HAS("state", API_STRING, "proposed, agreed, objected, withdrawn, done"),
	HAS("proposed_by", API_STRING, "account"),
	HAS("proposed_at", API_STRING, "when"),
	HAS("agreed_by", API_STRING, "account; empty: nobody yet"),
	HAS("agreed_at", API_MAYBE, "when"),
	HAS("due_at", API_MAYBE, "when it is done unless somebody objects"),
	HAS("ended_by", API_STRING, "account"),
	HAS("ended_at", API_MAYBE, "when it was done, objected to or withdrawn"),
	HAS("ended_why", API_STRING, "the objection"),
	{ NULL },
};
static const struct api_field forgettings_answer[] = {
	HAS_OF("items", API_OBJECTS, forgetting_answer, "newest first"),
	HAS("next", API_ANY, "before, for the next page; null at the end"),
	{ NULL },
};
static const struct api_field hold_answer[] = {
	HAS("id", API_STRING, "of the hold"),
	HAS("statement", API_STRING, "what is held"),
	HAS("reason", API_STRING, "why"),
	HAS("by", API_STRING, "account"),
	HAS("at", API_STRING, "since when"),
	HAS("ended_by", API_STRING, "account; empty: it runs"),
	HAS("ended_at", API_MAYBE, "when it was released"),
	{ NULL },
};
static const struct api_field holds_answer[] = {
	HAS_OF("items", API_OBJECTS, hold_answer, "newest first"),
	HAS("next", API_ANY, "before, for the next page; null at the end"),
	{ NULL },
};
static const struct api_field class_item[] = {
	HAS("class", API_STRING, "person, warning, request, record or decision"),
	HAS("policy", API_STRING, "the policy that says how long"),
	HAS("help", API_STRING, "what belongs to it"),
	HAS("seconds", API_INTEGER, "how long"),
	{ NULL },
};
static const struct api_field over_item[] = {
	HAS("statement", API_STRING, "whose content is over its time"),
	HAS("class", API_STRING, "its class"),
	HAS("since", API_STRING, "from when its period counts"),
	HAS("over_at", API_STRING, "when it was over"),
	HAS("asked_at", API_MAYBE, "when somebody was asked"),
	HAS("held", API_BOOLEAN, "whether a legal hold keeps it"),
	{ NULL },
};
static const struct api_field retention_answer[] = {
	HAS_OF("classes", API_OBJECTS, class_item, "how long content is kept"),
	HAS_OF("over", API_OBJECTS, over_item, "what is to be decided about"),
	{ NULL },
};
static const struct api_field keep_answer[] = {
	HAS("id", API_STRING, "what is kept"),
	HAS("until", API_STRING, "when it is asked again"),
	{ NULL },
};

/* reach of a retraction, retention, forgetting */
const struct api_operation api_table_keep[] = {
	{ .id = API_RETRACT, .method = "POST", .path = V1 "statements/{id}/retract", .right = RIGHT_RETRACT,
		.token = TOKEN_ISSUE, .body = BODY_JSON, .body_max = LIMIT_JSON, .fields = retract_fields,
		.query = api_nothing, .help = "withdraw it, to everyone who got it or something that rests on it",
		.answer = retract_answer },
	{ .id = API_REACH, .method = "GET", .path = V1 "statements/{id}/reach", .right = RIGHT_READ, .token = TOKEN_READ,
		.fields = api_nothing, .query = reach_query, .help = "how far its retraction got, with each recipient",
		.answer = reach_answer },
	{ .id = API_FORGET_PROPOSE, .method = "POST", .path = V1 "statements/{id}/forget", .right = RIGHT_FORGET_PROPOSE,
		.token = TOKEN_ISSUE, .body = BODY_JSON, .body_max = LIMIT_JSON, .fields = reason_fields, .query = api_nothing,
		.help = "propose to forget its content", .answer = forgetting_answer },
	{ .id = API_FORGETTINGS, .method = "GET", .path = V1 "forgetting", .right = RIGHT_READ, .token = TOKEN_READ,
		.fields = api_nothing, .query = page_query, .help = "what is proposed to be forgotten, and what came of it",
		.answer = forgettings_answer },
	{ .id = API_FORGET_AGREE, .method = "POST", .path = V1 "forgetting/{id}/agree", .right = RIGHT_FORGET_AGREE,
		.token = TOKEN_ISSUE, .fields = api_nothing, .query = api_nothing,
		.help = "agree, as the second person; it is done when the time to object is over", .answer = forgetting_answer },
	{ .id = API_FORGET_OBJECT, .method = "POST", .path = V1 "forgetting/{id}/object", .right = RIGHT_READ,
		.token = TOKEN_ISSUE, .body = BODY_JSON, .body_max = LIMIT_JSON, .fields = reason_fields, .query = api_nothing,
		.help = "object, or withdraw one's own proposal", .answer = forgetting_answer },
	{ .id = API_HOLD, .method = "POST", .path = V1 "statements/{id}/hold", .right = RIGHT_HOLD, .token = TOKEN_ISSUE,
		.body = BODY_JSON, .body_max = LIMIT_JSON, .fields = reason_fields, .query = api_nothing,
		.help = "a legal hold: its content is not forgotten until it is released", .answer = hold_answer },
	{ .id = API_HOLD_RELEASE, .method = "POST", .path = V1 "statements/{id}/release-hold", .right = RIGHT_HOLD,
		.token = TOKEN_ISSUE, .fields = api_nothing, .query = api_nothing, .help = "end a legal hold",
		.answer = hold_answer },
	{ .id = API_HOLDS, .method = "GET", .path = V1 "holds", .right = RIGHT_READ, .token = TOKEN_READ,
		.fields = api_nothing, .query = page_query, .help = "legal holds", .answer = holds_answer },
	{ .id = API_RETENTION, .method = "GET", .path = V1 "retention", .right = RIGHT_READ, .token = TOKEN_READ,
		.fields = api_nothing, .query = retention_query,
		.help = "how long content of each class is kept, and what is over its time", .answer = retention_answer },
	{ .id = API_KEEP, .method = "POST", .path = V1 "statements/{id}/keep", .right = RIGHT_FORGET_PROPOSE,
		.token = TOKEN_ISSUE, .body = BODY_JSON, .body_max = LIMIT_JSON, .fields = keep_fields, .query = api_nothing,
		.help = "decide that its content is kept until a date", .answer = keep_answer },
	{ .path = NULL },
};
