/* An answer that parses is written again byte for byte. */
#include "exchange/batch.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct answer a;
	struct buf out;
	struct arena *arena = arena_new(16u << 20);
	if (arena == NULL)
		return 0;
	if (answer_parse(bytes_of(data, size), arena, &a) == TOCSIN_OK) {
		buf_init(&out, LIMIT_ANSWER_BYTES);
		answer_begin(&out, &a.consistency);
		for (size_t i = 0; i < a.n; i++) {
			const struct answer_item *it = &a.item[i];
			if (it->accepted)
				answer_accepted(&out, &it->id, it->index, &it->proof);
			else
				answer_refused(&out, it->code, it->sentence);
		}
		answer_end(&out, a.note);
		if (out.failed || !bytes_equal(buf_bytes(&out), bytes_of(data, size)))
			abort();
		buf_free(&out);
	}
	arena_free(arena);
	return 0;
}
