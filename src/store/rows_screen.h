/*
 * rows_screen: the door's rules, the sealed list of protected people with its tags, and what each partner has asked, as
 * sums that do not have to be counted.
 */
#ifndef TOCSIN_STORE_ROWS_SCREEN_H
#define TOCSIN_STORE_ROWS_SCREEN_H

#include "store/store.h"

struct door_rules_row {
	int64_t version;                        /* 0: nobody has changed any */
	struct bytes content;                   /* JSON; in the arena */
	int64_t changed_at;
	const char *changed_by;
};
enum tocsin_err door_rules_get(struct snapshot *r, struct arena *a, struct door_rules_row *out) MUST_USE;
/* The version behind BEFORE; the change fails with LATER when somebody was quicker. */
void change_door_rules(struct change *c, int64_t before, struct bytes content, const char *by, int64_t now);

struct protected_row {
	int64_t num;
	const char *id;
	struct bytes sealed;
	int64_t added_at;
	const char *added_by;
};
typedef bool protected_each_row(void *arg, const struct protected_row *row);
/* Newest first, below BEFORE. */
enum tocsin_err protected_each(struct snapshot *r, int64_t before, size_t limit, protected_each_row *each, void *arg) MUST_USE;
enum tocsin_err protected_get(struct snapshot *r, const char *id, struct arena *a, struct protected_row *out) MUST_USE;
typedef bool protected_each_tag(void *arg, const struct hash *tag);
enum tocsin_err protected_tags(struct snapshot *r, protected_each_tag *each, void *arg) MUST_USE;
void change_protected_add(struct change *c, const struct protected_row *row);
/* Of the one that this change has just added. */
void change_protected_tag(struct change *c, const struct hash *tag);
/* LATER when it is gone. */
void change_protected_remove(struct change *c, int64_t num);

#define ASKED_DAY (86400 * CLOCK_SECOND)
struct asked_sum { int64_t requests, person, abroad, refused, subjects, warnings; };
/* Of PARTNER, from day FROM until day UNTIL; day 0 has what it ever gave. */
enum tocsin_err asked_sum(struct snapshot *r, const char *partner, int64_t from, int64_t until, struct asked_sum *out) MUST_USE;
/* How many of its requests since SINCE had TAG; no more than 1000 are counted. */
enum tocsin_err asked_tagged(struct snapshot *r, const char *partner, const struct hash *tag, int64_t since, int64_t *n) MUST_USE;
/* Adds to the sums of DAY. */
void change_asked_day(struct change *c, const char *partner, int64_t day, const struct asked_sum *more);
void change_asked(struct change *c, int64_t statement, const char *partner, int64_t day, bool person);
void change_asked_tag(struct change *c, const char *partner, const struct hash *tag, int64_t at, int64_t statement);
/* A person decided about it, for the first time or anew; nothing for what was not asked. */
void change_asked_refused(struct change *c, int64_t statement, bool refused);

#endif
