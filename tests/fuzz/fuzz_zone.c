#include "base/clock.h"
#include "base/zone.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What is taken can be asked about any time. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const int64_t times[] = { -62135596800, -1, 0, 1, 1709716320, 4102444800, 253402300799 };
	struct zone *z;
	char text[ZONE_TEXT + 1];
	if (zone_parse(bytes_of(data, size), &z) != TOCSIN_OK)
		return 0;
	for (size_t i = 0; i < sizeof times / sizeof *times; i++)
		zone_format(z, times[i] * CLOCK_SECOND, text);
	zone_free(z);
	return 0;
}
