/* Both directions against the stock tool, age 1.1.1 or newer. */
#include "craft.h"

#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/file.h"

extern char **environ;

static char folder[] = "/tmp/tocsin-age-XXXXXX";
static const char *const names[] = { "key", "plain", "sealed", "opened", "key2" };

static const char *path(const char *name, char out[64])
{
	snprintf(out, 64, "%s/%s", folder, name);
	return out;
}

static int setup(void **state)
{
	(void)state;
	return mkdtemp(folder) == NULL ? -1 : 0;
}

static int teardown(void **state)
{
	(void)state;
	char p[64];
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		unlink(path(names[i], p));
	return rmdir(folder);
}

/* Runs a stock tool without a shell; its exit status. */
static int run(char *const argv[])
{
	pid_t pid;
	int status;
	posix_spawn_file_actions_t quiet;
	posix_spawn_file_actions_init(&quiet);
	posix_spawn_file_actions_addopen(&quiet, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
	assert_int_equal(posix_spawnp(&pid, argv[0], &quiet, NULL, argv, environ), 0);
	posix_spawn_file_actions_destroy(&quiet);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static void put(const char *name, struct bytes content)
{
	char p[64];
	unlink(path(name, p));
	assert_int_equal(file_create(p, content, 0600), TOCSIN_OK);
}

static void get(const char *name, struct buf *out)
{
	char p[64];
	buf_init(out, LIMIT_ENVELOPE);
	assert_int_equal(file_read(path(name, p), out), TOCSIN_OK);
}

static const size_t sizes[] = { 0, 1, AGE_CHUNK - 1, AGE_CHUNK, AGE_CHUNK + 1, 200000 };
#define SIZES (sizeof sizes / sizeof sizes[0])

/* The stock tool opens sealed with the key file KEY, and gets PLAIN. */
static void stock_opens(char *key, struct bytes plain)
{
	char sealed[64], opened[64];
	char *argv[] = { (char[]){ "age" }, (char[]){ "-d" }, (char[]){ "-i" }, key, (char[]){ "-o" }, opened, sealed,
		NULL };
	path("sealed", sealed);
	unlink(path("opened", opened));
	assert_int_equal(run(argv), 0);
	/* The tool makes no file when there is nothing to write. */
	if (plain.n == 0) {
		assert_false(file_exists(opened));
		return;
	}
	struct buf out;
	get("opened", &out);
	assert_int_equal(out.n, plain.n);
	assert_memory_equal(out.p, plain.p, plain.n);
	buf_free(&out);
}

static void the_stock_tool_opens_what_we_seal(void **state)
{
	(void)state;
	struct age_identity id;
	struct buf key;
	char key_path[64];
	buf_init_secret(&key, 4096);
	assert_int_equal(age_identity_make(&id, &key), TOCSIN_OK);
	put("key", buf_bytes(&key));
	path("key", key_path);
	for (size_t i = 0; i < SIZES; i++) {
		struct buf file;
		uint8_t *plain = craft_plain(sizes[i]);
		craft_sealed(&id, sizes[i], &file);
		put("sealed", buf_bytes(&file));
		stock_opens(key_path, bytes_of(plain, sizes[i]));
		buf_free(&file);
		free(plain);
	}
	buf_free(&key);
}

static void each_of_several_recipients_opens_with_the_stock_tool(void **state)
{
	(void)state;
	struct age_identity id[2];
	struct age_recipient r[3];
	struct buf key[2], file;
	char p[64];
	for (int i = 0; i < 2; i++) {
		buf_init_secret(&key[i], 4096);
		assert_int_equal(age_identity_make(&id[i], &key[i]), TOCSIN_OK);
		r[i] = craft_recipient(&id[i]);
		put(i == 0 ? "key" : "key2", buf_bytes(&key[i]));
	}
	struct age_identity third = craft_identity();
	r[2] = craft_recipient(&third);
	buf_init(&file, 1 << 16);
	assert_int_equal(age_seal(r, 3, BYTES_LIT("for three"), &file), TOCSIN_OK);
	put("sealed", buf_bytes(&file));
	path("key", p);
	stock_opens(p, BYTES_LIT("for three"));
	path("key2", p);
	stock_opens(p, BYTES_LIT("for three"));
	/* And the tool refuses what we made for somebody else. */
	buf_clear(&file);
	assert_int_equal(age_seal(r + 2, 1, BYTES_LIT("for one"), &file), TOCSIN_OK);
	put("sealed", buf_bytes(&file));
	char sealed[64];
	path("sealed", sealed);
	char *argv[] = { (char[]){ "age" }, (char[]){ "-d" }, (char[]){ "-i" }, p, (char[]){ "-o" },
		(char[]){ "/dev/null" }, sealed, NULL };
	assert_int_not_equal(run(argv), 0);
	buf_free(&file);
	for (int i = 0; i < 2; i++)
		buf_free(&key[i]);
}

static void we_open_what_the_stock_tool_seals_with_a_key_that_it_made(void **state)
{
	(void)state;
	char key[64], plain[64], sealed[64], text[AGE_RECIPIENT_TEXT], second[AGE_RECIPIENT_TEXT];
	path("key", key);
	path("plain", plain);
	path("sealed", sealed);
	unlink(key);
	char *keygen[] = { (char[]){ "age-keygen" }, (char[]){ "-o" }, key, NULL };
	assert_int_equal(run(keygen), 0);
	struct buf file, back;
	struct age_identity id;
	size_t n;
	get("key", &file);
	assert_int_equal(age_identities_parse(buf_bytes(&file), &id, 1, &n), TOCSIN_OK);
	assert_int_equal(n, 1);
	struct age_recipient r = craft_recipient(&id);
	age_recipient_format(&r, text);
	/* Our public key of that identity is the one that the tool wrote down. */
	assert_non_null(memmem(file.p, file.n, text, strlen(text)));
	buf_free(&file);
	struct age_identity other = craft_identity();
	r = craft_recipient(&other);
	age_recipient_format(&r, second);

	for (size_t i = 0; i < SIZES; i++)
		for (int two = 0; two < 2; two++) {
			uint8_t *p = craft_plain(sizes[i]);
			put("plain", bytes_of(p, sizes[i]));
			unlink(sealed);
			char *one_argv[] = { (char[]){ "age" }, (char[]){ "-r" }, text, (char[]){ "-o" }, sealed, plain, NULL };
			char *two_argv[] = { (char[]){ "age" }, (char[]){ "-r" }, second, (char[]){ "-r" }, text, (char[]){ "-o" },
				sealed,
				plain, NULL };
			assert_int_equal(run(two ? two_argv : one_argv), 0);
			get("sealed", &file);
			buf_init(&back, sizes[i]);
			assert_int_equal(age_open(&id, 1, buf_bytes(&file), &back), TOCSIN_OK);
			assert_int_equal(back.n, sizes[i]);
			assert_true(sizes[i] == 0 || memcmp(back.p, p, sizes[i]) == 0);
			buf_free(&file);
			buf_free(&back);
			free(p);
		}
}

static void the_stock_tool_reads_our_passphrase_file_as_one_for_a_passphrase(void **state)
{
	(void)state;
	/* age -p wants a terminal; but with -i it tells which kind of file it found, which shows that our header was
	 * understood. */
	struct age_recipient r = { .type = AGE_SCRYPT, .passphrase = BYTES_LIT("correct horse"), .work = 10 };
	struct buf file;
	buf_init(&file, 4096);
	assert_int_equal(age_seal(&r, 1, BYTES_LIT("x"), &file), TOCSIN_OK);
	put("sealed", buf_bytes(&file));
	buf_free(&file);
	struct age_identity id;
	char key[64], sealed[64], said[64];
	struct buf k;
	buf_init_secret(&k, 4096);
	assert_int_equal(age_identity_make(&id, &k), TOCSIN_OK);
	put("key", buf_bytes(&k));
	buf_free(&k);
	path("key", key);
	path("sealed", sealed);
	unlink(path("opened", said));
	char *argv[] = { (char[]){ "age" }, (char[]){ "-d" }, (char[]){ "-i" }, key, sealed, NULL };
	pid_t pid;
	int status;
	posix_spawn_file_actions_t to_file;
	posix_spawn_file_actions_init(&to_file);
	posix_spawn_file_actions_addopen(&to_file, STDERR_FILENO, said, O_WRONLY | O_CREAT, 0600);
	assert_int_equal(posix_spawnp(&pid, argv[0], &to_file, NULL, argv, environ), 0);
	posix_spawn_file_actions_destroy(&to_file);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_not_equal(status, 0);
	struct buf out;
	get("opened", &out);
	assert_non_null(memmem(out.p, out.n, "passphrase", 10));
	buf_free(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_stock_tool_opens_what_we_seal),
		cmocka_unit_test(each_of_several_recipients_opens_with_the_stock_tool),
		cmocka_unit_test(we_open_what_the_stock_tool_seals_with_a_key_that_it_made),
		cmocka_unit_test(the_stock_tool_reads_our_passphrase_file_as_one_for_a_passphrase),
	};
	return sodium_init() < 0 ? 1 : cmocka_run_group_tests(tests, setup, teardown);
}
