#include "api/table.h"

#include "base/limits.h"
#include "domain/view.h"

static const struct api_field clocks_query[] = {
	{ "mine", API_INTEGER, false, 0, 1, "1: only one's own" },
	{ "about", API_STRING, false, 0, 64, "of this statement, ended ones too; the id, or the beginning of it" },
	{ "draft", API_STRING, false, 0, 64, "the same of this draft" },
	{ "after", API_STRING, false, 0, 32, "next of the page before" },
	{ "limit", API_INTEGER, false, 1, 1000, "at most so many; 100" },
	{ NULL },
};
static const struct api_field hand_fields[] = {
	{ "to", API_STRING, true, 1, LIMIT_ACCOUNT, "an account of the clock's own unit" },
	{ NULL },
};

static const struct api_field clock_answer[] = {
	HAS("id", API_STRING, "of the clock"),
	HAS("kind", API_STRING, "receipt, opening, assessment, reply-by, duty, release, review, window, follow-up, delivery or forget"),
	HAS("state", API_STRING, "running, met, missed or void"),
	HAS("about", API_STRING, "the statement's id; empty: about none"),
	HAS("draft", API_STRING, "the draft's id; empty: about none"),
	HAS("urgency", API_STRING, "imminent, urgent or routine"),
	HAS("life", API_BOOLEAN, "a threat to life: its pages know no quiet hours"),
	HAS("started_at", API_STRING, "when it began"),
	HAS("due_at", API_STRING, "when it is due"),
	HAS("due_local", API_STRING, "the same as time of day in the desk's zone"),
	HAS("zone", API_STRING, "that zone"),
	HAS("ended_at", API_STRING, "when it was met or given up; empty: it is open"),
	HAS("owner", API_STRING, "whose it is: the account, to other units its function; empty: nobody's"),
	HAS("acked_by", API_STRING, "who acknowledged it; empty: nobody"),
	HAS("acked_at", API_STRING, "when"),
	HAS("level", API_INTEGER, "0, 1: reminded, 2: missed, then one more for each further one in the chain"),
	HAS("why", API_STRING, "what its miss means, and what to do"),
	{ NULL },
};
static const struct api_field clocks_answer[] = {
	HAS_OF("items", API_OBJECTS, clock_answer, "soonest due first; of a statement in the order in which they began"),
	HAS("next", API_MAYBE, "after, for the next page; null at the end"),
	{ NULL },
};

/* clocks: no content is in them, so whoever is paged may read them; which ones a view sees is in desk/clocks_show.c */
const struct api_operation api_table_clock[] = {
	{ .id = API_CLOCKS, .method = "GET", .path = V1 "clocks", .right = RIGHT_NONE, .token = TOKEN_READ,
		.fields = api_nothing, .query = clocks_query, .help = "open clocks, soonest due first, or all of a statement",
		.answer = clocks_answer },
	{ .id = API_CLOCK_ONE, .method = "GET", .path = V1 "clocks/{id}", .right = RIGHT_NONE, .token = TOKEN_READ,
		.fields = api_nothing, .query = api_nothing, .help = "one of them", .answer = clock_answer },
	{ .id = API_CLOCK_ACK, .method = "POST", .path = V1 "clocks/{id}/ack", .right = RIGHT_CLOCK, .token = TOKEN_ISSUE,
		.fields = api_nothing, .query = api_nothing,
		.help = "acknowledge it: nobody else is paged about it; it runs on", .answer = clock_answer },
	{ .id = API_CLOCK_HAND, .method = "POST", .path = V1 "clocks/{id}/hand", .right = RIGHT_CLOCK, .token = TOKEN_ISSUE,
		.body = BODY_JSON, .body_max = LIMIT_JSON, .fields = hand_fields, .query = api_nothing,
		.help = "give it to somebody else of its unit", .answer = clock_answer },
	{ .path = NULL },
};
