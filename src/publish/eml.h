/*
 * eml: what an existing e-mail says of itself, and which bytes of it a PGP signature covers.
 *
 * A mail is evidence that somebody else made: the file is kept whole, and what is read out of it is only a label on it.
 * So the reading is strict, and a mail that breaks the rules of RFC 5322 and 2045 where they matter here is refused with
 * a sentence rather than guessed at.  Nothing in a header is covered by a PGP signature, and nothing is shown to anybody:
 * texts come out as clean UTF-8, where whatever cannot be text has become U+FFFD.
 *
 * Whether the signature is good is not known here (gpg.h).
 */
#ifndef TOCSIN_PUBLISH_EML_H
#define TOCSIN_PUBLISH_EML_H

#include "base/arena.h"

#define EML_HEADER (256u << 10)                 /* bytes of the header of a mail, or of a part */
#define EML_FIELDS 1000                         /* in one header */
#define EML_TEXT 2000                           /* bytes of a field as text; what is longer is cut and ends in U+2026 */
#define EML_DEPTH 4                             /* of parts within parts that are looked into */
#define EML_PARTS 100                           /* of one part */

enum eml_form {
	EML_PLAIN,                              /* no PGP signature in it */
	EML_SECRET,                             /* encrypted with PGP: whether it is signed within, nobody sees from outside */
	EML_DETACHED,                           /* multipart/signed (RFC 3156) */
	EML_CLEAR                               /* a clear-signed text in the body */
};
struct eml {
	const char *from, *to, *subject, *message_id;   /* "": not there, but from always is */
	int64_t date;                           /* 0: not there */
	enum eml_form form;
	struct bytes content;                   /* DETACHED: what was signed, with CRLF; CLEAR: the text with its signature */
	struct bytes signature;                 /* DETACHED: armoured */
	bool whole;                             /* the signature covers the whole text; false: there is other text beside it */
};
/* FILE as it is stored; lines may end in LF alone. Everything in OUT lives as long as the arena and FILE. */
enum tocsin_err eml_parse(struct bytes file, struct arena *a, struct eml *out) MUST_USE;

#endif
