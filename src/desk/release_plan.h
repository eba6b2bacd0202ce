/*
 * release_plan: one version of a draft on its way to those who are to get it: who they are, which lines are open to each,
 * what each statement refers to, and what still stands in the way.  Computed from rows, changed by nothing.
 *
 * Used by the desk's own release files only; release.h is for everybody else.
 */
#ifndef TOCSIN_DESK_RELEASE_PLAN_H
#define TOCSIN_DESK_RELEASE_PLAN_H

#include "desk/directory.h"
#include "desk/drafts.h"
#include "desk/files.h"
#include "desk/release.h"
#include "domain/preview.h"

#define PLAN_RECIPIENTS 1024
#define PLAN_ARENA (256u << 20)                 /* the attachments of a draft, its fields, its recipients */
#define PLAN_KEYS 16                            /* under which it is counted who gets what */
#define PLAN_SCRATCH (64u << 20)                /* one recipient */

struct plan_recipient {
	const char *word;                       /* a partner's name, via:BROKER:NAME, or contact:NAME */
	const char *to;                         /* whom the statement is addressed to */
	const char *via;                        /* by way of this broker; NULL: straight */
	bool unnamed;                           /* and without our name */
	bool contact;
	bool named;                             /* one by one, not by a group alone */
	enum peer_state state;                  /* of a contact: as confirmed */
	bool unusual;                           /* its author, or its subject, never had this recipient */
	struct profile *profile;
	const struct composition_audience **in; /* each audience that it is in */
	size_t in_n;
	const char **open, **close;             /* what all of them open; what any of them, or the releaser, closes */
	size_t open_n, close_n;
	struct hash re[LIMIT_REFS];             /* sorted: what both sides are parties to */
	size_t re_n;
	bool *shut;                             /* of the author's only: which of author_field it left closed */
};
struct plan {
	const struct desk *desk;
	struct snapshot *read;
	struct arena *arena, *scratch;          /* scratch: of one recipient at a time */
	const struct draft_row *row;
	struct composition c;
	struct body_field *field;               /* the composition's, and the lines of its attachments */
	struct marking *marking;                /* one for each */
	size_t field_n;
	struct files *files;
	struct marking inherited;               /* of what it is about */
	bool inherits;
	enum tlp deflt;
	struct plan_recipient *recipient;
	size_t recipient_n;
	struct determined_row duty;             /* result "" when nobody has determined */
	struct composition *author;             /* the author's last word, when somebody else has edited since; or NULL */
	struct plan_recipient *author_recipient;
	size_t author_recipient_n;
	struct body_field *author_field;        /* of that, and the lines of the attachments as they are now */
	struct marking *author_marking;
	size_t author_field_n;
	enum tlp author_level;                  /* the most restrictive of all that it holds */
};
/* Reads ROW's content. CLOSE: {recipient or "*": [lines]}, what the releaser closes; NULL: nothing. DECIDED: who gets it
 * whatever its audiences say now, a list of objects with to; NULL: whom its audiences name. Errors as composition_read;
 * REFUSED when a group is empty. */
enum tocsin_err plan_make(const struct desk *d, struct snapshot *read, const struct draft_row *row, const json_t *close,
	const json_t *decided, struct arena *a, struct arena *scratch, struct plan *out) MUST_USE;
/* What recipient I sees; resets the scratch arena and puts everything there. */
enum tocsin_err plan_preview(struct plan *p, size_t i, struct preview **out) MUST_USE;
/* The same question, of which the proposal is made; borrows from the plan. */
void plan_ask(struct plan *p, const struct plan_recipient *r, struct handling_ask *ask);
/* Counts that R got it, in the change of its statement. */
void plan_count(const struct plan *p, const struct plan_recipient *r, struct change *c, int64_t now);
/* Whether the lines that recipient I sees are open only because the author overrode policy or profile. */
enum tocsin_err plan_overrides(struct plan *p, size_t i, const struct preview *v, bool *does) MUST_USE;

/* How far what the N statements RE say may go: red for what does not say it to us. *LEVEL TLP_CLEAR: nothing says. */
enum tocsin_err plan_level(const struct desk *d, struct snapshot *read, const struct hash *re, size_t n,
	enum tlp *level) MUST_USE;
/* By policy: whether two people release a KIND of LEVEL. */
bool plan_two_people(const struct desk *d, const char *kind, enum tlp level);

/* ---- release_author.c ---- */
/* What the author's version left closed to each of its recipients; P->author is there. */
enum tocsin_err plan_author(struct plan *p) MUST_USE;
/* OUT: for each of author_field whether the author left it closed to R; whom it did not name gets nothing that it closed to
 * all others. What was not marked yet is not closed by it. In the scratch arena at least. */
enum tocsin_err plan_author_shut(const struct plan *p, const struct plan_recipient *r, const bool **out) MUST_USE;

/* ---- release_check.c: what stands in the way ---- */
enum plan_need {
	PLAN_FIX,                               /* by editing, or before */
	PLAN_CONFIRM_LINE,                      /* the author, and whoever releases, confirm LINE */
	PLAN_CONFIRM_AUDIENCE,
	PLAN_OVERRIDE,                          /* whoever releases it gives a reason */
	PLAN_ASK,                               /* nothing: it is asked */
};
struct plan_obstacle {
	const char *rule;                       /* of rules.c */
	enum plan_need need;
	const char *to, *line;                  /* "" when it is about none */
	const char *words;
};
struct plan_obstacles {
	struct plan_obstacle *one;
	size_t n, room;
	enum tlp level;                         /* the most restrictive of what would leave */
	enum tlp strictest;                     /* and of what its author wrote before somebody else edited it */
	bool two_people;                        /* by policy */
};
/* Looks at every recipient. EACH (may be NULL) is called with each preview while it is there. All else in the plan's
 * arena. */
typedef void plan_each(void *arg, size_t i, const struct preview *v, bool overrides);
enum tocsin_err plan_look(struct plan *p, plan_each *each, void *arg, struct plan_obstacles *out) MUST_USE;

/* REFUSED (its rule) for the first obstacle that GIVEN does not meet; OVERRIDE is asked for only when RELEASING. */
enum tocsin_err plan_refuse(const struct plan_obstacles *o, const struct release_consent *given, bool releasing) MUST_USE;

/* ---- release_audience.c ---- */
/* LIST of *N becomes LIST and MORE, in A; false when out of memory. */
bool plan_append(struct arena *a, const char ***list, size_t *n, const char *const *more, size_t more_n) MUST_USE;
/* Everybody in the audiences of C, each once, by name. */
enum tocsin_err plan_gather(struct plan *p, const struct composition *c, struct plan_recipient **out, size_t *n) MUST_USE;
/* Those of LIST ([{to}]), named, as the plan's recipients; nothing is said of their lines. */
enum tocsin_err plan_gather_decided(struct plan *p, const json_t *list) MUST_USE;

/* ---- release_go.c ---- */
/* Does the release of draft NUM that was begun, or goes on with it. */
enum tocsin_err release_go(const struct desk *d, int64_t num) MUST_USE;
/* A record to ourselves of what was decided about ROW, about the N statements RE, of which LAST is told in the change of the
 * last one. WHO: {written_by, proposed_by, released_by, functions}; TEXT says it in words, without names. */
struct release_who {
	const char *written_by, *proposed_by, *released_by, *functions, *text;
};
enum tocsin_err release_record(const struct desk *d, struct snapshot *read, const struct draft_row *row,
	const struct hash *digest, const struct release_who *who, const struct hash *re, size_t n,
	void (*last)(void *arg, struct change *c), void *arg) MUST_USE;
/* The ids of all that was released from ROW, in the arena. */
enum tocsin_err release_ids(struct snapshot *read, const struct draft_row *row, struct arena *a, struct arena *scratch,
	struct hash **ids, size_t *n) MUST_USE;

/* ---- release_show.c ---- */
/* [{rule, need, to, line, words}]. Returned owned. */
json_t *plan_obstacles_json(const struct plan_obstacles *o);

#endif
