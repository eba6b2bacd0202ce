#include "api/table.h"

#include "base/limits.h"
#include "desk/protected.h"
#include "domain/subject.h"

static const struct api_field rules_fields[] = {
	{ "rules", API_OBJECT, true, 0, 0, "all of them, with lists and calendar" },
	{ "version", API_INTEGER, true, 0, INT64_MAX, "of those that were read and changed" },
	{ NULL },
};
static const struct api_field rules_answer[] = {
	HAS("version", API_INTEGER, "0: those that are there from the beginning"),
	HAS("changed_at", API_MAYBE, "when; null for version 0"),
	HAS("changed_by", API_STRING, "by which account"),
	HAS("rules", API_OBJECT, "all of them, with lists and calendar"),
	{ NULL },
};
static const struct api_field list_query[] = {
	{ "before", API_STRING, false, 0, PROTECTED_ID, "next of the page before" },
	{ "limit", API_INTEGER, false, 1, 1000, "at most so many; 100" },
	{ NULL },
};
static const struct api_field add_fields[] = {
	{ "names", API_STRINGS, true, 1, SUBJECT_NAMES, "the spellings of one person's name" },
	{ "kind", API_STRING, true, 1, 32, "refugee, journalist, defender, opponent, own-source or other" },
	{ "note", API_STRING, false, 0, PROTECTED_NOTE, "one line for who manages the list" },
	{ NULL },
};
static const struct api_field entry_answer[] = {
	HAS("id", API_STRING, "its random id"),
	HAS("kind", API_STRING, "why protected"),
	HAS("names", API_STRINGS, "the spellings of the name"),
	HAS("note", API_STRING, "empty: none"),
	HAS("added_at", API_STRING, "when"),
	HAS("added_by", API_STRING, "by which account"),
	{ NULL },
};
static const struct api_field list_answer[] = {
	HAS_OF("items", API_OBJECTS, entry_answer, "newest first"),
	HAS("next", API_MAYBE, "before, for the next page; null at the end"),
	{ NULL },
};
static const struct api_field id_answer[] = {
	HAS("id", API_STRING, "its random id"),
	{ NULL },
};

/* the door's rules, and whom no request may reach */
const struct api_operation api_table_screen[] = {
	{ API_SCREEN_RULES, "GET", V1 "screen/rules", RIGHT_DOOR_RULES, TOKEN_READ, BODY_NONE, 0, api_nothing, api_nothing,
		"the rules by which requests are screened", rules_answer },
	{ API_SCREEN_RULES_PUT, "PUT", V1 "screen/rules", RIGHT_DOOR_RULES, TOKEN_ADMIN, BODY_JSON, LIMIT_JSON, rules_fields, api_nothing,
		"other rules from now on", rules_answer },
	{ API_PROTECTED, "GET", V1 "protected", RIGHT_PROTECTED, TOKEN_READ, BODY_NONE, 0, api_nothing, list_query,
		"the people whom no request may reach", list_answer },
	{ API_PROTECTED_ADD, "POST", V1 "protected", RIGHT_PROTECTED, TOKEN_ADMIN, BODY_JSON, LIMIT_JSON, add_fields, api_nothing,
		"add one", id_answer, NULL, OPERATION_SECRET },
	{ API_PROTECTED_REMOVE, "DELETE", V1 "protected/{id}", RIGHT_PROTECTED, TOKEN_ADMIN, BODY_NONE, 0, api_nothing, api_nothing,
		"take one off the list", id_answer },
	{ .path = NULL },
};
