/*
 * screen: the input as rules; as cases of the test bench, by the rules that are there from the beginning.  What is taken
 * can be screened with, and a verdict is the worst of its findings.
 */
#include <stdlib.h>

#include "base/limits.h"
#include "domain/screen_try.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool ok)
{
	if (!ok)
		abort();
}

static bool every_fourth(void *arg, const struct hash *tag)
{
	(void)arg;
	return tag->b[0] % 4 == 0;
}

static void try_text(const struct screen_rules *r, struct bytes text)
{
	static const uint8_t secret[32];
	static struct screening s;
	struct screen_record record = { .requests = 3 };
	struct screen_field field[] = { { BYTES_LIT("subject.name"), BYTES_LIT("[\"Anna Li\",\"Iv\xd0\xb0n\"]") },
		{ BYTES_LIT("subject.born"), BYTES_LIT("\"1979-04-31\"") }, { BYTES_LIT("offence"), BYTES_LIT("\"sedition\"") } };
	struct screen_file file = { BYTES_LIT("a.txt"), BYTES_LIT("text/plain"), text };
	struct screen_request q = { .kind = "request", .field = field, .field_n = 3, .file = &file, .file_n = 1 };
	struct arena *a = arena_new(64u << 20);
	if (a != NULL && screen(r, &q, &record, secret, every_fourth, NULL, a, &s) == TOCSIN_OK) {
		enum screen_verdict worst = SCREEN_PASS;
		for (size_t i = 0; i < s.n; i++)
			worst = s.finding[i].verdict > worst ? s.finding[i].verdict : worst;
		require(s.n <= SCREEN_FINDINGS && s.person && worst <= s.verdict && (s.n == SCREEN_FINDINGS || worst == s.verdict));
	}
	arena_free(a);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct screen_rules *r;
	json_t *given = NULL, *out = NULL;
	if (size > 20000)
		return 0;
	if (screen_rules_read(bytes_of(data, size), &r) == TOCSIN_OK)
		try_text(r, bytes_of(data, size));
	screen_rules_free(r);
	require(screen_rules_read(screen_rules_default(), &r) == TOCSIN_OK);
	try_text(r, bytes_of(data, size));
	screen_rules_free(r);
	if (json_parse(bytes_of(data, size), LIMIT_JSON, "cases", &given) == TOCSIN_OK && screen_try(given, 0, &out) == TOCSIN_OK)
		require(json_is_array(json_object_get(out, "items")));
	json_decref(given);
	json_decref(out);
	return 0;
}
