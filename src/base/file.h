/*
 * file: whole files, read with a limit and replaced so that a crash leaves the old or the new one.
 *
 * file_replace writes NAME.new, fsyncs it, renames it, and fsyncs the directory through a descriptor that it held open
 * since before the rename (an error that happens in between is lost otherwise).
 */
#ifndef TOCSIN_BASE_FILE_H
#define TOCSIN_BASE_FILE_H

#include <sys/types.h>

#include "base/buf.h"

/* Reads all of PATH ("-" is standard input) into OUT; BAD when it is larger than OUT's max, MISSING when not there. */
enum tocsin_err file_read(const char *path, struct buf *out) MUST_USE;
/* As file_read; REFUSED when the file is readable or writable by group or others, or belongs to somebody else. */
enum tocsin_err file_read_private(const char *path, struct buf *out) MUST_USE;
enum tocsin_err file_replace(const char *path, struct bytes content, mode_t mode) MUST_USE;
/* Creates PATH, REFUSED when it exists; fsyncs file and directory. Here and above MODE is exact, whatever the umask. */
enum tocsin_err file_create(const char *path, struct bytes content, mode_t mode) MUST_USE;
enum tocsin_err file_mkdir(const char *path, mode_t mode) MUST_USE;        /* fine when it is there already */
bool file_exists(const char *path);
/* "DIR/NAME" into OUT; BAD when longer than N. */
enum tocsin_err file_join(char *out, size_t n, const char *dir, const char *name) MUST_USE;

#endif
