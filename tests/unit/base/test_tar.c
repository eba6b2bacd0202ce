#include "test.h"

#include "base/tar.h"

#define NOON INT64_C(1709716320000000)

static struct tar_file files[TAR_FILES];
static size_t count;

/* An archive of two files; 3 + 512 content bytes: 5 blocks and the end's 2. */
static void make(struct buf *b)
{
	static const uint8_t block[512] = { 7 };
	buf_init(b, 1 << 20);
	tar_add(b, "README", BYTES_LIT("abc"), NOON);
	tar_add(b, "cards/north.example.txt", bytes_of(block, 512), NOON);
	tar_end(b);
	assert_int_equal(buf_end(b, "the tar file"), TOCSIN_OK);
}

static enum tocsin_err read_exact(struct bytes b)
{
	struct bytes e = exact(b);
	enum tocsin_err err = tar_read(e, files, &count);
	exact_free(e);
	return err;
}

/* Sets the checksum of the header at P anew. */
static void resum(uint8_t *p)
{
	unsigned sum = 0;
	memset(p + 148, ' ', 8);
	for (size_t i = 0; i < 512; i++)
		sum += p[i];
	char text[8];
	snprintf(text, sizeof text, "%06o", sum);
	memcpy(p + 148, text, 7);
}

TEST(what_is_written_is_read_and_always_the_same_bytes)
{
	struct buf a, b;
	make(&a);
	make(&b);
	assert_true(bytes_equal(buf_bytes(&a), buf_bytes(&b)));
	assert_int_equal(a.n, 6 * 512);
	assert_int_equal(tar_read(buf_bytes(&a), files, &count), TOCSIN_OK);
	assert_int_equal(count, 2);
	assert_string_equal(files[0].name, "README");
	assert_true(bytes_equal_str(files[0].content, "abc"));
	assert_string_equal(files[1].name, "cards/north.example.txt");
	assert_int_equal(files[1].content.n, 512);
	/* The header that GNU tar makes with --format=ustar --owner=0 --group=0 --numeric-owner --mode=644. */
	assert_memory_equal(a.p + 100, "0000644\0" "0000000\0" "0000000\0" "00000000003\0" "14572031540\0" "010116\0 ", 56);
	assert_memory_equal(a.p + 156, "0", 2);
	assert_memory_equal(a.p + 257, "ustar\0" "00", 8);
	assert_memory_equal(a.p + 329, "0000000\0" "0000000\0", 17);
	buf_free(&a);
	buf_free(&b);
}

TEST(an_archive_cut_anywhere_is_bad)
{
	struct buf b;
	make(&b);
	for (size_t n = 0; n < b.n; n++)
		assert_int_equal(read_exact(bytes_of(b.p, n)), TOCSIN_BAD);
	assert_int_equal(read_exact(buf_bytes(&b)), TOCSIN_OK);
	buf_free(&b);
}

TEST(zeros_behind_the_end_are_fine_and_anything_else_is_not)
{
	struct buf b;
	make(&b);
	size_t end = b.n;
	memset(buf_grow(&b, 1024), 0, 1024);
	assert_int_equal(read_exact(buf_bytes(&b)), TOCSIN_OK);
	for (size_t at = end - 512; at < b.n; at += 100) {
		b.p[at] = 1;
		assert_int_equal(read_exact(buf_bytes(&b)), TOCSIN_BAD);
		b.p[at] = 0;
	}
	/* Behind a file's content, up to its block's end. */
	b.p[512 + 3] = 1;
	assert_int_equal(read_exact(buf_bytes(&b)), TOCSIN_BAD);
	buf_free(&b);
}

TEST(any_changed_byte_of_a_header_is_noticed_by_its_sum)
{
	struct buf b;
	make(&b);
	for (size_t i = 0; i < 512; i++) {
		if (i >= 148 && i < 156)
			continue;
		b.p[i] ^= 1;
		assert_int_equal(read_exact(buf_bytes(&b)), TOCSIN_BAD);
		b.p[i] ^= 1;
	}
	buf_free(&b);
}

TEST(only_plain_relative_names_are_read_or_written)
{
	static const char *const wrong[] = {
		"", "/etc/passwd", "..", "../x", "a/../b", "a/..", ".", "./a", "a/./b", "a//b", "a/", "a\nb", "a\x1b", "\xff", "a\xe2\x80\xae",
	};
	for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
		struct buf b;
		make(&b);
		memset(b.p, 0, 100);
		memcpy(b.p, wrong[i], strlen(wrong[i]));
		resum(b.p);
		assert_int_equal(read_exact(buf_bytes(&b)), TOCSIN_BAD);
		buf_clear(&b);
		tar_add(&b, wrong[i], BYTES_LIT("x"), 0);
		assert_true(b.failed);
		buf_free(&b);
	}
	static const char *const right[] = { "..a", "a..b/c", "...", "\xd0\x9a", "a b", "-rf" };
	for (size_t i = 0; i < sizeof right / sizeof right[0]; i++) {
		struct buf b;
		buf_init(&b, 10000);
		tar_add(&b, right[i], BYTES_LIT("x"), 0);
		tar_end(&b);
		assert_int_equal(read_exact(buf_bytes(&b)), TOCSIN_OK);
		assert_string_equal(files[0].name, right[i]);
		buf_free(&b);
	}
}

TEST(a_name_of_100_bytes_fits_and_one_of_101_does_not)
{
	char name[102];
	memset(name, 'n', sizeof name);
	for (size_t n = 100; n <= 101; n++) {
		struct buf b;
		name[n] = '\0';
		buf_init(&b, 10000);
		tar_add(&b, name, BYTES_LIT("x"), 0);
		tar_end(&b);
		assert_int_equal(buf_end(&b, "it"), n == 100 ? TOCSIN_OK : TOCSIN_BROKEN);
		if (n == 100) {
			assert_int_equal(read_exact(buf_bytes(&b)), TOCSIN_OK);
			assert_string_equal(files[0].name, name);
		}
		buf_free(&b);
		name[n] = 'n';
	}
}

TEST(links_devices_directories_and_other_forms_are_refused)
{
	struct buf b;
	make(&b);
	for (int type = 0; type < 256; type++) {
		b.p[156] = (uint8_t)type;
		resum(b.p);
		assert_int_equal(read_exact(buf_bytes(&b)), type == '0' ? TOCSIN_OK : TOCSIN_BAD);
	}
	b.p[156] = '0';
	static const struct { size_t at; const char *bytes; } changes[] = {
		{ 157, "target" }, { 345, "prefix" }, { 257, "ustar  " }, { 257, "ustar\001" }, { 263, "01" }, { 124, "0000000000 3" },
		{ 124, "           3" }, { 124, "00000000008" }, { 124, "77777777777" }, { 124, "\x80" }, { 50, "hidden" },
	};
	for (size_t i = 0; i < sizeof changes / sizeof changes[0]; i++) {
		uint8_t saved[512];
		memcpy(saved, b.p, sizeof saved);
		memcpy(b.p + changes[i].at, changes[i].bytes, strlen(changes[i].bytes));
		resum(b.p);
		assert_int_equal(read_exact(buf_bytes(&b)), TOCSIN_BAD);
		memcpy(b.p, saved, sizeof saved);
	}
	resum(b.p);
	assert_int_equal(read_exact(buf_bytes(&b)), TOCSIN_OK);
	buf_free(&b);
}

TEST(a_name_twice_is_refused)
{
	struct buf b;
	buf_init(&b, 10000);
	tar_add(&b, "a", BYTES_LIT("1"), 0);
	tar_add(&b, "b", BYTES_LIT("1"), 0);
	tar_add(&b, "a", BYTES_LIT("1"), 0);
	tar_end(&b);
	assert_int_equal(read_exact(buf_bytes(&b)), TOCSIN_BAD);
	assert_non_null(strstr(fail_sentence(), "twice"));
	buf_free(&b);
}

TEST(at_most_256_files_are_read)
{
	for (int n = 255; n <= 257; n++) {
		struct buf b;
		buf_init(&b, 1 << 20);
		for (int i = 0; i < n; i++) {
			char name[16];
			snprintf(name, sizeof name, "f%d", i);
			tar_add(&b, name, bytes_of(NULL, 0), 0);
		}
		tar_end(&b);
		assert_int_equal(read_exact(buf_bytes(&b)), n <= 256 ? TOCSIN_OK : TOCSIN_BAD);
		buf_free(&b);
	}
}

TEST(an_empty_archive_has_no_files_and_times_are_kept_in_range)
{
	struct buf b;
	buf_init(&b, 10000);
	tar_end(&b);
	assert_int_equal(read_exact(buf_bytes(&b)), TOCSIN_OK);
	assert_int_equal(count, 0);
	buf_clear(&b);
	tar_add(&b, "a", BYTES_LIT(""), -1);
	assert_memory_equal(b.p + 136, "00000000000", 12);
	buf_clear(&b);
	tar_add(&b, "a", BYTES_LIT(""), INT64_MAX);
	assert_true(b.failed);
	buf_free(&b);
	buf_init(&b, 700);
	tar_add(&b, "a", BYTES_LIT("x"), 0);
	assert_true(b.failed);
	buf_free(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_written_is_read_and_always_the_same_bytes),
		cmocka_unit_test(an_archive_cut_anywhere_is_bad),
		cmocka_unit_test(zeros_behind_the_end_are_fine_and_anything_else_is_not),
		cmocka_unit_test(any_changed_byte_of_a_header_is_noticed_by_its_sum),
		cmocka_unit_test(only_plain_relative_names_are_read_or_written),
		cmocka_unit_test(a_name_of_100_bytes_fits_and_one_of_101_does_not),
		cmocka_unit_test(links_devices_directories_and_other_forms_are_refused),
		cmocka_unit_test(a_name_twice_is_refused),
		cmocka_unit_test(at_most_256_files_are_read),
		cmocka_unit_test(an_empty_archive_has_no_files_and_times_are_kept_in_range),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
