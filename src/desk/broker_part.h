/*
 * broker_part: what the files of broker, and exchange/relay.c, share.
 */
#ifndef TOCSIN_DESK_BROKER_PART_H
#define TOCSIN_DESK_BROKER_PART_H

#include "desk/broker.h"
#include "desk/issue.h"
#include "proof/body.h"
#include "store/rows_broker.h"

#define BROKER_ARENA (32u << 20)
#define BROKER_ENVELOPE "envelope.age"
#define BROKER_CARDS "cards.age"
#define BROKER_RECEIPT "receipt.tlog-proof"
#define BROKER_NOTE "custody.note"
#define BROKER_BODY "custody.body"
#define BROKER_CARDS_LEAST 16384                /* a chain is padded to a power of two from here on */
/* What fits into the envelope of a tender, with its note and lines. */
#define BROKER_MOST (LIMIT_ENVELOPE / 2 - 16384)

/* A stored statement, taken apart. */
struct broker_read {
	struct statement_row row;
	struct note note;
	struct statement s;
	struct body body;
};
/* REFUSED: its content was forgotten. */
enum tocsin_err broker_read(struct snapshot *read, int64_t num, struct arena *a, struct broker_read *out) MUST_USE;
/* An open line without quotes; empty: there is none. The open attachment called NAME; empty: there is none. */
struct bytes broker_value(const struct body *b, const char *name);
struct bytes broker_file(const struct body *b, const char *name);

/* One statement by this node itself. */
#define BROKER_FIELDS 8
#define BROKER_FILES 4
struct broker_issue {
	const struct desk *desk;
	const char *kind, *to;
	const struct hash *re;
	int urgency;
	struct arena *arena;
	struct body_field field[BROKER_FIELDS];
	struct body_file file[BROKER_FILES];
	size_t field_n, file_n;
	bool full;
	void (*with)(void *arg, size_t i, struct change *c);
	void *arg;
};
void broker_field(struct broker_issue *b, const char *name, const char *value);         /* VALUE needs no escapes */
void broker_time(struct broker_issue *b, const char *name, int64_t t);
void broker_hash(struct broker_issue *b, const char *name, const struct hash *h);
void broker_attach(struct broker_issue *b, const char *name, struct bytes content);     /* borrowed */
/* OK also when this step was made already. */
enum tocsin_err broker_issue_now(struct broker_issue *b, bool *issued) MUST_USE;

/* Adds the entry of LABEL to C unless our current log has it. */
enum tocsin_err broker_log(const struct desk *d, struct snapshot *read, struct change *c, const struct hash *label) MUST_USE;

/* broker_tender.c: one that is to be tendered; what a broker says of one. */
enum tocsin_err broker_tender(const struct desk *d, const struct tendered_row *row, int64_t now, bool *issued) MUST_USE;
enum tocsin_err broker_told(const struct followed *f, struct change *c, const struct tendered_row *row) MUST_USE;
/* broker_custody.c: the next step of one in custody; its time is over. */
enum tocsin_err broker_step(const struct desk *d, const struct custody_row *row, int64_t now, bool *issued) MUST_USE;
enum tocsin_err broker_over(const struct desk *d, const struct custody_row *row, int64_t now, bool *issued) MUST_USE;

#endif
