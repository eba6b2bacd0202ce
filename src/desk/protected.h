/*
 * protected: the list of people whom no request may reach: refugees, journalists, defenders, opponents, one's own
 * sources.
 *
 * It stays at this node: an entry is sealed (XChaCha20-Poly1305, its id beside it) under a key that the keeper derives, its
 * names are looked for by tags under another such key (domain/subject.h).  No evidence, export, event, search or log holds
 * a word of it, and the audit trail only the entry's random id.
 */
#ifndef TOCSIN_DESK_PROTECTED_H
#define TOCSIN_DESK_PROTECTED_H

#include "base/json.h"
#include "desk/desk.h"
#include "domain/view.h"

#define PROTECTED_ID 16                 /* hex digits */
#define PROTECTED_NAME 200              /* bytes of a name */
#define PROTECTED_NOTE 1000
#define PROTECTED_MOST 100000           /* names of all of them */
extern const char *const protected_kinds[];     /* refugee, journalist, …; ends with NULL */

/* Adds somebody with NAMES (a list of 1 to SUBJECT_NAMES spellings) of KIND, with a NOTE ("": none). */
enum tocsin_err protected_add(const struct desk *d, const struct view *v, const json_t *names, const char *kind, const char *note,
	char id[PROTECTED_ID + 1]) MUST_USE;
enum tocsin_err protected_remove(const struct desk *d, const struct view *v, const char *id) MUST_USE;
/* At most LIMIT entries, newest first, behind the entry BEFORE (NULL: from the newest): {items: [{id, kind, names, note,
 * added_at, added_by}], next}; who looked is in the audit trail. Returned owned. */
enum tocsin_err protected_list(const struct desk *d, const struct view *v, size_t limit, const char *before, json_t **out) MUST_USE;

#endif
