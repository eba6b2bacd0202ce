/*
 * evidence (publish's): assembles the bundle of files that proves one statement offline (PROTOCOL, section 9). Its
 * checking is in domain/evidence.h.
 *
 * Of what we issued: the issued entry in our log and the recipient's receipt, witnessed when it is.  Of what we
 * accepted: our own accepted entry as the receipt.  What is not there is missing from the bundle, which then proves
 * less; nothing is made up.
 */
#ifndef TOCSIN_PUBLISH_EVIDENCE_H
#define TOCSIN_PUBLISH_EVIDENCE_H

#include "desk/desk.h"
#include "domain/view.h"

/* ROW whole, as READ gave it. ONLY (NULL: all) names the open lines that are shown, REVEAL (NULL: none) the closed ones
 * that are opened; both end with NULL. The ustar archive into OUT. MISSING: V does not see it; REFUSED: it was forgotten;
 * MISSING, too: no such line, or one that V does not see; LATER: our log has not published the entry yet that is the receipt. */
enum tocsin_err evidence_bundle(const struct desk *d, struct snapshot *read, const struct view *v,
	const struct statement_row *row, const char *const *only, const char *const *reveal, struct buf *out) MUST_USE;

#endif
