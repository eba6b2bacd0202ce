#include "api/table.h"

#include "base/limits.h"
#include "desk/door.h"

static const struct api_field list_query[] = {
	{ "state", API_STRING, false, 0, 16, "open (what is to be decided; the default) or decided" },
	{ "before", API_STRING, false, 0, PLACE_MAX, "next of the page before" },
	{ "limit", API_INTEGER, false, 1, 1000, "at most so many; 100" },
	{ NULL },
};
static const struct api_field pass_fields[] = {
	{ "read", API_BOOLEAN, false, 0, 0, "that the findings were read: needed where there are any" },
	{ "reason", API_STRING, false, 0, DOOR_REASON, "why, in words that stay here" },
	{ NULL },
};
static const struct api_field refuse_fields[] = {
	{ "ground", API_STRING, true, 1, 40, "decline.ground of the answer that leaves" },
	{ "reason", API_STRING, true, 1, DOOR_REASON, "why, in words that stay here" },
	{ NULL },
};

#define HEAD \
	HAS("id", API_STRING, "of the statement"), \
	HAS("kind", API_STRING, "request or warning"), \
	HAS("from", API_STRING, "who sent it"), \
	HAS("at", API_STRING, "when it was accepted"), \
	HAS("due_at", API_MAYBE, "when an answer is due"), \
	HAS("state", API_STRING, "unscreened, held, second (one person has passed it, another one is needed), passed, refused"), \
	HAS("verdict", API_STRING, "of screening: pass, caution, hold, refuse; empty: not screened"), \
	HAS("person", API_BOOLEAN, "whether it is about a person"), \
	HAS("urgency", API_STRING, "imminent, urgent or routine"), \
	HAS("unit", API_STRING, "whose it is to decide")

static const struct api_field door_item[] = { HEAD, { NULL } };
static const struct api_field list_answer[] = {
	HAS_OF("items", API_OBJECTS, door_item, "newest first"),
	HAS("next", API_ANY, "before, for the next page; null at the end"),
	{ NULL },
};
static const struct api_field finding_item[] = {
	HAS("rule", API_STRING, "its name"),
	HAS("verdict", API_STRING, "what it alone would say"),
	HAS("text", API_STRING, "for people"),
	HAS("facts", API_STRING, "what it used: fields and numbers"),
	{ NULL },
};
static const struct api_field record_answer[] = {
	HAS("requests", API_INTEGER, "in the window of the rules"),
	HAS("person", API_INTEGER, "of them, about people"),
	HAS("refused", API_INTEGER, "of them, refused here"),
	HAS("abroad", API_INTEGER, "of them, about people of another country than its own"),
	HAS("subjects", API_INTEGER, "different people"),
	HAS("warnings", API_INTEGER, "that it ever gave"),
	HAS("country", API_STRING, "its own; empty: not known"),
	{ NULL },
};
static const struct api_field decision_item[] = {
	HAS("what", API_STRING, "pass or refuse"),
	HAS("by", API_STRING, "account; outside the unit its function"),
	HAS("ground", API_STRING, "of a refusal"),
	HAS("reason", API_STRING, "in words"),
	HAS("at", API_STRING, "when"),
	{ NULL },
};
static const struct api_field answer_item[] = {
	HAS("state", API_STRING, "waiting, left, withdrawn, dropped"),
	HAS("by", API_STRING, "account; outside the unit its function"),
	HAS("reason", API_STRING, "kept here"),
	HAS("at", API_STRING, "when it was decided"),
	HAS("leaves_at", API_STRING, "when it leaves, or left"),
	HAS("trouble", API_STRING, "why it was dropped"),
	HAS("fields", API_OBJECT, "what it says"),
	{ NULL },
};
static const struct api_field with_item[] = {
	HAS("id", API_STRING, "of a statement that refers to it and waits with it"),
	HAS("kind", API_STRING, "its kind"),
	HAS("from", API_STRING, "its author"),
	{ NULL },
};
static const struct api_field line_item[] = {
	HAS("name", API_STRING, "of the field"),
	HAS("value", API_ANY, "as it was sent"),
	HAS("closed", API_BOOLEAN, "whether the line was sent closed"),
	{ NULL },
};
static const struct api_field door_answer[] = {
	HEAD,
	HAS_OF("findings", API_OBJECTS, finding_item, "of screening"),
	HAS_OF("record", API_OBJECT, record_answer, "what who sent it has asked and given"),
	HAS("decided_at", API_MAYBE, "when it was decided"),
	HAS_OF("decisions", API_OBJECTS, decision_item, "one a person"),
	HAS_OF("answers", API_OBJECTS, answer_item, "decided, and leaving at their time"),
	HAS_OF("with", API_OBJECTS, with_item, "what waits with it"),
	MAY_HAVE_OF("fields", API_OBJECTS, line_item, "what it says; not of what was not screened, nor for who inspects before it is decided"),
	{ NULL },
};
static const struct api_field withdrawn_answer[] = {
	HAS("withdrawn", API_BOOLEAN, "true"),
	{ NULL },
};

/* the door */
const struct api_operation api_table_door[] = {
	{ .id = API_DOORS, .method = "GET", .path = V1 "door", .right = RIGHT_DOOR_READ, .token = TOKEN_READ,
		.fields = api_nothing, .query = list_query, .help = "what the door holds, or what was decided about",
		.answer = list_answer },
	{ .id = API_DOOR, .method = "GET", .path = V1 "door/{id}", .right = RIGHT_DOOR_READ, .token = TOKEN_READ,
		.fields = api_nothing, .query = api_nothing, .help = "one: findings, decisions, and what it says",
		.answer = door_answer },
	{ .id = API_DOOR_PASS, .method = "POST", .path = V1 "door/{id}/pass", .right = RIGHT_DOOR, .token = TOKEN_ISSUE,
		.body = BODY_JSON, .body_max = LIMIT_JSON, .fields = pass_fields, .query = api_nothing,
		.help = "let it in; what screening holds or would refuse takes two people", .answer = door_answer },
	{ .id = API_DOOR_REFUSE, .method = "POST", .path = V1 "door/{id}/refuse", .right = RIGHT_DOOR, .token = TOKEN_ISSUE,
		.body = BODY_JSON, .body_max = LIMIT_JSON, .fields = refuse_fields, .query = api_nothing,
		.help = "refuse it: an answer that declines leaves at its time", .answer = door_answer },
	{ .id = API_DOOR_WITHDRAW, .method = "POST", .path = V1 "door/{id}/withdraw", .right = RIGHT_REQUEST,
		.token = TOKEN_ISSUE, .fields = api_nothing, .query = api_nothing,
		.help = "take back one's own answer that has not left", .answer = withdrawn_answer },
	{ .path = NULL },
};
