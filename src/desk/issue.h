/*
 * issue: making statements: from fields to releases, signed, logged and put into the outbox.
 *
 * For each recipient a release of its own: own nonce, salts, order.  All releases of one call are signed in one call of
 * the keeper and submitted together; each is its own change.  Distrust does not end the duty to warn: who is distrusted
 * can still be sent to.
 */
#ifndef TOCSIN_DESK_ISSUE_H
#define TOCSIN_DESK_ISSUE_H

#include "desk/desk.h"
#include "domain/vocabulary.h"

struct issue_release {
	const char *to;                       /* a partner's name, or the node's own (records) */
	const struct body_field *field;
	size_t field_n;
	const struct body_file *file;
	size_t file_n;
	int urgency;                          /* 0 imminent, 1 urgent, 2 routine */
	const char *via;                      /* by way of this broker; NULL: straight */
	bool unnamed;                         /* under a name for once (unnamed.h), by way of that broker */
	unsigned group;                       /* those of one say the same, and stand together: whoever got one is told when another is retracted */
};
struct issue {
	const char *kind;
	const struct hash *re;
	size_t re_n;
	const struct issue_release *release;
	size_t n;                             /* at most 1024 */
	/* Adds to the change of release I what is to become true with its statement, and only with it; its id
	 * and recipient are in the results already.  NULL: nothing. */
	void (*with)(void *arg, size_t i, struct change *c);
	/* The last word on release I, whose NOTE and BODY (without pad) are what will be sealed: nothing of the call becomes
	 * true unless it is OK for all; NULL: it is. */
	enum tocsin_err (*check)(void *arg, size_t i, struct bytes note, struct bytes body);
	void *arg;
};
struct issue_result {
	struct hash id;
	int64_t num;
	char to[LIMIT_NAME + 1];
};
/* RESULTS: room for issue->n, in the order of the releases. All or none is signed; BAD (unknown kind, fields, more than
 * an envelope holds, more than 256 MiB for all together), REFUSED (kind rule, unknown recipient, nobody), BROKEN. Waits
 * until durable. */
enum tocsin_err desk_issue(const struct desk *d, const struct issue *issue, struct issue_result *results) MUST_USE;
/* The names behind "NAME" or "@GROUP" words, sorted, each once, into the arena. An empty audience, or a group without
 * members, is REFUSED; more than 1024 are BAD. */
enum tocsin_err desk_audience(const struct desk *d, const char *const *words, size_t n, struct arena *a,
	const char ***names, size_t *names_n) MUST_USE;

#endif
