#include "api/table.h"

#include "base/limits.h"

static const struct api_field broker_query[] = {
	{ "after", API_STRING, false, 0, 64, "next of the list before" },
	{ "limit", API_INTEGER, false, 1, 200, "at most so many; 50" },
	{ NULL },
};
static const struct api_field custody_answer[] = {
	HAS("tender", API_STRING, "the statement with which it was handed over here"),
	HAS("from", API_STRING, "who handed it over"),
	HAS("to", API_STRING, "for whom it is"),
	HAS("state", API_STRING, "held"),
	HAS("bytes", API_INTEGER, "of the tender"),
	HAS("at", API_STRING, "since when"),
	HAS("until", API_STRING, "until when"),
	MAY_HAVE("code", API_STRING, "why it was refused"),
	{ NULL },
};
static const struct api_field list_answer[] = {
	HAS_OF("items", API_OBJECTS, custody_answer, "by their end"),
	HAS("next", API_MAYBE, "after, for the next page; null at the end"),
	{ NULL },
};

static const struct api_field author_fields[] = {
	{ "to", API_STRING, true, 1, LIMIT_NAME, "the partner that is told" },
	{ NULL },
};
static const struct api_field author_answer[] = {
	HAS("id", API_STRING, "of the statement that says it"),
	HAS("to", API_STRING, "who is told"),
	{ NULL },
};

const struct api_operation api_table_broker[] = {
	{ .id = API_CUSTODY, .method = "GET", .path = V1 "custody", .right = RIGHT_BROKER, .token = TOKEN_READ, .body = BODY_NONE,
		.fields = api_nothing, .query = broker_query, .help = "what is held here for others: sealed, of no known content",
		.answer = list_answer },
	{ .id = API_AUTHOR, .method = "POST", .path = V1 "statements/{id}/author", .right = RIGHT_BROKER, .token = TOKEN_ISSUE, .body = BODY_JSON,
		.body_max = LIMIT_JSON, .fields = author_fields, .query = api_nothing,
		.help = "prove to a partner that we wrote what was sent without our name", .answer = author_answer },
	{ .path = NULL },
};
