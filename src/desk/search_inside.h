/*
 * search_inside: what the files of search share.
 */
#ifndef TOCSIN_DESK_SEARCH_INSIDE_H
#define TOCSIN_DESK_SEARCH_INSIDE_H

#include "base/bytes.h"

/* LANGUAGE: of a text in several; NULL: not said. TEXT is borrowed for the call. */
typedef enum tocsin_err search_text(void *arg, struct bytes text, const char *language);
/* Every text that can be found in line NAME with VALUE (canonical): strings and numbers, but no form (which language
 * rules, the type and hash of an attachment). */
enum tocsin_err search_texts(struct bytes name, struct bytes value, search_text *each, void *arg) MUST_USE;

#endif
