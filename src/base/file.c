#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sys/stat.h>

#define CHUNK 65536

/* The rest of FD into OUT. One byte more than OUT may still take is asked for, to notice that there is more. */
static enum tocsin_err read_all(int fd, const char *path, struct buf *out)
{
	uint8_t chunk[CHUNK];
	enum tocsin_err err = TOCSIN_OK;
	for (;;) {
		ssize_t got = read(fd, chunk, sizeof chunk);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0) {
			err = fail(errno == EISDIR ? TOCSIN_BAD : TOCSIN_BROKEN, "cannot read %s: %s", path, strerror(errno));
			break;
		}
		if (got == 0) {
			err = buf_end(out, path);
			break;
		}
		if ((size_t)got > out->max - out->n) {
			err = fail(TOCSIN_BAD, "%s is larger than the %zu bytes that it may have", path, out->max);
			break;
		}
		buf_add(out, chunk, (size_t)got);
	}
	if (out->secret)
		bytes_wipe(chunk, sizeof chunk);
	return err;
}

static enum tocsin_err check_private(int fd, const char *path)
{
	struct stat st;
	if (fstat(fd, &st) != 0)
		return fail(TOCSIN_BROKEN, "cannot look at %s: %s", path, strerror(errno));
	if (st.st_uid != geteuid())
		return fail(TOCSIN_REFUSED, "%s holds secrets and belongs to somebody else: chown it to yourself", path);
	if ((st.st_mode & 077) != 0)
		return fail(TOCSIN_REFUSED, "%s holds secrets that others can read or change: run chmod 600 %s", path,
		            path);
	return TOCSIN_OK;
}

static enum tocsin_err read_path(const char *path, struct buf *out, bool private)
{
	if (strcmp(path, "-") == 0)
		return read_all(STDIN_FILENO, "standard input", out);
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	if (fd < 0 && (errno == ENOENT || errno == ENOTDIR))
		return fail(TOCSIN_MISSING, "there is no file %s", path);
	if (fd < 0)
		return fail(TOCSIN_BROKEN, "cannot open %s: %s", path, strerror(errno));
	enum tocsin_err err = private ? check_private(fd, path) : TOCSIN_OK;
	if (err == TOCSIN_OK)
		err = read_all(fd, path, out);
	close(fd);
	return err;
}

enum tocsin_err file_read(const char *path, struct buf *out)
{
	return read_path(path, out, false);
}

enum tocsin_err file_read_private(const char *path, struct buf *out)
{
	return read_path(path, out, true);
}

/* Opens the directory that PATH is in; its last part goes into *NAME, borrowed from PATH. */
static enum tocsin_err open_parent(const char *path, int *dir, const char **name)
{
	char parent[PATH_MAX];
	const char *slash = strrchr(path, '/');
	*name = slash == NULL ? path : slash + 1;
	if (slash == NULL) {
		memcpy(parent, ".", 2);
	} else {
		size_t n = slash == path ? 1 : (size_t)(slash - path);
		if (n >= sizeof parent)
			return fail(TOCSIN_BAD, "%.60s...: the path is too long", path);
		memcpy(parent, path, n);
		parent[n] = '\0';
	}
	if (**name == '\0')
		return fail(TOCSIN_BAD, "%s names no file: leave out the slash at its end", path);
	*dir = open(parent, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (*dir < 0)
		return fail(errno == ENOENT ? TOCSIN_MISSING : TOCSIN_BROKEN, "cannot open the directory %s: %s",
		            parent, strerror(errno));
	return TOCSIN_OK;
}

/* Writes NAME in DIR, which must not exist, and makes it durable; removes it again when that fails. */
static enum tocsin_err write_new(int dir, const char *name, const char *path, struct bytes content, mode_t mode)
{
	int fd = openat(dir, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode);
	if (fd < 0 && errno == EEXIST)
		return fail(TOCSIN_REFUSED, "%s is there already: move it away first", path);
	if (fd < 0)
		return fail(TOCSIN_BROKEN, "cannot create %s: %s", path, strerror(errno));
	/* The umask must not decide who can read what we publish. */
	bool ok = fchmod(fd, mode) == 0;
	while (ok && content.n > 0) {
		ssize_t wrote = write(fd, content.p, content.n);
		if (wrote < 0 && errno == EINTR)
			continue;
		ok = wrote > 0;
		if (ok)
			content = bytes_of(content.p + wrote, content.n - (size_t)wrote);
	}
	ok = ok && fsync(fd) == 0;
	int why = errno;
	/* After a good fsync close can only say again what does not matter. */
	close(fd);
	if (ok)
		return TOCSIN_OK;
	unlinkat(dir, name, 0);
	return fail(TOCSIN_BROKEN, "cannot write %s: %s", path, strerror(why));
}

enum tocsin_err file_replace(const char *path, struct bytes content, mode_t mode)
{
	int dir;
	const char *name;
	enum tocsin_err err = open_parent(path, &dir, &name);
	if (err != TOCSIN_OK)
		return err;
	char fresh[NAME_MAX + 1];
	int n = snprintf(fresh, sizeof fresh, "%s.new", name);
	if (n < 0 || (size_t)n >= sizeof fresh) {
		err = fail(TOCSIN_BAD, "%s: the file's name is too long", path);
		goto out;
	}
	/* A crash may have left one behind. */
	if (unlinkat(dir, fresh, 0) != 0 && errno != ENOENT) {
		err = fail(TOCSIN_BROKEN, "cannot remove %s.new: %s", path, strerror(errno));
		goto out;
	}
	err = write_new(dir, fresh, path, content, mode);
	if (err != TOCSIN_OK)
		goto out;
	if (renameat(dir, fresh, dir, name) != 0) {
		err = fail(TOCSIN_BROKEN, "cannot replace %s: %s", path, strerror(errno));
		unlinkat(dir, fresh, 0);
	} else if (fsync(dir) != 0) {
		err = fail(TOCSIN_BROKEN, "cannot make the new %s durable: %s", path, strerror(errno));
	}
out:
	close(dir);
	return err;
}

enum tocsin_err file_create(const char *path, struct bytes content, mode_t mode)
{
	int dir;
	const char *name;
	enum tocsin_err err = open_parent(path, &dir, &name);
	if (err != TOCSIN_OK)
		return err;
	err = write_new(dir, name, path, content, mode);
	if (err == TOCSIN_OK && fsync(dir) != 0)
		err = fail(TOCSIN_BROKEN, "cannot make the new %s durable: %s", path, strerror(errno));
	close(dir);
	return err;
}

enum tocsin_err file_mkdir(const char *path, mode_t mode)
{
	int dir;
	const char *name;
	enum tocsin_err err = open_parent(path, &dir, &name);
	if (err != TOCSIN_OK)
		return err;
	struct stat st;
	if (mkdirat(dir, name, mode) == 0) {
		if (fsync(dir) != 0)
			err = fail(TOCSIN_BROKEN, "cannot make the new directory %s durable: %s", path,
			           strerror(errno));
	} else if (errno != EEXIST) {
		err = fail(TOCSIN_BROKEN, "cannot create the directory %s: %s", path, strerror(errno));
	} else if (fstatat(dir, name, &st, 0) != 0 || !S_ISDIR(st.st_mode)) {
		err = fail(TOCSIN_BROKEN, "%s is there already and is no directory: move it away", path);
	}
	close(dir);
	return err;
}

bool file_exists(const char *path)
{
	struct stat st;
	return stat(path, &st) == 0;
}

enum tocsin_err file_join(char *out, size_t n, const char *dir, const char *name)
{
	int need = snprintf(out, n, "%s/%s", dir, name);
	if (need < 0 || (size_t)need >= n)
		return fail(TOCSIN_BAD, "%.60s.../%.60s: the path is longer than %zu bytes", dir, name, n);
	return TOCSIN_OK;
}
