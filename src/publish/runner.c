#include "publish/runner.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "base/clock.h"

#define LIMIT_US (30 * CLOCK_SECOND)
#define FAREWELL_US (5 * CLOCK_SECOND)

/* Waits for the child until the time limit, or, when the node stops, a little longer; its status. */
static int wait_for(const atomic_bool *stop, pid_t pid, bool *killed)
{
	int fd = (int)syscall(SYS_pidfd_open, pid, 0), status = 0;
	int64_t end = clock_mono() + LIMIT_US;
	bool leaving = false;
	*killed = false;
	while (waitpid(pid, &status, WNOHANG) == 0) {
		int64_t now = clock_mono();
		if (atomic_load(stop) && !leaving) {
			leaving = true;
			end = end < now + FAREWELL_US ? end : now + FAREWELL_US;
		}
		if (now >= end && !*killed) {
			*killed = true;
			kill(-pid, SIGKILL);
			kill(pid, SIGKILL);
		}
		/* Without a descriptor for the child (fd -1 is ignored) it is a plain short sleep. */
		struct pollfd p = { .fd = fd, .events = POLLIN };
		poll(&p, 1, fd < 0 ? 20 : 500);
	}
	if (fd >= 0)
		close(fd);
	return status;
}

static bool prepare(posix_spawn_file_actions_t *files, posix_spawnattr_t *attr)
{
	sigset_t none, all;
	sigemptyset(&none);
	sigfillset(&all);
	return posix_spawn_file_actions_addopen(files, 0, "/dev/null", O_RDONLY, 0) == 0 &&
		posix_spawn_file_actions_addopen(files, 1, "/dev/null", O_WRONLY, 0) == 0 &&
		posix_spawn_file_actions_addclosefrom_np(files, 3) == 0 &&
		posix_spawnattr_setsigmask(attr, &none) == 0 && posix_spawnattr_setsigdefault(attr, &all) == 0 &&
		posix_spawnattr_setpgroup(attr, 0) == 0 &&
		posix_spawnattr_setflags(
			attr, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP) == 0;
}

/* 0, or what errno would be. */
static int spawn(const char *command, char *const env[], pid_t *pid)
{
	posix_spawn_file_actions_t files;
	posix_spawnattr_t attr;
	char *path = strdup(command);
	char *const argv[] = { path, NULL };
	int failed = ENOMEM;
	if (path != NULL && posix_spawn_file_actions_init(&files) == 0) {
		if (posix_spawnattr_init(&attr) == 0) {
			if (prepare(&files, &attr))
				failed = posix_spawn(pid, path, &files, &attr, argv, env);
			posix_spawnattr_destroy(&attr);
		}
		posix_spawn_file_actions_destroy(&files);
	}
	free(path);
	return failed;
}

enum tocsin_err runner_run(const char *command, const struct runner_setting *settings, size_t n,
	const atomic_bool *stop)
{
	static const struct runner_setting always[] = { { "PATH", "/usr/local/bin:/usr/bin:/bin" },
		{ "LANG", "C.UTF-8" } };
	const size_t first = sizeof always / sizeof *always;
	char *env[RUNNER_SETTINGS + 3] = { NULL };
	int failed = n > RUNNER_SETTINGS ? E2BIG : 0;
	pid_t pid = 0;
	for (size_t i = 0; failed == 0 && i < first + n; i++) {
		const struct runner_setting *s = i < first ? &always[i] : &settings[i - first];
		if (asprintf(&env[i], "%s=%s", s->name, s->value) < 0) {
			env[i] = NULL;
			failed = ENOMEM;
		}
	}
	if (failed == 0)
		failed = spawn(command, env, &pid);
	for (size_t i = 0; env[i] != NULL; i++)
		free(env[i]);
	if (failed != 0)
		return fail(failed == ENOENT || failed == EACCES || failed == ENOEXEC ? TOCSIN_MISSING : TOCSIN_OFFLINE,
			"%s cannot be run: %s", command, strerror(failed));
	bool killed;
	int status = wait_for(stop, pid, &killed);
	if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
		return TOCSIN_OK;
	return fail(TOCSIN_OFFLINE, "%s %s %d", command,
		killed			    ? "took too long, signal"
			: WIFEXITED(status) ? "ended with"
					    : "was ended by signal",
		WIFEXITED(status) ? WEXITSTATUS(status) : WTERMSIG(status));
}
