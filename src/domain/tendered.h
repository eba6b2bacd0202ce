/*
 * tendered: a statement that was handed to a broker, as evidence (PROTOCOL, section 11): what its tender and the broker's
 * words prove, and what they do not.
 *
 * The tender holds SHA-256(PREFIX tendered <id>) as an open line, and the broker's receipt for it stands in the broker's
 * log: so it is proven that the broker had it, sealed, for whom, and not later than when that was witnessed.  What became
 * of it is the broker's word, until there is a receipt of the recipient for the statement itself.
 *
 * Pure.
 */
#ifndef TOCSIN_DOMAIN_TENDERED_H
#define TOCSIN_DOMAIN_TENDERED_H

#include "domain/evidence.h"

#define TENDERED_WORDS 16               /* what a broker says of one tender, at most */

/* SHA-256(PREFIX tendered <id>). */
void tendered_label(enum realm r, const struct hash *id, struct hash *label);

struct tendered {                       /* what was verified of each bundle */
	const struct evidence_verdict *statement, *tender, *custody[TENDERED_WORDS];
	size_t custody_n;
};
struct tendered_word {                  /* of the broker, as it signed it */
	char state[16], code[32];
	int64_t when, at;               /* when that was; when it was said; 0: it does not say */
	bool doubtful;                  /* its time cannot be: before the tender, or "never fetched" before the time was over */
};
struct tendered_verdict {
	bool ok;                        /* it is proven that it was handed over, and not later than when */
	char sentence[400];             /* the verdict */
	char from[LIMIT_NAME + 1], broker[LIMIT_NAME + 1], to[LIMIT_NAME + 1];
	int64_t handed, until;          /* not later than this it was in the broker's log, 0: nobody witnessed it; how long it was to be kept */
	bool logged;                    /* the broker's log has it */
	bool taken;                     /* there is a receipt of its recipient */
	int64_t taken_at;               /* not later than; 0: nobody witnessed it */
	struct tendered_word word[TENDERED_WORDS];
	size_t word_n;
	const struct tendered_word *last;       /* the one that counts; NULL: it has said nothing */
};
void tendered_check(const struct tendered *t, struct tendered_verdict *v);
/* "received", "delivered", "refused", "not-fetched", "held", "silent". */
const char *tendered_state(const struct tendered_verdict *v);
void tendered_print(const struct tendered_verdict *v, struct buf *out);
json_t *tendered_json(const struct tendered_verdict *v);
/* README.txt of the folder. */
void tendered_readme(struct buf *out);

#endif
