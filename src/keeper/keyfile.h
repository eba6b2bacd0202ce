/*
 * keyfile: one secret file in the keys folder, plain or, with ".age" behind its name, sealed under the passphrase.
 */
#ifndef TOCSIN_KEEPER_KEYFILE_H
#define TOCSIN_KEEPER_KEYFILE_H

#include "base/buf.h"

#define KEYFILE_MAX 65536
#define KEYFILE_PATH 4096
#define KEYFILE_WORK 17                  /* log2 of scrypt's N: a start opens half a dozen files one after the other */

/*
 * Reads FOLDER/NAME or FOLDER/NAME.age into OUT (a secret buffer). MISSING when there is neither; REFUSED when
 * others may read the file, it needs a passphrase and there is none, or the passphrase does not fit; BROKEN, naming
 * the file, for everything else.
 */
enum tocsin_err keyfile_read(const char *folder, const char *name, struct bytes passphrase, struct buf *out) MUST_USE;
/* Writes FOLDER/NAME.age sealed, or FOLDER/NAME when PASSPHRASE is empty; the old file or the new one is there after a
 * crash. */
enum tocsin_err keyfile_write(const char *folder, const char *name, struct bytes passphrase,
	struct bytes content) MUST_USE;
/* Whether FOLDER holds NAME in either form. */
bool keyfile_exists(const char *folder, const char *name);

#endif
