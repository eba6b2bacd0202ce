#include "api/table.h"

#include "base/limits.h"

#define WORDS_MAX 1024

static const struct api_field exposure_query[] = {
	{ "partner", API_STRING, false, 0, LIMIT_NAME, "who was told" },
	{ "subject", API_STRING, false, 0, WORDS_MAX, "about whom: a name" },
	{ "source", API_STRING, false, 0, WORDS_MAX, "resting on which source, in the words of source.origin" },
	{ NULL },
};
static const struct api_field one_answer[] = {
	HAS("partner", API_STRING, "who was told"),
	HAS("subject", API_STRING, "about whom; empty: nobody is named, or not to the asker"),
	HAS("source", API_STRING, "resting on which source; empty: none is named, or not to the asker"),
	HAS("fields", API_STRINGS, "names of the fields that were told"),
	HAS("lines", API_INTEGER, "how many facts, each counted once"),
	HAS("statements", API_INTEGER, "in how many statements"),
	HAS("first_at", API_STRING, "when the first of them was told"),
	HAS("last_at", API_STRING, "and the last"),
	{ NULL },
};
static const struct api_field exposure_answer[] = {
	HAS_OF("items", API_OBJECTS, one_answer, "by subject and source, the last told first"),
	HAS("cut", API_BOOLEAN, "the asker sees more of it than is told here"),
	{ NULL },
};

static const struct api_field silence_query[] = {
	{ "partner", API_STRING, false, 0, LIMIT_NAME, "of this one alone" },
	{ NULL },
};
static const struct api_field ack_fields[] = {
	{ "reason", API_STRING, true, 1, 1000, "why it is nothing to worry about, or what is done" },
	{ NULL },
};
static const struct api_field silence_one[] = {
	HAS("id", API_STRING, "to acknowledge it"),
	HAS("partner", API_STRING, "of whom"),
	HAS("topic", API_STRING, "the kind of statement, and of warnings the kind of target"),
	HAS("unit", API_STRING, "as this unit sees it; *: all of them"),
	HAS("compartment", API_STRING, "and this compartment; empty: none"),
	HAS("state", API_STRING, "heard, silent, or unknown: too little has come to say what is usual"),
	HAS("words", API_STRING, "the same with the numbers, and what is open with the partner"),
	HAS("requests", API_STRINGS, "of a silent one: open requests, to it or of it, that the asker sees"),
	HAS("leads", API_STRINGS, "of a silent one: open leads that rest on what it sent, that the asker sees"),
	HAS("last_at", API_STRING, "when something came last"),
	HAS("gaps", API_INTEGER, "how many gaps that rests on; what comes within a day is one contact"),
	HAS("outages", API_INTEGER, "of them, so long that they were not learnt from"),
	HAS("usual", API_INTEGER, "seconds: the usual gap"),
	HAS("spread", API_INTEGER, "seconds: how much it varies"),
	HAS("longest", API_INTEGER, "seconds: the longest gap so far"),
	HAS("threshold", API_INTEGER, "seconds: a longer gap is unusual; 0: not known"),
	HAS("unusual_at", API_STRING, "when that is passed; empty: not known"),
	HAS("false_alarms", API_STRING, "a year, that this topic may cause, a decimal number"),
	HAS("passed", API_INTEGER, "how many of its gaps passed the threshold"),
	HAS("passed_year", API_STRING, "the same a year of its past"),
	HAS("noticed_at", API_STRING, "since when it is silent for unusually long; empty: it is not"),
	HAS("acked_at", API_STRING, "when that was acknowledged; empty: it was not"),
	HAS("acked_by", API_STRING, "by whom, a function"),
	HAS("reason", API_STRING, "in whose words"),
	HAS("ended_at", API_STRING, "when the silence before ended; empty: there was none"),
	HAS("notices", API_INTEGER, "how often it was noticed"),
	{ NULL },
};
static const struct api_field silence_answer[] = {
	HAS_OF("items", API_OBJECTS, silence_one, "by unit, partner and topic"),
	HAS("cut", API_BOOLEAN, "the asker sees more than is told here"),
	{ NULL },
};

const struct api_operation api_table_exposure[] = {
	{ .id = API_EXPOSURE, .method = "GET", .path = V1 "exposure", .right = RIGHT_EXPOSURE, .token = TOKEN_READ,
		.fields = api_nothing, .query = exposure_query, .help = "what partners have learnt from us, by subject and source",
		.answer = exposure_answer },
	{ .id = API_SILENCE, .method = "GET", .path = V1 "silence", .right = RIGHT_EXPOSURE, .token = TOKEN_READ,
		.fields = api_nothing, .query = silence_query, .help = "what usually comes from partners, and who is silent",
		.answer = silence_answer },
	{ .id = API_SILENCE_ACK, .method = "POST", .path = V1 "silence/{id}/ack", .right = RIGHT_EXPOSURE, .token = TOKEN_ISSUE,
		.body = BODY_JSON, .body_max = LIMIT_JSON, .fields = ack_fields, .query = api_nothing,
		.help = "somebody has looked at a silence", .answer = silence_answer },
	{ .path = NULL },
};
