#include "node/folder.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <termios.h>

#include "base/file.h"
#include "base/random.h"
#include "node/node.h"

#define PASSPHRASE_MAX 1024

enum tocsin_err folder_lock(const char *dir, int *fd)
{
	char path[4096];
	*fd = -1;
	enum tocsin_err err = file_join(path, sizeof path, dir, "run");
	if (err == TOCSIN_OK)
		err = file_mkdir(path, 0700);
	if (err == TOCSIN_OK)
		err = file_join(path, sizeof path, dir, "run/lock");
	if (err != TOCSIN_OK)
		return err;
	*fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (*fd < 0)
		return fail(TOCSIN_BROKEN, "%s cannot be opened: %s", path, strerror(errno));
	if (flock(*fd, LOCK_EX | LOCK_NB) == 0)
		return TOCSIN_OK;
	err = errno == EWOULDBLOCK ? fail(TOCSIN_REFUSED, "a node runs on %s already", dir)
				   : fail(TOCSIN_BROKEN, "%s cannot be locked: %s", path, strerror(errno));
	close(*fd);
	*fd = -1;
	return err;
}

enum tocsin_err folder_write_pid(const char *dir)
{
	char path[4096], text[32];
	int n = snprintf(text, sizeof text, "%ld\n", (long)getpid());
	enum tocsin_err err = file_join(path, sizeof path, dir, "run/pid");
	return err == TOCSIN_OK ? file_replace(path, bytes_of(text, (size_t)n), 0644) : err;
}

void folder_unlock(const char *dir, int fd)
{
	char path[4096];
	if (fd < 0)
		return;
	if (file_join(path, sizeof path, dir, "run/pid") == TOCSIN_OK)
		unlink(path);
	close(fd);
}

enum tocsin_err folder_make_token(const char *dir)
{
	char path[4096], text[FOLDER_TOKEN + 2];
	uint8_t secret[FOLDER_TOKEN / 2];
	random_bytes(secret, sizeof secret);
	hex_encode(secret, sizeof secret, text);
	text[FOLDER_TOKEN] = '\n';
	enum tocsin_err err = file_join(path, sizeof path, dir, NODE_TOKEN);
	if (err == TOCSIN_OK)
		err = file_create(path, bytes_of(text, FOLDER_TOKEN + 1), 0600);
	bytes_wipe(secret, sizeof secret);
	bytes_wipe(text, sizeof text);
	return err;
}

enum tocsin_err folder_read_token(const char *dir, char token[FOLDER_TOKEN + 1])
{
	char path[4096];
	uint8_t secret[FOLDER_TOKEN / 2];
	struct buf text;
	buf_init_secret(&text, 256);
	enum tocsin_err err = file_join(path, sizeof path, dir, NODE_TOKEN);
	if (err == TOCSIN_OK)
		err = file_read_private(path, &text);
	if (err == TOCSIN_OK &&
		!(text.n == FOLDER_TOKEN + 1 && text.p[FOLDER_TOKEN] == '\n' &&
			hex_decode(bytes_of(text.p, FOLDER_TOKEN), secret, sizeof secret)))
		err = fail(TOCSIN_BROKEN, "%s must hold one line of %d hex digits", path, FOLDER_TOKEN);
	if (err == TOCSIN_OK) {
		memcpy(token, text.p, FOLDER_TOKEN);
		token[FOLDER_TOKEN] = 0;
	}
	bytes_wipe(secret, sizeof secret);
	buf_free(&text);
	return err;
}

/* ---- the passphrase ---- */

static enum tocsin_err first_line(struct buf *out, const char *where)
{
	const uint8_t *end = out->n == 0 ? NULL : memchr(out->p, '\n', out->n);
	if (end != NULL)
		out->n = (size_t)(end - out->p);
	return out->n > 0 ? TOCSIN_OK : fail(TOCSIN_BAD, "%s holds no passphrase in its first line", where);
}

static enum tocsin_err ask_person(const char *dir, struct buf *out)
{
	struct termios before, quiet;
	char c;
	int fd = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);
	if (fd < 0 || tcgetattr(fd, &before) != 0) {
		if (fd >= 0)
			close(fd);
		return fail(TOCSIN_REFUSED,
			"the keys of %s are under a passphrase: name a file that holds it in TOCSIN_PASSPHRASE_FILE",
			dir);
	}
	quiet = before;
	quiet.c_lflag &= ~(tcflag_t)ECHO;
	tcsetattr(fd, TCSAFLUSH, &quiet);
	dprintf(fd, "Passphrase for %s: ", dir);
	while (read(fd, &c, 1) == 1 && c != '\n')
		buf_add_char(out, c);
	tcsetattr(fd, TCSAFLUSH, &before);
	dprintf(fd, "\n");
	close(fd);
	enum tocsin_err err = buf_end(out, "the passphrase");
	return err == TOCSIN_OK ? first_line(out, "what was typed") : err;
}

enum tocsin_err folder_passphrase(const char *dir, struct buf *out)
{
	char path[4096];
	const char *file = getenv("TOCSIN_PASSPHRASE_FILE"), *credentials = getenv("CREDENTIALS_DIRECTORY");
	enum tocsin_err err = TOCSIN_OK;
	buf_init_secret(out, PASSPHRASE_MAX);
	if (file != NULL && file[0] != 0) {
		err = file_read_private(file, out);
		return err == TOCSIN_OK ? first_line(out, file) : err;
	}
	if (credentials != NULL && credentials[0] == '/') {
		/* The service manager owns it, and guards it by its own means. */
		err = file_join(path, sizeof path, credentials, "passphrase");
		if (err == TOCSIN_OK && file_exists(path)) {
			err = file_read(path, out);
			return err == TOCSIN_OK ? first_line(out, path) : err;
		}
	}
	return err == TOCSIN_OK ? ask_person(dir, out) : err;
}

/* ---- making and unmaking ---- */

static int remove_one(const char *path, const struct stat *st, int flag, struct FTW *at)
{
	(void)st;
	(void)flag;
	if (at->level > 0)
		remove(path);
	return 0;
}

void folder_remove(const char *dir, bool keep)
{
	nftw(dir, remove_one, 16, FTW_DEPTH | FTW_PHYS | FTW_MOUNT);
	if (!keep)
		rmdir(dir);
}

enum tocsin_err folder_look(const char *dir, bool *there, bool *empty)
{
	*there = *empty = false;
	DIR *d = opendir(dir);
	if (d == NULL && errno == ENOENT)
		return TOCSIN_OK;
	if (d == NULL)
		return fail(errno == ENOTDIR ? TOCSIN_BAD : TOCSIN_BROKEN, "%s cannot be opened as a folder: %s", dir,
			strerror(errno));
	*there = *empty = true;
	for (struct dirent *e; (e = readdir(d)) != NULL;)
		if (strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0)
			*empty = false;
	closedir(d);
	return TOCSIN_OK;
}
