#include "api/table.h"

#include "base/limits.h"
#include "desk/channels.h"

static const struct api_field whose_query[] = {
	{ "account", API_STRING, false, 0, LIMIT_ACCOUNT, "whose; one's own when it is not named, and * is everybody's; both for administrators" },
	{ NULL },
};
static const struct api_field channel_fields[] = {
	{ "kind", API_STRING, true, 1, 16, "email, webhook or command" },
	{ "address", API_STRING, true, 1, CHANNEL_ADDRESS, "NAME@HOST, https://HOST/PATH, or the name of a program in the folder of [notify] folder" },
	{ "quiet", API_STRING, false, 0, 11, "hours of the desk's zone in which only threats to life come through it: 22:00-06:00" },
	{ "account", API_STRING, false, 1, LIMIT_ACCOUNT, "whose; one's own when it is not named; for administrators" },
	{ NULL },
};
static const struct api_field pages_query[] = {
	{ "before", API_STRING, false, 0, PAGE_ID, "next of the list before" },
	{ "limit", API_INTEGER, false, 1, 200, "at most so many; 50" },
	{ "account", API_STRING, false, 0, LIMIT_ACCOUNT, "whose; one's own when it is not named; for administrators" },
	{ NULL },
};

#define CHANNEL \
	HAS("id", API_STRING, "what it is called by"), \
	HAS("account", API_STRING, "whose it is"), \
	HAS("kind", API_STRING, "email, webhook or command"), \
	HAS("address", API_STRING, "where it leads"), \
	HAS("quiet", API_STRING, "its quiet hours; empty: none"), \
	HAS("added_at", API_STRING, "when it was added"), \
	HAS("tested_at", API_STRING, "when its last test began; empty: it has had none"), \
	HAS("well_at", API_STRING, "when it last took something; empty: never"), \
	HAS("troubled_at", API_STRING, "since when it does not work; empty: it does"), \
	HAS("trouble", API_STRING, "why")
static const struct api_field channel_answer[] = {
	CHANNEL,
	{ NULL },
};
static const struct api_field added_answer[] = {
	CHANNEL,
	MAY_HAVE("secret", API_STRING, "of a webhook: the key of Tocsin-Signature, shown here alone"),
	{ NULL },
};
static const struct api_field channels_answer[] = {
	HAS_OF("items", API_OBJECTS, channel_answer, "in the order in which they were added"),
	{ NULL },
};
static const struct api_field id_answer[] = {
	HAS("id", API_STRING, "which one"),
	{ NULL },
};
static const struct api_field test_answer[] = {
	HAS("page", API_STRING, "id of the page that is sent through it"),
	{ NULL },
};
static const struct api_field page_answer[] = {
	HAS("id", API_STRING, "in each message, the same for each try"),
	HAS("at", API_STRING, "when"),
	HAS("what", API_STRING, "what happened"),
	HAS("about", API_STRING, "the statement's id; empty: about none"),
	HAS("kind", API_STRING, "of that statement"),
	HAS("clock", API_STRING, "the clock's id; empty: about none"),
	HAS("due_at", API_STRING, "when that is due"),
	HAS("life", API_BOOLEAN, "a threat to life: quiet hours do not apply"),
	HAS("state", API_STRING, "waiting, trying, sent, failed (no channel took it in time) or stopped"),
	HAS("sent_at", API_STRING, "when a channel took it"),
	HAS("acked_at", API_STRING, "when it was acknowledged, or its clock ended"),
	HAS("trouble", API_STRING, "why it failed"),
	{ NULL },
};
static const struct api_field pages_answer[] = {
	HAS_OF("items", API_OBJECTS, page_answer, "newest first"),
	HAS("next", API_MAYBE, "before, for the next list; null at the end"),
	{ NULL },
};

/* pages and channels */
const struct api_operation api_table_page[] = {
	{ .id = API_CHANNELS, .method = "GET", .path = V1 "channels", .right = RIGHT_NONE, .token = TOKEN_READ,
		.fields = api_nothing, .query = whose_query, .help = "the ways by which one is paged", .answer = channels_answer },
	{ .id = API_CHANNEL_ADD, .method = "POST", .path = V1 "channels", .right = RIGHT_NONE, .token = TOKEN_ADMIN,
		.body = BODY_JSON, .body_max = LIMIT_JSON, .fields = channel_fields, .query = api_nothing,
		.help = "add one; a webhook's answer holds its secret", .answer = added_answer },
	{ .id = API_CHANNEL_REMOVE, .method = "DELETE", .path = V1 "channels/{id}", .right = RIGHT_NONE,
		.token = TOKEN_ADMIN, .fields = api_nothing, .query = api_nothing, .help = "remove one, with what waits for it",
		.answer = id_answer },
	{ .id = API_CHANNEL_TEST, .method = "POST", .path = V1 "channels/{id}/test", .right = RIGHT_NONE,
		.token = TOKEN_ISSUE, .body = BODY_JSON, .body_max = LIMIT_JSON, .fields = api_nothing, .query = api_nothing,
		.help = "send a page that says that it is a test", .answer = test_answer },
	{ .id = API_PAGES, .method = "GET", .path = V1 "pages", .right = RIGHT_NONE, .token = TOKEN_READ,
		.fields = api_nothing, .query = pages_query, .help = "what one was paged about, newest first", .answer = pages_answer },
	{ .id = API_PAGE_ACK, .method = "POST", .path = V1 "pages/{id}/acknowledge", .right = RIGHT_NONE,
		.token = TOKEN_ISSUE, .body = BODY_JSON, .body_max = LIMIT_JSON, .fields = api_nothing, .query = api_nothing,
		.help = "one has seen it: nobody else is paged about its clock", .answer = id_answer },
	{ .path = NULL },
};
