#include "desk/determination.h"

#include "base/sha256.h"
#include "desk/audit.h"
#include "desk/clocks.h"
#include "desk/drafts.h"
#include "desk/rules.h"

#define ARENA (32u << 20)

struct making {
	const struct desk *desk;
	const struct view *view;
	struct snapshot *read;
	struct draft_row row;
	const struct determination *test;
	const char *result;
	bool was_met;                           /* before this one */
	int urgency;
	int64_t now;
	enum tocsin_err err;
};

static bool is(const char *given, const char *word)
{
	return given != NULL && strcmp(given, word) == 0;
}

static const char *result_of(const struct determination *t)
{
	if (t->result != NULL)
		return t->result;
	return is(t->credible, "no") || is(t->specific, "no") || is(t->impending, "no") || is(t->harm, "no") ? "not-met" : "met";
}

static void put(json_t *o, const char *name, const char *text)
{
	if (text != NULL)
		json_object_set_new(o, name, json_string(text));
}

static json_t *fields_of(const struct making *m)
{
	char hex[2 * SHA256_SIZE + 1];
	struct hash digest = sha256(m->row.content);
	json_t *o = json_object();
	hex_encode(digest.b, SHA256_SIZE, hex);
	put(o, "duty", m->result);
	put(o, "duty.ground", m->test->ground);
	put(o, "duty.by", m->view->function);
	put(o, "test.credible", m->test->credible);
	put(o, "test.specific", m->test->specific);
	put(o, "test.impending", m->test->impending);
	put(o, "test.harm", m->test->harm);
	put(o, "test.words", m->test->words);
	put(o, "reason", m->test->reason);
	put(o, "approval.draft-sha256", hex);
	return o;
}

/* What becomes true with the statement. */
static void with_statement(void *arg, size_t i, struct change *c)
{
	struct making *m = arg;
	(void)i;
	m->err = access_share(m->desk, m->read, c, 0, "determination", m->desk->name, m->row.unit, m->row.compartment, true);
	change_determined(c, &(struct determined_row) { .draft = m->row.num, .version = m->row.version, .result = m->result,
		.ground = m->test->ground == NULL ? "" : m->test->ground, .account = m->view->account,
		.function = m->view->function, .at = m->now });
	audit_add(c, m->view, "draft.determined", m->row.id, m->result);
	/* A draft that is withdrawn starts no duty; the one that runs still can be ended. */
	bool left = strcmp(m->row.state, "released") == 0 || strcmp(m->row.state, "withdrawn") == 0;
	if (!is(m->result, "met"))
		clocks_end(c, CLOCK_DUTY, 0, m->row.num, is(m->result, "waived") ? "met" : "void", m->now);
	else if (!m->was_met && !left)
		clocks_start(m->desk, c, &(struct clock_start) { .kind = CLOCK_DUTY, .draft = m->row.num, .unit = m->row.unit,
			.compartment = m->row.compartment, .urgency = m->urgency, .life = true, .now = m->now,
			.owner = strcmp(m->row.author, "operator") == 0 ? "" : m->row.author });
}

static enum tocsin_err issue(struct making *m, struct arena *a, struct issue_result *result)
{
	struct draft *draft = arena_alloc(a, sizeof *draft);
	json_t *o = fields_of(m);
	enum tocsin_err err = draft == NULL || o == NULL ? fail(TOCSIN_BROKEN, "no memory for a determination")
							 : draft_parse("determination", o, a, draft);
	json_decref(o);
	if (err != TOCSIN_OK)
		return err;
	const struct issue_release release = { .to = m->desk->name, .field = draft->field, .field_n = draft->n,
		.urgency = 2 };
	const struct issue one = { .kind = "determination", .release = &release, .n = 1, .with = with_statement, .arg = m };
	err = desk_issue(m->desk, &one, result);
	return err == TOCSIN_OK ? m->err : err;
}

static enum tocsin_err see(struct making *m, const char *id, struct arena *a)
{
	struct determined_row was;
	struct composition c;
	enum tocsin_err err = drafts_find(m->read, m->view, id, a, &m->row);
	if (err == TOCSIN_OK && strcmp(m->row.kind, "warning") != 0)
		return fail(TOCSIN_BAD, "the duty to warn is determined of warnings, and this is a %s", m->row.kind);
	if (err == TOCSIN_OK && m->row.content.n == 0)
		return fail(TOCSIN_MISSING, "what draft %s said is forgotten", m->row.id);
	if (err == TOCSIN_OK)
		err = composition_read(m->row.content, m->now, a, &c);
	if (err != TOCSIN_OK)
		return err;
	m->urgency = c.urgency;
	err = determined_last(m->read, m->row.num, a, &was);
	m->was_met = err == TOCSIN_OK && strcmp(was.result, "met") == 0;
	return err == TOCSIN_MISSING ? TOCSIN_OK : err;
}

enum tocsin_err determination_make(const struct desk *d, const struct view *v, const char *id,
	const struct determination *t, struct issue_result *result)
{
	struct making m = { .desk = d, .view = v, .test = t, .result = result_of(t), .now = clock_now() };
	struct arena *a = arena_new(ARENA);
	enum tocsin_err err = a == NULL ? fail(TOCSIN_BROKEN, "no memory for a determination")
					: access_may(v, RIGHT_DETERMINE);
	if (err == TOCSIN_OK && is(m.result, "waived"))
		err = access_may(v, RIGHT_WAIVE);
	if (err == TOCSIN_OK)
		err = snapshot_open(d->store, &m.read);
	if (err == TOCSIN_OK)
		err = see(&m, id, a);
	if (err == TOCSIN_OK)
		err = issue(&m, a, result);
	snapshot_close(m.read);
	arena_free(a);
	return err;
}
