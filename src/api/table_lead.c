#include "api/table.h"

#include "base/limits.h"
#include "desk/lead.h"

#define REVIEW \
	{ "until", API_STRING, false, 1, 32, "the review date; it or seconds must be there" }, \
	{ "seconds", API_INTEGER, false, 1, 1000000000, "or so long from now" }
#define WORDS(needed, help) { "words", API_STRING, needed, 1, LEAD_WORDS, help }

static const struct api_field list_query[] = {
	{ "closed", API_INTEGER, false, 0, 1, "1: closed ones instead" },
	{ "mine", API_INTEGER, false, 0, 1, "1: only one's own" },
	{ "before", API_STRING, false, 0, PLACE_MAX, "next of the page before" },
	{ "limit", API_INTEGER, false, 1, 1000, "at most so many; 100" },
	{ NULL },
};
static const struct api_field show_query[] = {
	{ "before", API_STRING, false, 0, PLACE_MAX, "next of the page before, for older steps" },
	{ "limit", API_INTEGER, false, 1, 1000, "at most so many steps; 100" },
	{ NULL },
};
static const struct api_field open_fields[] = {
	{ "statement", API_STRING, true, 8, 64, "the id of what it is about, or the beginning of it" },
	{ "compartment", API_STRING, false, 1, LIMIT_ACCOUNT, "in which it stays" },
	WORDS(false, "why"),
	REVIEW,
	{ NULL },
};
static const struct api_field assign_fields[] = {
	{ "to", API_STRING, true, 1, LIMIT_ACCOUNT, "an account of the lead's unit that works on leads" },
	{ NULL },
};
static const struct api_field review_fields[] = {
	WORDS(true, "the assessment, or what was found when it was looked at again, or why it is opened again"),
	REVIEW,
	{ NULL },
};
static const struct api_field step_fields[] = {
	{ "what", API_STRING, true, 1, 16, "checked, interviewed, told, searched or other" },
	{ "when", API_STRING, false, 1, 32, "when that was; now" },
	{ "person", API_STRING, false, 1, LEAD_PERSON, "with whom, or whom" },
	WORDS(true, "in words"),
	{ NULL },
};
static const struct api_field close_fields[] = {
	{ "finding", API_STRING, true, 1, 32, "unfounded, resolved, passed-on, no-further-action or other" },
	WORDS(true, "in words"),
	{ "open_request", API_STRING, false, 1, LEAD_WORDS, "why, although a request about it has no answer yet" },
	{ NULL },
};

#define LEAD_MEMBERS \
	HAS("id", API_STRING, "of the lead"), \
	HAS("unit", API_STRING, "whose it is"), \
	HAS("compartment", API_STRING, "in which it stays; empty: none"), \
	HAS("owner", API_STRING, "the account that works on it; empty: nobody yet"), \
	HAS("function", API_STRING, "the owner's function"), \
	HAS("state", API_STRING, "new, assigned, assessing or closed"), \
	HAS("statement", API_STRING, "the id of what it was opened about"), \
	HAS("opened_at", API_STRING, "when it was opened first"), \
	HAS("changed_at", API_STRING, "when something of it changed last"), \
	HAS("review_at", API_STRING, "when it is to be looked at again; empty: it is closed"), \
	HAS("closed_at", API_STRING, "when it was closed; empty: it is open"), \
	HAS("finding", API_STRING, "with which it was closed; empty: it is open"), \
	HAS("record", API_STRING, "the id of the record that closed it last; empty: none did")
static const struct api_field item_answer[] = { LEAD_MEMBERS, { NULL } };
static const struct api_field list_answer[] = {
	HAS_OF("items", API_OBJECTS, item_answer, "newest first"),
	HAS("next", API_MAYBE, "before, for the next page; null at the end"),
	{ NULL },
};
static const struct api_field statement_answer[] = {
	HAS("id", API_STRING, "of the statement"),
	HAS("at", API_STRING, "when it joined"),
	HAS("why", API_STRING, "why it did"),
	{ NULL },
};
static const struct api_field step_answer[] = {
	HAS("at", API_STRING, "when it was written down"),
	HAS("what", API_STRING, "checked, interviewed, told, searched, other; or opened, joined, assigned, assessed, reviewed, closed, reopened"),
	HAS("done_at", API_STRING, "when it was done"),
	HAS("person", API_STRING, "with whom, to whom, whose; a finding"),
	HAS("by", API_STRING, "the account that did it"),
	HAS("function", API_STRING, "its function"),
	HAS("words", API_STRING, "in words"),
	{ NULL },
};
static const struct api_field match_answer[] = {
	HAS("with", API_STRING, "unit NAME, another part of this organisation, or the name of a node"),
	HAS("since", API_STRING, "since when it has one, as far as it says"),
	HAS("words", API_STRING, "both, in a sentence"),
	{ NULL },
};
static const struct api_field lead_answer[] = {
	LEAD_MEMBERS,
	HAS("assessment", API_STRING, "the last one, in words"),
	HAS_OF("statements", API_OBJECTS, statement_answer, "that it rests on, newest first, as far as the asker sees them; at most 200"),
	HAS_OF("steps", API_OBJECTS, step_answer, "newest first"),
	HAS_OF("matches", API_OBJECTS, match_answer, "who else has a lead about the same subject; nothing of what is in it"),
	HAS("next", API_MAYBE, "before, for older steps; null at the end"),
	{ NULL },
};

static const struct api_field key_fields[] = {
	{ "key", API_STRING, true, 64, 64, "64 hex digits, which both sides have by another way" },
	{ NULL },
};
static const struct api_field key_answer[] = {
	HAS("name", API_STRING, "the partner"),
	HAS("key", API_STRING, "the first 16 hex digits of the key's SHA-256; empty: there is none"),
	HAS("since", API_STRING, "since when; empty: there is none"),
	HAS("sent", API_INTEGER, "statements with tags that it was sent under this key"),
	HAS("matched", API_INTEGER, "leads here about a subject that it has a lead about, too"),
	{ NULL },
};
#define KEY_WAY V1 "partners/{name}/match"

#define READS(one, way, ask, say, ans) { .id = one, .method = "GET", .path = way, .right = RIGHT_READ, .token = TOKEN_READ, \
	.fields = api_nothing, .query = ask, .help = say, .answer = ans }
#define DOES(one, way, takes, say) { .id = one, .method = "POST", .path = way, .right = RIGHT_LEAD, .token = TOKEN_ISSUE, \
	.body = BODY_JSON, .body_max = LIMIT_JSON, .fields = takes, .query = api_nothing, .help = say, .answer = lead_answer }

const struct api_operation api_table_lead[] = {
	READS(API_LEADS, V1 "leads", list_query, "leads of one's unit, open or closed", list_answer),
	READS(API_LEAD, V1 "leads/{id}", show_query, "a lead: what it rests on, and what was done", lead_answer),
	DOES(API_LEAD_OPEN, V1 "leads", open_fields, "open a lead about a statement"),
	DOES(API_LEAD_ASSIGN, V1 "leads/{id}/assign", assign_fields, "give it to somebody"),
	DOES(API_LEAD_ASSESS, V1 "leads/{id}/assess", review_fields, "assess it in words, with the next review date"),
	DOES(API_LEAD_STEP, V1 "leads/{id}/steps", step_fields, "write down what was done"),
	DOES(API_LEAD_REVIEW, V1 "leads/{id}/review", review_fields, "it was looked at again: the next review date"),
	DOES(API_LEAD_CLOSE, V1 "leads/{id}/close", close_fields, "close it with a finding, as a signed record"),
	DOES(API_LEAD_REOPEN, V1 "leads/{id}/reopen", review_fields, "open it again"),
	{ .id = API_MATCH, .method = "GET", .path = KEY_WAY, .right = RIGHT_PARTNER, .token = TOKEN_READ, .fields = api_nothing,
		.query = api_nothing, .help = "whether there is a matching key with it, and what came of it", .answer = key_answer },
	{ .id = API_MATCH_AGREE, .method = "PUT", .path = KEY_WAY, .right = RIGHT_PARTNER, .token = TOKEN_ADMIN, .body = BODY_JSON,
		.body_max = LIMIT_JSON, .fields = key_fields, .query = api_nothing, .flags = OPERATION_SECRET,
		.help = "from now on it is told by keyed tags whom our leads are about", .answer = key_answer },
	{ .id = API_MATCH_END, .method = "DELETE", .path = KEY_WAY, .right = RIGHT_PARTNER, .token = TOKEN_ADMIN, .fields = api_nothing,
		.query = api_nothing, .help = "no longer: the key is forgotten", .answer = key_answer },
	{ .path = NULL },
};
