/*
 * eml_part: what the files of eml share: headers, encoded text, parts.
 */
#ifndef TOCSIN_PUBLISH_EML_PART_H
#define TOCSIN_PUBLISH_EML_PART_H

#include "publish/eml.h"

struct eml_field {
	struct bytes name, value;               /* value: folded as it is, without the end of its last line */
};
struct eml_head {
	struct eml_field *field;
	size_t n;
};
/* The next line of *REST without its LF or CRLF; the last one may be without an end. False at the end. */
bool eml_line(struct bytes *rest, struct bytes *line);
/* Takes the header and the empty line behind it off *REST. */
enum tocsin_err eml_head_read(struct bytes *rest, struct arena *a, struct eml_head *out) MUST_USE;
/* The field NAME; empty when it is not there. BAD when it is there twice. */
enum tocsin_err eml_find(const struct eml_head *h, const char *name, struct bytes *value) MUST_USE;

/* ---- eml_words.c ---- */
/* A field's value as text: encoded words decoded (RFC 2047), white space made one space. NULL: no memory. */
const char *eml_text(struct bytes value, struct arena *a);
/* Content as its Content-Transfer-Encoding says (the field's value); BAD when it is not; an unknown one is left as it is. */
enum tocsin_err eml_decode(struct bytes encoding, struct bytes content, struct arena *a, struct bytes *out) MUST_USE;

/* ---- eml_signed.c ---- */
/* Finds what is signed in the mail that has HEAD and BODY. */
enum tocsin_err eml_signed(const struct eml_head *head, struct bytes body, struct arena *a, struct eml *out) MUST_USE;

#endif
