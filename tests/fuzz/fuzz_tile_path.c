/* tile path: what parses is written back byte for byte. */
#include <stdlib.h>

#include "proof/checkpoint.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct tile_path t;
	char again[TILE_PATH];
	if (!tile_path_parse(bytes_of(data, size), &t))
		return 0;
	tile_path_format(&t, again);
	if (!bytes_equal_str(bytes_of(data, size), again))
		abort();
	return 0;
}
