/*
 * chain: a node's cards one after the other, and what they make valid (PROTOCOL, sections 2 to 4).
 */
#ifndef TOCSIN_DOMAIN_CHAIN_H
#define TOCSIN_DOMAIN_CHAIN_H

#include "base/arena.h"
#include "proof/card.h"
#include "proof/checkpoint.h"

struct chain {
	size_t n;
	struct card **card;                    /* in the arena, oldest first */
	struct bytes *note;
};
/* Parses and verifies a whole chain from seq 1 on: signatures of identities (old and new), prev, seq, rules between
 * cards. Borrows ALL. */
enum tocsin_err chain_parse(struct bytes all, struct arena *a, struct chain *c) MUST_USE;
static inline const struct card *chain_last(const struct chain *c) { return c->card[c->n - 1]; }
/* How OTHER stands to HELD. */
enum chain_order { CHAIN_SAME, CHAIN_EXTENDS, CHAIN_OLDER,
	CHAIN_FORKED /* two cards with one seq: evidence */, CHAIN_STRANGER /* another first identity */ };
enum chain_order chain_compare(const struct chain *held, const struct chain *other, size_t *seq_at_fork);

/* Verifies NOTE (a statement's) by the chain of its sender: every sign key of the card current at S->at or of the
 * last one, every "by" key that the chains in COSIGNERS list;
 * CLEAN gets the note with only the counted signature lines. REFUSED: signature; MISSING: a key that the chain does
 * not list (code "card"). */
enum tocsin_err chain_verify_statement(const struct chain *c, const struct chain *cosigners, size_t cosigners_n,
	const struct note *note, const struct statement *s, struct buf *clean) MUST_USE;
/* The same for a statement that is known to have been there at KNOWN_BY (witnessed): a key that was revoked by then
 * does not count (REFUSED). chain_verify_statement takes the sender's
 * claim S->at for it, as section 4 says: what was on its way when a key was changed still arrives, and only a
 * witnessed time proves more. */
enum tocsin_err chain_verify_known(const struct chain *c, const struct chain *cosigners, size_t cosigners_n,
	const struct note *note, const struct statement *s,
	int64_t known_by, struct buf *clean) MUST_USE;
/* Whether party P is C's node: the name, and the fingerprint of one of its identities. */
bool chain_is_party(const struct chain *c, const struct party *p);
/* The log key of ORIGIN as listed by some card of C; NULL when none. */
const struct vkey *chain_log(const struct chain *c, const char *origin);
/* The witness key current at the end; NULL when none. (quorum_check counts every one that was ever listed, up to the
 * time of its revocation.) */
const struct vkey *chain_witness(const struct chain *c);
/* Whether some card of C revokes K; the time from which that counts into *AT: the one that the line names, but not
 * before the card that first lists it was made. */
bool chain_revoked(const struct chain *c, const struct vkey *k, int64_t *at);

/* Twelve groups of five digits, space between (71 characters and a NUL). */
void safety_number(enum realm r, const char *name_a, const uint8_t id_a[32], const char *name_b,
	const uint8_t id_b[32], char out[72]);

/* ---- quorum.c ---- */
struct quorum {
	unsigned k;                            /* 0: none */
	size_t n;
	const struct chain *const *witness;    /* chains of the organisations that count */
};
/* Counts the organisations that cosigned NOTE, OWNER (the log's) not among them. *TIME: the earliest time (seconds)
 * at which K of them had; *MET false when fewer, or K is 0. REFUSED when a
 * cosignature of a known key fails. */
enum tocsin_err quorum_check(const struct quorum *q, const char *owner, const struct note *note, size_t *count,
	bool *met, uint64_t *time) MUST_USE;

#endif
