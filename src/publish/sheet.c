#include "publish/sheet.h"

#include "base/text.h"
#include "base/zone.h"
#include "desk/directory.h"
#include "desk/policy.h"
#include "desk/rules.h"
#include "publish/sheet_value.h"
#include "store/rows.h"

#define SHEET_ARENA (16u << 20)
#define TITLE_MAX 201
#define LATER_MAX 4096                          /* statements about this one that are looked at */

/* What is said of each field, in the order in which it is said. */
static const struct {
	const char *name;
	enum phrase label;
} known[] = {
	{ "threat.summary", PHRASE_THREAT }, { "threat.harm", PHRASE_HARM }, { "threat.method", PHRASE_METHOD },
	{ "threat.actor", PHRASE_ACTOR }, { "target.who", PHRASE_WHO }, { "where.place", PHRASE_PLACE },
	{ "where.area", PHRASE_AREA }, { "when.from", PHRASE_FROM }, { "when.until", PHRASE_UNTIL },
	{ "when.words", PHRASE_WHEN }, { "likelihood", PHRASE_LIKELIHOOD }, { "confidence", PHRASE_CONFIDENCE },
	{ "outcome", PHRASE_OUTCOME }, { "reason", PHRASE_REASON }, { "text", PHRASE_TEXT },
	{ "ask.what", PHRASE_ASK }, { "ask.reply-by", PHRASE_REPLY_BY },
};
#define KNOWN (sizeof known / sizeof *known)

struct sheet {
	const struct desk *desk;
	const struct statement_row *row;
	struct arena *arena;
	struct statement s;
	struct body body;
	struct contact contact;                 /* name "": the recipient is a partner, or a contact that was removed */
	const struct sheet_language *language;
	const char *tag;                        /* of the values */
	bool no_phrases;                        /* in that language */
	struct zone *zone;
	enum sheet_form form;
	int step;                               /* of a script */
	enum phrase over;                       /* why it is not to be passed on any more; PHRASE_COUNT: it is */
	struct buf *out;
};

void sheet_code(const struct hash *id, char out[10])
{
	uint64_t n = 0;
	for (size_t i = 0; i < 8; i++)
		n = n << 8 | id->b[i];
	unsigned code = (unsigned)(n % 100000000);
	snprintf(out, 10, "%04u %04u", code / 10000, code % 10000);
}

/* ---- writing ---- */

static bool is_html(const struct sheet *w)
{
	return w->form == SHEET_HTML;
}

static const char *say(const struct sheet *w, enum phrase p)
{
	return sheet_phrase(w->language, p);
}

static void add_escaped(const struct sheet *w, struct bytes s)
{
	for (size_t i = 0; i < s.n; i++) {
		const char *as = !is_html(w)	? NULL
			: s.p[i] == '&'		? "&amp;"
			: s.p[i] == '<'		? "&lt;"
			: s.p[i] == '>'		? "&gt;"
			: s.p[i] == '"'		? "&quot;"
			: s.p[i] == '\''	? "&#39;"
						: NULL;
		if (as != NULL)
			buf_add_str(w->out, as);
		else
			buf_add_char(w->out, (char)s.p[i]);
	}
}

static void add_str(const struct sheet *w, const char *s)
{
	add_escaped(w, bytes_str(s));
}

/* A heading; in a script the next step, which is said. */
static void section(struct sheet *w, enum phrase title, bool said)
{
	if (is_html(w)) {
		buf_add_str(w->out, "<h2>");
		add_str(w, say(w, title));
		buf_add_str(w->out, "</h2>\n");
		return;
	}
	buf_add_char(w->out, '\n');
	if (said && w->form == SHEET_SCRIPT)
		buf_printf(w->out, "%d. %s: ", ++w->step, say(w, PHRASE_SAY));
	buf_printf(w->out, "%s\n", say(w, title));
}

/* LABEL empty: its heading says what it is. */
static void line(struct sheet *w, const char *label, struct bytes value)
{
	buf_add_str(w->out, is_html(w) ? "<p dir=\"auto\">" : "   ");
	if (label[0] != 0) {
		buf_add_str(w->out, is_html(w) ? "<b>" : "");
		add_str(w, label);
		buf_add_str(w->out, is_html(w) ? "</b>: " : ": ");
	}
	buf_add_str(w->out, is_html(w) ? "<span dir=\"auto\">" : "");
	add_escaped(w, value);
	buf_add_str(w->out, is_html(w) ? "</span></p>\n" : "\n");
}

static void line_str(struct sheet *w, enum phrase label, const char *value)
{
	line(w, say(w, label), bytes_str(value));
}

static void sentence(struct sheet *w, const char *s)
{
	buf_add_str(w->out, is_html(w) ? "<p dir=\"auto\">" : "   ");
	add_str(w, s);
	buf_add_str(w->out, is_html(w) ? "</p>\n" : "\n");
}

/* ---- values ---- */

static void line_value(struct sheet *w, const char *label, const struct body_line *l)
{
	struct buf words;
	char name[BODY_NAME + 1];
	snprintf(name, sizeof name, "%.*s", (int)l->name.n, (const char *)l->name.p);
	buf_init(&words, LIMIT_LINE * 2);
	sheet_value(w->language, w->tag, w->zone, field_for(w->s.kind, name), l->value, &words);
	if (words.failed)
		w->out->failed = true;
	line(w, label, buf_bytes(&words));
	buf_free(&words);
}

static bool has(const struct sheet *w, const char *name)
{
	return body_find(&w->body, name) != NULL;
}

static bool says(const struct sheet *w, const char *name, const char *value)
{
	const struct body_line *l = body_find(&w->body, name);
	return l != NULL && bytes_equal_str(l->value, value);
}

/* The lines that no section has said yet. */
static bool is_further(const struct body_line *l)
{
	/* The specificity is for those who weigh a warning, not for those who are warned. */
	static const char *const elsewhere[] = { "specificity", "advice", "urgency", "recipient.name", "recipient.contact", "handling.tlp",
		"handling.caveat", "handling.visible", "handling.tell-affected" };
	for (size_t i = 0; i < KNOWN; i++)
		if (bytes_equal_str(l->name, known[i].name))
			return false;
	for (size_t i = 0; i < sizeof elsewhere / sizeof *elsewhere; i++)
		if (bytes_equal_str(l->name, elsewhere[i]))
			return false;
	return l->open;
}

static void add_further(struct sheet *w)
{
	bool first = true;
	for (uint32_t i = 0; i < w->body.n; i++) {
		const struct body_line *l = &w->body.line[i];
		char name[BODY_NAME + 1];
		if (!is_further(l))
			continue;
		if (first)
			section(w, PHRASE_MORE, true);
		first = false;
		snprintf(name, sizeof name, "%.*s", (int)l->name.n, (const char *)l->name.p);
		const struct field *f = field_for(w->s.kind, name);
		line_value(w, f == NULL ? name : f->label, l);
	}
}

/* ---- sections ---- */

static void add_known(struct sheet *w)
{
	section(w, PHRASE_KNOWN, true);
	for (size_t i = 0; i < KNOWN; i++) {
		const struct body_line *l = body_find(&w->body, known[i].name);
		if (l != NULL)
			line_value(w, say(w, known[i].label), l);
	}
	if (has(w, "when.until"))
		sentence(w, say(w, PHRASE_NO_ALL_CLEAR));
}

static void add_advice(struct sheet *w)
{
	const struct body_line *l = body_find(&w->body, "advice");
	section(w, PHRASE_DO, true);
	if (l != NULL)
		line_value(w, "", l);
	else
		sentence(w, say(w, PHRASE_NO_ADVICE));
}

static void add_call_back(struct sheet *w)
{
	char number[TITLE_MAX], code[10];
	policy_text(w->desk, "desk.callback", number, sizeof number);
	sheet_code(&w->row->id, code);
	section(w, PHRASE_CALL_BACK, true);
	sentence(w, number[0] == 0 ? say(w, PHRASE_NO_CALL_BACK) : number);
	line_str(w, PHRASE_CODE, code);
	sentence(w, say(w, PHRASE_COMPARE));
}

static void add_handling(struct sheet *w)
{
	const struct body_line *l = body_find(&w->body, "handling.tlp");
	section(w, PHRASE_HANDLING, true);
	if (l != NULL && l->value.n > 2) {
		char tlp[40];
		int n = snprintf(tlp, sizeof tlp, "TLP:%.*s", (int)l->value.n - 2, (const char *)l->value.p + 1);
		for (int i = 0; i < n && i < (int)sizeof tlp; i++)
			tlp[i] = tlp[i] == '-' ? '+' : tlp[i] >= 'a' && tlp[i] <= 'z' ? (char)(tlp[i] - 32) : tlp[i];
		sentence(w, tlp);
	}
	if ((l = body_find(&w->body, "handling.caveat")) != NULL)
		line_value(w, "", l);
	if ((l = body_find(&w->body, "handling.visible")) != NULL)
		line_value(w, "", l);
	/* What is not open is not known to be allowed. */
	if (strcmp(w->s.kind, "warning") == 0)
		sentence(w, say(w, says(w, "handling.tell-affected", "true") ? PHRASE_TELL_YES : PHRASE_TELL_NO));
}

static enum phrase title_of(const struct sheet *w)
{
	return strcmp(w->s.kind, "warning") == 0	? PHRASE_TITLE_WARNING
		: strcmp(w->s.kind, "retraction") == 0	? PHRASE_TITLE_RETRACTION
		: strcmp(w->s.kind, "closure") == 0	? PHRASE_TITLE_CLOSURE
							: PHRASE_TITLE_OTHER;
}

static void add_caller(struct sheet *w)
{
	char title[TITLE_MAX], said[2 * TITLE_MAX + 200];
	const char *phrase = say(w, PHRASE_THIS_IS), *gap = strstr(phrase, "%s");
	enum phrase opening = title_of(w) - PHRASE_TITLE_WARNING + PHRASE_SAY_WARNING;
	policy_text(w->desk, "desk.title", title, sizeof title);
	snprintf(said, sizeof said, "%.*s%s%s", (int)(gap - phrase), phrase, title[0] == 0 ? w->desk->name : title, gap + 2);
	section(w, title_of(w), true);
	sentence(w, said);
	sentence(w, say(w, opening));
	sentence(w, say(w, PHRASE_WRITE_DOWN));
}

/* Whom to ring up; a partner's duty lines are those of its card. */
static void add_recipient(struct sheet *w)
{
	const struct body_line *l = body_find(&w->body, "recipient.name");
	if (l != NULL)
		line_value(w, say(w, PHRASE_FOR), l);
	else
		line_str(w, PHRASE_FOR, w->row->peer);
	for (size_t i = 0; w->form == SHEET_SCRIPT && i < w->contact.phone_n; i++)
		line_str(w, PHRASE_CALL, w->contact.phone[i]);
	if (w->form == SHEET_SCRIPT && w->contact.name[0] != 0 && w->contact.tell[0] != 0)
		line_str(w, PHRASE_TELL, w->contact.tell);
	if (w->form == SHEET_SCRIPT && w->contact.name[0] != 0 && w->contact.note[0] != 0)
		line_str(w, PHRASE_NOT_ALOUD, w->contact.note);
	const struct peer *p = l == NULL && w->form == SHEET_SCRIPT ? directory_find(w->desk->directory, w->row->peer) : NULL;
	for (size_t i = 0; p != NULL && i < p->card->duty_n; i++)
		line_str(w, PHRASE_CALL, p->card->duty[i]);
	peer_release(p);
}

/* Whoever looks for somebody who speaks the language knows at once. */
static void add_no_phrases(struct sheet *w)
{
	char said[100];
	snprintf(said, sizeof said, "(there are no phrases in %.35s; in English)", w->tag);
	if (w->no_phrases)
		sentence(w, said);
}

/* In front of everything and behind it: whoever is in a hurry reads one of them. */
static void add_over(struct sheet *w)
{
	if (w->over != PHRASE_COUNT)
		sentence(w, say(w, w->over));
}

static void add_exercise(struct sheet *w)
{
	if (w->desk->realm == REALM_EXERCISE)
		sentence(w, say(w, PHRASE_EXERCISE));
}

static void add_afterwards(struct sheet *w)
{
	char hex[2 * SHA256_SIZE + 1];
	hex_encode(w->row->id.b, SHA256_SIZE, hex);
	buf_printf(w->out, "\n%s:\n   tocsin delivered %.16s --by telephone --person WHO --at TIME --read-back TEXT\n",
		say(w, PHRASE_AFTERWARDS), hex);
}

static void add_foot(struct sheet *w)
{
	char hex[2 * SHA256_SIZE + 1], at[CLOCK_TEXT + 1];
	hex_encode(w->row->id.b, SHA256_SIZE, hex);
	clock_format(w->row->at, at);
	buf_add_str(w->out, is_html(w) ? "<hr>\n" : "\n");
	sentence(w, say(w, PHRASE_CHECK));
	line_str(w, PHRASE_DATE, at);
	line_str(w, PHRASE_TITLE_OTHER, hex);
	line_str(w, PHRASE_RECEIVED, "________________________________");
}

static void add_html_head(struct sheet *w)
{
	buf_printf(w->out,
		"<!DOCTYPE html>\n<html lang=\"%s\" dir=\"%s\">\n<head>\n<meta charset=\"utf-8\">\n"
		"<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n<title>",
		w->language->tag, w->language->right_to_left ? "rtl" : "ltr");
	add_str(w, say(w, title_of(w)));
	buf_add_str(w->out,
		"</title>\n<style>\n"
		"@page { size: A4; margin: 15mm }\n"
		"body { font: 11pt/1.35 sans-serif; max-width: 180mm; margin: 0 auto; color: #000; background: #fff }\n"
		"h1 { font-size: 18pt; margin: 0 0 3mm } h2 { font-size: 12pt; margin: 4mm 0 1mm; border-bottom: 0.3mm solid #000 }\n"
		"p { margin: 0 0 1mm; overflow-wrap: anywhere } span { unicode-bidi: isolate; white-space: pre-wrap }\n"
		"</style>\n</head>\n<body>\n<h1>");
	add_str(w, say(w, title_of(w)));
	buf_add_str(w->out, "</h1>\n");
}

static void add_all(struct sheet *w)
{
	if (is_html(w))
		add_html_head(w);
	else
		buf_printf(w->out, "%s\n", say(w, w->form == SHEET_SCRIPT ? PHRASE_SCRIPT : title_of(w)));
	add_no_phrases(w);
	add_over(w);
	add_exercise(w);
	add_recipient(w);
	if (w->form == SHEET_SCRIPT)
		add_caller(w);
	add_known(w);
	add_advice(w);
	add_further(w);
	add_handling(w);
	add_call_back(w);
	if (w->form == SHEET_SCRIPT) {
		section(w, PHRASE_READ_BACK, true);
		add_afterwards(w);
	} else {
		add_foot(w);
	}
	add_exercise(w);
	add_over(w);
	if (is_html(w))
		buf_add_str(w->out, "</body>\n</html>\n");
}

/* ---- gathering ---- */

static enum tocsin_err read_statement(struct sheet *w)
{
	struct note note;
	enum tocsin_err err = note_parse(w->row->note, LIMIT_NOTE, &note);
	if (err == TOCSIN_OK)
		err = statement_parse(note.text, &w->s);
	if (err != TOCSIN_OK)
		return fail_within(TOCSIN_BROKEN, "a stored statement");
	if (w->row->body.n == 0)
		return fail(TOCSIN_REFUSED, "its content was forgotten: there is nothing left to say");
	err = body_parse(w->row->body, w->s.lines, false, w->arena, &w->body);
	if (err != TOCSIN_OK)
		return fail_within(TOCSIN_BROKEN, "a stored body");
	const struct kind *kind = kind_find(w->s.kind);
	bool self = strcmp(w->row->peer, w->desk->name) == 0;
	if (!w->row->issued || (self && (kind == NULL || kind->self != KIND_SELF_CONTACT)))
		return rule_refuse("told.own",
			"only what this node sent, or was to be told to a contact, can be told by voice or paper");
	return TOCSIN_OK;
}

/* The contact that it was for, as it is known now. */
static enum tocsin_err find_contact(struct sheet *w, struct snapshot *read)
{
	const struct body_line *l = body_find(&w->body, "recipient.contact");
	char name[CONTACT_NAME + 1] = "";
	w->contact = (struct contact){ .name = "" };
	if (l == NULL || l->value.n < 2 || l->value.n - 2 > CONTACT_NAME)
		return TOCSIN_OK;
	snprintf(name, sizeof name, "%.*s", (int)l->value.n - 2, (const char *)l->value.p + 1);
	enum tocsin_err err = contact_get(read, name, w->arena, &w->contact);
	if (err == TOCSIN_MISSING)
		w->contact = (struct contact){ .name = "" };
	return err == TOCSIN_MISSING ? TOCSIN_OK : err;
}

/* What we said about it later. Whoever may read it out is told, whether they see the later statement or not: nobody may
 * be warned by what was withdrawn. */
static enum tocsin_err find_over(struct sheet *w, struct snapshot *read)
{
	size_t n = 0;
	struct arena *a = arena_new(SHEET_ARENA);
	int64_t *num = arena_alloc(w->arena, LATER_MAX * sizeof *num);
	enum tocsin_err err = a == NULL || num == NULL ? fail(TOCSIN_BROKEN, "no memory for a sheet")
						       : statement_re(read, &w->row->id, num, LATER_MAX, &n);
	w->over = PHRASE_COUNT;
	for (size_t i = 0; err == TOCSIN_OK && i < n && w->over != PHRASE_WITHDRAWN; i++) {
		struct statement_row later;
		arena_reset(a);
		err = statement_by_num(read, num[i], a, &later);
		if (err != TOCSIN_OK || !later.issued)
			continue;
		if (strcmp(later.kind, "retraction") == 0)
			w->over = PHRASE_WITHDRAWN;
		else if (strcmp(later.kind, "closure") == 0)
			w->over = PHRASE_ENDED;
		else if (strcmp(later.kind, "warning") == 0 && w->over == PHRASE_COUNT)
			w->over = PHRASE_NEWER;
	}
	arena_free(a);
	return err;
}

static enum tocsin_err choose_language(struct sheet *w, const char *asked)
{
	bool theirs = w->contact.name[0] != 0 && w->contact.language[0] != 0;
	w->tag = asked != NULL ? asked : theirs ? w->contact.language : "en";
	w->language = sheet_language(w->tag);
	if (w->language == NULL && asked != NULL)
		return fail(TOCSIN_BAD, "there are no phrases in %.35s; there are en, ru, ar, fr and es", asked);
	/* The values may be in the contact's language all the same. */
	w->no_phrases = w->language == NULL;
	if (w->no_phrases)
		w->language = sheet_language("en");
	return TOCSIN_OK;
}

static enum tocsin_err open_zone(struct sheet *w)
{
	char name[ZONE_NAME + 1];
	policy_text(w->desk, "zone", name, sizeof name);
	return zone_open(name, &w->zone);
}

enum tocsin_err sheet_make(const struct desk *d, struct snapshot *read, const struct statement_row *row, const char *language,
	enum sheet_form form, struct buf *out)
{
	struct sheet w = { .desk = d, .row = row, .form = form, .out = out, .arena = arena_new(SHEET_ARENA) };
	enum tocsin_err err = w.arena == NULL ? fail(TOCSIN_BROKEN, "no memory for a sheet") : read_statement(&w);
	if (err == TOCSIN_OK)
		err = find_contact(&w, read);
	if (err == TOCSIN_OK)
		err = find_over(&w, read);
	if (err == TOCSIN_OK)
		err = choose_language(&w, language);
	if (err == TOCSIN_OK)
		err = open_zone(&w);
	if (err == TOCSIN_OK)
		add_all(&w);
	zone_free(w.zone);
	arena_free(w.arena);
	return err;
}
