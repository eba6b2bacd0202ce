#include "domain/breach.h"

#include <stdlib.h>

#include "base/text.h"

#define SLACK 60                        /* seconds between counting and signing */

bool ask_within(struct bytes value, int64_t *within)
{
	uint64_t seconds;
	if (!text_u64(value, ASK_WITHIN_MAX, &seconds) || seconds < ASK_WITHIN_MIN)
		return false;
	*within = (int64_t)seconds * CLOCK_SECOND;
	return true;
}

static const struct evidence_line *line_of(const struct evidence_verdict *e, const char *name)
{
	for (size_t i = 0; i < e->line_n; i++)
		if (strcmp(e->line[i].name, name) == 0)
			return &e->line[i];
	return NULL;
}

static bool is(const struct evidence_verdict *e, const char *name, const char *word)
{
	char quoted[64];
	const struct evidence_line *l = line_of(e, name);
	snprintf(quoted, sizeof quoted, "\"%s\"", word);
	return l != NULL && bytes_equal_str(l->value, quoted);
}

static bool time_of(const struct evidence_verdict *e, const char *name, int64_t *t)
{
	const struct evidence_line *l = line_of(e, name);
	return l != NULL && l->value.n == CLOCK_TEXT + 2 && l->value.p[0] == '"' &&
		clock_parse(bytes_of(l->value.p + 1, CLOCK_TEXT), t);
}

static bool refers(const struct statement *s, const struct hash *id)
{
	for (size_t i = 0; i < s->re_n; i++)
		if (hash_equal(&s->re[i], id))
			return true;
	return false;
}

static void say(struct breach_verdict *v, const char *sentence)
{
	v->ok = false;
	snprintf(v->sentence, sizeof v->sentence, "%s", sentence);
}

/* The part WHAT by itself. */
static bool sound(const struct evidence_verdict *e, const char *what, struct breach_verdict *v)
{
	if (e != NULL && !e->refused && e->ok)
		return true;
	v->ok = false;
	snprintf(v->sentence, sizeof v->sentence, "%s: %.300s", what, e == NULL ? "is not there" : e->sentence);
	return false;
}

/* Who says it of whom. */
static const char *check_parties(const struct breach *b, struct breach_verdict *v)
{
	const struct statement *q = &b->request->statement, *r = &b->record->statement;
	if (strcmp(q->kind, "request") != 0 || party_same(&q->from, &q->to))
		return "what was not answered is not a request to somebody else";
	if (strcmp(r->kind, "record") != 0 || !is(b->record, "record.type", "breach") || !party_same(&r->from, &r->to))
		return "the record is not a record of a breach that its maker made for itself";
	if (!refers(r, &b->request->id))
		return "the record is about another request";
	if (r->realm != q->realm)
		return "the record and the request live in different realms";
	v->ours = is(b->record, "breach.by", "ours");
	if (!v->ours && !is(b->record, "breach.by", "theirs"))
		return "the record does not say whose answer is missing";
	if (!party_same(&r->from, v->ours ? &q->to : &q->from))
		return "the record was made by neither side that could make it";
	snprintf(v->maker, sizeof v->maker, "%s", r->from.name);
	snprintf(v->asked, sizeof v->asked, "%s", q->from.name);
	snprintf(v->debtor, sizeof v->debtor, "%s", q->to.name);
	return NULL;
}

/* When it was due by what both have signed; 0: nothing that they signed says so. */
static int64_t due_by(const struct breach *b, int64_t received, const char **why)
{
	int64_t due = 0, within;
	const struct evidence_line *l = line_of(b->request, "within");
	const struct evidence_verdict *x = b->extension;
	*why = NULL;
	if (x != NULL) {
		if (strcmp(x->statement.kind, "answer") != 0 || !is(x, "result", "needs-time") || !refers(&x->statement, &b->request->id) ||
			!party_same(&x->statement.from, &b->request->statement.to) || !time_of(x, "due", &due))
			*why = "the extension is not an answer of its recipient to this request that names a later time";
		return due;
	}
	if (time_of(b->request, "due", &due))
		return due;
	if (l != NULL && ask_within(l->value, &within))
		return received + within;
	*why = "the request shows neither due nor within: nothing in it says when an answer was due";
	return 0;
}

static const char *check_times(const struct breach *b, struct breach_verdict *v)
{
	uint64_t elapsed;
	const char *why;
	const struct evidence_line *l = line_of(b->record, "breach.elapsed");
	if (!time_of(b->record, "breach.received", &v->received) || !time_of(b->record, "breach.due", &v->due) || l == NULL ||
		!text_u64(l->value, 100u * 366 * 86400, &elapsed))
		return "the record does not show breach.received, breach.due and breach.elapsed";
	int64_t due = due_by(b, v->received, &why);
	if (why != NULL)
		return why;
	if (v->due != due)
		return "breach.due does not follow from the request and the time of its receipt";
	if (v->due <= v->received)
		return "it was due before it was received: nobody was left time for an answer";
	v->until = v->received + (int64_t)elapsed * CLOCK_SECOND;
	if (v->until < v->due)
		return "the record was made before the answer was due";
	if (llabs(b->record->statement.at - v->until) > SLACK * CLOCK_SECOND)
		return "breach.elapsed does not lead from the receipt to the time at which the record was made";
	if (b->record->issued_witnessed != 0 && (int64_t)b->record->issued_witnessed * CLOCK_SECOND < v->due)
		return "the record was in its maker's log before the answer was due";
	if (v->witnessed == 0)
		return NULL;
	/* Nobody is held to less time than is proven; who admits its own may be stricter with itself. */
	if (!v->ours && v->received < v->witnessed)
		return "breach.received is earlier than what the receipt proves";
	if (v->ours && v->received > v->witnessed)
		return "breach.received is later than the receipt in the maker's own log";
	return NULL;
}

/* An answer that was received before the record says that there was none. */
static bool contradicts(const struct breach *b, struct breach_verdict *v)
{
	const struct evidence_verdict *a = b->answer;
	if (a == NULL)
		return false;
	if (!sound(a, "the answer", v))
		return true;
	if (strcmp(a->statement.kind, "answer") != 0 || !refers(&a->statement, &b->request->id) || is(a, "result", "needs-time") ||
		!party_same(&a->statement.from, &b->request->statement.to)) {
		say(v, "the answer is not a final answer of its recipient to this request: it says nothing about the breach");
		return true;
	}
	if (a->receipt_witnessed == 0 || (int64_t)a->receipt_witnessed * CLOCK_SECOND > v->until)
		return false;
	v->contradicted = true;
	say(v, "contradicted: the answer was received before the time until which the record says that there was none");
	return true;
}

void breach_check(const struct breach *b, struct breach_verdict *v)
{
	*v = (struct breach_verdict){ .ok = false };
	if (!sound(b->request, "the request", v) || !sound(b->record, "the record", v) ||
		(b->extension != NULL && !sound(b->extension, "the extension", v)))
		return;
	v->witnessed = (int64_t)b->request->receipt_witnessed * CLOCK_SECOND;
	const char *why = check_parties(b, v);
	if (why == NULL)
		why = check_times(b, v);
	if (why == NULL && b->request->level < EVIDENCE_RECEIVED)
		why = "there is no receipt: it is not proven that the request arrived";
	if (why == NULL && b->extension != NULL && b->extension->level < EVIDENCE_RECEIVED)
		why = "there is no receipt of the extension";
	if (why != NULL) {
		say(v, why);
		return;
	}
	if (contradicts(b, v))
		return;
	v->ok = v->witnessed != 0 || v->ours;
	snprintf(v->sentence, sizeof v->sentence, "%s", v->ok ? "the request was received, and its answer was due when the record says"
		: "consistent, but nobody witnessed when the request was received: its time is its maker's word alone");
}

void breach_print(const struct breach_verdict *v, struct buf *out)
{
	char due[CLOCK_TEXT + 1], until[CLOCK_TEXT + 1], witnessed[CLOCK_TEXT + 1];
	buf_printf(out, "breach:   %s: %s\n", v->ok ? "VERIFIED" : v->contradicted ? "CONTRADICTED" : "NOT VERIFIED", v->sentence);
	if (!v->ok && !v->contradicted)
		return;
	clock_format(v->due, due);
	clock_format(v->until, until);
	if (v->witnessed != 0) {
		clock_format(v->witnessed, witnessed);
		buf_printf(out, "proven:   the log of %s held the request of %s not later than %s\n", v->debtor, v->asked, witnessed);
	}
	buf_printf(out, "follows:  an answer was due at %s\n", due);
	if (v->ours)
		buf_printf(out, "its word: %s says itself that it did not answer until %s\n", v->maker, until);
	else
		buf_printf(out, "its word: %s says that no answer reached it until %s\n", v->maker, until);
	buf_add_str(out, "not proven: that no answer was on its way. Whoever answered in time shows the answer with its receipt "
		"(tocsin verify FOLDER --answer BUNDLE)\n");
}

static json_t *time_json(int64_t t)
{
	char text[CLOCK_TEXT + 1] = "";
	if (t != 0)
		clock_format(t, text);
	return json_string(text);
}

json_t *breach_json(const struct breach_verdict *v)
{
	json_t *o = json_object();
	json_object_set_new(o, "ok", json_boolean(v->ok));
	json_object_set_new(o, "contradicted", json_boolean(v->contradicted));
	json_object_set_new(o, "sentence", json_string(v->sentence));
	json_object_set_new(o, "by", json_string(v->ours ? "ours" : "theirs"));
	json_object_set_new(o, "maker", json_string(v->maker));
	json_object_set_new(o, "asked_by", json_string(v->asked));
	json_object_set_new(o, "owed_by", json_string(v->debtor));
	json_object_set_new(o, "received", time_json(v->received));
	json_object_set_new(o, "witnessed_not_later_than", time_json(v->witnessed));
	json_object_set_new(o, "due", time_json(v->due));
	json_object_set_new(o, "no_answer_until", time_json(v->until));
	return o;
}

void breach_readme(struct buf *out)
{
	buf_add_str(out,
		"A request without an answer in time.\n\n"
		"request/    the request, as it was signed, with the receipt of whoever was asked\n"
		"record/     what its maker recorded: no answer until then\n"
		"extension/  the answer that asked for more time, if there was one\n\n"
		"Each is a bundle of its own, with its own README.txt and check.sh. All of it together:\n\n"
		"    tocsin verify . --card CARDS...\n\n"
		"The receipt proves that the request was in the other side's log not later than it was witnessed; when an answer was due follows\n"
		"from that and from the request (within: seconds from the receipt; due: a time). That there was no answer is the maker's word:\n"
		"an answer with a receipt of before that time contradicts it (--answer BUNDLE).\n");
}
