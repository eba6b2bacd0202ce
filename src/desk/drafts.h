/*
 * drafts: what is being written, by whom, in which versions; who may see it.
 *
 * A draft belongs to one unit and compartment, and only they (and their inspectors) see it; to all others it is not
 * there.  Every version stays as it was written (domain/composition.h), with who wrote it.  Whoever sees it and may draft
 * may edit it; nobody but its author can open what its author closed (release_check).
 */
#ifndef TOCSIN_DESK_DRAFTS_H
#define TOCSIN_DESK_DRAFTS_H

#include "desk/access.h"
#include "desk/audit.h"
#include "domain/composition.h"
#include "store/rows_draft.h"

/* Makes the first version of GIVEN, a composition. REFUSED: a unit or compartment that V has not. */
enum tocsin_err drafts_add(const struct desk *d, const struct view *v, const json_t *given, char id[DRAFT_ID + 1]) MUST_USE;
/* MISSING with the same sentence for what V does not see and what is not there; row in the arena. */
enum tocsin_err drafts_find(struct snapshot *read, const struct view *v, const char *id, struct arena *a,
	struct draft_row *out) MUST_USE;
/* The next version, of which VERSION is the one before; a draft again, whatever was proposed. Rule release.state: it
 * has left, or is withdrawn. LATER: somebody was quicker. */
enum tocsin_err drafts_edit(const struct desk *d, const struct view *v, const char *id, int64_t version,
	const json_t *given) MUST_USE;
enum tocsin_err drafts_withdraw(const struct desk *d, const struct view *v, const char *id, int64_t version,
	const char *reason) MUST_USE;
/* A file of the draft, or no longer one: its next version, of which VERSION is the one before, with the same text; whoever
 * was to release it has another one to look at. Errors as drafts_edit and files_to_draft; MISSING: there is no file NAME. */
enum tocsin_err drafts_put_file(const struct desk *d, const struct view *v, const char *id, int64_t version,
	const char *name, const char *type, struct bytes data) MUST_USE;
enum tocsin_err drafts_remove_file(const struct desk *d, const struct view *v, const char *id, int64_t version,
	const char *name) MUST_USE;
/* {items, next}: those that V sees, newest first, at most LIMIT, older than the one called BEFORE (NULL: from the
 * newest), in STATE (NULL: any). Returned owned. */
enum tocsin_err drafts_list(struct snapshot *read, const struct view *v, const char *state, const char *before,
	size_t limit, json_t **out) MUST_USE;

/* An approval of ROW as it is now, for the change that makes it true; DETAIL may be empty. */
void drafts_decide(struct change *c, const struct draft_row *row, const struct view *v, const char *what,
	const char *reason, struct bytes detail, int64_t now);
/* The same of a content that was there, and may be forgotten: DIGEST is its hash. */
void drafts_decide_on(struct change *c, const struct draft_row *row, const struct hash *digest, const struct view *v,
	const char *what, const char *reason, struct bytes detail, int64_t now);

#endif
