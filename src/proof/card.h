/*
 * card: the grammar of a card's text and of a card chain (PROTOCOL, section 3). Rules between cards are in domain/chain.h.
 */
#ifndef TOCSIN_PROOF_CARD_H
#define TOCSIN_PROOF_CARD_H

#include "proof/statement.h"

#define CARD_SIGN 4
#define CARD_RECIPIENTS 4
#define CARD_URLS 4
#define CARD_DUTY 8
#define CARD_KINDS 32
#define CARD_REVOKED 64
#define CARD_RECIPIENT_MAX 2048       /* room for a hybrid recipient */

struct card {
	enum realm realm;
	char name[LIMIT_NAME + 1];
	uint64_t seq;
	bool has_prev;
	struct hash prev;
	int64_t at;
	struct vkey identity;
	struct vkey sign[CARD_SIGN];
	size_t sign_n;
	struct vkey log;
	uint64_t log_n;                           /* the n of N/log/<n> */
	bool has_witness;
	struct vkey witness;
	char recipient[CARD_RECIPIENTS][CARD_RECIPIENT_MAX + 1];
	size_t recipient_n;
	char url[CARD_URLS][513];
	size_t url_n;
	char duty[CARD_DUTY][501];
	size_t duty_n;
	char kind[CARD_KINDS][STATEMENT_KIND + 1];
	size_t kind_n;
	struct { struct vkey key; int64_t at; } revoked[CARD_REVOKED];
	size_t revoked_n;
	struct hash id;                           /* set by card_parse */
};

/* TEXT is a note's text. Checks key names, types, roles (no key twice). A recipient is checked for its characters only. */
enum tocsin_err card_parse(struct bytes text, struct card *c) MUST_USE;
/* Sorts sign, recipient, kind, revoked. */
enum tocsin_err card_format(struct card *c, struct buf *text) MUST_USE;
void card_party(const struct card *c, struct party *p);
bool card_lists_kind(const struct card *c, const char *kind);
bool card_url_ok(struct bytes url);

/* Takes the next note of a chain: ALL is what is left of it and is advanced; false at the end; BAD into *err when malformed. */
bool card_chain_next(struct bytes *all, struct bytes *note, enum tocsin_err *err);

#endif
