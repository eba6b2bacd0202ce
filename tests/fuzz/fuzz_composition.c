/*
 * A draft as its author sends it: what is read keeps the limits, and every field of it is one that a body line can hold.
 */
#include <stdlib.h>

#include "base/jval.h"
#include "domain/composition.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct composition c;
	struct arena *a = arena_new(64u << 20);
	if (a != NULL && composition_read(bytes_of(data, size), 0, a, &c) == TOCSIN_OK) {
		if (kind_find(c.kind) == NULL || c.urgency < 0 || c.urgency > 2 || c.audience_n > COMPOSITION_AUDIENCES ||
			c.re_n > LIMIT_REFS || (c.alert[0] != 0 && c.no_alert[0] != 0))
			abort();
		for (size_t i = 0; i < c.fields->n; i++)
			if (!body_name_ok(bytes_str(c.fields->field[i].name)) ||
				jval_check(c.fields->field[i].value, NULL) != TOCSIN_OK || c.marking[i].tlp > TLP_RED)
				abort();
		for (size_t i = 0; i < c.audience_n; i++)
			for (size_t k = 0; k < c.audience[i].to_n; k++)
				if (strlen(c.audience[i].to[k]) > COMPOSITION_WORD)
					abort();
		(void)composition_is_public_place(&c);
	}
	arena_free(a);
	return 0;
}
