/*
 * composition: what an author writes before it is a statement: fields, how far each may go, and who is to get which of
 * them.  A JSON object; what is not known yet may be missing.
 *
 *   {"kind": "warning",
 *    "fields": {…},                                         as in a statement
 *    "markings": {"where.place": {"tlp": "red", "caveat": "H1"}},    of lines that differ from handling.tlp
 *    "audiences": [{"to": ["south.example", "@coast", "contact:market"], "open": ["substance"], "close": ["source.*"]}],
 *    "re": ["<id>"],                                        what it is about
 *    "public": {"alert": "…"} or {"reason": "…"},           its public twin, or why there is none
 *    "urgency": "imminent",                                 of what has no such field
 *    "unit": "…", "compartment": "…"}                       whose it is
 */
#ifndef TOCSIN_DOMAIN_COMPOSITION_H
#define TOCSIN_DOMAIN_COMPOSITION_H

#include "domain/marking.h"
#include "domain/vocabulary.h"

#define COMPOSITION_BYTES LIMIT_JSON
#define COMPOSITION_AUDIENCES 64
#define COMPOSITION_TO 1024                     /* in one audience */
#define COMPOSITION_WORDS 512                   /* to open, to close */
#define COMPOSITION_WORD (LIMIT_NAME + 16)
#define COMPOSITION_PUBLIC 2000

struct composition_audience {
	const char **to, **open, **close;
	size_t to_n, open_n, close_n;
};
struct composition {
	const char *kind;
	struct draft *fields;                   /* checked one by one; not whether they are all (draft_complete) */
	struct marking *marking;                /* one for each field */
	struct composition_audience *audience;
	size_t audience_n;
	const char **re;                        /* ids, or beginnings of them */
	size_t re_n;
	const char *alert, *no_alert;           /* of public; "" when not said */
	const char *unit, *compartment;         /* "" when not said */
	int urgency;                            /* 0 imminent, 1 urgent, 2 routine */
};
/* BAD names the member. All in the arena; NOW serves the urgency. */
enum tocsin_err composition_read(struct bytes json, int64_t now, struct arena *a, struct composition *out) MUST_USE;
/* Whether the value of FIELD is, or its list holds, WORD. */
bool composition_says(const struct composition *c, const char *field, const char *word);
/* The field NAME, or NULL. */
const struct body_field *composition_field(const struct composition *c, const char *name);
/* Whether it names a place where the public is: then what is told to few is told to all, or it is said why not. */
bool composition_is_public_place(const struct composition *c);

#endif
