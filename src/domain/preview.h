/*
 * preview: what one recipient of a release will see, word for word, and can prove to anybody; what stays closed and why;
 * what open texts give away; and in what two audiences differ.  For people, before anything is sent.
 */
#ifndef TOCSIN_DOMAIN_PREVIEW_H
#define TOCSIN_DOMAIN_PREVIEW_H

#include "domain/handling.h"
#include "domain/leak.h"

struct preview {
	const struct handling_ask *ask;
	struct handling handling;
	struct body_field field[HANDLING_FIELDS];       /* as they are sealed */
	size_t field_n;
	struct leaks leaks;
};
/* Proposes, makes the fields, looks for leaks. ASK is borrowed for as long as OUT is used; values are in the arena. */
enum tocsin_err preview_make(const struct handling_ask *ask, struct arena *a, struct preview *out) MUST_USE;

/* {to, named, tlp, codes, level, blocked, says,
 *  open: [{name, label, value, words, tlp, why, because}], closed: [{name, label, tlp, why, because}],
 *  specificity: {vector, words} or null,
 *  leaks: [{closed, open, exact, part, sentence}], more_leaks,
 *  language: {wanted, missing: [names]}, owes}
 * open in the order in which people read; why is the reason's name, because its sentence; says tells what a recipient can
 * do with it. Returned owned. */
json_t *preview_json(const struct preview *p);
/* [{name, label, states: {TO: "open", "closed" or "absent"}, words: {TO: …}}]: the lines that one of the two sees and the
 * other does not, or sees otherwise. Returned owned. */
json_t *preview_differences(const struct preview *a, const struct preview *b);
/* The same field by field for all of N previews of one draft: [{name, label, open: [to…], closed: [to…]}]. */
json_t *preview_audiences(const struct preview *const *p, size_t n);

#endif
