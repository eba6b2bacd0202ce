/*
 * correction: a subject's way to be corrected or deleted.
 *
 * Somebody asks, by letter or in person.  A data-protection officer opens a case (a record of ours says who asked and how
 * that was checked), finds what is held that names the subject, and proposes for each statement what becomes of it; a
 * second person agrees or refuses; then every partner who has it is told, and what each said to that is shown.
 *
 *   correct   what we wrote is withdrawn with reach, and its recipients get a record with what is right; of what we got,
 *             its author and everyone whom we told of it get that record
 *   delete    the same, without saying what it was; then its content is forgotten (forget.h: a legal hold wins, proofs stay)
 *   restrict  everyone who has it is told so; it stays
 *   keep      it stays, for a reason and on a legal ground
 *
 * Need-to-know holds here, too: an officer finds what the officer sees, and is not told whether there is more: a
 * question that can be asked about anybody must not answer that.  Inspectors, who see every unit, read the case and look
 * through the others with the same question.  Each reading is in the audit trail.
 *
 * Whoever is to be told is written down in the change that decides; each record is issued in a change that crosses its
 * row off, so that nobody is told twice or forgotten, whatever crashes.
 */
#ifndef TOCSIN_DESK_CORRECTION_H
#define TOCSIN_DESK_CORRECTION_H

#include "base/json.h"
#include "desk/access.h"
#include "store/rows_correction.h"

#define CORRECTION_ID 16                        /* hex digits: of a case, of a proposal */
#define CORRECTION_WORDS 1000                   /* bytes of a reason, a ground, who asked, how it was checked */
#define CORRECTION_FIELDS 16                    /* that are corrected in one statement */
#define CORRECTION_ITEMS 500                    /* in one case */
#define CORRECTION_HELD 200                     /* statements in one answer */

struct correction_ask {
	const char *who, *checked;              /* who asks, in words; how it was made sure that it is that person */
	const char *asks;                       /* "correct", "delete", "restrict" */
	const json_t *names;                    /* the spellings of the subject's name */
};
/* Opens a case: a record to ourselves, a clock (policy correction.within). The case as correction_show, returned owned. */
enum tocsin_err correction_open(const struct desk *d, const struct view *v, const struct correction_ask *ask, json_t **out) MUST_USE;
/* {items: [{id, asks, state, opened_by, opened_at, due_at, closed_at}]}, those whose record V sees; as forget_list. */
enum tocsin_err correction_list(struct snapshot *read, const struct view *v, size_t limit, int64_t *before, json_t **out) MUST_USE;
/* The case with its proposals, and whom of the partners each reached. MISSING: V sees no such case. */
enum tocsin_err correction_show(const struct desk *d, const struct view *v, const char *id, json_t **out) MUST_USE;

struct correction_proposal {
	const char *statement;                  /* its id, or the beginning of it */
	const char *what, *reason, *ground;     /* ground NULL: none */
	const json_t *fields;                   /* of a correction: what is right; NULL */
};
enum tocsin_err correction_propose(
	const struct desk *d, const struct view *v, const char *id, const struct correction_proposal *p, json_t **out) MUST_USE;
/* Whoever agrees or refuses is another one than who proposed it (rule correction.two-people). *OUT: the case. */
enum tocsin_err correction_refuse(const struct desk *d, const struct view *v, const char *item, const char *why, json_t **out) MUST_USE;
/* Ends the case and its clock; DISCREET: the reply neither confirms nor denies. */
enum tocsin_err correction_close(const struct desk *d, const struct view *v, const char *id, bool discreet, json_t **out) MUST_USE;
/* {text}: what is said to the person. Discreet: the same words whatever is held. */
enum tocsin_err correction_reply(const struct desk *d, const struct view *v, const char *id, json_t **out) MUST_USE;

/* ---- correction_find.c ---- */
/* {items: [{id, kind, direction, peer, at, lines: [{name, value, closed}]}], next}: what V sees that names the subject of case
 * ID, and the lines that do, newest first below *BEFORE. */
enum tocsin_err correction_find(const struct desk *d, const struct view *v, const char *id, int64_t *before, json_t **out) MUST_USE;

/* ---- correction_do.c ---- */
enum tocsin_err correction_agree(const struct desk *d, const struct view *v, const char *item, json_t **out) MUST_USE;
/* Tells up to MAX partners who are to be told; *DONE how many rows were taken. */
enum tocsin_err correction_resume(const struct desk *d, size_t max, size_t *done) MUST_USE;

/* ---- for the files of correction ---- */
struct correction_case {
	struct snapshot *read;
	struct arena *arena;
	struct correction_row row;
	struct correction_item item;            /* of correction_find_item */
	struct statement_row record;
};
/* The case ID, or the one of proposal ID, whose record V sees; closed by the caller in any case. */
enum tocsin_err correction_case_open(
	const struct desk *d, const struct view *v, const char *id, bool item, struct correction_case *k) MUST_USE;
void correction_case_close(struct correction_case *k);

#endif
