#include "desk/rules.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* By area; a new rule is one row. */
static const struct rule rules[] = {
	/* people */
	{ "account.last-administrator", "there is always somebody who can manage", "make another account an administrator first" },
	{ "account.own-roles", "nobody gives oneself roles, another unit or compartments",
		"another administrator, or whoever holds the node's socket" },
	{ "account.administrator-alone", "who manages reads no content",
		"an administrator, by the policy account.administrator-alone; it is off in the preset for a desk of three" },
	{ "account.inspector-alone", "who inspects has no part in what is inspected", "" },
	{ "account.password", "whoever changes a password or a second factor knows the one before",
		"an administrator sets a new password or takes the second factor away" },
	{ "token.limit", "an account holds a few tokens that somebody knows of", "end one first (tocsin account token)" },
	{ "token.end", "a token has an end", "an administrator, by the policy token.longest" },
	{ "delegation.own-roles", "one delegates what is one's own, not what was delegated to one", "whoever has the role, or an administrator" },
	{ "delegation.same-unit", "a deputy is of the same unit: content is need-to-know", "an administrator moves the account" },
	{ "delegation.end", "a delegation has an end", "an administrator, by the policy delegation.longest" },
	{ "handover.same-unit", "a shift is handed over within the unit", "an administrator moves the account" },
	{ "handover.successor", "two accounts sign a hand-over", "whoever goes names whoever comes" },

	/* need-to-know */
	{ "role.right", "what one may do comes from one's roles", "an administrator gives roles (tocsin account role)" },
	{ "token.scope", "a token may be used only for what it was made for", "its owner makes another one (tocsin account token)" },

	{ "issue.draft", "what warns, determines or is hard to take back is written as a draft and released by a second person",
		"write a draft (tocsin draft)" },
	{ "access.share-compartment", "what is in a compartment stays in it, whatever unit it is shared with",
		"share it in the same compartment (tocsin share --compartment)" },
	{ "access.share-closed", "who does not see the closed lines cannot share them", "somebody of the unit that wrote it" },
	{ "access.one-compartment", "what somebody writes belongs to one compartment at most", "write about them one by one" },

	/* the API */
	{ "api.rate", "an account may ask so many times a second", "an administrator, by the policy api.rate" },

	/* drafts and releases */
	{ "release.two-people", "who wrote it does not release it", "another releasing officer, or a duty officer when it is imminent" },
	{ "release.author-closed", "nobody opens what the author of a draft closed", "its author, by editing it" },
	{ "release.audience", "an empty audience reaches nobody", "its author, by naming recipients" },
	{ "release.audience-unusual", "a recipient that this author, or this subject, never had is asked for again",
		"whoever proposes or releases it, with confirm_audience" },
	{ "release.blocked", "a recipient whom markings or profile keep from what it is about learns nothing",
		"its author, by opening \"substance\" for it, or closing the line by name" },
	{ "release.complete", "what is proposed is complete", "its author, by editing it" },
	{ "release.duty", "a duty to warn holds towards everybody", "its author, by opening \"substance\"; or somebody who may waive the duty" },
	{ "release.override", "policy and profile are overridden by somebody, for a reason", "the one who releases it, with override" },
	{ "release.public-twin", "what is told of a public place is told to the public, too, or it is said why not",
		"its author, by the member public" },
	{ "release.state", "a draft that has left or is withdrawn stays as it is", "" },
	{ "release.version", "one releases the version that one has looked at", "read it again" },
	{ "leak.closed-value", "no closed value leaves in an open text", "its author and the one who releases it, both by confirming that line" },
	{ "duty.tests", "the four tests are answered before a warning is released", "whoever may determine (tocsin determine)" },
	{ "review.second", "what one released alone is reviewed by a second person", "another releasing officer" },
	{ "review.determination", "what was delivered first is documented after", "whoever may determine (tocsin determine)" },

	/* requests */
	{ "close.open-request", "what is closed with a request about it still open says why, and that is signed",
		"whoever closes it gives the field open-request" },
	/* the door */
	{ "door.screened", "nobody passes what was not screened", "mend the rules of screening; it is tried again each minute" },
	{ "door.read", "who passes what screening found something about has read that", "whoever decides, with --read" },
	{ "door.two-people", "what screening holds or would refuse is passed by two people", "another one with the right door in the unit" },
	{ "door.reason", "what screening would refuse is passed for a reason", "whoever decides, with --reason" },
	{ "door.first", "what refers to something held waits until that is decided", "whoever has the right door in the unit (tocsin door)" },
	{ "door.decided", "what was decided at the door stays so", "" },
	{ "door.one-answer", "one answer to a request waits to leave", "whoever decided on it takes it back (tocsin door withdraw)" },
	{ "door.own-answer", "an answer is taken back by who decided on it", "that person" },

	/* clocks */
	{ "clock.ended", "what has ended is frozen", "" },
	{ "clock.unit", "a clock belongs to somebody of its own unit who may know what it is about",
		"an administrator gives accounts their unit and compartments (tocsin account unit)" },

	/* pages and channels */
	{ "channel.own", "everybody keeps their own channels", "an administrator keeps everybody's" },
	{ "channel.command", "a command channel runs a program on the node's machine", "an administrator adds it, from the folder of [notify] folder" },
	{ "channel.https", "a webhook is called over https", "" },
	{ "channel.limit", "an account has a few channels, each of which is tried for every page", "remove one that is not needed (tocsin channel remove)" },

	/* reach, retention, forgetting */
	{ "retract.two-people", "by this organisation's policy nobody retracts alone",
		"another one releases it as a draft of kind retraction; an administrator changes the policy retract.two-people" },
	{ "forget.two-people", "content is forgotten when a second person has agreed", "another releasing officer, or data-protection officer" },
	{ "forget.hold", "what is under a legal hold is not forgotten", "who may hold ends it (tocsin hold ID --release)" },
	{ "forget.undelivered", "what is still to be delivered is not forgotten", "give up its delivery first" },
	{ "forget.untold", "what somebody without a node is still to be told is not forgotten",
		"tell them and write it down (tocsin delivered), or withdraw it (tocsin retract) or close it" },
	{ "forget.object", "who uses it may object, and who looks after it", "an analyst, an officer, a liaison or a data-protection officer who sees it" },

	/* nodes that are no partners */
	{ "voucher.confirmed", "we vouch for those whom a person of ours has confirmed", "confirm it first (tocsin partner confirm)" },
	/* leads */
	{ "lead.review", "a lead has a review date, which is to come, and not too far off", "an administrator, by the policy lead.review-longest" },
	{ "match.confirmed", "a matching key is shared with a partner that people have confirmed", "a liaison officer, by comparing safety numbers (tocsin partner confirm)" },
	{ "lead.state", "a closed lead stays as it is until it is reopened", "whoever works on leads of its unit (tocsin lead reopen)" },
	{ "lead.open-request", "a lead with a request that nobody has answered is closed for a reason only", "whoever closes it, with --open-request WHY" },
	{ "lead.owner", "a lead belongs to somebody of its own unit who may know what it is about, and works on leads",
		"an administrator gives accounts their unit, roles and compartments (tocsin account)" },
	/* corrections */
	{ "correction.two-people", "what is proposed about a statement is agreed on by a second person", "another releasing officer, or data-protection officer" },
	{ "correction.undecided", "who asked is replied to when all that was proposed is decided", "who may agree decides it (tocsin correction agree)" },
	{ "correction.closed", "a closed case stays as it is", "open another one" },
	{ "correction.ground", "what is kept against somebody's wish is kept on a legal ground", "name it (--ground)" },

	/* contacts, records, attachments */
	{ "contact.self", "what is addressed to its own maker is for a recipient without a node, and nothing else is", "send it to contact:NAME (tocsin contact add)" },
	{ "told.own", "what is told by voice or on paper is our own statement", "make a warning of your own of it (tocsin warn --to contact:NAME)" },
	{ "unnamed.name", "what is written without our name does not name us: no open line or attachment holds our name, or a duty contact of our card", "write it otherwise, or leave the line out" },
	{ "files.staged", "files wait to be attached for an hour at most, and not too many of them", "attach them, or wait until they are dropped" },
};

const struct rule *rule_each(size_t i)
{
	return i < sizeof rules / sizeof *rules ? &rules[i] : NULL;
}

const struct rule *rule_find(const char *name)
{
	const struct rule *r;
	for (size_t i = 0; (r = rule_each(i)) != NULL; i++)
		if (strcmp(r->name, name) == 0)
			return r;
	return NULL;
}

enum tocsin_err rule_refuse(const char *name, const char *format, ...)
{
	char text[400];
	va_list ap;
	const struct rule *r = rule_find(name);
	va_start(ap, format);
	vsnprintf(text, sizeof text, format, ap);
	va_end(ap);
	if (r == NULL)
		abort();
	return r->who[0] == 0 ? fail(TOCSIN_REFUSED, "rule %s: %s", name, text)
			      : fail(TOCSIN_REFUSED, "rule %s: %s (%s)", name, text, r->who);
}
