/*
 * specificity: how specific a warning is to who gets it, computed from its open lines alone (PROTOCOL, annex A).
 *
 *   who=W what=X target=T where=P when=N how=H           one text, in this order, one space between
 *   W  said (threat.actor), none
 *   X  the words of threat.harm in the order of the table, joined with "+"; otherwise said (threat.summary), none
 *   T  the words of target.kind likewise, and "named" behind them when target.who is open; none
 *   P  <metres>m: the radius of where.area (the largest of several; of a polygon half the diagonal of the box around it);
 *      otherwise code (a geocode), place (where.place), none
 *   N  <hours>h: from when.from to when.until, a part of an hour as a whole one, at least 1; otherwise from, until, words
 *      (when.words), none
 *   H  said (threat.method), none
 */
#ifndef TOCSIN_DOMAIN_SPECIFICITY_H
#define TOCSIN_DOMAIN_SPECIFICITY_H

#include "proof/body.h"

/* Of the open ones of FIELDS (a warning's, checked by the vocabulary), appended. */
void specificity_make(const struct body_field *fields, size_t n, struct buf *out);
/* The same as the value of the field specificity, in the arena. */
enum tocsin_err specificity_value(const struct body_field *fields, size_t n, struct arena *a, struct bytes *out) MUST_USE;
/* Whether VECTOR is such a text. */
bool specificity_ok(struct bytes vector);
/* VECTOR (checked) in English: "Who: not said. What: death, injury. …". */
void specificity_words(struct bytes vector, struct buf *out);

#endif
