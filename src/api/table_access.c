#include "api/table.h"

#include "base/limits.h"
#include "domain/view.h"

static const struct api_field share_fields[] = {
	{ "unit", API_STRING, true, 1, LIMIT_ACCOUNT, "the unit that is to see it" },
	{ "compartment", API_STRING, false, 0, LIMIT_ACCOUNT, "only its people who are read into this one" },
	{ "whole", API_BOOLEAN, false, 0, 0, "the lines that were sent closed, too" },
	{ NULL },
};
static const struct api_field share_answer[] = {
	HAS("id", API_STRING, "the statement"),
	HAS("unit", API_STRING, "that sees it now"),
	HAS("compartment", API_STRING, "empty: none"),
	HAS("whole", API_BOOLEAN, "with the lines that were sent closed"),
	{ NULL },
};
static const struct api_field audit_query[] = {
	{ "who", API_STRING, false, 0, LIMIT_ACCOUNT, "what this account did" },
	{ "subject", API_STRING, false, 0, 300, "what was done with this statement, draft or account; a statement also by the beginning of its id" },
	{ "since", API_STRING, false, 0, 20, "not before this time" },
	{ "before", API_STRING, false, 0, PLACE_MAX, "only older ones: next of the page before" },
	{ "limit", API_INTEGER, false, 1, 1000, "at most so many; 100" },
	{ NULL },
};
static const struct api_field audit_item[] = {
	MAY_HAVE("seq", API_INTEGER, "its number: only for the operator"),
	HAS("at", API_STRING, "when"),
	HAS("who", API_STRING, "the account, or operator, or node"),
	HAS("function", API_STRING, "its function then"),
	HAS("what", API_STRING, "read, list, search, export, refused, or what was decided"),
	HAS("subject", API_STRING, "a statement's or draft's id, an account, or what was typed in vain"),
	HAS("detail", API_STRING, "names of lines, the operation, a reason, words that were searched for; empty where it names what you do not see"),
	{ NULL },
};
static const struct api_field audit_answer[] = {
	HAS_OF("items", API_OBJECTS, audit_item, "newest first"),
	HAS("next", API_ANY, "before=next gives the following page; null at the end"),
	{ NULL },
};
static const struct api_field check_answer[] = {
	HAS("whole", API_BOOLEAN, "every row is there, unchanged, and fits what the log has of it"),
	HAS("sentence", API_STRING, "the first thing that does not fit"),
	MAY_HAVE("rows", API_INTEGER, "only for the operator"),
	MAY_HAVE("anchored", API_INTEGER, "up to which row the log has it: only for the operator"),
	{ NULL },
};

/* who sees what, and who did what */
const struct api_operation api_table_access[] = {
	{ API_SHARE, "POST", V1 "statements/{id}/share", RIGHT_SHARE, TOKEN_ISSUE, BODY_JSON, LIMIT_JSON, share_fields, api_nothing,
		"let another unit see it", share_answer },
	{ API_AUDIT, "GET", V1 "audit", RIGHT_AUDIT, TOKEN_READ, BODY_NONE, 0, api_nothing, audit_query,
		"the audit trail, newest first", audit_answer },
	{ API_AUDIT_CHECK, "GET", V1 "audit/check", RIGHT_AUDIT, TOKEN_READ, BODY_NONE, 0, api_nothing, api_nothing,
		"whether anything of it is missing or was changed", check_answer, .flags = OPERATION_SLOW },
	{ .path = NULL },
};
