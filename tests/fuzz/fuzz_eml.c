/* eml: whatever a mail holds, what is read out of it is clean text, and what is signed is in it. */
#include <stdlib.h>

#include "base/text.h"
#include "publish/eml.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool ok)
{
	if (!ok)
		abort();
}

static void clean(const char *text)
{
	require(strlen(text) <= EML_TEXT && text_is_clean(bytes_str(text)) && !text_has_bidi(bytes_str(text)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct eml m;
	struct arena *a = arena_new(64u << 20);
	if (a == NULL)
		return 0;
	if (eml_parse(bytes_of(data, size), a, &m) == TOCSIN_OK) {
		clean(m.from);
		clean(m.to);
		clean(m.subject);
		clean(m.message_id);
		require(m.from[0] != 0);
		require(m.form != EML_CLEAR || bytes_starts(m.content, "-----BEGIN PGP SIGNED MESSAGE-----"));
		require((m.form == EML_DETACHED) == (m.signature.n > 0));
		for (size_t i = 0; m.form == EML_DETACHED && i < m.content.n; i++)
			require(m.content.p[i] != '\n' || (i > 0 && m.content.p[i - 1] == '\r'));
	}
	arena_free(a);
	return 0;
}
