/*
 * contact: recipients without a node: the person, or whoever protects them, whom one can ring up or write to.
 *
 * What such a recipient is to be told is a warning (or its retraction, or closure) that the node addresses to itself,
 * with the fields recipient.name and recipient.contact: signed, logged and kept like any other, so that what was to be
 * said can be shown later, line by line.  It never travels.  That it was said is a record of our own (told.h), and never
 * the other side's word.
 */
#ifndef TOCSIN_DESK_CONTACT_H
#define TOCSIN_DESK_CONTACT_H

#include "base/json.h"
#include "desk/audit.h"
#include "desk/follow.h"
#include "desk/issue.h"
#include "domain/view.h"

#define CONTACT_NAME 64                         /* [a-z0-9] and hyphens within */
#define CONTACT_PHONES 8
#define CONTACT_JSON 16384
#define CONTACT_PREFIX "contact:"               /* of such a recipient among the names of an audience */

struct contact {
	const char *name;
	const char *label;                      /* who it is, for people */
	const char *phone[CONTACT_PHONES];      /* in the order in which to try */
	size_t phone_n;
	const char *address, *language, *tell, *note;   /* "" when not given; language: a tag as in a body's values */
};
bool contact_name_ok(struct bytes name);
/* {"label", "telephones", "address", "language", "tell" (who may be told in their place), "note"}: all but label may be
 * missing. Strings in the arena. BAD names the member. */
enum tocsin_err contact_parse(struct bytes json, struct arena *a, struct contact *out) MUST_USE;
json_t *contact_json(const struct contact *c);          /* with its name; returned owned, NULL: out of memory */

/* In the audit trail. */
enum tocsin_err contact_put(const struct desk *d, const struct view *v, const char *name, struct bytes json) MUST_USE;
enum tocsin_err contact_remove(const struct desk *d, const struct view *v, const char *name) MUST_USE;
enum tocsin_err contact_get(struct snapshot *read, const char *name, struct arena *a, struct contact *out) MUST_USE;
/* {items, next}: at most LIMIT behind AFTER ("": from the first). Returned owned. */
enum tocsin_err contact_list(struct snapshot *read, const char *after, size_t limit, json_t **out) MUST_USE;

/* WORD, "contact:NAME", of an audience: R's fields (borrowed) with those of the recipient behind them, addressed to the
 * node itself; in the arena. BAD when the fields name a recipient already. */
enum tocsin_err contact_release(const struct desk *d, struct snapshot *read, const char *word, struct arena *a,
	struct issue_release *r) MUST_USE;
/* Rule contact.self: a KIND that may be addressed to its maker only for a recipient without a node has recipient.name
 * then, and only then. */
enum tocsin_err contact_rule(const struct desk *d, const struct kind *kind, const struct issue_release *r) MUST_USE;

/* Whom to ring up when PARTNER's receipt does not come, and the command that prints the script for statement ID: one
 * sentence, appended. For the page of a clock. */
void contact_duty_words(const struct desk *d, const char *partner, const struct hash *id, struct buf *out);

#endif
