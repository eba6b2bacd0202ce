/*
 * release: from a draft to statements, by two people.
 *
 * One proposes a version, another one releases the version that it has looked at.  Nobody who wrote it, or proposed it,
 * releases it from a level on that policy sets; when it is imminent one who may releases it alone, and a second person
 * reviews it afterwards.  Whoever releases may close more, and open nothing; what the author of a draft closed nobody
 * else opens.
 *
 * Crash-safe, and once only: that it is to leave is durable first ("releasing", with the lines that each recipient gets);
 * then each statement in one change with its row in "released"; last the records of who decided, with "released".
 * release_resume goes on where it was.
 *
 * What leaves bears function keys only.  Who wrote, proposed and released it is in the trail, and in records addressed to
 * the node itself, as closed lines: committed in its log, and opened to an inspector by evidence.
 */
#ifndef TOCSIN_DESK_RELEASE_H
#define TOCSIN_DESK_RELEASE_H

#include "base/json.h"
#include "desk/access.h"
#include "proof/body.h"

/* What somebody confirms by name. */
struct release_consent {
	const char **line;                      /* closed lines of which the preview says that an open text gives them away */
	size_t line_n;
	bool audience;                          /* that an unusual recipient is meant */
	const char *override;                   /* why policy or profile is overridden; "" or NULL: it is not */
};
struct release_ask {
	int64_t version;                        /* which was looked at */
	const json_t *close;                    /* {recipient or "*": [lines]}; NULL: nothing */
	struct release_consent consent;
	const char *reason;                     /* "" or NULL: none */
};

/* Each refusal names its rule (rules.c); LATER: somebody was quicker; MISSING: V does not see it. */
enum tocsin_err release_propose(const struct desk *d, const struct view *v, const char *id,
	const struct release_ask *ask) MUST_USE;
enum tocsin_err release_now(const struct desk *d, const struct view *v, const char *id,
	const struct release_ask *ask) MUST_USE;
enum tocsin_err release_refuse(const struct desk *d, const struct view *v, const char *id,
	const struct release_ask *ask) MUST_USE;
/* Of what one person released alone. */
enum tocsin_err release_review(const struct desk *d, const struct view *v, const char *id, bool approves,
	const char *reason) MUST_USE;

/* The draft ID as V sees it: what is written, what each recipient will see, what is missing, who decided, what left:
 * {id, version, state, kind, unit, compartment, author, created_at, changed_at, changed_by, urgency, level, two_people,
 * composition, files, recipients, audiences, missing, determination, decisions, released, review_by}. Returned owned. */
enum tocsin_err release_show(const struct desk *d, struct snapshot *read, const struct view *v, const char *id,
	json_t **out) MUST_USE;

/* All releases that were begun and are not over: at the start, before anybody can ask for one. */
enum tocsin_err release_resume(const struct desk *d) MUST_USE;
/* Whether V may issue a KIND about the N statements RE at once, without a draft. REFUSED by rule issue.draft, or by its
 * role. */
enum tocsin_err release_direct(const struct desk *d, struct snapshot *read, const struct view *v, const char *kind,
	const struct hash *re, size_t n) MUST_USE;
/* The same for what a request asks about: about a person two look at it where they do at a warning of its marking. */
enum tocsin_err release_request(const struct desk *d, const struct view *v, const struct body_field *field, size_t n) MUST_USE;

#endif
