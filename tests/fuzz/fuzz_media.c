/* media: whatever a file is called, the name under which it is saved is one. */
#include <stdlib.h>

#include "domain/media.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct buf b;
	buf_init(&b, 4 * MEDIA_NAME);
	media_name_safe(bytes_of(data, size), &b);
	buf_add_char(&b, 0);
	if (b.failed || media_name_check((const char *)b.p) != TOCSIN_OK || media_of_name((const char *)b.p) == NULL)
		abort();
	buf_free(&b);
	return 0;
}
