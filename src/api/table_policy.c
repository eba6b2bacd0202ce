#include "api/table.h"

#include "base/limits.h"

static const struct api_field set_fields[] = {
	{ "value", API_STRING, true, 0, 1000, "as it is listed: a number, 8h, yes, a word, a text" },
	{ NULL },
};
static const struct api_field preset_fields[] = {
	{ "preset", API_STRING, true, 1, 64, "default, or three: a desk of three people" },
	{ NULL },
};

#define POLICY \
	HAS("name", API_STRING, "its name"), \
	HAS("value", API_STRING, "what holds now"), \
	HAS("default", API_STRING, "what holds when nobody decides"), \
	HAS("type", API_STRING, "integer, time, flag, word or text"), \
	HAS("allowed", API_STRING, "in words"), \
	HAS("help", API_STRING, "what it decides")
static const struct api_field policy_answer[] = {
	POLICY,
	{ NULL },
};
static const struct api_field preset_answer[] = {
	HAS("name", API_STRING, "its name"),
	HAS("help", API_STRING, "for whom"),
	{ NULL },
};
static const struct api_field policies_answer[] = {
	HAS_OF("items", API_OBJECTS, policy_answer, "all of them"),
	HAS_OF("presets", API_OBJECTS, preset_answer, "named sets of values"),
	{ NULL },
};

/* policy and partner profiles */
const struct api_operation api_table_policy[] = {
	{ API_POLICY, "GET", V1 "policy", RIGHT_NONE, TOKEN_READ, BODY_NONE, 0, api_nothing, api_nothing,
		"what this organisation has decided", policies_answer },
	{ API_POLICY_SET, "PUT", V1 "policy/{name}", RIGHT_ADMIN, TOKEN_ADMIN, BODY_JSON, LIMIT_JSON, set_fields, api_nothing,
		"decide one", policy_answer },
	{ API_POLICY_PRESET, "POST", V1 "policy", RIGHT_ADMIN, TOKEN_ADMIN, BODY_JSON, LIMIT_JSON, preset_fields, api_nothing,
		"decide a named set at once", policies_answer },
	{ .path = NULL },
};
