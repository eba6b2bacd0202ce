/*
 * What a unit test includes first: cmocka with what it needs before it, and a short way of writing a test.  Cmocka has a
 * macro fail() that would hide our function.
 */
#ifndef TOCSIN_TEST_H
#define TOCSIN_TEST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#undef fail

#include "base/bytes.h"

#define TEST(name) static void name(void **state __attribute__((unused)))

/* An exact-size copy on the heap, so that the sanitizer sees one byte read too far. */
static inline struct bytes exact(struct bytes b)
{
	uint8_t *p = malloc(b.n > 0 ? b.n : 1);
	assert_non_null(p);
	if (b.n > 0)
		memcpy(p, b.p, b.n);
	return bytes_of(p, b.n);
}

static inline void exact_free(struct bytes b)
{
	free((void *)(uintptr_t)b.p);
}

#endif
