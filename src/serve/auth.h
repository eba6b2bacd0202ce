/*
 * auth: what stands in "Authorization", the desk's own token, and addresses that guess.
 *
 * A token has 256 bits, so guessing is hopeless; that an address may try only a few times a minute keeps the log readable
 * and the processor free. Only wrong tokens are slowed down: whoever has a right one passes, also behind the same
 * proxy as one who guesses. Wrong passwords are counted apart: a program that goes on with a token that has ended keeps
 * nobody at its address from logging in. Safe from any thread.
 */
#ifndef TOCSIN_SERVE_AUTH_H
#define TOCSIN_SERVE_AUTH_H

#include "base/bytes.h"

#define AUTH_TOKEN 64               /* hex digits */
#define AUTH_TRIES 10               /* wrong tokens of one address in a minute; behind that it must wait */
#define AUTH_LOGINS 60              /* wrong passwords; each account has a delay of its own (desk/session.h) */

/* Bearer with a token's form; Basic with one as the password; anything else that is there. */
enum auth_form { AUTH_ABSENT, AUTH_BEARER, AUTH_BASIC, AUTH_RUBBISH };
/* HEADER: the value of Authorization, NULL when absent. TOKEN is filled in for AUTH_BEARER and AUTH_BASIC; wipe it. */
enum auth_form auth_read(const char *header, char token[AUTH_TOKEN + 1]);

struct auth;
struct auth *auth_new(const char *token);                  /* the desk's; NULL when out of memory */
void auth_free(struct auth *a);                            /* safe on NULL */
bool auth_is_desk(const struct auth *a, const char *token);
enum auth_try { AUTH_TRY_TOKEN, AUTH_TRY_LOGIN, AUTH_TRY_KINDS };
/* NOW: monotonic. Whether PEER has tried too often to be told that it is wrong again. */
bool auth_limited(struct auth *a, enum auth_try what, const char *peer, int64_t now);
void auth_wrong(struct auth *a, enum auth_try what, const char *peer, int64_t now);

#endif
