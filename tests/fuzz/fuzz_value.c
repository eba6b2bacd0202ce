/*
 * A body line's value: whatever jval_check() takes must be read by jansson, be written again to the same bytes, and be a
 * text that no terminal obeys.
 */
#include "base/json.h"
#include "base/jval.h"
#include "base/text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bytes v = bytes_of(data, size);
	enum jval_type type = 0;
	if (jval_check(v, &type) != TOCSIN_OK)
		return 0;
	if (type < JVAL_STRING || type > JVAL_LANGUAGES || !text_is_utf8(v) || text_has_bidi(v))
		abort();
	for (size_t i = 0; i < size; i++)
		if (data[i] < 0x20 || data[i] == 0x7f)
			abort();
	json_t *j = json_from_value(v);
	if (j == NULL)
		abort();
	struct buf again;
	buf_init(&again, size);
	if (json_write_value(&again, j) != TOCSIN_OK || !bytes_equal(buf_bytes(&again), v))
		abort();
	buf_free(&again);
	json_decref(j);
	return 0;
}
