#include "domain/role.h"

#include "base/text.h"

static const struct {
	unsigned role;
	const char *name, *function;
} roles_table[] = {
	{ ROLE_ANALYST, "analyst", "analyst" },
	{ ROLE_RELEASER, "releasing-officer", "releasing officer" },
	{ ROLE_DUTY, "duty-officer", "duty officer" },
	{ ROLE_LIAISON, "liaison", "liaison" },
	{ ROLE_INSPECTOR, "inspector", "inspector" },
	{ ROLE_PROTECTION, "data-protection-officer", "data-protection officer" },
	{ ROLE_ADMIN, "administrator", "administrator" },
};
#define ROLES (sizeof roles_table / sizeof *roles_table)

static const struct {
	unsigned scope;
	const char *name;
} scopes_table[] = { { TOKEN_READ, "read" }, { TOKEN_ISSUE, "issue" }, { TOKEN_ADMIN, "admin" } };
#define SCOPES (sizeof scopes_table / sizeof *scopes_table)

const char *role_name(unsigned role)
{
	for (size_t i = 0; i < ROLES; i++)
		if (roles_table[i].role == role)
			return roles_table[i].name;
	return NULL;
}

bool role_find(const char *name, unsigned *role)
{
	for (size_t i = 0; i < ROLES; i++)
		if (strcmp(roles_table[i].name, name) == 0) {
			*role = roles_table[i].role;
			return true;
		}
	return false;
}

void role_names(unsigned roles, const char *separator, struct buf *out)
{
	bool first = true;
	for (size_t i = 0; i < ROLES; i++) {
		if ((roles & roles_table[i].role) == 0)
			continue;
		buf_add_str(out, first ? "" : separator);
		buf_add_str(out, roles_table[i].name);
		first = false;
	}
}

const char *role_function(unsigned roles)
{
	/* The one that says most about what others may expect. */
	static const unsigned order[] = { ROLE_DUTY, ROLE_RELEASER, ROLE_LIAISON, ROLE_ANALYST, ROLE_PROTECTION,
		ROLE_INSPECTOR, ROLE_ADMIN };
	for (size_t i = 0; i < sizeof order / sizeof *order; i++)
		for (size_t j = 0; j < ROLES; j++)
			if ((roles & order[i]) != 0 && roles_table[j].role == order[i])
				return roles_table[j].function;
	return "no function";
}

const char *token_scope_name(unsigned scope)
{
	for (size_t i = 0; i < SCOPES; i++)
		if (scopes_table[i].scope == scope)
			return scopes_table[i].name;
	return NULL;
}

bool token_scope_find(const char *name, unsigned *scope)
{
	for (size_t i = 0; i < SCOPES; i++)
		if (strcmp(scopes_table[i].name, name) == 0) {
			*scope = scopes_table[i].scope;
			return true;
		}
	return false;
}

static bool is_name(const char *s)
{
	size_t n = strlen(s);
	if (n == 0 || n > LIMIT_ACCOUNT || s[0] < 'a' || s[0] > 'z')
		return false;
	for (size_t i = 0; i < n; i++)
		if (!((s[i] >= 'a' && s[i] <= 'z') || (s[i] >= '0' && s[i] <= '9') || strchr("._-", s[i]) != NULL))
			return false;
	return true;
}

enum tocsin_err role_check_name(const char *what, const char *name)
{
	/* Who asks without an account, in the audit trail and elsewhere. */
	static const char *const taken[] = { "node", "operator", "nobody", "all", "me" };
	if (!is_name(name))
		return fail(TOCSIN_BAD,
			"the name of %s is 1 to %d of a to z, 0 to 9, dot, hyphen and underscore, a letter first", what,
			LIMIT_ACCOUNT);
	for (size_t i = 0; i < sizeof taken / sizeof *taken; i++)
		if (strcmp(taken[i], name) == 0)
			return fail(TOCSIN_BAD, "%s cannot be called %s: the program uses this word itself", what, name);
	return TOCSIN_OK;
}

enum tocsin_err role_check_text(const char *what, const char *text, size_t max)
{
	struct bytes s = bytes_str(text);
	if (s.n == 0 || s.n > max || !text_is_utf8(s) || !text_is_clean(s) || text_has_bidi(s))
		return fail(TOCSIN_BAD, "%s must be 1 to %zu bytes of one line, without controls", what, max);
	return TOCSIN_OK;
}
