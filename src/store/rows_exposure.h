/*
 * rows_exposure: what partners were told, a row for each open line and each name of whom its statement is about.
 */
#ifndef TOCSIN_STORE_ROWS_EXPOSURE_H
#define TOCSIN_STORE_ROWS_EXPOSURE_H

#include "store/store.h"

struct exposure_row {
	int64_t num, statement;
	const char *partner, *field;
	struct bytes subject, source;           /* tags of 32 bytes; empty: none */
	struct hash fact;
	int64_t at;
};
/* num is given by the writer; harmless when it is there already. */
void change_exposure(struct change *c, const struct exposure_row *row);

typedef bool exposure_each(void *arg, const struct exposure_row *row);
/* The last LIMIT, newest first, of PARTNER, or, when that is NULL, of SUBJECT, or, when that is NULL, of SOURCE. */
enum tocsin_err exposure_list(struct snapshot *r, const char *partner, const struct hash *subject, const struct hash *source,
	size_t limit, exposure_each *each, void *arg) MUST_USE;

#endif
