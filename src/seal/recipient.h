/*
 * recipient: the table of recipient types. A new type is one more row: how its stanza looks, how a file key is
 * wrapped and unwrapped.
 */
#ifndef TOCSIN_SEAL_RECIPIENT_H
#define TOCSIN_SEAL_RECIPIENT_H

#include "seal/age.h"

/* What the stanzas of one file share: one ephemeral key, so that N recipients cost N + 1 scalar multiplications
 * (each wrap key also depends on its recipient's public key). */
struct recipient_file {
	uint8_t key[AGE_FILE_KEY];
	bool made;
	uint8_t secret[32], share[32];
};

struct age_type_row {
	enum age_type type;
	const char *name;                    /* in the stanza */
	bool alone;                          /* no other stanza beside it */
	/* BAD when the stanza is not as this type writes it. */
	enum tocsin_err (*check)(const struct age_stanza *st);
	enum tocsin_err (*wrap)(const struct age_recipient *r, struct recipient_file *f, struct buf *out);
	/* OK, MISSING when the stanza is not for ID, or REFUSED when the whole file has to be. The stanza has passed
	 * check. */
	enum tocsin_err (*unwrap)(const struct age_identity *id, const struct age_stanza *st, uint8_t key[AGE_FILE_KEY]);
};

extern const struct age_type_row age_types[];
extern const size_t age_types_n;

const struct age_type_row *age_type_named(struct bytes name);        /* NULL when unknown */
const struct age_type_row *age_type_of(enum age_type type);          /* NULL when unknown */

/* The share and body of an X25519 stanza; false when malformed. */
bool recipient_x25519_wrapped(const struct age_stanza *st, struct age_wrapped *w);

#endif
