#include "api/table.h"

#include "base/limits.h"
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

/* reach of a retraction, retention, forgetting */
const struct api_operation api_table_keep[] = {
	{ .id = API_RETRACT, .method = "POST", .path = V1 "statements/{id}/retract", .right = RIGHT_RETRACT,
		.token = TOKEN_ISSUE, .body = BODY_JSON, .body_max = LIMIT_JSON, .fields = retract_fields,
		.query = api_nothing, .help = "withdraw it, to everyone who got it or something that rests on it",
		.answer = retract_answer },
	{ .id = API_REACH, .method = "GET", .path = V1 "statements/{id}/reach", .right = RIGHT_READ, .token = TOKEN_READ,
		.fields = api_nothing, .query = reach_query, .help = "how far its retraction got, with each recipient",
		.answer = reach_answer },
	{ .path = NULL },
};
