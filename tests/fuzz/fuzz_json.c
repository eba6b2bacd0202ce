/*
 * json_parse() against jansson's own reader: both take a text or neither does, with the same value. Ours alone refuses
 * what nests deeper than 32, numbers of more than 400 bytes, and a NUL anywhere (jansson overlooks one behind a number).
 */
#include "base/json.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	json_t *ours = NULL, *theirs = json_loadb(size == 0 ? "" : (const char *)data, size, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, NULL);
	enum tocsin_err err = json_parse(bytes_of(data, size), 1u << 20, "it", &ours);
	bool nul = size > 0 && memchr(data, 0, size) != NULL;
	if (nul && err == TOCSIN_OK)
		abort();
	if (err != TOCSIN_OK && theirs != NULL && !nul && strstr(fail_sentence(), "more than 32 deep") == NULL &&
		strstr(fail_sentence(), "more digits") == NULL)
		abort();
	if (err == TOCSIN_OK && (theirs == NULL || !json_equal(ours, theirs)))
		abort();
	json_decref(ours);
	json_decref(theirs);
	return 0;
}
