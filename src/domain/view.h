/*
 * view: who reads or acts: an account with its roles, its unit and what that may see.  Made only by desk/access; every
 * read of content takes one, and so does every decision about what may be done.
 */
#ifndef TOCSIN_DOMAIN_VIEW_H
#define TOCSIN_DOMAIN_VIEW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define LIMIT_ACCOUNT 64                        /* an account's, a unit's, a compartment's name */
#define LIMIT_FUNCTION 64                       /* "duty officer", what others are shown */
#define VIEW_SCOPES 64                          /* a unit with its compartments */

enum role {
	ROLE_ANALYST = 1,
	ROLE_RELEASER = 2,                      /* releasing officer */
	ROLE_DUTY = 4,                          /* duty officer */
	ROLE_LIAISON = 8,
	ROLE_INSPECTOR = 16,
	ROLE_PROTECTION = 32,                   /* data-protection officer */
	ROLE_ADMIN = 64,
};
#define ROLE_ALL 127

/* What a session or an API token may be used for, whatever its account's roles. */
enum token_scope { TOKEN_READ = 1, TOKEN_ISSUE = 2, TOKEN_ADMIN = 4 };

struct view {
	char account[LIMIT_ACCOUNT + 1];        /* "node", "operator", or an account's name */
	char function[LIMIT_FUNCTION + 1];
	char unit[LIMIT_ACCOUNT + 1];           /* empty: node, operator */
	unsigned roles;                         /* its own and those delegated to it, now */
	unsigned token;                         /* TOKEN_* */
	bool everything;                        /* the node itself, or the operator while there are no accounts */
	int64_t scope[VIEW_SCOPES];             /* numbers of table scope, ascending: what lists and look-ups may show */
	size_t scope_n;
};

#endif
