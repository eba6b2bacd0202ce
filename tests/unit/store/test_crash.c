#include "fixture.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/wait.h>

/* ---- kill -9 ---- */

/* The child: commits one statement after the other, and tells the number of each acknowledged one through FD. */
static void child_writes(struct fixture *f, uint64_t from, int fd)
{
	struct store *s;
	if (store_open(f->path, &s) != TOCSIN_OK)
		_exit(1);
	for (uint64_t i = from;; i++) {
		struct change_result r;
		if (store_commit(s, statement_change(i), &r, NULL) != TOCSIN_OK)
			_exit(2);
		if (write(fd, &i, sizeof i) != sizeof i)
			_exit(3);
	}
}

static void keeps_all_that_was_acknowledged_when_it_is_killed(void **state)
{
	struct fixture *f = *state;
	uint64_t next = 0;
	for (int round = 0; round < 6; round++) {
		int pipes[2];
		assert_int_equal(pipe(pipes), 0);
		pid_t pid = fork();
		assert_true(pid >= 0);
		if (pid == 0)
			child_writes(f, next, pipes[1]);
		close(pipes[1]);
		uint64_t acknowledged = UINT64_MAX, i;
		for (int k = 0; k < 40 + 17 * round && read(pipes[0], &i, sizeof i) == sizeof i; k++)
			acknowledged = i;
		assert_int_equal(kill(pid, SIGKILL), 0);
		while (read(pipes[0], &i, sizeof i) == sizeof i)
			acknowledged = i;
		close(pipes[0]);
		int status;
		assert_int_equal(waitpid(pid, &status, 0), pid);
		assert_true(WIFSIGNALED(status));
		assert_int_not_equal(acknowledged, UINT64_MAX);

		assert_ok(store_open(f->path, &f->s));
		struct snapshot *r;
		struct arena *a = arena_new(1 << 24);
		assert_ok(snapshot_open(f->s, &r));
		for (i = 0; i <= acknowledged; i++) {
			struct statement_row row;
			struct outbox_row box;
			struct hash id = id_of(i);
			assert_ok(statement_by_id(r, &id, a, &row));
			assert_ok(outbox_get(r, row.num, a, &box));
			arena_reset(a);
		}
		int64_t last;
		assert_ok(statement_last(r, &last));
		snapshot_close(r);
		arena_free(a);
		uint64_t n;
		assert_ok(store_log_check(f->s, 1, &n));
		assert_int_equal(n, last);
		assert_int_equal(store_event_seq(f->s), last);
		/* The one in flight may be there or not. */
		assert_in_range(last, acknowledged + 1, acknowledged + 2);
		next = (uint64_t)last;
		store_close(f->s);
		f->s = NULL;
	}
}

/* ---- no space ---- */

static void commit_until_full(struct fixture *f, uint64_t *n, size_t size)
{
	uint8_t *big = calloc(1, size);
	for (;; ++*n) {
		struct change *c = statement_change(*n);
		change_meta(c, "filler", bytes_of(big, size));
		struct change_result r;
		enum tocsin_err err = store_commit(f->s, c, &r, NULL);
		if (err != TOCSIN_OK) {
			assert_int_equal(err, TOCSIN_BROKEN);
			assert_non_null(strstr(r.sentence, f->path));
			break;
		}
		assert_true(*n < 100000);
	}
	free(big);
}

static void assert_whole(struct fixture *f, uint64_t statements)
{
	uint64_t n;
	assert_ok(store_log_check(f->s, 1, &n));
	assert_int_equal(n, statements);
	struct log_state log;
	store_log_state(f->s, &log);
	assert_int_equal(log.size, statements);
	struct snapshot *r;
	assert_ok(snapshot_open(f->s, &r));
	for (uint64_t i = 0; i < statements; i++) {
		struct hash id = id_of(i);
		int64_t num;
		assert_ok(statement_num(r, &id, &num));
		assert_int_equal(num, i + 1);
	}
	struct hash id = id_of(statements);
	int64_t num;
	assert_err(TOCSIN_MISSING, statement_num(r, &id, &num));
	snapshot_close(r);
}

static void loses_nothing_on_a_full_disk_and_goes_on_when_there_is_room(void **state)
{
	(void)state;
	struct fixture *f = calloc(1, sizeof *f);
	snprintf(f->dir, sizeof f->dir, "/tmp/tocsin-store-XXXXXX");
	assert_non_null(mkdtemp(f->dir));
	if (mount("tmpfs", f->dir, "tmpfs", 0, "size=16m") != 0) {
		rmdir(f->dir);
		free(f);
		skip();
	}
	snprintf(f->path, sizeof f->path, "%s/db", f->dir);
	assert_ok(store_create(f->path, ORIGIN, 1));
	assert_ok(store_open(f->path, &f->s));
	uint64_t n = 0;
	commit_until_full(f, &n, 1000);
	assert_true(n > 0);
	assert_non_null(strstr(fail_sentence(), "disk is full"));
	assert_whole(f, n);
	/* Still full, still whole. */
	struct change_result r;
	assert_err(TOCSIN_BROKEN, store_commit(f->s, statement_change(n), &r, NULL));
	assert_whole(f, n);
	assert_int_equal(mount("tmpfs", f->dir, "tmpfs", MS_REMOUNT, "size=64m"), 0);
	assert_ok(store_commit(f->s, statement_change(n), &r, NULL));
	assert_int_equal(r.num, n + 1);
	assert_whole(f, n + 1);
	reopen(f);
	assert_whole(f, n + 1);
	store_close(f->s);
	assert_int_equal(umount(f->dir), 0);
	rmdir(f->dir);
	free(f);
}

/* The same where no file system can be mounted: files may not grow. In a child, as the limit belongs to a process. */
static void loses_nothing_when_files_may_not_grow(void **state)
{
	struct fixture *f = *state;
	pid_t pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		signal(SIGXFSZ, SIG_IGN);
		struct rlimit limit = { .rlim_cur = 1 << 20, .rlim_max = RLIM_INFINITY },
		              none = { RLIM_INFINITY, RLIM_INFINITY };
		assert_ok(store_open(f->path, &f->s));
		setrlimit(RLIMIT_FSIZE, &limit);
		uint64_t n = 0;
		commit_until_full(f, &n, 1000);
		assert_true(n > 0);
		assert_whole(f, n);
		setrlimit(RLIMIT_FSIZE, &none);
		struct change_result r;
		assert_ok(store_commit(f->s, statement_change(n), &r, NULL));
		assert_whole(f, n + 1);
		store_close(f->s);
		assert_ok(store_open(f->path, &f->s));
		assert_whole(f, n + 1);
		store_close(f->s);
		_exit(0);
	}
	int status;
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
}

/* ---- damaged files ---- */

static void write_at(const char *path, off_t at, const void *p, size_t n)
{
	int fd = open(path, O_WRONLY);
	assert_true(fd >= 0);
	assert_int_equal(pwrite(fd, p, n, at), n);
	close(fd);
}

static void says_so_when_a_page_is_damaged(void **state)
{
	struct fixture *f = *state;
	assert_ok(store_open(f->path, &f->s));
	for (uint64_t i = 0; i < 200; i++)
		add_statement(f, i);
	store_close(f->s);
	f->s = NULL;
	uint8_t rubbish[4096];
	memset(rubbish, 0xa5, sizeof rubbish);
	write_at(f->path, 16384, rubbish, sizeof rubbish);
	assert_err(TOCSIN_BROKEN, store_open(f->path, &f->s));
	assert_non_null(strstr(fail_sentence(), "damaged"));
	assert_non_null(strstr(fail_sentence(), "backup"));
	f->s = NULL;
}

static void says_so_when_the_file_is_no_database(void **state)
{
	struct fixture *f = *state;
	write_at(f->path, 0, "This is not a database, it is a note to the reader.", 51);
	assert_err(TOCSIN_BROKEN, store_open(f->path, &f->s));
	assert_non_null(strstr(fail_sentence(), "damaged"));
	f->s = NULL;
}

static void says_so_when_the_file_was_cut(void **state)
{
	struct fixture *f = *state;
	assert_ok(store_open(f->path, &f->s));
	for (uint64_t i = 0; i < 100; i++)
		add_statement(f, i);
	store_close(f->s);
	f->s = NULL;
	off_t lengths[] = { 0, 100, 16384, 16384 * 3 + 5 };
	for (size_t i = 4; i-- > 0; ) {
		assert_int_equal(truncate(f->path, lengths[i]), 0);
		assert_err(TOCSIN_BROKEN, store_open(f->path, &f->s));
		f->s = NULL;
	}
}

static void refuses_a_schema_from_the_future(void **state)
{
	struct fixture *f = *state;
	assert_ok(store_open(f->path, &f->s));
	struct change *c = change_new();
	change_meta(c, "schema", bytes_str("99"));
	assert_ok(store_commit(f->s, c, NULL, NULL));
	store_close(f->s);
	assert_err(TOCSIN_BROKEN, store_open(f->path, &f->s));
	assert_non_null(strstr(fail_sentence(), "newer version"));
	f->s = NULL;
}

static int fixture_only(void **state)
{
	*state = fixture_new();
	return 0;
}

int main(void)
{
#define ON_PATH(name) cmocka_unit_test_setup_teardown(name, fixture_only, fixture_close)
	const struct CMUnitTest tests[] = {
		ON_PATH(keeps_all_that_was_acknowledged_when_it_is_killed),
		cmocka_unit_test(loses_nothing_on_a_full_disk_and_goes_on_when_there_is_room),
		ON_PATH(loses_nothing_when_files_may_not_grow),
		ON_PATH(says_so_when_a_page_is_damaged),
		ON_PATH(says_so_when_the_file_is_no_database),
		ON_PATH(says_so_when_the_file_was_cut),
		ON_PATH(refuses_a_schema_from_the_future),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
