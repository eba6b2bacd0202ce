/* note: what parses can be put together again from its parts, and so can every verifier key. */
#include <stdlib.h>

#include "proof/note.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool ok)
{
	if (!ok)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bytes b = bytes_of(data, size), head, rest;
	struct note n;
	struct vkey k;
	if (note_parse(b, LIMIT_NOTE, &n) == TOCSIN_OK) {
		struct buf again;
		buf_init(&again, LIMIT_NOTE + 1);
		note_begin(&again, n.text);
		for (size_t i = 0; i < n.n; i++) {
			uint8_t blob[4096];
			size_t got = 0;
			require(note_blob(&n.sig[i], blob, sizeof blob, &got) && got > 0);
			buf_add_bytes(&again, n.sig[i].line);
			buf_add_char(&again, '\n');
		}
		require(bytes_equal(buf_bytes(&again), b));
		buf_free(&again);
	}
	if (note_split(b, &head, &rest) == TOCSIN_OK)
		require(head.p == data && head.n + rest.n == size && rest.p == data + head.n && head.p[head.n - 1] == '\n');
	if (vkey_parse(b, &k) == TOCSIN_OK) {
		char text[NOTE_VKEY_MAX];
		vkey_format(&k, text);
		require(bytes_equal_str(b, text));
	}
	return 0;
}
