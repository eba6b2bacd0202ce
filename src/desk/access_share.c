/*
 * access_share: what becomes visible to whom.
 *
 * A statement of our own belongs to the unit and compartment that it was issued from; that unit sees its closed lines,
 * too.  What comes in goes to the unit that its partner's mail is routed to, or to the unit of intake.  An answer goes
 * where its question is: a statement that refers to others is seen by the units that see those, and not by the unit of
 * intake, which would learn from it that there is something that it may not see.  Everything goes to the inspectors of
 * its compartment as well.
 */
#include "base/text.h"
#include "desk/access.h"
#include "desk/audit.h"
#include "desk/follow.h"
#include "desk/policy.h"
#include "store/rows_access.h"
#include "store/rows_search.h"

#define UNITS_MAX 64                            /* that inherit one statement */

/* With one scope, which need not be there yet. */
static enum tocsin_err share_one(struct snapshot *read, struct change *c, int64_t num, const char *kind,
	const char *peer, const char *unit, const char *compartment, bool whole)
{
	char facet[LIMIT_NAME + 16];
	int64_t scope = 0;
	enum tocsin_err err = scope_find(read, unit, compartment, &scope);
	if (err != TOCSIN_OK)
		return err;
	if (scope == 0)
		change_scope_add(c, unit, compartment);
	change_share(c, unit, compartment, "", num, whole);
	snprintf(facet, sizeof facet, "kind %s", kind);
	change_share(c, unit, compartment, facet, num, whole);
	snprintf(facet, sizeof facet, "peer %s", peer);
	change_share(c, unit, compartment, facet, num, whole);
	return TOCSIN_OK;
}

static enum tocsin_err share(struct snapshot *read, struct change *c, int64_t num, const char *kind, const char *peer,
	const char *unit, const char *compartment, bool whole)
{
	enum tocsin_err err = share_one(read, c, num, kind, peer, unit, compartment, whole);
	if (err == TOCSIN_OK)
		err = share_one(read, c, num, kind, peer, ACCESS_EVERY_UNIT, compartment, whole);
	if (err == TOCSIN_OK)
		change_search_shared(c, num);
	return err;
}

enum tocsin_err access_share(const struct desk *d, struct snapshot *read, struct change *c, int64_t num,
	const char *kind, const char *peer, const char *unit, const char *compartment, bool whole)
{
	char intake[LIMIT_ACCOUNT + 1];
	bool known = false;
	policy_text(d, "unit.intake", intake, sizeof intake);
	enum tocsin_err err = strcmp(unit, intake) == 0 ? TOCSIN_OK : scope_unit_known(read, unit, &known);
	if (err == TOCSIN_OK && strcmp(unit, intake) != 0 && !known)
		return fail(TOCSIN_MISSING, "there is no unit %s", unit);
	if (err == TOCSIN_OK && compartment[0] != 0) {
		err = scope_compartment_known(read, compartment, &known);
		if (err == TOCSIN_OK && !known)
			return fail(TOCSIN_MISSING, "there is no compartment %s", compartment);
	}
	return err == TOCSIN_OK ? share(read, c, num, kind, peer, unit, compartment, whole) : err;
}

enum tocsin_err access_share_inspectors(struct snapshot *read, struct change *c, int64_t num, const char *kind,
	const char *peer)
{
	return share_one(read, c, num, kind, peer, ACCESS_EVERY_UNIT, "", true);
}

void access_share_own(const struct desk *d, struct snapshot *read, const struct view *v, struct change *c, const struct hash *id,
	const char *kind, const char *peer, const char *compartment)
{
	char hex[2 * SHA256_SIZE + 1], what[LIMIT_NAME + 80];
	if (v->everything)
		return;
	if (access_share(d, read, c, 0, kind, peer, v->unit, compartment, true) != TOCSIN_OK)
		change_spoil(c, fail_sentence());
	hex_encode(id->b, SHA256_SIZE, hex);
	snprintf(what, sizeof what, "%s to %s", kind, peer);
	audit_add(c, v, "issued", hex, what);
}

/* ---- what a new statement is shared with ---- */

struct heirs {
	const struct followed *f;
	struct change *c;
	int64_t seen[UNITS_MAX];
	size_t n;
	size_t own;                             /* scopes that see it already */
	enum tocsin_err err;
};

static bool heir_add(void *arg, const struct share_row *row)
{
	struct heirs *h = arg;
	if (strcmp(row->unit, ACCESS_EVERY_UNIT) == 0)
		return true;
	for (size_t i = 0; i < h->n; i++)
		if (h->seen[i] == row->scope)
			return true;
	if (h->n == UNITS_MAX)
		return false;
	h->seen[h->n++] = row->scope;
	h->err = share(h->f->read, h->c, h->f->row->num, h->f->row->kind, h->f->row->peer, row->unit, row->compartment,
		false);
	return h->err == TOCSIN_OK;
}

/* With the scopes that see what it refers to. */
static enum tocsin_err inherit(struct heirs *h)
{
	enum tocsin_err err = TOCSIN_OK;
	for (size_t i = 0; err == TOCSIN_OK && i < h->f->row->re_n; i++) {
		int64_t target;
		err = statement_num(h->f->read, &h->f->row->re[i], &target);
		if (err == TOCSIN_MISSING)
			err = TOCSIN_OK;
		else if (err == TOCSIN_OK && (err = share_of(h->f->read, target, UNITS_MAX, heir_add, h)) == TOCSIN_OK)
			err = h->err;
	}
	return err;
}

static bool own_count(void *arg, const struct share_row *row)
{
	struct heirs *h = arg;
	(void)row;
	h->own++;
	return false;
}

/* The unit that the policy names for PEER: "partner=unit partner=unit". */
void access_route(const char *route, const char *peer, const char *intake, char out[LIMIT_ACCOUNT + 1])
{
	struct bytes rest = bytes_str(route), word;
	size_t n = strlen(peer);
	snprintf(out, LIMIT_ACCOUNT + 1, "%s", intake);
	while (text_word(&rest, &word))
		if (word.n > n + 1 && word.n - n - 1 <= LIMIT_ACCOUNT && memcmp(word.p, peer, n) == 0 && word.p[n] == '=') {
			memcpy(out, word.p + n + 1, word.n - n - 1);
			out[word.n - n - 1] = 0;
			return;
		}
}

static enum tocsin_err to_intake(const struct followed *f, struct change *c)
{
	char intake[LIMIT_ACCOUNT + 1], unit[LIMIT_ACCOUNT + 1], route[ACCESS_ROUTE_MAX + 1];
	policy_text(f->desk, "unit.intake", intake, sizeof intake);
	policy_text(f->desk, "unit.route", route, sizeof route);
	access_route(route, f->row->peer, intake, unit);
	return share(f->read, c, f->row->num, f->row->kind, f->row->peer, unit, "", f->row->issued);
}

enum tocsin_err access_follow(const struct followed *f, struct change *c)
{
	struct heirs h = { .f = f, .c = c, .err = TOCSIN_OK };
	const struct statement_row *row = f->row;
	enum tocsin_err err = share_of(f->read, row->num, 1, own_count, &h);
	if (err != TOCSIN_OK)
		return err;
	if (!row->issued) {
		err = inherit(&h);
		return err == TOCSIN_OK && h.n == 0 && h.own == 0 ? to_intake(f, c) : err;
	}
	/* Of our own: shared when it was issued, or by its draft; otherwise as what nobody in particular wrote. */
	if (h.own == 0 && f->draft != 0)
		err = share(f->read, c, row->num, row->kind, row->peer, f->draft_unit, f->draft_compartment, true);
	else if (h.own == 0)
		err = to_intake(f, c);
	/* What went out without a compartment is known to whoever knows what it answers; a note to oneself is not. */
	if (err == TOCSIN_OK && strcmp(row->peer, f->desk->name) != 0) {
		bool compartment = false;
		err = share_in_compartment(f->read, row->num, &compartment);
		if (err == TOCSIN_OK && !compartment && f->draft_compartment[0] == 0)
			err = inherit(&h);
	}
	return err;
}
