#include "desk/told.h"

#include "base/clock.h"
#include "desk/access.h"
#include "desk/rules.h"
#include "domain/vocabulary.h"

#define AHEAD (5 * 60 * CLOCK_SECOND)           /* clocks differ */

static const struct {
	const char *by, *type, *words;
} ways[] = {
	{ "telephone", "voice-delivery", "by telephone" },
	{ "in-person", "voice-delivery", "in person" },
	{ "paper", "paper-delivery", "on paper" },
	{ "mail", "paper-delivery", "by mail" },
	{ "other", "other-delivery", "in another way" },
};
#define WAYS (sizeof ways / sizeof *ways)

bool told_type(struct bytes word)
{
	for (size_t i = 0; i < WAYS; i++)
		if (bytes_equal_str(word, ways[i].type))
			return true;
	return false;
}

const char *told_type_of(const char *by)
{
	for (size_t i = 0; i < WAYS; i++)
		if (strcmp(ways[i].by, by) == 0)
			return ways[i].type;
	return NULL;
}

static const char *words_of(const char *by)
{
	for (size_t i = 0; i < WAYS; i++)
		if (strcmp(ways[i].by, by) == 0)
			return ways[i].words;
	return "";
}

static json_t *fields_of(const struct told *t)
{
	char at[CLOCK_TEXT + 1];
	clock_format(t->at, at);
	json_t *o = json_pack("{s:s, s:s, s:s, s:s}", "record.type", told_type_of(t->by), "record.method", t->by, "record.person",
		t->person, "record.when", at);
	json_t *text = t->words != NULL ? json_string(t->words)
					: json_sprintf("%s was told %s.", t->person, words_of(t->by));
	json_object_set_new(o, "text", text);
	if (t->read_back != NULL)
		json_object_set_new(o, "record.read-back", json_string(t->read_back));
	if (t->read_back != NULL || t->read_back_known)
		json_object_set_new(o, "record.read-back-given", json_boolean(t->read_back != NULL || t->read_back_given));
	if (t->code_known)
		json_object_set_new(o, "record.code-ok", json_boolean(t->code_ok));
	if (t->scan != NULL && t->scan->n > 0)
		json_object_set_new(o, "record.countersigned", json_true());
	return o;
}

struct keeping {
	const struct desk *desk;
	struct snapshot *read;
	const struct view *view;
	const struct issue_result *result;
	char compartment[LIMIT_ACCOUNT + 1];
};

static void share(void *arg, size_t i, struct change *c)
{
	const struct keeping *k = arg;
	(void)i;
	access_share_own(k->desk, k->read, k->view, c, &k->result->id, "record", k->desk->name, k->compartment);
}

static enum tocsin_err issue_record(struct keeping *k, const struct statement_row *row, const struct told *t,
	struct draft *draft, struct arena *a, struct issue_result *result)
{
	const struct desk *d = k->desk;
	json_t *o = fields_of(t);
	enum tocsin_err err = o == NULL ? fail(TOCSIN_BROKEN, "no memory for a record") : draft_parse("record", o, a, draft);
	json_decref(o);
	for (size_t i = 0; err == TOCSIN_OK && t->scan != NULL && i < t->scan->n; i++)
		draft->field[draft->n++] = t->scan->field[i];
	if (err != TOCSIN_OK)
		return err;
	struct issue_release release = { .to = d->name, .field = draft->field, .field_n = draft->n, .urgency = 2 };
	if (t->scan != NULL) {
		release.file = t->scan->file;
		release.file_n = t->scan->n;
	}
	const struct issue issue = { .kind = "record", .re = &row->id, .re_n = 1, .release = &release, .n = 1, .with = share,
		.arg = k };
	err = access_compartment(k->read, k->view, &row->id, 1, k->compartment);
	return err == TOCSIN_OK ? desk_issue(d, &issue, result) : err;
}

enum tocsin_err told_keep(const struct desk *d, struct snapshot *read, const struct view *v, const struct statement_row *row,
	const struct told *t, struct issue_result *result)
{
	const struct kind *kind = kind_find(row->kind);
	bool self = strcmp(row->peer, d->name) == 0;
	if (!row->issued || (self && (kind == NULL || kind->self != KIND_SELF_CONTACT)))
		return rule_refuse("told.own", "only what this node sent, or was to be told to a contact, can be told by voice or paper");
	if (told_type_of(t->by) == NULL)
		return fail(TOCSIN_BAD, "by must be telephone, in-person, paper, mail or other");
	if (t->person[0] == 0)
		return fail(TOCSIN_BAD, "person is missing: who was told, by name or function");
	if (t->at > clock_now() + AHEAD)
		return fail(TOCSIN_BAD, "nobody can have been told at a time that is still to come");
	struct arena *a = arena_new(8u << 20);
	struct keeping k = { .desk = d, .read = read, .view = v, .result = result };
	struct draft *draft = a == NULL ? NULL : arena_alloc(a, sizeof *draft);
	enum tocsin_err err = draft == NULL ? fail(TOCSIN_BROKEN, "no memory for a record")
					    : issue_record(&k, row, t, draft, a, result);
	arena_free(a);
	return err;
}
