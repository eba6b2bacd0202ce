#include "api/table.h"

#include "base/limits.h"
#include "desk/search.h"
#include "domain/terms.h"

static const struct api_field search_query[] = {
	{ "q", API_STRING, true, 1, ASKED_BYTES,
		"words, all of which must be there; what stands between quotation marks, or is written together, as it stands" },
	{ "kind", API_STRING, false, 0, 32, "kind of statement" },
	{ "peer", API_STRING, false, 0, LIMIT_NAME, "the other side" },
	{ "after", API_STRING, false, 0, 200, "next of the page before" },
	{ "limit", API_INTEGER, false, 1, SEARCH_MOST, "at most so many; 20" },
	{ NULL },
};
static const struct api_field line_answer[] = {
	HAS("name", API_STRING, "the line's"),
	HAS("label", API_STRING, "its name for people"),
	HAS("closed", API_BOOLEAN, "it was sent closed"),
	MAY_HAVE("language", API_STRING, "of this text"),
	HAS("parts", API_STRINGS, "a piece of the text: before, found, between, found, …, behind"),
	{ NULL },
};
static const struct api_field item_answer[] = {
	HAS("id", API_STRING, "the statement's"),
	HAS("kind", API_STRING, "its kind"),
	HAS("direction", API_STRING, "in or out"),
	HAS("peer", API_STRING, "the other side"),
	HAS("at", API_STRING, "when it was made, as its maker says"),
	HAS_OF("lines", API_OBJECTS, line_answer, "up to four texts in which words were found"),
	{ NULL },
};
static const struct api_field search_answer[] = {
	HAS_OF("items", API_OBJECTS, item_answer, "newest first; may be few, or none, although there is a next page"),
	HAS("next", API_ANY, "for after; null: that was all"),
	{ NULL },
};

/* search */
const struct api_operation api_table_search[] = {
	{ API_SEARCH, "GET", V1 "search", RIGHT_READ, TOKEN_READ, BODY_NONE, 0, api_nothing, search_query,
		"find statements by words of the lines that one may read", search_answer },
	{ .path = NULL },
};
