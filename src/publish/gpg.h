/*
 * gpg: what gpg says about the signature of a mail, and not more.
 *
 * It runs where a person runs a command, never in the node: the node would hand bytes that anybody can send it to a large
 * program beside its keys, and its word would be worth no more for it, since whoever doubts the result has the whole mail
 * and can ask their own gpg.  So the result is part of a record, the word of whoever kept it.
 *
 * gpg gets a folder of its own that did not exist before and does not afterwards, only the keys that its user names, no
 * agent, no network and no configuration; what it says is read from its status lines, which no signer can write into.
 * Trust in a key is the user's: they named the file.
 */
#ifndef TOCSIN_PUBLISH_GPG_H
#define TOCSIN_PUBLISH_GPG_H

#include "publish/eml.h"

#define GPG_KEYS (4u << 20)                     /* bytes of a file with keys */
#define GPG_STATUS 65536                        /* of status lines */
#define GPG_SIGNER 64                           /* hex digits of a fingerprint, or of the number of a key */

struct gpg_verdict {
	const char *word;                       /* of record.signature: good, bad, expired, revoked, unknown-key, none, not-checked */
	char signer[GPG_SIGNER + 1];            /* fingerprint of the primary key, or only the number of a key; "" */
	const char *why;                        /* of not-checked, in words; "" */
};
/* The status lines of a --verify that ENDED with 0 or not. With several signatures the worst counts. */
void gpg_read(struct bytes status, bool ended, struct gpg_verdict *out);
/* What gpg says of M with KEYS (armoured or not; may be empty). OK also when nothing could be checked, then WHY tells. BAD:
 * gpg finds no key in KEYS. */
enum tocsin_err gpg_verify(const struct eml *m, struct bytes keys, struct gpg_verdict *out) MUST_USE;

#endif
