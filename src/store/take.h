/*
 * take: taking columns out of a cursor's row, for the rows*.c files.
 */
#ifndef TOCSIN_STORE_TAKE_H
#define TOCSIN_STORE_TAKE_H

#include "store/store.h"

/* Closes C after a list; MISSING, with which its rows end, becomes OK. */
enum tocsin_err take_end(struct cursor *c, enum tocsin_err err) MUST_USE;
/* Copies into the arena, with a NUL behind; *ok becomes false when it is full. */
const char *take_str(struct arena *a, const struct cursor *c, int col, bool *ok);
struct bytes take_bytes(struct arena *a, const struct cursor *c, int col, bool *ok);
/* False when the column is not 32 bytes. */
bool take_hash(const struct cursor *c, int col, struct hash *h);
/* Sentences. */
enum tocsin_err take_no_room(void);
enum tocsin_err take_damaged(const char *what);
/* Columns as in STATEMENT_HEAD of sql_read.c, borrowed from the cursor; false: damaged, without a sentence. */
bool take_statement_head(const struct cursor *c, struct statement_row *out);
/* These and the body behind them, in the arena; false with a sentence. */
bool take_statement(const struct cursor *c, struct arena *a, struct statement_row *out);

#endif
