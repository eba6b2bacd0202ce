/*
 * own_cards: keys/own.cards, the chain of every card that this identity has signed.
 *
 * A database that was put back does not know the newest card; making another one with its seq would be equivocation, for which every partner distrusts a node.  So the keeper
 * remembers: it signs a card only when it follows the last one of this file, or is that one.  The file is not secret; the node takes its own chain from it at a start.
 */
#ifndef TOCSIN_KEEPER_OWN_CARDS_H
#define TOCSIN_KEEPER_OWN_CARDS_H

#include "keeper/keys.h"

/* REFUSED when C is neither the next card nor the last one again. *AGAIN: it is the last one. */
enum tocsin_err own_cards_check(const struct keys *k, const struct card *c, bool *again) MUST_USE;
/* Appends the card TEXT with its signature; durable when it returns OK. */
enum tocsin_err own_cards_add(const struct keys *k, struct bytes text, const uint8_t sig[NOTE_SIGNATURE]) MUST_USE;

#endif
