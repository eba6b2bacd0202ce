/*
 * clocks_home: whose the clocks of a statement are, how urgent they are, and whether lives hang on them.
 *
 * A clock is seen by its unit, and by no more people than the statement: it belongs where its draft was written, otherwise
 * to the unit whose account issued it; what answers something goes where the clocks of that are, or to who sees that;
 * what comes unasked to the unit that the policy names.
 */
#include "desk/clocks_inside.h"
#include "desk/strangers.h"
#include "store/rows_access.h"

#define SHARES_MAX 16
#define DAY (86400 * CLOCK_SECOND)
#define HOUR (3600 * CLOCK_SECOND)

static bool contains(struct bytes value, const char *word)
{
	return memmem(value.p, value.n, word, strlen(word)) != NULL;
}

static int urgency_of(const struct followed *f, const struct clock_home *h)
{
	struct bytes word = followed_value(f, "urgency");
	int64_t at = f->row->known_at, from;
	if (bytes_equal_str(word, "imminent"))
		return 0;
	if (word.n > 0)
		return bytes_equal_str(word, "urgent") ? 1 : 2;
	if (strcmp(f->statement->kind, "warning") != 0)
		return h->known ? h->urgency : 1;
	if (clock_parse(followed_value(f, "when.until"), &from) && from < at)
		return 2;
	if (clock_parse(followed_value(f, "when.from"), &from))
		return from - at <= 48 * HOUR ? 0 : from - at <= 7 * DAY ? 1 : 2;
	/* A threat of which nobody knows the time may be close. */
	return 1;
}

/* Quiet hours do not apply; where nobody has said what would happen, it may be that. */
static bool is_life(const struct followed *f, const struct clock_home *h)
{
	struct bytes harm = followed_value(f, "threat.harm");
	if (strcmp(f->statement->kind, "warning") != 0)
		return h->life;
	return harm.n == 0 || contains(harm, "death") || contains(harm, "injury") || contains(harm, "kidnapping");
}

/* ---- whose ---- */

static void belong(struct clock_home *h, const char *unit, const char *compartment)
{
	/* Whoever owns a clock of another unit's does not get this one. */
	if (strcmp(h->unit, unit) != 0 || strcmp(h->compartment, compartment) != 0)
		h->owner[0] = 0;
	h->known = true;
	snprintf(h->unit, sizeof h->unit, "%s", unit);
	snprintf(h->compartment, sizeof h->compartment, "%s", compartment);
}

static bool take_clock(void *arg, const struct clock_shown *row)
{
	struct clock_home *h = arg;
	belong(h, row->clock.unit, row->clock.compartment);
	snprintf(h->owner, sizeof h->owner, "%s", row->clock.owner);
	h->urgency = (int)row->clock.urgency;
	h->life = row->clock.life;
	return false;
}

static bool take_share(void *arg, const struct share_row *row)
{
	if (strcmp(row->unit, ACCESS_EVERY_UNIT) == 0)
		return true;
	belong(arg, row->unit, row->compartment);
	return false;
}

enum tocsin_err clock_home_find(const struct followed *f, const int64_t *target, size_t n, struct clock_home *h)
{
	enum tocsin_err err = TOCSIN_OK;
	*h = (struct clock_home) { .known = false };
	for (size_t i = 0; err == TOCSIN_OK && i < n && !h->known; i++)
		err = clock_list_statement(f->read, target[i], take_clock, h);
	h->life = is_life(f, h);
	h->urgency = urgency_of(f, h);
	/* Nobody is woken by somebody of whom nobody knows who it is, unless a partner vouches for it. */
	if (err == TOCSIN_OK && (f->row->marks & STATEMENT_MARK_STRANGER) != 0) {
		char by[LIMIT_NAME + 1];
		err = strangers_voucher(f->desk, f->read, &f->statement->from, f->now, by);
		if (err == TOCSIN_OK && by[0] == 0) {
			h->urgency = 2;
			h->life = false;
		}
	}
	for (size_t i = 0; err == TOCSIN_OK && i < n && !h->known; i++)
		err = share_of(f->read, target[i], SHARES_MAX, take_share, h);
	if (err == TOCSIN_OK && f->row->issued)
		err = share_of(f->read, f->row->num, SHARES_MAX, take_share, h);
	if (f->draft_unit[0] != 0) {
		belong(h, f->draft_unit, f->draft_compartment);
		snprintf(h->owner, sizeof h->owner, "%s", f->draft_author);
	} else if (!h->known) {
		char intake[LIMIT_ACCOUNT + 1], route[ACCESS_ROUTE_MAX + 1];
		policy_text(f->desk, "unit.intake", intake, sizeof intake);
		policy_text(f->desk, "unit.route", route, sizeof route);
		access_route(route, f->row->peer, intake, h->unit);
	}
	return err;
}
