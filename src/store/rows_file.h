/*
 * rows_file: files on their way into a statement: staged ones, which were sent before it, and those of drafts.
 */
#ifndef TOCSIN_STORE_ROWS_FILE_H
#define TOCSIN_STORE_ROWS_FILE_H

#include "store/store.h"

struct file_row {
	int64_t line;                   /* the number in the name of its line */
	const char *name, *type;
	struct hash sha256;
	struct bytes data;
};

/* ---- staged ---- */
/* *AT: when it came; ACCOUNT: who sent it. MISSING: there is no such file, or it is another account's. */
enum tocsin_err staged_get(struct snapshot *r, const char *id, const char *account, struct arena *a,
	struct file_row *out, int64_t *at) MUST_USE;
/* How many files ACCOUNT has staged, and their bytes together. */
enum tocsin_err staged_sum(struct snapshot *r, const char *account, int64_t *count, int64_t *bytes) MUST_USE;
/* When the oldest one came; INT64_MAX: there is none. */
enum tocsin_err staged_oldest(struct snapshot *r, int64_t *at) MUST_USE;
void change_staged_add(struct change *c, const char *id, const char *account, const struct file_row *row, int64_t now);
void change_staged_drop(struct change *c, const char *id);      /* harmless when it is not there */
void change_staged_purge(struct change *c, int64_t before);     /* what came before BEFORE */

/* ---- of a draft ---- */
typedef bool file_each_row(void *arg, const struct file_row *row);
enum tocsin_err draft_file_each(struct snapshot *r, int64_t draft, file_each_row *each, void *arg) MUST_USE;    /* by name */
/* Replaces a file of this name. */
void change_draft_file_put(struct change *c, int64_t draft, const struct file_row *row);
/* The change fails with LATER when there is none. */
void change_draft_file_remove(struct change *c, int64_t draft, const char *name);
/* All of them: the draft was forgotten. */
void change_draft_files_drop(struct change *c, int64_t draft);

#endif
