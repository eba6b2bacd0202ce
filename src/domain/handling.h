/*
 * handling: which lines of a draft are proposed open to one recipient, and why: from their markings, the vocabulary, the
 * recipient's profile, and what the author says by name.
 *
 * Invariants.
 *  - What the author closed stays closed, whatever else is said; closing only ever adds up.
 *  - An unmarked line stays closed, and a line marked red stays closed to whoever is not named one by one: mark it, name
 *    them.  Not even the author opens these by a list.
 *  - Everything else the author may open by name, so that policy and profile never stand in the way of a duty to warn:
 *    "substance" stands for all that somebody needs who is to stay alive.  Such a line says so (HANDLING_AUTHOR_OPENED).
 *  - Source lines, and those that the table closes, are opened by the author's own name of them alone, never by profile.
 *  - A release bears the most restrictive marking of what it opens, and is never marked lower than its draft.
 */
#ifndef TOCSIN_DOMAIN_HANDLING_H
#define TOCSIN_DOMAIN_HANDLING_H

#include "domain/profile.h"
#include "domain/vocabulary.h"

enum handling_why {
	HANDLING_FITS,                  /* open: the marking is within what this recipient may get */
	HANDLING_PROFILE_OPENS,         /* open */
	HANDLING_AUTHOR_OPENED,         /* open: the author's decision */
	HANDLING_GOES_WITH,             /* open: a marking goes with what it marks */
	HANDLING_UNMARKED,              /* closed, and all below */
	HANDLING_BY_DEFAULT,            /* the table closes it; source lines */
	HANDLING_RED,                   /* red, and the recipient is not named */
	HANDLING_COMMUNITY,             /* green, by group, and not of the community */
	HANDLING_ABOVE,                 /* above what this recipient may get */
	HANDLING_PROFILE_CLOSES,
	HANDLING_AUTHOR_CLOSED,
	HANDLING_NOTHING_OPEN,          /* a marking of nothing */
};
const char *handling_why_name(enum handling_why why);           /* "unmarked", for programs */

struct handling_ask {
	const char *kind;
	const struct body_field *field;         /* of the draft; handling.tlp and handling.caveat among them hold for all */
	size_t field_n;                         /* at most DRAFT_FIELDS */
	const struct marking *marking;          /* one for each field, unmarked: none of its own; NULL: none at all */
	const struct marking *inherited;        /* merged, of what others gave that it rests on; NULL: nothing */
	const char *to;
	bool named;                             /* one by one; false: reached by a group only */
	const struct profile *profile;
	enum tlp deflt;                         /* what one gets whose profile says nothing, when named (policy) */
	const char *const *open, *const *close; /* the author's (and for closing the releaser's) words: names, patterns,
	                                         * in OPEN also "substance" */
	size_t open_n, close_n;
};
struct handling_line {
	const char *name;
	enum handling_why why;
	struct marking marking;                 /* its own, or that of all */
	bool open;
};
struct handling {
	struct handling_line line[DRAFT_FIELDS];        /* in the order of the draft's fields */
	size_t n;
	enum tlp level;                         /* what this recipient may get without being opened by name */
	struct marking marking;                 /* of the release */
	/* The line that makes the statement what it is (threat.summary, of other kinds what they require) stays closed, and
	 * not because the author closed it: the author opens it by name, or records why not. */
	bool blocked;
};
/* BAD when a word of OPEN or CLOSE names no line of the draft: a line that somebody thinks closed must not be open. */
enum tocsin_err handling_propose(const struct handling_ask *ask, struct handling *out) MUST_USE;
/* Why line I is as it is, as a sentence. */
void handling_words(const struct handling_ask *ask, const struct handling *h, size_t i, struct buf *out);
/* Whether the author's N words OPEN open line NAME of a KIND. */
bool handling_opens(const char *kind, const char *const *open, size_t n, const char *name);
/* Whether NAME belongs to the substance of a warning. */
bool handling_substance(const char *name);

/* The fields of the release as they are sealed: open and closed as H says, handling.tlp raised to its marking, caveats of
 * open lines added to handling.caveat, and for a warning the field specificity, computed from what is open, in the place
 * of any that was there. FIELD: room for DRAFT_FIELDS + 3. New values in the arena. */
enum tocsin_err handling_fields(const struct handling_ask *ask, const struct handling *h, struct arena *a,
	struct body_field *field, size_t *n) MUST_USE;
#define HANDLING_FIELDS (DRAFT_FIELDS + 3)

#endif
