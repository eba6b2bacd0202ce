/*
 * rows_people: accounts, their tries to log in, their sessions and API tokens.
 *
 * What a holder presents is never here: passwords as Argon2id, tokens as SHA-256. Strings of rows are in the arena that
 * was given. Manner as in rows.h.
 */
#ifndef TOCSIN_STORE_ROWS_PEOPLE_H
#define TOCSIN_STORE_ROWS_PEOPLE_H

#include "store/store.h"

struct account_row {
	const char *name, *unit;
	int64_t roles;
	const char *function, *state;           /* "active", "locked", "removed" */
	const char *password;                   /* empty: none */
	struct bytes totp;                      /* the secret; empty: none */
	int64_t totp_last;
	int64_t created_at, changed_at, used_at;
};
/* Whether there is, or ever was, an account. */
enum tocsin_err account_any(struct snapshot *r, bool *any) MUST_USE;
enum tocsin_err account_get(struct snapshot *r, const char *name, struct arena *a, struct account_row *out) MUST_USE;
/* By name, those behind AFTER, of UNIT (NULL: of all), at most LIMIT; strings are the cursor's, as in rows.h. */
typedef bool account_each(void *arg, const struct account_row *row);
enum tocsin_err account_list(struct snapshot *r, const char *unit, const char *after, size_t limit, account_each *each,
	void *arg) MUST_USE;
/* Another active administrator than NAME; MISSING: none. */
enum tocsin_err account_admin_other(struct snapshot *r, const char *name) MUST_USE;

/* LATER when the name is taken. state and used_at are not looked at. */
void change_account_add(struct change *c, const struct account_row *row);
/* Unit, roles, function, state of ROW take effect when the account is still as it was at BEFORE (its changed_at) and an
 * active administrator stays; LATER otherwise. */
void change_account(struct change *c, const struct account_row *row, int64_t before);
void change_account_password(struct change *c, const struct account_row *row, int64_t before);
void change_account_totp(struct change *c, const struct account_row *row, int64_t before);
/* STEP is taken once, with the secret that it was checked against. */
void change_account_code(struct change *c, const char *name, struct bytes secret, int64_t step);
/* Logged in with PASSWORD (the hash that was checked): LATER when it, or the state, has changed. */
void change_account_used(struct change *c, const char *name, const char *password, int64_t now);
/* LATER unless the account is active and has fewer than MOST of KIND. */
void change_account_room(struct change *c, const char *name, const char *kind, size_t most);

typedef bool compartment_name(void *arg, const char *name);
enum tocsin_err account_compartments(struct snapshot *r, const char *account, compartment_name *each, void *arg) MUST_USE;
void change_account_compartments_clear(struct change *c, const char *account);
void change_account_compartment_add(struct change *c, const char *account, const char *compartment);

/* ---- tries, by the SHA-256 of the name that was tried ---- */
/* 0 and 0 when there was none. */
enum tocsin_err attempt_get(struct snapshot *r, const struct hash *name, int64_t *wrong, int64_t *wrong_at) MUST_USE;
/* One more than WRONG; LATER when another one was counted meanwhile. */
void change_attempt_add(struct change *c, const struct hash *name, int64_t wrong, int64_t now);
void change_attempt_clear(struct change *c, const struct hash *name);
void change_attempt_purge(struct change *c, int64_t before);

/* ---- sessions and tokens ---- */
#define SESSION_KIND "session"
#define TOKEN_KIND "token"
struct session_row {
	struct hash id;
	const char *account, *kind, *label;
	int64_t scopes;
	int64_t created_at, used_at, expires_at;
};
enum tocsin_err session_get(struct snapshot *r, const struct hash *id, struct arena *a, struct session_row *out) MUST_USE;
/* Of ACCOUNT, oldest first; ROW is borrowed. */
typedef bool session_each(void *arg, const struct session_row *row);
enum tocsin_err session_list(struct snapshot *r, const char *account, session_each *each, void *arg) MUST_USE;
void change_session_add(struct change *c, const struct session_row *row);
/* Ends all of KIND but the KEEP that were used last. */
void change_session_trim(struct change *c, const char *account, const char *kind, size_t keep);
void change_session_used(struct change *c, const struct hash *id, int64_t now);
void change_session_end(struct change *c, const struct hash *id);
void change_session_end_all(struct change *c, const char *account);
void change_session_end_others(struct change *c, const char *account, const struct hash *keep);  /* tokens stay */
void change_session_purge(struct change *c, int64_t before);

#endif
