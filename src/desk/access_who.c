/*
 * access_who: who asks: views of accounts and of the operator, and what their roles allow.
 */
#include "desk/access.h"
#include "desk/policy.h"
#include "desk/rules.h"
#include "domain/role.h"
#include "store/rows_people.h"
#include "store/rows_unit.h"

#define ARENA 65536

static void take_text(char *out, size_t room, const char *s)
{
	snprintf(out, room, "%s", s);
}

enum tocsin_err access_operator(const struct desk *d, struct view *out)
{
	struct snapshot *read = NULL;
	bool accounts = true;
	enum tocsin_err err = snapshot_open(d->store, &read);
	if (err == TOCSIN_OK)
		err = account_any(read, &accounts);
	snapshot_close(read);
	*out = (struct view) { .account = "operator",
		.function = "operator",
		.roles = accounts ? ROLE_ADMIN : ROLE_ALL,
		.token = TOKEN_READ | TOKEN_ISSUE | TOKEN_ADMIN,
		.everything = !accounts };
	return err;
}

/* Of what is LENT to who has the roles OWN, what may be used: who inspects does nothing else, and who manages neither unless
 * policy says so, whatever was lent before they became that. */
static int64_t usable(const struct desk *d, int64_t own, int64_t lent)
{
	const int64_t alone = ROLE_INSPECTOR | (policy_flag(d, "account.administrator-alone") ? ROLE_ADMIN : 0);
	return (own & alone) != 0 ? 0 : lent & ~alone;
}

enum tocsin_err access_account(
	const struct desk *d, struct snapshot *read, const char *account, unsigned token, struct view *out)
{
	struct account_row row;
	int64_t delegated = 0;
	struct arena *a = arena_new(ARENA);
	*out = (struct view) { .token = 0 };
	if (a == NULL)
		return fail(TOCSIN_BROKEN, "no memory for an account");
	enum tocsin_err err = account_get(read, account, a, &row);
	if (err == TOCSIN_OK && strcmp(row.state, "active") != 0)
		err = fail(TOCSIN_MISSING, "there is no account %.64s", account);
	if (err == TOCSIN_OK)
		err = delegated_roles(read, account, clock_now(), &delegated);
	if (err == TOCSIN_OK) {
		take_text(out->account, sizeof out->account, row.name);
		take_text(out->function, sizeof out->function, row.function);
		take_text(out->unit, sizeof out->unit, row.unit);
		out->roles = (unsigned)(row.roles | usable(d, row.roles, delegated));
		out->token = token;
		/* Whoever only manages sees no content; whoever inspects sees every unit's. */
		if (access_may(out, RIGHT_READ) == TOCSIN_OK)
			err = scopes_of(read, (out->roles & ROLE_INSPECTOR) != 0 ? "*" : row.unit, row.name, out->scope,
				VIEW_SCOPES, &out->scope_n);
	}
	arena_free(a);
	return err;
}

enum tocsin_err access_may(const struct view *v, enum right r)
{
	unsigned roles = right_roles(r);
	if (r == RIGHT_NONE || (v->roles & roles) != 0)
		return TOCSIN_OK;
	struct buf names;
	char text[300];
	buf_init(&names, sizeof text - 1);
	role_names(roles, " or ", &names);
	snprintf(text, sizeof text, "%.*s", (int)names.n, names.n == 0 ? "" : (const char *)names.p);
	buf_free(&names);
	return rule_refuse("role.right", "the right \"%s\" comes with the role %s", right_name(r), text);
}
