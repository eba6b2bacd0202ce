/* tlog-proof: what parses without "extra" is written back byte for byte. */
#include <stdlib.h>

#include "proof/checkpoint.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct tlogproof p;
	struct buf again;
	if (tlogproof_parse(bytes_of(data, size), &p) != TOCSIN_OK || p.extra.n > 0)
		return 0;
	buf_init(&again, LIMIT_NOTE);
	tlogproof_format(&again, p.index, &p.proof, p.note);
	if (again.failed || !bytes_equal(buf_bytes(&again), bytes_of(data, size)))
		abort();
	buf_free(&again);
	return 0;
}
