/*
 * files: attachments: on their way into a statement, and out of one.
 *
 * A file comes first, is staged for the account that sent it (or kept with a draft), and becomes a line "attachment.<n>"
 * of the statement that names it: open or closed for each audience, retracted and forgotten like every other line.  Its
 * number is drawn when it comes and never another file's: numbers that count would tell a recipient how many files it
 * did not get, and what was said of one file (open it to these) could come to mean another.  Its
 * bytes travel, and are kept, only where its line is open.  The node never looks into a file and never shows one; it is
 * handed out as something to be saved.
 */
#ifndef TOCSIN_DESK_FILES_H
#define TOCSIN_DESK_FILES_H

#include "desk/desk.h"
#include "domain/view.h"
#include "proof/body.h"

#define FILES_MAX (LIMIT_ENVELOPE / 2 - 16384)  /* bytes of one: what note, lines and pad leave of an envelope */
#define FILES_STAGED 64                         /* of an account at a time, and how many bytes together */
#define FILES_STAGED_BYTES (64u << 20)
#define FILES_STAGED_FOR (3600 * CLOCK_SECOND)
#define FILES_ID 32                             /* hex digits */
#define FILES_LINE 17                           /* "attachment.482915" */

/* Attachments as desk_issue takes them; all in the arena. */
struct files {
	struct body_field field[LIMIT_ATTACHMENTS];     /* "attachment.482915", …, open */
	struct body_file file[LIMIT_ATTACHMENTS];
	size_t n;
};

/* NAME and TYPE as domain/media allows them: BAD otherwise. Rule files.staged: too many, or too much, at a time. */
enum tocsin_err files_stage(const struct desk *d, const struct view *v, const char *name, const char *type,
	struct bytes data, char id[FILES_ID + 1], char line[FILES_LINE + 1]) MUST_USE;
/* The staged files IDS of V's account, in this order. MISSING: one is not there (any more); BAD: too many, one twice, or
 * two of one name. */
enum tocsin_err files_staged(struct snapshot *read, const struct view *v, const char *const *ids, size_t n, struct arena *a,
	struct files *out) MUST_USE;
/* They were attached: the stage is free again. */
enum tocsin_err files_attached(const struct desk *d, const char *const *ids, size_t n) MUST_USE;
/* Drops what was not attached within its hour; *NEXT: when there is more to drop, INT64_MAX for never. The timer asks. */
enum tocsin_err files_expire(const struct desk *d, int64_t now, int64_t *next) MUST_USE;
/* Those of draft NUM, by name. */
enum tocsin_err files_of_draft(struct snapshot *read, int64_t num, struct arena *a, struct files *out) MUST_USE;
/* The staged files IDS of V's account become those of draft NUM, which has none yet, in the caller's change. Errors as
 * files_staged; BAD when they are too much together. */
enum tocsin_err files_staged_to_draft(struct snapshot *read, const struct view *v, struct change *c, int64_t num,
	const char *const *ids, size_t n, struct arena *a) MUST_USE;
/* Rows for draft NUM, in the caller's change: BAD as files_stage; also when it would have more than LIMIT_ATTACHMENTS. */
enum tocsin_err files_to_draft(struct snapshot *read, struct change *c, int64_t num, const char *name, const char *type,
	struct bytes data) MUST_USE;

/* An attachment of a statement. */
struct file_out {
	const char *line;                       /* "attachment.482915" */
	const char *name;                       /* as its sender named it, made safe */
	const char *type;                       /* of domain/media's table */
	struct bytes content;
};
/* The open attachment of ROW (with its body) that NAME names: its line's name, or the file's, when it is the only one of
 * that name. MISSING: there is none to see. In the arena. */
enum tocsin_err files_find(const struct statement_row *row, const char *name, struct arena *a, struct file_out *out) MUST_USE;

#endif
