/*
 * exposure: what partners have learnt from us: which fields, about whom, resting on which source, since when.
 *
 * A follower writes a row for each open line of each statement that went to a partner, tests and lines about handling left
 * out.  Whom it is about (subject.name, target.who, threat.actor, open or closed), what it rests on (source.origin) and
 * the fact itself are tags under a key that only this node's keeper derives, so that the ledger tells nothing to who has
 * the database alone; words are read from the statements again, for who sees them.  Subjects and sources are compared as
 * names are (domain/subject.h): another wording is another source.
 */
#ifndef TOCSIN_DESK_EXPOSURE_H
#define TOCSIN_DESK_EXPOSURE_H

#include "base/json.h"
#include "desk/access.h"
#include "desk/follow.h"
#include "keeper/keeper.h"

#define EXPOSURE_LOOKED 100000          /* rows that are looked at for one question, the last ones, seen or not */
#define EXPOSURE_ROWS 10000             /* of them, that are seen and told */
#define EXPOSURE_GROUPS 500
#define EXPOSURE_SUBJECTS 8             /* names of one statement */

/* What is asked; at least one. NULL: any. */
struct exposure_ask {
	const char *partner, *subject, *source;
};
/* {items: [{partner, subject, source, fields, lines, statements, first_at, last_at}], cut}: by subject and source, last told
 * first, of what V sees alone, and so is CUT (there is more of it than is told). In the audit trail before it is answered. BAD when nothing is asked. *OUT is returned owned. */
enum tocsin_err exposure_show(const struct desk *d, const struct view *v, const struct exposure_ask *ask, json_t **out) MUST_USE;

/* ---- what both files share ---- */
/* Adds tags of the names in VALUE (canonical JSON) to the *N of TAG, each once, at most MAX; TAG has room for one more. */
enum tocsin_err exposure_subjects(const uint8_t key[KEEPER_DERIVED], struct bytes value, struct arena *a, struct hash *tag,
	size_t max, size_t *n) MUST_USE;
/* The tag of the source that VALUE, plain words or canonical JSON, names. */
enum tocsin_err exposure_source(const uint8_t key[KEEPER_DERIVED], struct bytes value, struct hash *tag) MUST_USE;

#endif
