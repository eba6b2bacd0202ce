/*
 * told: that somebody was told by voice or on paper, as we wrote it down.
 *
 * Such a record is our own word, one-sided, even with a scan of their signature in it: nothing here ever looks like a
 * signature of the other side.  It may be written before the statement's receipt comes, or long after the call: when it
 * was is said in it, when it was written down is the record's own time.
 */
#ifndef TOCSIN_DESK_TOLD_H
#define TOCSIN_DESK_TOLD_H

#include "desk/files.h"
#include "desk/issue.h"

struct told {
	const char *by;                         /* a word of record.method */
	const char *person;                     /* name or function */
	int64_t at;
	const char *words, *read_back;          /* NULL: not written down */
	bool read_back_known, read_back_given;  /* given without words, or refused */
	bool code_known, code_ok;
	const struct files *scan;               /* their signature on paper; NULL or empty: none */
};
/* Keeps it as a record about ROW. Rule told.own: ROW is what we issued to be told; BAD: a time to come, or words that the
 * vocabulary does not take. It belongs to V's unit, in the compartment by which V sees ROW. Waits until durable. */
enum tocsin_err told_keep(const struct desk *d, struct snapshot *read, const struct view *v, const struct statement_row *row, const struct told *t,
	struct issue_result *result) MUST_USE;
/* Whether WORD (the value of record.type) is that of such a record. */
bool told_type(struct bytes word);
/* The record.type for a word of record.method. */
const char *told_type_of(const char *by);

#endif
