/* chain: a chain that parses is its notes again, stands to itself as the same, and knows its own parties and logs. */
#include <stdlib.h>

#include "domain/chain.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool ok)
{
	if (!ok)
		abort();
}

static void check(const struct chain *c, struct bytes all)
{
	struct buf again;
	buf_init(&again, LIMIT_CHAIN_BYTES);
	for (size_t i = 0; i < c->n; i++) {
		struct party p;
		if (i > 0)
			buf_add_char(&again, '\n');
		buf_add_bytes(&again, c->note[i]);
		card_party(c->card[i], &p);
		require(chain_is_party(c, &p));
		require(chain_log(c, c->card[i]->log.name) != NULL);
		require(c->card[i]->seq == i + 1);
		if (i > 0) {
			const struct chain shorter = { i, c->card, c->note };
			require(chain_compare(&shorter, c, NULL) == CHAIN_EXTENDS);
			require(chain_compare(c, &shorter, NULL) == CHAIN_OLDER);
		}
	}
	require(bytes_equal(buf_bytes(&again), all));
	require(chain_compare(c, c, NULL) == CHAIN_SAME);
	require((chain_witness(c) != NULL) == chain_last(c)->has_witness);
	buf_free(&again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *a = arena_new(16u << 20);
	struct chain c;
	if (a == NULL)
		return 0;
	if (chain_parse(bytes_of(data, size), a, &c) == TOCSIN_OK)
		check(&c, bytes_of(data, size));
	arena_free(a);
	return 0;
}
