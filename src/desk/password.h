/*
 * password: Argon2id (64 MiB, twice over), as libsodium writes it.
 *
 * Each call takes a tenth of a second and 64 MiB: serve/ runs what calls it on a thread of its own, so that guessing
 * cannot starve the desk.
 */
#ifndef TOCSIN_DESK_PASSWORD_H
#define TOCSIN_DESK_PASSWORD_H

#include "base/bytes.h"

#define PASSWORD_LEAST 12                       /* characters */
#define PASSWORD_MAX 256                        /* bytes */
#define PASSWORD_HASH 128                       /* with the NUL */

/* BAD with what a password must be; NAME: the account, which must not be in it. */
enum tocsin_err password_allowed(const char *password, const char *name) MUST_USE;
enum tocsin_err password_hash(const char *password, char out[PASSWORD_HASH]) MUST_USE;
/* *RIGHT: whether PASSWORD is that of HASH. An empty HASH (no account, no password) costs the same time and is wrong. */
enum tocsin_err password_check(const char *hash, const char *password, bool *right) MUST_USE;

#endif
