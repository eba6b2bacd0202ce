#include "desk/correction.h"

#include <stdlib.h>

#include "base/text.h"
#include "desk/audit.h"
#include "desk/clocks.h"
#include "desk/forget_part.h"
#include "desk/issue.h"
#include "desk/policy.h"
#include "desk/reach.h"
#include "desk/rules.h"
#include "desk/standing_part.h"

#define CASE_ARENA (64u << 20)
#define TOLD_MAX 4096

static bool is_one_of(const char *word, const char *const *words)
{
	for (; *words != NULL; words++)
		if (strcmp(*words, word) == 0)
			return true;
	return false;
}

static enum tocsin_err words_ok(const char *s, const char *what)
{
	if (s[0] == 0 || strlen(s) > CORRECTION_WORDS || !text_is_clean(bytes_str(s)))
		return fail(TOCSIN_BAD, "%s has 1 to %d bytes and no control characters", what, CORRECTION_WORDS);
	return TOCSIN_OK;
}

enum tocsin_err correction_case_open(
	const struct desk *d, const struct view *v, const char *id, bool item, struct correction_case *k)
{
	bool whole;
	*k = (struct correction_case) { .arena = arena_new(CASE_ARENA) };
	enum tocsin_err err = k->arena == NULL ? fail(TOCSIN_BROKEN, "no memory for a case") : snapshot_open(d->store, &k->read);
	if (err == TOCSIN_OK)
		err = item ? correction_item_get(k->read, id, k->arena, &k->item, &k->row) : correction_get(k->read, id, k->arena, &k->row);
	/* What is not to be seen is looked up as what is there. */
	bool missing = err == TOCSIN_MISSING;
	if (err == TOCSIN_OK || missing)
		err = access_sees(k->read, v, missing ? 0 : k->row.statement, "", &whole);
	if (err == TOCSIN_MISSING || (err == TOCSIN_OK && missing))
		return fail(TOCSIN_MISSING, item ? "there is no proposal %.40s in any case" : "there is no case %.40s", id);
	return err == TOCSIN_OK ? statement_by_num(k->read, k->row.statement, k->arena, &k->record) : err;
}

void correction_case_close(struct correction_case *k)
{
	snapshot_close(k->read);
	arena_free(k->arena);
}

/* ---- opening ---- */

struct opening {
	const struct desk *desk;
	struct snapshot *read;
	const struct view *view;
	const struct correction_ask *ask;
	struct issue_result result;
	char id[CORRECTION_ID + 1], unit[LIMIT_ACCOUNT + 1];
	int64_t now, due_at;
};

static void with_case(void *arg, size_t i, struct change *c)
{
	struct opening *o = arg;
	(void)i;
	change_correction(c, &(struct correction_row) { .id = o->id, .asks = o->ask->asks, .opened_by = o->view->account,
		.opened_at = o->now, .due_at = o->due_at });
	access_share_own(o->desk, o->read, o->view, c, &o->result.id, "record", o->desk->name, "");
	clocks_start(o->desk, c, &(struct clock_start) { .kind = CLOCK_CORRECTION, .of_change = true, .unit = o->unit,
		.owner = o->view->everything ? "" : o->view->account, .urgency = 2, .due_at = o->due_at, .now = o->now });
	change_event(c, "correction opened", 0, o->id);
	audit_add(c, o->view, "correction.open", o->id, o->ask->asks);
}

static enum tocsin_err check_ask(const struct correction_ask *ask)
{
	static const char *const asks[] = { "correct", "delete", "restrict", NULL };
	enum tocsin_err err = words_ok(ask->who, "who asks");
	if (err == TOCSIN_OK)
		err = words_ok(ask->checked, "how it was made sure who that is");
	if (err == TOCSIN_OK && !is_one_of(ask->asks, asks))
		err = fail(TOCSIN_BAD, "one asks to correct, delete or restrict");
	return err;
}

enum tocsin_err correction_open(const struct desk *d, const struct view *v, const struct correction_ask *ask, json_t **out)
{
	struct opening o = { .desk = d, .view = v, .ask = ask, .now = clock_now() };
	struct draft *draft = calloc(1, sizeof *draft);
	struct arena *a = arena_new(1u << 20);
	o.due_at = o.now + policy_int(d, "correction.within");
	forget_new_id(o.id);
	if (v->unit[0] != 0)
		snprintf(o.unit, sizeof o.unit, "%s", v->unit);
	else
		policy_text(d, "unit.intake", o.unit, sizeof o.unit);
	enum tocsin_err err = draft == NULL || a == NULL ? fail(TOCSIN_BROKEN, "no memory for a case") : check_ask(ask);
	json_t *fields = json_pack("{s:s, s:s, s:s, s:O}", "record.type", "correction", "record.who", ask->who, "text", ask->checked,
		"subject.name", ask->names);
	if (err == TOCSIN_OK && fields == NULL)
		err = fail(TOCSIN_BAD, "who asks, and how that was checked, must be UTF-8");
	if (err == TOCSIN_OK)
		err = draft_parse("record", fields, a, draft);
	if (err == TOCSIN_OK)
		err = snapshot_open(d->store, &o.read);
	if (err == TOCSIN_OK) {
		struct issue_release release = { .to = d->name, .field = draft->field, .field_n = draft->n, .urgency = 2 };
		struct issue issue = { .kind = "record", .release = &release, .n = 1, .with = with_case, .arg = &o };
		err = desk_issue(d, &issue, &o.result);
	}
	snapshot_close(o.read);
	json_decref(fields);
	arena_free(a);
	free(draft);
	if (err != TOCSIN_OK)
		return err;
	return correction_show(d, v, o.id, out);
}

/* ---- showing ---- */

static json_t *case_json(const struct correction_row *row)
{
	return json_pack("{s:s, s:s, s:s, s:s, s:o, s:o, s:o, s:b}", "id", row->id, "asks", row->asks, "state", row->state, "opened_by",
		row->opened_by, "opened_at", forget_time(row->opened_at), "due_at", forget_time(row->due_at), "closed_at",
		forget_time(row->closed_at), "discreet", row->discreet);
}

static bool list_one(void *arg, const struct correction_row *row)
{
	struct forget_listing *l = arg;
	struct hash id;
	bool go_on;
	if (!forget_list_takes(l, row->statement, &id, &go_on))
		return go_on;
	struct correction_row shown = *row;
	shown.opened_by = forget_name(l->read, l->view, row->opened_by, l->arena);
	return forget_list_add(l, row->num, case_json(&shown));
}

enum tocsin_err correction_list(struct snapshot *read, const struct view *v, size_t limit, int64_t *before, json_t **out)
{
	struct forget_listing l;
	enum tocsin_err err = forget_list_begin(&l, read, v, limit);
	if (err == TOCSIN_OK)
		err = correction_each(read, *before == 0 ? INT64_MAX : *before, SIZE_MAX / 2, list_one, &l);
	return forget_list_end(&l, err, before, out);
}

struct telling {
	struct snapshot *read;
	const struct view *view;
	struct arena *arena;
	json_t *list;
	enum tocsin_err err;
};

/* How far the record of R is on its way. */
static enum tocsin_err way_of(struct telling *t, const struct correction_told *r, const char **state)
{
	struct receipt_row receipt;
	struct outbox_row outbox;
	*state = r->record == 0 ? "not issued" : "unreachable";
	if (r->record <= 0)
		return TOCSIN_OK;
	arena_reset(t->arena);
	enum tocsin_err err = receipt_get(t->read, r->record, t->arena, &receipt);
	*state = err == TOCSIN_OK && receipt.witnessed_at != 0 ? "witnessed" : "received";
	if (err != TOCSIN_MISSING)
		return err;
	err = outbox_get(t->read, r->record, t->arena, &outbox);
	*state = err == TOCSIN_OK && strcmp(outbox.state, "waiting") != 0 ? "refused" : "not delivered";
	return err == TOCSIN_MISSING ? TOCSIN_OK : err;
}

/* What V does not see of it is not shown: who passed something on in another unit is that unit's. */
static bool show_told(void *arg, const struct correction_told *r)
{
	struct telling *t = arg;
	struct hash about, record = { 0 };
	bool seen = false;
	const char *state = "";
	t->err = forget_seen(t->read, t->view, r->about, &about, &seen);
	if (t->err != TOCSIN_OK || !seen)
		return t->err == TOCSIN_OK;
	t->err = way_of(t, r, &state);
	struct statement s;
	if (t->err == TOCSIN_OK && r->record > 0)
		t->err = standing_head_id(t->read, r->record, &s, &record);
	if (t->err != TOCSIN_OK)
		return false;
	json_t *o = json_pack("{s:s, s:s, s:o, s:s, s:o}", "partner", r->partner, "why", r->why, "about", forget_hash(&about), "state",
		state, "record", r->record > 0 ? forget_hash(&record) : json_null());
	if (json_array_append_new(t->list, o) != 0)
		t->err = fail(TOCSIN_BROKEN, "no memory to show a case");
	return t->err == TOCSIN_OK;
}

struct showing_items {
	const struct desk *desk;
	struct snapshot *read;
	const struct view *view;
	struct arena *arena;
	json_t *list;
	enum tocsin_err err;
};

/* Whom its retraction reached, and who holds a copy of it. */
static enum tocsin_err add_reach(struct showing_items *s, const struct correction_item *item, json_t *o)
{
	struct statement_row row;
	json_t *reach = NULL;
	arena_reset(s->arena);
	enum tocsin_err err = statement_by_num(s->read, item->statement, s->arena, &row);
	if (err == TOCSIN_OK)
		err = reach_show(s->desk, s->read, s->view, &row, NULL, 1000, &reach);
	if (err == TOCSIN_MISSING)
		return TOCSIN_OK;
	if (err == TOCSIN_OK && json_object_set_new(o, "reach", json_incref(json_object_get(reach, "items"))) != 0)
		err = fail(TOCSIN_BROKEN, "no memory to show a case");
	json_decref(reach);
	return err;
}

static bool show_item(void *arg, const struct correction_item *item)
{
	struct showing_items *s = arg;
	struct hash id;
	bool seen = false;
	struct telling t = { .read = s->read, .view = s->view, .arena = s->arena, .list = json_array(), .err = TOCSIN_OK };
	s->err = forget_seen(s->read, s->view, item->statement, &id, &seen);
	if (s->err != TOCSIN_OK || !seen) {
		json_decref(t.list);
		return s->err == TOCSIN_OK;
	}
	json_t *o = json_pack("{s:s, s:o, s:s, s:s, s:s, s:s, s:s, s:o, s:s, s:o, s:s}", "id", item->id, "statement", forget_hash(&id),
		"what", item->what, "reason", item->reason, "ground", item->ground, "state", item->state, "proposed_by",
		forget_name(s->read, s->view, item->proposed_by, s->arena), "proposed_at", forget_time(item->proposed_at), "decided_by",
		forget_name(s->read, s->view, item->decided_by, s->arena), "decided_at", forget_time(item->decided_at), "decided_why",
		item->decided_why);
	if (item->content[0] != 0)
		json_object_set_new(o, "fields", json_from_value(bytes_str(item->content)));
	s->err = correction_told_of(s->read, item->num, TOLD_MAX, show_told, &t);
	if (s->err == TOCSIN_OK)
		s->err = t.err;
	json_object_set_new(o, "told", t.list);
	if (s->err == TOCSIN_OK)
		s->err = add_reach(s, item, o);
	if (json_array_append_new(s->list, o) != 0 && s->err == TOCSIN_OK)
		s->err = fail(TOCSIN_BROKEN, "no memory to show a case");
	return s->err == TOCSIN_OK;
}

/* The lines of the case's record, while they are not forgotten. */
static enum tocsin_err add_record(struct correction_case *k, json_t *o)
{
	static const struct { const char *line, *member; } said[] = { { "record.who", "who" }, { "text", "checked" }, { "subject.name", "names" } };
	struct content c;
	enum tocsin_err err = standing_content(&k->record, true, k->arena, &c);
	for (size_t i = 0; err == TOCSIN_OK && i < sizeof said / sizeof *said; i++) {
		const struct body_line *l = standing_line(&c, said[i].line);
		json_object_set_new(o, said[i].member, l == NULL ? json_null() : json_from_value(l->value));
	}
	return err;
}

enum tocsin_err correction_show(const struct desk *d, const struct view *v, const char *id, json_t **out)
{
	struct correction_case k;
	struct showing_items s = { .desk = d, .view = v, .list = json_array(), .arena = arena_new(CASE_ARENA), .err = TOCSIN_OK };
	json_t *o = NULL;
	enum tocsin_err err = correction_case_open(d, v, id, false, &k);
	if (err == TOCSIN_OK) {
		k.row.opened_by = forget_name(k.read, v, k.row.opened_by, k.arena);
		o = case_json(&k.row);
	}
	if (err == TOCSIN_OK && (o == NULL || s.list == NULL || s.arena == NULL))
		err = fail(TOCSIN_BROKEN, "no memory to show a case");
	if (err == TOCSIN_OK) {
		json_object_set_new(o, "record", forget_hash(&k.record.id));
		err = add_record(&k, o);
	}
	s.read = k.read;
	if (err == TOCSIN_OK)
		err = correction_items(k.read, k.row.num, CORRECTION_ITEMS, show_item, &s);
	if (err == TOCSIN_OK)
		err = s.err;
	json_object_set(o, "items", s.list);
	json_decref(s.list);
	arena_free(s.arena);
	correction_case_close(&k);
	if (err == TOCSIN_OK)
		err = audit_note(d, v, "correction.read", id, "");
	if (err == TOCSIN_OK)
		*out = o;
	else
		json_decref(o);
	return err;
}

/* ---- deciding ---- */

static enum tocsin_err check_proposal(const struct correction_proposal *p)
{
	static const char *const whats[] = { "correct", "delete", "restrict", "keep", NULL };
	enum tocsin_err err = words_ok(p->reason, "a reason");
	if (err == TOCSIN_OK && p->ground != NULL)
		err = words_ok(p->ground, "a ground");
	if (err == TOCSIN_OK && !is_one_of(p->what, whats))
		err = fail(TOCSIN_BAD, "one proposes to correct, delete, restrict or keep");
	if (err == TOCSIN_OK && strcmp(p->what, "keep") == 0 && p->ground == NULL)
		err = rule_refuse("correction.ground", "no ground is named");
	if (err == TOCSIN_OK && (strcmp(p->what, "correct") == 0) != (json_object_size(p->fields) > 0))
		err = fail(TOCSIN_BAD, "a correction, and nothing else, says what is right: fields by name");
	if (err == TOCSIN_OK && json_object_size(p->fields) > CORRECTION_FIELDS)
		err = fail(TOCSIN_BAD, "at most %d fields are corrected at a time", CORRECTION_FIELDS);
	return err;
}

/* The corrected fields, checked as those of KIND, in canonical form. */
static enum tocsin_err content_of(const char *kind, const json_t *fields, struct arena *a, const char **out)
{
	struct buf b;
	struct draft *draft = calloc(1, sizeof *draft);
	*out = "";
	enum tocsin_err err = draft == NULL ? fail(TOCSIN_BROKEN, "no memory for a proposal")
		: json_object_size(fields) == 0 ? TOCSIN_OK : draft_fields(kind, fields, a, draft);
	buf_init(&b, LIMIT_JSON);
	if (err == TOCSIN_OK && json_object_size(fields) > 0) {
		json_write(&b, fields);
		err = buf_end(&b, "what is right");
		if (err == TOCSIN_OK && (*out = arena_str(a, buf_bytes(&b))) == NULL)
			err = fail(TOCSIN_BROKEN, "no memory for a proposal");
	}
	buf_free(&b);
	free(draft);
	return err;
}

static enum tocsin_err count_item(struct snapshot *read, int64_t num)
{
	int64_t n = 0;
	enum tocsin_err err = correction_undecided(read, num, &n);
	return err == TOCSIN_OK && n >= CORRECTION_ITEMS ? fail(TOCSIN_REFUSED, "a case has at most %d proposals", CORRECTION_ITEMS) : err;
}

static enum tocsin_err commit(const struct desk *d, struct change *c, enum tocsin_err err)
{
	if (err != TOCSIN_OK) {
		change_free(c);
		return err;
	}
	err = store_commit(d->store, c, NULL, NULL);
	/* Somebody else was first: asking again does not help. */
	return err == TOCSIN_LATER ? TOCSIN_REFUSED : err;
}

enum tocsin_err correction_propose(
	const struct desk *d, const struct view *v, const char *id, const struct correction_proposal *p, json_t **out)
{
	struct correction_case k;
	struct statement_row row;
	char item[CORRECTION_ID + 1];
	const char *content = "";
	struct change *c = NULL;
	enum tocsin_err err = check_proposal(p);
	if (err != TOCSIN_OK)
		return err;
	err = correction_case_open(d, v, id, false, &k);
	if (err == TOCSIN_OK && strcmp(k.row.state, "open") != 0)
		err = rule_refuse("correction.closed", "case %s is closed", id);
	if (err == TOCSIN_OK)
		err = access_statement(k.read, v, p->statement, k.arena, &row, NULL);
	if (err == TOCSIN_OK)
		err = content_of(row.kind, p->fields, k.arena, &content);
	if (err == TOCSIN_OK)
		err = count_item(k.read, k.row.num);
	if (err == TOCSIN_OK && (c = change_new()) == NULL)
		err = fail(TOCSIN_BROKEN, "no memory for a proposal");
	if (err == TOCSIN_OK) {
		forget_new_id(item);
		change_correction_item(c, &(struct correction_item) { .id = item, .correction = k.row.num, .statement = row.num,
			.what = p->what, .reason = p->reason, .ground = p->ground == NULL ? "" : p->ground, .content = content,
			.proposed_by = v->account, .proposed_at = clock_now() });
		change_event(c, "correction proposed", k.row.statement, id);
		audit_add(c, v, "correction.propose", id, p->what);
	}
	err = commit(d, c, err);
	correction_case_close(&k);
	return err == TOCSIN_OK ? correction_show(d, v, id, out) : err;
}

enum tocsin_err correction_refuse(const struct desk *d, const struct view *v, const char *item, const char *why, json_t **out)
{
	struct correction_case k;
	char id[CORRECTION_ID + 1] = "";
	struct change *c = NULL;
	enum tocsin_err err = words_ok(why, "a reason");
	if (err != TOCSIN_OK)
		return err;
	err = correction_case_open(d, v, item, true, &k);
	if (err == TOCSIN_OK && (c = change_new()) == NULL)
		err = fail(TOCSIN_BROKEN, "no memory for a proposal");
	if (err == TOCSIN_OK) {
		snprintf(id, sizeof id, "%s", k.row.id);
		change_correction_decide(c, k.item.num, "refused", v->account, clock_now(), why);
		change_event(c, "correction refused", k.row.statement, id);
		audit_add(c, v, "correction.refuse", id, k.item.what);
	}
	err = commit(d, c, err);
	correction_case_close(&k);
	return err == TOCSIN_OK ? correction_show(d, v, id, out) : err;
}

enum tocsin_err correction_close(const struct desk *d, const struct view *v, const char *id, bool discreet, json_t **out)
{
	struct correction_case k;
	int64_t undecided = 0, now = clock_now();
	struct change *c = NULL;
	enum tocsin_err err = correction_case_open(d, v, id, false, &k);
	if (err == TOCSIN_OK)
		err = correction_undecided(k.read, k.row.num, &undecided);
	if (err == TOCSIN_OK && undecided > 0)
		err = rule_refuse("correction.undecided", "%lld proposals of case %s wait for a second person", (long long)undecided, id);
	if (err == TOCSIN_OK && (c = change_new()) == NULL)
		err = fail(TOCSIN_BROKEN, "no memory for a case");
	if (err == TOCSIN_OK) {
		change_correction_close(c, k.row.num, discreet, v->account, now);
		clocks_end(c, CLOCK_CORRECTION, k.row.statement, 0, "met", now);
		change_event(c, "correction closed", k.row.statement, id);
		audit_add(c, v, "correction.close", id, discreet ? "neither confirmed nor denied" : "");
	}
	err = commit(d, c, err);
	correction_case_close(&k);
	return err == TOCSIN_OK ? correction_show(d, v, id, out) : err;
}

/* ---- the reply ---- */

struct tally {
	unsigned correct, delete, restricted, keep;
	struct buf *out;
};

static bool count(void *arg, const struct correction_item *item)
{
	struct tally *t = arg;
	if (strcmp(item->state, "agreed") != 0)
		return true;
	t->correct += strcmp(item->what, "correct") == 0;
	t->delete += strcmp(item->what, "delete") == 0;
	t->restricted += strcmp(item->what, "restrict") == 0;
	if (strcmp(item->what, "keep") == 0)
		buf_printf(t->out, "%s%s", t->keep++ == 0 ? "Some of what we hold stays, on this ground: " : "; ", item->ground);
	return true;
}

enum tocsin_err correction_reply(const struct desk *d, const struct view *v, const char *id, json_t **out)
{
	struct correction_case k;
	struct buf b, kept;
	struct tally t = { .out = &kept };
	buf_init(&b, LIMIT_JSON);
	buf_init(&kept, LIMIT_JSON);
	enum tocsin_err err = correction_case_open(d, v, id, false, &k);
	if (err == TOCSIN_OK && strcmp(k.row.state, "closed") != 0)
		err = rule_refuse("correction.undecided", "case %s is open: close it first (tocsin correction close)", id);
	if (err == TOCSIN_OK)
		err = correction_items(k.read, k.row.num, CORRECTION_ITEMS, count, &t);
	if (err == TOCSIN_OK) {
		buf_printf(&b, "To your request, number %s.\n\n", id);
		if (k.row.discreet)
			buf_add_str(&b, "We have examined it, and have taken the steps that the law asks for. We neither confirm nor deny that "
					"information about you is, or was, held: saying either could endanger an investigation or other people. ");
		else if (t.correct + t.delete + t.restricted + t.keep == 0)
			buf_add_str(&b, "We have found nothing that names you. What is not found under a name may still be about you: tell us "
					"of other spellings. ");
		if (!k.row.discreet && t.correct > 0)
			buf_add_str(&b, "What was wrong has been corrected. ");
		if (!k.row.discreet && t.delete > 0)
			buf_add_str(&b, "What we may not keep is deleted. ");
		if (!k.row.discreet && t.restricted > 0)
			buf_add_str(&b, "Some of what we hold is restricted: it stays as evidence, and whoever has it is told so. ");
		if (!k.row.discreet && t.correct + t.delete + t.restricted > 0)
			buf_add_str(&b, "Everyone to whom we had given it is being told. ");
		if (!k.row.discreet && t.keep > 0) {
			buf_add_bytes(&b, buf_bytes(&kept));
			buf_add_str(&b, ". ");
		}
		buf_add_str(&b, "You may complain to the supervisory authority, and go to court.\n");
		err = b.failed || kept.failed ? fail(TOCSIN_BROKEN, "no memory for a reply") : audit_note(d, v, "correction.reply", id, "");
	}
	if (err == TOCSIN_OK && (*out = json_pack("{s:o}", "text", json_stringn((const char *)b.p, b.n))) == NULL)
		err = fail(TOCSIN_BROKEN, "no memory for a reply");
	buf_free(&b);
	buf_free(&kept);
	correction_case_close(&k);
	return err;
}
