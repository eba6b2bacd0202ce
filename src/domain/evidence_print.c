#include "domain/evidence.h"

#include "domain/vocabulary.h"

/* DESIGN, section 1: said wherever proof is shown. */
static const char *const not_proven[] = {
	"that a person read it",
	"that what it says is true",
	"that nothing else was said, here or by another way",
	"that something without a receipt did not arrive: a recipient can read and keep silent",
	NULL,
};

static const char *level_name(const struct evidence_verdict *v)
{
	static const char *const names[] = { "none", "one-sided", "received", "witnessed" };
	return names[v->level];
}

static const char *verdict_name(const struct evidence_verdict *v)
{
	return v->refused ? "refused" : !v->ok ? "untrusted" : v->level >= EVIDENCE_RECEIVED ? "proven" : "one-sided";
}

/* What may be said of line I: told, withheld, or only stated (signed, but arrival, or without trust origin, is not
 * proven). */
enum said { SAID_TOLD, SAID_WITHHELD, SAID_STATED };

static enum said said(const struct evidence_verdict *v, size_t i)
{
	if (!v->ok || (v->line[i].told && v->level < EVIDENCE_RECEIVED) || party_same(&v->statement.from, &v->statement.to))
		return SAID_STATED;
	return v->line[i].told ? SAID_TOLD : SAID_WITHHELD;
}

const char *evidence_shown(const struct evidence_verdict *v, const char *name, const char *field)
{
	if (v->refused || !v->ok || strcmp(v->statement.to.name, name) != 0)
		return "not shown";
	for (size_t i = 0; i < v->line_n; i++) {
		if (strcmp(v->line[i].name, field) != 0)
			continue;
		enum said is = said(v, i);
		return is == SAID_TOLD ? "told" : is == SAID_WITHHELD ? "withheld" : "not shown";
	}
	return "not shown";
}

static void print_lines(const struct evidence_verdict *v, enum said which, const char *title, struct buf *out)
{
	bool any = false;
	for (size_t i = 0; i < v->line_n; i++) {
		if (said(v, i) != which)
			continue;
		if (!any)
			buf_printf(out, "\n%s\n", title);
		any = true;
		buf_printf(out, "  %s: ", v->line[i].name);
		value_words(v->line[i].value, out);
		buf_add_char(out, '\n');
	}
}

static void print_time(struct buf *out, const char *before, uint64_t seconds, const char *after)
{
	char when[CLOCK_TEXT + 1];
	clock_format((int64_t)seconds * CLOCK_SECOND, when);
	buf_printf(out, "%s%s%s", before, when, after);
}

static void print_party(struct buf *out, const char *what, const struct party *p, bool trusted)
{
	buf_printf(out, "%s %s ", what, p->name);
	buf_add_hex(out, p->fp, sizeof p->fp);
	buf_add_str(out, trusted ? "\n" : "  (you did not name it)\n");
}

static void print_head(const struct evidence_verdict *v, struct buf *out)
{
	const struct statement *s = &v->statement;
	char when[CLOCK_TEXT + 1];
	buf_printf(out, "kind      %s%s\nid        ", s->kind, s->realm == REALM_EXERCISE ? "  (EXERCISE)" : "");
	buf_add_hex(out, v->id.b, sizeof v->id.b);
	buf_add_char(out, '\n');
	print_party(out, "from     ", &s->from, v->sender_trusted);
	print_party(out, "to       ", &s->to, v->recipient_trusted);
	clock_format(s->at, when);
	buf_printf(out, "at        %s  (the sender's claim)\n", when);
	for (size_t i = 0; i < s->by_n; i++)
		buf_printf(out, "by        %s%s\n", s->by[i], v->by_trusted[i] ? "" : "  (you did not name it: not proven)");
	for (size_t i = 0; i < s->re_n; i++) {
		buf_add_str(out, "re        ");
		buf_add_hex(out, s->re[i].b, sizeof s->re[i].b);
		buf_add_char(out, '\n');
	}
}

static void print_proofs(const struct evidence_verdict *v, struct buf *out)
{
	if (v->issued)
		buf_printf(out, "issued    in the log of %s\n", v->statement.from.name);
	if (v->issued_witnessed != 0)
		print_time(out, "          witnessed not later than ", v->issued_witnessed, "\n");
	if (v->receipt_size == 0)
		buf_add_str(out, "received  no receipt: one-sided\n");
	else
		buf_printf(out, "received  entry %llu of %llu in the log of %s%s\n", (unsigned long long)v->receipt_index,
			(unsigned long long)v->receipt_size,
			v->statement.to.name, v->recipient_trusted ? "" : ", which you did not name");
	if (v->receipt_witnessed != 0)
		print_time(out, "          witnessed not later than ", v->receipt_witnessed, "\n");
	if (v->quorum_k == 0)
		buf_add_str(out, "quorum    none\n");
	else
		buf_printf(out, "quorum    %zu needed, %zu found among those that you named\n", v->quorum_k, v->quorum_count);
	for (size_t i = 0; i < v->witness_n; i++) {
		const struct evidence_witness *w = &v->witness[i];
		/* The protocol lets it count; a reader may weigh it less. */
		bool party = strcmp(w->name, v->statement.from.name) == 0 || strcmp(w->name, v->statement.to.name) == 0;
		buf_printf(out, "          %s: %s%s%s\n", w->name, w->cosigned ? "cosigned" : "did not cosign",
			party ? ", itself a party to this" : "", w->trusted ? "" : "  (you did not name it)");
	}
}

void evidence_print(const struct evidence_verdict *v, struct buf *out)
{
	char title[LIMIT_NAME + 80];
	buf_printf(out, "%s: %s\n", verdict_name(v), v->sentence);
	if (!v->refused) {
		buf_add_char(out, '\n');
		print_head(v, out);
		print_proofs(v, out);
		snprintf(title, sizeof title, "told to %s", v->statement.to.name);
		print_lines(v, SAID_TOLD, title, out);
		snprintf(title, sizeof title, "known and withheld from %s", v->statement.to.name);
		print_lines(v, SAID_WITHHELD, title, out);
		print_lines(v, SAID_STATED, v->level == EVIDENCE_NONE ? "stated by nobody you named" :
			"stated by its maker; that it was told to anybody is not proven", out);
		buf_printf(out,
			"\n%zu lines are closed and %zu are kept back by the maker of this bundle; some or all of the closed ones may hold nothing\n", v->closed_n, v->kept_back_n);
	}
	buf_add_str(out, "\nWhat this does not prove:\n");
	for (size_t i = 0; not_proven[i] != NULL; i++)
		buf_printf(out, "  - %s\n", not_proven[i]);
}

static void set(json_t *o, const char *key, json_t *value)
{
	/* Takes VALUE; the only way to fail is memory, and then the member is not there. */
	(void)json_object_set_new(o, key, value);
}

static json_t *hex_json(const void *p, size_t n)
{
	char hex[2 * SHA256_SIZE + 1];
	hex_encode(p, n, hex);
	return json_string(hex);
}

static json_t *time_json(uint64_t seconds)
{
	char when[CLOCK_TEXT + 1];
	if (seconds == 0)
		return json_null();
	clock_format((int64_t)seconds * CLOCK_SECOND, when);
	return json_string(when);
}

static json_t *lines_json(const struct evidence_verdict *v, enum said which)
{
	json_t *list = json_array();
	for (size_t i = 0; i < v->line_n; i++) {
		if (said(v, i) != which)
			continue;
		json_t *o = json_object();
		set(o, "field", json_string(v->line[i].name));
		set(o, "value", json_from_value(v->line[i].value));
		if (which == SAID_STATED)
			set(o, "open", json_boolean(v->line[i].told));
		(void)json_array_append_new(list, o);
	}
	return list;
}

json_t *evidence_json(const struct evidence_verdict *v)
{
	json_t *o = json_object(), *quorum = json_object(), *list = json_array();
	const struct statement *s = &v->statement;
	bool known = !v->refused;
	char at[CLOCK_TEXT + 1];
	clock_format(s->at, at);
	set(o, "verdict", json_string(verdict_name(v)));
	set(o, "ok", json_boolean(v->ok));
	set(o, "level", json_string(level_name(v)));
	set(o, "sentence", json_string(v->sentence));
	set(o, "id", known ? hex_json(v->id.b, sizeof v->id.b) : json_null());
	set(o, "kind", known ? json_string(s->kind) : json_null());
	set(o, "from", known ? json_string(s->from.name) : json_null());
	set(o, "to", known ? json_string(s->to.name) : json_null());
	set(o, "at", known ? json_string(at) : json_null());
	set(o, "exercise", json_boolean(known && s->realm == REALM_EXERCISE));
	set(o, "issued", json_boolean(v->issued));
	set(o, "issued_not_later_than", time_json(v->issued_witnessed));
	set(o, "received", json_boolean(v->level >= EVIDENCE_RECEIVED));
	set(o, "witnessed_not_later_than", v->level == EVIDENCE_WITNESSED ? time_json(v->receipt_witnessed) : json_null());
	set(quorum, "needed", json_integer((json_int_t)v->quorum_k));
	set(quorum, "found", json_integer((json_int_t)v->quorum_count));
	set(o, "quorum", quorum);
	set(o, "told", lines_json(v, SAID_TOLD));
	set(o, "withheld", lines_json(v, SAID_WITHHELD));
	set(o, "stated", lines_json(v, SAID_STATED));
	set(o, "closed", json_integer((json_int_t)v->closed_n));
	set(o, "kept_back", json_integer((json_int_t)v->kept_back_n));
	for (size_t i = 0; not_proven[i] != NULL; i++)
		(void)json_array_append_new(list, json_string(not_proven[i]));
	set(o, "not_proven", list);
	set(o, "shown_to", json_null());
	return o;
}
