/*
 * people: a home with accounts, for tests of who may what.
 */
#ifndef TOCSIN_TESTS_DESK_PEOPLE_H
#define TOCSIN_TESTS_DESK_PEOPLE_H

#include "desk/home.h"

#include "desk/account.h"
#include "desk/session.h"
#include "domain/role.h"

#define PASSWORD "correct horse battery"

/* Whoever holds the node's socket. */
static inline struct view operator_view(struct home *h)
{
	struct view v;
	ok(access_operator(&h->desk, &v));
	return v;
}

/* An account of UNIT; PASSWORD may be NULL. */
static inline enum tocsin_err account_made(struct home *h, const char *name, const char *unit, unsigned roles, const char *password)
{
	struct view v = operator_view(h);
	return account_add(&h->desk, &v, &(struct account_new){ .name = name, .unit = unit, .roles = roles, .password = password });
}

/* The view that NAME has now; MISSING when there is no such active account. */
static inline enum tocsin_err view_now(struct home *h, const char *name, struct view *v)
{
	struct snapshot *r;
	ok(snapshot_open(h->desk.store, &r));
	enum tocsin_err err = access_account(&h->desk, r, name, TOKEN_READ | TOKEN_ISSUE | TOKEN_ADMIN, v);
	snapshot_close(r);
	return err;
}

static inline struct view view_as(struct home *h, const char *name)
{
	struct view v;
	ok(view_now(h, name, &v));
	return v;
}

/* The view behind a token's id at NOW. */
static inline enum tocsin_err view_by(struct home *h, const struct hash *id, int64_t now, bool used, struct view *v)
{
	struct snapshot *r;
	ok(snapshot_open(h->desk.store, &r));
	enum tocsin_err err = session_view(&h->desk, r, id, now, used, v);
	snapshot_close(r);
	return err;
}

#endif
