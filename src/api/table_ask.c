#include "api/table.h"

#include "base/limits.h"
#include "desk/ask.h"

static const struct api_field asks_query[] = {
	{ "state", API_STRING, false, 0, 16, "one of " ASK_STATES "; open" },
	{ "partner", API_STRING, false, 0, LIMIT_NAME, "the other side" },
	{ "about", API_STRING, false, 0, 64, "open ones about this statement, or in its thread: the id, or the beginning of it" },
	{ "before", API_STRING, false, 0, PLACE_MAX, "only older ones: next of the page before" },
	{ "limit", API_INTEGER, false, 1, 200, "at most so many; 50" },
	{ NULL },
};
static const struct api_field asks_answer[] = {
	HAS("items", API_ANY,
		"newest first, each as in a list of statements, with ask: {partner, owed_by, type, state, words, received_at, due_at, "
		"due_local, zone, extensions, extended_by, answer, result, answered_at, late_seconds, breach, breach_at}"),
	HAS("next", API_ANY, "before=next gives the following page; null at the end"),
	{ NULL },
};
static const struct api_field thread_answer[] = {
	HAS("thread", API_ANY, "the first question, with ask, and in below what refers to it, each with its own below"),
	HAS("cut", API_BOOLEAN, "there is more than is shown"),
	{ NULL },
};

/* requests: who owes whom an answer */
const struct api_operation api_table_ask[] = {
	{ .id = API_ASKS, .method = "GET", .path = V1 "asks", .right = RIGHT_READ, .token = TOKEN_READ, .fields = api_nothing,
		.query = asks_query, .help = "requests, ours and theirs, and what is owed", .answer = asks_answer },
	{ .id = API_ASK, .method = "GET", .path = V1 "asks/{id}", .right = RIGHT_READ, .token = TOKEN_READ, .fields = api_nothing,
		.query = api_nothing, .help = "the thread of a request, an answer or a breach record, as a tree", .answer = thread_answer },
	{ .path = NULL },
};
