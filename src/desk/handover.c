#include "desk/handover.h"

#include "base/random.h"
#include "desk/account.h"
#include "desk/audit.h"
#include "desk/rules.h"
#include "store/rows_access.h"
#include "store/rows_people.h"
#include "store/rows_unit.h"

#define ARENA (2u << 20)
#define CLOCKS_MOST 1000
#define DRAFTS_MOST 200
#define LOOK 500                        /* statements of a scope that are looked at for unread ones */
#define UNREAD_MOST 200
#define LIST_MOST 50
#define CONTENT_MAX (1u << 20)
#define COMPARTMENT "compartment"

static json_t *time_json(int64_t t)
{
	char text[CLOCK_TEXT + 1] = "";
	if (t != 0)
		clock_format(t, text);
	return json_string(text);
}

static json_t *id_json(struct bytes id)
{
	char hex[2 * SHA256_SIZE + 1] = "";
	if (id.n == SHA256_SIZE)
		hex_encode(id.p, id.n, hex);
	return json_string(hex);
}

/* ---- what is open ---- */

struct open {
	json_t *compartments, *mine;            /* the successor's, and those of who goes, as members */
	const char *compartment;                /* whose unread ones are being listed */
	json_t *clocks, *unread, *drafts, *stays;
};

/* Kept with what is in a compartment, so that each reader is shown what is the reader's then; itself never shown. */
static void set_compartment(json_t *j, const char *compartment)
{
	if (compartment[0] != 0)
		json_object_set_new(j, COMPARTMENT, json_string(compartment));
}

static bool may_know(const struct open *o, const char *compartment)
{
	return compartment[0] == 0 || json_object_get(o->compartments, compartment) != NULL;
}

static bool add_clock(void *arg, const struct open_clock *row)
{
	static const char *const urgency[] = { "imminent", "urgent", "routine" };
	struct open *o = arg;
	json_t *j = json_object();
	json_object_set_new(j, "id", json_string(row->id));
	json_object_set_new(j, "kind", json_string(row->kind));
	json_object_set_new(j, "due_at", time_json(row->due_at));
	json_object_set_new(j, "urgency", json_string(urgency[row->urgency >= 0 && row->urgency < 2 ? row->urgency : 2]));
	json_object_set_new(j, "acked_at", time_json(row->acked_at));
	json_object_set_new(j, "statement", id_json(row->statement));
	json_object_set_new(j, "draft", json_string(row->draft));
	set_compartment(j, row->compartment);
	json_array_append_new(may_know(o, row->compartment) ? o->clocks : o->stays, j);
	return true;
}

static bool add_draft(void *arg, const struct open_draft *row)
{
	struct open *o = arg;
	json_t *j = json_object();
	json_object_set_new(j, "id", json_string(row->id));
	json_object_set_new(j, "kind", json_string(row->kind));
	json_object_set_new(j, "state", json_string(row->state));
	json_object_set_new(j, "version", json_integer(row->version));
	json_object_set_new(j, "changed_at", time_json(row->changed_at));
	set_compartment(j, row->compartment);
	json_array_append_new(may_know(o, row->compartment) ? o->drafts : o->stays, j);
	return true;
}

static bool add_unread(void *arg, const struct open_unread *row)
{
	struct open *o = arg;
	char known[2 * SHA256_SIZE + 1] = "";
	const json_t *seen;
	size_t i;
	if (row->id.n == SHA256_SIZE)
		hex_encode(row->id.p, row->id.n, known);
	json_array_foreach(o->unread, i, seen)
		if (strcmp(json_string_value(json_object_get(seen, "id")), known) == 0)
			return true;
	json_t *j = json_object();
	json_object_set_new(j, "id", json_string(known));
	json_object_set_new(j, "kind", json_string(row->kind));
	json_object_set_new(j, "from", json_string(row->peer));
	json_object_set_new(j, "known_at", time_json(row->known_at));
	set_compartment(j, o->compartment);
	json_array_append_new(o->unread, j);
	return json_array_size(o->unread) < UNREAD_MOST;
}

static bool add_compartment(void *names, const char *name)
{
	json_object_set_new(names, name, json_true());
	return true;
}

/* What nobody of UNIT has opened, of its part that is read into COMPARTMENT. */
static enum tocsin_err gather_unread(struct snapshot *read, const char *unit, const char *compartment, struct open *o)
{
	int64_t scope = 0;
	o->compartment = compartment;
	if (json_array_size(o->unread) >= UNREAD_MOST)
		return TOCSIN_OK;
	enum tocsin_err err = scope_find(read, unit, compartment, &scope);
	return err == TOCSIN_OK && scope != 0 ? open_unread(read, scope, LOOK, unit, add_unread, o) : err;
}

/* All that is open for V and that TO may know of. */
static enum tocsin_err gather(struct snapshot *read, const struct view *v, const struct account_row *to, struct open *o)
{
	const char *compartment;
	json_t *is;
	*o = (struct open) { json_object(), json_object(), "", json_array(), json_array(), json_array(), json_array() };
	enum tocsin_err err = account_compartments(read, to->name, add_compartment, o->compartments);
	if (err == TOCSIN_OK)
		err = account_compartments(read, v->account, add_compartment, o->mine);
	if (err == TOCSIN_OK)
		err = open_clocks(read, v->account, CLOCKS_MOST, add_clock, o);
	if (err == TOCSIN_OK)
		err = open_drafts(read, v->account, DRAFTS_MOST, add_draft, o);
	if (err == TOCSIN_OK)
		err = gather_unread(read, to->unit, "", o);
	/* Of compartments only those that both are read into. */
	json_object_foreach(o->mine, compartment, is)
		if (err == TOCSIN_OK && may_know(o, compartment))
			err = gather_unread(read, to->unit, compartment, o);
	return err;
}

static void open_free(struct open *o)
{
	json_decref(o->compartments);
	json_decref(o->mine);
	json_decref(o->clocks);
	json_decref(o->unread);
	json_decref(o->drafts);
	json_decref(o->stays);
}

/* ---- showing ---- */

static json_t *head(const struct handover_row *row)
{
	json_t *o = json_object();
	json_object_set_new(o, "id", json_string(row->id));
	json_object_set_new(o, "from", json_string(row->from));
	json_object_set_new(o, "to", json_string(row->to));
	json_object_set_new(o, "at", time_json(row->at));
	json_object_set_new(o, "from_signed_at", time_json(row->from_signed_at));
	json_object_set_new(o, "to_signed_at", time_json(row->to_signed_at));
	return o;
}

static enum tocsin_err row_for(
	struct snapshot *read, const struct view *v, const char *id, struct arena *a, struct handover_row *row)
{
	enum tocsin_err err = a == NULL ? fail(TOCSIN_BROKEN, "no memory for a hand-over") : handover_get(read, id, a, row);
	/* It names what the two of them may see: nobody else, whoever else may read of others. */
	if (err == TOCSIN_OK && strcmp(v->account, row->from) != 0 && strcmp(v->account, row->to) != 0)
		err = fail(TOCSIN_MISSING, "there is no hand-over %.64s", id);
	return err;
}

/* Takes out of each list of LISTS what is in a compartment that is none of COMPARTMENTS, and from the others its name. */
static void only_of(json_t *lists, const json_t *compartments)
{
	const char *name;
	json_t *list;
	json_object_foreach(lists, name, list)
		for (size_t i = json_array_size(list); i-- > 0;) {
			json_t *item = json_array_get(list, i);
			const char *compartment = json_string_value(json_object_get(item, COMPARTMENT));
			if (compartment != NULL && json_object_get(compartments, compartment) == NULL)
				json_array_remove(list, i);
			else
				json_object_del(item, COMPARTMENT);
		}
}

enum tocsin_err handover_show(struct snapshot *read, const struct view *v, const char *id, json_t **out)
{
	struct handover_row row;
	json_t *content = NULL, *compartments = json_object();
	struct arena *a = arena_new(ARENA);
	*out = NULL;
	enum tocsin_err err = row_for(read, v, id, a, &row);
	if (err == TOCSIN_OK)
		err = account_compartments(read, v->account, add_compartment, compartments);
	if (err == TOCSIN_OK)
		err = json_parse(row.content, CONTENT_MAX, "a hand-over", &content);
	if (err == TOCSIN_OK) {
		only_of(content, compartments);
		/* Names stay within the unit, also when one of the two has left it since. */
		row.from = account_shown(read, v, row.from, a);
		row.to = account_shown(read, v, row.to, a);
		*out = head(&row);
		json_object_set_new(*out, "content", content);
	}
	json_decref(compartments);
	arena_free(a);
	return err;
}

static bool add_head(void *items, const struct handover_row *row)
{
	json_array_append_new(items, head(row));
	return true;
}

enum tocsin_err handover_show_all(struct snapshot *read, const struct view *v, json_t **out)
{
	json_t *items = json_array();
	*out = json_object();
	json_object_set_new(*out, "items", items);
	enum tocsin_err err = handover_list(read, v->account, false, LIST_MOST, add_head, items);
	return err == TOCSIN_OK ? handover_list(read, v->account, true, LIST_MOST, add_head, items) : err;
}

/* ---- signing ---- */

static enum tocsin_err check_successor(
	struct snapshot *read, const struct view *v, const char *to, struct arena *a, struct account_row *row)
{
	if (v->unit[0] == 0)
		return fail(TOCSIN_REFUSED, "a shift belongs to an account: log in first (tocsin login)");
	if (strcmp(v->account, to) == 0)
		return rule_refuse("handover.successor", "%s cannot hand over to itself", to);
	enum tocsin_err err = account_get(read, to, a, row);
	if (err == TOCSIN_OK && (strcmp(row->state, "active") != 0 || strcmp(row->unit, v->unit) != 0))
		/* Names of other units are not told. */
		err = fail(TOCSIN_MISSING, "there is no account %.64s", to);
	if (err == TOCSIN_OK && (row->roles & right_roles(RIGHT_CLOCK)) == 0)
		err = rule_refuse("role.right", "%s has no role that may hold clocks", to);
	return err;
}

static enum tocsin_err commit_start(const struct desk *d, const struct view *v, struct open *o,
	struct handover_row *row, json_t **out)
{
	struct buf text;
	struct change *c = change_new();
	json_t *content = json_object();
	json_object_set(content, "clocks", o->clocks);
	json_object_set(content, "unread", o->unread);
	json_object_set(content, "drafts", o->drafts);
	buf_init(&text, CONTENT_MAX);
	json_write(&text, content);
	enum tocsin_err err = buf_end(&text, "a hand-over");
	if (err == TOCSIN_OK && c == NULL)
		err = fail(TOCSIN_BROKEN, "no memory for a hand-over");
	if (err == TOCSIN_OK) {
		row->content = buf_bytes(&text);
		change_handover_add(c, row);
		audit_add(c, v, "handover.start", row->to, row->id);
		err = store_commit(d->store, c, NULL, NULL);
	} else {
		change_free(c);
	}
	if (err == TOCSIN_OK) {
		*out = head(row);
		json_object_set(*out, "content", content);
		json_object_set(*out, "stays", o->stays);
		only_of(content, o->mine);
		only_of(*out, o->mine);         /* "stays" is the one list there */
	}
	json_decref(content);
	buf_free(&text);
	return err;
}

enum tocsin_err handover_start(const struct desk *d, const struct view *v, const char *to, json_t **out)
{
	char id[HANDOVER_ID + 1];
	uint8_t raw[HANDOVER_ID / 2];
	struct snapshot *read = NULL;
	struct account_row successor;
	struct open o = { NULL };
	struct arena *a = arena_new(ARENA);
	*out = NULL;
	random_bytes(raw, sizeof raw);
	hex_encode(raw, sizeof raw, id);
	enum tocsin_err err = a == NULL ? fail(TOCSIN_BROKEN, "no memory for a hand-over") : snapshot_open(d->store, &read);
	if (err == TOCSIN_OK)
		err = check_successor(read, v, to, a, &successor);
	if (err == TOCSIN_OK)
		err = gather(read, v, &successor, &o);
	snapshot_close(read);
	int64_t now = clock_now();
	struct handover_row row = { .id = id, .from = v->account, .to = to, .at = now, .from_signed_at = now };
	if (err == TOCSIN_OK)
		err = commit_start(d, v, &o, &row, out);
	open_free(&o);
	arena_free(a);
	return err;
}

/* Accounts move while a hand-over waits. */
static enum tocsin_err still_same_unit(
	struct snapshot *read, const struct view *v, const struct handover_row *row, struct arena *a)
{
	struct account_row from;
	enum tocsin_err err = account_get(read, row->from, a, &from);
	if (err == TOCSIN_OK && strcmp(from.unit, v->unit) != 0)
		err = rule_refuse("handover.same-unit", "one of you has moved to another unit since");
	return err;
}

enum tocsin_err handover_accept(const struct desk *d, const struct view *v, const char *id)
{
	struct snapshot *read = NULL;
	struct handover_row row;
	struct change *c = NULL;
	struct arena *a = arena_new(ARENA);
	enum tocsin_err err = snapshot_open(d->store, &read);
	if (err == TOCSIN_OK)
		err = row_for(read, v, id, a, &row);
	if (err == TOCSIN_OK && strcmp(row.to, v->account) != 0)
		err = rule_refuse("handover.successor", "whoever comes accepts it, not somebody else");
	if (err == TOCSIN_OK)
		err = still_same_unit(read, v, &row, a);
	snapshot_close(read);
	if (err == TOCSIN_OK && (c = change_new()) == NULL)
		err = fail(TOCSIN_BROKEN, "no memory for a hand-over");
	if (err == TOCSIN_OK) {
		change_handover_accept(c, &row, clock_now());
		audit_add(c, v, "handover.accept", row.from, row.id);
		err = store_commit(d->store, c, NULL, NULL);
		if (err == TOCSIN_LATER)
			err = fail(TOCSIN_REFUSED, "%s", fail_sentence());
	}
	arena_free(a);
	return err;
}
