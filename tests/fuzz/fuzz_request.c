/*
 * The body of POST /api/v1/statements: what is read keeps the limits, and every field of it is one that a body line can
 * hold.
 */
#include <stdlib.h>

#include "api/operation.h"
#include "base/jval.h"
#include "base/limits.h"
#include "proof/body.h"
#include "serve/request.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Nothing is staged. */
static enum tocsin_err no_files(void *arg, const char *const *ids, size_t n, struct arena *a, struct files *out)
{
	(void)arg;
	(void)a;
	out->n = 0;
	return fail(TOCSIN_MISSING, "there is no staged file %.16s of %zu", ids[0], n);
}

static void check_item(const struct request_item *item)
{
	if (kind_find(item->kind) == NULL || item->urgency < 0 || item->urgency > 2 || item->field_n > DRAFT_FIELDS ||
		item->re_n > LIMIT_REFS)
		abort();
	for (size_t i = 0; i < item->field_n; i++)
		if (!body_name_ok(bytes_str(item->field[i].name)) ||
			jval_check(item->field[i].value, NULL) != TOCSIN_OK)
			abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	json_t *body = NULL;
	struct request request;
	if (json_parse(bytes_of(data, size), LIMIT_JSON, "the body", &body) != TOCSIN_OK)
		return 0;
	struct arena *a = arena_new(64u << 20);
	const struct api_operation *op;
	for (size_t i = 0; (op = api_each(i)) != NULL; i++)
		if (op->id == API_ISSUE && a != NULL && api_check_body(op, body) == TOCSIN_OK &&
			request_read(body, 0, no_files, NULL, a, &request) == TOCSIN_OK)
			for (size_t k = 0; k < request.n; k++)
				check_item(&request.item[k]);
	arena_free(a);
	json_decref(body);
	return 0;
}
