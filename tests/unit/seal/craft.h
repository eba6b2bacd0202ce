/*
 * craft: age files put together by hand, for tests of what must be refused.
 */
#ifndef TOCSIN_TESTS_CRAFT_H
#define TOCSIN_TESTS_CRAFT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka.h needs the four above it. */
#include <cmocka.h>
/* Ours is in base/err.h. */
#undef fail
#include <sodium.h>
#include <stdlib.h>

#include "seal/age.h"
#include "seal/header.h"
#include "seal/stream.h"

/* cmocka's fail_msg calls the macro that is undefined above. */
#define craft_check(ok, ...) \
	do { \
		if (!(ok)) { \
			print_error(__VA_ARGS__); \
			print_error("\n"); \
			_fail(__FILE__, __LINE__); \
		} \
	} while (0)

static const uint8_t craft_key[AGE_FILE_KEY] = "sixteen bytes!!";
static const uint8_t craft_nonce[STREAM_NONCE] = "another sixteen";

static inline struct age_identity craft_identity(void)
{
	struct age_identity id;
	struct buf file;
	buf_init_secret(&file, 4096);
	assert_int_equal(age_identity_make(&id, &file), TOCSIN_OK);
	buf_free(&file);
	return id;
}

static inline struct age_recipient craft_recipient(const struct age_identity *id)
{
	struct age_recipient r;
	age_identity_recipient(id, &r);
	return r;
}

/* N bytes that are not all the same, owned. */
static inline uint8_t *craft_plain(size_t n)
{
	uint8_t *p = malloc(n + 1);
	assert_non_null(p);
	for (size_t i = 0; i < n; i++)
		p[i] = (uint8_t)(i * 31 + (i >> 8) * 7 + 1);
	return p;
}

static inline void craft_sealed(const struct age_identity *id, size_t plain, struct buf *out)
{
	struct age_recipient r = craft_recipient(id);
	uint8_t *p = craft_plain(plain);
	buf_init(out, LIMIT_ENVELOPE);
	assert_int_equal(age_seal(&r, 1, bytes_of(p, plain), out), TOCSIN_OK);
	free(p);
}

/* A payload of the chunks that SIZES names (ends with SIZE_MAX), the last of them marked as LAST says. */
static inline void craft_payload(struct buf *out, const size_t *sizes, bool last)
{
	struct stream s;
	stream_begin(&s, craft_key, craft_nonce);
	buf_add(out, craft_nonce, sizeof craft_nonce);
	for (; *sizes != SIZE_MAX; sizes++) {
		uint8_t *p = craft_plain(*sizes);
		uint8_t *at = buf_grow(out, *sizes + STREAM_TAG);
		assert_non_null(at);
		stream_seal(&s, bytes_of(p, *sizes), last && sizes[1] == SIZE_MAX, at);
		free(p);
	}
	stream_wipe(&s);
}


#endif
