/*
 * evidence: a bundle of files that proves a statement, its shown lines and its receipts offline (PROTOCOL, section
 * 9): its checking, and the making of its body files.
 *
 * Trust comes from the verifier: a name counts only when the bundle's chain for it ends in, or extends, a card that
 * the verifier gave.  Pure: files come in as bytes.
 */
#ifndef TOCSIN_DOMAIN_EVIDENCE_H
#define TOCSIN_DOMAIN_EVIDENCE_H

#include "base/json.h"
#include "domain/chain.h"
#include "proof/body.h"

struct evidence_file {
	const char *name;                      /* "statement.note", "witnesses/a.example.cards" */
	struct bytes content;
};
struct evidence {                              /* borrowed contents; p == NULL: absent */
	struct bytes statement, body, opened, issued, receipt, sender, recipient, quorum;
	struct { char name[LIMIT_NAME + 1]; struct bytes cards; } witness[32];
	size_t witness_n;
};
/* Sorts FILES into E; README.txt and check.sh are allowed and not looked at. BAD for an unknown or double name, or
 * when a needed one is missing. */
enum tocsin_err evidence_take(const struct evidence_file *files, size_t n, struct evidence *e) MUST_USE;

/* The body files: keeps back every open line that ONLY (names, ends with NULL; NULL: all stay open) does not name;
 * opens the closed lines that REVEAL names ("opened" is the store's openings). */
/* MISSING when ONLY names no open line, or REVEAL nothing that OPENED can open. */
enum tocsin_err evidence_body(struct bytes body, uint32_t lines, struct bytes opened, const char *const *only,
	const char *const *reveal,
	struct buf *body_txt, struct buf *opened_txt) MUST_USE;

enum evidence_level { EVIDENCE_NONE, EVIDENCE_ONE_SIDED, EVIDENCE_RECEIVED, EVIDENCE_WITNESSED };
struct evidence_line {
	const char *name;                      /* in the arena */
	struct bytes value;
	bool told;                             /* false: known and withheld */
};
struct evidence_witness {                      /* of the quorum */
	const char *name;
	bool trusted;                          /* the verifier named it */
	bool cosigned;                         /* the receipt's checkpoint; the issued entry's when there is no receipt */
};
struct evidence_verdict {
	bool refused;                          /* evidence_check failed: only sentence counts */
	bool sender_trusted, recipient_trusted, witnesses_trusted;
	bool by_trusted[LIMIT_COSIGNERS];      /* for each statement.by */
	/* everything that is there is consistent, and sender (and with a receipt the recipient) is somebody the verifier
	 * named */
	bool ok;
	enum evidence_level level;             /* what was proven by keys the verifier named */
	struct statement statement;
	struct hash id;
	bool issued;                           /* the issued entry is in the sender's log */
	uint64_t issued_witnessed, receipt_witnessed;   /* seconds; 0: not */
	/* needed; organisations that cosigned, that the verifier named, and that do not own the log */
	size_t quorum_k, quorum_count;
	struct evidence_witness *witness;      /* in the arena */
	size_t witness_n;
	uint64_t receipt_index, receipt_size;
	struct evidence_line *line;            /* in the arena */
	size_t line_n;
	size_t closed_n, kept_back_n;          /* closed and not opened; open but kept back by the maker */
	const char *sentence;                  /* the verdict in one sentence */
};
/* TRUSTED: card files that the verifier gave (each may be a chain or one card note). OK whenever a verdict could be
 * made, also a bad one (v->ok false); BAD when the bundle is malformed;
 * REFUSED when something in it does not verify (the sentence says what). */
enum tocsin_err evidence_check(const struct evidence *e, const struct bytes *trusted, size_t trusted_n,
	struct arena *a, struct evidence_verdict *v) MUST_USE;
/* The verdict as text for people (told, withheld, received, witnessed, not proven), and as JSON. */
void evidence_print(const struct evidence_verdict *v, struct buf *out);
json_t *evidence_json(const struct evidence_verdict *v);
/* Whether V proves that FIELD was told to NAME: "told", "withheld" (known to the sender and closed to NAME), or "not
 * shown". */
const char *evidence_shown(const struct evidence_verdict *v, const char *name, const char *field);
/* README.txt of a bundle: commands of stock tools. */
void evidence_readme(const struct statement *s, const struct hash *id, bool receipt, struct buf *out);
/* check.sh of a bundle: the whole check with sh, openssl, sed, awk, od, base64 and sha256sum. */
struct bytes evidence_script(void);

#endif
