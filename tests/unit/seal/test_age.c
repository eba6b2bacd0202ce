#include "craft.h"

#include "seal/recipient.h"

static const size_t sizes[] = { 0, 1, 4000, AGE_CHUNK - 1, AGE_CHUNK, AGE_CHUNK + 1, 2 * AGE_CHUNK, 200000 };
#define SIZES (sizeof sizes / sizeof sizes[0])

static void what_is_sealed_opens_at_every_size_around_a_chunk(void **state)
{
	(void)state;
	struct age_identity id = craft_identity();
	for (size_t i = 0; i < SIZES; i++) {
		struct buf file, back;
		uint8_t *plain = craft_plain(sizes[i]);
		craft_sealed(&id, sizes[i], &file);
		buf_init(&back, sizes[i]);
		assert_int_equal(age_open(&id, 1, buf_bytes(&file), &back), TOCSIN_OK);
		assert_int_equal(back.n, sizes[i]);
		assert_true(sizes[i] == 0 || memcmp(back.p, plain, back.n) == 0);
		buf_free(&file);
		buf_free(&back);
		free(plain);
	}
}

static void each_of_several_recipients_opens_and_nobody_else(void **state)
{
	(void)state;
	struct age_identity id[4];
	struct age_recipient r[3];
	struct buf file, back;
	for (size_t i = 0; i < 4; i++)
		id[i] = craft_identity();
	for (size_t i = 0; i < 3; i++)
		r[i] = craft_recipient(&id[i]);
	buf_init(&file, 1 << 16);
	buf_init(&back, 1 << 16);
	assert_int_equal(age_seal(r, 3, BYTES_LIT("to three"), &file), TOCSIN_OK);
	for (size_t i = 0; i < 3; i++) {
		buf_clear(&back);
		assert_int_equal(age_open(&id[i], 1, buf_bytes(&file), &back), TOCSIN_OK);
		assert_true(bytes_equal_str(buf_bytes(&back), "to three"));
	}
	buf_clear(&back);
	assert_int_equal(age_open(&id[3], 1, buf_bytes(&file), &back), TOCSIN_REFUSED);
	assert_int_equal(age_open(id, 0, buf_bytes(&file), &back), TOCSIN_REFUSED);
	/* Any of many identities. */
	struct age_identity both[2] = { id[3], id[1] };
	assert_int_equal(age_open(both, 2, buf_bytes(&file), &back), TOCSIN_OK);
	buf_free(&file);
	buf_free(&back);
}

static void sealing_to_nobody_too_many_or_beside_a_passphrase_is_refused(void **state)
{
	(void)state;
	struct age_identity id = craft_identity();
	struct age_recipient r[LIMIT_AGE_STANZAS + 1];
	struct buf out;
	for (size_t i = 0; i < LIMIT_AGE_STANZAS + 1; i++)
		r[i] = craft_recipient(&id);
	buf_init(&out, 1 << 16);
	buf_add_str(&out, "kept");
	assert_int_equal(age_seal(r, 0, BYTES_LIT("x"), &out), TOCSIN_BAD);
	assert_int_equal(age_seal(r, LIMIT_AGE_STANZAS + 1, BYTES_LIT("x"), &out), TOCSIN_BAD);
	r[1] = (struct age_recipient){ .type = AGE_SCRYPT, .passphrase = BYTES_LIT("p"), .work = 1 };
	assert_int_equal(age_seal(r, 2, BYTES_LIT("x"), &out), TOCSIN_BAD);
	assert_int_equal(age_seal(r + 1, 2, BYTES_LIT("x"), &out), TOCSIN_BAD);
	r[1].work = 23;
	assert_int_equal(age_seal(r + 1, 1, BYTES_LIT("x"), &out), TOCSIN_BAD);
	r[1].work = 0;
	assert_int_equal(age_seal(r + 1, 1, BYTES_LIT("x"), &out), TOCSIN_BAD);
	r[1].type = (enum age_type)77;
	assert_int_equal(age_seal(r + 1, 1, BYTES_LIT("x"), &out), TOCSIN_BAD);
	assert_true(bytes_equal_str(buf_bytes(&out), "kept"));
	buf_free(&out);
}

static void a_file_that_outgrows_its_buffer_is_an_error_in_both_directions(void **state)
{
	(void)state;
	struct age_identity id = craft_identity();
	struct age_recipient r = craft_recipient(&id);
	struct buf file, small;
	craft_sealed(&id, 1000, &file);
	for (size_t max = 0; max < file.n; max += 13) {
		uint8_t plain[1000] = { 0 };
		buf_init(&small, max);
		assert_int_not_equal(age_seal(&r, 1, bytes_of(plain, sizeof plain), &small), TOCSIN_OK);
		assert_int_equal(small.n, 0);
		buf_free(&small);
	}
	buf_init(&small, 999);
	assert_int_equal(age_open(&id, 1, buf_bytes(&file), &small), TOCSIN_BAD);
	assert_int_equal(small.n, 0);
	buf_free(&small);
	buf_free(&file);
}

static void a_file_cut_at_any_byte_is_refused_and_leaves_nothing(void **state)
{
	(void)state;
	struct age_identity id = craft_identity();
	struct buf file, back;
	craft_sealed(&id, 100, &file);
	for (size_t n = 0; n < file.n; n++) {
		uint8_t *exact = malloc(n + 1);
		assert_non_null(exact);
		memcpy(exact, file.p, n);
		buf_init(&back, 4096);
		assert_int_not_equal(age_open(&id, 1, bytes_of(exact, n), &back), TOCSIN_OK);
		assert_int_equal(back.n, 0);
		buf_free(&back);
		free(exact);
	}
	buf_free(&file);
}

static void a_change_of_any_byte_is_refused(void **state)
{
	(void)state;
	struct age_identity id = craft_identity();
	struct buf file, back;
	craft_sealed(&id, 100, &file);
	buf_init(&back, 4096);
	for (size_t i = 0; i < file.n; i++)
		for (uint8_t bit = 1; bit != 0; bit = (uint8_t)(bit << 3)) {
			file.p[i] ^= bit;
			assert_int_not_equal(age_open(&id, 1, buf_bytes(&file), &back), TOCSIN_OK);
			assert_int_equal(back.n, 0);
			file.p[i] ^= bit;
		}
	assert_int_equal(age_open(&id, 1, buf_bytes(&file), &back), TOCSIN_OK);
	buf_free(&file);
	buf_free(&back);
}

/* A file for ID under the known file key, beside an unknown stanza, with the chunks of CHUNKS. */
static void craft(struct buf *out, const struct age_identity *id, const size_t *chunks, bool last)
{
	struct recipient_file f = { 0 };
	struct age_recipient r = craft_recipient(id);
	struct bytes arg = BYTES_LIT("grease");
	memcpy(f.key, craft_key, sizeof f.key);
	buf_clear(out);
	header_begin(out);
	header_stanza(out, "unknown", &arg, 1, bytes_of(craft_key, sizeof craft_key));
	assert_int_equal(age_type_of(AGE_X25519)->wrap(&r, &f, out), TOCSIN_OK);
	header_end(out, 0, craft_key);
	craft_payload(out, chunks, last);
	assert_int_equal(buf_end(out, "crafted file"), TOCSIN_OK);
}

static enum tocsin_err keep(void *arg, struct bytes b)
{
	buf_add_bytes(arg, b);
	return buf_end(arg, "test");
}

/* Feeds FILE to a reader in pieces of STEP bytes. */
static enum tocsin_err read_stream(const struct age_identity *id, struct bytes file, size_t step, struct buf *out)
{
	struct age_reader *r;
	assert_int_equal(age_reader_new(id, 1, keep, out, &r), TOCSIN_OK);
	enum tocsin_err err = TOCSIN_OK;
	for (size_t i = 0; i < file.n && err == TOCSIN_OK; i += step)
		err = age_reader_add(r, bytes_of(file.p + i, file.n - i < step ? file.n - i : step));
	if (err == TOCSIN_OK)
		err = age_reader_end(r);
	/* What has ended or failed stays so. */
	assert_int_not_equal(age_reader_end(r), TOCSIN_OK);
	assert_int_not_equal(age_reader_add(r, BYTES_LIT("more")), TOCSIN_OK);
	age_reader_free(r);
	return err;
}

static void the_rules_of_chunks_hold_in_memory_and_in_streams(void **state)
{
	(void)state;
	static const struct { const char *what; size_t chunk[4]; bool last; enum tocsin_err want; } files[] = {
		{ "an empty file", { 0, SIZE_MAX }, true, TOCSIN_OK },
		{ "one short chunk", { 5, SIZE_MAX }, true, TOCSIN_OK },
		{ "one full chunk", { AGE_CHUNK, SIZE_MAX }, true, TOCSIN_OK },
		{ "a full and a short chunk", { AGE_CHUNK, 7, SIZE_MAX }, true, TOCSIN_OK },
		{ "two full chunks", { AGE_CHUNK, AGE_CHUNK, SIZE_MAX }, true, TOCSIN_OK },
		{ "no chunk", { SIZE_MAX }, true, TOCSIN_REFUSED },
		{ "an empty last chunk behind a full one", { AGE_CHUNK, 0, SIZE_MAX }, true, TOCSIN_REFUSED },
		{ "no last chunk, empty", { 0, SIZE_MAX }, false, TOCSIN_REFUSED },
		{ "no last chunk", { 5, SIZE_MAX }, false, TOCSIN_REFUSED },
		{ "no last chunk, full", { AGE_CHUNK, SIZE_MAX }, false, TOCSIN_REFUSED },
		{ "a short chunk in the middle", { 100, 5, SIZE_MAX }, true, TOCSIN_REFUSED },
	};
	struct age_identity id = craft_identity();
	struct age_header h;
	struct buf file, out;
	buf_init(&file, 1 << 18);
	buf_init(&out, 1 << 18);
	for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
		craft(&file, &id, files[i].chunk, files[i].last);
		assert_int_equal(age_header_parse(buf_bytes(&file), &h), TOCSIN_OK);
		buf_clear(&out);
		craft_check(age_payload_open(&h, craft_key, buf_bytes(&file), &out) == files[i].want, "%s: %s", files[i].what,
			fail_sentence());
		buf_clear(&out);
		craft_check(age_open(&id, 1, buf_bytes(&file), &out) == files[i].want, "%s: %s", files[i].what,
			fail_sentence());
		buf_clear(&out);
		craft_check(read_stream(&id, buf_bytes(&file), 997, &out) == files[i].want, "%s in a stream: %s",
			files[i].what, fail_sentence());
		/* Bytes behind the last chunk. */
		buf_add_char(&file, 'x');
		buf_clear(&out);
		assert_int_equal(age_header_parse(buf_bytes(&file), &h), TOCSIN_OK);
		assert_int_equal(age_payload_open(&h, craft_key, buf_bytes(&file), &out), TOCSIN_REFUSED);
		assert_int_equal(out.n, 0);
		assert_int_equal(read_stream(&id, buf_bytes(&file), 997, &out), TOCSIN_REFUSED);
	}
	buf_free(&file);
	buf_free(&out);
}

static void a_chunk_behind_the_last_one_is_refused(void **state)
{
	(void)state;
	static const size_t one[] = { AGE_CHUNK, SIZE_MAX };
	struct age_identity id = craft_identity();
	struct buf file, out;
	struct stream s;
	buf_init(&file, 1 << 18);
	buf_init(&out, 1 << 18);
	craft(&file, &id, one, true);
	stream_begin(&s, craft_key, craft_nonce);
	s.counter = 1;
	uint8_t *more = buf_grow(&file, 3 + STREAM_TAG);
	assert_non_null(more);
	stream_seal(&s, BYTES_LIT("abc"), true, more);
	assert_int_equal(age_open(&id, 1, buf_bytes(&file), &out), TOCSIN_REFUSED);
	assert_int_equal(read_stream(&id, buf_bytes(&file), 4096, &out), TOCSIN_REFUSED);
	buf_free(&file);
	buf_free(&out);
}

static void chunks_that_change_places_are_refused(void **state)
{
	(void)state;
	static const size_t three[] = { AGE_CHUNK, AGE_CHUNK, 10, SIZE_MAX };
	struct age_identity id = craft_identity();
	struct age_header h;
	struct buf file, out;
	buf_init(&file, 1 << 18);
	buf_init(&out, 1 << 18);
	craft(&file, &id, three, true);
	assert_int_equal(age_header_parse(buf_bytes(&file), &h), TOCSIN_OK);
	uint8_t *first = file.p + h.size + STREAM_NONCE, *second = first + STREAM_SEALED, *tmp = malloc(STREAM_SEALED);
	assert_non_null(tmp);
	memcpy(tmp, first, STREAM_SEALED);
	memcpy(first, second, STREAM_SEALED);
	memcpy(second, tmp, STREAM_SEALED);
	free(tmp);
	assert_int_equal(age_open(&id, 1, buf_bytes(&file), &out), TOCSIN_REFUSED);
	buf_free(&file);
	buf_free(&out);
}

static void a_stream_gives_the_same_in_pieces_of_any_size(void **state)
{
	(void)state;
	static const size_t steps[] = { 1, 2, 3, 64, 1000, AGE_CHUNK, STREAM_SEALED, 1 << 20 };
	struct age_identity id = craft_identity();
	struct age_recipient r = craft_recipient(&id);
	for (size_t i = 0; i < SIZES; i++)
		for (size_t j = sizes[i] > 5000 ? 3 : 0; j < sizeof steps / sizeof steps[0]; j++) {
			uint8_t *plain = craft_plain(sizes[i]);
			struct buf file, back, whole;
			struct age_writer *w;
			buf_init(&file, 1 << 20);
			buf_init(&back, 1 << 20);
			buf_init(&whole, 1 << 20);
			assert_int_equal(age_writer_new(&r, 1, keep, &file, &w), TOCSIN_OK);
			for (size_t k = 0; k < sizes[i]; k += steps[j]) {
				size_t part = sizes[i] - k < steps[j] ? sizes[i] - k : steps[j];
				assert_int_equal(age_writer_add(w, bytes_of(plain + k, part)), TOCSIN_OK);
			}
			assert_int_equal(age_writer_end(w), TOCSIN_OK);
			assert_int_equal(age_writer_end(w), TOCSIN_BAD);
			assert_int_equal(age_writer_add(w, BYTES_LIT("x")), TOCSIN_BAD);
			age_writer_free(w);
			assert_int_equal(read_stream(&id, buf_bytes(&file), steps[j], &back), TOCSIN_OK);
			assert_int_equal(age_open(&id, 1, buf_bytes(&file), &whole), TOCSIN_OK);
			assert_int_equal(back.n, sizes[i]);
			assert_int_equal(whole.n, sizes[i]);
			assert_true(sizes[i] == 0 || (memcmp(back.p, plain, back.n) == 0 && memcmp(whole.p, plain, back.n) == 0));
			buf_free(&file);
			buf_free(&back);
			buf_free(&whole);
			free(plain);
		}
}

static void a_stream_cut_anywhere_is_refused_at_its_end(void **state)
{
	(void)state;
	struct age_identity id = craft_identity();
	struct buf file, out;
	craft_sealed(&id, 100, &file);
	buf_init(&out, 4096);
	for (size_t n = 0; n < file.n; n++)
		assert_int_not_equal(read_stream(&id, bytes_of(file.p, n), 50, &out), TOCSIN_OK);
	buf_free(&file);
	buf_free(&out);
}

static void a_stream_without_an_end_of_its_header_stops_at_the_limit(void **state)
{
	(void)state;
	struct age_identity id = craft_identity();
	struct age_reader *r;
	struct buf out;
	size_t fed = 0;
	buf_init(&out, 4096);
	assert_int_equal(age_reader_new(&id, 1, keep, &out, &r), TOCSIN_OK);
	assert_int_equal(age_reader_add(r, BYTES_LIT("age-encryption.org/v1\n")), TOCSIN_OK);
	while (age_reader_add(r, BYTES_LIT("-> more and more\n\n")) == TOCSIN_OK)
		assert_true((fed += 18) < LIMIT_AGE_HEADER);
	age_reader_free(r);
	buf_free(&out);
}

static enum tocsin_err refuse(void *arg, struct bytes b)
{
	(void)b;
	return --*(int *)arg > 0 ? TOCSIN_OK : fail(TOCSIN_LATER, "the sink is full");
}

static void the_error_of_a_sink_comes_back(void **state)
{
	(void)state;
	struct age_identity id = craft_identity();
	struct age_recipient r = craft_recipient(&id);
	struct age_writer *w;
	struct age_reader *rd;
	struct buf file;
	int left = 1;
	assert_int_equal(age_writer_new(&r, 1, refuse, &left, &w), TOCSIN_LATER);
	assert_null(w);
	left = 2;
	assert_int_equal(age_writer_new(&r, 1, refuse, &left, &w), TOCSIN_OK);
	assert_int_equal(age_writer_end(w), TOCSIN_LATER);
	assert_int_equal(age_writer_end(w), TOCSIN_LATER);
	age_writer_free(w);
	craft_sealed(&id, 10, &file);
	left = 1;
	assert_int_equal(age_reader_new(&id, 1, refuse, &left, &rd), TOCSIN_OK);
	assert_int_equal(age_reader_add(rd, buf_bytes(&file)), TOCSIN_OK);
	assert_int_equal(age_reader_end(rd), TOCSIN_LATER);
	age_reader_free(rd);
	age_reader_free(NULL);
	age_writer_free(NULL);
	buf_free(&file);
}

static void a_passphrase_opens_what_it_sealed_and_no_other_does(void **state)
{
	(void)state;
	struct age_recipient r = { .type = AGE_SCRYPT, .passphrase = BYTES_LIT("correct horse"), .work = 10 };
	struct age_identity id = { .type = AGE_SCRYPT, .passphrase = BYTES_LIT("correct horse") };
	struct age_identity key = craft_identity();
	struct buf file, back;
	struct age_header h;
	buf_init(&file, 1 << 16);
	buf_init(&back, 1 << 16);
	assert_int_equal(age_seal(&r, 1, BYTES_LIT("a secret"), &file), TOCSIN_OK);
	assert_int_equal(age_header_parse(buf_bytes(&file), &h), TOCSIN_OK);
	assert_int_equal(h.n, 1);
	assert_true(bytes_equal_str(h.stanza[0].type, "scrypt"));
	assert_int_equal(h.stanza[0].arg_n, 2);
	assert_int_equal(h.stanza[0].arg[0].n, 22);
	assert_true(bytes_equal_str(h.stanza[0].arg[1], "10"));
	struct age_wrapped w;
	assert_int_equal(age_header_wrapped(&h, &w, 1), 0);
	assert_int_equal(age_open(&id, 1, buf_bytes(&file), &back), TOCSIN_OK);
	assert_true(bytes_equal_str(buf_bytes(&back), "a secret"));
	buf_clear(&back);
	assert_int_equal(age_open(&key, 1, buf_bytes(&file), &back), TOCSIN_REFUSED);
	id.passphrase = BYTES_LIT("correct hors");
	assert_int_equal(age_open(&id, 1, buf_bytes(&file), &back), TOCSIN_REFUSED);
	/* The work factor belongs to what is authenticated. */
	id.passphrase = BYTES_LIT("correct horse");
	uint8_t *ten = memmem(file.p, file.n, " 10\n", 4);
	assert_non_null(ten);
	ten[2] = '1';
	assert_int_equal(age_open(&id, 1, buf_bytes(&file), &back), TOCSIN_REFUSED);
	buf_free(&file);
	buf_free(&back);
}

static void the_file_key_can_be_unwrapped_elsewhere(void **state)
{
	(void)state;
	struct age_identity id = craft_identity(), other = craft_identity();
	struct age_recipient r[2] = { craft_recipient(&other), craft_recipient(&id) };
	struct buf file, back;
	struct age_header h;
	struct age_wrapped w[3];
	uint8_t key[AGE_FILE_KEY], wrong[AGE_FILE_KEY] = { 0 };
	buf_init(&file, 1 << 16);
	buf_init(&back, 1 << 16);
	assert_int_equal(age_seal(r, 2, BYTES_LIT("plain"), &file), TOCSIN_OK);
	assert_int_equal(age_header_parse(buf_bytes(&file), &h), TOCSIN_OK);
	assert_int_equal(age_header_wrapped(&h, w, 1), 1);
	assert_int_equal(age_header_wrapped(&h, w, 3), 2);
	assert_memory_equal(w[0].share, w[1].share, 32);
	assert_int_equal(age_x25519_unwrap(&id, &w[0], key), TOCSIN_REFUSED);
	assert_int_equal(age_x25519_unwrap(&id, &w[1], key), TOCSIN_OK);
	assert_int_equal(age_header_check(&h, key), TOCSIN_OK);
	assert_int_equal(age_payload_open(&h, key, buf_bytes(&file), &back), TOCSIN_OK);
	assert_true(bytes_equal_str(buf_bytes(&back), "plain"));
	assert_int_equal(age_payload_open(&h, wrong, buf_bytes(&file), &back), TOCSIN_REFUSED);
	assert_int_equal(back.n, 0);
	buf_free(&file);
	buf_free(&back);
}

static void an_identity_file_is_read_strictly(void **state)
{
	(void)state;
	struct age_identity one, back[3];
	struct buf file;
	size_t n;
	buf_init_secret(&file, 1 << 16);
	assert_int_equal(age_identity_make(&one, &file), TOCSIN_OK);
	assert_true(bytes_starts(buf_bytes(&file), "# public key: "));
	assert_int_equal(age_identities_parse(buf_bytes(&file), back, 3, &n), TOCSIN_OK);
	assert_int_equal(n, 1);
	assert_memory_equal(back[0].secret, one.secret, 32);
	assert_memory_equal(back[0].pub, one.pub, 32);
	size_t first = file.n;
	for (int i = 0; i < 3; i++)
		assert_int_equal(age_identity_make(&one, &file), TOCSIN_OK);
	assert_int_equal(age_identities_parse(buf_bytes(&file), back, 3, &n), TOCSIN_OK);
	assert_int_equal(n, 3);
	assert_int_equal(age_identities_parse(BYTES_LIT("# nothing\n\n"), back, 3, &n), TOCSIN_BAD);
	assert_int_equal(n, 0);
	assert_int_equal(age_identities_parse(bytes_of(NULL, 0), back, 3, &n), TOCSIN_BAD);
	/* Any cut within the key's line. */
	for (size_t i = first - 76 + 1; i < first - 1; i++)
		assert_int_equal(age_identities_parse(bytes_of(file.p, i), back, 3, &n), TOCSIN_BAD);
	buf_add_str(&file, "AGE-SECRET-KEY-1\n");
	assert_int_equal(age_identities_parse(buf_bytes(&file), back, 3, &n), TOCSIN_BAD);
	assert_int_equal(n, 0);
	static const struct age_identity wiped[3];
	assert_memory_equal(back, wiped, sizeof back);
	buf_free(&file);
}

static void a_recipient_text_is_read_strictly(void **state)
{
	(void)state;
	struct age_identity id = craft_identity();
	struct age_recipient r = craft_recipient(&id), back;
	char text[AGE_RECIPIENT_TEXT];
	age_recipient_format(&r, text);
	assert_int_equal(age_recipient_parse(bytes_str(text), &back), TOCSIN_OK);
	assert_int_equal(back.type, AGE_X25519);
	assert_memory_equal(back.pub, r.pub, 32);
	assert_int_equal(age_recipient_parse(bytes_of(text, strlen(text) - 1), &back), TOCSIN_BAD);
	assert_int_equal(age_recipient_parse(bytes_of(text, strlen(text) + 1), &back), TOCSIN_BAD);
	assert_int_equal(age_recipient_parse(bytes_of(text, 0), &back), TOCSIN_BAD);
	text[5] = (char)(text[5] == 'q' ? 'p' : 'q');
	assert_int_equal(age_recipient_parse(bytes_str(text), &back), TOCSIN_BAD);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_sealed_opens_at_every_size_around_a_chunk),
		cmocka_unit_test(each_of_several_recipients_opens_and_nobody_else),
		cmocka_unit_test(sealing_to_nobody_too_many_or_beside_a_passphrase_is_refused),
		cmocka_unit_test(a_file_that_outgrows_its_buffer_is_an_error_in_both_directions),
		cmocka_unit_test(a_file_cut_at_any_byte_is_refused_and_leaves_nothing),
		cmocka_unit_test(a_change_of_any_byte_is_refused),
		cmocka_unit_test(the_rules_of_chunks_hold_in_memory_and_in_streams),
		cmocka_unit_test(a_chunk_behind_the_last_one_is_refused),
		cmocka_unit_test(chunks_that_change_places_are_refused),
		cmocka_unit_test(a_stream_gives_the_same_in_pieces_of_any_size),
		cmocka_unit_test(a_stream_cut_anywhere_is_refused_at_its_end),
		cmocka_unit_test(a_stream_without_an_end_of_its_header_stops_at_the_limit),
		cmocka_unit_test(the_error_of_a_sink_comes_back),
		cmocka_unit_test(a_passphrase_opens_what_it_sealed_and_no_other_does),
		cmocka_unit_test(the_file_key_can_be_unwrapped_elsewhere),
		cmocka_unit_test(an_identity_file_is_read_strictly),
		cmocka_unit_test(a_recipient_text_is_read_strictly),
	};
	return sodium_init() < 0 ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
