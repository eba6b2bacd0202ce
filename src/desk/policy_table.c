/*
 * policy_table: every decision of an organisation that the desk asks for, and the named sets of them.
 *
 * Periods of clocks: a crisis centre is always staffed, so what is imminent runs in minutes. Answers follow Directive
 * (EU) 2023/977, Art. 5: 8 hours when urgent and at hand, 3 days when urgent and not at hand, 7 days otherwise. A warning
 * that nobody has received after some minutes is to be told by telephone; one that arrived must be opened as soon as
 * the people who can act could still act.
 */
#include "base/zone.h"
#include "base/text.h"
#include "desk/access.h"
#include "desk/policy.h"

#define MINUTE 60
#define HOUR 3600
#define DAY 86400

/* The periods of one kind of clock, by urgency: imminent, urgent, routine. */
#define PERIODS(kind, imminent, urgent, routine, help) \
	{ "clock." kind ".imminent", POLICY_SECONDS, MINUTE, 30 * DAY, NULL, imminent, help ": imminent", NULL }, \
	{ "clock." kind ".urgent", POLICY_SECONDS, MINUTE, 90 * DAY, NULL, urgent, help ": urgent", NULL }, \
	{ "clock." kind ".routine", POLICY_SECONDS, MINUTE, 365 * DAY, NULL, routine, help ": routine", NULL }

static const char *const two_people[] = { "always", "green", "amber", "amber-strict", "red", "never", NULL };

static const char *const levels[] = { "clear", "green", "amber", "amber-strict", "red", NULL };

static enum tocsin_err check_zone(const char *value)
{
	struct zone *z;
	enum tocsin_err err = zone_open(value, &z);
	if (err == TOCSIN_OK)
		zone_free(z);
	return err;
}

static bool is_unit(struct bytes name)
{
	if (name.n == 0 || name.n > LIMIT_ACCOUNT)
		return false;
	for (size_t i = 0; i < name.n; i++)
		if (name.p[i] <= ' ' || name.p[i] == '*' || name.p[i] == '=' || name.p[i] > '~')
			return false;
	return true;
}

static enum tocsin_err check_unit(const char *value)
{
	return is_unit(bytes_str(value)) ? TOCSIN_OK
					 : fail(TOCSIN_BAD, "\"%s\" is no name of a unit", value);
}

static enum tocsin_err check_route(const char *value)
{
	struct bytes rest = bytes_str(value), word;
	while (rest.n > 0) {
		const uint8_t *eq = NULL;
		if (text_word(&rest, &word))
			eq = memchr(word.p, '=', word.n);
		if (eq == NULL || eq == word.p || !is_unit(bytes_of(eq + 1, (size_t)(word.p + word.n - eq - 1))))
			return fail(TOCSIN_BAD, "unit.route is PARTNER=UNIT, more of them behind one space each");
	}
	return TOCSIN_OK;
}

static const char *const expects[] = { "answer", "receipt", NULL };

static const struct policy_row rows[] = {
	/* the desk */
	{ "zone", POLICY_TEXT, 1, ZONE_NAME, NULL, "UTC",
		"the desk's time zone as IANA names it, e.g. Europe/Moscow; shown beside UTC", check_zone },
	{ "desk.title", POLICY_TEXT, 0, 200, NULL, "",
		"who calls, as people without a node know it; empty: the node's name", NULL },
	{ "desk.callback", POLICY_TEXT, 0, 100, NULL, "",
		"the telephone number that scripts and sheets give to call back on", NULL },

	/* units */
	{ "unit.intake", POLICY_TEXT, 1, LIMIT_ACCOUNT, NULL, "desk",
		"the unit that sees what comes in, where no route says otherwise", check_unit },
	{ "unit.route", POLICY_TEXT, 0, ACCESS_ROUTE_MAX, NULL, "",
		"which unit sees what comes from which partner: south.example=crisis west.example=border", check_route },

	/* nodes that are no partners */
	{ "contact.strangers", POLICY_FLAG, 0, 0, NULL, "yes",
		"whether nodes that are no partners, and for whom none vouches, may introduce themselves and send warnings", NULL },
	{ "contact.a-day", POLICY_INTEGER, 0, 1000, NULL, "10", "how many may introduce themselves in a day", NULL },
	{ "contact.most", POLICY_INTEGER, 0, 1000, NULL, "200", "with how many strangers at hand none introduces itself any more", NULL },
	{ "contact.an-address", POLICY_INTEGER, 0, 1000, NULL, "3",
		"how many may introduce themselves from one network address in a day; 0: any number", NULL },
	{ "contact.brought-a-day", POLICY_INTEGER, 0, 1000, NULL, "20",
		"how many strangers one confirmed partner may bring in a day by vouching for them, or as a broker", NULL },
	{ "contact.warnings-a-day", POLICY_INTEGER, 1, 1000, NULL, "5", "how many warnings of one stranger are taken in a day", NULL },
	{ "contact.voucher-for", POLICY_SECONDS, HOUR, 3650 * DAY, NULL, "365d", "for how long a partner's voucher counts", NULL },
	{ "contact.keep", POLICY_SECONDS, HOUR, 3650 * DAY, NULL, "30d",
		"after how long a stranger of whom no statement is held is forgotten", NULL },

	/* the API */
	{ "api.rate", POLICY_INTEGER, 0, 10000, NULL, "50",
		"requests a second of one account, ten times as many at once; 0: any number", NULL },

	/* people */
	{ "account.administrator-alone", POLICY_FLAG, 0, 0, NULL, "yes",
		"whether an administrator may have no other role, and so reads no content", NULL },
	{ "session.idle", POLICY_SECONDS, 5 * MINUTE, 7 * DAY, NULL, "1h",
		"after how long without a request somebody who logged in must log in again", NULL },
	{ "session.longest", POLICY_SECONDS, 15 * MINUTE, 31 * DAY, NULL, "12h",
		"after how long whoever logged in must log in again in any case", NULL },
	{ "token.longest", POLICY_SECONDS, HOUR, 1100 * DAY, NULL, "365d", "for how long an API token may be made", NULL },
	{ "delegation.longest", POLICY_SECONDS, HOUR, 366 * DAY, NULL, "31d", "for how long roles may be delegated", NULL },

	/* releases */
	{ "release.two-people-from", POLICY_WORD, 0, 0, two_people, "amber",
		"from which TLP on two people release a warning: the author never alone", NULL },
	{ "retract.two-people", POLICY_FLAG, 0, 0, NULL, "no",
		"whether a retraction needs a second person, too; retracting is then slower than warning", NULL },
	{ "release.level", POLICY_WORD, 0, 0, levels, "amber",
		"up to which TLP lines are proposed to a recipient, named one by one, whose profile says nothing", NULL },
	{ "duty.tests-before-release", POLICY_FLAG, 0, 0, NULL, "no",
		"whether a warning that is not imminent leaves only when the four tests were answered", NULL },

	/* keeping */
	{ "forget.wait", POLICY_SECONDS, 0, 90 * DAY, NULL, "1d",
		"how long there is to object after a second person has agreed to forget content", NULL },
	{ "retention.person", POLICY_SECONDS, DAY, INT64_C(36500) * DAY, NULL, "1825d",
		"after how long it is asked whether content that names a person is still needed", NULL },
	{ "retention.warning", POLICY_SECONDS, DAY, INT64_C(36500) * DAY, NULL, "3650d",
		"the same for warnings and what was said to them", NULL },
	{ "retention.request", POLICY_SECONDS, DAY, INT64_C(36500) * DAY, NULL, "1825d", "the same for requests and answers", NULL },
	{ "retention.record", POLICY_SECONDS, DAY, INT64_C(36500) * DAY, NULL, "3650d", "the same for records", NULL },
	{ "retention.decision", POLICY_SECONDS, DAY, INT64_C(36500) * DAY, NULL, "7300d",
		"the same for determinations and records of releases", NULL },
	{ "retention.a-day", POLICY_INTEGER, 1, 10000, NULL, "50",
		"about how much content at most somebody is asked in a day whether it is still needed", NULL },
	{ "correction.within", POLICY_SECONDS, DAY, 366 * DAY, NULL, "30d",
		"how long there is to reply to who asks to be corrected or deleted", NULL },
	{ "reach.unreachable", POLICY_SECONDS, MINUTE, 90 * DAY, NULL, "4h",
		"without a receipt for a retraction for so long, its recipient counts as unreachable: ring up", NULL },

	/* clocks */
	PERIODS("receipt", "5m", "15m", "4h", "from sending to the receipt; then the duty contact is telephoned"),
	PERIODS("opening", "10m", "1h", "1d", "from its arrival until a person of ours has opened a warning"),
	PERIODS("assessment", "30m", "8h", "3d", "from opening a warning until we have said what we make of it"),
	PERIODS("reply-by", "8h", "3d", "7d", "until an answer, where nobody has named a time"),
	PERIODS("duty", "15m", "4h", "1d", "from finding a duty to warn until the warning leaves, or is waived"),
	PERIODS("release", "10m", "2h", "1d", "from proposing a draft until it is released or refused"),
	PERIODS("review", "12h", "1d", "3d", "until a second person has reviewed what one released alone"),
	PERIODS("follow-up", "2h", "1d", "3d", "from a window's end without a closure until the author extends it, stands it down or says what came of it"),
	PERIODS("delivery", "30m", "4h", "1d", "until a warning by voice or paper was delivered and written down"),
	PERIODS("door", "30m", "4h", "1d", "until somebody has decided about what the door holds"),
	PERIODS("forget", "30d", "30d", "30d", "until somebody has decided about content whose time is over"),
	/* the door */
	{ "door.answer-after.imminent", POLICY_SECONDS, MINUTE, 30 * DAY, NULL, "30m",
		"after how long an answer to a request about a person leaves, whatever it says: imminent", NULL },
	{ "door.answer-after.urgent", POLICY_SECONDS, MINUTE, 90 * DAY, NULL, "6h", "the same: urgent", NULL },
	{ "door.answer-after.routine", POLICY_SECONDS, MINUTE, 365 * DAY, NULL, "1d", "the same: routine", NULL },
	{ "door.answer-slot", POLICY_SECONDS, MINUTE, DAY, NULL, "10m",
		"such answers leave at multiples of this time only, together and in an order that is drawn", NULL },

	{ "clock.reminder", POLICY_INTEGER, 0, 99, NULL, "75",
		"percent of a clock's time after which its owner is reminded; 0: not at all", NULL },
	{ "escalation.every.imminent", POLICY_SECONDS, MINUTE, DAY, NULL, "5m",
		"how long each one in the chain has before the next is paged: imminent", NULL },
	{ "escalation.every.urgent", POLICY_SECONDS, MINUTE, 7 * DAY, NULL, "30m",
		"how long each one in the chain has before the next is paged: urgent", NULL },
	{ "escalation.every.routine", POLICY_SECONDS, MINUTE, 30 * DAY, NULL, "8h",
		"how long each one in the chain has before the next is paged: routine", NULL },

	/* brokers */
	{ "broker.serve", POLICY_FLAG, 0, 0, NULL, "no",
		"whether this node takes sealed envelopes from partners for other partners", NULL },
	{ "broker.a-day", POLICY_INTEGER, 1, 100000, NULL, "100", "how many envelopes of one partner it takes in a day", NULL },
	{ "broker.bytes", POLICY_INTEGER, 1 << 20, INT64_C(1) << 40, NULL, "268435456",
		"how many bytes of them all it holds at a time", NULL },
	{ "broker.longest", POLICY_SECONDS, HOUR, 366 * DAY, NULL, "31d", "how long it holds one at most", NULL },
	{ "broker.until", POLICY_SECONDS, HOUR, 366 * DAY, NULL, "7d",
		"how long a broker is asked to hold what this node sends by way of it", NULL },
	/* leads */
	{ "lead.review", POLICY_SECONDS, HOUR, 365 * DAY, NULL, "90d",
		"when a lead that opened or reopened by itself is to be looked at again", NULL },
	{ "lead.review-longest", POLICY_SECONDS, DAY, 3650 * DAY, NULL, "365d",
		"how far off the review date of a lead may be", NULL },
	{ "lead.match-level", POLICY_WORD, 0, 0, levels, "red",
		"up to which TLP of a statement tags of whom it names are sent to partners with a matching key", NULL },
	{ "lead.match-a-day", POLICY_INTEGER, 0, 10000, NULL, "50",
		"how many statements with such tags one partner is sent in a day; the others wait", NULL },

	/* pages */
	{ "notify.content", POLICY_FLAG, 0, 0, NULL, "no",
		"whether a page by mail or webhook may say what the threat is, to who may see it; a command never learns it", NULL },
	{ "notify.unreached.life", POLICY_SECONDS, 10, HOUR, NULL, "1m",
		"after how long without success through any channel a page counts as failed, and the next is paged: threats to life", NULL },
	{ "notify.unreached", POLICY_SECONDS, 10, DAY, NULL, "10m",
		"the same for all other pages; they are tried for a day nevertheless", NULL },
	{ "test.pager-every", POLICY_SECONDS, 0, 365 * DAY, NULL, "7d",
		"how often each channel of our own people is tested; 0s: never", NULL },
	{ "ask.due.imminent", POLICY_SECONDS, 60, 30 * DAY, NULL, "1h",
		"how long after its receipt an answer to an imminent request is due, when its author names no time", NULL },
	{ "ask.due.urgent-at-hand", POLICY_SECONDS, 60, 90 * DAY, NULL, "8h", "the same, urgent, and thought to be at hand", NULL },
	{ "ask.due.urgent", POLICY_SECONDS, 60, 90 * DAY, NULL, "3d", "the same, urgent, and not at hand", NULL },
	{ "ask.due.routine", POLICY_SECONDS, 60, 365 * DAY, NULL, "7d", "the same, otherwise", NULL },
	{ "ask.extensions", POLICY_INTEGER, 0, 16, NULL, "1",
		"how often an answer that needs more time moves the time of a request; further ones are counted", NULL },
	{ "ask.extension-longest", POLICY_SECONDS, 60, 365 * DAY, NULL, "30d", "for how long at most", NULL },
	{ "test.partner-every", POLICY_SECONDS, 0, 365 * DAY, NULL, "7d",
		"how often each confirmed partner is sent a record that says that it is a test; 0s: never", NULL },
	{ "test.within", POLICY_SECONDS, 10, 30 * DAY, NULL, "1h",
		"how long a partner has to answer a test before that is an alarm", NULL },
	{ "test.expect", POLICY_WORD, 0, 0, expects, "answer",
		"what must have come within test.within: the receipt and an answer, or, where partners do not answer, the receipt alone", NULL },
	{ "test.answer", POLICY_FLAG, 0, 0, NULL, "yes",
		"whether this node answers tests by itself", NULL },
	{ "silence.false-alarms", POLICY_INTEGER, 0, 52, NULL, "1",
		"how many notices of silence a year, of a partner in one unit or compartment, may mean nothing: more notice a stop sooner; 0: none are made",
		NULL },
};

const struct policy_row *policy_each(size_t i)
{
	return i < sizeof rows / sizeof *rows ? &rows[i] : NULL;
}

/* ---- presets ---- */

/* Three people share one telephone and sleep at night: two release only what is red, each has longer, and the chain is
 * walked through slowly because everybody is in it. What is imminent stays as it is. */
static const char *const three[][2] = {
	{ "account.administrator-alone", "no" },
	{ "release.two-people-from", "red" },
	{ "retract.two-people", "no" },
	{ "clock.opening.urgent", "4h" },
	{ "clock.opening.routine", "3d" },
	{ "clock.assessment.urgent", "1d" },
	{ "clock.assessment.routine", "7d" },
	{ "clock.release.urgent", "8h" },
	{ "clock.release.routine", "3d" },
	{ "clock.review.imminent", "1d" },
	{ "clock.review.urgent", "3d" },
	{ "clock.review.routine", "7d" },
	{ "clock.duty.urgent", "8h" },
	{ "clock.follow-up.imminent", "8h" },
	{ "clock.follow-up.urgent", "3d" },
	{ "clock.follow-up.routine", "7d" },
	{ "escalation.every.imminent", "10m" },
	{ "escalation.every.urgent", "2h" },
	{ "escalation.every.routine", "1d" },
	{ NULL, NULL },
};

static const struct policy_preset presets[] = {
	{ "default", "every policy as it comes", NULL },
	{ "three", "a desk of three people", three },
};

const struct policy_preset *policy_preset_each(size_t i)
{
	return i < sizeof presets / sizeof *presets ? &presets[i] : NULL;
}
