#include "base/limits.h"
#include "base/text.h"
#include "proof/attachment.h"

#define PREFIX "attachment."

bool attachment_name_ok(struct bytes name)
{
	uint64_t n;
	const size_t at = sizeof PREFIX - 1;
	return bytes_starts(name, PREFIX) && text_u64(bytes_of(name.p + at, name.n - at), UINT32_MAX, &n);
}

/* Takes one JSON string that is not empty, with its quotation marks. */
static bool take_string(struct text *t, struct bytes *s)
{
	const uint8_t *p = t->p;
	if (p == t->end || *p++ != '"')
		return false;
	while (p < t->end && *p != '"')
		p += *p == '\\' && t->end - p > 1 ? 2 : 1;
	if (p == t->end || p == t->p + 1)
		return false;
	*s = bytes_of(t->p, (size_t)(p + 1 - t->p));
	t->p = p + 1;
	return true;
}

enum tocsin_err attachment_parse(struct bytes value, struct attachment *a)
{
	struct text t = text_over(value);
	struct bytes hex;
	if (text_literal(&t, "[") && take_string(&t, &a->file_name) && text_literal(&t, ",") &&
		take_string(&t, &a->media_type) &&
	    text_literal(&t, ",")) {
		const uint8_t *comma = memchr(t.p, ',', (size_t)(t.end - t.p));
		struct bytes size = bytes_of(t.p, comma == NULL ? 0 : (size_t)(comma - t.p));
		if (comma != NULL && text_u64(size, LIMIT_ENVELOPE, &a->size)) {
			t.p = comma + 1;
			if (take_string(&t, &hex) && hex_decode(bytes_of(hex.p + 1, hex.n - 2), a->hash.b, SHA256_SIZE) &&
			    text_literal(&t, "]") && text_at_end(&t))
				return TOCSIN_OK;
		}
	}
	return fail(TOCSIN_BAD, "An attachment's line must be a list of file name, media type, size and SHA-256 in hex.");
}
