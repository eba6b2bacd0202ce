#include "store/rows_screen.h"

#include "base/banned.h"
#include "store/take.h"

/* ---- rules ---- */

enum tocsin_err door_rules_get(struct snapshot *r, struct arena *a, struct door_rules_row *out)
{
	struct cursor *c = NULL;
	bool ok = true;
	*out = (struct door_rules_row) { .changed_by = "" };
	enum tocsin_err err = cursor_open(r, &c, READ_DOOR_RULES);
	if (err == TOCSIN_OK && (err = cursor_next(c)) == TOCSIN_OK) {
		out->version = cursor_int(c, 0);
		out->content = take_bytes(a, c, 1, &ok);
		out->changed_at = cursor_int(c, 2);
		out->changed_by = take_str(a, c, 3, &ok);
		if (!ok)
			err = take_no_room();
	}
	return take_end(c, err);
}

void change_door_rules(struct change *c, int64_t before, struct bytes content, const char *by, int64_t now)
{
	change_must(c, "somebody else has changed the door's rules meanwhile; look at them again", WRITE_DOOR_RULES, before + 1, content,
		now, by, before);
}

/* ---- protected people ---- */

enum tocsin_err protected_each(struct snapshot *r, int64_t before, size_t limit, protected_each_row *each, void *arg)
{
	struct cursor *c = NULL;
	enum tocsin_err err = cursor_open(r, &c, READ_PROTECTED, before, (int64_t)limit);
	while (err == TOCSIN_OK && (err = cursor_next(c)) == TOCSIN_OK)
		if (!each(arg, &(struct protected_row) { cursor_int(c, 0), cursor_text(c, 1), cursor_bytes(c, 2), cursor_int(c, 3),
			cursor_text(c, 4) }))
			break;
	return take_end(c, err);
}

enum tocsin_err protected_get(struct snapshot *r, const char *id, struct arena *a, struct protected_row *out)
{
	struct cursor *c = NULL;
	bool ok = true;
	enum tocsin_err err = cursor_open(r, &c, READ_PROTECTED_ID, id);
	if (err == TOCSIN_OK)
		err = cursor_next(c);
	if (err == TOCSIN_OK) {
		*out = (struct protected_row) { .num = cursor_int(c, 0), .id = take_str(a, c, 1, &ok), .sealed = take_bytes(a, c, 2, &ok),
			.added_at = cursor_int(c, 3), .added_by = take_str(a, c, 4, &ok) };
		if (!ok)
			err = take_no_room();
	}
	cursor_close(c);
	return err == TOCSIN_MISSING ? fail(TOCSIN_MISSING, "there is no entry %.40s in the list of protected people", id) : err;
}

enum tocsin_err protected_tags(struct snapshot *r, protected_each_tag *each, void *arg)
{
	struct cursor *c = NULL;
	struct hash tag;
	enum tocsin_err err = cursor_open(r, &c, READ_PROTECTED_TAGS);
	while (err == TOCSIN_OK && (err = cursor_next(c)) == TOCSIN_OK) {
		if (!take_hash(c, 0, &tag)) {
			err = take_damaged("a tag of the protected list");
			break;
		}
		if (!each(arg, &tag))
			break;
	}
	return take_end(c, err);
}

void change_protected_add(struct change *c, const struct protected_row *row)
{
	change_run(c, WRITE_PROTECTED_ADD, row->id, row->sealed, row->added_at, row->added_by);
}

void change_protected_tag(struct change *c, const struct hash *tag)
{
	change_run(c, WRITE_PROTECTED_TAG, tag);
}

void change_protected_remove(struct change *c, int64_t num)
{
	change_must(c, "somebody else has taken this entry out of the list of protected people meanwhile", WRITE_PROTECTED_REMOVE, num);
	change_run(c, WRITE_PROTECTED_UNTAG, num);
}

/* ---- what was asked ---- */

enum tocsin_err asked_sum(struct snapshot *r, const char *partner, int64_t from, int64_t until, struct asked_sum *out)
{
	struct cursor *c = NULL;
	*out = (struct asked_sum) { .requests = 0 };
	enum tocsin_err err = cursor_open(r, &c, READ_ASKED_SUM, partner, from, until);
	if (err == TOCSIN_OK && (err = cursor_next(c)) == TOCSIN_OK)
		*out = (struct asked_sum) { cursor_int(c, 0), cursor_int(c, 1), cursor_int(c, 2), cursor_int(c, 3), cursor_int(c, 4),
			cursor_int(c, 5) };
	return take_end(c, err);
}

enum tocsin_err asked_tagged(struct snapshot *r, const char *partner, const struct hash *tag, int64_t since, int64_t *n)
{
	struct cursor *c = NULL;
	*n = 0;
	enum tocsin_err err = cursor_open(r, &c, READ_ASKED_TAG, partner, tag, since);
	if (err == TOCSIN_OK && (err = cursor_next(c)) == TOCSIN_OK)
		*n = cursor_int(c, 0);
	return take_end(c, err);
}

void change_asked_day(struct change *c, const char *partner, int64_t day, const struct asked_sum *more)
{
	change_run(c, WRITE_ASKED_DAY, partner, day, more->requests, more->person, more->abroad, more->subjects, more->warnings);
}

void change_asked(struct change *c, int64_t statement, const char *partner, int64_t day, bool person)
{
	change_run(c, WRITE_ASKED, statement, partner, day, (int64_t)person);
}

void change_asked_tag(struct change *c, const char *partner, const struct hash *tag, int64_t at, int64_t statement)
{
	change_run(c, WRITE_ASKED_TAG, partner, tag, at, statement);
}

void change_asked_refused(struct change *c, int64_t statement, bool refused)
{
	change_run(c, WRITE_ASKED_REFUSED_DAY, (int64_t)refused, statement);
	change_run(c, WRITE_ASKED_REFUSED, (int64_t)refused, statement);
}
