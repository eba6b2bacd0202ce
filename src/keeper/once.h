/*
 * once: the keys of a name for once (proof/once.h), and what they sign.
 *
 * They are derived from the keeper's secret and the name each time, and are kept nowhere: so old names still work when
 * other keys were rotated, and nobody who has the public half can join two names.  Each name has its first card and no
 * second one, signs warnings, retractions and closures, and says only of this node that it is their author.
 */
#ifndef TOCSIN_KEEPER_ONCE_H
#define TOCSIN_KEEPER_ONCE_H

#include "keeper/keys.h"

/* Calls, as call.h has them: payload IN, answer appended to OUT. */
enum tocsin_err once_public(struct keys *k, struct bytes in, struct buf *out) MUST_USE;        /* name -> struct keeper_once */
enum tocsin_err once_card(struct keys *k, struct bytes in, struct buf *out) MUST_USE;          /* card text -> 64 bytes */
enum tocsin_err once_sign(struct keys *k, struct bytes in, struct buf *out) MUST_USE;          /* statement text -> 64 bytes */
enum tocsin_err once_author(struct keys *k, struct bytes in, struct buf *out) MUST_USE;        /* name, "\n", text -> 64 bytes */

#endif
