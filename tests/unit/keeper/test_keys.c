/* The keys folder: what is made, what is read, and what is refused. */
#include "kit.h"

#include <spawn.h>
#include <sys/wait.h>

#include "keeper/published.h"

extern char **environ;

/* Runs a tool without a shell; its standard output into OUT. */
static int run(char *const argv[], struct buf *out)
{
	pid_t pid;
	int status, p[2];
	uint8_t chunk[4096];
	posix_spawn_file_actions_t to_pipe;
	assert_int_equal(pipe(p), 0);
	posix_spawn_file_actions_init(&to_pipe);
	posix_spawn_file_actions_adddup2(&to_pipe, p[1], STDOUT_FILENO);
	posix_spawn_file_actions_addclose(&to_pipe, p[0]);
	posix_spawn_file_actions_addopen(&to_pipe, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
	assert_int_equal(posix_spawnp(&pid, argv[0], &to_pipe, NULL, argv, environ), 0);
	posix_spawn_file_actions_destroy(&to_pipe);
	close(p[1]);
	for (ssize_t n; (n = read(p[0], chunk, sizeof chunk)) > 0;)
		buf_add(out, chunk, (size_t)n);
	close(p[0]);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static void refused(const struct kit *k, enum tocsin_err want, const char *named)
{
	struct keeper *keeper;
	enum tocsin_err err = keeper_start(k->dir, bytes_of(NULL, 0), &keeper);
	if (err != want || strstr(fail_sentence(), named) == NULL)
		print_error("%s: %s\n", err_name(err), fail_sentence());
	assert_int_equal(err, want);
	assert_null(keeper);
	assert_non_null(strstr(fail_sentence(), named));
}

static void a_fresh_folder_has_every_key_for_its_owner_alone_and_starts(void **state)
{
	static const char *const files[] = { "identity.pem", "sign.pem", "witness.pem", "log-1.pem", "recipient.txt",
		"padding.key", "identity.vkey" };
	struct kit *k = *state;
	char path[128];
	struct stat st;
	kit_make(k);
	kit_path(k, "", path);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0700);
	for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
		kit_path(k, files[i], path);
		assert_int_equal(stat(path, &st), 0);
		assert_int_equal(st.st_mode & 07777, 0600);
	}
	assert_false(keeper_wants_passphrase(k->dir));
	struct keeper *keeper = kit_start(k);
	const struct keeper_public *p = keeper_public(keeper);
	assert_string_equal(p->name, KIT_NAME);
	assert_true(p->has_identity);
	assert_string_equal(p->identity.name, KIT_NAME "/identity");
	assert_string_equal(p->sign.name, KIT_NAME);
	assert_string_equal(p->log.name, KIT_NAME "/log/1");
	assert_string_equal(p->witness.name, KIT_NAME "/witness");
	assert_int_equal(p->witness.type, NOTE_COSIGNATURE);
	assert_int_equal(p->log_n, 1);
	struct age_recipient r;
	assert_int_equal(age_recipient_parse(bytes_str(p->recipient), &r), TOCSIN_OK);
	keeper_stop(keeper);
}

static void keys_are_never_written_over(void **state)
{
	struct kit *k = *state;
	kit_make(k);
	assert_int_equal(keeper_init(k->dir, KIT_NAME, bytes_of(NULL, 0)), TOCSIN_REFUSED);
}

static void only_a_dns_name_in_lower_case_gets_keys(void **state)
{
	struct kit *k = *state;
	static const char *const bad[] = { "", "north", "North.example", "north.example/log/1", "north..example",
		"-n.example" };
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		assert_int_equal(keeper_init(k->dir, bad[i], bytes_of(NULL, 0)), TOCSIN_BAD);
}

static void openssl_reads_our_key_and_we_read_one_that_it_made(void **state)
{
	struct kit *k = *state;
	char path[128];
	struct buf out;
	kit_make(k);
	kit_path(k, "sign.pem", path);
	struct keeper *keeper = kit_start(k);
	uint8_t ours[32];
	memcpy(ours, keeper_public(keeper)->sign.pub, sizeof ours);
	keeper_stop(keeper);
	buf_init(&out, 4096);
	char *pubout[] = { (char[]){ "openssl" }, (char[]){ "pkey" }, (char[]){ "-in" }, path, (char[]){ "-pubout" },
		(char[]){ "-outform" },
		(char[]){ "DER" }, NULL };
	assert_int_equal(run(pubout, &out), 0);
	assert_int_equal(out.n, 44);
	assert_memory_equal(out.p + 12, ours, sizeof ours);

	unlink(path);
	char *genpkey[] = { (char[]){ "openssl" }, (char[]){ "genpkey" }, (char[]){ "-algorithm" }, (char[]){ "ed25519" },
		(char[]){ "-out" }, path,
		NULL };
	buf_clear(&out);
	assert_int_equal(run(genpkey, &out), 0);
	assert_int_equal(chmod(path, 0600), 0);
	buf_clear(&out);
	assert_int_equal(run(pubout, &out), 0);
	keeper = kit_start(k);
	assert_memory_equal(out.p + 12, keeper_public(keeper)->sign.pub, 32);
	assert_memory_not_equal(ours, keeper_public(keeper)->sign.pub, 32);
	keeper_stop(keeper);
	buf_free(&out);
}

static void a_folder_or_file_that_others_can_read_is_refused(void **state)
{
	struct kit *k = *state;
	char path[128];
	static const mode_t bad[] = { 0640, 0604, 0620, 0660 };
	kit_make(k);
	kit_path(k, "witness.pem", path);
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		assert_int_equal(chmod(path, bad[i]), 0);
		refused(k, TOCSIN_REFUSED, "witness.pem");
	}
	assert_int_equal(chmod(path, 0600), 0);
	kit_path(k, "", path);
	assert_int_equal(chmod(path, 0750), 0);
	refused(k, TOCSIN_REFUSED, "chmod 700");
	assert_int_equal(chmod(path, 0700), 0);
	keeper_stop(kit_start(k));
}

static void a_folder_that_is_not_there_is_missing(void **state)
{
	refused(*state, TOCSIN_MISSING, "keys");
}

static void every_missing_or_malformed_file_is_named(void **state)
{
	static const char *const files[] = { "sign.pem", "witness.pem", "log-1.pem", "recipient.txt", "padding.key",
		"identity.vkey", "identity.pem" };
	struct kit *k = *state;
	char path[128];
	kit_make(k);
	for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
		struct buf was;
		kit_path(k, files[i], path);
		buf_init_secret(&was, 4096);
		assert_int_equal(file_read(path, &was), TOCSIN_OK);
		kit_put(k, files[i], "nonsense\n", 0600);
		refused(k, TOCSIN_BROKEN, files[i]);
		kit_put(k, files[i], "", 0600);
		refused(k, TOCSIN_BROKEN, files[i]);
		/* One byte less, one byte more. */
		assert_int_equal(file_replace(path, bytes_of(was.p, was.n - 1), 0600), TOCSIN_OK);
		if (strcmp(files[i], "recipient.txt") != 0)
			refused(k, TOCSIN_BROKEN, files[i]);
		buf_add_char(&was, 'x');
		assert_int_equal(file_replace(path, buf_bytes(&was), 0600), TOCSIN_OK);
		refused(k, TOCSIN_BROKEN, files[i]);
		unlink(path);
		if (strcmp(files[i], "identity.pem") == 0)
			keeper_stop(kit_start(k));
		else
			refused(k, TOCSIN_BROKEN, strcmp(files[i], "log-1.pem") == 0 ? "log-<n>.pem" : files[i]);
		was.n--;
		assert_int_equal(file_replace(path, buf_bytes(&was), 0600), TOCSIN_OK);
		buf_free(&was);
	}
	keeper_stop(kit_start(k));
}

static void a_file_in_both_forms_is_not_guessed_at(void **state)
{
	struct kit *k = *state;
	kit_make(k);
	kit_put(k, "witness.pem.age", "x", 0600);
	refused(k, TOCSIN_BROKEN, "witness.pem.age");
}

static void one_key_in_two_roles_is_refused(void **state)
{
	struct kit *k = *state;
	char from[128], to[128];
	struct buf pem;
	kit_make(k);
	kit_path(k, "sign.pem", from);
	kit_path(k, "log-1.pem", to);
	buf_init_secret(&pem, 4096);
	assert_int_equal(file_read(from, &pem), TOCSIN_OK);
	assert_int_equal(file_replace(to, buf_bytes(&pem), 0600), TOCSIN_OK);
	buf_free(&pem);
	refused(k, TOCSIN_BROKEN, "same key");
}

static void an_identity_that_is_not_that_of_its_vkey_is_refused(void **state)
{
	struct kit *k = *state;
	char from[128], to[128];
	kit_make(k);
	kit_path(k, "witness.pem", from);
	kit_path(k, "identity.pem", to);
	assert_int_equal(rename(from, to), 0);
	refused(k, TOCSIN_BROKEN, "identity.pem");
}

static void a_cold_identity_signs_no_card_but_everything_else(void **state)
{
	struct kit *k = *state;
	char path[128];
	uint8_t sig[1][NOTE_SIGNATURE];
	kit_make(k);
	kit_path(k, "identity.pem", path);
	unlink(path);
	struct keeper *keeper = kit_start(k);
	const struct keeper_public *p = keeper_public(keeper);
	assert_false(p->has_identity);
	assert_string_equal(p->identity.name, KIT_NAME "/identity");
	assert_int_equal(keeper_sign_card(keeper, BYTES_LIT("tocsin/v1 card\n"), sig[0]), TOCSIN_REFUSED);
	assert_non_null(strstr(fail_sentence(), "cold"));
	struct buf text;
	buf_init(&text, 4096);
	kit_statement(&text, "tocsin/v1", KIT_NAME, p->identity.pub, 1);
	struct bytes t = buf_bytes(&text);
	assert_int_equal(keeper_sign(keeper, &t, 1, sig), TOCSIN_OK);
	buf_free(&text);
	keeper_stop(keeper);
}

static void keys_under_a_passphrase_open_with_it_alone(void **state)
{
	struct kit *k = *state;
	struct keeper *keeper;
	char path[128];
	struct bytes passphrase = BYTES_LIT("a passphrase");
	assert_int_equal(keeper_init(k->dir, KIT_NAME, passphrase), TOCSIN_OK);
	assert_true(keeper_wants_passphrase(k->dir));
	kit_path(k, "sign.pem", path);
	assert_false(file_exists(path));
	/* An age file, as age -d expects it. */
	struct buf file;
	buf_init(&file, 4096);
	kit_path(k, "sign.pem.age", path);
	assert_int_equal(file_read(path, &file), TOCSIN_OK);
	assert_true(bytes_starts(buf_bytes(&file), "age-encryption.org/v1\n-> scrypt "));
	buf_free(&file);
	refused(k, TOCSIN_REFUSED, "passphrase");
	assert_int_equal(keeper_start(k->dir, BYTES_LIT("another"), &keeper), TOCSIN_REFUSED);
	assert_non_null(strstr(fail_sentence(), "passphrase"));
	assert_int_equal(keeper_start(k->dir, passphrase, &keeper), TOCSIN_OK);
	/* Keys that are made later are under it too. */
	assert_int_equal(keeper_next_log(keeper), TOCSIN_OK);
	kit_path(k, "log-2.pem.age", path);
	assert_true(file_exists(path));
	kit_path(k, "log-2.pem", path);
	assert_false(file_exists(path));
	keeper_stop(keeper);
	kit_put(k, "sign.pem.age", "age-encryption.org/v1\n", 0600);
	assert_int_equal(keeper_start(k->dir, passphrase, &keeper), TOCSIN_BROKEN);
	assert_non_null(strstr(fail_sentence(), "sign.pem.age"));
}

static void the_last_published_checkpoints_are_read_strictly(void **state)
{
	(void)state;
	static const char zero[] = "0000000000000000000000000000000000000000000000000000000000000000";
	static const struct { const char *format; enum tocsin_err want; size_t n; } files[] = {
		{ "", TOCSIN_OK, 0 },
		{ "north.example/log/1 16 %s\n", TOCSIN_OK, 1 },
		{ "north.example/log/1 16 %s\nnorth.example/log/22 0 %s\n", TOCSIN_OK, 2 },
		{ "north.example/log/1 16 %s", TOCSIN_BAD, 0 },
		{ "north.example/log/1 16 %s\n\n", TOCSIN_BAD, 0 },
		{ "north.example/log/1 16 %s\nnorth.example/log/1 32 %s\n", TOCSIN_BAD, 0 },
		{ "south.example/log/1 16 %s\n", TOCSIN_BAD, 0 },
		{ "north.example/log/0 16 %s\n", TOCSIN_BAD, 0 },
		{ "north.example/log/01 16 %s\n", TOCSIN_BAD, 0 },
		{ "north.example/log/ 16 %s\n", TOCSIN_BAD, 0 },
		{ "north.example/log/1 016 %s\n", TOCSIN_BAD, 0 },
		{ "north.example/log/1 -1 %s\n", TOCSIN_BAD, 0 },
		{ "north.example/log/1  16 %s\n", TOCSIN_BAD, 0 },
		{ "north.example/log/1 16 %s \n", TOCSIN_BAD, 0 },
		{ "north.example/log/1 16 %s0\n", TOCSIN_BAD, 0 },
	};
	struct checkpoint c[KEYS_ORIGINS];
	struct buf b;
	size_t n;
	buf_init(&b, 1 << 16);
	for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
		buf_clear(&b);
		for (const char *p = files[i].format; *p != 0; p++)
			if (p[0] == '%' && p[1] == 's')
				buf_add_str(&b, zero), p++;
			else
				buf_add_char(&b, *p);
		if (published_parse(buf_bytes(&b), KIT_NAME, c, &n) != files[i].want)
			print_error("%s\n", files[i].format);
		assert_int_equal(published_parse(buf_bytes(&b), KIT_NAME, c, &n), files[i].want);
		assert_true(files[i].want != TOCSIN_OK || n == files[i].n);
	}
	for (unsigned lines = KEYS_ORIGINS; lines <= KEYS_ORIGINS + 1; lines++) {
		buf_clear(&b);
		for (unsigned i = 1; i <= lines; i++)
			buf_printf(&b, "north.example/log/%u 16 %s\n", i, zero);
		assert_int_equal(published_parse(buf_bytes(&b), KIT_NAME, c, &n),
			lines == KEYS_ORIGINS ? TOCSIN_OK : TOCSIN_BAD);
	}
	buf_free(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_fresh_folder_has_every_key_for_its_owner_alone_and_starts, kit_setup,
			kit_teardown),
		cmocka_unit_test_setup_teardown(keys_are_never_written_over, kit_setup, kit_teardown),
		cmocka_unit_test_setup_teardown(only_a_dns_name_in_lower_case_gets_keys, kit_setup, kit_teardown),
		cmocka_unit_test_setup_teardown(openssl_reads_our_key_and_we_read_one_that_it_made, kit_setup, kit_teardown),
		cmocka_unit_test_setup_teardown(a_folder_or_file_that_others_can_read_is_refused, kit_setup, kit_teardown),
		cmocka_unit_test_setup_teardown(a_folder_that_is_not_there_is_missing, kit_setup, kit_teardown),
		cmocka_unit_test_setup_teardown(every_missing_or_malformed_file_is_named, kit_setup, kit_teardown),
		cmocka_unit_test_setup_teardown(a_file_in_both_forms_is_not_guessed_at, kit_setup, kit_teardown),
		cmocka_unit_test_setup_teardown(one_key_in_two_roles_is_refused, kit_setup, kit_teardown),
		cmocka_unit_test_setup_teardown(an_identity_that_is_not_that_of_its_vkey_is_refused, kit_setup, kit_teardown),
		cmocka_unit_test_setup_teardown(a_cold_identity_signs_no_card_but_everything_else, kit_setup, kit_teardown),
		cmocka_unit_test_setup_teardown(keys_under_a_passphrase_open_with_it_alone, kit_setup, kit_teardown),
		cmocka_unit_test_setup_teardown(the_last_published_checkpoints_are_read_strictly, kit_setup, kit_teardown),
	};
	return sodium_init() < 0 ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
