#include "domain/tendered.h"

#include "base/text.h"

#define SLACK (300 * CLOCK_SECOND)      /* by which clocks may differ */

void tendered_label(enum realm r, const struct hash *id, struct hash *label)
{
	char hex[2 * SHA256_SIZE + 1], text[128];
	hex_encode(id->b, SHA256_SIZE, hex);
	int n = snprintf(text, sizeof text, "%s tendered %s", realm_prefix(r), hex);
	*label = sha256(bytes_of(text, (size_t)n));
}

/* What the open line NAME says, without quotes; a closed one was not told to its addressee, and says nothing here. */
static struct bytes told(const struct evidence_verdict *e, const char *name)
{
	for (size_t i = 0; i < e->line_n; i++) {
		struct bytes value = e->line[i].value;
		if (strcmp(e->line[i].name, name) == 0 && e->line[i].told && value.n >= 2 && value.p[0] == '"' &&
			value.p[value.n - 1] == '"')
			return bytes_of(value.p + 1, value.n - 2);
	}
	return bytes_of(NULL, 0);
}

static bool time_of(const struct evidence_verdict *e, const char *name, int64_t *t)
{
	*t = 0;
	return clock_parse(told(e, name), t);
}

static bool refers(const struct statement *s, const struct hash *id)
{
	for (size_t i = 0; i < s->re_n; i++)
		if (hash_equal(&s->re[i], id))
			return true;
	return false;
}

static const char *check_tender(const struct tendered *t, struct tendered_verdict *v)
{
	const struct statement *s = &t->statement->statement, *e = &t->tender->statement;
	struct hash label, said;
	char fp[2 * STATEMENT_FP + 1], to[LIMIT_NAME + sizeof fp + 1];
	if (strcmp(e->kind, "tender") != 0)
		return "what is there as the tender is none";
	if (e->realm != s->realm)
		return "the tender and the statement live in different realms";
	if (party_same(&e->from, &e->to) || party_same(&e->to, &s->to) || party_same(&e->to, &s->from))
		return "the tender was handed to no third";
	tendered_label(s->realm, &t->statement->id, &label);
	if (!hex_decode(told(t->tender, "envelope.label"), said.b, SHA256_SIZE))
		return "the tender shows no label: it is not proven what was handed over";
	if (!hash_equal(&said, &label))
		return "the label of the tender is that of another statement";
	hex_encode(s->to.fp, STATEMENT_FP, fp);
	snprintf(to, sizeof to, "%s %s", s->to.name, fp);
	if (!bytes_equal_str(told(t->tender, "envelope.to"), to))
		return "the tender is for somebody else than the statement";
	if (!time_of(t->tender, "envelope.until", &v->until))
		return "the tender does not show until when it was to be kept";
	if (t->tender->level < EVIDENCE_RECEIVED)
		return "there is no receipt of the broker: it is not proven that it was handed over";
	return NULL;
}

/* The word of custody I. */
static const char *check_word(const struct tendered *t, size_t i, struct tendered_verdict *v)
{
	const struct evidence_verdict *c = t->custody[i];
	const struct statement *s = &c->statement, *tender = &t->tender->statement;
	static const char *const states[] = { "held", "delivered", "refused", "not-fetched" };
	struct tendered_word *w = &v->word[v->word_n];
	struct bytes state = told(c, "custody.state"), code = told(c, "custody.code");
	if (strcmp(s->kind, "custody") != 0 || s->realm != tender->realm)
		return "is not one";
	if (!party_same(&s->from, &tender->to))
		return "is not the broker's word";
	if (!party_same(&s->to, &tender->from))
		return "was said to somebody else";
	if (!refers(s, &t->tender->id))
		return "is about another tender";
	for (size_t k = 0; k < sizeof states / sizeof *states; k++)
		if (bytes_equal_str(state, states[k]))
			snprintf(w->state, sizeof w->state, "%s", states[k]);
	if (w->state[0] == 0)
		return "does not say what became of it";
	/* A code is shown in words of our own: no more than a word of it. */
	for (size_t k = 0; k < code.n && k < sizeof w->code - 1; k++)
		w->code[k] = (char)((code.p[k] >= 'a' && code.p[k] <= 'z') || code.p[k] == '-' ? code.p[k] : '?');
	w->at = s->at;
	time_of(c, "custody.when", &w->when);
	w->doubtful = (w->when != 0 && (w->when < tender->at - SLACK || w->when > s->at + SLACK)) ||
		(strcmp(w->state, "not-fetched") == 0 && s->at < v->until);
	v->word_n++;
	return NULL;
}

/* A broker may say more than one thing: what weighs more counts, then what was said later. */
static int weight(const struct tendered_word *w)
{
	return strcmp(w->state, "delivered") == 0 ? (strcmp(w->code, "silent") == 0 ? 1 : 3)
		: strcmp(w->state, "refused") == 0 ? 2
		: strcmp(w->state, "not-fetched") == 0 ? 1 : 0;
}

static void choose(struct tendered_verdict *v)
{
	for (size_t i = 0; i < v->word_n; i++) {
		const struct tendered_word *w = &v->word[i];
		if (v->last == NULL || weight(w) > weight(v->last) || (weight(w) == weight(v->last) && w->at > v->last->at))
			v->last = w;
	}
}

/* The part WHAT by itself. */
static bool sound(const struct evidence_verdict *e, const char *what, struct tendered_verdict *v)
{
	if (e != NULL && !e->refused && e->ok)
		return true;
	snprintf(v->sentence, sizeof v->sentence, "%s: %.300s", what, e == NULL ? "is not there" : e->sentence);
	return false;
}

void tendered_check(const struct tendered *t, struct tendered_verdict *v)
{
	*v = (struct tendered_verdict){ .ok = false };
	if (!sound(t->statement, "the statement", v) || !sound(t->tender, "the tender", v))
		return;
	snprintf(v->from, sizeof v->from, "%s", t->tender->statement.from.name);
	snprintf(v->broker, sizeof v->broker, "%s", t->tender->statement.to.name);
	snprintf(v->to, sizeof v->to, "%s", t->statement->statement.to.name);
	const char *why = check_tender(t, v);
	if (why != NULL) {
		snprintf(v->sentence, sizeof v->sentence, "%s", why);
		return;
	}
	for (size_t i = 0; i < t->custody_n; i++) {
		char what[32];
		snprintf(what, sizeof what, "custody-%zu", i + 1);
		if (!sound(t->custody[i], what, v))
			return;
		why = check_word(t, i, v);
		if (why != NULL) {
			snprintf(v->sentence, sizeof v->sentence, "%s %s", what, why);
			return;
		}
	}
	choose(v);
	v->logged = true;
	v->handed = (int64_t)t->tender->receipt_witnessed * CLOCK_SECOND;
	v->taken = t->statement->level >= EVIDENCE_RECEIVED;
	v->taken_at = v->taken ? (int64_t)t->statement->receipt_witnessed * CLOCK_SECOND : 0;
	v->ok = v->handed != 0;
	snprintf(v->sentence, sizeof v->sentence, "%s", v->ok ? "it was handed to the broker, sealed, for its recipient"
		: "consistent, and in the broker's log, but nobody witnessed when: its time is one side's word alone");
}

/* ---- in words ---- */

const char *tendered_state(const struct tendered_verdict *v)
{
	return v->taken ? "received" : v->last == NULL ? "silent" : v->last->state;
}

/* What W says, without who says it. */
static void word_text(const struct tendered_verdict *v, const struct tendered_word *w, struct buf *out)
{
	char until[CLOCK_TEXT + 1], when[CLOCK_TEXT + 1];
	clock_format(v->until, until);
	clock_format(w->when != 0 ? w->when : w->at, when);
	if (strcmp(w->state, "not-fetched") == 0)
		buf_printf(out, "never fetched until %s", until);
	else if (strcmp(w->state, "refused") == 0)
		buf_printf(out, "refused (%s)", w->code[0] != 0 ? w->code : "unsaid");
	else if (strcmp(w->state, "held") == 0)
		buf_printf(out, "held since %s", when);
	else if (strcmp(w->code, "silent") == 0)
		buf_printf(out, "fetched, and no word of %s until %s", v->to, until);
	else
		buf_printf(out, "delivered at %s", when);
}

void tendered_print(const struct tendered_verdict *v, struct buf *out)
{
	char when[CLOCK_TEXT + 1];
	buf_printf(out, "tendered: %s: %s\n", v->ok ? "VERIFIED" : "NOT VERIFIED", v->sentence);
	if (!v->logged)
		return;
	if (v->handed != 0) {
		clock_format(v->handed, when);
		buf_printf(out, "proven:   handed to %s for %s not later than %s (proven by %s's log)\n", v->broker, v->to, when, v->broker);
	} else {
		buf_printf(out, "proven:   handed to %s for %s (proven by %s's log), not when\n", v->broker, v->to, v->broker);
	}
	if (v->taken) {
		clock_format(v->taken_at, when);
		buf_printf(out, "proven:   %s took it: receipt%s%s\n", v->to, v->taken_at != 0 ? ", not later than " : "",
			v->taken_at != 0 ? when : "");
	}
	for (size_t i = 0; i < v->word_n; i++) {
		clock_format(v->word[i].at, when);
		buf_printf(out, "its word: %s says: ", v->broker);
		word_text(v, &v->word[i], out);
		buf_printf(out, "  (said at %s by its clock%s)\n", when, v->word[i].doubtful ? "; doubtful: that time cannot be" : "");
	}
	if (v->word_n == 0)
		buf_printf(out, "its word: %s has said nothing of it\n", v->broker);
	if (v->taken)
		buf_add_str(out, "not proven: that a person read it\n");
	else
		buf_printf(out, "not proven: that %s could have had it, or did not get it by another way; what became of it is the word of %s alone%s\n",
			v->to, v->broker, strcmp(tendered_state(v), "delivered") == 0 ? ": there is no receipt" : "");
}

static json_t *time_json(int64_t t)
{
	char text[CLOCK_TEXT + 1] = "";
	if (t != 0)
		clock_format(t, text);
	return json_string(text);
}

json_t *tendered_json(const struct tendered_verdict *v)
{
	json_t *o = json_object(), *words = json_array();
	struct buf says;
	buf_init(&says, 1024);
	if (v->last != NULL)
		word_text(v, v->last, &says);
	for (size_t i = 0; i < v->word_n; i++) {
		const struct tendered_word *w = &v->word[i];
		json_t *word = json_object();
		json_object_set_new(word, "state", json_string(w->state));
		json_object_set_new(word, "code", json_string(w->code));
		json_object_set_new(word, "when", time_json(w->when));
		json_object_set_new(word, "at", time_json(w->at));
		json_object_set_new(word, "doubtful", json_boolean(w->doubtful));
		json_array_append_new(words, word);
	}
	json_object_set_new(o, "ok", json_boolean(v->ok));
	json_object_set_new(o, "sentence", json_string(v->sentence));
	json_object_set_new(o, "from", json_string(v->from));
	json_object_set_new(o, "broker", json_string(v->broker));
	json_object_set_new(o, "to", json_string(v->to));
	json_object_set_new(o, "tendered_not_later_than", time_json(v->handed));
	json_object_set_new(o, "until", time_json(v->until));
	json_object_set_new(o, "state", v->logged ? json_string(tendered_state(v)) : json_string(""));
	json_object_set_new(o, "says", says.n > 0 ? json_stringn((const char *)says.p, says.n) : json_string(""));
	json_object_set_new(o, "words", words);
	json_object_set_new(o, "received_not_later_than", time_json(v->taken_at));
	buf_free(&says);
	return o;
}

void tendered_readme(struct buf *out)
{
	buf_add_str(out,
		"A statement that was handed to a broker, sealed.\n\n"
		"statement/   the statement, as it was signed; with its recipient's receipt, when there is one\n"
		"tender/      how it was handed over, with the broker's receipt\n"
		"custody-1/   what the broker said of it, and custody-2/ and so on what it said then\n\n"
		"Each is a bundle of its own, with its own README.txt and check.sh. All of it together:\n\n"
		"    tocsin verify . --card CARDS...\n\n"
		"The line envelope.label of the tender is SHA-256 of \"PREFIX tendered ID\": PREFIX is the first word of the statement, ID is\n"
		"SHA-256 of its text. So the broker's receipt for the tender proves that it had this statement, though it could not read it,\n"
		"not later than that was witnessed. What became of it is the broker's word; only a receipt of the recipient proves that it took it.\n");
}
