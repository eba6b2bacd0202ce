/*
 * door_show: what the door holds, for who decides about it and who inspects.
 */
#include "base/text.h"
#include "desk/audit.h"
#include "desk/clocks.h"
#include "desk/door.h"
#include "desk/door_answer.h"
#include "desk/forget_part.h"
#include "desk/screening.h"
#include "desk/standing_part.h"
#include "store/rows_access.h"

#define SHOW_ARENA (64u << 20)
#define WITH_MAX 100
#define ANSWERS_MAX 20
#define NAMES_BYTES (64u << 10)

/* ---- who sees which ---- */

/* Inspectors look into every unit, but act in none. */
static bool every_unit(const struct view *v)
{
	return v->everything || (v->roles & ROLE_INSPECTOR) != 0;
}

static bool may_look(const struct view *v, const struct door_row *row)
{
	return access_may(v, RIGHT_DOOR_READ) == TOCSIN_OK && row->open != DOOR_WAITS &&
		(every_unit(v) || strcmp(v->unit, row->unit) == 0);
}

enum tocsin_err door_find(struct snapshot *read, const struct view *v, const char *hex, struct arena *a,
	struct statement_row *row, struct door_row *door)
{
	enum tocsin_err err = statement_by_prefix(read, hex, a, row);
	if (err == TOCSIN_OK)
		err = door_get(read, row->num, a, door);
	if (err == TOCSIN_OK && may_look(v, door))
		return TOCSIN_OK;
	return err == TOCSIN_BROKEN || err == TOCSIN_BAD
		? err : fail(TOCSIN_MISSING, "there is nothing at the door whose id begins with %.64s", hex);
}

/* ---- a list ---- */

struct listing {
	struct snapshot *read;
	json_t *items;
	int64_t last;
	enum tocsin_err err;
};

static json_t *head_json(const struct door_row *row, const struct hash *id)
{
	static const char *const urgencies[] = { "imminent", "urgent", "routine" };
	return json_pack("{s:o, s:s, s:s, s:o, s:o, s:s, s:s, s:b, s:s, s:s}", "id", forget_hash(id), "kind", row->kind, "from",
		row->peer, "at", forget_time(row->at), "due_at", forget_time(row->due_at), "state", row->state, "verdict",
		row->verdict, "person", row->person, "urgency", urgencies[row->urgency], "unit", row->unit);
}

static bool list_one(void *arg, const struct door_row *row)
{
	struct listing *l = arg;
	struct hash id;
	l->err = statement_id_of(l->read, row->statement, &id);
	if (l->err == TOCSIN_OK && json_array_append_new(l->items, head_json(row, &id)) != 0)
		l->err = fail(TOCSIN_BROKEN, "no memory for a list");
	l->last = row->num;
	return l->err == TOCSIN_OK;
}

enum tocsin_err door_list(struct snapshot *read, const struct view *v, bool decided, size_t limit, int64_t *before,
	json_t **out)
{
	struct listing l = { .read = read, .items = json_array(), .err = TOCSIN_OK };
	enum tocsin_err err = door_each(read, every_unit(v) ? NULL : v->unit, decided ? DOOR_DECIDED : DOOR_OPEN,
		*before == 0 ? INT64_MAX : *before, limit, list_one, &l);
	if (err == TOCSIN_OK)
		err = l.err;
	*before = json_array_size(l.items) == limit ? l.last : 0;
	if (err == TOCSIN_OK)
		*out = l.items;
	else
		json_decref(l.items);
	return err;
}

/* ---- one ---- */

struct shown {
	struct showing w;
	json_t *list;
	const struct door_row *door;
	bool own;                               /* the names of accounts, too */
};

static bool add_decision(void *arg, const struct door_decision_row *row)
{
	struct shown *s = arg;
	json_t *o = json_pack("{s:s, s:s, s:s, s:s, s:o}", "what", row->what, "by", s->own ? row->account : row->function,
		"ground", row->ground, "reason", row->reason, "at", forget_time(row->at));
	standing_append(&s->w, s->list, o);
	return true;
}

static bool add_answer(void *arg, const struct door_answer_row *row)
{
	struct shown *s = arg;
	json_t *o = json_pack("{s:s, s:s, s:s, s:o, s:o, s:s}", "state", row->state, "by", s->own ? row->account : row->function,
		"reason", row->reason, "at", forget_time(row->at), "leaves_at", forget_time(row->leaves_at), "trouble",
		row->trouble);
	json_t *fields = json_loadb((const char *)row->fields.p, row->fields.n, 0, NULL), *f;
	json_t *all = json_object();
	size_t i;
	json_array_foreach(fields, i, f) {
		const char *value = json_string_value(json_array_get(f, 1));
		standing_put(&s->w, all, json_string_value(json_array_get(f, 0)), json_from_value(bytes_str(value)));
	}
	json_decref(fields);
	standing_put(&s->w, o, "fields", all);
	standing_append(&s->w, s->list, o);
	return true;
}

static enum tocsin_err add_with(struct shown *s)
{
	int64_t nums[WITH_MAX];
	size_t n = 0;
	enum tocsin_err err = door_with(s->w.read, s->door->statement, nums, WITH_MAX, &n);
	for (size_t i = 0; err == TOCSIN_OK && i < n; i++) {
		struct statement st;
		struct hash id;
		err = standing_head_id(s->w.read, nums[i], &st, &id);
		if (err == TOCSIN_OK)
			standing_append(&s->w, s->list,
				json_pack("{s:o, s:s, s:s}", "id", forget_hash(&id), "kind", st.kind, "from", st.from.name));
	}
	return err;
}

/* NAME becomes what EACH of READ adds. */
#define ADD_LIST(name, call) do { \
		s->list = json_array(); \
		if (err == TOCSIN_OK) \
			err = (call); \
		standing_put(&s->w, o, name, s->list); \
	} while (0)

static enum tocsin_err add_all(struct shown *s, const struct statement_row *row, bool fields, json_t *o)
{
	struct content c;
	json_t *record = NULL;
	enum tocsin_err err = screening_record(s->w.desk, s->w.read, row->peer, s->w.arena, &record);
	if (err != TOCSIN_OK)
		return err;
	standing_put(&s->w, o, "findings", json_loadb((const char *)s->door->findings.p, s->door->findings.n, 0, NULL));
	standing_put(&s->w, o, "record", record);
	standing_put(&s->w, o, "decided_at", forget_time(s->door->decided_at));
	ADD_LIST("decisions", door_decisions(s->w.read, row->num, add_decision, s));
	ADD_LIST("answers", door_answers(s->w.read, row->num, ANSWERS_MAX, add_answer, s));
	ADD_LIST("with", add_with(s));
	if (err == TOCSIN_OK && fields && (err = standing_content(row, false, s->w.arena, &c)) == TOCSIN_OK)
		standing_put(&s->w, o, "fields", standing_fields(&s->w, &c));
	return err;
}

/* What V may read of the content: nothing that was not screened, and who inspects only what is decided. */
static bool may_read(const struct view *v, const struct door_row *row)
{
	return row->verdict[0] != 0 && (access_may(v, RIGHT_DOOR) == TOCSIN_OK || row->open == DOOR_DECIDED);
}

static enum tocsin_err note_read(const struct desk *d, const struct view *v, const struct statement_row *row, const json_t *o)
{
	char hex[2 * SHA256_SIZE + 1];
	const json_t *f;
	size_t i;
	struct buf names;
	if (v->everything)
		return TOCSIN_OK;
	buf_init(&names, NAMES_BYTES);
	json_array_foreach(json_object_get(o, "fields"), i, f)
		buf_printf(&names, i == 0 ? "%s" : " %s", json_string_value(json_object_get(f, "name")));
	buf_add_char(&names, 0);
	hex_encode(row->id.b, SHA256_SIZE, hex);
	enum tocsin_err err = buf_end(&names, "the names of lines");
	if (err == TOCSIN_OK && json_object_get(o, "fields") == NULL)
		err = audit_note(d, v, "read", hex, "its findings at the door");
	else if (err == TOCSIN_OK)
		err = access_opened(d, v, row->num, hex, (const char *)names.p);
	buf_free(&names);
	return err;
}

enum tocsin_err door_show(const struct desk *d, const struct view *v, const char *hex, json_t **out)
{
	struct statement_row row;
	struct door_row door;
	struct shown s = { .w = { .desk = d, .view = v, .arena = arena_new(SHOW_ARENA) }, .door = &door };
	json_t *o = NULL;
	enum tocsin_err err = s.w.arena == NULL ? fail(TOCSIN_BROKEN, "no memory for the door")
						: snapshot_open(d->store, &s.w.read);
	if (err == TOCSIN_OK)
		err = door_find(s.w.read, v, hex, s.w.arena, &row, &door);
	if (err == TOCSIN_OK && (o = head_json(&door, &row.id)) == NULL)
		err = fail(TOCSIN_BROKEN, "no memory for the door");
	if (err == TOCSIN_OK) {
		s.own = v->everything || strcmp(v->unit, door.unit) == 0 || (v->roles & ROLE_INSPECTOR) != 0;
		err = add_all(&s, &row, may_read(v, &door), o);
	}
	if (err == TOCSIN_OK && s.w.lost)
		err = fail(TOCSIN_BROKEN, "no memory for the door");
	snapshot_close(s.w.read);
	if (err == TOCSIN_OK)
		err = note_read(d, v, &row, o);
	arena_free(s.w.arena);
	if (err == TOCSIN_OK)
		*out = o;
	else
		json_decref(o);
	return err;
}
