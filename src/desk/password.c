#include "desk/password.h"

#include <errno.h>
#include <sodium.h>

#include "base/text.h"

#define OPERATIONS 2
#define MEMORY ((size_t)64 << 20)
#define DISTINCT 5
#define NAME_LEAST 4

_Static_assert(PASSWORD_HASH == crypto_pwhash_STRBYTES, "libsodium's length of a hash");

enum tocsin_err password_allowed(const char *password, const char *name)
{
	size_t n = strlen(password), characters = 0, distinct = 0;
	bool seen[256] = { false };
	if (!text_is_utf8(bytes_str(password)) || !text_is_clean(bytes_str(password)))
		return fail(TOCSIN_BAD, "the password must be one line of UTF-8 without controls");
	for (size_t i = 0; i < n; i++) {
		uint8_t b = (uint8_t)password[i];
		characters += (b & 0xC0) != 0x80;
		distinct += !seen[b];
		seen[b] = true;
	}
	if (characters < PASSWORD_LEAST || n > PASSWORD_MAX)
		return fail(TOCSIN_BAD, "the password must have at least %d characters, and at most %d bytes", PASSWORD_LEAST,
			PASSWORD_MAX);
	/* A short name is in many words. */
	if (distinct < DISTINCT || (strlen(name) >= NAME_LEAST && strstr(password, name) != NULL))
		return fail(TOCSIN_BAD, "the password must not be the same few characters again, nor hold the account's name");
	return TOCSIN_OK;
}

enum tocsin_err password_hash(const char *password, char out[PASSWORD_HASH])
{
	if (sodium_init() < 0 || crypto_pwhash_str(out, password, strlen(password), OPERATIONS, MEMORY) != 0)
		return fail(TOCSIN_BROKEN, "no memory (%zu MiB) for hashing a password", MEMORY >> 20);
	return TOCSIN_OK;
}

enum tocsin_err password_check(const char *hash, const char *password, bool *right)
{
	*right = false;
	if (sodium_init() < 0)
		return fail(TOCSIN_BROKEN, "libsodium cannot start");
	if (hash[0] != 0) {
		errno = 0;
		*right = crypto_pwhash_str_verify(hash, password, strlen(password)) == 0;
		if (!*right && errno == ENOMEM)
			return fail(TOCSIN_BROKEN, "no memory (%zu MiB) for checking a password", MEMORY >> 20);
		return TOCSIN_OK;
	}
	uint8_t key[32], salt[crypto_pwhash_SALTBYTES] = { 1 };
	int failed = crypto_pwhash(key, sizeof key, password, strlen(password), salt, OPERATIONS, MEMORY,
		crypto_pwhash_ALG_ARGON2ID13);
	bytes_wipe(key, sizeof key);
	return failed != 0 ? fail(TOCSIN_BROKEN, "no memory (%zu MiB) for hashing a password", MEMORY >> 20) : TOCSIN_OK;
}
