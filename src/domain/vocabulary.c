#include "domain/vocabulary.h"

#include "base/clock.h"
#include "base/jval.h"
#include "base/text.h"
#include "domain/area.h"
#include "domain/specificity.h"

#define ALL "warning response retraction closure request answer record determination tender relay custody voucher match authorship"

static const char *const harms[] = { "death", "injury", "kidnapping", "damage", "disruption", "threat", "other", NULL };
static const char *const targets[] = { "person", "group", "crowd", "venue", "place-of-worship", "school", "hospital",
	"transport", "government", "military", "infrastructure",
	"business", "media", "other", NULL };
static const char *const likelihoods[] = { "almost-no-chance", "very-unlikely", "unlikely", "roughly-even", "likely",
	"very-likely", "almost-certain", NULL };
static const char *const confidences[] = { "low", "moderate", "high", NULL };
static const char *const scales[] = { "admiralty", "europol-4x4", NULL };
static const char *const tlps[] = { "red", "amber-strict", "amber", "green", "clear", NULL };
static const char *const visibles[] = { "nothing-visible", "quiet-protection", "tell-venue", "visible-protection",
	"public", NULL };
static const char *const urgencies[] = { "imminent", "urgent", "routine", NULL };
static const char *const stages[] = { "opened", "assessed", "acting", "acted", "declined", "thanked", "outcome", NULL };
static const char *const specifics[] = { "too-general", "general", "specific", "very-specific", NULL };
static const char *const outcomes[] = { "occurred", "foiled", "did-not-occur", "unknown", NULL };
static const char *const copies[] = { "removed", "held", "cannot-tell", NULL };
static const char *const results[] = { "provided", "partly", "nothing-held", "declined", "needs-time", NULL };
static const char *const claims[] = { "not-received", "no-warning", "too-general", "specific", "not-credible", "credible",
	"propaganda", "acted", "not-acted", "occurred", "foiled", "did-not-occur", NULL };
static const char *const closings[] = { "stood-down", "extended", "occurred", "foiled", "did-not-occur", "unknown",
	NULL };
static const char *const tests[] = { "yes", "no", "doubt", NULL };
static const char *const duties[] = { "met", "not-met", "waived", NULL };
static const char *const grounds[] = { "endangers-sources", "endangers-operation", "target-is-perpetrator",
	"risk-through-insurgency", "already-aware", "foreign-source", "no-reasonable-way", NULL };
static const char *const records[] = { "call", "meeting", "public-remark", "voice-delivery", "paper-delivery",
	"other-delivery", "mail", "alert", "release", "test", "test-answer", "breach", "lead", "correction", "door",
	"other", NULL };
static const char *const methods[] = { "telephone", "in-person", "paper", "mail", "other", NULL };
static const char *const signatures[] = { "good", "bad", "expired", "revoked", "unknown-key", "none", "not-checked",
	NULL };
static const char *const asks[] = { "clarify", "detail", "evidence", "event", "person", "organisation", "action", NULL };
static const char *const subjects[] = { "person", "organisation", "vehicle", "place", "other", NULL };
static const char *const roles[] = { "suspect", "accomplice", "victim", "witness", "missing", "other", NULL };
static const char *const declines[] = { "law", "rights", "source", "operation", "no-basis", "disproportionate", "not-competent",
	"cost", "other", NULL };
static const char *const findings[] = { "unfounded", "resolved", "passed-on", "no-further-action", "other", NULL };
static const char *const breaches[] = { "ours", "theirs", NULL };
static const char *const custodies[] = { "held", "delivered", "refused", "not-fetched", NULL };
static const char *const signed_parts[] = { "whole", "part", NULL };

static const struct field fields[] = {
	{ "threat.summary", "warning", FIELD_TEXT, NULL, false, "Threat",
		"What the threat is, in a sentence or two that can stand alone" },
	{ "threat.harm", "warning", FIELD_WORDS, harms, false, "Harm", "What would happen to people or things" },
	{ "threat.method", "warning", FIELD_TEXT, NULL, false, "Method", "How it would be done" },
	{ "threat.actor", "warning", FIELD_TEXT, NULL, false, "Actor", "Who would do it" },
	{ "target.kind", "warning", FIELD_WORDS, targets, false, "Kind of target", "What sort of target it is" },
	{ "target.who", "warning", FIELD_TEXT, NULL, false, "Who", "Who is threatened" },
	{ "where.place", "warning record", FIELD_TEXT, NULL, false, "Place", "Where, by name" },
	{ "where.area", "warning record", FIELD_AREA, NULL, false, "Area",
		"Where, on the map: circle, polygon or geocode" },
	{ "when.from", "warning", FIELD_TIME, NULL, false, "From", "When the window begins" },
	{ "when.until", "warning", FIELD_TIME, NULL, false, "Until", "When the window ends; its end is no all-clear" },
	{ "when.words", "warning", FIELD_TEXT, NULL, false, "When, in words",
		"What is known of the time that two dates cannot say" },
	{ "likelihood", "warning", FIELD_WORD, likelihoods, false, "Likelihood",
		"How likely the event is (ICD 203): 1-5, 5-20, 20-45, 45-55, 55-80, 80-95, 95-99 percent" },
	{ "confidence", "warning", FIELD_WORD, confidences, false, "Confidence",
		"How sure the author is of the judgement; not how likely the event is" },
	{ "source.grade", "warning request record", FIELD_GRADE, NULL, false, "Grade",
		"Grade of source and information on the scale that source.scale names; F and 6 mean unknown" },
	{ "source.scale", "warning request record", FIELD_WORD, scales, false, "Scale", "The scale of the grade" },
	{ "source.grader", "warning request record", FIELD_TEXT, NULL, false, "Graded by", "Who graded" },
	{ "source.origin", "warning request record", FIELD_TEXT, NULL, true, "Source",
		"Where it comes from; closed unless opened by name" },
	{ "source.method", "warning record", FIELD_TEXT, NULL, true, "Collection",
		"How it was learnt; closed unless opened by name" },
	{ "handling.tlp", ALL, FIELD_WORD, tlps, false, "TLP", "Traffic light protocol 2.0; unmarked is closed" },
	{ "handling.caveat", ALL, FIELD_TEXT, NULL, false, "Caveat",
		"H0 prevention and fighting crime only, H1 not in court without permission, H2 not passed on without permission, or words" },
	{ "handling.visible", "warning", FIELD_WORD, visibles, false, "May be seen",
		"How visible may be what the recipient does with it" },
	{ "handling.tell-affected", "warning", FIELD_BOOLEAN, NULL, false, "Tell affected people",
		"May affected people be told? Yes for threats to life unless said otherwise" },
	{ "ask.what", "warning", FIELD_TEXT, NULL, false, "Asked", "What the author asks of the recipient" },
	{ "ask.reply-by", "warning", FIELD_TIME, NULL, false, "Reply by", "When an answer is needed" },
	{ "purpose", "warning request record", FIELD_TEXT, NULL, false, "Purpose", "What it is given, or asked, for" },
	{ "advice", "warning retraction closure", FIELD_TEXT, NULL, false, "What to do", "What to do with this" },
	{ "urgency", "warning request", FIELD_WORD, urgencies, false, "Urgency", "How soon somebody must look at it" },
	{ "specificity", "warning", FIELD_VECTOR, NULL, false, "Specificity",
		"How specific the open lines are, computed at sending" },
	{ "stage", "response", FIELD_WORD, stages, false, "Stage", "How far the recipient is with the warning" },
	{ "assessment.specific", "response", FIELD_WORD, specifics, false, "How specific",
		"How specific the warning was to its recipient; too-general needs a question" },
	{ "assessment.words", "response", FIELD_TEXT, NULL, false, "Assessment", "The recipient's assessment" },
	{ "question", "response request", FIELD_TEXT, NULL, false, "Question", "What its sender asks to be told" },
	{ "copy", "response", FIELD_WORD, copies, false, "Copy",
		"Of what was retracted: whether its recipient still holds a copy; removed comes with the stage acted" },
	{ "due", "request answer", FIELD_TIME, NULL, false, "Due",
		"When the answer is asked for; in an answer that needs time: when it will come" },
	{ "legal-basis", "request", FIELD_TEXT, NULL, false, "Legal basis", "The rule under which it is asked" },
	{ "request.type", "request", FIELD_WORD, asks, false, "Asked about",
		"What is asked about: a warning (clarify, detail, evidence), an event, a person, an organisation; or for action" },
	{ "within", "request", FIELD_INTEGER, NULL, false, "Within",
		"Seconds from the receipt until the answer is due, when no due time is named; added at sending by urgency and what is at hand" },
	{ "urgency.grounds", "request", FIELD_TEXT, NULL, false, "Why urgent", "The grounds of the urgency" },
	{ "at-hand", "request", FIELD_BOOLEAN, NULL, false, "At hand", "Whether its recipient is thought to have it at hand" },
	{ "link", "request", FIELD_TEXT, NULL, false, "Link", "What connects the purpose with the subject" },
	{ "offence", "request", FIELD_TEXT, NULL, false, "Offence", "The offence that is investigated, and the law that names it" },
	{ "evidence", "request", FIELD_TEXT, NULL, false, "Evidence", "What the suspicion rests on" },
	{ "subject.kind", "warning request", FIELD_WORD, subjects, false, "Kind of subject", "What sort of subject it is about" },
	{ "subject.role", "warning request", FIELD_WORD, roles, false, "Role", "In which role the person is named" },
	{ "subject.name", "warning request record", FIELD_TEXTS, NULL, false, "Subject", "Who it is about: a name, or a list of its spellings" },
	{ "subject.born", "warning request", FIELD_TEXT, NULL, false, "Born", "Date or year of birth, as in 1986-10-21" },
	{ "subject.nationality", "warning request", FIELD_TEXT, NULL, false, "Nationality", "Of which nationality, or whose protection, the subject is" },
	{ "subject.document", "warning request", FIELD_TEXTS, NULL, false, "Document", "Number of a document, a vehicle, an account" },
	{ "subject.place", "warning request", FIELD_TEXT, NULL, false, "Lives at", "Where the subject lives or stays" },
	{ "result", "answer", FIELD_WORD, results, false, "Result", "What came of the request" },
	{ "reason", "response retraction closure answer determination", FIELD_TEXT, NULL, false, "Reason", "Why" },
	{ "answer.withheld", "answer", FIELD_BOOLEAN, NULL, true, "Withheld",
		"Whether something is held and kept; always closed, in every answer that says that nothing is" },
	{ "decline.ground", "answer", FIELD_WORD, declines, false, "Ground", "On which ground an answer is declined; its words are the reason" },
	{ "open-request", "closure response record", FIELD_TEXT, NULL, false, "Closed with an open request",
		"Why it is closed although a request is still without an answer" },
	{ "outcome", "closure", FIELD_WORD, closings, false, "Outcome", "How the warning ended" },
	{ "outcome", "response", FIELD_WORD, outcomes, false, "Outcome", "What came of it, as the recipient saw it" },
	{ "record.type", "record", FIELD_WORD, records, false, "What", "What is recorded" },
	{ "record.when", "record", FIELD_TIME, NULL, false, "When", "When it happened" },
	{ "record.who", "record", FIELD_TEXT, NULL, false, "Who", "Who took part, or who said it" },
	{ "record.source", "record", FIELD_TEXT, NULL, false, "Found at",
		"Where it can be found: an address, a publication, a file" },
	{ "record.claims", "record", FIELD_WORDS, claims, false, "What was claimed",
		"What those who spoke claimed about the warning, as the record's maker understood it" },
	{ "record.copy-sha256", "record", FIELD_SHA256, NULL, false, "Copy", "SHA-256 of the copy that the maker keeps" },
	{ "record.method", "record", FIELD_WORD, methods, false, "By", "How somebody was told" },
	{ "record.person", "record", FIELD_TEXT, NULL, false, "Told to", "Who was told, by name or function" },
	{ "record.read-back", "record", FIELD_TEXT, NULL, false, "Read back", "What that person read back" },
	{ "record.read-back-given", "record", FIELD_BOOLEAN, NULL, false, "Was read back",
		"Did the person read it back?" },
	{ "record.code-ok", "record", FIELD_BOOLEAN, NULL, false, "Code agreed",
		"Did the person have the same short code?" },
	{ "record.countersigned", "record", FIELD_BOOLEAN, NULL, false, "Countersigned",
		"Is a scan of that person's own signature attached?" },
	{ "record.from", "record", FIELD_TEXT, NULL, false, "From", "Whom the mail says it is from" },
	{ "record.to", "record", FIELD_TEXT, NULL, false, "To", "Whom the mail says it is to" },
	{ "record.subject", "record", FIELD_TEXT, NULL, false, "Subject", "The mail's subject" },
	{ "record.message-id", "record", FIELD_TEXT, NULL, false, "Message-ID", "The mail's own name" },
	{ "record.signature", "record", FIELD_WORD, signatures, false, "PGP signature",
		"What gpg said of it to whoever recorded the mail; not more than that" },
	{ "record.signed-part", "record", FIELD_WORD, signed_parts, false, "Signed part",
		"Does the signature cover the whole text, or is there text outside it? It never covers the headers" },
	{ "record.signer", "record", FIELD_TEXT, NULL, false, "Signer",
		"Fingerprint, or only the number, of the key that gpg names" },
	{ "recipient.name", "warning retraction closure", FIELD_TEXT, NULL, false, "For",
		"Somebody without a node, who is to be told by voice or paper; then it is addressed to its own maker" },
	{ "recipient.contact", "warning retraction closure", FIELD_TEXT, NULL, false, "Contact",
		"That recipient's name in the maker's list of contacts" },
	{ "approval.written-by", "record", FIELD_TEXT, NULL, true, "Written by", "The accounts that wrote what was released; closed" },
	{ "approval.proposed-by", "record", FIELD_TEXT, NULL, true, "Proposed by", "The account that proposed it; closed" },
	{ "approval.released-by", "record", FIELD_TEXT, NULL, true, "Released by", "The account that released, refused or reviewed it; closed" },
	{ "approval.functions", "record", FIELD_TEXT, NULL, false, "Functions", "Who wrote, proposed and released it, by function" },
	{ "approval.draft-sha256", "record determination", FIELD_SHA256, NULL, false, "Draft", "SHA-256 of the version of the draft that was decided on" },
	{ "duty", "determination", FIELD_WORD, duties, false, "Duty to warn", "Whether there is a duty to warn, or it is waived" },
	{ "duty.ground", "determination", FIELD_WORD, grounds, false, "Ground", "On which ground a duty is waived" },
	{ "duty.by", "determination", FIELD_TEXT, NULL, false, "Determined by", "By whom, by function" },
	{ "test.credible", "determination", FIELD_WORD, tests, false, "Credible", "Is the information credible?" },
	{ "test.specific", "determination", FIELD_WORD, tests, false, "Specific", "Is it specific?" },
	{ "test.impending", "determination", FIELD_WORD, tests, false, "Impending", "Is the threat impending?" },
	{ "test.harm", "determination", FIELD_WORD, tests, false, "Harm", "Is it one of intentional killing, serious injury or kidnapping?" },
	{ "test.words", "determination", FIELD_TEXT, NULL, false, "Tests, in words", "What speaks for and against, and what is in doubt" },
	{ "lead.finding", "record", FIELD_WORD, findings, false, "Finding", "With which finding a lead was closed" },
	{ "breach.by", "record", FIELD_WORD, breaches, false, "Whose", "Whose answer is missing: that of the record's maker, or the other side's" },
	{ "breach.received", "record", FIELD_TIME, NULL, false, "Received", "Not later than when the request was received: the witnessed time where there is one" },
	{ "breach.due", "record", FIELD_TIME, NULL, false, "Was due", "When the answer was due" },
	{ "breach.elapsed", "record", FIELD_INTEGER, NULL, false, "Elapsed", "Seconds from the receipt until this was recorded" },
	{ "envelope.to", "tender", FIELD_TEXT, NULL, false, "To", "Name and fingerprint of the node that the envelope is for" },
	{ "envelope.label", "tender relay custody", FIELD_SHA256, NULL, false, "Label", "SHA-256 of PREFIX, the word tendered and the id of the statement in it" },
	{ "envelope.until", "tender relay", FIELD_TIME, NULL, false, "Until", "How long its broker keeps it" },
	{ "custody.state", "custody", FIELD_WORD, custodies, false, "State", "What became of an envelope" },
	{ "custody.when", "custody", FIELD_TIME, NULL, false, "When", "When that was" },
	{ "custody.code", "custody", FIELD_TEXT, NULL, false, "Code", "The code with which it was refused" },
	{ "voucher.name", "voucher", FIELD_TEXT, NULL, false, "Node", "The name of the node that is vouched for" },
	{ "voucher.fp", "voucher", FIELD_TEXT, NULL, false, "Fingerprint", "The fingerprint of its identity" },
	{ "match.key", "match", FIELD_TEXT, NULL, false, "Key", "Which matching key was used: the first 16 hex digits of its SHA-256" },
	{ "match.tags", "match", FIELD_TEXTS, NULL, false, "Tags", "Keyed tags of subjects, 64 hex digits each; always the same number, filled up with random ones" },
	{ "authorship.statement", "authorship", FIELD_SHA256, NULL, false, "Statement", "The id of what was written without a name" },
	{ "authorship.name", "authorship", FIELD_TEXT, NULL, false, "Written as", "The name that it was signed with" },
	{ "authorship.signature", "authorship", FIELD_TEXT, NULL, false, "Signature", "That name's signature over who its author is, 128 hex digits" },
	{ "text", ALL, FIELD_TEXT, NULL, false, "Text", "Anything else, in words" },
};

const struct field *field_each(size_t i)
{
	return i < sizeof fields / sizeof fields[0] ? &fields[i] : NULL;
}

const struct field *field_find(const char *name)
{
	const struct field *f;
	for (size_t i = 0; (f = field_each(i)) != NULL; i++)
		if (strcmp(f->name, name) == 0)
			return f;
	return NULL;
}

static bool used_by(const struct field *f, const char *kind)
{
	struct bytes rest = bytes_str(f->kinds), word;
	while (text_word(&rest, &word))
		if (bytes_equal_str(word, kind))
			return true;
	return false;
}

const struct field *field_for(const char *kind, const char *name)
{
	const struct field *f;
	for (size_t i = 0; (f = field_each(i)) != NULL; i++)
		if (strcmp(f->name, name) == 0 && used_by(f, kind))
			return f;
	return NULL;
}

bool field_closed(const char *kind, const char *name)
{
	const struct field *f = field_for(kind, name);
	/* What is said about a source under a name of one's own stays closed, too: a misspelt name must not open it. */
	return f != NULL ? f->closed : strncmp(name, "source.", 7) == 0;
}

/* What stands between the quotes of a string that needs no escapes; words, times, areas and grades never do. */
static bool plain_string(struct bytes value, struct bytes *inner)
{
	if (value.n < 2 || value.p[0] != '"' || memchr(value.p, '\\', value.n) != NULL)
		return false;
	*inner = bytes_of(value.p + 1, value.n - 2);
	return true;
}

static bool in_words(const struct field *f, struct bytes word)
{
	for (size_t i = 0; f->words[i] != NULL; i++)
		if (bytes_equal_str(word, f->words[i]))
			return true;
	return false;
}

static enum tocsin_err not_in_words(const struct field *f)
{
	struct buf b;
	buf_init(&b, 400);
	for (size_t i = 0; f->words[i] != NULL; i++)
		buf_printf(&b, "%s%s", i == 0 ? "" : ", ", f->words[i]);
	enum tocsin_err err = fail(TOCSIN_BAD, "%s must be %s: %.*s", f->name, f->type == FIELD_WORDS ? "one or more of" :
		"one of", (int)b.n, (const char *)b.p);
	buf_free(&b);
	return err;
}

/* The next member of a list of plain strings, or of one; false at the end. */
static bool next_string(struct bytes *rest, struct bytes *inner, bool *ok)
{
	const uint8_t *end = rest->n < 2 || rest->p[0] != '"' ? NULL : memchr(rest->p + 1, '"', rest->n - 1);
	*ok = end != NULL;
	if (end == NULL)
		return false;
	*inner = bytes_of(rest->p + 1, (size_t)(end - rest->p - 1));
	size_t took = (size_t)(end - rest->p) + 1;
	/* Past the comma, or the bracket that ends the list. */
	took += took < rest->n;
	*rest = bytes_of(rest->p + took, rest->n - took);
	return true;
}

/* One string or a list of them, each of which CHECK takes. */
static enum tocsin_err check_strings(const struct field *f, struct bytes value,
	enum tocsin_err (*check)(const struct field *, struct bytes))
{
	bool ok = value.n > 2 && memchr(value.p, '\\', value.n) == NULL;
	struct bytes rest = ok && value.p[0] == '[' ? bytes_of(value.p + 1, value.n - 1) : value, inner;
	while (ok && rest.n > 0 && next_string(&rest, &inner, &ok)) {
		enum tocsin_err err = check(f, inner);
		if (err != TOCSIN_OK)
			return err;
	}
	return ok ? TOCSIN_OK : fail(TOCSIN_BAD, "%s must be a string or a list of strings", f->name);
}

static enum tocsin_err check_word(const struct field *f, struct bytes word)
{
	return in_words(f, word) ? TOCSIN_OK : not_in_words(f);
}

static enum tocsin_err check_area(const struct field *f, struct bytes inner)
{
	struct area a;
	enum tocsin_err err = area_parse(inner, &a);
	return err == TOCSIN_OK ? err : fail_within(err, "%s", f->name);
}

/* Either scale; which of them is checked with source.scale beside it (draft.c). */
static bool is_grade(struct bytes s)
{
	if (s.n != 2)
		return false;
	bool admiralty = s.p[0] >= 'A' && s.p[0] <= 'F' && s.p[1] >= '1' && s.p[1] <= '6';
	return admiralty || (s.p[0] == 'X' && s.p[1] >= '1' && s.p[1] <= '4');
}

/* Whether each member of a list is a string with something in it. */
static bool all_strings(struct bytes value, enum jval_type type)
{
	json_t *j = type == JVAL_LIST ? json_from_value(value) : NULL;
	bool ok = type != JVAL_LIST || json_array_size(j) > 0;
	for (size_t i = 0; ok && i < json_array_size(j); i++)
		ok = json_string_length(json_array_get(j, i)) > 0;
	json_decref(j);
	return ok;
}

static enum tocsin_err check_type(const struct field *f, struct bytes value, enum jval_type type)
{
	struct bytes s = { 0 };
	int64_t time;
	uint8_t hash[SHA256_SIZE];
	switch (f->type) {
	case FIELD_TEXT:
		if ((type != JVAL_STRING && type != JVAL_LANGUAGES) || value.n <= 2)
			return fail(TOCSIN_BAD, "%s must be a text that is not empty, or an object of languages", f->name);
		return TOCSIN_OK;
	case FIELD_WORD:
		return plain_string(value, &s) && in_words(f, s) ? TOCSIN_OK : not_in_words(f);
	case FIELD_WORDS:
		return check_strings(f, value, check_word);
	case FIELD_TIME:
		if (!plain_string(value, &s) || !clock_parse(s, &time))
			return fail(TOCSIN_BAD, "%s must be a time in UTC such as \"2024-03-06T09:12:00Z\"", f->name);
		return TOCSIN_OK;
	case FIELD_INTEGER:
		return type == JVAL_INTEGER ? TOCSIN_OK : fail(TOCSIN_BAD, "%s must be an integer", f->name);
	case FIELD_BOOLEAN:
		return type == JVAL_BOOLEAN ? TOCSIN_OK : fail(TOCSIN_BAD, "%s must be true or false", f->name);
	case FIELD_AREA:
		return check_strings(f, value, check_area);
	case FIELD_GRADE:
		if (!plain_string(value, &s) || !is_grade(s))
			return fail(TOCSIN_BAD,
				"%s must be a grade: A1 to F6 (admiralty), or A, B, C or X with 1 to 4 (europol-4x4)", f->name);
		return TOCSIN_OK;
	case FIELD_SHA256:
		if (!plain_string(value, &s) || !hex_decode(s, hash, sizeof hash))
			return fail(TOCSIN_BAD, "%s must be a SHA-256 in 64 lower-case hex digits", f->name);
		return TOCSIN_OK;
	case FIELD_TEXTS:
		if ((type != JVAL_STRING && type != JVAL_LANGUAGES && type != JVAL_LIST) || value.n <= 2 || !all_strings(value, type))
			return fail(TOCSIN_BAD, "%s must be a text that is not empty, or a list of them", f->name);
		return TOCSIN_OK;
	case FIELD_VECTOR:
		if (!plain_string(value, &s) || !specificity_ok(s))
			return fail(TOCSIN_BAD, "%s must be as in \"who=said what=death target=venue where=1000m when=66h how=none\": "
				"leave it out, it is computed at sending", f->name);
		return TOCSIN_OK;
	}
	return fail(TOCSIN_BROKEN, "%s has a type that nobody checks", f->name);
}

enum tocsin_err field_check(const char *kind, const char *name, struct bytes value)
{
	enum jval_type type;
	if (!body_name_ok(bytes_str(name)))
		return fail(TOCSIN_BAD,
			"\"%.70s\" is no name of a field: small letters, digits, \".\" and \"-\", a letter first, at most %d",
			name, BODY_NAME);
	/* The line holds salt and name, too. */
	if (value.n > LIMIT_LINE - 2 * BODY_SALT - BODY_NAME - 2)
		return fail(TOCSIN_BAD, "%s is longer than a line may be: send it as an attachment", name);
	enum tocsin_err err = jval_check(value, &type);
	if (err != TOCSIN_OK)
		return fail_within(err, "%s", name);
	const struct field *f = field_for(kind, name);
	if (f == NULL && field_find(name) != NULL)
		return fail(TOCSIN_BAD, "a %s has no field %s (it is for: %s): use one of your own, such as x.%s", kind, name,
			field_find(name)->kinds, name);
	return f == NULL ? TOCSIN_OK : check_type(f, value, type);
}
