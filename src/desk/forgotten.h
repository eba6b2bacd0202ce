/*
 * forgotten: DIR/forgotten, the list of what this node has been made to forget.
 *
 * A database that is put back from a copy holds content that was forgotten since.  So what is forgotten is written here
 * first, beside the database, and a start forgets it again before anything is served; what a partner sends once more is
 * forgotten when it comes.  The file holds ids only.  It is append-only and durable before content is deleted.  A file
 * that is missing or damaged stops the start: going on would bring back what must not come back.
 *
 *   tocsin/v1 forgotten
 *   <id>                     64 hex digits, any number of lines
 *
 * An end without its newline is what a crash left of a line whose content was not deleted yet: it is cut off.
 */
#ifndef TOCSIN_DESK_FORGOTTEN_H
#define TOCSIN_DESK_FORGOTTEN_H

#include "base/buf.h"
#include "base/sha256.h"

#define FORGOTTEN_FILE "forgotten"
#define FORGOTTEN_MAX (1u << 20)                /* ids */

struct forgotten;

typedef bool forgotten_each(void *arg, const struct hash *id);
/* The ids of TEXT, each to EACH (which may stop it with a sentence: BROKEN); *GOOD: the bytes of whole lines. BAD says which
 * line is wrong. */
enum tocsin_err forgotten_parse(struct bytes text, forgotten_each *each, void *arg, size_t *good) MUST_USE;

/* An empty one; REFUSED when there is one. */
enum tocsin_err forgotten_create(const char *dir) MUST_USE;
/* MISSING: there is no file. REFUSED: damaged, with what to do. */
enum tocsin_err forgotten_open(const char *dir, struct forgotten **out) MUST_USE;
void forgotten_close(struct forgotten *f);              /* safe on NULL */

/* From any thread. */
bool forgotten_has(struct forgotten *f, const struct hash *id);
size_t forgotten_count(struct forgotten *f);
/* Ids that are not in it yet are appended; durable when it returns. */
enum tocsin_err forgotten_add(struct forgotten *f, const struct hash *ids, size_t n) MUST_USE;
/* In the order of the file; EACH must not add. */
void forgotten_all(struct forgotten *f, forgotten_each *each, void *arg);
/* Deleted bytes may still be in the database's files: whoever takes the mark scrubs. */
void forgotten_mark(struct forgotten *f);
bool forgotten_marked(struct forgotten *f);             /* and takes the mark */

#endif
