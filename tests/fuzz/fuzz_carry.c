/* The head of a carry file that parses is written again byte for byte, and what is behind it is a batch or an answer. */
#include "exchange/batch.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char from[LIMIT_NAME + 1], to[LIMIT_NAME + 1];
	struct bytes rest;
	struct buf out;
	if (carry_parse(bytes_of(data, size), from, to, &rest) != TOCSIN_OK)
		return 0;
	buf_init(&out, LIMIT_BATCH_BYTES + 1024);
	carry_begin(&out, from, to);
	size_t head = out.n;
	buf_add_bytes(&out, rest);
	if (!out.failed && !bytes_equal(buf_bytes(&out), bytes_of(data, size)))
		abort();
	if (rest.p != data + head || rest.n != size - head)
		abort();
	buf_free(&out);
	return 0;
}
