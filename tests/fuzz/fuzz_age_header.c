/* fuzz_age_header: any bytes as the header of an age file. What is accepted must lie inside the file and be written
 * again byte for byte. */
#include <stdint.h>
#include <stdlib.h>

#include "seal/header.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool inside(struct bytes part, const uint8_t *data, size_t size)
{
	return part.p >= data && part.n <= size && (size_t)(part.p - data) <= size - part.n;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct age_header h;
	struct age_wrapped w[LIMIT_AGE_STANZAS];
	if (age_header_parse(bytes_of(data, size), &h) != TOCSIN_OK)
		return 0;
	if (h.n == 0 || h.n > LIMIT_AGE_STANZAS || h.size > size || h.size > LIMIT_AGE_HEADER || !inside(h.mac_input, data,
		size) ||
	    age_header_wrapped(&h, w, LIMIT_AGE_STANZAS) > h.n)
		abort();

	/* There is one way to write a header: stanzas whose words and body were kept whole give the same bytes. */
	struct buf again;
	buf_init(&again, LIMIT_AGE_HEADER);
	header_begin(&again);
	bool whole = true;
	for (size_t i = 0; i < h.n; i++) {
		const struct age_stanza *st = &h.stanza[i];
		char type[256] = { 0 };
		size_t args = st->arg_n < AGE_STANZA_ARGS ? st->arg_n : AGE_STANZA_ARGS;
		for (size_t j = 0; j < args; j++)
			if (!inside(st->arg[j], data, size))
				abort();
		whole = whole && st->arg_n <= AGE_STANZA_ARGS && st->body_n <= sizeof st->body && st->type.n < sizeof type;
		if (!whole)
			break;
		memcpy(type, st->type.p, st->type.n);
		header_stanza(&again, type, st->arg, st->arg_n, bytes_of(st->body, st->body_n));
	}
	buf_add_str(&again, "---");
	if (whole && (again.failed || again.n != h.mac_input.n || memcmp(again.p, data, again.n) != 0))
		abort();
	buf_free(&again);
	return 0;
}
