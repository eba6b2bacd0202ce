/*
 * rows_unnamed: what was written under a name for once, with what blinds its entry in our log; and who claims to have written
 * such a statement.
 */
#ifndef TOCSIN_STORE_ROWS_UNNAMED_H
#define TOCSIN_STORE_ROWS_UNNAMED_H

#include "store/rows.h"

/* This change's own statement was written so. */
void change_unnamed(struct change *c, const struct hash *blind);
/* MISSING without a sentence: it was not. */
enum tocsin_err unnamed_blind(struct snapshot *r, int64_t statement, struct hash *blind) MUST_USE;
/* Statement NUM to or from PEER claims that its maker wrote ABOUT; the last of one peer counts. */
void change_claim(struct change *c, const struct hash *about, const char *peer, bool issued, int64_t num);
/* The claims about ABOUT, at most MAX. */
typedef bool claim_each(void *arg, int64_t num);
enum tocsin_err claims_about(struct snapshot *r, const struct hash *about, size_t max, claim_each *each, void *arg) MUST_USE;

#endif
