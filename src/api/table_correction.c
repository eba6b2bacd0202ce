#include "api/table.h"

#include "base/limits.h"
#include "desk/correction.h"
#include "domain/subject.h"

static const struct api_field open_fields[] = {
	{ "who", API_STRING, true, 1, CORRECTION_WORDS, "who asks, in words" },
	{ "checked", API_STRING, true, 1, CORRECTION_WORDS, "how it was made sure that it is that person" },
	{ "asks", API_STRING, true, 1, 20, "correct, delete or restrict" },
	{ "names", API_STRINGS, true, 1, SUBJECT_NAMES, "the spellings of the name to look for" },
	{ NULL },
};
static const struct api_field propose_fields[] = {
	{ "statement", API_STRING, true, 8, 64, "which statement" },
	{ "what", API_STRING, true, 1, 20, "correct, delete, restrict or keep" },
	{ "reason", API_STRING, true, 1, CORRECTION_WORDS, "why, in words that its partners may read" },
	{ "ground", API_STRING, false, 1, CORRECTION_WORDS, "the legal ground; needed to keep it" },
	{ "fields", API_OBJECT, false, 0, 0, "of a correction: what is right, by field" },
	{ NULL },
};
static const struct api_field refuse_fields[] = {
	{ "reason", API_STRING, true, 1, CORRECTION_WORDS, "why, in words" },
	{ NULL },
};
static const struct api_field close_fields[] = {
	{ "discreet", API_BOOLEAN, true, 0, 0, "whether the reply neither confirms nor denies" },
	{ NULL },
};
static const struct api_field page_query[] = {
	{ "before", API_STRING, false, 0, PLACE_MAX, "next of the page before" },
	{ "limit", API_INTEGER, false, 1, 1000, "at most so many; 100" },
	{ NULL },
};
static const struct api_field held_query[] = {
	{ "before", API_STRING, false, 0, PLACE_MAX, "next of the page before" },
	{ NULL },
};

#define CASE_MEMBERS \
	HAS("id", API_STRING, "of the case"), HAS("asks", API_STRING, "correct, delete or restrict"), \
	HAS("state", API_STRING, "open or closed"), HAS("opened_by", API_STRING, "account"), HAS("opened_at", API_STRING, "when"), \
	HAS("due_at", API_MAYBE, "when the reply is due"), HAS("closed_at", API_MAYBE, "when it was closed"), \
	HAS("discreet", API_BOOLEAN, "whether the reply neither confirms nor denies")

static const struct api_field told_item[] = {
	HAS("partner", API_STRING, "who is told"),
	HAS("why", API_STRING, "got it, wrote it, was told of it"),
	HAS("about", API_STRING, "the statement that it is told about"),
	HAS("state", API_STRING, "not issued, not delivered, unreachable, refused, received, witnessed"),
	HAS("record", API_MAYBE, "the record by which it is told"),
	{ NULL },
};
static const struct api_field proposal[] = {
	HAS("id", API_STRING, "of the proposal"),
	HAS("statement", API_STRING, "which statement"),
	HAS("what", API_STRING, "correct, delete, restrict or keep"),
	HAS("reason", API_STRING, "why"),
	HAS("ground", API_STRING, "the legal ground; empty: none named"),
	HAS("state", API_STRING, "proposed, agreed, refused"),
	HAS("proposed_by", API_STRING, "account"),
	HAS("proposed_at", API_MAYBE, "when"),
	HAS("decided_by", API_STRING, "account; empty: nobody yet"),
	HAS("decided_at", API_MAYBE, "when"),
	HAS("decided_why", API_STRING, "why it was refused"),
	MAY_HAVE("fields", API_ANY, "what is right, by field"),
	HAS_OF("told", API_OBJECTS, told_item, "who is told of it by a record"),
	MAY_HAVE("reach", API_ANY, "how far its retraction got, with each recipient, as in reach"),
	{ NULL },
};
static const struct api_field case_answer[] = {
	CASE_MEMBERS,
	HAS("record", API_STRING, "our record of who asked"),
	HAS("who", API_ANY, "who asks; null: forgotten"),
	HAS("checked", API_ANY, "how it was made sure that it is that person; null: forgotten"),
	HAS("names", API_ANY, "the spellings that are looked for; null: forgotten"),
	HAS_OF("items", API_OBJECTS, proposal, "what was proposed, oldest first"),
	{ NULL },
};
static const struct api_field case_item[] = { CASE_MEMBERS, { NULL } };
static const struct api_field cases_answer[] = {
	HAS_OF("items", API_OBJECTS, case_item, "newest first"),
	HAS("next", API_ANY, "before, for the next page; null at the end"),
	{ NULL },
};
static const struct api_field held_line[] = {
	HAS("name", API_STRING, "of the line"),
	HAS("value", API_ANY, "what it says"),
	HAS("closed", API_BOOLEAN, "whether its recipient did not get it"),
	{ NULL },
};
static const struct api_field held_item[] = {
	HAS("id", API_STRING, "of the statement"),
	HAS("kind", API_STRING, "its kind"),
	HAS("direction", API_STRING, "in or out"),
	HAS("peer", API_STRING, "who sent it, or got it"),
	HAS("at", API_STRING, "when it was written"),
	HAS_OF("lines", API_OBJECTS, held_line, "the lines that name the subject, and no others"),
	{ NULL },
};
static const struct api_field held_answer[] = {
	HAS_OF("items", API_OBJECTS, held_item, "newest first; a page may be short, and go on"),
	HAS("next", API_ANY, "before, for the next page; null at the end"),
	{ NULL },
};
static const struct api_field reply_answer[] = {
	HAS("text", API_STRING, "what is said to who asked"),
	{ NULL },
};

/* a subject's way to be corrected or deleted */
const struct api_operation api_table_correction[] = {
	{ .id = API_CORRECTION_OPEN, .method = "POST", .path = V1 "corrections", .right = RIGHT_CORRECT, .token = TOKEN_ISSUE,
		.body = BODY_JSON, .body_max = LIMIT_JSON, .fields = open_fields, .query = api_nothing,
		.help = "open a case: somebody asks to be corrected or deleted", .answer = case_answer },
	{ .id = API_CORRECTIONS, .method = "GET", .path = V1 "corrections", .right = RIGHT_CORRECT_READ, .token = TOKEN_READ,
		.fields = api_nothing, .query = page_query, .help = "cases of people who ask to be corrected or deleted",
		.answer = cases_answer },
	{ .id = API_CORRECTION, .method = "GET", .path = V1 "corrections/{id}", .right = RIGHT_CORRECT_READ, .token = TOKEN_READ,
		.fields = api_nothing, .query = api_nothing, .help = "one case: what was proposed, decided and told", .answer = case_answer },
	{ .id = API_CORRECTION_HELD, .method = "GET", .path = V1 "corrections/{id}/held", .right = RIGHT_AUDIT, .token = TOKEN_READ,
		.fields = api_nothing, .query = held_query, .help = "what you see that names its subject, and the lines that do",
		.answer = held_answer },
	{ .id = API_CORRECTION_PROPOSE, .method = "POST", .path = V1 "corrections/{id}/propose", .right = RIGHT_CORRECT,
		.token = TOKEN_ISSUE, .body = BODY_JSON, .body_max = LIMIT_JSON, .fields = propose_fields, .query = api_nothing,
		.help = "propose what becomes of one statement", .answer = case_answer },
	{ .id = API_CORRECTION_AGREE, .method = "POST", .path = V1 "correction-proposals/{id}/agree", .right = RIGHT_CORRECT_AGREE,
		.token = TOKEN_ISSUE, .fields = api_nothing, .query = api_nothing,
		.help = "agree, as the second person: everyone who has it is told", .answer = case_answer },
	{ .id = API_CORRECTION_REFUSE, .method = "POST", .path = V1 "correction-proposals/{id}/refuse", .right = RIGHT_CORRECT_AGREE,
		.token = TOKEN_ISSUE, .body = BODY_JSON, .body_max = LIMIT_JSON, .fields = refuse_fields, .query = api_nothing,
		.help = "refuse what is proposed", .answer = case_answer },
	{ .id = API_CORRECTION_CLOSE, .method = "POST", .path = V1 "corrections/{id}/close", .right = RIGHT_CORRECT,
		.token = TOKEN_ISSUE, .body = BODY_JSON, .body_max = LIMIT_JSON, .fields = close_fields, .query = api_nothing,
		.help = "close a case when all is decided; then it can be replied to", .answer = case_answer },
	{ .id = API_CORRECTION_REPLY, .method = "GET", .path = V1 "corrections/{id}/reply", .right = RIGHT_CORRECT_READ,
		.token = TOKEN_READ, .fields = api_nothing, .query = api_nothing, .help = "the text of the reply to who asked",
		.answer = reply_answer },
	{ .path = NULL },
};
