#include "api/table.h"

#include "base/limits.h"

#define NAME_MAX_BYTES LIMIT_NAME
#define SENTENCE_MAX 1000

static const struct api_field reason_fields[] = {
	{ "reason", API_STRING, true, 1, SENTENCE_MAX, "why, in words" },
	{ NULL },
};
static const struct api_field issue_fields[] = {
	{ "kind", API_STRING, false, 1, 32, "warning, response, retraction, closure, request, answer or record" },
	{ "to", API_STRINGS, false, 0, 1024, "names and @groups; empty for a record: this node itself" },
	{ "fields", API_OBJECT, false, 0, 0, "field names to values" },
	{ "close", API_STRINGS, false, 0, 512, "fields whose lines are closed to the recipients" },
	{ "open", API_STRINGS, false, 0, 512, "fields that would be closed by default and are opened" },
	{ "re", API_STRINGS, false, 0, LIMIT_REFS, "ids or prefixes of the statements that it is about" },
	{ "attach", API_STRINGS, false, 0, LIMIT_ATTACHMENTS, "ids of staged files: lines attachment.1, attachment.2, …" },
	{ "items", API_OBJECTS, false, 1, 256, "several of these at once, then alone" },
	{ NULL },
};
static const struct api_field list_query[] = {
	{ "direction", API_STRING, false, 0, 3, "in or out" },
	{ "peer", API_STRING, false, 0, NAME_MAX_BYTES, "the other side" },
	{ "kind", API_STRING, false, 0, 32, "kind of statement" },
	{ "before", API_STRING, false, 0, PLACE_MAX, "only older ones: next of the page before" },
	{ "limit", API_INTEGER, false, 1, 1000, "at most so many; 100" },
	{ NULL },
};
static const struct api_field show_query[] = {
	{ "wait", API_INTEGER, false, 0, 86400, "seconds to wait for its receipt" },
	{ NULL },
};
static const struct api_field evidence_query[] = {
	{ "only", API_STRINGS, false, 0, 8000, "open lines to show; all others are kept back" },
	{ "reveal", API_STRINGS, false, 0, 8000, "closed lines to open" },
	{ NULL },
};

/* statements and carry files */
const struct api_operation api_table_statement[] = {
	{ API_ISSUE, "POST", V1 "statements", RIGHT_DRAFT, TOKEN_ISSUE, BODY_JSON, LIMIT_JSON, issue_fields, api_nothing,
		"issue statements: one release a recipient" },
	{ API_STATEMENTS, "GET", V1 "statements", RIGHT_READ, TOKEN_READ, BODY_NONE, 0, api_nothing, list_query,
		"statements, newest first" },
	{ API_STATEMENT, "GET", V1 "statements/{id}", RIGHT_READ, TOKEN_READ, BODY_NONE, 0, api_nothing, show_query,
		"one statement, whole" },
	{ API_CLOSE_DELIVERY, "POST", V1 "statements/{id}/close-delivery", RIGHT_RELEASE, TOKEN_ISSUE, BODY_JSON, LIMIT_JSON,
		reason_fields, api_nothing, "give up delivering it" },
	{ API_EVIDENCE, "GET", V1 "statements/{id}/evidence", RIGHT_EXPORT, TOKEN_READ, BODY_NONE, 0, api_nothing, evidence_query,
		"a bundle that proves it offline, as a ustar archive" },
	{ API_CARRY_OUT, "POST", V1 "carry/out/{partner}", RIGHT_ADMIN, TOKEN_ISSUE, BODY_NONE, 0, api_nothing, api_nothing,
		"what waits for a partner, as a file" },
	{ API_CARRY_IN, "POST", V1 "carry/in", RIGHT_ADMIN, TOKEN_ISSUE, BODY_CARRY, LIMIT_BATCH_BYTES + 4096, api_nothing, api_nothing,
		"take a carry file; the answer file is the body" },
	{ .path = NULL },
};
