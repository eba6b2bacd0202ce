#include "base/tar.h"

#include "base/clock.h"
#include "base/text.h"

#define BLOCK 512

/* Where the fields of a ustar header stand (POSIX.1-2017, pax, "ustar Interchange Format"). */
enum {
	AT_MODE = 100, AT_UID = 108, AT_GID = 116, AT_SIZE = 124, AT_MTIME = 136, AT_SUM = 148, AT_TYPE = 156,
	AT_LINK = 157, AT_MAGIC = 257, AT_UNAME = 265, AT_GNAME = 297, AT_MAJOR = 329, AT_MINOR = 337, AT_PREFIX = 345,
};

static bool all_zero(const uint8_t *p, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (p[i] != 0)
			return false;
	return true;
}

/* N - 1 octal digits and a NUL or a space, as every writer of ustar makes them. */
static bool octal(const uint8_t *p, size_t n, uint64_t *v)
{
	*v = 0;
	for (size_t i = 0; i + 1 < n; i++) {
		if (p[i] < '0' || p[i] > '7')
			return false;
		*v = *v << 3 | (p[i] - (unsigned)'0');
	}
	return p[n - 1] == '\0' || p[n - 1] == ' ';
}

/* The sum of the header's bytes, those of the field for it taken as spaces. */
static uint32_t sum_of(const uint8_t *h)
{
	uint32_t sum = 8 * ' ';
	for (size_t i = 0; i < BLOCK; i++)
		sum += i >= AT_SUM && i < AT_TYPE ? 0 : h[i];
	return sum;
}

static bool sum_is_right(const uint8_t *h)
{
	/* Six digits, NUL, space; some writers end with two spaces or seven digits. */
	uint64_t sum = 0;
	size_t i = 0;
	for (; i < 8 && h[AT_SUM + i] >= '0' && h[AT_SUM + i] <= '7'; i++)
		sum = sum << 3 | (h[AT_SUM + i] - (unsigned)'0');
	return i >= 6 && sum == sum_of(h);
}

/* A relative path of plain parts: clean text, none of them empty, "." or "..". */
static bool is_plain_name(struct bytes name)
{
	if (name.n == 0 || name.n > 100 || !text_is_clean(name) || text_has_bidi(name))
		return false;
	size_t start = 0;
	for (size_t i = 0; i <= name.n; i++) {
		if (i < name.n && name.p[i] != '/')
			continue;
		struct bytes part = bytes_of(name.p + start, i - start);
		if (part.n == 0 || bytes_equal_str(part, ".") || bytes_equal_str(part, ".."))
			return false;
		start = i + 1;
	}
	return true;
}

/* One header H into FILE (its name) and *SIZE. */
static enum tocsin_err read_header(const uint8_t *h, struct tar_file *file, uint64_t *size)
{
	if (!sum_is_right(h))
		return fail(TOCSIN_BAD, "the tar file is damaged: the checksum of a header is wrong");
	if (memcmp(h + AT_MAGIC, "ustar\0" "00", 8) != 0)
		return fail(TOCSIN_BAD, "the tar file is not in ustar form: make it with tar --format=ustar");
	size_t n = strnlen((const char *)h, AT_MODE);
	if (!all_zero(h + n, AT_MODE - n) || h[AT_PREFIX] != 0 || !is_plain_name(bytes_of(h, n)))
		return fail(TOCSIN_BAD, "the tar file holds a name that is no plain relative one of at most 100 bytes");
	memcpy(file->name, h, n);
	file->name[n] = '\0';
	if (h[AT_TYPE] != '0' || h[AT_LINK] != 0)
		return fail(TOCSIN_BAD, "the tar file holds %s, which is not a regular file: put regular files in only",
		            file->name);
	if (!octal(h + AT_SIZE, AT_MTIME - AT_SIZE, size))
		return fail(TOCSIN_BAD, "the tar file holds %s with a size that is no octal number", file->name);
	return TOCSIN_OK;
}

enum tocsin_err tar_read(struct bytes archive, struct tar_file *files, size_t *n)
{
	size_t at = 0, count = 0;
	if (archive.n % BLOCK != 0)
		return fail(TOCSIN_BAD, "the tar file is cut off: its size is no multiple of 512");
	for (;;) {
		if (archive.n - at < 2 * BLOCK)
			return fail(TOCSIN_BAD, "the tar file is cut off: its end is missing");
		const uint8_t *h = archive.p + at;
		if (all_zero(h, BLOCK))
			break;
		if (count == TAR_FILES)
			return fail(TOCSIN_BAD, "the tar file holds more than %d files", TAR_FILES);
		struct tar_file *file = &files[count];
		uint64_t size = 0;
		enum tocsin_err err = read_header(h, file, &size);
		if (err != TOCSIN_OK)
			return err;
		for (size_t i = 0; i < count; i++)
			if (strcmp(files[i].name, file->name) == 0)
				return fail(TOCSIN_BAD, "the tar file holds %s twice", file->name);
		at += BLOCK;
		if (size > archive.n - at)
			return fail(TOCSIN_BAD, "the tar file is cut off inside %s", file->name);
		file->content = bytes_of(archive.p + at, (size_t)size);
		/* Both are multiples of a block, so rounding up stays inside. */
		size_t whole = ((size_t)size + BLOCK - 1) / BLOCK * BLOCK;
		if (!all_zero(archive.p + at + size, whole - (size_t)size))
			return fail(TOCSIN_BAD, "the tar file holds bytes behind %s that belong to no file",
			            file->name);
		at += whole;
		count++;
	}
	if (!all_zero(archive.p + at, archive.n - at))
		return fail(TOCSIN_BAD, "the tar file holds bytes behind its end");
	*n = count;
	return TOCSIN_OK;
}

/* N - 1 octal digits; the NUL behind them is there already. */
static void put_octal(uint8_t *p, size_t n, uint64_t v)
{
	for (size_t i = n - 1; i > 0; i--) {
		p[i - 1] = (uint8_t)('0' + (v & 7));
		v >>= 3;
	}
}

void tar_add(struct buf *out, const char *name, struct bytes content, int64_t mtime_us)
{
	const uint64_t most = (UINT64_C(1) << 33) - 1;            /* eleven octal digits */
	uint64_t mtime = mtime_us < 0 ? 0 : (uint64_t)(mtime_us / CLOCK_SECOND);
	struct bytes n = bytes_str(name);
	if (!is_plain_name(n) || content.n > most || mtime > most) {
		out->failed = true;
		return;
	}
	uint8_t *h = buf_grow(out, BLOCK);
	if (h == NULL)
		return;
	memset(h, 0, BLOCK);
	memcpy(h, n.p, n.n);
	put_octal(h + AT_MODE, AT_UID - AT_MODE, 0644);
	put_octal(h + AT_UID, AT_GID - AT_UID, 0);
	put_octal(h + AT_GID, AT_SIZE - AT_GID, 0);
	put_octal(h + AT_SIZE, AT_MTIME - AT_SIZE, content.n);
	put_octal(h + AT_MTIME, AT_SUM - AT_MTIME, mtime);
	h[AT_TYPE] = '0';
	memcpy(h + AT_MAGIC, "ustar\0" "00", 8);
	put_octal(h + AT_MAJOR, AT_MINOR - AT_MAJOR, 0);
	put_octal(h + AT_MINOR, AT_PREFIX - AT_MINOR, 0);
	put_octal(h + AT_SUM, 7, sum_of(h));
	h[AT_SUM + 7] = ' ';
	buf_add_bytes(out, content);
	size_t pad = (BLOCK - content.n % BLOCK) % BLOCK;
	uint8_t *zeros = buf_grow(out, pad);
	if (zeros != NULL)
		memset(zeros, 0, pad);
}

void tar_end(struct buf *out)
{
	uint8_t *zeros = buf_grow(out, 2 * BLOCK);
	if (zeros != NULL)
		memset(zeros, 0, 2 * BLOCK);
}
