/*
 * sheet: what one says on the telephone, and the page that one hands over, for a statement of ours that somebody has to
 * learn of without a node, or before the receipt comes.
 *
 * Only lines that were sent open are in it: it is the tear-line of that recipient, in other words nothing that this
 * recipient may not know.  Fixed phrases come from a table of languages; values are in the recipient's language where
 * they have it, otherwise in the authoritative one, which is then named.  Neither paper nor voice is signed: the page
 * says how to check it, by calling back and comparing a short code.
 */
#ifndef TOCSIN_PUBLISH_SHEET_H
#define TOCSIN_PUBLISH_SHEET_H

#include "desk/contact.h"

enum sheet_form { SHEET_SCRIPT, SHEET_TEXT, SHEET_HTML };

/* ROW with its body. LANGUAGE: NULL, or instead of the contact's (English for a partner). REFUSED by rule told.own when ROW
 * is none of ours to be told; BAD: there are no phrases in that language. Appended to OUT. */
enum tocsin_err sheet_make(const struct desk *d, struct snapshot *read, const struct statement_row *row,
	const char *language, enum sheet_form form, struct buf *out) MUST_USE;
/* Eight digits from ID, as "1234 5678" (PROTOCOL, annex A). */
void sheet_code(const struct hash *id, char out[10]);

#endif
