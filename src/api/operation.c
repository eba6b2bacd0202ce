#include "api/operation.h"

#include "base/limits.h"
#include "base/text.h"

#define NAME_MAX_BYTES LIMIT_NAME
#define SENTENCE_MAX 1000

static const struct api_field nothing[] = { { NULL } };

static const struct api_field card_fields[] = {
	{ "url", API_STRINGS, false, 0, 4,
		"addresses at which partners reach this node; replaces those of the last card" },
	{ "duty", API_STRINGS, false, 0, 8, "who answers by day and night; replaces those of the last card" },
	{ "rotate", API_BOOLEAN, false, 0, 0, "make fresh sign and recipient keys first" },
	{ NULL },
};
static const struct api_field confirm_fields[] = {
	{ "safety", API_STRING, false, 0, 100, "the safety number as the other side read it; must be the right one" },
	{ NULL },
};
static const struct api_field reason_fields[] = {
	{ "reason", API_STRING, true, 1, SENTENCE_MAX, "why, in words" },
	{ NULL },
};
static const struct api_field quorum_fields[] = {
	{ "k", API_INTEGER, true, 0, 64, "organisations that must have cosigned; 0: none" },
	{ NULL },
};
static const struct api_field group_fields[] = {
	{ "members", API_STRINGS, true, 0, 1024, "names of partners" },
	{ NULL },
};
static const struct api_field issue_fields[] = {
	{ "kind", API_STRING, false, 1, 32, "warning, response, retraction, closure or record" },
	{ "to", API_STRINGS, false, 0, 1024, "names and @groups; empty for a record: this node itself" },
	{ "fields", API_OBJECT, false, 0, 0, "field names to values" },
	{ "close", API_STRINGS, false, 0, 512, "fields whose lines are closed to the recipients" },
	{ "open", API_STRINGS, false, 0, 512, "fields that would be closed by default and are opened" },
	{ "re", API_STRINGS, false, 0, LIMIT_REFS, "ids or prefixes of the statements that it is about" },
	{ "items", API_OBJECTS, false, 1, 256, "several of these at once, then alone" },
	{ NULL },
};
static const struct api_field clock_fields[] = {
	{ "now", API_STRING, true, 20, 20, "the time, as 2024-03-06T09:12:00Z" },
	{ NULL },
};

static const struct api_field list_query[] = {
	{ "direction", API_STRING, false, 0, 3, "in or out" },
	{ "peer", API_STRING, false, 0, NAME_MAX_BYTES, "the other side" },
	{ "kind", API_STRING, false, 0, 32, "kind of statement" },
	{ "before", API_INTEGER, false, 0, INT64_MAX,
		"only statements with a smaller number: next of the page before" },
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
static const struct api_field events_query[] = {
	{ "after", API_INTEGER, false, 0, INT64_MAX, "only later ones" },
	{ "wait", API_INTEGER, false, 0, 86400, "seconds to wait for the first" },
	{ NULL },
};

#define V1 "/api/v1/"
static const struct api_operation operations[] = {
	{ API_STATUS, "GET", V1 "status", SCOPE_READ, BODY_NONE, 0, nothing, nothing,
		"what the node does, what is wrong, what is not proven" },
	{ API_OPERATIONS, "GET", V1 "operations", SCOPE_READ, BODY_NONE, 0, nothing, nothing, "this table" },
	{ API_CARD, "GET", V1 "card", SCOPE_READ, BODY_NONE, 0, nothing, nothing, "our card chain" },
	{ API_CARD_NEXT, "POST", V1 "card/next", SCOPE_ADMIN, BODY_JSON, LIMIT_JSON, card_fields, nothing,
		"make, sign and log our next card" },
	{ API_PARTNERS, "GET", V1 "partners", SCOPE_READ, BODY_NONE, 0, nothing, nothing, "all partners" },
	{ API_PARTNER, "GET", V1 "partners/{name}", SCOPE_READ, BODY_NONE, 0, nothing, nothing,
		"one partner with its card" },
	{ API_PARTNER_ADD, "POST", V1 "partners", SCOPE_ADMIN, BODY_CARDS, LIMIT_CHAIN_BYTES, nothing, nothing,
		"take a card chain: a new partner, or later cards of one" },
	{ API_PARTNER_CONFIRM, "POST", V1 "partners/{name}/confirm", SCOPE_ADMIN, BODY_JSON, LIMIT_JSON, confirm_fields,
		nothing, "a person has compared safety numbers" },
	{ API_PARTNER_DISTRUST, "POST", V1 "partners/{name}/distrust", SCOPE_ADMIN, BODY_JSON, LIMIT_JSON,
		reason_fields, nothing, "take nothing from it any more" },
	{ API_PARTNER_QUORUM, "POST", V1 "partners/{name}/quorum", SCOPE_ADMIN, BODY_JSON, LIMIT_JSON, quorum_fields,
		nothing, "how many organisations must witness its receipts" },
	{ API_GROUPS, "GET", V1 "groups", SCOPE_READ, BODY_NONE, 0, nothing, nothing, "all groups" },
	{ API_GROUP_PUT, "PUT", V1 "groups/{name}", SCOPE_ADMIN, BODY_JSON, LIMIT_JSON, group_fields, nothing,
		"make a group, or replace its members" },
	{ API_GROUP_DELETE, "DELETE", V1 "groups/{name}", SCOPE_ADMIN, BODY_NONE, 0, nothing, nothing,
		"remove a group" },
	{ API_WITNESSES, "GET", V1 "witnesses", SCOPE_READ, BODY_NONE, 0, nothing, nothing,
		"who is asked to cosign our log" },
	{ API_WITNESS_PUT, "PUT", V1 "witnesses/{name}", SCOPE_ADMIN, BODY_NONE, 0, nothing, nothing,
		"ask a partner to cosign our log, and count its cosignatures" },
	{ API_WITNESS_DELETE, "DELETE", V1 "witnesses/{name}", SCOPE_ADMIN, BODY_NONE, 0, nothing, nothing,
		"ask it no more" },
	{ API_ISSUE, "POST", V1 "statements", SCOPE_ISSUE, BODY_JSON, LIMIT_JSON, issue_fields, nothing,
		"issue statements: one release a recipient" },
	{ API_STATEMENTS, "GET", V1 "statements", SCOPE_READ, BODY_NONE, 0, nothing, list_query,
		"statements, newest first" },
	{ API_STATEMENT, "GET", V1 "statements/{id}", SCOPE_READ, BODY_NONE, 0, nothing, show_query,
		"one statement, whole" },
	{ API_CLOSE_DELIVERY, "POST", V1 "statements/{id}/close-delivery", SCOPE_ISSUE, BODY_JSON, LIMIT_JSON,
		reason_fields, nothing, "give up delivering it" },
	{ API_EVIDENCE, "GET", V1 "statements/{id}/evidence", SCOPE_READ, BODY_NONE, 0, nothing, evidence_query,
		"a bundle that proves it offline, as a ustar archive" },
	{ API_LOG, "GET", V1 "log", SCOPE_READ, BODY_NONE, 0, nothing, nothing, "our log" },
	{ API_EVENTS, "GET", V1 "events", SCOPE_READ, BODY_NONE, 0, nothing, events_query, "what happened, in order" },
	{ API_CARRY_OUT, "POST", V1 "carry/out/{partner}", SCOPE_ISSUE, BODY_NONE, 0, nothing, nothing,
		"what waits for a partner, as a file" },
	{ API_CARRY_IN, "POST", V1 "carry/in", SCOPE_ISSUE, BODY_CARRY, LIMIT_BATCH_BYTES + 4096, nothing, nothing,
		"take a carry file; the answer file is the body" },
	{ API_CLOCK, "PUT", V1 "clock", SCOPE_ADMIN, BODY_JSON, LIMIT_JSON, clock_fields, nothing,
		"set the clock of an exercise node" },
	{ API_PAGE, "GET", "/", SCOPE_READ, BODY_NONE, 0, nothing, nothing, "the status page" },
	{ API_STYLE, "GET", "/style.css", SCOPE_READ, BODY_NONE, 0, nothing, nothing, "its style sheet" },
	{ API_METRICS, "GET", "/metrics", SCOPE_READ, BODY_NONE, 0, nothing, nothing,
		"counters in the OpenMetrics text format" },
};
#define OPERATIONS (sizeof operations / sizeof operations[0])
_Static_assert(OPERATIONS == API_COUNT, "one row an operation");

const struct api_operation *api_each(size_t i)
{
	return i < OPERATIONS ? &operations[i] : NULL;
}

/* PATH against PATTERN; "{...}" takes everything up to the next slash, but not nothing. */
static bool path_matches(const char *pattern, const char *path, struct api_match *m)
{
	m->parameter[0] = 0;
	while (*pattern != 0 && *pattern != '{')
		if (*pattern++ != *path++)
			return false;
	if (*pattern == 0)
		return *path == 0;
	size_t n = strcspn(path, "/");
	if (n == 0 || n >= sizeof m->parameter)
		return false;
	memcpy(m->parameter, path, n);
	m->parameter[n] = 0;
	return strcmp(strchr(pattern, '}') + 1, path + n) == 0;
}

enum tocsin_err api_find(const char *method, const char *path, const struct api_operation **out, struct api_match *m)
{
	bool known = false;
	for (size_t i = 0; i < OPERATIONS; i++) {
		if (!path_matches(operations[i].path, path, m))
			continue;
		known = true;
		if (strcmp(operations[i].method, method) == 0) {
			*out = &operations[i];
			return TOCSIN_OK;
		}
	}
	return known ? fail(TOCSIN_BAD, "%.20s cannot be done to %.200s", method, path)
		     : fail(TOCSIN_MISSING, "there is nothing at %.200s", path);
}

static enum tocsin_err check_strings(const struct api_field *f, const json_t *v)
{
	size_t i;
	json_t *s;
	if (!json_is_array(v))
		return fail(TOCSIN_BAD, "%s must be a list of strings", f->name);
	if (json_array_size(v) > (size_t)f->max)
		return fail(TOCSIN_BAD, "%s may have at most %lld members", f->name, (long long)f->max);
	json_array_foreach(v, i, s)
		if (!json_is_string(s))
			return fail(TOCSIN_BAD, "%s must be a list of strings", f->name);
	return TOCSIN_OK;
}

static enum tocsin_err check_objects(const struct api_field *f, const json_t *v)
{
	size_t i;
	json_t *o;
	if (!json_is_array(v) || json_array_size(v) < (size_t)f->min || json_array_size(v) > (size_t)f->max)
		return fail(TOCSIN_BAD, "%s must be a list of %lld to %lld objects", f->name, (long long)f->min,
			(long long)f->max);
	json_array_foreach(v, i, o)
		if (!json_is_object(o))
			return fail(TOCSIN_BAD, "%s must be a list of objects", f->name);
	return TOCSIN_OK;
}

static enum tocsin_err check_member(const struct api_field *f, const json_t *v)
{
	size_t n;
	switch (f->type) {
	case API_STRING:
		if (!json_is_string(v))
			return fail(TOCSIN_BAD, "%s must be a string", f->name);
		n = json_string_length(v);
		if (n < (size_t)f->min || n > (size_t)f->max)
			return fail(TOCSIN_BAD, "%s must have %lld to %lld bytes", f->name, (long long)f->min,
				(long long)f->max);
		return TOCSIN_OK;
	case API_INTEGER:
		if (!json_is_integer(v) || json_integer_value(v) < f->min || json_integer_value(v) > f->max)
			return fail(TOCSIN_BAD, "%s must be a whole number from %lld to %lld", f->name,
				(long long)f->min, (long long)f->max);
		return TOCSIN_OK;
	case API_BOOLEAN:
		return json_is_boolean(v) ? TOCSIN_OK : fail(TOCSIN_BAD, "%s must be true or false", f->name);
	case API_STRINGS:
		return check_strings(f, v);
	case API_OBJECT:
		return json_is_object(v) ? TOCSIN_OK : fail(TOCSIN_BAD, "%s must be an object", f->name);
	case API_OBJECTS:
		return check_objects(f, v);
	}
	return fail(TOCSIN_BROKEN, "%s has no type", f->name);
}

static const struct api_field *field_named(const struct api_field *f, const char *name)
{
	for (; f->name != NULL; f++)
		if (strcmp(f->name, name) == 0)
			return f;
	return NULL;
}

enum tocsin_err api_check_body(const struct api_operation *op, const json_t *body)
{
	const char *name;
	json_t *v;
	if (!json_is_object(body))
		return fail(TOCSIN_BAD, "the body must be a JSON object");
	/* Jansson's iterators only read, but take no const. */
	json_object_foreach((json_t *)(uintptr_t)body, name, v) {
		const struct api_field *f = field_named(op->fields, name);
		enum tocsin_err err =
			f == NULL ? fail(TOCSIN_BAD, "there is no member called %.64s here", name) : check_member(f, v);
		if (err != TOCSIN_OK)
			return err;
	}
	for (const struct api_field *f = op->fields; f->name != NULL; f++)
		if (f->required && json_object_get(body, f->name) == NULL)
			return fail(TOCSIN_BAD, "%s is missing: %s", f->name, f->help);
	return TOCSIN_OK;
}

enum tocsin_err api_check_query(const struct api_field *f, const char *value, int64_t deflt, int64_t *number)
{
	uint64_t v;
	*number = deflt;
	if (value == NULL)
		return TOCSIN_OK;
	if (f->type == API_INTEGER) {
		if (!text_u64(bytes_str(value), (uint64_t)f->max, &v) || v < (uint64_t)f->min)
			return fail(TOCSIN_BAD, "%s must be a whole number from %lld to %lld", f->name,
				(long long)f->min, (long long)f->max);
		*number = (int64_t)v;
	} else if (strlen(value) > (size_t)f->max) {
		return fail(TOCSIN_BAD, "%s may have at most %lld bytes", f->name, (long long)f->max);
	}
	return TOCSIN_OK;
}
