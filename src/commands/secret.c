/*
 * secret: passwords in, tokens out: never on a command line, never where others can read.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/signalfd.h>
#include <termios.h>

#include "base/file.h"
#include "commands/command.h"

#define SECRET_MAX 1024

static const int endings[] = { SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP };

/* One line from FD; the signal that came instead, or 0. The terminal is to be as it was before a signal ends the program. */
static int line_or_signal(int fd, struct buf *out)
{
	char c = 0;
	int signal_number = 0;
	sigset_t ending, before;
	sigemptyset(&ending);
	for (size_t i = 0; i < sizeof endings / sizeof *endings; i++)
		sigaddset(&ending, endings[i]);
	sigprocmask(SIG_BLOCK, &ending, &before);
	struct pollfd p[2] = { { .fd = fd, .events = POLLIN }, { .fd = signalfd(-1, &ending, SFD_CLOEXEC), .events = POLLIN } };
	while (c != '\n' && signal_number == 0) {
		struct signalfd_siginfo info;
		if (poll(p, 2, -1) < 0 && errno != EINTR)
			break;
		if ((p[1].revents & POLLIN) != 0 && read(p[1].fd, &info, sizeof info) == sizeof info)
			signal_number = (int)info.ssi_signo;
		else if (p[0].revents != 0 && read(fd, &c, 1) != 1)
			break;
		else if (p[0].revents != 0 && c != '\n')
			buf_add_char(out, c);
	}
	if (p[1].fd >= 0)
		close(p[1].fd);
	sigprocmask(SIG_SETMASK, &before, NULL);
	return signal_number;
}

static enum tocsin_err from_terminal(const char *what, struct buf *out)
{
	struct termios before, quiet;
	int fd = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);
	if (fd < 0 || tcgetattr(fd, &before) != 0) {
		if (fd >= 0)
			close(fd);
		return fail(TOCSIN_REFUSED, "there is no terminal to ask for the %s: name a file that holds it, or - for standard input", what);
	}
	quiet = before;
	quiet.c_lflag &= ~(tcflag_t)ECHO;
	tcsetattr(fd, TCSAFLUSH, &quiet);
	dprintf(fd, "%s: ", what);
	int ended = line_or_signal(fd, out);
	tcsetattr(fd, TCSAFLUSH, &before);
	dprintf(fd, "\n");
	close(fd);
	if (ended != 0)
		raise(ended);
	return ended != 0 ? fail(TOCSIN_REFUSED, "nothing was done: asking for the %s was interrupted", what) : buf_end(out, what);
}

static enum tocsin_err from_file(const char *file, const char *what, struct buf *out)
{
	enum tocsin_err err = strcmp(file, "-") == 0 ? file_read(file, out) : file_read_private(file, out);
	const uint8_t *end = err == TOCSIN_OK && out->n > 0 ? memchr(out->p, '\n', out->n) : NULL;
	if (end != NULL)
		out->n = (size_t)(end - out->p);
	if (err == TOCSIN_OK && out->n == 0)
		err = fail(TOCSIN_BAD, "%s holds no %s in its first line", file, what);
	return err;
}

enum tocsin_err secret_ask(const char *file, const char *what, bool twice, struct buf *out)
{
	struct buf again;
	buf_init_secret(out, SECRET_MAX);
	buf_init_secret(&again, SECRET_MAX);
	enum tocsin_err err = file != NULL ? from_file(file, what, out) : from_terminal(what, out);
	if (err == TOCSIN_OK && file == NULL && twice) {
		err = from_terminal("again", &again);
		if (err == TOCSIN_OK && !bytes_equal(buf_bytes(out), buf_bytes(&again)))
			err = fail(TOCSIN_BAD, "the two are not the same: nothing was changed");
	}
	buf_free(&again);
	buf_add_char(out, 0);
	if (err == TOCSIN_OK)
		err = buf_end(out, what);
	if (err == TOCSIN_OK && strlen((const char *)out->p) + 1 != out->n)
		err = fail(TOCSIN_BAD, "the %s holds a NUL", what);
	return err;
}

enum tocsin_err secret_give(const char *file, const char *token)
{
	struct buf text;
	enum tocsin_err err = TOCSIN_OK;
	buf_init_secret(&text, SECRET_MAX);
	buf_add_str(&text, token);
	buf_add_char(&text, '\n');
	if (file == NULL)
		fwrite(text.p, 1, text.n, stdout);
	else
		err = file_replace(file, buf_bytes(&text), 0600);
	if (err == TOCSIN_OK && file != NULL)
		fprintf(stderr, "tocsin: the token is in %s: use it with --token-file, or TOCSIN_TOKEN_FILE=%s\n", file, file);
	buf_free(&text);
	return err;
}
