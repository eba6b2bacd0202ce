/* A batch that parses is written again byte for byte. */
#include "exchange/batch.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct batch b;
	struct buf out;
	if (batch_parse(bytes_of(data, size), &b) != TOCSIN_OK)
		return 0;
	buf_init(&out, LIMIT_BATCH_BYTES);
	batch_begin(&out, b.have);
	for (size_t i = 0; i < b.n; i++) {
		if (b.envelope[i].n > LIMIT_ENVELOPE) {
			buf_free(&out);
			return 0;
		}
		size_t place = batch_envelope_begin(&out);
		buf_add_bytes(&out, b.envelope[i]);
		batch_envelope_end(&out, place);
	}
	if (out.failed || !bytes_equal(buf_bytes(&out), bytes_of(data, size)))
		abort();
	buf_free(&out);
	return 0;
}
