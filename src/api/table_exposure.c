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

const struct api_operation api_table_exposure[] = {
	{ .id = API_EXPOSURE, .method = "GET", .path = V1 "exposure", .right = RIGHT_EXPOSURE, .token = TOKEN_READ,
		.fields = api_nothing, .query = exposure_query, .help = "what partners have learnt from us, by subject and source",
		.answer = exposure_answer },
	{ .path = NULL },
};
