/*
 * keep: what the desk does by itself about what it keeps: retractions that were begun go on, what was agreed to be
 * forgotten is forgotten when its time has come, and reviews are asked for.  Called by the timer.
 */
#ifndef TOCSIN_DESK_KEEP_H
#define TOCSIN_DESK_KEEP_H

#include "desk/desk.h"

/* Does what there is to do at NOW, a piece of it at a time: *MORE says that there is more. *NEXT: when there will be
 * something, as far as it is known; INT64_MAX: it is not. */
enum tocsin_err keep_work(const struct desk *d, int64_t now, int64_t *next, bool *more) MUST_USE;

#endif
