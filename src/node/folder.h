/*
 * folder: DIR itself: its lock, the desk's token, the pid file, the passphrase of its keys.
 */
#ifndef TOCSIN_NODE_FOLDER_H
#define TOCSIN_NODE_FOLDER_H

#include "base/buf.h"

#define FOLDER_TOKEN 64                 /* hex digits */

/* Makes DIR/run and takes the lock in it: two nodes never run on one folder. REFUSED when another has it. *FD is to be
 * kept open. */
enum tocsin_err folder_lock(const char *dir, int *fd) MUST_USE;
/* DIR/run/pid; removed by folder_unlock. */
enum tocsin_err folder_write_pid(const char *dir) MUST_USE;
void folder_unlock(const char *dir, int fd);            /* FD -1: it was never taken */
enum tocsin_err folder_make_token(const char *dir) MUST_USE;
enum tocsin_err folder_read_token(const char *dir, char token[FOLDER_TOKEN + 1]) MUST_USE;
/* From the file that $TOCSIN_PASSPHRASE_FILE names, $CREDENTIALS_DIRECTORY/passphrase, or the terminal; the first line
 * of it into OUT (secret). */
enum tocsin_err folder_passphrase(const char *dir, struct buf *out) MUST_USE;
/* Removes everything below DIR, and DIR too unless KEEP. Only for a folder that node_init has made. */
void folder_remove(const char *dir, bool keep);
/* Whether DIR is there, and whether it holds anything. BAD: it is no folder. */
enum tocsin_err folder_look(const char *dir, bool *there, bool *empty) MUST_USE;

#endif
