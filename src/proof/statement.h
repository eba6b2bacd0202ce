/*
 * statement: the grammar of a statement's text (PROTOCOL, section 4). Rules of kinds are in domain/kind.h.
 */
#ifndef TOCSIN_PROOF_STATEMENT_H
#define TOCSIN_PROOF_STATEMENT_H

#include "proof/note.h"
#include "proof/realm.h"
#include "base/clock.h"
#include "base/sha256.h"

#define STATEMENT_KIND 32
#define STATEMENT_FP 16

struct party {
	char name[LIMIT_NAME + 1];
	uint8_t fp[STATEMENT_FP];
};

struct statement {
	enum realm realm;
	char kind[STATEMENT_KIND + 1];
	uint8_t nonce[16];
	struct party from, to;
	int64_t at;                               /* whole seconds, in microseconds */
	char by[LIMIT_COSIGNERS][LIMIT_KEY_NAME + 1];
	size_t by_n;
	struct hash re[LIMIT_REFS];
	size_t re_n;
	uint32_t lines;
	struct hash root;
};

bool party_same(const struct party *a, const struct party *b);
/* The fingerprint of an identity key. */
void party_fp(const uint8_t pub[32], uint8_t fp[STATEMENT_FP]);

/* A kind's grammar: [a-z][a-z-]{0,31}. */
bool statement_kind_ok(struct bytes s);

/* TEXT is a note's text. */
enum tocsin_err statement_parse(struct bytes text, struct statement *s) MUST_USE;
/* Sorts by and re; BAD when S breaks the grammar (names, duplicates, lines). */
enum tocsin_err statement_format(struct statement *s, struct buf *text) MUST_USE;
struct hash statement_id(struct bytes text);

/* A log entry (PROTOCOL, section 7): 64 hex characters, not NUL-terminated. */
enum entry_kind { ENTRY_ISSUED, ENTRY_ACCEPTED };
#define ENTRY_SIZE 64
void statement_entry(enum realm r, enum entry_kind kind, const struct hash *id, struct hash *entry);   /* the 32 bytes behind the hex */
struct hash statement_entry_leaf(const struct hash *entry);                                           /* tree leaf of the hex */

#endif
