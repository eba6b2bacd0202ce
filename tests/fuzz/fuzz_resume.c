/* A resume text that parses is written again byte for byte. */
#include "exchange/internal.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct resume_note r;
	struct buf out;
	if (resume_note_parse(bytes_of(data, size), &r) != TOCSIN_OK)
		return 0;
	buf_init(&out, 4096);
	resume_note_format(&r, &out);
	if (out.failed || !bytes_equal(buf_bytes(&out), bytes_of(data, size)))
		abort();
	buf_free(&out);
	return 0;
}
