#include <stdlib.h>

#include "desk/forgotten.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool count(void *arg, const struct hash *id)
{
	(void)id;
	++*(size_t *)arg;
	return true;
}

/* What is taken is whole lines, and taking these alone gives the same. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	size_t n = 0, again = 0, good, good_again;
	if (forgotten_parse(bytes_of(data, size), count, &n, &good) != TOCSIN_OK)
		return 0;
	if (good > size || size - good >= 65 || forgotten_parse(bytes_of(data, good), count, &again, &good_again) != TOCSIN_OK ||
		again != n || good_again != good)
		abort();
	return 0;
}
