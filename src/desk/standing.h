/*
 * standing: where a statement stands, in words that people use: its delivery, its answers, whether its window lapsed, what contradicts it. Computed when asked, from rows and bodies.
 */
#ifndef TOCSIN_DESK_STANDING_H
#define TOCSIN_DESK_STANDING_H

#include "base/json.h"
#include "desk/desk.h"
#include "domain/view.h"

/* One statement as JSON for API and CLI: id, kind, from, to, at, issued, state of delivery (waiting, refused, received, witnessed, one-sided), receipt, fields (open; and for our own also the closed ones, marked "closed"), marks,
 * re, referred-to-by (id, kind, stage or outcome), window ("open until", "lapsed, unresolved since", "closed: ..."). VIEW decides whether fields are there. Returns owned. */
enum tocsin_err desk_show(const struct desk *d, struct snapshot *read, const struct view *v, const struct statement_row *row, bool whole, json_t **out) MUST_USE;

#endif
