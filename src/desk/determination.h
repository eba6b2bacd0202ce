/*
 * determination: whether there is a duty to warn: the four tests, and what follows from them.
 *
 * It is a statement of kind determination, addressed to ourselves: signed and committed in the log, so that it can be
 * shown to an inspector later that it was made, when, and of which version of the draft.  Doubt favours warning.  A duty
 * that is met starts a clock, which a release or a waiver ends.
 */
#ifndef TOCSIN_DESK_DETERMINATION_H
#define TOCSIN_DESK_DETERMINATION_H

#include "desk/access.h"
#include "desk/issue.h"

struct determination {
	const char *credible, *specific, *impending, *harm;     /* yes, no, doubt */
	const char *words;                      /* what speaks for and against; NULL: nothing */
	const char *result;                     /* met, not-met, waived; NULL: as the tests say */
	const char *ground, *reason;            /* of a waiver; NULL */
};
/* About draft ID, as V sees it. BAD: by the vocabulary; REFUSED: by role. Waits until durable. */
enum tocsin_err determination_make(const struct desk *d, const struct view *v, const char *id,
	const struct determination *t, struct issue_result *result) MUST_USE;

#endif
