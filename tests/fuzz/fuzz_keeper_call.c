/*
 * fuzz_keeper_call: an evil core against the keeper's calls, with keys that are in no folder.
 *
 * Input: calls, each behind a big-endian uint16 length, answered one after the other by the same keys. Whatever
 * comes, a signature by the log key is only ever over a checkpoint that grows.
 */
#include <sodium.h>
#include <stdint.h>
#include <stdlib.h>

#include "keeper/call.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Made for this file alone. */
static const char recipient[] = "AGE-SECRET-KEY-1CUXX3JC4M6TALJ0DPVT0ZAMSRDZD3Z80JGLLJQSN4DCTGY9WSXSSQQN80Q\n";

static struct keys *fresh(void)
{
	struct keys_seeds seeds;
	struct keys *k = keys_new();
	for (size_t i = 0; i < sizeof seeds; i++)
		((uint8_t *)&seeds)[i] = (uint8_t)(i / 32 + 1);
	if (k == NULL || keys_fill(k, "north.example", &seeds, bytes_of(recipient, sizeof recipient - 1)) != TOCSIN_OK)
		abort();
	return k;
}

/* What was signed verifies, is ours, and never goes back. */
static void check(const struct keys *k, struct bytes call, const struct buf *answer, struct checkpoint *last)
{
	struct bytes in = { call.p + 1, call.n - 1 };
	if (answer->p[0] != TOCSIN_OK)
		return;
	if (call.p[0] == CALL_CHECKPOINT) {
		struct checkpoint c;
		if (checkpoint_open(bytes_of(answer->p + 1, answer->n - 1), &k->log.pub, &c) != TOCSIN_OK)
			abort();
		if (strcmp(c.origin, last->origin) == 0 && (c.size < last->size || (c.size == last->size &&
			!hash_equal(&c.root, &last->root))))
			abort();
		*last = c;
	} else if (call.p[0] == CALL_CARD) {
		if (answer->n != 1 + NOTE_SIGNATURE || !note_ed25519_ok(k->identity.pub.pub, in, answer->p + 1))
			abort();
	} else if (call.p[0] == CALL_SIGN) {
		for (size_t i = 1; in.n > 0; i += NOTE_SIGNATURE) {
			struct bytes text = { in.p + CALL_HEAD, be32_get(in.p) };
			if (i + NOTE_SIGNATURE > answer->n || !bytes_starts(text, "tocsin/v1 ") ||
			    memmem(text.p, text.n, "\nfrom north.example ", 20) == NULL ||
			    !note_ed25519_ok(k->sign.pub.pub, text, answer->p + i))
				abort();
			in = bytes_of(text.p + text.n, in.n - CALL_HEAD - text.n);
		}
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct keys *k = fresh();
	struct checkpoint last = { 0 };
	struct buf answer;
	buf_init(&answer, CALL_MAX);
	while (size >= 2) {
		size_t n = be16_get(data);
		if (n > size - 2)
			n = size - 2;
		/* An exact copy, so that a read past the call's end is seen. */
		uint8_t *call = malloc(n + 1);
		if (call == NULL)
			abort();
		memcpy(call, data + 2, n);
		uint8_t *exact = realloc(call, n > 0 ? n : 1);
		call_answer(k, bytes_of(exact, n), &answer);
		if (answer.n == 0 || answer.p[0] > TOCSIN_BROKEN || (answer.p[0] != TOCSIN_OK && answer.n < 2))
			abort();
		if (n > 0)
			check(k, bytes_of(exact, n), &answer, &last);
		free(exact);
		data += 2 + n;
		size -= 2 + n;
	}
	buf_free(&answer);
	keys_free(k);
	return 0;
}
