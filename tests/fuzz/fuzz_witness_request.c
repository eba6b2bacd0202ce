/* witness request: what parses is written back byte for byte. */
#include <stdlib.h>

#include "proof/checkpoint.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct witness_request r;
	struct buf again;
	if (witness_request_parse(bytes_of(data, size), &r) != TOCSIN_OK)
		return 0;
	buf_init(&again, LIMIT_NOTE);
	witness_request_format(&again, r.old, &r.proof, r.note);
	if (again.failed || !bytes_equal(buf_bytes(&again), bytes_of(data, size)))
		abort();
	buf_free(&again);
	return 0;
}
