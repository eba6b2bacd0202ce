/*
 * clocks: the table of kinds, starting and ending.
 */
#include "desk/clocks.h"

#include <stdlib.h>

#include "base/random.h"
#include "desk/clocks_inside.h"

static const struct clock_rule rules[CLOCK_KINDS] = {
	[CLOCK_RECEIPT] = { "receipt", true, false, false, false, "no receipt: it is not known to have arrived; tell them by another way" },
	[CLOCK_OPENING] = { "opening", true, false, false, false, "nobody has opened it" },
	[CLOCK_ASSESSMENT] = { "assessment", true, false, false, false, "opened, and not assessed" },
	[CLOCK_REPLY_BY] = { "reply-by", true, false, false, false, "no answer in time" },
	[CLOCK_DUTY] = { "duty", true, true, false, false, "a duty to warn was found, and nobody was warned" },
	[CLOCK_RELEASE] = { "release", true, false, false, false, "proposed, and neither released nor refused" },
	[CLOCK_REVIEW] = { "review", true, false, false, false, "released by one person, and not reviewed by a second" },
	[CLOCK_WINDOW] = { "window", false, false, true, false, "lapsed, unresolved: its window is over, and that is no all-clear" },
	[CLOCK_FOLLOW_UP] = { "follow-up", true, false, false, false, "lapsed, and neither extended nor stood down, and no outcome stated" },
	[CLOCK_DELIVERY] = { "delivery", true, true, false, false, "not known to be delivered by voice or paper" },
	[CLOCK_LEAD] = { "lead", false, false, false, true, "a lead whose review date has come" },
	[CLOCK_DOOR] = { "door", true, false, false, false, "held at the door, and nobody has decided" },
	[CLOCK_CUSTODY] = { "custody", false, false, false, false, "its broker has not said what became of it" },
	[CLOCK_CORRECTION] = { "correction", false, false, false, false, "who asked to be corrected or deleted has had no reply in time" },
	[CLOCK_FORGET] = { "forget", true, false, false, false, "its time is over, and nobody has decided about it" },
};

const struct clock_rule *clock_rule(enum clock_kind k)
{
	return &rules[k];
}

const struct clock_rule *clock_rule_named(const char *name, enum clock_kind *k)
{
	for (int i = 0; i < CLOCK_KINDS; i++)
		if (strcmp(rules[i].name, name) == 0) {
			*k = (enum clock_kind)i;
			return &rules[i];
		}
	return NULL;
}

const char *clock_kind_name(enum clock_kind k)
{
	return rules[k].name;
}

int64_t clock_period(const struct desk *d, enum clock_kind k, int urgency)
{
	static const char *const urgencies[] = { "imminent", "urgent", "routine" };
	char name[64];
	if (urgency < 0 || urgency > 2)
		abort();
	snprintf(name, sizeof name, "clock.%s.%s", rules[k].name, urgencies[urgency]);
	return policy_int(d, name);
}

int64_t clock_first(const struct desk *d, int64_t start, int64_t due)
{
	int64_t percent = policy_int(d, "clock.reminder");
	if (percent == 0 || due <= start)
		return due;
	/* Divided first: a clock may run for many years. */
	return start + (due - start) / 100 * percent;
}

void clock_id_make(char out[17])
{
	uint8_t b[8];
	random_bytes(b, sizeof b);
	hex_encode(b, sizeof b, out);
}

static const char *or_none(const char *s)
{
	return s == NULL ? "" : s;
}

void clocks_start(const struct desk *d, struct change *c, const struct clock_start *s)
{
	char id[17];
	if (s->due_at == 0 && !rules[s->kind].period)
		abort();
	clock_id_make(id);
	int64_t due = s->due_at != 0 ? s->due_at : s->now + clock_period(d, s->kind, s->urgency);
	struct clock_row row = { .id = id, .kind = rules[s->kind].name, .statement = s->statement, .draft = s->draft,
		.unit = or_none(s->unit), .compartment = or_none(s->compartment), .owner = or_none(s->owner),
		.urgency = s->urgency, .life = s->life || s->urgency == 0 || rules[s->kind].life, .started_at = s->now,
		.due_at = due, .next_at = clock_first(d, s->now, due) };
	/* 0 is never. */
	if (row.next_at <= 0)
		row.next_at = 1;
	change_clock_add(c, &row, s->of_change && s->statement == 0);
	/* Whoever waits for clocks looks again. */
	change_event(c, "clocks changed", rules[s->kind].own ? 0 : s->statement, rules[s->kind].name);
}

void clocks_end(struct change *c, enum clock_kind kind, int64_t statement, int64_t draft, const char *state, int64_t now)
{
	if (statement != 0 || draft != 0)
		change_clock_end(c, rules[kind].name, statement, draft, state, now);
}

void clocks_received(struct change *c, int64_t statement, int64_t now)
{
	change_clock_received(c, statement, now);
}

void clocks_opened(const struct desk *d, struct change *c, int64_t statement, int64_t now)
{
	char id[17];
	struct clock_periods p;
	clock_id_make(id);
	for (int u = 0; u < 3; u++) {
		int64_t period = clock_period(d, CLOCK_ASSESSMENT, u);
		p.due[u] = period;
		p.next[u] = clock_first(d, 0, period);
	}
	change_clock_opened(c, id, statement, &p, now);
	clocks_end(c, CLOCK_OPENING, statement, 0, "met", now);
	change_event(c, "clocks changed", statement, rules[CLOCK_ASSESSMENT].name);
}

static bool is_unopened(void *arg, const struct clock_shown *row)
{
	bool *unopened = arg;
	*unopened = row->clock.ended_at == 0 && strcmp(row->clock.kind, rules[CLOCK_OPENING].name) == 0;
	return !*unopened;
}

enum tocsin_err clocks_unopened(struct snapshot *read, int64_t statement, bool *unopened)
{
	*unopened = false;
	return clock_list_statement(read, statement, is_unopened, unopened);
}

void clocks_move(struct change *c, const char *from, const char *to)
{
	change_clock_move(c, from, to);
}

void clocks_hurry(struct change *c, int64_t num, int64_t now)
{
	change_clock_hurry(c, num, now);
	change_event(c, "clocks changed", 0, "");
}
