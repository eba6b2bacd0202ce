/*
 * auth: the desk's token, in "Authorization: Bearer TOKEN" or as the password of Basic.
 *
 * The token has 256 bits, so guessing is hopeless; that an address may try only a few times a minute keeps the log
 * readable and the processor free. Used on one listener's thread only.
 */
#ifndef TOCSIN_SERVE_AUTH_H
#define TOCSIN_SERVE_AUTH_H

#include "base/bytes.h"

#define AUTH_TRIES 10               /* wrong tokens of one address in a minute; behind that it must wait */

enum auth_verdict { AUTH_OK, AUTH_NONE, AUTH_WRONG, AUTH_LIMITED };

struct auth;
struct auth *auth_new(const char *token);                  /* NULL when out of memory */
void auth_free(struct auth *a);                            /* safe on NULL */
/* HEADER: the value of Authorization, NULL when absent. PEER: the address. NOW: monotonic. */
enum auth_verdict auth_check(struct auth *a, const char *header, const char *peer, int64_t now);

#endif
