/*
 * tar: the smallest strict ustar: regular files with plain relative names, nothing else.
 *
 * Reading refuses links, devices, directories, absolute names, "..", names twice, more than TAR_FILES files, and bytes
 * behind a file or the end that are not zero.  Writing gives the same bytes for the same files (mode 0644, no owner, the
 * time given).
 */
#ifndef TOCSIN_BASE_TAR_H
#define TOCSIN_BASE_TAR_H

#include "base/buf.h"

#define TAR_FILES 256

struct tar_file {
	char name[101];
	struct bytes content;             /* borrowed from the archive */
};

/* Fills FILES (TAR_FILES of them) and *N from ARCHIVE. */
enum tocsin_err tar_read(struct bytes archive, struct tar_file *files, size_t *n) MUST_USE;
/* A name that is not plain, or is longer than 100 bytes, makes OUT failed. */
void tar_add(struct buf *out, const char *name, struct bytes content, int64_t mtime_us);
void tar_end(struct buf *out);

#endif
