/*
 * search_sqlite: the full text of engine_sqlite. Nobody else includes it.
 */
#ifndef TOCSIN_STORE_SEARCH_SQLITE_H
#define TOCSIN_STORE_SEARCH_SQLITE_H

#include "store/engine.h"

extern const char search_sqlite_schema[];
/* The text of a statement of sql.h: search's own, or that of its table. */
const char *search_sqlite_write(enum sql_write q);
const char *search_sqlite_read(enum sql_read q);
void search_sqlite_asked(const struct search_ask *ask, struct buf *out);

#endif
