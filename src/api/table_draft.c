#include "api/table.h"

#include "base/limits.h"
#include "domain/composition.h"
#include "domain/profile.h"
#include "store/rows_draft.h"

#define SENTENCE_MAX 2000

#define COMPOSITION \
	{ "kind", API_STRING, true, 1, 32, "warning, retraction, closure, request, …" }, \
	{ "fields", API_OBJECT, false, 0, 0, "field names to values; not all of them need be known yet" }, \
	{ "markings", API_OBJECT, false, 0, 0, "of lines that differ from handling.tlp: field names to objects with tlp and caveat" }, \
	{ "audiences", API_OBJECTS, false, 0, COMPOSITION_AUDIENCES, \
		"who is to get it: to (names, @groups, contact:NAME), open and close (names of lines, source.*, in open also substance)" }, \
	{ "re", API_STRINGS, false, 0, LIMIT_REFS, "ids or prefixes of the statements that it is about" }, \
	{ "public", API_OBJECT, false, 0, 0, "its public twin (alert), or why there is none (reason)" }, \
	{ "urgency", API_STRING, false, 1, 16, "of what has no such field: imminent, urgent or routine" }, \
	{ "unit", API_STRING, false, 1, LIMIT_ACCOUNT, "whose it is; one's own unit unless it says otherwise" }, \
	{ "compartment", API_STRING, false, 1, LIMIT_ACCOUNT, "in which it stays" }
#define CONSENT \
	{ "confirm", API_STRINGS, false, 0, 512, "closed lines that may stand in an open text, by name" }, \
	{ "confirm_audience", API_BOOLEAN, false, 0, 0, "an unusual recipient is meant" }, \
	{ "reason", API_STRING, false, 0, SENTENCE_MAX, "in words, for the record" }
#define TESTS \
	{ "credible", API_STRING, true, 1, 8, "yes, no or doubt" }, \
	{ "specific", API_STRING, true, 1, 8, "yes, no or doubt" }, \
	{ "impending", API_STRING, true, 1, 8, "yes, no or doubt" }, \
	{ "harm", API_STRING, true, 1, 8, "yes, no or doubt: intentional killing, serious injury or kidnapping" }, \
	{ "words", API_STRING, false, 1, 20000, "what speaks for and against" }, \
	{ "result", API_STRING, false, 1, 16, "met, not-met or waived; as the tests say unless it is given" }, \
	{ "ground", API_STRING, false, 1, 64, "of a waiver" }, \
	{ "reason", API_STRING, false, 1, 20000, "of a waiver, in words" }

static const struct api_field tests_fields[] = {
	TESTS,
	{ NULL },
};
static const struct api_field add_fields[] = {
	COMPOSITION,
	{ "attach", API_STRINGS, false, 0, LIMIT_ATTACHMENTS, "ids of staged files; each has said which line it will be" },
	{ "determination", API_OBJECT, false, 0, 0, "the four tests, as POST /drafts/{id}/determination takes them", tests_fields },
	{ "propose", API_BOOLEAN, false, 0, 0, "propose it at once" },
	CONSENT,
	{ NULL },
};
static const struct api_field edit_fields[] = {
	COMPOSITION,
	{ "version", API_INTEGER, false, 1, INT64_MAX, "the version before, where the request has no If-Match" },
	{ NULL },
};
static const struct api_field propose_fields[] = {
	{ "version", API_INTEGER, false, 1, INT64_MAX, "which; the newest unless it is given" },
	CONSENT,
	{ NULL },
};
static const struct api_field release_fields[] = {
	{ "version", API_INTEGER, true, 1, INT64_MAX, "which was looked at" },
	{ "close", API_OBJECT, false, 0, 0, "what else is closed: recipients, or \"*\", to lists of names of lines" },
	{ "override", API_STRING, false, 1, SENTENCE_MAX, "why policy or a profile is overridden" },
	CONSENT,
	{ NULL },
};
static const struct api_field refuse_fields[] = {
	{ "version", API_INTEGER, true, 1, INT64_MAX, "which was looked at" },
	{ "reason", API_STRING, true, 1, SENTENCE_MAX, "why, in words" },
	{ NULL },
};
static const struct api_field withdraw_fields[] = {
	{ "reason", API_STRING, true, 1, SENTENCE_MAX, "why, in words" },
	{ NULL },
};
static const struct api_field review_fields[] = {
	{ "approves", API_BOOLEAN, true, 0, 0, "whether the reviewer agrees; an objection is kept, too" },
	{ "reason", API_STRING, true, 1, SENTENCE_MAX, "why, in words" },
	{ NULL },
};
static const struct api_field profile_fields[] = {
	{ "tlp", API_STRING, false, 1, 20, "the highest level that is proposed to it" },
	{ "open", API_STRINGS, false, 0, PROFILE_NAMES, "lines that it gets whatever their level" },
	{ "close", API_STRINGS, false, 0, PROFILE_NAMES, "lines that it gets only when an author opens them by name" },
	{ "language", API_STRING, false, 1, PROFILE_LANGUAGE, "what its people read" },
	{ "community", API_BOOLEAN, false, 0, 0, "whether it is one of the community that TLP:GREEN means" },
	{ "country", API_STRING, false, 2, 2, "where it is, in two capitals (ISO 3166): what the door counts as people abroad" },
	{ "owes", API_STRING, false, 1, PROFILE_OWES, "what it has promised to do with a warning" },
	{ NULL },
};
static const struct api_field list_query[] = {
	{ "state", API_STRING, false, 0, 16, "draft, proposed, releasing, released, refused or withdrawn" },
	{ "before", API_STRING, false, 0, DRAFT_ID, "only older ones: next of the page before" },
	{ "limit", API_INTEGER, false, 1, 1000, "at most so many; 100" },
	{ NULL },
};

#define HEAD \
	HAS("id", API_STRING, "of the draft"), \
	HAS("kind", API_STRING, "kind of statement"), \
	HAS("state", API_STRING, "draft, proposed, releasing, released, refused or withdrawn"), \
	HAS("version", API_INTEGER, "the newest; also the ETag"), \
	HAS("unit", API_STRING, "whose it is"), \
	HAS("compartment", API_STRING, "in which it stays; empty: none"), \
	HAS("author", API_STRING, "the account that began it"), \
	HAS("created_at", API_STRING, "when"), \
	HAS("changed_at", API_STRING, "when it was changed last"), \
	HAS("changed_by", API_STRING, "by whom"), \
	HAS("review_by", API_STRING, "released by one person: until when a second one is to review it; otherwise empty")

static const struct api_field head_answer[] = {
	HEAD,
	{ NULL },
};
static const struct api_field drafts_answer[] = {
	HAS_OF("items", API_OBJECTS, head_answer, "newest first"),
	HAS("next", API_MAYBE, "before, for the next page; null at the end"),
	{ NULL },
};
static const struct api_field recipient_answer[] = {
	HAS("to", API_STRING, "a partner's name, or contact:NAME"),
	HAS("named", API_BOOLEAN, "one by one, not only by a group"),
	HAS("state", API_STRING, "unconfirmed, confirmed, distrusted, or contact"),
	HAS("unusual", API_BOOLEAN, "this author, or this subject, never had this recipient"),
	HAS("overrides", API_BOOLEAN, "it overrides policy or profile"),
	HAS("tlp", API_STRING, "of what leaves"),
	HAS("codes", API_STRINGS, "handling codes"),
	HAS("level", API_STRING, "what it may get without being opened by name"),
	HAS("blocked", API_BOOLEAN, "it would not learn what it is about"),
	HAS("says", API_STRING, "what it can do with it"),
	HAS("open", API_OBJECTS, "word for word what it will see: name, label, value, words, tlp, why, because"),
	HAS("closed", API_OBJECTS, "what stays closed: name, label, tlp, why, because"),
	HAS("specificity", API_ANY, "how specific that is: vector and words; null: not a warning"),
	HAS("leaks", API_OBJECTS, "what open texts give away: closed, open, exact, part, sentence"),
	HAS("more_leaks", API_BOOLEAN, "there are more than are told"),
	HAS("language", API_OBJECT, "wanted, and the lines in which it is missing"),
	HAS("owes", API_STRING, "what it has promised to do with a warning"),
	HAS("re", API_STRINGS, "which statements that it knows it is about"),
	{ NULL },
};
static const struct api_field audience_answer[] = {
	HAS("name", API_STRING, "of a line"),
	HAS("label", API_STRING, "for people"),
	HAS("open", API_STRINGS, "to whom it is open"),
	HAS("closed", API_STRINGS, "to whom it is closed"),
	{ NULL },
};
static const struct api_field missing_answer[] = {
	HAS("rule", API_STRING, "the rule that asks for it"),
	HAS("need", API_STRING, "fix, confirm-line, confirm-audience, override, or ask (nothing has to be done)"),
	HAS("to", API_STRING, "about which recipient; empty: all"),
	HAS("line", API_STRING, "about which line; empty: none"),
	HAS("words", API_STRING, "for people"),
	{ NULL },
};
static const struct api_field decision_answer[] = {
	HAS("what", API_STRING, "proposed, released, released-alone, refused, withdrawn, reviewed, objected or failed"),
	HAS("version", API_INTEGER, "of which version"),
	HAS("account", API_STRING, "who"),
	HAS("function", API_STRING, "as what"),
	HAS("at", API_STRING, "when"),
	HAS("reason", API_STRING, "in words"),
	HAS("sha256", API_STRING, "of the version"),
	{ NULL },
};
static const struct api_field version_answer[] = {
	HAS("version", API_INTEGER, "which"),
	HAS("account", API_STRING, "who wrote it"),
	HAS("at", API_STRING, "when"),
	{ NULL },
};
static const struct api_field released_answer[] = {
	HAS("to", API_STRING, "who got it"),
	HAS("id", API_STRING, "of the statement"),
	{ NULL },
};
static const struct api_field file_answer[] = {
	HAS("line", API_STRING, "the name of its line"),
	HAS("name", API_STRING, "the file's name"),
	HAS("type", API_STRING, "its media type"),
	HAS("size", API_INTEGER, "bytes"),
	HAS("sha256", API_STRING, "of its bytes"),
	{ NULL },
};
static const struct api_field draft_answer[] = {
	HEAD,
	HAS("urgency", API_STRING, "imminent, urgent or routine"),
	HAS("level", API_STRING, "the most restrictive marking of what would leave"),
	HAS("two_people", API_BOOLEAN, "by policy, somebody else than its author releases it"),
	HAS("composition", API_ANY, "what is written; null when it is forgotten"),
	HAS_OF("files", API_OBJECTS, file_answer, "what is attached, whoever gets it"),
	HAS_OF("recipients", API_OBJECTS, recipient_answer, "what each will see"),
	HAS_OF("audiences", API_OBJECTS, audience_answer, "the same line by line"),
	HAS_OF("missing", API_OBJECTS, missing_answer, "what stands in the way"),
	HAS("determination", API_ANY, "result, ground, account, function, at, version, id of the statement; null: none yet"),
	HAS_OF("decisions", API_OBJECTS, decision_answer, "in their order"),
	HAS_OF("versions", API_OBJECTS, version_answer, "in their order"),
	HAS_OF("released", API_OBJECTS, released_answer, "what has left"),
	MAY_HAVE("refused", API_STRING, "it was written, and why the rest of what was asked for was not done"),
	{ NULL },
};
static const struct api_field determined_answer[] = {
	HAS("id", API_STRING, "of the determination"),
	HAS("draft", API_STRING, "about which draft"),
	HAS("result", API_STRING, "met, not-met or waived"),
	{ NULL },
};
static const struct api_field profile_answer[] = {
	MAY_HAVE("tlp", API_STRING, "the highest level that is proposed to it"),
	MAY_HAVE("open", API_STRINGS, "lines that it gets whatever their level"),
	MAY_HAVE("close", API_STRINGS, "lines that it gets only when an author opens them by name"),
	MAY_HAVE("language", API_STRING, "what its people read"),
	MAY_HAVE("community", API_BOOLEAN, "whether it is one of the community that TLP:GREEN means"),
	MAY_HAVE("country", API_STRING, "where it is, in two capitals (ISO 3166)"),
	MAY_HAVE("owes", API_STRING, "what it has promised to do with a warning"),
	{ NULL },
};

/* drafts, determinations, releases; what is settled with each partner about them */
const struct api_operation api_table_draft[] = {
	{ API_DRAFT_ADD, "POST", V1 "drafts", RIGHT_DRAFT, TOKEN_ISSUE, BODY_JSON, LIMIT_JSON, add_fields, api_nothing,
		"begin a draft, and propose it at once if asked; the answer shows what each recipient would see", draft_answer },
	{ API_DRAFTS, "GET", V1 "drafts", RIGHT_READ, TOKEN_READ, BODY_NONE, 0, api_nothing, list_query, "drafts, newest first",
		drafts_answer },
	{ API_DRAFT, "GET", V1 "drafts/{id}", RIGHT_READ, TOKEN_READ, BODY_NONE, 0, api_nothing, api_nothing,
		"one draft, with what each recipient would see", draft_answer },
	{ API_DRAFT_EDIT, "PUT", V1 "drafts/{id}", RIGHT_DRAFT, TOKEN_ISSUE, BODY_JSON, LIMIT_JSON, edit_fields, api_nothing,
		"the next version; If-Match (or version) names the one before", draft_answer },
	{ API_DRAFT_PROPOSE, "POST", V1 "drafts/{id}/propose", RIGHT_DRAFT, TOKEN_ISSUE, BODY_JSON, LIMIT_JSON, propose_fields,
		api_nothing, "ask for its release", draft_answer },
	{ API_DRAFT_RELEASE, "POST", V1 "drafts/{id}/release", RIGHT_RELEASE, TOKEN_ISSUE, BODY_JSON, LIMIT_JSON,
		release_fields, api_nothing, "release it: one statement a recipient", draft_answer },
	{ API_DRAFT_REFUSE, "POST", V1 "drafts/{id}/refuse", RIGHT_RELEASE, TOKEN_ISSUE, BODY_JSON, LIMIT_JSON, refuse_fields,
		api_nothing, "do not release it", draft_answer },
	{ API_DRAFT_WITHDRAW, "POST", V1 "drafts/{id}/withdraw", RIGHT_DRAFT, TOKEN_ISSUE, BODY_JSON, LIMIT_JSON,
		withdraw_fields, api_nothing, "give it up", draft_answer },
	{ API_DRAFT_REVIEW, "POST", V1 "drafts/{id}/review", RIGHT_REVIEW, TOKEN_ISSUE, BODY_JSON, LIMIT_JSON, review_fields,
		api_nothing, "review what one person released alone", draft_answer },
	{ API_DETERMINE, "POST", V1 "drafts/{id}/determination", RIGHT_DETERMINE, TOKEN_ISSUE, BODY_JSON, LIMIT_JSON,
		tests_fields, api_nothing, "whether there is a duty to warn: the four tests, and what follows", determined_answer },
	{ API_PROFILE, "GET", V1 "partners/{name}/profile", RIGHT_PARTNER, TOKEN_READ, BODY_NONE, 0, api_nothing, api_nothing,
		"what is settled with a partner about warnings", profile_answer },
	{ API_PROFILE_PUT, "PUT", V1 "partners/{name}/profile", RIGHT_PARTNER, TOKEN_ISSUE, BODY_JSON, PROFILE_BYTES,
		profile_fields, api_nothing, "settle it anew; an empty object removes it", profile_answer },
	{ .path = NULL },
};
