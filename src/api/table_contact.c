#include "api/table.h"

#include "base/limits.h"
#include "desk/contact.h"
#include "desk/files.h"
#include "domain/media.h"

static const struct api_field contact_fields[] = {
	{ "label", API_STRING, true, 1, 200, "who it is" },
	{ "telephones", API_STRINGS, false, 0, CONTACT_PHONES, "numbers, in the order in which to try" },
	{ "address", API_STRING, false, 1, 2000, "where a paper can be brought or sent" },
	{ "language", API_STRING, false, 1, 35, "of the script and the sheet: a tag such as ru" },
	{ "tell", API_STRING, false, 1, 2000, "who else may be told in their place" },
	{ "note", API_STRING, false, 1, 2000, "anything else" },
	{ NULL },
};
static const struct api_field page_query[] = {
	{ "after", API_STRING, false, 0, CONTACT_NAME, "next of the page before" },
	{ "limit", API_INTEGER, false, 1, 1000, "at most so many; 100" },
	{ NULL },
};
static const struct api_field stage_query[] = {
	{ "name", API_STRING, true, 1, MEDIA_NAME, "the file's name" },
	{ "type", API_STRING, true, 1, 127, "its media type, one that may be attached" },
	{ NULL },
};
static const struct api_field file_query[] = {
	{ "name", API_STRING, true, 1, 1000, "its line, as attachment.482915, or the file's name" },
	{ NULL },
};

static const struct api_field told_fields[] = {
	{ "by", API_STRING, true, 1, 32, "telephone, in-person, paper, mail or other" },
	{ "person", API_STRING, true, 1, 1000, "who was told, by name or function" },
	{ "at", API_STRING, true, 20, 20, "when" },
	{ "words", API_STRING, false, 1, 60000, "the words" },
	{ "read_back", API_STRING, false, 1, 60000, "what that person read back" },
	{ "read_back_given", API_BOOLEAN, false, 0, 0, "whether anything was read back, when the words of it were not kept" },
	{ "code_ok", API_BOOLEAN, false, 0, 0, "whether that person had the same short code" },
	{ "scan", API_STRING, false, 1, FILES_ID, "id of a staged file: their own signature on paper" },
	{ NULL },
};
static const struct api_field sheet_query[] = {
	{ "language", API_STRING, false, 0, 35, "instead of the contact's: en, ru, ar, fr or es" },
	{ "html", API_INTEGER, false, 0, 1, "1: as HTML to be saved and printed" },
	{ NULL },
};
static const struct api_field told_answer[] = {
	HAS("id", API_STRING, "of the record"),
	{ NULL },
};

#define VERSION_HELP "the version before, where the request has no If-Match"
static const struct api_field draft_file_query[] = {
	{ "name", API_STRING, true, 1, MEDIA_NAME, "the file's name" },
	{ "type", API_STRING, true, 1, 127, "its media type, one that may be attached" },
	{ "version", API_INTEGER, false, 1, INT64_MAX, VERSION_HELP },
	{ NULL },
};
static const struct api_field draft_file_remove_query[] = {
	{ "name", API_STRING, true, 1, MEDIA_NAME, "the file's name" },
	{ "version", API_INTEGER, false, 1, INT64_MAX, VERSION_HELP },
	{ NULL },
};
static const struct api_field draft_file_item[] = {
	HAS("line", API_STRING, "the name of its line"),
	HAS("name", API_STRING, "the file's name"),
	HAS("type", API_STRING, "its media type"),
	HAS("size", API_INTEGER, "bytes"),
	HAS("sha256", API_STRING, "of its bytes"),
	{ NULL },
};
static const struct api_field draft_file_answer[] = {
	HAS("id", API_STRING, "of the draft"),
	HAS("version", API_INTEGER, "its newest; also the ETag"),
	HAS("state", API_STRING, "of the draft"),
	HAS_OF("files", API_OBJECTS, draft_file_item, "all that are attached now"),
	{ NULL },
};

static const struct api_field contact_answer[] = {
	HAS("name", API_STRING, "what commands call it"),
	HAS("label", API_STRING, "who it is"),
	HAS("telephones", API_STRINGS, "in the order in which to try"),
	MAY_HAVE("address", API_STRING, "where a paper can be brought or sent"),
	MAY_HAVE("language", API_STRING, "of the script and the sheet"),
	MAY_HAVE("tell", API_STRING, "who else may be told in their place"),
	MAY_HAVE("note", API_STRING, "anything else"),
	{ NULL },
};
static const struct api_field contacts_answer[] = {
	HAS_OF("items", API_OBJECTS, contact_answer, "by name"),
	HAS("next", API_MAYBE, "after, for the next page; null at the end"),
	{ NULL },
};
static const struct api_field name_answer[] = {
	HAS("name", API_STRING, "which contact"),
	{ NULL },
};
static const struct api_field staged_answer[] = {
	HAS("id", API_STRING, "for attach"),
	HAS("line", API_STRING, "the name of the line that it will be, for open and close: attachment.482915"),
	HAS("name", API_STRING, "the file's name"),
	HAS("type", API_STRING, "its media type"),
	HAS("size", API_INTEGER, "bytes"),
	HAS("sha256", API_STRING, "of its bytes"),
	HAS("until", API_STRING, "when it is dropped unless it was attached"),
	{ NULL },
};

/* recipients without a node, and attachments */
const struct api_operation api_table_contact[] = {
	{ .id = API_CONTACTS, .method = "GET", .path = V1 "contacts", .right = RIGHT_PARTNER, .token = TOKEN_READ,
		.fields = api_nothing, .query = page_query, .help = "recipients without a node, by name",
		.answer = contacts_answer },
	{ .id = API_CONTACT, .method = "GET", .path = V1 "contacts/{name}", .right = RIGHT_PARTNER, .token = TOKEN_READ,
		.fields = api_nothing, .query = api_nothing, .help = "one of them", .answer = contact_answer },
	{ .id = API_CONTACT_PUT, .method = "PUT", .path = V1 "contacts/{name}", .right = RIGHT_PARTNER,
		.token = TOKEN_ISSUE, .body = BODY_JSON, .body_max = CONTACT_JSON, .fields = contact_fields,
		.query = api_nothing, .help = "add one, or replace what is known of it", .answer = name_answer },
	{ .id = API_CONTACT_DELETE, .method = "DELETE", .path = V1 "contacts/{name}", .right = RIGHT_PARTNER,
		.token = TOKEN_ISSUE, .fields = api_nothing, .query = api_nothing,
		.help = "remove one; what it was told stays", .answer = name_answer },
	{ .id = API_FILE_STAGE, .method = "POST", .path = V1 "files", .right = RIGHT_DRAFT, .token = TOKEN_ISSUE,
		.body = BODY_FILE, .body_max = FILES_MAX, .fields = api_nothing, .query = stage_query,
		.help = "a file that is to be attached within an hour", .answer = staged_answer },
	{ .id = API_FILE, .method = "GET", .path = V1 "statements/{id}/files", .right = RIGHT_READ, .token = TOKEN_READ,
		.fields = api_nothing, .query = file_query, .help = "an attachment that was sent open, to be saved",
		.answer_type = "*/*" },
	{ .id = API_DELIVERED, .method = "POST", .path = V1 "statements/{id}/delivered", .right = RIGHT_RECORD,
		.token = TOKEN_ISSUE, .body = BODY_JSON, .body_max = LIMIT_JSON, .fields = told_fields, .query = api_nothing,
		.help = "keep a record that somebody was told by voice or on paper", .answer = told_answer },
	{ .id = API_SCRIPT, .method = "GET", .path = V1 "statements/{id}/script", .right = RIGHT_READ, .token = TOKEN_READ,
		.fields = api_nothing, .query = sheet_query, .help = "what to say on the telephone",
		.answer_type = "text/plain; charset=utf-8" },
	{ .id = API_SHEET, .method = "GET", .path = V1 "statements/{id}/sheet", .right = RIGHT_READ, .token = TOKEN_READ,
		.fields = api_nothing, .query = sheet_query, .help = "one page to hand over, as text or as HTML",
		.answer_type = "*/*" },
	{ .id = API_DRAFT_FILE_PUT, .method = "POST", .path = V1 "drafts/{id}/files", .right = RIGHT_DRAFT, .token = TOKEN_ISSUE,
		.body = BODY_FILE, .body_max = FILES_MAX, .fields = api_nothing, .query = draft_file_query,
		.help = "attach a file, or replace the one of this name: the draft's next version; If-Match (or version) names the one before",
		.answer = draft_file_answer },
	{ .id = API_DRAFT_FILE_REMOVE, .method = "DELETE", .path = V1 "drafts/{id}/files", .right = RIGHT_DRAFT,
		.token = TOKEN_ISSUE, .fields = api_nothing, .query = draft_file_remove_query,
		.help = "take it away: the next version", .answer = draft_file_answer },
	{ .id = API_DRAFT_FILE, .method = "GET", .path = V1 "drafts/{id}/files", .right = RIGHT_READ, .token = TOKEN_READ,
		.fields = api_nothing, .query = file_query, .help = "a file of a draft, to be saved and looked at before its release",
		.answer_type = "*/*" },
	{ .path = NULL },
};
