/*
 * cards: taking partners' cards, and making our own.
 */
#ifndef TOCSIN_DESK_CARDS_H
#define TOCSIN_DESK_CARDS_H

#include "desk/desk.h"
#include "desk/directory.h"

/* Takes a card chain: *WHAT becomes "added", "extended" or "known"; NAME the node's name. A new name is added
 * (unconfirmed) only when MAY_ADD, otherwise MISSING. BAD: the chain is malformed. REFUSED with a sentence: it does not
 * verify, is of the other realm, of another identity than the pinned one, one partner too many, or forked: two cards
 * with one seq are kept as a conflict, once, and the partner becomes distrusted. Our own chain extends ours like
 * any other (its cards are logged then). LATER: others brought cards of this node all the time. */
enum tocsin_err cards_take(const struct desk *d, struct bytes chain, bool may_add, char name[LIMIT_NAME + 1],
	const char **what) MUST_USE;

/* Makes, signs and logs our next card from the keeper's public keys; keys of the last card that are not used any more
 * are revoked. URL and DUTY replace those of the last card, NULL keeps them. *SEQ: its number. */
struct card_fill {
	const char *const *url;
	size_t url_n;
	const char *const *duty;
	size_t duty_n;
};
enum tocsin_err cards_next(const struct desk *d, const struct card_fill *fill, uint64_t *seq) MUST_USE;

#endif
