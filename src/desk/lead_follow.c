/*
 * lead_follow: what a statement means for leads, exactly once.
 *
 * What refers to a statement of a lead joins the lead, if those who work on it see what came.  A warning about a person or
 * a group that joins none opens one, in the unit that its clocks belong to.
 */
#include "desk/clocks_inside.h"
#include "desk/lead.h"
#include "desk/match.h"
#include "store/rows_access.h"

#define ON_MAX 64                               /* leads that one statement joins */

struct joining {
	const struct followed *f;
	struct lead_row row[ON_MAX];
	size_t n;
	bool full;
};

static bool collect(void *arg, const struct lead_row *row)
{
	struct joining *j = arg;
	for (size_t i = 0; i < j->n; i++)
		if (j->row[i].num == row->num)
			return true;
	if (j->n == ON_MAX)
		return false;
	struct lead_row *copy = &j->row[j->n];
	*copy = *row;
	copy->id = arena_str(j->f->arena, bytes_str(row->id));
	copy->unit = arena_str(j->f->arena, bytes_str(row->unit));
	copy->compartment = arena_str(j->f->arena, bytes_str(row->compartment));
	copy->owner = arena_str(j->f->arena, bytes_str(row->owner));
	j->full = copy->id == NULL || copy->unit == NULL || copy->compartment == NULL || copy->owner == NULL;
	j->n += !j->full;
	return !j->full;
}

struct placing {
	const struct lead_row *row;
	bool any, seen;
};

static bool is_place(void *arg, const struct share_row *share)
{
	struct placing *p = arg;
	p->any = true;
	p->seen = p->seen || (strcmp(share->unit, p->row->unit) == 0 &&
		(share->compartment[0] == 0 || strcmp(share->compartment, p->row->compartment) == 0));
	return !p->seen;
}

/* Whether those who see the lead ROW see F's statement: what comes in goes where what it refers to is; of our own that is
 * so unless it was written somewhere else. */
static enum tocsin_err is_seen(const struct followed *f, const struct lead_row *row, bool *seen)
{
	struct placing p = { .row = row };
	*seen = true;
	if (!f->row->issued)
		return TOCSIN_OK;
	if (f->draft != 0) {
		*seen = strcmp(f->draft_unit, row->unit) == 0 &&
			(f->draft_compartment[0] == 0 || strcmp(f->draft_compartment, row->compartment) == 0);
		return TOCSIN_OK;
	}
	enum tocsin_err err = share_of(f->read, f->row->num, SIZE_MAX / 2, is_place, &p);
	*seen = p.seen || !p.any;
	return err;
}

/* What is news for a lead that was closed. */
static bool reopens(const struct followed *f)
{
	const char *kind = f->row->kind;
	return !f->row->issued && (strcmp(kind, "warning") == 0 || strcmp(kind, "answer") == 0 || strcmp(kind, "request") == 0 ||
		strcmp(kind, "retraction") == 0);
}

static enum tocsin_err join_one(const struct followed *f, struct change *c, const struct lead_row *row)
{
	char why[64];
	const char *partner = f->row->issued ? "" : f->row->peer;
	snprintf(why, sizeof why, "%s, which refers to it", f->row->kind);
	enum tocsin_err err = TOCSIN_OK;
	bool open = row->open || reopens(f);
	struct match_subject subject;
	if (row->open)
		lead_join(c, row, f->row->num, partner, why, f->now);
	else
		change_lead_join(c, row->id, f->row->num, partner, why, f->now);
	if (!row->open && open)
		err = lead_again(f->desk, f->read, c, row, NULL, f->row->num, f->now + policy_int(f->desk, "lead.review"), why, f->now);
	if (err == TOCSIN_OK)
		err = match_subject(f->desk, f->row, f->arena, &subject);
	if (err == TOCSIN_OK)
		err = match_add(f->desk, f->read, c, &(struct match_lead) { .id = row->id, .compartment = row->compartment, .closed = !open },
			&subject, f->now);
	return err;
}

static enum tocsin_err open_one(const struct followed *f, struct change *c)
{
	struct clock_home home;
	bool person = followed_value(f, "subject.name").n > 0;
	bool asked = strcmp(f->row->kind, "request") == 0;
	/* A request about a person comes this far when people at the door have passed it. */
	/* What a node says that is no partner becomes one by hand. */
	if (f->row->issued || (f->row->marks & STATEMENT_MARK_STRANGER) != 0 || (asked ? !person : strcmp(f->row->kind, "warning") != 0 || (!person && followed_value(f, "threat.actor").n == 0)))
		return TOCSIN_OK;
	enum tocsin_err err = clock_home_find(f, NULL, 0, &home);
	if (err != TOCSIN_OK)
		return err;
	return lead_begin(f->desk, f->read, c, &(struct lead_begin) { .statement = f->row->num, .unit = home.unit,
		.compartment = home.compartment, .why = asked ? "a request about a person" : person ? "a warning about a person" : "a warning about a group",
		.subject = followed_value(f, "subject.name") });
}

enum tocsin_err lead_follow(const struct followed *f, struct change *c)
{
	struct joining *j;
	size_t joined = 0;
	enum tocsin_err err = TOCSIN_OK;
	/* Ours, given back to a database that was put back: their leads were closed long ago. */
	if ((f->row->marks & STATEMENT_MARK_RETURNED) != 0)
		return TOCSIN_OK;
	if (f->row->re_n == 0)
		return open_one(f, c);
	if ((j = arena_zalloc(f->arena, sizeof *j)) == NULL)
		return fail(TOCSIN_BROKEN, "no memory for leads");
	j->f = f;
	for (size_t i = 0; err == TOCSIN_OK && i < f->row->re_n; i++) {
		int64_t num;
		err = statement_num(f->read, &f->row->re[i], &num);
		if (err == TOCSIN_OK)
			err = lead_list_on(f->read, num, ON_MAX, collect, j);
		else if (err == TOCSIN_MISSING)
			err = TOCSIN_OK;
	}
	if (err == TOCSIN_OK && j->full)
		err = fail(TOCSIN_BROKEN, "no memory for leads");
	for (size_t i = 0; err == TOCSIN_OK && i < j->n; i++) {
		bool seen;
		err = is_seen(f, &j->row[i], &seen);
		if (err == TOCSIN_OK && seen) {
			joined++;
			err = join_one(f, c, &j->row[i]);
		}
	}
	return err == TOCSIN_OK && joined == 0 ? open_one(f, c) : err;
}
