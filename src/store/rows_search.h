/*
 * rows_search: full text.  What is found is a statement in one of two parts: its open lines, for scopes that see only
 * these, or all its lines, for scopes that see it whole; one that has no closed lines is one part for both.  Which scopes
 * may find a part is kept with its words as terms, so that both are answered by one index; the writer reads them from
 * table shared inside the transaction.
 *
 * A part is added once, when its statement is followed, changed whenever it is shared further, and dropped with its
 * content.  A dropped part is found no more from that commit on; its words go from the index's pages when search is
 * tidied.
 */
#ifndef TOCSIN_STORE_ROWS_SEARCH_H
#define TOCSIN_STORE_ROWS_SEARCH_H

#include "domain/terms.h"
#include "store/rows.h"

#define SEARCH_WINDOW 131072                    /* statements that are looked at in one page */

enum search_part { SEARCH_ALONE, SEARCH_OPEN, SEARCH_WHOLE };
/* WORDS: terms with a space between, "." between texts. Nothing happens when the content was forgotten meanwhile. */
void change_search_add(struct change *c, int64_t num, enum search_part part, const char *words);
/* The shares of statement NUM (0: this change's own) are others now; behind these in C. */
void change_search_shared(struct change *c, int64_t num);
/* For change_statement_forget. */
void change_search_drop(struct change *c, int64_t num);

struct search_ask {
	const struct asked_words *words;
	bool everything;                        /* for who sees everything; otherwise */
	const int64_t *scope;                   /* any of these; 0 is none */
	size_t scope_n;                         /* at most VIEW_SCOPES; 0 finds nothing */
	const char *kind, *peer;                /* NULL: any */
	int64_t before;                         /* smaller numbers only; 0: from the newest */
};
struct search_hit {
	int64_t num;
	bool whole;                             /* found in all its lines */
};
/* Newest first, each statement once, at most MAX. *ON: where the next page goes on (its BEFORE), 0 when there is
 * none. Looks at no more than SEARCH_WINDOW statements, so that a page may be short, or empty, and go on. */
enum tocsin_err search_find(struct snapshot *r, const struct search_ask *ask, struct search_hit *hits, size_t max, size_t *n,
	int64_t *on) MUST_USE;

/* Whether something was dropped since search was tidied last. */
enum tocsin_err search_untidy(struct snapshot *r, bool *untidy) MUST_USE;
/* Writes the index anew without what was dropped; about a quarter of a second for 100,000 statements, in which nothing
 * else is written. */
void change_search_tidy(struct change *c);

#endif
