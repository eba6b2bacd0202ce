/*
 * fuzz_age_stream: the same file in memory and as a stream must have the same fate and the same content.
 *
 * Input: mode (1 byte), size of the pieces (2 bytes), and then, in mode 0, a whole age file, perhaps sealed to the
 * key below; otherwise three bytes of a length and what the plaintext of that length repeats.
 */
#include <stdint.h>
#include <stdlib.h>

#include "seal/age.h"

#define PLAIN_MAX 200000

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Made for this file alone. */
static const char key[] = "AGE-SECRET-KEY-1CUXX3JC4M6TALJ0DPVT0ZAMSRDZD3Z80JGLLJQSN4DCTGY9WSXSSQQN80Q\n";

static enum tocsin_err keep(void *arg, struct bytes b)
{
	buf_add_bytes(arg, b);
	return buf_end(arg, "fuzz");
}

static enum tocsin_err read_stream(const struct age_identity *id, struct bytes file, size_t step, struct buf *out)
{
	struct age_reader *r;
	if (age_reader_new(id, 1, keep, out, &r) != TOCSIN_OK)
		abort();
	enum tocsin_err err = TOCSIN_OK;
	for (size_t i = 0; i < file.n && err == TOCSIN_OK; i += step)
		err = age_reader_add(r, bytes_of(file.p + i, file.n - i < step ? file.n - i : step));
	if (err == TOCSIN_OK)
		err = age_reader_end(r);
	age_reader_free(r);
	return err;
}

static void write_stream(const struct age_identity *id, struct bytes plain, size_t step, struct buf *out)
{
	struct age_recipient r;
	struct age_writer *w;
	age_identity_recipient(id, &r);
	if (age_writer_new(&r, 1, keep, out, &w) != TOCSIN_OK)
		abort();
	for (size_t i = 0; i < plain.n; i += step)
		if (age_writer_add(w, bytes_of(plain.p + i, plain.n - i < step ? plain.n - i : step)) != TOCSIN_OK)
			abort();
	if (age_writer_end(w) != TOCSIN_OK)
		abort();
	age_writer_free(w);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct age_identity id;
	struct buf file, whole, pieces;
	size_t n;
	if (size < 3 || age_identities_parse(bytes_str(key), &id, 1, &n) != TOCSIN_OK)
		return 0;
	size_t step = (size_t)be16_get(data + 1) + 1;
	buf_init(&file, 1 << 20);
	buf_init(&whole, 1 << 20);
	buf_init(&pieces, 1 << 20);
	if (data[0] == 0) {
		buf_add(&file, data + 3, size - 3);
	} else if (size > 6) {
		size_t length = ((size_t)data[3] << 16 | (size_t)data[4] << 8 | data[5]) % PLAIN_MAX;
		uint8_t *plain = malloc(length + 1);
		if (plain == NULL)
			abort();
		for (size_t i = 0; i < length; i++)
			plain[i] = data[6 + i % (size - 6)];
		write_stream(&id, bytes_of(plain, length), step, &file);
		if (age_open(&id, 1, buf_bytes(&file), &whole) != TOCSIN_OK || whole.n != length || (length > 0 &&
			memcmp(whole.p, plain, length) != 0))
			abort();
		free(plain);
	}
	buf_clear(&whole);
	enum tocsin_err a = age_open(&id, 1, buf_bytes(&file), &whole), b = read_stream(&id, buf_bytes(&file), step,
		&pieces);
	if ((a == TOCSIN_OK) != (b == TOCSIN_OK) || (a != TOCSIN_OK && whole.n != 0))
		abort();
	if (a == TOCSIN_OK && (whole.n != pieces.n || (whole.n > 0 && memcmp(whole.p, pieces.p, whole.n) != 0)))
		abort();
	buf_free(&file);
	buf_free(&whole);
	buf_free(&pieces);
	return 0;
}
