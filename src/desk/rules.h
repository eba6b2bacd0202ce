/*
 * rules: every rule by which the desk refuses, in one table: its name, what it protects, and who could allow it.
 *
 * A refusal says "rule NAME: what is wrong (WHO could allow it)".  "tocsin help --rules"
 * prints the table, and so does the manual page.
 */
#ifndef TOCSIN_DESK_RULES_H
#define TOCSIN_DESK_RULES_H

#include "base/err.h"

struct rule {
	const char *name;                       /* "release.two-people" */
	const char *about;                      /* one sentence: what it asks for */
	const char *who;                        /* who could allow it, and how; empty: nobody */
};
const struct rule *rule_each(size_t i);         /* NULL past the end */
const struct rule *rule_find(const char *name);

/* Fails with REFUSED and the sentence of rule NAME (which must be in the table) with FORMAT as what is wrong. */
enum tocsin_err rule_refuse(const char *name, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
