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
	{ "attach", API_STRINGS, false, 0, LIMIT_ATTACHMENTS, "ids of staged files; each has said which line it will be" },
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

/* What a statement, or an answer to one, says, as far as it says it and it may be seen. */
#define GIST \
	MAY_HAVE("stage", API_STRING, "of a response: opened, assessed, acting, …"), \
	MAY_HAVE("result", API_STRING, "of an answer"), \
	MAY_HAVE("outcome", API_STRING, "what came of it"), \
	MAY_HAVE("copy", API_STRING, "whether a copy is held: held, removed, cannot-tell"), \
	MAY_HAVE("reason", API_ANY, "in words"), \
	MAY_HAVE("record.type", API_STRING, "of a record"), \
	MAY_HAVE("record.claims", API_ANY, "what somebody claimed, as its maker understood it"), \
	MAY_HAVE("assessment.specific", API_STRING, "specific, general, too-general"), \
	MAY_HAVE("question", API_ANY, "that is asked"), \
	MAY_HAVE("due", API_STRING, "a time"), \
	MAY_HAVE("threat.summary", API_ANY, "text, or texts by language"), \
	MAY_HAVE("text", API_ANY, "text, or texts by language")

static const struct api_field receipt_answer[] = {
	HAS("origin", API_STRING, "of the recipient's log"),
	HAS("index", API_INTEGER, "of its entry there"),
	HAS("received_at", API_STRING, "by our clock"),
	MAY_HAVE("witnessed_not_later_than", API_STRING, "the quorum's time"),
	HAS("overdue", API_BOOLEAN, "its witnesses are late"),
	{ NULL },
};
static const struct api_field told_answer[] = {
	HAS("id", API_STRING, "of the record of it"),
	HAS("recorded_at", API_STRING, "a time"),
	MAY_HAVE("by", API_STRING, "telephone, in-person, paper, mail, other"),
	MAY_HAVE("person", API_ANY, "who was told"),
	MAY_HAVE("at", API_STRING, "when"),
	MAY_HAVE("words", API_ANY, "what was said"),
	MAY_HAVE("read_back", API_ANY, "what that person read back"),
	MAY_HAVE("read_back_given", API_BOOLEAN, "whether"),
	MAY_HAVE("code_ok", API_BOOLEAN, "the short code agreed"),
	HAS("countersigned", API_BOOLEAN, "a scan of that person's signature is attached"),
	{ NULL },
};
static const struct api_field window_answer[] = {
	HAS("until", API_STRING, "its end"),
	HAS("state", API_STRING, "open; closed; lapsed, unresolved"),
	MAY_HAVE("outcome", API_STRING, "as its author closed it"),
	{ NULL },
};
static const struct api_field rests_answer[] = {
	HAS("id", API_STRING, "of what was retracted"),
	HAS("retraction", API_STRING, "id of the retraction"),
	HAS("at", API_STRING, "when"),
	{ NULL },
};
static const struct api_field line_answer[] = {
	HAS("name", API_STRING, "of the field"),
	HAS("value", API_ANY, "its value"),
	HAS("closed", API_BOOLEAN, "it was sent closed"),
	{ NULL },
};
static const struct api_field reference_answer[] = {
	HAS("id", API_STRING, "of the statement"),
	HAS("dangling", API_BOOLEAN, "it is not here, or has no effect on it"),
	MAY_HAVE("rule", API_STRING, "why it has no effect"),
	{ NULL },
};
static const struct api_field opened_answer[] = {
	HAS("function", API_STRING, "who opened it"),
	MAY_HAVE("account", API_STRING, "by name: for inspectors"),
	HAS("first_at", API_STRING, "a time"),
	HAS("last_at", API_STRING, "a time"),
	HAS("lines", API_STRINGS, "which lines that person was shown"),
	{ NULL },
};
static const struct api_field known_answer[] = {
	HAS("accepted_at", API_STRING, "by this node; empty: it is our own"),
	HAS_OF("opened", API_OBJECTS, opened_answer, "by a person, each"),
	{ NULL },
};
static const struct api_field said_answer[] = {
	HAS("id", API_STRING, "of the statement that says so"),
	HAS("kind", API_STRING, "its kind"),
	HAS("from", API_STRING, "who signed it"),
	HAS("to", API_STRING, "to whom"),
	HAS("at", API_STRING, "when"),
	GIST,
	{ NULL },
};
static const struct api_field question_answer[] = {
	HAS("id", API_STRING, "of the response"),
	HAS("from", API_STRING, "who asks"),
	HAS("at", API_STRING, "when"),
	HAS("question", API_ANY, "in words"),
	HAS("clock", API_OBJECT, "how long for an answer, as GET /clocks tells"),
	{ NULL },
};
static const struct api_field stage_answer[] = {
	HAS("stage", API_STRING, "delivered, opened, assessed, …"),
	HAS("by", API_STRING, "who signed it"),
	HAS("at", API_STRING, "when"),
	HAS("id", API_STRING, "of the statement that says so"),
	{ NULL },
};
static const struct api_field outcome_answer[] = {
	HAS("by", API_STRING, "who signed it"),
	HAS("outcome", API_STRING, "occurred, foiled, did-not-occur, unknown"),
	HAS("at", API_STRING, "when"),
	HAS("id", API_STRING, "of the statement that says so"),
	{ NULL },
};
static const struct api_field contradiction_answer[] = {
	HAS("rule", API_STRING, "which"),
	HAS("a", API_STRING, "the earlier statement"),
	HAS("b", API_STRING, "the later one"),
	HAS("sentence", API_STRING, "in words"),
	{ NULL },
};

static const struct api_field forgetting_member[] = {
	HAS("id", API_STRING, "of the last proposal"),
	HAS("state", API_STRING, "proposed, agreed, objected, withdrawn, done"),
	HAS("reason", API_STRING, "why"),
	HAS("due_at", API_MAYBE, "when it is done unless somebody objects"),
	HAS("ended_at", API_MAYBE, "when it was done, objected to or withdrawn"),
	{ NULL },
};
static const struct api_field hold_member[] = {
	HAS("id", API_STRING, "of the hold"),
	HAS("reason", API_STRING, "why"),
	HAS("at", API_STRING, "since when"),
	{ NULL },
};

static const struct api_field broker_answer[] = {
	HAS("by", API_STRING, "the broker"),
	HAS("words", API_STRING, "where it stands, and whose word that is"),
	HAS("proven", API_BOOLEAN, "its recipient has it: proven by its recipient, not by the broker"),
	MAY_HAVE("until", API_STRING, "how long it is kept"),
	MAY_HAVE("tender", API_STRING, "with which it was handed over"),
	MAY_HAVE("relay", API_STRING, "with which it was brought here"),
	MAY_HAVE("handed_at", API_STRING, "when the broker's receipt for the tender came"),
	MAY_HAVE("handed_not_later_than", API_STRING, "the same, witnessed"),
	MAY_HAVE("says", API_STRING, "held, delivered, refused, not-fetched: the broker's last word"),
	MAY_HAVE("says_when", API_STRING, "when that was, by its word"),
	MAY_HAVE("said_at", API_STRING, "when that word came"),
	MAY_HAVE("code", API_STRING, "why it was refused"),
	MAY_HAVE("custody", API_STRING, "the statement that says it"),
	MAY_HAVE("doubtful", API_STRING, "what cannot be true of it"),
	{ NULL },
};

static const struct api_field author_member[] = {
	HAS("author", API_STRING, "who says to have written it"),
	HAS("to", API_STRING, "to whom that was said"),
	HAS("proven", API_BOOLEAN, "the key that signed it signed that, too"),
	HAS("words", API_STRING, "the same in words"),
	HAS("claim", API_STRING, "the statement that says it"),
	{ NULL },
};
static const struct api_field unnamed_answer[] = {
	HAS("name", API_STRING, "the name for once that it was signed with"),
	HAS("words", API_STRING, "how it was written"),
	HAS_OF("authors", API_OBJECTS, author_member, "who says to have written it, each with whether that is proven"),
	{ NULL },
};

/* In lists and by itself. */
#define HEAD \
	HAS("id", API_STRING, "64 hex digits"), \
	MAY_HAVE("num", API_INTEGER, "its number here: only for the operator"), \
	HAS("kind", API_STRING, "warning, response, …"), \
	HAS("direction", API_STRING, "in or out"), \
	HAS("from", API_STRING, "its maker"), \
	HAS("to", API_STRING, "its recipient"), \
	HAS("at", API_STRING, "when it was made"), \
	HAS("known_at", API_STRING, "when this node had it"), \
	MAY_HAVE("log_index", API_INTEGER, "of its entry in our log: only for the operator"), \
	HAS("marks", API_STRINGS, "retracted, dated ahead of our clock, …"), \
	MAY_HAVE_OF("rests_on_retracted", API_OBJECTS, rests_answer, "what it rests on and was retracted"), \
	MAY_HAVE("quorum", API_ANY, "witnesses that a receipt needs, or none"), \
	HAS("delivery", API_STRING, "waiting, brokered, received, witnessed, refused, closed, accepted, own record, …"), \
	MAY_HAVE_OF("broker", API_OBJECT, broker_answer, "of what goes, or came, by way of a broker"), \
	MAY_HAVE_OF("unnamed", API_OBJECT, unnamed_answer, "of what was written without its author's name"), \
	MAY_HAVE("attempts", API_INTEGER, "to deliver it"), \
	MAY_HAVE("trouble", API_STRING, "why it is not delivered"), \
	MAY_HAVE("next_attempt", API_STRING, "a time"), \
	MAY_HAVE_OF("receipt", API_OBJECT, receipt_answer, "its recipient's"), \
	MAY_HAVE("state", API_STRING, "how far it is"), \
	MAY_HAVE("no_answer_since", API_STRING, "delivered then, and not answered"), \
	GIST

static const struct api_field listed_answer[] = {
	HEAD,
	{ NULL },
};
static const struct api_field list_answer[] = {
	HAS_OF("items", API_OBJECTS, listed_answer, "newest first"),
	HAS("next", API_ANY, "before, for the next page; null at the end"),
	{ NULL },
};
static const struct api_field statement_answer[] = {
	HEAD,
	MAY_HAVE_OF("deliveries", API_OBJECTS, told_answer, "who was told by voice or on paper, as we wrote it down"),
	HAS("lines", API_INTEGER, "of its body"),
	HAS("closed_lines", API_INTEGER, "that were sent closed"),
	HAS_OF("fields", API_OBJECTS, line_answer, "what may be seen of it"),
	HAS_OF("re", API_OBJECTS, reference_answer, "what it is about"),
	HAS_OF("known", API_OBJECT, known_answer, "accepted by the node; opened by a person; which lines were shown"),
	HAS_OF("answers", API_OBJECTS, said_answer, "what was said about it"),
	MAY_HAVE("answers_left_out", API_INTEGER, "that are more than a page shows"),
	HAS_OF("open_questions", API_OBJECTS, question_answer, "that nobody has answered"),
	MAY_HAVE_OF("window", API_OBJECT, window_answer, "when it is expected"),
	HAS_OF("stages", API_OBJECTS, stage_answer, "in their order"),
	HAS_OF("outcomes", API_OBJECTS, outcome_answer, "as each side says"),
	HAS("outcomes_differ", API_BOOLEAN, "the sides do not say the same"),
	HAS_OF("contradictions", API_OBJECTS, contradiction_answer, "what does not go together"),
	MAY_HAVE_OF("forgetting", API_OBJECT, forgetting_member, "whether its content is to be forgotten, or is"),
	MAY_HAVE_OF("hold", API_OBJECT, hold_member, "the legal hold that runs on it"),
	MAY_HAVE("keep_until", API_STRING, "when it is asked whether its content is still needed"),
	{ NULL },
};
static const struct api_field issued_item[] = {
	HAS("id", API_STRING, "of the statement"),
	HAS("to", API_STRING, "to whom"),
	MAY_HAVE("item", API_INTEGER, "which of items"),
	{ NULL },
};
static const struct api_field issued_answer[] = {
	HAS_OF("results", API_OBJECTS, issued_item, "one a recipient"),
	MAY_HAVE("leaves_at", API_STRING, "of an answer about a person: nothing was issued yet, it leaves then"),
	{ NULL },
};
static const struct api_field closed_answer[] = {
	HAS("id", API_STRING, "of the statement"),
	HAS("delivery", API_STRING, "closed"),
	{ NULL },
};

/* statements and carry files */
const struct api_operation api_table_statement[] = {
	{ API_ISSUE, "POST", V1 "statements", RIGHT_DRAFT, TOKEN_ISSUE, BODY_JSON, LIMIT_JSON, issue_fields, api_nothing,
		"issue statements: one release a recipient", issued_answer },
	{ API_STATEMENTS, "GET", V1 "statements", RIGHT_READ, TOKEN_READ, BODY_NONE, 0, api_nothing, list_query,
		"statements, newest first", list_answer },
	{ API_STATEMENT, "GET", V1 "statements/{id}", RIGHT_READ, TOKEN_READ, BODY_NONE, 0, api_nothing, show_query,
		"one statement, whole", statement_answer },
	{ API_CLOSE_DELIVERY, "POST", V1 "statements/{id}/close-delivery", RIGHT_RELEASE, TOKEN_ISSUE, BODY_JSON, LIMIT_JSON,
		reason_fields, api_nothing, "give up delivering it", closed_answer },
	{ API_EVIDENCE, "GET", V1 "statements/{id}/evidence", RIGHT_EXPORT, TOKEN_READ, BODY_NONE, 0, api_nothing, evidence_query,
		"a bundle that proves it offline, as a ustar archive", NULL, "application/x-tar" },
	{ API_CARRY_OUT, "POST", V1 "carry/out/{partner}", RIGHT_ADMIN, TOKEN_ISSUE, BODY_NONE, 0, api_nothing, api_nothing,
		"what waits for a partner, as a file", NULL, "application/octet-stream" },
	{ API_CARRY_IN, "POST", V1 "carry/in", RIGHT_ADMIN, TOKEN_ISSUE, BODY_CARRY, LIMIT_BATCH_BYTES + 4096, api_nothing, api_nothing,
		"take a carry file; the answer file is the body", NULL, "application/octet-stream" },
	{ .path = NULL },
};
