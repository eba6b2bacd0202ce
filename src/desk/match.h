/*
 * match: that two leads are about the same subject, shown to both, and nothing else of either.
 *
 * A lead has a tag of each name that its statements give (domain/subject.h): under a secret of this node, by which leads
 * of two units or compartments meet, and a new tip finds the lead of its own unit; and, unless it is in a compartment, under
 * the key that a partner shares with us.  A partner is sent the tags of a lead that is open, once each, by a statement of
 * kind "match" that always has MATCH_TAGS of them, sorted, filled up with random ones; what it has named is kept, so
 * that a later lead of ours meets it, too.  Tags differ by who sends them to whom: one that is sent on, or back, meets
 * nothing.  A closed lead says that it is there only when it is named.
 *
 * The matcher is this one part: for now two subjects are the same when a name of each has the same key.
 */
#ifndef TOCSIN_DESK_MATCH_H
#define TOCSIN_DESK_MATCH_H

#include "base/json.h"
#include "desk/follow.h"
#include "domain/subject.h"
#include "domain/view.h"
#include "store/rows_match.h"

#define MATCH_TAGS 16                   /* in a statement */
#define MATCH_KEY 32                    /* bytes of a key */
#define MATCH_KEY_ID 16                 /* hex digits */
#define MATCH_NAMES (2 * SUBJECT_NAMES)

/* ---- whom a statement is about ---- */
struct match_subject {
	struct bytes key[MATCH_NAMES];          /* subject_key of each name */
	struct hash tag[MATCH_NAMES];           /* under this node's secret */
	size_t n;
	bool sends;                             /* policy lets tags of it go to partners */
};
/* From its lines subject.name and threat.actor, in the arena; none when it has neither. */
enum tocsin_err match_subject(const struct desk *d, const struct statement_row *row, struct arena *a, struct match_subject *out) MUST_USE;

struct match_lead {
	const char *id, *compartment;
	bool closed;
	bool alone;                             /* new, and to be the only one of its unit and compartment: LATER otherwise */
};
/* Adds to C, which adds or changes the lead L, that it is about S, too. */
enum tocsin_err match_add(const struct desk *d, struct snapshot *read, struct change *c, const struct match_lead *l,
	const struct match_subject *s, int64_t now) MUST_USE;
void match_reopened(struct change *c, int64_t lead);
/* [{with, since, words}] of the lead NUM, returned owned. */
enum tocsin_err match_show(struct snapshot *read, int64_t num, json_t **out) MUST_USE;

/* ---- keys that partners share ---- */
/* HEX: 64 hex digits. REFUSED by rule match.confirmed. Another key takes the place of the one that there was. */
enum tocsin_err match_agree(const struct desk *d, const struct view *v, const char *name, const char *hex) MUST_USE;
/* MISSING when there is none. */
enum tocsin_err match_end(const struct desk *d, const struct view *v, const char *name) MUST_USE;
/* {name, key, since, sent, matched}; MISSING when NAME is no partner. Returned owned. */
enum tocsin_err match_about(const struct desk *d, const char *name, json_t **out) MUST_USE;

/* Tags leads that were there before a key was, pages who has a lead that was matched, and sends what waits. *NEXT: when
 * it is to be called again, without an event before. *ISSUED: something waits for the courier, also after a failure. */
enum tocsin_err match_work(const struct desk *d, int64_t now, int64_t *next, bool *issued) MUST_USE;

/* ---- what the files of match share ---- */
struct match_key {
	char partner[LIMIT_NAME + 1], id[MATCH_KEY_ID + 1];
	uint8_t sends[MATCH_KEY], takes[MATCH_KEY];     /* what our tags, and theirs, are made with */
	struct match_key_row row;                       /* of which texts point into this; nothing sealed */
};
/* All keys, *KEYS to be freed with match_keys_free. PARTNER: only that one's; NULL. */
enum tocsin_err match_keys_open(const struct desk *d, struct snapshot *read, const char *partner, struct match_key **keys, size_t *n) MUST_USE;
void match_keys_free(struct match_key *keys, size_t n); /* safe on NULL */
/* The tags of S under K. */
void match_add_partner(struct change *c, const struct match_lead *l, const struct match_subject *s, const struct match_key *k);

#endif
