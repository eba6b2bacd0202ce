/*
 * search: full text over the lines that a view may read, newest first, in any script.
 *
 * The index is asked for the view's scopes and the words together, and is not trusted: each hit must be seen by the view
 * (access.h), and every word must stand in a line that this view reads of it now, or it is no hit.  A search reads; it is
 * in the audit trail with its words and with what it showed, and does not count as opening a statement.
 */
#ifndef TOCSIN_DESK_SEARCH_H
#define TOCSIN_DESK_SEARCH_H

#include "base/json.h"
#include "desk/desk.h"
#include "domain/view.h"

#define SEARCH_MOST 50                  /* statements in one answer */

struct search_question {
	const char *words;              /* as people write them (domain/terms.h) */
	const char *kind, *peer;        /* NULL: any */
	int64_t before;                 /* on of the page before; 0: the newest */
	size_t limit;                   /* at most SEARCH_MOST */
};
/* [{id, kind, direction, peer, at, lines: [{name, label, closed, language, parts: [before, found, between, found, …]}]}],
 * returned owned. *ON: where to go on, 0 when that was all; a page may be short, or empty, and go on. */
enum tocsin_err desk_search(const struct desk *d, const struct view *v, const struct search_question *q, json_t **items,
	int64_t *on) MUST_USE;

/* Writes the index anew when something was forgotten since; otherwise only looks. */
enum tocsin_err search_tidy(const struct desk *d) MUST_USE;

#endif
