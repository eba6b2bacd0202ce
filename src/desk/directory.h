/*
 * directory: the parsed cards of this node and of its partners, kept in memory.
 *
 * An entry is immutable and counted: directory_find returns it held, peer_release gives it back; directory_reload makes
 * a new entry from the store, readers of the old one go on undisturbed.  "confirmed" means that a person has compared
 * safety numbers.  Strangers (desk/strangers.h) are no partners: only directory_any and directory_strangers know them.
 */
#ifndef TOCSIN_DESK_DIRECTORY_H
#define TOCSIN_DESK_DIRECTORY_H

#include "domain/chain.h"
#include "seal/age.h"
#include "store/store.h"

enum peer_state { PEER_SELF, PEER_UNCONFIRMED, PEER_CONFIRMED, PEER_DISTRUSTED, PEER_STRANGER };
const char *peer_state_name(enum peer_state s);        /* "self", "unconfirmed", ... as in partner.state */

struct peer {
	char name[LIMIT_NAME + 1];
	enum peer_state state;
	unsigned quorum;                                    /* 0: none */
	int64_t card_known;                                 /* seq of our card that it holds */
	struct chain chain;
	const struct card *card;                            /* the last of the chain */
	struct age_recipient recipient[CARD_RECIPIENTS];
	size_t recipient_n;                                 /* 0: its card lists one of a type that is not known here */
	bool is_witness;                                    /* we ask it to cosign our log */
};

struct directory;
/* Loads everything. */
enum tocsin_err directory_open(struct store *s, const char *own_name, struct directory **out) MUST_USE;
void directory_free(struct directory *d);               /* safe on NULL; what is still held lives on */
/* Reads NAME again from the store (after a change of its card, state, quorum, or of the witnesses); a partner that is
 * gone disappears. */
enum tocsin_err directory_reload(struct directory *d, const char *name) MUST_USE;
const struct peer *directory_find(struct directory *d, const char *name);       /* NULL: not known, or a stranger */
const struct peer *directory_any(struct directory *d, const char *name);        /* strangers, too */
const struct peer *directory_self(struct directory *d);
/* By the origin of one of its logs, past or current (own logs too). */
const struct peer *directory_by_origin(struct directory *d, const char *origin);
void peer_release(const struct peer *p);                                         /* safe on NULL */
/* All partners (without self), sorted by name, held: at most MAX; returns their number. */
size_t directory_all(struct directory *d, const struct peer **out, size_t max);
size_t directory_count(struct directory *d);            /* of the partners */
size_t directory_strangers(struct directory *d, const struct peer **out, size_t max);   /* the same of the strangers */
size_t directory_stranger_count(struct directory *d);
#define DIRECTORY_MAX 20000                             /* partners: cards_take adds no more */

/* The quorum for receipts of PEER's log: its k, and the witnesses that count: chains of the nodes named by
 * `witness add` that are not distrusted, the first 64 by name, held. */
struct directory_quorum {
	struct quorum q;
	const struct chain *chain[64];
	const struct peer *held[64];
	size_t n;
};
void directory_quorum(struct directory *d, const struct peer *peer, struct directory_quorum *out);
void directory_quorum_release(struct directory_quorum *q);

#endif
