#include "keeper/process.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "keeper/call.h"
#include "keeper/filter.h"
#include "keeper/wire.h"

/* Moves FD to 3, and closes everything else; 0 to 2 become /dev/null, so that no stray write lands in the pipe. */
static int close_others(int fd)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);
	int high = fcntl(fd, F_DUPFD_CLOEXEC, 10);
	if (null < 0 || high < 0)
		return -1;
	for (int i = 0; i < 3; i++)
		if (!(i == STDERR_FILENO && FILTER_SANITIZED) && dup2(null, i) < 0)
			return -1;
	if (dup2(high, 3) < 0 || close_range(4, ~0u, 0) != 0)
		return -1;
	return 3;
}

/* What would stop the node must not stop the keeper first: a drain still has to sign. It ends when the pipe does. */
static void ignore_signals(void)
{
	static const int ignored[] = { SIGPIPE, SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGUSR1, SIGUSR2, SIGALRM, SIGCHLD };
	for (size_t i = 0; i < sizeof ignored / sizeof ignored[0]; i++)
		signal(ignored[i], SIG_IGN);
	sigset_t none;
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
}

static bool confine(int parent)
{
	struct rlimit no_core = { 0, 0 };
	if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0 || prctl(PR_SET_DUMPABLE, 0) != 0 ||
	    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 || setrlimit(RLIMIT_CORE, &no_core) != 0)
		return false;
	/* The parent may have died before its death was a signal. */
	return getppid() == parent;
}

_Noreturn void process_run(int fd, int parent, const char *folder, struct bytes passphrase)
{
	static const uint8_t hello = CALL_HELLO;
	struct buf request, answer;
	struct keys *k = NULL;
	bool ok = false;
	buf_init(&request, CALL_MAX);
	buf_init_secret(&answer, CALL_MAX);
	ignore_signals();
	fd = close_others(fd);
	if (fd < 0 || !confine(parent))
		_exit(1);

	k = keys_new();
	enum tocsin_err err = k == NULL ? fail(TOCSIN_BROKEN, "out of memory for the keys") : keys_load(k, folder,
		passphrase);
	if (err == TOCSIN_OK)
		err = filter_install();
	if (err == TOCSIN_OK) {
		call_answer(k, bytes_of(&hello, 1), &answer);
	} else {
		buf_add_char(&answer, (char)err);
		buf_add_str(&answer, fail_sentence());
	}
	for (ok = wire_send(fd, buf_bytes(&answer)) && err == TOCSIN_OK; ok && wire_receive(fd, &request);) {
		call_answer(k, buf_bytes(&request), &answer);
		ok = wire_send(fd, buf_bytes(&answer));
		/* File keys do not stay here longer than the call. */
		if (answer.n > 0)
			bytes_wipe(answer.p, answer.n);
	}
	buf_free(&request);
	buf_free(&answer);
	keys_free(k);
	_exit(err == TOCSIN_OK ? 0 : 1);
}
