/*
 * strangers: nodes that are no partners of ours, and whose warnings are taken nevertheless, a few, in quarantine.
 *
 * A stranger's card chain is held like a partner's, but only directory_any and directory_strangers know it: it is in no
 * list of partners, no group, no quorum; nothing is sent to it but the protocol's answers, and its warnings are marked
 * STATEMENT_MARK_STRANGER for ever.  Nobody has confirmed who it is.
 *
 * It comes by itself, at a slow and small rate; with the voucher of a confirmed partner, within that partner's quota; or
 * by way of a broker.  What each of them may use up is counted in the database, in the same change.
 */
#ifndef TOCSIN_DESK_STRANGERS_H
#define TOCSIN_DESK_STRANGERS_H

#include "desk/desk.h"
#include "desk/follow.h"
#include "domain/view.h"

enum stranger_way { STRANGER_ITSELF, STRANGER_VOUCHED, STRANGER_BROKERED };
const char *stranger_way_name(enum stranger_way w);     /* "itself", "vouched", "brokered" */

/* Takes the card chain of a node that is no partner. BY: the partner that brought it; "": none; whether a partner has
 * vouched for it is looked up here. OK: it is in the directory as PEER_STRANGER, or was there already, as whatever. BAD:
 * malformed. LATER: the rate or a quota is used up. MISSING: strangers are not taken. REFUSED: of another realm, too
 * long, or another node holds the name here. Waits until durable. */
enum tocsin_err strangers_take(const struct desk *d, struct bytes chain, enum stranger_way way, const char *by,
	int64_t now) MUST_USE;
/* Whose card CHAIN says that it is, without a signature checked: nobody's that is handled here (a partner's, our own, or
 * unreadable), a stranger's that is held, one that partners vouch for, anybody's. */
enum stranger_look { STRANGER_NOT, STRANGER_HELD, STRANGER_EXPECTED, STRANGER_NEW };
enum tocsin_err strangers_look(const struct desk *d, struct bytes chain, int64_t now, enum stranger_look *look) MUST_USE;
/* The partner that vouches for P now, into BY; "": nobody whom we have confirmed. */
enum tocsin_err strangers_voucher(const struct desk *d, struct snapshot *read, const struct party *p, int64_t now,
	char by[LIMIT_NAME + 1]) MUST_USE;
/* Adds to C, which takes in a warning of stranger NAME, that this is one of the few that it has; without room for one
 * more the change fails with LATER. */
void strangers_sent(const struct desk *d, struct change *c, const char *name, int64_t now);

/* It becomes a partner, unconfirmed; it is forgotten: its cards go, its statements stay, marked. By V, in the audit
 * trail; MISSING: there is no such stranger. */
enum tocsin_err strangers_adopt(const struct desk *d, const struct view *v, const char *name) MUST_USE;
enum tocsin_err strangers_drop(const struct desk *d, const struct view *v, const char *name, const char *reason) MUST_USE;
/* Tells TO by a voucher that we know NAME, a partner that we have confirmed. ID: the statement's. */
enum tocsin_err strangers_vouch(const struct desk *d, const struct view *v, const char *name, const char *to,
	struct hash *id) MUST_USE;
/* Forgets those that have been silent for policy contact.keep and of whom nothing is held, and vouchers whose time is
 * over; *NEXT: when to look again. */
enum tocsin_err strangers_expire(const struct desk *d, int64_t now, int64_t *next) MUST_USE;

#endif
