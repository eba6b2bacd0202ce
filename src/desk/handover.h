/*
 * handover: the end of one shift and the beginning of the next, signed off by both.
 *
 * Whoever goes starts it: what is open is listed and kept as it is then (running clocks of the one who goes, what nobody
 * of the unit has opened, own drafts), which is the first signature.  Whoever comes reads and accepts it, which is the
 * second; in the same transaction the running clocks become the successor's, those too that began meanwhile.  What is in
 * a compartment that the successor is not read into is neither listed nor moved, and whoever goes is told so; what is in
 * one that whoever goes is not read into is not listed either.
 */
#ifndef TOCSIN_DESK_HANDOVER_H
#define TOCSIN_DESK_HANDOVER_H

#include "base/json.h"
#include "desk/access.h"

#define HANDOVER_ID 16                  /* hex digits */

/* By V's own account, to another active one of its unit. *OUT: the hand-over as below, and "stays": clocks and drafts
 * that the successor may not know of. It takes the place of one that nobody has accepted. */
enum tocsin_err handover_start(const struct desk *d, const struct view *v, const char *to, json_t **out) MUST_USE;
/* {id, from, to, at, from_signed_at, to_signed_at, content: {clocks, unread, drafts}}: for its two sides, without
 * what is in compartments that the reader has left since; otherwise MISSING. */
enum tocsin_err handover_show(struct snapshot *read, const struct view *v, const char *id, json_t **out) MUST_USE;
/* {items}: V's own, without content, newest first. */
enum tocsin_err handover_show_all(struct snapshot *read, const struct view *v, json_t **out) MUST_USE;
/* By its successor. */
enum tocsin_err handover_accept(const struct desk *d, const struct view *v, const char *id) MUST_USE;

#endif
