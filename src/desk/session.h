/*
 * session: logging in and staying so.
 *
 * What the holder presents is 32 random bytes, kept as SHA-256.  A session ends after a time without requests, and after
 * a time in any case (policies session.idle, session.longest); an API token at its own end.  Both live by the real
 * clock, also where an exercise sets another one: they guard the machine, and a jump of the exercise's time must not
 * throw out everybody.  NOW is clock_real().
 *
 * Tries.  Each try under a name, whether there is such an account or not, is counted before the password is looked at;
 * from the fourth on the next one must wait, twice as long each time, at most a quarter of an hour; an hour of quiet
 * forgets.  A name that is not there costs the same time and gets the same answer.
 */
#ifndef TOCSIN_DESK_SESSION_H
#define TOCSIN_DESK_SESSION_H

#include "base/json.h"
#include "desk/access.h"
#include "store/rows_people.h"

#define SESSION_TOKEN 64                        /* hex digits of what the holder presents */
#define SESSION_ID 16                           /* hex digits by which people name it */
#define SESSION_MOST 16                         /* sessions of an account, and tokens */

struct session_made {
	char token[SESSION_TOKEN + 1];          /* wipe it */
	char id[SESSION_ID + 1];
	int64_t expires_at;
};
/* REFUSED: one of the three is wrong, never which. LATER: too many tries; how long to wait is in the sentence and in
 * *WAIT (seconds). CODE: "" for none. Of 16 sessions the one that was used least lately ends. */
enum tocsin_err session_login(const struct desk *d, const char *account, const char *password, const char *code,
	const char *label, int64_t now, struct session_made *out, int64_t *wait) MUST_USE;
/* The tries of one who is logged in: PASSWORD or CODE (the other NULL) is that of ROW; counted in the same way. */
enum tocsin_err session_prove(const struct desk *d, const struct account_row *row, const char *password,
	const char *code, int64_t now) MUST_USE;
/* Under what tries of NAME are counted. */
struct hash session_name(const char *name);

/* What 64 hex digits name: the session's id in the database. False: they are none. */
bool session_key(struct bytes token, struct hash *id);
/* Who holds ID now. MISSING with one sentence for all reasons. USED: this is a request of its holder, which is noted, at
 * most once a minute. */
enum tocsin_err session_view(const struct desk *d, struct snapshot *read, const struct hash *id, int64_t now, bool used,
	struct view *out) MUST_USE;
/* Ends the session of V itself. */
enum tocsin_err session_logout(const struct desk *d, const struct view *v, const struct hash *id) MUST_USE;

/* An API token for V's own account, until UNTIL, with SCOPES that V's own token has. BY: what V was shown by; a token made
 * by a token does not outlive it. */
enum tocsin_err session_token(const struct desk *d, const struct view *v, const struct hash *by, const char *label,
	unsigned scopes, int64_t until, int64_t now, struct session_made *out) MUST_USE;
/* Sessions and tokens of ACCOUNT: one's own, or by RIGHT_ADMIN; CURRENT (may be NULL) is marked. {items}, owned. */
enum tocsin_err session_show(const struct desk *d, struct snapshot *read, const struct view *v, const char *account,
	const struct hash *current, int64_t now, json_t **out) MUST_USE;
/* Ends the one of ACCOUNT that ID (SESSION_ID hex digits) names; who may as above. */
enum tocsin_err session_end(const struct desk *d, const struct view *v, const char *account, const char *id) MUST_USE;

#endif
