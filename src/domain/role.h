/*
 * role: the names of roles, of the scopes of tokens, and of accounts, units and compartments. Pure.
 */
#ifndef TOCSIN_DOMAIN_ROLE_H
#define TOCSIN_DOMAIN_ROLE_H

#include "base/buf.h"
#include "domain/view.h"

/* One bit of ROLE_*: "duty-officer"; NULL when it is none. */
const char *role_name(unsigned role);
/* False: there is no role called NAME. */
bool role_find(const char *name, unsigned *role);
/* The names of all bits of ROLES, by SEPARATOR. */
void role_names(unsigned roles, const char *separator, struct buf *out);
/* What others are shown of an account without a function of its own: "duty officer". */
const char *role_function(unsigned roles);

const char *token_scope_name(unsigned scope);                   /* "read", "issue", "admin" */
bool token_scope_find(const char *name, unsigned *scope);

/* [a-z][a-z0-9._-]{0,63}, and none of the words that the program uses itself. BAD, naming WHAT. */
enum tocsin_err role_check_name(const char *what, const char *name) MUST_USE;
/* A label or a function: 1 to MAX bytes of UTF-8 without controls and direction overrides. */
enum tocsin_err role_check_text(const char *what, const char *text, size_t max) MUST_USE;

#endif
