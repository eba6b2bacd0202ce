/*
 * clocks_fire: doing what is due.
 *
 * A step is worked out from the row as it was read (step_of), and is one change: the row compared and set, the pages,
 * the event, and where a window lapsed the clock that goes on.  All steps of a call are submitted together; one whose
 * row went on in the meantime is left alone, the others are applied.
 */
#include <stdlib.h>

#include "base/log.h"
#include "desk/clocks_inside.h"
#include "desk/contact.h"
#include "desk/pages.h"

#define CHAIN_MAX 64                    /* people in one chain */
#define CHAINS_MAX 32                   /* units and compartments remembered in one call */
#define WHY_MAX 32768                   /* a card's duty lines fit into its text */
#define FIRE_ARENA (16u << 20)

enum { LEVEL_STARTED, LEVEL_REMINDED, LEVEL_MISSED };

/* ---- whom to page ---- */

/* Those of a unit and compartment, in order, each once; without the owner of a clock. */
struct roster {
	const char *unit, *compartment;
	bool imminent;
	const char *account[CHAIN_MAX];
	size_t n;
	bool full;                              /* no memory */
};

struct firing {
	const struct desk *desk;
	struct snapshot *read;
	struct arena *arena;
	int64_t now;
	struct roster *chain;
	size_t chain_n;
};

struct roster_add {
	struct roster *chain;
	struct arena *arena;
};

static bool has(const struct roster *c, const char *name)
{
	for (size_t i = 0; i < c->n; i++)
		if (strcmp(c->account[i], name) == 0)
			return true;
	return false;
}

static bool add_to_chain(void *arg, const char *name)
{
	struct roster_add *c = arg;
	if (has(c->chain, name))
		return true;
	const char *copy = arena_str(c->arena, bytes_str(name));
	if (copy == NULL)
		c->chain->full = true;
	else
		c->chain->account[c->chain->n++] = copy;
	return copy != NULL && c->chain->n < CHAIN_MAX;
}

/* The chain of ROW's unit, compartment and urgency; remembered, as ten thousand clocks may belong to one unit. */
static enum tocsin_err chain_of(struct firing *f, const struct clock_row *row, const struct roster **out)
{
	for (size_t i = 0; i < f->chain_n; i++)
		if (strcmp(f->chain[i].unit, row->unit) == 0 && strcmp(f->chain[i].compartment, row->compartment) == 0 &&
			f->chain[i].imminent == (row->urgency == 0)) {
			*out = &f->chain[i];
			return TOCSIN_OK;
		}
	struct roster *c = &f->chain[f->chain_n < CHAINS_MAX ? f->chain_n++ : CHAINS_MAX - 1];
	struct roster_add add = { c, f->arena };
	*c = (struct roster) { .unit = row->unit, .compartment = row->compartment, .imminent = row->urgency == 0 };
	enum tocsin_err err = escalation_each(f->read, row->unit, row->compartment, add_to_chain, &add);
	if (err == TOCSIN_OK && c->n < CHAIN_MAX)
		err = unit_roles_each(f->read, row->unit, ROLE_RELEASER, row->compartment, add_to_chain, &add);
	/* What is imminent they may act on alone. */
	if (err == TOCSIN_OK && c->imminent && c->n < CHAIN_MAX)
		err = unit_roles_each(f->read, row->unit, ROLE_DUTY, row->compartment, add_to_chain, &add);
	if (err == TOCSIN_OK && c->n < CHAIN_MAX)
		err = unit_roles_each(f->read, row->unit, ROLE_ADMIN, row->compartment, add_to_chain, &add);
	if (err == TOCSIN_OK && c->full)
		err = fail(TOCSIN_BROKEN, "no memory for whom to page");
	*out = c;
	return err;
}

/* Who is told first: its owner, or, without one, the first of the chain; NULL: there is nobody. */
static const char *first_of(const struct clock_row *row, const struct roster *c)
{
	return row->owner[0] != 0 ? row->owner : c->n > 0 ? c->account[0] : NULL;
}

#define MISSED "clock missed"
#define ESCALATED "clock escalated"

/* The next of the chain who was not told yet, whoever joined or left it meanwhile; NULL: nobody is left. */
static enum tocsin_err next_of(struct firing *f, const struct clock_row *row, const struct roster *c, const char **out)
{
	char missed[64], escalated[64];
	struct roster told = { .n = 0 };
	struct roster_add add = { &told, f->arena };
	snprintf(missed, sizeof missed, MISSED ": %s", row->kind);
	snprintf(escalated, sizeof escalated, ESCALATED ": %s", row->kind);
	*out = NULL;
	enum tocsin_err err = clock_told_each(f->read, row->num, missed, escalated, add_to_chain, &add);
	if (err == TOCSIN_OK && told.full)
		err = fail(TOCSIN_BROKEN, "no memory for whom to page");
	for (size_t i = 0; err == TOCSIN_OK && i < c->n && told.n < CHAIN_MAX && *out == NULL; i++)
		if (strcmp(c->account[i], row->owner) != 0 && !has(&told, c->account[i]))
			*out = c->account[i];
	return err;
}

/* ---- one step ---- */

struct step {
	struct clock_row to;
	const char *event;                      /* "clock missed" */
	const char *page;                       /* whom; NULL: nobody */
};

static int64_t every(const struct firing *f, const struct clock_row *row)
{
	return policy_int(f->desk, row->urgency == 0 ? "escalation.every.imminent"
		: row->urgency == 1 ? "escalation.every.urgent" : "escalation.every.routine");
}

/* What is to be done about ROW now. FIRST: who is told first; NEXT: whom it goes on to when it was missed. */
static struct step step_of(const struct firing *f, const struct clock_row *row, const struct clock_rule *rule,
	const char *first, const char *next)
{
	struct step s = { .to = *row };
	bool running = strcmp(row->state, "running") == 0;
	if (running && f->now < row->due_at) {
		s.event = "clock reminder";
		s.page = row->acked_at == 0 ? first : NULL;
		s.to.level = LEVEL_REMINDED;
		s.to.next_at = row->due_at;
		return s;
	}
	if (running) {
		s.event = MISSED;
		s.page = first;
		s.to.state = "missed";
		s.to.level = LEVEL_MISSED;
		s.to.why = rule->missed;
		/* Who took it on has not kept it: that is news to everybody. */
		s.to.acked_at = 0;
		s.to.acked_by = "";
	} else {
		s.page = next;
		s.event = s.page != NULL ? ESCALATED : "clock unanswered";
		s.to.level = row->level + 1;
	}
	s.to.next_at = s.page != NULL ? f->now + every(f, row) : 0;
	if (rule->ends) {
		s.to.next_at = 0;
		s.to.ended_at = row->due_at;
	}
	return s;
}

/* Whom to ring up when there is no receipt, and how to say it; returned owned, NULL: no memory. */
static char *receipt_words(const struct desk *d, const struct clock_due *due, const char *missed)
{
	struct buf b;
	buf_init(&b, WHY_MAX);
	buf_printf(&b, "%s: ", missed);
	contact_duty_words(d, due->peer, &due->statement_id, &b);
	char *words = buf_detach(&b, NULL);
	buf_free(&b);
	return words;
}

static struct change *step_change(const struct firing *f, const struct clock_due *due, enum clock_kind kind,
	const struct clock_rule *rule, struct step *s)
{
	char what[64], *why = NULL;
	const struct clock_row *row = &due->clock;
	struct change *c = change_new();
	if (c == NULL)
		return NULL;
	bool missed = s->to.level == LEVEL_MISSED;
	if (missed && kind == CLOCK_RECEIPT) {
		why = receipt_words(f->desk, due, rule->missed);
		s->to.why = why != NULL ? why : rule->missed;
	}
	change_clock_fire(c, row, &s->to);
	free(why);
	change_event(c, s->event, rule->own ? 0 : row->statement, row->id);
	if (s->page != NULL) {
		/* A page says as little as it can, but this: its end must not be taken for an all-clear. */
		snprintf(what, sizeof what, "%s: %s%s", s->event, row->kind,
			missed && kind == CLOCK_WINDOW ? ", and there was no all-clear" : "");
		pages_add(c, &(struct page_add) { .what = what, .clock = row->num, .statement = row->statement,
			.account = s->page, .life = row->life, .now = f->now });
	}
	/* What its author has to do about a window that lapsed; its recipient is told that there was no all-clear. */
	if (missed && kind == CLOCK_WINDOW && due->issued)
		clocks_start(f->desk, c, &(struct clock_start) { .kind = CLOCK_FOLLOW_UP, .statement = row->statement,
			.unit = row->unit, .compartment = row->compartment, .owner = row->owner, .urgency = (int)row->urgency,
			.life = row->life, .now = f->now });
	return c;
}

static const struct clock_rule unknown = { "unknown", false, false, false, false, "its time is over" };

static enum tocsin_err make_step(struct firing *f, const struct clock_due *due, struct change **out)
{
	enum clock_kind kind;
	const struct roster *chain;
	const struct clock_rule *rule = clock_rule_named(due->clock.kind, &kind);
	/* Of a later version of this program: whoever it belongs to is told all the same. */
	if (rule == NULL) {
		kind = CLOCK_KINDS;
		rule = &unknown;
	}
	enum tocsin_err err = chain_of(f, &due->clock, &chain);
	const char *next = NULL;
	if (err == TOCSIN_OK && strcmp(due->clock.state, "missed") == 0)
		err = next_of(f, &due->clock, chain, &next);
	if (err != TOCSIN_OK)
		return err;
	struct step s = step_of(f, &due->clock, rule, first_of(&due->clock, chain), next);
	*out = step_change(f, due, kind, rule, &s);
	return *out == NULL ? fail(TOCSIN_BROKEN, "no memory for the clocks that are due") : TOCSIN_OK;
}

/* ---- all that are due ---- */

enum tocsin_err clocks_fire(const struct desk *d, int64_t now, size_t max, size_t *done)
{
	struct clock_due *due = NULL;
	size_t n = 0, made = 0;
	struct firing f = { .desk = d, .now = now, .arena = arena_new(FIRE_ARENA) };
	struct change **changes = calloc(max, sizeof *changes);
	*done = 0;
	if (f.arena != NULL)
		f.chain = arena_alloc(f.arena, CHAINS_MAX * sizeof *f.chain);
	enum tocsin_err err = f.chain == NULL || changes == NULL
		? fail(TOCSIN_BROKEN, "no memory for the clocks that are due") : snapshot_open(d->store, &f.read);
	if (err == TOCSIN_OK)
		err = clock_list_due(f.read, now, max, f.arena, &due, &n);
	for (; err == TOCSIN_OK && made < n; made++)
		err = make_step(&f, &due[made], &changes[made]);
	snapshot_close(f.read);
	if (err == TOCSIN_OK && n > 0)
		/* One that went on in the meantime is left alone. */
		err = store_commit_still(d->store, changes, n);
	else
		for (size_t i = 0; i < made; i++)
			change_free(changes[i]);
	if (err == TOCSIN_OK)
		*done = n;
	free(changes);
	arena_free(f.arena);
	return err;
}

enum tocsin_err clocks_next(struct snapshot *read, int64_t *at)
{
	return clock_next(read, at);
}
