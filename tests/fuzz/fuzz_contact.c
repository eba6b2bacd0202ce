/* contact: what is taken can be written down and is taken again as the same. */
#include <stdlib.h>

#include "desk/contact.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool ok)
{
	if (!ok)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct contact c, again;
	struct buf b;
	struct arena *a = arena_new(4u << 20);
	if (a == NULL)
		return 0;
	buf_init(&b, 2 * CONTACT_JSON);
	if (contact_parse(bytes_of(data, size), a, &c) == TOCSIN_OK) {
		c.name = "x";
		json_t *o = contact_json(&c);
		require(o != NULL && json_object_del(o, "name") == 0);
		json_write(&b, o);
		json_decref(o);
		require(!b.failed && contact_parse(buf_bytes(&b), a, &again) == TOCSIN_OK);
		require(strcmp(c.label, again.label) == 0 && strcmp(c.note, again.note) == 0 && c.phone_n == again.phone_n);
	}
	buf_free(&b);
	arena_free(a);
	return 0;
}
