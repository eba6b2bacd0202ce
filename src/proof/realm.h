/*
 * realm: live or exercise. The first word of every own format tells which (PROTOCOL, section 1).
 */
#ifndef TOCSIN_PROOF_REALM_H
#define TOCSIN_PROOF_REALM_H

#include "base/text.h"

enum realm { REALM_LIVE, REALM_EXERCISE };

const char *realm_prefix(enum realm r);                   /* "tocsin/v1", "tocsin-exercise/v1" */
enum realm realm_of_name(struct bytes name);              /* by the ending ".exercise" */
/* Takes "PREFIX " from T and tells whose it was; false when neither. */
bool realm_take(struct text *t, enum realm *r);

#endif
