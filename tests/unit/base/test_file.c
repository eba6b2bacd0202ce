#include "test.h"

#include <fcntl.h>
#include <sys/stat.h>

#include "base/file.h"

static char dir[64], path[128];

static int enter(void **state __attribute__((unused)))
{
	memcpy(dir, "/tmp/test-file-XXXXXX", 22);
	if (mkdtemp(dir) == NULL)
		return -1;
	snprintf(path, sizeof path, "%s/f", dir);
	return 0;
}

static int leave(void **state __attribute__((unused)))
{
	char other[160];
	unlink(path);
	snprintf(other, sizeof other, "%s.new", path);
	unlink(other);
	rmdir(path);
	return rmdir(dir);
}

static mode_t mode_of(const char *p)
{
	struct stat st;
	assert_int_equal(stat(p, &st), 0);
	return st.st_mode & 07777;
}

static void assert_content(const char *p, const char *expected)
{
	struct buf b;
	buf_init(&b, 1000);
	assert_int_equal(file_read(p, &b), TOCSIN_OK);
	assert_true(bytes_equal_str(buf_bytes(&b), expected));
	buf_free(&b);
}

TEST(what_was_written_is_read_with_its_mode_whatever_the_umask)
{
	mode_t before = umask(077);
	assert_int_equal(file_create(path, BYTES_LIT("one"), 0644), TOCSIN_OK);
	assert_int_equal(mode_of(path), 0644);
	umask(0);
	assert_content(path, "one");
	assert_int_equal(file_replace(path, BYTES_LIT("two and more"), 0600), TOCSIN_OK);
	assert_int_equal(mode_of(path), 0600);
	assert_content(path, "two and more");
	assert_int_equal(file_replace(path, bytes_of(NULL, 0), 0600), TOCSIN_OK);
	assert_content(path, "");
	umask(before);
}

TEST(create_refuses_what_is_there_and_leaves_it)
{
	assert_int_equal(file_create(path, BYTES_LIT("one"), 0600), TOCSIN_OK);
	assert_int_equal(file_create(path, BYTES_LIT("two"), 0600), TOCSIN_REFUSED);
	assert_non_null(strstr(fail_sentence(), path));
	assert_content(path, "one");
	unlink(path);
	assert_int_equal(symlink("/nonexistent", path), 0);
	assert_int_equal(file_create(path, BYTES_LIT("two"), 0600), TOCSIN_REFUSED);
}

TEST(replace_works_without_an_old_file_and_over_what_a_crash_left)
{
	char fresh[160];
	snprintf(fresh, sizeof fresh, "%s.new", path);
	assert_int_equal(file_create(fresh, BYTES_LIT("half"), 0444), TOCSIN_OK);
	assert_int_equal(file_replace(path, BYTES_LIT("whole"), 0600), TOCSIN_OK);
	assert_content(path, "whole");
	assert_false(file_exists(fresh));
}

TEST(a_replace_that_fails_leaves_the_old_and_no_litter)
{
	char fresh[160];
	snprintf(fresh, sizeof fresh, "%s.new", path);
	assert_int_equal(mkdir(path, 0700), 0);
	assert_int_equal(file_replace(path, BYTES_LIT("x"), 0600), TOCSIN_BROKEN);
	assert_true(file_exists(path));
	assert_false(file_exists(fresh));
}

TEST(a_missing_file_or_directory_is_missing)
{
	struct buf b;
	buf_init(&b, 10);
	assert_int_equal(file_read(path, &b), TOCSIN_MISSING);
	assert_int_equal(file_read_private(path, &b), TOCSIN_MISSING);
	assert_int_equal(file_read(dir, &b), TOCSIN_BAD);
	assert_non_null(strstr(fail_sentence(), "Is a directory"));
	assert_int_equal(b.n, 0);
	assert_int_equal(file_create("/nonexistent/x", BYTES_LIT(""), 0600), TOCSIN_MISSING);
	assert_int_equal(file_replace("/nonexistent/x", BYTES_LIT(""), 0600), TOCSIN_MISSING);
	assert_int_equal(file_create("/tmp/", BYTES_LIT(""), 0600), TOCSIN_BAD);
	assert_false(file_exists(path));
	buf_free(&b);
}

TEST(a_file_of_exactly_the_limit_is_read_and_one_byte_more_is_bad)
{
	static char big[200001];
	memset(big, 'x', sizeof big);
	struct buf b;
	for (size_t n = 0; n <= 200000; n += 40000) {
		assert_int_equal(file_replace(path, bytes_of(big, n), 0600), TOCSIN_OK);
		buf_init(&b, n);
		assert_int_equal(file_read(path, &b), TOCSIN_OK);
		assert_int_equal(b.n, n);
		buf_free(&b);
		assert_int_equal(file_replace(path, bytes_of(big, n + 1), 0600), TOCSIN_OK);
		buf_init_secret(&b, n);
		assert_int_equal(file_read(path, &b), TOCSIN_BAD);
		buf_free(&b);
	}
}

TEST(a_private_file_that_others_can_touch_is_refused)
{
	struct buf b;
	buf_init_secret(&b, 100);
	assert_int_equal(file_create(path, BYTES_LIT("key"), 0600), TOCSIN_OK);
	assert_int_equal(file_read_private(path, &b), TOCSIN_OK);
	assert_true(bytes_equal_str(buf_bytes(&b), "key"));
	static const mode_t open_modes[] = { 0640, 0620, 0610, 0604, 0602, 0601, 0644, 0666 };
	for (size_t i = 0; i < sizeof open_modes / sizeof open_modes[0]; i++) {
		buf_clear(&b);
		assert_int_equal(chmod(path, open_modes[i]), 0);
		assert_int_equal(file_read_private(path, &b), TOCSIN_REFUSED);
		assert_int_equal(b.n, 0);
	}
	assert_int_equal(chmod(path, 0600), 0);
	if (geteuid() == 0) {
		assert_int_equal(chown(path, 12345, 12345), 0);
		assert_int_equal(file_read_private(path, &b), TOCSIN_REFUSED);
	}
	buf_free(&b);
}

TEST(standard_input_is_read_as_a_dash)
{
	assert_int_equal(file_create(path, BYTES_LIT("from outside"), 0644), TOCSIN_OK);
	int saved = dup(STDIN_FILENO), fd = open(path, O_RDONLY);
	assert_true(fd >= 0);
	assert_int_equal(dup2(fd, STDIN_FILENO), STDIN_FILENO);
	assert_content("-", "from outside");
	if (saved >= 0)
		dup2(saved, STDIN_FILENO);
	close(saved);
	close(fd);
}

TEST(a_directory_is_made_once_and_a_file_in_its_place_is_noticed)
{
	assert_int_equal(file_mkdir(path, 0700), TOCSIN_OK);
	assert_int_equal(file_mkdir(path, 0700), TOCSIN_OK);
	assert_int_equal(mode_of(path), 0700);
	rmdir(path);
	assert_int_equal(file_create(path, BYTES_LIT(""), 0600), TOCSIN_OK);
	assert_int_equal(file_mkdir(path, 0700), TOCSIN_BROKEN);
	assert_int_equal(file_mkdir("/nonexistent/a", 0700), TOCSIN_MISSING);
}

TEST(a_joined_path_fits_or_is_bad)
{
	char out[8];
	assert_int_equal(file_join(out, 4, "a", "b"), TOCSIN_OK);
	assert_string_equal(out, "a/b");
	assert_int_equal(file_join(out, 3, "a", "b"), TOCSIN_BAD);
	assert_int_equal(file_join(out, sizeof out, "abc", "def"), TOCSIN_OK);
	assert_int_equal(file_join(out, sizeof out, "abc", "defg"), TOCSIN_BAD);
}

#define IN_A_DIRECTORY(t) cmocka_unit_test_setup_teardown(t, enter, leave)

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_A_DIRECTORY(what_was_written_is_read_with_its_mode_whatever_the_umask),
		IN_A_DIRECTORY(create_refuses_what_is_there_and_leaves_it),
		IN_A_DIRECTORY(replace_works_without_an_old_file_and_over_what_a_crash_left),
		IN_A_DIRECTORY(a_replace_that_fails_leaves_the_old_and_no_litter),
		IN_A_DIRECTORY(a_missing_file_or_directory_is_missing),
		IN_A_DIRECTORY(a_file_of_exactly_the_limit_is_read_and_one_byte_more_is_bad),
		IN_A_DIRECTORY(a_private_file_that_others_can_touch_is_refused),
		IN_A_DIRECTORY(standard_input_is_read_as_a_dash),
		IN_A_DIRECTORY(a_directory_is_made_once_and_a_file_in_its_place_is_noticed),
		cmocka_unit_test(a_joined_path_fits_or_is_bad),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
