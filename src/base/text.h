/*
 * text: strict reading of our own line formats (DESIGN: UTF-8, lines end in \n, one space between words).
 *
 * A struct text is a cursor over borrowed bytes.  Every reader either takes exactly what it names or leaves the cursor
 * where it was and returns false.
 */
#ifndef TOCSIN_BASE_TEXT_H
#define TOCSIN_BASE_TEXT_H

#include "base/bytes.h"

struct text {
	const uint8_t *p;
	const uint8_t *end;
};

/* Nothing at all may be NULL, to which not even 0 may be added. */
static inline struct text text_over(struct bytes b) { return (struct text){ b.p, b.n == 0 ? b.p : b.p + b.n }; }
static inline struct bytes text_rest(const struct text *t) { return (struct bytes){ t->p, (size_t)(t->end - t->p) }; }
static inline bool text_at_end(const struct text *t) { return t->p == t->end; }

/* The next line without its \n; false at the end, when no \n is left, or when the line is longer than MAX bytes. */
bool text_line(struct text *t, size_t max, struct bytes *line);
/* Takes exactly the literal LIT (which may hold \n). */
bool text_literal(struct text *t, const char *lit);
/* Takes a line "KEY value\n"; the value is not empty, has no space at either end. */
bool text_field(struct text *t, const char *key, size_t max, struct bytes *value);
/* Within a line: the next word up to one space or the end of LINE; advances LINE past that space. False when empty or
 * when two spaces meet, or when a space ends the line. */
bool text_word(struct bytes *line, struct bytes *word);

/* Decimal without sign or leading zero, at most MAX. */
bool text_u64(struct bytes s, uint64_t max, uint64_t *v);

/* Valid UTF-8 (no surrogates, no overlong forms, at most U+10FFFF). */
bool text_is_utf8(struct bytes s);
/* Valid UTF-8 without C0 and C1 controls, DEL, line and paragraph separators. Tab and \n count as controls. */
bool text_is_clean(struct bytes s);
/* True when S holds a direction override or isolate (U+202A-202E, U+2066-2069). S is valid UTF-8. */
bool text_has_bidi(struct bytes s);
/* A lower-case DNS name: labels of [a-z0-9-], 1 to 63, no hyphen at either end, at least two labels, at most 200 bytes. */
bool text_is_name(struct bytes s);
/* An address of mail as it may stand between < and > without quotes: LOCAL@DOMAIN, printable ASCII, no spaces, brackets
 * or quotes, at most TEXT_MAIL bytes (RFC 5321). */
#define TEXT_MAIL 254
bool text_is_mail(struct bytes s);

#endif
