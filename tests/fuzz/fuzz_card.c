/* card: what parses is written back byte for byte; a chain falls into notes that cover all of it. */
#include <stdlib.h>

#include "proof/card.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bytes b = bytes_of(data, size), all = b, note;
	enum tocsin_err err;
	size_t n = 0, covered = 0;
	while (card_chain_next(&all, &note, &err)) {
		covered += note.n + (n > 0);
		n++;
	}
	if (err == TOCSIN_OK && covered != size)
		abort();

	struct card *c = malloc(sizeof *c);
	struct buf again;
	if (c == NULL)
		abort();
	if (card_parse(b, c) == TOCSIN_OK) {
		buf_init(&again, LIMIT_CARD_TEXT);
		if (card_format(c, &again) != TOCSIN_OK || !bytes_equal(buf_bytes(&again), b))
			abort();
		buf_free(&again);
	}
	free(c);
	return 0;
}
