/*
 * rows_draft: drafts with their versions, who decided what about them, and what was released from them.
 *
 * Every version stays as it was written.  A draft's state changes only in a change that names the state and the version
 * which it found, so that two people who decide at the same time cannot both be right.  What was released from a draft is
 * one row a recipient, in the same change as the statement: nothing is sent twice, whatever crashes.
 */
#ifndef TOCSIN_STORE_ROWS_DRAFT_H
#define TOCSIN_STORE_ROWS_DRAFT_H

#include "store/store.h"

#define DRAFT_ID 16                             /* hex digits */

struct draft_row {
	int64_t num;
	const char *id, *kind, *unit, *compartment, *author;
	const char *state;                      /* draft, proposed, releasing, released, refused, withdrawn */
	int64_t version;
	struct bytes content;                   /* JSON (domain/composition.h); empty when it was forgotten */
	int64_t created_at, changed_at;
	const char *changed_by;
	int64_t review_by;                      /* released by one person: until when a second one must look; 0: not, or done */
};
enum tocsin_err draft_get(struct snapshot *r, const char *id, struct arena *a, struct draft_row *out) MUST_USE;
/* Where draft ID belongs, without reading what it says; in the arena. MISSING without a sentence. */
enum tocsin_err draft_place(struct snapshot *r, const char *id, struct arena *a, const char **unit,
	const char **compartment) MUST_USE;
enum tocsin_err draft_by_num(struct snapshot *r, int64_t num, struct arena *a, struct draft_row *out) MUST_USE;
typedef bool draft_each_row(void *arg, const struct draft_row *row);
/* Without content, newest first: of UNIT (NULL: of every unit) and COMPARTMENT, in STATE (NULL: any), below BEFORE. */
enum tocsin_err draft_list(struct snapshot *r, const char *unit, const char *compartment, const char *state,
	int64_t before, size_t limit, draft_each_row *each, void *arg) MUST_USE;
/* The same of all units and compartments. */
enum tocsin_err draft_newest(struct snapshot *r, const char *state, int64_t before, size_t limit, draft_each_row *each,
	void *arg) MUST_USE;
/* What scope NUM of a view stands for; in the arena. */
enum tocsin_err draft_scope(struct snapshot *r, int64_t num, struct arena *a, const char **unit,
	const char **compartment) MUST_USE;
/* Those whose release was begun and is not over, oldest first, without content. */
enum tocsin_err draft_releasing(struct snapshot *r, draft_each_row *each, void *arg) MUST_USE;
/* How many wait for a review that was due before NOW. */
enum tocsin_err draft_reviews_late(struct snapshot *r, int64_t now, int64_t *n) MUST_USE;

struct draft_version_row {
	int64_t version, at;
	const char *account;
	struct bytes content;
};
enum tocsin_err draft_version_get(struct snapshot *r, int64_t draft, int64_t version, struct arena *a,
	struct draft_version_row *out) MUST_USE;
/* The newest that ACCOUNT wrote. MISSING: none. */
enum tocsin_err draft_version_by(struct snapshot *r, int64_t draft, const char *account, struct arena *a,
	struct draft_version_row *out) MUST_USE;
typedef bool draft_version_each_row(void *arg, const struct draft_version_row *row);
/* By version, without content. */
enum tocsin_err draft_version_each(struct snapshot *r, int64_t draft, draft_version_each_row *each, void *arg) MUST_USE;

/* num is given by the writer. */
void change_draft_add(struct change *c, const struct draft_row *row);
/* The next version, back in state draft; LATER when it is not OLD any more, or not in STATE. ACCOUNT changes it, and WROTE
 * is whose version it is: of which somebody wrote the content, when only its files change. */
void change_draft_edit(struct change *c, int64_t num, const char *state, int64_t old, struct bytes content,
	const char *account, const char *wrote, int64_t now);
/* LATER with SENTENCE when it is not in state FROM with VERSION any more. */
void change_draft_state(struct change *c, const char *sentence, int64_t num, const char *from, int64_t version,
	const char *to, int64_t now);
void change_draft_review_by(struct change *c, int64_t num, int64_t at);
/* LATER with SENTENCE when no review is waited for. */
void change_draft_reviewed(struct change *c, const char *sentence, int64_t num);
/* Deletes what it says, in all versions and decisions; its rows stay. */
void change_draft_forget(struct change *c, int64_t num);

/* ---- decisions ---- */

struct approval_row {
	int64_t draft, version, at;
	const char *what;               /* proposed, released, released-alone, refused, withdrawn, reviewed, objected */
	const char *account, *function, *reason;
	struct hash digest;             /* of the version's content */
	struct bytes detail;            /* JSON: what was confirmed; of a release: what leaves (desk/release.c) */
};
typedef bool approval_each_row(void *arg, const struct approval_row *row);
/* In their order. */
enum tocsin_err approval_each(struct snapshot *r, int64_t draft, approval_each_row *each, void *arg) MUST_USE;
void change_approval_add(struct change *c, const struct approval_row *row);

/* ---- what was released ---- */

typedef bool released_each_row(void *arg, const char *recipient, int64_t statement);
enum tocsin_err released_each(struct snapshot *r, int64_t draft, released_each_row *each, void *arg) MUST_USE;
/* The draft from which STATEMENT was released; *draft 0 when from none. RECIPIENT may be NULL: to whom, in the arena. */
enum tocsin_err released_from(struct snapshot *r, int64_t statement, struct arena *a, int64_t *draft,
	const char **recipient) MUST_USE;
/* For this change's statement; LATER when RECIPIENT has one of this draft already. */
void change_released(struct change *c, int64_t draft, const char *recipient);

/* ---- determinations ---- */

struct determined_row {
	int64_t draft, version, statement, at;
	const char *result, *ground;    /* met, not-met, waived */
	const char *account, *function;
};
/* The last one about DRAFT; MISSING without a sentence when there is none. */
enum tocsin_err determined_last(struct snapshot *r, int64_t draft, struct arena *a, struct determined_row *out) MUST_USE;
/* statement is this change's. */
void change_determined(struct change *c, const struct determined_row *row);

/* ---- how often KEY ("author NAME", "subject WORD") had RECIPIENT before ---- */
enum tocsin_err audience_times(struct snapshot *r, const char *key, const char *recipient, int64_t *times) MUST_USE;
void change_audience_count(struct change *c, const char *key, const char *recipient, int64_t now);

#endif
