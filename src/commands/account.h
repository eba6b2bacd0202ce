/*
 * account: what every entry of a node's log is: a statement, a forgotten stub, a card, an anchor of the audit trail, the label
 * of an envelope that was in custody or was brought by a broker, padding, or unaccounted.
 *
 * Entries are recomputed from what the database holds and from keys/padding.key; nothing is taken from what the database says about positions.
 */
#ifndef TOCSIN_COMMANDS_ACCOUNT_H
#define TOCSIN_COMMANDS_ACCOUNT_H

#include "store/store.h"

struct account {
	uint64_t entries, statements, forgotten, cards, anchors, labels, padding, unaccounted;
	bool padding_known;          /* keys/padding.key could be read */
};
/* All logs of the node in DIR, current and retired. */
enum tocsin_err account_make(struct store *s, const char *dir, struct account *out) MUST_USE;

#endif
