#include "desk/door_answer.h"

#include "base/log.h"
#include "base/random.h"
#include "desk/audit.h"
#include "desk/door.h"
#include "desk/issue.h"
#include "desk/policy.h"
#include "desk/rules.h"
#include "desk/standing_part.h"

#define ARENA (8u << 20)
#define FIELDS_MAX 64
#define FIELDS_BYTES (1u << 20)
#define LEAVE_MAX 64                    /* in one call */
#define AGAIN (60 * CLOCK_SECOND)       /* after a failure */

#define NOTHING_TEXT "\"Nothing is provided in answer to this request.\""
#define NOT_A_WARNING "\"This asks for something, and is not taken as a warning. Send it as a request.\""

/* What is said on each ground, and no more: it tells nothing of what is held, or of why it was stopped. */
static const struct { const char *ground, *text; } grounds[] = {
	{ "law", "\"The law does not allow an answer.\"" },
	{ "rights", "\"The rights of a person stand against an answer.\"" },
	{ "source", "\"No answer can be given.\"" },
	{ "operation", "\"No answer can be given at this time.\"" },
	{ "no-basis", "\"The request does not show a basis for an answer.\"" },
	{ "disproportionate", "\"What is asked is out of proportion to the purpose.\"" },
	{ "not-competent", "\"This organisation is not competent.\"" },
	{ "cost", "\"An answer would take more than can be given.\"" },
	{ "other", "\"No answer is given.\"" },
};

/* ---- when ---- */

int64_t door_answer_time(const struct desk *d, const struct door_row *row, int64_t now)
{
	static const char *const names[] = { "door.answer-after.imminent", "door.answer-after.urgent",
		"door.answer-after.routine" };
	int64_t slot = policy_int(d, "door.answer-slot");
	int64_t base = row->at + policy_int(d, names[row->urgency]);
	/* In time, if that can be. */
	if (base > row->due_at - slot)
		base = row->due_at - slot > row->at ? row->due_at - slot : row->at;
	int64_t at = (base + slot - 1) / slot * slot;
	return at > now ? at : (now / slot + 1) * slot;
}

/* ---- taking ---- */

enum tocsin_err door_answer_takes(struct snapshot *read, int64_t statement, bool *takes)
{
	struct door_row row;
	struct arena *a = arena_new(ARENA);
	enum tocsin_err err = a == NULL ? fail(TOCSIN_BROKEN, "no memory for the door") : door_get(read, statement, a, &row);
	*takes = err == TOCSIN_OK && (row.person || strcmp(row.state, "passed") != 0);
	arena_free(a);
	return err == TOCSIN_MISSING ? TOCSIN_OK : err;
}

static const struct body_field *find(const struct body_field *fields, size_t n, const char *name)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(fields[i].name, name) == 0)
			return &fields[i];
	return NULL;
}

static bool says(const struct body_field *fields, size_t n, const char *name, const char *value)
{
	const struct body_field *f = find(fields, n, name);
	return f != NULL && bytes_equal_str(f->value, value);
}

static void put(json_t *list, const char *name, struct bytes value, bool open)
{
	json_array_append_new(list, json_pack("[s, s%, b]", name, value.p, value.n, open));
}

/* Both answers that give nothing, in one form. */
static void put_nothing(json_t *list, bool withheld)
{
	put(list, "result", BYTES_LIT("\"nothing-held\""), true);
	put(list, "text", BYTES_LIT(NOTHING_TEXT), true);
	put(list, "answer.withheld", bytes_str(withheld ? "true" : "false"), false);
}

static void put_declined(json_t *list, const char *ground)
{
	char word[40];
	const char *text = grounds[sizeof grounds / sizeof *grounds - 1].text;
	for (size_t i = 0; i < sizeof grounds / sizeof *grounds; i++)
		if (strcmp(grounds[i].ground, ground) == 0)
			text = grounds[i].text;
	snprintf(word, sizeof word, "\"%.30s\"", ground);
	put(list, "result", BYTES_LIT("\"declined\""), true);
	put(list, "decline.ground", bytes_str(word), true);
	put(list, "reason", bytes_str(text), true);
}

/* The value of the field NAME as plain text into OUT. */
static void plain(const struct body_field *fields, size_t n, const char *name, char *out, size_t room)
{
	const struct body_field *f = find(fields, n, name);
	json_t *j = f == NULL ? NULL : json_from_value(f->value);
	snprintf(out, room, "%s", json_is_string(j) ? json_string_value(j) : "");
	json_decref(j);
}

/* What leaves, from what was written; what is kept goes into REASON. */
static json_t *to_leave(const struct body_field *fields, size_t n, char *reason, size_t room)
{
	json_t *list = json_array();
	char ground[40];
	plain(fields, n, "reason", reason, room);
	if (says(fields, n, "result", "\"nothing-held\"")) {
		put_nothing(list, says(fields, n, "answer.withheld", "true"));
	} else if (says(fields, n, "result", "\"declined\"")) {
		plain(fields, n, "decline.ground", ground, sizeof ground);
		put_declined(list, ground);
	} else {
		for (size_t i = 0; i < n; i++)
			put(list, fields[i].name, fields[i].value, fields[i].open);
	}
	return list;
}

/* The row of LIST (taken) into C. */
static enum tocsin_err add_row(struct change *c, const struct door_row *door, const struct view *v, const char *kind,
	const char *compartment, json_t *list, const char *reason, int64_t leaves_at, int64_t now)
{
	uint64_t place;
	char *text = json_dumps(list, JSON_COMPACT);
	json_decref(list);
	if (text == NULL || strlen(text) > FIELDS_BYTES) {
		free(text);
		return fail(TOCSIN_BAD, "an answer about a person has at most %u bytes", FIELDS_BYTES);
	}
	random_bytes(&place, sizeof place);
	change_door_answer(c, &(struct door_answer_row) { .statement = door->statement, .kind = kind, .urgency = door->urgency,
		.fields = bytes_str(text), .reason = reason, .account = v->account, .function = v->function, .unit = v->unit,
		.compartment = compartment,
		.at = now, .leaves_at = leaves_at, .place = (int64_t)(place & INT64_MAX) });
	free(text);
	return TOCSIN_OK;
}

enum tocsin_err door_answer_refused(const struct desk *d, struct change *c, const struct door_row *row, const struct view *v,
	const char *ground, int64_t now)
{
	json_t *list = json_array();
	bool warning = strcmp(row->kind, "warning") == 0;
	if (warning) {
		put(list, "stage", BYTES_LIT("\"declined\""), true);
		put(list, "reason", BYTES_LIT(NOT_A_WARNING), true);
	} else {
		put_declined(list, ground);
	}
	return add_row(c, row, v, warning ? "response" : "answer", "", list, "", door_answer_time(d, row, now), now);
}

static enum tocsin_err read_door(const struct desk *d, int64_t statement, struct arena *a, struct door_row *out)
{
	struct snapshot *read;
	enum tocsin_err err = snapshot_open(d->store, &read);
	if (err != TOCSIN_OK)
		return err;
	err = door_get(read, statement, a, out);
	snapshot_close(read);
	return err;
}

enum tocsin_err door_answer(const struct desk *d, const struct view *v, const struct statement_row *row,
	const char *compartment, const struct body_field *fields, size_t n, int64_t *leaves_at)
{
	char reason[DOOR_REASON + 1], hex[2 * SHA256_SIZE + 1];
	struct door_row door;
	int64_t now = clock_now();
	struct change *c = change_new();
	struct arena *a = arena_new(ARENA);
	enum tocsin_err err = a == NULL || c == NULL ? fail(TOCSIN_BROKEN, "no memory for an answer")
						     : read_door(d, row->num, a, &door);
	hex_encode(row->id.b, SHA256_SIZE, hex);
	if (err == TOCSIN_OK && strcmp(door.state, "passed") != 0)
		err = rule_refuse("door.first", "%.16s is %s at the door", hex, door.state);
	if (err == TOCSIN_OK && n > FIELDS_MAX)
		err = fail(TOCSIN_BAD, "an answer about a person has at most %d fields", FIELDS_MAX);
	for (size_t i = 0; err == TOCSIN_OK && i < n; i++)
		if (strncmp(fields[i].name, "attachment.", 11) == 0)
			err = fail(TOCSIN_BAD, "an answer about a person leaves later, and takes no attachments with it");
	if (err == TOCSIN_OK) {
		*leaves_at = door_answer_time(d, &door, now);
		err = add_row(c, &door, v, "answer", compartment, to_leave(fields, n, reason, sizeof reason), reason, *leaves_at, now);
	}
	if (err == TOCSIN_OK) {
		if (!v->everything)
			audit_add(c, v, "door.answer", hex, "an answer leaves at its time");
		change_event(c, "door answer", 0, "");
		err = store_commit(d->store, c, NULL, NULL);
		c = NULL;
		if (err == TOCSIN_LATER)
			err = rule_refuse("door.one-answer", "an answer to %.16s waits to leave already", hex);
	}
	change_free(c);
	arena_free(a);
	return err;
}

/* ---- taking back ---- */

struct waiting {
	int64_t num;
	char account[LIMIT_ACCOUNT + 1];
};

static bool take_waiting(void *arg, const struct door_answer_row *row)
{
	struct waiting *w = arg;
	if (strcmp(row->state, "waiting") != 0)
		return true;
	w->num = row->num;
	snprintf(w->account, sizeof w->account, "%s", row->account);
	return false;
}

enum tocsin_err door_answer_withdraw(const struct desk *d, const struct view *v, const char *hex)
{
	struct statement_row row;
	struct snapshot *read = NULL;
	struct waiting w = { .num = 0 };
	struct arena *a = arena_new(64u << 20);
	enum tocsin_err err = a == NULL ? fail(TOCSIN_BROKEN, "no memory for an answer") : snapshot_open(d->store, &read);
	if (err == TOCSIN_OK)
		err = access_statement(read, v, hex, a, &row, NULL);
	if (err == TOCSIN_OK)
		err = door_answers(read, row.num, 20, take_waiting, &w);
	snapshot_close(read);
	if (err == TOCSIN_OK && w.num == 0)
		err = fail(TOCSIN_REFUSED, "no answer to %.16s waits to leave", hex);
	if (err == TOCSIN_OK && !v->everything && strcmp(w.account, v->account) != 0)
		err = rule_refuse("door.own-answer", "somebody else decided on the answer to %.16s", hex);
	struct change *c = err == TOCSIN_OK ? change_new() : NULL;
	if (err == TOCSIN_OK && c == NULL)
		err = fail(TOCSIN_BROKEN, "no memory for an answer");
	if (err == TOCSIN_OK) {
		char id[2 * SHA256_SIZE + 1];
		hex_encode(row.id.b, SHA256_SIZE, id);
		change_door_answer_end(c, w.num, "withdrawn", "");
		if (!v->everything)
			audit_add(c, v, "door.answer.withdrawn", id, "");
		err = store_commit(d->store, c, NULL, NULL);
	}
	arena_free(a);
	return err;
}

/* ---- leaving ---- */

struct leaving {
	struct arena *arena;
	struct door_answer_row row[LEAVE_MAX];
	size_t n;
	bool full;
};

static bool take_due(void *arg, const struct door_answer_row *row)
{
	struct leaving *l = arg;
	struct door_answer_row *r = &l->row[l->n];
	*r = *row;
	r->kind = arena_str(l->arena, bytes_str(row->kind));
	r->account = arena_str(l->arena, bytes_str(row->account));
	r->unit = arena_str(l->arena, bytes_str(row->unit));
	r->compartment = arena_str(l->arena, bytes_str(row->compartment));
	r->fields.p = arena_copy(l->arena, row->fields.p, row->fields.n);
	l->full = r->kind == NULL || r->account == NULL || r->unit == NULL || r->compartment == NULL || r->fields.p == NULL;
	if (!l->full)
		l->n++;
	return !l->full && l->n < LEAVE_MAX;
}

struct letting {
	const struct desk *desk;
	struct snapshot *read;
	const struct door_answer_row *row;
	bool share;                             /* with the unit that decided; what was refused is nobody's */
	const char *to;
};

static void with_left(void *arg, size_t i, struct change *c)
{
	const struct letting *l = arg;
	(void)i;
	change_door_answer_left(c, l->row->num);
	if (l->share && l->row->unit[0] != 0 &&
		access_share(l->desk, l->read, c, 0, l->row->kind, l->to, l->row->unit, l->row->compartment, true) != TOCSIN_OK)
		change_spoil(c, fail_sentence());
}

/* The fields of ROW, borrowed from LIST, which was taken with no more than there is room for. */
static size_t fields_of(const json_t *list, struct body_field out[FIELDS_MAX])
{
	size_t i, n = 0;
	const json_t *f;
	json_array_foreach(list, i, f)
		if (i < FIELDS_MAX)
			out[n++] = (struct body_field) { json_string_value(json_array_get(f, 0)),
				bytes_str(json_string_value(json_array_get(f, 1))), json_is_true(json_array_get(f, 2)) };
	return n;
}

/* It cannot leave any more: its author is told why by tocsin door show. */
static enum tocsin_err drop(const struct desk *d, const struct door_answer_row *row, const char *why)
{
	struct change *c = change_new();
	if (c == NULL)
		return fail(TOCSIN_BROKEN, "no memory for an answer");
	log_say(LOG_WARN, "answer dropped", "why=\"%s\"", why);
	change_door_answer_end(c, row->num, "dropped", why);
	change_event(c, "door answer dropped", 0, "");
	enum tocsin_err err = store_commit(d->store, c, NULL, NULL);
	return err == TOCSIN_LATER ? TOCSIN_OK : err;
}

static enum tocsin_err leave_one(const struct desk *d, const struct door_answer_row *row, bool *issued)
{
	struct statement s;
	struct hash id;
	struct door_row door;
	struct body_field field[FIELDS_MAX];
	struct letting l = { .desk = d, .row = row };
	json_t *list = json_loadb((const char *)row->fields.p, row->fields.n, 0, NULL);
	struct arena *a = arena_new(ARENA);
	enum tocsin_err err = a == NULL || list == NULL ? fail(TOCSIN_BROKEN, "no memory for an answer")
							: snapshot_open(d->store, &l.read);
	if (err == TOCSIN_OK)
		err = standing_head_id(l.read, row->statement, &s, &id);
	if (err == TOCSIN_OK)
		err = door_get(l.read, row->statement, a, &door);
	if (err == TOCSIN_OK) {
		l.share = strcmp(door.state, "passed") == 0;
		l.to = s.from.name;
		const struct issue_release release = { .to = s.from.name, .field = field, .field_n = fields_of(list, field),
			.urgency = (int)row->urgency };
		const struct issue issue = { .kind = row->kind, .re = &id, .re_n = 1, .release = &release, .n = 1,
			.with = with_left, .arg = &l };
		struct issue_result result;
		err = desk_issue(d, &issue, &result);
		*issued = *issued || err == TOCSIN_OK;
	}
	snapshot_close(l.read);
	json_decref(list);
	arena_free(a);
	if (err == TOCSIN_REFUSED || err == TOCSIN_BAD) {
		char why[256];
		snprintf(why, sizeof why, "%s", fail_sentence());
		err = drop(d, row, why);
	}
	/* Taken back, or issued before a crash. */
	return err == TOCSIN_LATER ? TOCSIN_OK : err;
}

enum tocsin_err door_answers_leave(const struct desk *d, int64_t now, int64_t *next, bool *issued)
{
	struct snapshot *read = NULL;
	struct leaving *l = calloc(1, sizeof *l);
	*next = INT64_MAX;
	if (l == NULL || (l->arena = arena_new(LEAVE_MAX * (FIELDS_BYTES + 1024))) == NULL) {
		free(l);
		return fail(TOCSIN_BROKEN, "no memory for the answers that leave");
	}
	enum tocsin_err err = snapshot_open(d->store, &read);
	if (err == TOCSIN_OK)
		err = door_answers_due(read, now, LEAVE_MAX, take_due, l);
	snapshot_close(read);
	read = NULL;
	if (err == TOCSIN_OK && l->full && l->n == 0)
		err = fail(TOCSIN_BROKEN, "no memory for the answers that leave");
	for (size_t i = 0; err == TOCSIN_OK && i < l->n; i++)
		err = leave_one(d, &l->row[i], issued);
	if (err == TOCSIN_OK)
		err = snapshot_open(d->store, &read);
	if (err == TOCSIN_OK)
		err = door_answer_next(read, next);
	snapshot_close(read);
	arena_free(l->arena);
	free(l);
	return err;
}
