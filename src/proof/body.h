/*
 * body: salted lines, their root, and releases with open and closed lines (PROTOCOL, section 5).
 */
#ifndef TOCSIN_PROOF_BODY_H
#define TOCSIN_PROOF_BODY_H

#include "base/arena.h"
#include "base/buf.h"
#include "proof/merkle.h"

#define BODY_SALT 16
#define BODY_NAME 64

struct body_line {
	bool open;
	struct bytes raw;                 /* as sent, without \n */
	struct bytes name, value;         /* of an open line */
	struct hash closed;               /* of a closed line */
};

struct body_attachment {
	struct bytes line_name, content;
};

struct body {
	struct bytes text;                /* the lines and attachments, without the pad: what is stored */
	uint32_t n;
	struct body_line *line;           /* n of them, in the arena */
	struct body_attachment attachment[LIMIT_ATTACHMENTS];
	size_t attachment_n;
	struct hash root;
};

/* Parses B: LINES lines, attachments, and, when PADDED, the pad line; nothing behind. Checks every value, names once, attachments' sizes and
 * hashes; computes the root. Borrows B; lines are in A. */
enum tocsin_err body_parse(struct bytes b, uint32_t lines, bool padded, struct arena *a, struct body *out) MUST_USE;
/* The open line NAME, or NULL. */
const struct body_line *body_find(const struct body *b, const char *name);
/* Parses one open line (no \n). */
enum tocsin_err body_line_parse(struct bytes raw, struct body_line *out) MUST_USE;
/* A line's name: [a-z][a-z0-9.-]{0,63}. */
bool body_name_ok(struct bytes name);
/* The hash that a closed line of the open line RAW bears. */
struct hash body_close(struct bytes raw);

struct body_field {
	const char *name;
	struct bytes value;               /* canonical (jval) */
	bool open;
};
struct body_file {                    /* content for an open field "attachment.<n>" */
	const char *line_name;
	struct bytes content;
};

/* Makes a release of N fields in LINES lines: fresh salts, fresh order, closed fields closed, the rest random closed lines; then the FILES whose line is open.
 * TEXT gets the body without pad, OPENED "<position> <open line>\n" for each closed field in order of position, ROOT the root.
 * BAD when fields do not fit, a name is malformed or twice, or a value is not canonical. */
enum tocsin_err body_make(const struct body_field *fields, size_t n, const struct body_file *files, size_t files_n, uint32_t lines,
	struct buf *text, struct buf *opened, struct hash *root) MUST_USE;
/* How many lines: START times four as often as N fields need; 0 when more than LIMIT_LINES. */
uint32_t body_lines_for(uint32_t start, size_t n);

/* The plaintext of an envelope: NOTE, \n, BODY text, pad. */
void body_wrap(struct buf *out, struct bytes note, struct bytes body);
/* Splits a plaintext into note and body (with pad); BAD when there is no empty line between them, or the pad is not the shortest that makes
 * the plaintext a power of two from 4,096 on. */
enum tocsin_err body_unwrap(struct bytes plain, struct bytes *note, struct bytes *body) MUST_USE;

#endif
