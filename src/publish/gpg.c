#include "publish/gpg.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/text.h"

#define LIMIT_US (60 * CLOCK_SECOND)
#define PATH_ROOM 512
#define ARGS 32

/* ---- what it says ---- */

/* From the least to the most that speaks against it. */
enum result { RESULT_NOTHING, RESULT_GOOD, RESULT_NOT_CHECKED, RESULT_UNKNOWN_KEY, RESULT_EXPIRED, RESULT_REVOKED, RESULT_BAD };
static const char *const words[] = { "none", "good", "not-checked", "unknown-key", "expired", "revoked", "bad" };

static const struct {
	const char *keyword;
	enum result result;
} keywords[] = {
	{ "GOODSIG", RESULT_GOOD },
	{ "EXPSIG", RESULT_EXPIRED },
	{ "EXPKEYSIG", RESULT_EXPIRED },
	{ "REVKEYSIG", RESULT_REVOKED },
	{ "BADSIG", RESULT_BAD },
	{ "ERRSIG", RESULT_NOT_CHECKED },
};

struct reading {
	enum result now, worst;                 /* of this signature; of those before it */
	char signer_now[GPG_SIGNER + 1], signer[GPG_SIGNER + 1];
	bool valid;                             /* it was followed by VALIDSIG */
	bool no_data;
};

static bool take_hex(struct bytes word, char out[GPG_SIGNER + 1])
{
	if (word.n < 8 || word.n > GPG_SIGNER)
		return false;
	for (size_t i = 0; i < word.n; i++)
		if (strchr("0123456789ABCDEF", word.p[i]) == NULL || word.p[i] == 0)
			return false;
	memcpy(out, word.p, word.n);
	out[word.n] = 0;
	return true;
}

static void signature_ends(struct reading *r)
{
	/* gpg says both of a good one. */
	if (r->now == RESULT_GOOD && !r->valid)
		r->now = RESULT_NOT_CHECKED;
	if (r->now > r->worst) {
		r->worst = r->now;
		memcpy(r->signer, r->signer_now, sizeof r->signer);
	}
	r->now = RESULT_NOTHING;
	r->signer_now[0] = 0;
	r->valid = false;
}

/* ERRSIG number pubkey-algorithm hash-algorithm class time reason [fingerprint]: 9 is a key that is not there. */
static void read_error(struct bytes rest, struct reading *r)
{
	struct bytes word;
	for (int i = 0; i < 6 && text_word(&rest, &word); i++)
		if (i == 4 && rest.n > 0 && rest.p[0] == '9' && (rest.n == 1 || rest.p[1] == ' '))
			r->now = RESULT_UNKNOWN_KEY;
	if (text_word(&rest, &word))
		(void)take_hex(word, r->signer_now);
}

static void read_line(struct bytes line, struct reading *r)
{
	struct bytes keyword, word = { 0 }, rest;
	if (!bytes_starts(line, "[GNUPG:] "))
		return;
	rest = bytes_of(line.p + 9, line.n - 9);
	if (!text_word(&rest, &keyword))
		return;
	if (bytes_equal_str(keyword, "NODATA"))
		r->no_data = true;
	if (bytes_equal_str(keyword, "NEWSIG"))
		signature_ends(r);
	if (bytes_equal_str(keyword, "VALIDSIG")) {
		/* The last word is the fingerprint of the primary key. */
		r->valid = true;
		while (text_word(&rest, &word))
			;
		(void)take_hex(word, r->signer_now);
		return;
	}
	for (size_t i = 0; i < sizeof keywords / sizeof *keywords; i++) {
		struct bytes all = rest;
		if (!bytes_equal_str(keyword, keywords[i].keyword))
			continue;
		if (r->now != RESULT_NOTHING)
			signature_ends(r);
		r->now = keywords[i].result;
		if (text_word(&rest, &word))
			(void)take_hex(word, r->signer_now);
		if (strcmp(keywords[i].keyword, "ERRSIG") == 0)
			read_error(all, r);
	}
}

void gpg_read(struct bytes status, bool ended, struct gpg_verdict *out)
{
	struct reading r = { 0 };
	struct text t = text_over(status);
	struct bytes line;
	while (text_line(&t, GPG_STATUS, &line))
		read_line(line, &r);
	signature_ends(&r);
	if (r.worst == RESULT_NOTHING && !r.no_data)
		r.worst = RESULT_NOT_CHECKED;
	if (r.worst == RESULT_GOOD && !ended)
		r.worst = RESULT_NOT_CHECKED;
	*out = (struct gpg_verdict){ .word = words[r.worst],
		.why = r.worst == RESULT_NOT_CHECKED ? "gpg could not check it" : "" };
	memcpy(out->signer, r.signer, sizeof out->signer);
}

/* ---- running it ---- */

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *where)
{
	(void)st;
	(void)type;
	(void)where;
	return remove(path);
}

static enum tocsin_err make_folder(char path[PATH_ROOM])
{
	const char *tmp = getenv("TMPDIR");
	if (tmp == NULL || tmp[0] != '/')
		tmp = "/tmp";
	if ((size_t)snprintf(path, PATH_ROOM, "%s/tocsin-gpg.XXXXXX", tmp) >= PATH_ROOM)
		return fail(TOCSIN_BAD, "TMPDIR is too long a path");
	if (mkdtemp(path) == NULL)
		return fail(TOCSIN_BROKEN, "no folder for gpg in %s: %s", tmp, strerror(errno));
	return TOCSIN_OK;
}

static enum tocsin_err put_file(const char *folder, const char *name, struct bytes content)
{
	char path[PATH_ROOM + 16];
	snprintf(path, sizeof path, "%s/%s", folder, name);
	return file_create(path, content, 0600);
}

/* Output into FD, nothing else. 0, or what errno would be. */
static int spawn(const char *const *args, const char *folder, int fd, pid_t *pid)
{
	char home[PATH_ROOM + 8], path[4096];
	const char *search = getenv("PATH");
	posix_spawn_file_actions_t files;
	posix_spawnattr_t attr;
	sigset_t none, all;
	char *const env[] = { home, path, (char[]){ "LC_ALL=C.UTF-8" }, NULL };
	snprintf(home, sizeof home, "HOME=%s", folder);
	if ((size_t)snprintf(path, sizeof path, "PATH=%s", search == NULL ? "/usr/local/bin:/usr/bin:/bin" : search) >= sizeof path)
		return E2BIG;
	sigemptyset(&none);
	sigfillset(&all);
	if (posix_spawn_file_actions_init(&files) != 0)
		return ENOMEM;
	if (posix_spawnattr_init(&attr) != 0) {
		posix_spawn_file_actions_destroy(&files);
		return ENOMEM;
	}
	int failed = ENOMEM;
	if (posix_spawn_file_actions_addopen(&files, 0, "/dev/null", O_RDONLY, 0) == 0 &&
		posix_spawn_file_actions_adddup2(&files, fd, 1) == 0 &&
		posix_spawn_file_actions_addopen(&files, 2, "/dev/null", O_WRONLY, 0) == 0 &&
		posix_spawn_file_actions_addclosefrom_np(&files, 3) == 0 && posix_spawnattr_setsigmask(&attr, &none) == 0 &&
		posix_spawnattr_setsigdefault(&attr, &all) == 0 && posix_spawnattr_setpgroup(&attr, 0) == 0 &&
		posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP) == 0)
		failed = posix_spawnp(pid, args[0], &files, &attr, (char *const *)(uintptr_t)args, env);
	posix_spawnattr_destroy(&attr);
	posix_spawn_file_actions_destroy(&files);
	return failed;
}

/* All that comes out of FD until END; false when it is too much or takes too long. */
static bool drain(int fd, int64_t end, struct buf *out)
{
	for (;;) {
		uint8_t piece[4096];
		struct pollfd p = { .fd = fd, .events = POLLIN };
		int64_t left = (end - clock_mono()) / 1000;
		if (left <= 0 || (poll(&p, 1, (int)left) <= 0 && errno != EINTR))
			return false;
		ssize_t n = read(fd, piece, sizeof piece);
		if (n < 0 && (errno == EINTR || errno == EAGAIN))
			continue;
		if (n <= 0)
			return n == 0 && !out->failed;
		buf_add(out, piece, (size_t)n);
	}
}

/* Runs gpg in FOLDER with MORE (NULL at the end); its status lines into OUT, *ENDED whether it ended with 0. OFFLINE: it is
 * not here, or took too long. */
static enum tocsin_err run(const char *folder, const char *const *more, struct buf *out, bool *ended)
{
	static const char *const always[] = { "gpg", "--no-options", "--batch", "--no-tty", "--quiet", "--no-autostart",
		"--disable-dirmngr", "--no-auto-key-retrieve", "--no-auto-check-trustdb", "--trust-model", "always", "--status-fd", "1",
		"--homedir" };
	const char *args[ARGS] = { NULL };
	size_t n = sizeof always / sizeof *always;
	int pipe_fd[2], status = 0;
	pid_t pid;
	memcpy(args, always, sizeof always);
	args[n++] = folder;
	while (*more != NULL && n + 1 < ARGS)
		args[n++] = *more++;
	if (pipe2(pipe_fd, O_CLOEXEC) != 0)
		return fail(TOCSIN_BROKEN, "no pipe for gpg: %s", strerror(errno));
	int failed = spawn(args, folder, pipe_fd[1], &pid);
	close(pipe_fd[1]);
	if (failed != 0) {
		close(pipe_fd[0]);
		return fail(TOCSIN_OFFLINE, "gpg cannot be run: %s", strerror(failed));
	}
	bool whole = drain(pipe_fd[0], clock_mono() + LIMIT_US, out);
	close(pipe_fd[0]);
	if (!whole)
		kill(-pid, SIGKILL);
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	*ended = WIFEXITED(status) && WEXITSTATUS(status) == 0;
	return whole ? TOCSIN_OK : fail(TOCSIN_OFFLINE, "gpg took too long, or said too much");
}

static enum tocsin_err import(const char *folder, struct bytes keys, struct buf *status)
{
	char path[PATH_ROOM + 16];
	bool ended;
	snprintf(path, sizeof path, "%s/keys", folder);
	enum tocsin_err err = put_file(folder, "keys", keys);
	if (err == TOCSIN_OK)
		err = run(folder, (const char *const[]){ "--import", "--", path, NULL }, status, &ended);
	if (err == TOCSIN_OK && (status->n == 0 || memmem(status->p, status->n, "[GNUPG:] IMPORT_OK ", 19) == NULL))
		err = fail(TOCSIN_BAD, "gpg finds no public key in the file of keys");
	buf_clear(status);
	return err;
}

static enum tocsin_err check(const char *folder, const struct eml *m, struct buf *status, bool *ended)
{
	char content[PATH_ROOM + 16], signature[PATH_ROOM + 16];
	snprintf(content, sizeof content, "%s/content", folder);
	snprintf(signature, sizeof signature, "%s/signature", folder);
	enum tocsin_err err = put_file(folder, "content", m->content);
	if (err == TOCSIN_OK && m->form == EML_DETACHED)
		err = put_file(folder, "signature", m->signature);
	if (err != TOCSIN_OK)
		return err;
	const char *const of_two[] = { "--verify", "--", signature, content, NULL }, *const of_one[] = { "--verify", "--", content, NULL };
	return run(folder, m->form == EML_DETACHED ? of_two : of_one, status, ended);
}

enum tocsin_err gpg_verify(const struct eml *m, struct bytes keys, struct gpg_verdict *out)
{
	char folder[PATH_ROOM];
	struct buf status;
	bool ended = false;
	*out = (struct gpg_verdict){ .word = m->form == EML_PLAIN ? "none" : "not-checked",
		.why = m->form == EML_SECRET ? "it is encrypted" : "" };
	if (m->form < EML_DETACHED)
		return TOCSIN_OK;
	enum tocsin_err err = make_folder(folder);
	if (err != TOCSIN_OK)
		return err;
	buf_init(&status, GPG_STATUS);
	if (keys.n > 0)
		err = import(folder, keys, &status);
	if (err == TOCSIN_OK)
		err = check(folder, m, &status, &ended);
	if (err == TOCSIN_OK)
		gpg_read(buf_bytes(&status), ended, out);
	else if (err == TOCSIN_OFFLINE) {
		out->why = "gpg is not on this machine, or did not end";
		err = TOCSIN_OK;
	}
	buf_free(&status);
	if (nftw(folder, remove_one, 16, FTW_DEPTH | FTW_PHYS) != 0 && err == TOCSIN_OK)
		err = fail(TOCSIN_BROKEN, "cannot remove %s: %s", folder, strerror(errno));
	return err;
}
