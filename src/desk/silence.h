/*
 * silence: partners of whom nothing has come for unusually long.
 *
 * A follower keeps, for each scope that sees it, when something came of which topic: the kind of statement, and of warnings
 * the first word of target.kind.  Tests of channels and strangers do not count.  So what a scope does not see does not
 * move a threshold that it is told, either.  After how long silence is unusual is computed from these times alone
 * (domain/silence.h), with the false alarms a year that policy silence.false-alarms allows a partner in one scope, divided
 * among the topics of which enough is known.
 *
 * A notice is a row, an event, and a page, all in one change, once: for who sees the last that came.  The next thing that
 * comes ends it.  After the node was away, or its clock was put forward, for two days, there is none for a day: what waited
 * elsewhere comes first.  When the clock was put back, what came after it counts as come now.
 */
#ifndef TOCSIN_DESK_SILENCE_H
#define TOCSIN_DESK_SILENCE_H

#include "base/json.h"
#include "desk/access.h"

/* Does what is due; *NEXT: when it is to be called again. */
enum tocsin_err silence_work(const struct desk *d, int64_t now, int64_t *next) MUST_USE;

/* {items: […], cut}: what V's scopes hold, by partner and topic; PARTNER may be NULL. *OUT is returned owned. */
enum tocsin_err silence_show(const struct desk *d, const struct view *v, const char *partner, json_t **out) MUST_USE;
/* V has looked at the silence ID, and why it is none to worry about, or what is done. MISSING: nothing that V sees; BAD when
 * it is not silent, or is acknowledged; LATER when somebody was quicker. */
enum tocsin_err silence_ack(const struct desk *d, const struct view *v, const char *id, const char *reason) MUST_USE;

#endif
