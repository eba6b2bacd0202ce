#include "api/table.h"

#include "base/limits.h"

static const struct api_field clock_fields[] = {
	{ "now", API_STRING, true, 20, 20, "the time, as 2024-03-06T09:12:00Z" },
	{ NULL },
};
static const struct api_field events_query[] = {
	{ "after", API_INTEGER, false, 0, INT64_MAX, "only later ones" },
	{ "wait", API_INTEGER, false, 0, 86400, "seconds to wait for the first" },
	{ NULL },
};

/* the node itself */
const struct api_operation api_table_node[] = {
	{ API_STATUS, "GET", V1 "status", RIGHT_NONE, TOKEN_READ, BODY_NONE, 0, api_nothing, api_nothing,
		"what the node does, what is wrong, what is not proven" },
	{ API_OPERATIONS, "GET", V1 "operations", RIGHT_NONE, TOKEN_READ, BODY_NONE, 0, api_nothing, api_nothing, "this table" },
	{ API_LOG, "GET", V1 "log", RIGHT_NONE, TOKEN_READ, BODY_NONE, 0, api_nothing, api_nothing, "our log" },
	{ API_EVENTS, "GET", V1 "events", RIGHT_READ, TOKEN_READ, BODY_NONE, 0, api_nothing, events_query, "what happened, in order" },
	{ API_CLOCK, "PUT", V1 "clock", RIGHT_ADMIN, TOKEN_ADMIN, BODY_JSON, LIMIT_JSON, clock_fields, api_nothing,
		"set the clock of an exercise node" },
	{ API_PAGE, "GET", "/", RIGHT_NONE, TOKEN_READ, BODY_NONE, 0, api_nothing, api_nothing, "the status page" },
	{ API_STYLE, "GET", "/style.css", RIGHT_NONE, TOKEN_READ, BODY_NONE, 0, api_nothing, api_nothing, "its style sheet" },
	{ API_METRICS, "GET", "/metrics", RIGHT_NONE, TOKEN_READ, BODY_NONE, 0, api_nothing, api_nothing,
		"counters in the OpenMetrics text format" },
	{ .path = NULL },
};
