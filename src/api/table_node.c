#include "api/table.h"

#include "base/limits.h"

static const struct api_field clock_fields[] = {
	{ "now", API_STRING, true, 20, 20, "the time, as 2024-03-06T09:12:00Z" },
	{ NULL },
};
static const struct api_field stream_query[] = {
	{ "after", API_STRING, false, 0, PLACE_MAX, "begin behind this one; without it with what comes from now on" },
	{ NULL },
};
static const struct api_field events_query[] = {
	{ "after", API_STRING, false, 0, PLACE_MAX, "only later ones: last of the page before" },
	{ "wait", API_INTEGER, false, 0, 86400, "seconds to wait for the first" },
	{ NULL },
};

static const struct api_field log_state[] = {
	HAS("origin", API_STRING, "of our log"),
	HAS("n", API_INTEGER, "its number"),
	MAY_HAVE("size", API_INTEGER, "entries: for whoever runs the node"),
	MAY_HAVE("root", API_STRING, "of the tree: for whoever runs the node"),
	HAS("published_size", API_INTEGER, "entries that others can see"),
	MAY_HAVE("resumed", API_STRING, "what the comparison at the start found"),
	{ NULL },
};
static const struct api_field origin_answer[] = {
	HAS("n", API_INTEGER, "its number"),
	HAS("origin", API_STRING, "of the log"),
	HAS("state", API_STRING, "current or retired"),
	HAS("reason", API_STRING, "why it was retired"),
	MAY_HAVE("size", API_INTEGER, "entries: for whoever runs the node"),
	HAS("published_size", API_INTEGER, "entries that others can see"),
	HAS("started_at", API_STRING, "a time, empty for never"),
	{ NULL },
};
static const struct api_field log_answer[] = {
	HAS("origin", API_STRING, "of our log"),
	HAS("n", API_INTEGER, "its number"),
	MAY_HAVE("size", API_INTEGER, "entries: for whoever runs the node"),
	MAY_HAVE("root", API_STRING, "of the tree: for whoever runs the node"),
	HAS("published_size", API_INTEGER, "entries that others can see"),
	HAS("witnesses", API_OBJECTS, "as in the status"),
	HAS_OF("origins", API_OBJECTS, origin_answer, "this log and the ones before it"),
	{ NULL },
};
static const struct api_field partner_status[] = {
	HAS("name", API_STRING, "the node's name"),
	HAS("state", API_STRING, "unconfirmed, confirmed, distrusted"),
	HAS("quorum", API_ANY, "a number, or none"),
	MAY_HAVE("url", API_ANY, "its addresses"),
	MAY_HAVE("card", API_INTEGER, "seq of its card"),
	/* for whoever runs the node */
	MAY_HAVE("waiting", API_INTEGER, "statements that wait for it"),
	MAY_HAVE("waiting_since", API_STRING, "a time, empty for never"),
	MAY_HAVE("refused", API_INTEGER, "statements that it refused"),
	MAY_HAVE("under_way", API_INTEGER, "statements that are being sent"),
	MAY_HAVE("last_answer", API_STRING, "a time, empty for never"),
	MAY_HAVE("trouble", API_STRING, "one sentence; empty: none"),
	MAY_HAVE("next_attempt", API_STRING, "a time, empty for never"),
	MAY_HAVE("giving_back", API_BOOLEAN, "its log was put back: it is given what it has lost"),
	{ NULL },
};
static const struct api_field alarm_answer[] = {
	HAS("code", API_STRING, "which alarm"),
	HAS("sentence", API_STRING, "what is wrong"),
	{ NULL },
};
static const struct api_field status_answer[] = {
	HAS("name", API_STRING, "this node's name"),
	HAS("realm", API_STRING, "live or exercise"),
	HAS("version", API_STRING, "of the program"),
	HAS("ready", API_BOOLEAN, "the log was compared with what others have seen"),
	HAS("note", API_STRING, "the sentence about that"),
	HAS("clock", API_STRING, "now"),
	HAS("clock_set", API_BOOLEAN, "an exercise on a set clock"),
	HAS_OF("log", API_OBJECT, log_state, "our log"),
	HAS_OF("partners", API_OBJECTS, partner_status, "the nodes that we talk to"),
	HAS("witnesses", API_OBJECTS, "who cosigns our log"),
	MAY_HAVE("counters", API_OBJECT, "since the start: for whoever runs the node"),
	HAS_OF("alarms", API_OBJECTS, alarm_answer, "what people must know now"),
	HAS("not_proven", API_STRINGS, "what a receipt does not prove"),
	MAY_HAVE("exchange", API_OBJECT, "counters of the exchange: for whoever runs the node"),
	{ NULL },
};
static const struct api_field event_answer[] = {
	MAY_HAVE("seq", API_INTEGER, "its number: only for the operator"),
	MAY_HAVE("cursor", API_STRING, "after=CURSOR brings what comes behind it"),
	HAS("at", API_STRING, "when"),
	HAS("kind", API_STRING, "what happened"),
	HAS("subject", API_STRING, "about whom or what"),
	MAY_HAVE("id", API_STRING, "the statement that it is about"),
	{ NULL },
};
static const struct api_field events_answer[] = {
	HAS_OF("items", API_OBJECTS, event_answer, "in order"),
	HAS("last", API_ANY, "after=LAST brings what comes behind these"),
	{ NULL },
};
static const struct api_field clock_answer[] = {
	HAS("clock", API_STRING, "the time that was set"),
	{ NULL },
};
static const struct api_field operation_member[] = {
	HAS("name", API_STRING, "of the member"),
	HAS("type", API_STRING, "its type"),
	HAS("required", API_BOOLEAN, "must be there"),
	HAS("help", API_STRING, "what it is"),
	{ NULL },
};
static const struct api_field operation_answer[] = {
	HAS("method", API_STRING, "GET, POST, PUT, DELETE"),
	HAS("path", API_STRING, "with {...} for a part that varies"),
	HAS("scope", API_STRING, "what a token must allow"),
	HAS("right", API_STRING, "what the account's roles must allow"),
	HAS("help", API_STRING, "what it does"),
	HAS_OF("body", API_OBJECTS, operation_member, "members of the body"),
	HAS_OF("query", API_OBJECTS, operation_member, "parameters"),
	{ NULL },
};
static const struct api_field operations_answer[] = {
	HAS_OF("items", API_OBJECTS, operation_answer, "all operations"),
	{ NULL },
};

/* the node itself */
const struct api_operation api_table_node[] = {
	{ API_STATUS, "GET", V1 "status", RIGHT_NONE, TOKEN_READ, BODY_NONE, 0, api_nothing, api_nothing,
		"what the node does, what is wrong, what is not proven",
		status_answer },
	{ API_OPERATIONS, "GET", V1 "operations", RIGHT_NONE, TOKEN_READ, BODY_NONE, 0, api_nothing, api_nothing, "this table",
		operations_answer },
	{ API_LOG, "GET", V1 "log", RIGHT_NONE, TOKEN_READ, BODY_NONE, 0, api_nothing, api_nothing, "our log",
		log_answer },
	{ API_EVENTS, "GET", V1 "events", RIGHT_READ, TOKEN_READ, BODY_NONE, 0, api_nothing, events_query, "what happened, in order",
		events_answer },
	{ API_EVENT_STREAM, "GET", V1 "events/stream", RIGHT_READ, TOKEN_READ, BODY_NONE, 0, api_nothing, stream_query,
		"the same as server-sent events, as they come; Last-Event-ID goes before after", NULL, "text/event-stream" },
	{ API_CLOCK, "PUT", V1 "clock", RIGHT_ADMIN, TOKEN_ADMIN, BODY_JSON, LIMIT_JSON, clock_fields, api_nothing,
		"set the clock of an exercise node",
		clock_answer },
	{ API_PAGE, "GET", "/", RIGHT_NONE, TOKEN_READ, BODY_NONE, 0, api_nothing, api_nothing, "the status page",
		NULL, "text/html; charset=utf-8" },
	{ API_STYLE, "GET", "/style.css", RIGHT_NONE, TOKEN_READ, BODY_NONE, 0, api_nothing, api_nothing, "its style sheet",
		NULL, "text/css; charset=utf-8" },
	{ API_METRICS, "GET", "/metrics", RIGHT_ADMIN, TOKEN_READ, BODY_NONE, 0, api_nothing, api_nothing,
		"counters in the OpenMetrics text format",
		NULL, "application/openmetrics-text; version=1.0.0; charset=utf-8" },
	{ .path = NULL },
};
