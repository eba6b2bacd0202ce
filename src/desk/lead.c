#include "desk/lead.h"

#include <stdlib.h>

#include "base/random.h"
#include "desk/audit.h"
#include "desk/clocks.h"
#include "desk/match.h"
#include "desk/pages.h"
#include "desk/policy.h"
#include "desk/rules.h"
#include "store/rows_access.h"
#include "store/rows_clock.h"
#include "store/rows_unit.h"

#define ARENA (8u << 20)
#define ROW_ARENA (64u << 20)                   /* one statement with its content */
#define SHIFTS_MAX 32                           /* hand-overs that are followed */
#define ON_MAX 64                               /* leads that rest on one statement */

void lead_id_make(char id[LEAD_ID + 1])
{
	uint8_t raw[LEAD_ID / 2];
	random_bytes(raw, sizeof raw);
	hex_encode(raw, sizeof raw, id);
}

enum tocsin_err lead_review_ok(const struct desk *d, int64_t review_at, int64_t now)
{
	int64_t longest = policy_int(d, "lead.review-longest");
	if (review_at <= now)
		return rule_refuse("lead.review", "the review date is not to come");
	if (review_at - now > longest)
		return rule_refuse("lead.review", "the review date is more than %lld days off", (long long)(longest / (86400 * CLOCK_SECOND)));
	return TOCSIN_OK;
}

void lead_note(struct change *c, const char *id, const struct view *v, const char *what, int64_t done_at, const char *person,
	const char *words, int64_t now)
{
	change_lead_step(c, id, &(struct lead_step_row) { .at = now, .what = what, .done_at = done_at, .person = person,
		.account = v->account, .function = v->function, .words = words });
}

void lead_clock(const struct desk *d, struct change *c, const struct lead_row *row, const char *owner, int64_t review_at, int64_t now)
{
	clocks_start(d, c, &(struct clock_start) { .kind = CLOCK_LEAD, .statement = row->statement, .unit = row->unit,
		.compartment = row->compartment, .owner = owner, .urgency = 2, .due_at = review_at, .now = now });
}

void lead_join(struct change *c, const struct lead_row *row, int64_t statement, const char *partner, const char *why, int64_t now)
{
	change_lead_news(c, row, now);
	change_lead_join(c, row->id, statement, partner, why, now);
	lead_note(c, row->id, view_node(), "joined", now, partner, why, now);
	change_event(c, "lead joined", 0, row->id);
}

void lead_new(const struct desk *d, struct change *c, const struct lead_row *row, const struct view *v, const char *partner,
	const char *why, int64_t now)
{
	struct lead_row new = *row;
	new.state = row->owner[0] != 0 ? "assigned" : "new";
	new.opened_at = now;
	change_lead_add(c, &new);
	change_lead_join(c, row->id, row->statement, partner, "opened about it", now);
	lead_note(c, row->id, v, "opened", now, "", why, now);
	lead_clock(d, c, row, row->owner, row->review_at, now);
	change_event(c, "lead opened", 0, row->id);
	audit_add(c, v, "lead.open", row->id, "");
}

/* ---- whose it is ---- */

static bool first_name(void *arg, const char *name)
{
	const char **first = arg;
	*first = strdup(name);
	return false;
}

/* Whether ACCOUNT could hold ROW. */
static enum tocsin_err can_hold(struct snapshot *read, const struct lead_row *row, const char *account, bool *can)
{
	*can = false;
	return account[0] == 0 ? TOCSIN_OK : unit_has(read, account, row->unit, row->compartment, can);
}

/* Who has the shift that ACCOUNT had: the end of the chain of hand-overs; *SHIFT: when that one last handed over. */
static enum tocsin_err on_shift(struct snapshot *read, const char *account, struct arena *a, const char **out, int64_t *shift)
{
	int64_t since = 0;
	*out = account;
	*shift = 0;
	for (int i = 0; i < SHIFTS_MAX; i++) {
		const char *to, *from;
		int64_t gave = 0, took = 0;
		enum tocsin_err err = shift_last(read, *out, true, a, &to, &gave);
		if (err == TOCSIN_OK || err == TOCSIN_MISSING)
			err = shift_last(read, *out, false, a, &from, &took);
		if (err != TOCSIN_OK && err != TOCSIN_MISSING)
			return err;
		*shift = gave;
		/* Who came back has it again; and what was handed over before this one got it is another shift. */
		if (gave == 0 || took > gave || gave < since)
			break;
		*out = to;
		since = gave;
	}
	return TOCSIN_OK;
}

struct deputies {
	struct snapshot *read;
	const struct lead_row *row;
	const char *found;                      /* returned owned */
	enum tocsin_err err;
};

static bool take_deputy(void *arg, const struct delegation_row *d)
{
	struct deputies *w = arg;
	bool can = false;
	if (d->begins_at <= clock_now() && (d->roles & right_roles(RIGHT_LEAD)) != 0)
		w->err = can_hold(w->read, w->row, d->to, &can);
	if (can)
		w->found = strdup(d->to);
	return w->err == TOCSIN_OK && !can;
}

/* Who goes on with ROW, in the arena: its owner or who has the owner's shift, else a deputy, else the first whom its unit's
 * clocks go to, else somebody of it who works on leads; "": nobody. */
static enum tocsin_err successor(struct snapshot *read, const struct lead_row *row, struct arena *a, const char **out, int64_t *shift)
{
	bool can = false;
	const char *found = NULL;
	struct deputies w = { .read = read, .row = row, .err = TOCSIN_OK };
	enum tocsin_err err = on_shift(read, row->owner, a, out, shift);
	if (err == TOCSIN_OK)
		err = can_hold(read, row, *out, &can);
	if (err != TOCSIN_OK || can)
		return err;
	*shift = INT64_MAX;
	*out = row->owner;
	err = can_hold(read, row, row->owner, &can);
	if (err != TOCSIN_OK || can)
		return err;
	if (row->owner[0] != 0)
		err = delegation_list(read, row->owner, true, clock_now(), take_deputy, &w);
	if (err == TOCSIN_OK)
		err = w.err;
	found = w.found;
	if (err == TOCSIN_OK && found == NULL)
		err = escalation_each(read, row->unit, row->compartment, first_name, &found);
	if (err == TOCSIN_OK && found == NULL)
		err = unit_roles_each(read, row->unit, right_roles(RIGHT_LEAD), row->compartment, first_name, &found);
	*out = found == NULL ? "" : arena_str(a, bytes_str(found));
	free((void *)(uintptr_t)found);
	return err == TOCSIN_OK && *out == NULL ? fail(TOCSIN_BROKEN, "no memory for a lead") : err;
}

enum tocsin_err lead_again(const struct desk *d, struct snapshot *read, struct change *c, const struct lead_row *row,
	const struct view *v, int64_t statement, int64_t review_at, const char *words, int64_t now)
{
	const char *owner = "";
	int64_t shift = 0;
	struct arena *a = arena_new(ARENA);
	enum tocsin_err err = a == NULL ? fail(TOCSIN_BROKEN, "no memory for a lead") : successor(read, row, a, &owner, &shift);
	if (err == TOCSIN_OK) {
		change_lead_reopen(c, row, owner, review_at, shift, now);
		match_reopened(c, row->num);
		lead_note(c, row->id, v != NULL ? v : view_node(), "reopened", now, "", words, now);
		lead_clock(d, c, row, owner, review_at, now);
		if (owner[0] != 0)
			pages_add(c, &(struct page_add) { .what = "a closed lead is open again", .of_change = true,
				.statement = statement, .account = owner, .now = now });
		change_event(c, "lead reopened", 0, row->id);
		audit_add(c, v != NULL ? v : view_node(), "lead.reopen", row->id, "");
	}
	arena_free(a);
	return err;
}

/* ---- opening ---- */

struct looking {
	struct arena *arena;
	const char *unit, *compartment;
	struct lead_row row;
	bool found, full;
};

static bool of_place(void *arg, const struct lead_row *row)
{
	struct looking *l = arg;
	if (strcmp(row->unit, l->unit) != 0 || strcmp(row->compartment, l->compartment) != 0 || (l->found && !row->open))
		return true;
	l->row = *row;
	l->row.id = arena_str(l->arena, bytes_str(row->id));
	l->row.owner = arena_str(l->arena, bytes_str(row->owner));
	l->row.unit = l->unit;
	l->row.compartment = l->compartment;
	l->full = l->row.id == NULL || l->row.owner == NULL;
	l->found = true;
	return !l->full && !row->open;
}

/* The lead of L's place that rests on ROW, or on what it refers to: an open one, if there is one. */
static enum tocsin_err find_on(struct snapshot *read, const struct statement_row *row, struct looking *l)
{
	enum tocsin_err err = lead_list_on(read, row->num, ON_MAX, of_place, l);
	for (size_t i = 0; err == TOCSIN_OK && i < row->re_n && !(l->found && l->row.open); i++) {
		int64_t num;
		err = statement_num(read, &row->re[i], &num);
		if (err == TOCSIN_OK)
			err = lead_list_on(read, num, ON_MAX, of_place, l);
		else if (err == TOCSIN_MISSING)
			err = TOCSIN_OK;
	}
	return err == TOCSIN_OK && l->full ? fail(TOCSIN_BROKEN, "no memory for a lead") : err;
}

/* The lead of L's place that is about the same subject. */
static enum tocsin_err find_about(struct snapshot *read, const struct match_subject *s, struct looking *l)
{
	enum tocsin_err err = TOCSIN_OK;
	for (size_t i = 0; err == TOCSIN_OK && i < s->n && !(l->found && l->row.open); i++)
		err = leads_tagged(read, &s->tag[i], l->unit, l->compartment, ON_MAX, of_place, l);
	return err == TOCSIN_OK && l->full ? fail(TOCSIN_BROKEN, "no memory for a lead") : err;
}

enum tocsin_err lead_begin(const struct desk *d, struct snapshot *read, struct change *c, const struct lead_begin *b)
{
	char id[LEAD_ID + 1];
	const char *why = b->why;
	struct match_subject subject = { .n = 0 };
	struct statement_row row;
	int64_t now = clock_now(), review_at = now + policy_int(d, "lead.review");
	struct looking l = { .arena = arena_new(ROW_ARENA), .unit = b->unit, .compartment = b->compartment };
	enum tocsin_err err = l.arena == NULL ? fail(TOCSIN_BROKEN, "no memory for a lead") : statement_by_num(read, b->statement, l.arena, &row);
	if (err == TOCSIN_OK)
		err = find_on(read, &row, &l);
	if (err == TOCSIN_OK)
		err = match_subject(d, &row, l.arena, &subject);
	if (err == TOCSIN_OK && !l.found) {
		err = find_about(read, &subject, &l);
		why = l.found ? "about the same subject" : why;
	}
	const char *partner = err == TOCSIN_OK && !row.issued ? row.peer : "";
	struct match_lead lead = { .id = id, .compartment = b->compartment };
	if (err == TOCSIN_OK && l.found && l.row.open) {
		lead.id = l.row.id;
		lead_join(c, &l.row, row.num, partner, why, now);
	} else if (err == TOCSIN_OK && l.found) {
		lead.id = l.row.id;
		change_lead_join(c, l.row.id, row.num, partner, why, now);
		err = lead_again(d, read, c, &l.row, NULL, row.num, review_at, why, now);
	} else if (err == TOCSIN_OK) {
		lead_id_make(id);
		lead.alone = true;
		lead_new(d, c, &(struct lead_row) { .id = id, .unit = b->unit, .compartment = b->compartment, .owner = "",
			.statement = row.num, .review_at = review_at }, view_node(), partner, b->why, now);
	}
	if (err == TOCSIN_OK)
		err = match_add(d, read, c, &lead, &subject, now);
	arena_free(l.arena);
	return err;
}

/* Where what V opens about ROW belongs: its own unit, and COMPARTMENT, or the one by which V sees it. */
static enum tocsin_err place(const struct desk *d, struct snapshot *read, const struct view *v, const struct statement_row *row,
	const char *compartment, char *unit, char *in)
{
	bool is;
	enum tocsin_err err = access_compartment(read, v, &row->id, 1, in);
	if (v->unit[0] != 0)
		snprintf(unit, LIMIT_ACCOUNT + 1, "%s", v->unit);
	else
		policy_text(d, "unit.intake", unit, LIMIT_ACCOUNT + 1);
	if (err == TOCSIN_OK && compartment[0] != 0 && in[0] != 0 && strcmp(compartment, in) != 0)
		return rule_refuse("access.one-compartment", "what it is about is in %s, and it would be in %s", in, compartment);
	if (compartment[0] != 0)
		snprintf(in, LIMIT_ACCOUNT + 1, "%s", compartment);
	if (err == TOCSIN_OK)
		err = access_belongs(read, v, unit, in, &is);
	if (err == TOCSIN_OK && !is)
		err = fail(TOCSIN_MISSING, "there is no compartment %s that is yours", in);
	return err;
}

enum tocsin_err lead_open(const struct desk *d, const struct view *v, const struct statement_row *row, const char *compartment,
	const char *why, int64_t review_at, char id[LEAD_ID + 1])
{
	char unit[LIMIT_ACCOUNT + 1], in[LIMIT_ACCOUNT + 1];
	int64_t now = clock_now();
	bool can = false;
	struct snapshot *read = NULL;
	struct change *c = NULL;
	struct looking l = { .arena = arena_new(ROW_ARENA), .unit = unit, .compartment = in };
	struct match_subject subject = { .n = 0 };
	struct lead_row new = { .id = id, .unit = unit, .compartment = in, .owner = v->account, .statement = row->num, .review_at = review_at };
	enum tocsin_err err = l.arena == NULL ? fail(TOCSIN_BROKEN, "no memory for a lead") : lead_review_ok(d, review_at, now);
	if (err == TOCSIN_OK)
		err = snapshot_open(d->store, &read);
	if (err == TOCSIN_OK)
		err = place(d, read, v, row, compartment, unit, in);
	if (err == TOCSIN_OK)
		err = lead_list_on(read, row->num, ON_MAX, of_place, &l);
	if (err == TOCSIN_OK && l.found)
		err = rule_refuse("lead.state", "the %s lead %s rests on this statement already", l.row.open ? "open" : "closed", l.row.id);
	if (err == TOCSIN_OK)
		err = can_hold(read, &new, v->account, &can);
	if (err == TOCSIN_OK)
		err = match_subject(d, row, l.arena, &subject);
	if (err == TOCSIN_OK && (c = change_new()) == NULL)
		err = fail(TOCSIN_BROKEN, "no memory for a lead");
	if (err == TOCSIN_OK) {
		lead_id_make(id);
		/* Whoever holds the socket is nobody in particular. */
		if (!can)
			new.owner = "";
		change_scope_add(c, unit, in);
		change_scope_add(c, ACCESS_EVERY_UNIT, in);
		lead_new(d, c, &new, v, row->issued ? "" : row->peer, why, now);
		err = match_add(d, read, c, &(struct match_lead) { .id = id, .compartment = in }, &subject, now);
		if (err != TOCSIN_OK)
			change_free(c);
	}
	snapshot_close(read);
	if (err == TOCSIN_OK)
		err = store_commit(d->store, c, NULL, NULL);
	arena_free(l.arena);
	return err;
}

enum tocsin_err lead_open_with(struct snapshot *read, const char *partner, size_t limit, lead_each *each, void *arg)
{
	return lead_list_partner(read, partner, limit, each, arg);
}
