#include "desk/forgotten.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/log.h"
#include "base/text.h"

#define HEAD "tocsin/v1 forgotten\n"
#define LINE (2 * SHA256_SIZE + 1)
#define FILE_MAX (sizeof HEAD + (size_t)FORGOTTEN_MAX * LINE)

struct forgotten {
	pthread_mutex_t lock;
	char path[4096];
	int fd;                                 /* for appending */
	struct hash *id;                        /* in their order */
	size_t n, room;
	uint32_t *slot;                         /* index + 1 by the id's first bytes; 0: free */
	size_t slots;                           /* a power of two, more than twice n */
	bool marked;
	enum tocsin_err err;                    /* while it is read */
};

static bool hex_only(const uint8_t *p, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (!((p[i] >= '0' && p[i] <= '9') || (p[i] >= 'a' && p[i] <= 'f')))
			return false;
	return true;
}

enum tocsin_err forgotten_parse(struct bytes text, forgotten_each *each, void *arg, size_t *good)
{
	size_t head = sizeof HEAD - 1, at = head, line = 2;
	*good = 0;
	if (text.n < head || memcmp(text.p, HEAD, head) != 0)
		return fail(TOCSIN_BAD, "line 1 is not \"tocsin/v1 forgotten\"");
	if (text.n > FILE_MAX)
		return fail(TOCSIN_BAD, "it names more than %u ids", FORGOTTEN_MAX);
	for (; text.n - at >= LINE; at += LINE, line++) {
		struct hash id;
		if (text.p[at + LINE - 1] != '\n' || !hex_decode(bytes_of(text.p + at, LINE - 1), id.b, SHA256_SIZE))
			return fail(TOCSIN_BAD, "line %zu is no id of 64 hex digits", line);
		if (!each(arg, &id))
			return TOCSIN_BROKEN;
	}
	if (!hex_only(text.p + at, text.n - at))
		return fail(TOCSIN_BAD, "line %zu is no id of 64 hex digits", line);
	*good = at;
	return TOCSIN_OK;
}

enum tocsin_err forgotten_create(const char *dir)
{
	char path[4096];
	enum tocsin_err err = file_join(path, sizeof path, dir, FORGOTTEN_FILE);
	return err == TOCSIN_OK ? file_create(path, bytes_str(HEAD), 0600) : err;
}

/* ---- in memory ---- */

static size_t place(const struct forgotten *f, const struct hash *id)
{
	size_t i = (size_t)be64_get(id->b) & (f->slots - 1);
	while (f->slot[i] != 0 && !hash_equal(&f->id[f->slot[i] - 1], id))
		i = (i + 1) & (f->slots - 1);
	return i;
}

static bool grow(struct forgotten *f)
{
	size_t room = f->room == 0 ? 64 : f->room * 2;
	struct hash *id = realloc(f->id, room * sizeof *id);
	if (id == NULL)
		return false;
	f->id = id;
	f->room = room;
	uint32_t *slot = calloc(4 * room, sizeof *slot);
	if (slot == NULL)
		return false;
	free(f->slot);
	f->slot = slot;
	f->slots = 4 * room;
	for (size_t i = 0; i < f->n; i++)
		f->slot[place(f, &f->id[i])] = (uint32_t)i + 1;
	return true;
}

/* False: it is there already, or there is no memory (f->err). */
static bool keep(struct forgotten *f, const struct hash *id)
{
	if (f->n == FORGOTTEN_MAX)
		f->err = fail(TOCSIN_REFUSED, "%s is full", f->path);
	else if (f->n == f->room && !grow(f))
		f->err = fail(TOCSIN_BROKEN, "no memory for %s", f->path);
	if (f->err != TOCSIN_OK)
		return false;
	size_t i = place(f, id);
	if (f->slot[i] != 0)
		return false;
	f->id[f->n++] = *id;
	f->slot[i] = (uint32_t)f->n;
	return true;
}

static bool take(void *arg, const struct hash *id)
{
	struct forgotten *f = arg;
	if (!keep(f, id) && f->err == TOCSIN_OK)
		f->err = fail(TOCSIN_BAD, "line %zu is there twice", f->n + 2);
	return f->err == TOCSIN_OK;
}

/* ---- the file ---- */

static enum tocsin_err cut(struct forgotten *f, size_t good)
{
	log_say(LOG_WARN, "forgotten cut", "path=\"%s\" why=\"a crash left a part of a line\"", f->path);
	if (ftruncate(f->fd, (off_t)good) != 0 || fsync(f->fd) != 0)
		return fail(TOCSIN_BROKEN, "%s: cannot be written: %s", f->path, strerror(errno));
	return TOCSIN_OK;
}

static enum tocsin_err load(struct forgotten *f)
{
	struct buf text;
	size_t good = 0;
	char why[200];
	buf_init(&text, FILE_MAX);
	enum tocsin_err err = file_read_private(f->path, &text);
	if (err == TOCSIN_OK) {
		err = forgotten_parse(buf_bytes(&text), take, f, &good);
		snprintf(why, sizeof why, "%s", fail_sentence());
		if (f->err == TOCSIN_BROKEN || f->err == TOCSIN_REFUSED)
			err = f->err;
		else if (err != TOCSIN_OK)
			err = fail(TOCSIN_REFUSED,
				"%s is damaged: %s; put its newest copy in its place: without it this node would serve again what it "
				"had to forget",
				f->path, why);
	}
	if (err == TOCSIN_OK) {
		f->fd = open(f->path, O_WRONLY | O_APPEND | O_CLOEXEC | O_NOFOLLOW);
		if (f->fd < 0)
			err = fail(TOCSIN_BROKEN, "%s: cannot be opened for writing: %s", f->path, strerror(errno));
	}
	if (err == TOCSIN_OK && good < text.n)
		err = cut(f, good);
	buf_free(&text);
	return err;
}

enum tocsin_err forgotten_open(const char *dir, struct forgotten **out)
{
	struct forgotten *f = calloc(1, sizeof *f);
	if (f == NULL)
		return fail(TOCSIN_BROKEN, "no memory for what is forgotten");
	pthread_mutex_init(&f->lock, NULL);
	f->fd = -1;
	enum tocsin_err err = file_join(f->path, sizeof f->path, dir, FORGOTTEN_FILE);
	if (err == TOCSIN_OK)
		err = load(f);
	if (err != TOCSIN_OK) {
		forgotten_close(f);
		return err;
	}
	*out = f;
	return TOCSIN_OK;
}

void forgotten_close(struct forgotten *f)
{
	if (f == NULL)
		return;
	if (f->fd >= 0)
		close(f->fd);
	pthread_mutex_destroy(&f->lock);
	free(f->id);
	free(f->slot);
	free(f);
}

bool forgotten_has(struct forgotten *f, const struct hash *id)
{
	pthread_mutex_lock(&f->lock);
	bool has = f->n > 0 && f->slot[place(f, id)] != 0;
	pthread_mutex_unlock(&f->lock);
	return has;
}

size_t forgotten_count(struct forgotten *f)
{
	pthread_mutex_lock(&f->lock);
	size_t n = f->n;
	pthread_mutex_unlock(&f->lock);
	return n;
}

/* All of TEXT behind what is there, or nothing. */
static enum tocsin_err append(struct forgotten *f, struct bytes text)
{
	off_t end = lseek(f->fd, 0, SEEK_END);
	size_t done = 0;
	while (end >= 0 && done < text.n) {
		ssize_t n = write(f->fd, text.p + done, text.n - done);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			break;
		done += (size_t)n;
	}
	if (end >= 0 && done == text.n && fsync(f->fd) == 0)
		return TOCSIN_OK;
	int why = errno;
	if (end >= 0 && ftruncate(f->fd, end) != 0)
		log_say(LOG_ERROR, "forgotten not cut", "path=\"%s\"", f->path);
	return fail(TOCSIN_BROKEN, "%s: cannot be written: %s; nothing was forgotten", f->path, strerror(why));
}

enum tocsin_err forgotten_add(struct forgotten *f, const struct hash *ids, size_t n)
{
	struct buf text;
	enum tocsin_err err = TOCSIN_OK;
	buf_init(&text, (n + 1) * LINE);
	pthread_mutex_lock(&f->lock);
	size_t before = f->n;
	f->err = TOCSIN_OK;
	for (size_t i = 0; i < n && f->err == TOCSIN_OK; i++)
		if (keep(f, &ids[i])) {
			char hex[2 * SHA256_SIZE + 1];
			hex_encode(ids[i].b, SHA256_SIZE, hex);
			buf_printf(&text, "%s\n", hex);
		}
	err = f->err;
	if (err == TOCSIN_OK)
		err = buf_end(&text, "what is forgotten");
	if (err == TOCSIN_OK && text.n > 0)
		err = append(f, buf_bytes(&text));
	/* What is not in the file is not in memory either. */
	while (err != TOCSIN_OK && f->n > before)
		f->n--;
	if (err != TOCSIN_OK && f->slots > 0) {
		memset(f->slot, 0, f->slots * sizeof *f->slot);
		for (size_t i = 0; i < f->n; i++)
			f->slot[place(f, &f->id[i])] = (uint32_t)i + 1;
	}
	pthread_mutex_unlock(&f->lock);
	buf_free(&text);
	return err;
}

void forgotten_all(struct forgotten *f, forgotten_each *each, void *arg)
{
	pthread_mutex_lock(&f->lock);
	for (size_t i = 0; i < f->n; i++)
		if (!each(arg, &f->id[i]))
			break;
	pthread_mutex_unlock(&f->lock);
}

void forgotten_mark(struct forgotten *f)
{
	pthread_mutex_lock(&f->lock);
	f->marked = true;
	pthread_mutex_unlock(&f->lock);
}

bool forgotten_marked(struct forgotten *f)
{
	pthread_mutex_lock(&f->lock);
	bool marked = f->marked;
	f->marked = false;
	pthread_mutex_unlock(&f->lock);
	return marked;
}
