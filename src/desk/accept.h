/*
 * accept: the desk's word on a statement that arrived: may it be taken, and with which marks. Asked by exchange/intake when everything cryptographic has passed.
 */
#ifndef TOCSIN_DESK_ACCEPT_H
#define TOCSIN_DESK_ACCEPT_H

#include "desk/desk.h"
#include "desk/directory.h"
#include "proof/body.h"

/* Looks up what S refers to in READ and applies the rule of its kind. OK: the marks and the name of the event ("warning accepted", ...) for it. REFUSED: code "rule". LATER: nothing. */
enum tocsin_err desk_accepts(const struct desk *d, struct snapshot *read, const struct peer *from, const struct statement *s, int64_t now, int64_t *marks) MUST_USE;

#endif
