/*
 * access: the one place where views are made, and where it is decided who may do and see what (need-to-know).
 *
 * Rights come from roles by one table; sight comes from scopes: a statement is seen by a view when a row of table
 * "shared" names one of the view's scopes.  What may not be seen is answered as what is not there: same sentence, same
 * reads.  view_node serves intake, courier, log and the desk's own followers; the house test names the files that may
 * use it.
 */
#ifndef TOCSIN_DESK_ACCESS_H
#define TOCSIN_DESK_ACCESS_H

#include "domain/view.h"
#include "desk/desk.h"

/* One row each in access.c: name, roles that have it, sentence. */
enum right {
	RIGHT_NONE,                             /* whoever is logged in: one's own account, status without content */
	RIGHT_READ,                             /* statements shared with one's scopes, search, events */
	RIGHT_EXPORT,                           /* evidence, reports */
	RIGHT_DRAFT,                            /* write drafts, propose them */
	RIGHT_DETERMINE,                        /* the four tests, and their result */
	RIGHT_WAIVE,                            /* waive a duty to warn on a named ground */
	RIGHT_RELEASE,                          /* release what another one proposed; refuse it */
	RIGHT_RELEASE_IMMINENT,                 /* alone, when imminent */
	RIGHT_REVIEW,                           /* afterwards, what was released alone */
	RIGHT_RESPOND,
	RIGHT_RETRACT,
	RIGHT_CLOSE,
	RIGHT_RECORD,
	RIGHT_SHARE,                            /* with another unit */
	RIGHT_CLOCK,                            /* acknowledge, hand over: whoever may be paged */
	RIGHT_PARTNERS,                         /* see who the partners, groups and witnesses are; no content */
	RIGHT_PARTNER,                          /* cards, confirm, distrust, quorum, groups, profiles, contacts */
	RIGHT_FORGET_PROPOSE,
	RIGHT_FORGET_AGREE,
	RIGHT_HOLD,                             /* legal hold */
	RIGHT_REQUEST,                          /* ask partners, answer them */
	RIGHT_LEAD,                             /* open, assess, assign, close leads */
	RIGHT_DOOR,                             /* look at what the door holds, decide about it */
	RIGHT_DOOR_READ,                        /* read what came through it, and why */
	RIGHT_DOOR_RULES,                       /* the door's rules, quotas and calendar */
	RIGHT_PROTECTED,                        /* the list of protected people */
	RIGHT_CORRECT,                          /* find and propose a correction for who asks for it */
	RIGHT_CORRECT_AGREE,
	RIGHT_CORRECT_READ,                     /* read what was proposed and decided */
	RIGHT_EXPOSURE,                         /* read what partners have learnt from us; silence */
	RIGHT_BUDGET,                           /* set what a source may bear; sign a release that passes it */
	RIGHT_STRANGER,                         /* what comes from nodes that are no partners */
	RIGHT_BROKER,                           /* send by way of a broker; what is in custody here */
	RIGHT_AUDIT,                            /* read the audit trail, determinations, approvals */
	RIGHT_ADMIN,                            /* accounts, units, policy, own cards, witnesses, clock of an exercise */
	RIGHT_COUNT
};
const char *right_name(enum right r);
unsigned right_roles(enum right r);             /* who has it */

#define ACCESS_EVERY_UNIT "*"                   /* the inspectors' */
#define ACCESS_ROUTE_MAX 4000

const struct view *view_node(void);             /* everything, for the node's own threads */
/* Whether V is that: what is at the door (door.h) is seen by nobody else. */
bool access_node(const struct view *v);
/* Whoever holds the node's socket or desk.token: everything while there are no accounts; from the first account on the
 * administrator's rights only, and no content. */
enum tocsin_err access_operator(const struct desk *d, struct view *out) MUST_USE;
/* The view of an account that is active, now: roles, delegations that run, scopes. MISSING when there is none. */
enum tocsin_err access_account(const struct desk *d, struct snapshot *read, const char *account, unsigned token,
	struct view *out) MUST_USE;

/* OK, or REFUSED (rule "role.NAME") with who could. */
enum tocsin_err access_may(const struct view *v, enum right r) MUST_USE;

/* Whether V sees statement NUM; *WHOLE: its closed lines, too. Does the same reads for a NUM that is not there (0).
 * MISSING with the same sentence in both cases. WHAT: how the asker named it, for the sentence. */
enum tocsin_err access_sees(struct snapshot *read, const struct view *v, int64_t num, const char *what,
	bool *whole) MUST_USE;
/* The statement that HEX (a whole id or 8 digits of it and more) names, if V sees it: row in the arena. Errors as
 * statement_by_prefix; what V does not see is not there, and does not make a prefix ambiguous. WHOLE may be NULL. */
enum tocsin_err access_statement(struct snapshot *read, const struct view *v, const char *hex, struct arena *a,
	struct statement_row *out, bool *whole) MUST_USE;
/* The same for a whole id, and only its number; 0 when V does not see it or it is not here. */
enum tocsin_err access_num(struct snapshot *read, const struct view *v, const struct hash *id, int64_t *num) MUST_USE;
/* Whether V sees a statement whose id begins with HEX, 8 to 64 digits. */
enum tocsin_err access_begins(struct snapshot *read, const struct view *v, const char *hex, bool *seen) MUST_USE;
/* The numbers below BEFORE (0: from the newest) of what V sees, newest first, at most MAX into NUMS; with one peer, of
 * one kind, or NULL. Looks at no more than its scopes hold, in bounded time. */
enum tocsin_err access_list(struct snapshot *read, const struct view *v, const char *kind, const char *peer,
	int64_t before, int64_t *nums, size_t max, size_t *n) MUST_USE;
/* Whether V is told of an event KIND about statement NUM (0: none); where it begins with "draft" or "lead", about the draft or
 * the lead SUBJECT, too. */
enum tocsin_err access_event(struct snapshot *read, const struct view *v, const char *kind, int64_t num,
	const char *subject, bool *told) MUST_USE;
/* Where something belongs that V writes about the N statements RE, which it sees: the unit of V, and the compartment by
 * which V sees them ("": none). REFUSED when that would be two. OUT: LIMIT_ACCOUNT + 1 bytes. */
enum tocsin_err access_compartment(struct snapshot *read, const struct view *v, const struct hash *re, size_t n,
	char *out) MUST_USE;

/* Whether V sees what belongs to UNIT and COMPARTMENT ("": none), drafts and leads: its own scopes, and every unit's. The
 * same look-ups, whatever there is. */
enum tocsin_err access_belongs(struct snapshot *read, const struct view *v, const char *unit, const char *compartment,
	bool *is) MUST_USE;

/* Shares with UNIT (in COMPARTMENT; "": none) the statement NUM, of KIND with PEER; NUM 0: this change's own statement.
 * Every share also goes to the inspectors' unit "*" of that compartment. MISSING: no such unit or compartment. */
enum tocsin_err access_share(const struct desk *d, struct snapshot *read, struct change *c, int64_t num,
	const char *kind, const char *peer, const char *unit, const char *compartment, bool whole) MUST_USE;

/* Shares it with the inspectors alone. */
enum tocsin_err access_share_inspectors(struct snapshot *read, struct change *c, int64_t num, const char *kind,
	const char *peer) MUST_USE;

/* Shares what V writes itself, with C that issues a KIND to PEER about RE, with V's own unit, whole; on failure C is
 * spoiled, so that nothing is issued that would belong to nobody. With a row in the audit trail that V issued ID.
 * Nothing for a view that sees everything: following shares that. */
void access_share_own(const struct desk *d, struct snapshot *read, const struct view *v, struct change *c, const struct hash *id,
	const char *kind, const char *peer, const char *compartment);

/* The unit that ROUTE ("partner=unit …", policy unit.route) names for PEER, otherwise INTAKE. */
void access_route(const char *route, const char *peer, const char *intake, char out[LIMIT_ACCOUNT + 1]);

/* V was shown LINES (names, space-separated) of statement NUM: the first opening by this account is an event and stops
 * clocks of kind "opening" (not when it only inspects); every reading is in the audit trail. Waits until durable: content
 * leaves only then. */
enum tocsin_err access_opened(const struct desk *d, const struct view *v, int64_t num, const char *subject,
	const char *lines) MUST_USE;

#endif
