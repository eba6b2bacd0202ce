/* A fetch text that parses is written again byte for byte; an answer's note and what follows it are all of the body. */
#include "exchange/mailbox.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fetch_note f;
	struct note n;
	struct bytes note, rest;
	struct buf out;
	if (note_split(bytes_of(data, size), &note, &rest) == TOCSIN_OK) {
		if (note.n + rest.n != size || note.p + note.n != rest.p)
			abort();
		if (note_parse(note, LIMIT_NOTE, &n) != TOCSIN_OK || fetch_note_parse(n.text, &f) != TOCSIN_OK)
			return 0;
		note = n.text;
	} else {
		note = bytes_of(data, size);
		if (fetch_note_parse(note, &f) != TOCSIN_OK)
			return 0;
	}
	buf_init(&out, 4096);
	fetch_note_format(&f, &out);
	if (out.failed || !bytes_equal(buf_bytes(&out), note))
		abort();
	buf_free(&out);
	return 0;
}
