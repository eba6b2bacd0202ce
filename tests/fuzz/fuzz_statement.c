/* statement: what parses is written back byte for byte. */
#include <stdlib.h>

#include "proof/statement.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct statement s;
	struct buf again;
	if (statement_parse(bytes_of(data, size), &s) != TOCSIN_OK)
		return 0;
	buf_init(&again, LIMIT_STATEMENT_TEXT);
	if (statement_format(&s, &again) != TOCSIN_OK || !bytes_equal(buf_bytes(&again), bytes_of(data, size)))
		abort();
	buf_free(&again);
	return 0;
}
