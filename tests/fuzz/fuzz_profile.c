/* profile: what is taken is within its limits, and its patterns are patterns. */
#include <stdlib.h>

#include "base/text.h"
#include "domain/profile.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool ok)
{
	if (!ok)
		abort();
}

static void check_patterns(const char *const *list, size_t n)
{
	require(n <= PROFILE_NAMES);
	for (size_t i = 0; i < n; i++) {
		require(line_pattern_ok(list[i]));
		require(line_matches(list[i], list[i]) || strchr(list[i], '*') != NULL);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct profile p;
	struct arena *a = arena_new(1u << 20);
	if (a == NULL)
		return 0;
	if (profile_parse(bytes_of(data, size), a, &p) == TOCSIN_OK) {
		require(size <= PROFILE_BYTES);
		check_patterns(p.open, p.open_n);
		check_patterns(p.close, p.close_n);
		require(p.tlp <= TLP_RED && strlen(p.language) <= PROFILE_LANGUAGE && strlen(p.owes) <= PROFILE_OWES);
		require(text_is_clean(bytes_str(p.owes)));
	}
	arena_free(a);
	return 0;
}
