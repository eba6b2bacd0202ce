/*
 * retention: how long content of each class is kept, and who is asked when that is over.
 */
#include "base/text.h"
#include "desk/audit.h"
#include "desk/clocks.h"
#include "desk/forget_part.h"
#include "desk/policy.h"
#include "store/rows_access.h"
#include "store/rows_clock.h"

#define ONE_ARENA 65536
#define ASK_MAX 64
#define DAY (INT64_C(86400) * CLOCK_SECOND)

static const struct {
	const char *name, *policy, *help;
} classes[] = {
	{ "person", "retention.person", "names a person" },
	{ "warning", "retention.warning", "a warning, or what was said to it" },
	{ "request", "retention.request", "a request, or an answer" },
	{ "record", "retention.record", "a record" },
	{ "decision", "retention.decision", "a determination, or the record of a release" },
};
#define CLASSES (sizeof classes / sizeof *classes)

/* ---- classes ---- */

static bool has_line(const struct followed *f, const char *name)
{
	for (size_t i = 0; i < f->line_n; i++)
		if (bytes_equal_str(f->line[i].name, name))
			return true;
	return false;
}

static bool names_person(const struct followed *f)
{
	static const char *const lines[] = { "recipient.name", "record.person", "record.who", "record.from", "record.to" };
	struct bytes kinds = followed_value(f, "target.kind");
	for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
		if (has_line(f, lines[i]))
			return true;
	/* A word alone, or among others. */
	return bytes_equal_str(kinds, "person") || (kinds.n > 0 && memmem(kinds.p, kinds.n, "\"person\"", 8) != NULL);
}

static const char *class_of(const struct followed *f)
{
	const char *kind = f->row->kind;
	if (names_person(f))
		return "person";
	if (strcmp(kind, "determination") == 0 ||
		(strcmp(kind, "record") == 0 && bytes_equal_str(followed_value(f, "record.type"), "release")))
		return "decision";
	if (strcmp(kind, "request") == 0 || strcmp(kind, "answer") == 0)
		return "request";
	return strcmp(kind, "record") == 0 ? "record" : "warning";
}

void retention_class(const struct followed *f, struct change *c)
{
	change_retention(c, f->row->num, class_of(f), f->row->known_at);
}

static int64_t period_of(const struct desk *d, const char *class)
{
	for (size_t i = 0; i < CLASSES; i++)
		if (strcmp(classes[i].name, class) == 0)
			return policy_int(d, classes[i].policy);
	return INT64_MAX / 4;
}

enum tocsin_err retention_until(const struct desk *d, struct snapshot *read, int64_t num, int64_t *until)
{
	struct retention_row row;
	struct arena *a = arena_new(ONE_ARENA);
	*until = 0;
	enum tocsin_err err = a == NULL ? fail(TOCSIN_BROKEN, "no memory for a period") : retention_get(read, num, a, &row);
	if (err == TOCSIN_OK)
		*until = row.since + period_of(d, row.class);
	arena_free(a);
	return err == TOCSIN_MISSING ? TOCSIN_OK : err;
}

enum tocsin_err retention_keep(const struct desk *d, const struct view *v, const struct statement_row *row, int64_t until,
	const char *reason)
{
	struct retention_row kept;
	struct snapshot *read = NULL;
	char hex[2 * SHA256_SIZE + 1], at[CLOCK_TEXT + 1], detail[FORGET_REASON + CLOCK_TEXT + 16];
	struct arena *a = arena_new(ONE_ARENA);
	hex_encode(row->id.b, SHA256_SIZE, hex);
	enum tocsin_err err = forget_reason(reason);
	if (err == TOCSIN_OK && until <= clock_now())
		err = fail(TOCSIN_BAD, "until must be a time to come");
	if (err == TOCSIN_OK)
		err = a == NULL ? fail(TOCSIN_BROKEN, "no memory for a period") : snapshot_open(d->store, &read);
	if (err == TOCSIN_OK)
		err = retention_get(read, row->num, a, &kept);
	snapshot_close(read);
	if (err == TOCSIN_MISSING)
		err = fail(TOCSIN_REFUSED, "%.16s has no content that is kept", hex);
	struct change *c = err == TOCSIN_OK ? change_new() : NULL;
	if (err == TOCSIN_OK && c == NULL)
		err = fail(TOCSIN_BROKEN, "no memory for a period");
	if (err == TOCSIN_OK) {
		clock_format(until, at);
		snprintf(detail, sizeof detail, "until %s: %s", at, reason);
		change_retention_since(c, row->num, until - period_of(d, kept.class));
		clocks_end(c, CLOCK_FORGET, row->num, 0, "met", clock_now());
		change_event(c, "content kept", row->num, kept.class);
		audit_add(c, v, "keep", hex, detail);
		err = store_commit(d->store, c, NULL, NULL);
	}
	arena_free(a);
	return err;
}

/* ---- what is over ---- */

struct over {
	struct snapshot *read;
	const struct view *view;
	const struct desk *desk;
	json_t *list;
	size_t limit;
	enum tocsin_err err;
};

static bool add_over(void *arg, const struct retention_row *row)
{
	struct over *o = arg;
	struct hash id;
	struct hold_row hold;
	bool seen;
	struct arena *a = arena_new(ONE_ARENA);
	o->err = a == NULL ? fail(TOCSIN_BROKEN, "no memory for a list") : forget_seen(o->read, o->view, row->statement, &id, &seen);
	bool held = false;
	if (o->err == TOCSIN_OK && seen) {
		enum tocsin_err found = hold_get(o->read, row->statement, a, &hold);
		held = found == TOCSIN_OK;
		o->err = found == TOCSIN_MISSING ? TOCSIN_OK : found;
	}
	if (o->err == TOCSIN_OK && seen) {
		json_t *item = json_pack("{s:o, s:s, s:o, s:o, s:o, s:b}", "statement", forget_hash(&id), "class", row->class, "since",
			forget_time(row->since), "over_at", forget_time(row->since + period_of(o->desk, row->class)), "asked_at",
			forget_time(row->asked_at), "held", held);
		if (json_array_append_new(o->list, item) != 0)
			o->err = fail(TOCSIN_BROKEN, "no memory for a list");
	}
	arena_free(a);
	return o->err == TOCSIN_OK && json_array_size(o->list) < o->limit;
}

enum tocsin_err retention_json(const struct desk *d, struct snapshot *read, const struct view *v, size_t limit, json_t **out)
{
	struct over o = { .read = read, .view = v, .desk = d, .list = json_array(), .limit = limit, .err = TOCSIN_OK };
	json_t *all = json_array();
	int64_t now = clock_now();
	enum tocsin_err err = o.list == NULL || all == NULL ? fail(TOCSIN_BROKEN, "no memory for a list")
							    : retention_asked(read, limit, add_over, &o);
	for (size_t i = 0; err == TOCSIN_OK && i < CLASSES; i++) {
		int64_t period = policy_int(d, classes[i].policy);
		json_array_append_new(all, json_pack("{s:s, s:s, s:s, s:I}", "class", classes[i].name, "policy", classes[i].policy,
			"help", classes[i].help, "seconds", (json_int_t)(period / CLOCK_SECOND)));
		if (json_array_size(o.list) < limit)
			err = retention_due(read, classes[i].name, now - period, limit, add_over, &o);
	}
	if (err == TOCSIN_OK)
		err = o.err;
	if (err == TOCSIN_OK && (*out = json_pack("{s:O, s:O}", "classes", all, "over", o.list)) == NULL)
		err = fail(TOCSIN_BROKEN, "no memory for a list");
	json_decref(all);
	json_decref(o.list);
	return err;
}

/* ---- asking ---- */

/* Numbers first: what is read must not change under the reading. */
struct asking {
	int64_t num[ASK_MAX];
	size_t n, max;
};

static bool take_num(void *arg, const struct retention_row *row)
{
	struct asking *a = arg;
	a->num[a->n++] = row->statement;
	return a->n < a->max;
}

struct place {
	char unit[LIMIT_ACCOUNT + 1], compartment[LIMIT_ACCOUNT + 1], owner[LIMIT_ACCOUNT + 1];
};

static bool first_place(void *arg, const struct share_row *row)
{
	struct place *p = arg;
	if (strcmp(row->unit, ACCESS_EVERY_UNIT) == 0)
		return true;
	snprintf(p->unit, sizeof p->unit, "%s", row->unit);
	snprintf(p->compartment, sizeof p->compartment, "%s", row->compartment);
	return false;
}

static bool first_owner(void *arg, const char *name)
{
	struct place *p = arg;
	snprintf(p->owner, sizeof p->owner, "%s", name);
	return false;
}

/* A clock of the data-protection officer where it belongs; of whoever is first there when there is none. What is held is
 * asked about when the hold ends. */
static enum tocsin_err ask_one(const struct desk *d, int64_t num, int64_t now)
{
	struct place p = { .unit = "" };
	struct hold_row hold;
	struct snapshot *read = NULL;
	struct change *c = change_new();
	struct arena *a = arena_new(ONE_ARENA);
	enum tocsin_err err = c == NULL || a == NULL ? fail(TOCSIN_BROKEN, "no memory to ask about content")
						     : snapshot_open(d->store, &read);
	if (err == TOCSIN_OK)
		err = share_of(read, num, 64, first_place, &p);
	if (err == TOCSIN_OK)
		err = unit_roles_each(read, p.unit, ROLE_PROTECTION, p.compartment, first_owner, &p);
	bool held = false;
	if (err == TOCSIN_OK) {
		err = hold_get(read, num, a, &hold);
		held = err == TOCSIN_OK;
		err = err == TOCSIN_MISSING ? TOCSIN_OK : err;
	}
	snapshot_close(read);
	if (err == TOCSIN_OK) {
		change_retention_asked(c, num, now);
		if (!held)
			clocks_start(d, c, &(struct clock_start) { .kind = CLOCK_FORGET, .statement = num, .unit = p.unit,
				.compartment = p.compartment, .owner = p.owner, .urgency = 2, .now = now });
		err = store_commit(d->store, c, NULL, NULL);
		c = NULL;
	}
	change_free(c);
	arena_free(a);
	return err == TOCSIN_LATER ? TOCSIN_OK : err;
}

enum tocsin_err retention_ask(const struct desk *d, int64_t now, size_t max, size_t *done)
{
	struct asking a = { .max = max < ASK_MAX ? max : ASK_MAX };
	struct snapshot *read;
	int64_t today = 0, a_day = policy_int(d, "retention.a-day");
	*done = 0;
	enum tocsin_err err = snapshot_open(d->store, &read);
	if (err != TOCSIN_OK)
		return err;
	err = retention_asked_since(read, now - DAY, &today);
	if (err == TOCSIN_OK && today < a_day && (size_t)(a_day - today) < a.max)
		a.max = (size_t)(a_day - today);
	for (size_t i = 0; err == TOCSIN_OK && today < a_day && i < CLASSES && a.n < a.max; i++)
		err = retention_due(read, classes[i].name, now - policy_int(d, classes[i].policy), a.max - a.n, take_num, &a);
	snapshot_close(read);
	for (size_t i = 0; err == TOCSIN_OK && i < a.n; i++) {
		err = ask_one(d, a.num[i], now);
		*done += err == TOCSIN_OK;
	}
	return err;
}
