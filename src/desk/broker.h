/*
 * broker: a statement by way of a third node, which takes it sealed, cannot read it, and says what became of it.
 *
 *   its author    broker_send marks the statement; broker_work seals it to its recipient, with the author's card chain, and
 *                 hands both over as a statement of kind tender; what the broker says is custody, about the tender
 *   the broker    logs the label, sends the same as a relay, says held; passes on what the recipient says, or, when the
 *                 time is over, that it was never fetched
 *   its recipient exchange/relay.c: opens the relay, takes the statement in like one from the wire, says what became of it
 *
 * Every step is one change, which names the state it was found in: once each, whatever is killed.  The label says nothing
 * to who does not know the statement's id; what stands for it in a log is another hash for each log, so that nobody
 * can choose an entry of somebody else's log, nor join two logs.
 */
#ifndef TOCSIN_DESK_BROKER_H
#define TOCSIN_DESK_BROKER_H

#include "base/json.h"
#include "desk/access.h"
#include "desk/follow.h"

#define BROKER_PREFIX "via:"                    /* "via:BROKER:NAME" in an audience */

/* Whether WORD begins like "via:BROKER:NAME", or "unnamed:BROKER:NAME" (unnamed.h). */
bool broker_is_word(const char *word);
/* The broker and the recipient that WORD names, and whether it is to be written without our name; false when it is no such word. */
bool broker_word(const char *word, char broker[LIMIT_NAME + 1], char to[LIMIT_NAME + 1], bool *unnamed);
/* Whether something can go to TO by way of BROKER: REFUSED with a sentence otherwise. */
enum tocsin_err broker_check(const struct desk *d, const char *broker, const char *to) MUST_USE;
/* C issues a statement to TO, with its outbox row: it goes by way of BROKER until UNTIL (0: policy broker.until). */
void broker_send(struct change *c, const char *broker, const char *to, int64_t until);

/* By way of whom what is about STATEMENT goes: as that went, when its broker is one still; NULL: straight. In the arena. */
enum tocsin_err broker_again(const struct desk *d, struct snapshot *read, int64_t statement, struct arena *a, const char **via) MUST_USE;

/* SHA-256(PREFIX tendered <id>), and what stands for it in the log of NAME: SHA-256(PREFIX label NAME <label>). */
void broker_label(enum realm r, const struct hash *id, struct hash *label);
void broker_entry(enum realm r, const char *name, const struct hash *label, struct hash *entry);

/* Does what is due by NOW for what is tendered here and by us. *NEXT: when there is more to do; *ISSUED: something is in
 * the outbox. For exchange/relay.c and tests. */
enum tocsin_err broker_work(const struct desk *d, int64_t now, int64_t *next, bool *issued) MUST_USE;

/* Of the statement NUM, when it is ours and goes by way of a broker, or a broker brought it: an object; NULL: neither.
 * Returned owned. */
enum tocsin_err broker_show(const struct desk *d, struct snapshot *read, const struct view *v, const struct statement_row *row, json_t **out) MUST_USE;
/* What is in custody here: {held, bytes, items: [{tender, from, to, at, until, bytes, state}], next}; behind AFTER (a
 * tender's id), at most LIMIT, as far as V sees the tenders. Returned owned. */
enum tocsin_err broker_list(const struct desk *d, struct snapshot *read, const struct view *v, int64_t until, int64_t tender, size_t limit,
	json_t **out) MUST_USE;

#endif
