#include "keeper/keyfile.h"

#include <stdio.h>

#include "base/file.h"
#include "seal/age.h"

static enum tocsin_err paths(const char *folder, const char *name, char plain[KEYFILE_PATH], char sealed[KEYFILE_PATH])
{
	enum tocsin_err err = file_join(plain, KEYFILE_PATH, folder, name);
	if (err != TOCSIN_OK)
		return err;
	int n = snprintf(sealed, KEYFILE_PATH, "%s.age", plain);
	if (n < 0 || n >= KEYFILE_PATH)
		return fail(TOCSIN_BAD, "the path of %s is too long", name);
	return TOCSIN_OK;
}

/* A key file that cannot be used is this machine's fault, not the caller's; only what a person must allow or type
 * stays REFUSED. */
static enum tocsin_err broken(enum tocsin_err err, const char *path)
{
	return fail_within(err == TOCSIN_REFUSED ? TOCSIN_REFUSED : TOCSIN_BROKEN, "key file %s", path);
}

enum tocsin_err keyfile_read(const char *folder, const char *name, struct bytes passphrase, struct buf *out)
{
	char plain[KEYFILE_PATH], sealed[KEYFILE_PATH];
	enum tocsin_err err = paths(folder, name, plain, sealed);
	if (err != TOCSIN_OK)
		return err;
	bool has_plain = file_exists(plain), has_sealed = file_exists(sealed);
	if (!has_plain && !has_sealed)
		return fail(TOCSIN_MISSING, "there is no key file %s", plain);
	if (has_plain && has_sealed)
		return fail(TOCSIN_BROKEN, "there are both %s and %s: take one away", plain, sealed);
	if (has_plain) {
		err = file_read_private(plain, out);
		return err == TOCSIN_OK ? err : broken(err, plain);
	}
	if (passphrase.n == 0)
		return fail(TOCSIN_REFUSED, "%s is under a passphrase and none was given", sealed);

	struct buf file;
	buf_init(&file, KEYFILE_MAX);
	err = file_read_private(sealed, &file);
	if (err == TOCSIN_OK) {
		struct age_identity id = { .type = AGE_SCRYPT, .passphrase = passphrase };
		err = age_open(&id, 1, buf_bytes(&file), out);
	}
	buf_free(&file);
	return err == TOCSIN_OK ? err : broken(err, sealed);
}

enum tocsin_err keyfile_write(const char *folder, const char *name, struct bytes passphrase, struct bytes content)
{
	char plain[KEYFILE_PATH], sealed[KEYFILE_PATH];
	enum tocsin_err err = paths(folder, name, plain, sealed);
	if (err != TOCSIN_OK)
		return err;
	if (passphrase.n == 0)
		return file_replace(plain, content, 0600);
	struct age_recipient r = { .type = AGE_SCRYPT, .passphrase = passphrase, .work = KEYFILE_WORK };
	struct buf file;
	buf_init(&file, KEYFILE_MAX);
	err = age_seal(&r, 1, content, &file);
	if (err == TOCSIN_OK)
		err = file_replace(sealed, buf_bytes(&file), 0600);
	buf_free(&file);
	return err;
}

bool keyfile_exists(const char *folder, const char *name)
{
	char plain[KEYFILE_PATH], sealed[KEYFILE_PATH];
	return paths(folder, name, plain, sealed) == TOCSIN_OK && (file_exists(plain) || file_exists(sealed));
}
