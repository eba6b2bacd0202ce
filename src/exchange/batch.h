/*
 * batch: the frames of POST /exchange/v1/envelopes, and of carry files (PROTOCOL, section 8). Pure.
 */
#ifndef TOCSIN_EXCHANGE_BATCH_H
#define TOCSIN_EXCHANGE_BATCH_H

#include "base/arena.h"
#include "proof/checkpoint.h"

struct batch {
	uint64_t have;
	size_t n;
	struct bytes envelope[LIMIT_BATCH_COUNT];      /* borrowed */
};
enum tocsin_err batch_parse(struct bytes b, struct batch *out) MUST_USE;
void batch_begin(struct buf *out, uint64_t have);
/* Reserves the length of an envelope; returns its place for batch_envelope_end. */
size_t batch_envelope_begin(struct buf *out);
void batch_envelope_end(struct buf *out, size_t place);

#define ANSWER_CODE 16
#define ANSWER_SENTENCE 200
struct answer_item {
	bool accepted;
	struct hash id;
	uint64_t index;
	struct merkle_proof proof;
	char code[ANSWER_CODE + 1];
	char sentence[ANSWER_SENTENCE + 1];
};
struct answer {
	struct merkle_proof consistency;
	size_t n;
	struct answer_item *item;                      /* in the arena */
	struct bytes note;
};
enum tocsin_err answer_parse(struct bytes b, struct arena *a, struct answer *out) MUST_USE;
void answer_begin(struct buf *out, const struct merkle_proof *consistency);
void answer_accepted(struct buf *out, const struct hash *id, uint64_t index, const struct merkle_proof *proof);
void answer_refused(struct buf *out, const char *code, const char *sentence);
void answer_end(struct buf *out, struct bytes note);

/* Carry files: the head in front of a batch or answer. */
enum tocsin_err carry_parse(
	struct bytes file, char from[LIMIT_NAME + 1], char to[LIMIT_NAME + 1], struct bytes *rest) MUST_USE;
void carry_begin(struct buf *out, const char *from, const char *to);

#endif
