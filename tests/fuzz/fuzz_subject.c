/* subject: a key is within its limits, its words stand apart, and it is always the same; a field's keys are sorted, each once. */
#include <stdlib.h>

#include "base/jval.h"
#include "base/limits.h"
#include "domain/subject.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool ok)
{
	if (!ok)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct subject_keys keys;
	struct buf key, again;
	struct arena *a = arena_new(16u << 20);
	if (a == NULL)
		return 0;
	buf_init(&key, SUBJECT_KEY);
	buf_init(&again, SUBJECT_KEY);
	if (subject_key(bytes_of(data, size), &key) == TOCSIN_OK) {
		size_t words = key.n > 0;
		require(key.n <= SUBJECT_KEY);
		for (size_t i = 0; i < key.n; i++) {
			words += key.p[i] == ' ';
			require(key.p[i] != ' ' || (i > 0 && i + 1 < key.n && key.p[i - 1] != ' '));
		}
		require(words <= SUBJECT_WORDS);
		require(subject_key(bytes_of(data, size), &again) == TOCSIN_OK);
		require(bytes_equal(buf_bytes(&key), buf_bytes(&again)));
	}
	subject_mixed(bytes_of(data, size));
	enum jval_type type;
	if (size < LIMIT_LINE && jval_check(bytes_of(data, size), &type) == TOCSIN_OK) {
		require(subject_keys(bytes_of(data, size), a, &keys) == TOCSIN_OK);
		require(keys.n <= SUBJECT_NAMES);
		for (size_t i = 0; i < keys.n; i++)
			require(keys.key[i].n > 0 && (i == 0 || bytes_compare(keys.key[i - 1], keys.key[i]) < 0));
	}
	buf_free(&key);
	buf_free(&again);
	arena_free(a);
	return 0;
}
